//! The tokens of one field in, document after document, and all of them cut by ranges of terms out.
//!
//! What is kept of a token is its term's number: documents and positions follow from how many there are before it. In
//! the end, numbers become ranks in the order of terms, and tokens go to the range that their rank is in; each range is
//! small enough to be put in order near at hand (`ordering`).

use std::ops::Range;

use super::coding::BLOCK;
use super::terms::Terms;

/// Tokens from which on a range is large enough.
const RANGE_TOKENS: usize = 1 << 15;

/// Tokens are counted in u32.
const MOST_TOKENS: usize = u32::MAX as usize;

/// The rank of no term.
pub const NONE: u32 = u32::MAX;

/// Tokens of some documents, as `khsearch.engine.TokenBatch` has them; spans that reach out of the codes are empty.
pub struct Batch {
    pub codes: Vec<u8>,
    pub spans: Vec<(u32, u32)>,
    pub counts: Vec<u32>,
    pub positions: Option<Vec<u32>>,
    pub ids: Option<Vec<i32>>,
}

/// What is kept of a batch.
struct Kept {
    first: u32,
    counts: Vec<u32>,
    /// Number of each token's term, later its rank.
    terms: Vec<u32>,
    /// None where they are 0, 1, 2, ... in every document, or the field keeps none.
    positions: Option<Vec<u32>>,
}

/// Collects the tokens of one field.
pub struct Inverter {
    terms: Terms,
    batches: Vec<Kept>,
    tokens: usize,
    with_positions: bool,
}

impl Inverter {
    pub fn new(with_positions: bool) -> Self {
        Inverter { terms: Terms::new(), batches: Vec::new(), tokens: 0, with_positions }
    }

    pub fn tokens(&self) -> usize {
        self.tokens
    }

    /// Distinct terms so far.
    pub fn terms(&self) -> usize {
        self.terms.count()
    }

    /// Take in a batch whose first document has a number behind all that were there; false where there is no room.
    pub fn add(&mut self, batch: Batch, first: u32) -> bool {
        let tokens = batch.spans.len();
        let documents = u32::try_from(batch.counts.len()).ok().and_then(|count| first.checked_add(count));
        if tokens > MOST_TOKENS - self.tokens || documents.is_none() {
            return false;
        }
        self.tokens += tokens;
        let Batch { codes, spans, counts, positions, ids } = batch;
        let term = |&(start, end): &(u32, u32)| codes.get(start as usize..end as usize).unwrap_or(&[]);
        let known = &mut self.terms;
        let mut terms = Vec::with_capacity(tokens);
        match ids {
            Some(ids) => terms.extend(spans.iter().zip(ids).map(|(span, id)| known.number_of_id(id, term(span)))),
            None => terms.extend(spans.iter().map(|span| known.number(term(span)))),
        }
        let is_dense = |positions: &Vec<u32>| counts.iter().flat_map(|&count| 0..count).eq(positions.iter().copied());
        let positions = positions.filter(|positions| self.with_positions && !is_dense(positions));
        self.batches.push(Kept { first, counts, terms, positions });
        true
    }

    /// Cut all that was added by ranges of terms.
    pub fn finish(mut self) -> Inverted {
        let order = self.terms.in_order();
        let cf = self.rank(&order);
        let ranges = ranges_of(&cf);
        let is_dense = self.batches.iter().all(|batch| batch.positions.is_none());
        let mut cut = Cut::new(&ranges, self.with_positions, self.tokens);
        for batch in self.batches {
            cut.add(&batch);
        }
        Inverted { terms: self.terms, order, cf, ranges, docs: cut.docs, places: cut.places, is_dense }
    }

    /// Put ranks in the place of the numbers of terms -> how many tokens each has.
    fn rank(&mut self, order: &[u32]) -> Vec<u32> {
        let mut ranks = vec![0; order.len()];
        for (rank, &number) in order.iter().enumerate() {
            ranks[number as usize] = rank as u32;
        }
        let mut cf = vec![0; order.len()];
        for term in self.batches.iter_mut().flat_map(|batch| &mut batch.terms) {
            *term = ranks[*term as usize];
            cf[*term as usize] += 1;
        }
        cf
    }
}

/// Neighbouring terms, the first of which begins a block, and the tokens that are theirs.
#[derive(Clone)]
pub struct TermRange {
    pub ranks: Range<usize>,
    pub tokens: Range<usize>,
}

fn ranges_of(cf: &[u32]) -> Vec<TermRange> {
    let (mut ranges, mut rank, mut token) = (Vec::new(), 0, 0);
    let (mut to, mut end) = (0, 0);
    for block in cf.chunks(BLOCK) {
        to += block.len();
        end += block.iter().map(|&tokens| tokens as usize).sum::<usize>();
        if end - token >= RANGE_TOKENS || to == cf.len() {
            ranges.push(TermRange { ranks: rank..to, tokens: token..end });
            (rank, token) = (to, end);
        }
    }
    ranges
}

/// Tokens by ranges, in reading order within each.
struct Cut {
    /// The range of each block of terms, and where its next token goes.
    range_of: Vec<u32>,
    ends: Vec<usize>,
    docs: Vec<u64>,
    places: Vec<u64>,
}

impl Cut {
    fn new(ranges: &[TermRange], with_places: bool, tokens: usize) -> Self {
        let blocks = |range: &TermRange| (range.ranks.len() + BLOCK - 1) / BLOCK;
        let numbered = (0..).zip(ranges);
        Cut {
            range_of: numbered.flat_map(|(number, range)| std::iter::repeat(number).take(blocks(range))).collect(),
            ends: ranges.iter().map(|range| range.tokens.start).collect(),
            docs: vec![0; tokens],
            places: vec![0; if with_places { tokens } else { 0 }],
        }
    }

    fn add(&mut self, batch: &Kept) {
        let mut begin = 0;
        for (doc, &count) in (batch.first..).zip(&batch.counts) {
            let tokens = begin..begin + count as usize;
            begin = tokens.end;
            let ranks = batch.terms.get(tokens.clone()).unwrap_or(&[]);
            if self.places.is_empty() {
                for &rank in ranks {
                    let at = self.place_of(rank);
                    self.docs[at] = joined(rank, doc);
                }
                continue;
            }
            let behind = ranks.iter().skip(1).copied().chain([NONE]);
            match batch.positions.as_ref().and_then(|positions| positions.get(tokens)) {
                Some(positions) => self.add_document(doc, ranks.iter().zip(behind).zip(positions.iter().copied())),
                None => self.add_document(doc, ranks.iter().zip(behind).zip(0..)),
            }
        }
    }

    fn add_document<'a>(&mut self, doc: u32, tokens: impl Iterator<Item = ((&'a u32, u32), u32)>) {
        for ((&rank, behind), position) in tokens {
            let at = self.place_of(rank);
            self.docs[at] = joined(rank, doc);
            self.places[at] = joined(behind, position);
        }
    }

    #[inline]
    fn place_of(&mut self, rank: u32) -> usize {
        let end = &mut self.ends[self.range_of[rank as usize / BLOCK] as usize];
        *end += 1;
        *end - 1
    }
}

fn joined(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

/// The tokens of one field by ranges of terms, in reading order within each.
pub struct Inverted {
    terms: Terms,
    /// Numbers of terms, in the order of their bytes.
    order: Vec<u32>,
    /// Tokens of each term, in that order.
    pub cf: Vec<u32>,
    pub ranges: Vec<TermRange>,
    /// Of each token: the rank of its term, and its document below.
    pub docs: Vec<u64>,
    /// Of each token, if the field keeps positions: the rank of the term behind it, and its position below.
    pub places: Vec<u64>,
    /// Whether the tokens of every document stand at 0, 1, 2, ...
    pub is_dense: bool,
}

impl Inverted {
    /// The bytes of the term of a rank.
    pub fn term(&self, rank: usize) -> &[u8] {
        self.order.get(rank).map_or(&[], |&number| self.terms.get(number))
    }

    /// How many ranges from one on have about so many tokens.
    pub fn reach(&self, from: usize, tokens: usize) -> usize {
        let rest = self.ranges.get(from..).unwrap_or(&[]);
        let start = rest.first().map_or(0, |range| range.tokens.start);
        from + (rest.iter().take_while(|range| range.tokens.end - start < tokens).count() + 1).min(rest.len())
    }
}
