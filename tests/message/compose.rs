//! Messages that Aloud builds: octets, structure, rules. Read back by Aloud and by Python's `email`.

use aloud::{
    codec::{self, Hint, Limits, Pcm},
    message::{
        Mail, PartInfo, PartRole, Permission,
        card::{CardDoc, Email, Sound, Tel},
        compose::{
            self, Attachment, Error, Letter, NotInVpim, Original, OriginalRelation, OwnCard, Seed,
            VoiceParts,
        },
        inspect::{self, ReadOptions},
    },
    model::{
        AddrSpec, Address, DateTime, Importance, MessageKind, Sensitivity, VoiceContent,
        voice::VoiceFormat,
    },
};
use proptest::prelude::*;

use super::python;

pub fn address(name: &str, addr: &str) -> Address {
    Address {
        name: (!name.is_empty()).then(|| name.to_owned()),
        addr: AddrSpec::parse(addr).expect("test address"),
    }
}

pub fn seed(token: &str) -> Seed {
    Seed {
        date: DateTime::parse_rfc3339("2025-03-04T09:10:00-05:00").expect("test date"),
        domain: "client.example.net".into(),
        token: token.into(),
    }
}

/// A tone of so many samples.
pub fn tone(samples: usize, rate: u32) -> Pcm {
    let wave = |n: usize| (f64::from(n as u32) * 0.35).sin() * 9_000.0;
    Pcm { samples: (0..samples).map(|n| wave(n) as i16).collect(), rate }
}

fn read(raw: &[u8]) -> Mail {
    Mail::read(raw, &ReadOptions::default())
}

fn role(mail: &Mail, role: PartRole) -> &PartInfo {
    mail.parts.iter().find(|p| p.role == role).unwrap_or_else(|| panic!("no {role:?}: {mail:#?}"))
}

/// What no built message may have: lone CR or LF, lines over 998 octets (T15).
pub fn assert_wire_clean(raw: &[u8]) {
    for (at, b) in raw.iter().enumerate() {
        match b {
            b'\n' => assert!(at > 0 && raw[at - 1] == b'\r', "LF without CR at {at}"),
            b'\r' => assert_eq!(raw.get(at + 1), Some(&b'\n'), "CR without LF at {at}"),
            _ => {}
        }
    }
    assert!(raw.ends_with(b"\r\n"));
}

/// For snapshots: as on the wire, line ends shown as lines.
fn text(raw: &[u8]) -> String {
    assert_wire_clean(raw);
    String::from_utf8(raw.to_vec()).expect("built messages are ASCII here").replace("\r\n", "\n")
}

pub fn card() -> OwnCard {
    OwnCard {
        doc: CardDoc {
            name: Some("Ada Okafor".into()),
            family: Some("Okafor".into()),
            given: Some("Ada".into()),
            role: Some("Service desk".into()),
            organization: Some("Example Voice Works".into()),
            tels: vec![Tel {
                number: "+1-613-555-0142".into(),
                kinds: vec!["voice".into(), "work".into()],
                preferred: true,
            }],
            emails: vec![Email {
                addr: "+16135550142@vm.example.net".into(),
                vpim: true,
                preferred: true,
            }],
            rev: Some("2025-03-04T14:10:00Z".into()),
            ..CardDoc::default()
        },
    }
}

pub fn letter<'a>() -> Letter<'a> {
    Letter {
        to: vec![address("", "+16135550177@vm.example.com")],
        ..Letter::new(address("Ada Okafor", "+16135550142@vm.example.net"))
    }
}

/// A received VPIM message, made with our own builder.
fn received(sensitivity: bool) -> Vec<u8> {
    let voice = tone(400, 8_000);
    let letter = Letter {
        format: Some(VoiceFormat::Vpim),
        parts: VoiceParts { voice: Some(&voice), ..VoiceParts::default() },
        private: sensitivity,
        ..letter()
    };
    compose::build(&letter, &seed("orig")).expect("builds")
}

#[test]
fn a_vpim_message_has_the_structure_of_the_profile() {
    let (voice, name, subject) = (tone(161, 8_000), tone(20, 8_000), tone(40, 8_000));
    let letter = Letter {
        format: Some(VoiceFormat::Vpim),
        parts: VoiceParts {
            voice: Some(&voice),
            spoken_name: Some(&name),
            spoken_subject: Some(&subject),
        },
        cover: "never in VPIM",
        private: true,
        importance: Importance::High,
        receipt_to: AddrSpec::parse("+16135550142@vm.example.net").ok(),
        language: Some("en-CA".into()),
        card: Some(card()),
        ..letter()
    };
    let raw = compose::build(&letter, &seed("7f3a.1")).unwrap();
    insta::assert_snapshot!("vpim", text(&raw));
    assert_eq!(raw, compose::build(&letter, &seed("7f3a.1")).unwrap(), "the same each time");

    let mail = read(&raw);
    assert_eq!(mail.kind, MessageKind::Voice);
    assert_eq!(mail.profile.as_deref(), Some("vpim2"));
    assert_eq!(mail.sensitivity, Some(Sensitivity::Private));
    assert!(!mail.may_forward.is_allowed() && mail.may_reply.is_allowed());
    assert!(mail.problems.is_empty(), "{:?}", mail.problems);
    let sizes: Vec<usize> = [PartRole::SpokenName, PartRole::SpokenSubject, PartRole::VoiceMessage]
        .into_iter()
        .map(|r| role(&mail, r).octets)
        .collect();
    assert_eq!(sizes, [10, 20, 81], "an odd number of samples is filled up");
    // The card points at the spoken name of this message.
    let doc = aloud::message::card::parse(&inspect::body(&raw, "4").unwrap().octets);
    let id = role(&mail, PartRole::SpokenName).content_id.clone().unwrap();
    assert_eq!(doc.sound, Some(Sound::Cid(id)));
    assert_eq!(doc.problem, None);
}

#[test]
fn our_card_agrees_with_the_message_it_travels_in() {
    let voice = tone(8, 8_000);
    let mut bare = card();
    bare.doc = CardDoc {
        name: Some("Somebody Else".into()),
        emails: bare.doc.emails,
        ..CardDoc::default()
    };
    bare.doc.sound = Some(Sound::Cid("gone@x.example".into()));
    let letter = Letter {
        format: Some(VoiceFormat::Vpim),
        parts: VoiceParts { voice: Some(&voice), ..VoiceParts::default() },
        card: Some(bare),
        ..letter()
    };
    let raw = compose::build(&letter, &seed("c")).unwrap();
    let doc = aloud::message::card::parse(&inspect::body(&raw, "2").unwrap().octets);
    assert_eq!(doc.name.as_deref(), Some("Ada Okafor"));
    assert_eq!((doc.given.as_deref(), doc.family.as_deref()), (Some("Ada"), Some("Okafor")));
    assert_eq!(doc.tels[0].number, "+16135550142", "TEL from the address");
    assert_eq!(doc.rev.as_deref(), Some("2025-03-04T14:10:00Z"));
    assert_eq!(doc.sound, None, "no spoken name travels along");
}

#[test]
fn ivm_and_friendly_differ_in_the_recording_only() {
    let voice = tone(2_300, 1_000);
    for (format, media_type, name) in
        [(VoiceFormat::Ivm, "audio/basic", "ivm"), (VoiceFormat::Friendly, "audio/wav", "friendly")]
    {
        let letter = Letter {
            format: Some(format),
            parts: VoiceParts { voice: Some(&voice), ..VoiceParts::default() },
            subject: "Rückruf wegen Montag".into(),
            text: Some("Please call before five.\nGrüße"),
            cover: "A voice message is attached.",
            ..letter()
        };
        let raw = compose::build(&letter, &seed("i1")).unwrap();
        let mail = read(&raw);
        assert_eq!((mail.kind, mail.profile.as_deref()), (MessageKind::Voice, Some("ivm")));
        assert_eq!(mail.text.as_deref().map(str::trim), Some("Please call before five.\nGrüße"));
        assert_eq!(mail.subject.as_deref(), Some("Rückruf wegen Montag"));
        let part = role(&mail, PartRole::VoiceMessage);
        assert_eq!((part.media_type.as_str(), part.required), (media_type, true));
        let body = inspect::body(&raw, &part.path).unwrap();
        let hint = Hint { media_type, filename: part.filename.as_deref() };
        let pcm = codec::decode(&body.octets, hint, Limits::default()).unwrap();
        assert_eq!((pcm.rate, pcm.samples.len()), (8_000, 18_400), "resampled to 8 kHz");
        let head = text(&raw).split("\n\n").take(4).collect::<Vec<_>>().join("\n\n");
        insta::assert_snapshot!(name, head);
        assert!(text(&raw).contains("Content-Duration: 3\n"), "2.3 s are rounded up");
    }
    let cover = Letter {
        format: Some(VoiceFormat::Ivm),
        parts: VoiceParts { voice: Some(&voice), ..VoiceParts::default() },
        cover: "Im Anhang liegt eine Sprachnachricht.",
        ..letter()
    };
    let mail = read(&compose::build(&cover, &seed("i2")).unwrap());
    assert_eq!(mail.text.as_deref().map(str::trim), Some("Im Anhang liegt eine Sprachnachricht."));
    assert!(mail.has_cover_only(), "in any language");
    let written = Letter { text: Some("A voice message is attached."), ..cover };
    assert!(!read(&compose::build(&written, &seed("i3")).unwrap()).has_cover_only());
    assert_eq!(mail.subject.as_deref(), Some("Voice Message"));
}

#[test]
fn text_mail_is_plain_until_it_carries_something() {
    let mut letter =
        Letter { subject: "Lunch".into(), text: Some("At one?\n.\nFrom me"), ..letter() };
    let raw = compose::build(&letter, &seed("t1")).unwrap();
    insta::assert_snapshot!("text", text(&raw));
    letter.attachments = vec![Attachment {
        filename: "../../Menü: \"Mai\".pdf".into(),
        media_type: "message/rfc822".into(),
        octets: vec![0, 255, 13, 10],
    }];
    let raw = compose::build(&letter, &seed("t2")).unwrap();
    let mail = read(&raw);
    let file = role(&mail, PartRole::Attachment);
    assert_eq!(file.media_type, "application/octet-stream", "a composite type is never base64");
    assert_eq!(file.filename.as_deref(), Some("Menü Mai.pdf"));
    assert_eq!(inspect::body(&raw, &file.path).unwrap().octets, [0, 255, 13, 10]);
}

#[test]
fn a_forward_carries_the_original_octet_for_octet() {
    let original = received(false);
    let intro = tone(80, 8_000);
    for format in
        [Some(VoiceFormat::Vpim), Some(VoiceFormat::Ivm), Some(VoiceFormat::Friendly), None]
    {
        let with_intro = format.is_some();
        let letter = Letter {
            format,
            parts: VoiceParts { voice: with_intro.then_some(&intro), ..VoiceParts::default() },
            subject: compose::forward_subject("Voice Message"),
            original: Some(Original { raw: &original, relation: OriginalRelation::Forward }),
            ..letter()
        };
        // The same token as the original: the boundaries must differ all the same.
        let raw = compose::build(&letter, &seed("orig")).unwrap();
        assert_wire_clean(&raw);
        assert!(memchr::memmem::find(&raw, &original).is_some(), "{format:?}");
        let mail = read(&raw);
        let part = role(&mail, PartRole::Original);
        assert_eq!(inspect::body(&raw, &part.path).unwrap().octets, original, "{format:?}");
        assert_eq!(mail.forwarded.len(), 1);
        assert_eq!(mail.kind, MessageKind::Voice, "{format:?}");
        assert!(text(&raw).contains("Message-Context: voice-message\n"));
        let marked = "Content-Type: message/rfc822\nContent-Transfer-Encoding: 7bit\nContent-Disposition: inline; handling=REQUIRED\n";
        assert!(text(&raw).contains(marked), "{format:?}");
        assert!(!compose::needs_8bit(&raw));
    }
}

#[test]
fn a_forward_keeps_the_context_and_awkward_octets() {
    let long = "x".repeat(1_500);
    let cases: [(&str, Vec<u8>, Option<&str>, bool); 6] = [
        (
            "fax",
            b"Message-Context: FAX-message\r\nSubject: f\r\n\r\nx\r\n".to_vec(),
            Some("fax-message"),
            false,
        ),
        ("unknown", b"Message-Context: x-foo\r\nFrom: a@b.example\r\n\r\nx".to_vec(), None, false),
        ("8bit", b"Subject: gr\xfc\xdfe\r\n\r\n\xe4\r\n".to_vec(), None, true),
        ("nul", b"Subject: x\r\n\r\na\0b\r\n".to_vec(), None, true),
        ("long", format!("Subject: x\r\n\r\n{long}\r\n").into_bytes(), None, true),
        ("no end", b"Subject: x\r\nMIME-Version: 1.0\r\n\r\nlast".to_vec(), None, false),
    ];
    for (name, original, context, eight) in cases {
        let letter = Letter {
            format: Some(VoiceFormat::Ivm),
            original: Some(Original { raw: &original, relation: OriginalRelation::Forward }),
            ..letter()
        };
        let raw = compose::build(&letter, &seed("f")).unwrap();
        assert_eq!(compose::needs_8bit(&raw), eight, "{name}");
        let mail = read(&raw);
        let part = role(&mail, PartRole::Original);
        assert_eq!(inspect::body(&raw, &part.path).unwrap().octets, original, "{name}");
        let head = String::from_utf8_lossy(&raw).into_owned();
        let head = head.split("\r\n\r\n").next().unwrap().to_owned();
        let found = head.lines().find_map(|l| l.strip_prefix("Message-Context: "));
        assert_eq!(found, context, "{name}");
        assert_eq!(head.contains("Content-Transfer-Encoding: 8bit"), eight, "{name}");
    }
    // An introduction does not make a fax a voice message (RFC 3458 section 4).
    let intro = tone(8, 8_000);
    for (relation, expected) in
        [(OriginalRelation::Forward, "fax-message"), (OriginalRelation::Reply, "voice-message")]
    {
        let raw = b"Message-Context: fax-message\r\nSubject: f\r\n\r\nx\r\n";
        let letter = Letter {
            format: Some(VoiceFormat::Ivm),
            parts: VoiceParts { voice: Some(&intro), ..VoiceParts::default() },
            original: Some(Original { raw, relation }),
            ..letter()
        };
        let raw = text(&compose::build(&letter, &seed("f")).unwrap());
        let head = raw.split("\n\n").next().unwrap();
        assert!(head.contains(&format!("\nMessage-Context: {expected}\n")), "{head}");
    }
}

#[test]
fn lone_line_ends_of_an_original_become_crlf_and_nothing_else() {
    let letter = |raw| Letter {
        original: Some(Original { raw, relation: OriginalRelation::Forward }),
        ..letter()
    };
    let raw = compose::build(&letter(b"Subject: x\n\na\rb\n"), &seed("f")).unwrap();
    assert_wire_clean(&raw);
    assert!(memchr::memmem::find(&raw, b"\r\n\r\nSubject: x\r\n\r\na\r\nb\r\n\r\n--").is_some());
}

#[test]
fn vpim_completes_a_header_that_is_not_mime() {
    let original = b"From: a@b.example\r\n\r\nhello\r\n";
    let letter = Letter {
        format: Some(VoiceFormat::Vpim),
        original: Some(Original { raw: original, relation: OriginalRelation::Forward }),
        ..letter()
    };
    let raw = compose::build(&letter, &seed("f")).unwrap();
    let expected = b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\nFrom: a@b.example\r\n\r\nhello\r\n";
    assert!(memchr::memmem::find(&raw, expected).is_some());
}

#[test]
fn private_messages_are_not_forwarded_or_included_at_any_depth() {
    let wrap = |inner: &[u8]| {
        let head =
            b"From: b@x.example\r\nMIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\n";
        [head.as_slice(), inner].concat()
    };
    let mut deep = received(true);
    for _ in 0..9 {
        deep = wrap(&deep);
    }
    let with =
        |value: &str| format!("From: a@x.example\r\nSensitivity: {value}\r\n\r\nx").into_bytes();
    let mut cases = vec![received(true), wrap(&received(true)), deep];
    cases.extend(["Private", "PERSONAL", "Secret", " private (x)"].map(with));
    for relation in [OriginalRelation::Forward, OriginalRelation::Reply] {
        for raw in &cases {
            for format in [None, Some(VoiceFormat::Vpim), Some(VoiceFormat::Ivm)] {
                let letter =
                    Letter { format, original: Some(Original { raw, relation }), ..letter() };
                let refused = compose::build(&letter, &seed("p"));
                assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
            }
        }
        for value in ["Normal", "Company-Confidential"] {
            let raw = with(value);
            let letter = Letter { original: Some(Original { raw: &raw, relation }), ..letter() };
            assert!(compose::build(&letter, &seed("p")).is_ok(), "{value}");
        }
    }
}

#[test]
fn what_cannot_be_sent_is_refused() {
    let voice = tone(8, 8_000);
    let empty = Pcm::telephone(Vec::new());
    let vpim = || Letter {
        format: Some(VoiceFormat::Vpim),
        parts: VoiceParts { voice: Some(&voice), ..VoiceParts::default() },
        ..letter()
    };
    let file = Attachment { filename: "a".into(), media_type: "a/b".into(), octets: vec![1] };
    let cases: Vec<(Letter<'_>, Error)> = vec![
        (Letter { to: vec![], ..vpim() }, Error::NoRecipient),
        (Letter { parts: VoiceParts::default(), ..vpim() }, Error::Nothing),
        (Letter { ..letter() }, Error::Nothing),
        (Letter { text: Some("hello"), ..vpim() }, Error::NotInVpim(NotInVpim::Text)),
        (Letter { attachments: vec![file], ..vpim() }, Error::NotInVpim(NotInVpim::Attachments)),
        (
            Letter { parts: VoiceParts { voice: Some(&empty), ..VoiceParts::default() }, ..vpim() },
            Error::EmptyRecording(VoiceContent::VoiceMessage),
        ),
        (
            Letter {
                parts: VoiceParts {
                    voice: Some(&voice),
                    spoken_name: Some(&empty),
                    spoken_subject: None,
                },
                ..vpim()
            },
            Error::EmptyRecording(VoiceContent::OriginatorSpokenName),
        ),
        (
            Letter { to: vec![address("", "jürgen@vm.example.com")], ..vpim() },
            Error::Address("jürgen@vm.example.com".into()),
        ),
        (
            Letter {
                original: Some(Original { raw: b" \r\n", relation: OriginalRelation::Forward }),
                ..vpim()
            },
            Error::Nothing,
        ),
    ];
    for (letter, expected) in cases {
        assert_eq!(compose::build(&letter, &seed("r")).err(), Some(expected), "{letter:?}");
    }
    let outside = Letter { to: vec![address("", "Non-Mail-User@vm.example.com")], ..vpim() };
    assert!(matches!(compose::build(&outside, &seed("r")), Err(Error::Refused(_))));
}

#[test]
fn lists_hide_the_recipients() {
    let voice = tone(8, 8_000);
    let base = || Letter {
        format: Some(VoiceFormat::Vpim),
        parts: VoiceParts { voice: Some(&voice), ..VoiceParts::default() },
        cc: vec![address("", "b@vm.example.com")],
        ..letter()
    };
    for (letter, hidden) in [
        (base(), false),
        (Letter { list_recipients: true, ..base() }, true),
        (
            Letter { to: vec![address("", "VPIM=+14165550123/DL=93@gw.example.com")], ..base() },
            true,
        ),
    ] {
        let text = text(&compose::build(&letter, &seed("l")).unwrap());
        assert_eq!(!text.contains("\nTo:") && !text.contains("\nCc:"), hidden, "{text}");
    }
}

#[test]
fn a_fax_travels_as_it_is() {
    let tiff = codec::fax::encode(&[super::builders::page(40)]);
    let letter = Letter { fax: Some(&tiff), ..letter() };
    let raw = compose::build(&letter, &seed("x")).unwrap();
    let text = text(&raw);
    assert!(text.contains("Content-Type: image/tiff; application=faxbw\n"));
    assert!(
        text.contains("Message-Context: fax-message\n") && text.contains("Subject: Fax Message\n")
    );
    let mail = read(&raw);
    let path = &role(&mail, PartRole::Fax).path;
    assert_eq!(inspect::body(&raw, path).unwrap().octets, tiff);
}

#[test]
fn replies_are_threaded_and_addressed() {
    let answered = read(&received(true));
    assert_eq!(answered.may_reply, Permission::Allowed);
    let (to, cc) = compose::reply_recipients(&answered, &[], false).unwrap();
    let threading = compose::threading(&answered);
    let voice = tone(8, 8_000);
    let letter = Letter {
        to,
        cc,
        format: Some(VoiceFormat::Vpim),
        parts: VoiceParts { voice: Some(&voice), ..VoiceParts::default() },
        subject: compose::reply_subject(answered.subject.as_deref().unwrap_or_default()),
        in_reply_to: threading.in_reply_to,
        references: threading.references,
        ..Letter::new(address("Robin Vale", "+16135550177@vm.example.com"))
    };
    let mail = read(&compose::build(&letter, &seed("re")).unwrap());
    assert_eq!(mail.in_reply_to.as_deref(), Some("orig@client.example.net"));
    assert_eq!(mail.references, ["orig@client.example.net"]);
    assert_eq!(mail.subject.as_deref(), Some("Re: Voice Message"));
    assert_eq!(mail.to[0].addr.as_str(), "+16135550142@vm.example.net");
}

#[test]
fn python_sees_the_same_structure() {
    let (voice, name) = (tone(400, 8_000), tone(80, 8_000));
    let original = received(false);
    let base = || {
        Letter {
        parts: VoiceParts { voice: Some(&voice), spoken_name: Some(&name), spoken_subject: None },
        subject: "Grüße an alle, \"heute\" <um> fünf; viel zu lang für eine einzige Zeile im Kopf der Nachricht".into(),
        to: vec![address("Åsa Öberg, Büro", "+16135550177@vm.example.com"), address("B \"b\" \\ C", "b@x.example")],
        references: (0..60).map(|n| format!("reference-{n}@client.example.net")).collect(),
        card: Some(card()),
        ..letter()
    }
    };
    let forward = Some(Original { raw: &original, relation: OriginalRelation::Forward });
    for (letter, structure) in [
        (
            Letter { format: Some(VoiceFormat::Vpim), ..base() },
            "multipart/voice-message(audio/32kadpcm,audio/32kadpcm,text/directory)",
        ),
        (
            Letter { format: Some(VoiceFormat::Vpim), original: forward, ..base() },
            "multipart/voice-message(audio/32kadpcm,audio/32kadpcm,message/rfc822(multipart/voice-message(audio/32kadpcm)),text/directory)",
        ),
        (
            Letter {
                format: Some(VoiceFormat::Ivm),
                text: Some("Grüße\nJürgen"),
                original: forward,
                ..base()
            },
            "multipart/mixed(text/plain,audio/basic,audio/basic,message/rfc822(multipart/voice-message(audio/32kadpcm)),text/directory)",
        ),
        (
            Letter { format: Some(VoiceFormat::Friendly), ..base() },
            "multipart/mixed(audio/wav,audio/wav,text/vcard)",
        ),
    ] {
        let raw = compose::build(&letter, &seed("py")).unwrap();
        let Some(seen) = python::look(&raw) else { return };
        assert_eq!(seen["structure"], structure);
        assert_eq!(seen["defects"], serde_json::json!([]));
        assert_eq!(seen["subject"], letter.subject.as_str());
        assert_eq!(
            seen["to"],
            serde_json::json!([
                ["Åsa Öberg, Büro", "+16135550177@vm.example.com"],
                ["B \"b\" \\ C", "b@x.example"],
            ])
        );
        assert_eq!(seen["references"], 50);
    }
}

#[test]
fn overlong_values_make_no_overlong_line() {
    let voice = tone(8, 8_000);
    let long = "x".repeat(5_000);
    for (name, text) in
        [("plain", long.clone()), ("words", "word ".repeat(1_000)), ("other", "ä".repeat(3_000))]
    {
        let letter = Letter {
            from: Address { name: Some(text.clone()), ..address("", "a@x.example") },
            subject: text.clone(),
            format: Some(VoiceFormat::Ivm),
            parts: VoiceParts { voice: Some(&voice), ..VoiceParts::default() },
            text: Some(&text),
            language: Some("en-CA".into()),
            references: vec![text.clone()],
            attachments: vec![Attachment {
                filename: text.clone(),
                media_type: format!("a/{long}"),
                octets: vec![1],
            }],
            fields: vec![("Caller-Name", text.clone())],
            card: Some(card()),
            ..letter()
        };
        let raw = compose::build(&letter, &seed("o")).unwrap();
        let tag = Letter { language: Some(long.clone()), ..letter };
        assert_eq!(compose::build(&tag, &seed("o")), Err(Error::Language(long.clone())));
        assert_wire_clean(&raw);
        let longest = raw.split(|b| *b == b'\n').map(<[u8]>::len).max();
        // File names are one word each; everything else keeps to 78 columns.
        assert!(longest <= Some(500), "{name}: {longest:?}");
        assert_eq!(read(&raw).subject.as_deref(), Some(text.trim()), "{name}");
    }
}

/// Field names of the top header, in order.
fn field_names(raw: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(raw);
    let head = text.split("\r\n\r\n").next().unwrap_or_default().to_owned();
    head.split("\r\n")
        .filter(|l| !l.starts_with([' ', '\t']))
        .map(|l| l.split(':').next().unwrap_or_default().to_owned())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    /// Whatever is typed, the message has the same fields, parts and line ends (T12).
    #[test]
    fn nothing_typed_adds_a_field_or_a_part(
        name in any::<String>(), subject in any::<String>(), note in any::<String>(),
        id in any::<String>(), language in "[a-zA-Z0-9-]{1,35}", file in any::<String>(),
        token in any::<String>(), domain in any::<String>(), value in any::<String>(),
    ) {
        let voice = tone(8, 8_000);
        let build = |name: &str, subject: &str, note: &str, id: &str, language: &str, file: &str, seed: &Seed| {
            let letter = Letter {
                from: Address { name: Some(name.to_owned()), ..address("", "a@x.example") },
                to: vec![Address { name: Some(name.to_owned()), ..address("", "b@x.example") }],
                subject: format!("x{subject}"),
                format: Some(VoiceFormat::Ivm),
                parts: VoiceParts { voice: Some(&voice), ..VoiceParts::default() },
                text: Some(note),
                cover: "c",
                references: vec!["r@x".into(), id.to_owned()],
                in_reply_to: Some("r@x".into()),
                language: Some(language.to_owned()),
                attachments: vec![Attachment { filename: file.to_owned(), media_type: value.clone(), octets: vec![1] }],
                fields: vec![("Caller-Name", format!("x{value}"))],
                card: Some(card()),
                ..letter()
            };
            compose::build(&letter, seed).unwrap()
        };
        let strange = Seed { token, domain, ..seed("x") };
        let raw = build(&name, &subject, &note, &id, &language, &file, &strange);
        let plain = build("n", "s", "t", "i@x", "en", "f", &seed("x"));
        assert_wire_clean(&raw);
        prop_assert_eq!(field_names(&raw), field_names(&plain));
        let (mail, expected) = (read(&raw), read(&plain));
        prop_assert_eq!(mail.parts.len(), expected.parts.len());
        prop_assert_eq!(mail.to.len(), 1);
        prop_assert!(raw.split(|b| *b == b'\n').all(|line| line.len() <= 999));
    }

    /// Any octets travel whole, whatever they look like.
    #[test]
    fn any_original_travels_whole(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        let body: Vec<u8> = body.into_iter().filter(|b| !matches!(b, b'\r' | b'\n')).collect();
        let raw = [b"Subject: x\r\n\r\n--=_w.1_\r\n".as_slice(), &body].concat();
        let letter = Letter {
            original: Some(Original { raw: &raw, relation: OriginalRelation::Forward }),
            ..letter()
        };
        let built = compose::build(&letter, &seed("w")).unwrap();
        let mail = read(&built);
        let path = &role(&mail, PartRole::Original).path;
        prop_assert_eq!(inspect::body(&built, path).unwrap().octets, raw);
    }
}
