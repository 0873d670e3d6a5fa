//! `aloud account edit`: changes what is given. The password is changed by `--password-stdin` only: one
//! in the environment may be meant for another account.

use std::path::PathBuf;

use clap::Args;

use super::{Protection, find, server};
use crate::{
    cli::{Dirs, Failure, Outcome, mail, password::given_password},
    engine::{AccountSettings, SignIn, handle::NewSecret},
    model::AddrSpec,
};

/// Arguments of `account edit`.
#[derive(Debug, Args)]
pub struct EditArgs {
    /// Its address or number.
    account: String,
    /// Your name, as recipients see it.
    #[arg(long)]
    name: Option<String>,
    /// Your mail address.
    #[arg(long)]
    address: Option<String>,
    /// What the account is called.
    #[arg(long)]
    label: Option<String>,
    /// IMAP server.
    #[arg(long, value_name = "HOST:PORT")]
    imap: Option<String>,
    /// Host of the IMAP server.
    #[arg(long, value_name = "HOST", conflicts_with = "imap")]
    imap_host: Option<String>,
    /// Port of the IMAP server.
    #[arg(long, value_name = "PORT", conflicts_with = "imap")]
    imap_port: Option<u16>,
    /// How IMAP is protected; "none" for 127.0.0.1 and ::1 only.
    #[arg(long, value_enum)]
    imap_security: Option<Protection>,
    /// Submission server.
    #[arg(long, value_name = "HOST:PORT")]
    smtp: Option<String>,
    /// Host of the submission server.
    #[arg(long, value_name = "HOST", conflicts_with = "smtp")]
    smtp_host: Option<String>,
    /// Port of the submission server.
    #[arg(long, value_name = "PORT", conflicts_with = "smtp")]
    smtp_port: Option<u16>,
    /// How submission is protected; "none" for 127.0.0.1 and ::1 only.
    #[arg(long, value_enum)]
    smtp_security: Option<Protection>,
    /// Login name at both servers.
    #[arg(long)]
    user: Option<String>,
    /// Read a new password from standard input; the account signs in with it from now on.
    #[arg(long)]
    password_stdin: bool,
    /// A certificate authority in PEM that is trusted besides the system's; empty for none.
    #[arg(long, value_name = "PEM")]
    ca_file: Option<PathBuf>,
    /// Trust this certificate of a host, by its SHA-256 (`aloud doctor --details` shows it), besides those
    /// that the usual check finds good.
    #[arg(long, value_name = "HOST=SHA256")]
    trust_certificate: Vec<String>,
    /// Trust no certificate of a host by its fingerprint any more.
    #[arg(long, value_name = "HOST")]
    distrust: Vec<String>,
    /// Domain that telephone numbers are sent to; empty for none.
    #[arg(long, value_name = "DOMAIN")]
    gateway: Option<String>,
    /// Sign in to both servers before the account is changed.
    #[arg(long)]
    check: bool,
}

/// Runs it.
///
/// # Errors
/// [`Failure`].
pub fn edit(args: EditArgs, dirs: &Dirs) -> Outcome {
    let password = if args.password_stdin { given_password(true)? } else { None };
    mail::with_engine(dirs, None, async move |engine| {
        let account = find(engine, &args.account).await?;
        let mut settings = account.settings;
        args.apply(&mut settings)?;
        if password.is_some() {
            settings.sign_in = SignIn::Password;
        }
        if args.check {
            engine.check_edit(account.id, settings.clone(), password.clone()).await?;
        }
        let given = password.is_some();
        let secret = password.map_or(NewSecret::Same, NewSecret::Password);
        engine.edit_account(account.id, settings, secret).await?;
        if given && !engine.password_saved(account.id).await? {
            eprintln!("aloud: {}", fl!("cli-no-keyring"));
        }
        Ok(())
    })
}

impl EditArgs {
    fn apply(&self, settings: &mut AccountSettings) -> Result<(), Failure> {
        if let Some(name) = &self.name {
            settings.name = name.trim().to_owned();
        }
        if let Some(address) = &self.address {
            settings.address = AddrSpec::parse(address)
                .map_err(|error| Failure::Usage(format!("--address: {error}")))?;
        }
        if let Some(label) = &self.label {
            settings.label.clone_from(label);
        }
        if let Some(user) = &self.user {
            settings.user.clone_from(user);
        }
        if let Some(gateway) = &self.gateway {
            settings.gateway = Some(gateway.clone()).filter(|gateway| !gateway.is_empty());
        }
        if let Some(file) = &self.ca_file {
            settings.ca_pem = super::ca_file(Some(file).filter(|f| !f.as_os_str().is_empty()))?;
        }
        for host in &self.distrust {
            settings.distrust(host);
        }
        for text in &self.trust_certificate {
            let wrong = || Failure::Usage(fl!("cli-trust-certificate", given = text));
            let (host, print) = text.split_once('=').ok_or_else(wrong)?;
            settings.trust(host, print.parse().map_err(|_| wrong())?);
        }
        for (option, whole, host, port, security, own) in [
            (
                "--imap",
                &self.imap,
                &self.imap_host,
                self.imap_port,
                self.imap_security,
                &mut settings.imap,
            ),
            (
                "--smtp",
                &self.smtp,
                &self.smtp_host,
                self.smtp_port,
                self.smtp_security,
                &mut settings.smtp,
            ),
        ] {
            if whole.is_none() && host.is_none() && port.is_none() && security.is_none() {
                continue;
            }
            let host = host.as_ref().unwrap_or(&own.host).trim_matches(['[', ']']);
            let parts = format!("[{host}]:{}", port.unwrap_or(own.port));
            let protection = security.unwrap_or_else(|| Protection::of(own.security));
            *own = server(option, whole.as_deref().unwrap_or(&parts), protection)?;
        }
        Ok(())
    }
}
