//! Loudness of a recording: the bars of a waveform, and pauses.
//!
//! Pauses are found by an energy gate with hysteresis over frames of 20 ms; enough for telephone
//! speech, no more is claimed.

use std::ops::Range;

use super::Pcm;

/// Amplitude below which a frame is quiet, relative to the loud parts of the recording (-36 dB) ...
const GATE: f64 = 0.016;
/// ... clamped to this range of absolute amplitudes (-72 to -38 dB of full scale).
const QUIET: Range<f64> = 8.0..412.0;
/// Hysteresis: a pause ends at this multiple of the gate (6 dB above it).
const HYSTERESIS: f64 = 2.0;
/// The shortest pause in seconds; shorter ones belong to speech.
const SHORTEST: f64 = 0.5;
/// Seconds of a pause that are kept at each end.
const MARGIN: f64 = 0.15;

/// Root mean square of the amplitude.
fn rms(samples: &[i16]) -> f64 {
    let sum: f64 = samples.iter().map(|&sample| f64::from(sample).powi(2)).sum();
    (sum / samples.len().max(1) as f64).sqrt()
}

/// A waveform of `count` bars, or of as many as there are samples: the loudest sample of each
/// stretch as a share of the loudest of all (or of 1 % of full scale, so that silence stays flat).
#[must_use]
pub fn bars(samples: &[i16], count: usize) -> Vec<u8> {
    let count = count.min(samples.len());
    let loudest =
        |samples: &[i16]| samples.iter().map(|sample| sample.unsigned_abs()).max().unwrap_or(0);
    let top = u32::from(loudest(samples).max(328));
    (0..count)
        .map(|bar| {
            let (from, to) = (bar * samples.len() / count, (bar + 1) * samples.len() / count);
            let peak = u32::from(loudest(samples.get(from..to).unwrap_or_default()));
            // At most 255, since no stretch is louder than the whole.
            (peak * 255 / top) as u8
        })
        .collect()
}

/// Finds the pauses that "skip silence" leaves out: ranges of samples, ascending.
#[must_use]
pub fn silences(pcm: &Pcm) -> Vec<Range<usize>> {
    let frame = (pcm.rate / 50).max(1) as usize;
    let levels: Vec<f64> = pcm.samples.chunks(frame).map(rms).collect();
    let mut sorted = levels.clone();
    sorted.sort_by(f64::total_cmp);
    // The loudest twentieth is speech; single clicks do not count.
    let loud = sorted.get(sorted.len() * 19 / 20).copied().unwrap_or(0.0);
    let quiet = (loud * GATE).clamp(QUIET.start, QUIET.end);
    let seconds = |seconds: f64| (seconds * f64::from(pcm.rate)) as usize;
    let mut found = Vec::new();
    let mut since = None;
    let mut close = |since: Option<usize>, end: usize| {
        if let Some(start) = since
            && end - start >= seconds(SHORTEST).max(2 * seconds(MARGIN) + 1)
        {
            found.push(start + seconds(MARGIN)..end - seconds(MARGIN));
        }
    };
    for (n, &level) in levels.iter().enumerate() {
        if level < quiet {
            since.get_or_insert(n * frame);
        } else if level >= quiet * HYSTERESIS {
            close(since.take(), n * frame);
        }
    }
    close(since, pcm.samples.len());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(count: usize, amplitude: i16) -> Vec<i16> {
        (0..count).map(|n| if n % 16 < 8 { amplitude } else { -amplitude }).collect()
    }

    #[test]
    fn bars_are_measured_against_the_loudest() {
        assert_eq!(bars(&[0, 127, 16384, -32768, 32767, 1], 3), [0, 255, 254]);
        assert_eq!(bars(&[vec![0; 800], tone(800, 8000)].concat(), 4), [0, 0, 255, 255]);
        assert_eq!(bars(&[3; 4], 2), [2, 2]);
        assert_eq!(bars(&[-32768], 2), [255]);
        assert!(bars(&[], 2).is_empty());
        assert!(bars(&[1, 2], 0).is_empty());
    }

    #[test]
    fn pauses_and_hysteresis() {
        let pcm = Pcm::telephone(
            [vec![2; 4000], tone(8000, 9000), vec![0; 8000], tone(1600, 9000), vec![0; 3200]]
                .concat(),
        );
        // The 0.4 s at the end are shorter than a pause.
        assert_eq!(silences(&pcm), [1200..2800, 13_200..18_800]);
        // A hum between the two thresholds neither starts nor ends a pause.
        let pcm = Pcm::telephone(
            [tone(8000, 9000), vec![0; 4000], tone(4000, 200), tone(8000, 9000)].concat(),
        );
        assert_eq!(silences(&pcm), [9200..14_800]);
        let pcm = Pcm::telephone([tone(8000, 9000), tone(8000, 200)].concat());
        assert!(silences(&pcm).is_empty());
    }

    #[test]
    fn a_silent_recording_is_not_all_cut_away() {
        assert_eq!(silences(&Pcm::telephone(vec![0; 80_000])), [1200..78_800]);
        assert!(silences(&Pcm::default()).is_empty());
    }
}
