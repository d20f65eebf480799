//! Where the API is and how it lets us in: the checked form of `ConnectionOptions`.

use super::options::{Options, Refusal};
use crate::reply::Json;
use js_sys::Function;
use std::cell::Cell;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::Url;

const API: &str = "https://api.nanobananaapi.ai";
const PATH: &str = "/api/v1/nanobanana/record-info";

const DEFAULT_REQUEST_TIMEOUT_MS: f64 = 15_000.0;
/// A sister of the API takes ten status queries a second of a key; half of that leaves room for others.
const DEFAULT_REQUESTS_PER_SECOND: f64 = 5.0;

/// Where the key comes from.
pub(crate) enum Key {
    /// "" for none.
    Fixed(String),
    /// Asked before each request.
    Asked(Function),
}

/// The checked connection. Holds the key, and so has no `Debug`.
pub(crate) struct Connection {
    /// Of the endpoint, without its query.
    pub(crate) url: String,
    /// Host and path of the same, for messages.
    pub(crate) address: String,
    /// A caller's own fetch.
    pub(crate) fetch: Option<Function>,
    /// A `document` exists.
    pub(crate) in_page: bool,
    /// This is a page, or a worker of a browser.
    pub(crate) in_browser: bool,
    /// A good reply has come by a redirect, so that a redirect alone is no sign of a sign-on.
    pub(super) redirects: Cell<bool>,
    /// Whoever handles one request may not touch what belongs to another's, as in Cloudflare Workers and in Vercel's edge.
    pub(crate) apart: bool,
    pub(crate) key: Key,
    /// One request, body included.
    pub(crate) request_timeout_ms: f64,
    pub(crate) requests_per_second: f64,
}

impl Connection {
    /// Whoever asks with a key asks the API itself, which answers once.
    pub(crate) fn is_keyless(&self) -> bool {
        matches!(&self.key, Key::Fixed(key) if key.is_empty())
    }

    /// A key that has to be asked for may be long in coming.
    pub(crate) fn asks_for_key(&self) -> bool {
        matches!(self.key, Key::Asked(_))
    }

    /// Reads and checks the connection's part of the options.
    pub(super) fn read(options: &mut Options<'_>) -> Self {
        let in_page = !global("document").is_nothing();
        let in_browser = in_page || is_browsers_worker();
        let origin = if in_browser { global("location").text_at("origin") } else { None };
        let of_site = origin.as_deref().is_some_and(|origin| origin.starts_with("http"));
        // Every visitor can read what a page or a page's worker has. A worker of an extension belongs to no site.
        let key = Key::read(options, in_page || of_site);
        let key = options.or_refuse(key);
        let base = Base::read(&options.member("baseUrl"), in_browser, origin.filter(|_| of_site));
        let Base { origin, host, path } = options.or_refuse(base);
        let fetch = options.function("fetch", "fetch must be a function");
        if fetch.is_none() && !global("fetch").is_function() {
            options.or_refuse::<()>(Err("This runtime has no fetch: pass one as the option fetch"));
        }
        Self {
            url: joined(&[&origin, &path, PATH]),
            address: joined(&[&host, &path, PATH]),
            fetch,
            in_page,
            in_browser,
            redirects: Cell::new(false),
            apart: global("navigator").member("userAgent") == "Cloudflare-Workers" || !global("EdgeRuntime").is_nothing(),
            key,
            request_timeout_ms: options.above_0(
                "requestTimeoutMs",
                DEFAULT_REQUEST_TIMEOUT_MS,
                "requestTimeoutMs must be a number above 0",
            ),
            requests_per_second: options.above_0(
                "maxRequestsPerSecond",
                DEFAULT_REQUESTS_PER_SECOND,
                "maxRequestsPerSecond must be a number above 0; Infinity for no limit",
            ),
        }
    }
}

impl Default for Key {
    fn default() -> Self {
        Self::Fixed(String::new())
    }
}

impl Key {
    fn read(options: &Options<'_>, is_public: bool) -> Result<Self, Refusal> {
        let given = options.member("apiKey");
        if given.is_nothing() {
            return Ok(Self::default());
        }
        let key = if given.is_function() {
            Self::Asked(given.unchecked_into())
        } else {
            Self::Fixed(checked_key(given.as_string().ok_or("apiKey must be a string or a function")?)?)
        };
        if is_public && options.member("dangerouslyAllowBrowser") != JsValue::TRUE {
            return Err(
                "A key in a page is everybody's key: keep it on a server that asks for the page. For a key you do not mind losing \
                        there is dangerouslyAllowBrowser",
            );
        }
        Ok(key)
    }
}

/// A key goes into a header: visible ASCII. It is refused here, and never quoted, because the engine's own error would quote it.
pub(super) fn checked_key(text: String) -> Result<String, Refusal> {
    let key = text.trim_ascii();
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("apiKey is empty or no key: is the variable it comes from set?");
    }
    Ok(key.into())
}

/// The checked `baseUrl`.
#[derive(Default)]
struct Base {
    origin: String,
    host: String,
    /// Without a slash at its end.
    path: String,
}

impl Base {
    /// `origin` is the site's that this runs in, if any.
    fn read(given: &JsValue, in_browser: bool, origin: Option<String>) -> Result<Self, Refusal> {
        const NO_ORIGIN: Refusal =
            "This page or worker has no http origin, because it was opened as a file or belongs to an extension: it needs baseUrl";
        let text = given.as_string().or_else(|| given.text_at("href"));
        let given = match &text {
            Some(text) => text,
            None if !given.is_nothing() => return Err("baseUrl must be a string or a URL"),
            None if in_browser => origin.as_deref().ok_or(NO_ORIGIN)?,
            None => API,
        };
        // In a page a path alone is a base as well: of its own origin. Elsewhere it stands on nothing.
        let href = global("location").text_at("href").filter(|href| in_browser && href.starts_with("http"));
        let url: JsValue = Url::new_with_base(given, href.as_deref().or(origin.as_deref()).unwrap_or("about:blank"))
            .map_err(|_| "baseUrl is not a URL, or it is a path alone where there is no http origin for it to belong to")?
            .into();
        let part = |name| url.text_at(name).unwrap_or_default();
        if !matches!(part("protocol").as_str(), "https:" | "http:") {
            return Err("baseUrl must begin with https:// or http://");
        }
        if !["username", "password", "search", "hash"].iter().all(|name| part(name).is_empty()) {
            return Err("baseUrl may have a path, but no user, query or fragment");
        }
        let pathname = part("pathname");
        let mut path = pathname.as_str();
        while let Some(shorter) = path.strip_suffix("/") {
            path = shorter;
        }
        Ok(Self { origin: part("origin"), host: part("host"), path: path.into() })
    }
}

/// Whether this is a worker of a browser. Deno and Cloudflare Workers have the same classes, and no browser's name.
fn is_browsers_worker() -> bool {
    let name = global("navigator").text_at("userAgent");
    global("WorkerGlobalScope").is_function() && name.is_some_and(|name| name.starts_with("Mozilla/"))
}

/// A member of `globalThis`, looked up now: tests and frameworks put them there late.
pub(super) fn global(name: &str) -> JsValue {
    js_sys::global().member(name)
}

/// The parts one after the other. `concat` and `format!` bring more machinery.
pub(super) fn joined(parts: &[&str]) -> String {
    let mut out = String::new();
    for part in parts {
        out.push_str(part);
    }
    out
}
