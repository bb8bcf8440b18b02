//! Sources whose morsels are numbers: partitions, blocks, ranges.

use std::fmt;
use std::sync::Arc;

use super::{Morsel, Morsels, Output, Source};
use crate::environment::Environment;
use crate::error::Result;

/// A source of `len` morsels, each read by a function that gets its number.
///
/// ```
/// use quince_core::columnar::{batch_of, records};
/// use quince_core::executor::collect;
/// use quince_core::pipeline::Numbered;
/// # let env = quince_core::Environment::builder().threads(1).build()?;
/// let squares = Numbered::new("squares", 3, |at, _env, output| {
///     output.emit(batch_of([at as u64 * at as u64]))
/// });
/// let batches = collect(&env, &squares, &[])?;
/// assert_eq!(records::<u64>(&batches[2])?, [4]);
/// # Ok::<(), quince_core::Error>(())
/// ```
pub struct Numbered<F> {
    name: String,
    len: usize,
    read: Arc<F>,
}

impl<F> Clone for Numbered<F> {
    fn clone(&self) -> Self {
        Self { name: self.name.clone(), len: self.len, read: self.read.clone() }
    }
}

impl<F> fmt::Debug for Numbered<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Numbered").field("name", &self.name).field("len", &self.len).finish()
    }
}

/// Reads a morsel by its number.
pub trait ReadNumber: Fn(usize, &Environment, &mut dyn Output) -> Result<()> + Send + Sync {}

impl<F: Fn(usize, &Environment, &mut dyn Output) -> Result<()> + Send + Sync> ReadNumber for F {}

impl<F> Numbered<F>
where
    F: Fn(usize, &Environment, &mut dyn Output) -> Result<()> + Send + Sync + 'static,
{
    /// A source called `name` in plans.
    pub fn new(name: impl Into<String>, len: usize, read: F) -> Self {
        Self { name: name.into(), len, read: Arc::new(read) }
    }
}

impl<F: ReadNumber + 'static> Source for Numbered<F> {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn open(&self, _env: &Environment) -> Result<Box<dyn Morsels>> {
        Ok(Box::new(Numbers { source: self.clone(), next: 0 }))
    }
}

struct Numbers<F> {
    source: Numbered<F>,
    next: usize,
}

impl<F: ReadNumber + 'static> Morsels for Numbers<F> {
    fn next(&mut self) -> Result<Option<Box<dyn Morsel>>> {
        let at = self.next;
        self.next += 1;
        let read = self.source.read.clone();
        Ok((at < self.source.len).then(|| Box::new(Number { at, read }) as Box<dyn Morsel>))
    }
}

struct Number<F> {
    at: usize,
    read: Arc<F>,
}

impl<F: ReadNumber + 'static> Morsel for Number<F> {
    fn read(self: Box<Self>, env: &Environment, output: &mut dyn Output) -> Result<()> {
        (self.read)(self.at, env, output)
    }

    fn again(&self) -> Option<Box<dyn Morsel>> {
        Some(Box::new(Self { at: self.at, read: self.read.clone() }))
    }
}
