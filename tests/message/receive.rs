//! What a receiving client must cope with, requirement by requirement; `docs/standards.md` names
//! these tests.

use aloud::message::inspect::{self, ReadOptions};
use aloud::message::{Mail, PartProblem, PartRole, Problem, Report};
use aloud::model::{Importance, MessageKind};

fn read(raw: &str) -> Mail {
    Mail::read(raw.as_bytes(), &ReadOptions::default())
}

/// A message of some parts; each is its header fields and its body.
fn multipart(head: &str, subtype: &str, parts: &[(&str, &str)]) -> String {
    let mut raw = format!("{head}Content-Type: multipart/{subtype}; boundary=\"b b\"\n\n");
    for (fields, body) in parts {
        raw += &format!("--b b\n{fields}\n\n{body}\n");
    }
    raw + "--b b--\n"
}

const FROM: &str = "From: Ada <ada@example.com>\n";
const VOICE: &str = "Content-Type: audio/basic\nContent-Disposition: inline; voice=Voice-Message";
/// Ten milliseconds.
const SOUND: &str =
    "~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~";

fn roles(mail: &Mail) -> Vec<&'static str> {
    mail.parts.iter().map(|p| p.role.as_str()).collect()
}

#[test]
fn the_comment_in_mime_version_decides_nothing() {
    let text = read("MIME-Version: 1.0 (Voice 2.0)\nSubject: x\n\nhello");
    assert_eq!(text.kind, MessageKind::Email);
    for comment in ["", " (Voice Version 2.0)", " (Voice 2.0)"] {
        let head = format!("MIME-Version: 1.0{comment}\n");
        let mail = read(&multipart(&head, "voice-message; version=2.0", &[(VOICE, SOUND)]));
        assert_eq!(mail.kind, MessageKind::Voice);
        assert_eq!(mail.profile.as_deref(), Some("vpim2"));
    }
}

#[test]
fn fields_nobody_knows_and_any_number_of_received_change_nothing() {
    let plain = multipart(FROM, "voice-message; version=2.0", &[(VOICE, SOUND)]);
    let extra: String = (0..50)
        .map(|i| format!("X-Odd-{i}: {i}; a=\"b\"\nReceived: from a by b; Tue, 4 Mar 2025\n"))
        .collect();
    let full = read(&(extra + &plain));
    let plain = read(&plain);
    let json = |mail: &Mail| aloud::cli::inspect::to_json(mail, "-");
    assert_eq!(json(&full), json(&plain));
}

#[test]
fn importance_is_read_without_case_and_from_its_older_relatives() {
    for (fields, expected) in [
        ("Importance: HIGH\n", Some(Importance::High)),
        ("Importance: low (really)\n", Some(Importance::Low)),
        ("Importance: whatever\n", None),
        ("X-Priority: 1 (Highest)\n", Some(Importance::High)),
        ("X-Priority: 0\n", None),
        ("X-Priority: 1\nImportance: normal\n", Some(Importance::Normal)),
        ("Priority: non-urgent\n", Some(Importance::Low)),
        ("", None),
    ] {
        assert_eq!(read(&format!("{fields}\nx")).importance, expected, "{fields}");
    }
}

#[test]
fn the_sender_is_from_even_when_somebody_else_sent_it() {
    let mail = read("From: Ada <ada@example.com>\nSender: Secretary <s@example.com>\n\nx");
    assert_eq!(mail.sender.name.as_deref(), Some("Ada"));
    assert_eq!(mail.sender.address.as_ref().map(|a| a.as_str()), Some("ada@example.com"));
    // No To and no Cc: the recipients are unknown.
    assert!(mail.to.is_empty() && mail.cc.is_empty());
    let two = read("To: a@example.com\nTo: b@example.com, c@example.com\nCc: d@example.com\n\nx");
    assert_eq!((two.to.len(), two.cc.len()), (3, 1));
    let twice = read("From: a@example.com\nFrom: b@example.com\nSubject: x\nSubject: y\n\nx");
    assert_eq!(twice.sender.address.as_ref().map(|a| a.as_str()), Some("a@example.com"));
    assert_eq!(twice.reply_to.as_ref().map(|a| a.addr.as_str()), Some("a@example.com"));
    assert_eq!(twice.problems, ["From", "Subject"].map(Problem::RepeatedField));
}

#[test]
fn voice_messages_are_found_at_the_top_in_mixed_and_inside_forwarded_ones() {
    let voice =
        |version: &str| multipart("", &format!("voice-message{version}"), &[(VOICE, SOUND)]);
    for version in ["; version=2.0", "; version=3.0", "; VERSION=\"2.0\"", ""] {
        let mail = read(&format!("{FROM}{}", voice(version)));
        assert_eq!(mail.kind, MessageKind::Voice, "{version}");
        assert_eq!(roles(&mail), ["voice-message"]);
    }
    let inner = voice("; version=2.0").replace("b b", "inner");
    let (fields, body) = inner.split_once("\n\n").expect("a body");
    let mixed = multipart(FROM, "mixed", &[(fields, body), ("Content-Type: text/plain", "note")]);
    let mixed = read(&mixed);
    assert_eq!(mixed.kind, MessageKind::Voice);
    assert_eq!(roles(&mixed), ["voice-message", "text"]);
    // Somebody who passes one on in a wrapper is not thereby a VPIM system.
    assert_ne!(mixed.profile.as_deref(), Some("vpim2"));
    let whole = format!("{FROM}{inner}");
    let forward = multipart(FROM, "mixed", &[("Content-Type: message/rfc822", &whole)]);
    let forward = read(&forward);
    assert_eq!(forward.kind, MessageKind::Email);
    assert_eq!(forward.forwarded[0].kind, MessageKind::Voice);
    assert_eq!(forward.forwarded[0].sender.name.as_deref(), Some("Ada"));
}

#[test]
fn several_bodies_are_all_there_in_message_order() {
    let name =
        "Content-Type: audio/basic\nContent-Disposition: inline; voice=originator-SPOKEN-name";
    let parts = [(VOICE, SOUND), (name, SOUND), (VOICE, SOUND), (VOICE, SOUND)];
    let mail = read(&multipart(FROM, "voice-message; version=2.0", &parts));
    let primary: Vec<_> = inspect::primary_audio(&mail).iter().map(|p| p.path.as_str()).collect();
    assert_eq!(primary, ["1", "3", "4"]);
    // Their sum, without the name.
    assert_eq!(mail.duration.map(|d| d.as_millis()), Some(30));
}

#[test]
fn unknown_roles_and_dispositions_play_as_ordinary_sound() {
    for disposition in [
        "",
        "Content-Disposition: inline\n",
        "Content-Disposition: inline; voice=Something-Else\n",
        "Content-Disposition: form-data; voice=Voice-Message\n",
        "Content-Disposition: ; ; =\n",
    ] {
        let part = format!("{disposition}Content-Type: audio/basic");
        let mail = read(&multipart(FROM, "voice-message; version=2.0", &[(&part, SOUND)]));
        assert_eq!(roles(&mail), ["voice-message"], "{disposition}");
        let shown = mail.parts[0].disposition.as_deref();
        assert!(matches!(shown, None | Some("inline" | "attachment")), "{shown:?}");
    }
    // A text that is neither in line nor to be shown otherwise is a file, and so is a page.
    for (disposition, role, shown) in [
        ("Content-Disposition: inline\n", "text", true),
        ("Content-Disposition: ; filename=a.txt\n", "text", true),
        ("Content-Disposition: attachment\n", "attachment", false),
        ("Content-Disposition: X-Hidden; filename=a.txt\n", "attachment", false),
    ] {
        for kind in ["text/plain", "text/html"] {
            let part = format!("{disposition}Content-Type: {kind}");
            let mail = read(&multipart(FROM, "mixed", &[(&part, "words")]));
            let role = if kind == "text/html" && shown { "html" } else { role };
            assert_eq!(roles(&mail), [role], "{disposition}");
            assert_eq!(mail.text.is_some(), shown, "{disposition}");
        }
    }
    // Synonyms of one product family.
    let part = "Content-Type: audio/basic\nContent-Disposition: inline; category=Spoken-Subject";
    let mail = read(&multipart(FROM, "voice-message; version=2.0", &[(part, SOUND)]));
    assert_eq!(roles(&mail), ["spoken-subject"]);
}

#[test]
fn content_outside_the_profile_is_shown_or_attached() {
    let parts = [
        (VOICE, SOUND),
        ("Content-Type: image/png; name=a.png", "x"),
        ("Content-Type: text/plain", "a note"),
        ("Content-Type: application/pdf; name=a.pdf", "x"),
        ("Content-Type: audio/x-unheard-of; name=a.xyz", "x"),
    ];
    let mail = read(&multipart(FROM, "voice-message; version=2.0", &parts));
    assert_eq!(
        roles(&mail),
        ["voice-message", "attachment", "text", "attachment", "voice-message"]
    );
    assert_eq!(mail.text.as_deref(), Some("a note"));
    assert!(mail.parts[0].decodable && !mail.parts[4].decodable);
    let of_part_5 = |p: &Problem| matches!(p, Problem::Part { path, .. } if path == "5");
    assert!(mail.problems.iter().any(of_part_5), "{:?}", mail.problems);
    // Unknown multiparts are mixed.
    let mail = read(&multipart(FROM, "x-nobody-knows", &[("", "one"), ("", "two")]));
    assert_eq!(mail.text.as_deref(), Some("one\n\ntwo"));
    // The same sound in an ordinary mail plays too, as an attachment.
    let sound = "Content-Type: Audio/32KADPCM\nContent-Transfer-Encoding: 8bit";
    let mail = read(&multipart(FROM, "mixed", &[("", "hello"), (sound, SOUND)]));
    assert_eq!((mail.kind, mail.parts[1].decodable), (MessageKind::Email, true));
    assert_eq!(mail.parts[1].codec.as_deref(), Some("G.726 32 kbit/s"));
}

#[test]
fn a_damaged_fax_never_hides_the_voice() {
    let parts = [(VOICE, SOUND), ("Content-Type: image/tiff", "no tiff")];
    let mail = read(&multipart(FROM, "voice-message; version=2.0", &parts));
    assert_eq!((mail.kind, roles(&mail)), (MessageKind::Voice, vec!["voice-message", "fax"]));
    assert!(mail.parts[0].decodable && !mail.parts[1].decodable);
    assert!(matches!(mail.parts[1].problem, Some(PartProblem::Fax(_))));
    assert!(mail.duration.is_some() && mail.may_save.is_allowed());
}

#[test]
fn the_context_is_a_hint_that_never_hides_anything() {
    let parts = [("Content-Type: text/plain", "words"), (VOICE, SOUND)];
    for (context, kind) in [
        ("Message-Context: VOICE-Message\n", MessageKind::Voice),
        ("Message-Context: voice-message (x)\nMessage-Context: fax-message\n", MessageKind::Voice),
        ("Message-Context: fax-message\n", MessageKind::Fax),
        ("MESSAGE-context: Fax-MESSAGE (pages)\n", MessageKind::Fax),
        ("message-context:\n Video-Message\n", MessageKind::Video),
        ("Message-Context: video-message\n", MessageKind::Video),
        // Unknown, none, or missing: the part says it.
        ("Message-Context: x-foo\n", MessageKind::Voice),
        ("Message-Context: none\n", MessageKind::Voice),
        ("Message-Context: text-message\n", MessageKind::Voice),
        ("", MessageKind::Voice),
    ] {
        let mail = read(&multipart(&format!("{FROM}{context}"), "mixed", &parts));
        assert_eq!(mail.kind, kind, "{context}");
        assert_eq!(mail.text.as_deref(), Some("words"), "{context}");
        assert_eq!(inspect::primary_audio(&mail).len(), 1, "{context}");
        assert!(mail.parts.iter().all(|p| p.decodable), "{context}");
    }
    let text = read("Message-Context: voice-message\n\nonly words");
    assert_eq!((text.kind, text.text.as_deref()), (MessageKind::Voice, Some("only words")));
}

#[test]
fn handling_counts_at_its_own_level_and_has_a_synonym() {
    for (parameter, required) in [
        ("", true),
        ("; handling=REQUIRED", true),
        ("; handling=optional", false),
        ("; handling=x-odd", true),
        ("; criticality=CRITICAL", true),
        ("; criticality=Ignore", false),
    ] {
        let part = format!("Content-Type: audio/basic\nContent-Disposition: inline{parameter}");
        let mail = read(&multipart(FROM, "mixed", &[(&part, SOUND)]));
        assert_eq!(mail.parts[0].required, required, "{parameter}");
    }
    let inner = multipart("", "mixed", &[("Content-Disposition: inline; handling=OPTIONAL", "x")]);
    let inner = inner.replace("b b", "inner");
    let outer = multipart(FROM, "mixed", &[("Content-Type: message/rfc822", &inner)]);
    let mail = read(&outer);
    assert!(mail.parts[0].required && !mail.forwarded[0].parts[0].required);
}

#[test]
fn lengths_are_believed_in_the_agreed_order() {
    let length = |head: &str, part: &str, options: &ReadOptions| {
        let raw = multipart(
            &format!("{FROM}Message-Context: voice-message\n{head}"),
            "mixed",
            &[(&format!("{part}Content-Type: audio/basic"), SOUND)],
        );
        let mail = Mail::read(raw.as_bytes(), options);
        let source = mail.duration_source.map_or("estimate", |s| s.as_str());
        (mail.duration.map(|d| d.as_millis()), source)
    };
    let heard = ReadOptions::default();
    let unheard = ReadOptions { measure_audio: false, ..heard };
    let (part, message) = ("Content-Duration: 599\n", "Content-Duration: 300\n");
    // A lying header is replaced as soon as the sound is known.
    assert_eq!(length(message, part, &heard), (Some(10), "audio"));
    assert_eq!(length(message, part, &unheard), (Some(599_000), "part-header"));
    assert_eq!(length(message, "", &unheard), (Some(300_000), "message-header"));
    assert_eq!(length("X-Voicemail-Length: 31\n", "", &unheard), (Some(31_000), "message-header"));
    let disposition = "Content-Disposition: inline; voice=Voice-Message; duration=7\n";
    assert_eq!(length("", disposition, &unheard), (Some(7_000), "disposition"));
    assert_eq!(length("Subject: Message (1:05)\n", "", &unheard), (Some(65_000), "subject"));
    assert_eq!(length("", "", &unheard), (Some(10), "estimate"));
    // Values nobody can mean.
    for odd in
        ["Content-Duration: 99999999999\n", "Content-Duration: 33s\n", "Content-Duration: 0\n"]
    {
        assert_eq!(length("", odd, &unheard), (Some(10), "estimate"), "{odd}");
    }
    let raw = multipart(FROM, "voice-message", &[("Content-Type: audio/x-foo; length=50", "x")]);
    assert_eq!(read(&raw).duration.map(|d| d.as_secs()), Some(50));
}

#[test]
fn languages_are_hints_and_invalid_ones_do_no_harm() {
    for (value, expected) in
        [("en-GB", Some("en-GB")), ("en-UK, fr", Some("en-UK")), ("<b>", None), ("", None)]
    {
        let part = format!("Content-Language: {value}\n{VOICE}");
        let mail = read(&multipart(FROM, "voice-message; version=2.0", &[(&part, SOUND)]));
        assert_eq!(mail.language.as_deref(), expected);
    }
}

#[test]
fn callers_are_shown_as_the_message_has_them() {
    let voice =
        |head: &str| read(&multipart(head, "voice-message; version=2.0", &[(VOICE, SOUND)]));
    for (head, name, number) in [
        ("From: Ada <ada@example.com>\nCaller-ID: 6135550142\n", Some("Ada"), Some("6135550142")),
        (
            "From: x@example.com\nCaller-ID: 16135550142, NumberingPlan=E164\nCaller-Name: =?utf-8?q?Ren=C3=A9e?=\n",
            Some("Renée"),
            Some("+16135550142"),
        ),
        ("From: x@example.com\nCaller-ID: call me\n", None, None),
        ("From: 5255550142 <>\n", None, Some("5255550142")),
        ("From: \"(613) 555-0142\" <vm@example.com>\n", None, Some("(613) 555-0142")),
        ("From: 123 <+16135550142@vm.example.com>\n", None, Some("+16135550142")),
        ("", None, None),
    ] {
        let sender = voice(head).sender;
        assert_eq!((sender.name.as_deref(), sender.number.as_deref()), (name, number), "{head}");
    }
    let long = voice(&format!("From: x@example.com\nCaller-Name: {}\n", "a".repeat(500)));
    assert_eq!(long.sender.name.map(|n| n.len()), Some(50));
}

#[test]
fn reports_are_reports_whatever_they_hold() {
    let spoken =
        "Content-Type: audio/basic\nContent-Disposition: inline; voice=Voice-Message-Notification";
    let status = "Reporting-MTA: dns; vm.example.com\n\nFinal-Recipient: rfc822; a@example.com\n\
        Action: failed\nStatus: 5.1.1 (no such mailbox)\n\nFinal-Recipient: rfc822; b@example.com\n\
        Action: delayed\nStatus: 4.2.2\n";
    let original = "Message-ID: <1@example.com>\nSensitivity: Private\n\nx";
    let parts = [
        (spoken, SOUND),
        ("Content-Type: message/delivery-status", status),
        ("Content-Type: message/rfc822", original),
    ];
    let raw = multipart(FROM, "report; report-type=delivery-status", &parts);
    let mail = read(&raw);
    assert_eq!(mail.kind, MessageKind::Dsn);
    assert_eq!(roles(&mail), ["notification", "report", "original"]);
    assert!(mail.duration.is_none() && mail.parts[0].seconds.is_some());
    let Some(Report::Dsn(blocks)) = &mail.report else { panic!("{:?}", mail.report) };
    let facts: Vec<_> = blocks.iter().map(|b| (b.recipient.as_str(), b.status.as_str())).collect();
    assert_eq!(facts, [("a@example.com", "5.1.1"), ("b@example.com", "4.2.2")]);
    assert_eq!(blocks[0].original_message_id.as_deref(), Some("1@example.com"));
    let said: Vec<_> = blocks.iter().map(aloud::wording::delivery::sentence).collect();
    assert_ne!(said[0], said[1]);
    // Wrapped by a mailing list or a signature it is still a report, and so with a wrong type.
    let (fields, body) = raw.split_once("\n\n").expect("a body");
    let wrapped = multipart(FROM, "signed", &[(fields, body)]).replacen("\"b b\"", "\"outer\"", 1);
    let wrapped = wrapped.replacen("--b b\n", "--outer\n", 1);
    assert_eq!(read(&wrapped).kind, MessageKind::Dsn);
    let odd = raw.replace("report-type=delivery-status", "report-type=x");
    assert_eq!(read(&odd).kind, MessageKind::Dsn);
    let receipt = multipart(
        &format!("{FROM}Disposition-Notification-To: ada@example.com\n"),
        "report; report-type=disposition-notification",
        &[
            ("", "Played."),
            (
                "Content-Type: message/disposition-notification",
                "Final-Recipient: rfc822;robin@example.com\nOriginal-Message-ID: <1@example.com>\n\
                 Disposition: manual-action/MDN-sent-manually; deleted/expired\n",
            ),
        ],
    );
    let mail = read(&receipt);
    assert_eq!(mail.kind, MessageKind::Mdn);
    let Some(Report::Mdn(mdn)) = &mail.report else { panic!("{:?}", mail.report) };
    assert_eq!(mdn.disposition.as_str(), "deleted");
    assert_eq!(mdn.original_message_id.as_deref(), Some("1@example.com"));
    // Never a receipt for a receipt.
    assert!(mail.receipt.is_some_and(|r| !r.may_send));
}

#[test]
fn cards_are_listed_and_two_at_one_level_describe_nobody() {
    let card = "BEGIN:VCARD\nVERSION:3.0\nFN:Ada\nEMAIL:ada@example.com\n\
        SOUND;TYPE=BASIC;VALUE=uri:CID:name%2B1@example.com\nEND:VCARD";
    let sound = "Content-Type: audio/basic\nContent-ID: <name+1@example.com>";
    let kind = "Content-Type: text/directory; profile=vCard";
    let mail =
        read(&multipart(FROM, "voice-message; version=2.0", &[(sound, SOUND), (kind, card)]));
    assert_eq!(mail.cards.len(), 1);
    assert!(mail.cards[0].has_spoken_name && mail.cards[0].problem.is_none());
    let mail = read(&multipart(FROM, "mixed", &[(kind, card), (kind, card)]));
    assert!(mail.cards.iter().all(|c| !c.has_spoken_name && c.problem.is_some()));
    for broken in ["", "BEGIN:VCARD\nFN:", "\u{fffd}\u{0}", "BEGIN:VCARD\nEND:VCARD"] {
        let mail = read(&multipart(FROM, "mixed", &[(kind, broken), (VOICE, SOUND)]));
        assert_eq!(mail.kind, MessageKind::Voice);
        assert!(mail.parts.iter().any(|p| p.role == PartRole::Card));
    }
}

#[test]
fn deceiving_senders_show_their_address() {
    for from in [
        "\"ceo@example.com\" <mallory@evil.example>",
        "=?utf-8?q?ceo=40example=2Ecom?= <mallory@evil.example>",
        "=?utf-8?b?Y2VvQGV4YW1wbGUuY29t?= <mallory@evil.example>",
        "\"ceo@example.com\u{202e}\" <mallory@evil.example>",
        "\"c\u{200b}eo@example.com\" <mallory@evil.example>",
        "=?utf-8?q?ceo=40example=2Ecom=00?= <mallory@evil.example>",
        "=?utf-8?q?=22Boss_=3Cceo=40example=2Ecom=3E=22?= <mallory@evil.example>",
        "(ceo@example.com) mallory@evil.example",
        "ceo@example.com <mallory@evil.example>",
        "<ceo@example.com> <mallory@evil.example>",
    ] {
        let mail = read(&format!("From: {from}\n\nx"));
        let address = mail.sender.address.as_ref().map(|a| a.as_str());
        assert_eq!(address, Some("mallory@evil.example"), "{from}");
        let reply = mail.reply_to.as_ref().expect("somebody");
        assert_eq!(reply.addr.as_str(), "mallory@evil.example", "{from}");
        for name in mail.sender.name.iter().chain(&reply.name) {
            assert!(!name.contains("ceo"), "{from}: {name}");
        }
    }
    // An encoded word never becomes an address.
    let mail = read("From: =?utf-8?q?ceo=40example=2Ecom?=\n\nx");
    assert!(mail.sender.address.is_none() && mail.reply_to.is_none());
}
