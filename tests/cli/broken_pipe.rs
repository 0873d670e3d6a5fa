//! A reader that has gone (`aloud list | head -1`) is no failure of any command, and no panic.

use std::process::{Command, Stdio};

const MAIL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/eml/cisco-unity.eml");

/// Exit code and what went to standard error, where that was open.
fn run_unread(arguments: &[&str], errors_too: bool) -> (Option<i32>, String) {
    let home = tempfile::tempdir().expect("a folder");
    let gone = || {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        Stdio::from(writer)
    };
    let output = Command::new(env!("CARGO_BIN_EXE_aloud"))
        .env("ALOUD_DATA_DIR", home.path())
        .current_dir(home.path())
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(gone())
        .stderr(if errors_too { gone() } else { Stdio::piped() })
        .output()
        .expect("it starts");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn nobody_reading_is_no_failure() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.wav");
    let pcm = aloud::codec::Pcm::telephone(vec![100; 8_000]);
    std::fs::write(&file, aloud::codec::wav::write(&pcm)).expect("a recording");
    let recording = file.to_str().expect("a plain path");
    let taken_out = folder.path().to_str().expect("a plain path");
    let compose = ["compose", "--audio", recording, "--to", "b@x.example", "--from", "a@x.example"];
    for arguments in [
        &["inspect", MAIL][..],
        &["inspect", "--json", MAIL],
        &["validate", MAIL],
        &["extract", MAIL, "--dir", taken_out],
        &["address", "parse", "2722@x.example"],
        &["address", "build", "--type", "vpim", "--number", "2722", "--domain", "x.example"],
        &["account", "list"],
        &["list"],
        &["list", "--json"],
        &["outbox"],
        &["outbox", "--json"],
        &["card", "export"],
        &["--help"],
        &compose,
    ] {
        // The same code as with a reader, whatever that is.
        let home = tempfile::tempdir().expect("a folder");
        let read = super::run_in(home.path(), arguments, b"").status.code();
        let (code, said) = run_unread(arguments, false);
        assert!(!said.contains("panicked"), "{arguments:?}: {said}");
        assert_eq!(code, read, "{arguments:?}: {said}");
        assert_eq!(run_unread(arguments, true).0, read, "{arguments:?}, no errors either");
    }
}
