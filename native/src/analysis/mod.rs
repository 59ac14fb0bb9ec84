//! Analysis of texts: raw texts in, terms and the way back to every original character out, as `khsearch.khmer` has them.
//!
//! Python's rooms are the reference and tell why each step is as it is; here is what they do, for other modules of the
//! core without Python, and for Python by `python`:
//!
//! 1. `Normal::of`, or `of_all` of a batch: the normal form (`characters`, `normal`, `marks`, `numbers`);
//! 2. `Analysis::atoms`: units and words of codes (`atoms`, `lattice`, `lexicon`);
//! 3. `Analysis::words`, `bigrams`: the streams and their keys (`streams`), and `runs` of a short text.

pub mod atoms;
pub mod characters;
mod edges;
pub mod lattice;
pub mod lexicon;
mod marks;
pub mod normal;
mod numbers;
pub mod python;
pub mod runs;
mod signs;
pub mod streams;

use std::sync::Arc;

use atoms::Atoms;
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
        let (words, bigrams) = (self.words(&atoms), self.bigrams(&normal.codes, &atoms));
        Ok(Text { normal, atoms, runs, words, bigrams })
    }

    /// Atoms of texts in normal form.
    pub fn atoms(&self, normal: &Normal) -> Atoms {
        let origin = if normal.has_ligature { Some(&normal.origin[..]) } else { None };
        atoms::find(&normal.codes, origin, &self.characters, &self.lexicon)
    }

    /// Atoms of codes, each of which comes from a character of its own.
    pub fn atoms_of(&self, codes: &[u8]) -> Atoms {
        atoms::find(codes, None, &self.characters, &self.lexicon)
    }

    /// The words.
    pub fn words(&self, atoms: &Atoms) -> Terms {
        streams::words(atoms, &self.lexicon)
    }

    /// The bigrams.
    pub fn bigrams(&self, codes: &[u8], atoms: &Atoms) -> Bigrams {
        streams::bigrams(codes, atoms, &self.lexicon)
    }
}
