//! `aloud drafts` over drafts that another process made, and while that process has one open.

use std::{fs, path::Path, process::Output, sync::Arc};

use aloud::{
    codec::{Pcm, wav},
    engine::{DraftContent, DraftId, Engine, Options, Recipient, secrets::MemoryStore},
    model::{AddrSpec, Address, Importance, voice::VoiceFormat},
};
use serde_json::{Value, json};

use super::{run_in, text};

async fn engine(dir: &Path) -> Engine {
    // Where the program keeps its data under a folder of one's own.
    let data = dir.join("data");
    Engine::start(Options::new(data, Arc::new(MemoryStore::default()))).await.expect("an engine")
}

fn aloud(dir: &Path, arguments: &[&str]) -> Output {
    let mut all = vec!["drafts"];
    all.extend(arguments);
    run_in(dir, &all, b"")
}

fn told(output: &Output) -> String {
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

fn full(note: &str) -> DraftContent {
    let addr = AddrSpec::parse("graham@example.com").expect("an address");
    let graham = Address { name: Some("Graham Pearce".into()), addr };
    DraftContent {
        to: vec![Recipient::Address(graham), Recipient::Text("4417".into())],
        to_typed: "pri".into(),
        cc: vec![Recipient::Text("ada@example.net".into())],
        subject: "Friday\u{1b}[31m \u{1F4DE}".into(),
        note: note.into(),
        importance: Importance::High,
        private: true,
        ask_receipt: true,
        format: Some(VoiceFormat::Ivm),
        take: Some("take-2.wav".into()),
        by_hand: true,
        ..DraftContent::default()
    }
}

/// A draft with two revisions and two recordings, open in `engine`.
async fn draft_in(engine: &Engine) -> DraftId {
    let id = DraftId::random();
    engine.open_draft(id.clone()).await.expect("opened");
    engine.save_draft(id.clone(), 1, full("First words")).await.expect("saved");
    engine.save_draft(id.clone(), 2, full("Second\nwords")).await.expect("saved");
    let dir = engine.draft(id.clone()).await.expect("a draft").dir;
    for (name, samples) in [("take-1.wav", 4_000), ("take-2.wav", 12_000)] {
        let pcm = Pcm::telephone(vec![100; samples]);
        fs::write(dir.join(name), wav::write(&pcm)).expect("written");
    }
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_listed_shown_restored_exported_and_removed() {
    let home = tempfile::tempdir().expect("a folder");
    let dir = home.path();
    assert_eq!(told(&aloud(dir, &[])), "");
    assert_eq!(told(&aloud(dir, &["--json"])), "");
    let engine = engine(dir).await;
    let id = draft_in(&engine).await;
    engine.close_draft(id.clone(), 3, None).await.expect("closed");
    engine.shutdown().await;
    let id = id.as_str();

    let listed = told(&aloud(dir, &["list"]));
    assert_eq!(listed, told(&aloud(dir, &[])));
    assert!(listed.starts_with(&format!("{id}\t")) && listed.lines().count() == 1, "{listed}");
    let to = "\tvoice\t0:02\tGraham Pearce <graham@example.com>, 4417, pri\tFriday [31m ";
    assert!(listed.contains(to), "{listed}");
    let row: Value = serde_json::from_str(&told(&aloud(dir, &["--json"]))).expect("JSON");
    let fields = json!({
        "id": id, "open": false, "kind": "voice", "account": null, "reply_to": null,
        "reply_all": false, "forward": null,
        "to": [{"name": "Graham Pearce", "address": "graham@example.com"}, {"typed": "4417"}],
        "to_typed": "pri", "cc": [{"typed": "ada@example.net"}], "cc_typed": "",
        "subject": "Friday\u{1b}[31m \u{1F4DE}", "text": "Second\nwords", "importance": "high",
        "private": true, "ask_receipt": true, "format": "ivm", "revision": 2,
        "recording": {"file": "take-2.wav", "seconds": 1.5}, "spoken_subject": null,
        "sound_lost": false, "written": row["written"],
    });
    assert_eq!(row, fields);

    let shown = told(&aloud(dir, &["show", id]));
    for part in [
        "To: Graham Pearce <graham@example.com>, 4417, pri",
        "Cc: ada@example.net",
        "Options: important, private, receipt asked for, ivm",
        "Recording: take-2.wav, 0:02",
        "Not used any more: take-1.wav, 0:01",
        "Revision 1, ",
        ": First words",
        "\n\nSecond\nwords\n",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!shown.contains('\u{1b}'), "a terminal obeys nothing from a draft");
    let shown: Value =
        serde_json::from_str(&told(&aloud(dir, &["show", id, "--json"]))).expect("JSON");
    assert_eq!(shown["recordings"][0], json!({"file": "take-1.wav", "seconds": 0.5}));
    assert_eq!(shown["revisions"][0]["text"], "Second\nwords");
    assert_eq!(shown["revisions"][1]["revision"], 1);

    told(&aloud(dir, &["restore", id, "1"]));
    let shown: Value =
        serde_json::from_str(&told(&aloud(dir, &["show", id, "--json"]))).expect("JSON");
    assert_eq!((&shown["text"], &shown["revision"]), (&json!("First words"), &json!(3)));
    assert_eq!(shown["revisions"].as_array().map(Vec::len), Some(3), "none was lost");

    let out = dir.join("out.wav");
    let name = out.to_string_lossy().into_owned();
    told(&aloud(dir, &["export", id, "-o", &name]));
    assert_eq!(fs::read(&out).expect("a file").len(), 44 + 24_000);
    assert_eq!(aloud(dir, &["export", id, "-o", &name]).status.code(), Some(1), "not overwritten");
    let first = aloud(dir, &["export", id, "-o", "-", "--recording", "take-1.wav"]);
    assert_eq!(first.stdout.len(), 44 + 8_000);

    for no in [&b""[..], b"\n", b"no\n", b"y\n"] {
        let asked = run_in(dir, &["drafts", "remove", id], no);
        assert_eq!(asked.status.code(), Some(1));
        assert!(text(&asked.stderr).contains("Remove this draft for good?"));
        assert!(told(&aloud(dir, &[])).contains(id));
    }
    told(&run_in(dir, &["drafts", "remove", id], b"yes\n"));
    assert_eq!(told(&aloud(dir, &["--json"])), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_said_with_a_code() {
    let home = tempfile::tempdir().expect("a folder");
    let dir = home.path();
    let engine = engine(dir).await;
    let id = draft_in(&engine).await;
    engine.close_draft(id.clone(), 3, None).await.expect("closed");
    engine.shutdown().await;
    let id = id.as_str();
    let nowhere = dir.join("no").join("out.wav");
    let nowhere = nowhere.to_string_lossy();
    let cases: [(&[&str], i32); 10] = [
        (&["show", "draft-1-none"], 1),
        (&["show", "../../etc"], 1),
        (&["restore", id, "7"], 1),
        (&["restore", id, "first"], 2),
        (&["restore", id], 2),
        (&["remove", "draft-1-none", "--yes"], 1),
        (&["export", id], 2),
        (&["export", id, "-o", "-", "--recording", "take-9.wav"], 1),
        (&["export", id, "-o", "-", "--recording", "../../aloud.db"], 1),
        (&["export", id, "-o", &nowhere], 1),
    ];
    for (arguments, code) in cases {
        let output = aloud(dir, arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        assert!(!output.stderr.is_empty() && output.stdout.is_empty(), "{arguments:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_a_window_has_open_is_shown_and_left_alone() {
    let home = tempfile::tempdir().expect("a folder");
    let dir = home.path();
    // This process is the one with the window.
    let engine = engine(dir).await;
    let name = draft_in(&engine).await;
    let id = name.as_str();
    let listed = told(&aloud(dir, &[]));
    assert!(listed.contains(id) && listed.contains("open in a window"), "{listed}");
    let row: Value = serde_json::from_str(&told(&aloud(dir, &["--json"]))).expect("JSON");
    assert_eq!(row["open"], true);
    assert!(told(&aloud(dir, &["show", id])).contains("Second\nwords"));
    for refused in [&["remove", id, "--yes"][..], &["remove", id], &["restore", id, "1"]] {
        let output = aloud(dir, refused);
        assert_eq!(output.status.code(), Some(3), "{refused:?}: {}", text(&output.stderr));
        assert!(text(&output.stderr).contains("open in a window"));
    }
    assert_eq!(aloud(dir, &["export", id, "-o", "-"]).stdout.len(), 44 + 24_000);
    // The window goes on as if nobody had asked.
    engine.save_draft(name.clone(), 3, full("Third")).await.expect("saved");
    engine.close_draft(name.clone(), 4, None).await.expect("closed");
    let row: Value = serde_json::from_str(&told(&aloud(dir, &["--json"]))).expect("JSON");
    assert_eq!(
        (&row["open"], &row["text"], &row["revision"]),
        (&json!(false), &json!("Third"), &json!(3))
    );
    engine.shutdown().await;
}
