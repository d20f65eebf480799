//! Looks that bring no task: what is ridden out, for how long, and what is told at the end.

#![cfg(not(target_arch = "wasm32"))]

mod support;

use nanobanana_task::reply::{Class, Code, Kind, Problem, Reading, Status};
use nanobanana_task::wait::{Failure, Handle, MIN_GAP_MS, Outcome, Terms};
use serde_json::json;
use support::driver::{Alone, Run, drive};
use support::{NOW_MS, failing, generating, read_data, success, terms, told_to_wait};

fn run(terms: Terms, script: impl FnMut(usize, f64) -> (Reading, f64)) -> Run {
    drive(Alone::new("t1", None, terms, NOW_MS), NOW_MS, 0.5, script)
}

/// The pause after these problems in a row, after one good look.
fn pause_after(readings: &[Reading], random: f64) -> f64 {
    let mut wait = Alone::new("t1", None, Terms { timeout_ms: f64::INFINITY, ..terms() }, NOW_MS);
    let mut now_ms = NOW_MS;
    for reading in [generating()].iter().chain(readings) {
        while !matches!(wait.next(now_ms), nanobanana_task::wait::Next::Send { .. }) {
            now_ms += wait.next_look_in_ms(now_ms).expect("a next look");
        }
        wait.came_back(reading.clone(), now_ms, random);
    }
    wait.next_look_in_ms(now_ms).expect("a next look")
}

fn of_kind(kind: Kind, class: Class) -> Reading {
    Reading::Problem(Problem::without_reply(kind, class, "it went wrong").into())
}

#[test]
fn a_final_problem_stops_at_once() {
    for kind in [Kind::Unauthorized, Kind::PaymentRequired, Kind::Forbidden, Kind::BadRequest, Kind::Server, Kind::InvalidReply] {
        let run = run(terms(), |n, _| (if n == 2 { of_kind(kind, Class::Final) } else { generating() }, 50.0));
        assert_eq!((run.outcome(), run.looks.len(), run.ended_ms), (Outcome::GaveUp, 3, run.looks[2].back_ms));
        let failure = Failure::of_end(&run.wait, run.ended_ms).expect("a failure");
        assert_eq!((failure.problem.kind, failure.problem.retryable(), failure.attempts), (kind, false, 3));
        assert!(failure.details.is_some() && failure.handle.is_some());
    }
}

#[test]
fn passing_problems_are_ridden_out_to_the_deadline() {
    let run = run(terms(), |_, _| (failing(Class::Passing), 50.0));
    assert_eq!((run.outcome(), run.ended_ms), (Outcome::TimedOut, NOW_MS + 600_000.0));
    let pauses = run.pauses();
    let grown = pauses.iter().take_while(|pause| **pause < 25_000.0).count();
    assert!(pauses[..grown].windows(2).all(|pair| pair[1] > pair[0] * 1.5), "{pauses:?}");
    assert!(pauses.iter().all(|pause| *pause <= 35_000.0), "{pauses:?}");
    assert!(run.looks.len() < 40, "{} looks", run.looks.len());
    assert!(pauses.len() > 15);
}

#[test]
fn a_good_look_ends_the_growth() {
    let five = vec![failing(Class::Passing); 5];
    assert!(pause_after(&five, 0.5) > 10_000.0);
    let after_good: Vec<_> = five.iter().cloned().chain([generating(), failing(Class::Passing)]).collect();
    assert!(pause_after(&after_good, 0.5) < 1_500.0);
    let [low, high] = [0.0, 0.999].map(|random| pause_after(&five, random));
    assert!(high > low * 1.1, "no jitter: {low} {high}");
}

#[test]
fn too_many_requests_slow_it_down_more() {
    let limited = of_kind(Kind::RateLimited, Class::Passing);
    let pause = pause_after(std::slice::from_ref(&limited), 0.5);
    assert!((4_000.0..=6_000.0).contains(&pause), "{pause}");
    assert!(pause_after(&vec![limited; 2], 0.5) > 8_000.0);
}

#[test]
fn the_pause_a_server_asks_for_is_never_cut_short() {
    for class in [Class::Passing, Class::Unclear, Class::NotThereYet] {
        for asked_ms in [0.0, 1_000.0, 7_000.0, 60_000.0] {
            for random in [0.0, 0.5, 0.999] {
                let pause = pause_after(&[told_to_wait(Kind::RateLimited, class, asked_ms)], random);
                assert!(pause >= asked_ms.max(MIN_GAP_MS), "{class:?}: asked {asked_ms}, got {pause}");
                assert!(pause <= (asked_ms * 1.3).max(10_000.0), "{class:?}: asked {asked_ms}, got {pause}");
            }
        }
    }
}

#[test]
fn the_pause_a_server_asks_for_holds_before_the_deadline_too() {
    for class in [Class::Passing, Class::Unclear, Class::NotThereYet] {
        let grace = Terms { timeout_ms: 10_000.0, not_found_grace_ms: f64::INFINITY, ..terms() };
        let run = run(grace, |n, _| (if n == 0 { told_to_wait(Kind::Server, class, 9_000.0) } else { generating() }, 10.0));
        assert!(run.pauses().first().is_none_or(|pause| *pause >= 9_000.0), "{class:?}: {:?}", run.pauses());
    }
}

/// It does not end at once: whoever then goes on by its handle would ask at once again, and again.
#[test]
fn a_pause_past_the_deadline_is_kept_to_the_deadline() {
    let run = run(terms(), |_, _| (told_to_wait(Kind::RateLimited, Class::Passing, 3_600_000.0), 50.0));
    assert_eq!((run.outcome(), run.looks.len(), run.ended_ms), (Outcome::TimedOut, 1, NOW_MS + 600_000.0));
    let failure = Failure::of_end(&run.wait, run.ended_ms).expect("a failure");
    assert_eq!((failure.problem.kind, failure.problem.retryable()), (Kind::TimedOut, true));
    assert!(failure.problem.message.contains("slower"), "{}", failure.problem.message);
}

#[test]
fn asking_for_no_pause_does_not_stop_the_growth() {
    let told = vec![told_to_wait(Kind::Server, Class::Passing, 0.0); 6];
    assert!(pause_after(&told, 0.5) > 10_000.0, "Retry-After: 0 makes a look each {} ms", pause_after(&told, 0.5));
}

/// A server that asks for 1 s each time is not asked each second.
#[test]
fn asking_for_a_short_pause_does_not_stop_the_growth() {
    for (kind, most) in [(Kind::RateLimited, 4), (Kind::Server, 7)] {
        let told = vec![told_to_wait(kind, Class::Passing, 1_000.0); 6];
        assert!(pause_after(&told, 0.5) > 10_000.0, "{kind:?}: {} ms after six failures", pause_after(&told, 0.5));
        assert!(pause_after(&told, 0.0) < pause_after(&told, 1.0), "{kind:?}: without jitter");
        let run = run(Terms { timeout_ms: 60_000.0, ..terms() }, |_, _| (told_to_wait(kind, Class::Passing, 1_000.0), 50.0));
        assert!(run.looks.len() <= most, "{kind:?}: {} requests in 60 s", run.looks.len());
    }
    // A longer one holds from the first time.
    let long = pause_after(&[told_to_wait(Kind::Server, Class::Passing, 20_000.0)], 0.0);
    assert!((20_000.0..=23_000.0).contains(&long), "{long}");
}

#[test]
fn an_unknown_id_is_waited_for_within_the_grace_span() {
    for grace in [1_000.0, 5_000.0, 20_000.0, 45_000.0] {
        let run = run(Terms { not_found_grace_ms: grace, ..terms() }, |_, _| (failing(Class::NotThereYet), 0.0));
        let last = *run.sent_from(NOW_MS).last().expect("a look");
        assert_eq!((run.outcome(), last), (Outcome::GaveUp, grace), "the last look is at the end of the span");
        let failure = Failure::of_end(&run.wait, run.ended_ms).expect("a failure");
        assert_eq!((failure.problem.kind, failure.problem.retryable()), (Kind::NotFound, false));
        assert!(failure.handle.is_some());
        assert!(run.looks.len() < 20, "{} looks", run.looks.len());
    }
}

#[test]
fn no_grace_and_grace_for_ever() {
    let none = run(Terms { not_found_grace_ms: 0.0, ..terms() }, |_, _| (failing(Class::NotThereYet), 50.0));
    assert_eq!((none.outcome(), none.looks.len()), (Outcome::GaveUp, 1));
    let for_ever = run(Terms { not_found_grace_ms: f64::INFINITY, ..terms() }, |_, _| (failing(Class::NotThereYet), 50.0));
    assert_eq!((for_ever.outcome(), for_ever.ended_ms), (Outcome::TimedOut, NOW_MS + 600_000.0));
    let found = run(terms(), |n, _| (if n < 4 { failing(Class::NotThereYet) } else { success() }, 50.0));
    assert_eq!((found.outcome(), found.looks.len()), (Outcome::Succeeded, 5));
    assert!(found.pauses().iter().all(|pause| (2_000.0..=3_000.0).contains(pause)), "{:?}", found.pauses());
}

#[test]
fn an_id_that_was_seen_gets_the_span_anew() {
    let mut unknown = Vec::new();
    let run = run(terms(), |n, sent_ms| {
        if n < 15 {
            (generating(), 50.0)
        } else {
            unknown.push(sent_ms);
            (failing(Class::NotThereYet), 0.0)
        }
    });
    assert_eq!(run.outcome(), Outcome::GaveUp);
    assert!(unknown[0] > NOW_MS + 30_000.0);
    assert_eq!(unknown.last(), Some(&(unknown[0] + 20_000.0)));
    // Seen in between, it counts anew once more.
    let run = drive(Alone::new("t1", None, terms(), NOW_MS), NOW_MS, 0.5, |n, _| {
        (if n % 2 == 0 { generating() } else { failing(Class::NotThereYet) }, 50.0)
    });
    assert_eq!(run.outcome(), Outcome::TimedOut);
}

#[test]
fn a_resumed_wait_has_its_grace_anew() {
    let handle = Handle { task_id: "t1".into(), started_at_ms: NOW_MS - 60_000.0, deadline_at_ms: Some(NOW_MS + 60_000.0) };
    let run = drive(Alone::new("t1", Some(&handle), terms(), NOW_MS), NOW_MS, 0.5, |_, _| (failing(Class::NotThereYet), 50.0));
    assert_eq!((run.outcome(), run.ended_ms), (Outcome::GaveUp, NOW_MS + 20_050.0), "one lost reply after a reload must not end it");
}

#[test]
fn unclear_problems_get_a_few_tries_since_the_last_good_poll() {
    let alone = run(terms(), |_, _| (failing(Class::Unclear), 50.0));
    assert_eq!((alone.outcome(), alone.looks.len()), (Outcome::GaveUp, 3));
    assert_eq!(alone.ended_ms, alone.looks[2].back_ms);
    let mixed = |between: &Reading| {
        run(Terms { not_found_grace_ms: f64::INFINITY, ..terms() }, |n, _| match n % 3 {
            2 => (between.clone(), 50.0),
            _ => (failing(Class::Unclear), 50.0),
        })
    };
    assert_eq!(mixed(&generating()).outcome(), Outcome::TimedOut, "a good poll begins the count anew");
    for between in [failing(Class::Passing), failing(Class::NotThereYet)] {
        let mixed = mixed(&between);
        assert_eq!((mixed.outcome(), mixed.looks.len()), (Outcome::GaveUp, 4), "another failure does not: {between:?}");
    }
}

#[test]
fn a_failed_task_is_told_in_the_apis_words() {
    for (flag, word, advice) in [(2, "CREATE_TASK_FAILED", "never started"), (3, "GENERATE_FAILED", "for good")] {
        for (code, told, kept) in [
            (json!(422), ", code 422", Some(Code::Number(422.0))),
            (json!("NSFW"), ", code NSFW", Some(Code::Text("NSFW".into()))),
            (json!(null), ")", None),
        ] {
            let record = json!({ "successFlag": flag, "errorCode": code, "errorMessage": "content refused" });
            let run = run(terms(), |_, _| (read_data(record.clone()), 250.0));
            let failure = Failure::of_end(&run.wait, run.ended_ms).expect("a failure");
            for part in [word, told, "content refused", advice] {
                assert!(failure.problem.message.contains(part), "{part}: {}", failure.problem.message);
            }
            assert_eq!((failure.problem.kind, failure.problem.retryable()), (Kind::TaskFailed, false));
            assert_eq!((&failure.problem.code, failure.problem.http_status), (&kept, None));
            assert_eq!((failure.handle, failure.attempts, failure.elapsed_ms), (None, 1, 250.0));
            assert_eq!(failure.task_id, "t1");
            assert!(failure.details.is_some_and(|details| details.status.name() == word));
        }
    }
}

#[test]
fn a_time_out_tells_what_the_last_look_failed_with() {
    let last =
        Problem { http_status: Some(503), code: Some(Code::Number(455.0)), ..Problem::without_reply(Kind::Server, Class::Passing, "away") };
    let failed = run(terms(), |n, _| (if n < 3 { generating() } else { Reading::Problem(last.clone().into()) }, 50.0));
    let failure = Failure::of_end(&failed.wait, failed.ended_ms).expect("a failure");
    assert_eq!((failure.problem.kind, failure.problem.retryable()), (Kind::TimedOut, true));
    assert_eq!((failure.problem.http_status, failure.problem.code.clone()), (Some(503), Some(Code::Number(455.0))));
    assert!(failure.problem.message.contains("600 s") && failure.problem.message.contains("away"), "{}", failure.problem.message);
    assert_eq!((failure.elapsed_ms, failure.handle.as_ref()), (600_000.0, Some(failed.wait.handle())));
    assert!(failure.details.is_some_and(|details| details.status == Status::Generating));

    let quiet = run(Terms { timeout_ms: 30_000.0, ..terms() }, |_, _| (generating(), 50.0));
    let failure = Failure::of_end(&quiet.wait, quiet.ended_ms).expect("a failure");
    assert!(failure.problem.message.contains("30 s") && !failure.problem.message.contains("failed"), "{}", failure.problem.message);
    assert_eq!((failure.problem.http_status, failure.problem.code.clone()), (None, None));
}

#[test]
fn nothing_is_told_of_a_wait_that_goes_on_or_went_well() {
    let mut wait = Alone::new("t1", None, terms(), NOW_MS);
    assert_eq!((Failure::of_end(&wait, NOW_MS), Failure::of_last_look(&wait, NOW_MS)), (None, None));
    wait.next(NOW_MS);
    wait.came_back(failing(Class::Passing), NOW_MS + 5.0, 0.5);
    assert_eq!(Failure::of_end(&wait, NOW_MS + 5.0), None);
    let ridden_out = Failure::of_last_look(&wait, NOW_MS + 5.0).expect("the problem that is ridden out");
    assert_eq!((ridden_out.problem.kind, ridden_out.elapsed_ms, ridden_out.attempts), (Kind::Network, 5.0, 1));
    assert!(ridden_out.problem.retryable() && ridden_out.handle.is_some());
    let well = run(terms(), |n, _| (if n < 2 { failing(Class::Passing) } else { success() }, 50.0));
    assert_eq!((Failure::of_end(&well.wait, well.ended_ms), Failure::of_last_look(&well.wait, well.ended_ms)), (None, None));
}

#[test]
fn a_single_looks_problem_may_pass() {
    for class in [Class::Passing, Class::NotThereYet, Class::Unclear] {
        let run = run(Terms { once: true, ..terms() }, |_, _| (failing(class), 50.0));
        let failure = Failure::of_end(&run.wait, run.ended_ms).expect("a failure");
        assert!(failure.problem.retryable(), "{class:?}");
    }
}

#[test]
fn a_mistake_of_the_callers() {
    let failure = Failure::invalid_argument("t1", "pass an id");
    assert_eq!((failure.problem.kind, failure.problem.retryable(), failure.handle), (Kind::InvalidArgument, false, None));
    assert_eq!((failure.attempts, failure.elapsed_ms, failure.problem.message.as_str()), (0, 0.0, "pass an id"));
}

#[test]
fn a_slow_look_is_a_passing_failure_of_the_network() {
    let run = run(Terms { timeout_ms: 100_000.0, ..terms() }, |_, _| (success(), 20_000.0));
    assert_eq!(run.outcome(), Outcome::TimedOut);
    let problem = run.wait.problem().expect("a problem");
    assert_eq!((problem.kind, problem.class), (Kind::Network, Class::Passing));
    assert!(Problem::slow(15_000.0).message.contains("15000 ms"));
}

#[test]
fn an_id_not_there_yet_is_no_failure_that_makes_pauses_grow() {
    let mut readings = vec![failing(Class::NotThereYet); 4];
    readings.push(failing(Class::Passing));
    assert!(pause_after(&readings, 0.5) < 1_500.0);
}
