//! Rows of accounts and mailboxes.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::{
    Error, Missing, Result, SHADOW_SECONDS, kept, messages, meta,
    ops::{OpState, OpType},
    outbox::Phase,
    vocabulary::{Vocabulary, Word, shown},
};
use crate::types::{AccountSettings, Counts, Invalid, Mailbox, Submission};
use aloud_model::{AccountId, MailboxId, imap::MailboxRole};

/// An account as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// Its row.
    pub id: AccountId,
    /// Its settings.
    pub settings: AccountSettings,
    /// A password was put into the keyring, so "none found" means that the keyring is locked.
    pub password_saved: bool,
}

/// What sync knows of a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxRow {
    /// Its row.
    pub id: MailboxId,
    /// Whose it is.
    pub account: AccountId,
    /// The name as the server spells it.
    pub wire_name: String,
    /// The name for people.
    pub name: String,
    /// What it is for.
    pub role: MailboxRole,
    /// It can be selected.
    pub selectable: bool,
    /// UIDVALIDITY; 0 before the first pass.
    pub uidvalidity: u32,
    /// UIDNEXT; 0 when not known.
    pub uidnext: u32,
    /// HIGHESTMODSEQ; 0 when not known.
    pub highestmodseq: u64,
    /// It can store keywords such as `$MDNSent`.
    pub keywords: bool,
}

/// All accounts, oldest first.
pub(crate) fn accounts(c: &Connection) -> Result<Vec<AccountRow>> {
    let mut query =
        c.prepare_cached("SELECT id, settings, password_saved FROM accounts ORDER BY id")?;
    let rows = query.query_map([], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, bool>(2)?))
    })?;
    let mut accounts = Vec::new();
    for row in rows {
        let (id, settings, password_saved) = row?;
        accounts.push(AccountRow {
            id: AccountId(id),
            settings: serde_json::from_str(&settings)
                .map_err(|e| Error::Store(format!("accounts.settings {id}: {e}")))?,
            password_saved,
        });
    }
    Ok(accounts)
}

/// One account.
pub(crate) fn account(c: &Connection, id: AccountId) -> Result<AccountRow> {
    accounts(c)?
        .into_iter()
        .find(|account| account.id == id)
        .ok_or(Error::NotFound(Missing::Account(id)))
}

/// Adds an account; an address can be had once.
pub(crate) fn add_account(t: &Transaction<'_>, settings: &AccountSettings) -> Result<AccountId> {
    let address = settings.address.as_str();
    if t.prepare_cached("SELECT 1 FROM accounts WHERE address = ?1")?.exists([address])? {
        return Err(Invalid::AccountExists(settings.address.clone()).into());
    }
    let json = serde_json::to_string(settings).map_err(|e| Error::Store(e.to_string()))?;
    t.execute("INSERT INTO accounts (address, settings) VALUES (?1, ?2)", params![address, json])?;
    Ok(AccountId(t.last_insert_rowid()))
}

/// Whether a change of settings may lead to another mailbox. The usual ports of a host lead to one.
pub(crate) fn is_another_mailbox(before: &AccountSettings, after: &AccountSettings) -> bool {
    const USUAL: [u16; 2] = [143, 993];
    let host =
        |settings: &AccountSettings| settings.imap.host.trim_end_matches('.').to_ascii_lowercase();
    let (old, new) = (before.imap.port, after.imap.port);
    let another_port = old != new && !(USUAL.contains(&old) && USUAL.contains(&new));
    host(before) != host(after) || before.user != after.user || another_port
}

/// Changes an account; an address can be had once.
pub(crate) fn edit_account(
    t: &Transaction<'_>,
    id: AccountId,
    before: &AccountSettings,
    after: &AccountSettings,
) -> Result<()> {
    let address = after.address.as_str();
    if t.prepare_cached("SELECT 1 FROM accounts WHERE address = ?1 AND id <> ?2")?
        .exists(params![address, id.0])?
    {
        return Err(Invalid::AccountExists(after.address.clone()).into());
    }
    let json = serde_json::to_string(after).map_err(|e| Error::Store(e.to_string()))?;
    let changed = t.execute(
        "UPDATE accounts SET address = ?2, settings = ?3 WHERE id = ?1",
        params![id.0, address, json],
    )?;
    if changed == 0 {
        return Err(Error::NotFound(Missing::Account(id)));
    }
    if before.smtp != after.smtp {
        set_submission(t, id, Submission::default())?;
    }
    if is_another_mailbox(before, after) {
        // Names that another server gives say nothing of those that this one gave.
        t.execute("UPDATE messages SET server_id = '' WHERE account = ?1", [id.0])?;
        meta::set(t, &meta::top(id), None)?;
        let mut query = t.prepare_cached("SELECT id FROM mailboxes WHERE account = ?1")?;
        let mailboxes: Vec<i64> =
            query.query_map([id.0], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        for mailbox in mailboxes {
            messages::let_go_of_uids(t, MailboxId(mailbox))?;
        }
    }
    kept::touch(t)
}

/// Removes an account and all that hangs on it.
pub(crate) fn remove_account(t: &Transaction<'_>, id: AccountId) -> Result<()> {
    t.execute(
        "DELETE FROM search WHERE rowid IN (SELECT id FROM messages WHERE account = ?1)",
        [id.0],
    )?;
    let removed = t.execute("DELETE FROM accounts WHERE id = ?1", [id.0])?;
    if removed == 0 {
        return Err(Error::NotFound(Missing::Account(id)));
    }
    meta::set(t, &meta::top(id), None)
}

/// Notes whether the keyring holds the password.
pub(crate) fn set_password_saved(t: &Transaction<'_>, id: AccountId, saved: bool) -> Result<()> {
    t.execute("UPDATE accounts SET password_saved = ?2 WHERE id = ?1", params![id.0, saved])?;
    kept::touch(t)
}

/// What the submission server said last.
pub(crate) fn submission(c: &Connection, id: AccountId) -> Result<Submission> {
    let row: Option<(i64, i64)> = c
        .prepare_cached("SELECT smtp_size, smtp_dsn FROM accounts WHERE id = ?1")?
        .query_row([id.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (size, dsn) = row.ok_or(Error::NotFound(Missing::Account(id)))?;
    Ok(Submission {
        most: u64::try_from(size).ok().filter(|size| *size > 0),
        reports: (dsn >= 0).then_some(dsn > 0),
    })
}

/// Notes what the submission server said; whether that was news.
pub(crate) fn set_submission(t: &Transaction<'_>, id: AccountId, said: Submission) -> Result<bool> {
    let size = said.most.map_or(0, super::blobs::to_sql);
    let changed = t.execute(
        "UPDATE accounts SET smtp_size = ?2, smtp_dsn = ?3 WHERE id = ?1 \
         AND (smtp_size <> ?2 OR smtp_dsn <> ?3)",
        params![id.0, size, said.reports.map_or(-1, i64::from)],
    )?;
    Ok(changed > 0)
}

const MAILBOX: &str = "SELECT id, account, wire_name, name, role, selectable, uidvalidity, \
                       uidnext, highestmodseq, keywords FROM mailboxes";

fn mailbox_row(row: &Row<'_>) -> rusqlite::Result<MailboxRow> {
    let number = |at: usize| -> rusqlite::Result<u32> {
        Ok(u32::try_from(row.get::<_, i64>(at)?).unwrap_or(0))
    };
    Ok(MailboxRow {
        id: MailboxId(row.get(0)?),
        account: AccountId(row.get(1)?),
        wire_name: row.get(2)?,
        name: row.get(3)?,
        role: row.get::<_, Word<_>>(4)?.0,
        selectable: row.get(5)?,
        uidvalidity: number(6)?,
        uidnext: number(7)?,
        highestmodseq: u64::try_from(row.get::<_, i64>(8)?).unwrap_or(0),
        keywords: row.get(9)?,
    })
}

/// One mailbox.
pub(crate) fn mailbox(c: &Connection, id: MailboxId) -> Result<MailboxRow> {
    let mut query = c.prepare_cached(&format!("{MAILBOX} WHERE id = ?1"))?;
    let row = query.query_row([id.0], mailbox_row).optional()?;
    row.ok_or(Error::NotFound(Missing::Mailbox(id)))
}

/// The mailboxes of an account as sync sees them: those that LIST named, and new ones of ours.
pub(crate) fn mailbox_rows(c: &Connection, account: AccountId) -> Result<Vec<MailboxRow>> {
    let mut query = c.prepare_cached(&format!(
        "{MAILBOX} WHERE account = ?1 AND unlisted_since = 0 ORDER BY id"
    ))?;
    let rows = query.query_map([account.0], mailbox_row)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// The mailbox of an account with a role.
pub(crate) fn by_role(
    c: &Connection,
    account: AccountId,
    role: MailboxRole,
) -> Result<Option<MailboxRow>> {
    Ok(mailbox_rows(c, account)?.into_iter().find(|m| m.role == role && m.selectable))
}

/// Writes what LIST said of one mailbox; returns its row.
pub(crate) fn upsert_mailbox(
    t: &Transaction<'_>,
    account: AccountId,
    wire_name: &str,
    name: &str,
    role: MailboxRole,
    selectable: bool,
) -> Result<MailboxId> {
    let id: i64 = t.query_row(
        "INSERT INTO mailboxes (account, wire_name, name, role, selectable) \
         VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (account, wire_name) DO UPDATE \
         SET name = excluded.name, role = excluded.role, selectable = excluded.selectable, \
         unlisted_since = 0 \
         RETURNING id",
        params![account.0, wire_name, name, Word(role), selectable],
        |row| row.get(0),
    )?;
    let inbox = role == MailboxRole::Inbox;
    t.execute(
        "UPDATE locations SET inbox = ?2 WHERE mailbox = ?1 AND inbox <> ?2",
        params![id, inbox],
    )?;
    Ok(MailboxId(id))
}

/// A complete LIST named these mailboxes. The others leave as messages do: they are not shown any
/// more, come back with all that is known of them when a later LIST names them, and go after a week.
/// Those that an operation of ours is about to make or fill stay, and so do those with messages that
/// exist nowhere else. Returns the mailboxes that stay without being listed.
pub(crate) fn keep_mailboxes(
    t: &Transaction<'_>,
    account: AccountId,
    listed: &[MailboxId],
    now: i64,
) -> Result<Vec<MailboxId>> {
    let mut query = t.prepare_cached(
        "SELECT b.id, EXISTS (SELECT 1 FROM ops \
           WHERE state = ?2 AND (target = b.id OR kind = ?3 AND mailbox = b.id)), \
         EXISTS (SELECT 1 FROM locations l WHERE l.mailbox = b.id AND l.uid IS NULL AND l.gone = 0 \
           AND NOT EXISTS (SELECT 1 FROM locations k WHERE k.message = l.message \
             AND k.mailbox <> b.id AND k.gone = 0)) \
         FROM mailboxes b WHERE b.account = ?1",
    )?;
    let mut unlisted: Vec<(i64, bool, bool)> = query
        .query_map(params![account.0, Word(OpState::Waiting), Word(OpType::Append)], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?
        .collect::<std::result::Result<_, _>>()?;
    unlisted.retain(|(id, ..)| !listed.contains(&MailboxId(*id)));
    let mut stay = Vec::new();
    for (id, asked_for, only_here) in unlisted {
        if asked_for {
            continue;
        }
        if only_here {
            stay.push(MailboxId(id));
            continue;
        }
        t.execute(
            "DELETE FROM mailboxes WHERE id = ?1 AND unlisted_since <> 0 AND unlisted_since < ?2",
            params![id, now.saturating_sub(SHADOW_SECONDS)],
        )?;
        t.execute(
            "UPDATE mailboxes SET unlisted_since = ?2 WHERE id = ?1 AND unlisted_since = 0",
            params![id, now.max(1)],
        )?;
    }
    Ok(stay)
}

/// The sidebar: every mailbox with its numbers, inbox first, then by role and name.
pub(crate) fn sidebar(c: &Connection) -> Result<Vec<Mailbox>> {
    let mut query = c.prepare_cached(
        "SELECT b.id, b.account, b.name, b.role, \
         (SELECT coalesce(sum(places), 0) FROM tallies WHERE mailbox = b.id AND seen = 0), \
         (SELECT coalesce(sum(places), 0) FROM tallies WHERE mailbox = b.id), \
         b.fault, b.fault_said, b.fault_since \
         FROM mailboxes b WHERE b.selectable = 1 AND b.unlisted_since = 0 \
         ORDER BY b.account, b.name COLLATE NOCASE",
    )?;
    let rows = query.query_map([], |row| {
        Ok(Mailbox {
            id: MailboxId(row.get(0)?),
            account: AccountId(row.get(1)?),
            name: row.get(2)?,
            role: shown(row, 3, MailboxRole::Plain)?,
            unseen: row.get(4)?,
            total: row.get(5)?,
            fault: super::care::fault_of(row, 6)?,
        })
    })?;
    let mut rows: Vec<Mailbox> = rows.collect::<std::result::Result<_, _>>()?;
    let place = |role| MailboxRole::ALL.iter().position(|known| *known == role);
    rows.sort_by_key(|row| (row.account, place(row.role)));
    Ok(rows)
}

/// Numbers over all inboxes.
pub(crate) fn counts(c: &Connection) -> Result<Counts> {
    let mut counts = Counts::default();
    let mut query = c.prepare_cached(
        "SELECT class, sum(places) FROM tallies WHERE inbox = 1 AND seen = 0 GROUP BY class",
    )?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let number: u32 = row.get(1)?;
        counts.all += number;
        match row.get::<_, i64>(0)? {
            0 => (counts.voice, counts.unheard) = (number, number),
            1 => counts.fax = number,
            _ => counts.text = number,
        }
    }
    counts.outbox = c.query_row(
        "SELECT count(*) FROM outbox WHERE receipt = 0 AND state <> ?1",
        [Word(Phase::Accepted)],
        |row| row.get(0),
    )?;
    Ok(counts)
}
