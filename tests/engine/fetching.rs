//! How much is fetched by one command, what is kept when the line breaks, and how often it is told.

use std::time::Duration;

use aloud::{
    engine::Event,
    loopback::{AtCommand, CommandFault, Faults, Protocol, When},
};
use tokio::time::Instant;

use super::account::{NOW, World, attach, imap_commands, server, world};

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
