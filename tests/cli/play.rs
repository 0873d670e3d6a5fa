//! `aloud play` and `aloud extract` find what can be heard wherever it stands. `--list` decodes each
//! recording and says how long it is, which is what can be tested without a loudspeaker.

use aloud::codec::{Pcm, fax, wav};
use base64::Engine;

use super::{run, text};

fn recording(seconds: usize) -> Vec<u8> {
    let samples = (0..seconds * 8_000).map(|n| ((n % 80) as i16 - 40) * 100).collect();
    wav::write(&Pcm { samples, rate: 8_000 })
}

fn base64(octets: &[u8]) -> String {
    let all = base64::engine::general_purpose::STANDARD.encode(octets);
    let lines: Vec<&str> =
        all.as_bytes().chunks(76).filter_map(|l| std::str::from_utf8(l).ok()).collect();
    lines.join("\r\n")
}

fn part(media_type: &str, name: &str, octets: &[u8]) -> String {
    format!(
        "--b\r\nContent-Type: {media_type}; name=\"{name}\"\r\n\
         Content-Disposition: attachment; filename=\"{name}\"\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}\r\n",
        base64(octets)
    )
}

/// An ordinary mail between people, with parts.
fn mail(parts: &[String]) -> String {
    format!(
        "From: Ada <ada@example.com>\r\nTo: Bo <bo@example.net>\r\nSubject: Trip\r\n\
         Message-ID: <trip@example.com>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nHere they are.\r\n{}--b--\r\n",
        parts.concat()
    )
}

fn enclosed(inner: &str) -> String {
    let inner = inner.replace("=b\r\n", "=c\r\n").replace("--b", "--c");
    format!("--b\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n")
}

fn lines(output: &std::process::Output) -> Vec<String> {
    text(&output.stdout).lines().map(str::to_owned).collect()
}

fn three() -> String {
    mail(&[
        part("audio/wav", "one.wav", &recording(1)),
        part("application/octet-stream", "two.wav", &recording(2)),
        part("audio/x-wav", "three.wav", &recording(3)),
    ])
}

#[test]
fn recordings_in_ordinary_mail_are_played_one_after_the_other() {
    let out = run(&["play", "--list", "-"], three().as_bytes());
    assert!(out.status.success(), "{}", text(&out.stderr));
    let shown = lines(&out);
    assert_eq!(shown.len(), 3, "{shown:?}");
    for (line, start) in shown.iter().zip(["2\t1.0 s", "3\t2.0 s", "4\t3.0 s"]) {
        assert!(line.starts_with(start), "{line}");
    }
    let one = run(&["play", "--list", "--part", "3", "-"], three().as_bytes());
    assert_eq!(lines(&one).len(), 1);
    assert!(lines(&one)[0].starts_with("3\t2.0 s"), "{one:?}");
}

#[test]
fn recordings_inside_enclosed_messages_are_played() {
    let outer = mail(&[enclosed(&three()), part("audio/wav", "own.wav", &recording(4))]);
    let out = run(&["play", "--list", "-"], outer.as_bytes());
    let places: Vec<String> =
        lines(&out).iter().map(|l| l.split('\t').next().unwrap().into()).collect();
    assert_eq!(places, ["2/2", "2/3", "2/4", "3"], "{}", text(&out.stderr));
    let one = run(&["play", "--list", "--part", "2/4", "-"], outer.as_bytes());
    assert!(lines(&one)[0].starts_with("2/4\t3.0 s"), "{one:?}");
}

#[test]
fn what_cannot_be_played_is_said_and_the_rest_is_played() {
    let damaged = mail(&[
        part("audio/wav", "broken.wav", b"RIFF\0\0\0\0WAVEjunk"),
        part("audio/wav", "whole.wav", &recording(1)),
    ]);
    let out = run(&["play", "--list", "-"], damaged.as_bytes());
    assert_eq!(out.status.code(), Some(1));
    assert_eq!(lines(&out).len(), 1);
    assert!(text(&out.stderr).contains("part 2"), "{}", text(&out.stderr));
    for (options, input) in [
        (vec!["play", "--list", "-"], mail(&[])),
        (vec!["play", "--list", "--part", "1", "-"], three()),
        (vec!["play", "--list", "--part", "9", "-"], three()),
        (vec!["play", "--list", "--part", "2/1", "-"], three()),
    ] {
        let out = run(&options, input.as_bytes());
        assert_eq!(out.status.code(), Some(1), "{options:?}");
        assert!(text(&out.stderr).contains("there is no recording"), "{}", text(&out.stderr));
    }
}

#[test]
fn a_thousand_recordings_are_a_list() {
    let short = wav::write(&Pcm { samples: vec![100; 80], rate: 8_000 });
    let many: Vec<String> =
        (0..1_000).map(|n| part("audio/wav", &format!("{n}.wav"), &short)).collect();
    let out = run(&["play", "--list", "-"], mail(&many).as_bytes());
    assert!(out.status.success(), "{}", text(&out.stderr));
    assert_eq!(lines(&out).len(), 1_000);
}

#[test]
fn pages_and_sound_are_extracted_wherever_they_stand() {
    let page = fax::Bitmap::blank(64, 32, 204.0, 98.0);
    let tiff = fax::encode(&[page.clone(), page]);
    let outer = mail(&[
        part("image/tiff", "scan.tif", &tiff),
        enclosed(&mail(&[part("audio/wav", "inside.wav", &recording(1))])),
    ]);
    let folder = tempfile::tempdir().unwrap();
    let extract = |options: &[&str], name: &str| {
        let dir = folder.path().join(name);
        let arguments = [&["extract", "--dir", dir.to_str().unwrap()], options, &["-"]].concat();
        let out = run(&arguments, outer.as_bytes());
        assert!(out.status.success(), "{}", text(&out.stderr));
        let mut names: Vec<String> = std::fs::read_dir(&dir)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    assert_eq!(extract(&[], "all"), ["3-inside.wav", "scan-1.png", "scan-2.png"]);
    assert_eq!(extract(&["--part", "3/2"], "one"), ["3-inside.wav"]);
    let render = run(&["fax", "render", "--page", "2", "-", "-"], outer.as_bytes());
    assert!(render.stdout.starts_with(b"\x89PNG"), "{}", text(&render.stderr));
    let private = format!("Sensitivity: Private\r\n{outer}");
    let refused = run(&["extract", "--dir", "x", "-"], private.as_bytes());
    assert_eq!(refused.status.code(), Some(3));
}

#[test]
fn playing_a_private_message_writes_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let raw = format!("Sensitivity: Private\r\n{}", three());
    let file = folder.path().join("m.eml");
    std::fs::write(&file, raw).unwrap();
    // Without a loudspeaker it fails after decoding; files would be there all the same.
    for options in [&["--list"][..], &[]] {
        let out = std::process::Command::new(env!("CARGO_BIN_EXE_aloud"))
            .current_dir(folder.path())
            .env("ALOUD_DATA_DIR", folder.path().join("data"))
            .env("TMPDIR", folder.path())
            .env("ALSA_CONFIG_PATH", "/dev/null")
            .env("PULSE_SERVER", "unix:/dev/null")
            .arg("play")
            .args(options)
            .arg(&file)
            .output()
            .unwrap();
        let missing = !options.is_empty() && !out.status.success();
        assert!(!missing, "{}", text(&out.stderr));
    }
    let mut found = Vec::new();
    let mut todo = vec![folder.path().to_owned()];
    while let Some(dir) = todo.pop() {
        for entry in std::fs::read_dir(dir).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() { todo.push(path) } else { found.push(path) }
        }
    }
    assert_eq!(found, [file]);
}

#[test]
fn how_it_is_played_is_checked_before_anything_sounds() {
    let short = recording(1);
    for (arguments, said) in [
        (&["--speed", "4"][..], "0.5 to 3"),
        (&["--speed", "fast"], "0.5 to 3"),
        (&["--volume", "101"], "101"),
        (&["--start", "1:x"], "1:30"),
        (&["--start", "-3"], "-3"),
    ] {
        let all: Vec<&str> = ["play"].iter().chain(arguments).copied().chain(["-"]).collect();
        let out = run(&all, &short);
        assert_eq!(out.status.code(), Some(2), "{arguments:?}");
        assert!(text(&out.stderr).contains(said), "{arguments:?}: {}", text(&out.stderr));
    }
    let late = run(&["play", "--start", "2", "-"], &short);
    assert!(text(&late.stderr).contains("0:01"), "{}", text(&late.stderr));
    assert_eq!(run(&["play"], b"").status.code(), Some(2), "nothing to play");
}

#[test]
fn a_recording_is_written_over_nothing_unasked() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("take.wav");
    std::fs::write(&file, "precious").expect("written");
    let name = file.to_str().expect("a name");
    let out = run(&["record", name], b"");
    assert!(text(&out.stderr).contains("--force"), "{}", text(&out.stderr));
    assert_eq!(std::fs::read(&file).expect("there"), b"precious");
}
