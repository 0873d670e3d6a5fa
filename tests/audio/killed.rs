//! Killing the process while it records loses nothing but the last half second.

use std::{
    io::{BufRead, BufReader},
    process::{Command as Process, Stdio},
    time::Duration,
};

use aloud::audio::{Audio, Command, NullDevices, Pace, unfinished_takes};

use super::{read_wav, signal, until};

const CHILD: &str = "ALOUD_TEST_RECORDING_CHILD";

/// Runs only in the child process that the other test starts: records until it is killed.
#[tokio::test]
async fn child_records() {
    let Some(file) = std::env::var_os(CHILD) else { return };
    let sound = signal(8_000 * 60).iter().map(|s| f32::from(*s) / 32_768.0).collect();
    let audio = Audio::start_null(NullDevices::new(8_000, Pace::Real, sound)).unwrap();
    audio.send(Command::Record { file: file.into(), append: false, limit: None });
    until(&audio, "2 s", |s| s.recorder.length > Duration::from_secs(2)).await;
    println!("\nrecorded two seconds");
    std::future::pending::<()>().await;
}

#[test]
fn killing_the_process_while_recording_loses_at_most_half_a_second() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("take.wav");
    let mut child = Process::new(std::env::current_exe().unwrap())
        .args(["audio::killed::child_records", "--exact", "--nocapture"])
        .env(CHILD, &file)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let ready = lines.map_while(Result::ok).any(|line| line == "recorded two seconds");
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(ready);
    assert_eq!(unfinished_takes(dir.path()), vec![file.clone()]);
    let saved = read_wav(&file).samples;
    assert!(saved.len() >= 12_000, "{}", saved.len());
    assert_eq!(saved, signal(saved.len()));
}
