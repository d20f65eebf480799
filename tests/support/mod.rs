//! What the native tests share: JSON for the readers, readings made by hand, and a driver with a clock of its own.

// Each test file uses its own part of this.
#![allow(dead_code)]

pub(crate) mod bytes;
pub(crate) mod driver;
pub(crate) mod echo;
pub(crate) mod http_date;
pub(crate) mod model;
pub(crate) mod replies;

use nanobanana_task::reply::{Class, Json, Kind, Problem, Reading, Reply, Status, TaskDetails, read};
use nanobanana_task::wait::{Handle, Pace, Terms};
use serde_json::Value;
use std::rc::Rc;

/// The key of every request in these tests.
pub(crate) const KEY: &str = "0123456789abcdef0123456789abcdef";
/// The id every request in these tests asks for.
pub(crate) const ASKED: &str = "asked-for";
pub(crate) const ADDRESS: &str = "api.example.test/api/v1/nanobanana/record-info";
/// 2026-01-06 00:17:10 UTC.
pub(crate) const NOW_MS: f64 = 1_767_658_630_000.0;

/// serde's JSON, as the readers want to see it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Doc(pub(crate) Value);

impl Json for Doc {
    fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().map(Self)
    }

    fn written(&self) -> Option<String> {
        serde_json::to_string(&self.0).ok()
    }

    fn clean(&self, key: &str, told: &Self, known: Option<&str>) -> Self {
        let params = [told.clone(), Self(known.into())];
        self.text().map_or_else(|| self.clone(), |text| Self(echo::clean(&text, key, &params).into()))
    }

    fn member(&self, name: &str) -> Self {
        let item = name.parse::<usize>().ok().and_then(|index| self.0.as_array()?.get(index));
        Self(item.or_else(|| self.0.get(name)).cloned().unwrap_or_default())
    }

    fn is_nothing(&self) -> bool {
        self.0.is_null()
    }

    fn is_object(&self) -> bool {
        self.0.is_object()
    }

    fn text(&self) -> Option<String> {
        self.0.as_str().map(Into::into)
    }

    fn number(&self) -> Option<f64> {
        self.0.as_f64()
    }
}

/// A reply to [`ASKED`] with this status and body, and no headers.
pub(crate) fn reply<'a>(http_status: u16, body: Option<Value>) -> Reply<'a, Doc> {
    Reply {
        http_status,
        body: body.map(Doc),
        retry_after: None,
        retry_at_ms: None,
        date_ms: None,
        age_ms: 0.0,
        asked: ASKED,
        key: KEY,
        known: None,
        address: ADDRESS,
        from_elsewhere: false,
        now_ms: NOW_MS,
    }
}

/// The reading of HTTP 200 with `data` in a good envelope.
pub(crate) fn read_data(data: Value) -> Reading {
    read(&reply(200, Some(serde_json::json!({ "code": 200, "msg": "success", "data": data }))))
}

/// The task of a reading that brought one.
pub(crate) fn task(reading: Reading) -> Rc<TaskDetails> {
    match reading {
        Reading::Task(task) => task,
        Reading::Problem(problem) => panic!("no task but {problem:?}"),
    }
}

/// The problem of a reading that brought one.
pub(crate) fn problem(reading: Reading) -> Rc<Problem> {
    match reading {
        Reading::Problem(problem) => problem,
        Reading::Task(task) => panic!("no problem but {task:?}"),
    }
}

/// A task in this state, created at `created_at_ms`.
pub(crate) fn seen(status: Status, created_at_ms: Option<f64>) -> Reading {
    let (flag, pictures) = match status {
        Status::Generating => (0.0, None),
        Status::Success => {
            let Reading::Task(task) =
                read_data(serde_json::json!({ "successFlag": 1, "response": { "resultImageUrl": "https://x.test/a.png" } }))
            else {
                panic!("a success is read as one");
            };
            (1.0, task.pictures.clone())
        }
        Status::CreateTaskFailed => (2.0, None),
        Status::GenerateFailed => (3.0, None),
        Status::Unknown => (99.0, None),
    };
    let blank = task(read_data(serde_json::json!({})));
    Reading::Task(Rc::new(TaskDetails { status, success_flag: flag, pictures, created_at_ms, ..TaskDetails::clone(&blank) }))
}

pub(crate) fn generating() -> Reading {
    seen(Status::Generating, None)
}

pub(crate) fn success() -> Reading {
    seen(Status::Success, None)
}

/// A problem of this class and the kind that goes with it.
pub(crate) fn failing(class: Class) -> Reading {
    let kind = match class {
        Class::Final | Class::FewTimesOnceSeen | Class::Redirected => Kind::Unauthorized,
        Class::NotThereYet => Kind::NotFound,
        Class::Passing | Class::PassingOnceSeen => Kind::Network,
        Class::FewTimes => Kind::InvalidReply,
        Class::Unclear => Kind::Server,
    };
    Reading::Problem(Problem::without_reply(kind, class, "it went wrong").into())
}

/// A passing problem for which the server asks a pause.
pub(crate) fn told_to_wait(kind: Kind, class: Class, retry_after_ms: f64) -> Reading {
    Reading::Problem(Problem { retry_after_ms: Some(retry_after_ms), ..Problem::without_reply(kind, class, "slower") }.into())
}

/// A handle as callers store it.
pub(crate) fn stored(handle: &Handle) -> Value {
    serde_json::json!({ "v": 1, "taskId": handle.task_id, "startedAt": handle.started_at_ms, "deadlineAt": handle.deadline_at_ms })
}

/// A wait of ten minutes with a grace of 20 s and requests of 15 s.
pub(crate) fn terms() -> Terms {
    Terms {
        once: false,
        timeout_ms: 600_000.0,
        not_found_grace_ms: 20_000.0,
        request_timeout_ms: 15_000.0,
        queue_timeout_ms: f64::INFINITY,
        pace: Pace::Normal,
    }
}
