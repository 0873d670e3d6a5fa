//! An open connection: plain or TLS, with octets counted.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, io,
    net::IpAddr,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::timeout,
};
use tokio_rustls::client::TlsStream;

use super::{CONNECT, Dialer, Stream, deflate::Deflate, tls::Trust};
use crate::{
    imap::Namespaces,
    lock::lock,
    servers::Profile,
    types::{Answer, Broken, Error, Fault, Security, Server, Skipped},
};

/// Alerts that wait to be shown, and octets of one.
const ALERTS: (usize, usize) = (20, 1000);
/// So long a server may be silent before it is asked whether it waits for TLS.
const SILENCE: Duration = Duration::from_secs(5);

/// What a server offers and does not bear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shunned {
    /// It hangs up on a client that says who it is (RFC 2971).
    Id,
    /// The connection ended at it the last time, without a word.
    IdTwice,
    /// It would not compress, or nothing of what it sent then could be read (RFC 4978).
    Compress,
    /// It refuses to say at SELECT what changed (RFC 7162).
    Qresync,
    /// It does not know MOVE (RFC 6851).
    Move,
    /// It does not know UID EXPUNGE (RFC 4315).
    UidExpunge,
    /// It does not know X-GM-MSGID.
    GmailId,
    /// It sends whole messages where parts are asked for.
    Partial,
}

/// Counters, and what a server was seen not to bear, which outlive connections; one set an account.
#[derive(Debug, Default)]
pub struct Traffic {
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
    commands: AtomicU64,
    shunned: Mutex<BTreeSet<Shunned>>,
    namespaces: Mutex<Option<Arc<Namespaces>>>,
    profile: Mutex<Arc<Profile>>,
    skipped: Mutex<BTreeMap<Answer, u32>>,
    alerts: Mutex<Vec<String>>,
}

impl Traffic {
    /// Octets read (inside TLS).
    #[must_use]
    pub fn bytes_in(&self) -> u64 {
        self.bytes_in.load(Ordering::Relaxed)
    }

    /// Octets written (inside TLS).
    #[must_use]
    pub fn bytes_out(&self) -> u64 {
        self.bytes_out.load(Ordering::Relaxed)
    }

    /// Commands sent.
    #[must_use]
    pub fn commands(&self) -> u64 {
        self.commands.load(Ordering::Relaxed)
    }

    /// Whether the server is not asked for something that it offers.
    #[must_use]
    pub fn shuns(&self, what: Shunned) -> bool {
        lock(&self.shunned).contains(&what)
    }

    /// Remembers it.
    pub fn set_shunned(&self, what: Shunned, shunned: bool) {
        let mut all = lock(&self.shunned);
        match shunned {
            true => all.insert(what),
            false => all.remove(&what),
        };
    }

    /// What the server told of its namespaces; `None` before it was asked.
    #[must_use]
    pub fn namespaces(&self) -> Option<Arc<Namespaces>> {
        lock(&self.namespaces).clone()
    }

    /// Keeps it.
    pub fn set_namespaces(&self, told: Namespaces) {
        *lock(&self.namespaces) = Some(Arc::new(told));
    }

    /// How the server is treated, as far as the last connection learned.
    #[must_use]
    pub fn profile(&self) -> Arc<Profile> {
        Arc::clone(&lock(&self.profile))
    }

    /// Whether parts of messages are asked for: no row and nothing seen speaks against it.
    #[must_use]
    pub fn in_parts(&self) -> bool {
        self.profile().partial != Some(false) && !self.shuns(Shunned::Partial)
    }

    /// Keeps it.
    pub fn set_profile(&self, profile: Arc<Profile>) {
        *lock(&self.profile) = profile;
    }

    /// Counts an answer that could not be read.
    pub fn note_skipped(&self, answer: Answer) {
        let mut skipped = lock(&self.skipped);
        let count = skipped.entry(answer).or_default();
        *count = count.saturating_add(1);
    }

    /// Answers that could not be read so far.
    #[must_use]
    pub fn skipped(&self) -> Vec<Skipped> {
        let skipped = lock(&self.skipped);
        skipped.iter().map(|(answer, count)| Skipped { answer: *answer, count: *count }).collect()
    }

    /// Keeps words that the server wants its user to see.
    pub fn note_alert(&self, said: &str) {
        let said: String = said.chars().take(ALERTS.1).collect();
        let mut alerts = lock(&self.alerts);
        if !said.is_empty() && alerts.len() < ALERTS.0 && !alerts.contains(&said) {
            alerts.push(said);
        }
    }

    /// Takes what [`Self::note_alert`] kept.
    pub fn take_alerts(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.alerts))
    }

    /// Counts a command.
    pub fn count_command(&self) {
        self.commands.fetch_add(1, Ordering::Relaxed);
    }
}

enum Inner {
    Plain(Box<dyn Stream>),
    Tls(Box<TlsStream<Box<dyn Stream>>>),
}

/// What octets come from and go to, counted.
struct Counted {
    inner: Inner,
    traffic: Arc<Traffic>,
}

/// A connection to one server.
pub struct Wire {
    stream: Counted,
    deflate: Option<Box<Deflate>>,
    /// Nothing of what was deflated could be read yet.
    unproved: bool,
    peer: String,
    written: u64,
}

impl Wire {
    /// Connects, and does the TLS handshake where TLS comes first. With [`Security::StartTls`] the
    /// wire is still plain: speak the upgrade, then call [`Self::upgrade`].
    ///
    /// # Errors
    /// [`Error::NoEncryption`] for [`Security::None`] to another computer, [`Error::Unreachable`],
    /// [`Error::Certificate`].
    pub(crate) async fn open(
        dialer: &dyn Dialer,
        server: &Server,
        trust: &Trust,
        traffic: Arc<Traffic>,
    ) -> Result<Self, Error> {
        if server.security == Security::None && !stays_here(dialer, server) {
            return Err(Error::NoEncryption);
        }
        Self::connect(dialer, server, trust, traffic).await
    }

    /// As [`Self::open`], also without encryption to another computer: for what is no secret, where
    /// the user wants it so.
    ///
    /// # Errors
    /// As there, but for [`Error::NoEncryption`].
    pub(crate) async fn open_unencrypted(
        dialer: &dyn Dialer,
        server: &Server,
        trust: &Trust,
    ) -> Result<Self, Error> {
        Self::connect(dialer, server, trust, Arc::default()).await
    }

    async fn connect(
        dialer: &dyn Dialer,
        server: &Server,
        trust: &Trust,
        traffic: Arc<Traffic>,
    ) -> Result<Self, Error> {
        let peer = format!("{}:{}", server.host, server.port);
        let unreachable = |reason: Broken| Error::Unreachable { host: peer.clone(), reason };
        let stream = match timeout(CONNECT, dialer.dial(&server.host, server.port)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return Err(unreachable(error.to_string().into())),
            Err(_) => return Err(unreachable(Broken::NoConnection)),
        };
        let stream = Counted { inner: Inner::Plain(stream), traffic };
        let wire = Self { stream, deflate: None, unproved: false, peer, written: 0 };
        match server.security {
            Security::Tls => wire.upgrade(&server.host, trust).await,
            Security::StartTls | Security::None => Ok(wire),
        }
    }

    /// Runs the upgrade of a plain wire (`upgrade`). Where the server says nothing for some seconds,
    /// or hangs up, it is dialed once more and asked whether it waits for TLS instead.
    ///
    /// # Errors
    /// [`Error::WrongSecurity`] when it does; else what the upgrade says.
    pub(crate) async fn or_expects_tls<T>(
        dialer: &dyn Dialer,
        server: &Server,
        trust: &Trust,
        upgrade: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let mut upgrade = std::pin::pin!(upgrade);
        let early = timeout(SILENCE, &mut upgrade).await;
        match early {
            Ok(Err(Error::Unreachable { .. })) | Err(_) => {}
            Ok(said) => return said,
        }
        let tls = Server { security: Security::Tls, ..server.clone() };
        let probe = async {
            match Self::open(dialer, &tls, trust, Arc::default()).await {
                // A bad certificate is TLS, too.
                Ok(_) | Err(Error::Certificate(_)) => Err(Error::WrongSecurity {
                    host: format!("{}:{}", server.host, server.port),
                    expects: Security::Tls,
                }),
                Err(_) => Ok(()),
            }
        };
        match early {
            Ok(said) => probe.await.and(said),
            // A slow server may still answer while it is asked.
            Err(_) => tokio::select! {
                said = &mut upgrade => said,
                found = probe => match found {
                    Err(error) => Err(error),
                    Ok(()) => upgrade.await,
                },
            },
        }
    }

    /// Does the TLS handshake on a plain wire. Whatever was read before must have been used up.
    ///
    /// # Errors
    /// [`Error::Certificate`], [`Error::Unreachable`].
    pub(crate) async fn upgrade(self, host: &str, trust: &Trust) -> Result<Self, Error> {
        let Counted { inner: Inner::Plain(stream), traffic } = self.stream else {
            return Err(Error::Protocol(Fault::EncryptedAlready));
        };
        let inner = Inner::Tls(Box::new(trust.handshake(host, stream, &self.peer).await?));
        Ok(Self { stream: Counted { inner, traffic }, ..self })
    }

    /// Deflates both directions from here on (RFC 4978). Whatever was read before must have been used
    /// up. A server is not asked again before something of it could be read.
    pub(crate) fn deflate(&mut self) {
        self.deflate = Some(Box::new(Deflate::new()));
        self.unproved = true;
        self.stream.traffic.set_shunned(Shunned::Compress, true);
    }

    /// `host:port`, for messages.
    #[must_use]
    pub fn peer(&self) -> &str {
        &self.peer
    }

    /// Octets handed to the stream so far.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.written
    }

    /// What the server's certificate can be bound into a sign-in by; `None` without TLS.
    pub(crate) fn end_point(&self) -> Option<Vec<u8>> {
        match &self.stream.inner {
            Inner::Plain(_) => None,
            Inner::Tls(stream) => {
                let certificates = stream.get_ref().1.peer_certificates()?;
                super::end_point::end_point(certificates.first()?)
            }
        }
    }

    /// The counters.
    #[must_use]
    pub fn traffic(&self) -> &Arc<Traffic> {
        &self.stream.traffic
    }

    /// An [`Error::Unreachable`] for this peer.
    pub(crate) fn broken(&self, reason: impl Into<Broken>) -> Error {
        Error::Unreachable { host: self.peer.clone(), reason: reason.into() }
    }
}

/// Only the two loopback addresses count (E6): a name such as `localhost` is whatever the resolver
/// says it is.
fn stays_here(dialer: &dyn Dialer, server: &Server) -> bool {
    let host = server.host.trim_start_matches('[').trim_end_matches(']');
    let loopback = host.parse::<IpAddr>().is_ok_and(|ip| {
        ip == IpAddr::from([127, 0, 0, 1]) || ip == IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1u16])
    });
    loopback || dialer.in_process(&server.host, server.port)
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Wire({})", self.peer)
    }
}

impl AsyncRead for Counted {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        let polled = match &mut this.inner {
            Inner::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Inner::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
        };
        let read = buf.filled().len().saturating_sub(before);
        this.traffic.bytes_in.fetch_add(read as u64, Ordering::Relaxed);
        polled
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = match &mut this.inner {
            Inner::Plain(stream) => Pin::new(stream).poll_write(cx, buf),
            Inner::Tls(stream) => Pin::new(stream).poll_write(cx, buf),
        };
        if let Poll::Ready(Ok(count)) = &polled {
            this.traffic.bytes_out.fetch_add(*count as u64, Ordering::Relaxed);
        }
        polled
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().inner {
            Inner::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Inner::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().inner {
            Inner::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Inner::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let Some(deflate) = &mut this.deflate else {
            return Pin::new(&mut this.stream).poll_read(cx, buf);
        };
        let before = buf.filled().len();
        let polled = deflate.poll_read(&mut this.stream, cx, buf);
        match &polled {
            Poll::Ready(Ok(())) if buf.filled().len() > before => {
                if std::mem::take(&mut this.unproved) {
                    this.stream.traffic.set_shunned(Shunned::Compress, false);
                }
            }
            Poll::Ready(Err(error)) if error.kind() == io::ErrorKind::InvalidData => {
                this.stream.traffic.set_shunned(Shunned::Compress, true);
            }
            _ => {}
        }
        polled
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = match &mut this.deflate {
            Some(deflate) => deflate.poll_write(&mut this.stream, cx, buf),
            None => Pin::new(&mut this.stream).poll_write(cx, buf),
        };
        if let Poll::Ready(Ok(count)) = &polled {
            this.written += *count as u64;
        }
        polled
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        match &mut this.deflate {
            Some(deflate) => deflate.poll_flush(&mut this.stream, cx),
            None => Pin::new(&mut this.stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
