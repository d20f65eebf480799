//! The page that waits, where there is one: what it is doing, and word of when that changes.

use crate::wait::Page;
use js_sys::Function;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/npm/page.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = page)]
    fn page_now() -> Result<f64, JsValue>;
    #[wasm_bindgen(catch, js_name = heedPage)]
    pub(super) fn heed_page(call: &JsValue) -> Result<Function, JsValue>;
}

#[wasm_bindgen(module = "/npm/streams.js")]
extern "C" {
    /// No call is being carried on any more. It catches, so that it goes through the glue.
    #[wasm_bindgen(catch)]
    pub(super) fn idle() -> Result<(), JsValue>;
}

/// What the page is doing now.
pub(crate) fn page() -> Page {
    match page_now() {
        Ok(-2.0) => Page::Offline,
        Ok(-1.0) => Page::Hidden,
        changes => Page::Shown(changes.unwrap_or_default() as u32),
    }
}
