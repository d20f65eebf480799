//! Drives the pure rooms over [`crate::web`].

use crate::reply::Reading;
use crate::wait::{Client, Failure, Next, Now, Outcome, Page, Seat};
use crate::web::{
    Bell, Call, Connection, Flight, How, Look, Named, Refusal, Rejection, SILENCE_MS, Signal, Thrown, connection_of, details_out, look,
    now, page, random, report,
};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

/// Where waits may not wake each other, those for one task look this often whether another's look has come back.
const APART_MS: f64 = 250.0;

/// A connection, and what all calls over it share.
pub(crate) struct Hub {
    connection: Connection,
    client: RefCell<Client<Thrown, Kept>>,
}

/// What is kept of a task.
#[derive(Default)]
struct Kept {
    /// Of all calls that wait for it.
    bells: Vec<Rc<Bell>>,
    flight: Option<Flight>,
}

impl Kept {
    fn ring(&self) {
        self.bells.iter().for_each(|bell| bell.ring());
    }
}

impl Hub {
    /// What goes by these options, or what is wrong with them.
    pub(crate) fn of(options: &JsValue) -> Result<Rc<Self>, Refusal> {
        let connection = connection_of(options)?;
        let client = RefCell::new(Client::new(connection.requests_per_second));
        Ok(Rc::new(Self { connection, client }))
    }

    /// Whose turn it is may send earlier than it was told.
    fn ring_next(&self) {
        if !self.connection.apart
            && let Some(kept) = self.client.borrow_mut().kept_of_next()
        {
            kept.ring();
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
        let seat = client.enter(&call.task_id, call.handle.as_ref(), call.terms.clone(), now());
        if let Some(kept) = client.kept(&call.task_id) {
            kept.bells.push(Rc::clone(&bell));
        }
        drop(client);
        Ok(Self { hub, call, seat, bell, own: None, given_flag: None })
    }

    /// The bell of this call.
    pub(crate) fn bell(&self) -> Rc<Bell> {
        Rc::clone(&self.bell)
    }

    fn next(&mut self, now: Now) -> Next {
        let page = if self.hub.connection.in_page { page() } else { Page::Shown };
        let next = self.hub.client.borrow_mut().next(&mut self.seat, now, page);
        self.hub.ring_next();
        next
    }

    /// Sends a look, which goes on for as long as anybody waits for the task.
    fn send(&mut self, number: u64, within_ms: f64) {
        let hub = Rc::clone(&self.hub);
        let apart = hub.connection.apart;
        let (bell, task_id) = (self.bell(), self.call.task_id.clone());
        let (known, ahead_ms, single) = (self.seat.wait().details().cloned(), self.seat.ahead_ms(), self.seat.wait().is_single());
        let (flight, end) = Flight::new();
        if apart {
            self.own = Some((number, flight));
        } else if let Some(kept) = hub.client.borrow_mut().kept(&task_id) {
            kept.flight = Some(flight);
        }
        spawn_local(async move {
            let is_wanted = || {
                let wants = |bell: &Rc<Bell>| !bell.has_left() && !bell.is_aborted();
                if apart { wants(&bell) } else { hub.client.borrow_mut().kept(&task_id).is_some_and(|kept| kept.bells.iter().any(wants)) }
            };
            let tell = |brought: Option<(Reading, Option<Thrown>)>| {
                let mut client = hub.client.borrow_mut();
                match brought {
                    Some((reading, cause)) => client.came_back(&task_id, number, reading, cause, now(), random()),
                    None => client.goes_on(&task_id, number, now(), 0.0),
                }
                if apart {
                    bell.ring();
                } else if let Some(kept) = client.kept(&task_id) {
                    kept.ring();
                }
                drop(client);
                hub.ring_next();
            };
            let on_event = |reading: Option<Reading>| {
                hub.client.borrow_mut().goes_on(&task_id, number, now(), SILENCE_MS);
                if let Some(reading) = reading {
                    tell(Some((reading, None)));
                }
            };
            let on_event: &dyn Fn(Option<Reading>) = &on_event;
            let brought = look(Look {
                connection: &hub.connection,
                task_id: &task_id,
                known: known.as_deref(),
                is_wanted: &is_wanted,
                end,
                on_event: (!single).then_some(on_event),
                within_ms,
                ahead_ms,
            });
            tell(brought.await);
        });
    }

    async fn sleep(&self, ms: f64) {
        let short =
            self.hub.connection.apart && self.hub.client.borrow_mut().kept(&self.call.task_id).is_some_and(|kept| kept.bells.len() > 1);
        self.bell.pause(if short { ms.min(APART_MS) } else { ms }).await;
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

impl Drop for Drive {
    fn drop(&mut self) {
        let mut client = self.hub.client.borrow_mut();
        if let Some((look, _)) = &self.own {
            client.goes_on(&self.call.task_id, *look, now(), 0.0);
        }
        if let Some(kept) = client.kept(&self.call.task_id)
            && let Some(place) = kept.bells.iter().position(|bell| Rc::ptr_eq(bell, &self.bell))
        {
            kept.bells.swap_remove(place);
        }
        client.leave(&self.seat);
        drop(client);
        self.hub.ring_next();
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
                    report(on_progress, drive.seat.wait(), drive.seat.cause(), now_ms, next_look_in_ms)?;
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
