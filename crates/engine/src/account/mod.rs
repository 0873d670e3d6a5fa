//! One account: keeps the local store in step with the server (RFC 4549), carries out what the user
//! asked for, fetches bodies and waits for news.
//!
//! Two tasks, each with a connection of its own when it needs one. The *watcher* looks: LIST, new
//! header blocks, flags, disappearances, IDLE. The *worker* acts: waiting operations, bodies,
//! searches; so neither a long first sync nor IDLE keeps the user waiting. Both are supervised: a
//! panic ends one connection, not the account, which is told and goes on after a pause. Nothing here is durable; everything that must last
//! goes through [`Sink`] before it is told as an [`Event`].
//!
//! Not here: what a message is (`store`), sending (`outbox`). Tests: `tests/engine/account.rs`.
#![cfg_attr(not(test), warn(clippy::indexing_slicing))]

mod arrival;
mod backoff;
mod beginnings;
pub mod care;
mod filing;
mod identity;
mod pace;
mod pass;
pub mod sink;
mod trouble;
mod unchanged;
mod watcher;
mod worker;

use std::{
    collections::{BTreeSet, HashMap},
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use futures::FutureExt;
use tokio::{
    sync::{Notify, broadcast, mpsc, oneshot, watch},
    task::JoinHandle,
    time::{Instant, sleep, sleep_until, timeout},
};
use tokio_util::sync::{CancellationToken, DropGuard};

pub use care::{Care, Remembered};
pub use identity::Identity;
pub use sink::{
    Arrived, BatchSize, Beginning, BodyPlace, MailboxState, Op, OpEnd, OpKind, OpRefusal, PassEnd,
    Passwords, PrefixWant, Sink, Taken,
};

use super::{
    imap::Session,
    lock::lock,
    net::{Dialer, Traffic},
    types::{AccountSettings, AccountState, Error, Event, Skipped, SyncReport},
};
use aloud_model::{AccountId, DateTime, MailboxId, MessageKey};

/// How long stopping may take.
const STOP: Duration = Duration::from_secs(5);
/// Requests that may wait.
const QUEUE: usize = 256;
/// How often a change of a mailbox is told.
const OFTEN: Duration = Duration::from_millis(250);
/// First and longest pause after a panic, and how long a task runs that is well again.
const PANIC: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(600));
const WELL: Duration = Duration::from_secs(600);

/// What an account task needs.
pub struct Setup {
    /// Its row.
    pub id: AccountId,
    /// Its settings.
    pub settings: AccountSettings,
    /// How streams are opened.
    pub dialer: Arc<dyn Dialer>,
    /// The local store.
    pub sink: Arc<dyn Sink>,
    /// Where the password comes from.
    pub passwords: Arc<dyn Passwords>,
    /// Where facts are told, after they are durable.
    pub events: broadcast::Sender<Event>,
    /// Name and version for IMAP ID.
    pub product: String,
}

/// What the two tasks and the handles share.
struct Shared {
    setup: Setup,
    traffic: Arc<Traffic>,
    online: watch::Sender<bool>,
    prefetch: watch::Sender<bool>,
    state: watch::Sender<AccountState>,
    stop: CancellationToken,
    /// Something changed for the watcher, for the worker; a pass is complete.
    wake_watcher: Notify,
    wake_worker: Notify,
    wake_ahead: Notify,
    /// When a change of a mailbox was last told, and whether another is still to be.
    told: Mutex<HashMap<MailboxId, (Instant, bool)>>,
    /// Mailboxes (as the server spells them) that the worker changed.
    touched: Mutex<BTreeSet<String>>,
    jobs: mpsc::Sender<worker::Job>,
    turned_down: Mutex<Option<TurnedDown>>,
}

/// A password that the server did not accept.
#[derive(Clone)]
struct TurnedDown {
    secret: aloud_model::Secret,
    error: Error,
    /// Only the user can help.
    given_up: bool,
}

impl Shared {
    async fn connect(&self) -> Result<Session, Error> {
        let setup = &self.setup;
        let mut again = true;
        loop {
            let secret = setup.passwords.password(setup.id).await?;
            // Servers lock accounts, and a password that was wrong is not right later.
            let known = lock(&self.turned_down).clone();
            if let Some(known) = known
                && known.given_up
                && known.secret == secret
            {
                return Err(known.error);
            }
            let traffic = Arc::clone(&self.traffic);
            let dialer = setup.dialer.as_ref();
            let session =
                Session::connect(dialer, &setup.settings, &secret, &setup.product, traffic).await;
            match session {
                Err(Error::Auth(said)) => {
                    if again && setup.passwords.refused(setup.id, &secret).await {
                        again = false;
                        continue;
                    }
                    let error = Error::Auth(said);
                    let mut known = lock(&self.turned_down);
                    // A try that was under way meanwhile takes nothing back.
                    let given_up = known
                        .as_ref()
                        .is_some_and(|known| known.given_up && known.secret == secret);
                    *known = Some(TurnedDown { secret, error: error.clone(), given_up });
                    return Err(error);
                }
                Err(error) => return Err(error),
                Ok(session) => {
                    *lock(&self.turned_down) = None;
                    return Ok(session);
                }
            }
        }
    }

    /// What was turned down last is not tried again before there is another, or the user says so.
    /// True if that was not so already.
    fn give_up(&self) -> bool {
        let mut known = lock(&self.turned_down);
        known.as_mut().is_none_or(|known| !std::mem::replace(&mut known.given_up, true))
    }

    /// Whether what was turned down last waits for the user.
    fn has_given_up(&self) -> bool {
        lock(&self.turned_down).as_ref().is_some_and(|known| known.given_up)
    }

    /// How long to wait at least after the server itself said no.
    fn refused_pause(&self) -> Duration {
        let told = self.traffic.profile().pause;
        told.map_or(backoff::REFUSED, |seconds| Duration::from_secs(seconds.into()))
    }

    /// Nobody listening is no failure.
    fn tell(&self, event: Event) {
        let _ = self.setup.events.send(event);
    }

    /// Rows of a mailbox changed: told at once, or a moment later where it was told a moment ago.
    fn tell_mailbox(self: &Arc<Self>, id: MailboxId) {
        let now = Instant::now();
        let mut told = lock(&self.told);
        let Some((last, due)) = told.get_mut(&id).filter(|(last, _)| *last + OFTEN > now) else {
            told.insert(id, (now, false));
            return self.tell(Event::MailboxChanged(id));
        };
        if !std::mem::replace(due, true) {
            let (shared, at) = (Arc::clone(self), *last + OFTEN);
            tokio::spawn(async move {
                sleep_until(at).await;
                let mut told = lock(&shared.told);
                told.insert(id, (Instant::now(), false));
                shared.tell(Event::MailboxChanged(id));
            });
        }
    }

    fn tell_changed(&self, keys: Vec<MessageKey>) {
        for key in keys {
            self.tell(Event::MessageChanged(key));
        }
    }

    fn set_state(&self, state: AccountState) {
        let changed = self.state.send_if_modified(|known| {
            let changed = *known != state;
            *known = state;
            changed
        });
        if changed {
            self.tell(Event::AccountChanged(self.setup.id));
        }
    }

    fn touch(&self, wire_name: &str) {
        lock(&self.touched).insert(wire_name.to_owned());
    }

    fn take_touched(&self) -> BTreeSet<String> {
        std::mem::take(&mut *lock(&self.touched))
    }
}

fn now() -> DateTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    DateTime::utc(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// The handle of a running account. Clones share it; it ends with [`Self::stop`] or when the last
/// handle is dropped.
#[derive(Clone)]
pub struct AccountTask {
    shared: Arc<Shared>,
    passes: mpsc::Sender<watcher::Asked>,
    tasks: Arc<Mutex<Vec<JoinHandle<()>>>>,
    _last: Arc<DropGuard>,
}

impl AccountTask {
    /// Starts the account in the current tokio runtime. It connects only when asked to.
    #[must_use]
    pub fn spawn(setup: Setup) -> Self {
        let (jobs, job_queue) = mpsc::channel(QUEUE);
        let (passes, pass_queue) = mpsc::channel(QUEUE);
        let stop = CancellationToken::new();
        let shared = Arc::new(Shared {
            setup,
            traffic: Arc::default(),
            online: watch::Sender::new(false),
            prefetch: watch::Sender::new(false),
            state: watch::Sender::new(AccountState::Idle),
            stop: stop.clone(),
            wake_watcher: Notify::new(),
            wake_worker: Notify::new(),
            wake_ahead: Notify::new(),
            told: Mutex::default(),
            touched: Mutex::default(),
            jobs,
            turned_down: Mutex::default(),
        });
        let watching = {
            let shared = Arc::clone(&shared);
            let queue = Arc::new(tokio::sync::Mutex::new(pass_queue));
            let broke = broke(&shared);
            let run = move || watcher::run(Arc::clone(&shared), Arc::clone(&queue));
            supervise(stop.clone(), broke, run)
        };
        let working = {
            let shared = Arc::clone(&shared);
            let queue = Arc::new(tokio::sync::Mutex::new(job_queue));
            let broke = broke(&shared);
            let run = move || worker::run(Arc::clone(&shared), Arc::clone(&queue));
            supervise(stop.clone(), broke, run)
        };
        Self {
            shared,
            passes,
            tasks: Arc::new(Mutex::new(vec![tokio::spawn(watching), tokio::spawn(working)])),
            _last: Arc::new(stop.drop_guard()),
        }
    }

    /// How the account is doing; changes are also told as [`Event::AccountChanged`].
    #[must_use]
    pub fn state(&self) -> watch::Receiver<AccountState> {
        self.shared.state.subscribe()
    }

    /// Answers of the server that could not be read, since the account was started.
    #[must_use]
    pub fn skipped(&self) -> Vec<Skipped> {
        self.shared.traffic.skipped()
    }

    /// Keeps a connection from now on (IDLE, retries), or only works when asked.
    pub fn set_online(&self, online: bool) {
        self.shared.online.send_replace(online);
        self.wake();
    }

    /// Whether small unheard recordings and faxes are fetched before anybody asks, while online.
    pub fn set_prefetch(&self, prefetch: bool) {
        self.shared.prefetch.send_replace(prefetch);
        self.shared.wake_ahead.notify_one();
    }

    /// Something changed: an operation waits, the password was supplied, the network came back.
    /// Forgets a waiting retry and carries out waiting operations.
    pub fn wake(&self) {
        self.shared.wake_worker.notify_one();
        self.shared.wake_watcher.notify_one();
    }

    /// The user has given a password or signed in, be it the same again: it is tried.
    pub fn supplied(&self) {
        *lock(&self.shared.turned_down) = None;
        self.wake();
    }

    /// One complete pass over all mailboxes, waiting operations included.
    ///
    /// # Errors
    /// None for single mailboxes (they are in [`SyncReport::errors`]); [`Error`] when there was no
    /// pass at all.
    pub async fn sync_once(&self) -> Result<SyncReport, Error> {
        let (answer, report) = oneshot::channel();
        self.passes.send(answer).await.map_err(|_| Error::Stopped)?;
        report.await.map_err(|_| Error::Stopped)?
    }

    /// Fetches the whole of a message in slices, telling [`Event::BodyProgress`] after each.
    /// Returns when it is complete. The newest request is served first.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Unreachable`] and what else a connection brings; what was
    /// fetched stays, and the next call goes on from there.
    pub async fn fetch_body(&self, key: MessageKey) -> Result<(), Error> {
        self.ask(|answer| worker::Job::Body(key, answer)).await
    }

    /// Looks for a message by Message-ID (without brackets) in Sent, All and INBOX on the server.
    ///
    /// # Errors
    /// When the search could not be made everywhere: then nothing is known.
    pub async fn find_message(&self, message_id: &str) -> Result<Option<MailboxId>, Error> {
        let message_id = message_id.to_owned();
        self.ask(|answer| worker::Job::Find(message_id, answer)).await
    }

    /// Carries out all waiting operations now.
    ///
    /// # Errors
    /// When the connection cannot be made or breaks; the operations stay.
    pub async fn replay(&self) -> Result<(), Error> {
        self.ask(worker::Job::Replay).await
    }

    async fn ask<T>(
        &self,
        job: impl FnOnce(oneshot::Sender<Result<T, Error>>) -> worker::Job,
    ) -> Result<T, Error> {
        self.shared.ask(job).await
    }

    /// Ends the account's tasks and closes the connections; returns when they are gone, within a
    /// few seconds.
    pub async fn stop(&self) {
        self.shared.stop.cancel();
        let tasks = std::mem::take(&mut *lock(&self.tasks));
        for task in tasks {
            let abort = task.abort_handle();
            if timeout(STOP, task).await.is_err() {
                abort.abort();
            }
        }
    }
}

impl Shared {
    async fn ask<T>(
        &self,
        job: impl FnOnce(oneshot::Sender<Result<T, Error>>) -> worker::Job,
    ) -> Result<T, Error> {
        let (answer, outcome) = oneshot::channel();
        if self.stop.is_cancelled() {
            return Err(Error::Stopped);
        }
        self.jobs.send(job(answer)).await.map_err(|_| Error::Stopped)?;
        tokio::select! {
            outcome = outcome => outcome.map_err(|_| Error::Stopped)?,
            () = self.stop.cancelled() => Err(Error::Stopped),
        }
    }
}

/// Shows that a task broke, and when it is started again.
fn broke(shared: &Arc<Shared>) -> impl Fn(Duration) + use<> {
    let shared = Arc::clone(shared);
    move |pause| {
        let mut retry_at = now();
        let seconds = i64::try_from(pause.as_secs()).unwrap_or(0);
        retry_at.unix = retry_at.unix.saturating_add(seconds);
        shared.set_state(AccountState::Failed { error: Error::Broke, retry_at });
    }
}

/// Runs a task again after a panic, for ever, with pauses that double while it goes on.
async fn supervise<F: Future<Output = ()>>(
    stop: CancellationToken,
    broke: impl Fn(Duration),
    run: impl Fn() -> F,
) {
    let mut pause = PANIC.0;
    loop {
        let begun = Instant::now();
        let outcome = AssertUnwindSafe(run()).catch_unwind().await;
        if outcome.is_ok() || stop.is_cancelled() {
            return;
        }
        if begun.elapsed() >= WELL {
            pause = PANIC.0;
        }
        tracing::error!(pause = pause.as_secs(), "an account task panicked and is started again");
        broke(pause);
        tokio::select! {
            () = stop.cancelled() => return,
            () = sleep(pause) => {}
        }
        pause = pause.saturating_mul(2).min(PANIC.1);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_task_that_panics_is_started_again_for_ever_and_told() {
        let (runs, told) = (AtomicU32::new(0), Mutex::new(Vec::new()));
        let run = || async {
            if runs.fetch_add(1, Ordering::Relaxed) < 30 {
                panic!("as a fault of ours would");
            }
        };
        let broke = |pause: Duration| told.lock().expect("a list").push(pause.as_secs());
        supervise(CancellationToken::new(), broke, run).await;
        let told = told.into_inner().expect("a list");
        assert_eq!(told.get(..4), Some(&[1, 2, 4, 8][..]));
        assert_eq!((told.len(), told.last()), (30, Some(&600)));

        // Stopping ends the pause.
        let stop = CancellationToken::new();
        let stopping = |_| stop.cancel();
        let run = || async {
            if !stop.is_cancelled() {
                panic!("again");
            }
        };
        supervise(stop.clone(), stopping, run).await;
    }
}
