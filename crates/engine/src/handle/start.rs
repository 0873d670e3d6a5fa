//! Starting the engine and its loops. Beside [`super`], because the loops know the engine.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use tokio::sync::broadcast;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Engine, Inner, Options, PasswordBook, Result, submission};
use crate::{
    drafts::Drafts,
    external,
    origin::OwnServers,
    outbox::{state::Outbox, submit},
    reclassify,
    store::{self, Store, accounts, blocking, contacts},
    types::AccountSettings,
};
use aloud_model::AccountId;

/// How many events may wait for a slow listener before it is told to load everything again.
const EVENTS: usize = 1024;

/// What an earlier process left behind. Blocks.
fn tidy(store: &Store) -> Result<()> {
    store.quarantine()?;
    let now = store.now();
    store.write_now(|t| {
        store::contacts::purge(t, now - 24 * 3600)?;
        store::messages::purge_daily(t, now)
    })?;
    store.sweep_files()?;
    external::sweep(store.dir());
    Ok(())
}

impl Engine {
    /// Opens the store and starts one sleeping task an account. Nothing connects before
    /// [`Self::go_online`], [`Self::sync_once`] or a command that needs the server.
    ///
    /// # Errors
    /// [`Error::Store`](crate::Error::Store).
    pub async fn start(options: Options) -> Result<Self> {
        let (dir, clock) = (options.data_dir.clone(), options.clock.clone());
        let steps = options.steps.clone();
        let outbox = Outbox::new(options.steps);
        let (store, outbox) = blocking(move || {
            // Tidying is for whoever is alone: another may be in the middle of something.
            let store = Store::open_and_tidy(&dir, clock, tidy)?;
            if let Some(steps) = steps {
                store.tell_steps(steps);
            }
            outbox.acquire_lock(&store)?;
            Ok((store, outbox))
        })
        .await?;
        if store.read(contacts::is_keyless).await? {
            store.write(contacts::fill_keys).await?;
        }
        let rows = store.read(accounts::accounts).await?;
        let recordings = store.dir().join("recordings");
        let inner = Inner {
            passwords: Arc::new(PasswordBook::new(
                options.secrets,
                store.clone(),
                options.dialer.clone(),
            )),
            store,
            events: broadcast::Sender::new(EVENTS),
            dialer: options.dialer,
            resolver: options.resolver,
            phrases: options.phrases,
            clients: options.policy.clients().into_iter().chain(options.clients).collect(),
            policy: options.policy,
            product: options.product,
            undo_seconds: AtomicU32::new(options.undo_seconds),
            receipts: Mutex::new(options.receipts),
            own_card: Mutex::new(options.own_card),
            program: Mutex::new(options.program),
            vendors: options.vendors,
            swapped: Mutex::default(),
            outbox,
            drafts: Drafts::new(recordings.clone(), options.clock),
            cancel: CancellationToken::new(),
            tracker: TaskTracker::new(),
            tasks: Mutex::default(),
            online: AtomicBool::new(false),
            prefetch: options.prefetch,
            opened: Mutex::default(),
            reclassified: tokio::sync::OnceCell::new(),
            looking: tokio::sync::Mutex::default(),
            table: tokio::sync::Mutex::default(),
            editing: tokio::sync::Mutex::default(),
            own_servers: OwnServers::default(),
            white_pages: Default::default(),
            recordings,
        };
        let engine = Self { inner: Arc::new(inner) };
        for row in rows {
            engine.start_account(row.id, row.settings).await?;
        }
        submit::finish_left_over(&engine).await?;
        Ok(engine)
    }

    /// Starts an account; one of before a rule goes by the rule, and not at all where it may not.
    async fn start_account(&self, id: AccountId, settings: AccountSettings) -> Result<()> {
        let policy = &self.inner.policy;
        if !settings.demo && !policy.allows(&settings) {
            tracing::warn!(account = id.0, "the policy allows no such account");
            return Ok(());
        }
        let mut fixed = settings.clone();
        policy.apply(&mut fixed);
        if fixed != settings {
            // A provider's word is for its own servers, and a password for those it was given for.
            if let Err(error) = super::check_settings(&fixed) {
                tracing::warn!(account = id.0, error = error.class(), "not with the fixed servers");
                return Ok(());
            }
            self.inner.passwords.forget(id).await;
            let now = fixed.clone();
            let edit = move |t: &store::Writer<'_>| accounts::edit_account(t, id, &settings, &now);
            self.inner.store.write(edit).await?;
        }
        self.spawn_task(id, fixed);
        Ok(())
    }

    /// Starts the everlasting loops: IDLE, outbox. A `sync --once` does without.
    ///
    /// # Errors
    /// [`Error::Stopped`](crate::Error::Stopped) after a shutdown.
    pub async fn go_online(&self) -> Result<()> {
        self.alive()?;
        if !self.inner.online.swap(true, Ordering::SeqCst) {
            submit::spawn_loop(self);
            submission::spawn_learner(self);
            let engine = self.clone();
            self.inner.tracker.spawn(async move { reclassify::when_needed(&engine).await });
        }
        for task in self.all_tasks() {
            task.1.set_online(true);
        }
        self.inner.outbox.wake();
        Ok(())
    }
}
