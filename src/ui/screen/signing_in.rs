//! Signing in at a provider in the system's browser: for the form, and for an account that the
//! provider has signed out.
//!
//! The address that the browser has to open is handed out at once, with whether a browser took it: the
//! user can open it in another one while it is waited for.

use std::{sync::Arc, time::Duration};

use iced::task::{Sipper, sipper};
use tokio::sync::watch;

use crate::{
    engine::{
        AccountSettings, Engine, Error, OAuth, OAuthClient, Provider, SignIn, SignInFault,
        oauth::Grant,
    },
    model::{AccountId, Secret},
    wording,
};

/// How long each of the system's programs may take to say that it opens nothing.
const OPENING: Duration = Duration::from_secs(3);

/// Gives up a sign-in that waits.
#[derive(Debug, Clone)]
pub struct GivenUp(Arc<watch::Sender<bool>>);

impl Default for GivenUp {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}
impl PartialEq for GivenUp {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
impl Eq for GivenUp {}

/// What is given up when its owner goes, whichever way.
#[derive(Default)]
pub struct GivenUpAtEnd(GivenUp);

impl std::ops::Deref for GivenUpAtEnd {
    type Target = GivenUp;
    fn deref(&self) -> &GivenUp {
        &self.0
    }
}

impl std::ops::DerefMut for GivenUpAtEnd {
    fn deref_mut(&mut self) -> &mut GivenUp {
        &mut self.0
    }
}

impl Drop for GivenUpAtEnd {
    fn drop(&mut self) {
        self.0.give_up();
    }
}

impl GivenUp {
    /// Gives up what waits with this, now and later.
    pub fn give_up(&self) {
        self.0.send_replace(true);
    }

    /// Gives up the attempt before, and begins another.
    pub fn anew(&mut self) -> Self {
        self.give_up();
        *self = Self::default();
        self.clone()
    }

    #[cfg(test)]
    pub fn is_given_up(&self) -> bool {
        *self.0.borrow()
    }

    async fn given_up(&self) -> Error {
        // The sender is here, so this ends with what is waited for only.
        let _ = self.0.subscribe().wait_for(|given_up| *given_up).await;
        Error::SignIn(SignInFault::TooLate)
    }
}

/// The user is waited for.
#[derive(Clone, PartialEq, Eq)]
pub struct Waits {
    /// What the browser has to open.
    pub url: String,
    /// No program of the system opens it.
    pub no_browser: bool,
}

/// The address holds what this attempt is known by.
impl std::fmt::Debug for Waits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Waits").field("no_browser", &self.no_browser).finish_non_exhaustive()
    }
}

/// Opens an address; whether a program took it. Blocks.
type Opener = fn(&str) -> bool;

fn system(url: &str) -> bool {
    open::that_detached_with_timeout(url, OPENING).is_ok()
}

/// Signs in for an account that is to be added, and tries it out at both servers.
pub fn new_account(
    engine: Engine,
    mut settings: AccountSettings,
    provider: Provider,
    given_up: GivenUp,
) -> impl Sipper<Result<(Box<AccountSettings>, Grant), Error>, Waits> {
    sipper(async move |sender| {
        let client = engine.oauth_client(&provider).ok_or(Error::SignIn(SignInFault::NoClient))?;
        let OAuthClient { provider, id, secret } = client;
        settings.sign_in = SignIn::OAuth(OAuth { provider, client_id: id });
        let work = async {
            let grant = in_browser(&engine, &settings, secret, system).run(sender).await?;
            engine.check_account(settings.clone(), grant.access_token().clone()).await?;
            Ok::<_, Error>(grant)
        };
        let grant = tokio::select! {
            grant = work => grant?,
            error = given_up.given_up() => return Err(error),
        };
        Ok((Box::new(settings), grant))
    })
}

/// Signs in once more for an account.
pub fn again(
    engine: Engine,
    id: AccountId,
    given_up: GivenUp,
) -> impl Sipper<Result<(), Error>, Waits> {
    sipper(async move |sender| {
        let accounts = engine.accounts().await?;
        let Some(account) = accounts.into_iter().find(|account| account.id == id) else {
            return Ok(());
        };
        let secret = engine.client_secret(&account).await;
        let grant = tokio::select! {
            grant = in_browser(&engine, &account.settings, secret, system).run(sender) => grant?,
            error = given_up.given_up() => return Err(error),
        };
        engine.supply_grant(id, grant).await
    })
}

fn in_browser(
    engine: &Engine,
    settings: &AccountSettings,
    secret: Option<Secret>,
    opener: Opener,
) -> impl Sipper<Result<Grant, Error>, Waits> {
    sipper(async move |mut sender| {
        let page = wording::phrases::sign_in_page();
        let begun = engine.sign_in_browser(settings, secret, page).await?;
        let url = begun.url().to_owned();
        sender.send(Waits { url: url.clone(), no_browser: false }).await;
        let opening = async {
            let opened = url.clone();
            let opened = tokio::task::spawn_blocking(move || opener(&opened)).await;
            if !opened.unwrap_or(false) {
                tracing::warn!("no program opens web links");
                sender.send(Waits { url, no_browser: true }).await;
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            grant = begun.finish() => grant,
            () = opening => Err(Error::SignIn(SignInFault::TooLate)),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{engine::Options, engine::secrets::MemoryStore, ui::testing::account};

    async fn begun(dir: &std::path::Path) -> (Engine, AccountSettings) {
        let options = Options::new(dir.join("data"), Arc::new(MemoryStore::default()));
        let engine = Engine::start(options).await.expect("an engine");
        let oauth = OAuth { provider: Provider::Google, client_id: "aloud-test".into() };
        let (imap, smtp) = Provider::Google.servers().expect("known");
        let sign_in = SignIn::OAuth(oauth);
        let settings = AccountSettings { sign_in, imap, smtp, ..account(1).settings };
        (engine, settings)
    }

    #[tokio::test]
    async fn without_a_browser_the_address_is_handed_out_at_once_and_goes_on_being_good() {
        let dir = tempfile::tempdir().expect("a folder");
        let (engine, settings) = begun(dir.path()).await;
        let mut waiting = in_browser(&engine, &settings, None, |_| false).pin();
        let first = waiting.sip().await.expect("it waits");
        assert!(!first.no_browser && first.url.starts_with("https://accounts.google.com/"));
        let second = waiting.sip().await.expect("it waits still");
        assert_eq!(second, Waits { no_browser: true, ..first.clone() });
        assert!(!format!("{first:?}").contains("state"), "{first:?}");
        // The port that the browser comes back to is open: it says no to who knows nothing.
        let query = oauth_port(&first.url);
        let waits = async { waiting.sip().await };
        let visit = tokio::net::TcpStream::connect(("127.0.0.1", query));
        tokio::select! {
            ended = waits => panic!("ended: {ended:?}"),
            open = visit => assert!(open.is_ok()),
        }
    }

    /// The port that is named in an address to open.
    fn oauth_port(url: &str) -> u16 {
        let (_, rest) = url.split_once("127.0.0.1%3A").expect("leads back here");
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().expect("a port")
    }

    #[tokio::test]
    async fn a_second_attempt_gives_up_the_first() {
        let mut attempt = GivenUp::default();
        let first = attempt.anew();
        let second = attempt.anew();
        assert_eq!(first.given_up().await, Error::SignIn(SignInFault::TooLate));
        let waits = tokio::select! {
            biased;
            _ = second.given_up() => false,
            () = std::future::ready(()) => true,
        };
        assert!(waits);
    }
}
