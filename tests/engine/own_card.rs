//! When our own contact card travels along (decision C1).

use aloud::{
    engine::{Outgoing, OwnCard},
    message::{
        Mail, PartRole,
        inspect::ReadOptions,
        validate::{Outcome, validate},
    },
    model::voice::VoiceFormat,
};

use super::sending::{text, voice};
use crate::support::user::Desk;

/// Whether each message sent so far carries a card.
async fn carried(desk: &Desk) -> Vec<bool> {
    desk.engine.drain_outbox().await.expect("drained");
    let cards = |octets: &[u8]| {
        let mail = Mail::read(octets, &ReadOptions::default());
        mail.parts.iter().any(|part| part.role == PartRole::Card)
    };
    desk.server.submitted().iter().map(|sent| cards(&sent.octets)).collect()
}

#[tokio::test]
async fn no_card_goes_to_people_who_never_sent_one() {
    let desk = Desk::new().await;
    for (when, expected) in [
        (None, false),
        (Some(OwnCard::Automatic), false),
        (Some(OwnCard::Never), false),
        (Some(OwnCard::Always), true),
    ] {
        if let Some(when) = when {
            desk.engine.set_own_card(when);
        }
        desk.engine.send(voice(desk.account, "new@example.net")).await.expect("frozen");
        assert_eq!(carried(&desk).await.last(), Some(&expected), "{when:?}");
    }
    // The account's address is no telephone number and its card has none: VPIM wants one on a card
    // (RFC 2421 section 4.3.3), so it goes along with IVM only.
    for (format, expected) in [(VoiceFormat::Vpim, false), (VoiceFormat::Ivm, true)] {
        let message = Outgoing { format: Some(format), ..voice(desk.account, "new@example.net") };
        desk.engine.send(message).await.expect("frozen");
        assert_eq!(carried(&desk).await.last(), Some(&expected), "{format:?}");
        let sent = desk.server.submitted().pop().expect("sent").octets;
        let report = validate(&sent, None);
        let failed: Vec<_> = report.with(Outcome::Fail).collect();
        assert!(failed.is_empty(), "{failed:?}");
    }
    // A text is no voice message.
    desk.engine.send(text(desk.account, "new@example.net", "Hello")).await.expect("frozen");
    assert_eq!(carried(&desk).await.last(), Some(&false));
}
