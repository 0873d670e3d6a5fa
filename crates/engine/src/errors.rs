//! What can go wrong in the engine, in classes that a caller can act on; nobody matches on text.

use super::types::Security;
use aloud_model::DateTime;

/// Of the engine.
pub(crate) type Result<T> = std::result::Result<T, Error>;

/// What went wrong, in classes that a caller can act on. `Display` is English for logs and the
/// command line; the window maps variants to its own sentences.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A rule forbids it (private message, outside caller, unheard receipt). Exit code 3.
    #[error("{0}")]
    Refused(Refusal),
    /// The server turned the credentials down.
    #[error("the server did not accept the user name or password: {0}")]
    Auth(String),
    /// No password is at hand; ask for it.
    #[error("no password is stored for this account")]
    PasswordNeeded,
    /// The keyring cannot be used here.
    #[error("no keyring can be used: {0}")]
    NoKeyring(String),
    /// The certificate cannot be trusted; nothing was sent.
    #[error("the server's certificate cannot be trusted: {0}")]
    Certificate(BadCertificate),
    /// The server offers no encryption where it is required.
    #[error("the server offers no encryption")]
    NoEncryption,
    /// The port speaks TLS from the first octet where STARTTLS was chosen, or the other way round.
    /// Nothing secret was sent.
    #[error("{host} expects {}", expects.words())]
    WrongSecurity {
        /// `imap.example.com:993`.
        host: String,
        /// What to choose instead.
        expects: Security,
    },
    /// No connection, or it broke, or a deadline passed.
    #[error("{host} cannot be reached: {reason}")]
    Unreachable {
        /// `imap.example.com:993`.
        host: String,
        /// What the system said.
        reason: String,
    },
    /// The server answered NO, BAD or 5xx.
    #[error("the server said: {0}")]
    Server(String),
    /// The server broke the protocol or a limit.
    #[error("the server's answer cannot be used: {0}")]
    Protocol(String),
    /// The local database or disk.
    #[error("the local store failed: {0}")]
    Store(String),
    /// Something asked for does not exist (any more).
    #[error("not found: {0}")]
    NotFound(String),
    /// The caller's input cannot be used; the text says what to change.
    #[error("{0}")]
    Invalid(String),
    /// The draft is open already, here or in another process.
    #[error("the draft is open in another window")]
    DraftInUse,
    /// The message waiting in the outbox holds more than a composer could keep.
    #[error("the message holds more than a composer can keep")]
    NotEditable,
    /// The engine has stopped.
    #[error("the engine has stopped")]
    Stopped,
}

/// Why the engine refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// A rule about the message itself.
    Message(aloud_message::Refusal),
    /// A rule about what lies in the mailbox, the outbox or the directory.
    Other(String),
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Message(refusal) => write!(f, "refused: {refusal:?}"),
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl From<aloud_message::Refusal> for Refusal {
    fn from(refusal: aloud_message::Refusal) -> Self {
        Self::Message(refusal)
    }
}

impl From<String> for Refusal {
    fn from(text: String) -> Self {
        Self::Other(text)
    }
}

impl From<&str> for Refusal {
    fn from(text: &str) -> Self {
        Self::Other(text.to_owned())
    }
}

/// Why a certificate cannot be trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct BadCertificate {
    /// In a class that a caller can act on.
    pub kind: CertificateFault,
    /// In English, for logs and the curious.
    pub reason: String,
}

/// What is wrong with a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateFault {
    /// It ran out; when, if that is known.
    Expired(Option<DateTime>),
    /// It is for these names and not for the server's.
    OtherName(Vec<String>),
    /// Nobody known issued it.
    UnknownIssuer,
    /// The file with the account's own CA cannot be used.
    OwnFile,
    /// Anything else.
    Other,
}
