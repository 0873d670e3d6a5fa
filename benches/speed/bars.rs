//! What sync may cost at most, and what it costs: octets, commands, processor time and octets written,
//! besides times. Each row is measured once, with the built-in server on threads of its own, whose
//! processor time is not counted. A window stands for the real one: it asks for the list, the numbers
//! and the mailboxes again after each event. Linux only: the counters are those of `/proc/self`.

use std::{
    collections::BTreeSet,
    fs, io,
    path::Path,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use aloud::{
    engine::{
        AccountState, Engine, ListQuery, Mark, Options, Scope, Sort, SyncReport,
        net::{Dialer, Stream},
        secrets::MemoryStore,
    },
    loopback::{Loopback, Protocol, mailboxes::Change},
    model::{Flag, Secret, Uid, imap::MailboxRole},
};
use tokio::{
    io::DuplexStream,
    runtime::{Builder, Handle, Runtime},
    task::JoinHandle,
    time::timeout,
};

use super::{
    sync::{self, PIPE},
    table::Table,
};

const SERVER: &str = "server";
/// How long nothing must happen for the engine to be at rest.
const REST: Duration = Duration::from_secs(2);

/// A server on threads of its own.
#[derive(Clone)]
struct Apart {
    server: Loopback,
    threads: Handle,
}

impl Apart {
    fn connect(&self) -> DuplexStream {
        let _entered = self.threads.enter();
        let (client, other) = tokio::io::duplex(PIPE);
        self.server.serve(Protocol::Imap, other);
        client
    }
}

#[async_trait::async_trait]
impl Dialer for Apart {
    async fn dial(&self, _host: &str, _port: u16) -> io::Result<Box<dyn Stream>> {
        Ok(Box::new(self.connect()))
    }

    fn in_process(&self, _host: &str, _port: u16) -> bool {
        true
    }
}

/// What this process has used so far, the server's threads not counted.
#[derive(Clone, Copy)]
pub struct Used {
    at: Instant,
    processor: f64,
    written: u64,
}

impl Used {
    pub fn now() -> Self {
        let mut ticks = ticks(Path::new("/proc/self/stat"));
        for thread in fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
            let name = fs::read_to_string(thread.path().join("comm")).unwrap_or_default();
            if name.trim() == SERVER {
                ticks -= self::ticks(&thread.path().join("stat"));
            }
        }
        let io = fs::read_to_string("/proc/self/io").unwrap_or_default();
        let written = io.lines().find_map(|line| line.strip_prefix("wchar: "));
        let written = written.and_then(|count| count.parse().ok()).unwrap_or(0);
        // Linux counts in hundredths of a second.
        Self { at: Instant::now(), processor: ticks / 100.0, written }
    }

    pub fn since(self) -> Cost {
        let now = Self::now();
        Cost {
            time: now.at - self.at,
            processor: now.processor - self.processor,
            written: now.written.saturating_sub(self.written),
        }
    }
}

fn ticks(stat: &Path) -> f64 {
    let stat = fs::read_to_string(stat).unwrap_or_default();
    let rest = stat.rsplit(')').next().unwrap_or_default();
    let field = |n| rest.split_whitespace().nth(n).and_then(|text| text.parse::<f64>().ok());
    field(11).unwrap_or(0.0) + field(12).unwrap_or(0.0)
}

pub struct Cost {
    time: Duration,
    processor: f64,
    written: u64,
}

impl Cost {
    pub fn milliseconds(&self) -> f64 {
        self.time.as_secs_f64() * 1e3
    }

    pub fn show(&self) -> String {
        let written = self.written as f64 / 1e6;
        format!(
            "{:.0} ms, {:.2} s CPU, {written:.1} MB written",
            self.milliseconds(),
            self.processor
        )
    }
}

pub fn print(what: &str, bar: &str, now: &str) {
    println!("| {what} | {bar} | {now} |");
}

pub fn rows(table: &Table<'_>) {
    if !table.wants("bars of sync") {
        return;
    }
    println!("\n| Bars of sync | At most | Now |\n| --- | --- | --- |");
    let threads = Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name(SERVER)
        .enable_all()
        .build()
        .expect("threads");
    let runtime = Runtime::new().expect("a runtime");
    for messages in [10_000, 100_000] {
        let apart = Apart { server: sync::server(messages), threads: threads.handle().clone() };
        runtime.block_on(one_mailbox(&apart, messages));
    }
    let apart = Apart { server: sync::server(10), threads: threads.handle().clone() };
    runtime.block_on(many_mailboxes(&apart, 200));
}

async fn start(folder: &Path, apart: &Apart) -> Engine {
    let options = Options {
        dialer: Arc::new(apart.clone()),
        ..Options::new(folder.join("data"), Arc::new(MemoryStore::default()))
    };
    Engine::start(options).await.expect("an engine")
}

fn page() -> ListQuery {
    let (scope, sort) = (Scope::AllInboxes, Sort::Newest);
    ListQuery { scope, sort, search: String::new(), offset: 0, limit: 50 }
}

/// A window: when it first had rows.
pub struct Window {
    seen: Arc<OnceLock<Instant>>,
    task: JoinHandle<()>,
}

impl Window {
    /// When it had rows, in milliseconds since then.
    pub fn first_rows(&self, since: Used) -> f64 {
        let seen = *self.seen.get().expect("rows were seen");
        (seen - since.at).as_secs_f64() * 1e3
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Asks again after each event, as the window does.
pub fn window(engine: &Engine) -> Window {
    let (engine, mut events) = (engine.clone(), engine.events());
    let seen = Arc::new(OnceLock::new());
    let noted = Arc::clone(&seen);
    let task = tokio::spawn(async move {
        loop {
            let _ = events.recv().await;
            while events.try_recv().is_ok() {}
            let page = engine.list(page()).await.expect("a page");
            let _ = (engine.counts().await, engine.mailboxes().await);
            if page.rows.len() >= 10 {
                noted.get_or_init(Instant::now);
            }
        }
    });
    Window { seen, task }
}

/// Until nothing has happened for [`REST`]; returns when the last thing did.
async fn rest(engine: &Engine) -> Instant {
    let mut events = engine.events();
    let mut last = Instant::now();
    loop {
        match timeout(REST, events.recv()).await {
            Ok(_) => last = Instant::now(),
            Err(_) => {
                let accounts = engine.accounts().await.expect("accounts");
                let done = |state: &AccountState| matches!(state, AccountState::UpToDate(_));
                if accounts.iter().all(|account| done(&account.state)) {
                    return last;
                }
            }
        }
    }
}

async fn pass(engine: &Engine) -> SyncReport {
    let mut reports = engine.sync_once(None).await.expect("a pass");
    let report = reports.remove(0);
    assert!(report.errors.is_empty(), "{report:?}");
    report
}

async fn one_mailbox(apart: &Apart, messages: u32) {
    let folder = tempfile::tempdir().expect("a folder");
    let items = "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER])";
    let mut wire = f64::MAX;
    for _ in 0..3 {
        let begun = Used::now();
        sync::take(apart.connect(), items).await;
        wire = wire.min(begun.since().milliseconds());
    }
    let name = |what: &str| format!("{what}, {messages} messages");

    let engine = start(folder.path(), apart).await;
    sync::add_account(&engine).await;
    let shown = window(&engine);
    let begun = Used::now();
    let report = pass(&engine).await;
    let cost = begun.since();
    assert_eq!(report.new, messages);
    let ratio = cost.milliseconds() / wire;
    let now = format!("{ratio:.2} ({wire:.0} ms the wire; {})", cost.show());
    print(&name("First fetch, times the wire"), "1.5", &now);
    let seen = shown.first_rows(begun);
    print(&name("Rows on the screen after"), "300 ms", &format!("{seen:.0} ms"));
    drop(shown);
    engine.shutdown().await;
    drop(engine);

    // Starts of the program after that, with the window open.
    for n in 1..=4 {
        let begun = Used::now();
        let engine = start(folder.path(), apart).await;
        let account = engine.accounts().await.expect("accounts").remove(0).id;
        engine.supply_password(account, Secret::new("secret".into())).await.expect("a password");
        let open = window(&engine);
        engine.go_online().await.expect("online");
        let last = rest(&engine).await;
        let cost = begun.since();
        let time = (last - begun.at).as_secs_f64() * 1e3;
        print(
            &name(&format!("Start {n} after the first fetch")),
            "500 ms, 2 MB written",
            &format!("{time:.0} ms until at rest; {}", cost.show()),
        );
        drop(open);
        engine.shutdown().await;
    }

    let engine = start(folder.path(), apart).await;
    let account = engine.accounts().await.expect("accounts").remove(0).id;
    engine.supply_password(account, Secret::new("secret".into())).await.expect("a password");
    pass(&engine).await;
    let begun = Used::now();
    let report = pass(&engine).await;
    let cost = begun.since();
    print(
        &name("A pass without news"),
        "1 command a mailbox",
        &format!("{} commands, {} octets; {}", report.commands, report.bytes_in, cost.show()),
    );

    // One in a hundred changed: half are gone, half are marked.
    let hundredth: Vec<Uid> = (1..=messages / 100).map(|n| Uid(n * 97)).collect();
    let (gone, marked) = hundredth.split_at(hundredth.len() / 2);
    let gone: BTreeSet<Uid> = gone.iter().copied().collect();
    apart
        .server
        .change(|all| {
            all.remove("INBOX", &gone).expect("removed");
            let flagged = BTreeSet::from([Flag::Flagged]);
            all.store("INBOX", marked, Change::Add, &flagged).expect("marked");
        })
        .expect("a user");
    let begun = Used::now();
    let report = pass(&engine).await;
    let cost = begun.since();
    let kilobytes = report.bytes_in as f64 / 1e3;
    print(
        &name("1 in 100 changed, half of them gone"),
        "100 KB",
        &format!("{kilobytes:.1} KB, {} commands; {}", report.commands, cost.show()),
    );
    pass(&engine).await;
    let inbox = apart.server.mailbox("INBOX").expect("an inbox");
    let page = engine.list(page()).await.expect("a page");
    assert_eq!(page.total as usize, inbox.messages().len(), "what is gone is gone here");

    // Marks of single messages that lie apart.
    let mut keys = Vec::new();
    for offset in (0..10_000).step_by(2) {
        let query = ListQuery { offset, limit: 1, ..self::page() };
        if let Some(row) = engine.list(query).await.expect("a page").rows.first() {
            keys.push(row.key);
        }
        if keys.len() == 5000 {
            break;
        }
    }
    let many = keys.len();
    engine.mark(keys, Mark::Unheard).await.expect("marked");
    let begun = Used::now();
    let report = pass(&engine).await;
    let cost = begun.since();
    print(
        &name(&format!("{many} marks")),
        "20 commands, 1 s",
        &format!("{} commands; {}", report.commands, cost.show()),
    );
    engine.shutdown().await;
}

async fn many_mailboxes(apart: &Apart, mailboxes: u32) {
    for n in 6..mailboxes {
        let name = format!("Customers/{n:03}");
        apart.server.create_mailbox(&name, MailboxRole::Plain).expect("a mailbox");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let engine = start(folder.path(), apart).await;
    sync::add_account(&engine).await;
    for _ in 0..2 {
        pass(&engine).await;
    }
    let begun = Used::now();
    let report = pass(&engine).await;
    let cost = begun.since();
    print(
        &format!("A pass without news, {mailboxes} mailboxes"),
        "1 command, 4 KB",
        &format!("{} commands, {} octets; {}", report.commands, report.bytes_in, cost.show()),
    );
    engine.shutdown().await;
}
