//! An IMAP4rev1 and SMTP server inside the process, with the demo mailbox (decision D7).
//!
//! The same engine talks to it as to any server: over a pipe in memory ([`Loopback::imap_stream`])
//! or over TCP on 127.0.0.1 ([`Loopback::listen`]). It is strict, so that it is not lenient in our
//! favor, and honest by test: the scenarios that run against it also run against real servers.
//! With [`Faults`] it is also the test bed.
//!
//! IMAP: RFC 3501/9051 with ID, UIDPLUS, MOVE, IDLE, ENABLE, CONDSTORE, SPECIAL-USE, LITERAL+.
//! SMTP submission: RFC 5321 and 6409 with SIZE, PIPELINING, 8BITMIME, DSN, ENHANCEDSTATUSCODES,
//! SMTPUTF8, AUTH PLAIN and LOGIN. No TLS: it never leaves the computer. No relaying: submitted mail
//! is recorded, and delivered only to users of this server.
//!
//! Tests: beside the code and in `tests/loopback`.
#![cfg_attr(not(test), warn(clippy::indexing_slicing))]

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    sync::watch,
};

use aloud_model::{AddrSpec, DateTime, Flag, Uid, imap::MailboxRole};

mod demo;
pub mod faults;
mod imap;
pub mod mailboxes;
mod smtp;
mod wire;

pub use demo::contacts as demo_contacts;
pub use faults::{AtCommand, CommandFault, DropAfterData, Faults, Protocol, Valve, When};
pub use mailboxes::{Mailbox, Mailboxes, Refusal};

/// Octets a pipe in memory holds before the writer waits.
const PIPE: usize = 64 * 1024;
/// Largest message taken by SMTP and APPEND, unless [`Faults::size_limit`] says otherwise.
pub const MAX_MESSAGE: usize = 64 * 1024 * 1024;

/// Login name and password of the demo user (decision E6).
pub const DEMO_LOGIN: &str = "demo";
/// Address of the demo user.
pub const DEMO_ADDRESS: &str = "helen.marsh@calderfinch.example";
/// Voice mail address of the demo user.
pub const DEMO_VOICE_ADDRESS: &str = "4402@vm.calderfinch.example";
/// Name of the demo user.
pub const DEMO_NAME: &str = "Helen Marsh";

/// The server. Clones share one.
#[derive(Clone)]
pub struct Loopback {
    shared: Arc<Shared>,
}

/// What sessions share.
struct Shared {
    world: Mutex<World>,
    /// Counts changes of mailboxes, for IDLE.
    changes: watch::Sender<u64>,
    start: DateTime,
    started: tokio::time::Instant,
}

#[derive(Default)]
struct World {
    users: Vec<User>,
    submitted: Vec<Submitted>,
    next_faults: HashMap<Protocol, VecDeque<Faults>>,
    standing_faults: HashMap<Protocol, Faults>,
    connections: HashMap<Protocol, u32>,
    log: Vec<String>,
}

struct User {
    login: String,
    password: String,
    addresses: Vec<AddrSpec>,
    mailboxes: Mailboxes,
}

/// A message that was submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// What MAIL and RCPT said.
    pub envelope: Envelope,
    /// What came in DATA, dots removed, without the final dot line.
    pub octets: Arc<[u8]>,
}

/// The SMTP envelope of one submission.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Envelope {
    /// Who had signed in.
    pub user: String,
    /// MAIL FROM; `None` is the null return path `<>`.
    pub reverse_path: Option<String>,
    /// Accepted recipients in order.
    pub forward_paths: Vec<ForwardPath>,
    /// `BODY=8BITMIME` was given.
    pub eight_bit: bool,
    /// `SMTPUTF8` was given.
    pub utf8: bool,
    /// `RET=`, `FULL` or `HDRS`.
    pub ret: Option<String>,
    /// `ENVID=`, decoded from xtext.
    pub envelope_id: Option<String>,
}

/// One accepted recipient.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ForwardPath {
    /// The address.
    pub address: String,
    /// `NOTIFY=`.
    pub notify: Option<String>,
    /// `ORCPT=`, decoded from xtext.
    pub original: Option<String>,
}

/// Where [`Loopback::listen`] listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listening {
    /// IMAP.
    pub imap: SocketAddr,
    /// SMTP.
    pub smtp: SocketAddr,
}

impl Loopback {
    /// A server without users whose clock starts at `now`.
    #[must_use]
    pub fn empty(now: DateTime) -> Self {
        let (changes, _) = watch::channel(0);
        let started = tokio::time::Instant::now();
        let world = Mutex::new(World::default());
        Self { shared: Arc::new(Shared { world, changes, start: now, started }) }
    }

    /// The demo mailbox as it looks at `now`; see [`DEMO_LOGIN`] and [`DEMO_ADDRESS`].
    #[must_use]
    pub fn demo(now: DateTime) -> Self {
        let server = Self::empty(now);
        demo::fill(&server, now);
        server
    }

    /// Adds a user with INBOX and the usual mailboxes. Mail submitted to one of the addresses
    /// arrives in the INBOX.
    pub fn add_user(&self, login: &str, password: &str, addresses: &[AddrSpec]) {
        let count = self.shared.world().users.len() as u32;
        self.add_user_from(login, password, addresses, 1_000 * (count + 1));
    }

    /// As [`Self::add_user`]; UIDVALIDITY counts from `validity`.
    fn add_user_from(&self, login: &str, password: &str, addresses: &[AddrSpec], validity: u32) {
        self.shared.world().users.push(User {
            login: login.to_owned(),
            password: password.to_owned(),
            addresses: addresses.to_vec(),
            mailboxes: Mailboxes::new(validity),
        });
    }

    /// Puts a message into a mailbox of the first user, as a delivery from outside would.
    ///
    /// # Errors
    /// [`Refusal`] when there is no user or no such mailbox.
    pub fn deliver(
        &self,
        mailbox: &str,
        octets: impl Into<Arc<[u8]>>,
        flags: &[Flag],
        date: DateTime,
    ) -> Result<Uid, Refusal> {
        let flags: BTreeSet<Flag> = flags.iter().cloned().collect();
        let octets = octets.into();
        self.change(|mailboxes| mailboxes.append(mailbox, octets, flags, date))
            .unwrap_or(Err(Refusal::NoSuchMailbox))
    }

    /// Creates a mailbox of the first user.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn create_mailbox(&self, name: &str, role: MailboxRole) -> Result<(), Refusal> {
        self.change(|mailboxes| mailboxes.create(name, role)).unwrap_or(Err(Refusal::NoSuchMailbox))
    }

    /// Changes the mailboxes of the first user behind the backs of its clients, and wakes those
    /// that are idle. `None` when there is no user.
    pub fn change<T>(&self, change: impl FnOnce(&mut Mailboxes) -> T) -> Option<T> {
        let out = self.shared.world().users.first_mut().map(|user| change(&mut user.mailboxes));
        self.shared.tell();
        out
    }

    /// A copy of one mailbox of the first user, as it stands.
    #[must_use]
    pub fn mailbox(&self, name: &str) -> Option<Mailbox> {
        self.shared.world().users.first()?.mailboxes.get(name).cloned()
    }

    /// Everything submitted so far, in order.
    #[must_use]
    pub fn submitted(&self) -> Vec<Submitted> {
        self.shared.world().submitted.clone()
    }

    /// The commands that came in, in order, `imap:` or `smtp:` and the verb with its arguments;
    /// never credentials, never literals.
    #[must_use]
    pub fn commands(&self) -> Vec<String> {
        self.shared.world().log.clone()
    }

    /// Forgets the commands seen so far.
    pub fn forget_commands(&self) {
        self.shared.world().log.clear();
    }

    /// How many connections were opened so far.
    #[must_use]
    pub fn connections(&self, protocol: Protocol) -> u32 {
        self.shared.world().connections.get(&protocol).copied().unwrap_or_default()
    }

    /// The next connection misbehaves so; call again for the one after it.
    pub fn fault_next(&self, protocol: Protocol, faults: Faults) {
        self.shared.world().next_faults.entry(protocol).or_default().push_back(faults);
    }

    /// Every connection for which nothing is queued misbehaves so from now on.
    pub fn fault_always(&self, protocol: Protocol, faults: Faults) {
        self.shared.world().standing_faults.insert(protocol, faults);
    }

    /// The server's clock.
    #[must_use]
    pub fn now(&self) -> DateTime {
        self.shared.now()
    }

    /// Opens an IMAP connection in memory. The other end runs on the current tokio runtime.
    pub fn imap_stream(
        &self,
    ) -> impl AsyncRead + AsyncWrite + Send + Sync + Unpin + std::fmt::Debug + use<> {
        let (client, server) = tokio::io::duplex(PIPE);
        self.serve(Protocol::Imap, server);
        client
    }

    /// Opens an SMTP connection in memory. The other end runs on the current tokio runtime.
    pub fn smtp_stream(
        &self,
    ) -> impl AsyncRead + AsyncWrite + Send + Sync + Unpin + std::fmt::Debug + use<> {
        let (client, server) = tokio::io::duplex(PIPE);
        self.serve(Protocol::Smtp, server);
        client
    }

    /// Serves one connection on a task of the current tokio runtime.
    pub fn serve<S>(&self, protocol: Protocol, stream: S)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let faults = self.shared.faults(protocol);
        let wire = wire::Wire::new(stream, faults);
        let shared = Arc::clone(&self.shared);
        // The session ends when the client goes; nobody waits for it.
        tokio::spawn(async move {
            match protocol {
                Protocol::Imap => imap::serve(wire, shared).await,
                Protocol::Smtp => smtp::serve(wire, shared).await,
            }
        });
    }

    /// Listens on 127.0.0.1; port 0 takes a free one. Serves until the runtime ends.
    ///
    /// # Errors
    /// When a port cannot be taken.
    pub async fn listen(&self, imap_port: u16, smtp_port: u16) -> std::io::Result<Listening> {
        Ok(Listening {
            imap: self.listen_one(Protocol::Imap, imap_port).await?,
            smtp: self.listen_one(Protocol::Smtp, smtp_port).await?,
        })
    }

    async fn listen_one(&self, protocol: Protocol, port: u16) -> std::io::Result<SocketAddr> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let server = self.clone();
        tokio::spawn(async move {
            loop {
                // An accept that fails (too many open files) is tried again a little later.
                match listener.accept().await {
                    Ok((stream, _)) => server.serve(protocol, stream),
                    Err(_) => tokio::time::sleep(std::time::Duration::from_millis(100)).await,
                }
            }
        });
        Ok(address)
    }
}

impl std::fmt::Debug for Loopback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loopback").finish_non_exhaustive()
    }
}

impl Shared {
    fn world(&self) -> MutexGuard<'_, World> {
        // A panic elsewhere leaves the mailboxes as they were; the server goes on.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> DateTime {
        let passed = i64::try_from(self.started.elapsed().as_secs()).unwrap_or_default();
        DateTime { unix: self.start.unix + passed, ..self.start }
    }

    fn tell(&self) {
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }

    fn faults(&self, protocol: Protocol) -> Faults {
        let mut world = self.world();
        *world.connections.entry(protocol).or_default() += 1;
        let queued = world.next_faults.get_mut(&protocol).and_then(VecDeque::pop_front);
        queued.or_else(|| world.standing_faults.get(&protocol).cloned()).unwrap_or_default()
    }

    /// Index of the user whose password this is.
    fn sign_in(&self, login: &str, password: &str) -> Option<usize> {
        self.world().users.iter().position(|u| u.login == login && u.password == password)
    }

    fn log(&self, line: String) {
        /// Enough for any test; a long-running demo forgets the rest.
        const MOST: usize = 100_000;
        let mut world = self.world();
        if world.log.len() < MOST {
            world.log.push(line);
        }
    }
}

/// Decodes the base64 of SASL; `None` when it is none.
fn sasl(text: &str) -> Option<Vec<u8>> {
    use base64::Engine;
    let text = if text == "=" { "" } else { text };
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}

/// `[authzid] NUL login NUL password` (RFC 4616).
fn sasl_plain(text: &str) -> Option<(String, String)> {
    let octets = sasl(text)?;
    let mut pieces = octets.split(|b| *b == 0);
    let (_, login, password) = (pieces.next()?, pieces.next()?, pieces.next()?);
    let text = |octets: &[u8]| String::from_utf8(octets.to_vec()).ok();
    if pieces.next().is_some() { None } else { Some((text(login)?, text(password)?)) }
}
