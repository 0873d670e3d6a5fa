//! Plain values that go in and out of a [`super::Session`].

use async_imap::imap_proto::StatusAttribute;

use super::reply::Reply;
use aloud_model::{DateTime, Flag, Uid, UidValidity, imap::MailboxRole};

/// A mailbox that LIST named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The name as the server spells it (modified UTF-7); used on the wire only.
    pub name: String,
    /// The name for people.
    pub decoded: String,
    /// What it is for: INBOX, a special-use attribute (RFC 6154), else a well-known name.
    pub role: MailboxRole,
    /// It can be selected.
    pub selectable: bool,
}

/// What STATUS said of a mailbox (RFC 9051 section 6.3.11).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MailboxStatus {
    /// Messages in it.
    pub messages: Option<u32>,
    /// UIDVALIDITY.
    pub uid_validity: Option<UidValidity>,
    /// UIDNEXT.
    pub uid_next: Option<u32>,
    /// HIGHESTMODSEQ; `None` without CONDSTORE.
    pub highest_modseq: Option<u64>,
}

impl MailboxStatus {
    /// What a STATUS response tells.
    pub(super) fn of(attributes: &[StatusAttribute]) -> Self {
        let mut said = Self::default();
        for attribute in attributes {
            match attribute {
                StatusAttribute::Messages(count) => said.messages = Some(*count),
                StatusAttribute::UidNext(next) => said.uid_next = Some(*next),
                StatusAttribute::UidValidity(validity) => {
                    said.uid_validity = Some(UidValidity(*validity));
                }
                StatusAttribute::HighestModSeq(modseq) => {
                    said.highest_modseq = Some(*modseq).filter(|modseq| *modseq > 0);
                }
                _ => {}
            }
        }
        said
    }
}

impl Listed {
    /// The mailbox that every account has.
    #[must_use]
    pub fn inbox() -> Self {
        Self {
            name: MailboxRole::Inbox.as_str().to_ascii_uppercase(),
            decoded: MailboxRole::Inbox.as_str().to_ascii_uppercase(),
            role: MailboxRole::Inbox,
            selectable: true,
        }
    }
}

/// What changed since a mailbox was known, as far as SELECT told it (RFC 7162 section 3.2.5).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Since {
    /// UIDs that are gone.
    pub gone: Vec<std::ops::RangeInclusive<u32>>,
    /// Flags of all messages that changed or came, ascending; `None` when they must be asked for.
    pub changed: Option<Vec<SeenFlags>>,
}

/// What SELECT said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selected {
    /// Messages in the mailbox.
    pub exists: u32,
    /// UIDVALIDITY; `None` when the server gave none, or 0, which is none (RFC 9051 section 2.3.1.1).
    pub uid_validity: Option<UidValidity>,
    /// UIDNEXT; some servers give none.
    pub uid_next: Option<u32>,
    /// HIGHESTMODSEQ; `None` without CONDSTORE.
    pub highest_modseq: Option<u64>,
    /// The server said how many messages there are.
    pub counted: bool,
    /// The server said that there is no message in it.
    pub empty: bool,
    /// The server selected it read-only.
    pub read_only: bool,
    /// PERMANENTFLAGS; `None` when not told, which means all flags (RFC 9051 section 7.1).
    pub permanent_flags: Option<Vec<Flag>>,
    /// PERMANENTFLAGS has `\*`.
    pub may_store_any_keyword: bool,
}

impl Selected {
    /// The UIDVALIDITY that holds: the server's, else the one that is known, else a constant. A
    /// server without one promises nothing, and reading everything again at each pass helps nobody.
    #[must_use]
    pub fn validity(&self, known: Option<UidValidity>) -> UidValidity {
        self.uid_validity.or(known).unwrap_or(UidValidity(u32::MAX))
    }

    /// Whether UIDs that were learned under `known` mean the same still.
    #[must_use]
    pub fn is_still(&self, known: UidValidity) -> bool {
        self.validity(Some(known)) == known
    }

    /// Whether STORE of this flag lasts.
    #[must_use]
    pub fn can_store(&self, flag: &Flag) -> bool {
        if self.read_only {
            return false;
        }
        let Some(permanent) = &self.permanent_flags else { return true };
        let listed =
            permanent.iter().any(|known| known.as_str().eq_ignore_ascii_case(flag.as_str()));
        listed || (self.may_store_any_keyword && !flag.as_str().starts_with('\\'))
    }
}

/// One message without its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// UID; never 0.
    pub uid: Uid,
    /// Flags, without `\Recent`.
    pub flags: Vec<Flag>,
    /// INTERNALDATE.
    pub internal_date: Option<DateTime>,
    /// RFC822.SIZE; 0 when the server gave nonsense.
    pub size: u64,
    /// MODSEQ; 0 without CONDSTORE.
    pub modseq: u64,
    /// X-GM-MSGID, or empty: the same text in two mailboxes means the same message.
    pub server_id: String,
    /// The raw header block, at most 256 KiB of it, empty for a message the server cannot give.
    pub header: Vec<u8>,
}

impl Head {
    /// One of which no more than its UID can be read.
    #[must_use]
    pub fn unread(uid: Uid) -> Self {
        Self {
            uid,
            flags: Vec::new(),
            internal_date: None,
            size: 0,
            modseq: 0,
            server_id: String::new(),
            header: Vec::new(),
        }
    }
}

/// What came of asking for header blocks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heads {
    /// Those that came.
    pub heads: Vec<Head>,
    /// The answers about these cannot be read.
    pub unread: Vec<Uid>,
    /// Nobody knows of these, because answers were left out or too much came at once: to be asked
    /// for again, in smaller parts.
    pub left: Vec<Uid>,
}

/// Flags of one message as the server has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenFlags {
    /// UID; never 0.
    pub uid: Uid,
    /// Flags, without `\Recent`.
    pub flags: Vec<Flag>,
    /// MODSEQ; 0 when not given.
    pub modseq: u64,
}

/// What a change command did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// The server confirmed it.
    Done,
    /// The server said NO or BAD.
    Refused(Reply),
}

/// Why IDLE ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdleEnd {
    /// The server reported something: look at the mailbox.
    News,
    /// Nothing happened for as long as IDLE is kept.
    Quiet,
    /// The token was cancelled.
    Cancelled,
}
