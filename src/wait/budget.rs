//! How many requests a client may make: how far they are apart, and when there are to be none.

/// Of a client with all its tasks. Instants are the driver's, in ms.
#[derive(Debug)]
pub(crate) struct Budget {
    pub(crate) gap_ms: f64,
    cool_until_ms: f64,
    pub(crate) last_sent_ms: f64,
    /// When the last of those leaves that had to wait for something after their turn.
    left_ms: f64,
}

impl Budget {
    pub(crate) fn new(requests_per_second: f64) -> Self {
        Self {
            // A little more than it has to be: what leaves at even intervals arrives at uneven ones, and a server counts what arrives.
            gap_ms: (1_020.0 / requests_per_second).min(f64::MAX),
            cool_until_ms: f64::NEG_INFINITY,
            last_sent_ms: f64::NEG_INFINITY,
            left_ms: f64::NEG_INFINITY,
        }
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
