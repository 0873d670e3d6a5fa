//! Signing in at a provider (OAuth 2.0, RFC 6749, 8252, 8628), from the account that is added to the
//! message that is sent, and what providers do wrong.

use std::{
    io,
    sync::{Arc, atomic::AtomicI64},
    time::Duration,
};

use aloud::{
    engine::{
        AccountSettings, AccountState, Engine, Error, Event, Invalid, OAuth, Options, OutboxState,
        Provider as Who, Server, Service, SignIn, SignInFault,
        doctor::{Check, Fact},
        net::{Dialer, Stream, TcpDialer},
        oauth::{Grant, SignInPage},
        secrets::{MemoryStore, SecretStore, grant_name, password_name},
    },
    loopback::Loopback,
    model::{AccountId, Secret},
};

use crate::support::{
    provider::{Provider, Trouble, browse, visit},
    user::{self, START, Wires},
};

/// To the mail server within the process, and to the provider over TCP.
struct Both(Wires);

#[async_trait::async_trait]
impl Dialer for Both {
    async fn dial(&self, host: &str, port: u16) -> io::Result<Box<dyn Stream>> {
        match port {
            143 | 587 => self.0.dial(host, port).await,
            _ => TcpDialer.dial(host, port).await,
        }
    }
}

struct World {
    mail: Loopback,
    provider: Provider,
    engine: Engine,
    secrets: Arc<MemoryStore>,
    dir: tempfile::TempDir,
    settings: AccountSettings,
}

fn options(dir: &tempfile::TempDir, mail: &Loopback, secrets: &Arc<MemoryStore>) -> Options {
    let clock = Arc::new(AtomicI64::new(START));
    Options {
        dialer: Arc::new(Both(Wires(mail.clone()))),
        secrets: secrets.clone(),
        ..user::options(dir.path().join("data"), mail, &clock)
    }
}

impl World {
    async fn new() -> Self {
        let mail = user::server();
        let provider = Provider::start(&mail, "robin").await;
        let secrets = Arc::new(MemoryStore::default());
        let dir = tempfile::tempdir().expect("a folder");
        let engine = Engine::start(options(&dir, &mail, &secrets)).await.expect("an engine");
        let issuer = Who::Issuer(provider.issuer.clone());
        let oauth = OAuth { provider: issuer, client_id: "aloud-test".into() };
        let settings = AccountSettings { sign_in: SignIn::OAuth(oauth), ..user::settings() };
        Self { mail, provider, engine, secrets, dir, settings }
    }

    async fn restart(&mut self) {
        self.engine.shutdown().await;
        let options = options(&self.dir, &self.mail, &self.secrets);
        self.engine = Engine::start(options).await.expect("an engine");
    }

    /// Signs in as a user does who says yes.
    async fn sign_in(&self) -> Result<Grant, Error> {
        let begun = self.engine.sign_in_browser(&self.settings, None, page()).await?;
        let url = begun.url().to_owned();
        let browser = tokio::spawn(async move { browse(&url).await });
        let grant = begun.finish().await;
        let shown = browser.await.expect("a page");
        assert!(shown.contains(if grant.is_ok() { "all is well" } else { "oh no" }), "{shown}");
        grant
    }

    async fn add(&self) -> AccountId {
        let grant = self.sign_in().await.expect("signed in");
        let checked =
            self.engine.check_account(self.settings.clone(), grant.access_token().clone());
        checked.await.expect("both servers take the token");
        self.engine.add_signed_in(self.settings.clone(), grant).await.expect("added")
    }

    async fn sync(&self) -> Result<(), Error> {
        let reports = self.engine.sync_once(None).await?;
        let fault = reports.into_iter().flat_map(|report| report.errors).next();
        fault.map_or(Ok(()), |fault| Err(fault.error))
    }

    /// Sends a text; its state when nothing moves any more, `None` once it is gone.
    async fn send(&self, account: AccountId) -> Option<OutboxState> {
        let number = self.mail.submitted().len();
        let text = format!(
            "From: Robin Vale <{}>\r\nTo: Bo <bo@example.net>\r\nSubject: Hello\r\n\
             Message-ID: <{number}-{account}@example.com>\r\n\
             Date: Wed, 05 Mar 2025 08:00:00 +0000\r\n\r\nHow are you?\r\n",
            user::OWN
        );
        self.engine.submit_raw(text.into_bytes()).await.expect("frozen");
        self.engine.drain_outbox().await.expect("worked on");
        self.engine.outbox().await.expect("the outbox").pop().map(|row| row.state)
    }
}

fn page() -> SignInPage {
    SignInPage { title: "Aloud".into(), done: "all is well".into(), failed: "oh no".into() }
}

fn fault<T: std::fmt::Debug>(outcome: Result<T, Error>) -> SignInFault {
    match outcome {
        Err(Error::SignIn(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn from_the_browser_to_a_message_that_is_sent() {
    let mut world = World::new().await;
    let id = world.add().await;
    world.sync().await.expect("a pass");
    assert_eq!(world.send(id).await, None);
    assert_eq!(world.mail.submitted().len(), 1);
    // One question, and one token for both servers; nothing but the refresh token is kept.
    assert_eq!(world.provider.set().asked, ["authorization_code"]);
    let kept = world.secrets.get(&grant_name(id)).expect("a store").expect("kept");
    assert_eq!(kept.expose(), r#"{"refresh_token":"refresh-1"}"#);
    assert_eq!(world.secrets.get(&password_name(id)).expect("a store"), None);
    // After a restart it is renewed without anybody.
    world.restart().await;
    world.sync().await.expect("a pass");
    assert_eq!(world.provider.count("refresh_token"), 1);
    world.engine.remove_account(id).await.expect("removed");
    assert_eq!(world.secrets.get(&grant_name(id)).expect("a store"), None);
}

#[tokio::test]
async fn a_token_that_ran_out_is_renewed_and_a_new_refresh_token_kept() {
    let mut world = World::new().await;
    world.provider.set().rotates = true;
    let id = world.add().await;
    world.sync().await.expect("a pass");
    // The provider takes the access token back while it looks good from here.
    for round in 1..=2 {
        world.provider.revoke_access();
        assert_eq!(world.send(id).await, None, "round {round}");
        assert_eq!(world.provider.count("refresh_token"), round);
    }
    let kept = world.secrets.get(&grant_name(id)).expect("a store").expect("kept");
    assert!(kept.expose().contains("refresh-3"), "the last of them");
    world.restart().await;
    world.sync().await.expect("a pass");
    // One that does not live at all is asked for each time, and used.
    world.provider.set().life = 0;
    world.restart().await;
    for _ in 0..3 {
        world.engine.sync_once(None).await.expect("a pass");
        assert_eq!(world.send(id).await, None);
    }
}

#[tokio::test]
async fn signed_out_by_the_provider_waits_for_the_user() {
    let mut world = World::new().await;
    let id = world.add().await;
    world.provider.revoke_all();
    world.restart().await;
    let mut events = world.engine.events();
    assert_eq!(fault(world.sync().await), SignInFault::Expired);
    let state = world.send(id).await;
    let Some(OutboxState::Retry { reason, .. }) = state else { panic!("{state:?}") };
    assert!(reason.why.waits_for_user());
    for _ in 0..5 {
        assert_eq!(fault(world.sync().await), SignInFault::Expired);
    }
    world.engine.drain_outbox().await.expect("worked on");
    assert_eq!(world.provider.count("refresh_token"), 1, "the provider is asked once");
    let mut told = Vec::new();
    while let Ok(event) = events.try_recv() {
        told.push(event);
    }
    assert!(told.contains(&Event::AuthRequired(id)), "{told:?}");
    let accounts = world.engine.accounts().await.expect("accounts");
    let signed_out = AccountState::NeedsPassword(Error::SignIn(SignInFault::Expired));
    assert_eq!(accounts[0].state, signed_out);
    // The user signs in again: what waited goes.
    let grant = world.sign_in().await.expect("signed in");
    world.engine.supply_grant(id, grant).await.expect("kept");
    world.sync().await.expect("a pass");
    world.engine.drain_outbox().await.expect("worked on");
    assert_eq!(world.mail.submitted().len(), 1);
}

/// A window and a command line, at a provider whose refresh tokens are good once: neither signs the
/// other out, and whoever signs in again does so for both.
#[tokio::test]
async fn two_processes_share_a_sign_in() {
    let world = World::new().await;
    world.provider.set().rotates = true;
    let id = world.add().await;
    world.sync().await.expect("a pass");
    let options = options(&world.dir, &world.mail, &world.secrets);
    let other = Engine::start(options).await.expect("another engine");
    let pass = async |engine: &Engine| {
        let reports = engine.sync_once(None).await.expect("a pass");
        reports.into_iter().flat_map(|report| report.errors).next().map(|fault| fault.error)
    };
    for _ in 0..2 {
        for engine in [&other, &world.engine] {
            world.provider.revoke_access();
            assert_eq!(pass(engine).await, None);
        }
    }
    // At the same moment as well.
    world.provider.revoke_access();
    let (one, two) = tokio::join!(pass(&other), pass(&world.engine));
    assert_eq!((one, two), (None, None));
    // Both are out; the user signs in at one.
    world.provider.revoke_all();
    let out = Some(Error::SignIn(SignInFault::Expired));
    assert_eq!((pass(&other).await, pass(&world.engine).await), (out.clone(), out));
    let asked = world.provider.count("refresh_token");
    assert!(pass(&world.engine).await.is_some());
    assert_eq!(world.provider.count("refresh_token"), asked, "not asked with the same again");
    let grant = world.sign_in().await.expect("signed in");
    other.supply_grant(id, grant).await.expect("kept");
    assert_eq!((pass(&other).await, pass(&world.engine).await), (None, None));
    other.shutdown().await;
}

#[tokio::test]
async fn a_provider_that_is_down_is_no_reason_to_sign_in_again() {
    let mut world = World::new().await;
    world.add().await;
    world.restart().await;
    for (trouble, passes) in [
        (Trouble::Status(503), true),
        (Trouble::Status(429), true),
        (Trouble::Page, false),
        (Trouble::Endless, false),
        (Trouble::Redirect, false),
    ] {
        world.provider.set().trouble = trouble;
        let error = world.sync().await.expect_err("no token");
        let unreachable = matches!(error, Error::Unreachable { .. });
        assert_eq!(unreachable, passes, "{trouble:?}: {error:?}");
        assert!(passes || matches!(error, Error::Protocol(_)), "{trouble:?}: {error:?}");
    }
    world.provider.set().trouble = Trouble::None;
    world.sync().await.expect("a pass");
}

#[tokio::test]
async fn what_a_provider_says_of_itself_is_checked() {
    let world = World::new().await;
    for (trouble, want) in [
        (Trouble::OtherIssuer, "such issuer"),
        (Trouble::Elsewhere, "cannot be used"),
        (Trouble::Page, "cannot be used"),
        (Trouble::Endless, "cannot be used"),
        (Trouble::Status(404), "such issuer"),
        (Trouble::Status(500), "HTTP status 500"),
        (Trouble::Redirect, "cannot be used"),
        (Trouble::NoRefresh, "no refresh token"),
        (Trouble::Denied, "refused: access_denied"),
    ] {
        world.provider.set().trouble = trouble;
        let error = world.sign_in().await.expect_err("no grant");
        assert!(error.to_string().contains(want), "{trouble:?}: {error}");
        assert!(!error.to_string().contains("secret words"));
    }
    for issuer in ["http://id.example.com", "ftp://127.0.0.1", "id.example.com", "", "file:///"] {
        let oauth = OAuth { provider: Who::Issuer(issuer.into()), client_id: "x".into() };
        let settings = AccountSettings { sign_in: SignIn::OAuth(oauth), ..world.settings.clone() };
        let begun = world.engine.sign_in_browser(&settings, None, page()).await;
        assert_eq!(fault(begun.map(|_| ())), SignInFault::BadIssuer, "{issuer}");
    }
    let oauth = OAuth { provider: Who::Google, client_id: String::new() };
    let settings = AccountSettings { sign_in: SignIn::OAuth(oauth), ..world.settings.clone() };
    let begun = world.engine.sign_in_browser(&settings, None, page()).await;
    assert_eq!(fault(begun.map(|_| ())), SignInFault::NoClient);
}

/// A token is worth a password: it is neither asked for nor said at a server of somebody else.
#[tokio::test]
async fn a_providers_token_is_for_its_own_servers() {
    let world = World::new().await;
    let oauth = OAuth { provider: Who::Google, client_id: "x".into() };
    let (imap, smtp) = Who::Google.servers().expect("known");
    let own = AccountSettings { sign_in: SignIn::OAuth(oauth), imap, smtp, ..user::settings() };
    let begun = world.engine.sign_in_browser(&own, None, page()).await;
    assert!(begun.is_ok(), "{:?}", begun.map(|_| ()));
    let other = || Server { host: "mail.gmail.com.example.net".into(), ..own.imap.clone() };
    for settings in [
        AccountSettings { imap: other(), ..own.clone() },
        AccountSettings { smtp: other(), ..own.clone() },
    ] {
        let want = Error::Invalid(Invalid::NotOfProvider(other().host));
        let begun = world.engine.sign_in_browser(&settings, None, page()).await;
        assert_eq!(begun.map(|_| ()), Err(want.clone()));
        let checked = world.engine.check_account(settings.clone(), Secret::new("t".into())).await;
        assert_eq!(checked, Err(want.clone()));
        assert_eq!(world.engine.add_account(settings, None).await, Err(want));
    }
}

#[tokio::test]
async fn only_who_brings_our_state_back_is_heard() {
    let world = World::new().await;
    let begun = world.engine.sign_in_browser(&world.settings, None, page()).await.expect("begun");
    let url = begun.url().to_owned();
    let back = visit(&url).await.expect_err("leads back");
    let (place, query) = back.split_once('?').expect("a query");
    let finishing = tokio::spawn(begun.finish());
    let issuer = "iss=https://id.example.com";
    for wrong in [
        format!("{place}?code=evil&state=guessed"),
        format!("{place}?code=evil"),
        format!("{place}?error=access_denied&state=x"),
        format!("{place}?{query}&state=twice"),
        format!("{place}?{query}&{issuer}"),
        format!("{place}favicon.ico?{query}"),
        place.to_owned(),
    ] {
        let page = visit(&wrong).await.expect("a page");
        assert!(page.starts_with("HTTP/1.1 400") && page.contains("oh no"), "{wrong}: {page}");
        assert!(!finishing.is_finished(), "{wrong}");
    }
    // Nor does it wait for who says nothing, or too much.
    let port = place.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let silent = tokio::net::TcpStream::connect(&port).await.expect("open");
    let mut long = tokio::net::TcpStream::connect(&port).await.expect("open");
    use tokio::io::AsyncWriteExt as _;
    let _ = long.write_all(&[b'x'; 100_000]).await;
    assert!(visit(&back).await.expect("a page").contains("all is well"));
    finishing.await.expect("ended").expect("signed in");
    drop((silent, long));
    assert_eq!(world.provider.set().asked, ["authorization_code"], "no other code was tried");
}

#[tokio::test]
async fn a_code_on_another_device() {
    let world = World::new().await;
    world.provider.set().device_waits = 2;
    let begun = world.engine.sign_in_device(&world.settings, None).await.expect("begun");
    assert_eq!(begun.code(), "WDJB-MJHT");
    assert_eq!(begun.url(), format!("{}/go", world.provider.issuer));
    let grant = begun.finish().await.expect("signed in");
    let id = world.engine.add_signed_in(world.settings.clone(), grant).await.expect("added");
    world.sync().await.expect("a pass");
    assert_eq!(world.send(id).await, None);
    let begun = world.engine.sign_in_device(&world.settings, None).await.expect("begun");
    world.provider.set().trouble = Trouble::Denied;
    assert_eq!(fault(begun.finish().await), SignInFault::Refused("access_denied".into()));
}

#[tokio::test]
async fn nobody_waits_for_ever() {
    let world = World::new().await;
    let begun = world.engine.sign_in_browser(&world.settings, None, page()).await.expect("begun");
    tokio::time::pause();
    let start = tokio::time::Instant::now();
    assert_eq!(fault(begun.finish().await), SignInFault::TooLate);
    assert!(start.elapsed() < Duration::from_secs(1000));
    world.provider.set().trouble = Trouble::Silent;
    let begun = world.engine.sign_in_browser(&world.settings, None, page()).await;
    assert!(matches!(begun.map(|_| ()), Err(Error::Unreachable { .. })));
}

/// What the provider does wrong is not laid at the door of the mail servers.
#[tokio::test]
async fn a_provider_that_fails_is_named_by_the_doctor() {
    let mut world = World::new().await;
    world.add().await;
    world.restart().await;
    let found = async |world: &World, check| {
        let found = world.engine.examine().await;
        found.into_iter().find(|finding| finding.check == check).expect("looked at").fact
    };
    assert_eq!(found(&world, Check::Provider).await, Fact::Good);
    for trouble in [Trouble::Status(503), Trouble::Page] {
        world.restart().await;
        world.provider.set().trouble = trouble;
        let provider = found(&world, Check::Provider).await;
        assert!(matches!(provider, Fact::Failed(_)), "{trouble:?}: {provider:?}");
        for service in [Service::Imap, Service::Smtp] {
            assert_eq!(found(&world, Check::Connection(service)).await, Fact::Unencrypted);
            assert_eq!(found(&world, Check::SignIn(service)).await, Fact::Skipped);
        }
    }
}

#[tokio::test]
async fn no_token_is_shown() {
    let world = World::new().await;
    let grant = world.sign_in().await.expect("signed in");
    let shown = format!("{grant:?}");
    assert!(!shown.contains("access-1") && !shown.contains("refresh-1"), "{shown}");
}
