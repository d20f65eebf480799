//! Scenarios in which the API answers with an error of its own: a code, or no task.

use super::advice::{BACK_OFF, FINAL, GRACE, PICTURE};
use super::{List, Span};
use crate::answer::{Answer, Layer, Odd, Retry, Status, Wording};

/// Code, text, advice: each exists as `http-CODE` and as `body-CODE`.
const CODES: &[(u16, &str, &str)] = &[
    (400, "Parameter error", FINAL),
    (401, "You do not have access permissions", FINAL),
    (402, "Insufficient credits", FINAL),
    (403, "Access denied", FINAL),
    (408, "Request timeout", BACK_OFF),
    (422, "Validation error: parameter taskId is invalid", FINAL),
    (429, "Rate limit exceeded", BACK_OFF),
    (433, "Sub-key request limit exceeded", BACK_OFF),
    (455, "Service under maintenance, please try again later", BACK_OFF),
    (500, "Server internal error", BACK_OFF),
    (502, "Bad gateway", BACK_OFF),
    (503, "Service unavailable", BACK_OFF),
    (505, "This feature is disabled", FINAL),
    (524, "A timeout occurred", BACK_OFF),
];

pub(super) fn missing_tasks(list: &mut List) {
    list.group = "Not found";
    let none = |layer, code, msg| Answer::Status(status(layer, code, msg));
    list.lasts("not-found", none(Layer::Http, 404, "Task not found"), "HTTP 404 with the envelope", GRACE);
    list.lasts("not-found-body", none(Layer::Body, 404, "Task not found"), "404 in the body of an HTTP 200", GRACE);
    list.lasts("not-found-422", none(Layer::Body, 422, "recordInfo is null"), "422 \"recordInfo is null\" in the body", GRACE);
    list.lasts("not-found-null", Answer::Odd(Odd::NullData), "Code 200 with null data", GRACE);
    let late = Answer::Status(status(Layer::Body, 404, "Task not found"));
    list.add("late", "-3s", Span::LastsFor, late, "Not found at first, then pending, then the picture", PICTURE);
}

pub(super) fn codes(list: &mut List) {
    for (layer, prefix, group, place) in [
        (Layer::Http, "http", "Errors as HTTP status", "as the HTTP status"),
        (Layer::Body, "body", "Errors in the body of an HTTP 200", "in the body"),
    ] {
        list.group = group;
        for &(code, msg, advice) in CODES {
            let title = format!("{code} {place}: {msg}");
            list.lasts(&format!("{prefix}-{code}"), Answer::Status(status(layer, code, msg)), &title, advice);
            for (suffix, retry, words) in retries(layer, code) {
                let name = format!("{prefix}-{code}-{suffix}");
                let answer = Answer::Status(Status { retry: *retry, ..status(layer, code, msg) });
                let title = format!("{code} {place}, {words}");
                list.add(&name, "-3s", Span::RetryAfter, answer, &title, "Come back no earlier than told.");
            }
        }
        let plain = status(layer, 401, "You do not have access permissions");
        let message = Answer::Status(Status { wording: Wording::Message, ..plain });
        list.lasts(&format!("{prefix}-401-message"), message, &format!("401 {place}, message in place of msg"), FINAL);
        let echo = Answer::Status(Status { wording: Wording::EchoKey, ..plain });
        let advice = "Stop, and keep the key out of the error.";
        list.lasts(&format!("{prefix}-401-echo-key"), echo, &format!("401 {place}, the text repeats the key"), advice);
    }
    let text = "Server exception, please check the parameters and try again";
    let unclear = Answer::Status(status(Layer::Body, 500, text));
    list.lasts("body-500-parameters", unclear, "500 in the body: check the parameters", "Few tries, then stop and quote msg.");
}

/// The ways in which that code is also given with `Retry-After`.
fn retries(layer: Layer, code: u16) -> &'static [(&'static str, Retry, &'static str)] {
    const SECONDS: (&str, Retry, &str) = ("retry", Retry::Seconds, "Retry-After in seconds");
    const DATE: (&str, Retry, &str) = ("retry-date", Retry::Date, "Retry-After as an HTTP date");
    match (layer, code) {
        (_, 429) => &[SECONDS, DATE],
        (Layer::Http, 503) => &[SECONDS],
        _ => &[],
    }
}

fn status(layer: Layer, code: u16, msg: &'static str) -> Status {
    Status { layer, code, msg, wording: Wording::Msg, retry: Retry::None }
}
