//! What of a wait survives a reload.

use crate::reply::Json;

/// The version of handle that this crate writes and reads.
const VERSION: f64 = 1.0;

/// A wait's task, start and deadline. Instants are ms since the epoch. Holds no secret.
#[derive(Debug, Clone, PartialEq)]
pub struct Handle {
    /// Whom the wait is for.
    pub task_id: String,
    /// When the wait began, not the reload.
    pub started_at_ms: f64,
    /// When it ends; `None` where no limit was set.
    pub deadline_at_ms: Option<f64>,
}

impl Handle {
    /// By a clock that is this far ahead. Whole ms, and none before the epoch.
    pub(super) fn set(&self, ahead_ms: f64) -> Self {
        let moved = |at_ms: f64| (at_ms + ahead_ms).floor().max(0.0);
        Self { task_id: self.task_id.clone(), started_at_ms: moved(self.started_at_ms), deadline_at_ms: self.deadline_at_ms.map(moved) }
    }

    /// Reads what a caller stored. `None` where it is no handle of a version known here; the task id is the caller's to check.
    #[must_use]
    pub fn read<V: Json>(value: &V) -> Option<Self> {
        if value.number_at("v")? != VERSION {
            return None;
        }
        let instant = |at: &V| at.number().filter(|at| at.is_finite() && *at >= 0.0);
        let started_at_ms = instant(&value.member("startedAt"))?;
        let deadline = value.member("deadlineAt");
        let deadline_at_ms = if deadline.is_nothing() { None } else { Some(instant(&deadline).filter(|at| *at >= started_at_ms)?) };
        Some(Self { task_id: value.text_at("taskId")?, started_at_ms, deadline_at_ms })
    }
}
