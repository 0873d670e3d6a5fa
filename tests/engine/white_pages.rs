//! White pages (LDAP): what a server may do to whoever asks it, and what becomes of its people.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use aloud::{
    engine::{
        Broken, CompletionKind, Engine, Error, Fault, Security, Server,
        white_pages::{Left, MOST, WhitePages},
    },
    model::{Secret, voice::VoiceFormat},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::support::user::{Desk, addr, options};

/// BER: a tag, a length and a content.
fn ber(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x84], &length[..], content].concat()
}

fn message(id: u8, op: &[u8]) -> Vec<u8> {
    ber(0x30, &[&[2, 1, id], op].concat())
}

fn entry(id: u8, attributes: &[(&str, &[&[u8]])]) -> Vec<u8> {
    let attributes: Vec<u8> = attributes
        .iter()
        .flat_map(|(name, values)| {
            let values: Vec<u8> = values.iter().flat_map(|value| ber(4, value)).collect();
            ber(0x30, &[ber(4, name.as_bytes()), ber(0x31, &values)].concat())
        })
        .collect();
    message(id, &ber(0x64, &[ber(4, b"cn=x"), ber(0x30, &attributes)].concat()))
}

fn result(id: u8, op: u8, code: u8, said: &str) -> Vec<u8> {
    message(id, &ber(op, &[&[0x0a, 1, code], &ber(4, b"")[..], &ber(4, said.as_bytes())].concat()))
}

fn person(id: u8, name: &str, mail: &str) -> Vec<u8> {
    entry(id, &[("cn", &[name.as_bytes()]), ("mail", &[mail.as_bytes()])])
}

fn done(id: u8) -> Vec<u8> {
    result(id, 0x65, 0, "")
}

/// What is said to the first, second, ... message of a connection, and then for ever.
#[derive(Clone, Default)]
struct Script {
    says: Vec<Vec<u8>>,
    for_ever: Option<Vec<u8>>,
    hangs_up: bool,
}

struct Directory {
    port: u16,
    heard: Arc<Mutex<Vec<u8>>>,
    connections: Arc<AtomicUsize>,
}

impl Directory {
    async fn new(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (heard, connections) =
            (Arc::<Mutex<Vec<u8>>>::default(), Arc::<AtomicUsize>::default());
        let (ears, count) = (heard.clone(), connections.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, script.clone(), ears.clone()));
            }
        });
        Self { port, heard, connections }
    }

    fn pages(&self) -> WhitePages {
        WhitePages {
            name: "Example".into(),
            server: Server { host: "127.0.0.1".into(), port: self.port, security: Security::None },
            base: "dc=example,dc=com".into(),
            bind: None,
            ca_pem: None,
            unencrypted: false,
        }
    }

    fn heard(&self) -> String {
        String::from_utf8_lossy(&self.heard.lock().unwrap()).into_owned()
    }
}

async fn serve(mut stream: TcpStream, script: Script, heard: Arc<Mutex<Vec<u8>>>) {
    let mut piece = [0; 4096];
    for said in script.says {
        match stream.read(&mut piece).await {
            Ok(count) if count > 0 => heard.lock().unwrap().extend(&piece[..count]),
            _ => return,
        }
        if stream.write_all(&said).await.is_err() {
            return;
        }
    }
    while let Some(said) = &script.for_ever {
        if stream.write_all(said).await.is_err() {
            return;
        }
    }
    if !script.hangs_up {
        // Until the other side has gone.
        while matches!(stream.read(&mut piece).await, Ok(count) if count > 0) {}
    }
}

async fn desk(says: &[&[u8]]) -> (Desk, Directory) {
    with(Script { says: says.iter().map(|said| said.to_vec()).collect(), ..Script::default() })
        .await
}

async fn with(script: Script) -> (Desk, Directory) {
    let directory = Directory::new(script).await;
    let desk = Desk::beside().await;
    desk.engine.set_white_pages(directory.pages(), None).await.expect("set");
    (desk, directory)
}

async fn asked(engine: &Engine) -> Result<(usize, Vec<Left>), Error> {
    engine.look_up("ada".into(), true).await.map(|found| (found.people.len(), found.left))
}

#[tokio::test]
async fn people_are_found_suggested_and_taken_over() {
    let ada = entry(
        1,
        &[
            ("displayName", &[b"Ada Okafor"]),
            ("mail", &[b"ada@example.com"]),
            ("vPIMRfc822Mailbox", &[b"+16135550142@vm.example.com"]),
            ("vPIMSpokenName", &[&[0x55; 4000]]),
        ],
    );
    let (desk, directory) = desk(&[&[ada, done(1)].concat()]).await;
    let found = desk.engine.complete_elsewhere("ada".into()).await.expect("suggestions");
    let kind = CompletionKind::Elsewhere { directory: "Example".into(), blocked: false };
    assert!(found.iter().all(|one| one.kind == kind && one.contact.is_none()));
    let addresses: Vec<String> = found.iter().map(|one| one.address.addr.to_string()).collect();
    assert_eq!(addresses, ["ada@example.com", "+16135550142@vm.example.com"]);
    assert!(directory.heard().contains("dc=example,dc=com"));
    // Nobody of it is in the user's own directory before a click.
    assert!(desk.engine.contacts(String::new()).await.expect("people").is_empty());
    let found = desk.engine.look_up("ada".into(), true).await.expect("people");
    assert_eq!(desk.engine.page_name(&found.people[0]).await.expect("a sound").rate, 8000);
    let (ids, undo) = desk.engine.add_page(found.people[0].clone()).await.expect("added");
    let known = desk.engine.contact(ids[0]).await.expect("a contact");
    assert_eq!((known.name.as_str(), known.has_spoken_name), ("Ada Okafor", true));
    assert!(known.emails.iter().any(|email| email.vpim));
    assert_eq!(known.source, aloud::engine::ContactSource::Directory("Example".into()));
    desk.engine.add_page(found.people[0].clone()).await.expect("known already");
    assert_eq!(desk.engine.contacts(String::new()).await.expect("people").len(), 1);
    desk.engine.undo(undo).await.expect("taken back");
    assert!(desk.engine.contact(ids[0]).await.is_err());
}

#[tokio::test]
async fn who_wants_no_messages_is_told() {
    let attributes: &[(&str, &[&[u8]])] = &[
        ("cn", &[b"Ada"]),
        ("mail", &[b"ada@example.com"]),
        ("vPIMExtendedAbsenceStatus", &[b"MsgBlocked"]),
    ];
    let (desk, _directory) = desk(&[&[entry(1, attributes), done(1)].concat()]).await;
    let found = desk.engine.complete_elsewhere("ada".into()).await.expect("suggestions");
    let (name, detail) = aloud::wording::people::completion(&found[0]);
    assert_eq!(name, "Ada");
    assert_eq!(detail, "ada@example.com · Example · wants no messages now");
}

#[tokio::test]
async fn what_the_white_pages_say_of_a_system_chooses_the_form() {
    let of = |address: &str, types: &[&[u8]]| {
        let name: &[&[u8]] = &[b"Ada"];
        entry(
            1,
            &[
                ("cn", name),
                ("vPIMRfc822Mailbox", &[address.as_bytes()]),
                ("vPIMSupportedAudioMediaTypes", types),
            ],
        )
    };
    let all = [of("a@vm.example.com", &[]), of("b@vm.example.com", &[b"audio/basic"]), done(1)];
    let (desk, _directory) = desk(&[&all.concat()]).await;
    let form = async |address: &str| {
        let to = vec![aloud::model::Address::bare(addr(address))];
        let plan = desk.engine.plan_formats(desk.account, aloud::engine::Relation::New, to).await;
        plan.expect("a plan").groups[0].0
    };
    assert_eq!(form("a@vm.example.com").await, VoiceFormat::Friendly, "nothing is known yet");
    desk.engine.look_up("ada".into(), false).await.expect("people");
    assert_eq!(form("a@vm.example.com").await, VoiceFormat::Vpim);
    assert_eq!(form("b@vm.example.com").await, VoiceFormat::Ivm);
}

#[tokio::test]
async fn more_than_is_taken_is_told() {
    let crowd: Vec<u8> =
        (0..=MOST).flat_map(|n| person(1, "Ada", &format!("a{n}@example.com"))).collect();
    for (says, expected) in [
        (crowd.clone(), (MOST, vec![Left::More])),
        (
            [person(1, "Ada", "a@example.com"), result(1, 0x65, 4, "")].concat(),
            (1, vec![Left::More]),
        ),
        (
            [person(1, "Ada", "a@example.com"), result(1, 0x65, 3, "")].concat(),
            (1, vec![Left::Late]),
        ),
        (result(1, 0x65, 10, ""), (0, vec![Left::Elsewhere])),
        (
            // A reference to another server, which stays unasked, and answers to questions of nobody.
            [
                message(1, &ber(0x73, &ber(4, b"ldap://127.0.0.1:1/dc=evil"))),
                person(7, "Eve", "eve@evil.example"),
                person(1, "Ada", "a@example.com"),
                done(1),
            ]
            .concat(),
            (1, vec![Left::Elsewhere]),
        ),
        // Somebody, and then nonsense.
        (
            [person(1, "Ada", "a@example.com"), b"\x04\x00".to_vec()].concat(),
            (1, vec![Left::Unreadable]),
        ),
    ] {
        let (desk, directory) = desk(&[&says]).await;
        assert_eq!(asked(&desk.engine).await, Ok(expected));
        assert_eq!(directory.connections.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn nonsense_ends_the_question_and_nothing_else() {
    let deep: Vec<u8> = (0..60_000_u32).rev().fold(vec![], |inner, _| {
        if inner.len() > 200_000 { inner } else { [&[0x30, 0x80][..], &inner].concat() }
    });
    let nested = (0..5000).fold(vec![4, 0], |inner: Vec<u8>, _| ber(0x30, &inner));
    let unreadable = Err(Error::Protocol(Fault::Unreadable));
    for (name, says) in [
        ("nested", nested),
        ("nested without end", deep),
        ("no message", b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()),
        (
            "a message of 4 GB",
            [&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff][..], &vec![0; 600_000]].concat(),
        ),
        ("a length beyond all", [&[0x30, 0xff][..], &[0xff; 127], &vec![0; 600_000]].concat()),
        ("empty", message(1, &[])),
        ("no op", ber(0x30, &[])),
        ("an answer to bind", result(1, 0x61, 0, "")),
        ("no result code", message(1, &ber(0x65, &[]))),
        (
            "no text",
            message(
                1,
                &ber(0x65, &[&[0x0a, 1, 0][..], &ber(4, b"\xff"), &ber(4, b"\xff")].concat()),
            ),
        ),
    ] {
        let script = Script { says: vec![says], hangs_up: true, ..Script::default() };
        let (desk, _directory) = with(script).await;
        let found = asked(&desk.engine).await;
        let closed = matches!(&found, Err(Error::Unreachable { reason: Broken::Closed, .. }));
        assert!(found == unreadable || closed, "{name}: {found:?}");
    }
}

#[tokio::test]
async fn an_answer_may_end_or_change_at_any_octet() {
    let whole = [person(1, "Ada", "a@example.com"), person(1, "Bo", "b@example.com"), done(1)];
    let (first, whole) = (whole[0].len(), whole.concat());
    let desk = Desk::beside().await;
    let ask = async |says: Vec<u8>| {
        let script = Script { says: vec![says], hangs_up: true, ..Script::default() };
        let directory = Directory::new(script).await;
        desk.engine.set_white_pages(directory.pages(), None).await.expect("set");
        asked(&desk.engine).await
    };
    for cut in 0..whole.len() {
        let found = ask(whole[..cut].to_vec()).await;
        // Who was here before the end is kept, and that there may be more is told.
        match found {
            Ok((people, left)) => {
                assert!(cut >= first && people > 0 && left == [Left::Unreadable], "cut at {cut}");
            }
            Err(error) => assert!(cut < first, "cut at {cut}: {error}"),
        }
    }
    for (at, flip) in (0..whole.len()).flat_map(|at| [1, 0x80, 0xff].map(|flip| (at, flip))) {
        let mut says = whole.clone();
        says[at] ^= flip;
        match ask(says).await {
            Ok((people, _)) => assert!(people <= 2),
            Err(Error::Protocol(_) | Error::Unreachable { .. } | Error::Server(_)) => {}
            Err(Error::NoEncryption) => {}
            Err(other) => panic!("{at} {flip}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn answers_without_end_are_ended() {
    let long = vec![b'a'; 200_000];
    for said in [
        // Of people, of values, of answers to nobody, of octets inside one message.
        person(9, "Ada", "a@example.com"),
        entry(1, &[("cn", &[&long])]),
        message(1, &ber(0x73, &ber(4, b"ldap://evil.example/"))),
        vec![0x30, 0x84, 0x7f, 0xff, 0xff, 0xff],
    ] {
        let script = Script { says: vec![vec![]], for_ever: Some(said), ..Script::default() };
        let (desk, _directory) = with(script).await;
        let found = asked(&desk.engine).await;
        assert!(
            matches!(&found, Err(Error::Protocol(Fault::TooMuch | Fault::Unreadable)))
                || matches!(&found, Ok((people, _)) if *people <= MOST),
            "{found:?}"
        );
    }
}

#[tokio::test]
async fn a_dead_server_holds_up_nobody_who_types() {
    let (desk, directory) = desk(&[&[]]).await;
    desk.engine.import_file(b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada Okafor\r\nEMAIL:ada@example.net\r\nEND:VCARD\r\n".to_vec(), "a.vcf".into()).await.expect("a card");
    let waits = tokio::spawn({
        let engine = desk.engine.clone();
        async move { engine.look_up("ada".into(), false).await }
    });
    let found = desk.engine.complete(desk.account, "ada".into()).await.expect("suggestions");
    assert_eq!(found[0].address.addr, addr("ada@example.net"));
    assert!(!waits.is_finished());
    match waits.await.expect("no panic") {
        Err(Error::Unreachable { reason: Broken::Silent, .. }) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(directory.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn only_the_last_of_quick_keys_is_asked() {
    let (desk, directory) = desk(&[&[person(1, "Ada", "a@example.com"), done(1)].concat()]).await;
    let ask = |text: &str| desk.engine.complete_elsewhere(text.into());
    let (a, b, c) = tokio::join!(ask("ad"), ask("ada"), ask("ada o"));
    assert_eq!((a, b), (Ok(vec![]), Ok(vec![])));
    assert_eq!(c.expect("suggestions").len(), 1);
    assert_eq!(directory.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn who_asks_signs_in_with_a_password_or_not_at_all() {
    let refused = result(1, 0x61, 49, "no such user");
    let (desk, directory) = desk(&[&refused]).await;
    let pages = WhitePages { bind: Some("cn=robin".into()), ..directory.pages() };
    desk.engine.set_white_pages(pages.clone(), None).await.expect("set");
    assert_eq!(asked(&desk.engine).await, Err(Error::PasswordNeeded));
    assert!(!directory.heard().contains("robin"), "a name without a password is nobody");
    let secret = Secret::new("white-secret".into());
    desk.engine.set_white_pages(pages.clone(), Some(secret)).await.expect("set");
    assert_eq!(asked(&desk.engine).await, Err(Error::Auth("no such user (LDAP 49)".into())));
    assert!(directory.heard().contains("white-secret"));
    // Other white pages never hear it.
    let other = Directory::new(Script::default()).await;
    let moved = WhitePages { server: other.pages().server, ..pages };
    desk.engine.set_white_pages(moved, None).await.expect("set");
    assert_eq!(asked(&desk.engine).await, Err(Error::PasswordNeeded));
    assert!(!other.heard().contains("white-secret"));
}

/// The keyring is left as it is, and the password in memory too, when another process says where the
/// white pages are now.
#[tokio::test]
async fn other_white_pages_set_elsewhere_hear_no_password() {
    let (desk, directory) = desk(&[&result(1, 0x61, 49, "no such user")]).await;
    let pages = WhitePages { bind: Some("cn=robin".into()), ..directory.pages() };
    let secret = Secret::new("white-secret".into());
    desk.engine.set_white_pages(pages.clone(), Some(secret)).await.expect("set");
    assert!(asked(&desk.engine).await.is_err());
    let window = Engine::start(options(desk.dir.path().join("data"), &desk.server, &desk.clock));
    let window = window.await.expect("another process");
    let other = Directory::new(Script::default()).await;
    let moved = WhitePages { server: other.pages().server, ..pages };
    window.set_white_pages(moved, None).await.expect("set");
    assert_eq!(asked(&desk.engine).await, Err(Error::PasswordNeeded));
    assert!(!other.heard().contains("white-secret"));
}

#[tokio::test]
async fn nobody_is_taken_for_another_who_has_the_address_too() {
    let two = [person(1, "Mallory", "priya@example.com"), person(1, "Priya", "priya@example.com")];
    let (desk, _directory) = desk(&[&[two.concat(), done(1)].concat()]).await;
    let refused = desk.engine.add_from_white_pages(addr("priya@example.com")).await;
    assert_eq!(
        refused.map(|(ids, _)| ids),
        Err(Error::NotFound(aloud::engine::Missing::ListedOnce))
    );
    assert!(desk.engine.contacts(String::new()).await.expect("people").is_empty());
}

#[tokio::test]
async fn nothing_goes_to_another_computer_unencrypted_unasked() {
    let (desk, directory) = desk(&[&[]]).await;
    let mut pages = directory.pages();
    pages.server.host = "ldap.example.com".into();
    let set = async |pages: &WhitePages| desk.engine.set_white_pages(pages.clone(), None).await;
    assert_eq!(set(&pages).await, Err(Error::NoEncryption));
    pages.unencrypted = true;
    assert_eq!(set(&pages).await, Ok(()));
    pages.bind = Some("cn=robin".into());
    assert_eq!(set(&pages).await, Err(Error::NoEncryption), "no password without encryption");
}

#[tokio::test]
async fn starttls_is_required_and_nothing_before_it_counts() {
    let refused = result(1, 0x78, 52, "not today");
    let early = [result(1, 0x78, 0, ""), person(2, "Eve", "eve@evil.example"), done(2)].concat();
    for (says, expected) in
        [(refused, Error::NoEncryption), (early, Error::Protocol(Fault::EarlyOctets))]
    {
        let (desk, directory) = desk(&[&says]).await;
        let mut pages = directory.pages();
        pages.server.security = Security::StartTls;
        desk.engine.set_white_pages(pages, None).await.expect("set");
        assert_eq!(asked(&desk.engine).await, Err(expected));
        assert!(!directory.heard().contains("objectClass"));
    }
}
