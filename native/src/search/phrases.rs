//! Documents that hold terms near each other, and what that adds to their scores.

use std::collections::HashMap;

use crate::fault::Result;
use crate::search::commit::{Commit, Tokens};
use crate::search::weighting::{score, Scale};

/// Documents with terms in order, each at most `slop` places behind the one before; of some documents, if given.
pub fn docs_of_phrase(
    commit: &Commit,
    field: &str,
    terms: &[Vec<u8>],
    slop: u32,
    among: Option<&[u32]>,
) -> Result<Vec<u32>> {
    // The rarest first: only where all terms are, positions are read.
    let mut order: Vec<usize> = (0..terms.len()).collect();
    let mut dfs = Vec::with_capacity(terms.len());
    for term in terms {
        let df = commit.df(field, term)?;
        if df == 0 {
            return Ok(Vec::new());
        }
        dfs.push(df);
    }
    order.sort_by_key(|&number| dfs[number]);
    let mut docs: Option<Vec<u32>> = None;
    for &number in &order {
        docs = Some(commit.docs(field, &terms[number], docs.as_deref().or(among))?);
    }
    let docs = docs.unwrap_or_default();
    if docs.is_empty() {
        return Ok(docs);
    }
    let mut known: HashMap<&[u8], Tokens> = HashMap::new();
    for term in terms {
        if !known.contains_key(&term[..]) {
            known.insert(term, commit.tokens(field, term, &docs)?);
        }
    }
    let all: Vec<&Tokens> = terms.iter().map(|term| &known[&term[..]]).collect();
    let mut starts: Vec<usize> = vec![0; all.len()];
    let mut places: Vec<usize> = vec![0; all.len()];
    let mut found = Vec::new();
    for doc in docs {
        let mut chain: Vec<u32> = Vec::new();
        let mut ended = false;
        for (number, tokens) in all.iter().enumerate() {
            let count = match tokens.docs.get(places[number]) {
                Some(&there) if there == doc => tokens.counts[places[number]] as usize,
                _ => return Ok(found), // a field that keeps no positions
            };
            let own = &tokens.positions[starts[number]..starts[number] + count];
            starts[number] += count;
            places[number] += 1;
            if number == 0 {
                chain.extend_from_slice(own);
            } else if !ended {
                chain = following(&chain, own, slop);
                ended = chain.is_empty();
            }
        }
        if !ended {
            found.push(doc);
        }
    }
    Ok(found)
}

/// Those of some positions that come 1 to `slop` places behind one of others; all rising.
fn following(before: &[u32], own: &[u32], slop: u32) -> Vec<u32> {
    let mut at = 0;
    own.iter()
        .copied()
        .filter(|&position| {
            while at < before.len() && before[at] < position {
                at += 1;
            }
            at > 0 && position - before[at - 1] <= slop
        })
        .collect()
}

/// What documents, rising, get for pairs of terms that stand near each other; as `proximity.py` has it.
pub fn proximity(
    commit: &Commit,
    docs: &[u32],
    field: &str,
    pairs: &[(Vec<u8>, Vec<u8>)],
    slop: u32,
    scale: &Scale,
) -> Result<Vec<f32>> {
    let mut total = vec![0f32; docs.len()];
    let norms = commit.norms(field, scale)?;
    let mut known: HashMap<&[u8], Tokens> = HashMap::new();
    for term in pairs.iter().flat_map(|(first, second)| [first, second]) {
        if !known.contains_key(&term[..]) {
            known.insert(term, commit.tokens(field, term, docs)?);
        }
    }
    for (first, second) in pairs {
        let (one, two) = (&known[&first[..]], &known[&second[..]]);
        if one.docs.is_empty() || two.docs.is_empty() {
            continue;
        }
        let weight = scale.term_weight(commit.count, one.df.min(two.df));
        let factor = (weight * (scale.k1 + 1.0)) as f32;
        let (mut here, mut there, mut start, mut other) = (0, 0, 0, 0);
        let mut place = 0;
        while here < one.docs.len() && there < two.docs.len() {
            let (doc, next) = (one.docs[here], two.docs[there]);
            let (count, size) = (one.counts[here] as usize, two.counts[there] as usize);
            if doc == next {
                let tf = followed(&one.positions[start..start + count], &two.positions[other..other + size], slop);
                if tf > 0 {
                    place = docs[place..].iter().position(|&one| one == doc).map_or(place, |more| place + more);
                    total[place] += score(tf, commit.norm_of(field, &norms, doc)?, factor);
                }
            }
            if doc <= next {
                here += 1;
                start += count;
            }
            if next <= doc {
                there += 1;
                other += size;
            }
        }
    }
    Ok(total)
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
