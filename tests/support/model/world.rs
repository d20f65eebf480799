//! The world of a scenario: time, the page, and a driver for each wait.

use super::made;
use super::rules::Rules;
use super::shared::Shared;
use crate::support::NOW_MS;
use crate::support::bytes::Bytes;
use nanobanana_task::reply::Reading;
use nanobanana_task::wait::{Client, Handle, Now, Page, Seat};
use std::cell::Cell;
use std::rc::Rc;

pub(super) const TASKS: [&str; 3] = ["a", "b", "c"];
const MOST_WAITS: usize = 6;
/// What timers and the turns of the quickest client take.
const SLACK_MS: f64 = 10.0;
/// A scenario that has seen so much ends there.
const MOST_EVENTS: usize = 400;

/// What a driver is doing. Instants are on the steady clock.
#[derive(Debug, Clone)]
pub(super) enum Doing {
    Sleeping {
        until_ms: f64,
    },
    /// It has shown a state, and its caller comes for more here.
    Held {
        until_ms: f64,
    },
    /// Its runtime has dropped it without a word, and what it had on its way.
    Lost,
    Gone,
}

pub(super) struct Driver {
    pub(super) seat: Seat<u32>,
    pub(super) rules: Rules,
    pub(super) task: usize,
    /// Its caller comes for each state.
    pub(super) watches: bool,
    pub(super) doing: Doing,
    pub(super) naps: u32,
    /// The shared events when it last went to sleep.
    pub(super) events: u64,
}

/// What is kept of a task: which it is.
#[derive(Debug, Clone, Default)]
pub(super) struct Kept(pub(super) Rc<Cell<usize>>);

/// A look on its way; without an answer it is given up at the limit.
pub(super) struct Carried {
    pub(super) who: usize,
    pub(super) task: usize,
    pub(super) look: u64,
    pub(super) limit_ms: f64,
    pub(super) within_ms: f64,
    pub(super) answer: Option<(f64, Reading)>,
    /// After which there is another.
    pub(super) goes_on: bool,
}

/// What happens next by itself.
#[derive(Clone, Copy)]
enum Event {
    /// A wait is back.
    Back(usize),
    /// The look in this place has come back, or its limit has come.
    Over(usize),
}

pub(super) struct World<'a> {
    pub(super) bytes: Bytes<'a>,
    pub(super) client: Client<u32, Kept>,
    pub(super) shared: Shared,
    pub(super) drivers: Vec<Driver>,
    pub(super) carried: Vec<Carried>,
    pub(super) now: Now,
    pub(super) page: Page,
    /// Waits may not wake each other.
    pub(super) apart: bool,
    /// How late timers are.
    pub(super) lateness_ms: f64,
    /// What is overdue comes in the wrong order.
    pub(super) backwards: bool,
    pub(super) handles: Vec<Handle>,
    pub(super) causes: u32,
    pub(super) events: usize,
    /// Says what happens, for who looks into a finding.
    pub(super) narrates: bool,
}

impl<'a> World<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let mut bytes = Bytes::new(bytes);
        let requests_per_second = made::requests_per_second(&mut bytes);
        let start_ms = bytes.pick(&[0.0, NOW_MS, 1_234.567, 9e9]);
        let (apart, backwards) = (bytes.one_in(6), bytes.one_in(4));
        let world = Self {
            bytes,
            client: Client::new(requests_per_second),
            shared: Shared::new(requests_per_second, TASKS.len(), !apart),
            drivers: Vec::new(),
            carried: Vec::new(),
            now: Now { steady_ms: start_ms, wall_ms: NOW_MS + 0.75 },
            page: Page::Shown(0),
            apart,
            lateness_ms: 0.0,
            backwards,
            handles: Vec::new(),
            causes: 0,
            events: 0,
            narrates: std::env::var_os("NARRATE").is_some(),
        };
        world.narrate(|| format!("at most {requests_per_second} requests per second, apart {apart}, backwards {backwards}"));
        world
    }

    pub(super) fn play(mut self) {
        self.enter();
        while !self.bytes.is_over() && self.events < MOST_EVENTS {
            self.step();
        }
        self.end();
    }
}

impl World<'_> {
    pub(super) fn narrate(&self, what: impl Fn() -> String) {
        if self.narrates {
            eprintln!("{:>12.3} {}", self.now.steady_ms, what());
        }
    }

    fn living(&self) -> impl Iterator<Item = usize> {
        (0..self.drivers.len()).filter(|who| !matches!(self.drivers[*who].doing, Doing::Gone))
    }

    fn somebody(&mut self) -> Option<usize> {
        let place = self.bytes.below(MOST_WAITS);
        let living: Vec<usize> = self.living().collect();
        (!living.is_empty()).then(|| living[place % living.len()])
    }

    fn step(&mut self) {
        let some = self.somebody();
        match self.bytes.below(16) {
            0 | 1 => self.enter(),
            2..=5 => {
                if let Some((at_ms, _)) = self.first_due() {
                    self.run(at_ms);
                }
            }
            6 => self.wait_for(&[1.0, 100.0, 790.0, 801.0, 2_000.0]),
            7 => self.wait_for(&[5_000.0, 30_000.0, 70_000.0, 300_000.0]),
            // Nothing runs for a while.
            8 => {
                let ms = self.bytes.pick(&[500.0, 1_500.0, 5_000.0, 100_000.0, 4_000_000.0]);
                self.pass(ms);
            }
            // The machine sleeps: only the wall clock goes on, or the other one goes on a little.
            9 => {
                let ms = self.bytes.pick(&[1_000.0, 60_000.0, 3_600_000.0, -60_000.0, -1e9, 1e9]);
                self.now.wall_ms += ms;
                let awake_ms = self.bytes.pick(&[0.0, 40.0, 3_000.0]);
                self.pass(awake_ms);
            }
            10 => {
                self.page = self.bytes.pick(&[Page::Shown(0), Page::Hidden, Page::Offline, Page::Shown(1)]);
                self.narrate(|| format!("the page is {:?}", self.page));
                self.ring(|_| true);
            }
            11 => some.into_iter().for_each(|who| self.abort(who)),
            12 => some.into_iter().for_each(|who| self.leave(who)),
            13 => some.into_iter().for_each(|who| self.disturb(who)),
            14 => self.lateness_ms = self.bytes.pick(&[0.0, 0.4, 15.0, 900.0, 1_990.0, 60_000.0]),
            _ => some.into_iter().for_each(|who| self.lose(who)),
        }
    }

    fn enter(&mut self) {
        if self.living().count() >= MOST_WAITS {
            return;
        }
        let task = self.bytes.below(TASKS.len());
        let terms = made::terms(&mut self.bytes);
        let handle = match self.bytes.below(4) {
            0 => Some(made::handle(&mut self.bytes, TASKS[task], self.now.wall_ms)),
            1 if !self.handles.is_empty() => Some(self.handles.swap_remove(self.bytes.below(self.handles.len()))),
            _ => None,
        };
        let watches = !terms.once && self.bytes.one_in(4);
        self.take(task, handle.as_ref(), terms, watches);
    }

    /// Ends pauses. Who has been rung goes on once the one that is running now waits for something.
    pub(super) fn ring(&mut self, fits: impl Fn(&Driver) -> bool) {
        for driver in &mut self.drivers {
            let rung = fits(driver);
            if let Doing::Sleeping { until_ms } = &mut driver.doing
                && rung
            {
                *until_ms = until_ms.min(self.now.steady_ms);
                driver.naps = 0;
            }
        }
    }

    fn wait_for(&mut self, among: &[f64]) {
        let ms = self.bytes.pick(among);
        self.run(self.now.steady_ms + ms);
    }

    /// Time goes on and nothing runs.
    fn pass(&mut self, ms: f64) {
        self.narrate(|| format!("{ms} ms pass"));
        self.now.steady_ms += ms;
        self.now.wall_ms += ms;
    }

    /// The next thing that happens by itself.
    fn first_due(&self) -> Option<(f64, Event)> {
        let backs = self.drivers.iter().enumerate().filter_map(|(who, driver)| match &driver.doing {
            Doing::Sleeping { until_ms } | Doing::Held { until_ms } => Some((*until_ms, Event::Back(who))),
            Doing::Lost | Doing::Gone => None,
        });
        let overs = self.carried.iter().enumerate().map(|(place, Carried { limit_ms, answer, .. })| {
            (answer.as_ref().map_or(*limit_ms, |(at_ms, _)| at_ms.min(*limit_ms)), Event::Over(place))
        });
        let overdue = |at_ms: f64| self.backwards && at_ms <= self.now.steady_ms;
        overs.chain(backs).filter(|(at_ms, _)| at_ms.is_finite()).reduce(|first, other| {
            let before = if overdue(first.0) && overdue(other.0) { other.0 >= first.0 } else { other.0 < first.0 };
            if before { other } else { first }
        })
    }

    /// Time goes on, and all that is due happens.
    fn run(&mut self, until_ms: f64) {
        while let Some((at_ms, event)) = self.first_due()
            && at_ms <= until_ms
            && self.events < MOST_EVENTS
        {
            self.events += 1;
            self.nobody_waits_for_nothing(at_ms);
            self.pass((at_ms - self.now.steady_ms).max(0.0));
            match event {
                Event::Over(place) => self.come_back(place),
                Event::Back(who) => self.ask(who),
            }
        }
        self.pass((until_ms - self.now.steady_ms).max(0.0));
    }

    /// Where all are told of what happens, nobody who has a look due sleeps while it could be sent.
    fn nobody_waits_for_nothing(&self, until_ms: f64) {
        // One whose timer is late holds the next one up until when that was told.
        let is_late = |driver: &Driver| matches!(driver.doing, Doing::Sleeping { until_ms } if !driver.rules.expects_at(until_ms));
        if self.apart || until_ms <= self.now.steady_ms + SLACK_MS || self.drivers.iter().any(is_late) {
            return;
        }
        for Driver { doing, rules, task, .. } in &self.drivers {
            let due = matches!(doing, Doing::Sleeping { .. }) && !rules.terms.once && rules.is_overdue(until_ms - SLACK_MS);
            assert!(!due || !self.shared.is_idle(*task, until_ms - SLACK_MS), "it waits for nothing: {rules:?} {:?}", self.shared);
        }
    }

    /// All come to their ends, and nothing is left of them.
    fn end(&mut self) {
        self.lateness_ms = 0.0;
        for who in 0..self.drivers.len() {
            match &self.drivers[who].doing {
                Doing::Gone => {}
                Doing::Lost => self.go(who),
                _ => self.abort(who),
            }
        }
        let left = format!("{:?}", self.client);
        assert!(left.contains("tasks: []"), "{left}");
        assert!(self.carried.is_empty(), "a look is left on its way");
    }
}
