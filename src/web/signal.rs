//! The caller's signal.

use crate::reply::Json;
use js_sys::Function;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Whatever behaves like an `AbortSignal`: it may come from another realm or a polyfill, so it is never asked for its class, and all it does
    /// may throw.
    #[derive(Clone, Debug)]
    pub(crate) type Signal;
}

#[wasm_bindgen(module = "/npm/signals.js")]
extern "C" {
    // A signal that takes no listener is looked at after each await all the same.
    #[wasm_bindgen(catch)]
    pub(super) fn heed(signal: &Signal, call: &JsValue) -> Result<Function, JsValue>;
}

impl Signal {
    pub(crate) fn is_aborted(&self) -> bool {
        self.member("aborted") == JsValue::TRUE
    }

    /// The caller's own reason, to be thrown as it is.
    pub(crate) fn reason_of(signal: Option<&Self>) -> JsValue {
        signal.map_or(JsValue::UNDEFINED, |signal| signal.member("reason"))
    }
}

/// Has something done when something else happens, until it is dropped.
pub(super) struct Heeded {
    end: Option<Function>,
    _call: Closure<dyn FnMut()>,
}

impl Heeded {
    /// Of `heed`, which has it called and returns what ends that.
    pub(super) fn new(heed: impl FnOnce(&JsValue) -> Result<Function, JsValue>, call: impl FnMut() + 'static) -> Self {
        let call = Closure::new(call);
        Self { end: heed(call.as_ref()).ok(), _call: call }
    }
}

impl Drop for Heeded {
    fn drop(&mut self) {
        if let Some(end) = &self.end {
            let _ = end.call0(&JsValue::UNDEFINED);
        }
    }
}
