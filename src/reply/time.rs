//! The API's times: zone-less text is UTC+8, hour 24 is the next day's 0, numbers are ms since the epoch, ISO text may bring its zone.

use super::text::digits;

const MINUTE_MS: f64 = 60_000.0;
const DAY_MS: f64 = 86_400_000.0;
/// Where a text names no zone, it means China Standard Time.
const DEFAULT_ZONE_MINUTES: f64 = 480.0;
/// The largest instant a JavaScript `Date` holds, ms either side of the epoch.
const DATE_LIMIT_MS: f64 = 8.64e15;

/// The instant a time text means, in ms since the epoch; `None` where it cannot be read.
///
/// Reads `YYYY-MM-DD HH:MM:SS` and its ISO relatives (`T`, fractions, `Z`, `+08:00`, no seconds), and digits alone as ms.
#[must_use]
pub fn parse_time(text: &str) -> Option<f64> {
    let text = text.trim_ascii().as_bytes();
    if let Some(ms) = digits(text) {
        return instant(ms);
    }
    let mut scan = Scan(text);
    let date_ms = scan.date()?;
    if !(scan.skip(b'T') || scan.skip(b't') || scan.skip(b' ')) {
        return None;
    }
    scan.spaces();
    let clock_ms = scan.clock()?;
    scan.spaces();
    let zone_minutes = scan.zone()?;
    if !scan.0.is_empty() {
        return None;
    }
    instant(date_ms + clock_ms - zone_minutes * MINUTE_MS)
}

/// An instant that a `Date` can hold.
pub(crate) fn instant(ms: f64) -> Option<f64> {
    (ms.abs() <= DATE_LIMIT_MS).then_some(ms)
}

/// The day's first instant in UTC; `None` for a day that month does not have.
fn midnight(year: f64, month: f64, day: f64) -> Option<f64> {
    let first = days_to(year, month);
    let length = days_to(year, month + 1.0) - first;
    let real = (1.0..=12.0).contains(&month) && day >= 1.0 && day <= length && year <= 9999.0;
    real.then_some((first + day - 1.0) * DAY_MS)
}

/// Days from the epoch to the first of a month of the Gregorian calendar (Howard Hinnant's `days_from_civil`, years starting in March).
fn days_to(year: f64, month: f64) -> f64 {
    let months = year * 12.0 + month - 3.0;
    let year = (months / 12.0).floor();
    let month = months - year * 12.0;
    let day_of_year = ((153.0 * month + 2.0) / 5.0).floor();
    year * 365.0 + (year / 4.0).floor() - (year / 100.0).floor() + (year / 400.0).floor() + day_of_year - 719_468.0
}

/// What is left to read.
struct Scan<'a>(&'a [u8]);

impl Scan<'_> {
    fn skip(&mut self, byte: u8) -> bool {
        match self.0 {
            [first, rest @ ..] if *first == byte => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    fn spaces(&mut self) {
        while self.skip(b' ') {}
    }

    fn digit(&mut self) -> Option<f64> {
        match self.0 {
            [first, rest @ ..] if first.is_ascii_digit() => {
                self.0 = rest;
                Some(f64::from(first & 0x0f))
            }
            _ => None,
        }
    }

    /// The number whose digits come next, up to `most`.
    fn number(&mut self, most: f64) -> Option<f64> {
        let mut number = self.digit()?;
        while let Some(digit) = self.digit() {
            number = number * 10.0 + digit;
        }
        (number <= most).then_some(number)
    }

    fn two_digits(&mut self) -> Option<f64> {
        Some(self.digit()? * 10.0 + self.digit()?)
    }

    fn date(&mut self) -> Option<f64> {
        let year = self.number(9999.0)?;
        let month = if self.skip(b'-') { self.number(12.0)? } else { return None };
        let day = if self.skip(b'-') { self.number(31.0)? } else { return None };
        midnight(year, month, day)
    }

    /// `HH:MM`, `HH:MM:SS` or `HH:MM:SS.fff`. Hour 24 is a real habit of the API and runs into the next day.
    fn clock(&mut self) -> Option<f64> {
        let hour = self.number(24.0)?;
        let minute = if self.skip(b':') { self.number(59.0)? } else { return None };
        let mut ms = (hour * 60.0 + minute) * MINUTE_MS;
        if self.skip(b':') {
            ms += self.number(60.0)? * 1000.0;
            if self.skip(b'.') {
                let mut weight = 100.0;
                while let Some(digit) = self.digit() {
                    ms += digit * weight;
                    weight /= 10.0;
                }
            }
        }
        Some(ms.floor())
    }

    /// `Z`, `+HH:MM`, `+HHMM` or `+HH`, in minutes; nothing means UTC+8.
    fn zone(&mut self) -> Option<f64> {
        if self.skip(b'Z') || self.skip(b'z') {
            return Some(0.0);
        }
        let sign = if self.skip(b'+') {
            1.0
        } else if self.skip(b'-') {
            -1.0
        } else {
            return Some(DEFAULT_ZONE_MINUTES);
        };
        let hours = self.two_digits()?;
        let minutes = if self.skip(b':') || !self.0.is_empty() { self.two_digits()? } else { 0.0 };
        let all = hours * 60.0 + minutes;
        (all <= 840.0 && minutes <= 59.0).then_some(sign * all)
    }
}
