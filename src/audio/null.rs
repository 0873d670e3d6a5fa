//! Devices in memory: a loudspeaker that records its input and a microphone that plays prepared
//! samples. For tests, and for the self-test of an installed program.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
        mpsc,
    },
    time::Duration,
};

use super::{
    Problem,
    backend::{Capture, Devices, Fault, Input, Output, Tap},
};

/// How fast the devices run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// As fast as the audio thread delivers.
    Fast,
    /// In real time, like hardware.
    Real,
}

/// A loudspeaker and a microphone in memory. Clones share them.
#[derive(Clone)]
pub struct NullDevices {
    pace: Pace,
    rate: u32,
    heard: Arc<Mutex<Vec<f32>>>,
    microphone: Arc<Mutex<Vec<f32>>>,
    present: Arc<AtomicBool>,
    fault: Arc<Mutex<Option<Arc<Fault>>>>,
}

impl NullDevices {
    /// Creates devices of `rate` hertz. The microphone gives the samples `microphone`, then none.
    #[must_use]
    pub fn new(rate: u32, pace: Pace, microphone: Vec<f32>) -> Self {
        Self {
            pace,
            rate,
            heard: Arc::default(),
            microphone: Arc::new(Mutex::new(microphone)),
            present: Arc::new(AtomicBool::new(true)),
            fault: Arc::default(),
        }
    }

    /// All samples played so far, without the silence while paused.
    #[must_use]
    pub fn heard(&self) -> Vec<f32> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Samples that the microphone has not given yet.
    #[must_use]
    pub fn left(&self) -> usize {
        self.microphone.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Unplugs the devices, or plugs them in again.
    pub fn set_present(&self, present: bool) {
        self.present.store(present, Relaxed);
        if !present && let Some(fault) = &*self.fault.lock().unwrap_or_else(PoisonError::into_inner)
        {
            fault.set();
        }
    }

    fn remember(&self, fault: &Arc<Fault>) {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(fault.clone());
    }
}

impl Devices for NullDevices {
    fn open_output(
        &mut self,
        _name: Option<&str>,
        fault: &Arc<Fault>,
    ) -> Result<Box<dyn Output>, Problem> {
        if !self.present.load(Relaxed) {
            return Err(Problem::NoOutput);
        }
        self.remember(fault);
        let (taps, inbox) = mpsc::channel::<Tap>();
        let (heard, rate, pace) = (self.heard.clone(), self.rate, self.pace);
        spawn(move || {
            let mut playing: Vec<Tap> = Vec::new();
            loop {
                match inbox.try_recv() {
                    Ok(tap) => playing.push(tap),
                    Err(mpsc::TryRecvError::Disconnected) => return,
                    Err(mpsc::TryRecvError::Empty) => {}
                }
                // 10 ms at a time; one sound at a time is all that ever plays.
                playing.retain_mut(|tap| {
                    let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
                    tap.move_ready((rate / 100) as usize, &mut heard)
                });
                std::thread::sleep(pace.step());
            }
        })?;
        Ok(Box::new(NullOutput { taps, rate }))
    }

    fn open_input(
        &mut self,
        _name: Option<&str>,
        mut capture: Capture,
        fault: &Arc<Fault>,
    ) -> Result<Box<dyn Input>, Problem> {
        if !self.present.load(Relaxed) {
            return Err(Problem::NoInput);
        }
        self.remember(fault);
        let open = Arc::new(AtomicBool::new(true));
        let (running, microphone) = (open.clone(), self.microphone.clone());
        let (rate, pace) = (self.rate, self.pace);
        spawn(move || {
            while running.load(Relaxed) {
                {
                    let mut sound = microphone.lock().unwrap_or_else(PoisonError::into_inner);
                    let piece = sound.len().min((rate / 100) as usize).min(capture.ring.slots());
                    let piece: Vec<f32> = sound.drain(..piece).collect();
                    capture.push(&piece, 1, |sample| sample);
                }
                std::thread::sleep(pace.step());
            }
        })?;
        Ok(Box::new(NullInput { open, rate }))
    }

    fn outputs(&mut self) -> Vec<String> {
        vec!["Null output".into()]
    }

    fn inputs(&mut self) -> Vec<String> {
        vec!["Null input".into()]
    }
}

impl Pace {
    /// Real time for 10 ms of audio.
    fn step(self) -> Duration {
        match self {
            Self::Fast => Duration::from_micros(50),
            Self::Real => Duration::from_millis(10),
        }
    }
}

fn spawn(run: impl FnOnce() + Send + 'static) -> Result<(), Problem> {
    std::thread::Builder::new()
        .name("aloud-null-audio".into())
        .spawn(run)
        .map(drop)
        .map_err(|e| Problem::Other(e.to_string()))
}

struct NullOutput {
    taps: mpsc::Sender<Tap>,
    rate: u32,
}

impl Output for NullOutput {
    fn rate(&self) -> u32 {
        self.rate
    }

    fn attach(&self, tap: Tap) {
        let _ = self.taps.send(tap);
    }
}

struct NullInput {
    open: Arc<AtomicBool>,
    rate: u32,
}

impl Input for NullInput {
    fn rate(&self) -> u32 {
        self.rate
    }
}

impl Drop for NullInput {
    fn drop(&mut self) {
        self.open.store(false, Relaxed);
    }
}
