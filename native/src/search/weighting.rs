//! How terms score: BM25 with a scale a field, as `khsearch/engine/weighting.py` and `columnar/search/bm25.py` have it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The scale of a field.
#[derive(Clone)]
pub struct Scale {
    pub weight: f64,
    pub k1: f64,
    pub b: f64,
    pub sharpness: f64,
    /// The field by which it is told how rare a term is; empty: its own.
    pub rarity_in: String,
}

/// One scale for all fields, others for those named.
pub struct Weighting {
    /// Its own, of all weightings of the process.
    pub number: usize,
    default: Scale,
    fields: HashMap<String, Scale>,
}

static NUMBERS: AtomicUsize = AtomicUsize::new(0);

impl Weighting {
    /// One scale, and those of some fields.
    pub fn new(default: Scale, fields: HashMap<String, Scale>) -> Self {
        Weighting { number: NUMBERS.fetch_add(1, Relaxed), default, fields }
    }

    /// The scale of a field.
    pub fn scale(&self, field: &str) -> &Scale {
        self.fields.get(field).unwrap_or(&self.default)
    }
}

impl Scale {
    /// What the scores of a term are multiplied by that `df` of `docs` live documents have.
    pub fn term_weight(&self, docs: usize, df: usize) -> f64 {
        let (n, df) = (docs as f64, df as f64);
        let mut rarity = (1.0 + (n - df + 0.5) / (df + 0.5)).ln();
        if self.sharpness != 0.0 && docs > 0 {
            rarity *= (rarity / (1.0 + n).ln()).powf(self.sharpness);
        }
        self.weight * rarity
    }
}

/// The part of the denominator that the length of a document decides.
pub struct Norms {
    table: Vec<f32>,
    k1: f64,
    base: f64,
    slope: f64,
}

/// Lengths for which norms are worked out beforehand.
const TABLE: u32 = 4096;

impl Norms {
    /// Of a field whose documents have so many tokens on average.
    pub fn new(k1: f64, b: f64, average: f64) -> Self {
        let plain = average <= 0.0 || b == 0.0;
        let (base, slope) = if plain { (1.0, 0.0) } else { (1.0 - b, b / average) };
        let mut norms = Norms { table: Vec::new(), k1, base, slope };
        norms.table = (0..TABLE).map(|length| norms.worked_out(length)).collect();
        norms
    }

    /// Of a document of so many tokens.
    #[inline]
    pub fn of(&self, length: u32) -> f32 {
        match self.table.get(length as usize) {
            Some(&norm) => norm,
            None => self.worked_out(length),
        }
    }

    /// How many times more documents may score by other norms, at most; None where these are of another kind.
    pub fn drift(&self, other: &Norms) -> Option<f64> {
        if self.k1 != other.k1 || self.base != other.base {
            return None;
        }
        Some(if self.slope > other.slope { self.slope / other.slope } else { 1.0 })
    }

    fn worked_out(&self, length: u32) -> f32 {
        (self.k1 * (self.base + self.slope * f64::from(length))) as f32
    }
}

/// The score of a posting; factor: the weight of the term, times k1 + 1.
#[inline]
pub fn score(tf: u32, norm: f32, factor: f32) -> f32 {
    let frequency = tf as f32;
    frequency / (norm + frequency) * factor
}
