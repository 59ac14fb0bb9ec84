//! What characters of an original text are, as Python's `str` and `khsearch.khmer.text.script` have them.

const COENG: char = '\u{17D2}';

/// Whether Python takes it for white space.
pub fn is_space(one: char) -> bool {
    one.is_whitespace() || ('\u{1C}'..='\u{1F}').contains(&one)
}

/// Whether nobody sees it: characters that people type between words and inside clusters.
pub fn is_invisible(one: char) -> bool {
    matches!(one, '\u{200B}' | '\u{200C}' | '\u{200D}' | '\u{2060}' | '\u{FEFF}' | '\u{AD}')
}

/// Whether it belongs to the base before it; a coeng does.
pub fn is_mark(one: char) -> bool {
    matches!(one, '\u{17B4}'..='\u{17D3}' | '\u{17DD}')
}

/// Whether a place beside it may lie inside a cluster.
pub fn clings(one: char) -> bool {
    is_mark(one) || is_invisible(one)
}

/// Whether it may be part of a run of Khmer.
pub fn is_of_run(one: char) -> bool {
    matches!(one, '\u{1780}'..='\u{17B3}') || clings(one)
}

/// Whether it may stand between two words of a row that is written as usual.
pub fn may_part_words(one: char) -> bool {
    is_space(one)
        || matches!(one, '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{AD}' | '.' | ',' | ':' | ';' | '/' | '(' | ')')
        || matches!(one, '"' | '\'' | '\u{AB}' | '\u{BB}' | '\u{2013}' | '-')
}

/// Whether a sentence ends with it.
pub fn ends_sentence(one: char) -> bool {
    matches!(one, '\u{17D4}' | '\u{17D5}' | '?' | '!' | '\n')
}

/// Whether it is a letter or number; None where that is for Python to tell, which may know other characters.
pub fn is_alphanumeric(one: char) -> Option<bool> {
    match one {
        '\0'..='\x7F' => Some(one.is_ascii_alphanumeric()),
        '\u{1780}'..='\u{17FF}' => Some(matches!(
            one,
            '\u{1780}'..='\u{17B3}' | '\u{17D7}' | '\u{17DC}' | '\u{17E0}'..='\u{17E9}' | '\u{17F0}'..='\u{17F9}'
        )),
        // Signs and what nobody sees, emoji and pictures.
        '\u{A0}' | '\u{A3}' | '\u{AB}' | '\u{AD}' | '\u{B0}' | '\u{B7}' | '\u{BB}' => Some(false),
        '\u{2000}'..='\u{206F}' | '\u{20A0}'..='\u{20CF}' | '\u{2190}'..='\u{23FF}' => Some(false),
        '\u{2500}'..='\u{2775}' | '\u{2794}'..='\u{27BF}' | '\u{3000}'..='\u{3004}' => Some(false),
        '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFFD}' | '\u{1F300}'..='\u{1FAFF}' => Some(false),
        _ => None,
    }
}

/// Whether a place lies between a base or coeng and what belongs to it, invisible characters apart.
pub fn parts_cluster(text: &[char], place: usize) -> bool {
    let (before, behind) = text.split_at(place.min(text.len()));
    let visible = |one: &&char| !is_invisible(**one);
    behind.iter().find(visible).map_or(false, |&one| is_mark(one))
        || before.iter().rev().find(visible).map_or(false, |&one| one == COENG)
}
