//! Codes in, their units and atoms out: clusters, whole runs of digits or letters, and which of them begin words.
//!
//! As `khsearch.khmer.text.clusters.units` and `khsearch.khmer.terms.batches.find_atoms` have them.

use super::characters::{Characters, Stretch, END, LETTER, LONGEST_TERM};
use super::edges;
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
    pub is_khmer: bool,
    /// Whether a separator stands before it.
    pub apart: bool,
    /// Whether a sentence ends before it.
    pub opening: bool,
    /// Whether it has letters outside ASCII: what its words are is for their scripts to tell.
    pub foreign: bool,
}

/// The units of some codes, which of them begin atoms, and where texts end.
#[derive(Default)]
pub struct Atoms {
    pub units: Vec<Unit>,
    pub firsts: Vec<u32>,
    pub text_ends: Vec<u32>,
}

impl Atoms {
    /// Units of the atom of a number.
    pub fn units_of(&self, atom: usize) -> &[Unit] {
        let first = self.firsts[atom] as usize;
        let last = self.firsts.get(atom + 1).map_or(self.units.len(), |&next| next as usize);
        &self.units[first..last]
    }
}

/// Find the atoms of codes. `origin`, the place that every code comes from, is given where one character may be two of
/// them.
pub fn find(codes: &[u8], origin: Option<&[u32]>, characters: &Characters, lexicon: &Lexicon) -> Atoms {
    let mut found = Atoms::default();
    found.units.reserve(codes.len() / 2);
    let mut runs = Runs { lexicon, origin, lattice: Lattice::default(), begins: Vec::new() };
    let (mut apart, mut opening) = (true, false);
    let mut run = 0; // first unit of the run of Khmer that is being read
    let edges = edges::find(codes, characters);
    for edge in edges.windows(2) {
        let (start, end) = (edge[0] as usize, edge[1] as usize);
        let kind = characters.stretch(codes[start]);
        if kind == Stretch::Khmer {
            let number = lexicon.number(&codes[start..end], key_at(codes, start, end));
            let (start, end) = (edge[0], edge[1]);
            push_divided(&mut found, Unit { start, end, number, is_khmer: true, apart, opening, foreign: false });
            (apart, opening) = (false, false);
            continue;
        }
        runs.finish(&mut found, run);
        if kind == Stretch::Soft {
            apart = true;
        } else if kind == Stretch::Hard {
            (apart, opening) = (true, true);
            let ends = (edge[0]..edge[1]).filter(|&at| codes[at as usize] == END);
            found.text_ends.extend(ends);
        } else {
            let first = found.units.len() as u32;
            let foreign = kind == Stretch::Alpha && codes[start..end].contains(&LETTER);
            let (start, end) = (edge[0], edge[1]);
            push_divided(&mut found, Unit { start, end, number: 0, is_khmer: false, apart, opening, foreign });
            (apart, opening) = (false, false);
            found.firsts.extend(first..found.units.len() as u32);
        }
        run = found.units.len();
    }
    runs.finish(&mut found, run);
    found
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

/// Add a unit, one longer than a term may be as several.
#[inline]
fn push_divided(found: &mut Atoms, mut unit: Unit) {
    while !unit.foreign && (unit.end - unit.start) as usize > LONGEST_TERM {
        let end = unit.start + LONGEST_TERM as u32;
        found.units.push(Unit { end, ..unit });
        unit = Unit { start: end, apart: false, opening: false, ..unit };
    }
    found.units.push(unit);
}

/// Breaks runs of Khmer.
struct Runs<'a> {
    lexicon: &'a Lexicon,
    origin: Option<&'a [u32]>,
    lattice: Lattice,
    /// Where words begin, as numbers of the clusters of the run.
    begins: Vec<u32>,
}

impl Runs<'_> {
    /// Break the run of the units from one on, if there are any.
    fn finish(&mut self, found: &mut Atoms, first: usize) {
        let units = &found.units[first..];
        if units.is_empty() {
            return;
        }
        self.begins.clear();
        self.lattice.break_run(units, self.lexicon, &mut self.begins);
        if self.lexicon.divides() {
            self.divide_own(units);
        }
        if let Some(origin) = self.origin {
            self.begins.retain(|&at| !is_joined(origin, &units[at as usize]));
        }
        let mut begins = self.begins.iter().copied().peekable();
        while let Some(begin) = begins.next() {
            found.firsts.push((first + begin as usize) as u32);
            let end = begins.peek().map_or(units.len(), |&next| next as usize);
            let mut at = begin as usize + LONGEST_TERM;
            while at < end {
                if self.origin.map_or(false, |origin| is_joined(origin, &units[at])) {
                    at -= 1;
                }
                found.firsts.push((first + at) as u32);
                at += LONGEST_TERM;
            }
        }
    }

    /// Divide own words into their atoms.
    fn divide_own(&mut self, run: &[Unit]) {
        let words = std::mem::take(&mut self.begins);
        for (at, &begin) in words.iter().enumerate() {
            let begin = begin as usize;
            let end = words.get(at + 1).map_or(run.len(), |&next| next as usize);
            let mark = self.lexicon.own(run[begin..end].iter().map(|unit| unit.number)) | 1;
            let atoms = (0..(end - begin).min(16)).filter(|place| mark >> place & 1 == 1);
            self.begins.extend(atoms.map(|place| (begin + place) as u32));
        }
    }
}

/// Whether a unit is one character with the one before it.
fn is_joined(origin: &[u32], unit: &Unit) -> bool {
    let start = unit.start as usize;
    start > 0 && origin.get(start).is_some() && origin.get(start) == origin.get(start - 1)
}
