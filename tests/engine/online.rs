//! The everlasting loops: mail comes and goes without being asked for.

use std::time::Duration;

use aloud::{
    engine::{AccountState, Event},
    model::Flag,
};
use tokio::sync::broadcast::Receiver;

use super::sending::{PLAIN, text};
use crate::support::user::Desk;

/// Waits for a fact; the deadline only ends a test that has failed.
async fn until(events: &mut Receiver<Event>, fits: impl Fn(&Event) -> bool) -> Event {
    let found = async {
        loop {
            match events.recv().await {
                Ok(event) if fits(&event) => return event,
                Ok(_) => {}
                Err(error) => panic!("{error}"),
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), found).await.expect("the event")
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_comes_and_goes() {
    let desk = Desk::new().await;
    let mut events = desk.engine.events();
    desk.engine.go_online().await.expect("online");
    loop {
        until(&mut events, |e| matches!(e, Event::AccountChanged(_))).await;
        let accounts = desk.engine.accounts().await.expect("accounts");
        if matches!(accounts[0].state, AccountState::UpToDate(_)) {
            break;
        }
    }
    desk.deliver(PLAIN);
    let arrived = until(&mut events, |e| matches!(e, Event::Arrived(_))).await;
    let Event::Arrived(keys) = arrived else { unreachable!() };
    assert_eq!(keys.len(), 1);
    assert_eq!(desk.inbox().await[0].subject, "Lunch");

    // What the user does reaches the server, and what is sent is filed there.
    desk.engine.presented(keys[0]).await.expect("noted");
    desk.engine.send(text(desk.account, "ada@example.net", "Yes")).await.expect("frozen");
    until(&mut events, |e| matches!(e, Event::Sent(_))).await;
    assert_eq!(desk.server.submitted().len(), 1);
    let deadline = std::time::Instant::now() + Duration::from_secs(60);
    let seen = || {
        let inbox = desk.server.mailbox("INBOX").expect("an inbox");
        inbox.messages()[0].flags.contains(&Flag::Seen)
    };
    while !(seen() && desk.on_server("Sent") == 1) {
        assert!(std::time::Instant::now() < deadline, "the operations never arrived");
        tokio::task::yield_now().await;
    }
    desk.engine.shutdown().await;
    assert!(desk.engine.send(text(desk.account, "ada@example.net", "No")).await.is_err());
}
