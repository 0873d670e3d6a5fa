//! `engine::doctor` over servers that fail in every way: each check ends, and says which one it was.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use aloud::{
    engine::{
        Engine, Error, Options, Security, Service,
        doctor::{Check, Fact, Finding, LIMIT, Verdict},
        secrets::SecretStore,
    },
    loopback::{Faults, Protocol},
    model::Secret,
};

use tokio::sync::mpsc::UnboundedSender;

use crate::support::user::{Desk, options, server, settings};

fn fact(found: &[Finding], check: Check) -> &Fact {
    let finding = found.iter().find(|finding| finding.check == check);
    &finding.unwrap_or_else(|| panic!("{check:?}: {found:?}")).fact
}

#[tokio::test]
async fn a_server_that_fails_is_named_by_the_check_that_failed() {
    let desk = Desk::new().await;
    let well = desk.engine.examine().await;
    assert!(well.iter().all(|f| f.fact.verdict() != Verdict::Failure), "{well:?}");
    assert_eq!(fact(&well, Check::SignIn(Service::Imap)), &Fact::Good);
    let cut = Faults { cut_output: Some(0), ..Faults::default() };
    desk.server.fault_always(Protocol::Imap, cut);
    let found = desk.engine.examine().await;
    let connection = fact(&found, Check::Connection(Service::Imap));
    assert!(matches!(connection, Fact::Failed(Error::Unreachable { .. })), "{connection:?}");
    assert_eq!(fact(&found, Check::SignIn(Service::Imap)), &Fact::Skipped);
    assert_eq!(fact(&found, Check::SignIn(Service::Smtp)), &Fact::Good);
    desk.server.fault_always(Protocol::Imap, Faults::default());
    desk.engine.supply_password(desk.account, Secret::new("wrong".into())).await.expect("kept");
    let found = desk.engine.examine().await;
    let sign_in = fact(&found, Check::SignIn(Service::Imap));
    assert!(matches!(sign_in, Fact::Failed(Error::Auth(_))), "{sign_in:?}");
    assert_eq!(fact(&found, Check::Offers(Service::Imap)), &Fact::Skipped);
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_does_not_hold_the_report_up() {
    let desk = Desk::new().await;
    let silent = Faults { stall_output: Some(0), ..Faults::default() };
    desk.server.fault_always(Protocol::Imap, silent.clone());
    desk.server.fault_always(Protocol::Smtp, silent);
    let began = tokio::time::Instant::now();
    let found = desk.engine.examine().await;
    assert!(began.elapsed() <= LIMIT * 3 + Duration::from_secs(5), "{:?}", began.elapsed());
    for service in [Service::Imap, Service::Smtp] {
        let connection = fact(&found, Check::Connection(service));
        assert_eq!(connection.verdict(), Verdict::Failure, "{connection:?}");
    }
}

#[tokio::test]
async fn a_clock_behind_the_newest_message_is_noticed() {
    let desk = Desk::new().await;
    desk.deliver("From: ada@example.net\nSubject: Early\n\nx\n");
    desk.sync().await;
    assert_eq!(fact(&desk.engine.examine().await, Check::Clock), &Fact::Good);
    desk.later(-7200);
    assert_eq!(fact(&desk.engine.examine().await, Check::Clock), &Fact::ClockBehind(7200));
}

/// Without a password all is looked at that needs none: whether TLS comes up, too.
#[tokio::test]
async fn encryption_is_looked_at_without_a_password() {
    // A server without TLS, in whose place TLS or STARTTLS is expected.
    for security in [Security::Tls, Security::StartTls] {
        let desk = Desk::bare(server(), |settings| {
            settings.imap.security = security;
            settings.smtp.security = security;
        });
        let desk = desk.await;
        let found = desk.engine.examine().await;
        for service in [Service::Imap, Service::Smtp] {
            let connection = fact(&found, Check::Connection(service));
            assert_eq!(connection.verdict(), Verdict::Failure, "{security:?}: {connection:?}");
            assert_eq!(fact(&found, Check::SignIn(service)), &Fact::Skipped);
        }
    }
    let desk = Desk::bare(server(), |_| ()).await;
    let found = desk.engine.examine().await;
    for service in [Service::Imap, Service::Smtp] {
        assert_eq!(fact(&found, Check::Connection(service)), &Fact::Unencrypted);
        assert_eq!(fact(&found, Check::SignIn(service)), &Fact::NoPassword);
    }
    let said = desk.server.commands();
    assert!(said.iter().all(|line| !line.contains("LOGIN") && !line.contains("AUTH")), "{said:?}");
}

/// A keyring that answers nothing while the test lasts, and tells that it was asked.
struct Asleep(UnboundedSender<()>, Mutex<std::sync::mpsc::Receiver<()>>);

impl SecretStore for Asleep {
    fn get(&self, _name: &str) -> Result<Option<Secret>, Error> {
        let _ = self.0.send(());
        let _ = self.1.lock().map(|end| end.recv());
        Ok(None)
    }
    fn set(&self, _name: &str, _secret: &Secret) -> Result<(), Error> {
        Ok(())
    }
    fn delete(&self, _name: &str) -> Result<(), Error> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_keyring_does_not_hold_the_report_up() {
    let (_wake, asleep) = std::sync::mpsc::channel();
    let (tell, mut asked) = tokio::sync::mpsc::unbounded_channel();
    let secrets = Arc::new(Asleep(tell, Mutex::new(asleep)));
    let dir = tempfile::tempdir().expect("a folder");
    let options = options(dir.path().join("data"), &server(), &Arc::default());
    let engine = Engine::start(Options { secrets, ..options }).await.expect("an engine");
    engine.add_account(settings(), None).await.expect("an account");
    let examining = tokio::spawn(async move { engine.examine().await });
    // Once for the keyring itself, once for the account's password.
    for _ in 0..2 {
        asked.recv().await.expect("asked");
        tokio::time::advance(LIMIT + Duration::from_secs(1)).await;
    }
    let found = examining.await.expect("a report");
    assert_eq!(fact(&found, Check::Keyring), &Fact::TooLong);
    assert_eq!(fact(&found, Check::SignIn(Service::Imap)), &Fact::TooLong);
    assert_eq!(fact(&found, Check::Connection(Service::Imap)), &Fact::Unencrypted);
}
