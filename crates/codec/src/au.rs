//! Sun/NeXT `.au` (`.snd`): reading, and writing G.711 or 16-bit samples.
//!
//! Big-endian words: magic, header size (24 or more), data size (all ones: unknown), encoding,
//! rate, channels; then an annotation and the sound. A size beyond the end means "the rest".

use super::{
    Error, Pcm,
    g711::Law,
    g726::{self, Packing, Rate},
    pcm,
};

/// The header of a Sun/NeXT file, and its audio data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Au<'a> {
    /// Encoding number of the header: 1 is µ-law, 27 is A-law, 3 is 16-bit PCM.
    pub encoding: u32,
    /// Sampling rate in hertz.
    pub rate: u32,
    /// Channels, 1 to 32.
    pub channels: u32,
    /// The audio data; shorter than announced where the file is cut off.
    pub data: &'a [u8],
}

const NAMES: [(u32, &str); 12] = [
    (1, "G.711 µ-law"),
    (2, "PCM"),
    (3, "PCM"),
    (4, "PCM"),
    (5, "PCM"),
    (6, "PCM floating point"),
    (7, "PCM floating point"),
    (23, "G.726 32 kbit/s"),
    (24, "G.722"),
    (25, "G.726 24 kbit/s"),
    (26, "G.726 40 kbit/s"),
    (27, "G.711 A-law"),
];

impl Au<'_> {
    /// The name of the codec, for people.
    #[must_use]
    pub fn codec_name(&self) -> &'static str {
        NAMES.iter().find(|(e, _)| *e == self.encoding).map_or("Sun/NeXT audio", |(_, name)| *name)
    }
}

/// Reads the header.
///
/// # Errors
/// [`Error::Damaged`] when it is cut off or impossible.
pub fn parse(octets: &[u8]) -> Result<Au<'_>, Error> {
    read(octets).map(|(au, ..)| au)
}

/// Reads the header of a file that is still being downloaded. Returns the header, the offset of the
/// audio data, and its announced size. `None` while the header is incomplete, and for a broken one.
pub(super) fn begin(octets: &[u8]) -> Option<(Au<'_>, usize, Option<usize>)> {
    read(octets).ok()
}

fn read(octets: &[u8]) -> Result<(Au<'_>, usize, Option<usize>), Error> {
    let word = |at: usize| Some(u32::from_be_bytes(*octets.get(at..)?.first_chunk()?));
    let damaged = |what: &str| Error::Damaged(format!("Sun/NeXT audio: {what}"));
    let (Some(start), Some(size), Some(encoding), Some(rate), Some(channels)) =
        (word(4), word(8), word(12), word(16), word(20))
    else {
        return Err(damaged("header cut off"));
    };
    let start = (start as usize).max(24);
    let body = octets.get(start..).ok_or_else(|| damaged("no sound in it"))?;
    if !(1..=32).contains(&channels) || !pcm::is_sane_rate(rate) {
        return Err(damaged("impossible format"));
    }
    // Zero with sound behind it comes from writers that never went back to fill it in.
    let size = (size != 0).then_some(size as usize);
    let data = size.and_then(|size| body.get(..size)).unwrap_or(body);
    Ok((Au { encoding, rate, channels, data }, start, size))
}

/// Decodes the audio data of a parsed file to mono samples.
///
/// # Errors
/// [`Error::Unsupported`] for encodings without a decoder.
pub fn decode(au: &Au<'_>) -> Result<Vec<i16>, Error> {
    if let Some((width, sample)) = sample_reader(au) {
        return Ok(pcm::mix_octets(au.data, width, au.channels as usize, sample));
    }
    match g726_rate(au) {
        Some(rate) => Ok(g726::decode(au.data, rate, Packing::LsbFirst)),
        None => Err(Error::Unsupported(format!("{} in a Sun file", au.codec_name()))),
    }
}

/// The width of a sample in octets and the function that reads one, for PCM and G.711; `None` for
/// other encodings.
pub(super) fn sample_reader(au: &Au<'_>) -> Option<(usize, pcm::SampleReader)> {
    let reader: (usize, pcm::SampleReader) = match au.encoding {
        1 => (1, |s| Law::MuLaw.expand(s[0])),
        27 => (1, |s| Law::ALaw.expand(s[0])),
        2 => (1, |s| i16::from_be_bytes([s[0], 0])),
        3 => (2, |s| i16::from_be_bytes([s[0], s[1]])),
        4 => (3, |s| i16::from_be_bytes([s[0], s[1]])),
        5 => (4, |s| i16::from_be_bytes([s[0], s[1]])),
        6 => (4, |s| pcm::from_float(f64::from(f32::from_be_bytes([s[0], s[1], s[2], s[3]])))),
        7 => (8, |s| {
            pcm::from_float(f64::from_be_bytes([s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]]))
        }),
        _ => return None,
    };
    Some(reader)
}

/// The bit rate of mono G.726; `None` for other encodings. In Sun files the first code word is in
/// the low bits, as in `audio/32kadpcm`.
pub(super) fn g726_rate(au: &Au<'_>) -> Option<Rate> {
    let rate = match au.encoding {
        23 => Rate::Kbit32,
        25 => Rate::Kbit24,
        26 => Rate::Kbit40,
        _ => return None,
    };
    (au.channels == 1).then_some(rate)
}

fn header(encoding: u32, rate: u32, octets: usize) -> Vec<u8> {
    let size = u32::try_from(octets).unwrap_or(u32::MAX);
    let words = [0x2E73_6E64, 24, size, encoding, rate, 1];
    words.iter().flat_map(|word: &u32| word.to_be_bytes()).collect()
}

/// Returns a mono file that contains `octets` of G.711.
#[must_use]
pub fn write_law(octets: &[u8], law: Law, rate: u32) -> Vec<u8> {
    let encoding = match law {
        Law::MuLaw => 1,
        Law::ALaw => 27,
    };
    let mut file = header(encoding, rate, octets.len());
    file.extend_from_slice(octets);
    file
}

/// Returns a mono file of 16-bit PCM.
#[must_use]
pub fn write(pcm: &Pcm) -> Vec<u8> {
    let mut file = header(3, pcm.rate, pcm.samples.len() * 2);
    file.extend(pcm.samples.iter().flat_map(|sample| sample.to_be_bytes()));
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let pcm = Pcm { samples: vec![0, -1, i16::MAX, i16::MIN], rate: 8000 };
        let file = write(&pcm);
        let au = parse(&file).unwrap();
        assert_eq!((au.rate, au.channels), (8000, 1));
        assert_eq!(decode(&au).unwrap(), pcm.samples);
        for law in [Law::MuLaw, Law::ALaw] {
            let file = write_law(&[0x80, 0, 0xFF], law, 8000);
            let expected: Vec<i16> = [0x80, 0, 0xFF].map(|octet| law.expand(octet)).into();
            assert_eq!(decode(&parse(&file).unwrap()).unwrap(), expected);
        }
    }

    #[test]
    fn sizes_that_mean_the_rest_and_long_headers() {
        for size in [0, u32::MAX, 500] {
            let mut file = write_law(&[0xFF; 7], Law::MuLaw, 8000);
            file[8..12].copy_from_slice(&size.to_be_bytes());
            assert_eq!(parse(&file).unwrap().data.len(), 7);
        }
        let mut annotated = write_law(&[0xFF; 7], Law::MuLaw, 8000);
        annotated[7] = 28;
        assert_eq!(parse(&annotated).unwrap().data.len(), 3);
    }

    #[test]
    fn damage_is_named() {
        assert!(matches!(parse(b".snd"), Err(Error::Damaged(_))));
        let mut file = write_law(&[1], Law::MuLaw, 8000);
        file[7] = 200;
        assert!(matches!(parse(&file), Err(Error::Damaged(_))));
        file[7] = 24;
        file[15] = 99;
        assert!(matches!(decode(&parse(&file).unwrap()), Err(Error::Unsupported(_))));
    }
}
