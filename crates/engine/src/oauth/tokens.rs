//! Access tokens of the session: handed out while they are good, renewed before they are not. The
//! refresh token is read from the keyring for each renewal, because another process may have renewed it
//! or the user may have signed in there, and written where the provider changes it. One process at a
//! time renews: some providers sign out who brings a refresh token twice.

use std::{
    collections::HashMap,
    fs::File,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use super::{Access, Grant, Lasting, Talk};
use crate::{
    lock::lock,
    net::Dialer,
    secrets::{SecretStore, grant_name},
    store::{Store, blobs, blocking},
    types::{Error, Fault, KeyringFault, OAuth, SignInFault},
};
use aloud_model::{AccountId, Secret};

/// How long before its end a token is renewed, or half its life where that is less.
const EARLY: Duration = Duration::from_secs(300);
/// How often, and how many times, it is looked whether another process has renewed.
const TURN: (Duration, u32) = (Duration::from_millis(100), 300);

/// What is known of one account's tokens.
#[derive(Default)]
struct Kept {
    lasting: Option<Lasting>,
    /// The keyring did not take it: what it holds is older.
    unsaved: bool,
    access: Option<Handed>,
    /// The refresh token with which the provider has signed the account out: it is not asked with it
    /// again.
    out: Option<Secret>,
    talk: Option<Talk>,
}

struct Handed {
    access: Access,
    /// The wall clock when it came: a computer that sleeps stops the other one.
    at: SystemTime,
    /// How often it was handed out.
    times: u32,
}

impl Handed {
    fn new(access: Access) -> Self {
        Self { access, at: SystemTime::now(), times: 0 }
    }

    fn is_good(&self) -> bool {
        let early = EARLY.min(self.access.life / 2);
        let good = |age: Duration| age + early < self.access.life;
        // A wall clock that was set back says nothing.
        good(self.access.got.elapsed()) && good(self.at.elapsed().unwrap_or_default())
    }
}

pub(crate) struct Tokens {
    secrets: Arc<dyn SecretStore>,
    store: Store,
    dialer: Arc<dyn Dialer>,
    accounts: Mutex<HashMap<AccountId, Arc<tokio::sync::Mutex<Kept>>>>,
}

impl Tokens {
    pub(crate) fn new(
        secrets: Arc<dyn SecretStore>,
        store: Store,
        dialer: Arc<dyn Dialer>,
    ) -> Self {
        Self { secrets, store, dialer, accounts: Mutex::default() }
    }

    fn kept(&self, id: AccountId) -> Arc<tokio::sync::Mutex<Kept>> {
        lock(&self.accounts).entry(id).or_default().clone()
    }

    /// A token that is good for a while. One question to the provider at a time.
    ///
    /// # Errors
    /// [`SignInFault::Expired`] when only the user can help; else what kept it from being renewed.
    pub(crate) async fn token(
        &self,
        id: AccountId,
        oauth: OAuth,
        ca_pem: Option<PathBuf>,
        saved: bool,
    ) -> Result<Secret, Error> {
        let kept = self.kept(id);
        let mut kept = kept.lock().await;
        if let Some(handed) = kept.access.as_mut().filter(|handed| handed.is_good()) {
            handed.times += 1;
            return Ok(handed.access.token.clone());
        }
        kept.access = None;
        let _turn = self.turn(id).await;
        loop {
            let lasting = self.newest(id, &kept, saved).await?;
            if kept.out.as_ref() == Some(&lasting.refresh) {
                return Err(Error::SignIn(SignInFault::Expired));
            }
            match self.renew(id, &mut kept, &oauth, ca_pem.as_ref(), lasting).await {
                // Unless the keyring holds another meanwhile, that is the end.
                Err(Error::SignIn(SignInFault::Expired)) => {}
                outcome => return outcome,
            }
        }
    }

    /// Asks the provider.
    async fn renew(
        &self,
        id: AccountId,
        kept: &mut Kept,
        oauth: &OAuth,
        ca_pem: Option<&PathBuf>,
        lasting: Lasting,
    ) -> Result<Secret, Error> {
        let secret = &lasting.client_secret;
        let talk = match kept.talk.take().filter(|talk| talk.client_secret == *secret) {
            Some(talk) => talk,
            None => {
                let (dialer, ca_pem) = (self.dialer.clone(), ca_pem.cloned());
                let talk = Talk::new(dialer, ca_pem, oauth.clone(), secret.clone()).await;
                talk.map_err(|error| match error {
                    // It was an issuer when the user signed in; that passes.
                    Error::SignIn(SignInFault::BadIssuer) => Error::Protocol(Fault::Provider),
                    other => other,
                })?
            }
        };
        let answer = talk.refresh(lasting.clone()).await;
        kept.talk = Some(talk);
        match answer {
            Ok((access, fresh)) => {
                let token = access.token.clone();
                kept.access = Some(Handed { times: 1, ..Handed::new(access) });
                kept.out = None;
                let changed = fresh.is_some();
                let lasting = match fresh {
                    Some(refresh) => Lasting { refresh, ..lasting },
                    None => lasting,
                };
                kept.lasting = Some(lasting.clone());
                if changed {
                    let saved = self.save(id, lasting).await;
                    kept.unsaved = saved.is_err();
                    if let Err(error) = saved {
                        tracing::warn!(error = error.class(), "a new refresh token was not saved");
                    }
                }
                Ok(token)
            }
            Err(Error::SignIn(SignInFault::Expired)) => {
                kept.out = Some(lasting.refresh.clone());
                kept.lasting = Some(lasting);
                kept.unsaved = false;
                Err(Error::SignIn(SignInFault::Expired))
            }
            Err(error) => Err(error),
        }
    }

    /// What the keyring holds now, or what is known where it cannot tell or did not take it.
    async fn newest(&self, id: AccountId, kept: &Kept, saved: bool) -> Result<Lasting, Error> {
        match &kept.lasting {
            Some(lasting) if kept.unsaved => Ok(lasting.clone()),
            Some(lasting) => Ok(self.load(id, saved).await.unwrap_or_else(|_| lasting.clone())),
            None => self.load(id, saved).await,
        }
    }

    /// Waits until no other process renews the account's tokens; not for ever, because a token that
    /// may fail is better than none.
    async fn turn(&self, id: AccountId) -> Option<File> {
        for _ in 0..TURN.1 {
            let file = self.store.dir().join(format!("sign-in-{id}.lock"));
            match blocking(move || blobs::try_lock(&file)).await {
                Ok(Some(file)) => return Some(file),
                Ok(None) => tokio::time::sleep(TURN.0).await,
                Err(_) => return None,
            }
        }
        None
    }

    /// The settings of an account changed: the provider is spoken to with the new ones.
    pub(crate) async fn settings_changed(&self, id: AccountId) {
        self.kept(id).lock().await.talk = None;
    }

    /// A server turned a token down: whether another may be better, because this one had been handed
    /// out before and may have been revoked meanwhile.
    pub(crate) async fn refused(&self, id: AccountId, token: &Secret) -> bool {
        let kept = self.kept(id);
        let mut kept = kept.lock().await;
        let again = match &kept.access {
            Some(handed) if handed.access.token == *token => handed.times > 1,
            // Another was fetched meanwhile.
            other => return other.is_some(),
        };
        kept.access = None;
        again
    }

    /// The user has signed in: for the session and, where there is a keyring, there; whether it was.
    pub(crate) async fn keep(&self, id: AccountId, grant: Grant) -> bool {
        let kept = self.kept(id);
        let mut kept = kept.lock().await;
        // Who renews now must not write over this.
        let _turn = self.turn(id).await;
        let saved = self.save(id, grant.lasting.clone()).await.is_ok();
        *kept = Kept {
            lasting: Some(grant.lasting),
            unsaved: !saved,
            access: Some(Handed::new(grant.access)),
            out: None,
            talk: None,
        };
        saved
    }

    /// The client secret that the user signed in with.
    pub(crate) async fn client_secret(&self, id: AccountId) -> Option<Secret> {
        let kept = self.kept(id);
        let known = kept.lock().await.lasting.clone();
        match known {
            Some(lasting) => lasting.client_secret,
            None => self.load(id, false).await.ok()?.client_secret,
        }
    }

    /// Forgets an account's tokens everywhere.
    pub(crate) async fn forget(&self, id: AccountId) -> Result<(), Error> {
        lock(&self.accounts).remove(&id);
        let secrets = self.secrets.clone();
        blocking(move || secrets.delete(&grant_name(id))).await
    }

    async fn load(&self, id: AccountId, saved: bool) -> Result<Lasting, Error> {
        let secrets = self.secrets.clone();
        match blocking(move || secrets.get(&grant_name(id))).await {
            Ok(Some(text)) => read(&text).ok_or(Error::SignIn(SignInFault::Needed)),
            // A locked keyring says "no entry": our own record knows better.
            Ok(None) if saved => Err(Error::NoKeyring(KeyringFault::NoEntry)),
            Ok(None) => Err(Error::SignIn(SignInFault::Needed)),
            Err(Error::NoKeyring(_)) if !saved => Err(Error::SignIn(SignInFault::Needed)),
            Err(error) => Err(error),
        }
    }

    async fn save(&self, id: AccountId, lasting: Lasting) -> Result<(), Error> {
        let secrets = self.secrets.clone();
        blocking(move || secrets.set(&grant_name(id), &written(&lasting))).await
    }
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Entry {
    refresh_token: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    client_secret: Option<String>,
}

fn written(lasting: &Lasting) -> Secret {
    let entry = Entry {
        refresh_token: lasting.refresh.expose().to_owned(),
        client_secret: lasting.client_secret.as_ref().map(|secret| secret.expose().to_owned()),
    };
    // Two texts always make JSON.
    Secret::new(serde_json::to_string(&entry).unwrap_or_default())
}

fn read(text: &Secret) -> Option<Lasting> {
    let entry: Entry = serde_json::from_str(text.expose()).ok()?;
    Some(Lasting {
        refresh: Secret::new(entry.refresh_token),
        client_secret: entry.client_secret.map(Secret::new),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_keyring_holds_is_read_again() {
        for client_secret in [None, Some(Secret::new("shh\"".into()))] {
            let lasting = Lasting { refresh: Secret::new("r\n1".into()), client_secret };
            assert_eq!(read(&written(&lasting)), Some(lasting));
        }
        assert_eq!(read(&Secret::new("a password".into())), None);
    }
}
