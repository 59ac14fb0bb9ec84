//! Postings in the order of terms in, the streams of a field out, as `khsearch.columnar.postings.layout` describes them.

use super::bits::{put_run, Bits};
use super::terms::first_eight;

/// Terms between two rows of offsets; at each, every stream begins on a byte.
pub const BLOCK: usize = 64;
const COLUMNS: usize = 6;
const WIDTHS: [u32; 5] = [24, 16, 8, 4, 0];
const RESTS: [u32; 7] = [0, 1, 2, 4, 8, 16, 24];

/// The postings of some terms, the first of which begins a block, as `encode.Coded` has them.
#[derive(Default)]
pub struct Coded {
    pub high: Vec<u8>,
    pub low: Vec<u8>,
    pub tf: Vec<u8>,
    pub rest: Vec<u8>,
    pub pos: Vec<u8>,
    pub terms: Vec<u8>,
    pub df: Vec<u32>,
    pub extra: Vec<u32>,
    pub lengths: Vec<u32>,
    pub rests: Vec<u8>,
    /// Where each block's parts begin, and last where all end.
    pub rows: Vec<[i64; COLUMNS]>,
    pub keys: Vec<u64>,
    pub tokens: u64,
    /// The highest position.
    pub top: u32,
}

/// Codes the postings of a segment of so many documents.
pub struct Coder {
    top: u32,
    limits: [usize; 4],
    high: Bits,
    tf: Bits,
    coded: Coded,
}

impl Coder {
    pub fn new(docs: u32) -> Self {
        let top = docs.saturating_sub(1);
        let mut limits = [0; 4];
        for (limit, pair) in limits.iter_mut().zip(WIDTHS.windows(2)) {
            let (large, small) = (pair[0], pair[1]);
            let (more, step) = ((top >> small) - (top >> large), large - small);
            *limit = (more / step + u32::from(more % step > 0)) as usize;
        }
        Coder { top, limits, high: Bits::default(), tf: Bits::default(), coded: Coded::default() }
    }

    /// Add the next term: its documents, rising, how often it stands in each, and where, if the field keeps that.
    pub fn add(&mut self, term: &[u8], docs: &[u32], tfs: &[u32], positions: Option<&[u32]>) {
        if self.coded.df.len() % BLOCK == 0 {
            self.begin_block(term);
        }
        let tokens: u64 = tfs.iter().map(|&tf| u64::from(tf)).sum();
        self.add_docs(docs);
        if tokens > docs.len() as u64 {
            self.add_frequencies(tfs, tokens as usize);
        }
        let coded = &mut self.coded;
        let mut rest = 0;
        if let Some(positions) = positions {
            let top = positions.iter().copied().max().unwrap_or(0);
            rest = rest_width(top >> 8);
            coded.top = coded.top.max(top);
            coded.pos.extend(positions.iter().map(|&position| position as u8));
            put_run(&mut coded.rest, positions.iter().map(|&position| position >> 8), rest);
        }
        coded.terms.extend_from_slice(term);
        coded.df.push(docs.len() as u32);
        coded.extra.push((tokens - docs.len() as u64) as u32);
        coded.lengths.push(term.len() as u32);
        coded.rests.push(rest as u8);
        coded.tokens += tokens;
    }

    /// All that was added.
    pub fn finish(mut self) -> Coded {
        let row = self.row();
        self.coded.rows.push(row);
        self.coded.high = self.high.bytes;
        self.coded.tf = self.tf.bytes;
        self.coded
    }

    fn begin_block(&mut self, term: &[u8]) {
        let row = self.row();
        self.coded.rows.push(row);
        self.coded.keys.push(first_eight(term));
    }

    /// Let every stream begin on a byte -> where each does.
    fn row(&mut self) -> [i64; COLUMNS] {
        self.high.align();
        self.tf.align();
        let coded = &self.coded;
        let sizes = [&self.high.bytes, &coded.low, &self.tf.bytes, &coded.rest].map(|stream| stream.len() as i64);
        [sizes[0], sizes[1], sizes[2], sizes[3], coded.tokens as i64, coded.terms.len() as i64]
    }

    /// Elias-Fano: the low bits as they are, the high ones as gaps in unary.
    fn add_docs(&mut self, docs: &[u32]) {
        let width = WIDTHS[self.limits.iter().filter(|&&limit| limit <= docs.len()).count()];
        let start = self.high.extend(docs.len() + (self.top >> width) as usize);
        for (number, &doc) in docs.iter().enumerate() {
            self.high.set(start + (doc.min(self.top) >> width) as usize + number);
        }
        put_run(&mut self.coded.low, docs.iter().copied(), width);
    }

    /// One bit a token, set where a document begins.
    fn add_frequencies(&mut self, tfs: &[u32], tokens: usize) {
        let mut bit = self.tf.extend(tokens);
        for &tf in tfs {
            self.tf.set(bit);
            bit += tf as usize;
        }
    }
}

fn rest_width(top: u32) -> u32 {
    RESTS.iter().copied().find(|&width| top >> width == 0).unwrap_or(24)
}
