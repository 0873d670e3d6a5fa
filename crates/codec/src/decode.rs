//! Decodes a recording of any supported format to mono samples.
//!
//! The format is told from the content first ([`super::sniff`]) and from media type and file name
//! where the content has no signature. Limits: [`Limits`] for duration, [`MOST_SAMPLES`] for
//! memory; both are checked before or while samples are made, never from declared sizes alone.
//! Foreign decoders run inside `catch_unwind`. There is no timeout: work is bounded by octets in
//! and samples out.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

#[cfg(feature = "amr")]
use super::amr;
#[cfg(feature = "gsm")]
use super::gsm;
#[cfg(feature = "opus")]
use super::opus;
use super::{
    Error, Pcm, au, g711, g722,
    g726::{self, Packing, Rate},
    library,
    sniff::{self, Form},
    wav::{self, Wav, tag},
};

/// Never more samples than this (two hours at 16 000 Hz, 230 MB), whatever the limit on time.
pub const MOST_SAMPLES: usize = 7200 * 16_000;

/// Media type and file name of a recording, for formats that have no signature.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hint<'a> {
    /// The media type without parameters, such as `audio/32kadpcm`, in any case.
    pub media_type: &'a str,
    /// The file name; only its extension is used.
    pub filename: Option<&'a str>,
}

/// Limits for untrusted recordings.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The longest recording that is decoded.
    pub duration: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { duration: Duration::from_secs(2 * 3600) }
    }
}

impl Limits {
    /// The maximum number of samples at `rate` hertz.
    pub(super) fn samples(self, rate: u32) -> usize {
        let most = self.duration.as_secs_f64() * f64::from(rate);
        // The cast saturates.
        (most as usize).min(MOST_SAMPLES)
    }

    fn check(self, samples: usize, rate: u32) -> Result<(), Error> {
        if samples > self.samples(rate) {
            return Err(Error::Limit("length of a recording"));
        }
        Ok(())
    }
}

/// Decodes a whole body part to mono samples.
///
/// # Errors
/// See [`Error`]. A stream that is damaged on the way gives what could be decoded before.
pub fn decode(octets: &[u8], hint: Hint<'_>, limits: Limits) -> Result<Pcm, Error> {
    decode_packed(octets, hint, limits, None)
}

/// As [`decode`], with a fixed order of G.726 code words instead of a detected one (the listener
/// chose "swap" in the player).
///
/// # Errors
/// As [`decode`].
pub fn decode_packed(
    octets: &[u8],
    hint: Hint<'_>,
    limits: Limits,
    packing: Option<Packing>,
) -> Result<Pcm, Error> {
    if octets.is_empty() {
        return Err(Error::Empty);
    }
    let form = sniff::form(octets, hint)
        .ok_or_else(|| Error::Unsupported("an unknown kind of recording".into()))?;
    let pcm = match form {
        Form::Wav => wave(octets, limits, packing)?,
        Form::Au => sun(octets, limits)?,
        Form::G726(rate, usual) => {
            g726_samples(octets, rate, (packing, usual), Pcm::TELEPHONE, limits)?
        }
        Form::G711(law) => {
            limits.check(octets.len(), Pcm::TELEPHONE)?;
            Pcm::telephone(g711::decode(octets, law))
        }
        Form::Linear => {
            limits.check(octets.len() / 2, Pcm::TELEPHONE)?;
            let samples = octets.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]]));
            Pcm::telephone(samples.collect())
        }
        Form::G722 => {
            limits.check(octets.len().saturating_mul(2), g722::RATE)?;
            Pcm { samples: g722::decode(octets), rate: g722::RATE }
        }
        #[cfg(feature = "gsm")]
        Form::Gsm => {
            limits.check(octets.len() / gsm::FRAME * gsm::SAMPLES, Pcm::TELEPHONE)?;
            Pcm::telephone(gsm::decode(octets))
        }
        #[cfg(feature = "amr")]
        Form::Amr => guarded(|| amr::decode(octets, limits.samples(Pcm::TELEPHONE)))?,
        #[cfg(feature = "opus")]
        Form::Opus => guarded(|| opus::decode(octets, limits.samples(48_000)))?,
        Form::Library(name) => {
            let extension = match name {
                "MP3" => "mp3",
                "AAC" => "m4a",
                _ => "",
            };
            guarded(|| library::decode(octets, extension, |rate| limits.samples(rate)))?
        }
        // No decoder anywhere, or none in this build.
        form => return Err(Error::Unsupported(form.name().into())),
    };
    if pcm.samples.is_empty() { Err(Error::Empty) } else { Ok(pcm) }
}

/// Runs a foreign decoder and turns a panic into [`Error::Damaged`].
fn guarded(decoder: impl FnOnce() -> Result<Pcm, Error>) -> Result<Pcm, Error> {
    // The closure owns nothing that outlives a panic.
    catch_unwind(AssertUnwindSafe(decoder))
        .unwrap_or_else(|_| Err(Error::Damaged("the decoder gave up".into())))
}

fn g726_samples(
    octets: &[u8],
    bit_rate: Rate,
    (wanted, usual): (Option<Packing>, Packing),
    rate: u32,
    limits: Limits,
) -> Result<Pcm, Error> {
    limits.check(octets.len() * 8 / bit_rate.bits() as usize, rate)?;
    // Gateways exist that send the other order under the mail type; speech shows it clearly.
    let packing = wanted.or_else(|| g726::likely_packing(octets, bit_rate)).unwrap_or(usual);
    Ok(Pcm { samples: g726::decode(octets, bit_rate, packing), rate })
}

/// The order of G.726 code words that [`decode`] would choose; `None` for anything but G.726.
#[must_use]
pub fn packing(octets: &[u8], hint: Hint<'_>) -> Option<Packing> {
    let (data, rate, usual) = match sniff::form(octets, hint)? {
        Form::G726(rate, usual) => (octets, rate, usual),
        Form::Wav => {
            let file = wav::parse(octets).ok()?;
            let (rate, usual) = wave_g726(&file)?;
            (file.data, rate, usual)
        }
        _ => return None,
    };
    Some(g726::likely_packing(data, rate).unwrap_or(usual))
}

fn sun(octets: &[u8], limits: Limits) -> Result<Pcm, Error> {
    let file = au::parse(octets)?;
    // At most two code words an octet (G.726 at 24 kbit/s: 2.7).
    limits.check(file.data.len() / (file.channels as usize * 8).max(1), file.rate)?;
    let samples = au::decode(&file)?;
    limits.check(samples.len(), file.rate)?;
    Ok(Pcm { samples, rate: file.rate })
}

fn wave(octets: &[u8], limits: Limits, packing: Option<Packing>) -> Result<Pcm, Error> {
    let file = wav::parse(octets)?;
    limits.check(file.data.len() / (usize::from(file.channels) * 8), file.rate)?;
    if let Some(samples) = wav::linear(&file) {
        limits.check(samples.len(), file.rate)?;
        return Ok(Pcm { samples, rate: file.rate });
    }
    if let Some((bit_rate, usual)) = wave_g726(&file) {
        return g726_samples(file.data, bit_rate, (packing, usual), file.rate, limits);
    }
    let mut pcm = match file.tag {
        #[cfg(feature = "gsm")]
        tag::GSM if file.channels == 1 => {
            Pcm { samples: gsm::decode_blocks(file.data), rate: file.rate }
        }
        tag::MS_ADPCM | tag::IMA_ADPCM => {
            guarded(|| library::decode(octets, "wav", |rate| limits.samples(rate)))?
        }
        tag::MPEG | tag::MP3 => {
            guarded(|| library::decode(file.data, "mp3", |rate| limits.samples(rate)))?
        }
        _ => {
            let name = match file.codec_name() {
                "WAV" => format!("WAV with codec {:#x}", file.tag),
                name => name.to_owned(),
            };
            return Err(Error::Unsupported(name));
        }
    };
    file.cut_to_fact(&mut pcm.samples);
    limits.check(pcm.samples.len(), pcm.rate)?;
    Ok(pcm)
}

/// Rate and usual order of the code words of a mono WAV file with G.726 inside. Common tools write
/// tag 0x45 with the first code word in the high bits, others the order of mail.
#[must_use]
pub fn wave_g726(file: &Wav<'_>) -> Option<(Rate, Packing)> {
    let packing = match file.tag {
        tag::G726 => Packing::MsbFirst,
        tag::G721 | tag::G726_ADPCM | tag::G726_ANTEX => Packing::LsbFirst,
        _ => return None,
    };
    let rate = Rate::from_bits(u32::from(file.bits)).unwrap_or(Rate::Kbit32);
    (file.channels == 1).then_some((rate, packing))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(media_type: &str) -> Hint<'_> {
        Hint { media_type, filename: None }
    }

    #[test]
    fn raw_forms_by_their_type() {
        let limits = Limits::default();
        let law = decode(&[0xFF, 0x00], hint("audio/basic"), limits).unwrap();
        assert_eq!(law, Pcm::telephone(vec![0, -32124]));
        let linear = decode(&[0x34, 0x12, 0xFF, 0xFF, 0x77], hint("audio/x-sln"), limits).unwrap();
        assert_eq!(linear, Pcm::telephone(vec![0x1234, -1]));
        let adpcm = decode(&[0xFF; 100], hint("audio/32KADPCM"), limits).unwrap();
        assert_eq!(adpcm.samples, vec![0; 200]);
    }

    #[test]
    fn refusals_name_the_reason() {
        let limits = Limits { duration: Duration::from_secs(1) };
        let cases: [(&[u8], &str, Error); 5] = [
            (b"", "audio/basic", Error::Empty),
            (&[1; 8001], "audio/basic", Error::Limit("length of a recording")),
            (&[1; 4001], "audio/32kadpcm", Error::Limit("length of a recording")),
            (b"abc", "audio/x-ms-wma", Error::Unsupported("Windows Media Audio".into())),
            (b"abc", "audio/odd", Error::Unsupported("an unknown kind of recording".into())),
        ];
        for (octets, media_type, error) in cases {
            assert_eq!(decode(octets, hint(media_type), limits), Err(error), "{media_type}");
        }
    }

    /// Each build says the same of what a recording is, and decodes only what it was built with.
    #[test]
    fn codecs_that_were_left_out_are_named_all_the_same() {
        let gsm = [0xD0; 33 * 8];
        let wav = [
            b"RIFF\0\0\0\0WAVEfmt \x14\0\0\0\x31\0\x01\0\x40\x1F\0\0\x59\x06\0\0".as_slice(),
            b"\x41\0\0\0\x02\0\x40\x01data\x41\0\0\0",
            &[0; 65],
        ]
        .concat();
        let amr = [b"#!AMR\n\x3C".as_slice(), &[0; 31]].concat();
        let film = b"\0\0\0\x0Cftyp3gp4\0\0\0\x24stsd\0\0\0\0\0\0\0\x01\0\0\0\x14samr";
        let mut opus = b"OggS\0\x02".to_vec();
        opus.resize(26, 0);
        opus.extend_from_slice(b"\x01\x13OpusHead\x01\x01\0\0\x80\xBB\0\0\0\0\0");
        let cases: [(&[u8], &str, &str, bool); 5] = [
            (&gsm, "GSM 06.10", "GSM 06.10", cfg!(feature = "gsm")),
            (&wav, "GSM 06.10", "GSM 06.10", cfg!(feature = "gsm")),
            (&amr, "AMR", "AMR", cfg!(feature = "amr")),
            (film, "AAC", "AMR", cfg!(feature = "amr")),
            (&opus, "Opus", "Opus", cfg!(feature = "opus")),
        ];
        for (octets, name, codec, built) in cases {
            assert_eq!(sniff::describe(octets, Hint::default()), name);
            let decoded = decode(octets, Hint::default(), Limits::default());
            let unsupported = decoded == Err(Error::Unsupported(codec.into()));
            assert_eq!(unsupported, !built, "{name}: {decoded:?}");
        }
        for (form, built) in [
            (Form::Gsm, cfg!(feature = "gsm")),
            (Form::Amr, cfg!(feature = "amr")),
            (Form::Opus, cfg!(feature = "opus")),
        ] {
            assert_eq!(form.is_decodable(), built, "{form:?}");
        }
    }
}
