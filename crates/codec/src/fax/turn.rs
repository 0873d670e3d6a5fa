//! Which way up a page lies (TIFF 6.0, tag 274 Orientation). RFC 2306 knows only the upright one;
//! scanners and viewers that turn pages write the others.

use super::Bitmap;

/// Where the first row and the first column of the pixels are on the sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Orientation {
    /// 1: at the top, on the left.
    #[default]
    Upright,
    /// 2: at the top, on the right.
    Mirrored,
    /// 3: at the bottom, on the right.
    UpsideDown,
    /// 4: at the bottom, on the left.
    Flipped,
    /// 5: the first row on the left, the first column at the top.
    Transposed,
    /// 6: the first row on the right, the first column at the top.
    TopOnLeft,
    /// 7: the first row on the right, the first column at the bottom.
    Transverse,
    /// 8: the first row on the left, the first column at the bottom.
    TopOnRight,
}

impl Orientation {
    /// Numbers that mean nothing are none.
    pub fn of(number: Option<u32>) -> Self {
        match number {
            Some(2) => Self::Mirrored,
            Some(3) => Self::UpsideDown,
            Some(4) => Self::Flipped,
            Some(5) => Self::Transposed,
            Some(6) => Self::TopOnLeft,
            Some(7) => Self::Transverse,
            Some(8) => Self::TopOnRight,
            _ => Self::Upright,
        }
    }

    /// Whether rows of pixels run down the sheet.
    pub fn is_sideways(self) -> bool {
        match self {
            Self::Upright | Self::Mirrored | Self::UpsideDown | Self::Flipped => false,
            Self::Transposed | Self::TopOnLeft | Self::Transverse | Self::TopOnRight => true,
        }
    }

    /// The page as it is to be looked at.
    pub fn upright(self, page: Bitmap) -> Bitmap {
        if self == Self::Upright {
            return page;
        }
        let (mut width, mut height) = (page.width, page.height);
        let (mut x_dpi, mut y_dpi) = (page.x_dpi, page.y_dpi);
        if self.is_sideways() {
            std::mem::swap(&mut width, &mut height);
            std::mem::swap(&mut x_dpi, &mut y_dpi);
        }
        let (right, bottom) = (page.width.saturating_sub(1), page.height.saturating_sub(1));
        let mut out = Bitmap::blank(width, height, x_dpi, y_dpi);
        out.damaged = page.damaged;
        for y in 0..page.height {
            for (octet, &bits) in page.row(y).iter().enumerate().filter(|(_, bits)| **bits != 0) {
                // A row has at most 10 000 pixels.
                let first = octet as u32 * 8;
                for x in (first..first + 8).filter(|x| bits & (0x80 >> (x - first)) != 0) {
                    match self {
                        Self::Upright => out.set(x, y),
                        Self::Mirrored => out.set(right - x, y),
                        Self::UpsideDown => out.set(right - x, bottom - y),
                        Self::Flipped => out.set(x, bottom - y),
                        Self::Transposed => out.set(y, x),
                        Self::TopOnLeft => out.set(bottom - y, x),
                        Self::Transverse => out.set(bottom - y, right - x),
                        Self::TopOnRight => out.set(y, right - x),
                    }
                }
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `#` is black.
    fn page(rows: &[&str]) -> Bitmap {
        let width = rows.first().map_or(0, |row| row.len() as u32);
        let mut page = Bitmap::blank(width, rows.len() as u32, 204.0, 98.0);
        for (y, row) in rows.iter().enumerate() {
            for (x, _) in row.match_indices('#') {
                page.set(x as u32, y as u32);
            }
        }
        page
    }

    #[test]
    fn every_orientation_is_turned_upright() {
        // The sheet shows an L with a dot; the pixels are as each number stores it.
        let sheet = ["#..", "#..", "#.#", "##."];
        let stored: [&[&str]; 8] = [
            &sheet,
            &["..#", "..#", "#.#", ".##"],
            &[".##", "#.#", "..#", "..#"],
            &["##.", "#.#", "#..", "#.."],
            &["####", "...#", "..#."],
            &["..#.", "...#", "####"],
            &[".#..", "#...", "####"],
            &["####", "#...", ".#.."],
        ];
        for (number, rows) in (1..).zip(stored) {
            let orientation = Orientation::of(Some(number));
            let got = orientation.upright(page(rows));
            assert_eq!(got.rows, page(&sheet).rows, "{number}");
            assert_eq!((got.width, got.height), (3, 4), "{number}");
            let dpi = if number > 4 { (98.0, 204.0) } else { (204.0, 98.0) };
            assert_eq!((got.x_dpi, got.y_dpi), dpi, "{number}");
        }
        for number in [None, Some(0), Some(9), Some(u32::MAX)] {
            assert_eq!(Orientation::of(number), Orientation::Upright);
        }
    }
}
