//! A message as Aloud understands it: the one value that the reading pane, the list, the command
//! line and the rules all look at. Made by [`Mail::read`] (in `inspect`), never by hand.
//!
//! Paths name parts as IMAP does: `"1"`, `"2.1"`; a single-part message is `"1"`.

use std::time::Duration;

use crate::auth::Results;
use crate::dsn::Action;
use crate::mdn::DispositionType;
use crate::problem::{CardProblem, PartProblem, Problem};
use crate::recognize::Evidence;
use crate::refusal::{Confidential, Doubt, Refusal};
use aloud_model::{AddrSpec, Address, DateTime, Importance, MessageKind, Sensitivity};

/// One message and what it allows. Inner messages are in [`Mail::forwarded`].
#[derive(Debug, Clone, Default)]
pub struct Mail {
    /// What the list shows it as.
    pub kind: MessageKind,
    /// Further kinds carried (a fax inside a voice message).
    pub also: Vec<MessageKind>,
    /// `vpim2`, `vpim1`, `ivm`, or a vendor's id from the vendor table.
    pub profile: Option<String>,
    /// What decided the kind, strongest first.
    pub evidence: Vec<Evidence>,
    /// Decoded, controls removed.
    pub subject: Option<String>,
    /// The Date field.
    pub date: Option<DateTime>,
    /// Without angle brackets.
    pub message_id: Option<String>,
    /// Without angle brackets.
    pub in_reply_to: Option<String>,
    /// Without angle brackets, oldest first.
    pub references: Vec<String>,
    /// Who it is from.
    pub sender: Sender,
    /// What the last server says about the domain in From.
    pub auth: Option<Results>,
    /// The To addresses (all To fields).
    pub to: Vec<Address>,
    /// The Cc addresses.
    pub cc: Vec<Address>,
    /// Where a reply goes; `None` when there is nobody to answer. Original octets.
    pub reply_to: Option<Address>,
    /// Whether it may be answered.
    pub may_reply: Permission,
    /// Whether it may be forwarded by any route (decision C2; looks at every nesting level).
    pub may_forward: Permission,
    /// Whether its parts may be saved, exported, dragged or opened elsewhere.
    pub may_save: Permission,
    /// A notice that does not block (Company-Confidential).
    pub forward_notice: Option<Confidential>,
    /// The strictest Sensitivity found at any level.
    pub sensitivity: Option<Sensitivity>,
    /// The Importance field or its older relatives.
    pub importance: Option<Importance>,
    /// Sum of the voice bodies. Without a [`Mail::duration_source`] it is an estimate from the size.
    pub duration: Option<Duration>,
    /// Where [`Mail::duration`] comes from.
    pub duration_source: Option<DurationSource>,
    /// Fax pages.
    pub pages: Option<u32>,
    /// Leaves in order.
    pub parts: Vec<PartInfo>,
    /// The readable text, decoded; HTML turned into text when there is nothing else.
    pub text: Option<String>,
    /// What a vendor's system heard in the recording.
    pub transcript: Option<Transcript>,
    /// Contact cards at this level.
    pub cards: Vec<Card>,
    /// A receipt asked for by the sender.
    pub receipt: Option<Receipt>,
    /// For [`MessageKind::Mdn`] and [`MessageKind::Dsn`].
    pub report: Option<Report>,
    /// Messages inside, in order.
    pub forwarded: Vec<Mail>,
    /// Repairs made and things that cannot be shown.
    pub problems: Vec<Problem>,
    /// First Content-Language of the voice body or the message ("en-CA").
    pub language: Option<String>,
    /// Paths of voice bodies in playing order, where a field of the message tells it; empty means
    /// message order. `inspect::primary_audio` follows it.
    pub playing_order: Vec<String>,
}

impl Mail {
    /// Whether the text only stands in for a recording, a fax or a message inside, for programs
    /// that cannot show those: all of it may be left out (`handling=OPTIONAL`, RFC 3459) and is
    /// marked by `compose` as such. The words do not count, so any language does.
    #[must_use]
    pub fn has_cover_only(&self) -> bool {
        let texts = || self.parts.iter().filter(|part| part.role == PartRole::Text);
        let stands_for = |part: &PartInfo| {
            matches!(part.role, PartRole::VoiceMessage | PartRole::Fax | PartRole::Original)
        };
        texts().next().is_some()
            && texts().all(|part| !part.required && part.content_id.as_deref().is_some_and(is_mark))
            && self.parts.iter().any(stands_for)
    }
}

/// How the Content-ID of a cover text begins.
pub(crate) const COVER_ID: &str = "cover.";

fn is_mark(content_id: &str) -> bool {
    content_id.starts_with(COVER_ID)
}

/// Who a message is from, as found; nothing is invented.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sender {
    /// Display name or caller name.
    pub name: Option<String>,
    /// From address.
    pub address: Option<AddrSpec>,
    /// Caller's number; with `+` only where the message says it is E.164.
    pub number: Option<String>,
    /// The caller's number was withheld.
    pub withheld: bool,
    /// Left by telephone: the address is `non-mail-user` or a vendor's robot.
    pub outside_caller: bool,
}

/// A rule's answer, with the reason of a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Permission {
    /// Go ahead.
    #[default]
    Allowed,
    /// No, and why.
    Refused(Refusal),
}

impl Permission {
    /// Whether it is allowed.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        *self == Self::Allowed
    }

    /// The reason of a refusal.
    #[must_use]
    pub fn reason(&self) -> Option<&Refusal> {
        match self {
            Self::Allowed => None,
            Self::Refused(reason) => Some(reason),
        }
    }
}

/// What told the length of the message, in the order of trust (decision E5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DurationSource {
    /// The audio itself was decoded.
    Audio,
    /// Content-Duration on the part (or a vendor's type parameter).
    PartHeader,
    /// Content-Duration or a vendor's field on the message.
    MessageHeader,
    /// A disposition parameter.
    Disposition,
    /// Content-Description.
    Description,
    /// The subject.
    Subject,
    /// The text body.
    Text,
}

impl DurationSource {
    /// The word used in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::PartHeader => "part-header",
            Self::MessageHeader => "message-header",
            Self::Disposition => "disposition",
            Self::Description => "description",
            Self::Subject => "subject",
            Self::Text => "text",
        }
    }
}

/// What a leaf is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PartRole {
    /// The voice message itself, or a further body of it.
    VoiceMessage,
    /// The sender's spoken name.
    SpokenName,
    /// The spoken subject.
    SpokenSubject,
    /// A recipient's spoken name.
    RecipientName,
    /// A spoken report or receipt.
    Notification,
    /// Fax pages.
    Fax,
    /// Plain text of the sender.
    Text,
    /// The HTML rendering.
    Html,
    /// A contact card.
    Card,
    /// The machine-readable part of a report.
    Report,
    /// A message inside (message/rfc822), kept whole.
    Original,
    /// Text made by a machine from the recording.
    Transcript,
    /// Anything else.
    Attachment,
}

impl PartRole {
    /// The word used in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VoiceMessage => "voice-message",
            Self::SpokenName => "spoken-name",
            Self::SpokenSubject => "spoken-subject",
            Self::RecipientName => "recipient-name",
            Self::Notification => "notification",
            Self::Fax => "fax",
            Self::Text => "text",
            Self::Html => "html",
            Self::Card => "card",
            Self::Report => "report",
            Self::Original => "original",
            Self::Transcript => "transcript",
            Self::Attachment => "attachment",
        }
    }
}

/// What a leaf is by its content, whatever it is for; [`PartInfo::decodable`] says whether Aloud can
/// render it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rendering {
    /// Sound.
    Sound {
        /// It has G.726 code words, which some gateways put in the other order.
        code_words: bool,
    },
    /// Pages of a TIFF.
    Pages,
    /// A document of pages that another program shows.
    Document,
    /// Something else.
    #[default]
    Other,
}

impl Rendering {
    /// Whether it is sound.
    #[must_use]
    pub const fn sounds(self) -> bool {
        matches!(self, Self::Sound { .. })
    }
}

/// A leaf of the message.
#[derive(Debug, Clone)]
pub struct PartInfo {
    /// `"1"`, `"2.1"`.
    pub path: String,
    /// Multiparts above it; 0 for a single-part message.
    pub depth: usize,
    /// `audio/32kadpcm`, in lower case, without parameters.
    pub media_type: String,
    /// `inline` or `attachment`, in lower case.
    pub disposition: Option<String>,
    /// Made safe for a file system: a last component without reserved characters.
    pub filename: Option<String>,
    /// Octets after transfer decoding.
    pub octets: usize,
    /// What it is for.
    pub role: PartRole,
    /// What it is by its content.
    pub rendering: Rendering,
    /// How many pages it has, as far as counted.
    pub pages: Option<u32>,
    /// Codec in words ("G.726, 32 kbit/s"), for audio and fax.
    pub codec: Option<String>,
    /// Whether we can render it.
    pub decodable: bool,
    /// Length of its audio, decoded if that was possible, else as declared.
    pub seconds: Option<f64>,
    /// What is wrong with it.
    pub problem: Option<PartProblem>,
    /// Content-ID without angle brackets.
    pub content_id: Option<String>,
    /// `handling=` (RFC 3459); unmarked parts are required.
    pub required: bool,
    /// Content-Description, decoded.
    pub description: Option<String>,
}

/// A transcript that came with the message; Aloud never makes one up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transcript {
    /// The words.
    pub text: String,
    /// Who made it ("Cisco Unity Connection").
    pub origin: String,
}

/// A contact card in short; `message::card` has the whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Card {
    /// Path of its part.
    pub path: String,
    /// Formatted name.
    pub name: Option<String>,
    /// Mail addresses.
    pub emails: Vec<String>,
    /// Telephone numbers as written.
    pub tels: Vec<String>,
    /// Whether a spoken name comes with it, inline or as a part of this message.
    pub has_spoken_name: bool,
    /// Why it cannot be used as it stands.
    pub problem: Option<CardProblem>,
}

/// A request for a receipt, and whether one may be sent (RFC 8098 section 2.1, reliability T13).
/// State that lives in the mailbox (`$MDNSent`, heard or not) is the engine's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Disposition-Notification-To, all addresses.
    pub requested_by: Vec<AddrSpec>,
    /// Whether one may be sent at all.
    pub may_send: bool,
    /// Whether the user must be asked each time even in "always" mode.
    pub needs_consent: bool,
    /// Why not.
    pub reason: Option<Refusal>,
    /// Why consent is needed.
    pub doubt: Option<Doubt>,
}

/// A machine-readable report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// RFC 8098.
    Mdn(Mdn),
    /// RFC 3464, a block a recipient.
    Dsn(Vec<Dsn>),
}

/// A receipt received.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mdn {
    /// What became of the message.
    pub disposition: DispositionType,
    /// Modifiers such as `error`, `expired`.
    pub modifiers: Vec<String>,
    /// Final-Recipient's address.
    pub recipient: Option<String>,
    /// Without angle brackets.
    pub original_message_id: Option<String>,
    /// Error, Failure and Warning fields.
    pub errors: Vec<String>,
}

/// One recipient of a delivery report.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dsn {
    /// Original-Recipient or Final-Recipient.
    pub recipient: String,
    /// Final-Recipient, where it is another address than [`Dsn::recipient`].
    pub final_recipient: Option<String>,
    /// What became of the message for this recipient.
    pub action: Action,
    /// `5.1.1`, as the report states it; empty where it states none.
    pub status: String,
    /// Diagnostic-Code and Remote-MTA, for administrators.
    pub diagnostic: Option<String>,
    /// Reporting-MTA.
    pub reported_by: Option<String>,
    /// Original-Envelope-Id.
    pub envelope_id: Option<String>,
    /// Message-ID of the message returned, where one came back.
    pub original_message_id: Option<String>,
    /// Last-Attempt-Date.
    pub last_attempt: Option<DateTime>,
    /// Will-Retry-Until.
    pub retry_until: Option<DateTime>,
}

/// Octets of one leaf, decoded from its transfer encoding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// The octets; possibly cut short when the encoding was damaged.
    pub octets: Vec<u8>,
    /// Whether the transfer encoding was damaged.
    pub damaged: bool,
}
