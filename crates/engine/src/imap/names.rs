//! Mailbox names: modified UTF-7 (RFC 3501 section 5.1.3) and what a mailbox is for.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use std::borrow::Cow;

use async_imap::imap_proto::NameAttribute;

use aloud_model::imap::MailboxRole;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::IMAP_MUTF7,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

/// Names that a mailbox without attributes may have, in lower case.
const WELL_KNOWN: [(&str, MailboxRole); 15] = [
    ("sent", MailboxRole::Sent),
    ("sent items", MailboxRole::Sent),
    ("sent messages", MailboxRole::Sent),
    ("sent mail", MailboxRole::Sent),
    ("gesendet", MailboxRole::Sent),
    ("drafts", MailboxRole::Drafts),
    ("archive", MailboxRole::Archive),
    ("archives", MailboxRole::Archive),
    ("trash", MailboxRole::Trash),
    ("deleted items", MailboxRole::Trash),
    ("deleted messages", MailboxRole::Trash),
    ("junk", MailboxRole::Junk),
    ("junk e-mail", MailboxRole::Junk),
    ("spam", MailboxRole::Junk),
    ("bulk mail", MailboxRole::Junk),
];

/// Octets of names that are no UTF-8 stand in the planes of private use, so that a name is text and
/// yet goes back to the server as it came.
const RAW: u32 = 0x10_F000;

/// A name as the server spells it.
pub(super) fn from_wire(octets: &[u8]) -> String {
    match std::str::from_utf8(octets) {
        Ok(text) => text.to_owned(),
        Err(_) => octets
            .iter()
            .map(|octet| match octet {
                0..=127 => char::from(*octet),
                _ => char::from_u32(RAW + u32::from(*octet)).unwrap_or('?'),
            })
            .collect(),
    }
}

/// The octets of [`from_wire`]; the text itself where it is what goes on the wire.
pub(super) fn to_wire(name: &str) -> Cow<'_, [u8]> {
    if !name.chars().any(|c| raw(c).is_some()) {
        return name.as_bytes().into();
    }
    let mut octets = Vec::with_capacity(name.len());
    for c in name.chars() {
        match raw(c) {
            Some(octet) => octets.push(octet),
            None => octets.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    octets.into()
}

fn raw(c: char) -> Option<u8> {
    u32::from(c).checked_sub(RAW).and_then(|octet| u8::try_from(octet).ok()).filter(|o| *o > 127)
}

/// The name for people. A name that is not modified UTF-7 is shown as it is, one that is no UTF-8
/// either as windows-1252.
pub(super) fn decode(name: &str) -> String {
    if let Cow::Owned(octets) = to_wire(name) {
        return super::status::decode(&octets);
    }
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some((plain, coded)) = rest.split_once('&') {
        out.push_str(plain);
        let Some((code, later)) = coded.split_once('-') else { return name.to_owned() };
        if code.is_empty() {
            out.push('&');
        } else {
            let Ok(octets) = BASE64.decode(code) else { return name.to_owned() };
            let units = octets.chunks_exact(2).map(|pair| {
                u16::from_be_bytes([
                    pair.first().copied().unwrap_or_default(),
                    pair.get(1).copied().unwrap_or_default(),
                ])
            });
            out.extend(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
        }
        rest = later;
    }
    out.push_str(rest);
    out
}

/// The parser leaves the escapes of a quoted name in place.
pub(super) fn unescape(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut escaped = false;
    for c in name.chars() {
        escaped = c == '\\' && !escaped;
        if !escaped {
            out.push(c);
        }
    }
    out
}

/// What the attributes say, else INBOX, else nothing yet.
pub(super) fn role(attributes: &[NameAttribute<'_>], name: &str) -> Option<MailboxRole> {
    if name.eq_ignore_ascii_case("INBOX") {
        return Some(MailboxRole::Inbox);
    }
    attributes.iter().find_map(|attribute| match attribute {
        NameAttribute::All => Some(MailboxRole::All),
        NameAttribute::Archive => Some(MailboxRole::Archive),
        NameAttribute::Drafts => Some(MailboxRole::Drafts),
        NameAttribute::Junk => Some(MailboxRole::Junk),
        NameAttribute::Sent => Some(MailboxRole::Sent),
        NameAttribute::Trash => Some(MailboxRole::Trash),
        _ => None,
    })
}

/// A role by a well-known name, at the top or straight under INBOX.
pub(super) fn role_by_name(decoded: &str, delimiter: Option<&str>) -> Option<MailboxRole> {
    let lower = decoded.to_lowercase();
    let leaf = match delimiter.filter(|text| !text.is_empty()) {
        Some(delimiter) => match lower.split_once(delimiter) {
            Some(("inbox", leaf)) => leaf,
            Some(_) => return None,
            None => lower.as_str(),
        },
        None => lower.as_str(),
    };
    WELL_KNOWN.into_iter().find(|(known, _)| *known == leaf).map(|(_, role)| role)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_names() {
        for (wire, name) in [
            ("INBOX", "INBOX"),
            ("Entw&APw-rfe", "Entwürfe"),
            ("R&-D", "R&D"),
            ("~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/台北/日本語"),
            ("&2DzfVQ-", "\u{1f355}"),
            ("&broken", "&broken"),
            ("&!!-", "&!!-"),
            ("&2Dw-", "\u{fffd}"),
            ("Gelöscht", "Gelöscht"),
        ] {
            assert_eq!(decode(wire), name, "{wire}");
        }
    }

    #[test]
    fn names_that_are_no_text_come_back_as_they_came() {
        for (octets, shown) in [
            (&b"Gel\xf6scht"[..], "Gelöscht"),
            ("Gelöscht".as_bytes(), "Gelöscht"),
            (b"a&b", "a&b"),
            (b"\xff\xfe", "ÿþ"),
        ] {
            let name = from_wire(octets);
            assert_eq!((decode(&name).as_str(), to_wire(&name).as_ref()), (shown, octets));
        }
    }

    #[test]
    fn knows_mailboxes_by_name() {
        for (name, delimiter, role) in [
            ("Sent Items", Some("/"), Some(MailboxRole::Sent)),
            ("INBOX.Trash", Some("."), Some(MailboxRole::Trash)),
            ("Work/Sent", Some("/"), None),
            ("Spam", None, Some(MailboxRole::Junk)),
            ("Lists", Some("/"), None),
        ] {
            assert_eq!(role_by_name(name, delimiter), role, "{name}");
        }
    }
}
