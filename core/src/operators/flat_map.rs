//! `flat_map`: each record becomes any number of records.

use super::row_wise::RowWise;
use crate::columnar::Record;
use crate::dataset::DataSet;

impl<T: Record> DataSet<T> {
    /// Replaces each record by those that `function` makes of it, in order.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let lines = DataSet::from_collection(&env, ["to be", "or not"].map(String::from));
    /// let words = lines.flat_map(|line| {
    ///     line.split(' ').map(String::from).collect::<Vec<_>>()
    /// });
    /// assert_eq!(words.collect()?, ["to", "be", "or", "not"]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn flat_map<U, I, F>(&self, function: F) -> DataSet<U>
    where
        U: Record,
        I: IntoIterator<Item = U>,
        F: Fn(T) -> I + Send + Sync + 'static,
    {
        self.then(RowWise::new("flat map", move |record, rows| {
            function(record).into_iter().for_each(|made| rows.push(made));
        }))
    }
}
