//! Sets of documents, rising, and what queries do with them.

use std::cmp::Ordering;

use crate::search::commit::Matches;

/// Times longer: from there on looking up each document beats going through all.
const FAR: usize = 16;

/// Of so many documents one at least is in some set: then a bit for each document is the quickest way to join sets.
const SPARSE: usize = 64;

/// Which of `wanted` are in `docs`, both rising: their places in both.
pub fn common(wanted: &[u32], docs: &[u32]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    if wanted.len() * FAR < docs.len() {
        let mut low = 0;
        for (place, &doc) in wanted.iter().enumerate() {
            low = reached(docs, low, doc);
            match docs.get(low) {
                Some(&there) if there == doc => found.push((place, low)),
                Some(_) => {}
                None => break,
            }
        }
        return found;
    }
    if docs.len() * FAR < wanted.len() {
        return common(docs, wanted).into_iter().map(|(there, here)| (here, there)).collect();
    }
    let (mut here, mut there) = (0, 0);
    while here < wanted.len() && there < docs.len() {
        let (a, b) = (wanted[here], docs[there]);
        if a == b {
            found.push((here, there));
        }
        here += usize::from(a <= b);
        there += usize::from(b <= a);
    }
    found
}

/// The first place from `low` on whose document is `doc` or a later one; found by steps that double.
pub fn reached(docs: &[u32], low: usize, doc: u32) -> usize {
    let mut step = 1;
    let mut from = low;
    while from + step < docs.len() && docs[from + step] < doc {
        from += step;
        step *= 2;
    }
    let to = (from + step + 1).min(docs.len());
    from.min(docs.len()) + docs[from.min(docs.len())..to].partition_point(|&one| one < doc)
}

/// Documents of both.
pub fn both(a: &[u32], b: &[u32]) -> Vec<u32> {
    let (few, many) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let mut found = Vec::with_capacity(few.len());
    if few.len() * FAR < many.len() {
        let mut at = 0;
        for &doc in few {
            at = reached(many, at, doc);
            if many.get(at) == Some(&doc) {
                found.push(doc);
            }
        }
        return found;
    }
    let (mut here, mut there) = (0, 0);
    while here < few.len() && there < many.len() {
        let (one, other) = (few[here], many[there]);
        if one == other {
            found.push(one);
        }
        here += usize::from(one <= other);
        there += usize::from(other <= one);
    }
    found
}

/// Documents of a that are not among others.
pub fn without(a: Vec<u32>, others: &[u32]) -> Vec<u32> {
    if others.is_empty() {
        return a;
    }
    let mut at = 0;
    let is_far = a.len() * FAR < others.len();
    let mut left = a;
    left.retain(|&doc| {
        if is_far {
            at = reached(others, at, doc);
        } else {
            while others.get(at).map_or(false, |&other| other < doc) {
                at += 1;
            }
        }
        others.get(at) != Some(&doc)
    });
    left
}

/// Documents of any of some sets.
pub fn any(mut sets: Vec<Vec<u32>>) -> Vec<u32> {
    sets.retain(|set| !set.is_empty());
    if sets.len() < 2 {
        return sets.pop().unwrap_or_default();
    }
    let last = sets.iter().filter_map(|set| set.last()).max().map_or(0, |&last| last as usize);
    if sets.len() == 2 || sets.iter().map(Vec::len).sum::<usize>() < last / SPARSE {
        // Two halves, each joined by itself: every document is looked at once a level.
        let others = sets.split_off(sets.len() / 2);
        return of_two(&any(sets), &any(others));
    }
    let mut bits = vec![0u64; last / 64 + 1];
    for &doc in sets.iter().flatten() {
        bits[doc as usize / 64] |= 1 << (doc % 64);
    }
    docs_of_bits(&bits)
}

fn docs_of_bits(bits: &[u64]) -> Vec<u32> {
    let mut found = Vec::with_capacity(bits.iter().map(|word| word.count_ones() as usize).sum());
    for (number, &word) in bits.iter().enumerate() {
        let mut left = word;
        while left != 0 {
            found.push((number * 64) as u32 + left.trailing_zeros());
            left &= left - 1;
        }
    }
    found
}

fn of_two(one: &[u32], two: &[u32]) -> Vec<u32> {
    let mut found = Vec::with_capacity(one.len() + two.len());
    let (mut here, mut there) = (0, 0);
    while here < one.len() && there < two.len() {
        let (a, b) = (one[here], two[there]);
        found.push(a.min(b));
        here += usize::from(a <= b);
        there += usize::from(b <= a);
    }
    found.extend_from_slice(&one[here..]);
    found.extend_from_slice(&two[there..]);
    found
}

/// Documents of a that are among others, or are not, with their scores.
pub fn kept(a: Matches, others: &[u32], among: bool) -> Matches {
    let mut found = common(&a.docs, others).into_iter().map(|(here, _)| here).peekable();
    let mut left = Matches::default();
    for (place, (&doc, &score)) in a.docs.iter().zip(&a.scores).enumerate() {
        if found.next_if_eq(&place).is_some() == among {
            left.docs.push(doc);
            left.scores.push(score);
        }
    }
    left
}

/// Documents that all score the same.
pub fn constant(docs: Vec<u32>, score: f32) -> Matches {
    let scores = vec![score; docs.len()];
    Matches { docs, scores }
}

/// Documents of any part, scores added in the order of the parts.
pub fn union(mut parts: Vec<Matches>) -> Matches {
    parts.retain(|part| !part.docs.is_empty());
    match parts.len() {
        0 | 1 => parts.pop().unwrap_or_default(),
        2 => merged(&parts[0], &parts[1]),
        _ => added(&parts),
    }
}

fn merged(one: &Matches, two: &Matches) -> Matches {
    let size = one.docs.len() + two.docs.len();
    let mut found = Matches { docs: Vec::with_capacity(size), scores: Vec::with_capacity(size) };
    let (mut here, mut there) = (0, 0);
    while here < one.docs.len() && there < two.docs.len() {
        let (a, b) = (one.docs[here], two.docs[there]);
        found.docs.push(a.min(b));
        found.scores.push(match a.cmp(&b) {
            Ordering::Less => one.scores[here],
            Ordering::Greater => two.scores[there],
            Ordering::Equal => (f64::from(one.scores[here]) + f64::from(two.scores[there])) as f32,
        });
        here += usize::from(a <= b);
        there += usize::from(b <= a);
    }
    found.docs.extend_from_slice(&one.docs[here..]);
    found.scores.extend_from_slice(&one.scores[here..]);
    found.docs.extend_from_slice(&two.docs[there..]);
    found.scores.extend_from_slice(&two.scores[there..]);
    found
}

/// The same with a sum for each document up to the last.
fn summed(parts: &[Matches], last: usize) -> Matches {
    let mut sums = vec![0.0; last + 1];
    let mut bits = vec![0u64; last / 64 + 1];
    for part in parts {
        for (&doc, &score) in part.docs.iter().zip(&part.scores) {
            sums[doc as usize] += f64::from(score);
            bits[doc as usize / 64] |= 1 << (doc % 64);
        }
    }
    let docs = docs_of_bits(&bits);
    let scores = docs.iter().map(|&doc| sums[doc as usize] as f32).collect();
    Matches { docs, scores }
}

fn added(parts: &[Matches]) -> Matches {
    let last = parts.iter().filter_map(|part| part.docs.last()).max().map_or(0, |&last| last as usize);
    if parts.iter().map(|part| part.docs.len()).sum::<usize>() > last / SPARSE {
        return summed(parts, last);
    }
    let mut all: Vec<(u32, u32, f32)> = Vec::with_capacity(parts.iter().map(|part| part.docs.len()).sum());
    for (number, part) in parts.iter().enumerate() {
        all.extend(part.docs.iter().zip(&part.scores).map(|(&doc, &score)| (doc, number as u32, score)));
    }
    all.sort_unstable_by_key(|&(doc, number, _)| (doc, number));
    let mut found = Matches::default();
    let mut sum = 0.0;
    for (at, &(doc, _, score)) in all.iter().enumerate() {
        sum += f64::from(score);
        if all.get(at + 1).map_or(true, |next| next.0 != doc) {
            found.docs.push(doc);
            found.scores.push(sum as f32);
            sum = 0.0;
        }
    }
    found
}
