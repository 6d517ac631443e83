//! Random choices that are the same each time for the same seed.

use fastrand::Rng;

pub struct Chance(Rng);

impl Chance {
    pub fn new(seed: u64) -> Chance {
        Chance(Rng::with_seed(seed))
    }

    /// 0 to one less than `most`.
    pub fn below(&mut self, most: u64) -> u64 {
        self.0.u64(..most.max(1))
    }

    /// True so many times in a hundred.
    pub fn percent(&mut self, times: u64) -> bool {
        self.below(100) < times
    }

    pub fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.0.usize(..of.len())]
    }
}
