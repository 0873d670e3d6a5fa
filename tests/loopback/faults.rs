//! The switches do what they say.

use super::{Script, last, selected, server};
use aloud::loopback::{AtCommand, CommandFault, DropAfterData, Faults, Protocol, When};

#[tokio::test]
async fn cuts_and_stalls_at_the_octet() {
    let server = server(1);
    server.fault_next(Protocol::Imap, Faults { cut_output: Some(4), ..Faults::default() });
    let mut client = Script::new(server.imap_stream());
    assert_eq!(client.line().await, None);
    assert_eq!(client.input, b"* OK");

    server.fault_next(Protocol::Imap, Faults { stall_output: Some(4), ..Faults::default() });
    let mut client = Script::new(server.imap_stream());
    {
        // One thread: after these turns the server has done all it will do.
        let mut line = std::pin::pin!(client.line());
        for _ in 0..100 {
            assert!(futures::poll!(&mut line).is_pending());
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(client.input, b"* OK");

    server.fault_next(Protocol::Imap, Faults { cut_input: Some(7), ..Faults::default() });
    let mut client = Script::new(server.imap_stream());
    client.line().await.expect("a greeting");
    client.send("t NOOP\r\n").await;
    assert_eq!(client.line().await, None, "the last octet was not read");

    let mut client = selected(&server).await;
    assert_eq!(client.imap("NOOP").await, ["t OK Done"], "faults were for those connections only");
    assert_eq!(server.connections(Protocol::Imap), 4);
}

#[tokio::test]
async fn answers_wrongly_at_the_command() {
    let server = server(2);
    let faults = Faults {
        at: vec![
            AtCommand {
                when: When::Verb("FETCH", 2),
                fault: CommandFault::Answer("NO [UNAVAILABLE] Later".into()),
            },
            AtCommand { when: When::Verb("NOOP", 1), fault: CommandFault::Bye("Enough".into()) },
        ],
        duplicate_fetch: true,
        exists_off_by: 3,
        refuse_keywords: true,
        hide_capabilities: vec!["MOVE", "IDLE"],
        newest_only: Some(1),
        drip: true,
        ..Faults::default()
    };
    server.fault_always(Protocol::Imap, faults);
    let mut client = Script::new(server.imap_stream());
    client.line().await;
    let told = client.imap("LOGIN ada secret").await;
    assert!(!last(&told).contains("MOVE") && last(&told).contains("UIDPLUS"), "{told:?}");
    let told = client.imap("SELECT INBOX").await;
    assert!(told.contains(&"* 4 EXISTS".to_owned()), "{told:?}");
    assert!(!told.iter().any(|l| l.contains("\\*")), "{told:?}");
    let told = client.imap("UID FETCH 1:* UID").await;
    assert_eq!(told, ["* 1 FETCH (UID 2)", "* 1 FETCH (UID 2)", "t OK Fetched"]);
    assert_eq!(client.imap("FETCH 1 UID").await, ["t NO [UNAVAILABLE] Later"]);
    assert!(last(&client.imap("UID STORE 2 +FLAGS ($MDNSent)").await).starts_with("t NO [LIMIT]"));
    assert!(last(&client.imap("UID MOVE 2 Archive").await).starts_with("t BAD"));
    assert_eq!(client.imap("NOOP").await, ["* BYE Enough"]);
}

#[tokio::test]
async fn loses_the_answer_after_the_work() {
    let server = server(1);
    let lose = Faults::once(When::Verb("STORE", 1), CommandFault::RunAndDrop);
    server.fault_next(Protocol::Imap, lose);
    let mut client = selected(&server).await;
    assert!(client.imap("UID STORE 1 +FLAGS (\\Seen)").await.is_empty());
    assert_eq!(server.mailbox("INBOX").map(|m| m.unseen()), Some(0));

    for (how, taken) in [(DropAfterData::Lost, 0), (DropAfterData::Taken, 1)] {
        let faults = Faults { drop_after_data: Some(how), ..Faults::default() };
        server.fault_next(Protocol::Smtp, faults);
        let mut client = Script::new(server.smtp_stream());
        client.line().await;
        client.smtp("EHLO localhost").await;
        client.smtp("AUTH PLAIN AGFkYQBzZWNyZXQ=").await;
        client.smtp("MAIL FROM:<ada@example.com>").await;
        client.smtp("RCPT TO:<bo@example.net>").await;
        client.smtp("DATA").await;
        client.send("x\r\n.\r\n").await;
        assert_eq!(client.line().await, None);
        assert_eq!(server.submitted().len(), taken);
    }
}

#[tokio::test]
async fn refuses_recipients_and_sends_without_end() {
    let server = server(0);
    let refuse = ("bo@".to_owned(), "550 5.1.1 No such user".to_owned());
    let faults = Faults {
        refuse_recipients: vec![refuse],
        at: vec![AtCommand { when: When::Every("NOOP"), fault: CommandFault::EndlessLine }],
        ..Faults::default()
    };
    server.fault_next(Protocol::Smtp, faults);
    let mut client = Script::new(server.smtp_stream());
    client.line().await;
    client.smtp("EHLO localhost").await;
    client.smtp("AUTH PLAIN AGFkYQBzZWNyZXQ=").await;
    client.smtp("MAIL FROM:<ada@example.com>").await;
    assert_eq!(client.smtp("RCPT TO:<bo@example.net>").await, ["550 5.1.1 No such user"]);
    assert_eq!(client.smtp("RCPT TO:<cy@example.net>").await, ["250 2.1.5 OK"]);
    client.send("NOOP\r\n").await;
    let mut got = vec![0; 300_000];
    tokio::io::AsyncReadExt::read_exact(&mut client.stream, &mut got).await.expect("no end");
    assert!(!got.contains(&b'\n'));
}
