//! When to ask next. Pure and sans-I/O: the machine never sleeps, sends or reads a clock; it is told what time it is and what came back,
//! and says what to do next. So the same decisions run under native property tests and in every JavaScript runtime.
//!
//! The driver's whole duty: do what [`Wait::next`] says, tell [`Wait::came_back`] what a look brought, [`Wait::abort`] when the caller
//! has had enough, and take the [`Outcome`] when it is [`Next::Done`].

mod backoff;
mod failure;
mod handle;
mod machine;
mod schedule;

pub use failure::Failure;
pub use handle::Handle;
pub use machine::{Next, Outcome, Terms, Wait};
pub use schedule::{MIN_GAP_MS, Pace};
