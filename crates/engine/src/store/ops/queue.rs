//! The operations as a queue that always moves: what a server refuses for now waits for its time and
//! holds up only what concerns the same message; and the queue as a list that can be shown.

use std::collections::HashSet;

use rusqlite::{Connection, Row, Transaction, params};

use super::{OP, Op, OpKind, OpState, one, op, settle};
use crate::{
    account::{OpEnd, OpRefusal},
    store::{Result, vocabulary::Word},
    types::{OpFailure, Operation, OperationId, OperationKind, OperationState},
};
use aloud_model::{AccountId, DateTime, MessageKey};

/// First and longest pause before a server is asked again, in seconds.
const PAUSE: (i64, i64) = (30, 6 * 3_600);

/// Whether its time is still to come. A time that no pause reaches comes of a clock that was wrong.
fn waits(due: i64, now: i64) -> bool {
    due > now && due <= now + PAUSE.1
}

/// Those whose time has come, without what comes after another one of the same message.
pub(crate) fn ripe(waiting: Vec<Op>, now: i64) -> Vec<Op> {
    let mut held: HashSet<MessageKey> = HashSet::new();
    let mut ripe = Vec::new();
    for op in waiting {
        if waits(op.due, now) {
            held.insert(op.message);
        } else if !held.contains(&op.message) {
            ripe.push(op);
        }
    }
    ripe
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
