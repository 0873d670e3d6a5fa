//! What a receipt says became of a message, in whole sentences.

use crate::message::{Mdn, mdn::Outcome};

/// The sentence for a receipt; the recipient is named as [`Mdn::recipient`] has it.
#[must_use]
pub fn sentence(mdn: &Mdn) -> String {
    let who = mdn.recipient.clone().unwrap_or_else(|| fl!("the-recipient"));
    let start = mdn.recipient.clone().unwrap_or_else(|| fl!("the-recipient-start"));
    match mdn.outcome() {
        Outcome::Failed => fl!("receipt-failed", who = start),
        Outcome::Expired => fl!("receipt-expired", who = who),
        Outcome::MailboxTerminated => fl!("receipt-mailbox-terminated", who = who),
        Outcome::Superseded => fl!("receipt-superseded", who = who),
        Outcome::Deleted => fl!("receipt-deleted", who = start),
        Outcome::Displayed => fl!("receipt-displayed", who = start),
        Outcome::Dispatched => fl!("receipt-dispatched", who = start),
        Outcome::Processed => fl!("receipt-processed", who = who),
        Outcome::Denied => fl!("receipt-denied", who = start),
        Outcome::Unknown => fl!("receipt-unknown", who = who),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{dsn::NextStep, mdn};

    #[test]
    fn every_disposition_has_its_sentence() {
        use NextStep::*;
        for (disposition, start, step) in [
            ("x; displayed", "a@x played or opened your message.", Nothing),
            ("x; deleted", "a@x deleted your message without", Nothing),
            ("x; deleted/expired", "Your message to a@x expired before", SendAgain),
            ("x; deleted/mailbox-terminated", "The mailbox of a@x was closed", TryAnotherAddress),
            ("x; deleted/superseded", "A newer message to a@x took", Nothing),
            ("x; dispatched", "a@x passed your message on", Nothing),
            ("x; processed", "A program dealt with your message", Nothing),
            ("x; processed/error", "a@x couldn’t play or open", SendAsFriendly),
            ("x; processed/warning, ERROR", "a@x couldn’t play or open", SendAsFriendly),
            ("x; displayed/warning", "a@x played or opened", Nothing),
            ("x; denied", "a@x doesn’t say", Nothing),
            ("x; failed", "a@x couldn’t play or open", SendAsFriendly),
            ("x; whatever", "The receipt doesn’t say", Details),
            ("", "The receipt doesn’t say", Details),
        ] {
            let text = format!("Final-Recipient: rfc822;a@x\nDisposition: {disposition}\n");
            let mdn = mdn::parse(text.as_bytes());
            let said = sentence(&mdn);
            assert!(said.starts_with(start) && said.ends_with('.'), "{said}");
            assert_eq!(mdn.outcome().next_step(), step, "{disposition}");
        }
        let nobody = sentence(&mdn::parse(b"Disposition: x; deleted\n"));
        assert!(nobody.starts_with("The recipient deleted"), "{nobody}");
    }
}
