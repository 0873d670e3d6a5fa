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
        atomic::{AtomicBool, AtomicUsize, Ordering},
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
        let mut replies = self.replies();
        if replies.last().is_none_or(|reply| reply.complete) {
            replies.push(Reply::default());
        }
        if let Some(reply) = replies.last_mut() {
            reply.lines.push(line);
            reply.complete = complete;
        }
    }

    /// Whether a final dot was handed to the network.
    pub(super) fn dotted(&self) -> bool {
        self.dotted.load(Ordering::Acquire)
    }
}

pub(super) struct Pipe {
    wire: Wire,
    view: Arc<View>,
    line: Vec<u8>,
    ready: Vec<u8>,
    used: usize,
    lines: usize,
    tail: Vec<u8>,
}

impl Pipe {
    /// With `greeted`, lettre is told that the server has greeted already.
    pub(super) fn new(wire: Wire, view: Arc<View>, greeted: bool) -> Self {
        let ready = if greeted { b"220 ready\r\n".to_vec() } else { Vec::new() };
        Self { wire, view, line: Vec::new(), ready, used: 0, lines: 0, tail: Vec::new() }
    }

    fn take(&mut self, input: &[u8]) -> io::Result<()> {
        for octet in input {
            if *octet == b'\n' {
                self.lines += 1;
                if self.lines > LINES * (1 + self.view.more.load(Ordering::Acquire)) {
                    return Err(broken("the server's reply has too many lines"));
                }
                let line = printable(&std::mem::take(&mut self.line));
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
        self.wire.fmt(f)
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
        let this = self.get_mut();
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
        let this = self.get_mut();
        let polled = Pin::new(&mut this.wire).poll_write(cx, buf);
        if let Poll::Ready(Ok(count)) = &polled {
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
        Pin::new(&mut self.get_mut().wire).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().wire).poll_shutdown(cx)
    }
}
