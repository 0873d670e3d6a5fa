//! What must not be in the log (reliability T17): a child of this test binary lives through a day of
//! mail with the log on its finest, and its parent looks for what it should not have written.

use std::{
    process::Command,
    sync::{Arc, atomic::AtomicI64},
};

use aloud::{
    engine::{Engine, Mark, Outgoing, ReceiptAnswer, Relation, Scope},
    loopback::{CommandFault, Faults, Loopback, Protocol, When},
    model::{Address, DateTime, Secret},
};

use super::sending::{text, tone, voice};
use crate::support::user::{START, addr, options, settings};

const USER: &str = "canary-user";
const PASSWORD: &str = "canary-password";
const OWN: &str = "canary-own@canary-domain.example";
const THEIRS: &str = "canary-sender@canary-domain.example";
const SUBJECT: &str = "canary-subject";
const BODY: &str = "canary-body";
const NUMBER: &str = "6135550199";
const ID: &str = "canary-id";

/// In all spellings: AUTH PLAIN and LOGIN write base64.
fn canaries() -> Vec<String> {
    use base64::Engine as _;
    let coded = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let plain = ["canary-", NUMBER].map(str::to_owned);
    let sasl = [coded(USER), coded(PASSWORD), coded(&format!("\0{USER}\0{PASSWORD}"))];
    plain.into_iter().chain(sasl.map(|code| code.trim_end_matches('=').to_owned())).collect()
}

fn mail(id: u32, fields: &str) -> Vec<u8> {
    // The third is more than a beginning.
    let body = format!("{BODY}\n").repeat(if id == 3 { 5_000 } else { 1 });
    format!(
        "Return-Path: <{THEIRS}>\nFrom: canary-name <{THEIRS}>\nTo: {OWN}\nSubject: {SUBJECT}\n\
         Message-ID: <{ID}-{id}@canary-domain.example>\nDate: Tue, 04 Mar 2025 09:10:00 +0000\n\
         Caller-ID: {NUMBER}\n{fields}\n{body}"
    )
    .replace('\n', "\r\n")
    .into_bytes()
}

/// Lives through the day, when asked to by the parent; does nothing in an ordinary run.
#[tokio::test]
async fn child() {
    if std::env::var_os("ALOUD_TEST_CANARY").is_none() {
        return;
    }
    let log = aloud::cli::log::subscriber(tracing::Level::TRACE, std::io::stderr);
    tracing::subscriber::set_global_default(log).expect("the first");
    // What libraries say is not heard, whatever it is.
    tracing::error!(target: "lettre::transport", "Wrote: AUTH PLAIN {PASSWORD}");
    tracing::error!(target: "async_imap::imap_stream", "LOGIN {USER} {PASSWORD}");
    tracing::error!(target: "imap_proto::core", "LOGIN {USER} {PASSWORD}");

    let server = Loopback::empty(DateTime::utc(START));
    server.add_user(USER, PASSWORD, &[addr(OWN)]);
    let deliver = |id: u32, fields: &str| {
        server.deliver("INBOX", mail(id, fields), &[], DateTime::utc(START)).expect("delivered");
    };
    deliver(1, &format!("Disposition-Notification-To: {THEIRS}\n"));
    deliver(
        2,
        "MIME-Version: 1.0\nContent-Type: audio/32KADPCM\nContent-Transfer-Encoding: x-canary-odd\n",
    );
    deliver(3, "Content-Type: multipart/mixed\n");
    let dir = tempfile::tempdir().expect("a folder");
    let clock = Arc::new(AtomicI64::new(START));
    let engine =
        Engine::start(options(dir.path().join("data"), &server, &clock)).await.expect("an engine");
    let mut mine = settings();
    mine.user = USER.into();
    mine.address = addr(OWN);
    let account =
        engine.add_account(mine, Some(Secret::new(PASSWORD.into()))).await.expect("an account");
    engine.go_online().await.expect("online");
    let sync = async || engine.sync_once(None).await.expect("a pass");
    sync().await;
    let rows = async || {
        engine
            .list(aloud::engine::ListQuery {
                scope: Scope::AllInboxes,
                sort: aloud::engine::Sort::Oldest,
                search: SUBJECT.into(),
                offset: 0,
                limit: 10,
            })
            .await
            .expect("rows")
            .rows
    };
    let all = rows().await;
    assert_eq!(all.len(), 3);
    for row in &all {
        let opened = engine.open(row.key).await.expect("opened");
        for part in &opened.mail.parts {
            let _ = engine.audio(row.key, part.path.clone()).await;
        }
        engine.presented(row.key).await.expect("noted");
        let _ = engine.complete(account, NUMBER.into()).await;
    }
    engine.answer_receipt(all[0].key, ReceiptAnswer::Send).await.expect("answered");
    for relation in
        [Relation::Reply { to: all[0].key, include_original: true }, Relation::Forward(all[1].key)]
    {
        let message = Outgoing {
            relation,
            subject: SUBJECT.into(),
            to: vec![
                Address::bare(addr(THEIRS)),
                Address::bare(addr(&format!("{NUMBER}@gw.example.com"))),
            ],
            voice: Some(tone(1.0)),
            ..text(account, THEIRS, BODY)
        };
        engine.send(message).await.expect("frozen");
    }
    engine.settle_operations().await;
    engine.drain_outbox().await.expect("drained");
    assert!(server.submitted().len() >= 3);

    // Servers that repeat what they were told.
    let echo = format!("{USER} {PASSWORD} {OWN} {THEIRS} {SUBJECT} {BODY} {NUMBER}");
    let refusing = Faults {
        refuse_recipients: vec![("canary".into(), format!("550 5.1.1 {echo}"))],
        ..Faults::default()
    };
    for faults in [
        refusing,
        Faults::once(When::Verb("EHLO", 1), CommandFault::Answer(format!("554 {echo}"))),
        Faults::once(When::Verb("MAIL", 1), CommandFault::Bye(echo.clone())),
        Faults { refuse_data: Some(format!("451 4.3.0 {echo}")), ..Faults::default() },
    ] {
        server.fault_always(Protocol::Smtp, faults);
        engine.send(voice(account, THEIRS)).await.expect("frozen");
        engine.drain_outbox().await.expect("drained");
    }
    engine.shutdown().await;
    let again = async |password: &str| {
        let options = options(dir.path().join("data"), &server, &clock);
        let engine = Engine::start(options).await.expect("an engine");
        engine.supply_password(account, Secret::new(password.into())).await.expect("kept");
        engine
    };
    for fault in [
        CommandFault::Answer(format!("NO {echo}")),
        CommandFault::Answer(format!("BAD {echo}")),
        CommandFault::Bye(echo.clone()),
        CommandFault::Inject(format!("* {echo}\r\n").into_bytes()),
    ] {
        for verb in ["SELECT", "FETCH", "STORE", "LIST"] {
            server.fault_always(Protocol::Imap, Faults::once(When::Every(verb), fault.clone()));
            // Only a new connection has the fault.
            let engine = again(PASSWORD).await;
            for mark in [Mark::Unheard, Mark::Heard] {
                let _ = engine.mark(vec![all[0].key], mark).await;
                engine.settle_operations().await;
            }
            let _ = engine.sync_once(None).await;
            let _ = engine.raw(all[2].key).await;
            engine.shutdown().await;
        }
    }
    server.fault_always(Protocol::Imap, Faults::default());
    server.fault_always(Protocol::Smtp, Faults::default());
    let engine = again("canary-wrong-password").await;
    let _ = engine.sync_once(None).await;
    engine.send(voice(account, THEIRS)).await.expect("frozen");
    engine.drain_outbox().await.expect("drained");
    engine.shutdown().await;
}

#[tokio::test]
async fn the_log_holds_ids_and_sizes_only() {
    let run = tokio::task::spawn_blocking(|| {
        Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "engine::canary::child", "--test-threads=1"])
            .env("ALOUD_TEST_CANARY", "1")
            .output()
            .expect("a child")
    });
    let output = run.await.expect("an end");
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{}\n{log}", String::from_utf8_lossy(&output.stdout));
    let lines: Vec<&str> = log.lines().collect();
    for said in ["accepted", "refused", "no connection", "operations stay", "up to date", "slice"] {
        assert!(lines.iter().any(|line| line.contains(said)), "never said: {said}\n{log}");
    }
    for line in &lines {
        assert!(line.contains(" aloud::") || line.contains(" aloud_"), "not ours: {line}");
        for canary in canaries() {
            assert!(!line.contains(&canary), "{canary} in {line}");
        }
    }
}
