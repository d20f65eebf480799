//! Drives the pure rooms over [`crate::web`].

use crate::reply::Reading;
use crate::wait::{Client, Failure, Next, Now, Outcome, Page, Seat};
use crate::web::{
    Asker, Bell, Call, Connection, Flight, How, Look, Named, Refusal, Rejection, SILENCE_MS, Signal, Thrown, connection_of, details_out,
    look, now, page, random, report,
};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

/// Where waits may not wake each other, they see this often for themselves whether another's look at their task has come back, and whether their turn
/// has come early.
const APART_MS: f64 = 250.0;

/// Where a stream was asked for and not one event came, something on the way does not let streams through: for so long none is asked for.
const NO_STREAMS_MS: f64 = 300_000.0;

/// Polls outside of browsers that offer to take a stream, over all connections. A cell of the thread's own would weigh 150 bytes brotli more.
static GOING_ON: AtomicU32 = AtomicU32::new(0);

/// Outside of browsers. In a browser all tabs share one, which npm/streams.js sees to.
const MOST_THAT_GO_ON: u32 = 4;

/// A connection, and what all calls over it share.
pub(crate) struct Hub {
    connection: Connection,
    client: RefCell<Client<Thrown, Rc<Kept>>>,
    /// From when on streams are asked for.
    streams_from_ms: Cell<f64>,
}

/// What is kept of a task.
#[derive(Default)]
struct Kept {
    /// Of all calls that wait for it.
    bells: RefCell<Vec<Rc<Bell>>>,
    flight: Cell<Option<Flight>>,
}

impl Kept {
    fn ring(&self) {
        self.bells.borrow().iter().for_each(|bell| bell.ring());
    }
}

impl Hub {
    /// What goes by these options, or what is wrong with them.
    pub(crate) fn of(options: &JsValue) -> Result<Rc<Self>, Refusal> {
        let connection = connection_of(options)?;
        let client = RefCell::new(Client::new(connection.requests_per_second));
        Ok(Rc::new(Self { connection, client, streams_from_ms: Cell::new(f64::NEG_INFINITY) }))
    }

    /// Whose turn it is may send earlier than it was told.
    fn ring_next(&self, now: Now) {
        if !self.connection.apart {
            self.client.borrow_mut().kept_of_next(now).into_iter().flatten().for_each(|kept| kept.ring());
        }
    }
}

/// A call that is being carried out.
pub(crate) struct Drive {
    hub: Rc<Hub>,
    call: Call,
    seat: Seat<Thrown>,
    bell: Rc<Bell>,
    /// The look that it has sent, where whoever handles one request may not touch what belongs to another's.
    own: Option<(u64, Flight)>,
    /// The flag that was last given to a watching caller.
    given_flag: Option<f64>,
}

impl Drive {
    /// Begins a call; nothing is sent yet.
    pub(crate) fn new(how: How, hub: &Result<Rc<Hub>, Refusal>, task: &JsValue, options: &JsValue) -> Result<Self, Rejection> {
        let named = Named::read(how, task)?;
        let hub = match hub {
            Ok(hub) => Rc::clone(hub),
            Err(refusal) => return Err(named.refused(refusal)),
        };
        let call = Call::read(how, named, &hub.connection, options)?;
        let bell = Bell::new(call.signal.clone());
        let mut client = hub.client.borrow_mut();
        let mut seat = client.enter(&call.task_id, call.handle.as_ref(), call.terms.clone(), now());
        if let Some(history) = call.history {
            seat.carry_on(history);
        }
        if let Some(kept) = client.kept(&call.task_id) {
            kept.bells.borrow_mut().push(Rc::clone(&bell));
        }
        drop(client);
        Ok(Self { hub, call, seat, bell, own: None, given_flag: None })
    }

    /// The bell of this call.
    pub(crate) fn bell(&self) -> Rc<Bell> {
        Rc::clone(&self.bell)
    }

    fn next(&mut self, now: Now) -> Next {
        let page = if self.hub.connection.in_page { page() } else { Page::Shown(0) };
        let next = self.hub.client.borrow_mut().next(&mut self.seat, now, page);
        self.hub.ring_next(now);
        next
    }

    /// Sends a look, which goes on for as long as anybody waits for the task.
    fn send(&mut self, number: u64, within_ms: f64) {
        let (flight, end) = Flight::new();
        let (hub, task_id) = (Rc::clone(&self.hub), self.call.task_id.clone());
        if hub.connection.apart {
            self.own = Some((number, flight));
        } else if let Some(kept) = hub.client.borrow().kept(&task_id) {
            kept.flight.set(Some(flight));
        }
        let wait = self.seat.wait();
        let (known, ahead_ms) = (wait.details().cloned(), self.seat.ahead_ms());
        let follows_redirects = wait.follows_redirects();
        // After a failure an ordinary look says more, and it may have been the stream's.
        let offers_stream = !wait.is_single()
            && wait.problem().is_none()
            && hub.connection.is_keyless()
            && now().steady_ms >= hub.streams_from_ms.get()
            && (hub.connection.in_browser || GOING_ON.load(Relaxed) < MOST_THAT_GO_ON);
        let may_follow = !hub.client.borrow().needs_request(&task_id, number);
        // Where a poll belongs to a request its runtime may drop it, and nothing would count it off.
        let place = u32::from(offers_stream && !hub.connection.apart && !hub.connection.in_browser);
        GOING_ON.fetch_add(place, Relaxed);
        let sent = Sent { hub, task_id, number, bell: self.bell(), streamed: Cell::new(false) };
        spawn_local(async move {
            let Sent { hub, task_id, streamed, .. } = &sent;
            let known = known.as_deref();
            let brought = look(Look {
                connection: &hub.connection,
                task_id,
                known,
                sent: &sent,
                end,
                offers_stream,
                may_follow,
                follows_redirects,
                within_ms,
                ahead_ms,
            })
            .await;
            GOING_ON.fetch_sub(place, Relaxed);
            // It was over without an event, or nothing at all came within its time. What the network loses and the API refuses says nothing of streams.
            let barren = match &brought {
                None => true,
                Some((Reading::Problem(problem), None)) => problem.http_status.is_none(),
                Some(_) => false,
            };
            if offers_stream && barren && !streamed.get() && hub.client.borrow().is_on_its_way(task_id, number) {
                hub.streams_from_ms.set(now().steady_ms + NO_STREAMS_MS);
            }
            sent.tell(brought);
        });
    }

    async fn sleep(&self, ms: f64) {
        self.bell.pause(if self.hub.connection.apart && self.waits_for_others() { ms.min(APART_MS) } else { ms }).await;
    }

    /// Whether what others do may bring its next step on.
    fn waits_for_others(&self) -> bool {
        let client = self.hub.client.borrow();
        client.is_queued(&self.seat) || client.kept(&self.call.task_id).is_some_and(|kept| kept.bells.borrow().len() > 1)
    }

    /// The state of the task for a watching caller, where it is another than was given before.
    fn change(&mut self) -> Option<JsValue> {
        let details = self.seat.wait().details().filter(|_| self.call.how == How::Watch)?;
        // Compared as bits, because a flag that is missing is not a number.
        if self.given_flag.map(f64::to_bits) == Some(details.success_flag.to_bits()) {
            return None;
        }
        self.given_flag = Some(details.success_flag);
        Some(details_out(Some(details)))
    }

    fn end(&self, now_ms: f64) -> Result<JsValue, Rejection> {
        let (wait, thrown) = (self.seat.wait(), self.seat.cause());
        match (wait.outcome(), Failure::of_end(wait, now_ms)) {
            (Some(Outcome::Aborted), _) => Err(Rejection::as_is(Signal::reason_of(self.call.signal.as_ref()))),
            // The last state was given already.
            (Some(Outcome::Succeeded | Outcome::Failed), _) if self.call.how == How::Watch => Ok(JsValue::UNDEFINED),
            // Below a time-out lies the look that failed last, and below that what was thrown.
            (Some(Outcome::TimedOut), Some(failure)) => {
                let last = Failure::of_last_look(wait, now_ms).map(|last| Rejection::of(&last, thrown).into());
                Err(Rejection::of(&failure, last.as_ref()))
            }
            (_, Some(failure)) => Err(Rejection::of(&failure, thrown)),
            (_, None) => Ok(details_out(wait.details().map(AsRef::as_ref))),
        }
    }
}

/// A look that is being carried out.
struct Sent {
    hub: Rc<Hub>,
    task_id: String,
    number: u64,
    /// Of the call that had it sent.
    bell: Rc<Bell>,
    /// Its reply went on.
    streamed: Cell<bool>,
}

impl Sent {
    /// Whether anybody waits for it. They may have had enough without having said so.
    fn is_wanted(&self) -> bool {
        let Self { hub, task_id, bell, .. } = self;
        if hub.connection.apart {
            return bell.is_heeded();
        }
        hub.client.borrow().kept(task_id).is_some_and(|kept| kept.bells.borrow().iter().any(|bell| bell.is_heeded()))
    }

    /// Tells all whom it concerns what it brought; or where that is nothing, that it is over.
    fn tell(&self, brought: Option<(Reading, Option<Thrown>)>) {
        let Self { hub, task_id, number, bell, .. } = self;
        let (mut client, now) = (hub.client.borrow_mut(), now());
        match brought {
            Some((reading, cause)) => client.came_back(task_id, *number, reading, cause, now, random()),
            None => client.goes_on(task_id, *number, now, 0.0),
        }
        if hub.connection.apart {
            bell.ring();
        } else if let Some(kept) = client.kept(task_id) {
            kept.ring();
        }
        drop(client);
        hub.ring_next(now);
    }
}

impl Asker for Sent {
    fn leaves_in_ms(&self) -> f64 {
        let connection = &self.hub.connection;
        match self.is_wanted() {
            true if connection.asks_for_key() => self.hub.client.borrow_mut().leaves_in_ms(now()),
            true => 0.0,
            false => f64::INFINITY,
        }
    }

    /// A failure ends the stream: the next look is due when it would be without one.
    fn hears(&self, event: Option<Reading>) -> bool {
        self.streamed.set(true);
        let goes_on = !matches!(event, Some(Reading::Problem(_))) && self.is_wanted();
        if goes_on {
            self.hub.client.borrow_mut().goes_on(&self.task_id, self.number, now(), SILENCE_MS);
        }
        if let Some(reading) = event {
            self.tell(Some((reading, None)));
        }
        goes_on
    }
}

impl Drop for Drive {
    fn drop(&mut self) {
        let mut client = self.hub.client.borrow_mut();
        if let Some((look, _)) = &self.own {
            client.goes_on(&self.call.task_id, *look, now(), 0.0);
        }
        if let Some(kept) = client.kept(&self.call.task_id) {
            let mut bells = kept.bells.borrow_mut();
            if let Some(place) = bells.iter().position(|bell| Rc::ptr_eq(bell, &self.bell)) {
                bells.swap_remove(place);
            }
        }
        client.leave(&self.seat);
        drop(client);
        self.hub.ring_next(now());
    }
}

/// Carries a call out: to its end, or where it is watched to the next change, with which it goes back to its place.
pub(crate) async fn carry_out(mut drive: Drive, place: Option<Rc<Cell<Option<Drive>>>>) -> Result<JsValue, JsValue> {
    let _hung = drive.bell().hang(drive.hub.connection.in_page);
    loop {
        // After every await and every call of the caller's code.
        if drive.bell.has_left() {
            return Ok(JsValue::UNDEFINED);
        }
        if drive.bell.is_aborted() {
            drive.seat.abort();
        }
        let now = now();
        let now_ms = drive.seat.now_ms(now);
        match drive.next(now) {
            Next::Send { look, within_ms } => drive.send(look, within_ms),
            Next::SleepUntil(at_ms) => drive.sleep(at_ms - now_ms).await,
            Next::Yield => {
                if let Some(on_progress) = &drive.call.on_progress {
                    let next_look_in_ms = drive.hub.client.borrow().next_look_in_ms(&drive.seat, now);
                    let tells_history = drive.call.history.is_some();
                    report(on_progress, drive.seat.wait(), drive.seat.cause(), now_ms, next_look_in_ms, tells_history)?;
                }
                if let Some(change) = drive.change() {
                    if let Some(place) = place {
                        place.set(Some(drive));
                    }
                    return Ok(change);
                }
            }
            Next::Done => return drive.end(now_ms).map_err(Into::into),
        }
    }
}
