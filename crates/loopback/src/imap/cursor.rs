//! The tokens of the IMAP grammar (RFC 9051 section 9): atoms, strings, numbers, lists, sequence
//! sets.

use aloud_model::{Flag, Uid};

/// Most ranges in one sequence set.
const MAX_RANGES: usize = 20_000;
/// Most items in one list.
pub(super) const MAX_ITEMS: usize = 500;

/// A syntax error, in words for the `BAD` answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bad(pub(super) &'static str);

type Result<T> = std::result::Result<T, Bad>;

/// Ranges as written; `*` is [`u32::MAX`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct SequenceSet(pub(super) Vec<(u32, u32)>);

impl SequenceSet {
    /// Whether it names `number` when the highest number in use is `highest`.
    pub(super) fn contains(&self, number: u32, highest: u32) -> bool {
        self.0.iter().any(|&(a, b)| {
            let a = if a == u32::MAX { highest } else { a };
            let b = if b == u32::MAX { highest } else { b };
            (a.min(b)..=a.max(b)).contains(&number)
        })
    }

    /// Its ranges in ascending order, none of which overlap, when the highest number in use is
    /// `highest`. A set of many is to be looked through once, not once a message.
    pub(super) fn ranges(&self, highest: u32) -> Vec<(u32, u32)> {
        let number = |n| if n == u32::MAX { highest } else { n };
        let pairs = self.0.iter().map(|&(a, b)| (number(a), number(b)));
        let mut ranges: Vec<_> = pairs.map(|(a, b)| (a.min(b), a.max(b))).collect();
        ranges.sort_unstable();
        ranges.dedup_by(|next, kept| {
            let joins = next.0 <= kept.1;
            if joins {
                kept.1 = kept.1.max(next.1);
            }
            joins
        });
        ranges
    }
}

/// Writes ascending UIDs as a sequence set.
pub(super) fn write_set(uids: &[Uid]) -> String {
    let mut text = String::new();
    let mut rest = uids.iter().map(|u| u.0).peekable();
    while let Some(first) = rest.next() {
        let mut last = first;
        while rest.next_if_eq(&(last + 1)).is_some() {
            last += 1;
        }
        if !text.is_empty() {
            text.push(',');
        }
        text.push_str(&first.to_string());
        if last > first {
            text.push_str(&format!(":{last}"));
        }
    }
    text
}

/// Reads through one command whose literals are in place, as they came.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'a> {
    octets: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(octets: &'a [u8]) -> Self {
        Self { octets, at: 0 }
    }

    /// Skips one octet.
    pub(super) fn skip(&mut self) {
        self.at += 1;
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.octets.get(self.at).copied()
    }

    /// Consumes these octets if they come next (letters without case).
    pub(super) fn take(&mut self, wanted: &[u8]) -> bool {
        let next = self.octets.get(self.at..self.at + wanted.len());
        let hit = next.is_some_and(|next| next.eq_ignore_ascii_case(wanted));
        if hit {
            self.at += wanted.len();
        }
        hit
    }

    /// Consumes `word` if it comes next as a whole atom.
    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let before = self.at;
        if self.take(word.as_bytes()) && !self.peek().is_some_and(is_atom) {
            return true;
        }
        self.at = before;
        false
    }

    pub(super) fn expect(&mut self, wanted: &[u8]) -> Result<()> {
        if self.take(wanted) { Ok(()) } else { Err(Bad("Syntax error")) }
    }

    pub(super) fn space(&mut self) -> Result<()> {
        if self.take(b" ") { Ok(()) } else { Err(Bad("A space is missing")) }
    }

    pub(super) fn end(&self) -> Result<()> {
        if self.at == self.octets.len() { Ok(()) } else { Err(Bad("Too many arguments")) }
    }

    pub(super) fn spaced<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.space()?;
        read(self)
    }

    /// `(a b c)`; may be empty.
    pub(super) fn list<T>(&mut self, read: impl Fn(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        self.expect(b"(")?;
        let mut items = Vec::new();
        while !self.take(b")") {
            if !items.is_empty() {
                self.space()?;
            }
            items.push(read(self)?);
            if items.len() > MAX_ITEMS {
                return Err(Bad("The list is too long"));
            }
        }
        Ok(items)
    }

    pub(super) fn while_(
        &mut self,
        wanted: impl Fn(u8) -> bool,
        otherwise: &'static str,
    ) -> Result<String> {
        let rest = self.octets.get(self.at..).unwrap_or_default();
        let count = rest.iter().take_while(|b| wanted(**b)).count();
        let text = rest.get(..count).unwrap_or_default();
        self.at += count;
        match std::str::from_utf8(text) {
            Ok(text) if !text.is_empty() => Ok(text.to_owned()),
            _ => Err(Bad(otherwise)),
        }
    }

    pub(super) fn atom(&mut self) -> Result<String> {
        self.while_(is_atom, "A word is missing")
    }

    pub(super) fn number(&mut self) -> Result<u32> {
        self.while_(|b| b.is_ascii_digit(), "A number is missing")?
            .parse()
            .map_err(|_| Bad("The number is too large"))
    }

    pub(super) fn nz_number(&mut self) -> Result<u32> {
        match self.number()? {
            0 => Err(Bad("Zero is no number here")),
            n => Ok(n),
        }
    }

    pub(super) fn number64(&mut self) -> Result<u64> {
        self.while_(|b| b.is_ascii_digit(), "A number is missing")?
            .parse()
            .map_err(|_| Bad("The number is too large"))
    }

    pub(super) fn quoted(&mut self) -> Result<String> {
        self.expect(b"\"")?;
        let mut text = String::new();
        loop {
            let octet = self.peek().ok_or(Bad("The quoted string does not end"))?;
            self.at += 1;
            match octet {
                b'"' => return Ok(text),
                b'\\' => match self.peek() {
                    Some(escaped @ (b'"' | b'\\')) => {
                        self.at += 1;
                        text.push(char::from(escaped));
                    }
                    _ => return Err(Bad("Only \" and \\ are escaped")),
                },
                b'\r' | b'\n' | 0x80.. => return Err(Bad("Not allowed in a quoted string")),
                _ => text.push(char::from(octet)),
            }
        }
    }

    pub(super) fn literal(&mut self) -> Result<Vec<u8>> {
        self.expect(b"{")?;
        let count = self.number()? as usize;
        self.take(b"+");
        self.expect(b"}\r\n")?;
        let end = self.at.checked_add(count).ok_or(Bad("The literal is too long"))?;
        let octets = self.octets.get(self.at..end).ok_or(Bad("The literal is cut short"))?;
        self.at = end;
        Ok(octets.to_vec())
    }

    pub(super) fn string(&mut self) -> Result<Vec<u8>> {
        if self.peek() == Some(b'{') {
            self.literal()
        } else {
            self.quoted().map(String::into_bytes)
        }
    }

    pub(super) fn nstring(&mut self) -> Result<Option<Vec<u8>>> {
        if self.take(b"NIL") { Ok(None) } else { self.string().map(Some) }
    }

    pub(super) fn astring(&mut self) -> Result<Vec<u8>> {
        match self.peek() {
            Some(b'"' | b'{') => self.string(),
            _ => self.while_(is_astring, "A string is missing").map(String::into_bytes),
        }
    }

    pub(super) fn utf8_astring(&mut self) -> Result<String> {
        String::from_utf8(self.astring()?).map_err(|_| Bad("Not UTF-8"))
    }

    pub(super) fn mailbox(&mut self) -> Result<String> {
        self.utf8_astring()
    }

    pub(super) fn list_mailbox(&mut self) -> Result<String> {
        match self.peek() {
            Some(b'"' | b'{') => self.utf8_astring(),
            _ => self.while_(|b| is_astring(b) || matches!(b, b'*' | b'%'), "A pattern is missing"),
        }
    }

    pub(super) fn flag(&mut self) -> Result<Flag> {
        let system = self.take(b"\\");
        let word = self.atom()?;
        if !system {
            return Ok(Flag::parse(&word));
        }
        match Flag::parse(&format!("\\{word}")) {
            // \Recent cannot be set; unknown system flags are kept for special use only.
            Flag::Other(text) if text.eq_ignore_ascii_case("\\Recent") => {
                Err(Bad("\\Recent cannot be set"))
            }
            flag => Ok(flag),
        }
    }

    pub(super) fn sequence_set(&mut self) -> Result<SequenceSet> {
        let mut ranges = Vec::new();
        loop {
            let first = self.sequence_number()?;
            let last = if self.take(b":") { self.sequence_number()? } else { first };
            ranges.push((first, last));
            if ranges.len() > MAX_RANGES {
                return Err(Bad("The sequence set is too long"));
            }
            if !self.take(b",") {
                return Ok(SequenceSet(ranges));
            }
        }
    }

    fn sequence_number(&mut self) -> Result<u32> {
        if self.take(b"*") { Ok(u32::MAX) } else { self.nz_number() }
    }

    /// `(CONDSTORE)` or `(QRESYNC (...))` after SELECT.
    pub(super) fn select_params(&mut self) -> Result<SelectParams> {
        let mut params = SelectParams::default();
        if self.peek().is_none() {
            return Ok(params);
        }
        self.expect(b" (")?;
        loop {
            if self.take_word("CONDSTORE") {
                params.condstore = true;
            } else if self.take_word("QRESYNC") {
                self.expect(b" (")?;
                let validity = self.nz_number()?;
                self.space()?;
                let modseq = self.number64()?;
                if self.take(b" ") {
                    // UIDs that the client knows; all others are told, too, as is allowed.
                    self.sequence_set()?;
                }
                self.expect(b")")?;
                params.qresync = Some((validity, modseq));
            } else {
                return Err(Bad("Unknown SELECT parameter"));
            }
            if !self.take(b" ") {
                break;
            }
        }
        self.expect(b")")?;
        Ok(params)
    }
}

/// What SELECT is asked besides the name (RFC 7162 sections 3.1.8 and 3.2.5).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct SelectParams {
    pub(super) condstore: bool,
    /// UIDVALIDITY and MODSEQ that the client knows.
    pub(super) qresync: Option<(u32, u64)>,
}

/// ATOM-CHAR of RFC 9051.
fn is_atom(b: u8) -> bool {
    (0x21..0x7f).contains(&b) && !b"(){%*\"\\]".contains(&b)
}

/// ASTRING-CHAR: atoms may hold `]` too.
pub(super) fn is_astring(b: u8) -> bool {
    is_atom(b) || b == b']'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_matched_and_written() {
        let set = SequenceSet(vec![(2, 4), (u32::MAX, 9)]);
        let hits: Vec<u32> = (1..12).filter(|n| set.contains(*n, 8)).collect();
        assert_eq!(hits, [2, 3, 4, 8, 9]);
        assert_eq!(set.ranges(8), [(2, 4), (8, 9)]);
        let set = SequenceSet(vec![(9, 7), (3, 3), (1, 3), (8, u32::MAX), (5, 5)]);
        assert_eq!(set.ranges(20), [(1, 3), (5, 5), (7, 20)]);
        let uids: Vec<Uid> = [1, 2, 3, 7, 9, 10].map(Uid).to_vec();
        assert_eq!(write_set(&uids), "1:3,7,9:10");
    }
}
