//! What Python calls of the analysis: `khsearch.khmer.text.compiled` and `khsearch.khmer.words.compiled` do.

use std::sync::Arc;

use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::{PyBackedBytes, PyBackedStr};
use pyo3::types::{PyBytes, PyList, PyString, PyTuple, PyType};

use super::atoms::{self, Unit};
use super::characters::{Tables, Unmet};
use super::foreign::{with_foreign_words, ForeignWords};
use super::lexicon::{Lexicon, Parts};
use super::streams::{self, Terms};
use super::{characters, normal, sequences, Analysis};

/// Add the classes of this zone to the module.
pub fn add(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Characters>()?;
    module.add_class::<NormalForm>()?;
    module.add_class::<Breaking>()?;
    module.add_class::<Batch>()?;
    module.add_class::<Atoms>()
}

fn wrong(problem: &'static str) -> PyErr {
    PyValueError::new_err(problem)
}

/// What is known of characters; it normalises texts.
#[pyclass(frozen)]
struct Characters {
    inner: Arc<characters::Characters>,
    /// Python's function that tells the code of a code point.
    code_of: PyObject,
}

#[pymethods]
impl Characters {
    #[new]
    #[pyo3(signature = (code_of, *, fold, classes, sentence_ends, ranks, above_before, above_behind, strong))]
    #[allow(clippy::too_many_arguments)]
    fn new(
        code_of: PyObject,
        fold: &[u8],
        classes: &[u8],
        sentence_ends: &[u8],
        ranks: &[u8],
        above_before: &[u8],
        above_behind: &[u8],
        strong: &[u8],
    ) -> PyResult<Self> {
        let tables = Tables { fold, class: classes, sentence_ends, rank: ranks, above_before, above_behind, strong };
        let inner = characters::Characters::new(&tables).map_err(wrong)?;
        Ok(Characters { inner: Arc::new(inner), code_of })
    }

    /// Normalise one text.
    fn normalize(&self, text: &Bound<'_, PyString>) -> PyResult<NormalForm> {
        let py = text.py();
        match text.to_str() {
            Ok(utf8) => self.told(py, || normal::Normal::of(&self.inner, utf8.as_bytes())),
            Err(_) => {
                let utf8 = with_surrogates(text)?;
                self.told(py, || normal::Normal::of(&self.inner, &utf8))
            }
        }
        .map(|inner| NormalForm { inner })
    }

    /// Normalise texts that were joined, with one character before, between and after them: how long each is.
    fn normalize_all(&self, joined: &Bound<'_, PyString>, lengths: Vec<usize>) -> PyResult<NormalForm> {
        let py = joined.py();
        let of_all = |utf8: &[u8]| normal::Normal::of_all(&self.inner, utf8, &lengths);
        match PyBackedStr::try_from(joined.clone()) {
            Ok(utf8) => self.told(py, || py.allow_threads(|| of_all(utf8.as_bytes()))),
            Err(_) => {
                let utf8 = with_surrogates(joined)?;
                self.told(py, || py.allow_threads(|| of_all(&utf8)))
            }
        }
        .map(|inner| NormalForm { inner })
    }

    /// Whether units, in code form, stand one behind the other in each of some texts, in UTF-8, a surrogate being three
    /// bytes; None for units that take Python.
    fn stand(
        &self,
        py: Python<'_>,
        units: Vec<PyBackedBytes>,
        texts: Vec<PyBackedBytes>,
    ) -> PyResult<Option<Vec<bool>>> {
        let units: Vec<Vec<u8>> = units.iter().map(|unit| unit.to_vec()).collect();
        let mut found = Vec::with_capacity(texts.len());
        self.told(py, || {
            py.allow_threads(|| {
                while let Some(text) = texts.get(found.len()) {
                    let normal = normal::Normal::of(&self.inner, text)?;
                    match sequences::stand(&normal.codes, &units, &self.inner) {
                        Some(stand) => found.push(stand),
                        None => return Ok(false),
                    }
                }
                Ok(true)
            })
        })
        .map(|is_told| Some(found).filter(|_| is_told))
    }
}

impl Characters {
    /// Do what normalises, and where there are characters that nobody has told yet, ask Python, and do it again.
    fn told<T>(&self, py: Python<'_>, mut of: impl FnMut() -> Result<T, Unmet>) -> PyResult<T> {
        loop {
            match of() {
                Ok(found) => return Ok(found),
                Err(Unmet(points)) => {
                    for point in points {
                        self.inner.tell(point, self.code_of.call1(py, (point,))?.extract(py)?);
                    }
                }
            }
        }
    }
}

fn with_surrogates(text: &Bound<'_, PyString>) -> PyResult<PyBackedBytes> {
    text.call_method1("encode", ("utf-8", "surrogatepass"))?.extract()
}

/// Texts in normal form.
#[pyclass(frozen, module = "khsearch._core")]
struct NormalForm {
    inner: normal::Normal,
}

#[pymethods]
impl NormalForm {
    /// Make again what was pickled.
    #[new]
    fn new(codes: &[u8], origin: &[u8], has_ligature: bool, is_kept: bool, is_rising: bool) -> Self {
        let place = |bytes: &[u8]| <[u8; 4]>::try_from(bytes).map_or(0, u32::from_ne_bytes);
        let origin = origin.chunks_exact(4).map(place).collect();
        NormalForm {
            inner: normal::Normal { codes: codes.to_vec(), origin, has_ligature, is_kept, is_rising, others: None },
        }
    }

    /// What makes it again.
    #[allow(clippy::type_complexity)]
    fn __reduce__<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<(Bound<'py, PyType>, (Bound<'py, PyBytes>, Bound<'py, PyBytes>, bool, bool, bool))> {
        let normal::Normal { has_ligature, is_kept, is_rising, .. } = self.inner;
        let parts = (self.codes(py), self.origin(py)?, has_ligature, is_kept, is_rising);
        Ok((PyType::new::<NormalForm>(py), parts))
    }

    /// The codes.
    #[getter]
    fn codes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.inner.codes)
    }

    /// Whether every character was kept in its place.
    #[getter]
    fn is_kept(&self) -> bool {
        self.inner.is_kept
    }

    /// Whether no code comes from before one that is before it.
    #[getter]
    fn is_rising(&self) -> bool {
        self.inner.is_rising
    }

    /// The characters outside ASCII and the Khmer block of a batch, rising; None of what is no batch.
    #[getter]
    fn others(&self) -> Option<Vec<u32>> {
        self.inner.met()
    }

    /// For every code, the place that it comes from, as uint32.
    #[getter]
    fn origin<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let origin = &self.inner.origin;
        PyBytes::new_with(py, 4 * origin.len(), |out| {
            for (bytes, place) in out.chunks_exact_mut(4).zip(origin) {
                bytes.copy_from_slice(&place.to_ne_bytes());
            }
            Ok(())
        })
    }
}

/// What breaks texts by a lexicon.
#[pyclass(frozen)]
pub struct Breaking {
    pub inner: Analysis,
}

#[pymethods]
impl Breaking {
    #[new]
    #[pyo3(signature = (characters, *, slots, clusters, lengths, costs, unknown, marks))]
    #[allow(clippy::too_many_arguments)]
    fn new(
        py: Python<'_>,
        characters: &Characters,
        slots: PyBuffer<i64>,
        clusters: &[u8],
        lengths: &[u8],
        costs: PyBuffer<i32>,
        unknown: u32,
        marks: Option<PyBuffer<u16>>,
    ) -> PyResult<Self> {
        let parts = Parts {
            slots: slots.to_vec(py)?.into_iter().map(|slot| slot as u64).collect(),
            clusters,
            lengths,
            costs: costs.to_vec(py)?,
            unknown,
            marks: marks.map_or(Ok(Vec::new()), |marks| marks.to_vec(py))?,
        };
        let lexicon = Lexicon::new(parts, &characters.inner).map_err(wrong)?;
        Ok(Breaking { inner: Analysis { characters: characters.inner.clone(), lexicon } })
    }

    /// The terms of texts in normal form.
    fn batch(&self, py: Python<'_>, normal: &NormalForm) -> Batch {
        py.allow_threads(|| Batch { inner: self.inner.batch(&normal.inner) })
    }

    /// Units and atoms of texts in normal form.
    fn atoms(&self, py: Python<'_>, normal: &NormalForm) -> Atoms {
        py.allow_threads(|| Atoms { inner: self.inner.atoms(&normal.inner) })
    }

    /// Words and bigrams of the codes of a short text, one by one.
    fn terms<'py>(&self, py: Python<'py>, codes: &[u8]) -> PyResult<(Bound<'py, PyList>, Bound<'py, PyList>)> {
        let atoms = self.inner.atoms_of(codes);
        let (words, bigrams) = self.inner.terms(codes, &atoms);
        Ok((listed(py, codes, &words)?, listed(py, &bigrams.codes, &bigrams.terms)?))
    }

    /// Runs of the codes of a short text, one by one: start, end, units, how many units each word has, whether Khmer.
    fn runs<'py>(&self, py: Python<'py>, codes: &[u8]) -> PyResult<Bound<'py, PyList>> {
        let atoms = self.inner.atoms_of(codes);
        let runs = super::runs::find(codes, &atoms, &self.inner.characters);
        let out = PyList::empty(py);
        for run in runs {
            let units =
                PyList::new(py, atoms.units[run.units].iter().map(|unit| PyBytes::new(py, streams::of(codes, unit))))?;
            out.append((run.start, run.end, units, PyList::new(py, run.counts)?, run.is_khmer))?;
        }
        Ok(out)
    }
}

fn listed<'py>(py: Python<'py>, codes: &[u8], terms: &Terms) -> PyResult<Bound<'py, PyList>> {
    let stretches = terms.starts.iter().zip(&terms.ends);
    PyList::new(
        py,
        stretches.map(|(&start, &end)| PyBytes::new(py, codes.get(start as usize..end as usize).unwrap_or(&[]))),
    )
}

/// The terms of a batch. Places and counts are int64, keys int32.
#[pyclass(frozen)]
struct Batch {
    inner: super::Batch,
}

#[pymethods]
impl Batch {
    /// Words: starts, ends, counts by text, keys.
    #[getter]
    fn words<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        stream(py, &self.inner.words, &self.inner.word_counts)
    }

    /// Bigrams: starts, ends, counts by text, keys.
    #[getter]
    fn bigrams<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        stream(py, &self.inner.bigrams.terms, &self.inner.bigram_counts)
    }

    /// The codes that bigrams are stretches of.
    #[getter]
    fn bigram_codes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.inner.bigrams.codes)
    }

    /// Where the words that are runs with letters outside ASCII begin, and where they end.
    #[getter]
    fn foreign<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let inner = &self.inner;
        let edges = |of: &[u32]| -> Vec<u32> {
            let word = |&number: &u32| of.get(number as usize).copied();
            inner.foreign.iter().filter_map(word).collect()
        };
        let (starts, ends) = (edges(&inner.words.starts), edges(&inner.words.ends));
        PyTuple::new(py, [wide(py, starts.into_iter())?, wide(py, ends.into_iter())?])
    }

    /// Words with those of other letters in the place of their runs: the stream, then where they begin and end in so many
    /// codes. Of the words that come: starts, ends, numbers of their runs, ends of their forms.
    fn with_foreign_words<'py>(
        &self,
        py: Python<'py>,
        starts: PyBuffer<i64>,
        ends: PyBuffer<i64>,
        runs: PyBuffer<i64>,
        form_ends: PyBuffer<i64>,
        codes: u32,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let foreign = ForeignWords {
            starts: starts.to_vec(py)?,
            ends: ends.to_vec(py)?,
            runs: runs.to_vec(py)?,
            form_ends: form_ends.to_vec(py)?,
            codes,
        };
        let all = with_foreign_words(&self.inner, &foreign);
        PyTuple::new(
            py,
            [
                stream(py, &all.terms, &all.counts)?.into_any(),
                wide(py, all.starts.iter().copied())?.into_any(),
                wide(py, all.ends.iter().copied())?.into_any(),
            ],
        )
    }
}

/// The atoms of a batch. Numbers and places are int64, flags one byte each.
#[pyclass(frozen)]
struct Atoms {
    inner: atoms::Atoms,
}

#[pymethods]
impl Atoms {
    /// Which units begin words.
    #[getter]
    fn firsts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        wide(py, self.inner.firsts.iter().copied())
    }

    /// Units: starts, ends, cluster numbers, and flags: Khmer, apart, opening.
    #[getter]
    fn units<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let units = &self.inner.units;
        let flags = |of: fn(&Unit) -> bool| -> PyResult<Bound<'py, PyBytes>> {
            PyBytes::new_with(py, units.len(), |out| {
                for (byte, unit) in out.iter_mut().zip(units) {
                    *byte = u8::from(of(unit));
                }
                Ok(())
            })
        };
        PyTuple::new(
            py,
            [
                wide(py, units.iter().map(|unit| unit.start))?,
                wide(py, units.iter().map(|unit| unit.end))?,
                wide(py, units.iter().map(|unit| unit.number))?,
                flags(|unit| unit.is_khmer())?,
                flags(|unit| unit.is_apart())?,
                flags(|unit| unit.is_opening())?,
            ],
        )
    }
}

fn stream<'py>(py: Python<'py>, terms: &Terms, counts: &[u32]) -> PyResult<Bound<'py, PyTuple>> {
    let keys = PyBytes::new_with(py, 4 * terms.keys.len(), |out| {
        for (bytes, key) in out.chunks_exact_mut(4).zip(&terms.keys) {
            bytes.copy_from_slice(&key.to_ne_bytes());
        }
        Ok(())
    })?;
    PyTuple::new(
        py,
        [
            wide(py, terms.starts.iter().copied())?,
            wide(py, terms.ends.iter().copied())?,
            wide(py, counts.iter().copied())?,
            keys,
        ],
    )
}

/// Numbers as int64.
fn wide<'py>(py: Python<'py>, numbers: impl ExactSizeIterator<Item = u32>) -> PyResult<Bound<'py, PyBytes>> {
    PyBytes::new_with(py, 8 * numbers.len(), |out| {
        for (bytes, number) in out.chunks_exact_mut(8).zip(numbers) {
            bytes.copy_from_slice(&i64::from(number).to_ne_bytes());
        }
        Ok(())
    })
}
