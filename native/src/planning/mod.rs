//! A query of plain words in; what ranks, and what counts as found, out. Whole in one call, as `khsearch.query` has it
//! step by step; what is rare in queries is left to Python: see `Asked::plan`.

mod chunks;
mod python;
mod readings;
mod respelling;
mod standing;
mod together;
mod typed;
mod units;
mod variants;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::analysis::Analysis;
use crate::fault::Result;
use crate::search::commit::Commit;
use crate::search::docset::DocSet;
use crate::search::evaluation::Evaluation;
use crate::search::node::{Fields, Node, Term};
use crate::search::told::Inside;
use crate::search::weighting::Weighting;
use chunks::{chunks_of, Chunk, SENTENCE};
pub use python::register;
use readings::readings;
use standing::Within;
use typed::Typed;
use variants::Variants;

/// Of the best score, the least with which a document counts as found, where none has all that was typed.
const SHARE: f64 = 0.8;

/// Characters of the longest query that is read otherwise.
const TOLERANT: usize = 300;

/// What a ranking says, as `khsearch.query.ranking` has it.
pub struct Ranking {
    /// Where words that are typed are looked for.
    pub fields: Fields,
    /// Whether bigrams have weight.
    pub bigrams: bool,
    pub few_words: f64,
    /// Of other readings, what their bigrams are multiplied by; 0: no such readings.
    pub readings: f64,
    /// Chunks that need not stand where every chunk must.
    pub function_words: HashSet<String>,
}

/// What counts as found.
#[derive(Clone, Copy, PartialEq)]
pub enum Match {
    /// All that ranks.
    Any,
    /// Where every chunk stands.
    All,
    /// That, or, where it is nowhere, what scores nearly as high as the best document.
    Best,
}

/// What a query is read with.
pub struct Asked<'a> {
    pub commit: &'a Commit,
    pub analysis: &'a Analysis,
    pub variants: &'a Variants,
    /// Whose lexicon tells what a word is, for other spellings.
    pub words: &'a Analysis,
    pub ranking: &'a Ranking,
    pub weighting: &'a Weighting,
    pub inside: &'a Inside,
}

/// What counts as found: the documents, worked out; or, where no document has all chunks, whatever scores nearly as high
/// as the best one.
pub struct Plan {
    pub ranked: Arc<Node>,
    pub found: Option<Arc<DocSet>>,
    /// Whether what scores nearly as high as the best one counts as found.
    pub nearly: bool,
    /// Numbers of chunks that stand nowhere.
    pub nowhere: Vec<usize>,
    /// Whether it was read in other spellings, too.
    tolerant: bool,
    pub chunks: Vec<Chunk>,
    /// Words of the text, and of its other readings.
    pub rows: Vec<Vec<Term>>,
    /// What snippets mark of other readings.
    pub marked: Vec<Vec<Term>>,
    pub bigrams: Vec<Term>,
}

impl Asked<'_> {
    /// Plan a query of plain words. None for one that takes Python: with letters of other scripts or characters that are
    /// moved or left out, or with words that are rare or unknown.
    pub fn plan(&self, text: &str, wanted: Match) -> Result<Option<Plan>> {
        let typed = match Typed::of(self.analysis, text) {
            Some(typed) if !typed.terms.words.is_empty() => typed,
            _ => return Ok(None),
        };
        let tolerant = self.ranking.readings != 0.0 && typed.len() <= TOLERANT;
        let others = if tolerant { self.variants.alternatives(&typed, self.words) } else { Vec::new() };
        let found = if tolerant { readings(self.commit, &typed, &others, self.analysis)? } else { Some(Vec::new()) };
        let found = match found {
            Some(found) => found,
            None => return Ok(None),
        };
        let count = typed.terms.words.len();
        let boost = (self.ranking.few_words / count as f64).min(1.0);
        let mut ranked: Vec<Node> = Vec::new();
        for (word, count) in counted(&typed.terms.words) {
            ranked.push(Node::Term { fields: self.ranking.fields.clone(), term: word, boost: count as f32 });
        }
        let bigram =
            |term: Term, weight: f64| Node::Term { fields: Fields::Of(&["bigrams"]), term, boost: weight as f32 };
        if self.ranking.bigrams {
            let each = counted(&typed.terms.bigrams).into_iter();
            ranked.extend(each.map(|(term, count)| bigram(term, boost * count as f64)));
        }
        let (mut rows, mut marked) = (vec![typed.terms.words.clone()], Vec::new());
        for reading in found {
            marked.extend(reading.marked);
            rows.push(reading.words);
            ranked.extend(reading.found);
            if self.ranking.bigrams {
                let weight = boost * self.ranking.readings * reading.weight;
                ranked.extend(reading.bigrams.into_iter().map(|term| bigram(term, weight)));
            }
        }
        let ranked = Arc::new(Node::Or(ranked));
        let chunks = match chunks_of(&typed, &others, self.analysis, tolerant) {
            Some(chunks) if !chunks.is_empty() => chunks,
            _ => return Ok(None),
        };
        let is_long = chunks.iter().any(|chunk| chunk.ways[0].words.len() > SENTENCE);
        let every: Vec<&Chunk> = chunks.iter().collect();
        let (found, nowhere) = match wanted {
            Match::Any => (None, Vec::new()),
            Match::All => {
                let found = self.together(&self.telling(&typed, &every))?;
                (Some(found.unwrap_or_else(|| DocSet::listed(self.commit.every, Vec::new()))), Vec::new())
            }
            Match::Best => self.found(&every, &ranked, is_long)?,
        };
        let nearly = wanted == Match::Best && found.is_none();
        let (found, bigrams) = (found.map(Arc::new), typed.terms.bigrams);
        Ok(Some(Plan { ranked, found, nearly, nowhere, tolerant, chunks, rows, marked, bigrams }))
    }

    /// Where a plan's chunks stand, if some that stand nowhere are read as texts; and the chunks of these texts. None
    /// where they do not stand together; None in all where it takes Python.
    #[allow(clippy::type_complexity)]
    pub fn read_as(&self, plan: &Plan, readings: &[Vec<String>]) -> Result<Option<(Option<DocSet>, Vec<Vec<Chunk>>)>> {
        let mut read: Vec<Vec<Chunk>> = Vec::with_capacity(readings.len());
        for texts in readings {
            let mut own = Vec::new();
            for text in texts {
                let typed = match Typed::of(self.analysis, text) {
                    Some(typed) => typed,
                    None => return Ok(None),
                };
                let others = if plan.tolerant { self.variants.alternatives(&typed, self.words) } else { Vec::new() };
                match chunks_of(&typed, &others, self.analysis, plan.tolerant) {
                    Some(chunks) => own.extend(chunks),
                    None => return Ok(None),
                }
            }
            read.push(own);
        }
        let is_long = plan.chunks.iter().any(|chunk| chunk.ways[0].words.len() > SENTENCE);
        let mut every: Vec<&Chunk> = Vec::new();
        let mut instead = read.iter();
        for (number, chunk) in plan.chunks.iter().enumerate() {
            match plan.nowhere.contains(&number).then(|| instead.next()).flatten() {
                Some(own) => every.extend(own),
                None => every.push(chunk),
            }
        }
        if every.is_empty() {
            return Ok(None);
        }
        let (found, _) = self.found(&every, &plan.ranked, is_long)?;
        Ok(Some((found, read)))
    }

    /// Chunks that must stand where every chunk must: all but function words, or all where there are no others.
    fn telling<'c>(&self, typed: &Typed, chunks: &[&'c Chunk]) -> Vec<&'c Chunk> {
        let is_telling =
            |chunk: &&&Chunk| !self.ranking.function_words.contains(&typed.part(chunk.start, chunk.end).to_lowercase());
        let telling: Vec<&Chunk> = chunks.iter().filter(is_telling).copied().collect();
        if telling.is_empty() {
            chunks.to_vec()
        } else {
            telling
        }
    }

    /// Where all chunks stand; None where they do not stand together, and which of them stand nowhere. is_long: whether
    /// what scores nearly as high as the best document counts as well.
    fn found(&self, chunks: &[&Chunk], ranked: &Arc<Node>, is_long: bool) -> Result<(Option<DocSet>, Vec<usize>)> {
        let on = self.on();
        let set = match self.together(chunks)? {
            Some(set) => set,
            None => {
                let mut nowhere = Vec::new();
                for (number, chunk) in chunks.iter().enumerate() {
                    if on.docs(&standing::of(chunk, Within::Words), None)?.is_empty()
                        && on.docs(&standing::of(chunk, self.within()), None)?.is_empty()
                    {
                        nowhere.push(number);
                    }
                }
                return Ok((None, nowhere));
            }
        };
        if !is_long {
            return Ok((Some(set), Vec::new()));
        }
        let leading = Node::Leading(Box::new(Node::Shared(ranked.clone())), SHARE);
        let either = Node::Or(vec![Node::Settled(Arc::new(set)), leading]);
        Ok((Some(DocSet::listed(self.commit.every, on.docs(&either, None)?)), Vec::new()))
    }

    fn on(&self) -> Evaluation<'_> {
        Evaluation { commit: self.commit, weighting: self.weighting }
    }

    /// Which documents hold a chunk of which a word is missing.
    fn within(&self) -> Within<'_> {
        if self.ranking.bigrams {
            Within::Longer(self.inside)
        } else {
            Within::Words
        }
    }

    /// Where all chunks stand; None where they do not stand together.
    fn together(&self, chunks: &[&Chunk]) -> Result<Option<DocSet>> {
        together::together(&self.on(), chunks, Some(self.inside).filter(|_| self.ranking.bigrams))
    }
}

/// Each of some terms once, in order, and how often it is there.
fn counted(terms: &[Term]) -> Vec<(Term, usize)> {
    let mut places: HashMap<&[u8], usize> = HashMap::new();
    let mut found: Vec<(Term, usize)> = Vec::new();
    for term in terms {
        let place = *places.entry(term).or_insert(found.len());
        if place == found.len() {
            found.push((term.clone(), 0));
        }
        found[place].1 += 1;
    }
    found
}
