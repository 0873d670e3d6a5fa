//! What goes to the audio thread and what can be seen of it.

use std::{path::PathBuf, sync::Arc, time::Duration};

use crate::codec::Pcm;

/// Names what is loaded, chosen by the caller ("message 17, part 2").
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClipId(pub String);

/// One sound of a clip.
#[derive(Debug, Clone)]
pub struct Segment {
    /// What it is, chosen by the caller ("name", "subject", "message").
    pub label: String,
    /// Its samples, at any rate.
    pub pcm: Arc<Pcm>,
    /// Whether hearing it makes the message heard (decision D11). Spoken names do not.
    pub primary: bool,
    /// More of it is coming ([`Command::Append`]), and it will be about so long. `None`: it is whole.
    pub open: Option<Duration>,
}

impl Segment {
    /// A sound that is here as a whole.
    #[must_use]
    pub fn whole(label: &str, pcm: Arc<Pcm>, primary: bool) -> Self {
        Self { label: label.into(), pcm, primary, open: None }
    }
}

/// Orders to the audio thread. Orders that make no sense now are ignored.
#[derive(Debug, Clone)]
pub enum Command {
    /// Replaces what is loaded. Segments play in order; positions are within one segment.
    Load {
        /// Its name.
        clip: ClipId,
        /// At least one sound.
        segments: Vec<Segment>,
        /// Segment to begin with.
        segment: usize,
        /// Position in it to begin at.
        at: Duration,
        /// Start at once.
        play: bool,
    },
    /// Adds to an open segment of a clip, if that clip is loaded.
    Append {
        /// The clip.
        clip: ClipId,
        /// Which segment.
        segment: usize,
        /// Place of the first sample. What is here already is not taken again; a gap is refused.
        at: usize,
        /// What follows, at the rate of what is there.
        pcm: Arc<Pcm>,
    },
    /// All of a clip is here: its segments as a whole, which begin with what was appended.
    Complete {
        /// The clip.
        clip: ClipId,
        /// As many as were loaded.
        segments: Vec<Segment>,
    },
    /// Nothing more comes for now: what is here plays, then the player holds.
    Broken(ClipId),
    /// Starts or goes on; from the start when it had ended.
    Play,
    /// Holds.
    Pause,
    /// Play or pause.
    Toggle,
    /// Stops and unloads.
    Stop,
    /// Goes to a position in the current segment; hears nothing.
    Seek(Duration),
    /// Goes by seconds, forward or back.
    Skip(f64),
    /// 0.5 to 3.0, with the pitch kept.
    Speed(f32),
    /// 0.0 to 1.0.
    Volume(f32),
    /// Silence without changing the volume.
    Mute(bool),
    /// Leaves out pauses.
    SkipSilence(bool),
    /// Starts a take in `file` (a `.wav` that is valid after a crash); `append` goes on with one
    /// that exists. Playback pauses.
    Record {
        /// The take.
        file: PathBuf,
        /// Keep what it holds.
        append: bool,
        /// Stop by itself at this length of the take.
        limit: Option<Duration>,
    },
    /// Holds the recording; the microphone closes.
    PauseRecording,
    /// Goes on with a held recording.
    ResumeRecording,
    /// Ends the take; the file stays.
    FinishRecording,
    /// Ends the take and deletes the file.
    DiscardRecording,
    /// Opens the microphone for the level only, without recording.
    Monitor(bool),
    /// Output device by name; `None` is the system's choice.
    UseOutput(Option<String>),
    /// Input device by name; `None` is the system's choice.
    UseInput(Option<String>),
    /// Looks again which devices there are.
    ListDevices,
    /// Ends the thread.
    Shutdown,
}

/// Everything that can be seen of the audio thread.
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

/// What the player is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Phase {
    /// Nothing is loaded.
    #[default]
    Empty,
    /// Loaded, not started.
    Ready,
    /// Sounding.
    Playing,
    /// Would sound, and waits for more of an open segment.
    Waiting,
    /// Held.
    Paused,
    /// Came to its end.
    Ended,
}

/// The player.
#[derive(Debug, Clone, PartialEq)]
pub struct PlayerState {
    /// What is loaded.
    pub clip: Option<ClipId>,
    /// What it is doing.
    pub phase: Phase,
    /// Current segment.
    pub segment: usize,
    /// Its label.
    pub label: String,
    /// Position in the current segment, in the recording's own time.
    pub position: Duration,
    /// Length of the current segment; of an open one about.
    pub length: Duration,
    /// Speed.
    pub speed: f32,
    /// Volume, 0.0 to 1.0.
    pub volume: f32,
    /// Muted.
    pub muted: bool,
    /// Pauses are left out.
    pub skip_silence: bool,
    /// The primary segment of this clip has been heard (D11).
    pub heard: bool,
    /// Why there is no sound.
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

/// What the recorder is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RecorderPhase {
    /// Nothing.
    #[default]
    Idle,
    /// Microphone open for the level only.
    Monitoring,
    /// Recording.
    Recording,
    /// Held.
    Paused,
    /// The take is complete in its file.
    Finished,
}

/// The recorder.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RecorderState {
    /// What it is doing.
    pub phase: RecorderPhase,
    /// The take.
    pub file: Option<PathBuf>,
    /// Length of the take.
    pub length: Duration,
    /// Loudest sample of the last 100 ms, 0.0 to 1.0.
    pub level: f32,
    /// No sound at all for 2 s.
    pub silent: bool,
    /// Peaks of the take, 20 a second, 0 to 255; the last 600 at most.
    pub peaks: Arc<[u8]>,
    /// Samples lost because the disk was too slow.
    pub overruns: u64,
    /// The limit was reached.
    pub at_limit: bool,
    /// Why there is no recording (any more). What was recorded is in the file.
    pub problem: Option<Problem>,
}

/// Why there is no sound, or no recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// No output device.
    NoOutput,
    /// No input device.
    NoInput,
    /// The system does not allow it.
    NotPermitted,
    /// It was there and went away.
    Unplugged,
    /// The disk is full.
    DiskFull,
    /// Something else, in the system's words.
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
