//! One commit searched: nodes in, documents, scores and counts out.

pub mod best;
pub mod commit;
pub mod docset;
pub mod evaluation;
pub mod impacts;
mod nearness;
pub mod node;
pub mod parts;
pub mod phrases;
pub mod python;
pub mod reading;
pub mod retrieval;
pub mod scores;
pub mod sets;
pub mod tokens;
pub mod told;
pub mod top;
pub mod weighting;
pub mod windows;

pub use python::register;
