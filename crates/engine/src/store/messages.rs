//! Messages as sync brings them: header blocks in batches, flags, disappearances, beginnings and
//! whole bodies.
//!
//! A local row goes only when the caller says that the server has taken the message away
//! ([`vanish`]); it then stays as a shadow for seven days. Places that our own pending operations
//! made have no UID until the server shows the message there; they are matched by Message-ID and
//! size, and so are all places of a mailbox whose UIDVALIDITY changed.

use rusqlite::{
    Connection, OptionalExtension, Transaction, params, params_from_iter, types::Value,
};

use super::{
    Result, SHADOW_SECONDS, Store,
    accounts::{self, MailboxRow},
    blobs::to_sql,
    classify::{self, Facts, Known},
    deliveries, meta,
    ops::{self, FLAGGING, OpState, OpType},
    same,
    sink::REPORTS,
    vocabulary::{Word, quoted},
};
use crate::{
    account::{Arrived, PassEnd},
    imap::{Head, SeenFlags},
    types::Preview,
};
use aloud_message::Report;
use aloud_model::{AccountId, Flag, MailboxId, MessageKey, MessageKind, Uid, imap::MailboxRole};

/// Seconds between two searches for what can go.
const DAY: i64 = 24 * 3_600;

/// The flags of one place as columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FlagSet {
    /// `\Seen`.
    pub seen: bool,
    /// `\Answered`.
    pub answered: bool,
    /// `\Flagged`.
    pub flagged: bool,
    /// `\Deleted`.
    pub deleted: bool,
    /// `\Draft`.
    pub draft: bool,
    /// `$MDNSent`.
    pub mdn_sent: bool,
    /// `$Forwarded`.
    pub forwarded: bool,
    /// All others, separated by spaces.
    pub keywords: String,
}

impl FlagSet {
    /// Sorts flags into columns.
    #[must_use]
    pub fn of(flags: &[Flag]) -> Self {
        let mut set = Self::default();
        for flag in flags {
            set.put(flag, true);
        }
        set
    }

    /// Sets or clears one.
    pub fn put(&mut self, flag: &Flag, on: bool) {
        match flag {
            Flag::Seen => self.seen = on,
            Flag::Answered => self.answered = on,
            Flag::Flagged => self.flagged = on,
            Flag::Deleted => self.deleted = on,
            Flag::Draft => self.draft = on,
            Flag::MdnSent => self.mdn_sent = on,
            Flag::Forwarded => self.forwarded = on,
            Flag::Other(name) => {
                let mut words: Vec<&str> = self.keywords.split_whitespace().collect();
                words.retain(|word| !word.eq_ignore_ascii_case(name));
                if on && !name.contains(char::is_whitespace) {
                    words.push(name);
                }
                self.keywords = words.join(" ");
            }
        }
    }
}

/// The class of a kind in the store: 0 voice, 1 fax, 2 everything that is read.
#[must_use]
pub fn class(kind: MessageKind) -> i64 {
    match kind {
        MessageKind::Voice => 0,
        MessageKind::Fax => 1,
        _ => 2,
    }
}

impl Store {
    /// Adds a batch of header blocks to a mailbox, in one transaction. Blocks.
    ///
    /// # Errors
    /// [`Store`](crate::Error::Store).
    pub fn insert_heads(&self, mailbox: MailboxId, heads: Vec<Head>, now: i64) -> Result<Arrived> {
        let looked: Vec<(Head, Facts)> = heads
            .into_iter()
            .filter(|head| head.uid.0 != 0)
            .map(|head| {
                let mut facts = classify::facts(&head.header, Known::Head, head.size);
                if head.header.is_empty() {
                    facts.preview = Preview::Untold;
                }
                (head, facts)
            })
            .collect();
        let (mut done, place) = self.write_now(|t| {
            let place = accounts::mailbox(t, mailbox)?;
            let (mut done, mut new) = (Arrived::default(), Vec::new());
            // Looked for once: in a first fetch no place waits, and each message would be asked for.
            let mut awaits = same::awaits(t, mailbox)?;
            for (head, facts) in &looked {
                let before = done.new.len();
                insert_head(t, &place, head, facts, now, (&mut awaits, &mut done))?;
                new.extend(done.new.get(before).map(|key| (*key, facts)));
            }
            // All together: the index of words is brought to the disk at most statements in between.
            for (key, facts) in new {
                words::write(t, key, facts, words::NEW)?;
            }
            Ok((done, place))
        })?;
        if matches!(place.role, MailboxRole::Sent | MailboxRole::All) {
            let sent = looked.iter().map(|(_, facts)| facts.message_id.as_str());
            done.changed.extend(self.match_earlier_reports(place.account, sent)?);
        }
        Ok(done)
    }

    /// Reports that came before the message they are about was known.
    fn match_earlier_reports<'a>(
        &self,
        account: AccountId,
        sent: impl Iterator<Item = &'a str>,
    ) -> Result<Vec<MessageKey>> {
        let mut reports: Vec<MessageKey> = Vec::new();
        self.read_now(|c| {
            let mut query = c.prepare_cached(
                "SELECT id FROM messages WHERE about = ?1 AND account = ?2 AND joined = 0",
            )?;
            for id in sent.filter(|id| !id.is_empty()) {
                let keys = query.query_map(params![id, account.0], |row| row.get(0))?;
                for key in keys {
                    reports.push(MessageKey(key?));
                }
            }
            Ok(())
        })?;
        let mut looked = Vec::new();
        for key in reports {
            let (raw, have) = self.raw(key)?;
            let known = if have.complete { Known::Whole } else { Known::Prefix };
            looked.push((key, classify::facts_of(&raw, known, have.total)?));
        }
        if looked.is_empty() {
            return Ok(Vec::new());
        }
        self.write_now(|t| {
            let mut changed = Vec::new();
            for (key, facts) in &looked {
                changed.extend(deliveries::apply_report(t, account, *key, facts)?);
            }
            Ok(changed)
        })
    }
}

/// The beginnings of the headers of an account's newest messages in the inbox, each of at most
/// `octets`.
pub(crate) fn newest_headers(
    c: &Connection,
    account: AccountId,
    messages: i64,
    octets: i64,
) -> Result<Vec<Vec<u8>>> {
    let mut query = c.prepare_cached(
        "SELECT substr(h.octets, 1, ?2) FROM locations l \
         JOIN mailboxes b ON b.id = l.mailbox JOIN headers h ON h.message = l.message \
         WHERE b.account = ?1 AND l.inbox = 1 AND l.gone = 0 ORDER BY l.date DESC LIMIT ?3",
    )?;
    let rows = query.query_map(params![account.0, octets, messages], |row| row.get(0))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// When the newest message arrived, in seconds since 1970.
pub(crate) fn newest(c: &Connection) -> Result<Option<i64>> {
    Ok(c.query_row("SELECT max(arrived) FROM messages", [], |row| row.get(0))?)
}

fn insert_head(
    t: &Transaction<'_>,
    place: &MailboxRow,
    head: &Head,
    facts: &Facts,
    now: i64,
    (awaits, done): (&mut bool, &mut Arrived),
) -> Result<()> {
    let flags = FlagSet::of(&head.flags);
    let known: Option<(i64, i64)> = t
        .prepare_cached("SELECT id, message FROM locations WHERE mailbox = ?1 AND uid = ?2")?
        .query_row(params![place.id.0, head.uid.0], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?;
    if let Some((location, message)) = known
        && !same::is_another(t, message, head)?
    {
        // Seen before: a repeated batch, or a shadow that came back.
        t.execute("UPDATE locations SET gone = 0 WHERE id = ?1", [location])?;
        write_flags(t, location, message, &flags, head.modseq)?;
        return Ok(());
    }
    if let Some((location, _)) = known {
        ops::detach(t, location)?;
        *awaits = true;
    }
    let awaited = if *awaits { same::awaited(t, place, head, facts)? } else { None };
    if let Some((location, message)) = awaited {
        t.execute(
            "UPDATE locations SET uid = ?2, gone = 0, missed = 0 WHERE id = ?1",
            params![location, head.uid.0],
        )?;
        write_flags(t, location, message, &flags, head.modseq)?;
        t.execute(
            "INSERT INTO headers (message, octets) VALUES (?1, ?2) \
             ON CONFLICT (message) DO UPDATE SET octets = excluded.octets",
            params![message, head.header],
        )?;
        done.changed.push(MessageKey(message));
        return Ok(());
    }
    let shared = same::same_message(t, place.account, head)?;
    let message = match shared {
        Some(message) => message,
        None => {
            let message = insert_message(t, place.account, head, facts, now)?;
            done.new.push(MessageKey(message));
            message
        }
    };
    // Of a message that came just now nothing was asked for yet.
    let flags = match shared {
        Some(message) => with_pending(t, 0, message, &flags)?,
        None => flags,
    };
    t.prepare_cached(
        "INSERT INTO locations (mailbox, message, uid, modseq, inbox, class, date, joined, seen, \
         answered, flagged, deleted, draft, mdn_sent, forwarded, keywords) \
         SELECT ?1, id, ?3, ?4, ?5, ?6, date, joined, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14 \
         FROM messages WHERE id = ?2",
    )?
    .execute(params![
        place.id.0,
        message,
        head.uid.0,
        to_sql(head.modseq),
        place.role == MailboxRole::Inbox,
        class(facts.kind),
        flags.seen,
        flags.answered,
        flags.flagged,
        flags.deleted,
        flags.draft,
        flags.mdn_sent,
        flags.forwarded,
        flags.keywords,
    ])?;
    if REPORTS.contains(&facts.kind) {
        meta::reports_wait(t, MessageKey(message))?;
    }
    if shared.is_none() && matches!(facts.report, Some(Report::Mdn(_) | Report::Dsn(_))) {
        let changed = deliveries::apply_report(t, place.account, MessageKey(message), facts)?;
        done.changed.extend(changed);
    }
    Ok(())
}

fn insert_message(
    t: &Transaction<'_>,
    account: AccountId,
    head: &Head,
    facts: &Facts,
    now: i64,
) -> Result<i64> {
    let arrived = head.internal_date.map_or(now, |date| date.unix);
    // All columns at once: a row that is changed later costs its indexes twice.
    t.prepare_cached(
        "INSERT INTO messages (account, server_id, size, arrived, quarantined, message_id, date, \
         date_offset, known, kind, profile, subject, sender_name, sender_address, sender_number, \
         outside_caller, recipients, preview, duration_ms, pages, importance, sensitivity, private, \
         receipt_asked, attachment, has_card, about, estimated, preview_kind) VALUES (?1, ?2, ?3, \
         ?4, ?5, ?6, coalesce(?7, ?4), ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, \
         ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29)",
    )?
    .execute(params_from_iter(
        [
            Value::from(account.0),
            head.server_id.clone().into(),
            to_sql(head.size).into(),
            arrived.into(),
            facts.poison.into(),
        ]
        .into_iter()
        .chain(columns(facts, Known::Head)),
    ))?;
    let message = t.last_insert_rowid();
    t.prepare_cached("INSERT INTO headers (message, octets) VALUES (?1, ?2)")?
        .execute(params![message, head.header])?;
    Ok(message)
}

/// The columns of [`Facts`], in the order of the statements that write them.
fn columns(facts: &Facts, known: Known) -> [Value; 24] {
    let recipients = serde_json::to_string(&facts.recipients).unwrap_or_else(|_| "[]".into());
    let (preview_kind, preview) = classify::preview_columns(&facts.preview);
    [
        facts.message_id.clone().into(),
        facts.date.map(|date| date.unix).into(),
        facts.date.map_or(0, |date| date.offset_minutes).into(),
        (known as i64).into(),
        facts.kind.as_str().to_owned().into(),
        facts.profile.clone().into(),
        facts.subject.clone().into(),
        facts.sender_name.clone().into(),
        facts.sender_address.clone().into(),
        facts.sender_number.clone().into(),
        facts.outside_caller.into(),
        recipients.into(),
        preview.into(),
        facts.duration.map_or(-1, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX)).into(),
        facts.pages.map_or(-1, i64::from).into(),
        facts.importance.as_str().to_owned().into(),
        facts.sensitivity.clone().into(),
        facts.private.into(),
        facts.receipt_asked.into(),
        facts.attachment.into(),
        facts.has_card.into(),
        facts.about.clone().into(),
        facts.estimated.into(),
        preview_kind.as_str().to_owned().into(),
    ]
}

/// Writes the columns of [`Facts`] and the search words.
pub(super) fn write_facts(
    t: &Transaction<'_>,
    key: MessageKey,
    facts: &Facts,
    known: Known,
) -> Result<()> {
    t.prepare_cached(
        "UPDATE messages SET message_id = coalesce(nullif(?2, ''), message_id), \
         date = coalesce(?3, arrived), date_offset = ?4, known = ?5, kind = ?6, profile = ?7, \
         subject = ?8, sender_name = ?9, sender_address = ?10, sender_number = ?11, \
         outside_caller = ?12, recipients = ?13, preview = ?14, duration_ms = ?15, pages = ?16, \
         importance = ?17, sensitivity = ?18, private = ?19, receipt_asked = ?20, \
         attachment = ?21, has_card = ?22, about = ?23, estimated = ?24, preview_kind = ?25 \
         WHERE id = ?1",
    )?
    .execute(params_from_iter([Value::from(key.0)].into_iter().chain(columns(facts, known))))?;
    t.prepare_cached(
        "UPDATE locations SET class = ?2, \
         date = (SELECT date FROM messages WHERE id = ?1) WHERE message = ?1",
    )?
    .execute(params![key.0, class(facts.kind)])?;
    words::write(t, key, facts, words::ANY)
}

/// What the server says of flags, except where an operation of ours is still to come.
fn with_pending(
    t: &Transaction<'_>,
    location: i64,
    message: i64,
    flags: &FlagSet,
) -> Result<FlagSet> {
    let mut flags = flags.clone();
    let mut pending = t.prepare_cached(&format!(
        "SELECT kind = ?4, flag FROM ops WHERE message = ?1 AND state = ?3 \
         AND kind IN ({}) AND location IN (0, ?2) ORDER BY id",
        quoted(&FLAGGING)
    ))?;
    let (waiting, add) = (Word(OpState::Waiting), Word(OpType::AddFlag));
    let mut rows = pending.query(params![message, location, waiting, add])?;
    while let Some(row) = rows.next()? {
        flags.put(&Flag::parse(&row.get::<_, String>(1)?), row.get(0)?);
    }
    Ok(flags)
}

/// Writes what the server says of flags, except where an operation of ours is still to come.
fn write_flags(
    t: &Transaction<'_>,
    location: i64,
    message: i64,
    flags: &FlagSet,
    modseq: u64,
) -> Result<bool> {
    let flags = with_pending(t, location, message, flags)?;
    let changed = t
        .prepare_cached(
            "UPDATE locations SET seen = ?2, answered = ?3, flagged = ?4, deleted = ?5, \
             draft = ?6, mdn_sent = ?7, forwarded = ?8, keywords = ?9, modseq = max(modseq, ?10) \
             WHERE id = ?1 AND (seen <> ?2 OR answered <> ?3 OR flagged <> ?4 OR deleted <> ?5 \
             OR draft <> ?6 OR mdn_sent <> ?7 OR forwarded <> ?8 OR keywords <> ?9 \
             OR modseq < ?10)",
        )?
        .execute(params![
            location,
            flags.seen,
            flags.answered,
            flags.flagged,
            flags.deleted,
            flags.draft,
            flags.mdn_sent,
            flags.forwarded,
            flags.keywords,
            to_sql(modseq)
        ])?;
    Ok(changed > 0)
}

/// Of what the server says of flags, that which differs from the rows; so that a pass without news
/// writes nothing.
pub(crate) fn differing(
    c: &Connection,
    mailbox: MailboxId,
    news: Vec<SeenFlags>,
) -> Result<Vec<SeenFlags>> {
    let mut query = c.prepare_cached(
        "SELECT seen, answered, flagged, deleted, draft, mdn_sent, forwarded, keywords, modseq, \
         EXISTS (SELECT 1 FROM ops o WHERE o.message = locations.message AND o.state = ?3) \
         FROM locations WHERE mailbox = ?1 AND uid = ?2",
    )?;
    let mut differ = Vec::new();
    for seen in news {
        let row: Option<(FlagSet, i64, bool)> = query
            .query_row(params![mailbox.0, seen.uid.0, Word(OpState::Waiting)], |r| {
                let set = FlagSet {
                    seen: r.get(0)?,
                    answered: r.get(1)?,
                    flagged: r.get(2)?,
                    deleted: r.get(3)?,
                    draft: r.get(4)?,
                    mdn_sent: r.get(5)?,
                    forwarded: r.get(6)?,
                    keywords: r.get(7)?,
                };
                Ok((set, r.get(8)?, r.get(9)?))
            })
            .optional()?;
        let Some((set, modseq, pending)) = row else { continue };
        if pending || set != FlagSet::of(&seen.flags) || modseq < to_sql(seen.modseq) {
            differ.push(seen);
        }
    }
    Ok(differ)
}

/// Flags of messages as the server has them; returns the messages that changed.
pub(crate) fn update_flags(
    t: &Transaction<'_>,
    mailbox: MailboxId,
    news: &[SeenFlags],
) -> Result<Vec<MessageKey>> {
    let mut changed = Vec::new();
    for SeenFlags { uid, flags, modseq } in news {
        let known: Option<(i64, i64)> = t
            .prepare_cached("SELECT id, message FROM locations WHERE mailbox = ?1 AND uid = ?2")?
            .query_row(params![mailbox.0, uid.0], |r| Ok((r.get(0)?, r.get(1)?)))
            .optional()?;
        if let Some((location, message)) = known
            && write_flags(t, location, message, &FlagSet::of(flags), *modseq)?
        {
            changed.push(MessageKey(message));
        }
    }
    Ok(changed)
}

/// The server took these away. The caller has made sure of it (reliability G6).
pub(crate) fn vanish(
    t: &Transaction<'_>,
    mailbox: MailboxId,
    uids: &[Uid],
    now: i64,
) -> Result<Vec<MessageKey>> {
    let mut gone = Vec::new();
    for uid in uids {
        let key: Option<i64> = t
            .prepare_cached(
                "UPDATE locations SET gone = ?3 WHERE mailbox = ?1 AND uid = ?2 AND gone = 0 \
                 RETURNING message",
            )?
            .query_row(params![mailbox.0, uid.0, now], |row| row.get(0))
            .optional()?;
        gone.extend(key.map(MessageKey));
    }
    Ok(gone)
}

/// Every UID known in a mailbox, ascending.
pub(crate) fn known_uids(c: &Connection, mailbox: MailboxId) -> Result<Vec<Uid>> {
    let mut query = c.prepare_cached(
        "SELECT uid FROM locations WHERE mailbox = ?1 AND uid IS NOT NULL AND gone = 0 ORDER BY uid",
    )?;
    let rows = query.query_map([mailbox.0], |row| row.get(0).map(Uid))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Whether so many messages of a mailbox are here that the server has shown, and none is awaited.
pub(crate) fn is_settled(c: &Connection, mailbox: MailboxId, count: u32) -> Result<bool> {
    // What is gone is not listed.
    let mut query = c.prepare_cached(
        "SELECT (SELECT coalesce(sum(places), 0) FROM tallies WHERE mailbox = ?1) \
         + (SELECT count(*) FROM locations WHERE mailbox = ?1 AND listed = 0 AND gone = 0) = ?2 \
         AND NOT EXISTS (SELECT 1 FROM locations WHERE mailbox = ?1 AND uid IS NULL AND gone = 0)",
    )?;
    Ok(query.query_row(params![mailbox.0, count], |row| row.get(0))?)
}

/// Whether [`finish_pass`] would change nothing.
pub(crate) fn pass_is_idle(c: &Connection, mailbox: MailboxId, end: &PassEnd) -> Result<bool> {
    let row = accounts::mailbox(c, mailbox)?;
    let waits = c
        .prepare_cached(
            "SELECT 1 FROM locations WHERE mailbox = ?1 AND uid IS NULL AND gone = 0 LIMIT 1",
        )?
        .exists([mailbox.0])?;
    Ok(!waits
        && row.uidnext == end.uid_next
        && row.highestmodseq == end.highest_modseq
        && row.keywords == end.keywords)
}

/// A pass over a mailbox is complete: notes where it ended. Places that waited for a message which
/// the pass did not bring, and that no operation will bring either, are gone.
pub(crate) fn finish_pass(
    t: &Transaction<'_>,
    mailbox: MailboxId,
    end: &PassEnd,
    now: i64,
) -> Result<()> {
    t.execute(
        "UPDATE mailboxes SET uidnext = ?2, highestmodseq = ?3, keywords = ?4 WHERE id = ?1",
        params![mailbox.0, end.uid_next, to_sql(end.highest_modseq), end.keywords],
    )?;
    // Twice missed: an operation may have been confirmed while this very pass was under way. What is
    // asked for at such a place brings nothing there.
    let brought = "NOT EXISTS (SELECT 1 FROM ops o WHERE o.message = locations.message \
         AND o.state = ?3 AND (o.location = locations.id AND o.kind = ?5 \
         OR o.made = locations.id AND o.kind = ?4))";
    let awaited = "mailbox = ?1 AND uid IS NULL AND gone = 0 AND ?2 > 0";
    let values = params![
        mailbox.0,
        now.max(1),
        Word(OpState::Waiting),
        Word(OpType::Move),
        Word(OpType::Append)
    ];
    let gone: Vec<i64> = t
        .prepare_cached(&format!(
            "UPDATE locations SET gone = ?2 WHERE missed = 1 AND {awaited} AND {brought} RETURNING id"
        ))?
        .query_map(values, |row| row.get(0))?
        .collect::<std::result::Result<_, _>>()?;
    for location in gone {
        ops::end_at(t, location)?;
    }
    t.prepare_cached(&format!("UPDATE locations SET missed = 1 WHERE {awaited} AND {brought}"))?
        .execute(values)?;
    Ok(())
}

/// UIDVALIDITY changed: no UID of this mailbox means anything any more. Every place waits to be
/// matched by Message-ID; operations on the old UIDs fail visibly, appends stay (RFC 4549 section
/// 4.1). The caller fetches all header blocks and then calls [`finish_pass`].
pub(crate) fn forget_uids(t: &Transaction<'_>, mailbox: MailboxId, uidvalidity: u32) -> Result<()> {
    let known = accounts::mailbox(t, mailbox)?.uidvalidity;
    if known != 0 && known == uidvalidity {
        // Another process saw it first, and its UIDs are the new ones.
        return Ok(());
    }
    t.execute(
        "DELETE FROM locations WHERE mailbox = ?1 AND gone <> 0 AND uid IS NOT NULL",
        [mailbox.0],
    )?;
    let_go_of_uids(t, mailbox)?;
    t.execute(
        "UPDATE mailboxes SET uidvalidity = ?2 WHERE id = ?1",
        params![mailbox.0, uidvalidity],
    )?;
    Ok(())
}

/// No UID of a mailbox means anything any more. Messages stay, and so do those that left it within a
/// week: all are known again by their headers. Operations on the old UIDs fail visibly, appends stay.
pub(crate) fn let_go_of_uids(t: &Transaction<'_>, mailbox: MailboxId) -> Result<()> {
    ops::end_in(t, mailbox)?;
    // What is on its way through here to another mailbox does not stand here again.
    t.execute(
        "UPDATE locations SET uid = NULL, modseq = 0, missed = 0, hidden = hidden AND EXISTS \
         (SELECT 1 FROM ops o WHERE o.message = locations.message AND o.location = locations.id \
         AND o.kind = ?2 AND o.state = ?3) WHERE mailbox = ?1",
        params![mailbox.0, Word(OpType::Move), Word(OpState::Waiting)],
    )?;
    t.execute(
        "UPDATE mailboxes SET uidvalidity = 0, uidnext = 0, highestmodseq = 0 WHERE id = ?1",
        [mailbox.0],
    )?;
    Ok(())
}

/// Messages whose content was looked into: the newest first, then the reports as they came, so that
/// the last word on a delivery stays the last. With `reports_only`, only the
/// reports: receipts too, since a later one of them stands over an earlier delivery report.
pub(crate) fn looked_into(c: &Connection, reports_only: bool) -> Result<Vec<MessageKey>> {
    let mut query = c.prepare_cached(if reports_only {
        "SELECT id FROM messages WHERE known > 0 AND quarantined = 0 \
         AND kind IN ('dsn', 'mdn') ORDER BY date, id"
    } else {
        "SELECT id FROM messages WHERE known > 0 AND quarantined = 0 \
         ORDER BY kind IN ('dsn', 'mdn'), iif(kind IN ('dsn', 'mdn'), date, -date), \
         iif(kind IN ('dsn', 'mdn'), id, -id)"
    })?;
    let keys = query.query_map([], |row| row.get(0).map(MessageKey))?;
    Ok(keys.collect::<std::result::Result<_, _>>()?)
}

/// [`purge`], once a day: it looks at every message, and a program is started more often than that.
pub(crate) fn purge_daily(t: &Transaction<'_>, now: i64) -> Result<()> {
    let last = meta::get(t, meta::PURGED)?.and_then(|octets| <[u8; 8]>::try_from(octets).ok());
    // A moment that is still to come is of a clock that was wrong.
    let today =
        last.is_some_and(|last| (0..DAY).contains(&(now.saturating_sub(i64::from_be_bytes(last)))));
    if today {
        return Ok(());
    }
    meta::set(t, meta::PURGED, Some(&now.to_be_bytes()))?;
    purge(t, now)
}

/// Removes shadows older than a week, and messages that are nowhere any more.
fn purge(t: &Transaction<'_>, now: i64) -> Result<()> {
    t.execute(
        "DELETE FROM locations WHERE gone <> 0 AND gone < ?1",
        [now.saturating_sub(SHADOW_SECONDS)],
    )?;
    let orphans: Vec<i64> = {
        let mut query = t.prepare(
            "SELECT id FROM messages m WHERE NOT EXISTS \
             (SELECT 1 FROM locations l WHERE l.message = m.id)",
        )?;
        let rows = query.query_map([], |row| row.get(0))?;
        rows.collect::<std::result::Result<_, _>>()?
    };
    for id in orphans {
        t.execute("DELETE FROM search WHERE rowid = ?1", [id])?;
        t.execute("DELETE FROM messages WHERE id = ?1", [id])?;
    }
    Ok(())
}

mod places;
mod words;

pub(crate) use places::*;

#[cfg(test)]
mod tests;
