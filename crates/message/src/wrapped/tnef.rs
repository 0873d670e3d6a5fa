//! What is in a TNEF stream (`winmail.dat`, MS-OXTNEF): the text, the attachments and the mark of
//! confidentiality, written as a MIME entity that `view` takes apart like any other.
//!
//! A reader of our own: two lists of lengths and values. Checksums are not looked at, because some
//! writers get them wrong; lengths are. Compressed RTF is not decoded. An enclosed message becomes a
//! message/rfc822 with its stream inside, so the limits on enclosed messages hold for it. Limits:
//! [`ATTACHMENTS_MAX`] attachments; every step goes forwards, without recursion.

use std::collections::BTreeMap;

use aloud_model::{AddrSpec, Address};

use crate::view::encoding;
use crate::write::{Content, Fields, Part};

/// Attachments that are read.
pub const ATTACHMENTS_MAX: usize = 500;
/// Octets of a name, a type or a subject that are read.
const WORD_MAX: usize = 4_096;

const SIGNATURE: [u8; 4] = [0x78, 0x9f, 0x3e, 0x22];
/// What stands before a stream inside a property: IID_IMessage.
const MESSAGE_ID: [u8; 16] = [7, 3, 2, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46];

/// Attributes, by the lower half of their tags.
mod attribute {
    pub const SUBJECT: u16 = 0x8004;
    pub const BODY: u16 = 0x800c;
    pub const ATTACH_DATA: u16 = 0x800f;
    pub const ATTACH_TITLE: u16 = 0x8010;
    pub const ATTACH_RENDDATA: u16 = 0x9002;
    pub const MSG_PROPS: u16 = 0x9003;
    pub const ATTACHMENT: u16 = 0x9005;
    pub const OEM_CODEPAGE: u16 = 0x9007;
}

/// Properties (MS-OXPROPS).
mod property {
    pub const SENSITIVITY: u16 = 0x0036;
    pub const SUBJECT: u16 = 0x0037;
    pub const SENDER_NAME: u16 = 0x0c1a;
    pub const SENDER_ADDRESS: u16 = 0x0c1f;
    pub const BODY: u16 = 0x1000;
    pub const RTF_COMPRESSED: u16 = 0x1009;
    pub const BODY_HTML: u16 = 0x1013;
    pub const DISPLAY_NAME: u16 = 0x3001;
    pub const ATTACH_DATA: u16 = 0x3701;
    pub const ATTACH_FILENAME: u16 = 0x3704;
    pub const ATTACH_LONG_FILENAME: u16 = 0x3707;
    pub const ATTACH_MIME_TAG: u16 = 0x370e;
    pub const ATTACH_CONTENT_ID: u16 = 0x3712;
    pub const INTERNET_CODEPAGE: u16 = 0x3fde;
    pub const SENDER_SMTP_ADDRESS: u16 = 0x5d01;
}

/// Types of properties.
mod kind {
    pub const OBJECT: u16 = 0x0d;
    pub const STRING: u16 = 0x1e;
    pub const UNICODE: u16 = 0x1f;
    pub const BINARY: u16 = 0x102;
    pub const SEVERAL: u16 = 0x1000;
}

/// A value and its type.
#[derive(Debug, Clone, Copy)]
struct Value<'a> {
    kind: u16,
    octets: &'a [u8],
}

type Properties<'a> = BTreeMap<u16, Value<'a>>;

#[derive(Debug, Default)]
struct Attachment<'a> {
    title: Option<&'a [u8]>,
    data: Option<&'a [u8]>,
    properties: Properties<'a>,
}

/// A stream taken apart.
#[derive(Debug, Default)]
pub struct Tnef<'a> {
    subject: Option<&'a [u8]>,
    body: Option<&'a [u8]>,
    code_page: Option<u32>,
    properties: Properties<'a>,
    attachments: Vec<Attachment<'a>>,
    /// Something in it is not as it should be, or the end is missing.
    pub damaged: bool,
    /// There are more attachments than are read.
    pub full: bool,
}

fn u16_at(octets: &[u8], at: usize) -> Option<u16> {
    let two = octets.get(at..)?.first_chunk::<2>()?;
    Some(u16::from_le_bytes(*two))
}

fn u32_at(octets: &[u8], at: usize) -> Option<u32> {
    let four = octets.get(at..)?.first_chunk::<4>()?;
    Some(u32::from_le_bytes(*four))
}

/// A length or count at `at`, as far as this machine can hold it.
fn size_at(octets: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32_at(octets, at)?).ok()
}

impl<'a> Tnef<'a> {
    /// Reads a stream; `None` for what is none.
    pub fn read(octets: &'a [u8]) -> Option<Self> {
        octets.starts_with(&SIGNATURE).then_some(())?;
        let mut tnef = Self::default();
        // The signature and a key.
        let mut at = SIGNATURE.len() + 2;
        while at < octets.len() {
            let rest = octets.get(at..).unwrap_or_default();
            if at > 6 && rest.iter().all(|c| matches!(c, 0 | b'\r' | b'\n')) {
                break;
            }
            let head = (rest.first().copied(), u16_at(rest, 1), size_at(rest, 5));
            let (Some(1 | 2), Some(id), Some(length)) = head else {
                tnef.damaged = true;
                break;
            };
            let rest = rest.get(9..).unwrap_or_default();
            let value = rest.get(..length.min(rest.len())).unwrap_or_default();
            tnef.attribute(id, value);
            // A checksum of two octets follows.
            if rest.len().saturating_sub(2) < length {
                tnef.damaged = true;
                break;
            }
            at += 9 + length + 2;
        }
        tnef.damaged |= at <= 6;
        Some(tnef)
    }

    fn attribute(&mut self, id: u16, value: &'a [u8]) {
        match id {
            attribute::SUBJECT => self.subject = Some(value),
            attribute::BODY => self.body = Some(value),
            attribute::OEM_CODEPAGE => self.code_page = u32_at(value, 0),
            attribute::MSG_PROPS => {
                self.damaged |= properties(value, &mut self.properties).is_none();
            }
            attribute::ATTACH_RENDDATA => self.begin(),
            attribute::ATTACH_TITLE => {
                if let Some(attachment) = self.attachment(|a| a.title.is_none()) {
                    attachment.title = Some(value);
                }
            }
            attribute::ATTACH_DATA => {
                if let Some(attachment) = self.attachment(|a| a.data.is_none()) {
                    attachment.data = Some(value);
                }
            }
            attribute::ATTACHMENT => {
                let mut found = Properties::new();
                let sound = properties(value, &mut found).is_some();
                if let Some(attachment) = self.attachment(|_| true) {
                    attachment.properties.extend(found);
                }
                self.damaged |= !sound;
            }
            _ => {}
        }
    }

    fn begin(&mut self) {
        if self.attachments.len() < ATTACHMENTS_MAX {
            self.attachments.push(Attachment::default());
        } else {
            self.full = true;
        }
    }

    /// The attachment that is being read; another one where nobody announced it.
    fn attachment(
        &mut self,
        fits: impl Fn(&Attachment<'_>) -> bool,
    ) -> Option<&mut Attachment<'a>> {
        if !self.full && !self.attachments.last().is_some_and(fits) {
            self.begin();
        }
        if self.full { None } else { self.attachments.last_mut() }
    }

    /// The value of the Sensitivity field that the mark of confidentiality stands for.
    pub fn sensitivity(&self) -> Option<&'static str> {
        match u32_at(self.properties.get(&property::SENSITIVITY)?.octets, 0)? {
            1 => Some("Personal"),
            2 => Some("Private"),
            3 => Some("Company-Confidential"),
            _ => None,
        }
    }

    /// Whether its text is there as compressed RTF alone.
    pub fn is_rich_only(&self) -> bool {
        self.properties.contains_key(&property::RTF_COMPRESSED)
            && self.text().is_none()
            && self.html().is_none()
    }

    fn text(&self) -> Option<String> {
        let body = self.body.map(|body| self.decoded(trimmed(body)));
        let filled = |text: &String| !text.trim().is_empty();
        body.filter(filled).or_else(|| {
            self.properties.get(&property::BODY).map(|v| self.string(*v)).filter(filled)
        })
    }

    /// The HTML and its charset.
    fn html(&self) -> Option<(Vec<u8>, Option<String>)> {
        let value = *self.properties.get(&property::BODY_HTML)?;
        let page = self.properties.get(&property::INTERNET_CODEPAGE);
        let page = page.and_then(|v| u32_at(v.octets, 0)).or(self.code_page);
        let (octets, charset) = match value.kind {
            kind::UNICODE => (self.string(value).into_bytes(), Some("utf-8".to_owned())),
            _ => (trimmed(value.octets).to_vec(), page.and_then(charset)),
        };
        (!octets.trim_ascii().is_empty()).then_some((octets, charset))
    }

    fn decoded(&self, octets: &[u8]) -> String {
        encoding::text(octets, self.code_page.and_then(charset).as_deref())
    }

    fn string(&self, value: Value<'_>) -> String {
        if value.kind != kind::UNICODE {
            return self.decoded(trimmed(value.octets));
        }
        let units = value.octets.chunks_exact(2).filter_map(|two| u16_at(two, 0));
        char::decode_utf16(units.take_while(|unit| *unit != 0))
            .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect()
    }

    /// A short text among properties.
    fn word(&self, properties: &Properties<'_>, id: u16) -> Option<String> {
        let value = *properties.get(&id)?;
        let octets = value.octets.get(..value.octets.len().min(WORD_MAX))?;
        matches!(value.kind, kind::STRING | kind::UNICODE).then_some(())?;
        Some(self.string(Value { octets, ..value })).filter(|word| !word.trim().is_empty())
    }

    /// All of it as a MIME entity; `None` when nothing is inside. A text is left out when `is_known`.
    pub fn entity(&self, is_known: impl Fn(&str) -> bool) -> Option<Vec<u8>> {
        let mut parts = Vec::new();
        let text = self.text().filter(|text| !is_known(text));
        let plain = text
            .map(|text| Part::new("text/plain; charset=utf-8", Content::Octets(text.into_bytes())));
        let html = self.html().map(|(octets, charset)| {
            let charset = charset.map(|c| format!("; charset={c}")).unwrap_or_default();
            Part::new(format!("text/html{charset}"), Content::Octets(octets))
        });
        match (plain, html) {
            (Some(plain), Some(html)) => {
                let both = Content::Parts(vec![plain, html]);
                parts.push(Part::new("multipart/alternative", both));
            }
            (one, other) => parts.extend(one.or(other)),
        }
        parts.extend(self.attachments.iter().filter_map(|attachment| self.part(attachment)));
        (!parts.is_empty()).then_some(())?;
        let mut fields = Fields::default();
        if let Some(sensitivity) = self.sensitivity() {
            fields.structured("Sensitivity", sensitivity);
        }
        let whole = Part::new("multipart/mixed", Content::Parts(parts));
        Some(whole.into_message(&fields, "tnef"))
    }

    fn part(&self, attachment: &Attachment<'_>) -> Option<Part> {
        let properties = &attachment.properties;
        let object = properties.get(&property::ATTACH_DATA);
        let octets = match object {
            Some(value) if value.kind == kind::OBJECT => {
                if let Some(stream) = value.octets.strip_prefix(MESSAGE_ID.as_slice())
                    && let Some(message) = Tnef::read(stream)
                {
                    return Some(message.enclosed(stream));
                }
                value.octets.get(MESSAGE_ID.len()..).unwrap_or_default()
            }
            Some(value) if attachment.data.is_none_or(<[u8]>::is_empty) => value.octets,
            _ => attachment.data?,
        };
        let named =
            [property::ATTACH_LONG_FILENAME, property::ATTACH_FILENAME, property::DISPLAY_NAME];
        let title = |title: &[u8]| {
            let title = title.get(..title.len().min(WORD_MAX)).unwrap_or_default();
            Some(self.decoded(trimmed(title))).filter(|title| !title.is_empty())
        };
        let name = self
            .word(properties, property::ATTACH_LONG_FILENAME)
            .or_else(|| attachment.title.and_then(title))
            .or_else(|| named.into_iter().find_map(|id| self.word(properties, id)));
        let tag = self.word(properties, property::ATTACH_MIME_TAG).and_then(|tag| media_type(&tag));
        let tag = tag.unwrap_or_else(|| "application/octet-stream".to_owned());
        let mut part = Part::new(tag, Content::Octets(octets.to_vec()));
        let name = name.as_deref().map(|name| ("filename", name));
        part.fields.parameters("Content-Disposition", "attachment", name.as_slice());
        let id = self.word(properties, property::ATTACH_CONTENT_ID);
        let id = id.map(|id| id.trim().trim_matches(['<', '>']).to_owned());
        let sound = |id: &&str| id.bytes().all(|c| c.is_ascii_graphic() && !b"<>()\"".contains(&c));
        if let Some(id) = id.as_deref().filter(|id| !id.is_empty() && id.len() < 500).filter(sound)
        {
            part.fields.structured("Content-ID", &format!("<{id}>"));
        }
        Some(part)
    }

    /// This stream as an enclosed message.
    fn enclosed(&self, stream: &[u8]) -> Part {
        let mut fields = Fields::default();
        let own = &self.properties;
        let address = [property::SENDER_SMTP_ADDRESS, property::SENDER_ADDRESS]
            .into_iter()
            .filter_map(|id| self.word(own, id))
            .find_map(|address| AddrSpec::parse(address.trim()).ok());
        if let Some(addr) = address {
            let name = self.word(own, property::SENDER_NAME);
            fields.addresses("From", &[Address { name, addr }]);
        }
        let subject = self.subject.map(|s| s.get(..s.len().min(WORD_MAX)).unwrap_or_default());
        let subject = subject.map(|s| self.decoded(trimmed(s)));
        if let Some(subject) = subject.or_else(|| self.word(own, property::SUBJECT)) {
            fields.text("Subject", &subject);
        }
        let inside = Part::new("application/ms-tnef", Content::Octets(stream.to_vec()));
        Part::new("message/rfc822", Content::Octets(inside.into_message(&fields, "tnef")))
    }
}

/// Without the octet of zero at the end of a string, and what is behind it.
fn trimmed(octets: &[u8]) -> &[u8] {
    octets.split(|c| *c == 0).next().unwrap_or_default()
}

/// A media type that a leaf can have.
fn media_type(tag: &str) -> Option<String> {
    let tag = tag.trim().to_ascii_lowercase();
    let (main, sub) = tag.split_once('/')?;
    let token = |s: &str| {
        !s.is_empty() && s.bytes().all(|c| c.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&c))
    };
    (token(main) && token(sub) && main != "multipart" && tag.len() < 100).then_some(tag)
}

/// The charset of a code page of Windows.
fn charset(page: u32) -> Option<String> {
    match page {
        65_001 => Some("utf-8".into()),
        20_127 => Some("us-ascii".into()),
        932 | 50_220 | 50_221 => Some(if page == 932 { "shift_jis" } else { "iso-2022-jp" }.into()),
        936 => Some("gbk".into()),
        949 => Some("euc-kr".into()),
        950 => Some("big5".into()),
        20_866 => Some("koi8-r".into()),
        1_250..=1_258 => Some(format!("windows-{page}")),
        28_591..=28_606 => Some(format!("iso-8859-{}", page - 28_590)),
        _ => None,
    }
}

/// Reads a list of properties; `None` when it breaks off. Of several values the first is kept.
fn properties<'a>(octets: &'a [u8], out: &mut Properties<'a>) -> Option<()> {
    let count = u32_at(octets, 0)?;
    let mut at = 4_usize;
    for _ in 0..count {
        let (typed, id) = (u16_at(octets, at)?, u16_at(octets, at + 2)?);
        at += 4;
        if id >= 0x8000 {
            // A property with a name: whose it is, then a number or the name.
            let by_name = u32_at(octets, at + 16)? != 0;
            let last = size_at(octets, at + 20)?;
            at = at.checked_add(24)?;
            at = if by_name { at.checked_add(padded(last)?)? } else { at };
            octets.get(at..)?;
        }
        let several = typed & kind::SEVERAL != 0;
        let kind = typed & !kind::SEVERAL;
        let fixed = match kind {
            // Two octets and four are both kept in four.
            0x02 | 0x03 | 0x04 | 0x0a | 0x0b => Some(4),
            0x05 | 0x06 | 0x07 | 0x14 | 0x40 => Some(8),
            0x48 => Some(16),
            kind::OBJECT | kind::STRING | kind::UNICODE | kind::BINARY => None,
            // Nothing.
            0x00 | 0x01 if !several => Some(0),
            _ => return None,
        };
        let values = if several || fixed.is_none() {
            at += 4;
            size_at(octets, at - 4)?
        } else {
            1
        };
        for value in 0..values {
            let length = match fixed {
                Some(length) => length,
                None => {
                    at += 4;
                    size_at(octets, at - 4)?
                }
            };
            let octets = octets.get(at..)?.get(..length)?;
            at += padded(length)?;
            if value == 0 && id < 0x8000 {
                out.entry(id).or_insert(Value { kind, octets });
            }
        }
    }
    Some(())
}

/// Values fill groups of four octets.
fn padded(length: usize) -> Option<usize> {
    length.checked_next_multiple_of(4)
}

#[cfg(test)]
pub(super) mod build {
    //! Streams for tests.

    /// A stream of attributes.
    pub fn stream(attributes: &[Vec<u8>]) -> Vec<u8> {
        [&super::SIGNATURE[..], &[1, 0], &attributes.concat()].concat()
    }

    /// One attribute, its level and whole tag first.
    pub fn attribute(level: u8, tag: u32, value: &[u8]) -> Vec<u8> {
        let length = u32::try_from(value.len()).expect("short");
        let sum = value.iter().fold(0_u16, |sum, c| sum.wrapping_add(u16::from(*c)));
        [&[level][..], &tag.to_le_bytes(), &length.to_le_bytes(), value, &sum.to_le_bytes()]
            .concat()
    }

    /// A list of properties: type, identifier, value.
    pub fn list(list: &[(u16, u16, &[u8])]) -> Vec<u8> {
        let mut out = u32::try_from(list.len()).expect("short").to_le_bytes().to_vec();
        for (kind, id, value) in list {
            out.extend_from_slice(&kind.to_le_bytes());
            out.extend_from_slice(&id.to_le_bytes());
            if matches!(*kind, 0x0d | 0x1e | 0x1f | 0x102) {
                out.extend_from_slice(&1_u32.to_le_bytes());
                out.extend_from_slice(&u32::try_from(value.len()).expect("short").to_le_bytes());
            }
            out.extend_from_slice(value);
            out.resize(out.len().next_multiple_of(4), 0);
        }
        out
    }

    /// A text as UTF-16.
    pub fn wide(text: &str) -> Vec<u8> {
        text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
    }

    /// The tags that tests use.
    pub const BODY: u32 = 0x0002_800c;
    pub const SUBJECT: u32 = 0x0001_8004;
    pub const MSG_PROPS: u32 = 0x0006_9003;
    pub const CODE_PAGE: u32 = 0x0006_9007;
    pub const REND: u32 = 0x0006_9002;
    pub const TITLE: u32 = 0x0001_8010;
    pub const DATA: u32 = 0x0006_800f;
    pub const PROPS: u32 = 0x0006_9005;

    /// An attachment as a classic one: title and data.
    pub fn file(title: &str, data: &[u8]) -> Vec<u8> {
        [
            attribute(2, REND, &[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
            attribute(2, TITLE, format!("{title}\0").as_bytes()),
            attribute(2, DATA, data),
        ]
        .concat()
    }

    /// An enclosed message.
    pub fn enclosed(inner: &[u8]) -> Vec<u8> {
        let object = [&super::MESSAGE_ID[..], inner].concat();
        [
            attribute(2, REND, &[2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
            attribute(2, PROPS, &list(&[(0x0d, 0x3701, &object)])),
        ]
        .concat()
    }
}

#[cfg(test)]
mod tests {
    use super::build::*;
    use super::*;
    use crate::view::View;

    fn leaves(octets: &[u8]) -> Vec<(String, String, Option<String>, Vec<u8>)> {
        let entity = Tnef::read(octets).expect("a stream").entity(|_| false).expect("something");
        let view = View::parse(&entity);
        assert!(view.problems.is_empty() && !view.unclosed, "{:?}", view.problems);
        view.leaves()
            .map(|p| (p.path.clone(), p.content.value.clone(), p.filename(), p.decode().octets))
            .collect()
    }

    #[test]
    fn text_html_and_files_come_out_with_their_names() {
        let props = list(&[
            (0x03, 0x3fde, &65_001_u32.to_le_bytes()),
            (0x02, 0x0036, &[2, 0, 0, 0]),
            (0x102, 0x1013, "<p>Grüße</p>".as_bytes()),
            (0x102, 0x1009, b"LZFu"),
        ]);
        let named = list(&[
            (0x1f, 0x3707, &wide("Nachricht für Ada.wav")),
            (0x1e, 0x370e, b"Audio/WAV\0"),
            (0x1e, 0x3712, b"<one@x>\0"),
            (0x102, 0x3701, b"not this one"),
        ]);
        let raw = stream(&[
            attribute(1, CODE_PAGE, &1_252_u32.to_le_bytes()),
            attribute(1, BODY, b"Gr\xfc\xdfe\0"),
            attribute(1, MSG_PROPS, &props),
            file("NACHRI~1.WAV", b"RIFFxxxx"),
            attribute(2, PROPS, &named),
            file("b.txt", b""),
            attribute(2, PROPS, &list(&[(0x102, 0x3701, b"by property")])),
        ]);
        let own = |path: &str, kind: &str, name: Option<&str>, octets: &[u8]| {
            (path.to_owned(), kind.to_owned(), name.map(str::to_owned), octets.to_vec())
        };
        assert_eq!(
            leaves(&raw),
            [
                own("1.1", "text/plain", None, "Grüße".as_bytes()),
                own("1.2", "text/html", None, "<p>Grüße</p>".as_bytes()),
                own("2", "audio/wav", Some("Nachricht für Ada.wav"), b"RIFFxxxx"),
                own("3", "application/octet-stream", Some("b.txt"), b"by property"),
            ]
        );
        let tnef = Tnef::read(&raw).expect("a stream");
        assert!(!tnef.damaged && !tnef.full && !tnef.is_rich_only());
        assert_eq!(tnef.sensitivity(), Some("Private"));
    }

    #[test]
    fn rich_text_alone_is_told_and_a_known_text_left_out() {
        let props = list(&[(0x102, 0x1009, b"LZFu")]);
        let raw = stream(&[attribute(1, MSG_PROPS, &props)]);
        let tnef = Tnef::read(&raw).expect("a stream");
        assert!(tnef.is_rich_only() && tnef.entity(|_| false).is_none());
        let raw = stream(&[attribute(1, BODY, b"known")]);
        let tnef = Tnef::read(&raw).expect("a stream");
        assert!(tnef.entity(|text| text == "known").is_none() && tnef.entity(|_| false).is_some());
    }

    #[test]
    fn what_is_cut_or_false_is_damaged() {
        let raw = stream(&[
            attribute(1, BODY, b"text"),
            file("a.bin", b"0123456789"),
            attribute(2, PROPS, &list(&[(0x1f, 0x3707, &wide("a.bin"))])),
        ]);
        let whole = Tnef::read(&raw).expect("a stream");
        assert!(!whole.damaged && whole.attachments.len() == 1);
        let mut sound = 0;
        for end in 0..raw.len() {
            sound += usize::from(Tnef::read(&raw[..end]).is_some_and(|t| !t.damaged));
        }
        // Between two attributes nobody can tell that something is missing.
        assert_eq!(sound, 4);
        assert!(Tnef::read(b"PK\x03\x04").is_none());
        let mut padded = raw.clone();
        padded.extend_from_slice(b"\0\0\r\n");
        assert!(Tnef::read(&padded).is_some_and(|t| !t.damaged));
        // A count that nothing follows, of values of no length too.
        for kind in [0x1001_u16, 0x1003, 0x101e, 0x1e, 0x77] {
            let mut liar = vec![255, 255, 255, 255];
            liar.extend_from_slice(&kind.to_le_bytes());
            liar.extend_from_slice(&[1, 0, 255, 255, 255, 255, 255, 255, 255, 255]);
            let raw = stream(&[attribute(1, MSG_PROPS, &liar)]);
            assert!(Tnef::read(&raw).is_some_and(|t| t.damaged), "{kind:x}");
        }
        let many = stream(&vec![file("x", b"y"); ATTACHMENTS_MAX + 7]);
        let many = Tnef::read(&many).expect("a stream");
        assert!(many.full && many.attachments.len() == ATTACHMENTS_MAX);
    }

    #[test]
    fn an_enclosed_message_is_one() {
        let inner = stream(&[
            attribute(1, SUBJECT, b"Inner\0"),
            attribute(1, MSG_PROPS, &list(&[(0x1e, 0x5d01, b"ada@x.example\0")])),
            attribute(1, BODY, b"text"),
        ]);
        let got = leaves(&stream(&[enclosed(&inner)]));
        let [(_, kind, _, octets)] = got.as_slice() else { panic!("{got:?}") };
        assert_eq!(kind, "message/rfc822");
        let view = View::parse(octets);
        assert_eq!(view.header().text("subject").as_deref(), Some("Inner"));
        assert_eq!(view.header().text("from").as_deref(), Some("ada@x.example"));
        let leaf = view.leaf("1").expect("there");
        assert!(leaf.is("application/ms-tnef") && leaf.decode().octets == inner);
    }

    #[test]
    fn nothing_in_a_name_becomes_a_field() {
        let named = list(&[
            (0x1e, 0x3707, b"a\r\nX-Evil: 1\r\n\r\nb\0"),
            (0x1e, 0x370e, b"text/plain\r\nX-Evil: 1\0"),
            (0x1e, 0x3712, b"x>\r\nX-Evil: 1\0"),
        ]);
        let raw = stream(&[file("x", b"--=_tnef.1_--\r\n"), attribute(2, PROPS, &named)]);
        let entity = Tnef::read(&raw).expect("a stream").entity(|_| false).expect("something");
        let view = View::parse(&entity);
        assert_eq!(view.leaves().count(), 1);
        assert!(view.parts.iter().all(|p| !p.header.has("x-evil")));
    }
}
