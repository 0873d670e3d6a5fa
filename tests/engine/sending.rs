//! Formats, rules and what travels in what is sent.

use std::sync::Arc;

use aloud::{
    codec::Pcm,
    engine::{DraftId, Error, OutboxState, Outgoing, Refusal, Relation},
    message::{self, Mail, PartRole, inspect::ReadOptions},
    model::{AccountId, Address, Flag, Importance, MessageKey, MessageKind, voice::VoiceFormat},
};

use crate::support::user::{Desk, addr, refused};

pub fn text(account: AccountId, to: &str, words: &str) -> Outgoing {
    Outgoing {
        account,
        relation: Relation::New,
        to: vec![Address::bare(addr(to))],
        cc: Vec::new(),
        subject: "Hello".into(),
        voice: None,
        spoken_subject: None,
        text: Some(words.into()),
        importance: Importance::Normal,
        private: false,
        ask_receipt: false,
        format: None,
        draft: None,
    }
}

pub fn tone(seconds: f64) -> Arc<Pcm> {
    let samples = (0..(seconds * 8000.0) as usize)
        .map(|n| ((n as f64 * 0.3).sin() * 8000.0) as i16)
        .collect();
    Arc::new(Pcm::telephone(samples))
}

pub fn voice(account: AccountId, to: &str) -> Outgoing {
    Outgoing { voice: Some(tone(2.0)), text: None, ..text(account, to, "") }
}

pub const PRIVATE: &str = "From: Ada Okafor <ada@example.net>\nTo: robin@example.com\n\
    Subject: Not for others\nMessage-ID: <p@example.net>\nDate: Tue, 04 Mar 2025 09:10:00 +0000\n\
    Sensitivity: Private\n\nSecret words\n";
pub const VPIM: &str = "From: Bo Lind <bo@vm.example.net>\nTo: robin@example.com\n\
    Subject: Voice\nMessage-ID: <v@example.net>\nDate: Tue, 04 Mar 2025 09:11:00 +0000\n\
    MIME-Version: 1.0 (Voice 2.0)\nContent-Type: Multipart/Voice-Message; Version=2.0; boundary=b\n\
    Content-Transfer-Encoding: 7bit\n\n\
    --b\nContent-Type: Audio/32KADPCM\nContent-Transfer-Encoding: Base64\n\
    Content-Disposition: inline; voice=Voice-Message\n\n\
    iIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiI\n--b--\n";
pub const PLAIN: &str = "From: Cy Roe <cy@example.net>\nTo: robin@example.com\nSubject: Lunch\n\
    Message-ID: <t@example.net>\nDate: Tue, 04 Mar 2025 09:12:00 +0000\n\nAt noon?\n";
pub const OUTSIDE: &str = "From: non-mail-user@vm.example.net\nTo: robin@example.com\n\
    Subject: Voice\nMessage-ID: <o@example.net>\nDate: Tue, 04 Mar 2025 09:13:00 +0000\n\
    Message-Context: voice-message\n\nx\n";

async fn desk() -> (Desk, Vec<MessageKey>) {
    let desk = Desk::new().await;
    for message in [PRIVATE, VPIM, PLAIN, OUTSIDE] {
        desk.deliver(message);
    }
    desk.sync().await;
    let keys = desk.inbox().await.iter().map(|row| row.key).collect();
    (desk, keys)
}

async fn sent(desk: &Desk) -> Vec<Mail> {
    desk.engine.drain_outbox().await.expect("drained");
    let options = ReadOptions::default();
    desk.server.submitted().iter().map(|s| Mail::read(&s.octets, &options)).collect()
}

#[tokio::test]
async fn private_messages_leave_by_no_route_but_a_reply() {
    let (desk, keys) = desk().await;
    let private = keys[0];
    let out = |relation| Outgoing { relation, ..text(desk.account, "eve@example.net", "Look") };
    let reason = refused(desk.engine.send(out(Relation::Forward(private))).await);
    assert!(matches!(reason, Refusal::Message(message::Refusal::Marked { .. })), "{reason}");
    let quoted = Relation::Reply { to: private, include_original: true };
    refused(desk.engine.send(out(quoted)).await);
    let to = desk.dir.path().join("out.txt");
    refused(desk.engine.save_part(private, "1".into(), to.clone()).await);
    assert!(!to.exists());
    desk.engine
        .send(out(Relation::Reply { to: private, include_original: false }))
        .await
        .expect("a reply is allowed");
    let sent = sent(&desk).await;
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].in_reply_to.as_deref(), Some("p@example.net"));
}

#[tokio::test]
async fn a_forward_of_what_says_nothing_of_itself_says_when_it_came() {
    let desk = Desk::new().await;
    desk.deliver("Message-ID: <bare@example.net>\nContent-Type: text/plain\n\nHello\n");
    desk.sync().await;
    let key = desk.inbox().await[0].key;
    let message = Outgoing {
        relation: Relation::Forward(key),
        format: Some(VoiceFormat::Vpim),
        ..voice(desk.account, "bo@vm.example.net")
    };
    desk.engine.send(message).await.expect("frozen");
    let sent = sent(&desk).await;
    let inner = &sent[0].forwarded[0];
    assert!(inner.date.is_some(), "{inner:?}");
    assert_eq!(inner.subject.as_deref(), Some("No subject"));
}

#[tokio::test]
async fn a_forward_carries_the_original_untouched() {
    let (desk, keys) = desk().await;
    let message = Outgoing {
        relation: Relation::Forward(keys[2]),
        subject: String::new(),
        ..voice(desk.account, "bo@vm.example.net")
    };
    desk.engine.send(message).await.expect("frozen");
    desk.engine.drain_outbox().await.expect("drained");
    let submitted = desk.server.submitted();
    let octets = String::from_utf8_lossy(&submitted[0].octets).into_owned();
    assert!(octets.contains(&PLAIN.replace('\n', "\r\n")), "{octets}");
    let mail = Mail::read(&submitted[0].octets, &ReadOptions::default());
    assert_eq!(mail.subject.as_deref(), Some("Fwd: Lunch"));
    assert_eq!(mail.profile.as_deref(), Some("vpim2"), "bo's own mail was VPIM");
    desk.engine.settle_operations().await;
    let row = desk.inbox().await.into_iter().find(|row| row.key == keys[2]).expect("the row");
    assert!(row.forwarded);
}

#[tokio::test]
async fn each_recipient_gets_what_their_system_plays() {
    let (desk, keys) = desk().await;
    let to = ["bo@vm.example.net", "cy@example.net", "new@example.net", "4417@gw.example.com"];
    let to: Vec<Address> = to.into_iter().map(|a| Address::bare(addr(a))).collect();
    let plan =
        desk.engine.plan_formats(desk.account, Relation::New, to.clone()).await.expect("a plan");
    let of = |address: &str| {
        let in_group = |group: &Vec<Address>| group.iter().any(|a| a.addr.as_str() == address);
        plan.groups.iter().find(|(_, group)| in_group(group)).map(|(format, _)| *format)
    };
    assert_eq!(of("bo@vm.example.net"), Some(VoiceFormat::Vpim));
    assert_eq!(of("4417@gw.example.com"), Some(VoiceFormat::Vpim));
    assert_eq!(of("cy@example.net"), Some(VoiceFormat::Friendly));
    assert_eq!(of("new@example.net"), Some(VoiceFormat::Friendly), "nothing is known of them");

    desk.engine.set_own_name(Some(tone(8.0))).await.expect("kept");
    let message = Outgoing {
        to,
        relation: Relation::Reply { to: keys[1], include_original: false },
        text: Some("A note".into()),
        ..voice(desk.account, "x@example.net")
    };
    let ids = desk.engine.send(message).await.expect("frozen");
    assert_eq!(ids.len(), 2, "one submission a format");
    let mails = sent(&desk).await;
    for mail in &mails {
        assert_eq!(mail.to.len(), 4, "each lists all recipients");
        let name = mail.parts.iter().find(|part| part.role == PartRole::SpokenName);
        assert!(name.and_then(|n| n.seconds).is_some_and(|s| (4.9..5.1).contains(&s)), "{name:?}");
        let vpim = mail.profile.as_deref() == Some("vpim2");
        let note = mail.text.as_deref().is_some_and(|text| text.contains("A note"));
        assert_eq!(note, !vpim, "a text note never goes to VPIM");
    }
}

#[tokio::test]
async fn nothing_empty_is_sent_and_nobody_unreachable() {
    let (desk, keys) = desk().await;
    let silent = Outgoing {
        voice: Some(Arc::new(Pcm::telephone(Vec::new()))),
        ..voice(desk.account, "a@b.c")
    };
    assert!(matches!(desk.engine.send(silent).await, Err(Error::Invalid(_))));
    let nobody = Outgoing { to: Vec::new(), ..voice(desk.account, "a@b.c") };
    assert!(matches!(desk.engine.send(nobody).await, Err(Error::Invalid(_))));
    let outside = Outgoing {
        relation: Relation::Reply { to: keys[3], include_original: false },
        ..voice(desk.account, "non-mail-user@vm.example.net")
    };
    refused(desk.engine.send(outside).await);
    assert!(desk.engine.outbox().await.expect("rows").is_empty());
}

#[tokio::test]
async fn the_recording_goes_once_it_is_frozen_and_stays_when_it_is_not() {
    let desk = Desk::new().await;
    let draft = DraftId::random();
    desk.engine.open_draft(draft.clone()).await.expect("a draft");
    let folder = desk.engine.recordings_dir().join(draft.as_str());
    std::fs::write(folder.join("take.wav"), b"x").expect("a file");
    let nobody = Outgoing {
        to: Vec::new(),
        draft: Some(draft.clone()),
        ..voice(desk.account, "a@example.net")
    };
    assert!(desk.engine.send(nobody).await.is_err());
    assert!(folder.exists(), "nothing was frozen, so nothing may go");
    let message = Outgoing { draft: Some(draft), ..voice(desk.account, "a@example.net") };
    desk.engine.send(message).await.expect("frozen");
    assert!(!folder.exists());
}

#[tokio::test]
async fn receipts_and_reports_join_the_sent_message() {
    let desk = Desk::new().await;
    desk.sync().await;
    let message = Outgoing { ask_receipt: true, ..voice(desk.account, "ada@example.net") };
    desk.engine.send(message).await.expect("frozen");
    let mails = sent(&desk).await;
    desk.engine.settle_operations().await;
    let id = mails[0].message_id.clone().expect("an id");
    desk.deliver(&format!(
        "From: Ada <ada@example.net>\nTo: robin@example.com\nSubject: Played\n\
         Message-ID: <mdn@example.net>\nDate: Wed, 05 Mar 2025 09:00:00 +0000\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=disposition-notification; boundary=r\n\n\
         --r\nContent-Type: text/plain\n\nPlayed.\n--r\n\
         Content-Type: message/disposition-notification\n\n\
         Final-Recipient: rfc822;ada@example.net\nOriginal-Message-ID: <{id}>\n\
         Disposition: manual-action/MDN-sent-manually; displayed\n\n--r--\n"
    ));
    desk.deliver(&format!(
        "From: mailer-daemon@example.net\nTo: robin@example.com\nSubject: Failure\n\
         Message-ID: <dsn@example.net>\nDate: Wed, 05 Mar 2025 09:01:00 +0000\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=r\n\n\
         --r\nContent-Type: text/plain\n\nFailed.\n--r\nContent-Type: message/delivery-status\n\n\
         Reporting-MTA: dns;mx.example.net\nOriginal-Envelope-Id: {id}\n\n\
         Final-Recipient: rfc822;nobody@example.net\nAction: failed\nStatus: 5.1.1\n\n--r--\n"
    ));
    // Somebody we did not write to says that it was heard: that proves nothing.
    desk.deliver(&format!(
        "From: Eve <eve@example.org>\nTo: robin@example.com\nSubject: Played\n\
         Message-ID: <forged@example.org>\nDate: Wed, 05 Mar 2025 09:02:00 +0000\n\
         MIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=disposition-notification; boundary=r\n\n\
         --r\nContent-Type: text/plain\n\nPlayed.\n--r\n\
         Content-Type: message/disposition-notification\n\n\
         Final-Recipient: rfc822;eve@example.org\nOriginal-Message-ID: <{id}>\n\
         Disposition: manual-action/MDN-sent-manually; deleted\n\n--r--\n"
    ));
    desk.sync().await;
    desk.sync().await;
    let mut inbox = desk.inbox().await;
    let forged = inbox.iter().position(|row| row.kind == MessageKind::Mdn).expect("a row");
    inbox.remove(forged);
    assert_eq!(inbox.len(), 1, "the receipt joined: {inbox:?}");
    let filed = desk.server.mailbox("Sent").expect("it");
    assert!(filed.messages()[0].flags.contains(&Flag::MdnSent));
    let sent = desk.mailbox("Sent").await;
    let opened = desk.engine.open(sent[0].key).await.expect("opened");
    let ada = opened.deliveries.iter().find(|d| d.recipient.addr.as_str() == "ada@example.net");
    assert!(ada.is_some_and(aloud::engine::Delivery::heard), "{:?}", opened.deliveries);
    let report = desk.engine.open(inbox[0].key).await.expect("opened");
    assert_eq!(report.about, Some(sent[0].key));
}

#[tokio::test]
async fn states_of_rows_are_told_in_order() {
    let desk = Desk::new().await;
    let message = voice(desk.account, "ada@example.net");
    let ids = desk.engine.send(message).await.expect("frozen");
    let rows = desk.engine.outbox().await.expect("rows");
    assert_eq!(rows[0].id, ids[0]);
    assert_eq!(rows[0].state, OutboxState::Queued);
    assert!(rows[0].duration.is_some_and(|d| d.as_secs() == 2));
}
