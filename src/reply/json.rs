//! The window through which the readers see parsed JSON.

use super::text::digits;

/// A parsed JSON value: `JsValue` in the wasm, `serde_json::Value` in native tests and fuzzing.
pub trait Json: Sized {
    /// Parses a text; `None` where it is not JSON.
    fn parse(text: &str) -> Option<Self>;
    /// This as a JSON text.
    fn written(&self) -> Option<String>;
    /// The member `name`, or the item of that number in an array; nothing where there is none.
    fn member(&self, name: &str) -> Self;
    /// Whether this is nothing: absent or null.
    fn is_nothing(&self) -> bool;
    /// Whether this is an object: not null, not an array.
    fn is_object(&self) -> bool;
    /// This without what it repeats of the key and of the prompt, in whatever spelling, where it is a text. The prompt is in `told`, the
    /// `paramJson` of the same reply, or in `known`, that of an earlier one.
    fn clean(&self, key: &str, told: &Self, known: Option<&str>) -> Self;
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
