//! What documents get for pairs of terms that stand near each other; as `khsearch/columnar/search/proximity.py` has it.

use std::collections::HashMap;

use crate::fault::Result;
use crate::search::commit::Commit;
use crate::search::node::Term;
use crate::search::tokens::Tokens;
use crate::search::weighting::{score, Scale};

/// Pairs of terms in some documents.
pub struct Nearness<'a> {
    terms: Vec<Tokens<'a>>,
    pairs: Vec<Pair>,
    /// Of each document.
    norms: Vec<f32>,
    slop: u32,
}

/// Two terms, by number, and what their score is multiplied by.
struct Pair {
    one: usize,
    two: usize,
    factor: f32,
}

impl<'a> Nearness<'a> {
    /// Those in documents, rising.
    pub fn new(
        commit: &'a Commit,
        docs: &[u32],
        field: &str,
        pairs: &[(Term, Term)],
        slop: u32,
        scale: &Scale,
    ) -> Result<Self> {
        let mut terms: Vec<Tokens> = Vec::new();
        let mut numbers: HashMap<&[u8], usize> = HashMap::new();
        for term in pairs.iter().flat_map(|(first, second)| [first, second]) {
            if !numbers.contains_key(&term[..]) {
                numbers.insert(term, terms.len());
                terms.push(Tokens::of(commit, field, term, docs)?);
            }
        }
        let mut found = Vec::with_capacity(pairs.len());
        for (first, second) in pairs {
            let (one, two) = (numbers[&first[..]], numbers[&second[..]]);
            let df = terms[one].df.min(terms[two].df);
            if df > 0 {
                let factor = (scale.term_weight(commit.count, df) * (scale.k1 + 1.0)) as f32;
                found.push(Pair { one, two, factor });
            }
        }
        let norms = commit.norms_of(field, &*commit.norms(field, scale)?, docs)?;
        Ok(Nearness { terms, pairs: found, norms, slop })
    }

    /// No less than what a document gets, by its place among the documents.
    pub fn most(&self, at: usize) -> f64 {
        let most = |pair: &Pair| match self.terms[pair.one].most(at).min(self.terms[pair.two].most(at)) {
            0 => 0.0,
            u32::MAX => f64::from(pair.factor.max(0.0)),
            most => f64::from(score(most, self.norms[at], pair.factor).max(0.0)),
        };
        self.pairs.iter().map(most).sum()
    }

    /// What a document gets, by its place; those that rise are quickest.
    pub fn of(&mut self, at: usize) -> Result<f32> {
        let mut total = 0f32;
        for &Pair { one, two, factor } in &self.pairs {
            let terms = &mut self.terms;
            if terms[one].is_in(at) && terms[two].is_in(at) {
                terms[one].read(at)?;
                terms[two].read(at)?;
                let tf = followed(terms[one].positions(at), terms[two].positions(at), self.slop);
                if tf > 0 {
                    total += score(tf, self.norms[at], factor);
                }
            }
        }
        Ok(total)
    }
}

/// How many of some positions are followed by one of others within `slop` places; all rising.
fn followed(first: &[u32], second: &[u32], slop: u32) -> u32 {
    let mut at = 0;
    let mut count = 0;
    for &position in first {
        while at < second.len() && second[at] <= position {
            at += 1;
        }
        match second.get(at) {
            Some(&behind) if behind - position <= slop => count += 1,
            Some(_) => {}
            None => break,
        }
    }
    count
}
