//! A mailbox of a hundred thousand messages in the store alone. Run by hand:
//! `cargo test --release --test runner engine::scale -- --ignored --nocapture`.

use std::{sync::Arc, time::Instant};

use aloud::{
    engine::{
        Engine, ListQuery, Options, Scope, Sort,
        account::{PassEnd, Sink},
        imap::{Head, Listed, SeenFlags},
        secrets::MemoryStore,
        store::{Store, system_clock},
    },
    model::{DateTime, Flag, MailboxId, Uid, UidValidity, imap::MailboxRole},
};

const MESSAGES: u32 = 100_000;

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

#[tokio::test]
#[ignore = "takes half a minute"]
async fn a_hundred_thousand_messages() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data");
    let engine = Engine::start(Options::new(data.clone(), Arc::new(MemoryStore::default())))
        .await
        .expect("an engine");
    let account =
        engine.add_account(crate::support::user::settings(), None).await.expect("an account");
    let store = Store::open(&data, system_clock()).expect("the store");
    let inbox = Listed {
        name: "INBOX".into(),
        decoded: "INBOX".into(),
        role: MailboxRole::Inbox,
        selectable: true,
    };
    let mailbox: MailboxId =
        store.put_mailboxes(account, vec![inbox]).await.expect("mailboxes")[0].id;
    store.rebind(mailbox, UidValidity(1)).await.expect("bound");
    let begun = Instant::now();
    for first in (1..=MESSAGES).step_by(500) {
        let heads = (first..first + 500).map(head).collect();
        store.put_heads(mailbox, heads).await.expect("stored");
    }
    println!("stored {MESSAGES} in {:?}", begun.elapsed());
    let begun = Instant::now();
    for first in (1..=MESSAGES).step_by(20_000) {
        let seen = (first..first + 20_000)
            .map(|uid| {
                let head = head(uid);
                SeenFlags { uid: head.uid, flags: head.flags, modseq: head.modseq }
            })
            .collect();
        assert!(store.put_flags(mailbox, seen).await.expect("compared").is_empty());
    }
    println!("compared all flags in {:?}", begun.elapsed());
    let begun = Instant::now();
    assert_eq!(store.known_uids(mailbox).await.expect("uids").len(), MESSAGES as usize);
    println!("listed all UIDs in {:?}", begun.elapsed());
    let end = PassEnd { uid_next: MESSAGES + 1, highest_modseq: 1, keywords: true };
    store.finish_pass(mailbox, end).await.expect("ended");
    let begun = Instant::now();
    store.prefix_wants(mailbox, 50).await.expect("wants");
    println!("found wanted beginnings in {:?}", begun.elapsed());
    for (what, scope, sort, search, offset) in [
        ("newest", Scope::AllInboxes, Sort::Newest, "", 0),
        ("deep", Scope::AllInboxes, Sort::Newest, "", 90_000),
        ("mailbox", Scope::Mailbox(mailbox), Sort::Oldest, "", 0),
        ("voice", Scope::Voice, Sort::Newest, "", 0),
        ("unheard first", Scope::AllInboxes, Sort::UnheardFirst, "", 0),
        ("by sender", Scope::AllInboxes, Sort::Sender, "", 0),
        ("longest", Scope::AllInboxes, Sort::Longest, "", 0),
        ("word", Scope::AllInboxes, Sort::Newest, "message 777", 0),
        ("from", Scope::AllInboxes, Sort::Newest, "from:p77@", 0),
        ("unheard", Scope::AllInboxes, Sort::Newest, "unheard", 0),
    ] {
        let query = ListQuery { scope, sort, search: search.into(), offset, limit: 50 };
        let begun = Instant::now();
        let page = engine.list(query).await.expect("a page");
        println!("{what}: {} of {} in {:?}", page.rows.len(), page.total, begun.elapsed());
    }
    let begun = Instant::now();
    engine.counts().await.expect("counts");
    engine.mailboxes().await.expect("mailboxes");
    println!("counts in {:?}", begun.elapsed());
    let begun = Instant::now();
    store.message_count(account).await.expect("a count");
    println!("message count in {:?}", begun.elapsed());
    let size = std::fs::metadata(data.join("aloud.db")).map_or(0, |m| m.len());
    println!("database: {} MB", size / 1_000_000);
}
