//! Why a message in the outbox was not sent, or not yet.

use super::delivery;
use crate::{
    engine::{Failure, FailureWhy},
    message::{Dsn, dsn},
};

/// The reason in one sentence.
#[must_use]
pub fn sentence(failure: &Failure) -> String {
    match failure.why {
        FailureWhy::Refused => meaning(failure).unwrap_or_else(|| reply(failure)),
        FailureWhy::GaveUp => fl!("failure-gave-up"),
        FailureWhy::Credentials => fl!("failure-credentials", said = &failure.said),
        FailureWhy::NoPassword => fl!("failure-no-password"),
        FailureWhy::NoKeyring => fl!("failure-no-keyring"),
        FailureWhy::Certificate => fl!("failure-certificate"),
        FailureWhy::NoEncryption => fl!("failure-no-encryption"),
        FailureWhy::WrongEncryption => fl!("failure-wrong-encryption"),
        FailureWhy::Malformed => fl!("failure-malformed", said = &failure.said),
        FailureWhy::Broken => fl!("failure-broken"),
        FailureWhy::Ended => fl!("failure-ended"),
        FailureWhy::Unreadable => fl!("failure-unreadable", said = &failure.said),
        FailureWhy::None | FailureWhy::Other if failure.said.is_empty() => {
            fl!("failure-unknown")
        }
        FailureWhy::None | FailureWhy::Other => failure.said.clone(),
    }
}

/// What the server said, word for word, where [`sentence`] says what it means.
#[must_use]
pub fn said(failure: &Failure) -> Option<String> {
    meaning(failure).map(|_| reply(failure))
}

/// What the refusal of a recipient means, where its enhanced code (RFC 3463) or its words tell.
fn meaning(failure: &Failure) -> Option<String> {
    let recipient = failure.recipient.as_ref()?;
    let class = if failure.code? >= 500 { "5.0.0" } else { "4.0.0" };
    let mut report = Dsn {
        recipient: recipient.to_string(),
        action: dsn::Action::Failed,
        status: class.into(),
        ..Dsn::default()
    };
    let vague = delivery::sentence(&report);
    report.diagnostic = Some(failure.said.clone());
    let exact = delivery::sentence(&report);
    (exact != vague).then_some(exact)
}

/// `ada@example.net: 550 5.1.1 no`.
fn reply(failure: &Failure) -> String {
    let code = failure.code.map(|code| format!("{code} ")).unwrap_or_default();
    match &failure.recipient {
        Some(recipient) => format!("{recipient}: {code}{}", failure.said),
        None => format!("{code}{}", failure.said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::AddrSpec;

    #[test]
    fn a_refusal_says_what_it_means_and_what_was_said() {
        let refused = |code, text: &str, recipient| Failure {
            why: FailureWhy::Refused,
            code: Some(code),
            recipient,
            said: text.into(),
        };
        let bo = || AddrSpec::parse("bo@example.net").ok();
        for (code, text, meaning, word) in [
            (
                550,
                "5.1.1 no",
                "There is no mailbox bo at example.net.",
                "bo@example.net: 550 5.1.1 no",
            ),
            (
                452,
                "4.2.2 over",
                "The mailbox is full, so the system at example.net turned your message away.",
                "bo@example.net: 452 4.2.2 over",
            ),
            (
                550,
                "user unknown",
                "There is no mailbox bo at example.net.",
                "bo@example.net: 550 user unknown",
            ),
        ] {
            let failure = refused(code, text, bo());
            assert_eq!(sentence(&failure), meaning);
            assert_eq!(said(&failure).as_deref(), Some(word));
        }
        let vague = refused(550, "no", bo());
        assert_eq!((sentence(&vague).as_str(), said(&vague)), ("bo@example.net: 550 no", None));
        let other = refused(554, "5.7.1 not you", None);
        assert_eq!((sentence(&other).as_str(), said(&other)), ("554 5.7.1 not you", None));
        for why in [FailureWhy::GaveUp, FailureWhy::Ended, FailureWhy::None] {
            assert!(sentence(&Failure::new(why)).ends_with('.'), "{why:?}");
        }
    }
}
