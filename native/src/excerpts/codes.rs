//! Codes of a text in, places where rows stand in them out, and whether as words of it.
//!
//! None for what takes Python: words of letters and digits beside letters of other scripts, or divided for their length.

use std::collections::HashMap;

use super::breaker::Breaker;
use super::index::Index;
use super::rows::Row;
use crate::analysis::characters::{Class, Stretch, COENG, END, LETTER, LONGEST_TERM};
use crate::analysis::sequences::{behind, is_whole};
use crate::analysis::Analysis;

/// Codes of a run on either side of a stretch that decide whether words begin and end there.
const AROUND: usize = 24;

/// From where to where a row stands in the codes, its number, and whether its words begin and end there.
pub type Place = (usize, usize, usize, bool);

/// Codes that are looked through.
pub struct Codes<'a, 'b> {
    codes: &'b [u8],
    analysis: &'a Analysis,
    breaker: &'b mut Breaker<'a>,
    /// Where the words begin of runs that were broken already, by where these begin and end.
    broken: HashMap<(usize, usize), Vec<usize>>,
}

impl<'a, 'b> Codes<'a, 'b> {
    pub fn of(codes: &'b [u8], breaker: &'b mut Breaker<'a>) -> Self {
        Codes { codes, analysis: breaker.analysis, breaker, broken: HashMap::new() }
    }

    /// Places where some of the rows stand, of each at most so many.
    pub fn stand(&mut self, rows: &[Row], some: &[bool], most: usize) -> Option<Vec<Place>> {
        let codes = self.codes;
        let wanted = || rows.iter().enumerate().filter(|&(number, _)| some.get(number) == Some(&true));
        if wanted().next().is_none() {
            return Some(Vec::new());
        }
        // Of these, codes do not tell the words apart.
        if wanted().any(|(_, row)| !row.is_khmer) && (codes.contains(&LETTER) || self.has_long_run()) {
            return None;
        }
        let index = Index::of(codes);
        let mut found = Vec::new();
        for (number, row) in wanted() {
            let may_be_inside = row.words.len() == 1 && self.is_all_khmer(&row.words[0]);
            let first = row.words.first().map_or(&[][..], |word| word);
            let places = index.find(first).filter_map(|start| {
                let end = behind(codes, start, &row.words)?;
                Some((start, end)).filter(|_| is_whole(codes, start, end, &row.words, &self.analysis.characters))
            });
            let places: Vec<(usize, usize)> = places.take(most).collect();
            for (start, end) in places {
                let is_whole = !may_be_inside || self.is_word(start, end);
                found.push((start, end, number, is_whole));
            }
        }
        Some(found)
    }

    fn class(&self, place: usize) -> Class {
        self.analysis.characters.class(self.code(place))
    }

    fn code(&self, place: usize) -> u8 {
        self.codes.get(place).copied().unwrap_or(END)
    }

    fn is_khmer(&self, place: usize) -> bool {
        matches!(self.class(place), Class::Base | Class::Mark)
    }

    fn is_all_khmer(&self, word: &[u8]) -> bool {
        word.iter().all(|&code| self.analysis.characters.stretch(code) == Stretch::Khmer)
    }

    /// Whether a run of letters or digits is several words.
    fn has_long_run(&self) -> bool {
        let characters = &self.analysis.characters;
        let mut size = 0;
        let mut before = Stretch::Soft;
        self.codes.iter().any(|&code| {
            let kind = characters.stretch(code);
            size = if kind == before { size + 1 } else { 1 };
            before = kind;
            size > LONGEST_TERM && matches!(kind, Stretch::Digit | Stretch::Alpha)
        })
    }

    /// Whether a stretch of whole clusters is some words of the run of Khmer that it is in.
    fn is_word(&mut self, start: usize, end: usize) -> bool {
        let (mut low, mut high) = (start, end);
        while low > 0 && low + AROUND > start && self.is_khmer(low - 1) {
            low -= 1;
        }
        while low > 0 && low < start && (self.class(low) == Class::Mark || self.code(low - 1) == COENG) {
            low += 1;
        }
        while high < end + AROUND && self.is_khmer(high) {
            high += 1;
        }
        while high > end && (self.class(high) == Class::Mark || self.code(high - 1) == COENG) {
            high -= 1;
        }
        if (low, high) == (start, end) {
            return true;
        }
        let begins = self.words_of(low, high);
        let is_edge = |place: usize| place == high || begins.binary_search(&place).is_ok();
        is_edge(start) && is_edge(end)
    }

    /// Where the words of a run begin.
    fn words_of(&mut self, low: usize, high: usize) -> &[usize] {
        let Codes { codes, breaker, broken, .. } = self;
        broken.entry((low, high)).or_insert_with(|| {
            let firsts = breaker.atoms(codes, low..high).iter().filter_map(|units| units.first());
            firsts.map(|unit| unit.start as usize).collect()
        })
    }
}
