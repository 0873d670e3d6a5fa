//! Submission against exact transcripts and misbehaving servers.

use std::{fs::File, path::PathBuf, sync::Arc};

use aloud::{
    engine::{
        Error, Security,
        content::Content,
        smtp::{DataGate, Envelope, SubmitOutcome, probe, submit},
    },
    model::AddrSpec,
};
use tokio::time::{Duration, Instant};

use crate::support::scripted_server::{Stage, class, password, settings};

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
    /// Is cut off here when content is about to leave.
    cuts: Option<(PathBuf, u64)>,
}

#[async_trait::async_trait]
impl DataGate for Gate {
    async fn data_starting(&mut self) -> Result<(), Error> {
        self.calls += 1;
        if let Some((file, octets)) = &self.cuts {
            let file = File::options().write(true).open(file).expect("there");
            file.set_len(*octets).expect("cut");
        }
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
        assert!(start.elapsed() <= Duration::from_secs(900), "{script}: {:?}", start.elapsed());
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
    let heard = stage.log.heard();
    assert!(!heard.contains("Subject"));
    assert!(heard.ends_with("DATA\r\n"), "a goodbye would be content: {heard}");
}

/// What cannot be read here is no fault of the network, and ends the connection within the message.
#[tokio::test(start_paused = true)]
async fn a_message_that_cannot_be_read_to_its_end_is_dropped() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("message");
    let text = "a line of it\r\n".repeat(20_000);
    let size = text.len() as u64;
    let hello = HELLO.replace("S: 250-SIZE 1000\n", "");
    let head = ENVELOPE.replace(" SIZE=36", "");
    // Gone at once, at the end of a line, within one, one octet before its end.
    for left in [0, 70_000, 70_007, size - 1] {
        std::fs::write(&file, &text).expect("written");
        let content = Content::of_file(&file).expect("a file");
        let script = script(&[&hello, &head, "S: 250 ok\nC: DATA\nS: 354 go on\n"]);
        let stage = Stage::new(4096, &[&script]);
        let mut gate = Gate { cuts: Some((file.clone(), left)), ..Gate::default() };
        let settings = settings(Security::None);
        let sent = submit(&stage, &settings, &password(), &envelope(), content, &mut gate).await;
        assert!(matches!(sent, Ok(SubmitOutcome::Unread(Error::Unread(_)))), "{left}: {sent:?}");
        while Arc::strong_count(&stage.log) > 1 {
            tokio::task::yield_now().await;
        }
        stage.finish();
        let heard = stage.log.heard();
        assert!(!heard.contains("QUIT") && !heard.contains("\r\n.\r\n"), "{left}");
    }
    // It was gone before anybody was dialed.
    std::fs::write(&file, &text).expect("written");
    let content = Content::of_file(&file).expect("a file");
    std::fs::remove_file(&file).expect("removed");
    let (stage, mut gate) = (Stage::new(4096, &[]), Gate::default());
    let settings = settings(Security::None);
    let sent = submit(&stage, &settings, &password(), &envelope(), content, &mut gate).await;
    assert!(matches!(sent, Ok(SubmitOutcome::Unread(_))), "{sent:?}");
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
    assert_eq!(sent.as_ref().err().map(class), Some("invalid"), "larger than SIZE");
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

/// Commands of a submission that is scripted so far as `hello` says what is offered.
async fn said(hello: &str, notify: bool, octets: &[u8]) -> (String, Result<SubmitOutcome, Error>) {
    let offers: String =
        hello.split(' ').map(|word| format!("S: 250-{}\n", word.replace('_', " "))).collect();
    let script = format!(
        "S: 220 hi\nC~ EHLO\nS: 250-x\n{offers}S: 250 AUTH PLAIN\nC~ AUTH\nS: 235 in\n\
        C~ MAIL\nS: 250 ok\nC~ RCPT\nS: 250 ok\nC~ RCPT\nS: 250 ok\nC: DATA\nS: 354 go on\n"
    );
    let tail: String =
        String::from_utf8_lossy(octets).lines().map(|line| format!("C: {line}\n")).collect();
    let stage = Stage::new(4096, &[&format!("{script}{tail}C: .\nS: 250 ok\nC: QUIT\n")]);
    let settings = settings(Security::None);
    let envelope = Envelope { notify, ..envelope() };
    let sent =
        submit(&stage, &settings, &password(), &envelope, octets, &mut Gate::default()).await;
    stage.finish();
    (stage.log.heard(), sent)
}

#[tokio::test(start_paused = true)]
async fn parameters_follow_what_is_offered_and_the_users_choice() {
    for (hello, notify, mail, rcpt) in [
        ("8BITMIME", true, "", ""),
        ("8BITMIME", false, "", ""),
        ("DSN", true, " RET=HDRS ENVID=e1", " NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;"),
        ("DSN", false, " RET=HDRS ENVID=e1", " NOTIFY=FAILURE,DELAY ORCPT=rfc822;"),
        (
            "SIZE_1000 DSN",
            true,
            " SIZE=12 RET=HDRS ENVID=e1",
            " NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;",
        ),
        // Without CHUNKING, and never by itself: nothing but base64 is sent, so none is needed.
        ("BINARYMIME", true, "", ""),
        ("BINARYMIME CHUNKING 8BITMIME", true, "", ""),
    ] {
        let (heard, sent) = said(hello, notify, b"Subject: a\r\n").await;
        assert!(matches!(sent, Ok(SubmitOutcome::Accepted { .. })), "{hello}: {sent:?}");
        let line =
            |verb: &str| heard.lines().find(|line| line.starts_with(verb)).unwrap_or_default();
        assert_eq!(line("MAIL"), format!("MAIL FROM:<ada@example.com>{mail}"), "{hello}");
        let bo = if rcpt.is_empty() { "" } else { "bo@example.net" };
        assert_eq!(line("RCPT"), format!("RCPT TO:<bo@example.net>{rcpt}{bo}"), "{hello}");
        for line in heard.lines() {
            let names: Vec<&str> = line
                .split(' ')
                .filter_map(|word| word.split_once('='))
                .map(|(name, _)| name)
                .collect();
            let mut once = names.clone();
            once.sort_unstable();
            once.dedup();
            assert_eq!(names.len(), once.len(), "{line}");
        }
        for never in ["VRFY", "BDAT", "BINARYMIME", "8BITMIME"] {
            assert!(!heard.contains(never), "{hello}: {heard}");
        }
    }
    // What is not ASCII needs an offer.
    let (heard, _) = said("8BITMIME BINARYMIME", true, "Subject: \u{e9}\r\n".as_bytes()).await;
    assert!(heard.contains(" BODY=8BITMIME\r\n"), "{heard}");
}

/// MAIL and all RCPT in one write; DATA only when nobody was refused.
#[tokio::test(start_paused = true)]
async fn commands_go_together_where_that_is_offered() {
    let hello = HELLO.replace("S: 250-DSN", "S: 250-PIPELINING");
    let group = "
        C: MAIL FROM:<ada@example.com> SIZE=36
        C: RCPT TO:<bo@example.net>
        C: RCPT TO:<+16135550142@vm.example.net>
    ";
    // The server answers only when it has them all.
    let answers = "S: 250-2.1.0 sender\nS: 250 ok\nS: 250 2.1.5 bo\n";
    let tail = "S: 250 2.0.0 queued\nC: QUIT\nS: 221 bye\n";
    let whole = script(&[&hello, group, answers, CONTENT, tail]);
    let stage = Stage::new(4096, &[&whole]);
    let outcome = send(&stage, &mut Gate::default()).await.expect("an outcome");
    assert_eq!(outcome, SubmitOutcome::Accepted { reply: "250 2.0.0 queued".into() });
    stage.finish();

    for (answers, code, words, who) in [
        (
            "S: 250 ok\nS: 550 5.1.1 nobody\nS: 250 ok\n",
            550,
            "5.1.1 nobody",
            Some("bo@example.net"),
        ),
        (
            "S: 250 ok\nS: 250 ok\nS: 451-4.2.1 later\nS: 451 please\n",
            451,
            "4.2.1 later please",
            Some("+16135550142@vm.example.net"),
        ),
        ("S: 552 5.3.4 big\nS: 503 5.5.1 what\nS: 503 5.5.1 what\n", 552, "5.3.4 big", None),
    ] {
        let stage =
            Stage::new(4096, &[&script(&[&hello, group, answers, "C: QUIT\nS: 221 bye\n"])]);
        let mut gate = Gate::default();
        let outcome = send(&stage, &mut gate).await.expect("an outcome");
        let SubmitOutcome::Refused { code: got, text, recipient, .. } = outcome else {
            panic!("{outcome:?}");
        };
        assert_eq!((got, text.as_str()), (code, words));
        assert_eq!(recipient.as_ref().map(AddrSpec::as_str), who);
        assert_eq!(gate.calls, 0);
        stage.finish();
    }
    for end in ["BYE\n", "S: 250 ok\nBYE\n", "S: 250 ok\nSTALL\n", "S* 9000 250-more\nSTALL\n"] {
        let stage = Stage::new(4096, &[&script(&[&hello, group, end])]);
        let outcome = send(&stage, &mut Gate::default()).await.expect("an outcome");
        let broken = SubmitOutcome::Broken {
            data_started: false,
            final_dot_flushed: false,
            reason: aloud::engine::Broken::Closed,
        };
        let SubmitOutcome::Broken { data_started, final_dot_flushed, .. } = outcome else {
            panic!("{outcome:?} instead of {broken:?}");
        };
        assert!(!data_started && !final_dot_flushed);
    }
}

/// More recipients than fit into one write go in several.
#[tokio::test(start_paused = true)]
async fn many_recipients_go_in_small_groups() {
    let count = 100;
    let hello = HELLO.replace("S: 250-DSN", "S: 250-PIPELINING");
    let mut dialogue = "C~ MAIL\nS: 250 ok\n".to_owned();
    for n in 0..count {
        dialogue.push_str(&format!("C: RCPT TO:<person-{n}@example.net>\nS: 250 ok\n"));
    }
    let tail = "C: DATA\nS: 354 go\nC: a\nC: .\nS: 250 ok\nC: QUIT\n";
    let stage = Stage::new(4096, &[&script(&[&hello, &dialogue, tail])]);
    let forwards = (0..count).map(|n| addr(&format!("person-{n}@example.net"))).collect();
    let envelope = Envelope { forwards, ..envelope() };
    let settings = settings(Security::None);
    let sent =
        submit(&stage, &settings, &password(), &envelope, b"a\r\n", &mut Gate::default()).await;
    assert!(matches!(sent, Ok(SubmitOutcome::Accepted { .. })), "{sent:?}");
    stage.finish();
}

/// An empty line before a reply is no reply (and no reason to doubt whether the message was taken).
#[tokio::test(start_paused = true)]
async fn empty_lines_say_nothing() {
    let script = script(&[
        HELLO,
        ENVELOPE,
        CONTENT,
        "S. <CRLF> <CRLF>250-2.0.0 ok<CRLF><CRLF>250 as 1<CRLF>\n",
    ]);
    for buffer in [1, 4096] {
        let stage = Stage::new(buffer, &[&script]);
        let outcome = send(&stage, &mut Gate::default()).await.expect("an outcome");
        assert_eq!(outcome, SubmitOutcome::Accepted { reply: "250 2.0.0 ok as 1".into() });
        stage.finish();
    }
    let first = "S. <CRLF>220 hi<CRLF>\nC~ EHLO\nS. <CRLF>250 x<CRLF>\nC: QUIT\n";
    let stage = Stage::new(4096, &[first]);
    assert!(probe(&stage, &settings(Security::None), &password()).await.is_ok());
}

/// A server of before 1995 is said HELO to; a refusal for another reason is told as it is.
#[tokio::test(start_paused = true)]
async fn helo_where_ehlo_is_not_known() {
    for code in ["500 what?", "502 not here", "504 no"] {
        let first = format!("S: 220 hi\nC: EHLO [127.0.0.1]\nS: {code}\n");
        let second = "S: 220 hi\nC: HELO [127.0.0.1]\nS: 250 hi\nC: QUIT\nS: 221 bye\n";
        for buffer in [1, 4096] {
            let stage = Stage::new(buffer, &[&first, second]);
            let facts = probe(&stage, &settings(Security::None), &password()).await;
            assert_eq!(facts.expect(code), Default::default());
            stage.finish();
        }
    }
    for script in ["S: 220 hi\nC~ EHLO\nS: 554 go away\n", "S: 502 no service\n"] {
        let stage = Stage::new(4096, &[script]);
        let error = probe(&stage, &settings(Security::None), &password()).await.expect_err(script);
        assert_eq!(class(&error), "server", "{script}");
        stage.finish();
    }
}

/// What the server says to HELO is what became of it, unless it knows neither.
#[tokio::test(start_paused = true)]
async fn a_bad_moment_after_ehlo_is_no_refusal() {
    let first = "S: 220 hi\nC: EHLO [127.0.0.1]\nS: 502 not here\n";
    for (second, want) in [
        ("S: 220 hi\nC~ HELO\nS: 421 busy\n", Some((421, false))),
        ("S: 421 too many calls\n", Some((421, false))),
        ("S: 220 hi\nC~ HELO\nBYE\n", None),
        ("S: 220 hi\nC~ HELO\nS: 500 nor that\n", Some((502, true))),
    ] {
        let stage = Stage::new(4096, &[first, second]);
        let outcome = send(&stage, &mut Gate::default()).await.expect("an outcome");
        let said = match outcome {
            SubmitOutcome::Refused { code, permanent, .. } => Some((code, permanent)),
            SubmitOutcome::Broken { final_dot_flushed: false, .. } => None,
            other => panic!("{second}: {other:?}"),
        };
        assert_eq!(said, want, "{second}");
        stage.finish();
    }
}

/// What is no submission server is told as such, and not as a network that is down.
#[tokio::test(start_paused = true)]
async fn another_service_at_the_port_is_told() {
    for script in [
        "S: HTTP/1.1 400 Bad Request\nS: Content-Length: 0\nS:\nBYE\n",
        "S: * OK IMAP4rev1 ready\nBYE\n",
        "S: +OK POP3 ready\nSTALL\n",
        "S: SSH-2.0-OpenSSH_9.9\nBYE\n",
        "S: 220 hi\nC~ EHLO\nS: HTTP/1.1 400 Bad Request\nBYE\n",
    ] {
        let stage = Stage::new(4096, &[script]);
        let error = send(&stage, &mut Gate::default()).await.expect_err(script);
        assert_eq!(class(&error), "protocol", "{script}: {error:?}");
    }
}

/// The deadlines of RFC 5321 section 4.5.3.2: a slow server is no dead one.
#[tokio::test(start_paused = true)]
async fn a_slow_server_is_waited_for() {
    let script = script(&[HELLO, ENVELOPE, CONTENT, "S: 250 ok\nC: QUIT\n"]);
    let stage = Stage::with(move |stream, log| {
        tokio::spawn(async move {
            let (mut near, far) = tokio::io::duplex(4096);
            let (reader, mut writer) = tokio::io::split(stream);
            let playing = tokio::spawn(async move {
                crate::support::scripted_server::play(far, &script, &log).await;
            });
            // Each answer takes four minutes and a half, but that to DATA, which has two.
            let (mut from, mut to) = tokio::io::split(&mut near);
            let mut reader = reader;
            let answers = async {
                use tokio::io::{AsyncReadExt, AsyncWriteExt};
                let mut chunk = [0; 4096];
                while let Ok(count @ 1..) = from.read(&mut chunk).await {
                    let quick = chunk.starts_with(b"354");
                    let wait = if quick { 110 } else { 270 };
                    tokio::time::sleep(Duration::from_secs(wait)).await;
                    let answer = &chunk[..count];
                    if writer.write_all(answer).await.is_err() {
                        break;
                    }
                }
            };
            let questions = tokio::io::copy(&mut reader, &mut to);
            tokio::select! {
                _ = answers => {}
                _ = async { let _ = questions.await; std::future::pending::<()>().await } => {}
            }
            let _ = playing.await;
        });
    });
    let outcome = send(&stage, &mut Gate::default()).await.expect("an outcome");
    assert!(matches!(outcome, SubmitOutcome::Accepted { .. }), "{outcome:?}");
}
