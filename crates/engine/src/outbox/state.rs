//! What the outbox loop and the engine's handle share: wake-ups, the folder's lock, progress.

use std::{
    collections::{HashMap, HashSet},
    fs::File,
    sync::{Arc, Mutex},
};

use tokio::sync::Notify;

use crate::{
    errors::Result,
    lock::lock,
    store::{Store, blobs::try_lock, copies, outbox as rows},
};
use aloud_model::{AccountId, OutboxId};

/// Called with the name of each durable step; a test ends the process there.
pub type Steps = Option<Arc<dyn Fn(&str) + Send + Sync>>;

/// What the loop and the handle share.
pub(crate) struct Outbox {
    pub(super) notify: Notify,
    /// Held while rows are chosen, so that no account is worked on twice.
    pub(super) choosing: tokio::sync::Mutex<()>,
    /// Accounts whose rows are being worked on.
    pub(super) busy: Mutex<HashSet<AccountId>>,
    /// Held while what was accepted is filed.
    pub(super) filing: tokio::sync::Mutex<()>,
    pub(super) percent: Mutex<HashMap<OutboxId, u8>>,
    /// What was sent and cannot be filed, and when that is tried again.
    put_off: Mutex<HashMap<OutboxId, i64>>,
    steps: Steps,
    /// Held by the one process that sends from this folder.
    pub(super) owned: Mutex<Option<File>>,
}

impl Outbox {
    pub(crate) fn new(steps: Steps) -> Self {
        Self {
            notify: Notify::new(),
            choosing: tokio::sync::Mutex::default(),
            busy: Mutex::default(),
            filing: tokio::sync::Mutex::default(),
            percent: Mutex::default(),
            put_off: Mutex::default(),
            steps,
            owned: Mutex::default(),
        }
    }

    /// Becomes the one process that sends from this folder; false while another is. What a process
    /// that died had on its way is put in order first. Blocks.
    ///
    /// # Errors
    /// [`Error::Store`](crate::Error::Store).
    pub(crate) fn acquire_lock(&self, store: &Store) -> Result<bool> {
        let mut owned = lock(&self.owned);
        if owned.is_some() {
            return Ok(true);
        }
        let Some(file) = try_lock(&store.dir().join("outbox.lock"))? else { return Ok(false) };
        copies::recover(store, &HashSet::new())?;
        let now = store.now();
        // What waited for the user is tried once: the keyring may know better by now.
        store.write_now(|t| rows::stop_waiting(t, now, now + super::submit::WAITS / 2))?;
        *owned = Some(file);
        Ok(true)
    }

    /// Whether this is the process that sends.
    pub(crate) fn is_ours(&self) -> bool {
        lock(&self.owned).is_some()
    }

    /// Lets another process send from this folder.
    pub(crate) fn release_lock(&self) {
        *lock(&self.owned) = None;
    }

    /// Something changed: look again.
    pub(crate) fn wake(&self) {
        self.notify.notify_one();
    }

    /// A durable step was reached.
    pub(crate) fn step(&self, name: &str) {
        if let Some(steps) = &self.steps {
            steps(name);
        }
    }

    /// Whether a message that was sent waits to be filed at a later time.
    pub(crate) fn is_put_off(&self, id: OutboxId, now: i64) -> bool {
        lock(&self.put_off).get(&id).is_some_and(|until| *until > now)
    }

    pub(super) fn put_off(&self, id: OutboxId, until: i64) {
        lock(&self.put_off).insert(id, until);
    }

    pub(crate) fn percent(&self, id: OutboxId) -> u8 {
        lock(&self.percent).get(&id).copied().unwrap_or(0)
    }
}
