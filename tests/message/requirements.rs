//! Requirements of the standards, one by one, where no other test shows them; `docs/standards.md`
//! names these tests.

use aloud::{
    message::{
        Mail, PartRole, Report,
        compose::{self, Letter, Original, OriginalRelation, VoiceParts},
        inspect::{self, ReadOptions},
        mdn::{self, Disposition, MdnRequest, Mode},
        policy,
        view::View,
    },
    model::{AddrSpec, Importance, MessageKind, voice::VoiceFormat},
};

use super::compose::{address, assert_wire_clean, seed, tone};

fn read(raw: &[u8]) -> Mail {
    Mail::read(raw, &ReadOptions::default())
}

const SOUND: &str =
    "~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~";

/// One of every kind of message that we build.
fn everything_built() -> Vec<(&'static str, Vec<u8>)> {
    let voice = tone(400, 8_000);
    let fax = aloud::codec::fax::encode(&[super::builders::page(40)]);
    let fax = fax.as_slice();
    let original =
        b"From: a@x.example\r\nSubject: o\r\nMIME-Version: 1.0\r\n\r\nwords\r\n".as_slice();
    let base = || Letter {
        to: vec![address("", "b@x.example"), address("C", "c@x.example")],
        cc: vec![address("", "d@x.example"), address("", "e@x.example")],
        ..Letter::new(address("Ada Okafor", "a@x.example"))
    };
    let said = || VoiceParts { voice: Some(&voice), ..VoiceParts::default() };
    let letters = [
        (
            "vpim",
            Letter { format: Some(VoiceFormat::Vpim), parts: said(), fax: Some(fax), ..base() },
        ),
        (
            "ivm",
            Letter {
                format: Some(VoiceFormat::Ivm), parts: said(), text: Some("Grüße"), ..base()
            },
        ),
        ("friendly", Letter { format: Some(VoiceFormat::Friendly), parts: said(), ..base() }),
        ("text", Letter { text: Some("hello"), subject: "s".into(), ..base() }),
        ("fax", Letter { fax: Some(fax), ..base() }),
        (
            "forward",
            Letter {
                format: Some(VoiceFormat::Ivm),
                original: Some(Original { raw: original, relation: OriginalRelation::Forward }),
                ..base()
            },
        ),
        (
            "answer",
            Letter {
                format: Some(VoiceFormat::Vpim),
                parts: said(),
                original: Some(Original { raw: original, relation: OriginalRelation::Reply }),
                ..base()
            },
        ),
    ];
    let mut all: Vec<_> = letters
        .iter()
        .map(|(name, letter)| (*name, compose::build(letter, &seed("all")).expect(name)))
        .collect();
    let asking =
        b"Return-Path: <a@x.example>\r\nFrom: a@x.example\r\nMessage-ID: <q@x.example>\r\n\
        Disposition-Notification-To: a@x.example\r\n\r\nx"
            .as_slice();
    let mail = read(asking);
    for (name, disposition) in [
        ("played", Disposition::Displayed),
        ("unplayable", Disposition::ProcessedError("5.6.1 audio/x-foo not supported".into())),
    ] {
        let request = MdnRequest {
            original: &mail,
            original_header: asking,
            from: address("Robin", "robin@example.com"),
            final_recipient: AddrSpec::parse("robin@example.com").unwrap(),
            disposition,
            mode: Mode::Manual,
            reporting_ua: "Aloud",
            subject: "Played: your message",
            sentence: "Played.",
            spoken: Some(&voice),
        };
        all.push((name, mdn::build(&request, &seed("mdn")).unwrap().0));
    }
    all
}

fn head(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw).replace("\r\n", "\n");
    text.split("\n\n").next().unwrap_or_default().to_owned()
}

fn count(head: &str, field: &str) -> usize {
    let start = format!("{field}:").to_ascii_lowercase();
    head.lines().filter(|line| line.to_ascii_lowercase().starts_with(&start)).count()
}

#[test]
fn every_message_built_has_the_fields_it_must_have_once() {
    for (name, raw) in everything_built() {
        assert_wire_clean(&raw);
        let head = head(&raw);
        for field in ["From", "Date", "Message-ID", "MIME-Version", "Content-Type", "To"] {
            assert_eq!(count(&head, field), 1, "{name} {field}: {head}");
        }
        assert!(count(&head, "Cc") <= 1 && count(&head, "Subject") <= 1, "{name}");
        let version = if matches!(name, "vpim" | "answer") { "1.0 (Voice 2.0)" } else { "1.0" };
        assert!(head.contains(&format!("\nMIME-Version: {version}\n")), "{name}: {head}");
        for never in ["Bcc", "Return-Path", "Reply-To", "Sensitivity", "Importance", "Sender"] {
            assert_eq!(count(&head, never), 0, "{name} {never}");
        }
        if !matches!(name, "played" | "unplayable") {
            assert!(head.contains("\nTo: b@x.example, \"C\" <c@x.example>\n"), "{name}: {head}");
            assert!(head.contains("\nCc: d@x.example, e@x.example\n"), "{name}: {head}");
        }
    }
}

#[test]
fn sound_and_pages_are_base64_in_everything_built() {
    let mut seen = 0;
    for (name, raw) in everything_built() {
        let view = View::parse(&raw);
        for leaf in view.leaves() {
            let transfer = leaf.header.token("content-transfer-encoding").unwrap_or_default();
            if matches!(leaf.main_type(), "audio" | "image") {
                assert_eq!(transfer, "base64", "{name} {}", leaf.path);
                seen += 1;
            } else if leaf.is("message/rfc822") {
                assert_eq!(transfer, "7bit", "{name}");
            }
        }
    }
    assert!(seen >= 7, "{seen}");
}

/// DSN-gen-a: whatever goes wrong, we answer with a receipt at most.
#[test]
fn nothing_built_is_a_delivery_report() {
    for (name, raw) in everything_built() {
        let mail = read(&raw);
        assert_ne!(mail.kind, MessageKind::Dsn, "{name}");
        assert!(memchr::memmem::find(&raw, b"delivery-status").is_none(), "{name}");
    }
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/crates/message/src");
    let mut left = vec![std::path::PathBuf::from(folder)];
    let mut files = 0;
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(std::fs::read_dir(path).unwrap().map(|e| e.unwrap().path()));
            continue;
        }
        files += 1;
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        assert!(!code.contains("report-type=delivery-status"), "{}", path.display());
    }
    assert!(files > 20);
}

#[test]
fn only_private_is_ever_written_and_nothing_for_normal() {
    let voice = tone(8, 8_000);
    for private in [false, true] {
        for importance in [Importance::Low, Importance::Normal, Importance::High] {
            let letter = Letter {
                to: vec![address("", "b@x.example")],
                format: Some(VoiceFormat::Vpim),
                parts: VoiceParts { voice: Some(&voice), ..VoiceParts::default() },
                private,
                importance,
                ..Letter::new(address("Ada", "a@x.example"))
            };
            let head = head(&compose::build(&letter, &seed("p")).unwrap());
            assert_eq!(head.contains("\nSensitivity: Private\n"), private);
            assert_eq!(count(&head, "Sensitivity"), usize::from(private));
            assert_eq!(count(&head, "Importance"), usize::from(importance != Importance::Normal));
        }
    }
}

#[test]
fn a_recording_is_the_same_in_all_five_transfer_encodings() {
    let octets = [0x7f, 0x77, 0x8f, 0x3d, 0x21, 0x41];
    let written: [(&str, &[u8]); 7] = [
        ("7bit", b"\x7fw\x0f=!A"),
        ("8bit", &octets),
        ("BINARY (as it is)", &octets),
        ("base64", b"f3ePPSFB"),
        ("Base-64", b"f3eP\r\nPSFB"),
        ("quoted-printable", b"=7F=77=8F=3D=\r\n!A"),
        ("", &octets),
    ];
    for (encoding, body) in written {
        let raw = [
            b"From: a@x.example\r\nContent-Type: multipart/voice-message; version=2.0; boundary=b\r\n\r\n--b\r\nContent-Type: audio/32KADPCM\r\n".as_slice(),
            b"Content-Transfer-Encoding: ", encoding.as_bytes(), b"\r\n\r\n", body, b"\r\n--b--\r\n",
        ]
        .concat();
        let mail = read(&raw);
        let found = inspect::body(&raw, "1").expect("a part");
        let expected = if encoding == "7bit" { b"\x7fw\x0f=!A".as_slice() } else { &octets };
        assert_eq!(found.octets, expected, "{encoding}");
        assert!(!found.damaged && mail.parts[0].decodable, "{encoding}");
        assert!(mail.problems.is_empty(), "{encoding}: {:?}", mail.problems);
        // Twelve samples at 8 000 a second.
        assert_eq!(mail.duration.map(|d| d.as_micros()), Some(2_000), "{encoding}");
    }
}

#[test]
fn with_a_version_no_role_comes_from_a_place() {
    let part = "--b\nContent-Type: audio/basic\n\n";
    let three = format!("{part}{SOUND}\n").repeat(3);
    for (version, roles) in [
        ("; version=2.0", ["voice-message"; 3]),
        ("; version=3.1", ["voice-message"; 3]),
        ("; version=1.0", ["spoken-name", "spoken-subject", "voice-message"]),
        ("", ["spoken-name", "spoken-subject", "voice-message"]),
    ] {
        let raw = format!(
            "From: 1@x.example\nContent-Type: multipart/voice-message{version}; boundary=b\n\n{three}--b--\n"
        );
        let mail = read(raw.as_bytes());
        let found: Vec<_> = mail.parts.iter().map(|p| p.role.as_str()).collect();
        assert_eq!(found, roles, "{version}");
    }
}

#[test]
fn pages_are_told_by_the_part_the_message_and_at_last_the_subject() {
    let mail = |head: &str, part: &str| {
        read(
            format!(
                "From: a@x.example\nMessage-Context: fax-message\n{head}\
                 Content-Type: multipart/mixed; boundary=b\n\n--b\n{part}\n\nno pages\n--b--\n"
            )
            .as_bytes(),
        )
        .pages
    };
    let tiff = "Content-Type: image/tiff";
    assert_eq!(mail("", &format!("Content-Page-Length: 3 (pages)\n{tiff}")), Some(3));
    assert_eq!(mail("", "Content-Type: image/tiff; pages=4"), Some(4));
    assert_eq!(mail("Content-Page-Length: 5\n", tiff), Some(5));
    assert_eq!(mail("Subject: Fax (6p)\n", tiff), Some(6));
    // Each before the next.
    assert_eq!(
        mail(
            "Subject: Fax (6p)\nContent-Page-Length: 5\n",
            "Content-Page-Length: 3\nContent-Type: image/tiff; pages=4"
        ),
        Some(3)
    );
    assert_eq!(mail("Content-Page-Length: 5\n", "Content-Type: image/tiff; pages=4"), Some(4));
    assert_eq!(mail("Subject: Fax (6p)\nContent-Page-Length: 5\n", tiff), Some(5));
    for odd in ["0", "-1", "many", "99999999"] {
        assert_eq!(mail("", &format!("Content-Page-Length: {odd}\n{tiff}")), None, "{odd}");
    }
    // The subject comes last for the length of voice too.
    let unheard = ReadOptions { measure_audio: false, ..ReadOptions::default() };
    for (field, length) in [("Content-Duration: 9\n", 9), ("X-Voicemail-Length: 8\n", 8), ("", 65)]
    {
        let raw = format!(
            "From: a@x.example\nMessage-Context: voice-message\nSubject: Message (1:05)\n{field}\
             Content-Type: audio/x-foo\n\nx"
        );
        let found = Mail::read(raw.as_bytes(), &unheard).duration.map(|d| d.as_secs());
        assert_eq!(found, Some(length), "{field}");
    }
}

/// RFC 3804 section 4: whatever an address looks like, it is answered with its own octets.
#[test]
fn addresses_are_answered_and_sent_to_with_their_own_octets() {
    let voice = tone(8, 8_000);
    for addr in [
        "613-763-7582@vm.x.example",
        "VPIM=+1.416.597.7230/DL=93@GW.x.example",
        "vpim=7035255550/ext=227@x.example",
        "VOICE=+3940226338@worldvoice.example",
        "AMIS=+1/401+3278144+/SYSNUM=1+401+3279542+@x.example",
        "/FAX=+33-1-88335215/@faxworld.example",
        "FAX=9p040p22.63.38/t33s=4312/ofno=T2-33A/OFNA=Q-C@x.example",
        "\"FAX=+39-40-226338/ATTN=Mark Collins\"@faxgw.example",
        "ada+tag@x.example",
        "Ada.O'Kafor@x.example",
    ] {
        let raw = format!("From: Ada <{addr}>\nSubject: x\n\nx");
        let mail = read(raw.as_bytes());
        assert_eq!(mail.sender.address.as_ref().map(|a| a.as_str()), Some(addr));
        let (to, _) = compose::reply_recipients(&mail, &[], false).expect("somebody to answer");
        assert_eq!(to[0].addr.as_str(), addr);
        let letter = Letter {
            to,
            format: Some(VoiceFormat::Ivm),
            parts: VoiceParts { voice: Some(&voice), ..VoiceParts::default() },
            ..Letter::new(address("Robin", "robin@example.com"))
        };
        let raw = compose::build(&letter, &seed("a")).expect(addr);
        let list = addr.to_ascii_uppercase().contains("/DL=");
        let line = head(&raw).lines().find(|l| l.starts_with("To:")).map(str::to_owned);
        let expected = (!list).then(|| format!("To: \"Ada\" <{addr}>"));
        assert_eq!(line, expected, "{addr}");
    }
}

#[test]
fn neither_the_card_nor_the_return_path_is_where_a_reply_goes() {
    let raw = "Return-Path: <path@x.example>\nSender: sender@x.example\nFrom: Ada <ada@x.example>\n\
        Content-Type: multipart/voice-message; version=2.0; boundary=b\n\n--b\nContent-Type: text/directory\n\n\
        BEGIN:VCARD\nFN:Ada\nEMAIL;TYPE=vpim,pref:card@x.example\nEND:VCARD\n--b--\n";
    for (raw, expected) in [
        (raw.to_owned(), Some("ada@x.example")),
        (format!("Reply-To: back@x.example\n{raw}"), Some("back@x.example")),
        (raw.replace("From: Ada <ada@x.example>\n", ""), None),
        // Said to be nobody, and the others do not step in.
        (format!("Reply-To: non-mail-user@x.example\n{raw}"), None),
    ] {
        let mail = read(raw.as_bytes());
        assert_eq!(mail.cards[0].emails, ["card@x.example"]);
        assert_eq!(mail.reply_to.as_ref().map(|a| a.addr.as_str()), expected);
        assert_eq!(mail.may_reply.is_allowed(), expected.is_some());
    }
}

#[test]
fn outside_callers_show_what_stands_beside_the_token() {
    for (from, name, number) in [
        ("Telephone Answering <non-mail-user@vm.x.example>", Some("Telephone Answering"), None),
        ("\"+44 20 7946 0153\" <NON-MAIL-USER@vm.x.example>", None, Some("+44 20 7946 0153")),
        ("non-mail-user@vm.x.example (613 555 0142)", None, Some("613 555 0142")),
        ("non-mail-user@vm.x.example", None, None),
    ] {
        let raw = format!(
            "From: {from}\nContent-Type: multipart/voice-message; version=2.0; boundary=b\n\n\
             --b\nContent-Type: audio/basic\n\n{SOUND}\n--b--\n"
        );
        let mail = read(raw.as_bytes());
        let sender = &mail.sender;
        assert!(sender.outside_caller && !mail.may_reply.is_allowed(), "{from}");
        assert_eq!((sender.name.as_deref(), sender.number.as_deref()), (name, number), "{from}");
        // Not found is not withheld: nobody says so.
        assert!(!sender.withheld, "{from}");
    }
    // Understood, and never written by us.
    for role in [true, false] {
        let outside = address("", "non-mail-user@x.example");
        let somebody = address("", "b@x.example");
        let (to, cc) =
            if role { (vec![outside], vec![somebody]) } else { (vec![somebody], vec![outside]) };
        let letter = Letter {
            to,
            cc,
            text: Some("x"),
            subject: "x".into(),
            ..Letter::new(address("", "a@x.example"))
        };
        assert!(compose::build(&letter, &seed("n")).is_err());
    }
}

#[test]
fn reports_are_found_inside_what_was_forwarded() {
    let report = format!(
        "Return-Path: <>\nFrom: mailer-daemon@x.example\nContent-Type: multipart/report;\n report-type=\"Delivery-Status\"; boundary=r\n\n\
         --r\nContent-Type: multipart/alternative; boundary=q\n\n--q\n\nNot delivered.\n--q\n\
         Content-Type: audio/basic\nContent-Disposition: inline; voice=Voice-Message-Notification\n\n{SOUND}\n--q--\n\
         --r\nContent-Type: Message/Delivery-Status\n\nreporting-mta: DNS; x\n\nFINAL-RECIPIENT: RFC822; a@x.example\n\
         action: FAILED\nSTATUS: 5.1.1 (bad (very)) \n--r--\n"
    );
    let outer = format!(
        "From: Ada <ada@x.example>\nContent-Type: multipart/mixed; boundary=o\n\n--o\n\nSee below.\n\
         --o\nContent-Type: message/rfc822\n\n{report}\n--o--\n"
    );
    let outer = read(outer.as_bytes());
    assert_eq!(outer.kind, MessageKind::Email);
    // Not every system says that its explanation is one.
    let disposition = "Content-Disposition: inline; voice=Voice-Message-Notification\n";
    let unmarked = read(report.replace(disposition, "").as_bytes());
    for mail in [&outer.forwarded[0], &read(report.as_bytes()), &unmarked] {
        assert_eq!(mail.kind, MessageKind::Dsn);
        let Some(Report::Dsn(list)) = &mail.report else { panic!("{:?}", mail.report) };
        let [one] = list.as_slice() else { panic!("{list:?}") };
        assert_eq!((one.recipient.as_str(), one.action.as_str()), ("a@x.example", "failed"));
        assert_eq!(one.status, "5.1.1");
        let spoken: Vec<_> = inspect::primary_audio(mail).iter().map(|p| p.role).collect();
        assert_eq!(spoken, [PartRole::Notification]);
        assert!(mail.text.as_deref().is_some_and(|text| text.contains("Not delivered.")));
    }
}

/// DSN-gen-b: nothing is owed to a report, to an empty return path, or to a program.
#[test]
fn reports_and_empty_return_paths_are_never_answered() {
    let ask = "From: a@x.example\nDisposition-Notification-To: a@x.example\n";
    let report = "Content-Type: multipart/report; report-type=delivery-status; boundary=r\n\n--r\n\nx\n--r--\n";
    for (raw, may) in [
        (format!("Return-Path: <a@x.example>\n{ask}\nx"), true),
        (format!("Return-Path: <>\n{ask}\nx"), false),
        (format!("Return-Path: (none) <>\n{ask}\nx"), false),
        (format!("Return-Path: <a@x.example>\n{ask}{report}"), false),
        (
            format!("Return-Path: <a@x.example>\n{ask}{}", report.replace("delivery-status", "x")),
            false,
        ),
        (
            format!("Return-Path: <a@x.example>\n{ask}Auto-Submitted: auto-generated; x=y\n\nx"),
            false,
        ),
    ] {
        let mail = read(raw.as_bytes());
        assert_eq!(mail.receipt.map(|r| r.may_send), Some(may), "{raw}");
    }
    let (header, _) = aloud::message::view::header::read(b"Return-Path: <>\n\n", 0, false);
    assert!(policy::may_send_receipt(&header, false).is_none(), "nobody asked");
}

/// RFC 8098 section 3: of an encrypted message nothing but its outer fields goes back.
#[test]
fn nothing_of_an_encrypted_message_goes_back_with_a_receipt() {
    let raw = "Return-Path: <a@x.example>\r\nFrom: a@x.example\r\nMessage-ID: <q@x.example>\r\n\
        Original-Recipient: rfc822;Alias@example.com\r\nDisposition-Notification-To: a@x.example\r\n\
        Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=e\r\n\r\n\
        --e\r\nContent-Type: application/octet-stream\r\n\r\nCIPHERTEXT\r\n--e--\r\n";
    let mail = read(raw.as_bytes());
    let request = MdnRequest {
        original: &mail,
        original_header: raw.as_bytes(),
        from: address("", "robin@example.com"),
        final_recipient: AddrSpec::parse("Robin@example.com").unwrap(),
        disposition: Disposition::Displayed,
        mode: Mode::Manual,
        reporting_ua: "Aloud",
        subject: "Played: your message",
        sentence: "Read.",
        spoken: None,
    };
    let (built, to) = mdn::build(&request, &seed("m")).unwrap();
    let text = String::from_utf8(built.clone()).unwrap();
    assert!(!text.contains("CIPHERTEXT") && !text.contains("pgp-encrypted"));
    assert!(text.contains("\r\nOriginal-Recipient: rfc822;Alias@example.com\r\n"));
    assert!(text.contains("\r\nFinal-Recipient: rfc822;Robin@example.com\r\n"));
    assert!(text.contains("\r\nOriginal-Message-ID: <q@x.example>\r\n"));
    assert!(text.starts_with("From: robin@example.com\r\n") && to.len() == 1);
    assert_ne!(read(&built).message_id.as_deref(), Some("q@x.example"));
}
