//! A bilevel page, and its two outputs: grayscale at screen size, and PNG.

use super::Error;

/// A decoded page.
#[derive(Debug, Clone, PartialEq)]
pub struct Bitmap {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Rows from the top, each padded to an octet; most significant bit first, 1 is black.
    pub rows: Vec<u8>,
    /// Horizontal resolution in dots per inch.
    pub x_dpi: f64,
    /// Vertical resolution in dots per inch.
    pub y_dpi: f64,
    /// Rows were lost or guessed.
    pub damaged: bool,
}

/// A grayscale picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gray {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// One octet per pixel, rows from the top without padding; 255 is white.
    pub pixels: Vec<u8>,
}

impl Bitmap {
    /// A white page.
    #[must_use]
    pub fn blank(width: u32, height: u32, x_dpi: f64, y_dpi: f64) -> Self {
        let stride = width.div_ceil(8) as usize;
        let rows = vec![0; stride * height as usize];
        Self { width, height, rows, x_dpi, y_dpi, damaged: false }
    }

    /// Octets a row.
    #[must_use]
    pub fn stride(&self) -> usize {
        self.width.div_ceil(8) as usize
    }

    /// A row; empty past the end.
    #[must_use]
    pub fn row(&self, y: u32) -> &[u8] {
        let start = y as usize * self.stride();
        self.rows.get(start..start + self.stride()).unwrap_or_default()
    }

    /// Whether a pixel is black; white outside.
    #[must_use]
    pub fn get(&self, x: u32, y: u32) -> bool {
        let octet = self.row(y).get(x as usize / 8).copied().unwrap_or(0);
        x < self.width && octet & (0x80 >> (x % 8)) != 0
    }

    /// Makes a pixel black; outside nothing happens.
    pub fn set(&mut self, x: u32, y: u32) {
        self.fill(y, x, x.saturating_add(1));
    }

    /// Makes the pixels `from..to` of a row black, as far as they are inside.
    pub fn fill(&mut self, y: u32, from: u32, to: u32) {
        let to = to.min(self.width);
        if from >= to || y >= self.height {
            return;
        }
        let start = y as usize * self.stride();
        let (first, last) = (from as usize / 8, (to as usize - 1) / 8);
        let left = 0xFF_u8 >> (from % 8);
        let right = 0xFF_u8 << (7 - (to - 1) % 8);
        let Some(octets) = self.rows.get_mut(start + first..=start + last) else {
            return;
        };
        match octets {
            [only] => *only |= left & right,
            [head, middle @ .., tail] => {
                *head |= left;
                middle.fill(0xFF);
                *tail |= right;
            }
            [] => {}
        }
    }

    /// Makes rows white.
    pub(super) fn erase(&mut self, row: u32, rows: u32) {
        let stride = self.stride();
        let start = row as usize * stride;
        if let Some(octets) = self.rows.get_mut(start..start + rows as usize * stride) {
            octets.fill(0);
        }
    }

    /// Copies whole octets of the rows of a smaller bitmap, as far as they are inside.
    pub(super) fn put(&mut self, other: &Self, octets_from_left: usize, top: u32) {
        let stride = self.stride();
        for y in 0..other.height.min(self.height.saturating_sub(top)) {
            let start = (top + y) as usize * stride;
            let line = self.rows.get_mut(start + octets_from_left..start + stride);
            for (to, from) in line.unwrap_or_default().iter_mut().zip(other.row(y)) {
                *to = *from;
            }
        }
    }

    /// Swaps black and white.
    pub(super) fn invert(&mut self) {
        for octet in &mut self.rows {
            *octet = !*octet;
        }
        self.clear_padding();
    }

    /// Bits past the width are white.
    pub(super) fn clear_padding(&mut self) {
        let stride = self.stride();
        let unused = stride * 8 - self.width as usize;
        for row in self.rows.chunks_exact_mut(stride.max(1)) {
            if let Some(last) = row.last_mut() {
                *last &= 0xFF << unused;
            }
        }
    }

    /// Aspect ratio of the sheet of paper: height divided by width.
    #[must_use]
    pub fn aspect(&self) -> f64 {
        let (width, height) = (f64::from(self.width), f64::from(self.height));
        let pixel = if self.y_dpi > 0.0 { self.x_dpi / self.y_dpi } else { 1.0 };
        height * pixel / width.max(1.0)
    }

    /// The page `width` pixels across (at most 10 000) in true proportions, every pixel the mean
    /// of the area it covers.
    #[must_use]
    pub fn to_gray_scaled(&self, width: u32) -> Gray {
        let width = width.clamp(1, super::limits::WIDTH);
        let height = (f64::from(width) * self.aspect()).round().clamp(1.0, 60_000.0) as u32;
        let columns = spans(self.width, width);
        let lines = spans(self.height, height);
        let mut pixels = Vec::with_capacity(width as usize * height as usize);
        let mut sums = vec![0.0_f32; width as usize];
        let mut black = vec![0_u32; self.width as usize + 1];
        let mut loaded = None;
        let mut across = vec![0.0_f32; width as usize];
        for line in &lines {
            sums.fill(0.0);
            for y in line.first..=line.last {
                // Many rows are like the one above them.
                if loaded.is_none_or(|above| above != y && self.row(above) != self.row(y)) {
                    self.count(y, &mut black);
                    for (part, column) in across.iter_mut().zip(&columns) {
                        *part = column.of(&black);
                    }
                }
                loaded = Some(y);
                let weight = line.weight(y);
                for (sum, part) in sums.iter_mut().zip(&across) {
                    *sum += part * weight;
                }
            }
            pixels.extend(sums.iter().map(|black| (255.0 - black * 255.0).round() as u8));
        }
        Gray { width, height, pixels }
    }

    /// Prefix sums of the black pixels of a row.
    fn count(&self, y: u32, black: &mut [u32]) {
        let row = self.row(y);
        let mut sum = 0;
        for (x, counts) in black.chunks_mut(8).enumerate() {
            let octet = row.get(x).copied().unwrap_or(0);
            for (bit, count) in counts.iter_mut().enumerate() {
                *count = sum + (u32::from(octet) >> (8 - bit as u32)).count_ones();
            }
            sum += octet.count_ones();
        }
    }

    /// A black and white PNG. Where pixels are twice as high as wide (or more), rows are repeated,
    /// so that programs that ignore the resolution show the page in proportion.
    ///
    /// # Errors
    /// [`Error::Empty`] for a page without pixels.
    pub fn to_png(&self) -> Result<Vec<u8>, Error> {
        if self.rows.is_empty() {
            return Err(Error::Empty);
        }
        let ratio = if self.y_dpi > 0.0 { self.x_dpi / self.y_dpi } else { 1.0 };
        let repeat = ratio.round().clamp(1.0, 4.0) as u32;
        let per_meter = |dpi: f64| (dpi / 0.0254).round().clamp(0.0, 1e6) as u32;
        let mut png = Vec::new();
        let mut encoder = png::Encoder::new(&mut png, self.width, self.height * repeat);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        encoder.set_pixel_dims(Some(png::PixelDimensions {
            xppu: per_meter(self.x_dpi),
            yppu: per_meter(self.y_dpi * f64::from(repeat)),
            unit: png::Unit::Meter,
        }));
        let inverted: Vec<u8> = (0..self.height)
            .flat_map(|y| (0..repeat).flat_map(move |_| self.row(y)))
            .map(|octet| !octet)
            .collect();
        encoder
            .write_header()
            .and_then(|mut writer| writer.write_image_data(&inverted))
            .map_err(|error| Error::Damaged(format!("fax: {error}")))?;
        Ok(png)
    }
}

impl Gray {
    /// A PNG of 8-bit shades with square pixels.
    ///
    /// # Errors
    /// [`Error::Empty`] for a picture without pixels.
    pub fn to_png(&self) -> Result<Vec<u8>, Error> {
        if self.pixels.is_empty() {
            return Err(Error::Empty);
        }
        let mut png = Vec::new();
        let mut encoder = png::Encoder::new(&mut png, self.width, self.height);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::Eight);
        encoder
            .write_header()
            .and_then(|mut writer| writer.write_image_data(&self.pixels))
            .map_err(|error| Error::Damaged(format!("fax: {error}")))?;
        Ok(png)
    }
}

/// The part of a source line that a target pixel covers.
struct Span {
    /// First and last source pixel touched.
    first: u32,
    last: u32,
    from: f64,
    to: f64,
}

impl Span {
    /// Share of source pixel `at` in this span.
    fn weight(&self, at: u32) -> f32 {
        let at = f64::from(at);
        (((at + 1.0).min(self.to) - at.max(self.from)) / (self.to - self.from)) as f32
    }

    /// Share of black pixels in this span, from the prefix sums of [`Bitmap::count`].
    fn of(&self, black: &[u32]) -> f32 {
        let upto = |x: f64| {
            let whole = x as usize;
            let (here, next) = (black.get(whole), black.get(whole + 1));
            let here = f64::from(here.or(black.last()).copied().unwrap_or(0));
            let next = next.map_or(here, |&next| f64::from(next));
            here + (next - here) * x.fract()
        };
        ((upto(self.to) - upto(self.from)) / (self.to - self.from)) as f32
    }
}

fn spans(source: u32, target: u32) -> Vec<Span> {
    let scale = f64::from(source) / f64::from(target);
    (0..target)
        .map(|at| {
            let from = f64::from(at) * scale;
            let to = (f64::from(at + 1) * scale).min(f64::from(source));
            let last = (to.ceil() as u32).saturating_sub(1);
            Span { first: from as u32, last: last.max(from as u32), from, to }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scaling_keeps_proportion_and_ink() {
        let mut page = Bitmap::blank(1728, 1143, 204.0, 98.0);
        for y in 200..400 {
            page.fill(y, 100, 900);
        }
        let gray = page.to_gray_scaled(600);
        let wanted = (600.0 * 1143.0 * 204.0 / 98.0 / 1728.0_f64).round() as u32;
        assert_eq!((gray.width, gray.height), (600, wanted));
        assert_eq!(gray.pixels.len(), 600 * wanted as usize);
        let ink: f64 = gray.pixels.iter().map(|&p| f64::from(255 - p) / 255.0).sum();
        let share = ink / (600.0 * f64::from(wanted));
        let exact = 800.0 * 200.0 / (1728.0 * 1143.0);
        assert!((share - exact).abs() < 0.0005, "{share} {exact}");
        // Inside the box black, outside white.
        let at = |x: usize, y: usize| gray.pixels[y * 600 + x];
        let middle = wanted as usize * 300 / 1143;
        assert_eq!((at(150, middle), at(20, middle)), (0, 255));
    }

    #[test]
    fn enlarging_and_odd_sizes() {
        let mut page = Bitmap::blank(3, 2, 100.0, 100.0);
        page.set(1, 0);
        let gray = page.to_gray_scaled(6);
        assert_eq!((gray.width, gray.height), (6, 4));
        assert_eq!(gray.pixels[..6], [255, 255, 0, 0, 255, 255]);
        assert_eq!(page.to_gray_scaled(0).pixels.len(), 1);
    }

    #[test]
    fn shades_become_a_png() {
        let mut page = Bitmap::blank(4, 1, 204.0, 102.0);
        page.fill(0, 0, 2);
        let gray = page.to_gray_scaled(2);
        let png = gray.to_png().unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
        assert_eq!((reader.info().width, reader.info().height), (2, 1));
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        assert_eq!(pixels, [0, 255]);
        assert_eq!(pixels, gray.pixels);
    }

    #[test]
    fn png_repeats_rows_of_flat_pixels() {
        let mut page = Bitmap::blank(9, 2, 204.0, 98.0);
        page.fill(0, 0, 9);
        let png = page.to_png().unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
        assert_eq!((reader.info().width, reader.info().height), (9, 4));
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        assert_eq!(pixels, [0x00, 0x7F, 0x00, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF]);
    }

    #[test]
    fn filling_any_span() {
        for from in 0..20 {
            for to in from..22 {
                let mut page = Bitmap::blank(20, 1, 1.0, 1.0);
                page.fill(0, from, to);
                let black: Vec<u32> = (0..22).filter(|&x| page.get(x, 0)).collect();
                assert_eq!(black, (from..to.min(20)).collect::<Vec<_>>());
            }
        }
    }
}
