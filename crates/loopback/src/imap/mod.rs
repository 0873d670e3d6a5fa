//! The IMAP side: one session a connection (RFC 3501, RFC 9051).
//!
//! A session keeps its own view of the selected mailbox: the UID of each sequence number, and the
//! MODSEQ of which the client has been informed. Between commands it compares the view with the
//! mailbox and sends the difference, so that no change is lost and none is sent where RFC 9051
//! forbids it.
//!
//! Limits: command lines of 64 KiB, literals of 8 KiB (APPEND: a message), 10 bad commands.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use tokio::io::{AsyncRead, AsyncWrite};

use self::{cursor::SelectParams, grammar::Command, selected::Selected};
use super::{
    Faults, MAX_MESSAGE, Shared, User,
    faults::{AtMessage, CommandFault},
    mailboxes::{Mailbox, Mailboxes, Refusal, is_keyword},
    sasl_plain,
    wire::{Gone, Line, Wire},
};
use aloud_model::{Flag, Uid, imap::MailboxRole};

mod cursor;
mod date;
mod fetch;
mod grammar;
mod list;
mod search;
mod selected;
mod structure;

/// Longest command line.
const MAX_LINE: usize = 64 * 1024;
/// Largest literal outside APPEND.
const MAX_LITERAL: usize = 8 * 1024;
/// Number of bad commands after which the connection is closed.
const MAX_BAD: u32 = 10;

/// The end of a command.
enum Done {
    Ok(String),
    No(String),
    Bad(String),
}

impl Done {
    fn ok(text: &str) -> Self {
        Self::Ok(text.to_owned())
    }
}

impl From<Refusal> for Done {
    fn from(refusal: Refusal) -> Self {
        Self::No(refusal.to_string())
    }
}

struct Session<S> {
    wire: Wire<S>,
    shared: Arc<Shared>,
    user: Option<usize>,
    selected: Option<Selected>,
    /// Whether the client enabled CONDSTORE (RFC 7162 section 3.1), and QRESYNC.
    condstore: bool,
    qresync: bool,
    /// ID was said.
    introduced: bool,
    commands: u32,
    by_verb: HashMap<String, u32>,
}

pub(super) async fn serve<S>(wire: Wire<S>, shared: Arc<Shared>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut session = Session {
        wire,
        shared,
        user: None,
        selected: None,
        condstore: false,
        qresync: false,
        introduced: false,
        commands: 0,
        by_verb: HashMap::new(),
    };
    // `Gone` says that the connection is over, which is no failure of a server.
    let _ = session.run().await;
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    async fn run(&mut self) -> Result<(), Gone> {
        let greeting = format!("* OK [CAPABILITY {}] Aloud loopback\r\n", self.capabilities());
        self.wire.push(greeting);
        self.wire.flush().await?;
        let mut bad = 0;
        while bad < MAX_BAD {
            let Some(command) = self.read_command().await? else {
                bad += 1;
                continue;
            };
            if !self.answer(&command).await? {
                bad += 1;
            }
        }
        self.bye("Too many bad commands").await
    }

    async fn bye(&mut self, text: &str) -> Result<(), Gone> {
        self.wire.push(format!("* BYE {text}\r\n"));
        self.wire.flush().await?;
        Err(Gone)
    }

    /// Reads one command with its literals in place. `None` when it was refused on the way.
    async fn read_command(&mut self) -> Result<Option<Vec<u8>>, Gone> {
        let mut command = Vec::new();
        loop {
            let line = match self.wire.line(MAX_LINE).await? {
                Line::Text(line) => line,
                Line::Malformed => {
                    self.wire.push("* BAD Lines end with CRLF and hold no other CR, LF or NUL\r\n");
                    self.wire.flush().await?;
                    return Ok(None);
                }
                Line::TooLong => {
                    self.bye("The line is too long").await?;
                    return Ok(None);
                }
            };
            command.extend_from_slice(&line);
            let Some((count, waits)) = literal_at_end(&line) else { return Ok(Some(command)) };
            let limit = if is_append(&command) { self.size_limit() } else { MAX_LITERAL };
            if count > limit as u64 || command.len() > MAX_LINE + limit {
                if waits {
                    let tag = self.tag_of(&command);
                    self.wire.push(format!("{tag} NO [TOOBIG] The literal is too large\r\n"));
                    self.wire.flush().await?;
                    return Ok(None);
                }
                // RFC 7888 section 4: a literal that comes anyway is read to its end, or the
                // connection closes.
                if count > 4 * MAX_MESSAGE as u64 {
                    self.bye("[TOOBIG] The literal is too large").await?;
                }
                self.wire.discard(count).await?;
                let tag = self.tag_of(&command);
                self.wire.line(MAX_LINE).await?;
                self.wire.push(format!("{tag} NO [TOOBIG] The literal is too large\r\n"));
                self.wire.flush().await?;
                return Ok(None);
            }
            if waits {
                self.wire.push("+ Go on\r\n");
                self.wire.flush().await?;
            }
            command.extend_from_slice(b"\r\n");
            command.extend(self.wire.octets(usize::try_from(count).unwrap_or(0)).await?);
        }
    }

    fn tag_of(&self, command: &[u8]) -> String {
        grammar::tag(command).map_or_else(|_| "*".to_owned(), |(tag, _)| tag)
    }

    fn size_limit(&self) -> usize {
        self.wire.faults.size_limit.unwrap_or(MAX_MESSAGE)
    }

    /// Runs one command; false for a syntax error.
    async fn answer(&mut self, octets: &[u8]) -> Result<bool, Gone> {
        let (tag, mut cursor) = match grammar::tag(octets) {
            Ok(read) => read,
            Err(bad) => {
                self.wire.push(format!("* BAD {}\r\n", bad.0));
                self.wire.flush().await?;
                return Ok(false);
            }
        };
        let verb = verb(octets);
        self.log(octets, &verb);
        let (mut lose_answer, fault) = (false, self.fault(&verb, octets));
        match fault {
            None => {}
            Some(CommandFault::RunAndDrop) => lose_answer = true,
            Some(CommandFault::Inject(octets)) => self.wire.push(octets),
            Some(CommandFault::Delay(time)) => tokio::time::sleep(time).await,
            Some(fault) => return self.misbehave(&tag, fault).await.map(|()| true),
        }
        let command = match grammar::command(&mut cursor) {
            Ok(command) => command,
            Err(bad) => {
                self.wire.push(format!("{tag} BAD {}\r\n", bad.0));
                self.wire.flush().await?;
                return Ok(false);
            }
        };
        if let Some(refusal) = self.too_much(octets, &verb, &command) {
            self.shared.log(format!("imap: refused {verb}"));
            self.wire.push(format!("{tag} {refusal}\r\n"));
            self.wire.flush().await?;
            return Ok(true);
        }
        if let Some(fault) = self.fault_at_message(&verb, &command) {
            return self.misbehave(&tag, fault).await.map(|()| true);
        }
        let quiet = matches!(
            command,
            Command::Fetch { uid: false, .. }
                | Command::Store { uid: false, .. }
                | Command::Search { uid: false, .. }
        );
        let logout = command == Command::Logout;
        // No UID means another message while a mailbox is selected (RFC 9051 section 2.3.1.1).
        if let Some(selected) = &self.selected
            && self.look(&selected.name, |m| m.uid_validity != selected.validity) == Some(true)
        {
            return self.bye("The mailbox was rebuilt").await.map(|()| true);
        }
        let done = self.dispatch(command).await?;
        let stays = self.tell_changes(!quiet);
        let (sense, line) = match done {
            Done::Ok(text) => (true, format!("{tag} OK {text}\r\n")),
            Done::No(text) => (true, format!("{tag} NO {text}\r\n")),
            Done::Bad(text) => (false, format!("{tag} BAD {text}\r\n")),
        };
        self.wire.push(line);
        if lose_answer {
            self.wire.forget_output();
            return Err(Gone);
        }
        self.wire.flush().await?;
        if logout || !stays { Err(Gone) } else { Ok(sense) }
    }

    fn fault(&mut self, verb: &str, octets: &[u8]) -> Option<CommandFault> {
        self.commands += 1;
        let nth_of_verb = self.by_verb.entry(verb.to_owned()).or_default();
        *nth_of_verb += 1;
        let line = octets.split(|octet| *octet == b'\r').next().unwrap_or_default();
        let faults = &self.wire.faults;
        faults.at(self.commands, verb, *nth_of_verb).or_else(|| faults.says(line)).cloned()
    }

    /// The refusal of a command that is too long, or for too many messages.
    fn too_much(&self, octets: &[u8], verb: &str, command: &Command) -> Option<&'static str> {
        let line = octets.split(|octet| *octet == b'\r').next().unwrap_or_default();
        if self.faults().longest_line.is_some_and(|most| line.len() > most) {
            return Some("BAD Command too long");
        }
        let (Command::Fetch { uid: true, set, .. }
        | Command::Store { uid: true, set, .. }
        | Command::Copy { uid: true, set, .. }
        | Command::Move { uid: true, set, .. }) = command
        else {
            return None;
        };
        let most = self.faults().most_in_set?;
        let light = verb == "FETCH" && memchr::memmem::find(line, b"BODY").is_none();
        let named = self.named(true, set).ok()?;
        (!light && named.len() > most).then_some("NO Rate limit hit")
    }

    fn fault_at_message(&self, verb: &str, command: &Command) -> Option<CommandFault> {
        let (Command::Fetch { uid: true, set, .. }
        | Command::Store { uid: true, set, .. }
        | Command::Copy { uid: true, set, .. }
        | Command::Move { uid: true, set, .. }
        | Command::Expunge(Some(set))) = command
        else {
            return None;
        };
        let last = self.selected.as_ref()?.last_uid();
        let hit = |at: &&AtMessage| at.verb == verb && set.contains(at.uid.0, last);
        self.faults().at_message.iter().find(hit).map(|at| at.fault.clone())
    }

    fn log(&self, octets: &[u8], verb: &str) {
        let line = octets.split(|b| *b == b'\r').next().unwrap_or_default();
        let text = String::from_utf8_lossy(line);
        let told = match verb {
            "LOGIN" | "AUTHENTICATE" => verb.to_owned(),
            _ => text.split_once(' ').map_or_else(|| verb.to_owned(), |(_, rest)| rest.to_owned()),
        };
        self.shared.log(format!("imap: {told}"));
    }

    async fn misbehave(&mut self, tag: &str, fault: CommandFault) -> Result<(), Gone> {
        match fault {
            CommandFault::Answer(text) => {
                self.wire.push(format!("{tag} {text}\r\n"));
                self.wire.flush().await
            }
            CommandFault::Bye(text) => self.bye(&text).await,
            CommandFault::Stall => self.wire.stall().await,
            CommandFault::EndlessLine => {
                self.wire.push("* OK ");
                self.wire.endless(&[b'x'; 4096]).await
            }
            CommandFault::EndlessLines => self.wire.endless(b"* OK Still here\r\n").await,
            CommandFault::HugeLiteral(size) => {
                self.wire.push(format!("* 1 FETCH (UID 1 BODY[] {{{size}}}\r\n"));
                self.wire.endless(&[b'x'; 4096]).await
            }
            _ => Err(Gone),
        }
    }

    fn faults(&self) -> &Faults {
        &self.wire.faults
    }

    fn capabilities(&self) -> String {
        const ALWAYS: [&str; 5] = ["IMAP4rev1", "SASL-IR", "LITERAL+", "ID", "ENABLE"];
        const BEFORE: [&str; 1] = ["AUTH=PLAIN"];
        const TOKENS: [&str; 3] = ["AUTH=PLAIN", "AUTH=OAUTHBEARER", "AUTH=XOAUTH2"];
        const AFTER: [&str; 10] = [
            "IDLE",
            "UIDPLUS",
            "MOVE",
            "UNSELECT",
            "SPECIAL-USE",
            "CONDSTORE",
            "NAMESPACE",
            "CHILDREN",
            "LIST-STATUS",
            "QRESYNC",
        ];
        let more: &[&str] = match self.user {
            Some(_) => &AFTER,
            None if self.shared.takes_tokens() => &TOKENS,
            None => &BEFORE,
        };
        let offered = ALWAYS.iter().chain(more).filter(|c| !self.faults().hides(c));
        offered.copied().collect::<Vec<_>>().join(" ")
    }

    /// Runs on the mailboxes of the user who is signed in.
    fn with_mailboxes<T>(&self, run: impl FnOnce(&mut Mailboxes) -> T) -> Option<T> {
        let mut world = self.shared.world();
        let user: &mut User = world.users.get_mut(self.user?)?;
        Some(run(&mut user.mailboxes))
    }

    /// Runs a command that changes mailboxes, and wakes the other sessions.
    fn change<T>(&self, run: impl FnOnce(&mut Mailboxes) -> Result<T, Refusal>) -> Result<T, Done> {
        let out = self.with_mailboxes(run).ok_or_else(|| Done::Bad("Sign in first".into()))?;
        self.shared.tell();
        out.map_err(Done::from)
    }

    /// Reads from one mailbox.
    fn look<T>(&self, name: &str, look: impl FnOnce(&Mailbox) -> T) -> Option<T> {
        self.with_mailboxes(|all| all.get(name).map(look))?
    }

    async fn dispatch(&mut self, command: Command) -> Result<Done, Gone> {
        let signed_in = self.user.is_some();
        match command {
            Command::Capability => {
                self.wire.push(format!("* CAPABILITY {}\r\n", self.capabilities()));
                return Ok(Done::ok("Done"));
            }
            Command::Noop => return Ok(Done::ok("Done")),
            Command::Logout => {
                self.wire.push("* BYE Until next time\r\n");
                return Ok(Done::ok("Signed out"));
            }
            Command::Id if !self.faults().hides("ID") || self.faults().wants_id => {
                self.introduced = true;
                self.wire.push("* ID (\"name\" \"Aloud loopback\")\r\n");
                return Ok(Done::ok("Done"));
            }
            Command::Authenticate { .. } | Command::Login { .. } if signed_in => {
                return Ok(Done::Bad("Signed in already".into()));
            }
            Command::Login { user, password } => return Ok(self.sign_in(&user, &password)),
            Command::Authenticate { mechanism, initial } => {
                return self.authenticate(&mechanism, initial).await;
            }
            _ if !signed_in => return Ok(Done::Bad("Sign in first".into())),
            _ => {}
        }
        match command {
            Command::Idle if !self.faults().hides("IDLE") => self.idle().await,
            Command::Fetch { uid, set, items, changed_since } => {
                self.fetch(uid, &set, &items, changed_since).await
            }
            command => Ok(self.at_once(command).unwrap_or_else(|done| done)),
        }
    }

    /// Commands that need no waiting. Both arms are ends of the command.
    fn at_once(&mut self, command: Command) -> Result<Done, Done> {
        Ok(match command {
            Command::Enable(names) => self.enable(&names),
            Command::Select { name, read_only, params } => self.select(&name, read_only, params)?,
            Command::Create { name, special } => {
                let role = match special {
                    Some(special) => list::role(&special)
                        .ok_or_else(|| Done::No("[USEATTR] Unknown special use".into()))?,
                    None => MailboxRole::Plain,
                };
                self.change(|all| all.create(&name, role))?;
                Done::ok("Created")
            }
            Command::Delete(name) => {
                self.change(|all| all.delete(&name))?;
                Done::ok("Deleted")
            }
            Command::Rename(from, to) => {
                self.change(|all| all.rename(&from, &to))?;
                Done::ok("Renamed")
            }
            Command::Subscribe(name, on) => {
                self.change(|all| all.subscribe(&name, on))?;
                Done::ok("Done")
            }
            Command::List { status, .. }
                if !status.is_empty() && self.faults().hides("LIST-STATUS") =>
            {
                return Err(Done::Bad("Not known here".into()));
            }
            Command::List { reference, patterns, only_special, only_subscribed, status } => {
                self.list(&reference, &patterns, only_special, only_subscribed, &status)?
            }
            Command::Lsub { reference, pattern } => self.lsub(&reference, &pattern),
            Command::Namespace if !self.faults().hides("NAMESPACE") => {
                self.wire.push("* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n");
                Done::ok("Done")
            }
            Command::Status { name, items } => self.status(&name, &items)?,
            Command::Append { name, flags, date, octets } => {
                self.check_flags(&name, &flags)?;
                if octets.contains(&0) {
                    return Err(Done::No("[CANNOT] NUL in a message".into()));
                }
                let date = date.unwrap_or_else(|| self.shared.now());
                let uid = self.change(|all| all.append(&name, octets.into(), flags, date))?;
                let validity = self.look(&name, |m| m.uid_validity.0).unwrap_or_default();
                self.uidplus(&format!("APPENDUID {validity} {}", uid.0), "Appended")
            }
            command => self.on_selected(command)?,
        })
    }

    /// Commands of the selected state.
    fn on_selected(&mut self, command: Command) -> Result<Done, Done> {
        let Some(selected) = &self.selected else {
            return Err(Done::Bad("Not in this state, or not known here".into()));
        };
        let read_only = selected.read_only;
        let name = selected.name.clone();
        let writable = || {
            if read_only { Err(Done::No("[READ-ONLY] Examined only".into())) } else { Ok(()) }
        };
        Ok(match command {
            Command::Check => Done::ok("Done"),
            Command::Close => {
                if !read_only {
                    self.change(|all| all.expunge(&name, None))?;
                }
                self.selected = None;
                Done::ok("Closed")
            }
            Command::Unselect if !self.faults().hides("UNSELECT") => {
                self.selected = None;
                Done::ok("Closed")
            }
            Command::Expunge(set) => {
                writable()?;
                let only: Option<BTreeSet<Uid>> = set.map(|set| {
                    selected.named(&set, true).into_iter().map(|(_, uid)| uid).collect()
                });
                if only.is_some() && self.faults().hides("UIDPLUS") {
                    return Err(Done::Bad("Not known here".into()));
                }
                self.change(|all| all.expunge(&name, only.as_ref()))?;
                Done::ok("Expunged")
            }
            Command::Search { uid, key } => self.search(uid, &key),
            Command::Store { uid, set, unchanged_since, store } => {
                writable()?;
                self.store(uid, &set, unchanged_since, &store)?
            }
            Command::Copy { uid, set, to } => self.copy(uid, &set, &to)?,
            Command::Move { uid, set, to } if !self.faults().hides("MOVE") => {
                writable()?;
                self.r#move(uid, &set, &to)?
            }
            _ => Done::Bad("Not known here".into()),
        })
    }

    fn sign_in(&mut self, login: &str, password: &str) -> Done {
        self.user = self.shared.sign_in(login, password);
        if self.user.is_some() {
            Done::Ok(format!("[CAPABILITY {}] Signed in", self.capabilities()))
        } else {
            Done::No("[AUTHENTICATIONFAILED] User name or password is wrong".into())
        }
    }

    async fn authenticate(
        &mut self,
        mechanism: &str,
        initial: Option<String>,
    ) -> Result<Done, Gone> {
        let token = super::is_token(mechanism) && self.shared.takes_tokens();
        if mechanism != "PLAIN" && !token {
            return Ok(Done::No("[CANNOT] Only PLAIN is offered".into()));
        }
        let answer = match initial {
            Some(answer) => answer,
            None => match self.ask("").await? {
                Some(answer) => answer,
                None => return Ok(Done::Bad("Not a line".into())),
            },
        };
        if answer == "*" {
            return Ok(Done::Bad("Given up".into()));
        }
        if token {
            let pair = super::sasl_token(&answer);
            self.user = pair.and_then(|(login, token)| self.shared.sign_in_token(&login, &token));
            if self.user.is_none() {
                self.ask(super::BAD_TOKEN).await?;
                return Ok(Done::No("[AUTHENTICATIONFAILED] Token is not accepted".into()));
            }
            return Ok(Done::Ok(format!("[CAPABILITY {}] Signed in", self.capabilities())));
        }
        Ok(match sasl_plain(&answer) {
            Some((login, password)) => self.sign_in(&login, &password),
            None => Done::Bad("Not a PLAIN answer".into()),
        })
    }

    /// Asks for a line; `None` for what is none.
    async fn ask(&mut self, challenge: &str) -> Result<Option<String>, Gone> {
        self.wire.push(format!("+ {challenge}\r\n"));
        self.wire.flush().await?;
        match self.wire.line(MAX_LITERAL).await? {
            Line::Text(line) => Ok(Some(String::from_utf8_lossy(&line).into_owned())),
            Line::Malformed => Ok(None),
            Line::TooLong => Err(Gone),
        }
    }

    fn enable(&mut self, names: &[String]) -> Done {
        let mut enabled = Vec::new();
        for name in ["CONDSTORE", "QRESYNC"] {
            if names.iter().any(|n| n.eq_ignore_ascii_case(name)) && !self.faults().hides(name) {
                enabled.push(name);
            }
        }
        self.condstore |= !enabled.is_empty();
        self.qresync |= enabled.contains(&"QRESYNC");
        let told: String = enabled.iter().map(|name| format!(" {name}")).collect();
        self.wire.push(format!("* ENABLED{told}\r\n"));
        Done::ok("Done")
    }

    fn select(&mut self, name: &str, read_only: bool, params: SelectParams) -> Result<Done, Done> {
        self.selected = None;
        if self.faults().wants_id && !self.introduced {
            return Err(Done::No("SELECT Unsafe Login. Please say who you are".into()));
        }
        if params.condstore && self.faults().hides("CONDSTORE") {
            return Err(Done::Bad("Not known here".into()));
        }
        if params.qresync.is_some() && !self.qresync {
            return Err(Done::Bad("Enable QRESYNC first".into()));
        }
        self.condstore |= params.condstore;
        let described = self
            .look(name, |mailbox| {
                let (selected, mut told) =
                    Selected::describe(mailbox, read_only, self.faults(), self.commands);
                if let Some((validity, modseq)) = params.qresync
                    && validity == mailbox.uid_validity.0
                {
                    told.push_str(&selected.since(mailbox, modseq));
                }
                (selected, told)
            })
            .ok_or(Refusal::NoSuchMailbox)?;
        let (selected, told) = described;
        self.wire.push(told);
        self.selected = Some(selected);
        let code = if read_only { "READ-ONLY" } else { "READ-WRITE" };
        Ok(Done::Ok(format!("[{code}] Selected")))
    }

    /// Refuses flags that this mailbox does not keep.
    fn check_flags(&self, name: &str, flags: &BTreeSet<Flag>) -> Result<(), Done> {
        if flags.iter().any(|f| matches!(f, Flag::Other(text) if text.starts_with('\\'))) {
            return Err(Done::No("[CANNOT] No such system flag".into()));
        }
        if !self.faults().refuse_keywords {
            return Ok(());
        }
        let new = |m: &Mailbox| flags.iter().any(|f| is_keyword(f) && !m.keywords().contains(f));
        if self.look(name, new).unwrap_or_default() {
            return Err(Done::No("[LIMIT] No more keywords here".into()));
        }
        Ok(())
    }

    fn uidplus(&self, code: &str, text: &str) -> Done {
        if self.faults().hides("UIDPLUS") {
            Done::ok(text)
        } else {
            Done::Ok(format!("[{code}] {text}"))
        }
    }

    async fn idle(&mut self) -> Result<Done, Gone> {
        let mut changes = self.shared.changes.subscribe();
        self.wire.push("+ Idling\r\n");
        let mut stays = self.tell_changes(true);
        self.wire.flush().await?;
        while stays {
            tokio::select! {
                line = self.wire.line(MAX_LINE) => {
                    return Ok(match line? {
                        Line::Text(line) if line.eq_ignore_ascii_case(b"DONE") => Done::ok("Done"),
                        Line::TooLong => return Err(Gone),
                        _ => Done::Bad("DONE was expected".into()),
                    });
                }
                changed = changes.changed() => {
                    changed.map_err(|_| Gone)?;
                    stays = self.tell_changes(true);
                    self.wire.flush().await?;
                }
            }
        }
        Err(Gone)
    }
}

/// The first word after the tag, `UID` left out, for faults and the log.
fn verb(command: &[u8]) -> String {
    let line = command.split(|b| *b == b'\r').next().unwrap_or_default();
    let text = String::from_utf8_lossy(line);
    let mut words = text.split(' ').skip(1);
    let word = words.next().unwrap_or_default().to_ascii_uppercase();
    if word == "UID" { words.next().unwrap_or_default().to_ascii_uppercase() } else { word }
}

fn is_append(command: &[u8]) -> bool {
    verb(command) == "APPEND"
}

/// The literal a line announces at its end: its size, and whether the client waits for `+`.
fn literal_at_end(line: &[u8]) -> Option<(u64, bool)> {
    let inner = line.strip_suffix(b"}")?;
    let open = memchr::memrchr(b'{', inner)?;
    let digits = inner.get(open + 1..)?;
    let (digits, waits) = match digits.strip_suffix(b"+") {
        Some(digits) => (digits, false),
        None => (digits, true),
    };
    let fine = !digits.is_empty() && digits.len() < 19 && digits.iter().all(u8::is_ascii_digit);
    let text = std::str::from_utf8(digits).ok().filter(|_| fine)?;
    Some((text.parse().ok()?, waits))
}
