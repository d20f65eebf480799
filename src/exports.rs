//! What the wasm exports: one-line bodies. Their TypeScript is `types.d.ts`.

use crate::client::carry_out;
use crate::web::{Call, Rejection};
use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.d.ts");

/// `getTaskDetails(taskId, options?)`: one look. Rejects with a `TaskError`, or with the reason of the caller's signal.
#[wasm_bindgen(js_name = getTaskDetails, skip_typescript)]
pub fn get_task_details(task_id: JsValue, options: JsValue) -> Promise {
    promise(Call::to_look(&task_id, &options))
}

/// `waitForTask(task, options?)`: looks until the task has ended. Rejects with a `TaskError`, with the reason of the caller's signal, or
/// with what `onProgress` threw.
#[wasm_bindgen(js_name = waitForTask, skip_typescript)]
pub fn wait_for_task(task: JsValue, options: JsValue) -> Promise {
    promise(Call::to_wait(&task, &options))
}

/// One future for every export: each would come with its own copy of the whole driver.
fn promise(call: Result<Call, Rejection>) -> Promise {
    match call {
        Ok(call) => future_to_promise(carry_out(call)),
        Err(rejection) => Promise::reject(&rejection.into()),
    }
}
