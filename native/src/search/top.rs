//! The best few documents of a query, as `top.py` has them.

use crate::fault::Result;
use crate::search::best::{Behind, Best};
use crate::search::commit::{Commit, Matches};
use crate::search::evaluation::{parts_of, Evaluation};
use crate::search::node::Node;
use crate::search::parts::{LeafPart, Part};
use crate::search::sets::both;
use crate::search::windows::{add_to, Window};

/// Documents asked for at first where all are wanted that score nearly as high as the best; and how many times more
/// where these were too few.
const FIRST: usize = 100;
const DEEPER: usize = 8;

/// Scores that are equal but for rounding.
const EQUAL: f64 = 1.0 - 1e-6;

/// Of all documents one in so many: fewer are looked up, more are left out of what is found.
const FEW: usize = 16;

/// A query as parts that all must match, or if there are none, of which any must; parts that only add; and which
/// documents may be found.
struct Shape {
    must: Vec<Part>,
    may: Vec<Part>,
    allowed: Option<Vec<u32>>,
}

/// The best `count` documents of a node, best first, ties by number.
pub fn top(on: &Evaluation, node: &Node, count: usize, behind: Behind) -> Result<Vec<(u32, f32)>> {
    let mut best = Best::new(count, behind);
    if let Node::AndMaybe(must, by) = node {
        if let Node::Constant(wanted, score) = &**must {
            if *score == 0.0 {
                let docs = on.docs(wanted, None)?;
                let parts = match shape_of(on, by)? {
                    Some(Shape { must, may, allowed: None }) if must.is_empty() => may,
                    _ => vec![Part::Known(on.matches(by)?)],
                };
                return of_set(on.commit, &docs, &parts, false, best);
            }
        }
    }
    let shape = match shape_of(on, node)? {
        Some(shape) => shape,
        None => {
            let found = on.matches(node)?;
            found.docs.into_iter().zip(found.scores).for_each(|(doc, score)| best.add(doc, f64::from(score)));
            return Ok(best.listed());
        }
    };
    if !shape.must.is_empty() {
        return of_all(on.commit, shape, best);
    }
    match shape.allowed {
        Some(allowed) if allowed.len() * FEW < on.commit.every => of_set(on.commit, &allowed, &shape.may, true, best),
        allowed => of_any(on.commit, &shape.may, allowed.as_deref(), best),
    }
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
            shape.allowed = Some(on.docs(required, shape.allowed.as_deref())?);
            return Ok(Some(shape));
        }
        Node::And(children) => (children, &[]),
        Node::Or(children) => (&[], children),
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
    let mut shape = Shape { must: Vec::new(), may: Vec::new(), allowed: None };
    for (children, needed) in [(must, true), (may, false)] {
        for child in children {
            let part = match Part::of(on, child)? {
                Some(part) => part,
                None => return Ok(None),
            };
            if needed {
                shape.must.push(part);
            } else if part.count() > 0 {
                shape.may.push(part);
            }
        }
    }
    Ok(Some(shape))
}

/// The best of documents that any of some parts has.
fn of_any(commit: &Commit, parts: &[Part], allowed: Option<&[u32]>, mut best: Best) -> Result<Vec<(u32, f32)>> {
    let mut order: Vec<(f64, &Part)> = Vec::with_capacity(parts.len());
    for part in parts {
        order.push((part.most(commit)?, part));
    }
    order.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut window = Window::new();
    for (number, leaf) in commit.leaves.iter().enumerate() {
        let mut own: Vec<(f64, LeafPart)> = Vec::with_capacity(order.len());
        for &(most, part) in &order {
            own.extend(part.in_leaf(commit, number)?.map(|part| (most, part)));
        }
        window.add_best(leaf, &mut own, allowed, &mut best)?;
    }
    Ok(best.listed())
}

/// The best of some documents by the parts that they have, or by those that have any.
fn of_set(commit: &Commit, docs: &[u32], parts: &[Part], any: bool, mut best: Best) -> Result<Vec<(u32, f32)>> {
    for (number, leaf) in commit.leaves.iter().enumerate() {
        let own = leaf.own(docs).iter();
        // Every part adds more than nothing.
        let mut found: Vec<(u32, f64)> = own.map(|&doc| (doc - leaf.base, 0.0)).collect();
        add_parts(&mut found, parts, commit, number)?;
        let wanted = found.into_iter().filter(|&(_, sum)| !any || sum > 0.0);
        wanted.for_each(|(doc, sum)| best.add(leaf.base + doc, sum));
    }
    Ok(best.listed())
}

/// The best of documents that all of some parts have.
fn of_all(commit: &Commit, mut shape: Shape, mut best: Best) -> Result<Vec<(u32, f32)>> {
    shape.must.sort_by_key(Part::count);
    for (number, leaf) in commit.leaves.iter().enumerate() {
        let docs = leaf.segment.docs as u32;
        let mut found: Vec<(u32, f64)> = Vec::new();
        for (at, part) in shape.must.iter().enumerate() {
            let mut part = match part.in_leaf(commit, number)? {
                Some(part) => part,
                None => {
                    found.clear();
                    break;
                }
            };
            if at == 0 {
                part.each(docs, |doc, score| found.push((doc, f64::from(score))))?;
                found.retain(|&(doc, _)| leaf.is_live(doc));
                if let Some(allowed) = &shape.allowed {
                    let all: Vec<u32> = found.iter().map(|&(doc, _)| leaf.base + doc).collect();
                    let mut kept = both(&all, leaf.own(allowed)).into_iter().peekable();
                    found.retain(|&(doc, _)| kept.next_if_eq(&(leaf.base + doc)).is_some());
                }
            } else {
                let before: Vec<f64> = found.iter().map(|&(_, sum)| sum).collect();
                add_to(&mut found, &mut part, 0, docs, docs)?;
                let mut sums = before.into_iter();
                found.retain(|&(_, sum)| sums.next().map_or(false, |before| sum > before));
            }
        }
        add_parts(&mut found, &shape.may, commit, number)?;
        found.into_iter().for_each(|(doc, sum)| best.add(leaf.base + doc, sum));
    }
    Ok(best.listed())
}

fn add_parts(found: &mut [(u32, f64)], parts: &[Part], commit: &Commit, number: usize) -> Result<()> {
    let docs = commit.leaves[number].segment.docs as u32;
    for part in parts {
        if found.is_empty() {
            break;
        }
        if let Some(mut part) = part.in_leaf(commit, number)? {
            add_to(found, &mut part, 0, docs, docs)?;
        }
    }
    Ok(())
}
