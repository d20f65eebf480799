//! How long tasks take: what is known beforehand, and what a client has seen.
//!
//! The distribution is a mixture of log-logistic ones, whose survival function `1 / (1 + (t / median)^shape)` needs no table and, with shapes
//! that are powers of two, no logarithm: a few for what is known beforehand, and a narrow one around each duration seen.

use super::latest::Latest;
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
const LONG: Part = Part { weight: 0.02, median_ms: 200_000.0, squarings: 1 };

/// What is known beforehand. Where the model is not known, most tasks are standard ones.
static KNOWN_OF_STANDARD: [Part; 3] = [STANDARD, EARLY, LONG];
static KNOWN_OF_PRO: [Part; 3] = [PRO, EARLY, LONG];
static KNOWN: [Part; 4] = [Part { weight: 0.75, ..STANDARD }, Part { weight: 0.2, ..PRO }, EARLY, LONG];

/// The durations of the tasks that a client has seen finish, by model. Its memory is bounded.
#[derive(Debug, Default)]
pub struct Durations {
    standard: Latest,
    pro: Latest,
    unknown: Latest,
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
        // However often one that has ended is looked at, it is one task.
        seen.note(&details.task_id, took_ms, KEPT);
    }

    /// The pause until the next look at a task of this age, where a look costs as much as `look_ms` of lateness.
    ///
    /// Looks at the rate `r` cost `look_ms · r` and leave the result waiting for `1 / 2r`; over a task's life the sum is least where `r` is the
    /// square root of `hazard / (2 · look_ms)`. So the next look is due where that rate has summed up to one.
    pub(crate) fn pause_ms(&self, model: Model, age_ms: f64, look_ms: f64) -> f64 {
        let (mut pause_ms, mut looks) = (0.0, 0.0);
        while looks < 1.0 && pause_ms < LONGEST_PAUSE_MS {
            let Odds { hazard, .. } = self.at(model, age_ms.max(0.0) + pause_ms + STEP_MS / 2.0);
            let more = STEP_MS * (hazard / (2.0 * look_ms)).sqrt();
            pause_ms += STEP_MS * ((1.0 - looks) / more).min(1.0);
            looks += more;
        }
        pause_ms
    }

    /// How it stands with tasks of this age.
    pub(crate) fn at(&self, model: Model, age_ms: f64) -> Odds {
        let (known, seen): (&[Part], &Latest) = match model {
            Model::Standard => (&KNOWN_OF_STANDARD, &self.standard),
            Model::Pro => (&KNOWN_OF_PRO, &self.pro),
            Model::Unknown => (&KNOWN, &self.unknown),
        };
        let (mut all, mut running, mut ending) = (0.0, 0.0, 0.0);
        let mut add = |part: Part, weight: f64| {
            let (mut power, mut shape) = (age_ms / part.median_ms, 1.0);
            for _ in 0..part.squarings {
                power *= power;
                shape *= 2.0;
            }
            let survival = 1.0 / (1.0 + power);
            all += weight;
            running += weight * survival;
            ending += weight * survival * (1.0 - survival) * shape / age_ms;
        };
        for part in known {
            add(*part, part.weight * PRIOR_WEIGHT);
        }
        for median_ms in seen.all() {
            add(Part { weight: 1.0, median_ms, squarings: SEEN_SQUARINGS }, 1.0);
        }
        Odds { share_done: (1.0 - running / all).clamp(0.0, 0.99), hazard: ending / running }
    }
}

/// How it stands with tasks of some age.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Odds {
    /// The share that is done by then, below 1.
    pub(crate) share_done: f64,
    /// How likely one that still runs is to end now, per ms.
    hazard: f64,
}
