//! A receipt read (RFC 8098 section 3.1). Lenient: any line ends, comments, missing action modes,
//! identifiers without brackets, unknown fields and values. Limit: 64 KiB.

use super::DispositionType;
use crate::{
    Mdn, display,
    view::{self, header, mailbox},
};

/// Octets of a report that are read.
const READ_MAX: usize = 64 * 1024;
/// Reads the decoded content of a message/disposition-notification part. Lenient: any line ends,
/// comments, missing action modes, identifiers without brackets, unknown fields and values.
#[must_use]
pub fn parse(octets: &[u8]) -> Mdn {
    let octets = octets.get(..READ_MAX).unwrap_or(octets);
    let mut mdn = Mdn::default();
    // Blank lines before or between the fields are tolerated: blocks are read to the end.
    let mut at = 0;
    while at < octets.len() {
        let (fields, next) = header::read(octets, at, false);
        take(&mut mdn, &fields);
        if next <= at {
            break;
        }
        at = next;
    }
    mdn
}

fn take(mdn: &mut Mdn, fields: &header::Header<'_>) {
    if mdn.disposition == DispositionType::default()
        && let Some(value) = fields.token("disposition")
    {
        // The mode and the type (RFC 8098 section 3.2.6); one of both may be missing.
        let piece = |piece: &&str| {
            let mode = piece.split('/').next().unwrap_or_default().trim().to_ascii_lowercase();
            !piece.trim().is_empty() && !mode.ends_with("-action")
        };
        let what = value.split(';').rfind(piece).unwrap_or_default();
        // Some write the reason behind the modifier: `processed/error: disk full`.
        let (what, reason) = what.split_once(':').unwrap_or((what, ""));
        let reason = display::clean(reason);
        mdn.errors.extend((!reason.is_empty()).then_some(reason));
        let mut words = what.split(['/', ',']).map(|w| display::clean(w).to_ascii_lowercase());
        mdn.disposition = words.next().unwrap_or_default().as_str().into();
        mdn.modifiers = words.filter(|w| !w.is_empty()).take(16).collect();
    }
    if mdn.recipient.is_none() {
        let named = ["final-recipient", "original-recipient"];
        mdn.recipient = named.into_iter().find_map(|name| recipient(&fields.filled(name)?));
    }
    if mdn.original_message_id.is_none() {
        mdn.original_message_id = fields
            .first("original-message-id")
            .and_then(|value| mailbox::message_ids(value).into_iter().next());
    }
    for name in ["error", "failure", "warning"] {
        for value in fields.all(name).take(16) {
            let text = display::clean(&view::encoding::unstructured(value));
            if !text.is_empty() && mdn.errors.len() < 16 {
                mdn.errors.push(text);
            }
        }
    }
}

/// The address of `rfc822; address`, brackets and comments taken off.
pub(crate) fn recipient(value: &str) -> Option<String> {
    let address = value.split_once(';').map_or(value, |(_, address)| address).trim();
    let address = match address.split_once('<') {
        Some((_, inner)) => inner.split('>').next().unwrap_or_default().to_owned(),
        None => header::without_comments(address),
    };
    let address = display::clean(&address);
    (!address.is_empty()).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn reading_never_panics(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse(&octets);
            let _ = parse(&[b"Disposition: ".as_slice(), &octets].concat());
        }
    }

    #[test]
    fn reads_old_and_new_dispositions() {
        // (fields, disposition, modifiers, recipient, id, errors)
        type Case<'a> = (&'a str, &'a str, &'a [&'a str], Option<&'a str>, Option<&'a str>, usize);
        let cases: [Case<'_>; 12] = [
            (
                "Reporting-UA: x\r\nFinal-Recipient: rfc822;robin@example.com\r\nOriginal-Message-ID: <a@b>\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n",
                "displayed",
                &[],
                Some("robin@example.com"),
                Some("a@b"),
                0,
            ),
            (
                "Disposition: automatic-action/MDN-sent-automatically;\n deleted/expired\n",
                "deleted",
                &["expired"],
                None,
                None,
                0,
            ),
            (
                "disposition: Displayed (well)\nOriginal-Message-Id: 12345@vm\n",
                "displayed",
                &[],
                None,
                Some("12345@vm"),
                0,
            ),
            (
                "\r\n\r\nDisposition: x; processed/error, superseded\r\n\r\nError: 5.6.1 no\r\nFailure: y\r\n",
                "processed",
                &["error", "superseded"],
                None,
                None,
                2,
            ),
            (
                "Final-Recipient: RFC822 ; <a@b> (me)\nOriginal-Recipient: rfc822;c@d\n",
                "",
                &[],
                Some("a@b"),
                None,
                0,
            ),
            ("Original-Recipient: 2500\nDisposition:\n", "", &[], Some("2500"), None, 0),
            (
                "Disposition: manual-action/MDN-sent-manually; denied\nWarning: z\n",
                "denied",
                &[],
                None,
                None,
                1,
            ),
            ("Disposition: automatic-action/MDN-sent-automatically\n", "", &[], None, None, 0),
            (
                "Disposition: automatic-action / MDN-sent-automatically ; processed / warning , x ;\nWarning: =?utf-8?q?gr=C3=BCn?=\n",
                "processed",
                &["warning", "x"],
                None,
                None,
                1,
            ),
            (
                "Disposition: manual-action/MDN-sent-manually;\r\n dispatched\r\nOriginal-Message-ID:\r\n\t<a@b>\r\n",
                "dispatched",
                &[],
                None,
                Some("a@b"),
                0,
            ),
            (
                "Disposition: automatic-action/MDN-sent-automatically; processed/error: disk full\n",
                "processed",
                &["error"],
                None,
                None,
                1,
            ),
            ("", "", &[], None, None, 0),
        ];
        for (text, disposition, modifiers, recipient, id, errors) in cases {
            let mdn = parse(text.as_bytes());
            assert_eq!(mdn.disposition.as_str(), disposition, "{text}");
            assert_eq!(mdn.modifiers, modifiers, "{text}");
            assert_eq!(mdn.recipient.as_deref(), recipient, "{text}");
            assert_eq!(mdn.original_message_id.as_deref(), id, "{text}");
            assert_eq!(mdn.errors.len(), errors, "{text}");
        }
    }
}
