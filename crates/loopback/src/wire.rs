//! One connection of the server: bounded lines and literals in, buffered octets out, and the faults
//! that happen on the way.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::faults::Faults;

/// How long a stalled connection keeps silent before the server drops it.
const STALL: Duration = Duration::from_secs(3_600);
/// Size at which buffered output is flushed.
const FLUSH_ABOVE: usize = 64 * 1024;
/// Into how many pieces a second is cut where the pace is slow.
const PIECES: u32 = 20;

/// The connection is closed; the session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gone;

impl From<std::io::Error> for Gone {
    fn from(_: std::io::Error) -> Self {
        Self
    }
}

/// What came instead of, or as, a line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A line without its CRLF.
    Text(Vec<u8>),
    /// It holds a bare CR or LF or NUL; it was taken up to and with the LF.
    Malformed,
    /// Longer than the limit; the connection can only be closed.
    TooLong,
}

pub(super) struct Wire<S> {
    stream: S,
    input: Vec<u8>,
    taken: u64,
    output: Vec<u8>,
    sent: u64,
    pub(super) faults: Faults,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    pub(super) fn new(stream: S, faults: Faults) -> Self {
        Self { stream, input: Vec::new(), taken: 0, output: Vec::new(), sent: 0, faults }
    }

    /// Reads up to CRLF. Safe to cancel: what was read stays buffered.
    pub(super) async fn line(&mut self, limit: usize) -> Result<Line, Gone> {
        let mut searched = 0;
        loop {
            let fresh = self.input.get(searched..).unwrap_or_default();
            if let Some(at) = memchr::memchr(b'\n', fresh) {
                let end = searched + at;
                if end > limit.saturating_add(1) {
                    return Ok(Line::TooLong);
                }
                let mut line: Vec<u8> = self.input.drain(..=end).collect();
                line.pop();
                let clean = line.pop() == Some(b'\r')
                    && !line.iter().any(|b| matches!(b, b'\r' | b'\n' | 0));
                return Ok(if clean { Line::Text(line) } else { Line::Malformed });
            }
            searched = self.input.len();
            if searched > limit.saturating_add(1) {
                return Ok(Line::TooLong);
            }
            self.fill().await?;
        }
    }

    /// Reads exactly `count` octets; the caller has checked that many are welcome.
    pub(super) async fn octets(&mut self, count: usize) -> Result<Vec<u8>, Gone> {
        while self.input.len() < count {
            self.fill().await?;
        }
        Ok(self.input.drain(..count).collect())
    }

    /// Reads and discards `count` octets.
    pub(super) async fn discard(&mut self, mut count: u64) -> Result<(), Gone> {
        while count > 0 {
            if self.input.is_empty() {
                self.fill().await?;
            }
            let now = self.input.len().min(usize::try_from(count).unwrap_or(usize::MAX));
            self.input.drain(..now);
            count -= now as u64;
        }
        Ok(())
    }

    /// Whether unread input is buffered (pipelining).
    pub(super) fn has_input(&self) -> bool {
        !self.input.is_empty()
    }

    async fn fill(&mut self) -> Result<(), Gone> {
        let mut room = 16 * 1024;
        if let Some(cut) = self.faults.cut_input {
            room = room.min(left(cut, self.taken));
            if room == 0 {
                return Err(Gone);
            }
        }
        if let Some(stall) = self.faults.stall_input {
            room = room.min(left(stall, self.taken));
            if room == 0 {
                return self.stall().await;
            }
        }
        let before = self.input.len();
        let mut chunk = vec![0; room];
        let got = self.stream.read(&mut chunk).await?;
        if got == 0 {
            return Err(Gone);
        }
        self.input.extend(chunk.into_iter().take(got));
        self.taken += (self.input.len() - before) as u64;
        Ok(())
    }

    /// Appends to the output buffer.
    pub(super) fn push(&mut self, octets: impl AsRef<[u8]>) {
        self.output.extend_from_slice(octets.as_ref());
    }

    /// Discards the output buffer.
    pub(super) fn forget_output(&mut self) {
        self.output.clear();
    }

    /// Sends the buffer when it has grown large.
    pub(super) async fn ease(&mut self) -> Result<(), Gone> {
        if self.output.len() > FLUSH_ABOVE { self.flush().await } else { Ok(()) }
    }

    /// Sends the buffer.
    pub(super) async fn flush(&mut self) -> Result<(), Gone> {
        let mut output = std::mem::take(&mut self.output);
        for (from, to) in &self.faults.rewrite {
            output = replaced(&output, from, to);
        }
        let mut rest = output.as_slice();
        let cut = self.faults.cut_output.map(|at| left(at, self.sent));
        let stall = self.faults.stall_output.map(|at| left(at, self.sent));
        let end = cut.into_iter().chain(stall).min().filter(|end| *end <= rest.len());
        if let Some(end) = end {
            rest = rest.get(..end).unwrap_or(rest);
        }
        self.sent += rest.len() as u64;
        if self.faults.drip {
            for octet in rest.chunks(1) {
                self.stream.write_all(octet).await?;
                self.stream.flush().await?;
                tokio::task::yield_now().await;
            }
        } else {
            self.send(rest).await?;
        }
        match end {
            None => Ok(()),
            Some(end) if cut.is_some_and(|cut| cut <= end) => Err(Gone),
            Some(_) => self.stall().await,
        }
    }

    /// Sends octets as fast as the faults allow.
    async fn send(&mut self, mut rest: &[u8]) -> Result<(), Gone> {
        while !rest.is_empty() {
            let mut now = rest.len();
            if let Some(pace) = self.faults.pace {
                now = now.min((pace / PIECES).max(1) as usize);
                tokio::time::sleep(Duration::from_secs(1) / PIECES).await;
            }
            if let Some(valve) = self.faults.valve.clone() {
                now = valve.pass(now).await;
            }
            let (piece, after) = rest.split_at_checked(now).unwrap_or((rest, &[]));
            self.stream.write_all(piece).await?;
            self.stream.flush().await?;
            rest = after;
        }
        Ok(())
    }

    /// Sends nothing for [`STALL`], then ends the session.
    pub(super) async fn stall(&mut self) -> Result<(), Gone> {
        tokio::time::sleep(STALL).await;
        Err(Gone)
    }

    /// Sends the same octets until the client goes.
    pub(super) async fn endless(&mut self, piece: &[u8]) -> Result<(), Gone> {
        self.flush().await?;
        loop {
            self.stream.write_all(piece).await?;
            tokio::task::yield_now().await;
        }
    }
}

fn replaced(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memmem::find(rest, from) {
        let (before, found) = rest.split_at(at);
        out.extend_from_slice(before);
        out.extend_from_slice(to);
        rest = found.get(from.len().max(1)..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    out
}

fn left(limit: u64, used: u64) -> usize {
    usize::try_from(limit.saturating_sub(used)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn lines(input: &[u8], limit: usize) -> Vec<Line> {
        let (mut client, server) = tokio::io::duplex(1024);
        client.write_all(input).await.expect("fits the pipe");
        drop(client);
        let mut wire = Wire::new(server, Faults::default());
        let mut all = Vec::new();
        while let Ok(line) = wire.line(limit).await {
            let last = line == Line::TooLong;
            all.push(line);
            if last {
                break;
            }
        }
        all
    }

    #[tokio::test]
    async fn only_crlf_ends_a_line_and_length_is_bounded() {
        let text = |t: &str| Line::Text(t.as_bytes().to_vec());
        assert_eq!(lines(b"ab\r\n\r\ncd", 10).await, [text("ab"), text("")]);
        assert_eq!(lines(b"a\nb\r\n", 10).await, [Line::Malformed, text("b")]);
        assert_eq!(lines(b"a\rb\r\nc\r\n", 10).await, [Line::Malformed, text("c")]);
        assert_eq!(lines(b"12345\r\n", 5).await, [text("12345")]);
        assert_eq!(lines(b"123456\r\n", 5).await, [Line::TooLong]);
        assert_eq!(lines(b"1234567890", 5).await, [Line::TooLong]);
    }

    #[tokio::test]
    async fn the_output_is_cut_at_the_octet() {
        let (mut client, server) = tokio::io::duplex(1024);
        let faults = Faults { cut_output: Some(3), drip: true, ..Faults::default() };
        let mut wire = Wire::new(server, faults);
        wire.push(b"abcdef");
        assert_eq!(wire.flush().await, Err(Gone));
        drop(wire);
        let mut got = Vec::new();
        client.read_to_end(&mut got).await.expect("a pipe");
        assert_eq!(got, b"abc");
    }
}
