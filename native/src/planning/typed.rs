//! A text that was typed, analysed: its characters, its codes, and its terms, in code form.

use crate::analysis::streams::Terms as Stretches;
use crate::analysis::Analysis;
use crate::search::node::Term;

/// The two streams of a text.
#[derive(Clone, Default)]
pub struct Terms {
    pub words: Vec<Term>,
    pub bigrams: Vec<Term>,
}

/// A text each of whose characters has one code, in its place.
pub struct Typed<'a> {
    pub text: &'a str,
    pub codes: Vec<u8>,
    pub terms: Terms,
    /// Where each word begins and ends, in characters.
    pub spans: Vec<(usize, usize)>,
    /// Where each character begins in the text, in bytes, and last where it ends.
    bytes: Vec<usize>,
}

impl<'a> Typed<'a> {
    /// Analyse a text; None for one of letters of other scripts, or whose characters are moved, left out or not known.
    pub fn of(analysis: &Analysis, text: &'a str) -> Option<Self> {
        let found = analysis.text(text.as_bytes()).ok()?;
        let normal = &found.normal;
        let bytes: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        if normal.has_letters() || normal.has_ligature || !normal.is_kept || normal.codes.len() != bytes.len() + 1 {
            return None;
        }
        let words = parts(&normal.codes, &found.words);
        let bigrams = parts(&found.bigrams.codes, &found.bigrams.terms);
        // The first code stands before the text.
        let edges = found.words.starts.iter().zip(&found.words.ends);
        let spans = edges.map(|(&start, &end)| (start as usize - 1, end as usize - 1)).collect();
        Some(Typed { text, codes: found.normal.codes, terms: Terms { words, bigrams }, spans, bytes })
    }

    /// How many characters it has.
    pub fn len(&self) -> usize {
        self.bytes.len() - 1
    }

    /// Characters from one on and before another.
    pub fn part(&self, start: usize, end: usize) -> &'a str {
        &self.text[self.bytes[start]..self.bytes[end]]
    }

    /// The text with other spellings of some stretches, in order and apart.
    pub fn spliced(&self, changes: &[(usize, usize, &str)]) -> String {
        let mut made = String::with_capacity(self.text.len());
        let mut at = 0;
        for &(start, end, spelling) in changes {
            made.push_str(self.part(at, start));
            made.push_str(spelling);
            at = end;
        }
        made.push_str(self.part(at, self.len()));
        made
    }
}

/// The terms of a text by itself; None for one as `Typed::of` has it.
pub fn terms_of(analysis: &Analysis, text: &str) -> Option<Terms> {
    let found = analysis.text(text.as_bytes()).ok()?;
    if found.normal.has_letters() {
        return None;
    }
    Some(Terms {
        words: parts(&found.normal.codes, &found.words),
        bigrams: parts(&found.bigrams.codes, &found.bigrams.terms),
    })
}

fn parts(codes: &[u8], stretches: &Stretches) -> Vec<Term> {
    let edges = stretches.starts.iter().zip(&stretches.ends);
    edges.map(|(&start, &end)| codes.get(start as usize..end as usize).unwrap_or(&[]).into()).collect()
}
