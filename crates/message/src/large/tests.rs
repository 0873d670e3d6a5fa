use std::io::Cursor;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use proptest::prelude::*;

use super::*;
use crate::inspect::body;
use crate::problem::{PartProblem, Problem};
use crate::{PartRole, Permission};

/// Small, so that messages of some kilobytes are too large.
const SMALL: Bounds = Bounds { whole: 48 << 10, piece: 8 << 10, beginning: 4 << 10 };

fn wrapped(octets: &[u8]) -> String {
    let text = STANDARD.encode(octets);
    text.as_bytes()
        .chunks(76)
        .map(|line| format!("{}\r\n", String::from_utf8_lossy(line)))
        .collect()
}

fn noise(octets: usize) -> Vec<u8> {
    (0..octets).map(|n| (n * n / 7 % 251) as u8).collect()
}

fn mixed(boundary: &str, parts: &[String]) -> String {
    let parts: String = parts.iter().map(|part| format!("--{boundary}\r\n{part}\r\n")).collect();
    format!(
        "From: Ada Okafor <ada@example.net>\r\nSubject: large\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary={boundary}\r\n\r\n{parts}--{boundary}--\r\n"
    )
}

fn part(media_type: &str, encoding: &str, body: &str) -> String {
    format!("Content-Type: {media_type}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{body}")
}

fn uuencoded(octets: &[u8]) -> String {
    let sign = |bits: u32| char::from(32 + (bits & 63) as u8);
    let mut text = "begin 644 x\r\n".to_owned();
    for line in octets.chunks(45) {
        text.push(sign(line.len() as u32));
        for group in line.chunks(3) {
            let bits = (0..3).fold(0, |b, i| b << 8 | u32::from(*group.get(i).unwrap_or(&0)));
            text.extend([18, 12, 6, 0].map(|shift| sign(bits >> shift)));
        }
        text += "\r\n";
    }
    text + "`\r\nend\r\n"
}

fn take(raw: &[u8]) -> Large {
    Large::take(&mut Cursor::new(raw), SMALL).expect("octets")
}

fn read(large: &Large, raw: &[u8]) -> Mail {
    let options = ReadOptions::default();
    large.read(&mut Cursor::new(raw), &options, Table::current()).expect("octets")
}

/// All paths of a message with their sizes.
fn sizes(mail: &Mail, above: &str, out: &mut Vec<(String, usize, PartRole)>) {
    let mut inner = mail.forwarded.iter();
    for part in &mail.parts {
        let path = format!("{above}{}", part.path);
        out.push((path.clone(), part.octets, part.role));
        if part.role == PartRole::Original
            && let Some(mail) = inner.next()
        {
            sizes(mail, &format!("{path}/"), out);
        }
    }
}

/// Every leaf has the place, the size and the octets that it has in the whole.
fn assert_same(raw: &[u8]) -> (Large, Mail) {
    let large = take(raw);
    let (mail, whole) = (read(&large, raw), Mail::read(raw, &ReadOptions::default()));
    let (mut here, mut there) = (Vec::new(), Vec::new());
    sizes(&mail, "", &mut here);
    sizes(&whole, "", &mut there);
    assert_eq!(here, there);
    assert_eq!((mail.kind, &mail.subject), (whole.kind, &whole.subject));
    for (path, ..) in here {
        let all = body(raw, &path).expect("there");
        let (octets, damaged) = match large.outer(&path).expect("at hand") {
            None => {
                let body = body(large.octets(), &path).expect("there");
                (body.octets, body.damaged)
            }
            Some(outer) => {
                let mut octets = Vec::new();
                let damaged = copy(&mut Cursor::new(raw), &outer, |piece| {
                    octets.extend_from_slice(piece);
                    Ok(())
                });
                (octets, damaged.expect("octets"))
            }
        };
        assert!(octets == all.octets, "{path}: {} of {}", octets.len(), all.octets.len());
        assert_eq!(damaged, all.damaged, "{path}");
    }
    (large, mail)
}

#[test]
fn small_messages_are_kept_whole() {
    let raw = mixed(
        "b",
        &[part("text/plain", "7bit", "hello"), part("x/y", "base64", &wrapped(&noise(30_000)))],
    );
    let (large, _) = assert_same(raw.as_bytes());
    assert!(large.is_whole() && large.octets() == raw.as_bytes());
}

#[test]
fn parts_that_stay_outside_are_found_counted_and_copied() {
    let octets = noise(70_000);
    let text = part("text/plain", "7bit", "hello\r\n-- \r\nAda");
    let quoted: String = octets
        .chunks(25)
        .map(|line| line.iter().map(|c| format!("={c:02X}")).collect::<String>() + "=\r\n")
        .collect();
    for (encoding, body) in [
        ("base64", wrapped(&octets)),
        ("x-uuencode", uuencoded(&octets)),
        ("quoted-printable", quoted),
        ("8bit", "a line\r\n--no delimiter\r\n".repeat(4_000)),
        ("7bit", "x".repeat(100_000)),
        ("base64", wrapped(&octets).replace("\r\n", "")),
        ("base64", wrapped(&octets).replace('A', "-")),
    ] {
        let file = part("application/zip; name=\"a.zip\"", encoding, &body);
        for raw in [
            mixed("b", &[text.clone(), file.clone(), text.clone()]),
            mixed(
                "b",
                &[
                    text.clone(),
                    format!(
                        "Content-Type: message/rfc822\r\n\r\n{}",
                        mixed("i", &[text.clone(), file.clone()])
                    ),
                    text.clone(),
                ],
            ),
            mixed("b", &[file.clone(), file.clone(), text.clone(), file.clone()]),
            format!("MIME-Version: 1.0\r\n{file}"),
        ] {
            let (large, mail) = assert_same(raw.as_bytes());
            assert!(!large.is_whole() && large.octets().len() <= 2 * SMALL.whole, "{encoding}");
            let unread = |p: &Problem| {
                matches!(p, Problem::Part { problem: PartProblem::BeginningOnly, .. })
            };
            assert!(!mail.problems.iter().any(unread), "{encoding}: {:?}", mail.problems);
            if !raw.contains("message/rfc822") {
                continue;
            }
            for bare in [raw.replace("\r\n", "\n"), raw[..raw.len() - 30].to_owned()] {
                assert_same(bare.as_bytes());
            }
        }
    }
}

#[test]
fn a_text_of_any_length_shows_its_beginning_and_says_so() {
    let line = "all work and no play\r\n";
    let raw = mixed("b", &[part("text/plain", "7bit", &line.repeat(10_000))]);
    let (_, mail) = assert_same(raw.as_bytes());
    let text = mail.text.expect("a beginning");
    assert!(text.starts_with("all work") && text.len() <= SMALL.beginning);
    let problem = PartProblem::BeginningOnly;
    assert_eq!(mail.problems, [Problem::Part { path: "1".into(), problem }]);
}

#[test]
fn a_recording_that_stays_outside_has_its_length_from_its_size() {
    let raw = mixed("b", &[part("audio/basic", "base64", &wrapped(&[0xff; 80_000]))]);
    let (_, mail) = assert_same(raw.as_bytes());
    assert_eq!(mail.parts[0].seconds, Some(10.0));
    assert!(mail.parts[0].decodable && mail.problems.is_empty(), "{:?}", mail.problems);
}

#[test]
fn marks_in_what_is_not_taken_apart_count() {
    let inner = mixed("i", &[part("text/plain", "7bit", "x")]);
    let filler = "all work and no play\r\n".repeat(10_000);
    let private = inner.replace("Subject", "Sensitivity: Private\r\nSubject");
    let deep = mixed(
        "o",
        &[
            part("text/plain", "7bit", &filler),
            format!("Content-Type: message/rfc822\r\n\r\n{private}"),
        ],
    );
    for outer in [
        // Encoded, against RFC 2046, so that its parts cannot be found in a beginning.
        mixed("b", &[part("message/rfc822", "base64", &wrapped(deep.as_bytes()))]),
        mixed("b", &[part("application/pkcs7-mime", "base64", &wrapped(deep.as_bytes()))]),
        // Found.
        mixed("b", &[format!("Content-Type: message/rfc822\r\n\r\n{deep}")]),
    ] {
        let large = take(outer.as_bytes());
        assert!(!large.is_whole());
        let mail = read(&large, outer.as_bytes());
        assert!(matches!(mail.may_save, Permission::Refused(_)), "{outer:.300}");
    }
    // A text that talks of it is none.
    let text = part("text/plain", "7bit", &(filler + "Sensitivity: Private\r\n"));
    let raw = mixed("b", &[text]);
    assert!(read(&take(raw.as_bytes()), raw.as_bytes()).may_save.is_allowed());
}

#[test]
fn lines_like_delimiters_do_not_fill_the_memory() {
    // A patch, and what follows it is found.
    let patch = "--- a/file\r\n+++ b/file\r\n".repeat(20_000);
    let end = part("application/zip", "base64", &wrapped(&noise(500)));
    let raw = mixed(
        "b",
        &[
            part("text/x-patch", "8bit", &patch),
            end.clone(),
            part("x/y", "base64", &wrapped(&noise(90_000))),
        ],
    );
    let (large, _) = assert_same(raw.as_bytes());
    assert!(large.octets().len() < 3 * SMALL.whole, "{}", large.octets().len());
    // More delimiters than anybody looks at: said, and marks count.
    let many: Vec<String> = std::iter::repeat_n("\r\nx".repeat(10), 9_000)
        .chain(["Content-Type: message/rfc822\r\n\r\nSensitivity: Private\r\n\r\n".to_owned()])
        .collect();
    let raw = mixed("b", &many);
    let large = take(raw.as_bytes());
    assert!(large.octets().len() < 3 * SMALL.whole + (TIGHT_MAX), "{}", large.octets().len());
    let mail = read(&large, raw.as_bytes());
    assert!(mail.problems.contains(&Problem::TooManyParts));
    assert!(matches!(mail.may_save, Permission::Refused(_)));
}

/// Octets that a thousand short parts have.
const TIGHT_MAX: usize = 64 << 10;

#[test]
fn what_is_kept_is_not_taken_apart_for_every_delimiter() {
    // Each part is short, begins a multipart of its own, and has lines that are none of its.
    let text = format!("\r\n{}", "--no delimiter\r\n".repeat(20));
    let inner = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--x\r\n".to_owned();
    let enclosed = format!("Content-Type: message/rfc822\r\n\r\n{inner}");
    for short in [text, inner, enclosed] {
        let many: Vec<String> = std::iter::repeat_n(short, 9_000).collect();
        let raw = mixed("b", &many);
        let mut reducer = Reducer::new(SMALL);
        reducer.push(raw.as_bytes());
        let octets = reducer.octets_read();
        assert!(octets > 0 && octets <= 4 * raw.len().min(8 * SMALL.whole), "{octets}");
        let large = reducer.finish();
        assert!(large.cut, "said");
        assert!(read(&large, raw.as_bytes()).problems.contains(&Problem::TooManyParts));
    }
}

#[test]
fn parts_of_parts_are_found_when_much_is_kept() {
    let short = part("text/plain", "7bit", "x");
    let filler: Vec<String> =
        (0..20).map(|_| part("x/y", "7bit", &"y\r\n".repeat(1_000))).collect();
    let alternative = |n: usize| {
        let inner = mixed(&format!("i{n}"), &[short.clone(), short.clone()]);
        inner.split_once("1.0\r\n").expect("a header").1.to_owned()
    };
    let forwarded = |n: usize| {
        format!(
            "Content-Type: message/rfc822\r\n\r\n{}",
            mixed(&format!("f{n}"), &[alternative(n), short.clone()])
        )
    };
    let large_one = part("x/y", "7bit", &"z\r\n".repeat(30_000));
    let parts: Vec<String> = filler
        .into_iter()
        .chain((0..9).flat_map(|n| [alternative(n), forwarded(n), large_one.clone()]))
        .collect();
    assert_same(mixed("b", &parts).as_bytes());
    // A digest has messages without saying so.
    let digest = mixed("b", &parts)
        .replace("multipart/mixed; boundary=b\r", "multipart/digest; boundary=b\r");
    let digest = digest.replace("Content-Type: message/rfc822\r\n\r\n", "X-Number: 1\r\n\r\n");
    assert_same(digest.as_bytes());
}

#[test]
fn marks_in_headers_that_stay_outside_count() {
    let fill = "X-Fill: 0123456789012345678901234567890123456789\r\n".repeat(2_000);
    let filler: Vec<String> =
        (0..20).map(|_| part("x/y", "7bit", &"y\r\n".repeat(1_000))).collect();
    let inner = mixed("i", &[part("text/plain", "7bit", "x")]);
    for mark in ["Private", "Normal"] {
        let mark_line = format!("Sensitivity: {mark}\r\n");
        for last in [
            // Of an enclosed message, of one in that, and of a part that is one.
            format!("Content-Type: message/rfc822\r\n\r\n{fill}{mark_line}{inner}"),
            format!(
                "Content-Type: message/rfc822\r\n\r\nContent-Type: message/rfc822\r\n\r\n{fill}{mark_line}{inner}"
            ),
            format!("{fill}Content-Type: message/rfc822\r\n\r\n{mark_line}{inner}"),
        ] {
            for before in [&filler[..], &[]] {
                let parts = [before, std::slice::from_ref(&last)].concat();
                let raw = mixed("b", &parts);
                let large = take(raw.as_bytes());
                assert!(!large.is_whole());
                let mail = read(&large, raw.as_bytes());
                assert_eq!(mail.may_save.is_allowed(), mark == "Normal", "{last:.80}");
            }
        }
    }
    // Its own.
    let raw = format!("{fill}Sensitivity: Private\r\n\r\nhello");
    assert!(!read(&take(raw.as_bytes()), raw.as_bytes()).may_save.is_allowed());
    // A body right behind its header is none.
    let raw = mixed("b", &[format!("\r\n{}Sensitivity: Private\r\n", "z".repeat(90_000) + "\r\n")]);
    assert!(read(&take(raw.as_bytes()), raw.as_bytes()).may_save.is_allowed());
}

#[test]
fn the_mark_of_outlook_counts_in_what_is_not_opened() {
    for (value, allowed) in [(2, false), (0, true)] {
        let mark = [3, 0, 0x36, 0, value, 0, 0, 0];
        for before in [30_000, READ * 57 / 78 - 4] {
            let octets = [&noise(before)[..], &mark, &noise(30_000)].concat();
            let raw = mixed("b", &[part("application/ms-tnef", "base64", &wrapped(&octets))]);
            let mail = read(&take(raw.as_bytes()), raw.as_bytes());
            assert_eq!(mail.parts[0].problem, Some(PartProblem::NotOpened));
            assert_eq!(mail.may_save.is_allowed(), allowed);
        }
    }
}

#[test]
fn half_of_what_is_inside_an_encoded_message_is_not_at_hand() {
    let short = part("text/plain", "7bit", "hello");
    let file = part("application/zip", "base64", &wrapped(&noise(30_000)));
    let inner = mixed("i", &[short.clone(), file.clone(), short.clone()]);
    let raw =
        mixed("b", &[short.clone(), part("message/rfc822", "base64", &wrapped(inner.as_bytes()))]);
    let enclosed = mixed("o", &[short, format!("Content-Type: message/rfc822\r\n\r\n{raw}")]);
    for (raw, at) in [(raw, "2"), (enclosed, "2/2")] {
        let large = take(raw.as_bytes());
        assert!(large.outer(at).expect("at hand").is_some());
        assert_eq!(large.outer(&format!("{at}/1")), Ok(None));
        for path in ["2", "3"] {
            let within = large.outer(&format!("{at}/{path}")).expect_err("a beginning");
            assert_eq!(within, Within(at.to_owned()));
        }
    }
}

#[test]
fn a_header_without_end_is_no_harm() {
    for raw in [
        format!("Subject: {}\r\n\r\nhello", "x".repeat(500_000)),
        "x".repeat(500_000),
        "\n".repeat(500_000),
        "\n--".repeat(200_000),
        format!(
            "Content-Type: multipart/mixed; boundary=b\r\nX: {}\r\n\r\n--b\r\n\r\nx\r\n--b--",
            "y".repeat(500_000)
        ),
    ] {
        let large = take(raw.as_bytes());
        assert!(large.octets().len() <= 2 * SMALL.whole, "{raw:.20}: {}", large.octets().len());
        assert_eq!(large.total(), raw.len() as u64);
        read(&large, raw.as_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// The kept octets and the gaps are the message, whatever the pieces it comes in.
    #[test]
    fn nothing_is_lost(
        lines in proptest::collection::vec(("(--b|--i|--|-|x|Content-Type: message/rfc822|)(--|)", 1_usize..900), 1..200),
        feed in "\r?\n",
        size in 1_usize..5_000,
    ) {
        let mut raw = "Content-Type: multipart/mixed; boundary=b\n\n".to_owned();
        for (line, times) in lines {
            raw += &(line.clone() + &feed);
            raw += &"y".repeat(times);
        }
        let mut reducer = Reducer::new(Bounds { whole: 8 << 10, piece: 2 << 10, beginning: 1 << 10 });
        raw.as_bytes().chunks(size).for_each(|piece| reducer.push(piece));
        let large = reducer.finish();
        let (mut at, mut kept) = (0, 0);
        for gap in &large.gaps.0 {
            let here = gap.at - kept;
            prop_assert!(large.octets[kept..gap.at] == raw.as_bytes()[at..at + here]);
            (at, kept) = (at + here + gap.octets as usize, gap.at);
        }
        prop_assert!(large.octets[kept..] == raw.as_bytes()[at..]);
    }
}
