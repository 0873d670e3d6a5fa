//! `aloud compose`, `aloud reply`, `aloud forward`: build a voice message into a file. Nothing is
//! sent; `aloud send` does that. A refusal writes no file (decision E4).

use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use super::{Failure, Outcome, in_file, inspect::read_input, write_output};
use crate::{
    codec::{self, Hint, Limits, Pcm},
    engine::Covered,
    message::{
        Mail,
        address::{self, RecipientError},
        card,
        compose::{self, Letter, Original, OriginalRelation, OwnCard, Seed, VoiceParts},
        inspect::ReadOptions,
        view,
    },
    model::{AddrSpec, Address, DateTime, Importance, Sensitivity, voice::VoiceFormat},
    wording,
};

/// Largest contact card that is read.
const CARD_MAX: u64 = 4 * 1024 * 1024;
/// Largest fax that is read.
const FAX_MAX: u64 = 128 * 1024 * 1024;

/// What all three commands take.
#[derive(Debug, clap::Args)]
pub struct Common {
    /// Where the message goes; `-` is standard output.
    #[arg(short, long, value_name = "OUT.eml", default_value = "-")]
    pub output: PathBuf,
    /// Sender: `ADDRESS` or `NAME <ADDRESS>`.
    #[arg(long, value_name = "ADDRESS")]
    pub from: Option<String>,
    /// Where answers shall go, when not to the sender.
    #[arg(long, value_name = "ADDRESS")]
    pub reply_to: Option<String>,
    /// Copies, separated by commas.
    #[arg(long, value_name = "A[,B]")]
    pub cc: Option<String>,
    /// Domain for recipients that are telephone numbers.
    #[arg(long, value_name = "DOMAIN")]
    pub gateway: Option<String>,
    /// Subject.
    #[arg(long)]
    pub subject: Option<String>,
    /// A text to go with it; not with VPIM.
    #[arg(long)]
    pub text: Option<String>,
    /// A recording of the sender's name.
    #[arg(long, value_name = "WAV")]
    pub spoken_name: Option<PathBuf>,
    /// A recording of the subject.
    #[arg(long, value_name = "WAV")]
    pub spoken_subject: Option<PathBuf>,
    /// A fax to go with it (TIFF); made TIFF-F where it is not.
    #[arg(long, value_name = "TIFF")]
    pub fax: Option<PathBuf>,
    /// Your contact card (vCard); its name and spoken name are made to agree with the message.
    #[arg(long, value_name = "VCF")]
    pub card: Option<PathBuf>,
    /// Leave To and Cc out: a recipient is a list that cannot be written out.
    #[arg(long)]
    pub hide_recipients: bool,
    /// `auto` answers VPIM and IVM in kind; all else is a mail with a WAV file.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Language of the recordings, such as en-CA.
    #[arg(long, value_name = "TAG")]
    pub language: Option<String>,
    /// Mark it private.
    #[arg(long)]
    pub private: bool,
    /// Importance.
    #[arg(long, value_enum, default_value_t)]
    pub importance: Level,
    /// Ask for a receipt.
    #[arg(long)]
    pub receipt: bool,
    /// Date of the message, RFC 3339 or RFC 5322; now, when absent.
    #[arg(long)]
    pub date: Option<String>,
    /// Makes identifiers and boundaries from this text instead of at random.
    #[arg(long, value_name = "TEXT")]
    pub id_seed: Option<String>,
}

/// `--format`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// VPIM in answer to VPIM, IVM in answer to IVM, else a mail with a WAV file.
    #[default]
    Auto,
    /// multipart/voice-message with G.726.
    Vpim,
    /// multipart/mixed with raw µ-law.
    Ivm,
    /// multipart/mixed with a WAV.
    Friendly,
}

/// `--importance`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Level {
    /// Can wait.
    Low,
    /// Not stated.
    #[default]
    Normal,
    /// Urgent.
    High,
}

/// Arguments of `aloud compose`.
#[derive(Debug, clap::Args)]
pub struct ComposeArgs {
    /// The recording (WAV or .au); may be left out of a fax.
    #[arg(long, value_name = "WAV", required_unless_present = "fax")]
    pub audio: Option<PathBuf>,
    /// Recipients, separated by commas.
    #[arg(long, value_name = "A[,B]")]
    pub to: String,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub common: Common,
}

/// Arguments of `aloud reply`.
#[derive(Debug, clap::Args)]
pub struct ReplyArgs {
    /// The message answered; `-` is standard input.
    #[arg(value_name = "MSG.eml")]
    pub message: String,
    /// The recording (WAV or .au).
    #[arg(long, value_name = "WAV")]
    pub audio: PathBuf,
    /// Take the message answered along; refused for a private one.
    #[arg(long)]
    pub include_original: bool,
    /// Answer everyone who received it.
    #[arg(long)]
    pub all: bool,
    /// Do not mark the answer to a private message private.
    #[arg(long, conflicts_with = "private")]
    pub not_private: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub common: Common,
}

/// Arguments of `aloud forward`.
#[derive(Debug, clap::Args)]
pub struct ForwardArgs {
    /// The message to forward; `-` is standard input.
    #[arg(value_name = "MSG.eml")]
    pub message: String,
    /// An introduction (WAV or .au).
    #[arg(long, value_name = "WAV")]
    pub audio: Option<PathBuf>,
    /// Recipients, separated by commas.
    #[arg(long, value_name = "A[,B]")]
    pub to: String,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub common: Common,
}

/// Builds a new voice message.
///
/// # Errors
/// [`Failure`]; no file is written then.
pub fn compose(args: ComposeArgs, _dirs: &super::Dirs) -> Outcome {
    let common = &args.common;
    let from = sender(common, None)?;
    let recordings = Recordings::load(args.audio.as_deref(), common)?;
    let format = format(common.format, None);
    let cover = cover(&from, format, recordings.voice.as_ref(), Covered::Fax);
    let letter = Letter {
        to: recipients(&args.to, common)?,
        format: Some(format),
        subject: common.subject.clone().unwrap_or_default(),
        cover: &cover,
        ..fill(Letter::new(from), common, &recordings)?
    };
    finish(&letter, common)
}

/// Builds a voice reply.
///
/// # Errors
/// [`Failure`]; [`Failure::Refused`] when the message cannot be answered, or its original may not be
/// taken along.
pub fn reply(args: ReplyArgs, _dirs: &super::Dirs) -> Outcome {
    let common = &args.common;
    let (raw, original) = read_original(&args.message)?;
    let from = sender(common, Some(&original))?;
    let own = [from.addr.clone()];
    let (to, mut cc) = compose::reply_recipients(&original, &own, args.all)
        .map_err(|reason| Failure::Refused(wording::refusal::refusal(&reason)))?;
    let recordings = Recordings::load(Some(&args.audio), common)?;
    let letter = fill(Letter::new(from), common, &recordings)?;
    cc.extend(letter.cc.iter().cloned());
    let subject = original.subject.as_deref().unwrap_or_default();
    let threading = compose::threading(&original);
    let private = original.sensitivity == Some(Sensitivity::Private) && !args.not_private;
    let format = format(common.format, Some(&original));
    let cover = cover(&letter.from, format, recordings.voice.as_ref(), Covered::Forward);
    let letter = Letter {
        to,
        cc,
        format: Some(format),
        subject: common.subject.clone().unwrap_or_else(|| compose::reply_subject(subject)),
        cover: &cover,
        private: letter.private || private,
        in_reply_to: threading.in_reply_to,
        references: threading.references,
        original: args
            .include_original
            .then_some(Original { raw: &raw, relation: OriginalRelation::Reply }),
        ..letter
    };
    finish(&letter, common)
}

/// Builds a forward with the untouched original.
///
/// # Errors
/// [`Failure`]; [`Failure::Refused`] for a private message.
pub fn forward(args: ForwardArgs, _dirs: &super::Dirs) -> Outcome {
    let common = &args.common;
    let (raw, original) = read_original(&args.message)?;
    if let Some(reason) = wording::refusal::permission(&original.may_forward) {
        return Err(Failure::Refused(reason));
    }
    let from = sender(common, Some(&original))?;
    let recordings = Recordings::load(args.audio.as_deref(), common)?;
    let subject = original.subject.as_deref().unwrap_or_default();
    let format = format(common.format, Some(&original));
    let cover = cover(&from, format, recordings.voice.as_ref(), Covered::Forward);
    let letter = Letter {
        to: recipients(&args.to, common)?,
        format: Some(format),
        subject: common.subject.clone().unwrap_or_else(|| compose::forward_subject(subject)),
        cover: &cover,
        original: Some(Original { raw: &raw, relation: OriginalRelation::Forward }),
        ..fill(Letter::new(from), common, &recordings)?
    };
    finish(&letter, common)
}

/// What stands in the message for programs that show text only: the recording, else what there is.
fn cover(from: &Address, format: VoiceFormat, voice: Option<&Pcm>, other: Covered<'_>) -> String {
    let file = compose::file_name(format);
    let covered = voice.map_or(other, |pcm| Covered::Recording(pcm.duration(), &file));
    wording::phrases::phrases().cover(from.label(), covered)
}

/// What is named on the command line, read and decoded.
#[derive(Default)]
struct Recordings {
    voice: Option<Pcm>,
    name: Option<Pcm>,
    subject: Option<Pcm>,
    fax: Option<Vec<u8>>,
    card: Option<OwnCard>,
}

impl Recordings {
    fn load(audio: Option<&Path>, common: &Common) -> Result<Self, Failure> {
        let load = |path: Option<&Path>| path.map(recording).transpose();
        Ok(Self {
            voice: load(audio)?,
            name: load(common.spoken_name.as_deref())?,
            subject: load(common.spoken_subject.as_deref())?,
            fax: common.fax.as_deref().map(|path| read_file(path, FAX_MAX)).transpose()?,
            card: common.card.as_deref().map(own_card).transpose()?,
        })
    }
}

fn read_file(path: &Path, most: u64) -> Result<Vec<u8>, Failure> {
    let failed = |error: io::Error| Failure::Failed(format!("{}: {error}", path.display()));
    let mut octets = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(most + 1).read_to_end(&mut octets))
        .map_err(failed)?;
    if octets.len() as u64 > most {
        return Err(failed(io::ErrorKind::FileTooLarge.into()));
    }
    Ok(octets)
}

fn own_card(path: &Path) -> Result<OwnCard, Failure> {
    let doc = card::parse(&read_file(path, CARD_MAX)?);
    if doc.name.is_none() && doc.emails.is_empty() && doc.tels.is_empty() {
        return Err(in_file(path.display(), fl!("cli-no-card-file")));
    }
    Ok(OwnCard { doc })
}

fn recording(path: &Path) -> Result<Pcm, Failure> {
    let shown = path.display();
    let octets = fs::read(path).map_err(|error| Failure::Failed(format!("{shown}: {error}")))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let hint = Hint { media_type: "", filename: name.as_deref() };
    match codec::decode(&octets, hint, Limits::default()) {
        Ok(pcm) if pcm.samples.is_empty() => Err(empty(path)),
        Ok(pcm) => Ok(pcm),
        Err(codec::Error::Empty) => Err(empty(path)),
        Err(error) => Err(Failure::Failed(format!("{shown}: {error}"))),
    }
}

fn empty(path: &Path) -> Failure {
    Failure::Refused(format!("{}: {}", path.display(), fl!("cli-empty-recording")))
}

fn read_original(file: &str) -> Result<(Vec<u8>, Mail), Failure> {
    let raw = read_input(file).map_err(|error| Failure::Failed(format!("{file}: {error}")))?;
    let options = ReadOptions { measure_audio: false, ..ReadOptions::default() };
    let mail = Mail::read(&raw, &options);
    Ok((raw, mail))
}

/// `--from`, else the one address the original came to.
fn sender(common: &Common, original: Option<&Mail>) -> Result<Address, Failure> {
    let Some(text) = &common.from else {
        return match original.map(|mail| mail.to.as_slice()) {
            Some([only]) => Ok(only.clone()),
            _ => Err(Failure::Usage(fl!("cli-no-from"))),
        };
    };
    one_address(text)
}

fn one_address(text: &str) -> Result<Address, Failure> {
    match addresses(text, None)?.as_slice() {
        [one] => Ok(one.clone()),
        _ => Err(Failure::Usage(fl!("cli-one-address", given = text))),
    }
}

fn recipients(text: &str, common: &Common) -> Result<Vec<Address>, Failure> {
    let list = addresses(text, common.gateway.as_deref())?;
    if list.is_empty() { Err(Failure::Usage(fl!("cli-no-recipient"))) } else { Ok(list) }
}

/// A list of addresses; with a gateway, numbers too. What a number loses is said.
fn addresses(text: &str, gateway: Option<&str>) -> Result<Vec<Address>, Failure> {
    let entry = |typed: &str| -> Result<Address, Failure> {
        let found = address::recipient(typed, gateway).map_err(|error| {
            let why = match error {
                RecipientError::NoAddress if gateway.is_none() => RecipientError::NoGateway,
                other => other,
            };
            Failure::Usage(format!("{}: {}", typed.trim(), wording::address::recipient(&why)))
        })?;
        for note in &found.notes {
            eprintln!("aloud: {}: {}", typed.trim(), wording::address::note(note));
        }
        Ok(found.address)
    };
    address::split(text).into_iter().map(entry).collect()
}

fn format(asked: Format, original: Option<&Mail>) -> VoiceFormat {
    let spoken = original.and_then(|mail| mail.profile.as_deref()).unwrap_or_default();
    match asked {
        Format::Vpim => VoiceFormat::Vpim,
        Format::Ivm => VoiceFormat::Ivm,
        Format::Friendly => VoiceFormat::Friendly,
        Format::Auto if spoken.starts_with("vpim") => VoiceFormat::Vpim,
        Format::Auto if spoken == "ivm" => VoiceFormat::Ivm,
        Format::Auto => VoiceFormat::Friendly,
    }
}

/// What all three commands set.
fn fill<'a>(
    letter: Letter<'a>,
    common: &'a Common,
    recordings: &'a Recordings,
) -> Result<Letter<'a>, Failure> {
    let receipt: Option<AddrSpec> = common.receipt.then(|| letter.from.addr.clone());
    Ok(Letter {
        cc: match &common.cc {
            Some(cc) => recipients(cc, common)?,
            None => Vec::new(),
        },
        parts: VoiceParts {
            voice: recordings.voice.as_ref(),
            spoken_name: recordings.name.as_ref(),
            spoken_subject: recordings.subject.as_ref(),
        },
        text: common.text.as_deref(),
        importance: match common.importance {
            Level::Low => Importance::Low,
            Level::Normal => Importance::Normal,
            Level::High => Importance::High,
        },
        private: common.private,
        reply_to: common.reply_to.as_deref().map(one_address).transpose()?.map(|a| a.addr),
        receipt_to: receipt,
        card: recordings.card.clone(),
        fax: recordings.fax.as_deref(),
        list_recipients: common.hide_recipients,
        language: common.language.clone(),
        ..letter
    })
}

fn finish(letter: &Letter<'_>, common: &Common) -> Outcome {
    let seed = seed(&letter.from.addr, common)?;
    let octets = compose::build(letter, &seed).map_err(|error| {
        let reason = wording::refusal::compose(&error);
        match error {
            compose::Error::NoRecipient
            | compose::Error::Address(_)
            | compose::Error::Language(_)
            | compose::Error::NotInVpim(compose::NotInVpim::BareDomain(_))
            | compose::Error::Nothing => Failure::Usage(reason),
            compose::Error::Refused(_)
            | compose::Error::NotInVpim(_)
            | compose::Error::EmptyRecording(_) => Failure::Refused(reason),
            _ => Failure::Failed(reason),
        }
    })?;
    if compose::needs_8bit(&octets) {
        eprintln!("aloud: {}", fl!("compose-as-it-came"));
    }
    write_output(&common.output, &octets)
}

/// Date and identifiers: as asked for, else now and at random.
fn seed(from: &AddrSpec, common: &Common) -> Result<Seed, Failure> {
    let date = match &common.date {
        Some(text) => DateTime::parse_rfc3339(text)
            .or_else(|| view::date(text))
            .ok_or_else(|| Failure::Usage(fl!("cli-no-date", given = text)))?,
        None => now(),
    };
    let token = match &common.id_seed {
        Some(text) if text.chars().any(|c| c.is_ascii_alphanumeric()) => text.clone(),
        Some(_) => return Err(Failure::Usage(fl!("cli-id-seed"))),
        None => format!("{:016x}.{:016x}", rand::random::<u64>(), rand::random::<u64>()),
    };
    Ok(Seed { date, domain: from.domain().to_owned(), token })
}

fn now() -> DateTime {
    let unix = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
    let offset = jiff::Zoned::now().offset().seconds() / 60;
    DateTime {
        unix: i64::try_from(unix).unwrap_or(i64::MAX),
        offset_minutes: i16::try_from(offset).unwrap_or(0),
    }
}
