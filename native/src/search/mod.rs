//! One commit searched: nodes in, documents, scores and counts out.

pub mod commit;
pub mod evaluation;
pub mod node;
pub mod phrases;
pub mod python;
pub mod sets;
pub mod top;
pub mod weighting;

pub use python::register;
