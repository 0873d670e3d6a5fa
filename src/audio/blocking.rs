//! Playing and recording for the command line: each call returns when the sound is over.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::sleep,
    time::{Duration, Instant},
};

use super::{Audio, ClipId, Command, Phase, Problem, RecorderPhase, Segment};
use crate::codec::Pcm;

/// How often the state is looked at.
const LOOK: Duration = Duration::from_millis(30);
/// How long the list of devices is waited for.
const LISTED: Duration = Duration::from_secs(3);

/// How a recording is played.
#[derive(Debug, Clone, PartialEq)]
pub struct Playback {
    /// 0.5 to 3.
    pub speed: f32,
    /// 0 to 1.
    pub volume: f32,
    /// Pauses are left out.
    pub skip_silence: bool,
    /// Where it begins.
    pub start: Duration,
    /// The name of the output; `None` for the system's.
    pub device: Option<String>,
}

/// Why nothing sounds, or nothing is recorded.
#[derive(Debug, PartialEq)]
pub enum Failure {
    /// The device or the disk.
    Problem(Problem),
    /// There is no device of this name; those that there are.
    NoSuchDevice(Vec<String>),
    /// The system gives no thread.
    NoThread(String),
}

/// Names of the outputs and of the inputs.
///
/// # Errors
/// [`Failure::NoThread`].
pub fn devices() -> Result<(Vec<String>, Vec<String>), Failure> {
    Ok(listed(&start()?))
}

fn start() -> Result<Audio, Failure> {
    Audio::start().map_err(|error| Failure::NoThread(error.to_string()))
}

fn listed(audio: &Audio) -> (Vec<String>, Vec<String>) {
    let (watch, begun) = (audio.state(), Instant::now());
    audio.send(Command::ListDevices);
    // Where there is none, nothing changes.
    while !watch.has_changed().unwrap_or(true) && begun.elapsed() < LISTED {
        sleep(LOOK);
    }
    let state = watch.borrow();
    (state.outputs.clone(), state.inputs.clone())
}

fn known(name: &str, names: Vec<String>) -> Result<(), Failure> {
    if names.iter().any(|known| known == name) {
        return Ok(());
    }
    Err(Failure::NoSuchDevice(names))
}

/// Plays a recording to its end.
///
/// # Errors
/// Why nothing, or not all of it, is played.
pub fn play(pcm: &Pcm, how: &Playback) -> Result<(), Failure> {
    play_on(&start()?, pcm, how)
}

fn play_on(audio: &Audio, pcm: &Pcm, how: &Playback) -> Result<(), Failure> {
    if let Some(name) = &how.device {
        known(name, listed(audio).0)?;
        audio.send(Command::UseOutput(Some(name.clone())));
    }
    audio.send(Command::Speed(how.speed));
    audio.send(Command::Volume(how.volume));
    audio.send(Command::SkipSilence(how.skip_silence));
    audio.send(Command::Load {
        clip: ClipId("file".into()),
        segments: vec![Segment::whole("message", Arc::new(pcm.clone()), true)],
        segment: 0,
        at: how.start,
        play: true,
    });
    let watch = audio.state();
    loop {
        sleep(LOOK);
        let state = watch.borrow();
        match (&state.player.problem, state.player.phase) {
            (Some(problem), _) => return Err(Failure::Problem(problem.clone())),
            (None, Phase::Ended) => return Ok(()),
            (None, _) => {}
        }
    }
}

/// Records into a WAV file until `stop` is set or the limit is reached, and returns how long it is.
/// What was recorded before a failure stays in the file.
///
/// # Errors
/// Why nothing, or nothing more, is recorded.
pub fn record(
    file: &Path,
    limit: Option<Duration>,
    device: Option<&str>,
    stop: &AtomicBool,
) -> Result<Duration, Failure> {
    record_on(&start()?, file, limit, device, stop)
}

fn record_on(
    audio: &Audio,
    file: &Path,
    limit: Option<Duration>,
    device: Option<&str>,
    stop: &AtomicBool,
) -> Result<Duration, Failure> {
    if let Some(name) = device {
        known(name, listed(audio).1)?;
        audio.send(Command::UseInput(Some(name.into())));
    }
    audio.send(Command::Record { file: file.to_owned(), append: false, limit });
    let watch = audio.state();
    loop {
        sleep(LOOK);
        let state = watch.borrow().recorder.clone();
        if let Some(problem) = state.problem {
            audio.send(Command::FinishRecording);
            return Err(Failure::Problem(problem));
        }
        match state.phase {
            RecorderPhase::Finished => return Ok(state.length),
            RecorderPhase::Recording if stop.load(Ordering::Relaxed) => {
                audio.send(Command::FinishRecording);
            }
            RecorderPhase::Recording
            | RecorderPhase::Paused
            | RecorderPhase::Idle
            | RecorderPhase::Monitoring => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        audio::{NullDevices, Pace},
        codec::{self, Hint, Limits},
    };

    fn ramp(seconds: usize) -> Pcm {
        Pcm::telephone((0..seconds * 8_000).map(|n| (n % 200) as i16 * 100).collect())
    }

    fn how() -> Playback {
        Playback {
            speed: 1.0,
            volume: 1.0,
            skip_silence: false,
            start: Duration::ZERO,
            device: None,
        }
    }

    /// Seconds that leave for the loudspeaker.
    fn heard(how: &Playback) -> Result<f64, Failure> {
        let devices = NullDevices::new(8_000, Pace::Fast, Vec::new());
        let audio = Audio::start_null(devices.clone()).expect("a thread");
        play_on(&audio, &ramp(4), how)?;
        Ok(devices.heard().len() as f64 / 8_000.0)
    }

    #[test]
    fn plays_from_the_start_at_a_speed() {
        let near = |seconds: f64, wanted: f64| (seconds - wanted).abs() < 0.1;
        assert!(near(heard(&how()).expect("played"), 4.0));
        let late = Playback { start: Duration::from_millis(2_500), ..how() };
        assert!(near(heard(&late).expect("played"), 1.5));
        let fast = Playback { speed: 2.0, ..how() };
        assert!(near(heard(&fast).expect("played"), 2.0));
        let there = Playback { device: Some("Null output".into()), ..how() };
        assert!(near(heard(&there).expect("played"), 4.0));
    }

    #[test]
    fn a_device_that_is_not_there_is_told_with_those_that_are() {
        let not = Playback { device: Some("Null outpu".into()), ..how() };
        assert_eq!(heard(&not), Err(Failure::NoSuchDevice(vec!["Null output".into()])));
    }

    #[test]
    fn records_until_the_limit_or_until_it_is_stopped() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("take.wav");
        let take = |limit, stop: bool| {
            let devices = NullDevices::new(48_000, Pace::Real, vec![0.25; 96_000]);
            let audio = Audio::start_null(devices).expect("a thread");
            record_on(&audio, &file, limit, None, &AtomicBool::new(stop)).expect("recorded")
        };
        let limited = take(Some(Duration::from_millis(600)), false);
        let octets = std::fs::read(&file)?;
        let kept = codec::decode(&octets, Hint::default(), Limits::default()).expect("a sound");
        assert!(limited >= Duration::from_millis(600) && limited < Duration::from_millis(900));
        assert_eq!(kept.duration(), limited);
        assert!(take(None, true) < Duration::from_millis(600));
        Ok(())
    }
}
