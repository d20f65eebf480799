//! Waiting: for a time, or until something happens. Whoever drops a [`Pause`] stops its timer.

use super::clock::TimerSet;
use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use wasm_bindgen::prelude::*;

/// Timers take a signed 32-bit count of ms; a longer one fires at once.
const LONGEST_TIMER_MS: f64 = 2_147_483_647.0;

#[wasm_bindgen]
extern "C" {
    // The bare globals: `window` exists in no worker, and in Node a timer is an object.
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &JsValue, ms: f64) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue);
}

/// Whether a pause is over, and who is to know of it.
#[derive(Default)]
pub(crate) struct End {
    over: Cell<bool>,
    waker: Cell<Option<Waker>>,
}

impl End {
    pub(crate) fn now(&self) {
        self.over.set(true);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

/// Ends when the time is up or its end comes otherwise, whichever is first.
pub(crate) struct Pause {
    end: Rc<End>,
    timer: JsValue,
    _on_end: Closure<dyn FnMut()>,
}

/// Starts a pause of `ms`. Longer than a timer can be, it ends early: its driver asks again.
pub(super) fn pause(ms: f64, end: Rc<End>) -> Pause {
    let ended = Rc::clone(&end);
    let (set, ms) = (TimerSet::now(), ms.clamp(0.0, LONGEST_TIMER_MS).ceil());
    let on_end = Closure::new(move || {
        set.fired(ms);
        ended.now();
    });
    let timer = set_timeout(on_end.as_ref(), ms);
    Pause { end, timer, _on_end: on_end }
}

impl Pause {
    /// From now on no time ends it.
    pub(super) fn stop_timer(&self) {
        clear_timeout(&self.timer);
    }

    fn poll(&self, context: &Context<'_>) -> Poll<()> {
        if self.end.over.get() {
            return Poll::Ready(());
        }
        self.end.waker.set(Some(context.waker().clone()));
        Poll::Pending
    }
}

impl Future for Pause {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        Self::poll(&self, context)
    }
}

impl Drop for Pause {
    fn drop(&mut self) {
        self.stop_timer();
    }
}

/// Does `work`, unless `limit` ends first: then `None`.
pub(super) fn unless<T>(limit: &Pause, work: impl Future<Output = T>) -> impl Future<Output = Option<T>> {
    let mut work = Box::pin(work);
    // The limit first: work that its end has overtaken must not take one more step.
    poll_fn(move |context| match limit.poll(context) {
        Poll::Ready(()) => Poll::Ready(None),
        Poll::Pending => work.as_mut().poll(context).map(Some),
    })
}
