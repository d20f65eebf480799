//! The rules of one wait in plain words: when it may send, how long it may sleep, and how it has to end.

use super::EPSILON_MS;
use super::shared::{Flight, Look, Shared, pauses};
use nanobanana_task::reply::{Class, Kind, Problem, Reading, Status};
use nanobanana_task::wait::{Handle, MIN_GAP_MS, Next, Outcome, Page, Terms, Wait};
use std::rc::Rc;

/// Who comes this late was frozen, and may look once more past its deadline.
const FROZEN_MS: f64 = 2_000.0;
const OVERTIME_MS: f64 = 15_000.0;
/// A look that is due from here to the deadline may be left out.
const LAST_MOMENTS_MS: f64 = 1_000.0;
/// The longest pause between looks at a running task, in sight.
const LONGEST_MS: f64 = 69_000.0;

/// Instants are on the wait's own clock.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) terms: Terms,
    ahead_ms: f64,
    deadline_ms: f64,
    /// Looks of the task that this wait has heard of.
    pub(super) known: u32,
    known_look: u64,
    wakings: u32,
    looks: u32,
    /// When its driver said it would be back.
    expected_ms: f64,
    pub(super) end: Option<Outcome>,
    unshown: bool,
    /// It had a look sent, and has heard of none since.
    sent_ms: Option<f64>,
    last: Option<Look>,
    /// A poll has been good.
    seen: bool,
    /// Failures since the last good poll of which only a few are ridden out, and redirected ones.
    few: u32,
    redirected: u32,
    unknown_since_ms: Option<f64>,
    /// What the server is owed.
    not_before_ms: f64,
    /// Its next look is due here at the latest, or cannot be taken before there at the latest.
    due_by_ms: f64,
    takes_by_ms: f64,
    progress: f64,
    overtime_since_ms: f64,
    overtime_until_ms: Option<f64>,
}

impl Rules {
    pub(super) fn new(handle: Option<&Handle>, terms: Terms, now_ms: f64, ahead_ms: f64, known: u32, wakings: u32, wait: &Wait) -> Self {
        // A handle's own deadline holds while it is ahead; never longer than the whole span that it stands for.
        let kept = handle.and_then(|handle| {
            let deadline_ms = handle.deadline_at_ms?;
            Some(deadline_ms.min(now_ms.ceil() + deadline_ms - handle.started_at_ms))
        });
        let deadline_ms = kept.filter(|at| *at > now_ms).unwrap_or((now_ms + terms.timeout_ms).ceil());
        let started_ms = handle.map_or(f64::INFINITY, |handle| handle.started_at_ms).min(now_ms.floor());
        let own = wait.handle();
        assert_eq!(own.started_at_ms, started_ms);
        let told_ms = own.deadline_at_ms.unwrap_or(f64::INFINITY);
        assert!(told_ms == deadline_ms || (told_ms - deadline_ms).abs() <= 1.0 + deadline_ms * 1e-12, "{told_ms} is not {deadline_ms}");
        Self {
            terms,
            ahead_ms,
            deadline_ms: told_ms,
            known,
            known_look: 0,
            wakings,
            looks: 0,
            expected_ms: now_ms,
            end: None,
            unshown: false,
            sent_ms: None,
            last: None,
            seen: false,
            few: 0,
            redirected: 0,
            unknown_since_ms: Some(now_ms),
            not_before_ms: f64::NEG_INFINITY,
            due_by_ms: now_ms,
            takes_by_ms: now_ms,
            progress: 0.0,
            overtime_since_ms: f64::INFINITY,
            overtime_until_ms: None,
        }
    }

    /// When it is over at the latest.
    pub(super) fn end_ms(&self) -> f64 {
        self.overtime_until_ms.map_or(self.deadline_ms, |until| until.max(self.deadline_ms))
    }

    /// Whether a timer that fires at this time is one that it has asked for.
    pub(super) fn expects_at(&self, steady_ms: f64) -> bool {
        steady_ms + self.ahead_ms <= self.expected_ms + 2.0
    }

    /// Whether it has a look due, whatever chance has made of its pause.
    pub(super) fn is_overdue(&self, steady_ms: f64) -> bool {
        let now_ms = steady_ms + self.ahead_ms;
        self.end.is_none() && !self.unshown && now_ms > self.due_by_ms.max(self.takes_by_ms) && now_ms < self.end_ms()
    }

    pub(super) fn abort(&mut self) {
        self.end.get_or_insert(Outcome::Aborted);
        self.unshown = false;
    }

    /// Where there is reason to look soon, it does.
    pub(super) fn notice(&mut self, shared: &Shared) {
        if self.wakings != shared.wakings {
            self.wakings = shared.wakings;
            self.due_by_ms = self.due_by_ms.min((shared.awake_at_ms + self.ahead_ms).max(self.takes_by_ms));
        }
    }

    /// It hears what a look brought, its own or another's.
    pub(super) fn hear(&mut self, look: &Look, page: Page, wait: &Wait) {
        assert!(self.end.is_none(), "it has ended and hears on");
        let at_ms = look.at_ms + self.ahead_ms;
        // What a stream tells after the first is no other look.
        self.looks += u32::from(self.sent_ms.is_none() && look.look != self.known_look);
        self.known_look = look.look;
        self.sent_ms = None;
        self.unshown = true;
        if look.sent_ms + self.ahead_ms >= self.overtime_since_ms {
            self.overtime_until_ms = self.overtime_until_ms.map(|until| until.min(at_ms));
        }
        let end_ms = self.end_ms();
        self.end = self.end_by(&look.reading, at_ms);
        assert_eq!(wait.outcome(), self.end, "after {look:?} at {at_ms}, the end at {end_ms}");
        let pause = self.pause(&look.reading, page);
        self.not_before_ms = at_ms + if pause.owed { pause.least_ms } else { MIN_GAP_MS };
        self.takes_by_ms = at_ms + if pause.owed { pause.most_ms } else { MIN_GAP_MS };
        self.due_by_ms = at_ms + pause.most_ms;
        // The last look has time to come back.
        if !pause.owed && at_ms < end_ms - LAST_MOMENTS_MS {
            self.due_by_ms = self.due_by_ms.min((end_ms - LAST_MOMENTS_MS).max(self.takes_by_ms));
        }
        if self.due_by_ms >= end_ms - EPSILON_MS {
            self.due_by_ms = f64::INFINITY;
        }
        self.last = Some(look.clone());
        self.same(wait);
    }

    /// What a look brought is no news to it: somebody else's wish failed, when it had no look due. What chance has made of its pause it knows
    /// best itself, and then shows nothing.
    pub(super) fn passes_over(&self, look: &Look, next: Next) -> bool {
        let foreign = look.single && !self.terms.once && matches!(look.reading, Reading::Problem(_));
        let sent_ms = look.sent_ms + self.ahead_ms;
        if !foreign || sent_ms >= self.due_by_ms {
            return false;
        }
        sent_ms < self.not_before_ms || next != Next::Yield
    }

    /// How the wait must stand after this reading; `None` where it goes on, or ends by its deadline alone.
    fn end_by(&mut self, reading: &Reading, at_ms: f64) -> Option<Outcome> {
        let (status, class) = match reading {
            Reading::Task(task) => (Some(task.status), None),
            Reading::Problem(problem) => (None, Some(problem.class)),
        };
        // How many are one too many, by what the failure is and whether the task was seen.
        let most = match (class, self.seen) {
            (Some(Class::FewTimes | Class::FewTimesOnceSeen), true) => 4,
            (Some(Class::FewTimes | Class::Unclear | Class::Redirected), _) => 3,
            (Some(Class::PassingOnceSeen), false) => 5,
            (Some(Class::Final | Class::FewTimesOnceSeen), _) => 1,
            _ => 0,
        };
        self.few += u32::from(most > 0);
        self.redirected += u32::from(class == Some(Class::Redirected));
        if status.is_some() {
            (self.seen, self.redirected, self.few) = (true, 0, 0);
            self.unknown_since_ms = None;
        }
        let counted = if class == Some(Class::Redirected) { self.redirected } else { self.few };
        match (status, class) {
            (Some(_), _) if self.terms.once => Some(Outcome::Looked),
            (None, _) if self.terms.once => Some(Outcome::GaveUp),
            (Some(Status::Success), _) => Some(Outcome::Succeeded),
            (Some(Status::CreateTaskFailed | Status::GenerateFailed), _) => Some(Outcome::Failed),
            _ if most > 0 && counted >= most => Some(Outcome::GaveUp),
            (_, Some(Class::NotThereYet)) => {
                let since = *self.unknown_since_ms.get_or_insert(at_ms);
                (at_ms >= since + self.terms.not_found_grace_ms).then_some(Outcome::GaveUp)
            }
            _ => None,
        }
    }

    fn pause(&self, reading: &Reading, page: Page) -> Pause {
        let problem = match reading {
            Reading::Problem(problem) => problem,
            Reading::Task(task) => {
                let seldom = if matches!(page, Page::Shown(_)) { 1.0 } else { 3.0 };
                // Before that there is no newer state to be had.
                let most_ms = (LONGEST_MS * seldom).max(task.retry_after_ms.unwrap_or(0.0));
                return Pause { least_ms: MIN_GAP_MS, most_ms, owed: false };
            }
        };
        let asked_ms = problem.retry_after_ms.unwrap_or(0.0).max(0.0);
        let ordered = asked_ms > 0.0;
        let Problem { kind, class, .. } = **problem;
        if class == Class::NotThereYet {
            return Pause { least_ms: asked_ms.max(MIN_GAP_MS), most_ms: asked_ms.max(2_875.0), owed: ordered };
        }
        // The first of a row has the shortest pause, the sixteenth the longest.
        let (least_ms, most_ms) = (pauses(problem, 1).0, pauses(problem, 16).1);
        Pause { least_ms, most_ms, owed: ordered || kind == Kind::RateLimited }
    }

    /// It was asked, at a time when what it knew was `known`.
    pub(super) fn answered(&mut self, next: Next, task: usize, shared: &mut Shared, steady_ms: f64, wait: &Wait) {
        let now_ms = steady_ms + self.ahead_ms;
        if self.unshown {
            assert_eq!(next, Next::Yield, "not shown");
            self.unshown = false;
            return;
        }
        let late_ms = now_ms - self.expected_ms;
        let past = now_ms >= self.end_ms();
        if self.end.is_none() && past {
            // The deadline: over, but for one look where nothing could run as it passed.
            if late_ms > FROZEN_MS && self.overtime_until_ms.is_none() && next != Next::Done {
                self.overtime_since_ms = now_ms;
                self.overtime_until_ms = Some(now_ms + OVERTIME_MS);
                self.due_by_ms = now_ms.max(self.takes_by_ms);
            } else {
                assert_eq!(next, Next::Done, "past the deadline by {} ms, late by {late_ms}", now_ms - self.deadline_ms);
                self.end = Some(Outcome::TimedOut);
            }
        }
        if self.end.is_none()
            && let Some(in_ms) = wait.turn_in_ms()
        {
            assert!(self.terms.once && in_ms > 0.0, "only a single look may leave the queue");
            assert!(now_ms + in_ms > wait.handle().started_at_ms + self.terms.queue_timeout_ms, "its turn was in time");
            self.end = Some(Outcome::TimedOut);
        }
        assert_eq!(next == Next::Done, self.end.is_some(), "{next:?} where the end is {:?}", self.end);
        let end_ms = self.end_ms();
        match next {
            Next::Yield => panic!("shown twice, or with nothing new"),
            Next::Done => {}
            Next::SleepUntil(at_ms) => {
                assert!(at_ms > now_ms - EPSILON_MS && at_ms <= end_ms, "sleep from {now_ms} to {at_ms}, the end at {end_ms}");
                let due_ms = self.due_by_ms - self.ahead_ms;
                let polled = !self.terms.once && self.looks > 0;
                let latest_ms = shared.latest_ms(task, polled, due_ms, steady_ms);
                let latest_ms = if self.terms.once { latest_ms } else { latest_ms.max(shared.awake_at_ms) };
                let until_ms = at_ms - self.ahead_ms;
                assert!(until_ms <= latest_ms + EPSILON_MS, "sleeps until {until_ms}, not {latest_ms}: {self:?} {shared:?}");
                self.expected_ms = at_ms;
            }
            Next::Send { look, within_ms } => {
                assert_eq!(within_ms, self.terms.request_timeout_ms);
                assert!(now_ms < end_ms, "a look past the end");
                assert!(self.terms.once || steady_ms >= shared.awake_at_ms - EPSILON_MS, "sent as the page wakes up");
                assert!(self.terms.once || now_ms >= self.not_before_ms - EPSILON_MS, "{} ms early", self.not_before_ms - now_ms);
                assert!(
                    self.terms.once || self.looks == 0 || steady_ms >= shared.offline_until_ms(task) - EPSILON_MS,
                    "polls often while offline"
                );
                let limit_ms = steady_ms + within_ms;
                let flight = Flight { look, single: self.terms.once, sent_ms: steady_ms, limit_ms, goes_on: false, again: false };
                shared.sent(task, flight, end_ms - LAST_MOMENTS_MS - self.ahead_ms);
                self.sent_ms = Some(now_ms);
                self.due_by_ms = self.due_by_ms.min(now_ms);
                self.looks += 1;
            }
        }
        self.same(wait);
    }

    /// What the wait shows is what the model knows.
    fn same(&mut self, wait: &Wait) {
        assert_eq!((wait.outcome(), wait.looks()), (self.end, self.looks));
        let share = wait.estimated_progress();
        assert!(share >= self.progress && share <= 1.0, "progress from {} to {share}", self.progress);
        assert_eq!(share == 1.0, matches!(self.end, Some(Outcome::Succeeded | Outcome::Failed)));
        self.progress = share;
        let (told, problem) = (wait.details(), wait.problem());
        if self.end == Some(Outcome::TimedOut) && self.sent_ms.is_some() {
            // That its last look did not come back is the last that is known.
            return assert_eq!(problem.map(|problem| problem.kind), Some(Kind::Network));
        }
        match self.last.as_ref().map(|look| &look.reading) {
            None => assert!(told.is_none() && problem.is_none()),
            Some(Reading::Task(task)) => assert!(told.is_some_and(|told| Rc::ptr_eq(told, task)) && problem.is_none()),
            Some(Reading::Problem(last)) => assert_eq!(problem.map(|problem| problem.kind), Some(last.kind)),
        }
    }

    /// What was thrown below the last look; of none that is on its way.
    pub(super) fn cause(&self) -> Option<u32> {
        self.last.as_ref().filter(|_| self.sent_ms.is_none()).and_then(|look| look.cause)
    }
}

/// How long a wait pauses after a look.
struct Pause {
    least_ms: f64,
    most_ms: f64,
    /// No reason makes it shorter.
    owed: bool,
}
