//! The acting half of an account: waiting operations, bodies, searches.
//!
//! The body asked for last comes first, one slice at a time, so that a new request never waits for a
//! long download; then operations in their order, in batches (`acts`), which a long download does not
//! hold up either; then what may be wanted next (`ahead`).

mod acts;
mod ahead;
mod moves;
mod slices;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use futures::FutureExt;
use tokio::{
    sync::{Mutex, mpsc, oneshot},
    time::{Instant, sleep},
};

use super::{Shared, backoff::Backoff, identity::message_id, sink::BodyPlace};
use crate::{
    imap::{Head, Reply, Selected, Session, Stored},
    types::{Error, Event, Fault, Missing},
};
use acts::Acts;
use ahead::Ahead;
use aloud_model::{MailboxId, MessageKey, Uid, UidValidity, imap::MailboxRole};
use slices::{SLICE, Whole, next_slice, whole};

/// Largest message that is fetched.
const BODY: u64 = 512 << 20;
/// What is asked for where parts cannot be had, in octets.
const WHOLE: u32 = 512 << 20;
/// More than the announced size is asked for, so that a short answer shows the end.
const SLACK: u64 = 64;
/// How long an unused connection is kept.
const LINGER: Duration = Duration::from_secs(60);
/// Slices of bodies in a row after which operations have their turn.
const SLICES_IN_A_ROW: u32 = 4;
/// Most messages of one Message-ID that are compared.
const COMPARED: usize = 50;

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
    acts: Acts,
    /// Slices of bodies since operations had their turn.
    slices: u32,
    /// Messages that were moved away by COPY and are still there, marked `\Deleted`, by mailbox.
    marked: HashMap<(String, Option<UidValidity>), HashSet<Uid>>,
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
        acts: Acts::default(),
        slices: 0,
        marked: HashMap::new(),
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
            if self.shared.wake_worker.notified().now_or_never().is_some() {
                self.wakes();
            }
            let acts = self.bodies.is_empty() || self.slices >= SLICES_IN_A_ROW;
            if acts {
                self.slices = 0;
                if self.act().await {
                    continue;
                }
            }
            if !self.bodies.is_empty() {
                self.slices += 1;
                self.slice().await;
                continue;
            }
            if self.fetch_ahead().await {
                continue;
            }
            let (retry, pause) = (self.retry, self.acts.pause);
            let linger = self.session.is_some();
            tokio::select! {
                biased;
                job = queue.recv() => match job {
                    Some(job) => self.accept(job).await,
                    None => return,
                },
                () = self.shared.wake_worker.notified() => self.wakes(),
                () = self.shared.wake_ahead.notified() => self.plan_ahead().await,
                () = sleep(until(retry)), if retry.is_some() => self.acts.want(),
                () = sleep(until(pause)), if pause.is_some() => {}
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
    fn wakes(&mut self) {
        self.backoff.reset();
        self.acts.want();
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
            Job::Replay(answer) => self.acts.ask(answer),
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

    /// What a refusal of this server means.
    fn reply(&self, said: impl Into<String>) -> Reply {
        Reply::read(said, &self.shared.traffic.profile())
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

    /// Has the selected mailbox hold these messages for this session, too. One that came since it was
    /// selected is none for a session that was not told of it: what is asked for by its UID is done
    /// by nobody, and answered with OK (RFC 9051 section 6.4.9).
    async fn sees(&mut self, uids: &[Uid]) -> Result<(), Error> {
        let Some(newest) = uids.iter().max() else { return Ok(()) };
        let Some((_, selected)) = &mut self.selected else { return Ok(()) };
        if selected.uid_next.is_some_and(|next| newest.0 < next) {
            return Ok(());
        }
        selected.uid_next = Some(newest.0.saturating_add(1));
        self.session().await?.noop().await.map(|_| ())
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

    /// Looks in the mailboxes where a message of ours can have come to lie.
    async fn find(&mut self, message_id: &str) -> Result<Option<MailboxId>, Error> {
        let session = self.session().await?;
        let (listed, whole) = (session.list().await?, session.listed_whole());
        let (sink, id) = (&self.shared.setup.sink, self.shared.setup.id);
        // A list with a line left out takes no mailbox away.
        let mailboxes = match whole {
            true => sink.put_mailboxes(id, listed).await?,
            false => sink.add_mailboxes(id, listed).await?,
        };
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
        self.sees(&[uid]).await?;
        let profile = self.shared.traffic.profile();
        let size = if profile.sizes == Some(false) { 0 } else { size };
        let left = match size {
            0 => most.into(),
            size => size.saturating_sub(have).saturating_add(SLACK),
        };
        let len = match self.shared.traffic.in_parts() {
            false => WHOLE,
            true => u32::try_from(left).unwrap_or(most).clamp(4096, most),
        };
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
