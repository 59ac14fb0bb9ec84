//! Chunks in, the documents in which all of them stand out.
//!
//! Where the rarest has few documents, the others are looked for among these; where all have many, a byte for every
//! document of the commit tells where each stands. Either way texts, which tell what is inside of longer words, are read
//! where all else is told.

use crate::fault::Result;
use crate::planning::chunks::{distinct, Chunk, Way};
use crate::planning::standing::{self, longer_units, Within, BIGRAMS, PLACES, WORDS};
use crate::search::docset::{counted, docs_of, DocSet};
use crate::search::evaluation::Evaluation;
use crate::search::node::Term;
use crate::search::phrases::docs_of_phrase;
use crate::search::told::{Inside, Units};

/// Of so many documents one: where the rarest chunk has more, there is a byte for every document.
const MANY: usize = 24;

/// Of each document of a commit, 1 or 0.
type Mask = Vec<u8>;

/// Where a chunk stands for sure, and where it may stand inside of longer words.
struct Stands {
    surely: Mask,
    likely: Vec<(Mask, Units)>,
}

/// Where all of some chunks stand; None where they do not stand together. inside: tells what is inside of longer words,
/// if that counts.
pub fn together(on: &Evaluation, chunks: &[&Chunk], inside: Option<&Inside>) -> Result<Option<DocSet>> {
    let mut order: Vec<(usize, usize)> = Vec::with_capacity(chunks.len());
    for (number, chunk) in chunks.iter().enumerate() {
        order.push((standing::rarest(on.commit, chunk)?, number));
    }
    order.sort_unstable();
    let rarest = order.first().map_or(0, |&(df, _)| df);
    let order = order.into_iter().map(|(_, number)| chunks[number]);
    if rarest * MANY > on.commit.every {
        masked(on, order, inside)
    } else {
        listed(on, &order.collect::<Vec<_>>(), inside)
    }
}

fn listed(on: &Evaluation, chunks: &[&Chunk], inside: Option<&Inside>) -> Result<Option<DocSet>> {
    let (likely, within) = match inside {
        Some(inside) => (Within::Likely, Within::Longer(inside)),
        None => (Within::Words, Within::Words),
    };
    let mut docs: Option<Vec<u32>> = None;
    for step in [likely, within] {
        for chunk in chunks {
            let found = on.docs(&standing::of(chunk, step), docs.as_deref())?;
            if found.is_empty() {
                return Ok(None);
            }
            docs = Some(found);
        }
    }
    Ok(docs.map(|docs| DocSet::listed(on.commit.every, docs)))
}

fn masked<'c>(
    on: &Evaluation,
    chunks: impl Iterator<Item = &'c Chunk>,
    inside: Option<&Inside>,
) -> Result<Option<DocSet>> {
    let mut all: Mask = vec![1; on.commit.every];
    let mut open: Vec<Stands> = Vec::new();
    for chunk in chunks {
        let found = stands(on, chunk, &all, inside.is_some())?;
        let mut here = found.surely.clone();
        found.likely.iter().for_each(|(mask, _)| or(&mut here, mask));
        and(&mut all, &here);
        if counted(&all) == 0 {
            return Ok(None);
        }
        if !found.likely.is_empty() {
            open.push(found);
        }
    }
    for Stands { surely, likely } in open {
        let mut untold = all.clone();
        and_not(&mut untold, &surely);
        let mut untold = docs_of(&untold);
        for (mask, units) in likely {
            let own: Vec<u32> = untold.iter().copied().filter(|&doc| mask[doc as usize] != 0).collect();
            if let Some(inside) = inside.filter(|_| !own.is_empty()) {
                let mut passing = own.iter().zip(inside(&units, &own)?).filter(|(_, is)| *is).map(|(&doc, _)| doc);
                let mut next = passing.next();
                untold.retain(|&doc| {
                    let passes = next == Some(doc);
                    if passes {
                        next = passing.next();
                    }
                    !passes
                });
            }
        }
        untold.iter().for_each(|&doc| all[doc as usize] = 0);
    }
    let found = DocSet::masked(all);
    Ok(Some(found).filter(|found| found.len() > 0))
}

/// Where a chunk stands among some documents.
fn stands(on: &Evaluation, chunk: &Chunk, among: &[u8], inside: bool) -> Result<Stands> {
    let mut surely = vec![0; among.len()];
    let mut likely = Vec::new();
    for way in &chunk.ways {
        let words = having_all(on, &WORDS, &distinct(way.words.clone()), among)?;
        if way.words.len() == 1 {
            or(&mut surely, &words);
        } else {
            let docs = docs_of(&words);
            for field in PLACES {
                let found = docs_of_phrase(on.commit, field, &way.words, 1, Some(&docs))?;
                found.into_iter().for_each(|doc| surely[doc as usize] = 1);
            }
        }
        if inside {
            add_longer(on, way, among, &words, &mut surely, &mut likely)?;
        }
    }
    Ok(Stands { surely, likely })
}

/// Where a way stands though a word of it is missing.
fn add_longer(
    on: &Evaluation,
    way: &Way,
    among: &[u8],
    words: &[u8],
    surely: &mut [u8],
    likely: &mut Vec<(Mask, Units)>,
) -> Result<()> {
    if let Some(units) = longer_units(way) {
        let mut bigrams = having_all(on, &[BIGRAMS], &way.bigrams, among)?;
        if units.len() == 2 {
            or(surely, &bigrams);
        } else {
            and_not(&mut bigrams, words);
            likely.push((bigrams, units));
        }
    }
    Ok(())
}

/// Which documents have all of some terms, each in any of some fields.
fn having_all(on: &Evaluation, fields: &[&str], terms: &[Term], among: &[u8]) -> Result<Mask> {
    let mut all = among.to_vec();
    for term in terms {
        let mut own = vec![0; all.len()];
        for field in fields {
            on.commit.mark(field, term, &mut own)?;
        }
        and(&mut all, &own);
    }
    Ok(all)
}

fn or(to: &mut [u8], other: &[u8]) {
    to.iter_mut().zip(other).for_each(|(to, other)| *to |= other);
}

fn and(to: &mut [u8], other: &[u8]) {
    to.iter_mut().zip(other).for_each(|(to, other)| *to &= other);
}

fn and_not(to: &mut [u8], other: &[u8]) {
    to.iter_mut().zip(other).for_each(|(to, other)| *to &= 1 - other);
}
