//! The parts of a query whose scores are added: terms, read as far as they are asked for, or what was worked out.

use crate::fault::Result;
use crate::search::commit::{Commit, Matches};
use crate::search::evaluation::Evaluation;
use crate::search::node::Node;
use crate::search::scores::{Scored, Scores};
use crate::search::sets::{reached, union};

/// One part; every document that it has scores more than nothing.
pub enum Part {
    Term { fields: Vec<Scores>, boost: f32 },
    Known(Matches),
}

/// A part in one segment, those documents passed that are behind us.
pub enum LeafPart<'a> {
    Term { fields: Vec<Scored<'a>>, boost: f32, found: Matches, other: Matches },
    Known { docs: &'a [u32], scores: &'a [f32], base: u32, at: usize },
}

impl Part {
    /// A node as a part; None where a document may score nothing.
    pub fn of(on: &Evaluation, node: &Node) -> Result<Option<Part>> {
        if let Node::Term { fields, term, boost } = node {
            let each = fields.iter().map(|field| Scores::of(on.commit, field, term, on.weighting));
            let fields = each.collect::<Result<Vec<Scores>>>()?;
            if fields.len() <= 2 {
                let is_sound = *boost > 0.0 && fields.iter().all(|scores| scores.listed.df == 0 || scores.factor > 0.0);
                return Ok(if is_sound { Some(Part::Term { fields, boost: *boost }) } else { None });
            }
        }
        let found = on.matches(node)?;
        Ok(if found.scores.iter().all(|&score| score > 0.0) { Some(Part::Known(found)) } else { None })
    }

    /// Documents that it has, about.
    pub fn count(&self) -> usize {
        match self {
            Part::Term { fields, .. } => fields.iter().map(|scores| scores.listed.df).sum(),
            Part::Known(found) => found.docs.len(),
        }
    }

    /// The most that it adds to any document, or a little more.
    pub fn most(&self, commit: &Commit) -> Result<f64> {
        Ok(match self {
            Part::Term { fields, boost } => {
                let mut sum = 0.0;
                for scores in fields {
                    sum += f64::from(scores.most(commit)?);
                }
                sum * f64::from(*boost)
            }
            Part::Known(found) => f64::from(found.scores.iter().fold(0f32, |most, &score| most.max(score))),
        })
    }

    /// What it has in one segment; None where that is nothing.
    pub fn in_leaf<'a>(&'a self, commit: &'a Commit, number: usize) -> Result<Option<LeafPart<'a>>> {
        match self {
            Part::Term { fields, boost } => {
                let mut own = Vec::with_capacity(fields.len());
                for scores in fields {
                    own.extend(scores.in_leaf(commit, number)?);
                }
                let (found, other) = (Matches::default(), Matches::default());
                let term = LeafPart::Term { fields: own, boost: *boost, found, other };
                Ok(if term.left() > 0 { Some(term) } else { None })
            }
            Part::Known(found) => {
                let leaf = match commit.leaves.get(number) {
                    Some(leaf) => leaf,
                    None => return Ok(None),
                };
                let docs = leaf.own(&found.docs);
                let first = found.docs.partition_point(|&doc| doc < leaf.base);
                let scores = &found.scores[first..first + docs.len()];
                let known = LeafPart::Known { docs, scores, base: leaf.base, at: 0 };
                Ok(if docs.is_empty() { None } else { Some(known) })
            }
        }
    }
}

impl LeafPart<'_> {
    /// Postings that are not passed.
    pub fn left(&self) -> usize {
        match self {
            LeafPart::Term { fields, .. } => fields.iter().map(Scored::left).sum(),
            LeafPart::Known { docs, at, .. } => docs.len() - at,
        }
    }

    /// Pass what is before a document.
    pub fn pass(&mut self, doc: u32) {
        match self {
            LeafPart::Term { fields, .. } => fields.iter_mut().for_each(|scored| scored.pass(doc)),
            LeafPart::Known { docs, base, at, .. } => *at = reached(docs, *at, doc + *base),
        }
    }

    /// Every document before one, which are passed then, and its score.
    pub fn each(&mut self, below: u32, mut to: impl FnMut(u32, f32)) -> Result<()> {
        match self {
            LeafPart::Term { fields, boost, found, other } => {
                let boost = *boost;
                for (scored, matches) in fields.iter_mut().zip([&mut *found, &mut *other]) {
                    matches.docs.clear();
                    matches.scores.clear();
                    scored.fill(below, &mut matches.docs, &mut matches.scores)?;
                }
                if fields.len() < 2 || other.docs.is_empty() {
                    found.docs.iter().zip(&found.scores).for_each(|(&doc, &score)| to(doc, score * boost));
                } else {
                    let both = union(vec![std::mem::take(found), std::mem::take(other)]);
                    both.docs.iter().zip(&both.scores).for_each(|(&doc, &score)| to(doc, score * boost));
                }
            }
            LeafPart::Known { docs, scores, base, at } => {
                while let (Some(&doc), Some(&score)) = (docs.get(*at), scores.get(*at)) {
                    if doc - *base >= below {
                        break;
                    }
                    to(doc - *base, score);
                    *at += 1;
                }
            }
        }
        Ok(())
    }

    /// The score of a document, if it is there; those that are asked for rise.
    #[inline]
    pub fn seek(&mut self, doc: u32) -> Result<Option<f32>> {
        match self {
            LeafPart::Term { fields, boost, .. } => {
                let mut sum = None;
                for scored in fields {
                    if let Some(score) = scored.seek(doc)? {
                        sum = Some(sum.unwrap_or(0.0) + f64::from(score));
                    }
                }
                Ok(sum.map(|sum| sum as f32 * *boost))
            }
            LeafPart::Known { docs, scores, base, at } => {
                *at = reached(docs, *at, doc + *base);
                Ok(if docs.get(*at) == Some(&(doc + *base)) { scores.get(*at).copied() } else { None })
            }
        }
    }
}
