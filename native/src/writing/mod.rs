//! Documents on their way into a segment: tokens in, the postings of a field coded as they lie in a file out.
//!
//! Python's rooms are the reference and tell what lies where; the bytes that come out here are the same. By subject:
//!
//! 1. `terms`: a number for each distinct term;
//! 2. `inversion`: the tokens of one field, cut by ranges of terms;
//! 3. `ordering`: each range put in order, coded, its neighbours counted;
//! 4. `coding`: postings in the order of terms in, the streams of a field out (`bits`), whoever put them in order;
//! 5. `pairs`: which terms stand side by side.

mod bits;
mod coding;
mod inversion;
mod ordering;
mod pairs;
mod python;
mod terms;

pub use python::register;
