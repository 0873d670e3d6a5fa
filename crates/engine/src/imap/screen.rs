//! What stands between the server and the response parser (reliability T7, T8, docs/reliability.md 3).
//!
//! A pure state machine: octets in, octets out. It frames responses (lines and literals), bounds
//! line length, literal size, nesting and the number of responses, and repairs or drops what is
//! known to stop or crash the parser: 8-bit text in status lines, untagged responses that were
//! never asked for, sizes that are no numbers, `INTERNALDATE NIL`, stray spaces, literal8. A
//! response leaves here only as complete lines, so the parser never works on an endless one.
//!
//! Not its business: whether a response makes sense. Fuzzed and table-tested below.

/// Bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Octets of a line, literals not counted.
    pub line: usize,
    /// Octets of all literals of one response.
    pub literal: u64,
    /// Nesting of parentheses.
    pub depth: u32,
    /// Responses before [`Screen::restart`].
    pub responses: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { line: 1 << 20, literal: 64 << 20, depth: 32, responses: 300_000 }
    }
}

/// Why the stream cannot be used any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// A line beyond [`Limits::line`].
    #[error("a response line is too long")]
    LongLine,
    /// A literal beyond [`Limits::literal`].
    #[error("a response announces too much data")]
    BigLiteral,
    /// Parentheses beyond [`Limits::depth`].
    #[error("a response is nested too deeply")]
    Depth,
    /// A parenthesis or quote that is not closed: the parser would read on into the next response.
    #[error("a response is cut off in the middle")]
    Open,
    /// More responses than [`Limits::responses`].
    #[error("too many responses to one command")]
    Flood,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Tagged, continuation, or untagged condition: free text, no literals.
    Status,
    /// `* CAPABILITY`.
    Capability,
    /// `* n FETCH`.
    Fetch,
    /// `* SEARCH`.
    Search,
    /// Another untagged response that we use.
    Other,
    /// Not used by us.
    Dropped,
}

/// The state machine.
#[derive(Debug, Default)]
pub struct Screen {
    limits: Limits,
    line: Vec<u8>,
    literal_left: u64,
    kind: Option<Kind>,
    depth: u32,
    literals: u64,
    responses: u32,
}

impl Screen {
    /// A screen with other bounds.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// A new command: the count of responses starts over.
    pub fn restart(&mut self) {
        self.responses = 0;
    }

    /// Octets of literals announced in the response under way.
    #[must_use]
    pub fn announced(&self) -> u64 {
        self.literals
    }

    /// Takes what arrived; appends to `out` what may go to the parser.
    ///
    /// # Errors
    /// [`Violation`]; the connection is of no use any more.
    pub fn push(&mut self, mut input: &[u8], out: &mut Vec<u8>) -> Result<(), Violation> {
        while !input.is_empty() {
            if self.literal_left > 0 {
                let take =
                    usize::try_from(self.literal_left).unwrap_or(usize::MAX).min(input.len());
                let (now, later) = input.split_at(take);
                if self.kind != Some(Kind::Dropped) {
                    out.extend_from_slice(now);
                }
                self.literal_left -= take as u64;
                input = later;
                continue;
            }
            let (now, later, whole) = match memchr::memchr(b'\n', input) {
                Some(end) => {
                    let (now, later) = input.split_at(end + 1);
                    (now, later, true)
                }
                None => (input, &[][..], false),
            };
            if self.line.len() + now.len() > self.limits.line {
                return Err(Violation::LongLine);
            }
            self.line.extend_from_slice(now);
            input = later;
            if whole {
                let mut line = std::mem::take(&mut self.line);
                while matches!(line.last(), Some(b'\n' | b'\r')) {
                    line.pop();
                }
                self.segment(&line, out)?;
            }
        }
        Ok(())
    }

    /// One line of a response: the first, or what follows a literal.
    fn segment(&mut self, line: &[u8], out: &mut Vec<u8>) -> Result<(), Violation> {
        let first = self.kind.is_none();
        if first {
            self.depth = 0;
            self.literals = 0;
            self.responses += 1;
            if self.responses > self.limits.responses {
                return Err(Violation::Flood);
            }
        }
        let kind = self.kind.unwrap_or_else(|| classify(line));
        if kind == Kind::Status {
            status(line, out);
            return Ok(());
        }
        let literal = self.look(kind, line)?;
        if kind != Kind::Dropped {
            let text = match literal {
                Some((at, _)) => line.get(..at).unwrap_or_default(),
                None => line,
            };
            match kind {
                Kind::Capability => capability(text, out),
                Kind::Search => search(text, out),
                Kind::Fetch => fetch(text, out),
                _ => plain(text, out),
            }
            if let Some((_, length)) = literal {
                out.extend_from_slice(format!("{{{length}}}").as_bytes());
            }
            out.extend_from_slice(b"\r\n");
        }
        self.kind = literal.map(|_| kind);
        if let Some((_, length)) = literal {
            self.literals = self.literals.saturating_add(length);
            if self.literals > self.limits.literal {
                return Err(Violation::BigLiteral);
            }
            self.literal_left = length;
        }
        Ok(())
    }

    /// Counts parentheses outside quotes; finds a literal announced at the end of the line (where
    /// it starts, how long it is).
    fn look(&mut self, kind: Kind, line: &[u8]) -> Result<Option<(usize, u64)>, Violation> {
        let mut quoted = false;
        let mut escaped = false;
        for octet in line {
            match (quoted, octet) {
                (true, _) if escaped => escaped = false,
                (true, b'\\') => escaped = true,
                (_, b'"') => quoted = !quoted,
                (false, b'(') => {
                    self.depth += 1;
                    if self.depth > self.limits.depth {
                        return Err(Violation::Depth);
                    }
                }
                (false, b')') => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
        let announced = line.strip_suffix(b"}").filter(|_| !quoted).and_then(|line| {
            let open = memchr::memrchr(b'{', line)?;
            let digits = line.get(open + 1..)?;
            let digits = digits.strip_suffix(b"+").unwrap_or(digits);
            let number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
            number.then_some((open, digits))
        });
        let Some((open, digits)) = announced else {
            let closed = self.depth == 0 && !quoted;
            return if closed || kind == Kind::Dropped { Ok(None) } else { Err(Violation::Open) };
        };
        let length = std::str::from_utf8(digits).ok().and_then(|text| text.parse().ok());
        let length: u64 = length.unwrap_or(u64::MAX);
        if length > self.limits.literal {
            return Err(Violation::BigLiteral);
        }
        let literal8 = open.checked_sub(1).filter(|before| line.get(*before) == Some(&b'~'));
        Ok(Some((literal8.unwrap_or(open), length)))
    }
}

fn classify(line: &[u8]) -> Kind {
    let Some(rest) = line.strip_prefix(b"* ") else {
        // A bare "*" or an empty line is neither tagged nor anything else.
        return if line.is_empty() || line.first() == Some(&b'*') {
            Kind::Dropped
        } else {
            Kind::Status
        };
    };
    let mut words = rest.split(|octet| *octet == b' ').filter(|word| !word.is_empty());
    let word = words.next().unwrap_or_default();
    let is = |names: &[&str], word: &[u8]| {
        names.iter().any(|name| word.eq_ignore_ascii_case(name.as_bytes()))
    };
    if is(&["OK", "NO", "BAD", "BYE", "PREAUTH"], word) {
        Kind::Status
    } else if is(&["CAPABILITY"], word) {
        Kind::Capability
    } else if is(&["SEARCH"], word) {
        Kind::Search
    } else if is(&["LIST", "FLAGS"], word) {
        Kind::Other
    } else if word.iter().all(u8::is_ascii_digit) && word.len() < 10 {
        let word = words.next().unwrap_or_default();
        if is(&["FETCH"], word) {
            Kind::Fetch
        } else if is(&["EXISTS", "EXPUNGE", "RECENT"], word) {
            Kind::Other
        } else {
            Kind::Dropped
        }
    } else {
        Kind::Dropped
    }
}

/// Free text: printable ASCII only. The parser cuts one octet off the text after a response code,
/// which must therefore not be a longer character; and it takes a literal inside a response code
/// (`BADCHARSET`) for one, which would put it out of step with the lines seen here.
fn status(line: &[u8], out: &mut Vec<u8>) {
    let (text, brace) = match line.strip_suffix(b"}") {
        Some(text) => (text, &b")"[..]),
        None => (line, &b""[..]),
    };
    out.extend(text.iter().map(|octet| match octet {
        b' '..=b'~' => *octet,
        _ => b'?',
    }));
    out.extend_from_slice(brace);
    out.extend_from_slice(b"\r\n");
}

/// Capability names, one space apart; the parser wants `IMAP4rev1` among them.
fn capability(line: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"* CAPABILITY");
    let mut rev1 = false;
    let names = line.split(|octet| *octet == b' ').skip(2);
    for name in names.filter(|name| !name.is_empty()) {
        let atom =
            name.iter().all(|octet| octet.is_ascii_graphic() && !b"(){%*\"\\]".contains(octet));
        if atom {
            rev1 |= name.eq_ignore_ascii_case(b"IMAP4rev1");
            out.push(b' ');
            out.extend_from_slice(name);
        }
    }
    if !rev1 {
        out.extend_from_slice(b" IMAP4rev1");
    }
}

/// Numbers, one space apart; what follows them (`(MODSEQ 9)`) is not used.
fn search(line: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"* SEARCH");
    let words = line.split(|octet| *octet == b' ').skip(2).filter(|word| !word.is_empty());
    for word in words.take_while(|word| !word.starts_with(b"(")) {
        let text = std::str::from_utf8(word).unwrap_or_default();
        if text.bytes().all(|octet| octet.is_ascii_digit()) && text.parse::<u32>().is_ok() {
            out.push(b' ');
            out.extend_from_slice(word);
        }
    }
}

/// Octets that no token may hold become question marks; quoted 8-bit text stays.
fn plain(line: &[u8], out: &mut Vec<u8>) {
    let mut quoted = false;
    let mut escaped = false;
    for octet in line {
        let bad = match octet {
            0..=31 | 127 => true,
            128.. => !quoted,
            _ => false,
        };
        match octet {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ => {}
        }
        out.push(if bad { b'?' } else { *octet });
    }
}

/// [`plain`], then the repairs of FETCH: stray spaces, sizes that are no numbers, a missing space
/// after a UID, `INTERNALDATE NIL`.
fn fetch(line: &[u8], out: &mut Vec<u8>) {
    let mut clean = Vec::with_capacity(line.len());
    plain(line, &mut clean);
    // After a literal one space may follow; at the start of a response the shape is fixed.
    let mut rest = clean.as_slice();
    let mut before: &[u8] = b"";
    let mut written = 0usize;
    while let Some(octet) = rest.first() {
        match octet {
            b'"' => {
                let end = quoted_end(rest);
                let (text, later) = rest.split_at(end);
                out.extend_from_slice(text);
                written += 1;
                (before, rest) = (b"\"", later);
            }
            b' ' => {
                let spaces = rest.iter().take_while(|octet| **octet == b' ').count();
                rest = rest.get(spaces..).unwrap_or_default();
                let after_open = out.last() == Some(&b'(') && written > 0;
                if rest.first() != Some(&b')') && !after_open {
                    out.push(b' ');
                }
            }
            b'(' | b')' => {
                out.push(*octet);
                written += 1;
                (before, rest) = (b"", rest.get(1..).unwrap_or_default());
            }
            _ => {
                let end = rest
                    .iter()
                    .position(|octet| b" ()\"".contains(octet))
                    .unwrap_or(rest.len())
                    .max(1);
                let (token, later) = rest.split_at(end);
                before = repair(before, token, out);
                written += 1;
                rest = later;
            }
        }
    }
}

/// Writes a token, repaired where `before` asks for a number or a date; returns the token.
fn repair<'a>(before: &[u8], token: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
    let digits = token.iter().take_while(|octet| octet.is_ascii_digit()).count();
    let (number, tail) = token.split_at(digits);
    let fits = std::str::from_utf8(number).is_ok_and(|text| text.parse::<u32>().is_ok());
    if before.eq_ignore_ascii_case(b"RFC822.SIZE") {
        out.extend_from_slice(if fits && tail.is_empty() { token } else { b"0" });
    } else if before.eq_ignore_ascii_case(b"INTERNALDATE") {
        // The parser unwraps what it expects to be a string.
        out.extend_from_slice(b"\"\"");
    } else if before.eq_ignore_ascii_case(b"UID") && digits > 0 && !tail.is_empty() {
        out.extend_from_slice(number);
        out.push(b' ');
        out.extend_from_slice(tail);
        return tail;
    } else {
        out.extend_from_slice(token);
    }
    token
}

/// Length of the quoted string that `text` starts with, its quotes included.
fn quoted_end(text: &[u8]) -> usize {
    let mut escaped = false;
    for (at, octet) in text.iter().enumerate().skip(1) {
        match octet {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screened(input: &[u8]) -> Result<Vec<u8>, Violation> {
        let mut whole = Vec::new();
        Screen::default().push(input, &mut whole)?;
        // One octet at a time gives the same.
        let mut screen = Screen::default();
        let mut piecewise = Vec::new();
        for octet in input {
            screen.push(std::slice::from_ref(octet), &mut piecewise)?;
        }
        assert_eq!(whole, piecewise);
        Ok(whole)
    }

    #[test]
    fn repairs_and_drops() {
        for (from, to) in [
            // Good responses stay as they are.
            ("* OK [UIDVALIDITY 3] fine\r\n", "* OK [UIDVALIDITY 3] fine\r\n"),
            ("* 12 FETCH (UID 5 FLAGS (\\Seen))\r\n", "* 12 FETCH (UID 5 FLAGS (\\Seen))\r\n"),
            (
                "* LIST (\\Sent) \"/\" \"Sent \\\"(\"\r\n",
                "* LIST (\\Sent) \"/\" \"Sent \\\"(\"\r\n",
            ),
            ("a1 OK done\n", "a1 OK done\r\n"),
            ("+ go on\r\n", "+ go on\r\n"),
            // Text in status lines.
            ("* OK [ALERT]\u{e9}t\u{e9}\r\n", "* OK [ALERT]??t??\r\n"),
            ("a1 NO n\u{e3}o {5}\r\n", "a1 NO n??o {5)\r\n"),
            // Never asked for.
            ("* ESEARCH (TAG \"a\") UID COUNT 17\r\n* 3 EXISTS\r\n", "* 3 EXISTS\r\n"),
            ("* METADATA \"\" (/x {3}\r\na\r\n)\r\n* 3 EXISTS\r\n", "* 3 EXISTS\r\n"),
            ("\r\n* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n", ""),
            ("* 99999999999 EXISTS\r\n", ""),
            // Sizes, dates, spaces.
            ("* 1 FETCH (UID 1 RFC822.SIZE -1)\r\n", "* 1 FETCH (UID 1 RFC822.SIZE 0)\r\n"),
            ("* 1 FETCH (RFC822.SIZE 4294967296)\r\n", "* 1 FETCH (RFC822.SIZE 0)\r\n"),
            ("* 1 FETCH (INTERNALDATE NIL UID 2)\r\n", "* 1 FETCH (INTERNALDATE \"\" UID 2)\r\n"),
            ("* 1 FETCH (UID  7 FLAGS () )\r\n", "* 1 FETCH (UID 7 FLAGS ())\r\n"),
            ("* 1 FETCH (UID 7MODSEQ (3))\r\n", "* 1 FETCH (UID 7 MODSEQ (3))\r\n"),
            ("* 1 FETCH (FLAGS (\u{e9} a))\r\n", "* 1 FETCH (FLAGS (?? a))\r\n"),
            // Literals pass untouched, whatever they hold.
            (
                "* 1 FETCH (BODY[] {9}\r\na\n((\"{9}\r UID 3  )\r\n",
                "* 1 FETCH (BODY[] {9}\r\na\n((\"{9}\r UID 3)\r\n",
            ),
            ("* 1 FETCH (BINARY[] ~{2}\r\n\0\n)\r\n", "* 1 FETCH (BINARY[] {2}\r\n\0\n)\r\n"),
            ("* 1 FETCH (BODY[] {0}\r\n UID 3)\r\n", "* 1 FETCH (BODY[] {0}\r\n UID 3)\r\n"),
            // The parser wants rev1, plain atoms and plain numbers.
            ("* CAPABILITY IMAP4rev2  IDLE \r\n", "* CAPABILITY IMAP4rev2 IDLE IMAP4rev1\r\n"),
            ("* SEARCH 1 2 (MODSEQ 9)\r\n", "* SEARCH 1 2\r\n"),
            ("* SEARCH\r\n", "* SEARCH\r\n"),
        ] {
            let out = screened(from.as_bytes()).expect("no violation");
            assert_eq!(String::from_utf8_lossy(&out), to, "from {from:?}");
        }
    }

    #[test]
    fn what_passes_is_understood_by_the_parser() {
        for line in [
            "* OK\r\n",
            "* OK [HIGHESTMODSEQ 5]\r\n",
            "* OK [ALERT]\u{e9}\r\n",
            "* BYE\r\n",
            "+\r\n",
            "+ \r\n",
            "a1 OK\r\n",
            "* SEARCH\r\n",
            "* LIST () NIL \"Gel\u{f6}schte\"\r\n",
            "* FLAGS (\\Answered $X[] )\r\n",
            "* CAPABILITY\r\n",
            "* 1 FETCH (UID 3 INTERNALDATE NIL RFC822.SIZE -1 SAVEDATE NIL BODY[HEADER] NIL)\r\n",
            "* 1 FETCH (UID 3 INTERNALDATE \"\" BODY[]<0> \"\" EMAILID (M1) )\r\n",
        ] {
            let out = screened(line.as_bytes()).expect("no violation");
            let parsed = imap_proto::Response::parse(&out);
            assert!(parsed.is_ok(), "{line:?} became {:?}", String::from_utf8_lossy(&out));
        }
    }

    /// The parser would take the next line for the code's literal, and read the data of a message as
    /// a response that was never repaired.
    #[test]
    fn a_response_code_announces_no_literal() {
        let data = ")]\r\n* 2 FETCH (INTERNALDATE NIL UID 9)\r\n";
        let fetch = format!("* 1 FETCH (BODY[] {{{}}}\r\n", data.len());
        let said = format!("* OK [BADCHARSET ({{{}}}\r\n{fetch}{data})\r\n", fetch.len());
        let out = screened(said.as_bytes()).expect("no violation");
        let mut rest = out.as_slice();
        let mut understood = Vec::new();
        while let Ok((later, response)) = imap_proto::Response::parse(rest) {
            understood.push(matches!(response, imap_proto::Response::Fetch(1, _)));
            rest = later;
        }
        assert_eq!(understood, [false, true]);
    }

    #[test]
    fn bounds_hold() {
        let mut deep = b"* 1 FETCH (BODYSTRUCTURE ".to_vec();
        deep.extend(std::iter::repeat_n(b'(', 1_000_000));
        deep.extend_from_slice(b"\r\n");
        assert_eq!(Screen::default().push(&deep, &mut Vec::new()), Err(Violation::Depth));

        for cut in
            ["* 1 FETCH (UID 5 FLAGS (\r\n", "* LIST () \"/\" \"a\r\n", "* 1 FETCH (UID 5\r\n"]
        {
            assert_eq!(screened(cut.as_bytes()), Err(Violation::Open), "{cut}");
        }

        let mut screen = Screen::default();
        let mut out = Vec::new();
        let endless = vec![b'x'; 64 * 1024];
        let pushed = (0..17).try_for_each(|_| screen.push(&endless, &mut out));
        assert_eq!(pushed, Err(Violation::LongLine));
        assert!(out.is_empty());

        for announced in ["4294967296", "99999999999999999999999", "67108865"] {
            let line = format!("* 1 FETCH (BODY[] {{{announced}}}\r\n");
            assert_eq!(screened(line.as_bytes()), Err(Violation::BigLiteral));
        }

        let mut screen = Screen::default();
        let line = b"* 1 EXISTS\r\n* NOISE\r\n".repeat(1000);
        let pushed = (0..151).try_for_each(|_| screen.push(&line, &mut Vec::new()));
        assert_eq!(pushed, Err(Violation::Flood));
    }

    proptest::proptest! {
        /// Any octets, cut anywhere, give the same; nothing panics, the parser included.
        #[test]
        fn any_octets(input: Vec<u8>, cut: proptest::sample::Index) {
            let mut once = Vec::new();
            let first = Screen::default().push(&input, &mut once);
            let mut twice = Vec::new();
            let mut screen = Screen::default();
            let (a, b) = input.split_at(cut.index(input.len() + 1));
            let second = screen.push(a, &mut twice).and_then(|()| screen.push(b, &mut twice));
            proptest::prop_assert_eq!(first, second);
            proptest::prop_assert_eq!(&once, &twice);
            let _ = imap_proto::Response::parse(&once);
        }

        /// Octets that look like IMAP, the same.
        #[test]
        fn likely_octets(words in proptest::collection::vec(proptest::sample::select(vec![
            "* ", "OK", " ", "FETCH", "1", "(", ")", "UID", "{3}", "\r\n", "\"", "\\", "NIL",
            "INTERNALDATE", "RFC822.SIZE", "BODY[", "]", "<0>", "[", "ALERT", "\u{e9}", "+", "a1",
            "FLAGS", "LIST", "SEARCH", "CAPABILITY", "-1", "MODSEQ", "\0", "~", "EXISTS",
        ]), 0..40)) {
            let input = words.concat();
            let mut out = Vec::new();
            if Screen::default().push(input.as_bytes(), &mut out).is_ok() {
                let mut rest = out.as_slice();
                while let Ok((later, _)) = imap_proto::Response::parse(rest) {
                    rest = later;
                }
            }
        }
    }
}
