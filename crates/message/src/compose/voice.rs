//! The parts of a voice message: recordings in the codec of each format, and our contact card.

use std::borrow::Cow;

use super::{Error, Letter};
use crate::{
    address,
    card::{self, CardDoc, Email, Sound, Tel},
    write::{self, Content, Fields, Part},
};
use aloud_codec::{
    Pcm,
    g711::{self, Law},
    g726::{self, Packing, Rate},
    resample, wav,
};
use aloud_model::{DateTime, VoiceContent, voice::VoiceFormat};

/// Media type and file name extension of each format's recordings (RFC 3802, RFC 4239 section 7).
fn form(format: VoiceFormat) -> (&'static str, &'static str) {
    match format {
        VoiceFormat::Vpim => ("audio/32KADPCM", "726"),
        VoiceFormat::Ivm => ("audio/basic", "au"),
        VoiceFormat::Friendly => ("audio/wav", "wav"),
    }
}

/// The name of the file that the recording of a message of this format is.
#[must_use]
pub fn file_name(format: VoiceFormat) -> String {
    format!("message.{}", form(format).1)
}

/// One recording as a part.
pub(crate) fn part(
    format: VoiceFormat,
    role: VoiceContent,
    pcm: &Pcm,
    language: Option<&str>,
    content_id: Option<&str>,
) -> Result<Part, Error> {
    let (media_type, extension) = form(format);
    let octets = encode(format, pcm);
    if octets.is_empty() {
        return Err(Error::EmptyRecording(role));
    }
    let mut fields = Fields::default();
    let voice = ("voice", role.as_str());
    let (name, main) = match role {
        VoiceContent::VoiceMessage => ("message", true),
        VoiceContent::VoiceMessageNotification => ("notification", false),
        VoiceContent::OriginatorSpokenName => ("name", false),
        VoiceContent::RecipientSpokenName => ("recipient", false),
        VoiceContent::SpokenSubject => ("subject", false),
    };
    let filename = format!("{name}.{extension}");
    if main {
        if format == VoiceFormat::Vpim {
            fields.structured("Content-Description", "Voice message");
        }
        let handling = ("handling", "REQUIRED");
        let list = [voice, handling, ("filename", filename.as_str())];
        fields.parameters("Content-Disposition", "inline", &list);
    } else {
        let list = [voice, ("filename", filename.as_str())];
        fields.parameters("Content-Disposition", "inline", &list);
    }
    fields.structured("Content-Duration", &seconds(pcm).to_string());
    if let Some(id) = content_id {
        fields.structured("Content-ID", &format!("<{id}>"));
    }
    if let Some(language) = language {
        fields.structured("Content-Language", language);
    }
    Ok(Part { content_type: media_type.into(), fields, content: Content::Octets(octets) })
}

/// Whole seconds, rounded up, at least one (RFC 3803 section 2.2).
fn seconds(pcm: &Pcm) -> u64 {
    let rate = u64::from(pcm.rate).max(1);
    let samples = u64::try_from(pcm.samples.len()).unwrap_or(u64::MAX);
    samples.div_ceil(rate).clamp(1, 2_147_483_647)
}

fn encode(format: VoiceFormat, pcm: &Pcm) -> Vec<u8> {
    let samples = telephone(pcm);
    match format {
        VoiceFormat::Vpim => g726::encode(&samples, Rate::Kbit32, Packing::LsbFirst),
        VoiceFormat::Ivm => g711::encode(&samples, Law::MuLaw),
        VoiceFormat::Friendly => wav::write(&Pcm::telephone(samples.into_owned())),
    }
}

/// The samples at 8 000 Hz.
fn telephone(pcm: &Pcm) -> Cow<'_, [i16]> {
    if pcm.rate == Pcm::TELEPHONE {
        Cow::Borrowed(&pcm.samples)
    } else {
        Cow::Owned(resample::to_rate(pcm, Pcm::TELEPHONE).samples)
    }
}

/// Our card as it travels in a letter (RFC 2421 section 4.3.3): its name agrees with From, its SOUND
/// with the spoken name, its preferred EMAIL with Reply-To; the TEL it must have comes from a
/// telephone address where it has none, REV from the message's date.
pub(super) fn agreeing(
    doc: &CardDoc,
    letter: &Letter<'_>,
    spoken_name: Option<&str>,
    date: DateTime,
) -> CardDoc {
    let from = &letter.from;
    let mut doc = doc.clone();
    if doc.tels.is_empty()
        && let Some(number) = address::parse(from.addr.as_str()).number
    {
        let kinds = ["voice", "msg", "work"].map(str::to_owned).to_vec();
        doc.tels.push(Tel { number, kinds, preferred: true });
    }
    if doc.emails.is_empty() {
        let vpim = letter.format == Some(VoiceFormat::Vpim);
        doc.emails.push(Email { addr: from.addr.to_string(), vpim, preferred: true });
    }
    if doc.rev.is_none() {
        doc.rev = Some(DateTime::utc(date.unix).to_rfc3339().replace("+00:00", "Z"));
    }
    if let Some(name) = from.name.as_deref().map(write::clean).filter(|n| !n.is_empty())
        && doc.name.as_deref() != Some(name.as_str())
    {
        let (given, family) = name.rsplit_once(' ').map_or(("", name.as_str()), |both| both);
        doc.given = (!given.is_empty()).then(|| given.to_owned());
        doc.family = Some(family.to_owned());
        doc.name = Some(name);
    }
    match spoken_name {
        Some(id) => doc.sound = Some(Sound::Cid(id.to_owned())),
        None => {
            // A reference to a part that is not here would lead nowhere, and VPIM knows references
            // only (RFC 2421 section 4.3.3).
            let vpim = letter.format == Some(VoiceFormat::Vpim);
            doc.sound = doc.sound.filter(|s| !vpim && matches!(s, Sound::Inline { .. }));
        }
    }
    if let Some(reply_to) = &letter.reply_to {
        let same = |email: &Email| email.addr.eq_ignore_ascii_case(reply_to.as_str());
        if !doc.emails.iter().any(same) {
            let addr = reply_to.to_string();
            doc.emails.push(Email { addr, vpim: false, preferred: true });
        }
        for email in &mut doc.emails {
            email.preferred = same(email);
        }
    }
    doc
}

/// The card as a part.
pub(super) fn card(doc: &CardDoc, format: Option<VoiceFormat>) -> Part {
    // The spoken name is in the encoding of the format (RFC 2426 section 3.6.6).
    let sound = match format {
        Some(VoiceFormat::Vpim) | None => "32KADPCM",
        Some(VoiceFormat::Ivm) => "BASIC",
        Some(VoiceFormat::Friendly) => "WAV",
    };
    let text = card::write_with(doc, sound);
    let charset = if text.is_ascii() { "us-ascii" } else { "utf-8" };
    let media_type = match format {
        Some(VoiceFormat::Vpim | VoiceFormat::Ivm) => {
            format!("text/directory; charset={charset}; profile=vCard")
        }
        Some(VoiceFormat::Friendly) | None => format!("text/vcard; charset={charset}"),
    };
    let mut fields = Fields::default();
    let filename = format!("{}.vcf", slug(doc.name.as_deref().unwrap_or_default()));
    fields.parameters(
        "Content-Disposition",
        "attachment",
        &[("filename", &filename), ("handling", "OPTIONAL")],
    );
    Part { content_type: media_type, fields, content: Content::Text(text) }
}

/// A name as a file name: `ada-okafor`.
fn slug(name: &str) -> String {
    let words: Vec<String> = name
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let slug: String = words.join("-").chars().take(40).collect();
    if slug.is_empty() { "card".into() } else { slug }
}
