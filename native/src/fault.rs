//! What can go wrong inside the core.

use std::any::Any;
use std::path::PathBuf;

/// Why something could not be done.
pub enum Fault {
    /// A file is not what was written: its path, and which part of it.
    Damaged { path: PathBuf, part: String },
    /// What was called back failed, with whatever it raised.
    Called(Box<dyn Any + Send>),
}

pub type Result<T> = std::result::Result<T, Fault>;
