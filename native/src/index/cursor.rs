//! The postings of a term in one segment, gone through from the first on: some at a time, or from document to document.
//!
//! Documents are an Elias-Fano list (Vigna, "Quasi-succinct indices", 2013): of each document its low bits, and in unary
//! how many lists of the high ones were passed. So what is skipped is counted, 64 bits at a time, and not gone through.

use crate::fault::{Fault, Result};
use crate::index::bits::{from_on, select, Ones};
use crate::index::pages::Bytes;
use crate::index::terms::{Field, Place};

/// The postings of one term, those behind us passed.
pub struct Cursor<'a> {
    field: &'a Field,
    at: Place,
    high: Bytes,
    low: Bytes,
    /// The bit of `high` at which the list begins.
    begin: usize,
    ones: Ones,
    /// Postings that are passed.
    number: usize,
    /// The first document that is not passed may not be before it.
    least: u64,
    frequencies: Option<Frequencies>,
}

/// How often a term is in its documents: a set bit where the tokens of a document begin.
struct Frequencies {
    bits: Bytes,
    begin: usize,
    ones: Ones,
    /// Documents whose bit is passed.
    number: usize,
}

impl<'a> Cursor<'a> {
    /// All postings of a term. counted: whether it will be asked how often the term is there.
    pub fn new(field: &'a Field, at: Place, counted: bool) -> Result<Self> {
        let begin = at.high & 7;
        let high = field.parts.high.bytes(at.high >> 3, (at.high + at.high_size + 7) >> 3)?;
        let low = field.parts.low.bytes(at.low, at.low + (at.df * at.width + 7) / 8)?;
        let ones = Ones::new(&high, begin, begin + at.high_size);
        let frequencies = if counted && at.cf > at.df { Some(Frequencies::new(field, &at)?) } else { None };
        Ok(Cursor { field, at, high, low, begin, ones, number: 0, least: 0, frequencies })
    }

    /// Postings that are passed.
    pub fn number(&self) -> usize {
        self.number
    }

    fn wrong_length(&self) -> Fault {
        self.field.parts.high.damage("a list has another length than it should")
    }

    fn wrong_order(&self) -> Fault {
        self.field.parts.low.damage("documents are not in order")
    }

    #[inline]
    fn low_of(&self, number: usize) -> u64 {
        let byte = |at: usize| u64::from(self.low.get(at).copied().unwrap_or(0));
        match self.at.width {
            0 => 0,
            4 => byte(number >> 1) >> (4 * (number & 1)) & 15,
            8 => byte(number),
            16 => byte(2 * number) | byte(2 * number + 1) << 8,
            _ => byte(3 * number) | byte(3 * number + 1) << 8 | byte(3 * number + 2) << 16,
        }
    }

    /// Add the documents before one, which are passed then.
    pub fn fill(&mut self, below: u32, docs: &mut Vec<u32>) -> Result<()> {
        if self.number == self.at.df {
            return Ok(()); // all are passed
        }
        let (below, top) = (u64::from(below), self.field.docs as u64);
        let (width, begin, count) = (self.at.width, self.begin, self.at.df);
        if below >= top {
            docs.reserve(count - self.number);
        }
        let (mut number, mut least) = (self.number, self.least);
        let mut ones = self.ones;
        let (high, low) = (&self.high[..], &self.low[..]);
        macro_rules! each {
            ($low:expr) => {
                loop {
                    while ones.word == 0 {
                        if !ones.turn(high) {
                            break;
                        }
                    }
                    if ones.word == 0 || number == count {
                        break;
                    }
                    let bit = ones.base + ones.word.trailing_zeros() as usize;
                    let doc = ((bit - begin - number) as u64) << width | $low(number);
                    if doc >= below {
                        break;
                    }
                    if doc < least || doc >= top {
                        return Err(self.wrong_order());
                    }
                    docs.push(doc as u32);
                    ones.word &= ones.word - 1;
                    number += 1;
                    least = doc + 1;
                }
            };
        }
        let byte = |number: usize| u64::from(low.get(number).copied().unwrap_or(0));
        match width {
            0 => each!(|_| 0u64),
            4 => each!(|number: usize| byte(number >> 1) >> (4 * (number & 1)) & 15),
            8 => each!(byte),
            16 => each!(|number: usize| byte(2 * number) | byte(2 * number + 1) << 8),
            _ => each!(|number: usize| byte(3 * number) | byte(3 * number + 1) << 8 | byte(3 * number + 2) << 16),
        }
        if number == count {
            while ones.word == 0 && ones.turn(high) {}
        }
        if (ones.word == 0) != (number == count) {
            return Err(self.wrong_length());
        }
        self.ones = ones;
        self.number = number;
        self.least = least;
        Ok(())
    }

    /// Pass what is before a document; its number among the postings, if it is the next one. Documents that are asked for
    /// rise.
    #[inline]
    pub fn seek(&mut self, doc: u32) -> Option<usize> {
        let wanted = u64::from(doc);
        if wanted < self.least || self.number >= self.at.df {
            return None;
        }
        self.turn_to(doc as usize >> self.at.width)?;
        loop {
            while self.ones.word == 0 {
                if !self.ones.turn(&self.high) {
                    self.number = self.at.df;
                    return None;
                }
            }
            if self.number >= self.at.df {
                return None;
            }
            let bit = self.ones.base + self.ones.word.trailing_zeros() as usize;
            let high = (bit - self.begin).saturating_sub(self.number) as u64;
            let next = high << self.at.width | self.low_of(self.number);
            if next >= wanted {
                return if next == wanted { Some(self.number) } else { None };
            }
            self.ones.word &= self.ones.word - 1;
            self.number += 1;
        }
    }

    /// Pass postings whose high bits are less than some: the set bits before so many empty ones.
    #[inline]
    fn turn_to(&mut self, bucket: usize) -> Option<()> {
        let mut whole = self.whole_word();
        let mut before = self.number - (whole.count_ones() - self.ones.word.count_ones()) as usize;
        while self.ones.base + 64 < self.begin + bucket + before + whole.count_ones() as usize {
            before += whole.count_ones() as usize;
            if before >= self.at.df || !self.ones.turn(&self.high) {
                self.number = self.at.df;
                return None;
            }
            self.number = before;
            whole = self.ones.word;
        }
        let first = self.ones.base.max(self.begin);
        let passed = first - self.begin - before.min(first - self.begin);
        if bucket > passed {
            let empty = from_on(!whole, first - self.ones.base);
            let rank = bucket - passed - 1;
            if rank < empty.count_ones() as usize {
                let behind = from_on(whole, select(empty, rank as u32) as usize + 1);
                let number = before + (whole.count_ones() - behind.count_ones()) as usize;
                if number > self.number {
                    self.number = number;
                    self.ones.word = behind;
                }
            }
        }
        Some(())
    }

    /// The word that the cursor is in, passed bits and all, without those before the list.
    #[inline]
    fn whole_word(&self) -> u64 {
        Ones::new(&self.high, self.ones.base.max(self.begin), self.ones.end).word
    }

    /// Add how often the term is in the documents from one number on and before another.
    pub fn add_frequencies(&mut self, from: usize, to: usize, out: &mut Vec<u32>) -> Result<()> {
        match &mut self.frequencies {
            None => {
                out.resize(out.len() + to - from, 1);
                Ok(())
            }
            Some(frequencies) => frequencies.add(from, to, self.at.cf, out),
        }
        .map_err(|Short| self.field.parts.tf.damage("a list has another length than it should"))
    }

    /// The first token of a document, by its number, and how many it has.
    pub fn tokens_of(&mut self, number: usize) -> Result<(usize, usize)> {
        match &mut self.frequencies {
            None => Ok((number, 1)),
            Some(frequencies) => frequencies.of(number, self.at.cf),
        }
        .map_err(|Short| self.field.parts.tf.damage("a list has another length than it should"))
    }
}

/// A list that has fewer bits than it should.
struct Short;

impl Frequencies {
    fn new(field: &Field, at: &Place) -> Result<Self> {
        let begin = at.tf & 7;
        let bits = field.parts.tf.bytes(at.tf >> 3, (at.tf + at.cf + 7) >> 3)?;
        let ones = Ones::new(&bits, begin, begin + at.cf);
        Ok(Frequencies { bits, begin, ones, number: 0 })
    }

    /// The bit of a document; those before it, and it, are passed.
    fn bit(&mut self, number: usize) -> std::result::Result<usize, Short> {
        if number < self.number {
            self.ones = Ones::new(&self.bits, self.begin, self.ones.end);
            self.number = 0;
        }
        if !self.ones.pass(&self.bits, number - self.number) {
            return Err(Short);
        }
        self.number = number + 1;
        self.ones.next(&self.bits).ok_or(Short)
    }

    fn of(&mut self, number: usize, cf: usize) -> std::result::Result<(usize, usize), Short> {
        let first = self.bit(number)?;
        let mut behind = self.ones;
        let next = behind.next(&self.bits).unwrap_or(self.begin + cf);
        Ok((first - self.begin, next - first))
    }

    fn add(&mut self, from: usize, to: usize, cf: usize, out: &mut Vec<u32>) -> std::result::Result<(), Short> {
        if from == to {
            return Ok(());
        }
        out.reserve(to - from);
        let mut last = self.bit(from)?;
        let (bits, mut ones) = (&self.bits[..], self.ones);
        for _ in from + 1..to {
            let bit = ones.next(bits).ok_or(Short)?;
            out.push((bit - last) as u32);
            last = bit;
        }
        self.number = to;
        self.ones = ones;
        let next = ones.next(bits).unwrap_or(self.begin + cf);
        out.push((next - last) as u32);
        Ok(())
    }
}
