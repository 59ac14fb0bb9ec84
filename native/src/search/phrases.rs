//! Documents that hold terms near each other, and what that adds to their scores.

use std::collections::HashMap;

use crate::fault::Result;
use crate::search::commit::Commit;
use crate::search::tokens::Tokens;
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
    let mut known: Vec<Tokens> = Vec::with_capacity(terms.len());
    let mut numbers: HashMap<&[u8], usize> = HashMap::new();
    for term in terms {
        if !numbers.contains_key(&term[..]) {
            numbers.insert(term, known.len());
            known.push(Tokens::of(commit, field, term, &docs)?);
        }
    }
    let order: Vec<usize> = terms.iter().map(|term| numbers[&term[..]]).collect();
    let mut found = Vec::new();
    for (at, &doc) in docs.iter().enumerate() {
        let mut chain: Vec<u32> = Vec::new();
        for (place, &number) in order.iter().enumerate() {
            let tokens = &mut known[number];
            if !tokens.is_in(at) {
                return Ok(found); // a field that keeps no positions
            }
            tokens.read(at)?;
            let own = tokens.positions(at);
            chain = if place == 0 { own.to_vec() } else { following(&chain, own, slop) };
            if chain.is_empty() {
                break;
            }
        }
        if !chain.is_empty() {
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
    let mut known: Vec<Tokens> = Vec::new();
    let mut numbers: HashMap<&[u8], usize> = HashMap::new();
    for term in pairs.iter().flat_map(|(first, second)| [first, second]) {
        if !numbers.contains_key(&term[..]) {
            numbers.insert(term, known.len());
            known.push(Tokens::of(commit, field, term, docs)?);
        }
    }
    for (first, second) in pairs {
        let (one, two) = (numbers[&first[..]], numbers[&second[..]]);
        let df = known[one].df.min(known[two].df);
        if df == 0 {
            continue;
        }
        let factor = (scale.term_weight(commit.count, df) * (scale.k1 + 1.0)) as f32;
        for (at, &doc) in docs.iter().enumerate() {
            if known[one].is_in(at) && known[two].is_in(at) {
                known[one].read(at)?;
                known[two].read(at)?;
                let tf = followed(known[one].positions(at), known[two].positions(at), slop);
                if tf > 0 {
                    total[at] += score(tf, commit.norm_of(field, &norms, doc)?, factor);
                }
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
