//! Reads every reply of `fixtures/replies.jsonl` and compares the whole reading with what stands beside it.
//!
//! A line holds `name`, `http_status`, `body` (a text is the raw body, anything else its JSON), `retry_after` and `date` where those
//! headers came, and `expect`. Of a task, whatever `expect` does not name must be absent (the id is then the one asked for). Of a problem
//! it names kind and class, and `code` and `retry_after_ms` where there are such; the message must hold each text of `says`, quote nothing
//! where `silent`, and have no more characters than `longest`.

#![cfg(not(target_arch = "wasm32"))]

mod support;

use nanobanana_task::reply::{Class, Code, Json, Problem, Reading, Reply, TaskDetails, push_whole, read};
use serde_json::{Map, Value, json};
use support::http_date::http_date;
use support::{ASKED, Doc};

fn code(code: &Code) -> Value {
    match code {
        Code::Number(number) => json!(number),
        Code::Text(text) => json!(text),
    }
}

/// A task as the fixtures write one.
fn told_task(task: &TaskDetails) -> Value {
    let pictures = task.pictures.as_ref();
    json!({
        "status": task.status.name(),
        "flag": if task.success_flag.is_nan() { Value::Null } else { json!(task.success_flag) },
        "task_id": task.task_id,
        "param_json": task.param_json,
        "operation_type": task.operation_type,
        "create_time": task.create_time,
        "created": task.created_at_ms,
        "complete_time": task.complete_time,
        "completed": task.completed_at_ms,
        "replied": task.replied_at_ms,
        "error_code": task.error_code.as_ref().map(code),
        "error_message": task.error_message,
        "url": pictures.map(|pictures| &pictures.result_image_url),
        "origin": pictures.map(|pictures| &pictures.origin_image_url),
        "origin_expires": pictures.map(|pictures| pictures.origin_image_expires_at_ms),
    })
}

/// A problem as the fixtures write one.
fn told_problem(problem: &Problem) -> Value {
    json!({
        "kind": problem.kind.name(),
        "class": problem.class.name(),
        "http_status": problem.http_status,
        "code": problem.code.as_ref().map(code),
        "retry_after_ms": problem.retry_after_ms,
    })
}

/// Numbers are compared as numbers: 1 and 1.0 are one.
fn same(one: &Value, other: &Value) -> bool {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

fn differences(expected: &Map<String, Value>, told: &Value, out: &mut Vec<String>) {
    let told = told.as_object().expect("readings are told as objects");
    for name in expected.keys().chain(told.keys().filter(|name| !expected.contains_key(*name))) {
        let (expected, told) = (expected.get(name).unwrap_or(&Value::Null), told.get(name).unwrap_or(&Value::Null));
        if !same(expected, told) {
            out.push(format!("{name}: expected {expected}, read {told}"));
        }
    }
}

fn check_message(message: &str, wants: &Map<String, Value>, out: &mut Vec<String>) {
    for part in wants.get("says").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        if !message.contains(part) {
            out.push(format!("the message lacks {part:?}: {message}"));
        }
    }
    if wants.contains_key("silent") && message.contains('"') {
        out.push(format!("the message quotes something: {message}"));
    }
    let longest = wants.get("longest").and_then(Value::as_u64).unwrap_or(1000);
    if message.chars().count() as u64 > longest {
        out.push(format!("the message has more than {longest} characters"));
    }
    if message.contains(['\n', '\r', '\t']) {
        out.push(format!("the message has more than one line: {message:?}"));
    }
}

/// What is wrong with the reading of one line.
fn check(line: &Value) -> Vec<String> {
    let text = |name: &str| line.get(name).and_then(Value::as_str);
    let http_status = line["http_status"].as_u64().and_then(|status| u16::try_from(status).ok()).expect("http_status");
    let body = match &line["body"] {
        Value::String(raw) => Doc::parse(raw),
        value => Some(Doc(value.clone())),
    };
    let reading = read(&Reply {
        body,
        retry_after: text("retry_after"),
        retry_at_ms: text("retry_after").and_then(http_date),
        date_ms: text("date").and_then(http_date),
        key: if line["keyless"] == true { "" } else { support::KEY },
        from_elsewhere: line["from_elsewhere"] == true,
        ..support::reply(http_status, None)
    });
    let mut wants = line["expect"].as_object().expect("expect").clone();
    let mut out = Vec::new();
    match &reading {
        Reading::Task(task) => {
            if !wants.contains_key("status") {
                out.push(format!("expected a problem, read {task:?}"));
                return out;
            }
            wants.entry("task_id").or_insert_with(|| json!(ASKED));
            differences(&wants, &told_task(task), &mut out);
        }
        Reading::Problem(problem) => {
            check_message(&problem.message, &wants, &mut out);
            for of_message in ["says", "silent", "longest"] {
                wants.remove(of_message);
            }
            if http_status > 0 {
                wants.insert("http_status".into(), json!(http_status));
            }
            differences(&wants, &told_problem(problem), &mut out);
            if problem.retryable() == matches!(problem.class, Class::Final | Class::FewTimesOnceSeen | Class::Redirected) {
                out.push("retryable does not go with the class".into());
            }
        }
    }
    out
}

#[test]
fn every_reply_of_the_table_is_read_as_told() {
    let mut failed = String::new();
    let mut lines = 0;
    for text in include_str!("fixtures/replies.jsonl").lines() {
        let line: Value = serde_json::from_str(text).expect("a line of JSON");
        lines += 1;
        for difference in check(&line) {
            failed.push_str(&format!("\n  {}: {difference}", line["name"].as_str().expect("name")));
        }
    }
    assert!(lines > 500, "only {lines} lines");
    assert!(failed.is_empty(), "{failed}\n");
}

#[test]
fn whole_numbers_are_written_as_digits() {
    for (number, digits) in
        [(0.0, "0"), (7.0, "7"), (10.0, "10"), (-1.0, "-1"), (599.9, "599"), (1e15, "1000000000000000"), (9.007e15, "9007000000000000")]
    {
        let mut out = String::from(">");
        push_whole(&mut out, number);
        assert_eq!(out, format!(">{digits}"));
    }
}

#[test]
fn a_reply_that_was_kept_on_its_way_is_of_the_past() {
    let data =
        json!({ "successFlag": 1, "response": { "resultImageUrl": "https://x.test/a.png", "originImageUrl": "https://x.test/b.png" } });
    let kept = Reply { age_ms: 290_000.0, ..support::reply(200, Some(json!({ "code": 200, "msg": "success", "data": data }))) };
    let Reading::Task(task) = read(&kept) else { panic!("no task") };
    let expires_at_ms = task.pictures.as_ref().and_then(|pictures| pictures.origin_image_expires_at_ms);
    assert_eq!(expires_at_ms, Some(support::NOW_MS - 290_000.0 + 600_000.0));
    assert_eq!((task.age_ms, task.retry_after_ms), (290_000.0, None));
    let Reading::Task(task) = read(&Reply { retry_after: Some("7"), ..kept }) else { panic!("no task") };
    assert_eq!(task.retry_after_ms, Some(7_000.0));
}
