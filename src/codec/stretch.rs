//! Speech faster or slower with its pitch kept (WSOLA, through the crate of that name), and without
//! its pauses; whole recordings. The player does the same piece by piece, see `audio`.
//!
//! Works from 0.25 to 4 times speed at any rate, also 8 000 Hz. A [`Timeline`] tells which place of
//! the source sounds at a place of the result.

use std::{
    num::{NonZeroU16, NonZeroU32},
    ops::Range,
};

use super::{Pcm, level};

/// Slowest and fastest speed.
pub const SPEEDS: std::ops::RangeInclusive<f32> = wsola::MIN_TEMPO..=wsola::MAX_TEMPO;

/// The sound at `speed` times the pace. A copy at speed 1 and for what is too short to stretch
/// (30 ms).
#[must_use]
pub fn stretch(samples: &[i16], rate: u32, speed: f32) -> Vec<i16> {
    let speed = if speed.is_finite() { speed.clamp(*SPEEDS.start(), *SPEEDS.end()) } else { 1.0 };
    let Some(rate) = NonZeroU32::new(rate) else {
        return Vec::new();
    };
    if (speed - 1.0).abs() < 0.001 || samples.len() < rate.get() as usize / 33 {
        return samples.to_vec();
    }
    let floats: Vec<f32> = samples.iter().map(|&sample| f32::from(sample)).collect();
    let length = (samples.len() as f64 / f64::from(speed)).round() as usize;
    let out = wsola::stretch(&floats, rate, NonZeroU16::MIN, speed).unwrap_or_default();
    let mut out: Vec<i16> = out.iter().take(length).map(|&sample| sample.round() as i16).collect();
    out.resize(length, 0);
    out
}

/// The recording without its pauses, and where what remains was.
#[must_use]
pub fn without_silence(pcm: &Pcm) -> (Pcm, Timeline) {
    let pauses = level::silences(pcm, level::Gate::of(pcm));
    let timeline = Timeline::without(&pauses, pcm.samples.len());
    let samples = timeline
        .kept
        .iter()
        .flat_map(|range| pcm.samples.get(range.clone()).unwrap_or_default())
        .copied()
        .collect();
    (Pcm { samples, rate: pcm.rate }, timeline)
}

/// Places of a shortened or stretched recording in its source, in samples.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    kept: Vec<Range<usize>>,
    speed: f64,
}

impl Timeline {
    /// All of a recording of `length` samples but for `cut` (ascending, not overlapping).
    #[must_use]
    pub fn without(cut: &[Range<usize>], length: usize) -> Self {
        let mut kept = Vec::new();
        let mut at = 0;
        for range in cut {
            if range.start > at {
                kept.push(at..range.start.min(length));
            }
            at = at.max(range.end);
        }
        if at < length {
            kept.push(at..length);
        }
        Self { kept, speed: 1.0 }
    }

    /// The same when what is kept is stretched afterwards.
    #[must_use]
    pub fn at_speed(mut self, speed: f32) -> Self {
        self.speed = f64::from(speed.clamp(*SPEEDS.start(), *SPEEDS.end()));
        self
    }

    /// The source place of a place in the result; past the end, the end.
    #[must_use]
    pub fn source(&self, result: usize) -> usize {
        let mut left = (result as f64 * self.speed) as usize;
        for range in &self.kept {
            if left < range.len() {
                return range.start + left;
            }
            left -= range.len();
        }
        self.kept.last().map_or(0, |range| range.end)
    }

    /// The place in the result where a source place sounds; of one that was cut, where it was.
    #[must_use]
    pub fn result(&self, source: usize) -> usize {
        let before: usize =
            self.kept.iter().map(|range| source.min(range.end).saturating_sub(range.start)).sum();
        (before as f64 / self.speed) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(hertz: f64, count: usize) -> Vec<i16> {
        let step = std::f64::consts::TAU * hertz / 8000.0;
        (0..count).map(|n| ((n as f64 * step).sin() * 12_000.0) as i16).collect()
    }

    /// Cycles a second, from rising zero crossings.
    fn pitch(samples: &[i16]) -> f64 {
        let rises = samples.windows(2).filter(|pair| pair[0] < 0 && pair[1] >= 0).count();
        rises as f64 * 8000.0 / samples.len() as f64
    }

    #[test]
    fn length_changes_and_pitch_stays() {
        let tone = sine(200.0, 80_000);
        for speed in [0.5, 0.8, 1.25, 1.5, 2.0, 3.0] {
            let out = stretch(&tone, 8000, speed);
            let wanted = 80_000.0 / f64::from(speed);
            assert!((out.len() as f64 - wanted).abs() < 1.0, "{speed}: {}", out.len());
            let inner = &out[800..out.len() - 800];
            assert!((pitch(inner) - 200.0).abs() < 2.0, "{speed}: {}", pitch(inner));
            assert!((level::rms_db(inner) - level::rms_db(&tone)).abs() < 0.5, "{speed}");
        }
        assert_eq!(stretch(&tone, 8000, 1.0), tone);
    }

    #[test]
    fn strange_input() {
        assert!(stretch(&[], 8000, 2.0).is_empty());
        assert_eq!(stretch(&[1, 2], 8000, 2.0), [1, 2]);
        assert!(stretch(&[1; 100], 0, 2.0).is_empty());
        assert_eq!(stretch(&[1; 4000], 8000, f32::NAN).len(), 4000);
        assert_eq!(stretch(&[1; 4000], 8000, 1000.0).len(), 1000);
    }

    #[test]
    fn places() {
        let line = Timeline::without(&[100..200, 300..400], 500);
        let cases = [(0, 0), (99, 99), (100, 200), (199, 299), (200, 400), (299, 499), (300, 500)];
        for (result, source) in cases {
            assert_eq!(line.source(result), source, "{result}");
            assert_eq!(line.result(source), result, "{source}");
        }
        assert_eq!(line.result(150), 100);
        let fast = line.at_speed(2.0);
        assert_eq!(fast.source(50), 200);
        assert_eq!(fast.result(200), 50);
        assert_eq!(Timeline::without(&[], 0).source(9), 0);
    }

    #[test]
    fn pauses_are_cut() {
        let pcm = Pcm::telephone([sine(300.0, 8000), vec![0; 8000], sine(300.0, 8000)].concat());
        let (short, line) = without_silence(&pcm);
        assert!(short.samples.len() < 19_000, "{}", short.samples.len());
        let place = line.result(20_000);
        assert_eq!(short.samples[place], pcm.samples[20_000]);
        assert_eq!(line.source(place), 20_000);
    }
}
