//! How many status queries one key may make in a second, as a sister of the API limits them.

use std::collections::hash_map::DefaultHasher;
use std::collections::{HashMap, VecDeque};
use std::hash::{Hash, Hasher};
use std::sync::{Mutex, PoisonError};

/// The window that the limit counts over, in real time: `--speed` does not change it.
const WINDOW_MS: u64 = 1_000;
/// Keys that are told apart at a time. More can only come with `--open`.
const MOST_KEYS: usize = 1_000;

/// Counts the queries of each key over a sliding second. Without a limit it counts nothing.
#[derive(Debug)]
pub(crate) struct QueryLimit {
    per_second: Option<usize>,
    /// When the queries that were let in came, by a hash of their key: the key itself is never kept.
    admitted: Mutex<HashMap<u64, VecDeque<u64>>>,
}

impl QueryLimit {
    pub(crate) fn new(per_second: Option<usize>) -> Self {
        Self { per_second, admitted: Mutex::default() }
    }

    /// Whether a query that comes now is one too many. A refused query does not count.
    pub(crate) fn refuses(&self, key: &str, now_ms: u64) -> bool {
        let Some(per_second) = self.per_second else {
            return false;
        };
        let mut admitted = self.admitted.lock().unwrap_or_else(PoisonError::into_inner);
        if admitted.len() >= MOST_KEYS {
            admitted.retain(|_, times| times.back().is_some_and(|last| last + WINDOW_MS > now_ms));
        }
        let times = admitted.entry(hash(key)).or_default();
        while times.front().is_some_and(|first| first + WINDOW_MS <= now_ms) {
            times.pop_front();
        }
        let refused = times.len() >= per_second;
        if !refused {
            times.push_back(now_ms);
        }
        refused
    }
}

fn hash(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_slides_and_refused_queries_do_not_count() {
        let limit = QueryLimit::new(Some(2));
        let refused: Vec<bool> = [0, 600, 700, 999, 1_000, 1_500, 1_600].map(|at| limit.refuses("a", at)).into();
        assert_eq!(refused, [false, false, true, true, false, true, false]);
        assert!(!limit.refuses("b", 1_600));
    }

    #[test]
    fn without_a_limit_nothing_is_refused_or_kept() {
        let limit = QueryLimit::new(None);
        assert!((0..1_000).all(|_| !limit.refuses("a", 0)));
        assert!(limit.admitted.lock().unwrap().is_empty());
    }

    #[test]
    fn memory_is_bounded() {
        let limit = QueryLimit::new(Some(1));
        for number in 0..10 * MOST_KEYS as u64 {
            assert!(!limit.refuses(&number.to_string(), number * WINDOW_MS));
        }
        assert!(limit.admitted.lock().unwrap().len() <= MOST_KEYS);
    }
}
