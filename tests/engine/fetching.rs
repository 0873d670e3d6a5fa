//! How much is fetched by one command, what is kept when the line breaks, and how often it is told.

use std::time::Duration;

use aloud::{
    engine::Event,
    loopback::{AtCommand, CommandFault, Faults, Protocol, When},
    model::{DateTime, Flag, Uid},
};
use tokio::time::Instant;

use super::account::{NOW, World, attach, imap_commands, server, world};
use crate::support::user::{Desk, START};

/// Whatever the sizes of the messages, many beginnings come with one command.
#[tokio::test(start_paused = true)]
async fn beginnings_of_unlike_messages_are_fetched_together() {
    let server = server(0);
    for n in 1..=120u32 {
        let text = "0123456789\r\n".repeat(n as usize * 40);
        let mail = format!("From: bo@example.net\r\nSubject: {n}\r\n\r\n{text}");
        server.deliver("INBOX", mail.into_bytes(), &[], NOW).expect("delivered");
    }
    let world = world(server);
    world.memory.lock().wants_prefixes = true;
    world.server.forget_commands();
    world.sync().await;
    let inbox = world.memory.mailbox("INBOX");
    for row in inbox.rows.values() {
        assert!(row.octets.len() as u64 >= row.size.min(16 * 1024), "{}", row.size);
        assert_eq!(row.complete, row.size <= 16 * 1024, "{}", row.size);
    }
    let slices = imap_commands(&world.server).iter().filter(|c| c.contains("BODY.PEEK[]<")).count();
    assert!(slices <= 5, "{slices}");
}

/// However many batches a first fetch takes, a mailbox is not told to have changed more than four times
/// a second; the last change is always told.
#[tokio::test(start_paused = true)]
async fn changes_of_a_mailbox_are_told_four_times_a_second() {
    let server = server(3000);
    let slow = CommandFault::Delay(Duration::from_millis(60));
    let at = vec![AtCommand { when: When::Every("FETCH"), fault: slow }];
    server.fault_always(Protocol::Imap, Faults { at, ..Faults::default() });
    let mut world = world(server);
    let begun = Instant::now();
    world.sync().await;
    let took = begun.elapsed();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut told = 0;
    while let Ok(event) = world.events.try_recv() {
        told += u32::from(matches!(event, Event::MailboxChanged(_)));
    }
    assert!(took > Duration::from_millis(400), "in several batches: {took:?}");
    let most = took.as_millis() / 250 + 2;
    assert!(told >= 2 && u128::from(told) <= most, "{told} in {took:?}");
}

/// The newest rows of a large mailbox are there and told before the server is asked for all.
#[tokio::test(start_paused = true)]
async fn the_newest_messages_come_before_all_are_looked_for() {
    let server = server(3000);
    let at = vec![AtCommand { when: When::Says("UID FETCH 1:"), fault: CommandFault::Drop }];
    server.fault_always(Protocol::Imap, Faults { at, ..Faults::default() });
    let mut world = world(server);
    world.server.forget_commands();
    world.task.sync_once().await.expect_err("it cannot look at all");
    let rows: Vec<u32> = world.memory.flags("INBOX").into_keys().collect();
    assert_eq!(rows, (2951..=3000).collect::<Vec<_>>());
    let mut events = std::iter::from_fn(|| world.events.try_recv().ok());
    assert!(events.any(|event| matches!(event, Event::MailboxChanged(_))));
    let fetches = imap_commands(&world.server);
    let fetches: Vec<&String> = fetches.iter().filter(|line| line.contains("FETCH")).collect();
    assert!(fetches.len() >= 3 && fetches[0].contains("UID FETCH 2801:"), "{fetches:?}");
    assert!(fetches[1].contains("UID FETCH 2951:3000 "), "{fetches:?}");
}

/// Wherever the newest messages are, and whether the server tells of them alone or not, all come.
#[tokio::test(start_paused = true)]
async fn nothing_is_missed_for_the_newest_messages() {
    for (gone, fault) in [
        (2000..3000, None),
        (2990..3001, None),
        (1..1500, Some(CommandFault::Answer("NO Not by itself".into()))),
        (1..1500, Some(CommandFault::Answer("BAD What?".into()))),
        (1..1, Some(CommandFault::Answer("OK Nothing".into()))),
        (1..1, Some(CommandFault::Inject(b"* 3 FETCH (FLAGS (\\Seen))\r\n".to_vec()))),
    ] {
        let server = server(3000);
        server.change(|all| {
            all.remove("INBOX", &gone.clone().map(Uid).collect()).expect("removed");
        });
        let at =
            fault.clone().map(|fault| AtCommand { when: When::Says("UID FETCH 2801:"), fault });
        let at = at.into_iter().collect();
        server.fault_always(Protocol::Imap, Faults { at, ..Faults::default() });
        let world = world(server);
        world.sync().await;
        world.same();
        let left = 3000 - gone.len();
        assert_eq!(world.memory.flags("INBOX").len(), left, "{gone:?} {fault:?}");
    }
}

/// A line so slow that a batch of header blocks runs into the limit of a command: what came stays, and
/// the next batches are smaller.
#[tokio::test(start_paused = true)]
async fn header_blocks_that_came_before_a_break_stay() {
    let cut = server(120);
    cut.fault_next(Protocol::Imap, Faults { cut_output: Some(12_000), ..Faults::default() });
    let broken = world(cut);
    broken.task.sync_once().await.expect_err("it broke");
    let before = broken.memory.mailbox("INBOX").rows.len();
    assert!((2..50).contains(&before) || (51..120).contains(&before), "{before}");
    broken.sync().await;
    broken.same();
    // 3 KB a second.
    let large: Vec<u8> = (0..120)
        .flat_map(|n| {
            format!("X-Trace-{n}: 0123456789012345678901234567890123456789\r\n").into_bytes()
        })
        .collect();
    let slow = server(0);
    for n in 0..300 {
        let mail = [&large[..], format!("Subject: {n}\r\n\r\nHi\r\n").as_bytes()].concat();
        slow.deliver("INBOX", mail, &[], NOW).expect("delivered");
    }
    slow.fault_always(Protocol::Imap, Faults { pace: Some(3_000), ..Faults::default() });
    let world = world(slow);
    world.sync().await;
    world.same();
}

/// What came of the beginnings before the connection broke is not asked for again.
#[tokio::test(start_paused = true)]
async fn beginnings_that_came_before_a_break_stay() {
    let world = world(server(40));
    world.sync().await;
    world.memory.lock().wants_prefixes = true;
    let cut_output = Some(3_000);
    world.server.fault_next(Protocol::Imap, Faults { cut_output, ..Faults::default() });
    world.task.stop().await;
    let World { server, memory, .. } = world;
    let world = attach(server, memory);
    world.task.sync_once().await.expect_err("it broke");
    let here = |world: &World| {
        let rows = world.memory.mailbox("INBOX").rows;
        rows.values().filter(|row| !row.octets.is_empty()).count()
    };
    let before = here(&world);
    assert!((1..16).contains(&before), "{before}");
    world.sync().await;
    assert_eq!(here(&world), 40);
}

/// What is here of a message is not given out as the message.
#[tokio::test]
async fn a_part_of_a_message_is_not_the_message() {
    let desk = Desk::new().await;
    let text = "word ".repeat(100_000);
    let mail = format!("From: Ada <ada@example.net>\r\nSubject: long\r\n\r\n{text}\r\n");
    desk.server
        .deliver("INBOX", mail.clone().into_bytes(), &[] as &[Flag], DateTime::utc(START))
        .expect("delivered");
    desk.sync().await;
    let key = desk.inbox().await[0].key;
    let fault = CommandFault::Drop;
    let at = vec![AtCommand { when: When::Every("FETCH"), fault }];
    desk.server.fault_always(Protocol::Imap, Faults { at, ..Faults::default() });
    assert!(desk.engine.raw(key).await.is_err());
    desk.server.fault_always(Protocol::Imap, Faults::default());
    assert_eq!(*desk.engine.raw(key).await.expect("fetched"), *mail.as_bytes());
}
