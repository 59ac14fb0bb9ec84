//! How much better it is that a word begins at each cluster than that none does: as `run_scores` of
//! `khsearch.khmer.words.crf_scores`, by the arrays of `crf_table`, which tells what they are.

use crate::analysis::lexicon::{key_of, Numbering};

/// How far a label is, at most, from the first cluster of an n-gram, and how many clusters an n-gram has behind it.
const SPAN: usize = 3;
/// Numbers that a row takes.
const ROW: usize = 8;
const ROW_BYTES: usize = 2 * ROW;
const LABEL_SHIFT: u32 = 20;
const BASE_MASK: u32 = (1 << LABEL_SHIFT) - 1;
/// Marks that the field takes for letters of another script.
const NO_SPACE: [u8; 3] = [0xD1, 0xD3, 0xDD];

/// A row: what a path adds to the labels around its first cluster.
type Row = [i16; ROW];

/// The field as arrays.
pub struct Field {
    /// Clusters of paths, from 1.
    numbers: Numbering,
    /// Labels and bases.
    slots: Vec<u32>,
    /// Rows of slots where paths end, as Python has them: they are many, and few are ever asked for.
    rows: Vec<u8>,
    /// Those of unknown clusters, by their lengths, twice.
    unknown: Vec<u8>,
    /// What the first and the last cluster of a run add.
    bos: i64,
    eos: i64,
}

impl Field {
    /// Make it; what is wrong with its parts, in words. rows, unknown: little-endian.
    pub fn new(
        names: Vec<Vec<u8>>,
        slots: Vec<u32>,
        rows: Vec<u8>,
        unknown: Vec<u8>,
        (bos, eos): (i64, i64),
    ) -> Result<Field, &'static str> {
        if names.len() >= slots.len() || names.len() >= rows.len() / ROW_BYTES {
            return Err("a field has more clusters than slots or rows");
        }
        if unknown.len() < 2 * ROW_BYTES {
            return Err("a field has no rows for unknown clusters");
        }
        let names: Vec<&[u8]> = names.iter().map(|name| &name[..]).collect();
        Ok(Field { numbers: Numbering::new(&names), slots, rows, unknown, bos, eos })
    }

    /// The scores of one run, by its clusters, in codes.
    pub fn scores<'a>(&'a self, clusters: &'a [&'a [u8]]) -> Scores<'a> {
        let number = |cluster: &&[u8]| self.numbers.number(cluster, key_of(cluster));
        let numbers = clusters.iter().map(number).collect();
        Scores { field: self, clusters, numbers, rows: vec![None; clusters.len()] }
    }

    /// What a cluster begins, which comes with its number and those behind it.
    fn row(&self, cluster: &[u8], numbers: &[u32]) -> Row {
        let first = numbers.first().copied().unwrap_or(0);
        if first == 0 {
            let longest = self.unknown.len() / (2 * ROW_BYTES) - 1;
            let is_no_space = cluster.first().map_or(true, |code| NO_SPACE.contains(code));
            let row = cluster.len().min(longest) + if is_no_space { longest + 1 } else { 0 };
            return row_of(&self.unknown, row);
        }
        let content = |slot: u32| self.slots.get(slot as usize).copied().unwrap_or(u32::MAX);
        let mut slot = first;
        let mut node = content(slot);
        for &following in numbers.iter().skip(1).take(SPAN) {
            let child = (node & BASE_MASK) + following;
            node = content(child);
            if node >> LABEL_SHIFT != following {
                break;
            }
            slot = child;
        }
        row_of(&self.rows, slot as usize)
    }
}

/// Scores of a run, which are found as far as somebody asks.
pub struct Scores<'a> {
    field: &'a Field,
    clusters: &'a [&'a [u8]],
    numbers: Vec<u32>,
    rows: Vec<Option<Row>>,
}

impl Scores<'_> {
    /// The score of a cluster.
    pub fn of(&mut self, place: usize) -> i64 {
        let mut score = 0;
        let last = self.clusters.len().saturating_sub(1);
        for at in place.saturating_sub(SPAN)..=last.min(place + SPAN) {
            score += i64::from(self.row(at)[place + SPAN - at]);
        }
        score + if place == 0 { self.field.bos } else { 0 } + if place == last { self.field.eos } else { 0 }
    }

    fn row(&mut self, at: usize) -> Row {
        match self.rows.get(at) {
            Some(Some(row)) => *row,
            Some(None) => {
                let row = self.field.row(self.clusters[at], &self.numbers[at..]);
                self.rows[at] = Some(row);
                row
            }
            None => Row::default(),
        }
    }
}

/// One of some rows, little-endian; zeros where there is none.
fn row_of(rows: &[u8], number: usize) -> Row {
    let mut row = Row::default();
    let first = number * ROW_BYTES;
    let bytes = rows.get(first..first + ROW_BYTES).unwrap_or(&[]);
    for (one, two) in row.iter_mut().zip(bytes.chunks_exact(2)) {
        *one = i16::from_le_bytes([two[0], two[1]]);
    }
    row
}
