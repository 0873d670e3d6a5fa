//! Writing MIME (RFC 5322, 2045, 2047, 2183, 2231): header fields that nobody can inject into, and a
//! tree of parts that becomes octets with CRLF line ends only.
//!
//! Every value goes through one door ([`clean`]), so that no text, whatever it holds, ends a field.
//! Output depends on the input alone: boundaries come from the caller's token. Audio and other binary
//! octets are always base64; a message inside (message/rfc822) is never encoded (RFC 2046 section
//! 5.2.1) and travels as 7bit or 8bit. Nothing here is read back; that is `view`.
//!
//! Tests: below and `tests/message/compose.rs`.

mod header;

use base64::{Engine as _, engine::general_purpose::STANDARD};

pub(crate) use header::{Fields, addr_spec, clean, needs_quoting, quoted};

/// Longest line of base64 (RFC 2045 section 6.8).
const BASE64_LINE: usize = 76;
/// Longest line that may travel as 7bit or 8bit, without its CRLF (RFC 5322 section 2.1.1).
const LINE_MAX: usize = 998;

/// What a part holds.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// Readable text; its transfer encoding is chosen.
    Text(String),
    /// Binary octets, sent as base64.
    Octets(Vec<u8>),
    /// Octets that already are what must be on the wire: a message, or header fields.
    Verbatim(Vec<u8>),
    /// Parts inside a multipart.
    Parts(Vec<Part>),
}

/// A node of the message.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// Media type with its parameters, `boundary` excepted.
    pub content_type: String,
    /// Further fields of this part, after Content-Type and Content-Transfer-Encoding.
    pub fields: Fields,
    /// What it holds.
    pub content: Content,
}

impl Part {
    /// A part without further fields.
    pub fn new(content_type: impl Into<String>, content: Content) -> Self {
        Self { content_type: content_type.into(), fields: Fields::default(), content }
    }

    /// Plain text, with its charset named.
    pub fn plain(text: &str) -> Self {
        let text = canonical_text(text);
        let charset = if text.is_ascii() { "us-ascii" } else { "utf-8" };
        Self::new(format!("text/plain; charset={charset}"), Content::Text(text))
    }

    /// Whether octets above 127, NUL or overlong lines are inside that no transfer encoding hides.
    pub fn is_8bit(&self) -> bool {
        match &self.content {
            Content::Verbatim(octets) => !is_7bit(octets),
            Content::Parts(parts) => parts.iter().any(Self::is_8bit),
            Content::Text(_) | Content::Octets(_) => false,
        }
    }

    /// The whole message: `header`, then the fields of this part, then its content. Ends with CRLF.
    pub fn into_message(self, header: &Fields, token: &str) -> Vec<u8> {
        let mut out = header.as_bytes().to_vec();
        let mut boundaries = Boundaries { token: boundary_token(token), next: 1 };
        self.write(&mut out, &mut boundaries);
        if !out.ends_with(b"\r\n") {
            out.extend_from_slice(b"\r\n");
        }
        out
    }

    fn write(&self, out: &mut Vec<u8>, boundaries: &mut Boundaries) {
        let mut own = Fields::default();
        match &self.content {
            Content::Parts(parts) => {
                let boundary = boundaries.for_parts(parts);
                own.structured(
                    "Content-Type",
                    &format!("{}; boundary=\"{boundary}\"", self.content_type),
                );
                if self.is_8bit() {
                    own.structured("Content-Transfer-Encoding", "8bit");
                }
                self.write_fields(out, &own);
                for part in parts {
                    out.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
                    part.write(out, boundaries);
                    out.extend_from_slice(b"\r\n");
                }
                out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
            }
            Content::Octets(octets) => {
                own.structured("Content-Type", &self.content_type);
                own.structured("Content-Transfer-Encoding", "base64");
                self.write_fields(out, &own);
                write_base64(out, octets);
            }
            Content::Verbatim(octets) => {
                own.structured("Content-Type", &self.content_type);
                let encoding = if is_7bit(octets) { "7bit" } else { "8bit" };
                own.structured("Content-Transfer-Encoding", encoding);
                self.write_fields(out, &own);
                out.extend_from_slice(octets);
            }
            Content::Text(text) => {
                own.structured("Content-Type", &self.content_type);
                let quoted = !is_7bit(text.as_bytes());
                let encoding = if quoted { "quoted-printable" } else { "7bit" };
                own.structured("Content-Transfer-Encoding", encoding);
                self.write_fields(out, &own);
                if quoted {
                    write_quoted_printable(out, text);
                } else {
                    out.extend_from_slice(text.as_bytes());
                }
            }
        }
    }

    fn write_fields(&self, out: &mut Vec<u8>, own: &Fields) {
        out.extend_from_slice(own.as_bytes());
        out.extend_from_slice(self.fields.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
}

/// Hands out boundaries that occur in none of the octets they have to separate.
struct Boundaries {
    token: String,
    next: u32,
}

impl Boundaries {
    fn for_parts(&mut self, parts: &[Part]) -> String {
        loop {
            // `=_` cannot occur in quoted-printable or base64 (RFC 2045 section 6.7), and the closing
            // underscore keeps one boundary from being the beginning of another.
            let boundary = format!("=_{}.{}_", self.token, self.next);
            self.next = self.next.saturating_add(1);
            if self.next == u32::MAX || !parts.iter().any(|p| contains(p, boundary.as_bytes())) {
                return boundary;
            }
        }
    }
}

fn contains(part: &Part, needle: &[u8]) -> bool {
    match &part.content {
        Content::Verbatim(octets) => memchr::memmem::find(octets, needle).is_some(),
        Content::Text(text) => memchr::memmem::find(text.as_bytes(), needle).is_some(),
        Content::Parts(parts) => parts.iter().any(|p| contains(p, needle)),
        Content::Octets(_) => false,
    }
}

/// Letters, digits, dots and hyphens of a token, at most 40.
fn boundary_token(token: &str) -> String {
    let clean: String = token
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
        .take(40)
        .collect();
    if clean.is_empty() { "0".into() } else { clean }
}

/// Whether octets may travel as 7bit: ASCII without NUL, lines of at most 998 octets.
pub(crate) fn is_7bit(octets: &[u8]) -> bool {
    octets.iter().all(|b| (1..128).contains(b))
        && octets
            .split(|b| *b == b'\n')
            .all(|line| line.strip_suffix(b"\r").unwrap_or(line).len() <= LINE_MAX)
}

/// Whether octets hold a CR without LF or an LF without CR.
pub(crate) fn has_bare_line_end(octets: &[u8]) -> bool {
    let mut previous = 0;
    for &b in octets {
        if (b == b'\n') != (previous == b'\r') {
            return true;
        }
        previous = b;
    }
    previous == b'\r'
}

/// Makes every line end CRLF: a lone CR or LF becomes one. Nothing else changes.
pub(crate) fn canonical(octets: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(octets.len() + octets.len() / 32);
    let mut rest = octets.iter().copied().peekable();
    while let Some(b) = rest.next() {
        match b {
            b'\r' => {
                rest.next_if_eq(&b'\n');
                out.extend_from_slice(b"\r\n");
            }
            b'\n' => out.extend_from_slice(b"\r\n"),
            _ => out.push(b),
        }
    }
    out
}

/// Text for a body: CRLF line ends, no controls but the tab, a line end at the end.
fn canonical_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                chars.next_if_eq(&'\n');
                out.push_str("\r\n");
            }
            '\n' => out.push_str("\r\n"),
            '\t' => out.push(c),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    if !out.is_empty() && !out.ends_with("\r\n") {
        out.push_str("\r\n");
    }
    out
}

pub(crate) fn write_base64(out: &mut Vec<u8>, octets: &[u8]) {
    out.reserve(octets.len() / 54 * 74 + 80);
    for (i, chunk) in octets.chunks(BASE64_LINE / 4 * 3).enumerate() {
        if i > 0 {
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(STANDARD.encode(chunk).as_bytes());
    }
}

/// Quoted-printable (RFC 2045 section 6.7) of text whose line ends are CRLF.
fn write_quoted_printable(out: &mut Vec<u8>, text: &str) {
    let lines: Vec<&str> = text.split("\r\n").collect();
    for (i, line) in lines.iter().enumerate() {
        if i > 0 {
            out.extend_from_slice(b"\r\n");
        }
        let mut column = 0;
        for (at, b) in line.bytes().enumerate() {
            let last = at + 1 == line.len();
            let plain = match b {
                b'=' => false,
                b' ' | b'\t' => !last,
                // A dot alone on a line needs no care of a transport that stuffs dots, yet costs
                // nothing; "From " at the start of a line is still altered by old stores.
                b'.' => !(at == 0 && last),
                b'F' => !(at == 0 && line.starts_with("From ")),
                33..=126 => true,
                _ => false,
            };
            let width = if plain { 1 } else { 3 };
            if column + width > BASE64_LINE - 1 {
                out.extend_from_slice(b"=\r\n");
                column = 0;
            }
            if plain {
                out.push(b);
            } else {
                out.extend_from_slice(format!("={b:02X}").as_bytes());
            }
            column += width;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_become_crlf_and_nothing_else_changes() {
        for (input, expected) in [
            (&b"a\nb"[..], &b"a\r\nb"[..]),
            (b"a\r\nb\r\n", b"a\r\nb\r\n"),
            (b"\r\r\n\n\r", b"\r\n\r\n\r\n\r\n"),
            (b"\0\xff", b"\0\xff"),
        ] {
            assert_eq!(canonical(input), expected);
            assert!(!has_bare_line_end(expected), "{expected:?}");
        }
        for bare in [&b"\n"[..], b"a\rb", b"a\r\n\n", b"\r", b"a\n\r\n"] {
            assert!(has_bare_line_end(bare), "{bare:?}");
        }
    }

    #[test]
    fn quoted_printable_keeps_its_limits() {
        let text = format!("Grüße = {}\r\nFrom me\r\n.\r\nend ", "ä".repeat(60));
        let mut out = Vec::new();
        write_quoted_printable(&mut out, &text);
        let out = String::from_utf8(out).unwrap();
        assert!(out.lines().all(|l| l.len() <= 76), "{out}");
        assert!(out.starts_with("Gr=C3=BC=C3=9Fe =3D "));
        assert!(out.ends_with("=46rom me\r\n=2E\r\nend=20"), "{out}");
    }

    #[test]
    fn a_boundary_never_occurs_in_what_it_separates() {
        let inside = b"Subject: x\r\n\r\n--=_t.1_\r\n--=_t.2_--\r\n".to_vec();
        let part = Part::new(
            "multipart/mixed",
            Content::Parts(vec![Part::new("message/rfc822", Content::Verbatim(inside))]),
        );
        let out = String::from_utf8(part.into_message(&Fields::default(), "t")).unwrap();
        assert!(out.contains("boundary=\"=_t.3_\""), "{out}");
    }

    #[test]
    fn eight_bit_is_said_at_every_level() {
        let inner = Part::new("message/rfc822", Content::Verbatim(b"X: \xe9\r\n\r\n".to_vec()));
        let part = Part::new("multipart/mixed", Content::Parts(vec![inner]));
        let out = part.into_message(&Fields::default(), "t");
        let count = memchr::memmem::find_iter(&out, b"Content-Transfer-Encoding: 8bit\r\n").count();
        assert_eq!(count, 2);
    }
}
