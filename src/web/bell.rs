//! How one call is told that something has happened: that a look at its task is over, that the page has changed, that its caller has had enough.

use super::clock::now;
use super::page::{heed_page, idle};
use super::pause::{End, Pause, pause};
use super::signal::{Heeded, Signal, heed};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Calls that are being carried on, over all connections.
static CALLS: AtomicU32 = AtomicU32::new(0);

/// A caller who is busy with a change for longer than this is no reason to keep a reply going on.
const BUSY_MS: f64 = 5_000.0;

/// The bell of one call.
pub(crate) struct Bell {
    signal: Option<Signal>,
    left: Cell<bool>,
    /// Since when its call is put by, until its caller wants the next change; infinite while it is being carried on.
    idle_from_ms: Cell<f64>,
    pausing: RefCell<Rc<End>>,
}

/// What rings a bell from outside, for as long as its call is carried on.
pub(crate) struct Hung {
    bell: Rc<Bell>,
    _signal: Option<Heeded>,
    _page: Option<Heeded>,
}

impl Bell {
    pub(crate) fn new(signal: Option<Signal>) -> Rc<Self> {
        Rc::new(Self { signal, left: Cell::default(), idle_from_ms: Cell::new(f64::INFINITY), pausing: RefCell::default() })
    }

    pub(crate) fn hang(self: Rc<Self>, is_in_page: bool) -> Hung {
        self.idle_from_ms.set(f64::INFINITY);
        CALLS.fetch_add(1, Relaxed);
        let ring = || {
            let bell = Rc::clone(&self);
            move || bell.ring()
        };
        let signal = self.signal.as_ref().map(|signal| Heeded::new(|call| heed(signal, call), ring()));
        let page = is_in_page.then(|| Heeded::new(heed_page, ring()));
        Hung { bell: self, _signal: signal, _page: page }
    }

    /// Whoever holds this call wants no more of it.
    pub(crate) fn leave(&self) {
        self.left.set(true);
        self.ring();
    }

    pub(crate) fn has_left(&self) -> bool {
        self.left.get()
    }

    /// Whether its caller is with it. Nobody hears that one has had enough who is busy with the change that he has.
    pub(crate) fn is_heeded(&self) -> bool {
        !self.has_left() && !self.is_aborted() && now().steady_ms < self.idle_from_ms.get() + BUSY_MS
    }

    pub(crate) fn is_aborted(&self) -> bool {
        self.signal.as_ref().is_some_and(Signal::is_aborted)
    }

    /// A pause that ends when the bell rings.
    pub(crate) fn pause(&self, ms: f64) -> Pause {
        let end = Rc::default();
        self.pausing.replace(Rc::clone(&end));
        pause(ms, end)
    }

    pub(crate) fn ring(&self) {
        self.pausing.borrow().now();
    }
}

impl Drop for Hung {
    fn drop(&mut self) {
        self.bell.idle_from_ms.set(now().steady_ms);
        if CALLS.fetch_sub(1, Relaxed) == 1 {
            idle().unwrap_or_default();
        }
    }
}
