//! One user at one computer: an engine over a server in the same process.

use std::{
    io,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use aloud::{
    engine::{
        AccountSettings, Engine, Error, ListPage, ListQuery, ListRow, Options, Refusal, Scope,
        Security, Server, Sort,
        net::{Dialer, Stream, TcpDialer},
        secrets::MemoryStore,
    },
    loopback::{Loopback, Protocol},
    model::{AccountId, AddrSpec, DateTime, Flag, Secret},
};

/// The moment at which every test begins.
pub const START: i64 = 1_741_170_000;
pub const OWN: &str = "robin@example.com";
pub const IMAP: u16 = 143;
const SMTP: u16 = 587;

/// Leads to the server without leaving the process.
pub struct Wires(pub Loopback);

#[async_trait::async_trait]
impl Dialer for Wires {
    async fn dial(&self, _host: &str, port: u16) -> io::Result<Box<dyn Stream>> {
        let (client, server) = tokio::io::duplex(64 * 1024);
        self.0.serve(if port == IMAP { Protocol::Imap } else { Protocol::Smtp }, server);
        Ok(Box::new(client))
    }
    fn in_process(&self, _host: &str, _port: u16) -> bool {
        true
    }
}

/// As [`Wires`], and to servers of the test's own on this computer.
struct Apart(Wires);

#[async_trait::async_trait]
impl Dialer for Apart {
    async fn dial(&self, host: &str, port: u16) -> io::Result<Box<dyn Stream>> {
        if self.in_process(host, port) {
            return self.0.dial(host, port).await;
        }
        TcpDialer.dial(host, port).await
    }
    fn in_process(&self, _host: &str, port: u16) -> bool {
        [IMAP, SMTP].contains(&port)
    }
}

pub struct Desk {
    pub server: Loopback,
    pub engine: Engine,
    pub account: AccountId,
    pub dir: tempfile::TempDir,
    pub clock: Arc<AtomicI64>,
}

pub fn addr(text: &str) -> AddrSpec {
    AddrSpec::parse(text).expect("an address")
}

pub fn settings() -> AccountSettings {
    let server = |port| Server { host: "127.0.0.1".into(), port, security: Security::None };
    AccountSettings {
        name: "Robin Vale".into(),
        address: addr(OWN),
        label: "Robin".into(),
        imap: server(IMAP),
        smtp: server(SMTP),
        user: "robin".into(),
        sign_in: Default::default(),
        ca_pem: None,
        pins: Vec::new(),
        gateway: Some("gw.example.com".into()),
        demo: false,
    }
}

pub fn options(dir: PathBuf, server: &Loopback, clock: &Arc<AtomicI64>) -> Options {
    let secrets = MemoryStore::default();
    let clock = Arc::clone(clock);
    Options {
        dialer: Arc::new(Wires(server.clone())),
        undo_seconds: 0,
        phrases: aloud::wording::phrases::phrases(),
        clock: Arc::new(move || clock.load(Ordering::SeqCst)),
        ..Options::new(dir, Arc::new(secrets))
    }
}

/// A server with one user.
pub fn server() -> Loopback {
    let server = Loopback::empty(DateTime::utc(START));
    server.add_user("robin", "secret", &[addr(OWN)]);
    server
}

impl Desk {
    pub async fn new() -> Self {
        Self::with(server(), |_| ()).await
    }

    /// Beside servers of the test's own on this computer.
    pub async fn beside() -> Self {
        let server = server();
        let dialer = Arc::new(Apart(Wires(server.clone())));
        Self::with(server, |options| options.dialer = dialer).await
    }

    /// Without a password of its own; for the demo account.
    pub async fn bare(server: Loopback, change: impl FnOnce(&mut AccountSettings)) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(AtomicI64::new(START));
        let options = options(dir.path().join("data"), &server, &clock);
        let engine = Engine::start(options).await.expect("an engine");
        let mut settings = settings();
        change(&mut settings);
        let account = engine.add_account(settings, None).await.expect("an account");
        Self { server, engine, account, dir, clock }
    }

    pub async fn with(server: Loopback, change: impl FnOnce(&mut Options)) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(AtomicI64::new(START));
        let mut options = options(dir.path().join("data"), &server, &clock);
        change(&mut options);
        let engine = Engine::start(options).await.expect("an engine");
        let account = engine
            .add_account(settings(), Some(Secret::new("secret".into())))
            .await
            .expect("an account");
        Self { server, engine, account, dir, clock }
    }

    /// Ends this engine and starts another on the same folder, as after a restart.
    pub async fn restart(&mut self) {
        self.engine.shutdown().await;
        let options = options(self.dir.path().join("data"), &self.server, &self.clock);
        self.engine = Engine::start(options).await.expect("an engine");
        self.engine
            .supply_password(self.account, Secret::new("secret".into()))
            .await
            .expect("kept");
    }

    pub fn later(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
    }

    pub fn deliver(&self, text: &str) {
        let octets = text.replace('\n', "\r\n").into_bytes();
        self.server
            .deliver("INBOX", octets, &[] as &[Flag], DateTime::utc(START))
            .expect("delivered");
    }

    pub async fn sync(&self) {
        let reports = self.engine.sync_once(None).await.expect("a pass");
        assert!(reports.iter().all(|report| report.errors.is_empty()), "{reports:?}");
    }

    pub async fn list(&self, scope: Scope) -> ListPage {
        let query =
            ListQuery { scope, sort: Sort::Oldest, search: String::new(), offset: 0, limit: 100 };
        self.engine.list(query).await.expect("a page")
    }

    pub async fn inbox(&self) -> Vec<ListRow> {
        self.list(Scope::AllInboxes).await.rows
    }

    /// The rows of the mailbox with a name.
    pub async fn mailbox(&self, name: &str) -> Vec<ListRow> {
        let mailboxes = self.engine.mailboxes().await.expect("mailboxes");
        let id = mailboxes.iter().find(|m| m.name == name).map(|m| m.id);
        match id {
            Some(id) => self.list(Scope::Mailbox(id)).await.rows,
            None => Vec::new(),
        }
    }

    /// How many messages the server holds in a mailbox.
    pub fn on_server(&self, mailbox: &str) -> usize {
        self.server.mailbox(mailbox).map_or(0, |m| m.messages().len())
    }
}

pub fn refused<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Refusal {
    match outcome {
        Err(Error::Refused(reason)) => reason,
        other => panic!("not refused: {other:?}"),
    }
}
