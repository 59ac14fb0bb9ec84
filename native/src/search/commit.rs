//! One commit: its segments as one numbering of documents, and what it says of terms. Deleted documents never show.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use crate::fault::Result;
use crate::index::cursor::Cursor;
use crate::index::heads::Heads;
use crate::index::stored::Stored;
use crate::index::terms::{Field, Place};
use crate::search::impacts::Kept;
use crate::search::scores::Scores;
use crate::search::sets::both;
use crate::search::told::Told;
use crate::search::weighting::{Norms, Scale, Weighting};

/// Looking a document up in a list costs about as much as going through so many of it.
pub const SOUGHT: usize = 6;

/// A segment: its documents, deleted ones included, and its fields by name.
pub struct Segment {
    pub docs: usize,
    pub fields: HashMap<String, Field>,
    pub heads: Heads,
    pub stored: Stored,
    pub impacts: Kept,
}

/// A segment in a commit.
pub struct Leaf {
    pub base: u32,
    pub segment: Arc<Segment>,
    /// Whether each document is live; None where all are.
    live: Option<Vec<bool>>,
}

impl Leaf {
    /// Whether a document of the segment is live.
    #[inline]
    pub fn is_live(&self, doc: u32) -> bool {
        self.live.as_ref().map_or(true, |live| live[doc as usize])
    }

    /// Of so many documents of the segment from one on, which are deleted.
    pub fn deleted(&self, first: u32, count: usize) -> impl Iterator<Item = usize> + '_ {
        let own = self.live.iter().flat_map(move |live| live.iter().skip(first as usize).take(count).enumerate());
        own.filter(|(_, &is_live)| !is_live).map(|(at, _)| at)
    }

    /// Whether all documents are live.
    pub fn is_whole(&self) -> bool {
        self.live.is_none()
    }

    /// Of documents of the commit, rising, those of the segment.
    pub fn own<'a>(&self, docs: &'a [u32]) -> &'a [u32] {
        let low = docs.partition_point(|&doc| doc < self.base);
        let high = docs.partition_point(|&doc| doc < self.base + self.segment.docs as u32);
        &docs[low..high]
    }
}

/// Documents, rising, and their scores.
#[derive(Clone, Default)]
pub struct Matches {
    pub docs: Vec<u32>,
    pub scores: Vec<f32>,
}

/// A term of one field, in all segments: where its postings lie, and how many live documents have it.
pub struct Listed {
    pub field: Arc<str>,
    /// What stands for the term and its field.
    pub key: Vec<u8>,
    pub places: Vec<(usize, Place)>,
    pub df: usize,
    /// What its scores are multiplied by, and norms, as the weighting of a number has them that asked last.
    pub scaled: Mutex<Option<(usize, f32, Arc<Norms>)>>,
}

/// Terms of one field that were asked for.
struct Known {
    field: Arc<str>,
    terms: HashMap<Vec<u8>, Arc<Listed>>,
}

/// One commit, for any number of threads.
pub struct Commit {
    pub leaves: Vec<Leaf>,
    /// Documents, deleted ones included.
    pub every: usize,
    /// Live documents.
    pub count: usize,
    norms: Mutex<HashMap<(String, u64, u64), Arc<Norms>>>,
    listed: Mutex<HashMap<String, Known>>,
    pub told: Arc<Told>,
}

/// Terms of a field that are remembered.
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
        Commit { leaves, every, count, norms: Mutex::default(), listed: Mutex::default(), told: Arc::default() }
    }

    /// A term of a field; those that were asked for are remembered.
    pub fn listed(&self, field: &str, term: &[u8]) -> Result<Arc<Listed>> {
        if let Ok(known) = self.listed.try_lock() {
            if let Some(listed) = known.get(field).and_then(|known| known.terms.get(term)) {
                return Ok(listed.clone());
            }
        }
        let name = field;
        let (mut places, mut df) = (Vec::new(), 0);
        for (number, leaf) in self.leaves.iter().enumerate() {
            if let Some(field) = leaf.segment.fields.get(field) {
                if let Some(place) = field.find(term)? {
                    df += if leaf.is_whole() { place.df } else { live_of(leaf, field, place)?.len() };
                    places.push((number, place));
                }
            }
        }
        let made = |field: &Arc<str>| {
            let (field, key) = (field.clone(), key_of(name, term));
            Arc::new(Listed { field, key, places, df, scaled: Mutex::default() })
        };
        let mut all = match self.listed.try_lock() {
            Ok(all) => all,
            Err(_) => return Ok(made(&name.into())),
        };
        let new = || Known { field: name.into(), terms: HashMap::new() };
        let known = all.entry(name.to_owned()).or_insert_with(new);
        if known.terms.len() >= REMEMBERED {
            known.terms.clear();
        }
        let listed = made(&known.field);
        known.terms.insert(term.to_vec(), listed.clone());
        Ok(listed)
    }

    /// Where a term's postings lie, segment for segment.
    pub fn places(&self, listed: &Listed) -> Vec<(&Leaf, &Field, Place)> {
        let each = listed.places.iter().filter_map(|&(number, place)| {
            let leaf = self.leaves.get(number)?;
            Some((leaf, leaf.segment.fields.get(&*listed.field)?, place))
        });
        each.collect()
    }

    /// Id and title of a document; None where its head is not what was written, or there is no such document.
    pub fn head(&self, doc: u32) -> Result<Option<(String, String)>> {
        match self.leaf_of(doc) {
            Some(leaf) => leaf.segment.heads.of((doc - leaf.base) as usize),
            None => Ok(None),
        }
    }

    /// Live documents that have a term.
    pub fn df(&self, field: &str, term: &[u8]) -> Result<usize> {
        Ok(self.listed(field, term)?.df)
    }

    /// All live documents, rising.
    pub fn all_live(&self) -> Vec<u32> {
        let mut docs = Vec::with_capacity(self.count);
        for leaf in &self.leaves {
            let live = (0..leaf.segment.docs as u32).filter(|&doc| leaf.is_live(doc));
            docs.extend(live.map(|doc| leaf.base + doc));
        }
        docs
    }

    /// The live documents that have a term in a field, rising: all, or those of some, rising.
    pub fn docs(&self, field: &str, term: &[u8], among: Option<&[u32]>) -> Result<Vec<u32>> {
        let listed = self.listed(field, term)?;
        let mut found = Vec::with_capacity(among.map_or(listed.df, |among| among.len().min(listed.df)));
        for (leaf, field, place) in self.places(&listed) {
            let among = match among {
                Some(among) => leaf.own(among),
                None => {
                    found.extend(live_of(leaf, field, place)?.into_iter().map(|doc| leaf.base + doc));
                    continue;
                }
            };
            let live = among.iter().copied().filter(|&doc| leaf.is_live(doc - leaf.base));
            if let Some(impacts) = leaf.segment.impacts.find(&listed.key) {
                let mut at = 0;
                found.extend(live.filter(|&doc| impacts.place(doc - leaf.base, &mut at).is_some()));
            } else if among.len() * SOUGHT < place.df {
                let mut cursor = Cursor::new(field, place, false)?;
                found.extend(live.filter(|&doc| cursor.seek(doc - leaf.base).is_some()));
            } else {
                let docs: Vec<u32> = live_of(leaf, field, place)?.into_iter().map(|doc| leaf.base + doc).collect();
                found.extend(both(among, &docs));
            }
        }
        Ok(found)
    }

    /// Set the bytes of the live documents that have a term in a field, of a byte for each document, to 1.
    pub fn mark(&self, field: &str, term: &[u8], mask: &mut [u8]) -> Result<()> {
        let listed = self.listed(field, term)?;
        for (leaf, field, place) in self.places(&listed) {
            let first = leaf.base as usize;
            let own = mask.get_mut(first..first + leaf.segment.docs).unwrap_or(&mut []);
            match leaf.segment.impacts.find(&listed.key) {
                Some(impacts) if leaf.is_whole() => impacts.mark(own),
                _ => live_of(leaf, field, place)?.into_iter().for_each(|doc| own[doc as usize] = 1),
            }
        }
        Ok(())
    }

    /// The live postings of a term in one field, scored: all, or those of some documents, rising.
    pub fn postings(&self, field: &str, term: &[u8], weighting: &Weighting, among: Option<&[u32]>) -> Result<Matches> {
        let mut found = Matches::default();
        let list = Scores::of(self, field, term, weighting)?;
        for (number, leaf) in self.leaves.iter().enumerate() {
            let own = among.map(|among| leaf.own(among));
            let mut scored = match list.in_leaf(self, number)? {
                Some(scored) if own.map_or(true, |own| !own.is_empty()) => scored,
                _ => continue,
            };
            if let Some(own) = own.filter(|own| own.len() * SOUGHT < list.listed.df) {
                for &doc in own.iter().filter(|&&doc| leaf.is_live(doc - leaf.base)) {
                    if let Some(score) = scored.seek(doc - leaf.base)? {
                        found.docs.push(doc);
                        found.scores.push(score);
                    }
                }
                continue;
            }
            let (docs, scores) = scored.all()?;
            let mut own = own.map(|own| own.iter().copied().peekable());
            for (&doc, &score) in docs.iter().zip(scores).filter(|(&doc, _)| leaf.is_live(doc)) {
                let doc = leaf.base + doc;
                if let Some(own) = &mut own {
                    while own.next_if(|&other| other < doc).is_some() {}
                    if own.peek() != Some(&doc) {
                        continue;
                    }
                }
                found.docs.push(doc);
                found.scores.push(score);
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
                    let deleted = (0..live.len()).filter(|&doc| !live[doc]);
                    total -= deleted.map(|doc| u64::from(lengths.of(doc))).sum::<u64>();
                }
            }
        }
        Ok(if self.count == 0 { 0.0 } else { total as f64 / self.count as f64 })
    }

    /// The norms of documents, rising.
    pub fn norms_of(&self, field: &str, norms: &Norms, docs: &[u32]) -> Result<Vec<f32>> {
        let mut found = Vec::with_capacity(docs.len());
        for leaf in &self.leaves {
            let own = leaf.own(docs).iter();
            match leaf.segment.fields.get(field) {
                Some(field) if own.len() > 0 => {
                    let lengths = field.lengths()?;
                    found.extend(own.map(|&doc| norms.of(lengths.of((doc - leaf.base) as usize))));
                }
                _ => found.extend(own.map(|_| norms.of(0))),
            }
        }
        Ok(found)
    }

    fn leaf_of(&self, doc: u32) -> Option<&Leaf> {
        let next = self.leaves.partition_point(|leaf| leaf.base <= doc);
        self.leaves[..next].iter().rev().find(|leaf| doc < leaf.base + leaf.segment.docs as u32)
    }
}

/// What stands for a term of a field.
fn key_of(field: &str, term: &[u8]) -> Vec<u8> {
    let mut key = Vec::with_capacity(field.len() + 1 + term.len());
    key.extend_from_slice(field.as_bytes());
    key.push(0xFF); // which no name has
    key.extend_from_slice(term);
    key
}

/// The live documents of a segment that have a term of the field.
fn live_of(leaf: &Leaf, field: &Field, place: Place) -> Result<Vec<u32>> {
    let mut docs = Vec::with_capacity(place.df);
    Cursor::new(field, place, false)?.fill(u32::MAX, &mut docs)?;
    if !leaf.is_whole() {
        docs.retain(|&doc| leaf.is_live(doc));
    }
    Ok(docs)
}
