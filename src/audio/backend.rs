//! The interface between the audio thread and sound devices, and the two objects that live in
//! device callbacks.
//!
//! These two ([`Tap`] for output, [`Capture`] for input) never allocate, lock or log: they move
//! samples through a lock-free ring and count.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed},
};

use super::Problem;

/// Opens and lists devices.
pub(super) trait Devices {
    /// Opens an output that plays silence until a [`Tap`] is attached.
    fn open_output(
        &mut self,
        name: Option<&str>,
        fault: &Arc<Fault>,
    ) -> Result<Box<dyn Output>, Problem>;
    /// Opens an input whose callback pushes into `capture`.
    fn open_input(
        &mut self,
        name: Option<&str>,
        capture: Capture,
        fault: &Arc<Fault>,
    ) -> Result<Box<dyn Input>, Problem>;
    /// Names of usable outputs.
    fn outputs(&mut self) -> Vec<String>;
    /// Names of usable inputs.
    fn inputs(&mut self) -> Vec<String>;
}

/// An open output. Dropping it closes the device.
pub(super) trait Output {
    /// Sampling rate of the device in hertz.
    fn rate(&self) -> u32;
    /// Plays from `tap` until it ends.
    fn attach(&self, tap: Tap);
}

/// An open input. Dropping it closes the device.
pub(super) trait Input {
    /// Sampling rate of the device in hertz.
    fn rate(&self) -> u32;
}

/// A flag that the error callback of a device sets; some backends call it again and again.
#[derive(Default)]
pub(super) struct Fault(AtomicBool);

impl Fault {
    pub(super) fn set(&self) {
        self.0.store(true, Relaxed);
    }

    pub(super) fn is_set(&self) -> bool {
        self.0.load(Relaxed)
    }
}

/// State shared between the player and the output callback.
#[derive(Default)]
pub(super) struct TapState {
    paused: AtomicBool,
    dead: AtomicBool,
    volume: AtomicU32,
    consumed: AtomicU64,
}

impl TapState {
    pub(super) fn set_paused(&self, paused: bool) {
        self.paused.store(paused, Relaxed);
    }

    /// Makes the output callback drop its [`Tap`].
    pub(super) fn kill(&self) {
        self.dead.store(true, Relaxed);
    }

    pub(super) fn set_volume(&self, volume: f32) {
        self.volume.store(volume.to_bits(), Relaxed);
    }

    /// Number of samples that the device consumed.
    pub(super) fn consumed(&self) -> u64 {
        self.consumed.load(Relaxed)
    }
}

/// The source of an output callback: one sample at a time, silence while paused or starved.
pub(super) struct Tap {
    pub(super) ring: rtrb::Consumer<f32>,
    pub(super) state: Arc<TapState>,
    pub(super) rate: u32,
}

impl Tap {
    /// The next sample; `None` at the end of this sound.
    pub(super) fn next_sample(&mut self) -> Option<f32> {
        if self.state.dead.load(Relaxed) {
            return None;
        }
        if self.state.paused.load(Relaxed) {
            return Some(0.0);
        }
        match self.ring.pop() {
            Ok(sample) => {
                self.state.consumed.fetch_add(1, Relaxed);
                Some(sample * f32::from_bits(self.state.volume.load(Relaxed)))
            }
            Err(_) => Some(0.0),
        }
    }
}

impl Tap {
    /// Moves up to `most` available samples into `out`; none while paused or starved. False at the
    /// end of this sound. For devices in memory, which should not record silence.
    pub(super) fn move_ready(&mut self, most: usize, out: &mut Vec<f32>) -> bool {
        for _ in 0..most.min(self.ring.slots()) {
            if self.state.paused.load(Relaxed) {
                break;
            }
            match self.next_sample() {
                Some(sample) => out.push(sample),
                None => return false,
            }
        }
        !self.state.dead.load(Relaxed)
    }
}

/// The sink of an input callback: pushes mono samples into a ring and counts those that did not
/// fit.
pub(super) struct Capture {
    pub(super) ring: rtrb::Producer<f32>,
    pub(super) lost: Arc<AtomicU64>,
}

impl Capture {
    /// Mixes interleaved frames down to mono and pushes them.
    pub(super) fn push<T: Copy>(&mut self, data: &[T], channels: usize, to_f32: impl Fn(T) -> f32) {
        let channels = channels.max(1);
        for frame in data.chunks_exact(channels) {
            let sum: f32 = frame.iter().map(|sample| to_f32(*sample)).sum();
            if self.ring.push(sum / channels as f32).is_err() {
                self.lost.fetch_add(1, Relaxed);
            }
        }
    }
}
