//! Drives the pure rooms over [`crate::web`].

use crate::wait::{Failure, Next, Outcome, Wait};
use crate::web::{Call, Clock, Rejection, Signal, Thrown, details_out, look, pause, random, report};
use wasm_bindgen::JsValue;

/// Carries a call out, to the task it asks for: one look, or looks until the task has ended.
pub(crate) async fn carry_out(call: Call) -> Result<JsValue, JsValue> {
    let signal = call.signal.as_ref();
    let clock = Clock::start();
    let mut wait = Wait::new(&call.task_id, call.handle.as_ref(), call.terms.clone(), clock.now_ms());
    // What was thrown below the last look; the pure rooms know nothing of it.
    let mut thrown: Option<Thrown> = None;
    loop {
        // After every await and every call of the caller's code.
        if Signal::is_aborted(signal) {
            wait.abort();
        }
        let now_ms = clock.now_ms();
        match wait.next(now_ms) {
            Next::Send { within_ms } => {
                // A look that brings nothing was aborted.
                if let Some((reading, cause)) = look(&call, wait.details().map(AsRef::as_ref), within_ms, clock).await {
                    thrown = cause;
                    wait.came_back(reading, clock.now_ms(), random());
                }
            }
            Next::SleepUntil(at_ms) => pause(at_ms - now_ms, signal).await,
            Next::Yield => {
                if let Some(on_progress) = &call.on_progress {
                    report(on_progress, &wait, thrown.as_ref(), now_ms)?;
                }
            }
            Next::Done => return end(&wait, thrown.as_ref(), signal, now_ms).map_err(Into::into),
        }
    }
}

fn end(wait: &Wait, thrown: Option<&Thrown>, signal: Option<&Signal>, now_ms: f64) -> Result<JsValue, Rejection> {
    match (wait.outcome(), Failure::of_end(wait, now_ms)) {
        (Some(Outcome::Aborted), _) => Err(Rejection::as_is(Signal::reason_of(signal))),
        // Below a time-out lies the look that failed last, and below that what was thrown.
        (Some(Outcome::TimedOut), Some(failure)) => {
            let last = Failure::of_last_look(wait, now_ms).map(|last| Rejection::of(&last, thrown).into());
            Err(Rejection::of(&failure, last.as_ref()))
        }
        (_, Some(failure)) => Err(Rejection::of(&failure, thrown)),
        (_, None) => Ok(details_out(wait.details().map(AsRef::as_ref))),
    }
}
