//! The time and chance that the pure rooms are handed.

use crate::wait::Now;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn steady_now() -> f64;
}

/// A timer shorter than this says too little of a clock.
const TELLING_MS: f64 = 100.0;

/// The wall clock stands in for the steady one. A test that drives timers and `Date` by hand may
/// leave `performance` alone, which then stands still beside them.
static BY_WALL: AtomicBool = AtomicBool::new(false);
/// How far the steady time that is told is ahead of the clock that it is read from.
static AHEAD_MS: Cell = Cell(AtomicU64::new(0));
/// The last steady time that was read from the wall clock, which may be set back.
static TOLD_MS: Cell = Cell(AtomicU64::new(0));

/// An `f64`, as its bits.
struct Cell(AtomicU64);

impl Cell {
    fn get(&self) -> f64 {
        f64::from_bits(self.0.load(Relaxed))
    }

    fn set(&self, value: f64) {
        self.0.store(value.to_bits(), Relaxed);
    }
}

/// Both clocks.
pub(crate) fn now() -> Now {
    let wall_ms = js_sys::Date::now();
    if !BY_WALL.load(Relaxed) {
        return Now { steady_ms: steady_now() + AHEAD_MS.get(), wall_ms };
    }
    let steady_ms = TOLD_MS.get().max(wall_ms + AHEAD_MS.get());
    AHEAD_MS.set(steady_ms - wall_ms);
    TOLD_MS.set(steady_ms);
    Now { steady_ms, wall_ms }
}

/// When a timer was set.
pub(super) struct TimerSet {
    at: Now,
    unchecked_ms: f64,
}

impl TimerSet {
    pub(super) fn now() -> Self {
        Self { at: now(), unchecked_ms: steady_now() }
    }

    /// A timer that was set for `ms` has fired. No timer fires this early: where the steady clock has
    /// shown less than half of the time, the timer is right and that clock is not. Then the wall clock
    /// is trusted, where it has moved; where it has not either, the timer's own time counts.
    pub(super) fn fired(&self, ms: f64) {
        let Now { mut steady_ms, wall_ms } = now();
        let moved_ms = wall_ms - self.at.wall_ms;
        let was_by_wall = BY_WALL.load(Relaxed);
        let mut by_wall = was_by_wall;
        if ms >= TELLING_MS {
            // A `Date` has whole ms.
            by_wall = steady_now() - self.unchecked_ms < ms / 2.0 && moved_ms >= ms - 1.0;
        }
        let unseen = steady_ms - self.at.steady_ms < ms / 2.0;
        if !unseen && by_wall == was_by_wall {
            return;
        }
        if unseen {
            steady_ms = self.at.steady_ms + if by_wall { moved_ms } else { ms };
        }
        TOLD_MS.set(steady_ms);
        BY_WALL.store(by_wall, Relaxed);
        AHEAD_MS.set(steady_ms - if by_wall { wall_ms } else { steady_now() });
    }
}

/// From 0 up to 1.
pub(crate) fn random() -> f64 {
    js_sys::Math::random()
}
