//! What each leaf is for, and whether it can be rendered (RFC 3801 section 4.3, RFC 2423, RFC 3459).

use std::time::Duration;

use crate::codec;
use crate::message::display;
use crate::message::mail::{PartInfo, PartRole};
use crate::message::recognize::{Medium, medium, multipart, voice_content};
use crate::message::view::{Part, View};
use crate::model::{MessageKind, VoiceContent};

use super::{ReadOptions, length};

/// Whether the parts of a voice message have their roles by position: VPIM version 1 has no version
/// parameter and no `voice=`, and exactly three audio parts (RFC 2423 section 3.1, RFC 1911).
pub fn is_vpim1(view: &View<'_>) -> bool {
    let Some(structure) = multipart(view, "multipart/voice-message") else { return false };
    let audio: Vec<_> = view.leaves().filter(|p| medium(p) == Medium::Audio).collect();
    structure.content.token("version").is_none_or(|v| v.starts_with('1'))
        && audio.len() == 3
        && audio.iter().all(|p| voice_content(p).is_none())
}

/// Decides roles one leaf after another, in order.
pub struct Roles {
    kind: MessageKind,
    by_position: bool,
    audio_seen: usize,
}

impl Roles {
    /// For a message of a kind.
    pub fn new(kind: MessageKind, view: &View<'_>) -> Self {
        Self { kind, by_position: is_vpim1(view), audio_seen: 0 }
    }

    /// The role of the next leaf.
    pub fn next(&mut self, part: &Part<'_>) -> PartRole {
        let attached = part.disposition.as_ref().is_some_and(|d| d.value == "attachment");
        match medium(part) {
            Medium::Audio => self.audio(part),
            Medium::Original => PartRole::Original,
            Medium::Report => PartRole::Report,
            Medium::Card => PartRole::Card,
            Medium::Tiff if self.shows_fax(part) => PartRole::Fax,
            Medium::Document | Medium::Image
                if self.kind == MessageKind::Fax && (attached || part.filename().is_some()) =>
            {
                PartRole::Fax
            }
            Medium::Text if !attached && part.filename().is_none() => PartRole::Text,
            Medium::Text
                if !attached && part.is("text/plain") && self.kind != MessageKind::Email =>
            {
                PartRole::Text
            }
            Medium::Html if !attached => PartRole::Html,
            _ => PartRole::Attachment,
        }
    }

    fn shows_fax(&self, part: &Part<'_>) -> bool {
        matches!(self.kind, MessageKind::Fax | MessageKind::Voice | MessageKind::Video)
            || part.content.token("application").as_deref() == Some("faxbw")
    }

    fn audio(&mut self, part: &Part<'_>) -> PartRole {
        let position = self.audio_seen;
        self.audio_seen += 1;
        if let Some(content) = voice_content(part) {
            return match content {
                VoiceContent::VoiceMessage => PartRole::VoiceMessage,
                VoiceContent::VoiceMessageNotification => PartRole::Notification,
                VoiceContent::OriginatorSpokenName => PartRole::SpokenName,
                VoiceContent::RecipientSpokenName => PartRole::RecipientName,
                VoiceContent::SpokenSubject => PartRole::SpokenSubject,
            };
        }
        match self.kind {
            MessageKind::Voice if self.by_position && position == 0 => PartRole::SpokenName,
            MessageKind::Voice if self.by_position && position == 1 => PartRole::SpokenSubject,
            MessageKind::Voice | MessageKind::Fax | MessageKind::Video | MessageKind::Other => {
                PartRole::VoiceMessage
            }
            MessageKind::Mdn | MessageKind::Dsn => PartRole::Notification,
            MessageKind::Email => PartRole::Attachment,
        }
    }
}

/// A leaf's description, and its octets where the caller needs them again.
pub fn describe(
    part: &Part<'_>,
    role: PartRole,
    options: &ReadOptions,
    expected: Option<u64>,
) -> (PartInfo, Vec<u8>) {
    let decoded = part.decode();
    let octets = decoded.octets;
    let complete = options.whole || part.closed;
    let media_type = part.content.value.clone();
    let filename = part.filename().and_then(|name| display::safe_file_name(&display::clean(&name)));
    let mut problem = part.problem.clone().map(|p| display::clean(&p));
    if decoded.damaged && complete {
        problem = problem.or(Some("the transfer encoding is damaged".into()));
    }
    let mut info = PartInfo {
        path: part.path.clone(),
        depth: part.depth,
        disposition: part.disposition.as_ref().map(|d| disposition(&d.value)),
        octets: octets.len(),
        role,
        codec: None,
        decodable: true,
        seconds: None,
        problem,
        content_id: part
            .header
            .first("content-id")
            .and_then(|v| crate::message::view::mailbox::message_ids(v).into_iter().next()),
        required: part
            .disposition
            .as_ref()
            .and_then(|d| d.token("handling").or_else(|| d.token("criticality")))
            .is_none_or(|v| v != "optional" && v != "ignore"),
        description: part
            .header
            .filled("content-description")
            .map(|v| display::clean(&v))
            .filter(|v| !v.is_empty()),
        media_type,
        filename,
    };
    match medium(part) {
        Medium::Audio => audio(&mut info, part, &octets, options, complete, expected),
        Medium::Tiff => {
            info.codec = Some("TIFF fax".into());
            info.decodable = !octets.is_empty();
        }
        Medium::Video | Medium::Document | Medium::Other => info.decodable = false,
        Medium::Image => {
            info.decodable = matches!(info.media_type.as_str(), "image/png");
        }
        _ => {}
    }
    (info, octets)
}

/// Unknown disposition types mean attachment (RFC 2183 section 2.8).
fn disposition(value: &str) -> String {
    if value == "inline" { "inline".into() } else { "attachment".into() }
}

fn audio(
    info: &mut PartInfo,
    part: &Part<'_>,
    octets: &[u8],
    options: &ReadOptions,
    complete: bool,
    expected: Option<u64>,
) {
    let name = part.filename();
    let kind = Sound::of(&info.media_type, name.as_deref(), octets);
    info.codec = Some(kind.name.to_owned());
    info.decodable = kind.decodable;
    let declared = length::declared(part);
    if complete && octets.is_empty() {
        info.decodable = false;
        info.seconds = Some(0.0);
        info.problem.get_or_insert_with(|| "the recording is empty".into());
        return;
    }
    if complete && options.measure_audio {
        let hint = codec::Hint { media_type: &info.media_type, filename: name.as_deref() };
        match codec::decode(octets, hint, codec::Limits::default()) {
            Ok(pcm) => {
                info.decodable = true;
                info.seconds = Some(round(pcm.duration()));
                return;
            }
            Err(error) => {
                info.decodable = false;
                info.problem.get_or_insert_with(|| error.to_string());
            }
        }
    }
    info.seconds = declared.or_else(|| {
        let size = expected.unwrap_or(octets.len() as u64);
        length::estimate(&info.media_type, octets, size).map(round)
    });
}

/// Milliseconds are enough.
fn round(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1000.0).round() / 1000.0
}

/// A sound's coding in words.
struct Sound {
    name: &'static str,
    decodable: bool,
}

impl Sound {
    /// By the first octets, then by type, then by extension.
    fn of(media_type: &str, filename: Option<&str>, octets: &[u8]) -> Self {
        let is = |magic: &[u8], at: usize| octets.get(at..).is_some_and(|o| o.starts_with(magic));
        let sniffed = if is(b"RIFF", 0) {
            Some(wave(octets))
        } else if is(b".snd", 0) {
            Some(("Sun/NeXT audio", true))
        } else if is(b"#!AMR-WB", 0) {
            Some(("AMR wideband", false))
        } else if is(b"#!AMR", 0) {
            Some(("AMR", true))
        } else if is(b"OggS", 0) {
            Some((if is(b"OpusHead", 28) { "Opus" } else { "Ogg Vorbis" }, true))
        } else if is(b"ftyp", 4) {
            Some(("AAC", true))
        } else if is(b"fLaC", 0) {
            Some(("FLAC", true))
        } else if is(b"ID3", 0) {
            Some(("MP3", true))
        } else if is(&[0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11], 0) {
            Some(("Windows Media Audio", false))
        } else {
            None
        };
        let subtype = media_type.split_once('/').map_or("", |(_, s)| s);
        let extension = filename.and_then(|n| n.rsplit_once('.')).map_or("", |(_, e)| e);
        let by_name = |name: &str| {
            let plain = name.to_ascii_lowercase();
            let plain = plain.strip_prefix("x-").unwrap_or(&plain);
            NAMES.iter().find(|(key, ..)| *key == plain).map(|(_, name, ok)| (*name, *ok))
        };
        let (name, decodable) = sniffed
            .or_else(|| by_name(subtype))
            .or_else(|| by_name(extension))
            .unwrap_or(("unknown", false));
        Self { name, decodable }
    }
}

const NAMES: [(&str, &str, bool); 30] = [
    ("32kadpcm", "G.726, 32 kbit/s", true),
    ("726", "G.726, 32 kbit/s", true),
    ("g726-16", "G.726, 16 kbit/s", true),
    ("g726-24", "G.726, 24 kbit/s", true),
    ("g726-32", "G.726, 32 kbit/s", true),
    ("g726-40", "G.726, 40 kbit/s", true),
    ("basic", "G.711 µ-law", true),
    ("au", "G.711 µ-law", true),
    ("ulaw", "G.711 µ-law", true),
    ("pcmu", "G.711 µ-law", true),
    ("alaw", "G.711 A-law", true),
    ("pcma", "G.711 A-law", true),
    ("gsm", "GSM 06.10", true),
    ("sln", "linear PCM, 16 bit", true),
    ("wav", "WAVE", true),
    ("wave", "WAVE", true),
    ("vnd.wave", "WAVE", true),
    ("mpeg", "MP3", true),
    ("mp3", "MP3", true),
    ("amr", "AMR", true),
    ("amr-wb", "AMR wideband", false),
    ("ogg", "Ogg Vorbis", true),
    ("opus", "Opus", true),
    ("mp4", "AAC", true),
    ("aac", "AAC", true),
    ("m4a", "AAC", true),
    ("flac", "FLAC", true),
    ("wma", "Windows Media Audio", false),
    ("ms-wma", "Windows Media Audio", false),
    ("g729", "G.729", false),
];

/// The coding inside a WAVE file by its format tag, where `fmt ` comes first.
fn wave(octets: &[u8]) -> (&'static str, bool) {
    let word = |at: usize| {
        let bytes = octets.get(at..at + 2)?;
        Some(u16::from_le_bytes(bytes.try_into().ok()?))
    };
    let tag = if octets.get(12..16) == Some(b"fmt ") { word(20) } else { None };
    match tag {
        Some(1 | 0xfffe) => ("WAVE, linear PCM", true),
        Some(2) => ("WAVE, MS ADPCM", true),
        Some(3) => ("WAVE, floating point", true),
        Some(6) => ("WAVE, G.711 A-law", true),
        Some(7) => ("WAVE, G.711 µ-law", true),
        Some(0x11) => ("WAVE, IMA ADPCM", true),
        Some(0x31) => ("WAVE, GSM 06.10", true),
        Some(0x50 | 0x55) => ("WAVE, MP3", true),
        Some(0x64 | 0x40 | 0x45) => ("WAVE, G.726", true),
        Some(0x160..=0x163) => ("WAVE, Windows Media Audio", false),
        Some(0x22) => ("WAVE, TrueSpeech", false),
        _ => ("WAVE", true),
    }
}
