//! A node in, the documents that it matches and their scores out; as `execution.py` and `membership.py` have it.

use std::sync::Arc;

use crate::fault::Result;
use crate::search::commit::{Commit, Matches};
use crate::search::docset::DocSet;
use crate::search::node::{Check, Node};
use crate::search::phrases::docs_of_phrase;
use crate::search::sets::{any, both, common, constant, kept, union, without};
use crate::search::top;
use crate::search::weighting::Weighting;

/// Evaluates nodes on one commit with one weighting.
pub struct Evaluation<'a> {
    pub commit: &'a Commit,
    pub weighting: &'a Weighting,
}

impl Evaluation<'_> {
    /// The live documents that a node matches, all, or of those given, rising; with scores.
    pub fn matches(&self, node: &Node, among: Option<&[u32]>) -> Result<Matches> {
        let within = |found: Matches| match among {
            Some(among) => kept(found, among, true),
            None => found,
        };
        Ok(match node {
            Node::Term { fields, term, boost } => {
                let each = fields.iter().map(|field| self.commit.postings(field, term, self.weighting, among));
                boosted(union(each.collect::<Result<_>>()?), *boost)
            }
            Node::And(children) => self.and(children, among)?,
            Node::Or(children) => union(self.parts(children, among)?),
            Node::AndMaybe(must, should) => {
                let Matches { docs, scores } = self.matches(must, among)?;
                let mut sums: Vec<f64> = scores.into_iter().map(f64::from).collect();
                if !docs.is_empty() {
                    for part in self.parts(parts_of(should), Some(&docs))? {
                        add_to(&mut sums, &docs, &part);
                    }
                }
                Matches { docs, scores: sums.into_iter().map(|sum| sum as f32).collect() }
            }
            Node::AndNot { child, without, bonus } => {
                let found = self.matches(child, among)?;
                let gone = self.docs(without, Some(&found.docs))?;
                let mut found = kept(found, &gone, false);
                if *bonus != 0.0 {
                    found.scores.iter_mut().for_each(|score| *score += bonus);
                }
                found
            }
            Node::Require(child, required) => {
                let found = self.matches(child, among)?;
                let there = self.docs(required, Some(&found.docs))?;
                kept(found, &there, true)
            }
            Node::Phrase { field, terms, boost, .. } => {
                if terms.len() == 1 {
                    return Ok(boosted(self.commit.postings(field, &terms[0], self.weighting, among)?, *boost));
                }
                let docs = self.docs(node, among)?;
                let mut scores = vec![0f32; docs.len()];
                for term in terms {
                    let part = self.commit.postings(field, term, self.weighting, Some(&docs))?;
                    for (here, there) in common(&docs, &part.docs) {
                        scores[here] += part.scores[there];
                    }
                }
                boosted(Matches { docs, scores }, *boost)
            }
            Node::Not(_) => constant(self.docs(node, among)?, 1.0),
            Node::Every { boost } => constant(self.docs(node, among)?, *boost),
            Node::Constant(child, score) => constant(self.docs(child, among)?, *score),
            Node::Boost(child, factor) => boosted(self.matches(child, among)?, *factor),
            Node::Leading(child, share) => within(top::leading(self, child, *share)?),
            Node::TwoPhase(approximation, check) => {
                let passing = passing(check, self.docs(approximation, among)?)?;
                self.matches(approximation, Some(&passing))?
            }
            Node::Shared(node) => self.matches(node, among)?,
            Node::Settled(_) => constant(self.docs(node, among)?, 1.0),
            Node::Known(found) => within(found.clone()),
            Node::Nothing => Matches::default(),
        })
    }

    /// The live documents that a node matches, all, or of those given, rising.
    pub fn docs(&self, node: &Node, among: Option<&[u32]>) -> Result<Vec<u32>> {
        let within = |docs: Vec<u32>| match among {
            Some(among) => both(among, &docs),
            None => docs,
        };
        Ok(match node {
            Node::Term { fields, term, .. } => {
                self.any_of(fields.iter(), among, |field, among| self.commit.docs(field, term, among))?
            }
            Node::And(children) => self.docs_of_all(&children.iter().collect::<Vec<_>>(), among)?,
            Node::Or(children) => self.any_of(children.iter(), among, |child, among| self.docs(child, among))?,
            Node::AndMaybe(must, _) => self.docs(must, among)?,
            Node::AndNot { child, without: gone, .. } => {
                let docs = self.docs(child, among)?;
                let gone = self.docs(gone, Some(&docs))?;
                without(docs, &gone)
            }
            Node::Require(child, required) => self.docs_of_all(&[&**child, &**required], among)?,
            Node::Not(child) => {
                let docs = among.map_or_else(|| self.commit.all_live(), <[u32]>::to_vec);
                let gone = self.docs(child, among)?;
                without(docs, &gone)
            }
            Node::Constant(child, _) | Node::Boost(child, _) => self.docs(child, among)?,
            Node::TwoPhase(approximation, check) => passing(check, self.docs(approximation, among)?)?,
            Node::Every { .. } => among.map_or_else(|| self.commit.all_live(), <[u32]>::to_vec),
            Node::Phrase { field, terms, slop, .. } => {
                if terms.len() == 1 {
                    self.commit.docs(field, &terms[0], among)?
                } else {
                    docs_of_phrase(self.commit, field, terms, *slop, among)?
                }
            }
            Node::Shared(node) => self.docs(node, among)?,
            Node::Settled(set) => match among {
                Some(among) => set.of(among),
                None => set.list().to_vec(),
            },
            Node::Leading(..) | Node::Known(_) | Node::Nothing => within(self.matches(node, None)?.docs),
        })
    }

    /// The live documents that a node matches, as a set.
    pub fn set(&self, node: &Node) -> Result<Arc<DocSet>> {
        Ok(match node {
            Node::Settled(set) => set.clone(),
            Node::Shared(node) => self.set(node)?,
            _ => Arc::new(DocSet::listed(self.commit.every, self.docs(node, None)?)),
        })
    }

    /// What is added up of some nodes: a term that is looked for in several fields is as many parts, as in `Part`.
    fn parts(&self, nodes: &[Node], among: Option<&[u32]>) -> Result<Vec<Matches>> {
        let mut parts = Vec::with_capacity(nodes.len());
        for node in nodes {
            match node {
                Node::Term { fields, term, boost } => {
                    for field in fields.iter() {
                        parts.push(boosted(self.commit.postings(field, term, self.weighting, among)?, *boost));
                    }
                }
                other => parts.push(self.matches(other, among)?),
            }
        }
        Ok(parts)
    }

    fn and(&self, children: &[Node], among: Option<&[u32]>) -> Result<Matches> {
        let docs = self.docs_of_all(&children.iter().collect::<Vec<_>>(), among)?;
        let mut sums = vec![0.0; docs.len()];
        if !docs.is_empty() {
            for child in children {
                add_to(&mut sums, &docs, &self.matches(child, Some(&docs))?);
            }
        }
        Ok(Matches { docs, scores: sums.into_iter().map(|sum| sum as f32).collect() })
    }

    /// Documents that any of some has, all, or of those given: what one of these has, the next ones are not asked for.
    fn any_of<T>(
        &self,
        each: impl Iterator<Item = T>,
        among: Option<&[u32]>,
        docs: impl Fn(T, Option<&[u32]>) -> Result<Vec<u32>>,
    ) -> Result<Vec<u32>> {
        let mut found = Vec::new();
        let mut rest = among.map(<[u32]>::to_vec);
        for one in each {
            if rest.as_ref().map_or(false, Vec::is_empty) {
                break;
            }
            let own = docs(one, rest.as_deref())?;
            rest = rest.map(|rest| without(rest, &own));
            found.push(own);
        }
        Ok(any(found))
    }

    /// Documents of every child; terms are asked first, since the others cost more.
    pub fn docs_of_all(&self, children: &[&Node], among: Option<&[u32]>) -> Result<Vec<u32>> {
        if children.is_empty() {
            return Ok(Vec::new());
        }
        let is_term = |node: &&&Node| matches!(node, Node::Term { .. });
        let mut found = among.map(<[u32]>::to_vec);
        let mut terms: Vec<(usize, &Node)> = Vec::new();
        for node in children.iter().filter(is_term) {
            if let Node::Term { fields, term, .. } = node {
                let dfs = fields.iter().map(|field| self.commit.df(field, term));
                terms.push((dfs.sum::<Result<usize>>()?, node));
            }
        }
        terms.sort_by_key(|&(df, _)| df);
        for (df, node) in terms {
            if df == 0 {
                return Ok(Vec::new());
            }
            let docs = self.docs(node, found.as_deref())?;
            if docs.is_empty() {
                return Ok(docs);
            }
            found = Some(docs);
        }
        for child in children.iter().filter(|child| !is_term(child)) {
            let docs = self.docs(child, found.as_deref())?;
            if docs.is_empty() {
                return Ok(docs);
            }
            found = Some(docs);
        }
        Ok(found.unwrap_or_default())
    }
}

/// The children of a node that are added up, or it alone.
pub fn parts_of(node: &Node) -> &[Node] {
    match node {
        Node::Or(children) => children,
        Node::Shared(node) => parts_of(node),
        other => std::slice::from_ref(other),
    }
}

/// Add the scores of some of the documents to their sums.
pub fn add_to(sums: &mut [f64], docs: &[u32], part: &Matches) {
    for (here, there) in common(docs, &part.docs) {
        sums[here] += f64::from(part.scores[there]);
    }
}

fn boosted(mut found: Matches, factor: f32) -> Matches {
    if factor != 1.0 {
        found.scores.iter_mut().for_each(|score| *score *= factor);
    }
    found
}

fn passing(check: &Check, docs: Vec<u32>) -> Result<Vec<u32>> {
    if docs.is_empty() {
        return Ok(docs);
    }
    let passes = check(&docs)?;
    Ok(docs.into_iter().zip(passes).filter(|&(_, is)| is).map(|(doc, _)| doc).collect())
}
