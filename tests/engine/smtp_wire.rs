//! Submission against exact transcripts and misbehaving servers.

use aloud::{
    engine::{
        Error, Security,
        smtp::{DataGate, Envelope, SubmitOutcome, probe, submit},
    },
    model::AddrSpec,
};
use tokio::time::{Duration, Instant};

use super::script::{Stage, class, password, settings};

const HELLO: &str = "
    S: 220 smtp.example.com ESMTP
    C: EHLO [127.0.0.1]
    S: 250-smtp.example.com
    S: 250-SIZE 1000
    S: 250-DSN
    S: 250-8BITMIME
    S: 250- \t
    S: 250 auth login PLAIN
    C: AUTH PLAIN AGFkYQBjb3JyZWN0IGhvcnNl
    S: 235 in
";
const ENVELOPE: &str = "
    C: MAIL FROM:<ada@example.com> SIZE=36 RET=HDRS ENVID=e1
    S: 250 ok
    C: RCPT TO:<bo@example.net> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;bo@example.net
    S: 250 ok
    C: RCPT TO:<+16135550142@vm.example.net> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;+2B16135550142@vm.example.net
";
const MESSAGE: &[u8] = b"Subject: a\r\n\r\n.\r\n.. dots\r\nlast one\r\n";
const CONTENT: &str = "
    S: 250 ok
    C: DATA
    S: 354 go on
    C: Subject: a
    C: \u{20}
    C: ..
    C: ... dots
    C: last one
    C: .
";

#[derive(Default)]
struct Gate {
    calls: u32,
    fails: bool,
}

#[async_trait::async_trait]
impl DataGate for Gate {
    async fn data_starting(&mut self) -> Result<(), Error> {
        self.calls += 1;
        if self.fails { Err(Error::Store("disk full".into())) } else { Ok(()) }
    }
}

fn addr(text: &str) -> AddrSpec {
    AddrSpec::parse(text).expect("an address")
}

fn envelope() -> Envelope {
    Envelope {
        reverse: Some(addr("ada@example.com")),
        forwards: vec![addr("bo@example.net"), addr("+16135550142@vm.example.net")],
        envid: Some("e1".into()),
        notify: true,
    }
}

async fn send(stage: &Stage, gate: &mut Gate) -> Result<SubmitOutcome, Error> {
    let settings = settings(Security::None);
    submit(stage, &settings, &password(), &envelope(), MESSAGE, gate).await
}

/// An empty line of a script.
fn script(parts: &[&str]) -> String {
    parts.concat().replace("C: \u{20}\n", "C: \n")
}

#[tokio::test(start_paused = true)]
async fn a_whole_submission_octet_by_octet() {
    let tail = "S: 250-2.0.0 queued\nS: 250 as 17\nC: QUIT\nS: 221 bye\n";
    let script = script(&[HELLO, ENVELOPE, CONTENT, tail]);
    for buffer in [1, 7, 4096] {
        let stage = Stage::new(buffer, &[&script]);
        let mut gate = Gate::default();
        let outcome = send(&stage, &mut gate).await.expect("an outcome");
        assert_eq!(outcome, SubmitOutcome::Accepted { reply: "250 2.0.0 queued as 17".into() });
        assert_eq!(gate.calls, 1);
        stage.finish();
    }
}

#[tokio::test(start_paused = true)]
async fn one_refusal_stops_all() {
    for (script, code, permanent, recipient) in [
        (script(&[HELLO, ENVELOPE, "S: 550 5.1.1 nobody here\n"]), 550, true, true),
        (script(&[HELLO, ENVELOPE, "S: 451 4.2.1 later\n"]), 451, false, true),
        (script(&[HELLO, "C~ MAIL\nS: 452 4.3.1 full\n"]), 452, false, false),
        ("S: 554 go away\n".into(), 554, true, false),
        ("S: 421 busy\n".into(), 421, false, false),
        (script(&[HELLO, ENVELOPE, "S: 250 ok\nC: DATA\nS: 554 5.5.1 no\n"]), 554, true, false),
    ] {
        let stage = Stage::new(4096, &[&script]);
        let mut gate = Gate::default();
        let outcome = send(&stage, &mut gate).await.expect("an outcome");
        let SubmitOutcome::Refused { code: got, text, permanent: p, recipient: r } = outcome else {
            panic!("{outcome:?} for {script}");
        };
        assert_eq!((got, p, r.is_some()), (code, permanent, recipient), "{script}");
        assert!(!text.is_empty());
        assert_eq!(gate.calls, 0, "no content may have been sent");
        assert!(!stage.log.heard().contains("Subject"));
        stage.finish();
    }
    // A refusal after the dot is one, too.
    let script = script(&[HELLO, ENVELOPE, CONTENT, "S: 552 5.7.0 spam\n"]);
    let stage = Stage::new(4096, &[&script]);
    let outcome = send(&stage, &mut Gate::default()).await.expect("an outcome");
    assert!(matches!(outcome, SubmitOutcome::Refused { code: 552, permanent: true, .. }));
}

#[tokio::test(start_paused = true)]
async fn a_break_says_whether_the_server_can_have_it() {
    let until_data = "S: 250 ok\nC: DATA\nS: 354 go on\nC: Subject: a\nBYE\n";
    for (script, started, dot) in [
        (script(&["BYE\n"]), false, false),
        (script(&["S: 220 hi\nC~ EHLO\nBYE\n"]), false, false),
        (script(&["S: 220 hi\nC~ EHLO\nS* 70000 250-more\nSTALL\n"]), false, false),
        (
            script(&[&format!("S: 220 hi\nC~ EHLO\nS. 250 {}\nSTALL\n", "x".repeat(5000))]),
            false,
            false,
        ),
        (script(&[HELLO, "BYE\n"]), false, false),
        (script(&[HELLO, ENVELOPE, "BYE\n"]), false, false),
        (script(&[HELLO, ENVELOPE, "STALL\n"]), false, false),
        (script(&[HELLO, ENVELOPE, "S: 250 ok\nC: DATA\nBYE\n"]), false, false),
        (script(&[HELLO, ENVELOPE, "S: 250 ok\nC: DATA\nSTALL\n"]), false, false),
        (script(&[HELLO, ENVELOPE, CONTENT, "BYE\n"]), true, true),
        (script(&[HELLO, ENVELOPE, CONTENT, "S. 250 o\nBYE\n"]), true, true),
        (script(&[HELLO, ENVELOPE, CONTENT, "STALL\n"]), true, true),
        (script(&[HELLO, ENVELOPE, CONTENT, "S: 354 what?\nSTALL\n"]), true, true),
        (script(&[HELLO, ENVELOPE, until_data]), true, false),
    ] {
        let stage = Stage::new(8, &[&script]);
        let mut gate = Gate::default();
        let start = Instant::now();
        let outcome = send(&stage, &mut gate).await;
        assert!(start.elapsed() <= Duration::from_secs(400), "{script}: {:?}", start.elapsed());
        let shown: String =
            script.chars().rev().take(60).collect::<Vec<_>>().iter().rev().collect();
        match outcome {
            Ok(SubmitOutcome::Broken { data_started, final_dot_flushed, .. }) => {
                assert_eq!((data_started, final_dot_flushed), (started, dot), "{shown}");
            }
            Err(Error::Unreachable { .. }) => assert!(!started, "{shown}"),
            other => panic!("{other:?} for {shown}"),
        }
        assert_eq!(gate.calls > 0, started, "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_when_the_gate_stays_closed() {
    let script = script(&[HELLO, ENVELOPE, "S: 250 ok\nC: DATA\nS: 354 go on\n"]);
    let stage = Stage::new(4096, &[&script]);
    let mut gate = Gate { fails: true, ..Gate::default() };
    let error = send(&stage, &mut gate).await.expect_err("the gate's error");
    assert!(matches!(error, Error::Store(_)));
    tokio::task::yield_now().await;
    assert!(!stage.log.heard().contains("Subject"));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_sent_is_known_before() {
    let settings = settings(Security::None);
    let stage = Stage::new(4096, &[]);
    for bad in [&b"a\n"[..], b"a", b"a\r\n.\r\rb\r\n", b""] {
        let sent =
            submit(&stage, &settings, &password(), &envelope(), bad, &mut Gate::default()).await;
        assert_eq!(sent.as_ref().err().map(class), Some("invalid"), "{bad:?}");
    }
    let none = Envelope { forwards: Vec::new(), ..envelope() };
    let sent = submit(&stage, &settings, &password(), &none, MESSAGE, &mut Gate::default()).await;
    assert_eq!(sent.as_ref().err().map(class), Some("invalid"));
    let big = [b'a'; 1001].iter().chain(b"\r\n").copied().collect::<Vec<u8>>();
    let script = script(&[HELLO, "C: QUIT\nS: 221\n"]);
    let stage = Stage::new(4096, &[&script]);
    let sent =
        submit(&stage, &settings, &password(), &envelope(), &big, &mut Gate::default()).await;
    assert!(matches!(sent, Ok(SubmitOutcome::Refused { code: 552, permanent: true, .. })));
    stage.finish();
}

#[tokio::test(start_paused = true)]
async fn receipts_have_no_sender_and_probing_sends_nothing() {
    let receipt = Envelope {
        reverse: None,
        forwards: vec![addr("bo@example.net")],
        envid: None,
        notify: false,
    };
    let script = script(&[
        HELLO,
        "C: MAIL FROM:<> SIZE=3\nS: 250 ok\nC: RCPT TO:<bo@example.net>\nS: 250 ok\nC: DATA\n\
         S: 354 go on\nC: a\nC: .\nS: 250 ok\nC: QUIT\n",
    ]);
    let stage = Stage::new(4096, &[&script]);
    let settings = settings(Security::None);
    let sent =
        submit(&stage, &settings, &password(), &receipt, b"a\r\n", &mut Gate::default()).await;
    assert!(matches!(sent, Ok(SubmitOutcome::Accepted { .. })));
    stage.finish();

    let script = format!("{HELLO}C: QUIT\nS: 221 bye\n");
    let stage = Stage::new(4096, &[&script]);
    let facts = probe(&stage, &settings, &password()).await.expect("facts");
    assert_eq!((facts.size, facts.dsn, facts.eight_bit), (Some(1000), true, true));
    stage.finish();
}

#[tokio::test(start_paused = true)]
async fn signs_in_with_login_and_knows_a_wrong_password() {
    let settings = settings(Security::None);
    let login = "S: 220 hi
        C~ EHLO
        S: 250-x
        S: 250 AUTH LOGIN
        C: AUTH LOGIN
        S: 334 VXNlcm5hbWU6
        C: YWRh
        S: 334 UGFzc3dvcmQ6
        C: Y29ycmVjdCBob3JzZQ==
        S: 235 in
        C: QUIT";
    let stage = Stage::new(4096, &[login]);
    assert!(probe(&stage, &settings, &password()).await.is_ok());
    stage.finish();
    for (script, want) in [
        ("C~ AUTH PLAIN\nS: 535 5.7.8 wrong", "auth"),
        ("C~ AUTH PLAIN\nS: 454 4.7.0 later", "server"),
        ("C~ AUTH PLAIN\nBYE", "unreachable"),
    ] {
        let script = format!("S: 220 hi\nC~ EHLO\nS: 250-x\nS: 250 AUTH PLAIN\n{script}\n");
        let stage = Stage::new(4096, &[&script]);
        let error = probe(&stage, &settings, &password()).await.expect_err("no");
        assert_eq!(class(&error), want, "{script}");
    }
}
