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

use std::ops::Range;
use std::thread;

/// Do something for two halves of a range side by side where there are two cores, and for all of it where not.
fn by_halves<T: Send>(range: Range<usize>, of: impl Fn(Range<usize>) -> T + Sync) -> Vec<T> {
    let middle = range.start + range.len() / 2;
    if middle == range.start || thread::available_parallelism().map_or(1, usize::from) < 2 {
        return vec![of(range)];
    }
    thread::scope(|scope| {
        let first = thread::Builder::new().spawn_scoped(scope, || of(range.start..middle));
        let second = of(middle..range.end);
        match first.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(first)) => vec![first, second],
            _ => vec![of(range.start..middle), second], // no thread was to be had
        }
    })
}

#[cfg(test)]
mod tests {
    use super::by_halves;

    #[test]
    fn halves_come_in_order_and_are_all() {
        for range in [0..0, 3..4, 0..5, 64..1_000] {
            let parts = by_halves(range.clone(), |part| part);
            assert_eq!(parts.first().map(|part| part.start), Some(range.start));
            assert_eq!(parts.last().map(|part| part.end), Some(range.end));
            assert!(parts.windows(2).all(|pair| pair[0].end == pair[1].start));
        }
    }
}
