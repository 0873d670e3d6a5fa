//! Octets to property lines (RFC 2425 section 5.8, RFC 2426, RFC 6350, vCard 2.1).
//!
//! Undone here: the character set of the file and of a property, folding in its forms (a blank that
//! was put in, or in version 2.1 one that belongs to the text; soft line break of quoted-printable;
//! bare base64 lines), nested AGENT cards, junk and blank lines,
//! bare parameters, quoted-printable, base64, `data:` and `cid:` references with the slips of
//! RFC 2421's own examples. Which property means what is [`super::read`]'s matter.

use crate::view::encoding::{self, Encoding};

/// Most properties of a card that are read.
pub const PROPERTIES_MAX: usize = 100;

/// A card as lines.
#[derive(Default)]
pub(super) struct Source {
    pub lines: Vec<Line>,
    /// There was no `END:VCARD`.
    pub unclosed: bool,
}

/// One property.
pub(super) enum Line {
    /// Any but SOUND and PHOTO.
    Text(Text),
    /// A picture or a recording, with the name of its property.
    Binary(String, Binary),
}

/// A property with a text value.
pub(super) struct Text {
    /// Upper case, without its group.
    pub name: String,
    /// Values of TYPE and bare parameters in lower case, as written; encodings among them.
    pub types: Vec<String>,
    /// Has the parameter PREF of version 4.0.
    pub pref: bool,
    /// The value with its encoding undone.
    value: String,
    /// Backslashes in the value are escapes.
    escaped: bool,
}

impl Text {
    /// The value as one text: commas and semicolons are a part of it.
    pub fn whole(&self) -> String {
        self.plain(&self.value)
    }

    /// The components of a structured value (N, ADR, ORG), with `joint` between the values that commas
    /// part in one of them.
    pub fn components(&self, joint: &str) -> Vec<String> {
        let component = |piece| {
            let values = self.pieces(piece, ',').into_iter().map(|value| self.plain(value));
            let values: Vec<_> = values.filter(|value| !value.trim().is_empty()).collect();
            values.join(joint)
        };
        self.pieces(&self.value, ';').into_iter().map(component).collect()
    }

    /// The values of a list (NICKNAME), which commas part.
    pub fn list(&self) -> Vec<String> {
        self.pieces(&self.value, ',').into_iter().map(|piece| self.plain(piece)).collect()
    }

    fn plain(&self, piece: &str) -> String {
        if self.escaped { unescape(piece) } else { piece.to_owned() }
    }

    /// The pieces of a text between separators that no backslash escapes.
    fn pieces<'a>(&self, text: &'a str, separator: char) -> Vec<&'a str> {
        let mut pieces = Vec::new();
        let mut start = 0;
        let mut after_backslash = false;
        for (at, c) in text.char_indices() {
            if c == separator && !after_backslash {
                pieces.push(text.get(start..at).unwrap_or_default());
                start = at + c.len_utf8();
            }
            after_backslash = self.escaped && c == '\\' && !after_backslash;
        }
        pieces.push(text.get(start..).unwrap_or_default());
        pieces
    }
}

/// What a SOUND or PHOTO holds.
pub(super) enum Binary {
    /// A text that says how the name is read: the SOUND of version 2.1 that names no encoding, and
    /// the `X-IRMC-N` of mobile telephones. No recording.
    Reading,
    /// Type in lower case as the card says it, and the octets.
    Octets(String, Vec<u8>),
    /// Content-ID of another part.
    Cid(String),
    /// A web address; never fetched.
    Elsewhere,
    /// Not what it says it is.
    Damaged,
}

/// All cards in a file.
pub(super) fn cards(octets: &[u8]) -> Vec<Source> {
    let text = text(octets);
    let mut cards = Vec::new();
    let mut open: Option<Source> = None;
    let mut nested = 0_usize;
    let mut agent = false;
    for line in logical(&text) {
        let compact: String = line.chars().filter(|c| !c.is_whitespace()).take(12).collect();
        if compact.eq_ignore_ascii_case("begin:vcard") {
            if nested > 0 || agent {
                nested += 1;
            } else {
                cards.extend(open.take().map(|card| Source { unclosed: true, ..card }));
                open = Some(Source::default());
            }
            agent = false;
            continue;
        }
        if compact.eq_ignore_ascii_case("end:vcard") {
            if nested > 0 {
                nested -= 1;
            } else {
                cards.extend(open.take());
            }
            continue;
        }
        if nested > 0 {
            continue;
        }
        let Some(card) = open.as_mut() else { continue };
        let Some(property) = Property::split(&line) else { continue };
        if property.name == "AGENT" {
            // Version 2.1 puts a whole card after it; 3.0 escapes it into the value.
            agent = property.value.trim().is_empty();
            nested = usize::from(property.value.trim().eq_ignore_ascii_case("BEGIN:VCARD"));
            continue;
        }
        agent = false;
        if card.lines.len() <= PROPERTIES_MAX {
            card.lines.extend(property.into_line());
        }
    }
    cards.extend(open.map(|card| Source { unclosed: true, ..card }));
    cards
}

/// UTF-8, UTF-16 with its mark, else Windows-1252, of which Latin-1 is a part.
fn text(octets: &[u8]) -> String {
    if let Some(rest) = octets.strip_prefix(b"\xef\xbb\xbf") {
        return String::from_utf8_lossy(rest).into_owned();
    }
    if octets.starts_with(b"\xff\xfe") || octets.starts_with(b"\xfe\xff") {
        return encoding::text(octets, Some("utf-16"));
    }
    match std::str::from_utf8(octets) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding::text(octets, Some("windows-1252")),
    }
}

/// Unfolded lines. Version 2.1 folds where a blank is, which stays (section 2.1.3 there: RFC 822
/// folding); the others put one in (RFC 2425 section 5.8.1). A soft line break takes nothing along in
/// 2.1; no later version knows it, and there a blank after it is folding.
fn logical(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut soft = false;
    let mut old = false;
    let mut cards = OldCards::of(text);
    for line in text.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        if is_begin(line) {
            old = cards.next();
        }
        let previous = out.last_mut();
        match previous {
            Some(previous) if soft => {
                previous.pop();
                let blanks: &[char] = if old { &[] } else { &[' ', '\t'] };
                previous.push_str(line.trim_start_matches(blanks));
            }
            // Blanks alone are folded blanks too; at the end of a value they count for nothing.
            Some(previous) if line.starts_with([' ', '\t']) => {
                previous.push_str(if old { line } else { line.get(1..).unwrap_or_default() });
            }
            Some(previous) if is_base64(previous) && is_base64_line(line) => {
                previous.push_str(line)
            }
            _ if line.trim().is_empty() => {}
            _ => out.push(line.to_owned()),
        }
        soft = out.last().is_some_and(|l| l.ends_with('=') && is_quoted(l));
    }
    out
}

fn is_begin(line: &str) -> bool {
    let mut letters = line.bytes().filter(|b| !b.is_ascii_whitespace());
    b"begin:vcard".iter().all(|b| letters.next().is_some_and(|found| found.eq_ignore_ascii_case(b)))
        && letters.next().is_none()
}

/// Which cards of a text are of version 2.1, in the order of their beginnings. VERSION may be their
/// last line. One inside another (AGENT) begins a card too, and what follows it is its.
struct OldCards(std::vec::IntoIter<bool>);

impl OldCards {
    fn of(text: &str) -> Self {
        let mut cards = Vec::new();
        for line in text.lines() {
            let compact = || line.chars().filter(|c| !c.is_whitespace()).take(12);
            if is_begin(line) {
                cards.push(false);
            } else if line.get(..7).is_some_and(|name| name.eq_ignore_ascii_case("version"))
                && let Some(last) = cards.last_mut()
            {
                *last = compact().skip(7).eq(":2.1".chars());
            }
        }
        Self(cards.into_iter())
    }

    fn next(&mut self) -> bool {
        self.0.next().unwrap_or_default()
    }
}

fn parameters_contain(line: &str, words: &[&str]) -> bool {
    let head = line.split(':').next().unwrap_or_default();
    head.split([';', '=', ','])
        .skip(1)
        .any(|p| words.iter().any(|w| p.trim().eq_ignore_ascii_case(w)))
}

fn is_quoted(line: &str) -> bool {
    parameters_contain(line, &["quoted-printable"])
}

fn is_base64(line: &str) -> bool {
    parameters_contain(line, &["base64", "b"])
}

fn is_base64_line(line: &str) -> bool {
    !line.is_empty() && line.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b))
}

/// Words that say how a value is written, not what it is.
pub(super) const NO_TYPES: [&str; 7] =
    ["base64", "b", "quoted-printable", "inline", "cid", "url", "uri"];

/// How the type of a SOUND begins that is a text: `X-IRMC-N` of mobile telephones.
pub(super) const READING: &str = "x-irmc-";

/// A line taken apart.
struct Property<'a> {
    /// Upper case, without its group.
    name: String,
    /// As written, bare ones with an empty name.
    parameters: Vec<(String, &'a str)>,
    value: &'a str,
}

impl<'a> Property<'a> {
    fn split(line: &'a str) -> Option<Self> {
        let colon = outside_quotes(line, ':')?;
        let (head, value) = (line.get(..colon)?, line.get(colon + 1..)?);
        let mut pieces = Vec::new();
        let mut rest = head;
        while let Some(at) = outside_quotes(rest, ';') {
            pieces.push(rest.get(..at)?);
            rest = rest.get(at + 1..)?;
        }
        pieces.push(rest);
        let mut pieces = pieces.into_iter();
        let name = pieces.next()?.trim();
        let name = name.rsplit('.').next()?.to_ascii_uppercase();
        let legal = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if name.is_empty() || !name.chars().all(legal) {
            return None;
        }
        let parameters = pieces
            .take(32)
            .map(|p| match p.split_once('=') {
                Some((key, value)) => (key.trim().to_ascii_uppercase(), value.trim()),
                None => (String::new(), p.trim()),
            })
            .collect();
        Some(Self { name, parameters, value: value.trim_start() })
    }

    fn parameter(&self, key: &str) -> Option<&'a str> {
        self.parameters.iter().find(|(k, _)| k == key).map(|(_, v)| *v)
    }

    /// Whether an encoding is named, with or without `ENCODING=`.
    fn encoded(&self, words: &[&str]) -> bool {
        self.parameters.iter().any(|(key, value)| {
            (key.is_empty() || key == "ENCODING")
                && words.iter().any(|w| value.eq_ignore_ascii_case(w))
        })
    }

    fn into_line(self) -> Option<Line> {
        match self.name.as_str() {
            "VERSION" | "PROFILE" => None,
            "SOUND" | "PHOTO" => {
                let binary = self.binary();
                Some(Line::Binary(self.name, binary))
            }
            _ => Some(Line::Text(self.into_text())),
        }
    }

    /// The value with quoted-printable and its charset undone.
    fn decoded(&self) -> String {
        if self.encoded(&["quoted-printable"]) {
            let octets = encoding::decode(self.value.as_bytes(), Encoding::QuotedPrintable).octets;
            let charset = self.parameter("CHARSET");
            if charset.is_none() && std::str::from_utf8(&octets).is_err() {
                return encoding::text(&octets, Some("windows-1252"));
            }
            return encoding::text(&octets, charset);
        }
        if self.encoded(&["base64", "b"]) {
            let octets = encoding::decode(self.value.as_bytes(), Encoding::Base64).octets;
            return encoding::text(&octets, self.parameter("CHARSET"));
        }
        self.value.to_owned()
    }

    fn into_text(self) -> Text {
        let value = self.decoded();
        let named = self.parameters.iter().filter(|(key, _)| key.is_empty() || key == "TYPE");
        let types = named
            .flat_map(|(_, value)| value.trim_matches('"').split(','))
            .map(|kind| kind.trim().to_ascii_lowercase())
            .collect();
        Text {
            types,
            pref: self.parameters.iter().any(|(key, _)| key == "PREF"),
            // A lone backslash of an encoded value is no escape.
            escaped: value == self.value,
            value: value.replace('\0', ""),
            name: self.name,
        }
    }

    fn binary(&self) -> Binary {
        let kind = self.parameters.iter().find_map(|(key, value)| {
            let value = value.trim_matches('"').to_ascii_lowercase();
            let named = key.is_empty() || key == "TYPE" || key == "MEDIATYPE";
            (named && !NO_TYPES.contains(&value.as_str())).then_some(value)
        });
        let kind = kind.unwrap_or_default();
        let value = self.value.trim();
        if self.name == "SOUND" && kind.starts_with(READING) {
            return Binary::Reading;
        }
        let lower =
            |text: &str, len: usize| text.get(..len).unwrap_or_default().to_ascii_lowercase();
        if lower(value, 4) == "cid:" {
            return cid(value.get(4..).unwrap_or_default());
        }
        // `SOUND;TYPE=32KADPCM;ENCODING=URI=CID:<x>` and `URI=CID:<x>` lose their `CID`.
        let stray = self.parameters.iter().any(|(key, value)| {
            (key == "URI" || key == "ENCODING" || key == "VALUE")
                && lower(value.rsplit('=').next().unwrap_or_default(), 3) == "cid"
        });
        if stray && !value.is_empty() {
            return cid(value);
        }
        if lower(value, 5) == "data:" {
            return data(value.get(5..).unwrap_or_default());
        }
        if self.encoded(&["base64", "b"]) || value.len() > 200 && is_base64_line(value) {
            let compact: String = value.chars().filter(|c| !c.is_whitespace()).collect();
            return octets(kind, encoding::decode(compact.as_bytes(), Encoding::Base64));
        }
        if self.encoded(&["quoted-printable"]) {
            return octets(kind, encoding::decode(value.as_bytes(), Encoding::QuotedPrintable));
        }
        let address = self.parameter("VALUE").is_some_and(|v| !v.eq_ignore_ascii_case("text"));
        if value.contains("://") || address {
            Binary::Elsewhere
        } else if self.name == "SOUND" && (kind.is_empty() || self.parameter("VALUE").is_some()) {
            Binary::Reading
        } else {
            Binary::Damaged
        }
    }
}

fn octets(kind: String, decoded: encoding::Decoded) -> Binary {
    if decoded.octets.is_empty() { Binary::Damaged } else { Binary::Octets(kind, decoded.octets) }
}

/// A Content-ID: without brackets, percent-decoded (RFC 2392).
fn cid(value: &str) -> Binary {
    let value = value.trim().trim_start_matches('<');
    let value = value.split('>').next().unwrap_or_default();
    let value = String::from_utf8_lossy(&encoding::percent(value.as_bytes())).into_owned();
    let id: String = value.chars().filter(|c| c.is_ascii_graphic()).take(250).collect();
    if id.is_empty() { Binary::Damaged } else { Binary::Cid(id) }
}

/// What follows `data:` (RFC 2397).
fn data(value: &str) -> Binary {
    let Some((head, body)) = value.split_once([',']) else { return Binary::Damaged };
    let kind = head.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let body = encoding::percent(body.as_bytes());
    if head.to_ascii_lowercase().contains(";base64") {
        return octets(kind, encoding::decode(&body, Encoding::Base64));
    }
    if body.is_empty() { Binary::Damaged } else { Binary::Octets(kind, body) }
}

fn unescape(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(c) => out.push(c),
                None => {}
            },
            c => out.push(c),
        }
    }
    out
}

/// Where a character first stands outside double quotes. An unclosed quote is none.
fn outside_quotes(text: &str, wanted: char) -> Option<usize> {
    let mut in_quotes = false;
    for (at, c) in text.char_indices() {
        if c == '"' {
            in_quotes = !in_quotes;
        } else if c == wanted && !in_quotes {
            return Some(at);
        }
    }
    if in_quotes { text.find(wanted) } else { None }
}
/// A value of type uri, which has no escapes (RFC 2426 section 3.6.8). A backslash is none of its
/// characters, and readers take it for an escape.
pub fn uri(value: &str) -> String {
    let fits = |c: &char| !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}');
    value.chars().filter(fits).collect::<String>().replace('\\', "%5C")
}
