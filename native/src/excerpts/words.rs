//! A stretch of a text in, all of it of a run of Khmer, where its words begin and end out.
//!
//! As `boundaries` of `khsearch.khmer.Analyzer` has them of such a text, in mode "word".

use super::breaker::{Breaker, WayBack};
use crate::analysis::streams;
use crate::joining::Joining;

/// Stands for two clusters: no word begins inside it.
const LIGATURE: char = '\u{17A8}';

/// In which order places are looked at.
#[derive(Clone, Copy)]
pub enum Order {
    Rising,
    Falling,
}

/// The first place between words, or at an end of the text, that is accepted; None where there is none. An outer None for
/// what takes Python.
pub fn edge(
    text: &[char],
    order: Order,
    accepts: impl Fn(usize) -> bool,
    breaker: &mut Breaker,
    joining: &Joining,
) -> Option<Option<usize>> {
    if text.contains(&LIGATURE) {
        return None;
    }
    let normal = breaker.normal(text)?;
    let way_back = WayBack { text, normal: &normal, characters: &breaker.analysis.characters };
    let atoms = breaker.atoms(&normal.codes, 0..normal.codes.len());
    let clusters: Vec<&[u8]> = atoms.units.iter().map(|unit| streams::of(&normal.codes, unit)).collect();
    let mut counts: Vec<u32> = Vec::with_capacity(atoms.firsts.len());
    // Places that are edges where a word begins with an atom: of the first, they are in any case.
    let mut places: Vec<(usize, usize)> = vec![(0, 0), (text.len(), 0)];
    for (number, atom) in atoms.iter().enumerate() {
        let first = atom.first()?;
        counts.push(atom.len() as u32);
        places.push((way_back.start(first.start as usize), number));
        places.push((way_back.end(atom.last()?.end as usize), number + 1));
    }
    if let Some((_, behind)) = places.last_mut().filter(|_| !counts.is_empty()) {
        *behind = 0;
    }
    places.sort_unstable();
    let mut run = joining.run(&clusters, &counts);
    let mut is_edge = |&&(place, atom): &&(usize, usize)| accepts(place) && (atom == 0 || run.begins(atom));
    let found = match order {
        Order::Rising => places.iter().find(&mut is_edge),
        Order::Falling => places.iter().rev().find(&mut is_edge),
    };
    Some(found.map(|&(place, _)| place))
}
