//! A recording that comes in pieces sounds exactly as the whole does, however it is cut.

use std::{sync::LazyLock, time::Duration};

use aloud::codec::{
    self, Error, Hint, Limits, Pcm, au,
    g711::{self, Law},
    g726::{self, Packing, Rate},
    gsm,
    stream::{End, HELD, Stream, StreamState},
    wav,
};
use proptest::prelude::*;

/// Pulses through two resonances, as loud as speech.
fn voice(count: usize) -> Vec<i16> {
    let (mut y1, mut y2, mut z1, mut z2) = (0.0_f64, 0.0, 0.0, 0.0);
    (0..count)
        .map(|n| {
            let pulse = if n % 71 == 0 { 3000.0 } else { 0.0 };
            let y = pulse + 1.7 * y1 - 0.9 * y2;
            (y2, y1) = (y1, y);
            let z = y + 1.1 * z1 - 0.8 * z2;
            (z2, z1) = (z1, z);
            z.clamp(-20_000.0, 20_000.0) as i16
        })
        .collect()
}

/// A WAV file with any codec inside.
fn wave(tag: u16, channels: u16, bits: u16, fact: Option<u32>, data: &[u8]) -> Vec<u8> {
    let align = (channels * bits / 8).max(1);
    let mut file = b"RIFF\0\0\0\0WAVE".to_vec();
    let mut chunk = |id: &[u8], content: &[u8]| {
        file.extend_from_slice(id);
        file.extend_from_slice(&(content.len() as u32).to_le_bytes());
        file.extend_from_slice(content);
        file.extend(std::iter::repeat_n(0, content.len() % 2));
    };
    let mut format = Vec::new();
    for word in [tag, channels] {
        format.extend_from_slice(&word.to_le_bytes());
    }
    format.extend_from_slice(&8000_u32.to_le_bytes());
    format.extend_from_slice(&8000_u32.to_le_bytes());
    for word in [align, bits, 2, 320] {
        format.extend_from_slice(&word.to_le_bytes());
    }
    chunk(b"LIST", b"an odd one!");
    chunk(b"fmt ", &format);
    if let Some(samples) = fact {
        chunk(b"fact", &samples.to_le_bytes());
    }
    chunk(b"data", data);
    chunk(b"tail", b"what no player plays");
    file
}

/// Recordings of every form that comes in pieces, and of some that do not.
static RECORDINGS: LazyLock<Vec<(&str, &str, Vec<u8>)>> = LazyLock::new(|| {
    let samples = voice(32_000);
    let pcm = Pcm::telephone(samples.clone());
    let linear: Vec<u8> = samples.iter().flat_map(|s| s.to_le_bytes()).collect();
    let coded = |rate, packing| g726::encode(&samples, rate, packing);
    let blocks = gsm::encode_blocks(&samples);
    let mulaw = g711::encode(&samples, Law::MuLaw);
    let sun = |encoding: u8, data: &[u8]| {
        let mut file = au::write_law(data, Law::MuLaw, 8000);
        file[15] = encoding;
        file
    };
    let late = [vec![0xFF; 24_000], coded(Rate::Kbit32, Packing::MsbFirst)].concat();
    vec![
        ("32k", "audio/32kadpcm", coded(Rate::Kbit32, Packing::LsbFirst)),
        ("32k, other order", "audio/32kadpcm", coded(Rate::Kbit32, Packing::MsbFirst)),
        ("16k", "audio/g726-16", coded(Rate::Kbit16, Packing::LsbFirst)),
        ("24k", "audio/aal2-g726-24", coded(Rate::Kbit24, Packing::MsbFirst)),
        ("40k", "audio/g726-40", coded(Rate::Kbit40, Packing::MsbFirst)),
        ("short", "audio/32kadpcm", coded(Rate::Kbit32, Packing::MsbFirst)[..3000].to_vec()),
        ("speech after silence", "audio/32kadpcm", late),
        ("silence", "audio/32kadpcm", vec![0xFF; 40_000]),
        ("µ-law", "audio/basic", mulaw.clone()),
        ("A-law", "audio/pcma", g711::encode(&samples, Law::ALaw)),
        ("µ-law like GSM", "audio/basic", [vec![0xD5; 700], mulaw.clone()].concat()),
        ("like MP3", "audio/basic", [vec![0xFF, 0xFB, 0x90, 0x00], mulaw.clone()].concat()),
        ("sln", "audio/x-sln", linear.clone()),
        ("gsm", "audio/x-gsm", gsm::encode(&samples)),
        ("gsm unlabelled", "audio/basic", gsm::encode(&samples[..16_000])),
        ("wav", "audio/wav", wav::write(&pcm)),
        ("wav stereo", "audio/wav", wave(1, 2, 16, None, &linear)),
        ("wav 24 bits", "audio/wav", wave(1, 1, 24, None, &linear)),
        ("wav float", "audio/wav", wave(3, 1, 32, None, &linear)),
        ("wav µ-law", "audio/wav", wave(7, 1, 8, Some(9), &mulaw)),
        ("wav g726", "audio/wav", wave(0x45, 1, 4, None, &coded(Rate::Kbit32, Packing::LsbFirst))),
        ("wav g726 short", "audio/wav", wave(0x64, 1, 3, None, &[0x5A; 999])),
        ("wav gsm", "audio/wav", gsm::wav_file(&blocks, 31_900)),
        ("wav gsm, wrong length", "audio/wav", gsm::wav_file(&blocks, 100)),
        ("wav gsm, end cut off", "audio/wav", gsm::wav_file(&blocks, 31_900)[..2000].to_vec()),
        ("wav of an unknown size", "audio/wav", {
            [wav::header(8000, None).to_vec(), linear.clone()].concat()
        }),
        ("wav ima", "audio/wav", wave(0x11, 1, 4, None, &linear)),
        ("wav header only", "audio/wav", wav::write(&pcm)[..44].to_vec()),
        ("au", "audio/basic", au::write(&pcm)),
        ("au µ-law", "audio/basic", au::write_law(&mulaw, Law::MuLaw, 8000)),
        ("au g726", "audio/basic", sun(23, &coded(Rate::Kbit32, Packing::LsbFirst))),
        ("au unknown", "audio/basic", sun(99, &mulaw)),
        ("amr", "audio/amr", b"#!AMR\n\x3C\x00\x01\x02\x03\x7C\x44".to_vec()),
        ("unknown", "audio/odd", vec![1; 300]),
        ("nothing", "audio/basic", Vec::new()),
    ]
});

/// Everything that a stream gives, or `None` where it leaves the whole to the caller.
fn streamed(
    octets: &[u8],
    media_type: &str,
    limits: Limits,
    cut: impl IntoIterator<Item = usize>,
) -> Option<Result<Pcm, Error>> {
    let hint = Hint { media_type, filename: None };
    let mut stream = Stream::new(hint, limits, false);
    let mut samples = Vec::new();
    let mut rest = octets;
    let mut rate = None;
    for size in cut {
        let (piece, after) = rest.split_at(size.min(rest.len()));
        rest = after;
        match stream.push(piece, &mut samples) {
            Ok(StreamState::Running(now)) => {
                assert_eq!(*rate.get_or_insert(now), now, "the rate stays");
            }
            Ok(_) => assert!(samples.is_empty(), "sound before anything is certain"),
            Err(error) => return Some(Err(error)),
        }
    }
    if let Err(error) = stream.push(rest, &mut samples) {
        return Some(Err(error));
    }
    match stream.finish(&mut samples) {
        Ok(End::Decoded(rate)) => Some(Ok(Pcm { samples, rate })),
        Ok(End::Whole) => {
            assert!(samples.is_empty());
            None
        }
        Err(error) => Some(Err(error)),
    }
}

fn whole(octets: &[u8], media_type: &str, limits: Limits) -> Result<Pcm, Error> {
    codec::decode(octets, Hint { media_type, filename: None }, limits)
}

#[test]
fn every_form_in_pieces_equals_the_whole() {
    for (name, media_type, octets) in RECORDINGS.iter() {
        let expected = whole(octets, media_type, Limits::default());
        for size in [1, 7, 1460, 65_536] {
            let cut = std::iter::repeat_n(size, octets.len() / size + 1);
            match streamed(octets, media_type, Limits::default(), cut) {
                Some(got) => assert_eq!(got, expected, "{name} by {size}"),
                None => assert!(
                    ["speech after silence", "silence", "wav ima", "au unknown", "amr", "unknown"]
                        .contains(name),
                    "{name} comes in pieces"
                ),
            }
        }
    }
}

#[test]
fn sound_begins_long_before_the_end() {
    for (name, most) in
        [("32k", 6000), ("40k", 6000), ("µ-law", 128), ("gsm", 128), ("wav", 256), ("au", 128)]
    {
        let (_, media_type, octets) = RECORDINGS.iter().find(|(n, ..)| *n == name).expect("there");
        let hint = Hint { media_type, filename: None };
        let mut stream = Stream::new(hint, Limits::default(), false);
        let mut samples = Vec::new();
        for piece in octets[..most].chunks(32) {
            stream.push(piece, &mut samples).expect("sound");
        }
        // A piece may have been looked at a little later than it could have been.
        stream.push(&octets[most..most + 2048], &mut samples).expect("sound");
        assert!(!samples.is_empty(), "{name}");
    }
}

#[test]
fn limits_are_those_of_the_whole() {
    let limits = Limits { duration: Duration::from_secs(5) };
    for (name, media_type, octets) in RECORDINGS.iter() {
        let expected = whole(octets, media_type, limits);
        let cut = std::iter::repeat_n(1000, octets.len() / 1000);
        if let Some(got) = streamed(octets, media_type, limits, cut) {
            assert_eq!(got, expected, "{name}");
        }
    }
}

#[test]
fn what_stays_undecided_is_not_held_for_ever() {
    let mut stream =
        Stream::new(Hint { media_type: "audio/basic", filename: None }, Limits::default(), false);
    let mut samples = Vec::new();
    let mut pushed = 0;
    while stream.state() == StreamState::Open {
        stream.push(&[0xD5; 1024], &mut samples).expect("nothing is wrong");
        pushed += 1024;
        assert!(pushed <= HELD + 4096);
    }
    assert_eq!(stream.state(), StreamState::Whole);
}

#[test]
fn swapped_code_words_come_in_pieces_too() {
    let octets = g726::encode(&voice(60_000), Rate::Kbit32, Packing::LsbFirst);
    let hint = Hint { media_type: "audio/32kadpcm", filename: None };
    let mut stream = Stream::new(hint, Limits::default(), true);
    let mut samples = Vec::new();
    for piece in octets.chunks(5000) {
        stream.push(piece, &mut samples).expect("sound");
    }
    assert_eq!(stream.finish(&mut samples), Ok(End::Decoded(8000)));
    assert_eq!(samples, g726::decode(&octets, Rate::Kbit32, Packing::MsbFirst));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_cuts_and_any_damage(
        which in 0_usize..35,
        cuts in prop::collection::vec(1_usize..20_000, 0..12),
        end in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
    ) {
        let (name, media_type, octets) = &RECORDINGS[which];
        let mut octets = octets.clone();
        if !octets.is_empty() {
            for (at, octet) in changes {
                let at = at.index(octets.len().min(80));
                octets[at] = octet;
            }
            octets.truncate(octets.len() - end.index(octets.len()));
        }
        let expected = whole(&octets, media_type, Limits::default());
        if let Some(got) = streamed(&octets, media_type, Limits::default(), cuts) {
            prop_assert_eq!(got, expected, "{}", name);
        }
    }
}
