//! White pages on a real directory server: Debian's `slapd` with people and users of voice mail
//! (RFC 4237), as one process over a folder of its own. It needs no other user's rights; where it is not
//! installed the test says so and passes, and fails where CI=true.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use aloud::{
    engine::{
        CompletionKind, Error, Security, Server,
        white_pages::{Left, Page, WhitePages},
    },
    model::{Secret, voice::VoiceFormat},
};

use crate::support::{authority::Authority, user::Desk};

const SLAPD: &str = "/usr/sbin/slapd";

/// People, and somebody who may ask.
const PEOPLE: &str = "\
dn: dc=example,dc=com
objectClass: organization
objectClass: dcObject
dc: example
o: Example

dn: cn=reader,dc=example,dc=com
objectClass: person
cn: reader
sn: reader
userPassword: reader-secret

dn: cn=Ada Okafor,dc=example,dc=com
objectClass: inetOrgPerson
objectClass: VPIMUser
cn: Ada Okafor
sn: Okafor
givenName: Ada
title: Service desk
mail: ada@example.com
telephoneNumber: +1 613 555 0142
vPIMTelephoneNumber: 16135550142
vPIMRfc822Mailbox: +16135550142@vm.example.com
vPIMSupportedAudioMediaTypes: audio/32KADPCM
vPIMSpokenName:: SOUND

dn: cn=Benno Keller,dc=example,dc=com
objectClass: inetOrgPerson
cn: Benno Keller
cn:: SsO8cmdlbiBLZWxsZXI=
sn: Keller
mail: benno@example.com

dn: cn=Star *)(uid=\\2A,dc=example,dc=com
objectClass: inetOrgPerson
cn: Star *)(uid=*
sn: Star
mail: star@example.com

dn: ou=elsewhere,dc=example,dc=com
objectClass: referral
objectClass: extensibleObject
ou: elsewhere
ref: ldap://127.0.0.1:1/dc=elsewhere
";

struct Slapd {
    process: Child,
    _dir: tempfile::TempDir,
    plain: u16,
    tls: u16,
    ca: PathBuf,
}

impl Drop for Slapd {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Slapd {
    /// Starts it, with more people of the name Crowd; `None` where it is not installed.
    async fn start(crowd: usize) -> Option<Self> {
        if !Path::new(SLAPD).exists() {
            assert!(
                std::env::var("CI").as_deref() != Ok("true"),
                "no slapd; run packaging/setup test"
            );
            eprintln!("skipped: no slapd here (packaging/setup test installs it)");
            return None;
        }
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let authority = Authority::new();
        let (certificate, key) = authority.certificate("localhost");
        for (name, text) in
            [("ca.pem", authority.pem.clone()), ("server.pem", certificate), ("key.pem", key)]
        {
            fs::write(at(name), text).unwrap();
        }
        fs::create_dir(at("db")).unwrap();
        let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/ldap/vpim.schema");
        let path = |name: &str| at(name).display().to_string();
        fs::write(
            at("slapd.conf"),
            format!(
                "include /etc/ldap/schema/core.schema\ninclude /etc/ldap/schema/cosine.schema\n\
                 include /etc/ldap/schema/inetorgperson.schema\ninclude {}\n\
                 modulepath /usr/lib/ldap\nmoduleload back_mdb\npidfile {}\n\
                 TLSCertificateFile {}\nTLSCertificateKeyFile {}\nTLSCACertificateFile {}\n\
                 database mdb\nsuffix dc=example,dc=com\ndirectory {}\nmaxsize 16777216\n\
                 index cn,sn,mail,givenName eq,sub\nsizelimit 500\n\
                 access to attrs=userPassword by anonymous auth by * none\n\
                 access to attrs=title by users read by * none\naccess to * by * read\n",
                schema.display(),
                path("pid"),
                path("server.pem"),
                path("key.pem"),
                path("ca.pem"),
                path("db"),
            ),
        )
        .unwrap();
        let sound = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, [0x55; 4000]);
        let mut people = PEOPLE.replace("SOUND", &sound);
        for n in 0..crowd {
            people.push_str(&format!(
                "\ndn: cn=Crowd {n},dc=example,dc=com\nobjectClass: inetOrgPerson\ncn: Crowd {n}\n\
                 sn: Crowd\nmail: crowd{n}@example.com\n"
            ));
        }
        fs::write(at("people.ldif"), people).unwrap();
        let added = Command::new("/usr/sbin/slapadd")
            .args(["-q", "-f", &path("slapd.conf"), "-l", &path("people.ldif")])
            .output()
            .unwrap();
        assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
        let (plain, tls) = (free_port(), free_port());
        // In the foreground, so that it ends with us.
        let process = Command::new(SLAPD)
            .args(["-d", "0", "-f", &path("slapd.conf"), "-h"])
            .arg(format!("ldap://127.0.0.1:{plain} ldaps://127.0.0.1:{tls}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let slapd = Self { process, plain, tls, ca: at("ca.pem"), _dir: dir };
        for _ in 0..200 {
            if tokio::net::TcpStream::connect(("127.0.0.1", tls)).await.is_ok() {
                return Some(slapd);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("slapd did not start");
    }

    fn pages(&self, security: Security) -> WhitePages {
        let port = match security {
            Security::Tls => self.tls,
            Security::StartTls | Security::None => self.plain,
        };
        let host = match security {
            Security::None => "127.0.0.1".into(),
            Security::Tls | Security::StartTls => "localhost".into(),
        };
        WhitePages {
            name: "Example".into(),
            server: Server { host, port, security },
            base: "dc=example,dc=com".into(),
            bind: None,
            ca_pem: Some(self.ca.clone()),
            unencrypted: false,
        }
    }
}

fn names(people: &[Page]) -> Vec<&str> {
    people.iter().filter_map(|page| page.card.name.as_deref()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_are_found_on_a_real_directory_over_every_protection() {
    let Some(slapd) = Slapd::start(0).await else { return };
    let desk = Desk::beside().await;
    for security in [Security::Tls, Security::StartTls, Security::None] {
        desk.engine.set_white_pages(slapd.pages(security), None).await.expect("set");
        for (typed, expected) in [
            ("ada", vec!["Ada Okafor"]),
            ("OKA", vec!["Ada Okafor"]),
            ("okafor, ada", vec!["Ada Okafor"]),
            ("benno k", vec!["Benno Keller"]),
            ("jürgen", vec!["Benno Keller"]),
            ("ben ada", vec![]),
            ("enno", vec![]),
            ("ada@exa", vec!["Ada Okafor"]),
            ("+16135550142@", vec!["Ada Okafor"]),
            ("5550142", vec!["Ada Okafor"]),
            ("+1 (613) 555", vec!["Ada Okafor"]),
            // What means something in the text of a filter means itself.
            ("star *)(uid=*", vec!["Star *)(uid=*"]),
            ("*", vec![]),
            ("a*", vec![]),
            ("(|(cn=*))", vec![]),
            ("reader", vec!["reader"]),
        ] {
            let found = desk.engine.look_up(typed.into(), false).await.expect(typed);
            assert_eq!(names(&found.people), expected, "{typed} over {security:?}");
        }
    }
    let found = desk.engine.look_up("ada".into(), true).await.expect("people");
    assert_eq!(found.left, [Left::Elsewhere], "the other server is told and not asked");
    let ada = &found.people[0];
    assert_eq!((ada.voice, ada.card.role.as_deref()), (Some(VoiceFormat::Vpim), None));
    assert_eq!(desk.engine.page_name(ada).await.expect("a sound").duration().as_millis(), 1000);
    let found = desk.engine.complete_elsewhere("ada".into()).await.expect("suggestions");
    assert!(
        matches!(&found[0].kind, CompletionKind::Elsewhere { directory, .. } if directory == "Example")
    );
    let (ids, _) = desk
        .engine
        .add_from_white_pages(crate::support::user::addr("ada@example.com"))
        .await
        .expect("added");
    let known = desk.engine.contact(ids[0]).await.expect("a contact");
    assert!(known.has_spoken_name && known.emails.iter().any(|email| email.vpim));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_directory_refuses_and_limits_in_words() {
    let Some(slapd) = Slapd::start(260).await else { return };
    let desk = Desk::beside().await;
    let set = async |pages: WhitePages, password: Option<&str>| {
        let password = password.map(|text| Secret::new(text.into()));
        desk.engine.set_white_pages(pages, password).await.expect("set");
        desk.engine.look_up("ada".into(), false).await
    };
    let pages = slapd.pages(Security::Tls);
    let reader = WhitePages { bind: Some("cn=reader,dc=example,dc=com".into()), ..pages.clone() };
    let found = set(reader.clone(), Some("reader-secret")).await.expect("people");
    assert_eq!(found.people[0].card.role.as_deref(), Some("Service desk"), "as somebody");
    assert!(matches!(set(reader.clone(), Some("wrong")).await, Err(Error::Auth(_))));
    let nobody = WhitePages { bind: Some("nonsense".into()), ..pages.clone() };
    assert!(matches!(set(nobody, Some("x")).await, Err(Error::Auth(_))));
    let nowhere = WhitePages { base: "dc=nowhere".into(), ..pages.clone() };
    // The server knows nothing below it, and says so one way or the other.
    let found = set(nowhere, None).await;
    assert!(matches!(&found, Err(Error::Server(_))), "{found:?}");
    let strange = WhitePages { ca_pem: None, ..pages.clone() };
    assert!(matches!(set(strange, None).await, Err(Error::Certificate(_))));
    let wrong = WhitePages { server: slapd.pages(Security::None).server, ..pages.clone() };
    let wrong =
        WhitePages { server: Server { security: Security::Tls, ..wrong.server }, ..pages.clone() };
    assert!(set(wrong, None).await.is_err(), "TLS where none is spoken");
    set(pages, None).await.expect("people");
    let crowd = desk.engine.look_up("crowd".into(), false).await.expect("people");
    assert_eq!((crowd.people.len(), crowd.left), (200, vec![Left::Elsewhere, Left::More]));
}
