//! The one order of the marks in a cluster: its codes in, what they are in that order out. `signs` tells who is not.
//!
//! `khsearch.khmer.text.marks` tells what the order is and why.

use super::characters::{Characters, Class, BA, COENG, RO};

pub const AA: u8 = 0xB6;
pub const II: u8 = 0xB8;
pub const U: u8 = 0xBB;
const OE: u8 = 0xBE;
pub const E: u8 = 0xC1;
const OO: u8 = 0xC4;
pub const NIKAHIT: u8 = 0xC6;
const MUUSIKATOAN: u8 = 0xC9;
const TRIISAP: u8 = 0xCA;

/// Subscripts of a cluster, RO included, that are kept.
const MOST_SUBSCRIPTS: usize = 4;

/// Whether U between two marks, all in order, stands for a shifter.
fn is_shifter(characters: &Characters, before: u8, behind: u8) -> bool {
    characters.above_before[usize::from(before)]
        || characters.above_behind[usize::from(behind)]
        || (before == AA && behind == NIKAHIT)
}

/// A mark of a cluster: its code, the letter that it subscribes if it is a coeng, or 0, and its place.
#[derive(Clone, Copy)]
struct Mark {
    code: u8,
    below: u8,
    place: usize,
}

impl Mark {
    fn rank(&self, characters: &Characters) -> u8 {
        characters.rank[usize::from(self.code)].wrapping_add(u8::from(self.code == COENG && self.below == RO))
    }

    fn is_like(&self, other: &Mark) -> bool {
        (self.code, self.below) == (other.code, other.below)
    }
}

/// The codes of a cluster in their one order, each with the place that it had in the cluster.
pub fn mended(characters: &Characters, cluster: &[u8]) -> Vec<(u8, usize)> {
    let base = usize::from(cluster.first().map(|&code| characters.class(code)) == Some(Class::Base));
    let mut marks = marks_of(cluster, base);
    join_halves(&mut marks);
    put_in_order(characters, &mut marks);
    if !cluster.contains(&BA) {
        if let Some(at) = marks.iter().position(|mark| mark.code == U) {
            let before = if at > 0 { marks[at - 1].code } else { 0 };
            let behind = marks.get(at + 1).map_or(0, |mark| mark.code);
            if is_shifter(characters, before, behind) {
                let is_strong = cluster.iter().any(|&code| characters.strong[usize::from(code)]);
                marks[at].code = if is_strong { TRIISAP } else { MUUSIKATOAN };
                put_in_order(characters, &mut marks);
            }
        }
    }
    let mut out: Vec<(u8, usize)> = cluster[..base].iter().map(|&code| (code, 0)).collect();
    for mark in marks {
        out.push((mark.code, mark.place));
        if mark.code == COENG {
            out.push((mark.below, mark.place + 1));
        }
    }
    out
}

fn marks_of(cluster: &[u8], base: usize) -> Vec<Mark> {
    let mut marks = Vec::with_capacity(cluster.len());
    let mut place = base;
    while let Some(&code) = cluster.get(place) {
        let below = if code == COENG { cluster.get(place + 1).copied().unwrap_or(0) } else { 0 };
        marks.push(Mark { code, below, place });
        place += 1 + usize::from(code == COENG);
    }
    marks
}

/// E and II are OE, E and AA are OO.
fn join_halves(marks: &mut Vec<Mark>) {
    let has = |code: u8| marks.iter().any(|mark| mark.code == code);
    let (half, whole) = if has(II) { (II, OE) } else { (AA, OO) };
    if !(has(E) && has(half)) {
        return;
    }
    marks.retain(|mark| mark.code != half);
    for mark in marks {
        if mark.code == E {
            mark.code = whole;
        }
    }
}

/// Put marks in order, each once, and no more subscripts than are kept.
fn put_in_order(characters: &Characters, marks: &mut Vec<Mark>) {
    marks.sort_by_key(|mark| mark.rank(characters));
    marks.dedup_by(|mark, before| mark.is_like(before));
    let has_ro = marks.iter().any(|mark| mark.code == COENG && mark.below == RO);
    let room = MOST_SUBSCRIPTS - usize::from(has_ro);
    let mut plain = 0;
    marks.retain(|mark| {
        let is_plain = mark.code == COENG && mark.below != RO;
        plain += usize::from(is_plain);
        !is_plain || plain <= room
    });
}
