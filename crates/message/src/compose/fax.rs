//! The pages of a fax as a part: TIFF-F, minimal profile (RFC 2306 section 3, RFC 2302).

use super::Error;
use crate::write::{Content, Fields, Part};
use aloud_codec::{self as codec, fax};

/// Pixels of all pages together that are coded anew; 125 MB of bits.
const PIXELS_MAX: u64 = 1_000_000_000;

/// The pages as `image/tiff; application=faxbw`. A file of upright MH pages in one strip each travels as it
/// is; any other is coded anew, because older readers take nothing else.
///
/// # Errors
/// [`Error::Codec`] for what is no fax, or too large to be coded anew.
pub(super) fn part(tiff: &[u8]) -> Result<Part, Error> {
    let octets = profiled(tiff)?;
    let mut fields = Fields::default();
    fields.parameters(
        "Content-Disposition",
        "inline",
        &[("handling", "REQUIRED"), ("filename", "fax.tif")],
    );
    Ok(Part {
        content_type: "image/tiff; application=faxbw".into(),
        fields,
        content: Content::Octets(octets),
    })
}

fn profiled(tiff: &[u8]) -> Result<Vec<u8>, Error> {
    let pages = fax::pages(tiff)?;
    if pages.is_empty() {
        return Err(codec::Error::Empty.into());
    }
    let plain = |page: &fax::PageInfo| {
        page.coding == "MH" && page.strips == 1 && !page.tiled && !page.turned
    };
    if pages.iter().all(plain) {
        return Ok(tiff.to_vec());
    }
    let pixels: u64 = pages.iter().map(|p| u64::from(p.width) * u64::from(p.height)).sum();
    if pixels > PIXELS_MAX {
        return Err(codec::Error::Limit("size of a fax").into());
    }
    let bitmaps: Result<Vec<_>, _> = (0..pages.len()).map(|n| fax::render(tiff, n)).collect();
    Ok(fax::encode(&bitmaps?))
}
