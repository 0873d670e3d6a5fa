//! Plain values that go in and out of a submission.

use crate::types::Error;
use aloud_model::AddrSpec;

/// The envelope (RFC 5321 section 2.3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Reverse-path; `None` is the null one, for receipts.
    pub reverse: Option<AddrSpec>,
    /// Forward-paths, at least one.
    pub forwards: Vec<AddrSpec>,
    /// ENVID for delivery status notifications (RFC 3461), printable ASCII without `+` and `=`.
    pub envid: Option<String>,
    /// Ask for a report of success too, where the server offers DSN; failure and delay are always
    /// to be reported. Nothing is asked for with the null reverse-path.
    pub notify: bool,
}

/// Told just before content may reach the server.
#[async_trait::async_trait]
pub trait DataGate: Send {
    /// The next octets written are message content. Must be durable when it returns: from here on
    /// a broken connection leaves open whether the server has the message.
    ///
    /// # Errors
    /// Stops the submission before any content was sent.
    async fn data_starting(&mut self) -> Result<(), Error>;

    /// What the server offers, as soon as it has said so. A submission that is refused afterwards
    /// has been told of it, too.
    async fn server_offers(&mut self, _facts: &SmtpFacts) {}
}

/// How a submission ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubmitOutcome {
    /// The server has taken responsibility; its words.
    Accepted {
        /// What the server said.
        reply: String,
    },
    /// The server refused; no recipient gets anything.
    Refused {
        /// Reply code.
        code: u16,
        /// What the server said.
        text: String,
        /// 5xx: trying again will not help.
        permanent: bool,
        /// The recipient it was about, when it was one.
        recipient: Option<AddrSpec>,
    },
    /// The connection broke or went silent.
    Broken {
        /// [`DataGate::data_starting`] had been called.
        data_started: bool,
        /// The final dot was handed to the network: the server may have accepted. When false, it
        /// cannot have.
        final_dot_flushed: bool,
        /// What happened.
        reason: String,
    },
}

/// What a submission server offers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SmtpFacts {
    /// SIZE is offered (RFC 1870).
    pub sized: bool,
    /// The most that SIZE allows; `None` when not told or without limit.
    pub size: Option<u64>,
    /// DSN (RFC 3461).
    pub dsn: bool,
    /// 8BITMIME (RFC 6152).
    pub eight_bit: bool,
    /// SMTPUTF8 (RFC 6531).
    pub utf8: bool,
    /// BINARYMIME (RFC 3030).
    pub binary: bool,
    /// PIPELINING (RFC 2920).
    pub pipelining: bool,
    /// AUTH mechanisms, upper case.
    pub auth: Vec<String>,
}
