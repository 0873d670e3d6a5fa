//! The six-tap part of the predictor: coefficients B1 to B6 and the differences that they weigh
//! (blocks FMULT, FLOATA, XOR, UPB).
//!
//! FMULT multiplies numbers of six significant bits with exponents. A binary32 float truncated to
//! six significant bits is exactly that number format, so all six products of a sample are
//! computed side by side in float arithmetic that is exact in every step: once in plain Rust for
//! any machine, once in the vector instructions that every x86-64 has. A test holds them equal.

#[cfg(not(all(target_arch = "x86_64", target_feature = "sse2")))]
pub(super) use portable::Zeros;
#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
pub(super) use vector::Zeros;

/// Zero is 32 * 2^-6 in the Recommendation's float, with a sign of its own.
const ZERO: f32 = 0.5;
/// Sixteen-bit constants around the fields of a [`float`] word.
const MANTISSA: i16 = 31;
const IMPLIED: i16 = 32;
const EXPONENT: i16 = 0x1E0;

/// FLOATA: a magnitude below 2^15 and a sign (0 or -1) as a word: sign in bit 15,
/// exponent in bits 5 to 8, mantissa without its leading one below.
#[inline(always)]
pub(super) const fn float(magnitude: i32, sign: i32) -> i16 {
    let value = if magnitude == 0 { ZERO } else { magnitude as f32 };
    ((value.to_bits() >> 18) as i32 - (126 << 5)) as i16 | (sign as i16 & i16::MIN)
}

/// Half less an eighth-bit step: subtracted before rounding to nearest it makes a truncation, since
/// the values have eight significant bits.
const HALF: f32 = 0.5 - 1.0 / 512.0;
/// Added to a float below 2^22, leaves its integer in the low mantissa bits.
const ROUND: f32 = 12_582_912.0;

#[cfg(any(test, not(all(target_arch = "x86_64", target_feature = "sse2"))))]
mod portable {
    use super::{EXPONENT, HALF, IMPLIED, MANTISSA, ROUND, ZERO};

    /// Coefficients and past signals, the youngest first. Lanes past the sixth count for nothing.
    #[derive(Debug, Clone)]
    pub struct Zeros {
        coefficients: [i16; 8],
        past: [i16; 8],
    }

    /// One operation on all lanes. Each becomes one or two vector instructions.
    #[inline(always)]
    fn each<T: Copy + Default, U: Copy, const N: usize>(
        lanes: [U; N],
        f: impl Fn(U) -> T,
    ) -> [T; N] {
        let mut out = [T::default(); N];
        for i in 0..N {
            out[i] = f(lanes[i]);
        }
        out
    }

    /// The same with two operands.
    #[inline(always)]
    fn both<T: Copy + Default, U: Copy, V: Copy, const N: usize>(
        a: [U; N],
        b: [V; N],
        f: impl Fn(U, V) -> T,
    ) -> [T; N] {
        let mut out = [T::default(); N];
        for i in 0..N {
            out[i] = f(a[i], b[i]);
        }
        out
    }

    impl Zeros {
        pub fn new() -> Self {
            Self { coefficients: [0; 8], past: [0; 8] }
        }

        /// The sum of the six products.
        #[inline(always)]
        pub fn sum(&self) -> i32 {
            let (c, past) = (self.coefficients, self.past);
            let sign = each(c, |c| c >> 15);
            let magnitude = both(c, sign, |c, sign| ((c >> 2) ^ sign).wrapping_sub(sign) & 8191);
            let floats = each(magnitude, |m| {
                let a = f32::from(m);
                if a > ZERO { a } else { ZERO }
            });
            let field = each(floats, |a| (a.to_bits() >> 18) as i16);
            let scaled = both(field, past, |field, word| {
                (((field & MANTISSA) | IMPLIED).wrapping_mul((word & MANTISSA) | IMPLIED) + 48) >> 4
            });
            let exponent = both(field, past, |field, word| {
                (field & !MANTISSA).wrapping_add(word & EXPONENT).wrapping_sub((126 + 19) << 5)
            });
            let integers = both(scaled, exponent, |scaled, exponent| {
                let shift = (exponent as u32) << 18;
                let value = f32::from_bits(f32::from(scaled).to_bits().wrapping_add(shift));
                (((value - HALF) + ROUND).to_bits() & 32767) as i16
            });
            let sign = both(sign, past, |sign, word| sign ^ (word >> 15));
            let products = both(integers, sign, |n, sign| (n ^ sign).wrapping_sub(sign));
            products.iter().take(6).map(|&product| i32::from(product)).sum()
        }

        /// UPB.
        #[inline(always)]
        pub fn adapt(&mut self, leak: i32, gain: i16) {
            let sign = each(self.past, |word| word >> 15);
            let step = each(sign, |sign| (gain ^ sign).wrapping_sub(sign));
            let leaked = each(self.coefficients, |c| c.wrapping_sub(c >> leak));
            self.coefficients = both(leaked, step, i16::wrapping_add);
        }

        /// TRIGB.
        #[inline(always)]
        pub fn clear(&mut self) {
            self.coefficients = [0; 8];
        }

        /// The delay line.
        #[inline(always)]
        pub fn push(&mut self, dq: i16) {
            let [d1, d2, d3, d4, d5, d6, d7, _] = self.past;
            self.past = [dq, d1, d2, d3, d4, d5, d6, d7];
        }
    }
}

#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
mod vector {
    use safe_arch::{
        add_i16_m128i, add_i32_m128i, add_m128, bitand_m128i, bitor_m128i, bitxor_m128i,
        byte_shl_imm_u128_m128i, cast_to_m128_from_m128i, cast_to_m128i_from_m128,
        convert_to_m128_from_i32_m128i, get_i32_from_m128i_s, insert_i16_from_i32_m128i, m128i,
        max_m128, mul_i16_horizontal_add_m128i, mul_i16_keep_low_m128i, pack_i32_to_i16_m128i,
        set_i32_m128i_s, set_reversed_i16_m128i, set_splat_i16_m128i, set_splat_i32_m128i,
        set_splat_m128, shl_imm_u32_m128i, shr_all_i16_m128i, shr_imm_i16_m128i, shr_imm_u16_m128i,
        shr_imm_u32_m128i, shuffle_ai_f32_all_m128i, sub_i16_m128i, sub_m128,
        unpack_high_i16_m128i, unpack_low_i16_m128i, zeroed_m128i,
    };

    use super::{EXPONENT, HALF, IMPLIED, MANTISSA, ROUND, ZERO};

    /// Lanes as in `portable`.
    #[derive(Debug, Clone)]
    pub struct Zeros {
        coefficients: m128i,
        past: m128i,
    }

    impl Zeros {
        pub fn new() -> Self {
            Self { coefficients: zeroed_m128i(), past: zeroed_m128i() }
        }

        /// As in `portable`, step by step.
        #[inline(always)]
        pub fn sum(&self) -> i32 {
            let zero = zeroed_m128i();
            let splat = set_splat_i16_m128i;
            let (c, past) = (self.coefficients, self.past);
            let sign = shr_imm_i16_m128i::<15>(c);
            let magnitude = bitxor_m128i(shr_imm_i16_m128i::<2>(c), sign);
            let magnitude = bitand_m128i(sub_i16_m128i(magnitude, sign), splat(8191));
            let bits = |integers| {
                let float = convert_to_m128_from_i32_m128i(integers);
                let float = max_m128(float, set_splat_m128(ZERO));
                shr_imm_u32_m128i::<18>(cast_to_m128i_from_m128(float))
            };
            let field = pack_i32_to_i16_m128i(
                bits(unpack_low_i16_m128i(magnitude, zero)),
                bits(unpack_high_i16_m128i(magnitude, zero)),
            );
            let mantissa =
                |field| bitor_m128i(bitand_m128i(field, splat(MANTISSA)), splat(IMPLIED));
            let mantissas = mul_i16_keep_low_m128i(mantissa(field), mantissa(past));
            let scaled = shr_imm_u16_m128i::<4>(add_i16_m128i(mantissas, splat(48)));
            let bias = sub_i16_m128i(bitand_m128i(past, splat(EXPONENT)), splat((126 + 19) << 5));
            let exponent = add_i16_m128i(bitand_m128i(field, splat(!MANTISSA)), bias);
            let integer = |scaled, exponent| {
                let scaled = cast_to_m128i_from_m128(convert_to_m128_from_i32_m128i(scaled));
                let value = add_i32_m128i(scaled, shl_imm_u32_m128i::<18>(exponent));
                let value = sub_m128(cast_to_m128_from_m128i(value), set_splat_m128(HALF));
                let rounded = cast_to_m128i_from_m128(add_m128(value, set_splat_m128(ROUND)));
                bitand_m128i(rounded, set_splat_i32_m128i(32767))
            };
            let integers = pack_i32_to_i16_m128i(
                integer(unpack_low_i16_m128i(scaled, zero), unpack_low_i16_m128i(exponent, zero)),
                integer(unpack_high_i16_m128i(scaled, zero), unpack_high_i16_m128i(exponent, zero)),
            );
            let sign = bitxor_m128i(sign, shr_imm_i16_m128i::<15>(past));
            let products = sub_i16_m128i(bitxor_m128i(integers, sign), sign);
            let weights = set_reversed_i16_m128i(1, 1, 1, 1, 1, 1, 0, 0);
            let sums = mul_i16_horizontal_add_m128i(products, weights);
            let sums = add_i32_m128i(sums, shuffle_ai_f32_all_m128i::<0b01_00_11_10>(sums));
            let sums = add_i32_m128i(sums, shuffle_ai_f32_all_m128i::<0b10_11_00_01>(sums));
            get_i32_from_m128i_s(sums)
        }

        #[inline(always)]
        pub fn adapt(&mut self, leak: i32, gain: i16) {
            let c = self.coefficients;
            let sign = shr_imm_i16_m128i::<15>(self.past);
            let gain = sub_i16_m128i(bitxor_m128i(set_splat_i16_m128i(gain), sign), sign);
            let leaked = sub_i16_m128i(c, shr_all_i16_m128i(c, set_i32_m128i_s(leak)));
            self.coefficients = add_i16_m128i(leaked, gain);
        }

        #[inline(always)]
        pub fn clear(&mut self) {
            self.coefficients = zeroed_m128i();
        }

        #[inline(always)]
        pub fn push(&mut self, dq: i16) {
            let past = byte_shl_imm_u128_m128i::<2>(self.past);
            self.past = insert_i16_from_i32_m128i::<0>(past, i32::from(dq));
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// FMULT as section 4.2.8 writes it, in integers; the second factor as magnitude and sign.
    pub(in super::super) fn fmult(an: i32, (magnitude, srs): (i32, i32)) -> i32 {
        let (srexp, srmant) = fields(magnitude);
        let mag = if an < 0 { (16384 - ((an & 65535) >> 2)) & 8191 } else { an >> 2 };
        let (exp, mant) = fields(mag);
        let w_exp = srexp + exp;
        let w_mant = (srmant * mant + 48) >> 4;
        let w_mag = if w_exp <= 26 {
            (w_mant << 7) >> (26 - w_exp)
        } else {
            ((w_mant << 7) << (w_exp - 26)) & 32767
        };
        if (an < 0) != (srs < 0) { -w_mag } else { w_mag }
    }

    /// FLOATA as section 4.2.8 writes it: exponent and mantissa.
    fn fields(magnitude: i32) -> (i32, i32) {
        let exp = 32 - magnitude.leading_zeros() as i32;
        (exp, if magnitude == 0 { 32 } else { (magnitude << 6) >> exp })
    }

    /// The six taps as the Recommendation writes them.
    #[derive(Default)]
    struct Plain {
        b: [i32; 6],
        dq: [(i32, i32); 6],
    }

    impl Plain {
        fn sum(&self) -> i32 {
            self.b.iter().zip(self.dq).map(|(&b, dq)| fmult(b, dq)).sum()
        }

        fn adapt(&mut self, leak: i32, gain: i32) {
            for (b, (_, sign)) in self.b.iter_mut().zip(self.dq) {
                let step = if sign < 0 { -gain } else { gain };
                *b = i32::from((*b - (*b >> leak) + step) as i16);
            }
        }
    }

    /// Long steady stretches drive the coefficients into the ends of 16 bits.
    #[test]
    fn both_forms_are_the_recommendations() {
        let (mut fast, mut portable) = (Zeros::new(), portable::Zeros::new());
        let mut plain = Plain::default();
        let mut state = 7_u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as i32
        };
        for round in 0..60_000 {
            assert_eq!(fast.sum(), plain.sum(), "{round}");
            assert_eq!(portable.sum(), plain.sum(), "{round}");
            let steady = round / 3000 % 2 == 1;
            let gain = if steady { 128 } else { [0, 128, -128][random() as usize % 3] };
            let leak = if steady { 9 } else { 8 + random() % 2 };
            fast.adapt(leak, gain as i16);
            portable.adapt(leak, gain as i16);
            plain.adapt(leak, gain);
            let magnitude = (random() & 32767) >> (random() % 16);
            let sign = if steady { 0 } else { -(random() & 1) };
            fast.push(float(magnitude, sign));
            portable.push(float(magnitude, sign));
            plain.dq.rotate_right(1);
            plain.dq[0] = (magnitude, sign);
            if round % 7000 == 6999 {
                fast.clear();
                portable.clear();
                plain.b = [0; 6];
            }
        }
    }
}
