//! The real device path (rodio, cpal, ALSA) without hardware: what went to the sound device is the
//! recording, and what the microphone held is the take.
//!
//! Each runs in a child process, because ALSA reads its configuration from the environment once.
//! Playing goes through ALSA's file device, which has no clock: it says nothing about time.
//! Recording needs one, so it goes through a private PulseAudio with a virtual microphone.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::{Command as Process, Stdio},
    sync::Arc,
    time::Duration,
};

use aloud::{
    audio::{Audio, ClipId, Command, Phase, Segment},
    codec::{Pcm, wav},
};

use super::{read_wav, signal, until};

const CHILD: &str = "ALOUD_TEST_DEVICE_CHILD";
const RATE: usize = 48_000;
const SPOKEN: Duration = Duration::from_millis(1_500);

/// An ALSA configuration whose default device plays into the file `out`.
fn alsa_file(dir: &Path, out: &Path) -> PathBuf {
    let mut text = String::from("</usr/share/alsa/alsa.conf>\npcm.aloud_null { type null }\n");
    let _ = write!(
        text,
        "pcm.aloud_play {{ type file slave.pcm \"aloud_null\" file \"{}\" format \"raw\" truncate true }}\n\
         pcm.!default {{ type plug slave {{ pcm \"aloud_play\" format S16_LE rate {RATE} channels 1 }} }}\n\
         ctl.!default {{ type hw card 0 }}\n",
        out.display(),
    );
    let config = dir.join("asound.conf");
    std::fs::write(&config, text).unwrap();
    config
}

/// This test program, to be run again as the child that does `what` in `dir`.
fn child(what: &str, dir: &Path) -> Process {
    let mut child = Process::new(std::env::current_exe().unwrap());
    child
        .args([&format!("audio::device::{what}"), "--exact", "--nocapture"])
        .env(CHILD, dir)
        .env_remove("PULSE_SERVER");
    child
}

/// Runs in the child process only.
#[tokio::test]
async fn child_plays() {
    let Some(_dir) = std::env::var_os(CHILD) else { return };
    let audio = Audio::start().unwrap();
    audio.send(Command::Volume(1.0));
    audio.send(Command::Load {
        clip: ClipId("a".into()),
        segments: vec![Segment {
            label: "message".into(),
            pcm: Arc::new(Pcm::telephone(signal(24_000))),
            primary: true,
        }],
        segment: 0,
        at: Duration::ZERO,
        play: true,
    });
    let state =
        until(&audio, "end", |s| s.player.phase == Phase::Ended || s.player.problem.is_some())
            .await;
    assert_eq!(state.player.problem, None);
}

/// Runs in the child process only.
#[tokio::test]
async fn child_records() {
    let Some(dir) = std::env::var_os(CHILD) else { return };
    let audio = Audio::start().unwrap();
    let file = Path::new(&dir).join("take.wav");
    audio.send(Command::Record { file, append: false, limit: Some(SPOKEN) });
    let state =
        until(&audio, "take", |s| s.recorder.at_limit || s.recorder.problem.is_some()).await;
    assert_eq!((state.recorder.problem, state.recorder.overruns), (None, 0));
}

#[test]
fn the_sound_device_gets_the_recording() {
    if !Path::new("/usr/share/alsa/alsa.conf").is_file() {
        println!("skipped: no ALSA here");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out.raw");
    let status = child("child_plays", dir.path())
        .env("ALSA_CONFIG_PATH", alsa_file(dir.path(), &out))
        .status()
        .unwrap();
    assert!(status.success());
    let played = without_gaps(
        std::fs::read(&out)
            .unwrap()
            .chunks_exact(2)
            .map(|c| f64::from(i16::from_le_bytes([c[0], c[1]])))
            .collect(),
    );
    let expected: Vec<f64> = signal(24_000).into_iter().map(f64::from).collect();
    let error = best_match(&expected, &played, RATE / 8_000);
    assert!(error < 0.01, "what was played differs by {error} of its power");
}

#[test]
fn the_take_is_what_the_microphone_heard() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/testbed/sound");
    let dir = tempfile::tempdir().unwrap();
    let sound = |order: &str| {
        let mut process = Process::new(&script);
        process.arg(order).env("TESTBED_AUDIO_DIR", dir.path().join("pulse"));
        process
    };
    let up = sound("up").stderr(Stdio::inherit()).output().unwrap();
    if !up.status.success() {
        println!("skipped: no virtual microphone (PulseAudio) here");
        return;
    }
    let tone = (0..5 * RATE)
        .map(|n| ((n as f64 * 440.0 * std::f64::consts::TAU / RATE as f64).sin() * 10_000.0) as i16)
        .collect();
    let spoken = dir.path().join("spoken.wav");
    std::fs::write(&spoken, wav::write(&Pcm { samples: tone, rate: RATE as u32 })).unwrap();
    let mut speaker = sound("feed").arg(&spoken).spawn().unwrap();
    let pulse = dir.path().join("pulse");
    let status = child("child_records", dir.path())
        .env("ALSA_CONFIG_PATH", pulse.join("asound.conf"))
        .env("PULSE_SERVER", format!("unix:{}", pulse.join("native").display()))
        .env("PULSE_COOKIE", pulse.join("cookie"))
        .status();
    let _ = speaker.kill();
    let _ = speaker.wait();
    let _ = sound("down").status();
    assert!(status.unwrap().success());

    let take = read_wav(&dir.path().join("take.wav"));
    assert_eq!(take.samples.len(), (SPOKEN.as_secs_f64() * 8_000.0) as usize);
    // The microphone may open before the tone begins, and anywhere in it: its start and phase are
    // free, all else is not.
    let middle = &take.samples[6_000..11_600];
    let angle = |n: usize| n as f64 * 440.0 * std::f64::consts::TAU / 8_000.0;
    let project = |wave: fn(f64) -> f64| {
        let sum: f64 = middle.iter().enumerate().map(|(n, s)| f64::from(*s) * wave(angle(n))).sum();
        sum * 2.0 / middle.len() as f64
    };
    let (sine, cosine) = (project(f64::sin), project(f64::cos));
    let amplitude = sine.hypot(cosine);
    let rest: f64 = middle
        .iter()
        .enumerate()
        .map(|(n, s)| f64::from(*s) - sine * angle(n).sin() - cosine * angle(n).cos())
        .map(|difference| difference * difference)
        .sum::<f64>()
        / middle.len() as f64;
    assert!((amplitude - 10_000.0).abs() < 200.0, "{amplitude}");
    assert!(rest < 1e-3 * amplitude * amplitude, "{rest} of {}", amplitude * amplitude);
}

/// Takes out runs of digital silence: a device without a clock runs ahead of any program, and what
/// it takes in the meantime is silence.
fn without_gaps(played: Vec<f64>) -> Vec<f64> {
    played
        .chunk_by(|a, b| (*a == 0.0) == (*b == 0.0))
        .filter(|run| run[0] != 0.0 || run.len() < 16)
        .flatten()
        .copied()
        .collect()
}

/// Smallest squared difference, in parts of the power, between `expected` and every `step`-th sample
/// of `played` from some place on.
fn best_match(expected: &[f64], played: &[f64], step: usize) -> f64 {
    let start = played.iter().position(|s| s.abs() > 50.0).unwrap_or(0);
    let power: f64 = expected.iter().map(|s| s * s).sum();
    (start.saturating_sub(200)..start + 50)
        .map(|from| {
            expected
                .iter()
                .enumerate()
                .map(|(n, e)| (played.get(from + n * step).copied().unwrap_or(0.0) - e).powi(2))
                .sum::<f64>()
                / power
        })
        .fold(f64::INFINITY, f64::min)
}
