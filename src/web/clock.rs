//! The time and chance that the pure rooms are handed.

use crate::wait::Now;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn steady_now() -> f64;
}

/// What timers have stood for and the steady clock has not shown, as the bits of an `f64`: it stands
/// still where a test drives the timers by hand and leaves `performance` alone.
static NOT_SHOWN_MS: AtomicU64 = AtomicU64::new(0);

/// Both clocks.
pub(crate) fn now() -> Now {
    Now { steady_ms: steady_now() + f64::from_bits(NOT_SHOWN_MS.load(Relaxed)), wall_ms: js_sys::Date::now() }
}

/// A timer has fired that was set for `ms` at the steady time `set_ms`. No timer fires this early: where
/// the steady clock has shown less than half of the time, the timer is right and that clock is not.
pub(super) fn timer_fired(set_ms: f64, ms: f64) {
    let missing_ms = ms - (now().steady_ms - set_ms).max(0.0);
    if missing_ms > ms / 2.0 {
        NOT_SHOWN_MS.store((f64::from_bits(NOT_SHOWN_MS.load(Relaxed)) + missing_ms).to_bits(), Relaxed);
    }
}

/// From 0 up to 1.
pub(crate) fn random() -> f64 {
    js_sys::Math::random()
}
