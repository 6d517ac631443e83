//! Does the same work for many pages on all cores.

use std::num::NonZeroUsize;
use std::thread;

/// What the work makes of each item, in the order of the items. A panic of the work goes on to the caller.
pub fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    // A few items are done before a thread is begun.
    let share = items.len().div_ceil(cores).max(4);
    thread::scope(|scope| {
        let mut shares = items.chunks(share);
        let first = shares.next().unwrap_or_default();
        let others: Vec<_> =
            shares.map(|items| scope.spawn(|| items.iter().map(&work).collect::<Vec<R>>())).collect();
        let mut done: Vec<R> = first.iter().map(&work).collect();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_item_is_done_once_and_stays_in_its_place() {
        for length in [0, 1, 4, 5, 8, 9, 100] {
            let items: Vec<usize> = (0..length).collect();
            assert_eq!(map(&items, |item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    #[should_panic(expected = "the last one")]
    fn a_panic_goes_on_to_the_caller() {
        map(&[1, 2, 3, 4, 5, 6, 7, 8], |item| assert_ne!(*item, 8, "the last one"));
    }
}
