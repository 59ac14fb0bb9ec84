//! The positions of a term's tokens.

use crate::fault::Result;
use crate::index::terms::{Field, Place};

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
