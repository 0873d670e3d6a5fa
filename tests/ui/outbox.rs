//! A message of the outbox is edited: what it holds becomes a draft, and only then it is taken out.

use std::sync::Arc;

use aloud::{
    codec::Pcm,
    engine::{Error, Outgoing, Relation},
    model::{Address, Importance},
    ui::{draft, from_outbox},
};

use crate::support::user::{Desk, addr};

fn person(name: &str, at: &str) -> Address {
    Address { name: Some(name.into()), addr: addr(at) }
}

fn sound(seconds: usize) -> Arc<Pcm> {
    Arc::new(Pcm::telephone((0..8000 * seconds).map(|n| ((n % 160) as i16 - 80) * 100).collect()))
}

fn outgoing(desk: &Desk, relation: Relation) -> Outgoing {
    Outgoing {
        account: desk.account,
        relation,
        to: vec![person("Ada Okafor", "ada@example.net")],
        cc: vec![person("Bo Lind", "bo@example.org")],
        subject: "Re: Friday".into(),
        voice: Some(sound(2)),
        spoken_subject: Some(sound(1)),
        text: None,
        importance: Importance::High,
        private: true,
        ask_receipt: true,
        format: None,
        recording: None,
    }
}

#[tokio::test]
async fn editing_keeps_recording_recipients_subject_and_takes_the_old_row_out() {
    let desk = Desk::new().await;
    desk.engine.send(outgoing(&desk, Relation::New)).await.expect("frozen");
    let row = desk.engine.outbox().await.expect("rows").remove(0);
    let recordings = desk.dir.path().join("recordings");
    let dir = from_outbox(desk.engine.clone(), row, recordings).await.expect("a draft");
    assert!(desk.engine.outbox().await.expect("rows").is_empty(), "the old row is withdrawn");
    let kept = draft::read(&dir).expect("a draft");
    assert_eq!(kept.facts.to, [person("Ada Okafor", "ada@example.net")]);
    assert_eq!(kept.facts.cc, [person("Bo Lind", "bo@example.org")]);
    assert_eq!(kept.facts.subject, "Re: Friday");
    assert_eq!(kept.length.as_secs(), 2);
    assert_eq!(kept.spoken_length.as_secs(), 1);
    assert_eq!(kept.facts.note, "", "the sentence for programs without sound is not the user's");
    assert!(kept.facts.private && kept.facts.ask_receipt);
    assert_eq!(kept.facts.importance, Importance::High);
    assert_eq!(kept.facts.relation(), Relation::New);
}

#[tokio::test]
async fn editing_a_forward_keeps_what_it_forwards() {
    let desk = Desk::new().await;
    desk.deliver(
        "From: Ada Okafor <ada@example.net>\nTo: robin@example.com\nSubject: Friday\n\
         Message-ID: <f@example.net>\nDate: Tue, 04 Mar 2025 09:10:00 +0000\n\nText\n",
    );
    desk.sync().await;
    let key = desk.inbox().await[0].key;
    desk.engine.send(outgoing(&desk, Relation::Forward(key))).await.expect("frozen");
    let row = desk.engine.outbox().await.expect("rows").remove(0);
    assert_eq!((row.answers, row.forward), (Some(key), true));
    let recordings = desk.dir.path().join("recordings");
    let dir = from_outbox(desk.engine.clone(), row, recordings).await.expect("a draft");
    let kept = draft::read(&dir).expect("a draft");
    assert_eq!(kept.facts.relation(), Relation::Forward(key));
}

#[tokio::test]
async fn what_a_composer_cannot_hold_is_not_edited() {
    let desk = Desk::new().await;
    let raw = "From: robin@example.com\nTo: ada@example.net\nSubject: Plans\nMIME-Version: 1.0\n\
        Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nHello\n\
        --b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=a.pdf\n\n\
        x\n--b--\n";
    desk.engine.submit_raw(raw.as_bytes().to_vec()).await.expect("frozen");
    let row = desk.engine.outbox().await.expect("rows").remove(0);
    let recordings = desk.dir.path().join("recordings");
    let refused = from_outbox(desk.engine.clone(), row, recordings).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    assert_eq!(desk.engine.outbox().await.expect("rows").len(), 1, "it stays");
}
