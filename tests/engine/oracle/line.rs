//! A line to the server that ends the program: after a given number of writes to the network or of
//! transactions, what is on disk at that moment is kept, and nothing passes any more. Whoever starts
//! an engine on the kept folder sees what a process that was killed there had left.

use std::{
    io,
    path::{Path, PathBuf},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use aloud::{
    engine::net::{Dialer, Stream},
    loopback::{Loopback, Protocol},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::support::user::IMAP;

/// Where the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Instead of a write to the network.
    Before,
    /// Just after a write to the network.
    After,
    /// Just after a transaction.
    Stored,
}

#[derive(Default)]
struct State {
    /// What ends the program, and how often that still passes.
    fuse: Option<(End, u64)>,
    image: Option<tempfile::TempDir>,
}

/// Clones share it.
#[derive(Clone)]
pub struct Line {
    server: Loopback,
    data: Arc<PathBuf>,
    state: Arc<Mutex<State>>,
}

impl Line {
    pub fn new(server: &Loopback, data: PathBuf) -> Self {
        Self { server: server.clone(), data: Arc::new(data), state: Arc::default() }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the program at the `left`-th such moment from now, from 0.
    pub fn end_at(&self, end: End, left: u64) {
        self.state().fuse = Some((end, left));
    }

    /// Ends it now, unless it has ended; gives what is on disk.
    pub fn end(&self) -> tempfile::TempDir {
        let mut state = self.state();
        match state.image.take() {
            Some(image) => image,
            None => copy(&self.data),
        }
    }

    pub fn has_ended(&self) -> bool {
        self.state().image.is_some()
    }

    /// Whether the program goes on after this.
    fn pass(&self, here: &[End]) -> bool {
        let mut state = self.state();
        if state.image.is_some() {
            return false;
        }
        match &mut state.fuse {
            Some((end, 0)) if here.contains(end) => state.image = Some(copy(&self.data)),
            Some((end, left)) if here.contains(end) => *left -= 1,
            _ => {}
        }
        state.image.is_none()
    }

    /// A transaction was stored.
    pub fn stored(&self) {
        self.pass(&[End::Stored]);
    }
}

/// What a killed process leaves: everything it has written, and no locks.
fn copy(data: &Path) -> tempfile::TempDir {
    let image = tempfile::tempdir().expect("a folder");
    copy_into(data, &image.path().join("data"));
    image
}

fn copy_into(from: &Path, to: &Path) {
    std::fs::create_dir(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a kind").is_dir() {
            copy_into(&entry.path(), &target);
        } else if entry.file_name() != "aloud.db-shm" {
            // A file that is renamed meanwhile is there under its other name.
            let _ = std::fs::copy(entry.path(), target);
        }
    }
}

#[async_trait::async_trait]
impl Dialer for Line {
    async fn dial(&self, _host: &str, port: u16) -> io::Result<Box<dyn Stream>> {
        if self.has_ended() {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        let (client, server) = tokio::io::duplex(64 * 1024);
        self.server.serve(if port == IMAP { Protocol::Imap } else { Protocol::Smtp }, server);
        Ok(Box::new(Wire { line: self.clone(), inner: client }))
    }
    fn in_process(&self, _host: &str, _port: u16) -> bool {
        true
    }
}

struct Wire {
    line: Line,
    inner: tokio::io::DuplexStream,
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.line.has_ended() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        let broken = || Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        if !self.line.pass(&[End::Before]) {
            return broken();
        }
        let written = Pin::new(&mut self.inner).poll_write(cx, octets);
        if written.is_ready() && !self.line.pass(&[End::After]) {
            return broken();
        }
        written
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
