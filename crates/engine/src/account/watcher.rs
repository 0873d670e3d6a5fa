//! The looking half of an account: passes, IDLE, and what to do when there is no connection.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::{Duration, Instant as Monotonic, SystemTime},
};

use tokio::{
    sync::{Mutex, mpsc, oneshot},
    time::{Instant, interval, sleep, sleep_until},
};
use tokio_util::sync::CancellationToken;

use super::{
    Shared, arrival::Storing, backoff::Backoff, beginnings::PREFIXES_AT_ONCE, now, pace::Pace,
    pass::HEADS_AT_ONCE, sink::MailboxState, unchanged::news_pause,
};
use crate::{
    imap::{IdleEnd, MailboxStatus, Session},
    types::{AccountState, Broken, Error, Event, SyncReport},
};
use aloud_model::{DateTime, MailboxId, Uid, imap::MailboxRole};

/// How often all mailboxes are looked at, besides the inbox.
const FULL: Duration = Duration::from_secs(600);
/// How often the inbox is looked at where the server knows no IDLE.
const POLL: Duration = Duration::from_secs(60);
/// How often the clocks are compared.
const TICK: Duration = Duration::from_secs(10);
/// Wall clock ahead of the monotonic one by so much: the computer slept.
const SLEPT: Duration = Duration::from_secs(30);
/// Sign-in failures in a row after which only the user can help.
const AUTH_TRIES: u32 = 3;

/// When messages that seem to be gone are looked for again.
pub(super) const SECOND_LOOK: Duration = Duration::from_secs(60);

pub(super) type Asked = oneshot::Sender<Result<SyncReport, Error>>;

pub(super) struct Watcher {
    pub(super) shared: Arc<Shared>,
    pub(super) session: Option<Session>,
    pub(super) mailboxes: Vec<MailboxState>,
    /// Messages that seem to be gone, and since when (reliability G6).
    pub(super) suspects: HashMap<MailboxId, (Instant, Vec<Uid>)>,
    /// What the last LIST said of the mailboxes, by their names on the wire.
    pub(super) statuses: HashMap<String, MailboxStatus>,
    /// Mailboxes that could not be looked at: how often in a row, and when to try again.
    pub(super) troubles: HashMap<MailboxId, (u32, Instant)>,
    /// Mailboxes whose fault is told, until they are looked at again.
    pub(super) faulty: HashSet<MailboxId>,
    /// Mailboxes of which so much changed that it must be looked at in pieces.
    pub(super) flooded: HashSet<MailboxId>,
    /// Connections that mailboxes broke in this pass.
    pub(super) breaks: u32,
    /// Answers were left out in the last scan.
    pub(super) odd: bool,
    /// When IDLE may be used again, where the server ended the connection at it.
    pub(super) no_idle: Option<Instant>,
    /// Connections in a row that ended soon after IDLE began.
    pub(super) short_idles: u32,
    /// Beginnings are fetched one by one, because fetching several at once went wrong.
    pub(super) careful: bool,
    /// Header blocks that are being stored.
    pub(super) storing: Option<Storing>,
    /// How many header blocks, and how many beginnings, are asked for at once.
    pub(super) heads_pace: Pace,
    pub(super) beginnings_pace: Pace,
    asked: Vec<Asked>,
    backoff: Backoff,
    auth_failures: u32,
    signed_in_once: bool,
    offline_since: Option<DateTime>,
}

pub(super) async fn run(shared: Arc<Shared>, queue: Arc<Mutex<mpsc::Receiver<Asked>>>) {
    let mut queue = queue.lock().await;
    let stop = shared.stop.clone();
    let mut watcher = Watcher {
        shared,
        session: None,
        mailboxes: Vec::new(),
        suspects: HashMap::new(),
        statuses: HashMap::new(),
        troubles: HashMap::new(),
        faulty: HashSet::new(),
        flooded: HashSet::new(),
        breaks: 0,
        odd: false,
        no_idle: None,
        short_idles: 0,
        careful: false,
        storing: None,
        heads_pace: HEADS_AT_ONCE,
        beginnings_pace: PREFIXES_AT_ONCE,
        asked: Vec::new(),
        backoff: Backoff::default(),
        auth_failures: 0,
        signed_in_once: false,
        offline_since: None,
    };
    let work = watcher.watch(&mut queue);
    let stopped = tokio::select! {
        biased;
        () = stop.cancelled() => true,
        () = work => false,
    };
    if let Some(session) = watcher.session.take()
        && stopped
    {
        session.logout().await;
    }
}

impl Watcher {
    async fn watch(&mut self, queue: &mut mpsc::Receiver<Asked>) {
        let mut online = self.shared.online.subscribe();
        loop {
            while let Ok(asked) = queue.try_recv() {
                self.asked.push(asked);
            }
            if self.asked.is_empty() && !*online.borrow_and_update() {
                if let Some(session) = self.session.take() {
                    session.logout().await;
                }
                tokio::select! {
                    asked = queue.recv() => match asked {
                        Some(asked) => self.asked.push(asked),
                        None => return,
                    },
                    changed = online.changed() => if changed.is_err() { return },
                }
                continue;
            }
            let old = self.session.is_some();
            let mut outcome = self.full_pass().await;
            if old && self.is_asked() && matches!(outcome, Err(Error::Unreachable { .. })) {
                // A connection that was there before may have died without a word.
                self.session = None;
                outcome = self.full_pass().await;
            }
            let mut failure = outcome.as_ref().err().cloned();
            if failure.is_some() {
                // What is said at a sign-in that fails is worth most.
                let _ = self.alerts().await;
            }
            if failure.is_none() {
                self.well();
            }
            for asked in self.asked.drain(..) {
                let _ = asked.send(outcome.clone());
            }
            if failure.is_none() && *online.borrow() {
                failure = self.follow(queue).await.err();
            }
            if let Some(error) = failure {
                self.session = None;
                let wait = self.fail(&error);
                if *online.borrow() {
                    self.pause(wait, queue).await;
                }
            }
        }
    }

    /// A connection, new if there is none.
    pub(super) async fn connect(&mut self) -> Result<&mut Session, Error> {
        if self.session.is_none() {
            let session = self.shared.connect().await?;
            self.backoff.connected();
            self.signed_in_once = true;
            self.auth_failures = 0;
            self.session = Some(session);
        }
        self.session.as_mut().ok_or(Error::Stopped)
    }

    fn well(&mut self) {
        self.offline_since = None;
        tracing::debug!(account = %self.shared.setup.id, "up to date");
        let complete = self.troubles.is_empty() && self.faulty.is_empty();
        self.shared.set_state(match complete {
            true => AccountState::UpToDate(now()),
            false => AccountState::Incomplete(now()),
        });
        self.shared.wake_ahead.notify_one();
    }

    /// Shows a failure; how long to wait, `None` for as long as nobody asks.
    fn fail(&mut self, error: &Error) -> Option<Duration> {
        tracing::warn!(account = %self.shared.setup.id, error = error.class(), "no connection");
        let refused = !matches!(error, Error::Unreachable { .. } | Error::Protocol(_));
        let least = refused.then(|| self.shared.refused_pause());
        let wait = self.backoff.wait(least);
        let mut since = now();
        since.unix = since.unix.saturating_add(i64::try_from(wait.as_secs()).unwrap_or(0));
        let ask = |error: &Error| {
            self.shared.set_state(AccountState::NeedsPassword(error.clone()));
            // It is told once; a retry that was not made tells nothing new.
            if !matches!(error, Error::Auth(_)) || self.shared.give_up() {
                self.shared.tell(Event::AuthRequired(self.shared.setup.id));
            }
        };
        match error {
            Error::PasswordNeeded | Error::SignIn(_) | Error::NoKeyring(_) => {
                ask(error);
                return None;
            }
            Error::Auth(_) => {
                self.auth_failures += 1;
                // A server that took the password before may be having a bad moment; one that
                // never did may lock the account.
                let tries_over = !self.signed_in_once || self.auth_failures >= AUTH_TRIES;
                if tries_over || self.shared.has_given_up() {
                    ask(error);
                    return None;
                }
                let state = AccountState::Failed { error: error.clone(), retry_at: since };
                self.shared.set_state(state);
            }
            Error::Unreachable { .. } => {
                let since = *self.offline_since.get_or_insert_with(now);
                self.shared.set_state(AccountState::Offline(since));
            }
            Error::Refused(_)
            | Error::Certificate(_)
            | Error::NoEncryption
            | Error::NoSignIn
            | Error::WrongSecurity { .. }
            | Error::Server(_)
            | Error::Protocol(_)
            | Error::Store(_)
            | Error::Unread(_)
            | Error::Altered
            | Error::DiskFull
            | Error::Damaged(_)
            | Error::FolderBusy
            | Error::NewerDatabase { .. }
            | Error::NotFound(_)
            | Error::Invalid(_)
            | Error::DraftInUse
            | Error::NotEditable
            | Error::Broke
            | Error::Stopped => {
                let state = AccountState::Failed { error: error.clone(), retry_at: since };
                self.shared.set_state(state);
            }
        }
        Some(wait)
    }

    /// Waits for the time, a request, or a sign that things have changed.
    async fn pause(&mut self, wait: Option<Duration>, queue: &mut mpsc::Receiver<Asked>) {
        let mut online = self.shared.online.subscribe();
        online.mark_unchanged();
        let awake = Monotonic::now();
        let wall = SystemTime::now();
        let mut ticks = interval(TICK);
        let until = wait.map(|wait| Instant::now() + wait);
        loop {
            tokio::select! {
                () = sleep_until(until.unwrap_or_else(Instant::now)), if until.is_some() => return,
                () = self.shared.wake_watcher.notified() => {
                    self.backoff.reset();
                    self.auth_failures = 0;
                    return;
                }
                asked = queue.recv() => {
                    self.asked.extend(asked);
                    return;
                }
                _ = online.changed() => return,
                _ = ticks.tick() => if slept(awake, wall) && wait.is_some() {
                    self.backoff.reset();
                    return;
                },
            }
        }
    }

    /// Waits for news and looks, until a full pass is due (`Ok`) or the connection breaks.
    async fn follow(&mut self, queue: &mut mpsc::Receiver<Asked>) -> Result<(), Error> {
        let full = Instant::now() + FULL;
        let mut news = Instant::now() + news_pause(self.mailboxes.len());
        self.breaks = 0;
        let mut report = SyncReport::default();
        let mut idle_known = true;
        while *self.shared.online.borrow() && self.asked.is_empty() && Instant::now() < full {
            let taken = self.take_pass().await?;
            let touched = self.shared.take_touched();
            let mut due: Vec<MailboxState> = Vec::new();
            for mailbox in self.refreshed() {
                let suspicious = self
                    .suspects
                    .get(&mailbox.id)
                    .is_some_and(|(since, _)| since.elapsed() >= SECOND_LOOK);
                let again = self.troubles.contains_key(&mailbox.id) && self.may_try(&mailbox);
                let inbox = mailbox.role == MailboxRole::Inbox;
                if (touched.contains(&mailbox.wire_name) || suspicious || again) && !inbox {
                    due.push(mailbox);
                }
            }
            let told = self.connect().await?.notify().await?;
            if told || Instant::now() >= news {
                news = Instant::now() + news_pause(self.mailboxes.len());
                let changed = match told {
                    true => self.told_news(),
                    false => self.with_news().await?,
                };
                for mailbox in changed {
                    if !due.iter().any(|other| other.id == mailbox.id) {
                        due.push(mailbox);
                    }
                }
            }
            due.retain(|mailbox| mailbox.role != MailboxRole::Inbox);
            for mailbox in &due {
                self.one_pass(mailbox, &mut report).await?;
            }
            // The inbox last, so that it is the one selected while waiting.
            let inbox = self.refreshed().into_iter().find(|m| m.role == MailboxRole::Inbox);
            if let Some(inbox) = inbox.filter(|inbox| self.may_try(inbox)) {
                self.one_pass(&inbox, &mut report).await?;
            }
            drop(taken);
            self.well();
            self.alerts().await?;
            let may_idle = idle_known && self.no_idle.is_none_or(|until| Instant::now() >= until);
            if may_idle && self.connect().await?.has("IDLE") {
                idle_known = self.idle(full, news, queue).await?;
            } else {
                self.poll(full, queue).await?;
            }
        }
        Ok(())
    }

    /// What is known of the mailboxes after the last passes.
    fn refreshed(&self) -> Vec<MailboxState> {
        self.mailboxes.iter().filter(|mailbox| mailbox.selectable).cloned().collect()
    }

    /// IDLE once; `false` when the server turns out not to know it.
    async fn idle(
        &mut self,
        full: Instant,
        news: Instant,
        queue: &mut mpsc::Receiver<Asked>,
    ) -> Result<bool, Error> {
        let shared = Arc::clone(&self.shared);
        let mut online = shared.online.subscribe();
        online.mark_unchanged();
        let cancel = CancellationToken::new();
        let (awake, wall) = (Monotonic::now(), SystemTime::now());
        let mut ticks = interval(TICK);
        let session = self.connect().await?;
        let asks = session.has_list_status() && !session.notifies();
        let others = asks && self.mailboxes.len() > 1;
        let second_look = self.next_look(if others { full.min(news) } else { full });
        let mut jumped = false;
        let mut came = None;
        let begun = Instant::now();
        let session = self.session.as_mut().ok_or(Error::Stopped)?;
        let mut idle = Box::pin(session.idle(&cancel));
        let end = loop {
            let open = !cancel.is_cancelled();
            tokio::select! {
                biased;
                end = &mut idle => break end,
                () = shared.wake_watcher.notified(), if open => cancel.cancel(),
                asked = queue.recv(), if open => {
                    came = asked;
                    cancel.cancel();
                }
                _ = online.changed(), if open => cancel.cancel(),
                () = sleep_until(second_look), if open => cancel.cancel(),
                _ = ticks.tick(), if open => if slept(awake, wall) {
                    jumped = true;
                    break Ok(IdleEnd::Cancelled);
                },
            }
        };
        drop(idle);
        self.asked.extend(came);
        if jumped {
            self.backoff.reset();
            return Err(Error::Unreachable {
                host: self.shared.setup.settings.imap.host.clone(),
                reason: Broken::Asleep,
            });
        }
        match end {
            Ok(_) => {
                self.short_idles = 0;
                Ok(true)
            }
            Err(Error::Server(_)) => Ok(false),
            Err(error) => {
                self.idle_ended(&error, begun.elapsed());
                Err(error)
            }
        }
    }

    /// Somebody waits for the pass.
    pub(super) fn is_asked(&self) -> bool {
        !self.asked.is_empty()
    }

    /// Waits where there is no IDLE.
    async fn poll(
        &mut self,
        full: Instant,
        queue: &mut mpsc::Receiver<Asked>,
    ) -> Result<(), Error> {
        let mut online = self.shared.online.subscribe();
        online.mark_unchanged();
        let told = self.shared.traffic.profile().poll;
        let pause = told.map_or(POLL, |seconds| Duration::from_secs(seconds.into()));
        tokio::select! {
            () = sleep(pause) => {}
            () = sleep_until(full) => {}
            () = self.shared.wake_watcher.notified() => {}
            asked = queue.recv() => self.asked.extend(asked),
            _ = online.changed() => {}
        }
        Ok(())
    }

    /// When something is due even without news.
    fn next_look(&self, full: Instant) -> Instant {
        let looks = self.suspects.values().map(|(since, _)| *since + SECOND_LOOK);
        let again = self.troubles.values().map(|(_, due)| *due);
        looks.chain(again).fold(full, Instant::min)
    }
}

/// Whether the computer slept since both clocks were read.
fn slept(awake: Monotonic, wall: SystemTime) -> bool {
    let gone = SystemTime::now().duration_since(wall).unwrap_or_default();
    gone.saturating_sub(awake.elapsed()) > SLEPT
}
