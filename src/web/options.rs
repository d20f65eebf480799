//! What callers pass in, checked before anything is sent.

use super::connection::Connection;
use super::error::Rejection;
use super::signal::Signal;
use crate::reply::Json;
use crate::wait::{Failure, Handle, History, Pace, Terms};
use js_sys::Function;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;

const DEFAULT_TIMEOUT_MS: f64 = 600_000.0;
const DEFAULT_NOT_FOUND_GRACE_MS: f64 = 20_000.0;
/// The API's ids have about 32 characters; this leaves room for whatever it does next.
const LONGEST_TASK_ID: usize = 256;

/// What is wrong with what the caller passed in, and how it should be.
pub(crate) type Refusal = &'static str;

/// What a call is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// `getTaskDetails`.
    Look,
    /// `waitForTask`.
    Wait,
    /// `watchTask`.
    Watch,
}

/// A checked call.
pub(crate) struct Call {
    pub(crate) how: How,
    pub(crate) task_id: String,
    pub(crate) handle: Option<Handle>,
    pub(crate) terms: Terms,
    pub(crate) signal: Option<Signal>,
    pub(crate) on_progress: Option<Function>,
    /// Of the wait that this one carries on, where the caller keeps it: the task's Durable Object alone.
    pub(crate) history: Option<History>,
}

/// The caller's options, read one by one. What is wrong with them is kept, the first of it, for the end: leaving at each would mean to
/// release there whatever had been read by then.
pub(super) struct Options<'a> {
    given: &'a JsValue,
    refusal: Option<Refusal>,
}

impl<'a> Options<'a> {
    fn new(given: &'a JsValue) -> Self {
        let usable = given.is_nothing() || Json::is_object(given);
        Self { given, refusal: (!usable).then_some("options must be an object") }
    }

    pub(super) fn refuse(&mut self, refusal: Refusal) {
        self.refusal.get_or_insert(refusal);
    }

    /// What was read, or what may stand for it until the refusal is told.
    pub(super) fn or_refuse<T: Default>(&mut self, read: Result<T, Refusal>) -> T {
        read.unwrap_or_else(|refusal| {
            self.refuse(refusal);
            T::default()
        })
    }

    pub(super) fn member(&self, name: &str) -> JsValue {
        self.given.member(name)
    }

    /// A number above 0; infinity is one.
    pub(super) fn above_0(&mut self, name: &str, default: f64, refusal: Refusal) -> f64 {
        let value = self.member(name);
        if value.is_nothing() { default } else { self.or_refuse(value.number().filter(|ms| *ms > 0.0).ok_or(refusal)) }
    }

    pub(super) fn function(&mut self, name: &str, refusal: Refusal) -> Option<Function> {
        self.checked(name, JsValue::is_function, refusal)
    }

    /// A value that `fits`, where there is one.
    fn checked<T: JsCast>(&mut self, name: &str, fits: fn(&JsValue) -> bool, refusal: Refusal) -> Option<T> {
        let value = self.member(name);
        if value.is_nothing() {
            return None;
        }
        if !fits(&value) {
            self.refuse(refusal);
        }
        Some(value.unchecked_into())
    }
}

/// The task that a call is about: by its id or, but for a single look, by the handle of a wait.
pub(crate) struct Named {
    task_id: String,
    handle: Option<Handle>,
}

impl Named {
    pub(crate) fn read(how: How, task: &JsValue) -> Result<Self, Rejection> {
        let handle = if how != How::Look && Json::is_object(task) {
            Some(Handle::read(task).ok_or_else(|| refused("", "This is no handle of a wait: pass it as it was given"))?)
        } else {
            None
        };
        let task_id = handle.as_ref().map_or_else(|| task.as_string(), |handle| Some(handle.task_id.clone()));
        match checked_id(task_id) {
            Ok(task_id) => Ok(Self { task_id, handle }),
            Err(refusal) => Err(refused("", refusal)),
        }
    }

    /// The error of a call that cannot be carried out.
    pub(crate) fn refused(self, refusal: Refusal) -> Rejection {
        refused(&self.task_id, refusal)
    }
}

/// Reads and checks the connection's part of the options.
pub(crate) fn connection_of(options: &JsValue) -> Result<Connection, Refusal> {
    let mut options = Options::new(options);
    let connection = Connection::read(&mut options);
    options.refusal.map_or(Ok(connection), Err)
}

impl Call {
    /// Reads and checks the rest of what is asked for.
    pub(crate) fn read(how: How, named: Named, connection: &Connection, options: &JsValue) -> Result<Self, Rejection> {
        let Named { task_id, handle } = named;
        let request_timeout_ms = connection.request_timeout_ms;
        let mut options = Options::new(options);
        let mut call = Self {
            how,
            task_id,
            handle,
            // A single look may take a request's time, and as much again until its turn comes.
            terms: Terms {
                once: how == How::Look,
                timeout_ms: 2.0 * request_timeout_ms,
                not_found_grace_ms: 0.0,
                request_timeout_ms,
                queue_timeout_ms: f64::INFINITY,
                pace: Pace::default(),
            },
            signal: options.checked("signal", is_signal, "signal must be an AbortSignal"),
            on_progress: None,
            history: None,
        };
        if how == How::Look {
            call.terms.queue_timeout_ms = options.above_0("queueTimeoutMs", f64::INFINITY, "queueTimeoutMs must be a number above 0");
        } else {
            call.read_wait(&mut options);
        }
        match options.refusal {
            None => Ok(call),
            Some(refusal) => Err(refused(&call.task_id, refusal)),
        }
    }

    fn read_wait(&mut self, options: &mut Options<'_>) {
        // A wait without a limit goes on without one.
        let unlimited = self.handle.as_ref().is_some_and(|handle| handle.deadline_at_ms.is_none());
        let default = if unlimited { f64::INFINITY } else { DEFAULT_TIMEOUT_MS };
        self.terms.timeout_ms = options.above_0("timeoutMs", default, "timeoutMs must be a number above 0; Infinity for no limit");
        if options.member("notFoundGraceMs").number() != Some(0.0) {
            self.terms.not_found_grace_ms =
                options.above_0("notFoundGraceMs", DEFAULT_NOT_FOUND_GRACE_MS, "notFoundGraceMs must be a number, 0 or more");
        }
        let pace = options.member("pace");
        if !pace.is_nothing() {
            let pace = pace.as_string().and_then(|name| Pace::of(&name));
            self.terms.pace = options.or_refuse(pace.ok_or("pace must be \"gentle\", \"normal\" or \"eager\""));
        }
        self.on_progress = options.function("onProgress", "onProgress must be a function");
        let history = options.member("history");
        if Json::is_object(&history) {
            let count = |name| history.number_at(name).unwrap_or_default() as u32;
            self.history = Some(History {
                seen: count("seen") > 0,
                failures: count("failures"),
                limited: count("limited"),
                unknown_since_ms: history.number_at("unknownSince"),
            });
        }
    }
}

fn refused(task_id: &str, refusal: Refusal) -> Rejection {
    Rejection::of(&Failure::invalid_argument(task_id, refusal), None)
}

fn checked_id(id: Option<String>) -> Result<String, Refusal> {
    let id = id.ok_or("taskId must be a string")?;
    if id.trim_ascii().is_empty() || id.len() > LONGEST_TASK_ID {
        return Err("taskId must have 1 to 256 bytes");
    }
    if id.starts_with("{") {
        return Err("This is a handle as JSON text: parse it first");
    }
    Ok(id)
}

fn is_signal(value: &JsValue) -> bool {
    let listens = |name| value.member(name).is_function();
    [JsValue::TRUE, JsValue::FALSE].contains(&value.member("aborted")) && listens("addEventListener") && listens("removeEventListener")
}
