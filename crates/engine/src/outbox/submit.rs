//! The loop that submits what waits, and what becomes of each submission.

use std::{collections::HashMap, time::Duration};

use rand::Rng;
use tokio::sync::broadcast::error::RecvError;

use crate::{
    account::Passwords,
    errors::Result,
    handle::Engine,
    lock::lock,
    smtp::{self, DataGate, EnhancedCode, Envelope, SmtpFacts, SubmitOutcome},
    store::{
        Store, accounts, blocking,
        classify::{self, Known},
        copies::{self, Mark},
        messages,
        outbox::{self as rows, Entry, Phase},
        raw::{OWN, Raw},
    },
    types::{Error, Event, Failure, FailureWhy, Fault, Invalid},
};
use aloud_model::{AccountId, MessageKey, OutboxId};

/// First pause after a cut, and the longest.
const BACKOFF: (i64, i64) = (30, 3600);
/// How long a message is tried for.
const GIVE_UP: i64 = 5 * 24 * 3600;
/// "Invalid command" in general (RFC 3463 section 3.6): some servers say so while they restart.
const WRONG_SEQUENCE: EnhancedCode = EnhancedCode { class: 5, subject: 5, detail: 0 };
/// Pause while credentials or certificates are wrong; the user's action ends it sooner.
const PAUSED: i64 = 3600;
/// The same where nothing but the user helps: a wrong password is not tried again by itself.
pub(super) const WAITS: i64 = 100 * 365 * 24 * 3600;
/// Pauses after the first searches for an ambiguous message; later every [`SEARCH_LATER`].
const SEARCHES: [i64; 3] = [5, 15, 40];
const SEARCH_LATER: i64 = 900;
/// Pause after a search that could not be made.
const SEARCH_OFFLINE: i64 = 30;
/// How often the rows are looked at when nothing is due.
const LOOK: Duration = Duration::from_secs(5);
/// How long a command line waits for an ambiguous message to be found.
const SEARCH_PATIENCE: i64 = 90;

/// Starts the loop that empties the outbox until the engine stops.
pub(crate) fn spawn_loop(engine: &Engine) {
    let engine = engine.clone();
    let tracker = engine.inner.tracker.clone();
    tracker.spawn(async move {
        let mut events = engine.events();
        let cancel = engine.inner.cancel.clone();
        loop {
            let pause = match run_apart(&engine).await {
                Ok(pause) => pause,
                Err(error) => {
                    tracing::warn!(error = error.class(), "the outbox could not be worked on");
                    Duration::from_secs(30)
                }
            };
            let sleep = tokio::time::sleep(pause);
            tokio::pin!(sleep);
            loop {
                tokio::select! {
                    () = cancel.cancelled() => return,
                    () = engine.inner.outbox.notify.notified() => break,
                    () = &mut sleep => break,
                    event = events.recv() => match event {
                        Ok(Event::AccountChanged(id))
                            if is_up(&engine, id) && retry_now(&engine, id).await => break,
                        Err(RecvError::Closed) => return,
                        _ => {}
                    },
                }
            }
        }
    });
}

fn is_up(engine: &Engine, id: AccountId) -> bool {
    engine.task(id).is_some_and(|task| task.state().borrow().is_up())
}

/// Rows of an account that wait for the network go now. True if there were some.
pub(crate) async fn retry_now(engine: &Engine, id: AccountId) -> bool {
    let store = &engine.inner.store;
    let now = store.now();
    let waiting = store.read(rows::entries).await.unwrap_or_default();
    let any = waiting.iter().any(|entry| {
        entry.account == id
            && match entry.phase {
                Phase::Queued => entry.due > now && entry.failure.is_none(),
                Phase::Ambiguous => true,
                _ => false,
            }
    });
    if any {
        let _ = store.write(move |t| rows::retry_now(t, id, now)).await;
    }
    any
}

/// Works on all rows that are due; returns how long nothing will be.
pub(crate) async fn run_once(engine: &Engine) -> Result<Duration> {
    let Some(chosen) = choose(engine).await? else { return Ok(LOOK) };
    if futures::future::join_all(chosen.into_iter().map(work)).await.contains(&true) {
        return Err(Error::DiskFull);
    }
    pause_before_next(engine).await
}

/// Sets to work on all rows that are due, and returns how long nothing else will be. One account's
/// slow server holds up no other account.
async fn run_apart(engine: &Engine) -> Result<Duration> {
    let Some(chosen) = choose(engine).await? else { return Ok(LOOK) };
    for rows in chosen {
        let engine = engine.clone();
        engine.inner.tracker.clone().spawn(async move {
            if work(rows).await {
                tokio::time::sleep(LOOK).await;
            }
            engine.inner.outbox.wake();
        });
    }
    pause_before_next(engine).await
}

/// An account's rows that are due. While this lives nobody else works on them.
struct Rows {
    engine: Engine,
    account: AccountId,
    entries: Vec<Entry>,
}

impl Drop for Rows {
    fn drop(&mut self) {
        lock(&self.engine.inner.outbox.busy).remove(&self.account);
    }
}

/// The rows that are due, by account; `None` while another process sends.
async fn choose(engine: &Engine) -> Result<Option<Vec<Rows>>> {
    let _choosing = engine.inner.outbox.choosing.lock().await;
    let store = &engine.inner.store;
    let owner = engine.clone();
    if !blocking(move || owner.inner.outbox.acquire_lock(&owner.inner.store)).await? {
        // It sees what was frozen here.
        return Ok(None);
    }
    // What the disk would not take last time.
    let (owner, busy) = (store.clone(), lock(&engine.inner.outbox.busy).clone());
    blocking(move || copies::recover(&owner, &busy)).await?;
    finish_accepted(engine).await?;
    let now = store.now();
    let mut by_account: HashMap<AccountId, Vec<Entry>> = HashMap::new();
    for entry in store.read(rows::entries).await? {
        let busy = lock(&engine.inner.outbox.busy).contains(&entry.account);
        if !busy && due(&entry).is_some_and(|due| due <= now) {
            by_account.entry(entry.account).or_default().push(entry);
        }
    }
    let chosen = by_account.into_iter().map(|(account, entries)| {
        lock(&engine.inner.outbox.busy).insert(account);
        Rows { engine: engine.clone(), account, entries }
    });
    Ok(Some(chosen.collect()))
}

/// Works on an account's rows; whether the disk was full.
async fn work(rows: Rows) -> bool {
    let engine = &rows.engine;
    let mut full = false;
    for entry in &rows.entries {
        if engine.inner.cancel.is_cancelled() {
            break;
        }
        let outcome = match entry.phase {
            Phase::Ambiguous => search(engine, entry).await,
            _ => submit(engine, entry).await,
        };
        if let Err(error) = outcome {
            tracing::warn!(
                id = entry.id.0,
                error = error.class(),
                "an outbox row could not be worked on"
            );
            full |= error == Error::DiskFull;
        }
    }
    full
}

async fn pause_before_next(engine: &Engine) -> Result<Duration> {
    let store = &engine.inner.store;
    let now = store.now();
    let entries = store.read(rows::entries).await?;
    // An account that is being worked on says itself when it is done.
    let free = |entry: &&Entry| !lock(&engine.inner.outbox.busy).contains(&entry.account);
    let next = entries.iter().filter(free).filter_map(due).min();
    let seconds = next.map_or(3600, |due| due - now).clamp(0, 3600);
    // A row that is due at once but did not move must not spin.
    let pause = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
    // Another process may freeze something at any time.
    Ok(pause.clamp(Duration::from_millis(200), LOOK))
}

/// When the loop has something to do for a row.
fn due(entry: &Entry) -> Option<i64> {
    match entry.phase {
        Phase::Held | Phase::Queued | Phase::Ambiguous => Some(entry.due),
        Phase::Blocked | Phase::Connecting | Phase::Data | Phase::Accepted | Phase::Failed => None,
    }
}

/// Whether a row still moves by itself within the time that a command line waits.
pub(crate) fn moves(entry: &Entry, now: i64) -> bool {
    match entry.phase {
        Phase::Held => true,
        Phase::Queued => entry.due <= now,
        Phase::Connecting | Phase::Data | Phase::Accepted => true,
        Phase::Ambiguous => {
            entry.searches as usize <= SEARCHES.len()
                && now < entry.doubtful_since + SEARCH_PATIENCE
        }
        Phase::Blocked | Phase::Failed => false,
    }
}

async fn submit(engine: &Engine, entry: &Entry) -> Result<()> {
    let inner = &engine.inner;
    let (store, id) = (&inner.store, entry.id);
    let account = entry.account;
    let row = store.read(move |c| accounts::account(c, account)).await?;
    if !row.settings.demo && !inner.policy.allows(&row.settings) {
        fail(engine, id, Failure::new(FailureWhy::NotAllowed)).await?;
        engine.tell(Event::OutboxChanged);
        return Ok(());
    }
    let mut password = match inner.passwords.password(account).await {
        Ok(password) => password,
        Err(error) if why(&error).is_none() => {
            return retry(engine, entry, inner.store.now(), None).await;
        }
        Err(error) => return pause(engine, entry, &error, false).await,
    };
    let now = store.now();
    if !store.write(move |t| rows::begin(t, id, now)).await? {
        return Ok(());
    }
    inner.outbox.step("connecting");
    engine.tell(Event::OutboxChanged);
    // Nobody is dialed for a message that could not leave.
    let copy = store.clone();
    if let Err(error) = blocking(move || copies::ready(&copy, id)).await {
        return not_kept(engine, entry, error).await;
    }
    let copy = store.clone();
    let message = match blocking(move || copies::content(&copy, id)).await {
        Ok(message) => message,
        Err(error) => return not_kept(engine, entry, error.unread()).await,
    };
    let envelope = Envelope {
        reverse: entry.reverse_path.clone(),
        forwards: entry.forward_paths.clone(),
        envid: envid(&entry.message_id),
        notify: entry.notify,
    };
    let mut gate = Gate { engine, id, account, open: false, reports: None };
    let mut again = true;
    let outcome = loop {
        let dialer = inner.dialer.as_ref();
        let settings = &row.settings;
        let sent =
            smtp::submit(dialer, settings, &password, &envelope, message.clone(), &mut gate).await;
        if again
            && matches!(sent, Err(Error::Auth(_)))
            && inner.passwords.refused(account, &password).await
        {
            again = false;
            match inner.passwords.password(account).await {
                Ok(fresh) => password = fresh,
                Err(error) => break Err(error),
            }
            continue;
        }
        break sent;
    };
    let (open, reports) = (gate.open, gate.reports);
    lock(&inner.outbox.percent).remove(&id);
    inner.outbox.step("replied");
    settle(engine, entry, outcome, open, reports).await
}

/// Writes what came of a submission.
async fn settle(
    engine: &Engine,
    entry: &Entry,
    outcome: Result<SubmitOutcome>,
    data_started: bool,
    reports: Option<bool>,
) -> Result<()> {
    let inner = &engine.inner;
    let (store, id) = (&inner.store, entry.id);
    let now = store.now();
    match &outcome {
        Ok(SubmitOutcome::Accepted { .. }) => tracing::info!(id = id.0, "accepted"),
        Ok(SubmitOutcome::Refused { code, .. }) => tracing::info!(id = id.0, code, "refused"),
        Ok(SubmitOutcome::Broken { final_dot_flushed, .. }) => {
            tracing::info!(id = id.0, final_dot_flushed, "the connection broke");
        }
        Ok(SubmitOutcome::Unread(error)) => {
            tracing::info!(id = id.0, error = error.class(), "cannot be read here");
        }
        Err(error) => tracing::info!(id = id.0, error = error.class(), "not submitted"),
    }
    // What the server said is on the disk before the database is asked to take it.
    if let Some(mark) = said(&outcome, data_started) {
        let store = store.clone();
        blocking(move || copies::mark(&store, id, mark)).await?;
    }
    match outcome {
        Ok(SubmitOutcome::Accepted { .. }) => {
            accept(engine, id, entry.notify && reports == Some(false)).await?;
            engine.tell(Event::Sent(id));
        }
        Ok(SubmitOutcome::Refused { code, text, permanent, recipient }) => {
            let once_more = entry.attempts == 0
                && EnhancedCode::of(&text).is_some_and(|code| code == WRONG_SEQUENCE);
            let failure =
                Failure { why: FailureWhy::Refused, code: Some(code), recipient, said: text };
            if permanent && !once_more || is_over(entry, now) {
                fail(engine, id, failure).await?;
            } else {
                let at = now + backoff(entry.attempts);
                store.write(move |t| rows::requeue(t, id, at, Some(&failure), false)).await?;
            }
        }
        Ok(SubmitOutcome::Broken { final_dot_flushed: true, reason, .. }) => {
            let failure = Failure::new(FailureWhy::Broken).saying(reason.said());
            store.write(move |t| rows::mark_ambiguous(t, id, &failure, now)).await?;
            inner.outbox.step("ambiguous");
        }
        Ok(SubmitOutcome::Broken { .. }) => retry(engine, entry, now, None).await?,
        // Nobody has it: without the final dot the server cannot.
        Ok(SubmitOutcome::Unread(error)) => {
            // The other place may have it as it was.
            let error = match error {
                Error::Altered => Error::Unread(error.to_string()),
                other => other,
            };
            return not_kept(engine, entry, error).await;
        }
        Err(error) if data_started => {
            // What our own code made of it says nothing about the server.
            let failure = Failure::new(FailureWhy::Broken).saying(error.to_string());
            store.write(move |t| rows::mark_ambiguous(t, id, &failure, now)).await?;
        }
        Err(error @ (Error::DiskFull | Error::Store(_))) => {
            return not_kept(engine, entry, error).await;
        }
        Err(error) => match why(&error) {
            // Taken back while connecting: there is no row any more.
            None if matches!(error, Error::Refused(_)) => {}
            None => {
                let failure = odd(&error).map(Failure::new);
                retry(engine, entry, now, failure).await?;
            }
            Some(why) if matches!(error, Error::Invalid(_)) => {
                let said = match error {
                    Error::Invalid(Invalid::Path(path)) => path.to_string(),
                    Error::Invalid(Invalid::TooBigForServer { most, .. }) => format!("SIZE {most}"),
                    _ => String::new(),
                };
                let failure = Failure::new(why).saying(said);
                fail(engine, id, failure).await?;
            }
            Some(_) => pause(engine, entry, &error, true).await?,
        },
    }
    engine.tell(Event::OutboxChanged);
    Ok(())
}

/// What the copy of a message is told of a submission; `None` where nobody knows, or nothing of it
/// has left.
fn said(outcome: &Result<SubmitOutcome>, data_started: bool) -> Option<Mark> {
    match outcome {
        Ok(SubmitOutcome::Accepted { .. }) => Some(Mark::Accepted),
        Ok(SubmitOutcome::Refused { permanent: true, .. }) => Some(Mark::Failed),
        Ok(
            SubmitOutcome::Refused { permanent: false, .. }
            | SubmitOutcome::Broken { final_dot_flushed: false, .. }
            | SubmitOutcome::Unread(_),
        ) => Some(Mark::Waiting),
        Ok(SubmitOutcome::Broken { final_dot_flushed: true, .. }) => None,
        Err(_) if data_started => None,
        Err(_) => Some(Mark::Waiting),
    }
}

/// Stops a row and tells why.
async fn fail(engine: &Engine, id: OutboxId, failure: Failure) -> Result<()> {
    let reason = failure.clone();
    engine.inner.store.write(move |t| rows::fail(t, id, &reason)).await?;
    engine.tell(Event::SendFailed(id, failure));
    Ok(())
}

/// What an error means for a row that no content octet of has left; `None` when the next try may
/// simply go better.
fn why(error: &Error) -> Option<FailureWhy> {
    Some(match error {
        Error::Auth(_) => FailureWhy::Credentials,
        Error::PasswordNeeded => FailureWhy::NoPassword,
        Error::SignIn(_) => FailureWhy::SignedOut,
        Error::NoSignIn => FailureWhy::NoSignIn,
        Error::NoKeyring(_) => FailureWhy::NoKeyring,
        Error::Certificate(_) => FailureWhy::Certificate,
        Error::NoEncryption => FailureWhy::NoEncryption,
        Error::WrongSecurity { .. } => FailureWhy::WrongEncryption,
        Error::Invalid(Invalid::TooBigForServer { .. }) => FailureWhy::TooBig,
        Error::Invalid(Invalid::NotSevenBit) => FailureWhy::NotSevenBit,
        Error::Invalid(Invalid::NotAsciiAddress) => FailureWhy::NotAsciiAddress,
        Error::Invalid(_) => FailureWhy::Malformed,
        Error::Refused(_)
        | Error::Unreachable { .. }
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
        | Error::DraftInUse
        | Error::NotEditable
        | Error::Broke
        | Error::Stopped => return None,
    })
}

/// What is told of a server that answers, but not as one; it may be another one tomorrow.
fn odd(error: &Error) -> Option<FailureWhy> {
    match error {
        Error::Protocol(Fault::NotSmtp) => Some(FailureWhy::NotSmtp),
        Error::Protocol(_) => Some(FailureWhy::OddReply),
        _ => None,
    }
}

/// This computer cannot keep what the server would say, or cannot read the message: no fault of the
/// network, and no try.
async fn not_kept(engine: &Engine, entry: &Entry, error: Error) -> Result<()> {
    let (store, id) = (&engine.inner.store, entry.id);
    let failure = match &error {
        Error::DiskFull => Failure::new(FailureWhy::DiskFull),
        Error::Store(said) => Failure::new(FailureWhy::Folder).saying(said.clone()),
        Error::Unread(said) => Failure::new(FailureWhy::Unread).saying(said.clone()),
        // Another try would read the same.
        Error::Altered => {
            fail(engine, id, Failure::new(FailureWhy::Altered)).await?;
            engine.tell(Event::OutboxChanged);
            return Ok(());
        }
        other => Failure::new(FailureWhy::Folder).saying(other.to_string()),
    };
    let at = store.now() + BACKOFF.0;
    store.write(move |t| rows::requeue(t, id, at, Some(&failure), true)).await?;
    engine.tell(Event::OutboxChanged);
    Err(error)
}

/// A cut before anything was accepted, or an answer that makes no sense.
async fn retry(engine: &Engine, entry: &Entry, now: i64, failure: Option<Failure>) -> Result<()> {
    let id = entry.id;
    if is_over(entry, now) {
        return fail(engine, id, Failure::new(FailureWhy::GaveUp)).await;
    }
    let at = now + backoff(entry.attempts);
    // Without a failure the row shows that it waits for the network.
    let store = &engine.inner.store;
    store.write(move |t| rows::requeue(t, id, at, failure.as_ref(), false)).await
}

/// Credentials, certificate or encryption: waits for the user and counts no try. `begun` says that
/// the row was being sent.
async fn pause(engine: &Engine, entry: &Entry, error: &Error, begun: bool) -> Result<()> {
    let (id, account) = (entry.id, entry.account);
    if matches!(error, Error::Auth(_)) {
        engine.inner.passwords.distrust(account);
    }
    if error.needs_password() {
        engine.tell(Event::AuthRequired(account));
    }
    let why = why(error).unwrap_or(FailureWhy::Other);
    let pause = if why.waits_for_user() { WAITS } else { PAUSED };
    let at = engine.inner.store.now() + pause;
    let said = match error {
        Error::Auth(said) => said.clone(),
        Error::NoKeyring(fault) => fault.said().to_owned(),
        Error::Certificate(bad) => bad.reason.clone(),
        Error::WrongSecurity { host, .. } => host.clone(),
        _ => String::new(),
    };
    let failure = Failure::new(why).saying(said);
    // No try was begun yet when the password is missing.
    let refund = begun && !error.counts_as_try();
    engine.inner.store.write(move |t| rows::requeue(t, id, at, Some(&failure), refund)).await?;
    engine.tell(Event::OutboxChanged);
    Ok(())
}

fn is_over(entry: &Entry, now: i64) -> bool {
    entry.first_try != 0 && now - entry.first_try > GIVE_UP
}

/// 30 s doubling to 1 h, with up to half of it added or taken away.
fn backoff(attempts: u32) -> i64 {
    let base = BACKOFF.0.saturating_mul(1 << attempts.min(10)).min(BACKOFF.1);
    base / 2 + rand::rng().random_range(0..=base)
}

/// The server has it.
async fn accept(engine: &Engine, id: OutboxId, unreported: bool) -> Result<()> {
    let store = &engine.inner.store;
    let now = store.now();
    store.write(move |t| rows::accept(t, id, unreported, now)).await?;
    engine.inner.outbox.step("accepted");
    finish_accepted(engine).await
}

/// At start: files what an earlier process had sent but not filed, if this is the one that sends.
pub(crate) async fn finish_left_over(engine: &Engine) -> Result<()> {
    let owned = lock(&engine.inner.outbox.owned).is_some();
    if owned { finish_accepted(engine).await } else { Ok(()) }
}

/// Files what was accepted: the row in Sent, its file, and the operation for the server. Runs
/// again from wherever a crash left it.
pub(crate) async fn finish_accepted(engine: &Engine) -> Result<()> {
    let _filing = engine.inner.outbox.filing.lock().await;
    let (owner, store) = (engine.clone(), engine.inner.store.clone());
    let filed = blocking(move || {
        let mut filed = Vec::new();
        for (id, key) in store.read_now(rows::accepted)? {
            if owner.inner.outbox.is_put_off(id, store.now()) {
                continue;
            }
            match file(&store, id, key) {
                Ok(place) => filed.push(place),
                // The server has it. That it cannot be filed holds up nothing else.
                Err(error @ (Error::Unread(_) | Error::Altered)) => {
                    tracing::error!(id = id.0, error = error.class(), "what was sent is not filed");
                    owner.inner.outbox.put_off(id, store.now() + BACKOFF.1);
                }
                Err(Error::DiskFull) => return Err(Error::DiskFull),
                Err(error) => {
                    tracing::error!(id = id.0, error = error.class(), "what was sent is not filed");
                    owner.inner.outbox.put_off(id, store.now() + BACKOFF.0);
                }
            }
        }
        Ok(filed)
    })
    .await?;
    for (account, key) in filed {
        engine.inner.outbox.step("filed");
        let place = engine.inner.store.read(move |c| messages::places(c, key)).await?;
        for place in place {
            engine.tell(Event::MailboxChanged(place.mailbox));
        }
        if let Some(task) = engine.task(account) {
            task.wake();
        }
    }
    Ok(())
}

fn file(store: &Store, id: OutboxId, key: MessageKey) -> Result<(AccountId, MessageKey)> {
    let entry = store.read_now(|c| rows::one(c, id))?;
    let content = copies::content(store, id).map_err(Error::unread)?;
    let now = store.now();
    let key = if key.0 == 0 {
        let octets = content.len();
        let facts = classify::facts_of(&Raw::of(content.clone(), OWN)?, Known::Whole, octets)?;
        store.write_now(|t| rows::file(t, id, &facts, octets, now))?.0
    } else {
        key
    };
    store.store_body(key, &content)?;
    store.write_now(|t| rows::finish(t, id))?;
    Ok((entry.account, key))
}

/// Looks on the server for a message that may have been sent.
async fn search(engine: &Engine, entry: &Entry) -> Result<()> {
    let (store, id, account) = (&engine.inner.store, entry.id, entry.account);
    let wanted = entry.message_id.clone();
    let here = store.read(move |c| messages::by_message_id(c, account, &wanted)).await?;
    let found = match (here, engine.task(account)) {
        (Some(_), _) => true,
        (None, Some(task)) => match task.find_message(&entry.message_id).await {
            Ok(found) => found.is_some(),
            Err(error) => {
                tracing::debug!(
                    id = id.0,
                    error = error.class(),
                    "could not search for a doubtful message"
                );
                let at = store.now() + SEARCH_OFFLINE;
                store.write(move |t| rows::search_later(t, id, at, false)).await?;
                // The time may have come to ask the user.
                engine.tell(Event::OutboxChanged);
                return Ok(());
            }
        },
        (None, None) => false,
    };
    if found {
        accept(engine, id, false).await?;
        engine.tell(Event::Sent(id));
    } else {
        let done = usize::try_from(entry.searches).unwrap_or(usize::MAX);
        let at = store.now() + SEARCHES.get(done).copied().unwrap_or(SEARCH_LATER);
        store.write(move |t| rows::search_later(t, id, at, true)).await?;
    }
    engine.tell(Event::OutboxChanged);
    Ok(())
}

/// ENVID: our Message-ID, where its characters allow it (RFC 3461 section 4.4).
fn envid(message_id: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_graphic() && c != '+' && c != '=';
    (message_id.len() <= 100 && !message_id.is_empty() && message_id.chars().all(plain))
        .then(|| message_id.to_owned())
}

/// Writes `data` before the first content octet, in both places. Without a copy that can take what the
/// server will say, nothing leaves.
struct Gate<'a> {
    engine: &'a Engine,
    id: OutboxId,
    account: AccountId,
    open: bool,
    /// Whether the server reports deliveries.
    reports: Option<bool>,
}

#[async_trait::async_trait]
impl DataGate for Gate<'_> {
    async fn data_starting(&mut self) -> Result<()> {
        let id = self.id;
        let store = self.engine.inner.store.clone();
        store.write(move |t| rows::data_starts(t, id)).await?;
        if !blocking(move || copies::mark(&store, id, Mark::Data)).await? {
            return Err(Error::DiskFull);
        }
        self.open = true;
        self.engine.inner.outbox.step("data");
        lock(&self.engine.inner.outbox.percent).insert(id, 50);
        self.engine.tell(Event::OutboxChanged);
        Ok(())
    }

    async fn server_offers(&mut self, facts: &SmtpFacts) {
        self.reports = Some(facts.dsn);
        if let Err(error) = self.engine.note_submission(self.account, facts).await {
            tracing::debug!(error = error.class(), "what the server offers was not noted");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour() {
        for (attempts, least, most) in [(0, 15, 45), (1, 30, 90), (4, 240, 720), (40, 1800, 5400)] {
            for _ in 0..50 {
                let pause = backoff(attempts);
                assert!((least..=most).contains(&pause), "{attempts}: {pause}");
            }
        }
    }

    #[test]
    fn envelope_ids_are_plain() {
        assert_eq!(
            envid("7f3a.1@client.example.com").as_deref(),
            Some("7f3a.1@client.example.com")
        );
        assert_eq!(envid("a+b@example.com"), None);
        assert_eq!(envid(""), None);
    }
}
