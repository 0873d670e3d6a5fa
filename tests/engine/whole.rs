//! What is here of a message is either all of it or known to be a part.

use aloud::loopback::{Faults, Protocol};

use crate::support::user::{Desk, server};

pub fn letter(id: usize, octets: usize) -> String {
    let line = format!("{}\n", "0123456789abcde".repeat(4));
    format!(
        "From: ada@example.net\nTo: robin@example.com\nSubject: Long {id}\n\
         Message-ID: <long{id}@example.net>\n\n{}",
        line.repeat(octets / line.len() + 1)
    )
}

#[tokio::test]
async fn a_slice_that_is_shorter_than_asked_is_not_the_end() {
    for (short, lengths) in [(700, [1_000, 9_000]), (5_000, [12_000, 154_000])] {
        let server = server();
        let faults = Faults { short_slices: Some(short), ..Faults::default() };
        server.fault_always(Protocol::Imap, faults);
        let desk = Desk::with(server, |_| ()).await;
        for (id, length) in lengths.into_iter().enumerate() {
            desk.deliver(&letter(id, length));
        }
        desk.sync().await;
        let sent = desk.server.mailbox("INBOX").expect("it");
        for row in desk.inbox().await {
            let raw = desk.engine.raw(row.key).await.expect("octets");
            let whole = sent.messages().iter().any(|message| *message.octets == *raw);
            assert!(whole, "{short}: {} octets of {}", raw.len(), row.subject);
        }
    }
}

/// The server ends a message early: what came is kept and does not pass for the whole; when the
/// server has mended itself, the rest comes.
#[tokio::test]
async fn a_message_that_ends_early_is_not_whole() {
    let server = server();
    let early = Faults { false_end: Some(100_000), ..Faults::default() };
    server.fault_always(Protocol::Imap, early);
    let mut desk = Desk::with(server, |_| ()).await;
    desk.deliver(&letter(1, 154_000));
    desk.sync().await;
    let key = desk.inbox().await[0].key;
    for _ in 0..3 {
        let _ = desk.engine.raw(key).await;
        let opened = desk.engine.peek(key).await.expect("a row");
        assert_eq!((opened.have.0, opened.complete), (100_000, false));
    }
    desk.server.fault_always(Protocol::Imap, Faults::default());
    desk.restart().await;
    let raw = desk.engine.raw(key).await.expect("octets");
    let sent = desk.server.mailbox("INBOX").expect("it");
    assert_eq!(*sent.messages()[0].octets, *raw);
    assert!(desk.engine.peek(key).await.expect("a row").complete);
}
