//! `aloud account add|list|show|edit|remove|sign-in`.
//!
//! The password goes to the keyring. Where there is none it is not written anywhere, and `sync`,
//! `send` and `--headless` take it each time. With `--oauth` there is none: the user signs in at the
//! provider, in a browser.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::{
    Dirs, Failure, Outcome, mail,
    password::password_for_new,
    sign_in::{How, given_secret, sign_in},
};
use crate::{
    engine::{
        Account, AccountSettings, Engine, Mailbox, OAuth, Provider, Security, Server, SignIn,
        handle::is_loopback,
        servers::{Clues, Matched, Profile},
    },
    message::address::same,
    model::AddrSpec,
    wording,
};

mod edit;
mod find;

use edit::EditArgs;

/// Arguments.
#[derive(Debug, Args)]
pub struct AccountArgs {
    #[command(subcommand)]
    command: AccountCommand,
}

#[derive(Debug, Subcommand)]
enum AccountCommand {
    /// Add an account.
    Add(Box<AddArgs>),
    /// List the accounts.
    List {
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Sign in at the provider again, when it has signed you out.
    SignIn {
        /// Its address or number.
        account: String,
        #[command(flatten)]
        how: How,
    },
    /// Show an account: its mailboxes, how much room there is, what its server wants told.
    Show {
        /// Its address or number.
        account: String,
        /// One JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Change an account: what is given changes, the rest stays.
    Edit(Box<EditArgs>),
    /// Forget an account, its password and its messages on this computer.
    Remove {
        /// Its address or number.
        account: String,
    },
}

#[derive(Debug, Args)]
struct AddArgs {
    /// Your mail address. Where no server is given, both are looked for: in a table of large providers,
    /// in DNS, in a file of the domain, by usual names.
    #[arg(value_name = "ADDRESS", required_unless_present = "address")]
    own: Option<String>,
    /// The same.
    #[arg(long, conflicts_with = "own")]
    address: Option<String>,
    /// Your name, as recipients see it; what stands before the @ when not given.
    #[arg(long)]
    name: Option<String>,
    /// Use servers that were found outside the domain of the address.
    #[arg(long)]
    accept_servers: bool,
    /// Also ask this mirror of files of domains, an https address to which the domain is appended.
    #[arg(long, value_name = "URL")]
    mirror: Option<String>,
    /// IMAP server; known for --oauth microsoft and google.
    #[arg(long, value_name = "HOST:PORT")]
    imap: Option<String>,
    /// How IMAP is protected; "none" for 127.0.0.1 and ::1 only.
    #[arg(long, value_enum, default_value_t = Protection::Tls)]
    imap_security: Protection,
    /// Submission server; known for --oauth microsoft and google.
    #[arg(long, value_name = "HOST:PORT")]
    smtp: Option<String>,
    /// How submission is protected; "none" for 127.0.0.1 and ::1 only.
    #[arg(long, value_enum, default_value_t = Protection::Tls)]
    smtp_security: Protection,
    /// Login name at both servers; the address when not given.
    #[arg(long)]
    user: Option<String>,
    /// Read the password from standard input (else: ALOUD_PASSWORD).
    #[arg(long)]
    password_stdin: bool,
    /// Sign in at a provider instead of with a password: "microsoft", "google", or the https address
    /// of an issuer (OpenID Connect).
    #[arg(long, value_name = "PROVIDER", conflicts_with = "password_stdin")]
    oauth: Option<String>,
    /// What Aloud is called there; else as providers.toml of the settings says.
    #[arg(long, value_name = "ID", conflicts_with = "password_stdin")]
    client_id: Option<String>,
    #[command(flatten)]
    how: How,
    /// A certificate authority in PEM that is trusted besides the system's.
    #[arg(long, value_name = "PEM")]
    ca_file: Option<PathBuf>,
    /// What the account is called; the address when not given.
    #[arg(long)]
    label: Option<String>,
    /// Domain that telephone numbers are sent to.
    #[arg(long, value_name = "DOMAIN")]
    gateway: Option<String>,
    /// Sign in to both servers before the account is added.
    #[arg(long)]
    check: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Protection {
    /// TLS from the first octet.
    Tls,
    /// STARTTLS, required.
    Starttls,
    /// None.
    None,
}

impl AddArgs {
    fn address(&self) -> Result<AddrSpec, Failure> {
        let text = self.own.as_ref().or(self.address.as_ref()).map_or("", String::as_str);
        AddrSpec::parse(text).map_err(|e| Failure::Usage(format!("--address: {e}")))
    }

    fn name(&self, address: &AddrSpec) -> String {
        self.name.as_deref().map_or(address.local_part(), str::trim).to_owned()
    }
}

impl Protection {
    fn of(security: Security) -> Self {
        match security {
            Security::Tls => Self::Tls,
            Security::StartTls => Self::Starttls,
            Security::None => Self::None,
        }
    }
}

/// Runs it.
///
/// # Errors
/// [`Failure`].
pub fn account(args: AccountArgs, dirs: &Dirs) -> Outcome {
    match args.command {
        AccountCommand::Add(args) => add(*args, dirs),
        AccountCommand::List { json } => list(json, dirs),
        AccountCommand::SignIn { account, how } => sign_in_again(account, how, dirs),
        AccountCommand::Show { account, json } => show(&account, json, dirs),
        AccountCommand::Edit(args) => edit::edit(*args, dirs),
        AccountCommand::Remove { account } => remove(&account, dirs),
    }
}

fn add(args: AddArgs, dirs: &Dirs) -> Outcome {
    if args.oauth.is_none() && args.imap.is_none() && args.smtp.is_none() {
        return find::add(args, dirs);
    }
    if args.client_id.is_some() && args.oauth.is_none() {
        return Err(Failure::Usage(fl!("cli-client-id-alone")));
    }
    let settings = settings(&args)?;
    if let SignIn::OAuth(oauth) = settings.sign_in.clone() {
        return add_signed_in(&args, settings, oauth, dirs);
    }
    let password = password_for_new(args.password_stdin, &settings.address)?;
    mail::with_engine(dirs, None, async move |engine| {
        if args.check {
            let password =
                password.clone().ok_or_else(|| Failure::Usage(fl!("cli-check-password")))?;
            engine.check_account(settings.clone(), password).await?;
        }
        let given = password.is_some();
        let address = settings.address.clone();
        let id = engine.add_account(settings, password).await?;
        println!("{id}\t{address}");
        if given && !engine.password_saved(id).await? {
            eprintln!("aloud: {}", fl!("cli-no-keyring"));
        }
        Ok(())
    })
}

fn add_signed_in(
    args: &AddArgs,
    mut settings: AccountSettings,
    mut oauth: OAuth,
    dirs: &Dirs,
) -> Outcome {
    let (check, how) = (args.check, args.how);
    mail::with_engine(dirs, None, async move |engine| {
        let client = engine.oauth_client(&oauth.provider);
        let mut secret = given_secret();
        if oauth.client_id.is_empty()
            && let Some(client) = client
        {
            oauth.client_id = client.id;
            secret = secret.or(client.secret);
        }
        settings.sign_in = SignIn::OAuth(oauth);
        let grant = sign_in(engine, &settings, secret, how).await?;
        if check {
            engine.check_account(settings.clone(), grant.access_token().clone()).await?;
        }
        let address = settings.address.clone();
        let id = engine.add_signed_in(settings, grant).await?;
        println!("{id}\t{address}");
        if !engine.password_saved(id).await? {
            eprintln!("aloud: {}", fl!("cli-no-keyring-sign-in"));
        }
        Ok(())
    })
}

fn sign_in_again(which: String, how: How, dirs: &Dirs) -> Outcome {
    mail::with_engine(dirs, None, async move |engine| {
        let account = find(engine, &which).await?;
        if account.settings.sign_in == SignIn::Password {
            return Err(Failure::Usage(fl!("cli-sign-in-password", account = &which)));
        }
        let secret = match given_secret() {
            Some(secret) => Some(secret),
            None => engine.client_secret(&account).await,
        };
        let grant = sign_in(engine, &account.settings, secret, how).await?;
        engine.supply_grant(account.id, grant).await?;
        if !engine.password_saved(account.id).await? {
            eprintln!("aloud: {}", fl!("cli-no-keyring-sign-in"));
        }
        Ok(())
    })
}

/// The account with this address or number.
pub(super) async fn find(engine: &Engine, which: &str) -> Result<Account, Failure> {
    let accounts = engine.accounts().await?;
    let found = accounts.into_iter().find(|account| {
        is_address(&account.settings.address, which) || account.id.to_string() == which
    });
    found.ok_or_else(|| Failure::Failed(fl!("cli-no-account", name = which)))
}

/// Whether this is how an address is written; its domain may be in letters of any language.
pub(super) fn is_address(address: &AddrSpec, written: &str) -> bool {
    address.as_str().eq_ignore_ascii_case(written)
        || AddrSpec::parse(written).is_ok_and(|a| same(&a, address))
}

fn settings(args: &AddArgs) -> Result<AccountSettings, Failure> {
    let address = args.address()?;
    let ca_pem = ca_file(args.ca_file.as_ref())?;
    let provider = args.oauth.as_deref().map(Provider::named);
    let (usual_imap, usual_smtp) = provider.as_ref().and_then(Provider::servers).unzip();
    let client_id = args.client_id.clone().unwrap_or_default();
    let sign_in =
        provider.map_or(SignIn::Password, |provider| SignIn::OAuth(OAuth { provider, client_id }));
    Ok(AccountSettings {
        name: args.name(&address),
        label: args.label.clone().unwrap_or_else(|| address.to_string()),
        imap: given("--imap", args.imap.as_deref(), args.imap_security, usual_imap)?,
        smtp: given("--smtp", args.smtp.as_deref(), args.smtp_security, usual_smtp)?,
        user: args.user.clone().unwrap_or_else(|| address.to_string()),
        sign_in,
        address,
        ca_pem,
        pins: Vec::new(),
        gateway: args.gateway.clone(),
        demo: false,
    })
}

/// The path of a file that is there.
fn ca_file(given: Option<&PathBuf>) -> Result<Option<PathBuf>, Failure> {
    let Some(file) = given else { return Ok(None) };
    let file = std::path::absolute(file)?;
    if !file.is_file() {
        return Err(Failure::Usage(fl!("cli-ca-file", file = file.display().to_string())));
    }
    Ok(Some(file))
}

/// What was given, else the provider's own.
fn given(
    option: &str,
    text: Option<&str>,
    protection: Protection,
    usual: Option<Server>,
) -> Result<Server, Failure> {
    match (text, usual) {
        (None, Some(usual)) => Ok(usual),
        (text, _) => server(option, text.unwrap_or_default(), protection),
    }
}

/// `host:port` or `[::1]:port`.
pub(super) fn server(option: &str, text: &str, protection: Protection) -> Result<Server, Failure> {
    let wrong = || Failure::Usage(fl!("cli-host-port", option = option, given = text));
    let (host, port) = text.rsplit_once(':').ok_or_else(wrong)?;
    let host = host.trim_matches(['[', ']']);
    let port: u16 = port.parse().map_err(|_| wrong())?;
    if host.is_empty() || port == 0 || host.chars().any(|c| c.is_control() || c == ' ') {
        return Err(wrong());
    }
    let security = match protection {
        Protection::Tls => Security::Tls,
        Protection::Starttls => Security::StartTls,
        Protection::None if is_loopback(host) => Security::None,
        Protection::None => {
            return Err(Failure::Usage(fl!("cli-security-none", option = option)));
        }
    };
    Ok(Server { host: host.to_owned(), port, security })
}

fn list(as_json: bool, dirs: &Dirs) -> Outcome {
    mail::with_engine(dirs, None, async move |engine| {
        mail::tell_faults(engine.mailboxes().await?.iter());
        for account in engine.accounts().await? {
            let s = &account.settings;
            if as_json {
                let server = |server: &Server| {
                    json!({
                        "host": server.host,
                        "port": server.port,
                        "security": server.security,
                    })
                };
                let line = json!({
                    "id": account.id.0,
                    "label": s.label,
                    "name": s.name,
                    "address": s.address.as_str(),
                    "user": s.user,
                    "sign_in": s.sign_in,
                    "imap": server(&s.imap),
                    "smtp": server(&s.smtp),
                });
                println!("{line}");
            } else {
                println!(
                    "{}\t{}\t{}\t{}:{}\t{}:{}",
                    account.id,
                    s.address,
                    s.label,
                    s.imap.host,
                    s.imap.port,
                    s.smtp.host,
                    s.smtp.port
                );
            }
        }
        Ok(())
    })
}

fn show(which: &str, as_json: bool, dirs: &Dirs) -> Outcome {
    let which = which.to_owned();
    mail::with_engine(dirs, None, async move |engine| {
        let account = find(engine, &which).await?;
        let all = engine.mailboxes().await?;
        let mine: Vec<&Mailbox> = all.iter().filter(|m| m.account == account.id).collect();
        let notes = &account.notes;
        if as_json {
            let line = json!({
                "id": account.id.0,
                "address": account.settings.address.as_str(),
                "label": account.settings.label,
                "quota": notes.quota.map(mail::quota_json),
                "treated": treated_json(&account),
                "notices": notes.notices.iter().map(|notice| json!({
                    "at": notice.at.to_rfc3339(),
                    "said": notice.said,
                })).collect::<Vec<_>>(),
                "mailboxes": mine.iter().map(|mailbox| json!({
                    "name": mailbox.name,
                    "role": mailbox.role.as_str(),
                    "messages": mailbox.total,
                    "unseen": mailbox.unseen,
                    "fault": mailbox.fault.as_ref().map(|fault| json!({
                        "code": fault.why.as_str(),
                        "said": fault.said,
                        "since": fault.since.to_rfc3339(),
                    })),
                })).collect::<Vec<_>>(),
            });
            println!("{line}");
            return Ok(());
        }
        println!("{}\t{}", account.settings.address, account.settings.label);
        for mailbox in mine {
            let why = mailbox.fault.as_ref().map(wording::server::fault).unwrap_or_default();
            let (name, why) = (mail::plain(&mailbox.name), mail::plain(&why));
            println!("{name}\t{}\t{}\t{why}", mailbox.total, mailbox.unseen);
        }
        let [imap, smtp] = treated(&account);
        let shown = |rows: &[Matched]| {
            let id = |row: &Matched| format!("{} [{}]", wording::servers::row(row, true), row.id);
            mail::plain(&rows.iter().map(id).collect::<Vec<_>>().join("; "))
        };
        if !imap.is_empty() {
            println!("{}", fl!("cli-treated-imap", rows = shown(&imap)));
        }
        if !smtp.is_empty() {
            println!("{}", fl!("cli-treated-smtp", rows = shown(&smtp)));
        }
        if let Some(quota) = notes.quota {
            println!("{}", fl!("cli-quota", quota = wording::server::quota(quota)));
        }
        for notice in &notes.notices {
            let label = &account.settings.label;
            println!(
                "{}",
                fl!("cli-server-says", account = label, said = mail::plain(&notice.said))
            );
        }
        Ok(())
    })
}

/// By which rows the two servers of an account are treated: as when they were last connected to, else by
/// their names.
fn treated(account: &Account) -> [Vec<Matched>; 2] {
    let named = |host: &str| Profile::of(&Clues::of_host(host)).special();
    let settings = &account.settings;
    let imap = match account.notes.treated.is_empty() {
        true => named(&settings.imap.host),
        false => account.notes.treated.clone(),
    };
    [imap, named(&settings.smtp.host)]
}

fn treated_json(account: &Account) -> serde_json::Value {
    let [imap, smtp] = treated(account).map(|rows| {
        let row = |row: Matched| {
            json!({
                "id": row.id,
                "name": row.name,
                "by": row.by,
                "own": row.own,
                "source": row.source,
            })
        };
        rows.into_iter().map(row).collect::<Vec<_>>()
    });
    json!({ "imap": imap, "smtp": smtp })
}

fn remove(which: &str, dirs: &Dirs) -> Outcome {
    let which = which.to_owned();
    mail::with_engine(dirs, None, async move |engine| {
        let found = find(engine, &which).await?;
        engine.remove_account(found.id).await?;
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_read_and_plaintext_stays_at_home() {
        let read = |text, protection| server("--imap", text, protection);
        let v6 = read("[::1]:1143", Protection::None);
        assert!(v6.is_ok_and(|s| s.host == "::1" && s.port == 1143));
        assert!(read("127.0.0.1:143", Protection::None).is_ok());
        assert!(read("mail.example.com:993", Protection::Tls).is_ok());
        for (text, protection) in [
            ("mail.example.com:143", Protection::None),
            ("localhost:143", Protection::None),
            ("mail.example.com", Protection::Tls),
            (":993", Protection::Tls),
            ("mail.example.com:0", Protection::Tls),
            ("mail.example.com:x", Protection::Tls),
        ] {
            assert!(matches!(read(text, protection), Err(Failure::Usage(_))), "{text}");
        }
    }
}
