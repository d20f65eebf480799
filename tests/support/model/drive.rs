//! What drivers do: they obey the machine, give a look up at its limit, tell the others when one is over, and have each step checked.

use super::made;
use super::rules::Rules;
use super::shared::Look;
use super::world::{Carried, Doing, Driver, Kept, TASKS, World};
use crate::support::{Doc, stored};
use nanobanana_task::reply::{Kind, Problem, Reading};
use nanobanana_task::wait::{Failure, Handle, Next, Outcome, Terms};

/// The finest timer, and what timers count in.
const TICK_MS: f64 = 1.0;
const LONGEST_TIMER_MS: f64 = 2_147_483_647.0;
/// How often a wait may wake and go back to sleep while nothing happens: for its own time, a look on its way, the distance from that, its
/// turn, its last look, and twice for what rounding takes off.
const MOST_NAPS: u32 = 7;
/// Where waits may not wake each other they look this often.
const APART_MS: f64 = 250.0;
/// How long a reply that goes on may be silent.
const SILENCE_MS: f64 = 15_000.0;

impl World<'_> {
    pub(super) fn take(&mut self, task: usize, handle: Option<&Handle>, terms: Terms, watches: bool) {
        let seat = self.client.enter(TASKS[task], handle, terms.clone(), self.now);
        self.client.kept(TASKS[task]).expect("somebody waits for it").0.set(task);
        self.shared.enter(task);
        let known = &self.shared.tasks[task];
        let slept = self.shared.has_slept(self.now);
        let known = if known.is_known_to_run(terms.once, slept, self.now.steady_ms) { known.looks - 1 } else { known.looks };
        let ahead_ms = self.now.wall_ms - self.now.steady_ms;
        let rules = Rules::new(handle, terms, self.now.wall_ms, ahead_ms, known, self.shared.wakings, seat.wait());
        self.keep(seat.wait().handle());
        let doing = Doing::Sleeping { until_ms: self.now.steady_ms };
        self.narrate(|| format!("{} enters: {} {handle:?} {:?}", self.drivers.len(), TASKS[task], rules.terms));
        self.drivers.push(Driver { seat, rules, task, watches, doing, naps: 0, events: 0 });
        self.ask(self.drivers.len() - 1);
    }

    /// What is stored of a wait is read again.
    fn keep(&mut self, handle: &Handle) {
        assert_eq!(Handle::read(&Doc(stored(handle))).as_ref(), Some(handle));
        if self.handles.len() < 4 {
            self.handles.push(handle.clone());
        }
    }

    /// The driver's loop, until it has to wait for something.
    pub(super) fn ask(&mut self, who: usize) {
        for answers in 0.. {
            assert!(answers < 3, "answer after answer");
            let World { client, shared, drivers, now, page, .. } = self;
            let Driver { seat, rules, task, .. } = &mut drivers[who];
            let known = &shared.tasks[*task];
            let news = (known.looks != rules.known).then(|| known.last.clone()).flatten();
            rules.known = known.looks;
            let now_ms = seat.now_ms(*now);
            shared.notice(*now, *page);
            let next = client.next(seat, *now, *page);
            rules.notice(shared);
            if self.narrates {
                eprintln!("{:>12.3} {who} on {}: {next:?}, its clock {now_ms:.3}", now.steady_ms, TASKS[*task]);
            }
            if let Some(look) = news
                && rules.end.is_none()
                && !rules.passes_over(&look, next)
            {
                rules.hear(&look, shared.page, seat.wait());
            }
            rules.answered(next, *task, shared, now.steady_ms, seat.wait());
            assert_eq!(seat.cause().copied(), rules.cause(), "what was thrown belongs to the last look");
            self.ring_next();
            let World { client, drivers, now, page, .. } = self;
            let Driver { seat, watches, doing, .. } = &mut drivers[who];
            match next {
                Next::Yield if *watches => {
                    let until_ms = now.steady_ms + self.bytes.pick(&[0.0, 100.0, 5_000.0, 100_000.0]);
                    return *doing = Doing::Held { until_ms };
                }
                Next::Yield => {}
                Next::Done => return self.finish(who),
                Next::SleepUntil(at_ms) => {
                    assert_eq!(client.next(seat, *now, *page), next, "asked again, it says something else");
                    let alone = !self.apart || self.shared.tasks[self.drivers[who].task].waits < 2;
                    return self.sleep(who, if alone { at_ms - now_ms } else { (at_ms - now_ms).min(APART_MS) });
                }
                Next::Send { look, within_ms } => {
                    self.send(who, look, within_ms);
                }
            }
        }
    }

    fn sleep(&mut self, who: usize, ms: f64) {
        let until_ms = if ms.is_finite() { self.now.steady_ms + self.timer(ms) } else { f64::INFINITY };
        let driver = &mut self.drivers[who];
        driver.naps = if driver.events == self.shared.events { driver.naps + 1 } else { 1 };
        driver.events = self.shared.events;
        assert!(self.apart || ms > LONGEST_TIMER_MS || driver.naps <= MOST_NAPS, "wakes for nothing: {:?}", driver.rules);
        driver.doing = Doing::Sleeping { until_ms };
    }

    fn send(&mut self, who: usize, look: u64, within_ms: f64) {
        let task = self.drivers[who].task;
        // What is sent in its place ends a look that is still on its way.
        self.give_up(|world, carried| carried.task == task && (!world.apart || carried.who == who));
        let limit_ms = self.now.steady_ms + self.timer(within_ms);
        let carried = Carried { who, task, look, limit_ms, within_ms, answer: None, goes_on: false };
        self.answer(carried);
    }

    /// The next that comes of a look.
    fn answer(&mut self, mut carried: Carried) {
        let made = made::answer(&mut self.bytes, self.now.wall_ms);
        carried.answer = made.after_ms.is_finite().then_some((self.now.steady_ms + made.after_ms, made.reading));
        carried.goes_on = made.goes_on;
        self.carried.push(carried);
    }

    fn give_up(&mut self, fits: impl Fn(&Self, &Carried) -> bool) {
        let (over, carried) = std::mem::take(&mut self.carried).into_iter().partition(|carried| fits(self, carried));
        self.carried = carried;
        let over: Vec<Carried> = over;
        for Carried { task, look, .. } in over {
            self.client.goes_on(TASKS[task], look, self.now, 0.0);
            self.shared.give_up(task, look, self.now.steady_ms);
        }
    }

    /// Whose turn it is may send earlier than it was told.
    fn ring_next(&mut self) {
        if self.apart {
            return;
        }
        let next = self.client.kept_of_next(self.now).map(|kept| kept.map(|Kept(task)| task.get()));
        self.ring(|driver| next.contains(&Some(driver.task)));
    }

    fn timer(&self, ms: f64) -> f64 {
        ms.clamp(TICK_MS, LONGEST_TIMER_MS).ceil() + self.lateness_ms
    }

    /// A look came back, or its limit has come.
    pub(super) fn come_back(&mut self, place: usize) {
        let Carried { who, task, look, limit_ms, within_ms, answer, goes_on } = self.carried.remove(place);
        let in_time = answer.filter(|(at_ms, _)| *at_ms <= limit_ms);
        let reading = in_time.map_or_else(|| Reading::Problem(Problem::slow(within_ms).into()), |(_, reading)| reading);
        let random = made::random(&mut self.bytes);
        self.narrate(|| format!("{} gets {reading:?} of look {look}", TASKS[task]));
        let cause = matches!(&reading, Reading::Problem(_)).then_some(self.causes).filter(|cause| cause % 3 > 0);
        self.causes += 1;
        let World { client, shared, now, .. } = self;
        if goes_on && matches!(reading, Reading::Task(_)) {
            client.goes_on(TASKS[task], look, *now, SILENCE_MS);
            shared.goes_on(task, look, now.steady_ms, SILENCE_MS);
        }
        client.came_back(TASKS[task], look, reading.clone(), cause, *now, random);
        shared.learn(&reading, now.steady_ms);
        let flight = shared.over(task, look, &reading, now.steady_ms);
        // One that was lost says nothing by failing.
        if flight.is_none() && matches!(reading, Reading::Problem(_)) {
            return;
        }
        let (single, sent_ms) = flight.map_or((false, f64::NEG_INFINITY), |flight| (flight.single, flight.sent_ms));
        let more = goes_on && matches!(reading, Reading::Task(_));
        shared.share(task, Look { look, reading, cause, single, sent_ms, at_ms: now.steady_ms });
        let apart = self.apart;
        if self.shared.tasks[task].goes_on(look) {
            if more {
                self.answer(Carried { who, task, look, limit_ms: f64::INFINITY, within_ms, answer: None, goes_on });
            } else {
                // The reply ends with what it has said, or is given up with the failure that it tells.
                self.client.goes_on(TASKS[task], look, self.now, 0.0);
                self.shared.give_up(task, look, self.now.steady_ms);
            }
        }
        self.ring(|driver| driver.task == task && !apart);
        self.ring_next();
        if apart && matches!(self.drivers[who].doing, Doing::Sleeping { .. }) {
            self.ask(who);
        }
    }

    /// The caller has had enough, and its signal says so.
    pub(super) fn abort(&mut self, who: usize) {
        self.narrate(|| format!("{who} has had enough"));
        let Driver { seat, rules, doing, .. } = &mut self.drivers[who];
        if !matches!(doing, Doing::Lost | Doing::Gone) {
            seat.abort();
            rules.abort();
            self.ask(who);
        }
    }

    /// The caller is gone, as one that breaks out of a loop.
    pub(super) fn leave(&mut self, who: usize) {
        self.narrate(|| format!("{who} leaves"));
        if !matches!(self.drivers[who].doing, Doing::Lost | Doing::Gone) {
            self.go(who);
        }
    }

    pub(super) fn go(&mut self, who: usize) {
        if self.apart {
            self.give_up(|_, carried| carried.who == who);
        }
        let Driver { seat, task, doing, .. } = &mut self.drivers[who];
        let task = *task;
        *doing = Doing::Gone;
        self.client.leave(seat);
        self.shared.leave(task);
        // With the last that waits for it, a look on its way is over.
        if self.shared.tasks[task].waits == 0 {
            self.carried.retain(|carried| carried.task != task);
        }
        self.ring_next();
    }

    /// What comes unasked changes nothing: a ring.
    pub(super) fn disturb(&mut self, who: usize) {
        if matches!(self.drivers[who].doing, Doing::Sleeping { .. } | Doing::Held { .. }) {
            self.drivers[who].naps = 0;
            self.ask(who);
        }
    }

    /// A look that is held up, or where requests are apart a wait that its runtime drops without a word.
    pub(super) fn lose(&mut self, who: usize) {
        let held_ms = self.bytes.pick(&[None, Some(1_100.0), Some(20_000.0)]);
        self.narrate(|| format!("{who} is dropped, or held up for {held_ms:?}"));
        if let Some(held_ms) = held_ms {
            for Carried { limit_ms, answer, .. } in self.carried.iter_mut().filter(|carried| carried.who == who) {
                *limit_ms += held_ms;
                if let Some((at_ms, _)) = answer {
                    *at_ms = at_ms.max(*limit_ms - 1.0);
                }
            }
        } else if self.apart && !matches!(self.drivers[who].doing, Doing::Gone) {
            self.carried.retain(|carried| carried.who != who);
            self.drivers[who].doing = Doing::Lost;
        }
    }

    /// The machine says that it is over: what it tells is sound, and it says it the same way ever after.
    fn finish(&mut self, who: usize) {
        let World { client, drivers, now, page, .. } = self;
        let Driver { seat, rules, .. } = &mut drivers[who];
        let (now_ms, wait) = (seat.now_ms(*now), seat.wait());
        let failure = Failure::of_end(wait, now_ms);
        let well = matches!(rules.end, Some(Outcome::Looked | Outcome::Succeeded | Outcome::Aborted));
        assert_eq!(failure.is_none(), well, "{:?}", rules.end);
        let before = (wait.outcome(), wait.looks());
        assert_eq!(client.next_look_in_ms(seat, *now), None);
        assert_eq!(client.next(seat, *now, *page), Next::Done);
        seat.abort();
        assert_eq!(client.next(seat, *now, *page), Next::Done);
        let wait = seat.wait();
        assert_eq!((wait.outcome(), wait.looks()), before);
        if let Some(failure) = failure {
            let kind = failure.problem.kind;
            let ended = rules.end == Some(Outcome::Failed) || kind == Kind::InvalidArgument;
            assert_eq!(failure.handle.is_none(), ended);
            assert_eq!(kind == Kind::TimedOut, rules.end == Some(Outcome::TimedOut));
            assert!(failure.attempts <= before.1 && failure.elapsed_ms >= 0.0 && !failure.problem.message.is_empty());
            if let Some(handle) = &failure.handle {
                self.keep(handle);
            }
        }
        self.go(who);
    }
}
