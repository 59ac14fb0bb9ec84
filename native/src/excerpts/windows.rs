//! Places where rows stand in a text in, the stretches that excerpts are cut around out.
//!
//! As `_windows` of `khsearch.hits.snippets` has them.

use super::rows::Row;
use super::Occurrence;

/// Choose stretches of about a width, at most so many, in order: each adds the most rows not shown yet, then the most
/// occurrences.
pub fn windows(found: &[Occurrence], rows: &[Row], width: usize, most: usize) -> Vec<(usize, usize)> {
    let mut chosen: Vec<(usize, usize)> = Vec::new();
    let mut is_wanted = vec![false; rows.len()];
    for one in found {
        is_wanted[one.row] = true;
    }
    let mut shown = vec![false; rows.len()];
    while chosen.len() < most && shown != is_wanted {
        let best = match best_window(found, rows, &shown, &chosen, width) {
            Some(best) => best,
            None => break,
        };
        chosen.push(best);
        let first = bisect(found, |one| one.start < best.0);
        let last = bisect(found, |one| one.start <= best.1);
        for one in found.get(first..last).unwrap_or(&[]) {
            shown[one.row] = true;
        }
    }
    chosen.sort_unstable();
    chosen
}

/// The first place from which on something is not so, as Python's bisect looks for it: where what is reordered in a
/// cluster is out of order, it matters how.
fn bisect(found: &[Occurrence], is_before: impl Fn(&Occurrence) -> bool) -> usize {
    let (mut low, mut high) = (0, found.len());
    while low < high {
        let middle = (low + high) / 2;
        if is_before(&found[middle]) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// The stretch of about a width that shows most that is new, beside those chosen; None where none does.
fn best_window(
    found: &[Occurrence],
    rows: &[Row],
    shown: &[bool],
    chosen: &[(usize, usize)],
    width: usize,
) -> Option<(usize, usize)> {
    let mut best = None;
    let mut best_score = (0, 0);
    let mut inside = vec![0usize; rows.len()]; // how often each row stands in the stretch
    let (mut new, mut last) = (0, 0); // codes of the rows in it that are not shown yet; its end in what was found
    for (first, one) in found.iter().enumerate() {
        while last < found.len() && (last <= first || found[last].end <= one.start + width) {
            let entering = found[last].row;
            if inside[entering] == 0 && !shown[entering] {
                new += rows[entering].size;
            }
            inside[entering] += 1;
            last += 1;
        }
        let score = (new, last - first);
        if score > best_score && new > 0 && !chosen.iter().any(|&(a, b)| one.start < b && a < one.end) {
            (best, best_score) = (Some((first, last)), score);
        }
        inside[one.row] -= 1;
        if inside[one.row] == 0 && !shown[one.row] {
            new -= rows[one.row].size;
        }
    }
    let (first, last) = best?;
    let end = found[first..last].iter().map(|one| one.end).max()?;
    Some((found[first].start, end))
}
