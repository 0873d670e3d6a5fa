//! Octets that want to hurt: whatever comes in, a [`Mail`] comes out, with bounded lists and a
//! problem in words. Generated here; nothing is measured by the clock, which only would make the
//! tests fail on a slow machine. A hang shows as a test that does not end.

use aloud::codec;
use aloud::message::inspect::{self, ReadOptions};
use aloud::message::{Mail, PartProblem, PartRole, Problem};
use aloud::model::MessageKind;
use proptest::prelude::*;

fn read(raw: &[u8]) -> Mail {
    let mail = Mail::read(raw, &ReadOptions::default());
    let json = aloud::cli::inspect::to_json(&mail, "-").to_string();
    assert!(!json.contains('\u{0}') && !json.contains("\\u0000"));
    for part in mail.parts.iter().take(20) {
        assert!(inspect::body(raw, &part.path).is_some(), "part {}", part.path);
    }
    // The beginning of it is a message too.
    let half = raw.get(..raw.len() / 2).unwrap_or_default();
    let prefix = Mail::read(half, &ReadOptions::prefix(raw.len() as u64));
    assert!(prefix.problems.iter().all(|p| !says_the_end_is_missing(p)), "{:?}", prefix.problems);
    mail
}

fn says_the_end_is_missing(problem: &Problem) -> bool {
    matches!(problem, Problem::UnclosedMultipart | Problem::UnclosedMessage)
}

#[test]
fn ten_thousand_parts_are_cut_off_with_a_problem() {
    let mut raw = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n".to_vec();
    for i in 0..10_000 {
        raw.extend(format!("--b\r\nContent-Type: text/plain\r\n\r\npart {i}\r\n").bytes());
    }
    raw.extend(b"--b--\r\n");
    let mail = Mail::read(&raw, &ReadOptions::default());
    assert_eq!(mail.parts.len(), 1_999);
    assert!(mail.problems.contains(&Problem::TooManyParts));
    assert!(mail.text.is_some_and(|t| t.starts_with("part 0")));
}

#[test]
fn a_hundred_thousand_levels_do_not_overflow_the_stack() {
    let mut raw = Vec::new();
    for i in 0..100_000 {
        raw.extend(format!("Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n").bytes());
    }
    raw.extend(b"Content-Type: text/plain\n\nend");
    let mail = read(&raw);
    assert!(mail.parts.len() <= 65);
    let mut same = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n".repeat(100_000);
    same.extend(b"\nend");
    read(&same);
}

#[test]
fn enclosed_messages_stop_at_twelve_levels_and_privacy_below_still_counts() {
    let nested = |levels: usize, innermost: &str| {
        let head = "Subject: x\nContent-Type: message/rfc822\n\n".repeat(levels);
        format!("{head}{innermost}").into_bytes()
    };
    let mail = read(&nested(100_000, "Subject: deep\n\nend"));
    let mut depth = 0;
    let mut level = &mail;
    while let Some(inner) = level.forwarded.first() {
        level = inner;
        depth += 1;
    }
    assert_eq!(depth, 12);
    assert!(level.parts.iter().any(|p| p.problem == Some(PartProblem::MessagesTooDeep)));
    for levels in [0, 1, 4, 5, 11, 12, 13, 50] {
        let mail = read(&nested(levels, "From: a@example.com\nSensitivity: Private\n\nx"));
        assert!(!mail.may_forward.is_allowed(), "{levels}");
        assert!(!mail.may_save.is_allowed(), "{levels}");
    }
}

#[test]
fn privacy_below_multiparts_that_are_not_taken_apart_still_counts() {
    for (levels, value, blocks) in [
        (10, "Private", true),
        (63, "Personal", true),
        (64, "Private", true),
        (200, "x", true),
        (200, "Company-Confidential", false),
        (200, "Normal", false),
    ] {
        let mut raw = "From: a@example.com\n".to_owned();
        for i in 0..levels {
            raw += &format!("Content-Type: multipart/mixed; boundary=b{i}x\n\n--b{i}x\n");
        }
        raw += &format!("Content-Type: message/rfc822\n\nSensitivity: {value}\n\nend");
        let mail = read(raw.as_bytes());
        assert_eq!(!mail.may_forward.is_allowed(), blocks, "{levels} {value}");
        assert_eq!(!mail.may_save.is_allowed(), blocks, "{levels} {value}");
    }
}

#[test]
fn a_twenty_megabyte_header_is_read_to_its_limit() {
    let mut raw = b"Subject: first\r\n".to_vec();
    for i in 0..400_000 {
        raw.extend(format!("X-Fill-{i}: {}\r\n", "x".repeat(36)).bytes());
    }
    raw.extend(b"From: late@example.com\r\n\r\nbody");
    let mail = read(&raw);
    assert_eq!(mail.subject.as_deref(), Some("first"));
    assert_eq!(mail.text.as_deref(), Some("body"));
    assert!(mail.problems.contains(&Problem::HeaderTooLong));
    let one = [b"Subject: ".as_slice(), &b"=?utf-8?q?".repeat(2_000_000), b"\r\n\r\nbody"].concat();
    assert_eq!(read(&one).text.as_deref(), Some("body"));
}

#[test]
fn broken_recordings_are_said_to_be_broken() {
    let message = |kind: &str, encoding: &str, body: &str| {
        format!(
            "Message-Context: voice-message\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\
             Content-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n\n{body}\n--b--\n"
        )
    };
    for (kind, encoding, body) in [
        ("audio/basic", "base64", "!!!! not base64 !!!!"),
        ("audio/basic", "base64", "QUJD="),
        ("audio/basic", "base64", ""),
        ("audio/32kadpcm", "x-unknown", "abc"),
        ("audio/x-wav", "base64", "UklGRv////9XQVZF"),
        ("audio/", "", ""),
        ("/", "base64", "QUJD"),
    ] {
        let mail = read(message(kind, encoding, body).as_bytes());
        assert_eq!(mail.kind, MessageKind::Voice, "{kind}");
        assert_eq!(mail.parts.len(), 1, "{kind}");
    }
    let empty = read(message("audio/basic", "base64", "").as_bytes());
    assert_eq!(empty.parts[0].seconds, Some(0.0));
    assert!(matches!(&empty.parts[0].problem, Some(PartProblem::Audio(codec::Error::Empty))));
    let damaged = read(message("audio/basic", "base64", "QUJD(QUJD").as_bytes());
    let problem = PartProblem::DamagedEncoding;
    assert!(damaged.problems.contains(&Problem::Part { path: "1".into(), problem }));
}

/// What stands inside a recording is sound or damage, never another recording or message: one part
/// stays one, and what is decoded is bounded by the outer one.
#[test]
fn recordings_within_recordings_are_one() {
    use aloud::codec::{self, Hint, Limits, Pcm, wav};
    use base64::{Engine as _, engine::general_purpose::STANDARD};

    let mut nested = wav::write(&Pcm { samples: vec![7; 800], rate: 8_000 });
    for _ in 0..500 {
        let mut outer = wav::header(8_000, Some(nested.len() as u32)).to_vec();
        outer.extend_from_slice(&nested);
        nested = outer;
    }
    let mail = |media_type: &str, octets: &[u8]| {
        let body = STANDARD.encode(octets);
        let raw = format!(
            "Content-Type: {media_type}; name=a.wav\r\nContent-Transfer-Encoding: base64\r\n\r\n{body}\r\n"
        );
        (Mail::read(raw.as_bytes(), &ReadOptions::default()), raw)
    };
    let (read, _) = mail("audio/wav", &nested);
    assert_eq!(read.parts.len(), 1);
    let seconds = (nested.len() - 44) as f64 / 16_000.0;
    assert!((read.parts[0].seconds.unwrap() - seconds).abs() < 0.01, "{:?}", read.parts[0]);
    let hint = Hint { media_type: "audio/wav", filename: None };
    let pcm = codec::decode(&nested, hint, Limits::default()).unwrap();
    assert_eq!(pcm.samples.len(), (nested.len() - 44) / 2);
    // A message with a recording, called a recording; and one again inside that.
    let (_, message) = mail("audio/wav", &nested);
    let (read, once) = mail("audio/wav", message.as_bytes());
    assert_eq!((read.parts.len(), read.parts[0].decodable), (1, false), "{:?}", read.parts);
    let (read, _) = mail("audio/mpeg", once.as_bytes());
    assert_eq!((read.parts.len(), read.forwarded.len()), (1, 0), "{:?}", read.parts);
}

#[test]
fn html_bombs_become_text() {
    for html in [
        "<div>".repeat(50_000),
        "<b a=1><p>".repeat(50_000),
        "<table><tr><td>".repeat(20_000),
        format!("<p style=\"{}\">x</p>", "a:b;".repeat(100_000)),
        "&amp;".repeat(100_000),
        "<!--".repeat(50_000),
        "<a href=x>".repeat(50_000),
    ] {
        let raw = format!("Content-Type: text/html\n\n{html}end");
        read(raw.as_bytes());
    }
}

#[test]
fn long_lists_and_values_are_bounded() {
    let many = "a@example.com, ".repeat(50_000);
    let ids = "<a@example.com> ".repeat(50_000);
    let raw = format!(
        "From: {many}\nTo: {many}\nTo: {many}\nReferences: {ids}\nReply-To: {many}\n\
         Disposition-Notification-To: {many}\nContent-Type: text/plain; {}\n\nx",
        "a=b; ".repeat(10_000)
    );
    let mail = read(raw.as_bytes());
    assert!(mail.to.len() <= 2_000 && mail.references.len() <= 1_000);
    let open = format!("From: {}\nTo: {}\n\nx", "\"".repeat(60_000), "(<".repeat(30_000));
    read(open.as_bytes());
}

#[test]
fn an_ordinary_mail_with_music_stays_a_mail() {
    // A subject and a file name that both say so are another thing: see `recognize::general`.
    for (subject, kind, name) in [
        ("Voice Mail from me", "audio/mpeg", "song.mp3"),
        ("Listen", "audio/x-wav", "voicemail.wav"),
        ("Voice Mail from me", "application/octet-stream", "hello.au"),
        ("Listen", "application/octet-stream", "voicemail0001.wav"),
    ] {
        let raw = format!(
            "From: Ada <ada@example.com>\nSubject: {subject}\nX-VoiceMessageDuration: 35\n\
             X-CallingTelephoneNumber: IPM.Note\nX-FaxNumberOfPages: 0\nMIME-Version: 1.0 (Voice 2.0)\n\
             Content-Type: multipart/mixed; boundary=b\n\n--b\n\nlisten\n--b\nContent-Type: {kind}; \
             name={name}\nContent-Disposition: attachment; filename={name}\n\nxxxx\n--b--\n"
        );
        let mail = read(raw.as_bytes());
        assert_eq!(mail.kind, MessageKind::Email, "{kind} {:?}", mail.evidence);
        assert!(mail.parts.iter().any(|p| p.role == PartRole::Attachment));
        assert!(inspect::primary_audio(&mail).is_empty());
    }
}

/// Pieces that make arbitrary octets look like mail.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"\r\n".to_vec()),
        Just(b"\n\n".to_vec()),
        Just(b"--b\r\n".to_vec()),
        Just(b"--b--\r\n".to_vec()),
        Just(b"Content-Type: multipart/mixed; boundary=b\r\n".to_vec()),
        Just(b"Content-Type: multipart/voice-message; boundary=\"b\"\r\n\r\n".to_vec()),
        Just(b"Content-Type: message/rfc822\r\n\r\n".to_vec()),
        Just(b"Content-Type: audio/32KADPCM\r\nContent-Transfer-Encoding: base64\r\n\r\n".to_vec()),
        Just(b"Content-Disposition: inline; voice=Voice-Message\r\n".to_vec()),
        Just(b"From: =?utf-8?q?a?= <a@b>\r\n".to_vec()),
        Just(b"Sensitivity: private\r\n".to_vec()),
        Just(b"Content-Type: text/html; charset=utf-7\r\n\r\n<p>".to_vec()),
        Just(b"Content-Duration: 12\r\n".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..40),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_octets_are_some_message(raw in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        read(&raw);
    }

    #[test]
    fn octets_that_look_like_mail_are_some_message(raw in pieces()) {
        read(&raw);
    }

    #[test]
    fn damaged_samples_are_some_message(
        which in any::<proptest::sample::Index>(),
        cuts in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>(), 0_usize..40), 1..8),
    ) {
        let names = super::vendors::sample_names();
        let mut raw = super::vendors::sample(&names[which.index(names.len())]);
        for (at, octet, gone) in cuts {
            let at = at.index(raw.len().max(1)).min(raw.len());
            let end = (at + gone).min(raw.len());
            raw.splice(at..end, [octet]);
        }
        read(&raw);
    }

    #[test]
    fn charsets_never_panic(raw in proptest::collection::vec(any::<u8>(), 0..200), which in 0_usize..12) {
        let charset = ["utf-8", "utf-7", "utf-16", "utf-16le", "iso-2022-jp", "shift_jis", "big5",
            "gb18030", "euc-kr", "koi8-r", "ibm850", "x-nonsense"][which];
        let mut message = format!("Content-Type: text/plain; charset={charset}\n\n").into_bytes();
        message.extend(raw);
        read(&message);
    }
}
