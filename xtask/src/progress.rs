//! What the terminal shows: one title before each long step, its duration after it.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use crate::failure::Outcome;

/// Runs one long step between its title and its duration. `why` ends with about how long it takes.
pub(crate) fn step<T>(what: &str, why: &str, body: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    title(&format!("{what} ({why})"));
    let started = Instant::now();
    let outcome = body();
    let end = if outcome.is_ok() { "done" } else { "failed" };
    note(&format!("{end} after {}", spoken(started.elapsed())));
    outcome
}

/// A heading, set off from the output of the programs that run below it.
pub(crate) fn title(text: &str) {
    say(&format!("\n{}", bold(&format!("==> {text}"))));
}

/// One line that belongs to the heading above it.
pub(crate) fn note(text: &str) {
    say(&format!("    {text}"));
}

/// One line on standard output, at once. A reader that has gone away is no reason to fail.
pub(crate) fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

fn bold(text: &str) -> String {
    if std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
        format!("\u{1b}[1m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}

/// `0.4 s`, `12 s`, `2 min 05 s`.
pub(crate) fn spoken(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..=9 => format!("{:.1} s", duration.as_secs_f64()),
        10..=99 => format!("{seconds} s"),
        _ => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        assert_eq!(spoken(Duration::from_millis(420)), "0.4 s");
        assert_eq!(spoken(Duration::from_millis(12_900)), "12 s");
        assert_eq!(spoken(Duration::from_secs(125)), "2 min 05 s");
    }
}
