//! How native tests take the key and the prompt out of free text: by the rules of `npm/echo.js`, which
//! the engines run, and in another way. `tests/node/echo.test.mjs` has the rules themselves.

use super::Doc;
use nanobanana_task::reply::Json;

/// Free text is read and handed on up to here, in bytes.
const TEXT_LIMIT: usize = 2_000;
/// The API takes prompts of 20,000 characters, which is at most so many bytes.
const PROMPT_LIMIT: usize = 80_000;
/// So many folded bytes in a row give a piece of the prompt away: letters, or a third as many
/// Chinese characters.
const RUN: usize = 12;
/// A shorter prompt gives nothing away, and taking every "a" out of a message would only garble it.
const SHORTEST_PROMPT: usize = 3;
/// A shorter key is a test's, and part of many words.
const SHORTEST_KEY: usize = 8;
/// The longest that one byte of a key becomes by an escape, as in `&#x002F;`.
const LONGEST_ESCAPE: usize = 8;

/// `text` without what it repeats of the key and of the prompts in these parameters.
pub(crate) fn clean(text: &str, key: &str, params: &[Doc]) -> String {
    let prompts = params.iter().flat_map(|params| {
        let parsed = params.text().map_or_else(|| Some(params.clone()), |text| Doc::parse(&text));
        match parsed {
            Some(parsed) => [parsed.text_at("prompt"), parsed.member("input").text_at("prompt")],
            None => [params.text(), None],
        }
    });
    let prompts = prompts.flatten().filter_map(|prompt| Secret::prompt(&prompt));
    let clean = Secret::key(key).into_iter().chain(prompts).fold(text.to_owned(), |text, secret| secret.out_of(&text));
    let unseen = "\u{61c}\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}\u{feff}";
    let is_unseen = |c: char| (c.is_control() && !"\t\n\r".contains(c)) || unseen.contains(c);
    start_of(&clean, TEXT_LIMIT).chars().map(|c| if is_unseen(c) { ' ' } else { c }).collect()
}

/// What must not be repeated, folded, and the word that takes its place.
pub(crate) struct Secret {
    folded: Vec<u8>,
    /// So many folded bytes in a row are an echo.
    run: usize,
    /// Blanks and punctuation count.
    exact: bool,
    word: &'static str,
}

impl Secret {
    /// The whole key, where it is long enough to be told from other words.
    pub(crate) fn key(key: &str) -> Option<Self> {
        let folded = if key.len() < SHORTEST_KEY { Vec::new() } else { fold(key, true).bytes };
        let run = folded.len();
        (run > 0).then_some(Self { folded, run, exact: true, word: "[key]" })
    }

    /// Any piece of a prompt, or the whole of a short one.
    pub(crate) fn prompt(prompt: &str) -> Option<Self> {
        let prompt = start_of(prompt.trim_ascii(), PROMPT_LIMIT);
        let folded = if prompt.len() < SHORTEST_PROMPT { Vec::new() } else { fold(prompt, false).bytes };
        let run = folded.len().min(RUN);
        (run > 0).then_some(Self { folded, run, exact: false, word: "[prompt]" })
    }

    /// The beginning of `text`, without echoes.
    pub(crate) fn out_of(&self, text: &str) -> String {
        // An echo that begins within the limit is seen whole.
        let longest = self.run.saturating_mul(LONGEST_ESCAPE).saturating_add(TEXT_LIMIT);
        let kept = start_of(text, TEXT_LIMIT).len();
        let Folded { bytes, spans } = fold(start_of(text, longest), self.exact);
        let mut out = String::new();
        let mut done = 0;
        let mut echo = Echo::of(&bytes, &self.folded, self.run);
        let ends = spans.iter().skip(self.run.saturating_sub(1));
        for ((run, (start, _)), (_, end)) in bytes.windows(self.run).zip(&spans).zip(ends) {
            if *start < kept && echo.has(run, SHARED) {
                if *start >= done {
                    out.push_str(text.get(done..*start).unwrap_or_default());
                    out.push_str(self.word);
                }
                done = *end;
            }
        }
        out.push_str(text.get(done..kept).unwrap_or_default());
        out
    }
}

/// The beginning of `text`, at most so many bytes.
pub(crate) fn start_of(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or_default()
}

/// A run of the text has been seen.
const SEEN: u8 = 1;
/// A run of the secret that is one of the text has been seen.
const SHARED: u8 = 2;
/// The table has so many places for each run of the text.
const PLACES: usize = 128;

/// The runs that a text and a secret share, as a Bloom filter: none is missed. One in some ten thousand
/// others is taken for shared as well, which takes out too much and costs nobody anything.
struct Echo {
    table: Vec<u8>,
}

impl Echo {
    fn of(text: &[u8], secret: &[u8], run: usize) -> Self {
        let mut echo = Self { table: vec![0; text.len().max(1).saturating_mul(PLACES).next_power_of_two()] };
        text.windows(run).for_each(|run| echo.add(run, SEEN));
        for run in secret.windows(run) {
            if echo.has(run, SEEN) {
                echo.add(run, SHARED);
            }
        }
        echo
    }

    fn add(&mut self, run: &[u8], flag: u8) {
        self.places(run, |place| {
            *place |= flag;
            true
        });
    }

    fn has(&mut self, run: &[u8], flag: u8) -> bool {
        self.places(run, |place| *place & flag != 0)
    }

    /// Goes through a run's three places, and says whether each of them `fits`.
    fn places(&mut self, run: &[u8], mut fits: impl FnMut(&mut u8) -> bool) -> bool {
        // FNV-1a, mixed, because its lower bits alone depend on the lower bits of the text.
        let hash = run.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
        let mixed = (hash ^ (hash >> 29)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let last = self.table.len().wrapping_sub(1);
        [0_u32, 21, 42].into_iter().all(|shift| self.table.get_mut((mixed >> shift) as usize & last).is_some_and(&mut fits))
    }
}

/// A text in a spelling that all its spellings have in common, and where each byte of that comes from.
#[derive(Default)]
struct Folded {
    bytes: Vec<u8>,
    spans: Vec<(usize, usize)>,
}

fn fold(text: &str, exact: bool) -> Folded {
    let mut folded = Folded::default();
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        let start = text.len().saturating_sub(rest.len());
        let what;
        (what, rest) = first_of(rest);
        let end = text.len().saturating_sub(rest.len());
        let mut space = [0; 4];
        let bytes = match &what {
            What::Byte(byte) => core::slice::from_ref(byte),
            What::Character(code) => char::from_u32(*code).unwrap_or(' ').encode_utf8(&mut space).as_bytes(),
        };
        for byte in bytes {
            if byte.is_ascii_alphanumeric() || *byte >= 0x80 || (exact && *byte != b'\\') {
                folded.bytes.push(byte.to_ascii_lowercase());
                // A byte of a character stands for all of it.
                folded.spans.push((text.floor_char_boundary(start), text.ceil_char_boundary(end)));
            }
        }
    }
    lower(&mut folded.bytes);
    folded
}

/// What a piece of a text stands for.
enum What {
    /// A byte of the text's UTF-8.
    Byte(u8),
    Character(u32),
}

/// What the text begins with, and what follows. Escapes may be escaped themselves, any number of times.
fn first_of(text: &[u8]) -> (What, &[u8]) {
    match text {
        [b'%', rest @ ..] => {
            let rest = beyond(rest, b"25");
            number(rest, 16, 2..=2).map_or((What::Byte(b'%'), rest), |(byte, rest)| (What::Byte(byte as u8), rest))
        }
        [b'\\', rest @ ..] => {
            let rest = beyond(rest, b"\\");
            let character = match rest {
                [b'n' | b'r' | b't', rest @ ..] => Some((u32::from(b' '), rest)),
                [b'u', digits @ ..] => utf16(digits),
                [b'x', digits @ ..] => number(digits, 16, 2..=2),
                _ => None,
            };
            character.map_or((What::Byte(b'\\'), rest), |(character, rest)| (What::Character(character), rest))
        }
        [b'&', rest @ ..] => {
            let rest = beyond(rest, b"amp;");
            let numbered = match rest {
                [b'#', b'x' | b'X', digits @ ..] => number(digits, 16, 1..=6),
                [b'#', digits @ ..] => number(digits, 10, 1..=7),
                _ => None,
            };
            if let Some((character, [b';', rest @ ..])) = numbered {
                return (What::Character(character), rest);
            }
            const NAMED: &[(&[u8], u8)] = &[(b"quot;", b'"'), (b"apos;", b'\''), (b"lt;", b'<'), (b"gt;", b'>'), (b"nbsp;", b' ')];
            let named = NAMED.iter().find_map(|(name, byte)| Some((What::Byte(*byte), rest.strip_prefix(*name)?)));
            named.unwrap_or((What::Byte(b'&'), rest))
        }
        [byte, rest @ ..] => (What::Byte(*byte), rest),
        [] => (What::Byte(b' '), text),
    }
}

/// What follows `again`, however often it stands there.
fn beyond<'a>(mut text: &'a [u8], again: &[u8]) -> &'a [u8] {
    while let Some(rest) = text.strip_prefix(again) {
        text = rest;
    }
    text
}

/// The character that four hexadecimal digits name, or with a second `\u` and four more one beyond 16 bits.
fn utf16(digits: &[u8]) -> Option<(u32, &[u8])> {
    let (high, rest) = number(digits, 16, 4..=4)?;
    if let (0xd800..0xdc00, [b'\\', low @ ..]) = (high, rest)
        && let [b'u', low @ ..] = beyond(low, b"\\")
        && let Some((low, rest)) = number(low, 16, 4..=4)
    {
        return Some((0x1_0000_u32.wrapping_add((high & 0x3ff) << 10 | low & 0x3ff), rest));
    }
    Some((high, rest))
}

/// The number that the digits write, if there are so many, and what follows them.
fn number(text: &[u8], radix: u32, many: core::ops::RangeInclusive<usize>) -> Option<(u32, &[u8])> {
    let digit = |byte: &u8| char::from(*byte).to_digit(radix);
    let length = text.iter().take(*many.end()).map_while(digit).count();
    let (digits, rest) = text.split_at_checked(length)?;
    let number = digits.iter().filter_map(digit).fold(0_u32, |number, digit| number.wrapping_mul(radix).wrapping_add(digit));
    many.contains(&length).then_some((number, rest))
}

/// Capitals beyond ASCII become small letters: those of European languages, Greek and Cyrillic. The
/// standard library's tables for all of Unicode would be a third of the wasm.
fn lower(mut bytes: &mut [u8]) {
    while let [lead, rest @ ..] = bytes {
        if let (0xc3..=0xd1, Some(trail @ 0x80..0xc0)) = (*lead, rest.first_mut()) {
            let letter = u32::from(*lead & 0x1f) << 6 | u32::from(*trail & 0x3f);
            let small = match letter {
                0xc0..=0xde | 0x391..=0x3a9 | 0x410..=0x42f => letter.wrapping_add(0x20),
                0x400..=0x40f => letter.wrapping_add(0x50),
                0x139..=0x148 | 0x179..=0x17e => letter.wrapping_add(letter & 1),
                0x100..=0x177 => letter | 1,
                _ => letter,
            };
            *lead = 0xc0 | (small >> 6) as u8;
            *trail = 0x80 | (small & 0x3f) as u8;
        }
        bytes = rest;
    }
}
