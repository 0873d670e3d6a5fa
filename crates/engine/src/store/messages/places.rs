//! The places of a message, finding it by Message-ID, and small facts of its row.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::FlagSet;
use crate::store::{Error, Missing, Result, vocabulary::Word};
use aloud_model::{AccountId, MailboxId, MessageKey, imap::MailboxRole};

/// One place of a message: the row an operation works on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Row of the place.
    pub location: i64,
    /// The message.
    pub message: MessageKey,
    /// The account.
    pub account: AccountId,
    /// The mailbox.
    pub mailbox: MailboxId,
    /// What the mailbox is for.
    pub role: MailboxRole,
    /// UID, once the server has confirmed it.
    pub uid: Option<u32>,
    /// Flags.
    pub flags: FlagSet,
    /// The mailbox can store keywords.
    pub stores_keywords: bool,
}

/// The places of a message that are shown, the inbox first.
pub(crate) fn places(c: &Connection, key: MessageKey) -> Result<Vec<Place>> {
    of(c, key, true)
}

/// The same, and those in mailboxes that the server has not listed lately, which may come back.
pub(crate) fn places_anywhere(c: &Connection, key: MessageKey) -> Result<Vec<Place>> {
    of(c, key, false)
}

fn of(c: &Connection, key: MessageKey, listed: bool) -> Result<Vec<Place>> {
    let mut query = c.prepare_cached(
        "SELECT l.id, m.account, l.mailbox, b.role, l.uid, l.seen, l.answered, l.flagged, \
         l.deleted, l.draft, l.mdn_sent, l.forwarded, l.keywords, b.keywords \
         FROM locations l JOIN messages m ON m.id = l.message JOIN mailboxes b ON b.id = l.mailbox \
         WHERE l.message = ?1 AND l.hidden = 0 AND l.gone = 0 AND b.unlisted_since * ?3 = 0 \
         ORDER BY l.inbox DESC, b.role = ?2, l.id",
    )?;
    let rows = query.query_map(params![key.0, Word(MailboxRole::All), listed], |row| {
        Ok(Place {
            location: row.get(0)?,
            message: key,
            account: AccountId(row.get(1)?),
            mailbox: MailboxId(row.get(2)?),
            role: row.get::<_, Word<_>>(3)?.0,
            uid: row.get(4)?,
            flags: FlagSet {
                seen: row.get(5)?,
                answered: row.get(6)?,
                flagged: row.get(7)?,
                deleted: row.get(8)?,
                draft: row.get(9)?,
                mdn_sent: row.get(10)?,
                forwarded: row.get(11)?,
                keywords: row.get(12)?,
            },
            stores_keywords: row.get(13)?,
        })
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Our copy of a sent message, in a mailbox where such copies lie.
pub(crate) fn sent_copy(
    c: &Connection,
    account: AccountId,
    message_id: &str,
) -> Result<Option<MessageKey>> {
    Ok(c.prepare_cached(
        "SELECT m.id FROM messages m JOIN locations l ON l.message = m.id \
         JOIN mailboxes b ON b.id = l.mailbox WHERE m.account = ?1 AND m.message_id = ?2 \
         AND b.role IN (?3, ?4) AND l.gone = 0 ORDER BY b.role = ?3 DESC LIMIT 1",
    )?
    .query_row(
        params![account.0, message_id, Word(MailboxRole::Sent), Word(MailboxRole::All)],
        |row| row.get(0),
    )
    .optional()?
    .map(MessageKey))
}

/// A message by its Message-ID, the one we sent first.
pub(crate) fn by_message_id(
    c: &Connection,
    account: AccountId,
    message_id: &str,
) -> Result<Option<MessageKey>> {
    if message_id.is_empty() {
        return Ok(None);
    }
    Ok(c.prepare_cached(
        "SELECT m.id FROM messages m JOIN locations l ON l.message = m.id \
         JOIN mailboxes b ON b.id = l.mailbox \
         WHERE m.account = ?1 AND m.message_id = ?2 AND l.gone = 0 \
         ORDER BY b.role = ?3 DESC, m.id LIMIT 1",
    )?
    .query_row(params![account.0, message_id, Word(MailboxRole::Sent)], |row| row.get(0))
    .optional()?
    .map(MessageKey))
}

/// Sets or clears the ring; whether that changed anything.
pub(crate) fn set_started(t: &Transaction<'_>, key: MessageKey, on: bool) -> Result<bool> {
    let changed = t
        .prepare_cached("UPDATE messages SET started = ?2 WHERE id = ?1 AND started <> ?2")?
        .execute(params![key.0, on])?;
    Ok(changed > 0)
}

/// Whose message it is.
pub(crate) fn account_of(c: &Connection, key: MessageKey) -> Result<AccountId> {
    one(c, "SELECT account FROM messages WHERE id = ?1", key).map(AccountId)
}

/// Notes that the user heard, read or viewed it here, or said so.
pub(crate) fn set_presented(t: &Transaction<'_>, key: MessageKey) -> Result<()> {
    t.prepare_cached("UPDATE messages SET presented = 1 WHERE id = ?1")?.execute([key.0])?;
    Ok(())
}

/// Whether the user heard, read or viewed it here.
pub(crate) fn was_presented(c: &Connection, key: MessageKey) -> Result<bool> {
    one(c, "SELECT presented FROM messages WHERE id = ?1", key)
}

/// Whether the message asks for a receipt that may be sent.
pub(crate) fn asks_receipt(c: &Connection, key: MessageKey) -> Result<bool> {
    one(c, "SELECT receipt_asked FROM messages WHERE id = ?1", key)
}

/// Those of these messages that ask for a receipt that may be sent.
pub(crate) fn that_ask_receipts(
    c: &Connection,
    mut keys: Vec<MessageKey>,
) -> Result<Vec<MessageKey>> {
    let mut query = c.prepare_cached("SELECT receipt_asked FROM messages WHERE id = ?1")?;
    let mut failed = None;
    keys.retain(|key| match query.query_row([key.0], |row| row.get(0)) {
        Ok(asks) => asks,
        Err(error) => {
            failed.get_or_insert(error);
            false
        }
    });
    failed.map_or(Ok(keys), |error| Err(error.into()))
}

/// Whether reading the message failed in a way that must not happen again.
pub(crate) fn is_poison(c: &Connection, key: MessageKey) -> Result<bool> {
    one(c, "SELECT quarantined = 1 FROM messages WHERE id = ?1", key)
}

/// For a report: the message it is about, if that is here.
pub(crate) fn about(
    c: &Connection,
    account: AccountId,
    key: MessageKey,
) -> Result<Option<MessageKey>> {
    let id: String = one(c, "SELECT about FROM messages WHERE id = ?1", key)?;
    by_message_id(c, account, &id)
}

/// When it arrived, in Unix seconds.
pub(crate) fn arrived(c: &Connection, key: MessageKey) -> Result<i64> {
    one(c, "SELECT arrived FROM messages WHERE id = ?1", key)
}

/// Peaks of the waveform; empty when not measured.
pub(crate) fn peaks(c: &Connection, key: MessageKey) -> Result<Vec<u8>> {
    one(c, "SELECT peaks FROM messages WHERE id = ?1", key)
}

/// Keeps the peaks of the waveform.
pub(crate) fn set_peaks(t: &Transaction<'_>, key: MessageKey, peaks: &[u8]) -> Result<()> {
    t.execute("UPDATE messages SET peaks = ?2 WHERE id = ?1", params![key.0, peaks])?;
    Ok(())
}

fn one<T: rusqlite::types::FromSql>(c: &Connection, sql: &str, key: MessageKey) -> Result<T> {
    let found = c.prepare_cached(sql)?.query_row([key.0], |row| row.get(0)).optional()?;
    found.ok_or(Error::NotFound(Missing::Message(key)))
}
