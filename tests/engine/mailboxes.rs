//! Mailboxes leave as messages do, and what exists only here stays.

use aloud::{
    engine::Progress,
    loopback::{CommandFault, Faults, Protocol, When},
    model::{DateTime, Flag, imap::MailboxRole},
};

use super::{sending::text, whole::letter};
use crate::support::user::{Desk, START, server};

#[tokio::test]
async fn a_mailbox_that_is_not_listed_once_comes_back_as_it_was() {
    let desk = Desk::new().await;
    desk.server.create_mailbox("Work", MailboxRole::Plain).expect("made");
    let octets = letter(1, 100).replace('\n', "\r\n").into_bytes();
    let now = DateTime::utc(START);
    desk.server.deliver("Work", octets, &[] as &[Flag], now).expect("delivered");
    desk.sync().await;
    let before = desk.mailbox("Work").await;
    desk.engine.started(before[0].key).await.expect("noted");
    let rename = |from: &'static str, to: &'static str| {
        desk.server.change(move |m| m.rename(from, to)).expect("a user").expect("renamed");
    };
    rename("Work", "Elsewhere");
    desk.sync().await;
    assert!(desk.mailbox("Work").await.is_empty(), "it is not shown");
    rename("Elsewhere", "Work");
    desk.later(3 * 24 * 3600);
    desk.sync().await;
    let after = desk.mailbox("Work").await;
    assert_eq!(after.len(), 1);
    assert_eq!((after[0].key, after[0].progress), (before[0].key, Progress::Started));
    // Gone for more than a week it is forgotten.
    rename("Work", "Elsewhere");
    desk.sync().await;
    desk.later(8 * 24 * 3600);
    desk.sync().await;
    rename("Elsewhere", "Work");
    desk.sync().await;
    let anew = desk.mailbox("Work").await;
    assert_eq!(anew.len(), 1);
    assert_ne!(anew[0].key, before[0].key);
}

#[tokio::test]
async fn the_only_copy_of_a_sent_message_stays() {
    let server = server();
    let no = CommandFault::Answer("NO [CANNOT] Only below INBOX.".into());
    server.fault_always(Protocol::Imap, Faults::once(When::Every("CREATE"), no));
    server.change(|m| m.delete("Sent")).expect("a user").expect("deleted");
    let mut desk = Desk::with(server, |_| ()).await;
    desk.sync().await;
    desk.engine.send(text(desk.account, "ada@example.net", "Only here")).await.expect("frozen");
    desk.engine.drain_outbox().await.expect("drained");
    desk.engine.settle_operations().await;
    desk.sync().await;
    desk.restart().await;
    desk.later(30 * 24 * 3600);
    desk.sync().await;
    desk.restart().await;
    desk.sync().await;
    let sent = desk.mailbox("Sent").await;
    assert_eq!(sent.len(), 1);
    let raw = desk.engine.raw(sent[0].key).await.expect("octets");
    assert!(String::from_utf8_lossy(&raw).contains("Only here"));
}
