//! Rows of the outbox. The contract is in `engine::outbox`; here are only its durable facts: the
//! frozen octets and envelope, and which state a row is in.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params, types::Type};

use super::{
    Error, Missing, Result, deliveries, messages, ops, pieces,
    vocabulary::{Word, quoted, vocabulary},
};
use crate::content::Content;
use crate::types::{DeliveryState, Failure, FailureWhy, Invalid, OutboxRow, OutboxState, Refusal};
use aloud_model::{
    AccountId, AddrSpec, Address, DateTime, MessageKey, OutboxId, imap::MailboxRole,
};

vocabulary! {
    /// A row's state in the store.
    pub enum Phase in "outbox.state" {
        /// Held back for undo until `due`.
        Held = "held",
        /// Waits until `$MDNSent` is stored.
        Blocked = "blocked",
        /// May go at `due`.
        Queued = "queued",
        /// Being submitted; the server has no content octet yet.
        Connecting = "connecting",
        /// The first content octet may have left.
        Data = "data",
        /// The server's final reply was positive.
        Accepted = "accepted",
        /// Nobody knows whether the server took it.
        Ambiguous = "ambiguous",
        /// Refused for good.
        Failed = "failed",
    }
}

vocabulary! {
    /// What a message is to the one it answers or forwards.
    pub enum RelatedAs in "outbox.related_as" {
        /// It stands alone.
        Nothing = "",
        /// It answers that message.
        Reply = "reply",
        /// It forwards that message.
        Forward = "forward",
    }
}

/// What is frozen when the user presses Send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    /// From which account.
    pub account: AccountId,
    /// Message-ID without angle brackets.
    pub message_id: String,
    /// MAIL FROM; `None` for the null reverse path.
    pub reverse_path: Option<AddrSpec>,
    /// RCPT TO.
    pub forward_paths: Vec<AddrSpec>,
    /// Recipients as the outbox shows them.
    pub shown_to: Vec<Address>,
    /// Subject.
    pub subject: String,
    /// Length of the voice.
    pub duration: Option<Duration>,
    /// It is a receipt.
    pub receipt: bool,
    /// Ask the server for delivery reports of success too.
    pub notify: bool,
    /// The message answered or forwarded.
    pub answers: Option<MessageKey>,
    /// It is a forward rather than an answer.
    pub forward: bool,
    /// The message, CRLF line ends.
    pub octets: Content,
}

/// A row with what the outbox loop decides by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: OutboxId,
    /// From which account.
    pub account: AccountId,
    /// Message-ID without angle brackets.
    pub message_id: String,
    /// MAIL FROM; `None` for the null reverse path.
    pub reverse_path: Option<AddrSpec>,
    /// RCPT TO.
    pub forward_paths: Vec<AddrSpec>,
    /// Recipients as shown.
    pub shown_to: Vec<Address>,
    /// Subject.
    pub subject: String,
    /// Length of the voice.
    pub duration: Option<Duration>,
    /// It is a receipt.
    pub receipt: bool,
    /// Ask the server for delivery reports of success too.
    pub notify: bool,
    /// State.
    pub phase: Phase,
    /// When it may go (Unix time), for held and queued rows.
    pub due: i64,
    /// Tries so far; counted before they are made.
    pub attempts: u32,
    /// Searches for an ambiguous message so far.
    pub searches: u32,
    /// Unix time of the first try; 0 before it.
    pub first_try: i64,
    /// Unix time since when it is ambiguous.
    pub doubtful_since: i64,
    /// What the last try met.
    pub failure: Option<Failure>,
    /// The message answered or forwarded.
    pub answers: Option<MessageKey>,
    /// It is a forward rather than an answer.
    pub forward: bool,
}

const ENTRY: &str = "SELECT id, account, message_id, reverse_path, forward_paths, shown_to, \
    subject, duration_ms, receipt, state, due, attempts, searches, first_try, doubtful_since, \
    notify, related_as, related_to, why, reply_code, refused, said FROM outbox";

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let text = |at: usize| row.get::<_, String>(at);
    let related_to = Some(MessageKey(row.get(17)?));
    let (answers, forward) = match row.get::<_, Word<_>>(16)?.0 {
        RelatedAs::Nothing => (None, false),
        RelatedAs::Reply => (related_to, false),
        RelatedAs::Forward => (related_to, true),
    };
    let failure = match row.get::<_, Word<_>>(18)?.0 {
        FailureWhy::None => None,
        why => Some(Failure {
            why,
            code: row.get::<_, Option<u16>>(19)?.filter(|code| *code != 0),
            recipient: AddrSpec::parse(&text(20)?).ok(),
            said: text(21)?,
        }),
    };
    Ok(Entry {
        answers,
        forward,
        id: OutboxId(row.get(0)?),
        account: AccountId(row.get(1)?),
        message_id: text(2)?,
        // No address is the null reverse path; one that cannot be read must not become it.
        reverse_path: match text(3)?.as_str() {
            "" => None,
            address => Some(AddrSpec::parse(address).map_err(|e| unreadable(3, e))?),
        },
        forward_paths: serde_json::from_str(&text(4)?).map_err(|e| unreadable(4, e))?,
        shown_to: serde_json::from_str(&text(5)?).map_err(|e| unreadable(5, e))?,
        subject: text(6)?,
        duration: u64::try_from(row.get::<_, i64>(7)?).ok().map(Duration::from_millis),
        receipt: row.get(8)?,
        phase: row.get::<_, Word<_>>(9)?.0,
        due: row.get(10)?,
        attempts: row.get(11)?,
        searches: row.get(12)?,
        first_try: row.get(13)?,
        doubtful_since: row.get(14)?,
        failure,
        notify: row.get(15)?,
    })
}

fn unreadable(
    column: usize,
    reason: impl std::error::Error + Send + Sync + 'static,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(reason))
}

/// Freezes a message. Durable when the transaction is.
pub(crate) fn freeze(
    t: &Transaction<'_>,
    frozen: &Frozen,
    phase: Phase,
    due: i64,
    blocked_by: i64,
    now: i64,
) -> Result<OutboxId> {
    if frozen.forward_paths.is_empty() {
        return Err(Invalid::NoRecipient.into());
    }
    let json = |value: serde_json::Result<String>| value.map_err(|e| Error::Store(e.to_string()));
    let related_as = match (frozen.answers, frozen.forward) {
        (Some(_), false) => RelatedAs::Reply,
        (Some(_), true) => RelatedAs::Forward,
        (None, _) => RelatedAs::Nothing,
    };
    t.execute(
        "INSERT INTO outbox (account, message_id, reverse_path, forward_paths, shown_to, subject, \
         duration_ms, receipt, related_as, state, due, created, blocked_by, octets, notify, \
         related_to) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        params![
            frozen.account.0,
            frozen.message_id,
            frozen.reverse_path.as_ref().map(AddrSpec::as_str).unwrap_or_default(),
            json(serde_json::to_string(&frozen.forward_paths))?,
            json(serde_json::to_string(&frozen.shown_to))?,
            frozen.subject,
            frozen.duration.map_or(-1, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX)),
            frozen.receipt,
            Word(related_as),
            Word(phase),
            due,
            now,
            blocked_by,
            pieces::column(&frozen.octets)?,
            frozen.notify,
            frozen.answers.map_or(0, |key| key.0)
        ],
    )?;
    let id = OutboxId(t.last_insert_rowid());
    pieces::put(t, id, &frozen.octets)?;
    Ok(id)
}

/// Every row that can be read, oldest first. One that cannot stays where it is, moves nowhere and
/// holds up no other; [`all_shown`] shows it.
pub(crate) fn entries(c: &Connection) -> Result<Vec<Entry>> {
    Ok(read_all(c)?.into_iter().filter_map(|(.., entry)| entry.ok()).collect())
}

fn read_all(c: &Connection) -> Result<Vec<(OutboxId, AccountId, Result<Entry>)>> {
    let mut query = c.prepare_cached(&format!("{ENTRY} ORDER BY id"))?;
    let mut rows = query.query([])?;
    let mut read = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, account) = (OutboxId(row.get(0)?), AccountId(row.get(1)?));
        read.push((id, account, entry(row).map_err(Error::from)));
    }
    Ok(read)
}

/// Every row as the window shows it, oldest first; `percent` knows how far a row has come.
pub(crate) fn all_shown(
    c: &Connection,
    percent: impl Fn(OutboxId) -> u8,
    now: i64,
) -> Result<Vec<OutboxRow>> {
    let rows = read_all(c)?.into_iter().map(|(id, account, entry)| match entry {
        Ok(entry) => shown(&entry, percent(id), now),
        Err(error) => OutboxRow {
            id,
            account,
            to: Vec::new(),
            subject: String::new(),
            duration: None,
            state: OutboxState::Failed(
                Failure::new(FailureWhy::Unreadable).saying(error.to_string()),
            ),
            message_id: String::new(),
            receipt: false,
            answers: None,
            forward: false,
        },
    });
    Ok(rows.collect())
}

/// One row.
pub(crate) fn one(c: &Connection, id: OutboxId) -> Result<Entry> {
    let found = c.prepare_cached(&format!("{ENTRY} WHERE id = ?1"))?.query_row([id.0], entry);
    found.optional()?.ok_or(Error::NotFound(Missing::Queued(id)))
}

/// Counts a try and moves the row to [`Phase::Connecting`]; false when it is no longer there to
/// be sent (taken back, or another loop has it).
pub(crate) fn begin(t: &Transaction<'_>, id: OutboxId, now: i64) -> Result<bool> {
    let changed = t.execute(
        &format!(
            "UPDATE outbox SET state = ?3, attempts = attempts + 1, \
             first_try = CASE first_try WHEN 0 THEN ?2 ELSE first_try END \
             WHERE id = ?1 AND state IN ({}) AND due <= ?2",
            quoted(&[Phase::Held, Phase::Queued])
        ),
        params![id.0, now, Word(Phase::Connecting)],
    )?;
    Ok(changed == 1)
}

/// Notes that the first content octet is about to leave.
pub(crate) fn data_starts(t: &Transaction<'_>, id: OutboxId) -> Result<()> {
    let changed = t.execute(
        "UPDATE outbox SET state = ?2 WHERE id = ?1 AND state = ?3",
        params![id.0, Word(Phase::Data), Word(Phase::Connecting)],
    )?;
    if changed == 0 {
        return Err(Refusal::TakenBack.into());
    }
    Ok(())
}

/// Writes what a try met; nothing clears it.
fn set_failure(t: &Transaction<'_>, id: OutboxId, failure: Option<&Failure>) -> Result<()> {
    let none = Failure::new(FailureWhy::None);
    let failure = failure.unwrap_or(&none);
    t.execute(
        "UPDATE outbox SET why = ?2, reply_code = ?3, refused = ?4, said = ?5 WHERE id = ?1",
        params![
            id.0,
            Word(failure.why),
            failure.code.unwrap_or(0),
            failure.recipient.as_ref().map(AddrSpec::as_str).unwrap_or_default(),
            failure.said
        ],
    )?;
    Ok(())
}

/// Puts a row back for another try, without a failure while it waits for the network; `refund` when
/// the try does not count (no credentials).
pub(crate) fn requeue(
    t: &Transaction<'_>,
    id: OutboxId,
    due: i64,
    failure: Option<&Failure>,
    refund: bool,
) -> Result<()> {
    t.execute(
        "UPDATE outbox SET state = ?4, due = ?2, attempts = max(0, attempts - ?3) WHERE id = ?1",
        params![id.0, due, refund, Word(Phase::Queued)],
    )?;
    set_failure(t, id, failure)
}

/// Rows of an account that wait for better times go now: the network is back. What waits for the
/// user goes with [`signed_in`] only.
pub(crate) fn retry_now(t: &Transaction<'_>, account: AccountId, now: i64) -> Result<usize> {
    let user = quoted(&FailureWhy::WAIT_FOR_USER);
    go_now(t, account, now, &format!("why NOT IN ({user})"))
}

/// The user has signed in: all rows of the account that wait go now.
pub(crate) fn signed_in(t: &Transaction<'_>, account: AccountId, now: i64) -> Result<usize> {
    go_now(t, account, now, "true")
}

fn go_now(t: &Transaction<'_>, account: AccountId, now: i64, which: &str) -> Result<usize> {
    let waiting = quoted(&[Phase::Queued, Phase::Ambiguous]);
    Ok(t.execute(
        &format!(
            "UPDATE outbox SET due = ?2 \
             WHERE account = ?1 AND state IN ({waiting}) AND due > ?2 AND {which}"
        ),
        params![account.0, now],
    )?)
}

/// Rows that wait for longer than until `later` go now.
pub(crate) fn stop_waiting(t: &Transaction<'_>, now: i64, later: i64) -> Result<()> {
    t.execute(
        "UPDATE outbox SET due = ?1 WHERE state = ?3 AND due > ?2",
        params![now, later, Word(Phase::Queued)],
    )?;
    Ok(())
}

/// Stops a row.
pub(crate) fn fail(t: &Transaction<'_>, id: OutboxId, failure: &Failure) -> Result<()> {
    t.execute("UPDATE outbox SET state = ?2 WHERE id = ?1", params![id.0, Word(Phase::Failed)])?;
    set_failure(t, id, Some(failure))
}

/// Nobody knows whether the server has it.
pub(crate) fn mark_ambiguous(
    t: &Transaction<'_>,
    id: OutboxId,
    failure: &Failure,
    now: i64,
) -> Result<()> {
    t.execute(
        "UPDATE outbox SET state = ?3, doubtful_since = ?2, due = ?2, searches = 0 WHERE id = ?1",
        params![id.0, now, Word(Phase::Ambiguous)],
    )?;
    set_failure(t, id, Some(failure))
}

/// When an ambiguous message is searched for again; `counted` when the search was made.
pub(crate) fn search_later(
    t: &Transaction<'_>,
    id: OutboxId,
    due: i64,
    counted: bool,
) -> Result<()> {
    t.execute(
        "UPDATE outbox SET due = ?2, searches = searches + ?3 WHERE id = ?1 AND state = ?4",
        params![id.0, due, counted, Word(Phase::Ambiguous)],
    )?;
    Ok(())
}

/// Rows whose age is not known: none goes without the user's word.
pub(super) fn doubt_all(t: &Transaction<'_>) -> Result<()> {
    t.execute(
        "UPDATE outbox SET state = ?1, why = ?2, searches = 0, blocked_by = 0, related_as = '', \
         related_to = 0",
        params![Word(Phase::Ambiguous), Word(FailureWhy::Ended)],
    )?;
    Ok(())
}

/// The server has it. A receipt is done with this; a message gets its row in Sent, its deliveries,
/// and the operation that files it. `found` says that it was found on the server. The row in the
/// outbox goes. `unreported` says that a report of delivery was wanted and the server makes none
/// (RFC 3801 section 5.3). Returns the message in Sent.
pub(crate) fn accept(
    t: &Transaction<'_>,
    id: OutboxId,
    unreported: bool,
    now: i64,
) -> Result<Option<MessageKey>> {
    let entry = one(t, id)?;
    if entry.receipt {
        t.execute("DELETE FROM outbox WHERE id = ?1", [id.0])?;
        return Ok(None);
    }
    let state = if unreported { DeliveryState::Unreported } else { DeliveryState::Sent };
    deliveries::record(t, entry.account, &entry.message_id, &entry.shown_to, state, now)?;
    note_answered(t, id)?;
    if let Some(key) = messages::sent_copy(t, entry.account, &entry.message_id)? {
        t.execute("DELETE FROM outbox WHERE id = ?1", [id.0])?;
        return Ok(Some(key));
    }
    t.execute("UPDATE outbox SET state = ?2 WHERE id = ?1", params![id.0, Word(Phase::Accepted)])?;
    Ok(None)
}

/// The second half of [`accept`], after the octets were looked at: the row in Sent and the filing.
pub(crate) fn file(
    t: &Transaction<'_>,
    id: OutboxId,
    facts: &super::classify::Facts,
    size: u64,
    now: i64,
) -> Result<(MessageKey, i64)> {
    let entry = one(t, id)?;
    let sent = ops::mailbox_for(t, entry.account, MailboxRole::Sent)?;
    t.execute(
        "INSERT INTO messages (account, size, arrived, date) VALUES (?1, ?2, ?3, ?3)",
        params![entry.account.0, i64::try_from(size).unwrap_or(i64::MAX), now],
    )?;
    let key = MessageKey(t.last_insert_rowid());
    t.execute(
        "INSERT INTO locations (mailbox, message, seen, mdn_sent, date) VALUES (?1, ?2, 1, 1, ?3)",
        params![sent.0, key.0, now],
    )?;
    let location = t.last_insert_rowid();
    messages::write_facts(t, key, facts, super::classify::Known::Whole)?;
    ops::append(t, entry.account, sent, key, location)?;
    t.execute("UPDATE outbox SET message = ?2 WHERE id = ?1", params![id.0, key.0])?;
    Ok((key, location))
}

/// Filing is written and the body lies in its file: the row in the outbox is done.
pub(crate) fn finish(t: &Transaction<'_>, id: OutboxId) -> Result<()> {
    t.execute(
        "DELETE FROM outbox WHERE id = ?1 AND state = ?2",
        params![id.0, Word(Phase::Accepted)],
    )?;
    Ok(())
}

/// Rows accepted but not filed, with the message in Sent if that was made (0 if not).
pub(crate) fn accepted(c: &Connection) -> Result<Vec<(OutboxId, MessageKey)>> {
    let mut query =
        c.prepare_cached("SELECT id, message FROM outbox WHERE state = ?1 ORDER BY id")?;
    let rows = query.query_map([Word(Phase::Accepted)], |row| {
        Ok((OutboxId(row.get(0)?), MessageKey(row.get(1)?)))
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// `\Answered` or `$Forwarded` for the original, now that the answer is out.
fn note_answered(t: &Transaction<'_>, id: OutboxId) -> Result<()> {
    use aloud_model::Flag;
    let entry = one(t, id)?;
    let Some(key) = entry.answers else { return Ok(()) };
    let flag = if entry.forward { Flag::Forwarded } else { Flag::Answered };
    for place in messages::places(t, key)? {
        let allowed = flag == Flag::Answered || place.stores_keywords;
        if allowed {
            ops::flag(t, &place, &flag, true)?;
        }
    }
    Ok(())
}

/// Takes a row back. Refused when octets may have left.
pub(crate) fn cancel(t: &Transaction<'_>, id: OutboxId) -> Result<()> {
    let entry = one(t, id)?;
    match entry.phase {
        Phase::Data | Phase::Accepted => Err(Refusal::OnItsWay.into()),
        _ => {
            t.execute("DELETE FROM outbox WHERE id = ?1", [id.0])?;
            Ok(())
        }
    }
}

/// The user asks for another try now. An ambiguous row goes again only through this.
pub(crate) fn retry(t: &Transaction<'_>, id: OutboxId, now: i64) -> Result<()> {
    let changed = t.execute(
        &format!(
            "UPDATE outbox SET state = ?3, due = ?2, attempts = 0, first_try = 0 \
             WHERE id = ?1 AND state IN ({})",
            quoted(&[Phase::Held, Phase::Queued, Phase::Failed, Phase::Ambiguous])
        ),
        params![id.0, now, Word(Phase::Queued)],
    )?;
    if changed == 0 {
        one(t, id)?;
        return Err(Refusal::OnItsWay.into());
    }
    set_failure(t, id, None)
}

/// How long an ambiguous message is searched for before the user is asked, in seconds.
pub(crate) const DOUBT_SECONDS: i64 = 60;

/// A row as the window shows it; `percent` is known to the loop only.
pub(crate) fn shown(entry: &Entry, percent: u8, now: i64) -> OutboxRow {
    let failure = || entry.failure.clone().unwrap_or(Failure::new(FailureWhy::Other));
    let state = match entry.phase {
        Phase::Held if entry.due > now => OutboxState::Held(DateTime::utc(entry.due)),
        Phase::Queued if entry.due > now && entry.failure.is_some() => {
            OutboxState::Retry { reason: failure(), at: DateTime::utc(entry.due) }
        }
        Phase::Held | Phase::Queued | Phase::Blocked => OutboxState::Queued,
        Phase::Connecting => OutboxState::Sending(0),
        Phase::Data => OutboxState::Sending(percent),
        Phase::Accepted => OutboxState::Accepted,
        Phase::Ambiguous if now < entry.doubtful_since + DOUBT_SECONDS => OutboxState::Sending(100),
        Phase::Ambiguous => OutboxState::Ambiguous,
        Phase::Failed => OutboxState::Failed(failure()),
    };
    OutboxRow {
        id: entry.id,
        account: entry.account,
        to: entry.shown_to.clone(),
        subject: entry.subject.clone(),
        duration: entry.duration,
        state,
        message_id: entry.message_id.clone(),
        receipt: entry.receipt,
        answers: entry.answers,
        forward: entry.forward,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{accounts, list::tests::settings, tests::scratch};

    /// A refused password is not submitted again because the network came back.
    #[test]
    fn what_waits_for_the_user_goes_when_the_user_signed_in() {
        let (_dir, store) = scratch();
        let to = AddrSpec::parse("ada@example.net").expect("an address");
        let account = store.write_now(|t| accounts::add_account(t, &settings())).expect("added");
        let reasons = [
            FailureWhy::Credentials,
            FailureWhy::NoPassword,
            FailureWhy::SignedOut,
            FailureWhy::Certificate,
            FailureWhy::None,
        ];
        for why in reasons {
            let frozen = frozen(account, &to);
            store
                .write_now(|t| {
                    let id = freeze(t, &frozen, Phase::Queued, 0, 0, 0)?;
                    requeue(t, id, 1000, Some(&Failure::new(why)), false)
                })
                .expect("waits");
        }
        let later = || -> Vec<FailureWhy> {
            let all = store.read_now(entries).expect("entries");
            let waiting = all.into_iter().filter(|entry| entry.due > 10);
            waiting.map(|entry| entry.failure.map_or(FailureWhy::None, |f| f.why)).collect()
        };
        assert_eq!(store.write_now(|t| retry_now(t, account, 10)).expect("gone"), 2);
        assert_eq!(later(), reasons[..3]);
        assert_eq!(store.write_now(|t| signed_in(t, account, 10)).expect("gone"), 3);
        assert_eq!(later(), []);
    }

    fn frozen(account: AccountId, to: &AddrSpec) -> Frozen {
        Frozen {
            account,
            message_id: "1@example.com".into(),
            reverse_path: Some(to.clone()),
            forward_paths: vec![to.clone()],
            shown_to: vec![Address::bare(to.clone())],
            subject: "Budget".into(),
            duration: None,
            receipt: false,
            notify: false,
            answers: None,
            forward: false,
            octets: b"Subject: Budget\r\n\r\n".to_vec().into(),
        }
    }

    #[test]
    fn a_row_that_cannot_be_read_is_shown_and_goes_nowhere() {
        let (_dir, store) = scratch();
        let to = AddrSpec::parse("ada@example.net").expect("an address");
        let ids: Vec<OutboxId> = store
            .write_now(|t| {
                let account = accounts::add_account(t, &settings())?;
                let frozen = frozen(account, &to);
                (0..5).map(|_| freeze(t, &frozen, Phase::Queued, 0, 0, 0)).collect()
            })
            .expect("frozen");
        for (id, damage) in ids.iter().zip([
            "state = 'sideways'",
            "state = ''",
            "reverse_path = 'nobody'",
            "forward_paths = '[\"ada'",
        ]) {
            store
                .write_now(|t| {
                    Ok(t.execute(&format!("UPDATE outbox SET {damage} WHERE id = ?1"), [id.0])?)
                })
                .expect("damaged");
        }
        let entries = store.read_now(entries).expect("entries");
        assert_eq!(entries.iter().map(|entry| entry.id).collect::<Vec<_>>(), [ids[4]]);
        let rows = store.read_now(|c| all_shown(c, |_| 0, 10)).expect("rows");
        assert_eq!(rows.len(), 5);
        for row in &rows[..4] {
            assert!(matches!(row.state, OutboxState::Failed(_)), "{:?}", row.state);
        }
        assert!(matches!(rows[4].state, OutboxState::Queued));
        for id in &ids[..2] {
            assert!(!store.write_now(|t| begin(t, *id, 10)).expect("asked"), "{id}");
            assert!(store.write_now(|t| retry(t, *id, 10)).is_err(), "{id}");
        }
    }
}
