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
        out.push('-');
    }
    let mut rest = number.abs() as u64;
    let mut digits = [b'0'; 20];
    let mut used = 0_usize;
    for digit in digits.iter_mut().rev() {
        *digit |= (rest % 10) as u8;
        rest /= 10;
        used = used.saturating_add(1);
        if rest == 0 {
            break;
        }
    }
    for digit in digits.iter().skip(20_usize.saturating_sub(used)) {
        out.push(char::from(*digit));
    }
}

/// Whether `text` holds `word`, in capitals or not.
pub(crate) fn says(text: &str, word: &str) -> bool {
    text.as_bytes().windows(word.len().max(1)).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
}

/// Nothing, an empty text and the word "null" mean the same to this API.
pub(crate) fn present(text: String) -> Option<String> {
    let trimmed = text.trim_ascii();
    (!trimmed.is_empty() && trimmed != "null").then_some(text)
}

/// `text` with every `secret` taken out and a word put in its place.
pub(crate) fn without(text: String, secret: &str, word: &str) -> String {
    if secret.is_empty() {
        return text;
    }
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = cut(rest, secret) {
        out.push_str(before);
        out.push_str(word);
        rest = after;
    }
    out.push_str(rest);
    out
}

/// `text` as it stands within a JSON string.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '"' | '\\' => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
    out
}

/// What stands before and after the first `part`.
fn cut<'a>(text: &'a str, part: &str) -> Option<(&'a str, &'a str)> {
    let at = text.as_bytes().windows(part.len()).position(|window| window == part.as_bytes())?;
    let (before, rest) = text.split_at_checked(at)?;
    Some((before, rest.split_at_checked(part.len())?.1))
}

/// Foreign text made fit for a message: one line, bounded.
pub(crate) fn quoted(text: &str) -> String {
    text.trim_ascii().chars().take(QUOTE_LIMIT).map(|c| if c < ' ' || c == '\u{7f}' { ' ' } else { c }).collect()
}
