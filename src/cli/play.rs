//! `aloud play`: a recording, or the recordings of a message, to the loudspeaker.
//!
//! What can be decoded is played wherever it stands: the voice message itself, sound sent along with
//! ordinary mail, and what is in enclosed messages. Tests: `tests/cli/play.rs`.

use clap::Args;

use super::{
    Failure, Outcome,
    input::{DECODED_MAX, Input},
    inspect::collect,
    print,
    sound::{self, HowArgs},
};
use crate::{
    codec::{self, Hint, Limits, Pcm, sniff},
    message::{Mail, PartInfo, PartRole, inspect, inspect::ReadOptions, vendors::Table},
    wording,
};

/// Arguments of `aloud play`.
#[derive(Debug, Args)]
pub struct PlayArgs {
    /// Only this part of a message, as `aloud inspect` numbers them, such as 2 or 3/1.
    #[arg(long, value_name = "N")]
    part: Option<String>,
    /// Say what there is to play and how long it is, and play nothing.
    #[arg(long)]
    list: bool,
    #[command(flatten)]
    how: HowArgs,
    /// A recording, or a message (RFC 5322) whose recordings are played; `-` is standard input.
    #[arg(value_name = "FILE", required_unless_present = "list_devices", default_value = "")]
    file: String,
}

/// Plays a recording or the recordings of a message to their end.
///
/// # Errors
/// [`Failure::Failed`] when there is nothing to play or no sound, and after all others were played
/// for a recording that could not be decoded.
pub fn play(args: PlayArgs) -> Outcome {
    if args.how.list_devices {
        return sound::list_devices();
    }
    let failed = |error: std::io::Error| Failure::Failed(format!("{}: {error}", args.file));
    let mut input = Input::open(&args.file).map_err(failed)?;
    let hint = Hint { media_type: "", filename: Some(&args.file) };
    if args.part.is_none() && sniff::form(input.large.octets(), hint).is_some() {
        let size = input.large.total();
        let octets = input.octets().map_err(failed)?;
        let octets = octets.ok_or_else(|| Failure::Failed(too_large(size)))?;
        let pcm = codec::decode(&octets, hint, Limits::default());
        return one(
            &args,
            None,
            &pcm.map_err(|error| Failure::Failed(wording::problem::audio(&error)))?,
        );
    }
    let options = ReadOptions { measure_audio: false, ..ReadOptions::default() };
    let mail = input.read(&options, Table::current()).map_err(failed)?;
    let mut found = recordings(&mail, args.part.as_deref());
    if found.is_empty() {
        return Err(Failure::Failed(match args.part.as_deref() {
            Some(part) => fl!("cli-no-recording-in", path = part),
            None => fl!("cli-no-recording"),
        }));
    }
    // One after the other, so that many recordings need no more room than one.
    let mut failed = Vec::new();
    let outers = input.outers(&mut found, &mut failed);
    let mut hear = |octets: &[u8], path: &str, part: &PartInfo| {
        let hint = Hint { media_type: &part.media_type, filename: part.filename.as_deref() };
        match codec::decode(octets, hint, Limits::default()) {
            Ok(pcm) => one(&args, Some((path, part)), &pcm)?,
            Err(error) => {
                let why = wording::problem::audio(&error);
                failed.push(fl!("problem-part", path = path, problem = why));
            }
        }
        Ok::<(), Failure>(())
    };
    let (held, outside): (Vec<_>, Vec<_>) =
        found.into_iter().zip(outers).partition(|(_, outer)| outer.is_none());
    let paths: Vec<&str> = held.iter().map(|((path, _), _)| path.as_str()).collect();
    inspect::bodies(input.large.octets(), &paths, |at, body| {
        let Some((((path, part), _), body)) = held.get(at).zip(body) else { return Ok(()) };
        hear(&body.octets, path, part)
    })?;
    let mut unheard = Vec::new();
    for ((path, part), outer) in outside {
        let Some(outer) = outer else { continue };
        if args.list {
            // As long as its size says: nobody waits for all of it to be decoded.
            list(Some((&path, part)), part.seconds.unwrap_or_default())?;
        } else if part.octets as u64 > DECODED_MAX {
            let why = too_large(part.octets as u64);
            unheard.push(fl!("problem-part", path = path, problem = why));
        } else {
            let mut octets = Vec::with_capacity(part.octets);
            input.copy(&outer, &mut octets)?;
            hear(&octets, &path, part)?;
        }
    }
    failed.extend(unheard);
    if failed.is_empty() { Ok(()) } else { Err(Failure::Failed(failed.join("\naloud: "))) }
}

fn too_large(octets: u64) -> String {
    fl!("cli-too-large-to-play", size = wording::figures::size(octets))
}

/// The recordings with their paths: of each message what it is about, else all that sounds.
fn recordings<'m>(mail: &'m Mail, wanted: Option<&str>) -> Vec<(String, &'m PartInfo)> {
    let mut all = Vec::new();
    if let Some(wanted) = wanted {
        collect(mail, "", false, &mut all);
        all.retain(|(path, part)| path == wanted && part.rendering.sounds());
        return all;
    }
    walk(mail, "", &mut all);
    all
}

fn walk<'m>(mail: &'m Mail, above: &str, all: &mut Vec<(String, &'m PartInfo)>) {
    let own = inspect::primary_audio(mail);
    let place = |part: &PartInfo| format!("{above}{}", part.path);
    all.extend(own.iter().map(|part| (place(part), *part)));
    let mut inner = mail.forwarded.iter();
    for part in &mail.parts {
        if part.role == PartRole::Original {
            if let Some(mail) = inner.next() {
                walk(mail, &format!("{}/", place(part)), all);
            }
        } else if own.is_empty() && part.rendering.sounds() {
            all.push((place(part), part));
        }
    }
}

fn one(args: &PlayArgs, place: Option<(&str, &PartInfo)>, pcm: &Pcm) -> Outcome {
    if !args.list {
        return sound::play(pcm, &args.how);
    }
    list(place, pcm.duration().as_secs_f64())
}

fn list(place: Option<(&str, &PartInfo)>, seconds: f64) -> Outcome {
    print(&match place {
        Some((path, part)) => {
            let name = part.filename.as_deref().unwrap_or_default();
            let codec = part.codec.as_deref().unwrap_or_default();
            format!("{path}\t{seconds:.1} s\t{codec}\t{name}\n")
        }
        None => format!("{seconds:.1} s\n"),
    })
}
