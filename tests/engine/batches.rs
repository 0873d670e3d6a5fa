//! Acts on many messages take a handful of commands; what goes wrong with one message stays with it;
//! who waits for a message does not wait for acts.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use aloud::{
    engine::{Mark, OperationKind, OperationState, account::OpKind},
    loopback::{AtMessage, CommandFault, Faults, Protocol, When},
    model::{DateTime, Flag, MessageKey, Uid},
};
use tokio::time::sleep;

use super::account::{server as plain_server, world};
use crate::support::user::{Desk, START, server};

const SERVERS: [&[&str]; 3] = [&[], &["MOVE"], &["MOVE", "UIDPLUS"]];

/// A desk with so many messages in the inbox, on a server without these capabilities. The inbox is
/// read, in the order of the UIDs.
async fn desk(messages: u32, hidden: &[&'static str]) -> (Desk, Vec<MessageKey>) {
    counted_desk(messages, hidden, Arc::default()).await
}

/// The same, with the transactions counted.
async fn counted_desk(
    messages: u32,
    hidden: &[&'static str],
    transactions: Arc<AtomicU32>,
) -> (Desk, Vec<MessageKey>) {
    let server = server();
    let faults = Faults { hide_capabilities: hidden.to_vec(), ..Faults::default() };
    server.fault_always(Protocol::Imap, faults);
    for n in 1..=messages {
        let mail = format!(
            "From: ada@example.net\r\nMessage-ID: <{n}@example.net>\r\nSubject: {n}\r\n\r\nHi {n}\r\n"
        );
        let date = DateTime::utc(START - i64::from(messages) + i64::from(n));
        server.deliver("INBOX", mail.into_bytes(), &[] as &[Flag], date).expect("delivered");
    }
    let count = move |step: &str| {
        if step == "stored" {
            transactions.fetch_add(1, Ordering::SeqCst);
        }
    };
    let desk = Desk::with(server, |options| options.steps = Some(Arc::new(count))).await;
    desk.sync().await;
    let mut keys = Vec::new();
    loop {
        let query = aloud::engine::ListQuery {
            scope: aloud::engine::Scope::AllInboxes,
            sort: aloud::engine::Sort::Oldest,
            search: String::new(),
            offset: keys.len().try_into().expect("few"),
            limit: 500,
        };
        let page = desk.engine.list(query).await.expect("a page");
        if page.rows.is_empty() {
            break;
        }
        keys.extend(page.rows.into_iter().map(|row| row.key));
    }
    assert_eq!(keys.len(), messages as usize);
    desk.server.forget_commands();
    (desk, keys)
}

/// How many commands with these words the server got.
fn count(desk: &Desk, words: &str) -> usize {
    desk.server.commands().iter().filter(|line| line.contains(words)).count()
}

fn heard(desk: &Desk) -> BTreeSet<u32> {
    let inbox = desk.server.mailbox("INBOX").expect("an inbox");
    let heard = inbox.messages().iter().filter(|message| message.flags.contains(&Flag::Seen));
    heard.map(|message| message.uid.0).collect()
}

fn left(desk: &Desk) -> BTreeSet<u32> {
    let inbox = desk.server.mailbox("INBOX").expect("an inbox");
    inbox.messages().iter().map(|message| message.uid.0).collect()
}

#[tokio::test]
async fn many_messages_are_marked_by_a_handful_of_commands() {
    let (desk, keys) = desk(2500, &[]).await;
    // Every other one, so that no range helps.
    let some: Vec<MessageKey> = keys.iter().copied().step_by(2).collect();
    desk.engine.mark(some, Mark::Heard).await.expect("asked for");
    desk.engine.settle_operations().await;
    assert_eq!(heard(&desk), (1..=2500).step_by(2).collect());
    assert!(count(&desk, "STORE") <= 4, "{:?}", desk.server.commands());
    assert_eq!(desk.engine.operations().await.expect("operations"), []);
    // There and back, then the other way round.
    desk.engine.mark(keys.clone(), Mark::Heard).await.expect("asked for");
    desk.engine.mark(keys[..10].to_vec(), Mark::Unheard).await.expect("asked for");
    desk.engine.settle_operations().await;
    assert_eq!(heard(&desk), (11..=2500).collect());
}

/// Each transaction waits for the disk, and each command for the server.
#[tokio::test]
async fn many_marks_take_a_handful_of_transactions() {
    let transactions = Arc::new(AtomicU32::new(0));
    let (desk, keys) = counted_desk(2500, &[], Arc::clone(&transactions)).await;
    let some: Vec<MessageKey> = keys.iter().copied().step_by(2).collect();
    let begun = transactions.load(Ordering::SeqCst);
    desk.engine.mark(some, Mark::Heard).await.expect("asked for");
    desk.engine.settle_operations().await;
    assert_eq!(heard(&desk).len(), 1250);
    // Two batches, each noted before and after; and the wish itself.
    let marks = transactions.load(Ordering::SeqCst) - begun;
    assert!(marks <= 6, "{marks} transactions");
    // The pass brings the flags back, and beginnings of what was looked at in lists: two hundred
    // messages at most, in commands that grow.
    let begun = transactions.load(Ordering::SeqCst);
    desk.sync().await;
    let passed = transactions.load(Ordering::SeqCst) - begun;
    assert!(passed <= 40, "{passed} transactions");
}

#[tokio::test]
async fn many_messages_are_moved_by_a_handful_of_commands() {
    for hidden in SERVERS {
        let (desk, keys) = desk(400, hidden).await;
        desk.engine.archive(keys).await.expect("asked for");
        desk.engine.settle_operations().await;
        assert_eq!((desk.on_server("INBOX"), desk.on_server("Archive")), (0, 400), "{hidden:?}");
        let commands: usize = ["FETCH", "MOVE", "COPY", "STORE", "EXPUNGE", "SEARCH", "SELECT"]
            .iter()
            .map(|verb| count(&desk, verb))
            .sum();
        assert!(commands <= 25, "{hidden:?}: {:?}", desk.server.commands());
        for _ in 0..2 {
            desk.sync().await;
        }
        assert_eq!(desk.engine.operations().await.expect("operations"), [], "{hidden:?}");
        assert_eq!(desk.mailbox("Archive").await.len(), 100, "{hidden:?}: a page of them");
    }
}

/// What a server refuses of a batch is found, whatever it says and at whichever step.
#[tokio::test]
async fn a_refused_message_holds_up_no_other() {
    for (verb, hidden) in [
        ("STORE", SERVERS[0]),
        ("MOVE", SERVERS[0]),
        ("FETCH", SERVERS[0]),
        ("COPY", SERVERS[1]),
        ("FETCH", SERVERS[1]),
        ("STORE", SERVERS[1]),
        ("EXPUNGE", SERVERS[1]),
        ("COPY", SERVERS[2]),
    ] {
        for said in ["NO [UNAVAILABLE] Later", "NO Not that one", "BAD [SERVERBUG] What?"] {
            let case = format!("{verb} {hidden:?} {said}");
            let (mut desk, keys) = desk(60, hidden).await;
            let bad = [17, 18, 44];
            let at_message = bad
                .map(|uid| AtMessage {
                    verb,
                    uid: Uid(uid),
                    fault: CommandFault::Answer(said.into()),
                })
                .to_vec();
            let hide_capabilities = hidden.to_vec();
            let faults = Faults { hide_capabilities, at_message, ..Faults::default() };
            desk.server.fault_always(Protocol::Imap, faults);
            desk.restart().await;
            let moves = verb != "STORE" || !hidden.is_empty();
            if moves {
                desk.engine.archive(keys.clone()).await.expect("asked for");
            } else {
                desk.engine.mark(keys.clone(), Mark::Heard).await.expect("asked for");
            }
            desk.engine.settle_operations().await;
            let not_done: BTreeSet<u32> = if moves {
                left(&desk)
            } else {
                let heard = heard(&desk);
                (1..=60).filter(|uid| !heard.contains(uid)).collect()
            };
            assert_eq!(not_done, bad.into_iter().collect(), "{case}");
            let operations = desk.engine.operations().await.expect("operations");
            let about: Vec<MessageKey> = operations.iter().map(|op| op.message).collect();
            assert_eq!(about, bad.map(|uid| keys[uid as usize - 1]), "{case}");
            for operation in &operations {
                let later = matches!(operation.state, OperationState::Later(_));
                assert_eq!(later, said.contains('['), "{case}: {operation:?}");
                assert_eq!(moves, matches!(operation.kind, OperationKind::Move(_)), "{case}");
                let words = said.split_once(' ').map(|(_, words)| words);
                assert_eq!(Some(operation.said.as_str()), words, "{case}");
            }
        }
    }
}

/// The same where the connection breaks at one message: the others get through, in not many more
/// connections than it takes to find it.
#[tokio::test]
async fn a_message_that_breaks_the_line_holds_up_no_other_for_ever() {
    for (verb, hidden) in
        [("STORE", SERVERS[0]), ("MOVE", SERVERS[0]), ("FETCH", SERVERS[0]), ("COPY", SERVERS[1])]
    {
        let case = format!("{verb} {hidden:?}");
        let (mut desk, keys) = desk(60, hidden).await;
        let at = AtMessage { verb, uid: Uid(31), fault: CommandFault::Drop };
        let hide_capabilities = hidden.to_vec();
        let faults = Faults { hide_capabilities, at_message: vec![at], ..Faults::default() };
        desk.server.fault_always(Protocol::Imap, faults);
        desk.restart().await;
        let moves = verb != "STORE";
        if moves {
            desk.engine.archive(keys.clone()).await.expect("asked for");
        } else {
            desk.engine.mark(keys.clone(), Mark::Heard).await.expect("asked for");
        }
        let mut rounds = 0;
        while desk.engine.operations().await.expect("operations").len() > 1 {
            desk.engine.settle_operations().await;
            rounds += 1;
            assert!(rounds < 15, "{case}");
        }
        let done = if moves { desk.on_server("Archive") } else { heard(&desk).len() };
        assert_eq!(done, 59, "{case}");
        let waits = desk.engine.operations().await.expect("operations");
        assert_eq!(waits[0].message, keys[30], "{case}");
        if moves {
            let all = left(&desk).len() + desk.on_server("Archive");
            assert_eq!(all, 60, "{case}: nothing lost, nothing twice");
        }
    }
}

/// A message of the batch that has another identity now is left alone, and so is one that is gone.
#[tokio::test]
async fn each_message_of_a_batch_is_confirmed() {
    for hidden in SERVERS {
        let (desk, keys) = desk(30, hidden).await;
        let other = b"From: eve@example.net\r\nMessage-ID: <other@x>\r\n\r\nAnother\r\n";
        desk.server
            .change(|all| {
                all.replace("INBOX", Uid(7), other.as_slice().into())?;
                all.remove("INBOX", &BTreeSet::from([Uid(9)]))
            })
            .expect("a user")
            .expect("changed");
        desk.engine.archive(keys).await.expect("asked for");
        desk.engine.settle_operations().await;
        assert_eq!(left(&desk), BTreeSet::from([7]), "{hidden:?}");
        assert_eq!(desk.on_server("Archive"), 28, "{hidden:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_opens_a_message_does_not_wait_for_acts() {
    let world = world(plain_server(5));
    world.sync().await;
    let wanted = world.memory.key("INBOX", 5);
    let store =
        |uid: u32, flag| OpKind::Store { uids: vec![Uid(uid)], add: true, flags: vec![flag] };
    world.memory.queue("INBOX", store(1, Flag::Seen));
    world.memory.queue("INBOX", store(2, Flag::Flagged));
    world.memory.queue("INBOX", OpKind::Move { uids: vec![Uid(3)], to: "Archive".into() });
    let slow = CommandFault::Delay(Duration::from_secs(20));
    world.server.fault_always(Protocol::Imap, Faults::once(When::Verb("STORE", 1), slow));
    world.server.forget_commands();
    let replay = world.task.replay();
    tokio::pin!(replay);
    assert!(futures::poll!(&mut replay).is_pending());
    let begun = |words: &str| world.server.commands().iter().any(|line| line.contains(words));
    while !begun("STORE") {
        sleep(Duration::from_millis(1)).await;
    }
    // The first act is under way when somebody opens a message.
    let fetch = world.task.fetch_body(wanted);
    tokio::pin!(fetch);
    assert!(futures::poll!(&mut fetch).is_pending());
    let (fetched, replayed) = tokio::join!(fetch, replay);
    fetched.expect("fetched");
    replayed.expect("done");
    let commands = world.server.commands();
    let at = |words: &str| commands.iter().position(|line| line.contains(words)).expect(words);
    assert!(at("BODY.PEEK[]") < at("Flagged"), "{commands:?}");
    assert!(at("BODY.PEEK[]") < at("MOVE"), "{commands:?}");
}
