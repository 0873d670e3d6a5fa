//! Plain values that go in and out of a submission.

use crate::{
    servers::Matched,
    types::{Broken, Error},
};
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
        reason: Broken,
    },
    /// The message could not be read here. The connection was dropped before the final dot, so the
    /// server cannot have it (RFC 5321 section 4.1.1.4).
    Unread(Error),
}

/// An enhanced status code (RFC 3463 section 2): `5.1.1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnhancedCode {
    /// 2, 4 or 5.
    pub class: u16,
    /// What it is about.
    pub subject: u16,
    /// What exactly.
    pub detail: u16,
}

impl EnhancedCode {
    /// The code at the beginning of a reply's text (RFC 2034 section 4).
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let word = text.split_ascii_whitespace().next()?;
        let mut numbers = word.split('.').map(|part| {
            let digits = (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            if digits { part.parse().ok() } else { None }
        });
        let mut next = || numbers.next().flatten();
        let code = Self { class: next()?, subject: next()?, detail: next()? };
        (matches!(code.class, 2 | 4 | 5) && numbers.next().is_none()).then_some(code)
    }
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
    /// The rows by which the server is treated ([`crate::servers`]).
    pub treated: Vec<Matched>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enhanced_codes_stand_at_the_beginning() {
        let code = |class, subject, detail| Some(EnhancedCode { class, subject, detail });
        for (text, expected) in [
            ("5.5.0 no", code(5, 5, 0)),
            (" 4.2.2", code(4, 2, 2)),
            ("2.1.10 ok", code(2, 1, 10)),
            ("no 5.5.0", None),
            ("see version 15.5.0", None),
            ("15.5.0", None),
            ("3.1.1 x", None),
            ("5.5 x", None),
            ("5.5.0.1 x", None),
            ("5.5.1234 x", None),
            ("5..0 x", None),
            ("", None),
        ] {
            assert_eq!(EnhancedCode::of(text), expected, "{text:?}");
        }
    }
}
