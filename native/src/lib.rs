//! The compiled core of khsearch: what Python asks of it; every subject has a module of its own.
//!
//! It trusts nobody: bytes of an index may hold anything, so every read is bounds-checked, and there is no `unsafe`.
#![forbid(unsafe_code)]

use pyo3::prelude::*;

mod analysis;
mod documents;
mod excerpts;
mod fault;
mod index;
mod joining;
mod planning;
mod search;
mod threads;
mod writing;

/// What `khsearch.native` asks for; it changes with every change of what Python calls.
const INTERFACE: u32 = 5;

#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("INTERFACE", INTERFACE)?;
    analysis::python::add(module)?;
    search::register(module)?;
    planning::register(module)?;
    joining::python::register(module)?;
    excerpts::register(module)?;
    documents::register(module)?;
    writing::register(module)
}
