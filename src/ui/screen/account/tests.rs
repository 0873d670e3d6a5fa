use super::*;
use crate::engine::{BadCertificate, CertificateFault, SignIn, SignInFault, autoconfig::Source};

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
    // Where no browser opens, that is said at once, and the address can be copied.
    let waits = Waits { url: "https://id.example.com/?state=s".into(), no_browser: true };
    form.update(Message::Waits(number, waits.clone()));
    assert!(form.is_busy() && form.waits.as_ref() == Some(&waits));
    assert!(matches!(form.update(Message::CopyAddress), Action::Run(_)));
    form.update(Message::Waits(number - 1, waits));
    assert!(form.waits.is_none(), "of an attempt before");
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
    let bad =
        |kind| Error::Certificate(BadCertificate { kind, reason: "x".into(), fingerprint: None });
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
    let bad = BadCertificate {
        kind: CertificateFault::UnknownIssuer,
        reason: "x".into(),
        fingerprint: None,
    };
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
    let number = form.number;
    let add = form.update(Message::Checked(number, Ok(())));
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
    let number = form.number;
    form.update(Message::Back);
    assert!(matches!(form.update(Message::Checked(number, Ok(()))), Action::None));
}

/// A form that was left by Escape: what it asked reaches the next one, and waits for nobody.
#[test]
fn answers_to_another_form_are_dropped() {
    let mut left = filled();
    left.update(Message::Check);
    let number = left.number;
    let given_up = left.given_up.clone();
    drop(left);
    assert!(given_up.is_given_up());
    let mut form = filled();
    form.update(Message::Check);
    assert_ne!(form.number, number);
    assert!(matches!(form.update(Message::Checked(number, Ok(()))), Action::None));
    assert!(matches!(form.update(Message::Edited(Ok(()))), Action::None));
    assert!(matches!(form.update(Message::Added(Ok((AccountId(2), true)))), Action::None));
}

/// The servers of a mistyped domain are not those of the right one.
#[test]
fn another_address_forgets_what_was_found() {
    for late in [false, true] {
        let mut form = filled();
        let asked = form.update(Message::Find);
        let Action::Ask(Question::Find(number, _)) = asked else { panic!("{asked:?}") };
        let right = Message::Typed(Field::Address, "helen.marsh@example.net".into());
        if late {
            form.update(right);
            form.update(Message::Found(number, Ok(Box::new(found()))));
        } else {
            form.update(Message::Found(number, Ok(Box::new(found()))));
            form.update(right);
        }
        assert!(form.told().is_none() && !form.is_busy());
        let hosts = (form.imap.host.as_str(), form.smtp.host.as_str(), form.user.as_str());
        let own = ("imap.example.net", "smtp.example.net", "helen.marsh@example.net");
        assert_eq!(hosts, own, "{late}");
    }
}

#[test]
fn nothing_typed_shows_in_debug_output() {
    let message = Message::Typed(Field::Password, "hunter2".into());
    assert!(!format!("{message:?}").contains("hunter2"));
    assert!(!format!("{:?}", filled()).contains("correct horse"));
}

fn there() -> engine::Account {
    let mut account = crate::ui::testing::account(7);
    account.settings.gateway = Some("gw.example.com".into());
    account.settings.imap.port = 1993;
    account
}

#[test]
fn the_form_of_an_account_is_filled_in_and_saves_what_was_changed_after_a_check() {
    let account = there();
    let mut form = Account::edit(&account);
    // Nothing typed: nothing changed. No password is asked for.
    let asked = form.update(Message::Check);
    let Action::Ask(Question::CheckEdit(_, id, settings, None)) = asked else {
        panic!("{asked:?}")
    };
    assert_eq!((id, *settings), (AccountId(7), account.settings.clone()));
    form.update(Message::Back);
    // Servers stay where they are when the address changes.
    form.update(Message::Typed(Field::Address, "helen@example.org".into()));
    form.update(Message::Typed(Field::Label, "Work".into()));
    form.update(Message::Security(Which::Smtp, Security::StartTls));
    form.update(Message::Check);
    let saved = form.update(Message::Checked(form.number, Ok(())));
    let Action::Ask(Question::Edit(_, settings, secret)) = saved else { panic!("{saved:?}") };
    assert_eq!((settings.label.as_str(), settings.imap.port), ("Work", 1993));
    assert_eq!((settings.imap.host.as_str(), settings.smtp.port), ("mail.example.com", 587));
    assert_eq!(secret, NewSecret::Same);
    let done = form.update(Message::Edited(Ok(())));
    assert!(matches!(done, Action::Do(Verb::AccountEdited)));
}

#[test]
fn what_cannot_be_checked_may_be_saved_anyway() {
    let mut form = Account::edit(&there());
    form.update(Message::Typed(Field::Host(Which::Imap), "new.example.com".into()));
    let error = Error::Unreachable {
        host: "new.example.com:1993".into(),
        reason: crate::engine::Broken::NoConnection,
    };
    form.update(Message::Check);
    form.update(Message::Checked(form.number, Err(error)));
    assert!(form.wrong().is_some_and(|wrong| wrong.can_go_on));
    let saved = form.update(Message::GoOn);
    let Action::Ask(Question::Edit(_, settings, _)) = saved else { panic!("{saved:?}") };
    assert_eq!(settings.imap.host, "new.example.com");
    // What the form itself cannot read is never saved.
    form.update(Message::Edited(Err(Error::Stopped)));
    form.update(Message::Typed(Field::Port(Which::Imap), String::new()));
    assert!(matches!(form.update(Message::GoOn), Action::None));
}

#[test]
fn a_password_that_is_typed_takes_the_place_of_the_provider() {
    let mut account = there();
    let oauth = engine::OAuth { provider: Provider::Google, client_id: "x".into() };
    account.settings.sign_in = SignIn::OAuth(oauth);
    let mut form = Account::edit(&account);
    let asked = form.update(Message::Check);
    let Action::Ask(Question::CheckEdit(_, _, settings, None)) = asked else { panic!("{asked:?}") };
    assert!(settings.sign_in.is_token());
    form.update(Message::Back);
    form.update(Message::Typed(Field::Password, "app password".into()));
    let asked = form.update(Message::Check);
    let Action::Ask(Question::CheckEdit(_, _, settings, typed)) = asked else {
        panic!("{asked:?}")
    };
    assert!(!settings.sign_in.is_token() && typed.is_some());
    let saved = form.update(Message::Checked(form.number, Ok(())));
    assert!(matches!(saved, Action::Ask(Question::Edit(_, _, NewSecret::Password(_)))));
}

fn found() -> Found {
    let server = |host: &str, port| Server { host: host.into(), port, security: Security::Tls };
    Found {
        imap: server("imap.elsewhere.example", 993),
        imap_source: Source::Srv,
        smtp: server("smtp.calderfinch.example", 465),
        smtp_source: Source::File("autoconfig.calderfinch.example".into()),
        user: "helen".into(),
        provider: None,
        foreign: vec!["imap.elsewhere.example".into()],
        foreign_issuer: None,
        app_password: false,
        help: None,
    }
}

#[test]
fn what_is_found_is_shown_before_anybody_is_signed_in_at_it() {
    let mut form = filled();
    assert!(!form.by_hand);
    let asked = form.update(Message::Find);
    let Action::Ask(Question::Find(number, address)) = asked else { panic!("{asked:?}") };
    assert_eq!(address.as_str(), "helen.marsh@calderfinch.example");
    assert!(form.is_busy() && matches!(form.update(Message::Find), Action::None));
    // What an older search found is dropped.
    form.update(Message::Found(number - 1, Ok(Box::new(found()))));
    assert!(form.is_busy());
    let shown = form.update(Message::Found(number, Ok(Box::new(found()))));
    assert!(matches!(shown, Action::None), "nobody is signed in at it yet");
    let (lines, cautions) = form.told().expect("told");
    assert!(lines[0].contains("found in DNS") && lines[1].contains("autoconfig."), "{lines:?}");
    assert!(cautions[0].contains("imap.elsewhere.example is outside calderfinch.example"));
    let asked = form.update(Message::Check);
    let Action::Ask(Question::Check(_, settings, _)) = asked else { panic!("{asked:?}") };
    assert_eq!(
        (settings.imap.host.as_str(), settings.user.as_str()),
        ("imap.elsewhere.example", "helen")
    );
    // Another server is typed: it was not found anywhere.
    form.update(Message::Back);
    form.update(Message::Typed(Field::Host(Which::Imap), "imap.example.com".into()));
    assert!(form.told().is_none());
}

#[test]
fn who_was_found_to_give_tokens_is_signed_in_at_as_long_as_its_servers_stand() {
    let issuer = engine::Provider::Issuer("https://id.calderfinch.example".into());
    let mut form = filled();
    form.update(Message::Find);
    let found = Found { provider: Some(issuer.clone()), ..found() };
    form.update(Message::Found(form.number, Ok(Box::new(found))));
    let (lines, _) = form.told().expect("told");
    assert_eq!(lines[2], "You sign in at https://id.calderfinch.example, not with a password.");
    let asked = form.update(Message::SignIn);
    let Action::Ask(Question::SignIn(_, _, provider, _)) = asked else { panic!("{asked:?}") };
    assert_eq!(provider, issuer);
    // Its tokens are not for servers that somebody typed.
    form.update(Message::Cancel);
    form.update(Message::Typed(Field::Host(Which::Smtp), "smtp.example.com".into()));
    assert!(form.provider().is_none());
}

#[test]
fn by_hand_stays_and_what_was_found_of_it_is_filled_in() {
    let mut form = filled();
    form.update(Message::ByHand);
    assert!(
        form.by_hand && matches!(form.update(Message::Check), Action::Ask(Question::Check(..)))
    );
    let mut form = filled();
    form.update(Message::Find);
    let half = NotFound {
        smtp: Some(found().smtp),
        asked: vec![(engine::autoconfig::Asked::Srv, engine::autoconfig::Nothing::Silent)],
        ..NotFound::default()
    };
    form.update(Message::Found(form.number, Err(Box::new(half))));
    assert_eq!(form.smtp.host, "smtp.calderfinch.example");
    let wrong = form.wrong().expect("told");
    assert_eq!(wrong.text, "Only the outgoing server was found. Type the incoming one.");
    assert_eq!(wrong.detail.as_deref(), Some("DNS: didn’t answer"));
    // A search that is given up finds nothing.
    let mut form = filled();
    form.update(Message::Find);
    let number = form.number;
    form.update(Message::ByHand);
    form.update(Message::Found(number, Ok(Box::new(found()))));
    assert!(form.found.is_none());
    let mut form = Account::default();
    form.update(Message::Typed(Field::Address, "helen".into()));
    assert!(matches!(form.update(Message::Find), Action::None));
    assert_eq!(form.wrong().and_then(|wrong| wrong.field), Some(Field::Address));
}

#[test]
fn a_fingerprint_is_typed_in_the_form_of_an_account_only() {
    let print = ["AB"; 32].join(":");
    let mut account = there();
    account.settings.trust("mail.example.com", print.parse().expect("a fingerprint"));
    let mut form = Account::edit(&account);
    let asked = form.update(Message::Check);
    let Action::Ask(Question::CheckEdit(_, _, settings, _)) = asked else { panic!("{asked:?}") };
    assert_eq!(settings.pins, account.settings.pins);
    form.update(Message::Back);
    // Both services of one host may have their own.
    form.update(Message::Typed(Field::Pin(Which::Smtp), "cd".repeat(32)));
    form.update(Message::Check);
    let saved = form.update(Message::Checked(form.number, Ok(())));
    let Action::Ask(Question::Edit(_, settings, _)) = saved else { panic!("{saved:?}") };
    assert_eq!(settings.pins_of("mail.example.com").len(), 2);
    form.update(Message::Edited(Err(Error::Stopped)));
    form.update(Message::Typed(Field::Pin(Which::Imap), "nonsense".into()));
    assert!(matches!(form.update(Message::Check), Action::None));
    assert_eq!(form.wrong().and_then(|wrong| wrong.field), Some(Field::Pin(Which::Imap)));
    for which in [Which::Imap, Which::Smtp] {
        form.update(Message::Typed(Field::Pin(which), String::new()));
    }
    let asked = form.update(Message::Check);
    let Action::Ask(Question::CheckEdit(_, _, settings, _)) = asked else { panic!("{asked:?}") };
    assert!(settings.pins.is_empty());
}
