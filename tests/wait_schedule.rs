//! When the next look is: by what is known of durations beforehand, and by what a client has seen.

#![cfg(not(target_arch = "wasm32"))]

mod support;

use nanobanana_task::reply::{Model, Reading, Resolution, Status, TaskDetails};
use nanobanana_task::wait::{Client, MIN_GAP_MS, Pace, Page, Terms};
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use support::driver::{Alone, at, drive, look_and_hear};
use support::{NOW_MS, generating, seen, success, task, terms};

const PACES: [Pace; 3] = [Pace::Gentle, Pace::Normal, Pace::Eager];
const RANDOMS: [f64; 5] = [0.0, 0.25, 0.5, 0.75, 0.999_999];

/// A task of this model, created at this instant and, where it is done, completed at the other.
fn of_model(model: Model, status: Status, created_at_ms: f64, completed_at_ms: Option<f64>) -> Reading {
    let details = task(seen(status, Some(created_at_ms)));
    Reading::Task(Rc::new(TaskDetails { model, completed_at_ms, ..TaskDetails::clone(&details) }))
}

/// A task that no client has seen: what it owes the server for others would put off its looks.
fn new_task() -> String {
    static TASKS: AtomicU32 = AtomicU32::new(0);
    format!("task-{}", TASKS.fetch_add(1, Ordering::Relaxed))
}

/// The pause that a client chooses after one good look at a task of this model and age.
fn pause_of(client: &mut Client<()>, model: Model, age_ms: f64, pace: Pace, random: f64, page: Page) -> f64 {
    let mut seat = client.enter(&new_task(), None, Terms { pace, ..terms() }, at(NOW_MS));
    look_and_hear(client, &mut seat, of_model(model, Status::Generating, NOW_MS - age_ms, None), at(NOW_MS), page, random);
    client.leave(&seat);
    client.next_look_in_ms(&seat, at(NOW_MS)).expect("a next look")
}

fn pause_at(age_ms: f64, pace: Pace, random: f64) -> f64 {
    pause_of(&mut Client::new(f64::INFINITY), Model::Standard, age_ms, pace, random, Page::Shown(0))
}

/// A client that has seen tasks of this model take so long, each another one.
fn taught(model: Model, durations_ms: impl IntoIterator<Item = f64>) -> Client<()> {
    let mut client = Client::new(f64::INFINITY);
    for (n, ms) in durations_ms.into_iter().enumerate() {
        look_at_ended(&mut client, model, &format!("taught-{n}"), ms);
    }
    client
}

/// One look at a task that has taken so long.
fn look_at_ended(client: &mut Client<()>, model: Model, task_id: &str, took_ms: f64) {
    let ended = task(of_model(model, Status::Success, NOW_MS - took_ms, Some(NOW_MS)));
    let mut seat = client.enter(task_id, None, Terms { once: true, ..terms() }, at(NOW_MS));
    let details = TaskDetails { task_id: task_id.into(), ..TaskDetails::clone(&ended) };
    look_and_hear(client, &mut seat, Reading::Task(details.into()), at(NOW_MS), Page::Shown(0), 0.5);
    client.leave(&seat);
}

#[test]
fn looks_are_where_standard_images_get_done() {
    // Nine in ten take 8 to 40 s: hardly a look before, the closest ones in the middle, wider ones after.
    for pace in PACES {
        let [start, middle, late] = [0.0, 22_000.0, 120_000.0].map(|age| pause_at(age, pace, 0.5));
        assert!((5_000.0..15_000.0).contains(&start), "{pace:?}: {start}");
        assert!((1_000.0..6_000.0).contains(&middle) && middle < start / 2.0, "{pace:?}: {middle}");
        assert!(late > middle, "{pace:?}: {late}");
    }
}

#[test]
fn pro_models_are_given_more_time() {
    for pace in PACES {
        let mut client = Client::new(f64::INFINITY);
        let [standard, unknown, pro] =
            [Model::Standard, Model::Unknown, Model::Pro].map(|model| pause_of(&mut client, model, 15_000.0, pace, 0.5, Page::Shown(0)));
        assert!(standard < unknown && unknown < pro && pro > 2.0 * standard, "{pace:?}: {standard} {unknown} {pro}");
        assert!(pro <= 60_000.0 * 1.15, "a minute at most: {pro}");
    }
}

#[test]
fn each_pace_is_quicker_than_the_one_before() {
    for age in [0.0, 20_000.0, 60_000.0, 1_000_000.0] {
        for random in RANDOMS {
            let [gentle, normal, eager] = PACES.map(|pace| pause_at(age, pace, random));
            assert!(gentle > normal && normal > eager, "age {age}: {gentle} {normal} {eager}");
        }
    }
    let looks = PACES
        .map(|pace| drive(Alone::new("t1", None, Terms { pace, ..terms() }, NOW_MS), NOW_MS, 0.5, |_, _| (generating(), 50.0)).looks.len());
    assert!(looks[0] < looks[1] && looks[1] < looks[2], "{looks:?}");
    assert!(looks[2] < 130, "ten minutes cost {looks:?} looks");
}

#[test]
fn very_old_tasks_are_looked_at_as_the_vendor_advises() {
    for age in [900_000.0, 4_000_000.0, 86_400_000.0] {
        for pace in PACES {
            for random in RANDOMS {
                let pause = pause_at(age, pace, random);
                assert!((0.85 * 15_000.0..=1.15 * 30_000.0).contains(&pause), "age {age}, {pace:?}: {pause}");
            }
        }
    }
}

#[test]
fn pauses_vary_with_chance_and_no_chance_leads_astray() {
    for age in [0.0, 60_000.0, 300_000.0] {
        let [low, middle, high] = [0.0, 0.5, 0.999].map(|random| pause_at(age, Pace::Normal, random));
        assert!(low < middle && middle < high, "{low} {middle} {high}");
        // Many clients started together are spread over a tenth of the pause at least.
        assert!(high - low > middle / 10.0);
        assert_eq!(pause_at(age, Pace::Normal, -5.0), low);
        assert!(pause_at(age, Pace::Normal, 7.0) <= middle * 1.2);
    }
}

#[test]
fn a_plausible_create_time_is_the_tasks_age() {
    let old = |age_ms: f64| pause_at(age_ms, Pace::Normal, 0.5);
    let (young, grown, aged) = (old(0.0), old(20_000.0), 20_000.0);
    assert!(grown < young / 2.0);
    assert_eq!(old(30.0 * 86_400_000.0), aged, "thirty days are still believed");
    for (age_ms, why) in
        [(-1.0, "ahead of the clock"), (-28_800_000.0, "a zone ahead"), (2_592_000_001.0, "past thirty days"), (1e12, "long ago")]
    {
        assert_eq!(old(age_ms), young, "a create time {why} counts");
    }
}

/// The first pause of a wait whose clock is this far ahead of the servers', at a task of this age.
fn pause_by_date(ahead_ms: f64, age_ms: f64, replied_at_ms: Option<f64>) -> f64 {
    let here_ms = NOW_MS + ahead_ms;
    let details = task(of_model(Model::Standard, Status::Generating, NOW_MS - age_ms, None));
    let reading = Reading::Task(Rc::new(TaskDetails { replied_at_ms, ..TaskDetails::clone(&details) }));
    let mut wait = Alone::new("t1", None, terms(), here_ms);
    wait.next(here_ms);
    wait.came_back(reading, here_ms, 0.5);
    wait.next_look_in_ms(here_ms).expect("a next look")
}

#[test]
fn the_servers_clock_tells_the_age_where_the_reply_has_its_date() {
    for age in [0.0, 20_000.0, 60_000.0, 1_000_000.0] {
        for ahead in [0.0, 30_000.0, -30_000.0, 960_000.0, -960_000.0, 1e12, -1e12] {
            let pause = pause_by_date(ahead, age, Some(NOW_MS));
            assert!((pause - pause_at(age, Pace::Normal, 0.5)).abs() < 0.01, "age {age}, clock {ahead}: {pause}");
        }
    }
    // Whole seconds of a new task's reply may lie before it.
    assert_eq!(pause_by_date(960_000.0, 0.0, Some(NOW_MS - 999.0)), pause_at(0.0, Pace::Normal, 0.5));
}

/// The first pause of a wait at a task of 20 s whose state was kept for so long on its way, and may be asked for again after so long.
fn pause_by_age(age_ms: f64, retry_after_ms: Option<f64>) -> f64 {
    let details = task(of_model(Model::Standard, Status::Generating, NOW_MS - 20_000.0, None));
    let reading = Reading::Task(Rc::new(TaskDetails { age_ms, retry_after_ms, ..TaskDetails::clone(&details) }));
    let mut wait = Alone::new("t1", None, terms(), NOW_MS);
    wait.next(NOW_MS);
    wait.came_back(reading, NOW_MS, 0.5);
    wait.next_look_in_ms(NOW_MS).expect("a next look")
}

#[test]
fn a_state_that_was_kept_on_its_way_is_no_newer_than_it_was() {
    assert_eq!(pause_by_age(0.0, None), pause_at(20_000.0, Pace::Normal, 0.5));
    // It was due so long after the state, of which a part is over.
    assert_eq!(pause_by_age(1_000.0, None), (pause_at(19_000.0, Pace::Normal, 0.5) - 1_000.0).max(MIN_GAP_MS));
    for age_ms in [15_000.0, 60_000.0, 1e18] {
        assert_eq!(pause_by_age(age_ms, None), MIN_GAP_MS, "{age_ms}");
        assert_eq!(pause_by_age(age_ms, Some(7_000.0)), 7_000.0, "{age_ms}");
    }
    assert_eq!(pause_by_age(0.0, Some(1.0)), pause_at(20_000.0, Pace::Normal, 0.5));
    assert_eq!(pause_by_age(0.0, Some(3_600_000.0)), 599_000.0, "and once before the deadline");
}

#[test]
fn a_date_that_cannot_be_is_none() {
    for date in [0.0, NOW_MS - 1_000_000.0, NOW_MS + 2_600_000_000.0, 8.64e15, f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
        assert_eq!(pause_by_date(0.0, 20_000.0, Some(date)), pause_by_date(0.0, 20_000.0, None), "{date}");
    }
}

#[test]
fn an_age_once_known_lasts() {
    let run = drive(Alone::new("t1", None, terms(), NOW_MS), NOW_MS, 0.5, |n, sent_ms| match n {
        0 => (seen(Status::Generating, Some(NOW_MS - 1_000_000.0)), 10.0),
        1..4 => (seen(Status::Generating, (n == 2).then_some(sent_ms)), 10.0),
        _ => (success(), 10.0),
    });
    assert!(run.pauses().iter().all(|pause| *pause == 20_000.0), "{:?}", run.pauses());
}

#[test]
fn without_a_create_time_the_waits_own_age_counts() {
    let run = drive(Alone::new("t1", None, terms(), NOW_MS), NOW_MS, 0.5, |_, _| (generating(), 50.0));
    let mut client = Client::new(f64::INFINITY);
    for (pause, look) in run.pauses().iter().zip(&run.looks).take(20) {
        let expected = pause_of(&mut client, Model::Unknown, look.back_ms - NOW_MS, Pace::Normal, 0.5, Page::Shown(0));
        assert!((pause - expected).abs() < 0.01, "{pause} {expected}");
    }
}

#[test]
fn a_client_learns_how_long_tasks_take() {
    for (took_ms, window) in [(3_000.0, 1_500.0..3_500.0), (90_000.0, 15_000.0..75_000.0)] {
        let mut client = taught(Model::Standard, (0..30).map(|n| took_ms * (0.9 + 0.2 * f64::from(n) / 30.0)));
        let pause = pause_of(&mut client, Model::Standard, 0.0, Pace::Normal, 0.5, Page::Shown(0));
        assert!(window.contains(&pause), "tasks take {took_ms}, the first pause {pause}");
        // Of other models it has learned nothing.
        let other = pause_of(&mut client, Model::Pro, 0.0, Pace::Normal, 0.5, Page::Shown(0));
        assert_eq!(other, pause_of(&mut Client::new(f64::INFINITY), Model::Pro, 0.0, Pace::Normal, 0.5, Page::Shown(0)));
    }
}

#[test]
fn what_was_learned_last_counts_and_memory_is_bounded() {
    let fast = || (0..48).map(|_| 5_000.0);
    let mut forgetful = taught(Model::Standard, (0..10_000).map(|_| 60_000.0).chain(fast()));
    let mut fresh = taught(Model::Standard, fast());
    let [one, other] = [&mut forgetful, &mut fresh].map(|client| pause_of(client, Model::Standard, 0.0, Pace::Normal, 0.5, Page::Shown(0)));
    assert_eq!(one, other);
}

#[test]
fn a_task_is_learned_from_once_however_often_it_is_looked_at() {
    let stuck_ms = 3_000_000.0;
    let known = || taught(Model::Standard, (0..30).map(|n| 10_000.0 + 500.0 * f64::from(n)).chain([stuck_ms]));
    let (mut once, mut often) = (known(), known());
    for _ in 0..100 {
        look_at_ended(&mut often, Model::Standard, "taught-30", stuck_ms);
    }
    for age in [0.0, 15_000.0, 30_000.0] {
        let [one, other] = [&mut once, &mut often].map(|client| pause_of(client, Model::Standard, age, Pace::Normal, 0.5, Page::Shown(0)));
        assert_eq!(one, other, "at {age}");
    }
}

#[test]
fn nonsense_teaches_nothing() {
    let nonsense = [0.0, -5_000.0, 28_800_000.0, -28_800_000.0, 1e15, f64::NAN, f64::INFINITY, 1.0];
    let mut client = taught(Model::Standard, nonsense.into_iter().cycle().take(100));
    for age in [0.0, 20_000.0] {
        assert_eq!(pause_of(&mut client, Model::Standard, age, Pace::Normal, 0.5, Page::Shown(0)), pause_at(age, Pace::Normal, 0.5));
    }
    // A task that still runs teaches nothing either, whatever times it has.
    let mut seat = client.enter("running", None, terms(), at(NOW_MS));
    look_and_hear(
        &mut client,
        &mut seat,
        of_model(Model::Standard, Status::Generating, NOW_MS - 2_000.0, Some(NOW_MS)),
        at(NOW_MS),
        Page::Shown(0),
        0.5,
    );
    client.leave(&seat);
    assert_eq!(pause_of(&mut client, Model::Standard, 0.0, Pace::Normal, 0.5, Page::Shown(0)), pause_at(0.0, Pace::Normal, 0.5));
}

#[test]
fn a_hidden_page_looks_more_seldom() {
    for age in [0.0, 20_000.0, 1_000_000.0] {
        let [shown, hidden] = [Page::Shown(0), Page::Hidden]
            .map(|page| pause_of(&mut Client::new(f64::INFINITY), Model::Standard, age, Pace::Normal, 0.5, page));
        assert!(hidden > 2.5 * shown, "{shown} {hidden}");
    }
}

#[test]
fn progress_is_the_share_of_tasks_that_are_done_by_then() {
    let progress = |client: &mut Client<()>, age_ms: f64| {
        let mut seat = client.enter(&new_task(), None, terms(), at(NOW_MS));
        look_and_hear(
            client,
            &mut seat,
            of_model(Model::Standard, Status::Generating, NOW_MS - age_ms, None),
            at(NOW_MS),
            Page::Shown(0),
            0.5,
        );
        client.leave(&seat);
        seat.wait().estimated_progress()
    };
    let mut fresh = Client::new(f64::INFINITY);
    let shares = [0.0, 8_000.0, 18_000.0, 40_000.0, 600_000.0, 1e9].map(|age| progress(&mut fresh, age));
    assert!(shares.windows(2).all(|pair| pair[0] <= pair[1]), "{shares:?}");
    assert!(shares[0] == 0.0 && (0.45..0.55).contains(&shares[2]) && shares[3] > 0.9 && shares[5] < 1.0, "{shares:?}");
    let mut slow = taught(Model::Standard, (0..40).map(|_| 60_000.0));
    assert!(progress(&mut slow, 30_000.0) < 0.15 && progress(&mut slow, 90_000.0) > 0.85);
}

/// The first pause for a new task of this kind at the pace `normal`.
fn first_pause(client: &mut Client<()>, model: Model, resolution: Resolution) -> f64 {
    next_pause(client, model, resolution, 0.0)
}

/// The pause after a poll that found a task of this kind running at this age.
fn next_pause(client: &mut Client<()>, model: Model, resolution: Resolution, age_ms: f64) -> f64 {
    let details = task(of_model(model, Status::Generating, NOW_MS - age_ms, None));
    let reading = Reading::Task(Rc::new(TaskDetails { resolution, ..TaskDetails::clone(&details) }));
    let mut seat = client.enter(&new_task(), None, terms(), at(NOW_MS));
    look_and_hear(client, &mut seat, reading, at(NOW_MS), Page::Shown(0), 0.5);
    client.leave(&seat);
    client.next_look_in_ms(&seat, at(NOW_MS)).expect("a next poll")
}

/// Lets a client see one more task of this kind end.
fn teach(client: &mut Client<()>, model: Model, resolution: Resolution, run_time_ms: f64) {
    let details = task(of_model(model, Status::Success, NOW_MS - run_time_ms, Some(NOW_MS)));
    let task_id = new_task();
    let mut seat = client.enter(&task_id, None, Terms { once: true, ..terms() }, at(NOW_MS));
    let details = TaskDetails { task_id, resolution, ..TaskDetails::clone(&details) };
    look_and_hear(client, &mut seat, Reading::Task(details.into()), at(NOW_MS), Page::Shown(0), 0.5);
    client.leave(&seat);
}

/// Run times that spread evenly by this share to either side.
fn spread(middle_ms: f64, share: f64, count: u32) -> impl Iterator<Item = f64> {
    (0..count).map(move |n| middle_ms * (1.0 - share + 2.0 * share * (f64::from(n * 7 % count) + 0.5) / f64::from(count)))
}

const MODELS: [Model; 4] = [Model::Standard, Model::Pro, Model::Two, Model::Unknown];
const RESOLUTIONS: [Resolution; 4] = [Resolution::OneK, Resolution::TwoK, Resolution::FourK, Resolution::Unknown];

#[test]
fn before_learning_no_guess_is_relied_on() {
    // Whatever a task is taken for: it may be over in seconds, and may take minutes.
    for model in MODELS {
        for resolution in RESOLUTIONS {
            let mut client = Client::new(f64::INFINITY);
            let first = first_pause(&mut client, model, resolution);
            assert!((4_000.0..16_000.0).contains(&first), "{model:?} at {resolution:?}: {first}");
            let late = next_pause(&mut client, model, resolution, 100_000.0);
            assert!(late < 20_000.0, "{model:?} at {resolution:?}: {late} after 100 s");
        }
    }
}

#[test]
fn run_times_that_differ_little_are_polled_where_they_lie() {
    let mut client = taught(Model::Standard, spread(22_000.0, 0.12, 30));
    let first = next_pause(&mut client, Model::Standard, Resolution::Unknown, 0.0);
    assert!((17_000.0..22_000.0).contains(&first), "the first poll at {first}");
    let then = next_pause(&mut client, Model::Standard, Resolution::Unknown, 20_000.0);
    assert!(then < 2_000.0, "{then} after 20 s");
}

#[test]
fn between_two_peaks_hardly_any_poll_is_sent() {
    let two_peaks = spread(9_000.0, 0.15, 24).zip(spread(30_000.0, 0.15, 24)).flat_map(|(fast, slow)| [fast, slow]);
    let mut client = taught(Model::Standard, two_peaks);
    let pauses = [0.0, 9_000.0, 13_000.0].map(|age_ms| next_pause(&mut client, Model::Standard, Resolution::Unknown, age_ms));
    assert!(pauses[0] < 10_000.0 && pauses[1] < 2_500.0 && pauses[2] > 9_000.0, "{pauses:?}");
}

/// The ages at which a client polls a task of this model that runs on, until this one.
fn polls_until(client: &mut Client<()>, model: Model, age_ms: f64) -> Vec<f64> {
    let next = |age_ms: &f64| Some(age_ms + next_pause(client, model, Resolution::Unknown, *age_ms));
    std::iter::successors(Some(0.0), next).skip(1).take_while(|poll_ms| *poll_ms < age_ms).collect()
}

#[test]
fn a_service_that_becomes_slower_or_faster_is_followed_within_ten_tasks() {
    let drifted = |before_ms, after_ms| taught(Model::Standard, spread(before_ms, 0.3, 48).chain(spread(after_ms, 0.3, 10)));
    // Slower: hardly a poll before the first ends now, and close ones where they end.
    let polls = polls_until(&mut drifted(18_000.0, 54_000.0), Model::Standard, 70_000.0);
    let (early, among): (Vec<f64>, Vec<f64>) = polls.into_iter().partition(|poll_ms| *poll_ms < 36_000.0);
    assert!(early.len() <= 3 && among.len() >= 7, "{early:?} {among:?}");
    // Faster: the first does not come as late as it came before.
    let polls = polls_until(&mut drifted(54_000.0, 18_000.0), Model::Standard, 25_000.0);
    assert!(polls.len() >= 4 && polls.first().is_some_and(|first| *first < 17_000.0), "{polls:?}");
}

#[test]
fn each_resolution_is_learned_by_itself_and_stands_in_for_the_others() {
    let mut client = Client::new(f64::INFINITY);
    let untaught = first_pause(&mut client, Model::Two, Resolution::FourK);
    for run_time_ms in spread(6_000.0, 0.2, 20) {
        teach(&mut client, Model::Two, Resolution::OneK, run_time_ms);
    }
    // Where nothing else is known: as those at 1K.
    let borrowed = first_pause(&mut client, Model::Two, Resolution::FourK);
    assert!(borrowed < untaught, "{borrowed} {untaught}");
    for run_time_ms in spread(40_000.0, 0.2, 20) {
        teach(&mut client, Model::Two, Resolution::FourK, run_time_ms);
    }
    let [one, four] = [Resolution::OneK, Resolution::FourK].map(|resolution| first_pause(&mut client, Model::Two, resolution));
    assert!((3_000.0..6_500.0).contains(&one) && (28_000.0..40_000.0).contains(&four), "{one} {four}");
    let other = first_pause(&mut client, Model::Pro, Resolution::FourK);
    assert_eq!(other, first_pause(&mut Client::new(f64::INFINITY), Model::Pro, Resolution::FourK), "another model has learned");
}

#[test]
fn what_is_learned_late_counts_although_plans_are_kept() {
    // A plan is asked for after each task, as when waits go on all the time.
    let mut client = Client::new(f64::INFINITY);
    for run_time_ms in spread(18_000.0, 0.3, 48).chain(spread(60_000.0, 0.3, 16)) {
        teach(&mut client, Model::Standard, Resolution::Unknown, run_time_ms);
        first_pause(&mut client, Model::Standard, Resolution::Unknown);
    }
    let early = polls_until(&mut client, Model::Standard, 40_000.0);
    assert!(early.len() <= 3, "{early:?}");
}
