//! The exported functions in a real page: headless Chromium, its own fetch, and the simulator, which is of another origin.
#![cfg(target_arch = "wasm32")]

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use js_sys::{Array, Date, Error, Function, JSON, Object, Promise, Reflect};
use nanobanana_task::reply::Json;
use nanobanana_task::{get_task_details, wait_for_task};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::AbortController;

wasm_bindgen_test_configure!(run_in_browser);

/// Compiled in, because a page has no environment. Without them this still compiles, for the linters.
const SIMULATOR_URL: Option<&str> = option_env!("SIMULATOR_URL");
const SIMULATOR_KEY: Option<&str> = option_env!("SIMULATOR_KEY");

/// A signal's abort or a deadline may take this long to arrive.
const LATE_MS: f64 = 150.0;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, ms: f64);
    #[wasm_bindgen(js_namespace = crypto, js_name = randomUUID)]
    fn random_uuid() -> String;
    #[wasm_bindgen(thread_local_v2, js_namespace = location, js_name = origin)]
    static ORIGIN: String;
}

/// An id that the simulator has not met.
fn fresh(scenario: &str) -> String {
    format!("{scenario}--{}", random_uuid())
}

fn simulator(path: &str) -> String {
    let url = SIMULATOR_URL.expect("SIMULATOR_URL and SIMULATOR_KEY name a running simulator: run `cargo xtask test wasm`");
    format!("{url}{path}")
}

fn key() -> &'static str {
    SIMULATOR_KEY.expect("SIMULATOR_KEY is set")
}

/// JavaScript's own reading of an expression, where `given` is what is handed in.
fn js(expression: &str, given: &JsValue) -> JsValue {
    Function::new_with_args("given", &format!("return ({expression})"))
        .call1(&JsValue::UNDEFINED, given)
        .unwrap_or_else(|thrown| panic!("{expression}: {thrown:?}"))
}

/// Options that reach the simulator with its key, and these.
fn reaching(more: &[(&str, JsValue)]) -> JsValue {
    let key = [("baseUrl", simulator("").into()), ("apiKey", key().into()), ("dangerouslyAllowBrowser", true.into())];
    object(key.iter().chain(more))
}

fn object<'a>(members: impl IntoIterator<Item = &'a (&'a str, JsValue)>) -> JsValue {
    let object = Object::new();
    for (name, value) in members {
        Reflect::set(&object, &(*name).into(), value).expect("a plain object takes members");
    }
    object.into()
}

/// A member, or a member's member: `at(value, "response.resultImageUrl")`.
fn at(value: &JsValue, path: &str) -> JsValue {
    path.split('.').fold(value.clone(), |value, name| {
        Reflect::get(&value, &name.into()).unwrap_or_else(|_| panic!("{path}: nothing has a member {name}"))
    })
}

fn text(value: &JsValue, path: &str) -> String {
    at(value, path).as_string().unwrap_or_else(|| panic!("{path} is no text: {:?}", at(value, path)))
}

fn number(value: &JsValue, path: &str) -> f64 {
    at(value, path).as_f64().unwrap_or_else(|| panic!("{path} is no number: {:?}", at(value, path)))
}

async fn fulfilled(promise: Promise) -> JsValue {
    JsFuture::from(promise).await.unwrap_or_else(|reason| panic!("rejected: {reason:?}"))
}

async fn rejected(promise: Promise) -> JsValue {
    match JsFuture::from(promise).await {
        Err(reason) => reason,
        Ok(value) => panic!("fulfilled: {value:?}"),
    }
}

/// The `TaskError` that a promise rejects with, after a look at what holds for all of them.
async fn failure(promise: Promise, kind: &str) -> JsValue {
    let error = rejected(promise).await;
    assert!(error.is_instance_of::<Error>(), "no Error: {error:?}");
    assert_eq!((text(&error, "name").as_str(), text(&error, "kind").as_str()), ("TaskError", kind), "{}", text(&error, "message"));
    let shown = text(&error, "message") + &text(&error, "stack") + &String::from(JSON::stringify(&error).expect("an error is JSON-safe"));
    assert!(!shown.contains(key()), "the key is in it");
    assert_eq!(js("Object.getOwnPropertyDescriptor(given, 'details').enumerable", &error), JsValue::FALSE);
    error
}

async fn sleep(ms: f64) {
    JsFuture::from(Promise::new(&mut |resolve, _| set_timeout(&resolve, ms))).await.expect("a timer");
}

/// All of them, side by side: the runner gives the whole of this file 20 s.
async fn together(works: impl IntoIterator<Item = impl Future<Output = ()>>) {
    let mut works: Vec<Pin<Box<_>>> = works.into_iter().map(Box::pin).collect();
    poll_fn(|context| {
        works.retain_mut(|work| work.as_mut().poll(context).is_pending());
        if works.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// What the simulator wrote down.
async fn log(task_id: &str) -> JsValue {
    let address = simulator("/simulator/log?taskId=") + &String::from(js_sys::encode_uri_component(task_id));
    fulfilled(js("fetch(given).then((reply) => reply.json())", &address.into()).unchecked_into()).await
}

async fn looks(task_id: &str) -> f64 {
    number(&log(task_id).await, "looks.length")
}

/// A fetch of the caller's own: gives a success, and keeps the last request in its member `request`.
fn own_fetch() -> JsValue {
    js(
        "Object.assign(async function f(input, init) {
            f.request = new Request(input, init);
            const data = { successFlag: 1, response: { resultImageUrl: 'https://pictures.example/1.png' } };
            return Response.json({ code: 200, data });
        }, { request: null })",
        &JsValue::UNDEFINED,
    )
}

/// Asserts that a promise settles this long after now, and gives it back.
async fn settles_after(ms: f64, promise: Promise) -> Promise {
    let began = Date::now();
    let settled = js("given.then(() => Date.now(), () => Date.now())", &promise);
    let took = fulfilled(settled.unchecked_into()).await.as_f64().expect("a time") - began;
    assert!((ms - 10.0..=ms + LATE_MS).contains(&took), "settled after {took} ms in place of {ms}");
    promise
}

#[wasm_bindgen_test]
async fn a_look_gives_every_field_and_its_dates_are_dates() {
    let id = fresh("success-origin");
    let details = fulfilled(get_task_details(id.as_str().into(), reaching(&[]))).await;
    assert_eq!(
        String::from(js("Object.keys(given).join()", &details).unchecked_into::<js_sys::JsString>()),
        "taskId,status,successFlag,response,paramJson,operationType,createTime,completeTime,createdAt,completedAt,errorCode,errorMessage"
    );
    assert_eq!((text(&details, "taskId"), text(&details, "status"), number(&details, "successFlag")), (id.clone(), "SUCCESS".into(), 1.0));
    assert_eq!(text(&details, "response.resultImageUrl"), simulator(&format!("/pictures/{id}.png")));
    assert_eq!(text(&details, "response.originImageUrl"), simulator(&format!("/originals/{id}.png")));
    assert!(text(&details, "paramJson").contains("prompt"));
    assert!(at(&details, "errorCode").is_null() && at(&details, "errorMessage").is_null());
    for path in ["createdAt", "completedAt", "response.originImageExpiresAt"] {
        assert!(at(&details, path).is_instance_of::<Date>(), "{path}");
    }
    let expected = js("Date.parse(given.createTime.replace(' ', 'T') + '+08:00')", &details);
    assert_eq!(at(&details, "createdAt").unchecked_into::<Date>().get_time(), expected.as_f64().expect("a time"));
    assert_eq!(looks(&id).await, 1.0);
}

#[wasm_bindgen_test]
async fn each_kind_of_failure_is_told_with_its_fields() {
    let none = f64::NAN;
    let cases = [
        ("http-400", "bad-request", false, 400.0, 400.0),
        ("body-401", "unauthorized", false, 200.0, 401.0),
        ("http-402", "payment-required", false, 402.0, 402.0),
        ("body-403", "forbidden", false, 200.0, 403.0),
        ("body-429-retry", "rate-limited", true, 200.0, 429.0),
        ("http-502", "server", true, 502.0, 502.0),
        ("not-found-body", "not-found", true, 200.0, 404.0),
        ("html-200", "invalid-reply", true, 200.0, none),
        ("cut-json", "invalid-reply", true, 200.0, none),
        ("success-script-url", "invalid-reply", true, 200.0, 200.0),
        // A page is not told where a redirect leads, nor its status.
        ("redirect-other", "invalid-reply", true, none, none),
        ("close", "network", true, none, none),
        ("cut-body", "network", true, none, none),
        ("silent", "network", true, none, none),
        ("drip-endless", "network", true, none, none),
        ("http-401-echo-key", "unauthorized", false, 401.0, 401.0),
    ];
    together(cases.map(async |(scenario, kind, retryable, status, code)| {
        let id = fresh(scenario);
        let limit = if matches!(scenario, "silent" | "drip-endless") { 300.0 } else { 10_000.0 };
        let error = failure(get_task_details(id.as_str().into(), reaching(&[("requestTimeoutMs", limit.into())])), kind).await;
        let expect = |name: &str, expected: f64| match at(&error, name).as_f64() {
            Some(found) => assert_eq!(found, expected, "{scenario}: {name}"),
            None => assert!(at(&error, name).is_null() && expected.is_nan(), "{scenario}: {name}"),
        };
        expect("httpStatus", status);
        expect("code", code);
        expect("attempts", 1.0);
        assert_eq!(at(&error, "retryable").as_bool(), Some(retryable), "{scenario}");
        assert_eq!((text(&error, "taskId"), text(&error, "handle.taskId")), (id.clone(), id.clone()), "{scenario}");
        assert!(at(&error, "details").is_null(), "{scenario}");
        assert_eq!(number(&error, "handle.deadlineAt"), number(&error, "handle.startedAt"), "{scenario}");
        assert_eq!(number(&log(&id).await, "otherOrigin.looks.length"), 0.0, "{scenario}: the other origin was asked");
    }))
    .await;
}

#[wasm_bindgen_test]
async fn a_wait_goes_on_through_trouble_to_the_picture_and_shows_each_look() {
    let id = fresh("script.flag-99.html-502.success");
    let shown = Array::new();
    let on_progress = js("(progress) => void given.push(progress)", &shown);
    let task = fulfilled(wait_for_task(id.as_str().into(), reaching(&[("onProgress", on_progress), ("pace", "eager".into())]))).await;
    assert_eq!(text(&task, "status"), "SUCCESS");
    let told = js("given.map((p) => `${p.attempt} ${p.details.status} ${p.problem?.kind ?? ''}`).join()", &shown);
    assert_eq!(told.as_string().unwrap_or_default(), "1 UNKNOWN ,2 UNKNOWN server,3 SUCCESS ");
    let last = shown.get(2);
    assert!(at(&last, "nextLookInMs").is_null());
    assert_eq!(number(&last, "estimatedProgress"), 1.0);
    // Both are whole ms, of which the start is rounded down and the end up.
    let span_ms = number(&shown.get(0), "handle.deadlineAt") - number(&shown.get(0), "handle.startedAt");
    assert!((600_000.0..=600_001.0).contains(&span_ms), "{span_ms}");
}

#[wasm_bindgen_test]
async fn a_failed_task_rejects_with_what_the_api_says() {
    let error = failure(wait_for_task(fresh("failed-echo-prompt").into(), reaching(&[])), "task-failed").await;
    assert_eq!((number(&error, "code"), text(&error, "details.status").as_str()), (422.0, "GENERATE_FAILED"));
    assert!(at(&error, "handle").is_null());
    assert!(!text(&error, "message").contains("lighthouse") && text(&error, "message").contains("[prompt]"));
}

#[wasm_bindgen_test]
async fn an_abort_ends_a_wait_wherever_it_is_with_the_very_reason() {
    let cases = [("success", -1.0, 0.0), ("silent", 300.0, 1.0), ("drip-endless", 500.0, 1.0), ("pending", 600.0, 1.0)];
    together(cases.map(async |(scenario, after_ms, seen)| {
        let id = fresh(scenario);
        let controller = AbortController::new().expect("a controller");
        let reason: JsValue = Object::new().into();
        let abort = Closure::once_into_js({
            let (controller, reason) = (controller.clone(), reason.clone());
            move || controller.abort_with_reason(&reason)
        });
        if after_ms < 0.0 {
            controller.abort_with_reason(&reason);
        } else {
            set_timeout(abort.unchecked_ref(), after_ms);
        }
        let promise = wait_for_task(id.as_str().into(), reaching(&[("signal", controller.signal().into()), ("pace", "eager".into())]));
        let promise = settles_after(after_ms.max(0.0), promise).await;
        assert!(Object::is(&rejected(promise).await, &reason), "{scenario}: another reason");
        sleep(2_900.0).await;
        assert_eq!(looks(&id).await, seen, "{scenario}: requests");
        if matches!(scenario, "silent" | "drip-endless") {
            assert_eq!(text(&log(&id).await, "looks.0.ended"), "client-left", "{scenario}");
        }
    }))
    .await;
}

#[wasm_bindgen_test]
async fn a_deadline_holds_over_a_request_and_its_body() {
    together(["silent", "drip-endless", "drip-100ms", "pending"].map(async |scenario| {
        let id = fresh(scenario);
        let promise = settles_after(1_000.0, wait_for_task(id.as_str().into(), reaching(&[("timeoutMs", 1_000.into())]))).await;
        let error = failure(promise, "timed-out").await;
        assert_eq!((at(&error, "retryable").as_bool(), text(&error, "handle.taskId")), (Some(true), id), "{scenario}");
    }))
    .await;
}

#[wasm_bindgen_test]
async fn a_handle_goes_on_with_the_wait() {
    let id = fresh("success-1s");
    let error = failure(wait_for_task(id.into(), reaching(&[("timeoutMs", 1_000.into())])), "timed-out").await;
    let stored = JSON::parse(&String::from(JSON::stringify(&at(&error, "handle")).expect("JSON-safe"))).expect("JSON");
    let shown = Array::new();
    let on_progress = js("(progress) => void given.push(progress)", &shown);
    let task = fulfilled(wait_for_task(stored.clone(), reaching(&[("onProgress", on_progress), ("timeoutMs", 20_000.into())]))).await;
    assert_eq!(text(&task, "status"), "SUCCESS");
    assert_eq!(number(&shown.get(0), "handle.startedAt"), number(&stored, "startedAt"));
    assert!(number(&shown.get(0), "elapsedMs") >= 1_000.0);
}

#[wasm_bindgen_test]
async fn a_key_in_a_page_is_refused_and_nothing_is_sent() {
    let ask = js("() => 'sekret'", &JsValue::UNDEFINED);
    for (api_key, allowed) in [("sekret".into(), JsValue::UNDEFINED), ("sekret".into(), "true".into()), (ask, JsValue::FALSE)] {
        let fetch = own_fetch();
        let options = object(&[("apiKey", api_key), ("dangerouslyAllowBrowser", allowed), ("fetch", fetch.clone())]);
        for promise in [get_task_details("t".into(), options.clone()), wait_for_task("t".into(), options.clone())] {
            let error = failure(promise, "invalid-argument").await;
            assert!(text(&error, "message").contains("dangerouslyAllowBrowser") && !text(&error, "stack").contains("sekret"));
            assert_eq!(number(&error, "attempts"), 0.0);
        }
        assert!(at(&fetch, "request").is_null(), "it was sent");
    }
}

#[wasm_bindgen_test]
async fn without_base_url_a_page_asks_its_own_origin() {
    let origin = ORIGIN.with(String::clone);
    for (base, expected) in [
        (JsValue::UNDEFINED, origin.clone()),
        ("/gateway/".into(), format!("{origin}/gateway")),
        ("https://api.example/v2".into(), "https://api.example/v2".into()),
    ] {
        let fetch = own_fetch();
        fulfilled(get_task_details("a b".into(), object(&[("baseUrl", base), ("fetch", fetch.clone())]))).await;
        assert_eq!(text(&fetch, "request.url"), format!("{expected}/api/v1/nanobanana/record-info?taskId=a%20b"));
        assert_eq!(text(&fetch, "request.cache"), "no-store");
        assert!(js("given.request.headers.get('authorization')", &fetch).is_null());
    }
    // Over the wire: the test's own server has no such path.
    let error = failure(get_task_details("t".into(), JsValue::UNDEFINED), "invalid-reply").await;
    assert_eq!(number(&error, "httpStatus"), 404.0);
}

#[wasm_bindgen_test]
async fn callers_mistakes_and_their_callbacks_never_hang_a_promise() {
    for id in [JsValue::UNDEFINED, JsValue::NULL, 1.into(), "".into(), Array::new().into(), Object::new().into(), JsValue::symbol(None)] {
        failure(get_task_details(id.clone(), JsValue::UNDEFINED), "invalid-argument").await;
        failure(wait_for_task(id, JsValue::UNDEFINED), "invalid-argument").await;
    }
    for (name, value) in
        [("fetch", 1.into()), ("signal", Object::new().into()), ("timeoutMs", "1".into()), ("pace", "fast".into()), ("baseUrl", 1.into())]
    {
        let error = failure(wait_for_task("t".into(), object(&[(name, value)])), "invalid-argument").await;
        assert!(text(&error, "message").contains(name), "{name}");
    }
    for thrower in ["() => { throw 5 }", "() => Promise.reject('no')", "() => undefined", "() => ({})", "() => Promise.reject(undefined)"] {
        failure(get_task_details("t".into(), object(&[("fetch", js(thrower, &JsValue::UNDEFINED))])), "network").await;
    }
    let thrower = js("() => { throw given }", &"mine".into());
    let ended = rejected(wait_for_task("t".into(), object(&[("fetch", own_fetch()), ("onProgress", thrower)]))).await;
    assert_eq!(ended.as_string().unwrap_or_default(), "mine");
}

/// What natively `serde_json` says of the same texts: the readers see one JSON in both worlds.
#[wasm_bindgen_test]
fn the_window_on_the_engines_json() {
    let parse = |text: &str| <JsValue as Json>::parse(text);
    for broken in ["", "{", "{\"a\":}", "<html>", "undefined", "NaN", "'a'", "[1,]"] {
        assert!(parse(broken).is_none(), "{broken}");
    }
    let value =
        parse(r#"{"null":null,"false":false,"zero":0,"text":"0","empty":"","list":[1],"in":{"a":"é🍌"},"big":1e400,"__proto__":5}"#)
            .expect("JSON");
    let member = |name| Json::member(&value, name);
    assert!(Json::is_object(&value) && member("null").is_nothing() && member("absent").is_nothing());
    let no = member("false");
    assert!(!no.is_nothing() && Json::number(&no).is_none() && Json::text(&no).is_none() && !Json::is_object(&no));
    assert_eq!(Json::number(&member("zero")), Some(0.0));
    assert!(Json::number(&member("text")).is_none() && Json::text(&member("text")).as_deref() == Some("0"));
    assert_eq!(Json::text(&member("empty")).as_deref(), Some(""));
    assert!(!member("list").is_nothing() && !Json::is_object(&member("list")) && Json::text(&member("list")).is_none());
    assert_eq!(Json::text(&Json::member(&member("in"), "a")).as_deref(), Some("é🍌"));
    for text in ["null", "5", "\"text\"", "true"] {
        assert!(parse(text).is_some_and(|value| !Json::is_object(&value) && Json::member(&value, "length").is_nothing()), "{text}");
    }
}
