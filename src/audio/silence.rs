//! Where a recording pauses, for "Skip silence": an energy gate with hysteresis.

use std::ops::Range;

use crate::codec::Pcm;

/// Frames of 20 ms are quiet below this part of the loudest frame (-36 dB) ...
const GATE: f64 = 0.016;
/// ... and below this level in any case.
const FLOOR: f64 = 400.0;
/// Pauses shorter than this stay: they belong to speech.
const SHORTEST: f64 = 0.5;
/// So much of a pause is left at each end.
const MARGIN: f64 = 0.15;

/// Pauses that may be left out, in samples, in order.
pub(super) fn silences(pcm: &Pcm) -> Vec<Range<usize>> {
    let frame = (pcm.rate / 50).max(1) as usize;
    let loudness: Vec<f64> = pcm
        .samples
        .chunks(frame)
        .map(|f| (f.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / f.len() as f64).sqrt())
        .collect();
    let gate = (loudness.iter().copied().fold(0.0, f64::max) * GATE).min(FLOOR);
    let seconds = |s: f64| (s * f64::from(pcm.rate)) as usize;
    let mut found = Vec::new();
    let mut at = 0;
    for run in loudness.chunk_by(|a, b| (*a <= gate) == (*b <= gate)) {
        let (start, end) = (at * frame, ((at + run.len()) * frame).min(pcm.samples.len()));
        at += run.len();
        let quiet = run.first().is_some_and(|first| *first <= gate);
        if quiet && end - start >= seconds(SHORTEST) {
            found.push(start + seconds(MARGIN)..end - seconds(MARGIN));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_long_pauses_are_found_and_their_ends_stay() {
        let tone = |n: usize| -> Vec<i16> { (0..n).map(|n| ((n % 16) as i16 - 8) * 900).collect() };
        let samples = [tone(8_000), vec![3; 2_000], tone(8_000), vec![0; 16_000]].concat();
        let found = silences(&Pcm::telephone(samples));
        assert_eq!(found, vec![18_080 + 1_200..34_000 - 1_200]);
    }

    #[test]
    fn a_silent_recording_is_not_all_cut_away() {
        let found = silences(&Pcm::telephone(vec![0; 80_000]));
        assert_eq!(found, vec![1_200..78_800]);
        assert!(silences(&Pcm::default()).is_empty());
    }
}
