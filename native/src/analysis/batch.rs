//! Texts in normal form in, their terms out, a part of some sentences after the other, so that what is known of its units
//! stays near at hand.

use super::atoms::{Atoms, Finder};
use super::characters::{Stretch, END};
use super::streams::{add_bigrams, add_words, Bigrams, Terms};
use super::Analysis;

/// The terms of a batch.
#[derive(Default)]
pub struct Batch {
    pub words: Terms,
    pub bigrams: Bigrams,
    /// Words and bigrams of each text.
    pub word_counts: Vec<u32>,
    pub bigram_counts: Vec<u32>,
    /// Numbers of the words that are runs with letters outside ASCII.
    pub foreign: Vec<u32>,
}

/// Codes of a part: more, up to the end of a sentence.
const PART: usize = 4_000;

/// Find the terms of codes.
pub fn find(codes: &[u8], mut finder: Finder, analysis: &Analysis) -> Batch {
    let mut found = Batch::default();
    found.words.reserve(codes.len() / 4);
    found.bigrams.terms.reserve(codes.len() / 2);
    found.bigrams.codes.reserve(codes.len());
    let mut atoms = Atoms::default();
    let mut start = 1; // behind the first END
    while start < codes.len() {
        let (words, bigrams) = (found.words.count(), found.bigrams.terms.count());
        loop {
            let (end, is_last) = end_of_part(codes, start, analysis);
            atoms.clear();
            finder.find(codes, start..end, &mut atoms);
            add_part(codes, &atoms, analysis, &mut found);
            start = end;
            if is_last {
                break;
            }
        }
        start += 1;
        found.word_counts.push((found.words.count() - words) as u32);
        found.bigram_counts.push((found.bigrams.terms.count() - bigrams) as u32);
    }
    found
}

fn add_part(codes: &[u8], atoms: &Atoms, analysis: &Analysis, found: &mut Batch) {
    let before = found.words.count();
    add_words(atoms, &analysis.lexicon, &mut found.words);
    add_bigrams(codes, &atoms.units, &analysis.lexicon, &mut found.bigrams);
    if atoms.units.iter().any(|unit| unit.is_foreign()) {
        let is_foreign =
            |&(_, &first): &(usize, &u32)| atoms.units.get(first as usize).map_or(false, |unit| unit.is_foreign());
        let numbered = (before..).zip(&atoms.firsts).filter(is_foreign);
        found.foreign.extend(numbered.map(|(word, _)| word as u32));
    }
}

/// Where a part of a text ends, and whether the text does there.
fn end_of_part(codes: &[u8], start: usize, analysis: &Analysis) -> (usize, bool) {
    let rest = &codes[start..];
    let near = &rest[..rest.len().min(PART)];
    if let Some(size) = near.iter().position(|&code| code == END) {
        return (start + size, true);
    }
    let is_end = |&code: &u8| analysis.characters.stretch(code) == Stretch::Hard;
    match rest[near.len()..].iter().position(is_end) {
        Some(size) => {
            let end = start + near.len() + size;
            (end, codes[end] == END)
        }
        None => (codes.len(), true),
    }
}
