//! The window through which the readers see parsed JSON.

use super::text::digits;

/// A parsed JSON value: `JsValue` in the wasm, `serde_json::Value` in native tests and fuzzing.
pub trait Json: Sized {
    /// Parses a text; `None` where it is not JSON.
    fn parse(text: &str) -> Option<Self>;
    /// The member `name`; nothing where this is no object or has no such member.
    fn member(&self, name: &str) -> Self;
    /// Whether this is nothing: absent or null.
    fn is_nothing(&self) -> bool;
    /// Whether this is an object: not null, not an array.
    fn is_object(&self) -> bool;
    /// The text, where this is one.
    fn text(&self) -> Option<String>;
    /// The number, where this is one. Never NaN.
    fn number(&self) -> Option<f64>;

    /// The text that member `name` is. Never inlined: in the wasm each copy would bring the release of a JavaScript value.
    #[inline(never)]
    fn text_at(&self, name: &str) -> Option<String> {
        self.member(name).text()
    }

    /// The number that member `name` is, or that its digits write.
    #[inline(never)]
    fn count_at(&self, name: &str) -> Option<f64> {
        let value = self.member(name);
        value.number().or_else(|| digits(value.text()?.trim_ascii().as_bytes()))
    }

    /// The number that member `name` is.
    #[inline(never)]
    fn number_at(&self, name: &str) -> Option<f64> {
        self.member(name).number()
    }
}
