//! Nothing secret before verified TLS (reliability T1, T2, T17, T18), for both protocols.

use std::sync::Arc;

use aloud::engine::{
    AccountSettings, Error, Security,
    imap::Session,
    smtp::{SmtpFacts, probe},
};
use tokio_rustls::TlsAcceptor;

use crate::support::{
    authority::Authority,
    scripted_server::{Log, PASSWORD, Stage, USER, class, password, play, settings},
};

async fn imap(stage: &Stage, settings: &AccountSettings) -> Result<(), Error> {
    let session = Session::connect(stage, settings, &password(), "Aloud 0.1", Arc::default()).await;
    match session {
        Ok(session) => {
            session.logout().await;
            Ok(())
        }
        Err(error) => Err(error),
    }
}

async fn smtp(stage: &Stage, settings: &AccountSettings) -> Result<SmtpFacts, Error> {
    probe(stage, settings, &password()).await
}

fn no_secret(log: &Log, case: &str) {
    let heard = log.heard();
    for secret in [PASSWORD, USER, "AGFkYQ", "YWRh", "Y29ycmVjdA", "LOGIN", "AUTH"] {
        assert!(!heard.contains(secret), "{case}: the server heard {heard:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn starttls_that_goes_wrong_gets_no_credentials() {
    let imap_cases = [
        ("S: * PREAUTH welcome\n", "no encryption"),
        ("S: * OK hi\nC: S1 STARTTLS\nS: S1 BAD unknown\n", "no encryption"),
        ("S: * OK hi\nC: S1 STARTTLS\nS: S1 NO not here\n", "no encryption"),
        ("S: * OK hi\nC: S1 STARTTLS\nS: * PREAUTH now\nS: S1 OK\n", "no encryption"),
        ("S: * OK hi\nC: S1 STARTTLS\nBYE\n", "unreachable"),
        ("S: * OK hi\nC: S1 STARTTLS\nSTALL\n", "unreachable"),
        ("S: * OK hi\nC: S1 STARTTLS\nS: + go on\n", "protocol"),
        (
            "S: * OK hi\nC: S1 STARTTLS\nS. S1 OK now<CRLF>* CAPABILITY IMAP4rev1<CRLF>\nSTALL\n",
            "protocol",
        ),
        ("S: * OK hi\nC: S1 STARTTLS\nS: S1 OK now\nS: no handshake\nSTALL\n", "any"),
        ("S: * OK hi\nC: S1 STARTTLS\nS* 1000 * OK wait\nSTALL\n", "protocol"),
        ("S: * BYE [REFERRAL imap://evil.example.net/] moved\n", "server"),
        ("S: HTTP/1.1 302 Found\n", "protocol"),
    ];
    for (script, want) in imap_cases {
        let stage = Stage::new(4096, &[script]).far();
        let error = imap(&stage, &settings(Security::StartTls)).await.expect_err("no session");
        assert!(want == "any" || class(&error) == want, "{script}: {error:?}");
        no_secret(&stage.log, script);
        assert_eq!(stage.left(), 0);
    }
    let hello = "S: 220 hi\nC: EHLO [127.0.0.1]\nS: 250-x\nS: 250 STARTTLS\nC: STARTTLS\n";
    let smtp_cases = [
        ("S: 220 hi\nC~ EHLO\nS: 250-x\nS: 250 AUTH PLAIN\n".to_owned(), "no encryption"),
        ("S: 220 hi\nC~ EHLO\nS: 502 what\n".to_owned(), "no encryption"),
        (format!("{hello}S: 454 not now\n"), "server"),
        (format!("{hello}S: 500 unknown\n"), "no encryption"),
        (format!("{hello}S: 235 you are in\n"), "no encryption"),
        (format!("{hello}BYE\n"), "unreachable"),
        (format!("{hello}STALL\n"), "unreachable"),
        (format!("{hello}S* 1000 220-wait\nSTALL\n"), "protocol"),
        (format!("{hello}S. 220 now<CRLF>250 x<CRLF>\nSTALL\n"), "protocol"),
        (format!("{hello}S: 220 now\nS: no handshake\nSTALL\n"), "any"),
        ("S: 554 no\n".to_owned(), "server"),
        ("S: * OK IMAP\n".to_owned(), "protocol"),
    ];
    for (script, want) in smtp_cases {
        let stage = Stage::new(4096, &[&script]).far();
        let error = smtp(&stage, &settings(Security::StartTls)).await.expect_err("no session");
        assert!(want == "any" || class(&error) == want, "{script}: {error:?}");
        let heard = stage.log.heard();
        assert!(!heard.contains("AUTH") && !heard.contains("MAIL"), "{script}: {heard:?}");
        assert_eq!(stage.left(), 0);
    }
}

#[tokio::test]
async fn plain_connections_stay_on_this_computer() {
    let mut settings = settings(Security::None);
    for host in ["mail.example.com", "localhost", "127.0.0.2", "10.0.0.1", "::2", "0.0.0.0"] {
        settings.imap.host = host.into();
        settings.smtp.host = host.into();
        let stage = Stage::new(4096, &["S: * OK hi\n"]).far();
        let error = imap(&stage, &settings).await.expect_err(host);
        assert_eq!(class(&error), "no encryption", "{host}");
        let error = smtp(&stage, &settings).await.expect_err(host);
        assert_eq!(class(&error), "no encryption", "{host}");
        assert_eq!(stage.left(), 1, "{host} was dialed");
    }
    for host in ["127.0.0.1", "::1", "[::1]"] {
        settings.imap.host = host.into();
        let stage = Stage::new(4096, &["S: * BYE\n"]).far();
        let error = imap(&stage, &settings).await.expect_err(host);
        assert_eq!(class(&error), "server", "{host}");
    }
}

/// A server that speaks `before` in plain text, then TLS, then `after`.
fn encrypted(acceptor: TlsAcceptor, before: &'static str, after: &'static str) -> Stage {
    Stage::with(move |mut stream, log| {
        tokio::spawn(async move {
            for step in before.lines() {
                use tokio::io::{AsyncReadExt, AsyncWriteExt};
                if let Some(text) = step.strip_prefix("S: ") {
                    stream.write_all(format!("{text}\r\n").as_bytes()).await.expect("written");
                } else {
                    while stream.read_u8().await.expect("a line") != b'\n' {}
                }
            }
            if let Ok(stream) = acceptor.accept(stream).await {
                play(stream, after, &log).await;
            }
        });
    })
    .far()
}

const IMAP_PLAIN: &str = "S: * OK [CAPABILITY IMAP4rev1 STARTTLS] hi\nC\nS: S1 OK go\n";
const IMAP_TLS: &str = "C: A1 CAPABILITY
    S: * CAPABILITY IMAP4rev1
    S: A1 OK
    C: A2 LOGIN \"ada\" \"correct horse\"
    S: A2 OK [CAPABILITY IMAP4rev1 ID] in
    C~ A3 ID
    S: A3 OK
    C: A4 LOGOUT
    S: A4 OK";
const SMTP_PLAIN: &str = "S: 220 hi\nC\nS: 250-x\nS: 250 STARTTLS\nC\nS: 220 go\n";
const SMTP_TLS: &str = "C: EHLO [127.0.0.1]
    S: 250-x
    S: 250-SIZE 5
    S: 250 AUTH PLAIN
    C: AUTH PLAIN AGFkYQBjb3JyZWN0IGhvcnNl
    S: 235 in
    C: QUIT
    S: 221 bye";

/// What is wrong with the choice of encryption, and what to choose.
fn expects<T>(outcome: Result<T, Error>) -> Security {
    match outcome.err() {
        Some(Error::WrongSecurity { host, expects }) => {
            assert!(host.starts_with("mail.example.com:"), "{host}");
            expects
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn the_wrong_kind_of_encryption_is_told() {
    // TLS to a port that greets in plain text.
    let stage = Stage::new(4096, &["S: * OK hi\nSTALL\n"]).far();
    assert_eq!(expects(imap(&stage, &settings(Security::Tls)).await), Security::StartTls);
    let stage = Stage::new(4096, &["S: 220 hi\nSTALL\n"]).far();
    assert_eq!(expects(smtp(&stage, &settings(Security::Tls)).await), Security::StartTls);
    // STARTTLS to a port that waits for the handshake, or hangs up on what is none.
    let authority = Authority::new();
    for first in ["STALL\n", "BYE\n"] {
        for is_imap in [true, false] {
            let acceptor = authority.acceptor("mail.example.com", 2100);
            let tls = encrypted(acceptor, "", "STALL\n");
            let stage = Stage::new(4096, &[first]).far().then(tls);
            let settings = settings(Security::StartTls);
            let found = match is_imap {
                true => expects(imap(&stage, &settings).await),
                false => expects(smtp(&stage, &settings).await),
            };
            assert_eq!(found, Security::Tls, "{first}");
            no_secret(&stage.log, first);
        }
    }
}

#[tokio::test]
async fn certificates_are_verified() {
    let dir = tempfile::tempdir().expect("a folder");
    let authority = Authority::new();
    let ca = dir.path().join("ca.pem");
    std::fs::write(&ca, &authority.pem).expect("written");
    let other = Authority::new();
    for (name, signer, host, year, good) in [
        ("good", &authority, "mail.example.com", 2100, true),
        ("wrong host", &authority, "mail.example.net", 2100, false),
        ("expired", &authority, "mail.example.com", 2020, false),
        ("unknown issuer", &other, "mail.example.com", 2100, false),
    ] {
        for security in [Security::StartTls, Security::Tls] {
            let mut settings = settings(security);
            settings.ca_pem = Some(ca.clone());
            let plain = |text| if security == Security::StartTls { text } else { "" };
            let greeting = |text: &'static str, greeting: &'static str| {
                if security == Security::StartTls {
                    text
                } else {
                    Box::leak(format!("{greeting}\n{text}").into_boxed_str())
                }
            };
            let acceptor = signer.acceptor(host, year);
            let tls = greeting(IMAP_TLS, "S: * OK hi");
            let stage = encrypted(acceptor, plain(IMAP_PLAIN), tls);
            let outcome = imap(&stage, &settings).await;
            if good {
                outcome.expect(name);
                stage.finish();
            } else {
                assert_eq!(outcome.as_ref().err().map(class), Some("certificate"), "{name}");
                no_secret(&stage.log, name);
            }
            let acceptor = signer.acceptor(host, year);
            let tls = greeting(SMTP_TLS, "S: 220 hi");
            let stage = encrypted(acceptor, plain(SMTP_PLAIN), tls);
            let outcome = smtp(&stage, &settings).await;
            if good {
                assert_eq!(outcome.expect(name).size, Some(5));
                stage.finish();
            } else {
                assert_eq!(outcome.as_ref().err().map(class), Some("certificate"), "{name}");
                no_secret(&stage.log, name);
            }
        }
    }
    let mut settings = settings(Security::Tls);
    std::fs::write(&ca, "nothing").expect("written");
    settings.ca_pem = Some(ca);
    let stage = Stage::new(64, &[]).far();
    assert_eq!(imap(&stage, &settings).await.as_ref().err().map(class), Some("certificate"));
}
