//! From an address to a message that is sent, at an OpenID Connect provider that others wrote (npm
//! `oidc-provider`, started by `tests/testbed/mail-up`): Dovecot asks it what each token is worth, Postfix
//! asks through Dovecot, the user's browser is curl. What a provider of our own does wrong is in `oauth.rs`
//! and in `tests/engine/oauth.rs`.

use std::{io, path::PathBuf, process::Command, sync::Arc, time::Duration};

use aloud::{
    engine::{
        AccountSettings, AccountState, Engine, Error, Event, OAuth, Options, OutboxState,
        Provider as Who, SignIn, SignInFault,
        autoconfig::{Ask, Source, dns::Dns},
        net::{Dialer, Stream},
        oauth::Grant,
    },
    model::{AddrSpec, imap::MailboxRole},
};
use tokio::sync::{Mutex, MutexGuard, broadcast::Receiver, watch};

use super::{
    oauth::{Between, Desk, page},
    places::{self, Place},
    scenario::{mailbox, rows},
};
use crate::support::{browser::Browser, names::Names, provider::field};

/// The provider's clock and what it counts are one for all tests.
static ONE: Mutex<()> = Mutex::const_new(());
/// Longer than its access tokens live, shorter than anything else of it.
const LATER: u32 = 700;
const OUT: Error = Error::SignIn(SignInFault::Expired);

/// The names of example.com are on this computer.
struct Named {
    between: Arc<Between>,
    provider: u16,
}

#[async_trait::async_trait]
impl Dialer for Named {
    async fn dial(&self, host: &str, port: u16) -> io::Result<Box<dyn Stream>> {
        match (host, port) {
            ("autoconfig.example.com", 443) => self.between.dial("localhost", self.provider).await,
            ("id.example.com" | "mail.example.com", _) => {
                self.between.dial("localhost", port).await
            }
            _ => Err(io::Error::other("no such host")),
        }
    }
}

struct World {
    place: Place,
    issuer: String,
    port: u16,
    ca: PathBuf,
    browser: Browser,
    _one: MutexGuard<'static, ()>,
}

impl World {
    async fn new() -> Option<Self> {
        let place = Place::real()?;
        let Ok(issuer) = std::env::var("OIDC_ISSUER") else {
            println!("skipped: no OpenID Connect provider (tests/testbed/oidc/get says why)");
            return None;
        };
        if Command::new("curl").arg("--version").output().is_err() {
            println!("skipped: no curl");
            return None;
        }
        let port = std::env::var("OIDC_PORT").expect("of mail-up").parse().expect("a port");
        let ca = PathBuf::from(std::env::var_os("TESTBED_CA").expect("of mail-up"));
        let browser = Browser::new(ca.clone(), "id.example.com", port);
        Some(Self { place, issuer, port, ca, browser, _one: ONE.lock().await })
    }

    /// Tells the provider what happens there.
    async fn tell(&self, what: &str) -> String {
        self.browser.open(&format!("{}/testbed/{what}", self.issuer)).await.text
    }

    /// Its tokens run out, the refresh tokens do not.
    async fn later(&self) {
        self.tell(&format!("later?seconds={LATER}")).await;
    }

    async fn count(&self, what: &str) -> u64 {
        let counts: serde_json::Value =
            serde_json::from_str(&self.tell("counts").await).expect("JSON");
        counts[what].as_u64().unwrap_or_default()
    }

    async fn renewals(&self) -> u64 {
        self.count("refresh_token granted").await
    }

    /// All questions for tokens with a refresh token, and of mail servers.
    async fn asked(&self) -> [u64; 4] {
        let mut all = [0; 4];
        for (count, what) in all.iter_mut().zip([
            "refresh_token granted",
            "refresh_token invalid_grant",
            "introspection true",
            "introspection false",
        ]) {
            *count = self.count(what).await;
        }
        all
    }

    async fn engine(&self) -> (Engine, Arc<Between>, tempfile::TempDir) {
        let names = Names::start().await;
        let between = Arc::new(Between { hides: false, cut: watch::Sender::new(0) });
        let dir = tempfile::tempdir().expect("a folder");
        let options = Options {
            dialer: Arc::new(Named { between: between.clone(), provider: self.port }),
            resolver: Arc::new(Dns::at(vec![names.at])),
            ..places::options(&dir)
        };
        (Engine::start(options).await.expect("an engine"), between, dir)
    }

    /// What is known of an account by its address only.
    async fn found(&self, engine: &Engine) -> AccountSettings {
        let address = AddrSpec::parse("otto@example.com").expect("an address");
        let ask = Ask { ca_pem: Some(self.ca.clone()), mirror: None };
        let found = engine.find_servers(&address, &ask).await.expect("found");
        assert_eq!(found.imap_source, Source::File("autoconfig.example.com".into()));
        let provider = found.provider.expect("who gives tokens");
        assert_eq!(provider, Who::Issuer(self.issuer.clone()));
        assert!(found.foreign.is_empty(), "{:?}", found.foreign);
        let oauth = OAuth { provider, client_id: "aloud-test".into() };
        AccountSettings {
            imap: found.imap,
            smtp: found.smtp,
            user: found.user,
            sign_in: SignIn::OAuth(oauth),
            ..self.place.settings("otto")
        }
    }

    async fn sign_in(&self, engine: &Engine, settings: &AccountSettings) -> Grant {
        let begun = engine.sign_in_browser(settings, None, page()).await.expect("begun");
        let url = begun.url().to_owned();
        let waiting = tokio::spawn(begun.finish());
        let page = self.browser.sign_in(self.browser.open(&url).await, "otto").await;
        assert!(page.text.contains("all is well"), "{}: {}", page.url, page.text);
        waiting.await.expect("its end").expect("signed in")
    }

    async fn desk(&self) -> Desk {
        let (engine, between, dir) = self.engine().await;
        let settings = self.found(&engine).await;
        let grant = self.sign_in(&engine, &settings).await;
        let token = grant.access_token().clone();
        engine.check_account(settings.clone(), token).await.expect("both servers take the token");
        let account = engine.add_signed_in(settings.clone(), grant).await.expect("added");
        Desk { engine, settings, account, between, tag: self.place.tag.clone(), _dir: dir }
    }
}

fn is_up_to_date(state: &AccountState) -> bool {
    matches!(state, AccountState::UpToDate(_))
}

/// Waits for a message of ours to be in the inbox; the deadline only ends a test that has failed.
async fn arrived(desk: &Desk, what: &str) {
    let subject = format!("{what} {}", desk.tag);
    let waiting = async {
        loop {
            assert_eq!(desk.sync().await, None);
            if is_there(desk, &subject).await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting).await.expect("arrived");
}

async fn is_there(desk: &Desk, subject: &str) -> bool {
    let inbox = mailbox(&desk.engine, MailboxRole::Inbox).await;
    rows(&desk.engine, inbox).await.iter().any(|row| row.subject == subject)
}

async fn renewed(world: &World, wanted: u64, events: &mut Receiver<Event>) {
    let waiting = async {
        while world.renewals().await < wanted {
            let _ = tokio::time::timeout(Duration::from_millis(100), events.recv()).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(180), waiting).await.expect("renewed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_an_address_to_a_message_that_is_sent() {
    let Some(world) = World::new().await else { return };
    let desk = world.desk().await;
    assert_eq!(desk.sync().await, None);
    assert_eq!(desk.send("first").await, None);
    arrived(&desk, "first").await;
    // The token runs out between passes, before a message goes, and in a session that breaks off. Each
    // renewal brings another refresh token, of which the one before is good for nothing any more.
    let before = world.renewals().await;
    let refused = world.count("refresh_token invalid_grant").await;
    world.later().await;
    assert_eq!(desk.sync().await, None);
    world.later().await;
    assert_eq!(desk.send("second").await, None);
    assert_eq!(world.renewals().await, before + 2);
    let mut events = desk.engine.events();
    desk.engine.go_online().await.expect("online");
    desk.until(&mut events, is_up_to_date).await;
    world.later().await;
    desk.hang_up();
    renewed(&world, before + 3, &mut events).await;
    desk.until(&mut events, is_up_to_date).await;
    let now = world.count("refresh_token invalid_grant").await;
    assert_eq!(now, refused, "nothing is used twice");
    arrived(&desk, "second").await;
    desk.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_user_withdraws_is_told_once_and_can_be_had_again() {
    let Some(world) = World::new().await else { return };
    let desk = world.desk().await;
    assert_eq!(desk.send("kept").await, None);
    arrived(&desk, "kept").await;
    let mut events = desk.engine.events();
    desk.engine.go_online().await.expect("online");
    desk.until(&mut events, is_up_to_date).await;
    world.tell("withdraw?user=otto").await;
    desk.hang_up();
    let out = AccountState::NeedsPassword(OUT);
    desk.until(&mut events, |state| *state == out).await;
    let state = desk.send("waits").await;
    let Some(OutboxState::Retry { reason, .. }) = state else { panic!("{state:?}") };
    assert!(reason.why.waits_for_user());
    let asked = world.asked().await;
    for _ in 0..5 {
        assert_eq!(desk.sync().await, Some(OUT));
        desk.engine.drain_outbox().await.expect("worked on");
    }
    assert_eq!(world.asked().await, asked, "nobody is asked again and again");
    assert!(is_there(&desk, &format!("kept {}", desk.tag)).await);
    let grant = world.sign_in(&desk.engine, &desk.settings).await;
    desk.engine.supply_grant(desk.account, grant).await.expect("kept");
    assert_eq!(desk.sync().await, None);
    desk.engine.drain_outbox().await.expect("worked on");
    assert!(desk.engine.outbox().await.expect("the outbox").is_empty());
    arrived(&desk, "waits").await;
    desk.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_cancels_in_the_browser_is_not_signed_in() {
    let Some(world) = World::new().await else { return };
    let (engine, _, _dir) = world.engine().await;
    let settings = world.found(&engine).await;
    let begun = engine.sign_in_browser(&settings, None, page()).await.expect("begun");
    let url = begun.url().to_owned();
    let user = async {
        let page = world.browser.open(&url).await;
        world.browser.follow(&page, "/abort").await
    };
    let (grant, page) = tokio::join!(begun.finish(), user);
    assert_eq!(grant, Err(Error::SignIn(SignInFault::Refused("access_denied".into()))));
    assert!(page.text.contains("oh no"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_others_bring_back_is_not_heard() {
    let Some(world) = World::new().await else { return };
    let (engine, _, _dir) = world.engine().await;
    let settings = world.found(&engine).await;
    let begun = engine.sign_in_browser(&settings, None, page()).await.expect("begun");
    let url = begun.url().to_owned();
    let query = url.split_once('?').expect("a query").1.to_owned();
    let (back, state) = (field(&query, "redirect_uri"), field(&query, "state"));
    let user = async {
        for other in [
            "?code=theirs&state=guessed".to_owned(),
            "?code=theirs".to_owned(),
            "?error=access_denied&state=guessed".to_owned(),
            format!("?code=theirs&state={state}&iss=https%3A%2F%2Fother.example.net"),
            format!("?code=theirs&state={state}&state={state}"),
        ] {
            let page = world.browser.open(&format!("{back}{other}")).await;
            assert!(page.text.contains("oh no"), "{other}: {}", page.text);
        }
        let page = world.browser.open(&url).await;
        world.browser.sign_in(page, "otto").await
    };
    let (grant, page) = tokio::join!(begun.finish(), user);
    assert!(page.text.contains("all is well"), "{}", page.text);
    engine
        .check_account(settings, grant.expect("signed in").access_token().clone())
        .await
        .expect("taken");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_on_another_device() {
    let Some(world) = World::new().await else { return };
    let (engine, _, _dir) = world.engine().await;
    let settings = world.found(&engine).await;
    for agrees in [true, false] {
        let begun = engine.sign_in_device(&settings, None).await.expect("begun");
        let page = world.browser.open(begun.url()).await;
        let page = world.browser.send(&page, &[("user_code", begun.code())]).await;
        let grant = if agrees {
            world.browser.sign_in(page, "otto").await;
            begun.finish().await
        } else {
            world.browser.send(&page, &[("abort", "yes")]).await;
            begun.finish().await
        };
        match grant {
            Ok(grant) if agrees => {
                let token = grant.access_token().clone();
                engine.check_account(settings.clone(), token).await.expect("taken");
            }
            Err(Error::SignIn(SignInFault::Refused(code))) if !agrees => {
                assert_eq!(code, "access_denied");
            }
            other => panic!("{agrees}: {other:?}"),
        }
    }
}

/// Tokens carry no time of this computer's, and servers and certificates have times of their own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_a_day_off_changes_nothing() {
    let Some(_world) = World::new().await else { return };
    if Command::new("faketime").arg("--version").output().is_err() {
        println!("skipped: no faketime");
        return;
    }
    for off in ["-1d", "+1d"] {
        for test in [
            "from_an_address_to_a_message_that_is_sent",
            "what_the_user_withdraws_is_told_once_and_can_be_had_again",
        ] {
            let name = format!("servers::oidc::{test}");
            let mut child = Command::new("faketime");
            child.args(["-f", off]).arg(std::env::current_exe().expect("this program"));
            child.args(["--exact", &name]).env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
            let ended = tokio::task::spawn_blocking(move || child.output()).await;
            let ended = ended.expect("run").expect("run");
            let said = String::from_utf8_lossy(&ended.stdout);
            assert!(ended.status.success() && said.contains("1 passed"), "{off} {test}: {said}");
        }
    }
}
