//! SEARCH (RFC 9051 section 6.4.4): keys as a tree of bounded depth, and what they match.
//!
//! Text is compared without ASCII case over the octets as they are stored; encoded words are not
//! decoded, so a search for text outside ASCII may miss them.

use super::{
    cursor::{Bad, Cursor, SequenceSet},
    date::date,
    structure,
};
use crate::mailboxes::Message;
use aloud_model::Flag;

/// Deepest nesting of NOT, OR and parentheses.
const MAX_DEPTH: usize = 20;
/// Most keys in one command.
const MAX_KEYS: usize = 1_000;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Key {
    All,
    Not(Box<Key>),
    Or(Box<Key>, Box<Key>),
    And(Vec<Key>),
    Has(Flag),
    /// Every RFC 5322 date and internal date, compared as days.
    Day {
        sent: bool,
        order: std::cmp::Ordering,
        or_equal: bool,
        date: jiff::civil::Date,
    },
    Header(String, Vec<u8>),
    Body(Vec<u8>),
    Text(Vec<u8>),
    Larger(u32),
    Smaller(u32),
    Uid(SequenceSet),
    Sequence(SequenceSet),
    ModSeq(u64),
    Never,
}

pub(super) fn parse(c: &mut Cursor<'_>) -> Result<Key, Bad> {
    if c.take(b"CHARSET ") {
        let charset = c.utf8_astring()?;
        if !["UTF-8", "US-ASCII"].iter().any(|known| known.eq_ignore_ascii_case(&charset)) {
            return Err(Bad("Unknown charset"));
        }
        c.space()?;
    }
    let mut left = MAX_KEYS;
    keys(c, 0, &mut left)
}

fn keys(c: &mut Cursor<'_>, depth: usize, left: &mut usize) -> Result<Key, Bad> {
    let mut all = vec![key(c, depth, left)?];
    while c.take(b" ") {
        all.push(key(c, depth, left)?);
    }
    Ok(Key::And(all))
}

fn key(c: &mut Cursor<'_>, depth: usize, left: &mut usize) -> Result<Key, Bad> {
    *left = left.checked_sub(1).ok_or(Bad("Too many search keys"))?;
    if depth > MAX_DEPTH {
        return Err(Bad("The search is nested too deep"));
    }
    match c.peek() {
        Some(b'(') => {
            c.expect(b"(")?;
            let inner = keys(c, depth + 1, left)?;
            c.expect(b")")?;
            return Ok(inner);
        }
        Some(b'0'..=b'9' | b'*') => return Ok(Key::Sequence(c.sequence_set()?)),
        _ => {}
    }
    let word = c.atom()?.to_ascii_uppercase();
    let text = |c: &mut Cursor<'_>| c.spaced(Cursor::astring);
    let header = |c: &mut Cursor<'_>, name: &str| Ok(Key::Header(name.to_owned(), text(c)?));
    let not = |key: Key| Key::Not(Box::new(key));
    let word = word.as_str();
    if let Some(key) = flag_key(word) {
        return Ok(key);
    }
    Ok(match word {
        "ALL" | "OLD" => Key::All,
        "NEW" | "RECENT" => Key::Never,
        "NOT" => {
            c.space()?;
            not(key(c, depth + 1, left)?)
        }
        "OR" => {
            c.space()?;
            let one = key(c, depth + 1, left)?;
            c.space()?;
            Key::Or(Box::new(one), Box::new(key(c, depth + 1, left)?))
        }
        "KEYWORD" => Key::Has(c.spaced(Cursor::flag)?),
        "UNKEYWORD" => not(Key::Has(c.spaced(Cursor::flag)?)),
        "BCC" | "CC" | "FROM" | "SUBJECT" | "TO" => header(c, word)?,
        "HEADER" => {
            let name = c.spaced(Cursor::utf8_astring)?;
            header(c, &name)?
        }
        "BODY" => Key::Body(text(c)?),
        "TEXT" => Key::Text(text(c)?),
        "LARGER" => Key::Larger(c.spaced(Cursor::number)?),
        "SMALLER" => Key::Smaller(c.spaced(Cursor::number)?),
        "UID" => Key::Uid(c.spaced(Cursor::sequence_set)?),
        "MODSEQ" => Key::ModSeq(c.spaced(Cursor::number64)?),
        "BEFORE" | "ON" | "SINCE" | "SENTBEFORE" | "SENTON" | "SENTSINCE" => {
            let day = c.spaced(Cursor::utf8_astring)?;
            let date = date(&day).ok_or(Bad("Not a date"))?;
            let sent = word.starts_with("SENT");
            use std::cmp::Ordering::{Equal, Greater, Less};
            let (order, or_equal) = match word.strip_prefix("SENT").unwrap_or(word) {
                "BEFORE" => (Less, false),
                "ON" => (Equal, true),
                _ => (Greater, true),
            };
            Key::Day { sent, order, or_equal, date }
        }
        _ => return Err(Bad("Unknown search key")),
    })
}

fn flag_key(word: &str) -> Option<Key> {
    let (negated, name) = match word.strip_prefix("UN") {
        Some(name) => (true, name),
        None => (false, word),
    };
    let flag = match name {
        "SEEN" => Flag::Seen,
        "ANSWERED" => Flag::Answered,
        "FLAGGED" => Flag::Flagged,
        "DELETED" => Flag::Deleted,
        "DRAFT" => Flag::Draft,
        _ => return None,
    };
    Some(if negated { Key::Not(Box::new(Key::Has(flag))) } else { Key::Has(flag) })
}

/// Where a message stands while it is searched.
pub(super) struct Place {
    pub(super) sequence: u32,
    pub(super) last_sequence: u32,
    pub(super) last_uid: u32,
}

impl Key {
    /// Whether the key asks for MODSEQ, so that the answer names the highest one.
    pub(super) fn asks_modseq(&self) -> bool {
        match self {
            Self::ModSeq(_) => true,
            Self::Not(key) => key.asks_modseq(),
            Self::Or(a, b) => a.asks_modseq() || b.asks_modseq(),
            Self::And(all) => all.iter().any(Self::asks_modseq),
            _ => false,
        }
    }

    pub(super) fn matches(&self, message: &Message, place: &Place) -> bool {
        match self {
            Self::All => true,
            Self::Never => false,
            Self::Not(key) => !key.matches(message, place),
            Self::Or(a, b) => a.matches(message, place) || b.matches(message, place),
            Self::And(all) => all.iter().all(|key| key.matches(message, place)),
            Self::Has(flag) => {
                message.flags.iter().any(|f| f.as_str().eq_ignore_ascii_case(flag.as_str()))
            }
            Self::Day { sent, order, or_equal, date } => {
                let day = if *sent {
                    sent_day(&message.octets)
                } else {
                    Some(message.internal_date.local().date())
                };
                day.is_some_and(|day| day.cmp(date) == *order || (*or_equal && day == *date))
            }
            Self::Header(name, wanted) => structure::fields(structure::header(&message.octets))
                .filter(|field| field.name.eq_ignore_ascii_case(name.as_bytes()))
                .any(|field| contains(&structure::unfold(field.value), wanted)),
            Self::Body(wanted) => contains(structure::text(&message.octets), wanted),
            Self::Text(wanted) => contains(&message.octets, wanted),
            Self::Larger(size) => message.octets.len() > *size as usize,
            Self::Smaller(size) => message.octets.len() < *size as usize,
            Self::Uid(set) => set.contains(message.uid.0, place.last_uid),
            Self::Sequence(set) => set.contains(place.sequence, place.last_sequence),
            Self::ModSeq(least) => message.modseq >= *least,
        }
    }
}

fn sent_day(octets: &[u8]) -> Option<jiff::civil::Date> {
    let date = structure::field(structure::header(octets), "Date")?;
    let text = String::from_utf8_lossy(&date).into_owned();
    let zoned = jiff::fmt::rfc2822::DateTimeParser::new().parse_zoned(text.trim()).ok()?;
    Some(zoned.date())
}

fn contains(hay: &[u8], needle: &[u8]) -> bool {
    if needle.is_empty() {
        return true;
    }
    let lower = hay.to_ascii_lowercase();
    memchr::memmem::find(&lower, &needle.to_ascii_lowercase()).is_some()
}
