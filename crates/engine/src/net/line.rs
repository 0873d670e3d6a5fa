//! Line reading for the few lines that are exchanged before a STARTTLS upgrade.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};

use super::{REPLY, Wire};
use crate::types::{Broken, Error, Fault};

/// Longest line before the upgrade.
const LINE: usize = 8192;
/// Most lines before the upgrade.
const LINES: usize = 100;

/// A plain wire and what was read but not used yet.
pub(crate) struct Lines {
    wire: Wire,
    buffer: Vec<u8>,
    lines: usize,
    /// How long a line may take.
    patience: Duration,
}

impl Lines {
    pub(crate) fn new(wire: Wire) -> Self {
        Self { wire, buffer: Vec::new(), lines: 0, patience: REPLY }
    }

    /// The same, with another patience for the next lines.
    pub(crate) fn patient(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Writes and flushes.
    pub(crate) async fn write(&mut self, text: &str) -> Result<(), Error> {
        let step = async {
            self.wire.write_all(text.as_bytes()).await?;
            self.wire.flush().await
        };
        match timeout(REPLY, step).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(self.wire.broken(error.to_string())),
            Err(_) => Err(self.wire.broken(Broken::NotReading)),
        }
    }

    /// The next line, without its end, 8-bit octets replaced. The deadline is for the whole line.
    pub(crate) async fn next(&mut self) -> Result<String, Error> {
        self.lines += 1;
        if self.lines > LINES {
            return Err(Error::Protocol(Fault::ManyLines));
        }
        match timeout(self.patience, self.read_line()).await {
            Ok(line) => line,
            Err(_) => Err(self.wire.broken(Broken::Silent)),
        }
    }

    async fn read_line(&mut self) -> Result<String, Error> {
        loop {
            if let Some(end) = memchr::memchr(b'\n', &self.buffer) {
                let line: Vec<u8> = self.buffer.drain(..=end).collect();
                let text: String = line
                    .iter()
                    .filter(|octet| !matches!(octet, b'\r' | b'\n'))
                    .map(|octet| if octet.is_ascii() { char::from(*octet) } else { '?' })
                    .collect();
                return Ok(text);
            }
            if self.buffer.len() > LINE {
                return Err(Error::Protocol(Fault::LongLine));
            }
            let mut chunk = [0; 1024];
            let read = self.wire.read(&mut chunk).await;
            match read.map_err(|error| self.wire.broken(error.to_string()))? {
                0 => return Err(self.wire.broken(Broken::Closed)),
                count => self.buffer.extend_from_slice(chunk.get(..count).unwrap_or_default()),
            }
        }
    }

    /// Gives the wire back for the handshake.
    ///
    /// # Errors
    /// [`Error::Protocol`] when anything was received that was not asked for.
    pub(crate) fn into_wire(self) -> Result<Wire, Error> {
        if self.buffer.is_empty() {
            Ok(self.wire)
        } else {
            Err(Error::Protocol(Fault::EarlyOctets))
        }
    }
}
