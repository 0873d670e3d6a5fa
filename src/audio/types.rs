//! Commands to the audio thread, and its published state.

use std::{path::PathBuf, sync::Arc, time::Duration};

use crate::codec::Pcm;

/// Identifies a loaded recording; chosen by the caller ("message 17, part 2").
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClipId(pub String);

/// One recording of a clip; the segments of a clip play one after the other.
#[derive(Debug, Clone)]
pub struct Segment {
    /// A label chosen by the caller ("name", "subject", "message").
    pub label: String,
    /// The samples, at any rate.
    pub pcm: Arc<Pcm>,
    /// Whether playing it counts as hearing the message (decision D11); spoken names do not.
    pub primary: bool,
    /// The estimated length of a segment that is still being downloaded ([`Command::Append`]);
    /// `None` when it is complete.
    pub open: Option<Duration>,
}

impl Segment {
    /// A complete segment.
    #[must_use]
    pub fn whole(label: &str, pcm: Arc<Pcm>, primary: bool) -> Self {
        Self { label: label.into(), pcm, primary, open: None }
    }
}

/// A command to the audio thread. Commands that do not apply in the current state are ignored.
#[derive(Debug, Clone)]
pub enum Command {
    /// Replaces what is loaded. Segments play in order; positions are within one segment.
    Load {
        /// The identifier of the clip.
        clip: ClipId,
        /// One or more segments.
        segments: Vec<Segment>,
        /// Index of the segment to start with.
        segment: usize,
        /// Start position in that segment.
        at: Duration,
        /// Whether to start at once.
        play: bool,
    },
    /// Appends audio to an open segment of a clip, if that clip is loaded.
    Append {
        /// The clip.
        clip: ClipId,
        /// Index of the segment.
        segment: usize,
        /// Position of the first sample. Samples that are available already are ignored; a piece
        /// after a gap is refused.
        at: usize,
        /// The samples, at the rate of the segment.
        pcm: Arc<Pcm>,
    },
    /// Replaces the segments of a clip by complete ones, which begin with the audio appended so
    /// far.
    Complete {
        /// The clip.
        clip: ClipId,
        /// As many segments as were loaded.
        segments: Vec<Segment>,
    },
    /// The download of a clip was interrupted: the available audio plays, then the player pauses.
    Broken(ClipId),
    /// Starts or resumes; from the start after the end.
    Play,
    /// Pauses.
    Pause,
    /// Toggles between playing and paused.
    Toggle,
    /// Stops and unloads.
    Stop,
    /// Seeks to a position in the current segment; skipped audio does not count as heard.
    Seek(Duration),
    /// Seeks by seconds, forward or back.
    Skip(f64),
    /// Sets the speed, 0.5 to 3.0; see [`super::KEEPS_PITCH`].
    Speed(f32),
    /// Sets the volume, 0.0 to 1.0.
    Volume(f32),
    /// Mutes or unmutes; the volume stays.
    Mute(bool),
    /// Skips pauses, or not.
    SkipSilence(bool),
    /// Starts recording a take in `file`, a WAV file that is valid after a crash; with `append`
    /// continues an existing one. Pauses playback.
    Record {
        /// The file of the take.
        file: PathBuf,
        /// Whether to continue an existing take.
        append: bool,
        /// Length of the take at which recording stops.
        limit: Option<Duration>,
    },
    /// Pauses the recording and closes the microphone.
    PauseRecording,
    /// Resumes a paused recording.
    ResumeRecording,
    /// Ends the take and keeps the file.
    FinishRecording,
    /// Ends the take and deletes the file.
    DiscardRecording,
    /// Opens the microphone for the level meter only, or closes it.
    Monitor(bool),
    /// Selects the output device by name; `None` is the default device.
    UseOutput(Option<String>),
    /// Selects the input device by name; `None` is the default device.
    UseInput(Option<String>),
    /// Lists the devices again.
    ListDevices,
    /// Ends the thread.
    Shutdown,
}

/// The published state of the audio thread.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    /// The player.
    pub player: PlayerState,
    /// The recorder.
    pub recorder: RecorderState,
    /// Names of output devices, after [`Command::ListDevices`].
    pub outputs: Vec<String>,
    /// Names of input devices, after [`Command::ListDevices`].
    pub inputs: Vec<String>,
}

/// The phase of the player.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Phase {
    /// Nothing is loaded.
    #[default]
    Empty,
    /// Loaded, not started.
    Ready,
    /// Playing.
    Playing,
    /// Playing, but waiting for more audio of an open segment.
    Waiting,
    /// Paused.
    Paused,
    /// Played to the end.
    Ended,
}

/// The player.
#[derive(Debug, Clone, PartialEq)]
pub struct PlayerState {
    /// The loaded clip.
    pub clip: Option<ClipId>,
    /// The phase.
    pub phase: Phase,
    /// Index of the current segment.
    pub segment: usize,
    /// Label of the current segment.
    pub label: String,
    /// Position in the current segment, in time of the recording (independent of the speed).
    pub position: Duration,
    /// Length of the current segment; an estimate for an open one.
    pub length: Duration,
    /// Speed.
    pub speed: f32,
    /// Volume, 0.0 to 1.0.
    pub volume: f32,
    /// Whether the output is muted.
    pub muted: bool,
    /// Whether pauses are skipped.
    pub skip_silence: bool,
    /// Whether the primary segment of this clip counts as heard (D11).
    pub heard: bool,
    /// Why nothing is played.
    pub problem: Option<Problem>,
}

impl Default for PlayerState {
    fn default() -> Self {
        Self {
            clip: None,
            phase: Phase::Empty,
            segment: 0,
            label: String::new(),
            position: Duration::ZERO,
            length: Duration::ZERO,
            speed: 1.0,
            volume: 0.8,
            muted: false,
            skip_silence: false,
            heard: false,
            problem: None,
        }
    }
}

/// The phase of the recorder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RecorderPhase {
    /// Not recording.
    #[default]
    Idle,
    /// The microphone is open for the level meter only.
    Monitoring,
    /// Recording.
    Recording,
    /// Paused.
    Paused,
    /// The take is complete in its file.
    Finished,
}

/// The recorder.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RecorderState {
    /// The phase.
    pub phase: RecorderPhase,
    /// The file of the take.
    pub file: Option<PathBuf>,
    /// Length of the take.
    pub length: Duration,
    /// Peak level of the last 100 ms, 0.0 to 1.0.
    pub level: f32,
    /// Whether the microphone has been silent for 2 s.
    pub silent: bool,
    /// Peaks of the take, 20 a second, 0 to 255; the last 600 at most.
    pub peaks: Arc<[u8]>,
    /// Number of samples lost because they were not written in time.
    pub overruns: u64,
    /// Whether the take reached its maximum length.
    pub at_limit: bool,
    /// Why recording did not start, or stopped. What was recorded is in the file.
    pub problem: Option<Problem>,
}

/// The reason why playing or recording is not possible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// No output device.
    NoOutput,
    /// No input device.
    NoInput,
    /// The system denies access.
    NotPermitted,
    /// The device was unplugged.
    Unplugged,
    /// The disk is full.
    DiskFull,
    /// Another error, in the words of the system.
    Other(String),
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NoOutput => "no sound output was found",
            Self::NoInput => "no microphone was found",
            Self::NotPermitted => "the system does not allow it",
            Self::Unplugged => "the device was unplugged",
            Self::DiskFull => "the disk is full",
            Self::Other(text) => text,
        })
    }
}
