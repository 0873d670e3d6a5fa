//! Where passwords live. The engine asks through [`SecretStore`]; the keyring stands behind it in
//! the program, memory in tests. Nothing is ever written to disk by us.

use super::types::Error;
use crate::model::Secret;

/// Stores one secret a name. Implementations block; the engine calls them off its async threads.
pub trait SecretStore: Send + Sync {
    /// Reads; `None` when nothing was saved.
    ///
    /// # Errors
    /// [`Error::NoKeyring`] when the store cannot be used.
    fn get(&self, name: &str) -> Result<Option<Secret>, Error>;
    /// Saves.
    ///
    /// # Errors
    /// [`Error::NoKeyring`] when the store cannot be used.
    fn set(&self, name: &str, secret: &Secret) -> Result<(), Error>;
    /// Forgets; forgetting what was never saved is no error.
    ///
    /// # Errors
    /// [`Error::NoKeyring`] when the store cannot be used.
    fn delete(&self, name: &str) -> Result<(), Error>;
}
