//! What the fuzzer has found, each as a scenario of its own.

#![cfg(not(target_arch = "wasm32"))]

mod support;

use nanobanana_task::reply::{Class, Kind, Reading};
use nanobanana_task::wait::{Client, Next, Page, Seat, Terms};
use support::driver::{at, bring};
use support::{NOW_MS, failing, generating, terms};

fn next(client: &mut Client<u32>, seat: &mut Seat<u32>, after_ms: f64) -> Next {
    client.next(seat, at(NOW_MS + after_ms), Page::Shown(0))
}

/// Sends a look, which brings this at once, and shows it.
fn look(client: &mut Client<u32>, seat: &mut Seat<u32>, reading: Reading, after_ms: f64) {
    let sent = next(client, seat, after_ms);
    bring(client, seat, sent, reading, None, at(NOW_MS + after_ms), 0.5);
    assert_eq!(next(client, seat, after_ms), Next::Yield);
}

/// After a sleep somebody new looks at a task whose look was under way all the time, and only then its driver is back with that. A third
/// must not take this for the end of the new look.
#[test]
fn a_lost_look_that_comes_back_does_not_end_the_next() {
    let mut client = Client::new(f64::INFINITY);
    let mut first = client.enter("t1", None, terms(), at(NOW_MS));
    let lost = next(&mut client, &mut first, 0.0);
    let mut second = client.enter("t1", None, terms(), at(NOW_MS + 60_000.0));
    let sent = next(&mut client, &mut second, 60_000.0);
    bring(&mut client, &first, lost, generating(), None, at(NOW_MS + 60_001.0), 0.5);
    assert_eq!(next(&mut client, &mut first, 60_001.0), Next::Yield);
    let Next::SleepUntil(due_ms) = next(&mut client, &mut first, 60_001.0) else { panic!("no pause") };
    assert!(matches!(next(&mut client, &mut first, due_ms - NOW_MS), Next::SleepUntil(_)), "a second look beside the other");
    bring(&mut client, &second, sent, generating(), None, at(NOW_MS + 62_000.0), 0.5);
    assert_eq!(next(&mut client, &mut first, 62_000.0), Next::Yield);
}

/// Its turn came while nothing ran, and another took a later one first.
#[test]
fn one_that_is_late_for_its_turn_holds_nobody_up() {
    let mut client = Client::new(0.5);
    let mut quick = client.enter("quick", None, terms(), at(NOW_MS));
    look(&mut client, &mut quick, generating(), 0.0);
    let mut late = client.enter("late", None, terms(), at(NOW_MS));
    assert_eq!(next(&mut client, &mut late, 0.0), Next::SleepUntil(NOW_MS + 2_040.0));
    let mut new = client.enter("new", None, terms(), at(NOW_MS + 100_000.0));
    look(&mut client, &mut new, generating(), 100_000.0);
    look(&mut client, &mut late, generating(), 102_040.0);
    let mut last = client.enter("last", None, Terms { once: true, ..terms() }, at(NOW_MS + 102_040.0));
    assert_eq!(next(&mut client, &mut last, 102_040.0), Next::SleepUntil(NOW_MS + 104_080.0));
}

/// Its caller comes for the end later, and another has looked meanwhile.
#[test]
fn an_ended_wait_keeps_what_was_thrown_below_its_end() {
    let mut client = Client::new(f64::INFINITY);
    let mut ended = client.enter("t1", None, terms(), at(NOW_MS));
    let sent = next(&mut client, &mut ended, 0.0);
    bring(&mut client, &ended, sent, failing(Class::Final), Some(1), at(NOW_MS), 0.5);
    assert_eq!(next(&mut client, &mut ended, 0.0), Next::Yield);
    let mut other = client.enter("t1", None, Terms { once: true, ..terms() }, at(NOW_MS));
    let sent = next(&mut client, &mut other, 10.0);
    bring(&mut client, &other, sent, failing(Class::Passing), Some(2), at(NOW_MS + 20.0), 0.5);
    assert_eq!(next(&mut client, &mut ended, 30.0), Next::Done);
    assert_eq!((ended.cause(), ended.wait().problem().map(|problem| problem.kind)), (Some(&1), Some(Kind::Unauthorized)));
}
