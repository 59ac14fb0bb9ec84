//! Two things done at once, where there are two cores.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// How many cores there are, 0 where nobody has asked the system, which takes as long as a short text does.
static CORES: AtomicUsize = AtomicUsize::new(0);

fn cores() -> usize {
    match CORES.load(Ordering::Relaxed) {
        0 => {
            let cores = thread::available_parallelism().map_or(1, usize::from);
            CORES.store(cores, Ordering::Relaxed);
            cores
        }
        cores => cores,
    }
}

/// Do two things side by side where that can be, else one after the other.
///
/// The first is done by a thread of its own, whose memory goes with it: what it needs much of had better be given to it.
pub fn side_by_side<A: Send, B>(mut first: impl FnMut() -> A + Send, second: impl FnOnce() -> B) -> (A, B) {
    if cores() < 2 {
        return (first(), second());
    }
    let (beside, second) = thread::scope(|scope| {
        let beside = thread::Builder::new().spawn_scoped(scope, &mut first);
        let second = second();
        (beside.ok().map(thread::ScopedJoinHandle::join), second)
    });
    match beside {
        Some(Ok(first)) => (first, second),
        Some(Err(panic)) => resume_unwind(panic),
        None => (first(), second), // no thread was to be had
    }
}

#[cfg(test)]
mod tests {
    use super::side_by_side;

    #[test]
    fn both_are_done() {
        assert_eq!(side_by_side(|| 1, || 2), (1, 2));
    }
}
