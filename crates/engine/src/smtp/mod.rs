//! Mail submission (RFC 6409, RFC 5321) through lettre's connection, over a [`crate::net::Wire`] of
//! ours.
//!
//! We connect and encrypt ([`super::net`]), read the EHLO answer ourselves (SIZE, DSN), set every
//! MAIL and RCPT parameter, sign in ([`crate::sasl`]), and put a deadline on each step; lettre carries
//! the dialogue, and the message is dot-stuffed and written piece by piece beside it. A message goes to all its recipients or to none, only as canonical
//! CRLF lines, and the caller learns in which phase a connection broke, so that nothing is sent
//! twice silently (docs/reliability.md 1).
//!
//! Where the server offers PIPELINING, MAIL and the RCPTs go together; DATA always waits for the
//! last answer, since after a refused recipient nothing may be sent to the others either. BDAT and
//! BINARYMIME are not used, VRFY is never said.
//!
//! Not here: queueing and retries (`outbox`), building mail (`message`). Tests: `tests` below,
//! `tests/engine/smtp_wire.rs`, `tests/engine/submit.rs`.
#![cfg_attr(not(test), warn(clippy::indexing_slicing))]

mod hello;
mod pipe;
mod sign_in;
mod treated;
mod types;

use std::{fmt, sync::Arc, time::Duration};

use lettre::transport::smtp::{
    client::AsyncSmtpConnection, extension::ClientId, response::Response,
};
use tokio::{
    io::AsyncWriteExt,
    time::{Instant, timeout, timeout_at},
};

use self::pipe::{Pipe, View};
pub use self::types::{DataGate, EnhancedCode, Envelope, SmtpFacts, SubmitOutcome};
use super::{
    content::{Content, Shape},
    net::{Dialer, Traffic},
    servers::{Clues, Profile},
    store::blocking,
    types::{AccountSettings, Broken, Error, Fault, Invalid},
};
use aloud_message::dsn;
use aloud_model::{AddrSpec, Secret};

/// How long a server may take (RFC 5321 section 4.5.3.2): to greet and to answer EHLO, MAIL and RCPT;
/// to answer DATA; to take some more of a message; to answer its end.
const ANSWER: Duration = Duration::from_secs(300);
const DATA: Duration = Duration::from_secs(120);
const BLOCK: Duration = Duration::from_secs(180);
const END: Duration = Duration::from_secs(600);
/// The most that each begun MB of a message may take besides, however slowly it is taken.
const PER_MB: Duration = Duration::from_secs(600);
/// How long saying goodbye may take.
const QUIT: Duration = Duration::from_secs(2);
/// Octets of commands that are written at once; small enough for any socket to take them, so that
/// neither side waits for the other (RFC 2920 section 3.1).
const GROUP: usize = 2048;

/// Submits one message to all recipients or to none.
///
/// `message` is sent as it is, canonical CRLF lines, ending in CRLF.
///
/// # Errors
/// [`Error::Invalid`] when octets or envelope cannot be sent at all; [`Error::NoEncryption`],
/// [`Error::Certificate`], [`Error::Unreachable`] when there is no connection; [`Error::Auth`] when
/// the server does not accept the credentials; what the gate returns. After an error nothing was
/// sent. All other ends are [`SubmitOutcome`]s.
pub async fn submit(
    dialer: &dyn Dialer,
    settings: &AccountSettings,
    password: &Secret,
    envelope: &Envelope,
    message: impl Into<Content>,
    gate: &mut dyn DataGate,
) -> Result<SubmitOutcome, Error> {
    let message: Content = message.into();
    let looked_at = message.clone();
    let shape = match blocking(move || looked_at.shape()).await {
        Ok(shape) => shape,
        Err(error @ Error::Invalid(_)) => return Err(error),
        Err(error) => return Ok(SubmitOutcome::Unread(error.unread())),
    };
    let recipients = check_envelope(envelope)?;
    let mut dialogue = match Dialogue::signed_in(dialer, settings, password).await? {
        Ok(dialogue) => dialogue,
        Err(refused) => {
            let profile = Profile::of(&Clues::of_host(&settings.smtp.host));
            return Ok(treated::judged(refused, &profile));
        }
    };
    gate.server_offers(&dialogue.facts).await;
    let outcome = dialogue.message(envelope, &recipients, (&message, shape), gate).await;
    let outcome = outcome.map(|outcome| treated::judged(outcome, &dialogue.profile));
    dialogue.quit().await;
    outcome
}

/// Connects, signs in, and says what the server offers; sends nothing.
///
/// # Errors
/// As [`submit`]; [`Error::Server`] when the server refuses the connection.
pub async fn probe(
    dialer: &dyn Dialer,
    settings: &AccountSettings,
    password: &Secret,
) -> Result<SmtpFacts, Error> {
    let opened = Dialogue::signed_in(dialer, settings, password).await?;
    let dialogue = opened.map_err(|outcome| refused(settings, outcome))?;
    let facts = dialogue.facts.clone();
    dialogue.quit().await;
    Ok(facts)
}

/// Connects, encrypted as the settings say, and takes leave; nobody signs in.
///
/// # Errors
/// As [`probe`], but for signing in.
pub async fn greet(dialer: &dyn Dialer, settings: &AccountSettings) -> Result<(), Error> {
    let opened = Dialogue::open(dialer, settings, Arc::default()).await?;
    opened.map_err(|outcome| refused(settings, outcome))?.quit().await;
    Ok(())
}

/// The error that an end before any content is for who only looks.
fn refused(settings: &AccountSettings, outcome: SubmitOutcome) -> Error {
    match outcome {
        SubmitOutcome::Refused { code, text, .. } => Error::Server(format!("{code} {text}")),
        SubmitOutcome::Broken { reason, .. } => {
            let host = format!("{}:{}", settings.smtp.host, settings.smtp.port);
            Error::Unreachable { host, reason }
        }
        SubmitOutcome::Unread(error) => error,
        SubmitOutcome::Accepted { .. } => Error::Protocol(Fault::Unasked),
    }
}

/// A refusal or a break before any content was sent.
type Step<T> = Result<T, SubmitOutcome>;

struct Dialogue {
    connection: AsyncSmtpConnection,
    /// What the connection writes to, for the message.
    pipe: Pipe,
    view: Arc<View>,
    facts: SmtpFacts,
    profile: Profile,
    traffic: Arc<Traffic>,
    /// What the server's certificate can be bound into a sign-in by.
    end_point: Option<Vec<u8>>,
    /// What is written now the server may take for content.
    in_data: bool,
}

impl Dialogue {
    async fn message(
        &mut self,
        envelope: &Envelope,
        recipients: &[AddrSpec],
        (message, shape): (&Content, Shape),
        gate: &mut dyn DataGate,
    ) -> Result<SubmitOutcome, Error> {
        let mail = Mail::new(envelope, recipients, shape, &self.facts)?;
        let asks = self.facts.dsn && envelope.reverse.is_some();
        let mut commands = vec![(None, mail.to_string())];
        for to in recipients {
            let rcpt = Rcpt { to, report: asks.then_some(envelope.notify) };
            commands.push((Some(to), rcpt.to_string()));
        }
        for group in grouped(&commands, if self.facts.pipelining { GROUP } else { 0 }) {
            match self.group(group).await {
                Ok(()) => {}
                // 530: the server wants a sign-in that it did not offer.
                Err(SubmitOutcome::Refused { code: 530, text, .. }) => {
                    return Err(Error::Auth(text));
                }
                Err(end) => return Ok(end),
            }
        }
        self.in_data = true;
        match self.step_within("DATA\r\n", DATA).await {
            Ok(reply) if reply.has_code(354) => {}
            Ok(_) => {
                return Err(Error::Protocol(Fault::Data));
            }
            Err(end) => {
                self.in_data = !matches!(end, SubmitOutcome::Refused { .. });
                return Ok(end);
            }
        }
        gate.data_starting().await?;
        let megabytes = u32::try_from(shape.octets.div_ceil(1_000_000)).unwrap_or(u32::MAX);
        let deadline = Instant::now() + END + PER_MB.saturating_mul(megabytes);
        let broken = |view: &View, reason: Broken| SubmitOutcome::Broken {
            data_started: true,
            final_dot_flushed: view.dotted(),
            reason,
        };
        let view = Arc::clone(&self.view);
        let (connection, mut pipe) = (&mut self.connection, self.pipe.clone());
        let message = async {
            write_stuffed(message, &mut pipe).await?;
            Ok::<_, Cut>(connection.command(".\r\n").await)
        };
        tokio::pin!(message);
        let replied = loop {
            let (written, dotted) = (view.written(), view.dotted());
            let patience = Instant::now() + if dotted { END } else { BLOCK };
            match timeout_at(patience.min(deadline), &mut message).await {
                Ok(replied) => break Some(replied),
                // It is taken, if slowly, or it was the last of it.
                Err(_) if Instant::now() < deadline && view.written() > written => {}
                Err(_) => break None,
            }
        };
        // Nothing else ends it: what was not taken is open still.
        self.in_data = match &replied {
            Some(Ok(Ok(_))) => false,
            Some(Ok(Err(error))) => error.status().is_none(),
            Some(Err(_)) | None => true,
        };
        Ok(match replied {
            Some(Ok(Ok(reply))) if u16::from(reply.code()) / 100 == 2 => SubmitOutcome::Accepted {
                reply: format!("{} {}", reply.code(), view.reply().join(" ")),
            },
            Some(Ok(Ok(reply))) => broken(&view, Broken::Reply(reply.code().into())),
            Some(Ok(Err(error))) if error.status().is_some() && view.dotted() => {
                outcome(&error, &view.reply(), &view, None, true)
            }
            Some(Ok(Err(error))) => broken(&view, reason(&error).into()),
            Some(Err(Cut::Broken(reason))) => broken(&view, reason),
            Some(Err(Cut::Unread(error))) => SubmitOutcome::Unread(error),
            None if view.dotted() => broken(&view, Broken::SilentAfterMessage),
            None => broken(&view, Broken::NotReading),
        })
    }

    /// Commands written at once, and the replies to them all. What the server said to the first
    /// command that it refused is the end.
    async fn group(&mut self, group: &[(Option<&AddrSpec>, String)]) -> Step<()> {
        let together: String = group.iter().map(|(_, command)| command.as_str()).collect();
        self.view.expect(group.len());
        let mut end = Ok(());
        for (index, (recipient, _)) in group.iter().enumerate() {
            self.traffic.count_command();
            let reply = async {
                match index {
                    0 => self.connection.command(&together).await,
                    _ => self.connection.read_response().await,
                }
            };
            let error = match timeout(ANSWER, reply).await {
                Ok(Ok(_)) => continue,
                Ok(Err(error)) => error,
                Err(_) => {
                    end = Err(self.silent());
                    break;
                }
            };
            let said = self.view.reply_to(index);
            let refused = outcome(&error, &said, &self.view, *recipient, false);
            let broken = matches!(refused, SubmitOutcome::Broken { .. });
            end = end.and(Err(refused));
            if broken {
                break;
            }
        }
        self.view.expect(1);
        end
    }

    fn silent(&self) -> SubmitOutcome {
        SubmitOutcome::Broken {
            data_started: false,
            final_dot_flushed: false,
            reason: Broken::Silent,
        }
    }

    /// One command and its positive reply, within [`ANSWER`].
    async fn step(&mut self, command: impl fmt::Display) -> Step<Response> {
        self.step_within(command, ANSWER).await
    }

    async fn step_within(&mut self, command: impl fmt::Display, most: Duration) -> Step<Response> {
        self.traffic.count_command();
        match timeout(most, self.connection.command(command)).await {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(error)) => Err(outcome(&error, &self.view.reply(), &self.view, None, false)),
            Err(_) => Err(self.silent()),
        }
    }

    /// Takes leave; where the word would become a line of the message, the connection is dropped.
    async fn quit(mut self) {
        if self.in_data {
            return;
        }
        let _ = timeout(QUIT, self.connection.quit()).await;
    }
}

/// What an error of lettre means; the phase decides, not the error's type.
fn outcome(
    error: &lettre::transport::smtp::Error,
    said: &[String],
    view: &View,
    recipient: Option<&AddrSpec>,
    data_started: bool,
) -> SubmitOutcome {
    match error.status() {
        Some(code) => {
            let code = u16::from(code);
            let said = said.join(" ");
            let text = if said.is_empty() { reason(error) } else { said };
            let recipient = recipient.cloned();
            SubmitOutcome::Refused { code, text, permanent: code >= 500, recipient }
        }
        None => SubmitOutcome::Broken {
            data_started,
            final_dot_flushed: data_started && view.dotted(),
            reason: reason(error).into(),
        },
    }
}

fn reason(error: &lettre::transport::smtp::Error) -> String {
    use std::error::Error as _;
    error.source().map_or_else(|| error.to_string(), ToString::to_string)
}

/// The name that we say EHLO with: nothing about this computer.
fn me() -> ClientId {
    ClientId::Ipv4(std::net::Ipv4Addr::LOCALHOST)
}

/// Reads the lines of an EHLO answer.
fn read_facts(lines: &[String]) -> SmtpFacts {
    let mut facts = SmtpFacts::default();
    for line in lines.iter().skip(1) {
        let mut words = line.split_ascii_whitespace().map(str::to_ascii_uppercase);
        match words.next().as_deref() {
            Some("SIZE") => {
                facts.sized = true;
                facts.size = words.next().and_then(|n| n.parse().ok()).filter(|size| *size > 0);
            }
            Some("DSN") => facts.dsn = true,
            Some("8BITMIME") => facts.eight_bit = true,
            Some("SMTPUTF8") => facts.utf8 = true,
            Some("BINARYMIME") => facts.binary = true,
            Some("PIPELINING") => facts.pipelining = true,
            Some("AUTH") => facts.auth.extend(words),
            // "AUTH=PLAIN" of old servers.
            Some(word) if word.starts_with("AUTH=") => {
                facts.auth.extend(word.strip_prefix("AUTH=").map(str::to_owned));
                facts.auth.extend(words);
            }
            _ => {}
        }
    }
    facts
}

/// `MAIL FROM` with its parameters.
struct Mail {
    path: String,
    parameters: Vec<String>,
}

impl Mail {
    /// Everything that the server's EHLO answer already rules out is refused here, before upload.
    fn new(
        envelope: &Envelope,
        recipients: &[AddrSpec],
        shape: Shape,
        facts: &SmtpFacts,
    ) -> Result<Self, Invalid> {
        let size = shape.octets;
        let mut parameters = Vec::new();
        if let Some(most) = facts.size.filter(|most| *most < size) {
            return Err(Invalid::TooBigForServer { octets: size, most });
        }
        if facts.sized {
            parameters.push(format!("SIZE={size}"));
        }
        if !shape.is_ascii {
            if !facts.eight_bit {
                return Err(Invalid::NotSevenBit);
            }
            parameters.push("BODY=8BITMIME".into());
        }
        let mut addresses = envelope.reverse.iter().chain(recipients);
        if addresses.any(|addr| !addr.as_str().is_ascii()) {
            if !facts.utf8 {
                return Err(Invalid::NotAsciiAddress);
            }
            parameters.push("SMTPUTF8".into());
        }
        if facts.dsn && envelope.reverse.is_some() {
            parameters.push("RET=HDRS".into());
            if let Some(id) = envelope.envid.as_deref().and_then(dsn::envid) {
                parameters.push(format!("ENVID={id}"));
            }
        }
        let path = envelope.reverse.as_ref().map_or_else(String::new, ToString::to_string);
        Ok(Self { path, parameters })
    }
}

impl fmt::Display for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MAIL FROM:<{}>", self.path)?;
        for parameter in &self.parameters {
            write!(f, " {parameter}")?;
        }
        f.write_str("\r\n")
    }
}

/// `RCPT TO` with its parameters.
struct Rcpt<'a> {
    to: &'a AddrSpec,
    /// Delivery reports are asked for, of success too.
    report: Option<bool>,
}

impl fmt::Display for Rcpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RCPT TO:<{}>", self.to)?;
        if let Some(success) = self.report {
            let success = if success { "SUCCESS," } else { "" };
            write!(f, " NOTIFY={success}FAILURE,DELAY")?;
            if let Some(original) = dsn::orcpt(self.to) {
                write!(f, " ORCPT={original}")?;
            }
        }
        f.write_str("\r\n")
    }
}

/// Cuts commands into groups of at most so many octets, a command at least.
fn grouped<T>(commands: &[(T, String)], most: usize) -> Vec<&[(T, String)]> {
    let mut groups = Vec::new();
    let mut rest = commands;
    while !rest.is_empty() {
        let mut octets = 0;
        let fits = rest.iter().take_while(|(_, command)| {
            octets += command.len();
            octets <= most
        });
        let (group, later) = rest.split_at(fits.count().clamp(1, rest.len()));
        groups.push(group);
        rest = later;
    }
    groups
}

/// Why a message was not written to its end.
enum Cut {
    /// The network would not.
    Broken(Broken),
    /// It cannot be read here.
    Unread(Error),
}

/// Writes a message with a dot before each line that begins with one (RFC 5321 section 4.5.2).
async fn write_stuffed(message: &Content, pipe: &mut Pipe) -> Result<(), Cut> {
    let mut pieces = message.pieces();
    let mut stuffing = Stuffing::default();
    while let Some(piece) = pieces.next().await.map_err(Cut::Unread)? {
        let written = pipe.write_all(&stuffing.stuffed(&piece)).await;
        written.map_err(|error| Cut::Broken(error.to_string().into()))?;
    }
    Ok(())
}

/// Where in a line the last piece ended.
struct Stuffing {
    at_start: bool,
}

impl Default for Stuffing {
    fn default() -> Self {
        Self { at_start: true }
    }
}

impl Stuffing {
    fn stuffed(&mut self, piece: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(piece.len() + piece.len() / 64 + 1);
        for line in piece.split_inclusive(|octet| *octet == b'\n') {
            if self.at_start && line.starts_with(b".") {
                out.push(b'.');
            }
            out.extend_from_slice(line);
            self.at_start = line.ends_with(b"\n");
        }
        out
    }
}

/// Paths that cannot change the command they stand in.
fn check_envelope(envelope: &Envelope) -> Result<Vec<AddrSpec>, Error> {
    if envelope.forwards.is_empty() {
        return Err(Invalid::NoRecipient.into());
    }
    if let Some(reverse) = &envelope.reverse {
        check_path(reverse)?;
    }
    let mut recipients: Vec<AddrSpec> = Vec::new();
    for forward in &envelope.forwards {
        check_path(forward)?;
        if !recipients.contains(forward) {
            recipients.push(forward.clone());
        }
    }
    Ok(recipients)
}

/// Spaces and angle brackets may stand in a quoted local part only (RFC 5321 section 4.1.2).
fn check_path(addr: &AddrSpec) -> Result<(), Error> {
    let bad = || Error::Invalid(Invalid::Path(addr.clone()));
    let local = addr.local_part();
    let quoted = local.len() > 1 && local.starts_with('"') && local.ends_with('"');
    let inside = if quoted { local.get(1..local.len() - 1).unwrap_or_default() } else { local };
    let mut escaped = false;
    for c in inside.chars() {
        match c {
            _ if c.is_control() => return Err(bad()),
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => return Err(bad()),
            ' ' | '<' | '>' | '\\' | '(' | ')' | ',' | ';' | ':' if !quoted => return Err(bad()),
            _ => {}
        }
    }
    let domain = addr.domain();
    let literal = domain.starts_with('[') && domain.ends_with(']');
    let fine = |c: char| {
        c.is_alphanumeric() || matches!(c, '-' | '.' | '_') || (literal && "[]:".contains(c))
    };
    if escaped || !domain.chars().all(fine) || addr.as_str().len() > 320 {
        return Err(bad());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addr(text: &str) -> AddrSpec {
        AddrSpec::parse(text).expect("an address")
    }

    #[test]
    fn dots_are_doubled_wherever_a_piece_ends() {
        let (message, want) = (b".\r\n..a\r\nb.\r\n.", b"..\r\n...a\r\nb.\r\n..");
        for cut in 0..=message.len() {
            let (mut stuffing, (before, after)) = (Stuffing::default(), message.split_at(cut));
            let out = [stuffing.stuffed(before), stuffing.stuffed(after)].concat();
            assert_eq!(out, want, "{cut}");
        }
    }

    #[test]
    fn paths_cannot_break_out() {
        for good in [
            "ada@example.com",
            "+16135550142@vm.example.net",
            "VPIM=613/EXT=2@gw.example.com",
            "\"Ada <L>, x\"@example.com",
            "\"a\\\"b\"@example.com",
            "a@[127.0.0.1]",
            "j\u{f6}rg@example.com",
        ] {
            assert!(check_path(&addr(good)).is_ok(), "{good}");
        }
        for bad in [
            "a> SIZE=1@example.com",
            "a b@example.com",
            "a\"b@example.com",
            "\"a\\\"@example.com",
            "a@exa>mple.com",
            "a,b@example.com",
        ] {
            assert!(check_path(&addr(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn reads_what_a_server_offers() {
        let lines = [
            "mail.example.com",
            "SIZE 10240000",
            "auth plain LOGIN",
            "AUTH=PLAIN",
            "DSN",
            "8BITMIME",
            "",
            "CHUNKING",
        ]
        .map(str::to_owned);
        let facts = read_facts(&lines);
        assert_eq!(facts.size, Some(10_240_000));
        assert!(facts.dsn && facts.eight_bit && !facts.utf8 && !facts.binary);
        assert_eq!(facts.auth, ["PLAIN", "LOGIN", "PLAIN"]);
        assert_eq!(read_facts(&["x".into(), "SIZE 0".into()]).size, None);
    }

    #[test]
    fn commands_go_in_small_groups() {
        let commands: Vec<((), String)> = [3, 4, 9, 1, 1].map(|n| ((), "x".repeat(n))).into();
        let sizes = |most| grouped(&commands, most).iter().map(|g| g.len()).collect::<Vec<_>>();
        assert_eq!(sizes(0), [1, 1, 1, 1, 1]);
        assert_eq!(sizes(7), [2, 1, 2]);
        assert_eq!(sizes(1000), [5]);
    }

    #[test]
    fn spells_mail_and_rcpt() {
        let envelope = Envelope {
            reverse: Some(addr("ada@example.com")),
            forwards: vec![addr("b+c=d@example.net"), addr("b+c=d@example.net")],
            envid: Some("id 1+".into()),
            notify: true,
        };
        let facts = SmtpFacts { dsn: true, sized: true, size: Some(100), ..SmtpFacts::default() };
        let recipients = check_envelope(&envelope).expect("good");
        assert_eq!(recipients.len(), 1);
        let small = Shape { octets: 3, is_ascii: true };
        let mail = Mail::new(&envelope, &recipients, small, &facts).map_err(|_| ()).expect("fits");
        let want = "MAIL FROM:<ada@example.com> SIZE=3 RET=HDRS ENVID=id+201+2B\r\n";
        assert_eq!(mail.to_string(), want);
        let to = addr("b+c=d@example.net");
        for (report, want) in [
            (None, ""),
            (Some(false), " NOTIFY=FAILURE,DELAY ORCPT=rfc822;b+2Bc+3Dd@example.net"),
            (Some(true), " NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;b+2Bc+3Dd@example.net"),
        ] {
            let rcpt = Rcpt { to: &to, report }.to_string();
            assert_eq!(rcpt, format!("RCPT TO:<b+c=d@example.net>{want}\r\n"));
        }
        let null = Envelope { reverse: None, notify: false, ..envelope };
        let mail = Mail::new(&null, &recipients, small, &facts).map_err(|_| ()).expect("fits");
        assert_eq!(mail.to_string(), "MAIL FROM:<> SIZE=3\r\n");
        let big = Shape { octets: 101, ..small };
        let refused = Mail::new(&null, &recipients, big, &facts).map(|_| ());
        assert!(matches!(refused, Err(Invalid::TooBigForServer { octets: 101, most: 100 })));
    }
}
