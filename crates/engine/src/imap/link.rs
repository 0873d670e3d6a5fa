//! One connection: writes commands, reads responses, and says a command is complete only when its
//! own tagged response was seen.

use std::{
    collections::{BTreeSet, HashMap},
    io,
    sync::Arc,
    time::Duration,
};

use async_imap::imap_proto::{AttributeValue, MailboxDatum, Response, ResponseCode, Status};
use tokio::{
    io::AsyncWriteExt,
    time::{Instant, timeout, timeout_at},
};

use super::{
    Answer,
    command::{Command, Piece},
    id, names,
    namespace::Namespaces,
    parser::Parser,
    pipe::Pipe,
    read::uid_of,
    reply::Reply,
    salvage,
    screen::Frame,
    status,
    types::MailboxStatus,
};
use crate::{
    net::{REPLY, Traffic, Wire},
    servers::Profile,
    types::{Broken, Error, Fault},
};

/// The slowest line that is still waited for, in octets a second.
const SLOWEST: u64 = 1024;
/// The longest that one command may take besides its data.
const COMMAND: Duration = Duration::from_secs(600);
/// Octets written between two looks at the clock.
const WRITE: usize = 64 * 1024;
/// Largest literal that is sent unasked under LITERAL- (RFC 7888).
const LITERAL_MINUS: u64 = 4096;

/// Mailboxes whose STATUS is kept, and octets of the name of one.
const STATUSES: usize = 20_000;
const STATUS_NAME: usize = 1000;

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
    pipe: Pipe,
    parser: Parser,
    tag: u32,
    pub(super) literals: Literals,
    /// Set by the first failure; nothing is sent or believed afterwards.
    dead: Option<Error>,
    /// The selected mailbox changed since it was selected or last asked about.
    pub(super) changed: bool,
    /// The last BYE, which says more than a closed connection.
    bye: Option<String>,
    /// Kinds of answers that were left out since the command began.
    skipped: BTreeSet<Answer>,
    /// What was told of mailboxes, by their names as the server spells them.
    pub(super) statuses: HashMap<String, MailboxStatus>,
    /// The server tells no more of other mailboxes by itself.
    pub(super) overflowed: bool,
    /// What was told of namespaces.
    pub(super) namespaces: Option<Namespaces>,
    /// What the server said first, and what it answered to ID.
    pub(super) greeted: String,
    pub(super) introduced: Vec<(String, String)>,
    /// How the server is treated.
    pub(super) profile: Arc<Profile>,
}

impl Link {
    pub(super) fn new(wire: Wire) -> Self {
        Self {
            pipe: Pipe::new(wire),
            parser: Parser::default(),
            tag: 0,
            literals: Literals::default(),
            dead: None,
            changed: false,
            bye: None,
            skipped: BTreeSet::new(),
            statuses: HashMap::new(),
            overflowed: false,
            namespaces: None,
            greeted: String::new(),
            introduced: Vec::new(),
            profile: Arc::default(),
        }
    }

    fn wire(&self) -> &Wire {
        self.pipe.wire()
    }

    /// Reads the greeting: its status and, if it came along, the capabilities.
    pub(super) async fn greeting(&mut self) -> Result<(bool, Option<Vec<String>>), Error> {
        let (mut said, mut greeted) = (None, String::new());
        let outcome = self
            .turn("", &mut |response| {
                if let Response::Data { status, outcome } = response {
                    let text = outcome.information.as_deref().unwrap_or_default().to_owned();
                    greeted.clone_from(&text);
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
        self.greeted = greeted;
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

    /// COMPRESS (RFC 4978 section 3): both sides deflate behind the line that says OK, so that is read
    /// octet by octet. False when the server would not.
    pub(super) async fn compress(&mut self) -> Result<bool, Error> {
        self.pipe.set_narrow(true);
        let done = self.run(&Command::new("COMPRESS DEFLATE"), &mut |_| {}).await;
        self.pipe.set_narrow(false);
        let agreed = matches!(done?, Done::Ok { .. });
        if agreed {
            self.pipe.wire_mut().deflate();
        }
        Ok(agreed)
    }

    /// The counters, and what is known of the server.
    pub(super) fn traffic(&self) -> &Traffic {
        self.wire().traffic()
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
        let tag = self.start(command.most());
        let mut line = zeroize::Zeroizing::new(format!("{tag} ").into_bytes());
        let mut until = Instant::now() + COMMAND;
        for piece in command.pieces() {
            let octets = match piece {
                Piece::Text(text) => {
                    line.extend_from_slice(text);
                    continue;
                }
                Piece::Literal(octets) => octets.len() as u64,
                Piece::Content(content) => content.len(),
            };
            let unasked = match self.literals {
                Literals::Plus => true,
                Literals::Minus => octets <= LITERAL_MINUS,
                Literals::Synchronizing => false,
            };
            let plus = if unasked { "+" } else { "" };
            line.extend_from_slice(format!("{{{octets}{plus}}}\r\n").as_bytes());
            if !unasked {
                self.write(&line).await?;
                line.clear();
                // Untagged responses may come before the "+".
                if let Some(done) = self.until(&tag, true, until, listener).await? {
                    return Ok(done);
                }
            }
            match piece {
                Piece::Text(_) => {}
                Piece::Literal(octets) => line.extend_from_slice(octets),
                Piece::Content(content) => {
                    self.write(&line).await?;
                    line.clear();
                    let mut pieces = content.pieces();
                    while let Some(piece) = pieces.next().await? {
                        self.write(&piece).await?;
                    }
                    // What it took to be written does not count.
                    until = Instant::now() + COMMAND;
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
    fn start(&mut self, octets: Option<u64>) -> String {
        self.tag += 1;
        self.skipped.clear();
        self.pipe.screen().restart(octets);
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
        let tag = self.start(None);
        let outcome = async {
            let line = zeroize::Zeroizing::new(format!("{tag} {words}\r\n"));
            self.write(line.as_bytes()).await?;
            self.until(&tag, true, Instant::now() + COMMAND, listener).await
        }
        .await;
        self.settle(outcome).map(|done| (tag, done))
    }

    /// Answers what a command that was opened asks; `None` when the server asks again.
    pub(super) async fn reply(
        &mut self,
        tag: &str,
        line: &[u8],
        listener: Listener<'_>,
    ) -> Result<Option<Done>, Error> {
        let outcome = async {
            self.write(line).await?;
            self.until(tag, true, Instant::now() + COMMAND, listener).await
        }
        .await;
        self.settle(outcome)
    }

    /// What the server's certificate can be bound into a sign-in by.
    pub(super) fn end_point(&self) -> Option<Vec<u8>> {
        self.wire().end_point()
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
        let outcome = match self.pipe.next().await {
            Ok(Some(frame)) => self.take(frame, tag, listener).map(|(_, done)| done),
            Ok(None) => Err(self.closed()),
            Err(error) => Err(self.failed(&error)),
        };
        self.settle(outcome)
    }

    /// Reads a response and sorts it. What cannot be read is left out, counted, and nothing else.
    fn take(
        &mut self,
        mut frame: Frame,
        own: &str,
        listener: Listener<'_>,
    ) -> Result<(bool, Option<Done>), Error> {
        if frame.answer == Answer::Namespace {
            match Namespaces::read(&frame.octets) {
                Some(told) => self.namespaces = Some(told),
                None => self.skip(&frame, Answer::Namespace),
            }
            return Ok((false, None));
        }
        if frame.answer == Answer::Id {
            match id::read(&frame.octets) {
                Some(told) => self.introduced = told,
                None => self.skip(&frame, Answer::Id),
            }
            return Ok((false, None));
        }
        if let Some(whole) = self.parser.whole(&mut frame) {
            return Ok(self.sort(whole.response(), own, listener));
        }
        let frame = &frame;
        match understand(frame) {
            Understood::Whole(response) => Ok(self.sort(&response, own, listener)),
            Understood::Partly(response, answer) => {
                self.skip(frame, answer);
                Ok(self.sort(&response, own, listener))
            }
            Understood::Not(answer) => {
                self.skip(frame, answer);
                Ok((false, None))
            }
            // Whoever says this is out of step with us, or no IMAP server.
            Understood::Nonsense => Err(Error::Protocol(Fault::Unreadable)),
        }
    }

    fn skip(&mut self, frame: &Frame, answer: Answer) {
        tracing::debug!(?answer, octets = frame.octets.len(), "an answer was left out");
        self.wire().traffic().note_skipped(answer);
        self.skipped.insert(answer);
    }

    /// Whether answers of this kind were left out since the command began.
    pub(super) fn has_skipped(&self, answer: Answer) -> bool {
        self.skipped.contains(&answer)
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
            if let Some(frame) = self.pipe.ready() {
                let (asked, done) = self.take(frame, tag, listener)?;
                return Ok((asked, done, extra));
            }
            match timeout_at(started + REPLY + extra, self.pipe.next()).await {
                Ok(Ok(Some(frame))) => {
                    let (asked, done) = self.take(frame, tag, listener)?;
                    return Ok((asked, done, extra));
                }
                Ok(Ok(None)) => return Err(self.closed()),
                Ok(Err(error)) => return Err(self.failed(&error)),
                Err(_) => {
                    let data = self.pipe.screen().announced();
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
        if let Response::Data { outcome, .. } | Response::Done { outcome, .. } = response
            && outcome.code == Some(ResponseCode::Alert)
        {
            let said = status::words(outcome.information.as_deref().unwrap_or_default());
            self.wire().traffic().note_alert(said);
        }
        if let Response::Data { outcome, .. } = response {
            let said = outcome.information.as_deref().unwrap_or_default();
            self.overflowed |= said.trim_start().starts_with("[NOTIFICATIONOVERFLOW]");
        }
        if let Response::MailboxData(MailboxDatum::Status { mailbox, status }) = response {
            let name = names::unescape(mailbox);
            let room = self.statuses.len() < STATUSES && name.len() <= STATUS_NAME;
            if room || self.statuses.contains_key(&name) {
                let mut status = MailboxStatus::of(status);
                if self.profile.uid_validity == Some(false) {
                    status.uid_validity = None;
                }
                self.statuses.insert(name, status);
            }
        }
        match response {
            Response::Continue(_) => {
                listener(response);
                (true, None)
            }
            Response::Done { tag, status, outcome } if tag.0.eq_ignore_ascii_case(own) => {
                let said = || outcome.information.as_deref().unwrap_or_default();
                let reply = || Reply::read(said(), &self.profile);
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
            let stream = self.pipe.wire_mut();
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
            io::ErrorKind::UnexpectedEof => self.closed(),
            _ => self.wire().broken(error.to_string()),
        }
    }
}

/// What came of reading a response.
enum Understood<'a> {
    Whole(Response<'a>),
    /// Some of it could not be read.
    Partly(Response<'a>, Answer),
    /// None of it could.
    Not(Answer),
    /// It is no response at all.
    Nonsense,
}

/// Reads what the parser does not take as far as it can be.
fn understand(frame: &Frame) -> Understood<'_> {
    if frame.answer == Answer::Status {
        return match status::read(&frame.said) {
            Some(line) if line.odd_code => Understood::Partly(line.response, Answer::Code),
            Some(line) => Understood::Whole(line.response),
            None => Understood::Nonsense,
        };
    }
    if frame.octets.is_empty() {
        return Understood::Not(frame.answer);
    }
    let saved = match frame.answer {
        Answer::Fetch => salvage::fetch(&frame.octets),
        Answer::List => salvage::list(&frame.octets),
        _ => None,
    };
    match saved {
        Some(response) if frame.answer == Answer::List || is_of_use(&response) => {
            Understood::Whole(response)
        }
        Some(response) => Understood::Partly(response, frame.answer),
        None => Understood::Not(frame.answer),
    }
}

/// Whether a response says of which message it is, and what.
fn is_of_use(response: &Response<'_>) -> bool {
    let Response::Fetch(_, items) = response else { return false };
    let told = |item: &AttributeValue<'_>| {
        matches!(item, AttributeValue::Flags(_) | AttributeValue::BodySection { .. })
    };
    uid_of(items).is_some() && items.iter().any(told)
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

    fn frame(answer: Answer, octets: &[u8]) -> Frame {
        Frame { answer, octets: octets.to_vec(), said: Vec::new() }
    }

    #[test]
    fn what_cannot_be_read_is_told_by_its_kind() {
        for (answer, octets, whole) in [
            (Answer::Number, &b"* 3 EXISTS\r\n"[..], true),
            (Answer::Number, b"* 3 EXISTS * 4 EXISTS\r\n", false),
            (Answer::Flags, b"* FLAGS (\"\\Seen\")\r\n", false),
            (Answer::Quota, b"* QUOTA \"\" (STORAGE 1 2)\r\n", true),
            (Answer::Quota, b"* QUOTA \"\" (STORAGE x)\r\n", false),
            (Answer::Unknown, b"", false),
        ] {
            let mut frame = frame(answer, octets);
            if Parser::default().whole(&mut frame).is_some() {
                assert!(whole, "{frame:?}");
                continue;
            }
            match understand(&frame) {
                Understood::Whole(_) => assert!(whole, "{frame:?}"),
                Understood::Not(told) => assert!(!whole && told == answer, "{frame:?}"),
                Understood::Partly(..) | Understood::Nonsense => panic!("{frame:?}"),
            }
        }
    }
}
