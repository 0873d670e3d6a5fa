//! What is wrong with a message or one of its parts, in words.

use super::figures;
use crate::{
    codec,
    message::{CardProblem, PartProblem, Problem, Seal, Wrapping, view::PARTS_MAX},
};

/// A problem of a message, for a list of them: no capital, no full stop.
#[must_use]
pub fn problem(problem: &Problem) -> String {
    match problem {
        Problem::UnclosedMultipart => fl!("problem-unclosed-multipart"),
        Problem::UnclosedMessage => fl!("problem-unclosed-message"),
        Problem::HeaderTooLong => fl!("problem-header-too-long"),
        Problem::MisprintedDelimiter => fl!("problem-misprinted-delimiter"),
        Problem::TooManyParts => fl!("problem-too-many-parts", limit = figures::whole(PARTS_MAX)),
        Problem::RepeatedField(name) => fl!("problem-repeated-field", name = *name),
        Problem::UnreadableDate => fl!("problem-unreadable-date"),
        Problem::Part { path, problem } => {
            fl!("problem-part", path = path, problem = part(problem))
        }
        Problem::Unreadable => fl!("problem-unreadable"),
    }
}

/// A problem of one part, which is named before it or around it.
#[must_use]
pub fn part(problem: &PartProblem) -> String {
    match problem {
        PartProblem::UnknownEncoding(name) => fl!("problem-unknown-encoding", name = name),
        PartProblem::MultipartsTooDeep => fl!("problem-multiparts-too-deep"),
        PartProblem::MessagesTooDeep => fl!("problem-messages-too-deep"),
        PartProblem::NoBoundary => fl!("problem-no-boundary"),
        PartProblem::OtherBoundary => fl!("problem-other-boundary"),
        PartProblem::NoDelimiter => fl!("problem-no-delimiter"),
        PartProblem::DamagedEncoding => fl!("problem-damaged-encoding"),
        PartProblem::Sealed(Seal::Smime) => fl!("problem-sealed-smime"),
        PartProblem::Sealed(Seal::Pgp) => fl!("problem-sealed-pgp"),
        PartProblem::Sealed(Seal::Rights) => fl!("problem-sealed-rights"),
        PartProblem::Sealed(Seal::Compressed) => fl!("problem-sealed-compressed"),
        PartProblem::Damaged(Wrapping::Signed) => fl!("problem-damaged-signed"),
        PartProblem::Damaged(Wrapping::Outlook) => fl!("problem-damaged-outlook"),
        PartProblem::NotOpened => fl!("problem-not-opened"),
        PartProblem::RichText => fl!("problem-rich-text"),
        PartProblem::BeginningOnly => fl!("problem-beginning-only"),
        PartProblem::Audio(error) => audio(error),
        PartProblem::Fax(error) => fax(error),
    }
}

/// What the reader says of a message that holds something sealed, a sentence.
#[must_use]
pub fn sealed(problem: &PartProblem) -> Option<String> {
    matches!(problem, PartProblem::Sealed(_)).then(|| fl!("reader-sealed", what = part(problem)))
}

/// What is wrong with a contact card.
#[must_use]
pub fn card(problem: &CardProblem) -> String {
    match problem {
        CardProblem::Several => fl!("problem-several-cards"),
        CardProblem::Content(said) => said.clone(),
    }
}

/// Why a recording cannot be played.
#[must_use]
pub fn audio(error: &codec::Error) -> String {
    match error {
        codec::Error::Empty => fl!("problem-audio-empty"),
        codec::Error::Unsupported(name) => fl!("problem-audio-unsupported", name = name),
        codec::Error::Damaged(place) => fl!("problem-audio-damaged", place = place),
        codec::Error::Limit(limit) => fl!("problem-limit", limit = *limit),
        other => other.to_string(),
    }
}

/// Why fax pages cannot be shown.
#[must_use]
pub fn fax(error: &codec::Error) -> String {
    match error {
        codec::Error::Empty => fl!("problem-fax-empty"),
        codec::Error::Unsupported(name) => fl!("problem-fax-unsupported", name = name),
        codec::Error::Damaged(place) => fl!("problem-fax-damaged", place = place),
        codec::Error::Limit(limit) => fl!("problem-limit", limit = *limit),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_names_its_part_and_what_is_wrong() {
        let of = |inner| problem(&Problem::Part { path: "2.1".into(), problem: inner });
        assert_eq!(
            of(PartProblem::Fax(codec::Error::Damaged("no page".into()))),
            "part 2.1: the fax is damaged: no page"
        );
        assert_eq!(
            of(PartProblem::UnknownEncoding("x-uu".into())),
            "part 2.1: unknown transfer encoding “x-uu”"
        );
        assert_eq!(
            of(PartProblem::Sealed(Seal::Smime)),
            "part 2.1: encrypted (S/MIME); open it in a mail program that has your certificate"
        );
        assert_eq!(
            sealed(&PartProblem::Sealed(Seal::Pgp)).as_deref(),
            Some("This message is encrypted (PGP); open it in a mail program that has your key.")
        );
        assert_eq!(sealed(&PartProblem::RichText), None);
        assert_eq!(
            problem(&Problem::RepeatedField("From")),
            "more than one From field; the first is used"
        );
        assert_eq!(problem(&Problem::TooManyParts), "more than 2,000 parts; the rest is not shown");
    }
}
