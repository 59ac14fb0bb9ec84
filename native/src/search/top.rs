//! The best few documents of a query, skipping what cannot be among them; as `top.py` has it.
//!
//! After MaxScore (Turtle and Flood, 1995): the parts that can add most go first; once the others cannot bring a new
//! document among the best, they are only looked up for those that can still be.

use std::cell::RefCell;
use std::cmp::Ordering;

use crate::fault::Result;
use crate::search::commit::Matches;
use crate::search::evaluation::{parts_of, Evaluation};
use crate::search::node::Node;
use crate::search::sets::common;

/// Documents asked for at first where all are wanted that score nearly as high as the best; and how many times more
/// where these were too few.
const FIRST: usize = 100;
const DEEPER: usize = 8;

/// Scores that are to be reached, less what rounding may take.
const EQUAL: f64 = 1.0 - 1e-6;
const SAFETY: f64 = 1.0 - 1e-5;

/// Only what stands behind a score and a document is wanted.
pub type Behind = Option<(f32, i64)>;

thread_local! {
    /// A sum for every document, all 0 between searches.
    static SUMS: RefCell<Vec<f64>> = const { RefCell::new(Vec::new()) };
}

/// A query as parts that all must match, or if there are none, of which any must; parts that only add; and which
/// documents may be found.
struct Shape {
    must: Vec<Matches>,
    may: Vec<Matches>,
    allowed: Option<Vec<u32>>,
}

/// The best `count` documents of a node, best first, ties by number.
pub fn top(on: &Evaluation, node: &Node, count: usize, behind: Behind) -> Result<Vec<(u32, f32)>> {
    if let Node::AndMaybe(must, by) = node {
        if let Node::Constant(wanted, score) = &**must {
            if *score == 0.0 {
                return top_of_set(on, wanted, by, count, behind);
            }
        }
    }
    match shape_of(on, node)? {
        Some(shape) => Ok(of_shape(on, shape, count, behind)),
        None => {
            let found = on.matches(node)?;
            Ok(best(found.docs.into_iter().zip(found.scores).collect(), count, behind))
        }
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

/// The best of some documents, best first, ties by number.
fn best(mut found: Vec<(u32, f32)>, count: usize, behind: Behind) -> Vec<(u32, f32)> {
    if let Some((score, doc)) = behind {
        found.retain(|&(other, its)| its < score || (its == score && i64::from(other) > doc));
    }
    let order = |a: &(u32, f32), b: &(u32, f32)| match b.1.total_cmp(&a.1) {
        Ordering::Equal => a.0.cmp(&b.0),
        other => other,
    };
    if found.len() > count {
        if count == 0 {
            return Vec::new();
        }
        found.select_nth_unstable_by(count - 1, order);
        found.truncate(count);
    }
    found.sort_unstable_by(order);
    found
}

/// The best documents of one node by the scores of another, which may be none.
fn top_of_set(on: &Evaluation, wanted: &Node, by: &Node, count: usize, behind: Behind) -> Result<Vec<(u32, f32)>> {
    let docs = on.docs(wanted, None)?;
    let parts: Vec<Matches> = match shape_of(on, by)? {
        Some(Shape { must, may, allowed: None }) if must.is_empty() => may,
        _ => vec![on.matches(by)?],
    };
    let mut sums = vec![0f64; docs.len()];
    for part in &parts {
        for (here, there) in common(&docs, &part.docs) {
            sums[here] += f64::from(part.scores[there]);
        }
    }
    Ok(best(docs.into_iter().zip(sums.into_iter().map(|sum| sum as f32)).collect(), count, behind))
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
            let part = on.matches(child)?;
            if part.scores.iter().any(|&score| score <= 0.0) {
                return Ok(None);
            }
            if needed {
                shape.must.push(part);
            } else if !part.docs.is_empty() {
                shape.may.push(part);
            }
        }
    }
    Ok(Some(shape))
}

fn of_shape(on: &Evaluation, mut shape: Shape, count: usize, behind: Behind) -> Vec<(u32, f32)> {
    if !shape.must.is_empty() {
        return of_all(shape, count, behind);
    }
    SUMS.with(|sums| match sums.try_borrow_mut() {
        Ok(mut sums) => of_any(on, &mut shape, count, behind, &mut sums),
        Err(_) => of_any(on, &mut shape, count, behind, &mut Vec::new()),
    })
}

/// The best of documents that all of some parts have.
fn of_all(mut shape: Shape, count: usize, behind: Behind) -> Vec<(u32, f32)> {
    shape.must.sort_by_key(|part| part.docs.len());
    let mut must = shape.must.into_iter();
    let first = must.next().unwrap_or_default();
    let mut found: Vec<(u32, f64)> = first.docs.into_iter().zip(first.scores.into_iter().map(f64::from)).collect();
    if let Some(allowed) = &shape.allowed {
        let docs: Vec<u32> = found.iter().map(|&(doc, _)| doc).collect();
        found = common(&docs, allowed).into_iter().map(|(here, _)| found[here]).collect();
    }
    for part in must {
        let docs: Vec<u32> = found.iter().map(|&(doc, _)| doc).collect();
        let shared = common(&docs, &part.docs).into_iter();
        found = shared.map(|(here, there)| (docs[here], found[here].1 + f64::from(part.scores[there]))).collect();
    }
    let docs: Vec<u32> = found.iter().map(|&(doc, _)| doc).collect();
    for part in &shape.may {
        for (here, there) in common(&docs, &part.docs) {
            found[here].1 += f64::from(part.scores[there]);
        }
    }
    best(found.into_iter().map(|(doc, sum)| (doc, sum as f32)).collect(), count, behind)
}

/// The best of documents that any of some parts has.
fn of_any(on: &Evaluation, shape: &mut Shape, count: usize, behind: Behind, sums: &mut Vec<f64>) -> Vec<(u32, f32)> {
    let most = |part: &Matches| f64::from(part.scores.iter().fold(0f32, |most, &score| most.max(score)));
    let mut parts: Vec<(f64, Matches)> = shape.may.drain(..).map(|part| (most(&part), part)).collect();
    parts.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut reach: f64 = parts.iter().map(|part| part.0).sum();
    if sums.len() < on.commit.every {
        sums.resize(on.commit.every, 0.0);
    }
    let mut touched: Vec<u32> = Vec::new();
    let (mut edge, mut best_sum) = (0.0, 0f64);
    let mut rest = parts.iter();
    while reach >= edge * SAFETY {
        let (most, part) = match rest.next() {
            Some(next) => next,
            None => break,
        };
        for (&doc, &score) in part.docs.iter().zip(&part.scores) {
            let sum = &mut sums[doc as usize];
            if *sum == 0.0 {
                touched.push(doc);
            }
            *sum += f64::from(score);
            best_sum = best_sum.max(*sum);
        }
        reach = (reach - most).max(0.0);
        // As long as the others can bring more than the best one has, there is no edge to look for.
        let is_near = reach < best_sum && rest.len() > 0 && touched.len() >= count && count > 0;
        if is_near && behind.is_none() && shape.allowed.is_none() {
            edge = reached(touched.iter().map(|&doc| sums[doc as usize]), count);
        }
    }
    let mut found: Vec<(u32, f64)> = Vec::new();
    let needed = edge * SAFETY - reach;
    touched.iter().for_each(|&doc| {
        let sum = std::mem::take(&mut sums[doc as usize]);
        if sum >= needed {
            found.push((doc, sum));
        }
    });
    if let Some(allowed) = &shape.allowed {
        found.sort_unstable_by_key(|&(doc, _)| doc);
        let docs: Vec<u32> = found.iter().map(|&(doc, _)| doc).collect();
        found = common(&docs, allowed).into_iter().map(|(here, _)| found[here]).collect();
    }
    if rest.len() > 0 {
        found.sort_unstable_by_key(|&(doc, _)| doc);
        for (most, part) in rest {
            let docs: Vec<u32> = found.iter().map(|&(doc, _)| doc).collect();
            for (here, there) in common(&docs, &part.docs) {
                found[here].1 += f64::from(part.scores[there]);
            }
            reach = (reach - most).max(0.0);
            if found.len() > count && count > 0 {
                edge = edge.max(reached(found.iter().map(|&(_, sum)| sum), count));
                found.retain(|&(_, sum)| sum + reach >= edge * SAFETY);
            }
        }
    }
    best(found.into_iter().map(|(doc, sum)| (doc, sum as f32)).collect(), count, behind)
}

/// The sum that `count` of some sums reach.
fn reached(sums: impl Iterator<Item = f64>, count: usize) -> f64 {
    let mut all: Vec<f64> = sums.collect();
    let place = all.len() - count;
    *all.select_nth_unstable_by(place, f64::total_cmp).1
}
