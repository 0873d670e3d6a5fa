//! Known answers that travel with the project: short vectors from the ITU-T reference module, and
//! digests over signals made here by integer arithmetic. The digests are those of the
//! implementation that passes every ITU-T sequence; they show when it no longer would, on machines
//! without the sequences.

use std::fmt::Write as _;

use aloud::codec::{
    g711::Law,
    g726::{self, Decoder, Encoder, Packing, Rate},
    gsm,
};
use sha2::{Digest, Sha256};

/// First eight octets of the digest.
fn digest(octets: &[u8]) -> String {
    Sha256::digest(octets).iter().take(8).fold(String::new(), |mut text, octet| {
        write!(text, "{octet:02x}").unwrap();
        text
    })
}

fn octets(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_le_bytes()).collect()
}

/// Noise of 16 bits (a linear congruential generator).
fn noise(count: usize, seed: u32) -> Vec<i16> {
    let mut state = seed;
    let step = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as i16
    };
    (0..count).map(step).collect()
}

const COUNT: usize = 4000;

fn signal(name: &str) -> Vec<i16> {
    let each = |value: fn(i32) -> i32| (0..COUNT as i32).map(|n| value(n) as i16).collect();
    match name {
        "noise" => noise(COUNT, 1),
        "whisper" => noise(COUNT, 2).iter().map(|sample| sample >> 9).collect(),
        // Two-tone data signal: what the tone detector is for.
        "keying" => {
            each(|n| if n / (if n / 27 % 2 == 0 { 3 } else { 5 }) % 2 == 0 { 9000 } else { -9000 })
        }
        "square" => each(|n| if n / 20 % 2 == 0 { 32767 } else { -32768 }),
        "ramp" => each(|n| (n * 97) % 65536 - 32768),
        "bursts" => each(|n| if n / 500 % 2 == 0 { 0 } else { (n * n) % 24000 - 12000 }),
        _ => unreachable!("no signal {name}"),
    }
}

/// Signal, then per rate: digest of the encoding, and of its linear decoding.
const ENCODED: [(&str, [[&str; 2]; 4]); 6] = [
    (
        "noise",
        [
            ["f275206c2dbaa549", "33c840ca4914d262"],
            ["8c3039de505d6ec5", "56dd2b7b3be63c1c"],
            ["ce2fd5b596eb0f97", "56eb362943483608"],
            ["89d29128abdc5d73", "23f6f206f42f8186"],
        ],
    ),
    (
        "whisper",
        [
            ["5048569ed60471bd", "dca0d866d6722654"],
            ["06e87f96158ba571", "8cc60122cf0a063e"],
            ["88486587a71d1767", "0fc7de9de871d0be"],
            ["47689bed3011c19a", "5493f88859de7181"],
        ],
    ),
    (
        "keying",
        [
            ["c9a72a27a89c8153", "d26752642a68e7a1"],
            ["7bde41d7f311bc26", "c6bdb70b4737e6d6"],
            ["1d790209550a4fe6", "cd33c6d846a70b2e"],
            ["a81ced357982ebb1", "aa84fca132e8e70b"],
        ],
    ),
    (
        "square",
        [
            ["9b8f001366c2be94", "f8d3f840e9509255"],
            ["5a33cc0dcc9d5419", "140086065a92ca49"],
            ["7a22047ec86a1de6", "6ecfc3d2b4a300df"],
            ["1f8308c8261331f5", "b01467874aca7f6a"],
        ],
    ),
    (
        "ramp",
        [
            ["fe0d0b5bf5b1dfca", "d70674f4205a95e7"],
            ["7b51f80f6558dd8c", "b2913da38c988512"],
            ["bebc88315ecb5507", "2e00ebc6563f9ac5"],
            ["e07fe6cd3763df99", "b2a5b8bea08c2d20"],
        ],
    ),
    (
        "bursts",
        [
            ["98cd80b088f133bb", "75e44da74ed64aca"],
            ["6c87cd727a51c5e5", "3c2146c11595db63"],
            ["3d0f94768a177cf3", "9078627e3f9fab83"],
            ["7bfe9bb9d4fec679", "62c381a2d09ff63b"],
        ],
    ),
];

#[test]
fn encoding_and_decoding_of_generated_signals() {
    let mut wrong = Vec::new();
    for (name, answers) in ENCODED {
        for (rate, answer) in Rate::ALL.into_iter().zip(answers) {
            let coded = g726::encode(&signal(name), rate, Packing::LsbFirst);
            let decoded = g726::decode(&coded, rate, Packing::LsbFirst);
            let got = [digest(&coded), digest(&octets(&decoded))];
            if got != answer {
                wrong.push(format!("{name} {rate:?} {got:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Code words that no encoder would send: per rate, digest of the linear, µ-law and A-law decoding
/// of noise, and of runs of one octet (which make the predictor wrap at 16 bits).
const DECODED: [[[&str; 3]; 2]; 4] = [
    [
        ["668a993b5a8377d6", "3fec1b1855650f7e", "89dafab033aa016b"],
        ["464783585f9516cb", "3b1e164844970c96", "d69df218fcaf5877"],
    ],
    [
        ["bb94d8dbdadc8128", "609af643f2a19392", "736f74e441d646c0"],
        ["2a1bc1ac5188eb2f", "87a9f3f7d66751e5", "3469d9f7e66d1527"],
    ],
    [
        ["e0eaa4d024c79108", "f12fdb0a7f78a477", "33c35d4bcb678f9d"],
        ["fd68ab920d6f416d", "02aa3766d8de92b1", "dd0f87cd4e9c9526"],
    ],
    [
        ["5c90f0eb4d327660", "d53bb6c3f3738c28", "a916060753e8b36e"],
        ["d4fb4f9912f667c2", "19f3ede8fc6140d3", "9fc47c2901740afc"],
    ],
];

#[test]
fn decoding_of_any_code_words() {
    let random: Vec<u8> = noise(2000, 3).iter().map(|&sample| sample as u8).collect();
    let runs: Vec<u8> = noise(20, 4).iter().flat_map(|&sample| [sample as u8; 100]).collect();
    let mut wrong = Vec::new();
    for (rate, answers) in Rate::ALL.into_iter().zip(DECODED) {
        for (input, answer) in [&random, &runs].into_iter().zip(answers) {
            let linear = octets(&g726::decode(input, rate, Packing::LsbFirst));
            let law = |law| {
                let mut out = Vec::new();
                Decoder::new(rate, Packing::LsbFirst).decode_law(input, law, &mut out);
                out
            };
            let got = [digest(&linear), digest(&law(Law::MuLaw)), digest(&law(Law::ALaw))];
            if got != answer {
                wrong.push(format!("{rate:?} {got:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The ITU-T G.191 module, µ-law interface, 32 kbit/s, from reset: input, code words packed, linear
/// output, and µ-law output.
#[test]
fn short_vectors_of_the_reference_module() {
    let ramp_law: Vec<u8> = (0..32).map(|k| Law::MuLaw.compress(512 * k)).collect();
    let cases: [(Vec<u8>, &str, Vec<i16>); 2] = [
        (vec![0xFF; 32], "ffffffffffffffffffffffffffffffff", vec![0; 32]),
        (
            ramp_law,
            "7f777777773334444454445444445444",
            vec![
                0, 88, 120, 172, 244, 376, 584, 1052, 2116, 4728, 5004, 5264, 6704, 6128, 7276,
                7812, 8164, 8460, 8828, 10340, 10248, 10512, 10820, 12584, 12656, 13040, 13120,
                13520, 13756, 15520, 15448, 15744,
            ],
        ),
    ];
    for (law, packed, linear) in cases {
        let mut coded = Vec::new();
        let mut encoder = Encoder::new(Rate::Kbit32, Packing::LsbFirst);
        encoder.encode_law(&law, Law::MuLaw, &mut coded);
        let hex = coded.iter().fold(String::new(), |mut text, octet| {
            write!(text, "{octet:02x}").unwrap();
            text
        });
        assert_eq!(hex, packed);
        assert_eq!(g726::decode(&coded, Rate::Kbit32, Packing::LsbFirst), linear);
    }
    let sine = [0x7F, 0x77, 0x8F, 0x88, 0x7F, 0x47, 0xAE, 0xBA, 0x41, 0x45, 0xBE, 0xC9];
    let mut law = Vec::new();
    Decoder::new(Rate::Kbit32, Packing::LsbFirst).decode_law(&sine, Law::MuLaw, &mut law);
    let expected = [
        0xFF, 0xF4, 0xF0, 0xEC, 0xFE, 0x6E, 0x62, 0x56, 0x77, 0xD0, 0xB6, 0xA9, 0x5A, 0x27, 0x22,
        0x26, 0xDA, 0xAB, 0xA3, 0xA7, 0x62, 0x2C, 0x1E, 0x28,
    ];
    assert_eq!(law, expected);
}

#[test]
fn quality_of_a_round_trip() {
    // Signal to noise over slowly changing sound; each rate has its floor.
    let wave: Vec<i16> = (0..16_000_i32)
        .map(|n| {
            let tone =
                |period: i32| ((n % period - period / 2).abs() - period / 4) * 40_000 / period;
            ((tone(40) + tone(62) / 2) * (n % 4000) / 4000) as i16
        })
        .collect();
    for (rate, floor) in Rate::ALL.into_iter().zip([10.0, 17.0, 24.0, 29.0]) {
        let coded = g726::encode(&wave, rate, Packing::LsbFirst);
        let decoded = g726::decode(&coded, rate, Packing::LsbFirst);
        assert_eq!(decoded.len(), wave.len());
        let power: f64 = wave.iter().map(|&s| f64::from(s).powi(2)).sum();
        let noise: f64 =
            wave.iter().zip(&decoded).map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2)).sum();
        let ratio = 10.0 * (power / noise).log10();
        assert!(ratio > floor, "{rate:?}: {ratio:.1} dB");
    }
}

#[test]
fn the_last_octet_is_filled_with_silence() {
    for rate in Rate::ALL {
        for packing in [Packing::LsbFirst, Packing::MsbFirst] {
            for count in 0..17 {
                let coded = g726::encode(&vec![0; count], rate, packing);
                let bits = count * rate.bits() as usize;
                assert!(coded.len() >= bits.div_ceil(8) && coded.len() <= bits / 8 + 5);
                let decoded = g726::decode(&coded, rate, packing);
                assert!(decoded.len() >= count, "{rate:?} {count}");
                assert!(decoded.iter().all(|sample| sample.abs() < 200), "{rate:?} {decoded:?}");
            }
        }
    }
}

#[test]
fn gsm_round_trips_through_frames_and_blocks() {
    let speech: Vec<i16> = signal("bursts");
    let frames = gsm::encode(&speech);
    assert_eq!(frames.len(), speech.len().div_ceil(160) * 33);
    let blocks = gsm::encode_blocks(&speech);
    assert_eq!(blocks.len(), speech.len().div_ceil(320) * 65);
    let (a, b) = (gsm::decode(&frames), gsm::decode_blocks(&blocks));
    assert_eq!(a[..4000], b[..4000]);
    assert_eq!(digest(&frames), "734bd2ca8f81f13f");
    assert_eq!(digest(&octets(&a)), "5140226d08303ee2");
}

/// All speech of the demo in both orders, one voice at all rates. What is shorter than three seconds
/// may stay undecided, and is never decided wrongly.
#[test]
fn the_order_of_code_words_is_told_from_speech() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo");
    let mut decided = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "g726") {
            continue;
        }
        let coded = std::fs::read(&path).unwrap();
        let coded = coded.get(..24_000).unwrap_or(&coded);
        let speech = g726::decode(coded, Rate::Kbit32, Packing::LsbFirst);
        let all = path.ends_with("amara.g726");
        for rate in Rate::ALL.into_iter().filter(|rate| all || *rate == Rate::Kbit32) {
            for packing in [Packing::LsbFirst, Packing::MsbFirst] {
                let told = g726::likely_packing(&g726::encode(&speech, rate, packing), rate);
                if told.is_some() || speech.len() >= 3 * 8000 {
                    assert_eq!(told, Some(packing), "{} {rate:?}", path.display());
                    decided += 1;
                }
            }
        }
    }
    assert!(decided >= 35, "{decided}");
}
