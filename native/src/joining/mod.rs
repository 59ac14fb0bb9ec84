//! The atoms of a run in, the whole words that they make out: the joiner of the lattice breaker.
//!
//! As `khsearch.khmer.words.joining` has it run by run, which tells why each step is as it is: at every boundary between
//! two atoms the conditional random field (`field`) and the table of pairs (`pairs`) vote, and the best sum of votes and
//! of transitions from cluster to cluster decides (`labels`).

mod field;
mod labels;
mod pairs;
pub mod python;

use field::{Field, Scores};
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

    /// A run that is to be joined: its clusters, in codes, and how many of them each atom has.
    pub fn run<'a>(&'a self, clusters: &'a [&'a [u8]], counts: &'a [u32]) -> Run<'a> {
        let mut behind = 0;
        let mut first_of = |&count: &u32| {
            behind += count as usize;
            behind - count as usize
        };
        let firsts = counts.iter().map(&mut first_of).collect();
        let votes = self.pairs.votes(clusters, counts);
        Run {
            joining: self,
            scores: self.field.scores(clusters),
            firsts,
            counts,
            votes,
            begins: vec![None; counts.len()],
        }
    }
}

/// A run that is joined as far as somebody asks.
pub struct Run<'a> {
    joining: &'a Joining,
    scores: Scores<'a>,
    /// First cluster of each atom.
    firsts: Vec<usize>,
    counts: &'a [u32],
    /// What the pairs say before each atom, but the first.
    votes: Vec<i64>,
    begins: Vec<Option<bool>>,
}

impl Run<'_> {
    /// Whether a word begins with an atom.
    pub fn begins(&mut self, atom: usize) -> bool {
        if self.begins.get(atom) == Some(&None) {
            self.label(atom);
        }
        self.begins.get(atom).copied().flatten().unwrap_or(true)
    }

    /// Label the group that an atom is of: others have no part in that.
    fn label(&mut self, atom: usize) {
        let ends_group = |count: &u32| *count > 1;
        let first = self.counts[..atom].iter().rposition(ends_group).map_or(0, |before| before + 1);
        let behind = self.counts[atom..].iter().position(ends_group).map_or(self.counts.len(), |last| atom + last + 1);
        let mut group: Vec<i64> = Vec::with_capacity(behind - first);
        for at in first..behind {
            let mut score = SURE;
            if at > 0 {
                score = self.scores.of(self.firsts[at]) + EIGHTH * self.votes.get(at - 1).copied().unwrap_or(0);
                if at == first {
                    score += self.joining.behind_none;
                }
            }
            if self.counts[at] > 1 {
                score += self.joining.before_none;
            }
            group.push(score);
        }
        let labels = self.joining.labels.best(&group);
        for (begins, label) in self.begins[first..behind].iter_mut().zip(labels) {
            *begins = Some(label);
        }
    }
}
