//! The postings of a term in one segment, decoded: documents, frequencies, positions.

use crate::fault::Result;
use crate::index::terms::{Field, Place};

/// The set bits of some bytes, by number, from one on and before another.
struct Ones<'a> {
    data: &'a [u8],
    word: u64,
    at: usize,
    end: usize,
}

impl<'a> Ones<'a> {
    fn new(data: &'a [u8], start: usize, end: usize) -> Self {
        let at = start & !63;
        let word = word_at(data, at >> 3) & (!0u64).wrapping_shl((start & 63) as u32);
        Ones { data, word, at, end }
    }
}

impl Iterator for Ones<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.word == 0 {
            self.at += 64;
            if self.at >= self.end {
                return None;
            }
            self.word = word_at(self.data, self.at >> 3);
        }
        let bit = self.at + self.word.trailing_zeros() as usize;
        self.word &= self.word - 1;
        if bit < self.end {
            Some(bit)
        } else {
            self.word = 0;
            self.at = self.end;
            None
        }
    }
}

#[inline]
fn word_at(data: &[u8], at: usize) -> u64 {
    let mut bytes = [0; 8];
    match data.get(at..at + 8) {
        Some(whole) => bytes.copy_from_slice(whole),
        None => {
            let rest = data.get(at..).unwrap_or(&[]);
            bytes[..rest.len()].copy_from_slice(rest);
        }
    }
    u64::from_le_bytes(bytes)
}

/// Add the documents of a term, rising, each plus `base`.
pub fn add_docs(field: &Field, at: &Place, base: u32, out: &mut Vec<u32>) -> Result<()> {
    let skip = at.high & 7;
    let high = field.parts.high.bytes(at.high >> 3, (at.high + at.high_size + 7) >> 3)?;
    let low = field.parts.low.bytes(at.low, at.low + (at.df * at.width + 7) / 8)?;
    let ones = Ones::new(&high, skip, skip + at.high_size);
    let before = out.len();
    out.reserve(at.df);
    let top = field.docs as u64;
    let mut last = None;
    macro_rules! each {
        ($low:expr) => {
            for (number, bit) in ones.take(at.df + 1).enumerate() {
                if number == at.df {
                    return Err(field.parts.high.damage("a list has another length than it should"));
                }
                let doc = ((bit - skip - number) as u64) << at.width | $low(number);
                if doc >= top || last >= Some(doc) {
                    return Err(field.parts.low.damage("documents are not in order"));
                }
                last = Some(doc);
                out.push(base + doc as u32);
            }
        };
    }
    let byte = |number: usize| u64::from(low.get(number).copied().unwrap_or(0));
    match at.width {
        0 => each!(|_| 0u64),
        4 => each!(|number: usize| byte(number >> 1) >> (4 * (number & 1)) & 15),
        8 => each!(byte),
        16 => each!(|number: usize| byte(2 * number) | byte(2 * number + 1) << 8),
        _ => each!(|number: usize| byte(3 * number) | byte(3 * number + 1) << 8 | byte(3 * number + 2) << 16),
    }
    if out.len() - before != at.df {
        return Err(field.parts.high.damage("a list has another length than it should"));
    }
    Ok(())
}

/// Add how often a term is in each of its documents.
pub fn add_frequencies(field: &Field, at: &Place, out: &mut Vec<u32>) -> Result<()> {
    if at.cf == at.df {
        out.resize(out.len() + at.df, 1);
        return Ok(());
    }
    let skip = at.tf & 7;
    let bits = field.parts.tf.bytes(at.tf >> 3, (at.tf + at.cf + 7) >> 3)?;
    let before = out.len();
    let mut ones = Ones::new(&bits, skip, skip + at.cf);
    let damaged = || field.parts.tf.damage("a list has another length than it should");
    let mut last = ones.next().ok_or_else(damaged)?;
    for bit in ones {
        out.push((bit - last) as u32);
        last = bit;
    }
    out.push((skip + at.cf - last) as u32);
    if out.len() - before != at.df {
        return Err(damaged());
    }
    Ok(())
}

/// Add the positions of a term's tokens from one on and before another, counted through all its documents.
pub fn add_positions(field: &Field, at: &Place, from: usize, to: usize, out: &mut Vec<u32>) -> Result<()> {
    let low = field.parts.pos.bytes(at.tokens + from, at.tokens + to)?;
    if at.rest_width == 0 {
        out.extend(low.iter().map(|&byte| u32::from(byte)));
        return Ok(());
    }
    let width = at.rest_width;
    let first = at.rest + (from * width) / 8;
    let rest = field.parts.rest.bytes(first, at.rest + (to * width + 7) / 8)?;
    let skip = (from * width) & 7;
    let mask = (1u32 << width) - 1;
    out.extend(low.iter().enumerate().map(|(number, &byte)| {
        let bit = skip + number * width;
        let mut value = 0u32;
        for more in 0..4 {
            value |= u32::from(rest.get((bit >> 3) + more).copied().unwrap_or(0)) << (8 * more);
        }
        (value >> (bit & 7) & mask) << 8 | u32::from(byte)
    }));
    Ok(())
}
