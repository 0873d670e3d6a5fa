//! Windows of the message list, with how many rows there are in all and how many are unseen.
//!
//! Without a search every scope is one index range; the window is cut on the index before any
//! message row is read, and its numbers are kept (`tallies`), so the cost does not grow with the mailbox.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter, types::Value};

use super::{
    Error, Missing, Result,
    classify::{self, PreviewKind},
    contacts, deliveries,
    search::Search,
    some,
    vocabulary::{Word, quoted, shown},
};
use crate::types::{ListPage, ListQuery, ListRow, Preview, Progress, Scope, Sort};
use aloud_message::address;
use aloud_model::{
    AccountId, Address, ContactId, DateTime, Importance, MailboxId, MessageKey, MessageKind,
    imap::MailboxRole,
};

/// Most rows in one window.
const MOST_ROWS: u32 = 2_000;

/// The columns of a row; `p` carries nothing but the chosen places in order.
const COLUMNS: &str = "SELECT m.id, m.account, l.mailbox, l.uid, m.kind, m.sender_name, \
    m.sender_address, m.sender_number, m.outside_caller, m.subject, m.preview, m.date, \
    m.date_offset, m.duration_ms, m.pages, l.seen, m.started, m.importance, m.private, \
    m.receipt_asked AND l.mdn_sent = 0 AND NOT EXISTS (SELECT 1 FROM receipts r \
      WHERE r.account = m.account AND r.message_id = m.message_id), \
    m.attachment, l.answered, l.forwarded, m.recipients, b.role, m.message_id, l.draft, \
    m.estimated, m.preview_kind ";
const JOINS: &str = "JOIN messages m ON m.id = l.message JOIN mailboxes b ON b.id = l.mailbox ";

/// A window.
pub(crate) fn list(c: &Connection, query: &ListQuery) -> Result<ListPage> {
    let found = Condition::of(query);
    let mut page = ListPage::default();
    {
        let sql = match found.searches {
            true => format!(
                "SELECT count(*), coalesce(sum(l.seen = 0), 0) FROM locations l {} WHERE {}",
                found.join(false),
                found.sql
            ),
            false => format!(
                "SELECT coalesce(sum(places), 0), coalesce(sum(iif(l.seen = 0, places, 0)), 0) \
                 FROM tallies l WHERE {}",
                found.scope
            ),
        };
        let mut counting = c.prepare_cached(&sql)?;
        (page.total, page.unseen) = counting
            .query_row(params_from_iter(&found.values), |row| Ok((row.get(0)?, row.get(1)?)))?;
    }
    let (order, by_message) = order(query.sort);
    let sql = format!(
        "{COLUMNS} FROM (SELECT l.id AS id FROM locations l {} WHERE {} ORDER BY {order} \
         LIMIT {} OFFSET {}) p JOIN locations l ON l.id = p.id {JOINS} ORDER BY {order}",
        found.join(by_message),
        found.sql,
        query.limit.min(MOST_ROWS),
        query.offset,
    );
    let mut statement = c.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(&found.values))?;
    while let Some(row) = rows.next()? {
        page.rows.push(complete(c, raw(row)?)?);
    }
    Ok(page)
}

/// The row of one message, at its best place.
pub(crate) fn row(c: &Connection, key: MessageKey) -> Result<ListRow> {
    let sql = format!(
        "{COLUMNS} FROM locations l {JOINS} WHERE l.message = ?1 AND l.gone = 0 \
         ORDER BY b.unlisted_since <> 0, l.hidden, l.inbox DESC, b.role = ?2, l.id LIMIT 1"
    );
    let best = params![key.0, Word(MailboxRole::All)];
    let found = c.prepare_cached(&sql)?.query_row(best, raw).optional()?;
    complete(c, found.ok_or(Error::NotFound(Missing::Message(key)))?)
}

/// `WHERE` of a query and the values in it.
struct Condition {
    sql: String,
    /// The scope alone, in columns that the numbers that are kept have, too.
    scope: String,
    /// There is a search besides.
    searches: bool,
    values: Vec<Value>,
    needs_message: bool,
}

impl Condition {
    fn of(query: &ListQuery) -> Self {
        let mut this = Self {
            sql: String::new(),
            scope: String::new(),
            searches: false,
            values: Vec::new(),
            needs_message: false,
        };
        this.scope = match query.scope {
            Scope::AllInboxes => "l.inbox = 1".into(),
            Scope::Unheard => "l.inbox = 1 AND l.class = 0 AND l.seen = 0".into(),
            Scope::Voice => "l.inbox = 1 AND l.class = 0".into(),
            Scope::Fax => "l.inbox = 1 AND l.class = 1".into(),
            Scope::Text => "l.inbox = 1 AND l.class = 2".into(),
            Scope::Mailbox(id) => {
                let slot = this.value(id.0);
                format!("l.mailbox = {slot}")
            }
        };
        this.sql = format!("{} AND l.listed = 1", this.scope);
        let search = Search::parse(&query.search);
        this.searches = !search.is_empty();
        if this.searches {
            this.search(&search);
        }
        this
    }

    fn search(&mut self, search: &Search) {
        if search.unheard {
            self.sql.push_str(" AND l.seen = 0");
        }
        if search.private {
            self.and_message("m.private = 1");
        }
        if let Some(longer) = search.longer {
            let slot = self.value(i64::try_from(longer.as_millis()).unwrap_or(i64::MAX));
            self.and_message(&format!("m.duration_ms > {slot}"));
        }
        if !search.kinds.is_empty() {
            self.and_message(&format!("m.kind IN ({})", quoted(&search.kinds)));
        }
        for from in &search.from {
            let slot = self.value(like(from));
            self.and_message(&format!(
                "(m.sender_name LIKE {slot} ESCAPE '\\' OR m.sender_address LIKE {slot} ESCAPE '\\' \
                 OR m.sender_number LIKE {slot} ESCAPE '\\' OR {})",
                known_as(&slot)
            ));
        }
        if let Some(fts) = search.fts() {
            let slot = self.value(fts);
            let names: Vec<String> = search
                .words
                .iter()
                .map(|word| {
                    let slot = self.value(like(word));
                    known_as(&slot)
                })
                .collect();
            self.and_message(&format!(
                "(m.id IN (SELECT rowid FROM search WHERE search MATCH {slot}) OR ({}))",
                names.join(" AND ")
            ));
        }
    }

    fn and_message(&mut self, sql: &str) {
        self.needs_message = true;
        self.sql.push_str(" AND ");
        self.sql.push_str(sql);
    }

    fn value(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("?{}", self.values.len())
    }

    fn join(&self, anyway: bool) -> &'static str {
        if self.needs_message || anyway { "JOIN messages m ON m.id = l.message" } else { "" }
    }
}

/// The sender is somebody whose name in the directory fits.
fn known_as(slot: &str) -> String {
    format!(
        "m.sender_address IN (SELECT e.address FROM contact_emails e JOIN contacts k \
         ON k.id = e.contact WHERE k.deleted = 0 AND k.name LIKE {slot} ESCAPE '\\')"
    )
}

fn like(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

/// The order, and whether it needs columns of the message.
fn order(sort: Sort) -> (&'static str, bool) {
    match sort {
        Sort::Newest => ("l.date DESC, l.id DESC", false),
        Sort::Oldest => ("l.date, l.id", false),
        Sort::UnheardFirst => ("l.seen, l.date DESC, l.id DESC", false),
        Sort::Sender => (
            "coalesce(nullif(m.sender_name, ''), nullif(m.sender_number, ''), m.sender_address) \
             COLLATE NOCASE, l.date DESC, l.id DESC",
            true,
        ),
        Sort::Longest => ("m.duration_ms DESC, l.date DESC, l.id DESC", true),
    }
}

/// A row before the directory and the reports have had their say.
struct Raw {
    row: ListRow,
    recipients: Vec<Address>,
    message_id: String,
}

fn raw(row: &Row<'_>) -> rusqlite::Result<Raw> {
    let text = |at: usize| row.get::<_, String>(at);
    let role = shown(row, 24, MailboxRole::Plain)?;
    let duration: i64 = row.get(13)?;
    let pages: i64 = row.get(14)?;
    let (seen, started): (bool, bool) = (row.get(15)?, row.get(16)?);
    let progress = match (seen, started) {
        (true, _) => Progress::Done,
        (false, true) => Progress::Started,
        (false, false) => Progress::New,
    };
    Ok(Raw {
        recipients: serde_json::from_str(&text(23)?).unwrap_or_default(),
        message_id: text(25)?,
        row: ListRow {
            key: MessageKey(row.get(0)?),
            account: AccountId(row.get(1)?),
            mailbox: MailboxId(row.get(2)?),
            uid: row.get(3)?,
            kind: shown(row, 4, MessageKind::Other)?,
            sender: String::new(),
            outgoing: matches!(role, MailboxRole::Sent | MailboxRole::Drafts)
                || row.get::<_, bool>(26)?,
            others: 0,
            sender_name: some(text(5)?),
            address: some(text(6)?),
            number: some(text(7)?),
            outside_caller: row.get(8)?,
            via: None,
            contact: None,
            subject: text(9)?,
            preview: classify::preview_of(shown(row, 28, PreviewKind::Nothing)?, text(10)?),
            date: DateTime {
                unix: row.get(11)?,
                offset_minutes: i16::try_from(row.get::<_, i64>(12)?).unwrap_or(0),
            },
            duration: u64::try_from(duration).ok().map(Duration::from_millis),
            estimated: row.get(27)?,
            pages: u32::try_from(pages).ok(),
            progress,
            importance: shown(row, 17, Importance::Normal)?,
            private: row.get(18)?,
            receipt: row.get(19)?,
            attachment: row.get(20)?,
            answered: row.get(21)?,
            forwarded: row.get(22)?,
            delivery: None,
        },
    })
}

/// Fills in whom it is from (or to, in Sent), and deliveries.
fn complete(c: &Connection, raw: Raw) -> Result<ListRow> {
    let Raw { mut row, recipients, message_id } = raw;
    let others = recipients.len().saturating_sub(1);
    if row.outgoing {
        row.receipt = false;
        row.outside_caller = false;
        row.number = None;
        let first = recipients.first();
        row.sender_name = first.and_then(|address| address.name.clone());
        row.address = first.map(|address| address.addr.to_string());
        row.others = u32::try_from(others).unwrap_or(u32::MAX);
        row.delivery = deliveries::summary(c, row.account, &message_id)?;
    }
    if let Some(address) = &row.address {
        let known: Option<(i64, String)> = contacts::contact_of(c, address)?;
        if let Some((id, name)) = known {
            row.contact = Some(ContactId(id));
            row.sender = name;
        }
    }
    if row.sender.is_empty() {
        let own = [&row.sender_name, &row.number].into_iter().flatten().next().cloned();
        let address = row.address.clone().filter(|_| !row.outside_caller);
        row.sender = own.or(address).unwrap_or_default();
        let behind = |address: &String| !row.outgoing && !address.eq_ignore_ascii_case(&row.sender);
        row.via = row.address.clone().filter(behind);
    }
    if row.preview == Preview::Nothing && !row.private {
        if row.outgoing && !recipients.is_empty() {
            row.preview = Preview::Towards;
        } else if others > 0 && is_to_account(c, row.account, &recipients)? {
            row.preview = Preview::ToYou(u32::try_from(others).unwrap_or(u32::MAX));
        }
    }
    Ok(row)
}

/// True if the account's own address is among the recipients.
fn is_to_account(c: &Connection, account: AccountId, recipients: &[Address]) -> Result<bool> {
    let own: Option<String> = c
        .prepare_cached("SELECT address FROM accounts WHERE id = ?1")?
        .query_row([account.0], |row| row.get(0))
        .optional()?;
    let own = own.as_deref().map(contacts::lookup_key);
    Ok(recipients.iter().any(|to| own == Some(address::lookup_key(&to.addr))))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::{
        imap::Head,
        store::{Store, accounts, classify::Known, tests::scratch},
        types::{AccountSettings, Security, Server},
    };
    use aloud_model::{AddrSpec, Flag, Uid};

    pub(crate) fn settings() -> AccountSettings {
        let server = Server { host: "127.0.0.1".into(), port: 1, security: Security::None };
        AccountSettings {
            name: "Robin Vale".into(),
            address: AddrSpec::parse("robin@example.com").expect("an address"),
            label: "Robin".into(),
            imap: server.clone(),
            smtp: server,
            user: "robin".into(),
            sign_in: Default::default(),
            ca_pem: None,
            pins: Vec::new(),
            gateway: None,
            demo: false,
        }
    }

    fn inbox(store: &Store) -> MailboxId {
        store
            .write_now(|t| {
                let account = accounts::add_account(t, &settings())?;
                accounts::upsert_mailbox(t, account, "INBOX", "INBOX", MailboxRole::Inbox, true)
            })
            .expect("an inbox")
    }

    fn head(uid: u32, header: &str, seen: bool) -> Head {
        Head {
            uid: Uid(uid),
            flags: if seen { vec![Flag::Seen] } else { Vec::new() },
            internal_date: Some(DateTime::utc(1_700_000_000 + i64::from(uid))),
            size: 5_000,
            modseq: 0,
            server_id: String::new(),
            header: header.replace('\n', "\r\n").into_bytes(),
        }
    }

    fn filled() -> (tempfile::TempDir, Store, MailboxId) {
        let (dir, store) = scratch();
        let inbox = inbox(&store);
        let heads = vec![
            head(
                1,
                "From: Ada Okafor <ada@example.net>\nTo: robin@example.com\nSubject: Budget\n\
                 Message-ID: <1@example.net>\nMessage-Context: voice-message\nMIME-Version: 1.0\n\
                 Content-Type: audio/basic\nContent-Duration: 75\nSensitivity: Private\n\n",
                false,
            ),
            head(
                2,
                "From: Bo <bo@example.net>\nSubject: Lunch\nMessage-ID: <2@example.net>\n\n",
                true,
            ),
            head(
                3,
                "From: Cy <cy@example.net>\nSubject: VPIM Message\nMessage-ID: <3@example.net>\n\
                 Message-Context: voice-message\nMIME-Version: 1.0\nContent-Type: audio/basic\n\
                 Content-Duration: 5\n\n",
                true,
            ),
        ];
        let arrived = store.insert_heads(inbox, heads, 0).expect("stored");
        assert_eq!(arrived.new.len(), 3);
        for (key, seconds) in [(arrived.new[0], 75), (arrived.new[2], 5)] {
            let (mut beginning, _) = store.octets(key).expect("a header block");
            beginning.extend(vec![0x55_u8; 100]);
            store.learn(key, beginning.into(), Known::Prefix).expect("learned");
            let length = store.read_now(|c| row(c, key)).expect("a row").duration;
            assert_eq!(length, Some(Duration::from_secs(seconds)));
        }
        (dir, store, inbox)
    }

    fn subjects(store: &Store, scope: Scope, sort: Sort, search: &str) -> Vec<String> {
        let query = ListQuery { scope, sort, search: search.into(), offset: 0, limit: 100 };
        let page = store.read_now(|c| list(c, &query)).expect("a page");
        assert_eq!(page.total as usize, page.rows.len(), "{search}");
        page.rows.into_iter().map(|row| row.subject).collect()
    }

    #[test]
    fn scopes_sorts_and_searches() {
        let (_dir, store, inbox) = filled();
        // A subject that only names the transport is none.
        let fallback = "";
        let all = Scope::AllInboxes;
        assert_eq!(subjects(&store, all, Sort::Newest, ""), [fallback, "Lunch", "Budget"]);
        assert_eq!(subjects(&store, all, Sort::Oldest, ""), ["Budget", "Lunch", fallback]);
        assert_eq!(subjects(&store, all, Sort::UnheardFirst, ""), ["Budget", fallback, "Lunch"]);
        assert_eq!(subjects(&store, all, Sort::Sender, ""), ["Budget", "Lunch", fallback]);
        assert_eq!(subjects(&store, all, Sort::Longest, ""), ["Budget", fallback, "Lunch"]);
        assert_eq!(subjects(&store, Scope::Unheard, Sort::Newest, ""), ["Budget"]);
        assert_eq!(subjects(&store, Scope::Text, Sort::Newest, ""), ["Lunch"]);
        assert_eq!(subjects(&store, Scope::Mailbox(inbox), Sort::Newest, "").len(), 3);
        for (search, found) in [
            ("budg", vec!["Budget"]),
            ("okafor", vec!["Budget"]),
            ("from:bo@", vec!["Lunch"]),
            ("kind:voice longer:1m", vec!["Budget"]),
            ("private", vec!["Budget"]),
            ("unheard", vec!["Budget"]),
            ("nothing at all", vec![]),
            ("budget \"\" OR (", vec![]),
        ] {
            assert_eq!(subjects(&store, all, Sort::Newest, search), found, "{search}");
        }
    }

    #[test]
    fn a_row_with_an_unknown_word_costs_no_other_row() {
        let (_dir, store, inbox) = filled();
        for spoilt in [
            "UPDATE messages SET kind = 'hologram', importance = '' WHERE message_id LIKE '1@%'",
            "UPDATE mailboxes SET role = 'attic'",
        ] {
            store.write_now(|t| Ok(t.execute(spoilt, [])?)).expect("spoilt");
            let here = subjects(&store, Scope::Mailbox(inbox), Sort::Newest, "");
            assert_eq!(here.len(), 3, "{spoilt}");
            assert_eq!(store.read_now(accounts::sidebar).expect("mailboxes").len(), 1);
        }
    }

    #[test]
    fn windows_count_everything() {
        let (_dir, store, _) = filled();
        let query = ListQuery {
            scope: Scope::AllInboxes,
            sort: Sort::Newest,
            search: String::new(),
            offset: 1,
            limit: 1,
        };
        let page = store.read_now(|c| list(c, &query)).expect("a page");
        assert_eq!((page.rows.len(), page.total, page.unseen), (1, 3, 1));
        let counts = store.read_now(accounts::counts).expect("counts");
        assert_eq!((counts.all, counts.unheard, counts.voice, counts.text), (1, 1, 1, 0));
    }

    #[test]
    fn every_scope_runs_over_an_index() {
        let (_dir, store, inbox) = filled();
        for scope in [Scope::AllInboxes, Scope::Voice, Scope::Unheard, Scope::Mailbox(inbox)] {
            for sort in [Sort::Newest, Sort::Oldest] {
                let query = ListQuery { scope, sort, search: String::new(), offset: 0, limit: 10 };
                let found = Condition::of(&query);
                let sql = format!(
                    "EXPLAIN QUERY PLAN SELECT l.id FROM locations l WHERE {} ORDER BY {}",
                    found.sql,
                    order(sort).0
                );
                let plan: Vec<String> = store
                    .read_now(|c| {
                        let mut query = c.prepare(&sql)?;
                        let rows =
                            query.query_map(params_from_iter(&found.values), |row| row.get(3))?;
                        Ok(rows.collect::<std::result::Result<_, _>>()?)
                    })
                    .expect("a plan");
                let plan = plan.join("; ");
                assert!(plan.contains("COVERING INDEX"), "{scope:?} {sort:?}: {plan}");
                assert!(!plan.contains("TEMP B-TREE"), "{scope:?} {sort:?}: {plan}");
            }
        }
    }
}
