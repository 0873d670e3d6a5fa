//! Raw DEFLATE (RFC 1951) over a stream in both directions, as COMPRESS has it (RFC 4978).
//!
//! Nothing is held of what comes in but one piece as it was on the wire: it is made larger only as far
//! as the reader has room, so that a few octets which stand for very many cost no memory. Whoever
//! reads counts what comes out. What is written leaves with the next flush (RFC 4978 section 3).

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Octets taken from the wire at a time, and of those written that wait.
const PIECE: usize = 16 * 1024;

/// Both directions of one connection.
pub(super) struct Deflate {
    inflate: Decompress,
    deflate: Compress,
    /// What came and is not inflated yet.
    input: Vec<u8>,
    /// How much of it is.
    used: usize,
    /// There may be more where the last output was full.
    more: bool,
    /// What is deflated and not on the wire yet, and how much of it is.
    output: Vec<u8>,
    sent: usize,
    /// Something was written since the last flush.
    open: bool,
}

impl Deflate {
    pub(super) fn new() -> Self {
        Self {
            inflate: Decompress::new(false),
            deflate: Compress::new(Compression::fast(), false),
            input: Vec::new(),
            used: 0,
            more: false,
            output: Vec::new(),
            sent: 0,
            open: false,
        }
    }

    /// Reads and inflates; nothing at the end.
    pub(super) fn poll_read<S: AsyncRead + Unpin + ?Sized>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if buf.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        loop {
            if self.used < self.input.len() || self.more {
                let before = (self.inflate.total_in(), self.inflate.total_out());
                let given = self.input.get(self.used..).unwrap_or_default();
                let room = buf.initialize_unfilled();
                let length = room.len();
                let status = self.inflate.decompress(given, room, FlushDecompress::None);
                let status = status.map_err(damaged)?;
                let taken = usize::try_from(self.inflate.total_in() - before.0).unwrap_or(0);
                let made = usize::try_from(self.inflate.total_out() - before.1).unwrap_or(0);
                self.used += taken;
                self.more = made == length;
                buf.advance(made);
                if made > 0 {
                    return Poll::Ready(Ok(()));
                }
                // The other side may end its stream only together with the connection.
                if status == Status::StreamEnd || (taken == 0 && self.used < self.input.len()) {
                    return Poll::Ready(Err(io::ErrorKind::InvalidData.into()));
                }
                continue;
            }
            self.input.resize(PIECE, 0);
            self.used = PIECE;
            let mut piece = ReadBuf::new(&mut self.input);
            ready!(Pin::new(&mut *stream).poll_read(cx, &mut piece))?;
            let count = piece.filled().len();
            self.input.truncate(count);
            self.used = 0;
            if count == 0 {
                return Poll::Ready(Ok(()));
            }
        }
    }

    /// Deflates what is written, once what was written before is on the wire.
    pub(super) fn poll_write<S: AsyncWrite + Unpin + ?Sized>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.output.len() >= PIECE {
            ready!(self.poll_send(stream, cx))?;
        }
        let now = octets.get(..octets.len().min(PIECE)).unwrap_or_default();
        let mut rest = now;
        while !rest.is_empty() {
            let taken = self.deflate(rest, FlushCompress::None)?;
            rest = rest.get(taken..).unwrap_or_default();
        }
        self.open |= !now.is_empty();
        Poll::Ready(Ok(now.len()))
    }

    /// Brings all that was written onto the wire, in such a way that the other side can read it.
    pub(super) fn poll_flush<S: AsyncWrite + Unpin + ?Sized>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        if self.open {
            // It is all there once the deflater leaves room.
            loop {
                let before = self.output.len();
                self.deflate(&[], FlushCompress::Sync)?;
                if self.output.len() - before < PIECE {
                    break;
                }
            }
            self.open = false;
        }
        ready!(self.poll_send(stream, cx))?;
        Pin::new(stream).poll_flush(cx)
    }

    /// One step of the deflater into the output; how much it took.
    fn deflate(&mut self, octets: &[u8], flush: FlushCompress) -> io::Result<usize> {
        let before = self.deflate.total_in();
        self.output.reserve_exact(PIECE);
        self.deflate.compress_vec(octets, &mut self.output, flush).map_err(damaged)?;
        Ok(usize::try_from(self.deflate.total_in() - before).unwrap_or(0))
    }

    fn poll_send<S: AsyncWrite + Unpin + ?Sized>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while let Some(rest) = self.output.get(self.sent..).filter(|rest| !rest.is_empty()) {
            let count = ready!(Pin::new(&mut *stream).poll_write(cx, rest))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.sent += count;
        }
        self.output.clear();
        self.sent = 0;
        Poll::Ready(Ok(()))
    }
}

fn damaged(why: impl ToString) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{future::poll_fn, io::Write as _};

    use flate2::write::DeflateEncoder;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    fn deflated(octets: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(octets).expect("deflated");
        encoder.flush().expect("flushed");
        encoder.get_ref().clone()
    }

    /// Reads all of `wire` through a buffer of so many octets.
    async fn inflated(wire: &[u8], room: usize) -> io::Result<Vec<u8>> {
        let (mut deflate, mut wire, mut out) = (Deflate::new(), wire, Vec::new());
        loop {
            let mut buffer = vec![0; room];
            let mut buf = ReadBuf::new(&mut buffer);
            poll_fn(|cx| deflate.poll_read(&mut wire, cx, &mut buf)).await?;
            if buf.filled().is_empty() {
                return Ok(out);
            }
            out.extend_from_slice(buf.filled());
            assert!(deflate.input.capacity() <= PIECE);
        }
    }

    #[tokio::test]
    async fn what_is_written_is_read() {
        let (near, far) = tokio::io::duplex(700);
        let lines: Vec<Vec<u8>> = (0..200u32)
            .map(|n| format!("A{n} UID FETCH {} (FLAGS)\r\n", n.wrapping_mul(77_777)).into_bytes())
            .chain([(0..300_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect()])
            .collect();
        let all = lines.concat();
        let writing = async move {
            let (mut deflate, mut near) = (Deflate::new(), near);
            for line in lines {
                let mut rest = line.as_slice();
                while !rest.is_empty() {
                    let count = poll_fn(|cx| deflate.poll_write(&mut near, cx, rest)).await?;
                    rest = &rest[count..];
                }
                poll_fn(|cx| deflate.poll_flush(&mut near, cx)).await?;
            }
            near.shutdown().await
        };
        let reading = async move {
            let mut far = far;
            let mut wire = Vec::new();
            far.read_to_end(&mut wire).await.map(|_| wire)
        };
        let (written, wire) = tokio::join!(writing, reading);
        written.expect("written");
        let wire = wire.expect("read");
        for room in [1, 5, 4096, 1 << 20] {
            assert!(inflated(&wire, room).await.expect("inflated") == all, "{room}");
        }
        assert_eq!(
            inflated(&deflated(b"* OK hello\r\n"), 4).await.expect("one"),
            b"* OK hello\r\n"
        );
    }

    /// A line can be read as soon as it was flushed, not only with the next one.
    #[tokio::test]
    async fn nothing_waits_behind_a_flush() {
        let (mut near, mut far) = tokio::io::duplex(64 * 1024);
        let (mut ours, mut theirs) = (Deflate::new(), Deflate::new());
        for n in 0..50u32 {
            let line = format!("A{n} NOOP\r\n");
            let count = poll_fn(|cx| ours.poll_write(&mut near, cx, line.as_bytes())).await;
            assert_eq!(count.expect("written"), line.len());
            poll_fn(|cx| ours.poll_flush(&mut near, cx)).await.expect("flushed");
            let mut buffer = [0; 100];
            let mut buf = ReadBuf::new(&mut buffer);
            while buf.filled().len() < line.len() {
                poll_fn(|cx| theirs.poll_read(&mut far, cx, &mut buf)).await.expect("read");
            }
            assert_eq!(buf.filled(), line.as_bytes());
        }
    }

    /// 200 MB out of 200 KB: read in pieces, and never held.
    #[tokio::test]
    async fn few_octets_for_very_many_cost_no_memory() {
        let wire = deflated(&vec![b'x'; 200 << 20]);
        assert!(wire.len() < 1 << 20);
        let (mut deflate, mut wire, mut total) = (Deflate::new(), wire.as_slice(), 0u64);
        let mut buffer = vec![0; PIECE];
        loop {
            let mut buf = ReadBuf::new(&mut buffer);
            poll_fn(|cx| deflate.poll_read(&mut wire, cx, &mut buf)).await.expect("read");
            assert!(deflate.input.capacity() <= PIECE);
            match buf.filled().len() {
                0 => break,
                count => total += count as u64,
            }
        }
        assert_eq!(total, 200 << 20);
    }

    #[tokio::test]
    async fn what_is_not_deflated_is_told() {
        for wire in [&[0xFF; 40][..], &[0x07, 0, 0]] {
            assert!(inflated(wire, 100).await.is_err(), "{wire:?}");
        }
        let mut ended = DeflateEncoder::new(Vec::new(), Compression::fast());
        ended.write_all(b"* BYE\r\n").expect("deflated");
        let ended = ended.finish().expect("ended");
        assert_eq!(inflated(&ended, 100).await.expect("whole"), b"* BYE\r\n");
        let more = [ended.as_slice(), b"* OK still here\r\n"].concat();
        assert!(inflated(&more, 100).await.is_err(), "octets behind the end");
    }

    proptest::proptest! {
        /// Any octets end, in an error or not.
        #[test]
        fn any_octets(wire: Vec<u8>, room in 1usize..300) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
            let _ = runtime.block_on(inflated(&wire, room));
        }
    }
}
