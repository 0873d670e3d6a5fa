//! Words of IMAP (RFC 9051) that more than the IMAP module needs.

/// Unique identifier of a message in one mailbox under one [`UidValidity`]. Servers have been seen
/// to send zero, so the type does not forbid it; zero never names a message.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct Uid(pub u32);

/// The validity value under which UIDs mean anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct UidValidity(pub u32);

/// A flag or keyword, compared without case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Flag {
    /// `\Seen`: heard, read or viewed to the agreed point (D11), never merely opened.
    Seen,
    /// `\Answered`.
    Answered,
    /// `\Flagged`.
    Flagged,
    /// `\Deleted`.
    Deleted,
    /// `\Draft`.
    Draft,
    /// `$MDNSent` (RFC 3503): the question of a receipt is settled.
    MdnSent,
    /// `$Forwarded` (RFC 5788).
    Forwarded,
    /// Any other keyword or extension flag, as the server spelled it.
    Other(String),
}

impl Flag {
    /// Reads a flag as a server spells it.
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

    /// The spelling for the wire.
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

/// What a mailbox is for (RFC 6154 and INBOX).
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
    /// `\All`: every message once more.
    All,
    /// A folder of the user's own.
    Plain,
}

impl MailboxRole {
    /// The word for files and databases.
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
