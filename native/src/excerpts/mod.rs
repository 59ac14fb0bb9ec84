//! An original text and what a query asked for in; excerpts with marks out. Whole in one call, as
//! `khsearch.hits.snippets` has it step by step; what is rare in texts and queries is left to Python: then there is none.
//!
//! 1. `glancing`: places where rows stand in the text as it is, written in a way that `rows` tells; or, where there are
//!    none, `occurrences`: in its normal form, of rows or else of bigrams;
//! 2. `windows`: the stretches that show most of these;
//! 3. `cutting`, with `words`: from where a sentence or word begins to where one ends;
//! 4. `occurrences` again, in each excerpt: what is marked.
//!
//! `breaker` normalises and breaks for 1, 3 and 4.

mod breaker;
mod codes;
mod cutting;
mod glancing;
mod index;
mod letters;
mod occurrences;
mod python;
mod rows;
mod windows;
mod words;

use std::ops::Range;

use crate::analysis::characters::Characters;
use crate::analysis::Analysis;
use crate::joining::Joining;
use breaker::Breaker;
use cutting::{Cutting, PAGE_END};
use glancing::glance;
use letters::{is_invisible, is_space};
use occurrences::Searched;
pub use python::register;
use rows::Row;
use windows::windows;

/// Occurrences of a row that are looked at.
const ENOUGH: usize = 100;

/// Where a row, by its number, stands in a text, in characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Occurrence {
    pub start: usize,
    pub end: usize,
    pub row: usize,
}

/// About how many characters an excerpt has, how many it has at most, and how many excerpts there are at most.
pub struct Size {
    pub width: usize,
    pub longest: Option<usize>,
    pub most: usize,
}

/// An excerpt: where it is in the text, marks as offsets into it, and, of a text with pages, that of its first mark.
pub struct Fragment {
    pub part: Range<usize>,
    pub marks: Vec<(usize, usize)>,
    pub page: Option<usize>,
}

/// What a query asked for: rows, and what is marked where none of these stands.
pub struct Wanted {
    rows: Vec<Row>,
    bigrams: Vec<Row>,
}

impl Wanted {
    /// Read rows and bigrams, all in code form; None where some of them take Python.
    pub fn of(mut rows: Vec<Vec<Vec<u8>>>, mut bigrams: Vec<Vec<u8>>, characters: &Characters) -> Option<Wanted> {
        // In order, so that the number of one says what comes first.
        rows.sort_unstable();
        rows.dedup();
        bigrams.sort_unstable();
        bigrams.dedup();
        let rows = rows.into_iter().map(|row| Row::of(row, characters)).collect::<Option<_>>()?;
        let bigrams = bigrams.into_iter().map(|bigram| Row::of_bigram(bigram, characters)).collect::<Option<_>>()?;
        Some(Wanted { rows, bigrams })
    }

    /// The excerpts of a text that show most of it; its beginning, unmarked, if it shows none. None for what takes Python.
    pub fn excerpts(
        &self,
        text: &[char],
        size: &Size,
        analysis: &Analysis,
        joining: &Joining,
    ) -> Option<Vec<Fragment>> {
        let mut cutting = Cutting { breaker: Breaker::new(analysis), joining, size };
        let all = vec![true; self.rows.len()];
        let found = cut_out(text, &glance(text, &self.rows), &self.rows, &all, &mut cutting)?;
        if !found.is_empty() {
            return Some(found);
        }
        let (rows, found) = self.stand(text, ENOUGH, &mut cutting.breaker)?;
        let mut some = vec![false; rows.len()];
        for one in &found {
            some[one.row] = true;
        }
        let found = cut_out(text, &found, rows, &some, &mut cutting)?;
        if !found.is_empty() {
            return Some(found);
        }
        let first = text.iter().position(|&one| !is_space(one)).unwrap_or(0);
        let part = cutting.in_page(text, first, first)?;
        Some(vec![Fragment { part, marks: Vec::new(), page: None }])
    }

    /// Where it stands in all of a text. None for what takes Python.
    pub fn marks(&self, text: &[char], analysis: &Analysis) -> Option<Vec<(usize, usize)>> {
        let (_, found) = self.stand(text, usize::MAX, &mut Breaker::new(analysis))?;
        Some(merged(&found, text))
    }

    /// What stands in the normal form of a text, of each at most so often: rows, or else bigrams, and where they do.
    fn stand(&self, text: &[char], most: usize, breaker: &mut Breaker) -> Option<(&[Row], Vec<Occurrence>)> {
        let searched = Searched::of(text, breaker)?;
        let found = searched.search(&self.rows, &vec![true; self.rows.len()], most, breaker)?;
        if !found.is_empty() {
            return Some((&self.rows, found));
        }
        Some((&self.bigrams, searched.search(&self.bigrams, &vec![true; self.bigrams.len()], most, breaker)?))
    }
}

/// Cut excerpts around what was found and mark some rows there; none where nothing is to be marked.
fn cut_out(
    text: &[char],
    found: &[Occurrence],
    rows: &[Row],
    some: &[bool],
    cutting: &mut Cutting,
) -> Option<Vec<Fragment>> {
    let mut fragments: Vec<Fragment> = Vec::new();
    for (first, last) in windows(found, rows, cutting.size.width, cutting.size.most) {
        let Range { start, end } = cutting.in_page(text, first, last)?;
        let start = start.max(fragments.last().map_or(0, |before| before.part.end));
        let excerpt = text.get(start..end).unwrap_or(&[]);
        let breaker = &mut cutting.breaker;
        let marks = merged(&Searched::of(excerpt, breaker)?.search(rows, some, ENOUGH, breaker)?, excerpt);
        if let Some(&(mark, _)) = marks.first() {
            let page = page_of(text, start + mark);
            fragments.push(Fragment { part: start..end, marks, page });
        }
    }
    Some(fragments)
}

/// On which page of a text an offset is, from 1; None where it has no pages.
fn page_of(text: &[char], place: usize) -> Option<usize> {
    let is_end = |one: &&char| **one == PAGE_END;
    let (before, behind) = text.split_at(place.min(text.len()));
    let ended = before.iter().filter(is_end).count();
    Some(ended + 1).filter(|_| ended > 0 || behind.contains(&PAGE_END))
}

/// Marks of what was found: those that overlap, or have nothing visible between them, are one.
fn merged(found: &[Occurrence], text: &[char]) -> Vec<(usize, usize)> {
    let mut marks: Vec<(usize, usize)> = found.iter().map(|one| (one.start, one.end)).collect();
    marks.sort_unstable();
    let mut merged: Vec<(usize, usize)> = Vec::with_capacity(marks.len());
    for (start, end) in marks {
        match merged.last_mut() {
            Some(last) if text.get(last.1..start).unwrap_or(&[]).iter().all(|&one| is_invisible(one)) => {
                last.1 = last.1.max(end);
            }
            _ => merged.push((start, end)),
        }
    }
    merged
}
