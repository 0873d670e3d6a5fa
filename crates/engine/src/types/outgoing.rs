//! Values about messages to be sent and those in the outbox.

use std::{sync::Arc, time::Duration};

use aloud_codec::Pcm;
use aloud_model::{
    AccountId, AddrSpec, Address, DateTime, Importance, MessageKey, OutboxId, voice::VoiceFormat,
};

use super::{DraftId, Submission};
use crate::store::vocabulary::vocabulary;

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
        /// The user has to sign in at the provider.
        SignedOut = "signed-out",
        /// The server offers no way to sign in that can be used.
        NoSignIn = "no-sign-in",
        /// What answers at the port is no submission server.
        NotSmtp = "not-smtp",
        /// The server answered something that means nothing there.
        OddReply = "odd-reply",
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
        /// The server takes smaller messages only (SIZE, RFC 1870).
        TooBig = "too-big",
        /// The server takes no octets over 127 (8BITMIME, RFC 6152).
        NotSevenBit = "not-7bit",
        /// The server takes no address beyond ASCII (SMTPUTF8, RFC 6531).
        NotAsciiAddress = "not-ascii-address",
        /// The disk is full, so what the server would say could not be kept.
        DiskFull = "disk-full",
        /// Its octets are not those that were kept.
        Altered = "altered",
        /// Its octets cannot be read from the disk for now.
        Unread = "unread",
        /// The folder of unsent mail cannot be written.
        Folder = "folder",
        /// An administrator allows no such account.
        NotAllowed = "not-allowed",
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

impl FailureWhy {
    /// Those with which nothing is tried before the user has given a password or signed in.
    pub(crate) const WAIT_FOR_USER: [Self; 3] =
        [Self::Credentials, Self::NoPassword, Self::SignedOut];

    /// Whether nothing is tried before the user has given a password or signed in.
    #[must_use]
    pub fn waits_for_user(self) -> bool {
        Self::WAIT_FOR_USER.contains(&self)
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
