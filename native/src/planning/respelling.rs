//! Rules that lead from one spelling of a word to another, where the lexicon agrees: as
//! `khsearch.khmer.spelling.respelling` has them, and tells why.

use std::collections::HashSet;

use crate::analysis::characters::{BA, COENG, DA, TA};
use crate::analysis::lexicon::{key_of, Lexicon};
use crate::planning::units::{is_khmer, spelled};

/// First unit, last + 1, another spelling.
pub type Respelled = (usize, usize, String);

type Unit = Vec<u8>;
type Change = Vec<Unit>;

const M: u8 = 0x98;
const NIKAHIT: u8 = 0xC6;
const REAHMUK: u8 = 0xC7;
const YUUKALEAPINTU: u8 = 0xC8;
const TOANDAKHIAT: u8 = 0xCD;
const AHSDA: u8 = 0xCF;
const REPEAT: u8 = 0xD7;
const REPEAT_SIGN: char = '\u{17d7}';
const U: u8 = 0xBB;
const MUUSIKATOAN: u8 = 0xC9;
const TRIISAP: u8 = 0xCA;
const MAX_REPEATED: usize = 4;
const REACH: usize = 4;

fn is_above(code: u8) -> bool {
    matches!(code, 0xB7..=0xBA | 0xBE)
}

fn is_shifter(code: u8) -> bool {
    matches!(code, MUUSIKATOAN | TRIISAP)
}

/// Whether codes have what a rule changes.
fn is_ruled(codes: &[u8]) -> bool {
    codes.iter().any(|&code| matches!(code, NIKAHIT..=YUUKALEAPINTU | AHSDA))
        || codes.windows(2).any(|two| {
            two == [M, COENG] || (is_above(two[0]) && two[1] == U) || (is_shifter(two[0]) && is_above(two[1]))
        })
}

/// Whether a text has what a rule changes, or anything twice.
pub fn may_be_respelled(codes: &[u8], units: &[Unit]) -> bool {
    let mut seen = HashSet::new();
    let twice = units.iter().any(|unit| unit[..] != *b" " && !seen.insert(unit));
    twice || codes.contains(&REPEAT) || is_ruled(codes)
}

/// What the rules make of the units of a text, by the words that there are.
pub fn ruled(units: &[Unit], lexicon: &Lexicon) -> Vec<Respelled> {
    let mut found = Vec::new();
    for (place, unit) in units.iter().enumerate() {
        let behind = units.get(place + 1).map_or(&[][..], |unit| unit);
        for (changes, backwards, both) in changes_of(unit, behind) {
            found.extend(through(lexicon, units, place, &changes, backwards, both));
        }
    }
    found
}

/// A word and the repetition sign as the word twice, and the word twice, no more often, as the word and the sign.
pub fn repeated(units: &[Unit], lexicon: &Lexicon) -> Vec<Respelled> {
    let mut found = Vec::new();
    for place in (0..units.len()).filter(|&place| units[place][0] == REPEAT) {
        for first in place.saturating_sub(MAX_REPEATED)..place {
            if is_word(lexicon, &units[first..place]) {
                found.push((first, place + 1, spelled(&units[first..place]).repeat(2)));
                break;
            }
        }
    }
    for size in 1..=MAX_REPEATED.min(units.len() / 2) {
        let mut at = 0;
        while at + size < units.len() {
            let length = (at..units.len() - size).take_while(|&place| units[place] == units[place + size]).count();
            if length == 0 {
                at += 1;
                continue;
            }
            if size <= length && length < 2 * size {
                for first in at..at + length - size + 1 {
                    let word = &units[first..first + size];
                    if is_word(lexicon, word) {
                        let mut spelling = spelled(word);
                        spelling.push(REPEAT_SIGN);
                        found.push((first, first + 2 * size, spelling));
                    }
                }
            }
            at += length;
        }
    }
    found
}

/// What every rule that applies makes of a unit and the one behind it; whether it leads from a word to what no lexicon
/// lists; and whether both may be words.
fn changes_of(unit: &[u8], behind: &[u8]) -> Vec<(Vec<Change>, bool, bool)> {
    let mut both = unit.to_vec();
    both.extend_from_slice(&behind[..behind.len().min(2)]);
    if !is_ruled(&both) {
        return Vec::new();
    }
    let rules = [
        (nikahit_as_m(unit, behind), false, true),
        (m_as_nikahit(unit, behind), true, true),
        (u_as_shifter(unit), false, true),
        (shifter_as_u(unit), true, true),
        (visarga(unit), false, true),
        (ahsda(unit), false, false),
    ];
    rules.into_iter().filter(|rule| !rule.0.is_empty()).collect()
}

/// Codes of a base with its subscripts, at the beginning of a unit.
fn base_end(unit: &[u8]) -> usize {
    let letter = |at: usize| unit.get(at).map_or(false, |&code| (0x80..=0xA2).contains(&code));
    if !letter(0) {
        return 0;
    }
    let mut at = 1;
    while unit.get(at) == Some(&COENG) && letter(at + 1) {
        at += 2;
    }
    at
}

fn nikahit_as_m(unit: &[u8], behind: &[u8]) -> Vec<Change> {
    let end = base_end(unit);
    if end == 0 || unit[end..] != [NIKAHIT] || !is_khmer(behind) || behind.get(1) == Some(&COENG) {
        return Vec::new();
    }
    let below = if behind[0] == DA { TA } else { behind[0] };
    let mut second = vec![M, COENG, below];
    second.extend_from_slice(&behind[1..]);
    vec![vec![unit[..end].to_vec(), second]]
}

fn m_as_nikahit(unit: &[u8], behind: &[u8]) -> Vec<Change> {
    let end = base_end(unit);
    if end == 0 || end != unit.len() || !behind.starts_with(&[M, COENG]) || behind.get(3) == Some(&COENG) {
        return Vec::new();
    }
    let below = match behind.get(2) {
        Some(&below) => below,
        None => return Vec::new(),
    };
    let firsts = if below == TA { vec![DA, TA] } else { vec![below] };
    let change = |first: u8| {
        let mut one = unit.to_vec();
        one.push(NIKAHIT);
        let mut two = vec![first];
        two.extend_from_slice(&behind[3..]);
        vec![one, two]
    };
    firsts.into_iter().map(change).collect()
}

fn u_as_shifter(unit: &[u8]) -> Vec<Change> {
    let end = base_end(unit);
    match unit[end..] {
        [vowel, U, ..] if end > 0 && is_above(vowel) => {
            let with = |shifter: u8| {
                let mut made = unit[..end].to_vec();
                made.extend_from_slice(&[shifter, vowel]);
                made.extend_from_slice(&unit[end + 2..]);
                vec![made]
            };
            vec![with(TRIISAP), with(MUUSIKATOAN)]
        }
        _ => Vec::new(),
    }
}

fn shifter_as_u(unit: &[u8]) -> Vec<Change> {
    let end = base_end(unit);
    match unit[end..] {
        [shifter, vowel, ..] if end > 0 && is_shifter(shifter) && is_above(vowel) && unit.contains(&BA) => {
            let mut made = unit[..end].to_vec();
            made.extend_from_slice(&[vowel, U]);
            made.extend_from_slice(&unit[end + 2..]);
            vec![vec![made]]
        }
        _ => Vec::new(),
    }
}

fn visarga(unit: &[u8]) -> Vec<Change> {
    match unit.last() {
        Some(&REAHMUK) => with_last(unit, YUUKALEAPINTU),
        Some(&YUUKALEAPINTU) => with_last(unit, REAHMUK),
        _ => Vec::new(),
    }
}

fn ahsda(unit: &[u8]) -> Vec<Change> {
    match unit.last() {
        Some(&AHSDA) => with_last(unit, TOANDAKHIAT),
        _ => Vec::new(),
    }
}

fn with_last(unit: &[u8], code: u8) -> Vec<Change> {
    let mut made = unit.to_vec();
    made.pop();
    made.push(code);
    vec![vec![made]]
}

/// What a rule makes of the word around a place: the first of its changes that the lexicon agrees to.
fn through(
    lexicon: &Lexicon,
    units: &[Unit],
    place: usize,
    changes: &[Change],
    backwards: bool,
    both: bool,
) -> Option<Respelled> {
    let base = place.saturating_sub(REACH);
    let until =
        |from: usize, end: usize| &units[from.min(units.len())..end.min(units.len()).max(from.min(units.len()))];
    for change in changes {
        let end = place + change.len();
        let known = change.iter().all(|unit| lexicon.number(unit, key_of(unit)) != 0);
        if !known && !backwards {
            continue;
        }
        let mut other: Vec<Unit> = units[base..place].to_vec();
        other.extend_from_slice(change);
        other.extend_from_slice(until(end, end + REACH));
        for first in base..=place {
            let other_end = if known { first + word_end(lexicon, &other[first - base..]) } else { first };
            if other_end < end && !backwards {
                continue;
            }
            let typed_end = first + word_end(lexicon, until(first, end + REACH));
            let better = other_end > typed_end || (both && other_end == typed_end && typed_end > first + 1);
            if other_end >= end && better {
                if !inside_word(lexicon, units, base, first, end) {
                    return Some((first, other_end, spelled(&other[first - base..other_end - base])));
                }
                break;
            }
            if typed_end >= end {
                // A word of the lexicon stands here, and the change gives none.
                if backwards {
                    return Some((first, typed_end, spelled(&other[first - base..typed_end - base])));
                }
                break;
            }
        }
    }
    None
}

/// Whether a word that begins from `base` on and before `first` reaches `end`.
fn inside_word(lexicon: &Lexicon, units: &[Unit], base: usize, first: usize, end: usize) -> bool {
    (base..first).any(|start| start + word_end(lexicon, &units[start..(end + REACH).min(units.len())]) >= end)
}

/// How many units the longest word has that they begin with.
fn word_end(lexicon: &Lexicon, units: &[Unit]) -> usize {
    lexicon.longest_word(units.iter().map(|unit| lexicon.number(unit, key_of(unit))))
}

fn is_word(lexicon: &Lexicon, units: &[Unit]) -> bool {
    !units.is_empty() && word_end(lexicon, units) == units.len()
}
