//! Linear mono audio, the only audio format above this layer.

use std::time::Duration;

/// Mono samples, full-scale `i16`, at `rate` hertz.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pcm {
    /// Samples in time order.
    pub samples: Vec<i16>,
    /// Sampling rate in hertz; never zero in the result of a decoder.
    pub rate: u32,
}

impl Pcm {
    /// The telephone's sampling rate, and that of every codec we encode to.
    pub const TELEPHONE: u32 = 8_000;

    /// Audio at 8 000 Hz.
    #[must_use]
    pub fn telephone(samples: Vec<i16>) -> Self {
        Self { samples, rate: Self::TELEPHONE }
    }

    /// The duration; zero where the rate is zero.
    #[must_use]
    pub fn duration(&self) -> Duration {
        if self.rate == 0 {
            return Duration::ZERO;
        }
        Duration::from_secs_f64(self.samples.len() as f64 / f64::from(self.rate))
    }
}

/// Whether a sampling rate is plausible (2 to 384 kHz). Others come from damaged headers.
pub(super) fn is_sane_rate(rate: u32) -> bool {
    (2_000..=384_000).contains(&rate)
}

/// Converts a float sample of full scale 1.0 to `i16`. Saturates; NaN becomes zero.
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

/// Converts the octets of one sample; the slice has exactly the width of a sample.
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
