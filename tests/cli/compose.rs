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
    assert_eq!((mail.kind, mail.profile.as_deref()), (MessageKind::Voice, Some("ivm")));
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
fn replies_and_forwards_follow_the_original() {
    let desk = Desk::new();
    let (vpim, _) = desk.built(
        &[&NEW[..4], &["b@x.example", "--from", "a@x.example", "--format", "vpim"]].concat(),
    );
    desk.put("in.eml", &vpim);
    let dated = [&NEW[..], &["--date", "Wed, 28 Jul 96 10:08:49 -0800 (PST)"]].concat();
    let output = desk.run(&dated);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("\r\nDate: Sun, 28 Jul 1996 10:08:49 -0800\r\n"), "{text}");
}
