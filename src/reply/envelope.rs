//! The envelope `{code, msg, data}`: which class a reply belongs to. The body's code comes before the HTTP status, because errors come
//! both ways and the API answers most of them with HTTP 200.

use super::Reading;
use super::json::Json;
use super::problem::{Class, Kind, Problem};
use super::retry_after;
use super::task::{Code, NoPicture, TaskDetails, record};
use super::text::{present, push_whole, quoted, says};
use std::rc::Rc;

/// One HTTP reply, and what must be known to read it. Holds the key, and so has no `Debug`.
pub struct Reply<'a, V> {
    /// The HTTP status; 0 where the runtime hides a redirect.
    pub http_status: u16,
    /// The body, where it is JSON.
    pub body: Option<V>,
    /// The `Retry-After` header.
    pub retry_after: Option<&'a str>,
    /// The same, where it is a date.
    pub retry_at_ms: Option<f64>,
    /// The `Date` header, in ms since the epoch: the server's clock.
    pub date_ms: Option<f64>,
    /// The `Age` header, in ms: the answer was kept for so long before it was sent.
    pub age_ms: f64,
    /// The task id that was asked for.
    pub asked: &'a str,
    /// The API key of the request, or "": it is taken out of every text.
    pub key: &'a str,
    /// What an earlier look found: the prompt in it is taken out of what is said now.
    pub known: Option<&'a TaskDetails>,
    /// Host and path that were asked, for the one message that is about them. Never the query.
    pub address: &'a str,
    /// A redirect was followed, and another origin answered.
    pub from_elsewhere: bool,
    /// The time of the reply, in ms since the epoch.
    pub now_ms: f64,
}

impl<V: Json> Reply<'_, V> {
    /// What `place` says by this name in the API's own words, without echoes of the key and the prompt.
    pub(crate) fn said(&self, place: &V, name: &str) -> Option<String> {
        let told = self.body.as_ref()?.member("data").member("paramJson");
        present(place.member(name).clean(self.key, &told, self.known_params()).text()?)
    }

    /// The request's parameters as the latest reply told them that did.
    pub(crate) fn known_params(&self) -> Option<&str> {
        let details = self.known?;
        details.param_json.as_deref().or(details.hidden_params.as_deref())
    }

    /// How long the server asks to wait, in ms.
    pub(super) fn retry_after_ms(&self) -> Option<f64> {
        retry_after::delay_ms(self.retry_after?, self.retry_at_ms, self.date_ms.unwrap_or(self.now_ms))
    }
}

/// Reads a reply.
#[must_use]
pub fn read<V: Json>(reply: &Reply<'_, V>) -> Reading {
    match task_in(reply) {
        Some(Ok(task)) => Reading::Task(Rc::new(task)),
        Some(Err(NoPicture)) => Reading::Problem(Rc::new(problem(reply, &Verdict::NO_PICTURE))),
        None => Reading::Problem(Rc::new(problem(reply, &told(reply).unwrap_or(*classify(reply))))),
    }
}

fn task_in<V: Json>(reply: &Reply<'_, V>) -> Option<Result<TaskDetails, NoPicture>> {
    let body = reply.body.as_ref()?;
    let data = body.member("data");
    (data.is_object() && code_of(reply) == Some(200.0)).then(|| record(&data, reply))
}

/// The envelope's code. In an envelope that has none, the HTTP status stands in for it.
fn code_of<V: Json>(reply: &Reply<'_, V>) -> Option<f64> {
    let body = reply.body.as_ref()?;
    if is_given(body, "code") {
        body.count_at("code")
    } else if body.member("msg").is_nothing() && body.member("data").is_nothing() {
        None
    } else if (200..300).contains(&reply.http_status) {
        Some(200.0)
    } else {
        Some(reply.http_status.into())
    }
}

/// Whether the member `name` is more than an empty text, which means the same as none.
fn is_given<V: Json>(body: &V, name: &str) -> bool {
    let value = body.member(name);
    !value.is_nothing() && value.text().is_none_or(|text| !text.is_empty())
}

/// A name for a problem, its class, and what to say. Looked up and not built: each is a constant that lies ready in the data.
#[derive(Clone, Copy)]
struct Verdict(Kind, Class, &'static str);

impl Verdict {
    /// The API writes a task's state and its result one after the other.
    const NO_PICTURE: Self = Self(Kind::InvalidReply, Class::FewTimes, "The API calls the task a success but names no picture");
    const NOT_THERE: Self = Self(
        Kind::NotFound,
        Class::NotThereYet,
        "The API knows no such task: a new one takes some seconds to show, else check the id and the account",
    );
    const NO_ACCESS: Self = Self(
        Kind::Unauthorized,
        Class::FewTimesOnceSeen,
        "The API refused access: check the key, its allowed addresses and the account's credit",
    );
    const SIGN_IN: Self = Self(
        Kind::Unauthorized,
        Class::FewTimesOnceSeen,
        "The server wants you to sign in: sign in again, for example by loading the page anew",
    );
    /// A sign-on in front of the server has expired.
    const SIGN_ON: Self = Self(
        Kind::Unauthorized,
        Class::Redirected,
        "The request was redirected to another origin or page, as to a login page: sign in again, for example by \
         loading the page anew, and where there is no sign-on check baseUrl",
    );
    const KEYLESS: Self = Self(
        Kind::Unauthorized,
        Class::FewTimesOnceSeen,
        "Access was refused, and no apiKey was given: give one on a server; in a page check the key of the server \
         that it asks",
    );
    const FOREIGN: Self = Self(
        Kind::InvalidReply,
        Class::Passing,
        "This is no reply of the API (a web page, or JSON cut short): if it stays so, check baseUrl",
    );
    const WRONG_ADDRESS: Self = Self(Kind::InvalidReply, Class::FewTimes, "There is no such API at this address: check baseUrl");
    const REDIRECT: Self =
        Self(Kind::InvalidReply, Class::Unclear, "The address redirects, and the key is not sent elsewhere: check baseUrl");
}

/// What a gateway of this package says that the API's reply meant, because its code and status
/// cannot say everything. Its sentence on that is `reason`, or `msg` where the API's words stay with
/// it. A request with a key goes to the API, which says nothing of the kind.
fn told<V: Json>(reply: &Reply<'_, V>) -> Option<Verdict> {
    let body = reply.body.as_ref().filter(|_| reply.key.is_empty())?;
    let kind = Kind::named(&body.text_at("kind")?)?;
    let class = Class::named(&body.text_at("retry")?)?;
    Some(Verdict(kind, class, ""))
}

fn classify<V: Json>(reply: &Reply<'_, V>) -> &'static Verdict {
    let status = f64::from(reply.http_status);
    match code_of(reply) {
        None if reply.from_elsewhere => &Verdict::SIGN_ON,
        // Success without a record is how sisters of this API answer for an unknown id; under an error status the status speaks.
        Some(200.0) if status < 300.0 || status == 404.0 => match &reply.body {
            Some(body) if is_given(body, "data") => &Verdict::FOREIGN,
            _ => &Verdict::NOT_THERE,
        },
        Some(401.0) if reply.key.is_empty() => &Verdict::KEYLESS,
        Some(code) if (400.0..600.0).contains(&code) => classify_code(code, &message_of(reply), true),
        // A page is not shown where a redirect leads, only that there is one.
        _ if status < 200.0 && reply.key.is_empty() => &Verdict::SIGN_ON,
        _ if status < 200.0 || (300.0..400.0).contains(&status) => &Verdict::REDIRECT,
        _ if status < 300.0 => &Verdict::FOREIGN,
        _ if status == 404.0 => &Verdict::WRONG_ADDRESS,
        _ if status == 401.0 && reply.key.is_empty() => &Verdict::SIGN_IN,
        _ => classify_code(status, "", reply.body.is_some()),
    }
}

/// What a code means, in the body or as HTTP status. `json` tells the API's own refusal from that of a proxy before it.
fn classify_code(code: f64, message: &str, json: bool) -> &'static Verdict {
    let says = |word: &str| says(message, word);
    match code as u16 {
        404 => &Verdict::NOT_THERE,
        422 if says("not exist") || says("not found") || (says("record") && says("null")) => &Verdict::NOT_THERE,
        401 => &Verdict::NO_ACCESS,
        402 => &Verdict(Kind::PaymentRequired, Class::Final, "The account has no credit left: top it up"),
        403 if json => &Verdict(Kind::Forbidden, Class::Final, "The API forbids this: check what the key may do"),
        403 => &Verdict(Kind::Forbidden, Class::Passing, "A proxy before the API turned the request away"),
        408 | 425 => &Verdict(Kind::Server, Class::Passing, "The API was too slow: ask again"),
        429 | 433 => &Verdict(Kind::RateLimited, Class::Passing, "Too many requests: ask again more slowly"),
        455 => &Verdict(Kind::Server, Class::Passing, "The API is under maintenance: ask again later"),
        // A gateway of this package, to which nobody has given the key.
        500 if says("no api key") => &Verdict::NO_ACCESS,
        500 if says("parameter") => &Verdict(Kind::Server, Class::Unclear, "The API blames the parameters: check the task id"),
        505 => &Verdict(Kind::Server, Class::Final, "The API has switched this feature off"),
        500.. => &Verdict(Kind::Server, Class::Passing, "The API is in trouble: ask again, the task goes on"),
        _ => &Verdict(Kind::BadRequest, Class::Final, "The API does not take this request: check the task id"),
    }
}

/// `msg`, or what newer endpoints call `message`.
fn message_of<V: Json>(reply: &Reply<'_, V>) -> String {
    let text = |name| reply.said(reply.body.as_ref()?, name);
    quoted(&text("msg").or_else(|| text("message")).unwrap_or_default())
}

fn problem<V: Json>(reply: &Reply<'_, V>, &Verdict(kind, class, says): &Verdict) -> Problem {
    // What has no envelope is from something in front of the API, which may be just restarting.
    let class = if class == Class::Final && code_of(reply).is_none() { Class::FewTimes } else { class };
    let code = reply.body.as_ref().and_then(|body| body.count_at("code"));
    let status = reply.http_status;
    let mut said = message_of(reply);
    let reason = || reply.said(reply.body.as_ref()?, "reason").as_deref().map(quoted);
    let mut message = match says {
        "" => reason().unwrap_or_else(|| std::mem::take(&mut said)),
        says => says.into(),
    };
    message.push_str(" (");
    message.push_str(reply.address);
    if status > 0 {
        message.push_str(", HTTP ");
        push_whole(&mut message, f64::from(status));
    }
    if let Some(code) = code {
        message.push_str(", code ");
        push_whole(&mut message, code);
    }
    if !said.is_empty() {
        message.push_str(", \"");
        message.push_str(&said);
        message.push_str("\"");
    }
    message.push_str(")");
    Problem {
        kind,
        class,
        ridden_out: false,
        message,
        http_status: (status > 0).then_some(status),
        code: code.map(Code::Number),
        said,
        retry_after_ms: reply.retry_after_ms(),
    }
}
