//! What holds of every reading, whatever came; and replies and stored handles made up from bytes.

use super::bytes::Bytes;
use super::http_date::http_date;
use super::{ADDRESS, Doc, KEY, stored};
use nanobanana_task::reply::{Class, Json, Kind, Problem, Reading, Reply, Status, TaskDetails, read};
use nanobanana_task::wait::Handle;
use serde_json::{Map, Value, json};

/// Nothing of the API, of Debug's punctuation or of the words put in a secret's place looks like this.
pub(crate) const PROMPT: &str = "Zq a Vx fox Zq";

pub(crate) const NAMES: &[&str] = &[
    "code",
    "msg",
    "message",
    "data",
    "status",
    "error",
    "taskId",
    "paramJson",
    "completeTime",
    "createTime",
    "response",
    "successFlag",
    "errorCode",
    "errorMessage",
    "operationType",
    "resultImageUrl",
    "originImageUrl",
    "prompt",
];

pub(crate) const TEXTS: &[&str] = &[
    "",
    " ",
    "null",
    "200",
    "0",
    "1",
    "2",
    "3",
    "success",
    "Unauthorized",
    "recordInfo is null",
    "check the parameters",
    "2026-01-06 08:16:56",
    "2026-01-06T24:00:00Z",
    "https://x.test/a.png",
    "http://x",
    "https://",
    "javascript:alert(1)",
    "{\"prompt\":\"Zq a Vx fox Zq\"}",
    "{\"prompt\":5}",
    "[",
    "\u{0}",
    "\u{202e}",
    "\u{9b}31m",
    "one\u{2028}two\u{2066}",
    "😀",
];

/// Reads a reply and checks what it is read as.
pub(crate) fn check(reply: &Reply<'_, Doc>) -> Reading {
    let reading = read(reply);
    let told = format!("{reading:?}");
    assert_eq!(told, format!("{:?}", read(reply)), "a reading is a function of the reply");
    let brings = brings_a_task(reply);
    let secret = knows_the_prompt(reply);
    match &reading {
        Reading::Task(task) => {
            assert!(brings, "a task out of {:?}", reply.body);
            sound_task(task);
            let rest = TaskDetails {
                param_json: None,
                hidden_params: None,
                task_id: String::new(),
                create_time: None,
                complete_time: None,
                pictures: None,
                ..TaskDetails::clone(task)
            };
            let rest = format!("{rest:?}");
            assert!(!rest.contains(KEY), "the key comes out: {rest}");
            assert!(!secret || !rest.contains(PROMPT), "the prompt comes out: {rest}");
        }
        Reading::Problem(problem) => {
            assert!(!brings || (problem.kind, problem.class) == (Kind::InvalidReply, Class::FewTimes), "no task but {problem:?}");
            sound_problem(problem, reply);
            assert!(!told.contains(KEY), "the key comes out: {told}");
            assert!(!secret || !told.contains(PROMPT), "the prompt comes out: {told}");
        }
    }
    reading
}

/// The code that the body gives: a number, or its digits as a text. An empty text is none.
fn code_given(body: &Value) -> Option<Option<f64>> {
    match body.get("code")? {
        Value::Null => None,
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => {
            let digits = text.trim_ascii();
            let all_digits = !digits.is_empty() && digits.len() <= 16 && digits.bytes().all(|byte| byte.is_ascii_digit());
            Some(digits.parse().ok().filter(|_| all_digits))
        }
        other => Some(other.as_f64()),
    }
}

/// A record in a good envelope, which is one by its code, or where it has none by the HTTP status.
fn brings_a_task(reply: &Reply<'_, Doc>) -> bool {
    let Some(Doc(body)) = &reply.body else { return false };
    let good = match code_given(body) {
        Some(code) => code == Some(200.0),
        None => (200..300).contains(&reply.http_status),
    };
    good && body.get("data").is_some_and(Value::is_object)
}

/// Whether what the request asked for has been told, now or by an earlier look.
fn knows_the_prompt(reply: &Reply<'_, Doc>) -> bool {
    let holds_it = |params: &Value| params["prompt"] == PROMPT || params["input"]["prompt"] == PROMPT;
    let is_it = |params: &str| serde_json::from_str(params).is_ok_and(|params: Value| holds_it(&params));
    let told = reply.body.as_ref().is_some_and(|Doc(body)| match &body["data"]["paramJson"] {
        Value::String(params) => is_it(params),
        params => holds_it(params),
    });
    told || reply.known.and_then(|known| known.param_json.as_deref().or(known.hidden_params.as_deref())).is_some_and(is_it)
}

fn web(url: &str) -> bool {
    let start = url.get(..8).unwrap_or(url).to_ascii_lowercase();
    (start.starts_with("http://") || start.starts_with("https://")) && url.len() > 7 && !url.bytes().any(|byte| byte < b' ')
}

fn sound_task(task: &TaskDetails) {
    assert!(!task.task_id.trim_ascii().is_empty());
    assert_eq!(task.pictures.is_some(), task.status == Status::Success);
    let word = match task.success_flag {
        0.0 => Status::Generating,
        1.0 => Status::Success,
        2.0 => Status::CreateTaskFailed,
        3.0 => Status::GenerateFailed,
        _ => Status::Unknown,
    };
    assert_eq!(task.status, word);
    if let Some(pictures) = &task.pictures {
        assert!(web(&pictures.result_image_url), "{}", pictures.result_image_url);
        assert!(pictures.origin_image_url.as_deref().is_none_or(web));
        assert!(pictures.origin_image_url.is_some() || pictures.origin_image_expires_at_ms.is_none());
    }
    for at in [task.created_at_ms, task.completed_at_ms].into_iter().flatten() {
        assert!(at.abs() <= 8.64e15);
    }
    assert!(task.created_at_ms.is_none() || task.create_time.is_some());
    assert!(task.completed_at_ms.is_none() || task.complete_time.is_some());
    for text in [&task.param_json, &task.operation_type, &task.create_time, &task.complete_time, &task.error_message].into_iter().flatten()
    {
        assert!(!text.trim_ascii().is_empty() && text != "null");
    }
}

/// What a terminal takes for a command, what turns the direction of a text, and what breaks a line.
fn is_unseen(character: char) -> bool {
    let unseen = "\u{61c}\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}\u{feff}";
    character.is_control() || unseen.contains(character)
}

fn sound_problem(problem: &Problem, reply: &Reply<'_, Doc>) {
    let http_status = reply.http_status;
    assert_eq!(problem.http_status, (http_status > 0).then_some(http_status));
    assert!(problem.message.contains(ADDRESS));
    assert!(problem.message.chars().count() < 700, "{} characters", problem.message.chars().count());
    for text in [&problem.message, &problem.said] {
        assert!(!text.chars().any(is_unseen), "{text:?}");
    }
    assert!(problem.retry_after_ms.is_none_or(|ms| ms > 0.0 && ms <= 3_600_000.0));
    // The body's code comes before the HTTP status.
    let code = reply.body.as_ref().and_then(|Doc(body)| code_given(body)).unwrap_or(None);
    let bare = reply.body.is_none().then_some(f64::from(http_status));
    // Without an envelope it is from something in front of the API.
    // A gateway says itself what the reply meant.
    let told = reply.key.is_empty() && reply.body.as_ref().is_some_and(|Doc(body)| body["kind"].is_string() && body["retry"].is_string());
    let final_or_few = if code.is_some() { Class::Final } else { Class::FewTimes };
    let expected = match code.or(bare) {
        _ if told => return,
        Some(_) if code.is_none() && reply.from_elsewhere => (Kind::Unauthorized, Class::Redirected),
        Some(401.0) => (Kind::Unauthorized, Class::FewTimesOnceSeen),
        Some(402.0) => (Kind::PaymentRequired, final_or_few),
        Some(429.0 | 433.0) => (Kind::RateLimited, Class::Passing),
        Some(455.0 | 501.0..505.0 | 506.0..600.0) => (Kind::Server, Class::Passing),
        Some(505.0) => (Kind::Server, final_or_few),
        _ => return,
    };
    assert_eq!((problem.kind, problem.class), expected);
}

/// Reads what a caller stored as a handle, or something else.
pub(crate) fn check_handle(value: Value) {
    let instant = |value: &Value| value.as_f64().filter(|at| at.is_finite() && *at >= 0.0);
    let started = instant(&value["startedAt"]);
    let deadline = &value["deadlineAt"];
    let in_order = deadline.is_null() || instant(deadline).zip(started).is_some_and(|(deadline, started)| deadline >= started);
    let whole = value["v"].as_f64() == Some(1.0) && value["taskId"].is_string() && started.is_some() && in_order;
    let handle = Handle::read(&Doc(value.clone()));
    assert_eq!(handle.is_some(), whole, "{value}");
    if let Some(handle) = handle {
        assert_eq!(Handle::read(&Doc(stored(&handle))), Some(handle));
    }
}

/// Reads what the bytes say: a line of the fixtures, or a reply made up.
pub(crate) fn play(bytes: &[u8]) {
    if bytes.first() == Some(&b'{') {
        let text = String::from_utf8_lossy(bytes);
        let line: Value = serde_json::from_str(&text).unwrap_or_default();
        let raw = line["body"].as_str().and_then(Doc::parse);
        let body = if line["body"].is_string() { raw } else { line.get("body").cloned().map(Doc) };
        let http_status = line["http_status"].as_u64().and_then(|status| status.try_into().ok()).unwrap_or(200);
        check(&Reply {
            body,
            retry_after: line["retry_after"].as_str(),
            retry_at_ms: line["retry_after"].as_str().and_then(http_date),
            date_ms: line["date"].as_str().and_then(http_date),
            ..super::reply(http_status, None)
        });
        check_handle(line);
        return;
    }
    let mut bytes = Bytes::new(bytes);
    let http_status = match bytes.below(4) {
        0 | 1 => 200,
        2 => bytes.pick(&[0, 204, 301, 304, 400, 401, 403, 404, 422, 429, 455, 500, 503, 505]),
        _ => bytes.number() as u16,
    };
    let (retry_after, date) = (header(&mut bytes), header(&mut bytes));
    let mut known = None;
    if bytes.one_in(3) {
        let data = record(&mut bytes);
        if let Reading::Task(task) = super::read_data(data) {
            known = Some(task);
        }
    }
    let body = match bytes.below(8) {
        0 => None,
        1 => Some(value(&mut bytes, 4)),
        2 => {
            check_handle(json!({
                "v": bytes.pick(&[1, 1, 1, 2]), "taskId": text(&mut bytes),
                "startedAt": number(&mut bytes), "deadlineAt": leaf(&mut bytes),
            }));
            return check_handle(value(&mut bytes, 2));
        }
        3 => Some(json!({ "code": leaf(&mut bytes), "msg": text(&mut bytes), "data": value(&mut bytes, 3) })),
        4 => Some(json!({ "msg": text(&mut bytes), "data": record(&mut bytes) })),
        5 => Some(json!({ "code": number(&mut bytes), "message": text(&mut bytes), "data": record(&mut bytes) })),
        _ => Some(json!({ "code": 200, "msg": text(&mut bytes), "data": record(&mut bytes) })),
    };
    check(&Reply {
        from_elsewhere: bytes.one_in(6),
        retry_after: retry_after.as_deref(),
        retry_at_ms: retry_after.as_deref().and_then(http_date),
        date_ms: date.as_deref().and_then(http_date),
        known: known.as_deref(),
        ..super::reply(http_status, body)
    });
}

/// The longest that a reading may take, in an optimised build. Most of it goes into copies that the tests' own JSON makes of each member;
/// what the package takes for a reply is in `tests/node/echo.test.mjs`.
const READING_MS: u128 = 200;

/// Reads a reply of up to a megabyte whose texts repeat what the bytes say, and holds it to its time.
pub(crate) fn play_long(bytes: &[u8]) {
    let mut bytes = Bytes::new(bytes);
    let mut long = |most: usize| {
        let length = 1 + bytes.below(12);
        let part = if bytes.one_in(3) { bytes.pick(TEXTS).to_owned() } else { bytes.text(length) };
        let times = (usize::from(bytes.byte()) + 1) * most / 256 / part.len().max(1);
        let end = bytes.text(4);
        part.repeat(times) + &end
    };
    let (prompt, said, time, retry_after) = (long(500_000), long(400_000), long(100_000), long(20_000));
    let params = json!({ "prompt": prompt });
    let data = json!({
        "successFlag": 3, "paramJson": if said.len() % 2 == 0 { params.to_string().into() } else { params }, "errorMessage": said, "errorCode": said,
        "operationType": time, "createTime": time, "completeTime": time, "taskId": time,
    });
    let code = if time.len() % 2 == 0 { 200 } else { 500 };
    let known = match super::read_data(json!({ "paramJson": json!({ "prompt": said }).to_string() })) {
        Reading::Task(task) => task,
        Reading::Problem(problem) => panic!("{problem:?}"),
    };
    let body = json!({ "code": code, "msg": said, "data": data });
    let reply = Reply { known: Some(&known), retry_after: Some(&retry_after), ..super::reply(200, Some(body)) };
    // The least of some readings, because others use the machine.
    let mut least = u128::MAX;
    for _ in 0..10 {
        let began = std::time::Instant::now();
        std::hint::black_box(read(&reply));
        least = least.min(began.elapsed().as_millis());
        if least <= READING_MS {
            return;
        }
    }
    panic!("{least} ms at least");
}

fn header(bytes: &mut Bytes<'_>) -> Option<String> {
    const HEADERS: [&str; 5] = [
        "120",
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Tue, 06 Jan 2026 00:18:10 GMT",
    ];
    match bytes.below(5) {
        0 | 1 => None,
        2 => Some(bytes.number().to_string()),
        3 => Some(bytes.pick(&HEADERS).to_owned()),
        _ => {
            // One of the known forms with a piece of it replaced.
            let (mut header, at) = (bytes.pick(&HEADERS).to_owned(), bytes.below(32));
            let end = (at + bytes.below(6)).min(header.len());
            header.replace_range(at.min(end)..end, &bytes.text(5));
            Some(header)
        }
    }
}

fn text(bytes: &mut Bytes<'_>) -> String {
    match bytes.below(8) {
        0..=3 => bytes.pick(TEXTS).to_owned(),
        4 => format!("it is {KEY}, {KEY}{KEY}"),
        5 => format!("no {PROMPT}"),
        6 => {
            let length = bytes.below(40);
            bytes.text(length)
        }
        _ => {
            let part = bytes.text(3);
            part.repeat(usize::from(bytes.byte()) * 4)
        }
    }
}

fn number(bytes: &mut Bytes<'_>) -> Value {
    match bytes.below(4) {
        0 => bytes.pick(&[200, 0, 1, 2, 3, 401, 402, 404, 422, 429, 433, 455, 500, 501, 505]).into(),
        1 => bytes.number().into(),
        2 => bytes.pick(&[1e300, -1e300, f64::MIN_POSITIVE, -0.0, 0.5, 200.5, 8.64e15, 8.65e15, 1_767_658_630_000.0]).into(),
        _ => (f64::from(bytes.number()) * 1e6 - f64::from(bytes.number())).into(),
    }
}

fn leaf(bytes: &mut Bytes<'_>) -> Value {
    match bytes.below(6) {
        0 => Value::Null,
        1 => bytes.one_in(2).into(),
        2 | 3 => number(bytes),
        _ => text(bytes).into(),
    }
}

fn value(bytes: &mut Bytes<'_>, depth: usize) -> Value {
    match bytes.below(4) {
        _ if depth == 0 || bytes.is_over() => leaf(bytes),
        0 => leaf(bytes),
        1 => (0..bytes.below(4)).map(|_| value(bytes, depth - 1)).collect::<Vec<_>>().into(),
        _ => (0..bytes.below(7)).map(|_| (bytes.pick(NAMES).to_owned(), value(bytes, depth - 1))).collect::<Map<_, _>>().into(),
    }
}

/// A record of which each field may be anything.
fn record(bytes: &mut Bytes<'_>) -> Value {
    let mut record = Map::new();
    for _ in 0..bytes.below(8) {
        record.insert(bytes.pick(&NAMES[6..]).to_owned(), leaf(bytes));
    }
    if bytes.one_in(2) {
        let prompt = if bytes.one_in(2) { PROMPT.into() } else { text(bytes) };
        let params = if bytes.one_in(3) { json!({ "input": { "prompt": prompt } }) } else { json!({ "prompt": prompt }) };
        record.insert("paramJson".into(), if bytes.one_in(3) { params } else { params.to_string().into() });
    }
    record.insert("successFlag".into(), if bytes.one_in(4) { leaf(bytes) } else { bytes.below(5).into() });
    let response = if bytes.one_in(3) { value(bytes, 2) } else { json!({ "resultImageUrl": text(bytes), "originImageUrl": leaf(bytes) }) };
    record.insert("response".into(), response);
    record.into()
}
