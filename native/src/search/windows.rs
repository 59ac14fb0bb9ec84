//! The best documents that any part of a query has, window for window.
//!
//! After MaxScore (Turtle and Flood, "Query evaluation: strategies and optimizations", 1995), a window of documents at a
//! time: the parts that can add most are gone through, and added up; as soon as the others together cannot bring a new
//! document among the best, they are only looked up for those that can still be.

use crate::fault::Result;
use crate::search::best::Best;
use crate::search::commit::{Leaf, SOUGHT};
use crate::search::parts::LeafPart;

const FIRST: u32 = 512;
const SIZE: usize = 4096;

/// What is added up of the documents of one window.
pub struct Window {
    sums: Vec<f64>,
    marks: Vec<u64>,
    candidates: Vec<(u32, f64)>,
}

impl Window {
    pub fn new() -> Self {
        Window { sums: vec![0.0; SIZE], marks: vec![0; SIZE / 64], candidates: Vec::new() }
    }

    /// Add the best documents of a segment. parts: the most that each can add, highest first. allowed: which documents
    /// may be found, rising, if not all.
    pub fn add_best(
        &mut self,
        leaf: &Leaf,
        parts: &mut [(f64, LeafPart)],
        allowed: Option<&[u32]>,
        best: &mut Best,
    ) -> Result<()> {
        // What a part and those behind it can add.
        let mut reach = vec![0.0; parts.len() + 1];
        for at in (0..parts.len()).rev() {
            reach[at] = reach[at + 1] + parts[at].0;
        }
        let docs = leaf.segment.docs as u32;
        let (mut start, mut size) = (0, FIRST);
        let mut allowed = allowed.map(|allowed| leaf.own(allowed).iter().map(|&doc| doc - leaf.base).peekable());
        while start < docs {
            let needed = reach.iter().position(|&most| !best.may_have(most)).unwrap_or(parts.len());
            if needed == 0 {
                break;
            }
            let below = start.saturating_add(size).min(docs);
            let (first, others) = parts.split_at_mut(needed);
            for (_, part) in first {
                self.add(part, start, below)?;
            }
            self.collect(start, reach[needed], best);
            if let Some(allowed) = &mut allowed {
                self.candidates.retain(|&(doc, _)| {
                    while allowed.next_if(|&one| one < doc).is_some() {}
                    allowed.peek() == Some(&doc)
                });
            }
            if !leaf.is_whole() {
                self.candidates.retain(|&(doc, _)| leaf.is_live(doc));
            }
            for (at, (_, part)) in others.iter_mut().enumerate() {
                if self.candidates.is_empty() {
                    break;
                }
                add_to(&mut self.candidates, part, start, below, docs)?;
                let most = reach[needed + at + 1];
                self.candidates.retain(|&(_, sum)| best.may_have(sum + most));
            }
            for &(doc, sum) in &self.candidates {
                best.add(leaf.base + doc, sum);
            }
            best.cut();
            start = below;
            size = (size * 2).min(SIZE as u32);
        }
        Ok(())
    }

    /// Add a part's scores of the documents of the window.
    fn add(&mut self, part: &mut LeafPart, start: u32, below: u32) -> Result<()> {
        let (sums, marks) = (&mut self.sums[..SIZE], &mut self.marks[..SIZE / 64]);
        part.pass(start);
        part.each(below, |doc, score| {
            let at = doc.wrapping_sub(start) as usize % SIZE;
            sums[at] += f64::from(score);
            marks[at / 64] |= 1 << (at % 64);
        })
    }

    /// Take the sums of the window that may be of one of the best; most: what may still come.
    fn collect(&mut self, start: u32, most: f64, best: &Best) {
        self.candidates.clear();
        for (number, marks) in self.marks.iter_mut().enumerate() {
            let mut word = std::mem::take(marks);
            while word != 0 {
                let at = number * 64 + word.trailing_zeros() as usize;
                word &= word - 1;
                let sum = std::mem::take(&mut self.sums[at]);
                if best.may_have(sum + most) {
                    self.candidates.push((start + at as u32, sum));
                }
            }
        }
    }
}

/// Add a part's scores to those of documents between two, rising; docs: how many the segment has.
pub fn add_to(found: &mut [(u32, f64)], part: &mut LeafPart, start: u32, below: u32, docs: u32) -> Result<()> {
    let here = part.left() as u64 * u64::from(below - start) / u64::from((docs - start).max(1));
    if (found.len() * SOUGHT) as u64 <= here {
        for (doc, sum) in found {
            if let Some(score) = part.seek(*doc)? {
                *sum += f64::from(score);
            }
        }
        return Ok(());
    }
    part.pass(start);
    let mut at = 0;
    part.each(below, |doc, score| {
        while at < found.len() && found[at].0 < doc {
            at += 1;
        }
        if at < found.len() && found[at].0 == doc {
            found[at].1 += f64::from(score);
        }
    })
}
