//! The page that waits, where there is one: what it is doing, and word of when that changes.

use super::bell::ring_all;
use super::connection::global;
use super::pause::Target;
use crate::reply::Json;
use crate::wait::Page;
use std::cell::Cell;
use wasm_bindgen::prelude::*;

thread_local! {
    static CHANGES: Cell<u32> = const { Cell::new(0) };
}

/// `visibilitychange` comes up from the document. What each says is read from the page when it is needed, but for `pageshow`: nothing stays of that.
const EVENTS: [&str; 4] = ["visibilitychange", "pageshow", "online", "offline"];

/// What the page is doing now.
pub(crate) fn page() -> Page {
    if global("navigator").member("onLine") == JsValue::FALSE {
        Page::Offline
    } else if global("document").member("visibilityState") == "hidden" {
        Page::Hidden
    } else {
        Page::Shown(CHANGES.get())
    }
}

/// Has everybody who waits look at the page again when it changes, until it is dropped.
pub(super) struct Listening(Closure<dyn FnMut(JsValue, JsValue, JsValue) -> JsValue>);

impl Listening {
    pub(super) fn start() -> Self {
        let on_change = Closure::new(|event: JsValue, _, _| {
            // A page that is shown for the first time was not gone. And who hides or loses the network is not shown, whatever is counted.
            let again = event.member("persisted") != JsValue::FALSE;
            CHANGES.set(CHANGES.get().wrapping_add(again.into()));
            ring_all();
            JsValue::UNDEFINED
        });
        let page = Target::global();
        for kind in EVENTS {
            // Where something has made a `document` for itself, there may be no events of a page.
            let _ = page.add_event_listener(kind, on_change.as_ref());
        }
        Self(on_change)
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let page = Target::global();
        for kind in EVENTS {
            let _ = page.remove_event_listener(kind, self.0.as_ref());
        }
    }
}
