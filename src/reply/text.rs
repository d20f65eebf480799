//! Small readings of text, by bytes. `str`'s own searching, slicing and number formatting would weigh more in the wasm than this whole
//! room, for texts of a few hundred bytes.

/// The longest foreign text an error message quotes, in characters.
const QUOTE_LIMIT: usize = 300;

/// A whole number written in ASCII digits, at most 16 of them (beyond that an f64 no longer counts one by one).
pub(crate) fn digits(text: &[u8]) -> Option<f64> {
    if text.is_empty() || text.len() > 16 {
        return None;
    }
    text.iter().try_fold(0.0, |number, byte| byte.is_ascii_digit().then(|| number * 10.0 + f64::from(byte & 0x0f)))
}

/// Appends `number`, rounded towards zero, in decimal digits.
pub fn push_whole(out: &mut String, number: f64) {
    if number < 0.0 {
        out.push_str("-");
    }
    push_digits(out, number.abs() as u64);
}

fn push_digits(out: &mut String, number: u64) {
    if number >= 10 {
        push_digits(out, number / 10);
    }
    let digit = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"].get((number % 10) as usize);
    out.push_str(digit.copied().unwrap_or_default());
}

/// Whether `text` holds `word`, in capitals or not.
pub(crate) fn says(text: &str, word: &str) -> bool {
    holds(text.as_bytes(), word)
}

/// Whether these bytes of a text hold `word`, in capitals or not.
pub(crate) fn holds(text: &[u8], word: &str) -> bool {
    text.windows(word.len().max(1)).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
}

/// Nothing, an empty text and the word "null" mean the same to this API.
pub(crate) fn present(text: String) -> Option<String> {
    let trimmed = text.trim_ascii();
    (!trimmed.is_empty() && trimmed != "null").then_some(text)
}

/// What stands before and after the `length` bytes at `at`.
fn around(text: &str, at: usize, length: usize) -> Option<(&str, &str)> {
    let (before, rest) = text.split_at_checked(at)?;
    Some((before, rest.split_at_checked(length)?.1))
}

/// Foreign text made fit for a message: one line, bounded.
pub(crate) fn quoted(text: &str) -> String {
    let text = text.trim_ascii();
    let mut starts = text.bytes().enumerate().filter(|(_, byte)| byte & 0xc0 != 0x80);
    let end = starts.nth(QUOTE_LIMIT).map_or(text.len(), |(at, _)| at);
    let mut rest = text.get(..end).unwrap_or_default();
    let mut out = String::new();
    while let Some((before, after)) = rest.bytes().position(|byte| byte.is_ascii_control()).and_then(|at| around(rest, at, 1)) {
        out.push_str(before);
        out.push_str(" ");
        rest = after;
    }
    out.push_str(rest);
    out
}
