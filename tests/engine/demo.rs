//! The demo mailbox as the engine shows it (decision E14).

use aloud::{
    engine::{CardOfferKind, Progress, ReceiptState, Scope},
    loopback::{DEMO_ADDRESS, DEMO_LOGIN, DEMO_NAME, Loopback},
    model::{DateTime, MessageKind},
};

use crate::support::user::{Desk, START, addr};

async fn desk() -> Desk {
    let server = Loopback::demo(DateTime::utc(START));
    let desk = Desk::bare(server, |settings| {
        settings.demo = true;
        settings.name = DEMO_NAME.into();
        settings.user = DEMO_LOGIN.into();
        settings.address = addr(DEMO_ADDRESS);
    })
    .await;
    desk.sync().await;
    desk
}

#[tokio::test]
async fn twelve_messages_are_eleven_rows() {
    let desk = desk().await;
    let inbox = desk.inbox().await;
    assert_eq!(desk.on_server("INBOX"), 12);
    assert_eq!(inbox.len(), 11, "the receipt joins its sent message");
    let sent = desk.mailbox("Sent").await;
    assert_eq!(sent.len(), 2);
    assert!(sent.iter().any(|row| { row.delivery.as_ref().is_some_and(|d| d.delivery.heard()) }));
    let counts = desk.engine.counts().await.expect("counts");
    assert_eq!(counts.voice, desk.list(Scope::Unheard).await.total);
    for row in inbox.iter().filter(|row| row.kind == MessageKind::Voice) {
        assert!(row.duration.is_some(), "{row:?}");
    }
}

#[tokio::test]
async fn its_receipt_is_asked_and_its_card_offered() {
    let desk = desk().await;
    let (mut asked, mut offered, mut private) = (0, 0, 0);
    for row in desk.inbox().await {
        let opened = desk.engine.open(row.key).await.expect("opened");
        assert!(opened.complete);
        for offer in &opened.offers {
            offered += usize::from(matches!(offer.kind, CardOfferKind::New { .. }));
        }
        private += usize::from(row.private);
        if row.progress == Progress::New {
            asked += usize::from(opened.receipt == ReceiptState::NotYet);
        }
        desk.engine.presented(row.key).await.expect("noted");
        let opened = desk.engine.open(row.key).await.expect("opened");
        assert_ne!(opened.receipt, ReceiptState::NotYet, "{}", row.subject);
    }
    assert!(asked >= 1 && offered >= 1 && private >= 1, "{asked} {offered} {private}");
}
