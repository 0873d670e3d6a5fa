//! Codes beside the sentences of `--json`: the same in every language, and never changed once they
//! are there. Scripts match on these.

use crate::{
    codec,
    message::{Doubt, PartProblem, Problem, Refusal, Seal, Wrapping},
};

/// Why something may not be done.
pub(super) fn refusal(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Marked { inside: false, .. } => "marked",
        Refusal::Marked { inside: true, .. } => "marked-inside",
        Refusal::OutsideCaller { .. } => "outside-caller",
        Refusal::NoSender => "no-sender",
        Refusal::RecipientsUnknown => "recipients-unknown",
        Refusal::OutsideRecipient => "outside-recipient",
        Refusal::RecordingInText => "recording-in-text",
        Refusal::Unreadable => "unreadable",
        Refusal::Report => "report",
        Refusal::ReceiptToOutsideLine => "receipt-to-outside-line",
        Refusal::OptionUnknown(_) => "option-unknown",
        Refusal::List => "list",
        Refusal::Program => "program",
        Refusal::Unconfirmed => "unconfirmed",
        Refusal::NullPath => "null-path",
    }
}

/// Why a receipt needs consent each time.
pub(super) fn doubt(doubt: &Doubt) -> &'static str {
    match doubt {
        Doubt::SeveralAddresses => "several-addresses",
        Doubt::NoReturnPath => "no-return-path",
        Doubt::SeveralReturnPaths => "several-return-paths",
        Doubt::Elsewhere { .. } => "elsewhere",
    }
}

/// What is wrong with a message.
pub(super) fn problem(problem: &Problem) -> &'static str {
    match problem {
        Problem::UnclosedMultipart => "unclosed-multipart",
        Problem::UnclosedMessage => "unclosed-message",
        Problem::HeaderTooLong => "header-too-long",
        Problem::MisprintedDelimiter => "misprinted-delimiter",
        Problem::TooManyParts => "too-many-parts",
        Problem::RepeatedField(_) => "repeated-field",
        Problem::UnreadableDate => "unreadable-date",
        Problem::Part { problem, .. } => part(problem),
        Problem::Unreadable => "unreadable",
    }
}

/// What is wrong with a part.
pub(super) fn part(problem: &PartProblem) -> &'static str {
    match problem {
        PartProblem::UnknownEncoding(_) => "unknown-encoding",
        PartProblem::MultipartsTooDeep => "multiparts-too-deep",
        PartProblem::MessagesTooDeep => "messages-too-deep",
        PartProblem::NoBoundary => "no-boundary",
        PartProblem::OtherBoundary => "other-boundary",
        PartProblem::NoDelimiter => "no-delimiter",
        PartProblem::DamagedEncoding => "damaged-encoding",
        PartProblem::Sealed(Seal::Smime) => "sealed-smime",
        PartProblem::Sealed(Seal::Pgp) => "sealed-pgp",
        PartProblem::Sealed(Seal::Rights) => "sealed-rights",
        PartProblem::Sealed(Seal::Compressed) => "sealed-compressed",
        PartProblem::Damaged(Wrapping::Signed) => "damaged-signed",
        PartProblem::Damaged(Wrapping::Outlook) => "damaged-outlook",
        PartProblem::NotOpened => "not-opened",
        PartProblem::RichText => "rich-text",
        PartProblem::BeginningOnly => "beginning-only",
        PartProblem::Audio(codec::Error::Empty) => "audio-empty",
        PartProblem::Audio(codec::Error::Unsupported(_)) => "audio-unsupported",
        PartProblem::Audio(codec::Error::Damaged(_)) => "audio-damaged",
        PartProblem::Audio(_) => "audio-limit",
        PartProblem::Fax(codec::Error::Empty) => "fax-empty",
        PartProblem::Fax(codec::Error::Unsupported(_)) => "fax-unsupported",
        PartProblem::Fax(codec::Error::Damaged(_)) => "fax-damaged",
        PartProblem::Fax(_) => "fax-limit",
    }
}
