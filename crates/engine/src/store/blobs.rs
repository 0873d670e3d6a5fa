//! Message files: whole messages named by their SHA-256 (two copies of one mail share a file),
//! beginnings of messages named by their row until they are whole.
//!
//! A file gets its final name only once it is complete and flushed, so a torn download can never
//! pass for a message. One process at a time changes these files (`bodies.lock`).

use std::{
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::MutexGuard,
    thread,
};

use rusqlite::{Connection, OptionalExtension, params};

use super::{
    Error, Missing, Result, Store, folder, lock,
    raw::{OWN, Raw},
};
use crate::content::{Altered, Content, Digest};
use aloud_message::large::Bounds;
use aloud_model::MessageKey;

/// Files that are brought to the disk at a time.
const FLUSHED: usize = 8;
/// Octets that are copied at a time.
const COPIED: usize = 64 * 1024;

/// What of a message is on this computer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Have {
    /// Octets here.
    pub here: u64,
    /// Octets in all, as the server says.
    pub total: u64,
    /// Whether it is whole.
    pub complete: bool,
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            _ if Altered::is(&error) => Self::Altered,
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                Self::DiskFull
            }
            _ => Self::Store(error.to_string()),
        }
    }
}

/// Message files are ours to change until this is dropped: two processes that fetch one message
/// write one file.
struct Held<'a>(MutexGuard<'a, Option<File>>);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        if let Some(file) = self.0.as_ref() {
            let _ = file.unlock();
        }
    }
}

impl Store {
    /// What is here of a message. Blocks.
    ///
    /// # Errors
    /// [`Error::Store`]; [`Error::NotFound`] for an unknown message.
    pub fn have(&self, key: MessageKey) -> Result<Have> {
        let (total, sha) = self.read_now(|c| body_row(c, key))?;
        if let Some(sha) = sha {
            let here = fs::metadata(self.blob_path(&sha)).map(|m| m.len()).unwrap_or(0);
            if here > 0 || total == 0 {
                return Ok(Have { here, total: here, complete: true });
            }
        }
        let here = fs::metadata(self.partial_path(key)).map(|m| m.len()).unwrap_or(0);
        Ok(Have { here, total: total.max(here), complete: false })
    }

    /// The best octets at hand: the whole message, else its beginning, else its header block.
    /// Blocks.
    ///
    /// # Errors
    /// As [`Self::have`].
    pub fn octets(&self, key: MessageKey) -> Result<(Vec<u8>, Have)> {
        let (raw, have) = self.raw(key)?;
        Ok((raw.whole()?.into_owned(), have))
    }

    /// As [`Self::octets`], of a large message held only as far as it is looked at. Blocks.
    pub(crate) fn raw(&self, key: MessageKey) -> Result<(Raw, Have)> {
        let have = self.have(key)?;
        let (_, sha) = self.read_now(|c| body_row(c, key))?;
        let mut octets = match sha {
            Some(sha) if have.complete => Raw::read(&self.blob_path(&sha), Bounds::default())?,
            _ if have.here > 0 => Raw::read(&self.partial_path(key), Bounds::default())?,
            _ => Raw::default(),
        };
        if !have.complete {
            let head: Option<Vec<u8>> = self.read_now(|c| {
                let mut query =
                    c.prepare_cached("SELECT octets FROM headers WHERE message = ?1")?;
                Ok(query.query_row([key.0], |row| row.get(0)).optional()?)
            })?;
            octets = head.filter(|h| h.len() as u64 > octets.total()).map_or(octets, Raw::from);
        }
        Ok((octets, have))
    }

    /// A message that is here whole, to be sent on; `None` where it is not. Blocks.
    pub(crate) fn content(&self, key: MessageKey) -> Result<Option<Content>> {
        let (_, sha) = self.read_now(|c| body_row(c, key))?;
        match sha {
            Some(sha) if self.have(key)?.complete => {
                let content = Content::of_file(&self.blob_path(&sha))?;
                let digest = unhex(&sha).ok_or(Error::Altered)?;
                Ok(Some(content.expecting(digest)))
            }
            _ => Ok(None),
        }
    }

    /// At most so many octets of the beginning of a message that is not whole yet, from `offset` on;
    /// nothing where it is whole, or not here. Blocks.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn beginning_from(&self, key: MessageKey, offset: u64, most: u64) -> Result<Vec<u8>> {
        let mut octets = Vec::new();
        match File::open(self.partial_path(key)) {
            Ok(mut file) => {
                file.seek(SeekFrom::Start(offset))?;
                file.take(most).read_to_end(&mut octets)?;
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
        Ok(octets)
    }

    /// Adds octets that begin at `offset`; what is already here is not written again. Returns how
    /// many octets are here now. Blocks.
    ///
    /// # Errors
    /// [`Error::Store`]; also when `offset` would leave a hole.
    pub fn append_body(&self, key: MessageKey, offset: u64, octets: &[u8]) -> Result<u64> {
        let _held = self.hold_bodies()?;
        let have = self.have(key)?;
        if have.complete {
            // Another process was faster.
            return Ok(have.here);
        }
        let path = self.partial_path(key);
        let mut file = private_options().create(true).truncate(false).open(&path)?;
        let here = file.metadata()?.len();
        if offset > here {
            return Err(Error::Store(format!("octets {here}..{offset} missing")));
        }
        let known = usize::try_from(here - offset).unwrap_or(usize::MAX);
        if let Some(new) = octets.get(known..).filter(|new| !new.is_empty()) {
            file.seek(SeekFrom::End(0))?;
            file.write_all(new)?;
            return Ok(here + new.len() as u64);
        }
        Ok(here)
    }

    /// Makes beginnings the whole: hashes them, gives the files their final names and notes them, all
    /// in one transaction. Returns the messages in the same order. Blocks.
    pub(crate) fn finish_bodies(&self, keys: &[MessageKey]) -> Result<Vec<Raw>> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let _held = self.hold_bodies()?;
        self.finish_held(keys, Bounds::default())
    }

    fn finish_held(&self, keys: &[MessageKey], bounds: Bounds) -> Result<Vec<Raw>> {
        let mut begun = Vec::with_capacity(keys.len());
        for key in keys {
            let path = self.partial_path(*key);
            begun.push(match self.read_now(|c| body_row(c, *key))?.1 {
                // Another process was faster.
                Some(sha) if !path.exists() => Begun::Whole(self.blob_path(&sha)),
                _ => Begun::File(private_options().create(true).truncate(false).open(&path)?),
            });
        }
        flush(&begun)?;
        let (mut raws, mut ours) = (Vec::with_capacity(keys.len()), Vec::new());
        for (key, begun) in keys.iter().zip(begun) {
            raws.push(match begun {
                Begun::Whole(blob) => Raw::read(&blob, bounds)?,
                Begun::File(file) => {
                    let (raw, sha) = Raw::hashed(file, bounds)?;
                    let (blob, total) = (self.blob_path(&sha), raw.total());
                    if let Some(parent) = blob.parent() {
                        make_private_dir(parent)?;
                    }
                    let raw = raw.at(&blob);
                    ours.push((*key, sha, total, blob));
                    raw
                }
            });
        }
        let mut named = Ok(());
        let mut renamed = 0;
        for (key, _, _, blob) in &ours {
            named = fs::rename(self.partial_path(*key), blob);
            if named.is_err() {
                break;
            }
            renamed += 1;
        }
        // What has its final name is noted, whatever became of the others.
        ours.truncate(renamed);
        if ours.is_empty() {
            named?;
            return Ok(raws);
        }
        self.write_now(|t| {
            let mut note = t.prepare_cached(
                "INSERT INTO bodies (message, total, sha256) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (message) DO UPDATE SET total = excluded.total, sha256 = excluded.sha256",
            )?;
            for (key, sha, total, _) in &ours {
                note.execute(params![key.0, to_sql(*total), sha])?;
            }
            Ok(())
        })?;
        named?;
        Ok(raws)
    }

    /// Stores a whole message that did not come in pieces (one we sent). Blocks.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub(crate) fn store_body(&self, key: MessageKey, content: &Content) -> Result<()> {
        let _held = self.hold_bodies()?;
        let path = self.partial_path(key);
        let mut file = private_options().create(true).truncate(true).open(&path)?;
        content.each(COPIED, |piece| file.write_all(piece))?;
        drop(file);
        self.finish_held(&[key], OWN).map(|_| ())
    }

    /// Keeps other processes from the second places for as long as the answer is held.
    pub(super) fn hold_second(&self) -> Result<File> {
        let path = self.dir().join("kept.lock");
        let file = private_options().create(true).truncate(false).open(path)?;
        folder::wait_for(|| file.try_lock())?;
        Ok(file)
    }

    fn hold_bodies(&self) -> Result<Held<'_>> {
        let mut file = lock(&self.inner.bodies);
        if file.is_none() {
            let path = self.dir().join("bodies.lock");
            *file = Some(private_options().create(true).truncate(false).open(path)?);
        }
        if let Some(file) = file.as_ref() {
            folder::wait_for(|| file.try_lock())?;
        }
        Ok(Held(file))
    }

    /// Removes message files that no row names any more. Blocks; called at start.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn sweep_files(&self) -> Result<()> {
        let _held = self.hold_bodies()?;
        for entry in fs::read_dir(self.dir().join("partial"))?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let key: Option<i64> = name.strip_suffix(".part").and_then(|n| n.parse().ok());
            let alive = match key {
                Some(key) => {
                    self.read_now(|c| exists(c, "SELECT 1 FROM messages WHERE id = ?1", key))?
                }
                None => false,
            };
            if !alive {
                let _ = fs::remove_file(entry.path());
            }
        }
        for bucket in fs::read_dir(self.dir().join("blobs"))?.flatten() {
            let Ok(files) = fs::read_dir(bucket.path()) else { continue };
            for entry in files.flatten() {
                let sha = entry.file_name().to_string_lossy().into_owned();
                let alive =
                    self.read_now(|c| exists(c, "SELECT 1 FROM bodies WHERE sha256 = ?1", &sha))?;
                if !alive {
                    let _ = fs::remove_file(entry.path());
                }
            }
        }
        Ok(())
    }

    fn partial_path(&self, key: MessageKey) -> PathBuf {
        self.dir().join("partial").join(format!("{}.part", key.0))
    }

    fn blob_path(&self, sha: &str) -> PathBuf {
        self.dir().join("blobs").join(sha.get(..2).unwrap_or("00")).join(sha)
    }
}

/// A message file that is to get its final name.
enum Begun {
    File(File),
    /// It has one.
    Whole(PathBuf),
}

/// Brings files to the disk, several at a time: a disk takes many as fast as one.
fn flush(begun: &[Begun]) -> Result<()> {
    let part = begun.len().div_ceil(FLUSHED).max(1);
    let sync = |part: &[Begun]| {
        part.iter().try_for_each(|one| match one {
            Begun::File(file) => file.sync_all(),
            Begun::Whole(_) => Ok(()),
        })
    };
    thread::scope(|scope| {
        let (first, rest) = begun.split_at(part.min(begun.len()));
        let others: Vec<_> =
            rest.chunks(part).map(|part| scope.spawn(move || sync(part))).collect();
        let mut outcome = sync(first);
        for other in others {
            let ended = other.join().unwrap_or_else(|_| Err(ErrorKind::Other.into()));
            outcome = outcome.and(ended);
        }
        Ok(outcome?)
    })
}

fn body_row(c: &Connection, key: MessageKey) -> Result<(u64, Option<String>)> {
    let mut query = c.prepare_cached(
        "SELECT max(coalesce(b.total, 0), m.size), coalesce(b.sha256, '') \
         FROM messages m LEFT JOIN bodies b ON b.message = m.id WHERE m.id = ?1",
    )?;
    let row = query.query_row([key.0], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)));
    let (total, sha) = row.optional()?.ok_or(Error::NotFound(Missing::Message(key)))?;
    Ok((u64::try_from(total).unwrap_or(0), super::some(sha)))
}

fn exists(c: &Connection, sql: &str, value: impl rusqlite::ToSql) -> Result<bool> {
    Ok(c.prepare_cached(sql)?.exists([value])?)
}

pub(super) fn to_sql(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

fn unhex(name: &str) -> Option<Digest> {
    let mut digest = Digest::default();
    for (at, octet) in digest.iter_mut().enumerate() {
        *octet = u8::from_str_radix(name.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(digest)
}

/// Reading and writing; a file that is made is for this user only.
pub(crate) fn private_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options
}

/// Makes a folder (and its parents) that only the user can enter.
pub(crate) fn make_private_dir(dir: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(dir)?;
    Ok(())
}

/// Locks a file, made if need be, until the answer is dropped or the process ends; `None` while
/// another has it.
pub(crate) fn try_lock(file: &Path) -> Result<Option<File>> {
    let file = private_options().create(true).truncate(false).open(file)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(error)) => Err(error.into()),
    }
}

/// Makes a file that only the user can read, if it is not there yet.
pub(crate) fn make_private_file(file: &Path) -> Result<()> {
    private_options().create(true).truncate(false).open(file)?;
    Ok(())
}
