//! Signing in at a provider from the terminal: in the browser, or with a code on another device.

use clap::Args;

use super::{Failure, mail};
use crate::{
    engine::{AccountSettings, Engine, oauth::Grant},
    model::Secret,
    wording,
};

/// How to sign in.
#[derive(Debug, Clone, Copy, Args)]
pub struct How {
    /// With a code that is typed on another device.
    #[arg(long)]
    pub device: bool,
    /// Only show the address; open no browser.
    #[arg(long)]
    pub no_browser: bool,
}

/// A client secret from ALOUD_CLIENT_SECRET; some providers want one of programs.
pub fn given_secret() -> Option<Secret> {
    std::env::var("ALOUD_CLIENT_SECRET").ok().filter(|text| !text.is_empty()).map(Secret::new)
}

/// Waits until the user has signed in. The address to open goes to standard error.
///
/// # Errors
/// [`Failure`] when it came to nothing.
pub async fn sign_in(
    engine: &Engine,
    settings: &AccountSettings,
    secret: Option<Secret>,
    how: How,
) -> Result<Grant, Failure> {
    if how.device {
        let begun = engine.sign_in_device(settings, secret).await?;
        let (url, code) = (mail::plain(begun.url()), mail::plain(begun.code()));
        eprintln!("{}", fl!("cli-sign-in-device", url = url, code = code));
        return Ok(begun.finish().await?);
    }
    let page = wording::phrases::sign_in_page();
    let begun = engine.sign_in_browser(settings, secret, page).await?;
    eprintln!("{}", fl!("cli-sign-in-browser"));
    eprintln!("{}", begun.url());
    #[cfg(feature = "ui")]
    if !how.no_browser && open::that_detached(begun.url()).is_err() {
        eprintln!("{}", fl!("cli-sign-in-no-browser"));
    }
    Ok(begun.finish().await?)
}
