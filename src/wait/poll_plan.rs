//! The best times to poll a task whose run time has a known distribution.
//!
//! A poll costs as much as some lateness, and an ended task that waits for its next poll is late. The cheapest schedule follows by dynamic
//! programming: from the last age backwards, each age takes the next poll whose lateness and further cost are the least together.

use super::schedule::{LONGEST_PAUSE_MS, MIN_GAP_MS, OLD_MS, Pace};

/// The ages of a plan are at least this far apart, and at least this share of the age.
const STEP_MS: f64 = 250.0;
const STEP_SHARE: f64 = 0.015;

/// A plan up to [`OLD_MS`].
#[derive(Debug)]
pub(crate) struct PollPlan(Vec<Age>);

/// An age at which a poll may find the task still running.
#[derive(Debug, Clone, Copy)]
struct Age {
    age_ms: f64,
    /// The share of the tasks that are still running.
    survival: f64,
    /// The integral of the survival up to this age.
    area_ms: f64,
    /// What a poll at this age and all that follow it cost, as a mean over all tasks.
    cost_ms: f64,
}

impl PollPlan {
    /// The plan for tasks of which `survival` tells the share that is still running at an age.
    pub(crate) fn new(survival: &dyn Fn(f64) -> f64, pace: Pace) -> Self {
        let mut last = Age { age_ms: 0.0, survival: 1.0, area_ms: 0.0, cost_ms: 0.0 };
        let mut ages = vec![last];
        while last.age_ms < OLD_MS {
            let step_ms = STEP_MS.max(last.age_ms * STEP_SHARE);
            let age_ms = last.age_ms + step_ms;
            let survival = survival(age_ms);
            let area_ms = last.area_ms + step_ms * f64::midpoint(last.survival, survival);
            // This cost stays at the oldest age only.
            last = Age { age_ms, survival, area_ms, cost_ms: survival * pace.old_pause_ms() };
            ages.push(last);
        }
        for index in (0..ages.len().saturating_sub(1)).rev() {
            if let Some((age, later)) = ages.get_mut(index..).and_then(<[Age]>::split_first_mut) {
                age.cost_ms = age.survival * pace.poll_cost_ms() + age.next_poll(later).1;
            }
        }
        Self(ages)
    }

    /// The pause until the next poll of a task that was found running at this age.
    pub(crate) fn pause_ms(&self, age_ms: f64) -> f64 {
        let (earlier, later) = self.0.split_at(self.0.partition_point(|age| age.age_ms <= age_ms));
        let (Some(before), Some(after)) = (earlier.last(), later.first()) else { return LONGEST_PAUSE_MS };
        let since_ms = age_ms - before.age_ms;
        let survival = before.survival + (after.survival - before.survival) * since_ms / (after.age_ms - before.age_ms);
        let now = Age { age_ms, survival, area_ms: before.area_ms + since_ms * f64::midpoint(before.survival, survival), cost_ms: 0.0 };
        let (index, least_ms) = now.next_poll(later);
        let Some(best) = later.get(index) else { return LONGEST_PAUSE_MS };
        let mut pause_ms = best.age_ms - age_ms;
        // The minimum lies between the ages: at the vertex of the parabola through the best one and its neighbours.
        if let (Some(left), Some(right)) = (index.checked_sub(1).and_then(|index| later.get(index)), later.get(index.saturating_add(1))) {
            let (rise_left, rise_right) = (now.cost_of_next_ms(left) - least_ms, now.cost_of_next_ms(right) - least_ms);
            if rise_left + rise_right > 0.0 {
                let share = (rise_left - rise_right) / (2.0 * (rise_left + rise_right));
                pause_ms += share.clamp(-0.5, 0.5) * (right.age_ms - best.age_ms);
            }
        }
        pause_ms.min(LONGEST_PAUSE_MS)
    }
}

impl Age {
    /// Which of the later ages is the best for the next poll, and what that and all that follows cost.
    fn next_poll(&self, later: &[Self]) -> (usize, f64) {
        let mut best = (0, f64::INFINITY);
        for (index, age) in later.iter().enumerate() {
            let pause_ms = age.age_ms - self.age_ms;
            let is_last = index.saturating_add(1) == later.len();
            if pause_ms < MIN_GAP_MS - STEP_MS / 2.0 && !is_last {
                continue;
            }
            // The lateness alone grows from age to age.
            if best.1.is_finite() && (self.lateness_ms(age) >= best.1 || pause_ms > LONGEST_PAUSE_MS) {
                break;
            }
            let cost_ms = self.cost_of_next_ms(age);
            if cost_ms < best.1 {
                best = (index, cost_ms);
            }
        }
        best
    }

    fn cost_of_next_ms(&self, next: &Self) -> f64 {
        self.lateness_ms(next) + next.cost_ms
    }

    /// How late the end of those is known that end between two polls, as a mean over all tasks.
    fn lateness_ms(&self, next: &Self) -> f64 {
        self.survival * (next.age_ms - self.age_ms) - (next.area_ms - self.area_ms)
    }
}
