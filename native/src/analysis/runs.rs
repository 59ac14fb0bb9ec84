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
    let kind = |at: u32| codes.get(at as usize).map(|&code| characters.stretch(code));
    let signs = |between: Range<u32>| {
        let ends = between.filter(|&at| kind(at) == Some(Stretch::Hard));
        ends.map(|at| Run { start: at, end: at + 1, units: 0..0, counts: Vec::new(), is_khmer: false })
    };
    let mut runs: Vec<Run> = Vec::new();
    let mut behind = 0; // what is passed of the codes
    let mut number = 0; // units that are
    for units in atoms.iter() {
        let (first, last) = match (units.first(), units.last()) {
            (Some(first), Some(last)) => (first, last),
            _ => continue,
        };
        runs.extend(signs(behind..first.start));
        let before = runs.last().filter(|run| run.end == first.start && !run.units.is_empty());
        if before.map(|run| kind(run.start)) != Some(kind(first.start)) {
            let (start, units, is_khmer) = (first.start, number..number, first.is_khmer());
            runs.push(Run { start, end: start, units, counts: Vec::new(), is_khmer });
        }
        number += units.len();
        if let Some(run) = runs.last_mut() {
            run.end = last.end;
            run.units.end = number;
            run.counts.push(units.len() as u32);
        }
        behind = last.end;
    }
    runs.extend(signs(behind..codes.len() as u32));
    runs
}
