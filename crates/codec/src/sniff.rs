//! Detects the format of a recording: by its content, then by media type, then by file extension.
//!
//! Senders mislabel recordings often (a Sun file as `audio/basic`, anything as `audio/inline`), so
//! content always wins. Raw G.711, G.726 and the like have no signature; there the label decides.

use super::{
    Hint,
    g711::Law,
    g726::{Packing, Rate},
    wav,
};

/// The format of a recording: a codec or a container, decodable here or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// RIFF/WAVE; the tag inside tells the codec.
    Wav,
    /// Sun/NeXT `.au`.
    Au,
    /// Headerless G.726.
    G726(Rate, Packing),
    /// Headerless G.711.
    G711(Law),
    /// Headerless 16-bit samples, the low octet first, 8 000 Hz (Asterisk's `sln`).
    Linear,
    /// Headerless G.722 at 64 kbit/s.
    G722,
    /// GSM 06.10 in 33-octet frames.
    Gsm,
    /// AMR narrowband storage file.
    Amr,
    /// Opus in Ogg.
    Opus,
    /// What the general decoder library plays; the name is that of the codec or container.
    Library(&'static str),
    /// Known by name; no decoder here.
    Unsupported(&'static str),
}

impl Form {
    /// Name of the codec or container, for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Wav => "WAV",
            Self::Au => "Sun/NeXT audio",
            Self::G726(Rate::Kbit16, _) => "G.726 16 kbit/s",
            Self::G726(Rate::Kbit24, _) => "G.726 24 kbit/s",
            Self::G726(Rate::Kbit32, _) => "G.726 32 kbit/s",
            Self::G726(Rate::Kbit40, _) => "G.726 40 kbit/s",
            Self::G711(Law::MuLaw) => "G.711 µ-law",
            Self::G711(Law::ALaw) => "G.711 A-law",
            Self::Linear => "PCM",
            Self::G722 => "G.722",
            Self::Gsm => "GSM 06.10",
            Self::Amr => "AMR",
            Self::Opus => "Opus",
            Self::Library(name) | Self::Unsupported(name) => name,
        }
    }

    /// Whether [`super::decode()`] can decode it in this build, as far as the form tells.
    #[must_use]
    pub fn is_decodable(self) -> bool {
        match self {
            Self::Gsm => cfg!(feature = "gsm"),
            Self::Amr => cfg!(feature = "amr"),
            Self::Opus => cfg!(feature = "opus"),
            Self::Unsupported(_) => false,
            Self::Wav
            | Self::Au
            | Self::G726(..)
            | Self::G711(_)
            | Self::Linear
            | Self::G722
            | Self::Library(_) => true,
        }
    }
}

/// Signatures at the start of a file.
const SIGNATURES: [(&[u8], Form); 17] = [
    (b".snd", Form::Au),
    (b"#!AMR\n", Form::Amr),
    (b"#!AMR-WB", Form::Unsupported("AMR wideband")),
    (b"#!AMR_MC", Form::Unsupported("AMR with several channels")),
    (b"#!SILK", Form::Unsupported("SILK")),
    (b"fLaC", Form::Library("FLAC")),
    (b"ID3", Form::Library("MP3")),
    (b"\x30\x26\xB2\x75\x8E\x66\xCF\x11", Form::Unsupported("Windows Media Audio")),
    (b"caff", Form::Unsupported("Core Audio file")),
    (b"\x1A\x45\xDF\xA3", Form::Unsupported("Matroska or WebM")),
    (b"MThd", Form::Unsupported("MIDI")),
    (b".ra\xFD", Form::Unsupported("RealAudio")),
    (b".RMF", Form::Unsupported("RealAudio")),
    (b"Creative Voice File", Form::Unsupported("Creative Voice file")),
    (b"FLV\x01", Form::Unsupported("Flash video")),
    (b"wvpk", Form::Unsupported("WavPack")),
    (b"MAC ", Form::Unsupported("Monkey's Audio")),
];

/// Formats by media subtype (without `x-`) and by file extension.
const NAMES: [(&str, Form); 58] = [
    ("32kadpcm", Form::G726(Rate::Kbit32, Packing::LsbFirst)),
    ("g726-16", Form::G726(Rate::Kbit16, Packing::LsbFirst)),
    ("g726-24", Form::G726(Rate::Kbit24, Packing::LsbFirst)),
    ("g726-32", Form::G726(Rate::Kbit32, Packing::LsbFirst)),
    ("g726-40", Form::G726(Rate::Kbit40, Packing::LsbFirst)),
    ("aal2-g726-16", Form::G726(Rate::Kbit16, Packing::MsbFirst)),
    ("aal2-g726-24", Form::G726(Rate::Kbit24, Packing::MsbFirst)),
    ("aal2-g726-32", Form::G726(Rate::Kbit32, Packing::MsbFirst)),
    ("aal2-g726-40", Form::G726(Rate::Kbit40, Packing::MsbFirst)),
    ("g721", Form::G726(Rate::Kbit32, Packing::LsbFirst)),
    ("adpcm", Form::G726(Rate::Kbit32, Packing::LsbFirst)),
    ("726", Form::G726(Rate::Kbit32, Packing::LsbFirst)),
    ("g726", Form::G726(Rate::Kbit32, Packing::LsbFirst)),
    ("basic", Form::G711(Law::MuLaw)),
    ("pcmu", Form::G711(Law::MuLaw)),
    ("ulaw", Form::G711(Law::MuLaw)),
    ("mulaw", Form::G711(Law::MuLaw)),
    ("ul", Form::G711(Law::MuLaw)),
    ("au", Form::G711(Law::MuLaw)),
    ("snd", Form::G711(Law::MuLaw)),
    ("pcma", Form::G711(Law::ALaw)),
    ("alaw", Form::G711(Law::ALaw)),
    ("al", Form::G711(Law::ALaw)),
    ("sln", Form::Linear),
    ("gsm", Form::Gsm),
    ("gsm-efr", Form::Unsupported("GSM enhanced full rate")),
    ("amr", Form::Amr),
    ("amr-wb", Form::Unsupported("AMR wideband")),
    ("awb", Form::Unsupported("AMR wideband")),
    ("wav", Form::Wav),
    ("wave", Form::Wav),
    ("vnd.wave", Form::Wav),
    ("pn-wav", Form::Wav),
    ("mpeg", Form::Library("MP3")),
    ("mp3", Form::Library("MP3")),
    ("mpeg3", Form::Library("MP3")),
    ("mpga", Form::Library("MP3")),
    ("aac", Form::Library("AAC")),
    ("aacp", Form::Library("AAC")),
    ("mp4", Form::Library("AAC")),
    ("m4a", Form::Library("AAC")),
    ("mp4a-latm", Form::Library("AAC")),
    ("ogg", Form::Library("Ogg Vorbis")),
    ("oga", Form::Library("Ogg Vorbis")),
    ("vorbis", Form::Library("Ogg Vorbis")),
    ("opus", Form::Opus),
    ("flac", Form::Library("FLAC")),
    ("ms-wma", Form::Unsupported("Windows Media Audio")),
    ("wma", Form::Unsupported("Windows Media Audio")),
    ("g729", Form::Unsupported("G.729")),
    ("g723", Form::Unsupported("G.723.1")),
    ("g722", Form::G722),
    ("ilbc", Form::Unsupported("iLBC")),
    ("speex", Form::Unsupported("Speex")),
    ("vox", Form::Unsupported("Dialogic ADPCM")),
    ("aiff", Form::Unsupported("AIFF")),
    ("midi", Form::Unsupported("MIDI")),
    ("qcelp", Form::Unsupported("QCELP")),
];

/// Detects the format from content, media type and file name; `None` when none of them is known.
#[must_use]
pub fn form(octets: &[u8], hint: Hint<'_>) -> Option<Form> {
    by_content(octets).or_else(|| by_label(hint))
}

/// As [`form`], for a recording that is still being downloaded: `None` while later octets may
/// change the answer.
#[must_use]
pub fn settled(beginning: &[u8], hint: Hint<'_>) -> Option<Option<Form>> {
    beginning.get(..LONGEST_SIGNATURE)?;
    if let Some(form) = by_signature(beginning) {
        return Some(Some(form));
    }
    for (length, form) in FRAMED {
        if frames(beginning, length)? {
            return Some(Some(form));
        }
    }
    let label = by_label(hint);
    // Frames of GSM are told by all of them.
    let other = || beginning.chunks_exact(33).any(|frame| !is_gsm_frame(frame));
    (label == Some(Form::Gsm) || other()).then_some(label)
}

/// What the recording is, for people: the codec where it can be told ("GSM 06.10" for a WAV with
/// that inside), else the container, else "unknown".
#[must_use]
pub fn describe(octets: &[u8], hint: Hint<'_>) -> &'static str {
    match form(octets, hint) {
        Some(Form::Wav) => wav::parse(octets).map_or("WAV", |file| file.codec_name()),
        Some(Form::Au) => super::au::parse(octets).map_or("Sun/NeXT audio", |f| f.codec_name()),
        Some(form) => form.name(),
        None => "unknown",
    }
}

/// Detects the format by content alone.
#[must_use]
pub fn by_content(octets: &[u8]) -> Option<Form> {
    let framed = || {
        let whole = |length| match frames(octets, length) {
            Some(told) => told,
            // It ends after the first frame or later.
            None => length(octets)
                .is_some_and(|size| octets.get(size..).is_some_and(|next| next.len() >= 8)),
        };
        FRAMED.into_iter().find(|(length, _)| whole(*length)).map(|(_, form)| form)
    };
    by_signature(octets).or_else(framed).or_else(|| is_gsm(octets).then_some(Form::Gsm))
}

/// Octets after which every signature, at whatever offset, has been seen.
const LONGEST_SIGNATURE: usize = 32;

/// Reads the size of a frame from its header.
type FrameLength = fn(&[u8]) -> Option<usize>;

/// Formats detected by consecutive frame headers.
const FRAMED: [(FrameLength, Form); 2] =
    [(mpeg_frame, Form::Library("MP3")), (adts_frame, Form::Library("AAC"))];

fn by_signature(octets: &[u8]) -> Option<Form> {
    let at = |magic: &[u8], place: usize| {
        octets.get(place..).is_some_and(|rest| rest.starts_with(magic))
    };
    if (at(b"RIFF", 0) || at(b"RF64", 0) || at(b"BW64", 0)) && at(b"WAVE", 8) {
        return Some(Form::Wav);
    }
    if at(b"FORM", 0) && at(b"AIF", 8) {
        return Some(Form::Unsupported("AIFF"));
    }
    if at(b"OggS", 0) {
        return Some(ogg(octets));
    }
    if at(b"ftyp", 4) {
        return Some(Form::Library("AAC"));
    }
    SIGNATURES.iter().find(|(magic, _)| at(magic, 0)).map(|(_, form)| *form)
}

/// The first packet of the first page names the codec.
fn ogg(octets: &[u8]) -> Form {
    let segments = octets.get(26).map_or(0, |&n| usize::from(n));
    let packet = octets.get(27 + segments..).unwrap_or_default();
    let codecs: [(&[u8], Form); 5] = [
        (b"OpusHead", Form::Opus),
        (b"\x01vorbis", Form::Library("Ogg Vorbis")),
        (b"\x7FFLAC", Form::Library("Ogg FLAC")),
        (b"Speex   ", Form::Unsupported("Speex")),
        (b"\x80theora", Form::Unsupported("Theora video")),
    ];
    codecs
        .iter()
        .find(|(magic, _)| packet.starts_with(magic))
        .map_or(Form::Library("Ogg"), |(_, form)| *form)
}

/// Whether three frames follow each other from the start; `None` where the octets end before that.
/// G.711 and G.726 silence is all ones, so one sync word proves nothing.
fn frames(octets: &[u8], length: FrameLength) -> Option<bool> {
    let mut rest = octets;
    for _ in 0..3 {
        let Some(size) = length(rest) else {
            return Some(false);
        };
        rest = rest.get(size..).filter(|next| next.len() >= 8)?;
    }
    Some(true)
}

/// Octets of an MPEG audio layer II or III frame.
fn mpeg_frame(octets: &[u8]) -> Option<usize> {
    const KBITS: [[usize; 15]; 4] = [
        // MPEG-1 layer III, II; MPEG-2 layer III and II.
        [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
        [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
        [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
        [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    ];
    let &[sync, b, c, _] = octets.first_chunk::<4>()?;
    let (version, layer) = ((b >> 3) & 3, (b >> 1) & 3);
    if sync != 0xFF || b & 0xE0 != 0xE0 || version == 1 || !matches!(layer, 1 | 2) {
        return None;
    }
    let mpeg1 = version == 3;
    let row = if mpeg1 { usize::from(layer == 2) } else { 2 };
    let kbits = *KBITS.get(row)?.get(usize::from(c >> 4)).filter(|&&k| k > 0)?;
    let rate = *[44_100, 48_000, 32_000].get(usize::from((c >> 2) & 3))?
        >> match version {
            3 => 0,
            2 => 1,
            _ => 2,
        };
    let per_frame = if mpeg1 || layer == 2 { 144 } else { 72 };
    Some(per_frame * kbits * 1000 / rate + usize::from((c >> 1) & 1))
}

/// Octets of an AAC frame with ADTS header.
fn adts_frame(octets: &[u8]) -> Option<usize> {
    let &[sync, b, c, d, e, f, _] = octets.first_chunk::<7>()?;
    if sync != 0xFF || b & 0xF6 != 0xF0 || (c >> 2) & 15 > 12 {
        return None;
    }
    let size = usize::from(d & 3) << 11 | usize::from(e) << 3 | usize::from(f >> 5);
    (size > 7).then_some(size)
}

/// Whether the nibble 0xD stands at the head of at least eight 33-octet frames and of all.
fn is_gsm(octets: &[u8]) -> bool {
    octets.len() >= 8 * 33 && octets.chunks_exact(33).all(is_gsm_frame)
}

fn is_gsm_frame(frame: &[u8]) -> bool {
    frame.first().is_some_and(|octet| octet >> 4 == 0xD)
}

fn by_label(hint: Hint<'_>) -> Option<Form> {
    let named = |name: &str| {
        let name = name.trim().to_ascii_lowercase();
        let plain = name.strip_prefix("x-").unwrap_or(&name);
        NAMES.iter().find(|(key, _)| *key == plain).map(|(_, form)| *form)
    };
    let essence = hint.media_type.split(';').next().unwrap_or_default();
    let subtype = essence.split_once('/').map(|(_, subtype)| subtype);
    let extension = hint.filename.and_then(|name| name.rsplit_once('.')).map(|(_, ext)| ext);
    subtype.and_then(named).or_else(|| extension.and_then(named))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint<'a>(media_type: &'a str, filename: Option<&'a str>) -> Hint<'a> {
        Hint { media_type, filename }
    }

    #[test]
    fn labels() {
        let cases = [
            ("audio/32KADPCM", None, "G.726 32 kbit/s"),
            ("audio/basic", None, "G.711 µ-law"),
            ("audio/X-WAV", None, "WAV"),
            ("audio/vnd.wave; codec=31", None, "WAV"),
            ("audio/inline", Some("msg0001.gsm"), "GSM 06.10"),
            ("application/octet-stream", Some("a.726"), "G.726 32 kbit/s"),
            ("audio/x-ms-wma", None, "Windows Media Audio"),
            ("audio/nonsense", Some("noext"), "unknown"),
            ("", None, "unknown"),
        ];
        for (media_type, filename, name) in cases {
            assert_eq!(describe(b"\x12\x34", hint(media_type, filename)), name, "{media_type}");
        }
    }

    #[test]
    fn content_wins_over_the_label() {
        let snd = b".snd\0\0\0\x18\xFF\xFF\xFF\xFF\0\0\0\x1B\0\0\x1F\x40\0\0\0\x01\x55";
        assert_eq!(describe(snd, hint("audio/basic", None)), "G.711 A-law");
        assert_eq!(describe(b"OggS", hint("audio/basic", None)), "Ogg");
        assert_eq!(describe(b"#!AMR\n\x3C", hint("audio/wav", None)), "AMR");
    }

    #[test]
    fn silence_is_not_taken_for_mpeg() {
        for octet in [0xFF, 0xFB, 0xF1, 0xD5] {
            let form = by_content(&[octet; 4096]);
            assert!(form.is_none() || form == Some(Form::Gsm), "{octet:02X} {form:?}");
        }
    }
}
