use super::*;

fn who<'a>(user: &'a str, secret: &'a Secret) -> Who<'a> {
    let (host, port) = ("mail.example.com", 143);
    Who { user, secret, host, port, end_point: None, binds: false }
}

fn exchange(mechanism: Mechanism, user: &str, secret: &str) -> Exchange {
    exchange_with(mechanism, user, secret, "rOprNGfwEbeRWgbNEkqO")
}

fn exchange_with(mechanism: Mechanism, user: &str, secret: &str, nonce: &str) -> Exchange {
    let secret = Secret::new(secret.into());
    match Exchange::new(mechanism, &who(user, &secret), nonce) {
        Ok(exchange) => exchange,
        Err(stop) => panic!("{mechanism:?}: {stop:?}"),
    }
}

fn coded(text: &str) -> String {
    STANDARD.encode(text)
}

fn clear(line: &str) -> String {
    String::from_utf8(STANDARD.decode(line).expect("base64")).expect("text")
}

/// RFC 7677 section 3 and RFC 5802 section 5. The nonce of the latter is long enough by our measure.
#[test]
fn scram_of_the_standards() {
    for (mechanism, nonce, first, server_first, proof, signature) in [
        (
            Mechanism::ScramSha256,
            "rOprNGfwEbeRWgbNEkqO",
            "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
             s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
             p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
            "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
        ),
        (
            Mechanism::ScramSha1,
            "fyko+d2lbbFgONRv9qkxdawL",
            "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
            "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
            "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
            "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
        ),
    ] {
        let mut scram = exchange_with(mechanism, "user", "pencil", nonce);
        assert_eq!(scram.initial().map(|line| clear(&line)).as_deref(), Some(first));
        assert!(!scram.revealed(), "a name alone is no credential");
        let answer = scram.answer(&coded(server_first)).expect("an answer");
        assert_eq!(clear(&answer), proof);
        assert!(scram.revealed() && !scram.proved(), "a yes now would prove nothing");
        assert_eq!(scram.answer(&coded(signature)).expect("the end").as_str(), "");
        assert!(scram.proved());
        assert_eq!(scram.answer("").err(), Some(Stop::Challenge));
    }
}

#[test]
fn scram_believes_no_false_server() {
    let nonce = "rOprNGfwEbeRWgbNEkqO";
    let start = || {
        let mut scram = exchange(Mechanism::ScramSha256, "user", "pencil");
        scram.initial();
        scram
    };
    for (first, stop) in [
        ("r=other,s=W22Z,i=4096".to_owned(), Stop::Challenge),
        (format!("r={nonce},s=W22Z,i=4096"), Stop::Challenge),
        (format!("m=x,r={nonce}x,s=W22Z,i=4096"), Stop::Challenge),
        (format!("r={nonce}x,s=,i=4096"), Stop::Challenge),
        (format!("r={nonce}x,s=!,i=4096"), Stop::Challenge),
        (format!("r={nonce}x,s=W22Z"), Stop::Challenge),
        (format!("r={nonce}x,s=W22Z,i=-1"), Stop::Challenge),
        (format!("r={nonce}x,s=W22Z,i=0"), Stop::Iterations),
        (format!("r={nonce}x,s=W22Z,i=4095"), Stop::Iterations),
        (format!("r={nonce}x,s=W22Z,i=4294967295"), Stop::Iterations),
        (format!("r={nonce}x,s={},i=4096", STANDARD.encode([7; 1025])), Stop::Challenge),
        (String::new(), Stop::Challenge),
    ] {
        let mut scram = start();
        assert_eq!(scram.answer(&coded(&first)).err(), Some(stop), "{first}");
        assert!(!scram.revealed(), "{first}");
    }
    for last in ["v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G5=", "v=", "ok", "v=AAAA", ""] {
        let mut scram = start();
        let first = format!("r={nonce}x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
        assert!(scram.answer(&coded(&first)).is_ok());
        assert_eq!(scram.answer(&coded(last)).err(), Some(Stop::FalseServer), "{last}");
        assert!(!scram.proved());
    }
    let mut scram = start();
    let first = format!("r={nonce}x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
    assert!(scram.answer(&coded(&first)).is_ok());
    assert_eq!(scram.answer(&coded("e=invalid-proof")).expect("an answer").as_str(), "");
    assert!(!scram.proved());
    assert_eq!(scram.told(), Some("invalid-proof"));
}

#[test]
fn scram_says_what_is_bound_in() {
    let secret = Secret::new("pencil".into());
    let nonce = "rOprNGfwEbeRWgbNEkqO";
    for (mechanism, end_point, binds, want) in [
        (Mechanism::ScramSha256, None, false, "n,,"),
        (Mechanism::ScramSha256, Some(&b"hash"[..]), false, "y,,"),
        (Mechanism::ScramSha256, Some(b"hash"), true, "n,,"),
        (Mechanism::ScramSha256Plus, Some(b"hash"), true, "p=tls-server-end-point,,"),
    ] {
        let who = Who { end_point, binds, ..who("a=b,c", &secret) };
        let Ok(mut scram) = Exchange::new(mechanism, &who, nonce) else { panic!("no exchange") };
        let first = clear(&scram.initial().expect("first words"));
        assert_eq!(first, format!("{want}n=a=3Db=2Cc,r={nonce}"));
        let server = format!("r={nonce}x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
        let answer = clear(&scram.answer(&coded(&server)).expect("an answer"));
        let bound = answer.split(',').next().and_then(|c| c.strip_prefix("c=")).expect("c=");
        let hash = if want.starts_with('p') { "hash" } else { "" };
        assert_eq!(clear(bound), format!("{want}{hash}"));
    }
}

#[test]
fn plain_is_said_first_or_when_asked() {
    let want = "AGFkYQBjb3JyZWN0IGhvcnNl";
    let mut plain = exchange(Mechanism::Plain, "ada", "correct horse");
    assert!(!plain.revealed());
    assert_eq!(plain.answer("").expect("an answer").as_str(), want);
    assert!(plain.revealed());
    assert_eq!(plain.answer("").err(), Some(Stop::Challenge));
    let mut plain = exchange(Mechanism::Plain, "ada", "correct horse");
    assert_eq!(plain.initial().expect("first words").as_str(), want);
    // A server that does not look at what came along.
    assert_eq!(plain.answer("").expect("an answer").as_str(), want);
    assert_eq!(plain.answer("").err(), Some(Stop::Challenge));
    let nul = Secret::new("a\0b".into());
    let unsayable = Exchange::new(Mechanism::Plain, &who("ada", &nul), "x").err();
    assert_eq!(unsayable, Some(Stop::Unsayable));
}

#[test]
fn login_goes_by_order_and_not_by_words() {
    for prompts in [
        ["VXNlcm5hbWU6", "UGFzc3dvcmQ6"],
        ["VXNlciBOYW1lAA==", "UGFzc3dvcmQA"],
        ["Username:", "Password:"],
        ["", ""],
        ["UGFzc3dvcmQ6", "VXNlcm5hbWU6"],
        ["\u{fffd}!", "=="],
    ] {
        let mut login = exchange(Mechanism::Login, "ada", "correct horse");
        assert!(login.initial().is_none());
        assert_eq!(login.answer(prompts[0]).expect("the name").as_str(), "YWRh");
        assert!(!login.revealed());
        let password = login.answer(prompts[1]).expect("the password");
        assert_eq!(password.as_str(), "Y29ycmVjdCBob3JzZQ==");
        assert!(login.revealed());
        assert_eq!(login.answer(prompts[1]).err(), Some(Stop::Challenge));
    }
}

/// RFC 2195 section 2.
#[test]
fn cram_of_the_standard() {
    let mut cram = exchange(Mechanism::CramMd5, "tim", "tanstaaftanstaaf");
    assert!(cram.initial().is_none());
    let challenge = "PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+";
    let answer = cram.answer(challenge).expect("an answer");
    assert_eq!(answer.as_str(), "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw");
    assert_eq!(cram.answer(challenge).err(), Some(Stop::Challenge));
    let long = "x".repeat(200);
    assert!(exchange(Mechanism::CramMd5, "tim", &long).answer(challenge).is_ok());
    let unreadable = exchange(Mechanism::CramMd5, "tim", "x").answer("not base64").err();
    assert_eq!(unreadable, Some(Stop::Challenge));
}

/// RFC 7628 section 4.1, and what Google and Microsoft document.
#[test]
fn tokens_of_the_standards() {
    let token = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==";
    let secret = Secret::new(token.into());
    let (host, port) = ("server.example.com", 143);
    let who = Who { host, port, ..who("user@example.com", &secret) };
    let start = |mechanism| match Exchange::new(mechanism, &who, "") {
        Ok(exchange) => exchange,
        Err(stop) => panic!("{stop:?}"),
    };
    let mut bearer = start(Mechanism::OAuthBearer);
    assert_eq!(
        bearer.initial().expect("first words").as_str(),
        "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyI\
         HZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB"
    );
    let error = "eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIiwic2NvcGUiOiJleGFtcGxlX3Njb3BlIn0=";
    assert_eq!(bearer.answer(error).expect("the end").as_str(), "AQ==");
    assert_eq!(bearer.told(), Some("invalid_token"));
    assert_eq!(bearer.answer(error).err(), Some(Stop::Challenge));

    let mut xoauth = start(Mechanism::XOAuth2);
    assert_eq!(
        clear(&xoauth.answer("").expect("first words")),
        format!("user=user@example.com\x01auth=Bearer {token}\x01\x01")
    );
    let error = coded(r#"{"status":"401","schemes":"bearer mac","scope":"https://mail/"}"#);
    assert_eq!(xoauth.answer(&error).expect("the end").as_str(), "");
    assert_eq!(xoauth.told(), Some("401"));
    for (error, told) in [
        (coded("{\"status\":400}"), Some("400")),
        (coded("no JSON\n"), Some("no JSON")),
        ("!".to_owned(), None),
    ] {
        let mut xoauth = start(Mechanism::XOAuth2);
        xoauth.initial();
        assert!(xoauth.answer(&error).is_ok());
        assert_eq!(xoauth.told(), told);
    }
    for bad in ["", "a b", "a\x01auth=x", "\u{e9}"] {
        let secret = Secret::new(bad.into());
        let who = Who { secret: &secret, ..who };
        assert_eq!(Exchange::new(Mechanism::XOAuth2, &who, "").err(), Some(Stop::Unsayable));
    }
}

#[test]
fn long_and_endless_challenges_end() {
    let mut login = exchange(Mechanism::Login, "ada", "x");
    assert_eq!(login.answer(&"A".repeat(CHALLENGE + 1)).err(), Some(Stop::Challenge));
    let mut asked = 1;
    while login.answer("").err() != Some(Stop::Endless) {
        asked += 1;
        assert!(asked < 20);
    }
}
