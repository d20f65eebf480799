//! The machine of one wait.

use super::backoff;
use super::handle::Handle;
use super::schedule::{self, MIN_GAP_MS, Pace};
use crate::reply::{Class, Kind, Problem, Reading, Status, TaskDetails};
use std::rc::Rc;

/// A problem that may pass or not ends the wait when it comes this often in a row.
const UNCLEAR_TRIES: u32 = 3;
/// The last look is taken this long before the deadline, so that it has time to come back.
const LAST_LOOK_BEFORE_MS: f64 = 1_000.0;
/// A `createTime` that makes a task older than this is a clock or a zone gone wrong, and no guide for the schedule.
const OLDEST_PLAUSIBLE_MS: f64 = 30.0 * 86_400_000.0;

/// What the caller wants. All in ms.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms {
    /// Look once, whatever comes; what is said here of waiting does not matter then.
    pub once: bool,
    /// The whole wait; infinite for no limit.
    pub timeout_ms: f64,
    /// How long an unknown task id is taken for "not there yet".
    pub not_found_grace_ms: f64,
    /// One request, body included.
    pub request_timeout_ms: f64,
    /// Requests against lateness.
    pub pace: Pace,
}

/// What the driver is to do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Next {
    /// Send one look and give it up after this long, then tell [`Wait::came_back`] what it brought.
    Send {
        /// Until the whole reply, body included, must be there.
        within_ms: f64,
    },
    /// Do nothing until this instant, then ask again.
    SleepUntil(f64),
    /// Show the caller how it stands; once after each look.
    Yield,
    /// The wait is over: see [`Wait::outcome`].
    Done,
}

/// How a wait ended. What is known of the task and of the last problem stays with the [`Wait`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// One look was asked for, and it found the task: see [`Wait::details`].
    Looked,
    /// The task is done and its picture known: see [`Wait::details`].
    Succeeded,
    /// The task itself failed: see [`Wait::details`].
    Failed,
    /// The time ran out; where the last look failed, [`Wait::problem`] says how.
    TimedOut,
    /// [`Wait::problem`] is one that waiting does not cure.
    GaveUp,
    /// The caller had enough.
    Aborted,
}

/// What the machine waits for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    /// The next look is due at this instant.
    Due(f64),
    /// A look is on its way.
    InFlight,
    /// No further look fits before the deadline.
    RunningOut,
    Ended(Outcome),
}

/// One wait for one task. Instants are ms since the epoch on the driver's clock, which should not jump.
#[derive(Debug)]
pub struct Wait {
    terms: Terms,
    handle: Handle,
    state: State,
    /// A look came back and the caller has not been shown it.
    unshown: bool,
    /// The last good look.
    details: Option<Rc<TaskDetails>>,
    /// The last look, if it failed.
    problem: Option<Rc<Problem>>,
    looks: u32,
    failures_in_a_row: u32,
    unclear_in_a_row: u32,
    /// Since when the id counts as unknown: until the task has been seen, since this wait began or was brought back.
    unknown_since_ms: Option<f64>,
    /// When the task began, as far as known.
    born_at_ms: f64,
    estimated_progress: f64,
}

impl Wait {
    /// A new wait, or one that a handle brings back. A handle's own deadline holds while it is ahead; where it has passed,
    /// going on is what the caller asks for, and the limit counts from now.
    #[must_use]
    pub fn new(task_id: &str, handle: Option<&Handle>, terms: Terms, now_ms: f64) -> Self {
        // Whole ms, because the handle shows them.
        let started_at_ms = handle.map_or(now_ms.floor(), |handle| handle.started_at_ms.min(now_ms.floor()));
        let fresh = (now_ms + terms.timeout_ms).ceil();
        let deadline_at_ms = handle.and_then(|handle| handle.deadline_at_ms).filter(|at| *at > now_ms).unwrap_or(fresh);
        Self {
            terms,
            handle: Handle { task_id: task_id.into(), started_at_ms, deadline_at_ms: deadline_at_ms.is_finite().then_some(deadline_at_ms) },
            state: State::Due(now_ms),
            unshown: false,
            details: None,
            problem: None,
            looks: 0,
            failures_in_a_row: 0,
            unclear_in_a_row: 0,
            unknown_since_ms: Some(now_ms),
            born_at_ms: started_at_ms,
            estimated_progress: 0.0,
        }
    }

    /// What to do now.
    pub fn next(&mut self, now_ms: f64) -> Next {
        if self.unshown {
            self.unshown = false;
            return Next::Yield;
        }
        match self.state {
            State::Ended(_) => Next::Done,
            // The look on its way is the driver's to end, by `came_back` or `abort`.
            State::InFlight => Next::SleepUntil(self.deadline()),
            State::Due(_) | State::RunningOut if now_ms >= self.deadline() => {
                self.state = State::Ended(Outcome::TimedOut);
                Next::Done
            }
            State::Due(at) if now_ms >= at => {
                self.state = State::InFlight;
                self.looks = self.looks.saturating_add(1);
                Next::Send { within_ms: self.terms.request_timeout_ms.min(self.deadline() - now_ms) }
            }
            State::Due(at) => Next::SleepUntil(at),
            State::RunningOut => Next::SleepUntil(self.deadline()),
        }
    }

    /// A look came back, or failed on its way. `random` is from 0 up to 1. Ignored where no look is on its way.
    pub fn came_back(&mut self, reading: Reading, now_ms: f64, random: f64) {
        if self.state != State::InFlight {
            return;
        }
        self.state = match reading {
            Reading::Task(details) => self.saw(details, now_ms, random),
            Reading::Problem(problem) => self.failed(problem, now_ms, random),
        };
        self.estimated_progress = match self.state {
            State::Ended(Outcome::Succeeded | Outcome::Failed) => 1.0,
            // An estimate that runs backwards tells nobody anything.
            _ => schedule::share_done(now_ms - self.born_at_ms).max(self.estimated_progress),
        };
        self.unshown = true;
    }

    /// The caller has had enough. Nothing is sent after this.
    pub fn abort(&mut self) {
        if !matches!(self.state, State::Ended(_)) {
            self.state = State::Ended(Outcome::Aborted);
        }
        self.unshown = false;
    }

    /// Until the next look; `None` where none is to come.
    #[must_use]
    pub fn next_look_in_ms(&self, now_ms: f64) -> Option<f64> {
        match self.state {
            State::Due(at) => Some((at - now_ms).max(0.0)),
            _ => None,
        }
    }

    /// 0 to 1, and 1 only when the task has ended: the share of tasks that are done by this age.
    #[must_use]
    pub fn estimated_progress(&self) -> f64 {
        self.estimated_progress
    }

    /// How the wait ended; `None` while it goes on.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        match self.state {
            State::Ended(outcome) => Some(outcome),
            _ => None,
        }
    }

    /// What survives a reload.
    #[must_use]
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Whether only one look was asked for.
    #[must_use]
    pub fn is_single(&self) -> bool {
        self.terms.once
    }

    /// The last good look.
    #[must_use]
    pub fn details(&self) -> Option<&Rc<TaskDetails>> {
        self.details.as_ref()
    }

    /// The last look's problem, if it failed.
    #[must_use]
    pub fn problem(&self) -> Option<&Rc<Problem>> {
        self.problem.as_ref()
    }

    /// Looks sent so far.
    #[must_use]
    pub fn looks(&self) -> u32 {
        self.looks
    }

    /// Since the wait, not the reload, began.
    #[must_use]
    pub fn elapsed_ms(&self, now_ms: f64) -> f64 {
        (now_ms - self.handle.started_at_ms).max(0.0)
    }

    fn saw(&mut self, details: Rc<TaskDetails>, now_ms: f64, random: f64) -> State {
        self.problem = None;
        self.failures_in_a_row = 0;
        self.unclear_in_a_row = 0;
        self.unknown_since_ms = None;
        if let Some(created_at_ms) = details.created_at_ms
            && (0.0..=OLDEST_PLAUSIBLE_MS).contains(&(now_ms - created_at_ms))
        {
            self.born_at_ms = created_at_ms;
        }
        let status = details.status;
        self.details = Some(details);
        match status {
            _ if self.terms.once => State::Ended(Outcome::Looked),
            Status::Success => State::Ended(Outcome::Succeeded),
            Status::CreateTaskFailed | Status::GenerateFailed => State::Ended(Outcome::Failed),
            Status::Generating | Status::Unknown => {
                self.pause(schedule::interval_ms(now_ms - self.born_at_ms, self.terms.pace, random), now_ms)
            }
        }
    }

    fn failed(&mut self, problem: Rc<Problem>, now_ms: f64, random: f64) -> State {
        let class = problem.class;
        let asked_ms = problem.retry_after_ms.filter(|ms| *ms > 0.0);
        // One who asks too often is not to be asked once more before the end.
        let limited = problem.kind == Kind::RateLimited;
        self.failures_in_a_row = self.failures_in_a_row.saturating_add(1);
        self.unclear_in_a_row = if class == Class::Unclear { self.unclear_in_a_row.saturating_add(1) } else { 0 };
        let pause_ms = backoff::pause_ms(&problem, self.failures_in_a_row, random);
        self.problem = Some(problem);
        match class {
            _ if self.terms.once => State::Ended(Outcome::GaveUp),
            Class::Final => State::Ended(Outcome::GaveUp),
            Class::Unclear if self.unclear_in_a_row >= UNCLEAR_TRIES => State::Ended(Outcome::GaveUp),
            Class::NotThereYet => self.not_found(asked_ms.unwrap_or(0.0), now_ms, random),
            Class::Passing | Class::Unclear if asked_ms.is_some() => self.ordered_pause(pause_ms, now_ms),
            Class::Passing if limited => self.due(now_ms + pause_ms).unwrap_or(State::RunningOut),
            Class::Passing | Class::Unclear => self.pause(pause_ms, now_ms),
        }
    }

    /// Within the grace span the id counts as not there yet, and the last look of the span is taken at its very end.
    fn not_found(&mut self, asked_ms: f64, now_ms: f64, random: f64) -> State {
        self.failures_in_a_row = 0;
        let until = *self.unknown_since_ms.get_or_insert(now_ms) + self.terms.not_found_grace_ms;
        if now_ms >= until {
            self.problem = self.problem.as_deref().map(|problem| Rc::new(Problem { class: Class::Final, ..problem.clone() }));
            return State::Ended(Outcome::GaveUp);
        }
        let interval = schedule::interval_ms(now_ms - self.born_at_ms, self.terms.pace, random);
        let pause_ms = interval.min(until - now_ms);
        if asked_ms > 0.0 { self.ordered_pause(pause_ms.max(asked_ms), now_ms) } else { self.pause(pause_ms, now_ms) }
    }

    /// The next look after `pause`. One that would come too late to come back is brought forward, once: the last moments are when a look is
    /// worth most.
    fn pause(&self, pause_ms: f64, now_ms: f64) -> State {
        let at = now_ms + pause_ms.max(MIN_GAP_MS);
        let last = self.deadline() - LAST_LOOK_BEFORE_MS;
        let at = if now_ms < last { at.min(last).max(now_ms + MIN_GAP_MS) } else { at };
        self.due(at).unwrap_or(State::RunningOut)
    }

    /// The next look after a pause that the server is owed, and never before.
    fn ordered_pause(&self, pause_ms: f64, now_ms: f64) -> State {
        // Past the deadline there is nothing left to wait for.
        self.due(now_ms + pause_ms.max(MIN_GAP_MS)).unwrap_or(State::Ended(Outcome::TimedOut))
    }

    fn due(&self, at_ms: f64) -> Option<State> {
        (at_ms < self.deadline()).then_some(State::Due(at_ms))
    }

    fn deadline(&self) -> f64 {
        self.handle.deadline_at_ms.unwrap_or(f64::INFINITY)
    }
}
