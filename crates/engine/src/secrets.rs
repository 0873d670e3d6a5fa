//! Where passwords live. The engine asks through [`SecretStore`]; the keyring stands behind it in
//! the program, memory in tests. Nothing is ever written to disk by us.
//!
//! The keyring is asked on a thread of its own, which may hang (a locked collection waits for a
//! prompt nobody sees): after [`BOUND`] the caller goes on without, and nothing ever joins that
//! thread (reliability G26).

use std::{
    collections::HashMap,
    path::Path,
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use super::types::{Error, KeyringFault};
use aloud_model::{AccountId, Secret};

/// How long one question to the keyring may take.
const BOUND: Duration = Duration::from_secs(5);

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
    /// Whether secrets can be read and saved.
    ///
    /// # Errors
    /// [`Error::NoKeyring`] when the store cannot be used.
    fn usable(&self) -> Result<(), Error> {
        // An entry that nobody ever makes.
        self.get("aloud/doctor").map(drop)
    }
}

/// Name of an account's password; frozen, because people's keyrings hold it.
#[must_use]
pub fn password_name(account: AccountId) -> String {
    format!("aloud/{account}/imap")
}

/// Name of what an account got from its provider when the user signed in there; frozen as well.
#[must_use]
pub fn grant_name(account: AccountId) -> String {
    format!("aloud/{account}/oauth")
}

/// Secrets in memory only; for tests, and for computers without a keyring.
#[derive(Debug, Default)]
pub struct MemoryStore {
    secrets: Mutex<HashMap<String, Secret>>,
}

impl SecretStore for MemoryStore {
    fn get(&self, name: &str) -> Result<Option<Secret>, Error> {
        Ok(self.secrets.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned())
    }
    fn set(&self, name: &str, secret: &Secret) -> Result<(), Error> {
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.insert(name.to_owned(), secret.clone());
        Ok(())
    }
    fn delete(&self, name: &str) -> Result<(), Error> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        Ok(())
    }
}

/// No store at all: every password is asked for and kept for the session.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoStore;

impl SecretStore for NoStore {
    fn get(&self, _name: &str) -> Result<Option<Secret>, Error> {
        Ok(None)
    }
    fn set(&self, _name: &str, _secret: &Secret) -> Result<(), Error> {
        Err(Error::NoKeyring(KeyringFault::Unused))
    }
    fn usable(&self) -> Result<(), Error> {
        Err(Error::NoKeyring(KeyringFault::Unused))
    }
    fn delete(&self, _name: &str) -> Result<(), Error> {
        Ok(())
    }
}

/// A password handed in with the command (`--password-stdin` or `ALOUD_PASSWORD`) for one account; for
/// all others, and before it is said which it is, the other store answers. Never writes it anywhere.
pub struct GivenPassword<S> {
    password: Option<Secret>,
    /// The name of its entry.
    name: OnceLock<String>,
    other: S,
}

impl<S: SecretStore> GivenPassword<S> {
    /// The given password before the other store.
    pub fn new(password: Option<Secret>, other: S) -> Self {
        Self { password, name: OnceLock::new(), other }
    }

    /// Says once whose password it is.
    pub fn is_of(&self, account: AccountId) {
        let _ = self.name.set(password_name(account));
    }
}

impl<S: SecretStore> SecretStore for GivenPassword<S> {
    fn get(&self, name: &str) -> Result<Option<Secret>, Error> {
        match &self.password {
            Some(password) if self.name.get().is_some_and(|own| own == name) => {
                Ok(Some(password.clone()))
            }
            Some(_) | None => self.other.get(name),
        }
    }
    fn set(&self, name: &str, secret: &Secret) -> Result<(), Error> {
        self.other.set(name, secret)
    }
    fn delete(&self, name: &str) -> Result<(), Error> {
        self.other.delete(name)
    }
    fn usable(&self) -> Result<(), Error> {
        self.other.usable()
    }
}

/// The desktop's keyring.
#[derive(Debug, Clone)]
pub struct KeyringStore {
    user: String,
}

impl Default for KeyringStore {
    fn default() -> Self {
        Self { user: "aloud".into() }
    }
}

/// Questions that have not come back yet.
static WAITING: AtomicUsize = AtomicUsize::new(0);

impl KeyringStore {
    /// Entries of a data folder of its own, so that its account 1 is not everybody's account 1.
    #[must_use]
    pub fn for_folder(folder: &Path) -> Self {
        Self { user: format!("aloud in {}", folder.display()) }
    }

    fn ask<T: Send + 'static>(
        &self,
        name: &str,
        question: impl FnOnce(keyring::Entry) -> keyring::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        if WAITING.load(Ordering::SeqCst) >= 2 {
            return Err(Error::NoKeyring(KeyringFault::Silent));
        }
        let (name, user) = (name.to_owned(), self.user.clone());
        let (tell, answer) = mpsc::channel();
        WAITING.fetch_add(1, Ordering::SeqCst);
        let asked = thread::Builder::new().name("keyring".into()).spawn(move || {
            let outcome = keyring::Entry::new(&name, &user).and_then(question);
            WAITING.fetch_sub(1, Ordering::SeqCst);
            // Nobody listens any more when it took too long.
            let _ = tell.send(outcome);
        });
        if let Err(error) = asked {
            WAITING.fetch_sub(1, Ordering::SeqCst);
            return Err(Error::NoKeyring(KeyringFault::Said(error.to_string())));
        }
        match answer.recv_timeout(BOUND) {
            Ok(outcome) => {
                outcome.map_err(|error| Error::NoKeyring(KeyringFault::Said(error.to_string())))
            }
            Err(_) => Err(Error::NoKeyring(KeyringFault::Silent)),
        }
    }
}

impl SecretStore for KeyringStore {
    fn get(&self, name: &str) -> Result<Option<Secret>, Error> {
        self.ask(name, |entry| match entry.get_password() {
            Ok(password) => Ok(Some(Secret::new(password))),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        })
    }
    fn set(&self, name: &str, secret: &Secret) -> Result<(), Error> {
        let secret = secret.clone();
        self.ask(name, move |entry| entry.set_password(secret.expose()))
    }
    fn delete(&self, name: &str) -> Result<(), Error> {
        self.ask(name, |entry| match entry.delete_credential() {
            Ok(()) | Err(keyring::Error::NoEntry) => Ok(()),
            Err(error) => Err(error),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_entries_never_change() {
        assert_eq!(password_name(AccountId(7)), "aloud/7/imap");
        assert_eq!(grant_name(AccountId(7)), "aloud/7/oauth");
        assert_eq!(KeyringStore::default().user, "aloud");
    }

    #[test]
    fn a_given_password_stays_in_memory() {
        let store = GivenPassword::new(Some(Secret::new("sesame".into())), NoStore);
        assert_eq!(store.get("aloud/7/imap").ok().flatten(), None, "nobody's yet");
        store.is_of(AccountId(7));
        store.is_of(AccountId(8));
        assert_eq!(store.get("aloud/7/imap").ok().flatten(), Some(Secret::new("sesame".into())));
        assert_eq!(store.get("aloud/8/imap").ok().flatten(), None, "of one account only");
        assert_eq!(store.get(&grant_name(AccountId(7))).ok().flatten(), None, "a password only");
        assert!(matches!(store.set("x", &Secret::new("y".into())), Err(Error::NoKeyring(_))));
        let memory = MemoryStore::default();
        assert!(memory.set("a", &Secret::new("b".into())).is_ok());
        assert_eq!(memory.get("a").ok().flatten(), Some(Secret::new("b".into())));
        assert!(memory.delete("a").is_ok() && memory.get("a").ok().flatten().is_none());
    }
}
