//! The best documents that any part of a query has, window for window.
//!
//! After MaxScore (Turtle and Flood, "Query evaluation: strategies and optimizations", 1995), a window of documents at a
//! time, on what documents score at most: the parts that can add most for what they cost are added up; as soon as the
//! others together cannot bring a new document among the best, they are only looked up for those that can still be. What
//! these score is worked out at the end.

use crate::fault::Result;
use crate::search::best::Best;
use crate::search::commit::Leaf;
use crate::search::docset::DocSet;
use crate::search::parts::LeafPart;

const SIZE: usize = 1 << 14;

/// Documents of a window that are looked up one by one; where more are left, the next part is added up.
const FEW: usize = 256;

/// Sums that are looked through at once.
const BLOCK: usize = 64;

/// Sums are told apart by so many bits less where it is asked which of them some documents reach.
const STEP: usize = 6;

/// What all parts can add, in whole numbers of which sums have room for.
const WHOLE: f64 = 60_000.0;

/// Add the best documents of a segment. allowed: which documents may be found, if not all.
pub fn add_best(leaf: &Leaf, parts: &mut [LeafPart], allowed: Option<&DocSet>, best: &mut Best) -> Result<()> {
    // What adds most for what it costs goes first; bytes of all documents are added eight at a time.
    let docs = leaf.segment.docs;
    let worth = |part: &LeafPart| part.most / if part.is_dense() { docs / 8 } else { part.count }.max(1) as f64;
    parts.sort_by(|a, b| worth(b).total_cmp(&worth(a)));
    // What a part and those behind it can add.
    let mut reach = vec![0.0; parts.len() + 1];
    for at in (0..parts.len()).rev() {
        reach[at] = reach[at + 1] + parts[at].most;
    }
    let unit = WHOLE / reach[0].max(f64::MIN_POSITIVE);
    let mosts: Vec<u16> = parts.iter().map(|part| (part.most * unit).ceil() as u16).collect();
    let edge_of = |best: &Best, most: f64| (best.least() - most) * unit;
    // Where there is no byte for each document, those that may be found are gone through once.
    let list = allowed.filter(|allowed| allowed.mask().is_none()).map(DocSet::list);
    let mut listed = list.iter().flat_map(|list| leaf.own(list)).map(|&doc| (doc - leaf.base) as usize).peekable();
    let mut sums = vec![0u16; SIZE.min(docs)];
    let mut start = 0;
    while start < docs {
        let size = SIZE.min(docs - start);
        let sums = &mut sums[..size];
        let first = start as u32;
        start += size;
        let needed = reach.iter().position(|&most| !best.may_have(most)).unwrap_or(parts.len());
        if needed == 0 {
            break;
        }
        sums.iter_mut().for_each(|sum| *sum = 0);
        let mut added = 0;
        let mut edge = 0;
        while added < parts.len() {
            parts[added].add_shares(first, sums, mosts[added])?;
            added += 1;
            if added >= needed {
                edge = edge_of(best, reach[added]).max(0.0) as u16;
                if edge > 0 && reaching(sums, edge) <= FEW {
                    break;
                }
            }
        }
        leaf.deleted(first, sums.len()).for_each(|at| sums[at] = 0);
        best.refused(leaf.base + first, sums.len()).for_each(|at| sums[at] = 0);
        if let Some(mask) = allowed.and_then(DocSet::mask) {
            let own = mask.get((leaf.base + first) as usize..).unwrap_or(&[]);
            sums.iter_mut().zip(own).for_each(|(sum, &is)| *sum &= 0u16.wrapping_sub(u16::from(is)));
        } else if allowed.is_some() {
            let mut behind = first as usize;
            while let Some(doc) = listed.next_if(|&doc| doc < start) {
                sums[behind - first as usize..doc - first as usize].iter_mut().for_each(|sum| *sum = 0);
                behind = doc + 1;
            }
            sums[behind - first as usize..].iter_mut().for_each(|sum| *sum = 0);
        }
        let window = Window { first, sums };
        let least = edge.max(1);
        if edge == 0 {
            // The highest sums first: they tell what the others have to reach.
            let cut = window.reached_by(best.count()).max(least);
            add_scores(leaf, parts, &window.between(cut, u16::MAX), best)?;
            if cut > least {
                let edge = edge_of(best, 0.0).max(0.0) as u16;
                add_scores(leaf, parts, &window.between(edge.max(least), cut - 1), best)?;
            }
            continue;
        }
        let mut found = window.between(least, u16::MAX);
        for at in added..parts.len() {
            if found.is_empty() {
                break;
            }
            parts[at].turn_back(first);
            for (doc, sum) in &mut found {
                *sum = sum.saturating_add(parts[at].share(*doc, mosts[at])?);
            }
            let edge = edge_of(best, reach[at + 1]);
            found.retain(|&(_, sum)| f64::from(sum) >= edge);
        }
        add_scores(leaf, parts, &found, best)?;
    }
    Ok(())
}

/// The sums of some documents side by side: nothing where they are none of the best, or may not be found.
struct Window<'a> {
    first: u32,
    sums: &'a [u16],
}

impl Window<'_> {
    fn each(&self) -> impl Iterator<Item = (u32, u16)> + '_ {
        (self.first..).zip(self.sums.iter().copied())
    }

    /// Those whose sums lie between two, both included; the lower one is more than nothing.
    fn between(&self, least: u16, most: u16) -> Vec<(u32, u16)> {
        let mut found = Vec::new();
        for (number, part) in self.sums.chunks(BLOCK).enumerate() {
            // Told for many at once: most blocks have none.
            if part.iter().fold(0, |any, &sum| any | sum.saturating_sub(least - 1)) != 0 {
                let first = self.first + (number * BLOCK) as u32;
                let each = (first..).zip(part.iter().copied());
                found.extend(each.filter(|(_, sum)| (least..=most).contains(sum)));
            }
        }
        found
    }

    /// A sum that so many documents reach, or nearly so many; 0 where there are fewer.
    fn reached_by(&self, count: usize) -> u16 {
        let mut many = [0u32; 1 << (16 - STEP)];
        self.each().for_each(|(_, sum)| many[usize::from(sum >> STEP)] += 1);
        let mut all = 0;
        let found = many.iter().enumerate().rev().find(|&(_, &here)| {
            all += here as usize;
            all >= count
        });
        found.map_or(0, |(step, _)| (step << STEP) as u16)
    }
}

/// How many sums reach one that is more than nothing.
fn reaching(sums: &[u16], edge: u16) -> usize {
    // No sum of so few bytes is more than a byte holds.
    sums.chunks(255)
        .map(|part| part.iter().map(|&sum| u8::from(sum.saturating_sub(edge - 1) != 0)).sum::<u8>())
        .map(usize::from)
        .sum()
}

/// Add documents, rising, with what they score.
fn add_scores(leaf: &Leaf, parts: &mut [LeafPart], found: &[(u32, u16)], best: &mut Best) -> Result<()> {
    let mut scores = vec![0.0; found.len()];
    if let (Some(&(first, _)), Some(&(last, _))) = (found.first(), found.last()) {
        // Of each document of the stretch, its number among those found, from 1.
        let mut numbers = vec![0u16; (last - first) as usize + 1];
        for (number, &(doc, _)) in found.iter().enumerate() {
            numbers[(doc - first) as usize] = number as u16 + 1;
        }
        for part in parts.iter_mut() {
            part.turn_back(first);
            if part.add_listed(first, &numbers, found.len(), &mut scores)? {
                continue;
            }
            for (&(doc, _), sum) in found.iter().zip(&mut scores) {
                *sum += part.score(doc)?.map_or(0.0, f64::from);
            }
        }
    }
    found.iter().zip(scores).for_each(|(&(doc, _), sum)| best.add(leaf.base + doc, sum));
    best.cut();
    Ok(())
}
