//! The planning zone as Python calls it.

use std::collections::HashSet;
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyBytes, PyList, PyString, PyTuple};

use crate::analysis::python::Breaking;
use crate::fault::Fault;
use crate::planning::chunks::Chunk;
use crate::planning::variants;
use crate::planning::{Asked, Match};
use crate::search::node::{Fields, Term};
use crate::search::python::{raised, Commit, Docs, Ranked, Weighting};
use crate::search::told::Inside;

/// Groups of spellings.
#[pyclass(frozen)]
struct Variants(variants::Variants);

#[pymethods]
impl Variants {
    /// Spellings of groups one after the other, the form of each; of each group, how many it has, and its weight.
    #[new]
    fn new(spellings: Vec<String>, forms: Vec<Vec<u8>>, groups: Vec<(usize, f64)>) -> PyResult<Self> {
        let count: usize = groups.iter().map(|group| group.0).sum();
        if spellings.len() != forms.len() || count != forms.len() {
            return Err(pyo3::exceptions::PyValueError::new_err("groups have other spellings than forms"));
        }
        Ok(Variants(variants::Variants::new(spellings, forms, groups)))
    }
}

/// What a ranking says: fields of words, whether bigrams have weight, words up to which they have their full one, and
/// what those of other readings are multiplied by; and chunks that need not stand where every chunk must.
#[pyclass(frozen)]
struct Ranking(super::Ranking);

#[pymethods]
impl Ranking {
    #[new]
    fn new(fields: Vec<String>, bigrams: bool, few_words: f64, readings: f64, function_words: HashSet<String>) -> Self {
        let fields = Fields::Given(fields.into());
        Ranking(super::Ranking { fields, bigrams, few_words, readings, function_words })
    }
}

/// What queries of one commit are planned with.
#[pyclass(frozen)]
struct Planner {
    commit: Py<Commit>,
    breaking: Py<Breaking>,
    variants: Py<Variants>,
    words: Py<Breaking>,
    ranking: Py<Ranking>,
    weighting: Py<Weighting>,
}

#[pymethods]
impl Planner {
    /// breaking: breaks texts as the documents were broken. words: whose lexicon tells what a word is, for `variants`.
    #[new]
    fn new(
        commit: Py<Commit>,
        breaking: Py<Breaking>,
        variants: Py<Variants>,
        words: Py<Breaking>,
        ranking: Py<Ranking>,
        weighting: Py<Weighting>,
    ) -> Self {
        Planner { commit, breaking, variants, words, ranking, weighting }
    }

    /// Plan a query of plain words; None for one that takes Python. wanted: "any", "all" or "best". passes: units,
    /// documents -> whether each holds the units one behind the other.
    fn plan(&self, text: &Bound<'_, PyString>, wanted: &str, passes: PyObject) -> PyResult<Option<Plan>> {
        let wanted = match wanted {
            "any" => Match::Any,
            "all" => Match::All,
            _ => Match::Best,
        };
        let text = match PyBackedStr::try_from(text.clone()) {
            Ok(text) => text,
            Err(_) => return Ok(None), // half a surrogate
        };
        self.asked(passes, |asked| Ok(asked.plan(&text, wanted)?.map(Plan)))
    }

    /// Where a plan's chunks stand if those that stand nowhere are read as texts, several for each, in order; and the
    /// chunks of these texts. None where they do not stand together; None in all where it takes Python.
    #[allow(clippy::type_complexity)]
    fn read_as<'py>(
        &self,
        plan: &Bound<'py, Plan>,
        readings: Vec<Vec<String>>,
        passes: PyObject,
    ) -> PyResult<Option<(Option<Docs>, Vec<Vec<ToldChunk<'py>>>)>> {
        let (py, plan) = (plan.py(), &plan.get().0);
        match self.asked(passes, |asked| asked.read_as(plan, &readings))? {
            Some((docs, chunks)) => {
                let chunks = chunks.iter().map(|own| told(py, own)).collect::<PyResult<_>>()?;
                Ok(Some((docs.map(|docs| Docs(Arc::new(docs))), chunks)))
            }
            None => Ok(None),
        }
    }
}

impl Planner {
    fn asked<T: Send>(
        &self,
        passes: PyObject,
        work: impl FnOnce(&Asked) -> crate::fault::Result<T> + Send,
    ) -> PyResult<T> {
        let (known, passes) = (self.commit.get().0.told.clone(), inside_of(passes));
        let inside: Inside = Arc::new(move |units: &[Vec<u8>], docs: &[u32]| known.ask(units, docs, &passes));
        let asked = Asked {
            commit: &self.commit.get().0,
            analysis: &self.breaking.get().inner,
            variants: &self.variants.get().0,
            words: &self.words.get().inner,
            ranking: &self.ranking.get().0,
            weighting: &self.weighting.get().0,
            inside: &inside,
        };
        Python::with_gil(|py| py.allow_threads(|| work(&asked))).map_err(raised)
    }
}

/// Asks Python whether documents hold units one behind the other. It is not kept: it knows its commit, which has planners.
fn inside_of(passes: PyObject) -> Inside {
    Arc::new(move |units: &[Vec<u8>], docs: &[u32]| {
        Python::with_gil(|py| {
            let units = PyTuple::new(py, units.iter().map(|unit| PyBytes::new(py, unit)))?;
            let told = passes.bind(py).call1((units, PyList::new(py, docs)?))?;
            told.try_iter()?.map(|one| one?.is_truthy()).collect::<PyResult<Vec<bool>>>()
        })
        .map_err(|problem| Fault::Called(Box::new(problem)))
    })
}

/// What a query comes to.
#[pyclass(frozen)]
struct Plan(super::Plan);

#[pymethods]
impl Plan {
    /// What ranks.
    #[getter]
    fn ranked(&self) -> Ranked {
        Ranked(self.0.ranked.clone())
    }

    /// What counts as found; None where that is what scores nearly as high as the best, or all that ranks.
    #[getter]
    fn docs(&self) -> Option<Docs> {
        self.0.found.clone().map(Docs)
    }

    /// Whether what scores nearly as high as the best counts as found.
    #[getter]
    fn nearly(&self) -> bool {
        self.0.nearly
    }

    /// Where each chunk that stands nowhere begins and ends.
    #[getter]
    fn nowhere(&self) -> Vec<(usize, usize)> {
        let chunks = &self.0.chunks;
        self.0.nowhere.iter().filter_map(|&number| chunks.get(number)).map(|chunk| (chunk.start, chunk.end)).collect()
    }

    /// Words of the text, and of its other readings, each in order.
    #[getter]
    fn rows<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyList>>> {
        self.0.rows.iter().map(|row| PyList::new(py, row.iter().map(|word| PyBytes::new(py, word)))).collect()
    }

    /// What snippets mark of other readings.
    #[getter]
    fn marked<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyTuple>>> {
        self.0.marked.iter().map(|row| terms(py, row)).collect()
    }

    /// Bigrams of the text.
    #[getter]
    fn bigrams<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        terms(py, &self.0.bigrams)
    }

    /// The chunks: where each begins and ends, and the words and bigrams of its ways.
    #[getter]
    fn chunks<'py>(&self, py: Python<'py>) -> PyResult<Vec<ToldChunk<'py>>> {
        told(py, &self.0.chunks)
    }
}

/// Where a chunk begins and ends, and the words and bigrams of its ways.
type ToldChunk<'py> = (usize, usize, Vec<(Bound<'py, PyTuple>, Bound<'py, PyTuple>)>);

fn told<'py>(py: Python<'py>, chunks: &[Chunk]) -> PyResult<Vec<ToldChunk<'py>>> {
    let each = chunks.iter().map(|chunk| {
        let ways = chunk.ways.iter().map(|way| Ok((terms(py, &way.words)?, terms(py, &way.bigrams)?)));
        Ok((chunk.start, chunk.end, ways.collect::<PyResult<_>>()?))
    });
    each.collect()
}

fn terms<'py>(py: Python<'py>, row: &[Term]) -> PyResult<Bound<'py, PyTuple>> {
    PyTuple::new(py, row.iter().map(|term| PyBytes::new(py, term)))
}

/// Give the module what this zone has.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Variants>()?;
    module.add_class::<Ranking>()?;
    module.add_class::<Planner>()?;
    module.add_class::<Plan>()
}
