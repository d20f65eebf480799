//! How long until the next look at a task that is still running.

use super::durations::Durations;
use crate::reply::Model;

/// No two looks of a wait are closer than this, whatever happens.
pub const MIN_GAP_MS: f64 = 800.0;
/// However unlikely a task is to be done soon, it is looked at once in this time.
pub(crate) const LONGEST_PAUSE_MS: f64 = 60_000.0;
/// Intervals vary by this share either way, so that many clients do not march in step.
const JITTER: f64 = 0.15;
/// A task of this age is beyond what anything is known of, and is looked at as the vendor family advises: 15 to 30 s apart.
const OLD_MS: f64 = 900_000.0;
/// How much longer the pauses of a hidden page are: nobody sees what it would find, and when it is shown again it looks at once.
const HIDDEN_FACTOR: f64 = 3.0;

/// Requests against lateness: each pace is the best schedule for what it takes one request to be worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pace {
    /// The fewest requests: one is worth 1 s of lateness.
    Gentle,
    /// Between the two: 0.3 s.
    #[default]
    Normal,
    /// The least lateness: 0.1 s.
    Eager,
}

impl Pace {
    /// The pace of a public name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        [Self::Gentle, Self::Normal, Self::Eager].into_iter().find(|pace| pace.name() == name)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Gentle => "gentle",
            Self::Normal => "normal",
            Self::Eager => "eager",
        }
    }

    /// The lateness that one request is worth, and the pause between looks at an old task.
    const fn worth_and_old_pause_ms(self) -> (f64, f64) {
        match self {
            Self::Gentle => (1_000.0, 30_000.0),
            Self::Normal => (300.0, 20_000.0),
            Self::Eager => (100.0, 15_000.0),
        }
    }
}

/// What the next look is chosen by, beside the task itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Guide<'a> {
    pub(crate) durations: &'a Durations,
    /// The page that waits is out of sight.
    pub(crate) hidden: bool,
    /// From 0 up to 1.
    pub(crate) random: f64,
}

impl Guide<'_> {
    /// The pause before the next look at a task of this age, by the age and not by the count of looks: resuming does not start over.
    pub(crate) fn interval_ms(self, model: Model, age_ms: f64, pace: Pace) -> f64 {
        let (worth_ms, old_pause_ms) = pace.worth_and_old_pause_ms();
        let best = if age_ms < OLD_MS { self.durations.pause_ms(model, age_ms, worth_ms) } else { old_pause_ms };
        jittered(if self.hidden { best * HIDDEN_FACTOR } else { best }, self.random)
    }
}

/// `middle` varied by [`JITTER`]; `random` is from 0 up to 1.
pub(crate) fn jittered(middle: f64, random: f64) -> f64 {
    middle * (1.0 - JITTER + 2.0 * JITTER * random.clamp(0.0, 1.0))
}
