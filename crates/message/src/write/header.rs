//! Header fields: cleaned, encoded (RFC 2047, 2231) and folded at 78 columns (RFC 5322 section 2.2.3).

use base64::{Engine as _, engine::general_purpose::STANDARD};

use aloud_model::{AddrSpec, Address, DateTime};

/// Where lines are folded (RFC 5322 section 2.1.1).
const WIDTH: usize = 78;
/// Longest encoded word; RFC 2047 section 2 allows 75, but the first one shares its line with the
/// field's name.
const WORD_MAX: usize = 64;

/// Longest addr-spec. SMTP allows 64 and 255 octets (RFC 5321 section 4.5.3.1); gateways with long
/// postal qualifiers are let through, lines that no server takes are not.
const ADDR_MAX: usize = 600;

/// Header fields in order, ready for the wire.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fields(Vec<u8>);

impl Fields {
    /// The octets; each field ends with CRLF.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// A field of free text (Subject): encoded words where it is not ASCII.
    pub fn text(&mut self, name: &str, value: &str) {
        let value = clean(value);
        let mut line = Line::new(name);
        for word in free_text(&value) {
            line.word(&word);
        }
        self.finish(line);
    }

    /// A field of tokens and quoted strings: folded at blanks outside quotes. Other than ASCII is
    /// dropped, for it has no place there.
    pub fn structured(&mut self, name: &str, value: &str) {
        let value: String = clean(value).chars().filter(char::is_ascii).collect();
        let mut line = Line::new(name);
        for word in blanks_outside_quotes(&value) {
            line.word(word);
        }
        self.finish(line);
    }

    /// A value with parameters (`Content-Disposition`); other than ASCII goes by RFC 2231.
    pub fn parameters(&mut self, name: &str, value: &str, parameters: &[(&str, &str)]) {
        let mut line = Line::new(name);
        let mut text = clean(value);
        for (key, value) in parameters {
            text.push(';');
            line.word(&text);
            text = parameter(key, value);
        }
        line.word(&text);
        self.finish(line);
    }

    /// A list of addresses. One that [`addr_spec`] cannot write is left out; callers check before.
    pub fn addresses(&mut self, name: &str, list: &[Address]) {
        let mut line = Line::new(name);
        let mut list = list
            .iter()
            .filter_map(|a| Some((a.name.as_deref().map(clean), addr_spec(&a.addr)?)))
            .peekable();
        while let Some((name, addr)) = list.next() {
            let comma = if list.peek().is_some() { "," } else { "" };
            match name.filter(|n| !n.is_empty()) {
                Some(name) => {
                    for word in phrase(&name) {
                        line.word(&word);
                    }
                    line.word(&format!("<{addr}>{comma}"));
                }
                None => line.word(&format!("{addr}{comma}")),
            }
        }
        self.finish(line);
    }

    /// Message identifiers in angle brackets; the caller has checked them.
    pub fn ids<'a>(&mut self, name: &str, ids: impl IntoIterator<Item = &'a str>) {
        let mut line = Line::new(name);
        for id in ids {
            line.word(&format!("<{id}>"));
        }
        self.finish(line);
    }

    /// A date with its offset.
    pub fn date(&mut self, name: &str, date: DateTime) {
        self.structured(name, &date.to_rfc5322());
    }

    fn finish(&mut self, line: Line) {
        self.0.extend_from_slice(line.text.as_bytes());
        self.0.extend_from_slice(b"\r\n");
    }
}

/// One field while it is written.
struct Line {
    text: String,
    column: usize,
    empty: bool,
}

impl Line {
    fn new(name: &str) -> Self {
        // The name is ours, or was checked by `is_field_name`.
        Self { text: format!("{name}:"), column: name.len() + 1, empty: true }
    }

    /// Adds a word after one blank, on a new line when it would pass the margin.
    fn word(&mut self, word: &str) {
        if word.is_empty() {
            return;
        }
        if !self.empty && self.column + 1 + word.len() > WIDTH {
            self.text.push_str("\r\n");
            self.column = 0;
        }
        self.text.push(' ');
        self.text.push_str(word);
        self.column += 1 + word.len();
        self.empty = false;
    }
}

/// One line of text: line ends, tabs and other controls become blanks, runs of blanks become one;
/// bidirectional and zero-width characters go, because they only serve to deceive.
pub(crate) fn clean(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        let c = if c.is_control() || c == '\u{2028}' || c == '\u{2029}' { ' ' } else { c };
        let invisible = matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}');
        if !(invisible || c == ' ' && (out.is_empty() || out.ends_with(' '))) {
            out.push(c);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Words of free text: as they are, or as encoded words. The blank between two encoded words is not
/// shown (RFC 2047 section 6.2), so a blank there is inside the second.
fn free_text(value: &str) -> Vec<String> {
    if plain(value) { split_long(value) } else { encoded_words(value) }
}

fn plain(value: &str) -> bool {
    value.is_ascii() && !value.contains("=?") && value.split(' ').all(|word| word.len() < 900)
}

fn split_long(value: &str) -> Vec<String> {
    value.split(' ').map(str::to_owned).collect()
}

/// The whole value as encoded words of UTF-8, each complete in itself.
fn encoded_words(value: &str) -> Vec<String> {
    // `=?utf-8?b?` and `?=` take 12; four characters of base64 hold three octets.
    const OCTETS: usize = (WORD_MAX - 12) / 4 * 3;
    let mut words = Vec::new();
    let mut piece = String::new();
    let mut flush = |piece: &mut String| {
        if !piece.is_empty() {
            words.push(encoded_word(piece));
            piece.clear();
        }
    };
    for c in value.chars() {
        if piece.len() + c.len_utf8() > OCTETS {
            flush(&mut piece);
        }
        piece.push(c);
    }
    flush(&mut piece);
    words
}

fn mostly_ascii(text: &str) -> bool {
    let other = text.bytes().filter(|b| !b.is_ascii()).count();
    other * 4 <= text.len()
}

fn quoted_width_of(c: char) -> usize {
    if c == ' ' || c.is_ascii_alphanumeric() { 1 } else { 3 * c.len_utf8() }
}

fn quoted_width(text: &str) -> usize {
    text.chars().map(quoted_width_of).sum()
}

/// `q` where most is ASCII, so that people can read it in a raw message; else `b`.
fn encoded_word(piece: &str) -> String {
    if !mostly_ascii(piece) || quoted_width(piece) > WORD_MAX - 12 {
        return format!("=?utf-8?b?{}?=", STANDARD.encode(piece));
    }
    let mut out = String::from("=?utf-8?q?");
    for b in piece.bytes() {
        match b {
            b' ' => out.push('_'),
            b if b.is_ascii_alphanumeric() => out.push(char::from(b)),
            b => out.push_str(&format!("={b:02X}")),
        }
    }
    out + "?="
}

/// A display name: a quoted string (RFC 3801 section 4.2.1 wants quotes), or encoded words.
fn phrase(name: &str) -> Vec<String> {
    if plain(name) { blanks_outside_quotes_owned(&quoted(name)) } else { encoded_words(name) }
}

/// A quoted string is one word for folding unless it is long; folding inside it at a blank is allowed
/// by RFC 5322 section 3.2.4.
fn blanks_outside_quotes_owned(quoted: &str) -> Vec<String> {
    if quoted.len() <= WIDTH - 2 { vec![quoted.to_owned()] } else { split_long(quoted) }
}

/// `"..."` with backslashes before quotes and backslashes.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

/// Whether a character may stand unquoted in a local part (RFC 5322 atext).
pub(crate) fn atom_text(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c)
}

/// Whether a local part must be quoted: other than atext and single dots between.
pub(crate) fn needs_quoting(local: &str) -> bool {
    local.split('.').any(|atom| atom.is_empty() || !atom.chars().all(atom_text))
}

/// An addr-spec as a header field may hold it: the octets as they are where that is possible, the
/// local part quoted where it needs it. `None` for what no field can carry without an extension:
/// other than ASCII, a domain that is neither a dot-atom nor a literal, or too long for a line.
pub(crate) fn addr_spec(addr: &AddrSpec) -> Option<String> {
    let (local, domain) = (addr.local_part(), addr.domain());
    let literal = |d: &str| {
        d.strip_prefix('[').and_then(|d| d.strip_suffix(']')).is_some_and(|d| {
            d.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '-'))
        })
    };
    if needs_quoting(domain) && !literal(domain)
        || !local.chars().all(|c| matches!(c, ' '..='~'))
        || addr.as_str().len() > ADDR_MAX
    {
        return None;
    }
    let local =
        if !needs_quoting(local) || is_quoted(local) { local.to_owned() } else { quoted(local) };
    Some(format!("{local}@{domain}"))
}

/// Whether text is one whole quoted string.
fn is_quoted(text: &str) -> bool {
    let Some(inner) = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')) else {
        return false;
    };
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c == '"' || c == '\\' && chars.next().is_none() {
            return false;
        }
    }
    true
}

/// `key=value`, quoted where needed, or RFC 2231 where the value is not ASCII.
fn parameter(key: &str, value: &str) -> String {
    let value = clean(value);
    if !value.is_ascii() {
        let mut out = format!("{key}*=utf-8''");
        for b in value.bytes() {
            if b.is_ascii_alphanumeric() || b"-._".contains(&b) {
                out.push(char::from(b));
            } else {
                out.push_str(&format!("%{b:02X}"));
            }
        }
        return out;
    }
    let token = !value.is_empty()
        && value.chars().all(|c| c.is_ascii_alphanumeric() || "!#$&+-^_{}~".contains(c));
    if token { format!("{key}={value}") } else { format!("{key}={}", quoted(&value)) }
}

fn blanks_outside_quotes(value: &str) -> impl Iterator<Item = &str> {
    let mut in_quotes = false;
    let mut escaped = false;
    value.split(move |c: char| {
        let split = c == ' ' && !in_quotes;
        if c == '"' && !escaped {
            in_quotes = !in_quotes;
        }
        escaped = c == '\\' && !escaped;
        split
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(fill: impl FnOnce(&mut Fields)) -> String {
        let mut fields = Fields::default();
        fill(&mut fields);
        String::from_utf8(fields.0).unwrap()
    }

    #[test]
    fn text_is_cleaned_encoded_and_folded() {
        assert_eq!(written(|f| f.text("Subject", "a\r\nBcc: x\0@y")), "Subject: a Bcc: x @y\r\n");
        assert_eq!(
            written(|f| f.text("Subject", "Grüße")),
            "Subject: =?utf-8?b?R3LDvMOfZQ==?=\r\n"
        );
        assert_eq!(
            written(|f| f.text("Subject", "Voice message for Renée")),
            "Subject: =?utf-8?q?Voice_message_for_Ren=C3=A9e?=\r\n"
        );
        assert_eq!(written(|f| f.text("Subject", "=?x")), "Subject: =?utf-8?q?=3D=3Fx?=\r\n");
        let long = written(|f| f.text("Subject", &"wörd ".repeat(60)));
        assert!(long.lines().all(|l| l.len() <= 78), "{long}");
        let long = written(|f| f.text("Subject", &"word ".repeat(60)));
        assert!(long.lines().count() > 3 && long.lines().all(|l| l.len() <= 78), "{long}");
    }

    #[test]
    fn names_are_quoted_and_addresses_kept() {
        let address = |name: &str, addr: &str| Address {
            name: Some(name.into()),
            addr: AddrSpec::parse(addr).unwrap(),
        };
        let list = [address("Ada \"A\" Okafor", "+1613@vm.example.net"), address("Åsa", "a@b")];
        assert_eq!(
            written(|f| f.addresses("To", &list)),
            "To: \"Ada \\\"A\\\" Okafor\" <+1613@vm.example.net>, =?utf-8?b?w4VzYQ==?= <a@b>\r\n"
        );
    }

    #[test]
    fn an_address_cannot_smuggle_another() {
        let written = |a: &str| AddrSpec::parse(a).ok().and_then(|a| addr_spec(&a));
        for (input, expected) in [
            ("VPIM=613/EXT=2@gw.example.com", Some("VPIM=613/EXT=2@gw.example.com")),
            ("\"a b\"@x.example", Some("\"a b\"@x.example")),
            ("a b@x.example", Some("\"a b\"@x.example")),
            ("a>, <b@x.example", Some("\"a>, <b\"@x.example")),
            ("\"a\\\"@x.example", Some("\"\\\"a\\\\\\\"\"@x.example")),
            ("a@[127.0.0.1]", Some("a@[127.0.0.1]")),
            ("a@b>,<c", None),
            (&format!("{}@x.example", "a".repeat(600)), None),
            ("ä@x.example", None),
            ("a@ä.example", None),
        ] {
            assert_eq!(written(input).as_deref(), expected, "{input}");
        }
    }

    #[test]
    fn parameters_use_rfc_2231() {
        assert_eq!(
            written(|f| f.parameters(
                "Content-Disposition",
                "attachment",
                &[("filename", "Grüße \"x\".pdf"), ("handling", "OPTIONAL")]
            )),
            "Content-Disposition: attachment;\r\n filename*=utf-8''Gr%C3%BC%C3%9Fe%20%22x%22.pdf; handling=OPTIONAL\r\n"
        );
    }

    #[test]
    fn local_parts_are_quoted_exactly_when_needed() {
        for (local, quote) in [
            ("FAX=+1/ATTN=A.Berg", false),
            ("FAX=+1/ATTN=Anna Berg", true),
            ("a..b", true),
            ("a#*", false),
        ] {
            assert_eq!(needs_quoting(local), quote, "{local}");
        }
    }
}
