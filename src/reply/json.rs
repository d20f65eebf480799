//! The window through which the readers see parsed JSON.

/// A parsed JSON value: `JsValue` in the wasm, `serde_json::Value` in native tests and fuzzing.
pub trait Json: Sized {
    /// Parses a text; `None` where it is not JSON.
    fn parse(text: &str) -> Option<Self>;
    /// The member `name`; `None` where this is no object, or the member is absent or null.
    fn member(&self, name: &str) -> Option<Self>;
    /// Whether this is an object: not null, not an array.
    fn is_object(&self) -> bool;
    /// The text, where this is one.
    fn text(&self) -> Option<String>;
    /// The number, where this is one. Never NaN.
    fn number(&self) -> Option<f64>;
}
