//! What a row of the message list says (docs/design.md 5.1 and 5.3): whom a message is from, what
//! stands for a missing subject, the line under it, and what became of a message that was sent.

use super::{delivery, figures};
use crate::{
    engine::{Delivery, DeliveryState, DeliverySummary, ListRow, Preview},
    model::{DateTime, MessageKind},
};

/// Whom the message is from; in Sent, whom it is to.
#[must_use]
pub fn sender(row: &ListRow) -> String {
    sender_shown(row, row.sender.clone())
}

/// The same, with the name written in another way (numbers in groups).
#[must_use]
pub fn sender_shown(row: &ListRow, name: String) -> String {
    let name = match (name.is_empty(), row.outgoing) {
        (false, _) => name,
        (true, false) => fl!("row-unknown-caller"),
        (true, true) => fl!("row-nobody"),
    };
    and_others(name, row.others)
}

/// What stands beside a name or number that only the message tells: where it really came from.
#[must_use]
pub fn via(row: &ListRow) -> Option<String> {
    let address = row.via.as_deref().filter(|_| row.kind != MessageKind::Dsn)?;
    let domain = address.rsplit_once('@').map_or(address, |(_, domain)| domain);
    Some(fl!("row-via", domain = domain))
}

fn and_others(name: String, others: u32) -> String {
    match others {
        0 => name,
        others => fl!("row-and-others", name = name, count = others as usize),
    }
}

/// The subject, or what stands for a missing one.
#[must_use]
pub fn subject(row: &ListRow) -> String {
    if row.subject.is_empty() { missing_subject(row, sender(row)) } else { row.subject.clone() }
}

/// What stands for a missing subject, with the name as [`sender_shown`] has it.
#[must_use]
pub fn missing_subject(row: &ListRow, name: String) -> String {
    match (row.kind, row.outgoing) {
        (MessageKind::Voice, false) => fl!("subject-voice", name = name),
        (MessageKind::Voice, true) => fl!("subject-voice-to", name = name),
        (MessageKind::Fax, false) => fl!("subject-fax", name = name),
        (MessageKind::Fax, true) => fl!("subject-fax-to", name = name),
        (MessageKind::Video, false) => fl!("subject-video", name = name),
        (MessageKind::Video, true) => fl!("subject-video-to", name = name),
        (MessageKind::Mdn, false) => fl!("subject-receipt", name = name),
        (MessageKind::Mdn, true) => fl!("subject-receipt-to", name = name),
        (MessageKind::Dsn, _) => fl!("row-report"),
        (MessageKind::Email | MessageKind::Other, _) => fl!("subject-none"),
    }
}

/// The line under the subject; empty for none.
#[must_use]
pub fn preview(row: &ListRow, now: DateTime) -> String {
    if let Some(delivery) = &row.delivery {
        return summary(delivery, row.kind, now);
    }
    match &row.preview {
        Preview::Nothing => String::new(),
        Preview::Text(words) => words.clone(),
        Preview::SpokenNote(None) => fl!("row-spoken-note"),
        Preview::SpokenNote(Some(length)) => {
            fl!("row-spoken-note-length", length = figures::length(*length))
        }
        Preview::Introduction(None) => fl!("row-introduction"),
        Preview::Introduction(Some(length)) => {
            fl!("row-introduction-length", length = figures::length(*length))
        }
        Preview::Forwarded(from) => fl!("row-forwarded", name = from),
        Preview::Extension(number) => fl!("row-extension", number = number),
        Preview::OutsideLine => fl!("row-outside-line"),
        Preview::Report(report) => delivery::sentence(report),
        Preview::Unreadable => fl!("row-unreadable"),
        Preview::Untold => fl!("row-untold"),
        Preview::Towards => fl!("row-towards", name = sender(row)),
        Preview::ToYou(others) => {
            fl!("row-towards", name = and_others(fl!("row-you"), *others))
        }
    }
}

/// What became of a sent message, with the recipient where there are several.
#[must_use]
pub fn summary(summary: &DeliverySummary, kind: MessageKind, now: DateTime) -> String {
    let text = delivery_text(&summary.delivery, kind, now);
    match summary.alone {
        true => text,
        false => format!("{}: {text}", summary.delivery.recipient.label()),
    }
}

/// What became of a sent message for one recipient.
#[must_use]
pub fn delivery_text(delivery: &Delivery, kind: MessageKind, now: DateTime) -> String {
    let at = figures::time_of_day(delivery.at, now);
    let voice = kind == MessageKind::Voice;
    match delivery.state {
        DeliveryState::Displayed if voice => fl!("became-heard", time = at),
        DeliveryState::Displayed => fl!("became-read", time = at),
        DeliveryState::Deleted if voice => fl!("became-deleted-unheard"),
        DeliveryState::Deleted => fl!("became-deleted-unread"),
        DeliveryState::Expired if voice => fl!("became-expired-unheard"),
        DeliveryState::Expired => fl!("became-expired-unread"),
        DeliveryState::Error if voice => fl!("became-not-played"),
        DeliveryState::Error => fl!("became-not-shown"),
        DeliveryState::Denied => fl!("became-no-receipt"),
        DeliveryState::Dispatched => fl!("became-passed-on"),
        DeliveryState::Processed => fl!("became-processed"),
        DeliveryState::Delivered => fl!("became-delivered", time = at),
        DeliveryState::Relayed => fl!("became-relayed"),
        DeliveryState::Delayed => fl!("became-delayed"),
        DeliveryState::Unreported => fl!("became-unreported"),
        DeliveryState::Failed => match delivery.report() {
            Some(report) => delivery::sentence(&report),
            None => fl!("became-failed"),
        },
        DeliveryState::Sent => fl!("became-sent"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AddrSpec, Address};

    const NOW: DateTime = DateTime { unix: 1_741_170_000, offset_minutes: 60 };

    fn delivery(state: DeliveryState) -> Delivery {
        Delivery {
            recipient: Address::bare(AddrSpec::parse("ada@example.net").expect("an address")),
            state,
            at: DateTime { unix: 1_741_165_500, offset_minutes: -300 },
            status: String::new(),
            diagnostic: String::new(),
            last_attempt: None,
        }
    }

    #[test]
    fn deliveries_are_told_by_kind_of_message() {
        for (state, voice, other) in [
            (DeliveryState::Displayed, "Heard at 10:05", "Read at 10:05"),
            (DeliveryState::Deleted, "Deleted unheard", "Deleted unread"),
            (DeliveryState::Expired, "Expired unheard", "Expired unread"),
            (DeliveryState::Error, "Couldn’t be played there", "Couldn’t be shown there"),
            (DeliveryState::Delivered, "Delivered at 10:05", "Delivered at 10:05"),
            (DeliveryState::Failed, "Couldn’t be delivered", "Couldn’t be delivered"),
        ] {
            assert_eq!(delivery_text(&delivery(state), MessageKind::Voice, NOW), voice);
            assert_eq!(delivery_text(&delivery(state), MessageKind::Email, NOW), other);
        }
    }

    #[test]
    fn a_failure_says_what_the_report_means() {
        let full = Delivery { status: "5.2.2".into(), ..delivery(DeliveryState::Failed) };
        let said = delivery_text(&full, MessageKind::Voice, NOW);
        assert!(said.starts_with("The mailbox is full"), "{said}");
        // As a version wrote it that kept the sentence alone.
        let said = "There is no mailbox ada at example.net.";
        let old = Delivery { diagnostic: said.into(), ..delivery(DeliveryState::Failed) };
        assert!(!delivery_text(&old, MessageKind::Voice, NOW).is_empty());
        let summary_ = |alone| {
            let one = DeliverySummary { delivery: full.clone(), alone };
            summary(&one, MessageKind::Voice, NOW)
        };
        assert!(summary_(true).starts_with("The mailbox is full"));
        assert!(summary_(false).starts_with("ada@example.net: The mailbox is full"));
    }
}
