//! Atoms in, the two streams of terms out: words and bigrams, with the keys of those that the lexicon spells.
//!
//! As `khsearch.khmer.terms.streams` has them.

use std::ops::Range;

use super::atoms::{Atoms, Unit};
use super::characters::SPACE;
use super::lexicon::{pair_key, Lexicon};

/// Terms in reading order: each a stretch of codes, with its key, 0 for none.
#[derive(Default)]
pub struct Terms {
    pub starts: Vec<u32>,
    pub ends: Vec<u32>,
    pub keys: Vec<i32>,
}

impl Terms {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    pub fn reserve(&mut self, count: usize) {
        self.starts.reserve(count);
        self.ends.reserve(count);
        self.keys.reserve(count);
    }

    /// Let others follow, whose codes begin behind so many.
    pub fn extend(&mut self, others: &Terms, codes: u32) {
        self.starts.extend(others.starts.iter().map(|start| start + codes));
        self.ends.extend(others.ends.iter().map(|end| end + codes));
        self.keys.extend_from_slice(&others.keys);
    }

    #[inline]
    pub fn push(&mut self, start: u32, end: u32, key: i32) {
        self.starts.push(start);
        self.ends.push(end);
        self.keys.push(key);
    }
}

/// Bigrams and the codes that they are stretches of.
#[derive(Default)]
pub struct Bigrams {
    pub codes: Vec<u8>,
    pub terms: Terms,
}

/// Add the words of some atoms.
pub fn add_words(atoms: &Atoms, lexicon: &Lexicon, words: &mut Terms) {
    for units in atoms.iter() {
        if let (Some(first), Some(last)) = (units.first(), units.last()) {
            words.push(first.start, last.end, lexicon.word_key(units.iter().map(|unit| unit.number)));
        }
    }
}

/// Add the bigrams of units that stand between two ends of sentences: pairs of neighbours, across spaces but not across
/// the end of a sentence. One space stays before a number or word of letters that has one, so that two such keep apart.
pub fn add_bigrams(codes: &[u8], units: &[Unit], lexicon: &Lexicon, bigrams: &mut Bigrams) {
    let Bigrams { codes: out, terms } = bigrams;
    let mut before: Option<(u32, i32)> = None; // where the unit before begins in what is written, and its rank
    let mut stretch = 0..0; // units side by side that are still to be written
    for unit in units {
        if unit.is_apart() {
            out.extend_from_slice(part(codes, &stretch));
            stretch = unit.start..unit.start;
            if !unit.is_khmer() {
                out.push(SPACE);
            }
        }
        let start = out.len() as u32 + (unit.start - stretch.start);
        stretch.end = unit.end;
        let rank = lexicon.rank(unit.number);
        if let (Some((from, left)), false, false) = (before, unit.is_opening(), unit.is_foreign()) {
            terms.push(from, start + (unit.end - unit.start), pair_key(left, rank));
        }
        before = if unit.is_foreign() { None } else { Some((start, rank)) };
    }
    out.extend_from_slice(part(codes, &stretch));
}

/// The codes of a unit.
pub fn of<'a>(codes: &'a [u8], unit: &Unit) -> &'a [u8] {
    part(codes, &(unit.start..unit.end))
}

fn part<'a>(codes: &'a [u8], places: &Range<u32>) -> &'a [u8] {
    codes.get(places.start as usize..places.end as usize).unwrap_or(&[])
}
