//! Which of the messages that are known here one is that a server shows under a UID.

use rusqlite::{OptionalExtension, Transaction, params};

use super::{Result, accounts::MailboxRow, blobs::to_sql, classify::Facts};
use crate::{account::Identity, imap::Head};
use aloud_model::{AccountId, MailboxId};

/// Whether a server gave a UID that we know to another message. One whose header block could not be
/// read says nothing.
pub(super) fn is_another(t: &Transaction<'_>, message: i64, head: &Head) -> Result<bool> {
    let known = Identity::kept(t, message)?;
    Ok(!known.header.is_empty() && !head.header.is_empty() && !known.is_of(head))
}

/// Whether any place in a mailbox waits for its message.
pub(super) fn awaits(t: &Transaction<'_>, mailbox: MailboxId) -> Result<bool> {
    let mut query =
        t.prepare_cached("SELECT 1 FROM locations WHERE mailbox = ?1 AND uid IS NULL LIMIT 1")?;
    Ok(query.exists([mailbox.0])?)
}

/// A place of ours in this mailbox that waits for exactly this message.
pub(super) fn awaited(
    t: &Transaction<'_>,
    place: &MailboxRow,
    head: &Head,
    facts: &Facts,
) -> Result<Option<(i64, i64)>> {
    if facts.message_id.is_empty() {
        // Moving keeps octets, so the same header block and size are the same message.
        return Ok(t
            .prepare_cached(
                "SELECT l.id, l.message FROM locations l JOIN messages m ON m.id = l.message \
                 JOIN headers h ON h.message = m.id WHERE l.mailbox = ?1 AND l.uid IS NULL \
                 AND m.message_id = '' AND m.size = ?2 AND h.octets = ?3 ORDER BY l.gone, l.id LIMIT 1",
            )?
            .query_row(params![place.id.0, to_sql(head.size), head.header], |r| {
                Ok((r.get(0)?, r.get(1)?))
            })
            .optional()?);
    }
    // Several messages may have one Message-ID, so the header block decides. A copy of our own that no
    // server has shown yet may differ from the server's by a line end or a trace field.
    Ok(t.prepare_cached(
        "SELECT l.id, l.message FROM messages m CROSS JOIN locations l ON l.message = m.id \
         LEFT JOIN headers h ON h.message = m.id \
         WHERE m.account = ?4 AND m.message_id = ?2 AND l.mailbox = ?1 AND l.uid IS NULL \
         AND coalesce(h.octets, x'') IN (x'', ?5) \
         ORDER BY h.octets IS NOT ?5, l.gone, abs(m.size - ?3) LIMIT 1",
    )?
    .query_row(
        params![
            place.id.0,
            facts.message_id,
            to_sql(head.size),
            place.account.0,
            head.header.as_slice()
        ],
        |r| Ok((r.get(0)?, r.get(1)?)),
    )
    .optional()?)
}

/// The same message in another mailbox, where the server says so (labels).
pub(super) fn same_message(
    t: &Transaction<'_>,
    account: AccountId,
    head: &Head,
) -> Result<Option<i64>> {
    if head.server_id.is_empty() {
        return Ok(None);
    }
    Ok(t.prepare_cached("SELECT id FROM messages WHERE account = ?1 AND server_id = ?2")?
        .query_row(params![account.0, head.server_id], |row| row.get(0))
        .optional()?)
}
