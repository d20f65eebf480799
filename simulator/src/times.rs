//! Points in time as text. Pure: every function takes the number of milliseconds since 1970.

const DAY_MS: u64 = 86_400_000;
const UTC8_MS: u64 = 8 * 3_600_000;

/// A point in time, taken apart.
struct Parts {
    year: u64,
    month: u64,
    day: u64,
    weekday: usize,
    hour: u64,
    minute: u64,
    second: u64,
    milli: u64,
}

/// The API's own form: no zone, and meaning UTC+8.
pub(crate) fn zoneless(unix_ms: u64) -> String {
    let p = parts(unix_ms.saturating_add(UTC8_MS));
    format!("{} {:02}:{:02}:{:02}", date(&p), p.hour, p.minute, p.second)
}

/// The same moment's day with the hour written as 24, as the API does around midnight.
pub(crate) fn hour_24(unix_ms: u64) -> String {
    let p = parts(unix_ms.saturating_add(UTC8_MS));
    format!("{} 24:{:02}:{:02}", date(&p), p.minute, p.second)
}

/// ISO 8601 with `Z`.
pub(crate) fn iso_z(unix_ms: u64) -> String {
    let p = parts(unix_ms);
    format!("{}T{:02}:{:02}:{:02}Z", date(&p), p.hour, p.minute, p.second)
}

/// ISO 8601 as Spring Boot writes it.
pub(crate) fn spring(unix_ms: u64) -> String {
    let p = parts(unix_ms);
    format!("{}T{:02}:{:02}:{:02}.{:03}+00:00", date(&p), p.hour, p.minute, p.second, p.milli)
}

/// The date form of HTTP headers.
pub(crate) fn http_date(unix_ms: u64) -> String {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let p = parts(unix_ms);
    let day = DAYS.get(p.weekday).unwrap_or(&"Sun");
    let month = MONTHS.get(p.month as usize - 1).unwrap_or(&"Jan");
    format!("{day}, {:02} {month} {:04} {:02}:{:02}:{:02} GMT", p.day, p.year, p.hour, p.minute, p.second)
}

fn date(p: &Parts) -> String {
    format!("{:04}-{:02}-{:02}", p.year, p.month, p.day)
}

/// Days to calendar after Howard Hinnant's `civil_from_days`, for days since 1970 only.
fn parts(unix_ms: u64) -> Parts {
    let days = unix_ms / DAY_MS;
    let rest = unix_ms % DAY_MS;
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    Parts {
        year: year_of_era + era * 400 + u64::from(month <= 2),
        month,
        day: day_of_year - (153 * month_from_march + 2) / 5 + 1,
        weekday: ((days + 4) % 7) as usize,
        hour: rest / 3_600_000,
        minute: rest / 60_000 % 60,
        second: rest / 1_000 % 60,
        milli: rest % 1_000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-01-06 00:16:56.789 UTC.
    const MOMENT: u64 = 1_767_658_616_789;

    #[test]
    fn each_form_is_written_as_expected() {
        assert_eq!(zoneless(MOMENT), "2026-01-06 08:16:56");
        assert_eq!(hour_24(MOMENT), "2026-01-06 24:16:56");
        assert_eq!(iso_z(MOMENT), "2026-01-06T00:16:56Z");
        assert_eq!(spring(MOMENT), "2026-01-06T00:16:56.789+00:00");
        assert_eq!(http_date(MOMENT), "Tue, 06 Jan 2026 00:16:56 GMT");
    }

    #[test]
    fn leap_days_and_ends_of_years_are_right() {
        assert_eq!(iso_z(0), "1970-01-01T00:00:00Z");
        assert_eq!(iso_z(951_782_399_000), "2000-02-28T23:59:59Z");
        assert_eq!(iso_z(951_782_400_000), "2000-02-29T00:00:00Z");
        assert_eq!(iso_z(4_107_542_399_000), "2100-02-28T23:59:59Z");
        assert_eq!(iso_z(4_107_542_400_000), "2100-03-01T00:00:00Z");
        assert_eq!(zoneless(1_767_196_800_000), "2026-01-01 00:00:00");
    }
}
