//! What two people do with voice mail, told through the engine's front door only.

use std::{sync::Arc, time::Duration};

use aloud::{
    codec::Pcm,
    engine::{
        Engine, Error, ListQuery, ListRow, Mark, Outgoing, Progress, ReceiptAnswer, ReceiptState,
        Relation, Scope, Sort,
    },
    message::{Mail, PartRole},
    model::{Address, Importance, MessageKind, Secret, imap::MailboxRole, voice::VoiceFormat},
};

use super::places::{Person, Place, options};

/// Looks until something is there: real servers deliver a moment after they accept.
async fn eventually<T, F: Future<Output = Option<T>>>(
    person: &Person,
    what: &str,
    mut look: impl FnMut(Engine) -> F,
) -> T {
    let looking = async {
        loop {
            person.sync().await;
            if let Some(found) = look(person.engine.clone()).await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(150)).await;
        }
    };
    match tokio::time::timeout(Duration::from_secs(90), looking).await {
        Ok(found) => found,
        Err(_) => panic!("never came: {what}"),
    }
}

pub async fn rows(engine: &Engine, scope: Scope) -> Vec<ListRow> {
    let query =
        ListQuery { scope, sort: Sort::Newest, search: String::new(), offset: 0, limit: 500 };
    engine.list(query).await.unwrap().rows
}

async fn row(engine: &Engine, scope: Scope, subject: &str) -> Option<ListRow> {
    rows(engine, scope).await.into_iter().find(|row| row.subject == subject)
}

pub async fn mailbox(engine: &Engine, role: MailboxRole) -> Scope {
    let all = engine.mailboxes().await.unwrap();
    Scope::Mailbox(all.iter().find(|m| m.role == role).unwrap_or_else(|| panic!("no {role:?}")).id)
}

fn tone(seconds: f64) -> Arc<Pcm> {
    let samples = (0..(seconds * 8_000.0) as usize)
        .map(|n| ((n as f64 * 0.31).sin() * 7_000.0 + (n as f64 * 0.011).cos() * 3_000.0) as i16)
        .collect();
    Arc::new(Pcm::telephone(samples))
}

fn voice(person: &Person, to: &str, subject: &str) -> Outgoing {
    Outgoing {
        account: person.account,
        relation: Relation::New,
        to: vec![Address { name: Some("Someone".into()), addr: person.address_of(to) }],
        cc: Vec::new(),
        subject: subject.into(),
        voice: Some(tone(2.0)),
        spoken_subject: None,
        text: None,
        importance: Importance::High,
        private: false,
        ask_receipt: true,
        format: Some(VoiceFormat::Vpim),
        draft: None,
    }
}

async fn send(person: &Person, message: Outgoing) {
    person.engine.send(message).await.unwrap();
    person.engine.drain_outbox().await.unwrap();
    let waiting = person.engine.outbox().await.unwrap();
    assert!(waiting.is_empty(), "{waiting:?}");
}

/// Voice message, receipt, voice reply, private and forwarded, each read at the other end.
pub async fn round_trip(place: &Place) {
    let (alice, bob) = (Person::new(place, "alice").await, Person::new(place, "bob").await);
    let subject = format!("Trunk migration {}", place.tag);
    send(&bob, voice(&bob, "alice", &subject)).await;

    // It arrives as what it is, and is new.
    let engine = &alice.engine;
    let got = eventually(&alice, "the voice message", |e| {
        let subject = subject.clone();
        async move { row(&e, Scope::Voice, &subject).await }
    })
    .await;
    assert_eq!(got.kind, MessageKind::Voice, "{}", place.name);
    assert_eq!(got.duration, Some(Duration::from_secs(2)));
    assert_eq!(
        (got.progress, got.importance, got.receipt),
        (Progress::New, Importance::High, true)
    );

    // Opening hears nothing; the sound is the sender's.
    let opened = engine.open(got.key).await.unwrap();
    assert!(opened.complete);
    assert_eq!(opened.receipt, ReceiptState::NotYet);
    let path = part(&opened.mail, PartRole::VoiceMessage);
    let sound = engine.audio(got.key, path).await.unwrap();
    assert_eq!(sound.samples.len(), 16_000);
    assert!(matches!(
        engine.answer_receipt(got.key, ReceiptAnswer::Send).await,
        Err(Error::Refused(_))
    ));
    engine.started(got.key).await.unwrap();
    alice.sync().await;
    let now = row(engine, Scope::Voice, &subject).await.unwrap();
    assert_eq!(now.progress, Progress::Started);

    // Heard: \Seen, and only now a receipt is offered, and sent once.
    engine.presented(got.key).await.unwrap();
    let opened = engine.open(got.key).await.unwrap();
    assert!(matches!(opened.receipt, ReceiptState::Ask { .. }), "{:?}", opened.receipt);
    assert_eq!(opened.row.progress, Progress::Done);
    engine.answer_receipt(got.key, ReceiptAnswer::Send).await.unwrap();
    // $MDNSent has to be stored at the server before the report may go.
    alice.sync().await;
    engine.drain_outbox().await.unwrap();
    let opened = engine.open(got.key).await.unwrap();
    assert!(matches!(opened.receipt, ReceiptState::Sent(_)), "{:?}", opened.receipt);
    assert!(engine.answer_receipt(got.key, ReceiptAnswer::Send).await.is_err());

    // The receipt joins bob's sent message and is no row of its own.
    let sent = mailbox(&bob.engine, MailboxRole::Sent).await;
    let delivered = eventually(&bob, "the receipt", |e| {
        let subject = subject.clone();
        async move { row(&e, sent, &subject).await?.delivery.filter(|d| d.delivery.heard()) }
    })
    .await;
    assert!(delivered.delivery.heard(), "{delivered:?}");
    assert!(!rows(&bob.engine, Scope::AllInboxes).await.iter().any(|r| r.kind == MessageKind::Mdn));

    // A voice reply, threaded, in the format of the message answered.
    let reply = Outgoing {
        relation: Relation::Reply { to: got.key, include_original: false },
        format: None,
        ask_receipt: false,
        private: true,
        ..voice(&alice, "bob", &format!("Re: {subject}"))
    };
    send(&alice, reply).await;
    let answer = eventually(&bob, "the reply", |e| {
        let subject = format!("Re: {subject}");
        async move { row(&e, Scope::Voice, &subject).await }
    })
    .await;
    assert!(answer.private);
    let opened = bob.engine.open(answer.key).await.unwrap();
    assert_eq!(opened.mail.profile.as_deref(), Some("vpim2"));
    let original =
        bob.engine.open(row(&bob.engine, sent, &subject).await.unwrap().key).await.unwrap();
    assert_eq!(opened.mail.in_reply_to, original.mail.message_id);

    // It is private: no route out of it, and nothing is built.
    let forward = |key| Outgoing {
        relation: Relation::Forward(key),
        private: false,
        ask_receipt: false,
        ..voice(&bob, "alice", &format!("Fwd: {subject}"))
    };
    assert!(matches!(bob.engine.send(forward(answer.key)).await, Err(Error::Refused(_))));
    let path = part(&opened.mail, PartRole::VoiceMessage);
    let file = bob.dir.path().join("stolen.wav");
    assert!(matches!(
        bob.engine.save_part(answer.key, path, file.clone()).await,
        Err(Error::Refused(_))
    ));
    assert!(!file.exists());
    assert!(bob.engine.outbox().await.unwrap().is_empty());

    // An ordinary one may be forwarded, and travels byte for byte.
    let raw = bob.engine.raw(original.row.key).await.unwrap();
    send(&bob, forward(original.row.key)).await;
    let forwarded = eventually(&alice, "the forward", |e| {
        let subject = format!("Fwd: {subject}");
        async move { row(&e, Scope::Voice, &subject).await }
    })
    .await;
    let opened = engine.open(forwarded.key).await.unwrap();
    let inner = engine.part(forwarded.key, part(&opened.mail, PartRole::Original)).await.unwrap();
    assert!(inner.octets == *raw, "the original changed on its way");
}

fn part(mail: &Mail, role: PartRole) -> String {
    let found = mail.parts.iter().find(|part| part.role == role);
    found.unwrap_or_else(|| panic!("no {role:?} in {:?}", mail.parts)).path.clone()
}

/// Marks, archive, delete and undo reach the server and are there after a restart, also when another
/// computer looks.
pub async fn tidying(place: &Place) {
    let (mut alice, bob) = (Person::new(place, "alice").await, Person::new(place, "bob").await);
    let subjects = ["keep", "archive", "delete"].map(|what| format!("{what} {}", place.tag));
    for subject in &subjects {
        let message = Outgoing { ask_receipt: false, ..voice(&bob, "alice", subject) };
        send(&bob, message).await;
    }
    let mut keys = Vec::new();
    for subject in &subjects {
        let found = eventually(&alice, subject, |e| {
            let subject = subject.clone();
            async move { row(&e, Scope::AllInboxes, &subject).await }
        })
        .await;
        keys.push(found.key);
    }
    let engine = alice.engine.clone();
    engine.mark(vec![keys[0]], Mark::Heard).await.unwrap();
    engine.archive(vec![keys[1]]).await.unwrap();
    let undo = engine.delete(vec![keys[0]]).await.unwrap();
    engine.undo(undo).await.unwrap();
    engine.delete(vec![keys[2]]).await.unwrap();
    // The list has moved on at once, before any server knows.
    let left: Vec<_> =
        rows(&engine, Scope::AllInboxes).await.into_iter().map(|r| r.subject).collect();
    assert!(
        left.contains(&subjects[0]) && !left.contains(&subjects[1]) && !left.contains(&subjects[2])
    );
    alice.sync().await;
    alice = alice.restarted("alice").await;
    alice.sync().await;

    let other = Person::new(place, "alice").await;
    for person in [&alice, &other] {
        let e = &person.engine;
        let kept = row(e, Scope::AllInboxes, &subjects[0]).await.unwrap();
        assert_eq!(kept.progress, Progress::Done, "{}", place.name);
        let archive = mailbox(e, MailboxRole::Archive).await;
        assert!(row(e, archive, &subjects[1]).await.is_some());
        let trash = mailbox(e, MailboxRole::Trash).await;
        assert!(row(e, trash, &subjects[2]).await.is_some());
        let inbox = rows(e, Scope::AllInboxes).await;
        assert_eq!(inbox.iter().filter(|r| subjects.contains(&r.subject)).count(), 1);
    }
}

/// A refused password is a class of its own, at both servers, and stores nothing.
pub async fn wrong_password(place: &Place) {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::start(options(&dir)).await.unwrap();
    let outcome = engine.check_account(place.settings("alice"), Secret::new("wrong".into())).await;
    assert!(matches!(outcome, Err(Error::Auth(_))), "{}: {outcome:?}", place.name);
    assert!(engine.accounts().await.unwrap().is_empty());
    let right = Secret::new("alice-secret".into());
    engine.check_account(place.settings("alice"), right).await.unwrap();
}

/// A message that cannot be delivered comes back as a report in words, bound to the message sent.
pub async fn bounce(place: &Place) {
    let bob = Person::new(place, "bob").await;
    let subject = format!("Board dial-in {}", place.tag);
    let nobody = Address::bare("nobody@bounce.example.net".parse().unwrap());
    let message = Outgoing { to: vec![nobody], ..voice(&bob, "alice", &subject) };
    send(&bob, message).await;
    let report = eventually(&bob, "the report", |e| {
        let subject = subject.clone();
        async move {
            for row in rows(&e, Scope::AllInboxes).await {
                if row.kind != MessageKind::Dsn {
                    continue;
                }
                let opened = e.open(row.key).await.unwrap();
                let Some(about) = opened.about else { continue };
                if e.open(about).await.unwrap().row.subject == subject {
                    return Some(opened);
                }
            }
            None
        }
    })
    .await;
    let Some(aloud::message::Report::Dsn(recipients)) = &report.mail.report else {
        panic!("{:?}", report.mail.report);
    };
    assert_eq!(recipients[0].status, "5.1.1", "{recipients:?}");
    assert!(
        aloud::wording::delivery::sentence(&recipients[0]).starts_with("There is no mailbox"),
        "{}",
        aloud::wording::delivery::sentence(&recipients[0])
    );
}
