//! A move never loses a message and never takes another one, whatever else the server holds.

use std::sync::Arc;

use aloud::{
    engine::{ListRow, Mark, OperationState, Progress},
    loopback::{AtCommand, CommandFault, Faults, Protocol, When},
    model::{DateTime, Flag, Uid, imap::MailboxRole},
};

use crate::support::user::{Desk, START, server};

/// What a scanner sends: the same Message-ID each time.
fn scan(id: &str, text: &str) -> Vec<u8> {
    format!(
        "From: scanner@example.com\r\nTo: robin@example.com\r\nSubject: Scan\r\n\
         Message-ID: <{id}>\r\nDate: Tue, 04 Mar 2025 09:10:00 +0000\r\n\r\n{text}\r\n"
    )
    .into_bytes()
}

const ID: &str = "scan@printer.example.com";

/// A server without these capabilities, and messages in its archive.
async fn desk(hidden: &[&'static str], archived: &[Vec<u8>]) -> Desk {
    let server = server();
    let faults = Faults { hide_capabilities: hidden.to_vec(), ..Faults::default() };
    server.fault_always(Protocol::Imap, faults);
    let desk = Desk::with(server, |_| ()).await;
    for octets in archived {
        desk.server
            .deliver("Archive", octets.clone(), &[] as &[Flag], DateTime::utc(START))
            .expect("delivered");
    }
    desk
}

/// Delivers messages and archives them; the connection that does it has these faults.
async fn archive_all(desk: &Desk, messages: &[Vec<u8>], faults: Option<Faults>) {
    for octets in messages {
        desk.server
            .deliver("INBOX", octets.clone(), &[] as &[Flag], DateTime::utc(START))
            .expect("delivered");
    }
    for _ in 0..3 {
        let _ = desk.engine.sync_once(None).await;
    }
    let keys: Vec<_> = desk.inbox().await.iter().map(|row| row.key).collect();
    assert_eq!(keys.len(), messages.len());
    if let Some(faults) = faults {
        desk.server.fault_next(Protocol::Imap, faults);
    }
    desk.engine.archive(keys).await.expect("moved");
    for _ in 0..8 {
        desk.engine.settle_operations().await;
        let _ = desk.engine.sync_once(None).await;
    }
}

/// How often the server holds these octets in a mailbox.
fn copies(desk: &Desk, mailbox: &str, octets: &[u8]) -> usize {
    let mailbox = desk.server.mailbox(mailbox).expect("a mailbox");
    mailbox.messages().iter().filter(|message| *message.octets == *octets).count()
}

const SERVERS: [&[&str]; 3] = [&[], &["MOVE"], &["MOVE", "UIDPLUS"]];

#[tokio::test]
async fn another_message_with_the_same_message_id_is_no_copy() {
    for hidden in SERVERS {
        let longer = format!("{ID}.au");
        let old = [scan(ID, "the first page"), scan(&longer, "from Australia")];
        let desk = desk(hidden, &old).await;
        let new = [scan(ID, "the second page")];
        archive_all(&desk, &new, None).await;
        for octets in old.iter().chain(&new) {
            assert_eq!(copies(&desk, "Archive", octets), 1, "{hidden:?}");
        }
        assert_eq!(desk.on_server("INBOX"), 0, "{hidden:?}");
        assert_eq!(desk.mailbox("Archive").await.len(), 3, "{hidden:?}");
    }
}

#[tokio::test]
async fn a_move_that_broke_off_is_neither_lost_nor_doubled() {
    for hidden in SERVERS {
        for verb in ["COPY", "STORE", "EXPUNGE", "MOVE", "FETCH"] {
            for fault in [CommandFault::RunAndDrop, CommandFault::Drop] {
                let at = vec![AtCommand { when: When::Verb(verb, 1), fault: fault.clone() }];
                let desk = desk(hidden, &[scan(ID, "the first page")]).await;
                let faults = Faults { hide_capabilities: hidden.to_vec(), at, ..Faults::default() };
                let new = [scan(ID, "the second page"), scan("other@example.com", "a letter")];
                archive_all(&desk, &new, Some(faults)).await;
                for octets in &new {
                    let both = copies(&desk, "Archive", octets) + copies(&desk, "INBOX", octets);
                    assert_eq!(both, 1, "{hidden:?} {verb} {fault:?}");
                }
                assert_eq!(desk.on_server("INBOX"), 0, "{hidden:?} {verb} {fault:?}");
            }
        }
    }
}

#[tokio::test]
async fn two_equal_messages_stay_two() {
    for hidden in SERVERS {
        let at = vec![AtCommand { when: When::Verb("COPY", 1), fault: CommandFault::RunAndDrop }];
        let faults = Faults { hide_capabilities: hidden.to_vec(), at, ..Faults::default() };
        let desk = desk(hidden, &[]).await;
        let twice = [scan(ID, "the same page"), scan(ID, "the same page")];
        archive_all(&desk, &twice, Some(faults)).await;
        assert_eq!(copies(&desk, "Archive", &twice[0]), 2, "{hidden:?}");
        assert_eq!(desk.on_server("INBOX"), 0, "{hidden:?}");
    }
}

#[tokio::test]
async fn a_uid_that_means_another_message_now_is_left_alone() {
    for hidden in SERVERS {
        let desk = desk(hidden, &[]).await;
        let (meant, other) = (scan("a@example.com", "meant"), scan("b@example.com", "another"));
        desk.server
            .deliver("INBOX", meant, &[] as &[Flag], DateTime::utc(START))
            .expect("delivered");
        desk.sync().await;
        let key = desk.inbox().await[0].key;
        desk.server
            .change(|m| m.replace("INBOX", Uid(1), Arc::from(other.as_slice())))
            .expect("a user")
            .expect("replaced");
        desk.engine.archive(vec![key]).await.expect("asked for");
        desk.engine.settle_operations().await;
        assert_eq!(copies(&desk, "INBOX", &other), 1, "{hidden:?}");
        assert_eq!(desk.on_server("Archive"), 0, "{hidden:?}");
        assert_eq!(desk.inbox().await.len(), 1, "{hidden:?}: the row is back");
        // The next looks show the message that has the UID now, and it can be moved.
        for _ in 0..3 {
            desk.sync().await;
        }
        let now = desk.inbox().await;
        assert_eq!(now.len(), 1, "{hidden:?}: {now:#?}");
        assert_ne!(now[0].key, key, "{hidden:?}");
        let raw = desk.engine.raw(now[0].key).await.expect("octets");
        assert_eq!(*raw, *other, "{hidden:?}");
        desk.engine.archive(vec![now[0].key]).await.expect("asked for");
        desk.engine.settle_operations().await;
        assert_eq!(copies(&desk, "Archive", &other), 1, "{hidden:?}");
    }
}

/// A header block that was read once and breaks the parser now: after a few tries the move is
/// refused, and what was asked for after it reaches the server.
#[tokio::test]
async fn a_move_that_cannot_be_confirmed_holds_up_nothing_for_ever() {
    for hidden in SERVERS {
        let desk = desk(hidden, &[]).await;
        for text in [scan("a@example.com", "one"), scan("b@example.com", "two")] {
            desk.server
                .deliver("INBOX", text, &[] as &[Flag], DateTime::utc(START))
                .expect("delivered");
        }
        desk.sync().await;
        let keys: Vec<_> = desk.inbox().await.iter().map(|row| row.key).collect();
        let odd = CommandFault::Inject(b"* 5 FETCH (UID 5 FLAGS (\r\n".to_vec());
        let at = vec![AtCommand { when: When::Every("FETCH"), fault: odd }];
        let faults = Faults { hide_capabilities: hidden.to_vec(), at, ..Faults::default() };
        desk.server.fault_always(Protocol::Imap, faults);
        desk.engine.archive(vec![keys[0]]).await.expect("asked for");
        desk.engine.mark(vec![keys[1]], Mark::Heard).await.expect("asked for");
        for _ in 0..8 {
            desk.engine.settle_operations().await;
        }
        let inbox = desk.server.mailbox("INBOX").expect("an inbox");
        let heard = |m: &&aloud::loopback::mailboxes::Message| m.flags.contains(&Flag::Seen);
        assert_eq!(inbox.messages().iter().filter(heard).count(), 1, "{hidden:?}");
        assert_eq!(inbox.messages().len(), 2, "{hidden:?}: nothing was moved");
    }
}

/// A copy that another client removes before it was seen: what was asked for there ends with it.
#[tokio::test]
async fn what_is_asked_for_at_a_place_that_stays_empty_ends() {
    let desk = desk(&["MOVE", "UIDPLUS"], &[]).await;
    archive_first(&desk, &scan("a@example.com", "one")).await;
    desk.server.change(|m| m.remove("Archive", &[Uid(1)].into())).expect("a user").expect("gone");
    let row = desk.mailbox("Archive").await.remove(0);
    assert_eq!(row.uid, None, "awaited");
    desk.engine.mark(vec![row.key], Mark::Heard).await.expect("asked for");
    for _ in 0..3 {
        desk.sync().await;
        desk.engine.settle_operations().await;
    }
    assert!(desk.mailbox("Archive").await.is_empty());
    let told = desk.engine.operations().await.expect("operations");
    assert!(told.iter().all(|op| op.state == OperationState::Failed), "{told:?}");
}

/// Delivers a message, archives it, and lets the server do it.
async fn archive_first(desk: &Desk, octets: &[u8]) {
    desk.server
        .deliver("INBOX", octets.to_vec(), &[] as &[Flag], DateTime::utc(START))
        .expect("delivered");
    desk.sync().await;
    let key = desk.inbox().await[0].key;
    desk.engine.archive(vec![key]).await.expect("asked for");
    desk.engine.settle_operations().await;
}

/// What arrives with the Message-ID of a message that is awaited is not taken for it.
#[tokio::test]
async fn another_message_is_not_taken_for_the_one_that_is_awaited() {
    for hidden in SERVERS {
        let desk = desk(hidden, &[]).await;
        archive_first(&desk, &scan(ID, "the first page")).await;
        let other = String::from_utf8(scan(ID, "another page")).expect("text");
        let other = other.replace("Subject: Scan", "Subject: Other").into_bytes();
        desk.server
            .change(|m| m.remove("Archive", &[Uid(1)].into()))
            .expect("a user")
            .expect("gone");
        for octets in [&other, &scan(ID, "the first page")] {
            desk.server
                .deliver("Archive", octets.clone(), &[] as &[Flag], DateTime::utc(START))
                .expect("delivered");
        }
        desk.sync().await;
        let mut shown = Vec::new();
        for row in desk.mailbox("Archive").await {
            let octets = desk.engine.raw(row.key).await.expect("octets");
            assert_eq!(row.subject == "Other", *octets == *other, "{hidden:?}");
            shown.push((row.subject, row.uid));
        }
        shown.sort();
        let want = [("Other".to_owned(), Some(2)), ("Scan".to_owned(), Some(3))];
        assert_eq!(shown, want, "{hidden:?}");
    }
}

/// A move that waits at a place without a UID, when the mailbox gets new ones, does not hide the
/// message for good.
#[tokio::test]
async fn a_move_that_ends_with_its_uids_hides_nothing() {
    let desk = desk(&[], &[]).await;
    archive_first(&desk, &scan(ID, "the first page")).await;
    let row = desk.mailbox("Archive").await.remove(0);
    assert_eq!(row.uid, None, "awaited");
    desk.engine.delete(vec![row.key]).await.expect("asked for");
    desk.server.change(|m| m.renumber("Archive")).expect("a user").expect("renumbered");
    for _ in 0..3 {
        desk.sync().await;
        desk.engine.settle_operations().await;
    }
    let shown = |rows: Vec<ListRow>| rows.iter().map(|row| row.uid).collect::<Vec<_>>();
    let (archive, trash) = (desk.mailbox("Archive").await, desk.mailbox("Trash").await);
    match (desk.on_server("Archive"), desk.on_server("Trash")) {
        (1, 0) => assert_eq!((shown(archive), shown(trash)), (vec![Some(1)], vec![])),
        (0, 1) => assert_eq!((shown(archive), shown(trash)), (vec![], vec![Some(1)])),
        other => panic!("{other:?}"),
    }
}

/// A message without a Message-ID whose move broke off after the copy.
#[tokio::test]
async fn a_copy_without_a_message_id_is_known_by_its_octets() {
    let bare = b"From: scanner@example.com\r\nSubject: Scan\r\n\r\nA page\r\n".to_vec();
    // As long, and another one.
    let other = b"From: scanner@example.com\r\nSubject: Skat\r\n\r\nA page\r\n".to_vec();
    for verb in ["COPY", "STORE", "EXPUNGE"] {
        let desk = desk(&["MOVE", "UIDPLUS"], std::slice::from_ref(&other)).await;
        let at = vec![AtCommand { when: When::Verb(verb, 1), fault: CommandFault::RunAndDrop }];
        let faults = Faults { hide_capabilities: vec!["MOVE", "UIDPLUS"], at, ..Faults::default() };
        archive_all(&desk, std::slice::from_ref(&bare), Some(faults)).await;
        assert_eq!(copies(&desk, "Archive", &bare), 1, "{verb}");
        assert_eq!(copies(&desk, "Archive", &other), 1, "{verb}");
        assert_eq!(desk.on_server("INBOX"), 0, "{verb}");
        assert!(desk.engine.operations().await.expect("operations").is_empty(), "{verb}");
    }
}

/// The copy is there, and for a while the server removes nothing: it is tried until it does.
#[tokio::test]
async fn a_removal_that_is_refused_for_a_while_is_made_up_for() {
    for (verb, code) in [("EXPUNGE", "UNAVAILABLE"), ("EXPUNGE", "INUSE"), ("STORE", "LIMIT")] {
        let hidden = vec!["MOVE", "UIDPLUS"];
        let mut desk = desk(&hidden, &[]).await;
        let fault = CommandFault::Answer(format!("NO [{code}] later"));
        let at = vec![AtCommand { when: When::Every(verb), fault }];
        let faults = Faults { hide_capabilities: hidden, at, ..Faults::default() };
        let pages = [scan("a@example.com", "one"), scan("b@example.com", "two")];
        archive_all(&desk, &pages, Some(faults)).await;
        assert_eq!(desk.on_server("INBOX"), 2, "{verb} {code}");
        let told = desk.engine.operations().await.expect("operations");
        assert_eq!(told.len(), 2, "{verb} {code}: nothing is done yet");
        desk.restart().await;
        desk.later(9_000);
        for _ in 0..3 {
            desk.sync().await;
            desk.engine.settle_operations().await;
        }
        assert_eq!(desk.on_server("INBOX"), 0, "{verb} {code}");
        for octets in &pages {
            assert_eq!(copies(&desk, "Archive", octets), 1, "{verb} {code}");
        }
    }
}

/// Where nothing is expunged by UID, what was marked and then given up, because nobody can say whether
/// its copy came through, does not keep the others in their place.
#[tokio::test]
async fn what_was_given_up_half_way_holds_up_no_removal() {
    let hidden = vec!["MOVE", "UIDPLUS"];
    let desk = desk(&hidden, &[]).await;
    let fault = CommandFault::Answer("NO [OVERQUOTA] full".into());
    let at = |nth| AtCommand { when: When::Verb("SEARCH", nth), fault: fault.clone() };
    let at = (1..=4).map(at).collect();
    let faults = Faults { hide_capabilities: hidden, at, ..Faults::default() };
    let nameless = String::from_utf8(scan("b@example.com", "two")).expect("text");
    let nameless = nameless.replace("Message-ID: <b@example.com>\r\n", "").into_bytes();
    let pages = [scan("a@example.com", "one"), nameless];
    archive_all(&desk, &pages, Some(faults)).await;
    for _ in 0..3 {
        desk.later(9_000);
        desk.sync().await;
        desk.engine.settle_operations().await;
    }
    assert_eq!(copies(&desk, "INBOX", &pages[0]), 0);
    for octets in &pages {
        assert_eq!(copies(&desk, "Archive", octets), 1);
    }
}

/// A mailbox that gets new UIDs does not bring back what is on its way through it.
#[tokio::test]
async fn what_is_on_its_way_elsewhere_does_not_stand_here_again() {
    for hidden in SERVERS {
        let desk = desk(hidden, &[]).await;
        desk.server
            .deliver("INBOX", scan(ID, "the page"), &[] as &[Flag], DateTime::utc(START))
            .expect("delivered");
        desk.sync().await;
        let key = desk.inbox().await[0].key;
        let token = desk.engine.archive(vec![key]).await.expect("moved");
        desk.engine.settle_operations().await;
        desk.engine.undo(token).await.expect("taken back");
        desk.server.change(|m| m.renumber("Archive")).expect("a user").expect("renumbered");
        desk.sync().await;
        desk.engine.delete(vec![key]).await.expect("moved on");
        for _ in 0..4 {
            desk.sync().await;
            desk.engine.settle_operations().await;
        }
        assert_eq!(desk.engine.operations().await.expect("all"), [], "{hidden:?}");
        let held = ["INBOX", "Archive", "Trash"].map(|place| desk.on_server(place));
        assert_eq!(held, [0, 0, 1], "{hidden:?}");
    }
}

/// A session whose mailbox got another name sees no message in it; none is gone. They are moved, or it
/// is told that they were not.
#[tokio::test]
async fn a_mailbox_that_is_renamed_for_a_while_loses_no_move() {
    for (hidden, count) in SERVERS.into_iter().flat_map(|hidden| [(hidden, 1), (hidden, 3)]) {
        let mut desk = desk(hidden, &[]).await;
        desk.server.create_mailbox("Projects", MailboxRole::Plain).expect("made");
        for number in 0..count {
            let page = scan(&format!("{number}@example.com"), "a page");
            desk.server
                .deliver("Projects", page, &[] as &[Flag], DateTime::utc(START))
                .expect("delivered");
        }
        desk.sync().await;
        let keys: Vec<_> = desk.mailbox("Projects").await.iter().map(|row| row.key).collect();
        assert_eq!(keys.len(), count);
        // The session that acts has selected it.
        desk.engine.mark(keys.clone(), Mark::Heard).await.expect("marked");
        desk.engine.settle_operations().await;
        let rename = |from: &str, to: &str| {
            desk.server.change(|m| m.rename(from, to)).expect("a user").expect("renamed");
        };
        rename("Projects", "Undertakings");
        desk.engine.archive(keys).await.expect("moved");
        desk.engine.settle_operations().await;
        rename("Undertakings", "Projects");
        desk.restart().await;
        for _ in 0..3 {
            desk.later(9_000);
            desk.sync().await;
            desk.engine.settle_operations().await;
        }
        let held = ["Projects", "Archive"].map(|place| desk.on_server(place));
        let told = desk.engine.operations().await.expect("operations");
        let said = told.iter().filter(|told| told.said.contains("NONEXISTENT")).count();
        let shown = desk.mailbox("Projects").await.len();
        let fair = held == [0, count] || (held, said, shown) == ([count, 0], count, count);
        assert!(fair, "{hidden:?}: {held:?} {shown} {told:?}");
    }
}

/// Nor does it lose a mark: it is made at the server, or it is told that it was not.
#[tokio::test]
async fn a_mailbox_that_is_renamed_for_a_while_loses_no_mark() {
    for hidden in SERVERS {
        let mut desk = desk(hidden, &[]).await;
        desk.server.create_mailbox("Projects", MailboxRole::Plain).expect("made");
        desk.server
            .deliver("Projects", scan(ID, "a page"), &[] as &[Flag], DateTime::utc(START))
            .expect("delivered");
        desk.sync().await;
        let key = desk.mailbox("Projects").await[0].key;
        // The session that acts has selected it, and is told OK of what it sees no more.
        let fault = CommandFault::Answer("OK Nothing to do".into());
        let at = vec![AtCommand { when: When::Verb("STORE", 2), fault }];
        let hide_capabilities = hidden.to_vec();
        let faults = Faults { at, hide_capabilities, ..Faults::default() };
        desk.server.fault_next(Protocol::Imap, faults);
        desk.engine.mark(vec![key], Mark::Heard).await.expect("marked");
        desk.engine.settle_operations().await;
        let rename = |from: &str, to: &str| {
            desk.server.change(|m| m.rename(from, to)).expect("a user").expect("renamed");
        };
        rename("Projects", "Undertakings");
        desk.engine.mark(vec![key], Mark::Unheard).await.expect("marked");
        desk.engine.settle_operations().await;
        rename("Undertakings", "Projects");
        desk.restart().await;
        for _ in 0..3 {
            desk.later(9_000);
            desk.sync().await;
            desk.engine.settle_operations().await;
        }
        let projects = desk.server.mailbox("Projects").expect("there");
        let heard = projects.messages()[0].flags.contains(&Flag::Seen);
        let told = desk.engine.operations().await.expect("operations");
        let said = told.iter().any(|told| told.said.contains("NONEXISTENT"));
        assert!(!heard || said, "{hidden:?}: {told:?}");
        let shown = desk.mailbox("Projects").await[0].progress == Progress::Done;
        assert_eq!(shown, heard, "{hidden:?}");
    }
}

/// A mark is taken back also where its mailbox is not listed at the moment.
#[tokio::test]
async fn what_is_taken_back_while_its_mailbox_is_away_is_taken_back() {
    for hidden in SERVERS {
        let desk = desk(hidden, &[]).await;
        desk.server.create_mailbox("Projects", MailboxRole::Plain).expect("made");
        desk.server
            .deliver("Projects", scan(ID, "a page"), &[] as &[Flag], DateTime::utc(START))
            .expect("delivered");
        desk.sync().await;
        let key = desk.mailbox("Projects").await[0].key;
        let token = desk.engine.mark(vec![key], Mark::Heard).await.expect("marked");
        desk.engine.settle_operations().await;
        let rename = |from: &str, to: &str| {
            desk.server.change(|m| m.rename(from, to)).expect("a user").expect("renamed");
        };
        rename("Projects", "Undertakings");
        desk.sync().await;
        desk.engine.undo(token).await.expect("taken back");
        rename("Undertakings", "Projects");
        for _ in 0..3 {
            desk.later(9_000);
            desk.sync().await;
            desk.engine.settle_operations().await;
        }
        let projects = desk.server.mailbox("Projects").expect("there");
        assert!(!projects.messages()[0].flags.contains(&Flag::Seen), "{hidden:?}");
    }
}

/// What a server refuses to mark is shown as the server has it, not as the opposite of what was wanted.
#[tokio::test]
async fn a_mark_that_is_refused_is_shown_as_the_server_has_it() {
    for hidden in [&[][..], &["QRESYNC"], &["CONDSTORE", "QRESYNC"]] {
        let desk = desk(hidden, &[]).await;
        desk.server
            .deliver("INBOX", scan(ID, "a page"), &[Flag::Seen], DateTime::utc(START))
            .expect("delivered");
        desk.sync().await;
        let row = || async { desk.inbox().await[0].clone() };
        let fault = CommandFault::Answer("NO never".into());
        let at = vec![AtCommand { when: When::Every("STORE"), fault }];
        let hide_capabilities = hidden.to_vec();
        desk.server
            .fault_next(Protocol::Imap, Faults { at, hide_capabilities, ..Faults::default() });
        let key = row().await.key;
        desk.engine.mark(vec![key], Mark::Unheard).await.expect("marked");
        desk.engine.mark(vec![key], Mark::Heard).await.expect("marked");
        desk.engine.settle_operations().await;
        for operation in desk.engine.operations().await.expect("operations") {
            desk.engine.discard_operation(operation.id).await.expect("discarded");
        }
        desk.sync().await;
        assert_eq!(row().await.progress, Progress::Done, "{hidden:?}");
    }
}

/// What is asked for about a message on its way into a mailbox does not stand on that mailbox's UIDs.
#[tokio::test]
async fn new_uids_end_nothing_of_what_is_still_on_its_way() {
    for hidden in SERVERS {
        let desk = desk(hidden, &[scan("there@example.com", "was there before")]).await;
        desk.server
            .deliver("INBOX", scan(ID, "the page"), &[] as &[Flag], DateTime::utc(START))
            .expect("delivered");
        desk.sync().await;
        let key = desk.inbox().await[0].key;
        desk.server.change(|m| m.renumber("Archive")).expect("a user").expect("renumbered");
        desk.engine.archive(vec![key]).await.expect("moved");
        desk.engine.mark(vec![key], Mark::Heard).await.expect("marked");
        desk.engine.delete(vec![key]).await.expect("moved on");
        for _ in 0..4 {
            desk.sync().await;
            desk.engine.settle_operations().await;
        }
        assert_eq!(desk.engine.operations().await.expect("all"), [], "{hidden:?}");
        let trash = desk.server.mailbox("Trash").expect("a mailbox");
        assert_eq!(trash.messages().len(), 1, "{hidden:?}");
        assert!(trash.messages()[0].flags.contains(&Flag::Seen), "{hidden:?}");
        assert_eq!(desk.on_server("Archive"), 1, "{hidden:?}");
    }
}

/// A session that was not told of a message does nothing with it, and the server says OK.
#[tokio::test]
async fn what_came_a_moment_ago_is_known_to_the_session_that_acts() {
    for hidden in SERVERS {
        let desk = desk(hidden, &[]).await;
        let bring = |text: &str| {
            let date = DateTime::utc(START);
            desk.server
                .deliver("INBOX", scan(text, text), &[] as &[Flag], date)
                .expect("delivered");
        };
        bring("first@example.com");
        desk.sync().await;
        let key = desk.inbox().await[0].key;
        desk.engine.mark(vec![key], Mark::Heard).await.expect("marked");
        desk.engine.settle_operations().await;
        for text in ["heard@example.com", "moved@example.com", "opened@example.com"] {
            bring(text);
            desk.sync().await;
            let key = desk.inbox().await.last().expect("it").key;
            match text {
                "heard@example.com" => {
                    desk.engine.mark(vec![key], Mark::Heard).await.expect("marked");
                }
                "moved@example.com" => {
                    desk.engine.archive(vec![key]).await.expect("moved");
                }
                _ => {
                    let octets = desk.engine.raw(key).await.expect("opened");
                    assert_eq!(*octets, scan(text, text), "{hidden:?}");
                }
            }
            desk.engine.settle_operations().await;
        }
        let inbox = desk.server.mailbox("INBOX").expect("a mailbox");
        let seen: Vec<bool> =
            inbox.messages().iter().map(|message| message.flags.contains(&Flag::Seen)).collect();
        assert_eq!(seen, [true, true, false], "{hidden:?}");
        assert_eq!(desk.on_server("Archive"), 1, "{hidden:?}");
    }
}
