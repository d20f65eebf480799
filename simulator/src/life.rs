//! What a look is told, given a plan, how far it has come, and the time. Pure: the clock comes in as a number.

use crate::answer::{Answer, Phase};
use crate::catalogue::Span;
use crate::grammar::{Plan, Step};

/// How far a task has come through its plan.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Progress {
    step: usize,
    /// When the present step was reached.
    reached_ms: u64,
    /// How many looks the present step has answered for good.
    shown: u32,
    /// When the task was done, once it is.
    pub(crate) finished_ms: Option<u64>,
}

impl Progress {
    /// A task that comes into being now.
    pub(crate) fn born(now_ms: u64) -> Self {
        Self { reached_ms: now_ms, ..Self::default() }
    }
}

/// What one look sees.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sight {
    pub(crate) step: Step,
    pub(crate) answer: Answer,
    pub(crate) phase: Phase,
}

/// Answers one look. `seeded_ms` is the pending time of a task whose plan names none.
pub(crate) fn look(plan: &Plan, progress: &mut Progress, now_ms: u64, seeded_ms: u64) -> Option<Sight> {
    loop {
        let step = *plan.steps.get(progress.step)?;
        let is_last = progress.step + 1 >= plan.steps.len();
        if is_last || !is_spent(step, progress, now_ms) {
            return Some(answer(step, progress, now_ms, seeded_ms));
        }
        advance(step, progress, now_ms);
    }
}

fn answer(step: Step, progress: &mut Progress, now_ms: u64, seeded_ms: u64) -> Sight {
    let phase = match pending_until(step, progress, seeded_ms) {
        Some(end) if now_ms < end => Phase::Pending,
        Some(end) => {
            progress.finished_ms.get_or_insert(end);
            Phase::Done
        }
        None => Phase::Done,
    };
    // A pending answer on the way to an outcome is not yet the outcome, so it uses up no look of the step.
    if phase == Phase::Done {
        progress.shown = progress.shown.saturating_add(1);
    }
    Sight { step, answer: step.scenario.answer, phase }
}

/// When the task of this step is done; `None` where the step has no pending time.
fn pending_until(step: Step, progress: &Progress, seeded_ms: u64) -> Option<u64> {
    let pending_ms = match step.scenario.span {
        Span::PendingFirst => step.ms.unwrap_or(0),
        Span::Seeded => seeded_ms,
        // These deliver a finished task, only slowly.
        Span::Pace => 0,
        Span::LastsFor | Span::RetryAfter => return None,
    };
    Some(progress.reached_ms.saturating_add(pending_ms))
}

fn is_spent(step: Step, progress: &Progress, now_ms: u64) -> bool {
    match outage_end(step, progress) {
        Some(end) => now_ms >= end,
        None => progress.shown >= step.looks.unwrap_or(1),
    }
}

fn advance(step: Step, progress: &mut Progress, now_ms: u64) {
    // What follows an outage starts when the outage ended, not when somebody looked again.
    progress.reached_ms = outage_end(step, progress).unwrap_or(now_ms);
    progress.step += 1;
    progress.shown = 0;
}

fn outage_end(step: Step, progress: &Progress) -> Option<u64> {
    let is_outage = step.scenario.span == Span::LastsFor;
    step.ms.filter(|_| is_outage).map(|ms| progress.reached_ms.saturating_add(ms))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grammar::parse;

    /// The scenario names and phases seen by looks at these times.
    fn seen(id: &str, times: &[u64]) -> Vec<String> {
        let plan = parse(id).unwrap();
        let mut progress = Progress::born(times[0]);
        let mut name = |now: &u64| {
            let sight = look(&plan, &mut progress, *now, 9_000).unwrap();
            let pending = if sight.phase == Phase::Pending { "~" } else { "" };
            format!("{pending}{}", sight.step.scenario.name)
        };
        times.iter().map(&mut name).collect()
    }

    #[test]
    fn success_comes_after_its_time() {
        assert_eq!(seen("success-8s", &[100, 8_099, 8_100, 99_999]), ["~success", "~success", "success", "success"]);
        assert_eq!(seen("success", &[5]), ["success"]);
        assert_eq!(seen("auto", &[0, 8_999, 9_000]), ["~auto", "~auto", "auto"]);
    }

    #[test]
    fn a_script_counts_looks_and_repeats_its_last_step() {
        let names = seen("script.reset*2.http-502.pending.success", &[0; 7]);
        assert_eq!(names, ["reset", "reset", "http-502", "pending", "success", "success", "success"]);
    }

    #[test]
    fn an_outage_ends_by_the_clock_and_life_counts_from_there() {
        let names = seen("reset-5s", &[0, 4_999, 5_000, 6_999, 7_000]);
        assert_eq!(names, ["reset", "reset", "~success", "~success", "success"]);
        // Nobody looked for a long time: the task went on meanwhile.
        assert_eq!(seen("reset-5s", &[0, 60_000]), ["reset", "success"]);
    }

    #[test]
    fn an_outcome_within_a_script_is_shown_before_it_passes() {
        let names = seen("script.success-1s.http-502", &[0, 500, 1_000, 1_001]);
        assert_eq!(names, ["~success", "~success", "success", "http-502"]);
    }

    #[test]
    fn the_end_is_remembered() {
        let plan = parse("success-8s").unwrap();
        let mut progress = Progress::born(10);
        look(&plan, &mut progress, 10, 0);
        assert_eq!(progress.finished_ms, None);
        look(&plan, &mut progress, 30_000, 0);
        assert_eq!(progress.finished_ms, Some(8_010));
    }
}
