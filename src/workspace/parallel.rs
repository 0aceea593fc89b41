//! Many pieces of work on several threads, with results in the order of the work.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

/// Does `work` for `0..count` on up to `threads` threads, each with memory of its own, and gives the results to `take`
/// on this thread, in order. Where `take` fails, work that was not begun is left out.
///
/// # Errors
/// That of `take`.
pub fn in_order<M: Default, T: Send, E>(
    count: usize,
    threads: NonZeroUsize,
    work: impl Fn(usize, &mut M) -> T + Sync,
    mut take: impl FnMut(usize, T) -> Result<(), E>,
) -> Result<(), E> {
    let threads = threads.get().min(count);
    if threads <= 1 {
        let mut memory = M::default();
        return (0..count).try_for_each(|index| take(index, work(index, &mut memory)));
    }
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let (sender, results) = mpsc::channel();
        for _ in 0..threads {
            let (sender, next, work) = (sender.clone(), &next, &work);
            scope.spawn(move || {
                let mut memory = M::default();
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    // The receiver is gone where `take` failed: there is no more to do.
                    if index >= count || sender.send((index, work(index, &mut memory))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let mut early = BTreeMap::new();
        let mut expected = 0;
        for (index, result) in results {
            early.insert(index, result);
            while let Some(result) = early.remove(&expected) {
                take(expected, result)?;
                expected += 1;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_order() {
        for threads in [1, 2, 7] {
            let mut seen = Vec::new();
            let result: Result<(), ()> = in_order(
                200,
                NonZeroUsize::new(threads).unwrap(),
                |index, memory: &mut usize| {
                    *memory += 1;
                    index * 2
                },
                |index, value| {
                    seen.push((index, value));
                    Ok(())
                },
            );
            assert_eq!(result, Ok(()));
            assert_eq!(seen, (0..200).map(|index| (index, index * 2)).collect::<Vec<_>>());
        }
    }

    #[test]
    fn stops_at_an_error() {
        let result = in_order(
            1000,
            NonZeroUsize::new(3).unwrap(),
            |i, (): &mut ()| i,
            |i, _| if i == 5 { Err("full") } else { Ok(()) },
        );
        assert_eq!(result, Err("full"));
        assert_eq!(in_order(0, NonZeroUsize::MIN, |i, (): &mut ()| i, |_, _| Err("never")), Ok(()));
    }
}
