use aloud::message::{
    Mail,
    inspect::{self, ReadOptions},
};

use super::choice;

/// What is signed (CMS) and what Outlook packs (TNEF): the object as a message of its own and beside
/// a text, whole and cut.
pub fn wrapped(octets: &[u8]) {
    let (choice, octets) = choice(octets);
    let kind = match choice % 2 {
        0 => "application/pkcs7-mime; smime-type=signed-data; name=smime.p7m",
        _ => "application/ms-tnef; name=winmail.dat",
    };
    let beside = choice / 2 % 2 == 1;
    let head = if beside {
        format!(
            "From: a@x.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=fuzz\n\n\
             --fuzz\n\nText\n--fuzz\nContent-Type: {kind}\n\n"
        )
    } else {
        format!("From: a@x.example\nMIME-Version: 1.0\nContent-Type: {kind}\n\n")
    };
    let end: &[u8] = if beside { b"\n--fuzz--\n" } else { b"" };
    let raw = [head.as_bytes(), octets, end].concat();

    let whole = ReadOptions { measure_audio: false, ..ReadOptions::default() };
    let mail = check(&raw, &whole);
    let again = Mail::read(&raw, &whole);
    let json = |mail: &Mail| aloud::cli::inspect::to_json(mail, "-").to_string();
    assert_eq!(json(&again), json(&mail));
    let half = raw.get(..head.len() + octets.len() / 2).unwrap_or(&raw);
    check(half, &ReadOptions::prefix(raw.len() as u64));
}

/// Every part has a path of its own and octets under it; what blocks inside blocks the whole.
fn check(raw: &[u8], options: &ReadOptions) -> Mail {
    let mail = Mail::read(raw, options);
    let mut paths: Vec<&str> = mail.parts.iter().map(|part| part.path.as_str()).collect();
    for path in paths.iter().take(8) {
        assert!(inspect::body_with(raw, path, options).is_some(), "part {path} has no octets");
    }
    let count = paths.len();
    paths.sort_unstable();
    paths.dedup();
    assert_eq!(paths.len(), count, "two parts with one path");
    for inner in &mail.forwarded {
        assert!(mail.may_forward.is_allowed() <= inner.may_save.is_allowed(), "private inside");
    }
    mail
}
