//! `inspect`: a function sees every record as it passes.
//!
//! Rows and their order stay as they are. The function is called on any worker, and morsel by
//! morsel: the calls of one morsel are in row order, those of different morsels in any. O(rows);
//! no memory.

use super::row_wise::RowWise;
use crate::columnar::Record;
use crate::dataset::{DataSet, Forwards, Rows};

impl<T: Record> DataSet<T> {
    /// Shows every record to `function` on its way, for logs and checks.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// use std::sync::atomic::{AtomicU64, Ordering};
    /// static SEEN: AtomicU64 = AtomicU64::new(0);
    /// # let env = Environment::builder().threads(1).build()?;
    /// let numbers = DataSet::sequence(&env, 0..5).inspect(|&number| {
    ///     SEEN.fetch_max(number, Ordering::Relaxed);
    /// });
    /// assert_eq!(numbers.count()?, 5);
    /// assert_eq!(SEEN.load(Ordering::Relaxed), 4);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn inspect(&self, function: impl Fn(&T) + Send + Sync + 'static) -> Self {
        let inspect = RowWise::new("inspect", move |record: T, rows| {
            function(&record);
            rows.push(record);
        });
        self.then_with(inspect, |node| node.rows(Rows::Like(0)).forwards(Forwards::Everything))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::Environment;
    use crate::operators::test_support::everywhere;

    #[test]
    fn rows_pass_unchanged() {
        let rows = everywhere(|env| {
            DataSet::sequence(env, 0..1000).map(|x| (x, x.to_string())).inspect(|_| {})
        });
        assert!(rows.into_iter().eq((0..1000).map(|x| (x, x.to_string()))));
        let none = everywhere(|env| DataSet::<u8>::from_collection(env, []).inspect(|_| {}));
        assert!(none.is_empty());
    }

    #[test]
    fn a_panic_names_the_operator() {
        let env = Environment::builder().threads(2).build().unwrap();
        let error = DataSet::sequence(&env, 0..1).inspect(|_| panic!("seen")).count().unwrap_err();
        assert_eq!(error.to_string(), "inspect panicked: seen");
    }
}
