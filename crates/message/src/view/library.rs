//! What mail-parser does for us: transfer encodings and charsets. No other module names the crate.
//!
//! A panic in it costs the one value that was read. What we keep doing by hand, and why, is in
//! `docs/adr/0005-own-the-parts.md`; `tests/message/vs_mail_parser.rs` compares both on whole messages and
//! names the values that the crate reads in another way.

use std::panic::{AssertUnwindSafe, catch_unwind};

use mail_parser::decoders;

fn guarded<T>(read: impl FnOnce() -> Option<T>) -> Option<T> {
    catch_unwind(AssertUnwindSafe(read)).ok().flatten()
}

/// Decodes base64 over any number of lines; `None` when it holds a foreign character. A missing end
/// goes unnoticed.
pub fn base64(body: &[u8]) -> Option<Vec<u8>> {
    // The crate takes this octet for the end, and leaves out what follows.
    if memchr::memchr(0xff, body).is_some() {
        return None;
    }
    guarded(|| decoders::base64::base64_decode(body))
}

/// Decodes quoted-printable; `None` when a sign is not followed by two digits or the end of a line.
/// It looks for these behind blanks too and drops a sign at the end, so the caller has to know that
/// every sign is sound.
pub fn quoted_printable(body: &[u8]) -> Option<Vec<u8>> {
    guarded(|| decoders::quoted_printable::quoted_printable_decode(body))
}

/// Octets of a charset as text; `None` for a charset that the crate does not know.
pub fn text(octets: &[u8], charset: &str) -> Option<String> {
    let decode = decoders::charsets::map::charset_decoder(charset.as_bytes())?;
    guarded(|| Some(decode(octets)))
}
