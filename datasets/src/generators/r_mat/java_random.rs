//! The random numbers that the definition of R-MAT names: those of `java.util.Random`.
//!
//! A linear congruential generator of 48 bits, `s := s * 0x5DEECE66D + 0xB`, of which each draw
//! shows the top bits. The state is kept in the upper 48 bits of a word: arithmetic that wraps at
//! 64 bits then wraps the state at 48, and comparing states compares what they show.

const MULTIPLIER: u64 = 0x5_DEEC_E66D;
const INCREMENT: u64 = 0xB << UNUSED_BITS;
const UNUSED_BITS: u32 = 16;

/// A generator of random numbers.
#[derive(Clone, Debug)]
pub(super) struct JavaRandom {
    state: u64,
}

impl JavaRandom {
    /// The generator for `seed`.
    pub(super) fn new(seed: u64) -> Self {
        Self { state: (seed ^ MULTIPLIER) << UNUSED_BITS }
    }

    /// Goes one step on; the top bits of what comes back are the draw.
    #[inline(always)]
    pub(super) fn step(&mut self) -> u64 {
        self.state = self.state.wrapping_mul(MULTIPLIER).wrapping_add(INCREMENT);
        self.state
    }

    /// Any 64 bits (of the 2^48 that the generator can give).
    pub(super) fn next_long(&mut self) -> u64 {
        let high = self.step() >> 32;
        // The low half is a signed number there: it is added, not put beside.
        let low = (self.step() >> 32) as i32;
        (high << 32).wrapping_add_signed(i64::from(low))
    }

    /// A number from 0 up to 1.
    #[inline(always)]
    pub(super) fn next_float(&mut self) -> f32 {
        (self.step() >> 40) as f32 / (1 << 24) as f32
    }

    /// The highest [`step`](Self::step) whose [`next_float`](Self::next_float) is within `limit`:
    /// a draw is above `limit` exactly if its step is above this.
    pub(super) fn last_step_within(limit: f32) -> u64 {
        // A draw is k / 2^24 with an integer k, and scaling by a power of two is exact.
        let last = (limit * (1 << 24) as f32).clamp(0.0, ((1 << 24) - 1) as f32) as u64;
        (last << 40) | ((1 << 40) - 1)
    }
}

/// Many steps at once: `s := s * multiplier + increment`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Jump {
    multiplier: u64,
    increment: u64,
}

impl Jump {
    /// The jump over `steps` steps.
    pub(super) fn over(steps: u32) -> Self {
        let mut jump = Self { multiplier: 1, increment: 0 };
        for _ in 0..steps {
            jump.multiplier = jump.multiplier.wrapping_mul(MULTIPLIER);
            jump.increment = jump.increment.wrapping_mul(MULTIPLIER).wrapping_add(INCREMENT);
        }
        jump
    }

    /// The generator as it is after the jump.
    #[inline(always)]
    pub(super) fn from(self, start: &JavaRandom) -> JavaRandom {
        let state = start.state.wrapping_mul(self.multiplier).wrapping_add(self.increment);
        JavaRandom { state }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_the_numbers_of_java() {
        let mut random = JavaRandom::new(42);
        assert_eq!((random.step() >> 32) as i32, -1_170_105_035);
        assert_eq!((random.step() >> 32) as i32, 234_785_527);
        assert_eq!(JavaRandom::new(42).next_long() as i64, -5_025_562_857_975_149_833);
        assert_eq!(JavaRandom::new(42).next_float(), 12_206_493.0 / 16_777_216.0);
    }

    #[test]
    fn a_jump_is_as_many_steps() {
        let start = JavaRandom::new(7);
        let mut walked = start.clone();
        for steps in 0..100 {
            assert_eq!(Jump::over(steps).from(&start).state, walked.state);
            walked.step();
        }
    }

    #[test]
    fn steps_compare_as_the_floats_that_they_show() {
        let mut random = JavaRandom::new(1);
        for limit in [0.0, 0.19, 0.57, 0.57 + 0.19, 0.999_999_94, 1.0] {
            let last = JavaRandom::last_step_within(limit);
            for _ in 0..1000 {
                let mut same = random.clone();
                assert_eq!(random.step() > last, same.next_float() > limit);
            }
        }
    }
}
