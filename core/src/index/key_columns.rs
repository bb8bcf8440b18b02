//! What stands beside each key, as the entries of an index look it up.

/// A column with a value for each key, or two of them.
pub trait KeyColumns: Copy {
    /// What stands beside one key.
    type Item;

    /// For how many keys there is something.
    fn num_keys(self) -> usize;

    /// What stands beside `key`.
    ///
    /// # Panics
    /// If there is nothing.
    fn at(self, key: u32) -> Self::Item;

    /// As [`at`](Self::at), without a look at how long the columns are.
    ///
    /// # Safety
    /// `key` must be below [`num_keys`](Self::num_keys).
    unsafe fn at_unchecked(self, key: u32) -> Self::Item;
}

impl<'a, T> KeyColumns for &'a [T] {
    type Item = &'a T;

    #[inline(always)]
    fn num_keys(self) -> usize {
        self.len()
    }

    #[inline(always)]
    fn at(self, key: u32) -> &'a T {
        &self[key as usize]
    }

    #[inline(always)]
    unsafe fn at_unchecked(self, key: u32) -> &'a T {
        // SAFETY: the caller promises that the key is below the length.
        unsafe { self.get_unchecked(key as usize) }
    }
}

impl<A: KeyColumns, B: KeyColumns> KeyColumns for (A, B) {
    type Item = (A::Item, B::Item);

    #[inline(always)]
    fn num_keys(self) -> usize {
        self.0.num_keys().min(self.1.num_keys())
    }

    #[inline(always)]
    fn at(self, key: u32) -> Self::Item {
        (self.0.at(key), self.1.at(key))
    }

    #[inline(always)]
    unsafe fn at_unchecked(self, key: u32) -> Self::Item {
        // SAFETY: the caller promises that the key is below both lengths.
        unsafe { (self.0.at_unchecked(key), self.1.at_unchecked(key)) }
    }
}
