//! What was decided about receipts that senders asked for. The rules are in `engine::receipts`.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{
    Result, kept, some,
    vocabulary::{Word, vocabulary},
};
use aloud_model::{AccountId, AddrSpec, DateTime, MessageKey};

vocabulary! {
    /// What was decided about the receipt of a message.
    pub enum Answer in "receipts.answer" {
        /// Sent, or on its way.
        Sent = "sent",
        /// Not sent, never asked again.
        Declined = "declined",
    }
}

vocabulary! {
    /// What a standing rule for a person says.
    pub enum Rule in "receipt_rules.answer" {
        /// Send without asking.
        Always = "always",
        /// Never send.
        Never = "never",
    }
}

/// What the row of a message says about its receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptRow {
    /// Message-ID, or what stands for it.
    pub id: String,
    /// From address.
    pub sender: Option<String>,
    /// What was decided, and when.
    pub answer: Option<(Answer, DateTime)>,
}

/// The decision about a message. Messages without Message-ID are known by their row.
pub(crate) fn of_message(
    c: &Connection,
    account: AccountId,
    key: MessageKey,
) -> Result<ReceiptRow> {
    let (id, sender): (String, String) = c
        .prepare_cached("SELECT message_id, sender_address FROM messages WHERE id = ?1")?
        .query_row([key.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let id = if id.is_empty() { format!("row-{key}") } else { id };
    let answer: Option<(Word<Answer>, i64)> = c
        .prepare_cached("SELECT answer, at FROM receipts WHERE account = ?1 AND message_id = ?2")?
        .query_row(params![account.0, id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let answer = answer.map(|(Word(answer), at)| (answer, DateTime::utc(at)));
    Ok(ReceiptRow { id, sender: some(sender), answer })
}

/// Notes a decision; false when there was one already.
pub(crate) fn decide(
    t: &Transaction<'_>,
    account: AccountId,
    row: &ReceiptRow,
    answer: Answer,
    now: i64,
) -> Result<bool> {
    let sender = row.sender.as_deref().unwrap_or_default();
    let written = t.execute(
        "INSERT OR IGNORE INTO receipts (account, message_id, sender, answer, at) \
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![account.0, row.id, sender, Word(answer), now],
    )?;
    Ok(written == 1)
}

/// How many receipts a sender got since `since`.
pub(crate) fn sent_since(c: &Connection, sender: &str, since: i64) -> Result<u32> {
    Ok(c.prepare_cached(
        "SELECT count(*) FROM receipts WHERE sender = ?1 AND answer = ?3 AND at >= ?2",
    )?
    .query_row(params![sender, since, Word(Answer::Sent)], |row| row.get(0))?)
}

/// The standing rule for a person.
pub(crate) fn rule(c: &Connection, address: &AddrSpec) -> Result<Option<Rule>> {
    let rule: Option<Word<Rule>> = c
        .prepare_cached("SELECT answer FROM receipt_rules WHERE address = ?1")?
        .query_row([address.as_str()], |row| row.get(0))
        .optional()?;
    Ok(rule.map(|Word(rule)| rule))
}

/// Sets or clears the standing rule for a person.
pub(crate) fn set_rule(t: &Transaction<'_>, address: &AddrSpec, rule: Option<Rule>) -> Result<()> {
    kept::touch(t)?;
    let Some(rule) = rule else {
        t.execute("DELETE FROM receipt_rules WHERE address = ?1", [address.as_str()])?;
        return Ok(());
    };
    t.execute(
        "INSERT INTO receipt_rules (address, answer) VALUES (?1, ?2) \
         ON CONFLICT (address) DO UPDATE SET answer = excluded.answer",
        params![address.as_str(), Word(rule)],
    )?;
    Ok(())
}
