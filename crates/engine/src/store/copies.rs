//! The second place of unsent mail: a file beside the database for every row of the outbox, in
//! `unsent/`. It serves three ends:
//!
//! 1. A damaged database costs no message: what waits is put back from here ([`restore`]).
//! 2. A full disk costs no outcome: the mark of a file is eight octets that are written in place,
//!    which needs no room. It says that content may have left ([`Mark::Data`], before the first octet
//!    does) and that the server has taken it ([`Mark::Accepted`], before the database is told).
//! 3. Octets that changed on the disk are not sent: each file holds their SHA-256, and so does the row.
//!
//! After every transaction that changed the outbox, [`mirror`] makes the files agree with the rows:
//! so a file is written after its row is durable, and goes after it. What must not depend on the
//! database is marked by itself. A file is removed when nothing is left to be done, the copy in Sent
//! included.
//!
//! Where rows and files disagree at a start ([`restore`]): a row without file gets one; a file without
//! row is a message whose row was lost, unless the message is in Sent already or was taken back
//! ([`Mark::Gone`]); and of two states the one in which more may have happened counts, so that nothing
//! is ever sent twice without the user's word. A file that cannot be put back is the last of its
//! message: it goes to `damaged/`, where nothing is removed by itself.

use std::{
    collections::{HashMap, HashSet},
    fs::{self, File},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use rusqlite::{Connection, Transaction, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    Error, Result, Store,
    blobs::make_private_dir,
    files,
    ops::{OpState, OpType},
    outbox::{self, Phase, RelatedAs},
    pieces,
    vocabulary::{Word, quoted},
};
use crate::{content::Content, types::FailureWhy};
use aloud_model::{AccountId, OutboxId};

/// The folder of the files.
pub(super) const FOLDER: &str = "unsent";
/// First octets of a file.
const MAGIC: &[u8; 16] = b"ALOUD-UNSENT-1\r\n";
/// Where the mark stands, and how often its letter is repeated.
const MARK: (u64, usize) = (64, 8);
/// Where the rest begins: a sector of its own for the mark.
const BODY: u64 = 512;
/// Longest description of a row.
const ROW_MAX: u64 = 16 * 1024 * 1024;
/// Longest message.
pub(crate) const OCTETS_MAX: u64 = 512 * 1024 * 1024;
/// Files that are looked at.
const FILES: usize = 10_000;

/// What a file says about its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Nothing of it has left.
    Waiting,
    /// It is a receipt that waits for `$MDNSent`.
    Blocked,
    /// Content may have left, and no reply is known.
    Data,
    /// The server has taken it.
    Accepted,
    /// It was refused.
    Failed,
    /// The user took it back, or it is done.
    Gone,
}

impl Mark {
    const ALL: [Self; 6] =
        [Self::Waiting, Self::Blocked, Self::Data, Self::Accepted, Self::Failed, Self::Gone];

    fn letter(self) -> u8 {
        match self {
            Self::Waiting => b'w',
            Self::Blocked => b'b',
            Self::Data => b'd',
            Self::Accepted => b'a',
            Self::Failed => b'f',
            Self::Gone => b'g',
        }
    }

    /// What stands in a file. A mark that cannot be read leaves everything open.
    fn read(octets: [u8; MARK.1]) -> Self {
        let whole = Self::ALL.into_iter().find(|mark| octets == [mark.letter(); MARK.1]);
        whole.unwrap_or(Self::Data)
    }

    /// The mark for a row in a state.
    fn of(phase: Phase) -> Self {
        match phase {
            Phase::Held | Phase::Queued | Phase::Connecting => Self::Waiting,
            Phase::Blocked => Self::Blocked,
            Phase::Data | Phase::Ambiguous => Self::Data,
            Phase::Accepted => Self::Accepted,
            Phase::Failed => Self::Failed,
        }
    }
}

/// A row of the outbox as its file describes it, with the words of its columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Row {
    id: i64,
    account: i64,
    message_id: String,
    reverse_path: String,
    forward_paths: String,
    shown_to: String,
    subject: String,
    duration_ms: i64,
    receipt: bool,
    notify: bool,
    due: i64,
    created: i64,
    /// It waits for the end of the time to undo it.
    held: bool,
}

impl Row {
    /// Whether all is the same that never changes.
    fn is_same_message(&self, other: &Self) -> bool {
        let (due, held) = (other.due, other.held);
        Self { due, held, ..self.clone() } == *other
    }
}

/// A file whose description can be read.
struct Copy {
    file: PathBuf,
    mark: Mark,
    row: Row,
}

pub(crate) fn folder(dir: &Path) -> PathBuf {
    dir.join(FOLDER)
}

/// The file of a row.
fn file_of(dir: &Path, id: OutboxId) -> PathBuf {
    folder(dir).join(format!("{}.message", id.0))
}

/// Every file of the folder.
fn files_in(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder(dir)) else { return Vec::new() };
    let all = entries.flatten().map(|entry| entry.path());
    all.filter(|file| file.extension().is_some_and(|e| e == "message")).take(FILES).collect()
}

/// Writes a mark in place, on the disk when this returns; false where there is no such file.
///
/// # Errors
/// What the disk says.
pub(crate) fn mark(store: &Store, id: OutboxId, mark: Mark) -> Result<bool> {
    put_mark(&file_of(store.dir(), id), mark)
}

fn put_mark(file: &Path, mark: Mark) -> Result<bool> {
    let mut file = match fs::OpenOptions::new().read(true).write(true).open(file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        file => file?,
    };
    if read_mark(&mut file)? != mark {
        file.seek(SeekFrom::Start(MARK.0))?;
        file.write_all(&[mark.letter(); MARK.1])?;
        file.sync_data()?;
    }
    Ok(true)
}

/// Whether the file of a row is there and takes a mark; a file that is missing is written first. Without
/// it nothing may leave. Blocks.
///
/// # Errors
/// [`Error::DiskFull`], [`Error::Store`] with what the disk says.
pub(crate) fn ready(store: &Store, id: OutboxId) -> Result<()> {
    let open = || fs::OpenOptions::new().read(true).write(true).open(file_of(store.dir(), id));
    if open().is_err() {
        store.read_now(|c| mirror(store, c))?;
        // A row that was taken back meanwhile has none, and its gate stays shut.
        let taken_back = |error: &std::io::Error| error.kind() == std::io::ErrorKind::NotFound;
        open().map(|_| ()).or_else(|error| if taken_back(&error) { Ok(()) } else { Err(error) })?;
    }
    Ok(())
}

/// What the file of a row says; `None` where there is none.
pub(crate) fn marked(store: &Store, id: OutboxId) -> Option<Mark> {
    let mut file = File::open(file_of(store.dir(), id)).ok()?;
    read_mark(&mut file).ok()
}

fn read_mark(file: &mut File) -> std::io::Result<Mark> {
    let mut octets = [0; MARK.1];
    file.seek(SeekFrom::Start(MARK.0))?;
    file.read_exact(&mut octets)?;
    Ok(Mark::read(octets))
}

/// A length, a digest and so many octets.
fn block(octets: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(octets.len() + 40);
    out.extend((octets.len() as u64).to_le_bytes());
    out.extend(Sha256::digest(octets));
    out.extend(octets);
    out
}

/// Reads a block back; `None` when it is not as it was written.
fn read_block(file: &mut File, most: u64) -> Option<Vec<u8>> {
    let (len, digest) = read_head(file, most)?;
    let mut octets = Vec::new();
    file.take(len).read_to_end(&mut octets).ok()?;
    (Sha256::digest(&octets).as_slice() == digest).then_some(octets)
}

/// Length and digest of the octets that follow.
fn read_head(file: &mut File, most: u64) -> Option<(u64, [u8; 32])> {
    let (mut len, mut digest) = ([0; 8], [0; 32]);
    file.read_exact(&mut len).ok()?;
    file.read_exact(&mut digest).ok()?;
    let len = u64::from_le_bytes(len);
    // The file itself bounds what is read.
    (len <= most && len <= file.metadata().ok()?.len()).then_some((len, digest))
}

fn read(file: PathBuf) -> Option<Copy> {
    let mut open = File::open(&file).ok()?;
    let mut magic = [0; MAGIC.len()];
    open.read_exact(&mut magic).ok()?;
    if magic != *MAGIC {
        return None;
    }
    let mark = read_mark(&mut open).ok()?;
    open.seek(SeekFrom::Start(BODY)).ok()?;
    let row = serde_json::from_slice(&read_block(&mut open, ROW_MAX)?).ok()?;
    Some(Copy { file, mark, row })
}

/// The message in a file, if it is as it was written.
fn content_in(file: &Path) -> Option<Content> {
    let mut open = File::open(file).ok()?;
    open.seek(SeekFrom::Start(BODY)).ok()?;
    read_block(&mut open, ROW_MAX)?;
    let (len, digest) = read_head(&mut open, OCTETS_MAX)?;
    let content = Content::section(file, open.stream_position().ok()?, len).expecting(digest);
    content.check().ok()?;
    Some(content)
}

/// The message of a row as it was frozen: the copy where it is sound, else what the database holds.
///
/// # Errors
/// [`Error::Altered`] where neither has it as it was.
pub(crate) fn content(store: &Store, id: OutboxId) -> Result<Content> {
    let known = store.read_now(|c| pieces::known(c, id))?;
    let copy = content_in(&file_of(store.dir(), id));
    let is_it = |copy: &Content| {
        known.is_none_or(|(len, digest)| copy.len() == len && copy.digest().ok() == Some(digest))
    };
    match copy.filter(is_it) {
        Some(content) => Ok(content),
        None => store.read_now(|c| pieces::content(c, id, &folder(store.dir()))),
    }
}

fn write(dir: &Path, row: &Row, mark: Mark, c: &Connection) -> Result<()> {
    let mut out = MAGIC.to_vec();
    out.resize(MARK.0 as usize, b' ');
    out.extend([mark.letter(); MARK.1]);
    out.resize(BODY as usize, b' ');
    out.extend(block(&serde_json::to_vec(row).map_err(|e| Error::Store(e.to_string()))?));
    let id = OutboxId(row.id);
    files::write_whole_with(&file_of(dir, id), |file| {
        file.write_all(&out)?;
        // Length and digest are known when the message was written.
        let head = out.len() as u64;
        file.write_all(&[0; 40])?;
        let (mut len, mut hash) = (0u64, Sha256::new());
        pieces::each(c, id, |piece| {
            len += piece.len() as u64;
            hash.update(piece);
            Ok(file.write_all(piece)?)
        })?;
        file.seek(SeekFrom::Start(head))?;
        file.write_all(&len.to_le_bytes())?;
        Ok(file.write_all(&hash.finalize())?)
    })
}

const ROW: &str = "SELECT id, account, message_id, reverse_path, forward_paths, shown_to, subject, \
                   duration_ms, receipt, notify, due, created, state FROM outbox";

fn row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    Ok(Row {
        id: row.get(0)?,
        account: row.get(1)?,
        message_id: row.get(2)?,
        reverse_path: row.get(3)?,
        forward_paths: row.get(4)?,
        shown_to: row.get(5)?,
        subject: row.get(6)?,
        duration_ms: row.get(7)?,
        receipt: row.get(8)?,
        notify: row.get(9)?,
        due: row.get(10)?,
        created: row.get(11)?,
        held: row.get::<_, Word<Phase>>(12)?.0 == Phase::Held,
    })
}

/// Id and state of every row; no state where its word cannot be read.
fn states(c: &Connection) -> Result<Vec<(OutboxId, Option<Phase>)>> {
    let mut query = c.prepare_cached("SELECT id, state FROM outbox")?;
    let rows = query.query_map([], |row| {
        Ok((OutboxId(row.get(0)?), row.get::<_, Word<Phase>>(1).ok().map(|Word(phase)| phase)))
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Message-IDs of messages whose copy in Sent the server does not have yet.
fn unfiled(c: &Connection) -> Result<HashSet<String>> {
    let mut query = c.prepare_cached(&format!(
        "SELECT m.message_id FROM ops o JOIN messages m ON m.id = o.message \
         WHERE o.kind = ?1 AND o.state IN ({})",
        quoted(&[OpState::Waiting, OpState::Failed])
    ))?;
    let rows = query.query_map([Word(OpType::Append)], |row| row.get(0))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Makes the files agree with the rows. Called by the store after a transaction that changed the
/// outbox. What the disk does not take is tried again after the next one. Blocks.
pub(super) fn mirror(store: &Store, c: &Connection) -> Result<()> {
    let dir = store.dir();
    make_private_dir(&folder(dir))?;
    // First the files: what is listed here was a row before.
    let mut left: HashSet<PathBuf> = files_in(dir).into_iter().collect();
    for (id, phase) in states(c)? {
        let file = file_of(dir, id);
        let here = left.remove(&file);
        let Some(phase) = phase else { continue };
        if here {
            // While it is on its way, whoever sends it marks it.
            if !matches!(phase, Phase::Connecting | Phase::Data) {
                put_mark(&file, Mark::of(phase))?;
            }
        } else {
            let row = c.prepare_cached(&format!("{ROW} WHERE id = ?1"))?.query_row([id.0], row)?;
            match write(dir, &row, Mark::of(phase), c) {
                // There is nothing that could stand in a second place.
                Err(Error::Altered) => tracing::error!(id = id.0, "a message was altered"),
                written => written?,
            }
        }
    }
    if left.is_empty() {
        return Ok(());
    }
    let unfiled = unfiled(c)?;
    for file in left {
        let keep = read(file.clone()).is_some_and(|copy| {
            copy.mark == Mark::Accepted && unfiled.contains(&copy.row.message_id)
        });
        if !keep {
            let _ = fs::remove_file(file);
        }
    }
    Ok(())
}

/// Takes a message back: no start brings it back, whatever ends the process before its row is gone.
/// Blocks.
///
/// # Errors
/// As [`outbox::cancel`]; the message stays then.
pub(crate) fn take_back(store: &Store, id: OutboxId) -> Result<()> {
    let taken = store.write_now(|t| {
        outbox::cancel(t, id)?;
        mark(store, id, Mark::Gone)
    });
    if let Err(error) = taken {
        if let Ok(entry) = store.read_now(|c| outbox::one(c, id))
            && marked(store, id) == Some(Mark::Gone)
        {
            mark(store, id, Mark::of(entry.phase))?;
        }
        return Err(error);
    }
    Ok(())
}

/// Takes back all messages of an account that is about to be removed, in its transaction.
pub(crate) fn let_go(store: &Store, t: &Transaction<'_>, account: AccountId) -> Result<()> {
    let mut query = t.prepare_cached("SELECT id FROM outbox WHERE account = ?1")?;
    let mut rows = query.query([account.0])?;
    while let Some(row) = rows.next()? {
        mark(store, OutboxId(row.get(0)?), Mark::Gone)?;
    }
    Ok(())
}

/// Rows that were on their way when their process ended, or the disk took nothing: what the server
/// has taken is accepted; what did not reach DATA, or was turned down, goes again; the rest is
/// ambiguous. Only for the process that sends; what it is sending now, from the accounts that are busy, is
/// left alone. Blocks.
///
/// # Errors
/// [`Error::DiskFull`] while the disk takes nothing, [`Error::Store`].
pub(crate) fn recover(store: &Store, busy: &HashSet<AccountId>) -> Result<()> {
    let sent_from = |c: &Connection, id: OutboxId| outbox::one(c, id).map(|entry| entry.account);
    let on_their_way: Vec<(OutboxId, Phase)> = store.read_now(|c| {
        let rows = states(c)?.into_iter().filter_map(|(id, phase)| Some((id, phase?)));
        let going = rows.filter(|(_, phase)| matches!(phase, Phase::Connecting | Phase::Data));
        Ok(going.filter(|(id, _)| sent_from(c, *id).is_ok_and(|a| !busy.contains(&a))).collect())
    })?;
    if on_their_way.is_empty() {
        return Ok(());
    }
    let now = store.now();
    store.write_now(|t| {
        for (id, phase) in &on_their_way {
            let phase = match (phase, marked(store, *id)) {
                (_, Some(Mark::Accepted)) => Phase::Accepted,
                (Phase::Data, Some(Mark::Failed)) => Phase::Failed,
                // The mark is written before the first octet of the content leaves.
                (Phase::Data, None | Some(Mark::Data)) => Phase::Ambiguous,
                _ => Phase::Queued,
            };
            set_phase(t, *id, phase, now)?;
        }
        Ok(())
    })
}

fn set_phase(t: &Transaction<'_>, id: OutboxId, phase: Phase, now: i64) -> Result<()> {
    match phase {
        Phase::Accepted => outbox::accept(t, id, false, now).map(|_| ()),
        Phase::Ambiguous => {
            outbox::mark_ambiguous(t, id, &crate::types::Failure::new(FailureWhy::Ended), now)
        }
        Phase::Failed => outbox::fail(t, id, &crate::types::Failure::new(FailureWhy::Refused)),
        Phase::Held | Phase::Blocked | Phase::Queued | Phase::Connecting | Phase::Data => {
            t.execute(
                "UPDATE outbox SET state = ?2 WHERE id = ?1",
                params![id.0, Word(Phase::Queued)],
            )?;
            Ok(())
        }
    }
}

/// What became of the files at a start.
pub(super) struct Restored {
    /// Messages that came back.
    pub(super) back: usize,
    /// Files that could not be put back, and lie in `damaged/`.
    pub(super) strays: usize,
}

/// Puts back what the database has lost, and tells it what it does not know. Only where nobody else
/// has the folder open. Blocks.
///
/// # Errors
/// [`Error::Store`], [`Error::DiskFull`].
pub(super) fn restore(store: &Store) -> Result<Restored> {
    let dir = store.dir();
    make_private_dir(&folder(dir))?;
    let copies: Vec<Copy> = files_in(dir).into_iter().filter_map(read).collect();
    let now = store.now();
    let mut back = 0;
    let strays = store.write_now(|t| {
        let rows: HashMap<OutboxId, Option<Phase>> = states(t)?.into_iter().collect();
        for copy in &copies {
            let id = OutboxId(copy.row.id);
            match rows.get(&id) {
                Some(phase) => agree(t, copy, *phase, now)?,
                None if copy.mark != Mark::Gone && wanted(t, copy)? => {
                    let Some(content) = content_in(&copy.file) else { continue };
                    // The same row under another number, which only damage gives it.
                    t.execute(
                        "DELETE FROM outbox WHERE message_id = ?1 AND created = ?2",
                        params![copy.row.message_id, copy.row.created],
                    )?;
                    put_back(t, copy, &content, copy.mark, now)?;
                    back += 1;
                }
                None => {}
            }
        }
        // Before the end of the transaction, which brings the files in step with the rows.
        put_aside(dir, t)
    })?;
    // Also where nothing was changed: rows of an earlier version have no files.
    store.read_now(|c| mirror(store, c))?;
    Ok(Restored { back, strays })
}

/// Moves files without a row away before [`mirror`] removes them, unless nothing is left to be done
/// about their messages. Returns how many.
fn put_aside(dir: &Path, c: &Connection) -> Result<usize> {
    let rows: HashSet<PathBuf> = states(c)?.into_iter().map(|(id, _)| file_of(dir, id)).collect();
    let aside = super::rebuild::folder(dir);
    let mut moved = 0;
    for file in files_in(dir).into_iter().filter(|file| !rows.contains(file)) {
        let gone = File::open(&file).and_then(|mut file| read_mark(&mut file));
        if matches!(gone, Ok(Mark::Gone))
            || read(file.clone()).map_or(Ok(false), |copy| done(c, &copy))?
        {
            continue;
        }
        make_private_dir(&aside)?;
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        fs::rename(&file, aside.join(format!("{stem}-{:08x}.message", rand::random::<u32>())))?;
        moved += 1;
    }
    if moved > 0 {
        files::sync_dir(&aside)?;
        tracing::error!(moved, "unsent messages cannot be put back");
    }
    Ok(moved)
}

/// Makes a row agree with its file: what never changes is as the file has it, and of two states the
/// one counts in which more may have happened.
fn agree(t: &Transaction<'_>, copy: &Copy, phase: Option<Phase>, now: i64) -> Result<()> {
    let id = OutboxId(copy.row.id);
    let same = t
        .prepare_cached(&format!("{ROW} WHERE id = ?1"))?
        .query_row([id.0], row)
        .is_ok_and(|here| here.is_same_message(&copy.row));
    let (Some(phase), true) = (phase, same) else {
        if let Some(content) = content_in(&copy.file) {
            let mark = match phase {
                Some(Phase::Data | Phase::Ambiguous) if copy.mark == Mark::Waiting => Mark::Data,
                _ => copy.mark,
            };
            t.execute("DELETE FROM outbox WHERE id = ?1", [id.0])?;
            if mark != Mark::Gone && wanted(t, copy)? {
                put_back(t, copy, &content, mark, now)?;
            }
        }
        return Ok(());
    };
    // A row of before does not say what its octets come to.
    if matches!(pieces::known(t, id), Ok(None))
        && let Some(content) = content_in(&copy.file)
    {
        pieces::note(t, id, &content)?;
    }
    match copy.mark {
        Mark::Accepted if phase != Phase::Accepted => set_phase(t, id, Phase::Accepted, now),
        Mark::Data if matches!(phase, Phase::Held | Phase::Queued | Phase::Failed) => {
            set_phase(t, id, Phase::Ambiguous, now)
        }
        Mark::Gone => {
            t.execute("DELETE FROM outbox WHERE id = ?1", [id.0])?;
            Ok(())
        }
        Mark::Waiting | Mark::Blocked | Mark::Failed | Mark::Data | Mark::Accepted => Ok(()),
    }
}

/// Whether a file without row is a message that something is to be done about.
fn wanted(c: &Connection, copy: &Copy) -> Result<bool> {
    let account = c
        .prepare_cached("SELECT 1 FROM accounts WHERE id = ?1")?
        .exists([AccountId(copy.row.account).0])?;
    Ok(account && !done(c, copy)?)
}

/// Whether the server has a message, and there is nothing of it to be filed.
fn done(c: &Connection, copy: &Copy) -> Result<bool> {
    // A message in Sent was sent, and its row went.
    let sent = c
        .prepare_cached("SELECT 1 FROM messages WHERE account = ?1 AND message_id = ?2")?
        .exists(params![copy.row.account, copy.row.message_id])?;
    // A receipt is not filed.
    Ok(copy.mark == Mark::Accepted && (sent || copy.row.receipt))
}

fn put_back(
    t: &Transaction<'_>,
    copy: &Copy,
    content: &Content,
    mark: Mark,
    now: i64,
) -> Result<()> {
    let row = &copy.row;
    let (phase, why) = match mark {
        Mark::Waiting if row.held => (Phase::Held, FailureWhy::None),
        Mark::Waiting | Mark::Gone => (Phase::Queued, FailureWhy::None),
        // Whether the keyword was stored, nobody knows any more: the user decides.
        Mark::Blocked | Mark::Failed => (Phase::Failed, FailureWhy::Other),
        Mark::Data => (Phase::Ambiguous, FailureWhy::Ended),
        Mark::Accepted => (Phase::Accepted, FailureWhy::None),
    };
    t.execute(
        "INSERT INTO outbox (id, account, message_id, reverse_path, forward_paths, shown_to, \
         subject, duration_ms, receipt, notify, state, due, created, octets, related_as, why, \
         doubtful_since) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
        params![
            row.id,
            row.account,
            row.message_id,
            row.reverse_path,
            row.forward_paths,
            row.shown_to,
            row.subject,
            row.duration_ms,
            row.receipt,
            row.notify,
            Word(phase),
            if phase == Phase::Held { row.due } else { now },
            row.created,
            pieces::column(content)?,
            Word(RelatedAs::Nothing),
            Word(why),
            if phase == Phase::Ambiguous { now } else { 0 },
        ],
    )?;
    pieces::put(t, OutboxId(row.id), content)
}
