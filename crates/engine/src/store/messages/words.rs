//! The words of messages, for the search (`store::search`).

use rusqlite::{Transaction, params};

use crate::store::{Result, classify::Facts};
use aloud_model::MessageKey;

/// Words of a message that is new, and of any: to look for those of before takes time.
pub(super) const NEW: &str =
    "INSERT INTO search (rowid, sender, subject, body) VALUES (?1, ?2, ?3, ?4)";
pub(super) const ANY: &str =
    "INSERT OR REPLACE INTO search (rowid, sender, subject, body) VALUES (?1, ?2, ?3, ?4)";

/// Writes the words of a message for the search, by a statement for a new one or any.
pub(super) fn write(t: &Transaction<'_>, key: MessageKey, facts: &Facts, sql: &str) -> Result<()> {
    let mut who = format!("{} {} {}", facts.sender_name, facts.sender_address, facts.sender_number);
    for address in &facts.recipients {
        who.push(' ');
        who.push_str(address.label());
    }
    t.prepare_cached(sql)?.execute(params![key.0, who, facts.subject, facts.words])?;
    Ok(())
}
