//! What stands between the server and the response parser (reliability T7, T8, docs/reliability.md 3).
//!
//! A pure state machine: octets in, whole responses out. It frames responses (lines and literals),
//! bounds line length, literal size, nesting, the number of responses and the octets of all answers
//! to one command, and repairs or drops what is known to stop or crash the parser: 8-bit text in
//! status lines, untagged responses that were never asked for, sizes that are no numbers,
//! `INTERNALDATE NIL`, stray spaces, literal8. The parser gets one response at a time, so one that it
//! cannot read costs no other.
//!
//! Not its business: whether a response makes sense. Fuzzed and table-tested below.

mod repair;
pub(super) use repair::quoted_end;

use super::Answer;
use repair::{capability, fetch, is_numbers, names, plain, search, status};

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
    /// Octets before [`Screen::restart`], where the command names no other number.
    pub octets: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { line: 1 << 20, literal: 64 << 20, depth: 32, responses: 300_000, octets: 96 << 20 }
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
    /// A parenthesis or quote that is not closed where a message is told of: what follows may be its
    /// octets.
    #[error("a response is cut off in the middle")]
    Open,
    /// More responses than [`Limits::responses`].
    #[error("too many responses to one command")]
    Flood,
    /// More octets than the command allows.
    #[error("too many octets in answer to one command")]
    Budget,
}

/// One response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// What it tells of.
    pub answer: Answer,
    /// For the parser; complete lines with their literals. Empty where nobody asks.
    pub octets: Vec<u8>,
    /// A status line as the server spells it, without its end; empty for all others.
    pub said: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Goes on to the parser.
    Used(Answer),
    /// A known response that is not used by us.
    Dropped,
    /// Nobody knows it, or it cannot be read.
    Odd(Answer),
}

/// The state machine.
#[derive(Debug, Default)]
pub struct Screen {
    limits: Limits,
    budget: Option<u64>,
    line: Vec<u8>,
    held: Vec<u8>,
    literal_left: u64,
    kind: Option<Kind>,
    depth: u32,
    literals: u64,
    responses: u32,
    octets: u64,
}

impl Screen {
    /// A screen with other bounds.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// A new command: the counts start over. `octets` is all that may come in answer to it.
    pub fn restart(&mut self, octets: Option<u64>) {
        self.responses = 0;
        self.octets = 0;
        self.budget = octets;
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
    pub fn push(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), Violation> {
        self.feed(input, &mut |frame| out.extend_from_slice(&frame.octets))
    }

    /// Takes what arrived; gives each response that is complete, and those that are skipped.
    ///
    /// # Errors
    /// [`Violation`]; the connection is of no use any more.
    pub fn feed(&mut self, mut input: &[u8], out: &mut dyn FnMut(Frame)) -> Result<(), Violation> {
        while !input.is_empty() {
            if self.literal_left > 0 {
                let take =
                    usize::try_from(self.literal_left).unwrap_or(usize::MAX).min(input.len());
                let (now, later) = input.split_at(take);
                self.count(take)?;
                if matches!(self.kind, Some(Kind::Used(_))) {
                    self.held.extend_from_slice(now);
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
            self.count(now.len())?;
            self.line.extend_from_slice(now);
            input = later;
            if whole {
                let mut line = std::mem::take(&mut self.line);
                while matches!(line.last(), Some(b'\n' | b'\r')) {
                    line.pop();
                }
                let mut rest = line.as_slice();
                // Some end a line with half its end.
                while self.kind.is_none()
                    && let Some(at) = half_end(rest)
                {
                    self.segment(rest.get(..at).unwrap_or_default(), out)?;
                    rest = rest.get(at + 1..).unwrap_or_default();
                }
                self.segment(rest, out)?;
                line.clear();
                self.line = line;
            }
        }
        Ok(())
    }

    fn count(&mut self, octets: usize) -> Result<(), Violation> {
        self.octets = self.octets.saturating_add(octets as u64);
        match self.octets > self.budget.unwrap_or(self.limits.octets) {
            true => Err(Violation::Budget),
            false => Ok(()),
        }
    }

    /// One line of a response: the first, or what follows a literal.
    fn segment(&mut self, line: &[u8], out: &mut dyn FnMut(Frame)) -> Result<(), Violation> {
        let spaced;
        let mut line = line;
        if self.kind.is_none() {
            self.depth = 0;
            self.literals = 0;
            self.held.clear();
            self.responses += 1;
            if self.responses > self.limits.responses {
                return Err(Violation::Flood);
            }
            spaced = start(line);
            line = &spaced;
        }
        // Some end a line after a literal before the response goes on.
        if self.kind.is_some() && self.depth > 0 && line.trim_ascii().is_empty() {
            return Ok(());
        }
        let mut kind = self.kind.unwrap_or_else(|| classify(line));
        if kind == Kind::Used(Answer::Status) {
            let mut octets = Vec::with_capacity(line.len() + 2);
            status(line, &mut octets);
            out(Frame { answer: Answer::Status, octets, said: line.to_vec() });
            return Ok(());
        }
        let literal = match self.look(kind, line) {
            Err(Violation::Depth | Violation::Open)
                if kind != Kind::Used(Answer::Fetch) && !line.ends_with(b"}") =>
            {
                // Where no octets of a message can follow, only this one is lost.
                if let Kind::Used(answer) = kind {
                    kind = Kind::Odd(answer);
                }
                None
            }
            literal => literal?,
        };
        if let Kind::Used(answer) = kind {
            let text = match literal {
                Some((at, _)) => line.get(..at).unwrap_or_default(),
                None => line,
            };
            if answer == Answer::Search && !is_numbers(text) {
                kind = Kind::Odd(answer);
            }
            let held = &mut self.held;
            match answer {
                Answer::Capability => capability(text, held),
                Answer::Search => search(text, held),
                Answer::Fetch => fetch(text, held),
                Answer::List => names(text, held),
                _ => plain(text, held),
            }
            if let Some((_, length)) = literal {
                held.extend_from_slice(format!("{{{length}}}").as_bytes());
            }
            held.extend_from_slice(b"\r\n");
        }
        self.kind = literal.map(|_| kind);
        if let Some((_, length)) = literal {
            self.literals = self.literals.saturating_add(length);
            if self.literals > self.limits.literal {
                return Err(Violation::BigLiteral);
            }
            self.literal_left = length;
            return Ok(());
        }
        let octets = std::mem::take(&mut self.held);
        match kind {
            Kind::Used(answer) => out(Frame { answer, octets, said: Vec::new() }),
            Kind::Odd(answer) => out(Frame { answer, octets: Vec::new(), said: Vec::new() }),
            Kind::Dropped => {}
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

/// Where a count ends with CR alone and another response follows. Nothing else is looked at: words of a
/// server or of mail may hold anything.
fn half_end(line: &[u8]) -> Option<usize> {
    let at = memchr::memchr(b'\r', line)?;
    let (first, rest) = line.split_at(at);
    let counts = classify(&start(first)) == Kind::Used(Answer::Number);
    (counts && rest.get(1) == Some(&b'*')).then_some(at)
}

/// The first line of a response as the grammar has it: nothing before the star, one space after it
/// and between the words that say what it is.
fn start(line: &[u8]) -> std::borrow::Cow<'_, [u8]> {
    let blank = |octet: &u8| matches!(octet, b' ' | b'\t');
    let trimmed = line.trim_ascii_start();
    let Some(rest) = trimmed.strip_prefix(b"*") else { return line.into() };
    let mut good = trimmed.len() == line.len() && rest.starts_with(b" ");
    let mut words: Vec<&[u8]> = Vec::new();
    let mut rest = rest;
    // `* 12 FETCH (…` and `* LIST (…`: at most two words, then what is theirs.
    while words.len() < 2 {
        let blanks = rest.iter().take_while(|octet| blank(octet)).count();
        good &= blanks == 1 || (blanks == 0 && rest.is_empty());
        rest = rest.get(blanks..).unwrap_or_default();
        let end = rest.iter().position(|octet| blank(octet) || b"([\"".contains(octet));
        let (word, later) = rest.split_at(end.unwrap_or(rest.len()));
        if word.is_empty() {
            break;
        }
        words.push(word);
        rest = later;
        let number = words.len() == 1 && word.iter().all(u8::is_ascii_digit);
        if !number {
            break;
        }
    }
    let blanks = rest.iter().take_while(|octet| blank(octet)).count();
    good &= blanks == 1 || rest.is_empty();
    if good {
        return line.into();
    }
    let mut out = b"*".to_vec();
    let later = rest.get(blanks..).unwrap_or_default();
    for word in words.into_iter().chain((!later.is_empty()).then_some(later)) {
        out.push(b' ');
        out.extend_from_slice(word);
    }
    out.into()
}

/// Responses of extensions and of commands of ours that nothing is read from.
const KNOWN: [&str; 16] = [
    "ACL",
    "COMPARATOR",
    "CONVERSION",
    "ENABLED",
    "LANGUAGE",
    "LISTRIGHTS",
    "LSUB",
    "METADATA",
    "MYRIGHTS",
    "ANNOTATION",
    "SORT",
    "THREAD",
    "XLIST",
    "GENURLAUTH",
    "URLFETCH",
    "JMAPACCESS",
];

fn classify(line: &[u8]) -> Kind {
    let Some(rest) = line.strip_prefix(b"* ") else {
        // A bare "*" or an empty line is neither tagged nor anything else.
        return if line.trim_ascii().is_empty() || line.first() == Some(&b'*') {
            Kind::Dropped
        } else {
            Kind::Used(Answer::Status)
        };
    };
    let mut words = rest.split(|octet| *octet == b' ').filter(|word| !word.is_empty());
    let word = words.next().unwrap_or_default();
    let is = |names: &[&str], word: &[u8]| {
        names.iter().any(|name| word.eq_ignore_ascii_case(name.as_bytes()))
    };
    let number = !word.is_empty() && word.iter().all(u8::is_ascii_digit);
    if is(&["OK", "NO", "BAD", "BYE", "PREAUTH"], word) {
        Kind::Used(Answer::Status)
    } else if is(&["CAPABILITY"], word) {
        Kind::Used(Answer::Capability)
    } else if is(&["SEARCH"], word) {
        Kind::Used(Answer::Search)
    } else if is(&["ESEARCH"], word) {
        // Never asked for: it stands where an answer was to be.
        Kind::Odd(Answer::Search)
    } else if is(&["LIST"], word) {
        Kind::Used(Answer::List)
    } else if is(&["FLAGS"], word) {
        Kind::Used(Answer::Flags)
    } else if is(&["STATUS", "VANISHED"], word) {
        Kind::Used(Answer::Number)
    } else if is(&["NAMESPACE"], word) {
        Kind::Used(Answer::Namespace)
    } else if is(&["ID"], word) {
        Kind::Used(Answer::Id)
    } else if is(&["QUOTA", "QUOTAROOT"], word) {
        Kind::Used(Answer::Quota)
    } else if number {
        let fits = word.len() < 10;
        let word = words.next().unwrap_or_default();
        if is(&["FETCH"], word) && fits {
            Kind::Used(Answer::Fetch)
        } else if is(&["EXISTS", "EXPUNGE", "RECENT"], word) {
            if fits { Kind::Used(Answer::Number) } else { Kind::Odd(Answer::Number) }
        } else if is(&["FETCH"], word) {
            Kind::Odd(Answer::Fetch)
        } else {
            Kind::Odd(Answer::Unknown)
        }
    } else if is(&KNOWN, word) {
        Kind::Dropped
    } else if words.next().is_some_and(|word| is(&["FETCH"], word)) {
        Kind::Odd(Answer::Fetch)
    } else {
        Kind::Odd(Answer::Unknown)
    }
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
            ("\r\n* ENABLED X-ODD\r\n", ""),
            ("* ID  NIL\r\n", "* ID NIL\r\n"),
            ("* 99999999999 EXISTS\r\n", ""),
            // Where it begins.
            (" *  3   EXISTS\r\n*\t4 EXISTS\r\n", "* 3 EXISTS\r\n* 4 EXISTS\r\n"),
            ("*5 EXISTS\r\n", "* 5 EXISTS\r\n"),
            ("* 6 FETCH(UID 5)\r\n", "* 6 FETCH (UID 5)\r\n"),
            ("* OK[ALERT] x\r\n", "* OK [ALERT] x\r\n"),
            ("* 3 EXISTS\r* 1 RECENT\r\n", "* 3 EXISTS\r\n* 1 RECENT\r\n"),
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
            (
                "* 1 FETCH (BODY[] {2}\r\na\n\r\n UID 3)\r\n",
                "* 1 FETCH (BODY[] {2}\r\na\n UID 3)\r\n",
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
            let parsed = async_imap::imap_proto::Response::parse(&out);
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
        while let Ok((later, response)) = async_imap::imap_proto::Response::parse(rest) {
            understood.push(matches!(response, async_imap::imap_proto::Response::Fetch(1, _)));
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

        for cut in ["* 1 FETCH (UID 5 FLAGS (\r\n", "* 1 FETCH (UID 5\r\n"] {
            assert_eq!(screened(cut.as_bytes()), Err(Violation::Open), "{cut}");
        }
        // No octets of a message can follow: it is left out, and only it.
        let cut = b"* LIST () \"/\" \"a\r\n* 3 EXISTS\r\n";
        let mut frames = Vec::new();
        Screen::default().feed(cut, &mut |frame| frames.push(frame)).expect("no violation");
        let told: Vec<_> = frames.iter().map(|f| (f.answer, f.octets.is_empty())).collect();
        assert_eq!(told, [(Answer::List, true), (Answer::Number, false)]);

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
            let _ = async_imap::imap_proto::Response::parse(&once);
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
                while let Ok((later, _)) = async_imap::imap_proto::Response::parse(rest) {
                    rest = later;
                }
            }
        }
    }
}
