//! Other readings of what was typed, as far as the index knows them; as `khsearch.query.expansion` has them.
//!
//! What is read as longer words or as corrected ones, all terms of the index have to be looked through for: that is left
//! to Python.

use std::collections::HashSet;

use crate::analysis::Analysis;
use crate::fault::Result;
use crate::planning::chunks::spaces_in_khmer;
use crate::planning::typed::{terms_of, Typed};
use crate::planning::units::{is_of_khmer, units_of};
use crate::planning::variants::Alternative;
use crate::search::commit::Commit;
use crate::search::node::{Fields, Node, Term};

const MOST: usize = 12;
const MOST_LONGER: usize = 30;
const SUSPECT: usize = 3;
const RARE: usize = 200;
const JOINED: usize = 4;
const AS_TYPED: f64 = 0.8;

/// Another reading of a query.
pub struct Reading {
    pub found: Vec<Node>,
    pub words: Vec<Term>,
    pub marked: Vec<Vec<Term>>,
    pub bigrams: Vec<Term>,
    pub weight: f64,
}

/// Where words of a reading are looked for.
const FIELDS: [&str; 2] = ["text", "lead"];

/// Other readings of a text that a commit holds; None where it takes Python to tell.
pub fn readings(
    commit: &Commit,
    typed: &Typed,
    others: &[Alternative],
    analysis: &Analysis,
) -> Result<Option<Vec<Reading>>> {
    let words = &typed.terms.words;
    let mut readings = Vec::new();
    let joined = match joined(commit, typed, analysis)? {
        Some(joined) => joined,
        None => return Ok(None),
    };
    let is_joined = joined.is_some();
    readings.extend(joined);
    for other in &others[..others.len().min(4 * MOST)] {
        let terms = match terms_of(analysis, &other.spelling) {
            Some(terms) => terms,
            None => return Ok(None),
        };
        let df = rarest(commit, &terms.words)?;
        if df == 0 {
            continue;
        }
        match spelled(commit, typed, other, terms.words, df, analysis)? {
            Some(reading) => readings.push(reading),
            None => return Ok(None),
        }
    }
    let suspects = words.len() <= JOINED;
    for (number, word) in words.iter().enumerate() {
        let df = commit.df("text", word)?;
        let looked_for = !is_joined && number < MOST_LONGER && df == 0;
        if looked_for && is_of_khmer(word) && units_of(word).len() > 1 {
            return Ok(None);
        }
        if suspects && df <= SUSPECT && df * RARE < commit.count {
            return Ok(None);
        }
    }
    readings.truncate(MOST);
    Ok(Some(readings))
}

/// The text without the spaces between its runs of Khmer; None where it cannot be told, Some(None) where that has no
/// word of its own.
fn joined(commit: &Commit, typed: &Typed, analysis: &Analysis) -> Result<Option<Option<Reading>>> {
    let spaces = spaces_in_khmer(typed.text);
    if spaces.is_empty() {
        return Ok(Some(None));
    }
    let changes: Vec<(usize, usize, &str)> = spaces.iter().map(|&(start, end)| (start, end, "")).collect();
    let words = match terms_of(analysis, &typed.spliced(&changes)) {
        Some(terms) => terms.words,
        None => return Ok(None),
    };
    let mut known: HashSet<&[u8]> = typed.terms.words.iter().map(|word| &word[..]).collect();
    let mut new = Vec::new();
    for word in &words {
        if known.insert(word) && commit.df("text", word)? > 0 {
            new.push(word.clone());
        }
    }
    if new.is_empty() {
        return Ok(Some(None));
    }
    let found = terms(&new, 1.0);
    let marked = new.iter().map(|word| vec![word.clone()]).collect();
    Ok(Some(Some(Reading { found, words, marked, bigrams: Vec::new(), weight: 1.0 })))
}

/// The text with a spelling that the index holds instead of some words.
fn spelled(
    commit: &Commit,
    typed: &Typed,
    other: &Alternative,
    words: Vec<Term>,
    df: usize,
    analysis: &Analysis,
) -> Result<Option<Reading>> {
    let instead = terms_of(analysis, typed.part(other.start, other.end));
    let whole = terms_of(analysis, &typed.spliced(&[(other.start, other.end, &other.spelling)]));
    let (instead, whole) = match (instead, whole) {
        (Some(instead), Some(whole)) => (instead, whole),
        _ => return Ok(None),
    };
    let weight = AS_TYPED * other.weight * alike(commit.count, rarest(commit, &instead.words)?, df);
    let found = if words.len() == 1 {
        terms(&words, weight)
    } else {
        vec![Node::Phrase { field: "text".to_owned(), terms: words.clone(), slop: 1, boost: weight as f32 }]
    };
    let typed: HashSet<&[u8]> = typed.terms.bigrams.iter().map(|bigram| &bigram[..]).collect();
    let mut bigrams = Vec::new();
    for bigram in whole.bigrams {
        if !typed.contains(&bigram[..]) && !bigrams.contains(&bigram) {
            bigrams.push(bigram);
        }
    }
    Ok(Some(Reading { found, words: whole.words, marked: vec![words], bigrams, weight }))
}

fn terms(words: &[Term], weight: f64) -> Vec<Node> {
    let term = |word: &Term| Node::Term { fields: Fields::Of(&FIELDS), term: word.clone(), boost: weight as f32 };
    words.iter().map(term).collect()
}

/// How many documents hold the rarest of some words; 0 where there are no words.
pub fn rarest(commit: &Commit, words: &[Term]) -> Result<usize> {
    let mut least: Option<usize> = None;
    for word in words {
        let df = commit.df("text", word)?;
        least = Some(least.map_or(df, |least| least.min(df)));
    }
    Ok(least.unwrap_or(0))
}

/// What makes another spelling weigh as both together, by the documents that hold what was typed, and it.
fn alike(docs: usize, typed: usize, other: usize) -> f64 {
    let together = (typed + other).min(docs);
    (idf(docs, together) / idf(docs, other.min(docs))).min(1.0)
}

fn idf(docs: usize, df: usize) -> f64 {
    let (docs, df) = (docs as f64, df as f64);
    (1.0 + (docs - df + 0.5) / (df + 0.5)).ln()
}
