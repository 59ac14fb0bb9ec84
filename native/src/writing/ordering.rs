//! One range of terms after the other: its tokens put in order, its postings coded, the neighbours in it counted.

use std::ops::Range;

use super::coding::{Coded, Coder};
use super::inversion::{Inverted, TermRange};
use super::pairs::{Counter, Pairs};

/// What becomes of some ranges.
pub struct Ordered {
    pub coded: Coded,
    pub pairs: Pairs,
}

/// Put ranges in order, for a segment of so many documents; the pairs are those that stand in `least` documents or
/// more, if somebody asks for them and tokens stand at 0, 1, 2, ...
pub fn ordered(inverted: &Inverted, ranges: Range<usize>, docs: u32, least: Option<u32>) -> Ordered {
    let mut coder = Coder::new(docs);
    let mut counter = least.filter(|_| inverted.is_dense).map(|least| Counter::new(inverted.cf.len(), least));
    let mut sorted = Sorted::default();
    let mut term = Term::default();
    for range in inverted.ranges.get(ranges).unwrap_or(&[]) {
        sorted.sort(inverted, range);
        let mut begin = 0;
        for (rank, &end) in range.ranks.clone().zip(&sorted.ends) {
            let mine = begin as usize..end as usize;
            begin = end;
            let (tokens, places) = (sorted.docs.get(mine.clone()).unwrap_or(&[]), sorted.places.get(mine));
            term.read(tokens, places.unwrap_or(&[]));
            coder.add(inverted.term(rank), &term.docs, &term.tfs, places.map(|_| &term.positions[..]));
            if let (Some(counter), Some(places)) = (&mut counter, places) {
                let behind = places.iter().map(|&place| (place >> 32) as u32);
                counter.add(rank as u32, tokens.iter().copied().zip(behind));
            }
        }
    }
    Ordered { coded: coder.finish(), pairs: counter.map_or_else(Pairs::default, Counter::finish) }
}

/// The tokens of a range, in the order of terms, documents and positions.
#[derive(Default)]
struct Sorted {
    /// Where the tokens of each term end.
    ends: Vec<u32>,
    docs: Vec<u32>,
    places: Vec<u64>,
}

impl Sorted {
    fn sort(&mut self, inverted: &Inverted, range: &TermRange) {
        let mut begin = 0;
        self.ends.clear();
        for cf in inverted.cf.get(range.ranks.clone()).unwrap_or(&[]) {
            self.ends.push(begin);
            begin += cf;
        }
        let tokens = inverted.docs.get(range.tokens.clone()).unwrap_or(&[]);
        let places = inverted.places.get(range.tokens.clone()).unwrap_or(&[]);
        self.docs.clear();
        self.docs.resize(tokens.len(), 0);
        self.places.clear();
        self.places.resize(places.len(), 0);
        let first = range.ranks.start;
        if places.is_empty() {
            for &token in tokens {
                let at = self.place_of((token >> 32) as usize - first);
                self.docs[at] = token as u32;
            }
        }
        for (&token, &place) in tokens.iter().zip(places) {
            let at = self.place_of((token >> 32) as usize - first);
            self.docs[at] = token as u32;
            self.places[at] = place;
        }
    }

    #[inline]
    fn place_of(&mut self, term: usize) -> usize {
        let end = &mut self.ends[term];
        *end += 1;
        *end as usize - 1
    }
}

/// The postings of one term.
#[derive(Default)]
struct Term {
    docs: Vec<u32>,
    tfs: Vec<u32>,
    positions: Vec<u32>,
}

impl Term {
    fn read(&mut self, tokens: &[u32], places: &[u64]) {
        self.docs.clear();
        self.tfs.clear();
        for &doc in tokens {
            match self.tfs.last_mut() {
                Some(tf) if self.docs.last() == Some(&doc) => *tf += 1,
                _ => {
                    self.docs.push(doc);
                    self.tfs.push(1);
                }
            }
        }
        self.positions.clear();
        self.positions.extend(places.iter().map(|&place| place as u32));
    }
}
