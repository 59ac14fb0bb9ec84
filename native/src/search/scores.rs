//! What documents score for a term in a field: gone through, or looked up document by document.

use std::sync::Arc;

use crate::fault::Result;
use crate::index::cursor::Cursor;
use crate::index::terms::{Field, Lengths, Place};
use crate::search::commit::{Commit, Listed};
use crate::search::impacts::Impacts;
use crate::search::weighting::{score, Norms, Weighting};

/// A term of a field in a commit, and how it scores.
pub struct Scores {
    pub listed: Arc<Listed>,
    norms: Arc<Norms>,
    pub factor: f32,
}

/// The scores of one segment.
pub struct Scored<'a> {
    field: &'a Field,
    place: Place,
    /// Where it was looked last, if at all.
    cursor: Option<Cursor<'a>>,
    lengths: Arc<Lengths>,
    pub norms: Arc<Norms>,
    pub factor: f32,
    docs: Vec<u32>,
    tfs: Vec<u32>,
    scores: Vec<f32>,
}

impl Scores {
    /// A term, looked up, with the weight that it has.
    pub fn of(commit: &Commit, field: &str, term: &[u8], weighting: &Weighting) -> Result<Self> {
        let listed = commit.listed(field, term)?;
        let known = listed.scaled.try_lock().ok().and_then(|known| known.clone());
        let (factor, norms) = match known {
            Some((number, factor, norms)) if number == weighting.number => (factor, norms),
            _ => {
                let scale = weighting.scale(field);
                let factor = (commit.term_weight(term, listed.df, scale)? * (scale.k1 + 1.0)) as f32;
                let norms = commit.norms(field, scale)?;
                if let Ok(mut known) = listed.scaled.try_lock() {
                    *known = Some((weighting.number, factor, norms.clone()));
                }
                (factor, norms)
            }
        };
        Ok(Scores { listed, norms, factor })
    }

    /// The scores of a segment; None where it has no such term.
    pub fn in_leaf<'a>(&self, commit: &'a Commit, number: usize) -> Result<Option<Scored<'a>>> {
        let found = self.listed.places.iter().find(|(leaf, _)| *leaf == number);
        let field = commit.leaves.get(number).and_then(|leaf| leaf.segment.fields.get(&*self.listed.field));
        Ok(match (found, field) {
            (Some(&(_, place)), Some(field)) => Some(Scored {
                field,
                place,
                cursor: None,
                lengths: field.lengths()?,
                norms: self.norms.clone(),
                factor: self.factor,
                docs: Vec::new(),
                tfs: Vec::new(),
                scores: Vec::new(),
            }),
            _ => None,
        })
    }

    /// The impacts of a segment, and the most that a document scores there; None where none are kept and there is no
    /// room, or only few documents are asked for.
    pub fn impacts(
        &self,
        commit: &Commit,
        number: usize,
        scored: &mut Scored,
        few: bool,
    ) -> Result<Option<(Arc<Impacts>, f32)>> {
        let segment = match commit.leaves.get(number) {
            Some(leaf) => &leaf.segment,
            None => return Ok(None),
        };
        let (kept, key) = (&segment.impacts, &self.listed.key);
        let found = match kept.get(key, &self.norms) {
            None if !few || kept.is_asked_again(key) => kept.get_or_make(key, scored, segment.docs)?,
            found => found,
        };
        Ok(found.map(|(impacts, most)| (impacts, most * self.factor)))
    }
}

impl Scored<'_> {
    /// The documents from one on and before another, and their scores; those that are asked for rise.
    pub fn between(&mut self, start: u32, end: u32) -> Result<(&[u32], &[f32])> {
        let mut cursor = match self.cursor.take() {
            Some(cursor) => cursor,
            None => Cursor::new(self.field, self.place, true)?,
        };
        cursor.seek(start);
        self.gone_through(&mut cursor, end, self.factor)?;
        self.cursor = Some(cursor);
        Ok((&self.docs, &self.scores))
    }

    /// All documents, and their scores.
    pub fn all(&mut self) -> Result<(&[u32], &[f32])> {
        self.gone_through(&mut Cursor::new(self.field, self.place, true)?, u32::MAX, self.factor)?;
        Ok((&self.docs, &self.scores))
    }

    /// All documents, how often they have the term, and their scores but for the factor.
    pub fn ratios(&mut self) -> Result<(&[u32], &[u32], &[f32])> {
        self.gone_through(&mut Cursor::new(self.field, self.place, true)?, u32::MAX, 1.0)?;
        Ok((&self.docs, &self.tfs, &self.scores))
    }

    fn gone_through(&mut self, cursor: &mut Cursor, below: u32, factor: f32) -> Result<()> {
        self.docs.clear();
        self.tfs.clear();
        self.scores.clear();
        let from = cursor.number();
        cursor.fill(below, &mut self.docs)?;
        cursor.add_frequencies(from, from + self.docs.len(), &mut self.tfs)?;
        self.scores.reserve(self.docs.len());
        let norms = &*self.norms;
        let each = self.docs.iter().zip(&self.tfs);
        match &*self.lengths {
            Lengths::Bytes(all) => {
                let norm = |doc: &u32| norms.of(u32::from(all[*doc as usize]));
                self.scores.extend(each.map(|(doc, &tf)| score(tf, norm(doc), factor)));
            }
            Lengths::Shorts(all) => {
                let norm = |doc: &u32| norms.of(u32::from(all[*doc as usize]));
                self.scores.extend(each.map(|(doc, &tf)| score(tf, norm(doc), factor)));
            }
            Lengths::Longs(all) => {
                let norm = |doc: &u32| norms.of(all[*doc as usize]);
                self.scores.extend(each.map(|(doc, &tf)| score(tf, norm(doc), factor)));
            }
        }
        Ok(())
    }

    /// The score of a document, if it has the term; those that are asked for rise.
    #[inline]
    pub fn seek(&mut self, doc: u32) -> Result<Option<f32>> {
        let mut cursor = match self.cursor.take() {
            Some(cursor) => cursor,
            None => Cursor::new(self.field, self.place, true)?,
        };
        let found = match cursor.seek(doc) {
            Some(number) => Some(self.score(doc, cursor.tokens_of(number)?.1 as u32)),
            None => None,
        };
        self.cursor = Some(cursor);
        Ok(found)
    }

    /// Begin again with documents that rise.
    pub fn turn_back(&mut self) {
        self.cursor = None;
    }

    /// The score of a document that has the term so often.
    #[inline]
    pub fn score(&self, doc: u32, tf: u32) -> f32 {
        score(tf, self.norms.of(self.lengths.of(doc as usize)), self.factor)
    }
}
