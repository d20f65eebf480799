//! Puts an answer on the wire, in whatever way the scenario wants it to arrive.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{self, HeaderValue};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::json;

use crate::answer::{Answer, Layer, Odd, Phase, Retry, Status, Target, TaskForm, Wire};
use crate::body::{Ending, PacedBody};
use crate::clock::Clock;
use crate::connection::Hold;
use crate::http::{NotForPages, bytes, with_body};
use crate::log::LookGuard;
use crate::reply::{self, Facts};
use crate::times;

const JSON: &str = "application/json";
const DEFAULT_PACE_MS: u64 = 100;
const DEFAULT_DELAY_MS: u64 = 3_000;
const DEFAULT_RETRY_MS: u64 = 2_000;

const HTML: &str = "<!DOCTYPE html>\n<html lang=\"en\">\n<head><title>Upstream trouble</title></head>\n<body>\n\
    <h1>The web server reported an error</h1>\n<p>Please try again in a few minutes.</p>\n</body>\n</html>\n";

/// An answer and all that is needed to deliver it.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) answer: Answer,
    pub(crate) phase: Phase,
    /// The duration of the step, for pace and `Retry-After`.
    pub(crate) ms: Option<u64>,
    pub(crate) facts: Facts,
    pub(crate) key: String,
    /// Where the redirects lead: same origin, other origin, login page.
    pub(crate) links: [String; 3],
    pub(crate) clock: Clock,
    pub(crate) hold: Hold,
    pub(crate) guard: LookGuard,
}

/// Delivers.
pub(crate) async fn send(delivery: Delivery) -> Response {
    match delivery.answer {
        Answer::Task(form) => {
            let body = bytes(&reply::task(form, delivery.phase, &delivery.facts));
            whole(StatusCode::OK, JSON, &body, delivery.guard)
        }
        Answer::Status(status) => send_status(&status, delivery),
        Answer::Odd(odd) => send_odd(odd, delivery),
        Answer::Wire(wire) => send_wire(wire, delivery).await,
        Answer::Redirect(target) => send_redirect(target, delivery),
    }
}

fn whole(status: StatusCode, content_type: &'static str, body: &Bytes, guard: LookGuard) -> Response {
    with_body(status, content_type, Body::new(PacedBody::whole(body, guard)))
}

fn send_status(status: &Status, delivery: Delivery) -> Response {
    let code = match status.layer {
        Layer::Http => StatusCode::from_u16(status.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        Layer::Body => StatusCode::OK,
    };
    let body = bytes(&reply::error(status, &delivery.key));
    let retry_ms = delivery.ms.unwrap_or(DEFAULT_RETRY_MS);
    let now = delivery.clock.unix_ms();
    let mut response = whole(code, JSON, &body, delivery.guard);
    retry_after(response.headers_mut(), status.retry, retry_ms, now);
    response
}

/// `Retry-After` counts real seconds: it is the client's clock that obeys it.
fn retry_after(headers: &mut HeaderMap, retry: Retry, retry_ms: u64, now_unix_ms: u64) {
    let value = match retry {
        Retry::None => return,
        Retry::Seconds => retry_ms.div_ceil(1_000).to_string(),
        // A date has whole seconds only. Rounded up, it never asks the client back too early.
        Retry::Date => times::http_date(now_unix_ms.saturating_add(retry_ms).saturating_add(999)),
    };
    if let Ok(value) = HeaderValue::from_str(&value) {
        headers.insert(header::RETRY_AFTER, value);
    }
}

fn send_odd(odd: Odd, delivery: Delivery) -> Response {
    const HTML_TYPE: &str = "text/html; charset=UTF-8";
    let (status, content_type, body) = match odd {
        Odd::Html(code) => (code, HTML_TYPE, Bytes::from_static(HTML.as_bytes())),
        Odd::Text1010 => (403, "text/plain; charset=UTF-8", Bytes::from_static(b"error code: 1010")),
        Odd::Spring404 => {
            let path = crate::record_info::PATH;
            (404, JSON, bytes(&reply::spring(404, "Not Found", path, delivery.clock.unix_ms())))
        }
        Odd::CutJson => (200, JSON, half(&success(&delivery.facts))),
        Odd::Empty => (200, JSON, Bytes::new()),
        Odd::NullData => (200, JSON, bytes(&json!({ "code": 200, "msg": "success", "data": null }))),
        Odd::JsonNull => (200, JSON, Bytes::from_static(b"null")),
        Odd::JsonArray => (200, JSON, bytes(&json!([{ "successFlag": 1 }]))),
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    whole(status, content_type, &body, delivery.guard)
}

fn send_redirect(target: Target, delivery: Delivery) -> Response {
    let [same, other, login] = &delivery.links;
    let link = match target {
        Target::SameOrigin => same,
        Target::OtherOrigin => other,
        Target::LoginPage => login,
    };
    let location = HeaderValue::from_str(link);
    let mut response = whole(StatusCode::FOUND, "text/plain", &Bytes::new(), delivery.guard);
    if let Ok(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

async fn send_wire(wire: Wire, delivery: Delivery) -> Response {
    let text = success(&delivery.facts);
    let pace = delivery.clock.real(delivery.ms.unwrap_or(DEFAULT_PACE_MS));
    let mut guard = delivery.guard;
    match wire {
        Wire::Slow => {
            tokio::time::sleep(delivery.clock.real(delivery.ms.unwrap_or(DEFAULT_DELAY_MS))).await;
            whole(StatusCode::OK, JSON, &text, guard)
        }
        Wire::Drip => paced(PacedBody::drip(&text, pace, guard)),
        // Never faster than one blank a millisecond, or a zero pace would flood the client.
        Wire::DripEndless => paced(PacedBody::endless(pace.max(Duration::from_millis(1)), guard)),
        Wire::CutBody => broken(&text, Ending::Cut, guard),
        Wire::ResetBody => broken(&text, Ending::Reset(delivery.hold), guard),
        Wire::Reset => {
            guard.broken();
            delivery.hold.reset();
            // Never written: the connection refuses, and that is what ends it.
            Response::new(Body::empty())
        }
        Wire::Close => {
            guard.broken();
            delivery.hold.close();
            Response::new(Body::empty())
        }
        Wire::NotForPages => {
            let mut response = whole(StatusCode::OK, JSON, &text, guard);
            response.extensions_mut().insert(NotForPages);
            response
        }
        Wire::Silent => {
            // The guard lives on in here until the client leaves and the server drops this future.
            let _guard = guard;
            std::future::pending().await
        }
    }
}

fn paced(body: PacedBody) -> Response {
    with_body(StatusCode::OK, JSON, Body::new(body))
}

/// Promises the whole text and sends half of it.
fn broken(text: &Bytes, ending: Ending, guard: LookGuard) -> Response {
    let mut response = paced(PacedBody::broken(half(text), ending, guard));
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(text.len()));
    response
}

fn half(text: &Bytes) -> Bytes {
    text.slice(..text.len() / 2)
}

fn success(facts: &Facts) -> Bytes {
    bytes(&reply::task(TaskForm::Success, Phase::Done, facts))
}
