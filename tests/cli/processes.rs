//! Several processes on one data folder: `sync` beside `sync`, beside `send`, beside an engine that
//! stays online as that of the window does. Nothing fails, nothing is lost, nothing is doubled.

use std::{
    collections::BTreeMap,
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::Arc,
};

use aloud::{
    engine::{Engine, ListQuery, Options, Scope, Sort, secrets::MemoryStore},
    loopback::{Listening, Loopback},
    model::{DateTime, Secret},
};

use super::mail::{PASSWORD, add, aloud, stdout, world};

fn letter(n: usize, from: &str, to: &str) -> String {
    let words = "Tell me what you think.\r\n".repeat(1 + n * 37 % 900);
    format!(
        "From: {from}\r\nTo: {to}\r\nSubject: Number {n}\r\nMessage-ID: <{n}@{}>\r\n\
         Date: Tue, 04 Mar 2025 09:10:00 +0000\r\n\r\n{words}",
        from.rsplit('@').next().unwrap_or_default()
    )
}

fn deliver(server: &Loopback, numbers: std::ops::Range<usize>) {
    for n in numbers {
        let raw = letter(n, "ada@example.net", "robin@example.com");
        let at = DateTime::utc(1_741_000_000 + n as i64);
        server.deliver("INBOX", raw.as_bytes(), &[], at).expect("delivered");
    }
}

fn spawn(dir: &Path, args: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aloud"));
    command.arg("--data-dir").arg(dir).args(args);
    command
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
        .env("ALOUD_PASSWORD", PASSWORD);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the program runs")
}

fn ended(children: Vec<Child>) -> Vec<Output> {
    children.into_iter().map(|child| child.wait_with_output().expect("it ends")).collect()
}

/// How often each subject is listed.
fn subjects(dir: &Path, mailbox: &str) -> BTreeMap<String, usize> {
    let rows = stdout(&aloud(dir, None, &["list", "--json", "--mailbox", mailbox]));
    let mut found = BTreeMap::new();
    for row in rows.lines() {
        let row: serde_json::Value = serde_json::from_str(row).expect("JSON");
        let subject = row["subject"].as_str().unwrap_or_default().to_owned();
        *found.entry(subject).or_default() += 1;
    }
    found
}

fn once_each(numbers: std::ops::Range<usize>) -> BTreeMap<String, usize> {
    numbers.map(|n| (format!("Number {n}"), 1)).collect()
}

fn files(dir: &Path, numbers: std::ops::Range<usize>) -> Vec<String> {
    let write = |n: usize| {
        let file = dir.join(format!("{n}.eml"));
        std::fs::write(&file, letter(n, "robin@example.com", "ada@example.net")).expect("written");
        file.to_string_lossy().into_owned()
    };
    numbers.map(write).collect()
}

/// What the server was given to send, by Message-ID.
fn submitted(server: &Loopback) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for message in server.submitted() {
        let text = String::from_utf8_lossy(&message.octets).into_owned();
        let subject = text.lines().find_map(|line| line.strip_prefix("Subject: "));
        *found.entry(subject.unwrap_or_default().to_owned()).or_default() += 1;
    }
    found
}

fn filed(server: &Loopback) -> usize {
    server.mailbox("Sent").map_or(0, |mailbox| mailbox.messages().len())
}

#[tokio::test(flavor = "multi_thread")]
async fn simultaneous_passes_all_succeed_and_fetch_each_message_once() {
    for round in 0..6 {
        let (server, ports, dir) = world().await;
        let dir = dir.path();
        stdout(&add(dir, &ports));
        deliver(&server, 0..40);
        for expected in [40, 10] {
            let all = ended((0..3).map(|_| spawn(dir, &["sync", "--once", "--json"])).collect());
            let reports: Vec<serde_json::Value> = all
                .iter()
                .map(|one| serde_json::from_str(stdout(one).trim()).expect("JSON"))
                .collect();
            let new: u64 = reports.iter().filter_map(|report| report["new"].as_u64()).sum();
            assert_eq!(new, expected, "round {round}: {reports:?}");
            if expected == 40 {
                deliver(&server, 40..50);
            }
        }
        assert_eq!(subjects(dir, "inbox"), once_each(0..50));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn simultaneous_sending_and_fetching_send_each_message_once() {
    for round in 0..4 {
        let (server, ports, dir) = world().await;
        let dir = dir.path();
        stdout(&add(dir, &ports));
        deliver(&server, 100..110);
        let out = files(dir, 0..6);
        let mut children: Vec<Child> = out.iter().map(|file| spawn(dir, &["send", file])).collect();
        children.extend((0..2).map(|_| spawn(dir, &["sync", "--once"])));
        for one in ended(children) {
            stdout(&one);
        }
        assert_eq!(submitted(&server), once_each(0..6), "round {round}");
        assert_eq!(stdout(&aloud(dir, None, &["outbox"])), "");
        stdout(&aloud(dir, Some(PASSWORD), &["sync", "--once"]));
        assert_eq!(filed(&server), 6, "round {round}");
        assert_eq!(subjects(dir, "sent"), once_each(0..6), "round {round}");
        assert_eq!(subjects(dir, "inbox"), once_each(100..110), "round {round}");
    }
}

/// An engine that stays online, as the window's does.
async fn online(dir: &Path) -> Engine {
    let secrets = Arc::new(MemoryStore::default());
    let engine = Engine::start(Options::new(dir.join("data"), secrets)).await.expect("an engine");
    for account in engine.accounts().await.expect("accounts") {
        engine.supply_password(account.id, Secret::new(PASSWORD.into())).await.expect("taken");
    }
    engine.go_online().await.expect("online");
    engine
}

async fn listed(engine: &Engine) -> Vec<aloud::engine::ListRow> {
    let query = ListQuery {
        scope: Scope::AllInboxes,
        sort: Sort::Newest,
        search: String::new(),
        offset: 0,
        limit: 500,
    };
    engine.list(query).await.expect("a list").rows
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_beside_the_window_lose_and_double_nothing() {
    let (server, ports, dir): (Loopback, Listening, _) = world().await;
    let dir = dir.path();
    stdout(&add(dir, &ports));
    deliver(&server, 0..30);
    let engine = online(dir).await;
    engine.sync_once(None).await.expect("a pass");
    let rows = listed(&engine).await;
    assert_eq!(rows.len(), 30);
    let out = files(dir, 200..204);
    for (n, file) in out.iter().enumerate() {
        let away: Vec<_> = rows.iter().skip(n * 3).take(3).map(|row| row.key).collect();
        let children = vec![spawn(dir, &["sync", "--once"]), spawn(dir, &["send", file])];
        engine.archive(away).await.expect("archived");
        deliver(&server, 30 + n * 2..32 + n * 2);
        for one in ended(children) {
            stdout(&one);
        }
    }
    engine.settle_operations().await;
    for report in engine.sync_once(None).await.expect("a pass") {
        assert_eq!(report.errors, [], "{report:?}");
    }
    engine.drain_outbox().await.expect("drained");
    engine.settle_operations().await;
    assert_eq!(submitted(&server), once_each(200..204));
    assert_eq!(filed(&server), 4);
    let count = |name: &str| server.mailbox(name).map_or(0, |m| m.messages().len());
    assert_eq!((count("INBOX"), count("Archive")), (26, 12));
    assert_eq!(listed(&engine).await.len(), 26);
    engine.shutdown().await;
    let of = |mailbox| subjects(dir, mailbox).values().copied().collect::<Vec<usize>>();
    assert_eq!((of("inbox"), of("archive")), (vec![1; 26], vec![1; 12]));
}
