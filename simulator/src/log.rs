//! What arrived, per task id, so that a test can say afterwards what its client did. The key itself is never kept.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::{HeaderName, Method};
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::record_info::RATE_LIMITED;

const MOST_IDS: usize = 10_000;
const MOST_LOOKS: usize = 50_000;
const MOST_LOOKS_OF_ONE: usize = 1_000;

/// One request as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    pub(crate) method: Method,
    pub(crate) authorization: bool,
    pub(crate) right_key: bool,
    pub(crate) headers: Vec<HeaderName>,
}

/// How a look ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Open,
    Answered,
    /// The simulator broke it off, as the scenario asks.
    Broken,
    /// The client went away before the reply was complete.
    ClientLeft,
}

#[derive(Debug)]
struct Look {
    serial: u64,
    at_ms: u64,
    took_ms: Option<u64>,
    arrival: Arrival,
    answer: String,
    end: End,
}

#[derive(Debug, Default)]
struct History {
    looks: VecDeque<Look>,
    first: u64,
    in_flight: u64,
    max_in_flight: u64,
}

/// The queries beyond the limit of their key, of all tasks. These are never forgotten.
#[derive(Debug, Default)]
struct Limited {
    count: u64,
    first_at_ms: Option<u64>,
    last_at_ms: Option<u64>,
}

#[derive(Debug, Default)]
struct Inner {
    histories: HashMap<String, History>,
    order: VecDeque<String>,
    kept: usize,
    serial: u64,
    limited: Limited,
}

/// The log of one origin.
#[derive(Debug)]
pub(crate) struct Log {
    clock: Clock,
    inner: Mutex<Inner>,
}

impl Log {
    pub(crate) fn new(clock: Clock) -> Arc<Self> {
        Arc::new(Self { clock, inner: Mutex::default() })
    }

    /// Writes down a look. The guard goes with the reply and notes how it ended.
    pub(crate) fn open(self: &Arc<Self>, id: &str, arrival: Arrival, answer: &str) -> LookGuard {
        let at_ms = self.clock.since_start_ms();
        let mut inner = self.lock();
        inner.make_room(id);
        inner.serial += 1;
        inner.kept += 1;
        if answer == RATE_LIMITED {
            inner.limited.note(at_ms);
        }
        let serial = inner.serial;
        let history = inner.histories.entry(id.to_owned()).or_default();
        history.in_flight += 1;
        history.max_in_flight = history.max_in_flight.max(history.in_flight);
        let answer = answer.to_owned();
        history.looks.push_back(Look { serial, at_ms, took_ms: None, arrival, answer, end: End::Open });
        LookGuard { log: Arc::clone(self), id: id.to_owned(), serial, end: End::ClientLeft }
    }

    /// The looks at one id as JSON.
    pub(crate) fn of(&self, id: &str) -> Value {
        let inner = self.lock();
        let Some(history) = inner.histories.get(id) else {
            return json!({ "looks": [], "maxInFlight": 0, "inFlight": 0, "forgotten": 0 });
        };
        let numbered = (history.first + 1..).zip(&history.looks);
        json!({
            "looks": numbered.map(|(number, look)| look.json(number)).collect::<Vec<_>>(),
            "maxInFlight": history.max_in_flight,
            "inFlight": history.in_flight,
            "forgotten": history.first,
        })
    }

    /// How many looks there were at all tasks, and what came beyond the limit of a key, as JSON.
    pub(crate) fn totals(&self) -> Value {
        let inner = self.lock();
        let Limited { count, first_at_ms, last_at_ms } = &inner.limited;
        json!({
            "looks": inner.serial,
            "rateLimited": { "count": count, "firstAtMs": first_at_ms, "lastAtMs": last_at_ms },
        })
    }

    /// Every id seen, in the order of arrival.
    pub(crate) fn ids(&self) -> Vec<String> {
        self.lock().order.iter().cloned().collect()
    }

    fn close(&self, guard: &LookGuard) {
        let now = self.clock.since_start_ms();
        let mut inner = self.lock();
        // Forgotten meanwhile: nothing to note.
        let Some(history) = inner.histories.get_mut(&guard.id) else {
            return;
        };
        history.in_flight = history.in_flight.saturating_sub(1);
        if let Some(look) = history.looks.iter_mut().rev().find(|look| look.serial == guard.serial) {
            look.end = guard.end;
            look.took_ms = Some(now.saturating_sub(look.at_ms));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Limited {
    fn note(&mut self, at_ms: u64) {
        self.count += 1;
        self.first_at_ms.get_or_insert(at_ms);
        self.last_at_ms = Some(at_ms);
    }
}

impl Inner {
    /// Forgets the oldest ids, and the oldest looks of this one, until one more look fits.
    fn make_room(&mut self, id: &str) {
        if !self.histories.contains_key(id) {
            self.order.push_back(id.to_owned());
        }
        while self.order.len() > MOST_IDS || (self.kept >= MOST_LOOKS && self.order.len() > 1) {
            let Some(oldest) = self.order.pop_front() else {
                break;
            };
            if oldest == id {
                self.order.push_back(oldest);
                continue;
            }
            let gone = self.histories.remove(&oldest).map_or(0, |history| history.looks.len());
            self.kept = self.kept.saturating_sub(gone);
        }
        if let Some(history) = self.histories.get_mut(id)
            && history.looks.len() >= MOST_LOOKS_OF_ONE
        {
            history.looks.pop_front();
            history.first += 1;
            self.kept = self.kept.saturating_sub(1);
        }
    }
}

impl Look {
    fn json(&self, number: u64) -> Value {
        let headers: Vec<&str> = self.arrival.headers.iter().map(HeaderName::as_str).collect();
        json!({
            "look": number,
            "atMs": self.at_ms,
            "tookMs": self.took_ms,
            "method": self.arrival.method.as_str(),
            "authorization": self.arrival.authorization,
            "rightKey": self.arrival.right_key,
            "headers": headers,
            "answer": self.answer,
            "ended": self.end.in_words(),
            "clientLeft": self.end == End::ClientLeft,
        })
    }
}

impl End {
    fn in_words(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Answered => "answered",
            Self::Broken => "broken",
            Self::ClientLeft => "client-left",
        }
    }
}

/// One look under way. Dropped before it is told how the look ended, it notes that the client went away:
/// that is when the server lets go of a reply it was still working on.
#[derive(Debug)]
pub(crate) struct LookGuard {
    log: Arc<Log>,
    id: String,
    serial: u64,
    end: End,
}

impl LookGuard {
    /// The reply is complete.
    pub(crate) fn answered(&mut self) {
        self.end = End::Answered;
    }

    /// The reply is broken off on purpose.
    pub(crate) fn broken(&mut self) {
        self.end = End::Broken;
    }
}

impl Drop for LookGuard {
    fn drop(&mut self) {
        self.log.close(self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrival() -> Arrival {
        Arrival { method: Method::GET, authorization: true, right_key: false, headers: Vec::new() }
    }

    #[test]
    fn looks_at_once_are_counted_and_ends_are_noted() {
        let log = Log::new(Clock::start(1.0));
        let mut first = log.open("a", arrival(), "success");
        let second = log.open("a", arrival(), "silent");
        first.answered();
        drop(first);
        drop(second);
        let json = log.of("a");
        assert_eq!(json["maxInFlight"], 2);
        assert_eq!(json["inFlight"], 0);
        assert_eq!(json["looks"][0]["ended"], "answered");
        assert_eq!(json["looks"][1]["clientLeft"], true);
        assert_eq!(json["looks"][1]["look"], 2);
    }

    #[test]
    fn memory_is_bounded() {
        let log = Log::new(Clock::start(1.0));
        for _ in 0..MOST_LOOKS_OF_ONE + 5 {
            log.open("one", arrival(), "x").answered();
        }
        assert_eq!(log.of("one")["forgotten"], 5);
        assert_eq!(log.of("one")["looks"][0]["look"], 6);
        for n in 0..MOST_LOOKS {
            log.open(&format!("{}", n % 20_000), arrival(), "x").answered();
        }
        let inner = log.lock();
        assert!(inner.kept <= MOST_LOOKS && inner.order.len() <= MOST_IDS);
        assert_eq!(inner.kept, inner.histories.values().map(|history| history.looks.len()).sum::<usize>());
    }
}
