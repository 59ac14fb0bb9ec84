//! The cheapest path through all words that a run could hold: `khsearch.khmer.words.lattice` tells what it is.

use super::atoms::Unit;
use super::lexicon::{Lexicon, MAX_WORD};

/// Below a cost, these bits say MAX_WORD less the length of the word that ends there: among equal costs the longer word is
/// the smaller number.
const LENGTH_BITS: u32 = 4;
const LENGTH_MASK: i64 = 15;

/// More than any path costs.
const FAR: i64 = 1 << 60;

/// The cheapest paths to a place of a run, in costs << LENGTH_BITS.
#[derive(Clone, Copy)]
struct Place {
    /// The one whose last piece is a word; the low bits keep the length of this.
    known: i64,
    /// The one whose last piece is an unknown stretch.
    strange: i64,
}

impl Place {
    fn cost(self) -> i64 {
        self.known & !LENGTH_MASK
    }
}

/// What breaks runs; it keeps room for their places.
#[derive(Default)]
pub struct Lattice {
    places: Vec<Place>,
}

impl Lattice {
    /// Break one run: its clusters -> where words begin, as numbers of clusters, behind what is in `begins` already.
    pub fn break_run(&mut self, run: &[Unit], lexicon: &Lexicon, begins: &mut Vec<u32>) {
        let opening = lexicon.unknown << LENGTH_BITS;
        self.places.clear();
        self.places.resize(run.len() + 1, Place { known: FAR, strange: FAR });
        self.places[0].known = 0;
        for at in 0..run.len() {
            let place = self.places[at];
            self.places[at + 1].strange = place.strange.min(place.cost() + opening);
            if run[at].number != 0 {
                self.go_from(at, place.strange.min(place.cost()), run, lexicon);
            }
        }
        self.walk_back(opening, begins);
    }

    /// Reach what the words that begin at a place reach, which costs so much.
    #[inline]
    fn go_from(&mut self, at: usize, cost: i64, run: &[Unit], lexicon: &Lexicon) {
        let mut node = lexicon.first(run[at].number);
        let mut rest = run[at + 1..].iter();
        for (place, less) in self.places[at + 1..].iter_mut().zip((0..MAX_WORD as i64).rev()) {
            place.known = place.known.min(cost + (node.gain() << LENGTH_BITS) + less);
            node = match rest.next().and_then(|unit| lexicon.child(node, unit.number)) {
                Some(child) => child,
                None => return,
            };
        }
    }

    fn walk_back(&self, opening: i64, begins: &mut Vec<u32>) {
        let first = begins.len();
        let mut end = self.places.len() - 1;
        while end > 0 {
            let place = self.places[end];
            let mut size = MAX_WORD - (place.known & LENGTH_MASK) as usize;
            if place.strange < place.cost() {
                size = 1;
                while size < end && self.goes_on(end - size, opening) {
                    size += 1;
                }
            }
            end -= size.clamp(1, end);
            begins.push(end as u32);
        }
        begins[first..].reverse();
    }

    /// Whether an unknown stretch that reaches over a place began before it.
    fn goes_on(&self, at: usize, opening: i64) -> bool {
        self.places[at].strange < self.places[at].cost() + opening
    }
}
