//! The best documents of a search, those that count as found first; as `khsearch/engine/retrieval.py` has it step by step.

use std::sync::Arc;

use crate::fault::Result;
use crate::search::evaluation::Evaluation;
use crate::search::nearness::Nearness;
use crate::search::node::{Node, Term};
use crate::search::top::{top, EQUAL};
use crate::search::weighting::Scale;

/// Pairs of terms that add to the scores of the best `depth` documents where they stand near each other.
pub struct Near {
    pub field: String,
    pub pairs: Vec<(Term, Term)>,
    pub slop: u32,
    pub scale: Scale,
    pub depth: usize,
}

/// What the best documents of a search are.
pub struct Sought {
    /// Scores documents, and finds looser ones.
    pub ranked: Arc<Node>,
    /// Which documents count as found; None: all that `ranked` matches.
    pub wanted: Option<Node>,
    /// How many documents count, if that is known.
    pub known: Option<usize>,
    /// Of the best score, the least with which a document counts, where that is all that `wanted` says.
    pub share: Option<f64>,
    /// Whether others follow behind those that count.
    pub loose: bool,
    pub near: Option<Near>,
}

/// Documents, best first; what nearness added to each; how many stay ahead of the others, and how many count as found,
/// where that was found out.
pub struct Best {
    pub docs: Vec<u32>,
    pub scores: Vec<f64>,
    pub added: Vec<f64>,
    pub ahead: usize,
    pub total: Option<usize>,
}

/// The best documents, as many as there are up to a count.
pub fn best(on: &Evaluation, sought: &Sought, count: usize) -> Result<Best> {
    let depth = sought.near.as_ref().map_or(0, |near| near.depth);
    let (found, ahead, total) = retrieved(on, sought, count.max(depth))?;
    let mut added = vec![0.0; found.len()];
    if let Some(near) = &sought.near {
        add_nearness(on, near, &found, ahead, count, &mut added)?;
    }
    let score = |at: usize| f64::from(found[at].1) + added[at];
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by(|&a, &b| (a >= ahead).cmp(&(b >= ahead)).then(score(b).total_cmp(&score(a))));
    order.truncate(count);
    Ok(Best {
        docs: order.iter().map(|&at| found[at].0).collect(),
        scores: order.iter().map(|&at| score(at)).collect(),
        added: order.iter().map(|&at| added[at]).collect(),
        ahead,
        total,
    })
}

/// What nearness adds to the first documents, as far as it decides which are the best `count`.
fn add_nearness(
    on: &Evaluation,
    near: &Near,
    found: &[(u32, f32)],
    ahead: usize,
    count: usize,
    added: &mut [f64],
) -> Result<()> {
    let first = &found[..found.len().min(near.depth)];
    let mut order: Vec<usize> = (0..first.len()).collect();
    order.sort_unstable_by_key(|&at| first[at].0);
    let mut places = vec![0; first.len()];
    order.iter().enumerate().for_each(|(place, &at)| places[at] = place);
    let rising: Vec<u32> = order.iter().map(|&at| first[at].0).collect();
    let mut nearness = Nearness::new(on.commit, &rising, &near.field, &near.pairs, near.slop, &near.scale)?;
    let ahead = ahead.min(first.len());
    // Those that count as found, then the others: of each, as many as there is room for.
    let mut room = count;
    for group in [0..ahead, ahead..first.len()] {
        let few = group.start..group.end.min(group.start + room);
        room -= few.len();
        let mut least = f64::INFINITY;
        for &at in order.iter().filter(|&at| few.contains(at)) {
            added[at] = f64::from(nearness.of(places[at])?);
            least = least.min(f64::from(first[at].1) + added[at]);
        }
        let more = few.end..group.end;
        for &at in order.iter().filter(|&at| more.contains(at)) {
            if (f64::from(first[at].1) + nearness.most(places[at])) * SURE >= least {
                added[at] = f64::from(nearness.of(places[at])?);
            }
        }
    }
    Ok(())
}

/// More than rounding takes.
const SURE: f64 = 1.0 + 1e-5;

/// Documents and scores, how many stay ahead, and how many count.
type Retrieved = (Vec<(u32, f32)>, usize, Option<usize>);

/// The first documents by what ranks them.
fn retrieved(on: &Evaluation, sought: &Sought, count: usize) -> Result<Retrieved> {
    let wanted = match &sought.wanted {
        Some(wanted) => wanted,
        None => return Ok((top(on, &sought.ranked, count, None)?, count, None)),
    };
    let shared = || Box::new(Node::Shared(sought.ranked.clone()));
    if let Some(share) = sought.share {
        let mut found = top(on, &sought.ranked, count, None)?;
        let edge = found.first().map_or(0.0, |first| share * EQUAL * f64::from(first.1).max(0.0)) as f32;
        let size = found.iter().filter(|(_, score)| *score >= edge).count();
        if size < count {
            if !sought.loose {
                found.truncate(size);
            }
            return Ok((found, size, Some(size)));
        }
    }
    let set = on.set(wanted)?;
    let total = sought.known.unwrap_or(set.len());
    let settled = || Box::new(Node::Settled(set.clone()));
    let of_set = Node::AndMaybe(Box::new(Node::Constant(settled(), 0.0)), shared());
    if !sought.loose || total >= count {
        return Ok((top(on, &of_set, count, None)?, count, Some(total)));
    }
    let found = top(on, &sought.ranked, count, None)?;
    let mut rising: Vec<u32> = found.iter().map(|&(doc, _)| doc).collect();
    rising.sort_unstable();
    let standing = set.of(&rising);
    let stands = |doc: &u32| standing.binary_search(doc).is_ok();
    let (mut first, mut others): (Vec<_>, Vec<_>) = found.into_iter().partition(|(doc, _)| stands(doc));
    if first.len() < total {
        first = top(on, &of_set, count, None)?;
        let looser = Node::AndNot { child: shared(), without: settled(), bonus: 0.0 };
        others = top(on, &looser, count.saturating_sub(first.len()), None)?;
    }
    let ahead = first.len();
    first.append(&mut others);
    Ok((first, ahead, Some(total)))
}
