//! The adaptive predictor and quantizer of G.726: one state, the same in encoder and decoder.
//!
//! Names of the quantities are those of the Recommendation's section 4 (blocks FMULT, ACCUM, MIX,
//! RECONST, ADDA, ANTILOG, TRANS, ADDB, ADDC, XOR, UPB, UPA1, UPA2, LIMC, LIMD, FLOATA, FLOATB,
//! TONE, TRIGB, FUNCTF, FILTA-E, SUBTC, TRIGA, LIMB).
//!
//! FMULT multiplies numbers of six significant bits with exponents. A binary32 float truncated to
//! six significant bits is exactly that number format, so the eight products of a sample are
//! computed side by side in float arithmetic that is exact in every step; see [`products`].

use super::tables::{Tables, Word};

/// Floats as the Recommendation has them: sign, exponent and six significant bits of mantissa.
/// Zero is 32 * 2^-6 there, with a sign of its own.
const ZERO: f32 = 0.5;
/// Keeps sign, exponent and five mantissa bits (the sixth is implied).
const SIX_BITS: u32 = 0xFFFC_0000;
const EXPONENT: u32 = 0x7F80_0000;

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
    /// B1..B6, A1, A2.
    coefficients: [i32; 8],
    /// DQ1..DQ6, SR1, SR2 in the format of [`float`].
    past: [u32; 8],
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
            coefficients: [0; 8],
            past: [ZERO.to_bits(); 8],
        }
    }

    /// FMULT, ACCUM, LIMA and MIX.
    #[inline(always)]
    pub(super) fn predict(&self) -> Prediction {
        let wa = products(&self.coefficients, &self.past);
        let sezi = wa[0] + wa[1] + wa[2] + wa[3] + wa[4] + wa[5];
        let sei = sezi + wa[6] + wa[7];
        let al = if self.ap >= 256 { 64 } else { self.ap >> 2 };
        let base = self.yl >> 6;
        // The product is truncated as a magnitude, which is division.
        let y = base + (self.yu - base) * al / 64;
        Prediction { se: wrap16(sei) >> 1, sez: wrap16(sezi) >> 1, y }
    }

    /// Adapts to one code word and returns the reconstructed signal (SR), 16 bits with wrap.
    #[inline(always)]
    pub(super) fn update(&mut self, tables: &Tables, word: Word, p: Prediction) -> i32 {
        // RECONST, ADDA, ANTILOG.
        let dql = i32::from(word.dqln) + (p.y >> 2);
        // The largest log value is 1280 + 566: the exponent stays below 15.
        let dqt = 128 + (dql & 127);
        let magnitude = if dql < 0 { 0 } else { (dqt << 7) >> (14 - ((dql >> 7) & 15)).max(0) };
        let dqs = word.sign;
        let dq = (magnitude ^ dqs) - dqs;

        // TRANS: a sudden large difference while a tone was sounding.
        let ylint = self.yl >> 15;
        let threshold = if ylint > 9 { 31 << 10 } else { (32 + ((self.yl >> 10) & 31)) << ylint };
        let tr = self.td && magnitude > (threshold + (threshold >> 1)) >> 1;

        // ADDB, ADDC.
        let sr = wrap16(dq + p.se);
        let dqsez = wrap16(dq + p.sez);
        let pk0 = dqsez >> 31;

        let [.., a1, a2] = self.coefficients;
        let a2p = self.limited_a2(a1, a2, pk0, dqsez);
        if tr {
            self.coefficients = [0; 8];
        } else {
            // UPA1, LIMD.
            let uga1 = if dqsez == 0 { 0 } else { 192 - (384 & (pk0 ^ self.pk[0])) };
            let limit = 15360 - a2p;
            let a1p = (a1 - (a1 >> 8) + uga1).clamp(-limit, limit);

            // XOR, UPB. Negative zero counts with its sign; only the magnitude decides on growth.
            let gain = if magnitude == 0 { 0 } else { 128 };
            for (b, &old) in self.coefficients.iter_mut().zip(&self.past) {
                let un = (old as i32 >> 31) ^ dqs;
                *b = wrap16(*b - (*b >> tables.leak) + ((gain ^ un) - un));
            }
            self.coefficients[6] = a1p;
            self.coefficients[7] = a2p;
        }
        let tone = a2p < -11776;

        // FLOATA, FLOATB and the delay lines.
        let [d1, d2, d3, d4, d5, _, s1, _] = self.past;
        let sr_sign = sr >> 31;
        self.past = [
            float(magnitude, dqs),
            d1,
            d2,
            d3,
            d4,
            d5,
            float(((sr ^ sr_sign) - sr_sign) & 32767, sr_sign),
            s1,
        ];
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

    /// UPA2 and LIMC.
    #[inline(always)]
    fn limited_a2(&self, a1: i32, a2: i32, pk0: i32, dqsez: i32) -> i32 {
        let uga2 = if dqsez == 0 {
            0
        } else {
            let (pks1, pks2) = (pk0 ^ self.pk[0], pk0 ^ self.pk[1]);
            let fa1 = a1.clamp(-8191, 8191) << 2;
            // Opposite signs add, equal ones subtract.
            let fa = (fa1 ^ !pks1) - !pks1;
            (16384 - (32768 & pks2) + fa) >> 7
        };
        (a2 - (a2 >> 7) + uga2).clamp(-12288, 12288)
    }
}

/// Sign-extends the low 16 bits.
#[inline(always)]
fn wrap16(value: i32) -> i32 {
    i32::from(value as i16)
}

/// FLOATA and FLOATB: a magnitude below 2^15 and a sign (0 or -1) as truncated float bits.
#[inline(always)]
fn float(magnitude: i32, sign: i32) -> u32 {
    let value = if magnitude == 0 { ZERO } else { magnitude as f32 };
    (value.to_bits() & SIX_BITS) | (sign as u32 & 0x8000_0000)
}

/// The eight FMULT blocks.
///
/// With both factors as m * 2^(e-6), the Recommendation wants ((m1*m2 + 48) >> 4) scaled by
/// 2^(e1+e2-19), truncated, of which 15 bits stay.
#[inline(always)]
fn products(coefficients: &[i32; 8], past: &[u32; 8]) -> [i32; 8] {
    let mut wa = [0; 8];
    for i in 0..8 {
        let (c, d) = (coefficients[i], past[i]);
        let sign = c >> 31;
        let magnitude = (((c >> 2) ^ sign) - sign) & 8191;
        let a = magnitude as f32;
        let a = if a > ZERO { a } else { ZERO };
        let bits = a.to_bits();
        let mantissa = (((bits >> 18) & 31) | 32) * (((d >> 18) & 31) | 32);
        let scaled = ((mantissa + 48) >> 4) as f32;
        // Each exponent field is e + 126.
        let exponent = (bits & EXPONENT).wrapping_add(d & EXPONENT).wrapping_sub((252 + 19) << 23);
        let value = f32::from_bits(scaled.to_bits().wrapping_add(exponent));
        // Adding 1.5 * 2^23 leaves the integer in the low mantissa bits, rounded to nearest; the
        // value has eight significant bits, so half less 1/512 before makes it a truncation.
        let truncated = (value - (0.5 - 1.0 / 512.0)) + 12_582_912.0;
        let integer = (truncated.to_bits() & 32767) as i32;
        let sign = sign ^ (d as i32 >> 31);
        wa[i] = (integer ^ sign) - sign;
    }
    wa
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FMULT as section 4.2.8 writes it, in integers.
    fn fmult(an: i32, srn: u32) -> i32 {
        let value = f32::from_bits(srn);
        let (exp, mant) = {
            let bits = value.abs().to_bits();
            ((bits >> 23) as i32 - 126, ((bits >> 18) & 31 | 32) as i32)
        };
        let mag = if an < 0 { (16384 - ((an & 65535) >> 2)) & 8191 } else { an >> 2 };
        let an_exp = 32 - mag.leading_zeros() as i32;
        let an_mant = if mag == 0 { 32 } else { (mag << 6) >> an_exp };
        let w_exp = exp + an_exp;
        let w_mant = (mant * an_mant + 48) >> 4;
        let w_mag = if w_exp <= 26 {
            (w_mant << 7) >> (26 - w_exp)
        } else {
            ((w_mant << 7) << (w_exp - 26)) & 32767
        };
        if (an < 0) != value.is_sign_negative() { -w_mag } else { w_mag }
    }

    #[test]
    fn the_float_product_is_fmult() {
        let pasts: Vec<u32> = (0..15)
            .flat_map(|e| (32..64).map(move |m| (m << e) >> 5))
            .chain([0])
            .flat_map(|m| [float(m, 0), float(m, -1)])
            .collect();
        for c in (i32::from(i16::MIN)..=i32::from(i16::MAX)).step_by(5).chain([-1, 1, 2, 3, 4]) {
            for past in pasts.chunks(8) {
                let mut lanes = [ZERO.to_bits(); 8];
                lanes[..past.len()].copy_from_slice(past);
                let got = products(&[c; 8], &lanes);
                for (got, &lane) in got.iter().zip(&lanes) {
                    assert_eq!(*got, fmult(c, lane), "{c} {lane:x}");
                }
            }
        }
    }
}
