//! Rows of words in code form in, the ways in which they are usually written out.
//!
//! As `_spellings` of `khsearch.hits.occurrences` has them.

use crate::analysis::characters::{Characters, Class, COENG, DELETED, END, LETTER, POINT};

/// Words side by side, or a word alone.
pub struct Row {
    /// The words, in code form.
    pub words: Vec<Vec<u8>>,
    /// Codes of all words.
    pub size: usize,
    /// How the row is written with nothing between its words, and how each word is.
    pub spellings: Vec<Vec<char>>,
    pub apart: Vec<Vec<Vec<char>>>,
    /// Whether each word is of Khmer.
    pub is_khmer: bool,
    /// Whether its first word has two clusters.
    pub has_two_clusters: bool,
}

impl Row {
    /// Read one; None for one of letters of other scripts, or with what no word has.
    pub fn of(words: Vec<Vec<u8>>, characters: &Characters) -> Option<Row> {
        let spellings = ways_of(&words.concat(), characters)?;
        let each = |word: &Vec<u8>| ways_of(word, characters);
        let apart = if words.len() > 1 { words.iter().map(each).collect::<Option<_>>()? } else { Vec::new() };
        Some(Row { spellings, apart, ..Row::unspelled(words, characters)? })
    }

    /// Read a bigram, which is looked for in codes alone; None as above.
    pub fn of_bigram(bigram: Vec<u8>, characters: &Characters) -> Option<Row> {
        Row::unspelled(vec![bigram], characters)
    }

    fn unspelled(words: Vec<Vec<u8>>, characters: &Characters) -> Option<Row> {
        let mut is_khmer = true;
        for word in &words {
            let first = *word.first()?;
            let class = characters.class(first);
            let is_odd = |code: &u8| matches!(*code, DELETED | LETTER | END);
            if class == Class::Separator || first == POINT || word.iter().any(is_odd) {
                return None;
            }
            is_khmer &= matches!(class, Class::Base | Class::Mark);
        }
        let size = words.iter().map(Vec::len).sum();
        let has_two_clusters = has_two_clusters(words.first()?, characters);
        Some(Row { words, size, spellings: Vec::new(), apart: Vec::new(), is_khmer, has_two_clusters })
    }
}

/// Ways in which a word is usually written: case, digits, and the subscripts and words that look alike.
fn ways_of(word: &[u8], characters: &Characters) -> Option<Vec<Vec<char>>> {
    let plain: Vec<char> = word.iter().map(|&code| character(code)).collect();
    let mut ways = Vec::with_capacity(1);
    match characters.class(*word.first()?) {
        Class::Digit => ways.push(plain.iter().map(|&one| khmer_digit(one)).collect()),
        Class::Alpha => {
            let upper: Vec<char> = plain.iter().map(char::to_ascii_uppercase).collect();
            let rest = plain[1..].iter().map(char::to_ascii_lowercase);
            ways.push(upper[..1].iter().copied().chain(rest).collect());
            ways.push(upper);
        }
        _ => {
            ways.extend(replaced(&plain, &['\u{17D2}', '\u{178F}'], &['\u{17D2}', '\u{178A}']));
            ways.extend(replaced(&plain, &GIVE, &['\u{17B2}', '\u{17D2}', '\u{1799}']));
            ways.extend(replaced(&plain, &GIVE, &['\u{17A2}', '\u{17C4}', '\u{1799}']));
        }
    }
    ways.push(plain);
    ways.sort_unstable();
    ways.dedup();
    Some(ways)
}

const GIVE: [char; 3] = ['\u{17B1}', '\u{17D2}', '\u{1799}'];

fn character(code: u8) -> char {
    match code {
        POINT => '.',
        0x80.. => char::from_u32(0x1700 + u32::from(code)).unwrap_or(' '),
        _ => char::from(code),
    }
}

fn khmer_digit(one: char) -> char {
    let value = one.to_digit(10).and_then(|value| char::from_u32(0x17E0 + value));
    value.unwrap_or(one)
}

/// A text with some characters in the place of others, as many, wherever these stand; None where they do not.
fn replaced(text: &[char], from: &[char], to: &[char]) -> Option<Vec<char>> {
    let mut at = text.windows(from.len()).position(|part| part == from)?;
    let mut made = text.to_vec();
    while at < text.len() {
        if text[at..].starts_with(from) {
            made[at..at + to.len()].copy_from_slice(to);
            at += from.len();
        } else {
            at += 1;
        }
    }
    Some(made)
}

fn has_two_clusters(word: &[u8], characters: &Characters) -> bool {
    word.windows(2).any(|two| characters.class(two[1]) == Class::Base && two[0] != COENG)
}
