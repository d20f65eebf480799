//! What the wasm exports: short bodies. Their TypeScript is `types.d.ts`; `npm/api.js` makes the public functions of them.

use crate::client::{Drive, Hub, carry_out};
use crate::web::{How, Refusal, Rejection};
use js_sys::Promise;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.d.ts");

/// `getTaskDetails(taskId, options?)`: one look. Rejects with a `TaskError`, or with the reason of the caller's signal.
#[wasm_bindgen(js_name = getTaskDetails, skip_typescript)]
pub fn get_task_details(task_id: JsValue, options: JsValue) -> JsValue {
    call(How::Look, &Hub::of(&options), &task_id, &options)
}

/// `waitForTask(task, options?)`: looks until the task has ended. Rejects with a `TaskError`, with the reason of the caller's signal, or
/// with what `onProgress` threw.
#[wasm_bindgen(js_name = waitForTask, skip_typescript)]
pub fn wait_for_task(task: JsValue, options: JsValue) -> JsValue {
    call(How::Wait, &Hub::of(&options), &task, &options)
}

/// The core of `watchTask(task, options?)`: a function that promises the next change of state, or undefined after the last; with `true`
/// it ends the watch.
#[wasm_bindgen(js_name = watchTask, skip_typescript)]
pub fn watch_task(task: JsValue, options: JsValue) -> JsValue {
    call(How::Watch, &Hub::of(&options), &task, &options)
}

/// The core of `createClient(options?)`: a function that carries the three out over one connection: 0 for a look, 1 for a wait, 2 for a watch.
#[wasm_bindgen(js_name = createClient, skip_typescript)]
pub fn create_client(options: JsValue) -> JsValue {
    let hub = Hub::of(&options);
    let client: Box<dyn FnMut(u32, JsValue, JsValue) -> JsValue> = Box::new(move |how, task, options| {
        let how = match how {
            0 => How::Look,
            1 => How::Wait,
            _ => How::Watch,
        };
        call(how, &hub, &task, &options)
    });
    Closure::wrap(client).into_js_value()
}

fn call(how: How, hub: &Result<Rc<Hub>, Refusal>, task: &JsValue, options: &JsValue) -> JsValue {
    let drive = Drive::new(how, hub, task, options);
    if how == How::Watch { watch(drive) } else { promise(drive, None).into() }
}

/// One future for every export: each would come with its own copy of the whole driver.
fn promise(drive: Result<Drive, Rejection>, place: Option<Rc<Cell<Option<Drive>>>>) -> Promise {
    match drive {
        Ok(drive) => future_to_promise(carry_out(drive, place)),
        Err(rejection) => Promise::reject(&rejection.into()),
    }
}

/// Between two changes the call waits in its place, and nothing of it runs.
fn watch(drive: Result<Drive, Rejection>) -> JsValue {
    let bell = drive.as_ref().ok().map(Drive::bell);
    let (drive, mut rejection) = match drive {
        Ok(drive) => (Some(drive), None),
        Err(rejection) => (None, Some(rejection)),
    };
    let place = Rc::new(Cell::new(drive));
    let next: Box<dyn FnMut(bool) -> Promise> = Box::new(move |leave| {
        if let (true, Some(bell)) = (leave, &bell) {
            bell.leave();
        }
        match (place.take(), rejection.take()) {
            (Some(drive), _) if !leave => promise(Ok(drive), Some(Rc::clone(&place))),
            (_, Some(rejection)) if !leave => promise(Err(rejection), None),
            _ => Promise::resolve(&JsValue::UNDEFINED),
        }
    });
    Closure::wrap(next).into_js_value()
}
