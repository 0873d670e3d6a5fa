//! What FETCH tells about the inside of a message: header fields, ENVELOPE, BODYSTRUCTURE and
//! BODY[section] (RFC 9051 sections 6.4.5 and 7.5.2, MIME as in RFC 2045 and 2046).
//!
//! Read by the server's own small parser, not by `message`, so that client and server cannot agree
//! on the same mistake. Our engine asks for none of this but whole octets; other programs do.
//!
//! Limits: [`MAX_DEPTH`] levels, [`MAX_PARTS`] parts; deeper ones are described as one leaf.

const MAX_DEPTH: usize = 16;
const MAX_PARTS: usize = 500;

/// Which part of a message BODY[...] names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Section {
    /// Part numbers, from 1.
    pub(super) part: Vec<u32>,
    /// What of it.
    pub(super) text: SectionText,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum SectionText {
    #[default]
    All,
    Header,
    HeaderFields {
        not: bool,
        names: Vec<String>,
    },
    Text,
    Mime,
}

/// One header field as it stands.
pub(super) struct Field<'a> {
    pub(super) name: &'a [u8],
    /// Behind the colon, folded, without the last CRLF.
    pub(super) value: &'a [u8],
    /// The whole field with its CRLF.
    pub(super) whole: &'a [u8],
}

/// The header with the empty line that ends it.
pub(super) fn header(octets: &[u8]) -> &[u8] {
    let end = if octets.starts_with(b"\r\n") {
        2
    } else {
        memchr::memmem::find(octets, b"\r\n\r\n").map_or(octets.len(), |at| at + 4)
    };
    octets.get(..end).unwrap_or(octets)
}

/// Everything behind the header.
pub(super) fn text(octets: &[u8]) -> &[u8] {
    octets.get(header(octets).len()..).unwrap_or_default()
}

/// The fields of a header, in order. Lines without a colon are passed over.
pub(super) fn fields(header: &[u8]) -> impl Iterator<Item = Field<'_>> {
    let mut rest = header;
    std::iter::from_fn(move || {
        while !rest.is_empty() && rest != b"\r\n" {
            let mut end = 0;
            loop {
                let line = rest.get(end..).unwrap_or_default();
                end += memchr::memmem::find(line, b"\r\n").map_or(line.len(), |at| at + 2);
                if !matches!(rest.get(end), Some(b' ' | b'\t')) {
                    break;
                }
            }
            let (whole, next) = rest.split_at_checked(end)?;
            rest = next;
            if let Some(colon) = memchr::memchr(b':', whole) {
                let name = whole.get(..colon)?.trim_ascii_end();
                let value = whole.get(colon + 1..)?;
                let value = value.strip_suffix(b"\r\n").unwrap_or(value);
                return Some(Field { name, value, whole });
            }
        }
        None
    })
}

/// The value of the first field with this name, unfolded and trimmed.
pub(super) fn field(header: &[u8], name: &str) -> Option<Vec<u8>> {
    fields(header)
        .find(|f| f.name.eq_ignore_ascii_case(name.as_bytes()))
        .map(|f| unfold(f.value).trim_ascii().to_vec())
}

/// Takes the line ends out.
pub(super) fn unfold(value: &[u8]) -> Vec<u8> {
    value.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n')).collect()
}

/// A Content-Type or Content-Disposition: the value and its parameters.
#[derive(Default)]
struct Typed {
    value: String,
    params: Vec<(String, String)>,
}

impl Typed {
    fn parse(text: &[u8]) -> Self {
        let text = String::from_utf8_lossy(text);
        let mut pieces = split_outside_quotes(&text, ';');
        let value = pieces.next().unwrap_or_default().trim().to_ascii_uppercase();
        let param = |piece: &str| {
            let (name, value) = piece.split_once('=')?;
            let value = value.trim();
            let bare = value.strip_prefix('"').and_then(|v| v.strip_suffix('"'));
            let value = bare.map_or_else(|| value.to_owned(), |v| v.replace('\\', ""));
            Some((name.trim().to_ascii_uppercase(), value))
        };
        Self { value, params: pieces.take(50).filter_map(param).collect() }
    }

    fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    fn write_params(&self, out: &mut Vec<u8>) {
        if self.params.is_empty() {
            out.extend_from_slice(b"NIL");
            return;
        }
        out.push(b'(');
        for (at, (name, value)) in self.params.iter().enumerate() {
            if at > 0 {
                out.push(b' ');
            }
            write_string(out, name.as_bytes());
            out.push(b' ');
            write_string(out, value.as_bytes());
        }
        out.push(b')');
    }
}

fn split_outside_quotes(text: &str, at: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let mut escaped = false;
    text.split(move |c| {
        let hit = c == at && !quoted;
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        hit
    })
}

/// A MIME part over the octets of the message.
struct Part<'a> {
    octets: &'a [u8],
    content_type: Typed,
    inside: Inside<'a>,
}

enum Inside<'a> {
    Leaf,
    Multi(Vec<Part<'a>>),
    Message(Box<Part<'a>>),
}

impl<'a> Part<'a> {
    fn parse(octets: &'a [u8], depth: usize, left: &mut usize) -> Self {
        Self::parse_as(octets, "TEXT/PLAIN", depth, left)
    }

    fn parse_as(octets: &'a [u8], default: &str, depth: usize, left: &mut usize) -> Self {
        *left = left.saturating_sub(1);
        let named = field(header(octets), "Content-Type").map(|v| Typed::parse(&v));
        let mut content_type = named.filter(|t| t.value.contains('/')).unwrap_or_default();
        if content_type.value.is_empty() {
            default.clone_into(&mut content_type.value);
        }
        let body = text(octets);
        let may_nest = depth < MAX_DEPTH && *left > 0;
        let inside = match content_type.param("BOUNDARY") {
            Some(boundary) if may_nest && content_type.value.starts_with("MULTIPART/") => {
                let digest = content_type.value == "MULTIPART/DIGEST";
                let default = if digest { "MESSAGE/RFC822" } else { "TEXT/PLAIN" };
                let mut parts = Vec::new();
                for piece in split_parts(body, boundary) {
                    if *left == 0 {
                        break;
                    }
                    parts.push(Self::parse_as(piece, default, depth + 1, left));
                }
                if parts.is_empty() { Inside::Leaf } else { Inside::Multi(parts) }
            }
            _ if may_nest && content_type.value == "MESSAGE/RFC822" => {
                Inside::Message(Box::new(Self::parse(body, depth + 1, left)))
            }
            _ => Inside::Leaf,
        };
        Self { octets, content_type, inside }
    }

    fn find(&self, path: &[u32]) -> Option<&Self> {
        let Some((number, rest)) = path.split_first() else { return Some(self) };
        match &self.inside {
            Inside::Multi(parts) => parts.get(*number as usize - 1)?.find(rest),
            Inside::Message(inner) => match inner.inside {
                Inside::Multi(_) => inner.find(path),
                _ if *number == 1 => inner.find(rest),
                _ => None,
            },
            Inside::Leaf => None,
        }
    }
}

/// The pieces between the delimiter lines (RFC 2046 section 5.1.1).
fn split_parts<'a>(body: &'a [u8], boundary: &str) -> Vec<&'a [u8]> {
    let delimiter = format!("--{boundary}");
    let mut pieces = Vec::new();
    let mut start = None;
    let mut at = 0;
    while at < body.len() && pieces.len() < MAX_PARTS {
        let rest = body.get(at..).unwrap_or_default();
        let length = memchr::memmem::find(rest, b"\r\n").map_or(rest.len(), |e| e + 2);
        let line = rest.get(..length).unwrap_or_default();
        if let Some(tail) = line.strip_prefix(delimiter.as_bytes()) {
            let closing = tail.starts_with(b"--");
            let tail = tail.strip_prefix(b"--").unwrap_or(tail);
            if tail.trim_ascii().is_empty() {
                if let Some(start) = start {
                    let end = at.saturating_sub(2).max(start);
                    pieces.push(body.get(start..end).unwrap_or_default());
                }
                start = (!closing).then_some(at + length);
                if closing {
                    break;
                }
            }
        }
        at += length;
    }
    if let Some(start) = start {
        pieces.push(body.get(start..).unwrap_or_default());
    }
    pieces
}

/// The octets of BODY[section]; `None` when the message has no such part.
pub(super) fn section(octets: &[u8], section: &Section) -> Option<Vec<u8>> {
    let whole;
    let part = if section.part.is_empty() {
        octets
    } else {
        whole = Part::parse(octets, 0, &mut { MAX_PARTS });
        match (&whole.inside, section.part.as_slice()) {
            // A single-part message has one part, itself, whose header is the message's.
            (Inside::Leaf | Inside::Message(_), [1]) => octets,
            (Inside::Message(_), [1, rest @ ..]) => whole.find(rest)?.octets,
            (_, path) => whole.find(path)?.octets,
        }
    };
    let nested = !section.part.is_empty();
    let inner = |part: &[u8]| -> Option<Vec<u8>> {
        // HEADER and TEXT of a numbered part need a message/rfc822 there.
        if !nested {
            return Some(part.to_vec());
        }
        let value = field(header(part), "Content-Type")?;
        (Typed::parse(&value).value == "MESSAGE/RFC822").then(|| text(part).to_vec())
    };
    Some(match &section.text {
        SectionText::All if nested => text(part).to_vec(),
        SectionText::All => part.to_vec(),
        SectionText::Mime => header(part).to_vec(),
        SectionText::Header => header(&inner(part)?).to_vec(),
        SectionText::Text => text(&inner(part)?).to_vec(),
        SectionText::HeaderFields { not, names } => {
            let message = inner(part)?;
            let mut out = Vec::new();
            for f in fields(header(&message)) {
                let named = names.iter().any(|n| f.name.eq_ignore_ascii_case(n.as_bytes()));
                if named != *not {
                    out.extend_from_slice(f.whole);
                }
            }
            out.extend_from_slice(b"\r\n");
            out
        }
    })
}

/// Writes BODYSTRUCTURE, or BODY when `extended` is false.
pub(super) fn write_structure(out: &mut Vec<u8>, octets: &[u8], extended: bool) {
    write_part(out, &Part::parse(octets, 0, &mut { MAX_PARTS }), extended);
}

fn write_part(out: &mut Vec<u8>, part: &Part<'_>, extended: bool) {
    let head = header(part.octets);
    let (kind, subtype) = part.content_type.value.split_once('/').unwrap_or(("TEXT", "PLAIN"));
    out.push(b'(');
    if let Inside::Multi(parts) = &part.inside {
        for inner in parts {
            write_part(out, inner, extended);
        }
        out.push(b' ');
        write_string(out, subtype.as_bytes());
        if extended {
            out.push(b' ');
            part.content_type.write_params(out);
            write_extension(out, head);
        }
        out.push(b')');
        return;
    }
    let body = text(part.octets);
    // A multipart that could not be taken apart is described as what it is then: octets.
    let (kind, subtype) =
        if kind == "MULTIPART" { ("APPLICATION", "OCTET-STREAM") } else { (kind, subtype) };
    write_string(out, kind.as_bytes());
    out.push(b' ');
    write_string(out, subtype.as_bytes());
    out.push(b' ');
    part.content_type.write_params(out);
    for name in ["Content-ID", "Content-Description"] {
        out.push(b' ');
        write_nstring(out, field(head, name).as_deref());
    }
    out.push(b' ');
    let encoding = field(head, "Content-Transfer-Encoding").unwrap_or_else(|| b"7BIT".to_vec());
    write_string(out, &encoding.to_ascii_uppercase());
    out.extend_from_slice(format!(" {}", body.len()).as_bytes());
    let lines = memchr::memmem::find_iter(body, b"\r\n").count();
    match &part.inside {
        Inside::Message(inner) => {
            out.push(b' ');
            write_envelope(out, inner.octets);
            out.push(b' ');
            write_part(out, inner, extended);
            out.extend_from_slice(format!(" {lines}").as_bytes());
        }
        _ if kind == "TEXT" => out.extend_from_slice(format!(" {lines}").as_bytes()),
        _ => {}
    }
    if extended {
        out.push(b' ');
        write_nstring(out, field(head, "Content-MD5").as_deref());
        write_extension(out, head);
    }
    out.push(b')');
}

/// Disposition, language and location.
fn write_extension(out: &mut Vec<u8>, head: &[u8]) {
    out.push(b' ');
    match field(head, "Content-Disposition").map(|v| Typed::parse(&v)) {
        Some(disposition) => {
            out.push(b'(');
            write_string(out, disposition.value.as_bytes());
            out.push(b' ');
            disposition.write_params(out);
            out.push(b')');
        }
        None => out.extend_from_slice(b"NIL"),
    }
    for name in ["Content-Language", "Content-Location"] {
        out.push(b' ');
        write_nstring(out, field(head, name).as_deref());
    }
}

/// Writes ENVELOPE.
pub(super) fn write_envelope(out: &mut Vec<u8>, octets: &[u8]) {
    let head = header(octets);
    out.push(b'(');
    write_nstring(out, field(head, "Date").as_deref());
    out.push(b' ');
    write_nstring(out, field(head, "Subject").as_deref());
    let from = field(head, "From");
    for name in ["From", "Sender", "Reply-To", "To", "Cc", "Bcc"] {
        out.push(b' ');
        let value = field(head, name);
        let fallback = if matches!(name, "Sender" | "Reply-To") { from.as_ref() } else { None };
        write_addresses(out, value.as_ref().or(fallback));
    }
    for name in ["In-Reply-To", "Message-ID"] {
        out.push(b' ');
        write_nstring(out, field(head, name).as_deref());
    }
    out.push(b')');
}

/// The mailbox lists of RFC 5322 as far as envelopes need them: names, quoted or not, and one
/// addr-spec each; group names are left out.
fn write_addresses(out: &mut Vec<u8>, value: Option<&Vec<u8>>) {
    let text = String::from_utf8_lossy(value.map_or(&[][..], Vec::as_slice)).into_owned();
    let mut wrote = false;
    for piece in split_outside_quotes(&text, ',').take(1_000) {
        let (name, addr) = match piece.rsplit_once('<') {
            Some((name, addr)) => (name.trim(), addr.split('>').next().unwrap_or_default().trim()),
            None => ("", piece.trim()),
        };
        let Some((local, domain)) = addr.rsplit_once('@') else { continue };
        if !wrote {
            out.push(b'(');
            wrote = true;
        }
        out.push(b'(');
        let name = name.trim_matches('"');
        write_nstring(out, (!name.is_empty()).then_some(name.as_bytes()));
        out.extend_from_slice(b" NIL ");
        write_string(out, local.as_bytes());
        out.push(b' ');
        write_string(out, domain.as_bytes());
        out.push(b')');
    }
    out.extend_from_slice(if wrote { b")" } else { b"NIL" });
}

/// Writes a string: quoted where that is allowed, else a literal.
pub(super) fn write_string(out: &mut Vec<u8>, octets: &[u8]) {
    let plain = octets.len() <= 1_000 && octets.iter().all(|b| (0x20..0x7f).contains(b));
    if !plain {
        out.extend_from_slice(format!("{{{}}}\r\n", octets.len()).as_bytes());
        out.extend_from_slice(octets);
        return;
    }
    out.push(b'"');
    for octet in octets {
        if matches!(octet, b'"' | b'\\') {
            out.push(b'\\');
        }
        out.push(*octet);
    }
    out.push(b'"');
}

fn write_nstring(out: &mut Vec<u8>, octets: Option<&[u8]>) {
    match octets {
        Some(octets) => write_string(out, octets),
        None => out.extend_from_slice(b"NIL"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &str = "From: \"Ada, B.\" <ada@example.com>, bo@example.net\r\n\
        Subject: a\r\n  folded \"one\"\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/mixed;\r\n boundary=\"x;y\"\r\n\r\npreamble\r\n--x;y\r\n\r\n\
        first\r\n--x;y\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ntext\r\n\
        --x;y\r\nContent-Type: audio/basic; name=a.au\r\nContent-Disposition: inline\r\n\r\nzz\r\n\
        --x;y--\r\nafter";

    fn at(part: &[u32], text: SectionText) -> Option<String> {
        section(MESSAGE.as_bytes(), &Section { part: part.to_vec(), text })
            .map(|octets| String::from_utf8_lossy(&octets).into_owned())
    }

    #[test]
    fn sections_are_the_octets_they_name() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(at(&[], SectionText::All).as_deref(), Some(MESSAGE));
        assert_eq!(at(&[1], SectionText::All), some("first"));
        assert_eq!(at(&[2], SectionText::Header), some("Subject: inner\r\n\r\n"));
        assert_eq!(at(&[2], SectionText::Text), some("text"));
        assert_eq!(at(&[2, 1], SectionText::All), some("text"));
        assert_eq!(at(&[2], SectionText::Mime), some("Content-Type: message/rfc822\r\n\r\n"));
        assert_eq!(at(&[3], SectionText::All), some("zz"));
        assert_eq!(at(&[4], SectionText::All), None);
        assert_eq!(at(&[1], SectionText::Header), None);
        let names = vec!["subject".to_owned()];
        assert_eq!(
            at(&[], SectionText::HeaderFields { not: false, names }),
            some("Subject: a\r\n  folded \"one\"\r\n\r\n")
        );
    }

    #[test]
    fn structure_and_envelope_are_written() {
        let mut out = Vec::new();
        write_structure(&mut out, MESSAGE.as_bytes(), false);
        assert_eq!(
            String::from_utf8_lossy(&out),
            "((\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 5 0)(\"MESSAGE\" \"RFC822\" NIL NIL NIL \
             \"7BIT\" 22 (NIL \"inner\" NIL NIL NIL NIL NIL NIL NIL NIL) (\"TEXT\" \"PLAIN\" NIL \
             NIL NIL \"7BIT\" 4 0) 2)(\"AUDIO\" \"BASIC\" (\"NAME\" \"a.au\") NIL NIL \"7BIT\" 2) \
             \"MIXED\")"
        );
        out.clear();
        write_envelope(&mut out, MESSAGE.as_bytes());
        let from = "((\"Ada, B.\" NIL \"ada\" \"example.com\")(NIL NIL \"bo\" \"example.net\"))";
        assert_eq!(
            String::from_utf8_lossy(&out),
            format!("(NIL \"a  folded \\\"one\\\"\" {from} {from} {from} NIL NIL NIL NIL NIL)")
        );
    }

    #[test]
    fn deep_and_wide_input_is_bounded() {
        let deep = "Content-Type: message/rfc822\r\n\r\n".repeat(5_000);
        let mut out = Vec::new();
        write_structure(&mut out, deep.as_bytes(), true);
        assert!(out.len() < 10_000);
        let wide = format!(
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n{}",
            "--b\r\n\r\nx\r\n".repeat(20_000)
        );
        out.clear();
        write_structure(&mut out, wide.as_bytes(), true);
        assert!(out.len() < 200_000);
    }
}
