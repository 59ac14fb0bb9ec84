//! The parts of a query whose scores are added: terms, or what was worked out.

use std::sync::Arc;

use crate::fault::Result;
use crate::search::commit::{Commit, Matches, SOUGHT};
use crate::search::evaluation::Evaluation;
use crate::search::impacts::{self, Impacts};
use crate::search::node::Node;
use crate::search::scores::{Scored, Scores};
use crate::search::sets::reached;

/// Looking a document up costs about as much as going through so many.
const LISTED: usize = 8;

/// One part; every document that it has scores more than nothing. A term that is looked for in several fields is as many
/// parts.
pub enum Part {
    Term { scores: Scores, boost: f32 },
    Known(Matches),
}

/// A part in one segment. What is asked of documents, rises.
pub struct LeafPart<'a> {
    /// The most that it adds to any document, or a little more.
    pub most: f64,
    /// Documents that it has.
    pub count: usize,
    of: Of<'a>,
    at: usize,
}

enum Of<'a> {
    Term { scored: Box<Scored<'a>>, impacts: Option<Arc<Impacts>>, boost: f32 },
    Known { docs: &'a [u32], scores: &'a [f32], base: u32 },
}

impl Part {
    /// Add a node as parts; false where a document may score nothing.
    pub fn add(on: &Evaluation, node: &Node, to: &mut Vec<Part>) -> Result<bool> {
        if let Node::Term { fields, term, boost } = node {
            for field in fields.iter() {
                let scores = Scores::of(on.commit, field, term, on.weighting)?;
                if scores.listed.df > 0 {
                    if !(scores.factor > 0.0 && *boost > 0.0) {
                        return Ok(false);
                    }
                    to.push(Part::Term { scores, boost: *boost });
                }
            }
            return Ok(true);
        }
        let found = on.matches(node, None)?;
        let is_sound = found.scores.iter().all(|&score| score > 0.0);
        if !found.docs.is_empty() {
            to.push(Part::Known(found));
        }
        Ok(is_sound)
    }

    /// What it has in one segment; None where that is nothing. wanted: how many documents will be asked for, if not all.
    pub fn in_leaf<'a>(
        &'a self,
        commit: &'a Commit,
        number: usize,
        wanted: Option<usize>,
    ) -> Result<Option<LeafPart<'a>>> {
        match self {
            Part::Term { scores, boost } => {
                let (mut scored, count) = match scores.in_leaf(commit, number)? {
                    Some(scored) => (scored, scores.listed.df),
                    None => return Ok(None),
                };
                let few = wanted.map_or(false, |wanted| wanted * SOUGHT < count);
                let (impacts, most) = match scores.impacts(commit, number, &mut scored, few)? {
                    Some((impacts, most)) => (Some(impacts), f64::from(most) * f64::from(*boost)),
                    None => (None, f64::from(scored.factor) * f64::from(*boost)), // a score is a share of the factor
                };
                Ok(Some(LeafPart {
                    most,
                    count,
                    of: Of::Term { scored: Box::new(scored), impacts, boost: *boost },
                    at: 0,
                }))
            }
            Part::Known(found) => {
                let leaf = match commit.leaves.get(number) {
                    Some(leaf) => leaf,
                    None => return Ok(None),
                };
                let docs = leaf.own(&found.docs);
                let first = found.docs.partition_point(|&doc| doc < leaf.base);
                let scores = &found.scores[first..first + docs.len()];
                let most = f64::from(scores.iter().fold(0f32, |most, &score| most.max(score)));
                let known =
                    LeafPart { most, count: docs.len(), of: Of::Known { docs, scores, base: leaf.base }, at: 0 };
                Ok(if docs.is_empty() { None } else { Some(known) })
            }
        }
    }
}

impl LeafPart<'_> {
    /// Add its share of `most`, or a little more, to the sums of documents from `start` on.
    pub fn add_shares(&mut self, start: u32, sums: &mut [u16], most: u16) -> Result<()> {
        let end = start.saturating_add(sums.len() as u32);
        let mut add = |doc: u32, share: u16| {
            let sum = &mut sums[(doc - start) as usize];
            *sum = sum.saturating_add(share);
        };
        match &mut self.of {
            Of::Term { impacts: Some(impacts), .. } => impacts.add(start, sums, scaled(most), &mut self.at),
            Of::Term { scored, impacts: None, boost } => {
                let (docs, scores) = scored.between(start, end)?;
                for (&doc, &score) in docs.iter().zip(scores).filter(|(&doc, _)| doc >= start) {
                    add(doc, share(score * *boost, self.most, most));
                }
            }
            Of::Known { docs, scores, base } => {
                self.at = reached(docs, self.at, start + *base);
                while let Some(&doc) = docs.get(self.at).filter(|&&doc| doc < end.saturating_add(*base)) {
                    add(doc - *base, share(scores[self.at], self.most, most));
                    self.at += 1;
                }
            }
        }
        Ok(())
    }

    /// The same for one document.
    #[inline]
    pub fn share(&mut self, doc: u32, most: u16) -> Result<u16> {
        if let Of::Term { impacts: Some(impacts), .. } = &self.of {
            return Ok(impacts.place(doc, &mut self.at).map_or(0, |at| impacts.share(at, scaled(most))));
        }
        Ok(self.score(doc)?.map_or(0, |score| share(score, self.most, most)))
    }

    /// Begin again with documents from one on.
    pub fn turn_back(&mut self, doc: u32) {
        self.at = match &mut self.of {
            Of::Term { scored, impacts, .. } => {
                scored.turn_back();
                impacts.as_ref().map_or(0, |impacts| impacts.first(doc))
            }
            Of::Known { docs, base, .. } => docs.partition_point(|&one| one < doc + *base),
        };
    }

    /// The score of a document, if it is there.
    #[inline]
    pub fn score(&mut self, doc: u32) -> Result<Option<f32>> {
        match &mut self.of {
            Of::Term { scored, impacts: None, boost } => Ok(scored.seek(doc)?.map(|score| score * *boost)),
            Of::Term { scored, impacts: Some(impacts), boost } => Ok(match impacts.place(doc, &mut self.at) {
                Some(place) => match impacts.tf(place) {
                    Some(tf) => Some(scored.score(doc, tf) * *boost),
                    None => scored.seek(doc)?.map(|score| score * *boost),
                },
                None => None,
            }),
            Of::Known { docs, scores, base } => {
                self.at = reached(docs, self.at, doc + *base);
                Ok(if docs.get(self.at) == Some(&(doc + *base)) { scores.get(self.at).copied() } else { None })
            }
        }
    }

    /// Go through its own documents, if they are few beside `count` that are asked for, and add their scores to those
    /// that are asked for; false where it was not done. numbers: of each document from `first` on, its number among
    /// these, from 1.
    pub fn add_listed(&mut self, first: u32, numbers: &[u16], count: usize, scores: &mut [f64]) -> Result<bool> {
        let (scored, impacts, boost) = match &mut self.of {
            Of::Term { scored, impacts: Some(impacts), boost } => (scored, impacts, *boost),
            _ => return Ok(false),
        };
        let (docs, tfs) = match impacts.listed(self.at, first.saturating_add(numbers.len() as u32)) {
            Some((docs, tfs)) if docs.len() < count * LISTED => (docs, tfs),
            _ => return Ok(false),
        };
        for (&doc, &tf) in docs.iter().zip(tfs) {
            let number = numbers[(doc - first) as usize];
            if number > 0 {
                let score = match impacts::counted(tf) {
                    Some(tf) => Some(scored.score(doc, tf) * boost),
                    None => scored.seek(doc)?.map(|score| score * boost),
                };
                scores[usize::from(number) - 1] += score.map_or(0.0, f64::from);
            }
        }
        Ok(true)
    }

    /// Whether shares of many documents are added at once.
    pub fn is_dense(&self) -> bool {
        matches!(&self.of, Of::Term { impacts: Some(impacts), .. } if impacts.is_dense())
    }
}

/// What 255 of 256 of it is `most`, or a little more.
fn scaled(most: u16) -> u16 {
    (u32::from(most) * 256 / 255 + 1).min(u32::from(u16::MAX)) as u16
}

fn share(score: f32, of: f64, most: u16) -> u16 {
    (f64::from(score) / of * f64::from(most)) as u16 + 1
}
