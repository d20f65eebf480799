//! How a look or a wait that failed is told: the content of the public `TaskError`.

use super::handle::Handle;
use super::machine::{Outcome, Wait};
use crate::reply::{Class, Code, Kind, Problem, Status, TaskDetails, push_whole, quoted};
use std::rc::Rc;

/// What `TaskError` says, but for what was thrown below.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// Kind, message, HTTP status, code, and whether asking again can help.
    pub problem: Rc<Problem>,
    /// The task it is about; "" where no usable id was given.
    pub task_id: String,
    /// The last good look.
    pub details: Option<Rc<TaskDetails>>,
    /// Looks sent.
    pub attempts: u32,
    /// Since the wait began.
    pub elapsed_ms: f64,
    /// What goes on with the wait; `None` where going on makes no sense.
    pub handle: Option<Handle>,
}

impl Failure {
    /// The caller's mistake; nothing was sent.
    #[must_use]
    pub fn invalid_argument(task_id: &str, message: &str) -> Self {
        let problem = Problem::without_reply(Kind::InvalidArgument, Class::Final, message);
        Self { problem: problem.into(), task_id: task_id.into(), details: None, attempts: 0, elapsed_ms: 0.0, handle: None }
    }

    /// The problem that a wait rides out or gave up on, or a single look's; `None` where the last look was good.
    #[must_use]
    pub fn of_last_look(wait: &Wait, now_ms: f64) -> Option<Self> {
        Some(Self::of(Rc::clone(wait.problem()?), wait, now_ms))
    }

    /// Why a wait ended; `None` where it goes on, succeeded or was aborted.
    #[must_use]
    pub fn of_end(wait: &Wait, now_ms: f64) -> Option<Self> {
        let problem = match wait.outcome()? {
            Outcome::Looked | Outcome::Succeeded | Outcome::Aborted => return None,
            Outcome::GaveUp => Rc::clone(wait.problem()?),
            Outcome::Failed => failed_task(wait.details()?).into(),
            Outcome::TimedOut => time_out(wait, now_ms).into(),
        };
        Some(Self::of(problem, wait, now_ms))
    }

    fn of(problem: Rc<Problem>, wait: &Wait, now_ms: f64) -> Self {
        // A failed task cannot be waited for again, nor can a call that was refused.
        let ended = matches!(problem.kind, Kind::TaskFailed | Kind::InvalidArgument);
        // A key that cannot be sent is found when the look is begun, and then the look is not sent.
        let unsent = u32::from(problem.kind == Kind::InvalidArgument);
        Self {
            problem,
            task_id: wait.handle().task_id.clone(),
            details: wait.details().cloned(),
            attempts: wait.looks().saturating_sub(unsent),
            elapsed_ms: wait.elapsed_ms(now_ms),
            handle: (!ended).then(|| resumable(wait, now_ms)),
        }
    }
}

fn failed_task(details: &TaskDetails) -> Problem {
    let mut message = String::from(match details.status {
        Status::CreateTaskFailed => "The task never started: check the request that made it (",
        _ => "The task failed for good: change what was asked for (",
    });
    message.push_str(details.status.name());
    if let Some(code) = &details.error_code {
        message.push_str(", code ");
        match code {
            Code::Number(code) => push_whole(&mut message, *code),
            Code::Text(code) => message.push_str(&quoted(code)),
        }
    }
    if let Some(said) = &details.error_message {
        message.push_str(", \"");
        message.push_str(&quoted(said));
        message.push_str("\"");
    }
    message.push_str(")");
    Problem {
        kind: Kind::TaskFailed,
        class: Class::Final,
        ridden_out: false,
        message,
        http_status: None,
        code: details.error_code.clone(),
        said: details.error_message.as_deref().map(quoted).unwrap_or_default(),
        retry_after_ms: None,
    }
}

/// Carries what the last look failed with, where it did.
fn time_out(wait: &Wait, now_ms: f64) -> Problem {
    let last = wait.problem();
    // Where nothing could be sent, nothing is known of the task.
    let unsent = wait.looks() == 0;
    let mut message = String::from(if unsent { "No look could be sent for " } else { "Not finished after " });
    push_seconds(&mut message, wait.elapsed_ms(now_ms));
    message.push_str(" s");
    if unsent {
        message.push_str(": held back by maxRequestsPerSecond or a pause that the API asked for");
    }
    if let Some(asked_ms) = last.and_then(|last| last.retry_after_ms) {
        message.push_str(", and the API asks to be left alone for ");
        push_whole(&mut message, asked_ms / 1000.0);
        message.push_str(" s");
    }
    message.push_str(". The task may still finish: pass this error's handle to waitForTask to go on");
    if let Some(last) = last {
        message.push_str(". The last look failed: ");
        message.push_str(&last.message);
    }
    Problem {
        kind: Kind::TimedOut,
        class: Class::Passing,
        ridden_out: false,
        message,
        http_status: last.and_then(|last| last.http_status),
        code: last.and_then(|last| last.code.clone()),
        said: last.map(|last| last.said.clone()).unwrap_or_default(),
        retry_after_ms: wait.turn_in_ms().or(last.and_then(|last| last.retry_after_ms)),
    }
}

/// A span as seconds; below ten with a tenth, so that a short one is not told as none.
fn push_seconds(out: &mut String, ms: f64) {
    push_whole(out, ms / 1_000.0);
    let tenth = (ms / 100.0) % 10.0;
    if ms < 10_000.0 && tenth >= 1.0 {
        out.push_str(".");
        push_whole(out, tenth);
    }
}

/// The wait's handle, with a deadline that has passed where it timed out: going on means a new span. A single look had none.
fn resumable(wait: &Wait, now_ms: f64) -> Handle {
    let mut handle = wait.stored();
    if wait.is_single() {
        handle.deadline_at_ms = Some(handle.started_at_ms);
    } else if wait.outcome() == Some(Outcome::TimedOut) {
        handle.deadline_at_ms = handle.deadline_at_ms.map(|at_ms| at_ms.min(wait.wall_ms(now_ms).floor()).max(handle.started_at_ms));
    }
    handle
}
