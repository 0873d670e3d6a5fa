//! A ready message made fit to leave, octet by octet: without its Bcc fields, and with CRLF line ends
//! only, one at the end (RFC 5321 section 2.3.8; reliability T15). However large it is, no more of it is
//! held than the beginning of a line of its header. Tests: below.

use std::io::{self, Write};

/// Octets of a line of the header within which its name ends.
const NAME: usize = 64 * 1024;

/// Writes what leaves of what is pushed.
pub(super) struct Departing<'a> {
    out: &'a mut dyn Write,
    place: Place,
    /// The beginning of a line of the header that is not decided on.
    name: Vec<u8>,
    last: Last,
}

enum Place {
    /// In the name of a field, or before it; whether the field before was left out.
    Name(bool),
    /// In the rest of a line of the header, which is left out or not.
    Line(bool),
    Body,
}

/// What was written last.
#[derive(PartialEq, Eq)]
enum Last {
    Other,
    /// A CR that came as one; its CRLF is written.
    Cr,
    Ended,
}

impl<'a> Departing<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        Self { out, place: Place::Name(false), name: Vec::new(), last: Last::Other }
    }

    pub(super) fn push(&mut self, mut octets: &[u8]) -> io::Result<()> {
        while !octets.is_empty() {
            if let Place::Body = self.place {
                return self.write(octets);
            }
            let line =
                octets.iter().position(|octet| *octet == b'\n').map_or(octets.len(), |at| at + 1);
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
        let mut rest = octets;
        if self.last == Last::Cr {
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
            if !octets.is_empty() {
                self.last = Last::Ended;
            }
        }
        while let Some(at) = memchr::memchr2(b'\r', b'\n', rest) {
            let (line, end) = rest.split_at(at);
            self.out.write_all(line)?;
            self.out.write_all(b"\r\n")?;
            rest = end.strip_prefix(b"\r\n").or(end.get(1..)).unwrap_or_default();
            self.last = if end == b"\r" { Last::Cr } else { Last::Ended };
        }
        if !rest.is_empty() {
            self.out.write_all(rest)?;
            self.last = Last::Other;
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        if !self.name.is_empty() {
            let before = matches!(self.place, Place::Name(true));
            let name = std::mem::take(&mut self.name);
            if !decide(&name, before).0 {
                self.write(&name)?;
            }
        }
        if self.last == Last::Other { self.out.write_all(b"\r\n") } else { Ok(()) }
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
