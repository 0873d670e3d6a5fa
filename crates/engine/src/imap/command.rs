//! Commands as typed pieces, so that no text from outside can become a command (reliability T16).
//!
//! The verb is ours, sets and numbers are values, and every other text is an IMAP string: quoted
//! when it is harmless ASCII, a literal otherwise. Tests below read commands back.

use std::borrow::Cow;

use zeroize::Zeroizing;

use super::names;
use crate::{
    content::Content,
    types::{Error, Invalid},
};
use aloud_model::{DateTime, Flag, Uid};

/// Longest set in one command, in octets; some servers take lines of 8,192 octets at most.
pub(super) const SET_LENGTH: usize = 6000;
/// Longest pair of UIDs, with what stands before it.
const PAIR: usize = 22;
/// Longest text that is sent quoted.
const QUOTED: usize = 512;

/// A piece of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Sent as it is.
    Text(Zeroizing<Vec<u8>>),
    /// Sent as a literal.
    Literal(Zeroizing<Vec<u8>>),
    /// Sent as a literal, piece by piece.
    Content(Content),
}

/// A command without its tag. Wiped when dropped, because it may hold a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    pieces: Vec<Piece>,
    most: Option<u64>,
}

impl Command {
    /// Starts with our own words: a verb and fixed arguments.
    #[must_use]
    pub fn new(words: &'static str) -> Self {
        Self { pieces: vec![Piece::Text(Zeroizing::new(words.as_bytes().to_vec()))], most: None }
    }

    /// Adds our own words.
    #[must_use]
    pub fn word(self, words: &'static str) -> Self {
        self.text(words)
    }

    /// Adds a number straight after what stands there.
    #[must_use]
    pub fn number(mut self, number: u64) -> Self {
        self.push(number.to_string().as_bytes());
        self
    }

    /// Adds our own words without a space.
    #[must_use]
    pub fn glue(mut self, words: &'static str) -> Self {
        self.push(words.as_bytes());
        self
    }

    /// Adds UIDs.
    #[must_use]
    pub fn set(self, set: &UidSet) -> Self {
        self.text(&set.0)
    }

    /// Adds any text as a string.
    #[must_use]
    pub fn string(mut self, text: &str) -> Self {
        let harmless = |octet: u8| matches!(octet, b' '..=b'~') && octet != b'"' && octet != b'\\';
        if text.len() <= QUOTED && text.bytes().all(harmless) {
            self.push(b" \"");
            self.push(text.as_bytes());
            self.push(b"\"");
            self
        } else {
            self.literal(text.as_bytes())
        }
    }

    /// Adds the name of a mailbox as LIST spelled it.
    #[must_use]
    pub fn mailbox(self, wire_name: &str) -> Self {
        match names::to_wire(wire_name) {
            Cow::Borrowed(_) => self.string(wire_name),
            Cow::Owned(octets) => self.literal(&octets),
        }
    }

    /// All octets that may come in answer, where it is another number than the screen's.
    #[must_use]
    pub fn at_most(mut self, octets: u64) -> Self {
        self.most = Some(octets);
        self
    }

    pub(super) fn most(&self) -> Option<u64> {
        self.most
    }

    /// Adds octets as a literal.
    #[must_use]
    pub fn literal(mut self, octets: &[u8]) -> Self {
        self.push(b" ");
        self.pieces.push(Piece::Literal(Zeroizing::new(octets.to_vec())));
        self
    }

    /// Adds a message as a literal.
    #[must_use]
    pub fn content(mut self, message: Content) -> Self {
        self.push(b" ");
        self.pieces.push(Piece::Content(message));
        self
    }

    /// Adds flags in parentheses.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a flag that is no atom.
    pub fn flags(self, flags: &[Flag]) -> Result<Self, Error> {
        for flag in flags {
            let atom = flag.as_str().strip_prefix('\\').unwrap_or(flag.as_str());
            let good = |octet: u8| octet.is_ascii_graphic() && !b"(){%*\"\\]".contains(&octet);
            if atom.is_empty() || !atom.bytes().all(good) {
                return Err(Invalid::Flag.into());
            }
        }
        let words: Vec<&str> = flags.iter().map(Flag::as_str).collect();
        Ok(self.text(&format!("({})", words.join(" "))))
    }

    /// Adds a date-time.
    #[must_use]
    pub fn date(self, date: DateTime) -> Self {
        let local = date.local().strftime("%d-%b-%Y %H:%M:%S").to_string();
        let minutes = date.offset_minutes.unsigned_abs();
        let sign = if date.offset_minutes < 0 { '-' } else { '+' };
        self.text(&format!("\"{local} {sign}{:02}{:02}\"", minutes / 60, minutes % 60))
    }

    fn text(mut self, text: &str) -> Self {
        self.push(b" ");
        self.push(text.as_bytes());
        self
    }

    fn push(&mut self, octets: &[u8]) {
        match self.pieces.last_mut() {
            Some(Piece::Text(text)) => text.extend_from_slice(octets),
            _ => self.pieces.push(Piece::Text(Zeroizing::new(octets.to_vec()))),
        }
    }

    pub(super) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }
}

/// UIDs in the spelling of a command: ascending, compact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UidSet(String);

impl UidSet {
    /// All UIDs from `first` to `last`; without `*`, which always names one message too many.
    #[must_use]
    pub fn range(first: u32, last: u32) -> Self {
        Self(format!("{}:{}", first.max(1), last.max(first).max(1)))
    }

    /// One UID.
    #[must_use]
    pub fn one(uid: Uid) -> Self {
        Self(uid.0.to_string())
    }

    /// Any UIDs, as many sets as are needed to keep commands short. UID 0 is left out.
    #[must_use]
    pub fn many(uids: &[Uid]) -> Vec<Self> {
        Self::many_within(uids, SET_LENGTH)
    }

    /// [`Self::many`], of about so many octets each.
    #[must_use]
    pub(super) fn many_within(uids: &[Uid], octets: usize) -> Vec<Self> {
        let mut sorted: Vec<u32> = uids.iter().map(|uid| uid.0).filter(|uid| *uid != 0).collect();
        sorted.sort_unstable();
        sorted.dedup();
        let mut sets = Vec::new();
        let mut text = String::new();
        let mut rest = sorted.as_slice();
        while let Some(first) = rest.first().copied() {
            let run =
                rest.iter().zip(first..=u32::MAX).take_while(|(uid, want)| **uid == *want).count();
            let last = first + u32::try_from(run.saturating_sub(1)).unwrap_or(0);
            rest = rest.get(run.max(1)..).unwrap_or_default();
            if text.len().saturating_add(PAIR) > octets && !text.is_empty() {
                sets.push(Self(std::mem::take(&mut text)));
            }
            if !text.is_empty() {
                text.push(',');
            }
            text.push_str(&first.to_string());
            if last > first {
                text.push(':');
                text.push_str(&last.to_string());
            }
        }
        if !text.is_empty() {
            sets.push(Self(text));
        }
        sets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(command: &Command) -> String {
        let mut out = Vec::new();
        for piece in command.pieces() {
            match piece {
                Piece::Text(text) => out.extend_from_slice(text),
                Piece::Literal(octets) => {
                    out.extend_from_slice(format!("{{{}}}\r\n", octets.len()).as_bytes());
                    out.extend_from_slice(octets);
                }
                Piece::Content(_) => unreachable!("no message here"),
            }
        }
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn spells_commands() {
        let uids: Vec<Uid> = [9, 3, 4, 5, 5, 0].into_iter().map(Uid).collect();
        let set = UidSet::many(&uids).remove(0);
        assert_eq!(spelled(&Command::new("UID FETCH").set(&set)), "UID FETCH 3:5,9");
        assert_eq!(spelled(&Command::new("SELECT").string("A b")), "SELECT \"A b\"");
        assert_eq!(
            spelled(&Command::new("SELECT").string("x\r\nA1 DELETE y")),
            "SELECT {14}\r\nx\r\nA1 DELETE y"
        );
        assert_eq!(
            spelled(&Command::new("LOGIN").string("a").string("\"")),
            "LOGIN \"a\" {1}\r\n\""
        );
        let flags = Command::new("STORE").flags(&[Flag::Seen, Flag::MdnSent]).expect("flags");
        assert_eq!(spelled(&flags), "STORE (\\Seen $MDNSent)");
        assert!(Command::new("STORE").flags(&[Flag::Other("a\r\nb".into())]).is_err());
        let date = DateTime { unix: 1_741_097_400, offset_minutes: -300 };
        let spelled_date = spelled(&Command::new("APPEND").date(date));
        assert_eq!(spelled_date, "APPEND \"04-Mar-2025 09:10:00 -0500\"");
    }

    #[test]
    fn long_sets_are_split_and_lose_nothing() {
        let uids: Vec<Uid> = (0..20_000).map(|n| Uid(n * 2 + 1)).collect();
        let sets = UidSet::many(&uids);
        assert!(sets.len() > 10);
        let back: Vec<u32> = sets
            .iter()
            .flat_map(|set| set.0.split(','))
            .map(|number| number.parse().expect("a number"))
            .collect();
        assert_eq!(back.len(), uids.len());
        assert!(UidSet::many(&[Uid(u32::MAX), Uid(u32::MAX - 1)]).len() == 1);
        let short = UidSet::many_within(&uids, 100);
        assert!(short.iter().all(|set| set.0.len() <= 100) && short.len() > sets.len());
    }

    proptest::proptest! {
        /// Any text stays one argument: quoted and harmless, or counted.
        #[test]
        fn text_stays_one_argument(text: String) {
            let command = Command::new("X").string(&text);
            match command.pieces() {
                [Piece::Text(line)] => {
                    proptest::prop_assert_eq!(
                        String::from_utf8_lossy(line),
                        format!("X \"{text}\"")
                    );
                    let inside = text.chars().all(|c| !c.is_control() && c != '"' && c != '\\');
                    proptest::prop_assert!(inside && text.is_ascii());
                }
                [Piece::Text(line), Piece::Literal(octets)] => {
                    proptest::prop_assert_eq!(line.as_slice(), &b"X "[..]);
                    proptest::prop_assert_eq!(octets.as_slice(), text.as_bytes());
                }
                other => proptest::prop_assert!(false, "{other:?}"),
            }
        }
    }
}
