//! Signing in at a provider instead of with a password ([`crate::oauth`]).

use super::{Engine, Result, accounts, store};
use crate::{
    oauth::{BrowserSignIn, DeviceSignIn, Grant, SignInPage, Talk, default_client},
    types::*,
};
use aloud_model::*;

impl Engine {
    /// Begins a sign-in in the user's browser: open [`BrowserSignIn::url`], wait for
    /// [`BrowserSignIn::finish`]. Nothing is stored.
    ///
    /// # Errors
    /// [`SignInFault`] where it cannot begin; [`Invalid::NotOfProvider`]; [`Error::Unreachable`] and
    /// what else a connection brings.
    pub async fn sign_in_browser(
        &self,
        settings: &AccountSettings,
        client_secret: Option<Secret>,
        page: SignInPage,
    ) -> Result<BrowserSignIn> {
        let (talk, oauth) = self.talk(settings, client_secret).await?;
        BrowserSignIn::new(talk, &oauth, &settings.user, page).await
    }

    /// Begins a sign-in with a code on another device.
    ///
    /// # Errors
    /// As [`Self::sign_in_browser`]; [`SignInFault::NoDevice`].
    pub async fn sign_in_device(
        &self,
        settings: &AccountSettings,
        client_secret: Option<Secret>,
    ) -> Result<DeviceSignIn> {
        DeviceSignIn::new(self.talk(settings, client_secret).await?.0).await
    }

    async fn talk(
        &self,
        settings: &AccountSettings,
        client_secret: Option<Secret>,
    ) -> Result<(Talk, OAuth)> {
        self.alive()?;
        let SignIn::OAuth(oauth) = &settings.sign_in else {
            return Err(Error::SignIn(SignInFault::NoClient));
        };
        let dialer = self.inner.dialer.clone();
        let talk = Talk::new(dialer, settings.ca_pem.clone(), oauth.clone(), client_secret).await?;
        check_servers(settings)?;
        Ok((talk, oauth.clone()))
    }

    /// What Aloud is called at a provider: by the settings, else as it was built.
    #[must_use]
    pub fn oauth_client(&self, provider: &Provider) -> Option<OAuthClient> {
        let known = self.inner.clients.iter().find(|client| client.provider == *provider);
        known.cloned().or_else(|| {
            let (id, secret) = default_client(provider)?;
            Some(OAuthClient {
                provider: provider.clone(),
                id: id.to_owned(),
                secret: secret.map(|secret| Secret::new(secret.to_owned())),
            })
        })
    }

    /// The client secret to sign in with once more: that of the settings for the client that the account
    /// signs in as, else the one that it was signed in with.
    pub async fn client_secret(&self, account: &Account) -> Option<Secret> {
        let SignIn::OAuth(oauth) = &account.settings.sign_in else { return None };
        let known = self.oauth_client(&oauth.provider);
        match known.filter(|client| client.id == oauth.client_id).and_then(|known| known.secret) {
            Some(secret) => Some(secret),
            None => self.inner.passwords.client_secret(account.id).await,
        }
    }

    /// Adds an account with what its provider gave. It goes to the keyring; where there is none it
    /// is kept for this session only.
    ///
    /// # Errors
    /// As [`Self::add_account`].
    pub async fn add_signed_in(
        &self,
        settings: AccountSettings,
        grant: Grant,
    ) -> Result<AccountId> {
        self.alive()?;
        let settings = self.allowed(settings)?;
        let stored = settings.clone();
        let id = self.inner.store.write(move |t| accounts::add_account(t, &stored)).await?;
        self.inner.passwords.keep_grant(id, grant).await;
        self.spawn_task(id, settings);
        self.tell(Event::AccountChanged(id));
        Ok(id)
    }

    /// The user has signed in once more.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn supply_grant(&self, id: AccountId, grant: Grant) -> Result<()> {
        self.inner.store.read(move |c| accounts::account(c, id)).await?;
        self.inner.passwords.keep_grant(id, grant).await;
        self.go_on(id).await
    }

    /// What waited for the user goes on.
    pub(super) async fn go_on(&self, id: AccountId) -> Result<()> {
        let now = self.inner.store.now();
        self.inner.store.write(move |t| store::outbox::signed_in(t, id, now)).await?;
        if let Some(task) = self.task(id) {
            task.supplied();
        }
        self.inner.outbox.wake();
        self.tell(Event::AccountChanged(id));
        Ok(())
    }
}

/// A token of a provider whose servers are known goes to none but those: whoever holds it reads and
/// sends the user's mail.
pub(super) fn check_servers(settings: &AccountSettings) -> Result<()> {
    let SignIn::OAuth(OAuth { provider, .. }) = &settings.sign_in else { return Ok(()) };
    if provider.servers().is_none() {
        return Ok(());
    }
    for server in [&settings.imap, &settings.smtp] {
        if Provider::of_host(&server.host).as_ref() != Some(provider) {
            return Err(Invalid::NotOfProvider(server.host.clone()).into());
        }
    }
    Ok(())
}
