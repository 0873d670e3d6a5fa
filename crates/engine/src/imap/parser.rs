//! async-imap, given one framed response at a time: what it cannot read costs that one only, and
//! neither the connection nor what comes after. The octets come from the pipe ([`super::pipe`]); it
//! reads them from memory and writes nothing.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll},
};

use async_imap::{
    Client,
    imap_proto::{AttributeValue, Response},
};
use futures::FutureExt;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{Answer, screen::Frame};

/// The parser of a connection.
#[derive(Debug)]
pub(super) struct Parser(Client<Feed>);

impl Default for Parser {
    fn default() -> Self {
        Self(Client::new(Feed::default()))
    }
}

/// A response and the octets it was read from.
pub(super) struct Whole<T> {
    octets: T,
    response: for<'a> fn(&'a T) -> &'a Response<'a>,
}

impl<T> Whole<T> {
    pub(super) fn response(&self) -> &Response<'_> {
        (self.response)(&self.octets)
    }
}

impl Parser {
    /// Reads a response that can be read as a whole. Status lines are read by us ([`super::status`]).
    /// The octets stay the frame's when it is not.
    pub(super) fn whole(&mut self, frame: &mut Frame) -> Option<Whole<impl Sized + use<>>> {
        // The parser takes 8-bit names for UTF-8 and says nothing where they are none.
        let raw = frame.answer == Answer::List && std::str::from_utf8(&frame.octets).is_err();
        if raw || frame.answer == Answer::Status || frame.octets.is_empty() {
            return None;
        }
        let length = frame.octets.len();
        self.0.get_mut().octets = std::mem::take(&mut frame.octets);
        // The screen keeps out what is known to make the parser panic; what is not known yet costs
        // one response.
        let mut next = || {
            let next = || self.0.read_response().now_or_never().and_then(io::Result::ok);
            catch_unwind(AssertUnwindSafe(next)).ok().flatten()
        };
        let read = match (next(), next()) {
            (Some(Some(octets)), Some(None)) => Some(octets),
            _ => None,
        };
        let feed = std::mem::take(self.0.get_mut());
        if read.is_none() {
            // Half a response may be left in it.
            *self = Self::default();
        }
        debug_assert_eq!(feed.octets.len(), length);
        frame.octets = feed.octets;
        let whole = Whole { octets: read?, response: |octets| octets.parsed() };
        // An item that the parser does not know may be one that it cannot read.
        let odd = matches!(whole.response(), Response::Fetch(_, items)
            if items.contains(&AttributeValue::Unknown));
        (!odd).then_some(whole)
    }
}

/// The octets of one response, and then the end.
#[derive(Debug, Default)]
struct Feed {
    octets: Vec<u8>,
    /// How many of them were read.
    read: usize,
}

impl AsyncRead for Feed {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let rest = self.octets.get(self.read..).unwrap_or_default();
        let part = rest.get(..into.remaining()).unwrap_or(rest);
        into.put_slice(part);
        let read = part.len();
        self.read += read;
        Poll::Ready(Ok(()))
    }
}

/// Commands are written to the wire.
impl AsyncWrite for Feed {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Err(io::ErrorKind::Unsupported.into()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(answer: Answer, octets: &[u8]) -> Frame {
        Frame { answer, octets: octets.to_vec(), said: Vec::new() }
    }

    #[test]
    fn what_the_parser_panics_at_costs_one_response() {
        let mut parser = Parser::default();
        let mut odd = frame(Answer::Fetch, b"* 1 FETCH (UID 3 INTERNALDATE NIL)\r\n");
        assert!(catch_unwind(|| Response::parse(&odd.octets).is_ok()).is_err(), "it does no more");
        assert!(parser.whole(&mut odd).is_none());
        assert!(odd.octets.starts_with(b"* 1 FETCH"), "others may look at it");
        let mut next = frame(Answer::Number, b"* 3 EXISTS\r\n");
        assert!(parser.whole(&mut next).is_some());
    }

    #[test]
    fn one_response_at_a_time_and_nothing_left_of_it() {
        let mut parser = Parser::default();
        for (octets, whole) in [
            (&b"* 3 EXISTS\r\n"[..], true),
            (b"* 3 EXISTS\r\n* 4 EXISTS\r\n", false),
            (b"* 3 EXISTS\r\n* 4 EX", false),
            (b"* 3 EXIS", false),
            (b"* 5 EXISTS\r\n", true),
        ] {
            let read = parser.whole(&mut frame(Answer::Number, octets));
            assert_eq!(read.is_some(), whole, "{}", String::from_utf8_lossy(octets));
        }
        let long = format!("* SEARCH {}\r\n", "1234567 ".repeat(9_000).trim_end());
        let mut long = frame(Answer::Search, long.as_bytes());
        let read = parser.whole(&mut long).expect("it is whole");
        assert!(matches!(read.response(),
            Response::MailboxData(async_imap::imap_proto::MailboxDatum::Search(all)) if all.len() == 9_000));
    }
}
