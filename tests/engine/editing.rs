//! Changing an account: what is here stays, what is elsewhere is read anew, and nothing that belongs to
//! one server is told to another.

use std::{
    io,
    sync::{Arc, atomic::AtomicI64},
};

use aloud::{
    engine::{
        AccountSettings, Engine, Error, Event, Invalid, Options, OutboxState,
        handle::NewSecret,
        net::{Dialer, Stream},
        secrets::{MemoryStore, SecretStore, password_name},
    },
    loopback::{Loopback, Protocol},
    model::{AccountId, DateTime, Flag, Secret},
};

use crate::support::user::{self, Desk, OWN, START, addr, options, settings};

/// Several servers, by the host that is dialed.
struct Hosts(Vec<(&'static str, Loopback)>);

#[async_trait::async_trait]
impl Dialer for Hosts {
    async fn dial(&self, host: &str, port: u16) -> io::Result<Box<dyn Stream>> {
        let found = self.0.iter().find(|(name, _)| *name == host);
        let (_, server) = found.ok_or_else(|| io::Error::other("no such host"))?;
        let (client, theirs) = tokio::io::duplex(64 * 1024);
        server.serve(if port == 143 { Protocol::Imap } else { Protocol::Smtp }, theirs);
        Ok(Box::new(client))
    }
    fn in_process(&self, _host: &str, _port: u16) -> bool {
        true
    }
}

fn deliver(server: &Loopback, id: &str) {
    let text =
        format!("From: ada@example.net\r\nSubject: {id}\r\nMessage-ID: <{id}@x>\r\n\r\nx\r\n");
    server.deliver("INBOX", text.into_bytes(), &[] as &[Flag], DateTime::utc(START)).expect("kept");
}

/// Old and new server, an engine that reaches both, and an account at the old one.
async fn moving(new: Loopback) -> (Desk, Loopback) {
    let old = user::server();
    let hosts = Hosts(vec![("127.0.0.1", old.clone()), ("127.0.0.2", new.clone())]);
    let desk = Desk::with(old, |options| options.dialer = Arc::new(hosts)).await;
    (desk, new)
}

fn elsewhere() -> AccountSettings {
    let mut settings = settings();
    settings.imap.host = "127.0.0.2".into();
    settings.smtp.host = "127.0.0.2".into();
    settings
}

async fn subjects(desk: &Desk) -> Vec<String> {
    let mut all: Vec<String> = desk.inbox().await.into_iter().map(|row| row.subject).collect();
    all.sort();
    all
}

async fn edit(desk: &Desk, settings: AccountSettings) -> Result<(), Error> {
    desk.engine.edit_account(desk.account, settings, NewSecret::Same).await
}

/// The new server has the same UIDVALIDITY and UIDs, as fresh servers do, for other messages.
#[tokio::test]
async fn another_server_is_read_anew_and_no_message_is_taken_for_another() {
    let (desk, new) = moving(user::server()).await;
    for id in ["a", "b", "c"] {
        deliver(&desk.server, id);
    }
    deliver(&new, "other");
    deliver(&new, "b");
    desk.sync().await;
    let before = desk.inbox().await;
    let kept = before.iter().find(|row| row.subject == "b").expect("listed").key;
    edit(&desk, elsewhere()).await.expect("changed");
    assert_eq!(desk.inbox().await.len(), 3, "shown until the new server has told");
    for _ in 0..2 {
        desk.sync().await;
    }
    assert_eq!(subjects(&desk).await, ["b", "other"]);
    let rows = desk.inbox().await;
    assert!(rows.iter().any(|row| row.key == kept && row.subject == "b"), "known again");
    // It was a mistake: all is back, as the messages that they were.
    edit(&desk, settings()).await.expect("changed back");
    for _ in 0..2 {
        desk.sync().await;
    }
    assert_eq!(subjects(&desk).await, ["a", "b", "c"]);
    let again: Vec<_> = desk.inbox().await.into_iter().map(|row| row.key).collect();
    assert!(before.iter().all(|row| again.contains(&row.key)), "{before:?} {again:?}");
}

#[tokio::test]
async fn what_waits_to_be_sent_goes_by_the_new_server() {
    let (desk, new) = moving(user::server()).await;
    desk.sync().await;
    let mut broken = settings();
    broken.smtp.host = "127.0.0.9".into();
    edit(&desk, broken).await.expect("changed");
    let letter = format!(
        "From: Robin Vale <{OWN}>\r\nTo: ada@example.net\r\nSubject: Hello\r\n\
         Message-ID: <sent@example.com>\r\nDate: Wed, 05 Mar 2025 08:00:00 +0000\r\n\r\nText\r\n"
    );
    desk.engine.submit_raw(letter.into_bytes()).await.expect("frozen");
    desk.engine.drain_outbox().await.expect("worked on");
    let rows = desk.engine.outbox().await.expect("rows");
    assert!(matches!(rows[0].state, OutboxState::Queued | OutboxState::Retry { .. }), "{rows:?}");
    edit(&desk, elsewhere()).await.expect("changed");
    desk.engine.drain_outbox().await.expect("worked on");
    assert!(desk.engine.outbox().await.expect("rows").is_empty());
    assert_eq!((desk.server.submitted().len(), new.submitted().len()), (0, 1));
    // The copy for Sent exists only here: it stays, and is filed at the new server.
    desk.sync().await;
    assert_eq!(new.mailbox("Sent").map_or(0, |sent| sent.messages().len()), 1);
}

#[tokio::test]
async fn a_mark_that_waits_for_the_old_server_is_not_put_on_a_message_of_the_new_one() {
    let (desk, new) = moving(user::server()).await;
    deliver(&desk.server, "a");
    deliver(&new, "other");
    desk.sync().await;
    let key = desk.inbox().await[0].key;
    desk.engine.mark(vec![key], aloud::engine::Mark::Heard).await.expect("marked");
    edit(&desk, elsewhere()).await.expect("changed");
    desk.sync().await;
    desk.engine.settle_operations().await;
    let inbox = new.mailbox("INBOX").expect("there");
    assert!(inbox.messages().iter().all(|m| !m.flags.contains(&Flag::Seen)), "{inbox:?}");
}

#[tokio::test]
async fn changes_that_lead_nowhere_else_read_nothing_anew() {
    let desk = Desk::new().await;
    deliver(&desk.server, "a");
    desk.sync().await;
    desk.server.forget_commands();
    let mut named = settings();
    named.label = "Home".into();
    named.name = "R. Vale".into();
    named.address = addr("r.vale@example.com");
    named.gateway = None;
    edit(&desk, named.clone()).await.expect("changed");
    desk.sync().await;
    let said = desk.server.commands();
    assert!(!said.iter().any(|line| line.contains("BODY.PEEK[HEADER]")), "{said:?}");
    let accounts = desk.engine.accounts().await.expect("accounts");
    assert_eq!(accounts[0].settings, named);
}

#[tokio::test]
async fn what_makes_no_sense_changes_nothing() {
    let desk = Desk::new().await;
    let second = AccountSettings { address: addr("second@example.com"), ..settings() };
    desk.engine.add_account(second.clone(), None).await.expect("added");
    let taken = edit(&desk, second).await;
    assert!(matches!(taken, Err(Error::Invalid(Invalid::AccountExists(_)))), "{taken:?}");
    let mut bad = settings();
    bad.user.clear();
    assert!(matches!(edit(&desk, bad).await, Err(Error::Invalid(Invalid::NoUser))));
    let mut plain = settings();
    plain.imap.host = "mail.example.com".into();
    assert!(edit(&desk, plain).await.is_err(), "no encryption to another computer");
    let nobody = desk.engine.edit_account(AccountId(99), settings(), NewSecret::Same).await;
    assert!(matches!(nobody, Err(Error::NotFound(_))), "{nobody:?}");
    assert_eq!(desk.engine.accounts().await.expect("accounts")[0].settings, settings());
    // It works on as before.
    deliver(&desk.server, "a");
    desk.engine.sync_once(Some(desk.account)).await.expect("a pass");
    assert_eq!(desk.inbox().await.len(), 1);
}

#[tokio::test]
async fn a_new_password_is_the_only_one_that_the_new_server_hears() {
    let new = Loopback::empty(DateTime::utc(START));
    new.add_user("robin", "other", &[addr(OWN)]);
    let dir = tempfile::tempdir().expect("a folder");
    let secrets = Arc::new(MemoryStore::default());
    let clock = Arc::new(AtomicI64::new(START));
    let old = user::server();
    let hosts = Hosts(vec![("127.0.0.1", old.clone()), ("127.0.0.2", new.clone())]);
    let options = Options {
        secrets: secrets.clone(),
        dialer: Arc::new(hosts),
        ..options(dir.path().join("data"), &old, &clock)
    };
    let engine = Engine::start(options).await.expect("an engine");
    let id =
        engine.add_account(settings(), Some(Secret::new("secret".into()))).await.expect("added");
    engine.go_online().await.expect("online");
    let mut events = engine.events();
    let other = Secret::new("other".into());
    engine.check_edit(id, elsewhere(), Some(other.clone())).await.expect("taken");
    let unchanged = engine.check_edit(id, elsewhere(), None).await;
    assert!(matches!(unchanged, Err(Error::Auth(_))), "{unchanged:?}");
    new.forget_commands();
    let changed = engine.edit_account(id, elsewhere(), NewSecret::Password(other.clone())).await;
    changed.expect("changed");
    // The watcher begins again by itself.
    loop {
        let event = events.recv().await.expect("an event");
        let up = engine.accounts().await.expect("accounts")[0].state.is_up();
        if matches!(event, Event::AccountChanged(_)) && up {
            break;
        }
    }
    let said = new.commands().join("\n");
    assert!(!said.contains("secret"), "{said}");
    assert_eq!(secrets.get(&password_name(id)).expect("a store"), Some(other));
    engine.shutdown().await;
}

#[tokio::test]
async fn a_change_outlives_the_database() {
    let mut desk = Desk::new().await;
    let named = AccountSettings { label: "Home".into(), ..settings() };
    edit(&desk, named.clone()).await.expect("changed");
    desk.engine.shutdown().await;
    std::fs::write(desk.dir.path().join("data/aloud.db"), b"no database").expect("written");
    desk.restart().await;
    assert_eq!(desk.engine.accounts().await.expect("accounts")[0].settings, named);
}
