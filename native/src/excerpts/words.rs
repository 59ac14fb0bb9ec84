//! A stretch of a text in, all of it of a run of Khmer, where its words begin and end out.
//!
//! As `boundaries` of `khsearch.khmer.Analyzer` has them of such a text, in mode "word".

use super::occurrences::WayBack;
use crate::analysis::normal::Normal;
use crate::analysis::{runs, streams, Analysis};
use crate::joining::Joining;

/// Stands for two clusters: no word begins inside it.
const LIGATURE: char = '\u{17A8}';

/// Finds words.
pub struct Words<'a> {
    pub analysis: &'a Analysis,
    pub joining: &'a Joining,
}

impl Words<'_> {
    /// Places between words, rising: first 0, last the length. None for what takes Python.
    pub fn edges(&self, text: &[char]) -> Option<Vec<usize>> {
        if text.contains(&LIGATURE) {
            return None;
        }
        let normal = Normal::of(&self.analysis.characters, text.iter().collect::<String>().as_bytes()).ok()?;
        let atoms = self.analysis.atoms(&normal);
        let way_back = WayBack { text, normal: &normal, characters: &self.analysis.characters };
        let mut edges = vec![0, text.len()];
        for run in runs::find(&normal.codes, &atoms, &self.analysis.characters) {
            let units = atoms.units.get(run.units).unwrap_or(&[]);
            let clusters: Vec<&[u8]> = units.iter().map(|unit| streams::of(&normal.codes, unit)).collect();
            let firsts = self.joining.firsts(&clusters, &run.counts);
            let mut rest = units;
            let mut end = None; // of the word before
            for (&count, is_first) in run.counts.iter().zip(firsts) {
                let (atom, behind) = rest.split_at(rest.len().min(count as usize));
                rest = behind;
                let (first, last) = (atom.first()?, atom.last()?);
                if is_first {
                    edges.extend(end.map(|end| way_back.end(end)));
                    edges.push(way_back.start(first.start as usize));
                }
                end = Some(last.end as usize);
            }
            edges.extend(end.map(|end| way_back.end(end)));
        }
        edges.sort_unstable();
        edges.dedup();
        Some(edges)
    }
}
