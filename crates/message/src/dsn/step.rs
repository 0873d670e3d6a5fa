//! What to offer first after a delivery report.

use super::{Action, Why, reason};
use crate::Dsn;

/// What is known besides the report, to make its meaning exact.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct About {
    /// The message answered one that was left from an outside line.
    pub outside_caller: bool,
    /// The message was marked private.
    pub private: bool,
    /// Largest message the other system takes, in octets, where it said so.
    pub limit: Option<u64>,
    /// What the message was.
    pub medium: Option<Medium>,
}

/// What a message was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Medium {
    /// A recording.
    Voice,
    /// Fax pages.
    Fax,
    /// Text.
    Text,
}

/// What to offer first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextStep {
    /// Another address of the same person.
    TryAnotherAddress,
    /// Copy the caller's number.
    CopyNumber,
    /// The same message again.
    SendAgain,
    /// A shorter one.
    TrimAndSendAgain,
    /// The same, not private.
    SendWithoutPrivate,
    /// As a recording, without what the other system does not take.
    SendAsVoice,
    /// As a mail with a sound file.
    SendAsFriendly,
    /// Nothing but to look at the details.
    Details,
    /// Nothing at all: it arrived, or is still on its way.
    Nothing,
}

/// Why a message did not arrive, as [`reason`] has it, with what is known besides: media are
/// refused for a private message because it is private.
#[must_use]
pub fn reason_about(dsn: &Dsn, about: &About) -> Why {
    match reason(dsn) {
        Why::MayBePrivate if about.private => Why::NotPrivate,
        Why::MayBePrivate => Why::Subject(6),
        why => why,
    }
}

/// What to offer first after a report.
#[must_use]
pub fn next_step(dsn: &Dsn, about: &About) -> NextStep {
    if dsn.action != Action::Failed {
        return NextStep::Nothing;
    }
    match reason_about(dsn, about) {
        Why::NoMailbox if about.outside_caller => NextStep::CopyNumber,
        Why::NoMailbox
        | Why::NoSystem
        | Why::BadAddress
        | Why::Ambiguous
        | Why::Moved
        | Why::OtherOwner
        | Why::NotTaking
        | Why::Letters
        | Why::Spam
        | Why::Relay => NextStep::TryAnotherAddress,
        Why::Full
        | Why::NoSpace
        | Why::SystemDown
        | Why::NoAnswer
        | Why::BrokeOff
        | Why::LookUp
        | Why::Busy
        | Why::TooManyPeople
        | Why::TooMuchMail
        | Why::Postponed => NextStep::SendAgain,
        Why::TooBig => NextStep::TrimAndSendAgain,
        Why::NotPrivate => NextStep::SendWithoutPrivate,
        Why::Media | Why::Content => NextStep::SendAsVoice,
        Why::Protocol | Why::Conversion => NextStep::SendAsFriendly,
        Why::OwnAddress
        | Why::ListBroken
        | Why::Misconfigured
        | Why::Loop
        | Why::NotAllowed
        | Why::NotOnList
        | Why::Encrypt
        | Why::SignIn
        | Why::OwnAccount
        | Why::Unconfirmed
        | Why::Listed
        | Why::MayBePrivate => NextStep::Details,
        Why::Subject(_) if dsn.class() == 4 => NextStep::SendAgain,
        Why::Subject(_) => NextStep::Details,
    }
}
