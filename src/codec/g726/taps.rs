//! The eight taps of the predictor: coefficients B1..B6, A1, A2 and the signals they weigh.
//!
//! FMULT multiplies numbers of six significant bits with exponents. A binary32 float truncated to
//! six significant bits is exactly that number format, so all eight products of a sample are
//! computed side by side in float arithmetic that is exact in every step: once in plain Rust for
//! any machine, once in the vector instructions that every x86-64 has. A test holds them equal.

#[cfg(not(all(target_arch = "x86_64", target_feature = "sse2")))]
pub(super) use portable::Taps;
#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
pub(super) use vector::Taps;

/// Zero is 32 * 2^-6 in the Recommendation's float, with a sign of its own.
const ZERO: f32 = 0.5;
/// Sixteen-bit constants around the fields of a [`float`] word.
const MANTISSA: i16 = 31;
const IMPLIED: i16 = 32;
const EXPONENT: i16 = 0x1E0;

/// FLOATA and FLOATB: a magnitude below 2^15 and a sign (0 or -1) as a word: sign in bit 15,
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

    /// Coefficients and past signals in the order 1, 3, 5, A1, 2, 4, 6, A2: a step of the delay lines
    /// then moves one half into the other.
    #[derive(Debug, Clone)]
    pub struct Taps {
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

    impl Taps {
        pub fn new() -> Self {
            Self { coefficients: [0; 8], past: [0; 8] }
        }

        /// ACCUM: the sum of the six products, and that of the two.
        #[inline(always)]
        pub fn sums(&self) -> (i32, i32) {
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
            let [b1, b3, b5, a1, b2, b4, b6, a2] = each(products, i32::from);
            (b1 + b2 + b3 + b4 + b5 + b6, a1 + a2)
        }

        /// UPB for the six, with what UPA1 and UPA2 found for the two.
        #[inline(always)]
        pub fn adapt(&mut self, leak: i32, gain: i16, a1: i16, a2: i16) {
            let sign = each(self.past, |word| word >> 15);
            let step = each(sign, |sign| (gain ^ sign).wrapping_sub(sign));
            let leaked = each(self.coefficients, |c| c.wrapping_sub(c >> leak));
            self.coefficients = both(leaked, step, i16::wrapping_add);
            self.coefficients[3] = a1;
            self.coefficients[7] = a2;
        }

        /// TRIGB.
        #[inline(always)]
        pub fn clear(&mut self) {
            self.coefficients = [0; 8];
        }

        /// The delay lines.
        #[inline(always)]
        pub fn push(&mut self, dq: i16, sr: i16) {
            let [d1, d3, d5, s1, d2, d4, _, _] = self.past;
            self.past = [dq, d2, d4, sr, d1, d3, d5, s1];
        }
    }
}

#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
mod vector {
    use safe_arch::{
        add_i16_m128i, add_i32_m128i, add_m128, bitand_m128i, bitor_m128i, bitxor_m128i,
        byte_shl_imm_u128_m128i, byte_shr_imm_u128_m128i, cast_to_m128_from_m128i,
        cast_to_m128i_from_m128, convert_to_m128_from_i32_m128i, get_i64_from_m128i_s,
        insert_i16_from_i32_m128i, m128i, max_m128, mul_i16_horizontal_add_m128i,
        mul_i16_keep_low_m128i, pack_i32_to_i16_m128i, set_i32_m128i_s, set_reversed_i16_m128i,
        set_splat_i16_m128i, set_splat_i32_m128i, set_splat_m128, shl_imm_u32_m128i,
        shl_imm_u64_m128i, shr_all_i16_m128i, shr_imm_i16_m128i, shr_imm_u16_m128i,
        shr_imm_u32_m128i, shuffle_ai_f32_all_m128i, sub_i16_m128i, sub_m128,
        unpack_high_i16_m128i, unpack_high_i32_m128i, unpack_low_i16_m128i, unpack_low_i32_m128i,
        zeroed_m128i,
    };

    use super::{EXPONENT, HALF, IMPLIED, MANTISSA, ROUND, ZERO};

    /// Lanes as in `portable`.
    #[derive(Debug, Clone)]
    pub struct Taps {
        coefficients: m128i,
        past: m128i,
    }

    impl Taps {
        pub fn new() -> Self {
            Self { coefficients: zeroed_m128i(), past: zeroed_m128i() }
        }

        /// As in `portable`, step by step.
        #[inline(always)]
        pub fn sums(&self) -> (i32, i32) {
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
            let sum = mul_i16_horizontal_add_m128i;
            let six = sum(products, set_reversed_i16_m128i(1, 1, 1, 0, 1, 1, 1, 0));
            let two = sum(products, set_reversed_i16_m128i(0, 0, 0, 1, 0, 0, 0, 1));
            let sums =
                add_i32_m128i(unpack_low_i32_m128i(six, two), unpack_high_i32_m128i(six, two));
            let sums = add_i32_m128i(sums, shuffle_ai_f32_all_m128i::<0b01_00_11_10>(sums));
            let both = get_i64_from_m128i_s(sums);
            (both as i32, (both >> 32) as i32)
        }

        #[inline(always)]
        pub fn adapt(&mut self, leak: i32, gain: i16, a1: i16, a2: i16) {
            let c = self.coefficients;
            let sign = shr_imm_i16_m128i::<15>(self.past);
            let gain = sub_i16_m128i(bitxor_m128i(set_splat_i16_m128i(gain), sign), sign);
            let leaked = sub_i16_m128i(c, shr_all_i16_m128i(c, set_i32_m128i_s(leak)));
            let c = add_i16_m128i(leaked, gain);
            let c = insert_i16_from_i32_m128i::<3>(c, i32::from(a1));
            self.coefficients = insert_i16_from_i32_m128i::<7>(c, i32::from(a2));
        }

        #[inline(always)]
        pub fn clear(&mut self) {
            self.coefficients = zeroed_m128i();
        }

        #[inline(always)]
        pub fn push(&mut self, dq: i16, sr: i16) {
            let odd = byte_shl_imm_u128_m128i::<8>(self.past);
            let even = shl_imm_u64_m128i::<16>(byte_shr_imm_u128_m128i::<8>(self.past));
            let past = insert_i16_from_i32_m128i::<0>(bitor_m128i(odd, even), i32::from(dq));
            self.past = insert_i16_from_i32_m128i::<3>(past, i32::from(sr));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FMULT as section 4.2.8 writes it, in integers; the float as its three fields.
    fn fmult(an: i32, (srs, srexp, srmant): (i32, i32, i32)) -> i32 {
        let mag = if an < 0 { (16384 - ((an & 65535) >> 2)) & 8191 } else { an >> 2 };
        let exp = 32 - mag.leading_zeros() as i32;
        let mant = if mag == 0 { 32 } else { (mag << 6) >> exp };
        let w_exp = srexp + exp;
        let w_mant = (srmant * mant + 48) >> 4;
        let w_mag = if w_exp <= 26 {
            (w_mant << 7) >> (26 - w_exp)
        } else {
            ((w_mant << 7) << (w_exp - 26)) & 32767
        };
        if (an < 0) != (srs < 0) { -w_mag } else { w_mag }
    }

    /// FLOATA as section 4.2.8 writes it.
    fn fields(magnitude: i32, sign: i32) -> (i32, i32, i32) {
        let exp = 32 - magnitude.leading_zeros() as i32;
        (sign, exp, if magnitude == 0 { 32 } else { (magnitude << 6) >> exp })
    }

    #[test]
    fn the_float_product_is_fmult() {
        let magnitudes: Vec<i32> =
            (0..15).flat_map(|e| (32..64).map(move |m| (m << e) >> 5)).chain([0, 32767]).collect();
        for c in (i16::MIN..=i16::MAX).step_by(37).chain([-4, -3, -2, -1, 1, 2, 3, 4]) {
            for &magnitude in &magnitudes {
                for sign in [0, -1] {
                    let wanted = fmult(i32::from(c), fields(magnitude, sign));
                    // The A1 tap alone: gain 0 leaves the six at zero.
                    let mut taps = Taps::new();
                    taps.adapt(8, 0, c, 0);
                    taps.push(float(0, 0), float(magnitude, sign));
                    let rest = fmult(0, fields(0, 0));
                    assert_eq!(taps.sums().1, wanted + rest, "{c} {magnitude} {sign}");
                }
            }
        }
    }

    #[test]
    fn both_forms_agree() {
        let (mut fast, mut plain) = (Taps::new(), portable::Taps::new());
        let mut state = 7_u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as i32
        };
        for round in 0..20_000 {
            assert_eq!(fast.sums(), plain.sums(), "{round}");
            let gain = [0, 128, -128][random() as usize % 3];
            let (a1, a2) = (random() as i16, random() as i16);
            let leak = 8 + random() % 2;
            fast.adapt(leak, gain, a1, a2);
            plain.adapt(leak, gain, a1, a2);
            let dq = float((random() & 32767) >> (random() % 16), -(random() & 1));
            let sr = float((random() & 32767) >> (random() % 16), -(random() & 1));
            fast.push(dq, sr);
            plain.push(dq, sr);
            if round % 5000 == 4999 {
                fast.clear();
                plain.clear();
            }
        }
        // Coefficients that have run into the ends of 16 bits.
        for _ in 0..600 {
            fast.adapt(9, 128, i16::MIN, i16::MAX);
            plain.adapt(9, 128, i16::MIN, i16::MAX);
            assert_eq!(fast.sums(), plain.sums());
        }
    }
}
