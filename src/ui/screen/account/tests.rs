use super::*;

fn filled() -> Account {
    let mut form = Account::default();
    for (field, text) in [
        (Field::Name, "Helen Marsh"),
        (Field::Address, "helen.marsh@calderfinch.example"),
        (Field::Password, "correct horse"),
    ] {
        form.update(Message::Typed(field, text.into()));
    }
    form
}

fn checked(form: &mut Account, error: Error) -> Wrong {
    assert!(matches!(form.update(Message::Check), Action::Ask(Question::Check(..))));
    let number = form.number;
    form.update(Message::Checked(number, Err(error)));
    form.wrong().cloned().expect("something is wrong")
}

#[test]
fn a_provider_is_signed_in_at_in_the_browser() {
    let mut form = Account::default();
    assert!(matches!(form.update(Message::SignIn), Action::None), "nobody to sign in at");
    form.update(Message::Typed(Field::Address, "helen@gmail.com".into()));
    assert_eq!(form.imap.host, "imap.gmail.com");
    assert_eq!(form.smtp.port, "465");
    form.update(Message::Typed(Field::Address, "helen@outlook.com".into()));
    assert_eq!((form.smtp.host.as_str(), form.smtp.port.as_str()), ("smtp.office365.com", "587"));
    assert_eq!(form.smtp.security, Security::StartTls);
    // No password is asked for, and nothing else goes on meanwhile.
    let asked = form.update(Message::SignIn);
    let Action::Ask(Question::SignIn(number, settings, provider, _)) = asked else {
        panic!("not asked")
    };
    assert_eq!(provider, Provider::Microsoft);
    assert_eq!(settings.user, "helen@outlook.com");
    assert!(form.is_busy());
    assert!(matches!(form.update(Message::Check), Action::None));
    // What comes after "Cancel" is dropped.
    form.update(Message::Cancel);
    assert!(!form.is_busy());
    let late = Err(Error::SignIn(SignInFault::TooLate));
    assert!(matches!(form.update(Message::SignedIn(number, late)), Action::None));
    assert!(form.wrong().is_none());
    // A company's own domain at Microsoft is known by its server.
    form.update(Message::Typed(Field::Address, "helen@calderfinch.example".into()));
    assert!(form.provider().is_none());
    form.update(Message::Typed(Field::Host(Which::Imap), "outlook.office365.com".into()));
    assert_eq!(form.provider(), Some(Provider::Microsoft));
    form.update(Message::SignIn);
    let refused = Err(Error::SignIn(SignInFault::NoClient));
    form.update(Message::SignedIn(form.number, refused));
    assert!(form.wrong().is_some_and(|wrong| wrong.text.contains("client id")));
}

#[test]
fn servers_follow_the_address_until_touched() {
    let mut form = filled();
    assert_eq!(form.imap.host, "imap.calderfinch.example");
    assert_eq!(form.user, "helen.marsh@calderfinch.example");
    form.update(Message::Typed(Field::Host(Which::Imap), "mail.other.example".into()));
    form.update(Message::Typed(Field::Address, "helen@example.com".into()));
    assert_eq!(form.imap.host, "mail.other.example");
    assert_eq!(form.smtp.host, "smtp.example.com");
    form.update(Message::Security(Which::Smtp, Security::StartTls));
    assert_eq!(form.smtp.port, "587");
}

#[test]
fn an_incomplete_address_is_told_before_anything_is_sent() {
    let mut form = filled();
    form.update(Message::Typed(Field::Address, "helen@calderfinch".into()));
    assert!(matches!(form.update(Message::Check), Action::None));
    let wrong = form.wrong().expect("wrong");
    assert_eq!(wrong.field, Some(Field::Address));
    assert_eq!(wrong.text, "That address isn’t complete. It looks like name@company.example.");
}

#[test]
fn a_wrong_password_stands_under_its_field() {
    let mut form = filled();
    let wrong = checked(&mut form, Error::Auth("535 no".into()));
    assert_eq!(wrong.field, Some(Field::Password));
    assert!(wrong.text.starts_with("The server didn’t accept this password."));
    assert!(!form.is_busy());
    form.update(Message::Typed(Field::Password, "other".into()));
    assert_eq!(form.wrong(), None);
}

#[test]
fn a_silent_server_is_named_with_its_port() {
    let error = Error::Unreachable {
        host: "imap.calderfinch.example:993".into(),
        reason: crate::engine::Broken::NoConnection,
    };
    let wrong = checked(&mut filled(), error);
    assert_eq!(
        wrong.text,
        "imap.calderfinch.example didn’t answer on port 993. Check the name and port, or your VPN."
    );
    assert!(!wrong.can_go_on);
}

#[test]
fn a_port_that_speaks_otherwise_says_what_to_choose() {
    for (port, expects, text) in [
        (
            143,
            Security::StartTls,
            "Port 143 of imap.calderfinch.example expects STARTTLS. Choose STARTTLS for it, or another port.",
        ),
        (
            993,
            Security::Tls,
            "Port 993 of imap.calderfinch.example expects TLS. Choose TLS for it, or another port.",
        ),
    ] {
        let host = format!("imap.calderfinch.example:{port}");
        let wrong = checked(&mut filled(), Error::WrongSecurity { host, expects });
        assert_eq!(wrong.text, text);
    }
}

#[test]
fn certificates_say_what_is_wrong_and_what_to_do() {
    let bad = |kind| Error::Certificate(BadCertificate { kind, reason: "x".into() });
    let day = crate::model::DateTime::utc(1_760_270_400);
    for (kind, fact, text, asks_ca) in [
        (
            CertificateFault::Expired(Some(day)),
            "The server’s certificate has expired",
            "It ran out on 12 October 2025. Aloud stopped before sending your password. Tell your administrator.",
            false,
        ),
        (
            CertificateFault::OtherName(vec!["mail.other.example".into()]),
            "This certificate belongs to another server",
            "It is for mail.other.example, not for imap.calderfinch.example. Check the server name.",
            false,
        ),
        (
            CertificateFault::UnknownIssuer,
            "Aloud doesn’t know who issued this server’s certificate",
            "Common with company servers. Ask your administrator for the certificate file of the company, and choose it here. Aloud stopped before sending your password.",
            true,
        ),
    ] {
        let wrong = checked(&mut filled(), bad(kind));
        assert_eq!(wrong.fact.as_deref(), Some(fact));
        assert_eq!((wrong.text.as_str(), wrong.asks_ca), (text, asks_ca));
    }
}

#[test]
fn a_certificate_file_goes_along_with_the_next_check() {
    let mut form = filled();
    let bad = BadCertificate { kind: CertificateFault::UnknownIssuer, reason: "x".into() };
    checked(&mut form, Error::Certificate(bad));
    form.update(Message::Typed(Field::Ca, "/etc/company.pem".into()));
    assert!(form.wrong().is_some(), "the field stays while its path is typed");
    let again = form.update(Message::Check);
    let Action::Ask(Question::Check(_, settings, _)) = again else { panic!("{again:?}") };
    assert_eq!(settings.ca_pem, Some("/etc/company.pem".into()));
}

#[test]
fn reading_without_sending_is_offered() {
    let mut form = filled();
    let error = Error::Unreachable {
        host: "smtp.calderfinch.example:465".into(),
        reason: crate::engine::Broken::Said("refused".into()),
    };
    assert!(checked(&mut form, error).can_go_on);
    assert!(matches!(form.update(Message::GoOn), Action::Ask(Question::Add(..))));
}

#[test]
fn adds_after_the_check_and_tells_when_there_is_no_keyring() {
    let mut form = filled();
    form.update(Message::Check);
    let add = form.update(Message::Checked(1, Ok(())));
    let Action::Ask(Question::Add(settings, _)) = add else { panic!("{add:?}") };
    assert_eq!(settings.imap.port, 993);
    let done = form.update(Message::Added(Ok((AccountId(2), false)))).flat();
    assert!(matches!(done[0], Action::Do(Verb::AccountAdded)));
    assert!(matches!(&done[1], Action::Toast(toast)
        if toast.text == "No keyring found. Aloud asks for the password at each start."));
    assert!(form.password.is_empty());
}

#[test]
fn an_answer_after_going_back_is_dropped() {
    let mut form = filled();
    form.update(Message::Check);
    form.update(Message::Back);
    assert!(matches!(form.update(Message::Checked(1, Ok(()))), Action::None));
}

#[test]
fn nothing_typed_shows_in_debug_output() {
    let message = Message::Typed(Field::Password, "hunter2".into());
    assert!(!format!("{message:?}").contains("hunter2"));
    assert!(!format!("{:?}", filled()).contains("correct horse"));
}
