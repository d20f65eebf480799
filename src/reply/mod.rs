//! What came back, and what it means. Pure: no JavaScript, no clock, no I/O.
//!
//! [`read`] turns one HTTP reply into a [`Reading`]: a task, or a [`Problem`] of a named class. Parsing JSON is the engine's work and
//! reaches this room through the small trait [`Json`]; the meaning is decided here, the same in every runtime.

mod envelope;
mod json;
mod model;
mod problem;
mod retry_after;
mod task;
mod text;
mod time;

use std::rc::Rc;

pub use envelope::{Reply, read};
pub use json::Json;
pub use model::{Model, Resolution};
pub use problem::{Class, Kind, Problem};
pub use task::{Code, Pictures, Status, TaskDetails};
pub use text::push_whole;
pub(crate) use text::quoted;
pub use time::parse_time;

/// One look's result.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// The API answered with the record of the task, whatever its state.
    Task(Rc<TaskDetails>),
    /// It did not, for this reason.
    Problem(Rc<Problem>),
}
