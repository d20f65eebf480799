//! The time and chance that the pure rooms are handed.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn steady_now() -> f64;
}

/// Ms since the epoch that never jump: the wall clock as it was when this was made, carried on by the monotonic one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    offset_ms: f64,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { offset_ms: js_sys::Date::now() - steady_now() }
    }

    pub(crate) fn now_ms(self) -> f64 {
        self.offset_ms + steady_now()
    }
}

/// From 0 up to 1.
pub(crate) fn random() -> f64 {
    js_sys::Math::random()
}
