//! Values for the tests of the window.

use std::time::Duration;

use crate::{
    engine::{
        Account, AccountSettings, AccountState, ListRow, Mailbox, Progress, Security, Server,
    },
    model::{
        AccountId, AddrSpec, DateTime, Importance, MailboxId, MessageKey, MessageKind,
        imap::MailboxRole,
    },
};

/// Tuesday, 14 October 2025, 10:40 in London.
pub const NOW: DateTime = DateTime { unix: 1_760_434_800, offset_minutes: 60 };

/// An account that is up to date.
pub fn account(id: i64) -> Account {
    let server = |port| Server { host: "mail.example.com".into(), port, security: Security::Tls };
    Account {
        id: AccountId(id),
        settings: AccountSettings {
            name: "Helen Marsh".into(),
            address: AddrSpec::parse("helen@example.com").expect("an address"),
            label: format!("Account {id}"),
            imap: server(993),
            smtp: server(465),
            user: "helen".into(),
            ca_pem: None,
            gateway: None,
            demo: false,
        },
        state: AccountState::UpToDate(NOW),
    }
}

/// A mailbox of the first account.
pub fn mailbox(id: i64, role: MailboxRole, name: &str, unseen: u32) -> Mailbox {
    Mailbox { id: MailboxId(id), account: AccountId(1), name: name.into(), role, unseen, total: 9 }
}

/// A voice message that was not heard.
pub fn row(key: i64) -> ListRow {
    ListRow {
        key: MessageKey(key),
        account: AccountId(1),
        mailbox: MailboxId(1),
        uid: u32::try_from(key).ok(),
        kind: MessageKind::Voice,
        sender: format!("Sender {key}"),
        sender_name: None,
        address: Some(format!("{key}@example.com")),
        number: None,
        outside_caller: false,
        outgoing: false,
        via: None,
        contact: None,
        subject: format!("Subject {key}"),
        preview: "First words of the transcript".into(),
        date: DateTime { unix: NOW.unix - key * 3600, ..NOW },
        duration: Some(Duration::from_secs(34)),
        estimated: false,
        pages: None,
        progress: Progress::New,
        importance: Importance::Normal,
        private: false,
        receipt: false,
        attachment: false,
        answered: false,
        forwarded: false,
        delivery: None,
    }
}
