//! Values about receipts (RFC 8098), and about what became of messages we sent.

use aloud_model::{AddrSpec, Address, DateTime, MessageKey};

use crate::store::vocabulary::vocabulary;

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
