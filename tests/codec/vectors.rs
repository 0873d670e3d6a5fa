//! Every row of the shared `vectors/manifest.tsv`, when the folder is there.

use std::{
    collections::HashMap,
    fmt::Write as _,
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use aloud::codec::{
    self, Error, Hint, Limits, Pcm, fax,
    g711::Law,
    g726::{Decoder, Encoder, Packing, Rate},
    resample,
};
use sha2::{Digest, Sha256};

struct Row<'a> {
    id: &'a str,
    op: &'a str,
    input: Vec<u8>,
    args: HashMap<&'a str, &'a str>,
    bytes: usize,
    digests: [&'a str; 2],
    note: &'a str,
}

enum Verdict {
    Passed,
    Failed(String),
    Skipped(String),
}

fn parse<'a>(line: &'a str, root: &Path) -> Row<'a> {
    let field: Vec<&str> = line.split('\t').collect();
    let args = field[3].split(' ').map(|arg| arg.split_once('=').unwrap_or((arg, ""))).collect();
    Row {
        id: field[0],
        op: field[1],
        input: fs::read(root.join(field[2])).unwrap(),
        args,
        bytes: field[5].parse().unwrap(),
        digests: [field[6], field[7]],
        note: field.get(8).copied().unwrap_or_default(),
    }
}

impl Row<'_> {
    fn rate(&self) -> Rate {
        match self.args["rate"] {
            "16" => Rate::Kbit16,
            "24" => Rate::Kbit24,
            "32" => Rate::Kbit32,
            _ => Rate::Kbit40,
        }
    }

    fn packing(&self) -> Packing {
        match self.args.get("pack") {
            Some(&"be") => Packing::MsbFirst,
            _ => Packing::LsbFirst,
        }
    }

    fn law(&self, key: &str) -> Option<Law> {
        match *self.args.get(key)? {
            "ulaw" => Some(Law::MuLaw),
            "alaw" => Some(Law::ALaw),
            _ => None,
        }
    }

    fn has(&self, flag: &str) -> bool {
        self.args.contains_key(flag)
    }

    fn check(&self, output: &[u8]) -> Verdict {
        let mut digest = String::new();
        for octet in Sha256::digest(output) {
            write!(digest, "{octet:02x}").unwrap();
        }
        if self.digests.contains(&digest.as_str()) {
            Verdict::Passed
        } else {
            Verdict::Failed(format!("{} octets, expected {}", output.len(), self.bytes))
        }
    }
}

/// The low octet of each 16-bit word, which is how the ITU's files hold G.711 and code words.
fn low_octets(words: &[u8]) -> Vec<u8> {
    words.chunks_exact(2).map(|pair| pair[0]).collect()
}

fn words(octets: &[u8]) -> Vec<u8> {
    octets.iter().flat_map(|&octet| [octet, 0]).collect()
}

fn pcm(octets: &[u8]) -> Vec<i16> {
    octets.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
}

fn octets(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_le_bytes()).collect()
}

/// Code words, one an octet, to packed octets (LSB first) and back.
fn pack(codes: &[u8], bits: u32) -> Vec<u8> {
    let (mut packed, mut rest, mut have) = (Vec::new(), 0_u32, 0);
    for &code in codes {
        rest |= u32::from(code) << have;
        have += bits;
        while have >= 8 {
            packed.push(rest as u8);
            rest >>= 8;
            have -= 8;
        }
    }
    assert_eq!(have, 0, "the sequences are multiples of eight");
    packed
}

fn unpack(packed: &[u8], bits: u32) -> Vec<u8> {
    let (mut codes, mut rest, mut have) = (Vec::new(), 0_u32, 0);
    for &octet in packed {
        rest |= u32::from(octet) << have;
        have += 8;
        while have >= bits {
            codes.push((rest & ((1 << bits) - 1)) as u8);
            rest >>= bits;
            have -= bits;
        }
    }
    codes
}

fn g726_decode(row: &Row) -> Verdict {
    let bits = row.rate().bits();
    let input =
        if row.has("codes16") { pack(&low_octets(&row.input), bits) } else { row.input.clone() };
    let mut decoder = Decoder::new(row.rate(), row.packing());
    let output = match row.law("out") {
        Some(law) => {
            let mut out = Vec::new();
            decoder.decode_law(&input, law, &mut out);
            if row.has("words16") { words(&out) } else { out }
        }
        None => {
            let mut out = Vec::new();
            decoder.decode(&input, &mut out);
            octets(&out)
        }
    };
    row.check(&output)
}

fn g726_encode(row: &Row) -> Verdict {
    let mut encoder = Encoder::new(row.rate(), row.packing());
    let mut out = Vec::new();
    match row.law("in") {
        Some(law) => encoder.encode_law(&low_octets(&row.input), law, &mut out),
        None => encoder.encode(&pcm(&row.input), &mut out),
    }
    encoder.finish(&mut out);
    row.check(&if row.has("codes16") { words(&unpack(&out, row.rate().bits())) } else { out })
}

fn file_decode(row: &Row) -> Verdict {
    let media_type = if row.op == "gsm-dec" { "audio/gsm" } else { "audio/basic" };
    match codec::decode(&row.input, Hint { media_type, filename: None }, Limits::default()) {
        Ok(pcm) => row.check(&octets(&pcm.samples)),
        Err(error) => Verdict::Failed(error.to_string()),
    }
}

fn fax_decode(row: &Row) -> Verdict {
    let number = |key: &str| row.args[key].parse::<u32>().unwrap();
    let page = number("page") as usize - 1;
    let infos = fax::pages(&row.input).unwrap();
    let size = (number("w"), number("h"));
    match fax::render(&row.input, page) {
        Ok(bitmap) if bitmap.damaged => Verdict::Failed("called damaged".into()),
        Ok(bitmap) if (bitmap.width, bitmap.height) == size => {
            assert_eq!((infos[page].width, infos[page].height), size);
            row.check(&bitmap.rows)
        }
        Ok(bitmap) => Verdict::Failed(format!("{} by {}", bitmap.width, bitmap.height)),
        Err(error) => Verdict::Failed(error.to_string()),
    }
}

/// The number after `key` in a note: "duration 5.20 s +-0.15 s, RMS 2207 +-10 %".
fn figure(note: &str, key: &str) -> f64 {
    let (_, rest) = note.split_once(key).unwrap();
    rest.split_whitespace().next().unwrap().parse().unwrap()
}

fn rms(pcm: &Pcm) -> f64 {
    let sum: f64 = pcm.samples.iter().map(|&sample| f64::from(sample).powi(2)).sum();
    (sum / pcm.samples.len() as f64).sqrt()
}

fn lossy_decode(row: &Row) -> Verdict {
    let hint = Hint { media_type: "application/octet-stream", filename: None };
    match codec::decode(&row.input, hint, Limits::default()) {
        // The row with no decoder here passes when it is called by its name.
        Err(Error::Unsupported(name)) if row.args["fmt"] == "wma" => {
            println!("{}: undecodable: {name}", row.id);
            assert_eq!(name, "Windows Media Audio");
            Verdict::Passed
        }
        Err(error) => Verdict::Failed(error.to_string()),
        Ok(pcm) => {
            let pcm = resample::into_rate(pcm, Pcm::TELEPHONE);
            let seconds = pcm.duration().as_secs_f64();
            let (wanted, level) = (figure(row.note, "duration "), figure(row.note, "RMS "));
            if (seconds - wanted).abs() > 0.15 || (rms(&pcm) / level - 1.0).abs() > 0.1 {
                return Verdict::Failed(format!("{seconds:.2} s, RMS {:.0}", rms(&pcm)));
            }
            Verdict::Passed
        }
    }
}

#[test]
fn speech_in_the_wrong_order_is_found_out() {
    let Some(shared) = crate::support::shared() else {
        println!("skipped: no shared vectors");
        return;
    };
    let read = |name: &str| fs::read(shared.join("vectors/g726").join(name)).unwrap();
    let hint = Hint { media_type: "audio/32kadpcm", filename: None };
    let decode = |octets: &[u8]| codec::decode(octets, hint, Limits::default()).unwrap();
    assert_eq!(decode(&read("name5.g726-32le")), decode(&read("name5.g726-32be")));
}

#[test]
fn the_published_tables_of_g711() {
    let Some(shared) = crate::support::shared() else {
        println!("skipped: no shared vectors");
        return;
    };
    for (law, name) in [(Law::MuLaw, "ulaw"), (Law::ALaw, "alaw")] {
        let table = shared.join(format!("vectors/g711/{name}_decode.tsv"));
        let table = fs::read_to_string(table).unwrap();
        let rows: Vec<(u8, i16)> = table
            .lines()
            .filter_map(|line| line.split_once('\t'))
            .map(|(code, value)| (code.parse().unwrap(), value.parse().unwrap()))
            .collect();
        assert_eq!(rows.len(), 256, "{name}");
        for (code, value) in rows {
            assert_eq!(law.expand(code), value, "{name} {code}");
        }
    }
}

/// Runs `aloud codec` over standard input and output.
fn program(arguments: &[&str], input: &[u8]) -> std::process::Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_aloud"))
        .arg("codec")
        .args(arguments)
        .args(["-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It reads everything before it writes.
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

/// The options of a row, its input as the program takes it, and whether the output is packed code
/// words or octets that the row has one a word.
fn options<'a>(row: &Row<'a>) -> (Vec<String>, Vec<u8>) {
    let decode = row.op != "g726-enc";
    let codec = match row.op {
        "g726-dec" | "g726-enc" => format!("g726-{}", row.args["rate"]),
        "gsm-dec" => "gsm".into(),
        "au-dec" => "au".into(),
        _ => match row.args.get("fmt") {
            Some(&"ima") => "ima".into(),
            Some(&"msadpcm") => "ms-adpcm".into(),
            _ => "wav".into(),
        },
    };
    let mut options = vec![if decode { "decode" } else { "encode" }.to_owned()];
    options.push(format!("--codec={codec}"));
    options.extend(row.args.get("pack").map(|pack| format!("--pack={pack}")));
    let side = row.args.get(if decode { "out" } else { "in" });
    options.push(match side {
        Some(law @ (&"ulaw" | &"alaw")) => format!("--law={law}"),
        _ => "--raw".into(),
    });
    let codes = row.has("codes16") && decode;
    let law = row.has("words16") && !decode;
    let input = match (codes, law) {
        (true, _) => pack(&low_octets(&row.input), row.rate().bits()),
        (_, true) => low_octets(&row.input),
        _ => row.input.clone(),
    };
    (options, input)
}

fn by_the_program(row: &Row) -> Verdict {
    let (options, input) = options(row);
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let out = program(&options, &input);
    if !out.status.success() {
        return Verdict::Failed(String::from_utf8_lossy(&out.stderr).into_owned());
    }
    let output = match row.op {
        "g726-enc" if row.has("codes16") => words(&unpack(&out.stdout, row.rate().bits())),
        "g726-dec" if row.has("words16") => words(&out.stdout),
        _ => out.stdout,
    };
    row.check(&output)
}

#[test]
fn the_program_gives_the_same_octets_for_every_exact_row() {
    let Some(shared) = crate::support::shared() else {
        println!("skipped: no shared vectors");
        return;
    };
    let root = shared.join("vectors");
    let manifest = fs::read_to_string(root.join("manifest.tsv")).unwrap();
    let (mut passed, mut failed) = (0, Vec::new());
    for line in manifest.lines().skip(1) {
        let row = parse(line, &root);
        if !matches!(row.op, "g726-dec" | "g726-enc" | "gsm-dec" | "wav-dec" | "au-dec") {
            continue;
        }
        match by_the_program(&row) {
            Verdict::Passed => passed += 1,
            Verdict::Failed(reason) | Verdict::Skipped(reason) => {
                failed.push(format!("{}: {reason}", row.id));
            }
        }
    }
    println!("{passed} passed, {} failed", failed.len());
    assert!(failed.is_empty(), "{failed:#?}");
    assert_eq!(passed, 92 + 61 + 3 + 8 + 1);
}

#[test]
fn the_program_decodes_the_others_by_name() {
    let Some(shared) = crate::support::shared() else {
        println!("skipped: no shared vectors");
        return;
    };
    let lossy = shared.join("vectors/lossy");
    for (file, codec) in [
        ("name5.mp3", "mp3"),
        ("name5.mp3.wav", "mp3"),
        ("name5.opus", "opus"),
        ("name5.amr", "amr"),
        ("name5.ogg", "vorbis"),
        ("name5.m4a", "aac"),
    ] {
        let input = fs::read(lossy.join(file)).unwrap();
        let option = format!("--codec={codec}");
        let named = program(&["decode", &option, "--raw"], &input);
        assert!(named.status.success(), "{file}");
        let seconds = named.stdout.len() as f64 / 16_000.0;
        assert!((seconds - 5.2).abs() < 0.3, "{file}: {seconds}");
        assert_eq!(program(&["decode", "--raw"], &input).stdout, named.stdout, "{file}");
        let wrong = if codec == "mp3" { "--codec=opus" } else { "--codec=mp3" };
        let refused = program(&["decode", wrong], &input);
        assert_eq!(refused.status.code(), Some(1), "{file}");
        assert!(refused.stdout.is_empty());
    }
    let wma = fs::read(lossy.join("name5.wma")).unwrap();
    let refused = program(&["decode"], &wma);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("Windows Media Audio"));
}

#[test]
fn every_row_of_the_manifest() {
    let Some(shared) = crate::support::shared() else {
        println!("skipped: no shared vectors");
        return;
    };
    let root = shared.join("vectors");
    let manifest = fs::read_to_string(root.join("manifest.tsv")).unwrap();
    let (mut passed, mut failed, mut skipped) = (0, Vec::new(), Vec::new());
    for line in manifest.lines().skip(1) {
        let row = parse(line, &root);
        let verdict = match row.op {
            "g726-dec" => g726_decode(&row),
            "g726-enc" => g726_encode(&row),
            "gsm-dec" | "wav-dec" | "au-dec" => file_decode(&row),
            "fax-dec" => fax_decode(&row),
            "lossy-dec" => lossy_decode(&row),
            other => Verdict::Skipped(format!("no test for {other}")),
        };
        match verdict {
            Verdict::Passed => passed += 1,
            Verdict::Failed(reason) => failed.push(format!("{}: {reason}", row.id)),
            Verdict::Skipped(reason) => skipped.push(format!("{}: {reason}", row.id)),
        }
    }
    for line in failed.iter().chain(&skipped) {
        println!("{line}");
    }
    println!("{passed} passed, {} failed, {} skipped", failed.len(), skipped.len());
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(skipped.is_empty(), "{skipped:#?}");
    assert!(passed >= 180, "the manifest is cut short");
}
