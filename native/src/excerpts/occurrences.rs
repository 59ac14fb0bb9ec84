//! A text in, places where rows stand in its normal form out.
//!
//! As `search` and `everywhere` of `khsearch.hits.occurrences` have them; None where that takes Python: see `codes`.

use super::breaker::{Breaker, WayBack};
use super::codes::Codes;
use super::rows::Row;
use super::Occurrence;
use crate::analysis::normal::Normal;

/// A text, and its normal form.
pub struct Searched<'a> {
    text: &'a [char],
    normal: Normal,
}

impl<'a> Searched<'a> {
    pub fn of(text: &'a [char], breaker: &mut Breaker) -> Option<Self> {
        Some(Searched { text, normal: breaker.normal(text)? })
    }

    /// Places where some of the rows stand in it, of each at most so many: in the order of the codes, and of the rows.
    pub fn search(&self, rows: &[Row], some: &[bool], most: usize, breaker: &mut Breaker) -> Option<Vec<Occurrence>> {
        let mut found = Codes::of(&self.normal.codes, breaker).stand(rows, some, most)?;
        found.sort_unstable();
        found.dedup();
        let way_back = WayBack { text: self.text, normal: &self.normal, characters: &breaker.analysis.characters };
        let mut has_whole = vec![false; rows.len()];
        let mut spans: Vec<(Occurrence, bool)> = Vec::with_capacity(found.len());
        for (start, end, row, is_whole) in found {
            let (start, end) = (way_back.start(start), way_back.end(end));
            if start < end {
                spans.push((Occurrence { start, end, row }, is_whole));
                has_whole[row] |= is_whole;
            }
        }
        // Where no words of a row begin and end, it counts within longer words; there, one cluster says nothing.
        let counts =
            |&(one, is_whole): &(Occurrence, bool)| is_whole || (!has_whole[one.row] && rows[one.row].has_two_clusters);
        Some(spans.into_iter().filter(counts).map(|(one, _)| one).collect())
    }
}
