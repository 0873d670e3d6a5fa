//! The watcher's memory (`account::Care`) as tables: faults of mailboxes, days of full looks, doubtful
//! disappearances, and what servers want told.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{
    Result, Store,
    accounts::{self, AccountRow},
    blobs::to_sql,
    meta,
    sink::state,
    vocabulary::{Vocabulary, Word},
};
use crate::{
    account::{Care, MailboxState, Remembered},
    imap::Listed,
    servers::Matched,
    types::{AccountNotes, MailboxFault, MailboxFaultKind, Notice, Quota},
};
use aloud_model::{AccountId, DateTime, MailboxId, Uid};

/// How long a mailbox goes without a look at all of it.
const DEEP: i64 = 24 * 3600;
/// How long words that the user has seen are not told again, and how many are remembered.
const SEEN: i64 = 7 * 24 * 3600;
const SEEN_MAX: usize = 40;
/// Notices that are kept of an account.
const NOTICES: i64 = 10;

#[async_trait::async_trait]
impl Care for Store {
    async fn add_mailboxes(
        &self,
        account: AccountId,
        listed: Vec<Listed>,
    ) -> Result<Vec<MailboxState>> {
        self.write(move |t| {
            for m in &listed {
                accounts::upsert_mailbox(t, account, &m.name, &m.decoded, m.role, m.selectable)?;
            }
            Ok(accounts::mailbox_rows(t, account)?.into_iter().map(state).collect())
        })
        .await
    }

    async fn remembered(&self, mailbox: MailboxId) -> Result<Remembered> {
        let now = self.now();
        self.read(move |c| remembered(c, mailbox, now)).await
    }

    async fn put_fault(
        &self,
        mailbox: MailboxId,
        fault: Option<(MailboxFaultKind, String)>,
    ) -> Result<bool> {
        let now = self.now();
        self.write(move |t| put_fault(t, mailbox, fault.as_ref(), now)).await
    }

    async fn put_scan(&self, mailbox: MailboxId) -> Result<()> {
        let now = self.now().max(1);
        self.write(move |t| {
            t.execute("UPDATE mailboxes SET scanned = ?2 WHERE id = ?1", params![mailbox.0, now])?;
            Ok(())
        })
        .await
    }

    async fn put_suspects(&self, mailbox: MailboxId, uids: Vec<Uid>) -> Result<()> {
        let now = self.now();
        self.write(move |t| {
            t.execute("DELETE FROM suspects WHERE mailbox = ?1", [mailbox.0])?;
            if !uids.is_empty() {
                let numbers: Vec<u32> = uids.iter().map(|uid| uid.0).collect();
                let json = serde_json::to_string(&numbers).unwrap_or_default();
                t.execute(
                    "INSERT INTO suspects (mailbox, since, uids) VALUES (?1, ?2, ?3)",
                    params![mailbox.0, now, json],
                )?;
            }
            Ok(())
        })
        .await
    }

    async fn put_alerts(&self, account: AccountId, said: Vec<String>) -> Result<bool> {
        let now = self.now();
        self.write(move |t| {
            let known = notes(t, account)?.notices;
            let seen = alerts_seen(t, account, now)?;
            let mut news = false;
            let is_new = |said: &&String| {
                known.iter().all(|known| known.said != **said)
                    && seen.iter().all(|(_, seen)| *seen != **said)
            };
            for said in said.iter().filter(is_new) {
                news = true;
                t.execute(
                    "INSERT INTO notices (account, at, said) VALUES (?1, ?2, ?3)",
                    params![account.0, now, said],
                )?;
            }
            t.execute(
                "DELETE FROM notices WHERE account = ?1 AND id NOT IN \
                 (SELECT id FROM notices WHERE account = ?1 ORDER BY id DESC LIMIT ?2)",
                params![account.0, NOTICES],
            )?;
            Ok(news)
        })
        .await
    }

    async fn put_room(&self, account: AccountId, room: Option<Quota>) -> Result<bool> {
        if self.read(move |c| notes(c, account)).await?.quota == room {
            return Ok(false);
        }
        self.write(move |t| {
            let (used, limit) = room.map_or((-1, -1), |q| (to_sql(q.used), to_sql(q.limit)));
            t.execute(
                "UPDATE accounts SET quota_used = ?2, quota_limit = ?3 WHERE id = ?1",
                params![account.0, used, limit],
            )?;
            Ok(true)
        })
        .await
    }

    async fn put_top(&self, account: AccountId, top: String) -> Result<()> {
        let name = meta::top(account);
        let known = self.read(move |c| meta::get(c, &name)).await?;
        if known.is_some_and(|known| known == top.as_bytes()) {
            return Ok(());
        }
        self.write(move |t| meta::set(t, &meta::top(account), Some(top.as_bytes()))).await
    }

    async fn put_profile(&self, account: AccountId, rows: Vec<Matched>) -> Result<()> {
        let name = meta::profile(account);
        let json = serde_json::to_vec(&rows).unwrap_or_default();
        let known = self.read(move |c| meta::get(c, &name)).await?;
        if known.is_some_and(|known| known == json) {
            return Ok(());
        }
        self.write(move |t| meta::set(t, &meta::profile(account), Some(&json))).await
    }
}

fn remembered(c: &Connection, mailbox: MailboxId, now: i64) -> Result<Remembered> {
    let row: Option<(i64, bool)> = c
        .prepare_cached("SELECT scanned, fault <> '' FROM mailboxes WHERE id = ?1")?
        .query_row([mailbox.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (scanned, faulty) = row.unwrap_or_default();
    let suspects: Option<(i64, String)> = c
        .prepare_cached("SELECT since, uids FROM suspects WHERE mailbox = ?1")?
        .query_row([mailbox.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let suspects = suspects.map(|(since, json)| {
        let numbers: Vec<u32> = serde_json::from_str(&json).unwrap_or_default();
        let age = Duration::from_secs(now.saturating_sub(since).max(0).unsigned_abs());
        (age, numbers.into_iter().map(Uid).collect())
    });
    // A clock that was put back says nothing.
    let deep_due = !(0..DEEP).contains(&now.saturating_sub(scanned));
    Ok(Remembered { deep_due, faulty, suspects })
}

fn put_fault(
    t: &Transaction<'_>,
    mailbox: MailboxId,
    fault: Option<&(MailboxFaultKind, String)>,
    now: i64,
) -> Result<bool> {
    let (kind, said) = fault.map_or(("", ""), |(kind, said)| (kind.word(), said.as_str()));
    // The first moment stays while it goes on.
    let changed = t.execute(
        "UPDATE mailboxes SET fault_since = CASE WHEN fault <> '' AND ?2 <> '' THEN fault_since \
         WHEN ?2 <> '' THEN ?4 ELSE 0 END, fault = ?2, fault_said = ?3 \
         WHERE id = ?1 AND (fault <> ?2 OR fault_said <> ?3)",
        params![mailbox.0, kind, said, now],
    )?;
    Ok(changed > 0)
}

/// The fault of a row of `mailboxes`, from the columns `fault`, `fault_said` and `fault_since`.
pub(super) fn fault_of(
    row: &rusqlite::Row<'_>,
    at: usize,
) -> rusqlite::Result<Option<MailboxFault>> {
    if row.get_ref(at)?.as_str().is_ok_and(str::is_empty) {
        return Ok(None);
    }
    let Word(why) = row.get::<_, Word<MailboxFaultKind>>(at)?;
    let since = DateTime::utc(row.get(at + 2)?);
    Ok(Some(MailboxFault { why, said: row.get(at + 1)?, since }))
}

/// What is to be told of an account.
pub(crate) fn notes(c: &Connection, account: AccountId) -> Result<AccountNotes> {
    let mut query =
        c.prepare_cached("SELECT at, said FROM notices WHERE account = ?1 ORDER BY id")?;
    let rows = query.query_map([account.0], |row| {
        Ok(Notice { at: DateTime::utc(row.get(0)?), said: row.get(1)? })
    })?;
    let notices = rows.collect::<std::result::Result<_, _>>()?;
    let quota: Option<(i64, i64)> = c
        .prepare_cached("SELECT quota_used, quota_limit FROM accounts WHERE id = ?1")?
        .query_row([account.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let quota = quota.and_then(|(used, limit)| {
        Some(Quota { used: u64::try_from(used).ok()?, limit: u64::try_from(limit).ok()? })
    });
    let json = meta::get(c, &meta::profile(account))?.unwrap_or_default();
    let treated = serde_json::from_slice(&json).unwrap_or_default();
    Ok(AccountNotes { notices, quota, skipped: Vec::new(), treated })
}

/// All accounts with what is to be told of them.
pub(crate) fn accounts(c: &Connection) -> Result<Vec<(AccountNotes, AccountRow)>> {
    let rows = accounts::accounts(c)?.into_iter();
    rows.map(|row| Ok((notes(c, row.id)?, row))).collect()
}

/// Alerts of a server that the user has seen a short while ago, and when.
fn alerts_seen(c: &Connection, account: AccountId, now: i64) -> Result<Vec<(i64, String)>> {
    let json = meta::get(c, &meta::alerts_seen(account))?.unwrap_or_default();
    let mut seen: Vec<(i64, String)> = serde_json::from_slice(&json).unwrap_or_default();
    seen.retain(|(at, _)| (0..SEEN).contains(&now.saturating_sub(*at)));
    Ok(seen)
}

/// The user has seen a notice of an account. Servers repeat theirs at each connection: the same words
/// are not told again for [`SEEN`].
pub(crate) fn forget_notice(
    t: &Transaction<'_>,
    account: AccountId,
    said: &str,
    now: i64,
) -> Result<()> {
    t.execute("DELETE FROM notices WHERE account = ?1 AND said = ?2", params![account.0, said])?;
    let mut seen = alerts_seen(t, account, now)?;
    seen.retain(|(_, known)| known != said);
    seen.push((now, said.to_owned()));
    let spare = seen.len().saturating_sub(SEEN_MAX);
    seen.drain(..spare);
    let json = serde_json::to_vec(&seen).unwrap_or_default();
    meta::set(t, &meta::alerts_seen(account), Some(&json))
}
