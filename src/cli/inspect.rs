//! `aloud inspect` and `aloud extract`: what Aloud makes of a message in a file, and its recordings,
//! fax pages and cards as files. Both work without a network and without an account.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

mod codes;
mod json;

use super::{
    Failure, Outcome,
    input::{self, DECODED_MAX, Input},
    print,
    vendors::VendorArgs,
};
use crate::message::inspect::{self, ReadOptions};
use crate::message::{Mail, PartInfo, PartRole, Permission, Rendering, Report};
use crate::{codec, message, model::MessageKind, wording};

pub use json::{card_to_json, to_json};

/// Largest file read at once.
const MESSAGE_MAX: u64 = 512 * 1024 * 1024;

/// Arguments of `aloud inspect`.
#[derive(Debug, clap::Args)]
pub struct InspectArgs {
    /// Messages (RFC 5322); `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<String>,
    /// One JSON object a line and message.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub vendors: VendorArgs,
}

/// Says what Aloud makes of messages in files. A broken message is no failure.
///
/// # Errors
/// [`Failure::Failed`] when an input cannot be read; the others are still shown.
pub fn inspect(args: InspectArgs) -> Outcome {
    let table = args.vendors.table()?;
    let mut out = io::stdout().lock();
    let mut failed = Vec::new();
    for file in &args.files {
        let read =
            || Input::open(file).and_then(|mut input| input.read(&ReadOptions::default(), &table));
        let mail = match read() {
            Ok(mail) => mail,
            Err(error) => {
                failed.push(format!("{file}: {error}"));
                continue;
            }
        };
        let text = if args.json {
            to_json(&mail, file).to_string() + "\n"
        } else {
            let mut text = String::new();
            describe(&mail, file, 0, &mut text);
            text
        };
        match out.write_all(text.as_bytes()) {
            // Nobody reads on (`| head`): not our failure.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            other => other?,
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(Failure::Failed(failed.join("\naloud: "))) }
}

/// The octets of a file, or of standard input for `-`.
pub(super) fn read_input(file: &str) -> io::Result<Vec<u8>> {
    let mut raw = Vec::new();
    let read = if file == "-" {
        io::stdin().lock().take(MESSAGE_MAX + 1).read_to_end(&mut raw)
    } else {
        let file = fs::File::open(file)?;
        // What is too large is not read first. Of what is no file, the length says nothing.
        if file.metadata()?.len() > MESSAGE_MAX {
            return Err(too_large());
        }
        file.take(MESSAGE_MAX + 1).read_to_end(&mut raw)
    }?;
    if read as u64 > MESSAGE_MAX {
        return Err(too_large());
    }
    Ok(raw)
}

fn too_large() -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, fl!("cli-file-too-large"))
}

/// The form for people: one line a fact, enclosed messages indented.
fn describe(mail: &Mail, file: &str, level: usize, out: &mut String) {
    let indent = "    ".repeat(level);
    *out += &format!("{indent}{file}: {}\n", kind_in_words(mail));
    let mut line = |label: String, value: String| {
        *out += &format!("{indent}  {label:<12}{value}\n");
    };
    let facts: [(String, Option<String>); 14] = [
        (
            fl!("cli-because"),
            (!mail.evidence.is_empty()).then(|| wording::recognition::because(&mail.evidence)),
        ),
        (fl!("cli-from"), Some(sender_in_words(mail))),
        (fl!("cli-subject"), mail.subject.clone()),
        (fl!("cli-date"), mail.date.map(crate::model::DateTime::to_rfc3339)),
        (fl!("cli-length"), length_in_words(mail)),
        (fl!("cli-pages"), mail.pages.map(|n| n.to_string())),
        (fl!("cli-importance"), mail.importance.map(|i| i.as_str().to_owned())),
        (fl!("cli-sensitivity"), mail.sensitivity.as_ref().map(|s| s.as_str().to_owned())),
        (fl!("cli-reply"), Some(reply_in_words(mail))),
        (fl!("cli-forward"), Some(permission_in_words(&mail.may_forward))),
        (fl!("cli-save"), Some(permission_in_words(&mail.may_save))),
        (fl!("cli-notice"), mail.forward_notice.as_ref().map(wording::refusal::notice)),
        (fl!("cli-receipt"), receipt_in_words(mail)),
        (
            fl!("cli-transcript"),
            mail.transcript.as_ref().map(|t| format!("{} ({})", t.text, t.origin)),
        ),
    ];
    for (label, value) in facts {
        if let Some(value) = value {
            line(label, value.replace('\n', " "));
        }
    }
    for sentence in report_in_words(mail) {
        line(fl!("cli-report"), sentence);
    }
    for part in &mail.parts {
        line(fl!("cli-part"), part_in_words(part));
    }
    for card in &mail.cards {
        let name = card.name.clone().unwrap_or_else(|| fl!("cli-no-name"));
        line(fl!("cli-card"), format!("{name} {}", card.emails.join(" ")));
    }
    for problem in &mail.problems {
        line(fl!("cli-problem"), wording::problem::problem(problem));
    }
    let originals = mail.parts.iter().filter(|p| p.role == PartRole::Original);
    for (inner, part) in mail.forwarded.iter().zip(originals) {
        describe(inner, &fl!("cli-part-at", path = &part.path), level + 1, out);
    }
}

fn kind_in_words(mail: &Mail) -> String {
    let with = |kind: String, also: &MessageKind| {
        fl!("cli-message-with", kind = kind, also = kind_word(*also))
    };
    let kind = mail.also.iter().fold(kind_word(mail.kind), with);
    match &mail.profile {
        Some(profile) => format!("{kind} ({profile})"),
        None => kind,
    }
}

fn kind_word(kind: MessageKind) -> String {
    match kind {
        MessageKind::Voice => fl!("cli-message-voice"),
        MessageKind::Fax => fl!("cli-message-fax"),
        MessageKind::Video => fl!("cli-message-video"),
        MessageKind::Email => fl!("cli-message-mail"),
        MessageKind::Mdn => fl!("cli-message-receipt"),
        MessageKind::Dsn => fl!("cli-message-report"),
        MessageKind::Other => fl!("cli-message-notice"),
    }
}

fn sender_in_words(mail: &Mail) -> String {
    let sender = &mail.sender;
    let address = sender.address.as_ref().map(|a| format!("<{a}>"));
    let pieces: Vec<String> =
        [sender.name.clone(), sender.number.clone(), address].into_iter().flatten().collect();
    match (pieces.is_empty(), sender.withheld) {
        (true, _) => fl!("cli-unknown"),
        (false, true) => fl!("cli-withheld", sender = pieces.join(" ")),
        (false, false) => pieces.join(" "),
    }
}

fn length_in_words(mail: &Mail) -> Option<String> {
    let length = wording::figures::length(mail.duration?);
    let estimated = || fl!("cli-estimated");
    let source = mail.duration_source.map_or_else(estimated, |source| source.as_str().to_owned());
    Some(format!("{length} ({source})"))
}

fn reply_in_words(mail: &Mail) -> String {
    match (&mail.reply_to, wording::refusal::permission(&mail.may_reply)) {
        (Some(to), _) => fl!("cli-reply-to", to = to.addr.as_str()),
        (None, Some(reason)) => reason,
        (None, None) => fl!("cli-reply-no"),
    }
}

fn permission_in_words(permission: &Permission) -> String {
    wording::refusal::permission(permission)
        .map_or_else(|| fl!("cli-allowed"), |reason| fl!("cli-not-allowed", reason = reason))
}

fn receipt_in_words(mail: &Mail) -> Option<String> {
    let receipt = mail.receipt.as_ref()?;
    let to: Vec<_> = receipt.requested_by.iter().map(ToString::to_string).collect();
    let verdict = match (receipt.may_send, receipt.needs_consent) {
        (false, _) => fl!("cli-receipt-no"),
        (true, true) => fl!("cli-receipt-ask"),
        (true, false) => fl!("cli-receipt-may"),
    };
    let reason = wording::refusal::receipt(receipt).map(|r| format!(" ({r})"));
    let reason = reason.unwrap_or_default();
    let asked = fl!("cli-receipt-asked", by = to.join(", "), verdict = verdict);
    Some(format!("{asked}{reason}"))
}

fn report_in_words(mail: &Mail) -> Vec<String> {
    match &mail.report {
        None => Vec::new(),
        Some(Report::Mdn(mdn)) => vec![wording::receipt::sentence(mdn)],
        Some(Report::Dsn(list)) => list
            .iter()
            .map(|d| {
                let sentence = wording::delivery::sentence(d);
                let words = [d.recipient.as_str(), d.action.as_str(), d.status.as_str()];
                let said: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
                format!("{}: {sentence}", said.join(" "))
            })
            .collect(),
    }
}

fn part_in_words(part: &PartInfo) -> String {
    let mut text = format!("{:<6}{:<16}{}", part.path, part.role.as_str(), part.media_type);
    if let Some(name) = &part.filename {
        text += &format!(" “{name}”");
    }
    let octets = wording::figures::size(part.octets as u64);
    text += &format!(", {octets}");
    if let Some(codec) = &part.codec {
        text += &format!(", {codec}");
    }
    if let Some(seconds) = part.seconds {
        text += &format!(", {}", fl!("seconds-long", count = seconds));
    }
    if let Some(problem) = &part.problem {
        text += &format!(", {}", wording::problem::part(problem));
    }
    text
}

/// Arguments of `aloud extract`.
#[derive(Debug, clap::Args)]
pub struct ExtractArgs {
    /// A message (RFC 5322); `-` is standard input.
    #[arg(value_name = "FILE")]
    pub file: String,
    /// Only this part, as `aloud inspect` numbers them, such as 2 or 3/1.
    #[arg(long, value_name = "N")]
    pub part: Option<String>,
    /// The folder to write to; made when missing. Nothing in it is overwritten.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub vendors: VendorArgs,
}

/// Writes recordings as 16-bit PCM WAV, fax pages as PNG and cards as .vcf, and prints their names.
/// A part asked for by its number is written whatever it is. What is too large to be decoded is
/// written as it came.
///
/// # Errors
/// [`Failure::Refused`] when the sender's marking forbids it (decision E12); nothing is written
/// then. [`Failure::Failed`] when something could not be decoded or written; what could is there.
pub fn extract(args: ExtractArgs) -> Outcome {
    let failed = |error: io::Error| Failure::Failed(format!("{}: {error}", args.file));
    let mut input = Input::open(&args.file).map_err(failed)?;
    let options = ReadOptions { measure_audio: false, ..ReadOptions::default() };
    let mail = input.read(&options, &*args.vendors.table()?).map_err(failed)?;
    if let Permission::Refused(reason) = &mail.may_save {
        return Err(Failure::Refused(wording::refusal::refusal(reason)));
    }
    let mut wanted = Vec::new();
    collect(&mail, "", args.part.is_some(), &mut wanted);
    if let Some(only) = &args.part {
        wanted.retain(|(path, _)| path == only);
        if wanted.is_empty() {
            return Err(Failure::Failed(fl!("cli-nothing-to-extract", path = only)));
        }
    }
    fs::create_dir_all(&args.dir)
        .map_err(|error| Failure::Failed(format!("{}: {error}", args.dir.display())))?;
    let mut failed = Vec::new();
    let outers = input.outers(&mut wanted, &mut failed);
    let mut write = |octets: Option<Vec<u8>>, path: &str, part: &PartInfo| {
        let files = octets
            .ok_or_else(|| fl!("cli-part-missing"))
            .and_then(|octets| files_of(octets, path, part));
        match files {
            Ok(files) => {
                for (name, octets) in files {
                    let written = write_new(&args.dir, &name, &octets)?;
                    print(&format!("{}\n", written.display()))?;
                }
            }
            Err(reason) => failed.push(fl!("problem-part", path = path, problem = reason)),
        }
        Ok::<(), Failure>(())
    };
    let (held, outside): (Vec<_>, Vec<_>) =
        wanted.into_iter().zip(outers).partition(|(_, outer)| outer.is_none());
    let paths: Vec<&str> = held.iter().map(|((path, _), _)| path.as_str()).collect();
    inspect::bodies(input.large.octets(), &paths, |at, body| {
        let Some(((path, part), _)) = held.get(at) else { return Ok(()) };
        write(body.map(|body| body.octets), path, part)
    })?;
    for ((path, part), outer) in outside {
        let Some(outer) = outer else { continue };
        if decodes(part) && part.octets as u64 <= DECODED_MAX {
            let mut octets = Vec::with_capacity(part.octets);
            input.copy(&outer, &mut octets)?;
            write(Some(octets), &path, part)?;
            continue;
        }
        let (written, mut file) = create_new(&args.dir, &as_it_came(&stem(&path, part), part))?;
        if let Err(error) = input.copy(&outer, &mut file) {
            input::remove_torn(&written);
            return Err(error.into());
        }
        print(&format!("{}\n", written.display()))?;
        if decodes(part) {
            let size = wording::figures::size(part.octets as u64);
            eprintln!("aloud: {}", fl!("cli-as-it-came", path = path, size = size));
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(Failure::Failed(failed.join("\naloud: "))) }
}

/// Whether something is made of a leaf that another program would have to make otherwise.
fn decodes(part: &PartInfo) -> bool {
    part.rendering.sounds() || part.rendering == Rendering::Pages
}

/// The leaves to extract with their paths, those of enclosed messages included: what can be heard or
/// shown and cards, or `all` leaves.
pub(super) fn collect<'m>(
    mail: &'m Mail,
    above: &str,
    all: bool,
    wanted: &mut Vec<(String, &'m PartInfo)>,
) {
    let mut inner = mail.forwarded.iter();
    for part in &mail.parts {
        let path = format!("{above}{}", part.path);
        let shown = decodes(part) || matches!(part.role, PartRole::Fax | PartRole::Card);
        if all || shown && part.role != PartRole::Original {
            wanted.push((path.clone(), part));
        }
        if part.role == PartRole::Original
            && let Some(mail) = inner.next()
        {
            collect(mail, &format!("{path}/"), all, wanted);
        }
    }
}

/// A leaf as files: their names and octets.
fn files_of(
    octets: Vec<u8>,
    path: &str,
    part: &PartInfo,
) -> Result<Vec<(String, Vec<u8>)>, String> {
    let stem = stem(path, part);
    match (part.role, part.rendering) {
        (PartRole::Card, _) => Ok(vec![(format!("{stem}.vcf"), octets)]),
        (_, Rendering::Pages) => fax_pages(&stem, &octets),
        // A PDF, a picture that no fax machine makes, what was asked for by its number: as it is.
        (_, Rendering::Document | Rendering::Other) => Ok(vec![(as_it_came(&stem, part), octets)]),
        (_, Rendering::Sound { .. }) => {
            let hint =
                codec::Hint { media_type: &part.media_type, filename: part.filename.as_deref() };
            let pcm = codec::decode(&octets, hint, codec::Limits::default())
                .map_err(|error| wording::problem::audio(&error))?;
            Ok(vec![(format!("{stem}.wav"), codec::wav::write(&pcm))])
        }
    }
}

/// The name of a file that holds a leaf as it came.
fn as_it_came(stem: &str, part: &PartInfo) -> String {
    let named = part.filename.as_deref().and_then(|name| Some(name.rsplit_once('.')?.1));
    let ending = named.unwrap_or(match part.role {
        PartRole::Card => "vcf",
        PartRole::Original => "eml",
        PartRole::Text | PartRole::Transcript => "txt",
        PartRole::Html => "html",
        PartRole::VoiceMessage
        | PartRole::SpokenName
        | PartRole::SpokenSubject
        | PartRole::RecipientName
        | PartRole::Notification
        | PartRole::Fax
        | PartRole::Report
        | PartRole::Attachment => "bin",
    });
    format!("{stem}.{ending}")
}

fn fax_pages(stem: &str, octets: &[u8]) -> Result<Vec<(String, Vec<u8>)>, String> {
    let words = |error: codec::Error| wording::problem::fax(&error);
    let count = codec::fax::pages(octets).map_err(words)?.len();
    let mut files = Vec::new();
    for index in 0..count {
        let page = codec::fax::render(octets, index).map_err(words)?;
        files.push((format!("{stem}-{}.png", index + 1), page.to_png().map_err(words)?));
    }
    Ok(files)
}

/// The sender's file name without its extension, or what the part is; in front of it the path into
/// enclosed messages.
fn stem(path: &str, part: &PartInfo) -> String {
    let inside = path.rsplit_once('/').map(|(above, _)| above.replace(['/', '.'], "-") + "-");
    let named = part
        .filename
        .as_deref()
        .map(|name| name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned());
    let named = named.filter(|name| !name.is_empty());
    let name = named.unwrap_or_else(|| part.role.as_str().to_owned());
    let name = format!("{}{name}", inside.unwrap_or_default());
    message::display::safe_file_name(&name).unwrap_or_else(|| "part".into())
}

/// Writes a file that was not there before.
pub(super) fn write_new(dir: &Path, name: &str, octets: &[u8]) -> Result<PathBuf, Failure> {
    let (path, mut file) = create_new(dir, name)?;
    file.write_all(octets)?;
    Ok(path)
}

/// Makes a file that was not there before; a taken name gets a number.
fn create_new(dir: &Path, name: &str) -> Result<(PathBuf, fs::File), Failure> {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    for number in 1..10_000 {
        let name = match number {
            1 => name.to_owned(),
            n => format!("{stem}-{n}.{extension}"),
        };
        let path = dir.join(name);
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(super::in_file(dir.display(), fl!("cli-too-many-files", name = name)))
}
