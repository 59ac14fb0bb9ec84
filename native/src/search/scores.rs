//! What documents score for a term in a field: gone through, or looked up document by document.

use std::sync::Arc;

use crate::fault::Result;
use crate::index::cursor::Cursor;
use crate::index::terms::Lengths;
use crate::search::commit::{Commit, Listed};
use crate::search::weighting::{score, Norms, Weighting};

/// A term of a field in a commit, and how it scores.
pub struct Scores {
    field: String,
    pub listed: Arc<Listed>,
    norms: Arc<Norms>,
    pub factor: f32,
    by: (u64, u64),
}

/// The scores of one segment.
pub struct Scored<'a> {
    cursor: Cursor<'a>,
    lengths: Arc<Lengths>,
    norms: Arc<Norms>,
    factor: f32,
    tfs: Vec<u32>,
}

impl Scores {
    /// A term, looked up, with the weight that it has.
    pub fn of(commit: &Commit, field: &str, term: &[u8], weighting: &Weighting) -> Result<Self> {
        let listed = commit.listed(field, term)?;
        let scale = weighting.scale(field);
        let factor = (commit.term_weight(term, listed.df, scale)? * (scale.k1 + 1.0)) as f32;
        let (norms, by) = (commit.norms(field, scale)?, (scale.k1.to_bits(), scale.b.to_bits()));
        Ok(Scores { field: field.to_owned(), listed, norms, factor, by })
    }

    /// The scores of a segment; None where it has no such term.
    pub fn in_leaf<'a>(&self, commit: &'a Commit, number: usize) -> Result<Option<Scored<'a>>> {
        let found = self.listed.places.iter().find(|(leaf, _)| *leaf == number);
        let field = commit.leaves.get(number).and_then(|leaf| leaf.segment.fields.get(&self.field));
        Ok(match (found, field) {
            (Some(&(_, place)), Some(field)) => Some(Scored {
                cursor: Cursor::new(field, place, true)?,
                lengths: field.lengths()?,
                norms: self.norms.clone(),
                factor: self.factor,
                tfs: Vec::new(),
            }),
            _ => None,
        })
    }

    /// The most that any document scores; all are gone through where nobody has asked before.
    pub fn most(&self, commit: &Commit) -> Result<f32> {
        if let Ok(known) = self.listed.most.try_lock() {
            match *known {
                Some((k1, b, most)) if (k1, b) == self.by => return Ok(most * self.factor),
                _ => {}
            }
        }
        let mut most = 0f32;
        let (mut docs, mut scores) = (Vec::new(), Vec::new());
        for &(number, _) in &self.listed.places {
            if let Some(mut scored) = self.in_leaf(commit, number)? {
                scored.factor = 1.0;
                docs.clear();
                scores.clear();
                scored.fill(u32::MAX, &mut docs, &mut scores)?;
                most = scores.iter().fold(most, |most, &score| most.max(score));
            }
        }
        if let Ok(mut known) = self.listed.most.try_lock() {
            *known = Some((self.by.0, self.by.1, most));
        }
        Ok(most * self.factor)
    }
}

impl Scored<'_> {
    /// Postings that are not passed.
    pub fn left(&self) -> usize {
        self.cursor.left()
    }

    /// Pass what is before a document.
    pub fn pass(&mut self, doc: u32) {
        self.cursor.seek(doc);
    }

    /// Add the documents before one, which are passed then, and their scores.
    pub fn fill(&mut self, below: u32, docs: &mut Vec<u32>, scores: &mut Vec<f32>) -> Result<()> {
        let (start, from) = (docs.len(), self.cursor.number());
        self.cursor.fill(below, docs)?;
        self.tfs.clear();
        self.cursor.add_frequencies(from, from + docs.len() - start, &mut self.tfs)?;
        let (norms, factor) = (&*self.norms, self.factor);
        let each = docs[start..].iter().zip(&self.tfs);
        match &*self.lengths {
            Lengths::Bytes(all) => {
                scores.extend(each.map(|(&doc, &tf)| score(tf, norms.of(u32::from(all[doc as usize])), factor)));
            }
            Lengths::Shorts(all) => {
                scores.extend(each.map(|(&doc, &tf)| score(tf, norms.of(u32::from(all[doc as usize])), factor)));
            }
            Lengths::Longs(all) => {
                scores.extend(each.map(|(&doc, &tf)| score(tf, norms.of(all[doc as usize]), factor)));
            }
        }
        Ok(())
    }

    /// The score of a document, if it has the term; those that are asked for rise.
    #[inline]
    pub fn seek(&mut self, doc: u32) -> Result<Option<f32>> {
        Ok(match self.cursor.seek(doc) {
            Some(number) => {
                let (_, tf) = self.cursor.tokens_of(number)?;
                Some(score(tf as u32, self.norms.of(self.lengths.of(doc as usize)), self.factor))
            }
            None => None,
        })
    }
}
