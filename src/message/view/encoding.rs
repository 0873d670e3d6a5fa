//! Transfer encodings (RFC 2045 section 6), charsets and encoded words (RFC 2047), leniently.
//!
//! Nothing here fails: damaged input gives what could be read and says that it was damaged. All
//! loops are linear in the input.

use std::borrow::Cow;

use memchr::{memchr, memmem};

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
        Encoding::QuotedPrintable => quoted_printable(body, false),
        Encoding::Uuencode => uudecode(body),
    }
}

const BAD: u32 = 0x8000_0000;
const BAD_SYMBOL: u8 = 0xff;

const fn symbol(c: u8) -> u8 {
    match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => BAD_SYMBOL,
    }
}

/// The value of each character moved to its place in a group of four, so that a group is three
/// look-ups and an `or`; foreign characters set the top bit.
// Evaluated by the compiler, which checks the index.
#[allow(clippy::indexing_slicing)]
const fn shifted(shift: u32) -> [u32; 256] {
    let mut table = [BAD; 256];
    let mut c = 0;
    while c < 256 {
        let value = symbol(c as u8);
        if value != BAD_SYMBOL {
            table[c] = (value as u32) << shift;
        }
        c += 1;
    }
    table
}

static FIRST: [u32; 256] = shifted(18);
static SECOND: [u32; 256] = shifted(12);
static THIRD: [u32; 256] = shifted(6);
static FOURTH: [u32; 256] = shifted(0);

/// Decodes base64 in one pass over the lines. Whole lines of clean groups take the fast path; any
/// other line is read a character at a time with the rest carried over.
fn base64(body: &[u8]) -> Decoded {
    let mut out = Decoded { octets: Vec::with_capacity(body.len() / 4 * 3), damaged: false };
    let mut carry = Carry::default();
    let mut rest = body;
    while !rest.is_empty() {
        let (line, after) = match memchr(b'\n', rest) {
            Some(at) => {
                (rest.get(..at).unwrap_or_default(), rest.get(at + 1..).unwrap_or_default())
            }
            None => (rest, &[][..]),
        };
        rest = after;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let clean = carry.count == 0 && line.len() % 4 == 0 && whole_groups(line, &mut out.octets);
        if !clean {
            slowly(line, &mut carry, &mut out);
        }
    }
    match carry.count {
        0 => {}
        1 => out.damaged = true,
        n => {
            // Padding is missing: the last group still holds n - 1 octets.
            let bits = carry.bits << (6 * (4 - n));
            out.octets.extend(bits.to_be_bytes().into_iter().skip(1).take(usize::from(n) - 1));
            out.damaged = true;
        }
    }
    out.damaged |= out.octets.is_empty() && body.iter().any(|c| !c.is_ascii_whitespace());
    out
}

#[derive(Default)]
struct Carry {
    bits: u32,
    count: u8,
}

/// Decodes a line of complete groups without padding; leaves `out` as it was and says no when the
/// line holds anything else.
// An octet indexes a table of 256.
#[allow(clippy::indexing_slicing)]
fn whole_groups(line: &[u8], out: &mut Vec<u8>) -> bool {
    let before = out.len();
    let mut seen = 0;
    out.reserve(line.len() / 4 * 3);
    for group in line.chunks_exact(4) {
        if let [a, b, c, d] = group {
            let bits = FIRST[usize::from(*a)]
                | SECOND[usize::from(*b)]
                | THIRD[usize::from(*c)]
                | FOURTH[usize::from(*d)];
            seen |= bits;
            let [_, x, y, z] = bits.to_be_bytes();
            out.extend_from_slice(&[x, y, z]);
        }
    }
    if seen & BAD != 0 {
        out.truncate(before);
        return false;
    }
    true
}

fn slowly(line: &[u8], carry: &mut Carry, out: &mut Decoded) {
    for &c in line {
        let value = symbol(c);
        if value != BAD_SYMBOL {
            carry.bits = (carry.bits << 6) | u32::from(value);
            carry.count += 1;
            if carry.count == 4 {
                out.octets.extend(carry.bits.to_be_bytes().into_iter().skip(1));
                *carry = Carry::default();
            }
        } else if c == b'=' {
            // The end of a group; some senders go on with another one after it.
            if carry.count >= 2 {
                let bits = carry.bits << (6 * u32::from(4 - carry.count));
                let keep = usize::from(carry.count) - 1;
                out.octets.extend(bits.to_be_bytes().into_iter().skip(1).take(keep));
            } else if carry.count == 1 {
                out.damaged = true;
            }
            *carry = Carry::default();
        } else if !c.is_ascii_whitespace() {
            out.damaged = true;
        }
    }
}

const fn hex(c: u8) -> Option<u8> {
    match c {
        b'0'..=b'9' => Some(c - b'0'),
        b'A'..=b'F' => Some(c - b'A' + 10),
        b'a'..=b'f' => Some(c - b'a' + 10),
        _ => None,
    }
}

/// Quoted-printable, or with `word` its Q variant (RFC 2047 section 4.2).
fn quoted_printable(body: &[u8], word: bool) -> Decoded {
    let mut out = Decoded { octets: Vec::with_capacity(body.len()), damaged: false };
    let mut at = 0;
    while let Some(&c) = body.get(at) {
        at += 1;
        match c {
            b'=' => {
                let pair = (body.get(at).copied(), body.get(at + 1).copied());
                if let (Some(high), Some(low)) = (pair.0.and_then(hex), pair.1.and_then(hex)) {
                    out.octets.push(high << 4 | low);
                    at += 2;
                    continue;
                }
                // A soft line break, perhaps with blanks before it.
                let end = body.get(at..).unwrap_or_default();
                let blanks = end.iter().take_while(|c| matches!(c, b' ' | b'\t')).count();
                match (end.get(blanks), end.get(blanks + 1)) {
                    (Some(b'\r'), Some(b'\n')) => at += blanks + 2,
                    (Some(b'\n'), _) => at += blanks + 1,
                    (None, _) => at += blanks,
                    _ => {
                        out.octets.push(b'=');
                        out.damaged = true;
                    }
                }
            }
            b'_' if word => out.octets.push(b' '),
            _ => out.octets.push(c),
        }
    }
    out
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
        let Some((&length, data)) = line.split_first() else { continue };
        let mut left = usize::from(length.wrapping_sub(32) & 63);
        for group in data.chunks(4) {
            let mut bits = 0_u32;
            for i in 0..4 {
                let c = group.get(i).copied().unwrap_or(b' ');
                bits = bits << 6 | u32::from(c.wrapping_sub(32) & 63);
            }
            let take = left.min(3);
            out.octets.extend(bits.to_be_bytes().into_iter().skip(1).take(take));
            left -= take;
        }
    }
    out.damaged = true;
    out
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
    if !loose && let Some(decoder) = charset_decoder(&name) {
        return decoder(octets);
    }
    match std::str::from_utf8(octets) {
        Ok(text) => text.to_owned(),
        Err(_) => charset_decoder("windows-1252")
            .map_or_else(|| String::from_utf8_lossy(octets).into_owned(), |decode| decode(octets)),
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

fn charset_decoder(name: &str) -> Option<fn(&[u8]) -> String> {
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
    mail_parser::decoders::charsets::map::charset_decoder(name.as_bytes())
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
        b'Q' | b'q' => quoted_printable(payload, true).octets,
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

/// Percent-decoding of RFC 2231 values.
pub fn percent(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut at = 0;
    while let Some(&c) = value.get(at) {
        at += 1;
        let pair = (value.get(at).copied().and_then(hex), value.get(at + 1).copied().and_then(hex));
        if let (b'%', (Some(high), Some(low))) = (c, pair) {
            out.push(high << 4 | low);
            at += 2;
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_lenient_and_says_so() {
        let cases: [(&[u8], &[u8], bool); 10] = [
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
        ];
        for (input, octets, damaged) in cases {
            let got = decode(input, Encoding::Base64);
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
