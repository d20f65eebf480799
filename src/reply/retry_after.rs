//! `Retry-After`: seconds, or a date.

use super::text::digits;

/// No pause the server asks for is taken for longer than an hour: beyond that it is a mistake, and looking once an hour offends nobody.
const LONGEST_MS: f64 = 3_600_000.0;

/// How long the server asks to wait, in ms from `now_ms`, which is by its own clock where the reply had one: then a wrong clock here does no
/// harm. `at_ms` is the header as a date. Anything unreadable counts as not given, and so does no time at all: it is no reason to stop backing
/// off.
pub(crate) fn delay_ms(retry_after: &str, at_ms: Option<f64>, now_ms: f64) -> Option<f64> {
    let ms = match digits(retry_after.trim_ascii().as_bytes()) {
        Some(seconds) => seconds * 1000.0,
        None => at_ms? - now_ms,
    };
    (ms > 0.0).then(|| ms.min(LONGEST_MS))
}
