//! Numbers of paths: 64-bit floats, and floats of a wider range for where those overflow.

use quince_core::algebra::{Monoid, Sum};

/// A number of paths, or a share of one: positive or zero, in a word of memory.
pub(super) trait Count: Copy + Send + Sync + 'static {
    /// Addition.
    type Sum: Monoid<Value = Self>;

    /// From a float, which is finite.
    fn from_float(number: f64) -> Self;

    /// What the word holds; zero holds zero.
    fn from_word(word: u64) -> Self;

    /// A word that holds it.
    fn to_word(self) -> u64;

    /// Whether it is too large for its type.
    fn overflows(self) -> bool;

    /// `self · other`, which a float can hold.
    fn times(self, other: Self) -> f64;

    /// `number / self`.
    fn divide(self, number: f64) -> Self;
}

impl Count for f64 {
    type Sum = Sum<f64>;

    #[inline(always)]
    fn from_float(number: f64) -> Self {
        number
    }

    #[inline(always)]
    fn from_word(word: u64) -> Self {
        Self::from_bits(word)
    }

    #[inline(always)]
    fn to_word(self) -> u64 {
        self.to_bits()
    }

    #[inline(always)]
    fn overflows(self) -> bool {
        self.is_infinite()
    }

    #[inline(always)]
    fn times(self, other: Self) -> f64 {
        self * other
    }

    #[inline(always)]
    fn divide(self, number: f64) -> Self {
        number / self
    }
}

/// A positive float of 40 bits of fraction and 24 of exponent: from `2^-8388607` to `2^8388607`.
///
/// It is unpacked while sums are made, with the fraction of a 64-bit float.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Wide {
    /// From 1 to 2, or 0.
    significand: f64,
    exponent: i32,
}

/// Bits of the fraction of a 64-bit float.
const FLOAT_FRACTION: u32 = f64::MANTISSA_DIGITS - 1;

/// Bits of the fraction in a word.
const FRACTION: u32 = 40;

/// What is added to the exponent, so that it is above zero.
const BIAS: i32 = 1 << (63 - FRACTION);

/// What is added to the exponent of a 64-bit float.
const FLOAT_BIAS: i32 = f64::MAX_EXP - 1;

impl Wide {
    /// The largest exponent.
    pub(super) const LIMIT: u64 = (BIAS - 2) as u64;

    const ZERO: Self = Self { significand: 0.0, exponent: -BIAS };

    /// `significand · 2^exponent`, of a significand that is normal and positive, or 0.
    #[inline(always)]
    fn new(significand: f64, exponent: i32) -> Self {
        if significand == 0.0 {
            return Self::ZERO;
        }
        let bits = significand.to_bits();
        let shift = (bits >> FLOAT_FRACTION) as i32 - FLOAT_BIAS;
        let fraction = bits & ((1 << FLOAT_FRACTION) - 1);
        let one = (FLOAT_BIAS as u64) << FLOAT_FRACTION;
        Self { significand: f64::from_bits(one | fraction), exponent: exponent + shift }
    }
}

/// `2^-distance`, or 0 when that is nothing beside 1.
#[inline(always)]
fn power_below_one(distance: i32) -> f64 {
    if distance > FLOAT_FRACTION as i32 + 1 {
        return 0.0;
    }
    f64::from_bits(((FLOAT_BIAS - distance) as u64) << FLOAT_FRACTION)
}

impl Count for Wide {
    type Sum = WideSum;

    #[inline(always)]
    fn from_float(number: f64) -> Self {
        Self::new(number, 0)
    }

    #[inline(always)]
    fn from_word(word: u64) -> Self {
        if word == 0 {
            return Self::ZERO;
        }
        let exponent = (word >> FRACTION) as i32 - BIAS;
        let fraction = (word & ((1 << FRACTION) - 1)) << (FLOAT_FRACTION - FRACTION);
        let one = (FLOAT_BIAS as u64) << FLOAT_FRACTION;
        Self { significand: f64::from_bits(one | fraction), exponent }
    }

    #[inline(always)]
    fn to_word(self) -> u64 {
        if self.significand == 0.0 {
            return 0;
        }
        let exponent = self.exponent.clamp(1 - BIAS, BIAS - 1) + BIAS;
        let fraction = self.significand.to_bits() & ((1 << FLOAT_FRACTION) - 1);
        const DROPPED: u32 = FLOAT_FRACTION - FRACTION;
        // What is carried over goes to the exponent, as it should.
        ((exponent as u64) << FRACTION) + ((fraction + (1 << (DROPPED - 1))) >> DROPPED)
    }

    #[inline(always)]
    fn overflows(self) -> bool {
        self.exponent > BIAS - 2
    }

    #[inline(always)]
    fn times(self, other: Self) -> f64 {
        let exponent = self.exponent.saturating_add(other.exponent);
        let (lowest, highest) = (f64::MIN_EXP - 1, f64::MAX_EXP - 1);
        let power = if exponent < lowest {
            0.0
        } else {
            f64::from_bits(((exponent.min(highest) + FLOAT_BIAS) as u64) << FLOAT_FRACTION)
        };
        self.significand * other.significand * power
    }

    #[inline(always)]
    fn divide(self, number: f64) -> Self {
        Self::new(number / self.significand, -self.exponent)
    }
}

/// Addition of [`Wide`] numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct WideSum;

impl Monoid for WideSum {
    type Value = Wide;
    const IDENTITY: Wide = Wide::ZERO;
    const REASSOCIATES: bool = true;
    const NAME: &'static str = "sum";

    #[inline(always)]
    fn combine(left: Wide, right: Wide) -> Wide {
        let (large, small) =
            if left.exponent < right.exponent { (right, left) } else { (left, right) };
        let scaled = small.significand * power_below_one(large.exponent - small.exponent);
        Wide::new(large.significand + scaled, large.exponent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wide(number: f64) -> Wide {
        Wide::from_word(Wide::from_float(number).to_word())
    }

    proptest! {
        #[test]
        fn in_the_range_of_floats_it_counts_as_floats_do(a in 1e-40..1e40f64, b in 1e-3..1e40f64) {
            let near = |found: f64, expected: f64| (found / expected - 1.0).abs() < 4e-12;
            let float = |number: Wide| number.times(Wide::from_float(1.0));
            prop_assert!(near(float(wide(a)), a));
            prop_assert!(near(float(WideSum::combine(wide(a), wide(b))), a + b));
            prop_assert!(near(float(wide(b).divide(a)), a / b));
            prop_assert!(near(wide(a).times(wide(b)), a * b));
        }

        #[test]
        fn whole_numbers_are_whole(a in 0u32.., b in 0u32..) {
            let sum = WideSum::combine(wide(a.into()), wide(b.into()));
            prop_assert_eq!(Wide::from_word(sum.to_word()).times(wide(1.0)), f64::from(a) + f64::from(b));
        }
    }

    #[test]
    fn powers_of_two_go_far_beyond_floats() {
        let mut power = wide(1.0);
        for _ in 0..5_000_000 {
            power = Wide::from_word(WideSum::combine(power, power).to_word());
        }
        assert!(!power.overflows());
        assert_eq!(power, Wide { significand: 1.0, exponent: 5_000_000 });
        assert_eq!(power.times(power.divide(3.0)), 3.0);
        assert_eq!(wide(7.0).times(power.divide(1.0)), 0.0);
        assert!(f64::INFINITY.overflows() && !f64::MAX.overflows());
    }

    #[test]
    fn nothing_is_nothing() {
        let nothing = Wide::from_word(0);
        assert_eq!((nothing, nothing.to_word()), (wide(0.0), 0));
        assert_eq!(WideSum::combine(nothing, wide(5.0)), wide(5.0));
        assert_eq!(WideSum::combine(nothing, nothing), nothing);
        assert_eq!(nothing.times(wide(5.0)), 0.0);
        // The largest fraction is rounded up to the next power of two.
        assert_eq!(wide(2.0f64.next_down()), wide(2.0));
    }
}
