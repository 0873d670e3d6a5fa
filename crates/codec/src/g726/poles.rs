//! The two-tap part of the predictor: coefficients A1 and A2 and the reconstructed signals that
//! they weigh (blocks FMULT, UPA1, UPA2, LIMC, LIMD, FLOATB).
//!
//! In integers, and apart from the six taps of [`super::zeros`]: what was decoded last enters here
//! only, so this is the one chain of work that runs from sample to sample without a break. The six
//! depend on the code words alone and are computed ahead by a processor that works out of order.

/// A number of six significant bits: magnitude `mantissa * 2^(exponent - 6)`; zero is 32 * 2^-6.
#[derive(Debug, Clone, Copy)]
struct Float {
    mantissa: u32,
    exponent: u32,
    /// 0 or -1.
    sign: i32,
}

impl Float {
    /// FLOATB. The magnitude is below 2^15.
    #[inline(always)]
    fn of(magnitude: i32, sign: i32) -> Self {
        let magnitude = magnitude as u32;
        let exponent = (2 * magnitude + 1).ilog2();
        Self { mantissa: (magnitude << 6 >> exponent) | 32, exponent, sign }
    }

    /// FMULT with a coefficient of 16 bits.
    #[inline(always)]
    fn times(self, coefficient: i32) -> i32 {
        let sign = coefficient >> 31;
        let magnitude = (((coefficient >> 2) ^ sign) - sign) & 8191;
        let factor = Self::of(magnitude, sign);
        let mantissa = u64::from((self.mantissa * factor.mantissa + 48) >> 4);
        let product = (mantissa << (self.exponent + factor.exponent) >> 19) as i32 & 32767;
        let sign = sign ^ self.sign;
        (product ^ sign) - sign
    }
}

#[derive(Debug, Clone)]
pub(super) struct Poles {
    /// A1 and A2.
    a: [i32; 2],
    /// SR1 and SR2.
    past: [Float; 2],
    /// Signs of the last two partial reconstructions (PK1, PK2): 0 or -1.
    pk: [i32; 2],
}

impl Poles {
    pub(super) fn new() -> Self {
        Self { a: [0; 2], past: [Float::of(0, 0); 2], pk: [0; 2] }
    }

    /// The sum of both products.
    #[inline(always)]
    pub(super) fn sum(&self) -> i32 {
        let [a1, a2] = self.a;
        let [sr1, sr2] = self.past;
        sr1.times(a1) + sr2.times(a2)
    }

    /// Adapts to a partial reconstruction (DQSEZ) and returns A2, which tells tones.
    #[inline(always)]
    pub(super) fn adapt(&mut self, dqsez: i32) -> i32 {
        let [a1, a2] = self.a;
        let pk0 = dqsez >> 31;
        let (pks1, pks2) = (pk0 ^ self.pk[0], pk0 ^ self.pk[1]);
        // UPA2, LIMC. Opposite signs add, equal ones subtract.
        let fa1 = a1.clamp(-8191, 8191) << 2;
        let fa = (fa1 ^ !pks1) - !pks1;
        let uga2 = if dqsez == 0 { 0 } else { (16384 - (32768 & pks2) + fa) >> 7 };
        let a2p = (a2 - (a2 >> 7) + uga2).clamp(-12288, 12288);
        // UPA1, LIMD.
        let uga1 = if dqsez == 0 { 0 } else { 192 - (384 & pks1) };
        let limit = 15360 - a2p;
        let a1p = (a1 - (a1 >> 8) + uga1).clamp(-limit, limit);
        self.a = [a1p, a2p];
        self.pk = [pk0, self.pk[0]];
        a2p
    }

    /// TRIGB.
    #[inline(always)]
    pub(super) fn clear(&mut self) {
        self.a = [0; 2];
    }

    /// FLOATB and the delay line, for a reconstructed signal (SR) of 16 bits.
    #[inline(always)]
    pub(super) fn push(&mut self, sr: i32) {
        let sign = sr >> 31;
        self.past = [Float::of(((sr ^ sign) - sign) & 32767, sign), self.past[0]];
    }
}

#[cfg(test)]
mod tests {
    use super::{super::zeros::tests::fmult, *};

    #[test]
    fn the_product_is_fmult() {
        let signals =
            (0..15).flat_map(|e| (32..64).map(move |m| (m << e) >> 5)).chain([0, 32767, -32768]);
        for signal in signals.flat_map(|s: i32| [s, -s]) {
            let mut poles = Poles::new();
            poles.push(signal);
            for c in (-32768..=32767).step_by(37).chain([-4, -3, -2, -1, 1, 2, 3, 4]) {
                let magnitude = signal.abs() & 32767;
                let wanted = fmult(c, (magnitude, signal >> 31));
                assert_eq!(poles.past[0].times(c), wanted, "{c} {signal}");
            }
        }
    }
}
