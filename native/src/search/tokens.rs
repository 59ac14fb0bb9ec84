//! Where a term stands in some documents, read as far as it is asked for.

use std::ops::Range;

use crate::fault::Result;
use crate::index::cursor::Cursor;
use crate::index::positions::Positions;
use crate::search::commit::{Commit, SOUGHT};

/// What stands for a document that does not have the term.
const NOWHERE: u32 = u32::MAX;

/// The tokens of a term in some documents, of a field that keeps positions.
pub struct Tokens<'a> {
    /// In how many live documents of the commit the term is.
    pub df: usize,
    /// Of each document, its number among the postings of its segment.
    numbers: Vec<u32>,
    /// And how often it has the term at most.
    mosts: Vec<u32>,
    leaves: Vec<Own<'a>>,
    known: Vec<Range<usize>>,
    positions: Vec<u32>,
}

/// Those of one segment: which of the documents, and what reads them.
struct Own<'a> {
    docs: Range<usize>,
    cursor: Cursor<'a>,
    /// Where the tokens of each posting begin, if all were gone through, and last where they end.
    starts: Vec<usize>,
    positions: Positions<'a>,
}

impl<'a> Tokens<'a> {
    /// A term in documents that rise.
    pub fn of(commit: &'a Commit, field: &str, term: &[u8], docs: &[u32]) -> Result<Self> {
        let listed = commit.listed(field, term)?;
        let mut numbers = vec![NOWHERE; docs.len()];
        let mut mosts = vec![0; docs.len()];
        let mut leaves = Vec::with_capacity(listed.places.len());
        for (leaf, field, place) in commit.places(&listed) {
            let own = leaf.own(docs);
            if own.is_empty() || field.parts.rests.is_none() {
                continue;
            }
            let first = docs.partition_point(|&doc| doc < leaf.base);
            let mut cursor = Cursor::new(field, place, true)?;
            let impacts = leaf.segment.impacts.find(&listed.key);
            let wanted = own.iter().map(|&doc| doc - leaf.base);
            let to = numbers[first..].iter_mut().zip(&mut mosts[first..]);
            let starts = match impacts {
                Some(impacts) => {
                    let mut at = 0;
                    for (doc, (number, most)) in wanted.zip(to) {
                        if let Some(place) = impacts.place(doc, &mut at) {
                            *number = impacts.number(place) as u32;
                            *most = impacts.tf(place).unwrap_or(u32::MAX);
                        }
                    }
                    Vec::new()
                }
                None if own.len() * SOUGHT > place.df => gone_through(&mut cursor, wanted, to)?,
                None => {
                    for (doc, (number, most)) in wanted.zip(to) {
                        if let Some(its) = cursor.seek(doc) {
                            *number = its as u32;
                            *most = u32::MAX;
                        }
                    }
                    Vec::new()
                }
            };
            let positions = Positions::new(field, place);
            leaves.push(Own { docs: first..first + own.len(), cursor, starts, positions });
        }
        Ok(Tokens { df: listed.df, numbers, mosts, leaves, known: Vec::new(), positions: Vec::new() })
    }

    /// Whether a document, by its place among the documents, has the term.
    #[inline]
    pub fn is_in(&self, at: usize) -> bool {
        self.numbers[at] != NOWHERE
    }

    /// How often a document has the term at most.
    #[inline]
    pub fn most(&self, at: usize) -> u32 {
        self.mosts[at]
    }

    /// Add the positions in a document that has the term.
    pub fn add(&mut self, at: usize, to: &mut Vec<u32>) -> Result<()> {
        if let Some(own) = self.leaves.iter_mut().find(|own| own.docs.contains(&at)) {
            let number = self.numbers[at] as usize;
            let (first, count) = match own.starts.get(number..number + 2) {
                Some(edges) => (edges[0], edges[1] - edges[0]),
                None => own.cursor.tokens_of(number)?,
            };
            own.positions.add(first, first + count, to)?;
        }
        Ok(())
    }

    /// Read the positions in a document that has the term; then they are known.
    pub fn read(&mut self, at: usize) -> Result<()> {
        if self.known.is_empty() {
            self.known = vec![0..0; self.numbers.len()];
        }
        if self.known[at].is_empty() {
            let mut positions = std::mem::take(&mut self.positions);
            let start = positions.len();
            let added = self.add(at, &mut positions);
            self.positions = positions;
            added?;
            self.known[at] = start..self.positions.len();
        }
        Ok(())
    }

    /// The positions in a document, rising, that were read.
    pub fn positions(&self, at: usize) -> &[u32] {
        &self.positions[self.known[at].clone()]
    }
}

/// Find documents, of which most of a list are asked for, among all of it: the number of each and how often it has the
/// term, where it has. Returns where the tokens of each posting begin, and last where they end.
fn gone_through<'t>(
    cursor: &mut Cursor,
    wanted: impl Iterator<Item = u32>,
    to: impl Iterator<Item = (&'t mut u32, &'t mut u32)>,
) -> Result<Vec<usize>> {
    let (mut docs, mut tfs) = (Vec::new(), Vec::new());
    cursor.fill(u32::MAX, &mut docs)?;
    cursor.add_frequencies(0, docs.len(), &mut tfs)?;
    let mut at = 0;
    for (doc, (number, most)) in wanted.zip(to) {
        while at < docs.len() && docs[at] < doc {
            at += 1;
        }
        if docs.get(at) == Some(&doc) {
            *number = at as u32;
            *most = tfs[at];
        }
    }
    let mut starts = Vec::with_capacity(docs.len() + 1);
    starts.push(0);
    let mut sum = 0;
    starts.extend(tfs.iter().map(|&tf| {
        sum += tf as usize;
        sum
    }));
    Ok(starts)
}
