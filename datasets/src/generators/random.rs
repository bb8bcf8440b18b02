//! Random numbers that do not depend on who draws them, or when.

use rand_xoshiro::SplitMix64;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// A number below `limit`, each as likely as the others (Lemire: Fast random integer generation
/// in an interval, 2019).
#[inline(always)]
pub(super) fn draw_below(limit: u64, random: &mut impl Rng) -> u64 {
    loop {
        let product = u128::from(random.next_u64()) * u128::from(limit);
        let low = product as u64;
        // The remainder is below the limit: most draws need no division.
        if low >= limit || low >= limit.wrapping_neg() % limit {
            return (product >> 64) as u64;
        }
    }
}

/// The `index`th of the random numbers of `seed`, without those before it: a step of SplitMix64
/// (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
#[inline(always)]
pub(super) fn random_at(seed: u64, index: u64) -> u64 {
    let mut z = seed.wrapping_add(index.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A number below `limit` from 64 random bits; how much likelier one is than another is at most
/// `limit / 2^64`.
#[inline(always)]
pub(super) fn scale_below(limit: u64, bits: u64) -> u64 {
    ((u128::from(bits) * u128::from(limit)) >> 64) as u64
}

/// A number from 0 up to 1 from 64 random bits.
#[inline(always)]
pub(super) fn unit_interval(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1u64 << 53) as f64
}

/// A pseudorandom permutation of `0..len` that is computed number by number.
///
/// Multiplying by an odd number and folding the upper bits into the lower ones are permutations
/// of the numbers of so many bits; where a number leaves `0..len` it is permuted on until it is
/// back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Permutation {
    len: u64,
    mask: u64,
    shift: u32,
    rounds: [(u64, u64); 4],
}

impl Permutation {
    /// The permutation of `0..len` for `seed`.
    pub(super) fn new(len: u64, seed: u64) -> Self {
        let bits = u64::BITS - len.saturating_sub(1).leading_zeros();
        let mask = 1u64.checked_shl(bits).unwrap_or(0).wrapping_sub(1);
        let mut random = SplitMix64::seed_from_u64(seed);
        let rounds = std::array::from_fn(|_| (random.next_u64() | 1, random.next_u64()));
        Self { len, mask, shift: bits.div_ceil(2).max(1), rounds }
    }

    /// Where `number` goes.
    #[inline(always)]
    pub(super) fn apply(&self, number: u64) -> u64 {
        debug_assert!(number < self.len);
        let mut moved = number;
        loop {
            for (factor, addend) in self.rounds {
                moved = moved.wrapping_mul(factor).wrapping_add(addend) & self.mask;
                moved ^= moved >> self.shift;
            }
            if moved < self.len {
                return moved;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permutation_hits_every_number_once() {
        for len in [1, 2, 3, 7, 8, 9, 100, 1000, 1024] {
            let permutation = Permutation::new(len, 5);
            let mut images: Vec<u64> = (0..len).map(|number| permutation.apply(number)).collect();
            images.sort_unstable();
            assert!(images.into_iter().eq(0..len), "{len}");
        }
    }

    #[test]
    fn a_permutation_spreads_runs() {
        // The first tenth of the numbers falls into all tenths about equally often.
        let permutation = Permutation::new(100_000, 1);
        let mut counts = [0i64; 10];
        (0..10_000).for_each(|number| counts[permutation.apply(number) as usize / 10_000] += 1);
        assert!(counts.iter().all(|count| (count - 1000).abs() < 150), "{counts:?}");
    }

    #[test]
    fn numbers_at_an_index_are_those_of_the_sequence() {
        let mut random = SplitMix64::from_seed(7u64.to_le_bytes());
        for index in 0..10 {
            assert_eq!(random_at(7, index), random.next_u64());
        }
    }

    #[test]
    fn bits_are_scaled() {
        assert_eq!((scale_below(10, 0), scale_below(10, u64::MAX)), (0, 9));
        assert_eq!((unit_interval(0), unit_interval(1 << 63)), (0.0, 0.5));
        assert!(unit_interval(u64::MAX) < 1.0);
    }
}
