//! Formats decoded by `symphonia`: MP3, AAC, Vorbis, FLAC, and ADPCM in WAV; its demuxer also finds
//! the AMR frames of 3GP files.
//!
//! Bounded by samples out and packets in. Samples of the first audio track, mixed down to mono.

use std::io::Cursor;

use symphonia::{
    core::{
        codecs::audio::AudioDecoderOptions,
        errors,
        formats::{FormatOptions, FormatReader, TrackType, probe::Hint},
        io::MediaSourceStream,
        meta::MetadataOptions,
    },
    default,
};

use super::{Error, Pcm, pcm};

/// Consecutive undecodable packets after which decoding stops.
const BAD_PACKETS: usize = 200;

/// Decodes a file. `extension` helps where content is ambiguous; `longest` maps a rate to the
/// greatest number of samples.
pub(super) fn decode(
    octets: &[u8],
    extension: &str,
    longest: impl Fn(u32) -> usize,
) -> Result<Pcm, Error> {
    let entry = sample_entry(octets);
    let outcome = match entry {
        #[cfg(feature = "amr")]
        Some(b"samr") => amr_frames(octets, longest),
        #[cfg(not(feature = "amr"))]
        Some(b"samr") => return Err(Error::Unsupported("AMR".into())),
        _ => run(octets, extension, longest),
    };
    // The library's own words are for developers.
    outcome.map_err(|error| match (error, entry) {
        (Error::Unsupported(_), Some(entry)) => Error::Unsupported(name_of(entry)),
        (Error::Unsupported(_), None) => Error::Unsupported("an unusual variant".into()),
        (error, _) => error,
    })
}

/// The first sample entry of an MP4 or 3GP file, which names the codec.
fn sample_entry(octets: &[u8]) -> Option<&[u8; 4]> {
    if octets.get(4..8) != Some(b"ftyp") {
        return None;
    }
    let at = memchr::memmem::find(octets, b"stsd")?;
    octets.get(at + 16..)?.first_chunk()
}

fn name_of(entry: &[u8; 4]) -> String {
    let name = match entry {
        b"sawb" | b"sawp" => "AMR wideband",
        b"alac" => "Apple Lossless",
        b"sqcp" | b"Qclp" => "QCELP",
        b"sevc" => "EVRC",
        b"ac-3" | b"ec-3" => "Dolby Digital",
        b"Opus" => "Opus in MP4",
        name => match std::str::from_utf8(name).map(str::trim) {
            Ok(name) if !name.is_empty() && name.bytes().all(|c| c.is_ascii_alphanumeric()) => {
                return format!("MP4 with codec {name}");
            }
            _ => "MP4 with an unknown codec",
        },
    };
    name.into()
}

/// The AMR frames of a 3GP file, one packet after the other.
#[cfg(feature = "amr")]
fn amr_frames(octets: &[u8], longest: impl Fn(u32) -> usize) -> Result<Pcm, Error> {
    let mut format = open(octets, "3gp")?;
    let id = format.default_track(TrackType::Audio).or(format.tracks().first()).map(|t| t.id);
    let mut frames = b"#!AMR\n".to_vec();
    while let Ok(Some(packet)) = format.next_packet() {
        if Some(packet.track_id) == id {
            frames.extend_from_slice(&packet.data);
        }
        // A packet may point anywhere in the file, again and again.
        if frames.len() > octets.len() {
            break;
        }
    }
    super::amr::decode(&frames, longest(Pcm::TELEPHONE))
}

fn open<'a>(octets: &'a [u8], extension: &str) -> Result<Box<dyn FormatReader + 'a>, Error> {
    let source = MediaSourceStream::new(Box::new(Cursor::new(octets)), Default::default());
    let mut hint = Hint::new();
    if !extension.is_empty() {
        hint.with_extension(extension);
    }
    default::get_probe()
        .probe(&hint, source, FormatOptions::default(), MetadataOptions::default())
        .map_err(explain)
}

fn run(octets: &[u8], extension: &str, longest: impl Fn(u32) -> usize) -> Result<Pcm, Error> {
    let mut format = open(octets, extension)?;
    let no_sound = || Error::Damaged("no sound in it".into());
    let track = format.default_track(TrackType::Audio).ok_or_else(no_sound)?;
    let id = track.id;
    let parameters =
        track.codec_params.as_ref().and_then(|params| params.audio()).ok_or_else(no_sound)?;
    let mut decoder = default::get_codecs()
        .make_audio_decoder(parameters, &AudioDecoderOptions::default())
        .map_err(explain)?;
    let mut mono = Pcm::default();
    let mut interleaved: Vec<i16> = Vec::new();
    let mut bad = 0;
    // A packet takes at least an octet of the file, but for those the reader makes up at its ends.
    for _ in 0..octets.len().saturating_add(16) {
        let packet = match format.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) | Err(_) => break,
        };
        if packet.track_id != id {
            continue;
        }
        let Ok(buffer) = decoder.decode(&packet) else {
            bad += 1;
            if bad > BAD_PACKETS {
                break;
            }
            continue;
        };
        bad = 0;
        let rate = buffer.spec().rate();
        if !pcm::is_sane_rate(rate) || (mono.rate != 0 && mono.rate != rate) {
            break;
        }
        mono.rate = rate;
        let channels = buffer.spec().channels().count();
        buffer.copy_to_vec_interleaved(&mut interleaved);
        pcm::mix(&interleaved, channels, &mut mono.samples);
        if mono.samples.len() > longest(rate) {
            return Err(Error::Limit("length of a recording"));
        }
    }
    if mono.samples.is_empty() { Err(Error::Empty) } else { Ok(mono) }
}

fn explain(error: errors::Error) -> Error {
    match error {
        errors::Error::Unsupported(what) => Error::Unsupported(what.into()),
        errors::Error::LimitError(_) => Error::Limit("memory of the decoder"),
        other => Error::Damaged(other.to_string()),
    }
}
