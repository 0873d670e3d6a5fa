//! G.722 at 64 kbit/s: wideband speech of some telephone systems (ITU-T G.722, mode 1; RFC 3551
//! section 4.5.2, `audio/G722`). Decoding only.
//!
//! An octet is two samples at 16 000 Hz: two bits of the upper half band, six of the lower, each an
//! ADPCM of its own (clauses 5 and 6), put together by the receive quadrature mirror filter (clause
//! 4.4). Names are those of the Recommendation. Integer arithmetic throughout, any octets are some
//! sound. Without the modes 2 and 3, whose low bits carry data: nobody stores those. Tests: below.

/// Samples a second.
pub const RATE: u32 = 16_000;

/// Scale factor selectors and logarithmic steps of the lower band (tables 17 and 18).
const RL42: [usize; 16] = [0, 7, 6, 5, 4, 3, 2, 1, 7, 6, 5, 4, 3, 2, 1, 0];
const WL: [i32; 8] = [-60, -30, 58, 172, 334, 538, 1198, 3042];
/// The same of the upper band.
const RH2: [usize; 4] = [2, 1, 2, 1];
const WH: [i32; 3] = [0, -214, 798];
/// The logarithm undone, in 32 steps an octave.
const ILB: [i32; 32] = [
    2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834,
    2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
];
/// Inverse quantizers: two bits of the upper band, four and six of the lower.
const QM2: [i32; 4] = [-7408, -1616, 7408, 1616];
const QM4: [i32; 16] = [
    0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584,
    1200, 0,
];
const QM6: [i32; 64] = [
    -136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232,
    -9360, -8576, -7856, -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776,
    -2400, -2032, -1688, -1360, -1040, -728, 24808, 21904, 19008, 16704, 14984, 13512, 12280,
    11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456, 4944, 4464, 4008, 3576, 3168, 2776,
    2400, 2032, 1688, 1360, 1040, 728, 432, 136, -432, -136,
];
/// Half of the coefficients of the mirror filter, which is symmetric.
const QMF: [i32; 12] = [3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11];

fn limited(value: i32) -> i32 {
    value.clamp(-32_768, 32_767)
}

/// A half band: its quantizer's scale and its predictor.
#[derive(Debug, Clone)]
struct Band {
    /// Logarithmic scale factor, its upper limit, and by how much the linear one is shifted.
    nb: i32,
    most: i32,
    shift: i32,
    /// Linear scale factor.
    det: i32,
    /// What is predicted, and the part of it by the zeros.
    s: i32,
    sz: i32,
    /// The last two reconstructed and partially reconstructed signals.
    r: [i32; 2],
    p: [i32; 2],
    /// Coefficients of the poles and zeros, and the last six differences.
    a: [i32; 2],
    b: [i32; 6],
    d: [i32; 6],
}

impl Band {
    fn new(det: i32, most: i32, shift: i32) -> Self {
        Self {
            nb: 0,
            most,
            shift,
            det,
            s: 0,
            sz: 0,
            r: [0; 2],
            p: [0; 2],
            a: [0; 2],
            b: [0; 6],
            d: [0; 6],
        }
    }

    /// A quantized difference at the scale of now.
    fn difference(&self, level: i32) -> i32 {
        (self.det * level) >> 15
    }

    /// What the difference makes of the prediction.
    fn signal(&self, difference: i32) -> i32 {
        (self.s + difference).clamp(-16_384, 16_383)
    }

    /// LOGSCL and SCALEL, or LOGSCH and SCALEH.
    fn scale(&mut self, step: i32) {
        self.nb = (((self.nb * 127) >> 7) + step).clamp(0, self.most);
        let down = self.shift - (self.nb >> 11);
        // Five bits.
        let linear = ILB[((self.nb >> 6) & 31) as usize];
        self.det = if down < 0 { linear << -down } else { linear >> down } << 2;
    }

    /// The predictor goes on by a difference (block 4).
    fn predict(&mut self, difference: i32) {
        let reconstructed = limited(self.s + difference);
        let partial = limited(self.sz + difference);
        let same = |other: i32| (partial < 0) == (other < 0);
        // UPPOL2, UPPOL1
        let [a1, a2] = self.a;
        let wd = limited(a1 << 2);
        let wd = if same(self.p[0]) { -wd } else { wd }.min(32_767);
        let wd = (wd >> 7) + if same(self.p[1]) { 128 } else { -128 };
        let a2 = (wd + ((a2 * 32_512) >> 15)).clamp(-12_288, 12_288);
        let wd = if same(self.p[0]) { 192 } else { -192 };
        let most = limited(15_360 - a2);
        let a1 = limited(wd + ((a1 * 32_640) >> 15)).clamp(-most, most);
        self.a = [a1, a2];
        // UPZERO
        let step = if difference == 0 { 0 } else { 128 };
        for (b, d) in self.b.iter_mut().zip(self.d) {
            let step = if (d < 0) == (difference < 0) { step } else { -step };
            *b = limited(step + ((*b * 32_640) >> 15));
        }
        // DELAYA
        self.d.rotate_right(1);
        self.d[0] = difference;
        self.r = [reconstructed, self.r[0]];
        self.p = [partial, self.p[0]];
        // FILTEP, FILTEZ, PREDIC
        let tap = |signal: i32, by: i32| (limited(signal + signal) * by) >> 15;
        let sp = limited(tap(self.r[0], a1) + tap(self.r[1], a2));
        self.sz = limited(self.d.iter().zip(self.b).map(|(d, b)| tap(*d, b)).sum());
        self.s = limited(sp + self.sz);
    }
}

/// Decodes octets, in pieces of any size.
#[derive(Debug, Clone)]
pub struct Decoder {
    low: Band,
    high: Band,
    /// What the mirror filter holds: sums and differences of the bands in turn.
    x: [i32; 24],
}

impl Default for Decoder {
    fn default() -> Self {
        Self { low: Band::new(32, 18_432, 8), high: Band::new(8, 22_528, 10), x: [0; 24] }
    }
}

impl Decoder {
    /// Appends two samples an octet to `out`.
    pub fn decode(&mut self, octets: &[u8], out: &mut Vec<i16>) {
        out.reserve(2 * octets.len());
        for octet in octets {
            let samples = self.octet(*octet);
            out.extend(samples);
        }
    }

    fn octet(&mut self, octet: u8) -> [i16; 2] {
        // Six bits and two, as many as the tables have.
        let (il, ih) = (usize::from(octet & 63), usize::from(octet >> 6));
        let low = self.low.signal(self.low.difference(QM6[il]));
        let difference = self.low.difference(QM4[il >> 2]);
        self.low.scale(WL[RL42[il >> 2]]);
        self.low.predict(difference);
        let difference = self.high.difference(QM2[ih]);
        let high = self.high.signal(difference);
        self.high.scale(WH[RH2[ih]]);
        self.high.predict(difference);
        self.x.rotate_left(2);
        (self.x[22], self.x[23]) = (low + high, low - high);
        let (mut odd, mut even) = (0, 0);
        for (pair, (forth, back)) in
            self.x.as_chunks::<2>().0.iter().zip(QMF.iter().zip(QMF.iter().rev()))
        {
            even += pair[0] * forth;
            odd += pair[1] * back;
        }
        [odd, even].map(|sum| limited(sum >> 11) as i16)
    }
}

/// Decodes all.
#[must_use]
pub fn decode(octets: &[u8]) -> Vec<i16> {
    let mut out = Vec::new();
    Decoder::default().decode(octets, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FNV-1a, of what is too long to be written here.
    fn hash(samples: &[i16]) -> u64 {
        samples.iter().flat_map(|s| s.to_le_bytes()).fold(0xcbf2_9ce4_8422_2325, |hash, octet| {
            (hash ^ u64::from(octet)).wrapping_mul(0x100_0000_01b3)
        })
    }

    /// The beginning of a chirp from 200 Hz on, as the encoder of another program (libg722) wrote it,
    /// and what its decoder makes of that.
    const CHIRP: [u8; 32] = [
        0xfa, 0x9b, 0x30, 0x96, 0x25, 0x8e, 0xa0, 0xa0, 0xe0, 0xe0, 0xe0, 0xe2, 0x67, 0xea, 0xef,
        0xfb, 0x55, 0xce, 0xcc, 0xcc, 0x90, 0xda, 0xf2, 0xea, 0xe8, 0xec, 0x7b, 0x91, 0xcc, 0xcf,
        0xdf, 0xab,
    ];
    const HEARD: [i16; 64] = [
        0, -1, -1, 0, 0, -1, -1, 0, -1, -1, 0, 3, 0, -5, -3, 7, 4, -23, -6, 16, 29, -41, -39, 57,
        129, 211, 325, 524, 957, 1672, 2580, 4128, 7107, 10565, 12334, 12068, 11375, 10978, 10335,
        9110, 7340, 5135, 2763, 352, -2327, -5216, -7737, -9693, -11226, -12182, -12069, -10946,
        -9292, -7195, -4317, -782, 2813, 6138, 9192, 11518, 12464, 11788, 9691, 6532,
    ];

    #[test]
    fn speech_and_noise_are_decoded_as_by_others() {
        assert_eq!(decode(&CHIRP), HEARD);
        // All code words, at all scales.
        let mut seed = 1_u32;
        let noise: Vec<u8> = (0..20_000)
            .map(|_| {
                seed = seed.wrapping_mul(1_103_515_245).wrapping_add(12_345) & 0x7fff_ffff;
                (seed >> 16) as u8
            })
            .collect();
        let whole = decode(&noise);
        assert_eq!((whole.len(), hash(&whole)), (40_000, 0x330d_13ee_64b5_2b62));
        let (mut decoder, mut pieces) = (Decoder::default(), Vec::new());
        noise.chunks(7).for_each(|piece| decoder.decode(piece, &mut pieces));
        assert!(pieces == whole);
    }

    #[test]
    fn it_is_known_by_its_label_and_comes_in_pieces_too() {
        use crate::{Hint, Limits, Pcm, Stream, estimate};
        let octets = CHIRP.repeat(250);
        let samples = decode(&octets);
        for (media_type, filename) in [("audio/G722; rate=8000", None), ("", Some("msg.g722"))] {
            let hint = Hint { media_type, filename };
            let whole = crate::decode(&octets, hint, Limits::default());
            assert_eq!(whole, Ok(Pcm { samples: samples.clone(), rate: RATE }));
            let seconds = estimate(&octets, hint, 8_000).map(|length| length.as_secs());
            assert_eq!((seconds, crate::describe(&octets, hint)), (Some(1), "G.722"));
            let (mut stream, mut pieces) =
                (Stream::new(hint, Limits::default(), false), Vec::new());
            for piece in octets.chunks(333) {
                stream.push(piece, &mut pieces).expect("sound");
            }
            assert!(!pieces.is_empty() && samples.starts_with(&pieces));
        }
    }

    #[test]
    fn any_octets_are_some_sound() {
        for octet in 0..=255 {
            assert_eq!(decode(&[octet].repeat(5_000)).len(), 10_000);
        }
    }
}
