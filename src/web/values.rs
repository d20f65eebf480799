//! Values out: plain objects, in the words and types of the public TypeScript.

use super::error::{Rejection, Thrown};
use crate::reply::{Code, Pictures, TaskDetails};
use crate::wait::{Failure, Handle, History, Wait};
use js_sys::{Date, Function, Reflect};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

static SERIALIZER: Serializer = Serializer::json_compatible();

/// Plain data on its way out. One type for all of it, because each derived `Serialize` would come with its own copy of the machinery.
enum Out<'a> {
    Null,
    Flag(bool),
    Number(f64),
    Text(&'a str),
}

impl Serialize for Out<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Number(number) => serializer.serialize_f64(*number),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

/// An object on its way out. Its members are set one by one: serde's map, and JavaScript's own values through serde, weigh more.
pub(super) struct Object(pub(super) js_sys::Object);

impl Object {
    pub(super) fn new() -> Self {
        Self(js_sys::Object::new())
    }

    /// Plain data cannot fail to be written; were it to, the caller would get null and not a trap.
    fn put(&mut self, name: &str, value: &Out<'_>) {
        self.js(name, &value.serialize(&SERIALIZER).unwrap_or(JsValue::NULL));
    }

    pub(super) fn js(&mut self, name: &str, value: &JsValue) {
        // A new object takes every member.
        let _ = Reflect::set(&self.0, &name.into(), value);
    }

    pub(super) fn text(&mut self, name: &str, text: &str) {
        self.put(name, &Out::Text(text));
    }

    fn text_or_null(&mut self, name: &str, text: &Option<String>) {
        self.put(name, &text.as_ref().map_or(Out::Null, |text| Out::Text(text)));
    }

    fn number(&mut self, name: &str, number: f64) {
        self.put(name, &Out::Number(number));
    }

    fn number_or_null(&mut self, name: &str, number: Option<f64>) {
        self.put(name, &number.map_or(Out::Null, Out::Number));
    }

    fn date(&mut self, name: &str, ms: Option<f64>) {
        self.js(name, &ms.map_or(JsValue::NULL, |ms| Date::new(&ms.into()).into()));
    }

    fn code(&mut self, name: &str, code: &Option<Code>) {
        self.put(
            name,
            &match code {
                None => Out::Null,
                Some(Code::Number(number)) => Out::Number(*number),
                Some(Code::Text(text)) => Out::Text(text),
            },
        );
    }

    fn into_js(self) -> JsValue {
        self.0.into()
    }
}

fn handle_out(handle: &Handle) -> JsValue {
    let mut out = Object::new();
    out.number("v", 1.0);
    out.text("taskId", &handle.task_id);
    out.number("startedAt", handle.started_at_ms);
    out.number_or_null("deadlineAt", handle.deadline_at_ms);
    out.into_js()
}

fn pictures_out(pictures: &Pictures) -> JsValue {
    let mut out = Object::new();
    out.text("resultImageUrl", &pictures.result_image_url);
    out.text_or_null("originImageUrl", &pictures.origin_image_url);
    out.date("originImageExpiresAt", pictures.origin_image_expires_at_ms);
    out.into_js()
}

/// The state of a task as callers get it; null for none.
pub(crate) fn details_out(details: Option<&TaskDetails>) -> JsValue {
    let Some(details) = details else { return JsValue::NULL };
    let mut out = Object::new();
    out.text("taskId", &details.task_id);
    out.text("status", details.status.name());
    out.number("successFlag", details.success_flag);
    out.js("response", &details.pictures.as_ref().map_or(JsValue::NULL, pictures_out));
    out.text_or_null("paramJson", &details.param_json);
    out.text_or_null("operationType", &details.operation_type);
    out.text_or_null("createTime", &details.create_time);
    out.text_or_null("completeTime", &details.complete_time);
    out.date("createdAt", details.created_at_ms);
    out.date("completedAt", details.completed_at_ms);
    out.code("errorCode", &details.error_code);
    out.text_or_null("errorMessage", &details.error_message);
    out.into_js()
}

/// The fields of a `TaskError`.
pub(crate) fn failure_out(failure: &Failure) -> JsValue {
    let problem = &failure.problem;
    let mut out = Object::new();
    out.text("kind", problem.kind.name());
    out.text("taskId", &failure.task_id);
    out.put("retryable", &Out::Flag(problem.retryable()));
    // For a gateway alone, which passes it on: task-error.js keeps it out of the public fields.
    out.text("retry", problem.class.name());
    out.number_or_null("httpStatus", problem.http_status.map(f64::from));
    out.code("code", &problem.code);
    out.text("apiMessage", &problem.said);
    out.number_or_null("retryAfterMs", problem.retry_after_ms);
    out.js("details", &details_out(failure.details.as_deref()));
    out.number("attempts", failure.attempts.into());
    out.number("elapsedMs", failure.elapsed_ms.floor());
    out.js("handle", &failure.handle.as_ref().map_or(JsValue::NULL, handle_out));
    out.into_js()
}

fn history_out(History { seen, failures, limited, unknown_since_ms }: History) -> JsValue {
    let mut out = Object::new();
    for (name, count) in [("seen", seen.into()), ("failures", failures), ("limited", limited)] {
        out.number(name, count.into());
    }
    out.number_or_null("unknownSince", unknown_since_ms);
    out.into_js()
}

/// Shows a wait's progress to the caller; what the callback throws comes back.
pub(crate) fn report(
    on_progress: &Function,
    wait: &Wait,
    cause: Option<&Thrown>,
    now_ms: f64,
    next_look_in_ms: Option<f64>,
    tells_history: bool,
) -> Result<(), Rejection> {
    let problem = Failure::of_last_look(wait, now_ms).map_or(JsValue::NULL, |failure| Rejection::of(&failure, cause).into());
    let mut out = Object::new();
    out.js("details", &details_out(wait.details().map(AsRef::as_ref)));
    out.js("problem", &problem);
    out.number("attempt", wait.looks().into());
    out.number("elapsedMs", wait.elapsed_ms(now_ms).floor());
    out.number_or_null("nextLookInMs", next_look_in_ms.map(f64::floor));
    out.number("estimatedProgress", wait.estimated_progress());
    out.js("handle", &handle_out(&wait.stored()));
    if tells_history {
        out.js("history", &wait.outcome().map_or_else(|| history_out(wait.history()), |_| JsValue::NULL));
    }
    match on_progress.call1(&JsValue::UNDEFINED, &out.into_js()) {
        Ok(_) => Ok(()),
        Err(thrown) => Err(Rejection::as_is(thrown)),
    }
}
