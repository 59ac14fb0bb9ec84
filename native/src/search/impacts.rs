//! What the documents of a segment score for a term, in a byte each, and how often it is there.
//!
//! A byte is a share of the most that any document scores, rounded up: what the bytes of some terms add up to, no document
//! scores more than. So most documents need no more than a few additions of bytes, many at a time, to be told from the
//! best; only what may be among these is worked out. The bytes stay with the segment, from commit to commit: where the
//! average length, which scores depend on, has changed a little, they are taken for a little more.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use crate::fault::Result;
use crate::search::scores::Scored;
use crate::search::sets::reached;
use crate::search::weighting::Norms;

/// One in so many documents: from there on every document of the segment has a byte, else those with the term.
const DENSE: usize = 5;

/// Bytes that are kept, of all segments together.
const ROOM: usize = 128 << 20;

static HELD: AtomicUsize = AtomicUsize::new(0);

/// Of the most that bytes stand for, how much it may change before they are made anew.
const DRIFT: f64 = 1.03;

/// The impacts of one term.
pub struct Impacts {
    /// What the highest byte stands for, but for the factor of the term, as norms were then.
    most: f32,
    norms: Arc<Norms>,
    docs: Docs,
    bytes: Vec<u8>,
    tfs: Vec<u8>,
    /// Where every document has a byte: of each BLOCK of them, how many before it have the term.
    before: Vec<u32>,
    used: AtomicBool,
}

const BLOCK: usize = 64;

/// What is added to a number, of which the whole part is then that number rounded up.
const ALMOST: f32 = 0.99999;

/// Which documents bytes are of.
enum Docs {
    Every,
    Some(Vec<u32>),
}

/// Terms of a segment that are remembered as asked for once.
const ASKED: usize = 1 << 12;

/// What stands for a frequency that no byte holds.
const MANY: u8 = 255;

impl Impacts {
    /// Those of a term that nobody has gone through, of a segment with so many documents.
    fn made(scored: &mut Scored, docs: usize) -> Result<Self> {
        let norms = scored.norms.clone();
        let (own, tfs, ratios) = scored.ratios()?;
        let most = ratios.iter().fold(0f32, |most, &ratio| most.max(ratio));
        // No more than 255. What rounding takes is far less than what `Best` allows for; a score may be nothing.
        let scale = 255.0 / most;
        let whole = |ratio: f32| ((ratio * scale + ALMOST) as u8).max(u8::from(ratio > 0.0));
        let share = |ratio: f32| if most > 0.0 { whole(ratio) } else { 255 };
        let tf = |tf: u32| tf.min(u32::from(MANY)) as u8;
        let used = AtomicBool::new(true);
        if own.len() * DENSE < docs {
            let bytes = ratios.iter().map(|&ratio| share(ratio)).collect();
            let tfs = tfs.iter().map(|&count| tf(count)).collect();
            return Ok(Impacts { most, norms, docs: Docs::Some(own.to_vec()), bytes, tfs, before: Vec::new(), used });
        }
        let (mut bytes, mut counts) = (vec![0; docs], vec![0; docs]);
        for ((&doc, &ratio), &count) in own.iter().zip(ratios).zip(tfs) {
            bytes[doc as usize] = share(ratio);
            counts[doc as usize] = tf(count);
        }
        let mut passed = 0;
        let block = |tfs: &[u8]| {
            let here = passed;
            passed += having(tfs);
            here
        };
        let before = counts.chunks(BLOCK).map(block).collect();
        Ok(Impacts { most, norms, docs: Docs::Every, bytes, tfs: counts, before, used })
    }

    /// The most that a document scores, but for the factor of the term, by other norms; None where these are too far off.
    fn most_by(&self, norms: &Norms) -> Option<f32> {
        self.norms.drift(norms).filter(|&drift| drift < DRIFT).map(|drift| (f64::from(self.most) * drift) as f32)
    }

    fn size(&self) -> usize {
        let docs = match &self.docs {
            Docs::Every => 0,
            Docs::Some(docs) => 4 * docs.len(),
        };
        docs + self.bytes.len() + self.tfs.len() + 4 * self.before.len() + 200
    }

    /// Whether a byte is added up of every document, at once.
    pub fn is_dense(&self) -> bool {
        matches!(self.docs, Docs::Every)
    }

    /// Add shares of `most` to the sums of documents from `start` on. at: where those of the window begin, if not every
    /// document has one; it is moved on.
    pub fn add(&self, start: u32, sums: &mut [u16], most: u16, at: &mut usize) {
        match &self.docs {
            Docs::Every => {
                let bytes = self.bytes.get(start as usize..).unwrap_or(&[]);
                for (sum, &byte) in sums.iter_mut().zip(bytes) {
                    *sum = sum.saturating_add(part_of(byte, most));
                }
            }
            Docs::Some(docs) => {
                *at = reached(docs, *at, start);
                let end = start.saturating_add(sums.len() as u32);
                while let Some(&doc) = docs.get(*at).filter(|&&doc| doc < end) {
                    let sum = &mut sums[(doc - start) as usize];
                    *sum = sum.saturating_add(part_of(self.bytes[*at], most));
                    *at += 1;
                }
            }
        }
    }

    /// Set the bytes of documents that have the term, of a byte for each document of the segment, to 1.
    pub fn mark(&self, mask: &mut [u8]) {
        match &self.docs {
            Docs::Every => mask.iter_mut().zip(&self.tfs).for_each(|(is, &tf)| *is |= u8::from(tf != 0)),
            Docs::Some(docs) => docs.iter().for_each(|&doc| mask[doc as usize] = 1),
        }
    }

    /// Where the first byte is of a document from one on, if not every one has its own.
    pub fn first(&self, doc: u32) -> usize {
        match &self.docs {
            Docs::Every => 0,
            Docs::Some(docs) => docs.partition_point(|&one| one < doc),
        }
    }

    /// Where a document has its byte, if it has the term. at: where one before it has its; it is moved on.
    #[inline]
    pub fn place(&self, doc: u32, at: &mut usize) -> Option<usize> {
        match &self.docs {
            Docs::Every => Some(doc as usize).filter(|&place| self.tfs.get(place).map_or(false, |&tf| tf > 0)),
            Docs::Some(docs) => {
                *at = reached(docs, *at, doc);
                Some(*at).filter(|&at| docs.get(at) == Some(&doc))
            }
        }
    }

    /// The number of the document with a place, among those that have the term.
    #[inline]
    pub fn number(&self, place: usize) -> usize {
        match &self.docs {
            Docs::Every => {
                let first = place / BLOCK * BLOCK;
                (self.before[place / BLOCK] + having(&self.tfs[first..place])) as usize
            }
            Docs::Some(_) => place,
        }
    }

    /// The share of `most` at a place.
    #[inline]
    pub fn share(&self, place: usize, most: u16) -> u16 {
        part_of(self.bytes[place], most)
    }

    /// How often the term is there at a place; None where that is more often than is kept.
    #[inline]
    pub fn tf(&self, place: usize) -> Option<u32> {
        counted(self.tfs[place])
    }

    /// Where not every document has a byte: those from a place on and before a document, and how often each has the
    /// term, as `counted` tells.
    pub fn listed(&self, at: usize, end: u32) -> Option<(&[u32], &[u8])> {
        match &self.docs {
            Docs::Every => None,
            Docs::Some(docs) => {
                let to = at + docs[at..].partition_point(|&doc| doc < end);
                Some((&docs[at..to], &self.tfs[at..to]))
            }
        }
    }
}

/// A frequency as it is kept; None where it is more than that.
#[inline]
pub fn counted(tf: u8) -> Option<u32> {
    Some(tf).filter(|&tf| tf != MANY).map(u32::from)
}

/// How many documents have a term, by how often each has it.
#[inline]
fn having(tfs: &[u8]) -> u32 {
    tfs.iter().map(|&tf| u32::from(tf != 0)).sum()
}

/// byte / 256 of something, rounded up; one at least, where there is a byte.
#[inline]
fn part_of(byte: u8, most: u16) -> u16 {
    ((u32::from(u16::from(byte) << 8) * u32::from(most)) >> 16) as u16 + u16::from(byte != 0)
}

/// The impacts of a segment's terms, as far as they were asked for and there is room.
#[derive(Default)]
pub struct Kept {
    known: Mutex<HashMap<Vec<u8>, Arc<Impacts>>>,
    /// Terms for which there was no room since it was made last.
    refused: AtomicUsize,
    /// Terms of which few documents were asked for, once: who asks for them again will do so more often.
    asked: Mutex<HashSet<Vec<u8>>>,
}

impl Kept {
    /// Those of a term, as far as they tell which documents have it; None where none are kept.
    pub fn find(&self, key: &[u8]) -> Option<Arc<Impacts>> {
        let found = self.known.try_lock().ok()?.get(key)?.clone();
        found.used.store(true, Relaxed);
        Some(found)
    }

    /// Those of a term, and the most that a document scores but for the factor; None where none are kept.
    pub fn get(&self, key: &[u8], norms: &Norms) -> Option<(Arc<Impacts>, f32)> {
        let known = self.known.try_lock().ok()?;
        let found = known.get(key)?;
        let most = found.most_by(norms)?;
        found.used.store(true, Relaxed);
        Some((found.clone(), most))
    }

    /// The same, made where none are kept and there is room; docs: of the segment.
    pub fn get_or_make(&self, key: &[u8], scored: &mut Scored, docs: usize) -> Result<Option<(Arc<Impacts>, f32)>> {
        if let Some(found) = self.get(key, &scored.norms) {
            return Ok(Some(found));
        }
        if HELD.load(Relaxed) > ROOM && !self.make_room() {
            return Ok(None);
        }
        let made = Arc::new(Impacts::made(scored, docs)?);
        let most = made.most;
        if let Ok(mut known) = self.known.try_lock() {
            HELD.fetch_add(made.size(), Relaxed);
            if let Some(before) = known.insert(key.to_vec(), made.clone()) {
                HELD.fetch_sub(before.size(), Relaxed);
            }
        }
        Ok(Some((made, most)))
    }

    /// Whether few documents of a term were asked for before.
    pub fn is_asked_again(&self, key: &[u8]) -> bool {
        match self.asked.try_lock() {
            Ok(mut asked) => {
                if asked.len() >= ASKED {
                    asked.clear();
                }
                asked.contains(key) || !asked.insert(key.to_vec())
            }
            Err(_) => false,
        }
    }

    /// Let go, now and then, what nobody has asked for since the last time; whether there is room then.
    fn make_room(&self) -> bool {
        if let Ok(mut known) = self.known.try_lock() {
            if self.refused.fetch_add(1, Relaxed) > known.len() / 4 {
                self.refused.store(0, Relaxed);
                let before = size_of(&known);
                known.retain(|_, one| one.used.swap(false, Relaxed));
                HELD.fetch_sub(before - size_of(&known), Relaxed);
            }
        }
        HELD.load(Relaxed) <= ROOM
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        HELD.fetch_sub(self.known.get_mut().map_or(0, |known| size_of(known)), Relaxed);
    }
}

fn size_of(known: &HashMap<Vec<u8>, Arc<Impacts>>) -> usize {
    known.values().map(|one| one.size()).sum()
}
