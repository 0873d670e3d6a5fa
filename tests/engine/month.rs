//! A month of three accounts in paused time (docs/reliability.md G21, G22): mail comes, is read and
//! thrown away elsewhere, lines break for hours, and the computer sleeps at night, after which every
//! line is dead without a word. One account signs in at a provider whose access tokens live an hour
//! and whose refresh tokens are good once; it takes an access token back now and then, is down for an
//! hour a day, and signs the account out once a week, until the user signs in again. At the end each
//! inbox shows what its server holds, and there are no more tasks than after the first day. The gate
//! plays a day; `make reliability` plays the month and prints the memory and the descriptors of each
//! week.

use std::{
    collections::BTreeSet,
    fs, io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use aloud::{
    engine::{
        AccountSettings, AccountState, Engine, Error, ListQuery, Mark, OAuth, Options, Progress,
        Provider as Who, Scope, SignIn, SignInFault, Sort,
        net::{Dialer, Stream},
    },
    loopback::{Faults, Loopback, Protocol, mailboxes::Change},
    model::{AccountId, DateTime, Flag, MailboxId, Secret, Uid},
};
use rand::{Rng, SeedableRng, rngs::StdRng};
use tokio::{
    io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf},
    time::{Instant, sleep},
};

use crate::support::{
    provider::{Provider, Trouble},
    user::{IMAP, START, addr, options, server, settings},
};

const ACCOUNTS: usize = 3;
/// The one that signs in at the provider, and where that is.
const SIGNED_IN: usize = 1;
const PROVIDER: u16 = 8080;
const HOUR: Duration = Duration::from_secs(3_600);

/// A line; one of before the computer slept is dead, and does not say so.
struct Wire {
    inner: DuplexStream,
    night: i64,
    slept: Arc<AtomicI64>,
}

impl Wire {
    fn is_dead(&self) -> bool {
        self.slept.load(Ordering::SeqCst) != self.night
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.is_dead() {
            true => Poll::Pending,
            false => Pin::new(&mut self.inner).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.is_dead() {
            true => Poll::Ready(Ok(octets.len())),
            false => Pin::new(&mut self.inner).poll_write(cx, octets),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.is_dead() {
            true => Poll::Ready(Ok(())),
            false => Pin::new(&mut self.inner).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

/// Leads to each account's own servers by the port, while there is a network.
struct Lines {
    servers: Vec<Loopback>,
    provider: Provider,
    up: Arc<AtomicBool>,
    slept: Arc<AtomicI64>,
}

/// The ports of an account.
fn ports(account: usize) -> (u16, u16) {
    let account = u16::try_from(account).expect("few");
    (IMAP + 10 * account, 587 + 10 * account)
}

#[async_trait::async_trait]
impl Dialer for Lines {
    async fn dial(&self, _host: &str, port: u16) -> io::Result<Box<dyn Stream>> {
        if !self.up.load(Ordering::SeqCst) {
            return Err(io::ErrorKind::NetworkUnreachable.into());
        }
        let (client, line) = tokio::io::duplex(64 * 1024);
        if port == PROVIDER {
            let provider = self.provider.clone();
            tokio::spawn(async move { provider.serve(line).await });
            return Ok(Box::new(client));
        }
        for (account, server) in self.servers.iter().enumerate() {
            let (imap, smtp) = ports(account);
            match port {
                port if port == imap => server.serve(Protocol::Imap, line),
                port if port == smtp => server.serve(Protocol::Smtp, line),
                _ => continue,
            }
            let slept = Arc::clone(&self.slept);
            let night = slept.load(Ordering::SeqCst);
            return Ok(Box::new(Wire { inner: client, night, slept }));
        }
        Err(io::ErrorKind::ConnectionRefused.into())
    }
    fn in_process(&self, _host: &str, _port: u16) -> bool {
        true
    }
}

struct Month {
    servers: Vec<Loopback>,
    engine: Engine,
    accounts: Vec<AccountId>,
    provider: Provider,
    signed_in: AccountSettings,
    up: Arc<AtomicBool>,
    /// Seconds that passed on the wall while nothing ran.
    slept: Arc<AtomicI64>,
    rng: StdRng,
    came: usize,
    _dir: tempfile::TempDir,
}

impl Month {
    async fn begin() -> Self {
        let servers: Vec<Loopback> = (0..ACCOUNTS).map(|_| server()).collect();
        let (up, slept) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicI64::new(0)));
        let (began, wall) = (Instant::now(), Arc::clone(&slept));
        let dir = tempfile::tempdir().expect("a folder");
        let issuer = format!("http://127.0.0.1:{PROVIDER}");
        let provider = Provider::new(Some(servers[SIGNED_IN].clone()), "robin", issuer.clone());
        provider.set().rotates = true;
        let lines = Lines {
            servers: servers.clone(),
            provider: provider.clone(),
            up: Arc::clone(&up),
            slept: Arc::clone(&slept),
        };
        let options = Options {
            dialer: Arc::new(lines),
            clock: Arc::new(move || {
                let ran = i64::try_from(began.elapsed().as_secs()).unwrap_or(0);
                START + ran + wall.load(Ordering::SeqCst)
            }),
            ..options(dir.path().join("data"), &servers[0], &Arc::default())
        };
        let engine = Engine::start(options).await.expect("an engine");
        let mut accounts = Vec::new();
        let mut signed_in = settings();
        for account in 0..ACCOUNTS {
            let mut own = settings();
            (own.imap.port, own.smtp.port) = ports(account);
            own.address = addr(&format!("robin{account}@example.com"));
            let added = if account == SIGNED_IN {
                let issuer = Who::Issuer(issuer.clone());
                let oauth = OAuth { provider: issuer, client_id: "aloud-test".into() };
                own.sign_in = SignIn::OAuth(oauth);
                signed_in = own.clone();
                let begun = engine.sign_in_device(&own, None).await.expect("begun");
                engine.add_signed_in(own, begun.finish().await.expect("signed in")).await
            } else {
                engine.add_account(own, Some(Secret::new("secret".into()))).await
            };
            accounts.push(added.expect("an account"));
        }
        engine.sync_once(None).await.expect("a pass");
        engine.go_online().await.expect("online");
        let rng = StdRng::seed_from_u64(7);
        Self { servers, engine, accounts, provider, signed_in, up, slept, rng, came: 0, _dir: dir }
    }

    fn arrives(&mut self) {
        let account = self.rng.random_range(0..ACCOUNTS);
        let subject = format!("n{}", self.came);
        let mail = format!(
            "From: Ada <ada@example.net>\r\nSubject: {subject}\r\n\
             Message-ID: <{subject}@example.net>\r\n\r\nHello\r\n"
        );
        let date = DateTime::utc(START);
        let server = &self.servers[account];
        server.deliver("INBOX", mail.into_bytes(), &[] as &[Flag], date).expect("delivered");
        self.came += 1;
    }

    /// Another device reads some and throws some away.
    fn others(&mut self) {
        let account = self.rng.random_range(0..ACCOUNTS);
        let uids: Vec<Uid> = self.servers[account]
            .mailbox("INBOX")
            .map(|inbox| inbox.messages().iter().map(|message| message.uid).collect())
            .unwrap_or_default();
        let some: BTreeSet<Uid> =
            uids.into_iter().filter(|_| self.rng.random_ratio(1, 12)).collect();
        let gone = self.rng.random_bool(0.3);
        self.servers[account].change(|all| {
            let some_of: Vec<Uid> = some.iter().copied().collect();
            if gone {
                all.remove("INBOX", &some).expect("removed");
            } else {
                all.store("INBOX", &some_of, Change::Add, &[Flag::Seen].into()).expect("marked");
            }
        });
    }

    /// The user reads the newest of an account.
    async fn reads(&mut self) {
        let account = self.accounts[self.rng.random_range(0..ACCOUNTS)];
        let rows = self.rows(account, 0, 5).await;
        let keys = rows.iter().map(|row| row.0).collect();
        self.engine.mark(keys, Mark::Heard).await.expect("marked");
    }

    async fn inbox(&self, account: AccountId) -> MailboxId {
        let mailboxes = self.engine.mailboxes().await.expect("mailboxes");
        let inbox = mailboxes.iter().find(|m| m.account == account && m.name == "INBOX");
        inbox.expect("an inbox").id
    }

    async fn rows(
        &self,
        account: AccountId,
        offset: u32,
        limit: u32,
    ) -> Vec<(aloud::model::MessageKey, String, bool)> {
        let query = ListQuery {
            scope: Scope::Mailbox(self.inbox(account).await),
            sort: Sort::Newest,
            search: String::new(),
            offset,
            limit,
        };
        let page = self.engine.list(query).await.expect("a page");
        let row = |row: aloud::engine::ListRow| {
            (row.key, row.subject.clone(), row.progress == Progress::Done)
        };
        page.rows.into_iter().map(row).collect()
    }

    /// What the provider does at this hour.
    async fn provides(&mut self, day: usize, hour: i32) {
        match hour {
            9 | 16 => self.provider.revoke_access(),
            10 => self.provider.set().trouble = Trouble::Status(503),
            11 => self.provider.set().trouble = Trouble::None,
            // The account is signed out, which shows in the morning; that is told, and the provider is
            // not asked again and again.
            3 if day % 7 == 1 => self.provider.revoke_all(),
            8 if day % 7 == 1 => {
                let account = self.accounts[SIGNED_IN];
                self.engine.sync_once(Some(account)).await.expect("a pass");
                let asked = self.provider.count("refresh_token");
                self.engine.sync_once(Some(account)).await.expect("a pass");
                assert_eq!(
                    self.provider.count("refresh_token"),
                    asked,
                    "asked with the same again"
                );
                let accounts = self.engine.accounts().await.expect("accounts");
                let told = accounts.iter().find(|told| told.id == account).expect("there");
                let out = AccountState::NeedsPassword(Error::SignIn(SignInFault::Expired));
                assert_eq!(told.state, out);
                let begun = self.engine.sign_in_device(&self.signed_in, None).await.expect("begun");
                let grant = begun.finish().await.expect("signed in");
                self.engine.supply_grant(account, grant).await.expect("kept");
            }
            _ => {}
        }
    }

    async fn day(&mut self, day: usize, arrivals: usize) {
        for hour in 0..24 {
            match hour {
                // At night the computer sleeps: time passes on the wall alone, and lines are dead.
                0 => {
                    self.up.store(false, Ordering::SeqCst);
                    self.slept.fetch_add(6 * 3_600, Ordering::SeqCst);
                }
                1..6 => {}
                6 => self.up.store(true, Ordering::SeqCst),
                // An hour of lines that break in the middle of anything, for one of them.
                11 => {
                    let cut_output = Some(self.rng.random_range(500..4_000));
                    let server = &self.servers[self.rng.random_range(0..ACCOUNTS)];
                    server.fault_always(Protocol::Imap, Faults { cut_output, ..Faults::default() });
                }
                12 => {
                    for server in &self.servers {
                        server.fault_always(Protocol::Imap, Faults::default());
                    }
                }
                _ => {}
            }
            self.provides(day, hour).await;
            for _ in 0..arrivals / 24 {
                self.arrives();
            }
            if hour % 3 == 2 {
                self.others();
                // Nobody reads at night.
                if hour > 6 {
                    self.reads().await;
                }
            }
            if !(1..6).contains(&hour) {
                sleep(HOUR).await;
            }
        }
    }

    async fn holds(&self) {
        self.engine.settle_operations().await;
        for _ in 0..2 {
            self.engine.sync_once(None).await.expect("a pass");
            // Where much goes at once it is looked at a second time, later.
            sleep(HOUR).await;
        }
        for (account, server) in self.accounts.iter().zip(&self.servers) {
            let inbox = server.mailbox("INBOX").expect("an inbox");
            let held: BTreeSet<(String, bool)> = inbox
                .messages()
                .iter()
                .map(|message| {
                    let text = String::from_utf8_lossy(&message.octets).into_owned();
                    let (_, rest) = text.split_once("Subject: ").expect("a subject");
                    let subject = rest.lines().next().unwrap_or_default().to_owned();
                    (subject, message.flags.contains(&Flag::Seen))
                })
                .collect();
            let mut shown = BTreeSet::new();
            for offset in (0..).step_by(100) {
                let rows = self.rows(*account, offset, 100).await;
                if rows.is_empty() {
                    break;
                }
                for (_, subject, seen) in rows {
                    assert!(shown.insert((subject, seen)), "a row stands twice");
                }
            }
            assert_eq!(shown, held);
        }
    }
}

/// Resident memory in KiB, and open descriptors of the process.
fn weight() -> (usize, usize) {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    let memory = line.trim().trim_end_matches(" kB").trim().parse().unwrap_or(0);
    (memory, fs::read_dir("/proc/self/fd").map_or(0, Iterator::count))
}

#[test]
fn a_month_of_three_accounts_ends_like_their_servers() {
    let long = std::env::var_os("ALOUD_TEST_HISTORIES").is_some();
    let (days, arrivals) = if long { (30, 336) } else { (1, 96) };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut month = Month::begin().await;
        let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
        let mut first = None;
        for day in 1..=days {
            month.day(day, arrivals).await;
            month.holds().await;
            let now = tasks();
            let before = *first.get_or_insert(now);
            assert!(
                now <= before + ACCOUNTS,
                "{now} tasks after day {day}, {before} after the first"
            );
            if long && day % 7 == 1 {
                let (memory, descriptors) = weight();
                eprintln!("day {day}: {now} tasks, {memory} KiB, {descriptors} descriptors");
            }
        }
        let renewed = month.provider.count("refresh_token");
        assert!((days..days * 40).contains(&renewed), "{renewed} renewals in {days} days");
        eprintln!("{} messages came in {days} days; {renewed} renewals", month.came);
        month.engine.shutdown().await;
    });
}
