//! How long until the next look after one that failed and may pass.

use super::schedule::jittered;
use crate::reply::{Kind, Problem};

/// The first pause after a failure; it doubles with each further one in a row.
const FIRST_MS: f64 = 1_000.0;
/// The first pause where the server says we ask too often and not how long to wait.
const FIRST_WHEN_LIMITED_MS: f64 = 5_000.0;
const LONGEST_MS: f64 = 30_000.0;

/// The pause after `problem`, the `in_a_row`th failure since the last good look, counted from 1: the larger of the one that the server asks for
/// and the growing one. A server that asks for 1 s each time knows no better.
pub(crate) fn pause_ms(problem: &Problem, in_a_row: u32, random: f64) -> f64 {
    let first = if problem.kind == Kind::RateLimited { FIRST_WHEN_LIMITED_MS } else { FIRST_MS };
    let doubled = (1..in_a_row.min(16)).fold(first, |pause, _| pause * 2.0);
    // Never earlier than the server asks; a little later, so that all its clients do not return at once.
    let asked = jittered(problem.retry_after_ms.unwrap_or(0.0), 0.5 + random.clamp(0.0, 1.0) / 2.0);
    jittered(doubled.min(LONGEST_MS), random).max(asked)
}
