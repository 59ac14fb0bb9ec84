//! The cheapest path through all words that a run could hold: `khsearch.khmer.words.lattice` tells what it is.

use super::atoms::Unit;
use super::lexicon::{Lexicon, Node, MAX_WORD};

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

    /// Reach it by a word of some length from where it costs so much.
    #[inline]
    fn reach(&mut self, cost: i64, node: Node, length: usize) {
        self.known = self.known.min(cost + (node.gain() << LENGTH_BITS) + (MAX_WORD - length) as i64);
    }
}

/// What breaks runs; it keeps room for what it needs.
#[derive(Default)]
pub struct Lattice {
    places: Vec<Place>,
    /// The nodes of one cluster and of two from every place on: looked up all together, since they wait for memory.
    nodes: Vec<(Node, Node)>,
}

impl Lattice {
    /// Break one run: its clusters -> where words begin, as numbers of clusters, behind what is in `begins` already.
    pub fn break_run(&mut self, run: &[Unit], lexicon: &Lexicon, begins: &mut Vec<u32>) {
        let opening = lexicon.unknown << LENGTH_BITS;
        self.nodes.clear();
        let behind = run.iter().skip(1).map(|unit| unit.number).chain([0]);
        self.nodes.extend(run.iter().zip(behind).map(|(unit, next)| {
            let first = lexicon.first(unit.number);
            (first, lexicon.child(first, next))
        }));
        self.places.clear();
        self.places.resize(run.len() + 2, Place { known: FAR, strange: FAR }); // a word may end behind the run in vain
        self.places[0].known = 0;
        for (at, &(first, second)) in self.nodes.iter().enumerate() {
            if let [place, next, behind, ..] = &mut self.places[at..] {
                next.strange = place.strange.min(place.cost() + opening);
                let cost = place.strange.min(place.cost());
                next.reach(cost, first, 1);
                behind.reach(cost, second, 2);
                if second.has_children() {
                    reach_far(&mut self.places[at + 3..], cost, second, run.get(at + 2..).unwrap_or(&[]), lexicon);
                }
            }
        }
        self.places.truncate(run.len() + 1);
        self.walk_back(opening, begins);
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

/// Reach the places behind two clusters by words that begin with these.
#[inline]
fn reach_far(places: &mut [Place], cost: i64, mut node: Node, rest: &[Unit], lexicon: &Lexicon) {
    for ((place, unit), length) in places.iter_mut().zip(rest).zip(3..=MAX_WORD) {
        node = lexicon.child(node, unit.number);
        place.reach(cost, node, length);
        if !node.has_children() {
            return;
        }
    }
}
