//! HTTP's dates, which JavaScript engines read themselves.

use nanobanana_task::reply::parse_time;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// An HTTP date in ms since the epoch: `Sun, 06 Nov 1994 08:49:37 GMT`. `None` for what is no such date.
pub(crate) fn http_date(text: &str) -> Option<f64> {
    let [_, day, month, year, clock, "GMT"] = text.split([' ', ',']).filter(|word| !word.is_empty()).collect::<Vec<_>>()[..] else {
        return None;
    };
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    parse_time(&format!("{year}-{month:02}-{day} {clock}Z"))
}
