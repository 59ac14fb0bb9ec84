//! Nodes as Python has them (`khsearch/engine/nodes.py`), read.

use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::GILOnceCell;
use pyo3::types::{PyBytes, PyList, PyTuple, PyType};

use crate::fault::Fault;
use crate::search::commit::Matches;
use crate::search::node::{Fields, Node, Term};
use crate::search::python::{Docs, Ranked};
use crate::search::told::{Inside, Told};

/// Places, of which no document has more.
pub fn slop_of(places: u64) -> u32 {
    places.min(u64::from(u32::MAX)) as u32
}

/// A term that Python has as bytes.
pub fn term_of(given: &Bound<'_, PyAny>) -> PyResult<Term> {
    Ok(given.downcast::<PyBytes>()?.as_bytes().into())
}

/// One node of some: the only one itself.
fn alone_or(mut children: Vec<Node>, joined: impl FnOnce(Vec<Node>) -> Node) -> Node {
    if children.len() == 1 {
        children.remove(0)
    } else {
        joined(children)
    }
}

/// The classes of nodes.
pub struct Kinds {
    by_type: Vec<(Py<PyType>, Kind)>,
}

#[derive(Clone, Copy)]
enum Kind {
    Term,
    AnyField,
    Or,
    And,
    AndMaybe,
    Constant,
    Foreign,
    Phrase,
    AndNot,
    Require,
    TwoPhase,
    Leading,
    Not,
    Boost,
    Every,
    Nothing,
}

static KINDS: GILOnceCell<Kinds> = GILOnceCell::new();

impl Kinds {
    /// Those of this interpreter.
    pub fn get(py: Python<'_>) -> PyResult<&'static Kinds> {
        KINDS.get_or_try_init(py, || {
            let module = py.import("khsearch.engine.nodes")?;
            let kinds = [
                ("Term", Kind::Term),
                ("AnyField", Kind::AnyField),
                ("Or", Kind::Or),
                ("And", Kind::And),
                ("AndMaybe", Kind::AndMaybe),
                ("Constant", Kind::Constant),
                ("Foreign", Kind::Foreign),
                ("Phrase", Kind::Phrase),
                ("AndNot", Kind::AndNot),
                ("Require", Kind::Require),
                ("TwoPhase", Kind::TwoPhase),
                ("Leading", Kind::Leading),
                ("Not", Kind::Not),
                ("Boost", Kind::Boost),
                ("Every", Kind::Every),
                ("Nothing", Kind::Nothing),
            ];
            let each = kinds.iter().map(|&(name, kind)| {
                Ok((module.getattr(name)?.downcast_into::<PyType>().map_err(PyErr::from)?.unbind(), kind))
            });
            Ok(Kinds { by_type: each.collect::<PyResult<_>>()? })
        })
    }
}

/// Reads nodes; `outside` is called with one that cannot be worked out here. every: documents of the commit.
pub struct Reading<'a, 'py> {
    pub kinds: &'a Kinds,
    pub outside: &'a Bound<'py, PyAny>,
    pub every: usize,
    /// What texts told before.
    pub told: &'a Arc<Told>,
}

impl<'py> Reading<'_, 'py> {
    /// Read one.
    pub fn node(&self, given: &Bound<'py, PyAny>) -> PyResult<Node> {
        let py = given.py();
        let of = given.get_type();
        let kind = self.kinds.by_type.iter().find(|(known, _)| known.bind(py).is(&of)).map(|&(_, kind)| kind);
        let number = |name| -> PyResult<f32> { Ok(given.getattr(name)?.extract::<f64>()? as f32) };
        let child = |name| -> PyResult<Box<Node>> { Ok(Box::new(self.node(&given.getattr(name)?)?)) };
        Ok(match kind {
            Some(Kind::Term) => Node::Term {
                fields: Fields::Given(Arc::new([given.getattr(intern!(py, "field"))?.extract()?])),
                term: term_of(&given.getattr(intern!(py, "term"))?)?,
                boost: number(intern!(py, "boost"))?,
            },
            Some(Kind::AnyField) => Node::Term {
                fields: Fields::Given(given.getattr(intern!(py, "fields"))?.extract::<Vec<String>>()?.into()),
                term: term_of(&given.getattr(intern!(py, "term"))?)?,
                boost: number(intern!(py, "boost"))?,
            },
            Some(Kind::Or) => alone_or(self.children(given)?, Node::Or),
            Some(Kind::And) => alone_or(self.children(given)?, Node::And),
            Some(Kind::AndMaybe) => Node::AndMaybe(child(intern!(py, "must"))?, child(intern!(py, "should"))?),
            Some(Kind::Constant) => Node::Constant(child(intern!(py, "child"))?, number(intern!(py, "score"))?),
            Some(Kind::Phrase) => Node::Phrase {
                field: given.getattr(intern!(py, "field"))?.extract()?,
                terms: given
                    .getattr(intern!(py, "terms"))?
                    .try_iter()?
                    .map(|one| term_of(&one?))
                    .collect::<PyResult<_>>()?,
                slop: slop_of(given.getattr(intern!(py, "slop"))?.extract()?),
                boost: number(intern!(py, "boost"))?,
            },
            Some(Kind::AndNot) => Node::AndNot {
                child: child(intern!(py, "child"))?,
                without: child(intern!(py, "without"))?,
                bonus: number(intern!(py, "bonus"))?,
            },
            Some(Kind::Require) => Node::Require(child(intern!(py, "child"))?, child(intern!(py, "required"))?),
            Some(Kind::TwoPhase) => {
                let passes = given.getattr(intern!(py, "passes"))?.unbind();
                let check = move |docs: &[u32]| {
                    Python::with_gil(|py| {
                        let keys = PyList::new(py, docs)?;
                        passes
                            .bind(py)
                            .call1((keys,))?
                            .try_iter()?
                            .map(|one| one?.is_truthy())
                            .collect::<PyResult<Vec<bool>>>()
                    })
                    .map_err(|problem| Fault::Called(Box::new(problem)))
                };
                let approximation = child(intern!(py, "approximation"))?;
                match given.getattr(intern!(py, "passes"))?.getattr(intern!(py, "units")) {
                    Ok(units) => {
                        let (told, check) = (self.told.clone(), Arc::new(check));
                        let units = units.try_iter()?.map(|one| Ok(term_of(&one?)?.to_vec()));
                        let units = units.collect::<PyResult<Vec<Vec<u8>>>>()?;
                        let inside: Inside = Arc::new(move |_: &[Vec<u8>], docs: &[u32]| check(docs));
                        let asked = move |docs: &[u32]| told.ask(&units, docs, &inside);
                        Node::TwoPhase(approximation, Box::new(asked))
                    }
                    Err(_) => Node::TwoPhase(approximation, Box::new(check)),
                }
            }
            Some(Kind::Leading) => {
                Node::Leading(child(intern!(py, "child"))?, given.getattr(intern!(py, "share"))?.extract()?)
            }
            Some(Kind::Not) => Node::Not(child(intern!(py, "child"))?),
            Some(Kind::Boost) => Node::Boost(child(intern!(py, "child"))?, number(intern!(py, "factor"))?),
            Some(Kind::Every) if given.getattr(intern!(py, "field"))?.is_none() => {
                Node::Every { boost: number(intern!(py, "boost"))? }
            }
            Some(Kind::Nothing) => Node::Nothing,
            _ => self.outside(given)?,
        })
    }

    fn children(&self, given: &Bound<'py, PyAny>) -> PyResult<Vec<Node>> {
        let children = given.getattr(intern!(given.py(), "children"))?.downcast_into::<PyTuple>()?;
        children.iter().map(|child| self.node(&child)).collect()
    }

    /// What was worked out elsewhere: documents, rising, of the commit.
    fn outside(&self, given: &Bound<'py, PyAny>) -> PyResult<Node> {
        let found = self.outside.call1((given,))?;
        if let Ok(docs) = found.downcast::<Docs>() {
            let set = docs.get().0.clone();
            self.check(set.every() == self.every)?;
            return Ok(Node::Settled(set));
        }
        if let Ok(ranked) = found.downcast::<Ranked>() {
            return Ok(Node::Shared(ranked.get().0.clone()));
        }
        let (docs, scores): (Bound<'py, PyBytes>, Bound<'py, PyBytes>) = found.extract()?;
        let four = |bytes: &[u8]| [bytes[0], bytes[1], bytes[2], bytes[3]];
        let docs: Vec<u32> = docs.as_bytes().chunks_exact(4).map(|bytes| u32::from_le_bytes(four(bytes))).collect();
        let scores: Vec<f32> = scores.as_bytes().chunks_exact(4).map(|bytes| f32::from_le_bytes(four(bytes))).collect();
        if docs.len() != scores.len() {
            return Err(PyTypeError::new_err("as many scores as documents are needed"));
        }
        let rising = docs.windows(2).all(|pair| pair[0] < pair[1]);
        self.check(rising && docs.last().map_or(true, |&last| (last as usize) < self.every))?;
        Ok(Node::Known(Matches { docs, scores }))
    }

    fn check(&self, is_sound: bool) -> PyResult<()> {
        if is_sound {
            return Ok(());
        }
        Err(PyTypeError::new_err("documents that were worked out elsewhere are not those of this commit"))
    }
}
