//! What the user wants of the server, kept until the server has done it; and what takes an act
//! back.
//!
//! Every operation has a local part that happens at once and a backout for when the server
//! refuses. Flags are idempotent; a move hides the old place and makes a new one without a UID,
//! which the next look at the target mailbox confirms.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::{Deserialize, Serialize};

use super::{
    Error, Missing, Result, accounts,
    messages::{self, FlagSet, Place},
    meta,
    outbox::Phase,
    receipts::Answer,
    vocabulary::{Word, quoted, vocabulary},
};
use crate::{
    account::{OpEnd, OpRefusal},
    types::{OpFailure, UndoToken},
};
use aloud_model::{AccountId, ContactId, Flag, MailboxId, MessageKey, imap::MailboxRole};

pub(crate) mod queue;

/// What an operation does on the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpKind {
    /// `UID STORE +FLAGS.SILENT`.
    AddFlag(Flag),
    /// `UID STORE -FLAGS.SILENT`.
    RemoveFlag(Flag),
    /// MOVE to a mailbox, made if need be.
    Move(MailboxId),
    /// APPEND of the message's octets, unless its Message-ID is there already.
    Append,
}

/// An operation that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Op {
    /// Its row.
    pub id: i64,
    /// Whose server.
    pub account: AccountId,
    /// Mailbox it works in (for an append: the target).
    pub mailbox: MailboxId,
    /// UID there; `None` while the server has not confirmed the place: it must wait.
    pub uid: Option<u32>,
    /// The message.
    pub message: MessageKey,
    /// Its Message-ID without angle brackets, to check before anything is taken away.
    pub message_id: String,
    /// What to do.
    pub kind: OpKind,
    /// How often it was tried.
    pub attempts: u32,
    /// Unix seconds before which it is not tried again; 0 = at any time.
    pub due: i64,
}

vocabulary! {
    /// What kind of operation a row is.
    pub enum OpType in "ops.kind" {
        /// [`OpKind::AddFlag`].
        AddFlag = "add",
        /// [`OpKind::RemoveFlag`].
        RemoveFlag = "remove",
        /// [`OpKind::Move`].
        Move = "move",
        /// [`OpKind::Append`].
        Append = "append",
    }
}

vocabulary! {
    /// Whether an operation is still to be done.
    pub enum OpState in "ops.state" {
        /// To be done.
        Waiting = "waiting",
        /// Given up; its local part is taken back.
        Failed = "failed",
    }
}

/// The operations that set or clear a flag.
pub(super) const FLAGGING: [OpType; 2] = [OpType::AddFlag, OpType::RemoveFlag];

const OP: &str = "SELECT o.id, o.account, o.mailbox, l.uid, o.message, m.message_id, o.kind, \
                  o.flag, o.target, o.attempts, o.due, o.state, o.why, o.said, m.subject \
                  FROM ops o JOIN messages m ON m.id = o.message \
                  LEFT JOIN locations l ON l.id = o.location";

fn op(row: &Row<'_>) -> rusqlite::Result<Op> {
    let flag = Flag::parse(&row.get::<_, String>(7)?);
    let kind = match row.get::<_, Word<OpType>>(6)?.0 {
        OpType::AddFlag => OpKind::AddFlag(flag),
        OpType::RemoveFlag => OpKind::RemoveFlag(flag),
        OpType::Move => OpKind::Move(MailboxId(row.get(8)?)),
        OpType::Append => OpKind::Append,
    };
    Ok(Op {
        id: row.get(0)?,
        account: AccountId(row.get(1)?),
        mailbox: MailboxId(row.get(2)?),
        uid: row.get(3)?,
        message: MessageKey(row.get(4)?),
        message_id: row.get(5)?,
        kind,
        attempts: row.get(9)?,
        due: row.get(10)?,
    })
}

/// Why operations of an account that wait cannot be read. They are left where they are and hold up
/// no other.
pub(crate) fn unreadable(c: &Connection, account: AccountId) -> Result<Vec<Error>> {
    let sql = format!("{OP} WHERE o.account = ?1 AND o.state = ?2 ORDER BY o.id");
    let mut query = c.prepare_cached(&sql)?;
    let mut rows = query.query(params![account.0, Word(OpState::Waiting)])?;
    let mut errors = Vec::new();
    while let Some(row) = rows.next()? {
        errors.extend(op(row).err().map(Error::from));
    }
    Ok(errors)
}

/// One operation.
pub(crate) fn one(c: &Connection, id: i64) -> Result<Option<Op>> {
    Ok(c.prepare_cached(&format!("{OP} WHERE o.id = ?1"))?.query_row([id], op).optional()?)
}

/// Counts an attempt before it is made. False when the operation was taken back in the meantime,
/// and then it must not be made.
pub(crate) fn attempt(t: &Transaction<'_>, id: i64) -> Result<bool> {
    let sql = "UPDATE ops SET attempts = attempts + 1, due = 0 WHERE id = ?1";
    Ok(t.prepare_cached(sql)?.execute([id])? == 1)
}

/// Notes that moves are about to make their copies at the server, or that it has made none.
pub(crate) fn note_copies(t: &Transaction<'_>, ids: &[i64], copied: bool) -> Result<()> {
    let mut update =
        t.prepare_cached("UPDATE ops SET copied = ?2 WHERE id = ?1 AND copied <> ?2")?;
    for id in ids {
        update.execute(params![id, copied])?;
    }
    Ok(())
}

/// Sets or clears a flag here and asks the server for the same. Returns the operation.
pub(crate) fn flag(t: &Transaction<'_>, place: &Place, flag: &Flag, on: bool) -> Result<i64> {
    set_local_flag(t, place.location, flag, on)?;
    t.prepare_cached(&format!(
        "DELETE FROM ops WHERE message = ?4 AND location = ?1 AND flag = ?2 AND kind IN ({}) \
         AND state = ?3 AND attempts = 0",
        quoted(&FLAGGING)
    ))?
    .execute(params![
        place.location,
        flag.as_str(),
        Word(OpState::Waiting),
        place.message.0
    ])?;
    let kind = if on { OpType::AddFlag } else { OpType::RemoveFlag };
    insert(t, place, kind, flag.as_str(), 0)
}

fn insert(
    t: &Transaction<'_>,
    place: &Place,
    kind: OpType,
    flag: &str,
    target: i64,
) -> Result<i64> {
    t.prepare_cached(
        "INSERT INTO ops (account, mailbox, message, location, kind, flag, target) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        place.account.0,
        place.mailbox.0,
        place.message.0,
        place.location,
        Word(kind),
        flag,
        target
    ])?;
    Ok(t.last_insert_rowid())
}

fn set_local_flag(t: &Transaction<'_>, location: i64, flag: &Flag, on: bool) -> Result<()> {
    let column = match flag {
        Flag::Seen => "seen",
        Flag::Answered => "answered",
        Flag::Flagged => "flagged",
        Flag::Deleted => "deleted",
        Flag::Draft => "draft",
        Flag::MdnSent => "mdn_sent",
        Flag::Forwarded => "forwarded",
        Flag::Other(_) => {
            let keywords: Option<String> = t
                .query_row("SELECT keywords FROM locations WHERE id = ?1", [location], |r| r.get(0))
                .optional()?;
            let mut set = FlagSet { keywords: keywords.unwrap_or_default(), ..FlagSet::default() };
            set.put(flag, on);
            t.execute(
                "UPDATE locations SET keywords = ?2 WHERE id = ?1",
                params![location, set.keywords],
            )?;
            return Ok(());
        }
    };
    t.prepare_cached(&format!("UPDATE locations SET {column} = ?2 WHERE id = ?1"))?
        .execute(params![location, on])?;
    Ok(())
}

/// Moves a place to another mailbox, here at once. Returns the operation and the new place.
pub(crate) fn move_to(t: &Transaction<'_>, place: &Place, target: MailboxId) -> Result<(i64, i64)> {
    let op = insert(t, place, OpType::Move, "", target.0)?;
    t.prepare_cached("UPDATE locations SET hidden = 1 WHERE id = ?1")?.execute([place.location])?;
    t.prepare_cached(
        "INSERT INTO locations (mailbox, message, seen, answered, flagged, draft, mdn_sent, \
         forwarded, keywords, inbox, class, date, joined) \
         SELECT ?2, l.message, l.seen, l.answered, l.flagged, l.draft, l.mdn_sent, l.forwarded, \
         l.keywords, b.role = ?3, l.class, l.date, l.joined \
         FROM locations l, mailboxes b WHERE l.id = ?1 AND b.id = ?2",
    )?
    .execute(params![place.location, target.0, Word(MailboxRole::Inbox)])?;
    let made = t.last_insert_rowid();
    t.prepare_cached("UPDATE ops SET made = ?2 WHERE id = ?1")?.execute(params![op, made])?;
    Ok((op, made))
}

/// The mailbox for a role. Where the server has none, a row is made; the account task makes it
/// there before it is used.
pub(crate) fn mailbox_for(
    t: &Transaction<'_>,
    account: AccountId,
    role: MailboxRole,
) -> Result<MailboxId> {
    if let Some(row) = accounts::by_role(t, account, role)? {
        return Ok(row.id);
    }
    let name = match role {
        MailboxRole::Sent => "Sent",
        MailboxRole::Drafts => "Drafts",
        MailboxRole::Archive => "Archive",
        MailboxRole::Trash => "Trash",
        MailboxRole::Junk => "Junk",
        _ => "INBOX",
    };
    let wire_name = format!("{}{name}", personal_prefix(t, account)?);
    accounts::upsert_mailbox(t, account, &wire_name, name, role, true)
}

/// What every mailbox but INBOX begins with on this server: what it told, else `INBOX.` where all lie
/// under it.
fn personal_prefix(c: &Connection, account: AccountId) -> Result<String> {
    if let Some(top) = meta::get(c, &meta::top(account))? {
        return Ok(String::from_utf8_lossy(&top).into_owned());
    }
    let rows = accounts::mailbox_rows(c, account)?;
    let others = rows.iter().filter(|row| row.role != MailboxRole::Inbox);
    let mut prefixes = others.map(|row| {
        ["INBOX.", "INBOX/"].into_iter().find(|prefix| row.wire_name.starts_with(prefix))
    });
    let first = prefixes.next().flatten();
    let all = prefixes.all(|prefix| prefix == first);
    Ok(first.filter(|_| all).unwrap_or_default().to_owned())
}

/// Asks for a message of ours to be filed in a mailbox; its place there has no UID yet.
pub(crate) fn append(
    t: &Transaction<'_>,
    account: AccountId,
    mailbox: MailboxId,
    message: MessageKey,
    location: i64,
) -> Result<i64> {
    t.execute(
        "INSERT INTO ops (account, mailbox, message, location, kind) \
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![account.0, mailbox.0, message.0, location, Word(OpType::Append)],
    )?;
    Ok(t.last_insert_rowid())
}

/// Writes how an operation ended; returns the message it was about. What the server filed or moved
/// gets its UID by the next pass over the mailbox.
pub(crate) fn settle(t: &Transaction<'_>, id: i64, end: &OpEnd) -> Result<Option<MessageKey>> {
    let Some(op) = one(t, id)? else { return Ok(None) };
    let (location, made): (i64, i64) = t
        .prepare_cached("SELECT location, made FROM ops WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (why, said) = match end {
        OpEnd::Done => {
            if let OpKind::Move(_) = op.kind {
                t.prepare_cached("DELETE FROM locations WHERE id = ?1 AND hidden = 1")?
                    .execute([location])?;
            }
            t.prepare_cached("DELETE FROM ops WHERE id = ?1")?.execute([id])?;
            t.prepare_cached(
                "UPDATE outbox SET state = ?2, blocked_by = 0 \
                 WHERE blocked_by = ?1 AND state = ?3",
            )?
            .execute(params![id, Word(Phase::Queued), Word(Phase::Blocked)])?;
            return Ok(Some(op.message));
        }
        OpEnd::Refused(OpRefusal::Server(said)) => (OpFailure::Server, said.as_str()),
        OpEnd::Refused(OpRefusal::FlagNotKept) => (OpFailure::FlagNotKept, ""),
        OpEnd::Refused(OpRefusal::MailboxGone) => (OpFailure::MailboxGone, ""),
        OpEnd::Stale => (OpFailure::Renumbered, ""),
    };
    // Nobody knows here what the server has: it may have been as it was wanted before. The next look
    // at the mailbox takes nothing on trust.
    let flagged = matches!(op.kind, OpKind::AddFlag(_) | OpKind::RemoveFlag(_));
    if flagged && matches!(end, OpEnd::Refused(OpRefusal::Server(_))) {
        t.execute("UPDATE mailboxes SET scanned = 0 WHERE id = ?1", [op.mailbox.0])?;
    }
    match &op.kind {
        OpKind::AddFlag(flag) => set_local_flag(t, location, flag, false)?,
        OpKind::RemoveFlag(flag) => set_local_flag(t, location, flag, true)?,
        OpKind::Move(_) => back_out_move(t, location, made)?,
        OpKind::Append => {}
    }
    t.execute(
        "UPDATE ops SET state = ?2, why = ?3, said = ?4 WHERE id = ?1",
        params![id, Word(OpState::Failed), Word(why), said],
    )?;
    if matches!((&op.kind, end), (OpKind::Move(_), OpEnd::Stale)) {
        detach(t, location)?;
    }
    // The keyword could not be stored: the receipt is not sent (RFC 3503 section 3), and not asked
    // for again.
    let dropped = t.execute(
        "DELETE FROM outbox WHERE blocked_by = ?1 AND state = ?2",
        params![id, Word(Phase::Blocked)],
    )?;
    if dropped > 0 {
        t.execute(
            "UPDATE receipts SET answer = ?3 WHERE account = ?1 AND message_id = ?2",
            params![op.account.0, op.message_id, Word(Answer::Declined)],
        )?;
    }
    Ok(Some(op.message))
}

/// The UID of a place means another message now. The place waits to be matched, as after a new
/// UIDVALIDITY, and what else was asked for by that UID ends.
pub(super) fn detach(t: &Transaction<'_>, location: i64) -> Result<()> {
    t.execute("UPDATE locations SET uid = NULL, modseq = 0, missed = 0 WHERE id = ?1", [location])?;
    end_at(t, location)
}

/// The message is not at a place any more: what was asked for there ends.
pub(super) fn end_at(t: &Transaction<'_>, location: i64) -> Result<()> {
    let waiting: Vec<i64> = t
        .prepare_cached(
            "SELECT id FROM ops WHERE message = (SELECT message FROM locations WHERE id = ?1) \
             AND location = ?1 AND state = ?2 AND kind <> ?3",
        )?
        .query_map(params![location, Word(OpState::Waiting), Word(OpType::Append)], |r| r.get(0))?
        .collect::<std::result::Result<_, _>>()?;
    for id in waiting {
        settle(t, id, &OpEnd::Stale)?;
    }
    Ok(())
}

/// No UID of a mailbox means anything any more: what was asked for by one ends, the last first.
/// Appends stay, and so does what is about messages that are still on their way there.
pub(super) fn end_in(t: &Transaction<'_>, mailbox: MailboxId) -> Result<()> {
    let waiting: Vec<i64> = t
        .prepare_cached(
            "SELECT id FROM ops WHERE mailbox = ?1 AND state = ?2 AND kind <> ?3 AND NOT EXISTS \
             (SELECT 1 FROM locations l WHERE l.id = ops.location AND l.uid IS NULL) \
             ORDER BY id DESC",
        )?
        .query_map(params![mailbox.0, Word(OpState::Waiting), Word(OpType::Append)], |r| r.get(0))?
        .collect::<std::result::Result<_, _>>()?;
    for id in waiting {
        settle(t, id, &OpEnd::Stale)?;
    }
    Ok(())
}

/// A move that will not be: the message is where it was. A mark of it is a mark of the message, so
/// what was asked for on its way is asked for there; a further move ends.
fn back_out_move(t: &Transaction<'_>, location: i64, made: i64) -> Result<()> {
    let mailbox: Option<i64> = t
        .prepare_cached("SELECT mailbox FROM locations WHERE id = ?1")?
        .query_row([location], |row| row.get(0))
        .optional()?;
    let later: Vec<i64> = t
        .prepare_cached(
            "SELECT id FROM ops WHERE message = (SELECT message FROM locations WHERE id = ?1) \
             AND location = ?1 AND state = ?2 ORDER BY id",
        )?
        .query_map(params![made, Word(OpState::Waiting)], |row| row.get(0))?
        .collect::<std::result::Result<_, _>>()?;
    let mut ended = Vec::new();
    for id in later {
        let kind = one(t, id)?.map(|op| op.kind);
        let (flag, on) = match (kind, mailbox) {
            (Some(OpKind::AddFlag(flag)), Some(_)) => (flag, true),
            (Some(OpKind::RemoveFlag(flag)), Some(_)) => (flag, false),
            _ => {
                ended.push(id);
                continue;
            }
        };
        t.prepare_cached("UPDATE ops SET location = ?2, mailbox = ?3 WHERE id = ?1")?
            .execute(params![id, location, mailbox])?;
        set_local_flag(t, location, &flag, on)?;
    }
    // The last first.
    for id in ended.into_iter().rev() {
        settle(t, id, &OpEnd::Stale)?;
    }
    t.execute("DELETE FROM locations WHERE id = ?1 AND uid IS NULL", [made])?;
    t.execute("UPDATE locations SET hidden = 0 WHERE id = ?1", [location])?;
    Ok(())
}

/// An act that can be taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Act {
    /// Flags set; what they were.
    Flags(Vec<(MessageKey, String, bool)>),
    /// Moved; from which mailbox, by which operation, to which place.
    Moves(Vec<(MessageKey, MailboxId, i64, i64)>),
    /// A contact deleted.
    ContactDeleted(ContactId),
    /// A contact added.
    ContactAdded(ContactId),
    /// A contact changed; its row as it was.
    ContactChanged(ContactId, String),
    /// Several contacts at once.
    Several(Vec<Act>),
    /// A row of the user's own table, by which mail like this message is treated.
    Treated(MessageKey, String),
}

/// Keeps an act for undo; only the newest few are kept.
pub(crate) fn remember(t: &Transaction<'_>, act: &Act, now: i64) -> Result<UndoToken> {
    let json = serde_json::to_string(act).map_err(|e| Error::Store(e.to_string()))?;
    t.execute("INSERT INTO undo (created, act) VALUES (?1, ?2)", params![now, json])?;
    let id = t.last_insert_rowid();
    t.execute("DELETE FROM undo WHERE id <= ?1", [id - 50])?;
    Ok(UndoToken(id))
}

/// Takes an act out of the memory.
pub(crate) fn recall(t: &Transaction<'_>, token: UndoToken) -> Result<Act> {
    let json: Option<String> = t
        .query_row("DELETE FROM undo WHERE id = ?1 RETURNING act", [token.0], |row| row.get(0))
        .optional()?;
    let json = json.ok_or(Error::NotFound(Missing::Undo))?;
    serde_json::from_str(&json).map_err(|e| Error::Store(e.to_string()))
}

/// Takes back flags and moves.
pub(crate) fn take_back(t: &Transaction<'_>, act: &Act) -> Result<Vec<MessageKey>> {
    let mut changed = Vec::new();
    match act {
        Act::Flags(items) => {
            for (key, flag_name, was) in items {
                for place in messages::places_anywhere(t, *key)? {
                    flag(t, &place, &Flag::parse(flag_name), *was)?;
                }
                changed.push(*key);
            }
        }
        Act::Moves(items) => {
            for (key, from, op, made) in items {
                take_back_move(t, *key, *from, *op, *made)?;
                changed.push(*key);
            }
        }
        _ => {}
    }
    Ok(changed)
}

fn take_back_move(
    t: &Transaction<'_>,
    key: MessageKey,
    from: MailboxId,
    op: i64,
    made: i64,
) -> Result<()> {
    let refused: Option<i64> = t
        .query_row(
            "SELECT id FROM ops WHERE id = ?1 AND state = ?2",
            params![op, Word(OpState::Failed)],
            |row| row.get(0),
        )
        .optional()?;
    if refused.is_some() {
        return Ok(());
    }
    // One that waits for its time was refused and is not on its way; but where there may be a copy
    // already, it is carried to its end first and then the other way.
    let untouched: Option<i64> = t
        .query_row(
            "DELETE FROM ops WHERE id = ?1 AND state = ?2 AND (attempts = 0 OR (due > 0 AND copied = 0)) \
             RETURNING location",
            params![op, Word(OpState::Waiting)],
            |row| row.get(0),
        )
        .optional()?;
    if let Some(location) = untouched {
        return back_out_move(t, location, made);
    }
    // The server has it already, or is just doing it: move it back.
    let places = messages::places_anywhere(t, key)?;
    let own = places.iter().find(|place| place.location == made);
    let place = own.or_else(|| places.iter().find(|place| place.mailbox != from));
    if let Some(place) = place {
        move_to(t, place, from)?;
    }
    Ok(())
}
