//! One commit: its segments as one numbering of documents, and what it says of terms. Deleted documents never show.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use crate::fault::Result;
use crate::index::postings;
use crate::index::terms::{Field, Place};
use crate::search::weighting::{score, Norms, Scale, Weighting};

/// A segment: its documents, deleted ones included, and its fields by name.
pub struct Segment {
    pub docs: usize,
    pub fields: HashMap<String, Field>,
}

/// A segment in a commit.
struct Leaf {
    base: u32,
    segment: Arc<Segment>,
    /// Whether each document is live; None where all are.
    live: Option<Vec<bool>>,
}

/// Documents, rising, and their scores.
#[derive(Clone, Default)]
pub struct Matches {
    pub docs: Vec<u32>,
    pub scores: Vec<f32>,
}

/// One commit, for any number of threads.
pub struct Commit {
    leaves: Vec<Leaf>,
    /// Documents, deleted ones included.
    pub every: usize,
    /// Live documents.
    pub count: usize,
    norms: Mutex<HashMap<(String, u64, u64), Arc<Norms>>>,
    places: Mutex<HashMap<Vec<u8>, Places>>,
}

/// Numbers of segments, and the places of a term there.
type Places = Arc<[(usize, Place)]>;

/// Terms whose places are remembered.
const REMEMBERED: usize = 1 << 14;

impl Commit {
    /// Segments in order, each with which of its documents are live.
    pub fn new(segments: Vec<(Arc<Segment>, Option<Vec<bool>>)>) -> Self {
        let (mut every, mut count) = (0, 0);
        let mut leaves = Vec::with_capacity(segments.len());
        for (segment, live) in segments {
            let live = live.filter(|live| live.len() == segment.docs);
            count += live.as_ref().map_or(segment.docs, |live| live.iter().filter(|&&is| is).count());
            let base = every as u32;
            every += segment.docs;
            leaves.push(Leaf { base, segment, live });
        }
        Commit { leaves, every, count, norms: Mutex::new(HashMap::new()), places: Mutex::new(HashMap::new()) }
    }

    /// The field in every segment that has a term, with the term's place there.
    fn places<'a>(&'a self, field: &str, term: &[u8]) -> Result<Vec<(&'a Leaf, &'a Field, Place)>> {
        let known = self.known(field, term)?;
        let each = known.iter().filter_map(|&(number, place)| {
            let leaf = self.leaves.get(number)?;
            Some((leaf, leaf.segment.fields.get(field)?, place))
        });
        Ok(each.collect())
    }

    /// The numbers of the segments that have a term, and its places; those that were asked for are remembered.
    fn known(&self, field: &str, term: &[u8]) -> Result<Places> {
        let mut key = Vec::with_capacity(field.len() + 1 + term.len());
        key.extend_from_slice(field.as_bytes());
        key.push(0xFF); // which no name has
        key.extend_from_slice(term);
        if let Ok(known) = self.places.try_lock() {
            if let Some(places) = known.get(&key) {
                return Ok(places.clone());
            }
        }
        let mut places = Vec::with_capacity(self.leaves.len());
        for (number, leaf) in self.leaves.iter().enumerate() {
            if let Some(field) = leaf.segment.fields.get(field) {
                places.extend(field.find(term)?.map(|place| (number, place)));
            }
        }
        let places: Places = places.into();
        if let Ok(mut known) = self.places.try_lock() {
            if known.len() >= REMEMBERED {
                known.clear();
            }
            known.insert(key, places.clone());
        }
        Ok(places)
    }

    /// Documents that have a term, deleted ones included.
    pub fn most(&self, field: &str, term: &[u8]) -> Result<usize> {
        Ok(self.known(field, term)?.iter().map(|(_, place)| place.df).sum())
    }

    /// Live documents that have a term.
    pub fn df(&self, field: &str, term: &[u8]) -> Result<usize> {
        let mut total = 0;
        for (leaf, field, place) in self.places(field, term)? {
            match &leaf.live {
                None => total += place.df,
                Some(live) => {
                    let mut docs = Vec::new();
                    postings::add_docs(field, &place, 0, &mut docs)?;
                    total += docs.iter().filter(|&&doc| live[doc as usize]).count();
                }
            }
        }
        Ok(total)
    }

    /// All live documents, rising.
    pub fn all_live(&self) -> Vec<u32> {
        let mut docs = Vec::with_capacity(self.count);
        for leaf in &self.leaves {
            let all = 0..leaf.segment.docs as u32;
            match &leaf.live {
                None => docs.extend(all.map(|doc| leaf.base + doc)),
                Some(live) => docs.extend(all.filter(|&doc| live[doc as usize]).map(|doc| leaf.base + doc)),
            }
        }
        docs
    }

    /// The live postings of a term in one field, scored; without scores where there is no weighting.
    pub fn postings(&self, field: &str, term: &[u8], weighting: Option<&Weighting>) -> Result<Matches> {
        let places = self.places(field, term)?;
        let mut found = Matches::default();
        let mut tfs = Vec::new();
        let mut bounds = Vec::with_capacity(places.len());
        for (leaf, field, place) in &places {
            let (start, before) = (found.docs.len(), tfs.len());
            postings::add_docs(field, place, leaf.base, &mut found.docs)?;
            if weighting.is_some() {
                postings::add_frequencies(field, place, &mut tfs)?;
            }
            if let Some(live) = &leaf.live {
                let mut kept = start;
                for at in start..found.docs.len() {
                    if live[(found.docs[at] - leaf.base) as usize] {
                        found.docs[kept] = found.docs[at];
                        if weighting.is_some() {
                            tfs[before + kept - start] = tfs[before + at - start];
                        }
                        kept += 1;
                    }
                }
                found.docs.truncate(kept);
                if weighting.is_some() {
                    tfs.truncate(before + kept - start);
                }
            }
            bounds.push(found.docs.len());
        }
        if let Some(weighting) = weighting {
            let scale = weighting.scale(field);
            let factor = (self.term_weight(term, found.docs.len(), scale)? * (scale.k1 + 1.0)) as f32;
            let norms = self.norms(field, scale)?;
            found.scores.reserve(tfs.len());
            let mut start = 0;
            for ((leaf, field, _), &end) in places.iter().zip(&bounds) {
                let lengths = field.lengths()?;
                for (&doc, &tf) in found.docs[start..end].iter().zip(&tfs[start..end]) {
                    found.scores.push(score(tf, norms.of(lengths.of((doc - leaf.base) as usize)), factor));
                }
                start = end;
            }
        }
        Ok(found)
    }

    /// What the scores of a term are multiplied by that so many live documents have in the field of the scale.
    pub fn term_weight(&self, term: &[u8], df: usize, scale: &Scale) -> Result<f64> {
        let df = if scale.rarity_in.is_empty() { df } else { df.max(self.df(&scale.rarity_in, term)?) };
        Ok(scale.term_weight(self.count, df))
    }

    /// The norms of a field.
    pub fn norms(&self, field: &str, scale: &Scale) -> Result<Arc<Norms>> {
        let key = (field.to_owned(), scale.k1.to_bits(), scale.b.to_bits());
        if let Ok(known) = self.norms.try_lock() {
            if let Some(norms) = known.get(&key) {
                return Ok(norms.clone());
            }
        }
        let norms = Arc::new(Norms::new(scale.k1, scale.b, self.average(field)?));
        if let Ok(mut known) = self.norms.try_lock() {
            known.insert(key, norms.clone());
        }
        Ok(norms)
    }

    /// Mean tokens of a field over all live documents.
    fn average(&self, field: &str) -> Result<f64> {
        let mut total = 0;
        for leaf in &self.leaves {
            if let Some(field) = leaf.segment.fields.get(field) {
                total += field.total;
                if let Some(live) = &leaf.live {
                    let lengths = field.lengths()?;
                    let lost: u64 =
                        (0..live.len()).filter(|&doc| !live[doc]).map(|doc| u64::from(lengths.of(doc))).sum();
                    total -= lost;
                }
            }
        }
        Ok(if self.count == 0 { 0.0 } else { total as f64 / self.count as f64 })
    }

    /// The norm of one document.
    pub fn norm_of(&self, field: &str, norms: &Norms, doc: u32) -> Result<f32> {
        let leaf = self.leaf_of(doc);
        Ok(match leaf.and_then(|leaf| leaf.segment.fields.get(field).map(|field| (leaf, field))) {
            Some((leaf, field)) => norms.of(field.lengths()?.of((doc - leaf.base) as usize)),
            None => norms.of(0),
        })
    }

    fn leaf_of(&self, doc: u32) -> Option<&Leaf> {
        let next = self.leaves.partition_point(|leaf| leaf.base <= doc);
        self.leaves[..next].iter().rev().find(|leaf| doc < leaf.base + leaf.segment.docs as u32)
    }

    /// The tokens of a term in live documents of a field that keeps positions, or in those of some documents, rising.
    pub fn tokens(&self, field: &str, term: &[u8], among: Option<&[u32]>) -> Result<Tokens> {
        let mut found = Tokens::default();
        for (leaf, field, place) in self.places(field, term)? {
            if field.parts.rests.is_none() {
                continue;
            }
            let (mut docs, mut tfs) = (Vec::new(), Vec::new());
            postings::add_docs(field, &place, 0, &mut docs)?;
            postings::add_frequencies(field, &place, &mut tfs)?;
            found.df += match &leaf.live {
                None => docs.len(),
                Some(live) => docs.iter().filter(|&&doc| live[doc as usize]).count(),
            };
            let mut wanted = among.map(|among| {
                let low = among.partition_point(|&doc| doc < leaf.base);
                let high = among.partition_point(|&doc| doc < leaf.base + leaf.segment.docs as u32);
                among[low..high].iter().map(|&doc| doc - leaf.base).peekable()
            });
            let mut token = 0;
            // Positions of documents side by side are read together.
            let mut run = 0;
            for (&doc, &tf) in docs.iter().zip(&tfs) {
                let first = token;
                token += tf as usize;
                let mut is_wanted = leaf.live.as_ref().map_or(true, |live| live[doc as usize]);
                if let Some(wanted) = &mut wanted {
                    while wanted.next_if(|&one| one < doc).is_some() {}
                    is_wanted &= wanted.peek() == Some(&doc);
                }
                if is_wanted {
                    found.docs.push(leaf.base + doc);
                    found.counts.push(tf);
                } else {
                    if run < first {
                        postings::add_positions(field, &place, run, first, &mut found.positions)?;
                    }
                    run = token;
                }
            }
            if run < token {
                postings::add_positions(field, &place, run, token, &mut found.positions)?;
            }
        }
        Ok(found)
    }
}

/// The tokens of a term: documents, rising, how many tokens each has, and the positions of all of them, one after the
/// other; in how many live documents the term is.
#[derive(Default)]
pub struct Tokens {
    pub docs: Vec<u32>,
    pub counts: Vec<u32>,
    pub positions: Vec<u32>,
    pub df: usize,
}
