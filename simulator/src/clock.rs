//! The simulator's clocks: the world's, and the one tasks live by, which `--speed` makes run faster.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Time since the start, real and as tasks live it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    start: Instant,
    speed: f64,
}

impl Clock {
    pub(crate) fn start(speed: f64) -> Self {
        Self { start: Instant::now(), speed }
    }

    /// Real milliseconds since the start.
    pub(crate) fn since_start_ms(self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Milliseconds since the start as tasks live them.
    pub(crate) fn life_ms(self) -> u64 {
        (self.start.elapsed().as_secs_f64() * 1_000.0 * self.speed) as u64
    }

    /// The real length of a span of life.
    pub(crate) fn real_ms(self, life_ms: u64) -> u64 {
        (life_ms as f64 / self.speed) as u64
    }

    /// The same as a duration to sleep.
    pub(crate) fn real(self, life_ms: u64) -> Duration {
        Duration::from_secs_f64(life_ms as f64 / 1_000.0 / self.speed)
    }

    /// The time of day, since 1970.
    pub(crate) fn unix_ms(self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }
}
