//! Many waits over one connection: one budget of requests, one cool-down, one look at a time for each task however many wait for it, and what
//! was learned of durations.

use super::backoff;
use super::budget::{Budget, Slot};
use super::durations::Durations;
use super::handle::Handle;
use super::machine::{Next, Terms, Wait};
use super::schedule::{Guide, MIN_GAP_MS};
use crate::reply::{Code, Kind, Problem, Reading};

/// A page that is shown again waits this long before it looks: mobile Safari fails what is sent at once.
const AWAKE_AFTER_MS: f64 = 500.0;
/// When the wall clock gets this far ahead of the one that does not jump, the machine was asleep (or its clock was set; one look more does no
/// harm then).
const ASLEEP_MS: f64 = 2_000.0;
/// A look whose driver does not come back with it this long after its limit is lost: its runtime has dropped it.
const LOST_AFTER_MS: f64 = 1_000.0;

/// The two clocks of a runtime, in ms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Now {
    /// Counted from anywhere, never jumps, and may stand still while the machine sleeps.
    pub steady_ms: f64,
    /// Since the epoch, as somebody has set it.
    pub wall_ms: f64,
}

/// What the page that waits is doing. Where there is no page, it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Page {
    /// Somebody may be looking.
    #[default]
    Shown,
    /// In the background.
    Hidden,
    /// Without a network, as the browser says.
    Offline,
}

/// What all waits of a client share. Its instants are on the steady clock. `C` is what was thrown below a look that failed, which is the
/// driver's own.
#[derive(Debug)]
pub struct Client<C> {
    budget: Budget,
    limited_in_a_row: u32,
    durations: Durations,
    page: Page,
    /// How far the wall clock was ahead, when last compared.
    wall_ahead_ms: Option<f64>,
    /// How often there was reason to look again at once, and when the last such look is due.
    wakings: u32,
    awake_at_ms: f64,
    /// Sorted by id.
    tasks: Vec<Task<C>>,
}

/// A task that somebody waits for.
#[derive(Debug)]
struct Task<C> {
    id: String,
    waits: usize,
    /// Looks that came back.
    looks: u32,
    last: Option<Look<C>>,
    /// Until when the look on its way counts as on its way.
    in_flight_until_ms: f64,
    not_before_ms: f64,
    slot: Option<Slot>,
}

/// What a look brought.
#[derive(Debug, Clone)]
struct Look<C> {
    reading: Reading,
    cause: Option<C>,
    at_ms: f64,
    random: f64,
}

/// One wait at a client.
#[derive(Debug)]
pub struct Seat<C> {
    wait: Wait,
    /// From the steady clock to the wait's, which was the wall clock when it began: its instants mean something after a reload.
    ahead_ms: f64,
    /// What was thrown below the last look.
    cause: Option<C>,
    /// Looks of the task that this wait knows of.
    known: u32,
    wakings: u32,
    /// Until when its own look counts as on its way, which tells it from another's.
    in_flight_until_ms: f64,
}

impl<C> Seat<C> {
    /// How the wait stands.
    #[must_use]
    pub fn wait(&self) -> &Wait {
        &self.wait
    }

    /// How far the wait's own clock is ahead of the steady one.
    #[must_use]
    pub fn ahead_ms(&self) -> f64 {
        self.ahead_ms
    }

    /// The time on the wait's own clock.
    #[must_use]
    pub fn now_ms(&self, now: Now) -> f64 {
        now.steady_ms + self.ahead_ms
    }

    /// What was thrown below the last look, if it failed.
    #[must_use]
    pub fn cause(&self) -> Option<&C> {
        self.cause.as_ref()
    }

    /// The caller has had enough. Nothing is sent after this.
    pub fn abort(&mut self) {
        self.wait.abort();
    }
}

impl<C: Clone> Client<C> {
    /// A client that sends at most so many requests per second; infinity for no limit.
    #[must_use]
    pub fn new(requests_per_second: f64) -> Self {
        Self {
            budget: Budget::new(requests_per_second),
            limited_in_a_row: 0,
            durations: Durations::default(),
            page: Page::Shown,
            wall_ahead_ms: None,
            wakings: 0,
            awake_at_ms: f64::NEG_INFINITY,
            tasks: Vec::new(),
        }
    }

    /// Begins a wait, which has to leave again.
    pub fn enter(&mut self, task_id: &str, handle: Option<&Handle>, terms: Terms, now: Now) -> Seat<C> {
        let wait = Wait::new(task_id, handle, terms, now.wall_ms);
        let known = match self.find(task_id) {
            Ok(place) => self.tasks.get_mut(place).map_or(0, |task| {
                task.waits = task.waits.saturating_add(1);
                // What others know of a task that still runs is news to a wait; a single look is for what is so now.
                let running = matches!(&task.last, Some(Look { reading: Reading::Task(details), .. }) if !details.status.has_ended());
                if running && !wait.is_single() { task.looks.wrapping_sub(1) } else { task.looks }
            }),
            Err(place) => {
                self.tasks.insert(place, Task::new(task_id));
                0
            }
        };
        let (ahead_ms, wakings) = (now.wall_ms - now.steady_ms, self.wakings);
        Seat { wait, ahead_ms, cause: None, known, wakings, in_flight_until_ms: f64::NEG_INFINITY }
    }

    /// Ends a wait, wherever it stands. Whoever else waits for the task goes on.
    pub fn leave(&mut self, seat: &Seat<C>) {
        let Ok(place) = self.find(&seat.wait.handle().task_id) else { return };
        let Some(task) = self.tasks.get_mut(place) else { return };
        task.waits = task.waits.saturating_sub(1);
        if task.waits > 0 {
            return;
        }
        if let Some(slot) = self.tasks.remove(place).slot {
            self.budget.give_back(slot);
        }
        if self.tasks.is_empty() {
            self.budget.clear();
        }
    }

    /// What the driver of this wait is to do now. Instants in the answer are on the wait's clock.
    pub fn next(&mut self, seat: &mut Seat<C>, now: Now, page: Page) -> Next {
        self.notice(now, page);
        if seat.wakings != self.wakings {
            seat.wakings = self.wakings;
            seat.wait.look_soon(self.awake_at_ms + seat.ahead_ms);
        }
        let next = self.next_of(seat, now.steady_ms);
        seat.wait.told(next, now.steady_ms + seat.ahead_ms);
        next
    }

    /// A look came back, or failed on its way. `random` is from 0 up to 1. Ignored where none of this wait's is on its way.
    pub fn came_back(&mut self, seat: &mut Seat<C>, reading: Reading, cause: Option<C>, now: Now, random: f64) {
        if !seat.wait.is_looking() {
            return;
        }
        let now_ms = now.steady_ms;
        match &reading {
            Reading::Task(details) => {
                self.limited_in_a_row = 0;
                self.durations.learn(details);
            }
            Reading::Problem(problem) if limits_all(problem) => {
                self.limited_in_a_row = self.limited_in_a_row.saturating_add(1);
                self.budget.cool(now_ms + backoff::pause_ms(problem, self.limited_in_a_row, random), now_ms);
            }
            Reading::Problem(_) => {}
        }
        let look = Look { reading, cause, at_ms: now_ms, random };
        // What its own deadline cut off says nothing to others.
        let cut_off = matches!(look.reading, Reading::Problem(_)) && seat.now_ms(now) >= seat.wait.deadline();
        if let Some(task) = self.came_to_nothing(seat, now_ms)
            && !cut_off
        {
            task.looks = task.looks.wrapping_add(1);
            task.last = Some(look.clone());
            seat.known = task.looks;
        }
        self.tell(seat, &look);
    }

    /// A look was given up by its own caller and brought nothing.
    pub fn gave_up(&mut self, seat: &Seat<C>, now: Now) {
        self.came_to_nothing(seat, now.steady_ms);
    }

    /// Whether others wait for the same task: they are to ask [`Client::next`] when something has come back or has been given up.
    #[must_use]
    pub fn has_others(&self, seat: &Seat<C>) -> bool {
        self.task(seat).is_some_and(|task| task.waits > 1)
    }

    /// Compares the clocks, and the page with what it was.
    fn notice(&mut self, now: Now, page: Page) {
        let ahead_ms = now.wall_ms - now.steady_ms;
        let slept = self.wall_ahead_ms.is_some_and(|before| ahead_ms - before > ASLEEP_MS);
        self.wall_ahead_ms = Some(ahead_ms);
        if slept || (page == Page::Shown && self.page != page) {
            self.wakings = self.wakings.wrapping_add(1);
            // A page that is shown again and again all the same gets its look.
            if now.steady_ms >= self.awake_at_ms {
                self.awake_at_ms = now.steady_ms + AWAKE_AFTER_MS;
            }
        }
        self.page = page;
    }

    fn next_of(&mut self, seat: &mut Seat<C>, now_ms: f64) -> Next {
        let news = self.task(seat).filter(|task| task.looks != seat.known).and_then(|task| Some((task.last.clone()?, task.looks)));
        if let Some((look, looks)) = news {
            seat.known = looks;
            self.tell(seat, &look);
        }
        let next = seat.wait.next(now_ms + seat.ahead_ms);
        let Next::Send { within_ms } = next else { return next };
        let (page, Ok(place)) = (self.page, self.find(&seat.wait.handle().task_id)) else { return next };
        let Some(task) = self.tasks.get_mut(place) else { return next };
        let sleep_until = |at_ms: f64| Next::SleepUntil((at_ms + seat.ahead_ms).min(seat.wait.deadline()));
        if now_ms < task.in_flight_until_ms {
            return sleep_until(task.in_flight_until_ms);
        }
        // A single look is its caller's wish and no schedule's: it only takes its turn.
        if !seat.wait.is_single() {
            if now_ms < task.not_before_ms {
                return sleep_until(task.not_before_ms);
            }
            if now_ms < self.awake_at_ms {
                return sleep_until(self.awake_at_ms);
            }
            if page == Page::Offline {
                return sleep_until(f64::INFINITY);
            }
        }
        let slot = *task.slot.get_or_insert_with(|| self.budget.take(now_ms));
        let at_ms = self.budget.at_ms(slot);
        if now_ms < at_ms {
            return sleep_until(at_ms);
        }
        self.budget.sent(slot, now_ms);
        task.slot = None;
        task.in_flight_until_ms = now_ms + within_ms + LOST_AFTER_MS;
        seat.in_flight_until_ms = task.in_flight_until_ms;
        next
    }

    /// The look on its way is over.
    fn came_to_nothing(&mut self, seat: &Seat<C>, now_ms: f64) -> Option<&mut Task<C>> {
        let place = self.find(&seat.wait.handle().task_id).ok()?;
        let task = self.tasks.get_mut(place)?;
        // One that was lost and comes back after all says nothing of the look that was sent in its place.
        if task.in_flight_until_ms == seat.in_flight_until_ms {
            task.in_flight_until_ms = f64::NEG_INFINITY;
        }
        task.not_before_ms = now_ms + MIN_GAP_MS;
        Some(task)
    }

    fn tell(&self, seat: &mut Seat<C>, look: &Look<C>) {
        // What is told of an end stays what it ended by.
        if seat.wait.outcome().is_some() {
            return;
        }
        seat.cause = look.cause.clone();
        let guide = Guide { durations: &self.durations, hidden: self.page != Page::Shown, random: look.random };
        seat.wait.came_back(&look.reading, look.at_ms + seat.ahead_ms, guide);
    }

    fn task(&self, seat: &Seat<C>) -> Option<&Task<C>> {
        self.tasks.get(self.find(&seat.wait.handle().task_id).ok()?)
    }

    fn find(&self, id: &str) -> Result<usize, usize> {
        self.tasks.binary_search_by(|task| task.id.as_str().cmp(id))
    }
}

impl<C> Task<C> {
    fn new(id: &str) -> Self {
        Self {
            id: id.into(),
            waits: 1,
            looks: 0,
            last: None,
            in_flight_until_ms: f64::NEG_INFINITY,
            not_before_ms: f64::NEG_INFINITY,
            slot: None,
        }
    }
}

/// Whether a problem is about the caller's requests altogether, or about the service altogether, and not about one task.
fn limits_all(problem: &Problem) -> bool {
    problem.kind == Kind::RateLimited || problem.code == Some(Code::Number(455.0)) || problem.http_status == Some(455)
}
