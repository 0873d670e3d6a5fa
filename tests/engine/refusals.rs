//! What a server refuses: it holds up nothing else, nothing is lost, and it is told with the server's
//! own words.

use aloud::{
    engine::{Event, Mark, OpFailure, OperationKind, OperationState},
    loopback::{AtCommand, CommandFault, Faults, Protocol, When},
    model::{DateTime, Flag},
};

use crate::support::user::{Desk, START};

const LETTER: &str = "From: robin@example.com\r\nTo: ada@example.net\r\nSubject: Hello\r\n\
                      Message-ID: <hello@example.com>\r\n\r\nHello.\r\n";

fn refuses(verb: &'static str, answer: &str) -> Faults {
    let at = AtCommand { when: When::Every(verb), fault: CommandFault::Answer(answer.into()) };
    Faults { at: vec![at], ..Faults::default() }
}

/// A desk with two messages in the inbox and one that was sent a moment ago.
async fn desk(faults: Faults) -> Desk {
    let desk = Desk::new().await;
    for name in ["one", "two"] {
        desk.deliver(&format!(
            "From: Ada <ada@example.net>\nMessage-ID: <{name}@example.net>\nSubject: {name}\n\nHi\n"
        ));
    }
    desk.sync().await;
    desk.server.fault_always(Protocol::Imap, faults);
    desk.engine.submit_raw(LETTER.into()).await.expect("frozen");
    desk.engine.drain_outbox().await.expect("drained");
    desk
}

/// Filing what was sent is refused in many ways; what is asked for after it is done at once.
#[tokio::test]
async fn what_is_refused_for_now_holds_up_nothing_and_is_made_up_for() {
    for (verb, said) in [
        ("SEARCH", "[SERVERBUG] Internal error"),
        ("SEARCH", "No can do"),
        ("APPEND", "[OVERQUOTA] Mailbox is full"),
        ("APPEND", "[UNAVAILABLE] Later"),
        ("APPEND", "Something went wrong"),
        ("APPEND", "[X-ODD 12] Nobody knows this"),
    ] {
        for word in ["NO", "BAD"] {
            let mut desk = desk(refuses(verb, &format!("{word} {said}"))).await;
            let mut events = desk.engine.events();
            desk.engine.settle_operations().await;
            let inbox = desk.inbox().await;
            desk.engine.mark(vec![inbox[0].key], Mark::Heard).await.expect("asked for");
            desk.engine.archive(vec![inbox[1].key]).await.expect("asked for");
            desk.engine.settle_operations().await;
            let case = format!("{verb}: {word} {said}");
            assert_eq!(desk.on_server("Archive"), 1, "{case}");
            let left = desk.server.mailbox("INBOX").expect("it");
            assert!(left.messages()[0].flags.contains(&Flag::Seen), "{case}");

            let waits = desk.engine.operations().await.expect("operations");
            assert_eq!(waits.len(), 1, "{case}: {waits:?}");
            let first = &waits[0];
            assert_eq!((&first.kind, first.why), (&OperationKind::File, OpFailure::Server));
            assert_eq!(first.said, said, "{case}");
            assert_eq!(first.state, OperationState::Later(DateTime::utc(START + 30)), "{case}");
            let told = std::iter::from_fn(|| events.try_recv().ok());
            assert_eq!(told.filter(|e| *e == Event::NotDone(first.id)).count(), 1, "{case}");

            // Not before its time; then once.
            desk.server.fault_always(Protocol::Imap, Faults::default());
            desk.restart().await;
            desk.engine.settle_operations().await;
            assert_eq!(desk.on_server("Sent"), 0, "{case}");
            desk.later(40);
            desk.engine.settle_operations().await;
            assert_eq!(desk.on_server("Sent"), 1, "{case}");
            assert_eq!(desk.engine.operations().await.expect("operations"), [], "{case}");
        }
    }
}

/// What a server will never do is given up, told, and stays in the list until it is discarded; what
/// was sent stays here.
#[tokio::test]
async fn what_is_refused_for_good_is_told_and_taken_back() {
    let mut desk = desk(refuses("APPEND", "NO [NOPERM] Not in this mailbox")).await;
    desk.engine.settle_operations().await;
    desk.restart().await;
    let failed = desk.engine.operations().await.expect("operations");
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert_eq!(failed[0].state, OperationState::Failed);
    assert_eq!(failed[0].said, "[NOPERM] Not in this mailbox");
    assert_eq!(desk.mailbox("Sent").await.len(), 1, "what was sent stays here");
    desk.engine.discard_operation(failed[0].id).await.expect("discarded");
    assert_eq!(desk.engine.operations().await.expect("operations"), []);
    desk.engine.discard_operation(failed[0].id).await.expect_err("once");

    desk.server.fault_always(Protocol::Imap, refuses("MOVE", "NO Not today"));
    desk.restart().await;
    let first = desk.inbox().await[0].key;
    desk.engine.archive(vec![first]).await.expect("asked for");
    assert_eq!(desk.inbox().await.len(), 1);
    desk.engine.settle_operations().await;
    assert_eq!(desk.inbox().await.len(), 2, "the row is back");
    let failed = desk.engine.operations().await.expect("operations");
    assert_eq!((failed.len(), failed[0].said.as_str()), (1, "Not today"));
}

/// What waits can be hastened, or taken back.
#[tokio::test]
async fn what_waits_is_hastened_or_taken_back() {
    let mut desk = desk(refuses("MOVE", "NO [UNAVAILABLE] Later")).await;
    desk.engine.settle_operations().await;
    for (at, key) in desk.inbox().await.iter().map(|row| row.key).enumerate() {
        desk.engine.archive(vec![key]).await.expect("asked for");
        desk.engine.settle_operations().await;
        assert_eq!(desk.engine.operations().await.expect("operations").len(), at + 1);
    }
    assert_eq!(desk.inbox().await.len(), 0);
    let waits = desk.engine.operations().await.expect("operations");
    desk.engine.discard_operation(waits[0].id).await.expect("taken back");
    assert_eq!(desk.inbox().await.len(), 1, "the row is back");
    desk.server.fault_always(Protocol::Imap, Faults::default());
    desk.restart().await;
    desk.engine.retry_operation(waits[1].id).await.expect("hastened");
    desk.engine.settle_operations().await;
    assert_eq!((desk.on_server("Archive"), desk.on_server("INBOX")), (1, 1));
    assert_eq!(desk.engine.operations().await.expect("operations"), []);
    desk.engine.retry_operation(waits[1].id).await.expect_err("it is done");
}

/// An operation that breaks each connection lets others go first.
#[tokio::test]
async fn what_breaks_each_connection_holds_up_nothing() {
    for fault in [CommandFault::Drop, CommandFault::Bye("internal error".into())] {
        let at = vec![AtCommand { when: When::Every("APPEND"), fault: fault.clone() }];
        let mut desk = desk(Faults { at, ..Faults::default() }).await;
        let first = desk.inbox().await[0].key;
        desk.engine.mark(vec![first], Mark::Heard).await.expect("asked for");
        for _ in 0..4 {
            desk.engine.settle_operations().await;
        }
        let left = desk.server.mailbox("INBOX").expect("it");
        assert!(left.messages()[0].flags.contains(&Flag::Seen), "{fault:?}");
        let waits = desk.engine.operations().await.expect("operations");
        assert_eq!((waits.len(), &waits[0].kind), (1, &OperationKind::File), "{fault:?}");
        desk.server.fault_always(Protocol::Imap, Faults::default());
        desk.restart().await;
        desk.later(40);
        desk.engine.settle_operations().await;
        assert_eq!(desk.on_server("Sent"), 1, "{fault:?}");
    }
}

/// Taking back a move that waits leaves one place. A mark that was asked for on the way is one of the
/// message, wherever it is.
#[tokio::test]
async fn a_move_that_waits_is_taken_back_whole() {
    let mut desk = desk(refuses("MOVE", "NO [UNAVAILABLE] Later")).await;
    desk.engine.settle_operations().await;
    let keys: Vec<_> = desk.inbox().await.iter().map(|row| row.key).collect();
    let undo = desk.engine.archive(vec![keys[0]]).await.expect("asked for");
    desk.engine.settle_operations().await;
    desk.engine.undo(undo).await.expect("taken back");
    assert_eq!(desk.engine.operations().await.expect("operations"), []);
    assert_eq!((desk.inbox().await.len(), desk.mailbox("Archive").await.len()), (2, 0));

    desk.engine.archive(vec![keys[1]]).await.expect("asked for");
    desk.engine.settle_operations().await;
    desk.engine.mark(vec![keys[1]], Mark::Heard).await.expect("asked for");
    let waits = desk.engine.operations().await.expect("operations");
    desk.engine.discard_operation(waits[0].id).await.expect("taken back");
    desk.server.fault_always(Protocol::Imap, Faults::default());
    desk.restart().await;
    desk.sync().await;
    assert_eq!((desk.inbox().await.len(), desk.mailbox("Archive").await.len()), (2, 0));
    assert_eq!(desk.engine.operations().await.expect("operations"), []);
    let seen = |desk: &Desk| {
        let inbox = desk.server.mailbox("INBOX").expect("there");
        inbox.messages().iter().filter(|message| message.flags.contains(&Flag::Seen)).count()
    };
    assert_eq!(seen(&desk), 1);

    // Marked the other way, and the move taken back as an act.
    desk.server.fault_always(Protocol::Imap, refuses("MOVE", "NO [UNAVAILABLE] Later"));
    desk.restart().await;
    let undo = desk.engine.archive(vec![keys[1]]).await.expect("asked for");
    desk.engine.settle_operations().await;
    desk.engine.mark(vec![keys[1]], Mark::Unheard).await.expect("asked for");
    desk.engine.undo(undo).await.expect("taken back");
    desk.server.fault_always(Protocol::Imap, Faults::default());
    desk.sync().await;
    assert_eq!(desk.engine.operations().await.expect("operations"), []);
    assert_eq!(seen(&desk), 0);
}

/// A clock that was a year ahead holds up nothing once it is right.
#[tokio::test]
async fn a_wrong_clock_holds_up_nothing() {
    const YEAR: i64 = 365 * 86_400;
    let mut desk = desk(refuses("APPEND", "NO [OVERQUOTA] Full")).await;
    desk.later(YEAR);
    desk.engine.settle_operations().await;
    desk.later(-YEAR);
    desk.server.fault_always(Protocol::Imap, Faults::default());
    desk.restart().await;
    desk.engine.settle_operations().await;
    assert_eq!(desk.on_server("Sent"), 1);
}

/// What was asked for after it of the same message waits behind what waits: the last word is the last
/// on the server too.
#[tokio::test]
async fn one_message_keeps_the_order_of_what_was_asked_for() {
    let later = CommandFault::Answer("NO [INUSE] Later".into());
    let mut desk = desk(Faults::once(When::Verb("STORE", 1), later)).await;
    desk.engine.settle_operations().await;
    let first = desk.inbox().await[0].key;
    for mark in [Mark::Heard, Mark::Unheard] {
        desk.engine.mark(vec![first], mark).await.expect("asked for");
        desk.engine.settle_operations().await;
    }
    assert_eq!(desk.engine.operations().await.expect("operations").len(), 2);
    desk.server.fault_always(Protocol::Imap, Faults::default());
    desk.restart().await;
    desk.later(40);
    desk.engine.settle_operations().await;
    assert_eq!(desk.engine.operations().await.expect("operations"), []);
    let left = desk.server.mailbox("INBOX").expect("it");
    assert!(!left.messages()[0].flags.contains(&Flag::Seen), "unheard was said last");
}
