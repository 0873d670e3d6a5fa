//! Address lists (RFC 5322 section 3.4), structure first and decoding after it, so that an encoded
//! word can never become an address (reliability T3).
//!
//! Lenient: names without an address, empty angle brackets, numbers in comments, groups, obsolete
//! routes, semicolons as separators, quotes and comments that never close. At most 1 000 entries.
//!
//! Not by mail-parser, which decodes first: it makes an address of the name in
//! `=?utf-8?q?a=40b.example?= (x)`. It also joins comments (numbers stand there) to names, reads no
//! address in `"no end <a@b.example>` and a wrong one in `"a b"@example.com`, and no identifier in
//! `<a@b`. Tests: below, and `tests/message/vs_mail_parser.rs`.

use crate::display;
use aloud_model::{AddrSpec, Address};

use super::encoding;

/// Entries of one list that are read.
const LIST_MAX: usize = 1_000;

/// One entry of an address list, as found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressEntry {
    /// The display name, decoded and cleaned.
    pub name: Option<String>,
    /// Comments in parentheses, decoded and cleaned: an old place for names and numbers.
    pub comment: Option<String>,
    /// The addr-spec, where there is a complete one.
    pub addr: Option<AddrSpec>,
}

impl AddressEntry {
    /// As a name and an address, where it has an address. The comment serves as a name.
    pub fn address(&self) -> Option<Address> {
        let addr = self.addr.clone()?;
        let name = self.name.clone().or_else(|| self.comment.clone());
        Some(Address { name: name.map(|name| display::shown_name(&name, &addr)), addr })
    }
}

#[derive(Default)]
struct Entry {
    /// Words outside brackets and comments.
    phrase: Vec<u8>,
    comment: Vec<u8>,
    angle: Option<Vec<u8>>,
}

/// Reads an address-list field value.
pub fn parse(value: &[u8]) -> Vec<AddressEntry> {
    let value: Vec<u8> = value.iter().copied().filter(|c| !matches!(c, b'\r' | b'\n')).collect();
    scan(&value, true).or_else(|| scan(&value, false)).unwrap_or_default()
}

/// One pass over the list. With `trusting`, quotes and comments must close; `None` says that one
/// did not, and the second pass takes their marks for ordinary characters.
fn scan(value: &[u8], trusting: bool) -> Option<Vec<AddressEntry>> {
    let mut list = Vec::new();
    let mut entry = Entry::default();
    let mut at = 0;
    // Words that never end are looked for once.
    let mut words = memchr::memmem::find(value, b"?=").is_some();
    while let Some(&c) = value.get(at) {
        match c {
            b'"' if trusting => {
                let end = closing_quote(value, at + 1)?;
                entry.phrase.extend(value.get(at..=end).unwrap_or_default());
                at = end;
            }
            // An encoded word is one atom, whatever commas and brackets are written in it.
            b'=' if words && value.get(at + 1) == Some(&b'?') => {
                let rest = value.get(at..).unwrap_or_default();
                let length = encoding::word_length(rest).unwrap_or(1);
                words = length > 1 || memchr::memmem::find(rest, b"?=").is_some();
                entry.phrase.extend(rest.get(..length).unwrap_or_default());
                at += length - 1;
            }
            b'(' if trusting => {
                let end = closing_parenthesis(value, at + 1)?;
                if !entry.comment.is_empty() {
                    entry.comment.push(b' ');
                }
                entry.comment.extend(value.get(at + 1..end).unwrap_or_default());
                at = end;
            }
            b'<' => {
                let end = closing_angle(value, at + 1);
                let inner = value.get(at + 1..end).unwrap_or_default();
                // The last pair counts where a name holds brackets of its own.
                if let Some(earlier) = entry.angle.replace(inner.to_vec()) {
                    entry.phrase.extend(earlier);
                }
                at = end;
            }
            b',' | b';' => finish(&mut entry, &mut list),
            // A group's name; its members follow.
            b':' if entry.angle.is_none() && !entry.phrase.contains(&b'@') && is_group(&entry) => {
                entry = Entry::default();
            }
            _ => entry.phrase.push(c),
        }
        if list.len() >= LIST_MAX {
            return Some(list);
        }
        at += 1;
    }
    finish(&mut entry, &mut list);
    Some(list)
}

/// A colon after plain words starts a group; after digits it may be part of a time or a URI.
fn is_group(entry: &Entry) -> bool {
    let name = entry.phrase.trim_ascii();
    !name.is_empty() && !name.ends_with(b"sip") && !name.ends_with(b"tel")
}

fn closing_quote(value: &[u8], from: usize) -> Option<usize> {
    let mut escaped = false;
    for (offset, &c) in value.get(from..)?.iter().enumerate() {
        match c {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(from + offset),
            _ => {}
        }
    }
    None
}

fn closing_parenthesis(value: &[u8], from: usize) -> Option<usize> {
    let mut depth = 1_u32;
    let mut escaped = false;
    for (offset, &c) in value.get(from..)?.iter().enumerate() {
        match c {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'(' => depth += 1,
            b')' => {
                depth -= 1;
                if depth == 0 {
                    return Some(from + offset);
                }
            }
            _ => {}
        }
    }
    None
}

/// The end of an angle address; a quoted local part may hold `>`. Unclosed: at the next comma.
fn closing_angle(value: &[u8], from: usize) -> usize {
    let rest = value.get(from..).unwrap_or_default();
    let mut quoted = false;
    let mut comma = None;
    for (offset, &c) in rest.iter().enumerate() {
        match c {
            b'"' => quoted = !quoted,
            b'>' if !quoted => return from + offset,
            b',' if !quoted && comma.is_none() => comma = Some(from + offset - 1),
            b'<' if !quoted => break,
            _ => {}
        }
    }
    memchr::memchr(b'>', rest).map(|at| from + at).or(comma).unwrap_or(value.len())
}

fn finish(entry: &mut Entry, list: &mut Vec<AddressEntry>) {
    let Entry { phrase, comment, angle } = std::mem::take(entry);
    let phrase = phrase.trim_ascii();
    let comment = clean(&comment);
    let (name, addr) = match angle {
        Some(inner) => (clean(phrase), addr_spec(&inner)),
        // An end without a beginning.
        None => match addr_spec(phrase.strip_suffix(b">").unwrap_or(phrase)) {
            Some(addr) => (None, Some(addr)),
            None => (clean(phrase), None),
        },
    };
    if name.is_some() || addr.is_some() || comment.is_some() {
        list.push(AddressEntry { name, comment, addr });
    }
}

/// A display name: quotes removed, encoded words decoded, controls and tricks removed.
fn clean(phrase: &[u8]) -> Option<String> {
    let mut plain = Vec::with_capacity(phrase.len());
    let mut escaped = false;
    for &c in phrase {
        match c {
            b'\\' if !escaped => escaped = true,
            b'"' if !escaped => {}
            _ => {
                escaped = false;
                plain.push(c);
            }
        }
    }
    let text = display::clean(&encoding::unstructured(&plain));
    // A name inside one encoded word brings its own quotes.
    let text = text.trim_matches(|c: char| c == '"' || c.is_whitespace()).to_owned();
    (!text.is_empty()).then_some(text)
}

/// The octets of an address: an obsolete route (`@a,@b:`) and `mailto:` go, blanks around `@` too.
fn addr_spec(inner: &[u8]) -> Option<AddrSpec> {
    let text = encoding::text(inner, None);
    let mut text = text.trim();
    if text.starts_with('@')
        && let Some((_, rest)) = text.split_once(':')
    {
        text = rest.trim();
    }
    if let Some(rest) = text.get(..7).filter(|p| p.eq_ignore_ascii_case("mailto:")) {
        text = text.get(rest.len()..).unwrap_or_default();
    }
    let text = if text.contains('"') {
        text.to_owned()
    } else {
        // Blanks may stand around dots and the at sign; between words they leave no address.
        let mut joined = String::with_capacity(text.len());
        for word in text.split_whitespace() {
            let seam = joined.ends_with(['.', '@']) || word.starts_with(['.', '@']);
            if !joined.is_empty() && !seam {
                return None;
            }
            joined.push_str(word);
        }
        joined
    };
    if !text.contains('"') && text.matches('@').count() > 1 {
        // Two at signs without quotes: nobody can say which is the address.
        return None;
    }
    let odd = |c: char| c.is_control() || display::is_invisible(c) || matches!(c, '<' | '>' | ',');
    if text.contains('"') || !text.contains(odd) { AddrSpec::parse(&text).ok() } else { None }
}

/// Reads the identifiers of Message-ID, In-Reply-To or References, with or without brackets.
pub fn message_ids(value: &[u8]) -> Vec<String> {
    let text = encoding::text(value, None);
    let mut ids = Vec::new();
    let mut rest = text.as_str();
    if !rest.contains('<') {
        let bare = rest.split_whitespace().filter(|w| w.contains('@')).take(LIST_MAX);
        let mut bare: Vec<String> = bare.map(display::clean).collect();
        if bare.is_empty() {
            let word = rest.trim().trim_end_matches('>');
            bare.extend((!word.is_empty() && !word.contains(' ')).then(|| display::clean(word)));
        }
        return bare;
    }
    while let Some((_, after)) = rest.split_once('<') {
        let (id, tail) = after.split_once('>').unwrap_or((after, ""));
        let id: String = display::clean(id).split_whitespace().collect();
        if !id.is_empty() {
            ids.push(id);
        }
        rest = tail;
        if ids.len() >= LIST_MAX {
            break;
        }
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(value: &str) -> (Option<String>, Option<String>) {
        let list = parse(value.as_bytes());
        assert_eq!(list.len(), 1, "{value}: {list:?}");
        (list[0].name.clone(), list[0].addr.as_ref().map(ToString::to_string))
    }

    #[test]
    fn reads_what_voice_systems_write() {
        let some = |a: &str, b: &str| (Some(a.to_owned()), Some(b.to_owned()));
        assert_eq!(
            one("\"Parsons, Glenn\" <12145551234@vm2.example.com>"),
            some("Parsons, Glenn", "12145551234@vm2.example.com")
        );
        assert_eq!(one("5255110309 <>"), (Some("5255110309".into()), None));
        assert_eq!(one("2500"), (Some("2500".into()), None));
        assert_eq!(
            one("VOICE=+15555550137@vm.example.com").1.as_deref(),
            Some("VOICE=+15555550137@vm.example.com")
        );
        assert_eq!(
            one("=?utf-8?q?Ren=C3=A9e_=3Ca=40b.example=3E?= <c@d.example>"),
            some("Renée <a@b.example>", "c@d.example")
        );
        assert_eq!(one("a@b.example (Ada Okafor)").1.as_deref(), Some("a@b.example"));
        assert_eq!(
            one("=?utf-8?q?Okafor,_Ada_(x_<y?= <a@b.example>"),
            some("Okafor, Ada (x <y", "a@b.example")
        );
        assert_eq!(one("=?utf-8?q?<a@b.example>?="), (Some("<a@b.example>".into()), None));
        assert_eq!(one("Ada <@r1.example,@r2.example:a@b.example>"), some("Ada", "a@b.example"));
        assert_eq!(one("\"no end <a@b.example>"), some("no end", "a@b.example"));
        assert_eq!(one("x (no end <a@b.example>").1.as_deref(), Some("a@b.example"));
        assert_eq!(one("\"a b\"@example.com").1.as_deref(), Some("\"a b\"@example.com"));
        assert_eq!(
            one("<FAX=+1-202-455-7622/T33S=8745@gw.example.net>").1.as_deref(),
            Some("FAX=+1-202-455-7622/T33S=8745@gw.example.net")
        );
        assert_eq!(one("<a . b @ c.example>").1.as_deref(), Some("a.b@c.example"));
        assert_eq!(one("X <c.example a@c.example>"), (Some("X".into()), None));
        assert_eq!(one("a@b.example>").1.as_deref(), Some("a@b.example"));
        assert_eq!(one("a@b.example\0@evil.example").1, None);
    }

    #[test]
    fn reads_lists_and_groups() {
        let addresses = |v: &str| -> Vec<String> {
            parse(v.as_bytes()).iter().filter_map(|m| Some(m.addr.as_ref()?.to_string())).collect()
        };
        assert_eq!(
            addresses("a@x.example, \"b, c\" <b@x.example>;d@x.example"),
            ["a@x.example", "b@x.example", "d@x.example"]
        );
        assert_eq!(addresses("Sales: a@x.example, b@x.example;"), ["a@x.example", "b@x.example"]);
        assert!(addresses("undisclosed-recipients:;").is_empty());
        assert_eq!(parse("a@b.example,".repeat(5_000).as_bytes()).len(), LIST_MAX);
    }

    #[test]
    fn ids_come_with_and_without_brackets() {
        assert_eq!(message_ids(b" <a@b>\r\n <c@d>"), ["a@b", "c@d"]);
        assert_eq!(message_ids(b"123456789@VM2.example.com"), ["123456789@VM2.example.com"]);
        assert_eq!(message_ids(b"<unclosed@x"), ["unclosed@x"]);
        assert!(message_ids(b"").is_empty());
    }
}
