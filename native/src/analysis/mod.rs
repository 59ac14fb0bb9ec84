//! Analysis of texts: raw texts in, terms and the way back to every original character out, as `khsearch.khmer` has them.
//!
//! Python's rooms are the reference and tell why each step is as it is; here is what they do, for other modules of the
//! core without Python, and for Python by `python`:
//!
//! 1. `Normal::of`, or `of_all` of a batch: the normal form (`characters`, `normal`, `signs`, `marks`, `numbers`);
//! 2. `Analysis::batch`: the two streams of terms and their keys, text by text (`streams`), by way of
//!    `Analysis::atoms`: units and words of codes (`edges`, `atoms`, `lattice`, `lexicon`);
//! 3. `Analysis::text`: one text with all that a query asks of it, its runs too (`runs`).
//!
//! `sequences` looks a normal form through for units one behind the other; `utf8` reads characters.

pub mod atoms;
mod batch;
pub mod characters;
mod edges;
pub mod foreign;
mod halves;
pub mod lattice;
pub mod lexicon;
mod marks;
pub mod normal;
mod numbers;
pub mod python;
pub mod runs;
pub mod sequences;
mod signs;
pub mod streams;
pub mod utf8;

use std::sync::Arc;

use atoms::{Atoms, Finder};
pub use batch::Batch;
use characters::{Characters, Unmet};
use lexicon::Lexicon;
use normal::Normal;
use runs::Run;
use streams::{Bigrams, Terms};

/// What breaks texts by a lexicon. It is never changed, so threads may share it.
pub struct Analysis {
    pub characters: Arc<Characters>,
    pub lexicon: Lexicon,
}

/// One text with all that a query asks of it.
pub struct Text {
    pub normal: Normal,
    pub atoms: Atoms,
    pub runs: Vec<Run>,
    pub words: Terms,
    pub bigrams: Bigrams,
}

impl Analysis {
    /// Analyse one text, in UTF-8, a surrogate being three bytes. A text with letters of other scripts
    /// (`Normal::has_letters`) has words that only their scripts tell.
    pub fn text(&self, text: &[u8]) -> Result<Text, Unmet> {
        let normal = Normal::of(&self.characters, text)?;
        let atoms = self.atoms(&normal);
        let runs = runs::find(&normal.codes, &atoms, &self.characters);
        let (words, bigrams) = self.terms(&normal.codes, &atoms);
        Ok(Text { normal, atoms, runs, words, bigrams })
    }

    /// Atoms of texts in normal form.
    pub fn atoms(&self, normal: &Normal) -> Atoms {
        let mut found = Atoms::default();
        self.finder(normal).find(&normal.codes, 0..normal.codes.len(), &mut found);
        found
    }

    /// Atoms of codes, each of which comes from a character of its own.
    pub fn atoms_of(&self, codes: &[u8]) -> Atoms {
        let mut found = Atoms::default();
        Finder::new(&self.characters, &self.lexicon, None).find(codes, 0..codes.len(), &mut found);
        found
    }

    /// Words and bigrams of codes.
    pub fn terms(&self, codes: &[u8], atoms: &Atoms) -> (Terms, Bigrams) {
        let (mut words, mut bigrams) = (Terms::default(), Bigrams::default());
        streams::add_words(atoms, &self.lexicon, &mut words);
        streams::add_bigrams(codes, &atoms.units, &self.lexicon, &mut bigrams);
        (words, bigrams)
    }

    /// The terms of texts in normal form.
    pub fn batch(&self, normal: &Normal) -> Batch {
        batch::find(&normal.codes, || self.finder(normal), self)
    }

    fn finder<'a>(&'a self, normal: &'a Normal) -> Finder<'a> {
        let origin = if normal.has_ligature { Some(&normal.origin[..]) } else { None };
        Finder::new(&self.characters, &self.lexicon, origin)
    }
}
