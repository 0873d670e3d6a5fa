//! What can go wrong in the engine, in classes that a caller can act on; nobody matches on text.

use super::types::{Fingerprint, Security};
use aloud_model::DateTime;

mod faults;
mod reasons;

pub use faults::{Broken, Fault, KeyringFault, SignInFault};
pub use reasons::{Invalid, Missing, Refusal, Service};

/// Of the engine.
pub(crate) type Result<T> = std::result::Result<T, Error>;

/// What went wrong, in classes that a caller can act on. `Display` is English for logs; the
/// window and the command line make sentences of variants.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
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
    /// There is no access token: the user has to sign in at the provider.
    #[error("signing in at the provider: {0}")]
    SignIn(SignInFault),
    /// The server offers no way to sign in that Aloud can use with what it has.
    #[error("the server offers no way to sign in that can be used")]
    NoSignIn,
    /// The keyring cannot be used here.
    #[error("no keyring can be used: {0}")]
    NoKeyring(KeyringFault),
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
        /// Why.
        reason: Broken,
    },
    /// The server answered NO, BAD or 5xx.
    #[error("the server said: {0}")]
    Server(String),
    /// The server broke the protocol or a limit.
    #[error("the server's answer cannot be used: {0}")]
    Protocol(Fault),
    /// The local database or disk.
    #[error("the local store failed: {0}")]
    Store(String),
    /// The octets of a message that was leaving cannot be read from the disk; what the system says.
    #[error("a message on the disk cannot be read: {0}")]
    Unread(String),
    /// The octets of a message that was leaving are not those that were kept.
    #[error("a message on the disk is not as it was kept")]
    Altered,
    /// The disk takes nothing more.
    #[error("the disk is full")]
    DiskFull,
    /// The database on the disk is damaged.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// Another process works on the data folder, for longer than one waits.
    #[error("another process is busy with the data folder")]
    FolderBusy,
    /// A newer version of Aloud wrote the database; it is not touched.
    #[error("the database has schema {found}, this version knows {known}")]
    NewerDatabase {
        /// Version of its schema.
        found: usize,
        /// Newest version that this program knows.
        known: usize,
    },
    /// Something asked for does not exist (any more).
    #[error("not found: {0}")]
    NotFound(Missing),
    /// The caller's input cannot be used.
    #[error("{0}")]
    Invalid(Invalid),
    /// The draft is open already, here or in another process.
    #[error("the draft is open in another window")]
    DraftInUse,
    /// The message waiting in the outbox holds more than a composer could keep.
    #[error("the message holds more than a composer can keep")]
    NotEditable,
    /// A part of the engine broke by a fault of ours, and is started again.
    #[error("a part of the engine broke")]
    Broke,
    /// The engine has stopped.
    #[error("the engine has stopped")]
    Stopped,
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<aloud_message::Refusal> for Error {
    fn from(refusal: aloud_message::Refusal) -> Self {
        Self::Refused(Refusal::Message(refusal))
    }
}

impl From<Invalid> for Error {
    fn from(invalid: Invalid) -> Self {
        Self::Invalid(invalid)
    }
}

impl From<aloud_codec::Error> for Error {
    fn from(error: aloud_codec::Error) -> Self {
        Self::Invalid(Invalid::Undecodable(error))
    }
}

impl Error {
    /// A word for the log. What servers say may hold addresses, subjects and credentials, so their
    /// words never go there (reliability T17).
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self {
            Self::Refused(_) => "refused",
            Self::Auth(_) => "credentials",
            Self::PasswordNeeded => "no password",
            Self::SignIn(_) => "not signed in",
            Self::NoKeyring(_) => "no keyring",
            Self::Certificate(_) => "certificate",
            Self::NoSignIn => "no sign-in",
            Self::NoEncryption => "no encryption",
            Self::WrongSecurity { .. } => "wrong encryption",
            Self::Unreachable { .. } => "unreachable",
            Self::Server(_) => "server",
            Self::Protocol(_) => "protocol",
            Self::Store(_) => "store",
            Self::Unread(_) => "unread",
            Self::Altered => "altered",
            Self::DiskFull => "disk full",
            Self::Damaged(_) => "damaged database",
            Self::FolderBusy => "folder busy",
            Self::NewerDatabase { .. } => "newer database",
            Self::NotFound(_) => "not found",
            Self::Invalid(_) => "invalid",
            Self::DraftInUse => "draft in use",
            Self::NotEditable => "not editable",
            Self::Broke => "broke",
            Self::Stopped => "stopped",
        }
    }

    /// True if the password is missing or wrong: only the user can help.
    #[must_use]
    pub fn needs_password(&self) -> bool {
        matches!(self, Self::Auth(_) | Self::PasswordNeeded | Self::SignIn(_) | Self::NoKeyring(_))
    }

    /// True if trying again is of no use before the user has done something: given a password,
    /// chosen another encryption, trusted a certificate, changed what was asked for.
    #[must_use]
    pub fn needs_user(&self) -> bool {
        match self {
            Self::Auth(_)
            | Self::PasswordNeeded
            | Self::SignIn(_)
            | Self::NoKeyring(_)
            | Self::Certificate(_)
            | Self::NoEncryption
            | Self::NoSignIn
            | Self::WrongSecurity { .. }
            | Self::Refused(_)
            | Self::Invalid(_)
            | Self::NewerDatabase { .. }
            | Self::DraftInUse
            | Self::NotEditable => true,
            Self::Unreachable { .. }
            | Self::Server(_)
            | Self::Protocol(_)
            | Self::Store(_)
            | Self::Unread(_)
            | Self::Altered
            | Self::DiskFull
            | Self::Damaged(_)
            | Self::FolderBusy
            | Self::NotFound(_)
            | Self::Broke
            | Self::Stopped => false,
        }
    }

    /// True if the IMAP connection it came over is of no use after it.
    #[must_use]
    pub fn ends_connection(&self) -> bool {
        match self {
            Self::Server(_)
            | Self::Invalid(_)
            | Self::NotFound(_)
            | Self::Store(_)
            | Self::DiskFull
            | Self::Damaged(_)
            | Self::FolderBusy
            | Self::NewerDatabase { .. }
            | Self::DraftInUse
            | Self::NotEditable => false,
            Self::Refused(_)
            | Self::Auth(_)
            | Self::PasswordNeeded
            | Self::SignIn(_)
            | Self::NoKeyring(_)
            | Self::Certificate(_)
            | Self::NoEncryption
            | Self::NoSignIn
            | Self::WrongSecurity { .. }
            | Self::Unreachable { .. }
            | Self::Protocol(_)
            // It waits for the rest of a literal.
            | Self::Unread(_)
            | Self::Altered
            | Self::Broke
            | Self::Stopped => true,
        }
    }

    /// True if a submission that ended with it counts among the tries of a message. It does not
    /// where only the user can help; what was wrong with the message itself is no try at all.
    #[must_use]
    pub fn counts_as_try(&self) -> bool {
        !self.needs_user()
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
    /// The certificate that the server showed.
    pub fingerprint: Option<Fingerprint>,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_answer_for_themselves() {
        let text = || String::from("x");
        let unreachable = Error::Unreachable { host: text(), reason: Broken::Closed };
        let wrong = Error::WrongSecurity { host: text(), expects: Security::Tls };
        // Error, needs a password, needs the user, ends the connection.
        for (error, password, user, ends) in [
            (Error::Auth(text()), true, true, true),
            (Error::PasswordNeeded, true, true, true),
            (Error::NoKeyring(KeyringFault::Silent), true, true, true),
            (Error::NoEncryption, false, true, true),
            (wrong, false, true, true),
            (Error::Invalid(Invalid::NoRecipient), false, true, false),
            (unreachable, false, false, true),
            (Error::Protocol(Fault::NotImap), false, false, true),
            (Error::Server(text()), false, false, false),
            (Error::Store(text()), false, false, false),
            (Error::Unread(text()), false, false, true),
            (Error::NotFound(Missing::Row), false, false, false),
            (Error::Stopped, false, false, true),
        ] {
            assert_eq!(error.needs_password(), password, "{error:?}");
            assert_eq!(error.needs_user(), user, "{error:?}");
            assert_eq!(error.ends_connection(), ends, "{error:?}");
            assert_eq!(error.counts_as_try(), !user, "{error:?}");
        }
    }
}
