//! The positions of a term's tokens in one segment.

use crate::fault::Result;
use crate::index::bits::word_at;
use crate::index::pages::{Bytes, Section};
use crate::index::terms::{Field, Place};

/// Reads positions of one term; what lies side by side is read together.
pub struct Positions<'a> {
    at: Place,
    low: Around<'a>,
    rest: Around<'a>,
}

/// A section, and what was read of it last.
struct Around<'a> {
    section: &'a Section,
    first: usize,
    bytes: Bytes,
}

impl<'a> Around<'a> {
    fn new(section: &'a Section) -> Self {
        Around { section, first: 0, bytes: Bytes::Joined(Vec::new()) }
    }

    fn of(&mut self, from: usize, to: usize) -> Result<&[u8]> {
        if from < self.first || to > self.first + self.bytes.len() {
            let (first, last) = self.section.around(from, to);
            self.bytes = self.section.bytes(first, last)?;
            self.first = first;
        }
        Ok(self.bytes.get(from - self.first..to - self.first).unwrap_or(&[]))
    }
}

impl<'a> Positions<'a> {
    /// Those of a term of a field that keeps positions.
    pub fn new(field: &'a Field, at: Place) -> Self {
        Positions { at, low: Around::new(&field.parts.pos), rest: Around::new(&field.parts.rest) }
    }

    /// Add those of the tokens from one on and before another, counted through all documents of the term.
    pub fn add(&mut self, from: usize, to: usize, out: &mut Vec<u32>) -> Result<()> {
        let low = self.low.of(self.at.tokens + from, self.at.tokens + to)?;
        let width = self.at.rest_width;
        if width == 0 {
            out.extend(low.iter().map(|&byte| u32::from(byte)));
            return Ok(());
        }
        let rest = self.rest.of(self.at.rest + (from * width) / 8, self.at.rest + (to * width + 7) / 8)?;
        let skip = (from * width) & 7;
        let mask = (1u32 << width) - 1;
        out.extend(low.iter().enumerate().map(|(number, &byte)| {
            let bit = skip + number * width;
            let value = (word_at(rest, bit >> 3) >> (bit & 7)) as u32;
            (value & mask) << 8 | u32::from(byte)
        }));
        Ok(())
    }
}
