//! The chunks of a typed text, and the ways in which each may stand in a document; as `khsearch.query.chunks` has them.

use crate::analysis::Analysis;
use crate::planning::typed::{terms_of, Terms, Typed};
use crate::planning::variants::Alternative;
use crate::search::node::Term;

const LEAST_WEIGHT: f64 = 0.5;
const MOST_WAYS: usize = 12;

/// Words of a chunk from which on it is a sentence.
pub const SENTENCE: usize = 8;

/// Words side by side, and the bigrams that tell of them inside longer words.
#[derive(Clone, PartialEq)]
pub struct Way {
    pub words: Vec<Term>,
    pub bigrams: Vec<Term>,
}

/// What was typed between two spaces: its characters, and the ways in which it may stand, as typed first.
pub struct Chunk {
    pub start: usize,
    pub end: usize,
    pub ways: Vec<Way>,
}

impl Way {
    fn of(terms: Terms) -> Self {
        Way { words: terms.words, bigrams: distinct(terms.bigrams) }
    }
}

/// Each once, in order.
pub fn distinct<T: PartialEq>(items: Vec<T>) -> Vec<T> {
    let mut found: Vec<T> = Vec::with_capacity(items.len());
    for item in items {
        if !found.contains(&item) {
            found.push(item);
        }
    }
    found
}

/// The chunks of a text that have a word, in order; None where a part of it has letters of other scripts.
pub fn chunks_of(typed: &Typed, others: &[Alternative], analysis: &Analysis, joined: bool) -> Option<Vec<Chunk>> {
    let spans = spans_of(typed.text);
    let mut ways: Vec<Vec<Way>> = Vec::with_capacity(spans.len());
    for &(start, end) in &spans {
        let terms = if spans.len() == 1 { typed.terms.clone() } else { terms_of(analysis, typed.part(start, end))? };
        ways.push(vec![Way::of(terms)]);
    }
    if joined && spans.len() > 1 {
        add_joined(typed, &spans, &mut ways, analysis)?;
    }
    add_spelled(typed, &spans, &mut ways, others, analysis)?;
    let each = spans.into_iter().zip(ways).filter(|(_, ways)| !ways[0].words.is_empty());
    let chunk = |((start, end), ways)| {
        let mut ways = distinct(ways);
        ways.truncate(MOST_WAYS);
        Chunk { start, end, ways }
    };
    Some(each.map(chunk).collect())
}

/// Stretches between spaces, in characters.
fn spans_of(text: &str) -> Vec<(usize, usize)> {
    let mut spans = Vec::new();
    let mut first = None;
    let mut count = 0;
    for (at, char) in text.chars().enumerate() {
        count = at + 1;
        let is_space = char.is_whitespace() || matches!(char, '\x1c'..='\x1f');
        match first {
            Some(start) if is_space => {
                spans.push((start, at));
                first = None;
            }
            None if !is_space => first = Some(at),
            _ => {}
        }
    }
    spans.extend(first.map(|start| (start, count)));
    spans
}

/// Spaces that may have been put inside a word of Khmer, in characters.
pub fn spaces_in_khmer(text: &str) -> Vec<(usize, usize)> {
    let chars: Vec<char> = text.chars().collect();
    let mut spaces = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let end = at + chars[at..].iter().take_while(|&&char| char == ' ').count();
        if end > at {
            let before = at > 0 && matches!(chars[at - 1], '\u{1780}'..='\u{17d3}' | '\u{17dd}');
            if before && chars.get(end).map_or(false, |char| matches!(char, '\u{1780}'..='\u{17b3}')) {
                spaces.push((at, end));
            }
        }
        at = end.max(at + 1);
    }
    spaces
}

/// Other spellings of stretches, one or two at a time.
fn add_spelled(
    typed: &Typed,
    spans: &[(usize, usize)],
    ways: &mut [Vec<Way>],
    others: &[Alternative],
    analysis: &Analysis,
) -> Option<()> {
    let likely: Vec<&Alternative> = others.iter().filter(|other| other.weight >= LEAST_WEIGHT).collect();
    let mut changes: Vec<Vec<&Alternative>> = likely.iter().map(|&other| vec![other]).collect();
    if typed.terms.words.len() <= SENTENCE {
        let several = &likely[..likely.len().min(MOST_WAYS)];
        for (at, &one) in several.iter().enumerate() {
            let behind = several[at + 1..].iter().filter(|two| one.end <= two.start);
            changes.extend(behind.map(|&two| vec![one, two]));
        }
    }
    changes.truncate(2 * MOST_WAYS);
    for changed in changes {
        let (from, to) = (changed[0].start, changed[changed.len() - 1].end);
        let reached: Vec<usize> = (0..spans.len()).filter(|&at| spans[at].0 < to && from < spans[at].1).collect();
        let (first, last) = match (reached.first(), reached.last()) {
            (Some(&first), Some(&last)) if changed.len() == 1 || reached.len() == 1 => (first, last),
            _ => continue,
        };
        let (start, end) = (spans[first].0, spans[last].1);
        let mut spelled = String::new();
        let mut at = start;
        for other in changed {
            if other.start < at || other.end > end {
                return None;
            }
            spelled.push_str(typed.part(at, other.start));
            spelled.push_str(&other.spelling);
            at = other.end;
        }
        spelled.push_str(typed.part(at, end));
        let terms = terms_of(analysis, &spelled)?;
        if !terms.words.is_empty() {
            let way = Way::of(terms);
            ways[first..=last].iter_mut().for_each(|mine| mine.push(way.clone()));
        }
    }
    Some(())
}

/// Chunks whose words are others where the spaces inside Khmer are left out.
fn add_joined(typed: &Typed, spans: &[(usize, usize)], ways: &mut [Vec<Way>], analysis: &Analysis) -> Option<()> {
    let spaces = spaces_in_khmer(typed.text);
    if spaces.is_empty() {
        return Some(());
    }
    let changes: Vec<(usize, usize, &str)> = spaces.iter().map(|&(start, end)| (start, end, "")).collect();
    let text = typed.spliced(&changes);
    let joined = Typed::of(analysis, &text)?;
    for (&(start, end), mine) in spans.iter().zip(ways) {
        let before: usize = spaces.iter().filter(|space| space.1 <= start).map(|space| space.1 - space.0).sum();
        let (start, end) = (start - before, end - before);
        let reached = joined.spans.iter().enumerate().filter(|(_, span)| span.0 < end && start < span.1);
        let numbers: Vec<usize> = reached.map(|(number, _)| number).collect();
        if let (Some(&first), Some(&last)) = (numbers.first(), numbers.last()) {
            let around = &joined.terms.words[first..=last];
            if *around != mine[0].words[..] {
                mine.push(Way { words: around.to_vec(), bigrams: Vec::new() });
            }
        }
    }
    Some(())
}
