//! What became of a message for one recipient (RFC 3464 section 2.3.3).

use std::fmt;

/// The Action field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Action {
    /// It could not be delivered. The default: a report that does not say is no good news.
    #[default]
    Failed,
    /// Not yet delivered, and still tried.
    Delayed,
    /// In the recipient's mailbox.
    Delivered,
    /// Passed on to a system that sends no reports.
    Relayed,
    /// Sent on to the members of a list.
    Expanded,
    /// Deleted unseen. A word of receipts (RFC 8098), which some mail filters write here.
    Deleted,
}

impl Action {
    const ALL: [Self; 6] = [
        Self::Failed,
        Self::Delayed,
        Self::Delivered,
        Self::Relayed,
        Self::Expanded,
        Self::Deleted,
    ];

    /// The action of a word in any case. Words of systems that never read the standard are none:
    /// the status settles them.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        if ["fail", "failure"].iter().any(|odd| odd.eq_ignore_ascii_case(word)) {
            return Some(Self::Failed);
        }
        Self::ALL.into_iter().find(|action| action.as_str().eq_ignore_ascii_case(word))
    }

    /// The word of the field.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Delayed => "delayed",
            Self::Delivered => "delivered",
            Self::Relayed => "relayed",
            Self::Expanded => "expanded",
            Self::Deleted => "deleted",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
