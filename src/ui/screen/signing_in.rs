//! Signing in at a provider in the system's browser: for the form, and for an account that the
//! provider has signed out.

use std::sync::Arc;

use tokio::sync::Notify;

use crate::{
    engine::{
        AccountSettings, Engine, Error, OAuth, OAuthClient, Provider, SignIn, SignInFault,
        oauth::Grant,
    },
    model::{AccountId, Secret},
    wording,
};

/// Gives up a sign-in that waits.
#[derive(Debug, Clone, Default)]
pub struct GivenUp(Arc<Notify>);

impl PartialEq for GivenUp {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
impl Eq for GivenUp {}

impl GivenUp {
    /// Gives up what waits with this.
    pub fn give_up(&self) {
        self.0.notify_waiters();
    }
}

/// Signs in for an account that is to be added, and tries it out at both servers.
pub async fn new_account(
    engine: Engine,
    mut settings: AccountSettings,
    provider: Provider,
    given_up: GivenUp,
) -> Result<(Box<AccountSettings>, Grant), Error> {
    let client = engine.oauth_client(&provider).ok_or(Error::SignIn(SignInFault::NoClient))?;
    let OAuthClient { provider, id, secret } = client;
    settings.sign_in = SignIn::OAuth(OAuth { provider, client_id: id });
    let work = async {
        let grant = in_browser(&engine, &settings, secret).await?;
        engine.check_account(settings.clone(), grant.access_token().clone()).await?;
        Ok::<_, Error>(grant)
    };
    let grant = tokio::select! {
        grant = work => grant?,
        () = given_up.0.notified() => return Err(Error::SignIn(SignInFault::TooLate)),
    };
    Ok((Box::new(settings), grant))
}

/// Signs in once more for an account.
pub async fn again(engine: Engine, id: AccountId) -> Result<(), Error> {
    let accounts = engine.accounts().await?;
    let Some(account) = accounts.into_iter().find(|account| account.id == id) else {
        return Ok(());
    };
    let secret = match &account.settings.sign_in {
        SignIn::OAuth(oauth) => engine
            .oauth_client(&oauth.provider)
            .filter(|client| client.id == oauth.client_id)
            .and_then(|client| client.secret),
        SignIn::Password => None,
    };
    let secret = match secret {
        Some(secret) => Some(secret),
        None => engine.client_secret(id).await,
    };
    let grant = in_browser(&engine, &account.settings, secret).await?;
    engine.supply_grant(id, grant).await
}

async fn in_browser(
    engine: &Engine,
    settings: &AccountSettings,
    secret: Option<Secret>,
) -> Result<Grant, Error> {
    let page = wording::phrases::sign_in_page();
    let begun = engine.sign_in_browser(settings, secret, page).await?;
    let url = begun.url().to_owned();
    let opened = tokio::task::spawn_blocking(move || open::that_detached(url)).await;
    if !matches!(opened, Ok(Ok(()))) {
        tracing::warn!("no program opens web links");
    }
    begun.finish().await
}
