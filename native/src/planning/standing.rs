//! Chunks in, nodes for the documents in which they stand out; as `khsearch.query.standing` has them.

use crate::analysis::characters::LETTER;
use crate::fault::Result;
use crate::planning::chunks::{distinct, Chunk, Way};
use crate::planning::units::{is_of_khmer, units_of};
use crate::search::commit::Commit;
use crate::search::node::{Fields, Node, Term};
use crate::search::told::{Inside, Units};

pub const WORDS: [&str; 2] = ["text", "lead"];
pub const PLACES: [&str; 2] = ["text", "title"];
pub const BIGRAMS: &str = "bigrams";

/// Which documents are told, in which a word of a chunk is missing.
#[derive(Clone, Copy)]
pub enum Within<'a> {
    /// None.
    Words,
    /// Those that hold all its bigrams.
    Likely,
    /// Those that hold it inside of longer words.
    Longer(&'a Inside),
}

/// Where a chunk stands, in any way.
pub fn of(chunk: &Chunk, within: Within) -> Node {
    let mut found: Vec<Node> = chunk.ways.iter().flat_map(|way| in_way(way, within)).collect();
    if found.len() == 1 {
        found.remove(0)
    } else {
        Node::Or(found)
    }
}

/// Documents that have the rarest part of a chunk, about.
pub fn rarest(commit: &Commit, chunk: &Chunk) -> Result<usize> {
    let way = &chunk.ways[0];
    let (field, terms) = if way.bigrams.is_empty() { (WORDS[0], &way.words) } else { (BIGRAMS, &way.bigrams) };
    let dfs = terms.iter().map(|term| commit.df(field, term)).collect::<Result<Vec<usize>>>()?;
    Ok(dfs.into_iter().min().unwrap_or(0))
}

fn in_way(way: &Way, within: Within) -> Vec<Node> {
    let mut found = words_of(way);
    if way.words.len() > 1 {
        let phrase =
            |field: &&str| Node::Phrase { field: (*field).to_owned(), terms: way.words.clone(), slop: 1, boost: 1.0 };
        found.push(Node::Or(PLACES.iter().map(phrase).collect()));
        found = vec![Node::And(found)];
    }
    found.extend(within_longer_words(way, within));
    found
}

/// The units of a way whose bigrams tell where it stands though a word of it is missing; None where they do not.
pub fn longer_units(way: &Way) -> Option<Units> {
    if way.bigrams.is_empty() || way.words.iter().any(|word| word.contains(&LETTER)) {
        return None;
    }
    let mut units = Vec::new();
    for word in &way.words {
        if is_of_khmer(word) {
            units.extend(units_of(word));
        } else {
            units.push(word.to_vec());
        }
    }
    Some(units)
}

/// Where a way stands though a word of it is missing.
fn within_longer_words(way: &Way, within: Within) -> Option<Node> {
    if matches!(within, Within::Words) {
        return None;
    }
    let units = longer_units(way)?;
    let bigram = |term: &Term| Node::Term { fields: Fields::Of(&[BIGRAMS]), term: term.clone(), boost: 1.0 };
    let bigrams = Node::And(way.bigrams.iter().map(bigram).collect());
    if units.len() == 2 {
        return Some(bigrams);
    }
    let without = Node::AndNot { child: Box::new(bigrams), without: Box::new(Node::And(words_of(way))), bonus: 0.0 };
    match within {
        Within::Longer(inside) => {
            let inside = inside.clone();
            Some(Node::TwoPhase(Box::new(without), Box::new(move |docs| inside(&units, docs))))
        }
        _ => Some(without),
    }
}

fn words_of(way: &Way) -> Vec<Node> {
    let term = |word: Term| Node::Term { fields: Fields::Of(&WORDS), term: word, boost: 1.0 };
    distinct(way.words.clone()).into_iter().map(term).collect()
}
