//! Speed of the codecs. `make bench` prints ratios against the peers named in docs/PERFORMANCE.md.
//!
//! Sound is made here, so nothing outside the project is needed: 60 s of something voice-like.

use aloud::{
    codec::{
        self, Hint, Limits, Pcm, fax,
        g711::{self, Law},
        g726::{self, Packing, Rate},
        gsm, level, resample, stretch,
    },
    message::inspect,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use divan::{Bencher, counter::ItemsCount};

fn main() {
    divan::main();
}

const SAMPLES: usize = 60 * 8000;

/// Pulses through two resonances, with pauses.
fn speech() -> Vec<i16> {
    let (mut y1, mut y2, mut z1, mut z2) = (0.0_f64, 0.0, 0.0, 0.0);
    (0..SAMPLES)
        .map(|n| {
            let pitch = 60 + n / 3000 % 30;
            let pulse = if n % pitch == 0 && n / 4000 % 4 != 3 { 3000.0 } else { 0.0 };
            let y = pulse + 1.7 * y1 - 0.9 * y2;
            (y2, y1) = (y1, y);
            let z = y + 1.1 * z1 - 0.8 * z2;
            (z2, z1) = (z1, z);
            z as i16
        })
        .collect()
}

fn samples() -> ItemsCount {
    ItemsCount::new(SAMPLES)
}

#[divan::bench(args = Rate::ALL)]
fn g726_decode(bencher: Bencher, rate: Rate) {
    let coded = g726::encode(&speech(), rate, Packing::LsbFirst);
    bencher.counter(samples()).bench(|| g726::decode(&coded, rate, Packing::LsbFirst));
}

#[divan::bench(args = Rate::ALL)]
fn g726_encode(bencher: Bencher, rate: Rate) {
    let pcm = speech();
    bencher.counter(samples()).bench(|| g726::encode(&pcm, rate, Packing::LsbFirst));
}

#[divan::bench]
fn g711_encode(bencher: Bencher) {
    let pcm = speech();
    bencher.counter(samples()).bench(|| g711::encode(&pcm, Law::MuLaw));
}

#[divan::bench]
fn gsm_decode(bencher: Bencher) {
    let coded = gsm::encode(&speech());
    bencher.counter(samples()).bench(|| gsm::decode(&coded));
}

#[divan::bench]
fn resample_8k_to_48k(bencher: Bencher) {
    let pcm = Pcm::telephone(speech());
    bencher.counter(samples()).bench(|| resample::to_rate(&pcm, 48_000));
}

#[divan::bench(args = [0.75, 1.5, 2.0])]
fn stretch_speed(bencher: Bencher, speed: f32) {
    let pcm = speech();
    bencher.counter(samples()).bench(|| stretch::stretch(&pcm, 8000, speed));
}

#[divan::bench]
fn waveform_of_200_bars(bencher: Bencher) {
    let pcm = speech();
    bencher.counter(samples()).bench(|| level::peaks(&pcm, 200));
}

/// From the octets of a message to samples: parse, undo base64, decode.
#[divan::bench]
fn open_a_60_s_voice_message(bencher: Bencher) {
    let audio = STANDARD.encode(g726::encode(&speech(), Rate::Kbit32, Packing::LsbFirst));
    let lines: Vec<&str> =
        audio.as_bytes().chunks(76).map(|line| str::from_utf8(line).unwrap_or_default()).collect();
    let message = format!(
        "From: ada@example.com\r\nTo: robin@example.com\r\nMIME-Version: 1.0 (Voice 2.0)\r\n\
         Content-Type: multipart/voice-message; version=2.0; boundary=b\r\n\r\n--b\r\n\
         Content-Type: audio/32KADPCM\r\nContent-Transfer-Encoding: base64\r\n\
         Content-Disposition: inline; voice=Voice-Message\r\n\r\n{}\r\n--b--\r\n",
        lines.join("\r\n")
    );
    bencher.counter(samples()).bench(|| {
        let body = inspect::body(message.as_bytes(), "1").map(|body| body.octets);
        let hint = Hint { media_type: "audio/32kadpcm", filename: None };
        codec::decode(&body.unwrap_or_default(), hint, Limits::default())
    });
}

fn page() -> fax::Bitmap {
    let mut page = fax::Bitmap::blank(1728, 2292, 204.0, 196.0);
    for y in (100..2200).filter(|y| y % 40 < 24) {
        for x in (150..1500).step_by(17) {
            page.fill(y, x, x + (x * y) % 13);
        }
    }
    page
}

#[divan::bench]
fn fax_page_decode(bencher: Bencher) {
    let file = fax::encode(&[page()]);
    bencher.bench(|| fax::render(&file, 0));
}

#[divan::bench]
fn fax_page_encode(bencher: Bencher) {
    let pages = [page()];
    bencher.bench(|| fax::encode(&pages));
}

#[divan::bench]
fn fax_page_to_screen(bencher: Bencher) {
    let page = page();
    bencher.bench(|| page.to_gray_scaled(900));
}
