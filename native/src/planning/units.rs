//! Units of codes: a cluster, a number, a word of letters, spaces, a sign; as `khsearch.khmer.spelling.forms` has them.

use crate::analysis::characters::{is_base, COENG, END, POINT};

/// Whether a code is a mark by itself: one that stands on no letter of its own.
fn is_mark(code: u8) -> bool {
    matches!(code, 0xB4..=0xD1 | 0xD3 | 0xDD)
}

/// The units of codes, END left out; spaces side by side are one space.
pub fn units_of(codes: &[u8]) -> Vec<Vec<u8>> {
    let mut units = Vec::new();
    let mut at = 0;
    while let Some(&code) = codes.get(at) {
        let end = behind(codes, at);
        if matches!(code, b' ' | b'\n') {
            units.push(vec![b' ']);
        } else if code != END {
            units.push(codes[at..end].to_vec());
        }
        at = end;
    }
    units
}

/// Where the units of codes begin, END left out, and last where they end.
pub fn edges_of(codes: &[u8]) -> Vec<usize> {
    let mut edges = vec![1];
    let mut at = 1;
    while at < codes.len() && codes[at] != END {
        at = behind(codes, at);
        edges.push(at);
    }
    edges
}

/// Whether a word is of Khmer, be it without a base.
pub fn is_of_khmer(word: &[u8]) -> bool {
    word.first().map_or(false, |&code| code >= 0x80)
}

/// Whether a unit is a Khmer cluster with its base.
pub fn is_khmer(unit: &[u8]) -> bool {
    unit.first().map_or(false, |&code| is_base(code))
}

/// The place behind the unit that begins at a place.
fn behind(codes: &[u8], at: usize) -> usize {
    let code = codes[at];
    let while_so = |is: fn(u8) -> bool| at + codes[at..].iter().take_while(|&&code| is(code)).count();
    let marks = |mut place: usize| loop {
        match (codes.get(place), codes.get(place + 1)) {
            (Some(&COENG), Some(&below)) if is_base(below) => place += 2,
            (Some(&mark), _) if is_mark(mark) => place += 1,
            _ => return place,
        }
    };
    if is_base(code) {
        return marks(at + 1);
    }
    let end = marks(at);
    if end > at {
        return end;
    }
    match code {
        b'0'..=b'9' | POINT => while_so(|code| matches!(code, b'0'..=b'9' | POINT)),
        b'a'..=b'z' | 1 => while_so(|code| matches!(code, b'a'..=b'z' | 1)),
        b' ' | b'\n' => while_so(|code| matches!(code, b' ' | b'\n')),
        _ => at + 1,
    }
}

/// Units of Khmer as a text.
pub fn spelled(units: &[Vec<u8>]) -> String {
    units.concat().iter().map(|&code| char_of(code)).collect()
}

/// The character of a code of Khmer.
fn char_of(code: u8) -> char {
    if code < 0x80 {
        return char::from(code);
    }
    char::from_u32(0x1700 + u32::from(code)).unwrap_or(' ')
}
