//! Loudness of a recording: levels, the bars of a waveform, pauses.
//!
//! Levels in dB below full scale (0 is the loudest a sample can be). Pauses are found by an energy
//! gate with hysteresis over frames of 20 ms; enough for telephone speech, no more is claimed.

use std::ops::Range;

use super::Pcm;

/// What is quieter counts as silence in a level, which keeps levels finite.
pub const FLOOR_DB: f64 = -96.0;

fn db(share: f64) -> f64 {
    (20.0 * share.log10()).max(FLOOR_DB)
}

/// Level of the loudest sample, in dB of full scale; [`FLOOR_DB`] for silence.
#[must_use]
pub fn peak_db(samples: &[i16]) -> f64 {
    let peak = samples.iter().map(|sample| sample.unsigned_abs()).max().unwrap_or(0);
    db(f64::from(peak) / 32768.0)
}

/// Mean (RMS) level, in dB of full scale; [`FLOOR_DB`] for silence.
#[must_use]
pub fn rms_db(samples: &[i16]) -> f64 {
    db(rms(samples) / 32768.0)
}

fn rms(samples: &[i16]) -> f64 {
    if samples.is_empty() {
        return 0.0;
    }
    let sum: f64 = samples.iter().map(|&sample| f64::from(sample).powi(2)).sum();
    (sum / samples.len() as f64).sqrt()
}

/// A waveform of `bars` bars: the loudest sample of each stretch, 0 to 255, linear. Shorter
/// recordings than `bars` samples repeat samples; an empty one is all zero.
#[must_use]
pub fn peaks(samples: &[i16], bars: usize) -> Vec<u8> {
    let count = samples.len();
    (0..bars)
        .map(|bar| {
            let from = bar * count / bars;
            let to = ((bar + 1) * count / bars).max(from + 1).min(count);
            let stretch = samples.get(from..to).unwrap_or_default();
            let peak = stretch.iter().map(|sample| sample.unsigned_abs()).max().unwrap_or(0);
            // 32768 / 128 is 256; the very loudest stays in an octet.
            (peak >> 7).min(255) as u8
        })
        .collect()
}

/// When a pause begins and ends.
#[derive(Debug, Clone, Copy)]
pub struct Gate {
    /// Frames below this are quiet, in dB of full scale.
    pub close_db: f64,
    /// Frames above this end a pause; between the two the state stays.
    pub open_db: f64,
    /// Shorter pauses are part of speech, in seconds.
    pub shortest: f64,
    /// Kept at both ends of a pause, in seconds.
    pub margin: f64,
}

impl Gate {
    /// A gate for this recording: 36 dB below its loud parts, and never above -38 dB.
    #[must_use]
    pub fn of(pcm: &Pcm) -> Self {
        let mut levels: Vec<f64> = frames(pcm).map(rms).collect();
        levels.sort_by(f64::total_cmp);
        // The loudest twentieth is speech; single clicks do not count.
        let loud = levels.get(levels.len() * 19 / 20).copied().unwrap_or(0.0);
        let close_db = (db(loud / 32768.0) - 36.0).clamp(-72.0, -38.0);
        Self { close_db, open_db: close_db + 6.0, shortest: 0.5, margin: 0.15 }
    }
}

/// Frames of 20 ms.
fn frames(pcm: &Pcm) -> std::slice::Chunks<'_, i16> {
    pcm.samples.chunks((pcm.rate / 50).max(1) as usize)
}

/// Pauses, in samples, in order, without their margins.
#[must_use]
pub fn silences(pcm: &Pcm, gate: Gate) -> Vec<Range<usize>> {
    let rate = f64::from(pcm.rate);
    let (shortest, margin) = ((gate.shortest * rate) as usize, (gate.margin * rate) as usize);
    let mut found = Vec::new();
    let mut since = None;
    let mut at = 0;
    let mut close = |since: Option<usize>, end: usize| {
        if let Some(start) = since
            && end - start >= shortest.max(2 * margin + 1)
        {
            found.push(start + margin..end - margin);
        }
    };
    for frame in frames(pcm) {
        let level = rms_db(frame);
        if level < gate.close_db {
            since.get_or_insert(at);
        } else if level >= gate.open_db || since.is_none() {
            close(since.take(), at);
        }
        at += frame.len();
    }
    close(since, at);
    found
}

/// The recording without the silence at its two ends (but for the margins); all of it when it is
/// all silence.
#[must_use]
pub fn trimmed(pcm: &Pcm, gate: Gate) -> Range<usize> {
    let end = pcm.samples.len();
    let margin = (gate.margin * f64::from(pcm.rate)) as usize;
    let pauses = silences(pcm, gate);
    let head = pauses.first().filter(|pause| pause.start <= margin).map_or(0, |pause| pause.end);
    let tail = pauses.last().filter(|pause| pause.end + margin >= end);
    let tail = tail.map_or(end, |pause| pause.start);
    if head < tail { head..tail } else { 0..end }
}

/// Makes the loudest sample `peak_db`, but by no more than `most_db`; recordings that are louder
/// become quieter, silence stays.
pub fn normalize(samples: &mut [i16], peak_db: f64, most_db: f64) {
    let now = self::peak_db(samples);
    if now <= FLOOR_DB {
        return;
    }
    let gain = 10_f64.powf((peak_db - now).min(most_db) / 20.0);
    for sample in samples {
        // The cast saturates.
        *sample = (f64::from(*sample) * gain).round() as i16;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(count: usize, amplitude: i16) -> Vec<i16> {
        (0..count).map(|n| if n % 16 < 8 { amplitude } else { -amplitude }).collect()
    }

    #[test]
    fn levels_of_known_signals() {
        assert_eq!(peak_db(&[i16::MIN]), 0.0);
        assert_eq!(peak_db(&[]), FLOOR_DB);
        assert_eq!(rms_db(&[0; 100]), FLOOR_DB);
        assert!((rms_db(&tone(1600, 16384)) + 6.02).abs() < 0.01);
    }

    #[test]
    fn bars() {
        assert_eq!(peaks(&[0, 127, 128, -32768, 32767, 1], 3), [0, 255, 255]);
        assert_eq!(peaks(&[-32768], 2), [255, 255]);
        assert_eq!(peaks(&[], 2), [0, 0]);
        assert!(peaks(&[1, 2], 0).is_empty());
    }

    #[test]
    fn pauses_trimming_and_hysteresis() {
        let pcm = Pcm::telephone(
            [vec![2; 4000], tone(8000, 9000), vec![0; 8000], tone(1600, 9000), vec![0; 3200]]
                .concat(),
        );
        let gate = Gate::of(&pcm);
        let found = silences(&pcm, gate);
        assert_eq!(found, [1200..2800, 13_200..18_800]);
        // The 0.4 s at the end are shorter than a pause: they stay.
        assert_eq!(trimmed(&pcm, gate), 2800..24_800);
        // A hum between the two thresholds neither starts nor ends a pause.
        let hum = 32768.0 * 10_f64.powf((gate.close_db + 3.0) / 20.0);
        let pcm = Pcm::telephone(
            [tone(8000, 9000), vec![0; 4000], tone(4000, hum as i16), tone(8000, 9000)].concat(),
        );
        assert_eq!(silences(&pcm, gate).first(), Some(&(9200..14_800)));
    }

    #[test]
    fn silence_is_not_trimmed_away() {
        let pcm = Pcm::telephone(vec![0; 16_000]);
        assert_eq!(trimmed(&pcm, Gate::of(&pcm)), 0..16_000);
        let empty = Pcm::default();
        assert!(silences(&empty, Gate::of(&empty)).is_empty());
        assert_eq!(trimmed(&empty, Gate::of(&empty)), 0..0);
    }

    #[test]
    fn normalizing_is_bounded() {
        let mut quiet = tone(160, 1000);
        normalize(&mut quiet, -3.0, 12.0);
        assert_eq!(quiet[0], 3981);
        let mut loud = tone(160, 32767);
        normalize(&mut loud, -6.0206, 12.0);
        assert_eq!(loud[0], 16384);
        let mut silent = [0; 4];
        normalize(&mut silent, -3.0, 12.0);
        assert_eq!(silent, [0; 4]);
    }
}
