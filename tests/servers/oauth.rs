//! Access tokens on a real Dovecot and Postfix (its `oauth2` passdb), which ask our provider what each
//! is worth (RFC 7662): OAUTHBEARER (RFC 7628) and XOAUTH2, renewed and taken back between and within
//! sessions. What providers do wrong is in `tests/engine/oauth.rs`.

use std::{io, sync::Arc, time::Duration};

use aloud::{
    engine::{
        AccountSettings, AccountState, Engine, Error, Event, OAuth, Options, OutboxState,
        Provider as Who, Security, Server, SignIn, SignInFault,
        net::{Dialer, Stream, TcpDialer},
        oauth::{Grant, SignInPage},
    },
    model::AccountId,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::{broadcast::Receiver, watch},
};

use super::places::{self, Place};
use crate::support::provider::{Provider, browse};

/// To the real servers, past somebody who hangs up on demand and may hide OAUTHBEARER.
pub struct Between {
    pub hides: bool,
    pub cut: watch::Sender<u32>,
}

#[async_trait::async_trait]
impl Dialer for Between {
    async fn dial(&self, host: &str, port: u16) -> io::Result<Box<dyn Stream>> {
        let server = TcpDialer.dial(host, port).await?;
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        let (mut from_server, mut to_server) = tokio::io::split(server);
        let (mut from_us, mut to_us) = tokio::io::split(theirs);
        let (hides, mut cut) = (self.hides, self.cut.subscribe());
        tokio::spawn(async move {
            let down = async {
                let mut chunk = vec![0; 16 * 1024];
                while let Ok(read @ 1..) = from_server.read(&mut chunk).await {
                    let octets = &mut chunk[..read];
                    let name = b"AUTH=OAUTHBEARER";
                    let found = octets.windows(name.len()).position(|window| window == name);
                    if let (true, Some(at)) = (hides, found) {
                        octets[at..at + name.len()].copy_from_slice(b"AUTH=X-NOBODYHAS");
                    }
                    if to_us.write_all(octets).await.is_err() {
                        break;
                    }
                }
            };
            tokio::select! {
                () = down => {}
                _ = tokio::io::copy(&mut from_us, &mut to_server) => {}
                _ = cut.changed() => {}
            }
        });
        Ok(Box::new(ours))
    }
}

/// One account at an engine.
pub struct Desk {
    pub engine: Engine,
    pub settings: AccountSettings,
    pub account: AccountId,
    pub between: Arc<Between>,
    pub tag: String,
    pub _dir: tempfile::TempDir,
}

pub fn page() -> SignInPage {
    SignInPage { title: "Aloud".into(), done: "all is well".into(), failed: "oh no".into() }
}

async fn sign_in(engine: &Engine, settings: &AccountSettings) -> Grant {
    let begun = engine.sign_in_browser(settings, None, page()).await.expect("begun");
    let url = begun.url().to_owned();
    let browser = tokio::spawn(async move { browse(&url).await });
    let grant = begun.finish().await.expect("signed in");
    assert!(browser.await.expect("a page").contains("all is well"));
    grant
}

impl Desk {
    async fn new(place: &Place, provider: &Provider, xoauth2: bool) -> Self {
        let oauth = OAuth {
            provider: Who::Issuer(provider.issuer.clone()),
            client_id: "aloud-test".into(),
        };
        let mut settings =
            AccountSettings { sign_in: SignIn::OAuth(oauth), ..place.settings("olga") };
        if xoauth2 {
            // Without TLS for somebody to sit between, and where Postfix does not offer the other.
            let port = |name: &str| std::env::var(name).expect(name).parse().expect("a port");
            let server = |host: &str, port, security| Server { host: host.into(), port, security };
            settings.imap = server("127.0.0.1", port("IMAP_PORT"), Security::None);
            settings.smtp = server("localhost", port("SMTPS_PORT"), Security::Tls);
        }
        let between = Arc::new(Between { hides: xoauth2, cut: watch::Sender::new(0) });
        let dir = tempfile::tempdir().expect("a folder");
        let options = Options { dialer: between.clone(), ..places::options(&dir) };
        let engine = Engine::start(options).await.expect("an engine");
        let grant = sign_in(&engine, &settings).await;
        let token = grant.access_token().clone();
        engine.check_account(settings.clone(), token).await.expect("both servers take the token");
        let account = engine.add_signed_in(settings.clone(), grant).await.expect("added");
        let tag = place.tag.clone();
        Self { engine, settings, account, between, tag, _dir: dir }
    }

    pub async fn sync(&self) -> Option<Error> {
        let reports = self.engine.sync_once(None).await.expect("a pass");
        reports.into_iter().flat_map(|report| report.errors).next().map(|fault| fault.error)
    }

    /// Every connection breaks off.
    pub fn hang_up(&self) {
        self.between.cut.send_modify(|cuts| *cuts += 1);
    }

    /// Sends a text; its state when nothing moves any more, `None` once it is gone.
    pub async fn send(&self, what: &str) -> Option<OutboxState> {
        let (tag, account) = (&self.tag, self.account);
        let (name, address) = (&self.settings.name, &self.settings.address);
        let text = format!(
            "From: {name} <{address}>\r\nTo: <{address}>\r\nSubject: {what} {tag}\r\n\
             Message-ID: <{what}-{tag}-{account}@example.com>\r\n\
             Date: Wed, 05 Mar 2025 08:00:00 +0000\r\n\r\nHow are you?\r\n"
        );
        self.engine.submit_raw(text.into_bytes()).await.expect("frozen");
        self.engine.drain_outbox().await.expect("worked on");
        self.engine.outbox().await.expect("the outbox").pop().map(|row| row.state)
    }

    /// Waits for the account to be so; the deadline only ends a test that has failed.
    pub async fn until(&self, events: &mut Receiver<Event>, fits: impl Fn(&AccountState) -> bool) {
        let waiting = async {
            loop {
                let accounts = self.engine.accounts().await.expect("accounts");
                if fits(&accounts[0].state) {
                    return;
                }
                let _ = events.recv().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(180), waiting).await.expect("the state");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn access_tokens_are_renewed_and_taken_back_on_real_servers() {
    let Some(place) = Place::real() else { return };
    let port = std::env::var("OAUTH_PORT").expect("of mail-up").parse().expect("a port");
    let provider = Provider::asked_at(port, "olga").await;
    for xoauth2 in [false, true] {
        let renewed = provider.count("refresh_token");
        let desk = Desk::new(&place, &provider, xoauth2).await;
        assert_eq!(desk.sync().await, None);
        assert_eq!(desk.send("first").await, None);
        // It ran out while it looks good from here, and once more before the message goes.
        provider.revoke_access();
        assert_eq!(desk.sync().await, None);
        provider.revoke_access();
        assert_eq!(desk.send("second").await, None);
        assert_eq!(provider.count("refresh_token"), renewed + 2);
        // In the middle of a session that breaks off.
        let mut events = desk.engine.events();
        desk.engine.go_online().await.expect("online");
        desk.until(&mut events, |state| matches!(state, AccountState::UpToDate(_))).await;
        provider.revoke_access();
        desk.hang_up();
        let waiting = async {
            while provider.count("refresh_token") < renewed + 3 {
                let _ = events.recv().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(180), waiting).await.expect("renewed");
        desk.until(&mut events, |state| matches!(state, AccountState::UpToDate(_))).await;
        // Taken back for good: told once, and neither server nor provider is asked again and again.
        let mut events = desk.engine.events();
        provider.revoke_all();
        desk.hang_up();
        let out = AccountState::NeedsPassword(Error::SignIn(SignInFault::Expired));
        desk.until(&mut events, |state| *state == out).await;
        let state = desk.send("third").await;
        let Some(OutboxState::Retry { reason, .. }) = state else { panic!("{state:?}") };
        assert!(reason.why.waits_for_user());
        let (renewals, asked) = (provider.count("refresh_token"), provider.set().introspected);
        for _ in 0..5 {
            assert_eq!(desk.sync().await, Some(Error::SignIn(SignInFault::Expired)));
        }
        desk.engine.drain_outbox().await.expect("worked on");
        assert_eq!(provider.count("refresh_token"), renewals);
        assert_eq!(provider.set().introspected, asked);
        // Signed in again, what waited goes.
        let grant = sign_in(&desk.engine, &desk.settings).await;
        desk.engine.supply_grant(desk.account, grant).await.expect("kept");
        assert_eq!(desk.sync().await, None);
        desk.engine.drain_outbox().await.expect("worked on");
        assert!(desk.engine.outbox().await.expect("the outbox").is_empty());
        desk.engine.shutdown().await;
    }
}
