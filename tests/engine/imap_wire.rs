//! IMAP sessions against exact transcripts and misbehaving servers.

use aloud::{
    engine::{
        Error, Security,
        imap::{IdleEnd, Session, Stored},
    },
    model::{DateTime, Flag, Uid, UidValidity, imap::MailboxRole},
};
use tokio::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

use crate::support::scripted_server::{Stage, class, password, settings};

const LOGIN: &str = r#"
    S: * OK [CAPABILITY IMAP4rev1 UIDPLUS MOVE IDLE CONDSTORE ID] ready
    C: A1 LOGIN "ada" "correct horse"
    S: A1 OK [CAPABILITY IMAP4rev1 UIDPLUS MOVE IDLE CONDSTORE ID] welcome
    C: A2 ID ("name" "Aloud" "version" "0.1")
    S: A2 BAD never heard of it
"#;

async fn sign_in(stage: &Stage) -> Result<Session, Error> {
    let settings = settings(Security::None);
    Session::connect(stage, &settings, &password(), "Aloud 0.1", std::sync::Arc::default()).await
}

/// Signed in and INBOX selected as A3, then `script`.
async fn selected(script: &str) -> (Stage, Session) {
    let script = format!(
        "{LOGIN}
        C: A3 SELECT \"INBOX\" (CONDSTORE)
        S: * 2 EXISTS
        S: A3 OK [READ-WRITE] done
        {script}"
    );
    let stage = Stage::new(4096, &[&script]);
    let mut session = sign_in(&stage).await.expect("signed in");
    session.select("INBOX").await.expect("selected");
    (stage, session)
}

#[tokio::test]
async fn a_whole_session_octet_by_octet() {
    let script = format!(
        r#"{LOGIN}
        C: A3 LIST "" "*"
        S: * LIST (\HasNoChildren) "/" INBOX
        S: * LIST (\Noselect) "/" "Work"
        S: * LIST (\Sent) "/" "Gesendete Entw&APw-rfe"
        S: * LIST () "/" "Trash"
        S: * XYZZY never asked for
        S: A3 OK done
        C: A4 SELECT "INBOX" (CONDSTORE)
        S: * FLAGS (\Answered \Seen)
        S: * 2 EXISTS
        S: * OK [UIDVALIDITY 7] fine
        S: * OK [UIDNEXT 12]
        S: * OK [HIGHESTMODSEQ 90]
        S: * OK [PERMANENTFLAGS (\Answered \Seen \*)] ok
        S: A4 OK [READ-WRITE] selected
        C: A5 UID FETCH 9:11 (UID FLAGS INTERNALDATE RFC822.SIZE MODSEQ BODY.PEEK[HEADER])
        S: * 2 FETCH (UID 11 RFC822.SIZE -1 FLAGS () INTERNALDATE NIL MODSEQ (90) BODY[HEADER] NIL)
        S: * 3 EXISTS
        S: * 1 FETCH (FLAGS (\Seen) UID 4)
        S: * 1 FETCH (UID 9 FLAGS (\Recent \Seen $MDNSent) INTERNALDATE " 4-Mar-2025 09:10:00 -0500" RFC822.SIZE 300 MODSEQ (12) BODY[HEADER] {{15}}
        S: Subject: (("x
        S: )
        S: A5 OK done
        C: A6 UID FETCH 9 (UID BODY.PEEK[]<10.4>)
        S: * 1 FETCH (UID 9 BODY[]<10> "abcd")
        S: A6 OK done
        C: A7 UID FETCH 1:8 (UID FLAGS) (CHANGEDSINCE 5)
        S: * 1 FETCH (UID 4 FLAGS () MODSEQ (6))
        S: * 1 FETCH (UID 4 FLAGS (\Seen) MODSEQ (7))
        S: A7 OK done
        C: A8 UID STORE 9,11 +FLAGS.SILENT (\Seen)
        S: A8 OK done
        C: A9 UID MOVE 9 "Trash"
        S: * OK [COPYUID 3 9 1] moved
        S: * 1 EXPUNGE
        S: A9 NO [TRYCREATE] no such mailbox
        C: A10 UID SEARCH HEADER Message-ID "x@example.com"
        S: * SEARCH 11 (MODSEQ 9)
        S: A10 OK done
        C: A11 APPEND "Sent" (\Seen) "04-Mar-2025 09:10:00 -0500" {{12}}
        S: * 4 EXISTS
        S: + go on
        C: Subject: a
        C:
        S: A11 OK [APPENDUID 3 5] done
        C: A12 LOGOUT
        S: * BYE see you
        S: A12 OK bye
    "#
    );
    let script = script.replace("        C:\n", "        C: \n");
    for buffer in [1, 3, 4096] {
        let stage = Stage::new(buffer, &[&script]);
        let mut session = sign_in(&stage).await.expect("signed in");
        let listed = session.list().await.expect("a list");
        let roles: Vec<_> = listed.iter().map(|m| (m.decoded.as_str(), m.role)).collect();
        assert_eq!(
            roles,
            [
                ("INBOX", MailboxRole::Inbox),
                ("Work", MailboxRole::Plain),
                ("Gesendete Entwürfe", MailboxRole::Sent),
                ("Trash", MailboxRole::Trash),
            ]
        );
        assert!(!listed[1].selectable);
        let selected = session.select("INBOX").await.expect("selected");
        assert_eq!(selected.exists, 2);
        assert_eq!(selected.uid_validity, Some(UidValidity(7)));
        assert_eq!((selected.uid_next, selected.highest_modseq), (Some(12), Some(90)));
        assert!(selected.can_store(&Flag::MdnSent) && !selected.can_store(&Flag::Flagged));
        let heads = session.fetch_heads(&[Uid(9), Uid(10), Uid(11)]).await.expect("heads");
        assert_eq!(heads.len(), 2);
        assert_eq!((heads[0].uid, heads[0].size, heads[0].internal_date), (Uid(11), 0, None));
        assert_eq!(heads[1].flags, [Flag::Seen, Flag::MdnSent]);
        assert_eq!(heads[1].header, b"Subject: ((\"x\r\n");
        let date = DateTime { unix: 1_741_097_400, offset_minutes: -300 };
        assert_eq!(heads[1].internal_date, Some(date));
        assert_eq!(session.fetch_slice(Uid(9), 10, 4).await.expect("a slice"), b"abcd");
        let flags = session.fetch_flags(1, 8, Some(5)).await.expect("flags");
        assert_eq!(flags.len(), 1);
        assert_eq!((flags[0].modseq, flags[0].flags.as_slice()), (7, &[Flag::Seen][..]));
        let uids = [Uid(11), Uid(9)];
        let stored = session.store(&uids, true, &[Flag::Seen]).await.expect("stored");
        assert_eq!(stored, Stored::Done);
        let moved = session.move_to(&[Uid(9)], "Trash").await.expect("an answer");
        assert!(matches!(moved, Stored::Refused(reply) if reply.text.contains("no such mailbox")));
        let found = session.search_message_id("x@example.com").await.expect("an answer");
        assert_eq!(found, [Uid(11)]);
        let appended = session.append("Sent", &[Flag::Seen], date, b"Subject: a\r\n").await;
        assert_eq!(appended.expect("an answer"), Stored::Done);
        session.logout().await;
        stage.finish();
    }
}

#[tokio::test]
async fn a_cut_or_refused_answer_is_never_an_empty_one() {
    for (ending, want) in [
        ("S: A4 NO not now", "server"),
        ("S: A4 BAD", "server"),
        ("S: * BYE going down\nBYE", "unreachable"),
        ("BYE", "unreachable"),
        ("S: * 1 FETCH (UID 4 FLAGS ())\nBYE", "unreachable"),
        ("S. * 1 FETCH (UID 4 FLA\nBYE", "unreachable"),
        ("S: * 1 FETCH (UID 4 FLAGS ()\nS: A4 OK done", "protocol"),
        ("S: HTTP/1.1 400 Bad Request", "protocol"),
    ] {
        for what in 0..3 {
            let command =
                ["C: A4 UID FETCH 1:9 (UID FLAGS)", "C~ A4 UID SEARCH", "C: A4 LIST \"\" \"*\""]
                    [what];
            let (stage, mut session) = selected(&format!("{command}\n{ending}\n")).await;
            let error = match what {
                0 => session.fetch_flags(1, 9, None).await.err(),
                1 => session.search_message_id("x").await.err(),
                _ => session.list().await.err(),
            };
            let error = error.unwrap_or_else(|| panic!("{ending:?} looked like success"));
            assert_eq!(class(&error), want, "{ending:?}");
            stage.finish();
            // A dead connection stays dead; a refusal does not end it.
            if want != "server" {
                let again = session.noop().await.expect_err("dead");
                assert_eq!(class(&again), want);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn silence_and_dripping_end() {
    let start = Instant::now();
    let (_stage, mut session) = selected("C~ A4 NOOP\nSTALL\n").await;
    let error = session.noop().await.expect_err("no answer");
    assert_eq!(class(&error), "unreachable");
    assert!(start.elapsed() < Duration::from_secs(70), "{:?}", start.elapsed());

    // One octet every thirty seconds is no answer either.
    let (_stage, mut session) = selected("C~ A4 NOOP\nSTALL\n").await;
    drop(session.noop().await);
    let stage = Stage::with(|mut stream, _| {
        tokio::spawn(async move {
            use tokio::io::AsyncWriteExt;
            let drip = b"* OK [CAPABILITY IMAP4rev1] and then very slowly more and more text";
            for octet in drip {
                if stream.write_all(&[*octet]).await.is_err() {
                    return;
                }
                tokio::time::sleep(Duration::from_secs(30)).await;
            }
        });
    });
    let start = Instant::now();
    let error = sign_in(&stage).await.err().expect("too slow");
    assert_eq!(class(&error), "unreachable");
    assert!(start.elapsed() < Duration::from_secs(600));

    // Line after line, each in time, but for ever.
    let stage = Stage::with(|stream, log| {
        tokio::spawn(async move {
            use tokio::io::AsyncWriteExt;
            let (reader, mut writer) = tokio::io::split(stream);
            let script = format!("{LOGIN}\nSTALL");
            let _ = (reader, &script, &log);
            let _ = writer.write_all(b"* OK [CAPABILITY IMAP4rev1] hello\r\n").await;
            while writer.write_all(b"* 1 EXISTS\r\n").await.is_ok() {
                tokio::time::sleep(Duration::from_secs(50)).await;
            }
        });
    });
    let start = Instant::now();
    let error = sign_in(&stage).await.err().expect("too slow");
    assert_eq!(class(&error), "unreachable");
    assert!(start.elapsed() < Duration::from_secs(720), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_slow_but_steady_literal_is_waited_for() {
    // 256 KiB at 4 KiB a second take longer than the deadline for an answer.
    let stage = Stage::with(|mut stream, _| {
        tokio::spawn(async move {
            use tokio::io::AsyncWriteExt;
            let head = "* OK [CAPABILITY IMAP4rev1 LITERAL+] hi\r\nA1 OK in\r\n* CAPABILITY IMAP4rev1 ID\r\nA2 OK\r\nA3 OK\r\n";
            stream.write_all(head.as_bytes()).await.expect("written");
            let head = "* 1 FETCH (UID 4 BODY[]<0> {262144}\r\n";
            stream.write_all(head.as_bytes()).await.expect("written");
            for _ in 0..64 {
                tokio::time::sleep(Duration::from_secs(1)).await;
                stream.write_all(&[b'x'; 4096]).await.expect("written");
            }
            stream.write_all(b")\r\nA4 OK done\r\n").await.expect("written");
            std::future::pending::<()>().await;
        });
    });
    let mut session = sign_in(&stage).await.expect("signed in");
    let slice = session.fetch_slice(Uid(4), 0, 262_144).await.expect("all of it");
    assert_eq!(slice.len(), 262_144);
}

#[tokio::test]
async fn floods_end_in_an_error() {
    let parens = "(".repeat(1_000_000 - 100);
    for (flood, want) in [
        (format!("S. * OK {}\nS. {}\n", "x".repeat(1 << 20), "x"), "protocol"),
        (format!("S: * 1 FETCH (BODYSTRUCTURE {parens}\n"), "protocol"),
        ("S: * 1 FETCH (UID 4 BODY[] {4294967296}\n".into(), "protocol"),
        ("S: * 1 FETCH (UID 4 BODY[] {99999999999999999999}\n".into(), "protocol"),
        ("S* 301000 * 1 EXISTS\n".into(), "protocol"),
        ("S* 301000 * NONSENSE\n".into(), "protocol"),
    ] {
        let (_stage, mut session) = selected(&format!("C~ A4\n{flood}\nSTALL\n")).await;
        let error = session.fetch_flags(1, 9, None).await.expect_err("a flood");
        let shown: String = flood.chars().take(40).collect();
        assert_eq!(class(&error), want, "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn idle_ends_in_every_way() {
    let never = CancellationToken::new();
    for (script, want) in [
        ("S: + idling\nS: * 3 EXISTS\nC: DONE\nS: A4 OK done", Ok(IdleEnd::News)),
        ("S: * 3 EXISTS\nS: + idling\nC: DONE\nS: A4 OK done", Ok(IdleEnd::News)),
        ("S: +\nS: * 1 EXPUNGE\nC: DONE\nS: * 1 EXISTS\nS: A4 OK", Ok(IdleEnd::News)),
        ("S: + idling\nS: * OK Still here\nC: DONE\nS: A4 OK done", Ok(IdleEnd::Quiet)),
        ("S: + idling\nS: A4 OK enough", Ok(IdleEnd::Quiet)),
        ("S: A4 NO", Err("server")),
        ("S: A4 BAD", Err("server")),
        ("S: + idling\nBYE", Err("unreachable")),
        ("S: + idling\nS: * BYE maintenance\nBYE", Err("unreachable")),
        ("S: + idling\nC: DONE\nSTALL", Err("unreachable")),
        ("STALL", Err("unreachable")),
    ] {
        let (stage, mut session) = selected(&format!("C: A4 IDLE\n{script}\n")).await;
        let start = Instant::now();
        let end = session.idle(&never).await;
        assert_eq!(end.as_ref().map_err(class).copied(), want, "{script}");
        assert!(start.elapsed() < Duration::from_secs(330), "{script}: {:?}", start.elapsed());
        stage.finish();
    }
    let (stage, mut session) = selected("C: A4 IDLE\nS: + idling\nC: DONE\nS: A4 OK done\n").await;
    let cancel = CancellationToken::new();
    let (end, ()) = tokio::join!(session.idle(&cancel), async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        cancel.cancel();
    });
    assert_eq!(end.ok(), Some(IdleEnd::Cancelled));
    stage.finish();
}

#[tokio::test]
async fn news_between_commands_are_not_lost_to_idle() {
    let (stage, mut session) =
        selected("C: A4 UID FETCH 1:9 (UID FLAGS)\nS: * 3 EXISTS\nS: A4 OK\n").await;
    session.fetch_flags(1, 9, None).await.expect("flags");
    let end = session.idle(&CancellationToken::new()).await;
    assert_eq!(end.ok(), Some(IdleEnd::News));
    stage.finish();
}

#[tokio::test]
async fn without_move_and_uidplus_only_our_messages_go() {
    let login = LOGIN.replace(" UIDPLUS MOVE IDLE CONDSTORE", "");
    for (deleted, expunge) in [("5", true), ("5 6", false)] {
        let script = format!(
            "{login}
            C: A3 UID COPY 5 \"Trash\"
            S: A3 OK
            C: A4 UID STORE 5 +FLAGS.SILENT (\\Deleted)
            S: A4 OK
            C: A5 UID SEARCH DELETED
            S: * SEARCH {deleted}
            S: A5 OK
            {}",
            if expunge { "C: A6 EXPUNGE\nS: A6 OK" } else { "" }
        );
        let stage = Stage::new(4096, &[&script]);
        let mut session = sign_in(&stage).await.expect("signed in");
        let copied = session.copy(&[Uid(5)], "Trash").await.expect("an answer");
        assert_eq!(copied, Stored::Done);
        assert_eq!(session.expunge(&[Uid(5)]).await.expect("an answer"), Stored::Done);
        stage.finish();
    }
}

/// What cannot be read may have named messages that others marked, or the copy that was looked for.
#[tokio::test]
async fn a_search_that_cannot_be_read_found_nothing_out() {
    let login = LOGIN.replace(" UIDPLUS MOVE IDLE CONDSTORE", "");
    for answer in ["SEARCH 5 6 (MODSEQ 9", "SEARCH 5 six", "ESEARCH (TAG \"A4\") UID ALL 5:6"] {
        let script = format!(
            "{login}
            C: A3 UID STORE 5 +FLAGS.SILENT (\\Deleted)
            S: A3 OK
            C: A4 UID SEARCH DELETED
            S: * {answer}
            S: A4 OK"
        );
        let stage = Stage::new(4096, &[&script]);
        let mut session = sign_in(&stage).await.expect("signed in");
        let expunged = session.expunge(&[Uid(5)]).await;
        assert_eq!(class(&expunged.expect_err("nothing is known")), "protocol", "{answer}");
        stage.finish();
    }
}

#[tokio::test]
async fn text_from_outside_stays_an_argument() {
    let script = format!(
        "{LOGIN}
        C: A3 SELECT {{14}}
        S: + go on
        C: x
        C: A9 DELETE y (CONDSTORE)
        S: A3 NO no such mailbox
        C: A4 UID SEARCH HEADER Message-ID {{3}}
        S: + go on
        C: a\"b
        S: A4 OK"
    );
    let stage = Stage::new(4096, &[&script]);
    let mut session = sign_in(&stage).await.expect("signed in");
    let error = session.select("x\r\nA9 DELETE y").await.expect_err("no such mailbox");
    assert_eq!(class(&error), "server");
    assert_eq!(session.search_message_id("a\"b").await.expect("an answer"), []);
    stage.finish();
}

#[tokio::test]
async fn signs_in_with_plain_and_respects_what_the_server_says() {
    // base64 of NUL ada NUL correct horse
    let plain = "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN LOGINDISABLED] hi
        C: A1 AUTHENTICATE PLAIN
        S: +
        C: AGFkYQBjb3JyZWN0IGhvcnNl
        S: A1 OK [CAPABILITY IMAP4rev1 ID] in
        C~ A2 ID
        S: * ID (\"name\" \"x\")
        S: A2 OK";
    let stage = Stage::new(4096, &[plain]);
    assert!(sign_in(&stage).await.is_ok());
    stage.finish();
    for (script, want) in [
        ("S: * OK [CAPABILITY IMAP4rev1 LOGINDISABLED] hi", "no sign-in"),
        ("S: * BYE too many", "server"),
        ("S: 220 smtp.example.com ESMTP", "protocol"),
        ("S: * OK hi\nC: A1 CAPABILITY\nS: A1 NO", "server"),
        (
            "S: * OK [CAPABILITY IMAP4rev1] hi\nC~ A1 LOGIN\n\
             S: A1 NO [REFERRAL imap://evil.example.net/] go there",
            "auth",
        ),
        (
            "S: * OK [CAPABILITY IMAP4rev1] hi\nC~ A1 LOGIN\n\
             S: A1 BAD User is authenticated but not connected.",
            "server",
        ),
        (
            "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\nC: A1 AUTHENTICATE PLAIN\n\
             S: A1 NO [AUTHENTICATIONFAILED] no",
            "auth",
        ),
    ] {
        let stage = Stage::new(4096, &[script]);
        let error = sign_in(&stage).await.err().expect("no session");
        assert_eq!(class(&error), want, "{script}");
        stage.finish();
    }
}

/// What nobody asked for is not kept, however much it is.
#[tokio::test]
async fn memory_does_not_grow_with_what_a_server_says() {
    let header = "x".repeat(200 * 1024);
    let told = |uid: u32| {
        format!("S: * 1 FETCH (UID {uid} BODY[HEADER] {{{}}}\nS. {header}\nS: )", header.len())
    };
    // Other messages: all are thrown away, and at last the connection with them.
    let few: Vec<String> = (2..100).map(told).collect();
    let script = format!("C~ A4 UID FETCH\n{}\n{}\nS: A4 OK\n", few.join("\n"), told(1));
    let (_stage, mut session) = selected(&script).await;
    let heads = session.fetch_headers(&[Uid(1)]).await.expect("heads");
    assert_eq!((heads.heads.len(), heads.unread.len(), heads.left.len()), (1, 0, 0));
    let many: Vec<String> = (2..600).map(told).collect();
    let (_stage, mut session) = selected(&format!("C~ A4 UID FETCH\n{}\n", many.join("\n"))).await;
    let error = session.fetch_headers(&[Uid(1)]).await.expect_err("a flood");
    assert_eq!(class(&error), "protocol");
    // Those that were asked for: what is too much at once is asked for again.
    let uids: Vec<Uid> = (1..=300).map(Uid).collect();
    let all: Vec<String> = (1..=300).map(told).collect();
    let script = format!("C~ A4 UID FETCH\n{}\nS: A4 OK\n", all.join("\n"));
    let (_stage, mut session) = selected(&script).await;
    let heads = session.fetch_headers(&uids).await.expect("heads");
    let kept: usize = heads.heads.iter().map(|head| head.header.len()).sum();
    assert!(kept < 25 << 20, "{kept} octets kept");
    assert_eq!(heads.heads.len() + heads.left.len(), 300);
    assert!(heads.heads.len() > 100);

    // Names of mailboxes: too many, too long, too many octets.
    let long = format!("S: * LIST () \"/\" {}\nS: * LIST () \"/\" INBOX", "x".repeat(2000));
    let wide = format!("S* 20000 * LIST () \"/\" {}", "x".repeat(900));
    for (names, want) in [
        ("S* 21000 * LIST () \"/\" x\n", Err("protocol")),
        (wide.as_str(), Err("protocol")),
        (long.as_str(), Ok((1, false))),
        ("S: * LIST () \"/\" INBOX", Ok((1, true))),
    ] {
        let (_stage, mut session) = selected(&format!("C~ A4 LIST\n{names}\nS: A4 OK\n")).await;
        let listed = session.list().await.map(|listed| listed.len());
        let whole = session.listed_whole();
        let told = listed.map(|count| (count, whole)).map_err(|error| class(&error));
        assert_eq!(told, want, "{}", names.chars().take(40).collect::<String>());
    }
}

/// Some servers end the connection of a client that says who it is, advertised or not.
#[tokio::test]
async fn a_client_says_who_it_is_only_where_that_is_welcome() {
    let quiet = "S: * OK [CAPABILITY IMAP4rev1 ID] hi
        C~ A1 LOGIN
        S: A1 OK [CAPABILITY IMAP4rev1] in
        C: A2 NOOP
        S: A2 OK";
    let late = "S: * OK [CAPABILITY IMAP4rev1] hi
        C~ A1 LOGIN
        S: A1 OK in
        C: A2 CAPABILITY
        S: * CAPABILITY IMAP4rev1 ID
        S: A2 OK
        C~ A3 ID
        S: A3 NO not you
        C: A4 NOOP
        S: A4 OK";
    let without_list = "S: * OK [CAPABILITY IMAP4rev1] hi
        C~ A1 LOGIN
        S: A1 OK in
        C: A2 CAPABILITY
        S: A2 BAD not now
        C: A3 NOOP
        S: A3 OK";
    for script in [quiet, late, without_list] {
        let stage = Stage::new(4096, &[script]);
        let mut session = sign_in(&stage).await.expect("signed in");
        session.noop().await.expect("alive");
        stage.finish();
    }
    let again = "S: * OK [CAPABILITY IMAP4rev1 ID] hi
        C~ A1 LOGIN
        S: A1 OK [CAPABILITY IMAP4rev1 ID] in
        C: A2 NOOP
        S: A2 OK";
    // Whether the next connection knows it: a line may be cut at any moment.
    for (ending, learnt) in [("S: * BYE who are you\nBYE", true), ("BYE", false)] {
        let hangs_up = format!(
            "S: * OK [CAPABILITY IMAP4rev1 ID] hi
            C~ A1 LOGIN
            S: A1 OK [CAPABILITY IMAP4rev1 ID] in
            C~ A2 ID
            {ending}"
        );
        let third = if learnt { again } else { hangs_up.as_str() };
        let stage = Stage::new(4096, &[hangs_up.as_str(), again, third]);
        let traffic = std::sync::Arc::default();
        let settings = settings(Security::None);
        for known in [false, true] {
            let traffic = std::sync::Arc::clone(&traffic);
            let session =
                Session::connect(&stage, &settings, &password(), "Aloud 0.1", traffic).await;
            match session {
                Ok(mut session) => assert!(!session.noop().await.expect("alive")),
                Err(_) => assert!(known && !learnt),
            }
        }
        stage.finish();
    }
}
