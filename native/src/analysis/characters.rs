//! Characters of UTF-8 in, their codes out: what `khsearch.khmer.text.script` and `mark_order` know of every character.
//!
//! The tables are Python's, handed over once, so that a character is classified in one place. The codes that the steps of
//! the normal form name themselves are here.

use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use super::signs;

pub const DELETED: u8 = 0x00;
pub const LETTER: u8 = 0x01;
pub const END: u8 = 0x02;
pub const POINT: u8 = 0x03;
pub const SPACE: u8 = 0x20;
pub const COENG: u8 = 0xD2;
pub const RO: u8 = 0x9A;
pub const DA: u8 = 0x8A;
pub const TA: u8 = 0x8F;
pub const BA: u8 = 0x94;
pub const TO: u8 = 0x91;
pub const LLA: u8 = 0xA1;

/// Letters, digits or clusters of the longest word.
pub const LONGEST_TERM: usize = 64;

/// Whether a code begins a cluster, unless a coeng subscribes it.
pub fn is_base(code: u8) -> bool {
    (0x80..0xB4).contains(&code)
}

/// Class of a code, as in `khsearch.khmer.text.script`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    Separator,
    Base,
    Mark,
    Digit,
    Alpha,
}

/// What a stretch of codes is, for the units of a text: separators, the end of a sentence, or what units are of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stretch {
    Soft,
    Hard,
    Khmer,
    Digit,
    Alpha,
}

/// What Python hands over: tables of 256 entries, one for every code or low byte.
pub struct Tables<'a> {
    /// Code of every low byte of an ASCII or Khmer code point.
    pub fold: &'a [u8],
    /// Class of every code, 0 to 4.
    pub class: &'a [u8],
    /// Codes that end a sentence.
    pub sentence_ends: &'a [u8],
    /// Place of every mark among those of a cluster, 0 for what is no mark.
    pub rank: &'a [u8],
    /// Marks beside which U is a shifter: those before it, and those behind it.
    pub above_before: &'a [u8],
    pub above_behind: &'a [u8],
    /// Letters that take triisap.
    pub strong: &'a [u8],
}

/// All that is known of characters.
pub struct Characters {
    fold: [u8; 256],
    class: [Class; 256],
    stretch: [Stretch; 256],
    pub rank: [u8; 256],
    pub above_before: [bool; 256],
    pub above_behind: [bool; 256],
    pub strong: [bool; 256],
    /// For `signs`.
    pub known: [u8; 256],
    /// Code of every code point, plus one; 0 where nobody has told it yet. Whoever tells one says what all say.
    others: Vec<AtomicU8>,
}

/// Code points whose codes Python has still to tell.
#[derive(Debug)]
pub struct Unmet(pub Vec<u32>);

pub const POINTS: usize = 0x11_0000;

impl Characters {
    /// Make it of Python's tables; what is wrong with them, in words.
    pub fn new(tables: &Tables) -> Result<Characters, &'static str> {
        let fold = table(tables.fold)?;
        let rank = table(tables.rank)?;
        let numbers = table(tables.class)?;
        let mut class = [Class::Separator; 256];
        let mut stretch = [Stretch::Soft; 256];
        for (code, number) in numbers.iter().enumerate() {
            class[code] = match number {
                0 => Class::Separator,
                1 => Class::Base,
                2 => Class::Mark,
                3 => Class::Digit,
                4 => Class::Alpha,
                _ => return Err("a class is none of 0 to 4"),
            };
            stretch[code] = match class[code] {
                Class::Separator => Stretch::Soft,
                Class::Base | Class::Mark => Stretch::Khmer,
                Class::Digit => Stretch::Digit,
                Class::Alpha => Stretch::Alpha,
            };
        }
        for &code in tables.sentence_ends {
            stretch[usize::from(code)] = Stretch::Hard;
        }
        for code in [DELETED, END] {
            if class[usize::from(code)] != Class::Separator || rank[usize::from(code)] != 0 {
                return Err("the end of a text is a character of it");
            }
        }
        let (above_before, above_behind) = (flags(tables.above_before), flags(tables.above_behind));
        Ok(Characters {
            fold,
            class,
            stretch,
            rank,
            known: signs::table(&rank, &above_before, &above_behind),
            above_before,
            above_behind,
            strong: flags(tables.strong),
            others: (0..POINTS).map(|_| AtomicU8::new(0)).collect(),
        })
    }

    /// Take what Python tells of a character outside ASCII and the Khmer block.
    pub fn tell(&self, point: u32, code: u8) {
        if let Some(entry) = self.others.get(point as usize) {
            // A code that no such character has is that of a space.
            entry.store(code.checked_add(1).unwrap_or(SPACE + 1), Relaxed);
        }
    }

    /// Code of a low byte of an ASCII or Khmer code point.
    #[inline]
    pub fn folded(&self, low: u8) -> u8 {
        self.fold[usize::from(low)]
    }

    /// Code of another character; None where nobody has told it yet.
    #[inline]
    pub fn other(&self, point: u32) -> Option<u8> {
        match self.others.get(point as usize) {
            Some(entry) => entry.load(Relaxed).checked_sub(1),
            None => Some(SPACE),
        }
    }

    #[inline]
    pub fn class(&self, code: u8) -> Class {
        self.class[usize::from(code)]
    }

    #[inline]
    pub fn stretch(&self, code: u8) -> Stretch {
        self.stretch[usize::from(code)]
    }
}

fn table(given: &[u8]) -> Result<[u8; 256], &'static str> {
    <[u8; 256]>::try_from(given).map_err(|_| "a table has not 256 entries")
}

fn flags(codes: &[u8]) -> [bool; 256] {
    let mut found = [false; 256];
    for &code in codes {
        found[usize::from(code)] = true;
    }
    found
}

/// One character of UTF-8.
pub enum Read {
    /// ASCII or of the Khmer block: the low byte of its code point.
    Known(u8),
    Other(u32),
}

/// Read the character at a place of UTF-8 in which a surrogate may stand, as three bytes -> it, and the place behind it;
/// None at the end. Bytes that are no UTF-8 are read as whatever character they are like.
#[inline]
pub fn read(text: &[u8], at: usize) -> Option<(Read, usize)> {
    let first = *text.get(at)?;
    if first < 0x80 {
        return Some((Read::Known(first), at + 1));
    }
    let tail = |step: usize| u32::from(text.get(at + step).copied().unwrap_or(0) & 0x3F);
    let lead = u32::from(first);
    let (point, width) = match first {
        0xE0..=0xEF => ((lead & 0x0F) << 12 | tail(1) << 6 | tail(2), 3),
        0xF0..=0xFF => ((lead & 0x07) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3), 4),
        _ => ((lead & 0x1F) << 6 | tail(1), 2),
    };
    // 0x1780 to 0x17FF: the low byte has its eighth bit set, as no ASCII has.
    let one = if point >> 7 == 0x1780 >> 7 { Read::Known((point & 0xFF) as u8) } else { Read::Other(point) };
    Some((one, (at + width).min(text.len())))
}
