//! ITU-T G.726 ADPCM at 16, 24, 32 and 40 kbit/s; 32 is `audio/32kadpcm` (RFC 3802, RFC 3801 §5.5).
//!
//! Headerless code words of 2 to 5 bits, one a sample, 8 000 Hz mono, packed across octets. Bit
//! exact with the Recommendation's test sequences in both directions: linear with saturation (its
//! Annex A), and µ-law or A-law with synchronous coding adjustment. Any octets decode; the state
//! runs from the first sample, so a part must be decoded from its start. No limits of its own:
//! output is at most 16 octets for one of input, and `decode` bounds the input.
//!
//! Vectors: `tests/codec/vectors.rs` (all rows), own digests in `tests/codec/signals.rs`.

mod order;
mod pack;
mod poles;
mod state;
mod tables;
mod zeros;

pub use order::likely_packing;
pub(super) use order::{Early, early_packing};

use super::g711::{self, Law};
use pack::{OCTETS, Packer, RUN};
use state::{Prediction, State};
use tables::{LOWEST, SPAN, Tables};

/// Bit rate, which is the size of a code word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rate {
    /// 16 kbit/s, two bits a sample.
    Kbit16,
    /// 24 kbit/s, three bits.
    Kbit24,
    /// 32 kbit/s, four bits: voice mail (VPIM).
    Kbit32,
    /// 40 kbit/s, five bits.
    Kbit40,
}

impl Rate {
    /// All rates, ascending.
    pub const ALL: [Self; 4] = [Self::Kbit16, Self::Kbit24, Self::Kbit32, Self::Kbit40];

    /// Bits a code word: 2 to 5.
    #[must_use]
    pub fn bits(self) -> u32 {
        Tables::of(self).bits
    }

    /// The rate whose code words have `bits` bits.
    #[must_use]
    pub fn from_bits(bits: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|rate| rate.bits() == bits)
    }
}

/// Order of code words within an octet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Packing {
    /// First code word in the least significant bits: `audio/32kadpcm` and RTP `G726-32`.
    #[default]
    LsbFirst,
    /// First code word in the most significant bits: `AAL2-G726-32`, and senders that err.
    MsbFirst,
}

impl Packing {
    /// The opposite order.
    #[must_use]
    pub fn swapped(self) -> Self {
        match self {
            Self::LsbFirst => Self::MsbFirst,
            Self::MsbFirst => Self::LsbFirst,
        }
    }
}

/// Decodes octets, in pieces of any size.
#[derive(Debug, Clone)]
pub struct Decoder {
    state: State,
    tables: &'static Tables,
    packer: Packer,
}

impl Decoder {
    /// A decoder in the reset state.
    #[must_use]
    pub fn new(rate: Rate, packing: Packing) -> Self {
        let tables = Tables::of(rate);
        Self { state: State::new(), tables, packer: Packer::new(tables.bits, packing) }
    }

    /// Appends the samples of `octets` to `out`: full-scale `i16`, 8 000 Hz. Bits of a code word
    /// that goes on in the next piece are kept.
    pub fn decode(&mut self, octets: &[u8], out: &mut Vec<i16>) {
        let start = out.len();
        self.run(octets, out, |_, _, sr| sr as i16);
        // LIMO: saturated to 14 bits.
        for sample in out.iter_mut().skip(start) {
            *sample = (*sample).clamp(-8192, 8191) << 2;
        }
    }

    /// Appends G.711 octets, with synchronous coding adjustment (for comparing and transcoding;
    /// players want [`Self::decode`]).
    pub fn decode_law(&mut self, octets: &[u8], law: Law, out: &mut Vec<u8>) {
        let tables = self.tables;
        self.run(octets, out, |word, p, sr| adjusted(tables, p, u32::from(word), sr, law));
    }

    /// `sample` makes the output from code word, prediction and reconstructed signal.
    #[inline(always)]
    fn run<T: Clone + Default>(
        &mut self,
        octets: &[u8],
        out: &mut Vec<T>,
        sample: impl Fn(u8, Prediction, i32) -> T,
    ) {
        out.reserve(octets.len() * 8 / self.tables.bits as usize + 1);
        // The state lives in registers for the run.
        let mut state = self.state.clone();
        let tables = self.tables;
        let mut words = [0; RUN];
        for octets in octets.chunks(OCTETS) {
            let words = self.packer.unpack(octets, &mut words);
            let start = out.len();
            out.resize(start + words.len(), T::default());
            for (&word, out) in words.iter().zip(out.get_mut(start..).unwrap_or_default()) {
                let p = state.predict();
                let sr = state.update(tables, tables.words[usize::from(word & 31)], p);
                *out = sample(word, p, sr);
            }
        }
        self.state = state;
    }
}

/// Encodes samples, in pieces of any size.
#[derive(Debug, Clone)]
pub struct Encoder {
    state: State,
    tables: &'static Tables,
    packer: Packer,
}

impl Encoder {
    /// An encoder in the reset state.
    #[must_use]
    pub fn new(rate: Rate, packing: Packing) -> Self {
        let tables = Tables::of(rate);
        Self { state: State::new(), tables, packer: Packer::new(tables.bits, packing) }
    }

    /// Appends the octets that `samples` (full-scale, 8 000 Hz) complete to `out`.
    pub fn encode(&mut self, samples: &[i16], out: &mut Vec<u8>) {
        self.run(samples, out, |&sample| i32::from(sample) >> 2);
    }

    /// The same from G.711 octets.
    pub fn encode_law(&mut self, octets: &[u8], law: Law, out: &mut Vec<u8>) {
        self.run(octets, out, |&octet| i32::from(law.expand(octet)) >> 2);
    }

    /// Ends the stream: silence fills the last octet, so that a decoder hears no stray sample.
    pub fn finish(mut self, out: &mut Vec<u8>) {
        // Eight code words are whole octets at every rate.
        while self.packer.is_within_octet() {
            self.encode(&[0], out);
        }
    }

    #[inline(always)]
    fn run<T>(&mut self, samples: &[T], out: &mut Vec<u8>, linear: impl Fn(&T) -> i32) {
        out.reserve(samples.len() * self.tables.bits as usize / 8 + 1);
        let mut state = self.state.clone();
        let tables = self.tables;
        let mut words = [0; RUN];
        for samples in samples.chunks(RUN) {
            for (sample, word) in samples.iter().zip(&mut words) {
                let p = state.predict();
                let code = quantize(tables, linear(sample) - p.se, p.y);
                state.update(tables, tables.words[(code & 31) as usize], p);
                *word = code as u8;
            }
            self.packer.pack(words.get(..samples.len()).unwrap_or_default(), out);
        }
        self.state = state;
    }
}

/// LOG, SUBTB and QUAN: the code word of a difference.
#[inline(always)]
fn quantize(tables: &Tables, d: i32, y: i32) -> u32 {
    // The logarithm to base 2 with seven binary places; that of zero is the same as that of one.
    let dqm = (d.unsigned_abs() & 32767).max(1);
    let exponent = dqm.ilog2();
    let dl = ((exponent << 7) + (dqm << 7 >> exponent)) as i32 - 128;
    let dln = dl - (y >> 2);
    let codes = tables.codes[(dln - LOWEST) as usize & (SPAN - 1)];
    u32::from(codes) >> ((d >> 31) & 8) & 31
}

/// COMPRESS and SYNC: the G.711 octet of the reconstructed signal, moved one step where otherwise
/// coding it again would give another code word.
fn adjusted(tables: &Tables, p: Prediction, code: u32, sr: i32, law: Law) -> u8 {
    let negative = sr < 0;
    let magnitude = sr.unsigned_abs() & 32767;
    let octet = match law {
        Law::MuLaw => g711::mu_code(magnitude, negative),
        Law::ALaw if negative => g711::a_code(magnitude.div_ceil(2).saturating_sub(1) >> 1, true),
        Law::ALaw => g711::a_code(magnitude >> 2, false),
    };
    let dx = (i32::from(law.expand(octet)) >> 2) - p.se;
    let sign_bit = 1 << (tables.bits - 1);
    let wanted = code ^ sign_bit;
    let got = quantize(tables, dx, p.y) ^ sign_bit;
    match got.cmp(&wanted) {
        std::cmp::Ordering::Equal => octet,
        std::cmp::Ordering::Greater => step_down(octet, law),
        std::cmp::Ordering::Less => step_up(octet, law),
    }
}

/// The octet with the next smaller value; the smallest stays.
fn step_down(octet: u8, law: Law) -> u8 {
    let ladder = rank(octet, law);
    from_rank(ladder.saturating_sub(1), law, false)
}

/// The octet with the next larger value; the largest stays.
fn step_up(octet: u8, law: Law) -> u8 {
    let ladder = rank(octet, law);
    from_rank(ladder.saturating_add(1), law, true)
}

/// Place of an octet in ascending order of value, negative zero before positive zero.
fn rank(octet: u8, law: Law) -> u8 {
    let bits = match law {
        Law::MuLaw => !octet ^ 0x80,
        Law::ALaw => octet ^ 0x55,
    };
    if bits & 0x80 != 0 { bits } else { 127 - bits }
}

/// The octet at a place; both zeros of µ-law are one step, so the zero reached from the other side
/// is skipped.
fn from_rank(rank: u8, law: Law, rising: bool) -> u8 {
    let rank = match (law, rank, rising) {
        (Law::MuLaw, 127, false) => 126,
        (Law::MuLaw, 128, true) => 129,
        _ => rank,
    };
    let bits = if rank & 0x80 != 0 { rank } else { 127 - rank };
    match law {
        Law::MuLaw => !(bits ^ 0x80),
        Law::ALaw => bits ^ 0x55,
    }
}

/// Decodes a whole body part.
#[must_use]
pub fn decode(octets: &[u8], rate: Rate, packing: Packing) -> Vec<i16> {
    let mut out = Vec::new();
    Decoder::new(rate, packing).decode(octets, &mut out);
    out
}

/// Encodes a whole recording; the last octet is filled with silence.
#[must_use]
pub fn encode(samples: &[i16], rate: Rate, packing: Packing) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(rate, packing);
    encoder.encode(samples, &mut out);
    encoder.finish(&mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const SINE: [i16; 32] = [
        0, 88, 120, 172, 8, -148, -332, -692, -60, 876, 3136, 5664, -556, -6084, -7380, -6424, 552,
        5192, 7192, 6052, -332, -4936, -8572, -5772, 356, 5388, 7848, 5484, -284, -6216, -8084,
        -5632,
    ];

    /// A 1 kHz sine through the ITU-T reference module: shows a swapped nibble order at once.
    #[test]
    fn known_sine() {
        let packed = [
            0x7F, 0x77, 0x8F, 0x88, 0x7F, 0x47, 0xAE, 0xBA, 0x41, 0x45, 0xBE, 0xC9, 0x41, 0x35,
            0xAE, 0xCA,
        ];
        assert_eq!(decode(&packed, Rate::Kbit32, Packing::LsbFirst), SINE);
        let law = [0xFF, 0xA9, 0xA0, 0xA9, 0xFF, 0x29, 0x20, 0x29].repeat(4);
        let mut encoder = Encoder::new(Rate::Kbit32, Packing::LsbFirst);
        let mut out = Vec::new();
        encoder.encode_law(&law, Law::MuLaw, &mut out);
        assert_eq!(out, packed);
    }
}
