//! G.711: eight-bit logarithmic samples, µ-law and A-law (ITU-T G.711; `audio/basic` is µ-law).
//!
//! One octet a sample, in time order. Samples are full-scale `i16`: µ-law's 14-bit values times 4,
//! A-law's 13-bit values times 8. Decoding is a table. Encoding compares with the decision values
//! of the Recommendation's tables; a sample exactly on one goes to the value farther from zero, on
//! both sides of zero. (Encoders in use differ at those ties, so files made by others may differ in
//! such samples.) Rates other than 8 000 Hz are the caller's affair. Tested against the published
//! tables in `tests/codec`.

/// The companding law.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Law {
    /// North America and Japan; `audio/basic`, `PCMU`.
    MuLaw,
    /// The rest of the world; `PCMA`.
    ALaw,
}

/// Linear value of every µ-law octet.
pub const MU_LAW: [i16; 256] = table(Law::MuLaw);
/// Linear value of every A-law octet.
pub const A_LAW: [i16; 256] = table(Law::ALaw);

const fn table(law: Law) -> [i16; 256] {
    let mut values = [0; 256];
    let mut octet = 0;
    while octet < 256 {
        values[octet] = match law {
            Law::MuLaw => expand_mu(octet as u8),
            Law::ALaw => expand_a(octet as u8),
        };
        octet += 1;
    }
    values
}

const fn expand_mu(octet: u8) -> i16 {
    let bits = !octet;
    let (segment, step) = ((bits >> 4) & 7, (bits & 15) as i16);
    // The bias of 33 (times 4) makes all segments start at a power of two.
    let magnitude = (((step << 3) + 132) << segment) - 132;
    if bits & 0x80 != 0 { -magnitude } else { magnitude }
}

const fn expand_a(octet: u8) -> i16 {
    let bits = octet ^ 0x55;
    let (segment, step) = ((bits >> 4) & 7, (bits & 15) as i16);
    let magnitude = match segment {
        0 => (step << 4) + 8,
        _ => ((step << 4) + 264) << (segment - 1),
    };
    // In A-law the set sign bit means positive.
    if bits & 0x80 != 0 { magnitude } else { -magnitude }
}

impl Law {
    /// Linear value of one octet.
    #[must_use]
    pub fn expand(self, octet: u8) -> i16 {
        match self {
            Self::MuLaw => MU_LAW[usize::from(octet)],
            Self::ALaw => A_LAW[usize::from(octet)],
        }
    }

    /// The octet in whose interval `sample` lies; beyond the last decision value the last octet.
    #[must_use]
    pub fn compress(self, sample: i16) -> u8 {
        let magnitude = u32::from(sample.unsigned_abs());
        match self {
            Self::MuLaw => mu_code(magnitude >> 2, sample < 0),
            Self::ALaw => a_code(magnitude >> 4, sample < 0),
        }
    }
}

/// µ-law octet of a 14-bit magnitude (larger ones saturate) and a sign.
pub(super) fn mu_code(magnitude: u32, negative: bool) -> u8 {
    let biased = (magnitude + 33).min(8191);
    let segment = (31 - biased.leading_zeros()).saturating_sub(5);
    let step = (biased >> (segment + 1)) & 15;
    let sign = if negative { 0x80 } else { 0 };
    // Segment is 0..=7 and step 0..=15: an octet.
    !(sign | (segment << 4) | step) as u8
}

/// A-law octet of an 11-bit magnitude (larger ones saturate) and a sign.
pub(super) fn a_code(magnitude: u32, negative: bool) -> u8 {
    let magnitude = magnitude.min(2047);
    let (segment, step) = if magnitude < 16 {
        (0, magnitude)
    } else {
        let segment = 28 - magnitude.leading_zeros();
        (segment, (magnitude >> (segment - 1)) & 15)
    };
    let sign = if negative { 0 } else { 0x80 };
    ((sign | (segment << 4) | step) ^ 0x55) as u8
}

/// Decodes octets to samples.
#[must_use]
pub fn decode(octets: &[u8], law: Law) -> Vec<i16> {
    let table = match law {
        Law::MuLaw => &MU_LAW,
        Law::ALaw => &A_LAW,
    };
    octets.iter().map(|&octet| table[usize::from(octet)]).collect()
}

/// Encodes samples, an octet each.
#[must_use]
pub fn encode(samples: &[i16], law: Law) -> Vec<u8> {
    samples.iter().map(|&sample| law.compress(sample)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_octets() {
        // G.711 tables 1 and 2: ends and middle of both laws.
        let cases = [
            (Law::MuLaw, 0xFF, 0),
            (Law::MuLaw, 0x7F, 0),
            (Law::MuLaw, 0x80, 32124),
            (Law::MuLaw, 0x00, -32124),
            (Law::MuLaw, 0xFE, 8),
            (Law::ALaw, 0xD5, 8),
            (Law::ALaw, 0x55, -8),
            (Law::ALaw, 0xAA, 32256),
            (Law::ALaw, 0x2A, -32256),
        ];
        for (law, octet, value) in cases {
            assert_eq!(law.expand(octet), value, "{law:?} {octet:02X}");
        }
    }

    #[test]
    fn every_octet_survives_decoding_and_encoding() {
        for law in [Law::MuLaw, Law::ALaw] {
            for octet in 0..=255_u8 {
                // µ-law has two zeros; the negative one comes back as the positive.
                let expected = if law == Law::MuLaw && octet == 0x7F { 0xFF } else { octet };
                assert_eq!(law.compress(law.expand(octet)), expected, "{law:?} {octet:02X}");
            }
        }
    }

    #[test]
    fn decision_values() {
        // G.711: each interval has its value in the middle, so decision values follow from the
        // values: x(n+1) = 2 y(n) - x(n), from 0 (A-law) or from the middle of the first step.
        for (law, first, zero) in [(Law::MuLaw, 4, 0xFF_u8), (Law::ALaw, 0, 0xD5)] {
            let mut decision = first;
            for magnitude in 1..=127_u8 {
                if law == Law::ALaw {
                    let value = i32::from(law.expand((0x80 | (magnitude - 1)) ^ 0x55));
                    decision = 2 * value - decision;
                } else if magnitude > 1 {
                    decision = 2 * i32::from(law.expand(!(magnitude - 1))) - decision;
                }
                let code = |magnitude: u8| match law {
                    Law::MuLaw => !magnitude,
                    Law::ALaw => (0x80 | magnitude) ^ 0x55,
                };
                let at = i16::try_from(decision).unwrap();
                assert_eq!(law.compress(at), code(magnitude), "{law:?} {at}");
                assert_eq!(law.compress(at - 1), code(magnitude - 1), "{law:?} {at} - 1");
                assert_eq!(law.compress(-at), code(magnitude) ^ 0x80, "{law:?} -{at}");
            }
            assert_eq!(law.compress(0), zero);
            assert_eq!(law.compress(i16::MAX), law.compress(i16::MIN) ^ 0x80);
        }
    }
}
