//! Drafts: what somebody began to write or to record, kept on this computer until it is sent.
//!
//! One folder a draft under `recordings/`, named [`DraftId`]. In it lie the recordings (WAV files
//! that the recorder writes), the last [`REVISIONS`] revisions of everything else
//! ([`DraftContent`], JSON), and a lock file. The contract:
//!
//! 1. [`Drafts::save`] returns when the revision is on the disk: the file is flushed (`fsync`),
//!    takes its name by renaming, and the folder is flushed. A kill or a power cut leaves the
//!    revision before or this one, never half of one.
//! 2. A revision that holds nothing never follows one that holds something, and of several revisions
//!    the largest stays even when it is older than the last [`REVISIONS`].
//! 3. A revision carries an edition that its writer counts up; a late one is ignored, so two saves
//!    on their way at once cannot change places.
//! 4. One process owns an open draft: it holds the lock file (`flock`, released by the kernel when
//!    the process dies). Others neither list nor change nor remove it.
//! 5. A folder is removed only when the user says so, when the message was handed over, or when it
//!    certainly holds nothing: no sound, no word, no recipient that somebody chose.
//!
//! Why files and not rows of the database: the recordings are files already, so a draft is one thing
//! in one place; a revision waits for nobody (the database has one writer, which a sync may hold for
//! longer than the second that typing may be at risk); and a database that is damaged or too new
//! takes no half-written message with it.
//!
//! Folders of earlier versions hold `draft.json` instead of revisions and are read as revision 0.
//! Reading is forgiving: a broken revision yields to the one before, and names inside a file are
//! never used as paths. It knows nothing of the window; tests: `tests.rs` beside this file.

use std::{
    collections::{HashMap, HashSet},
    fs::{self, File},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use aloud_model::{AccountId, Address, Importance, MessageKey, voice::VoiceFormat};
use serde::{Deserialize, Serialize};

use crate::{
    errors::{Missing, Result},
    lock::lock,
    store::{Clock, blobs, files},
    types::{Error, Relation},
};

mod handle;
mod journal;
mod outbox;
mod sound;
#[cfg(test)]
mod tests;

pub use outbox::Unsent;
pub use sound::read_take;

/// Revisions of a draft that are kept.
pub const REVISIONS: usize = 20;
/// Drafts that are listed.
const LISTED: usize = 200;
/// The file that the owner of a draft holds locked.
const LOCK: &str = "lock";
/// Begin of the name of a folder that is being made or removed.
const PASSING: &str = ".passing-";
/// Seconds after which a folder of that name was left by a crash.
const PASSING_MAX: u64 = 24 * 3600;
/// How often, and how long apart, a lock is tried: a process that only looks holds it for a moment.
const TRIES: u32 = 10;
const BETWEEN_TRIES: Duration = Duration::from_millis(20);

/// Names a draft: the name of its folder.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DraftId(String);

impl DraftId {
    /// A new name, unlike all others; later ones sort after earlier ones.
    #[must_use]
    pub fn random() -> Self {
        let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
        Self(format!("draft-{}-{:08x}", since.as_secs(), rand::random::<u32>()))
    }

    /// Reads a name back. Nothing that could lead out of the folder of drafts is one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("draft-")?;
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let good = !rest.is_empty() && rest.len() <= 64 && rest.chars().all(plain);
        good.then(|| Self(text.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for DraftId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A recipient of a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Recipient {
    /// An address.
    Address(Address),
    /// Text that is no address (yet), as it was typed.
    Text(String),
}

impl Recipient {
    /// The address, if it is one.
    #[must_use]
    pub fn address(&self) -> Option<&Address> {
        match self {
            Self::Address(address) => Some(address),
            Self::Text(_) => None,
        }
    }

    /// Name, address or what was typed.
    #[must_use]
    pub fn label(&self) -> &str {
        match self {
            Self::Address(address) => address.label(),
            Self::Text(text) => text,
        }
    }
}

/// Everything of a draft but its sound.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DraftContent {
    /// The account it is to be sent from.
    pub account: Option<AccountId>,
    /// The message it answers.
    pub reply_to: Option<MessageKey>,
    /// The answer goes to all recipients.
    pub reply_all: bool,
    /// The message it forwards.
    pub forward: Option<MessageKey>,
    /// To.
    pub to: Vec<Recipient>,
    /// What is typed after the recipients of To.
    pub to_typed: String,
    /// Cc.
    pub cc: Vec<Recipient>,
    /// What is typed after the recipients of Cc.
    pub cc_typed: String,
    /// Subject.
    pub subject: String,
    /// A text message rather than a voice message.
    pub text: bool,
    /// Text of a text message, or note with a voice message.
    pub note: String,
    /// Importance.
    pub importance: Importance,
    /// Private.
    pub private: bool,
    /// Ask for a receipt.
    pub ask_receipt: bool,
    /// Format; `None` chooses per recipient.
    pub format: Option<VoiceFormat>,
    /// File name of the recording in the draft's folder.
    pub take: Option<String>,
    /// File name of the spoken subject there.
    pub spoken_subject: Option<String>,
    /// The user changed something. Until then recipients and subject are those that Aloud filled in,
    /// and without sound there is nothing to keep.
    pub by_hand: bool,
}

impl DraftContent {
    /// The message it answers or forwards.
    #[must_use]
    pub fn relation(&self) -> Relation {
        match (self.forward, self.reply_to) {
            (Some(key), _) => Relation::Forward(key),
            (None, Some(to)) => Relation::Reply { to, include_original: false },
            (None, None) => Relation::New,
        }
    }

    /// Whether it holds no word and no recipient of the user's own. Sound is another matter.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let lines = [&self.subject, &self.to_typed, &self.cc_typed];
        let chosen = !self.to.is_empty()
            || !self.cc.is_empty()
            || lines.iter().any(|line| !line.trim().is_empty());
        self.note.trim().is_empty() && !(self.by_hand && chosen)
    }

    /// Whether it names sound or holds something else.
    fn holds_something(&self) -> bool {
        !self.is_empty() || self.take.is_some() || self.spoken_subject.is_some()
    }
}

/// A recording of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sound {
    /// Its file.
    pub file: PathBuf,
    /// Its length.
    pub length: Duration,
}

/// A draft as it is on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its name.
    pub id: DraftId,
    /// Its folder.
    pub dir: PathBuf,
    /// Everything but its sound.
    pub content: DraftContent,
    /// The recording.
    pub take: Option<Sound>,
    /// The spoken subject.
    pub spoken: Option<Sound>,
    /// The recording that it names is not on the disk any more.
    pub sound_lost: bool,
    /// Its newest revision; 0 for a draft of an earlier version.
    pub revision: u64,
    /// When it was last written, in seconds since 1970.
    pub written: i64,
}

/// A draft in a list of all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The draft.
    pub draft: Draft,
    /// A window has it open, here or in another process.
    pub open: bool,
}

/// A revision of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Its number; later ones are higher.
    pub number: u64,
    /// When it was written, in seconds since 1970.
    pub written: i64,
    /// What it holds.
    pub content: DraftContent,
}

/// What became of a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// It is on the disk.
    Written,
    /// The newest revision says the same.
    Unchanged,
    /// It holds nothing and the newest revision something: that one stays.
    FullerKept,
    /// A later edition is on the disk already.
    Late,
}

/// What became of a draft that was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    /// It is kept. Otherwise it held nothing, and its folder is gone.
    pub kept: bool,
    /// The recording that it named is not on the disk any more.
    pub sound_lost: bool,
}

/// A draft that this process owns.
struct Owned {
    /// Held so that others stay away.
    lock: Option<File>,
    /// Of the last revision that was written.
    edition: u64,
}

/// The drafts of a data folder. Clones share them.
#[derive(Clone)]
pub(crate) struct Drafts {
    root: Arc<PathBuf>,
    clock: Clock,
    open: Arc<Mutex<HashMap<DraftId, Arc<Mutex<Owned>>>>>,
    /// Drafts that were closed here: a save of theirs that comes late must not bring them back.
    done: Arc<Mutex<HashSet<DraftId>>>,
}

impl Drafts {
    /// Those under a folder, which exists.
    pub(crate) fn new(root: PathBuf, clock: Clock) -> Self {
        Self { root: Arc::new(root), clock, open: Arc::default(), done: Arc::default() }
    }

    /// The folder of a draft.
    fn dir(&self, id: &DraftId) -> PathBuf {
        self.root.join(id.as_str())
    }

    fn owned(&self, id: &DraftId) -> Option<Arc<Mutex<Owned>>> {
        lock(&self.open).get(id).cloned()
    }

    fn own(&self, id: &DraftId, lock_file: Option<File>) {
        lock(&self.done).remove(id);
        let owned = Owned { lock: lock_file, edition: 0 };
        lock(&self.open).insert(id.clone(), Arc::new(Mutex::new(owned)));
    }

    /// Lets go of a draft.
    fn let_go_of(&self, id: &DraftId) {
        lock(&self.done).insert(id.clone());
        lock(&self.open).remove(id);
    }

    /// Makes the folder of a new draft and owns it, unless that was done. Blocks, as all that
    /// follow.
    ///
    /// # Errors
    /// [`Error::Store`]; [`Error::DraftInUse`] when another has a draft of that name.
    pub(crate) fn create(&self, id: &DraftId) -> Result<()> {
        if self.owned(id).is_some() {
            return Ok(());
        }
        let dir = self.dir(id);
        if dir.exists() {
            return Err(Error::DraftInUse);
        }
        // The folder gets its name once it is locked: nobody ever sees it empty and without owner.
        let passing = self.root.join(format!("{PASSING}{id}"));
        blobs::make_private_dir(&passing)?;
        let held = hold(&passing.join(LOCK))?;
        fs::rename(&passing, &dir)?;
        files::sync_dir(&self.root)?;
        self.own(id, held);
        Ok(())
    }

    /// Owns a draft that is there, to go on with it.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::DraftInUse`] when it is open here or in another process.
    pub(crate) fn resume(&self, id: &DraftId) -> Result<Draft> {
        let held = self.hold(id)?;
        let draft = self.read(id)?;
        self.own(id, held);
        Ok(draft)
    }

    /// Locks a draft that nobody has open.
    fn hold(&self, id: &DraftId) -> Result<Option<File>> {
        let dir = self.dir(id);
        if !dir.is_dir() {
            return Err(gone(id));
        }
        if self.owned(id).is_some() {
            return Err(Error::DraftInUse);
        }
        let held = hold(&dir.join(LOCK))?;
        // Its owner may have removed it while we waited.
        if dir.is_dir() { Ok(held) } else { Err(gone(id)) }
    }

    /// Writes a revision of a draft that is open here, or new.
    ///
    /// # Errors
    /// [`Error::DraftInUse`] when another has it; [`Error::Store`] when the disk takes nothing: then
    /// the revisions before are still there.
    pub(crate) fn save(&self, id: &DraftId, edition: u64, content: &DraftContent) -> Result<Saved> {
        if lock(&self.done).contains(id) {
            return Ok(Saved::Late);
        }
        self.create(id)?;
        let owned = self.owned(id).ok_or_else(|| gone(id))?;
        let mut owned = lock(&owned);
        if edition <= owned.edition {
            return Ok(Saved::Late);
        }
        let dir = self.dir(id);
        if !dir.is_dir() {
            // Somebody removed it under us: what is still known is kept all the same.
            blobs::make_private_dir(&dir)?;
            owned.lock = hold(&dir.join(LOCK))?;
        }
        let saved = journal::append(&dir, content, (self.clock)())?;
        owned.edition = edition;
        Ok(saved)
    }

    /// Lets go of a draft after a last revision; without one what was written counts. A draft that
    /// holds nothing is removed.
    ///
    /// # Errors
    /// As [`Self::save`]; the draft stays open then.
    pub(crate) fn close(
        &self,
        id: &DraftId,
        edition: u64,
        content: Option<&DraftContent>,
    ) -> Result<Closed> {
        let dir = self.dir(id);
        let named = content.and_then(|content| content.take.as_deref());
        let sound_lost = named.is_some_and(|name| !dir.join(name).exists())
            && sound::newest_take(&dir).is_none();
        if let Some(content) = content.filter(|content| content.holds_something()) {
            self.save(id, edition, content)?;
        }
        let kept = dir.is_dir() && !is_nothing(&dir);
        if !kept {
            remove(&self.root, id)?;
        }
        self.let_go_of(id);
        Ok(Closed { kept, sound_lost })
    }

    /// A draft, open or not.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub(crate) fn read(&self, id: &DraftId) -> Result<Draft> {
        read(id, &self.dir(id)).ok_or_else(|| gone(id))
    }

    /// The drafts that nobody has open, newest first. Folders that certainly hold nothing go.
    pub(crate) fn list(&self) -> Vec<Draft> {
        let all = self.list_all().into_iter();
        all.filter(|listed| !listed.open).map(|listed| listed.draft).collect()
    }

    /// All drafts, newest first, with those that somebody has open. Folders that certainly hold
    /// nothing go.
    pub(crate) fn list_all(&self) -> Vec<Listed> {
        let Ok(entries) = fs::read_dir(self.root.as_path()) else { return Vec::new() };
        let mut ids = Vec::new();
        for entry in entries.flatten() {
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            if name.starts_with(PASSING) {
                sweep(&entry.path());
            } else if entry.path().is_dir() {
                ids.extend(DraftId::parse(name));
            }
        }
        // Names begin with the time: the newest are looked at.
        ids.sort_by(|a, b| b.cmp(a));
        ids.truncate(LISTED);
        let mut found: Vec<Listed> = ids
            .iter()
            .filter_map(|id| {
                let dir = self.dir(id);
                let open = self.is_open(id);
                if !open && is_nothing(&dir) {
                    let _ = self.remove(id);
                    return None;
                }
                Some(Listed { draft: read(id, &dir)?, open })
            })
            .collect();
        found.sort_by_key(|listed| std::cmp::Reverse(listed.draft.written));
        found
    }

    /// Removes a draft that nobody has open, for good.
    ///
    /// # Errors
    /// [`Error::DraftInUse`], [`Error::Store`]. One that is gone already is no error.
    pub(crate) fn remove(&self, id: &DraftId) -> Result<()> {
        let _held = match self.hold(id) {
            Err(Error::NotFound(_)) => return Ok(()),
            held => held?,
        };
        remove(&self.root, id)
    }

    /// Removes a draft whose message was handed over, open here or not.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub(crate) fn handed_over(&self, id: &DraftId) -> Result<()> {
        let removed = remove(&self.root, id);
        self.let_go_of(id);
        removed
    }

    /// Every recording of a draft that sounds, in the order of their names.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub(crate) fn recordings(&self, id: &DraftId) -> Result<Vec<Sound>> {
        let dir = self.dir(id);
        if !dir.is_dir() {
            return Err(gone(id));
        }
        let mut found = sound::takes(&dir);
        found.sort_by(|a, b| a.file.cmp(&b.file));
        Ok(found)
    }

    /// Every revision of a draft, newest first.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub(crate) fn revisions(&self, id: &DraftId) -> Result<Vec<Revision>> {
        let dir = self.dir(id);
        if !dir.is_dir() {
            return Err(gone(id));
        }
        Ok(journal::revisions(&dir))
    }

    /// Makes an earlier revision the newest one; those in between stay.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::DraftInUse`] when the draft is open anywhere.
    pub(crate) fn restore(&self, id: &DraftId, number: u64) -> Result<()> {
        let _held = self.hold(id)?;
        let dir = self.dir(id);
        let revision = journal::revisions(&dir)
            .into_iter()
            .find(|revision| revision.number == number)
            .ok_or_else(|| Error::NotFound(Missing::Revision(number, id.to_string())))?;
        match journal::append(&dir, &revision.content, (self.clock)())? {
            Saved::Written | Saved::Unchanged | Saved::Late => Ok(()),
            // It holds nothing, and what is there stays.
            Saved::FullerKept => Err(Error::NotFound(Missing::Revision(number, id.to_string()))),
        }
    }

    /// Whether a draft is open, here or in another process.
    pub(crate) fn is_open(&self, id: &DraftId) -> bool {
        self.owned(id).is_some() || is_held(&self.dir(id).join(LOCK))
    }

    /// Lets go of all drafts, which stay as they are. For the end of the process.
    pub(crate) fn let_go(&self) {
        lock(&self.open).clear();
    }
}

fn gone(id: &DraftId) -> Error {
    Error::NotFound(Missing::Draft(id.to_string()))
}

/// Locks a file, made if need be; `None` where the file system knows no locks.
fn hold(file: &Path) -> Result<Option<File>> {
    for attempt in 0..TRIES {
        match blobs::try_lock(file) {
            Ok(Some(held)) => return Ok(Some(held)),
            Ok(None) => {}
            Err(error) if file.exists() => {
                tracing::debug!(error = error.class(), "drafts cannot be locked here");
                return Ok(None);
            }
            Err(error) => return Err(error),
        }
        if attempt + 1 < TRIES {
            std::thread::sleep(BETWEEN_TRIES);
        }
    }
    Err(Error::DraftInUse)
}

/// Whether another process holds a lock.
fn is_held(file: &Path) -> bool {
    // Who only looks does not keep others from looking.
    let Ok(file) = File::open(file) else { return false };
    matches!(file.try_lock_shared(), Err(fs::TryLockError::WouldBlock))
}

/// Removes a folder that a crash left while it was made or removed.
fn sweep(dir: &Path) {
    let age =
        fs::metadata(dir).and_then(|meta| meta.modified()).ok().and_then(|t| t.elapsed().ok());
    if age.is_some_and(|age| age.as_secs() > PASSING_MAX) {
        let _ = fs::remove_dir_all(dir);
    }
}

/// Removes the folder of a draft; half of it is never seen.
fn remove(root: &Path, id: &DraftId) -> Result<()> {
    let dir = root.join(id.as_str());
    let passing = root.join(format!("{PASSING}{id}"));
    let at = if fs::rename(&dir, &passing).is_ok() { passing } else { dir };
    match fs::remove_dir_all(at) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Whether a folder certainly holds nothing that anybody made. What cannot be read is something.
fn is_nothing(dir: &Path) -> bool {
    let Ok(entries) = fs::read_dir(dir) else { return false };
    entries.flatten().all(|entry| {
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        if name == LOCK || name.ends_with(journal::UNFINISHED) {
            return true;
        }
        if journal::is_revision(&name) {
            return journal::read(&path).is_some_and(|stored| stored.content.is_empty());
        }
        // A recording of nothing but a header.
        name.ends_with(".wav") && sound::length(&path).is_some_and(|length| length.is_zero())
    })
}

/// The draft in a folder; `None` when nothing of it can be used.
fn read(id: &DraftId, dir: &Path) -> Option<Draft> {
    let newest = journal::newest(dir);
    let (revision, written, content) = match newest {
        Some(found) => (found.number, found.written, found.content),
        None => (0, 0, DraftContent::default()),
    };
    // A name with a folder in it is not ours.
    let named = |name: &str| {
        let plain = Path::new(name).file_name() == Some(std::ffi::OsStr::new(name));
        plain.then(|| dir.join(name))
    };
    let sounding = |file: PathBuf| {
        let length = sound::length(&file).filter(|length| !length.is_zero())?;
        Some(Sound { file, length })
    };
    let take_file = content.take.as_deref().and_then(named);
    let sound_lost = take_file.as_ref().is_some_and(|file| !file.exists());
    let take = take_file.and_then(sounding).or_else(|| sound::newest_take(dir));
    let spoken = content.spoken_subject.as_deref().and_then(named).and_then(sounding);
    if take.is_none() && spoken.is_none() && content.is_empty() {
        return None;
    }
    let recorded = [take.as_ref(), spoken.as_ref()].into_iter().flatten();
    let recorded = recorded.filter_map(|sound| sound::modified(&sound.file)).max();
    Some(Draft {
        id: id.clone(),
        dir: dir.to_owned(),
        sound_lost: sound_lost && take.is_none(),
        content,
        take,
        spoken,
        revision,
        written: written.max(recorded.unwrap_or(0)),
    })
}
