//! The best few documents of a query, as `top.py` has them.

use std::sync::Arc;

use crate::fault::Result;
use crate::search::best::{Behind, Best};
use crate::search::commit::{Commit, Matches};
use crate::search::docset::DocSet;
use crate::search::evaluation::{add_to, parts_of, Evaluation};
use crate::search::node::Node;
use crate::search::parts::{LeafPart, Part};
use crate::search::sets::common;
use crate::search::windows::add_best;

/// Documents asked for at first where all are wanted that score nearly as high as the best; and how many times more
/// where these were too few.
const FIRST: usize = 100;
const DEEPER: usize = 8;

/// Scores that are equal but for rounding.
pub const EQUAL: f64 = 1.0 - 1e-6;

/// Of all documents one in so many: fewer are looked up, of more it is told first which may be among the best.
const FEW: usize = 64;

/// A query: the documents of what must match, and what that adds to each; parts that add, of which any has to match if
/// nothing must; and which documents may be found, and may not.
struct Shape {
    must: Option<(Vec<u32>, Vec<f64>)>,
    may: Vec<Part>,
    allowed: Option<Arc<DocSet>>,
    refused: Vec<u32>,
}

/// The best `count` documents of a node, best first, ties by number.
pub fn top(on: &Evaluation, node: &Node, count: usize, behind: Behind) -> Result<Vec<(u32, f32)>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    if let Node::AndMaybe(must, by) = node {
        if let Node::Constant(wanted, score) = &**must {
            if *score == 0.0 {
                let set = on.set(wanted)?;
                let parts = match shape_of(on, by)? {
                    Some(Shape { must: None, may, allowed, refused })
                        if refused.is_empty() && allowed.as_ref().map_or(true, |allowed| allowed.holds(&set)) =>
                    {
                        may
                    }
                    _ => vec![Part::Known(on.matches(by, None)?)],
                };
                let mut best = Best::new(count, behind, &[]);
                if behind.is_some() || set.len() * FEW < on.commit.every {
                    of_set(on.commit, &set.list(), &parts, false, &mut best)?;
                } else {
                    of_any(on.commit, &parts, Some(&set), &mut best)?;
                    best.add_others(&set);
                }
                return Ok(best.listed());
            }
        }
    }
    let shape = match shape_of(on, node)? {
        Some(shape) => shape,
        None => {
            let found = on.matches(node, None)?;
            let mut best = Best::new(count, behind, &[]);
            found.docs.into_iter().zip(found.scores).for_each(|(doc, score)| best.add(doc, f64::from(score)));
            return Ok(best.listed());
        }
    };
    let Shape { must, may, allowed, refused } = shape;
    let mut best = Best::new(count, behind, &refused);
    match &allowed {
        _ if must.is_some() => of_all(on.commit, must.unwrap_or_default(), &may, allowed.as_deref(), &mut best)?,
        Some(allowed) if allowed.len() * FEW < on.commit.every => {
            of_set(on.commit, &allowed.list(), &may, true, &mut best)?
        }
        _ => of_any(on.commit, &may, allowed.as_deref(), &mut best)?,
    }
    Ok(best.listed())
}

/// What a node gives documents that it matches, rising.
pub fn scores_of(on: &Evaluation, node: &Node, docs: &[u32]) -> Result<Vec<f32>> {
    let by = match node {
        Node::AndMaybe(must, by) if matches!(&**must, Node::Constant(_, score) if *score == 0.0) => by,
        other => other,
    };
    let parts = match shape_of(on, by)? {
        Some(Shape { must: None, may, .. }) => may,
        _ => vec![Part::Known(on.matches(by, None)?)],
    };
    let mut scores = Vec::with_capacity(docs.len());
    for (number, leaf) in on.commit.leaves.iter().enumerate() {
        let mut found: Vec<(u32, f64)> = leaf.own(docs).iter().map(|&doc| (doc - leaf.base, 0.0)).collect();
        add_parts(&mut found, &parts, on.commit, number)?;
        scores.extend(found.into_iter().map(|(_, sum)| sum as f32));
    }
    Ok(scores)
}

/// All documents of a node that score at least a share of what its best one does, by number.
pub fn leading(on: &Evaluation, node: &Node, share: f64) -> Result<Matches> {
    let mut count = FIRST;
    loop {
        let mut found = top(on, node, count, None)?;
        let edge = found.first().map_or(0.0, |first| share * f64::from(first.1).max(0.0) * EQUAL);
        if found.len() == count && found.last().map_or(false, |last| f64::from(last.1) >= edge) {
            count *= DEEPER;
            continue;
        }
        found.retain(|&(_, score)| f64::from(score) >= edge);
        found.sort_unstable_by_key(|&(doc, _)| doc);
        let (docs, scores) = found.into_iter().unzip();
        return Ok(Matches { docs, scores });
    }
}

/// A node as parts; None where it has another shape, or a part of it may score nothing.
fn shape_of(on: &Evaluation, node: &Node) -> Result<Option<Shape>> {
    let (must, may): (&[Node], &[Node]) = match node {
        Node::Shared(node) => return shape_of(on, node),
        Node::Require(child, required) => {
            let mut shape = match shape_of(on, child)? {
                Some(shape) => shape,
                None => return Ok(None),
            };
            shape.allowed = Some(match shape.allowed {
                Some(allowed) => Arc::new(DocSet::listed(on.commit.every, on.docs(required, Some(&allowed.list()))?)),
                None => on.set(required)?,
            });
            return Ok(Some(shape));
        }
        Node::AndNot { child, without, bonus } if *bonus == 0.0 => {
            let mut shape = match shape_of(on, child)? {
                Some(shape) if shape.refused.is_empty() => shape,
                _ => return Ok(None),
            };
            shape.refused = on.docs(without, None)?;
            return Ok(Some(shape));
        }
        Node::And(children) => (children, &[]),
        Node::Or(children) => (&[], children),
        Node::Term { .. } => (&[], std::slice::from_ref(node)),
        Node::AndMaybe(must, should) => match &**must {
            Node::And(children) if children.is_empty() => return Ok(None),
            Node::And(children) => (children, parts_of(should)),
            other => (std::slice::from_ref(other), parts_of(should)),
        },
        _ => return Ok(None),
    };
    if must.is_empty() && may.is_empty() {
        return Ok(None);
    }
    let mut shape = Shape { must: None, may: Vec::new(), allowed: None, refused: Vec::new() };
    for child in may {
        if !Part::add(on, child, &mut shape.may)? {
            return Ok(None);
        }
    }
    if must.is_empty() {
        return Ok(Some(shape));
    }
    if let [child] = must {
        let Matches { docs, scores } = on.matches(child, None)?;
        if scores.iter().any(|&score| score <= 0.0) {
            return Ok(None);
        }
        shape.must = Some((docs, scores.into_iter().map(f64::from).collect()));
        return Ok(Some(shape));
    }
    let docs = on.docs_of_all(&must.iter().collect::<Vec<_>>(), None)?;
    let mut sums = vec![0.0; docs.len()];
    for child in must {
        let found = on.matches(child, Some(&docs))?;
        if found.scores.iter().any(|&score| score <= 0.0) {
            return Ok(None);
        }
        add_to(&mut sums, &docs, &found);
    }
    shape.must = Some((docs, sums));
    Ok(Some(shape))
}

/// The best of documents that any of some parts has.
fn of_any(commit: &Commit, parts: &[Part], allowed: Option<&DocSet>, best: &mut Best) -> Result<()> {
    for (number, leaf) in commit.leaves.iter().enumerate() {
        let mut own: Vec<LeafPart> = Vec::with_capacity(parts.len());
        for part in parts {
            own.extend(part.in_leaf(commit, number, None)?);
        }
        add_best(leaf, &mut own, allowed, best)?;
    }
    Ok(())
}

/// The best of some documents by the parts that they have, or by those that have any.
fn of_set(commit: &Commit, docs: &[u32], parts: &[Part], any: bool, best: &mut Best) -> Result<()> {
    for (number, leaf) in commit.leaves.iter().enumerate() {
        let own = leaf.own(docs).iter();
        // Every part adds more than nothing.
        let mut found: Vec<(u32, f64)> = own.map(|&doc| (doc - leaf.base, 0.0)).collect();
        add_parts(&mut found, parts, commit, number)?;
        let wanted = found.into_iter().filter(|&(_, sum)| !any || sum > 0.0);
        wanted.for_each(|(doc, sum)| best.add(leaf.base + doc, sum));
    }
    Ok(())
}

/// The best of documents of what must match, each with what that adds.
fn of_all(
    commit: &Commit,
    (docs, sums): (Vec<u32>, Vec<f64>),
    may: &[Part],
    allowed: Option<&DocSet>,
    best: &mut Best,
) -> Result<()> {
    let mut found: Vec<(u32, f64)> = docs.iter().copied().zip(sums).collect();
    if let Some(allowed) = allowed {
        let allowed = allowed.of(&docs);
        found = common(&docs, &allowed).into_iter().map(|(here, _)| found[here]).collect();
    }
    let mut all = found.into_iter().peekable();
    for (number, leaf) in commit.leaves.iter().enumerate() {
        let end = leaf.base + leaf.segment.docs as u32;
        let own = std::iter::from_fn(|| all.next_if(|&(doc, _)| doc < end));
        let mut found: Vec<(u32, f64)> = own.map(|(doc, sum)| (doc - leaf.base, sum)).collect();
        add_parts(&mut found, may, commit, number)?;
        found.into_iter().for_each(|(doc, sum)| best.add(leaf.base + doc, sum));
    }
    Ok(())
}

/// Add the scores of parts to those of documents of a segment, rising.
fn add_parts(found: &mut [(u32, f64)], parts: &[Part], commit: &Commit, number: usize) -> Result<()> {
    if found.is_empty() {
        return Ok(());
    }
    for part in parts {
        if let Some(mut part) = part.in_leaf(commit, number, Some(found.len()))? {
            for (doc, sum) in found.iter_mut() {
                *sum += part.score(*doc)?.map_or(0.0, f64::from);
            }
        }
    }
    Ok(())
}
