//! UTF-8, read as texts of Khmer are quickest read: runs of its letters, and of ASCII.

/// Whether bytes are UTF-8.
pub fn is_utf8(bytes: &[u8]) -> bool {
    let mut at = 0;
    loop {
        at += plain(&bytes[at..]);
        match bytes.get(at) {
            None => return true,
            Some(_) => match other(&bytes[at..]) {
                Some(one) => at += one.len_utf8(),
                None => return false,
            },
        }
    }
}

/// The characters of a text; None of what is no UTF-8.
pub fn characters(bytes: &[u8]) -> Option<Vec<char>> {
    let mut found = Vec::with_capacity(bytes.len() / 2 + 1);
    let mut at = 0;
    loop {
        let (one, width) = match bytes[at..] {
            [0xE1, middle @ (0x9E | 0x9F), last @ 0x80..=0xBF, ..] => {
                let low = u32::from(middle & 1) << 6 | u32::from(last & 0x3F);
                (char::from_u32(0x1780 | low)?, 3)
            }
            [byte @ 0..=0x7F, ..] => (char::from(byte), 1),
            [] => return Some(found),
            ref rest => other(rest).map(|one| (one, one.len_utf8()))?,
        };
        found.push(one);
        at += width;
    }
}

/// How many bytes at the beginning are characters of ASCII, or of the Khmer block.
#[inline]
fn plain(bytes: &[u8]) -> usize {
    let mut at = 0;
    loop {
        match bytes[at..] {
            [0xE1, 0x9E | 0x9F, 0x80..=0xBF, ..] => at += 3,
            [0..=0x7F, ..] => at += 1,
            _ => return at,
        }
    }
}

/// The character with which bytes begin.
fn other(bytes: &[u8]) -> Option<char> {
    let width = match bytes.first()? {
        0..=0x7F => 1,
        0..=0xDF => 2,
        0..=0xEF => 3,
        _ => 4,
    };
    std::str::from_utf8(bytes.get(..width)?).ok()?.chars().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_the_library_reads_it() {
        let texts = [
            "",
            "a",
            "\u{1780}",
            "\u{17ff}x\u{1800}\u{17d2}\u{e9}",
            "\u{200b}\u{1780}\u{1f600}",
            "\u{1780}\u{7f}\u{80}",
        ];
        for text in texts {
            assert!(is_utf8(text.as_bytes()));
            assert_eq!(characters(text.as_bytes()), Some(text.chars().collect()));
            for cut in 0..text.len() {
                for bytes in [&text.as_bytes()[..cut], &text.as_bytes()[cut..]] {
                    assert_eq!(is_utf8(bytes), std::str::from_utf8(bytes).is_ok(), "{:?}", bytes);
                    assert_eq!(characters(bytes).is_some(), std::str::from_utf8(bytes).is_ok());
                }
            }
        }
        for lead in 0..=255u8 {
            for next in (0..=255).step_by(5) {
                for bytes in [vec![lead], vec![lead, next], vec![lead, next, 0x80], vec![lead, 0x9E, next, 0x80]] {
                    assert_eq!(is_utf8(&bytes), std::str::from_utf8(&bytes).is_ok(), "{:?}", bytes);
                }
            }
        }
    }
}
