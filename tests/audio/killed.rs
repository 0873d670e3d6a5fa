//! Killing the process while it records loses nothing but the last 200 ms.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command as Process, Stdio},
    time::{Duration, Instant},
};

use aloud::{
    audio::{Audio, Command, NullDevices, Pace, Take, unfinished_takes},
    engine::read_take,
};

use super::{read_wav, signal};

const CHILD: &str = "ALOUD_TEST_RECORDING_CHILD";
/// Samples that the microphone of the child has.
const SPOKEN: usize = 8_000 * 60;
/// Processes that are killed, side by side.
const KILLS: u64 = 8;
/// The most that may be missing.
const LOSS: Duration = Duration::from_millis(200);

/// Runs only in the child process that the other test starts: records until it is killed, and
/// reports what the microphone has given so far.
#[tokio::test]
async fn child_records() {
    let Some(file) = std::env::var_os(CHILD) else { return };
    let sound = signal(SPOKEN).iter().map(|s| f32::from(*s) / 32_768.0).collect();
    let devices = NullDevices::new(8_000, Pace::Real, sound);
    let audio = Audio::start_null(devices.clone()).unwrap();
    audio.send(Command::Record { file: file.into(), append: false, limit: None });
    let begin = Instant::now();
    let mut out = std::io::stdout().lock();
    loop {
        let given = SPOKEN - devices.left();
        writeln!(out, "given {given} {}", begin.elapsed().as_millis()).unwrap();
        out.flush().unwrap();
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Records in a process and kills it after a while. Returns the samples that were given, with the
/// time of the report in milliseconds, and the samples that were kept.
fn killed_after(pause: Duration) -> (Vec<(u64, usize)>, Vec<i16>) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("take.wav");
    let mut child = Process::new(std::env::current_exe().unwrap())
        .args(["audio::killed::child_records", "--exact", "--nocapture"])
        .env(CHILD, &file)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut reports = Vec::new();
    for line in lines {
        // The test harness writes the name of the test before the first report.
        let Some((_, report)) = line.split_once("given ") else { continue };
        let Some((given, at)) = report.split_once(' ') else { continue };
        reports.push((at.parse::<u64>().unwrap(), given.parse::<usize>().unwrap()));
        if reports.last().is_some_and(|(at, _)| u128::from(*at) >= pause.as_millis()) {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert_eq!(unfinished_takes(dir.path()), vec![file.clone()]);
    let kept = read_take(&file).unwrap().samples;
    // Whoever trusts the header loses no more than what was being written.
    assert!(read_wav(&file).samples.len() + 800 > kept.len());
    // Going on with it keeps all of that.
    let mut take = Take::append(&file).unwrap();
    take.write(&[7]).unwrap();
    take.settle().unwrap();
    assert_eq!(read_take(&file).unwrap().samples.len(), kept.len() + 1);
    (reports, kept)
}

#[test]
fn killing_the_process_while_recording_loses_at_most_200_milliseconds() {
    let runs: Vec<_> = (0..KILLS)
        .map(|n| {
            let pause = Duration::from_millis(700 + 211 * n);
            std::thread::spawn(move || killed_after(pause))
        })
        .collect();
    let mut worst = 0;
    for run in runs {
        let (reports, kept) = run.join().unwrap();
        assert_eq!(kept, signal(kept.len()), "what is kept is what was said");
        let (end, given) = *reports.last().unwrap();
        assert!(given > 4_000, "{given} samples were given in {end} ms");
        worst = worst.max(given.saturating_sub(kept.len()));
        let old = |(at, _): &&(u64, usize)| u128::from(end - at) >= LOSS.as_millis();
        let (_, safe) = *reports.iter().rev().find(old).unwrap();
        assert!(kept.len() >= safe, "{} of {safe} samples at {end} ms", kept.len());
    }
    println!("at most {} ms were missing", worst / 8);
}
