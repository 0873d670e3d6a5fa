//! The stream that async-imap reads from: a [`Wire`] behind a [`Screen`].

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::screen::Screen;
use crate::net::Wire;

/// Octets taken from the wire at a time.
const CHUNK: usize = 16 * 1024;

#[derive(Debug)]
pub(super) struct Pipe {
    wire: Wire,
    screen: Screen,
    chunk: Box<[u8]>,
    ready: Vec<u8>,
    used: usize,
}

impl Pipe {
    pub(super) fn new(wire: Wire) -> Self {
        Self {
            wire,
            screen: Screen::default(),
            chunk: vec![0; CHUNK].into_boxed_slice(),
            ready: Vec::new(),
            used: 0,
        }
    }

    pub(super) fn wire(&self) -> &Wire {
        &self.wire
    }

    pub(super) fn screen(&mut self) -> &mut Screen {
        &mut self.screen
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
            let mut chunk = ReadBuf::new(&mut this.chunk);
            ready!(Pin::new(&mut this.wire).poll_read(cx, &mut chunk))?;
            if chunk.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            this.screen
                .push(chunk.filled(), &mut this.ready)
                .map_err(|violation| io::Error::new(io::ErrorKind::InvalidData, violation))?;
        }
    }
}

impl AsyncWrite for Pipe {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().wire).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().wire).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().wire).poll_shutdown(cx)
    }
}
