//! Messages that recognition is measured on: those of `tests/data/recognition` (its README has the
//! form), and the shared ones where they are there.

use aloud::codec::{Pcm, fax, g711, gsm, wav};
use aloud::message::Mail;

use super::builders::page;

/// A message and what must be found in it.
pub struct Case {
    pub name: String,
    pub raw: Vec<u8>,
    pub kinds: Vec<String>,
    number: String,
    caller: String,
}

impl Case {
    /// What is wrong with the caller found; empty when nothing is, `None` where it is not looked at.
    pub fn wrong_caller(&self, mail: &Mail) -> Option<String> {
        if self.number.is_empty() && self.caller.is_empty() {
            return None;
        }
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let found = mail.sender.number.clone().unwrap_or_default();
        let name = mail.sender.name.clone().unwrap_or_default();
        let mut wrong = Vec::new();
        match self.number.as_str() {
            "" => {}
            "-" if mail.sender.withheld => wrong.push("withheld, which nobody says".into()),
            "withheld" if !mail.sender.withheld => wrong.push("not withheld".into()),
            "-" | "withheld" if found.is_empty() => {}
            expected if digits(expected) == digits(&found) => {}
            expected => wrong.push(format!("number {found:?}, not {expected:?}")),
        }
        match self.caller.as_str() {
            "" => {}
            "-" if name.is_empty() => {}
            expected if name.eq_ignore_ascii_case(expected) => {}
            expected => wrong.push(format!("name {name:?}, not {expected:?}")),
        }
        Some(wrong.join("; "))
    }
}

/// The messages of `tests/data/recognition`.
pub fn cases() -> Vec<Case> {
    let dir = format!("{}/tests/data/recognition", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "txt"));
    files.sort();
    let texts = files.iter().map(|path| std::fs::read_to_string(path).unwrap());
    texts.flat_map(|text| text.split("\n=== ").map(case).collect::<Vec<_>>()).collect()
}

fn case(text: &str) -> Case {
    let (head, message) = text.split_once('\n').unwrap();
    let mut columns = head.trim_start_matches("=== ").split('|').map(str::trim);
    let mut next = || columns.next().unwrap_or_default().to_owned();
    let (name, kinds, number, caller) = (next(), next(), next(), next());
    let (header, body) = message.split_once("\n\n").unwrap_or((message, ""));
    let parts = |line: &&str| line.starts_with("@@ ");
    let words: Vec<&str> = body.lines().filter(|line| !parts(line)).collect();
    let words = words.join("\n");
    let mut raw = format!(
        "Date: Fri, 17 Apr 2026 10:20:30 +0200\n{header}\nMIME-Version: 1.0\n\
         Content-Type: multipart/mixed; boundary=\"=_cut\"\n\n"
    );
    let subtype = if words.trim_start().starts_with('<') { "html" } else { "plain" };
    raw += &format!(
        "--=_cut\nContent-Type: text/{subtype}; charset=utf-8\n\
         Content-Transfer-Encoding: 8bit\n\n{}\n",
        words.trim_end()
    );
    for line in body.lines().filter(parts) {
        let mut columns = line.trim_start_matches("@@ ").split(';').map(str::trim);
        let (media_type, file, form) =
            (columns.next().unwrap(), columns.next().unwrap(), columns.next().unwrap());
        raw += &format!(
            "--=_cut\nContent-Type: {media_type}; name=\"{file}\"\n\
             Content-Transfer-Encoding: base64\n\
             Content-Disposition: attachment; filename=\"{file}\"\n\n{}\n",
            base64(&attachment(form))
        );
    }
    raw += "--=_cut--\n";
    let kinds = kinds.split(',').map(str::to_owned).collect();
    Case { name, raw: raw.replace('\n', "\r\n").into_bytes(), kinds, number, caller }
}

fn attachment(form: &str) -> Vec<u8> {
    let (form, length) = form.split_once(' ').unwrap_or((form, "1"));
    let length: usize = length.parse().unwrap();
    let telephone = vec![0_i16; 8000 * length];
    let frames = |header: [u8; 4], size: usize, samples: usize, rate: usize| {
        let frame = [&header[..], &vec![0; size - 4]].concat();
        frame.repeat(length * rate / samples)
    };
    match form {
        "wav8" => wav::write(&Pcm::telephone(telephone)),
        "wav16" => wav::write(&Pcm { samples: vec![0; 16_000 * length], rate: 16_000 }),
        "wav44" => stereo(length),
        "ulaw8" => law(&telephone, g711::Law::MuLaw),
        "alaw8" => law(&telephone, g711::Law::ALaw),
        "gsm49" => gsm::wav_file(&gsm::encode_blocks(&telephone), 8000 * length as u32),
        "gsm" => gsm::encode(&telephone),
        "amr" => {
            [b"#!AMR\n".to_vec(), [&[0x3c][..], &[0; 31]].concat().repeat(50 * length)].concat()
        }
        "mp38" => frames([0xFF, 0xE3, 0x18, 0xC4], 72, 576, 8000),
        "mp316" => frames([0xFF, 0xF3, 0x38, 0xC4], 144, 576, 16_000),
        "mp344" => frames([0xFF, 0xFB, 0x90, 0x00], 417, 1152, 44_100),
        "mp3tag" => {
            let tag = b"ID3\x03\0\0\0\0\0\x1cTIT2\0\0\0\x04\0\0\0abcTPE1\0\0\0\x04\0\0\0xyz";
            [&tag[..], &frames([0xFF, 0xFB, 0x90, 0x00], 417, 1152, 44_100)].concat()
        }
        "m4a" => {
            [&b"\0\0\0\x1cftypM4A \0\0\x02\0M4A isomiso2"[..], &vec![0; 2000 * length]].concat()
        }
        "tiff" => fax::encode(&vec![page(200); length]),
        "pdf" => b"%PDF-1.4\n%%EOF\n".to_vec(),
        "octets" => b"<html>nothing</html>".to_vec(),
        other => panic!("{other}"),
    }
}

fn law(samples: &[i16], law: g711::Law) -> Vec<u8> {
    wav::write_law(&g711::encode(samples, law), law, 8000)
}

/// Two channels of silence at 44,100 Hz.
fn stereo(seconds: usize) -> Vec<u8> {
    let mut file = wav::header(44_100, Some((44_100 * 4 * seconds) as u32)).to_vec();
    file[22] = 2;
    file[28..32].copy_from_slice(&(44_100_u32 * 4).to_le_bytes());
    file[32] = 4;
    file.extend(vec![0; 44_100 * 4 * seconds]);
    file
}

fn base64(octets: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(octets);
    let lines: Vec<_> = text.as_bytes().chunks(76).map(String::from_utf8_lossy).collect();
    lines.join("\n")
}

fn manifest(folder: &str) -> Option<Vec<(std::path::PathBuf, Vec<String>)>> {
    let dir = crate::support::shared()?.join(folder);
    let text = std::fs::read_to_string(dir.join("manifest.tsv")).ok()?;
    let rows = text.lines().skip(1).map(|line| line.split('\t').map(str::to_owned).collect());
    let rows = rows.filter(|row: &Vec<String>| row[0].ends_with(".eml"));
    Some(rows.map(|row| (dir.join(&row[0]), row)).collect())
}

/// The field cases.
pub fn field() -> Option<Vec<Case>> {
    let cases = manifest("field")?.into_iter().map(|(path, row)| {
        let kinds: Vec<String> = row[3].split('|').map(str::to_owned).collect();
        let voice = kinds.iter().any(|kind| kind == "voice" || kind == "fax");
        let caller = if voice { row[5].as_str() } else { "" };
        let (mut number, mut name) = (String::new(), String::new());
        for piece in caller.split(['/', ';']).map(str::trim).filter(|piece| !piece.is_empty()) {
            match piece {
                "none" | "withheld" => number = "withheld".into(),
                _ if piece.chars().any(|c| c.is_ascii_digit()) => number = piece.into(),
                _ => name = piece.into(),
            }
        }
        let raw = std::fs::read(&path).expect("a file of the manifest");
        Case { name: row[0].clone(), raw, kinds, number, caller: name }
    });
    Some(cases.collect())
}

/// The corpus; its callers are not listed.
pub fn corpus() -> Option<Vec<Case>> {
    let cases = manifest("corpus")?.into_iter().map(|(path, row)| Case {
        name: row[0].clone(),
        raw: std::fs::read(&path).expect("a file of the manifest"),
        kinds: row[6].split('|').map(str::to_owned).collect(),
        number: String::new(),
        caller: String::new(),
    });
    Some(cases.collect())
}
