//! How long until the next look at a task that is still running.

use super::run_time_model::{RunTimeModel, TaskKind};

/// No two looks of a wait are closer than this, whatever happens.
pub const MIN_GAP_MS: f64 = 800.0;
/// However unlikely a task is to be done soon, it is looked at once in this time.
pub(crate) const LONGEST_PAUSE_MS: f64 = 60_000.0;
/// Pauses after failures vary by this share either way, so that many clients do not come back in step.
const JITTER: f64 = 0.15;
/// Pauses between polls vary by less: a poll beside the best moment costs lateness.
const POLL_JITTER: f64 = 0.06;
/// A task of this age is beyond what anything is known of, and is looked at as the vendor family advises: 15 to 30 s apart.
pub(crate) const OLD_MS: f64 = 900_000.0;
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

    /// The lateness that one poll is worth.
    pub(crate) const fn poll_cost_ms(self) -> f64 {
        match self {
            Self::Gentle => 1_000.0,
            Self::Normal => 300.0,
            Self::Eager => 100.0,
        }
    }

    /// The pause between polls of an old task.
    pub(crate) const fn old_pause_ms(self) -> f64 {
        match self {
            Self::Gentle => 30_000.0,
            Self::Normal => 20_000.0,
            Self::Eager => 15_000.0,
        }
    }
}

/// What the next poll is chosen by, beside the task itself.
#[derive(Debug)]
pub(crate) struct PollContext<'a> {
    pub(crate) run_times: &'a mut RunTimeModel,
    /// The page that waits is out of sight.
    pub(crate) hidden: bool,
    /// From 0 up to 1.
    pub(crate) random: f64,
}

impl PollContext<'_> {
    /// The pause before the next poll of a task of this age, by the age and not by the count of polls: resuming does not start over.
    pub(crate) fn interval_ms(&mut self, kind: TaskKind, age_ms: f64, pace: Pace) -> f64 {
        let forecast = self.run_times.forecast(kind, pace, age_ms).filter(|_| age_ms < OLD_MS);
        let best = forecast.map_or(pace.old_pause_ms(), |forecast| forecast.pause_ms);
        varied(if self.hidden { best * HIDDEN_FACTOR } else { best }, POLL_JITTER, self.random)
    }
}

/// `middle` varied by [`JITTER`]; `random` is from 0 up to 1.
pub(crate) fn jittered(middle: f64, random: f64) -> f64 {
    varied(middle, JITTER, random)
}

fn varied(middle: f64, share: f64, random: f64) -> f64 {
    middle * (1.0 - share + 2.0 * share * random.clamp(0.0, 1.0))
}
