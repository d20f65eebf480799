//! `Retry-After`: seconds, or one of HTTP's three forms of a date.

use super::text::digits;
use super::time::{midnight, time_of_day};

/// No pause the server asks for is taken for longer than an hour: beyond that it is a mistake, and looking once an hour offends nobody.
const LONGEST_MS: f64 = 3_600_000.0;
const MONTHS: &[u8] = b"janfebmaraprmayjunjulaugsepoctnovdec";

/// How long the server asks to wait, in ms from now. `date_ms` is the reply's own `Date` header: where it came, the server's clock measures
/// the server's date and a wrong clock here does no harm. Anything unreadable counts as
/// not given, and so does no time at all: it is no reason to stop backing off.
pub(crate) fn delay_ms(retry_after: &str, date_ms: Option<f64>, now_ms: f64) -> Option<f64> {
    let ms = match digits(retry_after.trim_ascii().as_bytes()) {
        Some(seconds) => seconds * 1000.0,
        None => http_date(retry_after)? - date_ms.unwrap_or(now_ms),
    };
    (ms > 0.0).then(|| ms.min(LONGEST_MS))
}

/// An HTTP date in ms since the epoch: `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` or `Sun Nov  6 08:49:37 1994`.
/// All three hold one month's name, one clock and, in this order, a day and a year.
pub fn http_date(text: &str) -> Option<f64> {
    let (mut month, mut clock, mut day, mut year) = (None, None, None, None);
    for word in text.as_bytes().split(|byte| matches!(byte, b' ' | b',' | b'-')) {
        if let Some(number) = digits(word) {
            if day.is_none() {
                day = Some(number);
            } else {
                // Two digits of a year: RFC 9110 leaves the century to the reader.
                year = Some(if number < 70.0 {
                    number + 2000.0
                } else if number < 100.0 {
                    number + 1900.0
                } else {
                    number
                });
            }
        } else if let Some(ms) = time_of_day(word) {
            clock = Some(ms);
        } else if month.is_none() {
            month = MONTHS.chunks(3).position(|name| name.eq_ignore_ascii_case(word));
        }
    }
    Some(midnight(year?, month? as f64 + 1.0, day?)? + clock?)
}
