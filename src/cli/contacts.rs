//! `aloud contacts`: people of the directory, found as the window finds them. What a search means is
//! the engine's affair; cards go in and out with `aloud card`. Tests: `tests/cli/contacts.rs`.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Dirs, Failure, Outcome, mail::with_engine};
use crate::{engine::Contact, message::display};

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
}

#[derive(Debug, Args)]
struct FindArgs {
    /// Name, organization, address, number or keys.
    #[arg(value_name = "TEXT")]
    search: String,
    /// A JSON object a line.
    #[arg(long)]
    json: bool,
}

/// Runs it.
///
/// # Errors
/// [`Failure::Failed`] when nobody is found.
pub fn contacts(args: ContactsArgs, dirs: &Dirs) -> Outcome {
    match args.command {
        ContactsCommand::Find(args) => find(args, dirs),
    }
}

fn find(args: FindArgs, dirs: &Dirs) -> Outcome {
    with_engine(dirs, None, async move |engine| {
        let found = engine.contacts(args.search).await?;
        for contact in &found {
            match args.json {
                true => println!("{}", as_json(contact)),
                false => println!("{}", as_text(contact)),
            }
        }
        if found.is_empty() { Err(Failure::Failed(fl!("cli-nobody"))) } else { Ok(()) }
    })
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

fn as_text(contact: &Contact) -> String {
    let emails = contact.emails.iter().map(|email| email.addr.to_string());
    let tels = contact.tels.iter().map(|tel| display::clean(&tel.number));
    let all = [display::clean(&contact.name)].into_iter().chain(emails).chain(tels);
    all.collect::<Vec<_>>().join("\t")
}
