//! The cheapest path through all words that a run could hold: `khsearch.khmer.words.lattice` tells what it is.

use super::lexicon::{Lexicon, MAX_WORD};

/// More than any path costs.
const FAR: i64 = 1 << 60;

/// The cheapest paths to a place of a run.
#[derive(Clone, Copy)]
struct Place {
    /// Cost of the one whose last piece is a word, and clusters of this.
    known: i64,
    length: u8,
    /// Cost of the one whose last piece is an unknown stretch, and whether this goes on from the cluster before.
    strange: i64,
    goes_on: bool,
}

const NOWHERE: Place = Place {
    known: FAR,
    length: 0,
    strange: FAR,
    goes_on: false,
};

/// What breaks runs; it keeps room for their places.
#[derive(Default)]
pub struct Lattice {
    places: Vec<Place>,
}

impl Lattice {
    /// Break one run: its cluster numbers -> where words begin, behind what is in `begins` already.
    pub fn break_run(&mut self, numbers: &[u32], lexicon: &Lexicon, begins: &mut Vec<u32>) {
        let count = numbers.len();
        self.places.clear();
        self.places.resize(count + 1, NOWHERE);
        self.places[0].known = 0;
        for at in 0..count {
            self.go_from(at, numbers, lexicon);
        }
        let first = begins.len();
        let mut end = count;
        while end > 0 {
            let place = self.places[end];
            let mut size = usize::from(place.length);
            if place.strange < place.known {
                size = 1;
                while size < end && self.places[end - size + 1].goes_on {
                    size += 1;
                }
            }
            end -= size.clamp(1, end);
            begins.push(end as u32);
        }
        begins[first..].reverse();
    }

    #[inline]
    fn go_from(&mut self, at: usize, numbers: &[u32], lexicon: &Lexicon) {
        let Place { known, strange, .. } = self.places[at];
        let opened = known + lexicon.unknown;
        let next = &mut self.places[at + 1];
        next.goes_on = strange < opened;
        next.strange = strange.min(opened);
        let number = numbers[at];
        if number == 0 {
            return;
        }
        let best = strange.min(known);
        let mut slot = lexicon.first(number);
        for end in at + 1..=numbers.len().min(at + MAX_WORD) {
            if let Some(gain) = lexicon.gain(slot) {
                let cost = best + gain;
                let place = &mut self.places[end];
                // Starts come in rising order, so of equal paths the first has the longest last word.
                if cost < place.known {
                    place.known = cost;
                    place.length = (end - at) as u8;
                }
            }
            slot = match numbers
                .get(end)
                .and_then(|&number| lexicon.child(slot, number))
            {
                Some(child) => child,
                None => return,
            };
        }
    }
}
