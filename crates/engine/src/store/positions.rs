//! Where somebody stopped listening to a message; over restarts, until it is heard to its end.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::Result;
use aloud_model::MessageKey;

/// Where to go on; zero for the start.
pub(crate) fn of(c: &Connection, key: MessageKey) -> Result<Duration> {
    let at: Option<i64> = c
        .prepare_cached("SELECT milliseconds FROM positions WHERE message = ?1")?
        .query_row([key.0], |row| row.get(0))
        .optional()?;
    Ok(Duration::from_millis(at.and_then(|at| u64::try_from(at).ok()).unwrap_or(0)))
}

/// Keeps where to go on; zero forgets it. A message that is not here any more is passed over.
pub(crate) fn keep(t: &Transaction<'_>, key: MessageKey, at: Duration) -> Result<()> {
    if at.is_zero() {
        t.prepare_cached("DELETE FROM positions WHERE message = ?1")?.execute([key.0])?;
        return Ok(());
    }
    let milliseconds = i64::try_from(at.as_millis()).unwrap_or(i64::MAX);
    t.prepare_cached(
        "INSERT INTO positions (message, milliseconds) SELECT id, ?2 FROM messages WHERE id = ?1 \
         ON CONFLICT (message) DO UPDATE SET milliseconds = excluded.milliseconds",
    )?
    .execute(params![key.0, milliseconds])?;
    Ok(())
}
