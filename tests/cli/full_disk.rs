//! A disk that takes nothing more, at every write: sending, fetching, drafts, recordings. The limit on
//! the size of files that the shell sets for the program (`ulimit -f`) stands in for the disk.
#![cfg(unix)]

use std::{path::Path, process::Command, sync::Arc};

use aloud::{
    audio::Take,
    engine::{DraftContent, DraftId, Engine, Error, Options, secrets::MemoryStore},
    model::DateTime,
};

use super::mail::{PASSWORD, add, aloud, stdout, world};
use crate::engine::damage::copy;

/// Runs a program whose files may have so many blocks of 512 octets (in some shells 1024).
fn limited(blocks: usize, program: &str, change: impl FnOnce(&mut Command)) -> (bool, String) {
    let mut command = Command::new("sh");
    let script = "trap '' XFSZ; ulimit -f \"$0\"; exec \"$@\"";
    command.args(["-c", script, &blocks.to_string(), program]);
    command
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
        .env("ALOUD_PASSWORD", PASSWORD);
    change(&mut command);
    let output = command.output().expect("a shell");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

fn letter(n: usize) -> String {
    format!(
        "From: robin@example.com\r\nTo: ada@example.net\r\nSubject: Full {n}\r\n\
         Message-ID: <{n}@example.com>\r\nDate: Tue, 04 Mar 2025 09:10:00 +0000\r\n\r\n{}",
        "A line of text.\r\n".repeat(300)
    )
}

fn aloud_within(blocks: usize, dir: &Path, args: &[&str]) -> (bool, String) {
    limited(blocks, env!("CARGO_BIN_EXE_aloud"), |command| {
        command.arg("--data-dir").arg(dir).args(args);
    })
}

/// Whatever is full while a message is sent: it is sent once or not, what the server said is known,
/// and in the end its copy lies in Sent once.
#[tokio::test(flavor = "multi_thread")]
async fn sending_with_a_full_disk_ends_and_knows_what_the_server_said() {
    let (server, ports, template) = world().await;
    stdout(&add(template.path(), &ports));
    stdout(&aloud(template.path(), Some(PASSWORD), &["sync", "--once"]));
    let (mut unfiled, mut refused, mut whole) = (0, 0, 0);
    for (n, blocks) in (40..400).step_by(16).chain([100_000]).enumerate() {
        let dir = tempfile::tempdir().expect("a folder");
        let dir = dir.path();
        copy(template.path(), dir);
        let file = dir.join("out.eml").to_string_lossy().into_owned();
        std::fs::write(&file, letter(n)).expect("written");
        let (good, said) = aloud_within(blocks, dir, &["send", &file]);
        let subject = format!("Subject: Full {n}\r\n");
        let taken = || {
            let all = server.submitted();
            all.iter().filter(|s| String::from_utf8_lossy(&s.octets).contains(&subject)).count()
        };
        let filed = || {
            let sent = server.mailbox("Sent");
            sent.map_or(0, |sent| {
                let all = sent.messages().iter();
                all.filter(|m| String::from_utf8_lossy(&m.octets).contains(&subject)).count()
            })
        };
        let at_once = taken();
        assert!(at_once <= 1, "{blocks}: {said}");
        assert!(!said.contains("may have been sent"), "{blocks}: {said}");
        assert_eq!(said.contains("sent <"), at_once == 1, "{blocks}: {said}");
        assert!(good || said.contains("disk is full") || said.contains("isn’t full"), "{said}");
        whole += usize::from(good);
        refused += usize::from(at_once == 0);
        unfiled += usize::from(said.contains("waits for room"));
        let waits = stdout(&aloud(dir, None, &["outbox"]));
        assert!(!waits.contains("may have been sent"), "{blocks}: {waits}");
        // There is room again.
        stdout(&aloud(dir, Some(PASSWORD), &["sync", "--once"]));
        stdout(&aloud(dir, Some(PASSWORD), &["sync", "--once"]));
        assert_eq!(stdout(&aloud(dir, None, &["outbox"])), "", "{blocks}: {said}");
        let expected = usize::from(at_once == 1 || !waits.is_empty());
        assert_eq!((taken(), filed()), (expected, expected), "{blocks}: {said} {waits}");
    }
    println!("{whole} whole, {unfiled} not filed at once, {refused} not sent at once");
    assert!(unfiled > 0 && refused > 0 && whole > 0, "{unfiled} {refused} {whole}");
}

#[tokio::test(flavor = "multi_thread")]
async fn fetching_with_a_full_disk_says_so_and_goes_on_later() {
    let (server, ports, template) = world().await;
    stdout(&add(template.path(), &ports));
    for n in 0..40 {
        let at = DateTime::utc(1_741_000_000 + n as i64);
        server.deliver("INBOX", letter(n).as_bytes(), &[], at).expect("delivered");
    }
    let mut full = 0;
    for blocks in (64..900).step_by(90) {
        let dir = tempfile::tempdir().expect("a folder");
        let dir = dir.path();
        copy(template.path(), dir);
        let (good, said) = aloud_within(blocks, dir, &["sync", "--once"]);
        assert!(good || said.contains("disk is full"), "{blocks}: {said}");
        full += usize::from(!good);
        stdout(&aloud(dir, Some(PASSWORD), &["sync", "--once"]));
        let rows = stdout(&aloud(dir, None, &["list"]));
        assert_eq!(rows.lines().count(), 40, "{blocks}");
    }
    assert!(full > 0);
}

const ACT: &str = "ALOUD_TEST_FULL";

fn note(octets: usize) -> DraftContent {
    DraftContent { note: "x".repeat(octets), text: true, by_hand: true, ..DraftContent::default() }
}

/// Writes a draft and a recording that are too large for the disk; does nothing in an ordinary run.
#[tokio::test]
async fn child() {
    let Ok(dir) = std::env::var(ACT) else { return };
    let options = Options::new(dir.into(), Arc::new(MemoryStore::default()));
    let engine = Engine::start(options).await.expect("an engine");
    let draft = DraftId::parse("draft-1-full").expect("a name");
    engine.save_draft(draft.clone(), 1, note(1000)).await.expect("saved");
    let full = engine.save_draft(draft.clone(), 2, note(400_000)).await;
    assert_eq!(full, Err(Error::DiskFull));
    let folder = engine.recordings_dir().join(draft.as_str());
    let mut take = Take::create(&folder.join("take-1.wav")).expect("a take");
    let failed = (0..1000).find_map(|_| take.write(&[7; 1600]).err()).expect("it gets full");
    assert_eq!(failed.kind(), std::io::ErrorKind::FileTooLarge);
    engine.save_draft(draft, 3, note(2000)).await.expect("a small one still goes");
    std::process::exit(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_and_recordings_keep_what_was_safe_when_the_disk_is_full() {
    let dir = tempfile::tempdir().expect("a folder");
    let options = || Options::new(dir.path().to_owned(), Arc::new(MemoryStore::default()));
    Engine::start(options()).await.expect("an engine").shutdown().await;
    let program = std::env::current_exe().expect("this program");
    let (good, said) = limited(512, &program.to_string_lossy(), |command| {
        command.args(["--exact", "cli::full_disk::child", "--test-threads=1"]).env(ACT, dir.path());
    });
    assert!(good, "{said}");
    let engine = Engine::start(options()).await.expect("an engine");
    let drafts = engine.drafts().await.expect("drafts");
    assert_eq!(drafts.len(), 1);
    assert_eq!(drafts[0].content, note(2000));
    assert!(drafts[0].take.as_ref().is_some_and(|take| take.length.as_secs() >= 10));
    let left = std::fs::read_dir(&drafts[0].dir).expect("a folder").flatten();
    let names = left.map(|entry| entry.file_name().to_string_lossy().into_owned());
    assert!(names.into_iter().all(|name| !name.ends_with(".new")));
    let revisions = engine.draft_revisions(drafts[0].id.clone()).await.expect("revisions");
    assert!(revisions.iter().any(|revision| revision.content == note(1000)));
    engine.shutdown().await;
}
