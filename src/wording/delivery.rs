//! What a delivery report says of one recipient.

use crate::message::{
    Dsn,
    dsn::{self, Action, Why},
};

/// The sentence for one recipient, without knowledge of the message it is about.
#[must_use]
pub fn sentence(report: &Dsn) -> String {
    dsn::sentence(report)
}

/// The same in two words, for a list of recipients.
#[must_use]
pub fn short(report: &Dsn) -> String {
    match report.action {
        Action::Delivered | Action::Relayed | Action::Expanded => fl!("report-line-delivered"),
        Action::Delayed => fl!("report-line-delayed"),
        Action::Failed => match dsn::reason(report) {
            Why::NoMailbox => fl!("report-line-no-mailbox"),
            Why::Full => fl!("report-line-full"),
            Why::TooBig => fl!("report-line-too-big"),
            Why::NotPrivate => fl!("report-line-private"),
            Why::NotAllowed => fl!("report-line-not-allowed"),
            _ => fl!("report-line-failed"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_words_follow_what_the_server_said_as_the_sentence_does() {
        for (action, status, said, expected) in [
            (Action::Failed, "5.1.1", None, "No such mailbox"),
            (Action::Failed, "5.2.2", None, "Mailbox full"),
            (Action::Failed, "5.0.0", Some("552 Mailbox full"), "Mailbox full"),
            (Action::Failed, "5.1.1", Some("552 Mailbox full"), "No such mailbox"),
            (Action::Failed, "5.9.9", None, "Not delivered"),
            (Action::Delayed, "4.2.2", None, "On its way"),
            (Action::Relayed, "2.0.0", None, "Delivered"),
        ] {
            let report = Dsn {
                recipient: "ada@example.com".into(),
                action,
                status: status.into(),
                diagnostic: said.map(str::to_owned),
                ..Dsn::default()
            };
            assert_eq!(short(&report), expected, "{status} {said:?}");
        }
    }
}
