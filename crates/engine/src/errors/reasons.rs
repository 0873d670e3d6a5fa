//! Why the engine refuses something, and what is wrong with what it was given: values, so that a
//! caller can act on them. `aloud::wording` makes sentences of them; `Display` is for logs.

use std::path::PathBuf;

use aloud_message::compose;
use aloud_model::{AccountId, AddrSpec, ContactId, MailboxId, MessageKey, OutboxId, Uid};

use crate::types::OperationId;

/// Why the engine refuses: a rule forbids it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A rule about the message itself.
    #[error("refused: {0:?}")]
    Message(aloud_message::Refusal),
    /// The message has not been heard, read or viewed yet, so no receipt is offered.
    #[error("not presented yet")]
    ReceiptTooEarly,
    /// The receipt was sent or declined before.
    #[error("the receipt is settled")]
    ReceiptSettled,
    /// No receipt is to be sent for the message.
    #[error("no receipt is to be sent")]
    NoReceipt,
    /// The message is being submitted or was.
    #[error("the message is on its way")]
    OnItsWay,
    /// The message was taken back while it was being submitted.
    #[error("the message was taken back")]
    TakenBack,
    /// This address leads to voicemail that plays sound and shows no text.
    #[error("{0} only plays sound")]
    OnlySound(AddrSpec),
    /// This address stands for a caller without mail (RFC 3801 section 4.1.2).
    #[error("{0} takes no mail")]
    NonMailUser(AddrSpec),
    /// The message has several contact cards, so it cannot be told whose they are.
    #[error("several contact cards")]
    SeveralCards,
    /// The card has another value than the directory.
    #[error("the card has {new} where {in_use} is in use")]
    CardConflict {
        /// The value in the directory.
        in_use: String,
        /// The value on the card.
        new: String,
    },
    /// The directory has data of a newer card of this person.
    #[error("the directory has a newer card of {0}")]
    OlderCard(String),
}

impl From<aloud_message::Refusal> for Refusal {
    fn from(refusal: aloud_message::Refusal) -> Self {
        Self::Message(refusal)
    }
}

/// Which server of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// The mailbox server.
    Imap,
    /// The submission server.
    Smtp,
}

impl Service {
    /// The protocol's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Imap => "IMAP",
            Self::Smtp => "SMTP",
        }
    }
}

/// What is wrong with what the engine was given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Invalid {
    /// Nobody to send it to.
    #[error("no recipient")]
    NoRecipient,
    /// A recording without sound.
    #[error("nothing was recorded")]
    NothingRecorded,
    /// The message is not all here, and its content is needed.
    #[error("the message is not downloaded")]
    NotDownloaded,
    /// A part has more octets than are held to be shown or heard; it can be saved.
    #[error("the part has more than {most} octets")]
    PartTooLarge {
        /// Most octets of a part that is held.
        most: u64,
    },
    /// A part in an enclosed message that is large and encoded: its end is not at hand, and it can be
    /// had only by saving that.
    #[error("only the beginning of part {path} is looked at")]
    PartWithin {
        /// Path of the enclosed message.
        path: String,
    },
    /// Octets of a ready message, and how many are taken.
    #[error("{octets} octets where {most} are taken")]
    TooLarge {
        /// Octets it has.
        octets: u64,
        /// Most octets of a ready message.
        most: u64,
    },
    /// The submission server takes less (SIZE, RFC 1870).
    #[error("{octets} octets where the server takes {most}")]
    TooBigForServer {
        /// Octets of the message.
        octets: u64,
        /// Most octets that the server takes.
        most: u64,
    },
    /// A ready message without a From address.
    #[error("no From address")]
    NoFrom,
    /// No account has this From address.
    #[error("no account for {0}")]
    NoAccount(AddrSpec),
    /// The message could not be built.
    #[error("not built: {0}")]
    Compose(compose::Error),
    /// The receipt could not be built; in English, for the curious.
    #[error("receipt not built: {0}")]
    Receipt(String),
    /// Octets with bare CR, bare LF or NUL (RFC 5322 section 2.1).
    #[error("not in canonical lines")]
    BareLineEnd,
    /// Octets that do not end with CRLF.
    #[error("no line end at the end")]
    NoLineEnd,
    /// Octets over 127 where the server takes none (8BITMIME, RFC 6152).
    #[error("8-bit octets")]
    NotSevenBit,
    /// An address beyond ASCII where the server takes none (SMTPUTF8, RFC 6531).
    #[error("an address beyond ASCII")]
    NotAsciiAddress,
    /// An address that no SMTP path can hold (RFC 5321 section 4.1.2).
    #[error("{0} cannot be a path")]
    Path(AddrSpec),
    /// A flag that is no atom (RFC 3501 section 9).
    #[error("a flag that is no atom")]
    Flag,
    /// A host name that TLS cannot check.
    #[error("{0} is no server name")]
    ServerName(String),
    /// A server without a host or a port.
    #[error("the {} server needs a host and a port", .0.as_str())]
    ServerIncomplete(Service),
    /// A server without encryption that is not on this computer.
    #[error("{} without encryption", .0.as_str())]
    Unencrypted(Service),
    /// A server that is none of the provider whose tokens it would be given.
    #[error("{0} is no server of the provider")]
    NotOfProvider(String),
    /// An address that stands for a caller without mail (RFC 3801 section 4.1.2).
    #[error("{0} is nobody's own address")]
    OwnAddress(AddrSpec),
    /// An administrator allows no account for this address.
    #[error("no account for {0} is allowed")]
    NotAllowed(AddrSpec),
    /// An account without a user name.
    #[error("no user name")]
    NoUser,
    /// There is an account for this address.
    #[error("there is an account for {0}")]
    AccountExists(AddrSpec),
    /// A recording or fax that cannot be decoded.
    #[error(transparent)]
    Undecodable(#[from] aloud_codec::Error),
    /// No program for other recordings is chosen.
    #[error("no program is chosen")]
    NoProgram,
    /// The chosen program is none on this computer.
    #[error("{} is no program", .0.display())]
    NotAProgram(PathBuf),
    /// The program could not be run; what the system said.
    #[error("{} failed: {said}", program.display())]
    ProgramFailed {
        /// The program.
        program: PathBuf,
        /// What the system said.
        said: String,
    },
    /// The program did not end in time.
    #[error("the program took too long")]
    ProgramTooSlow,
    /// The program gave no sound; what it said instead.
    #[error("the program gave no sound: {0}")]
    ProgramGaveNothing(String),
    /// A contact without a name.
    #[error("a contact without a name")]
    ContactWithoutName,
    /// A spoken name without sound.
    #[error("an empty spoken name")]
    EmptySpokenName,
    /// A spoken name over the limit.
    #[error("a spoken name over the limit")]
    LongSpokenName,
    /// A file without a contact card.
    #[error("no contact card")]
    NoCard,
    /// A contact card without a name, an address or a number.
    #[error("an empty contact card")]
    EmptyCard,
    /// A contact card that cannot be used, with what `message::card` found.
    #[error("a contact card that cannot be used: {0}")]
    BadCard(String),
    /// A file over the limit for contact cards.
    #[error("a file too large for contact cards")]
    LargeCardFile,
}

/// What was asked for and is not there (any more).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// A message.
    #[error("message {0}")]
    Message(MessageKey),
    /// A part of a message, by its path.
    #[error("part {0}")]
    Part(String),
    /// A message on a server.
    #[error("UID {}", .0.0)]
    Uid(Uid),
    /// An account.
    #[error("account {0}")]
    Account(AccountId),
    /// A mailbox.
    #[error("mailbox {0}")]
    Mailbox(MailboxId),
    /// A message that waits to be sent.
    #[error("outbox {0}")]
    Queued(OutboxId),
    /// Something that was asked for of a server.
    #[error("operation {}", .0.0)]
    Operation(OperationId),
    /// A draft, as it was asked for.
    #[error("draft {0}")]
    Draft(String),
    /// A kept state of a draft.
    #[error("revision {0} of {1}")]
    Revision(u64, String),
    /// A person of the directory.
    #[error("contact {0}")]
    Contact(ContactId),
    /// The spoken name of a person.
    #[error("spoken name of {0}")]
    SpokenName(ContactId),
    /// Somebody in the white pages, or their spoken name there.
    #[error("listed")]
    Listed,
    /// Just one person in the white pages: several have the address.
    #[error("listed once")]
    ListedOnce,
    /// A recording in a message.
    #[error("a recording")]
    Recording,
    /// A part that is PDF.
    #[error("PDF")]
    Pdf,
    /// An address in From.
    #[error("From")]
    Sender,
    /// The user's table of voice mail systems.
    #[error("vendors.toml")]
    VendorTable,
    /// An act that can be taken back.
    #[error("undo")]
    Undo,
    /// A row of the store.
    #[error("row")]
    Row,
}
