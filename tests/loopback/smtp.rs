//! Submission as a client sees it.

use super::{Script, last, server};
use aloud::loopback::Loopback;
use tokio::io::{AsyncRead, AsyncWrite};

async fn signed_in(server: &Loopback) -> Script<impl AsyncRead + AsyncWrite + Unpin + use<>> {
    let mut client = Script::new(server.smtp_stream());
    assert!(client.line().await.expect("a greeting").starts_with("220 "));
    assert!(last(&client.smtp("EHLO localhost").await).starts_with("250 AUTH"));
    assert!(last(&client.smtp("AUTH PLAIN AGFkYQBzZWNyZXQ=").await).starts_with("235"));
    client
}

#[tokio::test]
async fn records_what_was_sent_octet_for_octet() {
    let server = server(0);
    let mut client = signed_in(&server).await;
    let mail = "MAIL FROM:<ada@example.com> SIZE=30 BODY=8BITMIME RET=HDRS ENVID=x+2By";
    assert!(last(&client.smtp(mail).await).starts_with("250"));
    let rcpt = "RCPT TO:<bo@example.net> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;bo@example.net";
    assert!(last(&client.smtp(rcpt).await).starts_with("250"));
    assert!(last(&client.smtp("DATA").await).starts_with("354"));
    client.send("Subject: caf\u{e9}\r\n\r\n..\r\n.\r\n").await;
    assert!(last(&client.reply().await).starts_with("250"));
    let sent = server.submitted();
    assert_eq!(&*sent[0].octets, "Subject: caf\u{e9}\r\n\r\n.\r\n".as_bytes());
    let envelope = &sent[0].envelope;
    assert_eq!(envelope.reverse_path.as_deref(), Some("ada@example.com"));
    assert_eq!(envelope.envelope_id.as_deref(), Some("x+y"));
    assert_eq!(envelope.forward_paths[0].notify.as_deref(), Some("SUCCESS,FAILURE"));
    assert_eq!(envelope.forward_paths[0].original.as_deref(), Some("rfc822;bo@example.net"));
    assert_eq!(server.mailbox("INBOX").map(|m| m.messages().len()), Some(0));
}

#[tokio::test]
async fn delivers_to_its_own_users_and_takes_the_null_path() {
    let server = server(0);
    let mut client = signed_in(&server).await;
    client.send("MAIL FROM:<>\r\nRCPT TO:<ADA@example.com>\r\nDATA\r\n").await;
    for code in ["250", "250", "354"] {
        assert!(last(&client.reply().await).starts_with(code));
    }
    client.send("Subject: x\r\n\r\ny\r\n.\r\nQUIT\r\n").await;
    assert!(last(&client.reply().await).starts_with("250"));
    assert!(last(&client.reply().await).starts_with("221"));
    assert_eq!(client.line().await, None);
    assert_eq!(server.submitted()[0].envelope.reverse_path, None);
    let inbox = server.mailbox("INBOX").expect("there");
    let text = String::from_utf8_lossy(&inbox.messages()[0].octets).into_owned();
    assert!(text.starts_with("Return-Path: <>\r\nReceived: "), "{text}");
    assert!(text.ends_with("Subject: x\r\n\r\ny\r\n"), "{text}");
}

#[tokio::test]
async fn refuses_what_is_out_of_order_or_not_offered() {
    let server = server(0);
    let mut client = Script::new(server.smtp_stream());
    client.line().await;
    for (line, code) in [
        ("MAIL FROM:<ada@example.com>", "503"),
        ("EHLO", "501"),
        ("EHLO localhost", "250"),
        ("MAIL FROM:<ada@example.com>", "530"),
        ("AUTH PLAIN AGFkYQB3cm9uZw==", "535"),
        ("AUTH CRAM-MD5", "504"),
        ("AUTH PLAIN AGFkYQBzZWNyZXQ=", "235"),
        ("RCPT TO:<bo@example.net>", "503"),
        ("DATA", "503"),
        ("MAIL FROM: <ada@example.com>", "501"),
        ("MAIL FROM:<ada@example.com> HOLDFOR=3", "555"),
        ("MAIL FROM:<ada@example.com> SIZE=99999999999", "552"),
        ("MAIL FROM:<ada@example.com>", "250"),
        ("MAIL FROM:<ada@example.com>", "503"),
        ("DATA", "554"),
        ("RCPT TO:<>", "553"),
        ("RCPT TO:<b o@example.net>", "553"),
        ("RCPT TO:<bo@example.net> NOTIFY=NEVER,DELAY", "501"),
        ("RCPT TO:<b\u{f6}@example.net>", "553"),
        ("NOOP", "250"),
    ] {
        let reply = client.smtp(line).await;
        assert!(last(&reply).starts_with(code), "{line}: {reply:?}");
    }
}

#[tokio::test]
async fn refuses_mail_that_breaks_the_rules_of_text() {
    let server = server(0);
    for (text, params, code) in [
        ("a\nb\r\n".to_owned(), "", "550"),
        ("caf\u{e9}\r\n".to_owned(), "", "554"),
        ("caf\u{e9}\r\n".to_owned(), " BODY=8BITMIME", "250"),
        (format!("{}\r\n", "x".repeat(999)), "", "554"),
        (format!("{}\r\n", "x".repeat(998)), "", "250"),
    ] {
        let mut client = signed_in(&server).await;
        client.smtp(&format!("MAIL FROM:<ada@example.com>{params}")).await;
        client.smtp("RCPT TO:<bo@example.net>").await;
        client.smtp("DATA").await;
        client.send(format!("{text}.\r\n")).await;
        let reply = client.reply().await;
        assert!(last(&reply).starts_with(code), "{text:?}: {reply:?}");
        assert!(last(&client.smtp("NOOP").await).starts_with("250"), "still in step");
    }
    assert_eq!(server.submitted().len(), 2);
}
