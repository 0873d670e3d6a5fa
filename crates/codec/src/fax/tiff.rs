//! The directories of a TIFF file: just the tags that a fax page has (TIFF 6.0, RFC 2306).
//!
//! Offsets and counts are untrusted: every access is checked, strips or tiles may not add up to more
//! than the file, and a directory is visited once.

use super::{Error, PageInfo, limits, turn::Orientation};

/// How the rows are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Raw,
    /// Compression 2: MH without EOL, rows begin on octets.
    Rle,
    Mh {
        aligned: bool,
    },
    Mr {
        aligned: bool,
    },
    Mmr,
    PackBits,
}

impl Coding {
    fn name(self) -> &'static str {
        match self {
            Self::Raw => "uncompressed",
            Self::Rle => "MH without line ends",
            Self::Mh { .. } => "MH",
            Self::Mr { .. } => "MR",
            Self::Mmr => "MMR",
            Self::PackBits => "PackBits",
        }
    }
}

/// A page's directory, checked.
#[derive(Debug)]
pub(super) struct Page {
    pub width: u32,
    pub height: u32,
    pub x_dpi: f64,
    pub y_dpi: f64,
    pub coding: Coding,
    pub lsb_first: bool,
    /// A set bit is black, as in all faxes.
    pub white_is_zero: bool,
    pub rows_per_strip: u32,
    /// Where the first row and column are on the sheet. Width, height and resolution are those of the
    /// rows as they stand.
    pub orientation: Orientation,
    /// Width and height of a tile, where the page is in tiles; `strips` are those then, row by row.
    pub tile: Option<(u32, u32)>,
    /// PageNumber, counted from 0.
    pub number: Option<u32>,
    /// Offset and length, within the file.
    pub strips: Vec<(usize, usize)>,
}

impl Page {
    /// Checks the size against the limits.
    pub(super) fn info(&self) -> Result<PageInfo, Error> {
        let pixels = u64::from(self.width) * u64::from(self.height);
        let coded: usize = self.strips.iter().map(|(_, length)| length).sum();
        if self.width > limits::WIDTH || self.height > limits::HEIGHT || pixels > limits::PIXELS {
            return Err(Error::Limit("size of a fax page"));
        }
        if pixels / 8 > limits::RATIO.saturating_mul(coded as u64) {
            return Err(Error::Limit("compression of a fax page"));
        }
        let mut info = PageInfo {
            width: self.width,
            height: self.height,
            x_dpi: self.x_dpi,
            y_dpi: self.y_dpi,
            coding: self.coding.name(),
            strips: self.strips.len(),
            tiled: self.tile.is_some(),
            turned: self.orientation != Orientation::default(),
        };
        if self.orientation.is_sideways() {
            std::mem::swap(&mut info.width, &mut info.height);
            std::mem::swap(&mut info.x_dpi, &mut info.y_dpi);
        }
        Ok(info)
    }
}

/// Octets in the file's byte order.
#[derive(Clone, Copy)]
struct Reader<'a> {
    octets: &'a [u8],
    big: bool,
}

impl Reader<'_> {
    fn u16(self, at: usize) -> Option<u16> {
        let octets = *self.octets.get(at..)?.first_chunk()?;
        Some(if self.big { u16::from_be_bytes(octets) } else { u16::from_le_bytes(octets) })
    }

    fn u32(self, at: usize) -> Option<u32> {
        let octets = *self.octets.get(at..)?.first_chunk()?;
        Some(if self.big { u32::from_be_bytes(octets) } else { u32::from_le_bytes(octets) })
    }

    fn offset(self, at: usize) -> Option<usize> {
        self.u32(at).and_then(|offset| usize::try_from(offset).ok())
    }
}

/// One entry of a directory.
struct Entry<'a> {
    reader: Reader<'a>,
    kind: u16,
    count: usize,
    /// Offset of the values.
    at: usize,
}

impl Entry<'_> {
    fn size(&self) -> usize {
        match self.kind {
            1 => 1,
            3 => 2,
            5 => 8,
            _ => 4,
        }
    }

    fn number(&self, index: usize) -> Option<u32> {
        let at = self.at.checked_add(index.checked_mul(self.size())?)?;
        match self.kind {
            1 => self.reader.octets.get(at).map(|&octet| u32::from(octet)),
            3 => self.reader.u16(at).map(u32::from),
            4 => self.reader.u32(at),
            _ => None,
        }
    }

    fn ratio(&self) -> Option<f64> {
        let (over, under) = match self.kind {
            5 => (self.reader.u32(self.at)?, self.reader.u32(self.at + 4)?),
            _ => (self.number(0)?, 1),
        };
        let ratio = f64::from(over) / f64::from(under);
        (under > 0 && ratio > 0.0).then_some(ratio)
    }
}

fn damaged(what: &str) -> Error {
    Error::Damaged(format!("fax: {what}"))
}

/// Reads all directories, in the order of their page numbers (RFC 2306 section 3.1.4) where every
/// page has one of its own; else as they come. The total that some writers give is not needed.
pub(super) fn read(octets: &[u8]) -> Result<Vec<Page>, Error> {
    let big = match octets.get(..4) {
        Some(b"II*\0") => false,
        Some(b"MM\0*") => true,
        Some(b"II+\0" | b"MM\0+") => return Err(Error::Unsupported("BigTIFF".into())),
        _ => return Err(damaged("not a TIFF file")),
    };
    let reader = Reader { octets, big };
    let mut pages = Vec::new();
    let mut seen = Vec::new();
    let mut at = reader.offset(4).unwrap_or(0);
    while at != 0 && !seen.contains(&at) {
        if pages.len() >= limits::PAGES || seen.len() >= 2 * limits::PAGES {
            return Err(Error::Limit("pages of a fax"));
        }
        seen.push(at);
        let Some(count) = reader.u16(at) else {
            break;
        };
        let first = at + 2;
        match directory(reader, first, usize::from(count)) {
            Ok(Some(page)) => pages.push(page),
            Ok(None) => {}
            // What was read before a broken directory still shows.
            Err(_) if !pages.is_empty() => break,
            Err(error) => return Err(error),
        }
        at = reader.offset(first + usize::from(count) * 12).unwrap_or(0);
    }
    if pages.is_empty() {
        return Err(damaged("no page in it"));
    }
    let mut numbers: Vec<u32> = pages.iter().filter_map(|page| page.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    if numbers.len() == pages.len() {
        pages.sort_by_key(|page| page.number);
    }
    Ok(pages)
}

/// A page; `None` for a thumbnail.
fn directory(reader: Reader<'_>, first: usize, count: usize) -> Result<Option<Page>, Error> {
    let entry = |wanted: u16| -> Option<Entry<'_>> {
        let at = (0..count)
            .map(|index| first + index * 12)
            .find(|&at| reader.u16(at) == Some(wanted))?;
        let kind = reader.u16(at + 2)?;
        let count = reader.offset(at + 4)?;
        let mut entry = Entry { reader, kind, count, at: at + 8 };
        if entry.size().checked_mul(count)? > 4 {
            entry.at = reader.offset(at + 8)?;
        }
        Some(entry)
    };
    let number = |tag: u16| entry(tag).and_then(|entry| entry.number(0));
    if number(254).unwrap_or(0) & 1 != 0 {
        return Ok(None);
    }
    let width = number(256).filter(|&w| w > 0).ok_or_else(|| damaged("page without width"))?;
    let height = number(257).filter(|&h| h > 0).ok_or_else(|| damaged("page without height"))?;
    if number(258).unwrap_or(1) != 1 || number(277).unwrap_or(1) != 1 {
        return Err(Error::Unsupported("a TIFF picture with shades or colors".into()));
    }
    let options = number(292).unwrap_or(0);
    let aligned = options & 4 != 0;
    let coding = match number(259).unwrap_or(1) {
        1 => Coding::Raw,
        2 => Coding::Rle,
        3 if options & 1 != 0 => Coding::Mr { aligned },
        3 => Coding::Mh { aligned },
        4 => Coding::Mmr,
        32773 => Coding::PackBits,
        other => return Err(Error::Unsupported(format!("TIFF with compression {other}"))),
    };
    let rows_per_strip = number(278).filter(|&rows| rows > 0).unwrap_or(height).min(height);
    let (x_dpi, y_dpi) = resolution(
        entry(282).and_then(|e| e.ratio()),
        entry(283).and_then(|e| e.ratio()),
        number(296).unwrap_or(2),
    );
    let file = reader.octets.len();
    let tile = number(322).zip(number(323));
    let strips = match tile {
        Some(tile) => {
            let wanted = tiles(width, height, tile)?;
            strips(file, entry(324).or(entry(273)), entry(325).or(entry(279)), wanted)?
        }
        None => {
            let wanted = height.div_ceil(rows_per_strip.max(1)).min(limits::HEIGHT) as usize;
            strips(file, entry(273), entry(279), wanted)?
        }
    };
    Ok(Some(Page {
        width,
        height,
        x_dpi,
        y_dpi,
        coding,
        lsb_first: number(266) == Some(2),
        white_is_zero: number(262).unwrap_or(0) == 0,
        rows_per_strip,
        orientation: Orientation::of(number(274)),
        tile,
        number: number(297),
        strips,
    }))
}

/// How many tiles a page has (TIFF 6.0 section 15). The last of a row and of a column are whole too,
/// so all together may have more pixels than the page; not more than a page may have.
fn tiles(width: u32, height: u32, (across, down): (u32, u32)) -> Result<usize, Error> {
    if across == 0 || down == 0 || across % 8 != 0 {
        return Err(damaged("tiles of no usable size"));
    }
    let (columns, rows) = (u64::from(width.div_ceil(across)), u64::from(height.div_ceil(down)));
    let pixels = (columns * u64::from(across)).saturating_mul(rows * u64::from(down));
    let count = usize::try_from(columns * rows).ok().filter(|_| pixels <= limits::PIXELS);
    count.ok_or(Error::Limit("size of a fax page"))
}

/// Offsets and lengths of the strips or tiles. Lengths past the end are cut; a missing length of the
/// only strip means the rest of the file.
fn strips(
    file: usize,
    offsets: Option<Entry<'_>>,
    lengths: Option<Entry<'_>>,
    wanted: usize,
) -> Result<Vec<(usize, usize)>, Error> {
    let offsets = offsets.ok_or_else(|| damaged("page without data"))?;
    let mut strips = Vec::new();
    let mut total = 0_usize;
    for index in 0..wanted.min(offsets.count) {
        let Some(offset) = offsets.number(index).and_then(|n| usize::try_from(n).ok()) else {
            break;
        };
        let length = lengths.as_ref().and_then(|entry| entry.number(index));
        let length = length.map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX));
        let length = length.min(file.saturating_sub(offset));
        total = total.saturating_add(length);
        // Overlapping strips would make a small file a lot of work.
        if total > file {
            return Err(damaged("strips overlap"));
        }
        strips.push((offset, length));
    }
    if total == 0 {
        return Err(damaged("page without data"));
    }
    Ok(strips)
}

/// Resolution in dots per inch. Of implausible values only the ratio is used; without any, fine
/// resolution (204 by 196) is assumed.
fn resolution(x: Option<f64>, y: Option<f64>, unit: u32) -> (f64, f64) {
    const USUAL: (f64, f64) = (204.0, 196.0);
    let (Some(x), Some(y)) = (x, y) else {
        return USUAL;
    };
    let scale = if unit == 3 { 2.54 } else { 1.0 };
    let (x, y) = (x * scale, y * scale);
    let ratio = (y / x).clamp(0.1, 10.0);
    if unit != 1 && (30.0..=2400.0).contains(&x) { (x, x * ratio) } else { (204.0, 204.0 * ratio) }
}
