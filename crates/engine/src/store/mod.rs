//! The local store: one SQLite database and a folder of message files. The only module that knows
//! SQL.
//!
//! One writer and a few query-only readers, all on blocking threads; WAL with `synchronous=FULL`,
//! so whatever a committed transaction says survives a crash (the outbox rests on that). The folder
//! has second places for what no server has (`copies`, `kept`), from which a damaged database is made
//! anew (`rebuild`). It is made with mode 0700 and the database with 0600. Schema: numbered files in
//! `migrations/`, `docs/schema.sql` shows the outcome (test below). Tests: `tests` modules of the submodules and
//! `tests/engine/`.
//!
//! It does no network and knows no rule of voice mail beyond what a row needs.

use std::{
    collections::VecDeque,
    fs::File,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use rusqlite::{
    Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior, config::DbConfig, ffi,
    hooks::Action,
};

use super::{
    lock::lock,
    types::{Error, Missing},
};
use aloud_model::MessageKey;

pub mod accounts;
pub mod blobs;
pub(crate) mod care;
pub mod classify;
pub mod contacts;
pub(crate) mod copies;
pub mod deliveries;
pub mod files;
mod folder;
mod kept;
pub mod list;
mod looking;
pub mod messages;
pub mod meta;
mod migrate;
pub mod ops;
pub mod outbox;
mod pieces;
pub(crate) mod positions;
pub(crate) mod raw;
mod rebuild;
pub mod receipts;
mod same;
pub mod search;
pub mod sent_drafts;
mod sink;
mod tighten;
pub(crate) mod vocabulary;
pub mod zone;

pub use rebuild::Rebuilt;

/// How long a message or a mailbox that the server took away is kept as a shadow, in seconds.
const SHADOW_SECONDS: i64 = 7 * 24 * 3600;

/// A connection that only reads; callers pass it on to the functions of this module.
pub(crate) type Reader = Connection;
/// The one transaction that writes.
pub(crate) type Writer<'a> = Transaction<'a>;

pub(crate) type Result<T> = std::result::Result<T, Error>;

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        match error {
            rusqlite::Error::QueryReturnedNoRows => Self::NotFound(Missing::Row),
            // Says which column holds what it should not.
            rusqlite::Error::FromSqlConversionFailure(_, _, reason)
                if reason.is::<vocabulary::UnknownWord>() =>
            {
                Self::Store(reason.to_string())
            }
            rusqlite::Error::SqliteFailure(fault, said) => fault_of(fault, said),
            other => Self::Store(other.to_string()),
        }
    }
}

/// What SQLite says, in classes that a caller can act on.
fn fault_of(fault: rusqlite::ffi::Error, said: Option<String>) -> Error {
    let words = || said.unwrap_or_else(|| fault.to_string());
    match (fault.code, fault.extended_code) {
        (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => Error::FolderBusy,
        (ErrorCode::DiskFull, _) => Error::DiskFull,
        // A quota, or a limit on the size of files, is told as a write that failed.
        (_, ffi::SQLITE_IOERR_WRITE | ffi::SQLITE_IOERR_SHMSIZE) => Error::DiskFull,
        (_, ffi::SQLITE_IOERR_SHORT_READ | ffi::SQLITE_IOERR_CORRUPTFS) => Error::Damaged(words()),
        (ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase, _) => Error::Damaged(words()),
        _ => Error::Store(words()),
    }
}

/// The database and the folder of message files. Clones share them.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

/// Is told the name of each durable step.
pub(crate) type Told = Arc<dyn Fn(&str) + Send + Sync>;

struct Inner {
    dir: PathBuf,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    /// Messages that were listed lately: their beginnings are wanted first.
    looked_at: Mutex<VecDeque<MessageKey>>,
    clock: Clock,
    /// Shows other processes that the folder is in use.
    here: Mutex<Option<File>>,
    /// What the second places do not have yet.
    changed: Arc<Changed>,
    /// Something was damaged when it was opened.
    rebuilt: Option<Rebuilt>,
    /// Locked while message files change: `bodies.lock`, once it is open.
    bodies: Mutex<Option<File>>,
    /// Told of each transaction.
    steps: OnceLock<Told>,
}

/// What transactions changed that the second places (`copies`, `kept`) have not been told of.
#[derive(Default)]
struct Changed {
    outbox: AtomicBool,
    kept: AtomicBool,
    /// The generation of the last copy in `kept`.
    saved: AtomicU64,
    /// Operations were asked for.
    asked: AtomicBool,
    /// Operations ended: their list may wait a while.
    ended: AtomicBool,
}

impl Changed {
    fn note(&self, action: Action, table: &str) {
        let flag = match (table, action) {
            ("outbox", _) => &self.outbox,
            ("ops", Action::SQLITE_INSERT) => &self.asked,
            ("ops", _) => &self.ended,
            _ if kept::is_kept(action, table) => &self.kept,
            _ => return,
        };
        flag.store(true, Ordering::SeqCst);
    }

    /// Counts a change of what is kept, or sees that it was counted already.
    fn count(&self, t: &Transaction<'_>) -> Result<()> {
        if self.kept.load(Ordering::SeqCst) {
            kept::touch(t)?;
        } else if kept::generation(t)? != self.saved.load(Ordering::SeqCst) {
            self.kept.store(true, Ordering::SeqCst);
        }
        Ok(())
    }
}

/// Tells the time, in seconds since 1970 in UTC; tests bring their own.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// The computer's clock.
#[must_use]
pub fn system_clock() -> Clock {
    Arc::new(|| jiff::Timestamp::now().as_second())
}

/// Pages of the database that the writer keeps, in KiB (negative means so): the indexes of a large
/// mailbox are written all over.
const WRITER_CACHE: i64 = -16_384;
/// Pages of the write-ahead log before they are brought into the database: what is written again and
/// again in a first fetch is brought there once.
const LOG_PAGES: i64 = 4000;
/// How many idle readers are kept.
const READERS: usize = 4;
/// How many listed messages are remembered.
const LOOKED_AT: usize = 400;

impl Store {
    /// Opens or makes the store under `dir`. Blocks.
    ///
    /// # Errors
    /// [`Error::Store`] when the disk or database fails, or when the database was written by a
    /// newer Aloud (it is then left untouched).
    pub fn open(dir: &Path, clock: Clock) -> Result<Self> {
        Self::open_and_tidy(dir, clock, |_| Ok(()))
    }

    /// As [`Self::open`]; where no other process has the folder open, `tidy` runs before one may.
    ///
    /// # Errors
    /// As [`Self::open`], [`Error::FolderBusy`] when another process keeps it to itself for too long,
    /// and what `tidy` returns.
    pub(crate) fn open_and_tidy(
        dir: &Path,
        clock: Clock,
        tidy: impl FnOnce(&Self) -> Result<()>,
    ) -> Result<Self> {
        blobs::make_private_dir(dir)?;
        for sub in ["blobs", "partial", "recordings"] {
            blobs::make_private_dir(&dir.join(sub))?;
        }
        let entered = folder::enter(dir)?;
        let (mut writer, aside) = if entered.alone {
            rebuild::open(dir)?
        } else {
            let file = dir.join("aloud.db");
            migrate::refuse_newer(&file)?;
            let mut writer = rebuild::connect(&file)?;
            migrate::migrate(&mut writer, dir)?;
            (writer, None)
        };
        writer.pragma_update(None, "cache_size", WRITER_CACHE)?;
        writer.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
        // What a statement changed of pages is kept until it ends: in memory, not in a file each.
        writer.pragma_update(None, "temp_store", "MEMORY")?;
        // Else statements are planned again whenever they are given other values.
        writer.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        let saved = AtomicU64::new(kept::generation(&writer)?);
        let changed = Arc::new(Changed { saved, ..Changed::default() });
        let noted = Arc::clone(&changed);
        writer
            .update_hook(Some(move |action, _: &str, table: &str, _| noted.note(action, table)))?;
        let inner = Inner {
            dir: dir.to_owned(),
            writer: Mutex::new(writer),
            readers: Mutex::default(),
            looked_at: Mutex::default(),
            clock,
            here: Mutex::default(),
            bodies: Mutex::default(),
            steps: OnceLock::new(),
            changed,
            rebuilt: None,
        };
        let mut store = Self { inner: Arc::new(inner) };
        if entered.alone {
            tighten::tighten(dir);
            tighten::remove_old_copies(dir);
            tighten::remove_unfinished(dir);
            store.write_now(|t| match meta::get(t, meta::IDENTITY)? {
                Some(_) => Ok(()),
                None => meta::set(t, meta::IDENTITY, Some(&rand::random::<[u8; 16]>())),
            })?;
            let copies::Restored { back: unsent, strays } = copies::restore(&store)?;
            if let Some(inner) = Arc::get_mut(&mut store.inner)
                && (aside.is_some() || strays > 0)
            {
                let folder = rebuild::folder(dir);
                inner.rebuilt = Some(Rebuilt { aside, unsent, strays, folder });
            }
            store.read_now(|c| store.keep(c))?;
            tidy(&store)?;
        }
        *lock(&store.inner.here) = entered.share()?;
        Ok(store)
    }

    /// The next process may be alone in the folder; called when nothing more is written.
    pub(crate) fn leave(&self) {
        if self.inner.changed.ended.swap(false, Ordering::SeqCst)
            && let Err(error) = self.read_now(|c| kept::save_operations(self, c))
        {
            tracing::warn!(error = error.class(), "the operations that wait were not listed");
        }
        lock(&self.inner.readers).clear();
        let Some(file) = lock(&self.inner.here).take() else { return };
        let _ = file.unlock();
        if file.try_lock().is_ok() {
            rebuild::note_closed(self.dir());
        }
    }

    /// Saves what is kept beside the database.
    fn keep(&self, c: &Connection) -> Result<()> {
        let saved = kept::save(self, c)?;
        self.inner.changed.saved.store(saved, Ordering::SeqCst);
        Ok(())
    }

    /// What was done when the database, or unsent mail, turned out to be damaged at the start.
    #[must_use]
    pub fn rebuilt(&self) -> Option<&Rebuilt> {
        self.inner.rebuilt.as_ref()
    }

    /// Brings the second places in step with the database. What fails is tried again after the next
    /// transaction; the transaction itself is done.
    fn second_places(&self, c: &Connection) {
        let changed = &self.inner.changed;
        let step = |flag: &AtomicBool, work: &dyn Fn() -> Result<()>| {
            if !flag.swap(false, Ordering::SeqCst) {
                return;
            }
            if let Err(error) = work() {
                flag.store(true, Ordering::SeqCst);
                tracing::warn!(error = error.class(), "the second place was not written");
            }
        };
        step(&changed.outbox, &|| copies::mirror(self, c));
        step(&changed.kept, &|| self.keep(c));
        step(&changed.asked, &|| kept::save_operations(self, c));
    }

    /// Passes an outcome on; damage makes the next start look.
    fn watched<T>(&self, outcome: Result<T>) -> Result<T> {
        if let Err(Error::Damaged(_)) = &outcome {
            rebuild::doubt(self.dir());
        }
        outcome
    }

    /// Has each transaction told as the step `stored`, before what follows from it.
    pub(crate) fn tell_steps(&self, steps: Told) {
        let _ = self.inner.steps.set(steps);
    }

    /// The folder it lives in.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.inner.dir
    }

    /// The time now, in seconds since 1970 in UTC.
    #[must_use]
    pub fn now(&self) -> i64 {
        (self.inner.clock)()
    }

    /// Notes which messages somebody looks at in a list; true when some were not noted before.
    pub(crate) fn look_at(&self, keys: impl Iterator<Item = MessageKey>) -> bool {
        let mut seen = lock(&self.inner.looked_at);
        let mut news = false;
        for key in keys {
            if !seen.contains(&key) {
                news = true;
                seen.push_back(key);
            }
        }
        while seen.len() > LOOKED_AT {
            seen.pop_front();
        }
        news
    }

    /// The keys of [`Self::look_at`].
    fn looked_at(&self) -> Vec<MessageKey> {
        lock(&self.inner.looked_at).iter().copied().collect()
    }

    /// Runs one transaction on a blocking thread; it is durable when this returns.
    ///
    /// # Errors
    /// What `work` returns (then nothing is written), or [`Error::Store`].
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let store = self.clone();
        blocking(move || store.write_now(work)).await
    }

    /// Runs a query on a blocking thread.
    ///
    /// # Errors
    /// What `work` returns, or [`Error::Store`].
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let store = self.clone();
        blocking(move || store.read_now(work)).await
    }

    /// [`Self::write`] on this thread.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn write_now<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let mut writer = lock(&self.inner.writer);
        let outcome = (|| {
            let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let outcome = work(&transaction)?;
            self.inner.changed.count(&transaction)?;
            transaction.commit()?;
            Ok(outcome)
        })();
        if outcome.is_ok() {
            if let Some(steps) = self.inner.steps.get() {
                steps("stored");
            }
            self.second_places(&writer);
        }
        self.watched(outcome)
    }

    /// [`Self::read`] on this thread.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_now<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let idle = lock(&self.inner.readers).pop();
        let reader = match idle {
            Some(reader) => reader,
            None => {
                let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                let reader = Connection::open_with_flags(self.inner.dir.join("aloud.db"), flags)?;
                configure(&reader)?;
                reader.pragma_update(None, "query_only", true)?;
                reader
            }
        };
        let outcome = work(&reader);
        let mut readers = lock(&self.inner.readers);
        if readers.len() < READERS {
            readers.push(reader);
        }
        drop(readers);
        self.watched(outcome)
    }

    /// Brings the write-ahead log into the database; called at shutdown. Blocks.
    pub fn checkpoint(&self) {
        lock(&self.inner.readers).clear();
        let writer = lock(&self.inner.writer);
        if let Err(error) = writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())) {
            tracing::warn!(%error, "checkpoint failed");
        }
    }
}

fn configure(connection: &Connection) -> Result<()> {
    connection.busy_timeout(Duration::from_secs(20))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// Runs blocking work off the async threads.
///
/// # Errors
/// What the work returns; [`Error::Store`] when it panicked, [`Error::Stopped`] at shutdown.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(error) if error.is_panic() => Err(Error::Store("panic".into())),
        Err(_) => Err(Error::Stopped),
    }
}

/// Text that is present, or nothing: the store keeps `''` for what a message does not have.
pub(crate) fn some(text: String) -> Option<String> {
    if text.is_empty() { None } else { Some(text) }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A store in a folder of its own, gone with the value.
    pub(crate) fn scratch() -> (tempfile::TempDir, Store) {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let store = Store::open(&dir.path().join("data"), system_clock()).expect("a store");
        (dir, store)
    }

    #[test]
    fn readers_cannot_write_and_failed_work_leaves_nothing() {
        let (_dir, store) = scratch();
        let denied = store.read_now(|c| Ok(c.execute("DELETE FROM accounts", [])?));
        assert!(denied.is_err());
        let failed: Result<()> = store.write_now(|t| {
            t.execute("INSERT INTO meta (name, value) VALUES ('a', x'00')", [])?;
            Err(Error::Stopped)
        });
        assert!(failed.is_err());
        let count: i64 = store
            .read_now(|c| {
                Ok(c.query_row("SELECT count(*) FROM meta WHERE name = 'a'", [], |r| r.get(0))?)
            })
            .expect("a count");
        assert_eq!(count, 0);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let (_dir, store) = scratch();
        let mode = |p: PathBuf| std::fs::metadata(p).map(|m| m.permissions().mode() & 0o777).ok();
        assert_eq!(mode(store.dir().to_owned()), Some(0o700));
        assert_eq!(mode(store.dir().join("aloud.db")), Some(0o600));
        assert_eq!(mode(store.dir().join("blobs")), Some(0o700));
    }
}
