//! What goes in and out of [`super::Engine`]: plain values, cheap to clone, without any type of the
//! crates underneath.

use std::{path::PathBuf, sync::Arc, time::Duration};

use aloud_codec::Pcm;
use aloud_message::Mail;
use aloud_model::{
    AccountId, AddrSpec, Address, ContactId, DateTime, Importance, MailboxId, MessageKey,
    MessageKind, OutboxId, imap::MailboxRole, voice::VoiceFormat,
};

mod people;
mod phrases;

use crate::store::vocabulary::vocabulary;

pub use super::drafts::{
    Closed, Draft, DraftContent, DraftId, Listed, Recipient, Revision, Saved, Sound, Unsent,
    read_take,
};
pub use super::errors::{BadCertificate, CertificateFault, Error, Invalid, Refusal, Service};
pub use people::*;
pub(crate) use phrases::filled;
pub use phrases::{Covered, Phrases};

/// How a connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// TLS from the first octet.
    Tls,
    /// STARTTLS, required.
    StartTls,
    /// None; accepted for loopback addresses only.
    None,
}

impl Security {
    /// As it is called.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Tls => "TLS",
            Self::StartTls => "STARTTLS",
            Self::None => "no encryption",
        }
    }
}

/// One server of an account.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Server {
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Protection.
    pub security: Security,
}

/// What an account needs, except the password.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct AccountSettings {
    /// The user's own name, as recipients see it.
    pub name: String,
    /// The user's own address.
    pub address: AddrSpec,
    /// What the account is called in the sidebar.
    pub label: String,
    /// IMAP.
    pub imap: Server,
    /// Submission.
    pub smtp: Server,
    /// Login name at both.
    pub user: String,
    /// A CA certificate in PEM that is trusted besides the platform's.
    pub ca_pem: Option<PathBuf>,
    /// Domain that telephone numbers are sent to (RFC 3804), if there is one.
    pub gateway: Option<String>,
    /// The built-in demo account, served inside the process.
    pub demo: bool,
}

/// An account as the window shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its row.
    pub id: AccountId,
    /// Its settings.
    pub settings: AccountSettings,
    /// How it is doing.
    pub state: AccountState,
}

/// How an account is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountState {
    /// Not started.
    Idle,
    /// Connecting or looking for news.
    Checking,
    /// Fetching `done` of `total` messages.
    Fetching {
        /// Messages fetched.
        done: u32,
        /// Messages to fetch.
        total: u32,
    },
    /// Connected; last success at the given time.
    UpToDate(DateTime),
    /// No network; since when.
    Offline(DateTime),
    /// The password is missing or was turned down.
    NeedsPassword(String),
    /// Another failure; Aloud tries again by itself at the given time.
    Failed {
        /// Why.
        reason: String,
        /// Next attempt.
        retry_at: DateTime,
    },
}

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
    /// Name to show: directory name, else display or caller name, else number or address.
    pub sender: String,
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
    /// Subject, or the sentence that stands for a missing one.
    pub subject: String,
    /// First words of the transcript or text, or a plain fact.
    pub preview: String,
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
    /// State of delivery, for rows in Sent, in words for people ("Heard at 17:05").
    pub delivery: Option<String>,
}

/// A message opened.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Its row.
    pub row: ListRow,
    /// What it is and allows.
    pub mail: Arc<Mail>,
    /// Whether all of it is on this computer; if not, [`Event::BodyProgress`] follows.
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
    /// Its G.726 code words are read in the other order ([`super::Engine::swap_code_words`]).
    pub swapped: bool,
    /// The sender's name in their own voice, as the directory has it.
    pub spoken_name: Option<SpokenName>,
    /// What the user's own server says of the domain in From.
    pub confirmation: Confirmation,
    /// Whom the directory knows by an outside caller's number.
    pub caller: Option<KnownCaller>,
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

/// A name in a person's own voice; [`super::Engine::spoken_name`] brings the sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpokenName {
    /// Whose it is.
    pub contact: ContactId,
    /// How long, where it can be decoded.
    pub length: Option<Duration>,
}

/// A message that was deleted unheard although its sender asked for a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedUnheard {
    /// The message.
    pub key: MessageKey,
    /// Whose it is, as the list shows it.
    pub sender: String,
    /// Where a receipt would go, when that is not the sender's address.
    pub elsewhere: Vec<AddrSpec>,
}

/// A receipt that the sender asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReceiptState {
    /// None asked, or none may be sent.
    None,
    /// Asked, but the message has not been heard, read or viewed yet; nothing is offered (D11).
    NotYet,
    /// To be asked now.
    Ask {
        /// Where it would go.
        to: Vec<AddrSpec>,
        /// That is not the sender's address: warn, and offer no "from now on".
        elsewhere: bool,
    },
    /// Sent, or waiting in the outbox.
    Sent(DateTime),
    /// The user said no; never asked again.
    Declined,
}

/// The user's answer to a receipt prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceiptAnswer {
    /// Send it.
    Send,
    /// Send it, and do so for this person from now on.
    SendAlways,
    /// Do not; never ask again for this message.
    Decline,
    /// Do not, from now on for this person.
    DeclineAlways,
}

vocabulary! {
    /// What is known of one recipient of a sent message, by reports (RFC 3464) and receipts
    /// (RFC 8098).
    pub enum DeliveryState in "deliveries.state" {
        /// The submission server has it.
        Sent = "sent",
        /// The same, and it makes no reports of delivery (RFC 3801 section 5.3).
        Unreported = "unreported",
        /// Still under way.
        Delayed = "delayed",
        /// Handed on to a system without reports, or to a list.
        Relayed = "relayed",
        /// In the recipient's mailbox.
        Delivered = "delivered",
        /// It could not be delivered.
        Failed = "failed",
        /// Heard, read or viewed.
        Displayed = "displayed",
        /// Deleted without that.
        Deleted = "deleted",
        /// Deleted by its age without that.
        Expired = "expired",
        /// It could not be played or shown there.
        Error = "error",
        /// The recipient gives no receipt.
        Denied = "denied",
        /// Passed on to somebody else, unheard.
        Dispatched = "dispatched",
        /// Something was done with it that says nothing about hearing.
        Processed = "processed",
    }
}

/// How one recipient of a sent message stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Who.
    pub recipient: Address,
    /// What is known, in words ("Heard at 17:05").
    pub text: String,
    /// Whether it failed.
    pub failed: bool,
    /// Whether a receipt says that it was heard or read there.
    pub heard: bool,
}

/// Where an outgoing message goes and what it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Relation {
    /// New.
    New,
    /// An answer; the engine sets the threading fields and checks the rules.
    Reply {
        /// The message answered.
        to: MessageKey,
        /// Take the original along as message/rfc822; refused for a private one.
        include_original: bool,
    },
    /// A forward with the untouched original.
    Forward(MessageKey),
}

/// A message to be sent.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// From which account.
    pub account: AccountId,
    /// What it answers.
    pub relation: Relation,
    /// To.
    pub to: Vec<Address>,
    /// Cc.
    pub cc: Vec<Address>,
    /// Subject.
    pub subject: String,
    /// The recording; `None` for a text message.
    pub voice: Option<Arc<Pcm>>,
    /// The subject, spoken.
    pub spoken_subject: Option<Arc<Pcm>>,
    /// A text: the body of a text message, or a note with a voice message (never to VPIM, E13).
    pub text: Option<String>,
    /// Importance.
    pub importance: Importance,
    /// Private.
    pub private: bool,
    /// Ask for a receipt.
    pub ask_receipt: bool,
    /// Format; `None` chooses per recipient.
    pub format: Option<VoiceFormat>,
    /// The draft that it was written in, removed once the message is frozen.
    pub draft: Option<DraftId>,
}

/// What the submission server of an account takes and does, as it said last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Submission {
    /// Most octets of a message (SIZE, RFC 1870); `None` without limit or while not known.
    pub most: Option<u64>,
    /// Whether it reports deliveries (DSN, RFC 3461); `None` while not known.
    pub reports: Option<bool>,
}

/// Which format each recipient gets, for the composer's format line, and how much fits.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FormatPlan {
    /// A format and who gets it.
    pub groups: Vec<(VoiceFormat, Vec<Address>)>,
    /// What the server takes.
    pub submission: Submission,
    /// Octets that go along besides what is recorded.
    pub besides: u64,
    /// Sound that goes along besides the message: the spoken name.
    pub aside: Duration,
}

impl FormatPlan {
    /// Longest recording that the server takes, in the chosen format or in those of the plan;
    /// `None` without limit.
    #[must_use]
    pub fn room(&self, chosen: Option<VoiceFormat>) -> Option<Duration> {
        let most = self.submission.most?;
        let planned = self.groups.iter().map(|(format, _)| *format);
        let formats: Vec<VoiceFormat> = match chosen {
            Some(format) => vec![format],
            None => planned.collect(),
        };
        let rates = formats.iter().map(|format| u64::from(format.octets_per_second()));
        let rate = rates.max().unwrap_or(u64::from(VoiceFormat::Ivm.octets_per_second()));
        // Base64 in lines of 76: 78 octets for 57.
        let octets = most.saturating_sub(self.besides).saturating_mul(57) / 78;
        Some(Duration::from_secs(octets / rate.max(1)).saturating_sub(self.aside))
    }
}

vocabulary! {
    /// Why a message was not sent, or not yet.
    pub enum FailureWhy in "outbox.why" {
        /// Nothing went wrong.
        None = "",
        /// The submission server refused it.
        Refused = "refused",
        /// It was tried for five days without a connection.
        GaveUp = "gave-up",
        /// The server turned the credentials down.
        Credentials = "credentials",
        /// No password is at hand.
        NoPassword = "no-password",
        /// The keyring cannot be used.
        NoKeyring = "no-keyring",
        /// The server's certificate cannot be trusted.
        Certificate = "certificate",
        /// The server offers no encryption.
        NoEncryption = "no-encryption",
        /// The port speaks TLS where STARTTLS was chosen, or the other way round.
        WrongEncryption = "wrong-encryption",
        /// The octets or the envelope cannot be sent by SMTP.
        Malformed = "malformed",
        /// The connection broke when the server may have had the message.
        Broken = "broken",
        /// The program ended when the server may have had the message.
        Ended = "ended",
        /// The row in the database cannot be read; it is left as it is.
        Unreadable = "unreadable",
        /// What an older version wrote down as a sentence.
        Other = "other",
    }
}

/// Why a message was not sent, or not yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The reason.
    pub why: FailureWhy,
    /// The server's reply code, where it gave one.
    pub code: Option<u16>,
    /// The recipient that it refused, where it was one.
    pub recipient: Option<AddrSpec>,
    /// What the server or the system said, as it said it; empty for nothing.
    pub said: String,
}

impl Failure {
    /// A reason without further words.
    #[must_use]
    pub fn new(why: FailureWhy) -> Self {
        Self { why, code: None, recipient: None, said: String::new() }
    }

    /// The same, with what the server or the system said.
    #[must_use]
    pub fn saying(self, said: impl Into<String>) -> Self {
        Self { said: said.into(), ..self }
    }
}

/// State of an outbox row (docs/reliability.md 1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutboxState {
    /// Held back so that it can be undone; when it goes.
    Held(DateTime),
    /// Waits for its turn or the network.
    Queued,
    /// On its way; percent.
    Sending(u8),
    /// Accepted by the server, not yet filed in Sent.
    Accepted,
    /// The connection broke when the server may have had it: the user decides.
    Ambiguous,
    /// Stopped.
    Failed(Failure),
    /// Waits for another attempt.
    Retry {
        /// What the last one met.
        reason: Failure,
        /// When.
        at: DateTime,
    },
}

/// A row of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// Its id.
    pub id: OutboxId,
    /// From which account.
    pub account: AccountId,
    /// Recipients.
    pub to: Vec<Address>,
    /// Subject.
    pub subject: String,
    /// Length of the voice, if it is a voice message.
    pub duration: Option<Duration>,
    /// Its state.
    pub state: OutboxState,
    /// Message-ID without brackets.
    pub message_id: String,
    /// A receipt; not shown among the user's own messages.
    pub receipt: bool,
    /// The message that it answers or forwards.
    pub answers: Option<MessageKey>,
    /// It forwards that message rather than answering it.
    pub forward: bool,
}

/// What to do about receipts where no rule for the person says otherwise (decision C5). The guards
/// hold in every mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReceiptPolicy {
    /// Ask each time.
    #[default]
    Ask,
    /// Send without asking, where that is allowed.
    Always,
    /// Never send, never ask.
    Never,
}

/// When our own contact card goes along with a voice message (decision C1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OwnCard {
    /// To people whose own mail carried a card, or whose entry says so.
    #[default]
    Automatic,
    /// Always.
    Always,
    /// Never.
    Never,
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

/// One account's pass, for `aloud sync --once --json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SyncReport {
    /// Account label.
    pub account: String,
    /// Mailboxes looked at.
    pub mailboxes: u32,
    /// Messages known after the pass.
    pub messages: u32,
    /// Of these, new.
    pub new: u32,
    /// IMAP commands sent.
    pub commands: u32,
    /// Octets read from the server.
    pub bytes_in: u64,
    /// Octets written.
    pub bytes_out: u64,
    /// Wall clock.
    pub milliseconds: u64,
    /// Peak resident memory of the process.
    pub peak_rss_kib: u64,
    /// What failed.
    pub errors: Vec<String>,
}

/// Facts that happened; they carry identifiers, never data. A feed that lags gets
/// [`Event::Resync`] and its reader loads everything again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Rows of a mailbox came, went or moved.
    MailboxChanged(MailboxId),
    /// One message changed (flags, kind, receipt, delivery).
    MessageChanged(MessageKey),
    /// More of a body arrived: octets here, octets in all.
    BodyProgress(MessageKey, u64, u64),
    /// The outbox changed.
    OutboxChanged,
    /// A draft was opened, kept, changed by a command or removed.
    DraftsChanged,
    /// A message was accepted by the server.
    Sent(OutboxId),
    /// A message could not be sent.
    SendFailed(OutboxId, Failure),
    /// An account was added, removed, or its state changed.
    AccountChanged(AccountId),
    /// An account needs its password.
    AuthRequired(AccountId),
    /// The directory changed.
    DirectoryChanged,
    /// New messages arrived.
    Arrived(Vec<MessageKey>),
    /// Events were lost: load everything again.
    Resync,
}
