//! Speed against named peers, as ratios. `benches/run` (`make bench`) builds the peers' drivers from
//! `benches/peers`, runs this and prints one table in Markdown.
//!
//! Both sides of a row work on the same file from memory and are timed the same way: a pass to warm
//! up, then passes of which the fastest counts; so in rounds that alternate between the sides, of
//! which again the fastest counts. A peer that is not installed leaves its cell empty. All input is
//! made here from what the project ships; nothing outside of it is needed.
//!
//! Usage: `speed [--rounds N] [--only WORD] [--drivers DIR]`; other arguments are cargo's own.

mod bars;
mod input;
mod list;
mod real;
mod sync;
mod table;

use std::{hint::black_box, path::Path, process::Command};

use aloud::{
    codec::{
        self, Hint, Limits, Pcm, fax,
        g711::{self, Law},
        g726::{self, Packing, Rate},
        gsm, resample,
    },
    message::{
        Mail,
        inspect::{self, ReadOptions},
    },
};

use input::Input;
use table::{Peer, Table, Unit};

const VOICE_MAIL: Hint<'static> = Hint { media_type: "audio/32kadpcm", filename: None };

fn main() {
    let (mut rounds, mut only, mut drivers) = (5, String::new(), String::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().unwrap_or_default();
        match argument.as_str() {
            "--rounds" => rounds = value().parse().unwrap_or(rounds),
            "--only" => only = value(),
            "--drivers" => drivers = value(),
            _ => {}
        }
    }
    let folder = tempfile::tempdir().expect("a folder for the input");
    let input = Input::make(folder.path());
    let mut table = Table::new(rounds, &only, Path::new(&drivers));
    table.head();
    sound(&mut table, &input);
    messages(&mut table, &input);
    pages(&mut table);
    list::rows(&mut table, folder.path());
    sync::rows(&mut table);
    bars::rows(&table);
    real::rows(&table);
    programs(&mut table, &input);
}

fn sound(table: &mut Table<'_>, input: &Input) {
    let samples = input.speech.len() as f64;
    let per_sample = Unit::PerItem("ns a sample", samples);
    for (rate, kbits) in
        [(Rate::Kbit32, 32), (Rate::Kbit16, 16), (Rate::Kbit24, 24), (Rate::Kbit40, 40)]
    {
        let coded = g726::encode(&input.speech, rate, Packing::LsbFirst);
        let file = input.file(&format!("speech.g726-{kbits}"), &coded);
        let task = format!("g726-{kbits}-decode");
        let mut peers = vec![Peer::c("spandsp", &task, &file)];
        if kbits == 32 {
            peers.push(Peer::c("ffmpeg", &task, &file));
        }
        table.row(&format!("G.726 {kbits} kbit/s, decode"), per_sample, &peers, || {
            black_box(g726::decode(black_box(&coded), rate, Packing::LsbFirst));
        });
    }
    let pcm = input.file("speech.s16", &input::octets(&input.speech));
    let peers = ["spandsp", "ffmpeg"].map(|name| Peer::c(name, "g726-32-encode", &pcm));
    table.row("G.726 32 kbit/s, encode", per_sample, &peers, || {
        black_box(g726::encode(black_box(&input.speech), Rate::Kbit32, Packing::LsbFirst));
    });

    let coded = gsm::encode(&input.speech);
    let file = input.file("speech.gsm", &coded);
    let peers = ["libgsm", "ffmpeg"].map(|name| Peer::c(name, "gsm-decode", &file));
    table.row("GSM 06.10, decode", per_sample, &peers, || {
        black_box(gsm::decode(black_box(&coded)));
    });
    table.row("GSM 06.10, encode", per_sample, &[Peer::c("libgsm", "gsm-encode", &pcm)], || {
        black_box(gsm::encode(black_box(&input.speech)));
    });

    let coded = g711::encode(&input.speech, Law::MuLaw);
    let file = input.file("speech.ulaw", &coded);
    table.row(
        "G.711 µ-law, decode",
        per_sample,
        &[Peer::c("spandsp", "ulaw-decode", &file)],
        || {
            black_box(g711::decode(black_box(&coded), Law::MuLaw));
        },
    );

    let speech = Pcm::telephone(input.speech.clone());
    let peer = [Peer::c("speexdsp", "resample-8000-48000", &pcm)];
    table.row("Resampling 8 to 48 kHz", per_sample, &peer, || {
        black_box(resample::to_rate(black_box(&speech), 48_000));
    });
}

fn messages(table: &mut Table<'_>, input: &Input) {
    let milliseconds = Unit::Milliseconds;
    let octets_of =
        |raw: &[u8]| inspect::body(raw, "1").map(|body| body.octets).unwrap_or_default();
    let decode = |octets: &[u8]| codec::decode(octets, VOICE_MAIL, Limits::default());

    let large = input.voice_mail(3_700_000);
    let file = input.file("large.eml", &large);
    let octets = octets_of(&large);
    table.row("5 MB voice mail, to octets", milliseconds, &[Peer::python("octets", &file)], || {
        drop(black_box(octets_of(black_box(&large))))
    });
    table.row_beside(
        "5 MB voice mail, to samples",
        milliseconds,
        "our codec alone",
        || drop(black_box(g726::decode(&octets, Rate::Kbit32, Packing::LsbFirst))),
        || drop(black_box(decode(&octets_of(black_box(&large))))),
    );

    let minute = input.voice_mail(60 * 4000);
    let file = input.file("minute.eml", &minute);
    let octets = octets_of(&minute);
    table.row_beside(
        "60 s voice message: read, and decode",
        milliseconds,
        "our codec alone",
        || drop(black_box(g726::decode(&octets, Rate::Kbit32, Packing::LsbFirst))),
        || drop(black_box(Mail::read(black_box(&minute), &ReadOptions::default()))),
    );
    let undecoded = ReadOptions { measure_audio: false, ..ReadOptions::default() };
    let peer = [Peer::python("octets", &file)];
    table.row("60 s voice message: read, undecoded", milliseconds, &peer, || {
        black_box(Mail::read(black_box(&minute), &undecoded));
    });

    for (what, raw) in [
        ("Delivery report (DSN), read", input::DSN),
        ("Disposition report (MDN), read", input::MDN),
    ] {
        let raw = raw.replace('\n', "\r\n");
        let file = input.file(&format!("{}.eml", raw.len()), raw.as_bytes());
        table.row(what, Unit::Microseconds, &[Peer::python("report", &file)], || {
            black_box(Mail::read(black_box(raw.as_bytes()), &ReadOptions::default()));
        });
    }

    let (folder, mails) = input.ordinary_mails(1000);
    let peer = [Peer::python("mails", &folder)];
    table.row("1 000 mails, read", milliseconds, &peer, || {
        for raw in &mails {
            black_box(Mail::read(black_box(raw), &ReadOptions::default()));
        }
    });
}

fn pages(table: &mut Table<'_>) {
    let path = input::asset("lease.tif");
    let page = std::fs::read(&path).expect("the demo's fax");
    let peer = [Peer::c("libtiff", "fax-decode", &path)];
    table.row("Fax page (T.4, fine), decode", Unit::Milliseconds, &peer, || {
        drop(black_box(fax::render(black_box(&page), 0)));
    });
    let bitmap = fax::render(&page, 0).expect("the demo's fax");
    table.row("Fax page, scaled for the screen", Unit::Milliseconds, &[], || {
        black_box(black_box(&bitmap).to_gray_scaled(900));
    });
}

/// Whole programs: how long from start to end, and how much memory at the most.
fn programs(table: &mut Table<'_>, input: &Input) {
    let aloud = env!("CARGO_BIN_EXE_aloud");
    let small = input.file("small.eml", input::MDN.replace('\n', "\r\n").as_bytes());
    let large = input.file("large.eml", &input.voice_mail(3_700_000));
    let demo = input.largest_demo_message();
    let python = |file: &Path| {
        let program = "import email,email.policy,sys\nm=email.message_from_binary_file(\
            open(sys.argv[1],'rb'),policy=email.policy.default)\n\
            print([len(p.get_payload(decode=True) or b'') for p in m.walk()])";
        let mut command = Command::new("python3");
        command.args(["-c", program]).arg(file);
        command
    };
    let ours = |arguments: &[&str], file: Option<&Path>| {
        let mut command = Command::new(aloud);
        command.args(arguments).args(file);
        command
    };
    let mut bare = Command::new("python3");
    bare.args(["-c", "import email"]);
    let rows = [
        ("`aloud --version`; Python: `import email`", ours(&["--version"], None), bare),
        ("`aloud inspect`, small message", ours(&["inspect"], Some(&small)), python(&small)),
        ("`aloud inspect`, largest demo message", ours(&["inspect"], Some(&demo)), python(&demo)),
        (
            "`aloud inspect`, 5 MB voice mail (decoded)",
            ours(&["inspect"], Some(&large)),
            python(&large),
        ),
    ];
    for (what, ours, python) in rows {
        table.programs(what, ours, python);
    }
}
