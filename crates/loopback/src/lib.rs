//! An IMAP4rev1 and SMTP server inside the process, with the demo mailbox (decision D7).
//!
//! Clients connect through a pipe in memory ([`Loopback::imap_stream`]) or through TCP on 127.0.0.1
//! ([`Loopback::listen`]). It rejects whatever the standards do not allow, and the same scenarios
//! run against it and against real servers (`tests/servers`), so that the engine is not tested
//! against a server made to please it. [`Faults`] make it misbehave for tests.
//!
//! IMAP: RFC 3501/9051 with ID, UIDPLUS, MOVE, IDLE, ENABLE, CONDSTORE, SPECIAL-USE, LITERAL+. SMTP
//! submission: RFC 5321 and 6409 with SIZE, PIPELINING, 8BITMIME, DSN, ENHANCEDSTATUSCODES,
//! SMTPUTF8, AUTH PLAIN and LOGIN. No TLS: it never leaves the computer. No relaying: submitted
//! mail is recorded, and delivered only to users of this server.
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
pub mod profiles;
mod smtp;
mod wire;

pub use demo::contacts as demo_contacts;
pub use faults::{
    AtCommand, AtMessage, CommandFault, DropAfterData, Faults, Protocol, Valve, When,
};
pub use mailboxes::{Mailbox, Mailboxes, Refusal};

/// Capacity of a pipe in memory, in octets.
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

/// The server. Clones share its state.
#[derive(Clone)]
pub struct Loopback {
    shared: Arc<Shared>,
}

/// The state shared by all sessions.
struct Shared {
    world: Mutex<World>,
    /// Counter of changes to mailboxes; wakes sessions in IDLE.
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
    /// Login names and the access tokens that are accepted for them; `None` offers none.
    tokens: Option<Vec<(String, String)>>,
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
    /// The envelope of MAIL and RCPT.
    pub envelope: Envelope,
    /// The content of DATA after dot-unstuffing, without the final dot line.
    pub octets: Arc<[u8]>,
}

/// The SMTP envelope of one submission.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Envelope {
    /// Login name of the session.
    pub user: String,
    /// MAIL FROM; `None` is the null return path `<>`.
    pub reverse_path: Option<String>,
    /// Accepted recipients in order.
    pub forward_paths: Vec<ForwardPath>,
    /// Whether `BODY=8BITMIME` was given.
    pub eight_bit: bool,
    /// Whether `SMTPUTF8` was given.
    pub utf8: bool,
    /// The value of `RET=`: `FULL` or `HDRS`.
    pub ret: Option<String>,
    /// The value of `ENVID=`, decoded from xtext.
    pub envelope_id: Option<String>,
}

/// One accepted recipient.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ForwardPath {
    /// The address.
    pub address: String,
    /// The value of `NOTIFY=`.
    pub notify: Option<String>,
    /// The value of `ORCPT=`, decoded from xtext.
    pub original: Option<String>,
}

/// The addresses on which [`Loopback::listen`] listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listening {
    /// IMAP.
    pub imap: SocketAddr,
    /// SMTP.
    pub smtp: SocketAddr,
}

impl Loopback {
    /// Creates a server without users whose clock starts at `now`.
    #[must_use]
    pub fn empty(now: DateTime) -> Self {
        let (changes, _) = watch::channel(0);
        let started = tokio::time::Instant::now();
        let world = Mutex::new(World::default());
        Self { shared: Arc::new(Shared { world, changes, start: now, started }) }
    }

    /// Creates a server with the demo mailbox, dated relative to `now`; see [`DEMO_LOGIN`] and
    /// [`DEMO_ADDRESS`].
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

    /// Offers OAUTHBEARER and XOAUTH2 from now on, and accepts these login names with these access
    /// tokens and no others.
    pub fn accept_tokens(&self, tokens: &[(&str, &str)]) {
        let pairs = tokens.iter().map(|(login, token)| ((*login).to_owned(), (*token).to_owned()));
        self.shared.world().tokens = Some(pairs.collect());
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

    /// Delivers a message to a mailbox of the first user.
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

    /// Changes the mailboxes of the first user as another client would, and wakes sessions in IDLE.
    /// `None` when there is no user.
    pub fn change<T>(&self, change: impl FnOnce(&mut Mailboxes) -> T) -> Option<T> {
        let out = self.shared.world().users.first_mut().map(|user| change(&mut user.mailboxes));
        self.shared.tell();
        out
    }

    /// Returns a copy of a mailbox of the first user.
    #[must_use]
    pub fn mailbox(&self, name: &str) -> Option<Mailbox> {
        self.shared.world().users.first()?.mailboxes.get(name).cloned()
    }

    /// Returns all submitted messages, in order.
    #[must_use]
    pub fn submitted(&self) -> Vec<Submitted> {
        self.shared.world().submitted.clone()
    }

    /// Returns the commands received so far, in order: `imap:` or `smtp:`, then the verb with its
    /// arguments, without credentials and literals.
    #[must_use]
    pub fn commands(&self) -> Vec<String> {
        self.shared.world().log.clone()
    }

    /// Clears the list of received commands.
    pub fn forget_commands(&self) {
        self.shared.world().log.clear();
    }

    /// Returns the number of connections opened so far.
    #[must_use]
    pub fn connections(&self, protocol: Protocol) -> u32 {
        self.shared.world().connections.get(&protocol).copied().unwrap_or_default()
    }

    /// Queues faults for the next connection; each call queues one more.
    pub fn fault_next(&self, protocol: Protocol, faults: Faults) {
        self.shared.world().next_faults.entry(protocol).or_default().push_back(faults);
    }

    /// Sets the faults of every further connection for which none are queued.
    pub fn fault_always(&self, protocol: Protocol, faults: Faults) {
        self.shared.world().standing_faults.insert(protocol, faults);
    }

    /// Forgets the faults that are queued for connections to come; the standing ones stay.
    pub fn forget_faults(&self, protocol: Protocol) {
        self.shared.world().next_faults.remove(&protocol);
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

    /// Checks credentials; returns the index of the user.
    fn sign_in(&self, login: &str, password: &str) -> Option<usize> {
        self.world().users.iter().position(|u| u.login == login && u.password == password)
    }

    /// Whether access tokens are offered.
    fn takes_tokens(&self) -> bool {
        self.world().tokens.is_some()
    }

    /// Checks an access token; returns the index of the user.
    fn sign_in_token(&self, login: &str, token: &str) -> Option<usize> {
        let world = self.world();
        let known = world.tokens.iter().flatten().any(|(l, t)| l == login && t == token);
        world.users.iter().position(|u| known && u.login == login)
    }

    fn log(&self, line: String) {
        /// Maximum length of the list; later commands are not recorded.
        const MOST: usize = 100_000;
        let mut world = self.world();
        if world.log.len() < MOST {
            world.log.push(line);
        }
    }
}

/// Decodes the base64 of a SASL response; `None` when it is malformed.
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

/// What is told of a token that is not accepted: `{"status":"invalid_token"}` (RFC 7628).
const BAD_TOKEN: &str = "eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0=";

/// Whether a mechanism takes access tokens.
fn is_token(mechanism: &str) -> bool {
    ["OAUTHBEARER", "XOAUTH2"].iter().any(|known| known.eq_ignore_ascii_case(mechanism))
}

/// Login name and token: `n,a=LOGIN,^A...auth=Bearer TOKEN^A^A` (RFC 7628) or
/// `user=LOGIN^Aauth=Bearer TOKEN^A^A`.
fn sasl_token(text: &str) -> Option<(String, String)> {
    let text = String::from_utf8(sasl(text)?).ok()?;
    let mut fields = text.split('\x01');
    let first = fields.next()?;
    let login = match first.strip_prefix("user=") {
        Some(login) => login,
        None => first.strip_prefix("n,a=")?.strip_suffix(',')?,
    };
    let token = fields.find_map(|field| field.strip_prefix("auth=Bearer "))?;
    Some((login.replace("=2C", ",").replace("=3D", "="), token.to_owned()))
}
