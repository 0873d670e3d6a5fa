use aloud::codec::fax::{self, Bitmap, limits};

use super::choice;

/// A fax file: its pages, their pixels, and what we make of them again.
pub fn fax(octets: &[u8]) {
    let (choice, octets) = choice(octets);
    if choice >= 0xF0 {
        return round_trip(octets);
    }
    let infos = match fax::pages(octets) {
        Ok(infos) => infos,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    assert!(!infos.is_empty() && infos.len() <= limits::PAGES);
    assert!(fax::render(octets, infos.len()).is_err());
    for (number, info) in infos.iter().take(3).enumerate() {
        let page = match fax::render(octets, number) {
            Ok(page) => page,
            Err(error) => {
                assert!(!error.to_string().is_empty());
                continue;
            }
        };
        assert_eq!((page.width, page.height), (info.width, info.height));
        assert_eq!(page.rows.len(), page.stride() * page.height as usize);
        assert!(page.x_dpi.is_finite() && page.y_dpi.is_finite() && page.aspect().is_finite());
        // The largest pages (50 million pixels) take their time; most inputs go without.
        if page.rows.len() > 500_000 && choice & 0xC0 != 0xC0 {
            continue;
        }
        if choice & 1 != 0 {
            let gray = page.to_gray_scaled(1 + choice as u32 * 4);
            assert_eq!(gray.pixels.len(), gray.width as usize * gray.height as usize);
        }
        if choice & 2 != 0 {
            assert!(page.to_png().is_ok_and(|png| png.starts_with(b"\x89PNG")));
        }
        if choice & 4 != 0 {
            again(&page);
        }
    }
}

fn again(page: &Bitmap) {
    let file = fax::encode(std::slice::from_ref(page));
    let back = fax::render(&file, 0);
    let same = back.as_ref().is_ok_and(|back| {
        (back.width, back.height) == (page.width, page.height)
            && back.rows == page.rows
            && !back.damaged
    });
    // A page of one color can be smaller in the file than the limit on compression allows.
    assert!(same || matches!(back, Err(aloud::codec::Error::Limit(_))), "{:?}", back.err());
}

/// The octets as pixels: width, then rows.
fn round_trip(octets: &[u8]) {
    let (low, octets) = choice(octets);
    let (high, octets) = choice(octets);
    let width = (high << 8 | low).clamp(1, limits::WIDTH as usize) as u32;
    let stride = width.div_ceil(8) as usize;
    let height = (octets.len() / stride) as u32;
    if height == 0 {
        return;
    }
    let mut page = Bitmap::blank(width, height, 204.0, 98.0);
    for (place, octet) in octets.iter().take(stride * height as usize).enumerate() {
        let (y, x) = ((place / stride) as u32, (place % stride * 8) as u32);
        for bit in (0..8).filter(|bit| octet & (0x80 >> bit) != 0) {
            page.set(x + bit, y);
        }
    }
    again(&page);
}
