//! Header blocks (RFC 5322 section 2.2), found without trusting them.
//!
//! Limits: 256 KiB of one block are read, 64 KiB of one value; the rest is skipped, but for the first
//! of each field that says what a message is ([`NEEDED`]), wherever it stands. Lines that are no field are taken as a continuation when they look like a parameter of the field before
//! (`boundary=` on an unfolded line), skipped when a field follows, and else end the block.

use std::borrow::Cow;

use memchr::memchr;

use super::encoding;

/// Octets of one header block that are read (reliability T6).
pub const BLOCK_MAX: usize = 256 * 1024;
/// Octets of one value that are read.
pub const VALUE_MAX: usize = 64 * 1024;

/// Fields that are read even behind the limit of a block, the first of each: without them nobody
/// knows what a message is, who it is from and where its parts are.
const NEEDED: [&str; 18] = [
    "from",
    "sender",
    "reply-to",
    "to",
    "cc",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "content-disposition",
    "content-duration",
    "message-context",
    "sensitivity",
    "importance",
];

/// One field as it stands.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    /// The name as written.
    pub name: &'a str,
    /// After the colon, still folded, without the last line end.
    pub value: &'a [u8],
}

/// One header block.
#[derive(Debug, Clone, Default)]
pub struct Header<'a> {
    fields: Vec<Field<'a>>,
    /// Which of [`NEEDED`] are there, a bit for each: behind the limit every field asks, and a search
    /// among all those kept would cost the square of a header's size.
    met: u32,
    /// More was there than is read.
    pub clipped: bool,
    /// The end of the input came before the end of the block.
    pub unfinished: bool,
    /// The charset of the content, for values that hold its octets as they are (against RFC 5322).
    pub charset: Option<String>,
}

impl<'a> Header<'a> {
    /// No fields.
    pub const EMPTY: Self =
        Self { fields: Vec::new(), met: 0, clipped: false, unfinished: false, charset: None };

    /// This header with other fields.
    pub(crate) fn with_fields(&self, fields: Vec<Field<'a>>) -> Self {
        Self { fields, ..self.clone() }
    }

    /// The fields in order.
    pub fn fields(&self) -> &[Field<'a>] {
        &self.fields
    }

    /// The raw values of a field, in order, name without case.
    pub fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'a [u8]> + 's {
        self.fields.iter().filter(move |f| f.name.eq_ignore_ascii_case(name)).map(|f| f.value)
    }

    /// The first value, raw.
    pub fn first(&self, name: &str) -> Option<&'a [u8]> {
        self.fields.iter().find(|f| f.name.eq_ignore_ascii_case(name)).map(|f| f.value)
    }

    /// The first value as text: unfolded, encoded words decoded, trimmed. `None` when absent.
    pub fn text(&self, name: &str) -> Option<String> {
        self.first(name).map(|v| encoding::unstructured(&self.utf8(v)).trim().to_owned())
    }

    /// As [`Self::all`], octets of the content's charset turned into UTF-8.
    pub fn all_utf8<'s>(&'s self, name: &'s str) -> impl Iterator<Item = Cow<'a, [u8]>> + 's {
        self.all(name).map(|value| self.utf8(value))
    }

    fn utf8(&self, value: &'a [u8]) -> Cow<'a, [u8]> {
        match &self.charset {
            Some(charset) => encoding::utf8(value, charset),
            None => Cow::Borrowed(value),
        }
    }

    /// As [`Self::text`], and `None` when empty too.
    pub fn filled(&self, name: &str) -> Option<String> {
        self.text(name).filter(|v| !v.is_empty())
    }

    /// Whether the field is there.
    pub fn has(&self, name: &str) -> bool {
        self.first(name).is_some()
    }

    /// A value without comments (RFC 5322 section 3.2.2), for fields that are one token.
    pub fn token(&self, name: &str) -> Option<String> {
        self.text(name).map(|v| without_comments(&v)).filter(|v| !v.is_empty())
    }
}

/// Removes `(comments)`, nested ones too, and surrounding space. What stands in quotes is no comment
/// (RFC 5322 section 3.2.4), unless the quotes do not close; a backslash takes the meaning of what
/// follows it in both.
pub fn without_comments(value: &str) -> String {
    let mut depth = 0_u32;
    let mut out = String::with_capacity(value.len());
    let (mut quotes, mut escaped) = (false, false);
    // Each finds the next one: an opening quote without another opens nothing.
    let mut left = value.matches('"').count();
    for c in value.chars() {
        left -= usize::from(c == '"');
        match c {
            _ if escaped => {
                escaped = false;
                if depth == 0 {
                    out.push(c);
                }
            }
            '\\' if quotes || depth > 0 => {
                escaped = true;
                if depth == 0 {
                    out.push(c);
                }
            }
            '"' if depth == 0 => {
                quotes = !quotes && left > 0;
                out.push(c);
            }
            _ if quotes => out.push(c),
            '(' => depth += 1,
            ')' if depth > 0 => depth -= 1,
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out.trim().to_owned()
}

/// Takes one line off the front: without its line end, and where the next begins.
pub fn line(raw: &[u8], at: usize) -> (&[u8], usize) {
    let rest = raw.get(at..).unwrap_or_default();
    match memchr(b'\n', rest) {
        Some(end) => {
            let line = rest.get(..end).unwrap_or_default();
            (line.strip_suffix(b"\r").unwrap_or(line), at + end + 1)
        }
        None => (rest.strip_suffix(b"\r").unwrap_or(rest), at + rest.len()),
    }
}

/// The field name of a line and where its value starts.
fn field_name(line: &[u8]) -> Option<(&str, usize)> {
    let colon = memchr(b':', line).filter(|at| (1..=256).contains(at))?;
    let name = line.get(..colon)?;
    let trimmed = name.trim_ascii_end();
    let legal = !trimmed.is_empty() && trimmed.iter().all(|c| (33..=126).contains(c));
    let name = legal.then(|| std::str::from_utf8(trimmed).ok()).flatten()?;
    Some((name, colon + 1))
}

/// Whether a stray line is a parameter that lost its indentation.
fn stray_parameter(previous: &str, line: &[u8]) -> bool {
    let fits = ["content-type", "content-disposition"]
        .iter()
        .any(|name| previous.eq_ignore_ascii_case(name));
    fits && memchr(b'=', line).is_some_and(|at| {
        line.get(..at).is_some_and(|key| {
            !key.is_empty() && key.iter().all(|c| c.is_ascii_alphanumeric() || b"-*_".contains(c))
        })
    })
}

/// Reads the header block that starts at `at`; returns it with the start of the body. `inside` is
/// true for parts of a multipart, where a line that starts with `--` ends the block.
pub fn read(raw: &[u8], at: usize, inside: bool) -> (Header<'_>, usize) {
    let mut header = Header::default();
    let mut position = at;
    let mut open: Option<(&str, usize, usize)> = None;
    // Inside a field that is skipped: its folded lines are too.
    let mut skipping = false;
    loop {
        if position >= raw.len() {
            header.unfinished = true;
            close(&mut header, raw, &mut open);
            return (header, raw.len());
        }
        let (text, next) = line(raw, position);
        if text.is_empty() || (inside && text.starts_with(b"--")) {
            close(&mut header, raw, &mut open);
            return (header, if text.is_empty() { next } else { position });
        }
        let folded = text.starts_with(b" ") || text.starts_with(b"\t");
        if folded && skipping {
            // More of it.
        } else if folded && text.trim_ascii().is_empty() && open.is_none() {
            // A line of blanks before any field: as good as an empty one.
            return (header, next);
        } else if folded && let Some((_, _, end)) = &mut open {
            *end = position + text.len();
        } else if let Some((name, value)) = field_name(text) {
            close(&mut header, raw, &mut open);
            skipping = position - at > BLOCK_MAX && !is_missing(&header, name);
            header.clipped |= position - at > BLOCK_MAX;
            if !skipping {
                open = Some((name, position + value, position + text.len()));
            }
        } else if text.starts_with(b"From ") || text.starts_with(b">From ") {
            // The separator line of an mbox file.
        } else {
            let begun = skipping || open.is_some() || !header.fields.is_empty();
            match &mut open {
                Some((name, _, end)) if stray_parameter(name, text) => *end = position + text.len(),
                _ if begun && field_name(line(raw, next).0).is_some() => {}
                _ => {
                    close(&mut header, raw, &mut open);
                    return (header, position);
                }
            }
        }
        position = next;
    }
}

/// Whether a field is needed and not there yet.
fn is_missing(header: &Header<'_>, name: &str) -> bool {
    needed(name).is_some_and(|bit| header.met & bit == 0)
}

/// The bit of a field that is needed.
fn needed(name: &str) -> Option<u32> {
    let at = NEEDED.iter().position(|needed| needed.eq_ignore_ascii_case(name))?;
    Some(1 << at)
}

fn close<'a>(header: &mut Header<'a>, raw: &'a [u8], open: &mut Option<(&'a str, usize, usize)>) {
    if let Some((name, start, end)) = open.take() {
        header.clipped |= end.saturating_sub(start) > VALUE_MAX;
        let value = raw.get(start..end.min(start + VALUE_MAX)).unwrap_or_default();
        header.met |= needed(name).unwrap_or_default();
        header.fields.push(Field { name, value });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_fields_and_finds_the_body() {
        let raw = b"From x@example.com Mon\nSubject: a\r\n b\r\nX-Empty:\r\nto : c\r\n\r\nbody";
        let (header, body) = read(raw, 0, false);
        assert_eq!(header.text("subject").as_deref(), Some("a b"));
        assert_eq!(header.text("TO").as_deref(), Some("c"));
        assert!(header.has("x-empty") && header.filled("x-empty").is_none());
        assert_eq!(raw.get(body..), Some(&b"body"[..]));
    }

    #[test]
    fn an_unfolded_boundary_belongs_to_the_content_type() {
        let raw = b"Content-Type: multipart/report;\nboundary=\"x\"\nSubject: s\n\n";
        let (header, _) = read(raw, 0, false);
        assert!(header.text("content-type").is_some_and(|v| v.ends_with("boundary=\"x\"")));
        assert_eq!(header.text("subject").as_deref(), Some("s"));
    }

    #[test]
    fn a_stray_line_ends_the_block_unless_a_field_follows() {
        let (header, at) = read(b"A: 1\nnonsense here\nB: 2\n\nbody", 0, false);
        assert!(header.has("b"));
        assert_eq!(at, 25);
        let (header, at) = read(b"A: 1\nHello there,\nhow are you\n", 0, false);
        assert_eq!((header.fields().len(), at), (1, 5));
    }

    #[test]
    fn a_huge_block_is_clipped_and_its_end_found() {
        let mut raw = b"X-Fill: 0123456789012345678901234567890123456789\r\n".repeat(400_000);
        let fill = raw.len();
        raw.extend(b"Subject: late\r\n\r\nbody");
        let (header, at) = read(&raw, 0, false);
        assert!(header.clipped && header.fields().len() < 6_000);
        assert_eq!(header.text("subject").as_deref(), Some("late"));
        assert_eq!(at, fill + 17);
    }

    #[test]
    fn folded_lines_behind_the_limit_are_no_body() {
        let mut raw = b"Subject: first\r\n".to_vec();
        for _ in 0..20_000 {
            raw.extend(b"X-Fill: 01234567890123456789\r\n 0123456789\r\n\tmore: of it\r\n");
        }
        raw.extend(b"Subject: second\r\nFrom: a@x.example\r\nContent-Type: audio/basic;\r\n name=a.au\r\n\r\nbody");
        let (header, at) = read(&raw, 0, false);
        assert_eq!(raw.get(at..), Some(&b"body"[..]));
        assert_eq!(header.text("subject").as_deref(), Some("first"));
        assert_eq!(header.text("from").as_deref(), Some("a@x.example"));
        assert_eq!(header.text("content-type").as_deref(), Some("audio/basic; name=a.au"));
    }

    #[test]
    fn what_is_known_of_the_needed_fields_is_what_stands_there() {
        let mut raw = b"a:\r\n".repeat(BLOCK_MAX / 4 + 8);
        for name in NEEDED.iter().chain(&NEEDED) {
            raw.extend(format!("{}: 1\r\n", name.to_uppercase()).as_bytes());
        }
        raw.extend(b"to:x\r\n".repeat(1_000));
        let (header, _) = read(&raw, 0, false);
        assert_eq!(header.met.count_ones() as usize, NEEDED.len());
        for name in NEEDED {
            assert_eq!(header.all(name).count(), 1, "{name}");
        }
        let (header, _) = read(b"A: 1\nto: x\n\n", 0, false);
        assert_eq!(header.met, 1 << 3);
    }

    #[test]
    fn comments_go() {
        for (value, left) in [
            (" private (a (b) c) ", "private"),
            ("\"Ada (home)\" <a@x.example> (work)", "\"Ada (home)\" <a@x.example>"),
            ("\"a \\\"( b\" c (d)", "\"a \\\"( b\" c"),
            ("a (b \\) c) d", "a  d"),
            ("a (\" b) c", "a  c"),
            ("5\" (high)", "5\""),
            ("a (b", "a"),
        ] {
            assert_eq!(without_comments(value), left, "{value}");
        }
    }
}
