//! Runs a program everywhere: at 1, 2 and 8 threads, with much memory and with next to none.

use crate::columnar::Record;
use crate::dataset::DataSet;
use crate::environment::Environment;

/// A budget of three segments of 64 KiB.
const THREE_SEGMENTS: u64 = 3 * (64 << 10);

/// The records that `program` computes, which must be the same everywhere.
///
/// # Panics
/// If they are not, or if the program fails.
pub(crate) fn everywhere<T>(program: impl Fn(&Environment) -> DataSet<T>) -> Vec<T>
where
    T: Record + std::fmt::Debug,
{
    let mut first: Option<(String, Vec<T>)> = None;
    for budget in [1 << 30, THREE_SEGMENTS] {
        for threads in [1, 2, 8] {
            let env = Environment::builder().threads(threads).memory(budget).build().unwrap();
            let data = program(&env);
            let found = data.collect().unwrap_or_else(|error| {
                panic!("{threads} threads, {budget} bytes: {error}\n{}", data.explain())
            });
            drop(data);
            assert_eq!(env.memory().counters().granted_bytes, 0, "all memory is given back");
            // Debug text tells bits of floats apart and knows that NaN is NaN.
            let text = format!("{found:?}");
            match &first {
                None => first = Some((text, found)),
                Some((expected, _)) => {
                    assert!(*expected == text, "{threads} threads, {budget} bytes: other rows");
                }
            }
        }
    }
    first.expect("at least one run").1
}
