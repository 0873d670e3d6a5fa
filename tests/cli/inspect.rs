//! `aloud inspect` and `aloud extract`, as a script sees them.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use aloud::codec::{fax, wav};
use base64::Engine;
use serde_json::Value;

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/eml/{name}.eml"))
}

fn aloud(arguments: &[&str], stdin: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_aloud"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The program may end without reading.
    let _ = child.stdin.take().unwrap().write_all(stdin);
    child.wait_with_output().unwrap()
}

fn text(octets: &[u8]) -> String {
    String::from_utf8(octets.to_vec()).unwrap()
}

fn files(dir: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
    let mut names: Vec<_> =
        entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Every field of `aloud inspect --json` (decision E5).
const FIELDS: [&str; 27] = [
    "file",
    "kind",
    "also",
    "profile",
    "evidence",
    "evidence_codes",
    "subject",
    "date",
    "message_id",
    "sender",
    "reply_to",
    "may_reply",
    "may_forward",
    "may_save",
    "sensitivity",
    "importance",
    "duration_s",
    "duration_source",
    "pages",
    "parts",
    "transcript",
    "cards",
    "receipt",
    "report",
    "forwarded",
    "problems",
    "problem_codes",
];
const PART_FIELDS: [&str; 12] = [
    "path",
    "depth",
    "type",
    "disposition",
    "filename",
    "octets",
    "role",
    "codec",
    "decodable",
    "seconds",
    "problem",
    "problem_code",
];

#[test]
fn json_has_every_field_and_one_line_a_message() {
    let (first, second) = (sample("vpim2"), sample("pager"));
    let (first, second) = (first.to_str().unwrap(), second.to_str().unwrap());
    let out = aloud(&["inspect", "--json", first, "-", second], b"not a message at all");
    assert!(out.status.success(), "{}", text(&out.stderr));
    let stdout = text(&out.stdout);
    let lines: Vec<Value> = stdout.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let files: Vec<_> = lines.iter().map(|l| l["file"].as_str().unwrap()).collect();
    assert_eq!(files, [first, "-", second]);
    for line in &lines {
        let object = line.as_object().unwrap();
        for field in FIELDS {
            assert!(object.contains_key(field), "{field}");
        }
        assert_eq!(object.len(), FIELDS.len());
        for part in line["parts"].as_array().unwrap() {
            let part = part.as_object().unwrap();
            assert!(PART_FIELDS.iter().all(|f| part.contains_key(*f)));
            assert_eq!(part.len(), PART_FIELDS.len());
        }
        for key in ["may_reply", "may_forward", "may_save"] {
            assert!(line[key]["allowed"].is_boolean());
            let keys = line[key].as_object().unwrap();
            assert!(keys.contains_key("reason") && keys.contains_key("code"));
        }
        let sender = line["sender"].as_object().unwrap();
        assert_eq!(sender.len(), 4);
    }
    let voice = &lines[0];
    assert_eq!(voice["kind"], "voice");
    assert_eq!(voice["also"], serde_json::json!(["fax"]));
    assert_eq!(voice["profile"], "vpim2");
    assert_eq!(voice["date"], "2025-03-04T09:10:00-05:00");
    assert_eq!(voice["parts"][0]["type"], "audio/32kadpcm");
    assert_eq!(voice["parts"][0]["depth"], 1);
    assert_eq!(voice["receipt"]["may_send"], true);
    assert_eq!(voice["cards"][0]["has_spoken_name"], true);
    assert_eq!(lines[1]["kind"], "email");
    assert_eq!(lines[1]["parts"][0]["depth"], 0);
}

#[test]
fn what_is_said_in_words_has_a_code_too() {
    let message = b"From: ada@example.com\r\nTo: bo@example.net\r\nSensitivity: Private\r\n\
        Disposition-Notification-To: eve@example.org\r\nReturn-Path: <ada@example.com>\r\n\
        Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\
        Content-Type: audio/x-unheard\r\nContent-Transfer-Encoding: x-none\r\n\r\nabc\r\n";
    let out = aloud(&["inspect", "--json", "-"], message);
    let line: Value = serde_json::from_str(&text(&out.stdout)).unwrap();
    assert_eq!(line["may_forward"]["code"], "marked");
    assert_eq!(
        (&line["may_reply"]["allowed"], &line["may_reply"]["code"]),
        (&true.into(), &Value::Null)
    );
    assert_eq!(line["receipt"]["code"], "elsewhere");
    assert_eq!(line["parts"][0]["problem_code"], "unknown-encoding");
    let codes = line["problem_codes"].as_array().unwrap();
    assert!(codes.contains(&"unclosed-message".into()), "{codes:?}");
    assert_eq!(codes.len(), line["problems"].as_array().unwrap().len());
}

#[test]
fn what_cannot_be_read_fails_and_the_rest_is_shown() {
    let good = sample("ivm");
    let out = aloud(&["inspect", "--json", "/no/such.eml", good.to_str().unwrap()], b"");
    assert_eq!(out.status.code(), Some(1));
    assert!(text(&out.stderr).contains("/no/such.eml"));
    assert_eq!(text(&out.stdout).lines().count(), 1);
    assert_eq!(aloud(&["inspect"], b"").status.code(), Some(2));
    let out = aloud(&["inspect", good.to_str().unwrap()], b"");
    let shown = text(&out.stdout);
    assert!(shown.contains("voice message (ivm)") && shown.contains("Renée Okafor"), "{shown}");
}

#[test]
fn a_private_message_is_refused_and_nothing_is_written() {
    let desk = tempfile::tempdir().unwrap();
    let target = desk.path().join("out");
    for value in ["Private", "PERSONAL", "Top-Secret"] {
        let raw = text(&fs::read(sample("ivm")).unwrap());
        let raw = format!("Sensitivity: {value}\n{raw}");
        let out = aloud(&["extract", "-", "--dir", target.to_str().unwrap()], raw.as_bytes());
        assert_eq!(out.status.code(), Some(3), "{value}");
        let reason = text(&out.stderr);
        assert!(reason.contains(&value.to_lowercase()), "{reason}");
        assert!(!target.exists());
    }
    // Private inside a forwarded message blocks the whole.
    let forward = sample("vpim-forward");
    let arguments = ["extract", forward.to_str().unwrap(), "--dir", target.to_str().unwrap()];
    assert_eq!(aloud(&arguments, b"").status.code(), Some(3));
    assert!(!target.exists());
}

#[test]
fn recordings_pages_and_cards_become_files_and_nothing_is_overwritten() {
    let mut page = fax::Bitmap::blank(200, 50, 204.0, 98.0);
    page.fill(10, 20, 100);
    let tiff = fax::encode(&[page.clone(), page]);
    let tiff = base64::engine::general_purpose::STANDARD.encode(tiff);
    let inner = text(&fs::read(sample("ivm")).unwrap());
    let raw = format!(
        "From: a@example.com\nMIME-Version: 1.0\nContent-Type: multipart/voice-message; \
         version=2.0; boundary=X\n\n--X\nContent-Type: audio/basic\nContent-Disposition: inline; \
         voice=Voice-Message; filename=\"../../evil.au\"\n\n~~~~~~~~\n--X\nContent-Type: \
         image/tiff\nContent-Transfer-Encoding: base64\n\n{tiff}\n--X\nContent-Type: text/x-vcard\n\n\
         BEGIN:VCARD\nVERSION:3.0\nFN:Ada\nEND:VCARD\n--X\nContent-Type: message/rfc822\n\n{inner}\n\
         --X--\n"
    );
    let desk = tempfile::tempdir().unwrap();
    let target = desk.path().join("deep/out");
    let run = || aloud(&["extract", "-", "--dir", target.to_str().unwrap()], raw.as_bytes());
    let out = run();
    assert!(out.status.success(), "{}", text(&out.stderr));
    let first = ["4-message.wav", "card.vcf", "evil.wav", "fax-1.png", "fax-2.png"];
    assert_eq!(files(&target), first);
    assert_eq!(text(&out.stdout).lines().count(), first.len());
    let sound = fs::read(target.join("evil.wav")).unwrap();
    let file = wav::parse(&sound).unwrap();
    assert_eq!(file.codec_name(), "PCM");
    assert!(fs::read(target.join("fax-1.png")).unwrap().starts_with(b"\x89PNG"));
    assert!(fs::read_to_string(target.join("card.vcf")).unwrap().contains("FN:Ada"));
    fs::write(target.join("evil.wav"), b"mine").unwrap();
    assert!(run().status.success());
    assert_eq!(fs::read(target.join("evil.wav")).unwrap(), b"mine");
    assert_eq!(fs::read(target.join("evil-2.wav")).unwrap(), sound);
    assert_eq!(files(&target).len(), 2 * first.len());
}

#[test]
fn what_cannot_be_decoded_is_named_and_the_rest_is_there() {
    let raw = "Message-Context: voice-message\nContent-Type: multipart/mixed; boundary=X\n\n--X\n\
        Content-Type: audio/x-nonsense\n\nabc\n--X\nContent-Type: audio/basic\n\n~~~~\n--X--\n";
    let desk = tempfile::tempdir().unwrap();
    let out = aloud(&["extract", "-", "--dir", desk.path().to_str().unwrap()], raw.as_bytes());
    assert_eq!(out.status.code(), Some(1));
    assert!(text(&out.stderr).contains("part 1"), "{}", text(&out.stderr));
    assert_eq!(files(desk.path()), ["voice-message.wav"]);
}

/// A report of a system that says little, with these lines for its recipient.
fn report_of(lines: &str) -> Value {
    let raw = format!(
        "From: MAILER-DAEMON@example.net\r\nContent-Type: multipart/report; \
         report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nNo.\r\n--b\r\n\
         Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; example.net\r\n\r\n\
         Final-Recipient: rfc822; ada@example.org\r\n{lines}\r\n--b--\r\n"
    );
    let out = aloud(&["inspect", "--json", "-"], raw.as_bytes());
    let line: Value = serde_json::from_str(text(&out.stdout).lines().next().unwrap()).unwrap();
    line["report"][0].clone()
}

#[test]
fn a_report_says_what_it_says_and_no_more() {
    for lines in ["Action: failed", "Action: failed\r\nDiagnostic-Code: smtp; 550 no"] {
        let report = report_of(lines);
        assert_eq!((report["action"].as_str(), &report["status"]), (Some("failed"), &Value::Null));
    }
    assert_eq!(report_of("Action: failed\r\nStatus: 5.1.1")["status"], "5.1.1");
    let deleted = report_of("Action: deleted");
    assert_eq!(deleted["action"], "deleted");
    assert!(deleted["sentence"].as_str().unwrap().contains("deleted your message"), "{deleted}");
}

#[test]
fn a_receipt_keeps_its_modifiers_and_its_errors() {
    let raw = "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\
        \r\n--b\r\n\r\nNo.\r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\n\
        Final-Recipient: rfc822; ada@example.org\r\nDisposition: automatic-action/\
        MDN-sent-automatically; processed/error, x-late\r\nError: 5.6.1 no codec\r\n--b--\r\n";
    let out = aloud(&["inspect", "--json", "-"], raw.as_bytes());
    let line: Value = serde_json::from_str(text(&out.stdout).lines().next().unwrap()).unwrap();
    let report = &line["report"];
    assert_eq!(report["modifiers"], serde_json::json!(["error", "x-late"]));
    assert_eq!(report["errors"], serde_json::json!(["5.6.1 no codec"]));
    assert!(report["sentence"].as_str().unwrap().contains("couldn’t"), "{report}");
}
