//! A text as it is in, places where rows stand as they are usually written out.
//!
//! As `glance` of `khsearch.hits.occurrences` has them, of a text that is not very long.

use super::index::Index;
use super::letters::{clings, may_part_words, parts_cluster};
use super::rows::Row;
use super::Occurrence;

/// Occurrences of a row that are looked at.
const ENOUGH: usize = 100;
/// Characters around a rare row in which frequent ones are looked for.
const NEAR: usize = 200;
/// Characters of the longest stretch between two words of a row.
const BETWEEN: usize = 8;

/// Places, rising, where rows stand. Of what stands more than ENOUGH times, the first places are told, and those near
/// something that does not.
pub fn glance(text: &[char], rows: &[Row]) -> Vec<Occurrence> {
    let index = Index::of(text);
    let mut found: Vec<Occurrence> = Vec::new();
    let mut frequent: Vec<(&[char], usize)> = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        let before = found.len();
        for spelling in &row.spellings {
            let first = found.len();
            found.extend(places(text, index.find(spelling), spelling, number).take(ENOUGH));
            if found.len() - first == ENOUGH {
                frequent.push((spelling, number));
            }
        }
        if row.words.len() > 1 && found.len() == before {
            found.extend(apart(text, &index, row, number).take(ENOUGH));
        }
    }
    if !frequent.is_empty() {
        let mut often = vec![false; rows.len()];
        for &(_, number) in &frequent {
            often[number] = true;
        }
        let is_rare = |one: &&Occurrence| !often[one.row];
        let near: Vec<(usize, usize)> =
            found.iter().filter(is_rare).map(|one| (one.start.saturating_sub(NEAR), one.end + NEAR)).collect();
        for &(spelling, number) in &frequent {
            let every: Vec<usize> = index.find(spelling).collect();
            let mut beside: Vec<Occurrence> = Vec::new();
            for &(from, to) in &near {
                let first = every.partition_point(|&start| start < from);
                let inside = every[first..].iter().copied().take_while(|start| start + spelling.len() <= to);
                beside.extend(places(text, inside, spelling, number));
            }
            beside.sort_unstable();
            beside.dedup();
            found.extend(beside);
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Of the places of a spelling, rising, those that do not overlap one before, beginning and ending where clusters do.
fn places<'a>(
    text: &'a [char],
    starts: impl Iterator<Item = usize> + 'a,
    spelling: &'a [char],
    row: usize,
) -> impl Iterator<Item = Occurrence> + 'a {
    let led = spelling.first().map_or(true, |&one| clings(one));
    let mut behind = 0; // where the place before ends, whether it counts or not
    starts.filter_map(move |start| {
        if start < behind {
            return None;
        }
        let end = start + spelling.len();
        behind = end;
        let before = start.checked_sub(1).and_then(|place| text.get(place));
        let clings_to = |one: Option<&char>| one.map_or(false, |&one| clings(one));
        let is_plain = !led && !clings_to(before) && !clings_to(text.get(end));
        let is_whole = is_plain || !(parts_cluster(text, start) || parts_cluster(text, end));
        Some(Occurrence { start, end, row }).filter(|_| is_whole)
    })
}

/// Where the words of a row stand with something between them, in order.
fn apart<'a>(
    text: &'a [char],
    index: &'a Index<'a, char>,
    row: &'a Row,
    number: usize,
) -> impl Iterator<Item = Occurrence> + 'a {
    let first = row.apart.first().map_or(&[][..], |ways| ways);
    let mut starts: Vec<usize> = first.iter().flat_map(|way| index.find(way)).collect();
    starts.sort_unstable();
    let mut behind = 0;
    starts.into_iter().filter_map(move |start| {
        let end = if start < behind { None } else { behind_words(text, start, &row.apart) }?;
        behind = end;
        let is_whole = !(parts_cluster(text, start) || parts_cluster(text, end));
        Some(Occurrence { start, end, row: number }).filter(|_| is_whole)
    })
}

/// Where words end that begin at a place, each written in one of its ways. Nothing that words begin with may stand between
/// them, so what stands there is as long as it can be.
fn behind_words(text: &[char], start: usize, words: &[Vec<Vec<char>>]) -> Option<usize> {
    let mut at = start;
    for (number, ways) in words.iter().enumerate() {
        if number > 0 {
            at += text[at..].iter().take(BETWEEN).take_while(|&&one| may_part_words(one)).count();
        }
        // All ways of a word are of one length.
        at += ways.iter().find(|way| text[at..].starts_with(way))?.len();
    }
    Some(at)
}
