//! Which terms of a field stand side by side, and in how many documents, as `khsearch.columnar.segments.pairs` counts.

use super::inversion::NONE;

/// Pairs in the order of their terms, and documents that have each.
#[derive(Default)]
pub struct Pairs {
    pub firsts: Vec<u32>,
    pub seconds: Vec<u32>,
    pub dfs: Vec<u32>,
}

impl Pairs {
    /// Let others follow.
    pub fn extend(&mut self, others: Pairs) {
        self.firsts.extend_from_slice(&others.firsts);
        self.seconds.extend_from_slice(&others.seconds);
        self.dfs.extend_from_slice(&others.dfs);
    }
}

/// Counts pairs, those of one first term after the other.
pub struct Counter {
    least: u32,
    /// Of each second term: the last document in which it was behind the first one, and how many there were.
    seen: Vec<(u32, u32)>,
    seconds: Vec<u32>,
    found: Pairs,
}

impl Counter {
    /// Count in a field of so many terms; pairs of fewer than `least` documents are left out.
    pub fn new(terms: usize, least: u32) -> Self {
        Counter { least, seen: vec![(NONE, 0); terms], seconds: Vec::new(), found: Pairs::default() }
    }

    /// Add the next first term: of each of its tokens the document, rising, and the rank of the term behind it.
    pub fn add(&mut self, first: u32, tokens: impl Iterator<Item = (u32, u32)>) {
        for (doc, second) in tokens {
            if let Some((last, count)) = self.seen.get_mut(second as usize) {
                if *count == 0 {
                    self.seconds.push(second);
                } else if *last == doc {
                    continue;
                }
                *last = doc;
                *count += 1;
            }
        }
        self.seconds.sort_unstable();
        for second in self.seconds.drain(..) {
            let df = self.seen.get_mut(second as usize).map_or(0, |(_, count)| std::mem::take(count));
            if df >= self.least {
                self.found.firsts.push(first);
                self.found.seconds.push(second);
                self.found.dfs.push(df);
            }
        }
    }

    pub fn finish(self) -> Pairs {
        self.found
    }
}
