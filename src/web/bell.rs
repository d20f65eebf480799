//! Who is waiting, and what is told to them: that a look at their task is over, that the page has changed, that their caller has left.

use super::page::Listening;
use super::pause::End;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

thread_local! {
    /// Every wait that goes on.
    static BELLS: RefCell<Vec<Rc<Bell>>> = const { RefCell::new(Vec::new()) };
    /// For as long as there are any, in a page.
    static LISTENING: RefCell<Option<Listening>> = const { RefCell::new(None) };
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
        BELLS.with_borrow_mut(|bells| bells.push(Rc::clone(&self)));
        if in_page {
            LISTENING.with_borrow_mut(|listening| _ = listening.get_or_insert_with(Listening::start));
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
        let over = BELLS.with_borrow_mut(|bells| {
            bells.iter().position(|bell| Rc::ptr_eq(bell, &self.0)).map(|place| bells.swap_remove(place));
            bells.is_empty()
        });
        if over {
            LISTENING.take();
        }
    }
}

/// Tells all who wait for a task at a client.
pub(crate) fn ring_task(client: usize, task_id: &str) {
    BELLS.with_borrow(|bells| {
        bells.iter().filter(|bell| bell.client == client && bell.task_id == task_id).for_each(|bell| bell.ring());
    });
}

/// Tells everybody.
pub(super) fn ring_all() {
    BELLS.with_borrow(|bells| bells.iter().for_each(|bell| bell.ring()));
}
