//! Locking of plain values.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks a plain value; a panic elsewhere cannot have left it half changed.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
