//! Photos of people, decoded once and cut to a circle with a smooth edge.
//!
//! Pictures come out of contact cards and are untrusted: they are drawn at a fixed small size,
//! files beyond a limit are ignored, an SVG loads nothing from outside, and what cannot be read
//! leaves the initials in place.

use std::collections::HashMap;

use iced::widget::image;

use crate::{engine::Contact, model::ContactId};

/// Edge of a decoded photo in pixels; twice the largest use of lists, enough for the card's 80.
const EDGE: u32 = 160;
/// Octets of a photo that are looked at.
const LIMIT: usize = 2 * 1024 * 1024;

/// Photos by person.
#[derive(Debug, Default)]
pub struct Faces {
    photos: HashMap<ContactId, image::Handle>,
}

impl Faces {
    /// The photo of a person.
    #[must_use]
    pub fn get(&self, id: ContactId) -> Option<&image::Handle> {
        self.photos.get(&id)
    }

    /// All photos.
    #[must_use]
    pub fn photos(&self) -> &HashMap<ContactId, image::Handle> {
        &self.photos
    }

    /// Keeps a photo already decoded.
    pub fn insert(&mut self, id: ContactId, photo: image::Handle) {
        self.photos.insert(id, photo);
    }

    /// Forgets everybody who is not in the directory any more.
    pub fn retain(&mut self, ids: &[ContactId]) {
        self.photos.retain(|id, _| ids.contains(id));
    }
}

/// Decodes the photos of these people. Slow; runs beside the window.
#[must_use]
pub fn decode_all(contacts: &[Contact]) -> Vec<(ContactId, image::Handle)> {
    contacts
        .iter()
        .filter_map(|contact| {
            let (media_type, octets) = contact.photo.as_ref()?;
            Some((contact.id?, decode(media_type, octets)?))
        })
        .collect()
}

/// A photo as round pixels.
#[must_use]
pub fn decode(media_type: &str, octets: &[u8]) -> Option<image::Handle> {
    if octets.len() > LIMIT {
        return None;
    }
    let kind = media_type.to_ascii_lowercase();
    let mut pixels = if kind.contains("svg") {
        from_svg(octets)?
    } else if octets.starts_with(b"\x89PNG") {
        from_png(octets)?
    } else if octets.starts_with(&[0xFF, 0xD8]) {
        from_jpeg(octets)?
    } else {
        return None;
    };
    round(&mut pixels);
    Some(image::Handle::from_rgba(EDGE, EDGE, pixels))
}

fn from_svg(octets: &[u8]) -> Option<Vec<u8>> {
    use resvg::{tiny_skia, usvg};
    let options = usvg::Options {
        // A card may not make Aloud read files or fetch anything.
        image_href_resolver: usvg::ImageHrefResolver {
            resolve_data: Box::new(|_, _, _| None),
            resolve_string: Box::new(|_, _| None),
        },
        ..usvg::Options::default()
    };
    let tree = usvg::Tree::from_data(octets, &options).ok()?;
    let size = tree.size();
    let mut map = tiny_skia::Pixmap::new(EDGE, EDGE)?;
    #[allow(clippy::cast_precision_loss)]
    let edge = EDGE as f32;
    let scale = edge / size.width().min(size.height());
    let transform = tiny_skia::Transform::from_scale(scale, scale)
        .post_translate((edge - size.width() * scale) / 2.0, (edge - size.height() * scale) / 2.0);
    resvg::render(&tree, transform, &mut map.as_mut());
    let pixels = map.pixels().iter().flat_map(|pixel| {
        let c = pixel.demultiply();
        [c.red(), c.green(), c.blue(), c.alpha()]
    });
    Some(pixels.collect())
}

fn from_png(octets: &[u8]) -> Option<Vec<u8>> {
    let mut decoder = png::Decoder::new_with_limits(
        std::io::Cursor::new(octets),
        png::Limits { bytes: 64 * 1024 * 1024 },
    );
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().ok()?;
    let (width, height) = (reader.info().width as usize, reader.info().height as usize);
    if width == 0 || height == 0 || width.max(height) > 4096 {
        return None;
    }
    let mut buffer = vec![0; reader.output_buffer_size()?];
    let info = reader.next_frame(&mut buffer).ok()?;
    Some(fit(&buffer, width, height, info.color_type.samples()))
}

fn from_jpeg(octets: &[u8]) -> Option<Vec<u8>> {
    use zune_jpeg::{
        JpegDecoder,
        zune_core::{colorspace::ColorSpace, options::DecoderOptions},
    };
    let options = DecoderOptions::new_safe()
        .set_max_width(4096)
        .set_max_height(4096)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(octets, options);
    let pixels = decoder.decode().ok()?;
    let info = decoder.info()?;
    let (width, height) = (usize::from(info.width), usize::from(info.height));
    (pixels.len() >= width * height * 3 && width > 0 && height > 0)
        .then(|| fit(&pixels, width, height, 3))
}

/// The largest square in the middle at our size; each pixel is the average of those it covers.
fn fit(source: &[u8], width: usize, height: usize, channels: usize) -> Vec<u8> {
    let at = |x: usize, y: usize| -> [u8; 4] {
        let from = (y * width + x) * channels;
        match source.get(from..from + channels) {
            Some([v]) => [*v, *v, *v, 255],
            Some([v, a]) => [*v, *v, *v, *a],
            Some([r, g, b]) => [*r, *g, *b, 255],
            Some([r, g, b, a]) => [*r, *g, *b, *a],
            _ => [0; 4],
        }
    };
    let side = width.min(height);
    let (left, top) = ((width - side) / 2, (height - side) / 2);
    let edge = EDGE as usize;
    let span = |n: usize| (n * side / edge, ((n + 1) * side / edge).max(n * side / edge + 1));
    let mut out = Vec::with_capacity(edge * edge * 4);
    for y in 0..edge {
        for x in 0..edge {
            let ((x0, x1), (y0, y1)) = (span(x), span(y));
            let mut sum = [0_usize; 4];
            for sy in y0..y1 {
                for sx in x0..x1 {
                    for (total, value) in sum.iter_mut().zip(at(left + sx, top + sy)) {
                        *total += usize::from(value);
                    }
                }
            }
            let count = (x1 - x0) * (y1 - y0);
            out.extend(sum.map(|total| u8::try_from(total / count).unwrap_or(255)));
        }
    }
    out
}

/// Makes everything outside the circle transparent, with a smooth edge of one pixel.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn round(pixels: &mut [u8]) {
    let edge = EDGE as usize;
    let radius = edge as f32 / 2.0;
    for (index, pixel) in pixels.chunks_exact_mut(4).enumerate() {
        let (x, y) = ((index % edge) as f32 + 0.5, (index / edge) as f32 + 0.5);
        let distance = ((x - radius).powi(2) + (y - radius).powi(2)).sqrt();
        let cover = (radius - distance + 0.5).clamp(0.0, 1.0);
        if let Some(alpha) = pixel.last_mut() {
            *alpha = (f32::from(*alpha) * cover) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixels(handle: &image::Handle) -> Vec<u8> {
        match handle {
            image::Handle::Rgba { pixels, .. } => pixels.to_vec(),
            _ => panic!("not pixels"),
        }
    }

    #[test]
    fn a_drawn_portrait_becomes_a_circle() {
        let svg = br##"<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><rect width="40" height="40" fill="#C9DDE8"/></svg>"##;
        let photo = decode("image/svg+xml", svg).expect("a photo");
        let p = pixels(&photo);
        assert_eq!(p[3], 0, "the corner is transparent");
        let middle = ((EDGE / 2 * EDGE + EDGE / 2) * 4) as usize;
        assert_eq!(p[middle..middle + 4], [0xC9, 0xDD, 0xE8, 255]);
    }

    #[test]
    fn nothing_is_loaded_from_outside_and_rubbish_is_no_photo() {
        let svg = br#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="4" height="4"><image width="4" height="4" xlink:href="/etc/passwd.png"/></svg>"#;
        assert!(decode("image/svg+xml", svg).is_some_and(|h| pixels(&h).iter().all(|b| *b == 0)));
        assert!(decode("image/png", b"\x89PNGrubbish").is_none());
        assert!(decode("image/jpeg", &[0xFF, 0xD8, 0xFF]).is_none());
    }
}
