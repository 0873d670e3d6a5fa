//! Containers in whole messages. The samples in `tests/data/wrapped` are made with `openssl cms`.

use super::cms::build::{element, signed as cms_of};
use super::tnef::build::{BODY, MSG_PROPS, PROPS, attribute, enclosed, file, list, stream, wide};
use super::*;
use crate::incremental::LeafReader;
use crate::inspect::{self, ReadOptions};
use crate::mail::{DurationSource, Mail, PartInfo, PartRole};
use crate::write::write_base64;
use aloud_model::{MessageKind, Sensitivity};

const VPIM: &[u8] = include_bytes!("../../../../tests/data/wrapped/signed-vpim.eml");
const LISTED: &[u8] = include_bytes!("../../../../tests/data/wrapped/signed-listed.eml");
const ARMOURED: &[u8] = include_bytes!("../../../../tests/data/wrapped/signed-armoured.eml");
const TWICE: &[u8] = include_bytes!("../../../../tests/data/wrapped/signed-twice.eml");
const ENVELOPED: &[u8] = include_bytes!("../../../../tests/data/wrapped/enveloped.eml");

fn read(raw: &[u8]) -> Mail {
    let mail = Mail::read(raw, &ReadOptions::default());
    // Every leaf has octets under its path, and they are those that were described.
    for part in &mail.parts {
        let body = inspect::body(raw, &part.path).expect("octets of a leaf");
        assert_eq!(body.octets.len(), part.octets, "{}", part.path);
    }
    mail
}

fn shape(mail: &Mail) -> Vec<String> {
    mail.parts.iter().map(|p| format!("{} {}", p.path, p.media_type)).collect()
}

/// A message with a container as its only part.
fn single(media_type: &str, octets: &[u8]) -> Vec<u8> {
    let head = format!(
        "From: Ada <ada@x.example>\r\nTo: b@x.example\r\nSubject: s\r\nMIME-Version: 1.0\r\n\
         Content-Type: {media_type}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    );
    let mut raw = head.into_bytes();
    write_base64(&mut raw, octets);
    raw
}

/// A message with a text and a container behind it.
fn beside(text: &str, media_type: &str, octets: &[u8]) -> Vec<u8> {
    let mut raw = format!(
        "From: Ada <ada@x.example>\r\nTo: b@x.example\r\nSubject: s\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n{text}\r\n--b\r\n\
         Content-Type: {media_type}\r\nContent-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename=winmail.dat\r\n\r\n"
    )
    .into_bytes();
    write_base64(&mut raw, octets);
    raw.extend_from_slice(b"\r\n--b--\r\n");
    raw
}

const SIGNED: &str = "application/pkcs7-mime; smime-type=signed-data; name=smime.p7m";
const TNEF: &str = "application/ms-tnef; name=winmail.dat";

fn part_problem(mail: &Mail, path: &str) -> Option<PartProblem> {
    mail.part(path).expect("there").problem.clone()
}

#[test]
fn a_signed_voice_message_is_one() {
    let mail = read(VPIM);
    assert_eq!((mail.kind, mail.profile.as_deref()), (MessageKind::Voice, Some("vpim2")));
    assert_eq!(shape(&mail), ["1 audio/32kadpcm", "2 audio/32kadpcm"]);
    let roles: Vec<_> = mail.parts.iter().map(|p| p.role).collect();
    assert_eq!(roles, [PartRole::SpokenName, PartRole::VoiceMessage]);
    assert_eq!(mail.duration_source, Some(DurationSource::Audio));
    assert!(mail.problems.is_empty() && mail.parts.iter().all(|p| p.decodable));
    assert_eq!(mail.subject.as_deref(), Some("Signed voice message"));
    // The same inside an armour, and signed by two.
    for raw in [ARMOURED, TWICE] {
        let other = read(raw);
        assert_eq!((other.kind, shape(&other)), (mail.kind, shape(&mail)));
        assert!(other.problems.is_empty(), "{:?}", other.problems);
    }
}

#[test]
fn a_list_that_adds_a_footer_leaves_the_voice_message_in_its_place() {
    let mail = read(LISTED);
    assert_eq!(mail.kind, MessageKind::Voice);
    assert_eq!(shape(&mail), ["1.1 audio/32kadpcm", "1.2 audio/32kadpcm", "2 text/plain"]);
    assert!(mail.problems.is_empty(), "{:?}", mail.problems);
    let depths: Vec<_> = mail.parts.iter().map(|p| p.depth).collect();
    assert_eq!(depths, [2, 2, 1]);
}

#[test]
fn a_beginning_tells_the_kind_and_says_nothing_of_the_missing_end() {
    let end = VPIM.len() - 500;
    let mail = Mail::read(&VPIM[..end], &ReadOptions::prefix(VPIM.len() as u64));
    assert_eq!(mail.kind, MessageKind::Voice);
    assert!(mail.problems.is_empty(), "{:?}", mail.problems);
    let about = mail.duration.expect("a length").as_secs_f64();
    assert!(about < 2.0, "{about}");
    for end in 0..VPIM.len() {
        let options = ReadOptions::prefix(VPIM.len() as u64);
        let mail = Mail::read(&VPIM[..end], &options);
        for part in &mail.parts {
            let body = inspect::body_with(&VPIM[..end], &part.path, &options).expect("octets");
            assert_eq!(body.octets.len(), part.octets, "{end} {}", part.path);
        }
        let closed = |p: &PartInfo| {
            let damaged = PartProblem::Damaged(Wrapping::Signed);
            p.problem.as_ref().is_some_and(|p| *p == damaged || p.hides_content())
        };
        assert!(!mail.parts.iter().any(closed), "{end}: {:?}", mail.problems);
    }
}

#[test]
fn nothing_in_a_container_comes_piece_by_piece() {
    let single = single(SIGNED, &cms_of(element, Some(&element(4, &entity("audio/basic")))));
    for (raw, path) in [(VPIM, "2"), (single.as_slice(), "1"), (LISTED, "1.2")] {
        let mut leaf = LeafReader::new(path);
        let mut out = Vec::new();
        leaf.push(raw, &mut out);
        assert_eq!(leaf.finish(&mut out), crate::incremental::Standing::Never, "{path}");
        assert!(out.is_empty());
    }
}

fn entity(media_type: &str) -> Vec<u8> {
    format!("Content-Type: {media_type}\r\n\r\n{}", "~".repeat(80)).into_bytes()
}

#[test]
fn what_is_sealed_says_what_to_do() {
    let mail = read(ENVELOPED);
    assert_eq!(shape(&mail), ["1 application/pkcs7-mime"]);
    assert_eq!(part_problem(&mail, "1"), Some(PartProblem::Sealed(Seal::Smime)));
    let pgp = b"From: a@x.example\r\nContent-Type: multipart/encrypted; boundary=e; \
        protocol=\"application/pgp-encrypted\"\r\n\r\n--e\r\n\
        Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--e\r\n\
        Content-Type: application/octet-stream; name=encrypted.asc\r\n\r\n\
        -----BEGIN PGP MESSAGE-----\r\n--e--\r\n";
    assert_eq!(part_problem(&read(pgp), "1"), Some(PartProblem::Sealed(Seal::Pgp)));
    let inline = b"Subject: x\n\nHello\n-----BEGIN PGP MESSAGE-----\n\nhQEM\n";
    assert_eq!(part_problem(&read(inline), "1"), Some(PartProblem::Sealed(Seal::Pgp)));
    let quoted = b"Subject: x\n\nYou wrote:\n> -----BEGIN PGP MESSAGE-----\n";
    assert_eq!(part_problem(&read(quoted), "1"), None);
    let rights = beside("x", "application/x-microsoft-rpmsg-message", b"\x76\xe8\x04\x60");
    assert_eq!(part_problem(&read(&rights), "2"), Some(PartProblem::Sealed(Seal::Rights)));
}

#[test]
fn damaged_ones_and_signed_files_stay_as_they_came() {
    let sound = cms_of(element, Some(&element(4, &entity("audio/basic"))));
    let cut = &sound[..sound.len() / 2];
    for (octets, problem) in [
        (cut, Some(PartProblem::Damaged(Wrapping::Signed))),
        (b"%PDF-1.4".as_slice(), Some(PartProblem::Damaged(Wrapping::Signed))),
        (&cms_of(element, None), None),
        (&cms_of(element, Some(&element(4, b"<?xml version='1.0'?>\n<invoice/>"))), None),
    ] {
        let raw = single(SIGNED, octets);
        let mail = read(&raw);
        assert_eq!(shape(&mail), ["1 application/pkcs7-mime"]);
        assert_eq!(part_problem(&mail, "1"), problem);
        assert_eq!(inspect::body(&raw, "1").expect("there").octets, octets);
    }
    let outlook = stream(&[attribute(1, BODY, b"text"), file("a.wav", b"RIFF")]);
    for octets in [&outlook[..outlook.len() - 3], b"no stream".as_slice()] {
        let raw = beside("words", TNEF, octets);
        let mail = read(&raw);
        assert_eq!(shape(&mail), ["1 text/plain", "2 application/ms-tnef"]);
        let damaged = Some(PartProblem::Damaged(Wrapping::Outlook));
        assert_eq!(part_problem(&mail, "2"), damaged);
        assert_eq!(inspect::body(&raw, "2").expect("there").octets, octets);
    }
}

#[test]
fn winmail_dat_gives_its_recording_its_text_and_its_mark() {
    let named = list(&[(0x1f, 0x3707, &wide("Voice mail.wav")), (0x1e, 0x370e, b"audio/wav\0")]);
    let private = list(&[(0x03, 0x0036, &[2, 0, 0, 0])]);
    let octets = stream(&[
        attribute(1, MSG_PROPS, &private),
        attribute(1, BODY, b"The same\r\nwords\0"),
        file("VOICEM~1.WAV", b"RIFF\0\0\0\0WAVE"),
        attribute(2, PROPS, &named),
    ]);
    let mail = read(&beside("The same words", TNEF, &octets));
    assert_eq!(shape(&mail), ["1 text/plain", "2.1 audio/wav"]);
    assert_eq!(mail.parts[1].filename.as_deref(), Some("Voice mail.wav"));
    assert_eq!(mail.text.as_deref(), Some("The same words"));
    assert_eq!(mail.sensitivity, Some(Sensitivity::Private));
    assert!(!mail.may_forward.is_allowed() && !mail.may_save.is_allowed());
    // As the message itself; with another text beside it.
    let top = read(&single(TNEF, &octets));
    assert_eq!(shape(&top), ["1 text/plain", "2 audio/wav"]);
    assert_eq!(top.subject.as_deref(), Some("s"));
    assert!(!top.may_forward.is_allowed());
    let other = read(&beside("Other words", TNEF, &octets));
    assert_eq!(shape(&other), ["1 text/plain", "2.1 text/plain", "2.2 audio/wav"]);
    // Closed, for there is nothing in it that is not known: its mark counts all the same.
    let bare = stream(&[attribute(1, MSG_PROPS, &private), attribute(1, BODY, b"words")]);
    let bare = read(&beside("words", TNEF, &bare));
    assert_eq!(shape(&bare), ["1 text/plain", "2 application/ms-tnef"]);
    assert!(!bare.may_forward.is_allowed());
}

#[test]
fn rich_text_that_is_all_there_is_is_told() {
    let rich = list(&[(0x102, 0x1009, b"LZFu")]);
    let octets = stream(&[attribute(1, MSG_PROPS, &rich), file("a.bin", b"x")]);
    let told = Problem::Part { path: "1".into(), problem: PartProblem::RichText };
    assert_eq!(read(&single(TNEF, &octets)).problems, [told]);
    assert!(read(&beside("words", TNEF, &octets)).problems.is_empty());
    // Signed, in the place of an attachment.
    let mut entity = format!("Content-Type: {TNEF}\r\n\r\n").into_bytes();
    entity.extend_from_slice(&octets);
    let mail = read(&beside("words", SIGNED, &cms_of(element, Some(&element(4, &entity)))));
    assert_eq!(shape(&mail), ["1 text/plain", "2.1 application/octet-stream"]);
    let told = Problem::Part { path: "2".into(), problem: PartProblem::RichText };
    assert_eq!(mail.problems, [told]);
}

#[test]
fn a_mark_inside_what_is_signed_counts() {
    let inner = "Content-Type: message/rfc822\r\n\r\nFrom: c@x.example\r\nSubject: in\r\n\
        Sensitivity: Private\r\n\r\ntext\r\n";
    let raw = single(SIGNED, &cms_of(element, Some(&element(4, inner.as_bytes()))));
    let mail = read(&raw);
    assert_eq!(shape(&mail), ["1 message/rfc822"]);
    assert_eq!(mail.forwarded[0].subject.as_deref(), Some("in"));
    assert!(!mail.may_forward.is_allowed());
    assert!(inspect::body(&raw, "1/1").is_some_and(|body| body.octets == b"text\r\n"));
    let own = b"Sensitivity: Private\r\nContent-Type: text/plain\r\n\r\ntext";
    let raw = single(SIGNED, &cms_of(element, Some(&element(4, own))));
    assert!(!read(&raw).may_forward.is_allowed());
    // Cut, so that it stays closed.
    let cms = cms_of(element, Some(&element(4, inner.as_bytes())));
    assert!(!read(&single(SIGNED, &cms[..cms.len() - 14])).may_forward.is_allowed());
}

#[test]
fn an_enclosed_message_of_outlook_is_read_as_one() {
    let mut octets = stream(&[attribute(1, BODY, b"innermost"), file("a.wav", b"RIFF")]);
    for _ in 0..30 {
        octets = stream(&[attribute(1, BODY, b"around"), enclosed(&octets)]);
    }
    let mail = read(&single(TNEF, &octets));
    assert_eq!(shape(&mail), ["1 text/plain", "2 message/rfc822"]);
    let mut levels = 0;
    let mut at = &mail;
    while let Some(inner) = at.forwarded.first() {
        levels += 1;
        at = inner;
    }
    assert_eq!(levels, inspect::FORWARD_DEPTH);
    let last = at.parts.iter().find(|p| p.role == PartRole::Original).expect("there");
    assert_eq!(last.problem, Some(PartProblem::MessagesTooDeep));
}

#[test]
fn containers_within_containers_are_bounded() {
    let mut octets = entity("text/plain");
    for _ in 0..1_000 {
        let cms = cms_of(element, Some(&element(4, &octets)));
        octets = format!("Content-Type: {SIGNED}\r\n\r\n").into_bytes();
        octets.extend_from_slice(&cms);
    }
    let mail = read(&octets);
    assert_eq!(shape(&mail), ["1 application/pkcs7-mime"]);
    assert_eq!(part_problem(&mail, "1"), Some(PartProblem::NotOpened));
    // Many beside each other.
    let one = single(SIGNED, &cms_of(element, Some(&element(4, &entity("text/plain")))));
    let one = String::from_utf8(one).expect("text");
    let mut many = "Content-Type: multipart/mixed; boundary=b\r\n\r\n".to_owned();
    for _ in 0..CONTAINERS_MAX + 5 {
        many += &format!("--b\r\n{one}\r\n");
    }
    let mail = read(format!("{many}--b--\r\n").as_bytes());
    let closed = |p: &&PartInfo| p.problem == Some(PartProblem::NotOpened);
    assert_eq!(mail.parts.iter().filter(closed).count(), 5);
    // Parts of parts.
    let mut inner = "Content-Type: multipart/mixed; boundary=i\r\n\r\n".to_owned();
    inner += &"--i\r\n\r\nx\r\n".repeat(1_500);
    let cms = cms_of(element, Some(&element(4, inner.as_bytes())));
    let one = String::from_utf8(single(SIGNED, &cms)).expect("text");
    let all = format!(
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n{one}\r\n--b\r\n{one}\r\n--b--\r\n"
    );
    let mail = Mail::read(all.as_bytes(), &ReadOptions::default());
    assert!(mail.parts.len() <= PARTS_MAX);
    assert_eq!(mail.parts.iter().filter(closed).count(), 1);
}

#[test]
fn what_is_not_opened_keeps_its_mark() {
    let private = b"Sensitivity: Private\r\n\r\nNobody else is to read this.\r\n";
    let string = element(4, private);
    let whole = cms_of(element, Some(&string));
    // A text without Content-Type, and one whose end is missing.
    for octets in [whole.as_slice(), &whole[..whole.len() - 20]] {
        let mail = read(&single(SIGNED, octets));
        assert_eq!(mail.sensitivity, Some(Sensitivity::Private));
        assert!(!mail.may_forward.is_allowed() && !mail.may_save.is_allowed());
    }
    let entity = b"Sensitivity: Private\r\nContent-Type: text/plain\r\n\r\nNobody else.\r\n";
    let whole = cms_of(element, Some(&element(4, entity)));
    let mail = read(&single(SIGNED, &whole[..whole.len() - 20]));
    assert_eq!(part_problem(&mail, "1"), Some(PartProblem::Damaged(Wrapping::Signed)));
    assert!(!mail.may_forward.is_allowed(), "{:?}", mail.sensitivity);
}
