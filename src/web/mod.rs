//! The only room that touches JavaScript: fetch, timers, clocks, the page, values in and out, errors out.

mod bell;
mod clock;
mod connection;
mod error;
mod fetch;
mod json;
mod options;
mod page;
mod pause;
mod signal;
mod values;

pub(crate) use bell::Bell;
pub(crate) use clock::{now, random};
pub(crate) use connection::Connection;
pub(crate) use error::{Rejection, Thrown};
pub(crate) use fetch::{Asker, Flight, Look, SILENCE_MS, look};
pub(crate) use options::{Call, How, Named, Refusal, connection_of};
pub(crate) use page::page;
pub(crate) use signal::Signal;
pub(crate) use values::{details_out, report};
