//! The model: where each letter may be, and as what, when all is quiet. It knows no protocol. An act
//! of the user and one of another client on the same letter, with nothing settled between them,
//! leave it open which of the two holds; all else is fixed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use tokio::time::Instant;

use super::line::{End, Line};
use crate::support::user::{OWN, START, options, settings};
use aloud::{
    engine::{
        Engine, ListQuery, ListRow, Mark, OpFailure, Operation, OperationState, Options,
        OutboxState, Progress, Scope, Sort, UndoToken,
    },
    loopback::{AtMessage, CommandFault, Faults, Loopback, Protocol, mailboxes::Change},
    model::{AccountId, DateTime, Flag, Secret, Uid, imap::MailboxRole},
};

/// Where the letters are; a mailbox of no role beside the usual ones.
pub const PLACES: [&str; 5] = ["INBOX", "Archive", "Trash", "Junk", "Projects"];

/// A message that others delivered.
pub struct Letter {
    octets: Arc<[u8]>,
    /// As it was when all was quiet last; `None`: removed for good by another client.
    agreed: (Option<String>, bool),
    /// What the user wanted since then, and all that was wanted.
    ours: (Option<String>, Option<bool>),
    wanted: BTreeSet<String>,
    marked: BTreeSet<bool>,
    /// What another client did since then.
    theirs: (Option<Option<String>>, Option<bool>),
    /// Its mailbox was renumbered since then: what was asked for by a UID may be given up.
    renumbered: bool,
    /// The user was told that something would not be done.
    refused: bool,
}

impl Letter {
    fn places(&self) -> BTreeSet<Option<String>> {
        if self.theirs.0 == Some(None) || self.agreed.0.is_none() {
            return [None].into();
        }
        let mut may: BTreeSet<_> = self.theirs.0.iter().cloned().collect();
        may.extend(self.ours.0.iter().cloned().map(Some));
        if may.is_empty() || self.renumbered || self.refused {
            may.insert(self.agreed.0.clone());
        }
        // What was done before the rest was given up stays.
        if self.renumbered || self.refused {
            may.extend(self.wanted.iter().cloned().map(Some));
        }
        may
    }

    fn marks(&self) -> BTreeSet<bool> {
        let mut may: BTreeSet<bool> = [self.ours.1, self.theirs.1].into_iter().flatten().collect();
        // A mark on a UID that another client's move took away is not carried after it.
        let moved = self.theirs.0.is_some() || self.renumbered || self.refused;
        if may.is_empty() || moved {
            may.insert(self.agreed.1);
        }
        if moved {
            may.extend(&self.marked);
        }
        may
    }
}

/// What can be taken back: the letters with their place and mark before.
struct Done {
    token: UndoToken,
    before: Vec<(usize, Option<String>, Option<bool>)>,
}

pub struct World {
    pub server: Loopback,
    pub line: Line,
    engine: Engine,
    account: AccountId,
    dir: tempfile::TempDir,
    /// The engine's clock is the one of the runtime, which stands while anybody works.
    began: Instant,
    pub letters: Vec<Letter>,
    pub sent: Vec<String>,
    done: Vec<Done>,
    /// Messages of [`Self::sent`] about which the user has to decide.
    pub open: usize,
    /// A mailbox had another name for a while since all was quiet last.
    renamed: bool,
    /// Messages that were there twice after a move was given up in its middle.
    pub doubled: usize,
}

fn built(server: &Loopback, dir: &tempfile::TempDir, began: Instant) -> (Line, Options) {
    let data = dir.path().join("data");
    let line = Line::new(server, data.clone());
    let stored = line.clone();
    let options = Options {
        dialer: Arc::new(line.clone()),
        steps: Some(Arc::new(move |step| {
            if step == "stored" {
                stored.stored();
            }
        })),
        clock: Arc::new(move || START + began.elapsed().as_secs() as i64),
        ..options(data, server, &Arc::default())
    };
    (line, options)
}

impl World {
    pub async fn new() -> Self {
        let server = crate::support::user::server();
        server.create_mailbox("Projects", MailboxRole::Plain).expect("made");
        server.change(aloud::loopback::mailboxes::Mailboxes::grow_old);
        let dir = tempfile::tempdir().expect("a folder");
        let began = Instant::now();
        let (line, options) = built(&server, &dir, began);
        let engine = Engine::start(options).await.expect("an engine");
        let password = Some(Secret::new("secret".into()));
        let account = engine.add_account(settings(), password).await.expect("an account");
        let (letters, sent, done) = Default::default();
        let (open, doubled, renamed) = (0, 0, false);
        Self {
            server,
            line,
            engine,
            account,
            dir,
            began,
            letters,
            sent,
            done,
            open,
            renamed,
            doubled,
        }
    }

    /// What a process that is killed now, or was where the line ended it, leaves is started again.
    pub async fn kill(&mut self) {
        // Nothing of the old program passes any more.
        self.line.end_at(End::Before, 0);
        let dir = self.line.end();
        self.engine.shutdown().await;
        self.start(dir).await;
    }

    /// As after an end in good order.
    pub async fn restart(&mut self) {
        self.engine.shutdown().await;
        let dir = self.line.end();
        self.start(dir).await;
    }

    async fn start(&mut self, dir: tempfile::TempDir) {
        let (line, options) = built(&self.server, &dir, self.began);
        self.engine = Engine::start(options).await.expect("an engine");
        assert!(self.engine.rebuilt().is_none(), "a killed process damages nothing");
        (self.dir, self.line) = (dir, line);
        self.done.clear();
        let password = Secret::new("secret".into());
        self.engine.supply_password(self.account, password).await.expect("kept");
    }

    pub async fn later(&self, seconds: u64) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }

    // Others

    /// Delivers a letter; `id` is its Message-ID, which need not be its own.
    pub fn deliver(&mut self, place: &str, id: Option<usize>, seen: bool) {
        let number = self.letters.len();
        let subject = format!("n{number}");
        let id =
            id.map_or(String::new(), |id| format!("Message-ID: <{id}@printer.example.net>\r\n"));
        self.note(|| format!("{subject} comes to {place}, {id:?}, {seen}"));
        let octets: Arc<[u8]> = format!(
            "From: Ada <ada@example.net>\r\nTo: {OWN}\r\nSubject: {subject}\r\n{id}\
             Date: Tue, 04 Mar 2025 09:10:00 +0000\r\n\r\nText {number}\r\n"
        )
        .into_bytes()
        .into();
        let flags: &[Flag] = if seen { &[Flag::Seen] } else { &[] };
        let date = DateTime::utc(START);
        self.server.deliver(place, Arc::clone(&octets), flags, date).expect("delivered");
        self.letters.push(Letter {
            octets,
            agreed: (Some(place.to_owned()), seen),
            ours: (None, None),
            wanted: BTreeSet::new(),
            marked: BTreeSet::new(),
            theirs: (None, None),
            renumbered: false,
            refused: false,
        });
    }

    /// Where the server holds a letter.
    fn held(&self, number: usize) -> Vec<(String, Uid, bool)> {
        let octets = &self.letters[number].octets;
        let mut held = Vec::new();
        self.server.change(|mailboxes| {
            for mailbox in mailboxes.all() {
                for message in mailbox.messages().iter().filter(|m| m.octets == *octets) {
                    let seen = message.flags.contains(&Flag::Seen);
                    held.push((mailbox.name.clone(), message.uid, seen));
                }
            }
        });
        held
    }

    /// Says what is done, when one history is played alone.
    fn note(&self, what: impl FnOnce() -> String) {
        if std::env::var_os("ALOUD_TEST_SEED").is_some() {
            self.tell_commands();
            eprintln!("{}", what());
        }
    }

    pub fn other_marks(&mut self, number: usize, seen: bool) {
        let Some((place, uid, _)) = self.held(number).pop() else { return };
        self.note(|| format!("another client marks n{number} {seen} in {place}"));
        let change = if seen { Change::Add } else { Change::Remove };
        self.server.change(|m| m.store(&place, &[uid], change, &[Flag::Seen].into()));
        self.letters[number].theirs.1 = Some(seen);
    }

    /// Moves it, or removes it for good.
    pub fn other_moves(&mut self, number: usize, to: Option<&str>) {
        let held = self.held(number);
        // A move of ours is under way as a copy: whoever takes one of two away settles nothing.
        let [(place, uid, _)] = &held[..] else { return };
        if to == Some(place) {
            return;
        }
        self.note(|| format!("another client moves n{number} from {place} to {to:?}"));
        self.server.change(|m| {
            if let Some(to) = to {
                m.copy(place, &[*uid], to).expect("copied");
            }
            m.remove(place, &[*uid].into()).expect("removed");
        });
        self.letters[number].theirs.0 = Some(to.map(str::to_owned));
    }

    pub fn renumber(&mut self, place: &str) {
        self.note(|| format!("{place} is renumbered"));
        self.server.change(|m| m.renumber(place));
        for number in 0..self.letters.len() {
            let here = self.held(number).iter().any(|(at, ..)| at == place);
            self.letters[number].renumbered |= here;
        }
    }

    /// The server has a backup of an hour ago played back, to which nothing had happened since.
    pub fn play_back(&mut self) {
        self.note(|| "a backup is played back".into());
        self.server.change(aloud::loopback::mailboxes::Mailboxes::play_back);
    }

    /// Another client gives a mailbox another name, and later its own again.
    pub async fn rename_for_a_while(&mut self, looks: &[u64]) {
        const NAMES: [&str; 2] = ["Projects", "Undertakings"];
        self.note(|| format!("{NAMES:?} for {looks:?} seconds"));
        self.server.change(|m| m.rename(NAMES[0], NAMES[1])).expect("a server").expect("renamed");
        self.renamed = true;
        for seconds in looks {
            self.works().await;
            self.later(*seconds).await;
        }
        self.server.change(|m| m.rename(NAMES[1], NAMES[0])).expect("a server").expect("renamed");
    }

    // The user

    async fn rows(&self, place: &str) -> Vec<ListRow> {
        let mailboxes = self.engine.mailboxes().await.expect("mailboxes");
        let Some(mailbox) = mailboxes.iter().find(|m| m.name == place) else { return Vec::new() };
        let query = ListQuery {
            scope: Scope::Mailbox(mailbox.id),
            sort: Sort::Oldest,
            search: String::new(),
            offset: 0,
            limit: 200,
        };
        self.engine.list(query).await.expect("a page").rows
    }

    fn number(&self, row: &ListRow) -> Option<usize> {
        row.subject.strip_prefix('n')?.parse().ok()
    }

    /// Picks some of the rows that are shown, by these numbers.
    async fn picked(&self, place: &str, picks: &[usize]) -> Vec<(usize, ListRow)> {
        let rows = self.rows(place).await;
        let picked: BTreeMap<usize, ListRow> = picks
            .iter()
            .filter_map(|pick| rows.get(pick % rows.len().max(1)))
            .filter_map(|row| Some((self.number(row)?, row.clone())))
            .collect();
        picked.into_iter().collect()
    }

    pub async fn moves(&mut self, place: &str, picks: &[usize], to: MailboxRole) {
        let picked = self.picked(place, picks).await;
        let keys = picked.iter().map(|(_, row)| row.key).collect();
        let (name, token) = match to {
            MailboxRole::Archive => ("Archive", self.engine.archive(keys).await),
            MailboxRole::Trash => ("Trash", self.engine.delete(keys).await),
            _ => ("INBOX", self.engine.move_to_inbox(keys).await),
        };
        let mut before = Vec::new();
        self.note(|| {
            let picked: Vec<_> = picked.iter().map(|(n, row)| (n, row.uid)).collect();
            format!("the user moves {picked:?} from {place} to {name}")
        });
        for (number, _) in picked.iter().filter(|_| name != place) {
            before.push((*number, Some(place.to_owned()), None));
            self.letters[*number].ours.0 = Some(name.to_owned());
            self.letters[*number].wanted.insert(name.to_owned());
        }
        self.done.push(Done { token: token.expect("moved"), before });
    }

    pub async fn marks(&mut self, place: &str, picks: &[usize], seen: bool) {
        let picked = self.picked(place, picks).await;
        let keys = picked.iter().map(|(_, row)| row.key).collect();
        let mark = if seen { Mark::Heard } else { Mark::Unheard };
        let token = self.engine.mark(keys, mark).await.expect("marked");
        self.note(|| {
            let picked: Vec<_> = picked.iter().map(|(n, row)| (n, row.uid)).collect();
            format!("the user marks {picked:?} in {place} {seen}")
        });
        let mut before = Vec::new();
        for (number, row) in &picked {
            let was = row.progress == Progress::Done;
            if was != seen {
                before.push((*number, None, Some(was)));
                self.letters[*number].ours.1 = Some(seen);
                self.letters[*number].marked.insert(seen);
            }
        }
        self.done.push(Done { token, before });
        self.tell_operations().await;
    }

    pub async fn undoes(&mut self) {
        let Some(done) = self.done.pop() else { return };
        self.note(|| format!("the user takes back: as before {:?}", done.before));
        self.engine.undo(done.token).await.expect("taken back");
        for (number, place, mark) in done.before {
            let ours = &mut self.letters[number].ours;
            ours.0 = place.clone().or(ours.0.take());
            ours.1 = mark.or(ours.1);
            self.letters[number].wanted.extend(place);
        }
        self.tell_operations().await;
    }

    /// Opens one and compares what is shown with what was sent.
    pub async fn opens(&mut self, place: &str, pick: usize) {
        let Some((number, row)) = self.picked(place, &[pick]).await.pop() else { return };
        if let Ok(octets) = self.engine.raw(row.key).await {
            let (came, sent) = (String::from_utf8_lossy(&octets), &self.letters[number].octets);
            assert_eq!(came, String::from_utf8_lossy(sent), "n{number} is another message");
        }
    }

    pub async fn sends(&mut self) {
        let subject = format!("s{}", self.sent.len());
        let letter = format!(
            "From: Robin Vale <{OWN}>\r\nTo: Ada <ada@example.net>\r\nSubject: {subject}\r\n\
             Message-ID: <{subject}@example.com>\r\nDate: Wed, 05 Mar 2025 08:00:00 +0000\r\n\r\n\
             Text\r\n"
        );
        let frozen = self.engine.submit_raw(letter.into_bytes()).await;
        // Nobody was told that it is frozen.
        if !self.line.has_ended() {
            frozen.expect("frozen");
            self.sent.push(subject);
        }
    }

    /// One look at everything; what fails, fails.
    pub async fn works(&self) {
        let _ = self.engine.sync_once(None).await;
        self.engine.settle_operations().await;
        let _ = self.engine.drain_outbox().await;
        self.engine.settle_operations().await;
    }

    pub async fn syncs(&self) {
        let _ = self.engine.sync_once(None).await;
        self.tell_operations().await;
    }

    pub async fn settles(&self) {
        self.engine.settle_operations().await;
    }

    /// What is shown and what is held.
    async fn tell(&self) {
        self.tell_operations().await;
        for place in PLACES {
            let rows = self.rows(place).await;
            let rows: Vec<_> = rows.iter().map(|r| (&r.subject, r.uid, r.key.0)).collect();
            eprintln!("{place} shows {rows:?}");
        }
        for number in 0..self.letters.len() {
            eprintln!("n{number} is in {:?}", self.held(number));
        }
        self.tell_commands();
    }

    /// Says what waits, when one history is played alone.
    async fn tell_operations(&self) {
        for o in self.engine.operations().await.expect("operations") {
            let what = format!("{:?} in {:?}: {:?}", o.kind, o.mailbox, o.state);
            self.note(|| format!("  operation {:?} on {}: {what}, {}", o.id, o.subject, o.said));
        }
    }

    fn tell_commands(&self) {
        for command in self.server.commands() {
            eprintln!("    {command}");
        }
        self.server.forget_commands();
    }

    // What must hold

    /// Lets everything come to rest with a server that does its work, and compares.
    ///
    /// # Panics
    /// When something was lost, doubled, brought back, or is shown otherwise than it is.
    pub async fn quiet(&mut self) {
        for protocol in [Protocol::Imap, Protocol::Smtp] {
            self.server.forget_faults(protocol);
        }
        for _ in 0..5 {
            self.later(900).await;
            for operation in self.engine.operations().await.expect("operations") {
                self.told(operation).await;
            }
            self.works().await;
        }
        self.one_of_two();
        self.works().await;
        self.later(900).await;
        let reports = self.engine.sync_once(None).await.expect("a pass");
        assert!(reports.iter().all(|report| report.errors.is_empty()), "{reports:?}");
        if std::env::var_os("ALOUD_TEST_SEED").is_some() {
            self.tell().await;
        }
        let waiting = self.engine.operations().await.expect("operations");
        assert!(waiting.is_empty(), "nothing waits: {waiting:#?}");
        self.letters_hold();
        self.is_shown().await;
        self.sent_holds().await;
        for letter in &mut self.letters {
            (letter.ours, letter.theirs) = Default::default();
            (letter.renumbered, letter.refused) = (false, false);
            letter.marked.clear();
            letter.wanted.clear();
        }
        self.done.clear();
        self.renamed = false;
    }

    /// A server that never does what concerns one letter, and whatever has its UID elsewhere, does all
    /// the rest: nothing else waits.
    ///
    /// # Panics
    /// When something else waits.
    pub async fn all_but(&mut self, number: usize, kind: &Faults) {
        let Some((place, uid, seen)) = self.held(number).pop() else { return };
        self.note(|| format!("{uid:?} is refused until further notice"));
        for protocol in [Protocol::Imap, Protocol::Smtp] {
            self.server.forget_faults(protocol);
        }
        let not = |verb| AtMessage {
            verb,
            uid,
            fault: CommandFault::Answer("NO [UNAVAILABLE] not this one".into()),
        };
        let at_message = ["STORE", "COPY", "MOVE"].map(not).into();
        self.server.fault_always(Protocol::Imap, Faults { at_message, ..kind.clone() });
        self.syncs().await;
        // It is asked for first, and has been refused when the others are.
        let rows = self.rows(&place).await;
        if let Some(at) = rows.iter().position(|row| self.number(row) == Some(number)) {
            self.marks(&place, &[at], !seen).await;
            self.works().await;
        }
        for place in ["INBOX", "Archive"] {
            self.marks(place, &[0, 1, 2, 3, 4], !seen).await;
            self.moves(place, &[5, 6], MailboxRole::Trash).await;
        }
        for _ in 0..4 {
            for operation in self.engine.operations().await.expect("operations") {
                self.told(operation).await;
            }
            self.works().await;
            self.later(900).await;
        }
        let mut behind = BTreeSet::new();
        for operation in self.engine.operations().await.expect("operations") {
            let number = operation.subject.strip_prefix('n').and_then(|n| n.parse().ok());
            let same = number.is_some_and(|n| self.held(n).iter().any(|(_, held, _)| *held == uid));
            // Its own UID may be one that the message has no more.
            let itself = operation.said.contains("not this one");
            let fair = same || itself || operation.state == OperationState::Failed;
            // What is asked for of one message is done in order.
            let fair = fair || behind.contains(&number);
            assert!(fair, "waits behind another: {operation:?}");
            if operation.state != OperationState::Failed {
                behind.insert(number);
            }
        }
        self.server.fault_always(Protocol::Imap, kind.clone());
    }

    /// What waits is asked for again; what was given up is told, and taken back here.
    async fn told(&mut self, operation: Operation) {
        if operation.state != OperationState::Failed {
            // It may have been done meanwhile.
            let _ = self.engine.retry_operation(operation.id).await;
            return;
        }
        self.engine.discard_operation(operation.id).await.expect("discarded");
        let number = operation.subject.strip_prefix('n').and_then(|n| n.parse::<usize>().ok());
        let number = number.unwrap_or_else(|| panic!("{operation:?} is about no letter"));
        let letter = &mut self.letters[number];
        let passes = ["UNAVAILABLE", "INUSE", "LIMIT", "OVERQUOTA"];
        let fair = match operation.why {
            OpFailure::Server => !passes.iter().any(|code| operation.said.contains(code)),
            // What stood on one that was given up falls with it.
            OpFailure::Renumbered => {
                letter.renumbered || letter.refused || letter.theirs.0.is_some()
            }
            OpFailure::MailboxGone => self.renamed,
            OpFailure::None | OpFailure::FlagNotKept => false,
        };
        assert!(fair, "given up without need: {operation:?}");
        letter.refused = true;
    }

    /// A message that was copied, and that the server then would not remove for good, or whose UID
    /// meant nothing any more, is there twice, or oftener where the user tried again: the move is given
    /// up, and the user was told. Nobody is told where the original is marked as deleted already, which
    /// no list shows: without UID EXPUNGE it must stay as long as others have marked messages there.
    /// One stays, and not one that is marked.
    fn one_of_two(&mut self) {
        for number in 0..self.letters.len() {
            let letter = &self.letters[number];
            if letter.wanted.is_empty() {
                continue;
            }
            let is_marked = |held: &(String, Uid, bool)| {
                let mailbox = self.server.mailbox(&held.0).expect("a mailbox");
                mailbox.message(held.1).is_some_and(|m| m.flags.contains(&Flag::Deleted))
            };
            let (marked, kept): (Vec<_>, Vec<_>) =
                self.held(number).into_iter().partition(is_marked);
            let extra = if letter.refused { 1 } else { kept.len() };
            let twice = kept
                .iter()
                .skip(extra)
                .chain(&marked)
                .take((marked.len() + kept.len()).saturating_sub(1));
            for (place, uid, _) in twice {
                self.server.change(|m| m.remove(place, &[*uid].into()));
                self.doubled += 1;
            }
        }
    }

    fn letters_hold(&mut self) {
        for number in 0..self.letters.len() {
            let held = self.held(number);
            let letter = &mut self.letters[number];
            assert!(held.len() <= 1, "n{number} is doubled: {held:?}");
            let (place, seen) = match held.into_iter().next() {
                Some((place, _, seen)) => (Some(place), seen),
                None => (None, letter.agreed.1),
            };
            let may = letter.places();
            assert!(may.contains(&place), "n{number} is in {place:?}, not in one of {may:?}");
            let marks = letter.marks();
            let gone = place.is_none();
            assert!(gone || marks.contains(&seen), "n{number} is {seen}, not {marks:?}");
            letter.agreed = (place, seen);
        }
    }

    /// The list shows what the server holds, under the same UIDs.
    async fn is_shown(&self) {
        for place in PLACES {
            let mut held = BTreeSet::new();
            self.server.change(|m| {
                for message in m.get(place).expect("a mailbox").messages() {
                    let subject = String::from_utf8_lossy(&message.octets);
                    let (_, rest) = subject.split_once("Subject: ").expect("a subject");
                    let subject = rest.lines().next().unwrap_or_default().to_owned();
                    let seen = message.flags.contains(&Flag::Seen);
                    held.insert((Some(message.uid.0), subject, seen));
                }
            });
            let rows = self.rows(place).await;
            let shown: BTreeSet<_> = rows
                .iter()
                .map(|row| (row.uid, row.subject.clone(), row.progress == Progress::Done))
                .collect();
            assert_eq!(shown.len(), rows.len(), "{place}: a row stands twice");
            assert_eq!(shown, held, "{place}");
        }
    }

    async fn sent_holds(&mut self) {
        let rows = self.engine.outbox().await.expect("rows");
        let submitted = self.server.submitted();
        let filed = self.server.mailbox("Sent").expect("a mailbox");
        let has = |octets: &[u8], subject: &str| {
            String::from_utf8_lossy(octets).contains(&format!("Subject: {subject}\r\n"))
        };
        self.open = 0;
        for subject in &self.sent {
            let times = submitted.iter().filter(|s| has(&s.octets, subject)).count();
            let copies = filed.messages().iter().filter(|m| has(&m.octets, subject)).count();
            assert!(times <= 1, "{subject} went {times} times");
            match rows.iter().find(|row| row.subject == *subject).map(|row| &row.state) {
                None => assert_eq!((times, copies), (1, 1), "{subject}: sent and filed"),
                Some(OutboxState::Ambiguous | OutboxState::Failed(_)) => self.open += 1,
                Some(other) => panic!("{subject} is {other:?}"),
            }
        }
    }
}
