//! What is stored of a wait and read again.

#![cfg(not(target_arch = "wasm32"))]

mod support;

use nanobanana_task::reply::Class;
use nanobanana_task::wait::{Client, Failure, Handle, Next, Now, Page, Seat, Terms};
use serde_json::{Value, json};
use support::driver::{at, look_and_hear};
use support::{Doc, NOW_MS, failing, generating, terms};

fn stored() -> Value {
    json!({ "v": 1, "taskId": "t1", "startedAt": 1_767_658_630_000_u64, "deadlineAt": 1_767_659_230_000_u64 })
}

fn read(value: Value) -> Option<Handle> {
    Handle::read(&Doc(value))
}

fn with(name: &str, value: Value) -> Value {
    let mut stored = stored();
    stored[name] = value;
    stored
}

#[test]
fn a_handle_is_read() {
    let handle = Handle { task_id: "t1".into(), started_at_ms: 1_767_658_630_000.0, deadline_at_ms: Some(1_767_659_230_000.0) };
    assert_eq!(read(stored()), Some(handle.clone()));
    let unlimited = Some(Handle { deadline_at_ms: None, ..handle.clone() });
    assert_eq!(read(with("deadlineAt", Value::Null)), unlimited);
    let mut absent = stored();
    absent.as_object_mut().expect("an object").remove("deadlineAt");
    assert_eq!(read(absent), unlimited);
    assert_eq!(read(with("extra", json!({ "a": [1] }))), Some(handle.clone()));
    assert_eq!(read(with("v", json!(1.0))), Some(handle.clone()));
    assert_eq!(read(with("deadlineAt", json!(1_767_658_630_000_u64))).and_then(|handle| handle.deadline_at_ms), Some(handle.started_at_ms));
    assert_eq!(read(with("startedAt", json!(0))).map(|handle| handle.started_at_ms), Some(0.0));
}

#[test]
fn what_is_no_handle_is_not_read() {
    for value in [json!(null), json!("t1"), json!(1), json!([]), json!([stored()]), json!({}), json!({ "taskId": "t1" })] {
        assert_eq!(read(value.clone()), None, "{value}");
    }
    let wrong = |name: &str, values: &[Value]| {
        for value in values {
            assert_eq!(read(with(name, value.clone())), None, "{name}: {value}");
        }
    };
    wrong("v", &[json!(null), json!(0), json!(2), json!(1.5), json!("1"), json!(true), json!([1])]);
    wrong("taskId", &[json!(null), json!(5), json!(true), json!(["t1"]), json!({})]);
    wrong("startedAt", &[json!(null), json!("1767658630000"), json!(-1), json!(true), json!([]), json!("2026-01-06T00:17:10Z")]);
    wrong("deadlineAt", &[json!("1767659230000"), json!(-1), json!(5), json!(false), json!({}), json!(1_767_658_629_999_u64)]);
}

/// A wait of ten minutes that has looked once; after half a minute the wall clock was set, or the machine slept.
fn set_by(ms: f64) -> (Client<()>, Seat<()>, f64) {
    let mut client = Client::new(f64::INFINITY);
    let mut seat = client.enter("t1", None, terms(), at(NOW_MS));
    look_and_hear(&mut client, &mut seat, generating(), at(NOW_MS), Page::Shown(0), 0.5);
    client.next(&mut seat, Now { steady_ms: NOW_MS + 30_000.0, wall_ms: NOW_MS + 30_000.0 + ms }, Page::Shown(0));
    (client, seat, NOW_MS + 30_000.0 + ms)
}

#[test]
fn what_is_left_of_a_wait_is_left_of_it_after_a_reload_however_the_clock_was_set() {
    for ms in [0.0, 1_000.0, -1_000.0, 3_600_000.0, -3_600_000.0] {
        let (_, seat, wall_ms) = set_by(ms);
        let handle = seat.wait().stored();
        let left_ms = handle.deadline_at_ms.expect("a deadline") - wall_ms;
        // Two clocks are never quite in step, and for so little no handle changes.
        let off_ms = if ms.abs() < 2_000.0 { ms.abs() } else { 0.0 };
        assert!((left_ms - 570_000.0).abs() <= off_ms, "{left_ms} ms after {ms}");
        let resumed = Client::<()>::new(1.0).enter("t1", Some(&handle), terms(), at(wall_ms));
        assert!((resumed.wait().elapsed_ms(wall_ms) - 30_000.0).abs() <= off_ms);
        assert_eq!(resumed.wait().handle(), &handle);
    }
}

#[test]
fn the_handle_of_a_wait_that_timed_out_begins_anew_however_the_clock_was_set() {
    for ms in [0.0, 1_500.0, -1_500.0, 3_600_000.0, -3_600_000.0] {
        let (mut client, mut seat, _) = set_by(ms);
        let end = |after_ms| Now { steady_ms: NOW_MS + after_ms, wall_ms: NOW_MS + after_ms + ms };
        let told = [599_990.0, 600_010.0, 640_000.0].map(|after_ms| client.next(&mut seat, end(after_ms), Page::Shown(0)));
        assert_eq!(told[2], Next::Done);
        let failure = Failure::of_end(seat.wait(), seat.now_ms(end(640_000.0))).expect("it timed out");
        let handle = failure.handle.expect("a handle");
        let wall_ms = NOW_MS + 640_000.0 + ms;
        let resumed = Client::<()>::new(1.0).enter("t1", Some(&handle), Terms { timeout_ms: 60_000.0, ..terms() }, at(wall_ms));
        assert_eq!(resumed.wait().handle().deadline_at_ms, Some((wall_ms + 60_000.0).ceil()), "{ms}");
    }
    let mut client = Client::<()>::new(1.0);
    let mut look = client.enter("t1", None, Terms { once: true, timeout_ms: 30_000.0, ..terms() }, at(NOW_MS));
    look_and_hear(&mut client, &mut look, failing(Class::Passing), at(NOW_MS), Page::Shown(0), 0.5);
    let handle = Failure::of_end(look.wait(), NOW_MS).and_then(|failure| failure.handle).expect("a handle");
    assert_eq!(handle.deadline_at_ms, Some(handle.started_at_ms));
}

#[test]
fn the_handle_of_a_short_wait_is_one_however_little_the_clock_was_set_back() {
    for ms in [-1_900.0, -1_500.0, -500.0, -2_500.0] {
        let mut client = Client::new(f64::INFINITY);
        let mut seat = client.enter("t1", None, Terms { timeout_ms: 300.0, ..terms() }, at(NOW_MS));
        look_and_hear(&mut client, &mut seat, failing(Class::Passing), at(NOW_MS), Page::Shown(0), 0.5);
        let end = Now { steady_ms: NOW_MS + 300.0, wall_ms: NOW_MS + 300.0 + ms };
        assert_eq!(client.next(&mut seat, end, Page::Shown(0)), Next::Done);
        let failure = Failure::of_end(seat.wait(), seat.now_ms(end)).expect("it timed out");
        let handle = failure.handle.expect("a handle");
        assert_eq!(Handle::read(&Doc(support::stored(&handle))), Some(handle), "{ms}");
    }
}
