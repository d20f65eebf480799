//! Whatever comes, and whatever the clocks do: the machine keeps its promises, and a plain model of the rules agrees with each step.

#![cfg(not(target_arch = "wasm32"))]

mod support;

use nanobanana_task::reply::{Class, Status};
use nanobanana_task::wait::{MIN_GAP_MS, Outcome, Terms};
use proptest::prelude::*;
use support::driver::Alone;
use support::model::play;
use support::{NOW_MS, seen};

proptest! {
    #![proptest_config(ProptestConfig { cases: 15_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// `support::model` says what is checked.
    #[test]
    fn many_waits_keep_their_promises(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        play(&bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_unending_task_ends_at_the_deadline(
        timeout_ms in 1_u32..2_000_000,
        latency_ms in 0.0..20_000.0,
        random in 0.0..1.0,
        created_before_ms in prop_oneof![Just(None), (0.0..1e6).prop_map(Some)],
        failing in any::<bool>(),
    ) {
        let timeout_ms = f64::from(timeout_ms);
        let created = created_before_ms.map(|age: f64| NOW_MS - age);
        let wait = Alone::new("t1", None, Terms { timeout_ms, ..support::terms() }, NOW_MS);
        let run = support::driver::drive(wait, NOW_MS, random, |_, _| {
            (if failing { support::failing(Class::Passing) } else { seen(Status::Generating, created) }, latency_ms)
        });
        prop_assert_eq!((run.outcome(), run.ended_ms), (Outcome::TimedOut, NOW_MS + timeout_ms));
        // All but the one that may be on its way at the deadline.
        let back = run.looks.iter().filter(|look| look.back_ms < NOW_MS + timeout_ms || look.back_ms == look.sent_ms + latency_ms).count();
        prop_assert_eq!(run.shown.len(), back);
        prop_assert!(run.pauses().iter().all(|pause| *pause >= MIN_GAP_MS));
        // Slower and slower: a look each 12 s in the long run, and the few of the first two minutes.
        prop_assert!(run.looks.len() as f64 <= 40.0 + timeout_ms / 12_000.0, "{} looks in {} ms", run.looks.len(), timeout_ms);
    }
}
