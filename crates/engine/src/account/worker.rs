//! The acting half of an account: waiting operations, bodies, searches.
//!
//! Operations come first and in order; then the body asked for last, one slice at a time, so that a
//! new request never waits for a long download; then what may be wanted next (`ahead`).

mod ahead;
mod slices;

use std::{collections::HashMap, sync::Arc, time::Duration};

use tokio::{
    sync::{Mutex, mpsc, oneshot},
    time::{Instant, sleep},
};

use super::{
    Shared,
    backoff::Backoff,
    identity::{self, message_id},
    sink::{BodyPlace, Op, OpEnd, OpKind, OpRefusal},
};
use crate::{
    imap::{Head, Reply, Selected, Session, Stored},
    types::{Error, Event, Fault, Missing, OperationId},
};
use ahead::Ahead;
use aloud_model::{Flag, MailboxId, MessageKey, Uid, imap::MailboxRole};
use slices::{SLICE, Whole, next_slice, whole};

/// Largest message that is fetched.
const BODY: u64 = 512 << 20;
/// More than the announced size is asked for, so that a short answer shows the end.
const SLACK: u64 = 64;
/// How often we look whether another process is done with the operations, and for how long; then
/// again after as long.
const TAKEN: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(5));
/// How long an unused connection is kept.
const LINGER: Duration = Duration::from_secs(60);
/// Tries after which a move is refused whose message can no more be read.
const UNREADABLE: u32 = 5;
/// Connections that an operation may break before others go first.
const BREAKS: u32 = 3;
/// Most messages of one Message-ID that are compared.
const COMPARED: usize = 50;
/// How long a server that files sent mail by itself is given before we look again.
const FILING: Duration = Duration::from_secs(1);

type Answer<T> = oneshot::Sender<Result<T, Error>>;

pub(super) enum Job {
    /// Fetch the whole of a message.
    Body(MessageKey, Answer<()>),
    /// Look for a Message-ID.
    Find(String, Answer<Option<MailboxId>>),
    /// Carry out what waits.
    Replay(Answer<()>),
}

struct Body {
    key: MessageKey,
    answers: Vec<Answer<()>>,
    /// Octets of the next slice.
    slice: u32,
}

struct Worker {
    shared: Arc<Shared>,
    session: Option<Session>,
    selected: Option<(String, Selected)>,
    bodies: Vec<Body>,
    ahead: Ahead,
    backoff: Backoff,
    /// When operations that met a broken connection are tried again.
    retry: Option<Instant>,
    /// How many connections in a row an operation has broken.
    broken: HashMap<i64, u32>,
}

pub(super) async fn run(shared: Arc<Shared>, queue: Arc<Mutex<mpsc::Receiver<Job>>>) {
    let mut queue = queue.lock().await;
    let mut worker = Worker {
        session: None,
        selected: None,
        bodies: Vec::new(),
        ahead: Ahead::default(),
        backoff: Backoff::default(),
        retry: None,
        broken: HashMap::new(),
        shared: Arc::clone(&shared),
    };
    let stop = shared.stop.clone();
    tokio::select! {
        biased;
        () = stop.cancelled() => {}
        () = worker.work(&mut queue) => {}
    }
    if let Some(session) = worker.session.take() {
        session.logout().await;
    }
}

/// Mailboxes that are made where the server has none for the purpose.
const MADE: [&str; 5] = ["Archive", "Drafts", "Junk", "Sent", "Trash"];

impl Worker {
    async fn work(&mut self, queue: &mut mpsc::Receiver<Job>) {
        loop {
            while let Ok(job) = queue.try_recv() {
                self.accept(job).await;
            }
            if !self.bodies.is_empty() {
                self.slice().await;
                continue;
            }
            if self.fetch_ahead().await {
                continue;
            }
            let retry = self.retry;
            let linger = self.session.is_some();
            tokio::select! {
                biased;
                job = queue.recv() => match job {
                    Some(job) => self.accept(job).await,
                    None => return,
                },
                () = self.shared.wake_worker.notified() => self.wakes().await,
                () = self.shared.wake_ahead.notified() => self.plan_ahead().await,
                () = sleep(until(retry)), if retry.is_some() => self.replay_later().await,
                () = sleep(LINGER), if linger => {
                    self.selected = None;
                    if let Some(session) = self.session.take() {
                        session.logout().await;
                    }
                }
            }
        }
    }

    /// Something changed: waiting operations are carried out.
    async fn wakes(&mut self) {
        self.backoff.reset();
        self.replay_later().await;
    }

    async fn accept(&mut self, job: Job) {
        match job {
            Job::Body(key, answer) => {
                let known = self.bodies.iter().position(|body| body.key == key);
                let mut body = match known {
                    Some(at) => self.bodies.remove(at),
                    None => Body { key, answers: Vec::new(), slice: SLICE },
                };
                body.answers.push(answer);
                self.bodies.push(body);
            }
            Job::Find(message_id, answer) => {
                let old = self.session.is_some();
                let mut found = self.find(&message_id).await;
                if self.again(&found, old) {
                    found = self.find(&message_id).await;
                    self.again(&found, false);
                }
                let _ = answer.send(found);
            }
            Job::Replay(answer) => {
                let old = self.session.is_some();
                let mut replayed = self.replay().await;
                if self.again(&replayed, old) {
                    replayed = self.replay().await;
                    self.again(&replayed, false);
                }
                let _ = answer.send(replayed);
            }
        }
    }

    /// Operations without anybody waiting for the outcome: while online they are tried again.
    async fn replay_later(&mut self) {
        self.retry = None;
        let Err(error) = self.replay().await else { return };
        tracing::warn!(account = %self.shared.setup.id, error = error.class(), "operations wait");
        self.drop_session();
        // The watcher reports missing passwords and asks; waking brings us back.
        if *self.shared.online.borrow() && !error.needs_password() {
            let wait = self.backoff.wait(matches!(error, Error::Server(_)));
            self.retry = Some(Instant::now() + wait);
        }
    }

    /// Whether to try once more: an unused connection may have died without a word. A connection
    /// that is of no use any more is dropped.
    fn again<T>(&mut self, outcome: &Result<T, Error>, old: bool) -> bool {
        let ended = outcome.as_ref().is_err_and(Error::ends_connection);
        if ended {
            self.drop_session();
        }
        ended && old
    }

    fn has_session(&self) -> bool {
        self.session.is_some()
    }

    fn drop_session(&mut self) {
        self.session = None;
        self.selected = None;
    }

    async fn session(&mut self) -> Result<&mut Session, Error> {
        if self.session.is_none() {
            self.selected = None;
            let session = self.shared.connect().await?;
            self.backoff.connected();
            self.session = Some(session);
        }
        self.session.as_mut().ok_or(Error::Stopped)
    }

    async fn select(&mut self, wire_name: &str) -> Result<Selected, Error> {
        if let Some((name, selected)) = &self.selected
            && name == wire_name
            && self.session.is_some()
        {
            return Ok(selected.clone());
        }
        self.selected = None;
        let selected = self.session().await?.select(wire_name).await?;
        self.selected = Some((wire_name.to_owned(), selected.clone()));
        Ok(selected)
    }

    /// Carries out all waiting operations in their order. While another process does so, waits
    /// for it a while, since what it has taken up may not be all.
    async fn replay(&mut self) -> Result<(), Error> {
        let sink = Arc::clone(&self.shared.setup.sink);
        let until = Instant::now() + TAKEN.1;
        let _taken = loop {
            if let Some(taken) = sink.take_ops(self.shared.setup.id).await? {
                break taken;
            }
            if Instant::now() >= until {
                self.retry = Some(Instant::now() + TAKEN.1);
                return Ok(());
            }
            sleep(TAKEN.0).await;
        };
        let (mut any, mut told) = (false, false);
        while sink.has_op(self.shared.setup.id).await? {
            // A server that takes nobody in is not the operation's affair, and no try of it.
            self.session().await?;
            let Some(op) = sink.next_op(self.shared.setup.id).await? else { break };
            let end = match self.carry_out(&op).await {
                Ok(end) => end,
                Err(Error::Server(said)) => {
                    // Exchange says so of a connection that it will never serve.
                    if Reply::parse(said.as_str()).code.is_none() {
                        self.drop_session();
                    }
                    self.later(&op, said, &mut told).await?;
                    continue;
                }
                Err(error) if self.breaks(&op, &error) => {
                    self.drop_session();
                    self.later(&op, String::new(), &mut told).await?;
                    continue;
                }
                Err(error) => return Err(error),
            };
            self.broken.remove(&op.id);
            self.shared.touch(&op.wire_name);
            if let OpKind::Move { to, .. } = &op.kind {
                self.shared.touch(to);
            }
            let refused = match &end {
                OpEnd::Done | OpEnd::Refused(OpRefusal::FlagNotKept) => false,
                OpEnd::Refused(_) | OpEnd::Stale => true,
            };
            tracing::debug!(op = op.id, refused, "an operation ended");
            let changed = sink.op_end(op.id, end).await?;
            self.shared.tell_changed(changed);
            if refused {
                self.tell_not_done(&op, &mut told);
            }
            any = true;
        }
        if any {
            self.shared.wake_watcher.notify_one();
        }
        if let Some(pause) = sink.next_due(self.shared.setup.id).await? {
            self.retry = Some(Instant::now() + pause);
        }
        Ok(())
    }

    /// Keeps an operation for later and tells it the first time.
    async fn later(&self, op: &Op, said: String, told: &mut bool) -> Result<(), Error> {
        tracing::warn!(op = op.id, attempts = op.attempts, "the server would not, for now");
        let (changed, first) = self.shared.setup.sink.op_later(op.id, said).await?;
        self.shared.tell_changed(changed);
        if first {
            self.tell_not_done(op, told);
        }
        Ok(())
    }

    /// Once for all that a server refuses together.
    fn tell_not_done(&self, op: &Op, told: &mut bool) {
        if !std::mem::replace(told, true) {
            self.shared.tell(Event::NotDone(OperationId(op.id)));
        }
    }

    /// Whether an operation has broken so many connections that others go first.
    fn breaks(&mut self, op: &Op, error: &Error) -> bool {
        if !error.ends_connection() || error.needs_user() {
            return false;
        }
        let count = self.broken.entry(op.id).or_default();
        *count += 1;
        *count >= BREAKS
    }

    /// # Errors
    /// [`Error::Server`] when it must be tried again later, others when the connection is of no use.
    async fn carry_out(&mut self, op: &Op) -> Result<OpEnd, Error> {
        let append = matches!(op.kind, OpKind::Append { .. });
        let mut selected = self.select(&op.wire_name).await;
        if append && matches!(selected, Err(Error::Server(_))) && self.make(&op.wire_name).await? {
            selected = self.select(&op.wire_name).await;
        }
        let selected = match selected {
            Ok(selected) => selected,
            Err(Error::Server(text)) if append && !Reply::parse(text.as_str()).is_final() => {
                return Err(Error::Server(text));
            }
            Err(Error::Server(text)) => return refused(Reply::parse(text)),
            Err(error) => return Err(error),
        };
        if !append
            && selected.uid_validity.unwrap_or(aloud_model::UidValidity(0)) != op.uid_validity
        {
            return Ok(OpEnd::Stale);
        }
        let stored = match &op.kind {
            OpKind::Store { uids, add, flags } => {
                if *add && !flags.iter().all(|flag| selected.can_store(flag)) {
                    return Ok(OpEnd::Refused(OpRefusal::FlagNotKept));
                }
                self.session().await?.store(uids, *add, flags).await?
            }
            OpKind::Move { uids, to } => {
                let mut moved = self.move_to(op, uids, to).await?;
                if matches!(moved, Some(Stored::Refused(_))) && self.make(to).await? {
                    self.select(&op.wire_name).await?;
                    moved = self.move_to(op, uids, to).await?;
                }
                match moved {
                    Some(moved) => moved,
                    None => return Ok(OpEnd::Stale),
                }
            }
            OpKind::Append { flags, date, message_id, octets } => {
                // Many servers file what was submitted through them; none says so (outbox
                // contract 7).
                for wait in [Duration::ZERO, FILING] {
                    sleep(wait).await;
                    let session = self.session().await?;
                    session.noop().await?;
                    if !self.found(message_id).await?.is_empty() {
                        return Ok(OpEnd::Done);
                    }
                }
                let flags: Vec<_> =
                    flags.iter().filter(|flag| selected.can_store(flag)).cloned().collect();
                self.session().await?.append(&op.wire_name, &flags, *date, octets).await?
            }
        };
        match stored {
            Stored::Done => Ok(OpEnd::Done),
            // What was sent is here alone: only a refusal that names a reason for good is one.
            Stored::Refused(reply) if append && !reply.is_final() => Err(Error::Server(reply.text)),
            Stored::Refused(reply) => refused(reply),
        }
    }

    /// Makes a mailbox that the server did not have (TRYCREATE, RFC 9051 section 7.1); false when it
    /// was there, cannot be made, or is none of those that the store makes up.
    async fn make(&mut self, wire_name: &str) -> Result<bool, Error> {
        let name = wire_name.rsplit(['/', '.']).next().unwrap_or_default();
        if !MADE.contains(&name) {
            return Ok(false);
        }
        Ok(self.session().await?.create(wire_name).await? == Stored::Done)
    }

    /// Moves what is confirmed to be meant; `None` when it is not, or the UIDs mean nothing any
    /// more. MOVE may be repeated; COPY may not, so where there was an earlier try we look whether
    /// it came through (RFC 4549 section 5): a copy has the same octets, not only the same
    /// Message-ID. Nothing is removed before the server has confirmed its copy.
    async fn move_to(&mut self, op: &Op, uids: &[Uid], to: &str) -> Result<Option<Stored>, Error> {
        let known = op.identity.clone().unwrap_or_default();
        let heads = match self.session().await?.fetch_heads(uids).await {
            Ok(heads) => heads,
            Err(Error::Server(text)) => return Ok(Some(Stored::Refused(Reply::parse(text)))),
            // It could not be read when it came either: there is nothing to compare.
            Err(Error::Protocol(_)) if known.header.is_empty() => {
                return self.move_unread(op, uids, to).await;
            }
            Err(Error::Protocol(_)) if op.attempts >= UNREADABLE => {
                self.drop_session();
                return Ok(Some(Stored::Refused(Reply::parse(String::new()))));
            }
            Err(error) => return Err(error),
        };
        if op.identity.is_some() && heads.iter().any(|head| !known.is_of(head)) {
            return Ok(None);
        }
        if self.session().await?.has("MOVE") {
            return self.session().await?.move_to(uids, to).await.map(Some);
        }
        let mut copy: Vec<Uid> = heads.iter().map(|head| head.uid).collect();
        let present = copy.clone();
        if op.attempts > 0 {
            // Without a Message-ID nobody can tell whether the copy is there.
            if heads.iter().any(|head| message_id(&head.header).is_none()) {
                return Ok(Some(Stored::Refused(Reply::parse(String::new()))));
            }
            match self.select(to).await {
                Ok(_) => {}
                Err(Error::Server(text)) => return Ok(Some(Stored::Refused(Reply::parse(text)))),
                Err(error) => return Err(error),
            }
            for head in &heads {
                if self.has_copy(head).await? {
                    copy.retain(|uid| *uid != head.uid);
                }
            }
            if !self.selects_again(op).await? {
                return Ok(None);
            }
        }
        if let refused @ Stored::Refused(_) = self.session().await?.copy(&copy, to).await? {
            return Ok(Some(refused));
        }
        let settled = heads.iter().filter(|head| head.flags.contains(&Flag::MdnSent));
        let settled: Vec<String> = settled.filter_map(|head| message_id(&head.header)).collect();
        if !settled.is_empty() {
            self.carry_mdn_sent(to, &settled).await?;
            if !self.selects_again(op).await? {
                return Ok(None);
            }
        }
        self.session().await?.expunge(&present).await.map(Some)
    }

    /// Moves a message whose header block nobody can read, by its UID alone, and only where the
    /// server does it in one step: the connection that it broke is made again.
    async fn move_unread(
        &mut self,
        op: &Op,
        uids: &[Uid],
        to: &str,
    ) -> Result<Option<Stored>, Error> {
        self.drop_session();
        if !self.selects_again(op).await? {
            return Ok(None);
        }
        let session = self.session().await?;
        if !session.has("MOVE") {
            return Ok(Some(Stored::Refused(Reply::parse(String::new()))));
        }
        session.move_to(uids, to).await.map(Some)
    }

    /// Selects the operation's mailbox; false when its UIDs mean nothing any more.
    async fn selects_again(&mut self, op: &Op) -> Result<bool, Error> {
        let selected = self.select(&op.wire_name).await?;
        Ok(selected.uid_validity.unwrap_or(aloud_model::UidValidity(0)) == op.uid_validity)
    }

    /// Whether the selected mailbox holds a copy of this message. SEARCH looks for parts of a
    /// Message-ID (RFC 9051 section 6.4.4), so what it finds is compared.
    async fn has_copy(&mut self, head: &Head) -> Result<bool, Error> {
        let Some(id) = message_id(&head.header) else { return Ok(false) };
        let found = self.found(&id).await?;
        Ok(found.iter().any(|other| identity::is_copy(head, other)))
    }

    /// The newest messages of the selected mailbox with exactly this Message-ID.
    async fn found(&mut self, id: &str) -> Result<Vec<Head>, Error> {
        let session = self.session().await?;
        let mut uids = session.search_message_id(id).await?;
        uids.sort_unstable();
        let newest = uids.split_off(uids.len().saturating_sub(COMPARED));
        if newest.is_empty() {
            return Ok(Vec::new());
        }
        let mut heads = session.fetch_heads(&newest).await?;
        heads.retain(|head| message_id(&head.header).as_deref() == Some(id));
        Ok(heads)
    }

    /// A copy must not ask for its receipt again; a server need not copy keywords (RFC 3503 section
    /// 3.2).
    async fn carry_mdn_sent(&mut self, to: &str, ids: &[String]) -> Result<(), Error> {
        let selected = self.select(to).await?;
        if !selected.can_store(&Flag::MdnSent) {
            return Ok(());
        }
        for id in ids {
            for head in self.found(id).await? {
                if !head.flags.contains(&Flag::MdnSent) {
                    self.session().await?.store(&[head.uid], true, &[Flag::MdnSent]).await?;
                }
            }
        }
        Ok(())
    }

    /// Looks in the mailboxes where a message of ours can have come to lie.
    async fn find(&mut self, message_id: &str) -> Result<Option<MailboxId>, Error> {
        let listed = self.session().await?.list().await?;
        let setup = &self.shared.setup;
        let mailboxes = setup.sink.put_mailboxes(setup.id, listed).await?;
        for role in [MailboxRole::Sent, MailboxRole::All, MailboxRole::Inbox] {
            for mailbox in mailboxes.iter().filter(|m| m.role == role && m.selectable) {
                // Selecting again shows what came since.
                self.selected = None;
                self.select(&mailbox.wire_name).await?;
                if !self.found(message_id).await?.is_empty() {
                    self.shared.touch(&mailbox.wire_name);
                    self.shared.wake_watcher.notify_one();
                    return Ok(Some(mailbox.id));
                }
            }
        }
        Ok(None)
    }

    /// One slice of the body asked for last.
    async fn slice(&mut self) {
        let Some(mut body) = self.bodies.pop() else { return };
        body.answers.retain(|answer| !answer.is_closed());
        if body.answers.is_empty() {
            return;
        }
        let (key, most) = (body.key, body.slice);
        let begun = Instant::now();
        let old = self.session.is_some();
        let mut outcome = self.fetch_slice(key, most, true).await;
        if self.again(&outcome, old) {
            outcome = self.fetch_slice(key, most, true).await;
            self.again(&outcome, false);
        }
        body.slice = next_slice(most, begun.elapsed());
        match outcome {
            Ok(false) => self.bodies.push(body),
            outcome => {
                let outcome = outcome.map(|_| ());
                for answer in body.answers {
                    let _ = answer.send(outcome.clone());
                }
            }
        }
    }

    /// Fetches and stores at most so many octets, those that come next; `true` when the message is
    /// complete. Progress is told where somebody waits for it.
    async fn fetch_slice(&mut self, key: MessageKey, most: u32, told: bool) -> Result<bool, Error> {
        let sink = Arc::clone(&self.shared.setup.sink);
        let gone = || Error::NotFound(Missing::Message(key));
        let place = sink.body_place(key).await?.ok_or_else(gone)?;
        if place.complete {
            return Ok(true);
        }
        let BodyPlace { wire_name, uid_validity, uid, size, have, .. } = place;
        if have >= BODY {
            return Err(Error::Protocol(Fault::LargeMessage));
        }
        let selected = self.select(&wire_name).await?;
        if selected.uid_validity.is_some_and(|known| known != uid_validity) {
            return Err(gone());
        }
        let left = size.saturating_sub(have).saturating_add(SLACK);
        let len = u32::try_from(left).unwrap_or(most).clamp(4096, most);
        let octets = self.session().await?.fetch_slice(uid, have, len).await?;
        let got = octets.len() as u64;
        let have = have + got;
        if have == 0 {
            return Err(gone());
        }
        let end = match whole(have, size, got, u64::from(len)) {
            Whole::Yes => true,
            Whole::NotYet => false,
            Whole::Short => return Err(Error::Protocol(Fault::Incomplete)),
        };
        tracing::trace!(key = key.0, have, size, end, "a slice of a message");
        let changed = sink.put_octets(key, place.have, octets, end).await?;
        if told {
            let total = if end { have } else { size.max(have) };
            self.shared.tell(Event::BodyProgress(key, have, total));
        }
        self.shared.tell_changed(changed);
        Ok(end)
    }
}

fn until(at: Option<Instant>) -> Duration {
    at.map_or(Duration::ZERO, |at| at.saturating_duration_since(Instant::now()))
}

/// A refusal for good; what will pass is an error, so that it is tried again.
fn refused(reply: Reply) -> Result<OpEnd, Error> {
    if reply.passes() {
        Err(Error::Server(reply.text))
    } else {
        Ok(OpEnd::Refused(OpRefusal::Server(reply.text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_tried_again() {
        assert!(refused(Reply::parse("[UNAVAILABLE] later")).is_err());
        let no = OpRefusal::Server("no".into());
        assert_eq!(refused(Reply::parse("no")).ok(), Some(OpEnd::Refused(no)));
    }
}
