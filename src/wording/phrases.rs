//! The texts that travel inside mail, in the language that was chosen.

use crate::engine::{Phrases, oauth::SignInPage};

/// The texts, with what the engine fills in left in braces. Lines end as in mail.
#[must_use]
pub fn phrases() -> Phrases {
    Phrases {
        receipt_heard: lines(&fl!(
            "mail-receipt-heard",
            date = "{date}",
            recipient = "{recipient}"
        )),
        receipt_read: lines(&fl!("mail-receipt-read", date = "{date}", recipient = "{recipient}")),
        receipt_deleted: lines(&fl!(
            "mail-receipt-deleted",
            date = "{date}",
            recipient = "{recipient}"
        )),
        receipt_failed: lines(&fl!(
            "mail-receipt-failed",
            date = "{date}",
            recipient = "{recipient}"
        )),
        subject_played: fl!("mail-subject-played", subject = "{subject}"),
        subject_viewed: fl!("mail-subject-viewed", subject = "{subject}"),
        subject_read: fl!("mail-subject-read", subject = "{subject}"),
        subject_deleted: fl!("mail-subject-deleted", subject = "{subject}"),
        subject_forwarded: fl!("mail-subject-forwarded", subject = "{subject}"),
        subject_failed: fl!("mail-subject-failed", subject = "{subject}"),
        no_subject: fl!("mail-no-subject"),
        original_without_subject: fl!("subject-none"),
        cover: lines(&fl!("mail-cover", name = "{name}", length = "{length}", file = "{file}")),
        cover_fax: lines(&fl!("mail-cover-fax", name = "{name}")),
        cover_forward: lines(&fl!("mail-cover-forward", name = "{name}")),
    }
}

/// A text with the line ends of mail, and one at its end.
fn lines(text: &str) -> String {
    text.lines().map(|line| format!("{line}\r\n")).collect()
}

/// What the browser shows when it comes back from a provider.
#[must_use]
pub fn sign_in_page() -> SignInPage {
    SignInPage {
        title: fl!("sign-in-page-title"),
        done: fl!("sign-in-page-done"),
        failed: fl!("sign-in-page-failed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{engine::Covered, message::mdn::Disposition, model::MessageKind};
    use std::time::Duration;

    #[test]
    fn each_text_is_there_and_says_what_it_is() {
        let phrases = phrases();
        for what in [
            Disposition::Displayed,
            Disposition::Deleted,
            Disposition::Dispatched,
            Disposition::ProcessedError(String::new()),
        ] {
            for kind in [MessageKind::Voice, MessageKind::Fax, MessageKind::Email] {
                let sentence = phrases.receipt(&what, kind);
                assert!(sentence.contains("{date}") && sentence.ends_with(".\r\n"), "{sentence}");
                let subject = phrases.subject(&what, kind, Some("Lunch"));
                assert!(subject.ends_with(": Lunch"), "{subject}");
            }
        }
        let recording = Covered::Recording(Duration::from_secs(65), "message.wav");
        let cover = phrases.cover("Ada Okafor", recording);
        assert_eq!(
            cover,
            "Voice message from Ada Okafor, 1:05.\r\nThe recording is attached: open message.wav to listen.\r\n"
        );
        assert!(phrases.cover("Ada", Covered::Fax).contains("Ada"));
        assert!(phrases.cover("Ada", Covered::Forward).contains("Ada"));
    }
}
