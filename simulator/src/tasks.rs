//! The tasks the simulator remembers: one per full id, oldest forgotten first.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::clock::Clock;
use crate::grammar::{self, Plan};
use crate::life::{self, Progress, Sight};
use crate::seed;

const MOST_TASKS: usize = 10_000;

/// What was asked for when a task was created.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) param_json: String,
    pub(crate) prompt: String,
    pub(crate) kind: String,
}

/// One remembered task.
#[derive(Debug)]
struct Task {
    plan: Plan,
    progress: Progress,
    born_life_ms: u64,
    born_unix_ms: u64,
    request: Option<Request>,
}

/// A look's answer, with what the reply needs to know of the task.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) sight: Sight,
    pub(crate) created_unix_ms: u64,
    pub(crate) finished_unix_ms: Option<u64>,
    pub(crate) request: Option<Request>,
}

/// All remembered tasks.
#[derive(Debug)]
pub(crate) struct Tasks {
    seed: u64,
    clock: Clock,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    tasks: HashMap<String, Task>,
    order: VecDeque<String>,
    created: u64,
}

impl Tasks {
    pub(crate) fn new(seed: u64, clock: Clock) -> Self {
        Self { seed, clock, inner: Mutex::default() }
    }

    /// Looks at a task. A scripted id comes into being at its first look; `None`: there is no such task.
    pub(crate) fn look(&self, id: &str) -> Option<Seen> {
        let mut inner = self.lock();
        if !inner.tasks.contains_key(id) {
            let plan = grammar::parse(id)?;
            self.remember(&mut inner, id, plan, None);
        }
        let task = inner.tasks.get_mut(id)?;
        let seeded_ms = seed::image_ms(self.seed, id);
        let sight = life::look(&task.plan, &mut task.progress, self.clock.life_ms(), seeded_ms)?;
        Some(Seen {
            sight,
            created_unix_ms: task.born_unix_ms,
            finished_unix_ms: self.finished_unix_ms(task),
            request: task.request.clone(),
        })
    }

    /// Creates a task that lives by `plan`, or as the seed draws it. Gives its id.
    pub(crate) fn create(&self, plan: Option<Plan>, request: Request) -> Option<String> {
        let mut inner = self.lock();
        let id = seed::task_id(self.seed, inner.created);
        inner.created += 1;
        let plan = plan.or_else(|| grammar::success_after(seed::image_ms(self.seed, &id)))?;
        self.remember(&mut inner, &id, plan, Some(request));
        Some(id)
    }

    /// How long ago the task was done, on the life clock; `None` while it is not, or where nobody knows it.
    pub(crate) fn life_since_finish_ms(&self, id: &str) -> Option<u64> {
        let inner = self.lock();
        let finished = inner.tasks.get(id)?.progress.finished_ms?;
        Some(self.clock.life_ms().saturating_sub(finished))
    }

    fn finished_unix_ms(&self, task: &Task) -> Option<u64> {
        let lived_ms = task.progress.finished_ms?.saturating_sub(task.born_life_ms);
        Some(task.born_unix_ms.saturating_add(self.clock.real_ms(lived_ms)))
    }

    fn remember(&self, inner: &mut Inner, id: &str, plan: Plan, request: Option<Request>) {
        while inner.order.len() >= MOST_TASKS {
            if let Some(oldest) = inner.order.pop_front() {
                inner.tasks.remove(&oldest);
            }
        }
        let now = self.clock.life_ms();
        let task = Task { plan, progress: Progress::born(now), born_life_ms: now, born_unix_ms: self.clock.unix_ms(), request };
        inner.order.push_back(id.to_owned());
        inner.tasks.insert(id.to_owned(), task);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_and_the_oldest_goes_first() {
        let tasks = Tasks::new(1, Clock::start(1.0));
        for n in 0..=MOST_TASKS {
            assert!(tasks.look(&format!("success--{n}")).is_some());
        }
        let inner = tasks.lock();
        assert_eq!(inner.tasks.len(), MOST_TASKS);
        assert!(!inner.tasks.contains_key("success--0"));
        assert!(inner.tasks.contains_key("success--1"));
    }

    #[test]
    fn two_runs_with_one_seed_create_the_same_ids() {
        let request = Request { param_json: String::new(), prompt: String::new(), kind: String::new() };
        let ids = |seed| {
            let tasks = Tasks::new(seed, Clock::start(1.0));
            [tasks.create(None, request.clone()), tasks.create(None, request.clone())]
        };
        assert_eq!(ids(3), ids(3));
        assert_ne!(ids(3), ids(4));
    }
}
