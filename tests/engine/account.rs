//! The account task against the built-in server and its faults, with a store in memory.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::Arc,
    time::Duration,
};

use aloud::{
    engine::{
        AccountState, Error, Event, Security, SyncReport,
        account::{AccountTask, OpEnd, OpKind, Setup},
        net::{Dialer, Stream},
    },
    loopback::{AtCommand, CommandFault, Faults, Loopback, Protocol, When, mailboxes::Change},
    model::{AccountId, AddrSpec, DateTime, Flag, Uid, imap::MailboxRole},
};
use tokio::{
    sync::broadcast,
    time::{Instant, timeout},
};

use crate::support::{fake_store::Memory, scripted_server::settings};

pub const NOW: DateTime = DateTime::utc(1_741_097_400);
pub const HOUR: Duration = Duration::from_secs(3600);

struct Inside(Loopback);

#[async_trait::async_trait]
impl Dialer for Inside {
    async fn dial(&self, _host: &str, port: u16) -> io::Result<Box<dyn Stream>> {
        Ok(match port {
            143 => Box::new(self.0.imap_stream()),
            _ => Box::new(self.0.smtp_stream()),
        })
    }

    fn in_process(&self, _host: &str, _port: u16) -> bool {
        true
    }
}

pub struct World {
    pub server: Loopback,
    pub memory: Arc<Memory>,
    pub task: AccountTask,
    pub events: broadcast::Receiver<Event>,
}

fn message(n: u32) -> Vec<u8> {
    format!(
        "Message-ID: <m{n}@example.net>\r\nFrom: bo@example.net\r\nTo: ada@example.com\r\n\
         Subject: number {n}\r\n\r\nHello {n}\r\n"
    )
    .into_bytes()
}

pub fn server(messages: u32) -> Loopback {
    let server = Loopback::empty(NOW);
    server.add_user("ada", "pw", &[AddrSpec::parse("ada@example.com").expect("an address")]);
    for n in 1..=messages {
        deliver(&server, n);
    }
    server
}

fn deliver(server: &Loopback, n: u32) -> Uid {
    server.deliver("INBOX", message(n), &[], NOW).expect("delivered")
}

pub fn world(server: Loopback) -> World {
    let memory = Arc::new(Memory::with_password("pw"));
    attach(server, memory)
}

pub fn attach(server: Loopback, memory: Arc<Memory>) -> World {
    attach_to("mail.example.com", server, memory)
}

/// The account's server has this name.
pub fn attach_to(host: &str, server: Loopback, memory: Arc<Memory>) -> World {
    let mut settings = settings(Security::None);
    settings.imap.host = host.into();
    let (sender, events) = broadcast::channel(4096);
    let task = AccountTask::spawn(Setup {
        id: AccountId(1),
        settings,
        dialer: Arc::new(Inside(server.clone())),
        sink: Arc::clone(&memory) as _,
        passwords: Arc::clone(&memory) as _,
        events: sender,
        product: "Aloud 0.1".into(),
    });
    World { server, memory, task, events }
}

impl World {
    pub async fn sync(&self) -> SyncReport {
        let report = self.task.sync_once().await.expect("a pass");
        assert_eq!(report.errors, []);
        report
    }

    /// The store shows what the server has, in every mailbox.
    pub fn same(&self) {
        let listed: Vec<String> =
            self.memory.lock().boxes.iter().map(|b| b.state.wire_name.clone()).collect();
        assert!(listed.len() >= 5, "{listed:?}");
        for name in listed {
            assert_eq!(self.memory.flags(&name), on_server(&self.server, &name), "{name}");
        }
    }

    pub async fn until(&mut self, what: &str, mut done: impl FnMut(&Event, &Memory) -> bool) {
        let waiting = async {
            loop {
                match self.events.recv().await {
                    Ok(event) if done(&event, &self.memory) => return,
                    Ok(_) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        };
        timeout(HOUR, waiting).await.unwrap_or_else(|_| panic!("never happened: {what}"));
    }
}

fn on_server(server: &Loopback, name: &str) -> BTreeMap<u32, Vec<Flag>> {
    let mailbox = server.mailbox(name).expect("a mailbox");
    let pairs = mailbox.messages().iter();
    pairs.map(|m| (m.uid.0, m.flags.iter().cloned().collect())).collect()
}

fn uids(mailbox: &str, server: &Loopback) -> Vec<u32> {
    on_server(server, mailbox).into_keys().collect()
}

pub fn imap_commands(server: &Loopback) -> Vec<String> {
    let all = server.commands();
    all.into_iter()
        .filter_map(|line| line.strip_prefix("imap:").map(|l| l.trim().to_owned()))
        .collect()
}

fn sent(world: &Loopback) -> String {
    let mut name = None;
    world.change(|mailboxes| {
        name = mailboxes.all().iter().find(|m| m.role == MailboxRole::Sent).map(|m| m.name.clone());
    });
    name.expect("a Sent mailbox")
}

fn append(n: u32) -> OpKind {
    OpKind::Append {
        flags: vec![Flag::Seen],
        date: NOW,
        message_id: format!("m{n}@example.net"),
        octets: message(n).into(),
    }
}

#[tokio::test(start_paused = true)]
async fn passes_find_what_is_new_changed_and_gone() {
    for hidden in [vec![], vec!["CONDSTORE"], vec!["CONDSTORE", "MOVE", "UIDPLUS", "LITERAL+"]] {
        let server = server(7);
        let faults = Faults { hide_capabilities: hidden.clone(), ..Faults::default() };
        server.fault_always(Protocol::Imap, faults);
        let world = world(server);
        let report = world.sync().await;
        assert_eq!((report.new, report.messages), (7, 7));
        assert!(report.commands > 0 && report.bytes_in > 0 && report.bytes_out > 0);
        world.same();
        let head = &world.memory.mailbox("INBOX").rows[&3];
        assert!(head.header.starts_with(b"Message-ID: <m3@example.net>"));
        assert_eq!(head.size, message(3).len() as u64);

        // Nothing changed: nothing is written and little is asked.
        let writes = world.memory.lock().writes;
        world.server.forget_commands();
        let report = world.sync().await;
        assert_eq!(report.new, 0);
        assert_eq!(world.memory.lock().writes, writes, "{hidden:?}");
        let fetches = imap_commands(&world.server).iter().filter(|c| c.contains("FETCH")).count();
        if hidden.is_empty() {
            assert_eq!(fetches, 0);
        }

        deliver(&world.server, 8);
        world.server.change(|m| {
            let seen = BTreeSet::from([Flag::Seen]);
            m.store("INBOX", &[Uid(2)], Change::Add, &seen).expect("stored");
            m.remove("INBOX", &BTreeSet::from([Uid(1), Uid(5)])).expect("removed");
        });
        let report = world.sync().await;
        assert_eq!((report.new, report.messages), (1, 6));
        world.same();

        // Only gone, and only flags.
        world.server.change(|m| m.remove("INBOX", &BTreeSet::from([Uid(8)])).expect("removed"));
        world.sync().await;
        world.same();
        world.server.change(|m| {
            let seen = BTreeSet::from([Flag::Seen, Flag::MdnSent]);
            m.store("INBOX", &[Uid(3)], Change::Add, &seen).expect("stored");
        });
        world.sync().await;
        world.same();
        world.task.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_uidvalidity_starts_over_and_keeps_appends() {
    let world = world(server(4));
    world.sync().await;
    let stale = world
        .memory
        .queue("INBOX", OpKind::Store { uids: vec![Uid(2)], add: true, flags: vec![Flag::Seen] });
    let sent = sent(&world.server);
    let filed = world.memory.queue(&sent, append(50));
    world.server.change(|m| {
        m.remove("INBOX", &BTreeSet::from([Uid(1)])).expect("removed");
        m.renumber("INBOX").expect("renumbered");
    });
    world.sync().await;
    assert_eq!(world.memory.end(stale), Some(OpEnd::Stale));
    assert_eq!(world.memory.end(filed), Some(OpEnd::Done));
    world.same();
    assert_eq!(uids("INBOX", &world.server), [1, 2, 3]);
    assert!(world.server.mailbox("INBOX").expect("it").messages()[1].flags.is_empty());
}

#[tokio::test(start_paused = true)]
async fn operations_reach_the_server_in_order() {
    for hidden in [vec![], vec!["MOVE"], vec!["MOVE", "UIDPLUS"]] {
        let server = server(6);
        let faults = Faults { hide_capabilities: hidden.clone(), ..Faults::default() };
        server.fault_always(Protocol::Imap, faults);
        let world = world(server);
        world.sync().await;
        let trash = "Trash".to_owned();
        let store = |uids, add| OpKind::Store { uids, add, flags: vec![Flag::Seen] };
        world.memory.queue("INBOX", store(vec![Uid(1), Uid(2)], true));
        world.memory.queue("INBOX", store(vec![Uid(1)], false));
        world.memory.queue("INBOX", OpKind::Move { uids: vec![Uid(3)], to: trash });
        let lost = OpKind::Move { uids: vec![Uid(5)], to: "Nowhere".into() };
        let lost = world.memory.queue("INBOX", lost);
        let sent = sent(&world.server);
        world.memory.queue(&sent, append(60));
        // The server has filed this one by itself.
        world.server.deliver(&sent, message(61), &[], NOW).expect("delivered");
        world.memory.queue(&sent, append(61));
        world.sync().await;
        world.same();
        assert!(matches!(world.memory.end(lost), Some(OpEnd::Refused(_))), "{hidden:?}");
        assert_eq!(world.memory.lock().ends.len(), 6);
        let inbox = world.server.mailbox("INBOX").expect("it");
        let left: Vec<u32> = inbox.messages().iter().map(|m| m.uid.0).collect();
        assert_eq!(left, [1, 2, 4, 5, 6], "{hidden:?}");
        assert!(inbox.messages()[0].flags.is_empty());
        assert_eq!(inbox.messages()[1].flags, BTreeSet::from([Flag::Seen]));
        assert_eq!(uids("Trash", &world.server).len(), 1);
        assert_eq!(uids(&sent, &world.server).len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_mark_that_the_mailbox_cannot_keep_is_refused() {
    let server = server(1);
    server.fault_always(Protocol::Imap, Faults { refuse_keywords: true, ..Faults::default() });
    let world = world(server);
    world.sync().await;
    assert!(!world.memory.mailbox("INBOX").keywords);
    let mark = |flag| OpKind::Store { uids: vec![Uid(1)], add: true, flags: vec![flag] };
    let asked = world.memory.queue("INBOX", mark(Flag::MdnSent));
    let seen = world.memory.queue("INBOX", mark(Flag::Seen));
    world.task.replay().await.expect("replayed");
    assert!(matches!(world.memory.end(asked), Some(OpEnd::Refused(_))));
    assert_eq!(world.memory.end(seen), Some(OpEnd::Done));
}

#[tokio::test(start_paused = true)]
async fn operations_cut_off_midway_are_done_once() {
    for verb in ["APPEND", "MOVE", "COPY", "STORE", "EXPUNGE", "SEARCH", "SELECT"] {
        for fault in [CommandFault::RunAndDrop, CommandFault::Drop] {
            for hidden in [vec![], vec!["MOVE"]] {
                let server = server(4);
                let standing = Faults { hide_capabilities: hidden.clone(), ..Faults::default() };
                server.fault_always(Protocol::Imap, standing.clone());
                let world = world(server);
                world.sync().await;
                let trash = "Trash".to_owned();
                let sent = sent(&world.server);
                world.memory.queue("INBOX", OpKind::Move { uids: vec![Uid(1), Uid(3)], to: trash });
                world.memory.queue(&sent, append(70));
                let at = AtCommand { when: When::Verb(verb, 1), fault: fault.clone() };
                world.task.stop().await;
                // The worker's connection is the first of a new task.
                let world = attach(world.server, world.memory);
                let faults = Faults { at: vec![at], ..standing };
                world.server.fault_next(Protocol::Imap, faults);
                let first = world.task.replay().await;
                if first.is_err() {
                    world.task.replay().await.expect("the second time");
                }
                world.sync().await;
                world.same();
                let name = format!("{verb} {fault:?} {hidden:?}");
                assert_eq!(uids("INBOX", &world.server), [2, 4], "{name}");
                assert_eq!(uids("Trash", &world.server).len(), 2, "{name}");
                assert_eq!(uids(&sent, &world.server).len(), 1, "{name}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn bodies_come_in_slices_and_go_on_where_they_stopped() {
    let server = server(1);
    let mut big = message(2);
    big.extend(std::iter::repeat_n(*b"0123456789abcdef\r\n", 60_000).flatten());
    server.deliver("INBOX", big.clone(), &[], NOW).expect("delivered");
    let mut world = world(server);
    world.sync().await;
    let (small_key, key) = (world.memory.key("INBOX", 1), world.memory.key("INBOX", 2));
    world
        .server
        .fault_next(Protocol::Imap, Faults { cut_output: Some(400_000), ..Faults::default() });
    world.server.fault_next(Protocol::Imap, Faults { cut_output: Some(10), ..Faults::default() });
    let error = world.task.fetch_body(key).await.expect_err("cut");
    assert!(matches!(error, Error::Unreachable { .. }), "{error}");
    let have = world.memory.mailbox("INBOX").rows[&2].octets.len();
    assert!((64 * 1024..400_000).contains(&have), "{have}");
    let (whole, small) = tokio::join!(world.task.fetch_body(key), world.task.fetch_body(small_key));
    whole.expect("fetched");
    small.expect("fetched");
    assert!(world.memory.mailbox("INBOX").rows[&2].octets == big);
    assert_eq!(world.memory.mailbox("INBOX").rows[&1].octets, message(1));
    let mut last = (0, 0);
    while let Ok(event) = world.events.try_recv() {
        if let Event::BodyProgress(of, have, all) = event
            && of == key
        {
            assert!(have > last.0 && all >= have);
            last = (have, all);
        }
    }
    assert_eq!(last, (big.len() as u64, big.len() as u64));
    // Complete is complete: no command at all.
    world.server.forget_commands();
    world.task.fetch_body(key).await.expect("there");
    assert_eq!(imap_commands(&world.server), Vec::<String>::new());
    // Nothing was marked as read by any of this.
    assert!(on_server(&world.server, "INBOX").values().all(Vec::is_empty));
    world.server.change(|m| m.remove("INBOX", &BTreeSet::from([Uid(1)])).expect("removed"));
}

#[tokio::test(start_paused = true)]
async fn beginnings_are_fetched_where_the_store_wants_them() {
    let server = server(40);
    let world = world(server);
    world.memory.lock().wants_prefixes = true;
    world.server.forget_commands();
    world.sync().await;
    let inbox = world.memory.mailbox("INBOX");
    assert!(inbox.rows.values().all(|row| row.complete));
    assert_eq!(inbox.rows[&7].octets, message(7));
    let slices = imap_commands(&world.server).iter().filter(|c| c.contains("BODY.PEEK[]<")).count();
    assert_eq!(slices, 3, "sixteen at a time");
}

#[tokio::test(start_paused = true)]
async fn a_cut_anywhere_converges() {
    // How many octets an undisturbed session has in each direction.
    let whole = {
        let world = world(server(5));
        world.sync().await
    };
    for (direction, octets) in [("out", whole.bytes_in), ("in", whole.bytes_out)] {
        for at in (0..octets).step_by(11) {
            let server = server(5);
            let (cut_output, cut_input) =
                if direction == "out" { (Some(at), None) } else { (None, Some(at)) };
            server
                .fault_next(Protocol::Imap, Faults { cut_output, cut_input, ..Faults::default() });
            let world = world(server);
            let first = world.task.sync_once().await;
            assert!(!matches!(first, Err(Error::Store(_))));
            world.sync().await;
            world.same();
            world.task.stop().await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_pass_cut_anywhere_loses_nothing() {
    for condstore in [true, false] {
        let hidden = if condstore { vec![] } else { vec!["CONDSTORE"] };
        let standing = Faults { hide_capabilities: hidden, ..Faults::default() };
        for at in (0..6000).step_by(97) {
            let server = server(6);
            server.fault_always(Protocol::Imap, standing.clone());
            let world = world(server);
            world.sync().await;
            deliver(&world.server, 7);
            world.server.change(|m| {
                let seen = BTreeSet::from([Flag::Seen]);
                m.store("INBOX", &[Uid(2)], Change::Add, &seen).expect("stored");
                m.remove("INBOX", &BTreeSet::from([Uid(4)])).expect("removed");
            });
            world
                .server
                .fault_next(Protocol::Imap, Faults { cut_output: Some(at), ..standing.clone() });
            let _ = world.task.sync_once().await;
            // Whatever came through: no message that the server has is missing.
            let known = world.memory.flags("INBOX");
            for uid in [1, 2, 3, 5, 6] {
                assert!(known.contains_key(&uid), "{uid} lost at {at}");
            }
            world.sync().await;
            world.same();
            world.task.stop().await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn silence_at_any_command_ends_and_is_made_up_for() {
    for nth in 1..=12 {
        for fault in [
            CommandFault::Stall,
            CommandFault::Drop,
            CommandFault::Bye("maintenance".into()),
            CommandFault::Answer("NO [UNAVAILABLE] later".into()),
            CommandFault::Answer("BAD what".into()),
            CommandFault::EndlessLine,
            CommandFault::EndlessLines,
            CommandFault::HugeLiteral(1 << 40),
        ] {
            let server = server(3);
            let at = vec![AtCommand { when: When::Nth(nth), fault: fault.clone() }];
            server.fault_next(Protocol::Imap, Faults { at, ..Faults::default() });
            let world = world(server);
            let start = Instant::now();
            let _ = world.task.sync_once().await;
            let took = start.elapsed();
            assert!(took <= Duration::from_secs(130), "{fault:?} at {nth}: {took:?}");
            world.sync().await;
            world.same();
            world.task.stop().await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn only_a_complete_scan_takes_messages_away() {
    for hidden in [vec![], vec!["CONDSTORE"]] {
        // A server that shows its newest messages only.
        let standing = Faults { hide_capabilities: hidden.clone(), ..Faults::default() };
        let start = || {
            let server = server(60);
            server.fault_always(Protocol::Imap, standing.clone());
            world(server)
        };
        let world = start();
        world.sync().await;
        let wrong = Faults { exists_off_by: 3, newest_only: Some(50), ..standing.clone() };
        world.server.fault_next(Protocol::Imap, wrong);
        let _ = world.task.sync_once().await;
        assert_eq!(world.memory.flags("INBOX").len(), 60, "{hidden:?}");

        // Many at once: a second look, a minute later.
        let all: BTreeSet<Uid> = (1..=40).map(Uid).collect();
        world.server.change(|m| m.remove("INBOX", &all).expect("removed"));
        world.sync().await;
        assert_eq!(world.memory.flags("INBOX").len(), 60, "{hidden:?}");
        tokio::time::sleep(Duration::from_secs(61)).await;
        world.sync().await;
        world.same();

        // A few at once go straight away.
        let few: BTreeSet<Uid> = (41..=50).map(Uid).collect();
        world.server.change(|m| m.remove("INBOX", &few).expect("removed"));
        world.sync().await;
        world.same();
    }
}

#[tokio::test(start_paused = true)]
async fn odd_servers_are_understood() {
    for faults in [
        Faults { duplicate_fetch: true, ..Faults::default() },
        Faults { fetch_descending: true, ..Faults::default() },
        Faults { drip: true, ..Faults::default() },
        Faults {
            hide_capabilities: vec!["IDLE", "UIDPLUS", "CONDSTORE", "SPECIAL-USE"],
            ..Faults::default()
        },
        Faults::once(
            When::Every("FETCH"),
            CommandFault::Inject(b"* OK caf\xe9\r\n* XLIST ()\r\n".to_vec()),
        ),
        Faults::once(When::Every("SELECT"), CommandFault::Delay(Duration::from_secs(40))),
    ] {
        let server = server(9);
        server.fault_always(Protocol::Imap, faults.clone());
        let world = world(server);
        world.sync().await;
        world.same();
        deliver(&world.server, 10);
        world.sync().await;
        world.same();
        world.task.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn one_message_that_cannot_be_read_does_not_hold_up_the_rest() {
    // The answer to a fetch of headers cannot be parsed whenever it has UID 5.
    let server = server(9);
    let world = world(server);
    let bad = |nth| AtCommand {
        when: When::Verb("FETCH", nth),
        fault: CommandFault::Inject(b"* 5 FETCH (UID 5 FLAGS (\r\n".to_vec()),
    };
    // The second FETCH of each of the next connections, until one message is left.
    for _ in 0..4 {
        let at = vec![bad(2)];
        world.server.fault_next(Protocol::Imap, Faults { at, ..Faults::default() });
    }
    let report = world.task.sync_once().await.expect("a pass");
    assert_eq!(report.messages, 9);
    world.sync().await;
    world.same();
}

#[tokio::test(start_paused = true)]
async fn news_arrive_while_waiting() {
    for hidden in [vec![], vec!["IDLE"], vec!["CONDSTORE"]] {
        let server = server(2);
        let faults = Faults { hide_capabilities: hidden.clone(), ..Faults::default() };
        server.fault_always(Protocol::Imap, faults);
        let mut world = world(server);
        world.task.set_online(true);
        let up = |event: &Event| matches!(event, Event::AccountChanged(_));
        let mut state = world.task.state();
        let ready = state.wait_for(|state| matches!(state, AccountState::UpToDate(_)));
        timeout(HOUR, ready).await.expect("in time").expect("a state");
        world.until("connected", |event, _| up(event)).await;
        tokio::time::sleep(Duration::from_secs(5)).await;
        deliver(&world.server, 3);
        world
            .until("arrival", |event, _| matches!(event, Event::Arrived(keys) if keys.len() == 1))
            .await;
        world.server.change(|m| {
            let seen = BTreeSet::from([Flag::Seen]);
            m.store("INBOX", &[Uid(1)], Change::Add, &seen).expect("stored");
        });
        world.until("flags", |_, memory| memory.flags("INBOX")[&1] == [Flag::Seen]).await;
        world.server.change(|m| m.remove("INBOX", &BTreeSet::from([Uid(2)])).expect("removed"));
        world.until("removal", |_, memory| memory.flags("INBOX").len() == 2).await;
        // An operation of ours is carried out without waiting for anything.
        let op = OpKind::Move { uids: vec![Uid(1)], to: "Trash".into() };
        let op = world.memory.queue("INBOX", op);
        world.task.wake();
        world
            .until("the move", |_, memory| {
                memory.end(op).is_some() && memory.flags("Trash").len() == 1
            })
            .await;
        world.same();
        let stopping = Instant::now();
        world.task.stop().await;
        assert!(stopping.elapsed() <= Duration::from_secs(6));
        assert!(matches!(world.task.sync_once().await, Err(Error::Stopped)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_day_of_broken_connections_is_survived_politely() {
    let server = server(2);
    // Every connection dies after a while, in the middle of anything.
    let faults = Faults { cut_output: Some(2500), ..Faults::default() };
    server.fault_always(Protocol::Imap, faults);
    let world = world(server);
    world.task.set_online(true);
    for hour in 1..=24 {
        let before = world.server.connections(Protocol::Imap);
        deliver(&world.server, 100 + hour);
        tokio::time::sleep(HOUR).await;
        let logins = world.server.connections(Protocol::Imap) - before;
        assert!(logins <= 60, "{logins} connections in hour {hour}");
    }
    world.server.fault_always(Protocol::Imap, Faults::default());
    world.sync().await;
    world.same();
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_is_tried_once_and_then_asked_for() {
    let server = server(1);
    let memory = Arc::new(Memory::with_password("wrong"));
    let mut world = attach(server, memory);
    world.task.set_online(true);
    world.until("the question", |event, _| *event == Event::AuthRequired(AccountId(1))).await;
    assert!(matches!(*world.task.state().borrow(), AccountState::NeedsPassword(_)));
    let tries = world.server.connections(Protocol::Imap);
    tokio::time::sleep(HOUR * 24).await;
    assert_eq!(world.server.connections(Protocol::Imap), tries, "it must not try by itself");
    assert!(tries <= 3);
    world.memory.lock().password = Some("pw".into());
    world.task.wake();
    world.until("the pass", |_, memory| !memory.lock().boxes.is_empty()).await;
    world.sync().await;
    world.same();

    // None at all.
    let world = attach(server_with_nothing(), Arc::new(Memory::default()));
    assert!(matches!(world.task.sync_once().await, Err(Error::PasswordNeeded)));
}

fn server_with_nothing() -> Loopback {
    server(0)
}

#[tokio::test(start_paused = true)]
async fn finds_a_sent_message_or_says_that_it_does_not_know() {
    let world = world(server(3));
    world.sync().await;
    let sent_name = sent(&world.server);
    world.server.deliver(&sent_name, message(90), &[], NOW).expect("delivered");
    let found = world.task.find_message("m90@example.net").await.expect("an answer");
    assert_eq!(found, Some(world.memory.mailbox(&sent_name).state.id));
    let found = world.task.find_message("m2@example.net").await.expect("an answer");
    assert_eq!(found, Some(world.memory.mailbox("INBOX").state.id));
    assert_eq!(world.task.find_message("none@example.net").await.expect("an answer"), None);
    world.task.stop().await;
    let world = attach(world.server, world.memory);
    for _ in 0..2 {
        let at = vec![AtCommand {
            when: When::Every("SEARCH"),
            fault: CommandFault::Answer("NO busy".into()),
        }];
        world.server.fault_next(Protocol::Imap, Faults { at, ..Faults::default() });
    }
    assert!(world.task.find_message("m90@example.net").await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_large_mailbox_takes_few_commands_and_few_octets() {
    const MESSAGES: u32 = 5_000;
    for (hidden, most_commands, most_octets) in
        [(vec![], 1, 4 * 1024), (vec!["CONDSTORE"], 4, 50 * u64::from(MESSAGES))]
    {
        let server = server(MESSAGES);
        let faults = Faults { hide_capabilities: hidden.clone(), ..Faults::default() };
        server.fault_always(Protocol::Imap, faults);
        let world = world(server);
        world.server.forget_commands();
        let report = world.sync().await;
        assert_eq!(report.messages, MESSAGES);
        assert!(report.commands <= 30, "{} commands at first", report.commands);
        world.server.forget_commands();
        let report = world.sync().await;
        let about_inbox = imap_commands(&world.server)
            .into_iter()
            .skip_while(|command| !command.contains("INBOX"))
            .take_while(|command| !command.contains("\"Sent\""))
            .count();
        assert!(about_inbox <= most_commands, "{about_inbox} commands, {hidden:?}");
        assert!(report.bytes_in <= most_octets, "{} octets, {hidden:?}", report.bytes_in);
        // One in a hundred changed.
        world.server.change(|m| {
            let some: Vec<Uid> = (1..=MESSAGES / 100).map(|n| Uid(n * 100)).collect();
            m.store("INBOX", &some, Change::Add, &BTreeSet::from([Flag::Seen])).expect("stored");
        });
        let report = world.sync().await;
        if hidden.is_empty() {
            assert!(report.bytes_in <= 100 * 1024, "{}", report.bytes_in);
        }
        world.same();
        world.task.stop().await;
    }
}
