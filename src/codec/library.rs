//! Everything that `symphonia` plays: MP3, AAC, Vorbis, FLAC, and ADPCM in WAV.
//!
//! Bounded by samples out and packets in, and behind `catch_unwind`, because hostile files have made
//! that library panic. Samples of the first audio track, mixed down to mono.

use std::{
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
};

use symphonia::{
    core::{
        codecs::audio::AudioDecoderOptions,
        errors,
        formats::{FormatOptions, TrackType, probe::Hint},
        io::MediaSourceStream,
        meta::MetadataOptions,
    },
    default,
};

use super::{Error, Pcm, pcm};

/// So many packets in a row that cannot be decoded end the sound.
const BAD_PACKETS: usize = 200;

/// Decodes a file. `extension` helps where content is ambiguous; `longest` bounds samples a second
/// of rate: it maps the rate to the greatest number of samples.
pub(super) fn decode(
    octets: &[u8],
    extension: &str,
    longest: impl Fn(u32) -> usize,
) -> Result<Pcm, Error> {
    // The closure owns nothing that outlives a panic.
    catch_unwind(AssertUnwindSafe(|| run(octets, extension, longest)))
        .unwrap_or_else(|_| Err(Error::Damaged("the decoder gave up".into())))
}

fn run(octets: &[u8], extension: &str, longest: impl Fn(u32) -> usize) -> Result<Pcm, Error> {
    let source = MediaSourceStream::new(Box::new(Cursor::new(octets)), Default::default());
    let mut hint = Hint::new();
    if !extension.is_empty() {
        hint.with_extension(extension);
    }
    let mut format = default::get_probe()
        .probe(&hint, source, FormatOptions::default(), MetadataOptions::default())
        .map_err(explain)?;
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
