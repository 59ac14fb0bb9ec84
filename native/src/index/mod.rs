//! An index on disk, read: pages of files, terms, postings.

pub mod pages;
pub mod postings;
pub mod terms;
