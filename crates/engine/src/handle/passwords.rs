//! Passwords of the session: asked of the keyring once, kept in memory, never written by us. For an
//! account of a provider the access token stands in their place ([`crate::oauth`]).

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use super::lock;
use crate::{
    account::Passwords,
    net::Dialer,
    oauth::{Grant, Tokens},
    secrets::{SecretStore, password_name},
    store::{Store, accounts, blocking},
    types::{Error, KeyringFault, SignIn},
};
use aloud_model::{AccountId, Secret};

/// The password of the built-in demo account, which is served inside the process.
const DEMO: &str = "demo";

/// Where account tasks and the outbox get passwords.
pub(crate) struct PasswordBook {
    secrets: Arc<dyn SecretStore>,
    store: Store,
    session: Mutex<HashMap<AccountId, Secret>>,
    tokens: Tokens,
}

impl PasswordBook {
    pub(crate) fn new(
        secrets: Arc<dyn SecretStore>,
        store: Store,
        dialer: Arc<dyn Dialer>,
    ) -> Self {
        let tokens = Tokens::new(secrets.clone(), store.clone(), dialer);
        Self { secrets, store, session: Mutex::default(), tokens }
    }

    /// Keeps what a provider gave, for the session and, where there is a keyring, there.
    pub(crate) async fn keep_grant(&self, id: AccountId, grant: Grant) {
        let saved = self.tokens.keep(id, grant).await;
        self.note_saved(id, saved).await;
    }

    /// The client secret that an account was signed in with.
    pub(crate) async fn client_secret(&self, id: AccountId) -> Option<Secret> {
        self.tokens.client_secret(id).await
    }

    async fn note_saved(&self, id: AccountId, saved: bool) {
        let noted = self.store.write(move |t| accounts::set_password_saved(t, id, saved)).await;
        if let Err(error) = noted {
            tracing::warn!(error = error.class(), "could not note where the password is");
        }
    }

    /// Keeps a password for the session and, where there is a keyring, there.
    pub(crate) async fn keep(&self, id: AccountId, password: Secret) {
        lock(&self.session).insert(id, password.clone());
        let secrets = self.secrets.clone();
        let saved = blocking(move || secrets.set(&password_name(id), &password)).await.is_ok();
        self.note_saved(id, saved).await;
    }

    /// Forgets a password everywhere.
    pub(crate) async fn forget(&self, id: AccountId) {
        lock(&self.session).remove(&id);
        let secrets = self.secrets.clone();
        let forgotten = blocking(move || secrets.delete(&password_name(id))).await;
        if let Err(error) = forgotten.and(self.tokens.forget(id).await) {
            tracing::warn!(error = error.class(), "could not remove a password from the keyring");
        }
        // Of an account that was removed there is no row, and nothing to note.
        self.note_saved(id, false).await;
    }

    /// The settings of an account changed: what was learned with the old ones is learned anew.
    pub(crate) async fn settings_changed(&self, id: AccountId) {
        self.tokens.settings_changed(id).await;
    }

    /// The keyring, for what is no account's.
    pub(crate) fn secrets(&self) -> Arc<dyn SecretStore> {
        self.secrets.clone()
    }

    /// Whether the keyring can be asked.
    ///
    /// # Errors
    /// [`Error::NoKeyring`].
    pub(crate) async fn keyring(&self) -> Result<(), Error> {
        let secrets = self.secrets.clone();
        blocking(move || secrets.usable()).await
    }

    /// The next question goes to the keyring again (the server turned this one down).
    pub(crate) fn distrust(&self, id: AccountId) {
        lock(&self.session).remove(&id);
    }
}

#[async_trait::async_trait]
impl Passwords for PasswordBook {
    async fn password(&self, id: AccountId) -> Result<Secret, Error> {
        if let Some(known) = lock(&self.session).get(&id).cloned() {
            return Ok(known);
        }
        let row = self.store.read(move |c| accounts::account(c, id)).await?;
        if row.settings.demo {
            return Ok(Secret::new(DEMO.into()));
        }
        if let SignIn::OAuth(oauth) = &row.settings.sign_in {
            let ca_pem = row.settings.ca_pem.clone();
            return self.tokens.token(id, oauth.clone(), ca_pem, row.password_saved).await;
        }
        let secrets = self.secrets.clone();
        match blocking(move || secrets.get(&password_name(id))).await {
            Ok(Some(password)) => {
                lock(&self.session).insert(id, password.clone());
                Ok(password)
            }
            // A locked keyring says "no entry": our own record knows better.
            Ok(None) if row.password_saved => Err(Error::NoKeyring(KeyringFault::NoEntry)),
            Ok(None) => Err(Error::PasswordNeeded),
            Err(Error::NoKeyring(_)) if !row.password_saved => Err(Error::PasswordNeeded),
            Err(error) => Err(error),
        }
    }

    async fn refused(&self, id: AccountId, secret: &Secret) -> bool {
        self.tokens.refused(id, secret).await
    }
}
