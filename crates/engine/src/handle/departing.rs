//! A ready message made fit to leave, octet by octet: without its Bcc fields, and with CRLF line ends
//! only, one at the end (RFC 5321 section 2.3.8; reliability T15). However large it is, no more of it is
//! held than the beginning of a line of its header. Tests: below.

use std::io::{self, Write};

/// Octets of a line of the header within which its name ends.
const NAME: usize = 64 * 1024;

/// Writes what leaves of what is pushed. Line ends are made CRLF before anything else looks at lines,
/// so that no field hides behind a bare CR.
pub(super) struct Departing<'a> {
    out: &'a mut dyn Write,
    place: Place,
    /// The beginning of a line of the header that is not decided on.
    name: Vec<u8>,
    /// The last octet that came was a CR, whose CRLF is passed on.
    after_cr: bool,
    came: Ends,
    left: Ends,
}

enum Place {
    /// In the name of a field, or before it; whether the field before was left out.
    Name(bool),
    /// In the rest of a line of the header, which is left out or not.
    Line(bool),
    Body,
}

/// Whether what there is so far ends a line.
#[derive(PartialEq, Eq)]
enum Ends {
    No,
    Yes,
}

impl Ends {
    fn of(octets: &[u8], before: Self) -> Self {
        match octets.last() {
            None => before,
            Some(b'\n') => Self::Yes,
            Some(_) => Self::No,
        }
    }
}

impl<'a> Departing<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        Self {
            out,
            place: Place::Name(false),
            name: Vec::new(),
            after_cr: false,
            came: Ends::No,
            left: Ends::No,
        }
    }

    pub(super) fn push(&mut self, octets: &[u8]) -> io::Result<()> {
        if octets.is_empty() {
            return Ok(());
        }
        let mut lines = Vec::with_capacity(octets.len() + 64);
        let mut rest = octets;
        if std::mem::take(&mut self.after_cr) {
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        }
        while let Some(at) = memchr::memchr2(b'\r', b'\n', rest) {
            let (line, end) = rest.split_at(at);
            lines.extend_from_slice(line);
            lines.extend_from_slice(b"\r\n");
            self.after_cr = end == b"\r";
            rest = end.strip_prefix(b"\r\n").or(end.get(1..)).unwrap_or_default();
        }
        lines.extend_from_slice(rest);
        self.lines(&lines)
    }

    /// Takes whole and parts of lines that end with CRLF.
    fn lines(&mut self, mut octets: &[u8]) -> io::Result<()> {
        self.came = Ends::of(octets, std::mem::replace(&mut self.came, Ends::No));
        while !octets.is_empty() {
            if let Place::Body = self.place {
                return self.write(octets);
            }
            let line = memchr::memchr(b'\n', octets).map_or(octets.len(), |at| at + 1);
            let (now, later) = octets.split_at(line);
            octets = later;
            let ends = now.ends_with(b"\n");
            match self.place {
                Place::Name(before) => {
                    let room = NAME.saturating_sub(self.name.len());
                    let (name, rest) = now.split_at(now.len().min(room));
                    self.name.extend_from_slice(name);
                    if ends || self.name.contains(&b':') || self.name.len() >= NAME {
                        let (left_out, is_end) = decide(&self.name, before);
                        let name = std::mem::take(&mut self.name);
                        if !left_out {
                            self.write(&name)?;
                            self.write(rest)?;
                        }
                        self.place = match (is_end, ends) {
                            (true, _) => Place::Body,
                            (false, true) => Place::Name(left_out),
                            (false, false) => Place::Line(left_out),
                        };
                    }
                }
                Place::Line(left_out) => {
                    if !left_out {
                        self.write(now)?;
                    }
                    if ends {
                        self.place = Place::Name(left_out);
                    }
                }
                Place::Body => {}
            }
        }
        Ok(())
    }

    fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        self.left = Ends::of(octets, std::mem::replace(&mut self.left, Ends::No));
        self.out.write_all(octets)
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        if self.came == Ends::No {
            self.lines(b"\r\n")?;
        }
        if self.left == Ends::No { self.write(b"\r\n") } else { Ok(()) }
    }
}

/// Whether a line of the header is left out, and whether it is the one that ends it.
fn decide(line: &[u8], before: bool) -> (bool, bool) {
    let folded = line.first().is_some_and(|c| *c == b' ' || *c == b'\t');
    if folded {
        return (before, false);
    }
    if line.trim_ascii().is_empty() && line.len() < NAME {
        return (false, true);
    }
    let name = line.split(|c| *c == b':').next().unwrap_or_default();
    (name.trim_ascii().eq_ignore_ascii_case(b"bcc"), false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn departed(raw: &[u8], piece: usize) -> Vec<u8> {
        let mut out = Vec::new();
        let mut departing = Departing::new(&mut out);
        raw.chunks(piece).try_for_each(|piece| departing.push(piece)).expect("written");
        departing.finish().expect("written");
        out
    }

    fn check(raw: &[u8], expected: &[u8]) {
        for piece in 1..=raw.len() {
            let out = departed(raw, piece);
            assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(expected), "{piece}");
        }
    }

    #[test]
    fn no_bare_line_ends_leave() {
        for (raw, expected) in [
            ("a\nb", "a\r\nb\r\n"),
            ("a\r\nb\r\n", "a\r\nb\r\n"),
            ("a\rb\n.\n", "a\r\nb\r\n.\r\n"),
            ("\r\r\n\n", "\r\n\r\n\r\n"),
            ("a: b\n\nc\r", "a: b\r\n\r\nc\r\n"),
            ("a: b\r\n\r\n\r\rc\n", "a: b\r\n\r\n\r\n\r\nc\r\n"),
        ] {
            check(raw.as_bytes(), expected.as_bytes());
        }
    }

    #[test]
    fn bcc_is_taken_out_of_the_header_only() {
        let body = "\r\nBcc: stays\r\n";
        for (raw, expected) in [
            ("From: a\r\nBCC: b,\r\n c\r\nSubject: x\r\n", "From: a\r\nSubject: x\r\n"),
            ("bcc : b\r\n\tc\r\n \r\nTo: d\r\n", "To: d\r\n"),
            ("Bcc:b\nbcc:c\nTo: d\n e\n", "To: d\r\n e\r\n"),
            ("Bcc\r\nTo: d\r\n", "To: d\r\n"),
            ("X: a\rBcc: b\r\nTo: d\r\n", "X: a\r\nTo: d\r\n"),
            ("X: a\r\rBcc: b", "X: a\r\n\r\nBcc: b"),
            ("Bcc: a\rTo: d\r\n", "To: d\r\n"),
            ("To: d\r bcc: b\r\n", "To: d\r\n bcc: b\r\n"),
            ("X-Bcc: b\r\nBccs: c\r\n", "X-Bcc: b\r\nBccs: c\r\n"),
        ] {
            check(format!("{raw}{body}").as_bytes(), format!("{expected}{body}").as_bytes());
        }
        check(b"To: a\r\nBcc: b", b"To: a\r\n");
        check(b"To: a\r\nBcc", b"To: a\r\n");
    }

    #[test]
    fn a_long_line_is_not_held() {
        for (line, left) in [
            ("x".repeat(3 * NAME), true),
            (format!("Subject: {}", "x".repeat(3 * NAME)), true),
            (format!("Bcc: {}", "x".repeat(3 * NAME)), false),
            (format!("Bcc{}: x", " ".repeat(3 * NAME)), false),
        ] {
            let raw = format!("{line}\r\nTo: a\r\n\r\nbody\r\n");
            let expected = if left { raw.clone() } else { "To: a\r\n\r\nbody\r\n".to_owned() };
            for piece in [1000, NAME, raw.len()] {
                assert!(departed(raw.as_bytes(), piece) == expected.as_bytes(), "{piece}");
            }
        }
    }
}
