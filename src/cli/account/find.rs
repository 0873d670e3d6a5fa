//! `aloud account add ADDRESS`: the servers are found, shown, signed in at, and only then kept.

use super::{AddArgs, add_signed_in, ca_file};
use crate::{
    cli::{Dirs, Failure, Outcome, mail, password::password_for_new},
    engine::{AccountSettings, OAuth, SignIn, autoconfig::Ask},
    wording,
};

/// Runs it.
///
/// # Errors
/// [`Failure::Failed`] when not all was found, or was found elsewhere without leave.
pub fn add(mut args: AddArgs, dirs: &Dirs) -> Outcome {
    let address = args.address()?;
    let ca_pem = ca_file(args.ca_file.as_ref())?;
    let password = password_for_new(args.password_stdin, &address)?;
    let ask = Ask { ca_pem: ca_pem.clone(), mirror: args.mirror.clone() };
    let mut found = mail::with_engine(dirs, None, async |engine| {
        engine.find_servers(&address, &ask).await.map_err(|not| {
            for line in wording::found::asked(&not) {
                eprintln!("{line}");
            }
            Failure::Failed(wording::found::not_found(&not))
        })
    })?;
    if password.is_some() {
        // Then that is how one signs in, whoever gives tokens besides.
        (found.provider, found.foreign_issuer) = (None, None);
    }
    for line in wording::found::lines(&found) {
        eprintln!("{}", mail::plain(&line));
    }
    for line in wording::found::cautions(&found, address.domain()) {
        eprintln!("{}", mail::plain(&line));
    }
    let foreign = !found.foreign.is_empty() || found.foreign_issuer.is_some();
    if foreign && !args.accept_servers {
        return Err(Failure::Failed(fl!("cli-found-foreign")));
    }
    let mut settings = AccountSettings {
        name: args.name(&address),
        label: args.label.clone().unwrap_or_else(|| address.to_string()),
        imap: found.imap,
        smtp: found.smtp,
        user: args.user.clone().unwrap_or(found.user),
        sign_in: SignIn::Password,
        address,
        ca_pem,
        pins: Vec::new(),
        gateway: args.gateway.clone(),
        demo: false,
    };
    match (password, found.provider) {
        (None, Some(provider)) => {
            let client_id = args.client_id.clone().unwrap_or_default();
            let oauth = OAuth { provider, client_id };
            settings.sign_in = SignIn::OAuth(oauth.clone());
            // What was found is tried before it is kept.
            args.check = true;
            add_signed_in(&args, settings, oauth, dirs)
        }
        (None, None) => Err(Failure::Usage(fl!("cli-find-password"))),
        (Some(password), _) => mail::with_engine(dirs, None, async move |engine| {
            engine.check_account(settings.clone(), password.clone()).await?;
            let address = settings.address.clone();
            let id = engine.add_account(settings, Some(password)).await?;
            println!("{id}\t{address}");
            if !engine.password_saved(id).await? {
                eprintln!("aloud: {}", fl!("cli-no-keyring"));
            }
            Ok(())
        }),
    }
}
