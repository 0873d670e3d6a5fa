//! Receipts that Aloud builds: structure, rules, and what is given away.

use aloud::{
    message::{
        Mail,
        inspect::{self, ReadOptions},
        mdn::{self, Disposition, Error, MdnRequest, Mode},
    },
    model::{AddrSpec, MessageKind},
};

use super::{
    compose::{address, assert_wire_clean, seed, tone},
    python,
};

const ASKING: &str = "Return-Path: <+16135550142@vm.example.net>\r\n\
    Original-Recipient: rfc822;robin@example.com\r\n\
    From: \"Ada Okafor\" <+16135550142@vm.example.net>\r\n\
    To: robin@example.com\r\n\
    Date: Tue, 04 Mar 2025 09:10:00 -0500\r\n\
    Message-ID: <7f3a.1@client.example.net>\r\n\
    Subject: Voice Message\r\n\
    Sensitivity: Private\r\n\
    Disposition-Notification-To: +16135550142@vm.example.net\r\n\
    MIME-Version: 1.0\r\n\
    Message-Context: voice-message\r\n\
    Content-Type: audio/basic\r\n\r\nsecret sound\r\n";

fn read(raw: &str) -> Mail {
    Mail::read(raw.as_bytes(), &ReadOptions { measure_audio: false, ..ReadOptions::default() })
}

fn request<'a>(mail: &'a Mail, raw: &'a str) -> MdnRequest<'a> {
    MdnRequest {
        original: mail,
        original_header: raw.as_bytes(),
        from: address("Robin Vale", "robin@example.com"),
        final_recipient: AddrSpec::parse("Robin@example.com").unwrap(),
        disposition: Disposition::Displayed,
        mode: Mode::Manual,
        reporting_ua: "Aloud 1.0",
        subject: "Played: Voice Message",
        sentence: "The voice message was played.\r\nThis does not say that it was understood.\r\n",
        spoken: None,
    }
}

fn built(request: &MdnRequest<'_>) -> (String, Vec<String>) {
    let (raw, to) = mdn::build(request, &seed("mdn.91c2")).unwrap();
    assert_wire_clean(&raw);
    let text = String::from_utf8(raw).unwrap().replace("\r\n", "\n");
    (text, to.iter().map(ToString::to_string).collect())
}

#[test]
fn a_receipt_says_what_happened_and_gives_nothing_away() {
    let mail = read(ASKING);
    let (text, to) = built(&request(&mail, ASKING));
    insta::assert_snapshot!("mdn", text);
    assert_eq!(to, ["+16135550142@vm.example.net"]);
    assert!(!text.contains("Sensitivity") && !text.contains("secret"));
}

#[test]
fn every_event_has_its_disposition() {
    let mail = read(ASKING);
    for (disposition, mode, line, subject) in [
        (
            Disposition::Displayed,
            Mode::Automatic,
            "manual-action/MDN-sent-automatically; displayed",
            "Played: Voice Message",
        ),
        (
            Disposition::Deleted,
            Mode::Manual,
            "manual-action/MDN-sent-manually; deleted",
            "Deleted: Voice Message",
        ),
        (
            Disposition::Dispatched,
            Mode::Manual,
            "manual-action/MDN-sent-manually; dispatched",
            "Forwarded: Voice Message",
        ),
        (
            Disposition::ProcessedError(
                "5.6.1 audio encoding audio/x-foo not supported\r\nX: y".into(),
            ),
            Mode::Manual,
            "manual-action/MDN-sent-manually; processed/error\nError: 5.6.1 audio encoding audio/x-foo not supported X: y\n",
            "Not played: Voice Message",
        ),
    ] {
        let asked = request(&mail, ASKING);
        let (text, _) =
            built(&MdnRequest { disposition: disposition.clone(), mode, subject, ..asked });
        assert!(text.contains(&format!("Disposition: {line}")), "{text}");
        assert!(text.contains(&format!("Subject: {subject}\n")), "{text}");
    }
}

#[test]
fn fields_are_there_only_when_the_original_had_them() {
    let bare =
        "From: a@x.example\r\nDisposition-Notification-To: a@x.example, b@x.example\r\n\r\nx";
    let mail = read(bare);
    let (text, to) = built(&request(&mail, bare));
    for absent in ["Original-Recipient", "Original-Message-ID", "In-Reply-To"] {
        assert!(!text.contains(absent), "{text}");
    }
    assert_eq!(to, ["a@x.example", "b@x.example"]);
    assert!(text.contains("\nTo: a@x.example, b@x.example\n"));
}

#[test]
fn a_report_part_stays_seven_bit() {
    let raw = ASKING.replace("Subject: Voice Message", "Subject: Gr\u{fc}\u{df}e");
    let mail = read(&raw);
    let (bytes, _) = mdn::build(&request(&mail, &raw), &seed("m")).unwrap();
    assert!(bytes.is_ascii());
    assert!(!aloud::message::compose::needs_8bit(&bytes));
}

#[test]
fn it_is_read_back_and_python_agrees() {
    let mail = read(ASKING);
    let voice = tone(80, 16_000);
    for (spoken, structure) in [
        (
            None,
            "multipart/report(text/plain,message/disposition-notification(text/plain),text/rfc822-headers)",
        ),
        (
            Some(&voice),
            "multipart/report(multipart/alternative(text/plain,audio/32kadpcm),message/disposition-notification(text/plain),text/rfc822-headers)",
        ),
    ] {
        let (raw, _) =
            mdn::build(&MdnRequest { spoken, ..request(&mail, ASKING) }, &seed("m")).unwrap();
        let back = Mail::read(&raw, &ReadOptions::default());
        assert_eq!(back.kind, MessageKind::Mdn);
        let report = mdn::parse(&inspect::body(&raw, "2").unwrap().octets);
        assert_eq!(report.disposition.as_str(), "displayed");
        assert_eq!(report.recipient.as_deref(), Some("Robin@example.com"));
        assert_eq!(report.original_message_id.as_deref(), Some("7f3a.1@client.example.net"));
        assert!(back.receipt.is_none(), "a receipt asks for none");
        if let Some(seen) = python::look(&raw) {
            assert_eq!(seen["structure"], structure);
            assert_eq!(seen["defects"], serde_json::json!([]));
        }
    }
}

#[test]
fn none_is_built_where_the_rules_forbid_it() {
    let cases = [
        ("From: a@x.example\r\n\r\nx".to_owned(), false),
        (ASKING.replace("Return-Path: <+16135550142@vm.example.net>", "Return-Path: <>"), true),
        (ASKING.replace("Sensitivity: Private", "Auto-Submitted: auto-replied"), true),
        (
            ASKING
                .replace("Sensitivity: Private", "Disposition-Notification-Options: x=required,1"),
            true,
        ),
        (ASKING.replace("To: +16135550142", "To: non-mail-user"), true),
    ];
    for (raw, asked) in &cases {
        let mail = read(raw);
        let error = mdn::build(&request(&mail, raw), &seed("m")).unwrap_err();
        assert_eq!(matches!(error, Error::Refused(_)), *asked, "{error:?}");
        assert_eq!(error == Error::NotAsked, !*asked);
    }
    let mail = read(ASKING);
    let elsewhere =
        MdnRequest { from: address("", "j\u{fc}rgen@example.com"), ..request(&mail, ASKING) };
    assert!(matches!(mdn::build(&elsewhere, &seed("m")), Err(Error::Address(_))));
}
