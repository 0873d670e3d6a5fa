//! Key/value metadata (`own-name`, the fingerprint of the vendor table).

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{Result, kept};
use aloud_model::{AccountId, MailboxId, MessageKey};

/// Name of the user's spoken name: the sampling rate (4 octets), then samples, little-endian.
pub(crate) const OWN_NAME: &str = "own-name";

/// Fingerprint of the vendor table that the messages were looked at with.
pub(crate) const VENDORS: &str = "vendors";

/// Where the white pages are: JSON.
pub(crate) const WHITE_PAGES: &str = "white-pages";

/// When shadows and what is nowhere any more were last removed: Unix seconds, 8 octets, big-endian.
pub(crate) const PURGED: &str = "purged";

/// Set by a migration after which delivery reports must be read again.
pub(crate) const REREAD_REPORTS: &str = "reread-reports";

/// Names this database, so that a write-ahead log of another one is noticed.
pub(crate) const IDENTITY: &str = "identity";

/// How often what is kept beside the database was changed (`store::kept`): 8 octets, big-endian.
pub(crate) const GENERATION: &str = "generation";

/// Operations to be asked for again once their mailboxes are here (`store::kept`).
pub(crate) const OPERATIONS: &str = "operations";

/// What the user has seen of a server's alerts, and when: JSON.
pub(crate) fn alerts_seen(account: AccountId) -> String {
    format!("alerts-seen-{}", account.0)
}

/// Set where no report of a mailbox waits to be looked into, so that nobody searches it for some.
pub(crate) fn no_reports(mailbox: MailboxId) -> String {
    format!("no-reports-{}", mailbox.0)
}

/// What the names of an account's own mailboxes begin with on its server.
pub(crate) fn top(account: AccountId) -> String {
    format!("top-{}", account.0)
}

/// By which rows an account's server is treated (`crate::servers`): JSON.
pub(crate) fn profile(account: AccountId) -> String {
    format!("profile-{}", account.0)
}

/// A report of a message's mailboxes may wait to be looked into.
pub(crate) fn reports_wait(t: &Transaction<'_>, message: MessageKey) -> Result<()> {
    t.prepare_cached(
        "DELETE FROM meta WHERE name IN \
         (SELECT 'no-reports-' || mailbox FROM locations WHERE message = ?1)",
    )?
    .execute([message.0])?;
    Ok(())
}

/// Keeps or removes the user's spoken name.
pub(crate) fn set_own_name(t: &Transaction<'_>, name: Option<&[u8]>) -> Result<()> {
    set(t, OWN_NAME, name)?;
    kept::touch(t)
}

/// Keeps or forgets where the white pages are.
pub(crate) fn set_white_pages(t: &Transaction<'_>, pages: Option<&[u8]>) -> Result<()> {
    set(t, WHITE_PAGES, pages)?;
    kept::touch(t)
}

/// Reads a value.
pub(crate) fn get(c: &Connection, name: &str) -> Result<Option<Vec<u8>>> {
    Ok(c.prepare_cached("SELECT value FROM meta WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?)
}

/// Writes or removes a value.
pub(crate) fn set(t: &Transaction<'_>, name: &str, value: Option<&[u8]>) -> Result<()> {
    match value {
        Some(value) => t.execute(
            "INSERT INTO meta (name, value) VALUES (?1, ?2) \
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            params![name, value],
        )?,
        None => t.execute("DELETE FROM meta WHERE name = ?1", [name])?,
    };
    Ok(())
}
