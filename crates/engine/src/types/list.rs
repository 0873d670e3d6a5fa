//! Values of the sidebar, the message list and an opened message.

use std::{sync::Arc, time::Duration};

use aloud_message::{Dsn, Mail};
use aloud_model::{
    AccountId, Address, ContactId, DateTime, Importance, MailboxId, MessageKey, MessageKind,
    imap::MailboxRole,
};

use super::{CardOffer, Delivery, DeliverySummary, MailboxFault, ReceiptState};

/// A mailbox in the sidebar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// Its row.
    pub id: MailboxId,
    /// Whose it is.
    pub account: AccountId,
    /// Decoded name.
    pub name: String,
    /// What it is for.
    pub role: MailboxRole,
    /// Unheard and unread messages in it.
    pub unseen: u32,
    /// All messages in it.
    pub total: u32,
    /// Why it is not up to date; `None` when it is.
    pub fault: Option<MailboxFault>,
}

/// Numbers for the sidebar: what is unheard or unread in all inboxes, and what waits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// All kinds.
    pub all: u32,
    /// Voice messages not heard.
    pub unheard: u32,
    /// The same, for the Voice entry.
    pub voice: u32,
    /// Faxes not viewed.
    pub fax: u32,
    /// Text mail not read.
    pub text: u32,
    /// Outbox rows waiting.
    pub outbox: u32,
}

/// What the list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Every inbox.
    AllInboxes,
    /// Unheard voice messages of every inbox.
    Unheard,
    /// Voice of every inbox.
    Voice,
    /// Faxes of every inbox.
    Fax,
    /// Text mail of every inbox.
    Text,
    /// One mailbox.
    Mailbox(MailboxId),
}

/// Order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Sort {
    /// Newest first.
    #[default]
    Newest,
    /// Oldest first.
    Oldest,
    /// Unheard first, then newest.
    UnheardFirst,
    /// By sender's name.
    Sender,
    /// Longest first.
    Longest,
}

/// A window of the list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ListQuery {
    /// What is listed.
    pub scope: Scope,
    /// Order.
    pub sort: Sort,
    /// Search text with the filters `from:`, `kind:`, `unheard`, `longer:1m`, `private`; empty for none.
    pub search: String,
    /// First row.
    pub offset: u32,
    /// At most so many rows.
    pub limit: u32,
}

/// A window of rows and how many there are in all.
#[derive(Debug, Clone, Default)]
pub struct ListPage {
    /// The rows asked for.
    pub rows: Vec<ListRow>,
    /// All rows of the query.
    pub total: u32,
    /// Of these, unheard or unread.
    pub unseen: u32,
}

/// Whether a message was heard, read or viewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Progress {
    /// Not at all (filled dot).
    New,
    /// Begun (ring).
    Started,
    /// Heard, read or viewed (`\Seen`).
    Done,
}

/// What the line under the subject of a row says.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Preview {
    /// Nothing.
    #[default]
    Nothing,
    /// First words of the transcript or text.
    Text(String),
    /// A fax with a spoken note of this length.
    SpokenNote(Option<Duration>),
    /// A forwarded message with a spoken introduction of this length.
    Introduction(Option<Duration>),
    /// A forwarded message from this person, number or address.
    Forwarded(String),
    /// Left by telephone on this extension.
    Extension(String),
    /// Left by telephone.
    OutsideLine,
    /// A delivery report about this recipient.
    Report(Box<Dsn>),
    /// The message cannot be read.
    Unreadable,
    /// The server's answer about the message cannot be read.
    Untold,
    /// To the row's recipients.
    Towards,
    /// To the account's own address and so many others.
    ToYou(u32),
}

/// One row of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct ListRow {
    /// The message.
    pub key: MessageKey,
    /// Its account.
    pub account: AccountId,
    /// Its mailbox.
    pub mailbox: MailboxId,
    /// UID there; `None` for a row that the server has not confirmed.
    pub uid: Option<u32>,
    /// Its kind.
    pub kind: MessageKind,
    /// Name to show (in Sent, the first recipient's): directory name, else display or caller name,
    /// else number or address; empty for none.
    pub sender: String,
    /// Recipients besides [`Self::sender`], in Sent and Drafts.
    pub others: u32,
    /// Sender's display or caller name, as the message has it.
    pub sender_name: Option<String>,
    /// Sender's address (recipient's, in Sent).
    pub address: Option<String>,
    /// Caller's number.
    pub number: Option<String>,
    /// Left by telephone; shows the telephone icon.
    pub outside_caller: bool,
    /// We sent it, or it is a draft of ours: `sender` and `address` are those of the first recipient.
    pub outgoing: bool,
    /// The address that stands behind `sender` where that is a name or number which only the message
    /// tells: anybody can write one, so the address or its domain is shown beside it.
    pub via: Option<String>,
    /// Contact whose photo and name are shown.
    pub contact: Option<ContactId>,
    /// Subject; empty if missing or saying nothing.
    pub subject: String,
    /// What the line under the subject says.
    pub preview: Preview,
    /// When it was sent, else when it arrived.
    pub date: DateTime,
    /// Length of the voice.
    pub duration: Option<Duration>,
    /// That length is guessed from the size; shown with "~".
    pub estimated: bool,
    /// Fax pages.
    pub pages: Option<u32>,
    /// Dot.
    pub progress: Progress,
    /// High or low importance.
    pub importance: Importance,
    /// A blocking Sensitivity.
    pub private: bool,
    /// A receipt is asked for and not settled.
    pub receipt: bool,
    /// It carries attachments besides its voice or fax.
    pub attachment: bool,
    /// It was answered.
    pub answered: bool,
    /// It was forwarded.
    pub forwarded: bool,
    /// What is known of deliveries, for rows in Sent.
    pub delivery: Option<DeliverySummary>,
}

/// A message opened.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Its row.
    pub row: ListRow,
    /// What it is and allows.
    pub mail: Arc<Mail>,
    /// Whether all of it is on this computer; if not, [`Event::BodyProgress`](crate::Event::BodyProgress) follows.
    pub complete: bool,
    /// Octets here and in all.
    pub have: (u64, u64),
    /// State of a receipt asked for.
    pub receipt: ReceiptState,
    /// What may be done with cards it carries.
    pub offers: Vec<CardOffer>,
    /// State of each recipient, for messages we sent.
    pub deliveries: Vec<Delivery>,
    /// For a report: the message it is about, if that is here.
    pub about: Option<MessageKey>,
    /// Peaks for the waveform of the primary audio, 0 to 255, or empty when not measured yet.
    pub peaks: Arc<[u8]>,
    /// Its G.726 code words are read in the other order ([`Engine::swap_code_words`](crate::Engine::swap_code_words)).
    pub swapped: bool,
    /// The sender's name in their own voice, as the directory has it.
    pub spoken_name: Option<SpokenName>,
    /// What the user's own server says of the domain in From.
    pub confirmation: Confirmation,
    /// Whom the directory knows by an outside caller's number.
    pub caller: Option<KnownCaller>,
    /// Where somebody stopped listening to it; zero for the start.
    pub stopped_at: Duration,
}

/// What the user's own server found about the domain in From (DMARC, RFC 8601).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Confirmation {
    /// It said nothing, or it is not known which server is the user's own.
    #[default]
    NotChecked,
    /// The domain confirmed it.
    Confirmed,
    /// The domain says nothing about who may send in its name.
    Missing {
        /// The domain in From.
        domain: String,
    },
    /// The domain did not confirm it.
    Failed {
        /// The domain in From.
        domain: String,
        /// Who found out.
        server: String,
    },
}

/// A person of the directory who has an outside caller's number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownCaller {
    /// Who.
    pub contact: ContactId,
    /// As the directory has it.
    pub name: String,
    /// Where a voice message to this person goes.
    pub address: Option<Address>,
}

/// A name in a person's own voice; [`Engine::spoken_name`](crate::Engine::spoken_name) brings the sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpokenName {
    /// Whose it is.
    pub contact: ContactId,
    /// How long, where it can be decoded.
    pub length: Option<Duration>,
}

/// Something that can be taken back until the next act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UndoToken(pub i64);

/// What a user's mark does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mark {
    /// Heard, read, viewed.
    Heard,
    /// As new.
    Unheard,
}
