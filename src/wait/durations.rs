//! How long tasks take: what is known beforehand, and what a client has seen.
//!
//! The distribution is a mixture of log-logistic ones, whose survival function `1 / (1 + (t / median)^shape)` needs no table and, with shapes
//! that are powers of two, no logarithm: a few for what is known beforehand, and a narrow one around each duration seen.

use super::schedule::LONGEST_PAUSE_MS;
use crate::reply::{Model, TaskDetails};

/// How many durations of a model are kept, the latest: old ones are of a service that was faster or slower.
const KEPT: usize = 48;
/// How many durations seen weigh as much as what is known beforehand.
const PRIOR_WEIGHT: f64 = 4.0;
/// The narrow ones are this narrow: as fits some dozens of durations that spread over a factor of 5.
const SEEN_SQUARINGS: u32 = 3;
/// A duration outside these is a clock or a zone gone wrong.
const PLAUSIBLE_MS: core::ops::RangeInclusive<f64> = 500.0..=3_600_000.0;
/// How finely the schedule sums up.
const STEP_MS: f64 = 250.0;

/// One log-logistic part of a mixture.
#[derive(Debug, Clone, Copy)]
struct Part {
    weight: f64,
    median_ms: f64,
    /// The shape is 2 to the power of this.
    squarings: u32,
}

/// Standard images take 8 to 40 s, the pro models 1 to 5 minutes: these hold nine in ten tasks of theirs within that.
const STANDARD: Part = Part { weight: 0.95, median_ms: 18_000.0, squarings: 2 };
const PRO: Part = Part { weight: 0.95, median_ms: 134_000.0, squarings: 2 };
/// Of any, a few end early, those that fail above all, and a few take very long.
const EARLY: Part = Part { weight: 0.03, median_ms: 4_000.0, squarings: 1 };
const LONG: Part = Part { weight: 0.02, median_ms: 200_000.0, squarings: 0 };

/// What is known of a model beforehand. Where the model is not known, most tasks are standard ones.
const fn known_of(model: Model) -> [Part; 4] {
    match model {
        Model::Standard => [STANDARD, EARLY, LONG, Part { weight: 0.0, ..PRO }],
        Model::Pro => [PRO, EARLY, LONG, Part { weight: 0.0, ..PRO }],
        Model::Unknown => [Part { weight: 0.75, ..STANDARD }, EARLY, LONG, Part { weight: 0.2, ..PRO }],
    }
}

/// The durations of the tasks that a client has seen finish. Its memory is bounded.
#[derive(Debug, Default)]
pub struct Durations {
    standard: Seen,
    pro: Seen,
    unknown: Seen,
}

/// The latest durations of one model, the oldest overwritten first.
#[derive(Debug, Default)]
struct Seen {
    ms: Vec<f64>,
    oldest: usize,
}

impl Durations {
    /// Learns from a task that has ended; from any other there is nothing to learn.
    pub fn learn(&mut self, details: &TaskDetails) {
        let (Some(created), Some(completed), true) = (details.created_at_ms, details.completed_at_ms, details.status.has_ended()) else {
            return;
        };
        let took_ms = completed - created;
        if !PLAUSIBLE_MS.contains(&took_ms) {
            return;
        }
        let seen = match details.model {
            Model::Standard => &mut self.standard,
            Model::Pro => &mut self.pro,
            Model::Unknown => &mut self.unknown,
        };
        if seen.ms.len() < KEPT {
            seen.ms.push(took_ms);
        } else if let Some(place) = seen.ms.get_mut(seen.oldest) {
            *place = took_ms;
            seen.oldest = seen.oldest.wrapping_add(1) % KEPT;
        }
    }

    /// The share of tasks that are done by this age. Below 1 at every age.
    pub(crate) fn share_done(&self, model: Model, age_ms: f64) -> f64 {
        let age_ms = age_ms.max(0.0);
        let (mut running, mut all) = (0.0, 0.0);
        self.each_part(model, |part| {
            running += part.weight * part.survival(age_ms);
            all += part.weight;
        });
        (1.0 - running / all).clamp(0.0, 0.99)
    }

    /// The pause until the next look at a task of this age, where a look costs as much as `look_ms` of lateness.
    ///
    /// Looks at the rate `r` cost `look_ms · r` and leave the result waiting for `1 / 2r`; over a task's life the sum is least where `r` is the
    /// square root of `hazard / (2 · look_ms)`. So the next look is due where that rate has summed up to one.
    pub(crate) fn pause_ms(&self, model: Model, age_ms: f64, look_ms: f64) -> f64 {
        let (mut pause_ms, mut looks) = (0.0, 0.0);
        while looks < 1.0 && pause_ms < LONGEST_PAUSE_MS {
            let more = STEP_MS * (self.hazard(model, age_ms.max(0.0) + pause_ms + STEP_MS / 2.0) / (2.0 * look_ms)).sqrt();
            pause_ms += STEP_MS * ((1.0 - looks) / more).min(1.0);
            looks += more;
        }
        pause_ms
    }

    /// How likely a task that still runs at this age is to end now, per ms.
    fn hazard(&self, model: Model, age_ms: f64) -> f64 {
        let (mut ending, mut running) = (0.0, 0.0);
        self.each_part(model, |part| {
            let survival = part.survival(age_ms);
            ending += part.weight * survival * (1.0 - survival) * part.shape() / age_ms;
            running += part.weight * survival;
        });
        ending / running
    }

    fn each_part(&self, model: Model, mut with: impl FnMut(Part)) {
        for known in known_of(model) {
            with(Part { weight: known.weight * PRIOR_WEIGHT, ..known });
        }
        let seen = match model {
            Model::Standard => &self.standard,
            Model::Pro => &self.pro,
            Model::Unknown => &self.unknown,
        };
        for median_ms in &seen.ms {
            with(Part { weight: 1.0, median_ms: *median_ms, squarings: SEEN_SQUARINGS });
        }
    }
}

impl Part {
    fn shape(self) -> f64 {
        (0..self.squarings).fold(1.0, |shape, _| shape * 2.0)
    }

    /// The share that still runs at this age.
    fn survival(self, age_ms: f64) -> f64 {
        let power = (0..self.squarings).fold(age_ms / self.median_ms, |power, _| power * power);
        1.0 / (1.0 + power)
    }
}
