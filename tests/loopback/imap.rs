//! IMAP as a client sees it.

use super::{Script, last, selected, server};
use aloud::model::{Flag, Uid};

#[tokio::test]
async fn nothing_works_before_signing_in() {
    let server = server(1);
    let mut client = Script::new(server.imap_stream());
    let greeting = client.line().await.expect("a greeting");
    assert!(greeting.starts_with("* OK [CAPABILITY IMAP4rev1 "), "{greeting}");
    assert!(last(&client.imap("SELECT INBOX").await).starts_with("t BAD"));
    let refused = client.imap("LOGIN ada wrong").await;
    assert!(last(&refused).starts_with("t NO [AUTHENTICATIONFAILED]"), "{refused:?}");
    client.send("t AUTHENTICATE PLAIN\r\n").await;
    assert_eq!(client.line().await.as_deref(), Some("+ "));
    client.send("AGFkYQBzZWNyZXQ=\r\n").await;
    assert!(client.line().await.expect("an answer").starts_with("t OK [CAPABILITY"));
    assert!(last(&client.imap("LOGIN ada secret").await).starts_with("t BAD"));
}

#[tokio::test]
async fn selects_and_fetches() {
    let server = server(3);
    let mut client = selected(&server).await;
    let told = client.imap("EXAMINE inbox").await;
    assert!(told.contains(&"* 3 EXISTS".to_owned()), "{told:?}");
    assert!(last(&told).starts_with("t OK [READ-ONLY]"), "{told:?}");
    let got = client.imap("UID FETCH 2 (FLAGS RFC822.SIZE INTERNALDATE BODY.PEEK[]<0.5>)").await;
    assert_eq!(
        got[0],
        "* 2 FETCH (UID 2 FLAGS () RFC822.SIZE 107 INTERNALDATE \"14-Oct-2025 09:41:00 +0100\" \
         BODY[]<0> {5}"
    );
    assert_eq!(got[1], "From:)");
    let beyond = client.imap("UID FETCH 2 BODY.PEEK[]<5000.5>").await;
    assert_eq!(beyond[0], "* 2 FETCH (UID 2 BODY[]<5000> {0}");
    assert_eq!(client.imap("FETCH 9 FLAGS").await, ["t BAD No such sequence number"]);
    assert_eq!(client.imap("UID FETCH 9 FLAGS").await, ["t OK Fetched"]);
    let all = client.imap("UID FETCH 4:* UID").await;
    assert_eq!(all, ["* 3 FETCH (UID 3)", "t OK Fetched"], "a range with * always has the last");
    let field = client.imap("FETCH 1 BODY.PEEK[HEADER.FIELDS (Subject)]").await;
    assert_eq!(
        field[..3],
        ["* 1 FETCH (BODY[HEADER.FIELDS (\"Subject\")] {22}", "Subject: Message 1", ""]
    );
}

#[tokio::test]
async fn fetching_a_body_marks_seen_and_peeking_does_not() {
    let server = server(1);
    let mut client = selected(&server).await;
    client.imap("UID FETCH 1 BODY.PEEK[]").await;
    assert!(server.mailbox("INBOX").expect("there").messages()[0].flags.is_empty());
    let told = client.imap("UID FETCH 1 BODY[TEXT]").await;
    assert!(told.iter().any(|l| l.ends_with("FLAGS (\\Seen))")), "{told:?}");
    assert!(server.mailbox("INBOX").expect("there").messages()[0].flags.contains(&Flag::Seen));
}

#[tokio::test]
async fn stores_keywords_and_tells_other_clients() {
    let server = server(2);
    let mut one = selected(&server).await;
    let mut two = selected(&server).await;
    let told = one.imap("UID STORE 2 +FLAGS.SILENT ($MDNSent \\Seen)").await;
    assert_eq!(told, ["t OK Stored"]);
    let told = one.imap("UID STORE 2 -FLAGS (\\Seen)").await;
    assert_eq!(told, ["* 2 FETCH (UID 2 FLAGS ($MDNSent))", "t OK Stored"]);
    assert_eq!(one.imap("NOOP").await, ["t OK Done"], "no echo of one's own change");
    let told = two.imap("NOOP").await;
    assert_eq!(told, ["* 2 FETCH (UID 2 FLAGS ($MDNSent))", "t OK Done"]);
    let hits = two.imap("UID SEARCH KEYWORD $mdnsent HEADER Message-ID <2@example.net>").await;
    assert_eq!(hits[0], "* SEARCH 2");
    assert!(last(&one.imap("UID STORE 2 +FLAGS (\\Nonsense)").await).starts_with("t NO"));
}

#[tokio::test]
async fn appends_with_both_kinds_of_literal() {
    let server = server(0);
    let mut client = selected(&server).await;
    client.send("t APPEND Sent (\\Seen) {15}\r\n").await;
    assert_eq!(client.line().await.as_deref(), Some("+ Go on"));
    client.send("Subject: a\r\n\r\nbcd\r\n").await;
    let told = client.until("t ").await;
    assert!(last(&told).starts_with("t BAD"), "two octets too many: {told:?}");
    client.send("t APPEND Sent (\\Seen) {15+}\r\nSubject: a\r\n\r\nb\r\n").await;
    let told = client.until("t ").await;
    let sent = server.mailbox("Sent").expect("there");
    assert_eq!(last(&told), format!("t OK [APPENDUID {} 1] Appended", sent.uid_validity.0));
    assert_eq!(&*sent.messages()[0].octets, b"Subject: a\r\n\r\nb");
    assert_eq!(sent.messages()[0].internal_date.unix / 60, server.now().unix / 60);
    client.send("t APPEND Nowhere {1}\r\n").await;
    client.line().await;
    client.send("x\r\n").await;
    assert!(last(&client.until("t ").await).starts_with("t NO [TRYCREATE]"));
    client.send("t APPEND Sent {99999999999}\r\n").await;
    assert!(last(&client.until("t ").await).starts_with("t NO [TOOBIG]"));
}

#[tokio::test]
async fn moves_copies_and_expunges_by_uid() {
    let server = server(4);
    let mut client = selected(&server).await;
    let mut other = selected(&server).await;
    let validity = server.mailbox("Archive").expect("there").uid_validity.0;
    let told = client.imap("UID MOVE 2:3 Archive").await;
    assert_eq!(told[0], format!("* OK [COPYUID {validity} 2:3 1:2] Moved"));
    assert_eq!(told[1..], ["* 2 EXPUNGE", "* 2 EXPUNGE", "t OK Moved"]);
    let told = client.imap("UID COPY 4 Archive").await;
    assert_eq!(told, [format!("t OK [COPYUID {validity} 4 3] Copied")]);
    client.imap("UID STORE 1,4 +FLAGS.SILENT (\\Deleted)").await;
    let told = client.imap("UID EXPUNGE 4").await;
    assert_eq!(told, ["* 2 EXPUNGE", "t OK Expunged"]);
    // The other client may not be told within FETCH by sequence number.
    let told = other.imap("FETCH 4 UID").await;
    assert_eq!(
        told,
        ["* 1 FETCH (UID 1 FLAGS (\\Deleted))", "t NO [EXPUNGEISSUED] Some messages are gone"]
    );
    let told = other.imap("NOOP").await;
    assert_eq!(told, ["* 2 EXPUNGE", "* 2 EXPUNGE", "* 2 EXPUNGE", "t OK Done"]);
    assert_eq!(last(&client.imap("CLOSE").await), "t OK Closed");
    assert_eq!(server.mailbox("INBOX").expect("there").messages().len(), 0);
}

#[tokio::test]
async fn idle_tells_at_once() {
    let server = server(1);
    let mut client = selected(&server).await;
    client.send("t IDLE\r\n").await;
    assert_eq!(client.line().await.as_deref(), Some("+ Idling"));
    server.deliver("INBOX", *b"Subject: x\r\n\r\n", &[], server.now()).expect("there");
    assert_eq!(client.line().await.as_deref(), Some("* 2 EXISTS"));
    server.change(|all| all.remove("INBOX", &[Uid(1)].into())).expect("a user").expect("there");
    assert_eq!(client.line().await.as_deref(), Some("* 1 EXPUNGE"));
    client.send("DONE\r\n").await;
    assert_eq!(client.line().await.as_deref(), Some("t OK Done"));
}

#[tokio::test]
async fn lists_special_use_and_status() {
    let server = server(2);
    let mut client = selected(&server).await;
    let told = client.imap("LIST \"\" \"*\"").await;
    assert!(
        told.contains(&"* LIST (\\HasNoChildren \\Sent) \"/\" \"Sent\"".to_owned()),
        "{told:?}"
    );
    let told = client.imap("STATUS INBOX (MESSAGES UNSEEN UIDNEXT)").await;
    assert_eq!(told[0], "* STATUS \"INBOX\" (MESSAGES 2 UNSEEN 2 UIDNEXT 3)");
    assert!(last(&client.imap("CREATE \"Leeds move/2025\"").await).starts_with("t OK"));
    let told = client.imap("LIST \"Leeds move/\" %").await;
    assert_eq!(told[0], "* LIST (\\HasNoChildren) \"/\" \"Leeds move/2025\"");
    assert!(last(&client.imap("SELECT Nowhere").await).starts_with("t NO [NONEXISTENT]"));
    assert!(last(&client.imap("CHECK").await).starts_with("t BAD"), "SELECT failed: none is open");
}

#[tokio::test]
async fn condstore_reports_changes() {
    let server = server(3);
    let mut client = selected(&server).await;
    let told = client.imap("SELECT INBOX (CONDSTORE)").await;
    let highest: u64 = told
        .iter()
        .find_map(|l| l.strip_prefix("* OK [HIGHESTMODSEQ ")?.split(']').next()?.parse().ok())
        .expect("a HIGHESTMODSEQ");
    client.imap("UID STORE 2 +FLAGS.SILENT (\\Seen)").await;
    let told = client.imap(&format!("UID FETCH 1:* (FLAGS) (CHANGEDSINCE {highest})")).await;
    assert_eq!(told[0], format!("* 2 FETCH (UID 2 FLAGS (\\Seen) MODSEQ ({}))", highest + 1));
    assert_eq!(told.len(), 2);
    let told = client
        .imap(&format!("UID STORE 1:3 (UNCHANGEDSINCE {highest}) +FLAGS.SILENT (\\Flagged)"))
        .await;
    assert!(last(&told).starts_with("t OK [MODIFIED 2]"), "{told:?}");
}

#[tokio::test]
async fn another_program_may_ask_for_the_structure() {
    let server = server(1);
    let mut client = selected(&server).await;
    let told = client.imap("FETCH 1 FULL").await;
    assert!(told[0].contains("ENVELOPE (NIL \"Message 1\" ((\"Bo\" NIL \"bo\" \"example.net\"))"));
    assert!(told[0].ends_with("BODY (\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 8 1))"), "{told:?}");
}

#[tokio::test]
async fn a_rebuilt_mailbox_ends_the_session() {
    for command in ["NOOP", "UID STORE 1 +FLAGS.SILENT (\\Flagged)"] {
        let server = server(2);
        let mut client = selected(&server).await;
        server.change(|all| all.renumber("INBOX")).expect("a user").expect("there");
        let told = client.imap(command).await;
        assert_eq!(told, ["* BYE The mailbox was rebuilt"]);
        assert_eq!(client.line().await, None);
        // Nothing is done to what has the old UIDs now.
        let inbox = server.mailbox("INBOX").expect("there");
        assert!(inbox.messages().iter().all(|m| !m.flags.contains(&Flag::Flagged)));
    }
}

/// Commands take time with what they touch, not with all that is there; quadratic work would show
/// in this test as minutes.
#[tokio::test]
async fn large_mailboxes_stay_quick() {
    let server = server(0);
    let now = server.now();
    server.change(|all| {
        for n in 0..50_000 {
            let text = format!("Message-ID: <{n}@example.net>\r\n\r\nx\r\n");
            all.append("INBOX", text.into_bytes().into(), [Flag::MdnSent].into(), now)
                .expect("room");
        }
    });
    let mut client = selected(&server).await;
    for n in 1..50 {
        let told = client.imap(&format!("UID STORE {n} +FLAGS.SILENT (\\Seen)")).await;
        assert_eq!(told, ["t OK Stored"]);
        assert_eq!(client.imap("NOOP").await, ["t OK Done"]);
    }
}
