//! The key comes out nowhere; the prompt nowhere but in `param_json`.

#![cfg(not(target_arch = "wasm32"))]

mod support;

use nanobanana_task::reply::{Problem, Reading, Reply, TaskDetails, read};
use nanobanana_task::wait::Failure;
use serde_json::{Value, json};
use support::driver::Alone;
use support::{KEY, NOW_MS, problem, read_data, reply, task, terms};

const PROMPT: &str = "a red fox";

/// Everything a reading says, but for `param_json`.
fn all_but_param_json(reading: &Reading) -> String {
    match reading {
        Reading::Task(task) => format!("{:?}", TaskDetails { param_json: None, ..TaskDetails::clone(task) }),
        Reading::Problem(problem) => format!("{problem:?}"),
    }
}

/// A record in which each field but flag and URLs is a text that holds `word`.
fn record_with(word: &str, flag: u8) -> Value {
    json!({
        "taskId": "t1", "successFlag": flag, "paramJson": json!({ "prompt": word, "size": "1:1" }).to_string(),
        "operationType": format!("draw {word} now"), "errorCode": format!("E {word}"), "errorMessage": format!("no {word}, no {word}"),
        "createTime": "2026-01-06 08:16:56", "response": { "resultImageUrl": "https://x.test/a.png" },
    })
}

/// What the failure of a wait says that met this reading.
fn failure_of(reading: Reading) -> Option<Failure> {
    let mut wait = Alone::new("t1", None, terms(), NOW_MS);
    wait.next(NOW_MS);
    wait.came_back(reading, NOW_MS, 0.5);
    Failure::of_end(&wait, NOW_MS).or_else(|| Failure::of_last_look(&wait, NOW_MS))
}

#[test]
fn the_key_is_in_no_field() {
    for field in ["taskId", "paramJson", "operationType", "createTime", "completeTime", "errorCode", "errorMessage"] {
        for text in [KEY.to_owned(), format!("Bearer {KEY}"), format!("{KEY}{KEY} x {KEY}")] {
            let reading = read_data(json!({ "successFlag": 3, field: text }));
            assert!(!format!("{reading:?}").contains(KEY), "{field}: {reading:?}");
        }
    }
    for field in ["resultImageUrl", "originImageUrl"] {
        let reading = read_data(json!({ "successFlag": 1, "response": { field: format!("https://x.test/a.png?key={KEY}") } }));
        assert!(!format!("{reading:?}").contains(KEY), "{field}: {reading:?}");
    }
}

#[test]
fn the_key_is_in_no_message() {
    for http_status in [200, 400, 401, 403, 404, 500] {
        for name in ["msg", "message"] {
            for text in [KEY.to_owned(), format!("key={KEY}."), format!("{}{KEY}", "x".repeat(290))] {
                let reading = read(&reply(http_status, Some(json!({ "code": 401, name: text }))));
                assert!(!format!("{reading:?}").contains(KEY), "{reading:?}");
            }
        }
    }
}

#[test]
fn without_a_key_nothing_is_taken_out() {
    let mut reply = reply(200, Some(json!({ "code": 200, "data": { "successFlag": 2, "errorMessage": "no fox" } })));
    reply.key = "";
    assert_eq!(task(read(&reply)).error_message.as_deref(), Some("no fox"));
}

#[test]
fn the_prompt_is_in_no_field_but_param_json() {
    for word in [PROMPT, "fox", "一只红狐狸", "a \"red\" fox\nin the snow", &"long ".repeat(4000)] {
        for flag in [0, 1, 2, 3, 4] {
            let record = task(read_data(record_with(word, flag)));
            assert!(record.param_json.as_deref().is_some_and(|params| params.len() > word.len()));
            let word = word.trim();
            for (field, text) in [
                ("error_message", record.error_message.clone().unwrap_or_default()),
                ("error_code", format!("{:?}", record.error_code)),
                ("operation_type", record.operation_type.clone().unwrap_or_default()),
            ] {
                assert!(!text.contains(word), "{field} of flag {flag} holds the prompt: {text:.200}");
            }
        }
    }
}

#[test]
fn the_prompt_is_in_no_message_of_a_failed_task() {
    for flag in [2, 3] {
        let failure = failure_of(read_data(record_with(PROMPT, flag))).expect("a failed task is a failure");
        assert!(!failure.problem.message.contains(PROMPT), "{}", failure.problem.message);
        assert!(!format!("{:?}", failure.problem.code).contains(PROMPT), "{:?}", failure.problem.code);
    }
}

#[test]
fn the_prompt_is_in_no_message_about_a_reply_that_brings_it() {
    let mut no_picture = record_with(PROMPT, 1);
    no_picture["response"] = Value::Null;
    for (code, data) in [(200, no_picture), (400, record_with(PROMPT, 3)), (500, record_with(PROMPT, 0)), (422, record_with(PROMPT, 0))] {
        for name in ["msg", "message"] {
            let reading = read(&reply(200, Some(json!({ "code": code, name: format!("cannot draw {PROMPT}"), "data": data }))));
            let problem = problem(reading);
            assert!(!problem.message.contains(PROMPT), "code {code}: {}", problem.message);
        }
    }
}

#[test]
fn a_prompt_that_an_earlier_look_told_is_in_no_later_reading() {
    let known = task(read_data(record_with(PROMPT, 0)));
    for param_json in [Value::Null, json!("{}"), json!("{\"prompt\":\"another\"}")] {
        let data = json!({ "successFlag": 3, "paramJson": param_json, "errorMessage": format!("no {PROMPT}") });
        for code in [200, 400] {
            let body = json!({ "code": code, "msg": format!("cannot draw {PROMPT}"), "data": data });
            let reading = read(&Reply { known: Some(&known), ..reply(200, Some(body)) });
            assert!(!all_but_param_json(&reading).contains(PROMPT), "{reading:?}");
        }
    }
}

#[test]
fn a_text_without_the_prompt_stays_as_it_is() {
    let data = json!({ "successFlag": 3, "paramJson": "{\"prompt\":\"a red fox\"}", "errorMessage": "A RED FOX, a red  fox and a red fo" });
    assert_eq!(task(read_data(data)).error_message.as_deref(), Some("A RED FOX, a red  fox and a red fo"));
    let data = json!({ "successFlag": 3, "paramJson": "{\"prompt\":\" at \"}", "errorMessage": "that was bad" });
    assert_eq!(task(read_data(data)).error_message.as_deref(), Some("that was bad"));
}

#[test]
fn a_failure_holds_the_prompt_in_param_json_alone() {
    let failure = failure_of(read_data(record_with(PROMPT, 3))).expect("a failed task is a failure");
    let details = failure.details.clone().map(Reading::Task).expect("its details");
    let rest = Failure { details: None, problem: Problem { code: None, ..Problem::clone(&failure.problem) }.into(), ..failure };
    assert!(!format!("{rest:?}").contains(PROMPT), "{rest:?}");
    assert!(!all_but_param_json(&details).contains(PROMPT), "{}", all_but_param_json(&details));
}
