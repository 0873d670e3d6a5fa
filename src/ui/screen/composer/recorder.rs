//! The recorder of the composer: which take there is and what the red button does next.
//!
//! The audio thread records into a file that is a valid WAV at any moment; this keeps track of
//! which file that is. "Start again" leaves the older take alone until the newer one is finished.

use std::{path::PathBuf, time::Duration};

use crate::audio::{self, Command, Problem, RecorderPhase};

/// Longest spoken subject (decision E13).
pub const SUBJECT_LIMIT: Duration = Duration::from_secs(10);

/// What the recorder is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Nothing recorded yet.
    Ready,
    /// Recording.
    Recording,
    /// Held.
    Paused,
    /// A finished take to listen to.
    Review,
}

/// A finished or held take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Take {
    /// Its file.
    pub file: PathBuf,
    /// Its length.
    pub length: Duration,
}

/// The recorder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorder {
    /// Folder for its takes.
    dir: PathBuf,
    /// Begin of the file names in it.
    stem: &'static str,
    /// Longest take.
    limit: Option<Duration>,
    phase: Phase,
    take: Option<Take>,
    /// The take before "Start again".
    previous: Option<Take>,
    takes: u32,
    problem: Option<Problem>,
    at_limit: bool,
    /// The audio thread was seen recording this take. Before, an older state of it may still be
    /// on its way.
    confirmed: bool,
    /// Finish was ordered and not yet seen done.
    closing: bool,
}

impl Recorder {
    /// A recorder that writes `STEM-1.wav` and so on into `dir`.
    #[must_use]
    pub fn new(dir: PathBuf, stem: &'static str, limit: Option<Duration>) -> Self {
        Self {
            dir,
            stem,
            limit,
            phase: Phase::Ready,
            take: None,
            previous: None,
            takes: 0,
            problem: None,
            at_limit: false,
            confirmed: false,
            closing: false,
        }
    }

    /// What it is doing.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// The take, if anything is in it.
    #[must_use]
    pub fn take(&self) -> Option<&Take> {
        self.take.as_ref().filter(|t| !t.length.is_zero())
    }

    /// Why it does not record (any more).
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        self.problem.as_ref()
    }

    /// Whether the longest length was reached.
    #[must_use]
    pub fn at_limit(&self) -> bool {
        self.at_limit
    }

    /// Whether the take's file is complete.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        !self.is_open() && !self.closing
    }

    /// Whether a take is being made: recording or held.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Recording | Phase::Paused)
    }

    /// Sets the longest take, from what the server accepts.
    pub fn set_limit(&mut self, limit: Option<Duration>) {
        self.limit = limit;
    }

    /// The longest take, if there is one.
    #[must_use]
    pub fn limit(&self) -> Option<Duration> {
        self.limit
    }

    /// Takes over a recording that exists already.
    pub fn adopt(&mut self, take: Take) {
        self.phase = Phase::Review;
        self.take = Some(take);
        self.confirmed = true;
    }

    /// The main button while not in review: record, hold, go on.
    pub fn press(&mut self) -> Vec<Command> {
        self.problem = None;
        match self.phase {
            Phase::Ready => self.record(false),
            Phase::Recording => {
                self.phase = Phase::Paused;
                vec![Command::PauseRecording]
            }
            Phase::Paused => {
                self.phase = Phase::Recording;
                // After a device was lost the take is closed; going on appends to it.
                if self.confirmed { vec![Command::ResumeRecording] } else { self.record(true) }
            }
            Phase::Review => Vec::new(),
        }
    }

    /// Ends the take.
    pub fn finish(&mut self) -> Vec<Command> {
        if !self.is_open() {
            return Vec::new();
        }
        self.phase = Phase::Review;
        self.closing = true;
        vec![Command::FinishRecording]
    }

    /// Goes on with a finished take.
    pub fn record_more(&mut self) -> Vec<Command> {
        if self.phase != Phase::Review || self.at_limit {
            return Vec::new();
        }
        self.record(true)
    }

    /// Records anew and keeps the older take until the newer one is finished.
    pub fn start_again(&mut self) -> Vec<Command> {
        let mut orders = Vec::new();
        if self.is_open() {
            orders.push(Command::FinishRecording);
        }
        if let Some(take) = self.take.take().filter(|t| !t.length.is_zero()) {
            self.previous = Some(take);
        }
        self.at_limit = false;
        self.problem = None;
        orders.extend(self.record(false));
        orders
    }

    /// Brings the older take back.
    pub fn undo_start_again(&mut self) -> Vec<Command> {
        let Some(previous) = self.previous.take() else { return Vec::new() };
        let orders = if self.is_open() { vec![Command::DiscardRecording] } else { Vec::new() };
        self.adopt(previous);
        orders
    }

    /// Throws away what is being recorded.
    pub fn discard(&mut self) -> Vec<Command> {
        let orders = if self.is_open() { vec![Command::DiscardRecording] } else { Vec::new() };
        self.phase = Phase::Ready;
        self.take = None;
        orders
    }

    /// Looks at the audio thread. True when the take has just been finished there, whoever asked:
    /// the Finish button, the limit, a full disk.
    pub fn on_audio_state(&mut self, recorder: &audio::RecorderState) -> bool {
        let Some(take) = &mut self.take else {
            // No device: the order to record was refused before there was a file.
            if self.phase == Phase::Recording {
                self.problem.clone_from(&recorder.problem);
            }
            return false;
        };
        let ours = recorder.file.as_ref() == Some(&take.file);
        if !ours {
            if self.phase == Phase::Recording
                && !self.confirmed
                && recorder.problem.is_some()
                && !matches!(recorder.phase, RecorderPhase::Recording | RecorderPhase::Paused)
            {
                self.problem.clone_from(&recorder.problem);
                self.fall_back();
            }
            // Another take began before this one was seen finished: it is closed all the same.
            if self.closing && self.confirmed && recorder.phase == RecorderPhase::Recording {
                return self.settle();
            }
            return false;
        }
        take.length = take.length.max(recorder.length);
        if recorder.problem.is_some() {
            self.problem.clone_from(&recorder.problem);
        }
        match recorder.phase {
            RecorderPhase::Recording | RecorderPhase::Paused if !self.closing => {
                self.confirmed = true;
                self.phase = if recorder.phase == RecorderPhase::Paused {
                    Phase::Paused
                } else {
                    Phase::Recording
                };
                false
            }
            RecorderPhase::Finished if self.closing || (self.confirmed && self.is_open()) => {
                self.at_limit = recorder.at_limit;
                self.settle()
            }
            // A problem ended the take without a Finish.
            RecorderPhase::Idle | RecorderPhase::Monitoring
                if (self.is_open() || self.closing) && recorder.problem.is_some() =>
            {
                self.settle()
            }
            RecorderPhase::Recording
            | RecorderPhase::Paused
            | RecorderPhase::Finished
            | RecorderPhase::Idle
            | RecorderPhase::Monitoring => false,
        }
    }

    fn record(&mut self, append: bool) -> Vec<Command> {
        let file = match self.take.as_ref().filter(|_| append) {
            Some(take) => take.file.clone(),
            None => {
                self.takes += 1;
                let file = self.dir.join(format!("{}-{}.wav", self.stem, self.takes));
                self.take = Some(Take { file: file.clone(), length: Duration::ZERO });
                file
            }
        };
        self.phase = Phase::Recording;
        self.confirmed = false;
        self.closing = false;
        self.at_limit = false;
        vec![Command::Record { file, append, limit: self.limit }]
    }

    /// A take ended: to review it, or back to the start when nothing is in it. True when there is
    /// a take.
    fn settle(&mut self) -> bool {
        self.closing = false;
        if self.take().is_none() {
            self.fall_back();
            return false;
        }
        self.phase = Phase::Review;
        self.previous = None;
        true
    }

    /// Nothing came of this take: the older one is back, or there is none.
    fn fall_back(&mut self) {
        self.take = None;
        self.closing = false;
        self.phase = Phase::Ready;
        if let Some(previous) = self.previous.take() {
            self.adopt(previous);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::RecorderState;

    fn recorder() -> Recorder {
        Recorder::new("/nowhere/draft".into(), "take", None)
    }

    fn seen(phase: RecorderPhase, file: &str, millis: u64) -> RecorderState {
        RecorderState {
            phase,
            file: Some(PathBuf::from("/nowhere/draft").join(file)),
            length: Duration::from_millis(millis),
            ..RecorderState::default()
        }
    }

    fn recorded() -> Recorder {
        let mut r = recorder();
        r.press();
        r.on_audio_state(&seen(RecorderPhase::Recording, "take-1.wav", 1800));
        r
    }

    #[test]
    fn records_holds_goes_on_and_finishes() {
        let mut r = recorder();
        assert!(matches!(r.press().as_slice(), [Command::Record { append: false, .. }]));
        r.on_audio_state(&seen(RecorderPhase::Recording, "take-1.wav", 500));
        assert!(matches!(r.press().as_slice(), [Command::PauseRecording]));
        r.on_audio_state(&seen(RecorderPhase::Paused, "take-1.wav", 900));
        assert!(matches!(r.press().as_slice(), [Command::ResumeRecording]));
        r.on_audio_state(&seen(RecorderPhase::Recording, "take-1.wav", 1800));
        assert!(matches!(r.finish().as_slice(), [Command::FinishRecording]));
        assert!(!r.is_closed(), "the file is complete when the audio thread says so");
        assert!(!r.on_audio_state(&seen(RecorderPhase::Recording, "take-1.wav", 1800)));
        assert!(r.on_audio_state(&seen(RecorderPhase::Finished, "take-1.wav", 1800)));
        assert!(r.is_closed());
        assert_eq!(r.phase(), Phase::Review);
        assert_eq!(r.take().map(|t| t.length), Some(Duration::from_millis(1800)));
        assert!(matches!(r.record_more().as_slice(), [Command::Record { append: true, .. }]));
    }

    #[test]
    fn an_empty_take_is_no_take() {
        let mut r = recorder();
        r.press();
        r.on_audio_state(&seen(RecorderPhase::Recording, "take-1.wav", 0));
        r.finish();
        r.on_audio_state(&seen(RecorderPhase::Finished, "take-1.wav", 0));
        assert_eq!(r.phase(), Phase::Ready);
        assert_eq!(r.take(), None);
    }

    #[test]
    fn start_again_keeps_the_older_take_until_the_newer_is_finished() {
        let mut r = recorded();
        r.finish();
        r.on_audio_state(&seen(RecorderPhase::Finished, "take-1.wav", 1800));
        assert!(matches!(r.start_again().as_slice(), [Command::Record { append: false, .. }]));
        r.on_audio_state(&seen(RecorderPhase::Recording, "take-2.wav", 300));
        assert!(matches!(r.undo_start_again().as_slice(), [Command::DiscardRecording]));
        assert_eq!(r.take().map(|t| t.length), Some(Duration::from_millis(1800)));
        assert_eq!(r.phase(), Phase::Review);
        // Once the newer one is finished there is nothing to bring back.
        r.start_again();
        r.on_audio_state(&seen(RecorderPhase::Recording, "take-3.wav", 300));
        r.finish();
        r.on_audio_state(&seen(RecorderPhase::Finished, "take-3.wav", 300));
        assert!(r.undo_start_again().is_empty());
        assert_eq!(r.take().map(|t| t.length), Some(Duration::from_millis(300)));
    }

    #[test]
    fn the_limit_and_lost_devices_keep_what_was_recorded() {
        let mut r = recorded();
        let mut at_limit = seen(RecorderPhase::Finished, "take-1.wav", 2000);
        at_limit.at_limit = true;
        assert!(r.on_audio_state(&at_limit));
        assert!(r.at_limit());
        assert!(r.record_more().is_empty(), "there is no room for more");

        let mut r = recorded();
        let mut lost = seen(RecorderPhase::Idle, "take-1.wav", 1900);
        lost.problem = Some(Problem::Unplugged);
        r.on_audio_state(&lost);
        assert_eq!((r.phase(), r.problem()), (Phase::Review, Some(&Problem::Unplugged)));
        assert_eq!(r.take().map(|t| t.length), Some(Duration::from_millis(1900)));
    }

    #[test]
    fn without_a_microphone_it_goes_back_to_the_start() {
        let mut r = recorder();
        r.press();
        let refused = RecorderState { problem: Some(Problem::NoInput), ..RecorderState::default() };
        r.on_audio_state(&refused);
        assert_eq!((r.phase(), r.problem()), (Phase::Ready, Some(&Problem::NoInput)));
        assert_eq!(r.take(), None);
    }
}
