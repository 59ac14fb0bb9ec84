//! What Python calls of joining: `khsearch.khmer.words.compiled` does.

use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use super::field::Field;
use super::pairs::Pairs;

/// What joins atoms to words.
#[pyclass(frozen)]
pub struct Joining {
    pub inner: super::Joining,
}

#[pymethods]
impl Joining {
    /// names: clusters of the field, from number 1. rows, unknown: eight int16 a row, little-endian. ends: what the first
    /// and the last cluster of a run add. transitions: [label before][label]. words: pairs of each listed word.
    #[new]
    #[pyo3(signature = (*, names, slots, rows, unknown, ends, transitions, tags, values, words))]
    #[allow(clippy::too_many_arguments)]
    fn new(
        py: Python<'_>,
        names: Vec<Vec<u8>>,
        slots: PyBuffer<u32>,
        rows: PyBuffer<u8>,
        unknown: PyBuffer<u8>,
        ends: (i64, i64),
        transitions: [[i64; 2]; 2],
        tags: PyBuffer<u32>,
        values: PyBuffer<i16>,
        words: Vec<Vec<u64>>,
    ) -> PyResult<Self> {
        let field = Field::new(names, slots.to_vec(py)?, rows.to_vec(py)?, unknown.to_vec(py)?, ends);
        let pairs = Pairs::new(tags.to_vec(py)?, values.to_vec(py)?, words);
        let (field, pairs) = (field.map_err(PyValueError::new_err)?, pairs.map_err(PyValueError::new_err)?);
        Ok(Joining { inner: super::Joining::new(field, pairs, transitions) })
    }
}

/// Give the module what this zone has.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Joining>()
}
