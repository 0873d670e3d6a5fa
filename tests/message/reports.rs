//! Delivery reports, receipts and cards of the shared corpus, where it is at hand.

use aloud::message::{
    Mail, PartRole, Report, card,
    inspect::{self, ReadOptions},
};

use crate::support::shared;

/// Every report in the corpus becomes recipients with a valid status and a sentence; every card is
/// read without a panic and written back to the same card.
#[test]
fn the_corpus_is_understood() {
    let Some(folder) = shared().map(|s| s.join("corpus")).filter(|c| c.is_dir()) else {
        println!("skipped: no corpus");
        return;
    };
    let (mut reports, mut recipients, mut receipts, mut cards, mut stated) = (0, 0, 0, 0, 0);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "eml") {
            continue;
        }
        let raw = std::fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mail =
            Mail::read(&raw, &ReadOptions { measure_audio: false, ..ReadOptions::default() });
        match &mail.report {
            Some(Report::Dsn(list)) => {
                reports += 1;
                for dsn in list {
                    recipients += 1;
                    assert!(!aloud::wording::delivery::sentence(dsn).is_empty(), "{name}");
                    assert!(matches!(dsn.class(), 2 | 4 | 5), "{name}: {dsn:?}");
                    stated += usize::from(!dsn.status.is_empty());
                    let whole = dsn.status.starts_with(['2', '4', '5'])
                        && dsn.status.matches('.').count() == 2;
                    assert!(whole || dsn.status.is_empty(), "{name}: {dsn:?}");
                }
            }
            Some(Report::Mdn(_)) => receipts += 1,
            None => {}
        }
        for part in mail.parts.iter().filter(|p| p.role == PartRole::Card) {
            let octets = inspect::body(&raw, &part.path).unwrap().octets;
            for doc in card::parse_all(&octets) {
                cards += 1;
                let again = card::parse(card::write(&doc).as_bytes());
                assert_eq!(again.name, doc.name, "{name}");
                assert_eq!(again.emails, doc.emails, "{name}");
                assert_eq!(again.tels, doc.tels, "{name}");
            }
        }
    }
    println!(
        "{reports} delivery reports, {recipients} recipients, {receipts} receipts, {cards} cards"
    );
    assert!(reports > 0 && receipts > 0);
    // Few reports state none.
    assert!(stated * 10 > recipients * 8, "{stated} of {recipients}");
}
