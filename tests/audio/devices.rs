//! The main job from end to end over the system's own devices (rodio, cpal, ALSA) without hardware:
//! a voice message comes in by IMAP, and what went to the sound device is what it decodes to; a
//! reply is recorded, and what the microphone heard is what arrived by SMTP.
//!
//! The job runs in a child process, because ALSA reads its configuration from the environment once.
//! Playing goes through ALSA's file device into a file. It has no clock: it runs ahead of any
//! program and takes silence whenever the program is late, so silence says nothing, and the message
//! holds none. Recording needs a clock: it goes through a private PulseAudio with a virtual
//! microphone that plays a file.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::{Command as Process, Stdio},
    sync::Arc,
    time::Duration,
};

use aloud::{
    audio::{Audio, ClipId, Command, Phase, Segment},
    codec::{Hint, Limits, Pcm, decode, wav},
    engine::{Outgoing, Progress, Relation},
    message::{
        Mail,
        compose::{self, Letter, Seed, VoiceParts},
        inspect::{self, ReadOptions, primary_audio},
    },
    model::{Address, DateTime, Importance, MessageKind, voice::VoiceFormat},
};

use super::{read_wav, until};
use crate::support::user::{Desk, OWN, START, addr};

const CHILD: &str = "ALOUD_TEST_DEVICES_CHILD";
/// The rate of both devices.
const RATE: usize = 48_000;
/// Device samples to one of a telephone's.
const STEP: usize = RATE / 8_000;
const SPOKEN: Duration = Duration::from_millis(1_500);
const CALLER: &str = "ada@vm.example.net";

/// Three seconds without a silent sample: what is silent in the file came from the device alone.
fn message() -> Pcm {
    let wave = |n: usize| {
        let t = n as f64 / 8_000.0;
        8_000.0 + (t * 1_307.0).sin() * 3_500.0 + (t * t * 811.0).sin() * 2_000.0
    };
    Pcm::telephone((0..24_000).map(|n| wave(n) as i16).collect())
}

/// An ALSA configuration that plays into the file `out` and listens to the PulseAudio of `pulse`.
fn alsa(dir: &Path, out: &Path, pulse: &Path) -> PathBuf {
    let mut text = String::from("</usr/share/alsa/alsa.conf>\npcm.aloud_null { type null }\n");
    let _ = write!(
        text,
        "pcm.aloud_file {{ type file slave.pcm \"aloud_null\" file \"{}\" format \"raw\" truncate true }}\n\
         pcm.aloud_out {{ type plug slave {{ pcm \"aloud_file\" format S16_LE rate {RATE} channels 1 }} }}\n\
         pcm.aloud_in {{ type pulse server \"unix:{}\" }}\n\
         pcm.!default {{ type asym playback.pcm \"aloud_out\" capture.pcm \"aloud_in\" }}\n\
         ctl.!default {{ type hw card 0 }}\n",
        out.display(),
        pulse.join("native").display(),
    );
    let config = dir.join("asound.conf");
    std::fs::write(&config, text).unwrap();
    config
}

/// Runs in the child process only: fetches, plays, records, answers, and leaves what the user would
/// have had in the folder.
#[tokio::test(flavor = "multi_thread")]
async fn child_does_the_main_job() {
    let Some(dir) = std::env::var_os(CHILD).map(PathBuf::from) else { return };
    let desk = Desk::new().await;
    let said = message();
    let letter = Letter {
        to: vec![Address::bare(addr(OWN))],
        subject: "Call me".into(),
        format: Some(VoiceFormat::Vpim),
        parts: VoiceParts { voice: Some(&said), ..VoiceParts::default() },
        ..Letter::new(Address::bare(addr(CALLER)))
    };
    let date = DateTime::utc(START);
    let seed = Seed { date, domain: "vm.example.net".into(), token: "devices".into() };
    let octets = compose::build(&letter, &seed).unwrap();
    desk.server.deliver("INBOX", octets, &[], DateTime::utc(START)).unwrap();
    desk.sync().await;
    let row = desk.inbox().await.remove(0);
    assert_eq!(row.kind, MessageKind::Voice);
    let opened = desk.engine.open(row.key).await.unwrap();
    let path = primary_audio(&opened.mail)[0].path.clone();
    let pcm = desk.engine.audio(row.key, path).await.unwrap();
    std::fs::write(dir.join("decoded.wav"), wav::write(&pcm)).unwrap();

    let audio = Audio::start().unwrap();
    audio.send(Command::Volume(1.0));
    audio.send(Command::Load {
        clip: ClipId("message".into()),
        segments: vec![Segment::whole("message", pcm, true)],
        segment: 0,
        at: Duration::ZERO,
        play: true,
    });
    let state =
        until(&audio, "end", |s| s.player.phase == Phase::Ended || s.player.problem.is_some())
            .await;
    assert_eq!((state.player.problem, state.player.heard), (None, true));
    desk.engine.presented(row.key).await.unwrap();
    assert_eq!(desk.inbox().await[0].progress, Progress::Done);

    let file = dir.join("take.wav");
    audio.send(Command::Record { file: file.clone(), append: false, limit: Some(SPOKEN) });
    let state =
        until(&audio, "take", |s| s.recorder.at_limit || s.recorder.problem.is_some()).await;
    assert_eq!(state.recorder.problem, None);
    let reply = Outgoing {
        account: desk.account,
        relation: Relation::Reply { to: row.key, include_original: false },
        to: vec![Address::bare(addr(CALLER))],
        cc: Vec::new(),
        subject: "Re: Call me".into(),
        voice: Some(Arc::new(read_wav(&file))),
        spoken_subject: None,
        text: None,
        importance: Importance::Normal,
        private: false,
        ask_receipt: false,
        format: None,
        draft: None,
    };
    desk.engine.send(reply).await.unwrap();
    desk.engine.drain_outbox().await.unwrap();
    std::fs::write(dir.join("answer.eml"), &desk.server.submitted()[0].octets).unwrap();
}

#[test]
fn what_is_played_is_the_message_and_what_was_said_arrives() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/testbed/sound");
    let dir = tempfile::tempdir().unwrap();
    let pulse = dir.path().join("pulse");
    let sound = |order: &str| {
        let mut process = Process::new(&script);
        process.arg(order).env("TESTBED_AUDIO_DIR", &pulse);
        process
    };
    let up = sound("up").stderr(Stdio::inherit()).output().unwrap();
    if !up.status.success() {
        println!("skipped: no virtual microphone (PulseAudio) here");
        return;
    }
    let wave = |n: usize| (n as f64 * 440.0 * std::f64::consts::TAU / RATE as f64).sin() * 10_000.0;
    // Long enough for any computer to come to the recording in the meantime.
    let spoken =
        Pcm { samples: (0..90 * RATE).map(|n| wave(n) as i16).collect(), rate: RATE as u32 };
    let microphone = dir.path().join("spoken.wav");
    std::fs::write(&microphone, wav::write(&spoken)).unwrap();
    let mut speaker = sound("feed").arg(&microphone).spawn().unwrap();
    let out = dir.path().join("out.raw");
    let status = Process::new(std::env::current_exe().unwrap())
        .args(["audio::devices::child_does_the_main_job", "--exact", "--nocapture"])
        .env(CHILD, dir.path())
        .env("ALSA_CONFIG_PATH", alsa(dir.path(), &out, &pulse))
        // Nobody's own sound server, so that ALSA is what is left.
        .env("PULSE_SERVER", format!("unix:{}", dir.path().join("absent").display()))
        .env("PULSE_COOKIE", pulse.join("cookie"))
        .status();
    let _ = speaker.kill();
    let _ = speaker.wait();
    let _ = sound("down").status();
    assert!(status.unwrap().success());

    // From the mailbox to the loudspeaker.
    let decoded = read_wav(&dir.path().join("decoded.wav"));
    assert_eq!(decoded.samples.len(), message().samples.len());
    let played: Vec<f64> = std::fs::read(&out)
        .unwrap()
        .chunks_exact(2)
        .map(|c| f64::from(i16::from_le_bytes([c[0], c[1]])))
        .filter(|sample| *sample != 0.0)
        .collect();
    let error = best_match(&decoded.samples, &played);
    assert!(error < 5e-4, "what was played differs by {error} of its power");

    // From the microphone to the recipient.
    let take = read_wav(&dir.path().join("take.wav"));
    assert_eq!(take.samples.len(), (SPOKEN.as_secs_f64() * 8_000.0) as usize);
    let answer = std::fs::read(dir.path().join("answer.eml")).unwrap();
    let arrived = recording(&answer);
    let noise = difference(&take.samples, &arrived.samples);
    assert!(noise < 0.01, "what arrived differs from the recording by {noise} of its power");
    for (what, heard) in [("recorded", &take), ("arrived", &arrived)] {
        let whole = tone_blocks(&heard.samples);
        assert!(whole > 0.85, "only {whole} of what {what} is what was spoken");
    }
}

/// The message's recording, read as any client would.
fn recording(octets: &[u8]) -> Pcm {
    let mail = Mail::read(octets, &ReadOptions::default());
    let part = primary_audio(&mail)[0];
    let body = inspect::body(octets, &part.path).unwrap();
    let hint = Hint { media_type: &part.media_type, ..Hint::default() };
    decode(&body.octets, hint, Limits::default()).unwrap()
}

/// Mean squared difference in parts of the power of `a`.
fn difference(a: &[i16], b: &[i16]) -> f64 {
    let power: f64 = a.iter().map(|s| f64::from(*s).powi(2)).sum();
    let apart: f64 = a.iter().zip(b).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum();
    apart / power
}

/// How much of a recording, in blocks of 50 ms, is the 440 Hz tone at its full strength. A virtual
/// microphone drops out for a moment on a busy computer, and the tone begins anywhere; a wrong
/// rate, byte order, format or level leaves no block as it was.
fn tone_blocks(samples: &[i16]) -> f64 {
    let good = samples.chunks_exact(400).filter(|block| {
        let angle = |n: usize| n as f64 * 440.0 * std::f64::consts::TAU / 8_000.0;
        let project = |wave: fn(f64) -> f64| {
            block.iter().enumerate().map(|(n, s)| f64::from(*s) * wave(angle(n))).sum::<f64>()
                / 200.0
        };
        let (sine, cosine) = (project(f64::sin), project(f64::cos));
        let amplitude = sine.hypot(cosine);
        let tone = |n| sine * angle(n).sin() + cosine * angle(n).cos();
        let rest: f64 =
            block.iter().enumerate().map(|(n, s)| (f64::from(*s) - tone(n)).powi(2)).sum();
        (amplitude - 10_000.0).abs() < 500.0 && rest / 400.0 < 0.01 * amplitude * amplitude
    });
    good.count() as f64 / (samples.len() / 400) as f64
}

/// Smallest squared difference, in parts of the power, between `expected` and every [`STEP`]-th
/// sample of `played` from some place near its beginning on.
fn best_match(expected: &[i16], played: &[f64]) -> f64 {
    let start = played.iter().position(|s| s.abs() > 50.0).unwrap_or(0);
    let power: f64 = expected.iter().map(|s| f64::from(*s).powi(2)).sum();
    (start.saturating_sub(200)..start + 200)
        .map(|from| {
            let at = |n: usize| played.get(from + n * STEP).copied().unwrap_or(0.0);
            let apart = |(n, e): (usize, &i16)| (at(n) - f64::from(*e)).powi(2);
            expected.iter().enumerate().map(apart).sum::<f64>() / power
        })
        .fold(f64::INFINITY, f64::min)
}
