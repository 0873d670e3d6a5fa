//! `aloud codec`: telephone audio from file to file.
//!
//! Containers (WAV, `.au`) are recognized by content on the side that is read; G.726, G.711, GSM and
//! PCM are headerless otherwise. The codecs with a signature of their own (MP3 and the like) must be
//! what they are called. What is written: linear sound as WAV or, with `--raw`, headerless; G.711 of
//! `--law` and coded sound headerless, but for MS-GSM, which exists in WAV only, and the containers
//! themselves. Limits: those of `codec::decode`. Tests: `tests/codec/command.rs`,
//! and `tests/codec/vectors.rs` over every exact vector.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{Failure, Outcome, inspect::read_input, write_output};
#[cfg(feature = "gsm")]
use crate::codec::gsm;
use crate::codec::{
    self, Hint, Limits, Pcm, au,
    g711::{self, Law},
    g726::{self, Packing, Rate},
    resample, sniff, wav,
};

/// Arguments of `aloud codec`.
#[derive(Debug, Args)]
pub struct CodecArgs {
    #[command(subcommand)]
    direction: Direction,
}

#[derive(Debug, Subcommand)]
enum Direction {
    /// Coded sound to linear sound (or, with --law, to G.711).
    Decode(Conversion),
    /// Linear sound (or, with --law, G.711) to coded sound.
    Encode(Conversion),
}

#[derive(Debug, Args)]
struct Conversion {
    /// The coded side; `auto` tells it from content and file name (decoding only).
    #[arg(long, value_enum, default_value_t = Codec::Auto)]
    codec: Codec,
    /// Where the first code word of an octet is: in the low bits (le, as mail has it) or the high
    /// bits (be). G.726 only. Default: le, or for a WAV as its writer does.
    #[arg(long, value_enum)]
    pack: Option<Pack>,
    /// The other side is G.711 octets instead of linear sound; decoding G.726 then makes the
    /// synchronous coding adjustment.
    #[arg(long, value_enum)]
    law: Option<LawName>,
    /// The linear side is headerless: signed 16-bit little-endian samples at 8 000 Hz.
    #[arg(long, conflicts_with = "law")]
    raw: bool,
    /// File to read; `-` is standard input.
    #[arg(value_name = "IN")]
    input: String,
    /// File to write; `-` is standard output.
    #[arg(value_name = "OUT")]
    output: PathBuf,
}

/// Encoded are G.726, GSM, MS-GSM, µ-law, A-law, pcm, wav and au; the others are read only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Codec {
    Auto,
    #[value(name = "g726-16")]
    G726At16,
    #[value(name = "g726-24")]
    G726At24,
    #[value(name = "g726-32")]
    G726At32,
    #[value(name = "g726-40")]
    G726At40,
    #[cfg(feature = "gsm")]
    Gsm,
    #[cfg(feature = "gsm")]
    Msgsm,
    Ulaw,
    Alaw,
    /// Signed 16-bit little-endian samples at 8 000 Hz, headerless.
    Pcm,
    /// IMA ADPCM in WAV.
    Ima,
    /// Microsoft ADPCM in WAV.
    MsAdpcm,
    Mp3,
    /// In MP4 or ADTS.
    Aac,
    /// In Ogg.
    Vorbis,
    /// In Ogg.
    Opus,
    Flac,
    /// Narrowband.
    Amr,
    /// WAV, whatever is inside; written: 16-bit samples, or G.711 of --law as it is.
    Wav,
    /// Sun/NeXT file, whatever is inside; written as WAV is.
    Au,
}

/// A codec with a signature: what a file of it is called by [`sniff::describe`], and the type that
/// stands for it where the content tells nothing.
struct Signed {
    codec: Codec,
    media_type: &'static str,
    names: &'static [&'static str],
}

const SIGNED: [Signed; 8] = {
    const fn row(codec: Codec, media_type: &'static str, names: &'static [&'static str]) -> Signed {
        Signed { codec, media_type, names }
    }
    [
        row(Codec::Ima, "", &["IMA ADPCM"]),
        row(Codec::MsAdpcm, "", &["Microsoft ADPCM"]),
        row(Codec::Mp3, "audio/mpeg", &["MP3", "MPEG audio"]),
        row(Codec::Aac, "audio/aac", &["AAC"]),
        row(Codec::Vorbis, "audio/vorbis", &["Ogg Vorbis"]),
        row(Codec::Opus, "audio/opus", &["Opus"]),
        row(Codec::Flac, "audio/flac", &["FLAC", "Ogg FLAC"]),
        row(Codec::Amr, "audio/amr", &["AMR"]),
    ]
};

impl Codec {
    /// The word on the command line.
    fn word(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    fn signed(self) -> Option<&'static Signed> {
        SIGNED.iter().find(|row| row.codec == self)
    }

    fn g726(self) -> Option<Rate> {
        match self {
            Self::G726At16 => Some(Rate::Kbit16),
            Self::G726At24 => Some(Rate::Kbit24),
            Self::G726At32 => Some(Rate::Kbit32),
            Self::G726At40 => Some(Rate::Kbit40),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Pack {
    /// First code word in the least significant bits.
    Le,
    /// First code word in the most significant bits.
    Be,
}

impl From<Pack> for Packing {
    fn from(pack: Pack) -> Self {
        match pack {
            Pack::Le => Self::LsbFirst,
            Pack::Be => Self::MsbFirst,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum LawName {
    /// µ-law.
    Ulaw,
    /// A-law.
    Alaw,
}

impl From<LawName> for Law {
    fn from(law: LawName) -> Self {
        match law {
            LawName::Ulaw => Self::MuLaw,
            LawName::Alaw => Self::ALaw,
        }
    }
}

/// Converts a file.
///
/// # Errors
/// [`Failure::Usage`] for options that do not go together, [`Failure::Failed`] when a file cannot
/// be read, written or decoded. Nothing is written then.
pub fn codec(args: CodecArgs) -> Outcome {
    let (decoding, args) = match args.direction {
        Direction::Decode(args) => (true, args),
        Direction::Encode(args) => (false, args),
    };
    if args.pack.is_some() && args.codec.g726().is_none() && args.codec != Codec::Auto {
        return Err(Failure::Usage(fl!("cli-pack")));
    }
    if !decoding && args.codec.signed().is_some() {
        let gsm: &[&str] = if cfg!(feature = "gsm") { &["gsm", "msgsm"] } else { &[] };
        let g726 = ["g726-16", "g726-24", "g726-32", "g726-40"];
        let list = [&g726[..], gsm, &["ulaw", "alaw", "pcm", "wav", "au"]].concat().join(", ");
        return Err(Failure::Failed(fl!(
            "cli-not-encoded",
            codec = args.codec.word(),
            list = list
        )));
    }
    let input = read_input(&args.input)
        .map_err(|error| Failure::Failed(format!("{}: {error}", args.input)))?;
    let output = if decoding { decode(&args, &input) } else { encode(&args, &input) }?;
    write_output(&args.output, &output)
}

fn failed(error: codec::Error) -> Failure {
    Failure::Failed(crate::wording::problem::audio(&error))
}

fn decode(args: &Conversion, input: &[u8]) -> Result<Vec<u8>, Failure> {
    if input.is_empty() {
        return Err(failed(codec::Error::Empty));
    }
    if let Some(law) = args.law
        && let Some((octets, rate, packing)) = g726_source(args, input)
    {
        within_limit(octets.len().saturating_mul(8) / rate.bits() as usize)?;
        let mut out = Vec::new();
        g726::Decoder::new(rate, packing).decode_law(octets, law.into(), &mut out);
        return Ok(out);
    }
    let pcm = decoded(args, input)?;
    Ok(match args.law {
        Some(law) => g711::encode(&resample::into_rate(pcm, Pcm::TELEPHONE).samples, law.into()),
        None if args.raw => octets(&resample::into_rate(pcm, Pcm::TELEPHONE).samples),
        None => wav::write(&pcm),
    })
}

/// Headerless sound has no other bound than its file.
fn within_limit(samples: usize) -> Outcome {
    if samples > codec::decode::MOST_SAMPLES {
        return Err(failed(codec::Error::Limit("length of a recording")));
    }
    Ok(())
}

/// The code words, where the input is G.726: headerless when the codec is named, or in a WAV.
fn g726_source<'a>(args: &Conversion, input: &'a [u8]) -> Option<(&'a [u8], Rate, Packing)> {
    let pack = args.pack.map(Packing::from);
    match sniff::by_content(input) {
        Some(sniff::Form::Wav) => {
            let file = wav::parse(input).ok()?;
            let (rate, usual) = codec::wave_g726(&file)?;
            Some((file.data, rate, pack.unwrap_or(usual)))
        }
        Some(sniff::Form::Au) => None,
        _ => Some((input, args.codec.g726()?, pack.unwrap_or_default())),
    }
}

fn decoded(args: &Conversion, input: &[u8]) -> Result<Pcm, Failure> {
    let filename = Some(args.input.as_str());
    let pack = args.pack.map(Packing::from);
    let form = sniff::by_content(input);
    if let Some(row) = args.codec.signed() {
        let hint = Hint { media_type: row.media_type, filename: None };
        let found = sniff::describe(input, hint);
        if !row.names.contains(&found) {
            let word = args.codec.word();
            return Err(Failure::Failed(match found {
                "unknown" => fl!("cli-unknown-recording", codec = word),
                _ => fl!("cli-other-codec", found = found, codec = word),
            }));
        }
        return codec::decode(input, hint, Limits::default()).map_err(failed);
    }
    let wanted = match args.codec {
        Codec::Wav => Some(sniff::Form::Wav),
        Codec::Au => Some(sniff::Form::Au),
        _ => None,
    };
    if wanted.is_some() && form != wanted {
        return Err(Failure::Failed(fl!("cli-other-file", codec = args.codec.word())));
    }
    let contained = matches!(form, Some(sniff::Form::Wav | sniff::Form::Au));
    if contained || args.codec == Codec::Auto {
        let hint = Hint { media_type: "", filename };
        return codec::decode_packed(input, hint, Limits::default(), pack).map_err(failed);
    }
    let bits = args.codec.g726().map_or(4, |rate| rate.bits() as usize);
    within_limit(match args.codec {
        #[cfg(feature = "gsm")]
        Codec::Gsm | Codec::Msgsm => input.len().saturating_mul(5),
        Codec::Pcm => input.len() / 2,
        Codec::Ulaw | Codec::Alaw => input.len(),
        _ => input.len().saturating_mul(8) / bits,
    })?;
    let samples = match args.codec {
        #[cfg(feature = "gsm")]
        Codec::Gsm => gsm::decode(input),
        #[cfg(feature = "gsm")]
        Codec::Msgsm => gsm::decode_blocks(input),
        Codec::Ulaw => g711::decode(input, Law::MuLaw),
        Codec::Alaw => g711::decode(input, Law::ALaw),
        Codec::Pcm => samples(input),
        other => {
            // All that remain are G.726.
            let rate = other.g726().unwrap_or(Rate::Kbit32);
            g726::decode(input, rate, pack.unwrap_or_default())
        }
    };
    Ok(Pcm::telephone(samples))
}

fn encode(args: &Conversion, input: &[u8]) -> Result<Vec<u8>, Failure> {
    if args.codec == Codec::Auto {
        return Err(Failure::Usage(fl!("cli-codec-missing")));
    }
    if input.is_empty() {
        return Err(failed(codec::Error::Empty));
    }
    let packing = args.pack.map(Packing::from).unwrap_or_default();
    if let Some(law) = args.law {
        let octets = law_octets(input, law.into())?;
        if let Some(rate) = args.codec.g726() {
            // Straight from the law's values, not by way of 16 bits.
            let mut out = Vec::new();
            let mut encoder = g726::Encoder::new(rate, packing);
            encoder.encode_law(&octets, law.into(), &mut out);
            encoder.finish(&mut out);
            return Ok(out);
        }
        match args.codec {
            Codec::Wav => return Ok(wav::write_law(&octets, law.into(), Pcm::TELEPHONE)),
            Codec::Au => return Ok(au::write_law(&octets, law.into(), Pcm::TELEPHONE)),
            _ => return Ok(coded(args.codec, &g711::decode(&octets, law.into()), packing)),
        }
    }
    let form = sniff::by_content(input);
    let contained = matches!(form, Some(sniff::Form::Wav | sniff::Form::Au));
    let pcm = if contained && !args.raw {
        let hint = Hint::default();
        codec::decode(input, hint, Limits::default()).map_err(failed)?
    } else {
        Pcm::telephone(samples(input))
    };
    Ok(match args.codec {
        // Containers keep the rate of what they are made of.
        Codec::Wav => wav::write(&pcm),
        Codec::Au => au::write(&pcm),
        codec => coded(codec, &resample::into_rate(pcm, Pcm::TELEPHONE).samples, packing),
    })
}

/// The G.711 octets of a headerless file, or of a WAV or `.au` file of that law.
fn law_octets(input: &[u8], law: Law) -> Result<Vec<u8>, Failure> {
    let (wav_tag, au_encoding) = match law {
        Law::MuLaw => (wav::tag::MU_LAW, 1),
        Law::ALaw => (wav::tag::A_LAW, 27),
    };
    match sniff::by_content(input) {
        Some(sniff::Form::Wav) => {
            let file = wav::parse(input).map_err(failed)?;
            if file.tag == wav_tag && file.channels == 1 {
                return Ok(file.data.to_vec());
            }
        }
        Some(sniff::Form::Au) => {
            let file = au::parse(input).map_err(failed)?;
            if file.encoding == au_encoding && file.channels == 1 {
                return Ok(file.data.to_vec());
            }
        }
        _ => return Ok(input.to_vec()),
    }
    let pcm = codec::decode(input, Hint::default(), Limits::default()).map_err(failed)?;
    Ok(g711::encode(&resample::into_rate(pcm, Pcm::TELEPHONE).samples, law))
}

fn coded(codec: Codec, samples: &[i16], packing: Packing) -> Vec<u8> {
    match codec {
        #[cfg(feature = "gsm")]
        Codec::Gsm => gsm::encode(samples),
        #[cfg(feature = "gsm")]
        Codec::Msgsm => gsm::wav_file(&gsm::encode_blocks(samples), samples.len() as u32),
        Codec::Ulaw => g711::encode(samples, Law::MuLaw),
        Codec::Alaw => g711::encode(samples, Law::ALaw),
        Codec::Pcm => octets(samples),
        other => g726::encode(samples, other.g726().unwrap_or(Rate::Kbit32), packing),
    }
}

fn octets(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_le_bytes()).collect()
}

fn samples(octets: &[u8]) -> Vec<i16> {
    octets.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
}
