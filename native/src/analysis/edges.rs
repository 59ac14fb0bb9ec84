//! Codes in, where stretches and clusters begin out, as `_edges` of `khsearch.khmer.text.clusters` has them.

use super::characters::{is_base, Characters, Stretch, COENG};

/// Finds edges; it keeps room for what it needs.
#[derive(Default)]
pub struct Edges {
    kinds: Vec<Stretch>,
    begins: Vec<u8>,
    found: Vec<u32>,
}

impl Edges {
    /// Where the stretches and clusters of some codes begin, rising, and at the end how many codes there are.
    pub fn find(&mut self, codes: &[u8], characters: &Characters) -> &[u32] {
        self.kinds.clear();
        self.kinds.extend(codes.iter().map(|&code| characters.stretch(code)));
        self.begins.clear();
        self.begins.extend(codes.iter().take(1).map(|_| 1));
        let kinds = &self.kinds;
        let neighbours = codes.iter().zip(kinds).zip(codes.iter().zip(kinds).skip(1));
        self.begins.extend(neighbours.map(|((&before, kind_before), (&code, kind))| {
            u8::from((is_base(code) & (before != COENG)) | (kind != kind_before))
        }));
        self.found.clear();
        for (number, chunk) in self.begins.chunks(64).enumerate() {
            let mut bits = 0;
            for (byte, eight) in chunk.chunks(8).enumerate() {
                bits |= bits_of(eight) << (8 * byte);
            }
            while bits != 0 {
                self.found.push((64 * number) as u32 + bits.trailing_zeros());
                bits &= bits - 1;
            }
        }
        self.found.push(codes.len() as u32);
        &self.found
    }
}

/// Up to eight bytes that are 0 or 1 as bits.
fn bits_of(flags: &[u8]) -> u64 {
    let mut eight = [0; 8];
    eight[..flags.len()].copy_from_slice(flags);
    // Each byte is multiplied to where it is one of the eight highest bits.
    u64::from_le_bytes(eight).wrapping_mul(0x0102_0408_1020_4080) >> 56
}
