//! `cargo xtask test`: every test of the project, one after the other, and a table of them at the end.
//!
//! A failed step does not stop the ones after it: one run shows everything that is wrong.

mod needs;
mod steps;

use std::time::{Duration, Instant};

use crate::failure::{Failure, Outcome};
use crate::progress::{note, say, spoken, title};
use crate::workspace::Workspace;
use needs::Prepared;
use steps::{STEPS, Step};

/// How one step ended.
enum End {
    Passed,
    Failed(String),
    NotRun(String),
}

/// Runs every step, or those with these names.
pub(crate) fn run(workspace: &Workspace, only: &[&str]) -> Outcome {
    if let Some(unknown) = only.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        let names: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        return Err(Failure::from(format!("there is no test `{unknown}`; there are: {}", names.join(", "))));
    }
    let chosen: Vec<&Step> = STEPS.iter().filter(|step| only.is_empty() || only.contains(&step.name)).collect();
    let started = Instant::now();
    let mut prepared = Prepared::new(workspace, chosen.iter().flat_map(|step| step.needs).copied());
    let mut ends = Vec::new();
    for step in chosen {
        let (end, took) = run_one(step, &mut prepared);
        ends.push((step, end, took));
    }
    summary(&ends, prepared.time(), started.elapsed());
    let bad: Vec<&str> = ends.iter().filter(|(_, end, _)| !matches!(end, End::Passed)).map(|(step, ..)| step.name).collect();
    if bad.is_empty() {
        return Ok(());
    }
    Err(Failure::from(format!("not passed: {}; one alone runs with `cargo xtask test {}`", bad.join(", "), bad[0])))
}

/// The names of the steps with a word on each.
pub(crate) fn list() {
    for step in STEPS {
        say(&format!("{:<12} {}", step.name, step.about));
    }
}

fn run_one(step: &Step, prepared: &mut Prepared<'_>) -> (End, Duration) {
    // What it needs comes under its own titles, and its time is counted apart.
    if let Err(reason) = prepared.all(step.needs) {
        title(&format!("test {}: {}", step.name, step.about));
        note(&format!("not run: {reason}"));
        return (End::NotRun(reason), Duration::ZERO);
    }
    title(&format!("test {}: {}", step.name, step.about));
    let started = Instant::now();
    let outcome = (step.run)(prepared);
    let took = started.elapsed();
    let end = match outcome {
        Ok(()) => {
            note(&format!("{} passed in {}", step.name, spoken(took)));
            End::Passed
        }
        Err(failure) => {
            note(&format!("{} FAILED after {}: {failure}", step.name, spoken(took)));
            End::Failed(failure.to_string())
        }
    };
    (end, took)
}

fn summary(ends: &[(&Step, End, Duration)], preparing: Duration, total: Duration) {
    title("summary");
    for (step, end, took) in ends {
        let took = spoken(*took);
        say(&match end {
            End::Passed => format!("    passed   {:<12} {took:>12}   {}", step.name, step.about),
            End::Failed(reason) => format!("    FAILED   {:<12} {took:>12}   {reason}", step.name),
            End::NotRun(reason) => format!("    NOT RUN  {:<12} {:>12}   {reason}", step.name, ""),
        });
    }
    let passed = ends.iter().filter(|(_, end, _)| matches!(end, End::Passed)).count();
    say(&format!(
        "    {passed} of {} steps passed in {}, of which {} went into building and installing",
        ends.len(),
        spoken(total),
        spoken(preparing)
    ));
    // For machines, in the form that most runners close with.
    say(&format!("{passed} passed, {} failed", ends.len().saturating_sub(passed)));
}
