//! Drafts whose messages lie in the outbox. The mark is written in the transaction that freezes the
//! message and cleared once the draft's folder is gone: a crash in between leaves a mark, so that the
//! draft is removed and never offered again.

use rusqlite::{Connection, Transaction};

use super::{Result, meta};
use crate::drafts::DraftId;

/// Begin of the names of the marks among the small meta.
const PREFIX: &str = "sent-draft:";

/// Marks a draft as sent.
pub(crate) fn mark(t: &Transaction<'_>, id: &DraftId) -> Result<()> {
    meta::set(t, &format!("{PREFIX}{id}"), Some(&[]))
}

/// Takes the mark away.
pub(crate) fn clear(t: &Transaction<'_>, id: &DraftId) -> Result<()> {
    meta::set(t, &format!("{PREFIX}{id}"), None)
}

/// Every draft that is marked.
pub(crate) fn all(c: &Connection) -> Result<Vec<DraftId>> {
    let mut select = c.prepare_cached("SELECT name FROM meta WHERE name LIKE ?1")?;
    let names = select.query_map([format!("{PREFIX}%")], |row| row.get::<_, String>(0))?;
    let mut all = Vec::new();
    for name in names {
        all.extend(name?.strip_prefix(PREFIX).and_then(DraftId::parse));
    }
    Ok(all)
}
