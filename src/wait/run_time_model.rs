//! How long tasks run: what is known beforehand, and what a client has observed.
//!
//! The distribution is a mixture of log-logistic components. About half of what is known beforehand is the best guess for the model and its
//! resolution; the rest is spread over the logarithm from 5 s to 5 minutes, so that a wrong guess does not cost much. Each observed run time
//! adds a component around itself. How wide those are, how fast old ones fade, and whether the guess can be trusted is chosen by likelihood:
//! it is what would have predicted each observed run time best from those before it.

use super::latest::Latest;
use super::poll_plan::PollPlan;
use super::schedule::Pace;
use crate::reply::{Model, Resolution, TaskDetails};

/// The latest run times are kept, this many for each kind of task.
const KEPT: usize = 48;
/// Where fewer of a kind were observed, those of the model's other resolutions fill up as if they were older.
const ENOUGH: usize = 16;
/// A run time outside this range means that a clock or a time zone is wrong.
const PLAUSIBLE_MS: core::ops::RangeInclusive<f64> = 500.0..=3_600_000.0;
/// A plan is made anew when one in this many of the run times behind it would be new.
const STALE_PART: u32 = 16;

/// One log-logistic part of a mixture. Its survival function `1 / (1 + (age / median)^shape)` needs no table and no logarithm.
#[derive(Debug, Clone, Copy)]
struct Component {
    weight: f64,
    median_ms: f64,
    shape: i32,
}

const fn component(weight: f64, median_s: f64, shape: i32) -> Component {
    Component { weight, median_ms: median_s * 1_000.0, shape }
}

/// How many components are known beforehand: these and the two of the best guess.
const KNOWN: usize = FLAT.len() + 2 + EXCEPTIONS.len();
/// In any model some tasks fail early and some get stuck.
static EXCEPTIONS: [Component; 2] = [component(0.02, 4.0, 2), component(0.02, 200.0, 2)];
/// Flat over the logarithm, but for a slope towards short tasks: to poll these too late costs the most.
static FLAT: [Component; 4] = [component(0.36, 8.0, 4), component(0.29, 23.0, 4), component(0.2, 65.0, 4), component(0.15, 180.0, 4)];

/// The weight of what is known beforehand, counted in observed run times: with the flat part, and without it where the guess is trusted.
const HUMBLE_WEIGHT: f64 = 0.7;
const TRUSTED_WEIGHT: f64 = 8.0;
/// The guess is trusted where it predicts better than with the flat part even after this factor.
const TRUST_FACTOR: f64 = 0.5;
/// The choices for the shape of the components around observed run times: the higher the narrower.
const SHAPES: [i32; 4] = [4, 8, 16, 32];
/// The choices for the weight of an observed run time beside the next newer one: a steady service, and one that changes.
const MEMORIES: [f64; 2] = [0.98, 0.8];
/// No single run time counts more than this against a choice. The product of all is still a normal number.
const LEAST_DENSITY: f64 = 1e-6;

/// Tasks that are expected to run equally long.
pub(crate) type TaskKind = (Model, Resolution);

/// What to expect of a task that is still running.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Forecast {
    /// The pause until the next poll.
    pub(crate) pause_ms: f64,
    /// The share of such tasks that have ended by now, below 1.
    pub(crate) share_ended: f64,
}

/// The run times of the tasks that a client has seen end, and the plans that follow from them. Its memory is bounded.
#[derive(Debug, Default)]
pub struct RunTimeModel(Vec<Observed>);

/// The tasks of a kind.
#[derive(Debug)]
struct Observed {
    kind: TaskKind,
    run_times: Latest,
    /// How many have ended.
    tasks: u32,
    plan: Option<Plan>,
}

/// When to poll tasks of a kind.
#[derive(Debug)]
struct Plan {
    pace: Pace,
    /// How many tasks of the model had ended.
    tasks: u32,
    mixture: Vec<Component>,
    polls: PollPlan,
}

impl RunTimeModel {
    /// Learns from a task that has ended; from any other there is nothing to learn.
    pub fn learn(&mut self, details: &TaskDetails) {
        let (Some(created), Some(completed), true) = (details.created_at_ms, details.completed_at_ms, details.status.has_ended()) else {
            return;
        };
        let run_time_ms = completed - created;
        if PLAUSIBLE_MS.contains(&run_time_ms)
            && let Some(observed) = self.of_kind((details.model, details.resolution))
        {
            // However often an ended task is polled, it is one task.
            observed.tasks = observed.tasks.saturating_add(observed.run_times.of(&details.task_id).is_none().into());
            observed.run_times.note(&details.task_id, run_time_ms, KEPT);
        }
    }

    /// What to expect of a task of this kind and age.
    pub(crate) fn forecast(&mut self, kind: TaskKind, pace: Pace, age_ms: f64) -> Option<Forecast> {
        let (mut tasks, mut run_times, mut others) = (0_u32, Vec::new(), Vec::new());
        for observed in &self.0 {
            if observed.kind.0 == kind.0 {
                tasks = tasks.saturating_add(observed.tasks);
                let these = if observed.kind == kind { &mut run_times } else { &mut others };
                observed.run_times.all().for_each(|run_time_ms| these.push(run_time_ms));
            }
        }
        let plan = &mut self.of_kind(kind)?.plan;
        if !plan.as_ref().is_some_and(|plan| plan.pace == pace && !plan.is_stale(tasks)) {
            others.truncate(ENOUGH.saturating_sub(run_times.len()));
            run_times.append(&mut others);
            *plan = Some(Plan::new(kind, pace, tasks, &run_times));
        }
        Some(plan.as_ref()?.forecast(age_ms))
    }

    fn of_kind(&mut self, kind: TaskKind) -> Option<&mut Observed> {
        if !self.0.iter().any(|observed| observed.kind == kind) {
            self.0.push(Observed { kind, run_times: Latest::default(), tasks: 0, plan: None });
        }
        self.0.iter_mut().find(|observed| observed.kind == kind)
    }
}

impl Plan {
    /// The choices are tried, and those that predict each run time best from those before it are taken.
    fn new(kind: TaskKind, pace: Pace, tasks: u32, run_times: &[f64]) -> Self {
        let (mut best, mut chosen) = (0.0, Vec::new());
        for (trusts_guess, factor) in [(false, 1.0), (true, TRUST_FACTOR)] {
            for memory in MEMORIES {
                for shape in SHAPES {
                    let mixture = mixture(kind, trusts_guess, run_times, memory, shape);
                    let likelihood = factor * likelihood(&mixture, memory);
                    if likelihood > best {
                        (best, chosen) = (likelihood, mixture);
                    }
                }
            }
        }
        let polls = PollPlan::new(&|age_ms| survival(&chosen, age_ms), pace);
        Self { pace, tasks, mixture: chosen, polls }
    }

    fn is_stale(&self, tasks: u32) -> bool {
        let new = tasks.saturating_sub(self.tasks);
        new > 0 && new.saturating_mul(STALE_PART) >= tasks.min(KEPT as u32)
    }

    fn forecast(&self, age_ms: f64) -> Forecast {
        // Progress is told without the flat part, by the best guess.
        let expected = self.mixture.get(FLAT.len()..).unwrap_or_default();
        Forecast { pause_ms: self.polls.pause_ms(age_ms), share_ended: 1.0 - survival(expected, age_ms).max(0.01) }
    }
}

/// By the documentation and public measurements: the median run time in seconds. Where two are likely, the share of the faster tasks comes first.
const fn best_guess(kind: TaskKind) -> (f64, f64, f64) {
    match kind {
        (Model::Standard, _) => (1.0, 18.0, 18.0),
        (Model::Two, Resolution::OneK) => (1.0, 8.0, 8.0),
        (Model::Two, Resolution::TwoK) => (1.0, 14.0, 14.0),
        (Model::Two, Resolution::FourK) => (1.0, 24.0, 24.0),
        (Model::Two, Resolution::Unknown) => (0.6, 8.0, 17.0),
        (Model::Pro, Resolution::FourK) => (0.3, 130.0, 200.0),
        (Model::Pro, _) => (1.0, 137.0, 137.0),
        // Most are standard.
        (Model::Unknown, Resolution::Unknown) => (0.8, 18.0, 140.0),
        // Generate-2 or pro.
        (Model::Unknown, _) => (0.5, 14.0, 140.0),
    }
}

/// What is known beforehand, [`KNOWN`] components of which the flat ones come first, and one around each run time, of which the newest come first.
fn mixture(kind: TaskKind, trusts_guess: bool, run_times: &[f64], memory: f64, shape: i32) -> Vec<Component> {
    // A wrong guess of long run times costs the most, because polls begin late.
    let humble_share = if kind.0 == Model::Pro { 0.46 } else { 0.5 };
    let (weight, share) = if trusts_guess { (TRUSTED_WEIGHT, 1.0) } else { (HUMBLE_WEIGHT, humble_share) };
    let (share_of_fast, fast, slow) = best_guess(kind);
    // A shape of 4 holds nine in ten tasks between half the median and twice it.
    let guess = [component(share_of_fast, fast, 4), component(1.0 - share_of_fast, slow, 4)];
    let mut mixture = Vec::new();
    for (parts, scale) in [(&FLAT[..], weight * (1.0 - share)), (&guess, weight * share), (&EXCEPTIONS, weight)] {
        for part in parts {
            mixture.push(Component { weight: part.weight * scale, ..*part });
        }
    }
    let mut weight = 1.0;
    for median_ms in run_times {
        mixture.push(Component { weight, median_ms: *median_ms, shape });
        weight *= memory;
    }
    mixture
}

/// How well each of the run times in a mixture is predicted by those before it.
fn likelihood(mixture: &[Component], memory: f64) -> f64 {
    let (known, mut observed) = mixture.split_at_checked(KNOWN).unwrap_or_default();
    let (mut product, mut known_scale) = (1.0, 1.0);
    while let Some((newest, older)) = observed.split_first() {
        // When this one was observed, the one before it was the newest and had the weight 1.
        known_scale *= memory;
        let (known, older_sum) = (Sums::of(known, newest.median_ms), Sums::of(older, newest.median_ms));
        let density = (known.density * known_scale + older_sum.density) / (known.weight * known_scale + older_sum.weight);
        product *= density.max(LEAST_DENSITY);
        observed = older;
    }
    product
}

/// The share of tasks that run longer than this.
fn survival(mixture: &[Component], age_ms: f64) -> f64 {
    let sums = Sums::of(mixture, age_ms);
    sums.survival / sums.weight
}

/// Over the components of a mixture, at one age.
struct Sums {
    weight: f64,
    survival: f64,
    /// The probability density over the logarithm of the age.
    density: f64,
}

impl Sums {
    fn of(mixture: &[Component], age_ms: f64) -> Self {
        let mut sums = Self { weight: 0.0, survival: 0.0, density: 0.0 };
        for part in mixture {
            let survival = 1.0 / (1.0 + (age_ms / part.median_ms).powi(part.shape));
            sums.weight += part.weight;
            sums.survival += part.weight * survival;
            sums.density += part.weight * survival * (1.0 - survival) * f64::from(part.shape);
        }
        sums
    }
}
