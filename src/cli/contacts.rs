//! `aloud contacts`: people of the directory and of white pages (LDAP), found as the window finds them.
//! What a search means is the engine's affair; cards go in and out with `aloud card`. Tests:
//! `tests/cli/contacts.rs`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
    Dirs, Failure, Outcome,
    account::{Protection, server},
    mail::with_engine,
    password::given_password,
};
use crate::{
    engine::{
        Contact, Security,
        white_pages::{Page, WhitePages},
    },
    message::display,
    model::AddrSpec,
    wording,
};

/// Arguments of `aloud contacts`.
#[derive(Debug, Args)]
pub struct ContactsArgs {
    #[command(subcommand)]
    command: ContactsCommand,
}

#[derive(Debug, Subcommand)]
enum ContactsCommand {
    /// Find people; digits also find the names that they spell on the keys of a telephone.
    Find(FindArgs),
    /// Take somebody of the white pages over into the directory.
    Add(AddArgs),
    /// Say where the white pages are (LDAP), show it, or forget it.
    Directory(DirectoryArgs),
}

#[derive(Debug, Args)]
struct FindArgs {
    /// Name, organization, address, number or keys.
    #[arg(value_name = "TEXT")]
    search: String,
    /// Ask the white pages, too.
    #[arg(long)]
    directory: bool,
    /// A JSON object a line.
    #[arg(long)]
    json: bool,
    /// Read the password of the white pages from standard input (also: ALOUD_DIRECTORY_PASSWORD).
    #[arg(long, requires = "directory")]
    password_stdin: bool,
}

#[derive(Debug, Args)]
struct AddArgs {
    /// An address as the white pages have it.
    address: AddrSpec,
    /// Read the password of the white pages from standard input (also: ALOUD_DIRECTORY_PASSWORD).
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
struct DirectoryArgs {
    #[command(subcommand)]
    command: Option<DirectoryCommand>,
    /// One JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum DirectoryCommand {
    /// Say where the white pages are.
    Set(SetArgs),
    /// Forget them and their password.
    Remove,
}

#[derive(Debug, Args)]
struct SetArgs {
    /// The server.
    #[arg(value_name = "HOST:PORT")]
    server: String,
    /// Under which name people are, such as dc=example,dc=com.
    #[arg(long, value_name = "DN")]
    base: String,
    /// What the white pages are called; the server when not given.
    #[arg(long, default_value = "", hide_default_value = true)]
    name: String,
    /// How it is protected; "none" for 127.0.0.1 and ::1 only.
    #[arg(long, value_enum, default_value_t = Protection::Tls)]
    security: Protection,
    /// With "none": also ask another computer. No password goes there.
    #[arg(long, conflicts_with = "bind")]
    accept_unencrypted: bool,
    /// Who asks; nobody in particular when not given.
    #[arg(long, value_name = "DN")]
    bind: Option<String>,
    /// Read the password from standard input (also: ALOUD_DIRECTORY_PASSWORD).
    #[arg(long, requires = "bind")]
    password_stdin: bool,
    /// A certificate authority in PEM that is trusted besides the system's.
    #[arg(long, value_name = "PEM")]
    ca_file: Option<PathBuf>,
}

/// Runs it.
///
/// # Errors
/// [`Failure::Failed`] when nobody is found or the white pages do not answer.
pub fn contacts(args: ContactsArgs, dirs: &Dirs) -> Outcome {
    match args.command {
        ContactsCommand::Find(args) => find(args, dirs),
        ContactsCommand::Add(args) => add(&args, dirs),
        ContactsCommand::Directory(args) => match args.command {
            None => show(args.json, dirs),
            Some(DirectoryCommand::Set(args)) => set(args, dirs),
            Some(DirectoryCommand::Remove) => {
                with_engine(dirs, None, async |engine| Ok(engine.forget_white_pages().await?))
            }
        },
    }
}

fn find(args: FindArgs, dirs: &Dirs) -> Outcome {
    let password = if args.directory { password(args.password_stdin)? } else { None };
    with_engine(dirs, None, async move |engine| {
        let here = engine.contacts(args.search.clone()).await?;
        for contact in &here {
            match args.json {
                true => println!("{}", as_json(contact)),
                false => println!("{}", as_text(contact)),
            }
        }
        if !args.directory {
            return if here.is_empty() { Err(Failure::Failed(fl!("cli-nobody"))) } else { Ok(()) };
        }
        let Some(pages) = engine.white_pages().await? else {
            return Err(Failure::Failed(fl!("cli-no-white-pages")));
        };
        if let Some(password) = password {
            engine.supply_white_password(password).await?;
        }
        let found = engine.look_up(args.search, true).await?;
        for page in &found.people {
            match args.json {
                true => println!("{}", page_as_json(page, &pages.name)),
                false => println!("{}", page_as_text(page, &pages.name)),
            }
        }
        for left in &found.left {
            eprintln!("aloud: {}", wording::people::left(*left));
        }
        match here.is_empty() && found.people.is_empty() {
            true => Err(Failure::Failed(fl!("cli-nobody"))),
            false => Ok(()),
        }
    })
}

fn add(args: &AddArgs, dirs: &Dirs) -> Outcome {
    let password = password(args.password_stdin)?;
    with_engine(dirs, None, async move |engine| {
        if let Some(password) = password {
            engine.supply_white_password(password).await?;
        }
        let (ids, _) = engine.add_from_white_pages(args.address.clone()).await?;
        for id in ids {
            println!("{}", as_text(&engine.contact(id).await?));
        }
        Ok(())
    })
}

fn set(args: SetArgs, dirs: &Dirs) -> Outcome {
    // What may be unencrypted is for the engine to say.
    let mut server = server(SERVER, &args.server, Protection::Tls)?;
    server.security = match args.security {
        Protection::Tls => Security::Tls,
        Protection::Starttls => Security::StartTls,
        Protection::None => Security::None,
    };
    let password = if args.bind.is_some() { password(args.password_stdin)? } else { None };
    let pages = WhitePages {
        name: args.name,
        server,
        base: args.base,
        bind: args.bind,
        ca_pem: args.ca_file,
        unencrypted: args.accept_unencrypted,
    };
    with_engine(dirs, None, async move |engine| Ok(engine.set_white_pages(pages, password).await?))
}

fn show(json: bool, dirs: &Dirs) -> Outcome {
    with_engine(dirs, None, async move |engine| {
        let Some(pages) = engine.white_pages().await? else {
            return Err(Failure::Failed(fl!("cli-no-white-pages")));
        };
        let WhitePages { name, server, base, bind, ca_pem: _, unencrypted: _ } = pages;
        let security = server.security.words();
        match json {
            true => println!(
                "{}",
                json!({"name": name, "host": server.host, "port": server.port,
                    "security": security, "base": base, "bind": bind})
            ),
            false => {
                let who = bind.unwrap_or_default();
                println!("{name}\t{}:{}\t{security}\t{base}\t{who}", server.host, server.port);
            }
        }
        Ok(())
    })
}

/// What the argument is called.
const SERVER: &str = "HOST:PORT";

/// The password of the white pages: from standard input, else from its own variable. That of an account
/// is none of theirs.
fn password(stdin: bool) -> Result<Option<crate::model::Secret>, Failure> {
    if stdin {
        return given_password(true);
    }
    let given = std::env::var("ALOUD_DIRECTORY_PASSWORD").ok().filter(|text| !text.is_empty());
    Ok(given.map(crate::model::Secret::new))
}

fn as_json(contact: &Contact) -> Value {
    let emails = contact.emails.iter().map(|email| {
        let address = email.addr.to_string();
        json!({"address": address, "vpim": email.vpim, "preferred": email.preferred})
    });
    let tels = contact.tels.iter().map(|tel| json!({"number": tel.number, "kinds": tel.kinds}));
    json!({
        "name": contact.name,
        "organization": contact.organization,
        "emails": emails.collect::<Vec<_>>(),
        "tels": tels.collect::<Vec<_>>(),
        "has_spoken_name": contact.has_spoken_name,
    })
}

fn page_as_json(page: &Page, directory: &str) -> Value {
    let emails = page.card.emails.iter().map(
        |email| json!({"address": email.addr, "vpim": email.vpim, "preferred": email.preferred}),
    );
    let tels = page.card.tels.iter().map(|tel| json!({"number": tel.number, "kinds": tel.kinds}));
    json!({
        "name": page.card.name,
        "organization": page.card.organization,
        "emails": emails.collect::<Vec<_>>(),
        "tels": tels.collect::<Vec<_>>(),
        "has_spoken_name": page.card.sound.is_some(),
        "directory": directory,
        "blocked": page.blocked,
    })
}

fn as_text(contact: &Contact) -> String {
    let emails = contact.emails.iter().map(|email| email.addr.to_string());
    let tels = contact.tels.iter().map(|tel| display::clean(&tel.number));
    let all = [display::clean(&contact.name)].into_iter().chain(emails).chain(tels);
    all.collect::<Vec<_>>().join("\t")
}

fn page_as_text(page: &Page, directory: &str) -> String {
    let name = page.card.name.clone().unwrap_or_default();
    let emails = page.card.emails.iter().map(|email| email.addr.clone());
    let tels = page.card.tels.iter().map(|tel| tel.number.clone());
    let blocked = page.blocked.then(|| fl!("cli-blocked"));
    let all = [name].into_iter().chain(emails).chain(tels).chain([directory.to_owned()]);
    all.chain(blocked).collect::<Vec<_>>().join("\t")
}
