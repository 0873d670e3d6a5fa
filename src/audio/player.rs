//! The playing state machine: one clip, its segments in order, seek, speed, skipped silence.
//!
//! A segment may be open: it is still being downloaded. It starts, and resumes after it starved,
//! with [`MARGIN`] of audio available. A seek beyond the available audio waits for it.

use std::{ops::Range, sync::Arc, time::Duration};

use super::{
    ClipId, Phase, PlayerState, Problem, Segment,
    backend::{Devices, Fault, Output, Tap, TapState},
    pipe::Pipe,
    sound::{Sound, time},
};
use crate::{codec::Pcm, model::heard::Listener};

/// Slowest and fastest speed.
const SPEEDS: std::ops::RangeInclusive<f32> = 0.5..=3.0;

/// Audio that must be available before an open segment starts or resumes.
const MARGIN: Duration = Duration::from_secs(1);

/// The available audio of a segment.
struct Track {
    label: String,
    primary: bool,
    sound: Sound,
    /// The estimated length of an open segment; `None` when it is complete.
    open: Option<Duration>,
    /// Whether the download was interrupted.
    broken: bool,
    /// Pauses found so far.
    silences: Vec<Range<usize>>,
    measured: usize,
}

impl Track {
    fn new(segment: Segment) -> Self {
        Self {
            label: segment.label,
            primary: segment.primary,
            sound: Sound::new(segment.pcm),
            open: segment.open,
            broken: false,
            silences: Vec::new(),
            measured: 0,
        }
    }

    fn length(&self) -> Duration {
        self.open.unwrap_or_default().max(self.sound.duration())
    }

    /// Finds pauses in pieces not examined yet; returns those after the sample `beyond`.
    fn pauses(&mut self, beyond: usize) -> &[Range<usize>] {
        self.silences.extend(self.sound.silences(self.measured));
        self.measured = self.sound.count();
        let first = self.silences.partition_point(|pause| pause.end <= beyond);
        self.silences.get(first..).unwrap_or_default()
    }
}

/// A pipe that is attached to the device.
struct Run {
    pipe: Pipe,
    tap: Arc<TapState>,
}

impl Drop for Run {
    fn drop(&mut self) {
        self.tap.kill();
    }
}

struct Device {
    output: Box<dyn Output>,
    fault: Arc<Fault>,
}

/// The player.
pub(super) struct Player {
    name: Option<String>,
    device: Option<Device>,
    clip: Option<ClipId>,
    segments: Vec<Track>,
    segment: usize,
    /// Position in the current segment, in samples.
    position: usize,
    /// The phase; [`Phase::Waiting`] is represented as `Playing` with `waiting` set.
    phase: Phase,
    waiting: bool,
    run: Option<Run>,
    listener: Listener,
    speed: f32,
    volume: f32,
    muted: bool,
    skip_silence: bool,
    problem: Option<Problem>,
}

impl Default for Player {
    fn default() -> Self {
        let shown = PlayerState::default();
        Self {
            name: None,
            device: None,
            clip: None,
            segments: Vec::new(),
            segment: 0,
            position: 0,
            phase: Phase::Empty,
            waiting: false,
            run: None,
            listener: Listener::new(None),
            speed: shown.speed,
            volume: shown.volume,
            muted: shown.muted,
            skip_silence: shown.skip_silence,
            problem: None,
        }
    }
}

impl Player {
    pub(super) fn is_playing(&self) -> bool {
        self.phase == Phase::Playing
    }

    /// Whether audio is being played now.
    pub(super) fn is_sounding(&self) -> bool {
        self.is_playing() && !self.waiting
    }

    pub(super) fn has_device(&self) -> bool {
        self.device.is_some()
    }

    /// Closes the device; it is opened again when needed.
    pub(super) fn release(&mut self) {
        self.run = None;
        self.device = None;
    }

    pub(super) fn load(
        &mut self,
        clip: ClipId,
        segments: Vec<Segment>,
        segment: usize,
        at: Duration,
    ) {
        let primary = || segments.iter().filter(|s| s.primary);
        let known = primary().all(|s| s.open.is_none());
        let length = primary().map(|s| s.pcm.duration()).max().filter(|_| known);
        // Only the very same clip keeps what was heard of it; another starts afresh.
        if self.clip.as_ref() != Some(&clip) {
            self.listener = Listener::new(length);
        } else if let Some(length) = length {
            self.listener.learn(length);
        }
        self.run = None;
        self.waiting = false;
        self.problem = None;
        self.clip = Some(clip);
        self.segment = segment.min(segments.len().saturating_sub(1));
        self.phase = if segments.is_empty() { Phase::Empty } else { Phase::Ready };
        self.segments = segments.into_iter().map(Track::new).collect();
        self.position = self.to_samples(at);
        self.listener.seeked(at);
    }

    /// Appends audio to an open segment.
    pub(super) fn append(&mut self, clip: &ClipId, segment: usize, at: usize, pcm: Arc<Pcm>) {
        if self.clip.as_ref() != Some(clip) {
            return;
        }
        let Some(track) = self.segments.get_mut(segment).filter(|t| t.open.is_some()) else {
            return;
        };
        track.broken = false;
        let before = track.sound.len();
        let Some(known) = before.checked_sub(at) else { return };
        let pcm = match known {
            0 => pcm,
            _ => {
                let new = pcm.samples.get(known..).unwrap_or_default();
                Arc::new(Pcm { samples: new.to_vec(), rate: pcm.rate })
            }
        };
        track.sound.push(pcm);
        self.grow_run(segment, before);
    }

    /// Replaces the segments of a clip by the complete ones.
    pub(super) fn complete(&mut self, clip: &ClipId, segments: Vec<Segment>) {
        if self.clip.as_ref() != Some(clip) || segments.len() != self.segments.len() {
            return;
        }
        for (at, segment) in segments.into_iter().enumerate() {
            let Some(track) = self.segments.get_mut(at) else { return };
            let before = track.sound.len();
            // What was left out because it came later may sound the next time.
            if track.open.is_none() && (before > 0 || at == self.segment) {
                continue;
            }
            *track = Track::new(segment);
            if track.primary {
                let length = track.sound.duration();
                self.listener.learn(length);
            }
            self.grow_run(at, before);
        }
        if !self.is_playing() {
            self.position = self.position.min(self.last_sample());
        }
    }

    /// Marks the download of a clip as interrupted.
    pub(super) fn broken(&mut self, clip: &ClipId) {
        if self.clip.as_ref() != Some(clip) {
            return;
        }
        for track in self.segments.iter_mut().filter(|track| track.open.is_some()) {
            track.broken = true;
        }
        let here = self.track().map_or(0, |track| track.sound.len());
        if self.waiting && self.position >= here {
            self.pause();
        }
    }

    /// Passes the audio after the sample `before` to the running pipe of a segment.
    fn grow_run(&mut self, segment: usize, before: usize) {
        if segment != self.segment {
            return;
        }
        if let (Some(run), Some(track)) = (&mut self.run, self.segments.get_mut(segment)) {
            let (sound, open) = (track.sound.clone(), track.open.is_some());
            let pauses = if self.skip_silence { track.pauses(before) } else { &[] };
            run.pipe.grow(sound, open, pauses);
        }
    }

    pub(super) fn stop(&mut self) {
        let keep = (self.speed, self.volume, self.muted, self.skip_silence);
        let (name, device) = (self.name.take(), self.device.take());
        self.run = None;
        *self = Self { name, device, ..Self::default() };
        (self.speed, self.volume, self.muted, self.skip_silence) = keep;
    }

    pub(super) fn play(&mut self, devices: &mut dyn Devices) {
        match self.phase {
            Phase::Empty | Phase::Playing | Phase::Waiting => return,
            Phase::Ended => {
                self.segment = self.segments.iter().position(|s| s.primary).unwrap_or(0);
                self.seek_to(0);
            }
            Phase::Ready | Phase::Paused => {}
        }
        self.problem = None;
        self.phase = Phase::Playing;
        if let Some(track) = self.segments.get_mut(self.segment) {
            // Whoever presses play has asked for the rest again.
            track.broken = false;
        }
        self.go(devices);
    }

    /// Plays from the current position, or waits until enough audio is available.
    fn go(&mut self, devices: &mut dyn Devices) {
        self.waiting = !self.has_enough();
        match &self.run {
            Some(run) => run.tap.set_paused(self.waiting),
            None if self.waiting => {}
            None => self.start_run(devices),
        }
    }

    /// Whether playback may start: the segment is complete or interrupted, or [`MARGIN`] is
    /// available.
    fn has_enough(&self) -> bool {
        let Some(track) = self.track().filter(|t| t.open.is_some() && !t.broken) else {
            return true;
        };
        let margin = MARGIN.as_secs_f64() * f64::from(self.speed.max(1.0));
        let ahead = track.sound.len().saturating_sub(self.position);
        ahead > 0 && ahead as f64 >= margin * f64::from(track.sound.rate())
    }

    fn track(&self) -> Option<&Track> {
        self.segments.get(self.segment)
    }

    pub(super) fn pause(&mut self) {
        if self.phase == Phase::Playing {
            self.note_position();
            if let Some(run) = &self.run {
                run.tap.set_paused(true);
            }
            self.phase = Phase::Paused;
            self.waiting = false;
        }
    }

    pub(super) fn toggle(&mut self, devices: &mut dyn Devices) {
        if self.is_playing() { self.pause() } else { self.play(devices) }
    }

    pub(super) fn seek(&mut self, at: Duration, devices: &mut dyn Devices) {
        if self.segments.is_empty() {
            return;
        }
        self.seek_to(self.to_samples(at));
        if self.phase == Phase::Ended {
            self.phase = Phase::Paused;
        }
        if self.is_playing() {
            self.go(devices);
        }
    }

    pub(super) fn skip(&mut self, seconds: f64, devices: &mut dyn Devices) {
        let now = self.shown_position().as_secs_f64();
        self.seek(Duration::from_secs_f64((now + seconds).max(0.0)), devices);
    }

    pub(super) fn set_speed(&mut self, speed: f32, devices: &mut dyn Devices) {
        if speed.is_finite() {
            self.speed = speed.clamp(*SPEEDS.start(), *SPEEDS.end());
            self.again(devices);
        }
    }

    pub(super) fn set_skip_silence(&mut self, on: bool, devices: &mut dyn Devices) {
        self.skip_silence = on;
        self.again(devices);
    }

    pub(super) fn set_volume(&mut self, volume: f32) {
        if volume.is_finite() {
            self.volume = volume.clamp(0.0, 1.0);
        }
        self.apply_volume();
    }

    pub(super) fn set_muted(&mut self, muted: bool) {
        self.muted = muted;
        self.apply_volume();
    }

    pub(super) fn use_device(&mut self, name: Option<String>, devices: &mut dyn Devices) {
        self.note_position();
        self.name = name;
        self.release();
        if self.is_playing() {
            self.go(devices);
        }
    }

    /// Fills the pipe, detects the end, and advances to the next segment. Called many times a
    /// second.
    pub(super) fn tick(&mut self, devices: &mut dyn Devices) {
        if !self.is_playing() {
            return;
        }
        if self.device.as_ref().is_some_and(|device| device.fault.is_set()) {
            self.recover(devices);
            return;
        }
        if self.waiting {
            if !self.has_enough() {
                return;
            }
            self.go(devices);
        }
        let Some(run) = &mut self.run else { return };
        run.pipe.fill();
        let consumed = run.tap.consumed();
        let (over, starved) = (run.pipe.is_over(consumed), run.pipe.is_starved(consumed));
        self.note_position();
        let primary = self.track().is_some_and(|t| t.primary);
        if primary {
            let at = self.shown_position();
            self.listener.played_to(at);
        }
        if starved {
            if self.track().is_some_and(|t| t.broken) {
                self.pause();
            } else {
                self.waiting = true;
                self.set_paused(true);
            }
        }
        if over {
            // At its end already when it started, nothing was heard.
            if primary && consumed > 0 {
                self.listener.ended();
            }
            self.run = None;
            if self.segment + 1 < self.segments.len() {
                self.segment += 1;
                self.seek_to(0);
                self.go(devices);
            } else {
                self.phase = Phase::Ended;
            }
        }
    }

    fn set_paused(&self, paused: bool) {
        if let Some(run) = &self.run {
            run.tap.set_paused(paused);
        }
    }

    pub(super) fn state(&self) -> PlayerState {
        let segment = self.track();
        PlayerState {
            clip: self.clip.clone(),
            phase: if self.is_playing() && self.waiting { Phase::Waiting } else { self.phase },
            segment: self.segment,
            label: segment.map(|s| s.label.clone()).unwrap_or_default(),
            position: self.shown_position(),
            length: segment.map(Track::length).unwrap_or_default(),
            speed: self.speed,
            volume: self.volume,
            muted: self.muted,
            skip_silence: self.skip_silence,
            heard: self.listener.is_heard(),
            problem: self.problem.clone(),
        }
    }

    /// Handles the loss of the device while playing: continues once on the default device at the
    /// same position; if that fails too, pauses with a reason.
    fn recover(&mut self, devices: &mut dyn Devices) {
        self.note_position();
        self.release();
        self.name = None;
        self.start_run(devices);
        if self.problem.is_some() {
            self.problem = Some(Problem::Unplugged);
        }
    }

    /// Restarts at the current position, after a setting changed.
    fn again(&mut self, devices: &mut dyn Devices) {
        self.note_position();
        self.run = None;
        if self.is_playing() {
            self.go(devices);
        }
    }

    fn start_run(&mut self, devices: &mut dyn Devices) {
        self.run = None;
        if self.segments.is_empty() {
            return;
        }
        if self.device.is_none() {
            let fault = Arc::new(Fault::default());
            match devices.open_output(self.name.as_deref(), &fault) {
                Ok(output) => self.device = Some(Device { output, fault }),
                Err(problem) => {
                    self.problem = Some(problem);
                    self.phase = Phase::Paused;
                    return;
                }
            }
        }
        let Some(device) = &self.device else { return };
        let rate = device.output.rate();
        let Some(track) = self.segments.get_mut(self.segment) else { return };
        let (sound, open) = (track.sound.clone(), track.open.is_some());
        let silences = if self.skip_silence { track.pauses(0) } else { &[] };
        let (mut pipe, ring) = Pipe::new(sound, open, self.position, silences, self.speed, rate);
        pipe.fill();
        let tap = Arc::new(TapState::default());
        device.output.attach(Tap { ring, state: tap.clone(), rate });
        self.run = Some(Run { pipe, tap });
        self.apply_volume();
    }

    fn apply_volume(&self) {
        if let Some(run) = &self.run {
            run.tap.set_volume(if self.muted { 0.0 } else { self.volume });
        }
    }

    fn note_position(&mut self) {
        if let Some(run) = &self.run {
            self.position = run.pipe.position(run.tap.consumed());
        }
    }

    fn seek_to(&mut self, samples: usize) {
        self.run = None;
        self.position = samples.min(self.last_sample());
        self.listener.seeked(self.shown_position());
    }

    fn to_samples(&self, at: Duration) -> usize {
        let Some(track) = self.track() else { return 0 };
        let samples = (at.as_secs_f64() * f64::from(track.sound.rate())) as usize;
        samples.min(self.last_sample())
    }

    /// The length of the current segment in samples; an estimate for an open one.
    fn last_sample(&self) -> usize {
        self.track().map_or(0, |track| match track.open {
            Some(_) => {
                let about = track.length().as_secs_f64() * f64::from(track.sound.rate());
                track.sound.len().max(about as usize)
            }
            None => track.sound.len(),
        })
    }

    fn shown_position(&self) -> Duration {
        time(self.position, self.track().map_or(0, |track| track.sound.rate()))
    }
}
