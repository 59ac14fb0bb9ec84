//! Where a term stands in some documents, read as far as it is asked for.

use std::ops::Range;

use crate::fault::Result;
use crate::index::cursor::Cursor;
use crate::index::positions::Positions;
use crate::search::commit::{key_of, Commit};

/// What stands for a document that does not have the term.
const NOWHERE: u32 = u32::MAX;

/// The tokens of a term in some documents, of a field that keeps positions.
pub struct Tokens<'a> {
    /// In how many live documents of the commit the term is.
    pub df: usize,
    /// Of each document, its number among the postings of its segment.
    numbers: Vec<u32>,
    leaves: Vec<Own<'a>>,
    known: Vec<Range<usize>>,
    positions: Vec<u32>,
}

/// Those of one segment: which of the documents, and what reads them.
struct Own<'a> {
    docs: Range<usize>,
    cursor: Cursor<'a>,
    positions: Positions<'a>,
}

impl<'a> Tokens<'a> {
    /// A term in documents that rise.
    pub fn of(commit: &'a Commit, field: &str, term: &[u8], docs: &[u32]) -> Result<Self> {
        let (listed, key) = (commit.listed(field, term)?, key_of(field, term));
        let mut numbers = vec![NOWHERE; docs.len()];
        let mut leaves = Vec::with_capacity(listed.places.len());
        for (leaf, field, place) in commit.places(field, &listed) {
            let own = leaf.own(docs);
            if own.is_empty() || field.parts.rests.is_none() {
                continue;
            }
            let first = docs.partition_point(|&doc| doc < leaf.base);
            let mut cursor = Cursor::new(field, place, true)?;
            let impacts = leaf.segment.impacts.find(&key);
            let mut at = 0;
            for (doc, number) in own.iter().zip(&mut numbers[first..]) {
                let doc = doc - leaf.base;
                let found = match &impacts {
                    Some(impacts) => impacts.place(doc, &mut at).map(|place| impacts.number(place)),
                    None => cursor.seek(doc),
                };
                *number = found.map_or(NOWHERE, |number| number as u32);
            }
            leaves.push(Own { docs: first..first + own.len(), cursor, positions: Positions::new(field, place) });
        }
        let known = vec![0..0; docs.len()];
        Ok(Tokens { df: listed.df, numbers, leaves, known, positions: Vec::new() })
    }

    /// Whether a document, by its place among the documents, has the term.
    #[inline]
    pub fn is_in(&self, at: usize) -> bool {
        self.numbers[at] != NOWHERE
    }

    /// Read the positions in a document that has the term; then they are known.
    pub fn read(&mut self, at: usize) -> Result<()> {
        if !self.known[at].is_empty() {
            return Ok(());
        }
        if let Some(own) = self.leaves.iter_mut().find(|own| own.docs.contains(&at)) {
            let (first, count) = own.cursor.tokens_of(self.numbers[at] as usize)?;
            let start = self.positions.len();
            own.positions.add(first, first + count, &mut self.positions)?;
            self.known[at] = start..self.positions.len();
        }
        Ok(())
    }

    /// The positions in a document, rising, that were read.
    pub fn positions(&self, at: usize) -> &[u32] {
        &self.positions[self.known[at].clone()]
    }
}
