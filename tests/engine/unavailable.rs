//! Mailboxes that cannot be opened, and servers that were put back to an earlier day.

use std::time::Duration;

use aloud::{
    engine::{AccountState, Error, Event, MailboxFaultKind, Progress, Quota},
    loopback::{AtCommand, CommandFault, Faults, Protocol, When, mailboxes::Change},
    model::{Flag, Uid},
};
use tokio::time::Instant;

use super::account::{HOUR, World, server, world};
use crate::support::user::Desk;

fn says(line: &'static str, fault: CommandFault) -> Faults {
    Faults { at: vec![AtCommand { when: When::Says(line), fault }], ..Faults::default() }
}

fn answer(line: &'static str, text: &str) -> Faults {
    says(line, CommandFault::Answer(text.into()))
}

fn message(name: &str) -> String {
    format!("From: Ada <ada@example.net>\nSubject: {name}\n\nHi\n")
}

async fn state(desk: &Desk) -> AccountState {
    desk.engine.accounts().await.expect("accounts").remove(0).state
}

async fn fault(desk: &Desk, name: &str) -> Option<(MailboxFaultKind, String)> {
    let mailboxes = desk.engine.mailboxes().await.expect("mailboxes");
    let found = mailboxes.into_iter().find(|mailbox| mailbox.name == name).expect("a mailbox");
    found.fault.map(|fault| (fault.why, fault.said))
}

#[tokio::test]
async fn a_mailbox_that_cannot_be_opened_is_told_and_the_others_go_on() {
    for (line, said, name) in [
        ("SELECT \"INBOX\"", "[UNAVAILABLE] Später", "INBOX"),
        ("SELECT \"INBOX\"", "no", "INBOX"),
        ("SELECT \"Archive\"", "[NOPERM] Not yours", "Archive"),
        ("SELECT \"Archive\"", "[X-ODD 1] ?", "Archive"),
    ] {
        for word in ["NO", "BAD"] {
            let mut desk = Desk::new().await;
            desk.deliver(&message("one"));
            desk.server.fault_always(Protocol::Imap, answer(line, &format!("{word} {said}")));
            let reports = desk.engine.sync_once(None).await.expect("a pass");
            let case = format!("{line}: {word} {said}");
            assert_eq!(reports[0].errors.len(), 1, "{case}");
            assert_eq!(reports[0].errors[0].mailbox.as_deref(), Some(name), "{case}");
            assert_eq!(reports[0].errors[0].error, Error::Server(said.into()), "{case}");
            let told = (MailboxFaultKind::Refused, said.to_owned());
            assert_eq!(fault(&desk, name).await, Some(told.clone()), "{case}");
            assert!(matches!(state(&desk).await, AccountState::Incomplete(_)), "{case}");
            assert_eq!(desk.inbox().await.len(), usize::from(name != "INBOX"), "{case}");

            // The next process knows it, and finds out that it is over.
            desk.restart().await;
            assert_eq!(fault(&desk, name).await, Some(told), "{case}");
            desk.server.fault_always(Protocol::Imap, Faults::default());
            desk.sync().await;
            assert_eq!(fault(&desk, name).await, None, "{case}");
            assert!(matches!(state(&desk).await, AccountState::UpToDate(_)), "{case}");
            assert_eq!(desk.inbox().await.len(), 1, "{case}");
        }
    }
}

/// LIST is refused: what is known is looked at, and there is always an INBOX.
#[tokio::test]
async fn a_refused_list_does_not_keep_mail_away() {
    for (line, text) in [("LIST \"\"", "NO [SERVERBUG] later"), ("LIST \"\"", "OK Nothing here")] {
        let desk = Desk::new().await;
        desk.deliver(&message("one"));
        desk.server.fault_always(Protocol::Imap, answer(line, text));
        let reports = desk.engine.sync_once(None).await.expect("a pass");
        assert_eq!(reports[0].errors.len(), 1, "{text}");
        assert_eq!(desk.inbox().await.len(), 1, "{text}");
        desk.server.fault_always(Protocol::Imap, Faults::default());
        desk.sync().await;
        assert_eq!(desk.inbox().await.len(), 1, "{text}");
        assert!(desk.engine.mailboxes().await.expect("mailboxes").len() > 1, "{text}");
    }
}

async fn passed_over(fault: CommandFault, kind: MailboxFaultKind) {
    let world = world(server(3));
    world.server.fault_always(Protocol::Imap, says("SELECT \"INBOX\"", fault.clone()));
    let start = Instant::now();
    let report = world.task.sync_once().await.expect("a pass");
    assert!(start.elapsed() < Duration::from_secs(130), "{:?}", start.elapsed());
    assert_eq!(report.errors.len(), 1, "{fault:?}: {:?}", report.errors);
    assert!(report.mailboxes >= 5, "{}", report.mailboxes);
    let inbox = world.memory.mailbox("INBOX").state.id;
    assert_eq!(world.memory.lock().faults.get(&inbox).map(|fault| fault.0), Some(kind));
    world.server.fault_always(Protocol::Imap, Faults::default());
    world.sync().await;
    assert!(world.memory.lock().faults.is_empty());
    assert_eq!(world.memory.flags("INBOX").len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_mailbox_that_breaks_connections_is_passed_over() {
    for (fault, kind) in [
        (CommandFault::Stall, MailboxFaultKind::Silent),
        (CommandFault::EndlessLine, MailboxFaultKind::Unreadable),
        (CommandFault::HugeLiteral(1 << 40), MailboxFaultKind::Unreadable),
    ] {
        passed_over(fault, kind).await;
    }
}

/// Unasked, it is tried with growing pauses, and at last with success.
#[tokio::test(start_paused = true)]
async fn a_mailbox_that_cannot_be_opened_is_tried_with_pauses() {
    let world = world(server(2));
    world.server.fault_always(Protocol::Imap, answer("SELECT \"INBOX\"", "NO [UNAVAILABLE]"));
    world.task.set_online(true);
    tokio::time::sleep(HOUR * 6).await;
    let asked = world.server.commands();
    let tries = asked.iter().filter(|line| line.contains("SELECT \"INBOX\"")).count();
    assert!((8..30).contains(&tries), "{tries} tries in six hours");
    assert!(matches!(*world.task.state().borrow(), AccountState::Incomplete(_)));
    world.server.fault_always(Protocol::Imap, Faults::default());
    // The connection that there is knows the old fault.
    world.task.set_online(false);
    tokio::time::sleep(Duration::from_secs(5)).await;
    world.task.set_online(true);
    tokio::time::sleep(HOUR * 2).await;
    assert_eq!(world.memory.flags("INBOX").len(), 2);
    assert!(matches!(*world.task.state().borrow(), AccountState::UpToDate(_)));
    world.task.stop().await;
}

fn idles(world: &World) -> usize {
    world.server.commands().iter().filter(|line| line.as_str() == "imap: IDLE").count()
}

/// A server that says goodbye to IDLE is asked at intervals; a line that never lasts is, too.
#[tokio::test(start_paused = true)]
async fn idle_is_left_out_where_it_ends_connections() {
    let world = world(server(2));
    world.server.fault_always(Protocol::Imap, says("IDLE", CommandFault::Bye("no".into())));
    world.task.set_online(true);
    tokio::time::sleep(Duration::from_secs(600)).await;
    let before = (idles(&world), world.server.connections(Protocol::Imap));
    assert_eq!(before.0, 1);
    world
        .server
        .deliver("INBOX", b"Subject: new\r\n\r\nHi\r\n".to_vec(), &[], super::account::NOW)
        .expect("delivered");
    tokio::time::sleep(Duration::from_secs(1800)).await;
    assert_eq!(world.memory.flags("INBOX").len(), 3, "seen all the same");
    assert_eq!((idles(&world), world.server.connections(Protocol::Imap)), before);
    world.task.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_empty_mailbox_is_not_asked_for_messages() {
    let world = world(server(0));
    world.server.fault_always(Protocol::Imap, answer("FETCH", "BAD No messages"));
    world.sync().await;
    world.sync().await;
    assert!(world.server.commands().iter().all(|line| !line.contains("FETCH")));
}

/// A backup was played back on the server: its counts are lower than ours.
#[tokio::test]
async fn flags_are_right_again_after_a_server_was_put_back() {
    let desk = Desk::new().await;
    for name in ["one", "two"] {
        desk.deliver(&message(name));
    }
    // The server is further than it will be.
    let ahead: [(&[u8], &[u8]); 1] = [(b"[HIGHESTMODSEQ ", b"[HIGHESTMODSEQ 9000")];
    let rewrite = ahead.to_vec();
    desk.server.fault_always(Protocol::Imap, Faults { rewrite, ..Faults::default() });
    desk.sync().await;
    desk.server.fault_always(Protocol::Imap, Faults::default());
    desk.server.change(|m| {
        let seen = [Flag::Seen].into();
        m.store("INBOX", &[Uid(1)], Change::Add, &seen).expect("stored");
    });
    desk.sync().await;
    let rows = desk.inbox().await;
    let done: Vec<bool> = rows.iter().map(|row| row.progress == Progress::Done).collect();
    assert_eq!(done.iter().filter(|done| **done).count(), 1);
}

/// Many messages gone: believed by a second look a minute later, also of another process.
#[tokio::test]
async fn a_second_look_is_another_processes_as_well() {
    let mut desk = Desk::new().await;
    for n in 0..40 {
        desk.deliver(&message(&n.to_string()));
    }
    desk.sync().await;
    desk.server.change(|m| {
        m.remove("INBOX", &(1..=30).map(Uid).collect()).expect("removed");
    });
    desk.sync().await;
    assert_eq!(desk.inbox().await.len(), 40, "not at once");
    desk.restart().await;
    desk.sync().await;
    assert_eq!(desk.inbox().await.len(), 40, "nor by the next process");
    desk.later(61);
    desk.restart().await;
    desk.sync().await;
    assert_eq!(desk.inbox().await.len(), 10);
}

/// Once a day nothing is taken on trust, however often the program is started.
#[tokio::test]
async fn the_daily_look_is_not_forgotten_with_the_process() {
    let mut desk = Desk::new().await;
    desk.deliver(&message("one"));
    desk.sync().await;
    let scans = |desk: &Desk| {
        let commands = desk.server.commands();
        commands.iter().filter(|line| line.contains("(UID FLAGS)")).count()
    };
    for (later, wanted) in [(3600, 0), (24 * 3600, 1), (3600, 0)] {
        desk.later(later);
        desk.restart().await;
        desk.server.forget_commands();
        desk.sync().await;
        assert_eq!(scans(&desk) > 0, wanted > 0, "after {later} more");
    }
}

/// A message without a Message-ID is one message before and after it was archived, heard or not.
#[tokio::test]
async fn a_moved_message_without_an_identifier_stays_one() {
    let desk = Desk::new().await;
    for name in ["one", "two"] {
        desk.deliver(&message(name));
    }
    desk.sync().await;
    let key = desk.inbox().await[0].key;
    desk.engine.presented(key).await.expect("noted");
    desk.engine.archive(vec![key]).await.expect("asked for");
    desk.engine.settle_operations().await;
    for _ in 0..2 {
        desk.sync().await;
        let archived = desk.mailbox("Archive").await;
        assert_eq!(archived.len(), 1);
        assert_eq!((archived[0].key, archived[0].progress), (key, Progress::Done));
        assert_eq!(desk.inbox().await.len(), 1);
    }
}

/// What a server wants its user to see is kept until it was seen (RFC 9051 section 7.1).
#[tokio::test]
async fn alerts_and_room_are_told() {
    let mut desk = Desk::new().await;
    desk.deliver(&message("one"));
    let rewrite: [(&[u8], &[u8]); 3] = [
        (b"CAPABILITY IMAP4rev1", b"CAPABILITY IMAP4rev1 QUOTA"),
        (b"* LIST (", b"* OK [ALERT] Wartung um f\xfcnf\r\n* LIST ("),
        (b" BAD ", b" OK "),
    ];
    let quota = b"* QUOTA \"\" (MESSAGE 1 2 STORAGE 980 1000)\r\n".to_vec();
    let at =
        vec![AtCommand { when: When::Says("GETQUOTAROOT"), fault: CommandFault::Inject(quota) }];
    let faults = Faults { rewrite: rewrite.to_vec(), at, ..Faults::default() };
    desk.server.fault_always(Protocol::Imap, faults);
    let mut events = desk.engine.events();
    let reports = desk.engine.sync_once(None).await.expect("a pass");
    assert_eq!(reports[0].errors, []);
    assert_eq!(reports[0].notices, ["Wartung um fünf"]);
    let room = Some(Quota { used: 980 << 10, limit: 1000 << 10 });
    assert_eq!(reports[0].quota, room);
    let told = std::iter::from_fn(|| events.try_recv().ok());
    assert!(told.into_iter().any(|event| event == Event::AccountChanged(desk.account)));
    desk.restart().await;
    let notes = desk.engine.accounts().await.expect("accounts").remove(0).notes;
    let said: Vec<&str> = notes.notices.iter().map(|notice| notice.said.as_str()).collect();
    assert_eq!(said, ["Wartung um fünf"]);
    assert_eq!(notes.quota, room);
    // Seen, it is not told again although the server repeats it; other words are.
    let said = "Wartung um fünf".to_owned();
    desk.engine.forget_notice(desk.account, said).await.expect("seen");
    let notes = desk.engine.accounts().await.expect("accounts").remove(0).notes;
    assert!(notes.notices.is_empty());
    desk.engine.sync_once(None).await.expect("a pass");
    let notes = desk.engine.accounts().await.expect("accounts").remove(0).notes;
    assert!(notes.notices.is_empty(), "{:?}", notes.notices);
    let other: [(&[u8], &[u8]); 1] =
        [(b"* LIST (", b"* OK [ALERT] one\r\n* OK [ALERT] two\r\n* LIST (")];
    let faults = Faults { rewrite: other.to_vec(), ..Faults::default() };
    desk.server.fault_always(Protocol::Imap, faults);
    desk.restart().await;
    desk.engine.sync_once(None).await.expect("a pass");
    // One that is closed leaves the other.
    desk.engine.forget_notice(desk.account, "one".to_owned()).await.expect("seen");
    let notes = desk.engine.accounts().await.expect("accounts").remove(0).notes;
    let said: Vec<&str> = notes.notices.iter().map(|notice| notice.said.as_str()).collect();
    assert_eq!(said, ["two"]);
}

/// A fault of ours ends no account for good, and is told.
#[tokio::test(start_paused = true)]
async fn an_account_goes_on_after_many_panics() {
    let world = world(server(2));
    world.memory.lock().panics = true;
    world.task.set_online(true);
    tokio::time::sleep(HOUR).await;
    let broke =
        matches!(&*world.task.state().borrow(), AccountState::Failed { error: Error::Broke, .. });
    assert!(broke, "{:?}", world.task.state().borrow());
    world.memory.lock().panics = false;
    tokio::time::sleep(HOUR).await;
    assert_eq!(world.memory.flags("INBOX").len(), 2);
    world.task.stop().await;
}
