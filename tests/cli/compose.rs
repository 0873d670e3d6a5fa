//! `aloud compose`, `reply` and `forward`, as a script sees them.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use aloud::{
    codec::{Pcm, wav},
    message::{Mail, PartRole, inspect::ReadOptions},
    model::{MessageKind, Sensitivity},
};

struct Desk {
    dir: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let pcm =
            Pcm { samples: (0..16_000_i16).map(|n| n.wrapping_mul(7)).collect(), rate: 16_000 };
        fs::write(dir.path().join("a.wav"), wav::write(&pcm)).unwrap();
        fs::write(dir.path().join("empty.wav"), wav::write(&Pcm::telephone(Vec::new()))).unwrap();
        Self { dir }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.dir.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_aloud"))
            .current_dir(self.dir.path())
            .env("ALOUD_DATA_DIR", self.path("data"))
            .args(arguments)
            .output()
            .unwrap()
    }

    /// Runs and expects success; returns the message in `out.eml`.
    fn built(&self, arguments: &[&str]) -> (Vec<u8>, Mail) {
        let output = self.run(
            &[
                arguments,
                &["-o", "out.eml", "--date", "2025-03-04T09:10:00-05:00", "--id-seed", "s1"],
            ]
            .concat(),
        );
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let raw = fs::read(self.path("out.eml")).unwrap();
        fs::remove_file(self.path("out.eml")).unwrap();
        let mail = Mail::read(&raw, &ReadOptions::default());
        (raw, mail)
    }

    fn refused(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run(&[arguments, &["-o", "out.eml"]].concat());
        let reason = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {reason}");
        assert!(!Path::new(&self.path("out.eml")).exists(), "{arguments:?} wrote a file");
        assert!(!reason.trim().is_empty());
        reason
    }

    fn put(&self, name: &str, raw: &[u8]) {
        fs::write(self.path(name), raw).unwrap();
    }
}

const NEW: [&str; 7] = [
    "compose",
    "--audio",
    "a.wav",
    "--to",
    "Bo <b@x.example>,c@x.example",
    "--from",
    "Ada Okafor <a@x.example>",
];

#[test]
fn a_new_message_is_built_and_repeatable() {
    let desk = Desk::new();
    let (raw, mail) = desk.built(&NEW);
    assert_eq!(mail.kind, MessageKind::Voice);
    assert!(mail.parts.iter().any(|p| p.media_type == "audio/wav"), "for systems nobody knows");
    assert_eq!(mail.to.len(), 2);
    assert_eq!(mail.message_id.as_deref(), Some("s1@x.example"));
    assert_eq!(mail.duration.map(|d| d.as_secs()), Some(1));
    assert_eq!(desk.built(&NEW).0, raw);

    let all = [
        "--format",
        "vpim",
        "--private",
        "--importance",
        "high",
        "--receipt",
        "--subject",
        "Hello",
        "--spoken-name",
        "a.wav",
        "--spoken-subject",
        "a.wav",
        "--language",
        "en-CA",
    ];
    let (_, mail) = desk.built(&[&NEW[..], &all].concat());
    assert_eq!(mail.profile.as_deref(), Some("vpim2"));
    assert_eq!(mail.sensitivity, Some(Sensitivity::Private));
    assert!(mail.receipt.is_some() && mail.importance.is_some());
    for role in [PartRole::SpokenName, PartRole::SpokenSubject, PartRole::VoiceMessage] {
        assert!(mail.parts.iter().any(|p| p.role == role), "{role:?}");
    }
    let (_, friendly) = desk.built(&[&NEW[..], &["--format", "friendly", "--text", "Hi"]].concat());
    assert!(friendly.parts.iter().any(|p| p.media_type == "audio/wav"));

    let output = desk.run(&NEW);
    assert!(output.status.success() && output.stdout.starts_with(b"From: \"Ada Okafor\""));
    assert_ne!(desk.run(&NEW).stdout, output.stdout, "without a seed every message is its own");
}

#[test]
fn numbers_need_a_gateway() {
    let desk = Desk::new();
    let number =
        |to: &'static str| ["compose", "--audio", "a.wav", "--from", "a@x.example", "--to", to];
    assert!(desk.refused(2, &number("2722")).contains("2722"));
    let (_, mail) =
        desk.built(&[&number("+1 613 555-0142")[..], &["--gateway", "vm.example.com"]].concat());
    assert_eq!(mail.to[0].addr.as_str(), "+16135550142@vm.example.com");
    desk.refused(2, &[&number("+1234567890123456")[..], &["--gateway", "vm.example.com"]].concat());
}

#[test]
fn a_number_in_any_notation_goes_to_its_subscriber_or_nowhere() {
    let desk = Desk::new();
    let line = |to: &'static str, field: &'static str| {
        let rest = ["compose", "--audio", "a.wav", "--from", "a@x.example", "--gateway"];
        let (main, other) = if field == "--to" { (to, "b@x.example") } else { ("b@x.example", to) };
        [&rest[..], &["vm.example.com", "--to", main, "--cc", other]].concat()
    };
    for (typed, expected) in [
        ("+1 (303) 555-0123", "+13035550123"),
        ("(303) 555-0123", "3035550123"),
        ("+1.303.555.0123", "+13035550123"),
        ("+1\u{a0}303\u{202f}555\u{2009}0123", "+13035550123"),
        ("+44 (0)20 7946 0153", "+442079460153"),
        ("+44 020 7946 0153", "+442079460153"),
        ("0044 (0) 20 7946 0153", "+442079460153"),
        ("011 44 20 7946 0153", "+442079460153"),
        ("+39 06 5550 1234", "+390655501234"),
        ("020 7946 0153", "02079460153"),
        ("+1 (303) 555-0123 x12", "+13035550123+12"),
        ("+1 303 555 0123 ext. 12", "+13035550123+12"),
        ("tel:+1-303-555-0123;ext=12", "+13035550123+12"),
        ("tel:%2B13035550123", "+13035550123"),
        ("+13035550123,,12", "+13035550123+12"),
        ("+13035550123p12", "+13035550123+12"),
        ("1-800-FLOWERS", "18003569377"),
        ("＋１（３０３）５５５－０１２３", "+13035550123"),
        ("+٤٤ ٢٠ ٧٩٤٦ ٠١٥٣", "+442079460153"),
        ("Ada <+1 (303) 555-0123>", "+13035550123"),
        ("\"Ada (home)\" <2722>", "2722"),
    ] {
        for field in ["--to", "--cc"] {
            let (_, mail) = desk.built(&line(typed, field));
            let found = if field == "--to" { &mail.to } else { &mail.cc };
            let found: Vec<&str> = found.iter().map(|to| to.addr.as_str()).collect();
            assert_eq!(found, [format!("{expected}@vm.example.com")], "{field} {typed}");
        }
    }
    for typed in [
        "+1 (303) 555-012",
        "+1 (303) 555-01234",
        "+1 303 555 0123 / 0124",
        "+1 303 555 0123 +1 303 555 0124",
        "44 (0)20 7946 0153",
        "+1 303 555 012O",
        "+1 303 555 0123 x",
        "tel:2722;phone-context=other.example.net",
        "2500 Bob",
        "call me",
        "++13035550123",
    ] {
        let said = desk.refused(2, &line(typed, "--to"));
        assert!(said.contains(typed), "{typed}: {said}");
    }
    let said = desk.run(&line("+44 (0)20 7946 0153", "--to")).stderr;
    assert!(String::from_utf8_lossy(&said).contains("left out"), "what is dropped is said");
}

#[test]
fn what_cannot_go_as_it_is_is_said() {
    let desk = Desk::new();
    let said = desk.refused(2, &[&NEW[..], &["--language", "en_US; x=\"y\""]].concat());
    assert!(said.contains("en_US"), "{said}");
    let long = "x".repeat(1_200);
    for body in ["a\0b", long.as_str()] {
        let raw = format!("From: z@x.example\r\nTo: b@x.example\r\nSubject: Odd\r\n\r\n{body}\r\n");
        desk.put("odd.eml", raw.as_bytes());
        let forward = ["forward", "odd.eml", "--to", "d@x.example", "--from", "b@x.example"];
        let said = desk.run(&forward).stderr;
        assert!(String::from_utf8_lossy(&said).contains("as it came"), "it is said");
    }
    let many: Vec<String> = (0..1_200).map(|n| format!("p{n}@x.example")).collect();
    let many = many.join(",");
    let to = ["compose", "--audio", "a.wav", "--from", "a@x.example", "--to", many.as_str()];
    let (raw, _) = desk.built(&to);
    let text = String::from_utf8_lossy(&raw);
    assert!(text.contains("p0@x.example") && text.contains("p1199@x.example"), "all of them");
}

#[test]
fn replies_and_forwards_follow_the_original() {
    let desk = Desk::new();
    let new = ["b@x.example", "--from", "a@x.example", "--format", "vpim"];
    let (vpim, _) = desk.built(&[&NEW[..4], &new].concat());
    desk.put("in.eml", &vpim);
    let (_, mail) = desk.built(&["reply", "in.eml", "--audio", "a.wav"]);
    assert_eq!(mail.profile.as_deref(), Some("vpim2"), "VPIM answers VPIM");
    assert_eq!(mail.sender.address.as_ref().map(|a| a.as_str()), Some("b@x.example"));
    assert_eq!(mail.to[0].addr.as_str(), "a@x.example");
    assert_eq!(mail.in_reply_to.as_deref(), Some("s1@x.example"));
    assert!(mail.forwarded.is_empty());

    let with = ["--include-original", "--format", "ivm"];
    let (raw, mail) = desk.built(&[&["reply", "in.eml", "--audio", "a.wav"][..], &with].concat());
    assert_eq!(mail.forwarded.len(), 1);
    assert!(memchr::memmem::find(&raw, &vpim).is_some());

    for intro in [&["--audio", "a.wav"][..], &[]] {
        let forward = ["forward", "in.eml", "--to", "d@x.example"];
        let (raw, mail) = desk.built(&[&forward[..], intro].concat());
        assert!(memchr::memmem::find(&raw, &vpim).is_some(), "octet for octet");
        assert_eq!(mail.subject.as_deref(), Some("Fwd: Voice Message"));
        assert_eq!(mail.profile.as_deref(), Some("vpim2"));
        assert_eq!(mail.kind, MessageKind::Voice);
    }

    let (ivm, _) = desk.built(&[&NEW[..], &["--format", "ivm"]].concat());
    desk.put("ivm.eml", &ivm);
    let from = ["--from", "b@x.example"];
    let (_, mail) = desk.built(&[&["reply", "ivm.eml", "--audio", "a.wav"][..], &from].concat());
    assert!(mail.parts.iter().any(|p| p.media_type == "audio/basic"), "IVM is answered with IVM");
    desk.put("text.eml", b"From: z@x.example\r\nTo: b@x.example\r\nSubject: Hi\r\n\r\nHello\r\n");
    let (_, mail) = desk.built(&[&["reply", "text.eml", "--audio", "a.wav"][..], &from].concat());
    assert!(mail.parts.iter().any(|p| p.media_type == "audio/wav"), "anything else with WAV");
}

#[test]
fn refusals_exit_3_and_write_nothing() {
    let desk = Desk::new();
    let (private, _) = desk.built(&[&NEW[..], &["--private"]].concat());
    desk.put("private.eml", &private);
    let around = b"From: z@x.example\r\nTo: a@x.example\r\nContent-Type: message/rfc822\r\n\r\n";
    desk.put("nested.eml", &[around.as_slice(), &private].concat());
    let outside = b"From: Outside <non-mail-user@x.example>\r\nTo: a@x.example\r\n\r\nx";
    desk.put("outside.eml", outside);
    let from = ["--from", "b@x.example"];
    for name in ["private.eml", "nested.eml"] {
        let forward = ["forward", name, "--to", "d@x.example"];
        let reason = desk.refused(3, &[&forward[..], &from].concat());
        assert!(reason.contains("private"), "{reason}");
        let reply = ["reply", name, "--audio", "a.wav", "--include-original"];
        desk.refused(3, &[&reply[..], &from].concat());
    }
    let answer = ["reply", "private.eml", "--audio", "a.wav"];
    let (_, reply) = desk.built(&[&answer[..], &from].concat());
    assert_eq!(reply.sensitivity, Some(Sensitivity::Private), "the answer is private too");
    let (_, open) = desk.built(&[&answer[..], &["--not-private"], &from].concat());
    assert_eq!(open.sensitivity, None);

    desk.refused(3, &[&["reply", "outside.eml", "--audio", "a.wav"][..], &from].concat());
    let to = ["--to", "b@x.example", "--from", "a@x.example"];
    desk.refused(3, &[&["compose", "--audio", "empty.wav"][..], &to].concat());
    desk.refused(3, &[&NEW[..], &["--spoken-name", "empty.wav"]].concat());
    desk.refused(3, &[&NEW[..], &["--format", "vpim", "--text", "Hi"]].concat());
    let outside = ["--to", "non-mail-user@x.example", "--from", "a@x.example"];
    desk.refused(3, &[&["compose", "--audio", "a.wav"][..], &outside].concat());
}

#[test]
fn bad_arguments_exit_2_and_bad_files_1() {
    let desk = Desk::new();
    let with = |audio: &'static str| {
        ["compose", "--audio", audio, "--to", "b@x.example", "--from", "a@x.example"]
    };
    desk.refused(2, &with("a.wav")[..5]);
    desk.refused(2, &["compose", "--audio", "a.wav", "--to", "", "--from", "a@x.example"]);
    desk.refused(2, &[&NEW[..], &["--date", "yesterday"]].concat());
    desk.refused(2, &[&NEW[..], &["--id-seed", "!!"]].concat());
    desk.refused(2, &[&NEW[..], &["--format", "opus"]].concat());
    desk.refused(1, &with("none.wav"));
    desk.put("junk.wav", b"RIFF\0\0\0\0junk");
    desk.refused(1, &with("junk.wav"));
    desk.refused(1, &["reply", "none.eml", "--audio", "a.wav"]);
    let dated = [&NEW[..], &["--date", "Wed, 28 Jul 96 10:08:49 -0800 (PST)"]].concat();
    let text = String::from_utf8_lossy(&desk.run(&dated).stdout).into_owned();
    assert!(text.contains("\r\nDate: Sun, 28 Jul 1996 10:08:49 -0800\r\n"), "{text}");
}

#[test]
fn domains_are_written_as_mail_has_them_or_refused() {
    let desk = Desk::new();
    let to =
        |to: &'static str| ["compose", "--audio", "a.wav", "--from", "a@x.example", "--to", to];
    let out = desk.run(&to("Bob <bob@exämple.org>"));
    assert!(
        String::from_utf8_lossy(&out.stdout)
            .contains("\r\nTo: \"Bob\" <bob@xn--exmple-cua.org>\r\n")
    );
    assert!(String::from_utf8_lossy(&out.stderr).contains("is written xn--exmple-cua.org"));
    for refused in ["jürgen@exämple.org", "bob@-x-.com", "bob@a..example"] {
        desk.refused(2, &to(refused));
    }
    // VPIM has whole domains only, of everybody.
    let vpim = ["--format", "vpim"];
    desk.refused(2, &[&to("bob@localhost")[..], &vpim].concat());
    let here = ["compose", "--audio", "a.wav", "--from", "a@localhost", "--to", "b@x.example"];
    desk.refused(2, &[&here[..], &vpim].concat());
    assert!(desk.run(&here).status.success());
}
