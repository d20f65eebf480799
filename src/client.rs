//! Drives the pure rooms over [`crate::web`].

use crate::wait::{Client, Failure, Next, Now, Outcome, Page, Seat};
use crate::web::{
    Bell, Call, Connection, How, Look, Named, Refusal, Rejection, Signal, Thrown, connection_of, details_out, look, now, page, pause,
    random, report, ring_task,
};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsValue;

/// Where waits may not wake each other, those for one task look this often whether another's look has come back.
const APART_MS: f64 = 250.0;

/// A connection, and what all calls over it share.
pub(crate) struct Hub {
    connection: Connection,
    client: RefCell<Client<Thrown>>,
}

impl Hub {
    /// What goes by these options, or what is wrong with them.
    pub(crate) fn of(options: &JsValue) -> Result<Rc<Self>, Refusal> {
        let connection = connection_of(options)?;
        let client = RefCell::new(Client::new(connection.requests_per_second));
        Ok(Rc::new(Self { connection, client }))
    }

    /// For as long as it lives.
    fn identity(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}

/// A call that is being carried out.
pub(crate) struct Drive {
    hub: Rc<Hub>,
    call: Call,
    seat: Seat<Thrown>,
    bell: Rc<Bell>,
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
        let seat = hub.client.borrow_mut().enter(&call.task_id, call.handle.as_ref(), call.terms.clone(), now());
        let bell = Bell::new(hub.identity(), &call.task_id);
        Ok(Self { hub, call, seat, bell, given_flag: None })
    }

    /// The bell of this call.
    pub(crate) fn bell(&self) -> Rc<Bell> {
        Rc::clone(&self.bell)
    }

    fn next(&mut self, now: Now) -> Next {
        let page = if self.hub.connection.in_page { page() } else { Page::Shown };
        self.hub.client.borrow_mut().next(&mut self.seat, now, page)
    }

    async fn look(&mut self, within_ms: f64) {
        let Self { hub, call, seat, bell, .. } = self;
        let look = look(Look {
            connection: &hub.connection,
            task_id: &call.task_id,
            known: seat.wait().details().map(AsRef::as_ref),
            signal: call.signal.as_ref(),
            bell,
            within_ms,
            ahead_ms: seat.ahead_ms(),
        });
        let brought = look.await;
        let mut client = hub.client.borrow_mut();
        match brought {
            Some((reading, cause)) => client.came_back(seat, reading, cause, now(), random()),
            None => client.gave_up(seat, now()),
        }
        drop(client);
        self.tell_others();
    }

    async fn sleep(&self, ms: f64) {
        let short = self.hub.connection.apart && self.hub.client.borrow().has_others(&self.seat);
        pause(if short { ms.min(APART_MS) } else { ms }, self.call.signal.as_ref(), &self.bell).await;
    }

    /// Others who wait for the same task have something to do now.
    fn tell_others(&self) {
        if !self.hub.connection.apart && self.hub.client.borrow().has_others(&self.seat) {
            ring_task(self.hub.identity(), &self.call.task_id);
        }
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
        self.tell_others();
        self.hub.client.borrow_mut().leave(&self.seat);
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
        if Signal::is_aborted(drive.call.signal.as_ref()) {
            drive.seat.abort();
        }
        let now = now();
        let now_ms = drive.seat.now_ms(now);
        match drive.next(now) {
            Next::Send { within_ms } => drive.look(within_ms).await,
            Next::SleepUntil(at_ms) => drive.sleep(at_ms - now_ms).await,
            Next::Yield => {
                if let Some(on_progress) = &drive.call.on_progress {
                    report(on_progress, drive.seat.wait(), drive.seat.cause(), now_ms)?;
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
