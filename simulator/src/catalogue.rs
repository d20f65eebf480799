//! The list of scenarios: what can be asked for by name, in the order in which the demo offers it.

mod advice;
mod errors;
mod scripts;
mod tasks;
mod transport;

use std::sync::LazyLock;

use crate::answer::{Answer, TaskForm};

pub(crate) use scripts::SCRIPTS;

/// What a duration after the scenario's name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Span {
    /// The task is pending that long first. None given: done at once.
    PendingFirst,
    /// The answer is given for that long, then the usual life follows. None given: for ever.
    LastsFor,
    /// How slow: the pause before the reply, or between two bytes.
    Pace,
    /// What `Retry-After` says.
    RetryAfter,
    /// No duration is taken: the seed draws one.
    Seeded,
}

impl Span {
    /// The meaning in words, for the list of scenarios.
    pub(crate) fn in_words(self) -> &'static str {
        match self {
            Self::PendingFirst => "pending first",
            Self::LastsFor => "how long it lasts",
            Self::Pace => "pace",
            Self::RetryAfter => "Retry-After",
            Self::Seeded => "none",
        }
    }
}

/// One scenario.
#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    pub(crate) name: String,
    pub(crate) group: &'static str,
    pub(crate) title: String,
    pub(crate) advice: &'static str,
    pub(crate) example: String,
    pub(crate) span: Span,
    pub(crate) answer: Answer,
}

static ALL: LazyLock<Vec<Scenario>> = LazyLock::new(build);

/// Every scenario, in order.
pub(crate) fn all() -> &'static [Scenario] {
    &ALL
}

/// The scenario of that name.
pub(crate) fn named(name: &str) -> Option<&'static Scenario> {
    all().iter().find(|scenario| scenario.name == name)
}

fn build() -> Vec<Scenario> {
    let mut list = List::default();
    tasks::outcomes(&mut list);
    errors::missing_tasks(&mut list);
    errors::codes(&mut list);
    tasks::odd_tasks(&mut list);
    transport::odd_bodies(&mut list);
    transport::wire(&mut list);
    list.scenarios
}

/// The list while it is written: remembers the group under the pen.
#[derive(Default)]
struct List {
    group: &'static str,
    scenarios: Vec<Scenario>,
}

impl List {
    fn add(&mut self, name: &str, duration: &str, span: Span, answer: Answer, title: &str, advice: &'static str) {
        self.scenarios.push(Scenario {
            name: name.to_owned(),
            group: self.group,
            title: title.to_owned(),
            advice,
            example: format!("{name}{duration}"),
            span,
            answer,
        });
    }

    /// A task that is pending for a while and then ends in `form`.
    fn ends(&mut self, name: &str, duration: &str, form: TaskForm, title: &str, advice: &'static str) {
        self.add(name, duration, Span::PendingFirst, Answer::Task(form), title, advice);
    }

    /// An answer that lasts: for ever, or for the time given.
    fn lasts(&mut self, name: &str, answer: Answer, title: &str, advice: &'static str) {
        self.add(name, "", Span::LastsFor, answer, title, advice);
    }
}
