//! The machine of one wait: when its next look is due, and when it is over. Whether a look that is due may be sent is the client's to say.

use super::backoff;
use super::handle::Handle;
use super::run_time_model::TaskKind;
use super::schedule::{MIN_GAP_MS, Pace, PollContext, jittered};
use crate::reply::{Class, Kind, Model, Problem, Reading, Resolution, Status, TaskDetails};
use std::rc::Rc;

/// The last look is taken this long before the deadline, so that it has time to come back.
pub(super) const LAST_LOOK_BEFORE_MS: f64 = 1_000.0;
/// Between looks for a task that is not there yet: a new one takes some seconds to show.
const NOT_THERE_YET_MS: f64 = 2_500.0;
/// A `createTime` that makes a task older than this is a clock or a zone gone wrong, and no guide for the schedule.
const OLDEST_PLAUSIBLE_MS: f64 = 30.0 * 86_400_000.0;
/// A `Date` has whole seconds, and servers' clocks differ a little: a task that was made this much after the reply is a new one.
const NEW_BORN_MS: f64 = 2_000.0;
/// A driver that comes this much later than it said was frozen, or the machine asleep.
const FROZEN_MS: f64 = 2_000.0;
/// Two clocks are never quite in step. Within this no instant is told otherwise than before.
const JITTER_MS: f64 = 2_000.0;
/// The limit of the one look that a wait takes past its deadline, where it was frozen as that passed.
const OVERTIME_MS: f64 = 15_000.0;

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
    /// The longest that a single look waits for its turn; infinite for waits. Where its turn comes later, it is over at once.
    pub queue_timeout_ms: f64,
    /// Requests against lateness.
    pub pace: Pace,
}

/// What the driver is to do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Next {
    /// Send a look at the task, for all who wait for it, and tell the client what it brought. One that is still on its way is given up.
    Send {
        /// What the client knows it by.
        look: u64,
        /// Until the whole reply, body included, must be there.
        within_ms: f64,
    },
    /// Do nothing until this instant, or until something happens; then ask again. Infinity is one: something has to happen.
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

/// What a wait's decisions on failures are based on. A wait that goes on in another may be given that
/// of the first.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct History {
    /// A poll has been good.
    pub seen: bool,
    /// Failures since then.
    pub failures: u32,
    /// Those of these whose number is limited.
    pub limited: u32,
    /// Since when the id counts as unknown, in ms since the epoch: since the wait began, and once the
    /// task has been seen, since the API called it unknown.
    pub unknown_since_ms: Option<f64>,
}

/// What the machine waits for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    /// The next look is due at this instant, infinity where none fits before the deadline; and may be taken early from the other on.
    Due {
        at_ms: f64,
        not_before_ms: f64,
    },
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
    /// When it had a look sent that has not come back.
    sent_ms: Option<f64>,
    history: History,
    /// A reply of the API has come, whatever it said.
    answered: bool,
    /// Failures whose request was redirected, since the last good poll.
    redirects: u32,
    /// When the task began, as far as known; from the task itself once that has been read.
    born_at_ms: f64,
    born_as_read: bool,
    estimated_progress: f64,
    /// When the driver is to be back.
    expected_ms: f64,
    overtime: Option<Overtime>,
    /// Until its turn would have come, where that was too late for it.
    turn_in_ms: Option<f64>,
    /// How far the wall clock has got ahead of the wait's own, by having been set or while the machine slept.
    wall_ahead_ms: f64,
}

/// For one look past the deadline, where that passed while nothing could run.
#[derive(Debug, Clone, Copy)]
struct Overtime {
    since_ms: f64,
    until_ms: f64,
}

impl Wait {
    /// A new wait, or one that a handle brings back. A handle's own deadline holds while it is ahead; where it has passed,
    /// going on is what the caller asks for, and the limit counts from now.
    #[must_use]
    pub(super) fn new(task_id: &str, handle: Option<&Handle>, terms: Terms, now_ms: f64) -> Self {
        // Whole ms, because the handle shows them.
        let started_at_ms = handle.map_or(now_ms.floor(), |handle| handle.started_at_ms.min(now_ms.floor()));
        let fresh = (now_ms + terms.timeout_ms).ceil();
        // Where the clock has been set back meanwhile, no more is left than the whole span.
        let kept = |handle: &Handle| Some(handle.deadline_at_ms?.min(now_ms.ceil() + handle.deadline_at_ms? - handle.started_at_ms));
        let deadline_at_ms = handle.and_then(kept).filter(|at| *at > now_ms).unwrap_or(fresh);
        Self {
            terms,
            handle: Handle { task_id: task_id.into(), started_at_ms, deadline_at_ms: deadline_at_ms.is_finite().then_some(deadline_at_ms) },
            state: State::Due { at_ms: now_ms, not_before_ms: now_ms },
            unshown: false,
            details: None,
            problem: None,
            looks: 0,
            sent_ms: None,
            history: History { unknown_since_ms: Some(now_ms), ..History::default() },
            answered: false,
            redirects: 0,
            born_at_ms: started_at_ms,
            born_as_read: false,
            estimated_progress: 0.0,
            expected_ms: now_ms,
            overtime: None,
            turn_in_ms: None,
            wall_ahead_ms: 0.0,
        }
    }

    /// Failures count on from what they were in the wait that this one carries on.
    pub(super) fn carry_on(&mut self, history: History) {
        let began_ms = self.history.unknown_since_ms;
        // The clock may have been set back meanwhile.
        let since_ms = history.unknown_since_ms.map(|at_ms| at_ms.min(began_ms.unwrap_or(at_ms))).or(began_ms.filter(|_| !history.seen));
        self.history = History { unknown_since_ms: since_ms, ..history };
        self.answered |= history.seen;
    }

    pub(super) fn wall_is_ahead(&mut self, ahead_ms: f64) {
        self.wall_ahead_ms = ahead_ms;
    }

    /// What to do now, as far as this wait knows.
    pub(super) fn next(&mut self, now_ms: f64) -> Next {
        if self.unshown {
            self.unshown = false;
            return Next::Yield;
        }
        let State::Due { at_ms, not_before_ms } = self.state else { return Next::Done };
        if now_ms >= self.deadline() {
            if !self.is_owed_overtime(now_ms) || not_before_ms >= now_ms + OVERTIME_MS {
                return self.time_out(now_ms);
            }
            self.overtime = Some(Overtime { since_ms: now_ms, until_ms: now_ms + OVERTIME_MS });
            self.state = State::Due { at_ms: now_ms.max(not_before_ms), not_before_ms };
            return self.next(now_ms);
        }
        if now_ms >= at_ms {
            return Next::Send { look: 0, within_ms: self.terms.request_timeout_ms };
        }
        Next::SleepUntil(at_ms.min(self.deadline()))
    }

    fn time_out(&mut self, now_ms: f64) -> Next {
        // That its last look did not come back is the last that is known.
        if let Some(sent_ms) = self.sent_ms {
            self.problem = Some(Problem::slow(now_ms - sent_ms).into());
        }
        self.state = State::Ended(Outcome::TimedOut);
        Next::Done
    }

    /// The driver was told `next`, and acts on it from now on.
    pub(super) fn told(&mut self, next: Next, now_ms: f64) {
        match next {
            Next::Send { .. } => {
                self.looks = self.looks.saturating_add(1);
                self.sent_ms = Some(now_ms);
            }
            Next::SleepUntil(at_ms) => self.expected_ms = at_ms,
            Next::Yield | Next::Done => {}
        }
    }

    /// A look at the task, its own or one that somebody else had sent, came back or failed on its way; or it says `more`.
    pub(super) fn came_back(&mut self, reading: &Reading, more: bool, sent_ms: f64, now_ms: f64, mut context: PollContext<'_>) {
        if self.sent_ms.take().is_none() && !more {
            self.looks = self.looks.saturating_add(1);
        }
        // There is one look in overtime, and no more time after it.
        if let Some(overtime) = &mut self.overtime
            && sent_ms >= overtime.since_ms
        {
            overtime.until_ms = overtime.until_ms.min(now_ms);
        }
        self.state = match reading {
            Reading::Task(details) => self.saw(details, now_ms, &mut context),
            Reading::Problem(problem) => self.failed(problem, now_ms, context.random),
        };
        self.estimated_progress = match self.state {
            State::Ended(Outcome::Succeeded | Outcome::Failed) => 1.0,
            State::Ended(_) => self.estimated_progress,
            // An estimate that runs backwards tells nobody anything.
            State::Due { .. } => {
                let age_ms = (now_ms - self.born_at_ms).max(0.0);
                let forecast = context.run_times.forecast(self.kind(), self.terms.pace, age_ms);
                forecast.map_or(0.0, |forecast| forecast.share_ended).max(self.estimated_progress)
            }
        };
        self.unshown = true;
    }

    /// Time in which nothing could run is not held against the task: where the deadline passed in it, it is looked at once more before the wait
    /// gives up.
    fn is_owed_overtime(&self, now_ms: f64) -> bool {
        now_ms - self.expected_ms > FROZEN_MS && self.overtime.is_none()
    }

    /// Whether it wants a look at this time, and not only a later one.
    pub(super) fn is_due(&self, at_ms: f64) -> bool {
        matches!(self.state, State::Due { at_ms: due_ms, .. } if due_ms <= at_ms)
    }

    /// A look is worth more now than when the next one was chosen: it is due at this instant, unless it is due before or may not be taken yet.
    pub(super) fn look_soon(&mut self, soon_ms: f64) {
        if let State::Due { at_ms, not_before_ms } = self.state {
            self.state = State::Due { at_ms: at_ms.min(soon_ms.max(not_before_ms)), not_before_ms };
        }
    }

    /// Its turn comes in so many ms. Where that is too late for a single look, it is over.
    pub(super) fn is_turn_too_late(&mut self, in_ms: f64, now_ms: f64) -> bool {
        let too_late = now_ms + in_ms > self.handle.started_at_ms + self.terms.queue_timeout_ms;
        if too_late {
            self.turn_in_ms = Some(in_ms);
            self.time_out(now_ms);
        }
        too_late
    }

    /// The caller has had enough. Nothing is sent after this.
    pub(super) fn abort(&mut self) {
        if !matches!(self.state, State::Ended(_)) {
            self.state = State::Ended(Outcome::Aborted);
        }
        self.unshown = false;
    }

    /// When its next look is due; `None` where none is to come.
    pub(super) fn due_ms(&self) -> Option<f64> {
        match self.state {
            State::Due { at_ms, .. } if at_ms.is_finite() => Some(at_ms),
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

    /// What it waits for, by its own clock.
    #[must_use]
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// The wall clock at this time on the wait's own.
    pub(super) fn wall_ms(&self, now_ms: f64) -> f64 {
        now_ms + self.wall_ahead_ms
    }

    /// What survives a reload: by the wall clock, which is all that there is after it.
    #[must_use]
    pub fn stored(&self) -> Handle {
        self.handle.set(if self.wall_ahead_ms.abs() < JITTER_MS { 0.0 } else { self.wall_ahead_ms })
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

    /// What the next failure is judged by.
    #[must_use]
    pub fn history(&self) -> History {
        self.history
    }

    /// Whether the next poll is to follow redirects. In a page, to follow one to another origin fails
    /// like a network that is down, and so after such a failure the next poll tells the two apart.
    #[must_use]
    pub fn follows_redirects(&self) -> bool {
        self.problem.as_ref().is_none_or(|problem| problem.kind != Kind::Network)
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

    /// Until its turn would have come, in ms, where that was too late for it.
    #[must_use]
    pub fn turn_in_ms(&self) -> Option<f64> {
        self.turn_in_ms
    }

    /// When it gives up.
    pub(super) fn deadline(&self) -> f64 {
        let agreed = self.handle.deadline_at_ms.unwrap_or(f64::INFINITY);
        self.overtime.map_or(agreed, |overtime| overtime.until_ms.max(agreed))
    }

    fn saw(&mut self, details: &Rc<TaskDetails>, now_ms: f64, context: &mut PollContext<'_>) -> State {
        self.problem = None;
        self.history = History { seen: true, ..History::default() };
        self.answered = true;
        self.redirects = 0;
        // Read once: a wall clock that is set later on does not make the task older.
        if !self.born_as_read
            && let Some(age_ms) = age_ms(details, now_ms)
        {
            self.born_at_ms = now_ms - age_ms;
            self.born_as_read = true;
        }
        self.details = Some(Rc::clone(details));
        match details.status {
            _ if self.terms.once => State::Ended(Outcome::Looked),
            Status::Success => State::Ended(Outcome::Succeeded),
            Status::CreateTaskFailed | Status::GenerateFailed => State::Ended(Outcome::Failed),
            Status::Generating | Status::Unknown => {
                // A state that was kept on its way counts from when it was so. Asking before there is a newer one is of no use.
                let age_ms = details.age_ms;
                let pause_ms = context.interval_ms(self.kind(), (now_ms - age_ms - self.born_at_ms).max(0.0), self.terms.pace) - age_ms;
                self.pause(pause_ms.max(details.retry_after_ms.unwrap_or(0.0)), now_ms)
            }
        }
    }

    fn failed(&mut self, problem: &Rc<Problem>, now_ms: f64, random: f64) -> State {
        let History { seen, failures, limited, .. } = self.history;
        let class = problem.class.in_wait(seen);
        let most = problem.class.most_failures(seen);
        let redirected = class == Class::Redirected;
        // Passing failures in between do not begin the count anew: a wait would never end where both alternate.
        let limited = limited.saturating_add(most.is_some().into());
        self.history = History { seen, failures: failures.saturating_add(1), limited, ..self.history };
        self.redirects = self.redirects.saturating_add(redirected.into());
        self.answered |= problem.code.is_some();
        // A few attempts are to take seconds, also after an outage of minutes.
        let in_a_row = if most.is_some() { limited } else { self.history.failures };
        let pause_ms = backoff::pause_ms(problem, in_a_row, random);
        self.problem = Some(Rc::clone(problem));
        if self.terms.once {
            return State::Ended(Outcome::GaveUp);
        }
        if most.is_some_and(|most| most <= if redirected { self.redirects } else { limited }) {
            let is_open = matches!(class, Class::Unclear | Class::PassingOnceSeen);
            let ends_as = if is_open { Class::Unclear } else { Class::Final };
            self.problem = Some(problem.classed(ends_as).into());
            return State::Ended(Outcome::GaveUp);
        }
        // A failure that is ridden out is one that may pass.
        self.problem = Some(problem.ridden_out(class).into());
        if !self.answered && matches!(problem.kind, Kind::Network | Kind::InvalidReply) {
            self.add_that_nothing_answered();
        }
        let asked_ms = problem.retry_after_ms.filter(|ms| *ms > 0.0);
        match class {
            Class::NotThereYet => self.not_found(asked_ms.unwrap_or(0.0), now_ms, random),
            // What the server is owed, and one who was asked too often is, is not cut short before the end.
            _ if asked_ms.is_some() || problem.kind == Kind::RateLimited => self.owed_pause(pause_ms, now_ms),
            _ => self.pause(pause_ms, now_ms),
        }
    }

    /// A wait that never was of use says so, because it may be that it never will be.
    fn add_that_nothing_answered(&mut self) {
        if let Some(problem) = self.problem.as_mut().map(Rc::make_mut) {
            problem.message.push_str(". Nothing at this address has answered like the API yet");
        }
    }

    /// Within the grace span the id counts as not there yet, and the last look of the span is taken at its very end.
    fn not_found(&mut self, asked_ms: f64, now_ms: f64, random: f64) -> State {
        self.history.failures = 0;
        let until = *self.history.unknown_since_ms.get_or_insert(now_ms) + self.terms.not_found_grace_ms;
        if now_ms >= until {
            self.problem = self.problem.as_deref().map(|problem| problem.classed(Class::Final).into());
            return State::Ended(Outcome::GaveUp);
        }
        let pause_ms = jittered(NOT_THERE_YET_MS, random).min(until - now_ms);
        if asked_ms > 0.0 { self.owed_pause(pause_ms.max(asked_ms), now_ms) } else { self.pause(pause_ms, now_ms) }
    }

    /// The next look after `pause`. One that would come too late to come back is brought forward, once: the last moments are when a look is
    /// worth most.
    fn pause(&self, pause_ms: f64, now_ms: f64) -> State {
        let not_before_ms = now_ms + MIN_GAP_MS;
        let at_ms = not_before_ms.max(now_ms + pause_ms);
        let last = self.deadline() - LAST_LOOK_BEFORE_MS;
        self.due(if now_ms < last { at_ms.min(last).max(not_before_ms) } else { at_ms }, not_before_ms)
    }

    /// The next look after a pause that the server is owed, and never before: where that is longer than the wait, there is none.
    fn owed_pause(&self, pause_ms: f64, now_ms: f64) -> State {
        let at_ms = now_ms + pause_ms.max(MIN_GAP_MS);
        self.due(at_ms, at_ms)
    }

    fn due(&self, at_ms: f64, not_before_ms: f64) -> State {
        State::Due { at_ms: if at_ms < self.deadline() { at_ms } else { f64::INFINITY }, not_before_ms }
    }

    fn kind(&self) -> TaskKind {
        self.details.as_ref().map_or((Model::Unknown, Resolution::Unknown), |details| (details.model, details.resolution))
    }
}

/// How old a task is, by the server's clock where the reply tells it: the one here may be wrong, and the schedule is by the age.
fn age_ms(details: &TaskDetails, now_ms: f64) -> Option<f64> {
    let created_at_ms = details.created_at_ms?;
    let mut age_ms = details.replied_at_ms.unwrap_or(now_ms) - created_at_ms;
    if !(-NEW_BORN_MS..=OLDEST_PLAUSIBLE_MS).contains(&age_ms) {
        age_ms = now_ms - created_at_ms;
    }
    (-NEW_BORN_MS..=OLDEST_PLAUSIBLE_MS).contains(&age_ms).then_some(age_ms.max(0.0))
}
