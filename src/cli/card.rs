//! `aloud card`: contact cards (vCard 2.1, 3.0 and 4.0; RFC 2426, RFC 6350, RFC 2421 section 4.3.3)
//! shown, taken over into the directory, and handed out.
//!
//! The input is a file of cards, or a message (RFC 5322) whose own cards are shown. Import goes
//! through the engine: what differs is shown field by field and replaced only with `--yes`.
//! Tests: `tests/cli/card.rs`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};

use super::{
    Dirs, Failure, Outcome, in_file,
    inspect::{read_input, write_new},
    mail::with_engine,
    print, write_output,
};
use crate::{
    codec,
    engine::{CardComparison, CardValue, FieldChange},
    message::{
        self, Mail, PartRole, Permission,
        card::{self, CardDoc, Sound},
        display,
        inspect::{self, ReadOptions},
    },
    wording::{self, people},
};

/// Arguments of `aloud card`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct CardArgs {
    #[command(subcommand)]
    command: Option<CardCommand>,
    #[command(flatten)]
    show: ShowArgs,
}

#[derive(Debug, Subcommand)]
enum CardCommand {
    /// Take the cards of a file over into the directory.
    Import(ImportArgs),
    /// Write people of the directory as cards (vCard 3.0).
    Export(ExportArgs),
}

#[derive(Debug, Args)]
struct ShowArgs {
    /// Files of cards, or messages (RFC 5322) with cards; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// One JSON array, a card an element.
    #[arg(long)]
    json: bool,
    /// Write spoken names to this folder, as WAV. Nothing in it is overwritten.
    #[arg(long, value_name = "DIR")]
    sound: Option<PathBuf>,
    /// Write photos to this folder. Nothing in it is overwritten.
    #[arg(long, value_name = "DIR")]
    photo: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct ImportArgs {
    /// A file of cards; `-` is standard input.
    #[arg(value_name = "FILE")]
    file: String,
    /// Replace what differs; without it known people only gain what was missing.
    #[arg(long)]
    yes: bool,
    /// Show what would change, and change nothing.
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
}

#[derive(Debug, Args)]
struct ExportArgs {
    /// Name, address or number; everybody when not given.
    #[arg(default_value = "", hide_default_value = true)]
    search: String,
    /// Where the cards go; `-` is standard output.
    #[arg(short, long, value_name = "OUT.vcf", default_value = "-")]
    output: PathBuf,
}

/// Runs it.
///
/// # Errors
/// [`Failure::Failed`] when a file cannot be read or written or holds no card to import;
/// [`Failure::Refused`] for sounds and photos of a message whose sender forbids it.
pub fn card(args: CardArgs, dirs: &Dirs) -> Outcome {
    match args.command {
        Some(CardCommand::Import(args)) => import(args, dirs),
        Some(CardCommand::Export(args)) => export(args, dirs),
        None => show(&args.show),
    }
}

fn read(file: &str) -> Result<Vec<u8>, Failure> {
    read_input(file).map_err(|error| Failure::Failed(format!("{file}: {error}")))
}

/// A card as it is shown, and what can be written to files.
struct Shown {
    card: message::Card,
    doc: CardDoc,
    sound: Option<(String, Vec<u8>)>,
}

/// The cards of a file or message.
fn cards(input: &[u8]) -> Result<(Vec<Shown>, Option<Permission>), Failure> {
    if let Some(mail) = message_with_cards(input) {
        let parts = mail.parts.iter().filter(|part| part.role == PartRole::Card);
        let docs = parts.filter_map(|part| inspect::body(input, &part.path));
        let docs = docs.flat_map(|body| card::parse_all(&body.octets));
        let shown = mail.cards.iter().cloned().zip(docs).map(|(card, doc)| {
            let sound = sound_in(&mail, input, &doc);
            Shown { card, doc, sound }
        });
        return Ok((shown.collect(), Some(mail.may_save.clone())));
    }
    let shown = card::parse_file(input).into_iter().map(|doc| {
        let sound = match &doc.sound {
            Some(Sound::Inline { media_type, octets }) => {
                Some((media_type.clone(), octets.clone()))
            }
            _ => None,
        };
        Shown { card: inspect::card_of_file(&doc), doc, sound }
    });
    Ok((shown.collect(), None))
}

/// The message, if the input is none of the card files that begin as such.
fn message_with_cards(input: &[u8]) -> Option<Mail> {
    let start = input.strip_prefix(b"\xef\xbb\xbf").unwrap_or(input).trim_ascii_start();
    let begins = start.get(..11).is_some_and(|s| s.eq_ignore_ascii_case(b"BEGIN:VCARD"));
    if begins {
        return None;
    }
    let options = ReadOptions { measure_audio: false, ..ReadOptions::default() };
    Some(Mail::read(input, &options)).filter(|mail| !mail.cards.is_empty())
}

/// The spoken name of a card in a message: in the card, or the part it points to.
fn sound_in(mail: &Mail, raw: &[u8], doc: &CardDoc) -> Option<(String, Vec<u8>)> {
    match doc.sound.as_ref()? {
        Sound::Inline { media_type, octets } => Some((media_type.clone(), octets.clone())),
        Sound::Cid(id) => {
            let part = mail.parts.iter().find(|p| p.content_id.as_deref() == Some(id))?;
            Some((part.media_type.clone(), inspect::body(raw, &part.path)?.octets))
        }
    }
}

fn show(args: &ShowArgs) -> Outcome {
    let mut out = String::new();
    let mut elements = Vec::new();
    let mut failed = Vec::new();
    for file in &args.files {
        let (found, may_save) = match read(file).and_then(|input| cards(&input)) {
            Ok(found) => found,
            Err(error) => {
                failed.push(error.to_string());
                continue;
            }
        };
        let writes = args.sound.is_some() || args.photo.is_some();
        if let Some(Permission::Refused(reason)) = may_save.filter(|_| writes) {
            return Err(Failure::Refused(crate::wording::refusal::refusal(&reason)));
        }
        if found.is_empty() && !args.json {
            out += &format!("{file}: {}\n", fl!("cli-no-card"));
        }
        for shown in &found {
            elements.push(super::inspect::card_to_json(&shown.card));
            describe(file, shown, &mut out);
            let named = shown.card.name.as_deref().and_then(display::safe_file_name);
            let stem = named.unwrap_or_else(|| "card".into());
            failed.extend(extract(args, &stem, shown)?.map(|why| format!("{file}: {stem}: {why}")));
        }
    }
    if args.json {
        out = format!("{}\n", serde_json::Value::Array(elements));
    }
    print(&out)?;
    if failed.is_empty() { Ok(()) } else { Err(Failure::Failed(failed.join("\naloud: "))) }
}

/// The readable form.
fn describe(file: &str, shown: &Shown, out: &mut String) {
    let doc = &shown.doc;
    let name = shown.card.name.clone().unwrap_or_else(|| fl!("cli-no-name"));
    *out += &format!("{file}: {name}\n");
    let octets_of =
        |kind: &str, octets: &[u8]| fl!("cli-octets", kind = kind, count = octets.len());
    let mut line = |label: String, value: &str| {
        let value = display::clean(value);
        if !value.is_empty() {
            *out += &format!("  {label:<14}{value}\n");
        }
    };
    line(fl!("cli-role"), doc.role.as_deref().unwrap_or_default());
    line(fl!("cli-organization"), doc.organization.as_deref().unwrap_or_default());
    for email in &doc.emails {
        let marks = marks(&[], email.preferred, email.vpim);
        line(fl!("cli-address"), &format!("{}{marks}", email.addr));
    }
    for tel in &doc.tels {
        line(
            fl!("cli-number"),
            &format!("{}{}", tel.number, marks(&tel.kinds, tel.preferred, false)),
        );
    }
    line(fl!("cli-place"), doc.place.as_deref().unwrap_or_default());
    line(fl!("cli-time-zone"), doc.zone.as_deref().unwrap_or_default());
    if let Some((kind, octets)) = &doc.photo {
        line(fl!("cli-photo"), &octets_of(kind, octets));
    }
    match (&doc.sound, &shown.sound) {
        (_, Some((kind, octets))) => {
            line(fl!("cli-spoken-name"), &octets_of(kind, octets));
        }
        (Some(Sound::Cid(id)), None) => {
            line(fl!("cli-spoken-name"), &fl!("cli-other-part", id = id));
        }
        _ => {}
    }
    line(fl!("cli-changed"), doc.rev.as_deref().unwrap_or_default());
    line(fl!("cli-notes"), doc.notes.as_deref().unwrap_or_default());
    let problem = shown.card.problem.as_ref().map(crate::wording::problem::card);
    line(fl!("cli-problem"), problem.as_deref().unwrap_or_default());
}

fn marks(kinds: &[String], preferred: bool, vpim: bool) -> String {
    let mut words = kinds.to_vec();
    words.extend(vpim.then(|| "VPIM".to_owned()));
    words.extend(preferred.then(|| fl!("cli-preferred")));
    if words.is_empty() { String::new() } else { format!(" ({})", words.join(", ")) }
}

/// Writes the spoken name and the photo where asked for; a recording that cannot be decoded is a
/// reason.
fn extract(args: &ShowArgs, stem: &str, shown: &Shown) -> Result<Option<String>, Failure> {
    if let Some((dir, (kind, octets))) = args.photo.as_ref().zip(shown.doc.photo.as_ref()) {
        let extension = match kind.as_str() {
            "image/png" => "png",
            "image/jpeg" => "jpg",
            "image/gif" => "gif",
            "image/svg+xml" => "svg",
            _ => "bin",
        };
        write_to(dir, &format!("{stem}.{extension}"), octets)?;
    }
    let Some((dir, (media_type, octets))) = args.sound.as_ref().zip(shown.sound.as_ref()) else {
        return Ok(None);
    };
    let hint = codec::Hint { media_type, filename: None };
    match codec::decode(octets, hint, codec::Limits::default()) {
        Ok(pcm) => write_to(dir, &format!("{stem}.wav"), &codec::wav::write(&pcm)).map(|()| None),
        Err(error) => Ok(Some(wording::problem::audio(&error))),
    }
}

fn write_to(dir: &Path, name: &str, octets: &[u8]) -> Outcome {
    fs::create_dir_all(dir)?;
    let written = write_new(dir, name, octets)?;
    eprintln!("{}", written.display());
    Ok(())
}

fn import(args: ImportArgs, dirs: &Dirs) -> Outcome {
    let input = read(&args.file)?;
    if message_with_cards(&input).is_some() {
        return Err(in_file(&args.file, fl!("cli-card-in-message")));
    }
    let name = Path::new(&args.file).file_name().map(|name| name.to_string_lossy().into_owned());
    let name = name.filter(|name| name != "-").unwrap_or_else(|| fl!("cli-standard-input"));
    with_engine(dirs, None, async move |engine| {
        let failed =
            |error: crate::engine::Error| Failure::Failed(wording::failure::in_full(&error));
        let compared = engine.compare_cards(input.clone()).await.map_err(failed)?;
        let mut out = String::new();
        for comparison in &compared {
            difference(comparison, &args, &mut out);
        }
        print(&out)?;
        if !args.dry_run {
            engine.import_cards(input, name, args.yes).await.map_err(failed)?;
        }
        Ok(())
    })
}

/// A card beside the directory, field by field, and what happens to each.
fn difference(comparison: &CardComparison, args: &ImportArgs, out: &mut String) {
    let name = display::clean(&comparison.name);
    let (head, known) = match &comparison.contact {
        None => (fl!("cli-card-new", name = &name), false),
        Some(_) if comparison.changes.is_empty() => (fl!("cli-card-same", name = &name), true),
        Some((_, known)) => {
            (fl!("cli-card-known", name = &name, known = display::clean(known)), true)
        }
    };
    *out += &format!("{head}\n");
    for change in &comparison.changes {
        let FieldChange { field, old, new, typed } = change;
        let shown = |value: &CardValue| display::clean(&people::value(value));
        let (old, new) = (old.as_ref().map(shown), shown(new));
        let values = match &old {
            Some(old) => format!("{old} → {new}"),
            None => new,
        };
        let kept = match () {
            () if *typed => Some(fl!("cli-kept-typed")),
            () if !known || !change.needs_choice() => None,
            () if comparison.older => Some(fl!("cli-kept-older")),
            () if args.yes => None,
            () => Some(fl!("cli-kept-without-yes")),
        };
        let kept = kept.map_or_else(String::new, |why| format!(" ({why})"));
        *out += &format!("  {:<14}{values}{kept}\n", people::field(*field));
    }
    if let Some(problem) = &comparison.problem {
        *out += &format!("  {:<14}{problem}\n", fl!("cli-problem"));
    }
}

fn export(args: ExportArgs, dirs: &Dirs) -> Outcome {
    with_engine(dirs, None, async move |engine| {
        let mut file = Vec::new();
        for contact in engine.contacts(args.search.clone()).await? {
            if let Some(id) = contact.id {
                file.extend(engine.export_contact(id).await?);
            }
        }
        if file.is_empty() {
            return Err(Failure::Failed(fl!("cli-nobody")));
        }
        write_output(&args.output, &file)
    })
}
