//! Mailboxes without news cost nothing but a line each in one answer; news elsewhere than in the inbox
//! are seen within a minute; and what the server says to be gone is believed only where it adds up.

use std::{collections::BTreeSet, time::Duration};

use aloud::{
    engine::Event,
    loopback::{AtCommand, CommandFault, Faults, Protocol, When, mailboxes::Change},
    model::{Flag, Uid},
};
use tokio::time::sleep;

use super::account::{NOW, World, attach, imap_commands, server, world};
use crate::support::user::Desk;

fn deliver(world: &World, mailbox: &str, n: u32) {
    let mail = format!("From: bo@example.net\r\nMessage-ID: <{n}@x>\r\nSubject: {n}\r\n\r\nHi\r\n");
    world.server.deliver(mailbox, mail.into_bytes(), &[] as &[Flag], NOW).expect("delivered");
}

#[tokio::test(start_paused = true)]
async fn a_pass_without_news_is_one_command() {
    let world = world(server(8));
    for _ in 0..2 {
        world.sync().await;
    }
    world.server.forget_commands();
    let report = world.sync().await;
    assert_eq!(report.mailboxes, 6);
    let mut all = imap_commands(&world.server);
    all.retain(|line| !["AUTHENTICATE", "ID ", "LOGOUT"].iter().any(|verb| line.starts_with(verb)));
    assert_eq!(all.len(), 1, "{all:?}");
    // Only what changed is selected: new mail, a flag, a message that is gone.
    deliver(&world, "Archive", 1);
    for change in 0..3 {
        match change {
            0 => deliver(&world, "Archive", 2),
            1 => world
                .server
                .change(|all| {
                    all.store("Archive", &[Uid(1)], Change::Add, &BTreeSet::from([Flag::Flagged]))
                })
                .expect("a user")
                .expect("marked"),
            _ => world
                .server
                .change(|all| all.remove("Archive", &BTreeSet::from([Uid(1)])))
                .expect("a user")
                .expect("removed"),
        }
        world.server.forget_commands();
        world.sync().await;
        let all = imap_commands(&world.server);
        let selects: Vec<&String> = all.iter().filter(|line| line.contains("SELECT")).collect();
        assert_eq!(selects.len(), 1, "{all:?}");
        assert!(selects[0].contains("Archive"), "{all:?}");
    }
    let rows = world.memory.mailbox("Archive").rows;
    assert_eq!(rows.keys().copied().collect::<Vec<_>>(), [2]);
}

/// A server that offers it and does not know it, or does not offer it, is looked at as ever.
#[tokio::test(start_paused = true)]
async fn without_statuses_every_mailbox_is_looked_at() {
    let refused = |verb, answer: &str| AtCommand {
        when: When::Verb(verb, 1),
        fault: CommandFault::Answer(answer.into()),
    };
    for (hidden, at) in [
        (vec!["LIST-STATUS"], vec![]),
        (vec![], vec![refused("LIST", "BAD What?")]),
        (vec![], vec![refused("LIST", "NO Not so")]),
        (vec!["CONDSTORE", "QRESYNC"], vec![]),
        (vec!["QRESYNC"], vec![]),
        (vec![], vec![refused("ENABLE", "BAD What?")]),
    ] {
        let faults = Faults { hide_capabilities: hidden.clone(), at, ..Faults::default() };
        let server = server(3);
        server.fault_always(Protocol::Imap, faults);
        let world = world(server);
        for n in 1..4 {
            world.sync().await;
            deliver(&world, "Archive", n);
            world.sync().await;
            assert_eq!(world.memory.mailbox("Archive").rows.len() as u32, n, "{hidden:?}");
        }
        world
            .server
            .change(|all| all.remove("Archive", &BTreeSet::from([Uid(2)])))
            .expect("a user")
            .expect("removed");
        world.sync().await;
        assert_eq!(world.memory.mailbox("Archive").rows.len(), 2, "{hidden:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn new_mail_elsewhere_is_seen_within_a_minute() {
    let mut world = world(server(3));
    world.task.set_online(true);
    world.until("up", |event, _| matches!(event, Event::AccountChanged(_))).await;
    sleep(Duration::from_secs(5)).await;
    world.server.forget_commands();
    deliver(&world, "Archive", 1);
    sleep(Duration::from_secs(65)).await;
    assert_eq!(world.memory.mailbox("Archive").rows.len(), 1, "{:?}", imap_commands(&world.server));
    // And nothing else is selected for it but the inbox, which is watched.
    let others = |line: &String| {
        line.contains("SELECT") && !line.contains("INBOX") && !line.contains("Archive")
    };
    assert!(!imap_commands(&world.server).iter().any(others), "{:?}", imap_commands(&world.server));
}

/// What is gone comes with SELECT; it takes no list of what is there.
#[tokio::test(start_paused = true)]
async fn what_is_gone_is_told_in_few_octets() {
    let world = world(server(3000));
    for _ in 0..2 {
        world.sync().await;
    }
    let gone: BTreeSet<Uid> = (0..10).map(|n| Uid(7 + n * 290)).collect();
    world.server.change(|all| all.remove("INBOX", &gone)).expect("a user").expect("removed");
    let report = world.sync().await;
    assert!(report.bytes_in < 2_000, "{report:?}");
    let rows = world.memory.mailbox("INBOX").rows;
    assert_eq!(rows.len(), 2990);
    assert!(gone.iter().all(|uid| !rows.contains_key(&uid.0)));
}

/// Messages that are said to be gone and are there are kept.
#[tokio::test(start_paused = true)]
async fn what_is_said_to_be_gone_must_add_up() {
    for lie in ["* VANISHED (EARLIER) 1:4\r\n", "* VANISHED (EARLIER) 1:4294967295\r\n"] {
        let world = world(server(12));
        world.sync().await;
        world
            .server
            .change(|all| all.remove("INBOX", &BTreeSet::from([Uid(9)])))
            .expect("a user")
            .expect("removed");
        let at = vec![AtCommand {
            when: When::Every("SELECT"),
            fault: CommandFault::Inject(lie.as_bytes().to_vec()),
        }];
        world.task.stop().await;
        world.server.fault_always(Protocol::Imap, Faults { at, ..Faults::default() });
        let World { server, memory, .. } = world;
        let world = attach(server, memory);
        world.sync().await;
        let rows = world.memory.mailbox("INBOX").rows;
        let expected: Vec<u32> = (1..=12).filter(|uid| *uid != 9).collect();
        assert_eq!(rows.keys().copied().collect::<Vec<_>>(), expected, "{lie}");
    }
}

/// One went and one came that could not be had: as many as before are there, and not the same.
#[tokio::test]
async fn numbers_that_agree_by_chance_end_nothing() {
    let hidden: [&[&str]; 3] = [&[], &["QRESYNC"], &["QRESYNC", "CONDSTORE", "LIST-STATUS"]];
    for (hidden, said) in
        hidden.into_iter().flat_map(|h| ["NO [UNAVAILABLE] later", "BAD what?"].map(|s| (h, s)))
    {
        let desk = Desk::new().await;
        let kind = Faults { hide_capabilities: hidden.to_vec(), ..Faults::default() };
        desk.server.fault_always(Protocol::Imap, kind.clone());
        for n in 1..=3 {
            desk.deliver(&format!(
                "From: bo@example.net\nMessage-ID: <{n}@x>\nSubject: {n}\n\nHi\n"
            ));
        }
        desk.sync().await;
        let gone = BTreeSet::from([Uid(2)]);
        desk.server.change(|all| all.remove("INBOX", &gone)).expect("a user").expect("removed");
        desk.deliver("From: bo@example.net\nMessage-ID: <4@x>\nSubject: 4\n\nHi\n");
        let fault = CommandFault::Answer(said.into());
        let at = vec![AtCommand { when: When::Every("FETCH"), fault }];
        desk.server.fault_next(Protocol::Imap, Faults { at, ..kind });
        for _ in 0..2 {
            let _ = desk.engine.sync_once(None).await;
            desk.later(7200);
        }
        let subjects: Vec<String> = desk.inbox().await.into_iter().map(|row| row.subject).collect();
        assert_eq!(subjects, ["1", "3", "4"], "{hidden:?} {said}");
    }
}
