//! The engine's own parsed JSON, and callers' objects, seen through the readers' window.

use crate::reply::Json;
use js_sys::Reflect;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/npm/echo.js")]
extern "C" {
    fn clean(text: &JsValue, key: &str, told: &JsValue, known: Option<&str>) -> JsValue;
}

#[wasm_bindgen]
extern "C" {
    // js-sys binds JSON.parse for &str only, which would copy every reply into the wasm's memory and out again.
    #[wasm_bindgen(catch, js_namespace = JSON)]
    fn parse(text: &JsValue) -> Result<JsValue, JsValue>;

    // js-sys' gives an object, which JSON.stringify does not always.
    #[wasm_bindgen(catch, js_namespace = JSON)]
    fn stringify(value: &JsValue) -> Result<JsValue, JsValue>;

    // js-sys binds it without `catch`, and a proxy that has been revoked is neither.
    #[wasm_bindgen(catch, js_namespace = Array, js_name = isArray)]
    fn is_array(value: &JsValue) -> Result<bool, JsValue>;
}

/// Parses a JS string without taking it into the wasm's memory.
pub(crate) fn parse_json(text: &JsValue) -> Option<JsValue> {
    parse(text).ok()
}

impl Json for JsValue {
    fn parse(text: &str) -> Option<Self> {
        parse_json(&text.into())
    }

    fn written(&self) -> Option<String> {
        stringify(self).ok()?.as_string()
    }

    fn clean(&self, key: &str, told: &Self, known: Option<&str>) -> Self {
        clean(self, key, told, known)
    }

    // Reflect.get and not a plain getter: a caller's object may be a proxy or have getters that throw.
    fn member(&self, name: &str) -> Self {
        if !JsValue::is_object(self) {
            return Self::UNDEFINED;
        }
        Reflect::get(self, &name.into()).unwrap_or(Self::UNDEFINED)
    }

    fn is_nothing(&self) -> bool {
        self.is_null() || self.is_undefined()
    }

    fn is_object(&self) -> bool {
        JsValue::is_object(self) && is_array(self) == Ok(false)
    }

    fn text(&self) -> Option<String> {
        self.as_string()
    }

    fn number(&self) -> Option<f64> {
        self.as_f64().filter(|number| !number.is_nan())
    }
}
