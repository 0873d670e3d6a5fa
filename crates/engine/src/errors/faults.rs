//! What went wrong with a connection, a server's answer or the keyring. `Display` is for logs.

/// Why there is no connection, or why it ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Broken {
    /// The server did not take the connection in time.
    #[error("no connection in time")]
    NoConnection,
    /// The TLS handshake was not done in time.
    #[error("no TLS in time")]
    NoTls,
    /// The TLS handshake failed; what the library or the system said.
    #[error("no TLS: {0}")]
    Handshake(String),
    /// The server did not answer in time.
    #[error("no answer in time")]
    Silent,
    /// The server did not answer to the end of the message in time.
    #[error("no answer to the message in time")]
    SilentAfterMessage,
    /// The server reads nothing.
    #[error("the server takes nothing")]
    NotReading,
    /// The server goes on answering, but does not come to an end.
    #[error("the server does not end its answer")]
    Endless,
    /// The server closed the connection.
    #[error("the server closed the connection")]
    Closed,
    /// The server said BYE; its words.
    #[error("the server said goodbye: {0}")]
    Goodbye(String),
    /// The server answered the message with this reply code, which means nothing there.
    #[error("unexpected reply {0}")]
    Reply(u16),
    /// It answered with this HTTP status, which passes.
    #[error("HTTP status {0}")]
    Http(u16),
    /// This computer slept.
    #[error("the computer was asleep")]
    Asleep,
    /// The account is offline.
    #[error("offline")]
    Offline,
    /// What the system or a library said.
    #[error("{0}")]
    Said(String),
}

impl Broken {
    /// The words of the server, the system or a library; empty for what is our own finding.
    #[must_use]
    pub fn said(&self) -> &str {
        match self {
            Self::Handshake(said) | Self::Goodbye(said) | Self::Said(said) => said,
            Self::NoConnection
            | Self::NoTls
            | Self::Silent
            | Self::SilentAfterMessage
            | Self::NotReading
            | Self::Endless
            | Self::Closed
            | Self::Reply(_)
            | Self::Http(_)
            | Self::Asleep
            | Self::Offline => "",
        }
    }
}

impl From<String> for Broken {
    fn from(said: String) -> Self {
        Self::Said(said)
    }
}

/// How a server broke the protocol or a limit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The greeting is not that of an IMAP server.
    #[error("the greeting is not IMAP")]
    NotImap,
    /// The greeting or a reply is not that of an SMTP server.
    #[error("the reply is not SMTP")]
    NotSmtp,
    /// The answer to STARTTLS is none.
    #[error("the answer to STARTTLS cannot be read")]
    StartTls,
    /// Too many lines before encryption.
    #[error("too many lines before encryption")]
    ManyLines,
    /// A line before encryption over the limit.
    #[error("a line before encryption is too long")]
    LongLine,
    /// Octets came along with the answer to STARTTLS.
    #[error("more than the answer before encryption")]
    EarlyOctets,
    /// The connection is encrypted already.
    #[error("the connection is encrypted already")]
    EncryptedAlready,
    /// A challenge of AUTH that cannot be decoded.
    #[error("the answer to AUTH cannot be used")]
    Auth,
    /// AUTH does not come to an end.
    #[error("too many questions while signing in")]
    EndlessAuth,
    /// The server accepted a sign-in, or asked for it, without the proof that belongs to it.
    #[error("the server did not prove that it knows the password")]
    FalseServer,
    /// The answer to DATA is neither yes nor no.
    #[error("the answer to DATA cannot be used")]
    Data,
    /// A message was accepted where none was sent.
    #[error("a message was accepted that was not sent")]
    Unasked,
    /// A response beyond the limits of the screen.
    #[error("a response breaks a limit: {0}")]
    Limit(String),
    /// A response that the parser cannot read. Its text may quote mail, so it is not kept.
    #[error("a response cannot be understood")]
    Unreadable,
    /// A message ends long before the size that the server tells itself.
    #[error("a message ends before its size")]
    Incomplete,
    /// More names of mailboxes, or more flags, than anybody has.
    #[error("the server names more than anybody has")]
    TooMuch,
    /// LIST names no mailbox.
    #[error("the server lists no mailbox")]
    NoMailbox,
    /// UIDVALIDITY changed between two commands.
    #[error("UIDVALIDITY changed")]
    UidValidity,
    /// The answer of the provider of access tokens is none, too long, or names what may not be
    /// opened.
    #[error("the provider's answer cannot be used")]
    Provider,
    /// A message over the limit.
    #[error("the message is too large")]
    LargeMessage,
}

/// Why the keyring cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyringFault {
    /// It does not answer; it may be locked.
    #[error("it does not answer; it may be locked")]
    Silent,
    /// It has no entry where there was one: it is locked, or the entry was removed.
    #[error("it is locked, or the saved password was removed")]
    NoEntry,
    /// None is used.
    #[error("none is used")]
    Unused,
    /// What the system said.
    #[error("{0}")]
    Said(String),
}

impl KeyringFault {
    /// The words of the system; empty for what is our own finding.
    #[must_use]
    pub fn said(&self) -> &str {
        match self {
            Self::Said(said) => said,
            Self::Silent | Self::NoEntry | Self::Unused => "",
        }
    }
}

/// Why there is no access token of the provider. Only the user can help, or who built Aloud.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignInFault {
    /// The user has not signed in at the provider yet.
    #[error("not signed in yet")]
    Needed,
    /// The provider has signed the account out, or its word has run out.
    #[error("signed out by the provider")]
    Expired,
    /// User or provider said no; the provider's code for it.
    #[error("refused: {0}")]
    Refused(String),
    /// The user took too long.
    #[error("not done in time")]
    TooLate,
    /// Nobody has told what Aloud is called there (the client id).
    #[error("no client id")]
    NoClient,
    /// The provider has no codes for other devices.
    #[error("no device codes")]
    NoDevice,
    /// The provider lets nobody stay signed in.
    #[error("no refresh token")]
    NoRefresh,
    /// The address is not that of an issuer, or it says that it is another.
    #[error("no such issuer")]
    BadIssuer,
}
