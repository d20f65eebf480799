//! How long until the next look at a task that is still running.

/// No two looks of a wait are closer than this, whatever happens.
pub const MIN_GAP_MS: f64 = 800.0;
/// Intervals vary by this share either way, so that many clients do not march in step.
const JITTER: f64 = 0.15;
/// The age at which half of the tasks are done: standard images take 8 to 40 s.
const MEDIAN_MS: f64 = 20_000.0;

/// Requests against lateness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pace {
    /// The fewest requests.
    Gentle,
    /// Between the two.
    #[default]
    Normal,
    /// The least lateness.
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

    /// The vendor family's advice for polling: 2–3 s apart in the first 30 s of a task, 5–10 s up to 2 minutes, 15 s or more from then on. Each pace
    /// takes its place within the first two ranges, jitter included; on old tasks all agree.
    const fn ladder(self) -> (f64, f64) {
        match self {
            Self::Gentle => (2_600.0, 8_600.0),
            Self::Normal => (2_500.0, 7_000.0),
            Self::Eager => (2_360.0, 5_900.0),
        }
    }
}

/// The pause before the next look at a task of this age, by the age and not by the count of looks: resuming does not start over.
pub(crate) fn interval_ms(age_ms: f64, pace: Pace, random: f64) -> f64 {
    let (young, grown) = pace.ladder();
    let middle = if age_ms < 30_000.0 {
        young
    } else if age_ms < 120_000.0 {
        grown
    } else {
        15_000.0
    };
    jittered(middle, random)
}

/// `middle` varied by [`JITTER`]; `random` is from 0 up to 1.
pub(crate) fn jittered(middle: f64, random: f64) -> f64 {
    middle * (1.0 - JITTER + 2.0 * JITTER * random.clamp(0.0, 1.0))
}

/// The share of tasks that are done by this age: log-logistic, whose heavy tail suits the pro models. Below 1 at every age.
pub(crate) fn share_done(age_ms: f64) -> f64 {
    let age_ms = age_ms.max(0.0);
    let square = age_ms * age_ms;
    (square / (square + MEDIAN_MS * MEDIAN_MS)).min(0.99)
}
