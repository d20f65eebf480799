//! Values out: plain objects, in the words and types of the public TypeScript.

use super::error::{Rejection, Thrown};
use crate::reply::{Code, TaskDetails};
use crate::wait::{Failure, Handle, Wait};
use js_sys::{Date, Function};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use wasm_bindgen::prelude::*;

/// A value on its way out. One type for all of them, because each derived `Serialize` would come with its own copy of the machinery.
enum Out<'a> {
    Null,
    Flag(bool),
    Number(f64),
    Text(&'a str),
    Js(JsValue),
    Object(&'a [(&'static str, Out<'a>)]),
}

impl Serialize for Out<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Number(number) => serializer.serialize_f64(*number),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Js(value) => serde_wasm_bindgen::preserve::serialize(value, serializer),
            Self::Object(members) => {
                let mut map = serializer.serialize_map(None)?;
                for (name, value) in *members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

impl Out<'_> {
    /// Plain data cannot fail to be written; were it to, the caller would get null and not a trap.
    fn to_js(&self) -> JsValue {
        self.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or(JsValue::NULL)
    }
}

fn text<'a>(text: Option<&'a String>) -> Out<'a> {
    text.map_or(Out::Null, |text| Out::Text(text))
}

fn number<'a>(number: Option<f64>) -> Out<'a> {
    number.map_or(Out::Null, Out::Number)
}

fn date<'a>(ms: Option<f64>) -> Out<'a> {
    ms.map_or(Out::Null, |ms| Out::Js(Date::new(&ms.into()).into()))
}

fn code(code: Option<&Code>) -> Out<'_> {
    match code {
        None => Out::Null,
        Some(Code::Number(number)) => Out::Number(*number),
        Some(Code::Text(text)) => Out::Text(text),
    }
}

fn handle_out(handle: Option<&Handle>) -> JsValue {
    let Some(handle) = handle else { return JsValue::NULL };
    Out::Object(&[
        ("v", Out::Number(1.0)),
        ("taskId", Out::Text(&handle.task_id)),
        ("startedAt", Out::Number(handle.started_at_ms)),
        ("deadlineAt", number(handle.deadline_at_ms)),
    ])
    .to_js()
}

/// The state of a task as callers get it; null for none.
pub(crate) fn details_out(details: Option<&TaskDetails>) -> JsValue {
    let Some(details) = details else { return JsValue::NULL };
    let response = match &details.pictures {
        None => JsValue::NULL,
        Some(pictures) => Out::Object(&[
            ("resultImageUrl", Out::Text(&pictures.result_image_url)),
            ("originImageUrl", text(pictures.origin_image_url.as_ref())),
            ("originImageExpiresAt", date(pictures.origin_image_expires_at_ms)),
        ])
        .to_js(),
    };
    Out::Object(&[
        ("taskId", Out::Text(&details.task_id)),
        ("status", Out::Text(details.status.name())),
        ("successFlag", Out::Number(details.success_flag)),
        ("response", Out::Js(response)),
        ("paramJson", text(details.param_json.as_ref())),
        ("operationType", text(details.operation_type.as_ref())),
        ("createTime", text(details.create_time.as_ref())),
        ("completeTime", text(details.complete_time.as_ref())),
        ("createdAt", date(details.created_at_ms)),
        ("completedAt", date(details.completed_at_ms)),
        ("errorCode", code(details.error_code.as_ref())),
        ("errorMessage", text(details.error_message.as_ref())),
    ])
    .to_js()
}

/// The fields of a `TaskError`.
pub(crate) fn failure_out(failure: &Failure) -> JsValue {
    let problem = &failure.problem;
    Out::Object(&[
        ("kind", Out::Text(problem.kind.name())),
        ("taskId", Out::Text(&failure.task_id)),
        ("retryable", Out::Flag(problem.retryable())),
        ("httpStatus", number(problem.http_status.map(f64::from))),
        ("code", code(problem.code.as_ref())),
        ("details", Out::Js(details_out(failure.details.as_deref()))),
        ("attempts", Out::Number(failure.attempts.into())),
        ("elapsedMs", Out::Number(failure.elapsed_ms.floor())),
        ("handle", Out::Js(handle_out(failure.handle.as_ref()))),
    ])
    .to_js()
}

/// Shows a wait's progress to the caller; what the callback throws comes back.
pub(crate) fn report(on_progress: &Function, wait: &Wait, cause: Option<&Thrown>, now_ms: f64) -> Result<(), Rejection> {
    let problem = match Failure::of_last_look(wait, now_ms) {
        None => JsValue::NULL,
        Some(failure) => Rejection::of(&failure, cause).into(),
    };
    let progress = Out::Object(&[
        ("details", Out::Js(details_out(wait.details().map(AsRef::as_ref)))),
        ("problem", Out::Js(problem)),
        ("attempt", Out::Number(wait.looks().into())),
        ("elapsedMs", Out::Number(wait.elapsed_ms(now_ms).floor())),
        ("nextLookInMs", number(wait.next_look_in_ms(now_ms).map(f64::floor))),
        ("estimatedProgress", Out::Number(wait.estimated_progress())),
        ("handle", Out::Js(handle_out(Some(wait.handle())))),
    ])
    .to_js();
    match on_progress.call1(&JsValue::UNDEFINED, &progress) {
        Ok(_) => Ok(()),
        Err(thrown) => Err(Rejection::as_is(thrown)),
    }
}
