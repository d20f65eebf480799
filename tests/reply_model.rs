//! Which model and resolution a reply tells of: by the names of the request's parameters, and by what the API calls the operation.

#![cfg(not(target_arch = "wasm32"))]

mod support;

use nanobanana_task::reply::Model::{Pro, Standard, Two, Unknown};
use nanobanana_task::reply::Resolution::{FourK, OneK, TwoK, Unknown as NoSize};
use nanobanana_task::reply::{Model, Reading, Reply, Resolution, read};
use serde_json::{Value, json};

/// What a record with this `paramJson` and `operationType` is taken for.
fn recognized(params: &Value, operation: &Value) -> (Model, Resolution) {
    let param_json = if params.is_object() { Value::String(params.to_string()) } else { params.clone() };
    let record = json!({ "taskId": "t", "successFlag": 0, "paramJson": param_json, "operationType": operation });
    let Reading::Task(details) = read(&support::reply(200, Some(json!({ "code": 200, "data": record })))) else { panic!("no task") };
    (details.model, details.resolution)
}

#[test]
fn the_operation_names_the_model_and_the_size() {
    for (operation, expected) in [
        ("nano-banana-2_1k", (Two, OneK)),
        ("NANO-BANANA-2_4K", (Two, FourK)),
        ("nano_banana_2_2k", (Two, TwoK)),
        ("nanobanana2-2K", (Two, TwoK)),
        ("Nano Banana 2", (Two, NoSize)),
        ("generate-2", (Two, NoSize)),
        ("generate-image-2_4k", (Two, FourK)),
        ("nano-banana-pro_2k", (Pro, TwoK)),
        ("nanobanana_pro", (Pro, NoSize)),
        ("GENERATE_PRO_4K", (Pro, FourK)),
        ("gemini-3-pro-image-preview", (Pro, NoSize)),
        ("nanobanana_TEXTTOIAMGE", (Standard, NoSize)),
        ("nanobanana_IMAGETOIMAGE", (Standard, NoSize)),
        ("nano-banana", (Standard, NoSize)),
        // The size alone, which the standard model has none of; and not version 2.
        ("nano-banana_2k", (Pro, TwoK)),
        ("something else", (Unknown, NoSize)),
        ("", (Unknown, NoSize)),
    ] {
        assert_eq!(recognized(&Value::Null, &json!(operation)), expected, "{operation}");
        assert_eq!(recognized(&json!({ "prompt": "two cats" }), &json!(operation)), expected, "{operation} with a prompt");
    }
}

#[test]
fn the_names_of_the_parameters_tell_the_model() {
    let images = |count: usize| json!({ "imageUrls": vec!["https://a.test/b.png"; count], "resolution": "1K" });
    for (params, expected) in [
        (json!({ "type": "TEXTTOIAMGE" }), (Standard, NoSize)),
        (json!({ "numImages": 1 }), (Standard, NoSize)),
        (json!({ "image_size": "16:9" }), (Standard, NoSize)),
        (json!({ "outputFormat": "png", "resolution": "4K" }), (Two, FourK)),
        (json!({ "googleSearch": false }), (Two, NoSize)),
        (images(9), (Two, OneK)),
        (images(8), (Unknown, OneK)),
        // Pro and generate-2 both take it.
        (json!({ "resolution": "2K" }), (Unknown, TwoK)),
        (json!({ "resolution": "4k", "aspectRatio": "1:1" }), (Unknown, FourK)),
        (json!({ "resolution": "8K" }), (Unknown, NoSize)),
        (json!({ "resolution": 2 }), (Unknown, NoSize)),
        (json!({ "type": null, "outputFormat": null }), (Unknown, NoSize)),
        (json!({ "prompt": "type numImages outputFormat 4K nano-banana-2" }), (Unknown, NoSize)),
        (json!("no JSON"), (Unknown, NoSize)),
        (json!(""), (Unknown, NoSize)),
        (Value::Null, (Unknown, NoSize)),
    ] {
        assert_eq!(recognized(&params, &Value::Null), expected, "{params}");
    }
}

#[test]
fn what_the_operation_names_counts_before_the_parameters() {
    let foreign = json!({ "type": "TEXTTOIAMGE", "image_size": "1:1", "resolution": "4K" });
    assert_eq!(recognized(&foreign, &json!("nano-banana-2_1k")), (Two, FourK), "foreign names are swallowed, and repeated");
    assert_eq!(recognized(&foreign, &json!("nano-banana-pro")), (Pro, FourK));
    assert_eq!(recognized(&json!({ "outputFormat": "png" }), &json!("nanobanana_TEXTTOIAMGE")), (Two, NoSize));
    // The older spelling is not that of generate-2, and the standard model takes no resolution.
    assert_eq!(recognized(&json!({ "resolution": "2K" }), &json!("nanobanana_TEXTTOIAMGE")), (Pro, TwoK));
}

#[test]
fn parameters_in_any_form_tell_the_model() {
    // As an object in place of its text.
    let record = json!({ "taskId": "t", "successFlag": 0, "paramJson": { "outputFormat": "png", "resolution": "4K" } });
    let Reading::Task(details) = read(&support::reply(200, Some(json!({ "code": 200, "data": record })))) else { panic!("no task") };
    assert_eq!((details.model, details.resolution), (Two, FourK));
    // As an earlier reply told them, where this one does not repeat them.
    let bare = json!({ "code": 200, "data": { "taskId": "t", "successFlag": 0 } });
    let reply = Reply { known: Some(&details), ..support::reply(200, Some(bare)) };
    let Reading::Task(later) = read(&reply) else { panic!("no task") };
    assert_eq!((later.model, later.resolution), (Two, FourK));
}
