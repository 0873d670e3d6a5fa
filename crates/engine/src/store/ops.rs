//! What the user wants of the server, kept until the server has done it; and what takes an act
//! back.
//!
//! Every operation has a local part that happens at once and a backout for when the server
//! refuses. Flags are idempotent; a move hides the old place and makes a new one without a UID,
//! which the next look at the target mailbox confirms.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::{Deserialize, Serialize};

use super::{
    Error, Result, accounts,
    messages::{self, FlagSet, Place},
};
use crate::types::UndoToken;
use aloud_model::{AccountId, ContactId, Flag, MailboxId, MessageKey, imap::MailboxRole};

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
}

/// What came of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpOutcome {
    /// Done; the UID in the target if the server told it (COPYUID, APPENDUID).
    Done(Option<u32>),
    /// The server said NO for good: the local part is taken back.
    Refused(String),
    /// Not now: it stays.
    Later(String),
}

const OP: &str = "SELECT o.id, o.account, o.mailbox, l.uid, o.message, m.message_id, o.kind, \
                  o.detail, o.target, o.attempts FROM ops o JOIN messages m ON m.id = o.message \
                  LEFT JOIN locations l ON l.id = o.location";

fn op(row: &Row<'_>) -> rusqlite::Result<Op> {
    let flag = Flag::parse(&row.get::<_, String>(7)?);
    let kind = match row.get::<_, String>(6)?.as_str() {
        "add" => OpKind::AddFlag(flag),
        "remove" => OpKind::RemoveFlag(flag),
        "move" => OpKind::Move(MailboxId(row.get(8)?)),
        _ => OpKind::Append,
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
    })
}

/// The operations of an account that wait, in order.
pub(crate) fn waiting(c: &Connection, account: AccountId) -> Result<Vec<Op>> {
    let mut query = c.prepare_cached(&format!(
        "{OP} WHERE o.account = ?1 AND o.state = 'waiting' ORDER BY o.id"
    ))?;
    let rows = query.query_map([account.0], op)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// One operation.
pub(crate) fn one(c: &Connection, id: i64) -> Result<Option<Op>> {
    Ok(c.prepare_cached(&format!("{OP} WHERE o.id = ?1"))?.query_row([id], op).optional()?)
}

/// Counts an attempt before it is made. False when the operation was taken back in the meantime,
/// and then it must not be made.
pub(crate) fn attempt(t: &Transaction<'_>, id: i64) -> Result<bool> {
    Ok(t.execute("UPDATE ops SET attempts = attempts + 1 WHERE id = ?1", [id])? == 1)
}

/// Sets or clears a flag here and asks the server for the same. Returns the operation.
pub(crate) fn flag(t: &Transaction<'_>, place: &Place, flag: &Flag, on: bool) -> Result<i64> {
    set_local_flag(t, place.location, flag, on)?;
    t.execute(
        "DELETE FROM ops WHERE location = ?1 AND detail = ?2 AND kind IN ('add', 'remove') \
         AND state = 'waiting' AND attempts = 0",
        params![place.location, flag.as_str()],
    )?;
    insert(t, place, if on { "add" } else { "remove" }, flag.as_str(), 0)
}

fn insert(
    t: &Transaction<'_>,
    place: &Place,
    kind: &str,
    detail: &str,
    target: i64,
) -> Result<i64> {
    t.execute(
        "INSERT INTO ops (account, mailbox, message, location, kind, detail, target) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            place.account.0,
            place.mailbox.0,
            place.message.0,
            place.location,
            kind,
            detail,
            target
        ],
    )?;
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
    t.execute(&format!("UPDATE locations SET {column} = ?2 WHERE id = ?1"), params![location, on])?;
    Ok(())
}

/// Moves a place to another mailbox, here at once. Returns the operation and the new place.
pub(crate) fn move_to(t: &Transaction<'_>, place: &Place, target: MailboxId) -> Result<(i64, i64)> {
    let op = insert(t, place, "move", "", target.0)?;
    t.execute("UPDATE locations SET hidden = 1 WHERE id = ?1", [place.location])?;
    t.execute(
        "INSERT INTO locations (mailbox, message, seen, answered, flagged, draft, mdn_sent, \
         forwarded, keywords, inbox, class, date, joined) \
         SELECT ?2, l.message, l.seen, l.answered, l.flagged, l.draft, l.mdn_sent, l.forwarded, \
         l.keywords, b.role = 'inbox', l.class, l.date, l.joined \
         FROM locations l, mailboxes b WHERE l.id = ?1 AND b.id = ?2",
        params![place.location, target.0],
    )?;
    let made = t.last_insert_rowid();
    t.execute("UPDATE ops SET detail = ?2 WHERE id = ?1", params![op, made.to_string()])?;
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

/// What every mailbox but INBOX begins with on this server: `INBOX.` where all lie under it.
fn personal_prefix(c: &Connection, account: AccountId) -> Result<String> {
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
         VALUES (?1, ?2, ?3, ?4, 'append')",
        params![account.0, mailbox.0, message.0, location],
    )?;
    Ok(t.last_insert_rowid())
}

/// Writes what came of an operation; returns the message it was about.
pub(crate) fn settle(
    t: &Transaction<'_>,
    id: i64,
    outcome: &OpOutcome,
) -> Result<Option<MessageKey>> {
    let Some(op) = one(t, id)? else { return Ok(None) };
    let (location, detail): (i64, String) =
        t.query_row("SELECT location, detail FROM ops WHERE id = ?1", [id], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let made: i64 = detail.parse().unwrap_or(0);
    match outcome {
        OpOutcome::Later(reason) => {
            t.execute("UPDATE ops SET reason = ?2 WHERE id = ?1", params![id, reason])?;
            return Ok(Some(op.message));
        }
        OpOutcome::Done(uid) => {
            match op.kind {
                OpKind::Move(target) => {
                    t.execute("DELETE FROM locations WHERE id = ?1 AND hidden = 1", [location])?;
                    confirm(t, made, target, *uid)?;
                }
                OpKind::Append => confirm(t, location, op.mailbox, *uid)?,
                OpKind::AddFlag(_) | OpKind::RemoveFlag(_) => {}
            }
            t.execute("DELETE FROM ops WHERE id = ?1", [id])?;
            t.execute(
                "UPDATE outbox SET state = 'queued', blocked_by = 0 \
                 WHERE blocked_by = ?1 AND state = 'blocked'",
                [id],
            )?;
        }
        OpOutcome::Refused(reason) => {
            match &op.kind {
                OpKind::AddFlag(flag) => set_local_flag(t, location, flag, false)?,
                OpKind::RemoveFlag(flag) => set_local_flag(t, location, flag, true)?,
                OpKind::Move(_) => back_out_move(t, location, made)?,
                OpKind::Append => {}
            }
            t.execute(
                "UPDATE ops SET state = 'failed', reason = ?2 WHERE id = ?1",
                params![id, reason],
            )?;
            // The keyword could not be stored: the receipt is not sent (RFC 3503 section 3), and
            // not asked for again.
            let dropped =
                t.execute("DELETE FROM outbox WHERE blocked_by = ?1 AND state = 'blocked'", [id])?;
            if dropped > 0 {
                t.execute(
                    "UPDATE receipts SET answer = 'declined' WHERE account = ?1 AND message_id = ?2",
                    params![op.account.0, op.message_id],
                )?;
            }
        }
    }
    Ok(Some(op.message))
}

/// The server told the UID of a place; if a look at the mailbox was faster, ours goes.
fn confirm(t: &Transaction<'_>, location: i64, mailbox: MailboxId, uid: Option<u32>) -> Result<()> {
    let Some(uid) = uid.filter(|uid| *uid != 0) else { return Ok(()) };
    let taken = t
        .prepare_cached("SELECT 1 FROM locations WHERE mailbox = ?1 AND uid = ?2 AND id <> ?3")?
        .exists(params![mailbox.0, uid, location])?;
    if taken {
        t.execute("DELETE FROM locations WHERE id = ?1 AND uid IS NULL", [location])?;
    } else {
        t.execute(
            "UPDATE locations SET uid = ?2 WHERE id = ?1 AND uid IS NULL",
            params![location, uid],
        )?;
    }
    Ok(())
}

fn back_out_move(t: &Transaction<'_>, location: i64, made: i64) -> Result<()> {
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
    let json = json.ok_or_else(|| Error::NotFound("nothing to undo".into()))?;
    serde_json::from_str(&json).map_err(|e| Error::Store(e.to_string()))
}

/// Takes back flags and moves.
pub(crate) fn take_back(t: &Transaction<'_>, act: &Act) -> Result<Vec<MessageKey>> {
    let mut changed = Vec::new();
    match act {
        Act::Flags(items) => {
            for (key, flag_name, was) in items {
                for place in messages::places(t, *key)? {
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
    let untouched: Option<i64> = t
        .query_row(
            "DELETE FROM ops WHERE id = ?1 AND state = 'waiting' AND attempts = 0 \
             RETURNING location",
            [op],
            |row| row.get(0),
        )
        .optional()?;
    if let Some(location) = untouched {
        return back_out_move(t, location, made);
    }
    // The server has it already, or is just doing it: move it back.
    let place = messages::places(t, key)?.into_iter().find(|place| place.location == made);
    let place = match place {
        Some(place) => Some(place),
        None => messages::places(t, key)?.into_iter().find(|place| place.mailbox != from),
    };
    if let Some(place) = place {
        move_to(t, &place, from)?;
    }
    Ok(())
}
