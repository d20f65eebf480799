//! How one call is told that something has happened: that a look at its task is over, that the page has changed, that its caller has had enough.

use super::clock::now;
use super::page::listening;
use super::pause::{End, Pause, pause};
use super::signal::{Heeded, Signal, heed};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// A caller who is busy with a change for longer than this is no reason to keep a reply going on.
const BUSY_MS: f64 = 5_000.0;

thread_local! {
    static IN_PAGE: Cell<Option<&'static InPage>> = const { Cell::new(None) };
}

/// Who is told of the page's events, of which there is one set.
#[derive(Default)]
struct InPage {
    bells: RefCell<Vec<Rc<Bell>>>,
    /// For as long as there are any.
    heeded: Cell<Option<Heeded>>,
}

fn in_page() -> &'static InPage {
    IN_PAGE.get().unwrap_or_else(|| {
        let in_page = Box::leak(Box::default());
        IN_PAGE.set(Some(in_page));
        in_page
    })
}

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
    in_page: bool,
    _heeded: Option<Heeded>,
}

impl Bell {
    pub(crate) fn new(signal: Option<Signal>) -> Rc<Self> {
        Rc::new(Self { signal, left: Cell::default(), idle_from_ms: Cell::new(f64::INFINITY), pausing: RefCell::default() })
    }

    pub(crate) fn hang(self: Rc<Self>, is_in_page: bool) -> Hung {
        self.idle_from_ms.set(f64::INFINITY);
        let heeded = self.signal.as_ref().map(|signal| {
            let bell = Rc::clone(&self);
            Heeded::new(|call| heed(signal, call), move || bell.ring())
        });
        if is_in_page {
            let InPage { bells, heeded } = in_page();
            bells.borrow_mut().push(Rc::clone(&self));
            heeded.set(Some(heeded.take().unwrap_or_else(listening)));
        }
        Hung { bell: self, in_page: is_in_page, _heeded: heeded }
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
        if !self.in_page {
            return;
        }
        let InPage { bells, heeded } = in_page();
        take_out(bells, &self.bell);
        if bells.borrow().is_empty() {
            heeded.take();
        }
    }
}

/// Takes the bell of a call that has ended out of some.
pub(crate) fn take_out(bells: &RefCell<Vec<Rc<Bell>>>, ended: &Rc<Bell>) {
    let mut bells = bells.borrow_mut();
    if let Some(place) = bells.iter().position(|bell| Rc::ptr_eq(bell, ended)) {
        bells.swap_remove(place);
    }
}

/// Tells all who wait in this page.
pub(super) fn ring_all() {
    in_page().bells.borrow().iter().for_each(|bell| bell.ring());
}
