//! What the waits of a client share, as the model keeps it: the budget, the cool-down, the page, and the looks at each task.

use super::EPSILON_MS;
use nanobanana_task::reply::{Code, Kind, Problem, Reading};
use nanobanana_task::wait::{MIN_GAP_MS, Now, Page};

/// A driver that is this much later than the limit of its look has lost it.
const LOST_AFTER_MS: f64 = 1_000.0;

/// What a look brought.
#[derive(Debug, Clone)]
pub(super) struct Look {
    pub(super) reading: Reading,
    pub(super) cause: Option<u32>,
    pub(super) at_ms: f64,
}

/// A look on its way.
#[derive(Debug, Clone, Copy)]
struct Flight {
    who: usize,
    limit_ms: f64,
}

/// A task, for as long as somebody waits for it.
#[derive(Debug, Clone)]
pub(super) struct Task {
    pub(super) waits: usize,
    /// Looks of which all who wait for it are to hear.
    pub(super) looks: u32,
    pub(super) last: Option<Look>,
    /// When the last look at it was over.
    over_ms: f64,
    flights: Vec<Flight>,
}

impl Task {
    fn new() -> Self {
        Self { waits: 0, looks: 0, last: None, over_ms: f64::NEG_INFINITY, flights: Vec::new() }
    }

    /// Whether what is known of it is news to a new wait.
    pub(super) fn is_known_to_run(&self) -> bool {
        matches!(&self.last, Some(Look { reading: Reading::Task(details), .. }) if !details.status.has_ended())
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
    limited_in_a_row: i32,
    pub(super) tasks: Vec<Task>,
    most_tasks: f64,
    /// The page when last asked.
    pub(super) page: Page,
    wall_ahead_ms: Option<f64>,
    pub(super) wakings: u32,
    pub(super) awake_at_ms: f64,
    /// Counts all that any wait may have to think again for.
    pub(super) events: u64,
}

impl Shared {
    pub(super) fn new(requests_per_second: f64, tasks: usize) -> Self {
        Self {
            gap_ms: 1_000.0 / requests_per_second,
            wide_gap_ms: 1_050.0 / requests_per_second,
            last_sent_ms: f64::NEG_INFINITY,
            cool_ms: f64::NEG_INFINITY,
            cool_by_ms: f64::NEG_INFINITY,
            limited_in_a_row: 0,
            tasks: vec![Task::new(); tasks],
            most_tasks: 0.0,
            page: Page::Shown,
            wall_ahead_ms: None,
            wakings: 0,
            awake_at_ms: f64::NEG_INFINITY,
            events: 0,
        }
    }

    pub(super) fn enter(&mut self, task: usize) {
        self.tasks[task].waits += 1;
        self.most_tasks = self.most_tasks.max(self.tasks.iter().filter(|task| task.waits > 0).count() as f64);
    }

    pub(super) fn leave(&mut self, task: usize) {
        self.events += 1;
        self.tasks[task].waits -= 1;
        if self.tasks[task].waits == 0 {
            self.tasks[task] = Task::new();
        }
    }

    /// Somebody asks: what the clocks and the page tell all of them.
    pub(super) fn notice(&mut self, now: Now, page: Page) {
        let ahead_ms = now.wall_ms - now.steady_ms;
        let slept = self.wall_ahead_ms.is_some_and(|before| ahead_ms - before > 2_000.0);
        let shown = page == Page::Shown && self.page != Page::Shown;
        self.wall_ahead_ms = Some(ahead_ms);
        self.page = page;
        if slept || shown {
            self.events += 1;
            self.wakings += 1;
            if now.steady_ms >= self.awake_at_ms {
                self.awake_at_ms = now.steady_ms + 500.0;
            }
        }
    }

    /// A look is sent: whether it may be, and what follows for the others.
    pub(super) fn sent(&mut self, who: usize, task: usize, single: bool, within_ms: f64, now_ms: f64) {
        let Self { last_sent_ms, gap_ms, cool_ms, page, .. } = *self;
        assert!(now_ms >= last_sent_ms + gap_ms - EPSILON_MS, "sent {} ms after the last, of {gap_ms}", now_ms - last_sent_ms);
        assert!(now_ms >= cool_ms - EPSILON_MS, "sent {} ms before the end of the cool-down", cool_ms - now_ms);
        let task = &mut self.tasks[task];
        if let Some(other) = task.flights.iter().find(|flight| now_ms < flight.limit_ms) {
            panic!("two looks on their way for one task: {who} and {}", other.who);
        }
        if !single {
            assert!(now_ms >= task.over_ms + MIN_GAP_MS - EPSILON_MS, "sent {} ms after the last look", now_ms - task.over_ms);
            assert!(page != Page::Offline, "sent without a network");
        }
        task.flights.push(Flight { who, limit_ms: now_ms + within_ms });
        self.last_sent_ms = now_ms;
        self.events += 1;
    }

    /// A look is over.
    pub(super) fn over(&mut self, who: usize, task: usize, now_ms: f64) {
        self.events += 1;
        self.tasks[task].over_ms = now_ms;
        self.tasks[task].flights.retain(|flight| flight.who != who);
    }

    /// What a look brought is of use to all, whoever sent it.
    pub(super) fn learn(&mut self, reading: &Reading, now_ms: f64) {
        match reading {
            Reading::Task(_) => self.limited_in_a_row = 0,
            Reading::Problem(problem) if limits_all(problem) => {
                self.limited_in_a_row += 1;
                let (least, most) = pauses(problem, self.limited_in_a_row);
                self.cool_ms = self.cool_ms.max(now_ms + least);
                self.cool_by_ms = self.cool_by_ms.max(now_ms + most);
            }
            Reading::Problem(_) => {}
        }
    }

    pub(super) fn share(&mut self, task: usize, look: Look) {
        self.tasks[task].looks += 1;
        self.tasks[task].last = Some(look);
    }

    /// The latest instant that a wait may be sent to sleep until, whose own look is due at `due_ms` at the latest.
    pub(super) fn latest_ms(&self, task: usize, single: bool, due_ms: f64, now_ms: f64) -> f64 {
        if self.page == Page::Offline && !single {
            return f64::INFINITY;
        }
        let queue_ms = now_ms.max(self.cool_by_ms).max(self.last_sent_ms + self.wide_gap_ms) + self.most_tasks * self.wide_gap_ms;
        let task = &self.tasks[task];
        let flights = task.flights.iter().map(|flight| flight.limit_ms + LOST_AFTER_MS);
        flights.fold(due_ms.max(queue_ms).max(task.over_ms + MIN_GAP_MS), f64::max)
    }
}

fn limits_all(problem: &Problem) -> bool {
    problem.kind == Kind::RateLimited || problem.code == Some(Code::Number(455.0)) || problem.http_status == Some(455)
}

/// The shortest and the longest pause after a problem, the `in_a_row`th.
pub(super) fn pauses(problem: &Problem, in_a_row: i32) -> (f64, f64) {
    let asked = problem.retry_after_ms.unwrap_or(0.0);
    if asked > 0.0 {
        return (asked.max(1_000.0), (asked * 1.15).max(1_000.0));
    }
    let first = if problem.kind == Kind::RateLimited { 5_000.0 } else { 1_000.0 };
    let middle = (first * 2_f64.powi((in_a_row - 1).min(15))).min(30_000.0);
    (middle * 0.85, middle * 1.15)
}
