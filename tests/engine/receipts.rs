//! Receipts over a server: asked once the message counts as heard, sent once, keyword first.

use aloud::{
    engine::{Error, Mark, Progress, ReceiptAnswer, ReceiptPolicy, ReceiptState},
    loopback::{CommandFault, Faults, Protocol, When, mailboxes::Change},
    message::{Mail, Report, inspect::ReadOptions},
    model::{Flag, MessageKey},
};

use crate::support::user::{Desk, addr, refused};

fn asking(id: &str, to: &str) -> String {
    format!(
        "Return-Path: <{to}>\nFrom: Ada Okafor <ada@example.net>\nTo: robin@example.com\n\
         Subject: Call me\nMessage-ID: <{id}@example.net>\nDate: Tue, 04 Mar 2025 09:10:00 +0000\n\
         Disposition-Notification-To: {to}\nMessage-Context: voice-message\n\nText\n"
    )
}

async fn desk_with(message: &str) -> (Desk, MessageKey) {
    let desk = Desk::new().await;
    desk.deliver(message);
    desk.sync().await;
    let key = desk.inbox().await[0].key;
    (desk, key)
}

async fn state(desk: &Desk, key: MessageKey) -> ReceiptState {
    desk.engine.open(key).await.expect("opened").receipt
}

fn flags(desk: &Desk) -> Vec<Flag> {
    let inbox = desk.server.mailbox("INBOX").expect("an inbox");
    inbox.messages()[0].flags.iter().cloned().collect()
}

#[tokio::test]
async fn asked_only_once_it_was_heard_and_sent_once() {
    let (desk, key) = desk_with(&asking("a", "ada@example.net")).await;
    assert_eq!(state(&desk, key).await, ReceiptState::NotYet);
    desk.engine.started(key).await.expect("noted");
    desk.engine.audio(key, "1".into()).await.err();
    assert_eq!(state(&desk, key).await, ReceiptState::NotYet);
    assert_eq!(desk.inbox().await[0].progress, Progress::Started);
    refused(desk.engine.answer_receipt(key, ReceiptAnswer::Send).await);
    desk.engine.settle_operations().await;
    assert!(!flags(&desk).contains(&Flag::Seen), "opening and starting set nothing");

    desk.engine.presented(key).await.expect("noted");
    let ask = ReceiptState::Ask { to: vec![addr("ada@example.net")], elsewhere: false };
    assert_eq!(state(&desk, key).await, ask);
    assert!(desk.inbox().await[0].receipt);
    desk.engine.answer_receipt(key, ReceiptAnswer::Send).await.expect("answered");
    assert!(matches!(state(&desk, key).await, ReceiptState::Sent(_)));
    desk.engine.settle_operations().await;
    assert!(flags(&desk).contains(&Flag::MdnSent) && flags(&desk).contains(&Flag::Seen));
    desk.engine.drain_outbox().await.expect("drained");
    let submitted = desk.server.submitted();
    assert_eq!(submitted.len(), 1);
    assert_eq!(submitted[0].envelope.reverse_path, None, "the null return path");
    // Nothing leaves before the server holds the keyword.
    let log = desk.server.commands();
    let stored = log.iter().position(|line| line.contains("$MDNSent"));
    let left = log.iter().position(|line| line.contains("MAIL FROM:<>"));
    assert!(stored.is_some() && stored < left, "{log:?}");
    let mail = Mail::read(&submitted[0].octets, &ReadOptions::default());
    let Some(Report::Mdn(mdn)) = mail.report else { panic!("no receipt: {:?}", mail.report) };
    assert_eq!(mdn.disposition.as_str(), "displayed");
    assert_eq!(mdn.original_message_id.as_deref(), Some("a@example.net"));
    refused(desk.engine.answer_receipt(key, ReceiptAnswer::Send).await);
    desk.engine.presented(key).await.expect("noted");
    desk.sync().await;
    desk.engine.drain_outbox().await.expect("drained");
    assert_eq!(desk.server.submitted().len(), 1);
    assert!(desk.mailbox("Sent").await.is_empty(), "a receipt is no message of ours");
    assert!(!desk.inbox().await[0].receipt);
}

#[tokio::test]
async fn a_no_is_for_good() {
    let (mut desk, key) = desk_with(&asking("a", "ada@example.net")).await;
    desk.engine.presented(key).await.expect("noted");
    desk.engine.answer_receipt(key, ReceiptAnswer::Decline).await.expect("answered");
    desk.engine.settle_operations().await;
    assert!(flags(&desk).contains(&Flag::MdnSent));
    desk.restart().await;
    desk.sync().await;
    assert_eq!(state(&desk, key).await, ReceiptState::Declined);
    refused(desk.engine.answer_receipt(key, ReceiptAnswer::Send).await);
    desk.engine.drain_outbox().await.expect("drained");
    assert!(desk.server.submitted().is_empty());
}

#[tokio::test]
async fn a_keyword_that_is_refused_means_no_receipt() {
    let (desk, key) = desk_with(&asking("a", "ada@example.net")).await;
    desk.engine.presented(key).await.expect("noted");
    desk.engine.settle_operations().await;
    desk.engine.answer_receipt(key, ReceiptAnswer::Send).await.expect("answered");
    let no = CommandFault::Answer("NO not here".into());
    desk.server.fault_always(Protocol::Imap, Faults::once(When::Every("STORE"), no));
    // A connection that is open already has no faults: one that begins now.
    let mut desk = desk;
    desk.restart().await;
    desk.engine.settle_operations().await;
    desk.engine.drain_outbox().await.expect("drained");
    assert!(desk.server.submitted().is_empty());
    assert!(desk.engine.outbox().await.expect("rows").is_empty());
    assert_eq!(state(&desk, key).await, ReceiptState::Declined);
}

#[tokio::test]
async fn where_no_keyword_can_be_stored_our_own_record_counts() {
    let server = crate::support::user::server();
    server.fault_always(Protocol::Imap, Faults { refuse_keywords: true, ..Faults::default() });
    let desk = Desk::with(server, |_| ()).await;
    desk.deliver(&asking("a", "ada@example.net"));
    desk.sync().await;
    let key = desk.inbox().await[0].key;
    desk.engine.presented(key).await.expect("noted");
    desk.engine.answer_receipt(key, ReceiptAnswer::Send).await.expect("answered");
    desk.engine.drain_outbox().await.expect("drained");
    assert_eq!(desk.server.submitted().len(), 1);
    desk.sync().await;
    assert!(matches!(state(&desk, key).await, ReceiptState::Sent(_)));
}

#[tokio::test]
async fn rules_for_a_person_hold_from_then_on() {
    let (desk, key) = desk_with(&asking("a", "ada@example.net")).await;
    desk.engine.presented(key).await.expect("noted");
    desk.engine.answer_receipt(key, ReceiptAnswer::SendAlways).await.expect("answered");
    desk.deliver(&asking("b", "ada@example.net"));
    desk.deliver(&asking("c", "eve@example.org"));
    desk.sync().await;
    let keys: Vec<MessageKey> = desk.inbox().await.iter().map(|row| row.key).collect();
    // The second by itself, the third is asked: it would go elsewhere.
    desk.engine.presented(keys[1]).await.expect("noted");
    assert!(matches!(state(&desk, keys[1]).await, ReceiptState::Sent(_)));
    desk.engine.presented(keys[2]).await.expect("noted");
    let ask = ReceiptState::Ask { to: vec![addr("eve@example.org")], elsewhere: true };
    assert_eq!(state(&desk, keys[2]).await, ask);
    desk.engine.settle_operations().await;
    desk.engine.drain_outbox().await.expect("drained");
    assert_eq!(desk.server.submitted().len(), 2);
}

#[tokio::test]
async fn five_a_day_are_enough() {
    let desk =
        Desk::with(crate::support::user::server(), |o| o.receipts = ReceiptPolicy::Always).await;
    for n in 0..7 {
        desk.deliver(&asking(&format!("n{n}"), "ada@example.net"));
    }
    desk.sync().await;
    for row in desk.inbox().await {
        desk.engine.presented(row.key).await.expect("noted");
    }
    desk.engine.settle_operations().await;
    desk.engine.drain_outbox().await.expect("drained");
    assert_eq!(desk.server.submitted().len(), 5);
}

#[tokio::test]
async fn never_stores_the_keyword_and_sends_nothing() {
    let desk =
        Desk::with(crate::support::user::server(), |o| o.receipts = ReceiptPolicy::Never).await;
    desk.deliver(&asking("a", "ada@example.net"));
    desk.sync().await;
    let key = desk.inbox().await[0].key;
    desk.engine.presented(key).await.expect("noted");
    desk.engine.settle_operations().await;
    assert!(flags(&desk).contains(&Flag::MdnSent));
    assert_eq!(state(&desk, key).await, ReceiptState::Declined);
    desk.engine.drain_outbox().await.expect("drained");
    assert!(desk.server.submitted().is_empty());
}

#[tokio::test]
async fn deleting_unheard_may_be_told() {
    let (desk, key) = desk_with(&asking("a", "ada@example.net")).await;
    refused(desk.engine.answer_receipt_deleted(key, true).await);
    desk.engine.delete(vec![key]).await.expect("moved");
    desk.engine.answer_receipt_deleted(key, true).await.expect("answered");
    desk.engine.settle_operations().await;
    desk.sync().await;
    desk.engine.settle_operations().await;
    desk.engine.drain_outbox().await.expect("drained");
    let submitted = desk.server.submitted();
    assert_eq!(submitted.len(), 1);
    let mail = Mail::read(&submitted[0].octets, &ReadOptions::default());
    let Some(Report::Mdn(mdn)) = mail.report else { panic!("no receipt") };
    assert_eq!(mdn.disposition.as_str(), "deleted");
}

#[tokio::test]
async fn what_another_program_marked_is_not_asked_about() {
    let (desk, key) = desk_with(&asking("a", "ada@example.net")).await;
    let seen = std::collections::BTreeSet::from([Flag::Seen]);
    desk.server
        .change(|m| m.store("INBOX", &[aloud::model::Uid(1)], Change::Add, &seen))
        .expect("a user")
        .expect("stored");
    desk.sync().await;
    assert_eq!(state(&desk, key).await, ReceiptState::None);
    desk.engine.presented(key).await.expect("noted");
    assert_eq!(state(&desk, key).await, ReceiptState::None);
}

#[tokio::test]
async fn drafts_junk_and_what_is_settled_ask_nothing() {
    for (mailbox, flag) in
        [("INBOX", Some(Flag::MdnSent)), ("INBOX", Some(Flag::Draft)), ("Junk", None)]
    {
        let desk = Desk::new().await;
        let octets = asking("a", "ada@example.net").replace('\n', "\r\n").into_bytes();
        let flags: Vec<Flag> = flag.into_iter().collect();
        let date = aloud::model::DateTime::utc(crate::support::user::START);
        desk.server.deliver(mailbox, octets, &flags, date).expect("delivered");
        desk.sync().await;
        let rows = desk.mailbox(mailbox).await;
        desk.engine.presented(rows[0].key).await.expect("noted");
        assert_eq!(state(&desk, rows[0].key).await, ReceiptState::None, "{mailbox} {flags:?}");
    }
}

#[tokio::test]
async fn a_missing_archive_is_made() {
    let desk = Desk::new().await;
    desk.server.change(|mailboxes| mailboxes.delete("Archive")).expect("a user").expect("deleted");
    desk.deliver(&asking("a", "ada@example.net"));
    desk.sync().await;
    let key = desk.inbox().await[0].key;
    desk.engine.archive(vec![key]).await.expect("moved");
    // Another look at the list of mailboxes comes before the move.
    desk.sync().await;
    desk.engine.settle_operations().await;
    desk.sync().await;
    assert_eq!((desk.on_server("INBOX"), desk.on_server("Archive")), (0, 1));
    let archived = desk.mailbox("Archive").await;
    assert_eq!(archived.len(), 1);
    assert_eq!(archived[0].key, key);
    assert!(archived[0].uid.is_some());
}

#[tokio::test]
async fn marks_and_moves_happen_at_once_and_can_be_taken_back() {
    let (desk, key) = desk_with(&asking("a", "ada@example.net")).await;
    let heard = desk.engine.mark(vec![key], Mark::Heard).await.expect("marked");
    assert_eq!(desk.inbox().await[0].progress, Progress::Done);
    desk.engine.undo(heard).await.expect("taken back");
    assert_eq!(desk.inbox().await[0].progress, Progress::New);
    desk.engine.settle_operations().await;
    assert!(!flags(&desk).contains(&Flag::Seen));

    // Before the server knows, and after.
    let moved = desk.engine.archive(vec![key]).await.expect("moved");
    assert!(desk.inbox().await.is_empty());
    desk.engine.undo(moved).await.expect("taken back");
    assert_eq!(desk.inbox().await.len(), 1);
    let moved = desk.engine.archive(vec![key]).await.expect("moved");
    desk.engine.settle_operations().await;
    assert_eq!((desk.on_server("INBOX"), desk.on_server("Archive")), (0, 1));
    desk.sync().await;
    assert!(desk.inbox().await.is_empty());
    let archived = desk.mailbox("Archive").await;
    assert_eq!(archived.len(), 1);
    assert_eq!(archived[0].key, key, "the same message in another place");
    desk.engine.undo(moved).await.expect("taken back");
    assert_eq!(desk.inbox().await.len(), 1);
    desk.engine.settle_operations().await;
    desk.sync().await;
    assert_eq!((desk.on_server("INBOX"), desk.on_server("Archive")), (1, 0));
    assert_eq!(desk.inbox().await.len(), 1);
    assert!(desk.mailbox("Archive").await.is_empty());
    assert!(matches!(desk.engine.undo(moved).await, Err(Error::NotFound(_))));
}

#[tokio::test]
async fn deleting_unheard_asks_only_where_a_receipt_was_asked_for() {
    let (desk, key) = desk_with(&asking("a", "ada@example.net")).await;
    desk.deliver(&asking("b", "eve@example.org"));
    desk.deliver(&asking("c", "ada@example.net").replace("Disposition-Notification-To", "X-Not"));
    desk.sync().await;
    let keys: Vec<MessageKey> = desk.inbox().await.iter().map(|row| row.key).collect();
    let asked = |keys: &[MessageKey]| desk.engine.deleted_unheard(keys.to_vec());
    assert!(asked(&keys).await.expect("looked").is_empty(), "nothing is deleted yet");
    let undo = desk.engine.delete(keys.clone()).await.expect("moved");
    let found = asked(&keys).await.expect("looked");
    assert_eq!(found.iter().map(|one| one.key).collect::<Vec<_>>(), keys[..2]);
    assert_eq!((found[0].sender.as_str(), found[0].elsewhere.len()), ("Ada Okafor", 0));
    assert_eq!(found[1].elsewhere, [addr("eve@example.org")], "it would go elsewhere");
    // Looking sends nothing; saying no is for good; taking the deletion back takes the question back.
    desk.engine.answer_receipt_deleted(key, false).await.expect("answered");
    assert_eq!(asked(&keys).await.expect("looked").len(), 1);
    desk.engine.undo(undo).await.expect("undone");
    assert!(asked(&keys).await.expect("looked").is_empty());
    desk.engine.settle_operations().await;
    desk.engine.drain_outbox().await.expect("drained");
    assert!(desk.server.submitted().is_empty());
}

#[tokio::test]
async fn nobody_is_asked_about_deletions_where_receipts_are_never_sent() {
    let desk =
        Desk::with(crate::support::user::server(), |o| o.receipts = ReceiptPolicy::Never).await;
    desk.deliver(&asking("a", "ada@example.net"));
    desk.sync().await;
    let key = desk.inbox().await[0].key;
    desk.engine.delete(vec![key]).await.expect("moved");
    assert!(desk.engine.deleted_unheard(vec![key]).await.expect("looked").is_empty());
}

/// A voice message in a form that Aloud does not know.
fn unknown_form(id: &str) -> String {
    asking(id, "ada@example.net").replace(
        "Message-Context: voice-message\n\nText\n",
        "Message-Context: voice-message\nMIME-Version: 1.0\nContent-Type: audio/x-ms-wma\n\
         Content-Transfer-Encoding: base64\n\nMCaydY5mzxGm2QCqAGLObA==\n",
    )
}

#[tokio::test]
async fn what_cannot_be_played_is_reported_as_that_and_only_by_the_users_word() {
    let (desk, key) = desk_with(&unknown_form("a")).await;
    assert_eq!(state(&desk, key).await, ReceiptState::NotYet);
    desk.engine.drain_outbox().await.expect("drained");
    assert!(desk.server.submitted().is_empty(), "nothing goes by itself");
    desk.engine.answer_receipt_unplayable(key, true).await.expect("answered");
    refused(desk.engine.answer_receipt_unplayable(key, true).await);
    desk.engine.settle_operations().await;
    desk.engine.drain_outbox().await.expect("drained");
    let submitted = desk.server.submitted();
    assert_eq!(submitted.len(), 1);
    assert_eq!(submitted[0].envelope.reverse_path, None);
    let mail = Mail::read(&submitted[0].octets, &ReadOptions::default());
    let Some(Report::Mdn(mdn)) = mail.report else { panic!("no receipt") };
    assert_eq!(
        (mdn.disposition.as_str(), mdn.modifiers.as_slice()),
        ("processed", &["error".into()][..])
    );
    assert_eq!(mdn.errors, ["5.6.1 (Media not supported) audio/x-ms-wma"]);

    let (desk, key) = desk_with(&asking("b", "ada@example.net")).await;
    refused(desk.engine.answer_receipt_unplayable(key, true).await);
}
