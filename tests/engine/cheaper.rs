//! Extensions that make a look cheaper (QRESYNC, LIST-STATUS, NAMESPACE, NOTIFY, COMPRESS, ID), what
//! servers do instead, and waiting operations that hold up nobody.

use std::{collections::BTreeSet, time::Duration};

use aloud::{
    engine::{
        Event, Mark, Security,
        account::OpKind,
        imap::{IdleEnd, MailboxStatus, Session},
        net::Traffic,
    },
    loopback::{AtCommand, CommandFault, Faults, Loopback, Protocol, When, mailboxes::Change},
    model::{Flag, MessageKey, Uid, imap::MailboxRole},
};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::account::{NOW, World, imap_commands, server, world};
use crate::support::{
    scripted_server::{Stage, password, settings},
    user::{self, Desk},
};

type Says = (&'static [u8], &'static [u8]);

fn says(line: &'static str, fault: CommandFault) -> AtCommand {
    AtCommand { when: When::Says(line), fault }
}

fn mark(server: &Loopback, uids: impl IntoIterator<Item = u32>) {
    let uids: Vec<Uid> = uids.into_iter().map(Uid).collect();
    let flagged = BTreeSet::from([Flag::Flagged]);
    server
        .change(|all| all.store("INBOX", &uids, Change::Add, &flagged))
        .expect("a user")
        .expect("marked");
}

fn deliver(server: &Loopback, mailbox: &str, n: u32) {
    let mail = format!("From: bo@example.net\r\nMessage-ID: <{n}@x>\r\nSubject: {n}\r\n\r\nHi\r\n");
    server.deliver(mailbox, mail.into_bytes(), &[] as &[Flag], NOW).expect("delivered");
}

fn with(server: Loopback, faults: Faults) -> World {
    server.fault_always(Protocol::Imap, faults);
    world(server)
}

/// The store shows what the server has in the inbox.
fn inbox_is_same(world: &World) {
    let here = world.memory.flags("INBOX");
    let there = world.server.mailbox("INBOX").expect("an inbox");
    assert_eq!(here.len(), there.messages().len());
    for message in there.messages() {
        let flags: Vec<Flag> = message.flags.iter().cloned().collect();
        assert_eq!(here.get(&message.uid.0), Some(&flags), "{:?}", message.uid);
    }
}

fn count(server: &Loopback, words: &str) -> usize {
    imap_commands(server).iter().filter(|line| line.contains(words)).count()
}

/// SELECT tells what changed and what came; it is not asked for once more.
#[tokio::test(start_paused = true)]
async fn what_select_tells_is_not_asked_for_again() {
    let world = world(server(300));
    world.sync().await;
    for round in 0..3u32 {
        mark(&world.server, (0..20).map(|n| 1 + n * 7 + round));
        if round > 0 {
            deliver(&world.server, "INBOX", 900 + round);
        }
        if round == 2 {
            let gone = BTreeSet::from([Uid(200), Uid(201)]);
            world.server.change(|all| all.remove("INBOX", &gone)).expect("a user").expect("gone");
        }
        world.server.forget_commands();
        world.sync().await;
        inbox_is_same(&world);
        assert_eq!(count(&world.server, "CHANGEDSINCE"), 0, "round {round}");
        assert_eq!(count(&world.server, "(UID FLAGS)"), 0, "round {round}");
        assert_eq!(count(&world.server, "SELECT"), 1, "round {round}");
    }
}

/// A server that enables QRESYNC and tells nothing of what changed is asked.
#[tokio::test(start_paused = true)]
async fn what_select_leaves_out_is_asked_for() {
    // As if the server knew of no changes: nobody reads what it calls them.
    let rewrite: [Says; 1] = [(b"MODSEQ (", b"XYZZY (")];
    let world = world(server(30));
    world.sync().await;
    mark(&world.server, [3, 4]);
    let faults = Faults { rewrite: rewrite.to_vec(), ..Faults::default() };
    world.server.fault_next(Protocol::Imap, faults);
    let _ = world.task.sync_once().await;
    world.sync().await;
    inbox_is_same(&world);
}

/// QRESYNC is refused: the mailbox is looked at without, and the next connection does not ask.
#[tokio::test(start_paused = true)]
async fn a_server_that_refuses_qresync_is_not_asked_twice() {
    for answer in ["NO Not here", "BAD What?", "NO [CANNOT] never", "NO [UNAVAILABLE] later"] {
        let at = vec![says("(QRESYNC (", CommandFault::Answer(answer.into()))];
        let world = with(server(30), Faults { at, ..Faults::default() });
        world.sync().await;
        mark(&world.server, [3, 4]);
        let gone = BTreeSet::from([Uid(9)]);
        world.server.change(|all| all.remove("INBOX", &gone)).expect("a user").expect("gone");
        world.server.forget_commands();
        world.sync().await;
        inbox_is_same(&world);
        assert_eq!(count(&world.server, "(QRESYNC ("), 1, "{answer}");
        mark(&world.server, [5]);
        world.sync().await;
        inbox_is_same(&world);
        assert_eq!(count(&world.server, "(QRESYNC ("), 1, "{answer}");
    }
    // A mailbox that is refused with QRESYNC and without says nothing about QRESYNC.
    let world = world(server(30));
    world.sync().await;
    let at = vec![says("SELECT \"INBOX\"", CommandFault::Answer("NO [UNAVAILABLE] later".into()))];
    mark(&world.server, [5]);
    world.server.fault_next(Protocol::Imap, Faults { at, ..Faults::default() });
    let report = world.task.sync_once().await.expect("a pass");
    assert_eq!(report.errors.len(), 1);
    world.server.forget_commands();
    world.sync().await;
    inbox_is_same(&world);
    assert_eq!(count(&world.server, "(QRESYNC ("), 1);
}

/// More answers than one command may have: everything is looked at in pieces, and the next look is as
/// ever.
#[tokio::test(start_paused = true)]
async fn a_flood_of_changes_locks_no_mailbox() {
    for (hidden, line) in [(vec![], "(QRESYNC ("), (vec!["QRESYNC"], "CHANGEDSINCE")] {
        let flood = b"* 1 FETCH (UID 1 FLAGS ())\r\n".repeat(300_100);
        let at = vec![says(line, CommandFault::Inject(flood))];
        let server = server(30);
        let faults = Faults { hide_capabilities: hidden.clone(), ..Faults::default() };
        let world = with(server, faults.clone());
        world.sync().await;
        mark(&world.server, [3, 4]);
        let gone = BTreeSet::from([Uid(9)]);
        world.server.change(|all| all.remove("INBOX", &gone)).expect("a user").expect("gone");
        world.server.fault_always(Protocol::Imap, Faults { at, ..faults });
        world.sync().await;
        inbox_is_same(&world);
        mark(&world.server, [6]);
        world.sync().await;
        inbox_is_same(&world);
    }
}

/// Without CONDSTORE nobody is asked for HIGHESTMODSEQ, and new mail elsewhere is seen all the same.
#[tokio::test(start_paused = true)]
async fn statuses_without_condstore_tell_what_came() {
    let hidden = vec!["CONDSTORE", "QRESYNC"];
    let mut world = with(server(3), Faults { hide_capabilities: hidden, ..Faults::default() });
    world.task.set_online(true);
    world.until("up", |event, _| matches!(event, Event::AccountChanged(_))).await;
    sleep(Duration::from_secs(5)).await;
    deliver(&world.server, "Archive", 1);
    sleep(Duration::from_secs(65)).await;
    assert_eq!(world.memory.mailbox("Archive").rows.len(), 1);
    assert_eq!(count(&world.server, "HIGHESTMODSEQ"), 0);
    assert!(count(&world.server, "STATUS (MESSAGES UIDNEXT UIDVALIDITY)") > 0);
}

/// What lies in the namespace of others gets no role, and what is made is made in the user's own.
#[tokio::test]
async fn a_shared_sent_is_not_mine() {
    let rewrite: [Says; 1] = [(
        b"* NAMESPACE ((\"\" \"/\")) NIL NIL",
        b"* NAMESPACE ((\"Mine/\" \"/\")) ((\"Others/\" \"/\")) ((\"\" \"/\"))",
    )];
    let server = user::server();
    server.fault_always(Protocol::Imap, Faults { rewrite: rewrite.to_vec(), ..Faults::default() });
    server.create_mailbox("Mine/Sent Items", MailboxRole::Plain).expect("made");
    server.create_mailbox("Others/Archive", MailboxRole::Plain).expect("made");
    let desk = Desk::with(server, |_| ()).await;
    desk.deliver("From: Ada <ada@example.net>\nMessage-ID: <1@x>\nSubject: one\n\nHi\n");
    desk.sync().await;
    let all = desk.engine.mailboxes().await.expect("mailboxes");
    let role = |role| all.iter().filter(|m| m.role == role).map(|m| m.name.as_str()).collect();
    let sent: Vec<&str> = role(MailboxRole::Sent);
    assert_eq!(sent, ["Mine/Sent Items"]);
    for other in [MailboxRole::Archive, MailboxRole::Trash, MailboxRole::Junk] {
        let found: Vec<&str> = role(other);
        assert!(found.is_empty(), "{found:?}");
    }
    let inbox = desk.inbox().await;
    desk.engine.archive(vec![inbox[0].key]).await.expect("asked for");
    desk.engine.settle_operations().await;
    desk.sync().await;
    assert_eq!(desk.on_server("Mine/Archive"), 1);
    assert_eq!(desk.on_server("Archive"), 0);
    assert_eq!(count(&desk.server, "NAMESPACE"), 1, "asked once");
}

const LOGIN: &str = r#"
    S: * OK [CAPABILITY IMAP4rev1 IDLE NOTIFY] ready
    C: A1 LOGIN "ada" "correct horse"
    S: A1 OK [CAPABILITY IMAP4rev1 IDLE NOTIFY] welcome
"#;
const NOTIFY: &str = "NOTIFY SET STATUS (selected-delayed (MessageNew MessageExpunge FlagChange)) \
                      (personal (MessageNew MessageExpunge FlagChange))";

#[tokio::test(start_paused = true)]
async fn notify_tells_of_other_mailboxes_while_one_is_watched() {
    let script = format!(
        r#"{LOGIN}
        C: A2 {NOTIFY}
        S: * STATUS "Archive" (MESSAGES 1 UIDNEXT 5 UIDVALIDITY 7)
        S: A2 OK done
        C: A3 SELECT "INBOX"
        S: * 2 EXISTS
        S: A3 OK [READ-WRITE] done
        C: A4 IDLE
        S: + idling
        S: * STATUS "Archive" (MESSAGES 2 UIDNEXT 6)
        C: DONE
        S: A4 OK done
        C: A5 NOOP
        S: * OK [NOTIFICATIONOVERFLOW] too much
        S: A5 OK done
        BYE"#
    );
    let stage = Stage::new(4096, &[&script]);
    let settings = settings(Security::None);
    let mut session =
        Session::connect(&stage, &settings, &password(), "Aloud 0.1", std::sync::Arc::default())
            .await
            .expect("signed in");
    assert!(session.notify().await.expect("asked"));
    assert!(session.notify().await.expect("not asked again"));
    let told = session.take_statuses();
    assert_eq!(told["Archive"].uid_next, Some(5));
    session.select("INBOX").await.expect("selected");
    let end = session.idle(&CancellationToken::new()).await.expect("idle");
    assert_eq!(end, IdleEnd::News);
    let told = session.take_statuses();
    let status = MailboxStatus { messages: Some(2), uid_next: Some(6), ..Default::default() };
    assert_eq!(told["Archive"], status);
    session.noop().await.expect("there");
    assert!(!session.notifies(), "the server has stopped");
    stage.finish();

    let refused = format!("{LOGIN}\n C: A2 {NOTIFY}\n S: A2 NO [BADEVENT (X)] no\n BYE");
    let stage = Stage::new(4096, &[&refused]);
    let mut session =
        Session::connect(&stage, &settings, &password(), "Aloud 0.1", std::sync::Arc::default())
            .await
            .expect("signed in");
    assert!(!session.notify().await.expect("refused"));
    assert!(!session.notify().await.expect("not asked again"));
    stage.finish();
}

/// A server that hangs up on ID is signed in at without it, and not asked again; without BYE it is
/// asked twice, since a line may be cut at any moment.
#[tokio::test(start_paused = true)]
async fn a_server_that_hangs_up_on_id_is_not_asked_twice() {
    for (fault, times) in [(CommandFault::Drop, 2), (CommandFault::Bye("Who?".into()), 1)] {
        let at = vec![AtCommand { when: When::Every("ID"), fault: fault.clone() }];
        let world = with(server(3), Faults { at, ..Faults::default() });
        for _ in 0..4 {
            world.sync().await;
        }
        let asked = imap_commands(&world.server).iter().filter(|l| l.starts_with("ID ")).count();
        assert_eq!(asked, times, "{fault:?}");
    }
}

/// A server that says OK to COMPRESS and goes on in clear is left alone with it, as one that refuses.
#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_compress_is_not_asked_twice() {
    let offered: Says = (b"LIST-STATUS QRESYNC", b"LIST-STATUS QRESYNC COMPRESS=DEFLATE");
    for answer in ["OK now", "NO [COMPRESSIONACTIVE] no", "BAD What?"] {
        let at = vec![says("COMPRESS DEFLATE", CommandFault::Answer(answer.into()))];
        let faults = Faults { at, rewrite: vec![offered], ..Faults::default() };
        let world = with(server(3), faults);
        for n in 0..3 {
            // The first look may fail over it.
            let report = world.task.sync_once().await;
            assert!(n == 0 || report.is_ok(), "{answer}: {report:?}");
        }
        inbox_is_same(&world);
        assert_eq!(count(&world.server, "COMPRESS"), 1, "{answer}");
    }
    assert!(!Traffic::default().shuns(aloud::engine::net::Shunned::Compress));
}

/// What a server says to one after the other is not asked of each; the rest of the batch waits.
#[tokio::test]
async fn a_refusal_that_concerns_all_is_not_asked_of_each() {
    for (hidden, verb) in [(vec![], "STORE"), (vec![], "MOVE"), (vec!["MOVE"], "COPY")] {
        for said in ["[UNAVAILABLE] later", "[INUSE] busy", "[OVERQUOTA] full"] {
            let case = format!("{verb} {said} {hidden:?}");
            let server = user::server();
            let plain = Faults { hide_capabilities: hidden.clone(), ..Faults::default() };
            server.fault_always(Protocol::Imap, plain.clone());
            let mut desk = Desk::with(server, |_| ()).await;
            for n in 0..200 {
                desk.deliver(&format!(
                    "From: Ada <ada@example.net>\nMessage-ID: <{n}@x>\nSubject: {n}\n\nHi\n"
                ));
            }
            desk.sync().await;
            let at = vec![AtCommand {
                when: When::Every(verb),
                fault: CommandFault::Answer(format!("NO {said}")),
            }];
            desk.server.fault_always(Protocol::Imap, Faults { at, ..plain.clone() });
            let keys: Vec<MessageKey> = desk.inbox().await.iter().map(|row| row.key).collect();
            assert!(keys.len() >= 50, "{case}");
            desk.server.forget_commands();
            match verb {
                "STORE" => drop(desk.engine.mark(keys.clone(), Mark::Heard).await.expect("marked")),
                _ => drop(desk.engine.archive(keys.clone()).await.expect("moved")),
            }
            desk.engine.settle_operations().await;
            let server = desk.server.clone();
            let asked = || count(&server, &format!("UID {verb}"));
            assert!(asked() <= 20, "{case}: {:?}", imap_commands(&desk.server));
            // For as long as it goes on, a few a try; then all is made up for.
            for _ in 0..6 {
                desk.later(7 * 3600);
                desk.server.forget_commands();
                desk.engine.settle_operations().await;
                assert!(asked() <= 20, "{case}: {}", asked());
            }
            desk.server.fault_always(Protocol::Imap, plain);
            desk.restart().await;
            desk.later(7 * 3600);
            desk.engine.settle_operations().await;
            assert_eq!(desk.engine.operations().await.expect("all"), [], "{case}");
        }
    }
}

/// A copy in Sent that may come by itself is waited for without holding up who opens a message.
#[tokio::test(start_paused = true)]
async fn waiting_for_a_copy_in_sent_holds_up_nobody() {
    let world = world(server(3));
    world.sync().await;
    let append = OpKind::Append {
        flags: vec![Flag::Seen],
        date: NOW,
        message_id: "sent@example.com".into(),
        octets: b"Message-ID: <sent@example.com>\r\n\r\nHi\r\n".to_vec().into(),
    };
    world.memory.queue("Sent", append);
    let key = world.memory.key("INBOX", 2);
    let begun = Instant::now();
    let opening = async {
        sleep(Duration::from_millis(300)).await;
        let asked = Instant::now();
        world.task.fetch_body(key).await.expect("there");
        asked.elapsed()
    };
    let (filed, opened) = tokio::join!(world.task.replay(), opening);
    filed.expect("filed");
    assert!(opened < Duration::from_millis(100), "{opened:?}");
    assert!(begun.elapsed() >= Duration::from_secs(1), "{:?}", begun.elapsed());
    let sent = world.server.mailbox("Sent").expect("it");
    assert_eq!(sent.messages().len(), 1);
}

/// A move whose copy was made and whose message was not removed yet is undone by carrying it to its end
/// and back: one message, in its old place, not marked to be removed.
#[tokio::test]
async fn undoing_half_a_move_leaves_one_message() {
    for verb in ["STORE", "EXPUNGE"] {
        let server = user::server();
        let hidden = Faults { hide_capabilities: vec!["MOVE"], ..Faults::default() };
        server.fault_always(Protocol::Imap, hidden.clone());
        let mut desk = Desk::with(server, |_| ()).await;
        for n in 0..2 {
            desk.deliver(&format!(
                "From: Ada <ada@example.net>\nMessage-ID: <{n}@x>\nSubject: {n}\n\nHi\n"
            ));
        }
        desk.sync().await;
        let fault = CommandFault::Answer("NO [UNAVAILABLE] later".into());
        let at = vec![AtCommand { when: When::Every(verb), fault }];
        desk.server.fault_always(Protocol::Imap, Faults { at, ..hidden.clone() });
        let keys: Vec<MessageKey> = desk.inbox().await.iter().map(|row| row.key).collect();
        let undo = desk.engine.archive(keys).await.expect("asked for");
        desk.engine.settle_operations().await;
        assert_eq!((desk.on_server("INBOX"), desk.on_server("Archive")), (2, 2), "{verb}");
        desk.engine.undo(undo).await.expect("taken back");
        assert_eq!(desk.inbox().await.len(), 2, "{verb}: at once");
        desk.server.fault_always(Protocol::Imap, hidden);
        desk.restart().await;
        for _ in 0..4 {
            desk.later(7 * 3600);
            desk.engine.settle_operations().await;
            desk.sync().await;
        }
        assert_eq!(desk.engine.operations().await.expect("all"), [], "{verb}");
        assert_eq!((desk.on_server("INBOX"), desk.on_server("Archive")), (2, 0), "{verb}");
        assert_eq!(desk.inbox().await.len(), 2, "{verb}");
        let inbox = desk.server.mailbox("INBOX").expect("it");
        assert!(!inbox.messages().iter().any(|m| m.flags.contains(&Flag::Deleted)), "{verb}");
    }
}
