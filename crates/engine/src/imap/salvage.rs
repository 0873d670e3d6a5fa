//! What can be saved of a FETCH or LIST response (RFC 9051 sections 7.5.2, 7.3.1) that the parser does
//! not take: items that are not understood are stepped over, the others are kept. Asked only after
//! the parser said no. Works on a frame of the screen, which bounds length and depth; no recursion.

use std::borrow::Cow;

use async_imap::imap_proto::{
    AttributeValue, MailboxDatum, MailboxListData, MessageSection, NameAttribute, Response,
    SectionPath,
};

use super::{names, screen::quoted_end, status};

/// Most items of a FETCH response that are looked at.
const ITEMS: usize = 200;

/// A value of an item.
enum Value<'a> {
    /// Quoted (with its escapes) or a literal.
    Text(Cow<'a, [u8]>),
    /// What stands between parentheses.
    List(&'a [u8]),
    /// Anything else.
    Word(&'a [u8]),
}

/// A FETCH response; `None` when not even its number can be read.
pub(super) fn fetch(frame: &[u8]) -> Option<Response<'_>> {
    let rest = frame.strip_prefix(b"* ")?;
    let digits = rest.iter().take_while(|octet| octet.is_ascii_digit()).count();
    let (number, rest) = rest.split_at(digits);
    let number: u32 = std::str::from_utf8(number).ok()?.parse().ok()?;
    let rest = rest.trim_ascii_start();
    let (word, rest) = rest.split_at_checked(5)?;
    if !word.eq_ignore_ascii_case(b"FETCH") {
        return None;
    }
    let rest = rest.trim_ascii_start();
    let mut rest = rest.strip_prefix(b"(").unwrap_or(rest);
    let mut items = Vec::new();
    for _ in 0..ITEMS {
        rest = rest.trim_ascii_start();
        if rest.is_empty() || rest.starts_with(b")") {
            break;
        }
        let (name, later) = item_name(rest);
        if name.is_empty() {
            // A value without a name.
            rest = value(rest).1;
            continue;
        }
        let later = later.trim_ascii_start();
        // UID 7FLAGS, or a name that is followed by the next.
        let (found, later) = value(later);
        let (item, used) = item(name, &found);
        items.extend(item);
        rest = match (&found, used) {
            (Value::Word(word), Some(used)) if used < word.len() => {
                // What is left of the word is the next name.
                let skip = later.len() + word.len() - used;
                rest.get(rest.len().saturating_sub(skip)..).unwrap_or_default()
            }
            _ => later,
        };
    }
    Some(Response::Fetch(number, items))
}

/// A name with its brackets (`BODY[HEADER]<0>`), which may hold blanks and parentheses.
fn item_name(text: &[u8]) -> (&[u8], &[u8]) {
    let mut inside = false;
    let end = text.iter().position(|octet| {
        match octet {
            b'[' => inside = true,
            b']' => inside = false,
            _ => {}
        }
        !inside && b" ()\"{\r\n".contains(octet)
    });
    text.split_at(end.unwrap_or(text.len()))
}

/// The value at the start, and what follows it.
fn value(text: &[u8]) -> (Value<'_>, &[u8]) {
    match text.first() {
        Some(b'"') => {
            let end = quoted_end(text);
            let (quoted, later) = text.split_at(end);
            let inner = quoted.get(1..).unwrap_or_default();
            let inner = inner.strip_suffix(b"\"").unwrap_or(inner);
            (Value::Text(unescape(inner)), later)
        }
        Some(b'(') => {
            let end = list_end(text);
            let (list, later) = text.split_at(end);
            (Value::List(list), later)
        }
        Some(b'{') => match literal(text) {
            Some((octets, later)) => (Value::Text(octets.into()), later),
            None => (Value::Word(b""), b""),
        },
        _ => {
            let end = text.iter().position(|octet| b" ()\"\r\n".contains(octet));
            let (word, later) = text.split_at(end.unwrap_or(text.len()));
            // A parenthesis too many ends nothing.
            let later = if word.is_empty() { text.get(1..).unwrap_or_default() } else { later };
            (Value::Word(word), later)
        }
    }
}

/// `{3}`, the end of the line, three octets.
fn literal(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = text.strip_prefix(b"{")?;
    let digits = rest.iter().take_while(|octet| octet.is_ascii_digit()).count();
    let (number, rest) = rest.split_at(digits);
    let length: usize = std::str::from_utf8(number).ok()?.parse().ok()?;
    let rest = rest.strip_prefix(b"}\r\n")?;
    rest.split_at_checked(length)
}

/// Where the list at the start ends, literals and quoted strings stepped over.
fn list_end(text: &[u8]) -> usize {
    let mut depth = 0usize;
    let mut at = 0usize;
    while let Some(octet) = text.get(at) {
        let rest = text.get(at..).unwrap_or_default();
        at += match octet {
            b'"' => quoted_end(rest).max(1),
            b'{' => literal(rest).map_or(1, |(_, later)| rest.len() - later.len()),
            _ => 1,
        };
        match octet {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn unescape(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.contains(&b'\\') {
        return text.into();
    }
    let mut escaped = false;
    let mut out = Vec::with_capacity(text.len());
    for octet in text {
        escaped = *octet == b'\\' && !escaped;
        if !escaped {
            out.push(*octet);
        }
    }
    out.into()
}

/// The item, if it is one that is used, and how much of a word belongs to it.
fn item<'a>(name: &[u8], value: &Value<'a>) -> (Option<AttributeValue<'a>>, Option<usize>) {
    let upper = name.to_ascii_uppercase();
    match upper.as_slice() {
        b"UID" => {
            let (number, used) = number(value);
            let uid = number.and_then(|number| u32::try_from(number).ok());
            (uid.map(AttributeValue::Uid), Some(used))
        }
        b"RFC822.SIZE" => {
            let (number, used) = number(value);
            let size = number.and_then(|number| u32::try_from(number).ok()).unwrap_or(0);
            (Some(AttributeValue::Rfc822Size(size)), (used > 0).then_some(used))
        }
        b"MODSEQ" => (number(value).0.map(AttributeValue::ModSeq), None),
        b"X-GM-MSGID" => (number(value).0.map(AttributeValue::GmailMsgId), None),
        b"FLAGS" => {
            let flags = match value {
                Value::List(list) => status::flags(list),
                Value::Word(word) if word.eq_ignore_ascii_case(b"NIL") => Some(Vec::new()),
                Value::Word(_) | Value::Text(_) => None,
            };
            (flags.map(AttributeValue::Flags), None)
        }
        b"INTERNALDATE" => {
            let date = match value {
                Value::Text(text) => String::from_utf8_lossy(text).into_owned(),
                Value::List(_) | Value::Word(_) => String::new(),
            };
            (Some(AttributeValue::InternalDate(date.into())), None)
        }
        b"RFC822.HEADER" => {
            (body(Some(SectionPath::Full(MessageSection::Header)), None, value), None)
        }
        _ => (section(&upper).and_then(|(section, index)| body(section, index, value)), None),
    }
}

/// `BODY[HEADER]`, `BODY[]<10>`.
fn section(name: &[u8]) -> Option<(Option<SectionPath>, Option<u32>)> {
    let rest = name.strip_prefix(b"BODY[")?;
    let end = memchr::memrchr(b']', rest)?;
    let (section, rest) = rest.split_at(end);
    let section = match section {
        b"" => None,
        section if section.starts_with(b"HEADER") => {
            Some(SectionPath::Full(MessageSection::Header))
        }
        _ => return None,
    };
    let origin = rest.strip_prefix(b"]<").and_then(|rest| rest.strip_suffix(b">"));
    let index = origin.and_then(|text| std::str::from_utf8(text).ok()?.parse().ok());
    Some((section, index))
}

fn body<'a>(
    section: Option<SectionPath>,
    index: Option<u32>,
    value: &Value<'a>,
) -> Option<AttributeValue<'a>> {
    let data = match value {
        Value::Text(text) => Some(text.clone()),
        Value::Word(word) if word.eq_ignore_ascii_case(b"NIL") => None,
        Value::Word(_) | Value::List(_) => return None,
    };
    Some(AttributeValue::BodySection { section, index, data })
}

/// The number at the start of a value, in or out of parentheses and quotes; its digits.
fn number(value: &Value<'_>) -> (Option<u64>, usize) {
    let text: &[u8] = match value {
        Value::Text(text) => text,
        Value::Word(word) => word,
        Value::List(list) => list.strip_prefix(b"(").unwrap_or(list),
    };
    let digits = text.iter().take_while(|octet| octet.is_ascii_digit()).count();
    let number = text.get(..digits).and_then(|text| std::str::from_utf8(text).ok()?.parse().ok());
    (number, digits)
}

/// A LIST response; `None` when there is no name in it. Names that are not UTF-8 come here, too.
pub(super) fn list(frame: &[u8]) -> Option<Response<'static>> {
    let (word, rest) = frame.strip_prefix(b"* ")?.split_at_checked(4)?;
    if !word.eq_ignore_ascii_case(b"LIST") {
        return None;
    }
    let rest = rest.trim_ascii_start();
    let (attributes, rest) = match rest.first()? {
        b'(' => rest.split_at(list_end(rest)),
        _ => (&b""[..], rest),
    };
    let rest = rest.trim_ascii_start();
    let (delimiter, rest) = value(rest);
    let delimiter = match delimiter {
        Value::Word(word) if word.eq_ignore_ascii_case(b"NIL") => None,
        Value::Word(word) => Some(names::from_wire(word)),
        Value::Text(text) => Some(names::from_wire(&text)),
        Value::List(_) => return None,
    };
    let rest = rest.trim_ascii_start();
    let name = match rest.first()? {
        b'"' | b'{' => match value(rest).0 {
            Value::Text(text) => names::from_wire(&text),
            Value::Word(_) | Value::List(_) => return None,
        },
        // Without quotes a name ends with the line, whatever it holds.
        _ => names::from_wire(rest.split(|octet| *octet == b'\r').next()?.trim_ascii_end()),
    };
    if name.is_empty() {
        return None;
    }
    let attributes = String::from_utf8_lossy(attributes).replace(['(', ')', '"'], " ");
    let name_attributes = attributes.split_ascii_whitespace().map(attribute).collect();
    // As the parser leaves it: with its escapes.
    let escaped = |text: String| Cow::Owned(text.replace('\\', "\\\\").replace('"', "\\\""));
    Some(Response::MailboxData(MailboxDatum::List(MailboxListData {
        name_attributes,
        delimiter: delimiter.filter(|text| !text.is_empty()).map(escaped),
        name: escaped(name),
    })))
}

fn attribute(word: &str) -> NameAttribute<'static> {
    let word = word.replace("\\\\", "\\");
    [
        ("\\NoInferiors", NameAttribute::NoInferiors),
        ("\\NoSelect", NameAttribute::NoSelect),
        ("\\All", NameAttribute::All),
        ("\\Archive", NameAttribute::Archive),
        ("\\Drafts", NameAttribute::Drafts),
        ("\\Flagged", NameAttribute::Flagged),
        ("\\Junk", NameAttribute::Junk),
        ("\\Sent", NameAttribute::Sent),
        ("\\Trash", NameAttribute::Trash),
    ]
    .into_iter()
    .find_map(|(name, attribute)| word.eq_ignore_ascii_case(name).then_some(attribute))
    .unwrap_or_else(|| NameAttribute::Extension(word.clone().into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imap::read::{read_head, read_seen, read_slice};
    use aloud_model::Flag;

    fn items(frame: &str) -> Vec<AttributeValue<'_>> {
        match fetch(frame.as_bytes()) {
            Some(Response::Fetch(_, items)) => items,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_can_be_read_of_a_message_is_kept() {
        for frame in [
            "* 5 FETCH (UID 7 FLAGS (\"\\\\Seen\" $X))\r\n",
            "* 5 FETCH (FLAGS (\\Seen $X) X-ODD 1 2 (a (b) \"c\") UID 7)\r\n",
            "* 5 FETCH (UID 7FLAGS (\\Seen $X))\r\n",
            "* 5 FETCH (UID \"7\" FLAGS (\\Seen  $X ))\r\n",
            "* 5 FETCH UID 7 FLAGS (\\Seen $X)\r\n",
            "* 5 FETCH (UID 7 FLAGS(\\Seen $X))\r\n",
            "* 5 FETCH (UID 7 FLAGS (\\Seen $X)) )\r\n",
            "* 5 FETCH (ENVELOPE (\"a\\\" (\" {3}\r\n)\" NIL) UID 7 FLAGS (\\Seen $X))\r\n",
        ] {
            let seen = read_seen(&items(frame)).unwrap_or_else(|| panic!("{frame}"));
            assert_eq!(seen.uid.0, 7, "{frame}");
            assert_eq!(seen.flags, [Flag::Seen, Flag::Other("$X".into())], "{frame}");
        }
        let head = "* 1 FETCH (UID 9 RFC822.SIZE -12 INTERNALDATE (x) X-GM-MSGID 77 MODSEQ 5 \
                    FLAGS NIL BODY[HEADER.FIELDS (A B)] {7}\r\nA: ) \"\n odd)\r\n";
        let head = read_head(&items(head)).expect("a head");
        assert_eq!((head.uid.0, head.size, head.modseq), (9, 0, 5));
        assert_eq!((head.header.as_slice(), head.server_id.as_str()), (&b"A: ) \"\n"[..], "77"));
        let slice = "* 1 FETCH (UID 9 ODD[<] {1}\r\n) BODY[]<3> \"ab\\\"\")\r\n";
        assert_eq!(
            read_slice(&items(slice), 3, 9).and_then(|s| s.octets).as_deref(),
            Some(&b"ab\""[..])
        );
        for (frame, uid) in [
            ("* 1 FETCH (UID 99999999999)\r\n", None),
            ("* 1 FETCH (UID -3)\r\n", None),
            ("* 1 FETCH ()\r\n", None),
            ("* 1 FETCH\r\n", None),
            ("* 1 FETCH (UID 4 BODY[HEADER] {9}\r\nshort\r\n", Some(4)),
        ] {
            let found = crate::imap::read::uid_of(&items(frame)).map(|uid| uid.0);
            assert_eq!(found, uid, "{frame}");
        }
        assert!(fetch(b"* x FETCH (UID 4)\r\n").is_none());
    }

    #[test]
    fn what_can_be_read_of_a_mailbox_is_kept() {
        let read = |frame: &[u8]| match list(frame) {
            Some(Response::MailboxData(MailboxDatum::List(data))) => {
                let name = names::unescape(&data.name);
                let delimiter = data.delimiter.map(|text| names::unescape(&text));
                Some(format!("{name}|{}|{:?}", delimiter.unwrap_or_default(), data.name_attributes))
            }
            _ => None,
        };
        for (frame, want) in [
            (&b"* LIST (\\Sent) \"//\" Sent Items\r\n"[..], Some("Sent Items|//|[Sent]")),
            (b"* LIST () NIL {3}\r\na\"b\r\n", Some("a\"b||[]")),
            (b"* LIST () / x(1)\r\n", Some("x(1)|/|[]")),
            (b"* LIST \"/\" x\r\n", Some("x|/|[]")),
            (b"* LIST (\"\\\\Trash\") \"\" x\r\n", Some("x||[Trash]")),
            (b"* LIST () \"\\\\\" \"a\\\\b\"\r\n", Some("a\\b|\\|[]")),
            (b"* LIST () \"/\" \r\n", None),
            (b"* LIST () \"/\"\r\n", None),
            (b"* LIST\r\n", None),
        ] {
            assert_eq!(read(frame).as_deref(), want, "{}", String::from_utf8_lossy(frame));
        }
        let raw = read(b"* LIST () \"/\" \"Gel\xf6scht\"\r\n").expect("a name");
        let (name, _) = raw.split_once('|').expect("a name");
        assert_eq!(names::to_wire(name).as_ref(), b"Gel\xf6scht");
    }

    proptest::proptest! {
        #[test]
        fn any_frame(rest: Vec<u8>) {
            let _ = fetch(&[b"* 1 FETCH (", rest.as_slice()].concat());
            let _ = list(&[b"* LIST (", rest.as_slice()].concat());
        }
    }
}
