//! No reply costs more than its length: what makes a search slow is read as fast as anything else. What free text costs to clean, which the
//! engines do, is in `tests/node/echo.test.mjs`.

#![cfg(not(target_arch = "wasm32"))]

mod support;

use nanobanana_task::reply::{Reply, read};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use support::{Doc, task};

/// A debug build on a busy machine takes a hundredth of it, and a search that goes back a hundred times as long.
const BOUND: Duration = Duration::from_secs(2);
/// The longest text of a reply within its limit.
const LONG: usize = 920_000;

/// The least of three readings, because others use the machine.
fn cost(reply: &Reply<'_, Doc>) -> Duration {
    let once = || {
        let began = Instant::now();
        std::hint::black_box(read(reply));
        began.elapsed()
    };
    (0..3).map(|_| once()).min().expect("three of them")
}

/// Replies that say `text` in every field, about this prompt.
fn replies(prompt: &str, text: &str) -> Vec<Value> {
    let params = json!({ "prompt": prompt });
    let data = |param_json: Value| {
        json!({
            "successFlag": 3, "paramJson": param_json, "operationType": text, "errorCode": text, "errorMessage": text,
            "createTime": text, "completeTime": text, "taskId": text,
        })
    };
    vec![
        json!({ "code": 200, "msg": text, "data": data(params.to_string().into()) }),
        json!({ "code": 200, "msg": text, "data": data(params.clone()) }),
        json!({ "code": 422, "msg": text, "data": data(params.to_string().into()) }),
        json!({ "code": text, "message": text, "data": data(text.into()) }),
    ]
}

#[test]
fn no_text_is_slow_to_search() {
    let many = |part: &str| part.repeat(LONG / part.len());
    let prompts = [format!("{}b", "a".repeat(20_000)), many("%25")];
    let texts = [
        many("a"),
        many("ab"),
        many("%"),
        many("%25"),
        many("\\"),
        many("\\u"),
        many("&amp;"),
        many("&#1"),
        many("\u{202e}"),
        many("1"),
        many(" "),
    ];
    for prompt in &prompts {
        for text in &texts {
            for body in replies(prompt, text) {
                let earlier = json!({ "code": 200, "data": { "successFlag": 0, "paramJson": json!({ "prompt": prompt }).to_string() } });
                let known = task(read(&support::reply(200, Some(earlier))));
                let reply = Reply { known: Some(&known), retry_after: Some(text), ..support::reply(200, Some(body)) };
                let took = cost(&reply);
                assert!(took < BOUND, "{took:?} for {:.20} in {:.20}", prompt, text);
            }
        }
    }
}
