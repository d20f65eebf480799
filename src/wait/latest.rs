//! A number for each of the tasks that a client has had to do with of late, in memory that does not grow with them.

/// The newest first. Tasks are known by their ids' hashes.
#[derive(Debug, Default)]
pub(crate) struct Latest(Vec<Noted>);

#[derive(Debug)]
struct Noted {
    task: u32,
    ms: f64,
}

impl Latest {
    /// What was noted last of a task.
    pub(crate) fn of(&self, task_id: &str) -> Option<f64> {
        let task = hash(task_id);
        self.0.iter().find(|noted| noted.task == task).map(|noted| noted.ms)
    }

    /// Of `most` tasks.
    pub(crate) fn note(&mut self, task_id: &str, ms: f64, most: usize) {
        let task = hash(task_id);
        match self.0.iter_mut().find(|noted| noted.task == task) {
            Some(noted) => noted.ms = ms,
            None if ms.is_finite() => self.0.insert(0, Noted { task, ms }),
            None => {}
        }
        self.0.truncate(most);
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = f64> {
        self.0.iter().map(|noted| noted.ms)
    }
}

/// FNV-1a, but for where it begins. Of two tasks in four thousand million one is taken for the other.
fn hash(id: &str) -> u32 {
    id.bytes().fold(0, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
