//! How many requests a client may make: slots in time, handed out in the order they are asked for.
//!
//! Slots are instants on the budget's own clock, which stands still while nothing may be sent: through a cool-down, and while a slot's owner
//! comes late. So one correction moves every slot that is given out, and none has to be told.

/// Of a client with all its tasks. Instants are the driver's, in ms, but for slots.
#[derive(Debug)]
pub(crate) struct Budget {
    gap_ms: f64,
    /// How far the budget's clock is behind the driver's.
    behind_ms: f64,
    /// How far the budget's clock has come, as far as anybody saw.
    reached: f64,
    /// The first slot that was never given out.
    next: f64,
    /// Slots that were given back.
    free: Vec<f64>,
    cool_until_ms: f64,
    last_sent_ms: f64,
}

/// A place in the queue.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Slot(f64);

impl Budget {
    pub(crate) fn new(requests_per_second: f64) -> Self {
        Self {
            // A little more than it has to be: what leaves at even intervals arrives at uneven ones, and a server counts what arrives.
            gap_ms: 1_020.0 / requests_per_second,
            behind_ms: 0.0,
            reached: f64::NEG_INFINITY,
            next: f64::NEG_INFINITY,
            free: Vec::new(),
            cool_until_ms: f64::NEG_INFINITY,
            last_sent_ms: f64::NEG_INFINITY,
        }
    }

    /// The first slot that is free.
    pub(crate) fn take(&mut self, now_ms: f64) -> Slot {
        let now = now_ms.max(self.cool_until_ms) - self.behind_ms;
        self.reached = self.reached.max(now);
        // The first of those given back; what has gone by unused is gone.
        let mut first = f64::INFINITY;
        let mut place = 0;
        while let Some(slot) = self.free.get(place).copied() {
            if slot < now || slot == first {
                self.free.swap_remove(place);
            } else {
                first = first.min(slot);
                place = place.saturating_add(1);
            }
        }
        if let Some(place) = self.free.iter().position(|slot| *slot == first) {
            return Slot(self.free.swap_remove(place));
        }
        let slot = self.next.max(now);
        self.next = slot + self.gap_ms;
        Slot(slot)
    }

    /// For an owner that needs it no longer.
    pub(crate) fn give_back(&mut self, Slot(slot): Slot) {
        self.free.push(slot);
    }

    /// When a slot comes.
    pub(crate) fn at_ms(&self, Slot(slot): Slot) -> f64 {
        (slot + self.behind_ms).max(self.last_sent_ms + self.gap_ms).max(self.cool_until_ms)
    }

    /// A slot is used up.
    pub(crate) fn sent(&mut self, Slot(slot): Slot, now_ms: f64) {
        // Owners that come late all come at once; those after them keep their distance. One that comes after others took their slots has
        // kept nobody waiting: the clock goes back to no time that was seen.
        self.reached = self.reached.max(slot);
        self.behind_ms = self.behind_ms.max(now_ms - self.reached);
        self.last_sent_ms = now_ms;
    }

    /// Nothing is sent before `until_ms`.
    pub(crate) fn cool(&mut self, until_ms: f64, now_ms: f64) {
        self.behind_ms += (until_ms - now_ms.max(self.cool_until_ms)).max(0.0);
        self.cool_until_ms = self.cool_until_ms.max(until_ms);
    }

    /// Nobody has a slot.
    pub(crate) fn clear(&mut self) {
        self.free = Vec::new();
        self.next = f64::NEG_INFINITY;
    }
}
