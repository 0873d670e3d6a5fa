//! `aloud account edit`, and a password that is given for one of several accounts.

use std::path::Path;

use aloud::{loopback::Protocol, model::AddrSpec};
use serde_json::Value;

use super::mail::{PASSWORD, add, aloud, code, stdout, world};

fn listed(dir: &Path) -> Vec<Value> {
    let text = stdout(&aloud(dir, None, &["account", "list", "--json"]));
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_changes_and_the_rest_stays() {
    let (_old, ports, dir) = world().await;
    let dir = dir.path();
    stdout(&add(dir, &ports));
    let before = listed(dir).remove(0);
    let edit = |args: &[&str]| {
        let all: Vec<&str> =
            ["account", "edit", "robin@example.com"].iter().chain(args).copied().collect();
        aloud(dir, Some(PASSWORD), &all)
    };
    stdout(&edit(&["--name", "R. Vale", "--label", "Home"]));
    let named = listed(dir).remove(0);
    assert_eq!((&named["name"], &named["label"]), (&"R. Vale".into(), &"Home".into()));
    for same in ["address", "user", "imap", "smtp", "sign_in"] {
        assert_eq!(named[same], before[same], "{same}");
    }
    // To another server, part by part.
    let (new, other, _) = world().await;
    let (imap, smtp) = (other.imap.port().to_string(), other.smtp.to_string());
    stdout(&edit(&["--imap-port", &imap, "--smtp", &smtp]));
    assert_eq!(listed(dir)[0]["imap"]["port"], other.imap.port());
    assert_eq!(listed(dir)[0]["imap"]["security"], "none");
    stdout(&aloud(dir, Some(PASSWORD), &["sync", "--once"]));
    assert!(new.connections(Protocol::Imap) > 0);
    // What is wrong changes nothing.
    for (wrong, ended) in [
        (&["--imap-host", "mail.example.com"][..], 2),
        (&["--imap", "nonsense"], 2),
        (&["--imap-port", "0"], 2),
        (&["--address", "nonsense"], 2),
        (&["--user", ""], 2),
        (&["--ca-file", "/nowhere.pem"], 2),
        (&["--trust-certificate", "mail.example.com"], 2),
        (&["--trust-certificate", "mail.example.com=abc"], 2),
        // Nobody answers there, and no password is saved here.
        (&["--smtp-port", "1", "--check"], 1),
    ] {
        let before = listed(dir);
        assert_eq!(code(&edit(wrong)), Some(ended), "{wrong:?}");
        assert_eq!(listed(dir), before, "{wrong:?}");
    }
    assert_eq!(code(&aloud(dir, None, &["account", "edit", "nobody@example.com"])), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_goes_to_the_account_that_it_is_for() {
    let (server, ports, dir) = world().await;
    let dir = dir.path();
    stdout(&add(dir, &ports));
    // Another account, of a stranger's server.
    let (stranger, theirs, _) = world().await;
    stranger.add_user("bo", "unknown", &[AddrSpec::parse("bo@example.com").expect("an address")]);
    let (imap, smtp) = (theirs.imap.to_string(), theirs.smtp.to_string());
    let mut all = vec!["account", "add", "--name", "Bo", "--address", "bo@example.com"];
    all.extend(["--imap", &imap, "--imap-security", "none", "--smtp", &smtp]);
    all.extend(["--smtp-security", "none"]);
    stdout(&aloud(dir, None, &all));
    for command in [&["sync", "--once"][..], &["doctor"], &["outbox"], &["ops"], &["--headless"]] {
        let ended = aloud(dir, Some(PASSWORD), command);
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(code(&ended) == Some(2) && said.contains("--password-for"), "{command:?}: {said}");
    }
    for command in [&["sync", "--once"][..], &["doctor"]] {
        for which in ["robin@example.com", "1"] {
            let command: Vec<&str> =
                command.iter().copied().chain(["--password-for", which]).collect();
            aloud(dir, Some(PASSWORD), &command);
        }
    }
    assert!(server.commands().iter().any(|line| line.contains("INBOX")), "signed in at its own");
    let told = stranger.commands().join("\n");
    assert!(!told.contains("LOGIN") && !told.contains("AUTH"), "{told}");
    let nobody = ["sync", "--once", "--password-for", "nobody@example.com"];
    assert_eq!(code(&aloud(dir, Some(PASSWORD), &nobody)), Some(1));
}

/// What is known without asking anybody is shown, and nothing is kept before somebody was signed in.
#[tokio::test(flavor = "multi_thread")]
async fn the_servers_of_a_large_provider_are_known() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    let added = aloud(dir, None, &["account", "add", "robin@gmx.de"]);
    let said = String::from_utf8_lossy(&added.stderr).into_owned();
    assert!(code(&added) == Some(2) && said.contains("--password-stdin"), "{said}");
    assert!(said.contains("imap.gmx.net, port 993, TLS") && said.contains("GMX"), "{said}");
    for wrong in [
        &["account", "add"][..],
        &["account", "add", "nonsense"],
        &["account", "add", "robin@gmx.de", "--address", "robin@gmx.de"],
        &["account", "add", "robin@example.com", "--imap", "127.0.0.1:143"],
    ] {
        assert_eq!(code(&aloud(dir, Some("x"), wrong)), Some(2), "{wrong:?}");
    }
    assert_eq!(stdout(&aloud(dir, None, &["account", "list"])), "");
}
