//! Sound of a message that is still being fetched: it begins before the end is here, and what
//! sounded in the end is the decoded message, also where the server closes in the middle.

use aloud::{
    codec::{
        Pcm,
        g726::{self, Packing, Rate},
    },
    engine::{Heard, Hearing, Progress},
    loopback::{Faults, Protocol, Valve},
    model::MessageKey,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::support::user::Desk;

/// Pulses through two resonances, as loud as speech.
pub fn voice(seconds: usize) -> Vec<i16> {
    let (mut y1, mut y2, mut z1, mut z2) = (0.0_f64, 0.0, 0.0, 0.0);
    (0..seconds * 8000)
        .map(|n| {
            let pulse = if n % (71 + n / 20_000) == 0 { 3000.0 } else { 0.0 };
            let y = pulse + 1.7 * y1 - 0.9 * y2;
            (y2, y1) = (y1, y);
            let z = y + 1.1 * z1 - 0.8 * z2;
            (z2, z1) = (z1, z);
            z.clamp(-20_000.0, 20_000.0) as i16
        })
        .collect()
}

/// A voice message of a minute and a half (480 KiB on the wire), a text before and behind it, and
/// its sound.
pub fn message() -> (String, Vec<i16>) {
    let octets = g726::encode(&voice(90), Rate::Kbit32, Packing::LsbFirst);
    let body: String = STANDARD
        .encode(&octets)
        .as_bytes()
        .chunks(76)
        .map(|line| format!("{}\n", String::from_utf8_lossy(line)))
        .collect();
    let text = format!(
        "From: Ada Okafor <ada@example.net>\nTo: robin@example.com\nSubject: Call me\n\
         Message-ID: <h@example.net>\nDate: Tue, 04 Mar 2025 09:10:00 +0000\n\
         MIME-Version: 1.0 (Voice 2.0)\n\
         Content-Type: multipart/voice-message; version=2.0; boundary=B\n\n\
         --B\nContent-Type: text/plain\n\nhello\n\
         --B\nContent-Type: audio/32kadpcm\nContent-Transfer-Encoding: base64\n\
         Content-Disposition: inline; voice=Voice-Message\nContent-Duration: 90\n\n{body}\n\
         --B\nContent-Type: text/plain\n\nbye\n--B--\n"
    );
    (text, g726::decode(&octets, Rate::Kbit32, Packing::LsbFirst))
}

/// Its path.
pub const PATH: &str = "2";

/// A desk with the message in its list, and of it only the beginning.
pub async fn desk() -> (Desk, MessageKey, Vec<i16>) {
    let desk = Desk::new().await;
    let (text, sound) = message();
    desk.deliver(&text);
    desk.sync().await;
    let key = desk.inbox().await[0].key;
    assert!(!desk.engine.peek(key).await.expect("there").complete);
    (desk, key, sound)
}

/// What came up to what is not a piece.
async fn pieces(hearing: &mut Hearing, samples: &mut Vec<i16>) -> Option<Heard> {
    loop {
        match hearing.next().await {
            Some(Heard::Piece(pcm)) => {
                assert_eq!(pcm.rate, Pcm::TELEPHONE);
                samples.extend_from_slice(&pcm.samples);
            }
            other => return other,
        }
    }
}

#[tokio::test]
async fn sound_comes_before_the_end_of_the_message() {
    let (desk, key, sound) = desk().await;
    let valve = Valve::new(60_000);
    let slow = Faults { valve: Some(valve.clone()), ..Faults::default() };
    desk.server.fault_always(Protocol::Imap, slow);
    let mut hearing = desk.engine.hear(key, PATH.into());
    let mut samples = Vec::new();
    while samples.len() < 8 * 8000 {
        match hearing.next().await {
            Some(Heard::Piece(pcm)) => samples.extend_from_slice(&pcm.samples),
            other => panic!("{other:?}"),
        }
    }
    let opened = desk.engine.peek(key).await.expect("there");
    assert!(!opened.complete && opened.have.0 < opened.have.1 / 4, "{:?}", opened.have);
    valve.open();
    let end = pieces(&mut hearing, &mut samples).await;
    let Some(Heard::Whole { pcm, as_told: true }) = end else { panic!("{end:?}") };
    assert_eq!(pcm.samples, sound);
    assert!(sound.starts_with(&samples), "what came in pieces was right");
    assert!(hearing.next().await.is_none());
}

#[tokio::test]
async fn a_server_that_closes_is_told_and_the_rest_comes_later() {
    let (desk, key, sound) = desk().await;
    for _ in 0..2 {
        // Twice, since a connection that may have died unused is tried again.
        let cut = Faults { cut_output: Some(120_000), ..Faults::default() };
        desk.server.fault_next(Protocol::Imap, cut);
    }
    let mut hearing = desk.engine.hear(key, PATH.into());
    let mut samples = Vec::new();
    let end = pieces(&mut hearing, &mut samples).await;
    assert!(matches!(end, Some(Heard::Broken(_))), "{end:?}");
    assert!(hearing.next().await.is_none());
    assert!(samples.len() > 8000 && samples.len() < sound.len());
    assert!(sound.starts_with(&samples));
    let row = desk.inbox().await.remove(0);
    assert_eq!(row.progress, Progress::New, "nothing was heard");

    desk.server.fault_always(Protocol::Imap, Faults::default());
    let mut hearing = desk.engine.hear(key, PATH.into());
    let mut again = Vec::new();
    let end = pieces(&mut hearing, &mut again).await;
    let Some(Heard::Whole { pcm, as_told: true }) = end else { panic!("{end:?}") };
    assert!(again.starts_with(&samples), "it begins as before");
    assert_eq!(pcm.samples, sound);
}

#[tokio::test]
async fn a_message_that_is_here_is_heard_as_a_whole() {
    let (desk, key, sound) = desk().await;
    desk.engine.open(key).await.expect("opened");
    let mut hearing = desk.engine.hear(key, PATH.into());
    let first = hearing.next().await;
    let Some(Heard::Whole { pcm, as_told: true }) = first else { panic!("{first:?}") };
    assert_eq!(pcm.samples, sound);
}

#[tokio::test]
async fn other_leaves_are_heard_as_far_as_they_are_here() {
    let (desk, key, _) = desk().await;
    assert!(desk.engine.audio_here(key, PATH.into()).await.expect("no error").is_none());
    assert!(desk.engine.audio_here(key, "9".into()).await.expect("no error").is_none());
    desk.engine.open(key).await.expect("opened");
    assert!(desk.engine.audio_here(key, PATH.into()).await.expect("sound").is_some());
    // What cannot be decoded says why, in the end.
    let mut hearing = desk.engine.hear(key, "1".into());
    assert!(matches!(hearing.next().await, Some(Heard::Failed(_))));
}
