//! What the waits of one client do together: turns, looks, pauses that the server is owed, wakings.

#![cfg(not(target_arch = "wasm32"))]

mod support;

use nanobanana_task::reply::{Class, Kind, Problem, Reading, Status};
use nanobanana_task::wait::{Client, Failure, MIN_GAP_MS, Next, Now, Outcome, Page, Seat, Terms};
use std::cell::Cell;
use std::rc::Rc;
use support::driver::{at, bring, look_and_hear};
use support::{NOW_MS, failing, generating, seen, success, terms, told_to_wait};

/// At five a second, with what is kept between two requests more than that.
const GAP_MS: f64 = 204.0;
/// Who stands behind others comes no earlier by itself.
const BEHIND_MS: f64 = 250.0;

fn single() -> Terms {
    Terms { once: true, timeout_ms: 30_000.0, ..terms() }
}

fn next(client: &mut Client<()>, seat: &mut Seat<()>, after_ms: f64) -> Next {
    client.next(seat, at(NOW_MS + after_ms), Page::Shown(0))
}

fn back(client: &mut Client<()>, seat: &Seat<()>, sent: Next, reading: Reading, after_ms: f64) {
    bring(client, seat, sent, reading, None, at(NOW_MS + after_ms), 0.5);
}

fn ask_all(client: &mut Client<()>, seats: &mut [Seat<()>]) {
    for seat in seats {
        next(client, seat, 0.0);
    }
}

/// When a wait is to be back, counted from the first instant.
fn slept(next: Next) -> f64 {
    let Next::SleepUntil(at_ms) = next else { panic!("{next:?} and no sleep") };
    at_ms - NOW_MS
}

#[test]
fn a_turn_that_is_given_back_brings_the_later_ones_forward() {
    let mut client = Client::new(5.0);
    let mut first = client.enter("first", None, terms(), at(NOW_MS));
    assert!(matches!(next(&mut client, &mut first, 0.0), Next::Send { .. }));
    let mut many: Vec<Seat<()>> = (0..999).map(|n| client.enter(&format!("many{n}"), None, terms(), at(NOW_MS))).collect();
    for (n, seat) in many.iter_mut().enumerate() {
        assert_eq!(slept(next(&mut client, seat, 0.0)), if n == 0 { GAP_MS } else { GAP_MS * (n + 1) as f64 });
    }
    let mut last = client.enter("last", None, terms(), at(NOW_MS));
    assert_eq!(slept(next(&mut client, &mut last, 0.0)), GAP_MS * 1_000.0);
    many.iter().for_each(|seat| client.leave(seat));
    // Its driver is rung, and asks again.
    assert_eq!(slept(next(&mut client, &mut last, 10.0)), GAP_MS);
    assert!(matches!(next(&mut client, &mut last, GAP_MS), Next::Send { .. }));
}

type Name = Rc<Cell<&'static str>>;

/// Begins a wait and keeps its task's name.
fn named(client: &mut Client<(), Name>, id: &'static str, terms: Terms) -> Seat<()> {
    let seat = client.enter(id, None, terms, at(NOW_MS));
    client.kept(id).expect("somebody waits for it").set(id);
    seat
}

/// What is kept of the task whose turn it is, where that has changed.
fn named_next(client: &mut Client<(), Name>) -> &'static str {
    client.kept_of_next(at(NOW_MS))[0].map_or("", |name| name.get())
}

#[test]
fn the_driver_is_told_of_whose_turn_it_is_once_after_each_change() {
    let mut client = Client::<(), Name>::new(5.0);
    let mut seats: Vec<Seat<()>> = ["a", "b", "c"].map(|id| named(&mut client, id, terms())).into();
    for seat in &mut seats {
        client.next(seat, at(NOW_MS), Page::Shown(0));
    }
    assert_eq!((named_next(&mut client), named_next(&mut client)), ("b", ""));
    client.leave(&seats[1]);
    assert_eq!((named_next(&mut client), named_next(&mut client)), ("c", ""));
    client.leave(&seats[2]);
    assert_eq!(named_next(&mut client), "");
}

#[test]
fn single_looks_are_told_of_their_turn_before_waits_that_came_first() {
    // The first is sent, and so a single look has the next turn.
    let mut client = Client::<(), Name>::new(5.0);
    let mut seats: Vec<Seat<()>> = [("sent", terms()), ("wait", terms()), ("single", single()), ("leaves", terms())]
        .map(|(id, terms)| {
            let mut seat = named(&mut client, id, terms);
            client.next(&mut seat, at(NOW_MS), Page::Shown(0));
            seat
        })
        .into();
    client.leave(&seats.remove(3));
    assert_eq!(named_next(&mut client), "single");
}

#[test]
fn many_looks_that_are_refused_at_once_are_refused_once() {
    let mut client = Client::new(f64::INFINITY);
    let mut seats: Vec<(Seat<()>, Next)> = (0..15)
        .map(|n| {
            let mut seat = client.enter(&format!("t{n}"), None, terms(), at(NOW_MS));
            let sent = next(&mut client, &mut seat, 0.0);
            (seat, sent)
        })
        .collect();
    let refused = || Reading::Problem(Problem::without_reply(Kind::RateLimited, Class::Passing, "slow down").into());
    seats.iter().for_each(|(seat, sent)| back(&mut client, seat, *sent, refused(), 500.0));
    // Half of the jitter: the pause after the first of a row.
    let mut new = client.enter("new", None, terms(), at(NOW_MS + 500.0));
    assert_eq!(slept(next(&mut client, &mut new, 500.0)), 5_500.0);
    client.leave(&new);
    // And a second time is a second time.
    let (seat, sent) = &mut seats[0];
    *sent = match next(&mut client, seat, 5_500.0) {
        Next::Yield => next(&mut client, seat, 5_500.0),
        told => told,
    };
    assert!(matches!(sent, Next::Send { .. }), "{sent:?}");
    back(&mut client, seat, *sent, refused(), 5_600.0);
    let mut newer = client.enter("newer", None, terms(), at(NOW_MS + 5_600.0));
    assert_eq!(slept(next(&mut client, &mut newer, 5_600.0)), 15_600.0);
}

#[test]
fn waits_take_turns_in_the_order_in_which_they_are_due() {
    let mut client = Client::new(5.0);
    let mut seats: Vec<Seat<()>> = (0..4).map(|n| client.enter(&format!("t{n}"), None, terms(), at(NOW_MS))).collect();
    for (n, seat) in seats.iter_mut().enumerate().rev() {
        let after = GAP_MS * (3 - n) as f64;
        let told = next(&mut client, seat, 0.0);
        assert!(if n == 3 { matches!(told, Next::Send { .. }) } else { slept(told) == after }, "{n}: {told:?}");
    }
    assert!(matches!(next(&mut client, &mut seats[1], GAP_MS), Next::SleepUntil(_)), "before the one who was first");
    assert!(matches!(next(&mut client, &mut seats[2], GAP_MS), Next::Send { .. }));
}

#[test]
fn who_is_late_for_its_turn_does_not_hold_the_next_up_for_long() {
    let mut client = Client::new(5.0);
    let mut seats: Vec<Seat<()>> = (0..3).map(|n| client.enter(&format!("t{n}"), None, terms(), at(NOW_MS))).collect();
    ask_all(&mut client, &mut seats);
    assert_eq!(slept(next(&mut client, &mut seats[2], 2.0 * GAP_MS)), 2.0 * GAP_MS + BEHIND_MS);
    assert!(matches!(next(&mut client, &mut seats[2], 2.0 * GAP_MS + BEHIND_MS), Next::Send { .. }), "held up by who does not come");
    assert!(matches!(next(&mut client, &mut seats[1], 5.0 * GAP_MS), Next::Send { .. }));
}

#[test]
fn single_looks_have_every_second_turn() {
    let mut client = Client::new(5.0);
    let mut waits: Vec<Seat<()>> = (0..500).map(|n| client.enter(&format!("wait{n}"), None, terms(), at(NOW_MS))).collect();
    ask_all(&mut client, &mut waits);
    let mut singles: Vec<Seat<()>> = (0..500).map(|n| client.enter(&format!("single{n}"), None, single(), at(NOW_MS))).collect();
    ask_all(&mut client, &mut singles);
    // The first wait has been sent, so a single look is next, then a wait, and so on.
    let (mut now_ms, mut sent) = (0.0, String::new());
    for _ in 0..20 {
        now_ms += GAP_MS;
        let mut sends = |seats: &mut Vec<Seat<()>>, as_what: char| {
            let place = seats.iter_mut().position(|seat| matches!(next(&mut client, seat, now_ms), Next::Send { .. }));
            sent.extend(place.map(|place| (as_what, drop(seats.remove(place))).0));
        };
        sends(&mut waits, 'w');
        sends(&mut singles, 's');
    }
    assert_eq!(sent, "sw".repeat(10));
}

#[test]
fn a_look_is_everybodys_and_outlives_who_had_it_sent() {
    let mut client = Client::new(f64::INFINITY);
    let mut short = client.enter("t1", None, Terms { timeout_ms: 1_000.0, ..terms() }, at(NOW_MS));
    let mut long = client.enter("t1", None, terms(), at(NOW_MS));
    let sent = next(&mut client, &mut short, 0.0);
    assert_eq!(slept(next(&mut client, &mut long, 0.0)), 16_000.0);
    assert_eq!((next(&mut client, &mut short, 1_000.0), short.wait().outcome()), (Next::Done, Some(Outcome::TimedOut)));
    client.leave(&short);
    assert_eq!(slept(next(&mut client, &mut long, 1_000.0)), 16_000.0);
    back(&mut client, &long, sent, success(), 1_500.0);
    assert_eq!((next(&mut client, &mut long, 1_500.0), next(&mut client, &mut long, 1_500.0)), (Next::Yield, Next::Done));
    assert_eq!((long.wait().outcome(), long.wait().looks()), (Some(Outcome::Succeeded), 1));
}

/// Replies that take so long, and how often one was heard of.
struct Slow {
    takes_ms: f64,
    under_way: Option<(Next, f64)>,
    heard: u32,
}

impl Slow {
    fn new(takes_ms: f64) -> Self {
        Self { takes_ms, under_way: None, heard: 0 }
    }

    /// The reply that is under way comes, where it is time.
    fn come(&mut self, client: &mut Client<()>, seat: &Seat<()>, now_ms: f64) {
        if let Some((sent, _)) = self.under_way.take_if(|(_, came_ms)| now_ms >= *came_ms) {
            back(client, seat, sent, generating(), now_ms);
        }
    }

    fn ask(&mut self, client: &mut Client<()>, seat: &mut Seat<()>, now_ms: f64, page: Page) {
        let mut told = client.next(seat, at(NOW_MS + now_ms), page);
        if told == Next::Yield {
            self.heard += 1;
            told = client.next(seat, at(NOW_MS + now_ms), page);
        }
        if matches!(told, Next::Send { .. }) {
            self.under_way = Some((told, now_ms + self.takes_ms));
        }
    }
}

#[test]
fn short_waits_that_come_again_and_again_do_not_keep_a_long_one_from_its_looks() {
    let mut client = Client::new(5.0);
    let mut long = client.enter("t1", None, terms(), at(NOW_MS));
    // Nobody but the long wait stays as long as a reply takes.
    let mut replies = Slow::new(1_500.0);
    for step in 0..400 {
        let now_ms = f64::from(step) * 100.0;
        replies.come(&mut client, &long, now_ms);
        let mut short = client.enter("t1", None, Terms { timeout_ms: 1_000.0, ..terms() }, at(NOW_MS + now_ms));
        for seat in [&mut short, &mut long] {
            replies.ask(&mut client, seat, now_ms, Page::Shown(0));
        }
        client.leave(&short);
    }
    assert!(replies.heard >= 40, "{} readings in 40 s", replies.heard);
}

#[test]
fn a_page_that_comes_and_goes_starves_nobody() {
    for away in [Page::Hidden, Page::Offline] {
        let mut client = Client::new(5.0);
        let mut seats: Vec<Seat<()>> = (0..60).map(|n| client.enter(&format!("t{n:02}"), None, terms(), at(NOW_MS))).collect();
        let mut replies: Vec<Slow> = seats.iter().map(|_| Slow::new(20.0)).collect();
        for step in 0..700 {
            let (page, now_ms) = (if step % 55 == 54 { away } else { Page::Shown(step / 55) }, f64::from(step) * 100.0);
            for (seat, replies) in seats.iter_mut().zip(&mut replies) {
                replies.come(&mut client, seat, now_ms);
                replies.ask(&mut client, seat, now_ms, page);
            }
        }
        let heard: Vec<u32> = replies.iter().map(|replies| replies.heard).collect();
        let (least, most) = (heard.iter().min().expect("some"), heard.iter().max().expect("some"));
        assert!(*least >= 2 && most - least <= 1, "{away:?}: {heard:?}");
    }
}

#[test]
fn waits_that_wait_for_the_page_do_not_hold_single_looks_up() {
    for away in [Page::Offline, Page::Hidden] {
        let mut client = Client::new(5.0);
        let mut waits: Vec<Seat<()>> = (0..10).map(|n| client.enter(&format!("wait{n}"), None, terms(), at(NOW_MS))).collect();
        // Offline a wait's first poll is sent all the same: here each has had it, and it failed.
        let mut start_ms = NOW_MS;
        for wait in waits.iter_mut().filter(|_| away == Page::Offline) {
            look_and_hear(&mut client, wait, failing(Class::Passing), at(start_ms), Page::Shown(0), 0.5);
            start_ms += GAP_MS;
        }
        let mut ask_waits = |client: &mut Client<()>, now_ms: f64, page| {
            for seat in &mut waits {
                client.next(seat, at(start_ms + now_ms), page);
            }
        };
        for (now_ms, page) in [(0.0, Page::Shown(0)), (100.0, away), (1_000.0, if away == Page::Offline { away } else { Page::Shown(0) })] {
            ask_waits(&mut client, now_ms, page);
        }
        let page = if away == Page::Offline { away } else { Page::Shown(0) };
        for n in 0..2 {
            let now_ms = 1_010.0 + GAP_MS * f64::from(n);
            let mut look = client.enter(&format!("single{n}"), None, single(), at(start_ms + now_ms));
            let told = client.next(&mut look, at(start_ms + now_ms), page);
            assert!(matches!(told, Next::Send { .. }), "{away:?}: {told:?}");
        }
    }
}

#[test]
fn a_network_that_goes_and_comes_back_all_the_time_does_not_put_the_look_off_for_ever() {
    let mut client = Client::new(f64::INFINITY);
    let mut wait = client.enter("t1", None, terms(), at(NOW_MS));
    let mut replies = Slow::new(20.0);
    for step in 0..300 {
        let now_ms = f64::from(step) * 50.0;
        replies.come(&mut client, &wait, now_ms);
        replies.ask(&mut client, &mut wait, now_ms, if step % 9 == 8 { Page::Offline } else { Page::Shown(0) });
    }
    assert!(replies.heard >= 3, "{} readings in 15 s", replies.heard);
}

#[test]
fn the_network_that_goes_and_comes_back_gets_its_half_second_again() {
    let mut client = Client::new(f64::INFINITY);
    let mut wait = client.enter("t1", None, terms(), at(NOW_MS));
    let sent = next(&mut client, &mut wait, 0.0);
    back(&mut client, &wait, sent, generating(), 10.0);
    assert_eq!(next(&mut client, &mut wait, 10.0), Next::Yield);
    let mut told = |now_ms, page| client.next(&mut wait, at(NOW_MS + now_ms), page);
    told(1_000.0, Page::Offline);
    assert_eq!(slept(told(2_000.0, Page::Shown(0))), 2_500.0);
    told(2_300.0, Page::Offline);
    assert_eq!(slept(told(4_000.0, Page::Shown(0))), 4_500.0);
    assert!(matches!(told(4_500.0, Page::Shown(0)), Next::Send { .. }));
}

#[test]
fn what_happened_while_nobody_waited_puts_no_first_look_off() {
    let mut client: Client<()> = Client::new(f64::INFINITY);
    let mut before = client.enter("t1", None, terms(), at(NOW_MS));
    client.next(&mut before, at(NOW_MS), Page::Hidden);
    client.leave(&before);
    let mut wait = client.enter("t2", None, terms(), at(NOW_MS + 5_000.0));
    let slept = Now { wall_ms: NOW_MS + 3_600_000.0, ..at(NOW_MS + 5_000.0) };
    assert!(matches!(client.next(&mut wait, slept, Page::Shown(3)), Next::Send { .. }));
}

#[test]
fn a_look_in_place_of_a_stream_is_given_up_soon_as_any_other_where_the_page_wakes_up() {
    let mut client: Client<()> = Client::new(f64::INFINITY);
    let mut wait = client.enter("t1", None, terms(), at(NOW_MS));
    let Next::Send { look, .. } = next(&mut client, &mut wait, 0.0) else { panic!("nothing is in its way") };
    let mut told = Next::Yield;
    for n in 0..70 {
        let now_ms = f64::from(n) * 1_000.0;
        client.goes_on("t1", look, at(NOW_MS + now_ms), 15_000.0);
        if n == 0 {
            client.came_back("t1", look, generating(), None, at(NOW_MS), 0.5);
            assert_eq!(next(&mut client, &mut wait, 0.0), Next::Yield);
        }
        told = next(&mut client, &mut wait, now_ms);
        if matches!(told, Next::Send { .. }) {
            break;
        }
    }
    assert!(matches!(told, Next::Send { .. }), "a stream that has told nothing for a minute: {told:?}");
    assert_eq!(slept(client.next(&mut wait, at(NOW_MS + 62_000.0), Page::Hidden)), 76_000.0);
    assert_eq!(slept(client.next(&mut wait, at(NOW_MS + 63_000.0), Page::Shown(1))), 65_500.0);
}

#[test]
fn those_who_are_late_hold_nobody_up_however_many_there_are() {
    let mut client = Client::new(5.0);
    let mut seats: Vec<Seat<()>> = (0..4).map(|n| client.enter(&format!("t{n}"), None, terms(), at(NOW_MS))).collect();
    ask_all(&mut client, &mut seats);
    let mut later = client.enter("later", None, terms(), at(NOW_MS + 5_000.0));
    assert!(matches!(next(&mut client, &mut later, 5_000.0), Next::Send { .. }));
}

#[test]
fn whoever_is_told_a_later_time_is_not_late_before_it() {
    let mut client = Client::new(5.0);
    let [mut sent, mut second, mut third] = ["a", "b", "c"].map(|id| client.enter(id, None, terms(), at(NOW_MS)));
    let first = next(&mut client, &mut sent, 0.0);
    assert_eq!(slept(next(&mut client, &mut second, 0.0)), GAP_MS);
    back(&mut client, &sent, first, told_to_wait(Kind::RateLimited, Class::Passing, 10_000.0), 100.0);
    let second_ms = slept(next(&mut client, &mut second, 100.0));
    assert!(second_ms >= 10_000.0, "{second_ms}");
    assert_eq!(slept(next(&mut client, &mut third, 1_000.0)), second_ms + GAP_MS);
}

#[test]
fn a_turn_that_others_share_is_nobodys_to_give_back() {
    let mut client = Client::<(), Name>::new(5.0);
    let mut seats: Vec<Seat<()>> = ["sent", "shared", "shared"].map(|id| client.enter(id, None, terms(), at(NOW_MS))).into();
    for seat in &mut seats {
        client.kept(&seat.wait().handle().task_id).expect("somebody waits for it").set("told");
        client.next(seat, at(NOW_MS), Page::Shown(0));
    }
    assert_eq!((named_next(&mut client), named_next(&mut client)), ("told", ""));
    client.leave(&seats[1]);
    assert_eq!(named_next(&mut client), "");
    client.leave(&seats[2]);
    assert_eq!(named_next(&mut client), "");
}

#[test]
fn who_waits_for_the_page_is_told_that_others_have_left_beside_a_single_look() {
    let mut client = Client::<(), Name>::new(0.5);
    let mut seats: Vec<Seat<()>> =
        [("sent", single()), ("a", terms()), ("b", terms()), ("look", single())].map(|(id, terms)| named(&mut client, id, terms)).into();
    client.next(&mut seats[0], at(NOW_MS), Page::Hidden);
    for seat in &mut seats[1..] {
        client.next(seat, at(NOW_MS + 10.0), Page::Shown(0));
    }
    client.kept_of_next(at(NOW_MS + 10.0));
    client.leave(&seats[1]);
    assert_eq!(client.kept_of_next(at(NOW_MS + 20.0)).map(|kept| kept.map(|name| name.get())), [Some("look"), Some("b")]);
}

#[test]
fn single_looks_are_told_of_their_turn_where_no_wait_has_one() {
    let mut client = Client::<(), Name>::new(5.0);
    for id in ["sent", "single"] {
        let mut seat = named(&mut client, id, single());
        client.next(&mut seat, at(NOW_MS), Page::Shown(0));
    }
    assert_eq!(named_next(&mut client), "single");
}

#[test]
fn single_looks_that_fail_do_not_wear_out_a_wait() {
    let mut client = Client::new(f64::INFINITY);
    let mut wait = client.enter("t1", None, terms(), at(NOW_MS));
    let sent = next(&mut client, &mut wait, 0.0);
    back(&mut client, &wait, sent, generating(), 0.0);
    assert_eq!(next(&mut client, &mut wait, 0.0), Next::Yield);
    let due_ms = slept(next(&mut client, &mut wait, 0.0));
    for n in 1..=10 {
        let now_ms = f64::from(n) * 10.0;
        let mut look = client.enter("t1", None, single(), at(NOW_MS + now_ms));
        let sent = next(&mut client, &mut look, now_ms);
        back(&mut client, &look, sent, failing(if n % 2 == 0 { Class::Unclear } else { Class::Final }), now_ms);
        assert_eq!((next(&mut client, &mut look, now_ms), next(&mut client, &mut look, now_ms)), (Next::Yield, Next::Done));
        client.leave(&look);
        assert_eq!(slept(next(&mut client, &mut wait, now_ms)), due_ms, "the failure of somebody else's wish");
    }
    // One that is sent when the wait has a look due is its own as well: many wishes do not keep it waiting.
    let mut look = client.enter("t1", None, single(), at(NOW_MS + due_ms));
    let sent = next(&mut client, &mut look, due_ms);
    back(&mut client, &look, sent, failing(Class::Passing), due_ms);
    assert_eq!(next(&mut client, &mut wait, due_ms), Next::Yield);
}

#[test]
fn the_pause_that_a_server_asks_for_is_owed_by_who_comes_later_too() {
    let mut client = Client::new(f64::INFINITY);
    let mut first = client.enter("t1", None, terms(), at(NOW_MS));
    let sent = next(&mut client, &mut first, 0.0);
    back(&mut client, &first, sent, told_to_wait(Kind::Server, Class::Passing, 30_000.0), 0.0);
    let mut later = client.enter("t1", None, terms(), at(NOW_MS + 1_000.0));
    assert_eq!(slept(next(&mut client, &mut later, 1_000.0)), 30_000.0);
}

#[test]
fn a_look_that_hangs_as_the_page_wakes_up_is_given_up_soon() {
    let mut client = Client::new(f64::INFINITY);
    let mut wait = client.enter("t1", None, terms(), at(NOW_MS));
    let asked = |client: &mut Client<()>, wait: &mut Seat<()>, after_ms, page| client.next(wait, at(NOW_MS + after_ms), page);
    let lost = asked(&mut client, &mut wait, 0.0, Page::Shown(0));
    assert_eq!(slept(asked(&mut client, &mut wait, 1_000.0, Page::Hidden)), 16_000.0);
    assert_eq!(slept(asked(&mut client, &mut wait, 5_000.0, Page::Shown(0))), 7_500.0);
    let sent = asked(&mut client, &mut wait, 7_500.0, Page::Shown(0));
    assert!(matches!(sent, Next::Send { .. }), "{sent:?}");
    // That it was given up is no failure of the task's.
    back(&mut client, &wait, lost, failing(Class::Passing), 7_500.0);
    assert_eq!(slept(asked(&mut client, &mut wait, 7_501.0, Page::Shown(0))), 23_500.0);
    back(&mut client, &wait, sent, success(), 8_000.0);
    assert_eq!(asked(&mut client, &mut wait, 8_000.0, Page::Shown(0)), Next::Yield);
}

#[test]
fn the_first_look_is_at_once_however_often_the_page_was_brought_back_before() {
    let mut client: Client<()> = Client::new(f64::INFINITY);
    let mut wait = client.enter("t1", None, terms(), at(NOW_MS));
    assert!(matches!(client.next(&mut wait, at(NOW_MS), Page::Shown(7)), Next::Send { .. }));
}

#[test]
fn a_page_that_comes_back_without_having_been_seen_to_go_looks_at_once() {
    let mut client = Client::new(f64::INFINITY);
    let mut wait = client.enter("t1", None, terms(), at(NOW_MS));
    let sent = client.next(&mut wait, at(NOW_MS), Page::Shown(0));
    back(&mut client, &wait, sent, seen(Status::Generating, Some(NOW_MS)), 100.0);
    assert_eq!(client.next(&mut wait, at(NOW_MS + 100.0), Page::Shown(0)), Next::Yield);
    assert!(slept(client.next(&mut wait, at(NOW_MS + 1_000.0), Page::Shown(0))) > 3_000.0);
    assert_eq!(slept(client.next(&mut wait, at(NOW_MS + 1_000.0), Page::Shown(1))), 1_500.0);
    let sent = client.next(&mut wait, at(NOW_MS + 1_500.0), Page::Shown(1));
    back(&mut client, &wait, sent, seen(Status::Generating, Some(NOW_MS)), 1_600.0);
    assert_eq!(client.next(&mut wait, at(NOW_MS + 1_600.0), Page::Shown(1)), Next::Yield);
    assert!(slept(client.next(&mut wait, at(NOW_MS + 1_600.0), Page::Shown(1))) > 3_000.0);
}

#[test]
fn a_page_that_is_hidden_during_a_look_looks_more_seldom_from_there_on() {
    let pause = |page| {
        let mut client = Client::new(f64::INFINITY);
        let mut wait = client.enter("t1", None, terms(), at(NOW_MS));
        let sent = client.next(&mut wait, at(NOW_MS), Page::Shown(0));
        back(&mut client, &wait, sent, seen(Status::Generating, Some(NOW_MS)), 100.0);
        assert_eq!(client.next(&mut wait, at(NOW_MS + 100.0), page), Next::Yield);
        client.next_look_in_ms(&wait, at(NOW_MS + 100.0)).expect("a next look")
    };
    assert!((2.999..3.001).contains(&(pause(Page::Hidden) / pause(Page::Shown(0)))));
    assert_eq!(pause(Page::Offline), 30_000.0);
}

#[test]
fn a_clock_that_is_set_again_and_again_does_not_put_the_look_off() {
    let mut client = Client::new(f64::INFINITY);
    let mut wait = client.enter("t1", None, terms(), at(NOW_MS));
    let sent = next(&mut client, &mut wait, 0.0);
    back(&mut client, &wait, sent, generating(), 0.0);
    let mut looks = 0;
    for step in 1..=120 {
        let (steady_ms, ahead_ms) = (NOW_MS + f64::from(step) * 500.0, f64::from(step) * 2_600.0);
        let told = client.next(&mut wait, Now { steady_ms, wall_ms: steady_ms + ahead_ms }, Page::Shown(0));
        if matches!(told, Next::Send { .. }) {
            looks += 1;
            bring(&mut client, &wait, told, generating(), None, at(steady_ms), 0.5);
        }
    }
    // Each step is taken for the end of a sleep, after which a look is worth more; and no two are closer than ever.
    assert!((6..=75).contains(&looks), "{looks} looks in a minute");
}

#[test]
fn what_is_told_of_the_next_look_knows_the_queue_and_the_cool_down() {
    let mut client = Client::new(5.0);
    let mut seats: Vec<Seat<()>> = (0..101).map(|n| client.enter(&format!("t{n}"), None, terms(), at(NOW_MS))).collect();
    ask_all(&mut client, &mut seats);
    let new = client.enter("new", None, terms(), at(NOW_MS));
    assert_eq!(client.next_look_in_ms(&new, at(NOW_MS)), Some(GAP_MS * 101.0));
    let mut cool = Client::new(5.0);
    let mut refused = cool.enter("refused", None, single(), at(NOW_MS));
    let sent = next(&mut cool, &mut refused, 0.0);
    back(&mut cool, &refused, sent, told_to_wait(Kind::RateLimited, Class::Passing, 60_000.0), 0.0);
    let other = cool.enter("other", None, terms(), at(NOW_MS));
    assert!(cool.next_look_in_ms(&other, at(NOW_MS)).is_some_and(|ms| ms >= 60_000.0));
}

#[test]
fn who_could_send_nothing_is_told_why() {
    let mut client = Client::new(0.01);
    let mut first = client.enter("first", None, terms(), at(NOW_MS));
    assert!(matches!(next(&mut client, &mut first, 0.0), Next::Send { .. }));
    let mut look = client.enter("look", None, single(), at(NOW_MS));
    assert_eq!(slept(next(&mut client, &mut look, 0.0)), 30_000.0);
    assert_eq!(next(&mut client, &mut look, 30_000.0), Next::Done);
    let failure = Failure::of_end(look.wait(), NOW_MS + 30_000.0).expect("a failure");
    assert_eq!((failure.problem.kind, failure.attempts), (Kind::TimedOut, 0));
    assert!(failure.problem.message.contains("maxRequestsPerSecond"), "{}", failure.problem.message);
}

fn in_queue(client: &mut Client<()>, task_id: &str, queue_timeout_ms: f64, after_ms: f64) -> Seat<()> {
    client.enter(task_id, None, Terms { queue_timeout_ms, ..single() }, at(NOW_MS + after_ms))
}

#[test]
fn a_single_look_whose_turn_comes_too_late_for_it_is_over_at_once() {
    let mut client = Client::new(5.0);
    let mut held: Vec<Seat<()>> = (0..11).map(|n| client.enter(&format!("t{n}"), None, single(), at(NOW_MS))).collect();
    ask_all(&mut client, &mut held);
    let mut late = in_queue(&mut client, "late", 2_000.0, 0.0);
    assert_eq!(next(&mut client, &mut late, 0.0), Next::Done);
    let failure = Failure::of_end(late.wait(), NOW_MS).expect("a failure");
    assert_eq!((failure.problem.kind, failure.attempts), (Kind::TimedOut, 0));
    assert_eq!(failure.problem.retry_after_ms, Some(GAP_MS * 11.0));
    client.leave(&late);
    // It has left the queue, and the next is as far behind as it was.
    let mut patient = in_queue(&mut client, "patient", 3_000.0, 0.0);
    assert_eq!(slept(next(&mut client, &mut patient, 0.0)), GAP_MS * 11.0);
    // One for a task that stands in the queue shares its turn.
    let mut shares = in_queue(&mut client, "t2", 500.0, 0.0);
    assert_eq!(slept(next(&mut client, &mut shares, 0.0)), GAP_MS * 2.0);
    // And one for a task that is being asked for waits for the reply.
    let mut joins = in_queue(&mut client, "t0", 1.0, 0.0);
    assert!(slept(next(&mut client, &mut joins, 0.0)) > 15_000.0);
}

#[test]
fn a_single_look_that_waits_for_its_turn_is_over_where_a_cool_down_takes_that_away() {
    let mut client = Client::new(5.0);
    let mut first = client.enter("first", None, single(), at(NOW_MS));
    let sent = next(&mut client, &mut first, 0.0);
    let mut waits = in_queue(&mut client, "waits", 3_000.0, 0.0);
    assert_eq!(slept(next(&mut client, &mut waits, 0.0)), GAP_MS);
    back(&mut client, &first, sent, told_to_wait(Kind::RateLimited, Class::Passing, 30_000.0), 100.0);
    assert_eq!(next(&mut client, &mut waits, GAP_MS), Next::Done);
    let failure = Failure::of_end(waits.wait(), NOW_MS + GAP_MS).expect("a failure");
    assert!(failure.problem.retry_after_ms.is_some_and(|ms| ms >= 29_800.0), "{:?}", failure.problem.retry_after_ms);
}

#[test]
fn no_two_looks_of_a_task_are_closer_than_the_least_gap() {
    let mut client = Client::new(f64::INFINITY);
    let mut one = client.enter("t1", None, terms(), at(NOW_MS));
    let sent = next(&mut client, &mut one, 0.0);
    back(&mut client, &one, sent, failing(Class::Passing), 50.0);
    let mut other = client.enter("t1", None, terms(), at(NOW_MS + 60.0));
    assert_eq!(slept(next(&mut client, &mut other, 60.0)), 50.0 + MIN_GAP_MS);
}

#[test]
fn what_the_server_is_owed_outlives_those_who_wait() {
    for (reading, owed_ms) in [(told_to_wait(Kind::Server, Class::Passing, 30_000.0), 30_000.0), (generating(), MIN_GAP_MS)] {
        let mut client = Client::new(f64::INFINITY);
        let mut first = client.enter("t1", None, terms(), at(NOW_MS));
        let sent = next(&mut client, &mut first, 0.0);
        back(&mut client, &first, sent, reading, 0.0);
        client.leave(&first);
        let mut later = client.enter("t1", None, terms(), at(NOW_MS + 300.0));
        if next(&mut client, &mut later, 300.0) == Next::Yield {
            // What is known of a task that runs is news to who comes back.
            assert!(slept(next(&mut client, &mut later, 300.0)) > owed_ms);
        } else {
            assert_eq!(slept(next(&mut client, &mut later, 300.0)), owed_ms);
        }
        client.leave(&later);
        // Once the pause is over, nothing is known of the task.
        let mut last = client.enter("t1", None, terms(), at(NOW_MS + owed_ms));
        assert!(matches!(next(&mut client, &mut last, owed_ms), Next::Send { .. }));
    }
}

#[test]
fn a_wait_that_is_given_up_and_begun_again_in_a_moment_looks_no_more_often() {
    let mut client = Client::new(f64::INFINITY);
    let mut sent = 0;
    for step in 0..100 {
        let now_ms = f64::from(step) * 100.0;
        let mut wait = client.enter("t1", None, terms(), at(NOW_MS + now_ms));
        sent += u32::from(matches!(next(&mut client, &mut wait, now_ms), Next::Send { .. }));
        client.leave(&wait);
    }
    assert_eq!(sent, 13, "looks in ten seconds, no two closer than 800 ms");
}

#[test]
fn what_has_ended_is_looked_at_whenever_somebody_asks() {
    let mut client = Client::new(f64::INFINITY);
    let mut first = client.enter("t1", None, terms(), at(NOW_MS));
    let sent = next(&mut client, &mut first, 0.0);
    back(&mut client, &first, sent, success(), 0.0);
    client.leave(&first);
    let mut again = client.enter("t1", None, terms(), at(NOW_MS));
    assert!(matches!(next(&mut client, &mut again, 0.0), Next::Send { .. }));
}

#[test]
fn tasks_that_nobody_comes_back_to_are_forgotten() {
    let mut client = Client::new(f64::INFINITY);
    let known = |client: &Client<()>| format!("{client:?}").matches("Task {").count();
    for n in 0..1_000 {
        let now_ms = f64::from(n) * 100.0;
        let mut wait = client.enter(&format!("t{n}"), None, terms(), at(NOW_MS + now_ms));
        let sent = next(&mut client, &mut wait, now_ms);
        back(&mut client, &wait, sent, generating(), now_ms);
        client.leave(&wait);
        assert!(known(&client) <= 20, "{} tasks", known(&client));
    }
}

#[test]
fn requests_that_had_to_wait_for_their_key_leave_one_after_the_other() {
    let mut client = Client::new(5.0);
    let mut seats: Vec<Seat<()>> = (0..3).map(|n| client.enter(&format!("t{n}"), None, terms(), at(NOW_MS))).collect();
    let mut sent = Next::Done;
    for (n, seat) in seats.iter_mut().enumerate() {
        sent = next(&mut client, seat, n as f64 * GAP_MS);
        assert!(matches!(sent, Next::Send { .. }));
    }
    // The key for all of them comes after six seconds.
    let leaves = |client: &mut Client<()>, after_ms| client.leaves_in_ms(at(NOW_MS + after_ms));
    assert_eq!([0; 3].map(|_| leaves(&mut client, 6_000.0)), [0.0, GAP_MS, GAP_MS]);
    assert_eq!([0; 2].map(|_| leaves(&mut client, 6_000.0 + GAP_MS)), [0.0, GAP_MS]);
    assert_eq!(leaves(&mut client, 9_000.0), 0.0);
    // Also where the browser says that there is no network, which it may be wrong about.
    client.next(&mut seats[0], at(NOW_MS + 9_500.0), Page::Offline);
    assert_eq!(leaves(&mut client, 9_500.0), 0.0);
    client.next(&mut seats[0], at(NOW_MS + 9_500.0), Page::Shown(0));
    // Not as long as all are to be silent.
    back(&mut client, &seats[2], sent, told_to_wait(Kind::RateLimited, Class::Passing, 30_000.0), 10_000.0);
    assert_eq!((leaves(&mut client, 39_000.0), leaves(&mut client, 45_000.0)), (f64::INFINITY, 0.0));
}

#[test]
fn a_page_that_is_shown_again_and_again_hears_of_slow_replies() {
    let mut client = Client::new(f64::INFINITY);
    let mut wait = client.enter("t1", None, terms(), at(NOW_MS));
    let mut replies = Slow::new(3_500.0);
    for step in 0..150 {
        let now_ms = f64::from(step) * 500.0;
        replies.come(&mut client, &wait, now_ms);
        let page = if step % 2 == 0 { Page::Shown(0) } else { Page::Hidden };
        replies.ask(&mut client, &mut wait, now_ms, page);
    }
    assert!(replies.heard >= 10, "{} readings in 75 s", replies.heard);
}

/// A look whose reply goes on, and has told that the task runs.
fn stream(client: &mut Client<()>, wait: &mut Seat<()>) -> (Next, u64) {
    let sent = next(client, wait, 0.0);
    let Next::Send { look, .. } = sent else { panic!("{sent:?}") };
    event(client, wait, sent, 100.0);
    (sent, look)
}

fn event(client: &mut Client<()>, wait: &mut Seat<()>, sent: Next, after_ms: f64) {
    let Next::Send { look, .. } = sent else { panic!("{sent:?}") };
    client.goes_on("t1", look, at(NOW_MS + after_ms), 15_000.0);
    back(client, wait, sent, generating(), after_ms);
    assert_eq!(next(client, wait, after_ms), Next::Yield);
}

#[test]
fn a_reply_that_goes_on_is_one_look_for_as_long_as_it_shows_life() {
    let mut client = Client::new(f64::INFINITY);
    let mut wait = client.enter("t1", None, terms(), at(NOW_MS));
    let (sent, look) = stream(&mut client, &mut wait);
    for second in 1..=30 {
        event(&mut client, &mut wait, sent, f64::from(second) * 1_000.0);
    }
    assert_eq!((wait.wait().looks(), client.next_look_in_ms(&wait, at(NOW_MS + 30_000.0))), (1, Some(16_000.0)));
    client.goes_on("t1", look, at(NOW_MS + 45_000.0), 15_000.0);
    assert_eq!(slept(next(&mut client, &mut wait, 45_000.0)), 61_000.0);
    assert!(matches!(next(&mut client, &mut wait, 61_000.0), Next::Send { .. }));
    assert_eq!(wait.wait().looks(), 2);
}

#[test]
fn a_reply_that_goes_on_does_not_stand_for_the_last_look() {
    let mut client = Client::new(f64::INFINITY);
    let mut wait = client.enter("t1", None, Terms { timeout_ms: 12_000.0, ..terms() }, at(NOW_MS));
    let _ = stream(&mut client, &mut wait);
    let due_ms = slept(next(&mut client, &mut wait, 100.0));
    let last_ms = slept(next(&mut client, &mut wait, due_ms));
    assert_eq!((last_ms, client.next_look_in_ms(&wait, at(NOW_MS + due_ms))), (11_000.0, Some(11_000.0 - due_ms)));
    assert!(matches!(next(&mut client, &mut wait, 11_000.0), Next::Send { .. }));
}

#[test]
fn a_reply_that_goes_on_and_tells_nothing_new_is_looked_behind_after_a_minute() {
    let mut client = Client::new(f64::INFINITY);
    let mut wait = client.enter("t1", None, terms(), at(NOW_MS));
    let (_, look) = stream(&mut client, &mut wait);
    let mut sent_ms = None;
    for second in (5..100).step_by(5) {
        let now_ms = f64::from(second) * 1_000.0 + 100.0;
        client.goes_on("t1", look, at(NOW_MS + now_ms), 15_000.0);
        if matches!(next(&mut client, &mut wait, now_ms), Next::Send { .. }) {
            sent_ms.get_or_insert(now_ms);
        }
    }
    assert_eq!(sent_ms, Some(60_100.0));
}

#[test]
fn a_poll_after_a_silent_stream_behind_a_stale_one_or_near_the_deadline_needs_a_request() {
    let mut client = Client::new(f64::INFINITY);
    let mut wait = client.enter("t1", None, Terms { timeout_ms: 120_000.0, ..terms() }, at(NOW_MS));
    let needed = |client: &mut Client<()>, wait: &mut Seat<()>, now_ms: f64| {
        let Next::Send { look, .. } = next(client, wait, now_ms) else { panic!("{now_ms}: nothing is in its way") };
        (look, client.needs_request("t1", look))
    };
    let ends = |client: &mut Client<()>, look, now_ms: f64| client.goes_on("t1", look, at(NOW_MS + now_ms), 0.0);
    let tells = |client: &mut Client<()>, wait: &mut Seat<()>, look, now_ms: f64| {
        event(client, wait, Next::Send { look, within_ms: 0.0 }, now_ms);
    };
    let (look, is_needed) = needed(&mut client, &mut wait, 0.0);
    assert!(!is_needed, "the first");
    tells(&mut client, &mut wait, look, 100.0);
    ends(&mut client, look, 8_000.0);
    let (look, is_needed) = needed(&mut client, &mut wait, 10_000.0);
    assert!(!is_needed, "after a stream that ended");
    tells(&mut client, &mut wait, look, 10_000.0);
    ends(&mut client, look, 25_000.0);
    let (look, is_needed) = needed(&mut client, &mut wait, 27_000.0);
    assert!(is_needed, "after 15 s of silence");
    assert!(!client.needs_request("t1", look - 1));
    tells(&mut client, &mut wait, look, 27_000.0);
    ends(&mut client, look, 28_000.0);
    let (look, is_needed) = needed(&mut client, &mut wait, 32_000.0);
    assert!(!is_needed, "after a stream that ended later");
    tells(&mut client, &mut wait, look, 32_000.0);
    for second in 33..92 {
        client.goes_on("t1", look, at(NOW_MS + f64::from(second) * 1_000.0), 15_000.0);
    }
    let (look, is_needed) = needed(&mut client, &mut wait, 92_000.0);
    assert!(is_needed, "behind a stale one");
    tells(&mut client, &mut wait, look, 92_000.0);
    ends(&mut client, look, 93_000.0);
    let (_, is_needed) = needed(&mut client, &mut wait, 118_000.0);
    assert!(is_needed, "near the deadline");
}

#[test]
fn a_stream_that_lived_a_moment_before_the_deadline_is_no_reason_for_one_look_more() {
    let mut client = Client::new(f64::INFINITY);
    let mut wait = client.enter("t1", None, Terms { timeout_ms: 12_000.0, ..terms() }, at(NOW_MS));
    let (sent, _) = stream(&mut client, &mut wait);
    event(&mut client, &mut wait, sent, 11_100.0);
    assert_eq!((slept(next(&mut client, &mut wait, 11_100.0)), wait.wait().looks()), (12_000.0, 1));
}

#[test]
fn a_single_look_takes_no_word_of_a_stream_from_before_the_machine_slept() {
    let known = |now: Now| {
        let mut client = Client::new(f64::INFINITY);
        let mut wait = client.enter("t1", None, terms(), at(NOW_MS));
        let _ = stream(&mut client, &mut wait);
        let mut look = client.enter("t1", None, single(), now);
        client.next(&mut look, now, Page::Shown(0)) == Next::Yield
    };
    assert!(known(at(NOW_MS + 5_000.0)));
    assert!(!known(Now { steady_ms: NOW_MS + 5_000.0, wall_ms: NOW_MS + 3_605_000.0 }), "slept");
    assert!(!known(at(NOW_MS + 17_000.0)), "silent for too long");
}

#[test]
fn a_stream_that_replaced_a_lost_look_is_cut_off_by_the_next_waking_like_any() {
    let mut client = Client::new(f64::INFINITY);
    let mut wait = client.enter("t1", None, terms(), at(NOW_MS));
    assert!(matches!(next(&mut client, &mut wait, 0.0), Next::Send { .. }));
    client.next(&mut wait, at(NOW_MS + 100.0), Page::Hidden);
    client.next(&mut wait, at(NOW_MS + 200.0), Page::Shown(0));
    let sent = client.next(&mut wait, at(NOW_MS + 2_700.0), Page::Shown(0));
    event(&mut client, &mut wait, sent, 3_000.0);
    client.next(&mut wait, at(NOW_MS + 9_000.0), Page::Hidden);
    client.next(&mut wait, at(NOW_MS + 10_000.0), Page::Shown(0));
    assert_eq!(slept(client.next(&mut wait, at(NOW_MS + 10_500.0), Page::Shown(0))), 12_500.0);
    assert!(matches!(client.next(&mut wait, at(NOW_MS + 12_500.0), Page::Shown(0)), Next::Send { .. }));
}

#[test]
fn a_look_is_on_its_way_until_it_has_come_back_or_is_replaced() {
    let mut client = Client::new(f64::INFINITY);
    let mut wait = client.enter("t1", None, terms(), at(NOW_MS));
    let Next::Send { look, .. } = next(&mut client, &mut wait, 0.0) else { panic!("no look sent") };
    assert!(client.is_on_its_way("t1", look) && !client.is_on_its_way("t1", look + 1) && !client.is_on_its_way("t2", look));
    client.leave(&wait);
    client.enter("t1", None, terms(), at(NOW_MS));
    assert!(!client.is_on_its_way("t1", look), "of another wait");
}
