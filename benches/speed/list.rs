//! Windows of a list over 100 000 messages in the store, against SQLite's own time for as many rows
//! read by their row number.

use std::{hint::black_box, path::Path, sync::Arc};

use aloud::{
    engine::{
        AccountSettings, Engine, ListQuery, Options, Scope, Security, Server, Sort,
        account::{PassEnd, Sink},
        imap::{Head, Listed},
        secrets::MemoryStore,
        store::{Store, system_clock},
    },
    model::{AddrSpec, DateTime, Flag, MailboxId, Uid, UidValidity, imap::MailboxRole},
};
use rusqlite::Connection;

use super::table::{Table, Unit};

const MESSAGES: u32 = 100_000;
const WINDOW: u32 = 50;

pub fn rows(table: &mut Table<'_>, folder: &Path) {
    if !table.wants("list window") {
        return;
    }
    let data = folder.join("data");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let (engine, mailbox) = runtime.block_on(fill(&data));
    let raw = Connection::open(data.join("aloud.db")).expect("the database");
    let mut fifty = raw
        .prepare("SELECT * FROM messages WHERE id BETWEEN ?1 AND ?1 + 49 ORDER BY id DESC")
        .expect("a statement");
    let mut by_row_number = || {
        let mut octets = 0;
        let mut rows = fifty.query([MESSAGES / 2]).expect("rows");
        while let Some(row) = rows.next().expect("a row") {
            octets += row.get::<_, String>("subject").map_or(0, |subject| subject.len());
        }
        black_box(octets);
    };
    for (what, scope, offset) in [
        ("newest", Scope::AllInboxes, 0),
        ("90 000 down", Scope::AllInboxes, 90_000),
        ("voice only", Scope::Voice, 0),
        ("one mailbox", Scope::Mailbox(mailbox), 0),
    ] {
        let query =
            ListQuery { scope, sort: Sort::Newest, search: String::new(), offset, limit: WINDOW };
        table.row_beside(
            &format!("List window of 100 000, {what}"),
            Unit::Milliseconds,
            "SQLite, 50 rows by number",
            &mut by_row_number,
            || {
                let page = runtime.block_on(engine.list(query.clone())).expect("a window");
                assert_eq!(page.rows.len(), WINDOW as usize);
            },
        );
    }
    runtime.block_on(engine.shutdown());
}

fn head(uid: u32) -> Head {
    let header = format!(
        "From: Person {} <p{}@example.net>\r\nTo: robin@example.com\r\nSubject: Message {uid}\r\n\
         Message-ID: <{uid}@example.net>\r\nDate: Tue, 04 Mar 2025 09:10:00 +0000\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/voice-message; version=2.0; boundary=x\r\n\r\n",
        uid % 500,
        uid % 500,
    );
    Head {
        uid: Uid(uid),
        flags: if uid.is_multiple_of(10) { Vec::new() } else { vec![Flag::Seen] },
        internal_date: Some(DateTime::utc(1_700_000_000 + i64::from(uid) * 60)),
        size: 90_000,
        modseq: u64::from(uid),
        server_id: String::new(),
        header: header.into_bytes(),
    }
}

async fn fill(data: &Path) -> (Engine, MailboxId) {
    let options = Options::new(data.into(), Arc::new(MemoryStore::default()));
    let engine = Engine::start(options).await.expect("an engine");
    let server = Server { host: "127.0.0.1".into(), port: 1, security: Security::None };
    let settings = AccountSettings {
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
    };
    let account = engine.add_account(settings, None).await.expect("an account");
    let store = Store::open(data, system_clock()).expect("the store");
    let inbox = Listed {
        name: "INBOX".into(),
        decoded: "INBOX".into(),
        role: MailboxRole::Inbox,
        selectable: true,
    };
    let mailbox = store.put_mailboxes(account, vec![inbox]).await.expect("mailboxes")[0].id;
    store.rebind(mailbox, UidValidity(1)).await.expect("bound");
    for first in (1..=MESSAGES).step_by(500) {
        store.put_heads(mailbox, (first..first + 500).map(head).collect()).await.expect("stored");
    }
    let end = PassEnd { uid_next: MESSAGES + 1, highest_modseq: 1, keywords: true };
    store.finish_pass(mailbox, end).await.expect("ended");
    (engine, mailbox)
}
