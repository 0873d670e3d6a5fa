//! What becomes of a damaged database: it is put aside under `damaged/`, where the last three stay, and
//! a new one takes its place, filled from the second places (`kept`, `copies`). The servers hold the
//! rest; the next pass fetches it.
//!
//! A database is checked before it is used (`PRAGMA quick_check`, and that its schema, its accounts and
//! its identity are ours) unless it was closed in order and has not been touched since, which a small
//! file (`closed`) says. Where a process died over it (`in-use`), what is kept beside it counts. An
//! error of SQLite that tells of damage while Aloud runs leaves a mark (`check`): the next start looks
//! at everything. Only a process that is alone in the folder does any of this.
//!
//! An error alone is no damage: the system may have no file, no memory or no right to give. Damage is
//! what SQLite calls so, and what is found when one looks for it; any other error ends the start and
//! leaves everything where it is.

use std::{
    fs,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use rusqlite::Connection;

use super::{
    Error, Result, accounts, blobs::make_private_dir, configure, files, kept, meta, migrate, ops,
};

/// Says how the database was when it was closed in order.
const CLOSED: &str = "closed";
/// Says that this version or a later one has the database open, or died over it.
const IN_USE: &str = "in-use";
/// Says that the database gave reason for doubt.
const CHECK: &str = "check";
/// Where damaged databases are put.
const ASIDE: &str = "damaged";
/// How many of them are kept.
const ASIDE_MAX: usize = 3;
/// How many versions ahead a database is taken for one of a newer program, whatever its schema.
const NEWER_MAX: usize = 1_000;

/// What happened to a damaged database, and to unsent mail that is damaged too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebuilt {
    /// Where it lies now; `None` where the database itself was sound.
    pub aside: Option<PathBuf>,
    /// Messages of the outbox that came back from their second place.
    pub unsent: usize,
    /// Files of unsent messages that could not be put back.
    pub strays: usize,
    /// Where those lie now.
    pub folder: PathBuf,
}

/// The database of a folder, sound and with the newest schema; a damaged one is put aside first. The
/// caller is alone in the folder. Returns where a damaged one went. Blocks.
///
/// # Errors
/// [`Error::NewerDatabase`], [`Error::DiskFull`], [`Error::Store`].
pub(super) fn open(dir: &Path) -> Result<(Connection, Option<PathBuf>)> {
    let file = dir.join("aloud.db");
    let doubted = dir.join(CHECK).exists();
    let closed = was_closed(dir, &file) && !doubted;
    // Otherwise an earlier version had it last, which knows no copies: those are older then.
    let died = dir.join(IN_USE).exists();
    let existed = match fs::metadata(&file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        meta => meta?.len() > 0,
    };
    let checked = || -> Result<Connection> {
        if existed {
            migrate::refuse_newer(&file)?;
        }
        let mut connection = connect(&file)?;
        if let Err(error) = migrate::migrate(&mut connection, dir) {
            return Err(cause(&connection, error));
        }
        if existed && !closed {
            check(&connection, dir, doubted)?;
        }
        Ok(connection)
    };
    let lost = !existed && kept::identity(dir)?.is_some();
    let why = match if lost { Err(Error::Damaged("gone".into())) } else { checked() } {
        Ok(connection) => {
            let _ = fs::remove_file(dir.join(CHECK));
            if !closed && existed && died {
                connection.unchecked_transaction().map_err(Error::from).and_then(|t| {
                    kept::agree(dir, &t)?;
                    Ok(t.commit()?)
                })?;
            }
            note_in_use(dir);
            return Ok((connection, None));
        }
        Err(Error::Damaged(why)) => why,
        Err(Error::NewerDatabase { found, known })
            if found > known + NEWER_MAX && is_our_schema(&file) =>
        {
            format!("user_version {found} > {known}")
        }
        Err(other) => return Err(other),
    };
    tracing::error!(%why, "the database is damaged and is made anew");
    let aside = put_aside(dir)?;
    let mut connection = connect(&file)?;
    migrate::migrate(&mut connection, dir)?;
    let t = connection.transaction()?;
    if !kept::fill(dir, &t)? {
        kept::salvage(&aside.join("aloud.db"), &t)?;
    }
    t.commit()?;
    let _ = fs::remove_file(dir.join(CHECK));
    note_in_use(dir);
    Ok((connection, Some(aside)))
}

/// Opens the database file, made if need be.
pub(super) fn connect(file: &Path) -> Result<Connection> {
    super::blobs::make_private_file(file)?;
    let connection = Connection::open(file)?;
    configure(&connection)?;
    Ok(connection)
}

/// What an error of a migration stands for: damage where the database is not sound, or not what its
/// version says; else itself.
fn cause(c: &Connection, error: Error) -> Error {
    let Error::Store(why) = error else { return error };
    let sound = say_ok(c, "PRAGMA quick_check(1)").and_then(|()| {
        let steps = migrate::schema_of(migrate::version(c)?)?;
        Ok(migrate::schema(c)? == steps)
    });
    match sound {
        Ok(false) => Error::Damaged(why),
        Err(Error::Damaged(found)) => Error::Damaged(found),
        Ok(true) | Err(_) => Error::Store(why),
    }
}

/// Has SQLite look for damage.
fn say_ok(c: &Connection, pragma: &str) -> Result<()> {
    let said: String = c.query_row(pragma, [], |row| row.get(0))?;
    if said == "ok" { Ok(()) } else { Err(Error::Damaged(said)) }
}

/// Reads what cannot be done without: a value that nobody can read is damage, unless the system keeps
/// its octets from being read at all.
fn check_accounts(c: &Connection) -> Result<()> {
    let read = || -> Result<()> {
        for account in accounts::accounts(c)? {
            accounts::mailbox_rows(c, account.id)?;
            // What was asked for is beside the database, too.
            if let Some(error) = ops::unreadable(c, account.id)?.into_iter().next() {
                return Err(error);
            }
        }
        Ok(())
    };
    match read() {
        Err(Error::Store(_)) => {}
        known => return known,
    }
    for table in ["accounts", "mailboxes", "ops"] {
        let mut query = c.prepare(&format!("SELECT * FROM {table}"))?;
        let mut rows = query.query([])?;
        while rows.next()?.is_some() {}
    }
    read().map_err(|error| match error {
        Error::Store(why) => Error::Damaged(why),
        known => known,
    })
}

/// Looks whether a database is sound and ours.
fn check(c: &Connection, dir: &Path, all: bool) -> Result<()> {
    let pragma = if all { "PRAGMA integrity_check(1)" } else { "PRAGMA quick_check(1)" };
    say_ok(c, pragma)?;
    if migrate::schema(c)? != migrate::newest_schema()? {
        return Err(Error::Damaged("schema".into()));
    }
    // Without a second place there is nothing better than what an earlier version left.
    let Some(kept) = kept::identity(dir)? else { return Ok(()) };
    check_accounts(c)?;
    if meta::get(c, meta::IDENTITY)? != Some(kept) {
        return Err(Error::Damaged("identity".into()));
    }
    Ok(())
}

/// Whether a database that seems far newer than this program has our own schema: then its version is
/// damaged.
fn is_our_schema(file: &Path) -> bool {
    let schema = Connection::open(file).map_err(Error::from).and_then(|c| migrate::schema(&c));
    matches!((schema, migrate::newest_schema()), (Ok(theirs), Ok(ours)) if theirs == ours)
}

/// The folder of what is damaged.
pub(super) fn folder(dir: &Path) -> PathBuf {
    dir.join(ASIDE)
}

/// Moves the database and what belongs to it into a folder of its own.
fn put_aside(dir: &Path) -> Result<PathBuf> {
    let all = folder(dir);
    let since = UNIX_EPOCH.elapsed().unwrap_or_default();
    let aside = all.join(format!("{:012}-{:08x}", since.as_secs(), rand::random::<u32>()));
    make_private_dir(&aside)?;
    for name in ["aloud.db-wal", "aloud.db-shm", "aloud.db"] {
        match fs::rename(dir.join(name), aside.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    files::sync_dir(dir)?;
    let mut folders: Vec<PathBuf> =
        fs::read_dir(&all)?.flatten().map(|entry| entry.path()).filter(|p| p.is_dir()).collect();
    folders.sort();
    let most = folders.len().saturating_sub(ASIDE_MAX);
    for old in folders.into_iter().take(most) {
        let _ = fs::remove_dir_all(old);
    }
    Ok(aside)
}

/// Length and time of the last change, as text.
fn state(file: &Path) -> Option<String> {
    let meta = fs::metadata(file).ok()?;
    let changed = meta.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(format!("{} {}", meta.len(), changed.as_nanos()))
}

/// Whether the database is as it was closed. Only once: from now on it is in use.
fn was_closed(dir: &Path, file: &Path) -> bool {
    let said = fs::read_to_string(dir.join(CLOSED)).ok();
    let _ = fs::remove_file(dir.join(CLOSED));
    let log = fs::metadata(dir.join("aloud.db-wal")).is_ok_and(|meta| meta.len() > 0);
    !log && said.is_some() && said == state(file)
}

/// Notes that the database was closed in order. The caller is alone in the folder.
pub(super) fn note_closed(dir: &Path) {
    if let Some(state) = state(&dir.join("aloud.db")) {
        let _ = files::write_whole(&dir.join(CLOSED), state.as_bytes());
        let _ = fs::remove_file(dir.join(IN_USE));
    }
}

fn note_in_use(dir: &Path) {
    let _ = files::write_whole(&dir.join(IN_USE), b"");
}

/// Notes that an error told of damage.
pub(super) fn doubt(dir: &Path) {
    let _ = files::write_whole(&dir.join(CHECK), b"");
}
