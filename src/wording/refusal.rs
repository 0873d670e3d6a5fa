//! Why something may not be done with a message, in whole sentences.

use super::problem;
use crate::{
    message::{
        Confidential, Doubt, Permission, Receipt, Refusal,
        compose::{self, NotInVpim},
        display,
    },
    model::{Sensitivity, VoiceContent},
};

/// Why a rule says no; `None` where it says yes.
#[must_use]
pub fn permission(permission: &Permission) -> Option<String> {
    permission.reason().map(refusal)
}

/// The sentence of a refusal.
#[must_use]
pub fn refusal(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Marked { by, inside, value, may_reply } => {
            let said = marked(by.as_deref(), *inside, value);
            if *may_reply { fl!("refusal-still-reply", said = said) } else { said }
        }
        Refusal::OutsideCaller { number: Some(number) } => {
            fl!("refusal-outside-caller", number = number)
        }
        Refusal::OutsideCaller { number: None } => fl!("refusal-outside-caller-unknown"),
        Refusal::NoSender => fl!("refusal-no-sender"),
        Refusal::RecipientsUnknown => fl!("refusal-recipients-unknown"),
        Refusal::OutsideRecipient => fl!("refusal-outside-recipient"),
        Refusal::RecordingInText => fl!("refusal-recording-in-text"),
        Refusal::Unreadable => fl!("refusal-unreadable"),
        Refusal::Report => fl!("refusal-report"),
        Refusal::ReceiptToOutsideLine => fl!("refusal-receipt-outside"),
        Refusal::OptionUnknown(option) => fl!("refusal-option", option = option),
        Refusal::List => fl!("refusal-list"),
        Refusal::Program => fl!("refusal-program"),
        Refusal::Unconfirmed => fl!("refusal-unconfirmed"),
        Refusal::NullPath => fl!("refusal-null-path"),
    }
}

fn marked(by: Option<&str>, inside: bool, value: &Sensitivity) -> String {
    let who = by.map_or_else(|| fl!("the-sender-start"), str::to_owned);
    match (value, inside) {
        (Sensitivity::Private, false) => fl!("refusal-private", who = who),
        (Sensitivity::Private, true) => fl!("refusal-private-inside", who = who),
        (Sensitivity::Personal, false) => fl!("refusal-personal", who = who),
        (Sensitivity::Personal, true) => fl!("refusal-personal-inside", who = who),
        (
            Sensitivity::CompanyConfidential | Sensitivity::Normal | Sensitivity::Unknown(_),
            false,
        ) => fl!("refusal-marked", who = who, value = display::clean(value.as_str())),
        (
            Sensitivity::CompanyConfidential | Sensitivity::Normal | Sensitivity::Unknown(_),
            true,
        ) => {
            fl!("refusal-marked-inside", who = who, value = display::clean(value.as_str()))
        }
    }
}

/// The notice of a message that is marked company confidential.
#[must_use]
pub fn notice(notice: &Confidential) -> String {
    let who = notice.by.clone().unwrap_or_else(|| fl!("the-sender-start"));
    if notice.inside {
        fl!("notice-confidential-inside", who = who)
    } else {
        fl!("notice-confidential", who = who)
    }
}

/// Why no receipt may be sent, or why the user is asked first.
#[must_use]
pub fn receipt(receipt: &Receipt) -> Option<String> {
    receipt.reason.as_ref().map(refusal).or_else(|| receipt.doubt.as_ref().map(doubt))
}

fn doubt(doubt: &Doubt) -> String {
    match doubt {
        Doubt::SeveralAddresses => fl!("doubt-several-addresses"),
        Doubt::NoReturnPath => fl!("doubt-no-return-path"),
        Doubt::SeveralReturnPaths => fl!("doubt-several-return-paths"),
        Doubt::Elsewhere { to, sender } => {
            let sender = sender.clone().unwrap_or_else(|| fl!("the-sender"));
            fl!("doubt-elsewhere", to = to.as_str(), sender = sender)
        }
    }
}

/// Why a message was not built.
#[must_use]
pub fn compose(error: &compose::Error) -> String {
    match error {
        compose::Error::Refused(reason) => refusal(reason),
        compose::Error::EmptyRecording(VoiceContent::VoiceMessage) => fl!("compose-empty-message"),
        compose::Error::EmptyRecording(VoiceContent::VoiceMessageNotification) => {
            fl!("compose-empty-notification")
        }
        compose::Error::EmptyRecording(
            VoiceContent::OriginatorSpokenName | VoiceContent::RecipientSpokenName,
        ) => fl!("compose-empty-name"),
        compose::Error::EmptyRecording(VoiceContent::SpokenSubject) => fl!("compose-empty-subject"),
        compose::Error::Nothing => fl!("compose-nothing"),
        compose::Error::NoRecipient => fl!("compose-no-recipient"),
        compose::Error::Address(address) => fl!("compose-address", address = address),
        compose::Error::Language(tag) => fl!("compose-language", tag = display::clean(tag)),
        compose::Error::NotInVpim(NotInVpim::Text) => fl!("compose-vpim-text"),
        compose::Error::NotInVpim(NotInVpim::Attachments) => fl!("compose-vpim-attachments"),
        compose::Error::NotInVpim(NotInVpim::BareDomain(address)) => {
            fl!("compose-vpim-domain", address = address)
        }
        compose::Error::Codec(error) => problem::audio(error),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_said_with_who_set_it_and_where() {
        let said = |by: Option<&str>, inside, value: &str, may_reply| {
            refusal(&Refusal::Marked {
                by: by.map(str::to_owned),
                inside,
                value: Sensitivity::parse(value).expect("a value"),
                may_reply,
            })
        };
        let amara = Some("Dr Amara Okafor");
        for (said, expected) in [
            (
                said(amara, false, "PRIVATE", true),
                "Dr Amara Okafor marked it private. You can still reply.",
            ),
            (said(amara, false, "personal", false), "Dr Amara Okafor marked it personal."),
            (said(amara, false, "Secret", false), "Dr Amara Okafor marked this message secret."),
            (
                said(None, true, "private", true),
                "The sender marked a message inside it private. You can still reply.",
            ),
        ] {
            assert_eq!(said, expected);
        }
    }

    #[test]
    fn an_outside_caller_is_named_by_number_where_it_was_passed_on() {
        let number = Some("+44 20 7946 0153".to_owned());
        let said = refusal(&Refusal::OutsideCaller { number });
        assert!(said.ends_with("outside line: +44 20 7946 0153."), "{said}");
    }
}
