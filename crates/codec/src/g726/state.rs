//! The adaptive predictor and quantizer of G.726: one state, the same in encoder and decoder.
//!
//! Names of the quantities are those of the Recommendation's section 4 (the predictor's blocks are
//! in [`super::zeros`] and [`super::poles`]; here ACCUM, MIX, RECONST, ADDA, ANTILOG, TRANS, ADDB,
//! ADDC, TONE, TRIGB, FUNCTF, FILTA-E, SUBTC, TRIGA, LIMB).

use super::{
    poles::Poles,
    tables::{Tables, Word},
    zeros::{Zeros, float},
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
    zeros: Zeros,
    poles: Poles,
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
            zeros: Zeros::new(),
            poles: Poles::new(),
        }
    }

    /// ACCUM, LIMA and MIX.
    #[inline(always)]
    pub(super) fn predict(&self) -> Prediction {
        let six = self.zeros.sum();
        let two = self.poles.sum();
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

        let tone = self.poles.adapt(dqsez) < -11776;
        // XOR, UPB. Negative zero counts with its sign; only the magnitude decides on growth.
        let gain = if magnitude == 0 { 0 } else { (128 ^ dqs) - dqs };
        self.zeros.adapt(tables.leak, gain as i16);

        // FUNCTF, FILTA, FILTB, SUBTC, FILTC.
        self.dms += (word.f - self.dms) >> 5;
        self.dml += ((word.f << 2) - self.dml) >> 7;
        let steady = p.y >= 1536 && ((self.dms << 2) - self.dml).abs() < self.dml >> 3;
        let quickened = self.ap + ((512 - self.ap) >> 4);
        self.ap = if steady { self.ap + (-self.ap >> 4) } else { quickened };

        // TONE, TRANS, TRIGA, TRIGB. Voices hardly come here, and a processor that guesses so need
        // not wait for the coefficients before it goes on with the scale factor.
        if tone | self.td {
            let ended = self.td && ends_tone(self.yl, magnitude);
            self.td = tone && !ended;
            if ended {
                self.poles.clear();
                self.zeros.clear();
                self.ap = 256;
            } else if tone {
                self.ap = quickened;
            }
        }

        // FLOATA, FLOATB and the delay lines.
        self.zeros.push((entry >> 16) as i16 | (dqs as i16 & i16::MIN));
        self.poles.push(sr);

        // FUNCTW, FILTD, LIMB, FILTE.
        self.yu = (p.y + ((word.w - p.y) >> 5)).clamp(544, 5120);
        self.yl += self.yu + (-self.yl >> 6);
        sr
    }
}

/// TRANS: whether a difference is so large that the tone that sounded must have ended (THR2 with
/// its three quarters).
#[cold]
#[inline(never)]
fn ends_tone(yl: i32, magnitude: i32) -> bool {
    let ylint = yl >> 15;
    let threshold = if ylint > 9 { 31 << 10 } else { (32 + ((yl >> 10) & 31)) << ylint };
    magnitude > (threshold + (threshold >> 1)) >> 1
}

/// Sign-extends the low 16 bits.
#[inline(always)]
fn wrap16(value: i32) -> i32 {
    i32::from(value as i16)
}
