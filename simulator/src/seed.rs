//! Repeatable chance: the same seed and the same name give the same numbers, on every machine.

/// A small generator (splitmix64). Not for secrets.
#[derive(Clone, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    /// The numbers that belong to `name` under `seed`.
    pub(crate) fn of(seed: u64, name: &str) -> Self {
        // FNV-1a: enough to tell names apart, and simple to repeat elsewhere.
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        Self(hash ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 up to, not including, 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }
}

/// How long a standard image takes: 8 to 40 s, most of them below 20.
pub(crate) fn image_ms(seed: u64, task_id: &str) -> u64 {
    let draw = Chance::of(seed, task_id).unit();
    8_000 + (32_000.0 * draw * draw) as u64
}

/// The id of the `n`th task that was created under this seed: 32 hex digits.
pub(crate) fn task_id(seed: u64, n: u64) -> String {
    let mut chance = Chance::of(seed, &format!("task {n}"));
    format!("{:016x}{:016x}", chance.next(), chance.next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_name_give_the_same() {
        assert_eq!(image_ms(7, "a"), image_ms(7, "a"));
        assert_eq!(task_id(7, 1), task_id(7, 1));
        assert_ne!(task_id(7, 1), task_id(7, 2));
        assert_ne!(task_id(7, 1), task_id(8, 1));
    }

    #[test]
    fn durations_are_those_of_a_standard_image() {
        let mut all: Vec<u64> = (0..1_000).map(|n| image_ms(1, &task_id(1, n))).collect();
        all.sort_unstable();
        assert!(all[0] >= 8_000 && all[999] <= 40_000);
        assert!((12_000..20_000).contains(&all[500]), "median {}", all[500]);
    }
}
