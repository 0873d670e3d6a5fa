//! Values about receipts (RFC 8098), and about what became of messages we sent.

use aloud_message::{Dsn, dsn};
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

/// What is known of one recipient of a sent message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Who.
    pub recipient: Address,
    /// What became of the message.
    pub state: DeliveryState,
    /// The date of the report, else of the submission; in this computer's zone.
    pub at: DateTime,
    /// Status of a delivery report (RFC 3463); empty for none.
    pub status: String,
    /// What the other system said, as it said it; empty for nothing.
    pub diagnostic: String,
    /// Last-Attempt-Date of a delivery report.
    pub last_attempt: Option<DateTime>,
}

impl Delivery {
    /// True if the message did not get there, or could not be played or shown there.
    #[must_use]
    pub fn failed(&self) -> bool {
        matches!(self.state, DeliveryState::Failed | DeliveryState::Error)
    }

    /// True if a receipt says that the message was heard or read there.
    #[must_use]
    pub fn heard(&self) -> bool {
        self.state == DeliveryState::Displayed
    }

    /// The delivery report of a failure, as far as it is kept.
    #[must_use]
    pub fn report(&self) -> Option<Dsn> {
        let said = !self.status.is_empty() || !self.diagnostic.is_empty();
        (self.state == DeliveryState::Failed && said).then(|| Dsn {
            recipient: self.recipient.addr.to_string(),
            action: dsn::Action::Failed,
            status: self.status.clone(),
            diagnostic: Some(self.diagnostic.clone()).filter(|said| !said.is_empty()),
            last_attempt: self.last_attempt,
            ..Dsn::default()
        })
    }
}

/// What the list shows of the deliveries of a sent message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliverySummary {
    /// The one that matters most: a failure, else the first of which anything is known.
    pub delivery: Delivery,
    /// True if the message has no other recipient.
    pub alone: bool,
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
