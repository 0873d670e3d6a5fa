//! Detects in which order a sender packed the G.726 code words, by decoding both ways.
//!
//! In the wrong order G.726 decodes to noise at the level of speech, which is not silent, not loud
//! and not even very different in its spectrum; but it is hard to predict. So: decode pieces both
//! ways and compare how much better than white noise linear prediction of order 10 does over frames
//! of 30 ms. Simpler tests (first difference, energy above 3.5 kHz) are wrong for some voices.

use super::{Packing, Rate, decode};

/// Octets of a piece (1.5 s at 32 kbit/s); whole code words at every rate.
const PIECE: usize = 6000;
/// Pieces at the beginning that are looked at first, one after the other.
const FIRST: usize = 4;
/// Pieces examined in the rest of the recording, evenly spread, where the beginning is unclear.
const PLACES: usize = 4;
/// Samples of a frame, 30 ms.
const FRAME: usize = 240;
const ORDER: usize = 10;
/// Frames that are not silent which a verdict needs.
const ENOUGH: usize = 20;
/// Advantage that counts as clear, in dB. Speech shows 1.4 to 4.
const CLEAR: f64 = 1.0;
/// Advantage after which no further piece is looked at, in dB.
const OBVIOUS: f64 = 2.0;

/// Returns the order in which the recording is clearly more predictable; `None` when neither is, as
/// for silence, noise and very short recordings. An order for code words that run across octets
/// (16, 24 and 40 kbit/s) is told the same way.
///
/// A clear beginning (24 000 octets, or a first piece of it that is obvious) decides alone, so that
/// a recording that is still coming is judged as the whole will be.
#[must_use]
pub fn likely_packing(octets: &[u8], rate: Rate) -> Option<Packing> {
    let mut judge = Judge::new(rate);
    for piece in octets.chunks(PIECE).take(FIRST) {
        judge.hear(piece);
        if let Some(packing) = judge.obvious() {
            return Some(packing);
        }
    }
    if let Some(packing) = judge.clear() {
        return Some(packing);
    }
    let rest = octets.get(FIRST * PIECE..).filter(|rest| !rest.is_empty())?;
    let spare = rest.len().saturating_sub(PIECE);
    for place in 0..PLACES {
        // On a boundary of code words at every rate.
        let from = spare * place / (PLACES - 1) / 15 * 15;
        judge.hear(rest.get(from..rest.len().min(from + PIECE)).unwrap_or_default());
        if spare == 0 || judge.obvious().is_some() {
            break;
        }
    }
    judge.clear()
}

/// The verdict on a recording of which only a beginning is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Early {
    /// The order of the whole recording, whatever follows.
    Known(Packing),
    /// The beginning is too short.
    TooShort,
    /// The beginning is unclear: the rest decides.
    Unclear,
}

/// Predicts the result of [`likely_packing`] for the whole recording from its beginning. Examines
/// at most 24 000 octets.
pub(crate) fn early_packing(beginning: &[u8], rate: Rate) -> Early {
    let mut judge = Judge::new(rate);
    let pieces = beginning.chunks_exact(PIECE).take(FIRST);
    let all = pieces.len() == FIRST;
    for piece in pieces {
        judge.hear(piece);
        if let Some(packing) = judge.obvious() {
            return Early::Known(packing);
        }
    }
    match judge.clear() {
        _ if !all => Early::TooShort,
        Some(packing) => Early::Known(packing),
        None => Early::Unclear,
    }
}

/// Compares both orders over pieces.
struct Judge {
    rate: Rate,
    window: [f64; FRAME],
    gains: [Mean; 2],
}

impl Judge {
    fn new(rate: Rate) -> Self {
        Self { rate, window: window(), gains: [Mean::default(); 2] }
    }

    /// Decodes a piece both ways; it must begin at a code word.
    fn hear(&mut self, octets: &[u8]) {
        for (mean, packing) in self.gains.iter_mut().zip([Packing::LsbFirst, Packing::MsbFirst]) {
            mean.add(&decode(octets, self.rate, packing), &self.window);
        }
    }

    fn obvious(&self) -> Option<Packing> {
        self.leader(OBVIOUS)
    }

    fn clear(&self) -> Option<Packing> {
        self.leader(CLEAR)
    }

    /// The order whose mean prediction gain is higher by at least `by` dB.
    fn leader(&self, by: f64) -> Option<Packing> {
        let [first, second] = self.gains;
        if first.frames.min(second.frames) < ENOUGH {
            return None;
        }
        let lead = first.value() - second.value();
        let leader = if lead > 0.0 { Packing::LsbFirst } else { Packing::MsbFirst };
        (lead.abs() >= by).then_some(leader)
    }
}

/// Mean prediction gain of frames with sound.
#[derive(Clone, Copy, Default)]
struct Mean {
    sum: f64,
    frames: usize,
}

impl Mean {
    fn add(&mut self, samples: &[i16], window: &[f64; FRAME]) {
        // The decoder finds its step size within the first frames.
        for frame in samples.chunks_exact(FRAME).skip(2) {
            if let Some(gain) = prediction_gain(frame, window) {
                self.sum += gain;
                self.frames += 1;
            }
        }
    }

    /// In dB.
    fn value(self) -> f64 {
        self.sum / self.frames.max(1) as f64
    }
}

/// Hamming's window.
fn window() -> [f64; FRAME] {
    std::array::from_fn(|n| {
        let phase = std::f64::consts::TAU * n as f64 / (FRAME - 1) as f64;
        0.54 - 0.46 * phase.cos()
    })
}

/// Prediction gain of a frame in dB by the Levinson-Durbin recursion; `None` for silence.
fn prediction_gain(frame: &[i16], window: &[f64; FRAME]) -> Option<f64> {
    let windowed: Vec<f64> =
        frame.iter().zip(window).map(|(&sample, weight)| f64::from(sample) * weight).collect();
    let mut r = [0.0; ORDER + 1];
    for (lag, r) in r.iter_mut().enumerate() {
        *r = windowed.iter().zip(windowed.iter().skip(lag)).map(|(a, b)| a * b).sum();
    }
    // Below about -50 dB of full scale there is nothing to judge.
    if r[0] < FRAME as f64 * 100.0 * 100.0 * 0.4 {
        return None;
    }
    let mut a = [0.0; ORDER + 1];
    let mut error = r[0];
    for i in 1..=ORDER {
        let sum: f64 = (1..i).map(|j| a[j] * r[i - j]).sum();
        let k = (r[i] - sum) / error;
        let old = a;
        a[i] = k;
        for j in 1..i {
            a[j] = old[j] - k * old[i - j];
        }
        error *= 1.0 - k * k;
        if error <= r[0] * 1e-9 {
            break;
        }
    }
    Some(10.0 * (r[0] / error.max(r[0] * 1e-9)).log10())
}

#[cfg(test)]
mod tests {
    use super::{super::encode, *};

    /// Pulses through two resonances: what a vowel is to a predictor.
    fn vowel(count: usize) -> Vec<i16> {
        let (mut y1, mut y2, mut z1, mut z2) = (0.0_f64, 0.0, 0.0, 0.0);
        (0..count)
            .map(|n| {
                let pulse = if n % 71 == 0 { 3000.0 } else { 0.0 };
                let y = pulse + 1.7 * y1 - 0.9 * y2;
                (y2, y1) = (y1, y);
                let z = y + 1.1 * z1 - 0.8 * z2;
                (z2, z1) = (z1, z);
                z.clamp(-20_000.0, 20_000.0) as i16
            })
            .collect()
    }

    #[test]
    fn both_orders_of_a_voice_are_told() {
        for rate in Rate::ALL {
            for packing in [Packing::LsbFirst, Packing::MsbFirst] {
                let coded = encode(&vowel(40_000), rate, packing);
                assert_eq!(likely_packing(&coded, rate), Some(packing), "{rate:?} {packing:?}");
            }
        }
    }

    #[test]
    fn silence_and_scraps_say_nothing() {
        assert_eq!(likely_packing(&[], Rate::Kbit32), None);
        assert_eq!(likely_packing(&[0xFF; 20_000], Rate::Kbit32), None);
        let scrap = encode(&vowel(800), Rate::Kbit32, Packing::LsbFirst);
        assert_eq!(likely_packing(&scrap, Rate::Kbit32), None);
    }

    #[test]
    fn the_beginning_says_what_the_whole_will() {
        let voice = encode(&vowel(60_000), Rate::Kbit32, Packing::MsbFirst);
        assert_eq!(early_packing(&voice[..5999], Rate::Kbit32), Early::TooShort);
        assert_eq!(early_packing(&voice[..6000], Rate::Kbit32), Early::Known(Packing::MsbFirst));
        // Six seconds of silence, and then somebody speaks.
        let late = [vec![0xFF; 24_000], voice].concat();
        assert_eq!(early_packing(&late[..23_999], Rate::Kbit32), Early::TooShort);
        assert_eq!(early_packing(&late[..24_000], Rate::Kbit32), Early::Unclear);
        assert_eq!(likely_packing(&late, Rate::Kbit32), Some(Packing::MsbFirst));
    }
}
