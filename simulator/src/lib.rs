//! A server that behaves like NanoBanana's record-info, faults included: README.md tells how to use it.
//!
//! Pure rooms, which know no sockets and no clock:
//! - [`grammar`]: a task id to a plan; [`catalogue`]: the scenarios by name; [`answer`]: what a look can be told
//! - [`life`]: plan, progress and time to an answer; [`reply`]: an answer's JSON
//! - [`times`], [`seed`], [`picture`]: dates as text, repeatable chance, drawing
//!
//! Rooms that serve:
//! - [`server`]: binds and stops; [`settings`], [`args`]: what it is started with
//! - [`record_info`], [`generate`], [`pictures`], [`introspect`], [`other_origin`]: the routes; [`http`]: what they share
//! - [`delivery`], [`body`], [`connection`]: how an answer reaches the wire, or does not
//! - [`tasks`], [`log`], [`query_limit`], [`clock`]: what is remembered, and when
#![allow(rustdoc::private_intra_doc_links)]

mod answer;
pub mod args;
mod body;
mod catalogue;
mod clock;
mod connection;
mod delivery;
mod generate;
mod grammar;
mod http;
mod introspect;
mod life;
mod log;
mod other_origin;
mod picture;
mod pictures;
mod query_limit;
mod record_info;
mod reply;
mod seed;
mod server;
mod settings;
mod tasks;
mod times;

pub use server::Simulator;
pub use settings::{DEFAULT_KEY, Settings};
