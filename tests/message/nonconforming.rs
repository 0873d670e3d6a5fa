//! Messages that bend the rules, as real systems and bad gateways write them: what a person wanted
//! to say is found all the same.

use aloud::message::inspect::{self, ReadOptions};
use aloud::message::{Mail, Report};
use aloud::model::MessageKind;

fn read(raw: &[u8]) -> Mail {
    Mail::read(raw, &ReadOptions::default())
}

const SOUND: &str =
    "~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~";

#[test]
fn comments_and_folds_may_stand_anywhere_in_a_structured_field() {
    for (kind, part) in [
        (
            "multipart/mixed (c;d); boundary=b (the boundary)",
            "Content-Type: (x) audio/basic (y)\nContent-Disposition: inline (z); voice=Voice-Message (main)",
        ),
        (
            "multipart/voice-message;\n\tversion\n =\n \"2.0\";\n\tboundary*0=\"\"; boundary*1=b",
            "Content-Type:\n audio/basic;\n name=\"=?utf-8?B?UmVuw6llLmF1?=\"\nContent-Disposition:\n inline;\n voice\n =\n Voice-Message",
        ),
        (
            "Multipart/Voice-Message; Version=2.0; Boundary=\"not this one\"",
            "Content-Type: AUDIO/Basic\nContent-disposition: INLINE; VOICE*=us-ascii'en'Voice-Message",
        ),
    ] {
        let raw = format!(
            "From: Ada <ada@example.com>\nMessage-Context:\n (why) Voice-Message\n\
             Content-Type: {kind}\n\n--b\n{part}\nContent-Duration:\n 7 (seconds)\n\n{SOUND}\n--b--\n"
        );
        let mail = read(raw.replace('\n', "\r\n").as_bytes());
        assert_eq!(mail.kind, MessageKind::Voice, "{kind}");
        let roles: Vec<_> = mail.parts.iter().map(|p| p.role.as_str()).collect();
        assert_eq!(roles, ["voice-message"], "{kind}: {:?}", mail.problems);
        let unheard = ReadOptions { measure_audio: false, ..ReadOptions::default() };
        let mail = Mail::read(raw.as_bytes(), &unheard);
        assert_eq!(mail.duration.map(|d| d.as_secs()), Some(7), "{kind}");
    }
}

/// The header holds octets of the content's charset as they are, as before there were encoded words.
#[test]
fn octets_of_many_charsets_in_the_header_are_read_as_the_content_says() {
    let cases: [(&str, &[u8], &str); 9] = [
        ("koi8-r", b"\xf0\xd2\xc9\xd7\xc5\xd4", "Привет"),
        ("windows-1251", b"\xcf\xf0\xe8\xe2\xe5\xf2", "Привет"),
        ("iso-8859-2", b"\xa3\xf3d\xbc", "Łódź"),
        ("gb2312", b"\xd3\xef\xd2\xf4", "语音"),
        ("big5", b"\xbby\xad\xb5", "語音"),
        ("shift_jis", b"\x89\xb9\x90\xba", "音声"),
        ("iso-2022-jp", b"\x1b$B2;@<\x1b(B", "音声"),
        ("euc-kr", b"\xc0\xbd\xbc\xba", "음성"),
        ("us-ascii", b"Gr\xfc\xdfe", "Grüße"),
    ];
    for (charset, octets, expected) in cases {
        for kind in [
            format!("text/plain; charset=\"{charset}\"\n\n"),
            format!(
                "multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset={charset}\n\n"
            ),
        ] {
            let raw =
                [b"From: ", octets, b" <a@example.com>\nSubject: ", octets, b"\nContent-Type: "]
                    .concat();
            let raw = [&raw, kind.as_bytes(), octets, b"\n"].concat();
            let mail = read(&raw);
            assert_eq!(mail.subject.as_deref(), Some(expected), "{charset}");
            assert_eq!(mail.sender.name.as_deref(), Some(expected), "{charset}");
            assert_eq!(mail.sender.address.as_ref().map(|a| a.as_str()), Some("a@example.com"));
            assert_eq!(mail.text.as_deref(), Some(expected), "{charset}");
        }
        // UTF-8 is UTF-8 whatever is said.
        let raw = format!("Subject: René 音声\nContent-Type: text/plain; charset={charset}\n\nx");
        assert_eq!(read(raw.as_bytes()).subject.as_deref(), Some("René 音声"), "{charset}");
    }
}

#[test]
fn encoded_words_keep_their_commas_and_brackets() {
    let mail = read(
        b"From: =?utf-8?q?Okafor,_Ada_(x?= <ada@example.com>\n\
          To: =?utf-8?q?a(b;?= <c@example.com>, d@example.com\nTo: e@example.com\n\
          CC: f@example.com\ncc: =?utf-8?q?x?=\n =?utf-8?q?y?= <g@example.com>\n\nx",
    );
    assert_eq!(mail.sender.name.as_deref(), Some("Okafor, Ada (x"));
    let to: Vec<_> = mail.to.iter().map(|a| a.addr.as_str()).collect();
    assert_eq!(to, ["c@example.com", "d@example.com", "e@example.com"]);
    let cc: Vec<_> = mail.cc.iter().map(|a| (a.name.as_deref(), a.addr.as_str())).collect();
    assert_eq!(cc, [(None, "f@example.com"), (Some("xy"), "g@example.com")]);
}

#[test]
fn callers_in_fields_that_are_not_quite_right() {
    for (field, name, number) in [
        ("Caller-ID: 6135550142 (home)", None, Some("6135550142")),
        ("Caller-ID: +16135550142", None, Some("+16135550142")),
        ("Caller-ID:\n 16135550142,\n NumberingPlan = e164", None, Some("+16135550142")),
        ("Caller-ID: 16135550142;NumberingPlan=\"E164\"", None, Some("+16135550142")),
        ("Caller-ID: 2722, NumberingPlan=local", None, Some("2722")),
        ("Caller-ID: 2722, NumberingPlan=x-own", None, Some("2722")),
        ("Caller-ID: 6135550142\nCaller-ID: 7", None, Some("6135550142")),
        ("Caller-Name: \"Okafor, Ada\"", Some("Okafor, Ada"), None),
        ("Caller-Name: Ada \"Addie\" Okafor", Some("Ada \"Addie\" Okafor"), None),
        (
            "Caller-Name: =?iso-8859-1?q?Ren=E9?=\n =?iso-8859-1?q?_Dupont?=",
            Some("René Dupont"),
            None,
        ),
        ("Caller-Name: Unknown", None, None),
    ] {
        let raw = format!(
            "From: non-mail-user@vm.example.com\nMessage-Context: voice-message\n{field}\n\
             Content-Type: audio/basic\n\n{SOUND}"
        );
        let sender = read(raw.as_bytes()).sender;
        assert_eq!((sender.name.as_deref(), sender.number.as_deref()), (name, number), "{field}");
        assert_eq!(sender.withheld, name.is_none() && number.is_none(), "{field}");
    }
}

#[test]
fn version_1_has_no_version_and_may_have_empty_parts() {
    let part = |body: &str| {
        format!("--b\nContent-Type: audio/32KADPCM\nContent-Transfer-Encoding: Base-64\n\n{body}\n")
    };
    let message = |parts: &[&str]| {
        let parts: String = parts.iter().map(|body| part(body)).collect();
        read(format!("From: 1@example.com\nMIME-Version: 1.0 (Voice 1.0)\nContent-Type: multipart/voice-message; boundary=b\n\n{parts}--b--\n").as_bytes())
    };
    let sound = "f3ePiH9HrrpBRb7JQTWuyg==";
    let three = message(&["", "", sound]);
    assert_eq!(three.profile.as_deref(), Some("vpim1"));
    let roles: Vec<_> = three.parts.iter().map(|p| p.role.as_str()).collect();
    assert_eq!(roles, ["spoken-name", "spoken-subject", "voice-message"]);
    assert!(three.problems.is_empty(), "{:?}", three.problems);
    assert_eq!(inspect::primary_audio(&three).len(), 1);
    // An empty message is a problem, and so is an empty name that was announced.
    assert_eq!(message(&[sound, sound, ""]).problems.len(), 1);
    // Fewer or more parts have no places: they all play.
    for parts in [&[sound][..], &[sound, sound], &[sound, sound, sound, sound]] {
        let mail = message(parts);
        assert_eq!(inspect::primary_audio(&mail).len(), parts.len());
        assert_eq!(mail.profile.as_deref(), Some("vpim1"));
    }
}

#[test]
fn a_video_message_is_as_long_as_its_video() {
    let mail = |part: &str, head: &str| {
        read(
            format!(
                "From: Ada <ada@example.com>\nMessage-Context: Video-Message\n{head}\
                 Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: video/mp4\n{part}\n\n\
                 xxxx\n--b\nContent-Type: audio/basic\n\n{SOUND}\n--b--\n"
            )
            .as_bytes(),
        )
    };
    let said = mail("Content-Disposition: inline; video=Voice-Message\nContent-Duration: 12", "");
    assert_eq!((said.kind, said.duration.map(|d| d.as_secs())), (MessageKind::Video, Some(12)));
    assert_eq!(said.duration_source.map(|s| s.as_str()), Some("part-header"));
    assert_eq!(said.also, [MessageKind::Voice]);
    let sound = mail("Content-ID: v", "");
    assert_eq!(sound.duration.map(|d| d.as_millis()), Some(10));
}

#[test]
fn long_chains_of_forwards_are_read_to_the_end() {
    let mut raw = format!(
        "From: x@example.com\nSubject: innermost\nMessage-Context: voice-message\n\
         Content-Type: audio/basic\n\n{SOUND}"
    );
    for i in 0..10 {
        raw = format!(
            "From: p{i}@example.com\nSubject: Fwd {i}\nMessage-Context: voice-message\n\
             Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\nContent-Type: audio/basic\n\
             Content-Disposition: inline; voice=Voice-Message\n\n{SOUND}\n--b{i}\n\
             Content-Type: message/rfc822\n\n{raw}\n--b{i}--\n"
        );
    }
    let mail = read(raw.as_bytes());
    let mut at = &mail;
    let mut path = String::from("2");
    for i in (0..9).rev() {
        at = &at.forwarded[0];
        assert_eq!(at.subject, Some(format!("Fwd {i}")));
        assert_eq!(at.kind, MessageKind::Voice);
        path += "/2";
    }
    assert_eq!(at.forwarded[0].subject.as_deref(), Some("innermost"));
    let deepest = inspect::body(raw.as_bytes(), &format!("{path}/1")).expect("the sound");
    assert_eq!(deepest.octets, SOUND.as_bytes());
    // Beyond the depth that is shown, a private mark still counts.
    let mut raw = "Subject: innermost\nSensitivity: Private\n\nx".to_owned();
    for _ in 0..30 {
        raw = format!("From: p@example.com\nContent-Type: message/rfc822\n\n{raw}");
    }
    let mail = read(raw.as_bytes());
    assert!(!mail.may_forward.is_allowed() && !mail.may_save.is_allowed());
    assert!(mail.forwarded.len() == 1);
}

#[test]
fn content_ids_are_found_with_and_without_brackets() {
    for (id, uri) in [
        ("part1@example.com", "CID:<part1@example.com>"),
        ("<part1@example.com>", "cid:part1@example.com"),
        (" part1@example.com (comment)", "CID: part1%40example.com"),
    ] {
        let raw = format!(
            "From: Ada <ada@example.com>\nContent-Type: multipart/voice-message; version=2.0; boundary=b\n\n\
             --b\nContent-Type: audio/basic\nContent-ID: {id}\nContent-Disposition: inline; voice=Voice-Message\n\n\
             {SOUND}\n--b\nContent-Type: text/directory; profile=vCard\n\nBEGIN:VCARD\nVERSION: 3.0\n\
             N:Okafor;Ada\nEMAIL;TYPE=INTERNET;VPIM:ada@example.com\n\
             SOUND;TYPE=32KADPCM;ENCODING=URI: {uri}\nEND:VCARD\n--b--\n"
        );
        let mail = read(raw.as_bytes());
        assert!(mail.cards[0].has_spoken_name, "{id} {uri}");
        assert_eq!(mail.parts[0].content_id.as_deref(), Some("part1@example.com"));
    }
}

fn report(kind: &str, machine: &str, body: &str, third: &str) -> Mail {
    read(
        format!(
            "Return-Path: <>\nFrom: b@example.net\nContent-Type: multipart/report; report-type={kind}; boundary=r\n\n\
             --r\n\nFor people.\n--r\nContent-Type: {machine}\n\n{body}\n{third}--r--\n"
        )
        .as_bytes(),
    )
}

#[test]
fn receipts_without_the_identifier_are_matched_by_what_came_back() {
    let body = "Final-Recipient: rfc822;b@example.net\nDisposition: manual-action/MDN-sent-manually; displayed\n";
    let original = |mail: &Mail| match &mail.report {
        Some(Report::Mdn(mdn)) => mdn.original_message_id.clone(),
        other => panic!("{other:?}"),
    };
    for (third, expected) in [
        (
            "--r\nContent-Type: text/rfc822-headers\n\nMessage-ID: <orig@example.com>\n",
            Some("orig@example.com"),
        ),
        (
            "--r\nContent-Type: message/rfc822\n\nMessage-ID: orig@example.com\n\nx\n",
            Some("orig@example.com"),
        ),
        ("", None),
    ] {
        let named = "disposition-notification";
        let mail = report(named, "message/disposition-notification", body, third);
        assert_eq!(original(&mail).as_deref(), expected, "{third}");
        // Said is said.
        let own = format!("{body}Original-Message-ID: <own@example.com>\n");
        let mail = report(named, "message/disposition-notification", &own, third);
        assert_eq!(original(&mail).as_deref(), Some("own@example.com"));
    }
}

#[test]
fn what_a_report_holds_counts_more_than_its_name() {
    let failed = "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@example.net\nAction: failed\nStatus: 5.2.2\n";
    for (kind, machine, body, expected) in [
        ("disposition-notification", "message/delivery-status", failed, MessageKind::Dsn),
        ("delivery-status", "message/delivery-status", failed, MessageKind::Dsn),
        // The fields stand in a part for people.
        ("delivery-status", "text/plain", failed, MessageKind::Dsn),
        (
            "delivery-status",
            "message/disposition-notification",
            "Disposition: x; displayed\n",
            MessageKind::Mdn,
        ),
    ] {
        let mail = report(kind, machine, body, "");
        assert_eq!(mail.kind, expected, "{kind} {machine}");
        if expected == MessageKind::Dsn {
            let Some(Report::Dsn(list)) = &mail.report else { panic!("{:?}", mail.report) };
            assert_eq!(list.len(), 1);
            assert_eq!(
                (list[0].recipient.as_str(), list[0].status.as_str()),
                ("a@example.net", "5.2.2")
            );
        }
    }
    // Mailers that name the recipients in a field of their own, and what the server said in words.
    let raw = "Return-Path: <>\nFrom: mailer-daemon@x.example\nX-Failed-Recipients: a@x.example, b@x.example\n\
        Content-Type: multipart/report; report-type=delivery-status; boundary=r\n\n--r\n\n\
        Your message to 2 people could not be delivered.\n    550 5.1.1 no such user here\n--r\n\
        Content-Type: message/delivery-status\n\n\n--r--\n";
    let Some(Report::Dsn(list)) = read(raw.as_bytes()).report else { panic!("no report") };
    let told: Vec<_> = list.iter().map(|b| (b.recipient.as_str(), b.status.as_str())).collect();
    assert_eq!(told, [("a@x.example", "5.1.1"), ("b@x.example", "5.1.1")]);
    // A report that holds nothing for machines names nobody, and prose is no field.
    for prose in ["", "Status: hello\nAction: call a@example.com\n"] {
        let mail = report("delivery-status", "text/plain", prose, "");
        assert_eq!(mail.report, Some(Report::Dsn(Vec::new())), "{prose}");
        assert!(mail.text.is_some_and(|text| text.contains("For people.")));
    }
}
