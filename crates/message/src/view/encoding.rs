//! Transfer encodings (RFC 2045 section 6), charsets and encoded words (RFC 2047), leniently.
//!
//! Nothing here fails: damaged input gives what could be read and says that it was damaged. All
//! loops are linear in the input.
//!
//! mail-parser undoes base64 and quoted-printable and knows the charsets. Its encoded words stay
//! unused: it puts blanks around `[=?utf-8?q?a?=]`, reads each word for itself (senders split
//! characters between two), believes `ISO-8859-1` of what is UTF-8, knows no `cp932`, and needs
//! quadratic time for beginnings without an end.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter, memmem, memrchr};

use super::library;

mod stream;

pub use stream::Decoder;

/// How a body is encoded for transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// 7bit, 8bit, binary, absent, or unknown: the octets as they are.
    #[default]
    Identity,
    /// base64, also spelled `Base-64` (RFC 1911).
    Base64,
    /// quoted-printable.
    QuotedPrintable,
    /// uuencode, never standardized for MIME and still met.
    Uuencode,
}

impl Encoding {
    /// Reads a Content-Transfer-Encoding value; `None` for one that nobody knows.
    pub fn parse(value: &str) -> Option<Self> {
        let plain: String = value
            .split(['(', ';'])
            .next()
            .unwrap_or_default()
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_lowercase())
            .collect();
        match plain.as_str() {
            "" | "7bit" | "8bit" | "binary" | "7bits" | "8bits" | "none" | "ascii" => {
                Some(Self::Identity)
            }
            "base64" | "b64" | "xbase64" => Some(Self::Base64),
            "quotedprintable" | "qp" => Some(Self::QuotedPrintable),
            "uuencode" | "xuuencode" | "uue" | "xuue" => Some(Self::Uuencode),
            _ => None,
        }
    }
}

/// Octets after decoding, and whether the encoding was damaged.
#[derive(Debug, Default)]
pub struct Decoded {
    /// What could be read.
    pub octets: Vec<u8>,
    /// Foreign characters, a missing end, or nothing where there should be something.
    pub damaged: bool,
}

/// Undoes a transfer encoding.
pub fn decode(body: &[u8], encoding: Encoding) -> Decoded {
    match encoding {
        Encoding::Identity => Decoded { octets: body.to_vec(), damaged: false },
        Encoding::Base64 => base64(body),
        Encoding::QuotedPrintable => quoted_printable(body),
        Encoding::Uuencode => uudecode(body),
    }
}

/// Decodes base64. Characters that are none of its own are left out; groups that the sender padded
/// in the middle are read one after the other.
fn base64(body: &[u8]) -> Decoded {
    let (octets, clean) = match library::base64(body) {
        Some(octets) => (octets, true),
        None => {
            let own = |c: &u8| c.is_ascii_alphanumeric() || matches!(c, b'+' | b'/' | b'=');
            let rest: Vec<u8> = body.iter().copied().filter(own).collect();
            (library::base64(&rest).unwrap_or_default(), false)
        }
    };
    let nothing = octets.is_empty() && !body.trim_ascii().is_empty();
    Decoded { octets, damaged: !clean || nothing || ends_inside_a_group(body) }
}

/// Whether characters are missing behind the last padding. Of a body that is clean otherwise.
fn ends_inside_a_group(body: &[u8]) -> bool {
    let padded = memrchr(b'=', body).map_or(0, |at| at + 1);
    let tail = body.get(padded..).unwrap_or_default();
    let blanks: usize = b" \t\r\n".iter().map(|c| memchr_iter(*c, tail).count()).sum();
    !(tail.len() - blanks).is_multiple_of(4)
}

/// Decodes quoted-printable. A sign that means nothing stands for itself; the decoder is told so,
/// because it makes one octet of `= 50` and gives up at `==`.
fn quoted_printable(body: &[u8]) -> Decoded {
    let mut sound = Vec::with_capacity(body.len());
    let mut damaged = false;
    let mut rest = body;
    while let Some(at) = memchr(b'=', rest) {
        let (before, sign) = rest.split_at(at);
        rest = sign.get(1..).unwrap_or_default();
        let pair = rest.get(..2).is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit));
        // A soft line break, perhaps with blanks before it.
        let next = rest.iter().find(|c| !matches!(c, b' ' | b'\t' | b'\r'));
        let fine = pair || matches!(next, None | Some(b'\n'));
        sound.extend_from_slice(before);
        sound.extend_from_slice(if fine { b"=" } else { b"=3D" });
        damaged |= !fine;
    }
    sound.extend_from_slice(rest);
    Decoded { octets: library::quoted_printable(&sound).unwrap_or(sound), damaged }
}

fn uudecode(body: &[u8]) -> Decoded {
    let mut out = Decoded::default();
    let mut begun = false;
    for line in body.split(|c| *c == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if !begun {
            begun = line.starts_with(b"begin ");
            continue;
        }
        if line == b"end" {
            return out;
        }
        uu_octets(line, &mut out.octets);
    }
    out.damaged = true;
    out
}

/// The octets of one line of uuencode.
fn uu_octets(line: &[u8], out: &mut Vec<u8>) {
    let Some((&length, data)) = line.split_first() else { return };
    let mut left = usize::from(length.wrapping_sub(32) & 63);
    for group in data.chunks(4) {
        let mut bits = 0_u32;
        for i in 0..4 {
            let c = group.get(i).copied().unwrap_or(b' ');
            bits = bits << 6 | u32::from(c.wrapping_sub(32) & 63);
        }
        let take = left.min(3);
        out.extend(bits.to_be_bytes().into_iter().skip(1).take(take));
        left -= take;
    }
}

/// Whether a charset is known by this name or by one that programs give it.
pub fn is_known_charset(name: &str) -> bool {
    let name = name.trim().to_ascii_lowercase();
    matches!(name.as_str(), "us-ascii" | "ascii" | "utf-8") || in_charset(b"a", &name).is_some()
}

/// Octets of a text in its charset. Unknown charsets, and ASCII or Latin-1 that is really UTF-8
/// (a PBX labels its mail so), are read as UTF-8 where that fits, else as Windows-1252.
pub fn text(octets: &[u8], charset: Option<&str>) -> String {
    let name = charset.map(|c| c.trim().to_ascii_lowercase()).unwrap_or_default();
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let loose = plain.is_empty()
        || plain == "utf8"
        || plain == "usascii"
        || plain == "ascii"
        || plain.starts_with("iso88591")
        || plain == "latin1";
    if loose && let Ok(text) = std::str::from_utf8(octets) {
        return text.to_owned();
    }
    if plain == "utf8" {
        return String::from_utf8_lossy(octets).into_owned();
    }
    if !loose && let Some(text) = in_charset(octets, &name) {
        return text;
    }
    match std::str::from_utf8(octets) {
        Ok(text) => text.to_owned(),
        Err(_) => library::text(octets, "windows-1252")
            .unwrap_or_else(|| String::from_utf8_lossy(octets).into_owned()),
    }
}

/// A header value whose octets are of a charset that the content names, as UTF-8; any other value
/// as it is. Mail from before encoded words, and from systems that never heard of them.
pub fn utf8<'a>(value: &'a [u8], charset: &str) -> Cow<'a, [u8]> {
    let seven_bit = value.contains(&0x1b);
    if !seven_bit && std::str::from_utf8(value).is_ok() {
        return Cow::Borrowed(value);
    }
    let name = charset.trim().to_ascii_lowercase();
    if seven_bit && !name.starts_with("iso-2022-") {
        return Cow::Borrowed(value);
    }
    Cow::Owned(text(value, Some(&name)).into_bytes())
}

/// Names that programs give to charsets, and what these are called elsewhere.
const ALIASES: [(&str, &str); 19] = [
    ("cp932", "shift_jis"),
    ("x-ms-cp932", "shift_jis"),
    ("windows-932", "shift_jis"),
    ("eucjp", "euc-jp"),
    ("iso-2022-jp-1", "iso-2022-jp"),
    ("iso-2022-jp-2", "iso-2022-jp"),
    ("iso-2022-jp-3", "iso-2022-jp"),
    ("iso-2022-jp-ms", "iso-2022-jp"),
    ("cp50220", "iso-2022-jp"),
    ("cp50221", "iso-2022-jp"),
    ("euckr", "euc-kr"),
    ("cp949", "euc-kr"),
    ("uhc", "euc-kr"),
    ("cp950", "big5"),
    ("big-5", "big5"),
    ("euc-cn", "gbk"),
    ("gb-18030", "gb18030"),
    ("koi8r", "koi8-r"),
    ("koi8u", "koi8-u"),
];

fn in_charset(octets: &[u8], name: &str) -> Option<String> {
    // "win-1251", "windows1251", "cp-1251".
    let page: String = name.chars().filter(char::is_ascii_digit).collect();
    let windows = ["win", "cp"].iter().any(|start| name.starts_with(start));
    let known;
    let name = match ALIASES.iter().find(|(alias, _)| *alias == name) {
        Some((_, known)) => *known,
        None if windows && page.len() == 4 && page.starts_with("125") => {
            known = format!("windows-{page}");
            known.as_str()
        }
        // Their decoder knows nothing but the sign for what is not known.
        None if name.starts_with("iso-2022-kr") || name.starts_with("iso-2022-cn") => return None,
        None => name,
    };
    library::text(octets, name)
}

/// One `=?charset?B?...?=`.
struct Word<'a> {
    charset: &'a str,
    octets: Vec<u8>,
}

/// Longest encoded word that is believed; RFC 2047 says 75, real senders go far beyond.
const WORD_MAX: usize = 8 * 1024;

/// Reads an encoded word at the start of `input`; the second value is its length.
fn word(input: &[u8]) -> Option<(Word<'_>, usize)> {
    let rest = input.strip_prefix(b"=?")?;
    let rest = rest.get(..rest.len().min(WORD_MAX))?;
    let charset_end = memchr(b'?', rest).filter(|at| (1..=60).contains(at))?;
    let charset = std::str::from_utf8(rest.get(..charset_end)?).ok()?;
    let charset = charset.split('*').next().unwrap_or_default();
    if !charset.bytes().all(|c| c.is_ascii_graphic()) {
        return None;
    }
    let kind = *rest.get(charset_end + 1)?;
    if rest.get(charset_end + 2) != Some(&b'?') {
        return None;
    }
    let data = rest.get(charset_end + 3..)?;
    let end = memmem::find(data, b"?=")?;
    let payload = data.get(..end)?;
    let octets = match kind {
        b'B' | b'b' => base64(payload).octets,
        b'Q' | b'q' => {
            let blanks = |c: &u8| if *c == b'_' { b' ' } else { *c };
            quoted_printable(&payload.iter().map(blanks).collect::<Vec<u8>>()).octets
        }
        _ => return None,
    };
    Some((Word { charset, octets }, 2 + charset_end + 3 + end + 2))
}

/// The length of an encoded word at the start of `input`; `None` where there is none, or one with
/// blanks, which no standard allows.
pub fn word_length(input: &[u8]) -> Option<usize> {
    let (_, length) = word(input)?;
    let solid = input.get(..length)?.iter().all(u8::is_ascii_graphic);
    solid.then_some(length)
}

/// An unstructured header value: unfolded, encoded words decoded, 8-bit octets read as UTF-8 or
/// Windows-1252. Words next to each other are joined before their charset is decoded, because
/// senders split characters between them.
pub fn unstructured(value: &[u8]) -> String {
    let value: Vec<u8> = value.iter().copied().filter(|c| !matches!(c, b'\r' | b'\n')).collect();
    let mut out = String::with_capacity(value.len());
    let mut pending: Option<(String, Vec<u8>)> = None;
    let mut rest = value.as_slice();
    let mut hopeless = memmem::find(rest, b"?=").is_none();
    while !rest.is_empty() {
        let start = if hopeless { None } else { memmem::find(rest, b"=?") };
        let plain = rest.get(..start.unwrap_or(rest.len())).unwrap_or_default();
        let tail = rest.get(plain.len()..).unwrap_or_default();
        match word(tail) {
            Some((word, length)) => {
                let gap_only = plain.iter().all(u8::is_ascii_whitespace);
                match &mut pending {
                    Some((charset, octets))
                        if gap_only
                            && charset.eq_ignore_ascii_case(word.charset)
                            && !is_stateful(charset) =>
                    {
                        octets.extend(&word.octets);
                    }
                    _ => {
                        let after_word = flush(&mut pending, &mut out);
                        if !(after_word && gap_only) {
                            out.push_str(&text(plain, None));
                        }
                        pending = Some((word.charset.to_owned(), word.octets));
                    }
                }
                rest = tail.get(length..).unwrap_or_default();
            }
            None => {
                flush(&mut pending, &mut out);
                let skip = (plain.len() + 2).min(rest.len());
                let skip = if start.is_none() { rest.len() } else { skip };
                out.push_str(&text(rest.get(..skip).unwrap_or_default(), None));
                rest = rest.get(skip..).unwrap_or_default();
                hopeless = hopeless || memmem::find(rest, b"?=").is_none();
            }
        }
    }
    flush(&mut pending, &mut out);
    out
}

/// Each word of such a charset begins and ends in ASCII, and a decoder stumbles over the seam.
fn is_stateful(charset: &str) -> bool {
    charset.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("iso-2022"))
}

fn flush(pending: &mut Option<(String, Vec<u8>)>, out: &mut String) -> bool {
    pending.take().map(|(charset, octets)| out.push_str(&text(&octets, Some(&charset)))).is_some()
}

/// Percent-decoding of RFC 2231 values; signs that mean nothing stand for themselves.
pub fn percent(value: &[u8]) -> Vec<u8> {
    percent_encoding::percent_decode(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_lenient_and_says_so() {
        let cases: [(&[u8], &[u8], bool); 15] = [
            (b"oT8=", &[0xa1, 0x3f], false),
            (b"oT8=\r\n", &[0xa1, 0x3f], false),
            (b"oT8", &[0xa1, 0x3f], true),
            (b"o", &[], true),
            (b"QUJD\r\nREVG\r\n", b"ABCDEF", false),
            (b"QU\r\nJDRE\r\nVG", b"ABCDEF", false),
            (b"QUI=QUI=", b"ABAB", false),
            (b"QU(JD)", b"ABC", true),
            (b"", b"", false),
            (b"QUJDREVG QUJD", b"ABCDEFABC", false),
            (b"QUI=QUJDQ", b"ABABC", true),
            (b"QUI=\nQUJD\nQUJD", b"ABABCABC", false),
            (b"QUJ\x0bD-QUJD--", b"ABCABC", true),
            (b"\xff\xff", b"", true),
            (b"QUJD\xffREVG", b"ABCDEF", true),
        ];
        for (input, octets, damaged) in cases {
            let got = decode(input, Encoding::Base64);
            assert_eq!((got.octets.as_slice(), got.damaged), (octets, damaged), "{input:?}");
        }
    }

    #[test]
    fn quoted_printable_is_lenient_and_says_so() {
        let cases: [(&[u8], &[u8], bool); 11] = [
            (b"a=3Db=3d", b"a=b=", false),
            (b"a=\r\nb= \t\nc=", b"abc", false),
            (b"=C3=A9=FF", b"\xc3\xa9\xff", false),
            (b"caf\xe9", b"caf\xe9", false),
            // RFC 2045 section 6.7, rule 3: blanks at the end of a line come from the way.
            (b"a \t\r\nb=20\r\n", b"a\r\nb \r\n", false),
            (b"a = 50", b"a = 50", true),
            (b"====", b"===", true),
            (b"=g1=4", b"=g1=4", true),
            (b"x=\ny==41", b"xy=A", true),
            (b"=", b"", false),
            (b"", b"", false),
        ];
        for (input, octets, damaged) in cases {
            let got = decode(input, Encoding::QuotedPrintable);
            assert_eq!((got.octets.as_slice(), got.damaged), (octets, damaged), "{input:?}");
        }
    }

    #[test]
    fn the_five_encodings_of_one_audio_part_agree() {
        let octets = [0x7f, 0x77, 0x8f, 0x3d, 0x0a];
        let written: [(&[u8], &str); 3] =
            [(b"f3ePPQo=", "Base-64"), (b"=7Fw=8F=3D=0A", "Quoted-Printable"), (&octets, "binary")];
        for (body, encoding) in written {
            let encoding = Encoding::parse(encoding).expect("known");
            assert_eq!(decode(body, encoding).octets, octets);
        }
    }

    #[test]
    fn encoded_words_join_before_the_charset_is_decoded() {
        for (input, expected) in [
            ("plain", "plain"),
            ("=?utf-8?q?Ren=C3=A9e?=", "Renée"),
            ("=?UTF-8?B?4oKs?= =?UTF-8?B?4oKs?=", "€€"),
            ("=?utf-8?q?=C3?=\r\n =?utf-8?q?=A9?=", "é"),
            ("a =?utf-8?q?b?= c", "a b c"),
            ("=?iso-8859-1?q?=E9?= =?utf-8?q?=C3=A9?=", "éé"),
            ("=?nonsense", "=?nonsense"),
            ("=?utf-8?x?abc?=", "=?utf-8?x?abc?="),
            ("=?ISO-8859-1?Q?Ren=C3=A9?=", "René"),
            ("=?ISO-2022-JP?B?GyRCJUYbKEI=?= =?ISO-2022-JP?B?GyRCJTkbKEI=?=", "テス"),
            ("=?cp932?Q?=82=b1?= =?CP932?q?=82=b1?=", "ここ"),
            ("=?win-1251?Q?=cf=f0?=", "Пр"),
            ("=?Windows1252?Q?=80?=", "€"),
            ("=?uhc?B?wL0=?=", "음"),
            ("=?utf-8*en?q?a?=", "a"),
            ("=?unknown-8bit?q?Ren=E9?=", "René"),
        ] {
            assert_eq!(unstructured(input.as_bytes()), expected, "{input}");
        }
        assert_eq!(unstructured(b"Ren\xe9"), "René");
    }

    #[test]
    fn hostile_words_stay_linear() {
        let many = b"=?xx?q?".repeat(20_000);
        assert!(unstructured(&many).starts_with("=?xx?q?"));
        let mut tail = many.clone();
        tail.extend(b"?=");
        assert!(!unstructured(&tail).is_empty());
    }
}
