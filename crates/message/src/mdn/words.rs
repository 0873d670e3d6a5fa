//! What a receipt says, in words, and what to do about it (RFC 8098 section 3.2.6, with the
//! modifiers of RFC 2298).

use crate::{Mdn, dsn::NextStep};

/// The sentence for a receipt, and what to offer first.
#[must_use]
pub fn explain(mdn: &Mdn) -> (String, NextStep) {
    let who = mdn.recipient.as_deref().unwrap_or("the recipient");
    let start = mdn.recipient.as_deref().unwrap_or("The recipient");
    let modified = |word: &str| mdn.modifiers.iter().any(|m| m.eq_ignore_ascii_case(word));
    let before = "before anybody played or opened it";
    match mdn.disposition.as_str() {
        _ if modified("error") => failed(start),
        "failed" => failed(start),
        "deleted" if modified("expired") => {
            (format!("Your message to {who} expired {before}."), NextStep::SendAgain)
        }
        "deleted" if modified("mailbox-terminated") => {
            (format!("The mailbox of {who} was closed {before}."), NextStep::TryAnotherAddress)
        }
        "deleted" if modified("superseded") => (
            format!("A newer message to {who} took the place of this one {before}."),
            NextStep::Nothing,
        ),
        "deleted" => (
            format!("{start} deleted your message without playing or opening it."),
            NextStep::Nothing,
        ),
        "displayed" => (
            format!("{start} played or opened your message. That doesn’t say it was understood."),
            NextStep::Nothing,
        ),
        "dispatched" => (
            format!("{start} passed your message on without playing or opening it."),
            NextStep::Nothing,
        ),
        "processed" => (
            format!(
                "A program dealt with your message to {who}. Perhaps nobody played or opened it."
            ),
            NextStep::Nothing,
        ),
        "denied" => (
            format!("{start} doesn’t say whether your message was played or opened."),
            NextStep::Nothing,
        ),
        _ => (
            format!("The receipt doesn’t say what became of your message to {who}."),
            NextStep::Details,
        ),
    }
}

fn failed(start: &str) -> (String, NextStep) {
    (
        format!("{start} couldn’t play or open your message. Send it as a mail with a sound file."),
        NextStep::SendAsFriendly,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mdn;

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
            let (sentence, found) = explain(&mdn::parse(text.as_bytes()));
            assert!(sentence.starts_with(start) && sentence.ends_with('.'), "{sentence}");
            assert_eq!(found, step, "{disposition}");
        }
        let (nobody, _) = explain(&mdn::parse(b"Disposition: x; deleted\n"));
        assert!(nobody.starts_with("The recipient deleted"), "{nobody}");
    }
}
