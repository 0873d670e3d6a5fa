//! The operations as a queue that always moves: what a server refuses for now waits for its time and
//! holds up only what concerns the same message; and the queue as a list that can be shown.

use std::collections::HashSet;

use rusqlite::{Connection, Row, Transaction, params};

use super::{OP, Op, OpKind, OpState, one, op, settle};
use crate::{
    account::{BatchSize, OpEnd, OpRefusal},
    store::{Result, vocabulary::Word},
    types::{OpFailure, Operation, OperationId, OperationKind, OperationState},
};
use aloud_model::{AccountId, DateTime, MailboxId, MessageKey};

/// First and longest pause before a server is asked again, in seconds.
const PAUSE: (i64, i64) = (30, 6 * 3_600);

/// Whether its time is still to come. A time that no pause reaches comes of a clock that was wrong.
fn waits(due: i64, now: i64) -> bool {
    due > now && due <= now + PAUSE.1
}

/// What may be done together: operations of one batch are equal in this.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Sort {
    mailbox: MailboxId,
    kind: OpKind,
}

/// What is to be done next and can be done together, in order; without what comes after another one
/// of the same message. `take` looks at each before it is taken, and may leave it where it is. The
/// list is read only as far as it must be. One that cannot be read is left where it is and holds up
/// no other.
pub(crate) fn batch(
    c: &Connection,
    account: AccountId,
    now: i64,
    most: BatchSize,
    mut take: impl FnMut(&Op) -> Result<Take>,
) -> Result<Vec<Op>> {
    let sql = format!("{OP} WHERE o.account = ?1 AND o.state = ?2 ORDER BY o.id");
    let mut query = c.prepare_cached(&sql)?;
    let mut rows = query.query(params![account.0, Word(OpState::Waiting)])?;
    let mut held: HashSet<MessageKey> = HashSet::new();
    let mut batch: Vec<Op> = Vec::new();
    let mut sort: Option<(Sort, usize)> = None;
    while let Some(row) = rows.next()? {
        let Ok(op) = op(row) else { continue };
        if waits(op.due, now) {
            held.insert(op.message);
            continue;
        }
        if held.contains(&op.message) {
            continue;
        }
        let own = Sort { mailbox: op.mailbox, kind: op.kind.clone() };
        if sort.as_ref().is_some_and(|(sort, _)| *sort != own) {
            held.insert(op.message);
            continue;
        }
        let alone = match take(&op)? {
            Take::Not => continue,
            Take::WithOthers => false,
            Take::Alone if !batch.is_empty() => {
                held.insert(op.message);
                continue;
            }
            Take::Alone => true,
        };
        held.insert(op.message);
        let (_, limit) = sort.get_or_insert_with(|| {
            let limit = match own.kind {
                OpKind::AddFlag(_) | OpKind::RemoveFlag(_) => most.stores,
                OpKind::Move(_) => most.moves,
                OpKind::Append => 1,
            };
            (own, limit)
        });
        batch.push(op);
        if alone || batch.len() >= *limit {
            break;
        }
    }
    Ok(batch)
}

/// Whether an operation is taken into a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Take {
    /// It cannot be done now; what comes after it can.
    Not,
    /// Only if it is the first, and then it is the only one.
    Alone,
    /// It is.
    WithOthers,
}

/// The server would not, for now: it is asked again after a pause that doubles. Returns the message,
/// and whether nothing stood against it before.
pub(crate) fn postpone(
    t: &Transaction<'_>,
    id: i64,
    said: &str,
    now: i64,
) -> Result<Option<(MessageKey, bool)>> {
    let Some(op) = one(t, id)? else { return Ok(None) };
    let Word(why): Word<OpFailure> =
        t.query_row("SELECT why FROM ops WHERE id = ?1", [id], |row| row.get(0))?;
    let first = why == OpFailure::None;
    // Tries that ended before there was an answer do not count.
    let attempts = if first { 1 } else { op.attempts };
    let doublings = attempts.saturating_sub(1).min(20);
    let pause = PAUSE.0.saturating_mul(1 << doublings).min(PAUSE.1);
    t.execute(
        "UPDATE ops SET due = ?2, why = ?3, said = ?4, attempts = ?5 WHERE id = ?1",
        params![id, now + pause, Word(OpFailure::Server), said, attempts],
    )?;
    Ok(Some((op.message, first)))
}

/// Unix seconds when the next of an account's operations is to be tried that must not be now.
pub(crate) fn next_due(c: &Connection, account: AccountId, now: i64) -> Result<Option<i64>> {
    Ok(c.prepare_cached(
        "SELECT min(due) FROM ops WHERE account = ?1 AND state = ?2 AND due > ?3 AND due <= ?4",
    )?
    .query_row(params![account.0, Word(OpState::Waiting), now, now + PAUSE.1], |row| row.get(0))?)
}

/// Everything that waits or failed, the oldest first. One that this version cannot read is told by
/// `unreadable`.
pub(crate) fn all(c: &Connection, now: i64) -> Result<Vec<Operation>> {
    let mut query = c.prepare_cached(&format!("{OP} ORDER BY o.id"))?;
    let rows = query.query_map([], |row| operation(row, now))?;
    Ok(rows.filter_map(std::result::Result::ok).collect())
}

fn operation(row: &Row<'_>, now: i64) -> rusqlite::Result<Operation> {
    let op = op(row)?;
    let (Word(state), Word(why)): (Word<OpState>, Word<OpFailure>) = (row.get(11)?, row.get(12)?);
    Ok(Operation {
        id: OperationId(op.id),
        account: op.account,
        mailbox: op.mailbox,
        message: op.message,
        subject: row.get(14)?,
        kind: match op.kind {
            OpKind::AddFlag(flag) => OperationKind::Mark(flag, true),
            OpKind::RemoveFlag(flag) => OperationKind::Mark(flag, false),
            OpKind::Move(to) => OperationKind::Move(to),
            OpKind::Append => OperationKind::File,
        },
        state: match state {
            OpState::Failed => OperationState::Failed,
            OpState::Waiting if waits(op.due, now) => OperationState::Later(DateTime::utc(op.due)),
            OpState::Waiting => OperationState::Waiting,
        },
        why,
        said: row.get(13)?,
        attempts: op.attempts,
    })
}

/// Whether something of an account waits, be its time come or not.
pub(crate) fn any(c: &Connection, account: AccountId) -> Result<bool> {
    let mut query = c.prepare_cached("SELECT 1 FROM ops WHERE account = ?1 AND state = ?2")?;
    Ok(query.exists(params![account.0, Word(OpState::Waiting)])?)
}

/// Whether something of an account may be tried now. What waits behind another one of the same
/// message is not told apart.
pub(crate) fn any_ripe(c: &Connection, account: AccountId, now: i64) -> Result<bool> {
    let mut query = c.prepare_cached(
        "SELECT 1 FROM ops WHERE account = ?1 AND state = ?2 AND NOT (due > ?3 AND due <= ?4)",
    )?;
    Ok(query.exists(params![account.0, Word(OpState::Waiting), now, now + PAUSE.1])?)
}

/// What waits for its time is tried at once, with what it waits behind. False when there is no such
/// operation that waits.
pub(crate) fn hasten(t: &Transaction<'_>, id: i64) -> Result<bool> {
    let changed = t.execute(
        "UPDATE ops SET due = 0 WHERE id <= ?1 AND state = ?2 AND message = \
         (SELECT message FROM ops WHERE id = ?1 AND state = ?2)",
        params![id, Word(OpState::Waiting)],
    )?;
    Ok(changed > 0)
}

/// Drops an operation; what one that waits did here is taken back. Returns the message, or `None`
/// when there is no such operation.
pub(crate) fn discard(t: &Transaction<'_>, id: i64) -> Result<Option<MessageKey>> {
    let Some(op) = one(t, id)? else { return Ok(None) };
    let state: Word<OpState> =
        t.query_row("SELECT state FROM ops WHERE id = ?1", [id], |row| row.get(0))?;
    if state.0 == OpState::Waiting {
        settle(t, id, &OpEnd::Refused(OpRefusal::Server(String::new())))?;
    }
    t.execute("DELETE FROM ops WHERE id = ?1", [id])?;
    Ok(Some(op.message))
}
