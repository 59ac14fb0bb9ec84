//! Codes in, their units and atoms out: clusters, whole runs of digits or letters, and which of them begin words.
//!
//! As `khsearch.khmer.text.clusters.units` and `khsearch.khmer.terms.batches.find_atoms` have them.

use std::ops::Range;

use super::characters::{Characters, Stretch, LETTER, LONGEST_TERM};
use super::edges::Edges;
use super::lattice::Lattice;
use super::lexicon::{key_of, Lexicon};

/// A cluster, a run of digits or a run of letters.
#[derive(Clone, Copy)]
pub struct Unit {
    /// Place in the codes where it begins, and behind its last code.
    pub start: u32,
    pub end: u32,
    /// Number of the cluster in the lexicon, 0 for none.
    pub number: u32,
    flags: u32, // one number: bytes would be put together in memory, one by one
}

const KHMER: u32 = 1;
const APART: u32 = 2;
const OPENING: u32 = 4;
const FOREIGN: u32 = 8;

impl Unit {
    /// A cluster of a number, wherever it stands.
    pub fn of_number(number: u32) -> Self {
        Unit { start: 0, end: 0, number, flags: KHMER }
    }

    /// Whether it is a cluster.
    pub fn is_khmer(&self) -> bool {
        self.flags & KHMER != 0
    }

    /// Whether a separator stands before it.
    pub fn is_apart(&self) -> bool {
        self.flags & APART != 0
    }

    /// Whether a sentence ends before it.
    pub fn is_opening(&self) -> bool {
        self.flags & OPENING != 0
    }

    /// Whether it has letters outside ASCII: what its words are is for their scripts to tell.
    pub fn is_foreign(&self) -> bool {
        self.flags & FOREIGN != 0
    }
}

/// Some units, and which of them begin atoms.
#[derive(Default)]
pub struct Atoms {
    pub units: Vec<Unit>,
    pub firsts: Vec<u32>,
}

impl Atoms {
    /// The atoms one by one, as their units.
    pub fn iter(&self) -> impl Iterator<Item = &[Unit]> {
        let ends = self.firsts.iter().skip(1).copied().chain([self.units.len() as u32]);
        let stretches = self.firsts.iter().zip(ends);
        stretches.map(move |(&first, end)| self.units.get(first as usize..end as usize).unwrap_or(&[]))
    }

    pub fn clear(&mut self) {
        self.units.clear();
        self.firsts.clear();
    }
}

/// Finds atoms; it keeps room for what it needs.
pub struct Finder<'a> {
    characters: &'a Characters,
    lexicon: &'a Lexicon,
    /// The place that every code comes from, where one character may be two of them.
    origin: Option<&'a [u32]>,
    edges: Edges,
    lattice: Lattice,
    /// Where the words of a run begin, as numbers of its units.
    begins: Vec<u32>,
}

impl<'a> Finder<'a> {
    pub fn new(characters: &'a Characters, lexicon: &'a Lexicon, origin: Option<&'a [u32]>) -> Self {
        let (edges, lattice, begins) = (Edges::default(), Lattice::default(), Vec::new());
        Finder { characters, lexicon, origin, edges, lattice, begins }
    }

    /// Add the atoms of a stretch of codes, which begins and ends where a sentence does.
    pub fn find(&mut self, codes: &[u8], stretch: Range<usize>, found: &mut Atoms) {
        let mut edges = std::mem::take(&mut self.edges);
        let places = edges.find(codes.get(stretch.clone()).unwrap_or(&[]), self.characters);
        let mut before = APART | OPENING; // what stands before the next unit
        let mut run = found.units.len(); // first unit of the run of Khmer that is being read
        for edge in places.windows(2) {
            let (start, end) = (stretch.start + edge[0] as usize, stretch.start + edge[1] as usize);
            let kind = self.characters.stretch(codes[start]);
            if kind == Stretch::Khmer {
                let number = self.lexicon.number(&codes[start..end], key_at(codes, start, end));
                if end - start <= LONGEST_TERM {
                    // Here and not in a function: a unit that is made in memory costs as much as the look-up.
                    let (start, end, flags) = (start as u32, end as u32, before | KHMER);
                    found.units.push(Unit { start, end, number, flags });
                } else {
                    push_divided(found, start, end, before | KHMER);
                }
                before = 0;
                continue;
            }
            self.finish(found, run);
            if kind == Stretch::Soft {
                before |= APART;
            } else if kind == Stretch::Hard {
                before = APART | OPENING;
            } else {
                let first = found.units.len() as u32;
                let is_foreign = kind == Stretch::Alpha && codes[start..end].contains(&LETTER);
                let flags = if is_foreign { before | FOREIGN } else { before };
                push_divided(found, start, end, flags);
                before = 0;
                found.firsts.extend(first..found.units.len() as u32);
            }
            run = found.units.len();
        }
        self.finish(found, run);
        self.edges = edges;
    }

    /// Break the run of Khmer of the units from one on, if there are any.
    fn finish(&mut self, found: &mut Atoms, first: usize) {
        let run = &found.units[first..];
        if run.is_empty() {
            return;
        }
        self.begins.clear();
        self.lattice.break_run(run, self.lexicon, &mut self.begins);
        if self.lexicon.divides() {
            self.divide_own(run);
        }
        if let Some(origin) = self.origin {
            self.begins.retain(|&at| !is_joined(origin, &run[at as usize]));
        }
        if run.len() > LONGEST_TERM {
            self.divide_long(run);
        }
        found.firsts.extend(self.begins.iter().map(|&begin| first as u32 + begin));
    }

    /// Divide own words into their atoms.
    fn divide_own(&mut self, run: &[Unit]) {
        let words = std::mem::take(&mut self.begins);
        for (begin, end) in stretches(&words, run.len()) {
            let mark = self.lexicon.own(run[begin..end].iter().map(|unit| unit.number)) | 1;
            let atoms = (0..(end - begin).min(16)).filter(|place| mark >> place & 1 == 1);
            self.begins.extend(atoms.map(|place| (begin + place) as u32));
        }
    }

    /// Divide words that are longer than a term may be.
    fn divide_long(&mut self, run: &[Unit]) {
        let words = std::mem::take(&mut self.begins);
        for (begin, end) in stretches(&words, run.len()) {
            let mut at = begin;
            while at < end {
                self.begins.push(at as u32);
                at += LONGEST_TERM;
                if at < end && self.origin.map_or(false, |origin| is_joined(origin, &run[at])) {
                    at -= 1;
                }
            }
        }
    }
}

/// From where to where the words of a run of so many units go.
fn stretches(begins: &[u32], count: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
    let ends = begins.iter().skip(1).map(|&begin| begin as usize).chain([count]);
    begins.iter().map(|&begin| begin as usize).zip(ends)
}

/// The key of a stretch of codes, if it has one.
#[inline]
fn key_at(codes: &[u8], start: usize, end: usize) -> Option<u64> {
    let size = end - start;
    match codes.get(start..start + 8).and_then(|eight| <[u8; 8]>::try_from(eight).ok()) {
        Some(eight) if size <= 8 => Some(u64::from_le_bytes(eight) & (u64::MAX >> (64 - 8 * size))),
        _ => key_of(&codes[start..end]),
    }
}

/// Add a unit that is no cluster of a word, one longer than a term may be as several.
#[inline(never)]
fn push_divided(found: &mut Atoms, start: usize, end: usize, flags: u32) {
    let size = if flags & FOREIGN == 0 { LONGEST_TERM } else { end - start };
    let mut flags = flags;
    for from in (start..end).step_by(size.max(1)) {
        let (start, end) = (from as u32, end.min(from + size) as u32);
        found.units.push(Unit { start, end, number: 0, flags });
        flags &= KHMER;
    }
}

/// Whether a unit is one character with the one before it.
fn is_joined(origin: &[u32], unit: &Unit) -> bool {
    let start = unit.start as usize;
    start > 0 && origin.get(start).is_some() && origin.get(start) == origin.get(start - 1)
}
