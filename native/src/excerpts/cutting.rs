//! A stretch of marks in, the excerpt around it out: from where a sentence or word begins to where one ends.
//!
//! As `_cut_in_page` of `khsearch.hits.snippets` has it; None where it takes Python to tell letters or words.

use std::ops::{Range, RangeInclusive};

use super::breaker::Breaker;
use super::letters::{ends_sentence, is_alphanumeric, is_of_run, is_space, parts_cluster};
use super::words::{self, Order};
use super::Size;
use crate::joining::Joining;

/// What ends a page.
pub const PAGE_END: char = '\u{C}';

/// Characters of a run before and behind a cut that are looked at.
const ROOM: usize = 40;

/// Cuts excerpts out of texts.
pub struct Cutting<'a> {
    pub breaker: Breaker<'a>,
    pub joining: &'a Joining,
    pub size: &'a Size,
}

impl Cutting<'_> {
    /// Widen a stretch within the page, or the pages, that it is on.
    pub fn in_page(&mut self, text: &[char], first: usize, last: usize) -> Option<Range<usize>> {
        let before = text.get(..first)?.iter().rposition(|&one| one == PAGE_END);
        let low = before.map_or(0, |place| place + 1);
        let behind = text.get(last..)?.iter().position(|&one| one == PAGE_END);
        let high = behind.map_or(text.len(), |place| last + place);
        let found = self.cut(text.get(low..high)?, first - low, last.checked_sub(low)?)?;
        Some(low + found.start..low + found.end)
    }

    fn cut(&mut self, text: &[char], first: usize, last: usize) -> Option<Range<usize>> {
        let width = self.size.width;
        let reach = width / 3;
        let last = if self.size.longest.is_some() { last.min(first + width) } else { last };
        let spare = width.saturating_sub(last - first);
        let low = first.saturating_sub(spare / 3 + reach);
        let mut start = first.saturating_sub(spare / 3);
        let begins = if low == 0 { Some(0) } else { None };
        let mut is_sentence = begins == Some(start);
        let mut last_begin = begins;
        for (_, end) in sentence_ends(text, low..first) {
            is_sentence |= end == start;
            last_begin = Some(end);
        }
        if let Some(begin) = last_begin {
            if first - begin < spare / 2 + reach {
                start = begin;
                is_sentence = true;
            }
        }
        if !is_sentence {
            start = self.edge_before(text, start, first)?;
        }
        let high = text.len().min(last.max(start + width));
        let from = last.saturating_sub(1).max(high.saturating_sub(reach));
        let sentence_end = sentence_ends(text, from..high).last().map(|(place, _)| place + 1);
        let mut end = match sentence_end.filter(|&end| end >= last) {
            Some(end) => end,
            None if high == text.len() => high,
            None => self.edge_behind(text, high, last)?,
        };
        while start < first && is_space(*text.get(start)?) {
            start += 1;
        }
        while end > last && is_space(*text.get(end - 1)?) {
            end -= 1;
        }
        if let Some(longest) = self.size.longest {
            if end > start + longest {
                let at = start + longest;
                end = (start + 1..=at).rev().find(|&place| !parts_cluster(text, place)).unwrap_or(at);
            }
        }
        Some(start..end)
    }

    /// The nearest edge of a word from a place on, up to another.
    fn edge_before(&mut self, text: &[char], at: usize, before: usize) -> Option<usize> {
        let run = run_around(text, at);
        if at == run.start || at == run.end {
            let mut found = at;
            while found < before && are_letters(text, found)? {
                found += 1;
            }
            return Some(if found - at <= ROOM { found } else { at });
        }
        self.edge(text, run, Order::Rising, at..=before).map(|edge| edge.unwrap_or(before))
    }

    /// The nearest edge of a word from a place back, down to another.
    fn edge_behind(&mut self, text: &[char], at: usize, after: usize) -> Option<usize> {
        let run = run_around(text, at);
        if at == run.start || at == run.end {
            let mut found = at;
            while after < found && found < text.len() && are_letters(text, found)? {
                found -= 1;
            }
            return Some(if at - found <= ROOM { found } else { at });
        }
        self.edge(text, run, Order::Falling, after..=at).map(|edge| edge.unwrap_or(after))
    }

    /// The first edge of a word of a run that is in a part; its first and last place are edges where clusters are.
    fn edge(
        &mut self,
        text: &[char],
        run: Range<usize>,
        order: Order,
        part: RangeInclusive<usize>,
    ) -> Option<Option<usize>> {
        let low = run.start;
        let accepts = |edge: usize| part.contains(&(low + edge)) && !parts_cluster(text, low + edge);
        let found = words::edge(text.get(run)?, order, accepts, &mut self.breaker, self.joining)?;
        Some(found.map(|edge| low + edge))
    }
}

/// Ends of sentences in a part of a text: where each is, and the place behind it and the white space there.
fn sentence_ends(text: &[char], part: Range<usize>) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut at = part.start;
    std::iter::from_fn(move || {
        let rest = text.get(at..part.end)?;
        let place = at + rest.iter().position(|&one| ends_sentence(one))?;
        let spaces = text[place + 1..part.end].iter().take_while(|&&one| is_space(one)).count();
        at = place + 1 + spaces;
        Some((place, at))
    })
}

/// What is near a place of a run of Khmer around it.
fn run_around(text: &[char], at: usize) -> Range<usize> {
    let (before, behind) = text.split_at(at.min(text.len()));
    let low = before.iter().rev().take(ROOM).take_while(|&&one| is_of_run(one)).count();
    let high = behind.iter().take(ROOM).take_while(|&&one| is_of_run(one)).count();
    before.len() - low..before.len() + high
}

/// Whether the characters on both sides of a place are letters or numbers.
fn are_letters(text: &[char], place: usize) -> Option<bool> {
    match text.get(place.checked_sub(1)?..=place)? {
        &[before, behind] => match (is_alphanumeric(before), is_alphanumeric(behind)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        },
        _ => None,
    }
}
