//! The words of a batch in, and those that Python has found in runs of other letters; the words with these in their place
//! out, as `with_foreign_words` of `khsearch.khmer.terms.foreign` has them.

use super::streams::Terms;
use super::Batch;

/// Words of the runs with letters outside ASCII, in order. Their terms have no codes of their own: they are written behind
/// those of the batch.
pub struct ForeignWords {
    /// Place in the codes where each begins, and behind its last.
    pub starts: Vec<i64>,
    pub ends: Vec<i64>,
    /// Number of the run that each is of, rising.
    pub runs: Vec<i64>,
    /// Where the form of each ends among all forms, and behind how many codes these are written.
    pub form_ends: Vec<i64>,
    pub codes: u32,
}

/// All words of a batch: their terms, where they stand in the codes, and how many each text has.
#[derive(Default)]
pub struct AllWords {
    pub terms: Terms,
    pub starts: Vec<u32>,
    pub ends: Vec<u32>,
    pub counts: Vec<u32>,
}

/// Put words in the place of the runs that they are of.
pub fn with_foreign_words(batch: &Batch, foreign: &ForeignWords) -> AllWords {
    let mut all = AllWords::default();
    all.terms.reserve(batch.words.count() + foreign.starts.len());
    let mut form_start = foreign.codes;
    let mut words =
        foreign.runs.iter().zip(&foreign.starts).zip(foreign.ends.iter().zip(&foreign.form_ends)).peekable();
    let mut at = 0; // words of the batch that are passed
    let mut runs = (0..).zip(&batch.foreign).peekable();
    for &count in &batch.word_counts {
        let before = all.starts.len();
        let end = at + count as usize;
        while at < end {
            let next = runs.peek().map_or(end, |(_, &word)| end.min(word as usize));
            all.copy(&batch.words, at, next);
            at = next;
            if at == end {
                break;
            }
            if let Some((run, _)) = runs.next() {
                while let Some(((_, &start), (&stop, &form_end))) = words.next_if(|((&of, _), _)| of == run) {
                    all.starts.push(start as u32);
                    all.ends.push(stop as u32);
                    let form_end = foreign.codes.wrapping_add(form_end as u32);
                    all.terms.push(form_start, form_end, 0);
                    form_start = form_end;
                }
            }
            at += 1;
        }
        all.counts.push((all.starts.len() - before) as u32);
    }
    all
}

impl AllWords {
    fn copy(&mut self, words: &Terms, from: usize, to: usize) {
        let part = from..to;
        let (starts, ends) = (&words.starts[part.clone()], &words.ends[part.clone()]);
        self.starts.extend_from_slice(starts);
        self.ends.extend_from_slice(ends);
        self.terms.starts.extend_from_slice(starts);
        self.terms.ends.extend_from_slice(ends);
        self.terms.keys.extend_from_slice(&words.keys[part]);
    }
}
