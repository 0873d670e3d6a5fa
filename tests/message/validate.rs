//! `aloud validate`: each rule has a message that violates it and nothing else, or with it only what
//! says the same in other words.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use aloud::{
    codec::fax,
    message::{
        compose::{self, Letter, Original, OriginalRelation, VoiceParts},
        validate::{self, Level, Outcome, Profile, Report},
    },
    model::{AddrSpec, Importance, voice::VoiceFormat},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    builders,
    compose::{card, letter, seed, tone},
    violations,
};
use crate::support::shared;

/// A delivery report as a server writes it.
const DSN: &str = "From: Mail Delivery <mailer-daemon@mx.example.com>\r\n\
    To: +16135550142@vm.example.net\r\n\
    Date: Tue, 04 Mar 2025 09:12:00 -0500\r\n\
    Message-ID: <dsn.1@mx.example.com>\r\n\
    Subject: Undelivered\r\n\
    MIME-Version: 1.0\r\n\
    Content-Type: multipart/report; report-type=delivery-status; boundary=\"d\"\r\n\r\n\
    --d\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n\
    --d\r\nContent-Type: message/delivery-status\r\n\r\n\
    Reporting-MTA: dns; mx.example.com\r\nOriginal-Envelope-Id: env.1\r\n\r\n\
    Final-Recipient: rfc822; 2722@vm.example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n\
    --d\r\nContent-Type: text/rfc822-headers\r\n\r\n\
    Message-ID: <b7.1@client.example.net>\r\nSubject: Voice Message\r\n\r\n--d--\r\n";

/// The messages that are spoiled, by the names that the cases use.
fn base(name: &str) -> Vec<u8> {
    let (voice, name_pcm, subject) = (tone(9_001, 8_000), tone(1_200, 8_000), tone(500, 8_000));
    let spoken = VoiceParts {
        voice: Some(&voice),
        spoken_name: Some(&name_pcm),
        spoken_subject: Some(&subject),
    };
    let build = |letter: &Letter<'_>, token: &str| compose::build(letter, &seed(token)).unwrap();
    let vpim = |parts| Letter { format: Some(VoiceFormat::Vpim), parts, ..letter() };
    let original = || build(&vpim(VoiceParts { spoken_subject: None, ..spoken }), "o");
    let forward = |raw: &[u8], token| {
        let original = Some(Original { raw, relation: OriginalRelation::Forward });
        build(&Letter { original, ..vpim(spoken) }, token)
    };
    match name {
        "vpim" => build(
            &Letter {
                private: true,
                importance: Importance::High,
                receipt_to: AddrSpec::parse("+16135550142@vm.example.net").ok(),
                language: Some("en-CA".into()),
                card: Some(card()),
                ..vpim(spoken)
            },
            "v",
        ),
        "ivm" => build(
            &Letter {
                format: Some(VoiceFormat::Ivm),
                text: Some("Please call."),
                card: Some(card()),
                ..vpim(VoiceParts { spoken_subject: None, ..spoken })
            },
            "i",
        ),
        "fax" => {
            let pages = fax::encode(&[builders::page(60)]);
            build(&Letter { fax: Some(&pages), ..vpim(spoken) }, "x")
        }
        "forward" => forward(&original(), "f"),
        "forward twice" => forward(&forward(&original(), "f"), "g"),
        "long name" => {
            let long = tone(50_000, 8_000);
            build(&vpim(VoiceParts { spoken_name: Some(&long), ..spoken }), "v")
        }
        "short name" => build(&vpim(spoken), "v"),
        "swapped" => swapped(&build(&vpim(spoken), "v")),
        "dsn" => DSN.as_bytes().to_vec(),
        name => builders::message(name),
    }
}

/// The recording with the halves of its octets exchanged.
fn swapped(raw: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(raw.to_vec()).unwrap();
    let (before, part) = text.split_once("voice=Voice-Message").unwrap();
    let (head, body) = part.split_once("\r\n\r\n").unwrap();
    let (coded, after) = body.split_once("\r\n--").unwrap();
    let mut octets = STANDARD.decode(coded.replace("\r\n", "")).unwrap();
    for octet in &mut octets {
        *octet = octet.rotate_left(4);
    }
    let coded = STANDARD.encode(octets);
    let lines: Vec<&str> =
        coded.as_bytes().chunks(76).map(|l| std::str::from_utf8(l).unwrap()).collect();
    let coded = lines.join("\r\n");
    format!("{before}voice=Voice-Message{head}\r\n\r\n{coded}\r\n--{after}").into_bytes()
}

/// Replaces the first occurrence, or with `*` in front, all.
fn edit(text: &str, from: &str, to: &str) -> String {
    let to = to.replace("{long}", &"x".repeat(1_000)).replace("{80}", &"x".repeat(80));
    let (from, all) = match from.strip_prefix('*') {
        Some(from) => (from, true),
        None => (from, false),
    };
    assert!(text.contains(from), "“{from}” does not occur in\n{text}");
    if all { text.replace(from, &to) } else { text.replacen(from, &to, 1) }
}

fn violated(report: &Report) -> BTreeSet<&'static str> {
    let bad = report.rows.iter().filter(|r| matches!(r.result, Outcome::Fail | Outcome::Warn));
    bad.map(|row| row.id).collect()
}

#[test]
fn each_rule_sees_its_violation_and_only_that() {
    let levels: BTreeMap<_, _> = validate::table().map(|(id, level, _)| (id, level)).collect();
    let mut bases: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
    let mut sound: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    let mut tried = BTreeSet::new();
    let mut wrong = Vec::new();
    for case in violations::all() {
        for name in [case.base, case.spoiled] {
            bases.entry(name).or_insert_with(|| base(name));
        }
        let key = (case.base, case.profile.map(Profile::as_str));
        let check = || violated(&validate::validate(&bases[case.base], case.profile));
        let before = sound.entry(key).or_insert_with(check).clone();
        let mut text = String::from_utf8(bases[case.spoiled].clone()).unwrap();
        for (from, to) in case.edits {
            text = edit(&text, from, to);
        }
        let after = validate::validate(text.as_bytes(), case.profile);
        let found: BTreeSet<_> = violated(&after).difference(&before).copied().collect();
        let mut expected: BTreeSet<_> = case.also.iter().copied().collect();
        expected.insert(case.id);
        let row = after.rows.iter().find(|row| row.id == case.id).unwrap();
        let fails = matches!(levels[case.id], Level::Must | Level::MustNot) && !case.doubt;
        let outcome = if fails { Outcome::Fail } else { Outcome::Warn };
        if found != expected || row.result != outcome {
            let rows: Vec<_> = after.rows.iter().filter(|r| found.contains(r.id)).collect();
            wrong.push(format!("{}: {:?}\nexpected {expected:?}\nfound {rows:#?}", case.id, row));
        }
        tried.insert(case.id);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    let untried: Vec<_> = levels.keys().filter(|id| !tried.contains(*id)).collect();
    assert!(untried.is_empty(), "rules without a violation: {untried:?}");
}

/// What mail of other programs does wrong, in a message that is otherwise sound: the field or the
/// lines that are put in the place of others, and the row.
#[test]
fn what_other_programs_do_wrong_is_seen() {
    let text = |from: &str, to: &str| {
        let sound = "From: Jane <jane@example.com>\r\nTo: bob@example.com\r\nMessage-ID: \
            <a@b.example>\r\nDate: Fri, 17 Apr 2026 10:20:30 +0200\r\nSubject: hi\r\n\
            MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
            Content-Transfer-Encoding: 7bit\r\n\r\nhello\r\n";
        assert!(sound.contains(from), "{from}");
        sound.replace(from, to)
    };
    let qp = |body: &str| text("7bit\r\n\r\nhello", &format!("quoted-printable\r\n\r\n{body}"));
    let base64 = |body: &str| text("7bit\r\n\r\nhello", &format!("base64\r\n\r\n{body}"));
    let to = |list: &str| text("To: bob@example.com", &format!("To: {list}"));
    let dsn = |from: &str, to: &str| {
        assert!(DSN.contains(from), "{from}");
        DSN.replace(from, to)
    };
    let failed = "Action: failed\r\nStatus: 5.1.1";
    for (raw, id) in [
        (text("<a@b.example>", "<abc>"), "MSG-5322-3.6.4-c"),
        (text("<a@b.example>", "a@b.example"), "MSG-5322-3.6.4-c"),
        (text("<a@b.example>", "<a@b.example> <c@d.example>"), "MSG-5322-3.6.4-c"),
        (text("Subject: hi", "Subject: hi\r\n \r\n there"), "MSG-5322-3.2.2-a"),
        (text("Subject: hi", "X-A:\r\n\t\r\n b\r\nSubject: hi"), "MSG-5322-3.2.2-a"),
        (to(""), "MSG-5322-3.4-b"),
        (to("bob@example.com, "), "MSG-5322-3.4-b"),
        (to("bob@example.com,, al@example.com"), "MSG-5322-3.4-b"),
        (to("Dr. Bob <bob@example.com>"), "MSG-5322-3.4-b"),
        (text("Jane <", "J. Doe, Inc. <"), "MSG-5322-3.4-b"),
        (text("Subject: hi", "Cc:\r\nSubject: hi"), "MSG-5322-3.4-b"),
        (text("Subject: hi", "Subject: h\u{7}i"), "MSG-5322-2.2-b"),
        (text("Subject: hi", "Subject: hi\u{7f}"), "MSG-5322-2.2-b"),
        (text("Subject: hi", "Comments: \u{1b}[2J\r\nSubject: hi"), "MSG-5322-2.2-b"),
        (
            text("Subject: hi", "Sender: a@x.example, b@x.example\r\nSubject: hi"),
            "MSG-5322-3.6.2-b",
        ),
        (text("Subject: hi", "Sender:\r\nSubject: hi"), "MSG-5322-3.6.2-b"),
        (qp("gr=c3=bcn"), "MIME-2045-6.7-a"),
        (qp("gr=C3=bCn"), "MIME-2045-6.7-a"),
        (qp("hello \r\nyou"), "MIME-2045-6.7-a"),
        (qp("hello\t"), "MIME-2045-6.7-a"),
        (base64("aGU=\r\naGU="), "MIME-2045-6.8-a"),
        (base64("aGVs=bG8="), "MIME-2045-6.8-a"),
        (text("utf-8", "x-klingon"), "MIME-2046-4.1.2-a"),
        (text("utf-8", "utf-9"), "MIME-2046-4.1.2-a"),
        (dsn("rfc822; 2722@vm.example.com", "2722@vm.example.com"), "DSN-3464-2.3-a"),
        (dsn("dns; mx", "mx"), "DSN-3464-2.1.2-a"),
        (dsn(failed, &format!("{failed}\r\nDiagnostic-Code: 550 no")), "DSN-3464-2.1.2-a"),
        (dsn(failed, &format!("{failed}\r\nRemote-MTA: mx.example.com")), "DSN-3464-2.1.2-a"),
        (
            dsn(failed, &format!("{failed}\r\nLast-Attempt-Date: Tue, 31 Feb 2025 09:12:00 -0500")),
            "DSN-3464-2.1.2-b",
        ),
        (dsn("Original-Env", "Arrival-Date: yesterday\r\nOriginal-Env"), "DSN-3464-2.1.2-b"),
        (dsn(failed, "Action: delivered\r\nStatus: 5.1.1"), "DSN-3464-2.3-d"),
        (dsn(failed, "Action: delayed\r\nStatus: 2.0.0"), "DSN-3464-2.3-d"),
        (dsn(failed, "Action: Failed\r\nStatus: 2.1.5"), "DSN-3464-2.3-d"),
    ] {
        let found = violated(&validate::validate(raw.as_bytes(), None));
        assert!(found.contains(id), "{id}: {found:?} in\n{raw}");
    }
    for sound in [
        text("hi", "hi there"),
        to("\"Dr. Bob\" <bob@example.com>, Team: al@example.com, bo@example.com;"),
        qp("gr=C3=BCn=20\r\nyou=\r\n and more"),
        base64("aGVsbG8K\r\naGU="),
        text("utf-8", "ISO-8859-15"),
        dsn(failed, "Action: failed\r\nStatus: 4.4.7\r\nDiagnostic-Code: smtp; 451 no"),
    ] {
        let report = validate::validate(sound.as_bytes(), None);
        assert!(violated(&report).is_empty(), "{:?} in\n{sound}", violated(&report));
    }
}

#[test]
fn a_fax_that_lies_on_its_side_is_no_tiff_f() {
    for (orientation, upright) in [(1, true), (3, false), (6, false)] {
        let tiff = builders::lying(&builders::page(60), orientation);
        let raw = format!(
            "From: a@x.example\r\nContent-Type: image/tiff; application=faxbw\r\n\
             Content-Transfer-Encoding: base64\r\n\r\n{}\r\n",
            STANDARD.encode(tiff)
        );
        let report = validate::validate(raw.as_bytes(), Some(Profile::Vpim));
        let row = report.rows.iter().find(|row| row.id == "VPIM-4.3.5-a").unwrap();
        assert_eq!(row.result == Outcome::Pass, upright, "{orientation}: {row:?}");
    }
}

#[test]
fn the_rules_are_rows_of_the_document_at_their_level() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/standards.md");
    let document = fs::read_to_string(path).unwrap();
    let rows: BTreeMap<&str, &str> = document
        .lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix("| ")?.split(" | ");
            Some((cells.next()?, cells.nth(1)?))
        })
        .collect();
    for (id, level, _) in validate::table() {
        assert_eq!(rows.get(id).copied(), Some(level.as_str()), "{id}");
    }
    assert!(validate::table().count() >= 140);
}

#[test]
fn a_copy_from_a_mail_store_is_checked_as_it_was_on_the_wire() {
    let wire = base("vpim");
    let stored = String::from_utf8(wire.clone()).unwrap().replace("\r\n", "\n");
    let (wire, stored) =
        (validate::validate(&wire, None), validate::validate(stored.as_bytes(), None));
    let differ: Vec<_> =
        wire.rows.iter().zip(&stored.rows).filter(|(a, b)| a != b).map(|(a, _)| a.id).collect();
    assert_eq!(differ, ["MSG-5322-2.1-a"]);
    assert_eq!(stored.count(Outcome::Fail), 0);
}

#[test]
fn what_the_enclosed_message_does_is_not_charged_to_the_one_around_it() {
    let long = format!(
        "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n{}\r\n",
        "y".repeat(2_000)
    );
    let letter = Letter {
        format: Some(VoiceFormat::Ivm),
        original: Some(Original { raw: long.as_bytes(), relation: OriginalRelation::Forward }),
        ..letter()
    };
    let report = validate::validate(&compose::build(&letter, &seed("e")).unwrap(), None);
    let row = report.rows.iter().find(|row| row.id == "MSG-5322-2.1.1-a").unwrap();
    assert_eq!(row.result, Outcome::Warn, "{}", row.reason);
    assert!(row.reason.contains("enclosed"), "{}", row.reason);
}

#[test]
fn the_report_is_json_with_every_row() {
    let report = validate::validate(&base("forward"), Some(Profile::Vpim));
    let json = report.to_json("a.eml");
    assert_eq!((json["file"].as_str(), json["profile"].as_str()), (Some("a.eml"), Some("vpim")));
    let rows = json["rows"].as_array().unwrap();
    assert_eq!(rows.len(), report.rows.len());
    let of = |word: &str| rows.iter().filter(|r| r["result"] == word).count() as u64;
    for (key, word) in [("passed", "pass"), ("failed", "fail"), ("warned", "warn")] {
        assert_eq!(json[key].as_u64(), Some(of(word)), "{key}");
    }
    assert!(of("pass") >= 50 && of("na") > 0);
    assert!(rows.iter().all(|r| r["reason"].as_str().is_some_and(|t| !t.is_empty())));
}

#[test]
fn hostile_messages_are_checked_in_bounded_work() {
    let many =
        |head: &str, item: &str, count: usize| format!("{head}{}\r\n\r\n", item.repeat(count));
    let parts = |part: &str, count: usize| {
        format!(
            "Content-Type: multipart/voice-message; boundary=b\r\n\r\n{}--b--\r\n",
            format!("--b\r\n{part}\r\n").repeat(count)
        )
    };
    let inner = "Content-Type: message/rfc822\r\n\r\n";
    for (name, raw) in [
        ("lone line ends", format!("A: b\r\n\r\n{}", "x\n".repeat(500_000))),
        ("parameters", many("Content-Type: a/b", ";x=1", 15_000)),
        ("encoded words", many("Subject: ", "=?a?q?b", 8_000)),
        ("identifiers", many("A: b", "\r\nContent-ID: <a@b>", 10_000)),
        ("addresses", many("To: ", "FAX=+1/T33S=x@b.example, ", 2_500)),
        ("parts", parts("Content-Type: audio/basic\r\n\r\nx", 3_000)),
        ("cards", parts("Content-Type: text/directory\r\n\r\nSOUND;VALUE=uri:cid:a@b", 3_000)),
        ("messages inside", inner.repeat(2_000)),
        ("originals beside", parts(inner, 3_000)),
    ] {
        let report = validate::validate(raw.as_bytes(), Some(Profile::Vpim));
        assert!(report.count(Outcome::Fail) > 0, "{name}");
        assert!(report.rows.iter().all(|row| row.reason.len() < 5_000), "{name}");
    }
}

#[test]
fn the_corpus_is_checked_without_panic() {
    let Some(shared) = shared() else {
        println!("skipped: no corpus beside the project");
        return;
    };
    let mut count = 0;
    for entry in fs::read_dir(shared.join("corpus")).unwrap().flatten() {
        if entry.path().extension().is_some_and(|e| e == "eml") {
            let report = validate::validate(&fs::read(entry.path()).unwrap(), None);
            assert!(report.rows.iter().all(|row| !row.reason.is_empty()), "{:?}", entry.path());
            count += 1;
        }
    }
    println!("{count} messages checked");
}
