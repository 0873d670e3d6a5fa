//! What a server tells beside its answers, and what of it was left out.

use aloud_model::DateTime;

use crate::{servers::Matched, store::vocabulary::vocabulary};

/// What an answer of an IMAP server tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// How a command ended, or a notice.
    Status,
    /// The code in front of a notice (`[UIDNEXT …]`).
    Code,
    /// What the server can do.
    Capability,
    /// A message.
    Fetch,
    /// A mailbox.
    List,
    /// Messages that were searched for.
    Search,
    /// Flags of a mailbox.
    Flags,
    /// How many messages there are, or that one went.
    Number,
    /// How much room there is.
    Quota,
    /// Whose mailboxes lie where.
    Namespace,
    /// ID.
    Id,
    /// Nobody knows what.
    Unknown,
}

/// Answers of one kind that could not be read and were left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skipped {
    /// What they told of.
    pub answer: Answer,
    /// How many there were.
    pub count: u32,
}

/// Words that a server wants its user to see (`[ALERT]`, RFC 9051 section 7.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// When they came.
    pub at: DateTime,
    /// The server's words.
    pub said: String,
}

/// How much room there is for mail (RFC 9208).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Octets used.
    pub used: u64,
    /// Octets there are.
    pub limit: u64,
}

/// Why a mailbox is not up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxFault {
    /// In a class.
    pub why: MailboxFaultKind,
    /// What the server said, as it said it.
    pub said: String,
    /// Since when.
    pub since: DateTime,
}

vocabulary! {
    /// Why a mailbox is not up to date.
    pub enum MailboxFaultKind in "mailboxes.fault" {
        /// The server will not open it, or not tell what is in it.
        Refused = "refused",
        /// The server answers nothing, or not to the end.
        Silent = "silent",
        /// The server's answers cannot be read.
        Unreadable = "unreadable",
    }
}

/// What is to be told of an account besides its state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountNotes {
    /// What the server wants the user to see, newest last.
    pub notices: Vec<Notice>,
    /// How much room there is, where the server tells.
    pub quota: Option<Quota>,
    /// Answers that were left out since the program started.
    pub skipped: Vec<Skipped>,
    /// The rows by which the IMAP server was treated when it was last connected to.
    pub treated: Vec<Matched>,
}
