//! The API's times and HTTP's dates, against a calendar that counts days one by one.

#![cfg(not(target_arch = "wasm32"))]

mod support;

use nanobanana_task::reply::{parse_time, read};
use proptest::prelude::*;
use serde_json::json;
use support::http_date::http_date;
use support::{NOW_MS, problem, reply};

const DAY_MS: i64 = 86_400_000;
const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn month_length(year: i64, month: usize) -> i64 {
    [31, if leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month]
}

/// Year, month from 0 and day from 1 of an instant of 1970 or later.
fn calendar(ms: i64) -> (i64, usize, i64) {
    let (mut days, mut year, mut month) = (ms.div_euclid(DAY_MS), 1970, 0);
    while days >= if leap(year) { 366 } else { 365 } {
        days -= if leap(year) { 366 } else { 365 };
        year += 1;
    }
    while days >= month_length(year, month) {
        days -= month_length(year, month);
        month += 1;
    }
    (year, month, days + 1)
}

fn clock(ms: i64) -> String {
    let s = ms.rem_euclid(DAY_MS) / 1000;
    format!("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
}

fn date(ms: i64) -> String {
    let (year, month, day) = calendar(ms);
    format!("{year:04}-{:02}-{day:02}", month + 1)
}

/// The instant of a `Retry-After` date, told by the pause it makes.
fn delay(retry_after: &str, server_date: Option<&str>, now_ms: f64) -> Option<f64> {
    let mut reply = reply(429, Some(json!({ "code": 429 })));
    (reply.retry_after, reply.retry_at_ms, reply.now_ms) = (Some(retry_after), http_date(retry_after), now_ms);
    reply.date_ms = server_date.and_then(http_date);
    problem(read(&reply)).retry_after_ms
}

/// An instant as HTTP writes it.
fn http(ms: i64) -> String {
    let (year, month, day) = calendar(ms);
    let weekday = DAYS[ms.div_euclid(DAY_MS).rem_euclid(7) as usize];
    format!("{weekday}, {day:02} {} {year:04} {} GMT", MONTHS[month], clock(ms))
}

#[test]
fn every_day_from_1970_to_2110_is_read() {
    for day in 0..51_000 {
        let ms = day * DAY_MS;
        assert_eq!(parse_time(&format!("{} 08:00:00", date(ms))), Some(ms as f64), "{}", date(ms));
    }
}

#[test]
fn days_that_a_month_does_not_have_are_not_read() {
    for year in [1900, 1970, 2000, 2023, 2024, 2026, 2100, 2400, 9999] {
        for month in 0..12 {
            let last = month_length(year, month);
            for (day, real) in [(0, false), (1, true), (last, true), (last + 1, false)] {
                let text = format!("{year:04}-{:02}-{day:02}T12:00:00Z", month + 1);
                assert_eq!(parse_time(&text).is_some(), real, "{text}");
            }
        }
    }
}

#[test]
fn zones() {
    let utc = parse_time("2026-01-06T12:00:00Z").expect("a time");
    for (zone, minutes) in [
        ("", 480.0),
        ("Z", 0.0),
        ("z", 0.0),
        ("+00:00", 0.0),
        ("-00:00", 0.0),
        ("+0000", 0.0),
        ("+00", 0.0),
        ("+08:00", 480.0),
        ("+0800", 480.0),
        ("+08", 480.0),
        ("-08:00", -480.0),
        ("-0330", -210.0),
        ("+05:45", 345.0),
        ("+14:00", 840.0),
        ("-12:00", -720.0),
        (" +0100", 60.0),
        ("+0010", 10.0),
        ("+00:10", 10.0),
    ] {
        assert_eq!(parse_time(&format!("2026-01-06T12:00:00{zone}")), Some(utc - minutes * 60_000.0), "zone {zone:?}");
    }
    for zone in ["+", "-", "+:30", "+15:00", "+08:60", "+08:", "UTC", "+08:00:00", "Zulu", "+1401", "+99999", " CST", "+0860"] {
        assert_eq!(parse_time(&format!("2026-01-06T12:00:00{zone}")), None, "zone {zone:?}");
    }
}

#[test]
fn texts_that_are_no_times() {
    for text in [
        "",
        " ",
        "null",
        "soon",
        "2026",
        "-5",
        "1.5",
        "1e12",
        "2026-01-06",
        "2026-01",
        "2026/01/06 08:16:56",
        "08:16:56",
        "06-01-2026 08:16:56",
        "2026-01-06 8",
        "2026-01-06 :16",
        "2026-01-06 08:16:",
        "2026-01-06 08:16:61",
        "2026-01-06 08:16:56 tomorrow",
        "2026-01-06X08:16:56",
        "2026-01-06 08:16:56Z2026-01-06 08:16:56Z",
        "１９７０-01-01 00:00:00",
        "20260106T081656Z",
        "12345678901234567",
        "10000-01-01 00:00:00",
    ] {
        // "2026" alone is digits, and digits alone are ms.
        let expected = (text == "2026").then_some(2026.0);
        assert_eq!(parse_time(text), expected, "{text:?}");
    }
}

#[test]
fn hour_24_is_the_next_days_0() {
    for (text, next) in [
        ("2026-01-06 24:00:00", "2026-01-07 00:00:00"),
        ("2026-12-31 24:05:06", "2027-01-01 00:05:06"),
        ("2024-02-28 24:00:00", "2024-02-29 00:00:00"),
        ("2023-02-28 24:00:00", "2023-03-01 00:00:00"),
        ("2026-01-06T24:00:00Z", "2026-01-07T00:00:00Z"),
    ] {
        assert_eq!(parse_time(text), parse_time(next), "{text}");
        assert!(parse_time(text).is_some(), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn formatted_instants_come_back(
        // From the second day of 1970, so that no zone leads into 1969, to the last but one of 9999.
        ms in DAY_MS..253_402_214_400_000_i64,
        offset in -56_i64..=56,
        form in 0_u8..7,
        fraction in 0_usize..=9,
        separator in prop::sample::select(vec![" ", "T", "t", "  "]),
    ) {
        let offset = offset * 15;
        let (zone, offset) = match form {
            0 => (String::new(), 480),
            1 => ("Z".into(), 0),
            2 => ("z".into(), 0),
            _ => {
                let (sign, minutes) = (if offset < 0 { '-' } else { '+' }, offset.abs());
                let (h, m) = (minutes / 60, minutes % 60);
                match form {
                    3 => (format!("{sign}{h:02}:{m:02}"), offset),
                    4 => (format!(" {sign}{h:02}:{m:02}"), offset),
                    5 if h > 0 => (format!("{sign}{h:02}{m:02}"), offset),
                    _ => (format!("{sign}{h:02}"), offset - offset % 60),
                }
            }
        };
        let local = ms + offset * 60_000;
        let digits = format!("{:03}718293", local.rem_euclid(1000));
        let (fraction, lost) = match fraction {
            0 => (String::new(), 1000),
            n => (format!(".{}", &digits[..n]), 10_i64.pow(3_usize.saturating_sub(n) as u32)),
        };
        let text = format!("{}{separator}{}{fraction}{zone}", date(local), clock(local));
        prop_assert_eq!(parse_time(&text), Some((ms - ms.rem_euclid(lost)) as f64), "{}", text);
    }

    #[test]
    fn digits_alone_are_ms(ms in 0_i64..=8_640_000_000_000_000) {
        prop_assert_eq!(parse_time(&ms.to_string()), Some(ms as f64));
    }

    #[test]
    fn a_date_is_measured_by_the_servers_clock(
        s in 0_i64..253_402_300_000,
        // No time at all counts as not given.
        ahead in 1_i64..3_600,
    ) {
        let (server, then) = (http(s * 1000), http((s + ahead) * 1000));
        prop_assert_eq!(delay(&then, Some(&server), NOW_MS), Some(ahead as f64 * 1000.0), "{} {}", then, server);
        // Without the server's clock, ours measures.
        prop_assert_eq!(delay(&then, None, s as f64 * 1000.0), Some(ahead as f64 * 1000.0), "{}", then);
    }

    #[test]
    fn any_text_is_read_or_not_but_never_panics(text in ".{0,60}", shaped in "[0-9]{0,5}[-/ ][0-9]{0,3}[-/ ][0-9]{0,3}[ T]*[0-9:. ]{0,14}[Z+-]?[0-9:]{0,6}") {
        for text in [text, shaped] {
            if let Some(ms) = parse_time(&text) {
                prop_assert!(ms.abs() <= 8.64e15 && ms.fract() == 0.0, "{} gives {}", text, ms);
            }
            if let Some(ms) = delay(&text, Some(&text), NOW_MS) {
                prop_assert!((0.0..=3_600_000.0).contains(&ms), "{} gives {}", text, ms);
            }
        }
    }
}
