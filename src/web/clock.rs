//! The time and chance that the pure rooms are handed.

use crate::wait::Now;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn steady_now() -> f64;
}

/// Both clocks.
pub(crate) fn now() -> Now {
    Now { steady_ms: steady_now(), wall_ms: js_sys::Date::now() }
}

/// From 0 up to 1.
pub(crate) fn random() -> f64 {
    js_sys::Math::random()
}
