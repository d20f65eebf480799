//! Who is waiting, and what is told to them: that a look at their task is over, that the page has changed, that their caller has left.

use super::page::Listening;
use super::pause::End;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

thread_local! {
    static WAITING: Cell<Option<&'static Waiting>> = const { Cell::new(None) };
}

/// What there is one of.
#[derive(Default)]
struct Waiting {
    /// Of every wait that goes on.
    bells: RefCell<Vec<Rc<Bell>>>,
    /// For as long as there are any, in a page.
    listening: Cell<Option<Listening>>,
}

fn waiting() -> &'static Waiting {
    WAITING.get().unwrap_or_else(|| {
        let waiting = Box::leak(Box::default());
        WAITING.set(Some(waiting));
        waiting
    })
}

/// How one wait is told that something has happened.
pub(crate) struct Bell {
    /// Of the client.
    client: usize,
    task_id: String,
    /// A look is on its way: only leaving ends that.
    busy: Cell<bool>,
    left: Cell<bool>,
    pausing: RefCell<Rc<End>>,
}

/// A bell that can be rung, for as long as its wait is carried on.
pub(crate) struct Hung(Rc<Bell>);

impl Bell {
    pub(crate) fn new(client: usize, task_id: &str) -> Rc<Self> {
        Rc::new(Self { client, task_id: task_id.into(), busy: Cell::new(false), left: Cell::new(false), pausing: RefCell::default() })
    }

    pub(crate) fn hang(self: Rc<Self>, in_page: bool) -> Hung {
        let Waiting { bells, listening } = waiting();
        bells.borrow_mut().push(Rc::clone(&self));
        if in_page {
            listening.set(Some(listening.take().unwrap_or_else(Listening::start)));
        }
        Hung(self)
    }

    /// Whoever holds this wait wants no more of it.
    pub(crate) fn leave(&self) {
        self.left.set(true);
        self.pausing.borrow().now();
    }

    pub(crate) fn has_left(&self) -> bool {
        self.left.get()
    }

    pub(crate) fn set_busy(&self, busy: bool) {
        self.busy.set(busy);
    }

    /// From now on it ends this pause.
    pub(super) fn ends(&self, end: &Rc<End>) {
        self.pausing.replace(Rc::clone(end));
        if self.left.get() {
            end.now();
        }
    }

    fn ring(&self) {
        if !self.busy.get() {
            self.pausing.borrow().now();
        }
    }
}

impl Drop for Hung {
    fn drop(&mut self) {
        let Waiting { bells, listening } = waiting();
        let mut bells = bells.borrow_mut();
        if let Some(place) = bells.iter().position(|bell| Rc::ptr_eq(bell, &self.0)) {
            bells.swap_remove(place);
        }
        if bells.is_empty() {
            listening.take();
        }
    }
}

/// Tells all who wait for a task at a client.
pub(crate) fn ring_task(client: usize, task_id: &str) {
    waiting().bells.borrow().iter().filter(|bell| bell.client == client && bell.task_id == task_id).for_each(|bell| bell.ring());
}

/// Tells everybody.
pub(super) fn ring_all() {
    waiting().bells.borrow().iter().for_each(|bell| bell.ring());
}
