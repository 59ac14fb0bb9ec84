//! Texts in normal form in, their terms out, a part of some sentences after the other, so that what is known of its units
//! stays near at hand.

use std::ops::Range;

use super::atoms::{Atoms, Finder};
use super::characters::{Stretch, END};
use super::streams::{add_bigrams, add_words, Bigrams, Terms};
use super::Analysis;
use crate::threads::side_by_side;

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

/// Codes from which on a batch is worth a second thread.
const LARGE: usize = 50_000;

impl Batch {
    /// One with room for what so many codes may have.
    fn with_room(codes: usize) -> Self {
        let mut found = Batch::default();
        found.words.reserve(codes / 4);
        found.bigrams.terms.reserve(codes / 2);
        found.bigrams.codes.reserve(codes);
        found
    }

    /// Let the terms of other texts follow.
    fn extend(&mut self, others: Batch) {
        let words = self.words.count() as u32;
        self.foreign.extend(others.foreign.iter().map(|word| word + words));
        self.words.extend(&others.words, 0);
        self.bigrams.terms.extend(&others.bigrams.terms, self.bigrams.codes.len() as u32);
        self.bigrams.codes.extend_from_slice(&others.bigrams.codes);
        self.word_counts.extend_from_slice(&others.word_counts);
        self.bigram_counts.extend_from_slice(&others.bigram_counts);
    }
}

/// Find the terms of codes.
pub fn find<'a>(codes: &[u8], finder: impl Fn() -> Finder<'a> + Sync, analysis: &Analysis) -> Batch {
    let start = codes.len().min(1); // behind the first END
    let of = |part: Range<usize>, found: &mut Batch| find_part(codes, part, finder(), analysis, found);
    let mut found = Batch::with_room(codes.len());
    let half = codes.get(codes.len() / 2..).unwrap_or(&[]);
    let middle = half.iter().position(|&code| code == END).map_or(codes.len(), |at| codes.len() / 2 + at + 1);
    if codes.len() < LARGE || middle == codes.len() {
        of(start..codes.len(), &mut found);
        return found;
    }
    let mut others = Batch::with_room(codes.len() - middle);
    side_by_side(|| of(middle..codes.len(), &mut others), || of(start..middle, &mut found));
    found.extend(others);
    found
}

fn find_part(codes: &[u8], part: Range<usize>, mut finder: Finder, analysis: &Analysis, found: &mut Batch) {
    let mut atoms = Atoms::default();
    let mut start = part.start;
    while start < part.end {
        let (words, bigrams) = (found.words.count(), found.bigrams.terms.count());
        loop {
            let (end, is_last) = end_of_part(codes, start, analysis);
            atoms.clear();
            finder.find(codes, start..end, &mut atoms);
            add_part(codes, &atoms, analysis, found);
            start = end;
            if is_last {
                break;
            }
        }
        start += 1;
        found.word_counts.push((found.words.count() - words) as u32);
        found.bigram_counts.push((found.bigrams.terms.count() - bigrams) as u32);
    }
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
