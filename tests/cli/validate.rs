//! `aloud validate`, as an administrator's script sees it, and what the three building commands make.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output},
};

use aloud::{
    codec::{Pcm, fax, wav},
    message::{Mail, inspect::ReadOptions},
};

struct Desk {
    dir: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { dir: tempfile::tempdir().unwrap() };
        let samples = (0..12_000).map(|n| ((n % 40) * 400 - 8_000) as i16).collect();
        desk.put("a.wav", &wav::write(&Pcm::telephone(samples)));
        desk.put("me.vcf", b"BEGIN:VCARD\nVERSION:3.0\nFN:Ada Okafor\nN:Okafor;Ada\nTEL:+1-613-555-0142\nEND:VCARD\n");
        desk.put("page.tif", &fax::encode(&[fax::Bitmap::blank(1_728, 40, 204.0, 98.0)]));
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn put(&self, name: &str, octets: &[u8]) {
        fs::write(self.path(name), octets).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_aloud"))
            .current_dir(self.dir.path())
            .env("ALOUD_DATA_DIR", self.path("data"))
            .args(arguments)
            .output()
            .unwrap()
    }

    fn validated(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let output = self.run(&[&["validate"], arguments].concat());
        let text = |octets: &[u8]| String::from_utf8(octets.to_vec()).unwrap();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    }

    /// Builds a message with the command line, into a file.
    fn build(&self, file: &str, arguments: &[&str]) -> Mail {
        let output = self.run(&[arguments, &["-o", file]].concat());
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {errors}");
        Mail::read(&fs::read(self.path(file)).unwrap(), &ReadOptions::default())
    }
}

const COMPOSE: [&str; 7] = [
    "compose",
    "--audio",
    "a.wav",
    "--to",
    "2722@x.example",
    "--from",
    "Ada Okafor <2723@x.example>",
];

#[test]
fn what_the_commands_build_passes() {
    let desk = Desk::new();
    let card = ["--card", "me.vcf", "--spoken-name", "a.wav", "--reply-to", "2724@x.example"];
    let rich =
        [&card[..], &["--fax", "page.tif", "--private", "--receipt", "--language", "en"]].concat();
    for format in ["vpim", "ivm", "friendly"] {
        let format = ["--format", format];
        desk.build("new.eml", &[&COMPOSE[..], &format].concat());
        let mail = desk.build("rich.eml", &[&COMPOSE[..], &format, &rich].concat());
        assert_eq!((mail.cards.len(), mail.pages), (1, Some(1)), "{format:?}");
        assert_eq!(mail.reply_to.unwrap().addr.as_str(), "2724@x.example");
        let list =
            desk.build("list.eml", &[&COMPOSE[..], &format, &["--hide-recipients"]].concat());
        assert!(list.to.is_empty());
        let reply = ["reply", "new.eml", "--audio", "a.wav", "--include-original"];
        desk.build("reply.eml", &[&reply[..], &format].concat());
        let forward = ["forward", "new.eml", "--to", "2725@x.example", "--audio", "a.wav"];
        desk.build("forward.eml", &[&forward[..], &format].concat());
        for file in ["new.eml", "rich.eml", "list.eml", "reply.eml", "forward.eml"] {
            let (code, out, err) = desk.validated(&[file]);
            assert_eq!((code, err.as_str()), (Some(0), ""), "{format:?} {file}: {out}");
            assert!(out.ends_with("not applicable\n") && out.contains(": 0 failed"), "{out}");
        }
    }
    let fax =
        ["compose", "--fax", "page.tif", "--to", "2722@x.example", "--from", "2723@x.example"];
    let mail = desk.build("fax.eml", &fax);
    assert_eq!(mail.text.as_deref().map(str::trim), Some("A fax from 2723@x.example is attached."));
    assert_eq!(desk.validated(&["fax.eml"]).0, Some(0));
    assert_eq!(desk.run(&[&COMPOSE[..], &["--card", "a.wav"]].concat()).status.code(), Some(1));
    assert_eq!(desk.run(&[&COMPOSE[..], &["--fax", "a.wav"]].concat()).status.code(), Some(1));
    assert_eq!(desk.run(&[&fax[..1], &fax[3..]].concat()).status.code(), Some(2));
}

#[test]
fn failures_come_first_and_decide() {
    let desk = Desk::new();
    desk.build("good.eml", &[&COMPOSE[..], &["--format", "vpim"]].concat());
    let good = fs::read_to_string(desk.path("good.eml")).unwrap();
    desk.put("warned.eml", good.replace("(Voice 2.0)", "").as_bytes());
    desk.put(
        "bad.eml",
        good.replace("version=2.0", "version=1").replace("(Voice 2.0)", "").as_bytes(),
    );

    let (code, out, err) = desk.validated(&["warned.eml"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.starts_with("warn  VPIM-4.2.10-b      SHOULD "), "{out}");
    assert_eq!(out.lines().count(), 2);

    let (code, out, err) = desk.validated(&["bad.eml"]);
    assert_eq!(code, Some(1));
    assert!(out.starts_with("fail  VPIM-4.3.1-b       MUST        version=1\nwarn "), "{out}");
    assert_eq!(err, "aloud: bad.eml: a requirement is not met\n");
    let (_, all, _) = desk.validated(&["bad.eml", "--all"]);
    assert!(all.lines().count() > 140 && all.contains("\npass  MSG-5322-2.1-a "), "{all}");

    let (code, out, _) = desk.validated(&["bad.eml", "--json"]);
    assert_eq!(code, Some(1));
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((json["file"].as_str(), json["profile"].as_str()), (Some("bad.eml"), Some("vpim")));
    assert_eq!((json["failed"].as_u64(), json["warned"].as_u64()), (Some(1), Some(1)));
    let row = json["rows"].as_array().unwrap().iter().find(|r| r["id"] == "VPIM-4.3.1-b").unwrap();
    let expected = serde_json::json!({
        "id": "VPIM-4.3.1-b", "level": "MUST", "result": "fail", "reason": "version=1",
    });
    assert_eq!(row, &expected);
}

#[test]
fn the_profile_can_be_named_and_bad_input_has_its_codes() {
    let desk = Desk::new();
    desk.build("ivm.eml", &COMPOSE);
    assert_eq!(desk.validated(&["ivm.eml", "--profile", "ivm"]).0, Some(0));
    let (code, out, _) = desk.validated(&["ivm.eml", "--profile", "vpim"]);
    assert_eq!(code, Some(1));
    assert!(out.contains("fail  VPIM-4.3.1-a "), "{out}");
    let (code, _, err) = desk.validated(&["none.eml"]);
    assert_eq!(code, Some(1));
    assert!(err.contains("none.eml"), "{err}");
    for wrong in [&["ivm.eml", "--profile", "amis"][..], &[], &["ivm.eml", "--all", "--json"]] {
        assert_eq!(desk.validated(wrong).0, Some(2), "{wrong:?}");
    }
    desk.put("junk.eml", &[0, 255, 13, 10, 10, 45, 45]);
    assert_eq!(desk.validated(&["junk.eml"]).0, Some(1));
}
