//! The second place of what no server has: accounts, the directory, receipts and what became of sent
//! messages, in `kept/`; and of the operations that the servers do not know of yet. (Unsent mail has
//! its own, `copies`; drafts are files anyway.) A new database is filled from here when the old one
//! turns out to be damaged.
//!
//! The tables are copied into a small database of their own after every transaction that changed one
//! ([`save`]); its name holds its SHA-256, and the one before stays. A number that such a transaction
//! raises ([`touch`]) tells whether a copy is behind its database or ahead of it. Operations are few and change
//! often: they are a list in JSON behind its digest ([`save_operations`]). It names mailboxes and UIDs
//! as the server does, so that what it asks for can be asked for again when the mailbox has been
//! fetched anew ([`ask_again`]).

use std::{
    collections::HashSet,
    fs::{self, File},
    path::{Path, PathBuf},
};

use rusqlite::{
    Connection, OpenFlags, OptionalExtension, Transaction, hooks::Action, params, types::Value,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    Error, Result, Store, accounts,
    blobs::{hex, make_private_dir, make_private_file},
    files, messages, meta,
    ops::{self, OpState, OpType},
    vocabulary::Word,
};
use aloud_model::{Flag, MailboxId, MessageKey};

/// The folder.
pub(super) const FOLDER: &str = "kept";
/// The file of the operations.
const OPERATIONS: &str = "operations.json";
/// Most octets of that file.
const OPERATIONS_MAX: u64 = 16 * 1024 * 1024;
/// End of the name of a copy that is behind its database.
const STALE: &str = "stale";
/// Copies of the tables that stay.
const COPIES: usize = 2;

/// The tables, those that others name first, and which rows of them.
const TABLES: [(&str, &str); 8] = [
    ("accounts", "1"),
    ("contacts", "1"),
    ("contact_emails", "1"),
    ("contact_tels", "1"),
    ("receipts", "1"),
    ("receipt_rules", "1"),
    ("deliveries", "1"),
    ("meta", "name IN ('own-name', 'white-pages', 'identity', 'generation')"),
];

/// Whether a change that SQLite tells of is to be saved. It tells of none in tables without row numbers
/// (`meta`, `receipt_rules`); and an account's columns hold what its servers said, with every pass.
/// Whoever changes what is to be saved there calls [`touch`].
pub(super) fn is_kept(action: Action, table: &str) -> bool {
    let said = table == "accounts" && action == Action::SQLITE_UPDATE;
    !said && TABLES.iter().any(|(name, _)| *name == table)
}

/// Counts a change of what is kept, in the transaction that makes it.
pub(super) fn touch(t: &Transaction<'_>) -> Result<()> {
    let next = generation(t)?.saturating_add(1);
    meta::set(t, meta::GENERATION, Some(&next.to_be_bytes()))
}

/// How often what is kept was changed; 0 where nobody counted.
pub(super) fn generation(c: &Connection) -> Result<u64> {
    let octets = meta::get(c, meta::GENERATION)?.and_then(|octets| octets.try_into().ok());
    Ok(octets.map_or(0, u64::from_be_bytes))
}

fn folder(dir: &Path) -> PathBuf {
    dir.join(FOLDER)
}

fn columns(c: &Connection, table: &str) -> Result<Vec<String>> {
    let mut query = c.prepare("SELECT name FROM pragma_table_info(?1)")?;
    let names = query.query_map([table], |row| row.get(0))?;
    Ok(names.collect::<std::result::Result<_, _>>()?)
}

/// Copies the rows of a table that both databases have, as far as they can be read; returns how many
/// were new.
fn copy_rows(from: &Connection, to: &Connection, table: &str, which: &str) -> Result<usize> {
    let known: HashSet<String> = columns(to, table)?.into_iter().collect();
    let mut names = columns(from, table)?;
    names.retain(|name| known.contains(name));
    if names.is_empty() {
        return Ok(0);
    }
    let (list, count) = (names.join(", "), names.len());
    let marks = vec!["?"; count].join(", ");
    let mut insert =
        to.prepare(&format!("INSERT OR IGNORE INTO {table} ({list}) VALUES ({marks})"))?;
    let mut select = from.prepare(&format!("SELECT {list} FROM {table} WHERE {which}"))?;
    let mut rows = select.query([])?;
    let mut copied = 0;
    // What cannot be read of a damaged database ends the table, and no more.
    while let Ok(Some(row)) = rows.next() {
        let values: std::result::Result<Vec<Value>, _> = (0..count).map(|at| row.get(at)).collect();
        let Ok(values) = values else { continue };
        copied += insert.execute(rusqlite::params_from_iter(values)).unwrap_or(0);
    }
    Ok(copied)
}

/// The copies of the tables, newest first, that are as they were written.
fn copies(dir: &Path) -> Vec<(u64, PathBuf)> {
    let mut all = all_copies(dir);
    all.retain(|(_, file)| is_sound(file));
    all
}

fn all_copies(dir: &Path) -> Vec<(u64, PathBuf)> {
    let Ok(entries) = fs::read_dir(folder(dir)) else { return Vec::new() };
    let numbered = entries.flatten().filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let (stem, extension) = name.split_once('.')?;
        let known = ["db", STALE].contains(&extension);
        let number = stem.split_once('-')?.0.parse().ok().filter(|_| known)?;
        Some((number, entry.path()))
    });
    let mut all: Vec<(u64, PathBuf)> = numbered.collect();
    all.sort();
    all.reverse();
    all
}

/// Whether a copy is the one that its name says.
fn is_sound(file: &Path) -> bool {
    let name =
        file.file_stem().and_then(|name| name.to_str()).and_then(|name| name.split_once('-'));
    name.is_some_and(|(_, digest)| digest_of(file).is_ok_and(|is| is == digest))
}

fn digest_of(file: &Path) -> Result<String> {
    let mut hasher = Sha256::new();
    std::io::copy(&mut File::open(file)?, &mut hasher)?;
    Ok(hex(&hasher.finalize()))
}

/// Copies the tables; returns which generation of them. Blocks.
///
/// # Errors
/// [`Error::DiskFull`], [`Error::Store`]; the copy before stays.
pub(super) fn save(store: &Store, c: &Connection) -> Result<u64> {
    let dir = folder(store.dir());
    make_private_dir(&dir)?;
    let _one = store.hold_second()?;
    let new = dir.join(format!("{:016x}.new", rand::random::<u64>()));
    let written = write_tables(c, &new).and_then(|generation| {
        let before = all_copies(store.dir());
        let digest = digest_of(&new)?;
        let same = |file: &Path| !is_stale(file) && file.to_string_lossy().contains(&digest);
        if before.first().is_some_and(|(_, file)| same(file)) {
            fs::remove_file(&new)?;
            return Ok(generation);
        }
        File::open(&new)?.sync_all()?;
        let number = before.first().map_or(0, |(number, _)| *number).saturating_add(1);
        fs::rename(&new, dir.join(format!("{number}-{digest}.db")))?;
        files::sync_dir(&dir)?;
        for (_, old) in before.into_iter().skip(COPIES - 1) {
            let _ = fs::remove_file(old);
        }
        Ok(generation)
    });
    if written.is_err() {
        let _ = fs::remove_file(&new);
        outdate(store.dir());
    }
    written
}

fn write_tables(c: &Connection, file: &Path) -> Result<u64> {
    make_private_file(file)?;
    // Another process may write meanwhile.
    let reading = c.unchecked_transaction()?;
    let c = &*reading;
    let mut to = Connection::open(file)?;
    // It has no name yet, and is flushed before it gets one.
    to.pragma_update(None, "journal_mode", "OFF")?;
    to.pragma_update(None, "synchronous", "OFF")?;
    let to = to.transaction()?;
    for (table, which) in TABLES {
        to.execute_batch(&format!("CREATE TABLE {table} ({})", columns(c, table)?.join(", ")))?;
        copy_rows(c, &to, table, which)?;
    }
    to.commit()?;
    generation(c)
}

/// The newest copy of the tables that is sound; `None` where there is none.
fn newest(dir: &Path) -> Result<Option<Connection>> {
    let Some((_, file)) = copies(dir).into_iter().next() else { return Ok(None) };
    Ok(Some(Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?))
}

/// Fills a new database; false where there is no copy to fill it from.
pub(super) fn fill(dir: &Path, t: &Transaction<'_>) -> Result<bool> {
    let Some(from) = newest(dir)? else { return Ok(false) };
    for (table, which) in TABLES {
        copy_rows(&from, t, table, which)?;
    }
    if let Some(list) = read_operations(dir) {
        meta::set(t, meta::OPERATIONS, Some(&list))?;
    }
    Ok(true)
}

/// Fills a new database with what can still be read of a damaged one, for want of a copy. Nobody knows
/// how old its outbox is: no message of it goes without the user's word.
pub(super) fn salvage(damaged: &Path, t: &Transaction<'_>) -> Result<()> {
    let from = Connection::open(damaged)?;
    for (table, which) in TABLES {
        let _ = copy_rows(&from, t, table, which);
    }
    let _ = copy_rows(&from, t, "outbox", "state <> 'accepted'");
    let of_those = "outbox IN (SELECT id FROM outbox WHERE state <> 'accepted')";
    let _ = copy_rows(&from, t, "outbox_pieces", of_those);
    super::outbox::doubt_all(t)
}

/// Makes a database that was not closed in order agree with its copy, which is written after every
/// change and held together by a digest: it may have lost its write-ahead log, or changed on the disk.
/// A copy of an earlier generation is left alone: its process ended before it wrote the next one.
pub(super) fn agree(dir: &Path, t: &Transaction<'_>) -> Result<()> {
    let current = copies(dir).into_iter().find(|(_, file)| !is_stale(file));
    let Some((_, file)) = current else { return Ok(()) };
    let from = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let theirs = generation(&from)?;
    if theirs == 0 || theirs < generation(t)? {
        return Ok(());
    }
    copy_rows(&from, t, "accounts", "1")?;
    let mut query = from.prepare("SELECT id, settings FROM accounts")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        t.execute(
            "UPDATE accounts SET settings = ?2 WHERE id = ?1 AND settings <> ?2",
            params![row.get::<_, i64>(0)?, row.get::<_, String>(1)?],
        )?;
    }
    for table in ["contacts", "receipts", "receipt_rules", "deliveries"] {
        t.execute(&format!("DELETE FROM {table}"), [])?;
    }
    for (table, which) in TABLES.iter().filter(|(table, _)| *table != "accounts") {
        copy_rows(&from, t, table, which)?;
    }
    meta::set(t, meta::GENERATION, Some(&theirs.to_be_bytes()))
}

/// Whether a copy is known to be behind its database.
fn is_stale(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == STALE)
}

/// The disk took no newer copy: the one that is there serves only where there is nothing better.
fn outdate(dir: &Path) {
    for (_, file) in all_copies(dir).into_iter().filter(|(_, file)| !is_stale(file)) {
        let _ = fs::rename(&file, file.with_extension(STALE));
    }
}

/// The identity of the database that was copied last.
pub(super) fn identity(dir: &Path) -> Result<Option<Vec<u8>>> {
    match newest(dir)? {
        Some(copy) => meta::get(&copy, meta::IDENTITY),
        None => Ok(None),
    }
}

/// An operation in words that outlive the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Asked {
    account: i64,
    mailbox: String,
    uidvalidity: u32,
    uid: u32,
    /// The flag, for an operation that sets or clears one; else empty.
    flag: String,
    on: bool,
    /// Where a move goes; else empty.
    target: String,
}

/// Lists the operations that wait, except copies in Sent: those are kept with their messages. Blocks.
///
/// # Errors
/// [`Error::DiskFull`], [`Error::Store`]; the list before stays.
pub(super) fn save_operations(store: &Store, c: &Connection) -> Result<()> {
    let dir = folder(store.dir());
    make_private_dir(&dir)?;
    let _one = store.hold_second()?;
    let mut query = c.prepare_cached(
        "SELECT o.account, b.wire_name, b.uidvalidity, l.uid, o.flag, o.kind = ?2, \
         coalesce(t.wire_name, '') FROM ops o JOIN locations l ON l.id = o.location \
         JOIN mailboxes b ON b.id = l.mailbox LEFT JOIN mailboxes t ON t.id = o.target \
         WHERE o.state = ?1 AND o.kind <> ?3 AND l.uid IS NOT NULL ORDER BY o.id",
    )?;
    let words = params![Word(OpState::Waiting), Word(OpType::AddFlag), Word(OpType::Append)];
    let rows = query.query_map(words, |row| {
        Ok(Asked {
            account: row.get(0)?,
            mailbox: row.get(1)?,
            uidvalidity: row.get(2)?,
            uid: row.get(3)?,
            flag: row.get(4)?,
            on: row.get(5)?,
            target: row.get(6)?,
        })
    })?;
    let asked: Vec<Asked> = rows.collect::<std::result::Result<_, _>>()?;
    let json = serde_json::to_vec(&asked).map_err(|e| Error::Store(e.to_string()))?;
    let mut out = hex(&Sha256::digest(&json)).into_bytes();
    out.push(b'\n');
    out.extend(json);
    files::write_whole(&dir.join(OPERATIONS), &out)?;
    Ok(())
}

/// The list, if it is as it was written.
fn read_operations(dir: &Path) -> Option<Vec<u8>> {
    let file = folder(dir).join(OPERATIONS);
    if fs::metadata(&file).ok()?.len() > OPERATIONS_MAX {
        return None;
    }
    let octets = fs::read(file).ok()?;
    let at = octets.iter().position(|octet| *octet == b'\n')?;
    let (digest, json) = (octets.get(..at)?, octets.get(at + 1..)?);
    (hex(&Sha256::digest(json)).as_bytes() == digest).then(|| json.to_vec())
}

/// Asks again for what was asked for in a mailbox before the database was made anew. Called when the
/// mailbox has been fetched; what means another message by now, or none, is dropped.
pub(super) fn ask_again(t: &Transaction<'_>, mailbox: MailboxId) -> Result<()> {
    let Some(list) = meta::get(t, meta::OPERATIONS)? else { return Ok(()) };
    let Ok(all) = serde_json::from_slice::<Vec<Asked>>(&list) else {
        return meta::set(t, meta::OPERATIONS, None);
    };
    let here = accounts::mailbox(t, mailbox)?;
    let rows = accounts::mailbox_rows(t, here.account)?;
    let (mine, others): (Vec<Asked>, Vec<Asked>) = all
        .into_iter()
        .partition(|asked| asked.account == here.account.0 && asked.mailbox == here.wire_name);
    for asked in mine.into_iter().filter(|asked| asked.uidvalidity == here.uidvalidity) {
        let found: Option<(i64, i64)> = t
            .prepare_cached(
                "SELECT id, message FROM locations WHERE mailbox = ?1 AND uid = ?2 \
                 AND gone = 0 AND hidden = 0",
            )?
            .query_row(params![mailbox.0, asked.uid], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((location, message)) = found else { continue };
        let places = messages::places(t, MessageKey(message))?;
        let Some(place) = places.iter().find(|place| place.location == location) else { continue };
        if asked.target.is_empty() {
            ops::flag(t, place, &Flag::parse(&asked.flag), asked.on)?;
        } else if let Some(target) = rows.iter().find(|row| row.wire_name == asked.target) {
            ops::move_to(t, place, target.id)?;
        }
    }
    let left = serde_json::to_vec(&others).map_err(|e| Error::Store(e.to_string()))?;
    meta::set(t, meta::OPERATIONS, (!others.is_empty()).then_some(left.as_slice()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        account::Care,
        store::{
            receipts::{Rule, rule, set_rule},
            system_clock,
            tests::scratch,
        },
        types::Quota,
    };
    use aloud_model::{AccountId, AddrSpec};

    fn person(name: &str) -> AddrSpec {
        AddrSpec::parse(&format!("{name}@example.net")).expect("an address")
    }

    fn always(store: &Store, name: &str) {
        store.write_now(|t| set_rule(t, &person(name), Some(Rule::Always))).expect("set");
    }

    fn has_rule(store: &Store, name: &str) -> bool {
        store.read_now(|c| rule(c, &person(name))).expect("read").is_some()
    }

    /// Names and octets of the copies.
    fn saved(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
        let all = all_copies(dir).into_iter();
        all.map(|(_, file)| (file.clone(), fs::read(&file).expect("octets"))).collect()
    }

    #[test]
    fn a_copy_that_is_behind_takes_nothing_away() {
        let (_dir, store) = scratch();
        let dir = store.dir().to_owned();
        always(&store, "ada");
        let behind = saved(&dir);
        always(&store, "bo");
        drop(store);
        // As if the process had ended before it wrote the copy.
        fs::remove_dir_all(folder(&dir)).expect("removed");
        fs::create_dir(folder(&dir)).expect("made");
        for (file, octets) in behind {
            fs::write(file, octets).expect("written");
        }
        let store = Store::open(&dir, system_clock()).expect("a store");
        assert!(has_rule(&store, "ada") && has_rule(&store, "bo"));
    }

    #[test]
    fn what_a_lost_log_held_comes_back_from_the_copy() {
        let (_dir, store) = scratch();
        let dir = store.dir().to_owned();
        always(&store, "ada");
        store.checkpoint();
        let old = fs::read(dir.join("aloud.db")).expect("octets");
        always(&store, "bo");
        drop(store);
        fs::write(dir.join("aloud.db"), old).expect("written");
        let _ = fs::remove_file(dir.join("aloud.db-wal"));
        for _ in 0..2 {
            let store = Store::open(&dir, system_clock()).expect("a store");
            assert!(has_rule(&store, "ada") && has_rule(&store, "bo"));
        }
    }

    #[tokio::test]
    async fn what_servers_say_makes_no_copy() {
        let (_dir, store) = scratch();
        let add = "INSERT INTO accounts (address, settings) VALUES ('a@example.com', '{}')";
        store.write_now(|t| Ok(t.execute(add, [])?)).expect("added");
        let before = saved(store.dir());
        let room = Quota { used: 1, limit: 2 };
        assert!(store.put_room(AccountId(1), Some(room)).await.expect("put"));
        assert_eq!(saved(store.dir()), before);
        store
            .write_now(|t| super::accounts::set_password_saved(t, AccountId(1), true))
            .expect("set");
        assert_ne!(saved(store.dir()), before);
    }
}
