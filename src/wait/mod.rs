//! When to ask next. Pure and sans-I/O: the machine never sleeps, sends or reads a clock; it is told what time it is and what came back,
//! and says what to do next. So the same decisions run under native property tests and in every JavaScript runtime.
//!
//! The driver's whole duty: [`Client::enter`], do what [`Client::next`] says, tell [`Client::came_back`] what a look brought and have all who
//! wait for its task ask again, [`Seat::abort`] when the caller has had enough, take the [`Outcome`] when it is [`Next::Done`], and
//! [`Client::leave`]. A look is its task's and not its sender's: it goes on for as long as anybody waits for that.

mod backoff;
mod budget;
mod client;
mod failure;
mod handle;
mod latest;
mod machine;
mod poll_plan;
mod run_time_model;
mod schedule;
mod turns;

pub use client::{Client, Now, Page, Seat};
pub use failure::Failure;
pub use handle::Handle;
pub use machine::{History, Next, Outcome, Terms, Wait};
pub use run_time_model::RunTimeModel;
pub use schedule::{MIN_GAP_MS, Pace};
