//! The store as the account task sees it (`account::sink`).

use std::{
    collections::{HashMap, hash_map::Entry},
    time::Duration,
};

use rusqlite::{Connection, OptionalExtension, ToSql, Transaction, params};

use super::{
    Error, Result, Store,
    accounts::{self, MailboxRow},
    blobs::to_sql,
    blocking,
    classify::Known,
    looking::Look,
    messages, meta,
    ops::{
        self,
        queue::{self, Take},
    },
    vocabulary::{Word, quoted},
};
use crate::{
    account::{
        Arrived, BatchSize, Beginning, BodyPlace, Identity, MailboxState, Op, OpEnd, OpKind,
        OpRefusal, PassEnd, PrefixWant, Sink, Taken,
    },
    content::Content,
    errors::Missing,
    imap::{Head, Listed, SeenFlags},
};
use aloud_model::{
    AccountId, DateTime, Flag, MailboxId, MessageKey, MessageKind, Uid, UidValidity,
};

/// First and longest beginning that is fetched only to see what a message is (decision E1).
const PREFIX: (u64, u64) = (16 * 1024, 128 * 1024);
/// Largest message that is fetched unasked, how much of such in all, and how many.
const AHEAD: (u64, u64, u32) = (1024 * 1024, 32 * 1024 * 1024, 200);
/// Newest messages of a mailbox whose beginnings are fetched without anybody looking at them.
const NEWEST: u32 = 50;
/// Kinds that are read whatever their place in the list: they say what became of other messages.
pub(super) const REPORTS: [MessageKind; 2] = [MessageKind::Mdn, MessageKind::Dsn];

#[async_trait::async_trait]
impl Sink for Store {
    async fn put_mailboxes(
        &self,
        account: AccountId,
        listed: Vec<Listed>,
    ) -> Result<Vec<MailboxState>> {
        let now = self.now();
        self.write(move |t| {
            let mut kept = Vec::new();
            for m in &listed {
                kept.push(accounts::upsert_mailbox(
                    t,
                    account,
                    &m.name,
                    &m.decoded,
                    m.role,
                    m.selectable,
                )?);
            }
            let stay = accounts::keep_mailboxes(t, account, &kept, now)?;
            let rows = accounts::mailbox_rows(t, account)?.into_iter();
            // What is not on the server cannot be selected there.
            Ok(rows
                .map(|row| {
                    let selectable = row.selectable && !stay.contains(&row.id);
                    MailboxState { selectable, ..state(row) }
                })
                .collect())
        })
        .await
    }

    async fn rebind(&self, mailbox: MailboxId, uid_validity: UidValidity) -> Result<()> {
        self.write(move |t| messages::forget_uids(t, mailbox, uid_validity.0)).await
    }

    async fn put_heads(&self, mailbox: MailboxId, heads: Vec<Head>) -> Result<Arrived> {
        let store = self.clone();
        blocking(move || store.insert_heads(mailbox, heads, store.now())).await
    }

    async fn put_flags(&self, mailbox: MailboxId, seen: Vec<SeenFlags>) -> Result<Vec<MessageKey>> {
        let differs = seen.clone();
        let news = self.read(move |c| messages::differing(c, mailbox, differs)).await?;
        if news.is_empty() {
            return Ok(Vec::new());
        }
        self.write(move |t| messages::update_flags(t, mailbox, &news)).await
    }

    async fn is_settled(&self, mailbox: MailboxId, messages: u32) -> Result<bool> {
        self.read(move |c| messages::is_settled(c, mailbox, messages)).await
    }

    async fn known_uids(&self, mailbox: MailboxId) -> Result<Vec<Uid>> {
        self.read(move |c| messages::known_uids(c, mailbox)).await
    }

    async fn forget(&self, mailbox: MailboxId, uids: Vec<Uid>) -> Result<Vec<MessageKey>> {
        let now = self.now();
        self.write(move |t| messages::vanish(t, mailbox, &uids, now)).await
    }

    async fn finish_pass(&self, mailbox: MailboxId, end: PassEnd) -> Result<()> {
        let now = self.now();
        let unchanged = self.read(move |c| messages::pass_is_idle(c, mailbox, &end)).await?;
        if unchanged {
            return Ok(());
        }
        self.write(move |t| {
            messages::finish_pass(t, mailbox, &end, now)?;
            super::kept::ask_again(t, mailbox)
        })
        .await
    }

    async fn prefix_wants(&self, mailbox: MailboxId, limit: u32) -> Result<Vec<PrefixWant>> {
        let store = self.clone();
        blocking(move || store.wanted_prefixes(mailbox, limit)).await
    }

    async fn put_beginnings(&self, came: Vec<Beginning>) -> Result<Vec<MessageKey>> {
        let store = self.clone();
        blocking(move || store.take_beginnings(came)).await
    }

    async fn body_wants(&self, account: AccountId) -> Result<Vec<MessageKey>> {
        let store = self.clone();
        blocking(move || store.wanted_bodies(account)).await
    }

    async fn body_place(&self, key: MessageKey) -> Result<Option<BodyPlace>> {
        let store = self.clone();
        blocking(move || store.place_of_body(key)).await
    }

    async fn put_octets(
        &self,
        key: MessageKey,
        offset: u64,
        octets: Vec<u8>,
        end: bool,
    ) -> Result<Vec<MessageKey>> {
        let store = self.clone();
        blocking(move || store.take_octets(key, offset, octets, end)).await
    }

    async fn take_ops(&self, account: AccountId) -> Result<Option<Taken>> {
        let file = self.dir().join(format!("operations-{account}.lock"));
        blocking(move || Ok(super::blobs::try_lock(&file)?.map(|file| Taken(Box::new(file))))).await
    }

    async fn take_pass(&self, account: AccountId) -> Result<Option<Taken>> {
        let file = self.dir().join(format!("pass-{account}.lock"));
        blocking(move || Ok(super::blobs::try_lock(&file)?.map(|file| Taken(Box::new(file))))).await
    }

    async fn has_op(&self, account: AccountId) -> Result<bool> {
        let now = self.now();
        self.read(move |c| queue::any_ripe(c, account, now)).await
    }

    async fn next_ops(&self, account: AccountId, most: BatchSize) -> Result<Vec<Op>> {
        let store = self.clone();
        blocking(move || store.next_batch(account, most)).await
    }

    async fn ops_end(&self, ends: Vec<(i64, OpEnd)>) -> Result<Vec<MessageKey>> {
        self.write(move |t| {
            let mut about = Vec::new();
            for (op, end) in &ends {
                about.extend(ops::settle(t, *op, end)?);
            }
            Ok(about)
        })
        .await
    }

    async fn ops_later(&self, ops: Vec<(i64, String)>) -> Result<(Vec<MessageKey>, Vec<i64>)> {
        let now = self.now();
        self.write(move |t| {
            let (mut about, mut first) = (Vec::new(), Vec::new());
            for (op, said) in &ops {
                if let Some((message, was_first)) = queue::postpone(t, *op, said, now)? {
                    about.push(message);
                    first.extend(was_first.then_some(*op));
                }
            }
            Ok((about, first))
        })
        .await
    }

    async fn note_copies(&self, ops: Vec<i64>, copied: bool) -> Result<()> {
        self.write(move |t| ops::note_copies(t, &ops, copied)).await
    }

    async fn next_due(&self, account: AccountId) -> Result<Option<Duration>> {
        let now = self.now();
        let due = self.read(move |c| queue::next_due(c, account, now)).await?;
        Ok(due.map(|due| Duration::from_secs(due.saturating_sub(now).unsigned_abs())))
    }

    async fn message_count(&self, account: AccountId) -> Result<u32> {
        self.read(move |c| {
            Ok(c.prepare_cached(
                "SELECT count(DISTINCT l.message) FROM locations l \
                 JOIN mailboxes b ON b.id = l.mailbox WHERE b.account = ?1 AND l.gone = 0",
            )?
            .query_row([account.0], |row| row.get(0))?)
        })
        .await
    }
}

pub(super) fn state(row: MailboxRow) -> MailboxState {
    MailboxState {
        id: row.id,
        wire_name: row.wire_name,
        role: row.role,
        selectable: row.selectable,
        uid_validity: (row.uidvalidity != 0).then_some(UidValidity(row.uidvalidity)),
        uid_next: row.uidnext,
        highest_modseq: row.highestmodseq,
    }
}

fn end_prefix(t: &Transaction<'_>, key: MessageKey) -> Result<()> {
    t.prepare_cached("UPDATE messages SET prefix_done = 1 WHERE id = ?1")?.execute([key.0])?;
    Ok(())
}

/// A beginning of so many octets was looked into. A voice message or fax whose length is still unseen
/// is worth a longer look.
pub(super) fn end_beginning(t: &Transaction<'_>, key: MessageKey, here: u64) -> Result<()> {
    t.prepare_cached(&format!(
        "UPDATE messages SET prefix_done = 1 WHERE id = ?1 AND (?2 >= ?3 \
         OR NOT (kind = ?4 AND duration_ms < 0 OR kind IN ({})))",
        quoted(&REPORTS)
    ))?
    .execute(params![key.0, to_sql(here), to_sql(PREFIX.1), Word(MessageKind::Voice)])?;
    Ok(())
}

/// A message whose beginning may be wanted: its date, row, UID and size.
type Candidate = (i64, i64, u32, i64);

/// Those of some places (`l`) that nothing was looked into yet, and of which more can be had.
fn candidates(
    c: &Connection,
    places: &str,
    parameters: &[&dyn ToSql],
    found: &mut Vec<Candidate>,
) -> Result<()> {
    let mut query = c.prepare_cached(&format!(
        "SELECT l.date, m.id, l.uid, m.size FROM {places} JOIN messages m ON m.id = l.message \
         LEFT JOIN bodies b ON b.message = m.id \
         WHERE +l.mailbox = ?1 AND +l.listed = 1 AND l.uid IS NOT NULL \
         AND m.prefix_done = 0 AND m.quarantined = 0 AND m.known < 2 \
         AND coalesce(b.sha256, '') = ''"
    ))?;
    let rows = query
        .query_map(parameters, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    for row in rows {
        found.push(row?);
    }
    Ok(())
}

impl Store {
    /// What somebody looks at in a list, the newest messages, and reports; the newest first. Only
    /// reports are looked for in the whole mailbox, and that only where there may be some.
    fn wanted_prefixes(&self, mailbox: MailboxId, limit: u32) -> Result<Vec<PrefixWant>> {
        let looked_at = self.looked_at();
        let none = meta::no_reports(mailbox);
        let newest = "SELECT max(id) FROM messages";
        let mut seen: Option<i64> = None;
        let mut found = self.read_now(|c| {
            let mut found: Vec<Candidate> = Vec::new();
            candidates(
                c,
                "(SELECT id FROM locations WHERE mailbox = ?1 AND listed = 1 \
                 ORDER BY date DESC, id DESC LIMIT ?2) n CROSS JOIN locations l ON l.id = n.id",
                &[&mailbox.0, &NEWEST],
                &mut found,
            )?;
            let one = "(SELECT ?2 AS message) n CROSS JOIN locations l ON l.message = n.message";
            for key in looked_at {
                candidates(c, one, &[&mailbox.0, &key.0], &mut found)?;
            }
            if meta::get(c, &none)?.is_none() {
                let newest = c.prepare_cached(newest)?.query_row([], |row| row.get(0))?;
                let before = found.len();
                let all = format!(
                    "(SELECT l.id FROM locations l CROSS JOIN messages r ON r.id = l.message \
                     WHERE l.mailbox = ?1 AND l.listed = 1 AND r.kind IN ({}) \
                     AND r.prefix_done = 0) n CROSS JOIN locations l ON l.id = n.id",
                    quoted(&REPORTS)
                );
                candidates(c, &all, &[&mailbox.0], &mut found)?;
                seen = newest;
                if found.len() > before {
                    seen = None;
                }
            }
            Ok(found)
        })?;
        if let Some(seen) = seen {
            // Unless one came meanwhile.
            self.write_now(|t| {
                let now: Option<i64> = t.prepare_cached(newest)?.query_row([], |row| row.get(0))?;
                if now == Some(seen) { meta::set(t, &none, Some(&[])) } else { Ok(()) }
            })?;
        }
        found.sort_unstable_by(|one, other| other.cmp(one));
        found.dedup();
        found.truncate(limit as usize);
        let (mut wants, mut enough) = (Vec::new(), Vec::new());
        for (_, key, uid, size) in found {
            let key = MessageKey(key);
            let have = self.have(key)?.here;
            let size = u64::try_from(size).unwrap_or(0);
            let more = if have < PREFIX.0 { PREFIX.0 } else { (have * 2).min(PREFIX.1) };
            let want = if size > 0 { more.min(size) } else { more };
            if want > have {
                wants.push(PrefixWant { key, uid: Uid(uid), have, want, size });
            } else {
                enough.push(key);
            }
        }
        if !enough.is_empty() {
            self.write_now(|t| enough.iter().try_for_each(|key| end_prefix(t, *key)))?;
        }
        Ok(wants)
    }

    /// Small unheard recordings and faxes of the inbox, newest first. What is here already counts
    /// for the bound.
    fn wanted_bodies(&self, account: AccountId) -> Result<Vec<MessageKey>> {
        let rows: Vec<(i64, i64, bool)> = self.read_now(|c| {
            let mut query = c.prepare_cached(
                "SELECT m.id, m.size, coalesce(w.sha256, '') <> '' \
                 FROM locations l JOIN mailboxes b ON b.id = l.mailbox \
                 JOIN messages m ON m.id = l.message LEFT JOIN bodies w ON w.message = m.id \
                 WHERE b.account = ?1 AND l.inbox = 1 AND l.listed = 1 AND l.seen = 0 \
                 AND l.class IN (0, 1) AND l.uid IS NOT NULL AND m.quarantined = 0 \
                 AND m.size BETWEEN 1 AND ?2 ORDER BY l.date DESC, l.id DESC LIMIT ?3",
            )?;
            let rows = query.query_map(params![account.0, to_sql(AHEAD.0), AHEAD.2], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?;
            Ok(rows.collect::<std::result::Result<_, _>>()?)
        })?;
        let mut octets = 0u64;
        let within = rows.into_iter().take_while(|(_, size, _)| {
            octets = octets.saturating_add(u64::try_from(*size).unwrap_or(0));
            octets <= AHEAD.1
        });
        Ok(within.filter(|(.., here)| !here).map(|(key, ..)| MessageKey(key)).collect())
    }

    fn place_of_body(&self, key: MessageKey) -> Result<Option<BodyPlace>> {
        let row: Option<(i64, String, u32, u32, i64)> = self.read_now(|c| {
            Ok(c.prepare_cached(
                "SELECT l.mailbox, b.wire_name, b.uidvalidity, l.uid, m.size FROM locations l \
                 JOIN mailboxes b ON b.id = l.mailbox JOIN messages m ON m.id = l.message \
                 WHERE l.message = ?1 AND l.uid IS NOT NULL AND l.gone = 0 AND b.unlisted_since = 0 \
                 ORDER BY l.hidden, l.inbox DESC, l.id LIMIT 1",
            )?
            .query_row([key.0], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?)))
            .optional()?)
        })?;
        let Some((mailbox, wire_name, validity, uid, size)) = row else { return Ok(None) };
        let have = self.have(key)?;
        Ok(Some(BodyPlace {
            mailbox: MailboxId(mailbox),
            wire_name,
            uid_validity: UidValidity(validity),
            uid: Uid(uid),
            size: u64::try_from(size).unwrap_or(0),
            have: have.here,
            complete: have.complete,
        }))
    }

    fn take_octets(
        &self,
        key: MessageKey,
        offset: u64,
        octets: Vec<u8>,
        end: bool,
    ) -> Result<Vec<MessageKey>> {
        self.have(key)?;
        self.take_looks(vec![Beginning { key, offset, octets, end }])
    }

    fn take_beginnings(&self, came: Vec<Beginning>) -> Result<Vec<MessageKey>> {
        let (nothing, came): (Vec<_>, Vec<_>) =
            came.into_iter().partition(|beginning| beginning.octets.is_empty() && !beginning.end);
        if !nothing.is_empty() {
            self.write_now(|t| nothing.iter().try_for_each(|none| end_prefix(t, none.key)))?;
        }
        self.take_looks(came)
    }

    /// Adds octets to their messages and looks into what they are now. A message that is not here any
    /// more is passed over.
    fn take_looks(&self, came: Vec<Beginning>) -> Result<Vec<MessageKey>> {
        let (mut looks, mut ended) = (Vec::new(), Vec::new());
        for (at, Beginning { key, offset, octets, end }) in came.into_iter().enumerate() {
            match self.have(key) {
                Ok(have) if have.complete => continue,
                Ok(_) => {}
                Err(Error::NotFound(_)) => continue,
                Err(other) => return Err(other),
            }
            let here = self.append_body(key, offset, &octets)?;
            if end {
                if !ended.iter().any(|(_, known)| *known == key) {
                    ended.push((at, key));
                }
                continue;
            }
            let wanted: Option<bool> = self.read_now(|c| {
                let sql = "SELECT prefix_done = 0 FROM messages WHERE id = ?1";
                Ok(c.prepare_cached(sql)?.query_row([key.0], |row| row.get(0)).optional()?)
            })?;
            if wanted == Some(true) && here <= 2 * PREFIX.1 {
                let raw = self.raw(key)?.0;
                looks.push((at, Look { key, raw, known: Known::Prefix, here: Some(here) }));
            }
        }
        let keys: Vec<MessageKey> = ended.iter().map(|(_, key)| *key).collect();
        for ((at, key), raw) in ended.into_iter().zip(self.finish_bodies(&keys)?) {
            looks.push((at, Look { key, raw, known: Known::Whole, here: None }));
        }
        if looks.is_empty() {
            return Ok(Vec::new());
        }
        // In the order in which they came.
        looks.sort_by_key(|(at, _)| *at);
        let looks: Vec<Look> = looks.into_iter().map(|(_, look)| look).collect();
        let mut changed = self.learn_all(&looks)?;
        changed.extend(looks.iter().map(|look| look.key));
        Ok(changed)
    }

    fn next_batch(&self, account: AccountId, most: BatchSize) -> Result<Vec<Op>> {
        let now = self.now();
        let mut homeless: Vec<i64> = Vec::new();
        let mut identities: HashMap<i64, Identity> = HashMap::new();
        let mut message: Option<Content> = None;
        let mut names: HashMap<(MailboxId, Option<MailboxId>), Option<WireNames>> = HashMap::new();
        let batch = self.read_now(|c| {
            queue::batch(c, account, now, most, |op| {
                let known = match names.entry(WireNames::key(op)) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(new) => new.insert(WireNames::of(c, op)?),
                };
                if known.is_none() {
                    homeless.push(op.id);
                    return Ok(Take::Not);
                }
                match (&op.kind, op.uid) {
                    (ops::OpKind::Append, _) => {
                        message = self.content(op.message)?;
                        // A file that is still being written waits.
                        Ok(if message.is_some() { Take::Alone } else { Take::Not })
                    }
                    // Its place has no UID yet.
                    (_, None) => Ok(Take::Not),
                    (ops::OpKind::Move(_), Some(_)) => {
                        let identity = Identity::kept(c, op.message.0)?;
                        // What cannot be read breaks what is asked together with it.
                        let alone = identity.header.is_empty()
                            || (most.by_copy && op.message_id.is_empty());
                        identities.insert(op.id, identity);
                        Ok(if alone { Take::Alone } else { Take::WithOthers })
                    }
                    (ops::OpKind::AddFlag(_) | ops::OpKind::RemoveFlag(_), Some(_)) => {
                        Ok(Take::WithOthers)
                    }
                }
            })
        })?;
        self.write_now(|t| {
            for op in homeless {
                ops::settle(t, op, &OpEnd::Refused(OpRefusal::MailboxGone))?;
            }
            let mut begun = Vec::new();
            for op in batch {
                let Some(Some(wire)) = names.get(&WireNames::key(&op)) else { continue };
                if ops::attempt(t, op.id)? {
                    let identity = identities.remove(&op.id);
                    let kind = wire.kind(t, &op, message.take())?;
                    begun.push(Op {
                        id: op.id,
                        wire_name: wire.mailbox.clone(),
                        uid_validity: wire.uid_validity,
                        kind,
                        identity,
                        attempts: op.attempts,
                    });
                }
            }
            Ok(begun)
        })
    }
}

impl Identity {
    /// What is kept here of a message.
    pub(super) fn kept(c: &Connection, message: i64) -> Result<Self> {
        let sql = "SELECT coalesce(h.octets, x''), m.size FROM messages m \
                   LEFT JOIN headers h ON h.message = m.id WHERE m.id = ?1";
        Ok(c.prepare_cached(sql)?.query_row([message], |row| {
            let size: i64 = row.get(1)?;
            Ok(Self { header: row.get(0)?, size: u64::try_from(size).unwrap_or(0) })
        })?)
    }
}

/// What the operations of a batch share.
struct WireNames {
    mailbox: String,
    uid_validity: UidValidity,
    /// Where a move goes.
    to: String,
}

impl WireNames {
    /// The mailboxes of an operation: where it works, where it goes.
    fn key(op: &ops::Op) -> (MailboxId, Option<MailboxId>) {
        match op.kind {
            ops::OpKind::Move(target) => (op.mailbox, Some(target)),
            ops::OpKind::AddFlag(_) | ops::OpKind::RemoveFlag(_) | ops::OpKind::Append => {
                (op.mailbox, None)
            }
        }
    }

    /// `None` when a mailbox of the operation does not exist any more.
    fn of(c: &Connection, op: &ops::Op) -> Result<Option<Self>> {
        let row = |id| match accounts::mailbox(c, id) {
            Ok(row) => Ok(Some(row)),
            Err(Error::NotFound(_)) => Ok(None),
            Err(other) => Err(other),
        };
        let Some(mailbox) = row(op.mailbox)? else { return Ok(None) };
        let to = match &op.kind {
            ops::OpKind::Move(target) => match row(*target)? {
                Some(target) => target.wire_name,
                None => return Ok(None),
            },
            ops::OpKind::AddFlag(_) | ops::OpKind::RemoveFlag(_) | ops::OpKind::Append => {
                String::new()
            }
        };
        let uid_validity = UidValidity(mailbox.uidvalidity);
        Ok(Some(Self { mailbox: mailbox.wire_name, uid_validity, to }))
    }

    fn kind(&self, c: &Connection, op: &ops::Op, message: Option<Content>) -> Result<OpKind> {
        let uids: Vec<Uid> = op.uid.into_iter().map(Uid).collect();
        Ok(match &op.kind {
            ops::OpKind::Append => OpKind::Append {
                // Nobody is to be asked for a receipt of our own message (RFC 3503 section 3.3).
                flags: vec![Flag::Seen, Flag::MdnSent],
                date: DateTime::utc(messages::arrived(c, op.message)?),
                message_id: op.message_id.clone(),
                octets: message.ok_or(Error::NotFound(Missing::Row))?,
            },
            ops::OpKind::AddFlag(flag) => {
                OpKind::Store { uids, add: true, flags: vec![flag.clone()] }
            }
            ops::OpKind::RemoveFlag(flag) => {
                OpKind::Store { uids, add: false, flags: vec![flag.clone()] }
            }
            ops::OpKind::Move(_) => OpKind::Move { uids, to: self.to.clone() },
        })
    }
}
