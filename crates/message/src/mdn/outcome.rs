//! What a receipt says became of a message (RFC 8098 section 3.2.6), with the modifiers of RFC 2298.

use crate::{Mdn, dsn::NextStep};

/// The disposition type: what became of the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DispositionType {
    /// Shown or played to somebody, which does not say that it was understood.
    Displayed,
    /// Deleted.
    Deleted,
    /// Sent on without being shown (RFC 2298).
    Dispatched,
    /// Dealt with by a program, without being shown.
    Processed,
    /// The recipient does not say (RFC 2298).
    Denied,
    /// It could not be shown (RFC 2298).
    Failed,
    /// Another word, in lower case; empty where the receipt has none.
    Other(String),
}

impl Default for DispositionType {
    fn default() -> Self {
        Self::Other(String::new())
    }
}

impl From<&str> for DispositionType {
    fn from(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "displayed" => Self::Displayed,
            "deleted" => Self::Deleted,
            "dispatched" => Self::Dispatched,
            "processed" => Self::Processed,
            "denied" => Self::Denied,
            "failed" => Self::Failed,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl DispositionType {
    /// The word of the field.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Displayed => "displayed",
            Self::Deleted => "deleted",
            Self::Dispatched => "dispatched",
            Self::Processed => "processed",
            Self::Denied => "denied",
            Self::Failed => "failed",
            Self::Other(word) => word,
        }
    }
}

/// What a receipt means: its type and modifiers taken together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It could not be played or shown.
    Failed,
    /// Deleted by its age, before anybody played or opened it.
    Expired,
    /// The mailbox was closed before.
    MailboxTerminated,
    /// A newer message took its place before.
    Superseded,
    /// Deleted without being played or opened.
    Deleted,
    /// Played or opened.
    Displayed,
    /// Passed on without being played or opened.
    Dispatched,
    /// Dealt with by a program.
    Processed,
    /// The recipient does not say.
    Denied,
    /// The receipt does not say.
    Unknown,
}

impl Mdn {
    /// What the receipt means.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let modified = |word: &str| self.modifiers.iter().any(|m| m.eq_ignore_ascii_case(word));
        match &self.disposition {
            _ if modified("error") => Outcome::Failed,
            DispositionType::Failed => Outcome::Failed,
            DispositionType::Deleted if modified("expired") => Outcome::Expired,
            DispositionType::Deleted if modified("mailbox-terminated") => {
                Outcome::MailboxTerminated
            }
            DispositionType::Deleted if modified("superseded") => Outcome::Superseded,
            DispositionType::Deleted => Outcome::Deleted,
            DispositionType::Displayed => Outcome::Displayed,
            DispositionType::Dispatched => Outcome::Dispatched,
            DispositionType::Processed => Outcome::Processed,
            DispositionType::Denied => Outcome::Denied,
            DispositionType::Other(_) => Outcome::Unknown,
        }
    }
}

impl Outcome {
    /// What to offer first.
    #[must_use]
    pub fn next_step(self) -> NextStep {
        match self {
            Self::Failed => NextStep::SendAsFriendly,
            Self::Expired => NextStep::SendAgain,
            Self::MailboxTerminated => NextStep::TryAnotherAddress,
            Self::Unknown => NextStep::Details,
            Self::Superseded
            | Self::Deleted
            | Self::Displayed
            | Self::Dispatched
            | Self::Processed
            | Self::Denied => NextStep::Nothing,
        }
    }
}
