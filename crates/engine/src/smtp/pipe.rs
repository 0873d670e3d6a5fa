//! The stream that lettre speaks over: a [`Wire`] that shows it whole, short, printable reply
//! lines, hands it a greeting where ours was read before STARTTLS, keeps the words of the replies
//! to what was written last, and knows whether the final dot has left.
//!
//! So lettre sees replies of one shape only, whatever the server sends.

use std::{
    fmt, io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::net::Wire;

/// Longest reply line, in octets.
const LINE: usize = 2048;
/// Most lines of a reply.
const LINES: usize = 64;
/// What lettre is shown of a line; it refuses longer ones.
const SHOWN: usize = 900;
/// What ends a message.
const DOT: &[u8] = b"\r\n.\r\n";

/// What the dialogue above lettre can see.
#[derive(Debug, Default)]
pub(super) struct View {
    /// Replies to what was written last; the last of them may be incomplete.
    replies: Mutex<Vec<Reply>>,
    /// More replies than one that what is written next will get.
    more: AtomicUsize,
    dotted: AtomicBool,
    /// Octets handed to the network.
    written: AtomicU64,
    /// EHLO was said.
    greeted: AtomicBool,
    /// What the server said before that.
    greeting: Mutex<String>,
    /// Something came that is no reply.
    odd: AtomicBool,
    /// The dialogue stands: the server has answered EHLO.
    open: AtomicBool,
}

#[derive(Debug, Default)]
struct Reply {
    lines: Vec<String>,
    complete: bool,
}

impl View {
    /// The lines of the last reply, without codes.
    pub(super) fn reply(&self) -> Vec<String> {
        self.replies().last().map(|reply| reply.lines.clone()).unwrap_or_default()
    }

    /// The lines of the reply to the command at `index` of a group.
    pub(super) fn reply_to(&self, index: usize) -> Vec<String> {
        self.replies().get(index).map(|reply| reply.lines.clone()).unwrap_or_default()
    }

    /// What is written next are so many commands at once (RFC 2920).
    pub(super) fn expect(&self, commands: usize) {
        self.more.store(commands.saturating_sub(1), Ordering::Release);
    }

    fn replies(&self) -> MutexGuard<'_, Vec<Reply>> {
        self.replies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, line: String, complete: bool) {
        if !self.greeted() {
            let mut greeting = self.greeting.lock().unwrap_or_else(PoisonError::into_inner);
            if greeting.is_empty() {
                greeting.clone_from(&line);
            }
        }
        let mut replies = self.replies();
        if replies.last().is_none_or(|reply| reply.complete) {
            replies.push(Reply::default());
        }
        if let Some(reply) = replies.last_mut() {
            reply.lines.push(line);
            reply.complete = complete;
        }
    }

    /// The first line that the server said, without its code.
    pub(super) fn greeting(&self) -> String {
        self.greeting.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Octets handed to the network so far.
    pub(super) fn written(&self) -> u64 {
        self.written.load(Ordering::Acquire)
    }

    /// Whether EHLO was said, so that a refusal is about it and not the greeting.
    pub(super) fn greeted(&self) -> bool {
        self.greeted.load(Ordering::Acquire)
    }

    /// The server has answered EHLO.
    pub(super) fn opened(&self) {
        self.open.store(true, Ordering::Release);
    }

    /// Whether something came that is no reply of an SMTP server.
    pub(super) fn is_odd(&self) -> bool {
        self.odd.load(Ordering::Acquire)
    }

    /// Whether a final dot was handed to the network.
    pub(super) fn dotted(&self) -> bool {
        self.dotted.load(Ordering::Acquire)
    }
}

/// The stream. Clones are the same one: lettre has it for its commands, the dialogue for the message.
#[derive(Clone)]
pub(super) struct Pipe(Arc<Mutex<Inner>>);

struct Inner {
    wire: Wire,
    view: Arc<View>,
    line: Vec<u8>,
    ready: Vec<u8>,
    used: usize,
    lines: usize,
    tail: Vec<u8>,
    old: Old,
    /// Nothing is read any more.
    gone: bool,
}

/// How far HELO is said in place of EHLO (RFC 5321 section 3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Old {
    No,
    Hello,
    /// Its first letter has been.
    Second,
}

impl Pipe {
    /// With `greeted`, lettre is told that the server has greeted already.
    /// With `old`, HELO is said in place of its EHLO.
    pub(super) fn new(wire: Wire, view: Arc<View>, greeted: bool, old: bool) -> Self {
        let ready = if greeted { b"220 ready\r\n".to_vec() } else { Vec::new() };
        Self(Arc::new(Mutex::new(Inner {
            wire,
            view,
            line: Vec::new(),
            ready,
            used: 0,
            lines: 0,
            tail: Vec::new(),
            old: if old { Old::Hello } else { Old::No },
            gone: false,
        })))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn take(&mut self, input: &[u8]) -> io::Result<()> {
        for octet in input {
            if *octet == b'\n' {
                self.lines += 1;
                if self.lines > LINES * (1 + self.view.more.load(Ordering::Acquire)) {
                    return Err(broken("the server's reply has too many lines"));
                }
                let line = printable(&std::mem::take(&mut self.line));
                // Some send an empty line before a reply; it says nothing.
                if line.trim().is_empty() {
                    continue;
                }
                let code_like = line.len() >= 3 && line.bytes().take(3).all(|b| b.is_ascii_digit());
                if !code_like {
                    self.view.odd.store(true, Ordering::Release);
                }
                let (code, text) = line.split_at_checked(3).unwrap_or((&line, ""));
                let more = text.starts_with('-');
                let text = text.get(1..).unwrap_or_default().trim();
                self.view.push(text.to_owned(), !more);
                let separator = if more { '-' } else { ' ' };
                let shown: String = text.chars().take(SHOWN).collect();
                self.ready.extend_from_slice(format!("{code}{separator}{shown}\r\n").as_bytes());
            } else {
                if self.line.len() >= LINE {
                    return Err(broken("the server's reply is too long"));
                }
                self.line.push(*octet);
            }
        }
        Ok(())
    }
}

fn broken(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

fn printable(line: &[u8]) -> String {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    line.iter()
        .map(|octet| if (b' '..=b'~').contains(octet) { char::from(*octet) } else { '?' })
        .collect()
}

impl fmt::Debug for Pipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner().wire.fmt(f)
    }
}

impl AsyncTokioStream for Pipe {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

impl AsyncRead for Pipe {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self.get_mut().inner();
        if this.gone {
            return Poll::Ready(Ok(()));
        }
        loop {
            let waiting = this.ready.get(this.used..).unwrap_or_default();
            if !waiting.is_empty() {
                let take = waiting.len().min(buf.remaining());
                buf.put_slice(waiting.get(..take).unwrap_or_default());
                this.used += take;
                return Poll::Ready(Ok(()));
            }
            this.ready.clear();
            this.used = 0;
            let mut chunk = [0; 2048];
            let mut chunk = ReadBuf::new(&mut chunk);
            ready!(Pin::new(&mut this.wire).poll_read(cx, &mut chunk))?;
            if chunk.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            let input = chunk.filled().to_vec();
            this.take(&input)?;
        }
    }
}

impl AsyncWrite for Pipe {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self.get_mut().inner();
        let hello = buf.starts_with(b"EHLO ");
        if hello {
            this.view.greeted.store(true, Ordering::Release);
        }
        // "HE" in place of "EH", an octet at a time: a write may be cut anywhere.
        let other = match (&this.old, hello) {
            (Old::Hello, true) => Some((b"H", Old::Second)),
            (Old::Second, _) => Some((b"E", Old::No)),
            (Old::Hello | Old::No, _) => None,
        };
        if let Some((octet, next)) = other {
            let count = ready!(Pin::new(&mut this.wire).poll_write(cx, octet))?;
            if count == 1 {
                this.old = next;
            }
            return Poll::Ready(Ok(count));
        }
        let polled = Pin::new(&mut this.wire).poll_write(cx, buf);
        if let Poll::Ready(Ok(count)) = &polled {
            this.view.written.fetch_add(*count as u64, Ordering::AcqRel);
            // lettre takes leave where EHLO is refused, and would wait for the answer to that in place
            // of telling what was refused.
            this.gone |= buf.starts_with(b"QUIT") && !this.view.open.load(Ordering::Acquire);
            if this.gone {
                return polled;
            }
            // Whatever is said from here on answers this.
            this.lines = 0;
            this.view.replies().clear();
            let sent = buf.get(..*count).unwrap_or_default();
            this.tail.extend_from_slice(
                sent.get(sent.len().saturating_sub(DOT.len())..).unwrap_or(sent),
            );
            let surplus = this.tail.len().saturating_sub(DOT.len());
            this.tail.drain(..surplus);
            if this.tail == DOT {
                this.view.dotted.store(true, Ordering::Release);
            }
        }
        polled
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner().wire).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner().wire).poll_shutdown(cx)
    }
}
