//! Where a batch of texts is cut in two, so that two threads share it.

/// How many of some texts are about half of them, and how many characters stand before the others, borders among them.
pub fn first_half(lengths: &[usize]) -> (usize, usize) {
    let total = lengths.iter().fold(0usize, |sum, length| sum.saturating_add(*length));
    let (mut count, mut before) = (0, 1usize);
    while count < lengths.len() && before <= total / 2 {
        before = before.saturating_add(lengths[count]).saturating_add(1);
        count += 1;
    }
    (count, before)
}

/// Where a character begins, by its number; the end, where there are fewer.
pub fn place_of(text: &[u8], number: usize) -> usize {
    let begins = |&byte: &u8| byte & 0xC0 != 0x80;
    let (mut at, mut left) = (0, number);
    for part in text.chunks(1 << 12) {
        let count = part.iter().filter(|byte| begins(byte)).count();
        if count > left {
            let inside = part.iter().enumerate().filter(|(_, byte)| begins(byte)).nth(left);
            return at + inside.map_or(0, |(place, _)| place);
        }
        left -= count;
        at += part.len();
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::{first_half, place_of};

    #[test]
    fn halves_meet_between_texts() {
        assert_eq!(first_half(&[]), (0, 1));
        assert_eq!(first_half(&[5]), (1, 7));
        assert_eq!(first_half(&[5, 5, 5, 5]), (2, 13));
        assert_eq!(first_half(&[usize::MAX, usize::MAX]), (1, usize::MAX));
    }

    #[test]
    fn characters_are_found_by_number() {
        let text = "a\u{1780}b\u{e9}".repeat(3_000);
        for number in [0, 1, 2, 3, 4, 5_001, 11_999] {
            let expected = text.char_indices().nth(number).map(|(place, _)| place);
            assert_eq!(Some(place_of(text.as_bytes(), number)), expected);
        }
        assert_eq!(place_of(text.as_bytes(), 12_000), text.len());
    }
}
