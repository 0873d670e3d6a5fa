//! Fax pages: TIFF-F in and out (RFC 2306, RFC 3949; ITU-T T.4 and T.6).
//!
//! Reads MH, MR, MMR, the byte-aligned variant (compression 2), uncompressed and PackBits pages, in
//! either byte and bit order, in strips or tiles, and turns them upright. Bits become [`Bitmap`]s page
//! by page; nothing else of TIFF is read (no color). Writes the minimal profile: MH, one strip a page.
//!
//! Limits: see [`limits`]; all are checked from the directory before a page is decoded. A damaged
//! page keeps the rows before the damage, the rest is white. Vectors: `tests/codec/vectors.rs`.

mod bitmap;
mod decode;
mod encode;
mod tiff;
mod turn;

pub use bitmap::{Bitmap, Gray};
pub use encode::encode;

use super::Error;

/// Bounds against hostile files; ordinary pages are 1 728 by 2 300.
pub mod limits {
    /// Pixels across.
    pub const WIDTH: u32 = 10_000;
    /// Pixels down.
    pub const HEIGHT: u32 = 60_000;
    /// Pixels of a page.
    pub const PIXELS: u64 = 50_000_000;
    /// Pages of a file.
    pub const PAGES: usize = 500;
    /// Octets of a decoded page per octet of compressed data.
    pub const RATIO: u64 = 10_000;
}

/// Size, resolution and coding of a page, read from its directory without decoding it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PageInfo {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Horizontal resolution in dots per inch; 204 where the file states none.
    pub x_dpi: f64,
    /// Vertical resolution in dots per inch. Fax pixels are seldom square: 204 by 98 is normal
    /// resolution.
    pub y_dpi: f64,
    /// Name of the coding, for people, such as "MH".
    pub coding: &'static str,
    /// Number of strips or tiles; RFC 2306 wants one.
    pub strips: usize,
    /// In tiles, which RFC 2306 does not have.
    pub tiled: bool,
    /// Its rows do not run from the top left of the sheet. Size and resolution are those of the
    /// sheet.
    pub turned: bool,
}

/// Lists the pages of a file in order, without decoding them.
///
/// # Errors
/// [`Error::Damaged`] for what is no TIFF, [`Error::Unsupported`] for kinds that are no fax,
/// [`Error::Limit`] for absurd sizes, [`Error::Empty`] without pages.
pub fn pages(octets: &[u8]) -> Result<Vec<PageInfo>, Error> {
    tiff::read(octets)?.iter().map(tiff::Page::info).collect()
}

/// Decodes a page, counted from 0. A damaged page comes with [`Bitmap::damaged`] set.
///
/// # Errors
/// As [`pages`]; [`Error::Damaged`] also when there is no such page.
pub fn render(octets: &[u8], page: usize) -> Result<Bitmap, Error> {
    let pages = tiff::read(octets)?;
    let page = pages.get(page).ok_or_else(|| Error::Damaged("no such page".into()))?;
    decode::page(octets, page)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page with runs of every length, lines and a box.
    fn page(width: u32, height: u32) -> Bitmap {
        let mut page = Bitmap::blank(width, height, 204.0, 98.0);
        for y in 0..height {
            let mut x = y % 7;
            let mut run = y;
            while x < width {
                for black in x..(x + run).min(width) {
                    page.set(black, y);
                }
                x += run * 2 + 1;
                run = (run + 1) % 3000;
            }
        }
        page
    }

    #[test]
    fn what_is_encoded_decodes() {
        let sizes = [(1728, 60), (1, 1), (7, 3), (2432, 200), (9_999, 12)];
        let pages: Vec<Bitmap> = sizes.iter().map(|&(w, h)| page(w, h)).collect();
        let file = encode(&pages);
        let infos = super::pages(&file).unwrap();
        assert_eq!(infos.len(), sizes.len());
        for (number, page) in pages.iter().enumerate() {
            assert_eq!(infos[number].coding, "MH");
            let got = render(&file, number).unwrap();
            assert!(!got.damaged);
            assert_eq!(&got, page, "{number}");
        }
        assert!(render(&file, sizes.len()).is_err());
    }

    #[test]
    fn every_run_length_of_either_color() {
        // One row a length: white run, black run, rest white.
        let lengths: Vec<u32> =
            (0..70).chain((128..2700).step_by(61)).chain([2560, 2623]).collect();
        let mut page = Bitmap::blank(6000, lengths.len() as u32, 204.0, 196.0);
        for (y, &length) in lengths.iter().enumerate() {
            for x in length..length * 2 {
                page.set(x, y as u32);
            }
        }
        assert_eq!(render(&encode(std::slice::from_ref(&page)), 0).unwrap(), page);
    }

    #[test]
    fn a_damaged_page_keeps_its_size() {
        let whole = page(1728, 300);
        let mut file = encode(std::slice::from_ref(&whole));
        for octet in &mut file[3000..3020] {
            *octet = 0x5A;
        }
        let got = render(&file, 0).unwrap();
        assert!(got.damaged);
        assert_eq!((got.width, got.height), (1728, 300));
        let stride = got.stride();
        assert_eq!(got.rows[..stride * 5], whole.rows[..stride * 5]);
        file.truncate(4000);
        assert!(matches!(pages(&file), Err(Error::Damaged(_))));
    }

    /// Changes the value of a tag in the directory of a page.
    fn patch(file: &mut [u8], page: usize, tag: u16, value: u32) {
        let word = |file: &[u8], at: usize| u32::from_le_bytes(*file[at..].first_chunk().unwrap());
        let mut directory = word(file, 4) as usize;
        for _ in 0..page {
            directory = word(file, directory + 2 + usize::from(file[directory]) * 12) as usize;
        }
        let at = (0..usize::from(file[directory]))
            .map(|entry| directory + 2 + entry * 12)
            .find(|&at| file[at..at + 2] == tag.to_le_bytes())
            .unwrap();
        file[at + 8..at + 12].copy_from_slice(&value.to_le_bytes());
    }

    #[test]
    fn pages_come_in_the_order_of_their_numbers() {
        let widths = |file: &[u8]| -> Vec<u32> {
            let infos = super::pages(file).unwrap();
            (0..infos.len())
                .for_each(|n| assert_eq!(render(file, n).unwrap().width, infos[n].width));
            infos.iter().map(|info| info.width).collect()
        };
        let file = encode(&[page(30, 3), page(10, 3), page(20, 3)]);
        assert_eq!(widths(&file), [30, 10, 20]);
        // The low half is the number, the high half the total, which may be zero.
        let numbered = |numbers: [u32; 3], total: u32| {
            let mut file = file.clone();
            (0..3).for_each(|at| patch(&mut file, at, 297, numbers[at] | total << 16));
            file
        };
        assert_eq!(widths(&numbered([2, 0, 1], 0)), [10, 20, 30]);
        assert_eq!(widths(&numbered([3, 1, 2], 3)), [10, 20, 30]);
        assert_eq!(widths(&numbered([70, 5, 9], 3)), [10, 20, 30]);
        // Numbers that say nothing change nothing.
        assert_eq!(widths(&numbered([0, 0, 0], 0)), [30, 10, 20]);
        assert_eq!(widths(&numbered([1, 0, 1], 3)), [30, 10, 20]);
    }

    /// A page with one strip, from codes written as zeros and ones.
    fn coded(compression: u32, options: u32, photometric: u32, lsb: bool, codes: &str) -> Vec<u8> {
        let bits: Vec<u8> = codes.bytes().filter(u8::is_ascii_digit).map(|b| b - b'0').collect();
        let strip: Vec<u8> = bits
            .chunks(8)
            .map(|bits| bits.iter().enumerate().fold(0, |octet, (at, bit)| octet | bit << (7 - at)))
            .map(|octet: u8| if lsb { octet.reverse_bits() } else { octet })
            .collect();
        let entries = [
            (256, 1728),
            (257, 2),
            (259, compression),
            (262, photometric),
            (266, if lsb { 2 } else { 1 }),
            (273, 8),
            (279, strip.len() as u32),
            (292, options),
        ];
        let directory = 8 + strip.len() as u32;
        let mut file = [b"II*\0".as_slice(), &directory.to_le_bytes(), &strip].concat();
        file.extend((entries.len() as u16).to_le_bytes());
        for (tag, value) in entries {
            file.extend([(tag as u16).to_le_bytes(), 4_u16.to_le_bytes()].concat());
            file.extend([1_u32.to_le_bytes(), value.to_le_bytes()].concat());
        }
        file.extend([0; 4]);
        file
    }

    #[test]
    fn every_coding_bit_order_and_polarity_gives_the_same_page() {
        // Two rows, black from 2 to 5: white 2, black 3, white 1664 and 59.
        const ROW: &str = "0111 10 011000 01001010";
        const EOL: &str = "000000000001";
        let mut wanted = Bitmap::blank(1728, 2, 204.0, 196.0);
        (0..2).for_each(|row| wanted.fill(row, 2, 5));
        let mut inverted = wanted.clone();
        inverted.invert();
        let mh = format!("{EOL}{ROW}{EOL}{ROW}");
        // The second row of MR says three times "as above"; MMR begins with a horizontal mode.
        let mr = format!("{EOL}1{ROW}{EOL}0 1 1 1");
        let mmr = format!("001 0111 10 1  1 1 1  {EOL}{EOL}");
        let rle = format!("{ROW}0000 {ROW}");
        for (coding, compression, options, codes) in [
            ("MH", 3, 0, &mh),
            ("MR", 3, 1, &mr),
            ("MMR", 4, 0, &mmr),
            ("MH without line ends", 2, 0, &rle),
        ] {
            for (photometric, page) in [(0, &wanted), (1, &inverted)] {
                for lsb in [false, true] {
                    let file = coded(compression, options, photometric, lsb, codes);
                    assert_eq!(super::pages(&file).unwrap()[0].coding, coding);
                    let got = render(&file, 0).unwrap();
                    assert!(!got.damaged, "{coding} {photometric} {lsb}");
                    assert_eq!(got.rows, page.rows, "{coding} {photometric} {lsb}");
                }
            }
        }
    }

    /// A page of 30 by 20 pixels as rows of bits in tiles of 16 by 16.
    fn tiled(page: &Bitmap, extra: &[(u16, u32)]) -> Vec<u8> {
        let (columns, lines) = (page.width.div_ceil(16), page.height.div_ceil(16));
        let mut file = b"II*\0\0\0\0\0".to_vec();
        let mut offsets = Vec::new();
        for line in 0..lines {
            for column in 0..columns {
                offsets.push(file.len() as u32);
                for y in line * 16..line * 16 + 16 {
                    let octet = |at: u32| page.row(y).get(at as usize).copied().unwrap_or(0);
                    file.extend([octet(column * 2), octet(column * 2 + 1)]);
                }
            }
        }
        let count = offsets.len() as u32;
        let list = file.len() as u32;
        file.extend(offsets.iter().flat_map(|offset| offset.to_le_bytes()));
        let sizes = file.len() as u32;
        file.extend((0..count).flat_map(|_| 32_u32.to_le_bytes()));
        let directory = file.len() as u32;
        file[4..8].copy_from_slice(&directory.to_le_bytes());
        let mut entries = vec![
            (256, 1, page.width),
            (257, 1, page.height),
            (259, 1, 1),
            (262, 1, 0),
            (322, 1, 16),
            (323, 1, 16),
            (324, count, list),
            (325, count, sizes),
        ];
        entries.extend(extra.iter().map(|&(tag, value)| (tag, 1, value)));
        file.extend((entries.len() as u16).to_le_bytes());
        for (tag, count, value) in entries {
            file.extend([tag.to_le_bytes(), 4_u16.to_le_bytes()].concat());
            file.extend([count.to_le_bytes(), value.to_le_bytes()].concat());
        }
        file.extend([0; 4]);
        file
    }

    #[test]
    fn tiles_make_a_page_and_hostile_ones_are_bounded() {
        let wanted = page(30, 20);
        let file = tiled(&wanted, &[]);
        let info = super::pages(&file).unwrap()[0];
        assert_eq!((info.width, info.height, info.strips, info.tiled), (30, 20, 4, true));
        let got = render(&file, 0).unwrap();
        assert!(!got.damaged);
        assert_eq!(got.rows, wanted.rows);
        // Turned too: what is wide lies high.
        let turned = tiled(&wanted, &[(274, 6)]);
        let info = super::pages(&turned).unwrap()[0];
        assert_eq!((info.width, info.height, info.turned), (20, 30, true));
        let got = render(&turned, 0).unwrap();
        assert!((0..30).all(|x| (0..20).all(|y| got.get(19 - y, x) == wanted.get(x, y))));
        // Too few tiles are damage; sizes that are none, or make more pixels than a page has, errors.
        let mut cut = file.clone();
        let count = cut.len() - 4 - 12 * 2 + 4;
        cut[count..count + 4].copy_from_slice(&2_u32.to_le_bytes());
        assert!(render(&cut, 0).unwrap().damaged);
        for (tag, value) in [(322, 0), (323, 0), (322, 12), (322, 1 << 31), (323, u32::MAX)] {
            let mut odd = file.clone();
            patch(&mut odd, 0, tag, value);
            assert!(render(&odd, 0).is_err(), "{tag} {value}");
        }
    }

    #[test]
    fn not_a_fax() {
        for octets in [&b""[..], b"II", b"II*\0", b"II*\0\xFF\xFF\xFF\xFF", b"GIF89a....", &[0; 64]]
        {
            assert!(matches!(pages(octets), Err(Error::Damaged(_) | Error::Empty)), "{octets:?}");
        }
    }

    #[test]
    fn a_directory_that_points_to_itself_ends() {
        let mut file = encode(&[page(16, 4)]);
        let directory = u32::from_le_bytes(*file[4..].first_chunk().unwrap());
        let count = usize::from(file[directory as usize]);
        let next = directory as usize + 2 + count * 12;
        file[next..next + 4].copy_from_slice(&directory.to_le_bytes());
        assert_eq!(pages(&file).unwrap().len(), 1);
    }

    #[test]
    fn bombs_are_refused_before_decoding() {
        // Patch the width and height of an ordinary page.
        let file = encode(&[page(2000, 4)]);
        let patch = |tag: u16, value: u32| {
            let mut file = file.clone();
            let directory = u32::from_le_bytes(*file[4..].first_chunk().unwrap()) as usize;
            let at = (0..16)
                .map(|entry| directory + 2 + entry * 12)
                .find(|&at| file[at..at + 2] == tag.to_le_bytes())
                .unwrap();
            file[at + 2..at + 4].copy_from_slice(&4_u16.to_le_bytes());
            file[at + 8..at + 12].copy_from_slice(&value.to_le_bytes());
            pages(&file).and_then(|_| render(&file, 0))
        };
        for (tag, value) in [(256, 10_001), (256, u32::MAX), (257, 60_001), (257, 59_000)] {
            assert!(matches!(patch(tag, value), Err(Error::Limit(_))), "{tag} {value}");
        }
        assert!(matches!(patch(256, 0), Err(Error::Damaged(_))));
    }
}
