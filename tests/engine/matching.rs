//! Which sent message, and which of its recipients, a report is about (RFC 3464 section 2.2.1,
//! RFC 8098 section 5).

use aloud::{
    message::{Mail, inspect::ReadOptions},
    model::{Address, MessageKind},
    wording::rows::delivery_text,
};

use super::sending::voice;
use crate::support::user::{Desk, addr};

struct Sent {
    desk: Desk,
    id: String,
}

/// Two recipients in one domain, so that the domain alone tells nothing.
async fn to_ada_and_bo() -> Sent {
    let desk = Desk::new().await;
    desk.sync().await;
    let mut message = voice(desk.account, "ada@example.net");
    message.to.push(Address::bare(addr("bo@example.net")));
    desk.engine.send(message).await.expect("frozen");
    desk.engine.drain_outbox().await.expect("drained");
    desk.engine.settle_operations().await;
    let octets = desk.server.submitted()[0].octets.clone();
    let id = Mail::read(&octets, &ReadOptions::default()).message_id.expect("an id");
    Sent { desk, id }
}

impl Sent {
    fn deliver(&self, kind: &str, machine: &str, third: &str) {
        let part = match kind {
            "delivery-status" => "delivery-status",
            _ => "disposition-notification",
        };
        self.desk.deliver(&format!(
            "Return-Path: <>\nFrom: mailer-daemon@example.net\nTo: robin@example.com\nSubject: Report\n\
             Message-ID: <report@example.net>\nDate: Wed, 05 Mar 2025 09:01:00 +0000\nMIME-Version: 1.0\n\
             Content-Type: multipart/report; report-type={kind}; boundary=r\n\n\
             --r\nContent-Type: text/plain\n\nA report.\n--r\nContent-Type: message/{part}\n\n\
             {machine}\n{third}--r--\n"
        ));
    }

    /// What is told of Ada and of Bo.
    async fn told(&self) -> [String; 2] {
        self.desk.sync().await;
        self.desk.sync().await;
        let sent = self.desk.mailbox("Sent").await;
        let opened = self.desk.engine.open(sent[0].key).await.expect("opened");
        assert_eq!(opened.deliveries.len(), 2, "{:?}", opened.deliveries);
        ["ada@example.net", "bo@example.net"].map(|who| {
            let found = opened.deliveries.iter().find(|d| d.recipient.addr.as_str() == who);
            found.map(|d| delivery_text(d, MessageKind::Voice, d.at)).expect("both")
        })
    }
}

#[tokio::test]
async fn delivery_reports_are_matched_by_whatever_they_name() {
    let failed = "Action: failed\nStatus: 5.2.1\n";
    let full = "The mailbox ada@example.net isn’t taking messages.";
    // (fields of the message, of the recipient, what came back); OURS stands for our Message-ID.
    for (message, recipient, third) in [
        ("Original-Envelope-Id: OURS\n", "Final-Recipient: rfc822;ada@example.net\n", ""),
        // The envelope id counts more than what came back, and what is not ours counts nothing.
        (
            "Original-Envelope-Id: OURS\n",
            "Final-Recipient: rfc822;ada@example.net\n",
            "--r\nContent-Type: text/rfc822-headers\n\nMessage-ID: <other@example.org>\n",
        ),
        (
            "Original-Envelope-Id: QQ-17\n",
            "Final-Recipient: rfc822;ada@example.net\n",
            "--r\nContent-Type: text/rfc822-headers\n\nMessage-ID: <OURS>\n",
        ),
        (
            "",
            "Original-Recipient: rfc822;ADA@example.net\nFinal-Recipient: rfc822;a.okafor@host.example.net\n",
            "--r\nContent-Type: message/rfc822\n\nMessage-ID: OURS\nSubject: x\n\nx\n",
        ),
        // A rewritten original recipient: the final one is ours.
        (
            "",
            "Original-Recipient: rfc822;alias@example.org\nFinal-Recipient: rfc822;ada@example.net\n",
            "--r\nContent-Type: text/rfc822-headers\n\nMessage-ID: <OURS>\n",
        ),
    ] {
        let sent = to_ada_and_bo().await;
        let [message, third] = [message, third].map(|text| text.replace("OURS", &sent.id));
        let machine = format!("Reporting-MTA: dns; mx.example.net\n{message}\n{recipient}{failed}");
        sent.deliver("delivery-status", &machine, &third);
        let [ada, bo] = sent.told().await;
        assert_eq!(bo, "Sent", "{machine}");
        assert!(ada == full || ada.contains("isn’t taking messages"), "{ada}: {machine}");
    }
}

#[tokio::test]
async fn receipts_without_the_identifier_are_matched_by_the_returned_header() {
    let sent = to_ada_and_bo().await;
    let third = format!("--r\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{}>\n", sent.id);
    sent.deliver(
        "disposition-notification",
        "Final-Recipient: rfc822;ada@example.net\nDisposition: manual-action/MDN-sent-manually; deleted\n",
        &third,
    );
    assert_eq!(sent.told().await, ["Deleted unheard", "Sent"]);
}
