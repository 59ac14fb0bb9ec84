//! The search zone as Python calls it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use pyo3::create_exception;
use pyo3::exceptions::{PyException, PyValueError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyBytes, PyDict, PyList};

use crate::fault::Fault;
use crate::index::heads::Heads;
use crate::index::pages::{PagedFile, Section};
use crate::index::stored::Stored;
use crate::index::terms::{Field, Sections};
use crate::search::commit;
use crate::search::docset::DocSet;
use crate::search::evaluation::Evaluation;
use crate::search::impacts::Kept;
use crate::search::nearness::Nearness;
use crate::search::node::{Node, Term};
use crate::search::reading::{slop_of, Kinds, Reading};
use crate::search::retrieval::{self, Near, Sought};
use crate::search::top;
use crate::search::weighting::{self, Scale};

create_exception!(
    khsearch._core,
    DamageError,
    PyException,
    "A file of an index is not what was written: its path, and which part of it."
);

pub fn raised(fault: Fault) -> PyErr {
    match fault {
        Fault::Damaged { path, part } => DamageError::new_err((path.into_os_string(), part)),
        Fault::Called(problem) => match problem.downcast::<PyErr>() {
            Ok(problem) => *problem,
            Err(_) => PyValueError::new_err("a function of a query failed"),
        },
    }
}

/// One segment, read from its file.
#[pyclass(frozen)]
struct Segment(Arc<commit::Segment>);

/// The sections of a file, as Python knows them: by name, first byte, bytes, and what its numbers are.
struct Directory<'py> {
    file: Arc<PagedFile>,
    sections: Bound<'py, PyDict>,
}

impl Directory<'_> {
    fn find(&self, prefix: &str, part: &str) -> PyResult<Option<Section>> {
        let found = match self.sections.get_item([prefix, part].concat())? {
            Some(found) => found,
            None => return Ok(None),
        };
        let place = || -> PyResult<(usize, usize, PyBackedStr)> {
            let place = found.downcast::<PyList>()?;
            Ok((place.get_item(0)?.extract()?, place.get_item(1)?.extract()?, place.get_item(2)?.extract()?))
        };
        let damaged = |_| raised(self.file.damage(format!("description of part {}", part)));
        let (start, bytes, kind) = place().map_err(damaged)?;
        let width = kind.get(1..).and_then(|digit| digit.parse().ok()).unwrap_or(0);
        Section::new(self.file.clone(), part.to_owned(), start, bytes, width).map(Some).map_err(raised)
    }

    fn get(&self, prefix: &str, part: &str) -> PyResult<Section> {
        let found = self.find(prefix, part)?;
        found.ok_or_else(|| raised(self.file.damage(format!("part {} is missing", part))))
    }
}

#[pymethods]
impl Segment {
    /// path, size, sums: the file, bytes that have checksums, and these, one after the other. docs: documents.
    /// sections: of the file, by name: first byte, bytes, and what its numbers are, such as u4. fields: by name, tokens in
    /// all, whether it keeps positions, and how the names of its sections begin.
    #[new]
    fn new(
        path: PathBuf,
        size: usize,
        sums: &[u8],
        docs: usize,
        sections: Bound<'_, PyDict>,
        fields: Vec<(String, u64, bool, PyBackedStr)>,
    ) -> PyResult<Self> {
        let sums =
            sums.chunks_exact(8).map(|sum| sum.iter().rev().fold(0, |all, &byte| all << 8 | u64::from(byte))).collect();
        if docs > i32::MAX as usize {
            return Err(PyValueError::new_err("a segment has too many documents"));
        }
        let all = Directory { file: Arc::new(PagedFile::open(&path, size, sums)?), sections };
        let mut made = HashMap::new();
        for (name, tokens, positions, prefix) in fields {
            let parts = Sections {
                df: all.get(&prefix, "df")?,
                extra: all.get(&prefix, "extra")?,
                lengths: all.get(&prefix, "lengths")?,
                rests: if positions { Some(all.get(&prefix, "rests")?) } else { None },
                rows: all.get(&prefix, "rows")?,
                keys: all.get(&prefix, "keys")?,
                high: all.get(&prefix, "high")?,
                low: all.get(&prefix, "low")?,
                tf: all.get(&prefix, "tf")?,
                rest: all.get(&prefix, "rest")?,
                pos: all.get(&prefix, "pos")?,
                terms: all.get(&prefix, "terms")?,
                doclens: all.get(&prefix, "doclens")?,
            };
            made.insert(name, Field::new(parts, docs, tokens).map_err(raised)?);
        }
        let heads = Heads::new(docs, all.find("heads.", "starts")?, all.find("heads.", "codes")?);
        let stored = Stored::new(docs, all.find("stored.", "starts")?, all.find("stored.", "blobs")?);
        Ok(Segment(Arc::new(commit::Segment { docs, fields: made, heads, stored, impacts: Kept::default() })))
    }

    /// What is stored of the first of some documents, of one at least, compressed as it is; None for a segment that does
    /// not say where.
    fn stored<'py>(&self, py: Python<'py>, docs: Vec<u32>) -> PyResult<Option<Vec<Bound<'py, PyBytes>>>> {
        let found = self.0.stored.of(&docs).map_err(raised)?;
        Ok(found.map(|blobs| blobs.iter().map(|blob| PyBytes::new(py, blob)).collect()))
    }
}

/// How terms score.
#[pyclass(frozen)]
pub struct Weighting(pub Arc<weighting::Weighting>);

type Numbers = (f64, f64, f64, f64, String);

fn scale_of((weight, k1, b, sharpness, rarity_in): Numbers) -> Scale {
    Scale { weight, k1, b, sharpness, rarity_in }
}

#[pymethods]
impl Weighting {
    /// Scales as weight, k1, b, sharpness, field of rarity: of all fields, and of those named.
    #[new]
    fn new(default: Numbers, fields: HashMap<String, Numbers>) -> Self {
        let fields = fields.into_iter().map(|(name, numbers)| (name, scale_of(numbers))).collect();
        Weighting(Arc::new(weighting::Weighting::new(scale_of(default), fields)))
    }
}

/// A set of documents, rising.
#[pyclass(frozen)]
pub struct Docs(pub Arc<DocSet>);

#[pymethods]
impl Docs {
    fn __len__(&self) -> usize {
        self.0.len()
    }

    /// Their numbers, four bytes each.
    fn bytes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        bytes_of(py, self.0.list().iter().map(|doc| doc.to_le_bytes()))
    }
}

fn bytes_of<'py>(py: Python<'py>, numbers: impl Iterator<Item = [u8; 4]>) -> Bound<'py, PyBytes> {
    PyBytes::new(py, &numbers.flatten().collect::<Vec<u8>>())
}

/// A node that was made here.
#[pyclass(frozen)]
pub struct Ranked(pub Arc<Node>);

/// Two terms.
type Pair<'py> = (Bound<'py, PyBytes>, Bound<'py, PyBytes>);

fn pairs_of(pairs: &[Pair]) -> Vec<(Term, Term)> {
    pairs.iter().map(|(first, second)| (first.as_bytes().into(), second.as_bytes().into())).collect()
}

/// Documents and scores, best first.
type Found<'py> = (Vec<u32>, Bound<'py, PyBytes>);

/// One commit, for any number of threads. `outside` is called with a node that cannot be worked out here, and returns
/// `Docs`, `Ranked`, or documents and scores as bytes.
#[pyclass(frozen)]
pub struct Commit(pub Arc<commit::Commit>);

#[pymethods]
impl Commit {
    /// Segments in order, each with a byte for each of its documents, 0 where it is deleted; None where none is.
    #[new]
    fn new(segments: Vec<(Py<Segment>, Option<Vec<u8>>)>) -> Self {
        let each = segments.into_iter().map(|(segment, live)| {
            (segment.get().0.clone(), live.map(|live| live.into_iter().map(|byte| byte != 0).collect()))
        });
        Commit(Arc::new(commit::Commit::new(each.collect())))
    }

    /// Live documents of each of some terms, which come with their fields.
    fn dfs(&self, terms: Vec<(Bound<'_, pyo3::types::PyString>, Bound<'_, PyBytes>)>) -> PyResult<Vec<usize>> {
        terms.iter().map(|(field, term)| self.0.df(&field.to_cow()?, term.as_bytes()).map_err(raised)).collect()
    }

    /// The best `limit` documents, best first, ties by number; behind: only what stands behind a score and a document.
    #[pyo3(signature = (node, limit, weighting, outside, behind=None))]
    fn top<'py>(
        &self,
        node: &Bound<'py, PyAny>,
        limit: usize,
        weighting: &Weighting,
        outside: &Bound<'py, PyAny>,
        behind: Option<(f32, i64)>,
    ) -> PyResult<Found<'py>> {
        let found = self.with(node, weighting, outside, |on, node| top::top(on, node, limit, behind))?;
        let scores = bytes_of(node.py(), found.iter().map(|&(_, score)| score.to_le_bytes()));
        Ok((found.into_iter().map(|(doc, _)| doc).collect(), scores))
    }

    /// The best documents of a search, as `khsearch.engine.retrieval` has them: numbers, scores, what nearness added to
    /// each, how many stay ahead, and how many count as found, where that was found out.
    ///
    /// ranked: scores documents. wanted: which count as found, if not all; known: how many these are. share: of the best
    /// score, where that is all that says it. loose: whether others follow. near: field, pairs, places and scale of what
    /// stands near each other, and how many of the best it adds to.
    #[pyo3(signature = (ranked, wanted, known, share, loose, near, count, weighting, outside))]
    #[allow(clippy::too_many_arguments, clippy::type_complexity)]
    fn best(
        &self,
        ranked: &Bound<'_, PyAny>,
        wanted: Option<&Bound<'_, PyAny>>,
        known: Option<usize>,
        share: Option<f64>,
        loose: bool,
        near: Option<(String, Vec<Pair<'_>>, u64, Numbers, usize)>,
        count: usize,
        weighting: &Weighting,
        outside: &Bound<'_, PyAny>,
    ) -> PyResult<(Vec<u32>, Vec<f64>, Vec<f64>, usize, Option<usize>)> {
        let read = Reading { kinds: Kinds::get(outside.py())?, outside, every: self.0.every, told: &self.0.told };
        let near = near.map(|(field, pairs, slop, scale, depth)| {
            let (pairs, slop, scale) = (pairs_of(&pairs), slop_of(slop), scale_of(scale));
            Near { field, pairs, slop, scale, depth }
        });
        let wanted = wanted.map(|wanted| read.node(wanted)).transpose()?;
        let sought = Sought { ranked: Arc::new(read.node(ranked)?), wanted, known, share, loose, near };
        let on = Evaluation { commit: &self.0, weighting: &weighting.0 };
        let found = outside.py().allow_threads(|| retrieval::best(&on, &sought, count)).map_err(raised)?;
        Ok((found.docs, found.scores, found.added, found.ahead, found.total))
    }

    /// Id and title of each of some documents; None where a head is not what was written.
    fn heads(&self, docs: Vec<u32>) -> PyResult<Option<Vec<(String, String)>>> {
        let each = docs.iter().map(|&doc| self.0.head(doc));
        each.collect::<crate::fault::Result<_>>().map_err(raised)
    }

    /// The documents that a node matches.
    fn docs(&self, node: &Bound<'_, PyAny>, weighting: &Weighting, outside: &Bound<'_, PyAny>) -> PyResult<Docs> {
        Ok(Docs(self.with(node, weighting, outside, |on, node| on.set(node))?))
    }

    /// Documents and scores of all that a node matches, four bytes each.
    fn matches<'py>(
        &self,
        node: &Bound<'py, PyAny>,
        weighting: &Weighting,
        outside: &Bound<'py, PyAny>,
    ) -> PyResult<(Bound<'py, PyBytes>, Bound<'py, PyBytes>)> {
        let (py, found) = (node.py(), self.with(node, weighting, outside, |on, node| on.matches(node, None))?);
        let docs = bytes_of(py, found.docs.iter().map(|doc| doc.to_le_bytes()));
        Ok((docs, bytes_of(py, found.scores.iter().map(|score| score.to_le_bytes()))))
    }

    /// What a node gives some documents that it matches, rising, four bytes each.
    fn scores<'py>(
        &self,
        docs: Vec<u32>,
        node: &Bound<'py, PyAny>,
        weighting: &Weighting,
        outside: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let found = self.with(node, weighting, outside, |on, node| top::scores_of(on, node, &docs))?;
        Ok(bytes_of(node.py(), found.iter().map(|score| score.to_le_bytes())))
    }

    /// Which of some live documents, in any order, a node matches.
    fn among(
        &self,
        docs: Vec<u32>,
        node: &Bound<'_, PyAny>,
        weighting: &Weighting,
        outside: &Bound<'_, PyAny>,
    ) -> PyResult<Vec<bool>> {
        let mut rising = docs.clone();
        rising.sort_unstable();
        let found = self.with(node, weighting, outside, |on, node| on.docs(node, Some(&rising)))?;
        Ok(docs.iter().map(|doc| found.binary_search(doc).is_ok()).collect())
    }

    /// What documents, in any order, get for pairs of terms that stand near each other.
    fn proximity(
        &self,
        py: Python<'_>,
        docs: Vec<u32>,
        field: &str,
        pairs: Vec<Pair<'_>>,
        slop: u64,
        scale: Numbers,
    ) -> PyResult<Vec<f32>> {
        let (pairs, scale, slop) = (pairs_of(&pairs), scale_of(scale), slop_of(slop));
        py.allow_threads(|| {
            let mut rising = docs.clone();
            rising.sort_unstable();
            rising.dedup();
            let mut near = Nearness::new(&self.0, &rising, field, &pairs, slop, &scale)?;
            let found = (0..rising.len()).map(|at| near.of(at)).collect::<crate::fault::Result<Vec<f32>>>()?;
            Ok(docs.iter().map(|doc| rising.binary_search(doc).map_or(0.0, |place| found[place])).collect())
        })
        .map_err(raised)
    }
}

impl Commit {
    fn with<T: Send>(
        &self,
        node: &Bound<'_, PyAny>,
        weighting: &Weighting,
        outside: &Bound<'_, PyAny>,
        work: impl FnOnce(&Evaluation, &Node) -> crate::fault::Result<T> + Send,
    ) -> PyResult<T> {
        let read = Reading { kinds: Kinds::get(node.py())?, outside, every: self.0.every, told: &self.0.told };
        let node = read.node(node)?;
        let on = Evaluation { commit: &self.0, weighting: &weighting.0 };
        outside.py().allow_threads(|| work(&on, &node)).map_err(raised)
    }
}

/// Give the module what this zone has.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Segment>()?;
    module.add_class::<Weighting>()?;
    module.add_class::<Docs>()?;
    module.add_class::<Commit>()?;
    module.add_class::<Ranked>()?;
    module.add("DamageError", module.py().get_type::<DamageError>())
}
