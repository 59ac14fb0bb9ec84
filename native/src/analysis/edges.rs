//! Codes in, where stretches and clusters begin out, as `_edges` of `khsearch.khmer.text.clusters` has them.

use super::characters::{is_base, Characters, Stretch, COENG};

/// Where the stretches and clusters of some codes begin, rising, and at the end how many codes there are.
pub fn find(codes: &[u8], characters: &Characters) -> Vec<u32> {
    let mut begins: Vec<u8> = Vec::with_capacity(codes.len());
    begins.extend(codes.iter().take(1).map(|_| 1));
    let kinds: Vec<Stretch> = codes.iter().map(|&code| characters.stretch(code)).collect();
    let neighbours = codes.iter().zip(&kinds).zip(codes.iter().zip(&kinds).skip(1));
    begins.extend(neighbours.map(|((&before, kind_before), (&code, kind))| {
        u8::from((is_base(code) & (before != COENG)) | (kind != kind_before))
    }));
    let mut edges = Vec::with_capacity(codes.len() / 2 + 2);
    for (number, chunk) in begins.chunks(64).enumerate() {
        let mut bits = 0;
        for (byte, eight) in chunk.chunks(8).enumerate() {
            bits |= bits_of(eight) << (8 * byte);
        }
        while bits != 0 {
            edges.push((64 * number) as u32 + bits.trailing_zeros());
            bits &= bits - 1;
        }
    }
    edges.push(codes.len() as u32);
    edges
}

/// Up to eight bytes that are 0 or 1 as bits.
fn bits_of(flags: &[u8]) -> u64 {
    let mut eight = [0; 8];
    eight[..flags.len()].copy_from_slice(flags);
    // Each byte is multiplied to where it is one of the eight highest bits.
    u64::from_le_bytes(eight).wrapping_mul(0x0102_0408_1020_4080) >> 56
}
