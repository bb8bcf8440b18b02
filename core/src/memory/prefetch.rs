//! Asking for memory before it is read.

/// Asks the processor to bring the value at `at` into its cache: worth its cost where the address
/// of a read is known long before the read, and nothing else tells the processor. Changes nothing
/// that can be seen; `at` may be out of bounds.
#[inline(always)]
pub(crate) fn prefetch<T>(values: &[T], at: usize) {
    let address = values.as_ptr().wrapping_add(at);
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a prefetch reads nothing and never faults, whatever the address; SSE is part of
        // x86-64.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(address.cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = address;
}
