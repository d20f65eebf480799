//! Whatever comes, and whatever the clock does: the machine keeps its promises, and a plain model of the rules agrees with it.

#![cfg(not(target_arch = "wasm32"))]

mod support;

use nanobanana_task::reply::{Class, Kind, Problem, Reading, Status};
use nanobanana_task::wait::{Failure, Handle, MIN_GAP_MS, Next, Outcome, Pace, Terms};
use proptest::prelude::*;
use support::driver::Alone;
use support::{NOW_MS, seen};

/// What one look meets.
#[derive(Debug, Clone)]
struct Turn {
    reading: Reading,
    latency_ms: f64,
    /// The clock jumps by this much while the driver sleeps after the look.
    clock_step_ms: f64,
    random: f64,
}

fn readings() -> impl Strategy<Value = Reading> {
    use Status::{CreateTaskFailed, GenerateFailed, Generating, Success, Unknown};
    let created =
        prop_oneof![Just(None), (-1e8..1e8).prop_map(|age: f64| Some(NOW_MS - age)), (0.0..1e6).prop_map(|age: f64| Some(NOW_MS - age))];
    let running =
        (prop::sample::select(vec![Generating, Generating, Unknown]), created).prop_map(|(status, created)| seen(status, created));
    let ended = prop::sample::select(vec![Success, CreateTaskFailed, GenerateFailed]).prop_map(|status| seen(status, None));
    let class = prop_oneof![
        6 => Just(Class::Passing),
        6 => Just(Class::Unclear),
        6 => Just(Class::NotThereYet),
        1 => Just(Class::Final),
    ];
    let kind = prop::sample::select(vec![Kind::RateLimited, Kind::Server, Kind::Network, Kind::InvalidReply, Kind::NotFound]);
    let asked = prop_oneof![3 => Just(None), 1 => (0.0..3_600_000.0).prop_map(Some), 1 => (0.0..5_000.0).prop_map(Some)];
    let failed = (class, kind, asked).prop_map(|(class, kind, retry_after_ms)| {
        Reading::Problem(Problem { retry_after_ms, ..Problem::without_reply(kind, class, "it went wrong") }.into())
    });
    prop_oneof![12 => running, 1 => ended, 12 => failed]
}

fn turns() -> impl Strategy<Value = Turn> {
    let latency_ms = prop_oneof![Just(0.0), 0.0..2_000.0, 0.0..40_000.0];
    let clock_step_ms = prop_oneof![6 => Just(0.0), 1 => -90_000.0..90_000.0, 1 => 0.0..5_000_000.0];
    let random = prop_oneof![8 => 0.0..1.0, 1 => Just(0.0), 1 => Just(1.0), 1 => Just(-3.0), 1 => Just(9.0)];
    (readings(), latency_ms, clock_step_ms, random).prop_map(|(reading, latency_ms, clock_step_ms, random)| Turn {
        reading,
        latency_ms,
        clock_step_ms,
        random,
    })
}

fn all_terms() -> impl Strategy<Value = Terms> {
    (
        prop_oneof![8 => Just(false), 1 => Just(true)],
        prop_oneof![Just(600_000.0), Just(f64::INFINITY), 1.0..5_000.0, 1.0..10_000_000.0],
        prop_oneof![Just(20_000.0), Just(0.0), Just(f64::INFINITY), 0.0..100_000.0],
        prop_oneof![Just(15_000.0), Just(f64::INFINITY), 1.0..60_000.0],
        prop::sample::select(vec![Pace::Gentle, Pace::Normal, Pace::Eager]),
    )
        .prop_map(|(once, timeout_ms, not_found_grace_ms, request_timeout_ms, pace)| Terms {
            once,
            timeout_ms,
            not_found_grace_ms,
            request_timeout_ms,
            pace,
        })
}

fn handles() -> impl Strategy<Value = Option<Handle>> {
    let handle = (-1e7..1e6, prop_oneof![Just(None), (-1e6..1e7).prop_map(Some)]).prop_map(|(start, deadline): (f64, Option<f64>)| {
        let started_at_ms = NOW_MS + start.floor();
        let deadline_at_ms = deadline.map(|deadline| (NOW_MS + deadline).floor().max(started_at_ms));
        Some(Handle { task_id: "t1".into(), started_at_ms, deadline_at_ms })
    });
    prop_oneof![2 => Just(None), 1 => handle]
}

/// The rules of when a wait ends, in plain words.
struct Model {
    terms: Terms,
    unclear_in_a_row: u32,
    unknown_since_ms: Option<f64>,
}

impl Model {
    /// How the wait must stand after this reading; `None` where it goes on, or ends by its deadline alone.
    fn end(&mut self, reading: &Reading, now_ms: f64) -> Option<Outcome> {
        let (status, class) = match reading {
            Reading::Task(task) => (Some(task.status), None),
            Reading::Problem(problem) => (None, Some(problem.class)),
        };
        self.unclear_in_a_row = if class == Some(Class::Unclear) { self.unclear_in_a_row + 1 } else { 0 };
        if status.is_some() {
            self.unknown_since_ms = None;
        }
        match (status, class) {
            (Some(_), _) if self.terms.once => Some(Outcome::Looked),
            (None, _) if self.terms.once => Some(Outcome::GaveUp),
            (Some(Status::Success), _) => Some(Outcome::Succeeded),
            (Some(Status::CreateTaskFailed | Status::GenerateFailed), _) => Some(Outcome::Failed),
            (_, Some(Class::Final)) => Some(Outcome::GaveUp),
            (_, Some(Class::Unclear)) if self.unclear_in_a_row == 3 => Some(Outcome::GaveUp),
            (_, Some(Class::NotThereYet)) => {
                let since = *self.unknown_since_ms.get_or_insert(now_ms);
                (now_ms >= since + self.terms.not_found_grace_ms).then_some(Outcome::GaveUp)
            }
            _ => None,
        }
    }
}

fn asked_ms(reading: &Reading) -> f64 {
    match reading {
        Reading::Problem(problem) => problem.retry_after_ms.unwrap_or(0.0),
        Reading::Task(_) => 0.0,
    }
}

/// A wait that ended says why, and says it the same way each time.
fn sound_end(wait: &mut Alone, now_ms: f64) -> Result<(), TestCaseError> {
    let outcome = wait.outcome().expect("an outcome");
    let failure = Failure::of_end(wait, now_ms);
    let well = matches!(outcome, Outcome::Looked | Outcome::Succeeded | Outcome::Aborted);
    prop_assert_eq!(failure.is_none(), well, "{:?}", outcome);
    if let Some(failure) = failure {
        prop_assert_eq!(failure.handle.is_none(), outcome == Outcome::Failed);
        prop_assert_eq!(failure.problem.kind == Kind::TimedOut, outcome == Outcome::TimedOut);
        prop_assert_eq!(failure.attempts, wait.looks());
        prop_assert!(failure.elapsed_ms >= 0.0 && !failure.problem.message.is_empty());
    }
    let looks = wait.looks();
    for later in [0.0, 1e3, 1e9] {
        prop_assert_eq!(wait.next(now_ms + later), Next::Done);
    }
    wait.came_back(seen(Status::Success, None), now_ms, 0.5);
    wait.abort();
    prop_assert_eq!((wait.outcome(), wait.looks(), wait.next_look_in_ms(now_ms)), (Some(outcome), looks, None));
    Ok(())
}

/// The driver: obeys, and checks each step.
fn play(terms: Terms, handle: Option<Handle>, turns: &[Turn], abort_after: usize) -> Result<(), TestCaseError> {
    let mut wait = Alone::new("t1", handle.as_ref(), terms.clone(), NOW_MS);
    let deadline_ms = wait.handle().deadline_at_ms.unwrap_or(f64::INFINITY);
    let mut model = Model { terms, unclear_in_a_row: 0, unknown_since_ms: Some(NOW_MS) };
    let (mut now_ms, mut not_before_ms, mut progress) = (NOW_MS, f64::NEG_INFINITY, 0.0);
    let mut step_ms = 0.0;
    let mut looks = 0;
    // Per look: send, show, two sleeps (a clock that jumps back makes a second); and the last sleep and the end.
    for steps in 0.. {
        prop_assert!(steps <= 4 * looks + 4, "{} steps for {} looks", steps, looks);
        if steps == abort_after {
            wait.abort();
            prop_assert_eq!(wait.next(now_ms), Next::Done);
        }
        match wait.next(now_ms) {
            Next::Done => break,
            Next::Yield => prop_assert!(false, "shown twice, or with nothing new"),
            Next::SleepUntil(at) => {
                prop_assert!(at.is_finite() && at > now_ms && at <= deadline_ms, "sleep from {} to {}", now_ms, at);
                now_ms = at + step_ms;
                step_ms = 0.0;
            }
            Next::Send { within_ms } => {
                prop_assert!(now_ms < deadline_ms && now_ms >= not_before_ms, "sent at {}, not before {}", now_ms, not_before_ms);
                prop_assert!(
                    within_ms > 0.0 && now_ms + within_ms <= deadline_ms.max(now_ms + 0.001) && within_ms <= model.terms.request_timeout_ms
                );
                // Asked while the look is on its way, it sends no second one.
                prop_assert!(matches!(wait.next(now_ms), Next::SleepUntil(at) if at == deadline_ms));
                let Some(turn) = turns.get(looks) else { return Ok(()) };
                looks += 1;
                prop_assert_eq!(wait.looks() as usize, looks);
                let in_time = turn.latency_ms < within_ms;
                let reading = if in_time { turn.reading.clone() } else { Reading::Problem(Problem::slow(within_ms).into()) };
                now_ms += turn.latency_ms.min(within_ms);
                step_ms = turn.clock_step_ms;
                let asked = asked_ms(&reading);
                let end = model.end(&reading, now_ms);
                wait.came_back(reading, now_ms, turn.random);
                not_before_ms = now_ms + asked.max(MIN_GAP_MS);
                match wait.outcome() {
                    Some(Outcome::TimedOut) => prop_assert!(end.is_none() && (asked > 0.0 || deadline_ms - now_ms < 2.0 * MIN_GAP_MS)),
                    outcome => prop_assert_eq!(outcome, end),
                }
                let share = wait.estimated_progress();
                prop_assert!(share >= progress && share <= 1.0);
                prop_assert_eq!(share == 1.0, matches!(end, Some(Outcome::Succeeded | Outcome::Failed)));
                progress = share;
                prop_assert_eq!(wait.next(now_ms), Next::Yield);
                if let Some(in_ms) = wait.next_look_in_ms(now_ms) {
                    prop_assert!(in_ms >= MIN_GAP_MS - 0.001 && in_ms >= asked - 0.001, "next look in {} ms, asked {}", in_ms, asked);
                }
            }
        }
    }
    if wait.outcome() == Some(Outcome::TimedOut) && wait.problem().is_none_or(|problem| problem.retry_after_ms.is_none()) {
        prop_assert!(now_ms >= deadline_ms, "timed out {} ms early", deadline_ms - now_ms);
    }
    sound_end(&mut wait, now_ms)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_wait_keeps_its_promises(
        terms in all_terms(),
        handle in handles(),
        turns in prop::collection::vec(turns(), 1..60),
        abort_after in prop_oneof![3 => Just(usize::MAX), 1 => 0_usize..60],
    ) {
        play(terms, handle, &turns, abort_after)?;
    }

    #[test]
    fn an_unending_task_ends_at_the_deadline(
        timeout_ms in 1_u32..2_000_000,
        latency_ms in 0.0..20_000.0,
        random in 0.0..1.0,
        created_before_ms in prop_oneof![Just(None), (0.0..1e6).prop_map(Some)],
        failing in any::<bool>(),
    ) {
        let timeout_ms = f64::from(timeout_ms);
        let created = created_before_ms.map(|age: f64| NOW_MS - age);
        let wait = Alone::new("t1", None, Terms { timeout_ms, ..support::terms() }, NOW_MS);
        let run = support::driver::drive(wait, NOW_MS, random, |_, _| {
            (if failing { support::failing(Class::Passing) } else { seen(Status::Generating, created) }, latency_ms)
        });
        prop_assert_eq!((run.outcome(), run.ended_ms), (Outcome::TimedOut, NOW_MS + timeout_ms));
        prop_assert_eq!(run.shown.len(), run.looks.len());
        prop_assert!(run.pauses().iter().all(|pause| *pause >= MIN_GAP_MS));
        // Slower and slower: a look each 12 s in the long run, and the few of the first two minutes.
        prop_assert!(run.looks.len() as f64 <= 40.0 + timeout_ms / 12_000.0, "{} looks in {} ms", run.looks.len(), timeout_ms);
    }
}
