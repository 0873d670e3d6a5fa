//! Nothing that arrives makes a decoder panic or run away, and pieces of any size give what the
//! whole gives.

use std::time::Duration;

use aloud::codec::{
    self, Error, Hint, Limits, Pcm, au, describe, fax,
    g711::Law,
    g726::{self, Decoder, Encoder, Packing, Rate},
    gsm, wav,
};
use proptest::prelude::*;

const TYPES: [&str; 12] = [
    "",
    "audio/32kadpcm",
    "audio/g726-40",
    "audio/aal2-g726-24",
    "audio/basic",
    "audio/pcma",
    "audio/gsm",
    "audio/wav",
    "audio/mpeg",
    "audio/amr",
    "audio/ogg",
    "audio/mp4",
];

fn decode(octets: &[u8], media_type: &str) -> Result<Pcm, Error> {
    codec::decode(octets, Hint { media_type, filename: None }, Limits::default())
}

fn rate() -> impl Strategy<Value = Rate> {
    prop::sample::select(Rate::ALL.to_vec())
}

fn packing() -> impl Strategy<Value = Packing> {
    prop::sample::select(vec![Packing::LsbFirst, Packing::MsbFirst])
}

/// Valid files to break.
fn originals() -> Vec<Vec<u8>> {
    let samples: Vec<i16> = (0..1600).map(|n| ((n * 37) % 4001 - 2000) as i16).collect();
    let pcm = Pcm::telephone(samples.clone());
    let blocks = gsm::encode_blocks(&samples);
    let mut page = fax::Bitmap::blank(1728, 40, 204.0, 98.0);
    for y in 0..40 {
        page.fill(y, y * 9, y * 30);
    }
    vec![
        wav::write(&pcm),
        au::write(&pcm),
        au::write_law(&[0x55; 200], Law::ALaw, 8000),
        gsm::wav_file(&blocks, 1600),
        gsm::encode(&samples),
        fax::encode(&[page.clone(), page]),
        b"#!AMR\n\x3C\x00\x01\x02\x03\x7C\x44".to_vec(),
        b"OggS\0\x02\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\x01\x13OpusHead\x01\x01\x38\x01"
            .to_vec(),
        b"ID3\x04\0\0\0\0\0\x7FTIT2\0\0\0\x10\0\0".to_vec(),
        b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42\0\0\0\x08moov".to_vec(),
        b"fLaC\0\0\0\x22\x10\0\x10\0\0\0\0\0\0\0".to_vec(),
    ]
}

/// A WAV file with a codec tag, and octets that nobody decodes.
fn tagged(tag: u16) -> Vec<u8> {
    let mut file = b"RIFF\x44\0\0\0WAVEfmt \x10\0\0\0".to_vec();
    file.extend(tag.to_le_bytes());
    file.extend([1, 0, 0x40, 0x1f, 0, 0, 0x20, 3, 0, 0, 10, 0, 0, 0]);
    file.extend(b"data\x20\0\0\0");
    file.extend([7; 32]);
    file
}

#[test]
fn recordings_that_cannot_be_played_say_what_they_are() {
    for (octets, media_type, name) in [
        (tagged(0x22), "audio/wav", "TrueSpeech"),
        (tagged(0x83), "audio/wav", "G.729"),
        (tagged(0x84), "audio/wav", "G.729A"),
        (vec![7; 40], "audio/g729", "G.729"),
        (vec![7; 40], "audio/G729", "G.729"),
    ] {
        assert_eq!(decode(&octets, media_type), Err(Error::Unsupported(name.into())));
        let hint = Hint { media_type, filename: None };
        assert!(describe(&octets, hint).contains(name), "{}", describe(&octets, hint));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn g726_in_pieces_equals_the_whole(
        octets in prop::collection::vec(any::<u8>(), 0..200),
        cuts in prop::collection::vec(0_usize..200, 0..6),
        rate in rate(),
        packing in packing(),
    ) {
        let whole = g726::decode(&octets, rate, packing);
        prop_assert_eq!(whole.len(), octets.len() * 8 / rate.bits() as usize);
        let mut decoder = Decoder::new(rate, packing);
        let mut pieces = Vec::new();
        for piece in cut(&octets, &cuts) {
            decoder.decode(piece, &mut pieces);
        }
        prop_assert_eq!(whole, pieces);
    }

    #[test]
    fn encoding_in_pieces_equals_the_whole(
        samples in prop::collection::vec(any::<i16>(), 0..200),
        cuts in prop::collection::vec(0_usize..200, 0..6),
        rate in rate(),
        packing in packing(),
    ) {
        let whole = g726::encode(&samples, rate, packing);
        let mut encoder = Encoder::new(rate, packing);
        let mut pieces = Vec::new();
        for piece in cut(&samples, &cuts) {
            encoder.encode(piece, &mut pieces);
        }
        encoder.finish(&mut pieces);
        prop_assert_eq!(&whole, &pieces);
        // The decoder follows the encoder's own reconstruction whatever the order of code words.
        let other = g726::encode(&samples, rate, packing.swapped());
        prop_assert_eq!(
            g726::decode(&whole, rate, packing),
            g726::decode(&other, rate, packing.swapped())
        );
    }

    #[test]
    fn any_octets_under_any_type(
        octets in prop::collection::vec(any::<u8>(), 0..600),
        media_type in prop::sample::select(TYPES.to_vec()),
    ) {
        let hint = Hint { media_type, filename: None };
        let _ = describe(&octets, hint);
        match decode(&octets, media_type) {
            Ok(pcm) => prop_assert!(pcm.rate > 0 && !pcm.samples.is_empty()),
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
        let _ = wav::parse(&octets);
        let _ = au::parse(&octets);
        let _ = fax::pages(&octets);
    }

    #[test]
    fn broken_files(
        which in 0_usize..11,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        end in any::<prop::sample::Index>(),
        cut_off in any::<bool>(),
    ) {
        let mut octets = originals().swap_remove(which);
        for (at, octet) in changes {
            // Headers are at the front; that is where damage is interesting.
            let at = at.index(octets.len().min(80));
            octets[at] = octet;
        }
        if cut_off {
            octets.truncate(end.index(octets.len()));
        }
        let _ = decode(&octets, "audio/basic");
        if let Ok(pages) = fax::pages(&octets) {
            for page in 0..pages.len() {
                if let Ok(bitmap) = fax::render(&octets, page) {
                    prop_assert_eq!(bitmap.rows.len(), bitmap.stride() * bitmap.height as usize);
                }
            }
        }
    }
}

/// A slice in pieces, cut at places that may repeat.
fn cut<'a, T>(whole: &'a [T], cuts: &[usize]) -> Vec<&'a [T]> {
    let mut places: Vec<usize> = cuts.iter().map(|&at| at.min(whole.len())).collect();
    places.sort_unstable();
    let mut pieces = Vec::new();
    let mut from = 0;
    for at in places {
        pieces.push(&whole[from..at]);
        from = at;
    }
    pieces.push(&whole[from..]);
    pieces
}

#[test]
fn declared_sizes_allocate_nothing() {
    // Four gigabytes announced, nothing there.
    let header = wav::header(8000, Some(u32::MAX - 40));
    assert_eq!(decode(&header, "audio/wav"), Err(Error::Empty));
    let mut sun = au::write_law(&[], Law::MuLaw, 8000);
    sun[8..12].copy_from_slice(&0xFFFF_FF00_u32.to_be_bytes());
    assert_eq!(decode(&sun, "audio/basic"), Err(Error::Empty));
}

#[test]
fn too_long_is_refused_before_decoding() {
    let limits = Limits { duration: Duration::from_secs(10) };
    let minute = Pcm::telephone(vec![0; 8000 * 60]);
    let files = [
        (wav::write(&minute), "audio/wav"),
        (au::write(&minute), "audio/basic"),
        (vec![0xFF; 240_000], "audio/32kadpcm"),
        (vec![0xFF; 480_000], "audio/basic"),
        (gsm::encode(&minute.samples), "audio/gsm"),
    ];
    for (octets, media_type) in files {
        let hint = Hint { media_type, filename: None };
        let got = codec::decode(&octets, hint, limits);
        assert!(matches!(got, Err(Error::Limit(_))), "{media_type}: {got:?}");
    }
}

#[test]
fn the_limit_itself_is_allowed() {
    let limits = Limits { duration: Duration::from_secs(10) };
    let hint = Hint { media_type: "audio/32kadpcm", filename: None };
    let pcm = codec::decode(&[0xFF; 40_000], hint, limits).unwrap();
    assert_eq!(pcm.duration(), Duration::from_secs(10));
    assert!(matches!(codec::decode(&[0xFF; 40_001], hint, limits), Err(Error::Limit(_))));
}

#[test]
fn truncated_messages_give_what_is_there() {
    for file in originals().into_iter().take(4) {
        let whole = decode(&file, "").unwrap().samples;
        let half = decode(&file[..file.len() / 2], "").unwrap().samples;
        assert!(!half.is_empty() && half.len() < whole.len());
        assert_eq!(half[..], whole[..half.len()]);
    }
}
