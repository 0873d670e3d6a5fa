//! `aloud doctor`: what it finds, what it says to do, and what is never in its report.

use std::path::Path;

use aloud::loopback::Listening;
use serde_json::Value;

use super::mail::{PASSWORD, add, aloud, code, stdout, world};

fn report(output: &std::process::Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(text.trim()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn result<'a>(report: &'a Value, check: &str) -> &'a str {
    let checks = report["checks"].as_array().expect("checks");
    let found = checks.iter().find(|found| found["check"] == check);
    found.and_then(|found| found["result"].as_str()).unwrap_or_else(|| panic!("{check}: {report}"))
}

fn doctor(dir: &Path, password: Option<&str>) -> (Option<i32>, Value) {
    let output = aloud(dir, password, &["doctor", "--json"]);
    (code(&output), report(&output))
}

#[tokio::test(flavor = "multi_thread")]
async fn all_is_looked_at_and_what_is_wrong_has_a_remedy() {
    let (_server, ports, dir): (_, Listening, _) = world().await;
    let dir = dir.path();
    // Without an account there is nothing to fail.
    let (ended, empty) = doctor(dir, None);
    assert_eq!((ended, result(&empty, "folder")), (Some(0), "ok"), "{empty}");
    stdout(&add(dir, &ports));
    let (ended, good) = doctor(dir, Some(PASSWORD));
    assert_eq!(ended, Some(0), "{good}");
    assert_eq!(result(&good, "clock"), "skipped", "no message tells the time: {good}");
    for check in ["folder", "database", "imap-name", "imap-sign-in", "smtp-sign-in"] {
        assert_eq!(result(&good, check), "ok", "{check}: {good}");
    }
    // There is no keyring, and the connection is to this computer.
    for check in ["keyring", "imap-connection", "smtp-connection"] {
        assert_eq!(result(&good, check), "warning", "{check}: {good}");
    }
    let (ended, unasked) = doctor(dir, None);
    assert_eq!((ended, result(&unasked, "imap-sign-in")), (Some(0), "warning"), "{unasked}");
    let (ended, wrong) = doctor(dir, Some("wrong"));
    assert_eq!((ended, result(&wrong, "imap-sign-in")), (Some(1), "failure"), "{wrong}");
    assert_eq!(result(&wrong, "imap-offers"), "skipped");
    for checked in wrong["checks"].as_array().expect("checks") {
        let bad = ["warning", "failure"].contains(&checked["result"].as_str().unwrap_or_default());
        assert_eq!(checked["fix"].is_string(), bad, "{checked}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_used_is_a_finding_too() {
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(dir.path().join("data"), b"a file").expect("written");
    let (ended, found) = doctor(dir.path(), None);
    assert_eq!(ended, Some(1));
    assert_eq!((result(&found, "folder"), result(&found, "database")), ("failure", "failure"));
}

/// Nothing that names somebody or opens something; with `--details` still no password.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_can_be_shown_to_others() {
    let (_server, ports, dir) = world().await;
    let dir = dir.path();
    stdout(&add(dir, &ports));
    let folder = dir.to_string_lossy().into_owned();
    for password in [Some(PASSWORD), Some("canary-wrong"), None] {
        for args in [&["doctor"][..], &["doctor", "--json"]] {
            let output = aloud(dir, password, args);
            let said = [output.stdout, output.stderr].concat();
            let said = String::from_utf8_lossy(&said).into_owned();
            for secret in
                [PASSWORD, "canary-wrong", "robin", "Robin", "127.0.0.1", "example.com", &folder]
            {
                assert!(!said.contains(secret), "{secret}: {said}");
            }
        }
        let output = aloud(dir, password, &["doctor", "--details"]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(!said.contains(PASSWORD) && !said.contains("canary-wrong"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_made_anew_is_told() {
    let (_server, ports, dir) = world().await;
    let dir = dir.path();
    stdout(&add(dir, &ports));
    let said = |output: std::process::Output| String::from_utf8_lossy(&output.stderr).into_owned();
    let whole = said(aloud(dir, Some(PASSWORD), &["doctor"]));
    std::fs::write(dir.join("data").join("aloud.db"), b"no database").expect("damaged");
    let anew = said(aloud(dir, Some(PASSWORD), &["doctor"]));
    assert!(anew.contains("was damaged") && !whole.contains("was damaged"), "{anew}\n{whole}");
    // Where it was put is a folder, and named like others.
    assert!(!anew.contains("put aside"), "{anew}");
}
