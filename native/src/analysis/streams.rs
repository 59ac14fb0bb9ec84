//! Atoms in, the two streams of terms out: words and bigrams, with the keys of those that the lexicon spells.
//!
//! As `khsearch.khmer.terms.streams` has them.

use std::ops::Range;

use super::atoms::{Atoms, Unit};
use super::characters::SPACE;
use super::lexicon::{pair_key, Lexicon};

/// Terms of some texts, in reading order: each a stretch of codes, with its key, 0 for none.
#[derive(Default)]
pub struct Terms {
    pub starts: Vec<u32>,
    pub ends: Vec<u32>,
    pub keys: Vec<i32>,
    /// How many each text has.
    pub counts: Vec<u32>,
}

impl Terms {
    fn with_room(terms: usize) -> Terms {
        Terms {
            starts: Vec::with_capacity(terms),
            ends: Vec::with_capacity(terms),
            keys: Vec::with_capacity(terms),
            counts: Vec::new(),
        }
    }

    #[inline]
    fn push(&mut self, start: u32, end: u32, key: i32) {
        self.starts.push(start);
        self.ends.push(end);
        self.keys.push(key);
    }
}

/// Bigrams and the codes that they are stretches of.
pub struct Bigrams {
    pub codes: Vec<u8>,
    pub terms: Terms,
}

/// The words.
pub fn words(atoms: &Atoms, lexicon: &Lexicon) -> Terms {
    let mut found = Terms::with_room(atoms.firsts.len());
    let mut texts = Texts::new(&atoms.text_ends);
    for atom in 0..atoms.firsts.len() {
        let units = atoms.units_of(atom);
        if let (Some(first), Some(last)) = (units.first(), units.last()) {
            texts.reach(first.start, found.starts.len(), &mut found.counts);
            found.push(first.start, last.end, lexicon.word_key(units.iter().map(|unit| unit.number)));
        }
    }
    texts.finish(found.starts.len(), &mut found.counts);
    found
}

/// Pairs of neighbouring units, across spaces but not across the end of a sentence. One space stays before a number or
/// word of letters that has one, so that two such keep apart.
pub fn bigrams(codes: &[u8], atoms: &Atoms, lexicon: &Lexicon) -> Bigrams {
    let mut out: Vec<u8> = Vec::with_capacity(codes.len());
    let mut terms = Terms::with_room(atoms.units.len());
    let mut texts = Texts::new(&atoms.text_ends);
    let mut before: Option<(u32, i32)> = None; // where the unit before begins in what is written, and its rank
    let mut stretch = 0..0; // units side by side that are still to be written
    for unit in &atoms.units {
        if unit.apart {
            out.extend_from_slice(part(codes, &stretch));
            stretch = unit.start..unit.start;
            if !unit.is_khmer {
                out.push(SPACE);
            }
        }
        let start = out.len() as u32 + (unit.start - stretch.start);
        stretch.end = unit.end;
        let rank = lexicon.rank(unit.number);
        texts.reach(unit.start, terms.starts.len(), &mut terms.counts);
        if let (Some((from, left)), false, false) = (before, unit.opening, unit.foreign) {
            terms.push(from, start + (unit.end - unit.start), pair_key(left, rank));
        }
        before = if unit.foreign { None } else { Some((start, rank)) };
    }
    out.extend_from_slice(part(codes, &stretch));
    texts.finish(terms.starts.len(), &mut terms.counts);
    Bigrams { codes: out, terms }
}

/// The codes of a unit.
pub fn of<'a>(codes: &'a [u8], unit: &Unit) -> &'a [u8] {
    part(codes, &(unit.start..unit.end))
}

fn part<'a>(codes: &'a [u8], places: &Range<u32>) -> &'a [u8] {
    codes.get(places.start as usize..places.end as usize).unwrap_or(&[])
}

/// Counts the terms of each text while they come.
struct Texts<'a> {
    ends: &'a [u32],
    /// Terms before the text that is being read.
    before: usize,
}

impl<'a> Texts<'a> {
    fn new(text_ends: &'a [u32]) -> Self {
        Texts { ends: text_ends.get(1..).unwrap_or(&[]), before: 0 }
    }

    /// A place is reached, so many terms before it: texts that ended there have all theirs.
    #[inline]
    fn reach(&mut self, place: u32, terms: usize, counts: &mut Vec<u32>) {
        while let Some((&end, rest)) = self.ends.split_first() {
            if place < end {
                return;
            }
            counts.push((terms - self.before) as u32);
            self.before = terms;
            self.ends = rest;
        }
    }

    fn finish(&mut self, terms: usize, counts: &mut Vec<u32>) {
        self.reach(u32::MAX, terms, counts);
    }
}
