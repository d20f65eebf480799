//! Errors out: real `TaskError`s, made here and nowhere else.

use super::values::failure_out;
use crate::wait::Failure;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/npm/task-error.js")]
extern "C" {
    /// The package's error class. The glue passes it on, so that one class serves every entry and `instanceof` holds.
    #[wasm_bindgen(reexport)]
    type TaskError;
    #[wasm_bindgen(constructor)]
    fn new(message: &str, fields: &JsValue, cause: &JsValue) -> TaskError;
}

/// Something that was thrown below us or by a caller's callback.
#[derive(Debug, Clone)]
pub(crate) struct Thrown(pub(crate) JsValue);

/// What a promise of this package rejects with.
#[derive(Debug)]
pub(crate) struct Rejection(JsValue);

impl Rejection {
    /// A `TaskError`.
    pub(crate) fn of(failure: &Failure, cause: Option<&Thrown>) -> Self {
        let cause = cause.map_or(JsValue::UNDEFINED, |thrown| thrown.0.clone());
        Self(TaskError::new(&failure.problem.message, &failure_out(failure), &cause).into())
    }

    /// The caller's own value, as it is: an abort's reason, or what a callback threw.
    pub(crate) fn as_is(value: JsValue) -> Self {
        Self(value)
    }
}

impl From<Rejection> for JsValue {
    fn from(rejection: Rejection) -> Self {
        rejection.0
    }
}

impl From<Rejection> for Thrown {
    fn from(rejection: Rejection) -> Self {
        Self(rejection.0)
    }
}
