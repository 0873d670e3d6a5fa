//! The submission side (RFC 5321, RFC 6409): takes mail from users who signed in, keeps what came
//! octet for octet, and delivers to users of this server only.
//!
//! Strict: CRLF line ends, lines of at most 998 octets, 8-bit text only after `BODY=8BITMIME`,
//! parameters only as offered. Limits: 100 recipients, the SIZE it offers, 20 errors.

use std::{collections::BTreeSet, sync::Arc};

use tokio::io::{AsyncRead, AsyncWrite};

use super::{
    DropAfterData, Envelope, ForwardPath, MAX_MESSAGE, Shared, Submitted,
    faults::CommandFault,
    sasl, sasl_plain,
    wire::{Gone, Line, Wire},
};
use aloud_model::{AddrSpec, Flag};

/// Longest command line: 512, with room for the extensions' parameters and AUTH (RFC 4954).
const MAX_LINE: usize = 12_288;
/// Longest line of a message without its CRLF (RFC 5321 section 4.5.3.1.6).
const MAX_TEXT_LINE: usize = 998;
const MAX_RECIPIENTS: usize = 100;
const MAX_ERRORS: u32 = 20;

/// A reply: code, enhanced code and text in one.
type Reply = String;

struct Session<S> {
    wire: Wire<S>,
    shared: Arc<Shared>,
    greeted: bool,
    extended: bool,
    user: Option<String>,
    /// MAIL was accepted.
    envelope: Option<Envelope>,
    verbs: Vec<String>,
    errors: u32,
}

pub(super) async fn serve<S>(wire: Wire<S>, shared: Arc<Shared>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut session = Session {
        wire,
        shared,
        greeted: false,
        extended: false,
        user: None,
        envelope: None,
        verbs: Vec::new(),
        errors: 0,
    };
    // `Gone` says that the connection is over, which is no failure of a server.
    let _ = session.run().await;
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    async fn run(&mut self) -> Result<(), Gone> {
        self.reply("220 demo.loopback ESMTP Aloud loopback").await?;
        loop {
            if self.errors >= MAX_ERRORS {
                self.reply("421 4.7.0 Too many errors").await?;
                return self.wire.flush().await.and(Err(Gone));
            }
            let reply = match self.wire.line(MAX_LINE).await? {
                Line::Text(line) => self.command(&line).await?,
                Line::Malformed => "500 5.5.2 Lines end with CRLF".into(),
                Line::TooLong => {
                    self.reply("500 5.5.2 The line is too long").await?;
                    return self.wire.flush().await.and(Err(Gone));
                }
            };
            if reply.starts_with('5') || reply.starts_with('4') {
                self.errors += 1;
            }
            let quit = reply.starts_with("221");
            self.reply(&reply).await?;
            if quit {
                return Err(Gone);
            }
        }
    }

    async fn reply(&mut self, reply: &str) -> Result<(), Gone> {
        self.wire.push(reply);
        self.wire.push("\r\n");
        // Replies to pipelined commands may go together (RFC 2920 section 3.2).
        if self.wire.has_input() { self.wire.ease().await } else { self.wire.flush().await }
    }

    async fn command(&mut self, line: &[u8]) -> Result<Reply, Gone> {
        let Ok(line) = std::str::from_utf8(line) else {
            return Ok("500 5.5.2 Not UTF-8".into());
        };
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let verb = verb.to_ascii_uppercase();
        let told = if verb == "AUTH" { "AUTH" } else { line };
        self.shared.log(format!("smtp: {told}"));
        if let Some(reply) = self.fault(&verb).await? {
            return Ok(reply);
        }
        Ok(match verb.as_str() {
            "EHLO" | "HELO" => self.hello(&verb, rest),
            "NOOP" => "250 2.0.0 OK".into(),
            "RSET" if rest.is_empty() => {
                self.envelope = None;
                "250 2.0.0 Forgotten".into()
            }
            "QUIT" if rest.is_empty() => "221 2.0.0 Until next time".into(),
            "VRFY" => "252 2.0.0 Send and see".into(),
            "HELP" => "214 2.0.0 See RFC 5321".into(),
            "AUTH" => self.auth(rest).await?,
            "MAIL" => self.mail(rest).unwrap_or_else(|reply| reply),
            "RCPT" => self.rcpt(rest).unwrap_or_else(|reply| reply),
            "DATA" if rest.is_empty() => self.data().await?,
            "RSET" | "QUIT" | "DATA" => "501 5.5.4 No arguments here".into(),
            _ => "500 5.5.1 Unknown command".into(),
        })
    }

    /// A reply that stands for the command, or the end of the connection.
    async fn fault(&mut self, verb: &str) -> Result<Option<Reply>, Gone> {
        self.verbs.push(verb.to_owned());
        let nth_of_verb = self.verbs.iter().filter(|v| *v == verb).count() as u32;
        let nth = self.verbs.len() as u32;
        let Some(fault) = self.wire.faults.at(nth, verb, nth_of_verb).cloned() else {
            return Ok(None);
        };
        match fault {
            CommandFault::Answer(reply) => return Ok(Some(reply)),
            CommandFault::Bye(text) => {
                self.wire.push(format!("421 {text}\r\n"));
                self.wire.flush().await?;
                return Err(Gone);
            }
            CommandFault::Stall => self.wire.stall().await?,
            CommandFault::Delay(time) => tokio::time::sleep(time).await,
            CommandFault::EndlessLine => {
                self.wire.push("250 ");
                self.wire.endless(&[b'x'; 4096]).await?;
            }
            CommandFault::EndlessLines => self.wire.endless(b"250-More\r\n").await?,
            CommandFault::Inject(octets) => self.wire.push(octets),
            CommandFault::Drop | CommandFault::RunAndDrop | CommandFault::HugeLiteral(_) => {
                return Err(Gone);
            }
        }
        Ok(None)
    }

    fn hello(&mut self, verb: &str, name: &str) -> Reply {
        if name.is_empty() || name.contains(' ') {
            return "501 5.5.4 One name is needed".into();
        }
        self.greeted = true;
        self.envelope = None;
        self.extended = verb == "EHLO";
        if !self.extended {
            return "250 demo.loopback".into();
        }
        let size = format!("SIZE {}", self.size_limit());
        let offered = [
            "PIPELINING",
            size.as_str(),
            "8BITMIME",
            "DSN",
            "ENHANCEDSTATUSCODES",
            "SMTPUTF8",
            if self.shared.takes_tokens() {
                "AUTH PLAIN LOGIN OAUTHBEARER XOAUTH2"
            } else {
                "AUTH PLAIN LOGIN"
            },
        ];
        let mut lines = vec!["demo.loopback"];
        lines.extend(
            offered
                .iter()
                .filter(|o| !self.wire.faults.hides(o.split(' ').next().unwrap_or_default())),
        );
        let last = lines.len() - 1;
        let line =
            |(at, text): (usize, &&str)| format!("250{}{text}", if at == last { ' ' } else { '-' });
        lines.iter().enumerate().map(line).collect::<Vec<_>>().join("\r\n")
    }

    fn size_limit(&self) -> usize {
        self.wire.faults.size_limit.unwrap_or(MAX_MESSAGE)
    }

    fn offers(&self, keyword: &str) -> bool {
        self.extended && !self.wire.faults.hides(keyword)
    }

    async fn auth(&mut self, rest: &str) -> Result<Reply, Gone> {
        if !self.offers("AUTH") {
            return Ok("503 5.5.1 EHLO first".into());
        }
        if self.user.is_some() {
            return Ok("503 5.5.1 Signed in already".into());
        }
        if self.envelope.is_some() {
            return Ok("503 5.5.1 Not within a transaction".into());
        }
        let (mechanism, initial) = match rest.split_once(' ') {
            Some((mechanism, initial)) => (mechanism, Some(initial.to_owned())),
            None => (rest, None),
        };
        if super::is_token(mechanism) && self.shared.takes_tokens() {
            let answer = match initial {
                Some(answer) => Some(answer),
                None => self.challenge("").await?,
            };
            let pair = answer.and_then(|answer| super::sasl_token(&answer));
            let Some((login, token)) = pair else { return Ok("501 5.5.2 Not a token".into()) };
            if self.shared.sign_in_token(&login, &token).is_none() {
                self.challenge(super::BAD_TOKEN).await?;
                return Ok("535 5.7.8 Token is not accepted".into());
            }
            self.user = Some(login);
            return Ok("235 2.7.0 Signed in".into());
        }
        let pair = match mechanism.to_ascii_uppercase().as_str() {
            "PLAIN" => {
                let answer = match initial {
                    Some(answer) => Some(answer),
                    None => self.challenge("").await?,
                };
                answer.and_then(|answer| sasl_plain(&answer))
            }
            "LOGIN" => {
                let text = |answer: Option<String>| {
                    answer.and_then(|a| sasl(&a)).and_then(|o| String::from_utf8(o).ok())
                };
                let user = match initial {
                    Some(answer) => text(Some(answer)),
                    // "Username:" and "Password:" in base64, as every client expects.
                    None => text(self.challenge("VXNlcm5hbWU6").await?),
                };
                let password = text(self.challenge("UGFzc3dvcmQ6").await?);
                user.zip(password)
            }
            _ => return Ok("504 5.5.4 Only PLAIN and LOGIN".into()),
        };
        let Some((login, password)) = pair else { return Ok("501 5.5.2 Not base64".into()) };
        if self.shared.sign_in(&login, &password).is_none() {
            return Ok("535 5.7.8 User name or password is wrong".into());
        }
        self.user = Some(login);
        Ok("235 2.7.0 Signed in".into())
    }

    async fn challenge(&mut self, text: &str) -> Result<Option<String>, Gone> {
        self.wire.push(format!("334 {text}\r\n"));
        self.wire.flush().await?;
        match self.wire.line(MAX_LINE).await? {
            Line::Text(line) => Ok(String::from_utf8(line).ok().filter(|l| l != "*")),
            Line::Malformed => Ok(None),
            Line::TooLong => Err(Gone),
        }
    }

    fn mail(&mut self, rest: &str) -> Result<Reply, Reply> {
        if !self.greeted {
            return Err("503 5.5.1 EHLO first".into());
        }
        let Some(user) = self.user.clone() else {
            return Err("530 5.7.0 Sign in first".into());
        };
        if self.envelope.is_some() {
            return Err("503 5.5.1 A transaction is open".into());
        }
        let (path, params) = path(rest, "FROM:")?;
        let mut envelope = Envelope { user, ..Envelope::default() };
        if !path.is_empty() {
            check_address(path)?;
            envelope.reverse_path = Some(path.to_owned());
        }
        let mut seen = BTreeSet::new();
        for (name, value) in params {
            if !seen.insert(name.clone()) {
                return Err("501 5.5.4 A parameter twice".into());
            }
            match (name.as_str(), value) {
                ("SIZE", Some(size)) if self.offers("SIZE") => {
                    let size: usize =
                        size.parse().map_err(|_| "501 5.5.4 Not a size".to_owned())?;
                    if size > self.size_limit() {
                        return Err("552 5.3.4 The message is too large".into());
                    }
                }
                ("BODY", Some(body)) if self.offers("8BITMIME") => {
                    envelope.eight_bit = match body.to_ascii_uppercase().as_str() {
                        "7BIT" => false,
                        "8BITMIME" => true,
                        _ => return Err("501 5.5.4 Unknown BODY".into()),
                    };
                }
                ("SMTPUTF8", None) if self.offers("SMTPUTF8") => envelope.utf8 = true,
                ("RET", Some(ret)) if self.offers("DSN") => {
                    let ret = ret.to_ascii_uppercase();
                    if !["FULL", "HDRS"].contains(&ret.as_str()) {
                        return Err("501 5.5.4 Unknown RET".into());
                    }
                    envelope.ret = Some(ret);
                }
                ("ENVID", Some(id)) if self.offers("DSN") => {
                    envelope.envelope_id = Some(xtext(id).ok_or("501 5.5.4 Not xtext")?);
                }
                ("AUTH", Some(_)) => {}
                _ => return Err(format!("555 5.5.4 Unknown parameter {name}")),
            }
        }
        if !envelope.utf8 && !path.is_ascii() {
            return Err("553 5.6.7 SMTPUTF8 is needed".into());
        }
        self.envelope = Some(envelope);
        Ok("250 2.1.0 OK".into())
    }

    fn rcpt(&mut self, rest: &str) -> Result<Reply, Reply> {
        let dsn = self.offers("DSN");
        let refusals = self.wire.faults.refuse_recipients.clone();
        let Some(envelope) = &mut self.envelope else {
            return Err("503 5.5.1 MAIL first".into());
        };
        let (address, params) = path(rest, "TO:")?;
        check_address(address)?;
        if !envelope.utf8 && !address.is_ascii() {
            return Err("553 5.6.7 SMTPUTF8 is needed".into());
        }
        let mut to = ForwardPath { address: address.to_owned(), ..ForwardPath::default() };
        for (name, value) in params {
            match (name.as_str(), value) {
                ("NOTIFY", Some(notify)) if dsn => {
                    let words: Vec<String> =
                        notify.split(',').map(str::to_ascii_uppercase).collect();
                    let known = |w: &String| ["SUCCESS", "FAILURE", "DELAY"].contains(&w.as_str());
                    if !words.iter().all(known) && words != ["NEVER"] {
                        return Err("501 5.5.4 Unknown NOTIFY".into());
                    }
                    to.notify = Some(words.join(","));
                }
                ("ORCPT", Some(original)) if dsn => {
                    let decoded = xtext(original).filter(|o| o.contains(';'));
                    to.original = Some(decoded.ok_or("501 5.5.4 Not an ORCPT")?);
                }
                _ => return Err(format!("555 5.5.4 Unknown parameter {name}")),
            }
        }
        if let Some((_, reply)) = refusals.into_iter().find(|(part, _)| address.contains(part)) {
            return Err(reply);
        }
        if envelope.forward_paths.len() >= MAX_RECIPIENTS {
            return Err("452 4.5.3 Too many recipients".into());
        }
        envelope.forward_paths.push(to);
        Ok("250 2.1.5 OK".into())
    }

    async fn data(&mut self) -> Result<Reply, Gone> {
        let Some(envelope) = self.envelope.take_if(|e| !e.forward_paths.is_empty()) else {
            let missing = if self.envelope.is_some() {
                "554 5.5.1 No valid recipients"
            } else {
                "503 5.5.1 MAIL first"
            };
            return Ok(missing.into());
        };
        self.wire.push("354 End with a line of one dot\r\n");
        self.wire.flush().await?;
        let mut octets = Vec::new();
        let mut problem: Option<&str> = None;
        let limit = self.size_limit();
        loop {
            // Lines beyond this are no mail but an attack; the connection ends.
            let line = match self.wire.line(1024 * 1024).await? {
                Line::Text(line) if line == b"." => break,
                Line::Text(line) => line,
                Line::Malformed => {
                    problem = Some("550 5.6.11 A bare CR, LF or NUL in the message");
                    continue;
                }
                Line::TooLong => return Err(Gone),
            };
            let line = line.strip_prefix(b".").unwrap_or(&line);
            if line.len() > MAX_TEXT_LINE {
                problem = Some("554 5.6.0 A line longer than 998 octets");
            } else if !envelope.eight_bit && !envelope.utf8 && !line.is_ascii() {
                problem = Some("554 5.6.3 8-bit text without BODY=8BITMIME");
            }
            if octets.len() + line.len() + 2 > limit {
                problem = Some("552 5.3.4 The message is too large");
            }
            if problem.is_none() {
                octets.extend_from_slice(line);
                octets.extend_from_slice(b"\r\n");
            }
        }
        if let Some(reply) = self.wire.faults.refuse_data.clone() {
            return Ok(reply);
        }
        if let Some(problem) = problem {
            return Ok(problem.into());
        }
        let drop = self.wire.faults.drop_after_data;
        if drop != Some(DropAfterData::Lost) {
            self.take(envelope, octets);
        }
        if drop.is_some() {
            self.wire.forget_output();
            return Err(Gone);
        }
        let count = self.shared.world().submitted.len();
        Ok(format!("250 2.0.0 Taken as {count}"))
    }

    /// Keeps the message and delivers it to those who live here.
    fn take(&self, envelope: Envelope, octets: Vec<u8>) {
        let now = self.shared.now();
        let octets: Arc<[u8]> = octets.into();
        let mut trace =
            format!("Return-Path: <{}>\r\n", envelope.reverse_path.as_deref().unwrap_or_default());
        trace.push_str(&format!(
            "Received: from [127.0.0.1] by demo.loopback with ESMTPA;\r\n\t{}\r\n",
            now.to_rfc5322()
        ));
        let mut arrived = trace.into_bytes();
        arrived.extend_from_slice(&octets);
        let arrived: Arc<[u8]> = arrived.into();
        let mut world = self.shared.world();
        for user in &mut world.users {
            let mine = |to: &ForwardPath| {
                AddrSpec::parse(&to.address)
                    .is_ok_and(|a| user.addresses.iter().any(|b| b.same_mailbox(&a)))
            };
            if envelope.forward_paths.iter().any(mine) {
                // Only a limit could refuse it; the submission itself stays recorded.
                let _ = user.mailboxes.append("INBOX", Arc::clone(&arrived), BTreeSet::new(), now);
            }
        }
        if let Some(after) = self.wire.faults.files_sent {
            let (shared, octets) = (Arc::clone(&self.shared), Arc::clone(&octets));
            let login = envelope.user.clone();
            tokio::spawn(async move {
                tokio::time::sleep(after).await;
                let seen = BTreeSet::from([Flag::Seen]);
                if let Some(user) = shared.world().users.iter_mut().find(|u| u.login == login) {
                    let _ = user.mailboxes.append("Sent", octets, seen, now);
                }
                shared.tell();
            });
        }
        world.submitted.push(Submitted { envelope, octets });
        drop(world);
        self.shared.tell();
    }
}

type Param<'a> = (String, Option<&'a str>);

/// Splits `FROM:<path> NAME=value ...`.
fn path<'a>(rest: &'a str, word: &str) -> Result<(&'a str, Vec<Param<'a>>), Reply> {
    let syntax = || format!("501 5.5.4 {word}<address> was expected");
    let head =
        rest.get(..word.len()).filter(|h| h.eq_ignore_ascii_case(word)).ok_or_else(syntax)?;
    let inner = rest.get(head.len()..).and_then(|r| r.strip_prefix('<')).ok_or_else(syntax)?;
    // A quoted local part may hold `>`.
    let mut quoted = false;
    let mut escaped = false;
    let end = inner.find(|c| {
        let hit = c == '>' && !quoted;
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        hit
    });
    let (address, tail) = end.and_then(|at| inner.split_at_checked(at)).ok_or_else(syntax)?;
    let tail = tail.get(1..).unwrap_or_default();
    let mut params = Vec::new();
    if !tail.is_empty() {
        let tail = tail.strip_prefix(' ').ok_or_else(syntax)?;
        for word in tail.split(' ') {
            let (name, value) = match word.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (word, None),
            };
            if name.is_empty() || value.is_some_and(str::is_empty) {
                return Err("501 5.5.4 Not a parameter".into());
            }
            params.push((name.to_ascii_uppercase(), value));
        }
    }
    Ok((address, params))
}

fn check_address(address: &str) -> Result<(), Reply> {
    let fine = address.len() <= 320
        && AddrSpec::parse(address).is_ok_and(|a| {
            let quoted = a.local_part().starts_with('"') && a.local_part().ends_with('"');
            let atoms =
                |t: &str| !t.contains(|c: char| c.is_whitespace() || "()<>,;:\\\"".contains(c));
            (quoted || atoms(a.local_part())) && (atoms(a.domain()) || a.domain().starts_with('['))
        });
    if fine { Ok(()) } else { Err("553 5.1.3 Not an address".into()) }
}

/// Decodes xtext (RFC 3461 section 4).
fn xtext(text: &str) -> Option<String> {
    let mut out = Vec::new();
    let mut rest = text.bytes();
    while let Some(octet) = rest.next() {
        out.push(match octet {
            b'+' => {
                let hex = [rest.next()?, rest.next()?];
                if hex.iter().any(u8::is_ascii_lowercase) {
                    return None;
                }
                u8::from_str_radix(std::str::from_utf8(&hex).ok()?, 16).ok()?
            }
            b'=' => return None,
            b'!'..=b'~' => octet,
            _ => return None,
        });
    }
    String::from_utf8(out).ok().filter(|o| !o.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_parameters() {
        let read = |text| path(text, "FROM:");
        assert_eq!(read("FROM:<>"), Ok(("", vec![])));
        assert_eq!(
            read("from:<a@b> SIZE=5 SMTPUTF8"),
            Ok(("a@b", vec![("SIZE".into(), Some("5")), ("SMTPUTF8".into(), None)]))
        );
        assert_eq!(read("FROM:<\"a>b\"@c>"), Ok(("\"a>b\"@c", vec![])));
        for bad in ["FROM: <a@b>", "FROM:a@b", "FROM:<a@b", "FROM:<a@b>X=1", "FROM:<a@b>  X=1"] {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert!(check_address("a b@c").is_err() && check_address("ab").is_err());
        assert!(check_address("VPIM=613/EXT=2@gw.example.com").is_ok());
    }

    #[test]
    fn xtext_is_decoded() {
        assert_eq!(xtext("rfc822;a+2Bb@c").as_deref(), Some("rfc822;a+b@c"));
        assert_eq!(xtext("a+2"), None);
        assert_eq!(xtext("a=b"), None);
    }
}
