//! The constants of G.726 by rate: quantizer decision levels (table 1), inverse quantizer
//! (table 2), scale-factor multipliers W (table 3) and speed-control function F (table 4).

use super::Rate;

/// What the adaptive quantizer knows about one code word.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    /// Normalized log magnitude of the quantized difference (DQLN).
    pub dqln: i16,
    /// Scale-factor multiplier, times 32 (W(I) << 5).
    pub w: i32,
    /// Rate-of-change weight, times 512 (F(I) << 9).
    pub f: i32,
    /// -1 for a negative difference, else 0 (DQS).
    pub sign: i32,
}

/// DLN is the log of 15 bits (below 2048) less a quarter of Y (544 to 5120).
pub(super) const LOWEST: i32 = -1280;
/// A power of two above 2048 + 1280, so that an index is bounded by a mask.
pub(super) const SPAN: usize = 4096;

/// Everything that differs between the four rates.
#[derive(Debug)]
pub(super) struct Tables {
    /// Bits of a code word.
    pub bits: u32,
    /// By code word; entries past `1 << bits` repeat, so that any 5-bit index is in range.
    pub words: [Word; 32],
    /// Code words by normalized log difference, from [`LOWEST`] on: for a difference of zero or
    /// more in the low octet, for a negative one in the high octet.
    pub codes: [u16; SPAN],
    /// Leakage of the six-tap predictor: 9 at 40 kbit/s, else 8.
    pub leak: i32,
}

const fn tables<const L: usize, const H: usize>(
    bits: u32,
    levels: [i32; L],
    dqln: [i16; H],
    w: [i32; H],
    f: [i32; H],
) -> Tables {
    let mut words = [Word { dqln: 0, w: 0, f: 0, sign: 0 }; 32];
    let mut i = 0;
    while i < 32 {
        // Code words above the half are the mirror image with a negative sign.
        let code = i & ((1 << bits) - 1);
        let magnitude = if code < H { code } else { 2 * H - 1 - code };
        words[i] = Word {
            dqln: dqln[magnitude],
            w: w[magnitude] << 5,
            f: f[magnitude] << 9,
            sign: if code < H { 0 } else { -1 },
        };
        i += 1;
    }
    let mut codes = [0; SPAN];
    let all = (1 << bits) - 1;
    let mut i = 0;
    while i < SPAN {
        let mut magnitude = 0;
        while magnitude < L && i as i32 + LOWEST >= levels[magnitude] {
            magnitude += 1;
        }
        let negative = all - magnitude as u16;
        // Magnitude zero has no positive code word but at 16 kbit/s.
        let positive = if magnitude == 0 && bits > 2 { all } else { magnitude as u16 };
        codes[i] = positive | negative << 8;
        i += 1;
    }
    Tables { bits, words, codes, leak: if bits == 5 { 9 } else { 8 } }
}

static KBIT16: Tables = tables(2, [261], [116, 365], [-22, 439], [0, 7]);

static KBIT24: Tables =
    tables(3, [8, 218, 331], [-2048, 135, 273, 373], [-4, 30, 137, 582], [0, 1, 2, 7]);

static KBIT32: Tables = tables(
    4,
    [-124, 80, 178, 246, 300, 349, 400],
    [-2048, 4, 135, 213, 273, 323, 373, 425],
    [-12, 18, 41, 64, 112, 198, 355, 1122],
    [0, 0, 0, 1, 1, 1, 3, 7],
);

static KBIT40: Tables = tables(
    5,
    [-122, -16, 68, 139, 198, 250, 298, 339, 378, 413, 445, 475, 502, 528, 553],
    [-2048, -66, 28, 104, 169, 224, 274, 318, 358, 395, 429, 459, 488, 514, 539, 566],
    [14, 14, 24, 39, 40, 41, 58, 100, 141, 179, 219, 280, 358, 440, 529, 696],
    [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 3, 4, 5, 6, 6],
);

impl Tables {
    pub(super) fn of(rate: Rate) -> &'static Self {
        match rate {
            Rate::Kbit16 => &KBIT16,
            Rate::Kbit24 => &KBIT24,
            Rate::Kbit32 => &KBIT32,
            Rate::Kbit40 => &KBIT40,
        }
    }
}
