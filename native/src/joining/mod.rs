//! The atoms of a run in, the whole words that they make out: the joiner of the lattice breaker.
//!
//! As `khsearch.khmer.words.joining` has it run by run, which tells why each step is as it is: at every boundary between
//! two atoms the conditional random field (`field`) and the table of pairs (`pairs`) vote, and the best sum of votes and
//! of transitions from cluster to cluster decides (`labels`).

mod field;
mod labels;
mod pairs;
pub mod python;

use field::Field;
use labels::{Labels, Transitions};
use pairs::Pairs;

/// Eighths of a nat, in which pairs vote, in those of 1/1024, in which the field does.
const EIGHTH: i64 = 128;
/// Beyond any sum of votes.
const SURE: i64 = 1 << 24;

/// Joins atoms to words.
pub struct Joining {
    field: Field,
    pairs: Pairs,
    labels: Labels,
    /// What is added where a word begins behind a cluster that begins none, less where none does.
    behind_none: i64,
    /// The same of a cluster, when the next one begins none.
    before_none: i64,
}

impl Joining {
    fn new(field: Field, pairs: Pairs, transitions: Transitions) -> Self {
        // The vote is the mean of two; twice everything, it is their sum.
        let [[a, b], [c, d]] = transitions.map(|row| row.map(|one| 2 * one));
        let (behind_none, before_none) = (b - a, c - a);
        Joining { field, pairs, labels: Labels::new([[a, b], [c, d]]), behind_none, before_none }
    }

    /// Join one run: its clusters, in codes, and how many of them each atom has -> which atoms begin words.
    pub fn firsts(&self, clusters: &[&[u8]], counts: &[u32]) -> Vec<bool> {
        if counts.len() < 2 {
            return vec![true; counts.len()];
        }
        let field = self.field.scores(clusters);
        let votes = self.pairs.votes(clusters, counts);
        let mut begins: Vec<bool> = Vec::with_capacity(counts.len());
        let mut group: Vec<i64> = Vec::new();
        let mut at = 0;
        for (&count, vote) in counts.iter().zip([0].into_iter().chain(votes)) {
            let mut score = SURE;
            if at > 0 {
                score = field.get(at).copied().unwrap_or(0) + EIGHTH * vote;
                if group.is_empty() {
                    score += self.behind_none;
                }
            }
            at += count as usize;
            if count == 1 {
                group.push(score);
            } else {
                group.push(score + self.before_none);
                self.labels.best(&group, &mut begins);
                group.clear();
            }
        }
        self.labels.best(&group, &mut begins);
        begins
    }
}
