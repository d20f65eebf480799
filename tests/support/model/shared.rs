//! What the waits of a client share, as the model keeps it: the budget, the cool-down, the page, and the looks at each task.

use super::EPSILON_MS;
use nanobanana_task::reply::{Code, Kind, Problem, Reading};
use nanobanana_task::wait::{MIN_GAP_MS, Now, Page};

/// A driver that is this much later than the limit of its look has lost it.
const LOST_AFTER_MS: f64 = 1_000.0;
/// For one whose turn is before it and that is a little late.
const LATE_MS: f64 = 250.0;
/// A look sent before a waking has this long after it.
const CUT_OFF_MS: f64 = 2_000.0;
/// Between polls of a task by a page that is offline.
const OFFLINE_PAUSE_MS: f64 = 30_000.0;
/// A stream stands for a look this long after what it told last.
const STALE_MS: f64 = 60_000.0;

/// What a look brought.
#[derive(Debug, Clone)]
pub(super) struct Look {
    pub(super) look: u64,
    pub(super) reading: Reading,
    pub(super) cause: Option<u32>,
    /// Who asked for it wanted one look and no more.
    pub(super) single: bool,
    pub(super) sent_ms: f64,
    pub(super) at_ms: f64,
}

/// A look on its way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flight {
    pub(super) look: u64,
    pub(super) single: bool,
    pub(super) sent_ms: f64,
    pub(super) limit_ms: f64,
    pub(super) goes_on: bool,
    /// It was sent in place of one that did not come back.
    pub(super) again: bool,
}

/// A task. Of one that nobody waits for, what the next to wait for it owes.
#[derive(Debug, Clone)]
pub(super) struct Task {
    pub(super) waits: usize,
    /// Looks of which all who wait for it are to hear.
    pub(super) looks: u32,
    pub(super) last: Option<Look>,
    /// When the last look at it was over, and what the server is owed after it.
    over_ms: f64,
    owed_until_ms: f64,
    flights: Vec<Flight>,
}

impl Task {
    fn new() -> Self {
        Self { waits: 0, looks: 0, last: None, over_ms: f64::NEG_INFINITY, owed_until_ms: f64::NEG_INFINITY, flights: Vec::new() }
    }

    /// Whether the reply to this look goes on.
    pub(super) fn goes_on(&self, look: u64) -> bool {
        self.flights.iter().any(|flight| flight.look == look && flight.goes_on)
    }

    /// Whether what is known of it is news to a new wait, which for a single look has to be so now.
    pub(super) fn is_known_to_run(&self, single: bool, slept: bool, now_ms: f64) -> bool {
        let lives = |flight: &Flight| flight.goes_on && now_ms < flight.limit_ms + LOST_AFTER_MS;
        let current = !single || (!slept && self.flights.iter().any(lives));
        current && matches!(&self.last, Some(Look { reading: Reading::Task(details), .. }) if !details.status.has_ended())
    }
}

/// All instants are on the steady clock.
#[derive(Debug)]
pub(super) struct Shared {
    /// What the rate that was asked for comes to, and what may be kept more than that.
    gap_ms: f64,
    wide_gap_ms: f64,
    last_sent_ms: f64,
    /// The cool-down lasts at least to here, and at most to there.
    cool_ms: f64,
    cool_by_ms: f64,
    /// At least and at most: when exactly a cool-down is over, chance has made of it.
    limited_in_a_row: (i32, i32),
    pub(super) tasks: Vec<Task>,
    /// Nobody who stood in the queue was dropped, and all are told when it moves.
    in_touch: bool,
    most_tasks: f64,
    /// The page when last asked.
    pub(super) page: Page,
    page_since_ms: f64,
    /// A poll was good since the page is offline.
    reached: bool,
    wall_ahead_ms: Option<f64>,
    pub(super) wakings: u32,
    pub(super) awake_at_ms: f64,
    woken_ms: f64,
    /// Counts all that any wait may have to think again for.
    pub(super) events: u64,
}

impl Shared {
    pub(super) fn new(requests_per_second: f64, tasks: usize, in_touch: bool) -> Self {
        Self {
            gap_ms: 1_000.0 / requests_per_second,
            wide_gap_ms: 1_050.0 / requests_per_second,
            last_sent_ms: f64::NEG_INFINITY,
            cool_ms: f64::NEG_INFINITY,
            cool_by_ms: f64::NEG_INFINITY,
            limited_in_a_row: (0, 0),
            tasks: vec![Task::new(); tasks],
            in_touch,
            most_tasks: 0.0,
            page: Page::Shown(0),
            page_since_ms: f64::NEG_INFINITY,
            reached: false,
            wall_ahead_ms: None,
            wakings: 0,
            awake_at_ms: f64::NEG_INFINITY,
            woken_ms: f64::NEG_INFINITY,
            events: 0,
        }
    }

    pub(super) fn enter(&mut self, task: usize) {
        // What happened while nobody waited is no waking.
        if self.tasks.iter().all(|task| task.waits == 0) {
            self.wall_ahead_ms = None;
        }
        self.tasks[task].waits += 1;
        self.most_tasks = self.most_tasks.max(self.tasks.iter().filter(|task| task.waits > 0).count() as f64);
    }

    pub(super) fn leave(&mut self, task: usize) {
        self.events += 1;
        let task = &mut self.tasks[task];
        task.waits -= 1;
        if task.waits > 0 {
            return;
        }
        // The look that was on its way is over with the last who waits for it. Whoever comes next owes the same pause, unless the task has ended.
        let sent_ms = task.flights.drain(..).map(|flight| flight.sent_ms);
        let over_ms = sent_ms.fold(task.over_ms, f64::max);
        let ended = matches!(&task.last, Some(Look { reading: Reading::Task(details), .. }) if details.status.has_ended());
        *task = if ended { Task::new() } else { Task { over_ms, owed_until_ms: task.owed_until_ms, ..Task::new() } };
    }

    pub(super) fn has_slept(&self, now: Now) -> bool {
        self.wall_ahead_ms.is_some_and(|before| now.wall_ms - now.steady_ms - before > 2_000.0)
    }

    /// Somebody asks: what the clocks and the page tell all of them.
    pub(super) fn notice(&mut self, now: Now, page: Page) {
        let slept = self.has_slept(now);
        let ahead_ms = now.wall_ms - now.steady_ms;
        // What the page was before anybody asked is not known.
        let shown = self.wall_ahead_ms.is_some() && matches!(page, Page::Shown(_)) && self.page != page;
        self.wall_ahead_ms = Some(ahead_ms);
        if slept || shown {
            self.events += 1;
            self.wakings += 1;
            let served = self.last_sent_ms >= self.awake_at_ms || now.steady_ms >= self.awake_at_ms + 5_000.0;
            if served {
                self.woken_ms = now.steady_ms;
            }
            if served || (self.page == Page::Offline && now.steady_ms < self.woken_ms + 5_000.0) {
                self.awake_at_ms = now.steady_ms + 500.0;
            }
        }
        if self.page != page {
            (self.page, self.page_since_ms, self.reached) = (page, now.steady_ms, false);
        }
    }

    /// Until when no wait polls this task again, because the page is offline as far as is known.
    pub(super) fn offline_until_ms(&self, task: usize) -> f64 {
        if self.page != Page::Offline || self.reached {
            return f64::NEG_INFINITY;
        }
        let task = &self.tasks[task];
        let back_ms = task.last.as_ref().map_or(f64::NEG_INFINITY, |last| last.at_ms);
        task.flights.iter().map(|flight| flight.sent_ms).fold(back_ms, f64::max) + OFFLINE_PAUSE_MS
    }

    /// A look is sent: whether it may be, and what follows for the others. From `last_ms` on its wait has one that a stream does not stand for.
    pub(super) fn sent(&mut self, task: usize, mut flight: Flight, last_ms: f64) {
        let Self { last_sent_ms, gap_ms, cool_ms, awake_at_ms, .. } = *self;
        let Flight { sent_ms: now_ms, single, .. } = flight;
        assert!(now_ms >= last_sent_ms + gap_ms - EPSILON_MS, "sent {} ms after the last, of {gap_ms}", now_ms - last_sent_ms);
        assert!(now_ms >= cool_ms - EPSILON_MS, "sent {} ms before the end of the cool-down", cool_ms - now_ms);
        let task = &mut self.tasks[task];
        // But for one that is given up: it was sent before a waking, and its connection is dead; or it is a stream, and time runs out or it has
        // told nothing for long.
        let event_ms = task.last.as_ref().map_or(f64::INFINITY, |last| last.at_ms);
        let cut_off = |other: &Flight| {
            let dead = !other.again && other.sent_ms < awake_at_ms && now_ms >= awake_at_ms + CUT_OFF_MS - EPSILON_MS;
            let late = other.sent_ms < last_ms && now_ms >= last_ms - EPSILON_MS;
            dead || (other.goes_on && (late || now_ms >= event_ms + STALE_MS - EPSILON_MS))
        };
        if let Some(other) = task.flights.iter().find(|other| now_ms < other.limit_ms && !cut_off(other)) {
            panic!("two looks on their way for one task: {flight:?} and {other:?}");
        }
        if !single {
            let not_before_ms = task.owed_until_ms.max(task.over_ms + MIN_GAP_MS);
            assert!(now_ms >= not_before_ms - EPSILON_MS, "sent {} ms early after the last look", not_before_ms - now_ms);
        }
        // What was lost has no claim any more.
        flight.again = task.flights.iter().any(|other| !other.goes_on);
        task.flights = vec![flight];
        self.last_sent_ms = now_ms;
        self.events += 1;
    }

    /// A look is over, and what is known of it then.
    pub(super) fn over(&mut self, task: usize, look: u64, reading: &Reading, now_ms: f64) -> Option<Flight> {
        self.events += 1;
        let task = &mut self.tasks[task];
        let flight = task.flights.iter().find(|flight| flight.look == look).copied();
        task.flights.retain(|flight| flight.look != look || flight.goes_on);
        if flight.is_some() || matches!(reading, Reading::Task(_)) {
            task.over_ms = now_ms;
        }
        flight
    }

    /// The reply to a look goes on: it is on its way until it has been silent for too long, and was alive just now.
    pub(super) fn goes_on(&mut self, task: usize, look: u64, now_ms: f64, silence_ms: f64) {
        self.events += 1;
        for flight in self.tasks[task].flights.iter_mut().filter(|flight| flight.look == look) {
            (flight.sent_ms, flight.limit_ms, flight.goes_on, flight.again) = (now_ms, now_ms + silence_ms, true, false);
        }
    }

    /// A look was given up, or its reply goes on no more.
    pub(super) fn give_up(&mut self, task: usize, look: u64, now_ms: f64) {
        self.events += 1;
        let task = &mut self.tasks[task];
        let before = task.flights.len();
        task.flights.retain(|flight| flight.look != look);
        if task.flights.len() < before {
            task.over_ms = now_ms;
        }
    }

    /// What a look brought is of use to all, whoever sent it.
    pub(super) fn learn(&mut self, reading: &Reading, now_ms: f64) {
        match reading {
            Reading::Task(_) => self.limited_in_a_row = (0, 0),
            Reading::Problem(problem) if limits_all(problem) => {
                // One that was on its way when all were told to be silent is no second time.
                self.limited_in_a_row.0 += i32::from(now_ms >= self.cool_by_ms);
                self.limited_in_a_row.1 += i32::from(now_ms >= self.cool_ms);
                let (least, most) = self.limited_in_a_row;
                self.cool_ms = self.cool_ms.max(now_ms + pauses(problem, least.max(1)).0);
                self.cool_by_ms = self.cool_by_ms.max(now_ms + pauses(problem, most.max(1)).1);
            }
            Reading::Problem(_) => {}
        }
    }

    pub(super) fn share(&mut self, task: usize, look: Look) {
        self.reached |= matches!(look.reading, Reading::Task(_)) && look.sent_ms >= self.page_since_ms;
        let task = &mut self.tasks[task];
        task.owed_until_ms = match &look.reading {
            Reading::Problem(problem) => look.at_ms + problem.retry_after_ms.unwrap_or(0.0),
            Reading::Task(_) => f64::NEG_INFINITY,
        };
        task.looks += 1;
        task.last = Some(look);
    }

    /// The latest instant that a wait may be sent to sleep until, whose own look is due at `due_ms` at the latest.
    /// One that has polled does so seldom while the page is offline.
    pub(super) fn latest_ms(&self, task: usize, polled: bool, due_ms: f64, now_ms: f64) -> f64 {
        let due_ms = if polled { due_ms.max(self.offline_until_ms(task)) } else { due_ms };
        // Where all are told, only those who wait now stand before it; each task for its waits and for its single looks.
        let tasks = self.tasks.iter().filter(|task| task.waits > 0).count() as f64;
        let before = 2.0 * if self.in_touch { tasks } else { self.most_tasks } - 1.0;
        let queue_ms = now_ms.max(self.cool_by_ms).max(self.last_sent_ms + self.wide_gap_ms) + before * self.wide_gap_ms + LATE_MS;
        let task = &self.tasks[task];
        let flights = task.flights.iter().map(|flight| flight.limit_ms + LOST_AFTER_MS);
        flights.fold(due_ms.max(queue_ms).max(task.over_ms + MIN_GAP_MS).max(task.owed_until_ms), f64::max)
    }

    /// Whether a look of a wait that has one due may be sent now.
    pub(super) fn is_idle(&self, task: usize, now_ms: f64) -> bool {
        let task = &self.tasks[task];
        let open_ms = self.cool_by_ms.max(self.last_sent_ms + self.wide_gap_ms).max(self.awake_at_ms);
        (self.page != Page::Offline || self.reached)
            && task.flights.is_empty()
            && now_ms > open_ms.max(task.over_ms + MIN_GAP_MS).max(task.owed_until_ms)
    }
}

fn limits_all(problem: &Problem) -> bool {
    problem.kind == Kind::RateLimited || problem.code == Some(Code::Number(455.0)) || problem.http_status == Some(455)
}

/// The shortest and the longest pause after a problem, the `in_a_row`th.
pub(super) fn pauses(problem: &Problem, in_a_row: i32) -> (f64, f64) {
    let asked = problem.retry_after_ms.unwrap_or(0.0).max(0.0);
    let first = if problem.kind == Kind::RateLimited { 5_000.0 } else { 1_000.0 };
    let middle = (first * 2_f64.powi((in_a_row - 1).min(15))).min(30_000.0);
    ((middle * 0.85).max(asked), middle.max(asked) * 1.15)
}
