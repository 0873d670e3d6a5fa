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

/// Rates that recordings have. Others come from damaged headers.
pub(super) fn is_sane_rate(rate: u32) -> bool {
    (2_000..=384_000).contains(&rate)
}

/// Full scale from -1.0..=1.0; what is louder saturates, what is no number is silence.
pub(super) fn from_float(value: f64) -> i16 {
    // The cast saturates and makes NaN zero.
    (value * 32768.0).round_ties_even() as i16
}

/// Mean of the channels of one frame.
fn mean(channels: impl ExactSizeIterator<Item = i16>) -> i16 {
    let count = channels.len().max(1) as i32;
    let sum: i32 = channels.map(i32::from).sum();
    // The mean of i16 values is one.
    (sum / count) as i16
}

/// Mixes interleaved samples down to mono.
pub(super) fn mix(interleaved: &[i16], channels: usize, mono: &mut Vec<i16>) {
    match channels {
        0 => {}
        1 => mono.extend_from_slice(interleaved),
        _ => {
            mono.extend(interleaved.chunks_exact(channels).map(|frame| mean(frame.iter().copied())))
        }
    }
}

/// Reads one sample from exactly as many octets as it has.
pub(super) type SampleReader = fn(&[u8]) -> i16;

/// Reads interleaved samples of `width` octets and mixes them down. `sample` gets exactly `width`
/// octets. An incomplete frame at the end is dropped.
pub(super) fn mix_octets(
    octets: &[u8],
    width: usize,
    channels: usize,
    sample: SampleReader,
) -> Vec<i16> {
    if channels == 1 {
        return octets.chunks_exact(width).map(sample).collect();
    }
    octets
        .chunks_exact((width * channels).max(1))
        .map(|frame| mean(frame.chunks_exact(width).map(sample)))
        .collect()
}
