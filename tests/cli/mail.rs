//! `account`, `sync`, `list`, `send` and `outbox` as a script uses them, over the built-in server
//! on real ports.

use std::{
    path::Path,
    process::{Command, Output},
};

use aloud::{
    loopback::{AtCommand, CommandFault, Faults, Listening, Loopback, Protocol, When},
    model::{AddrSpec, DateTime},
};

pub(super) const PASSWORD: &str = "correct horse battery staple";

pub(super) fn aloud(dir: &Path, password: Option<&str>, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aloud"));
    command.arg("--data-dir").arg(dir).args(args);
    // No keyring: nothing may depend on one, and nothing may be written instead.
    command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent").env_remove("ALOUD_PASSWORD");
    if let Some(password) = password {
        command.env("ALOUD_PASSWORD", password);
    }
    command.output().expect("the program runs")
}

pub(super) fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(super) fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

pub(super) async fn world() -> (Loopback, Listening, tempfile::TempDir) {
    let server = Loopback::empty(DateTime::utc(1_741_170_000));
    let own = AddrSpec::parse("robin@example.com").expect("an address");
    server.add_user("robin", PASSWORD, &[own]);
    let ports = server.listen(0, 0).await.expect("ports");
    (server, ports, tempfile::tempdir().expect("a folder"))
}

pub(super) fn add(dir: &Path, ports: &Listening) -> Output {
    let imap = ports.imap.to_string();
    let smtp = ports.smtp.to_string();
    aloud(
        dir,
        Some(PASSWORD),
        &[
            "account",
            "add",
            "--name",
            "Robin Vale",
            "--address",
            "robin@example.com",
            "--imap",
            &imap,
            "--imap-security",
            "none",
            "--smtp",
            &smtp,
            "--smtp-security",
            "none",
            "--user",
            "robin",
        ],
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_gets_its_mail_and_sends() {
    let (server, ports, dir) = world().await;
    let dir = dir.path();
    let message = "From: Ada Okafor <ada@example.net>\r\nTo: robin@example.com\r\n\
        Subject: Call me\r\nMessage-ID: <a@example.net>\r\nDate: Tue, 04 Mar 2025 09:10:00 +0000\r\n\
        Importance: high\r\nSensitivity: private\r\n\r\nAt noon.\r\n";
    server
        .deliver("INBOX", message.as_bytes(), &[], DateTime::utc(1_741_000_000))
        .expect("delivered");
    let added = add(dir, &ports);
    assert!(stdout(&added).contains("robin@example.com"));
    let told = String::from_utf8_lossy(&added.stderr).into_owned();
    assert!(told.contains("no keyring"), "{told}");
    assert!(stdout(&aloud(dir, None, &["account", "list"])).contains("robin@example.com"));

    let report = stdout(&aloud(dir, Some(PASSWORD), &["sync", "--once", "--json"]));
    let report: serde_json::Value = serde_json::from_str(report.trim()).expect("JSON");
    assert_eq!((&report["messages"], &report["new"]), (&1.into(), &1.into()));
    for field in ["account", "mailboxes", "commands", "bytes_in", "bytes_out", "milliseconds"] {
        assert!(!report[field].is_null(), "{field}");
    }
    assert!(report["peak_rss_kib"].is_number() && report["errors"].as_array().is_some());

    let row = stdout(&aloud(dir, None, &["list", "--json"]));
    let row: serde_json::Value = serde_json::from_str(row.trim()).expect("JSON");
    assert_eq!(row["sender"]["name"], "Ada Okafor");
    assert_eq!(row["sender"]["address"], "ada@example.net");
    assert_eq!(row["sender"]["via"], "ada@example.net", "anybody can write a name");
    let line = stdout(&aloud(dir, None, &["list"]));
    assert!(line.contains("Ada Okafor (via example.net)"), "{line}");
    assert_eq!((&row["kind"], &row["subject"]), (&"email".into(), &"Call me".into()));
    assert_eq!((&row["heard"], &row["duration"]), (&false.into(), &serde_json::Value::Null));
    assert_eq!(row["marks"], serde_json::json!(["important", "private"]));
    assert!(row["uid"].is_number() && row["id"].is_number());

    let file = dir.join("out.eml");
    let letter = "From: robin@example.com\nTo: ada@example.net\nSubject: Re: Call me\n\nYes.\n";
    std::fs::write(&file, letter).expect("written");
    let name = file.to_string_lossy().into_owned();
    let sent = stdout(&aloud(dir, Some(PASSWORD), &["send", &name]));
    assert!(sent.starts_with("sent <"), "{sent}");
    assert_eq!(server.submitted().len(), 1);
    assert_eq!(server.mailbox("Sent").map_or(0, |m| m.messages().len()), 1);
    assert_eq!(stdout(&aloud(dir, None, &["outbox"])), "");
    assert!(stdout(&aloud(dir, None, &["list", "--mailbox", "sent"])).contains("Re: Call me"));

    // The password is nowhere on the disk.
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                let octets = std::fs::read(entry.path()).unwrap_or_default();
                let found = octets.windows(PASSWORD.len()).any(|w| w == PASSWORD.as_bytes());
                assert!(!found, "{}", entry.path().display());
            }
        }
    }
    stdout(&aloud(dir, None, &["account", "remove", "robin@example.com"]));
    assert_eq!(stdout(&aloud(dir, None, &["account", "list"])), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_have_codes_and_reasons() {
    let (server, ports, dir) = world().await;
    let dir = dir.path();
    let far = [
        "account",
        "add",
        "--name",
        "R",
        "--address",
        "r@example.com",
        "--imap",
        "mail.example.com:143",
        "--imap-security",
        "none",
        "--smtp",
        "mail.example.com:587",
    ];
    assert_eq!(code(&aloud(dir, None, &far)), Some(2));
    assert_eq!(code(&aloud(dir, None, &["send"])), Some(2));
    stdout(&add(dir, &ports));
    assert_eq!(code(&add(dir, &ports)), Some(2), "an address is there once");
    // No password and a wrong one.
    assert_eq!(code(&aloud(dir, None, &["sync", "--once"])), Some(1));
    let wrong = aloud(dir, Some("wrong"), &["sync", "--once"]);
    assert_eq!(code(&wrong), Some(1));
    let told = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(told.contains("didn’t accept the password"), "{told}");
    assert_eq!(code(&aloud(dir, None, &["list", "--mailbox", "nowhere"])), Some(1));
    assert_eq!(code(&aloud(dir, None, &["account", "remove", "x@example.com"])), Some(1));

    let cargo = "From: robin@example.com\r\nTo: ada@example.net\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: message/rfc822\r\n\r\n\
        From: bo@example.net\r\nSensitivity: Private\r\n\r\nsecret\r\n--x--\r\n";
    let file = dir.join("cargo.eml");
    std::fs::write(&file, cargo).expect("written");
    let name = file.to_string_lossy().into_owned();
    assert_eq!(code(&aloud(dir, Some(PASSWORD), &["send", &name])), Some(3));

    let no = Faults { refuse_data: Some("554 5.7.1 no".into()), ..Faults::default() };
    server.fault_always(Protocol::Smtp, no);
    let file = dir.join("plain.eml");
    std::fs::write(&file, "From: robin@example.com\nTo: a@example.net\n\nx\n").expect("written");
    let name = file.to_string_lossy().into_owned();
    let failed = aloud(dir, Some(PASSWORD), &["send", &name]);
    assert_eq!(code(&failed), Some(1));
    assert!(String::from_utf8_lossy(&failed.stderr).contains("5.7.1"));
    let row = stdout(&aloud(dir, None, &["outbox", "--json"]));
    let row: serde_json::Value = serde_json::from_str(row.trim()).expect("JSON");
    assert_eq!(row["state"], "failed");
    // Codes for scripts, whatever language the sentence has.
    let failure = &row["failure"];
    assert_eq!((&failure["code"], &failure["reply"]), (&"refused".into(), &554.into()));
    assert!(failure["said"].as_str().is_some_and(|said| said.contains("5.7.1")), "{failure}");
    assert!(row["reason"].is_string() && failure["recipient"].is_null());
    let id = row["id"].to_string();
    stdout(&aloud(dir, None, &["outbox", "--cancel", &id]));
    assert_eq!(stdout(&aloud(dir, None, &["outbox"])), "");
    assert!(server.submitted().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_row_of_the_users_table_counts_for_mail_that_is_here() {
    let (server, ports, dir) = world().await;
    let dir = dir.path();
    let message = "From: PBX <pbx@example.net>\r\nTo: robin@example.com\r\nX-Own: 1\r\n\
        Subject: A call\r\nMessage-ID: <o@example.net>\r\nDate: Tue, 04 Mar 2025 09:10:00 +0000\r\n\
        MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
        --b\r\nContent-Type: audio/basic\r\n\r\n~~~~~~~~\r\n--b--\r\n";
    let when = DateTime::utc(1_741_000_000);
    server.deliver("INBOX", message.as_bytes(), &[], when).expect("delivered");
    stdout(&add(dir, &ports));
    let kind = || {
        stdout(&aloud(dir, Some(PASSWORD), &["sync", "--once"]));
        let row = stdout(&aloud(dir, None, &["list", "--json"]));
        let row: serde_json::Value = serde_json::from_str(row.trim()).expect("JSON");
        row["kind"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(kind(), "email");
    std::fs::create_dir_all(dir.join("config")).expect("a folder");
    let own = "[[vendor]]\nid = 'own'\nname = 'Own'\nkind = 'voice'\n\
        [[vendor.mark]]\nin = 'header'\nname = 'X-Own'\n";
    std::fs::write(dir.join("config/vendors.toml"), own).expect("written");
    assert_eq!(kind(), "voice");
    std::fs::remove_file(dir.join("config/vendors.toml")).expect("removed");
    assert_eq!(kind(), "email");
}

/// A mailbox that cannot be opened is told by every command that shows mail, with the server's words.
#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_that_cannot_be_opened_is_told() {
    let (server, ports, dir) = world().await;
    let dir = dir.path();
    stdout(&add(dir, &ports));
    let fault = CommandFault::Answer("NO [UNAVAILABLE] Sp\u{e4}ter".into());
    let at = vec![AtCommand { when: When::Says("SELECT \"INBOX\""), fault }];
    server.fault_always(Protocol::Imap, Faults { at, ..Faults::default() });
    let synced = aloud(dir, Some(PASSWORD), &["sync", "--once", "--json"]);
    assert_eq!(code(&synced), Some(1));
    let said = "[UNAVAILABLE] Sp\u{e4}ter";
    assert!(String::from_utf8_lossy(&synced.stdout).contains(said));
    for args in [&["list"][..], &["list", "--mailbox", "inbox"], &["account", "list"]] {
        let shown = aloud(dir, None, args);
        assert_eq!(code(&shown), Some(0), "{args:?}");
        let told = String::from_utf8_lossy(&shown.stderr).into_owned();
        assert!(told.contains("INBOX") && told.contains(said), "{args:?}: {told}");
    }
    let other = aloud(dir, None, &["list", "--mailbox", "archive"]);
    assert!(!String::from_utf8_lossy(&other.stderr).contains(said));
    let shown = stdout(&aloud(dir, None, &["account", "show", "robin@example.com", "--json"]));
    let shown: serde_json::Value = serde_json::from_str(&shown).expect("an object");
    let mailboxes = shown["mailboxes"].as_array().expect("a list").clone();
    let faulty: Vec<_> = mailboxes.iter().filter(|m| !m["fault"].is_null()).collect();
    assert_eq!(faulty.len(), 1);
    assert_eq!(
        (&faulty[0]["name"], &faulty[0]["fault"]["code"]),
        (&"INBOX".into(), &"refused".into())
    );
    let shown = stdout(&aloud(dir, None, &["account", "show", "1"]));
    assert!(
        shown.lines().any(|line| line.starts_with("INBOX\t") && line.ends_with(said)),
        "{shown}"
    );
    assert_eq!(code(&aloud(dir, None, &["account", "show", "2"])), Some(1));

    server.fault_always(Protocol::Imap, Faults::default());
    stdout(&aloud(dir, Some(PASSWORD), &["sync", "--once"]));
    let shown = aloud(dir, None, &["list"]);
    assert_eq!(String::from_utf8_lossy(&shown.stderr), "");
}
