//! A user's own vendor table, as a script sees it.

use std::fs;

use serde_json::Value;

use super::{run_in, text};

const OWN: &str = "[[vendor]]\nid = 'own-pbx'\nname = 'Own PBX'\nkind = 'voice'\n\
    transcript = [{ in = 'text', like = 'They said:{rest}' }]\n\
    [[vendor.mark]]\nin = 'header'\nname = 'X-Own'\n";

const MAIL: &str = "From: pbx@example.com\nX-Own: 1\nMIME-Version: 1.0\n\
    Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n\
    A call.\nThey said: Call me.\n--b\nContent-Type: audio/basic\n\n~~~~\n--b--\n";

fn inspected(home: &std::path::Path, options: &[&str]) -> (Value, String) {
    let out = run_in(home, &[&["inspect", "--json", "-"], options].concat(), MAIL.as_bytes());
    assert!(out.status.success(), "{}", text(&out.stderr));
    (serde_json::from_slice(&out.stdout).unwrap(), text(&out.stderr))
}

#[test]
fn a_table_in_the_settings_counts_without_a_rebuild() {
    let home = tempfile::tempdir().unwrap();
    let (mail, said) = inspected(home.path(), &[]);
    assert_eq!((mail["kind"].as_str(), said.as_str()), (Some("email"), ""));
    fs::create_dir(home.path().join("config")).unwrap();
    let file = home.path().join("config/vendors.toml");
    // A faulty row is named with its line, and hurts nothing else.
    fs::write(&file, format!("[[vendor]]\nid = 'bad'\nkind = 'smoke'\n\n{OWN}")).unwrap();
    let (mail, said) = inspected(home.path(), &[]);
    assert_eq!((mail["kind"].as_str(), mail["profile"].as_str()), (Some("voice"), Some("own-pbx")));
    assert_eq!(mail["transcript"]["text"], "Call me.");
    assert_eq!(mail["transcript"]["origin"], "Own PBX");
    assert!(said.contains("vendors.toml: line 3: "), "{said}");
    // Octets that are no text hurt nothing either.
    fs::write(&file, b"\xff\xfe\0[[[").unwrap();
    let (mail, said) = inspected(home.path(), &[]);
    assert_eq!(mail["kind"], "email");
    assert!(said.contains("vendors.toml: line 1: "), "{said}");
}

#[test]
fn a_table_given_with_the_command_comes_before_all_others() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join("config")).unwrap();
    fs::write(home.path().join("config/vendors.toml"), OWN).unwrap();
    let file = home.path().join("more.toml");
    fs::write(&file, OWN.replace("own-pbx", "other-pbx")).unwrap();
    let file = file.to_str().unwrap();
    assert_eq!(inspected(home.path(), &["--vendors", file]).0["profile"], "other-pbx");
    fs::write(file, OWN.replace("own-pbx'", "late-pbx'\nafter = true")).unwrap();
    assert_eq!(inspected(home.path(), &["--vendors", file]).0["profile"], "own-pbx");
    let dir = home.path().join("out");
    let arguments = ["extract", "-", "--vendors", file, "--dir", dir.to_str().unwrap()];
    let out = run_in(home.path(), &arguments, MAIL.as_bytes());
    assert_eq!(text(&out.stdout).lines().count(), 1, "{}", text(&out.stderr));
    let out = run_in(home.path(), &["inspect", "-", "--vendors", "/no/such"], b"");
    assert_eq!(out.status.code(), Some(1));
}

#[test]
fn words_in_the_settings_recognise_what_no_row_knows() {
    let home = tempfile::tempdir().unwrap();
    let mail = "From: Kasten <kasten@example.com>\nSubject: Quasselkiste: 6135550142\nMIME-Version: 1.0\n\
        Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nNeues in der Quasselkiste.\n\
        --b\nContent-Type: audio/basic; name=a.au\n\n~~~~~~~~\n--b--\n";
    let inspected = || {
        let out = run_in(home.path(), &["inspect", "--json", "-"], mail.as_bytes());
        let value: Value = serde_json::from_slice(&out.stdout).unwrap();
        (value, text(&out.stderr))
    };
    assert_eq!(inspected().0["kind"], "email");
    fs::create_dir(home.path().join("config")).unwrap();
    let file = home.path().join("config/voicemail-words.toml");
    fs::write(&file, "voice = ['Quasselkiste*']\n").unwrap();
    let (value, said) = inspected();
    assert_eq!((value["kind"].as_str(), said.as_str()), (Some("voice"), ""));
    assert_eq!(value["evidence_codes"][0], "general");
    assert_eq!(value["sender"]["number"], "6135550142");
    fs::write(&file, "voice = ['Quasselkiste*'\nnoise = 1\n").unwrap();
    let (value, said) = inspected();
    assert_eq!(value["kind"], "email");
    assert!(said.contains("voicemail-words.toml: line "), "{said}");
}
