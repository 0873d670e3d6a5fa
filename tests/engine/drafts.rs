//! Drafts over a whole engine: messages that come back from the outbox, and sending undone.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Stdio},
    sync::{Arc, atomic::AtomicI64},
    time::Duration,
};

use aloud::{
    codec::{Pcm, wav},
    engine::{DraftContent, DraftId, Engine, Error, Options, Outgoing, Recipient, Relation, Saved},
    model::{Address, Importance, Secret},
};

use crate::support::user::{Desk, START, addr, options, server, settings};

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
        draft: None,
    }
}

#[tokio::test]
async fn editing_keeps_recording_recipients_subject_and_takes_the_old_row_out() {
    let desk = Desk::new().await;
    desk.engine.send(outgoing(&desk, Relation::New)).await.expect("frozen");
    let row = desk.engine.outbox().await.expect("rows").remove(0);
    let id = desk.engine.edit_unsent(row).await.expect("a draft");
    assert!(desk.engine.outbox().await.expect("rows").is_empty(), "the old row is withdrawn");
    let kept = desk.engine.resume_draft(id).await.expect("free to be opened");
    let content = &kept.content;
    assert_eq!(content.to, [Recipient::Address(person("Ada Okafor", "ada@example.net"))]);
    assert_eq!(content.cc, [Recipient::Address(person("Bo Lind", "bo@example.org"))]);
    assert_eq!(content.subject, "Re: Friday");
    assert_eq!(kept.take.map(|sound| sound.length.as_secs()), Some(2));
    assert_eq!(kept.spoken.map(|sound| sound.length.as_secs()), Some(1));
    assert_eq!(content.note, "", "the sentence for programs without sound is not the user's");
    assert!(content.private && content.ask_receipt);
    assert_eq!(content.importance, Importance::High);
    assert_eq!(content.relation(), Relation::New);
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
    let id = desk.engine.edit_unsent(row).await.expect("a draft");
    let kept = desk.engine.draft(id).await.expect("a draft");
    assert_eq!(kept.content.relation(), Relation::Forward(key));
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
    let refused = desk.engine.edit_unsent(row).await;
    assert!(matches!(refused, Err(Error::NotEditable)), "{refused:?}");
    assert_eq!(desk.engine.outbox().await.expect("rows").len(), 1, "it stays");
    assert!(desk.engine.drafts().await.expect("drafts").is_empty(), "and nothing is left lying");
}

/// What a composer hands over.
fn content() -> DraftContent {
    DraftContent {
        to: vec![
            Recipient::Address(person("Ada Okafor", "ada@example.net")),
            Recipient::Text("not an address".into()),
        ],
        to_typed: "har".into(),
        subject: "Friday".into(),
        note: "Bring the keys".into(),
        private: true,
        take: Some("take-1.wav".into()),
        by_hand: true,
        ..DraftContent::default()
    }
}

#[tokio::test]
async fn an_undone_sending_is_a_draft_again_with_all_that_it_held() {
    let desk = Desk::with(server(), |options| options.undo_seconds = 10).await;
    let draft = DraftId::random();
    desk.engine.open_draft(draft.clone()).await.expect("opened");
    let message = Outgoing { draft: Some(draft.clone()), ..outgoing(&desk, Relation::New) };
    let ids = desk.engine.send(message).await.expect("frozen");
    assert!(!desk.engine.recordings_dir().join(draft.as_str()).exists(), "handed over");
    let sounds = vec![("take-1.wav".to_owned(), sound(2))];
    let unsent = desk.engine.unsend(ids.clone(), draft.clone(), content(), sounds).await;
    let unsent = unsent.expect("in time");
    assert_eq!((unsent.back, unsent.gone), (ids, Vec::new()));
    assert!(desk.engine.outbox().await.expect("rows").is_empty());
    let kept = desk.engine.draft(draft.clone()).await.expect("a draft");
    assert_eq!(kept.content, content());
    assert_eq!(kept.take.map(|take| take.length.as_secs()), Some(2));
    // It is open again: others neither see nor remove it, and its next revision counts.
    assert!(desk.engine.drafts().await.expect("drafts").is_empty());
    let more = DraftContent { subject: "Saturday".into(), ..content() };
    let saved = desk.engine.save_draft(draft.clone(), 1, more).await.expect("saved");
    assert_eq!(saved, Saved::Written);
    desk.engine.close_draft(draft, 2, None).await.expect("closed");
    let kept = desk.engine.drafts().await.expect("drafts");
    assert_eq!(kept.first().map(|draft| draft.content.subject.as_str()), Some("Saturday"));
}

#[tokio::test]
async fn what_has_gone_out_cannot_be_undone_and_is_no_draft() {
    let desk = Desk::new().await;
    let draft = DraftId::random();
    let message = Outgoing { draft: Some(draft.clone()), ..outgoing(&desk, Relation::New) };
    let ids = desk.engine.send(message).await.expect("frozen");
    desk.engine.drain_outbox().await.expect("sent");
    let sounds = vec![("take-1.wav".to_owned(), sound(2))];
    let late = desk.engine.unsend(ids, draft.clone(), content(), sounds).await;
    assert!(late.is_err(), "{late:?}");
    assert!(desk.engine.draft(draft).await.is_err());
    assert!(desk.engine.drafts().await.expect("drafts").is_empty());
}

// Two processes. The child is this same test binary.

const DRAFT: &str = "draft-1741170000-0000cafe";

/// In a child: writes a draft and records, then sends it or waits; does nothing in an ordinary run.
#[tokio::test]
async fn child() {
    let (Ok(act), Ok(dir)) = (std::env::var("ALOUD_DRAFT_ACT"), std::env::var("ALOUD_DRAFT_DIR"))
    else {
        return;
    };
    let reached = act.clone();
    let server = server();
    let clock = Arc::new(AtomicI64::new(START));
    let options = Options {
        steps: Some(Arc::new(move |step| {
            if step == reached {
                std::process::abort();
            }
        })),
        ..options(dir.into(), &server, &clock)
    };
    let engine = Engine::start(options).await.expect("an engine");
    let draft = DraftId::parse(DRAFT).expect("a name");
    engine.open_draft(draft.clone()).await.expect("opened");
    let folder = engine.recordings_dir().join(DRAFT);
    std::fs::write(folder.join("take-1.wav"), wav::write(&sound(2))).expect("recorded");
    engine.save_draft(draft.clone(), 1, content()).await.expect("saved");
    if act == "wait" {
        println!("open");
        tokio::time::sleep(Duration::from_secs(60)).await;
        unreachable!("the child was not ended");
    }
    let password = Some(Secret::new("secret".into()));
    let account = engine.add_account(settings(), password).await.expect("an account");
    let message = Outgoing {
        account,
        relation: Relation::New,
        to: vec![person("Ada Okafor", "ada@example.net")],
        cc: Vec::new(),
        subject: "Friday".into(),
        voice: Some(sound(2)),
        spoken_subject: None,
        text: None,
        importance: Importance::Normal,
        private: false,
        ask_receipt: false,
        format: None,
        draft: Some(draft),
    };
    engine.send(message).await.expect("sent");
    unreachable!("the step was not reached");
}

fn child_that(act: &str, dir: &Path) -> std::process::Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "engine::drafts::child", "--test-threads=1", "--nocapture"])
        .env("ALOUD_DRAFT_ACT", act)
        .env("ALOUD_DRAFT_DIR", dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a child")
}

async fn engine_on(dir: &Path) -> Engine {
    let clock = Arc::new(AtomicI64::new(START));
    Engine::start(options(dir.to_owned(), &server(), &clock)).await.expect("an engine")
}

#[tokio::test]
async fn a_crash_while_a_message_is_frozen_leaves_a_draft_or_a_message_never_both() {
    for (step, drafts) in [("freezing", 1), ("frozen", 0)] {
        let dir = tempfile::tempdir().expect("a folder");
        let ended = child_that(step, dir.path()).wait().expect("an end");
        assert!(!ended.success(), "{step}: the child was not ended");
        let folder = dir.path().join("recordings").join(DRAFT);
        assert!(folder.exists(), "{step}: the crash left it");
        let engine = engine_on(dir.path()).await;
        let id = DraftId::parse(DRAFT).expect("a name");
        if drafts == 0 {
            // Whoever asks first: it is neither opened nor offered.
            let opened = engine.resume_draft(id.clone()).await;
            assert!(matches!(opened, Err(Error::NotFound(_))), "{step}: {opened:?}");
        }
        assert_eq!(engine.drafts().await.expect("drafts").len(), drafts, "{step}");
        assert_eq!(engine.outbox().await.expect("rows").len(), 1 - drafts, "{step}");
        assert_eq!(folder.exists(), drafts == 1, "{step}");
        engine.shutdown().await;
    }
}

#[tokio::test]
async fn a_draft_that_another_process_has_open_is_left_alone_until_that_dies() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut child = child_that("wait", dir.path());
    let mut said = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = String::new();
    while !line.ends_with("open\n") {
        assert_ne!(said.read_line(&mut line).expect("a line"), 0, "{line}");
    }
    let engine = engine_on(dir.path()).await;
    let id = DraftId::parse(DRAFT).expect("a name");
    assert!(engine.drafts().await.expect("drafts").is_empty(), "it is not offered");
    let opened = engine.resume_draft(id.clone()).await;
    assert!(matches!(opened, Err(Error::DraftInUse)), "{opened:?}");
    let removed = engine.remove_draft(id.clone()).await;
    assert!(matches!(removed, Err(Error::DraftInUse)), "{removed:?}");
    let saved = engine.save_draft(id.clone(), 9, DraftContent::default()).await;
    assert!(matches!(saved, Err(Error::DraftInUse)), "{saved:?}");
    assert!(dir.path().join("recordings").join(DRAFT).join("take-1.wav").exists());
    child.kill().expect("killed");
    child.wait().expect("an end");
    let kept = engine.drafts().await.expect("drafts");
    assert_eq!(kept.iter().map(|draft| &draft.content).collect::<Vec<_>>(), [&content()]);
    assert_eq!(kept[0].take.as_ref().map(|take| take.length.as_secs()), Some(2));
    engine.resume_draft(id).await.expect("free now");
    engine.shutdown().await;
}
