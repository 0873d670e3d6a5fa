//! What an administrator has fixed holds in the engine, whoever asks it.

use aloud::engine::{
    AccountSettings, Engine, Error, FailureWhy, Invalid, OutboxState, Policy, ReceiptPolicy,
    Security,
    autoconfig::{Ask, Source},
    handle::NewSecret,
};

use crate::support::user::{Desk, OWN, addr, server, settings};

fn policy(text: &str) -> Policy {
    Policy::parse(text).expect("a policy")
}

const SERVERS: &str = "[imap]\nhost = \"127.0.0.3\"\nport = 143\nsecurity = \"none\"\n\
                       [smtp]\nhost = \"127.0.0.3\"\nport = 587\nsecurity = \"none\"\n";

#[tokio::test]
async fn accounts_of_other_domains_are_refused_and_do_nothing() {
    let text = "domains = [\"example.com\"]";
    let desk = Desk::with(server(), |options| options.policy = policy(text)).await;
    let other = AccountSettings { address: addr("robin@example.net"), ..settings() };
    let added = desk.engine.add_account(other.clone(), None).await;
    assert!(matches!(added, Err(Error::Invalid(Invalid::NotAllowed(_)))), "{added:?}");
    let edited = desk.engine.edit_account(desk.account, other.clone(), NewSecret::Same).await;
    assert!(matches!(edited, Err(Error::Invalid(Invalid::NotAllowed(_)))), "{edited:?}");
    let below = AccountSettings { address: addr("robin@sub.example.com"), ..settings() };
    assert!(desk.engine.add_account(below, None).await.is_err(), "another domain");
    // An account of before the rule: it is shown, and nothing is fetched or sent.
    let mut desk = Desk::new().await;
    desk.sync().await;
    let letter = format!(
        "From: {OWN}\r\nTo: ada@example.net\r\nSubject: Hello\r\nMessage-ID: <p@example.com>\r\n\
         Date: Wed, 05 Mar 2025 08:00:00 +0000\r\n\r\nText\r\n"
    );
    desk.engine.submit_raw(letter.into_bytes()).await.expect("frozen");
    desk.engine.shutdown().await;
    let options =
        crate::support::user::options(desk.dir.path().join("data"), &desk.server, &desk.clock);
    let options =
        aloud::engine::Options { policy: policy("domains = [\"example.org\"]"), ..options };
    desk.engine = Engine::start(options).await.expect("an engine");
    let before = desk.server.connections(aloud::loopback::Protocol::Imap);
    assert!(
        desk.engine.sync_once(None).await.expect("a pass").iter().all(|r| !r.errors.is_empty())
    );
    desk.engine.drain_outbox().await.expect("worked on");
    let rows = desk.engine.outbox().await.expect("rows");
    assert!(
        matches!(&rows[0].state, OutboxState::Failed(why) if why.why == FailureWhy::NotAllowed),
        "{rows:?}"
    );
    assert_eq!(desk.server.connections(aloud::loopback::Protocol::Imap), before);
    assert!(desk.server.submitted().is_empty());
}

#[tokio::test]
async fn servers_that_are_fixed_are_those_of_every_account() {
    let desk = Desk::with(server(), |options| options.policy = policy(SERVERS)).await;
    let shown = &desk.engine.accounts().await.expect("accounts")[0].settings;
    assert_eq!((shown.imap.host.as_str(), shown.smtp.host.as_str()), ("127.0.0.3", "127.0.0.3"));
    let mut typed = settings();
    typed.imap.host = "127.0.0.9".into();
    desk.engine.edit_account(desk.account, typed, NewSecret::Same).await.expect("changed");
    let shown = &desk.engine.accounts().await.expect("accounts")[0].settings;
    assert_eq!(shown.imap.host, "127.0.0.3");
    let found = desk.engine.find_servers(&addr(OWN), &Ask::default()).await.expect("fixed");
    assert_eq!((found.imap_source, found.imap.security), (Source::Administrator, Security::None));
    // An account of before the rule goes by it from the next start on.
    let mut desk = Desk::new().await;
    desk.engine.shutdown().await;
    let options =
        crate::support::user::options(desk.dir.path().join("data"), &desk.server, &desk.clock);
    let options = aloud::engine::Options { policy: policy(SERVERS), ..options };
    desk.engine = Engine::start(options).await.expect("an engine");
    assert_eq!(desk.engine.accounts().await.expect("accounts")[0].settings.imap.host, "127.0.0.3");
}

#[tokio::test]
async fn servers_are_not_looked_for_where_that_is_forbidden() {
    let text = "autoconfig = false";
    let desk = Desk::with(server(), |options| options.policy = policy(text)).await;
    let found = desk.engine.find_servers(&addr("robin@gmx.de"), &Ask::default()).await;
    assert!(found.is_err_and(|not| not.forbidden && not.asked.is_empty()));
}

/// A person's rule and the user's choice give way.
#[tokio::test]
async fn receipts_go_by_what_is_fixed() {
    let text = "receipts = \"never\"";
    let desk = Desk::with(server(), |options| {
        options.policy = policy(text);
        options.receipts = ReceiptPolicy::Always;
    });
    let desk = desk.await;
    desk.deliver(
        "From: Ada <ada@example.net>\nReturn-Path: <ada@example.net>\n\
         To: robin@example.com\nSubject: Hello\nMessage-ID: <r@example.net>\n\
         Disposition-Notification-To: ada@example.net\nDate: Tue, 04 Mar 2025 09:10:00 +0000\n\nx\n",
    );
    desk.sync().await;
    desk.engine.set_receipt_policy(ReceiptPolicy::Always);
    let key = desk.inbox().await[0].key;
    desk.engine.open(key).await.expect("open");
    desk.engine.presented(key).await.expect("read");
    desk.engine.drain_outbox().await.expect("worked on");
    assert!(desk.server.submitted().is_empty(), "no receipt");
    assert_eq!(desk.engine.policy().receipts, Some(ReceiptPolicy::Never));
}
