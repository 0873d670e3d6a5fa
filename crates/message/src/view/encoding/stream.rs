//! Transfer encodings (RFC 2045 section 6) undone piece by piece: what comes out is what
//! [`super::decode`] makes of the whole, and no more than a line or a piece is ever held.
//!
//! Not here: where a body begins and ends (`view`, `incremental`, `large`). The one difference: of
//! more than [`BLANKS_MAX`] blanks in a row at the end of a quoted-printable line some stay.

use memchr::{memchr, memrchr};

use super::{Encoding, base64, quoted_printable};

/// Octets of a line of uuencode that can mean something: a length, and 63 octets in groups of four.
const UU_LINE: usize = 85;
/// Octets of quoted-printable that are kept back for a place where they may be cut.
const BLANKS_MAX: usize = 64 * 1024;

/// Undoes one transfer encoding.
#[derive(Debug)]
pub struct Decoder {
    /// What cannot be decoded before more comes.
    rest: Vec<u8>,
    state: State,
    damaged: bool,
}

#[derive(Debug)]
enum State {
    Identity,
    Base64 {
        /// Something came that is no blank.
        any: bool,
        /// Something came out.
        out: bool,
    },
    QuotedPrintable {
        /// A carriage return was met: line ends are two octets from there on.
        cr: bool,
    },
    Uuencode(Uu),
}

/// Where in uuencoded lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Uu {
    Before,
    Inside,
    After,
}

impl Decoder {
    /// For a body of this encoding.
    #[must_use]
    pub fn new(encoding: Encoding) -> Self {
        let state = match encoding {
            Encoding::Identity => State::Identity,
            Encoding::Base64 => State::Base64 { any: false, out: false },
            Encoding::QuotedPrintable => State::QuotedPrintable { cr: false },
            Encoding::Uuencode => State::Uuencode(Uu::Before),
        };
        Self { rest: Vec::new(), state, damaged: false }
    }

    /// Takes what follows of the body and appends what it stands for.
    pub fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        self.advance(piece, false, out);
    }

    /// Ends the body. Whether the encoding was damaged.
    pub fn finish(&mut self, out: &mut Vec<u8>) -> bool {
        self.advance(&[], true, out);
        self.damaged
    }

    fn advance(&mut self, piece: &[u8], last: bool, out: &mut Vec<u8>) {
        match &mut self.state {
            State::Identity => out.extend_from_slice(piece),
            State::Base64 { any, out: came } => {
                self.rest.extend_from_slice(piece);
                let (whole, symbols) = groups(&self.rest);
                let left = if last { Vec::new() } else { self.rest.split_off(whole) };
                let decoded = base64(&self.rest);
                *any |= !self.rest.trim_ascii().is_empty();
                *came |= !decoded.octets.is_empty();
                // A piece of nothing but padding or blanks is no damage, an unfinished group at the
                // end is.
                let foreign = self.rest.iter().any(|c| !is_of_base64(*c));
                self.damaged |= foreign || last && (symbols > 0 || *any && !*came);
                out.extend(decoded.octets);
                // Foreign characters in between count for nothing, but are not forgotten. Three
                // symbols at most are held, and no blanks.
                self.damaged |= left.iter().any(|c| !is_of_base64(*c));
                self.rest = left.into_iter().filter(|c| is_symbol(*c)).collect();
            }
            State::QuotedPrintable { cr } => {
                self.rest.extend_from_slice(piece);
                let end = if last { self.rest.len() } else { place_to_cut(&self.rest) };
                let left = self.rest.split_off(end);
                let came = std::mem::replace(&mut self.rest, left);
                if came.is_empty() {
                    return;
                }
                let next = *cr || memchr(b'\r', &came).is_some();
                // Alone it is dropped, and tells the decoder which line ends the body has.
                let decoded = match *cr {
                    true => quoted_printable(&[b"\r", &*came].concat()),
                    false => quoted_printable(&came),
                };
                *cr = next;
                self.damaged |= decoded.damaged;
                out.extend(decoded.octets);
            }
            State::Uuencode(at) => {
                for line in piece.split_inclusive(|c| *c == b'\n') {
                    let room = UU_LINE.saturating_sub(self.rest.len());
                    let text = line.strip_suffix(b"\n").unwrap_or(line);
                    self.rest.extend_from_slice(text.get(..room).unwrap_or(text));
                    if text.len() < line.len() {
                        uu_line(at, &self.rest, out);
                        self.rest.clear();
                    }
                }
                if last {
                    uu_line(at, &std::mem::take(&mut self.rest), out);
                    self.damaged = *at != Uu::After;
                }
            }
        }
    }
}

fn is_of_base64(c: u8) -> bool {
    is_symbol(c) || matches!(c, b'=' | b' ' | b'\t' | b'\r' | b'\n')
}

fn is_symbol(c: u8) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, b'+' | b'/')
}

/// Up to where groups of base64 are whole, and how many symbols of one follow.
fn groups(octets: &[u8]) -> (usize, usize) {
    let (mut whole, mut symbols) = (0, 0);
    for (at, octet) in octets.iter().enumerate() {
        match octet {
            symbol if is_symbol(*symbol) => symbols = (symbols + 1) % 4,
            b'=' => symbols = 0,
            _ => {}
        }
        if symbols == 0 {
            whole = at + 1;
        }
    }
    (whole, symbols)
}

/// Up to where quoted-printable can be read without what follows: a line end, or a character that
/// belongs to no sign and to no blanks at the end of a line.
fn place_to_cut(octets: &[u8]) -> usize {
    if let Some(end) = memrchr(b'\n', octets) {
        return end + 1;
    }
    let near = octets.len().saturating_sub(BLANKS_MAX);
    let fits = |three: &&[u8]| {
        let plain = three.get(1..).is_some_and(|two| two.iter().all(|c| *c != b'='));
        plain && three.last().is_some_and(|c| !c.is_ascii_whitespace())
    };
    let tail = octets.get(near..).unwrap_or_default();
    for end in (3..=tail.len()).rev() {
        // `=4|1` must stay together, `=41|` may end here.
        if fits(&tail.get(end - 3..end).unwrap_or_default()) {
            return near + end;
        }
    }
    if near > 0 { octets.len() } else { 0 }
}

fn uu_line(at: &mut Uu, line: &[u8], out: &mut Vec<u8>) {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match *at {
        Uu::Before if line.starts_with(b"begin ") => *at = Uu::Inside,
        Uu::Inside if line == b"end" => *at = Uu::After,
        Uu::Inside => super::uu_octets(line, out),
        Uu::Before | Uu::After => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn in_pieces(body: &[u8], encoding: Encoding, sizes: &[usize]) -> (Vec<u8>, bool) {
        let mut decoder = Decoder::new(encoding);
        let (mut out, mut rest) = (Vec::new(), body);
        for size in sizes {
            let (piece, after) = rest.split_at((*size).min(rest.len()));
            decoder.push(piece, &mut out);
            rest = after;
        }
        decoder.push(rest, &mut out);
        let damaged = decoder.finish(&mut out);
        (out, damaged)
    }

    fn agree(body: &[u8], sizes: &[usize]) {
        for encoding in
            [Encoding::Identity, Encoding::Base64, Encoding::QuotedPrintable, Encoding::Uuencode]
        {
            let whole = super::super::decode(body, encoding);
            let (octets, damaged) = in_pieces(body, encoding, sizes);
            assert_eq!(octets, whole.octets, "{encoding:?} of {body:?}");
            assert_eq!(damaged, whole.damaged, "{encoding:?} of {body:?}");
        }
    }

    #[test]
    fn pieces_are_decoded_as_the_whole() {
        let uu = "begin 644 x\r\n#0V%T\r\n`\r\nend\r\n#0V%T\r\n";
        for body in [
            "",
            "QUJDREVG",
            "QU\r\nJD=QUI=\r\nQ",
            "====",
            "QU(JD) QUJD",
            "a=3Db =\r\nc  \r\nd=",
            "a \n=\r\nb\nc \n",
            "== =4 =41=\t \n",
            uu,
        ] {
            for size in 1..9 {
                agree(body.as_bytes(), &vec![size; body.len()]);
            }
        }
    }

    #[test]
    fn what_never_ends_is_not_held() {
        let mut out = Vec::new();
        for (encoding, piece) in [
            (Encoding::QuotedPrintable, b" ".repeat(10_000)),
            (Encoding::QuotedPrintable, b"=41".repeat(10_000)),
            (Encoding::Base64, b"-".repeat(10_000)),
            (Encoding::Base64, [&b"A"[..], &b"\r\n".repeat(5_000)].concat()),
            (Encoding::Uuencode, b"M".repeat(10_000)),
        ] {
            let mut decoder = Decoder::new(encoding);
            for _ in 0..100 {
                decoder.push(&piece, &mut out);
                assert!(decoder.rest.len() <= BLANKS_MAX + piece.len(), "{encoding:?}");
                out.clear();
            }
        }
        // Behind a group without end nothing but blanks.
        let mut decoder = Decoder::new(Encoding::Base64);
        decoder.push(b"QUJDA", &mut out);
        for _ in 0..100 {
            decoder.push(&b" \r\n".repeat(1_000), &mut out);
            assert!(decoder.rest.len() <= 3, "{}", decoder.rest.len());
        }
    }

    proptest! {
        #[test]
        fn any_pieces_of_any_body(
            body in "[A-Za-d0-9+/=\\- \t\r\n#M`!]{0,120}",
            sizes in proptest::collection::vec(1_usize..20, 0..30),
        ) {
            agree(body.as_bytes(), &sizes);
            agree(format!("begin 644 x\n{body}").as_bytes(), &sizes);
        }
    }
}
