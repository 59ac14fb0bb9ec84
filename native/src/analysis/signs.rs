//! Codes of a text in, at which of them something has to be mended out: few, so this is what is done of nearly all texts.
//!
//! Every code is looked at with its neighbours by the same few operations and no branch, so that the compiler makes them
//! for many codes at once. What is looked for is what `out_of_order` of `khsearch.khmer.text.marks` finds, and what the
//! steps behind it begin with.

use super::characters::{Characters, BA, COENG, RO, TO};
use super::marks::{AA, E, II, NIKAHIT, U};

/// Marks out of order, doubled or too many, halves of one vowel, or U where it may be a shifter: at the second of two
/// codes, in any case in the cluster that needs mending.
pub const DISORDER: u8 = 1;
/// TO with a subscript BA.
pub const TO_BA: u8 = 2;
/// The longest spelling of "give".
pub const GIVE: u8 = 4;
/// A digit behind a separator of numbers.
pub const NUMBER: u8 = 8;

const RANK: u8 = 0x3F;
const ABOVE_BEFORE: u8 = 0x40;
const ABOVE_BEHIND: u8 = 0x80;

/// Codes that are looked back.
const BACK: usize = 8;

/// What is seen of a text; it keeps room for it.
#[derive(Default)]
pub struct Signs {
    /// BACK zeros and the codes, and the same of what is known of each: its rank, and whether U beside it is a shifter.
    codes: Vec<u8>,
    known: Vec<u8>,
    found: Vec<u8>,
}

impl Signs {
    /// What there is to mend at each of the codes that were looked at.
    pub fn found(&self) -> &[u8] {
        &self.found
    }

    /// Look at the codes of a text, with its borders -> all that there is to mend; `found` tells it of each code between
    /// the borders.
    pub fn look(&mut self, text: &[u8], characters: &Characters) -> u8 {
        self.codes.clear();
        self.codes.resize(BACK, 0);
        self.codes.extend_from_slice(text);
        self.known.clear();
        self.known.extend(self.codes.iter().map(|&code| characters.known[usize::from(code)]));
        let count = text.len().saturating_sub(2);
        self.found.clear();
        self.found.resize(count, 0);
        let coeng = characters.rank[usize::from(COENG)];
        look(&mut self.found, &self.codes, &self.known, coeng.wrapping_sub(1));
        self.found.iter().fold(0, |all, &one| all | one)
    }
}

/// What `look` asks of every code: its rank among the marks, and whether U beside it is a shifter.
pub fn table(rank: &[u8; 256], above_before: &[bool; 256], above_behind: &[bool; 256]) -> [u8; 256] {
    let mut known = rank.map(|rank| rank & RANK);
    for (code, entry) in known.iter_mut().enumerate() {
        *entry |= if above_before[code] { ABOVE_BEFORE } else { 0 };
        *entry |= if above_behind[code] { ABOVE_BEHIND } else { 0 };
    }
    known
}

/// `found` is about the codes from the one behind the first border on; `below` is the rank of a subscribed letter.
fn look(found: &mut [u8], codes: &[u8], known: &[u8], below: u8) {
    let count = found.len();
    let first = BACK + 1;
    let at = |back: usize| &codes[first - back..first - back + count];
    let (code, one, two, three) = (at(0), at(1), at(2), at(3));
    let (four, six, eight) = (at(4), at(6), at(8));
    let next = &codes[first + 1..first + 1 + count];
    let (known_code, known_one) = (&known[first..first + count], &known[first - 1..first - 1 + count]);
    let known_next = &known[first + 1..first + 1 + count];
    for i in 0..count {
        let is_coeng = code[i] == COENG;
        let is_below = one[i] == COENG;
        let rank = (known_code[i] & RANK) + u8::from(is_coeng & (next[i] == RO));
        let before = if two[i] == COENG { below.wrapping_add(u8::from(one[i] == RO)) } else { known_one[i] & RANK };
        let not_above = !is_below & (rank != 0) & (rank <= before);
        let halves = (one[i] == E) & ((code[i] == II) | (code[i] == AA));
        let doubled = is_below & (three[i] == COENG) & (two[i] == code[i]);
        let five = is_coeng & (two[i] == COENG) & (four[i] == COENG) & (six[i] == COENG) & (eight[i] == COENG);
        let beside = (known_one[i] & ABOVE_BEFORE != 0)
            | (known_next[i] & ABOVE_BEHIND != 0)
            | ((one[i] == AA) & (next[i] == NIKAHIT));
        let shifter = (code[i] == U) & beside;
        let to_ba = (code[i] == BA) & is_below & (two[i] == TO);
        let give = (code[i] == 0x99) & (one[i] == 0xC4) & (two[i] == 0xA2);
        let number = (code[i].wrapping_sub(b'0') < 10) & ((one[i] == b'.') | (one[i] == b','));
        let flag = |is_so: bool, flag: u8| if is_so { flag } else { 0 };
        found[i] = flag(not_above | halves | doubled | five | shifter, DISORDER)
            | flag(to_ba, TO_BA)
            | flag(give, GIVE)
            | flag(number, NUMBER);
    }
}
