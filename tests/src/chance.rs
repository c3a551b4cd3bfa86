//! Chance from a seed that is printed, so that a failure can be run again.

/// Names a seed to use again.
pub const SEED_VARIABLE: &str = "TL_TEST_SEED";

/// A small generator (xorshift64*): good enough to pick moments.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// The seed of the environment, else one of this process; printed either way.
    #[must_use]
    pub fn new(story: &str) -> Self {
        let named = std::env::var(SEED_VARIABLE).ok().and_then(|text| text.parse().ok());
        let seed = named.unwrap_or_else(|| {
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            since.map_or(1, |time| u64::from(time.subsec_nanos())) | 1
        });
        println!("{story}: {SEED_VARIABLE}={seed}");
        Self::seeded(seed)
    }

    /// From a seed that is written down.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(seed.max(1))
    }

    /// A number from a range, its end left out.
    ///
    /// # Panics
    /// The range is empty.
    pub fn pick(&mut self, range: std::ops::Range<u64>) -> u64 {
        assert!(range.start < range.end, "a range to pick from");
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16;
        range.start + drawn % (range.end - range.start)
    }
}
