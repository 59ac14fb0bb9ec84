//! The best few of documents that come one after the other.

use std::cmp::Ordering;

use crate::search::docset::DocSet;
use crate::search::sets::without;

/// Only what stands behind a score and a document is wanted.
pub type Behind = Option<(f32, i64)>;

/// Scores that are to be reached, less what rounding may take.
const SAFETY: f64 = 1.0 - 1e-5;

/// The best `count` of what was added, one at least.
pub struct Best<'a> {
    count: usize,
    behind: Behind,
    /// Documents that are none of them, rising.
    refused: &'a [u32],
    found: Vec<(u32, f32)>,
    /// What a document has to score to be among them; 0 as long as there are fewer.
    edge: f64,
}

impl<'a> Best<'a> {
    pub fn new(count: usize, behind: Behind, refused: &'a [u32]) -> Self {
        Best { count, behind, refused, found: Vec::new(), edge: 0.0 }
    }

    /// How many are wanted.
    pub fn count(&self) -> usize {
        self.count
    }

    /// What a document has to score at least to be among them.
    #[inline]
    pub fn least(&self) -> f64 {
        self.edge * SAFETY
    }

    /// Whether a document that scores so much at most may be among them.
    #[inline]
    pub fn may_have(&self, most: f64) -> bool {
        most >= self.least()
    }

    /// Of so many documents from one on, which are none of them.
    pub fn refused(&self, first: u32, count: usize) -> impl Iterator<Item = usize> + 'a {
        let low = self.refused.partition_point(|&doc| doc < first);
        let own = self.refused[low..].iter().map(move |&doc| (doc - first) as usize);
        own.take_while(move |&at| at < count)
    }

    /// Add a document.
    #[inline]
    pub fn add(&mut self, doc: u32, sum: f64) {
        let score = sum as f32;
        if !self.may_have(sum) {
            return;
        }
        if let Some((its, other)) = self.behind {
            if !(score < its || (score == its && i64::from(doc) > other)) {
                return;
            }
        }
        if self.refused.binary_search(&doc).is_ok() {
            return;
        }
        self.found.push((doc, score));
        if self.found.len() >= self.count.saturating_mul(2).saturating_add(64) {
            self.cut();
        }
    }

    /// Add those of some documents that were not added, as such that score nothing; all that score were added.
    pub fn add_others(&mut self, set: &DocSet) {
        if self.found.len() < self.count {
            let mut known: Vec<u32> = self.found.iter().map(|&(doc, _)| doc).collect();
            known.sort_unstable();
            without(set.list().to_vec(), &known).into_iter().for_each(|doc| self.add(doc, 0.0));
        }
    }

    /// Leave out what cannot be among the best.
    pub fn cut(&mut self) {
        if self.found.len() < self.count {
            return;
        }
        self.found.select_nth_unstable_by(self.count.saturating_sub(1), before);
        self.found.truncate(self.count);
        self.edge = self.found.last().map_or(0.0, |last| f64::from(last.1).max(0.0));
    }

    /// The best, best first, ties by number.
    pub fn listed(mut self) -> Vec<(u32, f32)> {
        self.cut();
        self.found.truncate(self.count);
        self.found.sort_unstable_by(before);
        self.found
    }
}

fn before(a: &(u32, f32), b: &(u32, f32)) -> Ordering {
    b.1.total_cmp(&a.1).then(a.0.cmp(&b.0))
}
