//! The pixels of a page: CCITT codes through `hayro-ccitt`, the two simple codings here.

use std::panic::{AssertUnwindSafe, catch_unwind};

use hayro_ccitt::{DecodeSettings, Decoder, DecoderContext, EncodingMode};

use super::{
    Bitmap, Error,
    tiff::{Coding, Page},
};

/// Decodes one page whose directory was read from `octets`.
pub(super) fn page(octets: &[u8], page: &Page) -> Result<Bitmap, Error> {
    page.info()?;
    let mut bitmap = match page.tile {
        Some(tile) => in_tiles(octets, page, tile),
        None => in_strips(octets, page),
    };
    if !page.white_is_zero {
        bitmap.invert();
    }
    Ok(page.orientation.upright(bitmap))
}

fn in_strips(octets: &[u8], page: &Page) -> Bitmap {
    let mut bitmap = Bitmap::blank(page.width, page.height, page.x_dpi, page.y_dpi);
    let mut row = 0;
    for &place in &page.strips {
        let rows = page.rows_per_strip.min(page.height - row);
        let done = rows_of(octets, page, place, &mut bitmap, row, rows);
        bitmap.damaged |= !done;
        row += rows;
    }
    bitmap.damaged |= row < page.height;
    bitmap
}

/// Each tile is a small page of its own; what reaches over the edges of the page is cut off.
fn in_tiles(octets: &[u8], page: &Page, (width, height): (u32, u32)) -> Bitmap {
    let mut bitmap = Bitmap::blank(page.width, page.height, page.x_dpi, page.y_dpi);
    let columns = page.width.div_ceil(width);
    let mut places = page.strips.iter();
    for top in (0..page.height).step_by(height as usize) {
        for column in 0..columns {
            let Some(&place) = places.next() else {
                bitmap.damaged = true;
                return bitmap;
            };
            let mut tile = Bitmap::blank(width, height, page.x_dpi, page.y_dpi);
            let done = rows_of(octets, page, place, &mut tile, 0, height);
            bitmap.damaged |= !done;
            bitmap.put(&tile, column as usize * tile.stride(), top);
        }
    }
    bitmap.clear_padding();
    bitmap
}

/// Decodes one strip or tile into the bitmap from `row` on; returns whether it was undamaged.
fn rows_of(
    octets: &[u8],
    page: &Page,
    (offset, length): (usize, usize),
    bitmap: &mut Bitmap,
    row: u32,
    rows: u32,
) -> bool {
    let strip = octets.get(offset..offset.saturating_add(length)).unwrap_or_default();
    let reversed: Vec<u8>;
    let strip = if page.lsb_first {
        reversed = strip.iter().map(|octet| octet.reverse_bits()).collect();
        &reversed
    } else {
        strip
    };
    match page.coding {
        Coding::Raw => raw(strip, bitmap, row, rows),
        Coding::PackBits => raw(&unpack(strip, bitmap, rows), bitmap, row, rows),
        coding => ccitt(strip, coding, bitmap, row, rows),
    }
}

/// Copies uncompressed rows; returns whether the strip was complete.
fn raw(strip: &[u8], bitmap: &mut Bitmap, row: u32, rows: u32) -> bool {
    let stride = bitmap.stride();
    let start = row as usize * stride;
    let wanted = rows as usize * stride;
    let there = strip.len().min(wanted);
    if let (Some(to), Some(from)) = (bitmap.rows.get_mut(start..start + there), strip.get(..there))
    {
        to.copy_from_slice(from);
    }
    bitmap.clear_padding();
    there == wanted
}

/// PackBits (TIFF 6.0 section 9).
fn unpack(strip: &[u8], bitmap: &Bitmap, rows: u32) -> Vec<u8> {
    let wanted = rows as usize * bitmap.stride();
    let mut out = Vec::with_capacity(wanted);
    let mut rest = strip;
    while let [count, tail @ ..] = rest
        && out.len() < wanted
    {
        let count = i8::from_ne_bytes([*count]);
        rest = match (count, tail) {
            (0.., _) => {
                let literal = (usize::from(count.unsigned_abs()) + 1).min(tail.len());
                let (literal, tail) = tail.split_at(literal);
                out.extend_from_slice(literal);
                tail
            }
            (-127..=-1, [octet, tail @ ..]) => {
                out.extend(std::iter::repeat_n(*octet, usize::from(count.unsigned_abs()) + 1));
                tail
            }
            _ => tail,
        };
    }
    out
}

/// Puts the rows of one strip into the bitmap.
struct Sink<'a> {
    bitmap: &'a mut Bitmap,
    row: u32,
    end: u32,
}

impl Decoder for Sink<'_> {
    fn push_row(&mut self, changes: &[u32]) {
        if self.row < self.end {
            for run in changes.chunks(2) {
                let to = run.get(1).copied().unwrap_or(self.bitmap.width);
                if let Some(&from) = run.first() {
                    self.bitmap.fill(self.row, from, to);
                }
            }
        }
        self.row += 1;
    }
}

/// Decodes a strip of `rows` rows into the bitmap from `row` on; returns whether it was undamaged.
fn ccitt(strip: &[u8], coding: Coding, bitmap: &mut Bitmap, row: u32, rows: u32) -> bool {
    let (encoding, end_of_line, aligned) = match coding {
        Coding::Mmr => (EncodingMode::Group4, false, false),
        Coding::Mr { aligned } => (EncodingMode::Group3_2D, true, aligned),
        Coding::Mh { aligned } => (EncodingMode::Group3_1D, true, aligned),
        _ => (EncodingMode::Group3_1D, false, true),
    };
    let mut settings = DecodeSettings {
        columns: bitmap.width,
        rows,
        end_of_block: true,
        end_of_line,
        rows_are_byte_aligned: aligned,
        encoding,
        strict: true,
    };
    let mut run = |settings: DecodeSettings| {
        bitmap.erase(row, rows);
        let mut sink = Sink { bitmap, row, end: row + rows };
        let decode = || hayro_ccitt::decode(strip, &mut sink, &mut DecoderContext::new(settings));
        // A panic in there is damage to this strip; the rows written so far are whole.
        let ok = catch_unwind(AssertUnwindSafe(decode)).is_ok_and(|outcome| outcome.is_ok());
        ok && sink.row >= sink.end
    };
    // First by the letter, which shows damage; then as well as possible.
    if run(settings) {
        return true;
    }
    settings.strict = false;
    run(settings);
    false
}
