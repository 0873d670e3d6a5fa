//! What was asked for of a server and is not done yet, or will not be.

use aloud_model::{AccountId, DateTime, Flag, MailboxId, MessageKey};

use crate::store::vocabulary::vocabulary;

/// Something that was asked for of a server and is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Its number.
    pub id: OperationId,
    /// Whose server.
    pub account: AccountId,
    /// The mailbox it works in; what is filed goes there.
    pub mailbox: MailboxId,
    /// The message.
    pub message: MessageKey,
    /// Its subject; empty for none.
    pub subject: String,
    /// What was asked for.
    pub kind: OperationKind,
    /// Whether it is still to be done.
    pub state: OperationState,
    /// Why it is not done.
    pub why: OpFailure,
    /// What the server said, as it said it.
    pub said: String,
    /// How often it was tried.
    pub attempts: u32,
}

/// The number of an [`Operation`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OperationId(pub i64);

/// What an [`Operation`] asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OperationKind {
    /// To set a flag, or to clear it.
    Mark(Flag, bool),
    /// To move the message there.
    Move(MailboxId),
    /// To file a message that was sent.
    File,
}

/// Where an [`Operation`] stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationState {
    /// It was not tried, or the connection broke.
    Waiting,
    /// The server would not, and is asked again then.
    Later(DateTime),
    /// Given up; what it did here is taken back.
    Failed,
}

vocabulary! {
    /// Why an operation is not done.
    pub enum OpFailure in "ops.why" {
        /// Nothing stands against it.
        None = "",
        /// The server refused it.
        Server = "server",
        /// The mailbox does not keep that flag (PERMANENTFLAGS).
        FlagNotKept = "flag-not-kept",
        /// The mailbox does not exist any more.
        MailboxGone = "mailbox-gone",
        /// UIDVALIDITY changed, or the UID means another message.
        Renumbered = "renumbered",
    }
}
