//! A [`Wire`] behind a [`Screen`]: whole responses come out.

use std::{collections::VecDeque, io};

use tokio::io::AsyncReadExt;

use super::screen::{Frame, Screen, Violation};
use crate::net::Wire;

/// Octets taken from the wire at a time.
const CHUNK: usize = 16 * 1024;

#[derive(Debug)]
pub(super) struct Pipe {
    wire: Wire,
    screen: Screen,
    chunk: Box<[u8]>,
    /// Octets taken at a time.
    most: usize,
    /// Responses of the last chunk.
    ready: VecDeque<Frame>,
    /// What came after them.
    broken: Option<Violation>,
}

impl Pipe {
    pub(super) fn new(wire: Wire) -> Self {
        Self {
            wire,
            screen: Screen::default(),
            chunk: vec![0; CHUNK].into_boxed_slice(),
            most: CHUNK,
            ready: VecDeque::new(),
            broken: None,
        }
    }

    pub(super) fn wire(&self) -> &Wire {
        &self.wire
    }

    pub(super) fn wire_mut(&mut self) -> &mut Wire {
        &mut self.wire
    }

    pub(super) fn screen(&mut self) -> &mut Screen {
        &mut self.screen
    }

    /// Takes one octet at a time, so that nothing behind a response is taken with it; or many again.
    pub(super) fn set_narrow(&mut self, narrow: bool) {
        self.most = if narrow { 1 } else { CHUNK };
    }

    /// A response that is here already.
    pub(super) fn ready(&mut self) -> Option<Frame> {
        self.ready.pop_front()
    }

    /// The next response; `None` at the end. Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> io::Result<Option<Frame>> {
        loop {
            if let Some(frame) = self.ready.pop_front() {
                return Ok(Some(frame));
            }
            if let Some(violation) = self.broken {
                return Err(io::Error::new(io::ErrorKind::InvalidData, violation));
            }
            let room = self.chunk.get_mut(..self.most).unwrap_or_default();
            let read = self.wire.read(room).await?;
            if read == 0 {
                return Ok(None);
            }
            let ready = &mut self.ready;
            let arrived = self.chunk.get(..read).unwrap_or_default();
            let fed = self.screen.feed(arrived, &mut |frame| ready.push_back(frame));
            self.broken = fed.err();
        }
    }
}
