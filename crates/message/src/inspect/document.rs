//! How many pages a PDF has (ISO 32000-1 section 7.7.3), where that can be read without taking the
//! document apart: `/Count` of the root of its page tree. Documents that keep their objects in
//! compressed streams do not tell.

/// Octets that are looked through.
const LOOKED_AT: usize = 16 * 1024 * 1024;
/// Octets on either side of `/Pages` in which `/Count` of the same object may stand.
const AROUND: usize = 2_000;
/// More pages than this are no fax, and perhaps no document.
const MOST: u32 = 100_000;

/// The pages of a PDF; the largest of all page trees in it is the root's.
#[must_use]
pub fn pdf_pages(octets: &[u8]) -> Option<u32> {
    let octets = octets.get(..octets.len().min(LOOKED_AT))?;
    octets.starts_with(b"%PDF-").then_some(())?;
    let places = memchr::memmem::find_iter(octets, b"/Pages");
    places.filter_map(|at| count(octets, at)).max()
}

/// `/Count` of the object in which `/Type /Pages` stands at a place.
fn count(octets: &[u8], at: usize) -> Option<u32> {
    let before = octets.get(at.saturating_sub(AROUND)..at)?;
    before.trim_ascii_end().ends_with(b"/Type").then_some(())?;
    let start = memchr::memmem::rfind(before, b"obj").map_or(0, |obj| obj + b"obj".len());
    let after = octets.get(at..)?;
    let after = after.get(..after.len().min(AROUND))?;
    let end = memchr::memmem::find(after, b"endobj").unwrap_or(after.len());
    [before.get(start..)?, after.get(..end)?].into_iter().find_map(|side| {
        let at = memchr::memmem::find(side, b"/Count")?;
        let digits: Vec<u8> = side
            .get(at + b"/Count".len()..)?
            .trim_ascii_start()
            .iter()
            .copied()
            .take_while(u8::is_ascii_digit)
            .take(7)
            .collect();
        let count: u32 = std::str::from_utf8(&digits).ok()?.parse().ok()?;
        (1..=MOST).contains(&count).then_some(count)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_counted_where_a_document_tells() {
        let file = |objects: &str| format!("%PDF-1.4\n{objects}\ntrailer << /Root 1 0 R >>\n");
        for (objects, pages) in [
            ("2 0 obj << /Type /Pages /Kids [3 0 R] /Count 3 >> endobj", Some(3)),
            ("2 0 obj<</Count 12/Kids[3 0 R]/Type/Pages>>endobj", Some(12)),
            // A tree of trees: the root has them all.
            (
                "2 0 obj <</Type /Pages /Count 2>> endobj 9 0 obj <</Type /Pages /Count 40>> endobj",
                Some(40),
            ),
            ("2 0 obj <</Type /Pages>> endobj 3 0 obj <</Count 5>> endobj", None),
            ("1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj 5 0 obj <</Count 7>> endobj", None),
            ("2 0 obj <</Type /Pages /Count 0>> endobj", None),
            ("2 0 obj <</Type /Pages /Count -3>> endobj", None),
            ("2 0 obj <</Type /Pages /Count 99999999999999>> endobj", None),
            ("5 0 obj <</Type /ObjStm>> stream ... endstream endobj", None),
            ("", None),
        ] {
            assert_eq!(pdf_pages(file(objects).as_bytes()), pages, "{objects}");
        }
        assert_eq!(pdf_pages(b"/Type /Pages /Count 3"), None, "no PDF");
        assert_eq!(pdf_pages(b"%PDF-/Type /Pages"), None);
    }
}
