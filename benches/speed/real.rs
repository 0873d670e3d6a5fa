//! The first fetch of a mailbox from a real server over TLS, against a client that asks the same server
//! for the same and throws it away. Both come to a server that has forgotten the mailbox: the indexes
//! that it made are removed before each pass.
//!
//! `tests/testbed/with-servers benches/run --only "real server"` measures it; without servers there is
//! no row. Their mailboxes are filled as files, which takes the rights of who started them.

use std::{
    fs, io,
    os::unix::fs::chown,
    path::{Path, PathBuf},
    sync::Arc,
};

use aloud::{
    engine::{AccountSettings, Engine, Options, Security, Server, secrets::MemoryStore},
    model::{AddrSpec, Secret},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime::Runtime,
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    },
};

use super::{
    bars::{Used, print, window},
    sync::{mail, say},
    table::Table,
};

/// Times that each side comes.
const ROUNDS: u32 = 2;
const ITEMS: &str = "(UID FLAGS INTERNALDATE RFC822.SIZE MODSEQ BODY.PEEK[HEADER])";
/// Whom the server runs as (`tests/testbed/mail-up`).
const NOBODY: u32 = 65534;

/// Where the server is.
struct Real {
    folder: PathBuf,
    authority: PathBuf,
    port: u16,
}

impl Real {
    fn of_environment() -> Option<Self> {
        let path = |name| std::env::var_os(name).map(PathBuf::from);
        let port = std::env::var("IMAPS_PORT").ok()?.parse().ok()?;
        Some(Self { folder: path("ALOUD_TEST_SERVERS")?, authority: path("TESTBED_CA")?, port })
    }

    fn maildir(&self, user: &str) -> PathBuf {
        self.folder.join("mail").join(user).join("Maildir")
    }

    /// Puts messages into the inbox of a user, as the server itself stores them.
    fn fill(&self, user: &str, messages: u32) -> io::Result<()> {
        let maildir = self.maildir(user);
        for folder in ["cur", "new", "tmp"] {
            fs::create_dir_all(maildir.join(folder))?;
        }
        for folder in [maildir.parent().unwrap_or(&maildir), &maildir] {
            chown(folder, Some(NOBODY), Some(NOBODY))?;
        }
        for folder in ["cur", "new", "tmp"] {
            chown(maildir.join(folder), Some(NOBODY), Some(NOBODY))?;
        }
        for n in 0..messages {
            let (octets, arrived) = (mail(n), 1_700_000_000 + n * 60);
            let seen = if n % 10 == 0 { "" } else { "S" };
            let size = octets.len();
            let name = format!("cur/{arrived}.M{n}P1.bench,S={size},W={size}:2,{seen}");
            let file = maildir.join(name);
            fs::write(&file, octets)?;
            chown(&file, Some(NOBODY), Some(NOBODY))?;
        }
        Ok(())
    }

    /// Has the server begin with nothing but the messages and their UIDs.
    fn forget(&self, user: &str) {
        for entry in fs::read_dir(self.maildir(user)).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with("dovecot.index") {
                fs::remove_file(entry.path()).expect("removed");
            }
        }
    }

    async fn dial(&self) -> TlsStream<TcpStream> {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(&self.authority).expect("an authority") {
            roots.add(certificate.expect("a certificate")).expect("a root");
        }
        let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await.expect("connected");
        let name = ServerName::try_from("localhost").expect("a name");
        TlsConnector::from(Arc::new(config)).connect(name, stream).await.expect("encrypted")
    }

    /// The client that throws away what comes.
    async fn take(&self, user: &str) {
        let mut wire = self.dial().await;
        say(&mut wire, "A1", &format!("LOGIN {user} {user}-secret")).await;
        say(&mut wire, "A2", "SELECT INBOX (CONDSTORE)").await;
        say(&mut wire, "A3", &format!("UID FETCH 1:* {ITEMS}")).await;
        say(&mut wire, "A4", "LOGOUT").await;
        let _ = wire.read(&mut [0; 64]).await;
        let _ = wire.shutdown().await;
    }

    fn settings(&self, user: &str) -> AccountSettings {
        let at = |port| Server { host: "localhost".into(), port, security: Security::Tls };
        AccountSettings {
            name: user.into(),
            address: AddrSpec::parse(&format!("{user}@example.com")).expect("an address"),
            label: user.into(),
            imap: at(self.port),
            smtp: at(self.port),
            user: user.into(),
            ca_pem: Some(self.authority.clone()),
            pins: Vec::new(),
            gateway: None,
            sign_in: Default::default(),
            demo: false,
        }
    }

    async fn engine(&self, folder: &Path, user: &str) -> Engine {
        let options = Options::new(folder.join("data"), Arc::new(MemoryStore::default()));
        let engine = Engine::start(options).await.expect("an engine");
        let password = Secret::new(format!("{user}-secret"));
        engine.add_account(self.settings(user), Some(password)).await.expect("an account");
        engine
    }
}

pub fn rows(table: &Table<'_>) {
    if !table.wants("a real server") {
        return;
    }
    let Some(real) = Real::of_environment() else { return };
    println!("\n| A real server, over TLS | At most | Now |\n| --- | --- | --- |");
    let runtime = Runtime::new().expect("a runtime");
    for (user, messages) in [("alice", 10_000), ("bob", 100_000)] {
        if let Err(error) = real.fill(user, messages) {
            eprintln!("bench: no mailbox of {messages}: {error}");
            return;
        }
        // It numbers the messages when it sees them first.
        runtime.block_on(real.take(user));
        runtime.block_on(compare(&real, user, messages));
    }
}

async fn compare(real: &Real, user: &str, messages: u32) {
    let (mut wire, mut best) = (f64::MAX, None);
    for _ in 0..ROUNDS {
        real.forget(user);
        let begun = Used::now();
        real.take(user).await;
        wire = wire.min(begun.since().milliseconds());

        real.forget(user);
        let folder = tempfile::tempdir().expect("a folder");
        let engine = real.engine(folder.path(), user).await;
        let shown = window(&engine);
        let begun = Used::now();
        let mut reports = engine.sync_once(None).await.expect("a pass");
        let cost = begun.since();
        let report = reports.remove(0);
        assert_eq!((report.new, report.errors.len()), (messages, 0), "{report:?}");
        let rows = shown.first_rows(begun);
        drop(shown);
        engine.shutdown().await;
        if best.as_ref().is_none_or(|(before, ..): &(f64, _, _)| cost.milliseconds() < *before) {
            let counted = format!(
                "{}, {} commands, {:.1} MB in",
                cost.show(),
                report.commands,
                report.bytes_in as f64 / 1e6
            );
            best = Some((cost.milliseconds(), counted, rows));
        }
    }
    let (ours, counted, rows) = best.expect("a pass");
    let ratio = ours / wire;
    print(
        &format!("First fetch, times the wire, {messages} messages"),
        "1.5",
        &format!("{ratio:.2} ({wire:.0} ms the wire; {counted})"),
    );
    print(
        &format!("Rows on the screen after, {messages} messages"),
        "300 ms",
        &format!("{rows:.0} ms"),
    );
}
