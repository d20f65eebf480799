//! Whatever comes, it is read: any JSON, any status, any headers.

#![cfg(not(target_arch = "wasm32"))]

mod support;

use nanobanana_task::reply::{Json, Reading, Reply, read};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use support::http_date::http_date;
use support::replies::{NAMES, PROMPT, TEXTS, check, play};
use support::{Doc, KEY};

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(TEXTS).prop_map(String::from),
        1 => Just(format!("it is {KEY}, {KEY}{KEY}")),
        1 => Just(format!("no {PROMPT}")),
        1 => ".{0,40}",
        1 => (".", 0_usize..3000).prop_map(|(part, times)| part.repeat(times)),
    ]
}

fn leaves() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0_u8..5).prop_map(Value::from),
        (0_u16..700).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(vec![1e300, -1e300, f64::MAX, f64::MIN_POSITIVE, -0.0, 0.5, 200.0, 8.64e15, 8.65e15]).prop_map(Value::from),
        texts().prop_map(Value::from),
    ]
}

fn documents() -> impl Strategy<Value = Value> {
    leaves().prop_recursive(5, 60, 8, |inner| {
        let name = prop_oneof![6 => prop::sample::select(NAMES).prop_map(String::from), 1 => ".{0,6}"];
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            4 => prop::collection::vec((name, inner), 0..8)
                .prop_map(|members| Value::from(members.into_iter().collect::<Map<String, Value>>())),
        ]
    })
}

/// A record of which each field may be anything.
fn records() -> impl Strategy<Value = Value> {
    let fields = prop::collection::vec((prop::sample::select(&NAMES[6..]), leaves()), 0..8);
    (fields, leaves(), prop_oneof![leaves(), (0_u8..5).prop_map(Value::from)], documents()).prop_map(|(fields, url, flag, response)| {
        let mut record: Map<String, Value> = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        record.insert("successFlag".into(), flag);
        record.insert("response".into(), if response.is_object() { response } else { json!({ "resultImageUrl": url }) });
        Value::from(record)
    })
}

fn bodies() -> impl Strategy<Value = Option<Value>> {
    prop_oneof![
        1 => Just(None),
        3 => documents().prop_map(Some),
        3 => (leaves(), texts(), documents()).prop_map(|(code, msg, data)| Some(json!({ "code": code, "msg": msg, "data": data }))),
        5 => (texts(), records()).prop_map(|(msg, data)| Some(json!({ "code": 200, "msg": msg, "data": data }))),
    ]
}

fn statuses() -> impl Strategy<Value = u16> {
    prop_oneof![2 => Just(200_u16), 2 => 0_u16..700, 1 => any::<u16>()]
}

fn headers() -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        2 => Just(None),
        1 => (0_u64..u64::MAX).prop_map(|seconds| Some(seconds.to_string())),
        1 => ".{0,50}".prop_map(Some),
        1 => "(Sun|Monday)[, ]{0,2}[0-9]{1,3}[ -][A-Z][a-z]{2}[ -][0-9]{1,5} [0-9]{1,3}:[0-9]{1,3}:[0-9]{1,3} (GMT|)".prop_map(Some),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_reply_has_a_sound_reading(body in bodies(), http_status in statuses(), retry_after in headers(), date in headers()) {
        let [retry_at_ms, date_ms] = [&retry_after, &date].map(|text| text.as_deref().and_then(http_date));
        check(&Reply { retry_after: retry_after.as_deref(), retry_at_ms, date_ms, ..support::reply(http_status, body) });
    }

    /// Where a JSON text is cut, there is no task in it, and no panic either.
    #[test]
    fn cut_json_brings_no_task(record in records(), share in 0.0_f64..1.0) {
        let text = json!({ "code": 200, "msg": "success", "data": record }).to_string();
        let at = (0..text.len()).filter(|at| text.is_char_boundary(*at)).nth((share * text.chars().count() as f64) as usize).unwrap_or(0);
        let reading = read(&Reply { body: Doc::parse(&text[..at]), ..support::reply(200, None) });
        prop_assert!(matches!(reading, Reading::Problem(_)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// As the fuzzer does it.
    #[test]
    fn what_bytes_make_up_is_read(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        play(&bytes);
    }
}
