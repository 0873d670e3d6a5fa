//! The parts of a message (RFC 2045, 2046, 5322): one flat list found in one pass over the octets.
//!
//! Our own splitter, because bodies are decoded only when asked for, an enclosed message keeps its
//! octets, nothing is quadratic, and delimiters are understood that real voice systems get wrong.
//! mail-parser decodes bodies and charsets for it, in [`library`], and no other module sees that crate
//! (`docs/adr/0005-own-the-parts.md`).
//!
//! Limits (reliability T6): 64 levels, 2 000 parts, headers as in [`header`]. What lies beyond stays
//! part of the last leaf, and a problem says so. An enclosed message/rfc822 is a leaf; the caller
//! parses its octets separately. So is a container (S/MIME, TNEF) until `wrapped` opens it. Tests:
//! below, and `tests/message/`.

use std::ops::Range;

use memchr::memmem;

use crate::large::Gaps;
use crate::problem::{PartProblem, Problem};

mod date;
pub mod encoding;
pub mod header;
mod library;
pub mod mailbox;
pub mod params;

pub use date::date;
pub use encoding::Encoding;
pub use header::Header;
pub use mailbox::AddressEntry;
pub use params::Structured;

/// Levels of multiparts.
pub const DEPTH_MAX: usize = 64;
/// Parts, multiparts included.
pub const PARTS_MAX: usize = 2_000;
/// Octets behind a multipart's header in which its first delimiter is looked for.
const NEAR: usize = 64 * 1024;

/// What a part is in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Has parts below it.
    Multipart,
    /// Holds content.
    Leaf,
    /// Holds a whole message (message/rfc822, message/global).
    Original,
}

/// One node of the tree.
#[derive(Debug, Clone)]
pub struct Part<'a> {
    /// `"2.1"`; empty for a multipart at the top.
    pub path: String,
    /// Multiparts above it.
    pub depth: usize,
    /// The multipart it is in.
    pub parent: Option<usize>,
    /// Its own header; for the first part that of the message.
    pub header: Header<'a>,
    /// Content-Type; `text/plain` when missing.
    pub content: Structured,
    /// Content-Disposition.
    pub disposition: Option<Structured>,
    /// Content-Transfer-Encoding.
    pub encoding: Encoding,
    /// Not yet decoded. For a multipart everything between its header and its end.
    pub body: &'a [u8],
    /// Where it stands in the tree.
    pub shape: Shape,
    /// Whether its end was seen: a delimiter after it. False for the message itself, whose end only
    /// the caller can know.
    pub closed: bool,
    /// What is wrong with its structure.
    pub problem: Option<PartProblem>,
    /// How many base64-coded containers are around it (see `wrapped`).
    pub coded: usize,
    /// Where all of its body is in a message too large to be held (see `large`), of which some stayed
    /// outside; `body` is then its beginning, of an enclosed message what was kept.
    pub outside: Option<Range<u64>>,
    children: usize,
    /// Where its header begins, and its body.
    head: usize,
    start: usize,
}

impl Part<'_> {
    /// Its content without the transfer encoding. An enclosed message keeps its octets untouched
    /// unless it is (against RFC 2046 section 5.2.1) encoded.
    pub fn decode(&self) -> encoding::Decoded {
        encoding::decode(self.body, self.encoding)
    }

    /// How many octets its content has, about, when `missing` octets of the message have not been
    /// fetched: all of them where its end was not seen.
    pub fn estimated_octets(&self, missing: u64) -> u64 {
        // Lines of 76 characters and CRLF hold 57 octets.
        let decoded = |encoded: u64| encoded.saturating_mul(57) / 78;
        let missing = if self.closed { 0 } else { missing };
        let missing = (0..self.coded).fold(missing, |missing, _| decoded(missing));
        let encoded = (self.body.len() as u64).saturating_add(missing);
        match self.encoding {
            Encoding::Base64 => decoded(encoded),
            _ => encoded,
        }
    }

    /// Whether all of its body is here, in a message that is whole or not.
    pub fn is_complete(&self, whole: bool) -> bool {
        (whole || self.closed) && self.outside.is_none()
    }

    /// Where its body begins in the octets of the message, or in those of the container it is in.
    pub fn offset(&self) -> usize {
        self.start
    }

    /// `audio` of `audio/basic`.
    pub fn main_type(&self) -> &str {
        self.content.value.split('/').next().unwrap_or_default()
    }

    /// Whether the media type is the given one.
    pub fn is(&self, media_type: &str) -> bool {
        self.content.value == media_type
    }

    /// The name given to the file, as written.
    pub fn filename(&self) -> Option<String> {
        let named = self.disposition.as_ref().and_then(|d| d.text("filename"));
        named.or_else(|| self.content.text("name")).filter(|name| !name.is_empty())
    }
}

/// A message taken apart.
#[derive(Debug, Clone)]
pub struct View<'a> {
    /// The first is the message itself.
    pub parts: Vec<Part<'a>>,
    /// Repairs and limits that concern the whole.
    pub problems: Vec<Problem>,
    /// Values of Sensitivity inside containers (see `wrapped`).
    pub marks: Vec<&'a [u8]>,
    /// The end of the outermost multipart was missing.
    pub unclosed: bool,
    /// The boundaries of multiparts whose end has not come, the outermost first.
    pub open: Vec<Vec<u8>>,
}

impl<'a> View<'a> {
    /// Takes a message apart. Never fails; any octets are some message.
    pub fn parse(raw: &'a [u8]) -> Self {
        Splitter::new(raw).run()
    }

    /// Notes of which leaves octets stayed outside, and leaves them their beginning. These octets
    /// begin at `base` of those that the gaps are in. To be called before containers are opened.
    pub fn leave_out(&mut self, gaps: &Gaps, base: usize) {
        for part in self.parts.iter_mut().filter(|part| part.shape != Shape::Multipart) {
            let start = base + part.start;
            let Some(first) = gaps.first_in(start, start + part.body.len()) else { continue };
            part.outside = Some(gaps.range(start, start + part.body.len()));
            if part.shape != Shape::Original || part.encoding != Encoding::Identity {
                part.body = part.body.get(..first - start).unwrap_or_default();
            }
        }
    }

    /// Where the headers are in the message of which some stayed outside, with it. As
    /// [`Self::leave_out`].
    pub fn headers_outside(&self, gaps: &Gaps, base: usize) -> Vec<Range<u64>> {
        let outside = self.parts.iter().filter_map(|part| {
            let (head, start) = (base + part.head, base + part.start);
            // Right behind a header that has its end a body begins.
            let gap = gaps.first_in(head, start)?;
            (gap < start || part.header.unfinished).then(|| gaps.range(head, start))
        });
        outside.collect()
    }

    /// The message's own header.
    pub fn header(&self) -> &Header<'a> {
        static EMPTY: Header<'static> = Header::EMPTY;
        self.parts.first().map_or(&EMPTY, |p| &p.header)
    }

    /// The message as a part.
    pub fn root(&self) -> Option<&Part<'a>> {
        self.parts.first()
    }

    /// The leaves, enclosed messages among them, in order.
    pub fn leaves(&self) -> impl Iterator<Item = &Part<'a>> {
        self.parts.iter().filter(|p| p.shape != Shape::Multipart)
    }

    /// The leaf with a path.
    pub fn leaf(&self, path: &str) -> Option<&Part<'a>> {
        self.leaves().find(|p| p.path == path)
    }

    /// The media types of the multiparts around a part, innermost first.
    pub fn ancestors<'s>(&'s self, part: &'s Part<'a>) -> impl Iterator<Item = &'s Part<'a>> {
        let mut at = part.parent;
        std::iter::from_fn(move || {
            let parent = self.parts.get(at?)?;
            at = parent.parent;
            Some(parent)
        })
    }
}

/// A multipart whose end has not come.
struct Open {
    part: usize,
    boundary: Vec<u8>,
}

/// What a line that starts with `--` is.
#[derive(Clone, Copy)]
struct Delimiter {
    /// Index in the stack of open multiparts.
    level: usize,
    closing: bool,
    /// Misprinted.
    odd: bool,
}

struct Splitter<'a> {
    raw: &'a [u8],
    parts: Vec<Part<'a>>,
    problems: Vec<Problem>,
    stack: Vec<Open>,
    /// The leaf whose end is awaited.
    leaf: Option<usize>,
    full: bool,
    misprints: usize,
}

impl<'a> Splitter<'a> {
    fn new(raw: &'a [u8]) -> Self {
        Self {
            raw,
            parts: Vec::new(),
            problems: Vec::new(),
            stack: Vec::new(),
            leaf: None,
            full: false,
            misprints: 0,
        }
    }

    fn run(mut self) -> View<'a> {
        let mut at = if self.raw.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        // Empty lines before the message, also one of blanks that a web mailer puts there.
        let blank = |c: &u8| c.is_ascii_whitespace();
        let start = self.raw.get(at..).unwrap_or_default().iter().take(4_096);
        let blanks = start.take_while(|c| blank(c)).count();
        let above = self.raw.get(at..at + blanks).unwrap_or_default();
        at += above.iter().rposition(|c| *c == b'\n').map_or(0, |last| last + 1);
        let mut at = self.begin(at, None, 0);
        let finder = memmem::Finder::new(b"\n--");
        while !self.stack.is_empty() {
            // The line feed before the body counts, so that a body may begin with a delimiter.
            let from = at.saturating_sub(1);
            let Some(found) = self.raw.get(from..).and_then(|rest| finder.find(rest)) else {
                break;
            };
            let line_start = from + found + 1;
            let (line, next) = header::line(self.raw, line_start);
            let Some(delimiter) = self.delimiter(line) else {
                at = line_start + 2;
                continue;
            };
            self.misprints += usize::from(delimiter.odd);
            self.end_below(delimiter.level, line_start);
            if delimiter.closing {
                self.close(delimiter.level, line_start);
                at = next;
            } else if self.parts.len() >= PARTS_MAX {
                self.full = true;
                break;
            } else {
                let Some(open) = self.stack.last() else { break };
                at = self.begin(next, Some(open.part), self.stack.len());
            }
        }
        self.finish()
    }

    /// Which open multipart a line belongs to, innermost first; exact spellings before misprints.
    fn delimiter(&self, line: &[u8]) -> Option<Delimiter> {
        let text = line.get(2..)?.trim_ascii_end();
        let mut misprint = None;
        for (level, open) in self.stack.iter().enumerate().rev() {
            let Some(tail) = text.strip_prefix(open.boundary.as_slice()) else { continue };
            match tail {
                b"" => return Some(Delimiter { level, closing: false, odd: false }),
                b"--" => return Some(Delimiter { level, closing: true, odd: false }),
                // RFC 2421 and 3801 print "--Boundary_" and "--Boundary- -" in their examples.
                b"_" | b"-" | b"- -" | b" --" | b"---" if misprint.is_none() => {
                    misprint = Some(Delimiter { level, closing: true, odd: true });
                }
                _ => {}
            }
        }
        misprint
    }

    /// Starts a part at `at`; returns where to look on.
    fn begin(&mut self, at: usize, parent: Option<usize>, depth: usize) -> usize {
        let (header, body) = header::read(self.raw, at, parent.is_some());
        let digest = parent
            .and_then(|p| self.parts.get(p))
            .is_some_and(|p| p.content.value == "multipart/digest");
        let mut content = header.first("content-type").map(Structured::parse).unwrap_or_default();
        if !content.value.contains('/') {
            content.value = match content.value.as_str() {
                "text" => "text/plain".into(),
                "" if digest => "message/rfc822".into(),
                "" => "text/plain".into(),
                _ => "application/octet-stream".into(),
            };
        }
        let transfer = header.text("content-transfer-encoding").unwrap_or_default();
        let encoding = Encoding::parse(&transfer);
        let problem = encoding
            .is_none()
            .then(|| PartProblem::UnknownEncoding(super::display::clean(&transfer)));
        let index = self.parts.len();
        let path = match parent.and_then(|p| self.parts.get_mut(p)) {
            Some(parent) => {
                parent.children += 1;
                let dot = if parent.path.is_empty() { "" } else { "." };
                format!("{}{dot}{}", parent.path, parent.children)
            }
            None => String::new(),
        };
        let disposition = header.first("content-disposition").map(Structured::parse);
        let mut part = Part {
            path,
            depth,
            parent,
            content,
            disposition,
            encoding: encoding.unwrap_or_default(),
            body: self.raw.get(body..).unwrap_or_default(),
            shape: Shape::Leaf,
            closed: false,
            problem,
            coded: 0,
            outside: None,
            children: 0,
            head: at,
            start: body,
            header,
        };
        let mut boundary = None;
        if part.main_type() == "multipart" {
            if depth >= DEPTH_MAX {
                part.problem = Some(PartProblem::MultipartsTooDeep);
            } else {
                boundary = self.boundary(&mut part);
            }
        } else if part.is("message/rfc822") || part.is("message/global") {
            part.shape = Shape::Original;
        }
        if let Some(boundary) = boundary {
            part.shape = Shape::Multipart;
            self.stack.push(Open { part: index, boundary });
            self.leaf = None;
        } else {
            self.leaf = Some(index);
        }
        self.parts.push(part);
        body
    }

    /// The boundary parameter; where it is missing, or no line has it, a line that looks like the
    /// delimiter instead.
    fn boundary(&mut self, part: &mut Part<'a>) -> Option<Vec<u8>> {
        let near = part.body.get(..part.body.len().min(NEAR)).unwrap_or_default();
        let Some((named, without_comment)) = part.content.boundary() else {
            part.problem = Some(PartProblem::NoBoundary);
            return self.looks_like_a_delimiter(near, false);
        };
        let named = named.trim_ascii_end().to_vec();
        let there = |boundary: &[u8]| {
            let line = [b"--", boundary].concat();
            near.starts_with(&line) || memmem::find(near, &[b"\n", &*line].concat()).is_some()
        };
        if named.is_empty() {
            part.problem = Some(PartProblem::NoBoundary);
            return self.looks_like_a_delimiter(near, false);
        }
        if there(&named) {
            return Some(named);
        }
        if let Some(short) = without_comment.filter(|short| there(short)) {
            return Some(short);
        }
        let found = self.looks_like_a_delimiter(near, true);
        if found.is_some() {
            part.problem = Some(PartProblem::OtherBoundary);
        }
        // It may still come, behind a long preamble.
        found.or(Some(named))
    }

    /// The first line that looks like a delimiter and is none of a multipart around this one. With
    /// `strict` a field of a part has to follow it.
    fn looks_like_a_delimiter(&self, near: &[u8], strict: bool) -> Option<Vec<u8>> {
        let mut lines = near.split(|c| *c == b'\n').peekable();
        while let Some(line) = lines.next() {
            let Some(token) = line.strip_prefix(b"--").map(<[u8]>::trim_ascii_end) else {
                continue;
            };
            if self.delimiter(line).is_some() {
                return None;
            }
            let plain = !token.is_empty() && token.len() <= 200 && !token.contains(&b' ');
            let next = lines.peek().and_then(|next| next.get(..8)).unwrap_or_default();
            if plain && (!strict || next.eq_ignore_ascii_case(b"content-")) {
                return Some(token.to_vec());
            }
        }
        None
    }

    /// Ends everything inside the multipart at `level`, whose delimiter line starts at `end`.
    fn end_below(&mut self, level: usize, end: usize) {
        // The line end before a delimiter belongs to the delimiter (RFC 2046 section 5.1.1).
        let end = if self.raw.get(..end).is_some_and(|r| r.ends_with(b"\r\n")) {
            end - 2
        } else {
            end - 1
        };
        if let Some(leaf) = self.leaf.take() {
            self.cut(leaf, end, true);
        }
        while self.stack.len() > level + 1 {
            if let Some(open) = self.stack.pop() {
                self.cut(open.part, end, false);
                self.without_children(open.part);
                self.problems.push(Problem::UnclosedMultipart);
            }
        }
    }

    fn close(&mut self, level: usize, end: usize) {
        if self.stack.len() == level + 1
            && let Some(open) = self.stack.pop()
        {
            self.cut(open.part, end, true);
            self.without_children(open.part);
        }
    }

    fn cut(&mut self, index: usize, end: usize, closed: bool) {
        if let Some(part) = self.parts.get_mut(index) {
            part.body = self.raw.get(part.start..end.max(part.start)).unwrap_or_default();
            part.closed = closed;
        }
    }

    /// A multipart in which no delimiter ever came is shown as one leaf.
    fn without_children(&mut self, index: usize) {
        if let Some(part) = self.parts.get_mut(index)
            && part.children == 0
        {
            part.shape = Shape::Leaf;
            part.problem = Some(PartProblem::NoDelimiter);
        }
    }

    fn finish(mut self) -> View<'a> {
        let unclosed = !self.stack.is_empty();
        let open = self.stack.iter().map(|open| open.boundary.clone()).collect();
        while let Some(open) = self.stack.pop() {
            self.without_children(open.part);
        }
        if let Some(root) = self.parts.first_mut()
            && root.shape != Shape::Multipart
        {
            root.path = "1".into();
        }
        self.name_charsets();
        for part in &mut self.parts {
            if part.shape == Shape::Multipart && part.encoding != Encoding::Identity {
                // Forbidden (RFC 2045 section 6.4) and always a lie.
                part.encoding = Encoding::Identity;
            }
        }
        if self.parts.first().is_some_and(|p| p.header.clipped) {
            self.problems.push(Problem::HeaderTooLong);
        }
        if self.misprints > 0 {
            self.problems.push(Problem::MisprintedDelimiter);
        }
        if self.full {
            self.problems.push(Problem::TooManyParts);
        }
        self.problems.dedup();
        View {
            parts: self.parts,
            problems: self.problems,
            marks: Vec::new(),
            unclosed: unclosed && !self.full,
            open,
        }
    }

    /// Header values may hold the octets of the content's charset as they are: that of the part,
    /// else the first that the message names.
    fn name_charsets(&mut self) {
        let first = self.parts.iter().take(20).find_map(|p| p.content.token("charset"));
        for part in &mut self.parts {
            part.header.charset = part.content.token("charset").or_else(|| first.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(raw: &str) -> Vec<(String, String, usize)> {
        let view = View::parse(raw.as_bytes());
        view.leaves().map(|p| (p.path.clone(), p.content.value.clone(), p.body.len())).collect()
    }

    #[test]
    fn a_single_part_is_number_one() {
        assert_eq!(shape("Subject: x\r\n\r\nbody"), [("1".into(), "text/plain".into(), 4)]);
        assert_eq!(shape(""), [("1".into(), "text/plain".into(), 0)]);
        let above = format!("\r\n{}\r\n\nSubject: x\n\nbody", " ".repeat(255));
        assert_eq!(shape(&above), [("1".into(), "text/plain".into(), 4)]);
        assert_eq!(View::parse(above.as_bytes()).header().text("subject").as_deref(), Some("x"));
    }

    #[test]
    fn nested_parts_are_numbered_as_imap_does() {
        let raw = "Content-Type: multipart/mixed; boundary=a\n\npre\n--a\n\none\n--a\n\
            Content-Type: multipart/alternative; boundary=ab\n\n--ab\n\ntwo\n--ab\n\
            Content-Type: Text/HTML\n\nthree\n--ab--\n--a\nContent-Type: message/rfc822\n\n\
            Content-Type: multipart/mixed; boundary=z\n\n--z\n\ninner\n--z--\n--a--\nafter";
        let got = shape(raw);
        let paths: Vec<_> = got.iter().map(|(p, t, _)| (p.as_str(), t.as_str())).collect();
        assert_eq!(
            paths,
            [
                ("1", "text/plain"),
                ("2.1", "text/plain"),
                ("2.2", "text/html"),
                ("3", "message/rfc822")
            ]
        );
        let view = View::parse(raw.as_bytes());
        let original = view.leaf("3").expect("there");
        assert!(original.body.starts_with(b"Content-Type: multipart/mixed; boundary=z"));
        assert!(original.body.ends_with(b"--z--"));
        assert!(view.problems.is_empty() && !view.unclosed);
    }

    #[test]
    fn misprinted_and_missing_ends_are_repaired() {
        for end in ["--B_", "--B- -", "--B-", ""] {
            let raw =
                format!("Content-Type: multipart/x; boundary=B\n\n--B\n\none\n--B\n\ntwo\n{end}\n");
            assert_eq!(shape(&raw).len(), 2, "{end}");
        }
        let inner_open = "Content-Type: multipart/x; boundary=A\n\n--A\nContent-Type: multipart/y; \
            boundary=B\n\n--B\n\none\n--A\n\ntwo\n--A--\n";
        let paths: Vec<_> = shape(inner_open).into_iter().map(|(p, ..)| p).collect();
        assert_eq!(paths, ["1.1", "2"]);
    }

    #[test]
    fn no_boundary_is_guessed_or_shown_whole() {
        assert_eq!(
            shape("Content-Type: multipart/mixed\n\n--q\n\none\n--q\n\ntwo\n--q--\n").len(),
            2
        );
        let got = shape("Content-Type: multipart/mixed; boundary=x\n\nno parts here\n");
        assert_eq!(got, [("1".into(), "multipart/mixed".into(), 14)]);
        // Named, and not the one that is there; a comment behind it; in pieces.
        let body =
            "\n--q\nContent-Type: text/plain\n\none\n--q\nContent-Type: text/html\n\ntwo\n--q--\n";
        for boundary in ["x", "\"q \\(\"", "q (this one)", "", "\"\"", "q; boundary=x"] {
            let got = shape(&format!("Content-Type: multipart/mixed; boundary={boundary}\n{body}"));
            assert_eq!(got.len(), 2, "{boundary}: {got:?}");
        }
        assert_eq!(
            shape(
                &format!("Content-Type: multipart/x; boundary*0=\"Q\"; boundary*1=q\n{body}")
                    .replace("--q", "--Qq")
            )
            .len(),
            2
        );
        // A rule in a text is no delimiter, and the delimiter of the outer multipart not that of the
        // inner one.
        let ruled = "Content-Type: multipart/mixed; boundary=x\n\none\n--q\ntwo\n--q--\n";
        assert_eq!(shape(ruled).len(), 1);
        let nested = "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed\n\n\
            no parts\n--a\nContent-Type: text/html\n\ntwo\n--a--\n";
        let paths: Vec<_> = shape(nested).into_iter().map(|(p, t, _)| format!("{p} {t}")).collect();
        assert_eq!(paths, ["1 multipart/mixed", "2 text/html"]);
    }

    #[test]
    fn hostile_structures_are_bounded() {
        let mut deep = String::new();
        for i in 0..100_000 {
            deep += &format!("Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n");
        }
        let view = View::parse(deep.as_bytes());
        assert!(view.parts.len() <= DEPTH_MAX + 1);
        let mut many = "Content-Type: multipart/mixed; boundary=b\n\n".to_owned();
        many += &"--b\n\nx\n".repeat(10_000);
        let view = View::parse(many.as_bytes());
        assert_eq!(view.parts.len(), PARTS_MAX);
        assert!(view.problems.contains(&Problem::TooManyParts));
    }
}
