//! The playing state machine: one clip, its segments in order, seek, speed, skipped silence.

use std::{ops::Range, sync::Arc, time::Duration};

use super::{
    ClipId, Phase, PlayerState, Problem, Segment,
    backend::{Devices, Fault, Output, Tap, TapState},
    pipe::Pipe,
};
use crate::{codec::level, model::heard::Listener};

/// Slowest and fastest speed.
const SPEEDS: std::ops::RangeInclusive<f32> = 0.5..=3.0;

/// A run of sound that is attached to the device.
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
    segments: Vec<Segment>,
    silences: Vec<Vec<Range<usize>>>,
    segment: usize,
    /// Samples into the current segment.
    position: usize,
    phase: Phase,
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
            silences: Vec::new(),
            segment: 0,
            position: 0,
            phase: Phase::Empty,
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

    pub(super) fn has_device(&self) -> bool {
        self.device.is_some()
    }

    /// Gives the device back to the system; it is opened again when needed.
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
        // Only the very same clip keeps what was heard of it; another starts afresh.
        if self.clip.as_ref() != Some(&clip) {
            let primary = segments.iter().filter(|s| s.primary).map(|s| s.pcm.duration()).max();
            self.listener = Listener::new(primary);
        }
        self.run = None;
        self.problem = None;
        self.clip = Some(clip);
        self.silences = vec![Vec::new(); segments.len()];
        self.segment = segment.min(segments.len().saturating_sub(1));
        self.phase = if segments.is_empty() { Phase::Empty } else { Phase::Ready };
        self.segments = segments;
        self.position = self.to_samples(at);
        self.listener.seeked(at);
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
            Phase::Empty | Phase::Playing => return,
            Phase::Ended => {
                self.segment = self.segments.iter().position(|s| s.primary).unwrap_or(0);
                self.seek_to(0);
            }
            Phase::Ready | Phase::Paused => {}
        }
        self.problem = None;
        self.phase = Phase::Playing;
        if let Some(run) = &self.run {
            run.tap.set_paused(false);
        } else {
            self.start_run(devices);
        }
    }

    pub(super) fn pause(&mut self) {
        if self.phase == Phase::Playing {
            self.note_position();
            if let Some(run) = &self.run {
                run.tap.set_paused(true);
            }
            self.phase = Phase::Paused;
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
            self.start_run(devices);
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
            self.start_run(devices);
        }
    }

    /// Keeps the pipe filled, notices the end, and goes to the next segment.
    pub(super) fn tick(&mut self, devices: &mut dyn Devices) {
        if !self.is_playing() {
            return;
        }
        if self.device.as_ref().is_some_and(|device| device.fault.is_set()) {
            self.recover(devices);
            return;
        }
        let Some(run) = &mut self.run else { return };
        run.pipe.fill();
        let over = run.pipe.is_over(run.tap.consumed());
        self.note_position();
        let primary = self.segments.get(self.segment).is_some_and(|s| s.primary);
        if primary {
            let at = self.shown_position();
            self.listener.played_to(at);
        }
        if over {
            if primary {
                self.listener.ended();
            }
            self.run = None;
            if self.segment + 1 < self.segments.len() {
                self.segment += 1;
                self.seek_to(0);
                self.start_run(devices);
            } else {
                self.phase = Phase::Ended;
            }
        }
    }

    pub(super) fn state(&self) -> PlayerState {
        let segment = self.segments.get(self.segment);
        PlayerState {
            clip: self.clip.clone(),
            phase: self.phase,
            segment: self.segment,
            label: segment.map(|s| s.label.clone()).unwrap_or_default(),
            position: self.shown_position(),
            length: segment.map(|s| s.pcm.duration()).unwrap_or_default(),
            speed: self.speed,
            volume: self.volume,
            muted: self.muted,
            skip_silence: self.skip_silence,
            heard: self.listener.is_heard(),
            problem: self.problem.clone(),
        }
    }

    /// The device went away while playing: once on the system's choice, at the same place; if that
    /// fails too, hold with a reason.
    fn recover(&mut self, devices: &mut dyn Devices) {
        self.note_position();
        self.release();
        self.name = None;
        self.start_run(devices);
        if self.problem.is_some() {
            self.problem = Some(Problem::Unplugged);
        }
    }

    /// Starts again at the present place, after a setting changed.
    fn again(&mut self, devices: &mut dyn Devices) {
        self.note_position();
        self.run = None;
        if self.is_playing() {
            self.start_run(devices);
        }
    }

    fn start_run(&mut self, devices: &mut dyn Devices) {
        self.run = None;
        let Some(segment) = self.segments.get(self.segment) else { return };
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
        if self.skip_silence
            && let Some(found) = self.silences.get_mut(self.segment)
            && found.is_empty()
        {
            *found = level::silences(&segment.pcm);
        }
        let none = Vec::new();
        let silences = match self.silences.get(self.segment) {
            Some(found) if self.skip_silence => found,
            _ => &none,
        };
        let (mut pipe, ring) =
            Pipe::new(segment.pcm.clone(), self.position, silences, self.speed, rate);
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
        let most = self.segments.get(self.segment).map_or(0, |s| s.pcm.samples.len());
        self.position = samples.min(most);
        self.listener.seeked(self.shown_position());
    }

    fn to_samples(&self, at: Duration) -> usize {
        let Some(segment) = self.segments.get(self.segment) else { return 0 };
        let samples = (at.as_secs_f64() * f64::from(segment.pcm.rate)) as usize;
        samples.min(segment.pcm.samples.len())
    }

    fn shown_position(&self) -> Duration {
        let rate = self.segments.get(self.segment).map_or(0, |s| s.pcm.rate);
        if rate == 0 {
            return Duration::ZERO;
        }
        Duration::from_secs_f64(self.position as f64 / f64::from(rate))
    }
}
