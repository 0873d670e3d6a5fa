//! What became of messages we sent, recipient by recipient. Fed by receipts (RFC 8098) and
//! delivery reports (RFC 3464), which are matched by the Message-ID they name.
//!
//! A receipt that matches joins the sent message and is no row of its own (docs/design.md 5.3); one that
//! does not match stays in the list. A delivery report stays in any case.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{
    Result,
    classify::Facts,
    contacts,
    vocabulary::{Word, quoted},
    zone,
};
use crate::types::{Delivery, DeliveryState, DeliverySummary};
use aloud_message::{Dsn, Mdn, Report, dsn::Action, mdn::Outcome};
use aloud_model::{AccountId, AddrSpec, Address, MessageKey, imap::MailboxRole};

/// Notes the recipients of a message that was accepted.
pub(crate) fn record(
    t: &Transaction<'_>,
    account: AccountId,
    message_id: &str,
    recipients: &[Address],
    state: DeliveryState,
    at: i64,
) -> Result<()> {
    for address in recipients {
        t.execute(
            "INSERT OR IGNORE INTO deliveries (account, message_id, recipient, name, state, at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                account.0,
                message_id,
                address.addr.as_str(),
                address.name.as_deref().unwrap_or_default(),
                Word(state),
                at
            ],
        )?;
    }
    Ok(())
}

/// Matches a report to what we sent; returns the messages that changed.
pub(crate) fn apply_report(
    t: &Transaction<'_>,
    account: AccountId,
    key: MessageKey,
    facts: &Facts,
) -> Result<Vec<MessageKey>> {
    let at = facts.date.map_or(0, |date| date.unix);
    match &facts.report {
        Some(Report::Mdn(mdn)) => receipt(t, account, key, mdn, at),
        Some(Report::Dsn(blocks)) => report(t, account, key, blocks, at),
        None => Ok(Vec::new()),
    }
}

fn receipt(
    t: &Transaction<'_>,
    account: AccountId,
    key: MessageKey,
    mdn: &Mdn,
    at: i64,
) -> Result<Vec<MessageKey>> {
    let id = mdn.original_message_id.as_deref().unwrap_or_default();
    let Some(sent) = ours(t, account, id)? else { return Ok(Vec::new()) };
    let state = receipt_state(mdn);
    let recipient = mdn.recipient.as_deref().map(bare).unwrap_or_default();
    // Somebody we did not write to proves nothing: that stays ordinary mail.
    let Some(recipient) = known_recipient(t, account, id, &recipient)? else {
        return Ok(Vec::new());
    };
    let said = Said { diagnostic: mdn.errors.join(" "), ..Said::default() };
    update(t, account, id, &recipient, state, at, &said)?;
    join(t, key)?;
    Ok(vec![sent, key])
}

/// A report that is told on the sent message is no row of its own.
fn join(t: &Transaction<'_>, key: MessageKey) -> Result<()> {
    t.execute("UPDATE messages SET joined = 1 WHERE id = ?1", [key.0])?;
    t.execute("UPDATE locations SET joined = 1 WHERE message = ?1", [key.0])?;
    Ok(())
}

fn report(
    t: &Transaction<'_>,
    account: AccountId,
    key: MessageKey,
    blocks: &[Dsn],
    at: i64,
) -> Result<Vec<MessageKey>> {
    let mut changed = Vec::new();
    for block in blocks {
        let Some((id, sent)) = meant(t, account, block)? else { continue };
        let state = match block.action {
            Action::Failed => DeliveryState::Failed,
            Action::Delayed => DeliveryState::Delayed,
            Action::Delivered => DeliveryState::Delivered,
            Action::Relayed | Action::Expanded => DeliveryState::Relayed,
            Action::Deleted => DeliveryState::Deleted,
        };
        // The name we wrote to, else the one it was delivered to.
        let mut recipient = bare(&block.recipient);
        if let Some(last) = block.final_recipient.as_deref().map(bare)
            && known_recipient(t, account, &id, &recipient)?.is_none()
            && known_recipient(t, account, &id, &last)?.is_some()
        {
            recipient = last;
        }
        let said = Said {
            status: block.status.clone(),
            diagnostic: block.diagnostic.clone().unwrap_or_default(),
            last_attempt: block.last_attempt.map_or(0, |tried| tried.unix),
        };
        update(t, account, &id, &recipient, state, at, &said)?;
        t.execute("UPDATE messages SET about = ?2 WHERE id = ?1", params![key.0, id])?;
        changed.push(sent);
    }
    if !changed.is_empty() {
        // Good news needs no row of its own.
        let bad = [Action::Failed, Action::Delayed, Action::Deleted];
        if blocks.iter().all(|block| !bad.contains(&block.action)) {
            join(t, key)?;
        }
        changed.push(key);
    }
    Ok(changed)
}

/// The message of ours that a report is about: by the envelope id, else by the message that came
/// back with it (RFC 3464 section 2.2.1).
fn meant(
    t: &Transaction<'_>,
    account: AccountId,
    block: &Dsn,
) -> Result<Option<(String, MessageKey)>> {
    for named in [&block.envelope_id, &block.original_message_id].into_iter().flatten() {
        let Some(id) = sent_id(t, account, named)? else { continue };
        if let Some(sent) = ours(t, account, &id)? {
            return Ok(Some((id, sent)));
        }
    }
    Ok(None)
}

/// The Message-ID that a report means: it may name the envelope id, which is our Message-ID or
/// what stands before its `@`.
fn sent_id(c: &Connection, account: AccountId, named: &str) -> Result<Option<String>> {
    if named.is_empty() {
        return Ok(None);
    }
    let by_envelope = c
        .prepare_cached(
            "SELECT message_id FROM deliveries WHERE account = ?1 AND (message_id = ?2 \
             OR substr(message_id, 1, instr(message_id, '@') - 1) = ?2) LIMIT 1",
        )?
        .query_row(params![account.0, named], |row| row.get(0))
        .optional()?;
    Ok(Some(by_envelope.unwrap_or_else(|| named.to_owned())))
}

/// The message of ours with this Message-ID: one with deliveries, or one found in Sent, whose
/// recipients are then noted.
fn ours(t: &Transaction<'_>, account: AccountId, id: &str) -> Result<Option<MessageKey>> {
    if id.is_empty() {
        return Ok(None);
    }
    let found: Option<(i64, String, i64)> = t
        .prepare_cached(
            "SELECT m.id, m.recipients, m.date FROM messages m JOIN locations l \
             ON l.message = m.id JOIN mailboxes b ON b.id = l.mailbox \
             JOIN accounts a ON a.id = m.account \
             WHERE m.account = ?1 AND m.message_id = ?2 AND l.gone = 0 \
             AND (b.role = ?3 OR m.sender_address = a.address) \
             ORDER BY b.role = ?3 DESC, m.id LIMIT 1",
        )?
        .query_row(params![account.0, id, Word(MailboxRole::Sent)], |r| {
            Ok((r.get(0)?, r.get(1)?, r.get(2)?))
        })
        .optional()?;
    let Some((key, recipients, date)) = found else { return Ok(None) };
    let recipients: Vec<Address> = serde_json::from_str(&recipients).unwrap_or_default();
    record(t, account, id, &recipients, DeliveryState::Sent, date)?;
    Ok(Some(MessageKey(key)))
}

/// What a delivery report says while the message is not known to be heard or lost.
const UNDER_WAY: [DeliveryState; 3] =
    [DeliveryState::Delivered, DeliveryState::Relayed, DeliveryState::Delayed];
/// What such a report does not undo.
const FINAL: [DeliveryState; 3] =
    [DeliveryState::Displayed, DeliveryState::Deleted, DeliveryState::Failed];

/// What a report says beside the state.
#[derive(Default)]
struct Said {
    status: String,
    diagnostic: String,
    last_attempt: i64,
}

fn update(
    t: &Transaction<'_>,
    account: AccountId,
    id: &str,
    recipient: &str,
    state: DeliveryState,
    at: i64,
    said: &Said,
) -> Result<()> {
    let Said { status, diagnostic, last_attempt } = said;
    let word = Word(state);
    let still = if UNDER_WAY.contains(&state) { quoted(&FINAL) } else { String::new() };
    // A later "delivered" does not undo "heard".
    let changed = t.execute(
        &format!(
            "UPDATE deliveries SET state = ?4, at = ?5, status = ?6, diagnostic = ?7, \
             last_attempt = ?8 WHERE account = ?1 AND message_id = ?2 AND recipient = ?3 AND state NOT IN ({still})"
        ),
        params![account.0, id, recipient, word, at, status, diagnostic, last_attempt],
    )?;
    if changed > 0 {
        return Ok(());
    }
    let same = "SELECT 1 FROM deliveries WHERE account = ?1 AND message_id = ?2 AND recipient = ?3";
    if t.prepare_cached(same)?.exists(params![account.0, id, recipient])? {
        return Ok(());
    }
    if let Some(alias) = known_recipient(t, account, id, recipient)? {
        // Unless that one has spoken.
        t.execute(
            &format!(
                "UPDATE deliveries SET state = ?4, at = ?5, status = ?6, diagnostic = ?7, \
                 last_attempt = ?8 WHERE account = ?1 AND message_id = ?2 AND recipient = ?3 \
                 AND state IN ({}, {})",
                quoted(&[DeliveryState::Sent, DeliveryState::Unreported]),
                quoted(&UNDER_WAY)
            ),
            params![account.0, id, alias, word, at, status, diagnostic, last_attempt],
        )?;
    } else if !recipient.is_empty() {
        t.execute(
            "INSERT INTO deliveries (account, message_id, recipient, state, at, status, diagnostic, \
             last_attempt) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![account.0, id, recipient, word, at, status, diagnostic, last_attempt],
        )?;
    }
    Ok(())
}

/// The recipient of ours that a report means: the same mailbox, or the only one in its domain.
fn known_recipient(
    c: &Connection,
    account: AccountId,
    id: &str,
    named: &str,
) -> Result<Option<String>> {
    let mut query = c.prepare_cached(
        "SELECT recipient FROM deliveries WHERE account = ?1 AND message_id = ?2 ORDER BY id",
    )?;
    let ours: Vec<String> = query
        .query_map(params![account.0, id], |row| row.get(0))?
        .collect::<std::result::Result<_, _>>()?;
    let same = |ours: &&String| contacts::lookup_key(ours) == contacts::lookup_key(named);
    if let Some(found) = ours.iter().find(same) {
        return Ok(Some(found.clone()));
    }
    let domain = |address: &str| address.rsplit_once('@').map(|(_, d)| d.to_lowercase());
    let mut neighbors = ours.iter().filter(|ours| domain(ours) == domain(named));
    match (neighbors.next(), neighbors.next()) {
        (Some(only), None) => Ok(Some(only.clone())),
        // A report that names nobody, about a message to one person.
        _ if named.is_empty() && ours.len() == 1 => Ok(ours.into_iter().next()),
        _ => Ok(None),
    }
}

fn receipt_state(mdn: &Mdn) -> DeliveryState {
    match mdn.outcome() {
        Outcome::Failed => DeliveryState::Error,
        Outcome::Expired => DeliveryState::Expired,
        Outcome::Deleted | Outcome::MailboxTerminated | Outcome::Superseded => {
            DeliveryState::Deleted
        }
        Outcome::Displayed => DeliveryState::Displayed,
        Outcome::Dispatched => DeliveryState::Dispatched,
        Outcome::Denied => DeliveryState::Denied,
        // Nothing was said that would let us tell that it was heard.
        Outcome::Processed | Outcome::Unknown => DeliveryState::Processed,
    }
}

/// `rfc822;ada@example.com` without its type and brackets.
fn bare(recipient: &str) -> String {
    let address = recipient.split_once(';').map_or(recipient, |(_, address)| address);
    address.trim().trim_start_matches('<').trim_end_matches('>').to_owned()
}

/// Every recipient of a sent message.
pub(crate) fn of_message(
    c: &Connection,
    account: AccountId,
    message_id: &str,
) -> Result<Vec<Delivery>> {
    let mut query = c.prepare_cached(
        "SELECT recipient, name, state, at, status, diagnostic, last_attempt FROM deliveries \
         WHERE account = ?1 AND message_id = ?2 ORDER BY id",
    )?;
    let rows = query.query_map(params![account.0, message_id], |row| {
        Ok((
            row.get::<_, String>(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, Word<DeliveryState>>(2)?.0,
            row.get::<_, i64>(3)?,
            row.get::<_, String>(4)?,
            row.get::<_, String>(5)?,
            row.get::<_, i64>(6)?,
        ))
    })?;
    let mut deliveries = Vec::new();
    for row in rows {
        let (recipient, name, state, at, status, diagnostic, tried) = row?;
        let Ok(addr) = AddrSpec::parse(&recipient) else { continue };
        deliveries.push(Delivery {
            recipient: Address { name: super::some(name), addr },
            state,
            at: zone::local(at),
            status,
            diagnostic,
            last_attempt: (tried != 0).then(|| zone::local(tried)),
        });
    }
    Ok(deliveries)
}

/// The delivery of a sent message that matters most; nothing while nothing is known.
pub(crate) fn summary(
    c: &Connection,
    account: AccountId,
    id: &str,
) -> Result<Option<DeliverySummary>> {
    let all = of_message(c, account, id)?;
    let alone = all.len() == 1;
    let failed = all.iter().position(Delivery::failed);
    let known = || all.iter().position(|delivery| delivery.state != DeliveryState::Sent);
    let shown = failed.or_else(known).and_then(|at| all.into_iter().nth(at));
    Ok(shown.map(|delivery| DeliverySummary { delivery, alone }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_name_recipients_with_a_type() {
        assert_eq!(bare("rfc822; <ada@example.com>"), "ada@example.com");
        assert_eq!(bare("ada@example.com"), "ada@example.com");
    }

    #[test]
    fn dispositions_become_states() {
        use DeliveryState::*;
        for (disposition, expected) in [
            ("x; deleted", Deleted),
            ("x; deleted/expired", Expired),
            ("x; processed/error", Error),
            ("x; failed", Error),
            ("x; processed/warning", Processed),
            ("", Processed),
            ("x; unheard-of", Processed),
            ("x; denied", Denied),
            ("x; dispatched", Dispatched),
            ("x; displayed", Displayed),
        ] {
            let text = format!("Disposition: {disposition}\n");
            let state = receipt_state(&aloud_message::mdn::parse(text.as_bytes()));
            assert_eq!(state, expected, "{disposition}");
        }
    }
}
