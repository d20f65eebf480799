//! What is stored of a wait and read again.

#![cfg(not(target_arch = "wasm32"))]

mod support;

use nanobanana_task::wait::Handle;
use serde_json::{Value, json};
use support::Doc;

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
