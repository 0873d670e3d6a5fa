//! What the submission server takes and reports, told to the user before and after sending.

use aloud::{
    engine::{DeliveryState, Error, FailureWhy, Invalid, OutboxState, Outgoing, Relation},
    loopback::{Faults, Protocol},
    model::{Address, voice::VoiceFormat},
};

use super::sending::{tone, voice};
use crate::support::user::{Desk, OWN, addr};

fn limited(desk: &Desk, size: usize) {
    let faults = Faults { size_limit: Some(size), ..Faults::default() };
    desk.server.fault_always(Protocol::Smtp, faults);
}

/// Waits until the engine knows what the server takes.
async fn learned(desk: &Desk, most: u64) {
    let mut events = desk.engine.events();
    while desk.engine.submission(desk.account).await.expect("known").most != Some(most) {
        events.recv().await.expect("an event");
    }
}

#[tokio::test]
async fn the_servers_limit_is_learned_and_kept_to() {
    let mut desk = Desk::new().await;
    limited(&desk, 300_000);
    desk.engine.go_online().await.expect("online");
    learned(&desk, 300_000).await;
    // It is remembered.
    desk.restart().await;
    let to = vec![Address::bare(addr("ada@example.net"))];
    let plan =
        desk.engine.plan_formats(desk.account, Relation::New, to.clone()).await.expect("a plan");
    for format in [VoiceFormat::Vpim, VoiceFormat::Ivm, VoiceFormat::Friendly] {
        let room = plan.room(Some(format)).expect("a limit");
        let message = |seconds: f64| Outgoing {
            voice: Some(tone(seconds)),
            format: Some(format),
            ..voice(desk.account, "ada@example.net")
        };
        let fits = desk.engine.send(message(room.as_secs_f64())).await;
        assert_eq!(fits.as_ref().map(Vec::len).ok(), Some(1), "{format:?} {room:?}: {fits:?}");
        match desk.engine.send(message(room.as_secs_f64() + 5.0)).await {
            Err(Error::Invalid(Invalid::TooBigForServer { most: 300_000, octets })) => {
                assert!(octets > 300_000, "{octets}");
            }
            other => panic!("{format:?}: {other:?}"),
        }
    }
    desk.engine.drain_outbox().await.expect("drained");
    assert_eq!(desk.server.submitted().len(), 3);
    let raw = format!("From: {OWN}\r\nTo: ada@example.net\r\n\r\n{}", "text\r\n".repeat(60_000));
    assert!(matches!(
        desk.engine.submit_raw(raw.clone().into_bytes()).await,
        Err(Error::Invalid(_))
    ));
    assert!(desk.engine.outbox().await.expect("rows").is_empty());
    // Once the server takes more, so do we.
    limited(&desk, 1_000_000);
    desk.engine.submit_raw(raw.into_bytes()).await.expect("frozen");
    desk.engine.drain_outbox().await.expect("drained");
    assert_eq!(desk.server.submitted().len(), 4);
}

/// A limit that was not known before the upload stops it all the same.
#[tokio::test]
async fn a_limit_told_late_is_a_refusal_before_the_upload() {
    let desk = Desk::new().await;
    limited(&desk, 20_000);
    let ids = desk.engine.send(voice(desk.account, "ada@example.net")).await.expect("frozen");
    desk.engine.drain_outbox().await.expect("drained");
    let rows = desk.engine.outbox().await.expect("rows");
    assert_eq!(rows[0].id, ids[0]);
    assert!(
        matches!(&rows[0].state, OutboxState::Failed(failure)
            if failure.why == FailureWhy::TooBig && failure.said == "SIZE 20000"),
        "{rows:?}"
    );
    assert!(!desk.server.commands().iter().any(|line| line.contains("MAIL")));
    assert_eq!(desk.engine.submission(desk.account).await.expect("known").most, Some(20_000));
}

#[tokio::test]
async fn who_asked_is_told_that_the_server_reports_no_delivery() {
    for (hidden, told) in [(vec!["DSN"], true), (Vec::new(), false)] {
        let desk = Desk::new().await;
        desk.sync().await;
        let faults = Faults { hide_capabilities: hidden, ..Faults::default() };
        desk.server.fault_always(Protocol::Smtp, faults);
        for ask_receipt in [true, false] {
            let message = Outgoing { ask_receipt, ..voice(desk.account, "ada@example.net") };
            desk.engine.send(message).await.expect("frozen");
        }
        desk.engine.drain_outbox().await.expect("drained");
        let reports = desk.engine.submission(desk.account).await.expect("known").reports;
        assert_eq!(reports, Some(!told));
        let submitted = desk.server.submitted();
        let asked = submitted[0].envelope.forward_paths[0].notify.as_deref();
        assert_eq!(asked, (!told).then_some("SUCCESS,FAILURE,DELAY"));
        let plain = submitted[1].envelope.forward_paths[0].notify.as_deref();
        assert_eq!(plain, (!told).then_some("FAILURE,DELAY"));
        let rows = desk.mailbox("Sent").await;
        let state = rows[0].delivery.as_ref().map(|d| d.delivery.state);
        assert_eq!(state == Some(DeliveryState::Unreported), told, "{state:?}");
        assert_eq!(rows[1].delivery, None, "nobody asked");
    }
}
