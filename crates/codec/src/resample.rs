//! Converts the sampling rate of a whole recording (FFT resampler of `rubato`).
//!
//! The result has the right length to the sample and no delay. Loudness and pitch stay; what lies
//! above half the lower rate is filtered out.

use super::Pcm;
use rubato::{
    Fft, FixedSync, Resampler, WindowFunction, audioadapter_buffers::direct::InterleavedSlice,
};

/// Minimum block size of the FFT in samples at the lower of the two rates.
const RUN: u32 = 256;

/// Resamples to `rate` hertz. Returns a copy where the rate is the same already, and no samples
/// where either rate is zero.
#[must_use]
pub fn to_rate(pcm: &Pcm, rate: u32) -> Pcm {
    if pcm.rate == rate || pcm.samples.is_empty() {
        return Pcm { samples: pcm.samples.clone(), rate };
    }
    let samples = convert(&pcm.samples, pcm.rate, rate).unwrap_or_default();
    Pcm { samples, rate }
}

/// The same as [`to_rate`], without a copy when nothing is to be done.
#[must_use]
pub fn into_rate(pcm: Pcm, rate: u32) -> Pcm {
    if pcm.rate == rate { pcm } else { to_rate(&pcm, rate) }
}

fn convert(samples: &[i16], from: u32, to: u32) -> Option<Vec<i16>> {
    let floats: Vec<f32> = samples.iter().map(|&sample| f32::from(sample)).collect();
    let input = InterleavedSlice::new(&floats, 1, floats.len()).ok()?;
    // An even number of the smallest common blocks, so that the delay (half a run) is a whole
    // number of samples at both rates.
    if from == 0 || to == 0 {
        return None;
    }
    let divisor = gcd(from, to);
    let (block_in, block_out) = (from / divisor, to / divisor);
    let blocks = RUN.div_ceil(block_in.min(block_out)).next_multiple_of(2);
    let run = block_in as usize * blocks as usize;
    let window = WindowFunction::BlackmanHarris2;
    let mut fft =
        Fft::<f32>::new_custom(from as usize, to as usize, run, 1, 1, window, FixedSync::Both)
            .ok()?;
    let output = fft.process_all(&input, floats.len(), None).ok()?.take_data();
    let length = length(samples.len(), from, to);
    let mut samples: Vec<i16> =
        output.iter().take(length).map(|sample| sample.round_ties_even() as i16).collect();
    samples.resize(length, 0);
    Some(samples)
}

fn gcd(mut a: u32, mut b: u32) -> u32 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

/// The number of output samples for `count` input samples.
fn length(count: usize, from: u32, to: u32) -> usize {
    let exact = (count as u128 * u128::from(to)).div_ceil(u128::from(from.max(1)));
    usize::try_from(exact).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(rate: u32, hertz: f64, seconds: f64) -> Pcm {
        let count = (f64::from(rate) * seconds) as usize;
        let step = std::f64::consts::TAU * hertz / f64::from(rate);
        let samples = (0..count).map(|n| ((n as f64 * step).sin() * 10_000.0) as i16).collect();
        Pcm { samples, rate }
    }

    #[test]
    fn a_tone_keeps_length_pitch_phase_and_level() {
        for (from, to) in [(8_000, 48_000), (48_000, 8_000), (44_100, 8_000), (11_025, 16_000)] {
            let tone = sine(from, 440.0, 1.0);
            let got = to_rate(&tone, to);
            assert_eq!(got.rate, to);
            assert_eq!(got.samples.len(), to as usize, "{from} -> {to}");
            let wanted = sine(to, 440.0, 1.0);
            let skip = to as usize / 20;
            let worst = got.samples[skip..to as usize - skip]
                .iter()
                .zip(&wanted.samples[skip..])
                .map(|(a, b)| (i32::from(*a) - i32::from(*b)).abs())
                .max()
                .unwrap();
            assert!(worst < 40, "{from} -> {to}: {worst}");
        }
    }

    #[test]
    fn odd_lengths_and_the_same_rate() {
        for count in [1, 2, 159, 1023, 1024, 1025] {
            let pcm = Pcm { samples: vec![100; count], rate: 8_000 };
            assert_eq!(to_rate(&pcm, 48_000).samples.len(), count * 6);
            assert_eq!(to_rate(&pcm, 8_000), pcm);
        }
        assert!(to_rate(&Pcm::telephone(vec![]), 48_000).samples.is_empty());
        assert!(to_rate(&Pcm { samples: vec![1], rate: 0 }, 48_000).samples.is_empty());
    }
}
