//! Terms of IMAP (RFC 9051) that are used outside the IMAP module too.

/// Unique identifier of a message in a mailbox, under one [`UidValidity`]. Some servers send zero,
/// so the type admits it; zero never identifies a message.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct Uid(pub u32);

/// The UIDVALIDITY of a mailbox; UIDs are comparable only under the same value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct UidValidity(pub u32);

/// A flag or keyword, compared without case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Flag {
    /// `\Seen`: the message was heard, read or viewed to the threshold of D11, not merely opened.
    Seen,
    /// `\Answered`.
    Answered,
    /// `\Flagged`.
    Flagged,
    /// `\Deleted`.
    Deleted,
    /// `\Draft`.
    Draft,
    /// `$MDNSent` (RFC 3503): a receipt was sent or declined.
    MdnSent,
    /// `$Forwarded` (RFC 5788).
    Forwarded,
    /// Any other keyword or extension flag, as the server spelled it.
    Other(String),
}

impl Flag {
    /// Parses a flag without regard to case.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        const NAMED: [(&str, Flag); 7] = [
            ("\\Seen", Flag::Seen),
            ("\\Answered", Flag::Answered),
            ("\\Flagged", Flag::Flagged),
            ("\\Deleted", Flag::Deleted),
            ("\\Draft", Flag::Draft),
            ("$MDNSent", Flag::MdnSent),
            ("$Forwarded", Flag::Forwarded),
        ];
        NAMED
            .into_iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(text))
            .map_or_else(|| Self::Other(text.to_owned()), |(_, flag)| flag)
    }

    /// The spelling used on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Seen => "\\Seen",
            Self::Answered => "\\Answered",
            Self::Flagged => "\\Flagged",
            Self::Deleted => "\\Deleted",
            Self::Draft => "\\Draft",
            Self::MdnSent => "$MDNSent",
            Self::Forwarded => "$Forwarded",
            Self::Other(text) => text,
        }
    }
}

/// The special use of a mailbox (RFC 6154), or INBOX.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailboxRole {
    /// `INBOX`.
    Inbox,
    /// `\Sent`.
    Sent,
    /// `\Drafts`.
    Drafts,
    /// `\Archive`.
    Archive,
    /// `\Trash`.
    Trash,
    /// `\Junk`.
    Junk,
    /// `\All`: a virtual mailbox of all messages.
    All,
    /// No special use.
    Plain,
}

impl MailboxRole {
    /// The word for this role in files and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inbox => "inbox",
            Self::Sent => "sent",
            Self::Drafts => "drafts",
            Self::Archive => "archive",
            Self::Trash => "trash",
            Self::Junk => "junk",
            Self::All => "all",
            Self::Plain => "plain",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_ignore_case_and_keep_unknown_ones() {
        assert_eq!(Flag::parse("\\seen"), Flag::Seen);
        assert_eq!(Flag::parse("$mdnsent"), Flag::MdnSent);
        assert_eq!(Flag::parse("$Label1"), Flag::Other("$Label1".into()));
        assert_eq!(Flag::parse("$Label1").as_str(), "$Label1");
    }
}
