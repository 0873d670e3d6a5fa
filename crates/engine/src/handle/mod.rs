//! The front door of the engine: a cheap, cloneable handle whose methods are the commands.
//!
//! Every method is `async`, returns owned values and never blocks the caller's thread; the work
//! runs on the engine's own tasks and on blocking threads. Facts are told through
//! [`Engine::events`], after the transaction that made them true.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use tokio::sync::broadcast;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    account::{AccountTask, Setup},
    autoconfig::dns::{Dns, Resolver},
    drafts::Drafts,
    imap,
    net::{Dialer, TcpDialer},
    outbox::state::{Outbox, Steps},
    receipts::ForAll,
    secrets::SecretStore,
    smtp,
    store::{self, Clock, Store, accounts, blocking, list, ops},
    types::*,
};
use aloud_model::*;

mod answers;
mod departing;
mod editing;
mod messages;
mod operations;
mod passwords;
mod people;
mod receipt;
mod sending;
mod signing_in;
mod start;
mod streaming;
mod submission;
mod white_pages;

pub(crate) use super::lock::lock;
pub use editing::NewSecret;
pub(crate) use messages::Opening;
pub(crate) use passwords::PasswordBook;
pub use streaming::{Heard, Hearing};

/// What the engine needs from its surroundings. It reads no environment and no settings file.
pub struct Options {
    /// Where database and blobs live; created with mode 0700.
    pub data_dir: PathBuf,
    /// Where passwords live.
    pub secrets: Arc<dyn SecretStore>,
    /// How connections are opened.
    pub dialer: Arc<dyn Dialer>,
    /// How DNS is asked where the servers of an address are.
    pub resolver: Arc<dyn Resolver>,
    /// Seconds that Send can be undone.
    pub undo_seconds: u32,
    /// What to do about receipts where no rule for the person says otherwise.
    pub receipts: ReceiptPolicy,
    /// When our own contact card goes along (decision C1).
    pub own_card: OwnCard,
    /// Fetch small unheard recordings and faxes before they are opened.
    pub prefetch: bool,
    /// The program that decodes recordings that Aloud cannot, by the user's press (an `ffmpeg`).
    pub program: Option<PathBuf>,
    /// The user's own table of voice mail systems (`vendors.toml`), to add rows to.
    pub vendors: Option<PathBuf>,
    /// Words that travel in mail.
    pub phrases: Phrases,
    /// What Aloud is called at providers, before what it was built with.
    pub clients: Vec<OAuthClient>,
    /// What an administrator has fixed.
    pub policy: Policy,
    /// Name and version for `Reporting-UA` and IMAP ID.
    pub product: String,
    /// Tells the time.
    pub clock: Clock,
    /// Called at each durable step of sending, and as `stored` after each transaction.
    pub steps: Steps,
}

impl Options {
    /// The usual ones for a data folder.
    #[must_use]
    pub fn new(data_dir: PathBuf, secrets: Arc<dyn SecretStore>) -> Self {
        Self {
            data_dir,
            secrets,
            dialer: Arc::new(TcpDialer),
            resolver: Arc::new(Dns::default()),
            undo_seconds: 10,
            receipts: ReceiptPolicy::Ask,
            own_card: OwnCard::Automatic,
            prefetch: true,
            program: None,
            vendors: None,
            phrases: Phrases::default(),
            clients: Vec::new(),
            policy: Policy::default(),
            product: concat!("Aloud ", env!("CARGO_PKG_VERSION")).into(),
            clock: store::system_clock(),
            steps: None,
        }
    }
}

/// The handle. Clones share one engine.
#[derive(Clone)]
pub struct Engine {
    pub(crate) inner: Arc<Inner>,
}

/// What all clones of the handle share.
pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) events: broadcast::Sender<Event>,
    pub(crate) dialer: Arc<dyn Dialer>,
    pub(crate) resolver: Arc<dyn Resolver>,
    pub(crate) passwords: Arc<PasswordBook>,
    pub(crate) phrases: Phrases,
    clients: Vec<OAuthClient>,
    pub(crate) policy: Policy,
    pub(crate) product: String,
    pub(crate) undo_seconds: AtomicU32,
    pub(crate) receipts: Mutex<ReceiptPolicy>,
    pub(crate) own_card: Mutex<OwnCard>,
    program: Mutex<Option<PathBuf>>,
    pub(crate) vendors: Option<PathBuf>,
    /// Messages whose G.726 code words are read in the other order.
    swapped: Mutex<HashSet<MessageKey>>,
    pub(crate) outbox: Outbox,
    pub(crate) drafts: Drafts,
    pub(crate) cancel: CancellationToken,
    pub(crate) tracker: TaskTracker,
    tasks: Mutex<HashMap<AccountId, AccountTask>>,
    online: AtomicBool,
    prefetch: bool,
    pub(crate) opened: Mutex<Vec<messages::Cached>>,
    pub(crate) reclassified: tokio::sync::OnceCell<()>,
    /// One look again at a time: the next begins with what the one before it wrote.
    pub(crate) looking: tokio::sync::Mutex<()>,
    /// One change of `vendors.toml` at a time.
    pub(crate) table: tokio::sync::Mutex<()>,
    /// One change of an account at a time.
    editing: tokio::sync::Mutex<()>,
    /// Servers that were learned to be an account's own.
    pub(crate) own_servers: crate::origin::OwnServers,
    /// What is known of the white pages in this session.
    pub(crate) white_pages: white_pages::Session,
    recordings: PathBuf,
}

pub(crate) use super::errors::{Missing, Result};

/// How long a shutdown waits for tasks.
const SHUTDOWN: Duration = Duration::from_secs(3);

impl Engine {
    /// Stops all tasks, waits at most a few seconds, checkpoints the database.
    pub async fn shutdown(&self) {
        self.inner.cancel.cancel();
        self.inner.tracker.close();
        let tasks: Vec<AccountTask> =
            lock(&self.inner.tasks).drain().map(|(_, task)| task).collect();
        let stopped = async {
            futures::future::join_all(tasks.iter().map(AccountTask::stop)).await;
            self.inner.tracker.wait().await;
        };
        if tokio::time::timeout(SHUTDOWN, stopped).await.is_err() {
            tracing::warn!("some tasks did not end in time");
        }
        self.inner.outbox.release_lock();
        self.inner.drafts.let_go();
        let store = self.inner.store.clone();
        let checkpoint = blocking(move || {
            store.checkpoint();
            store.leave();
            Ok(())
        });
        let _ = checkpoint.await;
    }

    /// A feed of facts from now on. A reader that lags gets `Lagged` from the channel and then
    /// loads everything again, as for [`Event::Resync`].
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.inner.events.subscribe()
    }

    /// Seconds that Send can be undone, for messages sent from now on.
    pub fn set_undo_seconds(&self, seconds: u32) {
        self.inner.undo_seconds.store(seconds, Ordering::SeqCst);
    }

    /// What to do about receipts where no rule for the person says otherwise.
    pub fn set_receipt_policy(&self, policy: ReceiptPolicy) {
        *lock(&self.inner.receipts) = policy;
    }

    /// What an administrator has fixed.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.inner.policy
    }

    /// What holds for receipts of everybody.
    pub(crate) fn receipts_for_all(&self) -> ForAll {
        match self.inner.policy.receipts {
            Some(policy) => ForAll { policy, fixed: true },
            None => ForAll { policy: *lock(&self.inner.receipts), fixed: false },
        }
    }

    /// When our own contact card goes along.
    pub fn set_own_card(&self, when: OwnCard) {
        *lock(&self.inner.own_card) = when;
    }

    /// What was done at the start because the database was damaged.
    #[must_use]
    pub fn rebuilt(&self) -> Option<&store::Rebuilt> {
        self.inner.store.rebuilt()
    }

    // Accounts

    /// Every account with its state.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn accounts(&self) -> Result<Vec<Account>> {
        let rows = self.inner.store.read(store::care::accounts).await?;
        Ok(rows
            .into_iter()
            .map(|(notes, row)| {
                let task = self.task(row.id);
                let skipped = task.as_ref().map(AccountTask::skipped).unwrap_or_default();
                Account {
                    state: task.map_or(AccountState::Idle, |task| task.state().borrow().clone()),
                    id: row.id,
                    settings: row.settings,
                    notes: AccountNotes { skipped, ..notes },
                }
            })
            .collect())
    }

    /// The user has seen these words, which the server of an account wanted told.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn forget_notice(&self, id: AccountId, said: String) -> Result<()> {
        let now = self.inner.store.now();
        self.inner.store.write(move |t| store::care::forget_notice(t, id, &said, now)).await?;
        self.tell(Event::AccountChanged(id));
        Ok(())
    }

    /// Connects to both servers and signs in; nothing is stored.
    ///
    /// # Errors
    /// What the first server that fails says.
    pub async fn check_account(&self, settings: AccountSettings, password: Secret) -> Result<()> {
        let settings = self.allowed(settings)?;
        let dialer = self.inner.dialer.as_ref();
        let traffic = Arc::default();
        let session =
            imap::Session::connect(dialer, &settings, &password, &self.inner.product, traffic)
                .await?;
        session.logout().await;
        smtp::probe(dialer, &settings, &password).await?;
        Ok(())
    }

    /// Adds an account. The password goes to the keyring; where there is none it is kept for this
    /// session only, and [`Event::AuthRequired`] will come again next time.
    ///
    /// # Errors
    /// [`Error::Invalid`] for settings that make no sense or an address that is there already.
    pub async fn add_account(
        &self,
        settings: AccountSettings,
        password: Option<Secret>,
    ) -> Result<AccountId> {
        self.alive()?;
        let settings = self.allowed(settings)?;
        let stored = settings.clone();
        let id = self.inner.store.write(move |t| accounts::add_account(t, &stored)).await?;
        if let Some(password) = password {
            self.inner.passwords.keep(id, password).await;
        }
        self.spawn_task(id, settings);
        self.tell(Event::AccountChanged(id));
        Ok(id)
    }

    /// Whether the keyring holds the password of an account (it was saved, not only typed).
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn password_saved(&self, id: AccountId) -> Result<bool> {
        Ok(self.inner.store.read(move |c| accounts::account(c, id)).await?.password_saved)
    }

    /// Forgets an account, its password, and all that was stored of it here.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn remove_account(&self, id: AccountId) -> Result<()> {
        let task = lock(&self.inner.tasks).remove(&id);
        if let Some(task) = task {
            task.stop().await;
        }
        let store = self.inner.store.clone();
        let remove = move |t: &store::Writer<'_>| {
            store::copies::let_go(&store, t, id)?;
            accounts::remove_account(t, id)
        };
        self.inner.store.write(remove).await?;
        self.inner.passwords.forget(id).await;
        let store = self.inner.store.clone();
        blocking(move || store.sweep_files()).await?;
        self.tell(Event::AccountChanged(id));
        self.tell(Event::OutboxChanged);
        self.tell(Event::Resync);
        Ok(())
    }

    /// A password for this session (no keyring, or turned down); saved if there is a keyring.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn supply_password(&self, id: AccountId, password: Secret) -> Result<()> {
        self.inner.store.read(move |c| accounts::account(c, id)).await?;
        self.inner.passwords.keep(id, password).await;
        self.go_on(id).await
    }

    // Sync and list

    /// One pass over one account or all; what failed is in the reports.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown account.
    pub async fn sync_once(&self, account: Option<AccountId>) -> Result<Vec<SyncReport>> {
        self.alive()?;
        let rows = self.inner.store.read(accounts::accounts).await?;
        let rows: Vec<_> =
            rows.into_iter().filter(|row| account.is_none_or(|id| id == row.id)).collect();
        if let (Some(id), true) = (account, rows.is_empty()) {
            return Err(Error::NotFound(Missing::Account(id)));
        }
        super::reclassify::when_needed(self).await;
        let of_account = |error| SyncFault { mailbox: None, uid: None, error };
        let passes = rows.into_iter().map(|row| async move {
            let label = row.settings.label.clone();
            let outcome = match self.task(row.id) {
                Some(task) => task.sync_once().await,
                None => Err(Error::Stopped),
            };
            let mut report = outcome.unwrap_or_else(|error| SyncReport {
                account: label,
                errors: vec![of_account(error)],
                ..SyncReport::default()
            });
            let unreadable = self.inner.store.read(move |c| ops::unreadable(c, row.id)).await;
            report.errors.extend(unreadable.unwrap_or_default().into_iter().map(of_account));
            report
        });
        let reports = futures::future::join_all(passes).await;
        self.inner.outbox.wake();
        Ok(reports)
    }

    /// Mailboxes of all accounts with their numbers.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn mailboxes(&self) -> Result<Vec<Mailbox>> {
        self.inner.store.read(accounts::sidebar).await
    }

    /// Numbers over all inboxes.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn counts(&self) -> Result<Counts> {
        self.inner.store.read(accounts::counts).await
    }

    /// A window of the list.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn list(&self, query: ListQuery) -> Result<ListPage> {
        let page = self.inner.store.read(move |c| list::list(c, &query)).await?;
        if self.inner.store.look_at(page.rows.iter().map(|row| row.key)) {
            let asked: Vec<AccountId> = page.rows.iter().map(|row| row.account).collect();
            for (id, task) in self.all_tasks() {
                if asked.contains(&id) && self.inner.online.load(Ordering::SeqCst) {
                    task.wake();
                }
            }
        }
        Ok(page)
    }

    /// Folder for recordings in progress (the recorder writes there, `audio` knows the format).
    #[must_use]
    pub fn recordings_dir(&self) -> &Path {
        &self.inner.recordings
    }

    // What the other files of this module share

    pub(crate) fn alive(&self) -> Result<()> {
        if self.inner.cancel.is_cancelled() { Err(Error::Stopped) } else { Ok(()) }
    }

    pub(crate) fn tell(&self, event: Event) {
        // Nobody listening is fine.
        let _ = self.inner.events.send(event);
    }

    pub(crate) fn task(&self, id: AccountId) -> Option<AccountTask> {
        lock(&self.inner.tasks).get(&id).cloned()
    }

    pub(crate) fn all_tasks(&self) -> Vec<(AccountId, AccountTask)> {
        lock(&self.inner.tasks).iter().map(|(id, task)| (*id, task.clone())).collect()
    }

    /// Settings with what is fixed, if an account may have them.
    fn allowed(&self, settings: AccountSettings) -> Result<AccountSettings> {
        let mut settings = settings.in_ascii();
        let policy = &self.inner.policy;
        policy.apply(&mut settings);
        check_settings(&settings)?;
        if !settings.demo && !policy.allows(&settings) {
            return Err(Invalid::NotAllowed(settings.address).into());
        }
        Ok(settings)
    }

    fn spawn_task(&self, id: AccountId, settings: AccountSettings) {
        let task = AccountTask::spawn(Setup {
            id,
            settings,
            dialer: self.inner.dialer.clone(),
            sink: Arc::new(self.inner.store.clone()),
            passwords: self.inner.passwords.clone(),
            events: self.inner.events.clone(),
            product: self.inner.product.clone(),
        });
        task.set_prefetch(self.inner.prefetch);
        if self.inner.online.load(Ordering::SeqCst) {
            task.set_online(true);
        }
        lock(&self.inner.tasks).insert(id, task);
    }
}

/// What no account may be without.
fn check_settings(settings: &AccountSettings) -> Result<()> {
    for (service, server) in [(Service::Imap, &settings.imap), (Service::Smtp, &settings.smtp)] {
        if server.host.trim().is_empty() || server.port == 0 {
            return Err(Invalid::ServerIncomplete(service).into());
        }
        let local = settings.demo || is_loopback(&server.host);
        if server.security == Security::None && !local {
            return Err(Invalid::Unencrypted(service).into());
        }
    }
    signing_in::check_servers(settings)?;
    if settings.address.is_non_mail_user() {
        // Only a system that answers telephones may write in that name (RFC 3801 section 4.1.2).
        return Err(Invalid::OwnAddress(settings.address.clone()).into());
    }
    if settings.user.is_empty() {
        return Err(Invalid::NoUser.into());
    }
    Ok(())
}

/// Whether a host is an address of this computer, written as such (a name could point anywhere).
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
