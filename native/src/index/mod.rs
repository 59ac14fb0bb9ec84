//! An index on disk, read: pages of files, terms, postings, what is stored.

pub mod bits;
pub mod cursor;
pub mod heads;
pub mod pages;
pub mod positions;
pub mod stored;
pub mod terms;
