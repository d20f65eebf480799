//! How many requests a client may make: how far they are apart, and the turns of those who wait for one.

/// One that is this much later than it was told holds nobody up: it may be frozen, or its runtime has dropped it. Who comes after others is told of
/// no earlier time than that, and told again when its turn comes.
pub(crate) const LATE_MS: f64 = 250.0;

/// Of a client with all its tasks. Instants are the driver's, in ms.
#[derive(Debug)]
pub(crate) struct Budget {
    pub(crate) gap_ms: f64,
    cool_until_ms: f64,
    pub(crate) last_sent_ms: f64,
    /// When the last of those leaves that had to wait for something after their turn.
    left_ms: f64,
    /// Turns given out.
    taken: f64,
}

/// A place in the queue of those who have a look due.
#[derive(Debug)]
pub(crate) struct Turn {
    /// In the order they were taken; infinite for none.
    pub(crate) number: f64,
    /// When it comes at the latest, as far as its owner has been told.
    pub(crate) told_ms: f64,
    /// The waits that share it.
    waits: usize,
}

impl Default for Turn {
    fn default() -> Self {
        Self { number: f64::INFINITY, told_ms: f64::INFINITY, waits: 0 }
    }
}

impl Turn {
    /// Whether it counts for who has this turn.
    pub(crate) fn stands_before(&self, number: f64, now_ms: f64) -> bool {
        self.number < number && now_ms < self.told_ms + LATE_MS
    }

    /// One more wait of the task shares it, and shows this for it.
    pub(crate) fn share(&mut self, shown: &mut f64) {
        if *shown != self.number {
            *shown = self.number;
            self.waits = self.waits.saturating_add(1);
        }
    }

    /// One who shows this shares it no longer; whether nobody does now.
    pub(crate) fn leave(&mut self, shown: f64) -> bool {
        let shared = shown == self.number;
        self.waits = self.waits.saturating_sub(usize::from(shared));
        let over = shared && self.waits == 0;
        if over {
            *self = Self::default();
        }
        over
    }
}

impl Budget {
    pub(crate) fn new(requests_per_second: f64) -> Self {
        Self {
            // A little more than it has to be: what leaves at even intervals arrives at uneven ones, and a server counts what arrives.
            gap_ms: (1_020.0 / requests_per_second).min(f64::MAX),
            cool_until_ms: f64::NEG_INFINITY,
            last_sent_ms: f64::NEG_INFINITY,
            left_ms: f64::NEG_INFINITY,
            taken: 0.0,
        }
    }

    /// Gives a turn to who has none; its number.
    pub(crate) fn take(&mut self, turn: &mut Turn) -> f64 {
        if turn.number.is_infinite() {
            self.taken += 1.0;
            turn.number = self.taken;
        }
        turn.number
    }

    /// When a look may be sent.
    pub(crate) fn open_ms(&self) -> f64 {
        self.cool_until_ms.max(self.last_sent_ms + self.gap_ms)
    }

    /// One that had its turn some time ago may leave in so many ms, and with 0 it has; or never, because all are to be silent now.
    pub(crate) fn leave(&mut self, now_ms: f64) -> f64 {
        let in_ms = self.left_ms + self.gap_ms - now_ms;
        if self.is_cooling(now_ms) {
            return f64::INFINITY;
        }
        if in_ms <= 0.0 {
            self.left_ms = now_ms;
        }
        in_ms.max(0.0)
    }

    /// Whether all are to be silent now.
    pub(crate) fn is_cooling(&self, now_ms: f64) -> bool {
        now_ms < self.cool_until_ms
    }

    /// Nothing is sent before `until_ms`.
    pub(crate) fn cool(&mut self, until_ms: f64) {
        self.cool_until_ms = self.cool_until_ms.max(until_ms);
    }
}
