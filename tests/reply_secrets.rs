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
        Reading::Task(task) => format!("{:?}", TaskDetails { param_json: None, hidden_params: None, ..TaskDetails::clone(task) }),
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
fn the_key_is_in_no_free_text() {
    for field in ["operationType", "errorCode", "errorMessage"] {
        for text in [KEY.to_owned(), format!("Bearer {KEY}"), format!("{KEY}{KEY} x {KEY}")] {
            let reading = read_data(json!({ "successFlag": 3, field: text }));
            assert!(!format!("{reading:?}").contains(KEY), "{field}: {reading:?}");
        }
    }
}

#[test]
fn what_callers_go_by_is_never_rewritten() {
    let url = format!("https://cdn.test/{KEY}/1.png");
    let data = json!({
        "successFlag": 1, "taskId": format!("t-{KEY}"), "createTime": KEY, "completeTime": KEY, "paramJson": json!({ "callBackUrl": url }).to_string(),
        "response": { "resultImageUrl": url, "originImageUrl": url },
    });
    let task = task(read_data(data));
    let pictures = task.pictures.clone().expect("a success has its picture");
    let told = [&pictures.result_image_url, pictures.origin_image_url.as_ref().expect("and its origin")];
    assert_eq!((told, task.task_id.as_str()), ([&url, &url], format!("t-{KEY}").as_str()));
    assert_eq!((task.create_time.as_deref(), task.complete_time.as_deref()), (Some(KEY), Some(KEY)));
    assert_eq!(task.param_json, Some(json!({ "callBackUrl": url }).to_string()));
}

/// Tests of other people have such keys.
#[test]
fn a_short_key_is_taken_out_of_nothing() {
    for key in ["h", "test", "failed", "7 chars"] {
        let data = json!({ "successFlag": 3, "errorMessage": format!("the test failed: {key}"), "errorCode": key, "operationType": key });
        let body = Some(json!({ "code": 200, "data": data }));
        let task = task(read(&Reply { key, ..reply(200, body) }));
        assert_eq!(task.error_message.as_deref(), Some(format!("the test failed: {key}").as_str()));
        assert_eq!(task.operation_type.as_deref(), Some(key));
        let problem = problem(read(&Reply { key, ..reply(401, Some(json!({ "code": 401, "msg": format!("bad test {key}") }))) }));
        assert_eq!(problem.said, format!("bad test {key}"));
    }
}

#[test]
fn a_key_of_eight_characters_is_taken_out_of_messages_and_free_text() {
    for key in ["sk-12345", "testtest", "!\"#$%&'()*+,/"] {
        let body = json!({ "code": 200, "data": { "successFlag": 3, "errorMessage": format!("bad key {key}.") } });
        assert_eq!(task(read(&Reply { key, ..reply(200, Some(body)) })).error_message.as_deref(), Some("bad key [key]."), "{key}");
        let body = json!({ "code": 401, "msg": format!("bad key {key}.") });
        assert_eq!(problem(read(&Reply { key, ..reply(200, Some(body)) })).said, "bad key [key].", "{key}");
    }
}

/// Ways to write a text that say the same.
fn spellings(text: &str) -> Vec<(&'static str, String)> {
    let each = |write: fn(char) -> String| text.chars().map(write).collect::<String>();
    let percent = |text: &str| -> String {
        text.bytes().map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02x}") }).collect()
    };
    let html = |character: char| match character {
        '"' => "&quot;".into(),
        '\'' => "&#39;".into(),
        '<' => "&lt;".into(),
        '&' => "&amp;".into(),
        other => other.to_string(),
    };
    let utf16 = |character: char| character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04X}")).collect::<String>();
    let json = serde_json::to_string(text).expect("a text is JSON");
    let json = json.trim_matches('"').to_owned();
    vec![
        ("as it is", text.into()),
        ("in capitals", text.to_uppercase()),
        ("in small letters", text.to_lowercase()),
        ("JSON", json.clone()),
        ("JSON in JSON", serde_json::to_string(&json).expect("and that is").trim_matches('"').to_owned()),
        ("every character in JSON's way", each(utf16)),
        ("beyond ASCII in JSON's way", text.chars().map(|c| if c.is_ascii() { c.to_string() } else { utf16(c) }).collect()),
        ("a part of a URL", percent(text)),
        ("a part of a URL twice", percent(&percent(text))),
        ("HTML", each(html)),
        ("HTML twice", each(html).chars().map(html).collect()),
        ("HTML in decimal numbers", each(|c| format!("&#{};", u32::from(c)))),
        ("HTML in hexadecimal numbers", each(|c| format!("&#x{:X};", u32::from(c)))),
    ]
}

#[test]
fn the_key_is_found_however_it_is_written() {
    for key in [KEY, "sk-live_AbC/dEf+Ghi=", "a<b>\"c\"&'d'%?"] {
        for (how, spelt) in spellings(key) {
            let body = json!({ "code": 401, "msg": format!("Bearer {spelt} is no key") });
            let problem = problem(read(&Reply { key, ..reply(401, Some(body)) }));
            assert_eq!(problem.said, "Bearer [key] is no key", "{how}: {spelt}");
        }
    }
}

#[test]
fn a_key_that_is_cut_where_a_text_is_cut_is_not_begun() {
    for before in 3_900..4_100 {
        let text = format!("{}{KEY}{KEY}{KEY} and more", "x ".repeat(before / 2));
        let told = task(read_data(json!({ "successFlag": 3, "errorMessage": text }))).error_message.clone().unwrap_or_default();
        assert!(!told.contains(&KEY[..4]), "{before}: {:?}", told.get(3_880..));
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
    for (prompt, text) in [
        ("a red fox", "a fox, a red one, a red fo"),
        (" at ", "that was bad"),
        ("a cat that sits on the mat", "cat sits, the mat is on it"),
        ("...", "please wait ..."),
        ("draw an image of a town", "Failed to generate the image. Please try again later."),
        ("人が笑う", "画像を作れません"),
    ] {
        let data = json!({ "successFlag": 3, "paramJson": json!({ "prompt": prompt }).to_string(), "errorMessage": text });
        assert_eq!(task(read_data(data)).error_message.as_deref(), Some(text));
    }
}

const LONG: &str = "Über a lighthouse \"Søren\" & a <quiet> sea,\nДом у моря, 灯塔 🗼 it's 100% PAPER cut";

#[test]
fn the_prompt_is_found_however_it_is_written() {
    for prompt in [PROMPT, LONG, "a sign that says \"open\"\nin red", "一只红狐狸坐在雪地里"] {
        for (how, spelt) in spellings(prompt) {
            for params in [json!({ "prompt": prompt }), json!({ "input": { "prompt": prompt } })] {
                for param_json in [params.clone(), params.to_string().into()] {
                    let data = json!({ "successFlag": 3, "paramJson": param_json, "errorMessage": format!("12345: {spelt} 6789") });
                    let told = task(read_data(data)).error_message.clone().unwrap_or_default();
                    assert_eq!(told, "12345: [prompt] 6789", "{how}: {spelt}");
                }
            }
        }
    }
}

#[test]
fn an_earlier_reply_tells_the_prompt_as_well_in_any_form() {
    for params in [json!({ "prompt": LONG }), json!({ "input": { "prompt": LONG } })] {
        for param_json in [params.clone(), params.to_string().into()] {
            let known = task(read_data(json!({ "successFlag": 0, "paramJson": param_json })));
            let body = json!({ "code": 400, "msg": format!("12345: {LONG}"), "data": null });
            let problem = problem(read(&Reply { known: Some(&known), ..reply(200, Some(body)) }));
            assert_eq!(problem.said, "12345: [prompt]");
        }
    }
}

#[test]
fn the_prompt_is_remembered_while_replies_do_not_repeat_it() {
    let mut known = task(read_data(json!({ "successFlag": 0, "paramJson": json!({ "prompt": LONG }).to_string() })));
    for _ in 0..3 {
        let body = json!({ "code": 200, "data": { "successFlag": 0, "errorMessage": LONG } });
        let next = task(read(&Reply { known: Some(&known), ..reply(200, Some(body)) }));
        assert_eq!((next.error_message.as_deref(), &next.param_json), (Some("[prompt]"), &None));
        known = next;
    }
    let body = Some(json!({ "code": 400, "msg": LONG }));
    assert_eq!(problem(read(&Reply { known: Some(&known), ..reply(200, body) })).said, "[prompt]");
}

#[test]
fn what_could_not_be_seen_is_in_no_message() {
    for character in [
        "\u{9b}", "\u{1b}", "\u{85}", "\u{7f}", "\u{202e}", "\u{2066}", "\u{200f}", "\u{61c}", "\u{2028}", "\u{2029}", "\u{200b}",
        "\u{feff}",
    ] {
        let said = format!("one{character}two");
        let problem = problem(read(&reply(400, Some(json!({ "code": 400, "msg": said })))));
        assert_eq!(problem.said, "one two", "{character:?}");
        assert!(problem.message.contains("\"one two\""), "{}", problem.message);
        let failure = failure_of(read_data(json!({ "successFlag": 3, "errorCode": said, "errorMessage": said })))
            .expect("a failed task is a failure");
        assert_eq!(failure.problem.said, "one two", "{character:?}");
        assert!(!failure.problem.message.contains(character), "{}", failure.problem.message);
    }
    let said = "灯塔 🗼 é";
    assert_eq!(problem(read(&reply(400, Some(json!({ "code": 400, "msg": said }))))).said, said);
}

#[test]
fn a_failure_holds_the_prompt_in_param_json_alone() {
    let failure = failure_of(read_data(record_with(PROMPT, 3))).expect("a failed task is a failure");
    let details = failure.details.clone().map(Reading::Task).expect("its details");
    let rest = Failure { details: None, problem: Problem { code: None, ..Problem::clone(&failure.problem) }.into(), ..failure };
    assert!(!format!("{rest:?}").contains(PROMPT), "{rest:?}");
    assert!(!all_but_param_json(&details).contains(PROMPT), "{}", all_but_param_json(&details));
}
