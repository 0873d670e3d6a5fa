//! Content-Type and Content-Disposition with their parameters (RFC 2045 section 5.1, RFC 2183,
//! RFC 2231), leniently: any case, blanks around `=` and inside the type, comments, values without
//! quotes that hold blanks, repeated parameters (the first counts). Where a parameter stands there
//! plainly and in the form of RFC 2231 too, the latter counts: the plain one is for old programs.
//!
//! Not by mail-parser, which forgets the marks of RFC 2231 and octets outside UTF-8, takes the plain of
//! two (`filename=a; filename*=...`), reads `filename*1*` in no charset, `message (1).wav` as `message`
//! and `C:\mail\a.wav` as `C:maila.wav`, and loses all of `; filename=a.wav` and a value on the next
//! line. Tests: below, and `tests/message/vs_mail_parser.rs`.

use super::encoding;

/// Parameters believed; more are ignored.
const PARAMS_MAX: usize = 100;

/// A value and its parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Structured {
    /// `audio/32kadpcm` or `inline`: lower case, no blanks, no comment.
    pub value: String,
    params: Vec<Param>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Param {
    key: String,
    octets: Vec<u8>,
    /// It stood there without quotes, so that what is in parentheses may be a comment.
    bare: bool,
}

impl Structured {
    /// Reads a field value.
    pub fn parse(raw: &[u8]) -> Self {
        let flat: Vec<u8> =
            raw.iter().copied().filter(|c| !matches!(c, b'\r' | b'\n' | 0)).collect();
        let mut pieces = Pieces { rest: &flat };
        // Some write the parameters only.
        let named = !flat.trim_ascii_start().starts_with(b";")
            && Pieces { rest: &flat }.next().is_none_or(|first| !is_parameter(&first));
        let value = if named { pieces.next().unwrap_or_default() } else { Vec::new() };
        let value = super::header::without_comments(&String::from_utf8_lossy(&value));
        let value: String = value
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '"')
            .map(|c| c.to_ascii_lowercase())
            .collect();
        let mut params = Vec::new();
        for piece in pieces.take(PARAMS_MAX) {
            let Some(at) = memchr::memchr(b'=', &piece) else { continue };
            let (key, value) = piece.split_at(at);
            let key = String::from_utf8_lossy(key).trim().to_ascii_lowercase();
            let value = value.get(1..).unwrap_or_default().trim_ascii();
            if !key.is_empty() {
                params.push(Param { key, octets: unquote(value), bare: !value.starts_with(b"\"") });
            }
        }
        Self { value, params }
    }

    /// The names of the parameters in lower case, as written: with the marks of RFC 2231.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.params.iter().map(|param| param.key.as_str())
    }

    fn param(&self, key: &str) -> Option<&Param> {
        self.params.iter().find(|param| param.key == key)
    }

    /// A parameter's octets, without RFC 2231 or RFC 2047 decoding.
    pub fn raw(&self, name: &str) -> Option<&[u8]> {
        self.param(name).map(|param| param.octets.as_slice())
    }

    /// The boundary: its octets as written, or joined where they come in pieces (RFC 2231). Without
    /// quotes a comment may stand behind it; the second form is the one without.
    pub fn boundary(&self) -> Option<(Vec<u8>, Option<Vec<u8>>)> {
        let Some(param) = self.param("boundary") else {
            return self.pieces("boundary").map(|(octets, _)| (octets, None));
        };
        let cut = memchr::memmem::find(&param.octets, b" (").filter(|_| param.bare);
        let short = cut.and_then(|at| param.octets.get(..at)).map(|o| o.trim_ascii().to_vec());
        Some((param.octets.clone(), short.filter(|octets| !octets.is_empty())))
    }

    /// A parameter as text: continuations joined, charset and percent signs decoded, encoded words
    /// too (which RFC 2047 forbids here and many send).
    pub fn text(&self, name: &str) -> Option<String> {
        if let Some(value) = self.raw(&format!("{name}*")) {
            return Some(extended(value));
        }
        if let Some((octets, charset)) = self.pieces(name) {
            let text = match charset {
                Some(charset) => encoding::text(&octets, Some(&charset)),
                // Without a charset some put an encoded word into the pieces.
                None => encoding::unstructured(&octets),
            };
            return Some(text.trim().to_owned());
        }
        let value = self.raw(name)?;
        Some(encoding::unstructured(value).trim().to_owned())
    }

    /// The continuations of a parameter (RFC 2231 section 3) in one, with their charset.
    fn pieces(&self, name: &str) -> Option<(Vec<u8>, Option<String>)> {
        let mut octets = Vec::new();
        let mut charset = None;
        let mut found = false;
        for index in 0..PARAMS_MAX {
            if let Some(value) = self.raw(&format!("{name}*{index}*")) {
                if index == 0 {
                    let (name, rest) = split_charset(value);
                    charset = name;
                    octets.extend(encoding::percent(rest));
                } else {
                    octets.extend(encoding::percent(value));
                }
            } else if let Some(value) = self.raw(&format!("{name}*{index}")) {
                octets.extend(value);
            } else {
                break;
            }
            found = true;
        }
        found.then_some((octets, charset))
    }

    /// [`Self::text`] in lower case and without the comments that may stand behind a bare word. Not
    /// for file names, which have parentheses of their own.
    pub fn token(&self, name: &str) -> Option<String> {
        let text = self.text(name)?;
        let bare = self.param(name).is_some_and(|param| param.bare);
        let text = if bare { super::header::without_comments(&text) } else { text };
        Some(text.to_ascii_lowercase()).filter(|v| !v.is_empty())
    }
}

/// `filename=...` where a type should stand.
fn is_parameter(piece: &[u8]) -> bool {
    let Some(at) = memchr::memchr(b'=', piece) else { return false };
    let key = piece.get(..at).unwrap_or_default().trim_ascii();
    !key.is_empty() && key.iter().all(|c| c.is_ascii_alphanumeric() || b"-*_".contains(c))
}

fn split_charset(value: &[u8]) -> (Option<String>, &[u8]) {
    let mut pieces = value.splitn(3, |c| *c == b'\'');
    match (pieces.next(), pieces.next(), pieces.next()) {
        (Some(charset), Some(_), Some(rest)) => {
            (Some(String::from_utf8_lossy(charset).into_owned()), rest)
        }
        _ => (None, value),
    }
}

fn extended(value: &[u8]) -> String {
    let (charset, rest) = split_charset(value);
    encoding::text(&encoding::percent(rest), charset.as_deref()).trim().to_owned()
}

/// Removes quotes and backslashes, or for a bare value surrounding blanks.
fn unquote(value: &[u8]) -> Vec<u8> {
    let value = value.trim_ascii();
    let Some(inner) = value.strip_prefix(b"\"") else { return value.to_vec() };
    let mut out = Vec::with_capacity(inner.len());
    let mut escaped = false;
    for &c in inner {
        match c {
            b'\\' if !escaped => escaped = true,
            b'"' if !escaped => return out,
            _ => {
                // A backslash before anything but a quote or another is part of a Windows path.
                if escaped && !matches!(c, b'"' | b'\\') {
                    out.push(b'\\');
                }
                escaped = false;
                out.push(c);
            }
        }
    }
    out
}

/// Splits at semicolons outside quotes. An unclosed quote ends at the next semicolon.
struct Pieces<'a> {
    rest: &'a [u8],
}

impl Iterator for Pieces<'_> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let end = end_of_piece(self.rest, true)
                .or_else(|| end_of_piece(self.rest, false))
                .unwrap_or(self.rest.len());
            let piece = self.rest.get(..end).unwrap_or_default().trim_ascii().to_vec();
            self.rest = self.rest.get(end + 1..).unwrap_or_default();
            if !piece.is_empty() {
                return Some(piece);
            }
        }
    }
}

fn end_of_piece(rest: &[u8], quotes: bool) -> Option<usize> {
    let mut quoted = false;
    let mut escaped = false;
    for (at, &c) in rest.iter().enumerate() {
        match c {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' if quotes => quoted = !quoted,
            b';' if !quoted => return Some(at),
            _ => {}
        }
    }
    (!quoted).then_some(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoded_word_in_pieces_is_decoded() {
        let raw = b"attachment;\r\n filename*0=\"=?UTF-8?Q?Anruf_von_M=C3\";\r\n filename*1=\"=BCller.wav?=\"";
        let said = Structured::parse(raw).text("filename");
        assert_eq!(said.as_deref(), Some("Anruf von Müller.wav"));
        let plain = b"attachment; filename*0=\"a b\"; filename*1=\" c.wav\"";
        assert_eq!(Structured::parse(plain).text("filename").as_deref(), Some("a b c.wav"));
    }

    #[test]
    fn reads_what_senders_write() {
        let of = |raw: &str| Structured::parse(raw.as_bytes());
        let t = of(" Multipart/ voice-message; Version=2.0;\r\n Boundary=\"Message Boundary\"");
        assert_eq!(t.value, "multipart/voice-message");
        assert_eq!(t.raw("boundary"), Some(&b"Message Boundary"[..]));
        assert_eq!(t.text("version").as_deref(), Some("2.0"));
        let d = of("inline; voice= Voice-Message-Notification; filename=my file.726");
        assert_eq!(d.token("voice").as_deref(), Some("voice-message-notification"));
        assert_eq!(d.text("filename").as_deref(), Some("my file.726"));
        assert_eq!(of("text/plain (a; b=c)").value, "text/plain");
        let d = of("attachment; filename*=utf-8''Ren%C3%A9.wav");
        assert_eq!(d.text("filename").as_deref(), Some("René.wav"));
        let d = of("attachment; filename*0*=utf-8''a%20; filename*1=b.wav");
        assert_eq!(d.text("filename").as_deref(), Some("a b.wav"));
        let d = of("attachment; filename=\"a.wav\"; filename*=iso-8859-1'fr'Ren%E9.wav");
        assert_eq!(d.text("filename").as_deref(), Some("René.wav"), "the better of two");
        let d = of("attachment; filename*1=\"b.wav\"; filename=x; filename*0=\"a \"");
        assert_eq!(d.text("filename").as_deref(), Some("a b.wav"), "pieces in any order");
        let d = of("attachment; filename=\"=?utf-8?q?Ren=C3=A9.wav?=\"");
        assert_eq!(d.text("filename").as_deref(), Some("René.wav"));
        let d = of("attachment; filename=\"C:\\mail\\a.wav");
        assert_eq!(d.text("filename").as_deref(), Some("C:\\mail\\a.wav"));
        let d = of("audio/x-wav; name=\"a;b\\\"c\"; x=1");
        assert_eq!(d.text("name").as_deref(), Some("a;b\"c"));
        assert_eq!(d.text("x").as_deref(), Some("1"));
    }
    #[test]
    fn comments_stand_anywhere() {
        let of = |raw: &str| Structured::parse(raw.as_bytes());
        let d =
            of("(a) inline (b;c=d); voice=Voice-Message (the \"main\" one); handling=OPTIONAL(x)");
        assert_eq!(d.value, "inline");
        assert_eq!(d.token("voice").as_deref(), Some("voice-message"));
        assert_eq!(d.token("handling").as_deref(), Some("optional"));
        // Names of files keep what is in parentheses.
        let d = of("attachment; filename=message (1).wav; voice=\"(x)\"");
        assert_eq!(d.text("filename").as_deref(), Some("message (1).wav"));
        assert_eq!(d.token("voice").as_deref(), Some("(x)"));
    }

    #[test]
    fn the_type_may_be_missing() {
        for raw in
            ["; filename=a.wav; voice=x", "filename=\"a.wav\"; voice=x", " ;;filename*=''a.wav"]
        {
            let d = Structured::parse(raw.as_bytes());
            assert_eq!(
                (d.value.as_str(), d.text("filename").as_deref()),
                ("", Some("a.wav")),
                "{raw}"
            );
        }
        assert_eq!(Structured::parse(b"text/plain=x; y=z").value, "text/plain=x");
    }

    #[test]
    fn boundaries_come_in_pieces_and_with_comments() {
        let boundary = |raw: &str| Structured::parse(raw.as_bytes()).boundary();
        let octets = |text: &str| text.as_bytes().to_vec();
        let cases = [
            ("m/x; boundary=\"a b\"", Some((octets("a b"), None))),
            ("m/x; boundary=\"a (b)\"", Some((octets("a (b)"), None))),
            (
                "m/x; boundary=a (the boundary)",
                Some((octets("a (the boundary)"), Some(octets("a")))),
            ),
            ("m/x; boundary*0=\"abc\"; boundary*1=def", Some((octets("abcdef"), None))),
            ("m/x", None),
        ];
        for (raw, expected) in cases {
            assert_eq!(boundary(raw), expected, "{raw}");
        }
    }
}
