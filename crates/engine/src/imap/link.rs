//! One connection: writes commands, reads responses, and says a command is complete only when its
//! own tagged response was seen.

use std::{io, panic::AssertUnwindSafe, time::Duration};

use async_imap::imap_proto::{MailboxDatum, Response, ResponseCode, Status};
use futures::FutureExt as _;
use tokio::{
    io::AsyncWriteExt,
    time::{Instant, timeout, timeout_at},
};

use super::{
    command::{Command, Piece},
    pipe::Pipe,
    reply::Reply,
};
use crate::{
    net::{REPLY, Wire},
    types::{Broken, Error, Fault},
};

/// The slowest line that is still waited for, in octets a second.
const SLOWEST: u64 = 1024;
/// The longest that one command may take besides its data.
const COMMAND: Duration = Duration::from_secs(600);
/// Octets written between two looks at the clock.
const WRITE: usize = 64 * 1024;
/// Largest literal that is sent unasked under LITERAL- (RFC 7888).
const LITERAL_MINUS: usize = 4096;

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Done {
    Ok {
        /// Capabilities, when the response carried them.
        capabilities: Option<Vec<String>>,
    },
    No(Reply),
    Bad(Reply),
}

impl Done {
    /// NO and BAD as [`Error::Server`].
    pub(super) fn ok(self) -> Result<(), Error> {
        match self {
            Self::Ok { .. } => Ok(()),
            Self::No(reply) | Self::Bad(reply) => Err(Error::Server(reply.text)),
        }
    }
}

/// Called with every response that is not the command's own tagged one.
pub(super) type Listener<'a> = &'a mut (dyn FnMut(&Response<'_>) + Send);

/// How literals may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Literals {
    #[default]
    Synchronizing,
    Minus,
    Plus,
}

pub(super) struct Link {
    client: async_imap::Client<Pipe>,
    tag: u32,
    pub(super) literals: Literals,
    /// Set by the first failure; nothing is sent or believed afterwards.
    dead: Option<Error>,
    /// The selected mailbox changed since it was selected or last asked about.
    pub(super) changed: bool,
    /// The last BYE, which says more than a closed connection.
    bye: Option<String>,
}

impl Link {
    pub(super) fn new(wire: Wire) -> Self {
        Self {
            client: async_imap::Client::new(Pipe::new(wire)),
            tag: 0,
            literals: Literals::default(),
            dead: None,
            changed: false,
            bye: None,
        }
    }

    fn wire(&self) -> &Wire {
        self.client.get_ref().wire()
    }

    /// Reads the greeting: its status and, if it came along, the capabilities.
    pub(super) async fn greeting(&mut self) -> Result<(bool, Option<Vec<String>>), Error> {
        let mut said = None;
        let outcome = self
            .turn("", &mut |response| {
                if let Response::Data { status, outcome } = response {
                    let text = outcome.information.as_deref().unwrap_or_default().to_owned();
                    let names = match &outcome.code {
                        Some(ResponseCode::Capabilities(names)) => Some(spell(names)),
                        _ => None,
                    };
                    said = Some(match status {
                        Status::Ok => Ok((false, names)),
                        Status::PreAuth => Ok((true, names)),
                        _ => Err(Error::Server(text)),
                    });
                }
            })
            .await;
        self.settle(outcome)?;
        said.unwrap_or(Err(Error::Protocol(Fault::NotImap)))
    }

    /// Runs one command.
    ///
    /// # Errors
    /// When the connection cannot be used any more. NO and BAD are no errors here.
    pub(super) async fn run(
        &mut self,
        command: &Command,
        listener: Listener<'_>,
    ) -> Result<Done, Error> {
        let outcome = self.attempt(command, listener).await;
        self.settle(outcome)
    }

    fn settle<T>(&mut self, outcome: Result<T, Error>) -> Result<T, Error> {
        if let Err(error) = &outcome {
            self.dead.get_or_insert_with(|| error.clone());
        }
        outcome
    }

    async fn attempt(&mut self, command: &Command, listener: Listener<'_>) -> Result<Done, Error> {
        if let Some(error) = &self.dead {
            return Err(error.clone());
        }
        let tag = self.start();
        let mut line = zeroize::Zeroizing::new(format!("{tag} ").into_bytes());
        let until = Instant::now() + COMMAND;
        for piece in command.pieces() {
            match piece {
                Piece::Text(text) => line.extend_from_slice(text),
                Piece::Literal(octets) => {
                    let unasked = match self.literals {
                        Literals::Plus => true,
                        Literals::Minus => octets.len() <= LITERAL_MINUS,
                        Literals::Synchronizing => false,
                    };
                    let plus = if unasked { "+" } else { "" };
                    line.extend_from_slice(format!("{{{}{plus}}}\r\n", octets.len()).as_bytes());
                    if unasked {
                        line.extend_from_slice(octets);
                        continue;
                    }
                    self.write(&line).await?;
                    line.clear();
                    // Untagged responses may come before the "+".
                    if let Some(done) = self.until(&tag, true, until, listener).await? {
                        return Ok(done);
                    }
                    line.extend_from_slice(octets);
                }
            }
        }
        line.extend_from_slice(b"\r\n");
        self.write(&line).await?;
        drop(line);
        loop {
            if let Some(done) = self.until(&tag, false, until, listener).await? {
                return Ok(done);
            }
        }
    }

    /// Counts a command; its tag.
    fn start(&mut self) -> String {
        self.tag += 1;
        self.client.get_mut().screen().restart();
        self.wire().traffic().count_command();
        format!("A{}", self.tag)
    }

    /// Starts a command that asks for more (IDLE, AUTHENTICATE); `None` when the server did.
    pub(super) async fn open(
        &mut self,
        words: &str,
        listener: Listener<'_>,
    ) -> Result<(String, Option<Done>), Error> {
        if let Some(error) = &self.dead {
            return Err(error.clone());
        }
        let tag = self.start();
        let outcome = async {
            self.write(format!("{tag} {words}\r\n").as_bytes()).await?;
            self.until(&tag, true, Instant::now() + COMMAND, listener).await
        }
        .await;
        self.settle(outcome).map(|done| (tag, done))
    }

    /// Goes on with a command that was opened.
    pub(super) async fn close(
        &mut self,
        tag: &str,
        line: &[u8],
        within: Duration,
        listener: Listener<'_>,
    ) -> Result<Done, Error> {
        let ending = timeout(within, async {
            self.write(line).await?;
            let until = Instant::now() + within;
            loop {
                if let Some(done) = self.until(tag, false, until, listener).await? {
                    return Ok(done);
                }
            }
        });
        let outcome = match ending.await {
            Ok(outcome) => outcome,
            Err(_) => Err(self.wire().broken(Broken::Endless)),
        };
        self.settle(outcome)
    }

    /// Waits for a response outside any answer (IDLE). Dropping the future loses nothing.
    ///
    /// # Errors
    /// When the connection is of no use any more.
    pub(super) async fn wait(
        &mut self,
        tag: &str,
        listener: Listener<'_>,
    ) -> Result<Option<Done>, Error> {
        let outcome = match guarded(self.client.read_response()).await {
            Ok(Some(response)) => Ok(self.sort(response.parsed(), tag, listener).1),
            Ok(None) => Err(self.closed()),
            Err(error) => Err(self.failed(&error)),
        };
        self.settle(outcome)
    }

    /// Reads up to the tagged response; with `ask`, up to a continuation (`None`) as well.
    async fn until(
        &mut self,
        tag: &str,
        ask: bool,
        mut until: Instant,
        listener: Listener<'_>,
    ) -> Result<Option<Done>, Error> {
        loop {
            if Instant::now() > until {
                return Err(self.wire().broken(Broken::Endless));
            }
            let (asked, done, spent) = self.turn(tag, listener).await?;
            if done.is_some() || (asked && ask) {
                return Ok(done);
            }
            until += spent;
        }
    }

    /// One response, within [`REPLY`] and the time its literals need at [`SLOWEST`]: whether it
    /// asks for more, how the command ended if this ends it, and the time that does not count.
    async fn turn(
        &mut self,
        tag: &str,
        listener: Listener<'_>,
    ) -> Result<(bool, Option<Done>, Duration), Error> {
        let started = Instant::now();
        let mut extra = Duration::ZERO;
        loop {
            match timeout_at(started + REPLY + extra, guarded(self.client.read_response())).await {
                Ok(Ok(Some(response))) => {
                    let (asked, done) = self.sort(response.parsed(), tag, listener);
                    return Ok((asked, done, extra));
                }
                Ok(Ok(None)) => return Err(self.closed()),
                Ok(Err(error)) => return Err(self.failed(&error)),
                Err(_) => {
                    let data = self.client.get_mut().screen().announced();
                    let more = Duration::from_secs(data / SLOWEST);
                    if more <= extra {
                        return Err(self.wire().broken(Broken::Silent));
                    }
                    extra = more;
                }
            }
        }
    }

    /// Whether it asks for more, and how the command ended if this ends it.
    fn sort(
        &mut self,
        response: &Response<'_>,
        own: &str,
        listener: Listener<'_>,
    ) -> (bool, Option<Done>) {
        self.changed |= matches!(
            response,
            Response::Expunge(_)
                | Response::Vanished { .. }
                | Response::MailboxData(MailboxDatum::Exists(_))
        );
        match response {
            Response::Continue(_) => {
                listener(response);
                (true, None)
            }
            Response::Done { tag, status, outcome } if tag.0 == own => {
                let reply = || Reply::parse(outcome.information.as_deref().unwrap_or_default());
                let done = match status {
                    Status::Ok => Done::Ok {
                        capabilities: match &outcome.code {
                            Some(ResponseCode::Capabilities(names)) => Some(spell(names)),
                            _ => None,
                        },
                    },
                    Status::Bad => Done::Bad(reply()),
                    _ => Done::No(reply()),
                };
                listener(response);
                (false, Some(done))
            }
            Response::Data { status: Status::Bye, outcome } => {
                self.bye = Some(outcome.information.as_deref().unwrap_or("goodbye").to_owned());
                listener(response);
                (false, None)
            }
            _ => {
                listener(response);
                (false, None)
            }
        }
    }

    async fn write(&mut self, octets: &[u8]) -> Result<(), Error> {
        for chunk in octets.chunks(WRITE) {
            let stream = self.client.get_mut();
            let step = async {
                stream.write_all(chunk).await?;
                stream.flush().await
            };
            match timeout(REPLY, step).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => return Err(self.failed(&error)),
                Err(_) => return Err(self.wire().broken(Broken::NotReading)),
            }
        }
        Ok(())
    }

    fn closed(&self) -> Error {
        match &self.bye {
            Some(text) => self.wire().broken(Broken::Goodbye(text.clone())),
            None => self.wire().broken(Broken::Closed),
        }
    }

    /// The screen's complaints and the parser's are the server's fault; all else is the network's.
    fn failed(&self, error: &io::Error) -> Error {
        match error.kind() {
            io::ErrorKind::InvalidData => Error::Protocol(Fault::Limit(error.to_string())),
            // The parser's text quotes the response, which must not reach a log.
            io::ErrorKind::Other => Error::Protocol(Fault::Unreadable),
            io::ErrorKind::UnexpectedEof => self.closed(),
            _ => self.wire().broken(error.to_string()),
        }
    }
}

/// A panic of the response parser as its error: the screen keeps out what is known to cause one,
/// and what is not known yet may cost the connection only.
async fn guarded<T>(reading: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    // After the error the link is dead: a parser left halfway is not asked again.
    AssertUnwindSafe(reading).catch_unwind().await.unwrap_or_else(|_| {
        Err(io::Error::new(io::ErrorKind::InvalidData, "a response stopped the parser"))
    })
}

/// Capability names in upper case.
pub(super) fn spell(names: &[async_imap::imap_proto::Capability<'_>]) -> Vec<String> {
    use async_imap::imap_proto::Capability;
    names
        .iter()
        .map(|name| match name {
            Capability::Imap4rev1 => "IMAP4REV1".to_owned(),
            Capability::Auth(mechanism) => format!("AUTH={}", mechanism.to_uppercase()),
            Capability::Atom(atom) => atom.to_uppercase(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_of_the_parser_is_an_error() {
        let reading = async { panic!("as imap-proto does for INTERNALDATE NIL") };
        let outcome: io::Result<()> = guarded(reading).await;
        assert_eq!(outcome.map_err(|error| error.kind()), Err(io::ErrorKind::InvalidData));
        assert_eq!(guarded(async { Ok(7) }).await.ok(), Some(7));
    }
}
