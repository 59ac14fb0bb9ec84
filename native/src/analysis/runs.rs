//! Atoms of a short text in, its runs out: as `Run` of `khsearch.khmer.terms.typed` has them.

use std::ops::Range;

use super::atoms::Atoms;
use super::characters::{Characters, Stretch};

/// A run of Khmer, of digits or of letters, or, without units, a sign that no bigram crosses.
pub struct Run {
    /// Where it is in the codes.
    pub start: u32,
    pub end: u32,
    /// Its units, by number, and how many each word has.
    pub units: Range<usize>,
    pub counts: Vec<u32>,
    pub is_khmer: bool,
}

/// Find the runs of a text by its atoms.
pub fn find(codes: &[u8], atoms: &Atoms, characters: &Characters) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut behind = 0; // what is passed of the codes
    for atom in 0..atoms.firsts.len() {
        let units = atoms.units_of(atom);
        let (first, last) = match (units.first(), units.last()) {
            (Some(first), Some(last)) => (first, last),
            _ => continue,
        };
        push_signs(&mut runs, codes, behind..first.start, characters);
        let number = atoms.firsts[atom] as usize;
        let goes_on = runs.last().map_or(false, |run| {
            run.end == first.start
                && !run.units.is_empty()
                && kind(codes, run.start, characters) == kind(codes, first.start, characters)
        });
        if !goes_on {
            let units = number..number;
            runs.push(Run {
                start: first.start,
                end: first.start,
                units,
                counts: Vec::new(),
                is_khmer: first.is_khmer,
            });
        }
        if let Some(run) = runs.last_mut() {
            run.end = last.end;
            run.units.end = number + units.len();
            run.counts.push(units.len() as u32);
        }
        behind = last.end;
    }
    push_signs(&mut runs, codes, behind..codes.len() as u32, characters);
    runs
}

fn kind(codes: &[u8], at: u32, characters: &Characters) -> Option<Stretch> {
    codes.get(at as usize).map(|&code| characters.stretch(code))
}

fn push_signs(runs: &mut Vec<Run>, codes: &[u8], between: Range<u32>, characters: &Characters) {
    for at in between {
        if kind(codes, at, characters) == Some(Stretch::Hard) {
            runs.push(Run { start: at, end: at + 1, units: 0..0, counts: Vec::new(), is_khmer: false });
        }
    }
}
