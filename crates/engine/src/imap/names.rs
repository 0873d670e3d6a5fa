//! Mailbox names: modified UTF-7 (RFC 3501 section 5.1.3) and what a mailbox is for.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use imap_proto::NameAttribute;

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

/// The name for people. A name that is not modified UTF-7 is shown as it is.
pub(super) fn decode(name: &str) -> String {
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
