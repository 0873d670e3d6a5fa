//! The password that comes with a command, from standard input or the environment: of one account. A
//! password that reached the server of another account would be told to strangers.

use std::{io::Read, sync::Arc};

use clap::Args;

use super::{Failure, account};
use crate::{
    engine::{
        Engine,
        secrets::{GivenPassword, KeyringStore},
    },
    model::{AddrSpec, Secret},
};

/// Longest password read from standard input.
const PASSWORD_MAX: u64 = 64 * 1024;

/// The arguments of commands that sign in.
#[derive(Debug, Clone, Default, Args)]
pub struct PasswordArgs {
    /// Read the password of an account from standard input (also: ALOUD_PASSWORD).
    #[arg(long)]
    pub password_stdin: bool,
    /// Whose password that is, by address or number, where there are several accounts (also:
    /// ALOUD_PASSWORD_FOR).
    #[arg(long, value_name = "ACCOUNT")]
    pub password_for: Option<String>,
}

/// A password that came with the command.
pub struct Given {
    password: Secret,
    account: Option<String>,
}

impl PasswordArgs {
    /// What was given.
    ///
    /// # Errors
    /// [`Failure::Usage`] when standard input holds none.
    pub fn given(&self) -> Result<Option<Given>, Failure> {
        let account = self.password_for.clone().or_else(|| variable("ALOUD_PASSWORD_FOR"));
        let password = given_password(self.password_stdin)?;
        Ok(password.map(|password| Given { password, account }))
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

/// The password that came with the command for a new account: what the environment has for another one
/// is not it.
///
/// # Errors
/// As [`given_password`].
pub fn password_for_new(stdin: bool, address: &AddrSpec) -> Result<Option<Secret>, Failure> {
    let named = variable("ALOUD_PASSWORD_FOR");
    let other = named.is_some_and(|named| !account::is_address(address, named.trim()));
    if other && !stdin { Ok(None) } else { given_password(stdin) }
}

/// The password that came with the command: from standard input, else from ALOUD_PASSWORD.
///
/// # Errors
/// [`Failure::Usage`] when standard input holds none.
pub fn given_password(stdin: bool) -> Result<Option<Secret>, Failure> {
    if !stdin {
        return Ok(variable("ALOUD_PASSWORD").map(Secret::new));
    }
    let mut text = String::new();
    std::io::stdin().take(PASSWORD_MAX).read_to_string(&mut text)?;
    let password = text.trim_end_matches(['\r', '\n']).to_owned();
    if password.is_empty() {
        return Err(Failure::Usage(fl!("cli-no-password")));
    }
    Ok(Some(Secret::new(password)))
}

/// The given password before the keyring. It answers nothing before [`Secrets::settle`].
pub struct Secrets {
    /// What the engine asks.
    pub store: Arc<GivenPassword<KeyringStore>>,
    /// `None` when nothing was given.
    account: Option<Option<String>>,
}

impl Secrets {
    /// Before that keyring.
    #[must_use]
    pub fn new(given: Option<Given>, keyring: KeyringStore) -> Self {
        let (password, account) = given.map(|given| (given.password, given.account)).unzip();
        Self { store: Arc::new(GivenPassword::new(password, keyring)), account }
    }

    /// Finds out whose password was given: the named account's, else that of the only one that signs
    /// in with a password.
    ///
    /// # Errors
    /// [`Failure::Usage`] where it could be of several; [`Failure::Failed`] without such an account.
    pub async fn settle(&self, engine: &Engine) -> Result<(), Failure> {
        let Some(named) = &self.account else { return Ok(()) };
        if let Some(which) = named {
            self.store.is_of(account::find(engine, which).await?.id);
            return Ok(());
        }
        let mut own = engine.accounts().await?;
        own.retain(|account| !account.settings.sign_in.is_token() && !account.settings.demo);
        match own.as_slice() {
            [] => {}
            [only] => self.store.is_of(only.id),
            _ => return Err(Failure::Usage(fl!("cli-password-for"))),
        }
        Ok(())
    }
}
