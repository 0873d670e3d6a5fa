//! Writes TIFF-F in its minimal profile (RFC 3949 profile S): little-endian, MH (T.4
//! one-dimensional) with EOLs, bits least significant first, one strip a page.

use super::Bitmap;

/// T.4 table 2, white: lengths 0 to 63, then 64 to 1728 in steps of 64.
const WHITE: &str = "00110101 000111 0111 1000 1011 1100 1110 1111 10011 10100 00111 01000 001000 \
    000011 110100 110101 101010 101011 0100111 0001100 0001000 0010111 0000011 0000100 0101000 \
    0101011 0010011 0100100 0011000 00000010 00000011 00011010 00011011 00010010 00010011 00010100 \
    00010101 00010110 00010111 00101000 00101001 00101010 00101011 00101100 00101101 00000100 \
    00000101 00001010 00001011 01010010 01010011 01010100 01010101 00100100 00100101 01011000 \
    01011001 01011010 01011011 01001010 01001011 00110010 00110011 00110100 \
    11011 10010 010111 0110111 00110110 00110111 01100100 01100101 01101000 01100111 011001100 \
    011001101 011010010 011010011 011010100 011010101 011010110 011010111 011011000 011011001 \
    011011010 011011011 010011000 010011001 010011010 011000 010011011";

/// The same for black.
const BLACK: &str = "0000110111 010 11 10 011 0011 0010 00011 000101 000100 0000100 0000101 \
    0000111 00000100 00000111 000011000 0000010111 0000011000 0000001000 00001100111 00001101000 \
    00001101100 00000110111 00000101000 00000010111 00000011000 000011001010 000011001011 \
    000011001100 000011001101 000001101000 000001101001 000001101010 000001101011 000011010010 \
    000011010011 000011010100 000011010101 000011010110 000011010111 000001101100 000001101101 \
    000011011010 000011011011 000001010100 000001010101 000001010110 000001010111 000001100100 \
    000001100101 000001010010 000001010011 000000100100 000000110111 000000111000 000000100111 \
    000000101000 000001011000 000001011001 000000101011 000000101100 000001011010 000001100110 \
    000001100111 \
    0000001111 000011001000 000011001001 000001011011 000000110011 000000110100 000000110101 \
    0000001101100 0000001101101 0000001001010 0000001001011 0000001001100 0000001001101 \
    0000001110010 0000001110011 0000001110100 0000001110101 0000001110110 0000001110111 \
    0000001010010 0000001010011 0000001010100 0000001010101 0000001011010 0000001011011 \
    0000001100100 0000001100101";

/// T.4 table 3b: lengths 1792 to 2560 of either color.
const LONG: &str = "00000001000 00000001100 00000001101 000000010010 000000010011 000000010100 \
    000000010101 000000010110 000000010111 000000011100 000000011101 000000011110 000000011111";

const EOL: Code = Code { bits: 1, length: 12 };

#[derive(Clone, Copy)]
struct Code {
    bits: u16,
    length: u8,
}

/// Codes by run length: 64 of them, then by multiples of 64.
struct Codes(Vec<Code>);

impl Codes {
    fn of(color: &str) -> Self {
        let code = |text: &str| Code {
            bits: text.bytes().fold(0, |bits, digit| bits << 1 | u16::from(digit == b'1')),
            length: text.len() as u8,
        };
        Self(color.split_whitespace().chain(LONG.split_whitespace()).map(code).collect())
    }

    fn put(&self, mut run: u32, out: &mut Bits) {
        while run >= 64 {
            let multiple = (run / 64).min(2560 / 64);
            out.put(self.0[63 + multiple as usize]);
            run -= multiple * 64;
        }
        out.put(self.0[run as usize]);
    }
}

/// Octets filled from the least significant bit, which is bit order 2 of TIFF.
#[derive(Default)]
struct Bits {
    octets: Vec<u8>,
    rest: u32,
    have: u8,
}

impl Bits {
    fn put(&mut self, code: Code) {
        let reversed = u32::from(code.bits.reverse_bits() >> (16 - code.length));
        self.rest |= reversed << self.have;
        self.have += code.length;
        while self.have >= 8 {
            self.octets.push(self.rest as u8);
            self.rest >>= 8;
            self.have -= 8;
        }
    }

    fn finish(mut self) -> Vec<u8> {
        if self.have > 0 {
            self.octets.push(self.rest as u8);
        }
        // Directories begin on even offsets.
        if self.octets.len() % 2 == 1 {
            self.octets.push(0);
        }
        self.octets
    }
}

fn strip(page: &Bitmap, white: &Codes, black: &Codes) -> Vec<u8> {
    let mut out = Bits::default();
    for y in 0..page.height {
        out.put(EOL);
        let (mut x, mut color) = (0, false);
        while x < page.width {
            let run = run(page, x, y, color);
            if color { black } else { white }.put(run, &mut out);
            x += run;
            color = !color;
        }
    }
    out.finish()
}

/// Pixels of one color from `x` on.
fn run(page: &Bitmap, x: u32, y: u32, black: bool) -> u32 {
    let row = page.row(y);
    let same = if black { 0xFF } else { 0 };
    let mut end = x;
    while end < page.width {
        if end.is_multiple_of(8) && row.get(end as usize / 8) == Some(&same) {
            end += 8;
        } else if page.get(end, y) == black {
            end += 1;
        } else {
            break;
        }
    }
    end.min(page.width) - x
}

/// Encodes pages as a fax file. Pages without pixels are left out.
#[must_use]
pub fn encode(pages: &[Bitmap]) -> Vec<u8> {
    let (white, black) = (Codes::of(WHITE), Codes::of(BLACK));
    let pages: Vec<&Bitmap> = pages.iter().filter(|page| !page.rows.is_empty()).collect();
    let mut file = b"II*\0\0\0\0\0".to_vec();
    let mut link = 4;
    for (number, page) in pages.iter().enumerate() {
        let data = file.len() as u32;
        let strip = strip(page, &white, &black);
        file.extend_from_slice(&strip);
        let resolutions = file.len() as u32;
        for dpi in [page.x_dpi, page.y_dpi] {
            file.extend_from_slice(&((dpi * 100.0).round() as u32).to_le_bytes());
            file.extend_from_slice(&100_u32.to_le_bytes());
        }
        let directory = file.len() as u32;
        file[link..link + 4].copy_from_slice(&directory.to_le_bytes());
        let place = u32::from(number as u16) | (pages.len() as u32) << 16;
        // Tag, type (3 SHORT, 4 LONG, 5 RATIONAL), count, value or offset.
        let entries: [(u16, u16, u32, u32); 16] = [
            (254, 4, 1, 2),
            (256, 4, 1, page.width),
            (257, 4, 1, page.height),
            (258, 3, 1, 1),
            (259, 3, 1, 3),
            (262, 3, 1, 0),
            (266, 3, 1, 2),
            (273, 4, 1, data),
            (277, 3, 1, 1),
            (278, 4, 1, page.height),
            (279, 4, 1, strip.len() as u32),
            (282, 5, 1, resolutions),
            (283, 5, 1, resolutions + 8),
            (292, 4, 1, 0),
            (296, 3, 1, 2),
            (297, 3, 2, place),
        ];
        file.extend_from_slice(&(entries.len() as u16).to_le_bytes());
        for (tag, kind, count, value) in entries {
            file.extend_from_slice(&tag.to_le_bytes());
            file.extend_from_slice(&kind.to_le_bytes());
            file.extend_from_slice(&count.to_le_bytes());
            file.extend_from_slice(&value.to_le_bytes());
        }
        link = file.len();
        file.extend_from_slice(&[0; 4]);
    }
    file
}
