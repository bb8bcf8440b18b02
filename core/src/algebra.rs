//! The algebra that the optimizer can see: what may be regrouped, repeated, merged in place.
//!
//! A program names its combiner as a [`Monoid`]; one that is also idempotent and commutative is a
//! [`Semilattice`]. The engine draws its freedom from that and from nothing else:
//!
//! | known | the engine may |
//! |---|---|
//! | monoid | combine the messages of a key in the fixed order of its row |
//! | [`Monoid::REASSOCIATES`] | fold a row through several accumulators, regrouped the same way every time |
//! | semilattice | apply a message at once, twice or late: pull or push, merge in place, fold a component |

use crate::memory::SharedWord;

/// A set of values with an associative operation and its identity.
pub trait Monoid: Copy + Send + Sync + 'static {
    /// The values.
    type Value: Copy + Send + Sync;

    /// The value that changes nothing.
    const IDENTITY: Self::Value;

    /// Whether a row may be folded through several accumulators. Sums of floats are regrouped in
    /// one fixed way for a row, so that they too give the same bits every time.
    const REASSOCIATES: bool;

    /// The name in a plan.
    const NAME: &'static str;

    /// Combines two values.
    fn combine(left: Self::Value, right: Self::Value) -> Self::Value;
}

/// A monoid that is idempotent and commutative: combining is a step down (or up) an order, and
/// [`improves`](Self::improves) says whether a step is taken.
pub trait Semilattice: Monoid<Value: SharedWord> {
    /// Whether combining `new` into `old` changes it.
    fn improves(new: Self::Value, old: Self::Value) -> bool;

    /// Whether combining it with any other such value gives the same bits in either order. Not so
    /// the zero with a sign, which equals the one without, and what is not a number.
    fn is_exact(value: Self::Value) -> bool;
}

/// Addition.
#[derive(Clone, Copy, Debug)]
pub struct Sum<T>(std::marker::PhantomData<T>);

/// The smaller of two.
#[derive(Clone, Copy, Debug)]
pub struct Min<T>(std::marker::PhantomData<T>);

/// The larger of two.
#[derive(Clone, Copy, Debug)]
pub struct Max<T>(std::marker::PhantomData<T>);

/// Addition of several columns at once.
impl<const N: usize> Monoid for Sum<[f64; N]> {
    type Value = [f64; N];
    const IDENTITY: [f64; N] = [0.0; N];
    const REASSOCIATES: bool = true;
    const NAME: &'static str = "sum";
    #[inline(always)]
    fn combine(mut left: [f64; N], right: [f64; N]) -> [f64; N] {
        left.iter_mut().zip(right).for_each(|(left, right)| *left += right);
        left
    }
}

macro_rules! numbers {
    ($($number:ty: $zero:expr, $least:expr, $greatest:expr, $is_exact:expr;)*) => {$(
        impl Monoid for Sum<$number> {
            type Value = $number;
            const IDENTITY: $number = $zero;
            const REASSOCIATES: bool = true;
            const NAME: &'static str = "sum";
            #[inline(always)]
            fn combine(left: $number, right: $number) -> $number { left + right }
        }
        impl Monoid for Min<$number> {
            type Value = $number;
            const IDENTITY: $number = $greatest;
            const REASSOCIATES: bool = true;
            const NAME: &'static str = "min";
            #[inline(always)]
            fn combine(left: $number, right: $number) -> $number {
                if right < left { right } else { left }
            }
        }
        impl Semilattice for Min<$number> {
            #[inline(always)]
            fn improves(new: $number, old: $number) -> bool { new < old }
            #[inline(always)]
            fn is_exact(value: $number) -> bool { $is_exact(value) }
        }
        impl Monoid for Max<$number> {
            type Value = $number;
            const IDENTITY: $number = $least;
            const REASSOCIATES: bool = true;
            const NAME: &'static str = "max";
            #[inline(always)]
            fn combine(left: $number, right: $number) -> $number {
                if right > left { right } else { left }
            }
        }
        impl Semilattice for Max<$number> {
            #[inline(always)]
            fn improves(new: $number, old: $number) -> bool { new > old }
            #[inline(always)]
            fn is_exact(value: $number) -> bool { $is_exact(value) }
        }
    )*};
}

numbers! {
    u32: 0, u32::MIN, u32::MAX, |_| true;
    u64: 0, u64::MIN, u64::MAX, |_| true;
    i32: 0, i32::MIN, i32::MAX, |_| true;
    i64: 0, i64::MIN, i64::MAX, |_| true;
    f32: 0.0, f32::NEG_INFINITY, f32::INFINITY,
        |value: f32| !value.is_nan() && (value != 0.0 || value.to_bits() == 0);
    f64: 0.0, f64::NEG_INFINITY, f64::INFINITY,
        |value: f64| !value.is_nan() && (value != 0.0 || value.to_bits() == 0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn laws<M: Semilattice>(a: M::Value, b: M::Value, c: M::Value) {
        let combine = M::combine;
        assert!(combine(a, combine(b, c)) == combine(combine(a, b), c), "associative");
        assert!(combine(a, b) == combine(b, a), "commutative");
        assert!(combine(a, a) == a, "idempotent");
        assert!(combine(a, M::IDENTITY) == a && combine(M::IDENTITY, a) == a, "identity");
        assert!(M::improves(a, b) == (combine(a, b) != b), "improves means changes");
    }

    #[test]
    fn exact_is_what_has_one_form() {
        let all = [f64::NEG_INFINITY, -1.0, -0.0, 0.0, f64::MIN_POSITIVE, f64::INFINITY, f64::NAN];
        for a in all {
            let same = |b: f64| {
                let bits = |a, b| {
                    (Min::<f64>::combine(a, b).to_bits(), Max::<f64>::combine(a, b).to_bits())
                };
                bits(a, b) == bits(b, a)
            };
            let is_exact = Min::<f64>::is_exact(a);
            assert_eq!(is_exact, Max::<f32>::is_exact(a as f32), "{a}");
            let others = all.into_iter().filter(|&b| Min::<f64>::is_exact(b));
            assert!(!is_exact || others.into_iter().all(same), "{a}");
        }
        assert_eq!(all.map(Min::<f64>::is_exact), [true, true, false, true, true, true, false]);
        assert!(Min::<i32>::is_exact(0) && Max::<u64>::is_exact(u64::MAX));
    }

    proptest! {
        #[test]
        fn semilattices_keep_their_laws(a: u32, b: u32, c: u32, x: i64, y: i64, z: i64) {
            laws::<Min<u32>>(a, b, c);
            laws::<Max<u32>>(a, b, c);
            laws::<Min<i64>>(x, y, z);
            laws::<Max<f64>>(x as f64, y as f64, z as f64);
        }
    }
}
