use aloud::message::{
    Mail,
    inspect::ReadOptions,
    recognize::Words,
    vendors::{self, Table},
    view::View,
};

use super::choice;

/// Reading as the lists do it: the header alone, a beginning cut anywhere, and with vendor rows
/// that a user wrote.
pub fn recognize(octets: &[u8]) {
    let (choice, octets) = choice(octets);
    if choice >= 0xF0 {
        return table(octets);
    }
    let options = ReadOptions { measure_audio: false, ..ReadOptions::default() };
    let whole = Mail::read(octets, &options);
    let header_end = octets.windows(2).position(|two| two == b"\n\n").map(|at| at + 2);
    let header_end = header_end
        .into_iter()
        .chain(octets.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4))
        .min()
        .unwrap_or(octets.len());
    let cuts = [header_end, octets.len() * choice / 256];
    for cut in cuts {
        let beginning = octets.get(..cut).unwrap_or(octets);
        for total in [0, octets.len() as u64, u64::MAX] {
            let mail = Mail::read(beginning, &ReadOptions::prefix(total));
            explained(&mail);
            assert!(mail.duration.is_none_or(|d| d.as_secs() < 1 << 40));
            let _ = aloud::cli::inspect::to_json(&mail, "-").to_string();
        }
    }
    explained(&whole);
    let view = View::parse(octets);
    let part_paths: Vec<&str> = view.leaves().map(|part| part.path.as_str()).collect();
    let mut unique = part_paths.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), part_paths.len(), "two parts with one path");
}

fn explained(mail: &Mail) {
    let plain =
        matches!(mail.kind, aloud::model::MessageKind::Email | aloud::model::MessageKind::Other);
    assert!(plain || !mail.evidence.is_empty(), "{:?} without evidence", mail.kind);
}

/// A pattern and a value, or a table file.
fn table(octets: &[u8]) {
    let text = String::from_utf8_lossy(octets);
    if let Some((pattern, value)) = text.split_once('\n')
        && pattern.matches('*').count() <= 8
    {
        let _ = vendors::pattern(pattern, value);
    }
    let _ = Words::parse(&text);
    match Table::parse(&text) {
        Ok(table) => {
            let raw =
                b"Subject: New message 1 in mailbox 2\r\nFrom: PBX <a@example.com>\r\n\r\nFrom: 3";
            let _ = Mail::read_with(raw, &ReadOptions::default(), &table);
        }
        Err(fault) => assert!(!aloud::wording::recognition::fault(&fault).is_empty()),
    }
}
