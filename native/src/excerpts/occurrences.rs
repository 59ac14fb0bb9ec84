//! A text in, places where rows stand in its normal form out.
//!
//! As `search` and `everywhere` of `khsearch.hits.occurrences` have them; None where that takes Python: see `codes`.

use super::codes::Codes;
use super::rows::Row;
use super::Occurrence;
use crate::analysis::characters::{Characters, DELETED};
use crate::analysis::normal::Normal;
use crate::analysis::Analysis;

/// A text, and its normal form.
pub struct Searched<'a> {
    text: &'a [char],
    normal: Normal,
    analysis: &'a Analysis,
}

impl<'a> Searched<'a> {
    pub fn of(text: &'a [char], analysis: &'a Analysis) -> Option<Self> {
        let normal = Normal::of(&analysis.characters, text.iter().collect::<String>().as_bytes()).ok()?;
        Some(Searched { text, normal, analysis })
    }

    /// Places where some of the rows stand in it, of each at most so many: in the order of the codes, and of the rows.
    pub fn search(&self, rows: &[Row], some: &[bool], most: usize) -> Option<Vec<Occurrence>> {
        let mut found = Codes::of(&self.normal.codes, self.analysis).stand(rows, some, most)?;
        found.sort_unstable();
        found.dedup();
        let way_back = WayBack { text: self.text, normal: &self.normal, characters: &self.analysis.characters };
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

/// Leads from the codes of a text to its characters.
pub struct WayBack<'a> {
    pub text: &'a [char],
    pub normal: &'a Normal,
    pub characters: &'a Characters,
}

impl WayBack<'_> {
    /// The character that a code comes from; one stands before the text in what the normal form leads back to.
    pub fn start(&self, place: usize) -> usize {
        self.origin(place)
    }

    /// The place behind the last visible character before a code.
    pub fn end(&self, place: usize) -> usize {
        let mut behind = self.origin(place);
        while behind > 0 && self.text.get(behind - 1).map_or(false, |&one| self.is_hidden(one)) {
            behind -= 1;
        }
        behind
    }

    fn origin(&self, place: usize) -> usize {
        let found = self.normal.origin.get(place).map_or(self.text.len() + 1, |&origin| origin as usize);
        found.saturating_sub(1)
    }

    fn is_hidden(&self, one: char) -> bool {
        !matches!(one, '\0'..='\x7F' | '\u{1780}'..='\u{17FF}') && self.characters.other(one as u32) == Some(DELETED)
    }
}
