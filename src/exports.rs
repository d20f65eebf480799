//! What the wasm exports: short bodies. Their TypeScript is `types.d.ts`; `npm/api.js` makes the public functions of them.

use crate::client::{Drive, Hub, carry_out};
use crate::web::{How, Refusal};
use js_sys::Promise;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.d.ts");

/// `getTaskDetails(taskId, options?)`: one look. Rejects with a `TaskError`, or with the reason of the caller's signal.
#[wasm_bindgen(js_name = getTaskDetails, skip_typescript)]
pub fn get_task_details(task_id: JsValue, options: JsValue) -> Promise {
    call(How::Look, &Hub::of(&options), &task_id, &options).unchecked_into()
}

/// `waitForTask(task, options?)`: looks until the task has ended. Rejects with a `TaskError`, with the reason of the caller's signal, or
/// with what `onProgress` threw.
#[wasm_bindgen(js_name = waitForTask, skip_typescript)]
pub fn wait_for_task(task: JsValue, options: JsValue) -> Promise {
    call(How::Wait, &Hub::of(&options), &task, &options).unchecked_into()
}

/// The core of `watchTask(task, options?)`: a function that promises the next change of state, or undefined after the last; with `true`
/// it ends the watch. A promise that is rejected where the watch cannot begin.
#[wasm_bindgen(js_name = watchTask, skip_typescript)]
pub fn watch_task(task: JsValue, options: JsValue) -> JsValue {
    call(How::Watch, &Hub::of(&options), &task, &options)
}

/// The core of `createClient(options?)`: a function that carries the three out over one connection: 0 for a look, 1 for a wait, 2 for a watch.
#[wasm_bindgen(js_name = createClient, skip_typescript)]
pub fn create_client(options: JsValue) -> JsValue {
    let hub = Hub::of(&options);
    function(move |how, task, options| {
        let how = match how.as_f64() {
            Some(0.0) => How::Look,
            Some(1.0) => How::Wait,
            _ => How::Watch,
        };
        call(how, &hub, &task, &options)
    })
}

fn call(how: How, hub: &Result<Rc<Hub>, Refusal>, task: &JsValue, options: &JsValue) -> JsValue {
    match Drive::new(how, hub, task, options) {
        Ok(drive) if how == How::Watch => watch(drive),
        Ok(drive) => promise(drive, None),
        Err(rejection) => Promise::reject(&rejection.into()).into(),
    }
}

/// One future for every export: each would come with its own copy of the whole driver.
fn promise(drive: Drive, place: Option<Rc<Cell<Option<Drive>>>>) -> JsValue {
    future_to_promise(carry_out(drive, place)).into()
}

/// Between two changes the call waits in its place, and nothing of it runs.
fn watch(drive: Drive) -> JsValue {
    let bell = drive.bell();
    let place = Rc::new(Cell::new(Some(drive)));
    function(move |leave, _, _| {
        let drive = place.take();
        if leave == JsValue::TRUE {
            bell.leave();
        } else if let Some(drive) = drive {
            return promise(drive, Some(Rc::clone(&place)));
        }
        JsValue::UNDEFINED
    })
}

/// A function for JavaScript, which lives as long as that has it. All are of one kind, because each kind comes with its own glue.
fn function(body: impl FnMut(JsValue, JsValue, JsValue) -> JsValue + 'static) -> JsValue {
    let body: Box<dyn FnMut(JsValue, JsValue, JsValue) -> JsValue> = Box::new(body);
    Closure::wrap(body).into_js_value()
}
