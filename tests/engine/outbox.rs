//! The outbox contract over a server that misbehaves, and over a process that ends.

use std::{
    fs::File,
    path::Path,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};

use aloud::{
    engine::{
        Engine, Failure, FailureWhy, Options, OutboxState, net::TcpDialer, secrets::MemoryStore,
    },
    loopback::{AtCommand, CommandFault, DropAfterData, Faults, Loopback, Protocol, When},
    model::{AddrSpec, DateTime, OutboxId, Secret},
};

use crate::support::user::{Desk, OWN, START, refused, server, settings};

fn letter(id: &str) -> Vec<u8> {
    format!(
        "From: Robin Vale <{OWN}>\r\nTo: Ada <ada@example.net>\r\nBcc: bo@example.net\r\n\
         Subject: Hello\r\nMessage-ID: <{id}@example.com>\r\nDate: Wed, 05 Mar 2025 08:00:00 +0000\r\n\
         \r\nText\r\n"
    )
    .into_bytes()
}

async fn state(desk: &Desk, id: OutboxId) -> Option<OutboxState> {
    let rows = desk.engine.outbox().await.expect("rows");
    rows.into_iter().find(|row| row.id == id).map(|row| row.state)
}

#[tokio::test]
async fn a_message_goes_once_and_is_filed() {
    let desk = Desk::new().await;
    desk.sync().await;
    desk.engine.submit_raw(letter("a")).await.expect("frozen");
    desk.engine.drain_outbox().await.expect("drained");
    desk.engine.settle_operations().await;
    let submitted = desk.server.submitted();
    assert_eq!(submitted.len(), 1);
    let envelope = &submitted[0].envelope;
    let to: Vec<&str> = envelope.forward_paths.iter().map(|p| p.address.as_str()).collect();
    assert_eq!(to, ["ada@example.net", "bo@example.net"]);
    assert_eq!(envelope.reverse_path.as_deref(), Some(OWN));
    assert!(!String::from_utf8_lossy(&submitted[0].octets).contains("Bcc"));
    assert!(desk.engine.outbox().await.expect("rows").is_empty());
    assert_eq!(desk.on_server("Sent"), 1);
    let sent = desk.mailbox("Sent").await;
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].sender, "Ada");
    // The next passes find the same message, not another.
    desk.sync().await;
    desk.sync().await;
    let again = desk.mailbox("Sent").await;
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].key, sent[0].key);
    assert!(again[0].uid.is_some());
    assert_eq!(desk.on_server("Sent"), 1);
}

#[tokio::test]
async fn a_refused_recipient_is_named_and_nobody_gets_anything() {
    let desk = Desk::new().await;
    desk.server.fault_always(
        Protocol::Smtp,
        Faults {
            refuse_recipients: vec![("bo@".into(), "550 5.1.1 no such user".into())],
            ..Faults::default()
        },
    );
    let id = desk.engine.submit_raw(letter("a")).await.expect("frozen");
    desk.engine.drain_outbox().await.expect("drained");
    match state(&desk, id).await {
        Some(OutboxState::Failed(failure)) => {
            let expected = Failure {
                why: FailureWhy::Refused,
                code: Some(550),
                recipient: AddrSpec::parse("bo@example.net").ok(),
                said: "5.1.1 no such user".into(),
            };
            assert_eq!(failure, expected);
        }
        other => panic!("{other:?}"),
    }
    assert!(desk.server.submitted().is_empty());
    // The message is still there, whole.
    assert!(!desk.engine.outbox_raw(id).await.expect("octets").is_empty());
    desk.server.fault_always(Protocol::Smtp, Faults::default());
    desk.engine.retry_send(id).await.expect("again");
    desk.engine.drain_outbox().await.expect("drained");
    assert_eq!(desk.server.submitted().len(), 1);
}

#[tokio::test]
async fn temporary_trouble_is_tried_again_by_itself() {
    for faults in [
        Faults { refuse_data: Some("451 4.3.0 later".into()), ..Faults::default() },
        Faults::once(When::Verb("MAIL", 1), CommandFault::Answer("451 4.3.0 later".into())),
        Faults::once(When::Verb("MAIL", 1), CommandFault::Drop),
        Faults::once(When::Verb("RCPT", 1), CommandFault::Drop),
        Faults::once(When::Verb("EHLO", 1), CommandFault::Drop),
        Faults { cut_output: Some(5), ..Faults::default() },
    ] {
        let desk = Desk::new().await;
        desk.server.fault_next(Protocol::Smtp, faults.clone());
        let id = desk.engine.submit_raw(letter("a")).await.expect("frozen");
        desk.engine.drain_outbox().await.expect("drained");
        assert!(desk.server.submitted().is_empty(), "{faults:?}");
        let waits = state(&desk, id).await;
        assert!(
            matches!(waits, Some(OutboxState::Retry { .. } | OutboxState::Queued)),
            "{faults:?}: {waits:?}"
        );
        desk.later(3600);
        desk.engine.drain_outbox().await.expect("drained");
        assert_eq!(desk.server.submitted().len(), 1, "{faults:?}");
        assert_eq!(state(&desk, id).await, None, "{faults:?}");
    }
}

#[tokio::test]
async fn a_permanent_no_stops() {
    let desk = Desk::new().await;
    desk.server.fault_next(
        Protocol::Smtp,
        Faults { refuse_data: Some("554 5.7.1 not you".into()), ..Faults::default() },
    );
    let id = desk.engine.submit_raw(letter("a")).await.expect("frozen");
    desk.engine.drain_outbox().await.expect("drained");
    desk.later(24 * 3600);
    desk.engine.drain_outbox().await.expect("drained");
    assert!(matches!(state(&desk, id).await, Some(OutboxState::Failed(_))));
    assert!(desk.server.submitted().is_empty());
}

/// The server has it, the reply is lost, and its own copy lies in Sent: found, never sent again.
#[tokio::test]
async fn a_lost_reply_is_settled_by_a_search() {
    let desk = Desk::new().await;
    desk.server.fault_next(
        Protocol::Smtp,
        Faults { drop_after_data: Some(DropAfterData::Taken), ..Faults::default() },
    );
    let octets = letter("a");
    desk.server.deliver("Sent", octets.clone(), &[], DateTime::utc(START)).expect("filed");
    let id = desk.engine.submit_raw(octets).await.expect("frozen");
    desk.engine.drain_outbox().await.expect("drained");
    desk.engine.settle_operations().await;
    assert_eq!(state(&desk, id).await, None);
    assert_eq!(desk.server.submitted().len(), 1);
    assert_eq!(desk.on_server("Sent"), 1, "the search came before the append");
    desk.sync().await;
    assert_eq!(desk.mailbox("Sent").await.len(), 1);
}

/// Nobody knows: the user is asked, and nothing is sent without an answer.
#[tokio::test]
async fn a_lost_reply_without_a_trace_asks_the_user() {
    for taken in [DropAfterData::Taken, DropAfterData::Lost] {
        let quick = Arc::new(AtomicI64::new(START));
        let mut desk = Desk::with(server(), |options| options.clock = running(&quick)).await;
        desk.server.fault_next(
            Protocol::Smtp,
            Faults { drop_after_data: Some(taken), ..Faults::default() },
        );
        let id = desk.engine.submit_raw(letter("a")).await.expect("frozen");
        desk.engine.drain_outbox().await.expect("drained");
        desk.later(quick.load(Ordering::SeqCst) - START);
        assert_eq!(state(&desk, id).await, Some(OutboxState::Ambiguous), "{taken:?}");
        let before = desk.server.submitted().len();
        desk.restart().await;
        desk.later(24 * 3600);
        desk.engine.drain_outbox().await.expect("drained");
        assert_eq!(desk.server.submitted().len(), before, "{taken:?}: sent again by itself");
        assert_eq!(state(&desk, id).await, Some(OutboxState::Ambiguous), "{taken:?}");
        desk.engine.retry_send(id).await.expect("the user's word");
        desk.engine.drain_outbox().await.expect("drained");
        assert_eq!(desk.server.submitted().len(), before + 1, "{taken:?}");
    }
}

#[tokio::test]
async fn a_wrong_password_waits_for_the_right_one() {
    let desk = Desk::new().await;
    desk.engine.supply_password(desk.account, Secret::new("wrong".into())).await.expect("kept");
    let mut events = desk.engine.events();
    let id = desk.engine.submit_raw(letter("a")).await.expect("frozen");
    desk.engine.drain_outbox().await.expect("drained");
    assert!(matches!(state(&desk, id).await, Some(OutboxState::Retry { .. })));
    let mut asked = false;
    while let Ok(event) = events.try_recv() {
        asked |= matches!(event, aloud::engine::Event::AuthRequired(_));
    }
    assert!(asked);
    desk.engine.supply_password(desk.account, Secret::new("secret".into())).await.expect("kept");
    desk.engine.drain_outbox().await.expect("drained");
    assert_eq!(desk.server.submitted().len(), 1);
}

#[tokio::test]
async fn undo_takes_a_held_message_back() {
    let desk = Desk::with(server(), |options| options.undo_seconds = 10).await;
    let message = super::sending::text(desk.account, "ada@example.net", "Hello");
    let ids = desk.engine.send(message).await.expect("frozen");
    assert!(matches!(state(&desk, ids[0]).await, Some(OutboxState::Held(_))));
    desk.engine.cancel_send(ids[0]).await.expect("taken back");
    desk.later(60);
    desk.engine.drain_outbox().await.expect("drained");
    assert!(desk.server.submitted().is_empty());
    assert!(desk.engine.cancel_send(ids[0]).await.is_err());
}

#[tokio::test]
async fn strangers_and_private_cargo_are_not_sent() {
    let desk = Desk::new().await;
    let stranger = b"From: eve@example.net\r\nTo: ada@example.net\r\n\r\nx\r\n".to_vec();
    assert!(desk.engine.submit_raw(stranger).await.is_err());
    let cargo = format!(
        "From: {OWN}\r\nTo: ada@example.net\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: message/rfc822\r\n\r\n\
         From: bo@example.net\r\nSensitivity: Private\r\n\r\nsecret\r\n--x--\r\n"
    );
    refused(desk.engine.submit_raw(cargo.into_bytes()).await);
    assert!(desk.engine.outbox().await.expect("rows").is_empty());
}

/// Two engines on one folder, as a window and a command line: one sends, the other only freezes.
#[tokio::test]
async fn one_engine_a_folder_sends() {
    let desk = Desk::new().await;
    let options =
        crate::support::user::options(desk.dir.path().join("data"), &desk.server, &desk.clock);
    let other = Engine::start(options).await.expect("another engine");
    let row = other.submit_raw(letter("a")).await.expect("frozen");
    let drained = other.drain_outbox();
    // It waits for the first, which has the password and sends.
    let (drained, sent) = tokio::join!(drained, desk.engine.drain_outbox());
    drained.expect("drained");
    sent.expect("drained");
    assert_eq!(desk.server.submitted().len(), 1);
    assert_eq!(state(&desk, row).await, None);
    // The first ends; the other takes over.
    desk.engine.shutdown().await;
    other.supply_password(desk.account, Secret::new("secret".into())).await.expect("kept");
    other.submit_raw(letter("b")).await.expect("frozen");
    other.drain_outbox().await.expect("drained");
    assert_eq!(desk.server.submitted().len(), 2);
    other.shutdown().await;
}

/// Two engines on one folder: what waits for the server is carried out by one of them, even where
/// the server takes its time and doing it twice would show.
#[tokio::test]
async fn operations_are_carried_out_by_one_of_two_engines() {
    let server = server();
    let slow = |verb| AtCommand {
        when: When::Every(verb),
        fault: CommandFault::Delay(std::time::Duration::from_millis(200)),
    };
    let faults = Faults {
        hide_capabilities: vec!["MOVE"],
        at: ["SEARCH", "COPY", "APPEND", "EXPUNGE"].map(slow).into(),
        ..Faults::default()
    };
    server.fault_always(Protocol::Imap, faults);
    let desk = Desk::with(server, |_| ()).await;
    desk.deliver(super::sending::PLAIN);
    desk.sync().await;
    let key = desk.inbox().await[0].key;
    desk.engine.submit_raw(letter("a")).await.expect("frozen");
    desk.engine.drain_outbox().await.expect("drained");
    desk.engine.archive(vec![key]).await.expect("moved");
    let options =
        crate::support::user::options(desk.dir.path().join("data"), &desk.server, &desk.clock);
    let other = Engine::start(options).await.expect("another engine");
    other.supply_password(desk.account, Secret::new("secret".into())).await.expect("kept");
    tokio::join!(desk.engine.settle_operations(), other.settle_operations());
    let commands = desk.server.commands();
    let said = |verb: &str| commands.iter().filter(|line| line.contains(verb)).count();
    assert_eq!((said(" APPEND "), said(" UID COPY ")), (1, 1), "{commands:?}");
    assert_eq!(
        (desk.on_server("Sent"), desk.on_server("Archive"), desk.on_server("INBOX")),
        (1, 1, 0)
    );
    other.shutdown().await;
}

/// While it is searched for, a doubtful message counts as being sent; after a minute the user is
/// asked.
#[tokio::test]
async fn doubt_is_told_after_a_minute() {
    let desk = Desk::new().await;
    let lost = Faults { drop_after_data: Some(DropAfterData::Lost), ..Faults::default() };
    desk.server.fault_next(Protocol::Smtp, lost);
    let id = desk.engine.submit_raw(letter("a")).await.expect("frozen");
    let searched = async {
        while !desk.server.commands().iter().any(|line| line.contains("SEARCH")) {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        drained = desk.engine.drain_outbox() => panic!("nothing is settled: {drained:?}"),
        () = searched => {}
    }
    assert_eq!(state(&desk, id).await, Some(OutboxState::Sending(100)));
    desk.later(59);
    assert_eq!(state(&desk, id).await, Some(OutboxState::Sending(100)));
    desk.later(1);
    assert_eq!(state(&desk, id).await, Some(OutboxState::Ambiguous));
}

// A process that ends at a step. The child is this same test binary.

const STEPS: [&str; 5] = ["frozen", "connecting", "data", "replied", "accepted"];

/// Ends itself at the step named by the environment; does nothing in an ordinary run.
#[tokio::test]
async fn child() {
    let (Ok(step), Ok(dir), Ok(ports)) = (
        std::env::var("ALOUD_TEST_STEP"),
        std::env::var("ALOUD_TEST_DIR"),
        std::env::var("ALOUD_TEST_PORTS"),
    ) else {
        return;
    };
    let options = Options {
        undo_seconds: 0,
        steps: Some(Arc::new(move |reached| {
            if reached == step {
                std::process::abort();
            }
        })),
        ..Options::new(dir.into(), Arc::new(MemoryStore::default()))
    };
    let engine = Engine::start(options).await.expect("an engine");
    let (imap, smtp) = ports.split_once(' ').expect("two ports");
    let mut settings = settings();
    settings.imap.port = imap.parse().expect("a port");
    settings.smtp.port = smtp.parse().expect("a port");
    engine.add_account(settings, Some(Secret::new("secret".into()))).await.expect("added");
    engine.submit_raw(letter("crash")).await.expect("frozen");
    engine.drain_outbox().await.expect("drained");
    unreachable!("the step was not reached");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_at_any_step_loses_nothing_and_sends_nothing_twice() {
    for step in STEPS {
        let server: Loopback = server();
        let ports = server.listen(0, 0).await.expect("ports");
        let dir = tempfile::tempdir().expect("a folder");
        let data = dir.path().join("data");
        let child = {
            let data = data.clone();
            tokio::task::spawn_blocking(move || {
                Command::new(std::env::current_exe().expect("this program"))
                    .args(["--exact", "engine::outbox::child", "--test-threads=1"])
                    .env("ALOUD_TEST_STEP", step)
                    .env("ALOUD_TEST_DIR", data)
                    .env("ALOUD_TEST_PORTS", format!("{} {}", ports.imap.port(), ports.smtp.port()))
                    .output()
                    .expect("a child")
            })
        };
        let output = child.await.expect("an end");
        assert!(!output.status.success(), "{step}: the child was not ended");
        let clock = Arc::new(AtomicI64::new(unix_now() + 10));
        let options = Options {
            dialer: Arc::new(TcpDialer),
            clock: running(&clock),
            ..crate::support::user::options(data, &server, &clock)
        };
        let engine = Engine::start(options).await.expect("an engine");
        let accounts = engine.accounts().await.expect("accounts");
        assert_eq!(accounts.len(), 1, "{step}: {}", String::from_utf8_lossy(&output.stderr));
        let id = accounts[0].id;
        engine.supply_password(id, Secret::new("secret".into())).await.expect("kept");
        engine.drain_outbox().await.expect("drained");
        engine.settle_operations().await;
        let copies = server.submitted().len();
        let rows = engine.outbox().await.expect("rows");
        assert!(copies <= 1, "{step}: sent {copies} times");
        let settled = copies == 1 && rows.is_empty();
        let asked = rows.len() == 1 && rows[0].state == OutboxState::Ambiguous;
        assert!(settled || asked, "{step}: {copies} copies, {rows:?}");
        // Only where nobody can know is the user asked.
        assert_eq!(asked, matches!(step, "data" | "replied"), "{step}: {rows:?}");
        if settled {
            assert_eq!(server.mailbox("Sent").map_or(0, |m| m.messages().len()), 1, "{step}");
        }
        engine.shutdown().await;
    }
}

/// A clock that moves on by three seconds whenever somebody looks at it.
fn running(clock: &Arc<AtomicI64>) -> Arc<dyn Fn() -> i64 + Send + Sync> {
    let clock = Arc::clone(clock);
    Arc::new(move || clock.fetch_add(3, Ordering::SeqCst))
}

fn unix_now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(since.unwrap_or_default().as_secs()).unwrap_or_default()
}

/// The connection is cut at many places, in both directions: never two copies, never silence.
#[tokio::test]
async fn cuts_anywhere_lose_nothing_and_repeat_nothing() {
    let clock = Arc::new(AtomicI64::new(START));
    let desk = Desk::with(server(), |options| options.clock = running(&clock)).await;
    let cuts = (0..900).step_by(71).map(|at| (Some(at), None));
    let cuts = cuts.chain((0..700).step_by(71).map(|at| (None, Some(at))));
    let mut ambiguous = 0;
    for (n, (cut_input, cut_output)) in cuts.enumerate() {
        let id = format!("cut{n}");
        let faults = Faults { cut_input, cut_output, ..Faults::default() };
        desk.server.fault_next(Protocol::Smtp, faults);
        let row = desk.engine.submit_raw(letter(&id)).await.expect("frozen");
        for _ in 0..2 {
            desk.engine.drain_outbox().await.expect("drained");
            clock.fetch_add(2 * 3600, Ordering::SeqCst);
        }
        let named = format!("<{id}@example.com>");
        let copies = desk
            .server
            .submitted()
            .iter()
            .filter(|s| String::from_utf8_lossy(&s.octets).contains(&named))
            .count();
        let left = state(&desk, row).await;
        let at = (cut_input, cut_output);
        assert!(copies <= 1, "{at:?}: {copies} copies");
        match left {
            None => assert_eq!(copies, 1, "{at:?}"),
            Some(OutboxState::Ambiguous) => {
                ambiguous += 1;
                desk.engine.cancel_send(row).await.expect("let go");
            }
            other => panic!("{at:?}: {other:?}"),
        }
    }
    assert!(ambiguous > 0, "some cut falls after the final dot");
}

/// A wrong password is asked for, and not tried again by itself, however long it takes.
#[tokio::test]
async fn a_wrong_password_is_tried_once() {
    let desk = Desk::new().await;
    let wrong = Secret::new("wrong".into());
    desk.engine.supply_password(desk.account, wrong).await.expect("kept");
    let id = desk.engine.submit_raw(letter("a")).await.expect("frozen");
    let mut events = desk.engine.events();
    desk.engine.drain_outbox().await.expect("drained");
    let tried = desk.server.connections(Protocol::Smtp);
    for _ in 0..48 {
        desk.later(3600);
        desk.engine.drain_outbox().await.expect("drained");
    }
    assert_eq!(desk.server.connections(Protocol::Smtp), tried, "it must not try by itself");
    match state(&desk, id).await {
        Some(OutboxState::Retry { reason, .. }) => {
            assert_eq!(reason.why, FailureWhy::Credentials);
            assert!(reason.why.waits_for_user());
        }
        other => panic!("{other:?}"),
    }
    let mut asked = 0;
    while let Ok(event) = events.try_recv() {
        asked += usize::from(event == aloud::engine::Event::AuthRequired(desk.account));
    }
    assert_eq!(asked, 1, "the user is asked once");
    let right = Secret::new("secret".into());
    desk.engine.supply_password(desk.account, right).await.expect("kept");
    desk.engine.drain_outbox().await.expect("drained");
    assert_eq!(state(&desk, id).await, None);
    assert_eq!(desk.server.submitted().len(), 1);
}

/// To the server of the test, but for one port, where somebody takes the call and says nothing.
struct OneIsSilent(crate::support::user::Wires, std::sync::Mutex<Vec<tokio::io::DuplexStream>>);

#[async_trait::async_trait]
impl aloud::engine::net::Dialer for OneIsSilent {
    async fn dial(
        &self,
        host: &str,
        port: u16,
    ) -> std::io::Result<Box<dyn aloud::engine::net::Stream>> {
        if port != 2587 {
            return self.0.dial(host, port).await;
        }
        let (near, far) = tokio::io::duplex(64);
        self.1.lock().expect("calls").push(far);
        Ok(Box::new(near))
    }
    fn in_process(&self, _host: &str, _port: u16) -> bool {
        true
    }
}

/// The slow server of one account holds up no message of another.
#[tokio::test]
async fn a_slow_server_holds_up_its_own_account_only() {
    let server = server();
    let wires = crate::support::user::Wires(server.clone());
    let dialer = Arc::new(OneIsSilent(wires, std::sync::Mutex::default()));
    let desk = Desk::with(server, |options| options.dialer = dialer.clone()).await;
    let mut slow = settings();
    slow.address = AddrSpec::parse("slow@example.com").expect("an address");
    slow.smtp.port = 2587;
    let secret = Secret::new("secret".into());
    desk.engine.add_account(slow, Some(secret)).await.expect("added");
    desk.engine.go_online().await.expect("online");
    let text = String::from_utf8(letter("slow")).expect("text").replace(OWN, "slow@example.com");
    let mut events = desk.engine.events();
    let slow = desk.engine.submit_raw(text.into_bytes()).await.expect("frozen");
    // Until it is on its way.
    while !matches!(state(&desk, slow).await, Some(OutboxState::Sending(_))) {
        events.recv().await.expect("an event");
    }
    let quick = desk.engine.submit_raw(letter("quick")).await.expect("frozen");
    while events.recv().await.expect("an event") != aloud::engine::Event::Sent(quick) {}
    assert!(matches!(state(&desk, slow).await, Some(OutboxState::Sending(_))));
    desk.engine.shutdown().await;
}

/// What is wrong with this computer is not told as a fault of the network, and nobody is dialed for it.
#[tokio::test]
async fn a_folder_that_takes_nothing_is_told_before_anybody_is_dialed() {
    let desk = Desk::new().await;
    desk.sync().await;
    let folder = desk.dir.path().join("data/unsent");
    let aside = desk.dir.path().join("aside");
    for spoil in [
        // No folder can be made, none of its files can be opened.
        (|folder: &Path| std::fs::write(folder, b"a file").expect("written")) as fn(&Path),
        |folder| {
            for id in 1..10 {
                std::fs::create_dir_all(folder.join(format!("{id}.message"))).expect("made");
            }
        },
    ] {
        if folder.exists() {
            std::fs::rename(&folder, &aside).expect("moved");
        }
        spoil(&folder);
        let (dialed, sent) =
            (desk.server.connections(Protocol::Smtp), desk.server.submitted().len());
        let id = desk.engine.submit_raw(letter(&format!("folder-{sent}"))).await.expect("frozen");
        desk.engine.drain_outbox().await.expect("worked on");
        let waits = state(&desk, id).await;
        let Some(OutboxState::Retry { reason, .. }) = waits else { panic!("{waits:?}") };
        assert_eq!(reason.why, FailureWhy::Folder);
        assert_eq!(desk.server.connections(Protocol::Smtp), dialed, "nobody was dialed");
        // The folder is well again: it goes.
        let _ = std::fs::remove_file(&folder);
        let _ = std::fs::remove_dir_all(&folder);
        let _ = std::fs::rename(&aside, &folder);
        desk.later(60);
        desk.engine.drain_outbox().await.expect("worked on");
        assert_eq!(state(&desk, id).await, None);
        assert_eq!(desk.server.submitted().len(), sent + 1);
    }
}

/// At the first step named so, something is done to the files of unsent messages.
async fn spoiled_at(step: &'static str, spoil: fn(&Path)) -> Desk {
    let desk = Desk::with(server(), |options| {
        let (folder, done) = (options.data_dir.join("unsent"), AtomicBool::new(false));
        options.steps = Some(Arc::new(move |reached| {
            if reached == step && !done.swap(true, Ordering::SeqCst) {
                for file in std::fs::read_dir(&folder).expect("the folder").flatten() {
                    spoil(&file.path());
                }
            }
        }));
    })
    .await;
    desk.sync().await;
    desk
}

fn large(id: &str) -> Vec<u8> {
    [letter(id), b"A line of it\r\n".repeat(200_000)].concat()
}

fn cut(file: &Path) {
    File::options().write(true).open(file).expect("there").set_len(1 << 20).expect("cut");
}

/// One octet changes where a message ends.
fn alter(file: &Path) {
    let mut octets = std::fs::read(file).expect("there");
    let at = octets.len() - 10;
    octets[at] ^= 1;
    std::fs::write(file, octets).expect("written");
}

/// A copy that cannot be read to its end, or is not as it was, is told as that, costs a pause and not a
/// message, and what the server had of it is no message.
#[tokio::test]
async fn a_message_that_cannot_be_read_waits_and_goes_once() {
    for spoil in [cut, alter] {
        let desk = spoiled_at("data", spoil).await;
        let id = desk.engine.submit_raw(large("large")).await.expect("frozen");
        desk.engine.drain_outbox().await.expect("worked on");
        let waits = state(&desk, id).await;
        let Some(OutboxState::Retry { reason, .. }) = waits else { panic!("{waits:?}") };
        assert_eq!(reason.why, FailureWhy::Unread);
        assert_eq!(desk.server.submitted().len(), 0, "half a message is none");
        let dialed = desk.server.connections(Protocol::Smtp);
        desk.engine.drain_outbox().await.expect("worked on");
        assert_eq!(desk.server.connections(Protocol::Smtp), dialed, "there is a pause");
        // The other place has it whole.
        desk.later(60);
        desk.engine.drain_outbox().await.expect("worked on");
        assert_eq!(state(&desk, id).await, None);
        let submitted = desk.server.submitted();
        let whole = String::from_utf8(large("large")).expect("text");
        let whole = whole.replace("Bcc: bo@example.net\r\n", "");
        assert!(submitted.len() == 1 && *submitted[0].octets == *whole.as_bytes());
    }
}

/// Something is done to the database while nobody looks at it.
fn in_database(desk: &Desk, sql: &str) {
    let database = rusqlite::Connection::open(desk.dir.path().join("data/aloud.db"));
    database.expect("a database").execute_batch(sql).expect("done");
}

/// What is not as it was kept in either place is not sent, whether it is shorter or only otherwise, and
/// holds up no other.
#[tokio::test]
async fn a_message_that_changed_on_the_disk_is_not_sent() {
    let last = "(SELECT max(number) FROM outbox_pieces)";
    for damage in [
        format!("DELETE FROM outbox_pieces WHERE number = {last}"),
        "DELETE FROM outbox_pieces WHERE number = 1".into(),
        "DELETE FROM outbox_pieces".into(),
        "UPDATE outbox_pieces SET octets = zeroblob(length(octets)) WHERE number = 2".into(),
        format!("UPDATE outbox_pieces SET octets = substr(octets, 1, 14) WHERE number = {last}"),
        "UPDATE outbox SET digest = x'00'".into(),
        "UPDATE outbox SET length = length - 14".into(),
    ] {
        let desk = Desk::new().await;
        desk.sync().await;
        let altered = desk.engine.submit_raw(large("large")).await.expect("frozen");
        in_database(&desk, &damage);
        alter(&desk.dir.path().join(format!("data/unsent/{}.message", altered.0)));
        let other = desk.engine.submit_raw(letter("other")).await.expect("frozen");
        desk.engine.drain_outbox().await.expect("worked on");
        let failed = state(&desk, altered).await;
        let Some(OutboxState::Failed(failure)) = failed else { panic!("{damage}: {failed:?}") };
        assert_eq!(failure.why, FailureWhy::Altered, "{damage}");
        assert_eq!(state(&desk, other).await, None, "{damage}");
        assert_eq!(desk.server.submitted().len(), 1, "{damage}");
        // The user may try it, which changes nothing, or take it back.
        desk.engine.retry_send(altered).await.expect("tried");
        desk.engine.drain_outbox().await.expect("worked on");
        assert_eq!(desk.server.submitted().len(), 1, "{damage}");
        desk.engine.cancel_send(altered).await.expect("taken back");
        assert!(desk.engine.outbox().await.expect("rows").is_empty());
    }
}

/// What was sent and is altered before it is filed is filed as it was or not at all, and holds up no other.
#[tokio::test]
async fn what_was_sent_and_cannot_be_filed_holds_up_nothing() {
    let desk = spoiled_at("accepted", alter).await;
    desk.engine.submit_raw(large("one place")).await.expect("frozen");
    desk.engine.drain_outbox().await.expect("filed from the other place");
    desk.engine.settle_operations().await;
    assert_eq!(desk.on_server("Sent"), 1);
    let desk = spoiled_at("accepted", |file| {
        alter(file);
        let database = file.parent().and_then(Path::parent).expect("a folder").join("aloud.db");
        let database = rusqlite::Connection::open(database).expect("a database");
        database.execute("DELETE FROM outbox_pieces", []).expect("done");
    })
    .await;
    let sent = desk.engine.submit_raw(large("no place")).await.expect("frozen");
    desk.engine.drain_outbox().await.expect("gone past");
    assert_eq!(state(&desk, sent).await, Some(OutboxState::Accepted));
    let other = desk.engine.submit_raw(letter("other")).await.expect("frozen");
    desk.engine.drain_outbox().await.expect("drained");
    desk.engine.settle_operations().await;
    assert_eq!((state(&desk, other).await, desk.on_server("Sent")), (None, 1));
    assert_eq!(desk.server.submitted().len(), 2, "neither went twice");
}
