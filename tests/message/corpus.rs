//! Every message of the shared corpus, when it is there: no panic, bounded work, the expected kind.

use aloud::message::{Mail, inspect};

struct Row {
    file: String,
    category: String,
    expected: Vec<String>,
    seconds: Option<f64>,
    sensitivity: String,
    importance: String,
    receipt: String,
    notes: String,
}

fn rows() -> Option<(std::path::PathBuf, Vec<Row>)> {
    let dir = crate::support::shared()?.join("corpus");
    let manifest = std::fs::read_to_string(dir.join("manifest.tsv")).ok()?;
    let rows = manifest.lines().skip(1).filter_map(|line| {
        let columns: Vec<&str> = line.split('\t').collect();
        Some(Row {
            file: (*columns.first()?).to_owned(),
            category: (*columns.get(1)?).to_owned(),
            expected: columns.get(6)?.split('|').map(str::to_owned).collect(),
            seconds: columns.get(7)?.parse().ok(),
            sensitivity: (*columns.get(9)?).to_owned(),
            importance: columns.get(10)?.trim_end_matches('?').to_owned(),
            receipt: (*columns.get(11)?).to_owned(),
            notes: columns.last().copied().unwrap_or_default().to_owned(),
        })
    });
    Some((dir.clone(), rows.collect()))
}

#[test]
fn every_message_has_the_expected_kind() {
    let Some((dir, rows)) = rows() else {
        println!("skipped: the shared corpus is not here");
        return;
    };
    let mut misses = Vec::new();
    let (mut special, mut special_right, mut false_voice) = (0, 0, 0);
    let mut largest = std::time::Duration::ZERO;
    for row in &rows {
        let raw = std::fs::read(dir.join(&row.file)).expect("the file of a manifest row");
        let began = std::time::Instant::now();
        let mail = Mail::read(&raw, &inspect::ReadOptions::default());
        largest = largest.max(began.elapsed());
        let kind = mail.kind.as_str();
        let right = row.expected.iter().any(|e| e == kind);
        if row.expected.iter().any(|e| ["voice", "fax", "mdn", "dsn"].contains(&e.as_str()))
            && row.expected.len() == 1
        {
            special += 1;
            special_right += usize::from(right);
        }
        false_voice += usize::from(row.expected == ["email"] && kind == "voice");
        if !right {
            let evidence = aloud::wording::recognition::because(&mail.evidence);
            misses.push(format!(
                "{} ({}): {kind} instead of {} [{evidence}] {}",
                row.file,
                row.category,
                row.expected.join("|"),
                row.notes
            ));
        }
        let seconds = mail.duration.map(|d| d.as_secs_f64());
        if let (Some(expected), Some(found)) = (row.seconds, seconds)
            && (expected - found).abs() > 1.0
        {
            println!("length: {} {found} s, the manifest says {expected} s", row.file);
        }
        let found = mail.sensitivity.as_ref().map_or("", |s| s.as_str());
        if !row.sensitivity.is_empty() && found != row.sensitivity {
            println!("sensitivity: {} {found}, the manifest says {}", row.file, row.sensitivity);
        }
        let found = mail.importance.map_or("", |s| s.as_str());
        if !row.importance.is_empty() && found != row.importance {
            println!("importance: {} {found}, the manifest says {}", row.file, row.importance);
        }
        let asked = mail.receipt.as_ref().map_or(String::new(), |r| {
            r.requested_by.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        });
        if !row.receipt.is_empty() && !row.receipt.contains(&asked)
            || asked.is_empty() != row.receipt.is_empty()
        {
            println!("receipt: {} by {asked}, the manifest says {}", row.file, row.receipt);
        }
        // The JSON form exists for every message, and every leaf can be fetched again.
        let json = aloud::cli::inspect::to_json(&mail, &row.file);
        assert!(json.get("problems").is_some());
        for part in &mail.parts {
            let body = inspect::body(&raw, &part.path).expect("a leaf of this message");
            assert_eq!(body.octets.len(), part.octets, "{} part {}", row.file, part.path);
        }
    }
    println!("{} messages, longest {largest:?}, {} misses", rows.len(), misses.len());
    for miss in &misses {
        println!("miss: {miss}");
    }
    assert_eq!(false_voice, 0, "ordinary mail called voice");
    assert!(special_right * 100 >= special * 99, "{special_right} of {special}");
}
