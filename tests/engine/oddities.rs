//! Odd answers of IMAP servers, as bug reports of other mail programs tell them. Whatever one answer
//! looks like, the mail is there, what is gone goes, and nothing is fetched again and again.

use std::time::Duration;

use aloud::{
    engine::{Answer, MailboxFaultKind, Preview},
    loopback::{Faults, Protocol},
    model::{DateTime, Flag, Uid, imap::MailboxRole},
};

use crate::support::user::{Desk, START};

/// What a server says, and says instead.
type Says = (&'static [u8], &'static [u8]);

/// A name, what is said otherwise, messages of which nothing can be read, mailboxes that cannot be
/// opened.
type Case = (&'static str, &'static [Says], usize, usize);

const CASES: &[Case] = &[
    ("flags in quotes", &[(b"FLAGS ()", b"FLAGS (\"\\\\Seen\" \"$x\")")], 0, 0),
    ("flags of a mailbox in quotes", &[(b"* FLAGS (", b"* FLAGS (\"\\\\Deleted\" ")], 0, 0),
    ("flags that are none", &[(b"(UID 2 FLAGS ()", b"(UID 2 FLAGS NIL")], 0, 0),
    ("flags in other brackets", &[(b"(UID 2 FLAGS ()", b"(UID 2 FLAGS []")], 0, 0),
    ("a flag with a star", &[(b"(UID 2 FLAGS ()", b"(UID 2 FLAGS (\\* a*b %)")], 0, 0),
    ("a list of flags that is not closed", &[(b"* FLAGS (", b"* FLAGS ((")], 0, 0),
    ("two blanks before a list", &[(b"* LIST (", b"* LIST  (")], 0, 0),
    ("no blank before a list", &[(b"* LIST (", b"* LIST(")], 0, 0),
    ("no delimiter", &[(b") \"/\" ", b") NIL ")], 0, 0),
    ("a long delimiter", &[(b") \"/\" ", b") \"//\" ")], 0, 0),
    ("a bare delimiter", &[(b") \"/\" ", b") / ")], 0, 0),
    ("attributes in quotes", &[(b"* LIST (", b"* LIST (\"\\\\HasNoChildren\" ")], 0, 0),
    (
        "a name as a literal",
        &[(b"\"Archive\"", b"{7}\r\nArchive"), (b"/\" Archive", b"/\" {7}\r\nArchive")],
        0,
        0,
    ),
    ("two blanks in a count", &[(b" EXISTS", b"   EXISTS")], 0, 0),
    ("a blank before the star", &[(b"* OK [UID", b" * OK [UID")], 0, 0),
    ("no blank after the star", &[(b"* OK [UID", b"*OK [UID")], 0, 0),
    ("half a line end", &[(b" EXISTS\r\n", b" EXISTS\r* 0 RECENT\r\n")], 0, 0),
    ("blank lines", &[(b"\r\n* OK", b"\r\n\r\n  \r\n* OK")], 0, 0),
    ("blanks in a code", &[(b"[UIDVALIDITY ", b"[ UIDVALIDITY  ")], 0, 0),
    ("no UIDVALIDITY", &[(b"[UIDVALIDITY ", b"[X-VALIDITY ")], 0, 0),
    ("UIDVALIDITY too large", &[(b"[UIDVALIDITY ", b"[UIDVALIDITY 99999999999")], 0, 0),
    ("UIDNEXT below zero", &[(b"[UIDNEXT ", b"[UIDNEXT -")], 0, 0),
    ("no UIDNEXT", &[(b"[UIDNEXT ", b"[X-NEXT ")], 0, 0),
    (
        "HIGHESTMODSEQ too large",
        &[(b"[HIGHESTMODSEQ ", b"[HIGHESTMODSEQ 99999999999999999999")],
        0,
        0,
    ),
    ("PERMANENTFLAGS that is no list", &[(b"[PERMANENTFLAGS (", b"[PERMANENTFLAGS ((")], 0, 0),
    ("a code that is not closed", &[(b"* OK [HIGH", b"* OK [X (\r\n* OK [HIGH")], 0, 0),
    ("words in 8 bits", &[(b"* OK [", b"* OK caf\xe9\r\n* OK [")], 0, 0),
    ("a size below zero", &[(b"RFC822.SIZE ", b"RFC822.SIZE -")], 0, 0),
    ("a size too large", &[(b"RFC822.SIZE ", b"RFC822.SIZE 99999999999")], 0, 0),
    ("no date", &[(b"INTERNALDATE \"", b"INTERNALDATE NIL X-DATE \"")], 0, 0),
    ("a date without quotes", &[(b"INTERNALDATE \"", b"INTERNALDATE 4-Mar-2025 X \"")], 0, 0),
    ("no blank between items", &[(b" INTERNALDATE", b"INTERNALDATE")], 0, 0),
    ("no blank after a UID", &[(b"UID 2 ", b"UID 2")], 0, 0),
    ("no blank before the items", &[(b" FETCH (", b" FETCH(")], 0, 0),
    ("three blanks before the items", &[(b" FETCH (", b"   FETCH   (")], 0, 0),
    (
        "items nobody asked for",
        &[(b" FETCH (", b" FETCH (X-ODD (a (b \"c\") NIL) ENVELOPE NIL ")],
        0,
        0,
    ),
    ("literal8", &[(b"BODY[HEADER] {", b"BODY[HEADER] ~{")], 0, 0),
    ("a header of another name", &[(b"BODY[HEADER] {", b"RFC822.HEADER {")], 0, 0),
    ("a UID that is none", &[(b"(UID 2 ", b"(UID NIL ")], 1, 0),
    ("a UID below zero", &[(b"(UID 2 ", b"(UID -2 ")], 1, 0),
    ("a header without its UID", &[(b"(UID 2 FLAGS () INTERNALDATE", b"(INTERNALDATE")], 0, 0),
    ("a number below zero", &[(b"* 2 FETCH", b"* -2 FETCH")], 1, 0),
    ("a number too large", &[(b"* 2 FETCH", b"* 99999999999 FETCH")], 1, 0),
    (
        "a header that is a list",
        &[(b"UID 3 FLAGS () INTERNALDATE", b"UID 3 BODY[HEADER] (a b) X[HEADER] NIL INTERNALDATE")],
        0,
        0,
    ),
    (
        "responses nobody knows",
        &[(b"* FLAGS (", b"* XYZZY (a \"b\r\n* 7 PLUGH\r\n* FLAGS (")],
        0,
        0,
    ),
    ("tagged words in lower case", &[(b" OK [READ-WRITE]", b"  ok [read-write]")], 0, 0),
    ("capabilities of no kind", &[(b"[CAPABILITY ", b"[CAPABILITY  ( \"x\" {3 ")], 0, 0),
    // Invented after what was built.
    ("a size in quotes", &[(b"RFC822.SIZE ", b"RFC822.SIZE \"9\" X-1 ")], 0, 0),
    ("MODSEQ without brackets", &[(b"MODSEQ (", b"MODSEQ 1 X (")], 0, 0),
    ("MODSEQ of nothing", &[(b"MODSEQ (", b"MODSEQ () X (")], 0, 0),
    ("a UID with noughts", &[(b"(UID 2 ", b"(UID 0002 ")], 0, 0),
    (
        "everything in lower case",
        &[(b" FETCH (UID ", b" fetch (uid "), (b"EXISTS", b"exists")],
        0,
        0,
    ),
    ("a bracket too many", &[(b"FLAGS ()", b"FLAGS ())")], 0, 0),
    (
        "flags before each message",
        &[(b"* 2 FETCH (", b"* 2 FETCH (FLAGS (\\Seen))\r\n* 2 FETCH (")],
        0,
        0,
    ),
    (
        "a root of the mailboxes",
        &[(b"* FLAGS (", b"* LIST (\\Noselect) \"/\" \"\"\r\n* FLAGS (")],
        0,
        0,
    ),
    ("a mailbox without a name", &[(b"* LIST (", b"* LIST () \"/\" \"\"\r\n* LIST (")], 0, 0),
    ("words after a count", &[(b" EXISTS\r\n", b" EXISTS now\r\n")], 0, 0),
    ("no count", &[(b" EXISTS\r\n", b" X-EXISTS\r\n")], 0, 0),
    ("a goodbye that is none", &[(b"* FLAGS (", b"* BYE soon\r\n* FLAGS (")], 0, 0),
    ("go on, unasked", &[(b"* FLAGS (", b"+ \r\n+ idling\r\n* FLAGS (")], 0, 0),
    ("a list in two lines", &[(b"* FLAGS (", b"* FLAGS (\\Seen\r\n* FLAGS (")], 0, 0),
    ("a code in two", &[(b"[UIDNEXT ", b"[UIDNEXT ] [UIDNEXT ")], 0, 0),
    ("a raw name", &[(b"Archive", b"Arch\xefve")], 0, 1),
    ("a name in broken UTF-7", &[(b"Archive", b"Arch&ive")], 0, 1),
];

fn message(name: &str) -> String {
    format!(
        "From: Ada <ada@example.net>\nMessage-ID: <{name}@example.net>\nSubject: {name}\n\nHi\n"
    )
}

async fn subjects(desk: &Desk) -> Vec<String> {
    let mut rows: Vec<_> = desk.inbox().await;
    rows.sort_by_key(|row| row.uid);
    let name = |row: &aloud::engine::ListRow| match row.preview {
        Preview::Untold => "?".to_owned(),
        _ => row.subject.clone(),
    };
    rows.iter().map(name).collect()
}

/// What was not as it should be.
async fn odd(case: &Case) -> Result<(), String> {
    let (_, rewrite, unread, faults) = case;
    let desk = Desk::new().await;
    for subject in ["one", "two", "three", "four"] {
        desk.deliver(&message(subject));
    }
    let faults_of = Faults { rewrite: rewrite.to_vec(), ..Faults::default() };
    desk.server.fault_always(Protocol::Imap, faults_of);
    let pass = async || {
        let reports = desk.engine.sync_once(None).await.expect("a pass");
        let errors = &reports[0].errors;
        if errors.len() == *faults { Ok(()) } else { Err(format!("{errors:?}")) }
    };
    let same = |now: Vec<String>, want: &[&str]| {
        if now == want { Ok(()) } else { Err(format!("{now:?} for {want:?}")) }
    };
    pass().await?;
    let second = if *unread > 0 { "?" } else { "two" };
    same(subjects(&desk).await, &["one", second, "three", "four"])?;

    // What is known stays known.
    desk.server.forget_commands();
    pass().await?;
    let again = desk.server.commands().iter().filter(|c| c.contains("BODY.PEEK[HEADER]")).count();
    if again > 0 {
        return Err("fetched again".into());
    }

    desk.server.change(|m| m.remove("INBOX", &[Uid(1)].into()).expect("removed"));
    desk.deliver(&message("five"));
    pass().await?;
    same(subjects(&desk).await, &[second, "three", "four", "five"])
}

#[tokio::test]
async fn odd_answers_cost_nothing_but_themselves() {
    assert!(CASES.len() >= 45);
    let mut wrong = Vec::new();
    for case in CASES {
        match tokio::time::timeout(Duration::from_secs(60), odd(case)).await {
            Ok(Ok(())) => {}
            Ok(Err(what)) => wrong.push(format!("{}: {what}", case.0)),
            Err(_) => wrong.push(format!("{}: no end", case.0)),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What was left out is told; a message that cannot be read can be tried again.
#[tokio::test]
async fn what_is_left_out_is_told_and_tried_again() {
    let desk = Desk::new().await;
    for subject in ["one", "two"] {
        desk.deliver(&message(subject));
    }
    let rewrite: [Says; 2] = [(b"(UID 2 ", b"(UID NIL "), (b"* FLAGS (", b"* XYZZY\r\n* FLAGS (")];
    let faults = Faults { rewrite: rewrite.to_vec(), ..Faults::default() };
    desk.server.fault_always(Protocol::Imap, faults);
    let reports = desk.engine.sync_once(None).await.expect("a pass");
    let told: Vec<Answer> = reports[0].skipped.iter().map(|skipped| skipped.answer).collect();
    assert_eq!(told, [Answer::Fetch, Answer::Unknown]);
    let accounts = desk.engine.accounts().await.expect("accounts");
    assert!(accounts[0].notes.skipped.len() >= 2);
    let row = desk.inbox().await.into_iter().find(|row| row.uid == Some(2)).expect("a row");
    assert_eq!(row.preview, Preview::Untold);

    desk.server.fault_always(Protocol::Imap, Faults::default());
    let raw = desk.engine.raw(row.key).await.expect("octets");
    assert!(String::from_utf8_lossy(&raw).contains("Subject: two"));
    let row = desk.inbox().await.into_iter().find(|row| row.uid == Some(2)).expect("a row");
    assert_eq!(row.subject, "two");
}

/// A mailbox whose row of LIST cannot be read is still there.
#[tokio::test]
async fn a_mailbox_that_is_told_oddly_is_not_taken_for_gone() {
    let desk = Desk::new().await;
    desk.server.create_mailbox("Work", MailboxRole::Plain).expect("made");
    let octets = message("one").replace('\n', "\r\n").into_bytes();
    let now = DateTime::utc(START);
    desk.server.deliver("Work", octets, &[] as &[Flag], now).expect("delivered");
    desk.sync().await;
    let key = desk.mailbox("Work").await[0].key;
    let rewrite: [Says; 2] = [(b"\"/\" \"Work\"", b"\"/\" "), (b"\"/\" Work", b"\"/\" ")];
    let faults = Faults { rewrite: rewrite.to_vec(), ..Faults::default() };
    desk.server.fault_always(Protocol::Imap, faults);
    for _ in 0..3 {
        let reports = desk.engine.sync_once(None).await.expect("a pass");
        assert!(reports[0].skipped.iter().any(|skipped| skipped.answer == Answer::List));
        desk.later(8 * 24 * 3600);
    }
    assert_eq!(desk.mailbox("Work").await[0].key, key);
    let fault = |m: &aloud::engine::Mailbox| m.fault.as_ref().map(|fault| fault.why);
    let mailboxes = desk.engine.mailboxes().await.expect("mailboxes");
    assert!(mailboxes.iter().all(|m| fault(m) != Some(MailboxFaultKind::Refused)));
}
