//! The recording state machine: from the microphone to a take at 8 000 Hz, with level and peaks.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use super::{
    Problem, RecorderPhase, RecorderState,
    backend::{Capture, Devices, Fault, Input},
    pipe::Resampler,
    take::Take,
};

/// Samples of a take per peak: 20 peaks a second.
const PEAK_STEP: usize = (Take::RATE / 20) as usize;
/// Maximum number of peaks kept for the waveform: 30 s.
const PEAKS: usize = 600;
/// Level below which the microphone counts as silent: -60 dB of full scale.
const SILENCE: f32 = 0.001;
/// Samples of silence after which [`RecorderState::silent`] is set.
const SILENT_AFTER: usize = 2 * Take::RATE as usize;
/// Window of the level meter in samples: 100 ms.
const LEVEL_WINDOW: usize = Take::RATE as usize / 10;

/// An open microphone.
struct Microphone {
    /// Keeps the device open.
    _input: Box<dyn Input>,
    ring: rtrb::Consumer<f32>,
    resampler: Option<Resampler>,
    lost: Arc<AtomicU64>,
    fault: Arc<Fault>,
}

/// The recorder.
#[derive(Default)]
pub(super) struct Recorder {
    phase: RecorderPhase,
    device: Option<String>,
    microphone: Option<Microphone>,
    take: Option<Take>,
    file: Option<PathBuf>,
    limit: Option<Duration>,
    length: Duration,
    peaks: Vec<u8>,
    peak_run: (usize, f32),
    recent: std::collections::VecDeque<f32>,
    quiet: usize,
    overruns: u64,
    at_limit: bool,
    problem: Option<Problem>,
}

impl Recorder {
    /// Whether [`Self::tick`] must be called often.
    pub(super) fn is_active(&self) -> bool {
        self.microphone.is_some()
    }

    pub(super) fn is_recording(&self) -> bool {
        self.phase == RecorderPhase::Recording
    }

    pub(super) fn use_device(&mut self, name: Option<String>, devices: &mut dyn Devices) {
        self.device = name;
        if self.microphone.take().is_some() {
            self.open(devices);
        }
    }

    pub(super) fn record(
        &mut self,
        file: PathBuf,
        append: bool,
        limit: Option<Duration>,
        devices: &mut dyn Devices,
    ) {
        self.close_take();
        let opened =
            if append && file.exists() { Take::append(&file) } else { Take::create(&file) };
        match opened {
            Ok(take) => {
                *self = Self {
                    device: self.device.take(),
                    microphone: self.microphone.take(),
                    length: take.length(),
                    take: Some(take),
                    file: Some(file),
                    limit,
                    phase: RecorderPhase::Recording,
                    ..Self::default()
                };
                self.open(devices);
            }
            Err(error) => self.fail(disk_problem(&error)),
        }
    }

    pub(super) fn pause(&mut self) {
        if self.phase == RecorderPhase::Recording {
            self.drain();
            // First, because the disk may be slow: what came meanwhile would be thrown away.
            self.microphone = None;
            if let Some(Err(error)) = self.take.as_mut().map(Take::settle) {
                self.problem = Some(disk_problem(&error));
            }
            self.phase = RecorderPhase::Paused;
        }
    }

    pub(super) fn resume(&mut self, devices: &mut dyn Devices) {
        if self.phase == RecorderPhase::Paused && self.take.is_some() {
            self.phase = RecorderPhase::Recording;
            self.problem = None;
            self.open(devices);
        }
    }

    pub(super) fn finish(&mut self) {
        if self.take.is_none() {
            return;
        }
        self.drain();
        self.microphone = None;
        self.close_take();
        self.phase = RecorderPhase::Finished;
    }

    pub(super) fn discard(&mut self) {
        self.microphone = None;
        self.take = None;
        if let Some(file) = self.file.take() {
            let _ = std::fs::remove_file(file);
        }
        *self = Self { device: self.device.take(), ..Self::default() };
    }

    pub(super) fn monitor(&mut self, on: bool, devices: &mut dyn Devices) {
        match (on, self.phase) {
            (true, RecorderPhase::Idle | RecorderPhase::Finished) => {
                self.phase = RecorderPhase::Monitoring;
                self.open(devices);
            }
            (false, RecorderPhase::Monitoring) => {
                self.microphone = None;
                self.phase = RecorderPhase::Idle;
            }
            _ => {}
        }
    }

    /// Moves samples from the microphone to the take. Called many times a second.
    pub(super) fn tick(&mut self) {
        self.drain();
        let lost = self.microphone.as_ref().is_some_and(|mic| mic.fault.is_set());
        if lost {
            self.fail(Problem::Unplugged);
        }
    }

    pub(super) fn state(&self) -> RecorderState {
        RecorderState {
            phase: self.phase,
            file: self.file.clone(),
            length: self.length,
            level: self.recent.iter().fold(0.0, |most: f32, s| most.max(s.abs())),
            silent: self.quiet >= SILENT_AFTER,
            peaks: self.peaks.as_slice().into(),
            overruns: self.overruns,
            at_limit: self.at_limit,
            problem: self.problem.clone(),
        }
    }

    /// Opens the microphone if it is closed. A failure pauses the recording and keeps the take.
    fn open(&mut self, devices: &mut dyn Devices) {
        if self.microphone.is_some() {
            return;
        }
        // Two seconds at the highest usual rate: the disk may stall that long.
        let (producer, ring) = rtrb::RingBuffer::new(96_000);
        let lost = Arc::new(AtomicU64::new(0));
        let fault = Arc::new(Fault::default());
        let capture = Capture { ring: producer, lost: lost.clone() };
        match devices.open_input(self.device.as_deref(), capture, &fault) {
            Ok(input) => {
                let resampler = Resampler::new(input.rate(), Take::RATE);
                self.microphone = Some(Microphone { _input: input, ring, resampler, lost, fault });
            }
            Err(problem) => self.fail(problem),
        }
    }

    fn drain(&mut self) {
        let Some(microphone) = &mut self.microphone else { return };
        self.overruns = microphone.lost.load(Relaxed);
        let mut fresh = Vec::with_capacity(microphone.ring.slots());
        while let Ok(sample) = microphone.ring.pop() {
            fresh.push(sample);
        }
        let samples = match &mut microphone.resampler {
            None => fresh,
            Some(resampler) => {
                let mut out = Vec::with_capacity(fresh.len());
                resampler.push(&fresh, &mut out);
                out
            }
        };
        self.measure(&samples);
        if self.phase == RecorderPhase::Recording {
            self.store(&samples);
        }
    }

    fn measure(&mut self, samples: &[f32]) {
        for &sample in samples {
            self.quiet = if sample.abs() < SILENCE { self.quiet + 1 } else { 0 };
            self.recent.push_back(sample);
            if self.recent.len() > LEVEL_WINDOW {
                self.recent.pop_front();
            }
        }
    }

    fn store(&mut self, samples: &[f32]) {
        let Some(take) = &mut self.take else { return };
        let room = self.limit.map_or(usize::MAX, |limit| {
            let left = limit.saturating_sub(take.length()).as_secs_f64();
            (left * f64::from(Take::RATE)).round() as usize
        });
        let samples = samples.get(..samples.len().min(room)).unwrap_or_default();
        let linear: Vec<i16> =
            samples.iter().map(|s| (s * 32_768.0).clamp(-32_768.0, 32_767.0) as i16).collect();
        for sample in samples {
            self.peak_run = (self.peak_run.0 + 1, self.peak_run.1.max(sample.abs()));
            if self.peak_run.0 == PEAK_STEP {
                if self.peaks.len() == PEAKS {
                    self.peaks.remove(0);
                }
                self.peaks.push((self.peak_run.1.min(1.0) * 255.0) as u8);
                self.peak_run = (0, 0.0);
            }
        }
        let written = take.write(&linear);
        self.length = take.length();
        match written {
            Err(error) => self.fail(disk_problem(&error)),
            Ok(()) if self.limit.is_some_and(|limit| self.length >= limit) => {
                self.at_limit = true;
                self.microphone = None;
                self.close_take();
                self.phase = RecorderPhase::Finished;
            }
            Ok(()) => {}
        }
    }

    /// Pauses the recording with a reason; the take stays and can be resumed.
    fn fail(&mut self, problem: Problem) {
        self.microphone = None;
        if let Some(take) = &mut self.take {
            let _ = take.settle();
            self.phase = RecorderPhase::Paused;
        } else {
            self.phase = RecorderPhase::Idle;
        }
        self.problem = Some(problem);
    }

    fn close_take(&mut self) {
        if let Some(Err(error)) = self.take.take().map(|mut take| take.settle()) {
            self.problem = Some(disk_problem(&error));
        }
    }
}

fn disk_problem(error: &std::io::Error) -> Problem {
    match error.kind() {
        std::io::ErrorKind::StorageFull => Problem::DiskFull,
        _ => Problem::Other(error.to_string()),
    }
}
