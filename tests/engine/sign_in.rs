//! Signing in at both protocols (RFC 4422, RFC 4954) against exact transcripts: what is offered, what
//! is refused, and what is never said.

use std::sync::Arc;

use aloud::{
    engine::{
        AccountSettings, Error, OAuth, Provider, Security, SignIn, imap::Session, smtp::probe,
    },
    model::Secret,
};

use crate::support::scripted_server::{Stage, class, password, settings};

const PLAIN: &str = "AGFkYQBjb3JyZWN0IGhvcnNl";
const PASSWORD: &str = "Y29ycmVjdCBob3JzZQ==";
/// `user=ada^Aauth=Bearer t0ken^A^A` and `n,a=ada,^Ahost=mail.example.com^Aport=143^A...`.
const XOAUTH2: &str = "dXNlcj1hZGEBYXV0aD1CZWFyZXIgdDBrZW4BAQ==";
const BEARER_143: &str =
    "bixhPWFkYSwBaG9zdD1tYWlsLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHQwa2VuAQE=";
const BEARER_587: &str =
    "bixhPWFkYSwBaG9zdD1tYWlsLmV4YW1wbGUuY29tAXBvcnQ9NTg3AWF1dGg9QmVhcmVyIHQwa2VuAQE=";
/// `{"status":"invalid_token"}`.
const EXPIRED: &str = "eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0=";

async fn imap(stage: &Stage, settings: &AccountSettings, secret: &Secret) -> Result<(), Error> {
    let session = Session::connect(stage, settings, secret, "Aloud 0.1", Arc::default()).await?;
    session.logout().await;
    Ok(())
}

fn with_token() -> (AccountSettings, Secret) {
    let oauth = OAuth { provider: Provider::Google, client_id: "aloud".into() };
    let settings = AccountSettings { sign_in: SignIn::OAuth(oauth), ..settings(Security::None) };
    (settings, Secret::new("t0ken".into()))
}

/// A greeting with these capabilities.
fn greeting(capabilities: &str) -> String {
    format!("S: * OK [CAPABILITY IMAP4rev1 {capabilities}] hi\n")
}

/// What follows once command `n` signed in.
fn welcome(n: u32) -> String {
    let next = n + 1;
    format!("S: A{n} OK [CAPABILITY IMAP4rev1 ID] in\nC~ A{next} ID\nS: A{next} OK\nC~ A\n")
}

fn hello(auth: &str) -> String {
    format!("S: 220 hi\nC~ EHLO\nS: 250-x\nS: 250 AUTH {auth}\n")
}

#[tokio::test(start_paused = true)]
async fn imap_signs_in_as_the_server_can() {
    let login = |n: u32| format!("C: A{n} LOGIN \"ada\" \"correct horse\"\n{}", welcome(n));
    for scripts in [
        vec![format!(
            "{}C: A1 AUTHENTICATE PLAIN {PLAIN}\n{}",
            greeting("SASL-IR AUTH=PLAIN"),
            welcome(1)
        )],
        // The plus with and without a space, and with words that mean nothing.
        vec![format!(
            "{}C: A1 AUTHENTICATE PLAIN\nS. +<CRLF>\nC: {PLAIN}\n{}",
            greeting("AUTH=PLAIN"),
            welcome(1)
        )],
        vec![format!(
            "{}C: A1 AUTHENTICATE PLAIN\nS: + go ahead\nC: {PLAIN}\n{}",
            greeting("AUTH=PLAIN LOGINDISABLED"),
            welcome(1)
        )],
        // A server that does not look at what came along.
        vec![format!(
            "{}C: A1 AUTHENTICATE PLAIN {PLAIN}\nS: + \nC: {PLAIN}\n{}",
            greeting("SASL-IR AUTH=PLAIN"),
            welcome(1)
        )],
        vec![format!(
            "{}C: A1 AUTHENTICATE LOGIN\nS: + Benutzername?\nC: YWRh\nS: + Kennwort?\nC: {PASSWORD}\n{}",
            greeting("AUTH=LOGIN LOGINDISABLED SASL-IR"),
            welcome(1)
        )],
        // PLAIN is offered and refused, before or after it was said: LOGIN is another matter.
        vec![format!("{}C~ A1 AUTH\nS: A1 NO unsupported\n{}", greeting("AUTH=PLAIN"), login(2))],
        vec![format!("{}C~ A1 AUTH\nS: A1 BAD what\n{}", greeting("AUTH=PLAIN"), login(2))],
        vec![format!(
            "{}C~ A1 AUTH\nS: +\nC: {PLAIN}\nS: A1 NO no\n{}",
            greeting("AUTH=PLAIN"),
            login(2)
        )],
        // Or the server hangs up on it.
        vec![
            format!("{}C~ A1 AUTH\nS: +\nC: {PLAIN}\nBYE", greeting("AUTH=PLAIN")),
            format!("{}{}", greeting("AUTH=PLAIN"), login(1)),
        ],
        vec![
            format!("{}C~ A1 AUTH\nS: * BYE no\nBYE", greeting("AUTH=PLAIN")),
            format!("{}{}", greeting("AUTH=PLAIN"), login(1)),
        ],
        // After a no it hangs up as well: what was not tried yet is tried over another connection.
        vec![
            format!("{}C~ A1 AUTH\nS: A1 NO no\nBYE", greeting("AUTH=PLAIN")),
            format!("{}{}", greeting("AUTH=PLAIN"), login(1)),
        ],
        // SCRAM that makes no sense is given up.
        vec![format!(
            "{}C~ A1 AUTHENTICATE SCRAM-SHA-256 \nS: + cj14\nC: *\nS: A1 BAD given up\n\
             C: A2 AUTHENTICATE PLAIN {PLAIN}\n{}",
            greeting("SASL-IR AUTH=SCRAM-SHA-256 AUTH=PLAIN AUTH=CRAM-MD5"),
            welcome(2)
        )],
        vec![format!(
            "{}C~ A1 AUTHENTICATE SCRAM-SHA-1 \nS: A1 NO [AUTHENTICATIONFAILED] no\n\
             C: A2 AUTHENTICATE PLAIN {PLAIN}\n{}",
            greeting("SASL-IR AUTH=SCRAM-SHA-1 AUTH=PLAIN"),
            welcome(2)
        )],
    ] {
        let lines: Vec<&str> = scripts.iter().map(String::as_str).collect();
        let stage = Stage::new(4096, &lines);
        let outcome = imap(&stage, &settings(Security::None), &password()).await;
        outcome.unwrap_or_else(|error| panic!("{error}: {scripts:#?}"));
        stage.finish();
    }
}

#[tokio::test(start_paused = true)]
async fn imap_says_no_more_than_it_must() {
    let wrong = "NO [AUTHENTICATIONFAILED] wrong";
    for (script, want, passwords) in [
        (
            format!(
                "{}C~ A1\nS: +\nC: {PLAIN}\nS: A1 {wrong}\n",
                greeting("AUTH=PLAIN AUTH=LOGIN AUTH=CRAM-MD5")
            ),
            "auth",
            1,
        ),
        (
            format!(
                "{}C~ A1\nS: +\nC: {PLAIN}\nS: A1 NO [UNAVAILABLE] later\n",
                greeting("AUTH=PLAIN")
            ),
            "server",
            1,
        ),
        (
            format!(
                "{}C~ A1\nS: +\nC: {PLAIN}\nS: A1 NO no\nC~ A2 LOGIN\nS: A2 NO no\n",
                greeting("AUTH=PLAIN AUTH=LOGIN")
            ),
            "auth",
            2,
        ),
        // Without TLS CRAM-MD5 is nothing, and so is what nobody knows.
        (greeting("AUTH=CRAM-MD5 AUTH=GSSAPI LOGINDISABLED"), "no sign-in", 0),
        // A yes without the proof that SCRAM owes us.
        (
            format!(
                "{}C~ A1 AUTHENTICATE SCRAM\nS: A1 OK welcome\n",
                greeting("SASL-IR AUTH=SCRAM-SHA-256 AUTH=PLAIN")
            ),
            "protocol",
            0,
        ),
        (
            format!(
                "{}C~ A1 AUTH\nS: +\nC: {PLAIN}\nS: +\nC: *\nS: +\nSTALL\n",
                greeting("AUTH=PLAIN LOGINDISABLED")
            ),
            "protocol",
            1,
        ),
    ] {
        let stage = Stage::new(4096, &[&script]);
        let error = imap(&stage, &settings(Security::None), &password()).await.expect_err(&script);
        assert_eq!(class(&error), want, "{script}");
        let heard = stage.log.heard();
        let said = heard.matches(PLAIN).count() + heard.matches("correct horse").count();
        assert_eq!(said, passwords, "{script}: {heard}");
        stage.finish();
    }
}

/// A server that hangs up on what was not refused may have a bad moment.
#[tokio::test(start_paused = true)]
async fn imap_that_hangs_up_has_refused_a_password_only_where_it_said_so() {
    for (answer, want) in [("BAD what", "unreachable"), ("NO no", "auth")] {
        let first = format!("{}C~ A1 AUTH\nS: +\nC: {PLAIN}\n", greeting("AUTH=PLAIN"));
        let first = match want {
            // Before the password was said.
            "unreachable" => format!("{}C~ A1 AUTH\nS: A1 {answer}\nBYE", greeting("AUTH=PLAIN")),
            _ => format!("{first}S: A1 {answer}\nBYE"),
        };
        let second = format!("{}C~ A1 LOGIN\nBYE", greeting("AUTH=PLAIN"));
        let stage = Stage::new(4096, &[&first, &second]);
        let error = imap(&stage, &settings(Security::None), &password()).await.expect_err(answer);
        assert_eq!(class(&error), want, "{answer}");
        stage.finish();
    }
}

#[tokio::test(start_paused = true)]
async fn smtp_signs_in_as_the_server_can() {
    let plain = format!("C: AUTH PLAIN {PLAIN}\n");
    let login = format!("C: AUTH LOGIN\nS: 334 x\nC: YWRh\nS: 334\nC: {PASSWORD}\n");
    let done = "S: 235 in\nC: QUIT\n";
    for scripts in [
        vec![format!("{}{plain}{done}", hello("LOGIN PLAIN"))],
        vec![format!("{}{plain}S: 334 \nC: {PLAIN}\n{done}", hello("PLAIN"))],
        vec![format!("{}{login}{done}", hello("LOGIN NTLM"))],
        // Offered and not served.
        vec![format!("{}{plain}S: 504 5.5.4 no\n{login}{done}", hello("PLAIN LOGIN"))],
        vec![format!("{}{plain}S: 534 5.7.9 too weak\n{login}{done}", hello("PLAIN LOGIN"))],
        vec![
            format!("{}{plain}BYE", hello("PLAIN LOGIN")),
            format!("{}{login}{done}", hello("PLAIN LOGIN")),
        ],
        vec![
            format!("{}{plain}S: 504 no\nBYE", hello("PLAIN LOGIN")),
            format!("{}{login}{done}", hello("PLAIN LOGIN")),
        ],
        vec![format!(
            "{}C~ AUTH SCRAM-SHA-256 \nS: 334 cj14\nC: *\nS: 501 given up\n{plain}{done}",
            hello("CRAM-MD5 SCRAM-SHA-256 PLAIN")
        )],
        vec![format!(
            "{}C~ AUTH SCRAM-SHA-1 \nS: 535 5.7.8 no\n{plain}{done}",
            hello("SCRAM-SHA-1 PLAIN")
        )],
    ] {
        let lines: Vec<&str> = scripts.iter().map(String::as_str).collect();
        let stage = Stage::new(4096, &lines);
        let outcome = probe(&stage, &settings(Security::None), &password()).await;
        outcome.unwrap_or_else(|error| panic!("{error}: {scripts:#?}"));
        stage.finish();
    }
    for (script, want) in [
        (format!("{}{plain}S: 535 5.7.8 wrong\n", hello("PLAIN LOGIN")), "auth"),
        (
            format!("{}{plain}S: 534-5.7.9 Application\nS: 534 5.7.9 password\n", hello("PLAIN")),
            "auth",
        ),
        (format!("{}{plain}S: 454 4.7.0 later\n", hello("PLAIN LOGIN")), "server"),
        // A mechanism that it will not have says nothing of the password, not before any proof.
        (
            format!("{}{plain}S: 504 no\nC~ AUTH LOGIN\nS: 454 later\n", hello("PLAIN LOGIN")),
            "server",
        ),
        (
            format!("{}{plain}S: 504 no\nC~ AUTH LOGIN\nSTALL\n", hello("PLAIN LOGIN")),
            "unreachable",
        ),
        (
            format!(
                "{}C~ AUTH SCRAM-SHA-1 \nS: 535 no\n{plain}S: 454 later\n",
                hello("SCRAM-SHA-1 PLAIN")
            ),
            "server",
        ),
        (hello("CRAM-MD5 GSSAPI"), "no sign-in"),
        (format!("{}C~ AUTH SCRAM\nS: 235 welcome\n", hello("SCRAM-SHA-256 PLAIN")), "protocol"),
        (format!("{}{plain}S: 354 go on\n", hello("PLAIN")), "protocol"),
    ] {
        let stage = Stage::new(4096, &[&script]);
        let outcome = probe(&stage, &settings(Security::None), &password()).await;
        assert_eq!(class(&outcome.expect_err(&script)), want, "{script}");
        stage.finish();
    }
}

#[tokio::test(start_paused = true)]
async fn tokens_go_where_tokens_are_taken() {
    let (settings, token) = with_token();
    for (script, said) in [
        (
            format!(
                "{}C: A1 AUTHENTICATE OAUTHBEARER {BEARER_143}\n{}",
                greeting("SASL-IR AUTH=PLAIN AUTH=XOAUTH2 AUTH=OAUTHBEARER"),
                welcome(1)
            ),
            None,
        ),
        (
            format!(
                "{}C: A1 AUTHENTICATE XOAUTH2\nS: +\nC: {XOAUTH2}\n{}",
                greeting("AUTH=PLAIN AUTH=XOAUTH2"),
                welcome(1)
            ),
            None,
        ),
        // The error comes as a question, which wants an answer before the no.
        (
            format!(
                "{}C~ A1\nS: + {EXPIRED}\nC: AQ==\nS: A1 NO no\n",
                greeting("SASL-IR AUTH=OAUTHBEARER AUTH=XOAUTH2")
            ),
            Some("auth"),
        ),
        (
            format!(
                "{}C~ A1\nS: + {EXPIRED}\nC: \u{20}\nS: A1 NO no\n",
                greeting("SASL-IR AUTH=XOAUTH2")
            ),
            Some("auth"),
        ),
        // A token is no password.
        (greeting("AUTH=PLAIN AUTH=LOGIN"), Some("no sign-in")),
    ] {
        let script = script.replace("C: \u{20}\n", "C: \n");
        let stage = Stage::new(4096, &[&script]);
        let outcome = imap(&stage, &settings, &token).await;
        assert_eq!(outcome.as_ref().err().map(class), said, "{script}: {outcome:?}");
        if let Err(Error::Auth(words)) = outcome {
            assert_eq!(words, "invalid_token: no");
        }
        stage.finish();
    }
    for (script, said) in [
        (
            format!("{}C: AUTH OAUTHBEARER {BEARER_587}\nS: 235 in\n", hello("PLAIN OAUTHBEARER")),
            None,
        ),
        (format!("{}C: AUTH XOAUTH2 {XOAUTH2}\nS: 235 in\n", hello("LOGIN XOAUTH2")), None),
        (
            format!(
                "{}C~ AUTH\nS: 334 {EXPIRED}\nC: AQ==\nS: 535 no\n",
                hello("OAUTHBEARER XOAUTH2")
            ),
            Some("auth"),
        ),
        (
            format!("{}C~ AUTH\nS: 334 {EXPIRED}\nC: \u{20}\nS: 535 no\n", hello("XOAUTH2")),
            Some("auth"),
        ),
        (hello("PLAIN LOGIN"), Some("no sign-in")),
    ] {
        let script = script.replace("C: \u{20}\n", "C: \n");
        let stage = Stage::new(4096, &[&script]);
        let outcome = probe(&stage, &settings, &token).await;
        assert_eq!(outcome.as_ref().err().map(class), said, "{script}: {outcome:?}");
        stage.finish();
    }
}
