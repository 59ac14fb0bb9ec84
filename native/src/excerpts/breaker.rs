//! Stretches of a text in; their normal form, the way back from it, and words of their runs out.

use std::ops::Range;

use crate::analysis::atoms::{Atoms, Finder};
use crate::analysis::characters::{Characters, DELETED};
use crate::analysis::normal::Normal;
use crate::analysis::Analysis;

/// Normalises and breaks; it keeps room for what it needs.
pub struct Breaker<'a> {
    pub analysis: &'a Analysis,
    finder: Finder<'a>,
    atoms: Atoms,
    utf8: String,
}

impl<'a> Breaker<'a> {
    pub fn new(analysis: &'a Analysis) -> Self {
        let finder = Finder::new(&analysis.characters, &analysis.lexicon, None);
        Breaker { analysis, finder, atoms: Atoms::default(), utf8: String::new() }
    }

    /// Normalise a text; None where nobody has told yet what some of its characters are.
    pub fn normal(&mut self, text: &[char]) -> Option<Normal> {
        self.utf8.clear();
        self.utf8.reserve(3 * text.len());
        self.utf8.extend(text);
        Normal::of(&self.analysis.characters, self.utf8.as_bytes()).ok()
    }

    /// Atoms of a run among codes, each of which comes from a character of its own.
    pub fn atoms(&mut self, codes: &[u8], run: Range<usize>) -> &Atoms {
        self.atoms.clear();
        self.finder.find(codes, run, &mut self.atoms);
        &self.atoms
    }
}

/// Leads from the codes of a text to its characters.
pub struct WayBack<'a> {
    pub text: &'a [char],
    pub normal: &'a Normal,
    pub characters: &'a Characters,
}

impl WayBack<'_> {
    /// The character that a code comes from; one stands before the text in what the normal form leads back to.
    pub fn start(&self, place: usize) -> usize {
        self.origin(place)
    }

    /// The place behind the last visible character before a code.
    pub fn end(&self, place: usize) -> usize {
        let mut behind = self.origin(place);
        while behind > 0 && self.text.get(behind - 1).map_or(false, |&one| self.is_hidden(one)) {
            behind -= 1;
        }
        behind
    }

    fn origin(&self, place: usize) -> usize {
        let found = self.normal.origin.get(place).map_or(self.text.len() + 1, |&origin| origin as usize);
        found.saturating_sub(1)
    }

    fn is_hidden(&self, one: char) -> bool {
        !matches!(one, '\0'..='\x7F' | '\u{1780}'..='\u{17FF}') && self.characters.other(one as u32) == Some(DELETED)
    }
}
