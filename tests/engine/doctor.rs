//! `engine::doctor` over servers that fail in every way: each check ends, and says which one it was.

use std::time::Duration;

use aloud::{
    engine::{
        Error, Service,
        doctor::{Check, Fact, Finding, LIMIT, Verdict},
    },
    loopback::{Faults, Protocol},
    model::Secret,
};

use crate::support::user::Desk;

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
