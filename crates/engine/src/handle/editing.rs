//! Changing an account: what it is called, its servers, what it signs in with.
//!
//! Other servers or another user may lead to another mailbox. Then no UID that is known means anything:
//! the messages here stay, and each is known again by its header when the mailbox is read anew, as after
//! a new UIDVALIDITY (`store::messages::forget_uids`); what is nowhere any more goes after a week. What
//! exists only here (drafts, unsent mail, copies that wait for Sent) is not touched. A secret of one
//! provider is never shown to another.

use super::{Engine, Result, accounts, lock, store};
use crate::{account::Passwords, oauth::Grant, types::*};
use aloud_model::*;

/// What an account that is changed signs in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewSecret {
    /// The password or the word of the provider that is known.
    Same,
    /// Another password.
    Password(Secret),
    /// What a provider gave.
    Grant(Grant),
}

impl Engine {
    /// Changes an account; what runs with it goes on with the new settings.
    ///
    /// # Errors
    /// As [`Self::add_account`]; [`Error::NotFound`]; [`Error::FolderBusy`] for other servers, another
    /// user or another way to sign in while another process works on this folder. Nothing is changed
    /// then.
    pub async fn edit_account(
        &self,
        id: AccountId,
        settings: AccountSettings,
        secret: NewSecret,
    ) -> Result<()> {
        self.alive()?;
        let settings = self.allowed(settings)?;
        let _editing = self.inner.editing.lock().await;
        let before = self.inner.store.read(move |c| accounts::account(c, id)).await?.settings;
        // The demo is what it is, and nothing else becomes it.
        if before.demo != settings.demo {
            return Err(Error::NotFound(Missing::Account(id)));
        }
        // Another process that is at work here knows the old servers and the old password.
        if before.connects_otherwise(&settings) && !self.inner.outbox.is_ours() {
            return Err(Error::FolderBusy);
        }
        let (was, now) = (before.clone(), settings.clone());
        let edit = move |t: &store::Writer<'_>| accounts::edit_account(t, id, &was, &now);
        // A pass of before must not write UIDs of the old mailbox beside those of the new one.
        let task = lock(&self.inner.tasks).remove(&id);
        if let Some(task) = task {
            task.stop().await;
        }
        if let Err(error) = self.inner.store.write(edit).await {
            self.spawn_task(id, before);
            return Err(error);
        }
        if before.sign_in != settings.sign_in {
            self.inner.passwords.forget(id).await;
        }
        self.inner.passwords.settings_changed(id).await;
        match secret {
            NewSecret::Same => {}
            NewSecret::Password(password) => self.inner.passwords.keep(id, password).await,
            NewSecret::Grant(grant) => self.inner.passwords.keep_grant(id, grant).await,
        }
        lock(&self.inner.own_servers).retain(|(account, _)| *account != id);
        self.spawn_task(id, settings);
        self.tell(Event::Resync);
        self.go_on(id).await
    }

    /// Connects to both servers of changed settings and signs in, with the password or token that is
    /// known where no other is given; nothing is stored.
    ///
    /// # Errors
    /// As [`Self::check_account`]; [`Error::PasswordNeeded`] where none is known.
    pub async fn check_edit(
        &self,
        id: AccountId,
        settings: AccountSettings,
        password: Option<Secret>,
    ) -> Result<()> {
        let password = match password {
            Some(password) => password,
            None => self.inner.passwords.password(id).await?,
        };
        self.check_account(settings, password).await
    }

    /// Whether a change leads to another mailbox, as far as can be told from the settings.
    #[must_use]
    pub fn is_another_mailbox(before: &AccountSettings, after: &AccountSettings) -> bool {
        accounts::is_another_mailbox(before, after)
    }
}
