//! Numbers with separators: 150.000 and 150,000 are 150000; 1.5 and 1,5 are one number; 11.05.2021 is three.
//!
//! As `_join_numbers` of `khsearch.khmer.text.steps` has them.

use super::characters::{DELETED, POINT};

/// Whether a code may stand between the groups of a number.
pub fn is_separator(code: u8) -> bool {
    code == b'.' || code == b','
}

/// Mark the separators of thousands as deleted, and write decimal points, in the codes of one text with its end; whether
/// anything is deleted.
pub fn join(codes: &mut [u8]) -> bool {
    let mut any = false;
    let mut at = 0;
    let mut separators = Vec::new();
    while at < codes.len() {
        if !codes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let first = at;
        at = behind_digits(codes, at);
        let leading = at - first;
        separators.clear();
        let mut others = 0; // groups behind the first that have not three digits
        let mut last_in_threes = false;
        while at + 1 < codes.len() && is_separator(codes[at]) && codes[at + 1].is_ascii_digit() {
            separators.push(at);
            let group = at + 1;
            at = behind_digits(codes, group);
            last_in_threes = at - group == 3;
            others += usize::from(!last_in_threes);
        }
        if let Some(&last) = separators.last() {
            let zero_first = leading == 1 && codes[first] == b'0';
            let thousands = others == 0 && !zero_first;
            let as_last = separators.iter().filter(|&&place| codes[place] == codes[last]).count();
            let point = !thousands && others == usize::from(!last_in_threes) && as_last == 1;
            if thousands || point {
                for &place in &separators {
                    let is_point = point && place == last;
                    codes[place] = if is_point { POINT } else { DELETED };
                    any |= !is_point;
                }
            }
        }
    }
    any
}

fn behind_digits(codes: &[u8], mut at: usize) -> usize {
    while at < codes.len() && codes[at].is_ascii_digit() {
        at += 1;
    }
    at
}
