//! mail-parser beside Aloud: the same parts with the same octets in every well-formed message, and the
//! values that the crate reads in another way, which is why Aloud reads them by hand (ADR 0005). When
//! a `mail_parser_still_...` test fails, the crate has changed: look whether a reader of ours can go.

use std::collections::BTreeMap;

use aloud::{
    message::view::{self, Encoding, Part, Shape, Structured, View, encoding, mailbox},
    model::DateTime,
};
use mail_parser::{
    Address, HeaderValue, MessageParser, MimeHeaders, PartType, decoders, parsers::MessageStream,
};

use super::builders;

/// One leaf: its media type, its octets as they stand, and without the transfer encoding. Text as the
/// crate decodes its charset; an enclosed message has no content but its octets.
#[derive(Debug, PartialEq)]
struct Leaf {
    media_type: String,
    body: Vec<u8>,
    content: Option<Vec<u8>>,
}

fn theirs(raw: &[u8]) -> Option<Vec<Leaf>> {
    let message = MessageParser::default().parse(raw)?;
    let parts = message.parts.iter().filter(|p| !matches!(p.body, PartType::Multipart(_)));
    let leaf = |part: &mail_parser::MessagePart<'_>| {
        let original = matches!(part.body, PartType::Message(_));
        let named = part.content_type().map(|t| match t.subtype() {
            Some(subtype) => format!("{}/{subtype}", t.ctype()),
            None => t.ctype().to_owned(),
        });
        let untyped = if original { "message/rfc822" } else { "text/plain" };
        let range = part.offset_body as usize..part.offset_end as usize;
        Leaf {
            media_type: named.unwrap_or_else(|| untyped.to_owned()),
            body: raw.get(range).unwrap_or_default().to_vec(),
            content: (!original).then(|| part.contents().to_vec()),
        }
    };
    Some(parts.map(leaf).collect())
}

fn ours(view: &View<'_>) -> Vec<Leaf> {
    let content = |part: &Part<'_>| {
        let octets = part.decode().octets;
        if part.main_type() != "text" {
            return octets;
        }
        let charset = part.content.text("charset").unwrap_or_default();
        match decoders::charsets::map::charset_decoder(charset.as_bytes()) {
            Some(decode) => decode(&octets).into_bytes(),
            None => String::from_utf8_lossy(&octets).into_owned().into_bytes(),
        }
    };
    let leaf = |part: &Part<'_>| Leaf {
        media_type: part.content.value.clone(),
        body: part.body.to_vec(),
        content: (part.shape != Shape::Original).then(|| content(part)),
    };
    view.leaves().map(leaf).collect()
}

/// Nothing had to be repaired.
fn well_formed(view: &View<'_>) -> bool {
    let sound = |part: &Part<'_>| part.problem.is_none() && !part.decode().damaged;
    view.problems.is_empty() && !view.unclosed && view.parts.iter().all(sound)
}

fn difference(raw: &[u8]) -> Option<String> {
    let ours = ours(&View::parse(raw));
    // The crate asserts what is not so, unless built for release.
    let theirs = match std::panic::catch_unwind(|| theirs(raw)) {
        Ok(Some(theirs)) => theirs,
        Ok(None) => return Some("no message".into()),
        Err(_) => return Some("a panic".into()),
    };
    let types = |leaves: &[Leaf]| leaves.iter().map(|l| l.media_type.clone()).collect::<Vec<_>>();
    if types(&ours) != types(&theirs) {
        return Some(format!("{:?} and {:?}", types(&ours), types(&theirs)));
    }
    let differs = ours.iter().zip(&theirs).enumerate().find(|(_, (a, b))| a != b);
    differs.map(|(at, (a, b))| {
        let what = if a.body == b.body { "content" } else { "place" };
        format!("{what} of leaf {at}: {} and {} octets", a.body.len(), b.body.len())
    })
}

/// Well-formed messages in which the crate finds other parts or octets, and why.
const EXCEPTIONS: [(&str, &[&str]); 10] = [
    ("it does not know base64 by its name of RFC 1911, \"Base-64\"", &["vpim1.eml"]),
    (
        "a boundary on an unfolded line is lost",
        &[
            "mitel.eml",
            "c-mdn-fields-in-part-headers-nhin.eml",
            "c-set-of-emails-bsd-lhost-office365-10.eml",
        ],
    ),
    (
        "a line of blanks above the message ends its header",
        &[
            "c-bounce_email-bounces-undeliverable_gmail.eml",
            "c-php-bounce-handler-exchange1.eml",
            "d-flanker-iphone.eml",
            "d-flanker-mailgun-pic.eml",
            "d-php-mime-mail-parser-m0011.eml",
            "d-php-mime-mail-parser-m0012.eml",
        ],
    ),
    (
        "an enclosed message whose parts have no end takes the delimiter around it along",
        &[
            "c-bounce_email-bounces-tt_bounce_10.eml",
            "c-cpan-corpus-message-too-large-4.eml",
            "c-cpan-corpus-spam-rejection.eml",
            "c-set-of-emails-bsd-rfc3464-26.eml",
            "d-james-mime4j-mimetools-testmsgs-frag.eml",
        ],
    ),
    (
        "a line that is no field is skipped, whatever follows it",
        &[
            "d-cpython-msg_19.eml",
            "d-cpython-msg_47.eml",
            "d-james-mime4j-mimetools-testmsgs-hdr-fakeout.eml",
            "d-james-mime4j-testmsgs-basic-plain-with-bad-header-separator.eml",
            "d-james-mime4j-testmsgs-malformedHeader-noheader.eml",
            "d-kmime-dfaure-crash.mbox.eml",
        ],
    ),
    (
        "a part without a header has what follows the parts",
        &["d-james-mime4j-testmsgs-multipartemptypart.eml"],
    ),
    ("parts without an empty line have no end", &["d-mail-parser-malformed-000.eml"]),
    ("a boundary counts in the middle of a line too", &["d-roundcubemail-INBOX-tnef2.eml"]),
    ("a type without a subtype stays", &["d-libetpan-jwz-29.eml"]),
    (
        "a message in an enclosed message takes the parts behind it along",
        &["d-mailkit-common-message.38.eml"],
    ),
];

#[test]
fn mail_parser_finds_the_same_parts_and_octets() {
    let mut all: BTreeMap<String, Vec<u8>> = builders::messages().iter().cloned().collect();
    let own = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/eml");
    let shared = crate::support::shared().map(|shared| shared.join("corpus"));
    if shared.is_none() {
        println!("skipped: the shared corpus is not here");
    }
    for folder in [Some(own), shared].into_iter().flatten() {
        for file in std::fs::read_dir(folder).expect("a folder of messages").flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            if name.ends_with(".eml") {
                all.insert(name, std::fs::read(file.path()).expect("a message"));
            }
        }
    }
    let mut compared = 0;
    let mut wrong = Vec::new();
    for (name, raw) in &all {
        if !well_formed(&View::parse(raw)) {
            continue;
        }
        compared += 1;
        let reason = EXCEPTIONS.iter().find(|(_, names)| names.contains(&name.as_str()));
        match (difference(raw), reason) {
            (Some(_), Some(_)) | (None, None) => {}
            (Some(difference), None) => wrong.push(format!("{name}: {difference}")),
            (None, Some((reason, _))) => wrong.push(format!("{name}: no longer: {reason}")),
        }
    }
    println!("{compared} of {} messages are well formed and compared", all.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn stream(line: &[u8]) -> MessageStream<'_> {
    MessageStream::new(line)
}

/// Compares what both make of each value: the value, ours, the crate's.
fn check(rows: &[(&str, &str, &str)], ours: fn(&[u8]) -> String, theirs: fn(&[u8]) -> String) {
    for (value, expected, other) in rows {
        assert_eq!(ours(value.as_bytes()), *expected, "ours: {value:?}");
        // The crate reads to the end of the line.
        assert_eq!(theirs(format!("{value}\n").as_bytes()), *other, "theirs: {value:?}");
    }
}

#[test]
fn mail_parser_still_misreads_dates() {
    let rows = [
        // A wrong hour.
        ("Tue, 04 Mar 2025 09:10:00 JST", "2025-03-04T09:10:00+09:00", "2025-03-04T09:10:00Z"),
        ("Tue, 04 Mar 2025 09:10:00 est", "2025-03-04T09:10:00-05:00", "2025-03-04T09:10:00Z"),
        ("Tue, 04 Mar 2025 09:10:00 GMT+0100", "2025-03-04T09:10:00+01:00", "2025-03-04T09:10:00Z"),
        (
            "Tue, 04 Mar 2025 09:10:00 -600",
            "2025-03-04T09:10:00-06:00",
            "2025-03-04T09:10:00-12:00",
        ),
        ("Tue, 04 Mar 2025 02:10:00 PM -0500", "2025-03-04T14:10:00-05:00", "2025-03-04T02:10:00Z"),
        // A day that there is not.
        ("Thu, 30 Feb 2025 09:10:00 -0500", "", "2025-02-30T09:10:00-05:00"),
        // None.
        ("4 Mar 2025 09:10 EST", "2025-03-04T09:10:00-05:00", ""),
        ("Tue, 04 Mar 2025 09:10:00", "2025-03-04T09:10:00+00:00", ""),
        ("Wed, 4 June 2025 09:10:00 -0500", "2025-06-04T09:10:00-05:00", ""),
        ("Tue Mar  4 09:10:00 2025", "2025-03-04T09:10:00+00:00", ""),
        ("2025-03-04T09:10:00Z", "2025-03-04T09:10:00+00:00", ""),
    ];
    let ours = |value: &[u8]| {
        view::date(&String::from_utf8_lossy(value)).map(DateTime::to_rfc3339).unwrap_or_default()
    };
    check(&rows, ours, |line| match stream(line).parse_date() {
        HeaderValue::DateTime(date) => date.to_rfc3339(),
        _ => String::new(),
    });
}

#[test]
fn mail_parser_still_misreads_parameters() {
    let rows = [
        // All of them, and the type.
        ("; filename=a.wav", "a.wav", "-"),
        // The boundary of a real PBX; a value on the next line.
        ("attachment; x=y;\nfilename=b", "b", "-"),
        ("attachment; filename=\r\n \"a.wav\"", "a.wav", "-"),
        // Half a name.
        ("attachment; filename=message (1).wav", "message (1).wav", "message"),
        ("attachment; filename=\"C:\\mail\\a.wav\"", "C:\\mail\\a.wav", "C:maila.wav"),
        ("attachment; filename=\"a.wav; x=1", "a.wav", "a.wav; x=1"),
        // RFC 2231: the better of two, and one charset for all pieces.
        ("attachment; filename=a; filename*=utf-8''%C3%A9", "é", "a"),
        ("attachment; filename=x; filename*0=a; filename*1=b", "ab", "xb"),
        ("attachment; filename*0*=iso-8859-1''a%E9; filename*1*=b%E9", "aébé", "aéb\u{fffd}"),
        ("attachment; filename*=iso-8859-1''%E9%zz", "é%zz", "%E9%zz"),
        // RFC 2047, where senders split a character.
        ("attachment; filename=\"=?utf-8?q?=C3?= =?utf-8?q?=A9?=\"", "é", "\u{fffd} \u{fffd}"),
    ];
    let ours = |value: &[u8]| Structured::parse(value).text("filename").unwrap_or("-".into());
    check(&rows, ours, |line| match stream(line).parse_content_type() {
        HeaderValue::ContentType(value) => value.attribute("filename").unwrap_or("-").to_owned(),
        _ => "-".into(),
    });
}

#[test]
fn mail_parser_still_makes_an_address_of_an_encoded_word() {
    let rows = [
        // Reliability T3: a name becomes the address that mail would go to.
        ("=?utf-8?q?a=40b.example?= (x)", "a@b.example <>", "x <a@b.example>"),
        // An address is lost, or two become one.
        ("\"no end <a@b.example>", "no end <a@b.example>", "no end <a@b.example> <>"),
        ("x (no end <a@b.example>", "x (no end <a@b.example>", "no end <a@b.example> <x>"),
        ("\"a b\"@example.com", " <\"a b\"@example.com>", "a b <@example.com>"),
        (
            "A <a@x.example> B <b@x.example>",
            "A B a@x.example <b@x.example>",
            "A B <a@x.exampleb@x.example>",
        ),
        ("a@b.example>", " <a@b.example>", " <a@b.example>>"),
        ("Ada <@r.example:a@b.example>", "Ada <a@b.example>", "Ada <@r.example:a@b.example>"),
        // What stands in a comment, a telephone number say, becomes part of the name.
        (
            "Ada (+1 214 555 0134) <a@b.example>",
            "Ada <a@b.example>",
            "Ada (+1 214 555 0134) <a@b.example>",
        ),
        // Octets of a character in two words; UTF-8 called Latin-1.
        (
            "=?utf-8?q?=C3?= =?utf-8?q?=A9?= <a@b.example>",
            "é <a@b.example>",
            "\u{fffd}\u{fffd} <a@b.example>",
        ),
        ("=?ISO-8859-1?q?=C3=A9?= <a@b.example>", "é <a@b.example>", "Ã© <a@b.example>"),
    ];
    fn shown<A: ToString>(name: Option<&str>, addr: Option<&A>) -> String {
        format!("{} <{}>", name.unwrap_or_default(), addr.map(A::to_string).unwrap_or_default())
    }
    let ours = |value: &[u8]| {
        let list = mailbox::parse(value);
        let list: Vec<_> = list.iter().map(|m| shown(m.name.as_deref(), m.addr.as_ref())).collect();
        list.join(", ")
    };
    check(&rows, ours, |line| match stream(line).parse_address() {
        HeaderValue::Address(Address::List(list)) => {
            let list: Vec<_> = list.iter().map(|a| shown(a.name(), a.address.as_ref())).collect();
            list.join(", ")
        }
        _ => String::new(),
    });
}

#[test]
fn mail_parser_still_misreads_encoded_words() {
    let rows = [
        ("[=?utf-8?q?a?=]", "[a]", "[ a ]"),
        ("=?utf-8?q?=C3?= =?utf-8?q?=A9?=", "é", "\u{fffd}\u{fffd}"),
        ("=?ISO-8859-1?q?=C3=A9?=", "é", "Ã©"),
        ("=?cp932?q?=82=b1?=", "こ", "\u{fffd}\u{fffd}"),
        ("=?unknown-8bit?q?Ren=E9?=", "René", "Ren\u{fffd}"),
        ("=?utf-8?q?50% = x?=", "50% = x", "=?utf-8?q?50% = x?="),
    ];
    check(&rows, encoding::unstructured, |line| match stream(line).parse_unstructured() {
        HeaderValue::Text(text) => text.into_owned(),
        _ => String::new(),
    });
}

#[test]
fn mail_parser_still_misreads_identifiers() {
    let rows = [
        ("<a@b.example", "a@b.example", ""),
        // No identifier, and two of them.
        ("words <>", "", "words"),
        ("a@b.example c@d.example", "a@b.example|c@d.example", "a@b.example c@d.example"),
        ("<a @ b.example>", "a@b.example", "a @ b.example"),
    ];
    let ours = |value: &[u8]| mailbox::message_ids(value).join("|");
    check(&rows, ours, |line| match stream(line).parse_id() {
        HeaderValue::Text(id) => id.into_owned(),
        HeaderValue::TextList(ids) => ids.join("|"),
        _ => String::new(),
    });
}

/// Why signs that mean nothing are escaped before the crate sees them.
#[test]
fn mail_parser_still_eats_signs_of_quoted_printable() {
    let rows = [("a = 50", "a P"), ("a == b", "-"), ("a =A", "a "), ("=4\nB", "\nK")];
    for (value, other) in rows {
        let ours = encoding::decode(value.as_bytes(), Encoding::QuotedPrintable);
        assert_eq!((ours.octets.as_slice(), ours.damaged), (value.as_bytes(), true), "{value:?}");
        let theirs = decoders::quoted_printable::quoted_printable_decode(value.as_bytes());
        assert_eq!(theirs.as_deref().unwrap_or(b"-"), other.as_bytes(), "{value:?}");
    }
}
