//! RIFF/WAVE: reading by walking the chunks, writing 16-bit PCM (RFC 2361 for the tags).
//!
//! Lenient where senders err: a `data` size of zero, all ones or beyond the end means "the rest";
//! chunks without their pad octet are found; `fact` cuts the padding of block codecs. One pass, no
//! allocation from declared sizes. Decoding of what is inside: here for PCM and G.711, elsewhere
//! for GSM, G.726 and the rest (see [`super::decode()`]).

use super::{Error, Pcm, g711::Law, pcm};

/// Format tags this module or its callers know.
pub mod tag {
    /// Linear samples.
    pub const PCM: u16 = 1;
    /// Microsoft ADPCM.
    pub const MS_ADPCM: u16 = 2;
    /// Floating point.
    pub const FLOAT: u16 = 3;
    /// G.711 A-law.
    pub const A_LAW: u16 = 6;
    /// G.711 µ-law.
    pub const MU_LAW: u16 = 7;
    /// IMA (DVI) ADPCM.
    pub const IMA_ADPCM: u16 = 0x11;
    /// GSM 06.10 in blocks of 65 octets.
    pub const GSM: u16 = 0x31;
    /// G.721, which is G.726 at 32 kbit/s.
    pub const G721: u16 = 0x40;
    /// G.726 as common tools write it.
    pub const G726: u16 = 0x45;
    /// MPEG layer II.
    pub const MPEG: u16 = 0x50;
    /// MP3.
    pub const MP3: u16 = 0x55;
    /// G.726 as registered.
    pub const G726_ADPCM: u16 = 0x64;
    /// G.726 under another registration.
    pub const G726_ANTEX: u16 = 0x85;
    /// The real tag is in the extension.
    pub const EXTENSIBLE: u16 = 0xFFFE;
}

/// Names of format tags, for people, also of codecs without a decoder here.
const NAMES: [(u16, &str); 32] = [
    (tag::PCM, "PCM"),
    (tag::MS_ADPCM, "Microsoft ADPCM"),
    (tag::FLOAT, "PCM floating point"),
    (tag::A_LAW, "G.711 A-law"),
    (tag::MU_LAW, "G.711 µ-law"),
    (0x10, "OKI ADPCM"),
    (tag::IMA_ADPCM, "IMA ADPCM"),
    (0x14, "G.723 ADPCM"),
    (0x15, "Digital STD"),
    (0x17, "Dialogic ADPCM"),
    (0x22, "TrueSpeech"),
    (tag::GSM, "GSM 06.10"),
    (tag::G721, "G.721"),
    (0x42, "G.723.1"),
    (tag::G726, "G.726"),
    (tag::MPEG, "MPEG audio"),
    (tag::MP3, "MP3"),
    (tag::G726_ADPCM, "G.726"),
    (0x65, "G.722"),
    (0x83, "G.729"),
    (0x84, "G.729A"),
    (tag::G726_ANTEX, "G.726"),
    (0x111, "G.723.1"),
    (0x130, "ACELP.net"),
    (0x133, "G.729"),
    (0x160, "Windows Media Audio"),
    (0x161, "Windows Media Audio"),
    (0x162, "Windows Media Audio"),
    (0x163, "Windows Media Audio"),
    (0x28F, "G.722"),
    (0x674F, "Ogg Vorbis in WAV"),
    (0xA109, "Speex"),
];

/// The header of a WAV file, and its audio data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wav<'a> {
    /// Format tag, already taken from the extension where there is one.
    pub tag: u16,
    /// Channels, 1 to 32.
    pub channels: u16,
    /// Sampling rate in hertz.
    pub rate: u32,
    /// Octets per block (`nBlockAlign`).
    pub block_align: u16,
    /// Bits per sample; zero for some codecs.
    pub bits: u16,
    /// Samples per channel in a block, for block codecs.
    pub samples_per_block: Option<u16>,
    /// Length in samples per channel (chunk `fact`).
    pub fact: Option<u32>,
    /// The audio data; shorter than announced where the file is cut off.
    pub data: &'a [u8],
}

impl Wav<'_> {
    /// The name of the codec, for people.
    #[must_use]
    pub fn codec_name(&self) -> &'static str {
        NAMES.iter().find(|(tag, _)| *tag == self.tag).map_or("WAV", |(_, name)| *name)
    }

    /// Truncates the padding of a block codec to the length in `fact`. A length that would cut a
    /// whole block or more is wrong, and ignored.
    pub(super) fn cut_to_fact(&self, samples: &mut Vec<i16>) {
        if let Some((length, block)) = self.cut()
            && length < samples.len()
            && samples.len() - length < block
        {
            samples.truncate(length);
        }
    }

    /// The length by `fact`, and the samples of a block (fewer than that may be cut).
    pub(super) fn cut(&self) -> Option<(usize, usize)> {
        let length = usize::try_from(self.fact?).ok().filter(|length| *length > 0)?;
        Some((length, self.samples_per_block.map_or(0, usize::from)))
    }
}

/// Reads the header.
///
/// # Errors
/// [`Error::Damaged`] without `fmt ` or `data`, or with values that no player accepts.
pub fn parse(octets: &[u8]) -> Result<Wav<'_>, Error> {
    read(octets).map(|(wav, _)| wav)
}

/// Reads the header of a file that is still being downloaded. Returns the header, the offset of the
/// audio data, and its announced size. `None` while the header is incomplete, and for a broken one.
pub(super) fn begin(octets: &[u8]) -> Option<(Wav<'_>, usize, Option<usize>)> {
    let (wav, place) = read(octets).ok()?;
    // The octets behind the header of the sound tell how its size is meant.
    octets.get(place.start..place.start + 8)?;
    Some((wav, place.start, place.size))
}

/// Offset and size of the audio data.
struct Place {
    start: usize,
    /// As announced; `None` means "until the end of the file".
    size: Option<usize>,
}

fn read(octets: &[u8]) -> Result<(Wav<'_>, Place), Error> {
    let damaged = |what: &str| Error::Damaged(format!("WAV: {what}"));
    let form = octets.get(..12).ok_or_else(|| damaged("header cut off"))?;
    if form.get(8..) != Some(b"WAVE".as_slice()) {
        return Err(damaged("not a WAVE file"));
    }
    let mut format = None;
    let mut fact = None;
    let mut at = 12;
    while let Some(header) = octets.get(at..at + 8) {
        let (id, size) = header.split_at(4);
        let size = u32::from_le_bytes([size[0], size[1], size[2], size[3]]) as usize;
        let body = octets.get(at + 8..).unwrap_or_default();
        let content = body.get(..size).unwrap_or(body);
        match id {
            b"fmt " if format.is_none() => format = Some(content),
            b"fact" => fact = content.first_chunk().map(|chunk| u32::from_le_bytes(*chunk)),
            b"data" => {
                let open = size == 0 && !is_chunk(body) || size >= 0xFFFF_FF00;
                let data = if open { body } else { content };
                let format = format.ok_or_else(|| damaged("sound before its format"))?;
                let place = Place { start: at + 8, size: (!open).then_some(size) };
                let wav = describe(format, fact, data);
                return wav.map(|wav| (wav, place)).ok_or_else(|| damaged("impossible format"));
            }
            _ => {}
        }
        // Some writers leave out the pad octet of odd chunks.
        let padded = size.saturating_add(size & 1);
        let next = |skip: usize| body.get(skip..).unwrap_or_default();
        let skip = if is_chunk(next(padded)) || !is_chunk(next(size)) { padded } else { size };
        at = at.saturating_add(8).saturating_add(skip);
    }
    Err(damaged("no sound in it"))
}

/// Whether a chunk with a printable name starts here.
fn is_chunk(octets: &[u8]) -> bool {
    octets.len() >= 8 && octets.iter().take(4).all(|octet| matches!(octet, b' '..=b'~'))
}

fn describe<'a>(format: &[u8], fact: Option<u32>, data: &'a [u8]) -> Option<Wav<'a>> {
    let word = |at: usize| Some(u16::from_le_bytes(*format.get(at..)?.first_chunk()?));
    let (tag, channels) = (word(0)?, word(2)?);
    let rate = u32::from_le_bytes(*format.get(4..)?.first_chunk()?);
    let tag = if tag == tag::EXTENSIBLE { word(24)? } else { tag };
    let blocks = matches!(tag, tag::MS_ADPCM | tag::IMA_ADPCM | tag::GSM);
    let wav = Wav {
        tag,
        channels,
        rate,
        block_align: word(12)?,
        bits: word(14).unwrap_or(0),
        samples_per_block: if blocks { word(18) } else { None },
        fact,
        data,
    };
    ((1..=32).contains(&channels) && pcm::is_sane_rate(rate)).then_some(wav)
}

/// Decodes linear and G.711 files; `None` for all other codecs.
pub(super) fn linear(wav: &Wav<'_>) -> Option<Vec<i16>> {
    let (width, sample) = sample_reader(wav)?;
    Some(pcm::mix_octets(wav.data, width, usize::from(wav.channels), sample))
}

/// The width of a sample in octets and the function that reads one, for PCM and G.711; `None` for
/// all other codecs.
pub(super) fn sample_reader(wav: &Wav<'_>) -> Option<(usize, pcm::SampleReader)> {
    let reader: (usize, pcm::SampleReader) = match (wav.tag, wav.bits) {
        (tag::PCM, 1..=8) => (1, |s| (i16::from(s[0]) - 128) << 8),
        (tag::PCM, 9..=16) => (2, |s| i16::from_le_bytes([s[0], s[1]])),
        (tag::PCM, 17..=24) => (3, |s| i16::from_le_bytes([s[1], s[2]])),
        (tag::PCM, 25..=32) => (4, |s| i16::from_le_bytes([s[2], s[3]])),
        (tag::FLOAT, 32) => {
            (4, |s| pcm::from_float(f64::from(f32::from_le_bytes([s[0], s[1], s[2], s[3]]))))
        }
        (tag::FLOAT, 64) => (8, |s| {
            pcm::from_float(f64::from_le_bytes([s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]]))
        }),
        (tag::A_LAW, _) => (1, |s| Law::ALaw.expand(s[0])),
        (tag::MU_LAW, _) => (1, |s| Law::MuLaw.expand(s[0])),
        _ => return None,
    };
    Some(reader)
}

/// Returns the header of a 16-bit mono file with `octets` octets of audio data. With `None` the
/// sizes mean "until the end of the file", which [`parse`] and common players understand: for a
/// file that is still being written.
#[must_use]
pub fn header(rate: u32, octets: Option<u32>) -> [u8; 44] {
    let size = octets.map_or(u32::MAX, |octets| octets.saturating_add(36));
    let mut header = [0; 44];
    let fields: [(usize, &[u8]); 13] = [
        (0, b"RIFF"),
        (4, &size.to_le_bytes()),
        (8, b"WAVE"),
        (12, b"fmt "),
        (16, &16_u32.to_le_bytes()),
        (20, &tag::PCM.to_le_bytes()),
        (22, &1_u16.to_le_bytes()),
        (24, &rate.to_le_bytes()),
        (28, &rate.saturating_mul(2).to_le_bytes()),
        (32, &2_u16.to_le_bytes()),
        (34, &16_u16.to_le_bytes()),
        (36, b"data"),
        (40, &octets.unwrap_or(u32::MAX).to_le_bytes()),
    ];
    for (at, field) in fields {
        header[at..at + field.len()].copy_from_slice(field);
    }
    header
}

/// Returns a mono file that contains `octets` of G.711. Data past 4 GiB is left out.
#[must_use]
pub fn write_law(octets: &[u8], law: Law, rate: u32) -> Vec<u8> {
    let octets = octets.get(..u32::MAX as usize - 58).unwrap_or(octets);
    let tag = match law {
        Law::MuLaw => tag::MU_LAW,
        Law::ALaw => tag::A_LAW,
    };
    let size = octets.len() as u32;
    let padding = octets.len() % 2;
    let fields: [&[u8]; 16] = [
        b"RIFF",
        &(size + 50 + padding as u32).to_le_bytes(),
        b"WAVEfmt ",
        &18_u32.to_le_bytes(),
        &tag.to_le_bytes(),
        &1_u16.to_le_bytes(),
        &rate.to_le_bytes(),
        &rate.to_le_bytes(),
        &1_u16.to_le_bytes(),
        &8_u16.to_le_bytes(),
        &[0, 0],
        // True length in samples, as every form but PCM has it.
        &[b"fact".as_slice(), &4_u32.to_le_bytes(), &size.to_le_bytes()].concat(),
        b"data",
        &size.to_le_bytes(),
        octets,
        if padding == 1 { &[0] } else { &[] },
    ];
    fields.concat()
}

/// Returns a mono file of 16-bit PCM. Data past 4 GiB is left out (the format cannot count it).
#[must_use]
pub fn write(pcm: &Pcm) -> Vec<u8> {
    let longest = (u32::MAX as usize - 36) / 2;
    let samples = pcm.samples.get(..longest).unwrap_or(&pcm.samples);
    let octets = samples.len() as u32 * 2;
    let mut file = Vec::with_capacity(44 + samples.len() * 2);
    file.extend_from_slice(&header(pcm.rate, Some(octets)));
    file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(id: &[u8; 4], size: u32, body: &[u8]) -> Vec<u8> {
        [id.as_slice(), &size.to_le_bytes(), body].concat()
    }

    fn file(chunks: &[Vec<u8>]) -> Vec<u8> {
        [b"RIFF\0\0\0\0WAVE".to_vec(), chunks.concat()].concat()
    }

    fn fmt(tag: u16, bits: u16) -> Vec<u8> {
        let mut body = [tag.to_le_bytes(), 1_u16.to_le_bytes()].concat();
        body.extend([8000_u32.to_le_bytes(), 8000_u32.to_le_bytes()].concat());
        body.extend([1_u16.to_le_bytes(), bits.to_le_bytes()].concat());
        chunk(b"fmt ", 16, &body)
    }

    #[test]
    fn what_is_written_reads_back() {
        for samples in [vec![], vec![1], vec![0, -1, i16::MAX, i16::MIN]] {
            let file = write(&Pcm { samples: samples.clone(), rate: 16_000 });
            let wav = parse(&file).unwrap();
            assert_eq!((wav.rate, wav.channels, wav.bits), (16_000, 1, 16));
            assert_eq!(linear(&wav).unwrap(), samples);
        }
    }

    #[test]
    fn sizes_that_mean_the_rest() {
        for size in [0, u32::MAX, 100] {
            let file = file(&[fmt(7, 8), chunk(b"data", size, &[0xFF, 0x80, 0])]);
            assert_eq!(parse(&file).unwrap().data, [0xFF, 0x80, 0], "{size}");
        }
        let unfinished = [header(8000, None).as_slice(), &[1, 0, 2, 0]].concat();
        assert_eq!(linear(&parse(&unfinished).unwrap()).unwrap(), [1, 2]);
    }

    #[test]
    fn an_empty_data_chunk_before_another_is_empty() {
        let file = file(&[fmt(1, 16), chunk(b"data", 0, &[]), chunk(b"LIST", 4, b"INFO")]);
        assert!(parse(&file).unwrap().data.is_empty());
    }

    #[test]
    fn missing_pad_octets_and_strange_chunks() {
        let odd = file(&[
            chunk(b"bext", 3, b"abc"),
            fmt(1, 8),
            chunk(b"junk", 1, b"x\0"),
            chunk(b"data", 2, &[0, 255]),
        ]);
        assert_eq!(linear(&parse(&odd).unwrap()).unwrap(), [-32768, 32512]);
    }

    #[test]
    fn stereo_is_mixed_down_and_every_width_reads() {
        let mut body = fmt(1, 16);
        body[10] = 2;
        let stereo = file(&[body, chunk(b"data", 8, &[2, 0, 4, 0, 0xFF, 0x7F, 0xFF, 0x7F])]);
        assert_eq!(linear(&parse(&stereo).unwrap()).unwrap(), [3, 32767]);
        let cases: [(u16, u16, &[u8], i16); 5] = [
            (1, 24, &[9, 0, 0x40], 0x4000),
            (1, 32, &[9, 9, 0, 0xC0], -0x4000),
            (3, 32, &0.5_f32.to_le_bytes(), 0x4000),
            (3, 64, &(-2.0_f64).to_le_bytes(), i16::MIN),
            (3, 32, &f32::NAN.to_le_bytes(), 0),
        ];
        for (tag, bits, data, value) in cases {
            let file = file(&[fmt(tag, bits), chunk(b"data", data.len() as u32, data)]);
            assert_eq!(linear(&parse(&file).unwrap()).unwrap(), [value], "{tag} {bits}");
        }
    }

    #[test]
    fn damage_is_named() {
        let cases = [
            (b"RIFF".to_vec(), "header cut off"),
            (file(&[fmt(1, 16)]), "no sound in it"),
            (file(&[chunk(b"data", 2, b"ab")]), "sound before its format"),
            (file(&[chunk(b"fmt ", 2, &[1, 0]), chunk(b"data", 2, b"ab")]), "impossible format"),
        ];
        for (octets, reason) in cases {
            assert_eq!(parse(&octets), Err(Error::Damaged(format!("WAV: {reason}"))));
        }
    }
}
