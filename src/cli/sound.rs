//! How `aloud play` plays, and `aloud record`: a microphone into a file. Tests: `tests/cli/play.rs`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::{Failure, Outcome};
use crate::codec::Pcm;

/// Arguments about the loudspeaker.
#[derive(Debug, Args)]
pub struct HowArgs {
    /// How fast, 0.5 to 3; the pitch stays.
    #[arg(long, value_name = "TIMES", default_value = "1", value_parser = speed)]
    speed: f32,
    /// How loud, 0 to 100.
    #[arg(long, value_name = "PERCENT", default_value = "80", value_parser = clap::value_parser!(u8).range(0..=100))]
    volume: u8,
    /// Leave out pauses.
    #[arg(long)]
    skip_silence: bool,
    /// Where each recording begins, such as 90 or 1:30.
    #[arg(long, value_name = "TIME", default_value = "0", value_parser = time)]
    start: Duration,
    /// The loudspeaker, as --list-devices names it.
    #[arg(long, value_name = "NAME")]
    device: Option<String>,
    /// Say which loudspeakers and microphones there are.
    #[arg(long)]
    pub list_devices: bool,
}

/// Arguments of `aloud record`.
#[derive(Debug, Args)]
pub struct RecordArgs {
    /// Stop by itself after so long, such as 90 or 1:30.
    #[arg(long, value_name = "TIME", value_parser = time)]
    limit: Option<Duration>,
    /// The microphone, as `aloud play --list-devices` names it.
    #[arg(long, value_name = "NAME")]
    device: Option<String>,
    /// Write over a file that is there.
    #[arg(long)]
    force: bool,
    /// The file, a WAV file of 8 000 Hz; what is recorded is in it at once.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

fn speed(text: &str) -> Result<f32, String> {
    let speed = text.parse().ok().filter(|speed| (0.5..=3.0).contains(speed));
    speed.ok_or_else(|| fl!("cli-no-speed"))
}

/// "90", "90.5", "1:30", "1:00:00".
fn time(text: &str) -> Result<Duration, String> {
    let bad = || fl!("cli-no-time");
    let mut seconds = 0.0;
    let mut parts = text.split(':').peekable();
    while let Some(part) = parts.next() {
        let last = parts.peek().is_none();
        let digits = |c: char| c.is_ascii_digit() || (last && c == '.');
        if part.is_empty() || !part.chars().all(digits) {
            return Err(bad());
        }
        seconds = seconds * 60.0 + part.parse::<f64>().map_err(|_| bad())?;
    }
    Duration::try_from_secs_f64(seconds).map_err(|_| bad())
}

#[cfg(feature = "audio")]
mod devices {
    use std::sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    };

    use super::*;
    use crate::{
        audio::blocking::{self, Playback},
        cli::print,
        wording::figures,
    };

    impl From<blocking::Failure> for Failure {
        fn from(failure: blocking::Failure) -> Self {
            Self::Failed(match failure {
                blocking::Failure::Problem(problem) => problem.to_string(),
                blocking::Failure::NoThread(error) => error,
                blocking::Failure::NoSuchDevice(known) if known.is_empty() => fl!("cli-no-devices"),
                blocking::Failure::NoSuchDevice(known) => {
                    fl!("cli-no-such-device", known = known.join(", "))
                }
            })
        }
    }

    /// Prints loudspeakers and microphones.
    ///
    /// # Errors
    /// [`Failure::Failed`] when there is none.
    pub fn list_devices() -> Outcome {
        let (outputs, inputs) = blocking::devices()?;
        let line = |kind: String, name: String| format!("{kind}\t{name}\n");
        let out = outputs.into_iter().map(|name| line(fl!("cli-loudspeaker"), name));
        let all: String =
            out.chain(inputs.into_iter().map(|name| line(fl!("cli-microphone"), name))).collect();
        if all.is_empty() {
            return Err(Failure::Failed(fl!("cli-no-devices")));
        }
        print(&all)
    }

    /// Plays a recording to its end.
    ///
    /// # Errors
    /// [`Failure::Failed`] with the reason why nothing, or not all of it, sounds.
    pub fn play(pcm: &Pcm, how: &HowArgs) -> Outcome {
        let length = pcm.duration();
        if !how.start.is_zero() && how.start >= length {
            let length = figures::clock(length);
            return Err(Failure::Failed(fl!("cli-start-too-late", length = length)));
        }
        let how = Playback {
            speed: how.speed,
            volume: f32::from(how.volume) / 100.0,
            skip_silence: how.skip_silence,
            start: how.start,
            device: how.device.clone(),
        };
        Ok(blocking::play(pcm, &how)?)
    }

    /// Records until Ctrl+C or the limit.
    ///
    /// # Errors
    /// [`Failure::Failed`] when there is no microphone or the file cannot be written. What was recorded
    /// stays.
    pub fn record(args: RecordArgs) -> Outcome {
        if args.file.exists() && !args.force {
            let file = args.file.display().to_string();
            return Err(Failure::Failed(fl!("cli-file-there", file = file)));
        }
        let stop = Arc::new(AtomicBool::new(false));
        let runtime =
            tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(1).build()?;
        let asked = Arc::clone(&stop);
        runtime.spawn(async move {
            let _ = tokio::signal::ctrl_c().await;
            asked.store(true, Ordering::Relaxed);
        });
        eprintln!("{}", fl!("cli-recording"));
        let length = blocking::record(&args.file, args.limit, args.device.as_deref(), &stop);
        runtime.shutdown_background();
        let (length, file) = (figures::clock(length?), args.file.display().to_string());
        eprintln!("{}", fl!("cli-recorded", length = length, file = file));
        Ok(())
    }
}

#[cfg(not(feature = "audio"))]
mod devices {
    use super::*;

    /// Names no device.
    ///
    /// # Errors
    /// [`Failure::Failed`]: this build has no sound.
    pub fn list_devices() -> Outcome {
        Err(Failure::Failed(fl!("cli-no-sound")))
    }

    /// Plays nothing.
    ///
    /// # Errors
    /// [`Failure::Failed`]: this build has no sound.
    pub fn play(_pcm: &Pcm, how: &HowArgs) -> Outcome {
        let HowArgs { speed: _, volume: _, skip_silence: _, start: _, device: _, list_devices: _ } =
            how;
        list_devices()
    }

    /// Records nothing.
    ///
    /// # Errors
    /// [`Failure::Failed`]: this build has no sound.
    pub fn record(args: RecordArgs) -> Outcome {
        let RecordArgs { limit: _, device: _, force: _, file: _ } = args;
        list_devices()
    }
}

pub use devices::{list_devices, play, record};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let read = |text| time(text).ok().map(|time| time.as_secs_f64());
        for (text, seconds) in
            [("0", 0.0), ("90.5", 90.5), ("1:30", 90.0), ("1:00:01.25", 3_601.25)]
        {
            assert_eq!(read(text), Some(seconds), "{text}");
        }
        for text in ["", ":", "1:", ":30", "-1", "1.5:30", "1e9", "inf", "1.2.3", "a"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert!(time(&"9".repeat(400)).is_err());
        assert!(speed("0.4").is_err() && speed("NaN").is_err() && speed("3.01").is_err());
        assert!((speed("1.5").expect("a speed") - 1.5).abs() < 1e-6);
    }
}
