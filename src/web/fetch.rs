//! One look: sends the request, reads the whole reply, and has it read. Whatever is thrown on the way is passing, except the caller's own
//! abort: decided by where it was thrown and never by its text, because every runtime words it differently.

use super::clock::now;
use super::connection::{Connection, Key, checked_key, joined};
use super::error::Thrown;
use super::json::parse_json;
use super::options::Refusal;
use super::pause::{End, Pause, pause, unless};
use super::values::Object;
use crate::reply::{self, Class, Json, Kind, Problem, Reading, Reply, TaskDetails, quoted};
use gloo_net::http::Headers;
use js_sys::{Function, JsString, Promise, encode_uri_component};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortController;

/// In Cloudflare Workers fetch sends no User-Agent, and the API's CDN turns such visitors away; the other runtimes' defaults are no better
/// known to it. Browsers do not let a page set it.
const USER_AGENT: &str = concat!("Mozilla/5.0 (compatible; nanobanana-task/", env!("CARGO_PKG_VERSION"), ")");

#[wasm_bindgen(module = "/npm/thrown.js")]
extern "C" {
    #[wasm_bindgen(js_name = withoutKey)]
    fn without_key(thrown: &JsValue, key: &str) -> JsValue;
    #[wasm_bindgen(js_name = reasonOf)]
    fn reason_of(thrown: &JsValue, key: &str) -> JsValue;
}

#[wasm_bindgen(module = "/npm/asked.js")]
extern "C" {
    // Were there nothing here for the glue to turn into something else, the wasm would import past it, which the build does not know.
    fn asked(
        own: Option<&Function>,
        url: Option<&JsString>,
        init: Option<&js_sys::Object>,
        silence_ms: Option<f64>,
        in_browser: Option<bool>,
        may_follow: Option<bool>,
    ) -> Promise;
}

/// A reply that goes on shows a sign of life at least this often; a gateway's is one in 5 s.
pub(crate) const SILENCE_MS: f64 = 15_000.0;

/// Why no reply came.
enum Trouble {
    /// What was thrown on the way there or back, and the same told.
    Lost(Thrown, Problem),
    /// What the caller's apiKey function threw.
    NoKey(JsValue),
    /// The request cannot be made.
    Refused(Refusal),
    /// Nothing to tell: what the reply brought while it went on has been told, or the request never left.
    Over,
}

/// Aborts the request it belongs to, unless it has ended by itself: nothing outlives the look that started it.
struct InFlight(Option<AbortController>);

impl Drop for InFlight {
    fn drop(&mut self) {
        if let Some(controller) = self.0.take() {
            controller.abort();
        }
    }
}

/// A look on its way: dropping this gives it up.
pub(crate) struct Flight(Rc<End>);

impl Drop for Flight {
    fn drop(&mut self) {
        self.0.now();
    }
}

/// On whose behalf a look is carried out.
pub(crate) trait Asker {
    /// When its request may leave, from the time when the key for it is there: now for 0, never for infinitely many ms, and else to be asked again
    /// in so many.
    fn leaves_in_ms(&self) -> f64;
    /// Told of what a reply that goes on brings, and of its signs of life; says whether more is wanted.
    fn hears(&self, event: Option<Reading>) -> bool;
}

/// One look at a task.
pub(crate) struct Look<'a, A> {
    pub(crate) connection: &'a Connection,
    pub(crate) task_id: &'a str,
    /// What earlier looks found.
    pub(crate) known: Option<&'a TaskDetails>,
    pub(crate) sent: &'a A,
    /// Ends when it is given up.
    pub(crate) end: Rc<End>,
    /// Its reply may go on.
    pub(crate) offers_stream: bool,
    /// Another tab's stream may answer it.
    pub(crate) may_follow: bool,
    /// Redirects are followed, where there is no key.
    pub(crate) follows_redirects: bool,
    /// The reply has to be there, body included.
    pub(crate) within_ms: f64,
    /// From the steady clock to the wait's own.
    pub(crate) ahead_ms: f64,
}

impl Flight {
    /// With the end of the look that it stands for.
    pub(crate) fn new() -> (Self, Rc<End>) {
        let end = Rc::<End>::default();
        (Self(Rc::clone(&end)), end)
    }
}

/// Looks at a task once: what that brought, and what was thrown below it. Nothing where all has been told, or the look was given up before it left.
/// Of one that was given up later, that it was slow.
pub(crate) async fn look<A: Asker>(look: Look<'_, A>) -> Option<(Reading, Option<Thrown>)> {
    let limit = pause(look.within_ms, Rc::clone(&look.end));
    match unless(&limit, exchange(&look, &limit)).await {
        None => Some((Reading::Problem(Problem::slow(look.within_ms).into()), None)),
        Some(Ok(reading)) => Some((reading, None)),
        Some(Err(trouble)) => troubled(trouble),
    }
}

async fn exchange<A: Asker>(look: &Look<'_, A>, limit: &Pause) -> Result<Reading, Trouble> {
    let connection = look.connection;
    let key = match &connection.key {
        Key::Fixed(key) => key.clone(),
        Key::Asked(ask) => {
            let given = JsFuture::from(asked(Some(ask), None, None, None, None, None)).await.map_err(Trouble::NoKey)?;
            checked_key(given.as_string().unwrap_or_default()).map_err(Trouble::Refused)?
        }
    };
    loop {
        match look.sent.leaves_in_ms() {
            f64::INFINITY => return Err(Trouble::Over),
            0.0 => break,
            ms => pause(ms, Rc::default()).await,
        }
    }
    let lost = |thrown| lost(&thrown, connection, &key);
    let controller = AbortController::new().map_err(lost)?;
    let url = joined(&[&connection.url, "?taskId=", &String::from(encode_uri_component(look.task_id))]).into();
    let init = init(look, &key, &controller);
    let mut in_flight = InFlight(Some(controller));
    let silence_ms = look.offers_stream.then_some(SILENCE_MS);
    let (own, in_browser) = (connection.fetch.as_ref(), Some(connection.in_browser));
    let request = asked(own, Some(&url), Some(&init.0), silence_ms, in_browser, Some(look.may_follow));
    let came = JsFuture::from(request).await.map_err(lost)?;
    let came_ms = now().steady_ms;
    let mut body = came.member("body");
    if let Ok(next) = came.member("next").dyn_into::<Function>() {
        // From here on it is over when it has been silent for too long, or nobody wants more.
        limit.stop_timer();
        while !body.is_undefined() && look.sent.hears((!body.is_null()).then(|| read(look, &key, &came, came_ms, &body))) {
            body = JsFuture::from(asked(Some(&next), None, None, None, None, None)).await.unwrap_or_default();
        }
        return Err(Trouble::Over);
    }
    in_flight.0 = None;
    Ok(read(look, &key, &came, came_ms, &body))
}

/// The second argument of fetch, but that its headers are still a `Headers`.
fn init<A>(look: &Look<'_, A>, key: &str, controller: &AbortController) -> Object {
    let connection = look.connection;
    let headers = Headers::new();
    let mut init = Object::new();
    init.js("signal", &controller.signal());
    headers.set("Accept", "application/json");
    if !key.is_empty() {
        // A redirect is not followed with a key: engines differ in whether they would carry it to another origin.
        headers.set("Authorization", &joined(&["Bearer ", key]));
    }
    if !key.is_empty() || (connection.in_browser && !look.follows_redirects && !connection.redirects.get()) {
        init.text("redirect", "manual");
    }
    // Workers refuse a cache mode, pages refuse a User-Agent.
    if connection.in_browser {
        init.text("cache", "no-store");
    } else {
        headers.set("User-Agent", USER_AGENT);
    }
    init.js("headers", &headers.into_raw());
    init
}

fn read<A>(look: &Look<'_, A>, key: &str, came: &JsValue, came_ms: f64, body: &JsValue) -> Reading {
    let now_ms = now().steady_ms;
    let retry_after = came.text_at("retryAfter");
    let http_status = came.number_at("status").unwrap_or_default() as u16;
    if came.member("tooLarge").is_truthy() {
        return Reading::Problem(Problem::too_large(http_status, &look.connection.address).into());
    }
    let reply = Reply {
        http_status,
        body: parse_json(body),
        retry_after: retry_after.as_deref(),
        retry_at_ms: came.number_at("retryAt"),
        // A reply that goes on has told it when it began. It has whole seconds.
        date_ms: came.number_at("date").map(|date_ms| date_ms + ((now_ms - came_ms) / 1_000.0).floor() * 1_000.0),
        age_ms: came.count_at("age").unwrap_or_default() * 1_000.0,
        asked: look.task_id,
        key,
        known: look.known,
        address: &look.connection.address,
        from_elsewhere: came.member("elsewhere") == JsValue::TRUE,
        now_ms: now_ms + look.ahead_ms,
    };
    let reading = reply::read(&reply);
    if matches!(reading, Reading::Task(_)) && came.member("redirected") == JsValue::TRUE {
        look.connection.redirects.set(true);
    }
    reading
}

/// No complete reply came.
fn lost(thrown: &JsValue, connection: &Connection, key: &str) -> Trouble {
    let reason = reason_of(thrown, key);
    let is_hopeless = reason.member("isHopeless") == JsValue::TRUE;
    let class = if is_hopeless { Class::PassingOnceSeen } else { Class::Passing };
    let why = if is_hopeless {
        ": its name does not exist, or its TLS or certificate is refused: check baseUrl"
    } else if connection.fetch.is_some() {
        ": the fetch that was given threw, or its reply could not be read"
    } else if connection.in_browser {
        ": the network, the server, or CORS"
    } else {
        ""
    };
    let mut message = joined(&["No complete reply from ", &connection.address, why]);
    push_reason(&mut message, &reason);
    let cause = without_key(thrown, key);
    if cause.is_undefined() && !thrown.is_undefined() {
        message.push_str(". There is no cause, because what was thrown may hold the key");
    }
    Trouble::Lost(Thrown(cause), Problem::without_reply(Kind::Network, class, &message))
}

/// What was thrown says itself, in brackets.
fn push_reason(message: &mut String, reason: &JsValue) {
    let reason = quoted(&reason.text_at("text").unwrap_or_default());
    if !reason.is_empty() {
        message.push_str(&joined(&[" (\"", &reason, "\")"]));
    }
}

fn troubled(trouble: Trouble) -> Option<(Reading, Option<Thrown>)> {
    let (problem, thrown) = match trouble {
        Trouble::Over => return None,
        Trouble::Lost(thrown, problem) => (problem, Some(thrown)),
        Trouble::NoKey(thrown) => {
            let mut message = String::from("The apiKey function threw: see cause");
            push_reason(&mut message, &reason_of(&thrown, ""));
            (Problem::without_reply(Kind::Network, Class::Passing, &message), Some(Thrown(thrown)))
        }
        Trouble::Refused(why) => (Problem::without_reply(Kind::InvalidArgument, Class::Final, why), None),
    };
    Some((Reading::Problem(problem.into()), thrown))
}
