//! Recording: what the microphone gave is what the take holds, in every order of orders.

use std::{path::Path, time::Duration};

use aloud::audio::{Audio, Command, NullDevices, Pace, Problem, RecorderPhase};

use super::{read_wav, signal, until};

fn take(path: &Path) -> Vec<i16> {
    read_wav(path).samples
}

fn microphone(samples: &[i16]) -> Vec<f32> {
    samples.iter().map(|s| f32::from(*s) / 32_768.0).collect()
}

#[tokio::test]
async fn the_take_holds_what_the_microphone_gave_across_pause_and_append() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("take.wav");
    let spoken = signal(16_000);
    let devices = NullDevices::new(8_000, Pace::Real, microphone(&spoken));
    let audio = Audio::start_null(devices).unwrap();
    let record = |append, limit| Command::Record { file: file.clone(), append, limit };
    audio.send(record(false, Some(Duration::from_millis(500))));
    let state = until(&audio, "limit", |s| s.recorder.at_limit).await;
    assert_eq!(state.recorder.phase, RecorderPhase::Finished);
    assert_eq!(take(&file), spoken[..4_000]);
    audio.send(record(true, None));
    until(&audio, "more", |s| s.recorder.length > Duration::from_millis(900)).await;
    audio.send(Command::PauseRecording);
    until(&audio, "pause", |s| s.recorder.phase == RecorderPhase::Paused).await;
    let held = take(&file);
    assert_eq!(held[..4_000], spoken[..4_000]);
    audio.send(Command::ResumeRecording);
    audio.send(Command::FinishRecording);
    let state = until(&audio, "finish", |s| s.recorder.phase == RecorderPhase::Finished).await;
    assert!(take(&file).len() >= held.len());
    assert!(!state.recorder.peaks.is_empty());
    audio.send(Command::DiscardRecording);
    until(&audio, "discard", |s| s.recorder.phase == RecorderPhase::Idle).await;
    assert!(!file.exists());
}

#[tokio::test]
async fn a_48_khz_microphone_keeps_its_length_and_pitch() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("take.wav");
    let spoken: Vec<f32> = (0..96_000)
        .map(|n| (n as f32 * 440.0 * std::f32::consts::TAU / 48_000.0).sin() * 0.5)
        .collect();
    let audio = Audio::start_null(NullDevices::new(48_000, Pace::Fast, spoken)).unwrap();
    audio.send(Command::Record {
        file: file.clone(),
        append: false,
        limit: Some(Duration::from_millis(1_900)),
    });
    until(&audio, "limit", |s| s.recorder.at_limit).await;
    let got = take(&file);
    assert_eq!(got.len(), 15_200);
    let crossings = got.windows(2).filter(|w| w[0] < 0 && w[1] >= 0).count();
    assert!(crossings.abs_diff(836) <= 2, "{crossings}");
}

#[tokio::test]
async fn without_a_microphone_there_is_a_reason_and_an_empty_take() {
    let dir = tempfile::tempdir().unwrap();
    let devices = NullDevices::new(8_000, Pace::Fast, Vec::new());
    devices.set_present(false);
    let audio = Audio::start_null(devices).unwrap();
    let file = dir.path().join("take.wav");
    audio.send(Command::Record { file: file.clone(), append: false, limit: None });
    let state = until(&audio, "problem", |s| s.recorder.problem.is_some()).await;
    assert_eq!(state.recorder.problem, Some(Problem::NoInput));
    assert_eq!(state.recorder.length, Duration::ZERO);
    assert!(aloud::audio::unfinished_takes(dir.path()).is_empty());
}

#[tokio::test]
async fn unplugging_keeps_what_was_said() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("take.wav");
    let devices = NullDevices::new(8_000, Pace::Real, microphone(&signal(80_000)));
    let audio = Audio::start_null(devices.clone()).unwrap();
    audio.send(Command::Record { file: file.clone(), append: false, limit: None });
    until(&audio, "sound", |s| s.recorder.length > Duration::from_millis(200)).await;
    devices.set_present(false);
    let state = until(&audio, "problem", |s| s.recorder.problem.is_some()).await;
    assert_eq!(state.recorder.problem, Some(Problem::Unplugged));
    assert_eq!(state.recorder.phase, RecorderPhase::Paused);
    let samples = take(&file).len();
    assert!(
        samples >= 1_600
            && samples == (state.recorder.length.as_secs_f64() * 8_000.0).round() as usize
    );
}
