//! `aloud codec` as scripts use it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use aloud::codec::{
    Hint, Limits, Pcm, au, decode,
    g711::{self, Law},
    g726::{self, Packing, Rate},
    wav,
};
use tempfile::TempDir;

fn run(arguments: &[&str], input: &Path, output: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_aloud"))
        .arg("codec")
        .args(arguments)
        .args([input, output])
        .output()
        .unwrap()
}

/// Runs with `octets` as the input file and returns the output file.
fn convert(arguments: &[&str], octets: &[u8]) -> Vec<u8> {
    let folder = TempDir::new().unwrap();
    let (input, output) = paths(&folder);
    fs::write(&input, octets).unwrap();
    let result = run(arguments, &input, &output);
    let errors = String::from_utf8_lossy(&result.stderr).into_owned();
    assert!(result.status.success(), "{arguments:?}: {errors}");
    fs::read(output).unwrap()
}

fn paths(folder: &TempDir) -> (PathBuf, PathBuf) {
    (folder.path().join("in"), folder.path().join("out"))
}

fn wave() -> Vec<i16> {
    (0..800).map(|n: i32| ((n % 50 - 25) * 400) as i16).collect()
}

fn raw(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_le_bytes()).collect()
}

#[test]
fn linear_sides_are_wav_or_raw() {
    let pcm = Pcm::telephone(wave());
    let coded = g726::encode(&pcm.samples, Rate::Kbit32, Packing::LsbFirst);
    let encode = ["encode", "--codec", "g726-32"];
    assert_eq!(convert(&encode, &wav::write(&pcm)), coded);
    assert_eq!(convert(&encode, &au::write(&pcm)), coded);
    assert_eq!(convert(&["encode", "--codec", "g726-32", "--raw"], &raw(&pcm.samples)), coded);
    let samples = g726::decode(&coded, Rate::Kbit32, Packing::LsbFirst);
    let decoded = convert(&["decode", "--codec", "g726-32"], &coded);
    assert_eq!(decoded, wav::write(&Pcm::telephone(samples.clone())));
    assert_eq!(convert(&["decode", "--codec", "g726-32", "--raw"], &coded), raw(&samples));
}

#[test]
fn rates_packing_and_law() {
    let octets = g711::encode(&wave(), Law::ALaw);
    for (name, rate) in
        [("g726-16", Rate::Kbit16), ("g726-24", Rate::Kbit24), ("g726-40", Rate::Kbit40)]
    {
        for (pack, packing) in [("le", Packing::LsbFirst), ("be", Packing::MsbFirst)] {
            let coded =
                convert(&["encode", "--codec", name, "--pack", pack, "--law", "alaw"], &octets);
            let mut expected = Vec::new();
            let mut encoder = g726::Encoder::new(rate, packing);
            encoder.encode_law(&octets, Law::ALaw, &mut expected);
            encoder.finish(&mut expected);
            assert_eq!(coded, expected, "{name} {pack}");
            let decoded =
                convert(&["decode", "--codec", name, "--pack", pack, "--law", "ulaw"], &coded);
            let mut expected = Vec::new();
            g726::Decoder::new(rate, packing).decode_law(&coded, Law::MuLaw, &mut expected);
            assert_eq!(decoded, expected, "{name} {pack}");
        }
    }
}

#[test]
fn every_codec_there_and_back() {
    let file = wav::write(&Pcm::telephone(wave()));
    for name in [
        "g726-16", "g726-24", "g726-32", "g726-40", "gsm", "msgsm", "ulaw", "alaw", "pcm", "wav",
        "au",
    ] {
        let coded = convert(&["encode", "--codec", name], &file);
        let decoded = convert(&["decode", "--codec", name], &coded);
        let samples = decode(&decoded, Hint::default(), Limits::default()).unwrap().samples;
        assert!((800..1000).contains(&samples.len()), "{name}: {}", samples.len());
    }
}

#[test]
fn containers_keep_the_octets_of_a_law_and_the_rate_of_linear_sound() {
    let octets = g711::encode(&wave()[..799], Law::ALaw);
    for name in ["wav", "au"] {
        let file = convert(&["encode", "--codec", name, "--law", "alaw"], &octets);
        assert_eq!(aloud::codec::describe(&file, Hint::default()), "G.711 A-law");
        let decoded = decode(&file, Hint::default(), Limits::default()).unwrap();
        assert_eq!(decoded, Pcm::telephone(g711::decode(&octets, Law::ALaw)));
        assert_eq!(convert(&["decode", "--codec", name, "--law", "alaw"], &file), octets);
        let fine = Pcm { samples: wave(), rate: 44_100 };
        let file = convert(&["encode", "--codec", name], &wav::write(&fine));
        assert_eq!(decode(&file, Hint::default(), Limits::default()).unwrap(), fine);
    }
}

#[test]
fn exit_codes() {
    let folder = TempDir::new().unwrap();
    let (input, output) = paths(&folder);
    fs::write(&input, b"\x30\x26\xB2\x75\x8E\x66\xCF\x11 and so on").unwrap();
    let cases: [(&[&str], i32, &str); 10] = [
        (&["encode", "--codec", "mp3"], 1, "mp3 can be decoded here, not encoded"),
        (&["encode", "--codec", "ms-adpcm"], 1, "ms-adpcm can be decoded here"),
        (&["decode", "--codec", "flac"], 1, "this is Windows Media Audio, not flac"),
        (&["decode", "--codec", "ima"], 1, "this is Windows Media Audio, not ima"),
        (&["decode", "--codec", "au"], 1, "this is no au file"),
        (&["encode"], 2, "encoding needs --codec"),
        (&["decode", "--codec", "gsm", "--pack", "be"], 2, "--pack is for G.726 only"),
        (&["decode", "--codec", "mp7"], 2, "mp7"),
        (&["decode", "--raw", "--law", "ulaw"], 2, "--law"),
        (&["decode"], 1, "Windows Media Audio"),
    ];
    for (arguments, code, words) in cases {
        let result = run(arguments, &input, &output);
        let errors = String::from_utf8_lossy(&result.stderr).into_owned();
        assert_eq!(result.status.code(), Some(code), "{arguments:?}: {errors}");
        assert!(errors.contains(words), "{arguments:?}: {errors}");
        assert!(!output.exists());
    }
    fs::write(&input, b"").unwrap();
    assert_eq!(run(&["decode", "--codec", "ulaw"], &input, &output).status.code(), Some(1));
}
