//! Many waits over one connection: one budget of requests, one cool-down, one look at a time for each task however many wait for it, and what
//! was learned of run times.

use super::backoff;
use super::budget::Budget;
use super::handle::Handle;
use super::latest::Latest;
use super::machine::{History, LAST_LOOK_BEFORE_MS, Next, Terms, Wait};
use super::run_time_model::RunTimeModel;
use super::schedule::{MIN_GAP_MS, PollContext};
use super::turns::{LATE_MS, Turns};
use crate::reply::{Code, Kind, Problem, Reading};

/// A page that is shown again waits this long before it looks: mobile Safari fails what is sent at once.
const AWAKE_AFTER_MS: f64 = 500.0;
/// When the wall clock gets this far ahead of the one that does not jump, the machine was asleep (or its clock was set; one look more does no
/// harm then).
const ASLEEP_MS: f64 = 2_000.0;
/// No second waking before its look was sent, but for this much later: a clock that is set again and again puts the look off for ever.
const NEXT_WAKING_MS: f64 = 5_000.0;
/// A look that was sent before a waking and has not come back this long after it is lost: the connection it went out by is dead.
const CUT_OFF_MS: f64 = 2_000.0;
/// A look whose driver does not come back with it this long after its limit is lost: its runtime has dropped it.
const LOST_AFTER_MS: f64 = 1_000.0;
/// A stream that has told nothing new for so long is looked behind, whatever signs of life it shows.
const STALE_MS: f64 = 60_000.0;
/// Between polls of a task while the browser says that there is no network. It may be wrong: it knows
/// nothing of a server on the same machine, nor of every kind of network.
const OFFLINE_PAUSE_MS: f64 = 30_000.0;
/// Of so many tasks that nobody waits for any more it is known until when they are to be left alone.
const MOST_OWED: usize = 1_000;

/// The two clocks of a runtime, in ms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Now {
    /// Counted from anywhere, never jumps, and may stand still while the machine sleeps.
    pub steady_ms: f64,
    /// Since the epoch, as somebody has set it.
    pub wall_ms: f64,
}

/// What the page that waits is doing. Where there is no page, it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// Somebody may be looking. With a number that is another after it was brought back: a page may come back without having been seen to go.
    Shown(u32),
    /// In the background.
    Hidden,
    /// Without a network, as the browser says. It may be wrong.
    Offline,
}

/// What all waits of a client share. Its instants are on the steady clock. The driver's own are `C`, what was thrown below a look that failed,
/// and `K`, which stands for what it keeps of a task for as long as somebody waits for that.
#[derive(Debug)]
pub struct Client<C, K = ()> {
    budget: Budget,
    limited_in_a_row: u32,
    run_times: RunTimeModel,
    page: Page,
    /// Since when the page has been what it is.
    page_since_ms: f64,
    /// A poll was good although the page is offline: what the browser says is wrong.
    reached: bool,
    /// How far the wall clock was ahead, when last compared.
    wall_ahead_ms: Option<f64>,
    /// How often there was reason to look again at once, and when the last such look is due.
    wakings: u32,
    awake_at_ms: f64,
    /// Since when there has been reason, and no look.
    woken_ms: f64,
    /// Looks sent, and whether the last was a single one.
    looks: u64,
    single_last: bool,
    /// The queue has, and nobody has been told.
    moved: bool,
    turns: Turns<K>,
    /// Sorted by id.
    tasks: Vec<Box<Task<C, K>>>,
    /// Until when those are not to be looked at for which nobody waits any more.
    owed: Latest,
}

/// A task that somebody waits for, and what is known of it.
#[derive(Debug)]
struct Task<C, K> {
    id: String,
    waits: usize,
    /// Looks that came back.
    looks: u32,
    last: Option<Look<C>>,
    flight: Option<Flight>,
    /// The stream before the next poll ended because it was silent for too long.
    silent: bool,
    not_before_ms: f64,
    /// The numbers of its turns, of its waits and of its single looks. What they number may be over.
    turn: f64,
    single_turn: f64,
    kept: K,
}

/// A look on its way.
#[derive(Debug, Clone, Copy)]
struct Flight {
    look: u64,
    single: bool,
    sent_ms: f64,
    /// Until when it counts as on its way.
    until_ms: f64,
    /// Its reply goes on, and what it brings is not the end of it. It was sent when it showed the last sign of life.
    goes_on: bool,
    /// It was sent in place of one that was cut off or lost, and is not cut off itself.
    again: bool,
    /// Another tab's stream must not answer it.
    needs_request: bool,
}

/// What a look brought.
#[derive(Debug, Clone)]
struct Look<C> {
    look: u64,
    reading: Reading,
    cause: Option<C>,
    single: bool,
    sent_ms: f64,
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
    /// What looks of the task have brought that this wait knows of, and the last look of these.
    known: u32,
    known_look: u64,
    wakings: u32,
    /// The turn that it waits for.
    turn: f64,
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

    /// Failures count on from what they were in the wait that this one carries on.
    pub fn carry_on(&mut self, history: History) {
        self.wait.carry_on(history);
    }

    /// The caller has had enough. Nothing is sent after this.
    pub fn abort(&mut self) {
        self.wait.abort();
    }
}

impl<C: Clone, K: Clone + Default> Client<C, K> {
    /// A client that sends at most so many requests per second; infinity for no limit.
    #[must_use]
    pub fn new(requests_per_second: f64) -> Self {
        Self {
            budget: Budget::new(requests_per_second),
            limited_in_a_row: 0,
            run_times: RunTimeModel::default(),
            page: Page::Shown(0),
            page_since_ms: f64::NEG_INFINITY,
            reached: false,
            wall_ahead_ms: None,
            wakings: 0,
            awake_at_ms: f64::NEG_INFINITY,
            woken_ms: f64::NEG_INFINITY,
            looks: 0,
            single_last: false,
            moved: false,
            turns: Turns::default(),
            tasks: Vec::new(),
            owed: Latest::default(),
        }
    }

    /// Begins a wait, which has to leave again.
    pub fn enter(&mut self, task_id: &str, handle: Option<&Handle>, terms: Terms, now: Now) -> Seat<C> {
        let wait = Wait::new(task_id, handle, terms, now.wall_ms);
        // What happened while nobody waited is no waking.
        if self.tasks.is_empty() {
            self.wall_ahead_ms = None;
        }
        let slept = self.has_slept(now);
        let known = match self.find(task_id) {
            Ok(place) => self.tasks.get_mut(place).map_or(0, |task| {
                task.waits = task.waits.saturating_add(1);
                // What others know of a task that still runs is news to a wait; a single look is for what is so now.
                let running = task.has_ended() == Some(false);
                // Where the reply to a look goes on, what it brought last is so now.
                let current =
                    !wait.is_single() || (!slept && task.flight.is_some_and(|flight| flight.goes_on && now.steady_ms < flight.until_ms));
                if running && current { task.looks.wrapping_sub(1) } else { task.looks }
            }),
            Err(place) => {
                self.tasks.insert(place, Task::new(task_id, self.owed.of(task_id)).into());
                0
            }
        };
        Seat { wait, ahead_ms: now.wall_ms - now.steady_ms, cause: None, known, known_look: 0, wakings: self.wakings, turn: f64::NAN }
    }

    /// Ends a wait, wherever it stands. Whoever else waits for the task goes on; with the last, what was kept of it is dropped.
    pub fn leave(&mut self, seat: &Seat<C>) {
        let task_id = &seat.wait.handle().task_id;
        let Ok(place) = self.find(task_id) else { return };
        let Some(task) = self.tasks.get_mut(place) else { return };
        task.waits = task.waits.saturating_sub(1);
        self.moved |= self.turns.leave(seat.turn);
        if task.waits == 0 {
            let sent_ms = task.flight.map_or(f64::NEG_INFINITY, |flight| flight.sent_ms);
            let mut owed_ms = task.not_before_ms.max(sent_ms + MIN_GAP_MS);
            // What has ended is looked at whenever somebody asks.
            if task.has_ended() == Some(true) {
                owed_ms = f64::NEG_INFINITY;
            }
            self.owed.note(task_id, owed_ms, MOST_OWED);
            self.tasks.remove(place);
        }
    }

    /// What the driver of this wait is to do now. Instants in the answer are on the wait's clock.
    pub fn next(&mut self, seat: &mut Seat<C>, now: Now, page: Page) -> Next {
        self.notice(now, page);
        seat.wait.wall_is_ahead(now.wall_ms - now.steady_ms - seat.ahead_ms);
        if seat.wakings != self.wakings {
            seat.wakings = self.wakings;
            seat.wait.look_soon(self.awake_at_ms + seat.ahead_ms);
        }
        let next = self.next_of(seat, now.steady_ms);
        seat.wait.told(next, now.steady_ms + seat.ahead_ms);
        next
    }

    /// A look came back, or failed on its way. All who wait for its task are to ask [`Client::next`]. `random` is from 0 up to 1.
    pub fn came_back(&mut self, task_id: &str, look: u64, reading: Reading, cause: Option<C>, now: Now, random: f64) {
        let now_ms = now.steady_ms;
        let mut not_before_ms = now_ms + MIN_GAP_MS;
        match &reading {
            Reading::Task(details) => {
                self.limited_in_a_row = 0;
                self.run_times.learn(details);
            }
            Reading::Problem(problem) => {
                if limits_all(problem) {
                    // What was on its way when all were told to be silent is no second time.
                    self.limited_in_a_row = self.limited_in_a_row.saturating_add((!self.budget.is_cooling(now_ms)).into());
                    self.budget.cool(now_ms + backoff::pause_ms(problem, self.limited_in_a_row, random));
                }
                // Whoever comes later owes the server the same pause.
                not_before_ms = not_before_ms.max(now_ms + problem.retry_after_ms.unwrap_or(0.0));
            }
        }
        let Ok(place) = self.find(task_id) else { return };
        let Some(task) = self.tasks.get_mut(place) else { return };
        let flight = task.flight.filter(|flight| flight.look == look);
        if flight.is_some_and(|flight| !flight.goes_on) {
            task.flight = None;
        }
        // One that was lost or given up says nothing by failing, and when it comes back after all, nothing of the look that was sent in its place.
        if flight.is_none() && matches!(reading, Reading::Problem(_)) {
            return;
        }
        let (single, sent_ms) = flight.map_or((false, f64::NEG_INFINITY), |flight| (flight.single, flight.sent_ms));
        self.reached |= matches!(reading, Reading::Task(_)) && sent_ms >= self.page_since_ms;
        task.not_before_ms = not_before_ms;
        task.looks = task.looks.wrapping_add(1);
        task.last = Some(Look { look, reading, cause, single, sent_ms, at_ms: now_ms, random });
        self.end_turns(place);
    }

    /// The request of a look is about to leave, and had to wait for its key since the look was sent: it is to ask again in so many ms. Infinitely
    /// many where it is to be given up, because all are to be silent now.
    pub fn leaves_in_ms(&mut self, now: Now) -> f64 {
        self.budget.leave(now.steady_ms)
    }

    /// A look counts as on its way for this long from now. Its reply goes on; or where the time is none, it was given up or its reply does not go
    /// on any more.
    pub fn goes_on(&mut self, task_id: &str, look: u64, now: Now, for_ms: f64) {
        let sent_ms = now.steady_ms;
        if let Ok(place) = self.find(task_id)
            && let Some(task) = self.tasks.get_mut(place)
            && let Some(flight) = task.flight.filter(|flight| flight.look == look)
        {
            // The driver's timer may be a little early.
            task.silent = flight.goes_on && sent_ms >= flight.until_ms - 2.0 * LOST_AFTER_MS;
            let until_ms = sent_ms + for_ms + LOST_AFTER_MS;
            task.flight = (for_ms > 0.0).then_some(Flight { sent_ms, until_ms, goes_on: true, again: false, ..flight });
            // A sign of life is no look.
            if for_ms == 0.0 {
                task.not_before_ms = task.not_before_ms.max(sent_ms + MIN_GAP_MS);
            }
        }
    }

    /// Whether this look has neither come back nor been given up or replaced.
    #[must_use]
    pub fn is_on_its_way(&self, task_id: &str, look: u64) -> bool {
        self.task(task_id).is_some_and(|task| task.flight.is_some_and(|flight| flight.look == look))
    }

    /// Whether a poll is sent because a stream was silent or stale, or because the deadline is near. A stream of another
    /// tab may be that same one, or may belong to a tab that is frozen.
    #[must_use]
    pub fn needs_request(&self, task_id: &str, look: u64) -> bool {
        self.task(task_id).is_some_and(|task| task.flight.is_some_and(|flight| flight.look == look && flight.needs_request))
    }

    /// Until the next look at the task of a wait, as far as can be said; `None` where none is to come.
    #[must_use]
    pub fn next_look_in_ms(&self, seat: &Seat<C>, now: Now) -> Option<f64> {
        let due_ms = seat.wait.due_ms()? - seat.ahead_ms;
        let due_ms = due_ms.max(
            self.task(&seat.wait.handle().task_id)
                .map_or(due_ms, |task| self.on_its_way_until_ms(task, seat).max(self.offline_until_ms(task, seat))),
        );
        Some((due_ms.max(self.turn_ms(f64::INFINITY, false, now.steady_ms)) - now.steady_ms).max(0.0))
    }

    /// Whether a wait stands in a queue, and may send earlier than it was told where others give up their turns.
    #[must_use]
    pub fn is_queued(&self, seat: &Seat<C>) -> bool {
        self.turns.has(seat.turn)
    }

    /// What the driver keeps of a task that somebody waits for.
    pub fn kept(&self, task_id: &str) -> Option<&K> {
        Some(&self.task(task_id)?.kept)
    }

    /// What the driver keeps of the tasks whose turn it is now or will be first, once after any change of that. Whoever waits for them is to ask
    /// [`Client::next`]: they may have been told of a later time.
    pub fn kept_of_next(&mut self, now: Now) -> [Option<&K>; 2] {
        if std::mem::take(&mut self.moved) { self.turns.first(!self.single_last, now.steady_ms) } else { [None; 2] }
    }

    fn has_slept(&self, now: Now) -> bool {
        self.wall_ahead_ms.is_some_and(|before| now.wall_ms - now.steady_ms - before > ASLEEP_MS)
    }

    /// Compares the clocks, and the page with what it was.
    fn notice(&mut self, now: Now, page: Page) {
        let slept = self.has_slept(now);
        let first = self.wall_ahead_ms.is_none();
        self.wall_ahead_ms = Some(now.wall_ms - now.steady_ms);
        if slept || (!first && self.page != page && matches!(page, Page::Shown(_))) {
            self.wakings = self.wakings.wrapping_add(1);
            // A page that is shown again and again all the same gets its look. For as long, one without a network had none to put off.
            let served = self.budget.last_sent_ms >= self.awake_at_ms || now.steady_ms >= self.awake_at_ms + NEXT_WAKING_MS;
            if served {
                self.woken_ms = now.steady_ms;
            }
            if served || (self.page == Page::Offline && now.steady_ms < self.woken_ms + NEXT_WAKING_MS) {
                self.awake_at_ms = now.steady_ms + AWAKE_AFTER_MS;
            }
        }
        if self.page != page {
            self.page = page;
            self.page_since_ms = now.steady_ms;
            self.reached = false;
        }
    }

    /// Whether the browser says so, and nothing speaks against it.
    fn is_offline(&self) -> bool {
        self.page == Page::Offline && !self.reached
    }

    fn next_of(&mut self, seat: &mut Seat<C>, now_ms: f64) -> Next {
        let Ok(place) = self.find(&seat.wait.handle().task_id) else { return seat.wait.next(now_ms + seat.ahead_ms) };
        let hidden = self.page == Page::Hidden || self.is_offline();
        if let Some(task) = self.tasks.get(place)
            && task.looks != seat.known
        {
            seat.known = task.looks;
            tell(seat, task.last.as_ref(), &mut self.run_times, hidden);
        }
        let next = seat.wait.next(now_ms + seat.ahead_ms);
        let Next::Send { within_ms, .. } = next else { return next };
        let Some(task) = self.tasks.get(place) else { return next };
        let (mut from_ms, offline_ms) = (self.on_its_way_until_ms(task, seat), self.offline_until_ms(task, seat));
        let Some(task) = self.tasks.get_mut(place) else { return next };
        let (single, deadline_ms) = (seat.wait.is_single(), seat.wait.deadline());
        let sleep_until = |at_ms: f64| Next::SleepUntil((at_ms + seat.ahead_ms).min(deadline_ms));
        // A single look is its caller's wish and no schedule's: it only takes its turn.
        let mut page_ms = f64::NEG_INFINITY;
        if !single {
            from_ms = from_ms.max(task.not_before_ms);
            page_ms = self.awake_at_ms.max(offline_ms);
        }
        if now_ms < from_ms {
            self.moved |= self.turns.leave(seat.turn);
            seat.turn = f64::NAN;
            return sleep_until(from_ms);
        }
        let held = if single { &mut task.single_turn } else { &mut task.turn };
        let number = self.turns.take(*held, single, &task.kept);
        *held = number;
        // Its place is kept while the page sends nothing: whoever was not served before is served first afterwards.
        let at_ms = self.turn_ms(number, single, now_ms).max(page_ms);
        if now_ms < at_ms {
            self.turns.share(number, &mut seat.turn, page_ms, at_ms);
            if seat.wait.is_turn_too_late(at_ms - now_ms, now_ms + seat.ahead_ms) {
                self.moved |= self.turns.leave(seat.turn);
                return Next::Done;
            }
            return sleep_until(at_ms);
        }
        self.end_turns(place);
        let Some(task) = self.tasks.get_mut(place) else { return next };
        self.looks = self.looks.wrapping_add(1);
        self.single_last = single;
        self.budget.last_sent_ms = now_ms;
        let needs_request = std::mem::take(&mut task.silent)
            || task.flight.is_some_and(|before| before.goes_on)
            || now_ms + seat.ahead_ms >= deadline_ms - 2.0 * LAST_LOOK_BEFORE_MS;
        task.flight = Some(Flight {
            look: self.looks,
            single,
            sent_ms: now_ms,
            until_ms: now_ms + within_ms + LOST_AFTER_MS,
            goes_on: false,
            again: task.flight.is_some_and(|before| !before.goes_on),
            needs_request,
        });
        seat.cause = None;
        Next::Send { look: self.looks, within_ms }
    }

    /// Until when no other look is sent for this wait because of one that is on its way.
    fn on_its_way_until_ms(&self, task: &Task<C, K>, seat: &Seat<C>) -> f64 {
        let Some(Flight { sent_ms, until_ms, goes_on, again, .. }) = task.flight else { return f64::NEG_INFINITY };
        let last_ms = seat.wait.deadline() - seat.ahead_ms - LAST_LOOK_BEFORE_MS;
        let stale_ms = task.last.as_ref().map_or(f64::INFINITY, |last| last.at_ms + STALE_MS);
        if sent_ms < self.awake_at_ms && !again {
            until_ms.min(self.awake_at_ms + CUT_OFF_MS)
        } else if goes_on {
            until_ms.min(stale_ms).min(if sent_ms < last_ms { last_ms } else { f64::INFINITY })
        } else {
            until_ms
        }
    }

    /// Until when a wait does not poll because the page is offline. Its first poll is always sent.
    fn offline_until_ms(&self, task: &Task<C, K>, seat: &Seat<C>) -> f64 {
        let holds = self.is_offline() && seat.wait.looks() > 0;
        if holds { task.last_active_ms() + OFFLINE_PAUSE_MS } else { f64::NEG_INFINITY }
    }

    /// When a turn comes. Single looks, which somebody waits for now, stand in a queue of their own and have every second turn: a busy client
    /// answers them, and they do not hold up its waits.
    fn turn_ms(&self, number: f64, single: bool, now_ms: f64) -> f64 {
        let mut before = self.turns.before(number, single, now_ms);
        let beside = self.turns.before(f64::INFINITY, !single, now_ms);
        before += beside.min(before + f64::from(single == self.single_last));
        let at_ms = self.budget.open_ms().max(now_ms) + before * self.budget.gap_ms;
        if before > 0.0 { at_ms.max(now_ms + LATE_MS) } else { at_ms }
    }

    /// A look was sent or has come back: nobody wants one before it has been thought of again.
    fn end_turns(&mut self, place: usize) {
        self.moved = true;
        if let Some(task) = self.tasks.get(place) {
            self.turns.end(task.turn);
            self.turns.end(task.single_turn);
        }
    }

    fn task(&self, id: &str) -> Option<&Task<C, K>> {
        Some(self.tasks.get(self.find(id).ok()?)?)
    }

    fn find(&self, id: &str) -> Result<usize, usize> {
        self.tasks.binary_search_by(|task| (*task.id).cmp(id))
    }
}

impl<C, K: Default> Task<C, K> {
    fn new(id: &str, not_before_ms: Option<f64>) -> Self {
        Self {
            id: id.into(),
            waits: 1,
            looks: 0,
            last: None,
            flight: None,
            silent: false,
            not_before_ms: not_before_ms.unwrap_or(f64::NEG_INFINITY),
            turn: f64::NAN,
            single_turn: f64::NAN,
            kept: K::default(),
        }
    }
}

impl<C, K> Task<C, K> {
    /// When the last look at it was sent or came back.
    fn last_active_ms(&self) -> f64 {
        let sent_ms = self.flight.map_or(f64::NEG_INFINITY, |flight| flight.sent_ms);
        self.last.as_ref().map_or(sent_ms, |last| last.at_ms.max(sent_ms))
    }

    /// Whether it had, as its last look found it; where that failed, nothing is known.
    fn has_ended(&self) -> Option<bool> {
        match &self.last.as_ref()?.reading {
            Reading::Task(details) => Some(details.status.has_ended()),
            Reading::Problem(_) => None,
        }
    }
}

/// Tells a wait what a look of its task has brought.
fn tell<C: Clone>(seat: &mut Seat<C>, look: Option<&Look<C>>, run_times: &mut RunTimeModel, hidden: bool) {
    let Some(Look { look, reading, cause, single, sent_ms, at_ms, random }) = look else { return };
    let (ahead_ms, wait) = (seat.ahead_ms, &mut seat.wait);
    // What is told of an end stays what it ended by. And a wish of somebody else's that failed was no look of this wait's unless it had one
    // due as well: callers who ask often must not wear it out.
    let no_look_of_its = *single && !wait.is_single() && matches!(reading, Reading::Problem(_)) && !wait.is_due(sent_ms + ahead_ms);
    if wait.outcome().is_some() || no_look_of_its {
        return;
    }
    seat.cause = cause.clone();
    let more = seat.known_look == *look;
    seat.known_look = *look;
    let context = PollContext { run_times, hidden, random: *random };
    wait.came_back(reading, more, sent_ms + ahead_ms, at_ms + ahead_ms, context);
}

/// Whether a problem is about the caller's requests altogether, or about the service altogether, and not about one task.
fn limits_all(problem: &Problem) -> bool {
    problem.kind == Kind::RateLimited || problem.code == Some(Code::Number(455.0)) || problem.http_status == Some(455)
}
