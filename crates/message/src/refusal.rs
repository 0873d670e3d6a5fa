//! Why a rule says no, or asks the user first: values only. `wording::refusal` of the program makes
//! sentences of them; the rules themselves are in `policy`.

use aloud_model::{AddrSpec, Sensitivity};

/// Why something may not be done with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// A Sensitivity blocks it (decision C2).
    Marked {
        /// Who marked it, where that is known.
        by: Option<String>,
        /// A message inside is marked, not this one.
        inside: bool,
        /// The mark.
        value: Sensitivity,
        /// A reply is still possible.
        may_reply: bool,
    },
    /// The message was left from an outside line, which takes no mail (decision C7).
    OutsideCaller {
        /// The caller's number, where it was passed on.
        number: Option<String>,
    },
    /// The message names nobody who could be answered.
    NoSender,
    /// The message does not name its other recipients (RFC 3801 section 4.1.3).
    RecipientsUnknown,
    /// A recipient is an outside line.
    OutsideRecipient,
    /// A text message carries no recording.
    RecordingInText,
    /// The message could not be read.
    Unreadable,
    /// Reports and receipts are never answered with a receipt.
    Report,
    /// The receipt would go to an outside line.
    ReceiptToOutsideLine,
    /// The receipt must fulfil an option that is not known, by its name (RFC 8098 section 2.2).
    OptionUnknown(String),
    /// The message came through a mailing list.
    List,
    /// A program sent the message (RFC 3834).
    Program,
    /// The receiving server could not confirm the sender (RFC 8601).
    Unconfirmed,
    /// The return path is null.
    NullPath,
}

/// Why the user must agree to a receipt each time (RFC 8098 section 2.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// It would go to several addresses.
    SeveralAddresses,
    /// The message has no return path.
    NoReturnPath,
    /// The message has several return paths.
    SeveralReturnPaths,
    /// It would go to another address than the return path.
    Elsewhere {
        /// Where it would go.
        to: AddrSpec,
        /// Name or address in From.
        sender: Option<String>,
    },
}

/// A mark that blocks nothing and is shown: Company-Confidential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confidential {
    /// Who marked it, where that is known.
    pub by: Option<String>,
    /// A message inside is marked, not this one.
    pub inside: bool,
}
