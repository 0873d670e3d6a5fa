//! What the submission servers said of themselves: asked once an account is up, and noted anew at
//! each submission.

use std::collections::HashMap;

use tokio::sync::broadcast::error::RecvError;

use super::{Engine, Result};
use crate::{
    account::Passwords,
    smtp::{self, SmtpFacts},
    store::accounts,
    types::*,
};
use aloud_model::*;

/// How often a server is asked while the engine runs, as long as it does not answer.
const TRIES: u32 = 3;

impl Engine {
    /// What the account's submission server takes, as it said last.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Store`].
    pub async fn submission(&self, account: AccountId) -> Result<Submission> {
        self.inner.store.read(move |c| accounts::submission(c, account)).await
    }

    /// Refuses what the server would not take, before anything is stored or sent. A limit that
    /// would refuse is asked for again: it may have been raised.
    pub(super) async fn check_size(&self, account: AccountId, octets: u64) -> Result<()> {
        let over = |said: &Submission| said.most.is_some_and(|most| most < octets);
        let known = self.submission(account).await?;
        if !over(&known) {
            return Ok(());
        }
        let now = self.ask_submission(account).await.unwrap_or(known);
        match now.most.filter(|most| *most < octets) {
            Some(most) => Err(Invalid::TooBigForServer { octets, most }.into()),
            None => Ok(()),
        }
    }

    /// Asks the server and notes what it says.
    async fn ask_submission(&self, account: AccountId) -> Result<Submission> {
        let row = self.inner.store.read(move |c| accounts::account(c, account)).await?;
        let password = self.inner.passwords.password(account).await?;
        let dialer = self.inner.dialer.as_ref();
        let facts = match smtp::probe(dialer, &row.settings, &password).await {
            Err(Error::Auth(_)) if self.inner.passwords.refused(account, &password).await => {
                let password = self.inner.passwords.password(account).await?;
                smtp::probe(dialer, &row.settings, &password).await?
            }
            outcome => outcome?,
        };
        self.note_submission(account, &facts).await
    }

    /// Notes what a server offers.
    pub(crate) async fn note_submission(
        &self,
        account: AccountId,
        facts: &SmtpFacts,
    ) -> Result<Submission> {
        let said = Submission { most: facts.size, reports: Some(facts.dsn) };
        let known = self.submission(account).await?;
        if known != said {
            let store = &self.inner.store;
            if store.write(move |t| accounts::set_submission(t, account, said)).await? {
                self.tell(Event::AccountChanged(account));
            }
        }
        Ok(said)
    }
}

/// Asks each account's server once it is up, until the engine stops.
pub(super) fn spawn_learner(engine: &Engine) {
    let engine = engine.clone();
    let tracker = engine.inner.tracker.clone();
    tracker.spawn(async move {
        let cancel = engine.inner.cancel.clone();
        let mut events = engine.events();
        let mut tries: HashMap<AccountId, u32> = HashMap::new();
        loop {
            for (id, task) in engine.all_tasks() {
                let tried = tries.entry(id).or_default();
                if *tried >= TRIES || !task.state().borrow().is_up() {
                    continue;
                }
                *tried += 1;
                let asked = tokio::select! {
                    () = cancel.cancelled() => return,
                    asked = engine.ask_submission(id) => asked,
                };
                match asked {
                    Ok(_) => *tried = TRIES,
                    Err(error) => {
                        // A password that is wrong stays wrong, and servers count.
                        if error.needs_user() {
                            *tried = TRIES;
                        }
                        tracing::debug!(
                            account = id.0,
                            error = error.class(),
                            "the submission server was not asked"
                        );
                    }
                }
            }
            loop {
                tokio::select! {
                    () = cancel.cancelled() => return,
                    event = events.recv() => match event {
                        Ok(Event::AccountChanged(_)) | Err(RecvError::Lagged(_)) => break,
                        Ok(_) => {}
                        Err(RecvError::Closed) => return,
                    },
                }
            }
        }
    });
}
