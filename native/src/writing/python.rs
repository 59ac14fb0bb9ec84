//! Writing as Python calls it: `khsearch.columnar.postings.compiled` does.

use pyo3::buffer::{Element, PyBuffer};
use pyo3::exceptions::{PyOverflowError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};

use super::coding::{self, Coder};
use super::inversion;
use super::ordering::{ordered, Ordered};
use super::pairs::Pairs;
use crate::threads::side_by_side;

/// Tokens that are coded at once, of which each of two threads takes half.
const CODED_TOKENS: usize = 1 << 20;

/// Add what this zone has to the module.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Inverter>()?;
    module.add_class::<Inverted>()?;
    module.add_class::<Coded>()?;
    module.add_function(wrap_pyfunction!(coded, module)?)
}

fn ended() -> PyErr {
    PyValueError::new_err("this inverter has been finished")
}

fn too_many() -> PyErr {
    PyOverflowError::new_err("a segment holds fewer than 2 ** 32 tokens and documents")
}

/// Numbers of an array, each as `of` makes it.
fn numbers<T: Element, N>(py: Python<'_>, array: &PyBuffer<T>, of: impl Fn(T) -> Option<N>) -> PyResult<Vec<N>> {
    let cells = array.as_slice(py).ok_or_else(|| PyValueError::new_err("an array is not contiguous"))?;
    let mut found = Vec::with_capacity(cells.len());
    found.extend(cells.iter().map_while(|cell| of(cell.get())));
    if found.len() < cells.len() {
        return Err(PyValueError::new_err("an array holds a number that cannot be"));
    }
    Ok(found)
}

fn small(number: i64) -> Option<u32> {
    u32::try_from(number).ok()
}

/// Collects the tokens of one field.
#[pyclass]
struct Inverter {
    inner: Option<inversion::Inverter>,
}

#[pymethods]
impl Inverter {
    /// positions: whether the field keeps them.
    #[new]
    fn new(positions: bool) -> Self {
        Inverter { inner: Some(inversion::Inverter::new(positions)) }
    }

    /// Tokens so far.
    #[getter]
    fn tokens(&self) -> usize {
        self.inner.as_ref().map_or(0, inversion::Inverter::tokens)
    }

    /// Distinct terms so far.
    #[getter]
    fn terms(&self) -> usize {
        self.inner.as_ref().map_or(0, inversion::Inverter::terms)
    }

    /// Take in the tokens of documents, the first of which has the number `first`.
    #[allow(clippy::too_many_arguments)]
    fn add(
        &mut self,
        py: Python<'_>,
        codes: PyBuffer<u8>,
        starts: PyBuffer<i64>,
        ends: PyBuffer<i64>,
        counts: PyBuffer<i64>,
        positions: Option<PyBuffer<i64>>,
        ids: Option<PyBuffer<i32>>,
        first: u32,
    ) -> PyResult<()> {
        let inner = self.inner.as_mut().ok_or_else(ended)?;
        let (starts, ends) = (numbers(py, &starts, small)?, numbers(py, &ends, small)?);
        let batch = inversion::Batch {
            codes: numbers(py, &codes, Some)?,
            counts: numbers(py, &counts, small)?,
            positions: positions.map(|positions| numbers(py, &positions, small)).transpose()?,
            ids: ids.map(|ids| numbers(py, &ids, Some)).transpose()?,
            spans: starts.iter().copied().zip(ends.iter().copied()).collect(),
        };
        let tokens = batch.spans.len();
        let is_whole = |length: usize| length == tokens;
        let fits = is_whole(starts.len())
            && is_whole(ends.len())
            && is_whole(batch.counts.iter().map(|&count| count as usize).sum())
            && batch.positions.as_ref().map_or(true, |all| is_whole(all.len()))
            && batch.ids.as_ref().map_or(true, |all| is_whole(all.len()));
        if !fits {
            return Err(PyValueError::new_err("token arrays disagree about the number of tokens"));
        }
        if py.allow_threads(|| inner.add(batch, first)) {
            Ok(())
        } else {
            Err(too_many())
        }
    }

    /// Put all in the order of terms, for a segment of so many documents. least: documents of the pairs of neighbours
    /// that are counted, None for no pairs.
    fn finish(&mut self, py: Python<'_>, docs: u32, least: Option<u32>) -> PyResult<Inverted> {
        let inner = self.inner.take().ok_or_else(ended)?;
        let inner = py.allow_threads(|| inner.finish());
        Ok(Inverted { inner, docs, least, next: 0, pairs: Pairs::default() })
    }
}

/// The postings of one field, in the order of terms.
#[pyclass]
struct Inverted {
    inner: inversion::Inverted,
    docs: u32,
    least: Option<u32>,
    /// The range that comes next.
    next: usize,
    pairs: Pairs,
}

#[pymethods]
impl Inverted {
    /// Code the next terms: some parts, none where all is done.
    fn coded(&mut self, py: Python<'_>) -> Vec<Coded> {
        let Inverted { inner, docs, least, next, pairs } = self;
        let first = *next;
        *next = inner.reach(first, CODED_TOKENS);
        let middle = (first + *next) / 2;
        let of = |ranges| ordered(inner, ranges, *docs, *least);
        let parts = match *next - first {
            0 => Vec::new(),
            1 => vec![py.allow_threads(|| of(first..*next))],
            _ => {
                let both = || side_by_side(|| of(first..middle), || of(middle..*next));
                let (left, right) = py.allow_threads(both);
                vec![left, right]
            }
        };
        let keep = |part: Ordered| {
            pairs.extend(part.pairs);
            Coded { inner: part.coded }
        };
        parts.into_iter().map(keep).collect()
    }

    /// Pairs of neighbours in what was coded: first terms, second ones and documents, four bytes each; None where tokens
    /// stand elsewhere than at 0, 1, 2, ...
    fn pairs<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyTuple>>> {
        if !self.inner.is_dense {
            return Ok(None);
        }
        let Pairs { firsts, seconds, dfs } = &self.pairs;
        PyTuple::new(py, [fours(py, firsts)?, fours(py, seconds)?, fours(py, dfs)?]).map(Some)
    }
}

/// Postings as the streams of a segment have them.
#[pyclass(frozen)]
struct Coded {
    inner: coding::Coded,
}

#[pymethods]
impl Coded {
    /// Bytes of the streams: high, low, tf, rest, pos, terms.
    #[getter]
    fn streams<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let coding::Coded { high, low, tf, rest, pos, terms, .. } = &self.inner;
        PyTuple::new(py, [high, low, tf, rest, pos, terms].map(|stream| PyBytes::new(py, stream)))
    }

    /// Of each term: documents, tokens beyond these, bytes, uint32 each, and bits of a position's rest, uint8.
    #[getter]
    fn counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let coding::Coded { df, extra, lengths, rests, .. } = &self.inner;
        PyTuple::new(py, [fours(py, df)?, fours(py, extra)?, fours(py, lengths)?, PyBytes::new(py, rests)])
    }

    /// Where the parts of each block begin, and last where all end: six int64 each.
    #[getter]
    fn rows<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        eights(py, self.inner.rows.iter().flatten().map(|number| number.to_ne_bytes()), 6 * self.inner.rows.len())
    }

    /// The first eight bytes of each block's first term, uint64.
    #[getter]
    fn keys<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        eights(py, self.inner.keys.iter().map(|number| number.to_ne_bytes()), self.inner.keys.len())
    }

    /// The highest position.
    #[getter]
    fn top(&self) -> u32 {
        self.inner.top
    }
}

/// Code postings that are in order: codes of terms cut at starts (t + 1,), documents of each term (t,), documents and
/// frequencies (p,), positions (n,) or None, for a segment of so many documents.
#[pyfunction]
#[allow(clippy::too_many_arguments)]
fn coded(
    py: Python<'_>,
    codes: PyBuffer<u8>,
    starts: PyBuffer<i64>,
    df: PyBuffer<i64>,
    docs: PyBuffer<i64>,
    tf: PyBuffer<i64>,
    positions: Option<PyBuffer<i64>>,
    count: u32,
) -> PyResult<Coded> {
    let codes = numbers(py, &codes, Some)?;
    let starts = numbers(py, &starts, small)?;
    let df = numbers(py, &df, small)?;
    let (docs, tf) = (numbers(py, &docs, small)?, numbers(py, &tf, small)?);
    let positions = positions.map(|positions| numbers(py, &positions, small)).transpose()?;
    let made = py.allow_threads(|| {
        let mut coder = Coder::new(count);
        let (mut posting, mut token) = (0, 0);
        for (edges, &df) in starts.windows(2).zip(&df) {
            let term = codes.get(edges[0] as usize..edges[1] as usize)?;
            let mine = posting..posting + df as usize;
            let (docs, tf) = (docs.get(mine.clone())?, tf.get(mine.clone())?);
            let tokens = tf.iter().map(|&tf| tf as usize).sum::<usize>();
            let places = match &positions {
                Some(positions) => Some(positions.get(token..token + tokens)?),
                None => None,
            };
            if tokens < docs.len() || tokens > u32::MAX as usize {
                return None;
            }
            coder.add(term, docs, tf, places);
            (posting, token) = (mine.end, token + tokens);
        }
        Some(coder.finish())
    });
    let inner = made.ok_or_else(|| PyValueError::new_err("postings disagree about their number"))?;
    Ok(Coded { inner })
}

fn fours<'py>(py: Python<'py>, numbers: &[u32]) -> PyResult<Bound<'py, PyBytes>> {
    PyBytes::new_with(py, 4 * numbers.len(), |out| {
        for (bytes, number) in out.chunks_exact_mut(4).zip(numbers) {
            bytes.copy_from_slice(&number.to_ne_bytes());
        }
        Ok(())
    })
}

fn eights<'py>(py: Python<'py>, numbers: impl Iterator<Item = [u8; 8]>, count: usize) -> PyResult<Bound<'py, PyBytes>> {
    PyBytes::new_with(py, 8 * count, |out| {
        for (bytes, number) in out.chunks_exact_mut(8).zip(numbers) {
            bytes.copy_from_slice(&number);
        }
        Ok(())
    })
}
