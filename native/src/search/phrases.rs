//! Documents that hold terms one behind the other.

use std::collections::HashMap;

use crate::fault::Result;
use crate::search::commit::Commit;
use crate::search::node::Term;
use crate::search::tokens::Tokens;

/// Documents with terms in order, each at most `slop` places behind the one before; of some documents, if given.
pub fn docs_of_phrase(
    commit: &Commit,
    field: &str,
    terms: &[Term],
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
    let (mut found, mut chain, mut own, mut next) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (at, &doc) in docs.iter().enumerate() {
        chain.clear();
        for (place, &number) in order.iter().enumerate() {
            let tokens = &mut known[number];
            if !tokens.is_in(at) {
                return Ok(found); // a field that keeps no positions
            }
            if place == 0 {
                tokens.add(at, &mut chain)?;
                continue;
            }
            own.clear();
            next.clear();
            tokens.add(at, &mut own)?;
            add_following(&chain, &own, slop, &mut next);
            std::mem::swap(&mut chain, &mut next);
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

/// Add those of some positions that come 1 to `slop` places behind one of others; all rising.
fn add_following(before: &[u32], own: &[u32], slop: u32, to: &mut Vec<u32>) {
    let mut at = 0;
    for &position in own {
        while at < before.len() && before[at] < position {
            at += 1;
        }
        if at > 0 && position - before[at - 1] <= slop {
            to.push(position);
        }
    }
}
