//! What a mailbox may do to its rows.

use super::*;
use crate::{
    account::{BatchSize, Beginning, Op, OpEnd, OpKind, OpRefusal, Sink},
    imap::Listed,
    store::{list, ops, tests::scratch},
    types::{AccountSettings, Security, Server},
};
use aloud_model::{AddrSpec, UidValidity};

async fn filled() -> (tempfile::TempDir, Store, AccountId, MailboxId, MailboxId) {
    let (dir, store) = scratch();
    let server = Server { host: "127.0.0.1".into(), port: 1, security: Security::None };
    let settings = AccountSettings {
        name: "Robin".into(),
        address: AddrSpec::parse("robin@example.com").expect("an address"),
        label: "Robin".into(),
        imap: server.clone(),
        smtp: server,
        user: "robin".into(),
        sign_in: Default::default(),
        ca_pem: None,
        pins: Vec::new(),
        gateway: None,
        demo: false,
    };
    let account = store.write_now(|t| accounts::add_account(t, &settings)).expect("added");
    let listed = [("INBOX", MailboxRole::Inbox), ("Archive", MailboxRole::Archive)];
    let listed = listed
        .into_iter()
        .map(|(name, role)| Listed {
            name: name.into(),
            decoded: name.into(),
            role,
            selectable: true,
        })
        .collect();
    let rows = store.put_mailboxes(account, listed).await.expect("mailboxes");
    for row in &rows {
        store.rebind(row.id, UidValidity(1)).await.expect("bound");
    }
    let heads = (1..=3).map(head).collect();
    let arrived = store.put_heads(rows[0].id, heads).await.expect("stored");
    assert_eq!(arrived.new.len(), 3);
    (dir, store, account, rows[0].id, rows[1].id)
}

fn head(uid: u32) -> Head {
    let header = format!(
        "From: ada@example.net\r\nSubject: Number {uid}\r\nMessage-ID: <{uid}@example.net>\r\n\r\n"
    );
    Head {
        uid: Uid(uid),
        flags: Vec::new(),
        internal_date: None,
        size: header.len() as u64 + 4,
        modseq: 0,
        server_id: String::new(),
        header: header.into_bytes(),
    }
}

fn keys(store: &Store, mailbox: MailboxId) -> Vec<MessageKey> {
    use crate::types::{ListQuery, Scope, Sort};
    let query = ListQuery {
        scope: Scope::Mailbox(mailbox),
        sort: Sort::Oldest,
        search: String::new(),
        offset: 0,
        limit: 100,
    };
    let page = store.read_now(|c| list::list(c, &query)).expect("a page");
    page.rows.iter().map(|row| row.key).collect()
}

/// What would be carried out next, five at a time.
async fn next_of(store: &Store, account: AccountId) -> Vec<Op> {
    let most = BatchSize { stores: 5, moves: 5, by_copy: false };
    store.next_ops(account, most).await.expect("operations")
}

const END: PassEnd = PassEnd { uid_next: 10, highest_modseq: 0, keywords: true };

#[tokio::test]
async fn a_new_uidvalidity_keeps_messages_and_their_bodies() {
    let (_dir, store, account, inbox, _) = filled().await;
    let before = keys(&store, inbox);
    store.put_octets(before[0], 0, b"Subject: a\r\n\r\nbody".to_vec(), true).await.expect("body");
    let place = store.read_now(|c| places(c, before[1])).expect("places").remove(0);
    store.write_now(|t| ops::flag(t, &place, &Flag::Seen, true)).expect("wanted");
    store.rebind(inbox, UidValidity(2)).await.expect("bound");
    assert_eq!(next_of(&store, account).await, [], "old UIDs mean nothing");
    assert_eq!(keys(&store, inbox), before, "shown until the server has told");
    // The third is gone, a new one is there, the numbers are others.
    let mut heads: Vec<Head> = [2, 1, 7].into_iter().map(head).collect();
    for (head, uid) in heads.iter_mut().zip([11, 12, 13]) {
        head.uid = Uid(uid);
    }
    let arrived = store.put_heads(inbox, heads).await.expect("stored");
    assert_eq!((arrived.new.len(), arrived.changed.len()), (1, 2));
    for _ in 0..2 {
        store.finish_pass(inbox, END).await.expect("ended");
    }
    let after = keys(&store, inbox);
    assert_eq!(after.len(), 3);
    assert!(after.contains(&before[0]) && after.contains(&before[1]));
    assert!(store.have(before[0]).expect("there").complete);
}

#[tokio::test]
async fn what_the_server_takes_away_stays_a_week_as_a_shadow() {
    let (_dir, store, _, inbox, _) = filled().await;
    let before = keys(&store, inbox);
    store.forget(inbox, vec![Uid(2)]).await.expect("forgotten");
    assert_eq!(keys(&store, inbox).len(), 2);
    // It was a hiccup: the same UID comes back as the same message.
    store.put_heads(inbox, vec![head(2)]).await.expect("stored");
    assert_eq!(keys(&store, inbox), before);
    store.forget(inbox, vec![Uid(2)]).await.expect("forgotten");
    let now = store.now();
    store.write_now(|t| purge(t, now + SHADOW_SECONDS - 10)).expect("purged");
    assert!(store.have(before[1]).is_ok());
    store.write_now(|t| purge(t, now + SHADOW_SECONDS + 10)).expect("purged");
    assert!(store.have(before[1]).is_err());
}

/// Every message is looked at for it, so not at each start.
#[tokio::test]
async fn shadows_are_removed_once_a_day() {
    let (_dir, store, _, inbox, _) = filled().await;
    let before = keys(&store, inbox);
    let now = store.now() + SHADOW_SECONDS + 10;
    store.write_now(|t| purge_daily(t, now)).expect("purged");
    store.forget(inbox, vec![Uid(2)]).await.expect("forgotten");
    store.write_now(|t| purge_daily(t, now + DAY - 1)).expect("purged");
    assert!(store.have(before[1]).is_ok());
    store.write_now(|t| purge_daily(t, now + DAY)).expect("purged");
    assert!(store.have(before[1]).is_err());
    // A clock that was wrong holds up nothing.
    store.forget(inbox, vec![Uid(1), Uid(3)]).await.expect("forgotten");
    store.write_now(|t| purge_daily(t, now + DAY - 10)).expect("purged");
    assert!(before.iter().all(|key| store.have(*key).is_err()));
}

#[tokio::test]
async fn the_users_wish_stands_against_what_the_server_still_says() {
    let (_dir, store, account, inbox, archive) = filled().await;
    let key = keys(&store, inbox)[0];
    let place = store.read_now(|c| places(c, key)).expect("places").remove(0);
    store.write_now(|t| ops::flag(t, &place, &Flag::Seen, true)).expect("wanted");
    let old = SeenFlags { uid: Uid(1), flags: vec![Flag::Flagged], modseq: 5 };
    store.put_flags(inbox, vec![old]).await.expect("stored");
    let flags = store.read_now(|c| places(c, key)).expect("places").remove(0).flags;
    assert!(flags.seen && flags.flagged);
    let op = next_of(&store, account).await.remove(0);
    assert!(matches!(op.kind, OpKind::Store { add: true, .. }));
    // Refused: the wish is taken back.
    store.ops_end(vec![(op.id, OpEnd::Refused(OpRefusal::FlagNotKept))]).await.expect("ended");
    assert!(!store.read_now(|c| places(c, key)).expect("places").remove(0).flags.seen);

    // A move that is refused puts the message back where it was.
    store.write_now(|t| ops::move_to(t, &place, archive)).expect("wanted");
    assert_eq!((keys(&store, inbox).len(), keys(&store, archive).len()), (2, 1));
    let op = next_of(&store, account).await.remove(0);
    store.ops_end(vec![(op.id, OpEnd::Refused(OpRefusal::FlagNotKept))]).await.expect("ended");
    assert_eq!((keys(&store, inbox).len(), keys(&store, archive).len()), (3, 0));
}

#[tokio::test]
async fn a_message_that_kills_is_looked_at_once() {
    let (_dir, store, _, inbox, _) = filled().await;
    let key = keys(&store, inbox)[0];
    // As after a crash in the middle of reading.
    store
        .write_now(|t| Ok(t.execute("UPDATE messages SET quarantined = 2 WHERE id = ?1", [key.0])?))
        .expect("marked");
    store.quarantine().expect("noted");
    assert!(store.read_now(|c| is_poison(c, key)).expect("known"));
    store.put_octets(key, 0, b"Subject: x\r\n\r\ny".to_vec(), true).await.expect("stored");
    assert!(store.have(key).expect("there").complete, "its source can still be shown");
    assert!(store.read_now(|c| is_poison(c, key)).expect("known"));
}

/// The same where the process ended in the middle of many: only the one that was being read pays.
#[tokio::test]
async fn of_many_only_the_message_that_was_being_read_is_given_up() {
    let (_dir, store, _, inbox, _) = filled().await;
    let all = keys(&store, inbox);
    let mut looking = store.begin_to_look().expect("begun");
    looking.at(all[0]).expect("noted");
    looking.at(all[1]).expect("noted");
    store.quarantine().expect("looked");
    assert!(!store.read_now(|c| is_poison(c, all[1])).expect("known"), "it is still being read");
    // As after a crash: the file stays, its lock does not.
    std::mem::forget(looking.abandon());
    store.quarantine().expect("noted");
    let poison = |at: usize| store.read_now(|c| is_poison(c, all[at])).expect("known");
    assert_eq!([poison(0), poison(1), poison(2)], [false, true, false]);
    let began =
        |key| Beginning { key, offset: 0, octets: b"Subject: x\r\n\r\ny".to_vec(), end: false };
    store.put_beginnings(all.iter().copied().map(began).collect()).await.expect("stored");
    let known = |key: MessageKey| {
        let sql = "SELECT known FROM messages WHERE id = ?1";
        store.read_now(|c| Ok(c.query_row(sql, [key.0], |row| row.get::<_, i64>(0))?)).expect("it")
    };
    assert_eq!(all.iter().map(|key| known(*key)).collect::<Vec<_>>(), [1, 0, 1]);
}

/// Reports are wanted wherever they lie in the list; once there is none, nobody looks for them until
/// one comes.
#[tokio::test]
async fn reports_are_wanted_wherever_they_are() {
    let (_dir, store, _, inbox, _) = filled().await;
    store.put_heads(inbox, (4..=60).map(head).collect()).await.expect("stored");
    let report = |uid: u32| {
        let header = format!(
            "From: postmaster@example.net\r\nSubject: {uid}\r\nMessage-ID: <{uid}@example.net>\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n"
        );
        let internal_date = Some(aloud_model::DateTime::utc(1));
        Head { internal_date, size: 9_000, header: header.into_bytes(), ..head(uid) }
    };
    let wanted = async |uid: u32| {
        let wants = store.prefix_wants(inbox, 200).await.expect("wants");
        assert!(wants.len() >= 50, "{}", wants.len());
        wants.iter().any(|want| want.uid == Uid(uid))
    };
    assert!(!wanted(61).await);
    store.put_heads(inbox, vec![report(61)]).await.expect("stored");
    assert!(wanted(61).await);
    let wants = store.prefix_wants(inbox, 200).await.expect("wants");
    let nothing = |want: &crate::account::PrefixWant| Beginning {
        key: want.key,
        offset: 0,
        octets: Vec::new(),
        end: false,
    };
    store.put_beginnings(wants.iter().map(nothing).collect()).await.expect("ended");
    assert_eq!(store.prefix_wants(inbox, 200).await.expect("wants"), []);
    store.put_heads(inbox, vec![report(62)]).await.expect("stored");
    let wants = store.prefix_wants(inbox, 200).await.expect("wants");
    assert_eq!(wants.iter().map(|want| want.uid.0).collect::<Vec<_>>(), [62]);
}

/// A mailbox needs no look only while all that the server has is here, and nothing else is awaited.
#[tokio::test]
async fn a_mailbox_is_settled_when_nothing_is_missing_and_nothing_awaited() {
    let (_dir, store, _, inbox, archive) = filled().await;
    let settled = async |mailbox, count| store.is_settled(mailbox, count).await.expect("an answer");
    assert!(settled(inbox, 3).await && !settled(inbox, 2).await && !settled(inbox, 4).await);
    assert!(settled(archive, 0).await);
    let deleted = SeenFlags { uid: Uid(1), flags: vec![Flag::Deleted], modseq: 5 };
    store.put_flags(inbox, vec![deleted]).await.expect("stored");
    assert!(settled(inbox, 3).await, "it is there, though not listed");
    let place = store.read_now(|c| places(c, keys(&store, inbox)[0])).expect("places").remove(0);
    store.write_now(|t| ops::move_to(t, &place, archive)).expect("wanted");
    assert!(settled(inbox, 3).await && !settled(archive, 0).await && !settled(archive, 1).await);
    store.forget(inbox, vec![Uid(3)]).await.expect("forgotten");
    assert!(settled(inbox, 2).await);
}

#[tokio::test]
async fn slices_leave_no_holes_and_repeats_change_nothing() {
    let (_dir, store, _, inbox, _) = filled().await;
    let key = keys(&store, inbox)[0];
    assert!(store.put_octets(key, 4, b"late".to_vec(), false).await.is_err());
    store.put_octets(key, 0, b"From: a@b.c\r\n".to_vec(), false).await.expect("stored");
    store.put_octets(key, 0, b"From: a@b.c\r\n".to_vec(), false).await.expect("repeated");
    store.put_octets(key, 13, b"\r\nbody".to_vec(), true).await.expect("stored");
    assert_eq!(store.octets(key).expect("octets").0, b"From: a@b.c\r\n\r\nbody");
    // Never replaced by another body for the same UID.
    store.put_octets(key, 0, b"other".to_vec(), true).await.expect("ignored");
    assert_eq!(store.octets(key).expect("octets").0.len(), 19);
}

#[tokio::test]
async fn an_operation_that_cannot_be_read_is_told_and_never_another_act() {
    let (_dir, store, account, inbox, archive) = filled().await;
    let key = keys(&store, inbox)[0];
    let place = store.read_now(|c| places(c, key)).expect("places").remove(0);
    let (broken, _) = store.write_now(|t| ops::move_to(t, &place, archive)).expect("wanted");
    store.write_now(|t| ops::flag(t, &place, &Flag::Flagged, true)).expect("wanted");
    store
        .write_now(|t| {
            Ok(t.execute("UPDATE ops SET kind = 'transmogrify' WHERE id = ?1", [broken])?)
        })
        .expect("damaged");
    let next = next_of(&store, account).await.remove(0);
    assert!(matches!(next.kind, OpKind::Store { .. }), "{next:?}");
    store.ops_end(vec![(next.id, OpEnd::Done)]).await.expect("ended");
    assert_eq!(next_of(&store, account).await, []);
    let told = store.read_now(|c| ops::unreadable(c, account)).expect("read");
    assert_eq!(told.len(), 1);
    assert!(told[0].to_string().contains("transmogrify"), "{}", told[0]);
}

/// What is alike goes together whatever lies between; of one message only the first, in order.
#[tokio::test]
async fn a_batch_is_of_one_kind_and_keeps_the_order_of_each_message() {
    let (_dir, store, account, inbox, archive) = filled().await;
    store.put_heads(inbox, (4..=9).map(head).collect()).await.expect("stored");
    let keys = keys(&store, inbox);
    let place = |at: usize| store.read_now(|c| places(c, keys[at])).expect("places").remove(0);
    store
        .write_now(|t| {
            for at in 0..7 {
                ops::flag(t, &place(at), &Flag::Seen, true)?;
                ops::flag(t, &place(at), &Flag::Flagged, true)?;
            }
            ops::flag(t, &place(7), &Flag::Flagged, false)?;
            ops::flag(t, &place(7), &Flag::Seen, true)?;
            ops::move_to(t, &place(8), archive).map(|_| ())
        })
        .expect("wanted");
    let mut order = Vec::new();
    loop {
        let batch = next_of(&store, account).await;
        let Some(first) = batch.first() else { break };
        let uids: Vec<u32> = batch
            .iter()
            .flat_map(|op| match &op.kind {
                OpKind::Store { uids, .. } | OpKind::Move { uids, .. } => uids.clone(),
                OpKind::Append { .. } => Vec::new(),
            })
            .map(|uid| uid.0)
            .collect();
        let what = match &first.kind {
            OpKind::Store { add, flags, .. } => format!("{add} {}", flags[0].as_str()),
            OpKind::Move { to, .. } => to.clone(),
            OpKind::Append { .. } => String::new(),
        };
        order.push((what, uids));
        let ends = batch.iter().map(|op| (op.id, OpEnd::Done)).collect();
        store.ops_end(ends).await.expect("ended");
    }
    let seen = |uids: &[u32]| ("true \\Seen".to_owned(), uids.to_vec());
    let flagged = |uids: &[u32]| ("true \\Flagged".to_owned(), uids.to_vec());
    assert_eq!(
        order,
        [
            seen(&[1, 2, 3, 4, 5]),
            flagged(&[1, 2, 3, 4, 5]),
            seen(&[6, 7]),
            flagged(&[6, 7]),
            ("false \\Flagged".to_owned(), vec![8]),
            seen(&[8]),
            ("Archive".to_owned(), vec![9]),
        ]
    );
}

/// The numbers that are kept, and the same counted.
fn tallies(store: &Store) -> [Vec<[i64; 5]>; 2] {
    [
        "SELECT mailbox, inbox, class, seen, places FROM tallies WHERE places <> 0 \
         ORDER BY mailbox, inbox, class, seen",
        "SELECT mailbox, inbox, class, seen, count(*) FROM locations WHERE listed = 1 \
         GROUP BY mailbox, inbox, class, seen ORDER BY mailbox, inbox, class, seen",
    ]
    .map(|sql| {
        let rows = store.read_now(|c| {
            let mut query = c.prepare(sql)?;
            let row = |row: &rusqlite::Row<'_>| {
                Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?])
            };
            let rows = query.query_map([], row)?.collect::<std::result::Result<_, _>>()?;
            Ok(rows)
        });
        rows.expect("numbers")
    })
}

/// Whatever becomes of places, in whatever order, the numbers that are kept are those of counting.
#[tokio::test]
async fn numbers_are_kept_through_every_change() {
    let (_dir, store, _, inbox, archive) = filled().await;
    let [kept, counted] = tallies(&store);
    assert_eq!((&kept, kept.len()), (&counted, 1));
    let mut state = 7u64;
    let mut below = |most: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((state >> 33) % most).expect("small")
    };
    let columns = ["hidden", "gone", "deleted", "joined", "seen", "inbox", "class"];
    let (mut most, mut fewest) = (0, i64::MAX);
    for step in 0..3000 {
        let one = format!(
            "(SELECT id FROM locations ORDER BY id LIMIT 1 OFFSET {} % (SELECT max(1, count(*)) \
             FROM locations))",
            below(1000)
        );
        let mailbox = [inbox.0, archive.0][usize::try_from(below(2)).expect("one of two")];
        let mut column = || columns[usize::try_from(below(7)).expect("a column")];
        let (first, second) = (column(), column());
        let (yes, no) = (below(2), below(3));
        let sql = match below(8) {
            0 | 1 => format!(
                "INSERT INTO locations (mailbox, message, {first}) VALUES ({mailbox}, 1, {yes})"
            ),
            2 => format!("DELETE FROM locations WHERE id = {one}"),
            3 => format!("UPDATE locations SET mailbox = {mailbox} WHERE id = {one}"),
            4 => format!("UPDATE locations SET {first} = {yes} WHERE mailbox = {mailbox}"),
            _ if first == second => {
                format!("UPDATE locations SET {first} = {yes} WHERE id = {one}")
            }
            _ => format!("UPDATE locations SET {first} = {yes}, {second} = {no} WHERE id = {one}"),
        };
        store.write_now(|t| Ok(t.execute(&sql, [])?)).expect("changed");
        let [kept, counted] = tallies(&store);
        assert_eq!(kept, counted, "{step}: {sql}");
        let listed = counted.iter().map(|row| row[4]).sum::<i64>();
        (most, fewest) = (most.max(listed), fewest.min(listed));
    }
    assert!(most > 20 && fewest < 5, "{fewest} to {most} were listed");
    store.write_now(|t| Ok(t.execute("DELETE FROM mailboxes", [])?)).expect("gone");
    let left: i64 = store
        .read_now(|c| Ok(c.query_row("SELECT count(*) FROM tallies", [], |row| row.get(0))?))
        .expect("a number");
    assert_eq!(left, 0);
}

/// Small messages that came whole with their beginnings take a transaction or two in all, in whatever
/// state each is; so it is not the disk that a pass waits for.
#[tokio::test]
async fn many_small_messages_are_finished_together() {
    let (_dir, store, _, inbox, _) = filled().await;
    let arrived = store.put_heads(inbox, (4..=60).map(head).collect()).await.expect("stored");
    let transactions = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    let counted = std::sync::Arc::clone(&transactions);
    store.tell_steps(std::sync::Arc::new(move |_| {
        counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    }));
    let came = |key: &MessageKey| {
        let (mut octets, _) = store.octets(*key).expect("a header block");
        octets.extend_from_slice(b"Hi\r\n");
        // One in ten has more to come; one is told twice.
        Beginning { key: *key, offset: 0, octets, end: key.0 % 10 != 0 }
    };
    let mut all: Vec<Beginning> = arrived.new.iter().map(came).collect();
    all.push(came(&arrived.new[1]));
    all.push(Beginning { key: MessageKey(999), ..came(&arrived.new[1]) });
    store.put_beginnings(all).await.expect("stored");
    assert!(transactions.load(std::sync::atomic::Ordering::SeqCst) <= 2);
    for key in arrived.new {
        let have = store.have(key).expect("known");
        assert_eq!((have.complete, have.here > 60), (key.0 % 10 != 0, true), "{key:?}");
        assert!(store.octets(key).expect("octets").0.ends_with(b"\r\nHi\r\n"), "{key:?}");
    }
}
