//! `aloud contacts`: people found in the directory, as a script sees them.

use serde_json::{Value, json};

use super::{run_in, text};

const CARDS: &[u8] = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Benno Keller\r\nEMAIL:benno@example.net\r\n\
    TEL:+1-613-555-0142\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada Okafor\r\n\
    EMAIL:ada@example.net\r\nTEL:+1-613-555-2366\r\nEND:VCARD\r\n\
    BEGIN:VCARD\r\nVERSION:3.0\r\nFN:\xe5\xb1\xb1\xe7\x94\xb0\r\nEMAIL:taro@example.net\r\nEND:VCARD\r\n";

#[test]
fn people_are_found_by_keypad_after_numbers() {
    let home = tempfile::tempdir().unwrap();
    let out = run_in(home.path(), &["card", "import", "-"], CARDS);
    assert!(out.status.success(), "{}", text(&out.stderr));
    let names = |search: &str| {
        let out = run_in(home.path(), &["contacts", "find", search, "--json"], b"");
        let lines = text(&out.stdout);
        let names = lines.lines().map(|line| {
            let person: Value = serde_json::from_str(line).unwrap();
            person["name"].as_str().unwrap().to_owned()
        });
        (out.status.code(), names.collect::<Vec<_>>())
    };
    let some =
        |all: &[&str]| (Some(0), all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>());
    assert_eq!(names("2366"), some(&["Ada Okafor", "Benno Keller"]));
    assert_eq!(names("5355"), some(&["Benno Keller"]));
    assert_eq!(names("25355"), some(&["Benno Keller"]));
    assert_eq!(names("ada"), some(&["Ada Okafor"]));
    assert_eq!(names("99999"), (Some(1), vec![]));
    let out = run_in(home.path(), &["contacts", "find", "53 55"], b"");
    assert_eq!(text(&out.stdout), "Benno Keller\tbenno@example.net\t+1-613-555-0142\n");
    let out = run_in(home.path(), &["contacts", "find", "ada", "--json"], b"");
    assert_eq!(
        serde_json::from_slice::<Value>(&out.stdout).unwrap(),
        json!({"name": "Ada Okafor", "organization": null, "has_spoken_name": false,
            "emails": [{"address": "ada@example.net", "vpim": false, "preferred": false}],
            "tels": [{"number": "+1-613-555-2366", "kinds": []}]})
    );
}

#[test]
fn white_pages_are_set_shown_and_forgotten() {
    let home = tempfile::tempdir().unwrap();
    let aloud = |arguments: &[&str]| {
        let out = run_in(home.path(), &[&["contacts"], arguments].concat(), b"");
        (out.status.code(), text(&out.stdout), text(&out.stderr))
    };
    assert_eq!(aloud(&["directory"]).0, Some(1));
    assert_eq!(aloud(&["find", "ada", "--directory"]).0, Some(1));
    let base = ["--base", "dc=example,dc=com"];
    let set = |more: &[&str]| aloud(&[&["directory", "set"], more, &base].concat());
    // Nobody in particular may ask in the clear, and only when it is said.
    assert_eq!(set(&["ldap.example.com:389", "--security", "none"]).0, Some(1));
    assert_eq!(set(&["ldap.example.com"]).0, Some(2));
    let clear = ["ldap.example.com:389", "--security", "none", "--accept-unencrypted"];
    assert_eq!(set(&clear).0, Some(0));
    assert_eq!(set(&[&clear[..], &["--bind", "cn=x"]].concat()).0, Some(2));
    assert_eq!(set(&["127.0.0.1:1", "--security", "none", "--name", "Example"]).0, Some(0));
    let (code, shown, _) = aloud(&["directory"]);
    assert_eq!(
        (code, shown.as_str()),
        (Some(0), "Example\t127.0.0.1:1\tplaintext\tdc=example,dc=com\t\n")
    );
    // Nobody listens there: the user's own directory is told all the same.
    run_in(home.path(), &["card", "import", "-"], CARDS);
    let (code, found, why) = aloud(&["find", "ada", "--directory"]);
    assert!(code == Some(1) && found.starts_with("Ada Okafor\t"), "{found} {why}");
    let (code, report, _) = {
        let out = run_in(home.path(), &["doctor", "--json"], b"");
        (out.status.code(), text(&out.stdout), ())
    };
    assert!(code == Some(1) && report.contains("white-pages"), "{report}");
    assert_eq!(aloud(&["directory", "remove"]).0, Some(0));
    assert_eq!(aloud(&["directory", "--json"]).0, Some(1));
}
