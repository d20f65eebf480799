//! A driver that does what the machine says, on a clock of its own, and writes down what it was told.

use nanobanana_task::reply::{Problem, Reading};
use nanobanana_task::wait::{Client, Handle, Next, Now, Outcome, Page, Seat, Terms, Wait};
use std::ops::Deref;

/// The most steps any test here needs; a machine that wants more is caught in a circle.
const MOST_STEPS: usize = 100_000;

/// Both clocks at one instant, in step.
pub(crate) fn at(ms: f64) -> Now {
    Now { steady_ms: ms, wall_ms: ms }
}

/// What a client is told of the look that a wait has sent: this is what it brought.
pub(crate) fn bring<C: Clone>(
    client: &mut Client<C>,
    seat: &Seat<C>,
    next: Next,
    reading: Reading,
    cause: Option<C>,
    now: Now,
    random: f64,
) {
    let Next::Send { look, .. } = next else { panic!("{next:?} and no look sent") };
    client.came_back(&seat.wait().handle().task_id, look, reading, cause, now, random);
}

/// A wait looks, hears what that brings, and shows it.
pub(crate) fn look_and_hear(client: &mut Client<()>, seat: &mut Seat<()>, reading: Reading, now: Now, page: Page, random: f64) {
    let next = client.next(seat, now, page);
    bring(client, seat, next, reading, None, now, random);
    assert_eq!(client.next(seat, now, page), Next::Yield);
}

/// One wait at a client of its own.
#[derive(Debug)]
pub(crate) struct Alone {
    client: Client<()>,
    seat: Seat<()>,
    /// The look that was sent last; none has this number before.
    look: u64,
    /// What the wait said as it heard of that.
    said: Option<Next>,
}

impl Alone {
    pub(crate) fn new(task_id: &str, handle: Option<&Handle>, terms: Terms, now_ms: f64) -> Self {
        let mut client = Client::new(f64::INFINITY);
        let seat = client.enter(task_id, handle, terms, at(now_ms));
        Self { client, seat, look: u64::MAX, said: None }
    }

    pub(crate) fn next(&mut self, now_ms: f64) -> Next {
        let said = self.said.take();
        let next = said.unwrap_or_else(|| self.client.next(&mut self.seat, at(now_ms), Page::Shown(0)));
        if let Next::Send { look, .. } = next {
            self.look = look;
        }
        next
    }

    /// Until the next look; `None` where none is to come.
    pub(crate) fn next_look_in_ms(&self, now_ms: f64) -> Option<f64> {
        self.client.next_look_in_ms(&self.seat, at(now_ms))
    }

    pub(crate) fn came_back(&mut self, reading: Reading, now_ms: f64, random: f64) {
        let task_id = self.seat.wait().handle().task_id.clone();
        self.client.came_back(&task_id, self.look, reading, None, at(now_ms), random);
        self.said = Some(self.client.next(&mut self.seat, at(now_ms), Page::Shown(0)));
    }

    pub(crate) fn abort(&mut self) {
        self.said = None;
        self.seat.abort();
    }
}

impl Deref for Alone {
    type Target = Wait;

    fn deref(&self) -> &Wait {
        self.seat.wait()
    }
}

/// One look as the outside saw it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Look {
    pub(crate) sent_ms: f64,
    pub(crate) within_ms: f64,
    pub(crate) back_ms: f64,
}

/// A whole wait.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) wait: Alone,
    pub(crate) looks: Vec<Look>,
    /// Progress at each `Yield`.
    pub(crate) shown: Vec<f64>,
    pub(crate) ended_ms: f64,
}

impl Run {
    /// From each reply to the next send.
    pub(crate) fn pauses(&self) -> Vec<f64> {
        self.looks.windows(2).map(|pair| pair[1].sent_ms - pair[0].back_ms).collect()
    }

    pub(crate) fn outcome(&self) -> Outcome {
        self.wait.outcome().expect("a wait that is done has an outcome")
    }

    /// When each look was sent, counted from the first instant.
    pub(crate) fn sent_from(&self, start_ms: f64) -> Vec<f64> {
        self.looks.iter().map(|look| look.sent_ms - start_ms).collect()
    }
}

/// Drives `wait` from `start_ms` to its end. `script` answers the look of this number (from 0), sent at this instant, with what it
/// brings and how long that takes; `random` is what each reply is told.
pub(crate) fn drive(mut wait: Alone, start_ms: f64, random: f64, mut script: impl FnMut(usize, f64) -> (Reading, f64)) -> Run {
    let mut now_ms = start_ms;
    let (mut looks, mut shown) = (Vec::new(), Vec::new());
    for _ in 0..MOST_STEPS {
        match wait.next(now_ms) {
            Next::Done => return Run { wait, looks, shown, ended_ms: now_ms },
            Next::Yield => shown.push(wait.estimated_progress()),
            Next::SleepUntil(at) => {
                assert!(at.is_finite(), "sleeping for good at {now_ms}");
                assert!(at > now_ms, "a sleep of nothing at {now_ms}: {wait:?}");
                now_ms = at;
            }
            Next::Send { within_ms, .. } => {
                assert!(within_ms > 0.0, "no time for the look at {now_ms}");
                let sent_ms = now_ms;
                let (reading, latency_ms) = script(looks.len(), sent_ms);
                let (reading, latency_ms) = if latency_ms < within_ms {
                    (reading, latency_ms)
                } else {
                    (Reading::Problem(Problem::slow(within_ms).into()), within_ms)
                };
                // The wait may be over before its look is.
                let Next::SleepUntil(at_ms) = wait.next(now_ms) else { panic!("it does not wait for its look") };
                now_ms = at_ms.min(now_ms + latency_ms);
                if now_ms == sent_ms + latency_ms {
                    wait.came_back(reading, now_ms, random);
                }
                looks.push(Look { sent_ms, within_ms, back_ms: now_ms });
            }
        }
    }
    panic!("no end after {MOST_STEPS} steps: {wait:?}");
}
