//! The one error of this tool: a sentence that says what went wrong and what to do next.

use std::fmt;

/// A sentence for the person at the terminal.
#[derive(Debug)]
pub(crate) struct Failure(String);

/// What every step of this tool answers.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl From<String> for Failure {
    fn from(sentence: String) -> Self {
        Self(sentence)
    }
}

impl From<&str> for Failure {
    fn from(sentence: &str) -> Self {
        Self(sentence.to_owned())
    }
}

/// Says what was being done when the operating system refused.
pub(crate) trait Doing<T> {
    /// `doing` reads on from "cannot": "read Cargo.lock", "start node".
    fn doing(self, doing: impl FnOnce() -> String) -> Outcome<T>;
}

impl<T> Doing<T> for std::io::Result<T> {
    fn doing(self, doing: impl FnOnce() -> String) -> Outcome<T> {
        self.map_err(|error| Failure(format!("cannot {}: {error}", doing())))
    }
}
