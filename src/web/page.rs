//! The page that waits, where there is one: what it is doing, and word of when that changes.

use super::bell::ring_all;
use super::connection::global;
use super::pause::Target;
use crate::reply::Json;
use crate::wait::Page;
use wasm_bindgen::prelude::*;

/// `visibilitychange` comes up from the document. What each says is read from the page when it is needed.
const EVENTS: [&str; 4] = ["visibilitychange", "pageshow", "online", "offline"];

/// What the page is doing now.
pub(crate) fn page() -> Page {
    if global("navigator").member("onLine") == JsValue::FALSE {
        Page::Offline
    } else if global("document").member("visibilityState") == "hidden" {
        Page::Hidden
    } else {
        Page::Shown
    }
}

/// Has everybody who waits look at the page again when it changes, until it is dropped.
pub(super) struct Listening(Closure<dyn FnMut()>);

impl Listening {
    pub(super) fn start() -> Self {
        let on_change = Closure::new(ring_all);
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
