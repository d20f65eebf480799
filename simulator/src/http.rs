//! What all routes share: the state, the key check, queries, JSON replies, and the headers that let pages of other origins in.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use serde_json::Value;

use crate::clock::Clock;
use crate::log::{Arrival, Log};
use crate::pictures::Gallery;
use crate::query_limit::QueryLimit;
use crate::reply;
use crate::settings::Settings;
use crate::tasks::Tasks;

/// What the routes work with.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) settings: Settings,
    pub(crate) clock: Clock,
    pub(crate) tasks: Tasks,
    pub(crate) log: Arc<Log>,
    pub(crate) other_log: Arc<Log>,
    /// The address of the other origin, as `http://host:port`.
    pub(crate) other_url: String,
    pub(crate) gallery: Gallery,
    pub(crate) query_limit: QueryLimit,
}

/// The world as handlers get it.
pub(crate) type Shared = State<Arc<World>>;

impl World {
    /// Whether the caller may look: its key is right, or every key is.
    pub(crate) fn admits(&self, headers: &HeaderMap) -> bool {
        self.settings.open || self.is_right_key(headers)
    }

    pub(crate) fn is_right_key(&self, headers: &HeaderMap) -> bool {
        key_of(headers).is_some_and(|key| key == self.settings.key)
    }

    pub(crate) fn arrival(&self, method: &Method, headers: &HeaderMap) -> Arrival {
        Arrival {
            method: method.clone(),
            authorization: headers.contains_key(header::AUTHORIZATION),
            right_key: self.is_right_key(headers),
            headers: headers.keys().cloned().collect(),
        }
    }

    /// Scheme and host for links back to this server: as told by `--public-url`, else as the request names it.
    pub(crate) fn base_url(&self, headers: &HeaderMap) -> String {
        if let Some(url) = &self.settings.public_url {
            return url.trim_end_matches('/').to_owned();
        }
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
        format!("http://{host}")
    }
}

/// The caller's key, where an `Authorization: Bearer` header came.
pub(crate) fn key_of(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

/// The first value of a query parameter, decoded.
pub(crate) fn query_value(query: Option<&str>, name: &str) -> Option<String> {
    let pairs = query?.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.into_iter().find(|(key, _)| decode(key) == name).map(|(_, value)| decode(value))
}

/// Undoes percent encoding and plus signs; what is no valid encoding stays as it is.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = tail.get(..2).filter(|_| *first == b'%').and_then(|two| std::str::from_utf8(two).ok());
        rest = match hex.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                &tail[2..]
            }
            None => {
                bytes.push(if *first == b'+' { b' ' } else { *first });
                tail
            }
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Percent-encodes what has a meaning of its own in a query.
pub(crate) fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~*".contains(&byte);
    let encoded = text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") });
    encoded.collect()
}

/// A reply with a body of that type.
pub(crate) fn with_body(status: StatusCode, content_type: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// A reply of JSON.
pub(crate) fn json(status: StatusCode, value: &Value) -> Response {
    with_body(status, "application/json", Body::from(value.to_string()))
}

/// A JSON value as the bytes of a body.
pub(crate) fn bytes(value: &Value) -> Bytes {
    Bytes::from(value.to_string())
}

/// The answer to a path nobody knows.
pub(crate) async fn not_found(State(world): Shared, request: Request) -> Response {
    let body = reply::spring(404, "Not Found", request.uri().path(), world.clock.unix_ms());
    json(StatusCode::NOT_FOUND, &body)
}

/// The answer to a method a path does not take.
pub(crate) async fn wrong_method(State(world): Shared, request: Request) -> Response {
    let body = reply::spring(405, "Method Not Allowed", request.uri().path(), world.clock.unix_ms());
    json(StatusCode::METHOD_NOT_ALLOWED, &body)
}

/// Marks a reply that `open_to_pages` leaves closed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NotForPages;

/// Lets pages of any origin in, and answers their preflights.
pub(crate) async fn open_to_pages(State(world): Shared, request: Request, next: Next) -> Response {
    let is_preflight = request.method() == Method::OPTIONS;
    let asked = request.headers().get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned();
    let mut response = if is_preflight { preflight(asked) } else { next.run(request).await };
    let closed = response.extensions().get::<NotForPages>().is_some();
    let headers = response.headers_mut();
    if !closed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("Retry-After, Date"));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    // Browsers and undici quietly repeat a GET whose reused connection is reset. On a connection of its own every
    // look arrives exactly once, and what the log says is what the client did.
    if !world.settings.keep_alive {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

fn preflight(asked: Option<HeaderValue>) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD, POST, OPTIONS"));
    // A star does not cover Authorization, so what was asked for is named.
    let allowed = asked.unwrap_or(HeaderValue::from_static("authorization, content-type"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    let private = HeaderName::from_static("access-control-allow-private-network");
    headers.insert(private, HeaderValue::from_static("true"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_decoded() {
        let query = Some("a=1&taskId=reset%2A2--%C3%A4+b&taskId=second");
        assert_eq!(query_value(query, "taskId").as_deref(), Some("reset*2--ä b"));
        assert_eq!(query_value(Some("taskId"), "taskId").as_deref(), Some(""));
        assert_eq!(query_value(Some("task_id=x"), "taskId"), None);
        assert_eq!(query_value(Some("taskId=50%&b"), "taskId").as_deref(), Some("50%"));
        assert_eq!(decode(&encode("a&b=ü/*")), "a&b=ü/*");
    }

    #[test]
    fn only_bearer_keys_count() {
        let mut headers = HeaderMap::new();
        assert_eq!(key_of(&headers), None);
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static("bearer abc"));
        assert_eq!(key_of(&headers), Some("abc"));
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static("Basic abc"));
        assert_eq!(key_of(&headers), None);
    }
}
