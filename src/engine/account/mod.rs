//! One task an account: connects, keeps the local store in step with the server (RFC 4549), carries
//! out what the user asked for, fetches bodies and waits for news.

pub mod sink;

use std::{path::PathBuf, sync::Arc};

use tokio::sync::{broadcast, watch};

pub use sink::{
    Arrived, BodyPlace, MailboxState, Op, OpEnd, OpKind, PassEnd, Passwords, PrefixWant, Sink,
};

use super::{
    net::Dialer,
    types::{AccountSettings, AccountState, Error, Event, SyncReport},
};
use crate::model::{AccountId, MailboxId, MessageKey};

/// What an account task needs.
pub struct Setup {
    /// Its row.
    pub id: AccountId,
    /// Its settings.
    pub settings: AccountSettings,
    /// How streams are opened.
    pub dialer: Arc<dyn Dialer>,
    /// The local store.
    pub sink: Arc<dyn Sink>,
    /// Where the password comes from.
    pub passwords: Arc<dyn Passwords>,
    /// Where facts are told, after they are durable.
    pub events: broadcast::Sender<Event>,
    /// Name and version for IMAP ID.
    pub product: String,
}

/// The handle of a running task. Clones share it; the task ends with [`Self::stop`] or when the
/// last handle is dropped.
#[derive(Clone)]
pub struct AccountTask {
    _later: Arc<PathBuf>,
}

#[allow(clippy::unused_async, unused_variables, missing_docs)]
impl AccountTask {
    /// Starts the task in the current tokio runtime. It connects only when asked to.
    #[must_use]
    pub fn spawn(setup: Setup) -> Self {
        Self { _later: Arc::default() }
    }

    /// How the account is doing; changes are also told as [`Event::AccountChanged`].
    #[must_use]
    pub fn state(&self) -> watch::Receiver<AccountState> {
        watch::channel(AccountState::Idle).1
    }

    /// Keeps a connection from now on (IDLE, retries), or only works when asked.
    pub fn set_online(&self, online: bool) {}

    /// Something changed: an operation waits, the password was supplied, the network came back.
    /// Ends IDLE, forgets a waiting retry and carries out waiting operations.
    pub fn wake(&self) {}

    /// One complete pass over all mailboxes, waiting operations included.
    ///
    /// # Errors
    /// None for single mailboxes (they are in [`SyncReport::errors`]); [`Error`] when there was no
    /// pass at all.
    pub async fn sync_once(&self) -> Result<SyncReport, Error> {
        Err(Error::Stopped)
    }

    /// Fetches the whole of a message in slices, telling [`Event::BodyProgress`] after each.
    /// Returns when it is complete.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Unreachable`] and what else a connection brings; what was
    /// fetched stays, and the next call goes on from there.
    pub async fn fetch_body(&self, key: MessageKey) -> Result<(), Error> {
        Err(Error::Stopped)
    }

    /// Looks for a message by Message-ID (without brackets) in Sent, All and INBOX on the server.
    ///
    /// # Errors
    /// When the search could not be made everywhere: then nothing is known.
    pub async fn find_message(&self, message_id: &str) -> Result<Option<MailboxId>, Error> {
        Err(Error::Stopped)
    }

    /// Ends the task and closes its connection; returns when it is gone, within a few seconds.
    pub async fn stop(&self) {}
}
