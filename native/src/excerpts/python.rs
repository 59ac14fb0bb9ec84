//! What Python calls of excerpts: `khsearch.hits.compiled` does.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyString, PyTuple};

use crate::analysis::python::Breaking;
use crate::analysis::utf8;
use crate::excerpts::Size;
use crate::joining::python::Joining;

/// What a query asked for, and what breaks texts and joins their words.
#[pyclass(frozen)]
struct Wanted {
    /// None where it takes Python.
    inner: Option<super::Wanted>,
    breaking: Py<Breaking>,
    joining: Py<Joining>,
}

/// An excerpt: from where to where it goes, marks as offsets into it, and its page.
type Part<'py> = (usize, usize, Bound<'py, PyTuple>, Option<usize>);

/// The same with what stands there, and where that begins.
type Excerpt<'py> = (String, usize, Bound<'py, PyTuple>, Option<usize>);

#[pymethods]
impl Wanted {
    /// Rows of words, and bigrams, all in code form.
    #[new]
    fn new(
        rows: Vec<Vec<PyBackedBytes>>,
        bigrams: Vec<PyBackedBytes>,
        breaking: Py<Breaking>,
        joining: Py<Joining>,
    ) -> Self {
        let rows = rows.iter().map(|row| row.iter().map(|word| word.to_vec()).collect()).collect();
        let bigrams = bigrams.iter().map(|bigram| bigram.to_vec()).collect();
        let inner = super::Wanted::of(rows, bigrams, &breaking.get().inner.characters);
        Wanted { inner, breaking, joining }
    }

    /// The excerpts of a text; None for one that takes Python. size: characters of an excerpt, about and at most, and how
    /// many excerpts there are at most.
    fn excerpts<'py>(
        &self,
        text: &Bound<'py, PyString>,
        size: (usize, Option<usize>, usize),
    ) -> PyResult<Option<Vec<Part<'py>>>> {
        let found = characters(text).and_then(|characters| self.found(&characters, size));
        let marks = |one: &super::Fragment| PyTuple::new(text.py(), &one.marks);
        let part = |one: super::Fragment| Ok((one.part.start, one.part.end, marks(&one)?, one.page));
        found.map(|found| found.into_iter().map(part).collect()).transpose()
    }

    /// The same of a text as UTF-8: each with what stands there, and where that begins.
    fn excerpts_of<'py>(
        &self,
        py: Python<'py>,
        utf8: &[u8],
        size: (usize, Option<usize>, usize),
    ) -> PyResult<Option<Vec<Excerpt<'py>>>> {
        let found = utf8::characters(utf8).and_then(|characters| {
            let texts = |one: &super::Fragment| characters.get(one.part.clone()).unwrap_or(&[]).iter().collect();
            Some(self.found(&characters, size)?.into_iter().map(|one| (texts(&one), one)).collect::<Vec<_>>())
        });
        let excerpt = |(text, one): (String, super::Fragment)| {
            Ok((text, one.part.start, PyTuple::new(py, &one.marks)?, one.page))
        };
        found.map(|found| found.into_iter().map(excerpt).collect()).transpose()
    }

    /// Where it stands in all of a text; None for one that takes Python.
    fn marks(&self, text: &Bound<'_, PyString>) -> Option<Vec<(usize, usize)>> {
        self.inner.as_ref()?.marks(&characters(text)?, &self.breaking.get().inner)
    }
}

impl Wanted {
    fn found(&self, text: &[char], size: (usize, Option<usize>, usize)) -> Option<Vec<super::Fragment>> {
        let (width, longest, most) = size;
        let size = Size { width, longest, most };
        self.inner.as_ref()?.excerpts(text, &size, &self.breaking.get().inner, &self.joining.get().inner)
    }
}

/// The characters of a text; None where one is half a surrogate. By way of UTF-32, which Python's texts are written in
/// and read from at once, and of which Python keeps no copy, as it would of UTF-8.
fn characters(text: &Bound<'_, PyString>) -> Option<Vec<char>> {
    let py = text.py();
    let encoded = text.call_method1(intern!(py, "encode"), (intern!(py, "utf-32"),)).ok()?;
    let read = |four: &[u8]| char::from_u32(u32::from_ne_bytes([four[0], four[1], four[2], four[3]]));
    let all = encoded.downcast::<PyBytes>().ok()?.as_bytes().chunks_exact(4);
    // The first says in which order bytes are. No other is half a surrogate.
    Some(all.skip(1).map(|four| read(four).unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
}

/// Give the module what this zone has.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Wanted>()
}
