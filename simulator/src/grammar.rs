//! Task ids that say what happens to them. Pure: text in, plan out.
//!
//! ```text
//! id     = plan [ "--" anything ]
//! plan   = step | "script." step *( "." step )
//! step   = scenario [ "-" duration ] [ "*" looks ]
//! ```

use crate::catalogue::{self, Scenario, Span};

const LONGEST_ID: usize = 256;
const MOST_STEPS: usize = 64;
const MOST_LOOKS: u32 = 10_000;
const LONGEST_MS: u64 = 24 * 60 * 60 * 1000;

/// How long a task that follows a fault stays pending.
const LIFE_AFTER_FAULT_MS: u64 = 2_000;

/// What the looks at one id are answered with, in order; the last step repeats.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) steps: Vec<Step>,
}

/// One step of a plan.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) scenario: &'static Scenario,
    /// The duration as written; what it means is `scenario.span`.
    pub(crate) ms: Option<u64>,
    /// For how many looks, where that was written.
    pub(crate) looks: Option<u32>,
}

/// Reads an id. `None`: the id asks for nothing the simulator knows.
pub(crate) fn parse(id: &str) -> Option<Plan> {
    if id.len() > LONGEST_ID {
        return None;
    }
    let plan = id.split_once("--").map_or(id, |(plan, _)| plan);
    match plan.strip_prefix("script.") {
        Some(steps) => script(steps),
        None => single(plan),
    }
}

/// A plan without any fault: pending for `ms`, then the picture.
pub(crate) fn success_after(ms: u64) -> Option<Plan> {
    let scenario = catalogue::named("success")?;
    Some(Plan { steps: vec![Step { scenario, ms: Some(ms), looks: None }] })
}

fn script(text: &str) -> Option<Plan> {
    let steps: Vec<Step> = text.split('.').map(step).collect::<Option<_>>()?;
    (steps.len() <= MOST_STEPS).then_some(Plan { steps })
}

/// A fault that ends is followed by the usual life of a task.
fn single(text: &str) -> Option<Plan> {
    let first = step(text)?;
    let mut steps = vec![first];
    let ends = first.looks.is_some() || (first.scenario.span == Span::LastsFor && first.ms.is_some());
    if ends && first.scenario.span != Span::PendingFirst {
        // "pending-5s" reads as five seconds, so nothing is added to those.
        let more = if first.scenario.name == "pending" { 0 } else { LIFE_AFTER_FAULT_MS };
        steps.extend(success_after(more)?.steps);
    }
    Some(Plan { steps })
}

fn step(text: &str) -> Option<Step> {
    let (text, looks) = match text.split_once('*') {
        Some((text, looks)) => (text, Some(count(looks)?)),
        None => (text, None),
    };
    // The whole name goes first: "http-429-retry" must not be searched for a duration.
    if let Some(scenario) = catalogue::named(text) {
        return Some(Step { scenario, ms: None, looks });
    }
    let (name, span) = text.rsplit_once('-')?;
    let scenario = catalogue::named(name)?;
    let ms = Some(duration(span)?);
    let twice_limited = scenario.span == Span::LastsFor && looks.is_some();
    let fits = scenario.span != Span::Seeded && !twice_limited;
    fits.then_some(Step { scenario, ms, looks })
}

fn count(text: &str) -> Option<u32> {
    number(text)?.try_into().ok().filter(|looks| (1..=MOST_LOOKS).contains(looks))
}

/// `500ms`, `8s`, `2m`: whole numbers only, since a dot separates steps.
fn duration(text: &str) -> Option<u64> {
    let units = [("ms", 1), ("s", 1_000), ("m", 60_000)];
    let (digits, unit) = units.iter().find_map(|(name, ms)| Some((text.strip_suffix(name)?, ms)))?;
    number(digits)?.checked_mul(*unit).filter(|ms| *ms <= LONGEST_MS)
}

fn number(digits: &str) -> Option<u64> {
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(id: &str) -> Vec<(String, Option<u64>, Option<u32>)> {
        let plan = parse(id).unwrap_or_else(|| panic!("{id} must be understood"));
        plan.steps.iter().map(|step| (step.scenario.name.clone(), step.ms, step.looks)).collect()
    }

    fn part(name: &str, ms: Option<u64>, looks: Option<u32>) -> (String, Option<u64>, Option<u32>) {
        (name.to_owned(), ms, looks)
    }

    #[test]
    fn durations_are_whole_numbers_with_a_unit() {
        assert_eq!(read("success-8s"), [part("success", Some(8_000), None)]);
        assert_eq!(read("success-500ms"), [part("success", Some(500), None)]);
        assert_eq!(read("success-2m"), [part("success", Some(120_000), None)]);
        for odd in ["success-8", "success-s", "success-1.5s", "success--8s.x", "success-+8s", "success-25h"] {
            let kept = parse(odd).is_some_and(|plan| plan.steps.iter().any(|step| step.ms.is_some()));
            assert!(!kept, "{odd}");
        }
        assert!(parse("success-99999999999999999999s").is_none());
        assert!(parse("success-86401s").is_none());
    }

    #[test]
    fn a_suffix_only_makes_ids_different() {
        assert_eq!(read("success-8s--a"), read("success-8s--b.c*9--d"));
        assert_eq!(read("success--"), [part("success", None, None)]);
    }

    #[test]
    fn a_name_that_ends_like_another_is_read_whole() {
        assert_eq!(read("http-429-retry"), [part("http-429-retry", None, None)]);
        assert_eq!(read("http-429-retry-7s"), [part("http-429-retry", Some(7_000), None)]);
        assert_eq!(read("drip-endless-50ms"), [part("drip-endless", Some(50), None)]);
    }

    #[test]
    fn a_fault_that_ends_is_followed_by_a_life() {
        let life = part("success", Some(LIFE_AFTER_FAULT_MS), None);
        assert_eq!(read("reset-5s"), [part("reset", Some(5_000), None), life.clone()]);
        assert_eq!(read("http-502*3"), [part("http-502", None, Some(3)), life]);
        assert_eq!(read("pending-5s"), [part("pending", Some(5_000), None), part("success", Some(0), None)]);
        assert_eq!(read("reset"), [part("reset", None, None)]);
    }

    #[test]
    fn scripts_list_their_steps() {
        let expected =
            [part("reset", None, Some(2)), part("http-502", None, None), part("pending", None, Some(3)), part("success", None, None)];
        assert_eq!(read("script.reset*2.http-502.pending*3.success--x"), expected);
    }

    #[test]
    fn nonsense_is_no_plan() {
        let long = format!("success--{}", "x".repeat(300));
        for id in ["", "--x", "script.", "script.success.", "nope", "reset*0", "reset*x", "reset-5s*2", "auto-5s", &long] {
            assert!(parse(id).is_none(), "{id}");
        }
        assert!(parse(&format!("script.{}", ["reset"; 40].join("."))).is_some());
    }

    #[test]
    fn every_scenario_works_alone_and_as_a_step() {
        for scenario in catalogue::all() {
            assert!(parse(&scenario.example).is_some(), "{}", scenario.example);
            assert!(parse(&format!("script.{}.success--x", scenario.example)).is_some(), "{}", scenario.name);
        }
        for script in catalogue::SCRIPTS {
            assert!(parse(script.id).is_some(), "{}", script.id);
        }
    }
}
