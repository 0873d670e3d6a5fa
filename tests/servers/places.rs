//! Where a scenario runs: two users on one pair of servers.

use std::{path::PathBuf, sync::Arc};

use aloud::{
    engine::{AccountSettings, Engine, Options, Security, Server, secrets::MemoryStore},
    loopback::Loopback,
    model::{AccountId, AddrSpec, DateTime, Secret},
};

/// A pair of servers with the users alice and bob.
pub struct Place {
    pub name: &'static str,
    /// Behind the @ of its users.
    domain: &'static str,
    imap: Server,
    smtp: Server,
    ca: Option<PathBuf>,
    /// Kept so that the built-in server goes on.
    _loopback: Option<Loopback>,
    /// Distinguishes runs on servers that keep their mail.
    pub tag: String,
}

fn server(port: u16, security: Security) -> Server {
    let host = if security == Security::None { "127.0.0.1" } else { "localhost" };
    Server { host: host.into(), port, security }
}

fn tag() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static RUN: AtomicU32 = AtomicU32::new(0);
    format!("{}-{}", std::process::id(), RUN.fetch_add(1, Ordering::Relaxed))
}

impl Place {
    /// The built-in server on free loopback ports.
    pub async fn loopback() -> Self {
        let now = jiff::Timestamp::now().as_second();
        let loopback = Loopback::empty(DateTime::utc(now));
        for user in ["alice", "bob"] {
            loopback.add_user(user, &format!("{user}-secret"), &[address(user)]);
        }
        let listening = loopback.listen(0, 0).await.unwrap();
        Self {
            name: "the built-in server",
            domain: "example.com",
            imap: server(listening.imap.port(), Security::None),
            smtp: server(listening.smtp.port(), Security::None),
            ca: None,
            _loopback: Some(loopback),
            tag: tag(),
        }
    }

    /// Dovecot with TLS and Postfix with STARTTLS, if they run.
    pub fn real() -> Option<Self> {
        let port = |name: &str| std::env::var(name).ok()?.parse().ok();
        let ready = std::env::var_os("ALOUD_TEST_SERVERS").is_some();
        let ports = ready.then(|| Some((port("IMAPS_PORT")?, port("SUBMISSION_PORT")?))).flatten();
        let Some((imap, smtp)) = ports else {
            println!("skipped: no real mail servers (start with tests/testbed/with-servers)");
            return None;
        };
        Some(Self {
            name: "Dovecot and Postfix",
            domain: "example.com",
            imap: server(imap, Security::Tls),
            smtp: server(smtp, Security::StartTls),
            ca: std::env::var_os("TESTBED_CA").map(PathBuf::from),
            _loopback: None,
            tag: tag(),
        })
    }

    /// Cyrus with TLS and Postfix with STARTTLS, if they run.
    pub fn cyrus() -> Option<Self> {
        let port = std::env::var("CYRUS_IMAPS_PORT").ok().and_then(|port| port.parse().ok());
        let Some(port) = port else {
            println!("skipped: no Cyrus (tests/testbed/cyrus-get fetches it)");
            return None;
        };
        let dovecot = Self::real()?;
        let (name, domain) = ("Cyrus and Postfix", "cyrus.example.com");
        Some(Self { name, domain, imap: server(port, Security::Tls), ..dovecot })
    }

    pub fn settings(&self, user: &str) -> AccountSettings {
        AccountSettings {
            name: match user {
                "alice" => "Alice Example".into(),
                "olga" => "Olga Example".into(),
                "otto" => "Otto Example".into(),
                _ => "Bob Example".into(),
            },
            address: AddrSpec::parse(&format!("{user}@{}", self.domain)).unwrap(),
            label: user.into(),
            imap: self.imap.clone(),
            smtp: self.smtp.clone(),
            user: user.into(),
            sign_in: Default::default(),
            ca_pem: self.ca.clone(),
            pins: Vec::new(),
            gateway: None,
            demo: false,
        }
    }
}

fn address(user: &str) -> AddrSpec {
    AddrSpec::parse(&format!("{user}@example.com")).unwrap()
}

/// One person at a computer: an engine over a folder of its own.
pub struct Person {
    pub engine: Engine,
    pub account: AccountId,
    domain: &'static str,
    pub dir: tempfile::TempDir,
}

impl Person {
    pub async fn new(place: &Place, user: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let engine = Engine::start(options(&dir)).await.unwrap();
        let password = Secret::new(format!("{user}-secret"));
        let account = engine.add_account(place.settings(user), Some(password)).await.unwrap();
        let person = Self { engine, account, dir, domain: place.domain };
        person.sync().await;
        person
    }

    /// The same computer after switching it off and on. Secrets are in memory, so the password is
    /// typed again.
    pub async fn restarted(self, user: &str) -> Self {
        self.engine.shutdown().await;
        let engine = Engine::start(options(&self.dir)).await.unwrap();
        let password = Secret::new(format!("{user}-secret"));
        engine.supply_password(self.account, password).await.unwrap();
        Self { engine, account: self.account, dir: self.dir, domain: self.domain }
    }

    /// The address of another user of the same servers.
    pub fn address_of(&self, user: &str) -> AddrSpec {
        AddrSpec::parse(&format!("{user}@{}", self.domain)).unwrap()
    }

    pub async fn sync(&self) {
        for report in self.engine.sync_once(None).await.unwrap() {
            assert!(report.errors.is_empty(), "{report:?}");
        }
    }
}

pub fn options(dir: &tempfile::TempDir) -> Options {
    let mut options = Options::new(dir.path().to_owned(), Arc::new(MemoryStore::default()));
    options.undo_seconds = 0;
    options
}
