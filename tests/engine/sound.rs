//! Sound of messages that needs a word of the user's: where it goes on, code words in the other order,
//! and a program for what Aloud cannot decode.

use std::{path::Path, time::Duration};

use aloud::{
    codec::{
        Pcm,
        g726::{self, Packing, Rate},
    },
    engine::Error,
    model::MessageKey,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::support::user::Desk;

fn voice(media: &str, octets: &[u8]) -> String {
    let body: Vec<String> = STANDARD
        .encode(octets)
        .as_bytes()
        .chunks(76)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    format!(
        "From: Ada Okafor <ada@example.net>\nTo: robin@example.com\nSubject: Call me\n\
         Message-ID: <s@example.net>\nDate: Tue, 04 Mar 2025 09:10:00 +0000\n\
         Message-Context: voice-message\nMIME-Version: 1.0\nContent-Type: {media}\n\
         Content-Transfer-Encoding: base64\n\n{}\n",
        body.join("\n")
    )
}

async fn desk_with(message: &str) -> (Desk, MessageKey) {
    let desk = Desk::new().await;
    desk.deliver(message);
    desk.sync().await;
    let key = desk.inbox().await[0].key;
    (desk, key)
}

/// Over a restart, for each message by itself, until it is forgotten or the message is gone.
#[tokio::test]
async fn where_somebody_stopped_listening_is_kept() {
    let octets = [0x55; 4_000];
    let (mut desk, key) = desk_with(&voice("audio/32kadpcm", &octets)).await;
    let at = Duration::from_millis(21_250);
    desk.engine.stopped_at(key, Duration::from_secs(5)).await.expect("kept");
    desk.engine.stopped_at(key, at).await.expect("kept");
    let elsewhere = MessageKey(key.0 + 1);
    desk.engine.stopped_at(elsewhere, at).await.expect("no message is no error");
    desk.restart().await;
    assert_eq!(desk.engine.peek(key).await.expect("open").stopped_at, at);
    desk.deliver(&voice("audio/32kadpcm", &octets).replace("<s@", "<t@"));
    desk.sync().await;
    for row in desk.inbox().await.iter().filter(|row| row.key != key) {
        let other = desk.engine.peek(row.key).await.expect("open");
        assert_eq!(other.stopped_at, Duration::ZERO, "of a message that had not come yet");
    }
    desk.engine.stopped_at(key, Duration::ZERO).await.expect("forgotten");
    assert_eq!(desk.engine.peek(key).await.expect("open").stopped_at, Duration::ZERO);
    desk.engine.stopped_at(key, Duration::MAX).await.expect("kept");
    assert!(desk.engine.peek(key).await.expect("open").stopped_at > at);
}

#[tokio::test]
async fn code_words_are_swapped_by_hand_and_back() {
    // Too short to tell the order by its sound: the label decides.
    let samples: Vec<i16> = (0..800).map(|n| ((n * 37) % 400 - 200) * 20).collect();
    let octets = g726::encode(&samples, Rate::Kbit32, Packing::MsbFirst);
    let (desk, key) = desk_with(&voice("audio/32kadpcm", &octets)).await;
    let hear =
        || async { desk.engine.audio(key, "1".into()).await.expect("sound").samples.clone() };
    let usual = g726::decode(&octets, Rate::Kbit32, Packing::LsbFirst);
    let other = g726::decode(&octets, Rate::Kbit32, Packing::MsbFirst);
    assert_ne!(usual, other);
    assert_eq!(hear().await, usual);
    desk.engine.swap_code_words(key, true);
    assert_eq!(hear().await, other);
    assert!(desk.engine.peek(key).await.expect("open").swapped, "it is remembered");
    desk.engine.swap_code_words(key, false);
    assert_eq!(hear().await, usual);
}

#[cfg(unix)]
fn program(dir: &Path) -> std::path::PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let path = dir.join("decoder");
    let script = format!(
        "#!/bin/sh\nprintf x >> '{}'\nprintf '\\001\\000\\002\\000'\n",
        dir.join("ran").display()
    );
    std::fs::write(&path, script).expect("written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).expect("executable");
    path
}

#[cfg(unix)]
#[tokio::test]
async fn a_program_runs_only_when_it_is_asked_for() {
    let asf = [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11, 0, 0];
    let (desk, key) = desk_with(&voice("audio/x-ms-wma", &asf)).await;
    let none = desk.engine.audio_by_program(key, "1".into()).await;
    assert!(matches!(none, Err(Error::Invalid(_))), "none is chosen");
    let program = program(desk.dir.path());
    desk.engine.set_program(Some(program));
    let ran = desk.dir.path().join("ran");
    desk.engine.open(key).await.expect("opened");
    desk.engine.started(key).await.expect("noted");
    desk.engine.presented(key).await.expect("noted");
    assert!(desk.engine.audio(key, "1".into()).await.is_err(), "Aloud itself cannot");
    assert!(!ran.exists(), "opening a message runs nothing");
    let sound = desk.engine.audio_by_program(key, "1".into()).await.expect("sound");
    assert_eq!(*sound, Pcm { samples: vec![1, 2], rate: 16_000 });
    assert!(ran.exists());
    let left = std::fs::read_dir(desk.dir.path().join("data/decoding")).expect("a folder").count();
    assert_eq!(left, 0, "the recording is gone");
}
