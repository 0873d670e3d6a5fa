//! Finding the servers of an address, over a name server and HTTPS servers that say what they want.

use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex},
};

use aloud::{
    engine::{
        AccountSettings, Engine, Options, Provider, Security, Service,
        autoconfig::{Ask, Asked, Found, NotFound, Nothing, Source, dns::Dns},
        net::{Dialer, Stream},
    },
    loopback::{Loopback, Protocol},
    model::{AddrSpec, DateTime, Flag, Secret},
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::{
    authority::Authority,
    names::{Names, Record, Said},
    user::{self, OWN, START, addr},
};

/// What stands behind a host and port.
#[derive(Clone)]
enum Place {
    /// HTTPS: what is answered to a path; anything else is not found.
    Web(Vec<(String, Vec<u8>)>),
    /// A mail server over TLS.
    Mail(Protocol),
    /// A mail server whose certificate is for somebody else.
    Impostor(Protocol),
    /// It takes the connection and says nothing.
    Silent,
}

#[derive(Clone)]
struct Net {
    authority: Arc<Authority>,
    places: Arc<Mutex<HashMap<(String, u16), Place>>>,
    server: Loopback,
    /// First lines of requests, with the host.
    heard: Arc<Mutex<Vec<String>>>,
    dialed: Arc<Mutex<Vec<String>>>,
}

#[async_trait::async_trait]
impl Dialer for Net {
    async fn dial(&self, host: &str, port: u16) -> io::Result<Box<dyn Stream>> {
        self.dialed.lock().expect("whole").push(format!("{host}:{port}"));
        let place = self.places.lock().expect("whole").get(&(host.to_owned(), port)).cloned();
        let place = place.ok_or_else(|| io::Error::other("no such host"))?;
        let (client, theirs) = tokio::io::duplex(64 * 1024);
        let name = if matches!(place, Place::Impostor(_)) { "other.example.net" } else { host };
        let acceptor = self.authority.acceptor(name, 2099);
        let (server, heard, host) = (self.server.clone(), self.heard.clone(), host.to_owned());
        tokio::spawn(async move {
            if let Place::Silent = place {
                std::future::pending::<()>().await;
            }
            let Ok(mut stream) = acceptor.accept(theirs).await else { return };
            match place {
                Place::Mail(protocol) | Place::Impostor(protocol) => server.serve(protocol, stream),
                Place::Web(files) => {
                    let mut request = Vec::new();
                    while !request.ends_with(b"\r\n\r\n") {
                        let Ok(octet) = stream.read_u8().await else { return };
                        request.push(octet);
                    }
                    let request = String::from_utf8_lossy(&request).into_owned();
                    let line = request.lines().next().unwrap_or_default();
                    heard.lock().expect("whole").push(format!("{host} {line}"));
                    let path = line.split(' ').nth(1).unwrap_or_default();
                    let file = files.iter().find(|(known, _)| path.starts_with(known.as_str()));
                    let none = b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n".to_vec();
                    let answer = file.map_or(none, |(_, answer)| answer.clone());
                    let _ = stream.write_all(&answer).await;
                    let _ = stream.shutdown().await;
                }
                Place::Silent => {}
            }
        });
        Ok(Box::new(client))
    }
}

struct World {
    net: Net,
    names: Names,
    engine: Engine,
    dir: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let names = Names::start().await;
        let server = user::server();
        let net = Net {
            authority: Arc::new(Authority::new()),
            places: Arc::default(),
            server: server.clone(),
            heard: Arc::default(),
            dialed: Arc::default(),
        };
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::write(dir.path().join("ca.pem"), &net.authority.pem).expect("written");
        let options = Options {
            dialer: Arc::new(net.clone()),
            resolver: Arc::new(Dns::at(vec![names.at])),
            ..user::options(dir.path().join("data"), &server, &Arc::default())
        };
        let engine = Engine::start(options).await.expect("an engine");
        Self { net, names, engine, dir }
    }

    fn put(&self, host: &str, port: u16, place: Place) {
        self.net.places.lock().expect("whole").insert((host.to_owned(), port), place);
    }

    fn web(&self, host: &str, path: &str, answer: impl Into<Vec<u8>>) {
        self.put(host, 443, Place::Web(vec![(path.to_owned(), answer.into())]));
    }

    fn ask(&self) -> Ask {
        Ask { ca_pem: Some(self.dir.path().join("ca.pem")), mirror: None }
    }

    async fn find(&self, address: &str) -> Result<Found, NotFound> {
        self.engine.find_servers(&addr(address), &self.ask()).await
    }

    fn heard(&self) -> Vec<String> {
        self.net.heard.lock().expect("whole").clone()
    }

    fn dialed(&self) -> Vec<String> {
        self.net.dialed.lock().expect("whole").clone()
    }
}

fn ok(body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn server(kind: &str, host: &str, port: u16, socket: &str) -> String {
    let tag = if kind == "smtp" { "outgoingServer" } else { "incomingServer" };
    format!(
        "<{tag} type=\"{kind}\"><hostname>{host}</hostname><port>{port}</port>\
         <socketType>{socket}</socketType><username>%EMAILLOCALPART%</username>\
         <authentication>password-cleartext</authentication></{tag}>"
    )
}

fn file(servers: &[String]) -> String {
    let all = servers.concat();
    format!(
        "<clientConfig version=\"1.1\"><emailProvider id=\"x\">{all}</emailProvider></clientConfig>"
    )
}

fn good() -> String {
    file(&[
        server("imap", "imap.example.com", 993, "SSL"),
        server("smtp", "smtp.example.com", 465, "SSL"),
    ])
}

const FILE: &str = "/mail/config-v1.1.xml";
const WELL_KNOWN: &str = "/.well-known/autoconfig/mail/config-v1.1.xml";

#[tokio::test]
async fn address_and_password_are_enough_from_dns_to_a_sync() {
    let world = World::new().await;
    world.names.has(
        "_imaps._tcp.example.com",
        &[
            Record::Srv(20, 0, 993, "spare.example.com"),
            Record::Srv(10, 1, 993, "light.example.com"),
            Record::Srv(10, 9, 993, "mail.example.com"),
        ],
    );
    world.names.has("_submissions._tcp.example.com", &[Record::Srv(0, 1, 465, "mail.example.com")]);
    world.put("mail.example.com", 993, Place::Mail(Protocol::Imap));
    world.put("mail.example.com", 465, Place::Mail(Protocol::Smtp));
    world.net.server.add_user(OWN, "secret", &[]);
    let text = "From: ada@example.net\r\nSubject: Hello\r\nMessage-ID: <a@x>\r\n\r\nx\r\n";
    let found = world.find(OWN).await.expect("found");
    assert_eq!((&found.imap_source, &found.smtp_source), (&Source::Srv, &Source::Srv));
    assert_eq!((found.imap.host.as_str(), found.imap.port), ("mail.example.com", 993));
    assert!(found.foreign.is_empty(), "{found:?}");
    assert!(world.dialed().is_empty(), "nobody was dialed for it");
    let settings = AccountSettings {
        imap: found.imap,
        smtp: found.smtp,
        user: found.user,
        ca_pem: world.ask().ca_pem,
        ..user::settings()
    };
    let password = Secret::new("secret".into());
    world.engine.check_account(settings.clone(), password.clone()).await.expect("signed in");
    world.engine.add_account(settings, Some(password)).await.expect("added");
    world
        .net
        .server
        .deliver("INBOX", text.as_bytes().to_vec(), &[] as &[Flag], DateTime::utc(START))
        .expect("delivered");
    let reports = world.engine.sync_once(None).await.expect("a pass");
    assert!(reports[0].errors.is_empty(), "{reports:?}");
}

#[tokio::test]
async fn the_file_of_the_domain_is_read_and_only_the_domain_hears_the_address() {
    for (host, path) in [("autoconfig.example.com", FILE), ("example.com", WELL_KNOWN)] {
        let world = World::new().await;
        world.web(host, path, ok(&good()));
        let found = world.find("r.vale+x@example.com").await.expect("found");
        assert_eq!(found.imap_source, Source::File(host.into()));
        assert_eq!(found.user, "r.vale+x");
        for line in world.heard() {
            let (asked, line) = line.split_once(' ').expect("a host");
            assert!(asked == "example.com" || asked.ends_with(".example.com"), "{asked}");
            assert!(!line.contains('+'), "encoded: {line}");
        }
        let dialed = world.dialed();
        assert!(dialed.iter().all(|at| at.contains("example.com:443")), "{dialed:?}");
    }
}

#[tokio::test]
async fn who_gives_tokens_is_read_and_a_stranger_is_named() {
    let issued = |issuer: &str| {
        let file = good().replace("password-cleartext", "OAuth2");
        let more = format!("</emailProvider><oAuth2><issuer>{issuer}</issuer></oAuth2>");
        ok(&file.replace("</emailProvider>", &more))
    };
    for (issuer, foreign) in [
        ("https://id.example.com/mail", None),
        ("https://notexample.com:8443/mail", Some("notexample.com")),
    ] {
        let world = World::new().await;
        world.web("autoconfig.example.com", FILE, issued(issuer));
        let found = world.find(OWN).await.expect("found");
        assert_eq!(found.provider, Some(Provider::Issuer(issuer.into())));
        assert_eq!(found.foreign_issuer.as_deref(), foreign);
        assert!(found.foreign.is_empty(), "the servers are its own");
        let dialed = world.dialed();
        assert!(dialed.iter().all(|at| at.ends_with("example.com:443")), "{dialed:?}");
    }
}

#[tokio::test]
async fn large_providers_and_those_that_they_keep_are_known() {
    let world = World::new().await;
    let found = world.find("robin@GMX.de").await.expect("known");
    assert_eq!(found.imap_source, Source::Table("GMX".into()));
    assert!(found.foreign.is_empty() && world.names.asked().is_empty(), "nobody was asked");
    world.names.has(
        "example.com",
        &[Record::Mx(20, "mx2.example.com"), Record::Mx(10, "in1-smtp.messagingengine.com")],
    );
    let kept = world.find(OWN).await.expect("kept");
    assert_eq!(kept.imap_source, Source::Exchanger("Fastmail".into()));
    assert!(kept.app_password && kept.help.is_some());
    assert_eq!(kept.foreign, ["imap.fastmail.com", "smtp.fastmail.com"], "asked about");
}

#[tokio::test]
async fn usual_names_are_tried_and_a_certificate_that_does_not_hold_is_no_greeting() {
    let world = World::new().await;
    world.put("imap.example.com", 993, Place::Impostor(Protocol::Imap));
    world.put("mail.example.com", 993, Place::Mail(Protocol::Imap));
    world.put("smtp.example.com", 465, Place::Mail(Protocol::Smtp));
    let found = world.find(OWN).await.expect("found");
    assert_eq!(found.imap_source, Source::Tried);
    assert_eq!(
        (found.imap.host.as_str(), found.smtp.host.as_str()),
        ("mail.example.com", "smtp.example.com")
    );
    let said = world.net.server.commands().join("\n");
    assert!(!said.contains("LOGIN") && !said.contains("AUTH"), "{said}");
}

/// What a domain says, and whether what is found is right.
type Case = (&'static str, fn(&World), fn(&Result<Found, NotFound>) -> bool);

/// What was not built for a single case: each ends, gives what can be used and says why there is no more.
#[tokio::test]
async fn odd_domains() {
    let cases: Vec<Case> = vec![
        (
            "a loop of aliases",
            |w| {
                w.names.has("_imaps._tcp.example.com", &[Record::Alias("a.example.com")]);
                w.names.has("a.example.com", &[Record::Alias("_imaps._tcp.example.com")]);
                w.web("autoconfig.example.com", FILE, ok(&good()));
            },
            |r| r.as_ref().is_ok_and(|f| matches!(f.imap_source, Source::File(_))),
        ),
        (
            "IMAP is not offered",
            |w| {
                w.names.has("_imaps._tcp.example.com", &[Record::Srv(0, 0, 0, "")]);
                w.names.has("_imap._tcp.example.com", &[Record::Srv(0, 0, 0, "")]);
                w.names.has(
                    "_submissions._tcp.example.com",
                    &[Record::Srv(0, 1, 465, "mail.example.com")],
                );
                w.web("autoconfig.example.com", FILE, ok(&good()));
            },
            |r| r.as_ref().is_err_and(|n| n.not_offered == Some(Service::Imap) && n.smtp.is_some()),
        ),
        (
            "TLS is not offered, STARTTLS is",
            |w| {
                w.names.has("_imaps._tcp.example.com", &[Record::Srv(0, 0, 0, "")]);
                w.names
                    .has("_imap._tcp.example.com", &[Record::Srv(0, 1, 143, "mail.example.com")]);
                w.names.has(
                    "_submission._tcp.example.com",
                    &[Record::Srv(0, 1, 587, "mail.example.com")],
                );
            },
            |r| {
                r.as_ref()
                    .is_ok_and(|f| f.imap.security == Security::StartTls && f.smtp.port == 587)
            },
        ),
        (
            "port 0, then a good one",
            |w| {
                w.names.has(
                    "_imaps._tcp.example.com",
                    &[
                        Record::Srv(0, 1, 0, "mail.example.com"),
                        Record::Srv(5, 1, 993, "mail.example.com"),
                    ],
                );
                w.names.has(
                    "_submissions._tcp.example.com",
                    &[Record::Srv(0, 1, 465, "mail.example.com")],
                );
            },
            |r| r.as_ref().is_ok_and(|f| f.imap.port == 993),
        ),
        (
            "half from DNS, half from the file",
            |w| {
                w.names
                    .has("_imaps._tcp.example.com", &[Record::Srv(0, 1, 993, "mail.example.com")]);
                w.web("autoconfig.example.com", FILE, ok(&good()));
            },
            |r| {
                r.as_ref().is_ok_and(|f| {
                    f.imap_source == Source::Srv
                        && f.imap.host == "mail.example.com"
                        && f.smtp_source == Source::File("autoconfig.example.com".into())
                })
            },
        ),
        (
            "servers of somebody else",
            |w| {
                w.names
                    .has("_imaps._tcp.example.com", &[Record::Srv(0, 1, 993, "mail.example.net")]);
                w.names.has(
                    "_submissions._tcp.example.com",
                    &[Record::Srv(0, 1, 465, "notexample.com")],
                );
            },
            |r| r.as_ref().is_ok_and(|f| f.foreign == ["mail.example.net", "notexample.com"]),
        ),
        (
            "the name server fails",
            |w| {
                for service in ["_imaps", "_imap", "_submissions", "_submission"] {
                    w.names.say(&format!("{service}._tcp.example.com"), Said::Failure);
                }
                w.web("autoconfig.example.com", FILE, ok(&good()));
            },
            |r| r.is_ok(),
        ),
        (
            "the name server says garbage",
            |w| {
                w.names.say("_imaps._tcp.example.com", Said::Garbage);
                w.web("autoconfig.example.com", FILE, ok(&good()));
            },
            |r| r.is_ok(),
        ),
        (
            "a file without end",
            |w| {
                let mut body =
                    b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n<clientConfig>".to_vec();
                body.extend(vec![b' '; 400_000]);
                w.web("autoconfig.example.com", FILE, body);
            },
            |r| r.as_ref().is_err_and(|n| n.asked.contains(&(Asked::File, Nothing::Unreadable))),
        ),
        (
            "a bomb of entities",
            |w| {
                let bomb =
                    format!("<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>{}", good());
                w.web("autoconfig.example.com", FILE, ok(&bomb));
            },
            |r| r.as_ref().is_err_and(|n| n.asked.contains(&(Asked::File, Nothing::Unreadable))),
        ),
        (
            "a page instead of a file, then the file",
            |w| {
                w.web("autoconfig.example.com", "/", ok("<html><body>Welcome!</body></html>"));
                w.web("example.com", WELL_KNOWN, ok(&good()));
            },
            |r| r.as_ref().is_ok_and(|f| f.imap_source == Source::File("example.com".into())),
        ),
        (
            "a redirect to http",
            |w| {
                let to = "HTTP/1.1 301 Moved\r\nLocation: http://autoconfig.example.com/x\r\nContent-Length: 0\r\n\r\n";
                w.web("autoconfig.example.com", FILE, to);
            },
            |r| r.as_ref().is_err_and(|n| n.asked.contains(&(Asked::File, Nothing::Unreadable))),
        ),
        (
            "a redirect to somebody else",
            |w| {
                let to = "HTTP/1.1 302 Found\r\nLocation: https://example.net/x\r\nContent-Length: 0\r\n\r\n";
                w.web("autoconfig.example.com", FILE, to);
                w.web("example.net", "/x", ok(&good()));
            },
            |r| r.is_err(),
        ),
        (
            "POP only",
            |w| {
                let pop = file(&[
                    server("pop3", "pop.example.com", 995, "SSL"),
                    server("smtp", "smtp.example.com", 465, "SSL"),
                ]);
                w.web("autoconfig.example.com", FILE, ok(&pop));
            },
            |r| r.as_ref().is_err_and(|n| n.imap.is_none() && n.smtp.is_some()),
        ),
        (
            "no encryption",
            |w| {
                let plain = file(&[
                    server("imap", "imap.example.com", 143, "plain"),
                    server("smtp", "smtp.example.com", 25, "plain"),
                ]);
                w.web("autoconfig.example.com", FILE, ok(&plain));
            },
            |r| r.as_ref().is_err_and(|n| n.imap.is_none() && n.smtp.is_none()),
        ),
        (
            "two sizes of body",
            |w| {
                let body = good();
                let lie = format!("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{body}");
                w.web("autoconfig.example.com", FILE, lie);
            },
            |r| r.is_err(),
        ),
        (
            "an exchanger of nobody known",
            |w| {
                w.names.has("example.com", &[Record::Mx(10, "mx.example.com"), Record::Mx(20, "")]);
            },
            |r| r.as_ref().is_err_and(|n| n.asked.iter().any(|(a, _)| *a == Asked::Exchanger)),
        ),
        (
            "an address as a target",
            |w| {
                w.names.has("_imaps._tcp.example.com", &[Record::Srv(0, 1, 993, "10.0.0.1")]);
                w.names
                    .has("_submissions._tcp.example.com", &[Record::Srv(0, 1, 465, "localhost")]);
            },
            |r| r.as_ref().is_err_and(|n| n.imap.is_none() && n.smtp.is_none()),
        ),
    ];
    let mut wrong = Vec::new();
    for (name, set, right) in cases {
        let world = World::new().await;
        set(&world);
        let found = world.find(OWN).await;
        if !right(&found) {
            wrong.push(format!("{name}: {found:?}"));
        }
        // Whatever was said, nobody outside the domain was dialed.
        for at in world.dialed() {
            let (host, _) = at.split_once(':').expect("a port");
            assert!(host == "example.com" || host.ends_with(".example.com"), "{name}: {at}");
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn names_beyond_ascii_and_no_names_at_all() {
    let world = World::new().await;
    world.names.has(
        "_imaps._tcp.xn--exmple-cua.org",
        &[Record::Srv(0, 1, 993, "mail.xn--exmple-cua.org")],
    );
    world.names.has(
        "_submissions._tcp.xn--exmple-cua.org",
        &[Record::Srv(0, 1, 465, "mail.xn--exmple-cua.org")],
    );
    let address = AddrSpec::parse("robin@exämple.org").expect("an address");
    let found = world.engine.find_servers(&address, &world.ask()).await.expect("found");
    assert_eq!(found.imap.host, "mail.xn--exmple-cua.org");
    assert!(found.foreign.is_empty());
    for odd in ["robin@localhost", "robin@[127.0.0.1]", "robin@10.0.0.1"] {
        if let Ok(address) = AddrSpec::parse(odd) {
            let found = world.engine.find_servers(&address, &world.ask()).await;
            assert_eq!(found, Err(NotFound::default()), "{odd}");
        }
    }
}

#[tokio::test]
async fn nobody_is_waited_for_without_end() {
    let world = World::new().await;
    for service in ["_imaps", "_imap", "_submissions", "_submission"] {
        world.names.say(&format!("{service}._tcp.example.com"), Said::Silence);
    }
    world.put("autoconfig.example.com", 443, Place::Silent);
    world.put("imap.example.com", 993, Place::Silent);
    tokio::time::pause();
    let began = tokio::time::Instant::now();
    let found = world.find(OWN).await.expect_err("nothing");
    assert!(began.elapsed().as_secs() < 90, "{:?}", began.elapsed());
    assert!(found.asked.contains(&(Asked::Srv, Nothing::Silent)), "{found:?}");
    assert!(found.asked.contains(&(Asked::File, Nothing::Silent)), "{found:?}");
}

/// The mirror learns the domain, by the user's word only, and never the address.
#[tokio::test]
async fn the_mirror_is_asked_by_the_users_word_only() {
    let world = World::new().await;
    world.web("mirror.example.net", "/v1.1/example.com", ok(&good()));
    assert!(world.find(OWN).await.is_err());
    assert!(world.dialed().iter().all(|at| !at.contains("mirror")));
    let ask = Ask { mirror: Some("https://mirror.example.net/v1.1/".into()), ..world.ask() };
    let found = world.engine.find_servers(&addr(OWN), &ask).await.expect("found");
    assert_eq!(found.imap_source, Source::File("mirror.example.net".into()));
    let heard = world.heard();
    let mirror: Vec<_> = heard.iter().filter(|line| line.starts_with("mirror")).collect();
    assert_eq!(mirror, ["mirror.example.net GET /v1.1/example.com HTTP/1.1"]);
    // Not over http.
    let ask = Ask { mirror: Some("http://mirror.example.net/v1.1".into()), ..world.ask() };
    assert!(world.engine.find_servers(&addr(OWN), &ask).await.is_err());
}
