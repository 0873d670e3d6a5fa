//! What the watcher remembers of mailboxes beyond this process: that one cannot be opened, when it
//! was last looked at in full, which messages seem to be gone; and what a server wants told.
//! [`Care`] is implemented by `store::Store`; tests of the task bring their own.

use std::time::Duration;

use super::sink::MailboxState;
use crate::{
    imap::Listed,
    servers::Matched,
    types::{Error, MailboxFaultKind, Quota},
};
use aloud_model::{AccountId, MailboxId, Uid};

/// What is remembered of a mailbox.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remembered {
    /// It was not looked at in full for a day, or never.
    pub deep_due: bool,
    /// The last pass over it failed.
    pub faulty: bool,
    /// Messages that seem to be gone, ascending, and how long ago that was seen.
    pub suspects: Option<(Duration, Vec<Uid>)>,
}

/// The local store, as far as it is the watcher's memory.
#[async_trait::async_trait]
pub trait Care: Send + Sync + 'static {
    /// Writes what an incomplete LIST named. Nothing leaves by it. Returns all mailboxes.
    async fn add_mailboxes(
        &self,
        account: AccountId,
        listed: Vec<Listed>,
    ) -> Result<Vec<MailboxState>, Error>;

    /// What is remembered of a mailbox.
    async fn remembered(&self, mailbox: MailboxId) -> Result<Remembered, Error>;

    /// A pass failed with these words of the server, or (`None`) came to its end. True when that
    /// was news.
    async fn put_fault(
        &self,
        mailbox: MailboxId,
        fault: Option<(MailboxFaultKind, String)>,
    ) -> Result<bool, Error>;

    /// A mailbox was looked at in full.
    async fn put_scan(&self, mailbox: MailboxId) -> Result<(), Error>;

    /// These messages seem to be gone; none, when nothing is doubtful any more.
    async fn put_suspects(&self, mailbox: MailboxId, uids: Vec<Uid>) -> Result<(), Error>;

    /// Words that the server wants its user to see. True when they were news.
    async fn put_alerts(&self, account: AccountId, said: Vec<String>) -> Result<bool, Error>;

    /// How much room there is, where the server tells. True when that was news.
    async fn put_room(&self, account: AccountId, room: Option<Quota>) -> Result<bool, Error>;

    /// What the names of the user's own mailboxes begin with on the server (NAMESPACE).
    async fn put_top(&self, account: AccountId, top: String) -> Result<(), Error> {
        let _ = (account, top);
        Ok(())
    }

    /// By which rows the server is treated.
    async fn put_profile(&self, account: AccountId, rows: Vec<Matched>) -> Result<(), Error> {
        let _ = (account, rows);
        Ok(())
    }
}
