//! Linear mono sound: the form in which every layer above hands audio on.

use std::time::Duration;

/// Mono samples, full-scale `i16`, at `rate` hertz.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pcm {
    /// Samples in time order.
    pub samples: Vec<i16>,
    /// Samples a second; never zero for a value made by a decoder.
    pub rate: u32,
}

impl Pcm {
    /// The telephone's sampling rate, and that of every codec we encode to.
    pub const TELEPHONE: u32 = 8_000;

    /// Wraps samples at 8 000 Hz.
    #[must_use]
    pub fn telephone(samples: Vec<i16>) -> Self {
        Self { samples, rate: Self::TELEPHONE }
    }

    /// How long it lasts.
    #[must_use]
    pub fn duration(&self) -> Duration {
        if self.rate == 0 {
            return Duration::ZERO;
        }
        Duration::from_secs_f64(self.samples.len() as f64 / f64::from(self.rate))
    }
}
