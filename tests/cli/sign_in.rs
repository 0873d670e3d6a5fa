//! Signing in at a provider from the command line, over servers on real ports.

use std::{path::Path, process::Stdio};

use aloud::{
    loopback::Loopback,
    model::{AddrSpec, DateTime},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::Command,
};

use crate::support::provider::{Provider, Trouble, browse};

/// Exit code, standard output, standard error; the address that is shown is opened meanwhile.
async fn aloud(dir: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_aloud"))
        .arg("--data-dir")
        .arg(dir)
        .args(arguments)
        // No keyring: nothing may depend on one, and nothing may be written instead.
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
        .env_remove("ALOUD_PASSWORD")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut lines = BufReader::new(child.stderr.take().expect("its errors")).lines();
    let mut said = String::new();
    while let Ok(Some(line)) = lines.next_line().await {
        if line.starts_with("http://127.0.0.1:") {
            browse(&line).await;
        }
        said.push_str(&line);
        said.push('\n');
    }
    let mut out = String::new();
    child.stdout.take().expect("its output").read_to_string(&mut out).await.expect("text");
    let code = child.wait().await.expect("its end").code().expect("a code");
    (code, out, said)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_is_added_and_signed_in_again() {
    let mail = Loopback::empty(DateTime::utc(1_741_170_000));
    mail.add_user("robin", "unused", &[AddrSpec::parse("robin@example.com").expect("an address")]);
    let ports = mail.listen(0, 0).await.expect("ports");
    let provider = Provider::start(&mail, "robin").await;
    let dir = tempfile::tempdir().expect("a folder");
    let (imap, smtp) = (ports.imap.to_string(), ports.smtp.to_string());
    let add = |more: &[&'static str]| {
        let mut all = vec!["account", "add", "--name", "Robin", "--address", "robin@example.com"];
        all.extend(["--user", "robin", "--imap-security", "none", "--smtp-security", "none"]);
        let given = ["--imap", &imap, "--smtp", &smtp, "--oauth", &provider.issuer];
        let all: Vec<String> =
            all.into_iter().chain(given).chain(more.iter().copied()).map(str::to_owned).collect();
        all
    };
    let run = async |arguments: Vec<String>| {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        aloud(dir.path(), &arguments).await
    };
    // Nobody has told what Aloud is called there.
    let (code, _, said) = run(add(&["--no-browser"])).await;
    assert!(code == 1 && said.contains("client id"), "{said}");
    // A client id alone says nothing about where.
    let given = ["--imap", &imap, "--smtp", &smtp, "--client-id", "aloud-test"];
    let alone = ["account", "add", "robin@example.com"].into_iter().chain(given);
    let (code, _, said) = run(alone.map(str::to_owned).collect()).await;
    assert!(code == 2 && said.contains("--client-id goes with --oauth"), "{said}");
    // Settings do; and the user says no.
    let config = dir.path().join("config");
    std::fs::create_dir_all(&config).expect("a folder");
    let known = format!("[\"{}\"]\nclient-id = \"aloud-test\"\n", provider.issuer);
    std::fs::write(config.join("providers.toml"), known).expect("written");
    provider.set().trouble = Trouble::Denied;
    let (code, _, said) = run(add(&["--no-browser"])).await;
    assert!(code == 1 && said.contains("access_denied"), "{said}");
    provider.set().trouble = Trouble::None;
    let (code, out, said) = run(add(&["--no-browser", "--check"])).await;
    assert_eq!((code, out.as_str()), (0, "1\trobin@example.com\n"), "{said}");
    assert!(said.contains("keyring"), "{said}");
    let list = vec!["account".into(), "list".into(), "--json".into()];
    assert!(run(list).await.1.contains(r#""provider":{"issuer":"#));
    // Without a keyring nothing lasts, and the user is told what to do.
    let (code, out, said) = run(vec!["sync".into(), "--once".into()]).await;
    assert_eq!(out, "", "no mailbox was looked at");
    assert!(code == 1 && said.contains("Sign in with your provider"), "{said}");
    let again = ["account", "sign-in", "robin@example.com", "--no-browser"].map(str::to_owned);
    assert_eq!(run(again.into()).await.0, 0);
    let device = ["account", "sign-in", "1", "--device"].map(str::to_owned);
    let (code, _, said) = run(device.into()).await;
    assert!(code == 0 && said.contains("WDJB-MJHT"), "{said}");
    for file in ["access-", "refresh-"] {
        let found = std::process::Command::new("grep").args(["-rl", file]).arg(dir.path()).output();
        assert!(found.is_ok_and(|found| found.stdout.is_empty()), "{file} is on disk");
    }
}
