//! Answers that look like an end and pass, and waits that have no hope: how many attempts each class
//! of failure gets, and what is told then.

#![cfg(not(target_arch = "wasm32"))]

mod support;

use nanobanana_task::reply::{Class, Kind, Problem, Reading, read};
use nanobanana_task::wait::{Client, Failure, History, Next, Outcome, Page, Seat, Terms};
use serde_json::json;
use support::driver::{Alone, Run, at, bring, drive, look_and_hear};
use support::{Doc, NOW_MS, failing, generating, read_data, reply, success, terms};

fn run(script: impl Fn(usize) -> Reading) -> Run {
    drive(Alone::new("t1", None, terms(), NOW_MS), NOW_MS, 0.5, |n, _| (script(n), 50.0))
}

/// What something in front of the API answers, without its envelope.
fn html(http_status: u16) -> Reading {
    read::<Doc>(&reply(http_status, None))
}

fn http_401() -> Reading {
    read(&reply(401, Some(json!({ "code": 401, "msg": "Unauthorized" }))))
}

fn success_without_url() -> Reading {
    read_data(json!({ "successFlag": 1, "response": null }))
}

fn failure(run: &Run) -> Failure {
    Failure::of_end(&run.wait, run.ended_ms).expect("a failure")
}

#[test]
fn a_stray_answer_in_a_wait_that_was_going_well_passes() {
    let strays = [html(404), html(409), html(410), html(499), html(400), html(505), http_401(), html(401)];
    for stray in strays {
        for count in 1..=3 {
            let run = run(|n| match n {
                0 | 1 => generating(),
                n if n < 2 + count => stray.clone(),
                _ => success(),
            });
            assert_eq!((run.outcome(), run.looks.len()), (Outcome::Succeeded, 3 + count), "{stray:?}");
        }
    }
}

#[test]
fn an_answer_that_stays_is_reported_after_a_few_attempts_with_growing_pauses() {
    let strays = [(html(404), Kind::InvalidReply), (html(410), Kind::BadRequest), (http_401(), Kind::Unauthorized)];
    for (stray, kind) in strays {
        let run = run(|n| if n < 2 { generating() } else { stray.clone() });
        assert_eq!((run.outcome(), run.looks.len()), (Outcome::GaveUp, 6), "{kind:?}");
        let pauses = &run.pauses()[2..];
        assert!(pauses.windows(2).all(|pair| pair[1] > pair[0] * 1.5), "{pauses:?}");
        assert!(run.ended_ms - run.looks[2].sent_ms < 15_000.0);
        let failure = failure(&run);
        assert_eq!((failure.problem.kind, failure.problem.retryable()), (kind, false));
    }
}

#[test]
fn before_any_good_poll_a_stray_answer_gets_a_few_attempts_and_a_refused_key_none() {
    let gone = run(|_| html(404));
    assert_eq!((gone.outcome(), gone.looks.len()), (Outcome::GaveUp, 3));
    assert!(!failure(&gone).problem.retryable());
    assert_eq!(run(|n| if n < 2 { html(404) } else { success() }).outcome(), Outcome::Succeeded);
    let refused = run(|_| http_401());
    assert_eq!((refused.outcome(), refused.looks.len()), (Outcome::GaveUp, 1));
    // What the API says in its own envelope of the request is the end as ever.
    let bad = run(|n| if n < 2 { generating() } else { read(&reply(400, Some(json!({ "code": 400, "msg": "no" })))) });
    assert_eq!((bad.outcome(), bad.looks.len()), (Outcome::GaveUp, 3));
}

#[test]
fn while_it_is_ridden_out_a_failure_is_shown_as_one_that_may_pass() {
    for (stray, before) in [(http_401(), 2), (success_without_url(), 0), (failing(Class::Redirected), 0), (html(404), 0)] {
        let mut wait = Alone::new("t1", None, terms(), NOW_MS);
        let mut now_ms = NOW_MS;
        for reading in vec![generating(); before].into_iter().chain([stray]) {
            while !matches!(wait.next(now_ms), Next::Send { .. }) {
                now_ms += wait.next_look_in_ms(now_ms).expect("a next look");
            }
            wait.came_back(reading, now_ms, 0.5);
        }
        let shown = Failure::of_last_look(&wait, now_ms).expect("a problem");
        assert!(shown.problem.retryable(), "{:?}", shown.problem);
    }
}

#[test]
fn a_success_a_moment_before_its_url_is_polled_for_and_not_to_the_deadline() {
    assert_eq!(run(|n| if n < 2 { success_without_url() } else { success() }).outcome(), Outcome::Succeeded);
    assert_eq!(
        run(|n| if n == 0 {
            generating()
        } else if n < 4 {
            success_without_url()
        } else {
            success()
        })
        .outcome(),
        Outcome::Succeeded
    );
    for good in [0, 2] {
        let run = run(|n| if n < good { generating() } else { success_without_url() });
        assert_eq!(run.outcome(), Outcome::GaveUp);
        assert!((3..=4).contains(&(run.looks.len() - good)), "{} polls", run.looks.len() - good);
        assert!(run.ended_ms - run.looks[good].sent_ms < 10_000.0);
        let failure = failure(&run);
        assert_eq!((failure.problem.kind, failure.problem.retryable()), (Kind::InvalidReply, false));
    }
    let once = drive(Alone::new("t1", None, Terms { once: true, ..terms() }, NOW_MS), NOW_MS, 0.5, |_, _| (success_without_url(), 50.0));
    assert!(failure(&once).problem.retryable(), "one look tells what it sees at once, and a moment later there may be more");
}

#[test]
fn an_expired_sign_on_ends_a_wait_after_a_few_redirects() {
    let elsewhere = || read::<Doc>(&nanobanana_task::reply::Reply { key: "", from_elsewhere: true, ..reply(200, None) });
    let hidden = || read::<Doc>(&nanobanana_task::reply::Reply { key: "", ..reply(0, None) });
    for good in [0, 3] {
        // Outside pages each redirect is followed and seen; in a page every second poll fails on the way.
        let followed = run(|n| if n < good { generating() } else { elsewhere() });
        assert_eq!(followed.looks.len(), good + 3);
        let probed = run(|n| match n.checked_sub(good) {
            None => generating(),
            Some(n) if n % 2 == 0 => failing(Class::Passing),
            Some(_) => hidden(),
        });
        assert_eq!(probed.looks.len(), good + 6);
        assert!(probed.ended_ms - probed.looks[good].sent_ms < 60_000.0);
        for run in [followed, probed] {
            let failure = failure(&run);
            assert_eq!((run.outcome(), failure.problem.kind), (Outcome::GaveUp, Kind::Unauthorized));
            assert!(!failure.problem.retryable() && failure.problem.message.contains("sign in again"), "{}", failure.problem.message);
        }
    }
    let blips = run(|n| match n % 4 {
        0 => failing(Class::Passing),
        1 | 2 => hidden(),
        _ => generating(),
    });
    assert_eq!(blips.outcome(), Outcome::TimedOut, "a good poll begins the count anew");
}

#[test]
fn after_a_poll_that_failed_on_the_way_the_next_one_does_not_follow_redirects() {
    let mut wait = Alone::new("t1", None, terms(), NOW_MS);
    let mut now_ms = NOW_MS;
    for (reading, follows) in [
        (generating(), true),
        (failing(Class::Passing), false),
        (failing(Class::Redirected), true),
        (failing(Class::Passing), false),
        (failing(Class::FewTimes), true),
    ] {
        while !matches!(wait.next(now_ms), Next::Send { .. }) {
            now_ms += wait.next_look_in_ms(now_ms).expect("a next look");
        }
        wait.came_back(reading, now_ms, 0.5);
        assert_eq!(wait.follows_redirects(), follows);
    }
}

#[test]
fn a_few_attempts_are_few_also_where_other_failures_come_between() {
    let down = || failing(Class::Passing);
    for (stray, kind) in [(success_without_url(), Kind::InvalidReply), (html(404), Kind::InvalidReply), (http_401(), Kind::Unauthorized)] {
        let run = run(|n| match n {
            0 => generating(),
            n if n % 2 == 1 => stray.clone(),
            _ => down(),
        });
        assert_eq!((run.outcome(), run.looks.len()), (Outcome::GaveUp, 8));
        assert_eq!(failure(&run).problem.kind, kind);
    }
}

#[test]
fn a_few_attempts_take_seconds_also_after_a_long_outage() {
    let run = run(|n| match n {
        0 => generating(),
        1..=5 => failing(Class::Passing),
        6 => success_without_url(),
        _ => success(),
    });
    assert_eq!(run.outcome(), Outcome::Succeeded);
    assert!(run.pauses().last().is_some_and(|pause| *pause < 1_500.0), "{:?}", run.pauses());
}

#[test]
fn a_wait_that_nothing_ever_answered_says_so() {
    const SAYS: &str = "Nothing at this address has answered like the API yet";
    let say = |readings: &[Reading]| {
        let mut wait = Alone::new("t1", None, terms(), NOW_MS);
        let mut now_ms = NOW_MS;
        for reading in readings {
            while !matches!(wait.next(now_ms), Next::Send { .. }) {
                now_ms += wait.next_look_in_ms(now_ms).expect("a next look");
            }
            wait.came_back(reading.clone(), now_ms, 0.5);
        }
        wait.problem().is_some_and(|problem| problem.message.contains(SAYS))
    };
    assert!(say(&[html(200)]) && say(&[failing(Class::Passing)]) && say(&[html(200), failing(Class::Passing)]));
    let busy = read(&reply(200, Some(json!({ "code": 503, "msg": "busy" }))));
    assert!(!say(&[generating(), html(200)]) && !say(&[busy.clone(), failing(Class::Passing)]) && !say(&[busy]));
    let spa = run(|_| html(200));
    assert!(spa.outcome() == Outcome::TimedOut && failure(&spa).problem.message.contains(SAYS));
}

#[test]
fn an_address_that_cannot_be_reached_ends_a_wait_that_never_was_of_use() {
    let unknown = run(|_| failing(Class::PassingOnceSeen));
    assert_eq!((unknown.outcome(), unknown.looks.len()), (Outcome::GaveUp, 5));
    assert!(unknown.ended_ms - NOW_MS > 10_000.0, "a moment without a network is no end");
    assert!(failure(&unknown).problem.retryable());
    let later = run(|n| if n == 0 { generating() } else { failing(Class::PassingOnceSeen) });
    assert_eq!(later.outcome(), Outcome::TimedOut, "a machine that loses its network finds no name either");
}

#[test]
fn a_wait_that_carries_another_on_counts_on() {
    let history = |seen, failures, limited| History { seen, failures, limited, ..History::default() };
    // One poll each, as an object on its alarms takes them.
    let steps = |reading: &Reading, mut history: History| {
        for polls in 1..20 {
            let mut client = Client::<()>::new(f64::INFINITY);
            let mut seat = client.enter("t1", None, terms(), at(NOW_MS));
            seat.carry_on(history);
            look_and_hear(&mut client, &mut seat, reading.clone(), at(NOW_MS), Page::Shown(0), 0.5);
            if seat.wait().outcome().is_some() {
                return (polls, seat.wait().outcome());
            }
            history = seat.wait().history();
        }
        (20, None)
    };
    assert_eq!(steps(&html(404), history(true, 0, 0)), (4, Some(Outcome::GaveUp)));
    assert_eq!(steps(&html(404), History::default()), (3, Some(Outcome::GaveUp)));
    assert_eq!(steps(&success_without_url(), history(true, 0, 0)), (4, Some(Outcome::GaveUp)));
    assert_eq!(steps(&http_401(), history(true, 0, 0)), (4, Some(Outcome::GaveUp)));
    assert_eq!(steps(&http_401(), History::default()), (1, Some(Outcome::GaveUp)));
    assert_eq!(steps(&failing(Class::Passing), history(true, 0, 0)), (20, None));
    let pause = |failures| {
        let mut client = Client::<()>::new(f64::INFINITY);
        let mut seat = client.enter("t1", None, terms(), at(NOW_MS));
        seat.carry_on(history(true, failures, 0));
        look_and_hear(&mut client, &mut seat, failing(Class::Passing), at(NOW_MS), Page::Shown(0), 0.5);
        client.next_look_in_ms(&seat, at(NOW_MS)).expect("a next look")
    };
    assert_eq!((pause(0), pause(2)), (1_000.0, 4_000.0));
}

#[test]
fn a_task_that_stays_unknown_ends_waits_that_carry_each_other_on() {
    // One poll each every 2.5 s, the first of them with this history: when the last came to an end.
    let ended_after_ms = |mut history: History| {
        (0..20).map(|n| f64::from(n) * 2_500.0).find(|after_ms| {
            let now = at(NOW_MS + after_ms);
            let mut client = Client::<()>::new(f64::INFINITY);
            let mut seat = client.enter("t1", None, terms(), now);
            seat.carry_on(history);
            look_and_hear(&mut client, &mut seat, failing(Class::NotThereYet), now, Page::Shown(0), 0.5);
            history = seat.wait().history();
            seat.wait().outcome() == Some(Outcome::GaveUp)
        })
    };
    let seen = History { seen: true, ..History::default() };
    assert_eq!(ended_after_ms(History::default()), Some(20_000.0));
    assert_eq!(ended_after_ms(seen), Some(20_000.0), "the grace span begins when it was lost");
    let by_later_clock = History { unknown_since_ms: Some(NOW_MS + 3_600_000.0), ..seen };
    assert_eq!(ended_after_ms(by_later_clock), Some(20_000.0), "the clock was set back");
}

/// Plays a page that is offline all the time, whose polls bring `reading`: when they are sent.
fn offline(client: &mut Client<()>, seat: &mut Seat<()>, reading: &Reading, from_ms: f64, to_ms: f64) -> Vec<f64> {
    let (mut now_ms, mut sent) = (from_ms, Vec::new());
    while now_ms < to_ms {
        match client.next(seat, at(NOW_MS + now_ms), Page::Offline) {
            next @ Next::Send { .. } => {
                sent.push(now_ms);
                now_ms += 10.0;
                bring(client, seat, next, reading.clone(), None, at(NOW_MS + now_ms), 0.5);
            }
            Next::SleepUntil(until_ms) => now_ms = until_ms - NOW_MS,
            Next::Yield => {}
            Next::Done => break,
        }
    }
    sent
}

#[test]
fn offline_a_wait_sends_its_first_poll_and_then_polls_rarely() {
    let mut client = Client::new(f64::INFINITY);
    let mut seat = client.enter("t1", None, terms(), at(NOW_MS));
    let sent = offline(&mut client, &mut seat, &failing(Class::Passing), 0.0, 100_000.0);
    assert_eq!(sent.first(), Some(&0.0));
    assert!((3..=5).contains(&sent.len()) && sent.windows(2).all(|pair| pair[1] - pair[0] >= 29_999.0), "{sent:?}");
    // So does one that joins it, and one whose page goes offline in its course.
    let mut other = client.enter("t2", None, terms(), at(NOW_MS + 100_000.0));
    look_and_hear(&mut client, &mut other, failing(Class::Passing), at(NOW_MS + 100_000.0), Page::Offline, 0.5);
    let mut client = Client::new(f64::INFINITY);
    let mut seat = client.enter("t1", None, terms(), at(NOW_MS));
    look_and_hear(&mut client, &mut seat, generating(), at(NOW_MS), Page::Shown(0), 0.5);
    let sent = offline(&mut client, &mut seat, &failing(Class::Passing), 1_000.0, 100_000.0);
    assert!((2..=4).contains(&sent.len()) && sent[0] >= 29_999.0, "{sent:?}");
}

#[test]
fn a_good_poll_overrides_what_the_browser_says_of_the_network_until_that_changes() {
    let mut client = Client::new(f64::INFINITY);
    let mut seat = client.enter("t1", None, terms(), at(NOW_MS));
    let sent = offline(&mut client, &mut seat, &generating(), 0.0, 30_000.0);
    assert!(sent.len() > 5, "{sent:?}");
    // Online and offline again: nothing is known of the new network.
    client.next(&mut seat, at(NOW_MS + 30_000.0), Page::Shown(0));
    let sent = offline(&mut client, &mut seat, &failing(Class::Passing), 30_100.0, 90_000.0);
    assert!(sent.len() <= 2, "{sent:?}");
}

#[test]
fn a_poll_from_before_the_page_went_offline_says_nothing_of_the_network() {
    let mut client = Client::new(f64::INFINITY);
    let mut seat = client.enter("t1", None, terms(), at(NOW_MS));
    let next = client.next(&mut seat, at(NOW_MS), Page::Shown(0));
    assert!(matches!(client.next(&mut seat, at(NOW_MS + 10.0), Page::Offline), Next::SleepUntil(_)));
    bring(&mut client, &seat, next, generating(), None, at(NOW_MS + 20.0), 0.5);
    let sent = offline(&mut client, &mut seat, &failing(Class::Passing), 20.0, 29_000.0);
    assert!(sent.is_empty(), "{sent:?}");
}

#[test]
fn a_single_look_is_told_as_it_is() {
    let problem = |reading: Reading| {
        let run = drive(Alone::new("t1", None, Terms { once: true, ..terms() }, NOW_MS), NOW_MS, 0.5, |_, _| (reading.clone(), 50.0));
        Problem::clone(&failure(&run).problem)
    };
    assert!(problem(html(404)).retryable() && !problem(http_401()).retryable());
    assert!(!problem(html(200)).message.contains("yet"));
}
