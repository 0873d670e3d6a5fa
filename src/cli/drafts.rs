//! `aloud drafts`: what was begun and not sent, listed, shown, restored, removed and saved as sound.
//!
//! The engine keeps the drafts and the rule that one process owns an open one: such a draft is
//! listed and shown here, and neither restored nor removed. Nothing here writes to a draft but
//! `restore`. Tests: `tests/cli/drafts.rs`.

use std::{
    io::{self, BufRead, Read, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
    Dirs, Failure, Outcome,
    mail::{plain, with_engine},
    print, write_output,
};
use crate::{
    codec,
    engine::{Draft, DraftContent, DraftId, Engine, Error, Recipient, Revision, Sound, read_take},
    model::{DateTime, Importance},
};

/// Longest answer to a question.
const ANSWER_MAX: u64 = 64;

/// Arguments of `drafts`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct DraftsArgs {
    #[command(subcommand)]
    command: Option<DraftsCommand>,
    /// One JSON object a draft.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum DraftsCommand {
    /// List the drafts, newest first. The same as `aloud drafts` alone.
    List {
        /// One JSON object a draft.
        #[arg(long)]
        json: bool,
    },
    /// Show all that a draft holds, and its earlier revisions.
    Show {
        /// The draft, as the list names it.
        id: String,
        /// One JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Make an earlier revision of a draft the newest. None is lost by that.
    Restore {
        /// The draft.
        id: String,
        /// The number of the revision.
        revision: u64,
    },
    /// Remove a draft for good.
    Remove {
        /// The draft.
        id: String,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Write a recording of a draft to a WAV file.
    Export(ExportArgs),
}

#[derive(Debug, Args)]
struct ExportArgs {
    /// The draft.
    id: String,
    /// Where the sound goes; `-` is standard output. Nothing is overwritten.
    #[arg(short, long, value_name = "OUT.wav")]
    output: PathBuf,
    /// The recording by file name, as `show` has it; that of the message when not given.
    #[arg(long, value_name = "NAME")]
    recording: Option<String>,
}

/// Runs `drafts`.
///
/// # Errors
/// [`Failure::Refused`] when a window has the draft open; [`Failure::Failed`] when there is no such
/// draft, revision or recording, or nobody confirmed.
pub fn drafts(args: DraftsArgs, dirs: &Dirs) -> Outcome {
    with_engine(dirs, None, async move |engine| match args.command {
        None => list(engine, args.json).await,
        Some(DraftsCommand::List { json }) => list(engine, json).await,
        Some(DraftsCommand::Show { id, json }) => show(engine, &id, json).await,
        Some(DraftsCommand::Restore { id, revision }) => restore(engine, &id, revision).await,
        Some(DraftsCommand::Remove { id, yes }) => remove(engine, &id, yes).await,
        Some(DraftsCommand::Export(args)) => export(engine, &args).await,
    })
}

async fn list(engine: &Engine, json: bool) -> Outcome {
    let all = engine.all_drafts().await?;
    if all.is_empty() && !json {
        eprintln!("{}", fl!("cli-drafts-none"));
    }
    let mut out = String::new();
    for listed in all {
        let draft = &listed.draft;
        if json {
            out += &format!("{}\n", draft_json(draft, listed.open));
            continue;
        }
        let fields = [
            draft.id.as_str().to_owned(),
            when(draft.written),
            kind(&draft.content).to_owned(),
            draft.take.as_ref().map(|take| clock(take.length)).unwrap_or_default(),
            people(&draft.content.to, &draft.content.to_typed),
            draft.content.subject.clone(),
            if listed.open { fl!("cli-draft-open-mark") } else { String::new() },
        ];
        let fields: Vec<String> = fields.iter().map(|field| plain(field)).collect();
        out += &format!("{}\n", fields.join("\t").trim_end());
    }
    print(&out)
}

async fn show(engine: &Engine, id: &str, json: bool) -> Outcome {
    let name = parse(id)?;
    let draft = engine.draft(name.clone()).await.map_err(|error| failure(error, id))?;
    let open = engine.draft_is_open(name.clone()).await?;
    let revisions = engine.draft_revisions(name.clone()).await?;
    let recordings = engine.draft_recordings(name).await?;
    if !json {
        return print(&draft_text(&draft, open, &revisions, &recordings));
    }
    let mut shown = draft_json(&draft, open);
    if let Some(fields) = shown.as_object_mut() {
        let recordings = recordings.iter().map(sound_json).collect();
        fields.insert("recordings".into(), recordings);
        fields.insert("revisions".into(), revisions.iter().map(revision_json).collect());
    }
    print(&format!("{shown}\n"))
}

async fn restore(engine: &Engine, id: &str, number: u64) -> Outcome {
    let name = parse(id)?;
    let revisions = engine.draft_revisions(name.clone()).await.map_err(|e| failure(e, id))?;
    if !revisions.iter().any(|revision| revision.number == number) {
        let number = number.to_string();
        return Err(Failure::Failed(fl!("cli-draft-no-revision", id = id, number = &number)));
    }
    engine.restore_revision(name, number).await.map_err(|error| failure(error, id))?;
    let number = number.to_string();
    print(&format!("{}\n", fl!("cli-draft-restored", number = &number)))
}

async fn remove(engine: &Engine, id: &str, yes: bool) -> Outcome {
    let name = parse(id)?;
    let draft = engine.draft(name.clone()).await.map_err(|error| failure(error, id))?;
    if engine.draft_is_open(name.clone()).await? {
        return Err(failure(Error::DraftInUse, id));
    }
    if !yes {
        eprint!("{}{} ", draft_text(&draft, false, &[], &[]), fl!("cli-draft-remove"));
        io::stderr().flush()?;
        let mut answer = String::new();
        io::stdin().lock().take(ANSWER_MAX).read_line(&mut answer)?;
        if answer.trim().to_lowercase() != fl!("cli-draft-yes").to_lowercase() {
            return Err(Failure::Failed(fl!("cli-draft-not-removed")));
        }
    }
    engine.remove_draft(name).await.map_err(|error| failure(error, id))?;
    print(&format!("{}\n", fl!("cli-draft-removed")))
}

async fn export(engine: &Engine, args: &ExportArgs) -> Outcome {
    let id = args.id.as_str();
    let draft = engine.draft(parse(id)?).await.map_err(|error| failure(error, id))?;
    let sound = match &args.recording {
        None => draft.take.ok_or_else(|| Failure::Failed(fl!("cli-draft-silent", id = id)))?,
        Some(name) => {
            let all = engine.draft_recordings(draft.id).await?;
            all.into_iter().find(|sound| file_name(sound) == *name).ok_or_else(|| {
                Failure::Failed(fl!("cli-draft-no-recording", id = id, name = name))
            })?
        }
    };
    let octets = codec::wav::write(&read_take(&sound.file)?);
    write_once(&args.output, &octets)
}

/// Writes a file that was not there before.
fn write_once(output: &Path, octets: &[u8]) -> Outcome {
    if output.as_os_str() == "-" {
        return write_output(output, octets);
    }
    let mut options = std::fs::OpenOptions::new();
    let written = options.write(true).create_new(true).open(output);
    let written = written.and_then(|mut file| file.write_all(octets));
    written.map_err(|error| Failure::Failed(format!("{}: {error}", output.display())))
}

fn parse(id: &str) -> Result<DraftId, Failure> {
    DraftId::parse(id).ok_or_else(|| Failure::Failed(fl!("cli-draft-gone", id = id)))
}

/// Why a command on a draft failed.
fn failure(error: Error, id: &str) -> Failure {
    let id = plain(id);
    match error {
        Error::DraftInUse => Failure::Refused(fl!("cli-draft-open", id = &id)),
        Error::NotFound(_) => Failure::Failed(fl!("cli-draft-gone", id = &id)),
        other => other.into(),
    }
}

/// The word for scripts.
fn kind(content: &DraftContent) -> &'static str {
    if content.text { "text" } else { "voice" }
}

fn when(seconds: i64) -> String {
    DateTime::utc(seconds).to_rfc3339()
}

fn clock(length: Duration) -> String {
    let seconds = length.as_secs_f64().round() as u64;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

fn file_name(sound: &Sound) -> String {
    sound.file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Recipients, and what is typed after them.
fn people(recipients: &[Recipient], typed: &str) -> String {
    let one = |recipient: &Recipient| match recipient {
        Recipient::Address(address) => match &address.name {
            Some(name) => format!("{name} <{}>", address.addr),
            None => address.addr.to_string(),
        },
        Recipient::Text(text) => text.clone(),
    };
    let typed = Some(typed.trim().to_owned()).filter(|typed| !typed.is_empty());
    recipients.iter().map(one).chain(typed).collect::<Vec<_>>().join(", ")
}

fn draft_text(draft: &Draft, open: bool, revisions: &[Revision], all: &[Sound]) -> String {
    let content = &draft.content;
    let number = draft.revision.to_string();
    let mut lines = vec![draft.id.to_string()];
    if open {
        lines.push(fl!("cli-draft-open-mark"));
    }
    lines.push(fl!("cli-draft-written", when = &when(draft.written), number = &number));
    lines.push(fl!("cli-draft-to", to = &people(&content.to, &content.to_typed)));
    let cc = people(&content.cc, &content.cc_typed);
    if !cc.is_empty() {
        lines.push(fl!("cli-draft-cc", cc = &cc));
    }
    lines.push(fl!("cli-draft-subject", subject = &content.subject));
    let importance = match content.importance {
        Importance::High => Some(fl!("cli-draft-important")),
        Importance::Low => Some(fl!("cli-draft-can-wait")),
        Importance::Normal => None,
    };
    let private = content.private.then(|| fl!("cli-draft-private"));
    let receipt = content.ask_receipt.then(|| fl!("cli-draft-receipt"));
    let format = content.format.map(|format| json!(format).as_str().unwrap_or_default().into());
    let options: Vec<String> =
        [importance, private, receipt, format].into_iter().flatten().collect();
    if !options.is_empty() {
        lines.push(fl!("cli-draft-options", options = &options.join(", ")));
    }
    if let Some(take) = &draft.take {
        let (file, length) = (file_name(take), clock(take.length));
        lines.push(fl!("cli-draft-recording", file = &file, length = &length));
    }
    if let Some(spoken) = &draft.spoken {
        let (file, length) = (file_name(spoken), clock(spoken.length));
        lines.push(fl!("cli-draft-spoken-subject", file = &file, length = &length));
    }
    for sound in all {
        if ![draft.take.as_ref(), draft.spoken.as_ref()].contains(&Some(sound)) {
            let (file, length) = (file_name(sound), clock(sound.length));
            lines.push(fl!("cli-draft-other-recording", file = &file, length = &length));
        }
    }
    if draft.sound_lost {
        lines.push(fl!("cli-draft-sound-lost"));
    }
    for revision in revisions {
        let (number, when) = (revision.number.to_string(), when(revision.written));
        let line = first_line(&revision.content);
        lines.push(fl!("cli-draft-revision", number = &number, when = &when, line = &line));
    }
    let head: Vec<String> = lines.iter().map(|line| plain(line)).collect();
    let mut text = head.join("\n") + "\n";
    if !content.note.is_empty() {
        text.push('\n');
        for line in content.note.lines() {
            text += &format!("{}\n", plain(line));
        }
    }
    text
}

/// What tells one revision from another at a glance.
fn first_line(content: &DraftContent) -> String {
    let lines = [
        content.note.lines().next().unwrap_or_default().to_owned(),
        content.subject.clone(),
        people(&content.to, &content.to_typed),
    ];
    let line = lines.into_iter().find(|line| !line.trim().is_empty()).unwrap_or_default();
    line.chars().take(60).collect()
}

fn draft_json(draft: &Draft, open: bool) -> Value {
    let mut fields = content_json(&draft.content);
    fields["id"] = draft.id.as_str().into();
    fields["open"] = open.into();
    fields["written"] = when(draft.written).into();
    fields["revision"] = draft.revision.into();
    fields["recording"] = draft.take.as_ref().map(sound_json).into();
    fields["spoken_subject"] = draft.spoken.as_ref().map(sound_json).into();
    fields["sound_lost"] = draft.sound_lost.into();
    fields
}

fn revision_json(revision: &Revision) -> Value {
    let mut fields = content_json(&revision.content);
    fields["revision"] = revision.number.into();
    fields["written"] = when(revision.written).into();
    fields
}

fn content_json(content: &DraftContent) -> Value {
    let line = |recipients: &[Recipient]| -> Vec<Value> {
        let one = |recipient: &Recipient| match recipient {
            Recipient::Address(address) => {
                json!({"name": address.name, "address": address.addr.as_str()})
            }
            Recipient::Text(text) => json!({"typed": text}),
        };
        recipients.iter().map(one).collect()
    };
    json!({
        "kind": kind(content),
        "account": content.account.map(|id| id.0),
        "reply_to": content.reply_to.map(|key| key.0),
        "reply_all": content.reply_all,
        "forward": content.forward.map(|key| key.0),
        "to": line(&content.to),
        "to_typed": content.to_typed,
        "cc": line(&content.cc),
        "cc_typed": content.cc_typed,
        "subject": content.subject,
        "text": content.note,
        "importance": content.importance,
        "private": content.private,
        "ask_receipt": content.ask_receipt,
        "format": content.format,
    })
}

fn sound_json(sound: &Sound) -> Value {
    let seconds = (sound.length.as_secs_f64() * 1000.0).round() / 1000.0;
    json!({"file": file_name(sound), "seconds": seconds})
}
