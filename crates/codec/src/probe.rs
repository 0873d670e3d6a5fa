//! What the beginning of a recording says of itself: sampling rate, channels, titles as music has them,
//! and its length where the size of the whole is known. Nothing is decoded, nothing beyond the
//! beginning is looked at; what does not stand there is `None`.

use super::{
    Hint, estimate, g722,
    sniff::{self, Form},
};

/// What a container says of the sound in it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Facts {
    /// Samples a second.
    pub rate: Option<u32>,
    /// Channels.
    pub channels: Option<u16>,
    /// How long the whole is.
    pub seconds: Option<f64>,
    /// It carries a title, artist or album.
    pub titled: bool,
    /// One channel of a telephone line: 8 000 samples a second, or a codec made for it.
    pub telephone: bool,
}

/// Octets of the beginning that are looked at.
pub const PROBED: usize = 32 * 1024;

/// Looks at the beginning of a recording of `octets` octets.
#[must_use]
pub fn probe(start: &[u8], hint: Hint<'_>, octets: u64) -> Facts {
    let start = start.get(..PROBED).unwrap_or(start);
    let seconds = || estimate(start, hint, octets).map(|d| d.as_secs_f64());
    let line = || Facts {
        rate: Some(8000),
        channels: Some(1),
        seconds: seconds(),
        titled: false,
        telephone: true,
    };
    match sniff::form(start, hint) {
        Some(Form::Wav) => wave(start, octets),
        Some(Form::Au) => sun(start).unwrap_or_default(),
        Some(Form::G726(..) | Form::G711(_) | Form::Linear | Form::Gsm | Form::Amr) => line(),
        Some(Form::G722) => Facts { rate: Some(g722::RATE), ..line() },
        Some(Form::Library("MP3")) => mpeg(start, octets),
        Some(Form::Opus) => opus(start).unwrap_or_default(),
        Some(Form::Library("Ogg Vorbis")) => vorbis(start).unwrap_or_default(),
        Some(Form::Unsupported(
            "G.729"
            | "G.723.1"
            | "iLBC"
            | "QCELP"
            | "AMR wideband"
            | "Dialogic ADPCM"
            | "GSM enhanced full rate",
        )) => Facts { channels: Some(1), telephone: true, ..Facts::default() },
        Some(Form::Library(_) | Form::Unsupported(_)) | None => Facts::default(),
    }
}

fn short(octets: &[u8], at: usize) -> Option<u16> {
    octets.get(at..)?.first_chunk().map(|two| u16::from_le_bytes(*two))
}

fn long(octets: &[u8], at: usize) -> Option<u32> {
    octets.get(at..)?.first_chunk().map(|four| u32::from_le_bytes(*four))
}

fn big(octets: &[u8], at: usize) -> Option<u32> {
    octets.get(at..)?.first_chunk().map(|four| u32::from_be_bytes(*four))
}

fn is_telephone(rate: u32, channels: u16) -> bool {
    rate <= 8000 && channels <= 1
}

/// RIFF/WAVE: the chunks up to the samples.
fn wave(start: &[u8], octets: u64) -> Facts {
    let mut facts = Facts::default();
    let mut octets_a_second = 0;
    let mut at = 12_usize;
    for _ in 0..64 {
        let (Some(name), Some(size)) = (start.get(at..at + 4), long(start, at + 4)) else { break };
        let body = at + 8;
        match name {
            b"fmt " => {
                facts.channels = short(start, body + 2);
                facts.rate = long(start, body + 4);
                octets_a_second = long(start, body + 8).unwrap_or(0);
            }
            b"LIST" => {
                let end = body.saturating_add(size as usize).min(start.len());
                let list = start.get(body..end).unwrap_or_default();
                let named = |id: &[u8]| list.windows(4).any(|four| four == id);
                facts.titled |= named(b"INAM") || named(b"IART") || named(b"IPRD");
            }
            b"data" => {
                let there = octets.saturating_sub(body as u64);
                let long =
                    if size == 0 || size == u32::MAX { there } else { there.min(size.into()) };
                if octets_a_second > 0 {
                    facts.seconds = Some(long as f64 / f64::from(octets_a_second));
                }
                break;
            }
            _ => {}
        }
        at = body.saturating_add(size as usize).saturating_add(size as usize & 1);
    }
    facts.telephone = match (facts.rate, facts.channels) {
        (Some(rate), Some(channels)) => is_telephone(rate, channels),
        _ => false,
    };
    facts
}

fn sun(start: &[u8]) -> Option<Facts> {
    let (rate, channels) = (big(start, 16)?, u16::try_from(big(start, 20)?).ok()?);
    Some(Facts {
        rate: Some(rate),
        channels: Some(channels),
        telephone: is_telephone(rate, channels),
        ..Facts::default()
    })
}

/// MPEG audio: an ID3 tag, then the first frame.
fn mpeg(start: &[u8], octets: u64) -> Facts {
    let (tag, titled) = id3(start);
    let mut facts = Facts { titled, ..Facts::default() };
    let frame = |at: usize| {
        let four = start.get(at..at + 4)?.first_chunk()?;
        Some((at, frame_header(four)?))
    };
    let end = start.len().min(tag.saturating_add(4096));
    let Some((at, header)) = (tag..end).find_map(frame) else { return facts };
    facts.rate = Some(header.rate);
    facts.channels = Some(header.channels);
    facts.telephone = is_telephone(header.rate, header.channels);
    let first = start.get(at..at.saturating_add(200)).unwrap_or_default();
    let counted = first.windows(4).position(|four| four == b"Xing" || four == b"Info");
    let frames = counted
        .filter(|place| big(first, place + 4).is_some_and(|flags| flags & 1 == 1))
        .and_then(|place| big(first, place + 8));
    facts.seconds = match frames {
        Some(frames) => Some(f64::from(frames) * header.samples / f64::from(header.rate)),
        None => {
            let sound = octets.saturating_sub(at as u64);
            Some(sound as f64 * 8.0 / f64::from(header.bits_a_second))
        }
    };
    facts
}

/// Octets of an ID3v2 tag, and whether it names a title, artist or album.
fn id3(start: &[u8]) -> (usize, bool) {
    let Some(size) = start.strip_prefix(b"ID3").and_then(|rest| rest.get(3..7)) else {
        return (0, false);
    };
    let size = size.iter().fold(0_usize, |sum, octet| sum << 7 | usize::from(octet & 0x7f));
    let end = size.saturating_add(10);
    let tag = start.get(10..end.min(start.len())).unwrap_or_default();
    const NAMES: [&[u8]; 6] = [b"TIT2", b"TPE1", b"TALB", b"TT2\0", b"TP1\0", b"TAL\0"];
    (end, tag.windows(4).any(|four| NAMES.contains(&four)))
}

struct Frame {
    rate: u32,
    channels: u16,
    bits_a_second: u32,
    samples: f64,
}

/// The header of a frame of layer III (ISO/IEC 11172-3, 13818-3).
fn frame_header(four: &[u8; 4]) -> Option<Frame> {
    const RATES: [u32; 3] = [44_100, 48_000, 32_000];
    const FIRST: [u32; 15] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    const LOWER: [u32; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    let [sync, second, third, fourth] = *four;
    (sync == 0xFF && second & 0xE6 == 0xE2).then_some(())?;
    let halvings = match second >> 3 & 3 {
        3 => 0,
        2 => 1,
        0 => 2,
        _ => return None,
    };
    let rate = *RATES.get(usize::from(third >> 2 & 3))? >> halvings;
    let bits = if halvings == 0 { FIRST } else { LOWER };
    let bits_a_second = *bits.get(usize::from(third >> 4))? * 1000;
    (bits_a_second > 0).then_some(())?;
    let channels = if fourth >> 6 == 3 { 1 } else { 2 };
    let samples = if halvings == 0 { 1152.0 } else { 576.0 };
    Some(Frame { rate, channels, bits_a_second, samples })
}

fn opus(start: &[u8]) -> Option<Facts> {
    let at = start.windows(8).take(300).position(|eight| eight == b"OpusHead")?;
    let channels = u16::from(*start.get(at + 9)?);
    let rate = long(start, at + 12)?;
    Some(Facts {
        rate: Some(rate),
        channels: Some(channels),
        telephone: rate > 0 && is_telephone(rate, channels),
        ..Facts::default()
    })
}

fn vorbis(start: &[u8]) -> Option<Facts> {
    let at = start.windows(7).take(300).position(|seven| seven == b"\x01vorbis")?;
    let channels = u16::from(*start.get(at + 11)?);
    let rate = long(start, at + 12)?;
    Some(Facts {
        rate: Some(rate),
        channels: Some(channels),
        telephone: is_telephone(rate, channels),
        ..Facts::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Pcm, wav};

    fn of(octets: &[u8], media_type: &str) -> Facts {
        let start = octets.get(..500).unwrap_or(octets);
        probe(start, Hint { media_type, filename: None }, octets.len() as u64)
    }

    #[test]
    fn waves_say_rate_channels_and_length() {
        let plain = of(&wav::write(&Pcm::telephone(vec![1; 24_000])), "audio/wav");
        assert_eq!((plain.rate, plain.channels, plain.seconds), (Some(8000), Some(1), Some(3.0)));
        assert!(plain.telephone && !plain.titled);
        #[cfg(feature = "gsm")]
        {
            let blocks = crate::gsm::encode_blocks(&vec![0; 16_000]);
            let packed = of(&crate::gsm::wav_file(&blocks, 16_000), "audio/x-wav");
            assert!(packed.telephone && packed.seconds.is_some_and(|s| (s - 2.0).abs() < 0.1));
        }
        // A size that is not known, and a chunk that claims more than there is.
        assert!(of(b"RIFF\0\0\0\0WAVELIST\xff\xff\xff\xffINAM", "audio/wav").titled);
        assert!(!of(b"RIFF\0\0\0\0WAVE", "audio/wav").telephone);
    }

    #[test]
    fn mpeg_frames_say_rate_channels_and_titles() {
        // MPEG 2.5, 8 kHz, 8 kbit/s, mono; then MPEG 1, 44.1 kHz, 128 kbit/s, stereo.
        let mono = [&[0xFF, 0xE3, 0x18, 0xC4][..], &[0; 68]].concat().repeat(100);
        let facts = of(&mono, "audio/mpeg");
        assert_eq!((facts.rate, facts.channels, facts.telephone), (Some(8000), Some(1), true));
        assert!(facts.seconds.is_some_and(|s| (s - 7.2).abs() < 0.01), "{facts:?}");
        let stereo = [&[0xFF, 0xFB, 0x90, 0x00][..], &[0; 413]].concat().repeat(10);
        let tag = b"ID3\x03\0\0\0\0\0\x0eTIT2\0\0\0\x04\0\0\0abc";
        let facts = of(&[tag, stereo.as_slice()].concat(), "audio/mpeg");
        assert_eq!((facts.rate, facts.channels, facts.titled), (Some(44_100), Some(2), true));
        assert!(!facts.telephone);
    }

    #[test]
    fn telephone_codecs_need_no_header() {
        assert!(of(b"#!AMR\n\x3c", "audio/amr").telephone);
        assert!(of(b"\x00", "audio/g729").telephone);
        assert_eq!(of(b"", "audio/x-foo"), Facts::default());
    }

    #[test]
    fn any_octets_are_taken() {
        let mut seed = 0x2545_F491_4F6C_DD1D_u64;
        for round in 0..2_000 {
            let mut octets: Vec<u8> = Vec::new();
            for _ in 0..round % 200 {
                seed ^= seed << 13;
                seed ^= seed >> 7;
                seed ^= seed << 17;
                octets.push(seed as u8);
            }
            for start in [&b"RIFF\0\0\0\0WAVEfmt "[..], b"ID3", b"OggS", b".snd", b"\xff\xe3"] {
                let _ = of(&[start, octets.as_slice()].concat(), "audio/mpeg");
            }
        }
    }
}
