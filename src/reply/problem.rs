//! What a look that brought no task means, and what a wait should do about it.

use super::task::Code;
use super::text::push_whole;

/// The failure's name, as callers switch on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Flag 2 or 3: the task itself failed.
    TaskFailed,
    /// The wait's own limit ran out; the task is still running as far as anyone knows.
    TimedOut,
    /// The API knows no such task (yet).
    NotFound,
    /// 401: a bad key, an address off its allow-list, or no credit. The API says the same for all three.
    Unauthorized,
    /// 402.
    PaymentRequired,
    /// 403.
    Forbidden,
    /// 400, 422 and other 4xx: the request is not one the API takes.
    BadRequest,
    /// 429 and 433.
    RateLimited,
    /// 5xx, 408 and maintenance.
    Server,
    /// No complete reply came.
    Network,
    /// What came is not this API's envelope.
    InvalidReply,
    /// The caller's mistake; nothing was sent.
    InvalidArgument,
}

impl Kind {
    /// What the API's replies mean, for a gateway of this package to say what one meant.
    const OF_REPLIES: [Self; 8] = [
        Self::NotFound,
        Self::Unauthorized,
        Self::PaymentRequired,
        Self::Forbidden,
        Self::BadRequest,
        Self::RateLimited,
        Self::Server,
        Self::InvalidReply,
    ];

    /// The kind of this name, where a reply can be of it.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::OF_REPLIES.into_iter().find(|kind| kind.name() == name)
    }

    /// The name in the public TypeScript union.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TaskFailed => "task-failed",
            Self::TimedOut => "timed-out",
            Self::NotFound => "not-found",
            Self::Unauthorized => "unauthorized",
            Self::PaymentRequired => "payment-required",
            Self::Forbidden => "forbidden",
            Self::BadRequest => "bad-request",
            Self::RateLimited => "rate-limited",
            Self::Server => "server",
            Self::Network => "network",
            Self::InvalidReply => "invalid-reply",
            Self::InvalidArgument => "invalid-argument",
        }
    }
}

/// What a wait does about a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Polling again cannot help: stop.
    Final,
    /// Final, unless a poll of this wait has been good: then as [`Class::FewTimes`].
    FewTimesOnceSeen,
    /// Poll a few times more, then stop, and take it for final.
    FewTimes,
    /// Poll a few times more, then stop. Whether it passes is still open then.
    Unclear,
    /// As [`Class::FewTimes`], and counted apart: in a page every second poll fails in another way.
    Redirected,
    /// The task may not be visible yet: wait within the grace span, then stop.
    NotThereYet,
    /// Ride it out to the deadline, with backoff, where a poll of this wait has been good; else as
    /// [`Class::FewTimes`], with some more attempts.
    PassingOnceSeen,
    /// Ride it out to the deadline, with backoff.
    Passing,
}

impl Class {
    const ALL: [Self; 8] = [
        Self::Final,
        Self::FewTimesOnceSeen,
        Self::FewTimes,
        Self::Unclear,
        Self::Redirected,
        Self::NotThereYet,
        Self::PassingOnceSeen,
        Self::Passing,
    ];

    /// The class of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }

    /// The name by which a gateway of this package tells its clients what the API's reply was.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Final => "final",
            Self::FewTimesOnceSeen => "few-times-once-seen",
            Self::FewTimes => "few-times",
            Self::Unclear => "unclear",
            Self::Redirected => "redirected",
            Self::NotThereYet => "not-there-yet",
            Self::PassingOnceSeen => "passing-once-seen",
            Self::Passing => "passing",
        }
    }

    /// What it comes to in a wait, by whether a poll of that has been good.
    #[must_use]
    pub const fn in_wait(self, seen: bool) -> Self {
        match self {
            Self::FewTimesOnceSeen if seen => Self::FewTimes,
            Self::FewTimesOnceSeen => Self::Final,
            Self::PassingOnceSeen if seen => Self::Passing,
            class => class,
        }
    }

    /// How many failures since the last good poll end a wait, the last of them of this class; `None`
    /// where their number does not.
    #[must_use]
    pub const fn most_failures(self, seen: bool) -> Option<u32> {
        match self.in_wait(seen) {
            Self::Final => Some(1),
            Self::FewTimes if seen => Some(4),
            Self::FewTimes | Self::FewTimesOnceSeen | Self::Unclear | Self::Redirected => Some(3),
            Self::PassingOnceSeen => Some(5),
            Self::NotThereYet | Self::Passing => None,
        }
    }
}

/// A look that brought no task.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// The failure's name.
    pub kind: Kind,
    /// What a wait does about it.
    pub class: Class,
    /// A wait goes on in spite of it.
    pub ridden_out: bool,
    /// One sentence or two for the person who meets it: what happened, in the API's words where it has any, and what to do next.
    pub message: String,
    /// The HTTP status, where a reply came.
    pub http_status: Option<u16>,
    /// The envelope's `code`, where there is one.
    pub code: Option<Code>,
    /// What the API itself says of it, on one line, without the key and the prompt; "" for nothing.
    pub said: String,
    /// How long the server asks to wait, in ms.
    pub retry_after_ms: Option<f64>,
}

impl Problem {
    /// A problem that no reply speaks of: the request failed on the way, or was never sent.
    #[must_use]
    pub fn without_reply(kind: Kind, class: Class, message: &str) -> Self {
        Self {
            kind,
            class,
            ridden_out: false,
            message: message.into(),
            http_status: None,
            code: None,
            said: String::new(),
            retry_after_ms: None,
        }
    }

    /// A request given up after `within_ms`.
    #[must_use]
    pub fn slow(within_ms: f64) -> Self {
        let mut message = String::from("No complete reply within ");
        push_whole(&mut message, within_ms);
        message.push_str(" ms");
        Self::without_reply(Kind::Network, Class::Passing, &message)
    }

    /// The same problem in another class.
    #[must_use]
    pub fn classed(&self, class: Class) -> Self {
        Self { class, ridden_out: false, ..self.clone() }
    }

    /// The same problem in a wait that goes on, where it comes to `class`.
    #[must_use]
    pub fn ridden_out(&self, class: Class) -> Self {
        Self { ridden_out: true, ..self.classed(class) }
    }

    /// A reply that was not read to its end, because no reply of this API is so large.
    #[must_use]
    pub fn too_large(http_status: u16, address: &str) -> Self {
        let mut message = String::from("The reply is larger than 1 MiB, and none of this API is: check baseUrl (");
        message.push_str(address);
        message.push_str(", HTTP ");
        push_whole(&mut message, f64::from(http_status));
        message.push_str(")");
        let without_reply = Self::without_reply(Kind::InvalidReply, Class::Final, &message);
        Self { http_status: Some(http_status), ..without_reply }
    }

    /// Can asking again help?
    #[must_use]
    pub fn retryable(&self) -> bool {
        self.ridden_out || !matches!(self.class, Class::Final | Class::FewTimesOnceSeen | Class::Redirected)
    }
}
