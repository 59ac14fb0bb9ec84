//! The terms of one field of one segment: found by name, and where their postings lie.
//!
//! The layout is that of `khsearch/columnar/postings/layout.py`: sizes follow from the counts of a term, and only the
//! offsets of every BLOCK-th term are written down.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use crate::fault::Result;
use crate::index::pages::Section;

const BLOCK: usize = 64;
const COLUMNS: usize = 6;
const WIDTHS: [usize; 5] = [24, 16, 8, 4, 0];

/// The sections of a field, as its segment's file names them.
pub struct Sections {
    pub df: Section,
    pub extra: Section,
    pub lengths: Section,
    pub rests: Option<Section>,
    pub rows: Section,
    pub keys: Section,
    pub high: Section,
    pub low: Section,
    pub tf: Section,
    pub rest: Section,
    pub pos: Section,
    pub terms: Section,
    pub doclens: Section,
}

/// Where the postings of a term lie.
#[derive(Clone, Copy)]
pub struct Place {
    pub df: usize,
    pub cf: usize,
    pub width: usize,
    /// Bit of `high`, and how many.
    pub high: usize,
    pub high_size: usize,
    /// Byte of `low`.
    pub low: usize,
    /// Bit of `tf`.
    pub tf: usize,
    /// Byte of `rest`, and bits of a number there.
    pub rest: usize,
    pub rest_width: usize,
    /// Number of the first token.
    pub tokens: usize,
}

/// One field of one segment.
pub struct Field {
    pub docs: usize,
    pub total: u64,
    pub parts: Sections,
    count: usize,
    limits: [usize; 4],
    /// Whether all parts are as long as the last row of offsets says.
    is_checked: AtomicBool,
    keys: Mutex<Option<Arc<[u64]>>>,
    lengths: Mutex<Option<Arc<Lengths>>>,
}

impl Field {
    /// A field of a segment with so many documents; total: its tokens.
    pub fn new(parts: Sections, docs: usize, total: u64) -> Result<Self> {
        let count = parts.df.len();
        let blocks = (count + BLOCK - 1) / BLOCK;
        let fits = parts.extra.len() == count && parts.lengths.len() == count && parts.keys.len() == blocks;
        let rests = parts.rests.as_ref().map_or(true, |rests| rests.len() == count);
        if !fits || !rests || parts.rows.len() != (blocks + 1) * COLUMNS {
            return Err(parts.df.damage("the tables of terms disagree about their number"));
        }
        if parts.keys.width() != 8 || parts.rows.width() != 8 {
            return Err(parts.keys.damage("it holds numbers of another kind than it should"));
        }
        Ok(Field {
            docs,
            total,
            parts,
            count,
            limits: limits_of(docs),
            is_checked: AtomicBool::new(false),
            keys: Mutex::new(None),
            lengths: Mutex::new(None),
        })
    }

    /// Where the postings of a term lie; None where the field has no such term.
    pub fn find(&self, term: &[u8]) -> Result<Option<Place>> {
        if !self.is_checked.load(Relaxed) {
            self.check_sizes()?;
        }
        if self.count == 0 {
            return Ok(None);
        }
        let block = self.block_of(term)?;
        let first = block * BLOCK;
        let lengths = self.parts.lengths.numbers(first, (first + BLOCK).min(self.count))?;
        let mut at = self.row(block)?[5];
        let size = lengths.iter().try_fold(0usize, |sum, length| sum.checked_add(length as usize));
        let end = size.and_then(|size| at.checked_add(size)).unwrap_or(usize::MAX);
        let text = self.parts.terms.bytes(at, end)?;
        let start = at;
        for (inner, length) in lengths.iter().enumerate() {
            let next = at + length as usize;
            if length as usize == term.len() && &text[at - start..next - start] == term {
                return Ok(Some(self.place(first + inner)?));
            }
            at = next;
        }
        Ok(None)
    }

    fn check_sizes(&self) -> Result<()> {
        let parts = &self.parts;
        let ends = self.row(parts.keys.len())?;
        let sections = [&parts.high, &parts.low, &parts.tf, &parts.rest, &parts.pos, &parts.terms];
        for (number, (section, end)) in sections.into_iter().zip(ends).enumerate() {
            let is_kept = number != 4 || parts.rests.is_some();
            if is_kept && section.len() != end {
                return Err(section.damage("it has another length than it should"));
            }
        }
        self.is_checked.store(true, Relaxed);
        Ok(())
    }

    /// The block whose terms a term would stand among.
    fn block_of(&self, term: &[u8]) -> Result<usize> {
        let keys = self.all_keys()?;
        let mut start = [0; 8];
        let size = term.len().min(8);
        start[..size].copy_from_slice(&term[..size]);
        let key = u64::from_be_bytes(start);
        let mut low = keys.partition_point(|&known| known < key).saturating_sub(1);
        let mut high = keys.partition_point(|&known| known <= key);
        // The first terms of blocks low + 1 to high - 1 share the key: compare them whole.
        while high > low + 1 {
            let middle = (low + high) / 2;
            if self.first_of(middle)?[..] <= *term {
                low = middle;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    fn all_keys(&self) -> Result<Arc<[u64]>> {
        if let Ok(known) = self.keys.try_lock() {
            if let Some(keys) = &*known {
                return Ok(keys.clone());
            }
        }
        let keys: Arc<[u64]> = self.parts.keys.numbers(0, self.parts.keys.len())?.iter().collect();
        if let Ok(mut known) = self.keys.try_lock() {
            *known = Some(keys.clone());
        }
        Ok(keys)
    }

    fn first_of(&self, block: usize) -> Result<Vec<u8>> {
        let at = self.row(block)?[5];
        let length = self.parts.lengths.numbers(block * BLOCK, block * BLOCK + 1)?.at(0) as usize;
        Ok(self.parts.terms.bytes(at, at.saturating_add(length))?.to_vec())
    }

    fn row(&self, block: usize) -> Result<[usize; COLUMNS]> {
        let numbers = self.parts.rows.numbers(block * COLUMNS, (block + 1) * COLUMNS)?;
        let mut row = [0; COLUMNS];
        for (to, from) in row.iter_mut().zip(numbers.iter()) {
            *to = usize::try_from(from)
                .ok()
                .filter(|&number| number < 1 << 48)
                .ok_or_else(|| self.parts.rows.damage("it holds other numbers than it should"))?;
        }
        Ok(row)
    }

    fn place(&self, number: usize) -> Result<Place> {
        let block = number / BLOCK;
        let (first, stop) = (block * BLOCK, number + 1);
        let dfs = self.parts.df.numbers(first, stop)?;
        let extras = self.parts.extra.numbers(first, stop)?;
        let rests = self.parts.rests.as_ref().map(|rests| rests.numbers(first, stop)).transpose()?;
        let row = self.row(block)?;
        let top = self.docs.saturating_sub(1);
        let (mut high, mut low, mut tf, mut rest, mut tokens) = (row[0] << 3, row[1], row[2] << 3, row[3], row[4]);
        let mut found = None;
        for (at, (df, extra)) in dfs.iter().zip(extras.iter()).enumerate() {
            let bits = rests.as_ref().map_or(0, |rests| rests.at(at)) as usize;
            let (df, cf) = (df as usize, df.saturating_add(extra) as usize);
            if df == 0 || df > self.docs || cf > 1 << 40 || !matches!(bits, 0 | 1 | 2 | 4 | 8 | 16 | 24) {
                return Err(self.parts.df.damage("it holds other numbers than it should"));
            }
            let width = WIDTHS[self.limits.partition_point(|&limit| limit <= df)];
            let high_size = df + (top >> width);
            found = Some(Place { df, cf, width, high, high_size, low, tf, rest, rest_width: bits, tokens });
            high += high_size;
            low += (df * width + 7) / 8;
            tf += if cf > df { cf } else { 0 };
            rest += (cf * bits + 7) / 8;
            tokens += cf;
        }
        found.ok_or_else(|| self.parts.df.damage("it ends early"))
    }

    /// How many tokens each document has in the field.
    pub fn lengths(&self) -> Result<Arc<Lengths>> {
        if let Ok(known) = self.lengths.try_lock() {
            if let Some(lengths) = &*known {
                return Ok(lengths.clone());
            }
        }
        let section = &self.parts.doclens;
        let bytes = section.bytes(0, section.len())?;
        let lengths = match section.width() {
            1 => Lengths::Bytes(bytes.to_vec()),
            2 => Lengths::Shorts(bytes.chunks_exact(2).map(|two| u16::from_le_bytes([two[0], two[1]])).collect()),
            4 => Lengths::Longs(
                bytes.chunks_exact(4).map(|of| u32::from_le_bytes([of[0], of[1], of[2], of[3]])).collect(),
            ),
            _ => return Err(section.damage("it holds numbers of another kind than it should")),
        };
        if section.len() != self.docs || lengths.sum() != self.total {
            return Err(section.damage("the lengths of documents do not fit the field"));
        }
        let lengths = Arc::new(lengths);
        if let Ok(mut known) = self.lengths.try_lock() {
            *known = Some(lengths.clone());
        }
        Ok(lengths)
    }
}

/// Up to which document frequency each of WIDTHS but the last pays.
fn limits_of(docs: usize) -> [usize; 4] {
    let top = docs.saturating_sub(1);
    let mut limits = [0; 4];
    for (limit, pair) in limits.iter_mut().zip(WIDTHS.windows(2)) {
        let (large, small) = (pair[0], pair[1]);
        let more = (top >> small) - (top >> large);
        *limit = (more + (large - small) - 1) / (large - small);
    }
    limits
}

/// Tokens of a field by document.
pub enum Lengths {
    Bytes(Vec<u8>),
    Shorts(Vec<u16>),
    Longs(Vec<u32>),
}

impl Lengths {
    /// Of one document of the segment, which there is.
    #[inline]
    pub fn of(&self, doc: usize) -> u32 {
        match self {
            Lengths::Bytes(all) => u32::from(all[doc]),
            Lengths::Shorts(all) => u32::from(all[doc]),
            Lengths::Longs(all) => all[doc],
        }
    }

    fn sum(&self) -> u64 {
        match self {
            Lengths::Bytes(all) => all.iter().map(|&one| u64::from(one)).sum(),
            Lengths::Shorts(all) => all.iter().map(|&one| u64::from(one)).sum(),
            Lengths::Longs(all) => all.iter().map(|&one| u64::from(one)).sum(),
        }
    }
}
