//! The adaptive predictor and quantizer of G.726: one state, the same in encoder and decoder.
//!
//! Names of the quantities are those of the Recommendation's section 4 (blocks FMULT and ACCUM in
//! [`super::taps`]; here MIX, RECONST, ADDA, ANTILOG, TRANS, ADDB, ADDC, UPA1, UPA2, LIMC, LIMD,
//! TONE, TRIGB, FUNCTF, FILTA-E, SUBTC, TRIGA, LIMB).

use super::{
    tables::{Tables, Word},
    taps::{Taps, float},
};

/// The state of both directions.
#[derive(Debug, Clone)]
pub(super) struct State {
    /// Slow scale factor (YL), 19 bits.
    yl: i32,
    /// Fast scale factor (YU), 13 bits.
    yu: i32,
    /// Short-term and long-term average of F (DMS, DML) and speed control (AP).
    dms: i32,
    dml: i32,
    ap: i32,
    /// Tone detected (TD).
    td: bool,
    /// Signs of the last two partial reconstructions (PK1, PK2): 0 or -1.
    pk: [i32; 2],
    /// Coefficients A1 and A2, which `taps` has too.
    a: [i32; 2],
    taps: Taps,
}

/// What the predictor says before a sample is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Prediction {
    /// Signal estimate (SE).
    pub se: i32,
    /// Its six-tap part (SEZ).
    sez: i32,
    /// Quantizer scale factor (Y).
    pub y: i32,
}

/// ANTILOG and FLOATA by log magnitude (DQL + 1, nothing below): DQMAG in the low half, its float
/// word without sign in the high half.
static ANTILOG: [u32; 2049] = antilog();

const fn antilog() -> [u32; 2049] {
    let mut table = [0; 2049];
    let mut dql = 0;
    while dql < 2048 {
        let (exponent, mantissa) = (dql >> 7, dql & 127);
        // 1280 + 566 is the largest sum, so exponent 15 does not occur.
        let shift = if exponent > 14 { 0 } else { 14 - exponent };
        let magnitude = ((128 + mantissa) << 7) >> shift;
        table[dql as usize + 1] = magnitude as u32 | (float(magnitude, 0) as u32) << 16;
        dql += 1;
    }
    table
}

impl State {
    pub(super) fn new() -> Self {
        Self {
            yl: 34816,
            yu: 544,
            dms: 0,
            dml: 0,
            ap: 0,
            td: false,
            pk: [0; 2],
            a: [0; 2],
            taps: Taps::new(),
        }
    }

    /// FMULT, ACCUM, LIMA and MIX.
    #[inline(always)]
    pub(super) fn predict(&self) -> Prediction {
        let (six, two) = self.taps.sums();
        let al = (self.ap >> 2).min(64);
        let base = self.yl >> 6;
        // The product is truncated as a magnitude, which is division.
        let y = base + (self.yu - base) * al / 64;
        Prediction { se: wrap16(six + two) >> 1, sez: wrap16(six) >> 1, y }
    }

    /// Adapts to one code word and returns the reconstructed signal (SR), 16 bits with wrap.
    #[inline(always)]
    pub(super) fn update(&mut self, tables: &Tables, word: Word, p: Prediction) -> i32 {
        // RECONST, ADDA, ANTILOG.
        let dql = i32::from(word.dqln) + (p.y >> 2);
        let entry = ANTILOG[(dql.max(-1) + 1).min(2048) as usize];
        let magnitude = (entry & 0xFFFF) as i32;
        let dqs = word.sign;
        let dq = (magnitude ^ dqs) - dqs;

        // ADDB, ADDC.
        let sr = wrap16(dq + p.se);
        let dqsez = wrap16(dq + p.sez);
        let pk0 = dqsez >> 31;

        // TRANS: a sudden large difference while a tone was sounding.
        let tr = self.td && magnitude > self.threshold();
        let a2p = self.limited_a2(pk0, dqsez);
        let tone = a2p < -11776;
        if tr {
            self.a = [0; 2];
            self.taps.clear();
        } else {
            // UPA1, LIMD.
            let uga1 = if dqsez == 0 { 0 } else { 192 - (384 & (pk0 ^ self.pk[0])) };
            let limit = 15360 - a2p;
            let a1p = (self.a[0] - (self.a[0] >> 8) + uga1).clamp(-limit, limit);
            self.a = [a1p, a2p];
            // XOR, UPB. Negative zero counts with its sign; only the magnitude decides on growth.
            let gain = if magnitude == 0 { 0 } else { (128 ^ dqs) - dqs };
            self.taps.adapt(tables.leak, gain as i16, a1p as i16, a2p as i16);
        }
        // FLOATA, FLOATB and the delay lines.
        let sr_sign = sr >> 31;
        let sr_magnitude = ((sr ^ sr_sign) - sr_sign) & 32767;
        let dq_float = (entry >> 16) as i16 | (dqs as i16 & i16::MIN);
        self.taps.push(dq_float, float(sr_magnitude, sr_sign));
        self.pk = [pk0, self.pk[0]];

        // FUNCTF, FILTA, FILTB, SUBTC, FILTC, TRIGA.
        self.dms += (word.f - self.dms) >> 5;
        self.dml += ((word.f << 2) - self.dml) >> 7;
        let steady = p.y >= 1536 && !tone && ((self.dms << 2) - self.dml).abs() < self.dml >> 3;
        let ax = if steady { 0 } else { 512 };
        self.ap = if tr { 256 } else { self.ap + ((ax - self.ap) >> 4) };
        self.td = tone && !tr;

        // FUNCTW, FILTD, LIMB, FILTE.
        self.yu = (p.y + ((word.w - p.y) >> 5)).clamp(544, 5120);
        self.yl += self.yu + (-self.yl >> 6);
        sr
    }

    /// The magnitude that ends a tone (THR2 with its three quarters).
    #[inline(always)]
    fn threshold(&self) -> i32 {
        let ylint = self.yl >> 15;
        let threshold = if ylint > 9 { 31 << 10 } else { (32 + ((self.yl >> 10) & 31)) << ylint };
        (threshold + (threshold >> 1)) >> 1
    }

    /// UPA2 and LIMC.
    #[inline(always)]
    fn limited_a2(&self, pk0: i32, dqsez: i32) -> i32 {
        let [a1, a2] = self.a;
        let (pks1, pks2) = (pk0 ^ self.pk[0], pk0 ^ self.pk[1]);
        let fa1 = a1.clamp(-8191, 8191) << 2;
        // Opposite signs add, equal ones subtract.
        let fa = (fa1 ^ !pks1) - !pks1;
        let uga2 = if dqsez == 0 { 0 } else { (16384 - (32768 & pks2) + fa) >> 7 };
        (a2 - (a2 >> 7) + uga2).clamp(-12288, 12288)
    }
}

/// Sign-extends the low 16 bits.
#[inline(always)]
fn wrap16(value: i32) -> i32 {
    i32::from(value as i16)
}
