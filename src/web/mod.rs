//! The only room that touches JavaScript: fetch, timers, the clock, values in and out, errors out.

mod clock;
mod connection;
mod error;
mod fetch;
mod json;
mod options;
mod pause;
mod values;

pub(crate) use clock::{Clock, random};
pub(crate) use error::{Rejection, Thrown};
pub(crate) use fetch::look;
pub(crate) use options::Call;
pub(crate) use pause::{Signal, pause};
pub(crate) use values::{details_out, report};
