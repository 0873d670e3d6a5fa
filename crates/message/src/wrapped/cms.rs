//! What is signed in a CMS SignedData (RFC 5652, PKCS #7), and nothing else of it: no signature is
//! checked and no certificate is read.
//!
//! A reader of our own, because mail is BER: `openssl cms -stream`, Outlook and others write lengths
//! that are not known in advance and the content in chunks. The `cms` and `der` crates read DER alone
//! and would refuse most of it. Only the way to the content is walked, and only forwards: seven
//! elements, without recursion. Limits: chunks within chunks to [`CHUNKS_DEPTH`] levels; every length
//! is checked against what is around it.

use memchr::memmem;

use crate::view::encoding::{self, Encoding};

/// Constructed strings within constructed strings. Real ones have one level.
const CHUNKS_DEPTH: usize = 8;
/// Octets of an identifier with a large number, or of a length.
const HEAD_MAX: usize = 8;

const OID: u8 = 0x06;
const OCTETS: u8 = 0x04;
const CHUNKS: u8 = 0x24;
const SEQUENCE: u8 = 0x30;
const EXPLICIT_0: u8 = 0xa0;

/// 1.2.840.113549.1.7 without its last number.
const PKCS7: [u8; 8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07];
/// 1.2.840.113549.1.9.16.1 without its last number.
const SMIME: [u8; 10] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01];

/// What a CMS object holds.
#[derive(Debug, PartialEq, Eq)]
pub enum Content {
    /// Content in the open.
    Signed {
        /// The octets that are signed, usually a MIME entity.
        octets: Vec<u8>,
        /// The end is missing.
        cut: bool,
    },
    /// Certificates, or a signature whose content is elsewhere.
    Nothing,
    /// Encrypted, with or without a check of authenticity.
    Encrypted,
    /// Compressed (RFC 3274).
    Compressed,
}

/// Why there is no content to be had.
#[derive(Debug, PartialEq, Eq)]
pub enum Fault {
    /// The octets end before the content begins.
    Cut,
    /// This is no CMS, or a damaged one.
    Damaged,
}

/// Reads a CMS object, in BER or as PEM.
pub fn read(octets: &[u8]) -> Result<Content, Fault> {
    match unarmoured(octets) {
        Some(decoded) => object(&decoded),
        None => object(octets),
    }
}

/// The octets of a PEM object; some mailers send that instead.
fn unarmoured(octets: &[u8]) -> Option<Vec<u8>> {
    let text = octets.trim_ascii_start();
    let rest = text.strip_prefix(b"-----BEGIN ")?;
    let start = memmem::find(rest, b"\n")?;
    let end = memmem::find(rest, b"\n-----END ").unwrap_or(rest.len());
    Some(encoding::decode(rest.get(start..end)?, Encoding::Base64).octets)
}

fn object(octets: &[u8]) -> Result<Content, Fault> {
    let mut reader = Reader { octets, at: 0, end: None };
    reader.enter(SEQUENCE)?;
    let kind = reader.oid()?;
    match (kind.strip_prefix(PKCS7.as_slice()), kind.strip_prefix(SMIME.as_slice())) {
        (Some([2]), _) => {}
        // Enveloped, signed and enveloped, encrypted; authEnveloped.
        (Some([3 | 4 | 6]), _) | (_, Some([23])) => return Ok(Content::Encrypted),
        (_, Some([9])) => return Ok(Content::Compressed),
        _ => return Err(Fault::Damaged),
    }
    reader.enter(EXPLICIT_0)?;
    reader.enter(SEQUENCE)?;
    // The version and the digest algorithms.
    reader.skip()?;
    reader.skip()?;
    reader.enter(SEQUENCE)?;
    reader.oid()?;
    if reader.is_at_end()? {
        return Ok(Content::Nothing);
    }
    reader.enter(EXPLICIT_0)?;
    reader.octet_string()
}

/// The head of an element.
struct Head {
    tag: u8,
    /// Where its content starts.
    start: usize,
    /// Where its content ends, if that is said.
    end: Option<usize>,
}

/// Walks into a BER structure; it never comes back out of what it entered.
struct Reader<'a> {
    octets: &'a [u8],
    at: usize,
    /// The innermost end that is said. It may lie behind the octets there are.
    end: Option<usize>,
}

impl Reader<'_> {
    fn octet(&self, at: usize) -> Result<u8, Fault> {
        self.octets.get(at).copied().ok_or(Fault::Cut)
    }

    /// The head at `at`, inside what ends at `bound`.
    fn head(&self, at: usize, bound: Option<usize>) -> Result<Head, Fault> {
        let tag = self.octet(at)?;
        let mut next = at + 1;
        if tag & 0x1f == 0x1f {
            while self.octet(next)? & 0x80 != 0 {
                next += 1;
                if next - at > HEAD_MAX {
                    return Err(Fault::Damaged);
                }
            }
            next += 1;
        }
        let first = self.octet(next)?;
        next += 1;
        let length = match first {
            0x80 if tag & 0x20 != 0 => None,
            0..=0x7f => Some(usize::from(first)),
            _ => {
                let count = usize::from(first & 0x7f);
                if count == 0 || count > HEAD_MAX {
                    return Err(Fault::Damaged);
                }
                let mut length = 0_u64;
                for _ in 0..count {
                    length = length << 8 | u64::from(self.octet(next)?);
                    next += 1;
                }
                Some(usize::try_from(length).map_err(|_| Fault::Damaged)?)
            }
        };
        let end = match length {
            Some(length) => Some(next.checked_add(length).ok_or(Fault::Damaged)?),
            None => None,
        };
        if bound.is_some_and(|bound| next > bound || end.is_some_and(|end| end > bound)) {
            return Err(Fault::Damaged);
        }
        Ok(Head { tag, start: next, end })
    }

    fn enter(&mut self, tag: u8) -> Result<(), Fault> {
        let head = self.head(self.at, self.end)?;
        if head.tag != tag {
            return Err(Fault::Damaged);
        }
        self.at = head.start;
        self.end = head.end.or(self.end);
        Ok(())
    }

    fn oid(&mut self) -> Result<Vec<u8>, Fault> {
        let head = self.head(self.at, self.end)?;
        let end = head.end.filter(|_| head.tag == OID).ok_or(Fault::Damaged)?;
        self.at = end;
        self.octets.get(head.start..end).map(<[u8]>::to_vec).ok_or(Fault::Cut)
    }

    /// Whether two octets of zero end an element of unknown length here.
    fn is_end_mark(&self, at: usize) -> Result<bool, Fault> {
        Ok(self.octet(at)? == 0 && self.octet(at + 1)? == 0)
    }

    /// Whether nothing more is in the element that was entered last.
    fn is_at_end(&self) -> Result<bool, Fault> {
        Ok(self.end == Some(self.at) || self.is_end_mark(self.at)?)
    }

    /// Leaves out an element. Those of unknown length are counted, not entered.
    fn skip(&mut self) -> Result<(), Fault> {
        let mut open = 0_usize;
        loop {
            if open > 0 && self.is_end_mark(self.at)? {
                self.at += 2;
                open -= 1;
            } else {
                let head = self.head(self.at, self.end)?;
                open += usize::from(head.end.is_none());
                self.at = head.end.unwrap_or(head.start);
            }
            if open == 0 {
                return Ok(());
            }
        }
    }

    /// The string here, its chunks put together.
    fn octet_string(&self) -> Result<Content, Fault> {
        let head = self.head(self.at, self.end)?;
        let mut octets = Vec::new();
        // Where the strings end that are open, and the innermost end said around each.
        let mut open: Vec<(Option<usize>, Option<usize>)> = Vec::new();
        match (head.tag, head.end) {
            (OCTETS, Some(end)) => {
                let cut = self.append(&mut octets, head.start, end);
                return Ok(Content::Signed { octets, cut });
            }
            (CHUNKS, end) => open.push((end, end.or(self.end))),
            _ => return Err(Fault::Damaged),
        }
        let mut at = head.start;
        while let Some((end, bound)) = open.last().copied() {
            let over = match end {
                Some(end) => Ok(at >= end),
                None => self.is_end_mark(at),
            };
            let next = match over {
                Ok(true) => {
                    at += if end.is_none() { 2 } else { 0 };
                    open.pop();
                    continue;
                }
                Ok(false) => self.head(at, bound),
                Err(fault) => Err(fault),
            };
            let head = match next {
                Ok(head) => head,
                Err(Fault::Cut) => return Ok(Content::Signed { octets, cut: true }),
                Err(Fault::Damaged) => return Err(Fault::Damaged),
            };
            match (head.tag, head.end) {
                (OCTETS, Some(end)) => {
                    if self.append(&mut octets, head.start, end) {
                        return Ok(Content::Signed { octets, cut: true });
                    }
                    at = end;
                }
                (CHUNKS, end) if open.len() < CHUNKS_DEPTH => {
                    open.push((end, end.or(bound)));
                    at = head.start;
                }
                _ => return Err(Fault::Damaged),
            }
        }
        Ok(Content::Signed { octets, cut: false })
    }

    /// Appends a chunk; true when its end is missing.
    fn append(&self, out: &mut Vec<u8>, start: usize, end: usize) -> bool {
        let there = end.min(self.octets.len());
        out.extend_from_slice(self.octets.get(start..there).unwrap_or_default());
        there < end
    }
}

#[cfg(test)]
pub(super) mod build {
    //! Objects for tests.

    use super::{EXPLICIT_0, OID, PKCS7, SEQUENCE};

    /// How an element is written: [`element`] or [`open`].
    pub type Write = fn(u8, &[u8]) -> Vec<u8>;

    /// An element of known length.
    pub fn element(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len()).expect("short");
        [&[tag, 0x84][..], &length.to_be_bytes(), content].concat()
    }

    /// An element of unknown length.
    pub fn open(tag: u8, content: &[u8]) -> Vec<u8> {
        [&[tag, 0x80][..], content, &[0, 0]].concat()
    }

    /// An object identifier.
    pub fn oid(prefix: &[u8], last: u8) -> Vec<u8> {
        element(OID, &[prefix, &[last]].concat())
    }

    /// Signed data around a string.
    pub fn signed(write: Write, string: Option<&[u8]>) -> Vec<u8> {
        let content = string.map(|s| write(EXPLICIT_0, s)).unwrap_or_default();
        let inner = write(SEQUENCE, &[oid(&PKCS7, 1), content].concat());
        let algorithms = write(0x31, &write(SEQUENCE, &oid(&PKCS7, 9)));
        let data = write(SEQUENCE, &[vec![2, 1, 1], algorithms, inner, vec![0x31, 0]].concat());
        write(SEQUENCE, &[oid(&PKCS7, 2), write(EXPLICIT_0, &data)].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::build::{Write, element, oid, open, signed};
    use super::*;

    fn content(octets: &[u8]) -> Vec<u8> {
        match read(octets) {
            Ok(Content::Signed { octets, cut: false }) => octets,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn lengths_known_or_not_and_chunks_give_the_same() {
        let chunks = [element(OCTETS, b"Content-"), element(OCTETS, b"Type: a/b")].concat();
        let nested = [open(CHUNKS, &element(OCTETS, b"Content-")), element(OCTETS, b"Type: a/b")];
        for write in [element as Write, open as Write] {
            for string in [
                element(OCTETS, b"Content-Type: a/b"),
                open(CHUNKS, &chunks),
                element(CHUNKS, &chunks),
                open(CHUNKS, &nested.concat()),
            ] {
                assert_eq!(content(&signed(write, Some(&string))), b"Content-Type: a/b");
            }
            assert_eq!(read(&signed(write, None)), Ok(Content::Nothing));
        }
    }

    #[test]
    fn what_is_sealed_says_so_and_what_is_no_cms_too() {
        let of = |oid: Vec<u8>| read(&element(SEQUENCE, &oid));
        assert_eq!(of(oid(&PKCS7, 3)), Ok(Content::Encrypted));
        assert_eq!(of(oid(&SMIME, 23)), Ok(Content::Encrypted));
        assert_eq!(of(oid(&SMIME, 9)), Ok(Content::Compressed));
        assert_eq!(of(oid(&PKCS7, 1)), Err(Fault::Damaged));
        assert_eq!(read(b"%PDF-1.4"), Err(Fault::Damaged));
        assert_eq!(read(b""), Err(Fault::Cut));
    }

    #[test]
    fn a_cut_one_gives_its_beginning_and_never_more() {
        let string = open(CHUNKS, &[element(OCTETS, b"abc"), element(OCTETS, b"def")].concat());
        for write in [element as Write, open as Write] {
            let whole = signed(write, Some(&string));
            for end in 0..whole.len() {
                match read(&whole[..end]) {
                    Ok(Content::Signed { octets, .. }) => assert!(b"abcdef".starts_with(&octets)),
                    other => assert_eq!(other, Err(Fault::Cut), "{end}"),
                }
            }
        }
    }

    #[test]
    fn depth_and_false_lengths_end_in_a_fault() {
        let mut deep = element(OCTETS, b"x");
        for _ in 0..1_000 {
            deep = open(CHUNKS, &deep);
        }
        assert_eq!(read(&signed(open, Some(&deep))), Err(Fault::Damaged));
        // As deep where it is only left out: counted, not entered.
        let mut algorithms = Vec::new();
        algorithms.resize(200_000, 0x80);
        algorithms.iter_mut().step_by(2).for_each(|c| *c = 0x31);
        let inner = [&[2, 1, 1][..], &algorithms].concat();
        let data = open(EXPLICIT_0, &open(SEQUENCE, &inner));
        let all = open(SEQUENCE, &[oid(&PKCS7, 2), data].concat());
        assert_eq!(read(&all), Err(Fault::Cut));
        // A chunk longer than the string around it.
        let liar = [&[CHUNKS, 3, OCTETS, 9][..], b"abcdefghi"].concat();
        assert_eq!(read(&signed(element, Some(&liar))), Err(Fault::Damaged));
        assert_eq!(
            read(&[0x30, 0x88, 255, 255, 255, 255, 255, 255, 255, 255]),
            Err(Fault::Damaged)
        );
        assert_eq!(read(&[0x30, 0x89]), Err(Fault::Damaged));
        assert_eq!(read(&[0x06, 0x80, 0, 0]), Err(Fault::Damaged));
    }

    #[test]
    fn armour_is_taken_off() {
        let whole = signed(open, Some(&element(OCTETS, b"Content-Type: a/b")));
        let mut text = b"\n-----BEGIN PKCS7-----\n".to_vec();
        crate::write::write_base64(&mut text, &whole);
        text.extend_from_slice(b"\n-----END PKCS7-----\n");
        assert_eq!(content(&text), b"Content-Type: a/b");
    }
}
