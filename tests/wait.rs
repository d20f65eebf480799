//! One wait: when it looks, how long it goes on, and how it ends.

#![cfg(not(target_arch = "wasm32"))]

mod support;

use nanobanana_task::reply::{Class, Kind, Problem, Reading, Status};
use nanobanana_task::wait::{Failure, Handle, MIN_GAP_MS, Next, Outcome, Pace, Terms};
use support::driver::{Alone, Run, drive};
use support::{NOW_MS, failing, generating, seen, success, terms, told_to_wait};

const PACES: [Pace; 3] = [Pace::Gentle, Pace::Normal, Pace::Eager];
const RANDOMS: [f64; 5] = [0.0, 0.25, 0.5, 0.75, 0.999_999];

fn new(terms: Terms) -> Alone {
    Alone::new("t1", None, terms, NOW_MS)
}

/// A task that never ends, looked at until the deadline.
fn endless(terms: Terms, random: f64) -> Run {
    drive(new(terms), NOW_MS, random, |_, _| (generating(), 50.0))
}

#[test]
fn the_first_look_is_taken_at_once() {
    for handle in [None, Some(Handle { task_id: "t1".into(), started_at_ms: NOW_MS - 90_000.0, deadline_at_ms: Some(NOW_MS + 9_000.0) })] {
        let mut wait = Alone::new("t1", handle.as_ref(), terms(), NOW_MS);
        assert_eq!(wait.next_look_in_ms(NOW_MS), Some(0.0));
        assert!(matches!(wait.next(NOW_MS), Next::Send { .. }));
        assert_eq!(wait.looks(), 1);
    }
}

#[test]
fn a_look_may_last_as_long_as_a_request_and_its_wait_until_the_deadline() {
    for (timeout_ms, request_timeout_ms) in [(600_000.0, 15_000.0), (3_000.0, 15_000.0), (f64::INFINITY, 15_000.0), (700.0, f64::INFINITY)]
    {
        let mut wait = new(Terms { timeout_ms, request_timeout_ms, ..terms() });
        assert_eq!(wait.next(NOW_MS), Next::Send { look: 1, within_ms: request_timeout_ms });
        // A look that is lost counts a second more.
        assert_eq!(wait.next(NOW_MS), Next::SleepUntil(NOW_MS + (request_timeout_ms + 1_000.0).min(timeout_ms)));
    }
}

#[test]
fn a_resumed_wait_keeps_its_place_and_its_deadline() {
    let handle = Handle { task_id: "t1".into(), started_at_ms: NOW_MS - 200_000.0, deadline_at_ms: Some(NOW_MS + 100_000.0) };
    let wait = Alone::new("t1", Some(&handle), terms(), NOW_MS);
    assert_eq!(wait.handle(), &handle);
    assert_eq!(wait.elapsed_ms(NOW_MS), 200_000.0);
    let run = drive(wait, NOW_MS, 0.5, |_, _| (generating(), 50.0));
    assert!(run.pauses()[0] < endless(terms(), 0.5).pauses()[0], "at an age of 200 s looks are closer than at none: {:?}", run.pauses());
    assert_eq!((run.outcome(), run.ended_ms), (Outcome::TimedOut, NOW_MS + 100_000.0));
}

#[test]
fn a_deadline_that_is_past_or_absent_counts_anew() {
    for deadline_at_ms in [None, Some(NOW_MS - 1.0), Some(NOW_MS)] {
        let handle = Handle { task_id: "t1".into(), started_at_ms: NOW_MS - 200_000.0, deadline_at_ms };
        let wait = Alone::new("t1", Some(&handle), terms(), NOW_MS);
        assert_eq!(wait.handle().deadline_at_ms, Some(NOW_MS + 600_000.0));
        assert_eq!(wait.handle().started_at_ms, NOW_MS - 200_000.0);
    }
}

#[test]
fn a_handle_from_ahead_of_the_clock_starts_now() {
    let handle = Handle { task_id: "t1".into(), started_at_ms: NOW_MS + 50_000.0, deadline_at_ms: Some(NOW_MS + 90_000.0) };
    let wait = Alone::new("t1", Some(&handle), terms(), NOW_MS + 0.75);
    assert_eq!(wait.elapsed_ms(NOW_MS + 1.0), 1.0, "whole ms, because the handle shows them");
    assert_eq!(wait.handle().started_at_ms, NOW_MS);
}

#[test]
fn a_clock_set_back_between_leaves_no_more_than_the_whole_span() {
    let handle = Handle { task_id: "t1".into(), started_at_ms: NOW_MS + 3_600_000.0, deadline_at_ms: Some(NOW_MS + 3_660_000.0) };
    let wait = Alone::new("t1", Some(&handle), terms(), NOW_MS);
    assert_eq!(wait.handle().deadline_at_ms, Some(NOW_MS + 60_000.0));
}

#[test]
fn a_new_handle_holds_whole_ms() {
    let wait = Alone::new("t1", None, terms(), NOW_MS + 0.6);
    assert_eq!(wait.handle(), &Handle { task_id: "t1".into(), started_at_ms: NOW_MS, deadline_at_ms: Some(NOW_MS + 600_001.0) });
}

#[test]
fn the_end_of_the_task_is_the_end_of_the_wait() {
    for (status, outcome) in
        [(Status::Success, Outcome::Succeeded), (Status::CreateTaskFailed, Outcome::Failed), (Status::GenerateFailed, Outcome::Failed)]
    {
        let run = drive(new(terms()), NOW_MS, 0.5, |n, _| (if n < 3 { generating() } else { seen(status, None) }, 50.0));
        assert_eq!((run.outcome(), run.looks.len()), (outcome, 4));
        assert_eq!(run.ended_ms, run.looks[3].back_ms, "without a further sleep");
        assert_eq!(run.shown.last(), Some(&1.0));
        assert_eq!(run.wait.details().expect("details").status, status);
    }
}

#[test]
fn an_unknown_flag_keeps_the_wait_going() {
    let run = drive(new(terms()), NOW_MS, 0.5, |n, _| (if n < 5 { seen(Status::Unknown, None) } else { success() }, 50.0));
    assert_eq!((run.outcome(), run.looks.len()), (Outcome::Succeeded, 6));
    let run = drive(new(terms()), NOW_MS, 0.5, |_, _| (seen(Status::Unknown, None), 50.0));
    assert_eq!((run.outcome(), run.ended_ms), (Outcome::TimedOut, NOW_MS + 600_000.0));
    assert_eq!(run.wait.details().expect("details").status, Status::Unknown);
}

#[test]
fn the_deadline_ends_a_wait_to_the_ms() {
    for timeout_ms in [1.0, 500.0, 800.0, 1_000.0, 1_700.0, 2_500.0, 30_000.0, 600_000.0] {
        for latency_ms in [0.0, 50.0, 900.0, 20_000.0] {
            let run = drive(new(Terms { timeout_ms, ..terms() }), NOW_MS, 0.5, |_, _| (generating(), latency_ms));
            assert_eq!((run.outcome(), run.ended_ms), (Outcome::TimedOut, NOW_MS + timeout_ms), "timeout {timeout_ms}");
            assert!(run.pauses().iter().all(|pause| *pause >= MIN_GAP_MS), "{:?}", run.pauses());
        }
    }
}

#[test]
fn a_last_look_is_squeezed_in_before_the_deadline() {
    for timeout_ms in [5_000.0, 61_000.0, 600_000.0] {
        for random in RANDOMS {
            let run = endless(Terms { timeout_ms, ..terms() }, random);
            let last = timeout_ms - run.sent_from(NOW_MS).last().expect("a look");
            assert!((100.0..=2_000.0).contains(&last), "the last of {timeout_ms} comes {last} before its end");
        }
    }
}

#[test]
fn a_wait_does_not_stay_for_a_look_on_its_way_at_the_deadline() {
    let mut wait = new(Terms { timeout_ms: 2_000.0, ..terms() });
    assert!(matches!(wait.next(NOW_MS), Next::Send { .. }));
    assert_eq!(wait.next(NOW_MS + 10.0), Next::SleepUntil(NOW_MS + 2_000.0));
    assert_eq!(wait.next(NOW_MS + 2_000.0), Next::Done);
    assert_eq!((wait.outcome(), wait.looks()), (Some(Outcome::TimedOut), 1));
    assert_eq!(wait.problem().map(|problem| problem.message.as_str()), Some("No complete reply within 2000 ms"));
}

#[test]
fn a_wait_that_was_frozen_past_its_deadline_looks_once_more() {
    for (reading, outcome) in
        [(success(), Outcome::Succeeded), (generating(), Outcome::TimedOut), (failing(Class::Passing), Outcome::TimedOut)]
    {
        let mut wait = new(terms());
        wait.next(NOW_MS);
        wait.came_back(generating(), NOW_MS, 0.5);
        assert_eq!(wait.next(NOW_MS), Next::Yield);
        assert!(matches!(wait.next(NOW_MS), Next::SleepUntil(_)));
        let late_ms = NOW_MS + 4_000_000.0;
        assert_eq!(wait.next(late_ms), Next::Send { look: 2, within_ms: 15_000.0 });
        wait.came_back(reading, late_ms + 300.0, 0.5);
        assert_eq!((wait.next(late_ms + 300.0), wait.next(late_ms + 9_000.0)), (Next::Yield, Next::Done));
        assert_eq!((wait.outcome(), wait.looks()), (Some(outcome), 2));
    }
}

#[test]
fn a_wait_that_was_frozen_past_its_deadline_with_a_look_on_its_way_looks_once_more() {
    for cut in [Reading::Problem(Problem::slow(15_000.0).into()), generating()] {
        for (reading, outcome) in
            [(success(), Outcome::Succeeded), (generating(), Outcome::TimedOut), (failing(Class::Passing), Outcome::TimedOut)]
        {
            let mut wait = new(terms());
            wait.next(NOW_MS);
            let late_ms = NOW_MS + 4_000_000.0;
            wait.came_back(cut.clone(), late_ms, 0.5);
            assert_eq!((wait.next(late_ms), wait.next(late_ms)), (Next::Yield, Next::SleepUntil(late_ms + MIN_GAP_MS)));
            assert_eq!(wait.next(late_ms + MIN_GAP_MS), Next::Send { look: 2, within_ms: 15_000.0 });
            wait.came_back(reading, late_ms + 1_000.0, 0.5);
            assert_eq!((wait.next(late_ms + 1_000.0), wait.next(late_ms + 9_000.0)), (Next::Yield, Next::Done));
            assert_eq!((wait.outcome(), wait.looks()), (Some(outcome), 2));
        }
    }
}

/// A wait of ten seconds that sleeps until its deadline, after a look that brought this at that time.
fn asleep_until_its_deadline(reading: Reading, after_ms: f64) -> Alone {
    let mut wait = new(Terms { timeout_ms: 10_000.0, ..terms() });
    let now_ms = NOW_MS + after_ms;
    wait.next(NOW_MS);
    wait.came_back(reading, now_ms, 0.5);
    assert_eq!((wait.next(now_ms), wait.next(now_ms)), (Next::Yield, Next::SleepUntil(NOW_MS + 10_000.0)));
    wait
}

#[test]
fn a_timer_that_is_a_little_late_is_no_frozen_one() {
    let mut wait = asleep_until_its_deadline(generating(), 9_500.0);
    assert_eq!((wait.next(NOW_MS + 11_900.0), wait.looks()), (Next::Done, 1));
}

#[test]
fn who_is_three_seconds_late_was_frozen() {
    let mut wait = asleep_until_its_deadline(generating(), 9_500.0);
    assert!(matches!(wait.next(NOW_MS + 13_000.0), Next::Send { .. }));
}

#[test]
fn no_time_is_added_for_a_look_that_may_not_be_taken_within_it() {
    let mut wait = asleep_until_its_deadline(told_to_wait(Kind::Server, Class::Passing, 60_000.0), 100.0);
    assert_eq!(wait.next(NOW_MS + 20_000.0), Next::Done);
}

#[test]
fn a_success_that_comes_at_the_deadline_is_a_success() {
    let mut wait = new(Terms { timeout_ms: 2_000.0, ..terms() });
    wait.next(NOW_MS);
    wait.came_back(success(), NOW_MS + 2_500.0, 0.5);
    assert_eq!((wait.next(NOW_MS + 2_500.0), wait.next(NOW_MS + 2_500.0)), (Next::Yield, Next::Done));
    assert_eq!(wait.outcome(), Some(Outcome::Succeeded));
}

#[test]
fn without_a_limit_it_goes_on() {
    let wait = new(Terms { timeout_ms: f64::INFINITY, ..terms() });
    assert_eq!(wait.handle().deadline_at_ms, None);
    let run = drive(wait, NOW_MS, 0.5, |n, _| (if n < 1_000 { generating() } else { success() }, 50.0));
    assert_eq!((run.outcome(), run.looks.len()), (Outcome::Succeeded, 1_001));
    assert!(run.ended_ms > NOW_MS + 10_000_000.0);
}

#[test]
fn one_look_is_one_look() {
    for (reading, outcome) in [
        (generating(), Outcome::Looked),
        (success(), Outcome::Looked),
        (seen(Status::GenerateFailed, None), Outcome::Looked),
        (seen(Status::Unknown, None), Outcome::Looked),
        (failing(Class::Passing), Outcome::GaveUp),
        (failing(Class::NotThereYet), Outcome::GaveUp),
        (failing(Class::Unclear), Outcome::GaveUp),
        (failing(Class::Final), Outcome::GaveUp),
    ] {
        let run = drive(new(Terms { once: true, timeout_ms: f64::INFINITY, ..terms() }), NOW_MS, 0.5, |_, _| (reading.clone(), 50.0));
        assert_eq!((run.outcome(), run.looks.len(), run.ended_ms), (outcome, 1, NOW_MS + 50.0));
    }
}

#[test]
fn each_look_is_shown_once_and_progress_never_falls() {
    let run = drive(new(terms()), NOW_MS, 0.3, |n, _| {
        (if n % 3 == 1 { failing(Class::Passing) } else { seen(Status::Generating, (n == 4).then_some(NOW_MS - 5.0)) }, 400.0)
    });
    assert_eq!(run.shown.len(), run.looks.len());
    assert!(run.shown.windows(2).all(|pair| pair[0] <= pair[1]), "{:?}", run.shown);
    assert!(run.shown.iter().all(|share| (0.0..1.0).contains(share)));
    assert!(run.shown.last() > Some(&0.9), "ten minutes are nearly all of it");
    assert!((0.4..=0.6).contains(&{
        let mut wait = new(terms());
        wait.next(NOW_MS);
        wait.came_back(seen(Status::Generating, Some(NOW_MS - 20_000.0)), NOW_MS, 0.5);
        wait.estimated_progress()
    }));
}

#[test]
fn an_abort_ends_each_state() {
    let mut due = new(terms());
    let mut in_flight = new(terms());
    in_flight.next(NOW_MS);
    let mut unshown = new(terms());
    unshown.next(NOW_MS);
    unshown.came_back(generating(), NOW_MS, 0.5);
    let mut running_out = new(Terms { timeout_ms: 500.0, ..terms() });
    running_out.next(NOW_MS);
    running_out.came_back(generating(), NOW_MS, 0.5);
    running_out.next(NOW_MS);
    assert_eq!(running_out.next(NOW_MS), Next::SleepUntil(NOW_MS + 500.0));
    for wait in [&mut due, &mut in_flight, &mut unshown, &mut running_out] {
        wait.abort();
        let looks = wait.looks();
        for later in [0.0, 5_000.0, 1e9] {
            assert_eq!(wait.next(NOW_MS + later), Next::Done);
            // The look that was on its way comes too late.
            wait.came_back(success(), NOW_MS + later, 0.5);
        }
        assert_eq!((wait.outcome(), wait.looks(), wait.next_look_in_ms(NOW_MS)), (Some(Outcome::Aborted), looks, None));
        assert_eq!(Failure::of_end(wait, NOW_MS), None);
        assert!(wait.details().is_none_or(|details| details.status == Status::Generating));
    }
}

#[test]
fn an_abort_after_the_end_changes_nothing() {
    for (reading, outcome) in [(success(), Outcome::Succeeded), (failing(Class::Final), Outcome::GaveUp)] {
        let mut wait = new(terms());
        wait.next(NOW_MS);
        wait.came_back(reading, NOW_MS, 0.5);
        wait.abort();
        assert_eq!((wait.next(NOW_MS), wait.outcome()), (Next::Done, Some(outcome)));
    }
}

#[test]
fn what_comes_back_of_a_look_that_was_lost_is_news_all_the_same() {
    let mut wait = new(terms());
    wait.came_back(success(), NOW_MS, 0.5);
    assert_eq!((wait.next(NOW_MS), wait.next(NOW_MS)), (Next::Yield, Next::Done));
    assert_eq!((wait.outcome(), wait.looks()), (Some(Outcome::Succeeded), 1));
}

#[test]
fn names() {
    assert_eq!(["gentle", "normal", "eager"].map(Pace::of), PACES.map(Some));
    assert_eq!(["", "Normal", "slow"].map(Pace::of), [None; 3]);
    assert_eq!(Pace::default(), Pace::Normal);
    assert_eq!(Kind::TimedOut.name(), "timed-out");
}

#[test]
fn progress_is_below_1_at_any_age() {
    let handle = Handle { task_id: "t1".into(), started_at_ms: 0.0, deadline_at_ms: None };
    let mut wait = Alone::new("t1", Some(&handle), terms(), 8e15);
    wait.next(8e15);
    wait.came_back(generating(), 8e15, 0.5);
    assert!((0.9..1.0).contains(&wait.estimated_progress()));
}

#[test]
fn a_look_shortly_before_the_last_moments_is_not_the_last() {
    let mut wait = new(Terms { timeout_ms: 4_000.0, ..terms() });
    assert!(matches!(wait.next(NOW_MS), Next::Send { .. }));
    wait.came_back(generating(), NOW_MS + 2_500.0, 0.5);
    assert_eq!(wait.next(NOW_MS + 2_500.0), Next::Yield);
    assert_eq!(wait.next(NOW_MS + 2_500.0), Next::SleepUntil(NOW_MS + 2_500.0 + MIN_GAP_MS));
    // Once is enough: what comes back within the last moments was the last look.
    assert!(matches!(wait.next(NOW_MS + 3_300.0), Next::Send { .. }));
    wait.came_back(generating(), NOW_MS + 3_350.0, 0.5);
    assert_eq!((wait.next(NOW_MS + 3_350.0), wait.next_look_in_ms(NOW_MS + 3_350.0)), (Next::Yield, None));
    assert_eq!(wait.next(NOW_MS + 3_350.0), Next::SleepUntil(NOW_MS + 4_000.0));
}
