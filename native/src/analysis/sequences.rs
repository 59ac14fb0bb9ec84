//! Codes of a text and some units in; where the units stand there one behind the other, out; as
//! `khsearch.khmer.text.sequences` has it.
//!
//! Units are clusters, numbers or words of letters, or several of these joined. What makes no word may stand between two
//! of them: spaces, signs, the end of a sentence.

use super::characters::{Characters, Class, COENG, END};

/// Codes of the longest stretch between two units.
const BETWEEN: usize = 8;

/// Where units end that begin at a place. Nothing that units begin with may stand between them, so what stands there is as
/// long as it can be.
pub fn behind(codes: &[u8], start: usize, units: &[Vec<u8>]) -> Option<usize> {
    let mut at = start;
    for (number, unit) in units.iter().enumerate() {
        if number > 0 {
            at += codes[at..].iter().take(BETWEEN).take_while(|&&code| may_part(code)).count();
        }
        if !codes[at..].starts_with(unit) {
            return None;
        }
        at += unit.len();
    }
    Some(at)
}

/// Whether units that stand somewhere begin and end where clusters, numbers and words do.
pub fn is_whole(codes: &[u8], start: usize, end: usize, units: &[Vec<u8>], characters: &Characters) -> bool {
    let class = |place: usize| characters.class(codes.get(place).copied().unwrap_or(END));
    let kind = |unit: Option<&Vec<u8>>| {
        unit.and_then(|unit| unit.first()).map_or(Class::Separator, |&code| characters.class(code))
    };
    let begins = match (kind(units.first()), start.checked_sub(1)) {
        (_, None) => false,
        (Class::Base, Some(before)) => codes.get(before) != Some(&COENG),
        (Class::Mark, Some(before)) => !matches!(class(before), Class::Base | Class::Mark),
        (other, Some(before)) => class(before) != other,
    };
    begins
        && match kind(units.last()) {
            Class::Base | Class::Mark => class(end) != Class::Mark,
            other => class(end) != other,
        }
}

/// Whether units stand anywhere in a text, END before and behind it; None for units that take Python.
pub fn stand(codes: &[u8], units: &[Vec<u8>], characters: &Characters) -> Option<bool> {
    if units.iter().any(|unit| unit.first().map_or(true, |&code| may_part(code))) {
        return None;
    }
    let first = *units.first()?.first()?;
    let mut places = codes.iter().enumerate().filter(|&(_, &code)| code == first).map(|(place, _)| place);
    Some(places.any(|start| {
        let end = behind(codes, start, units);
        end.map_or(false, |end| is_whole(codes, start, end, units, characters))
    }))
}

/// Whether a code may stand between two units.
fn may_part(code: u8) -> bool {
    !matches!(code, b'a'..=b'z' | b'0'..=b'9' | 0x01..=0x03 | 0x80..=0xD3 | 0xD7 | 0xDD)
}
