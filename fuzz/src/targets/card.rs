use aloud::message::card::{self, CardDoc, OCTETS_MAX, Sound};

/// Cards of any version: read, written as 3.0, and read again.
pub fn card(octets: &[u8]) {
    let cards = card::parse_all(octets);
    assert!(cards.len() <= 100);
    for doc in cards.iter().take(4) {
        let text = card::write(doc);
        if text.len() > OCTETS_MAX {
            continue;
        }
        assert!(text.split("\r\n").all(|line| line.len() <= 75 && !line.contains(['\r', '\n'])));
        let all = card::parse_all(text.as_bytes());
        assert_eq!(all.len(), 1, "one card was written");
        let back = all.into_iter().next().unwrap_or_default();
        assert_eq!(content(&back), content(doc), "written as\n{text}");
        // Nothing is made of these, so they come back as they stood.
        for name in ["NICKNAME", "BDAY", "URL"] {
            assert_eq!(named(&back, name), named(doc, name), "written as\n{text}");
        }
    }
    if octets.len().is_multiple_of(8) {
        assert_eq!(card::parse_all(octets), cards);
    }
}

/// What a written card carries on: all but what was wrong with the card that came.
fn content(doc: &CardDoc) -> CardDoc {
    let mut doc = doc.clone();
    doc.problem = None;
    // N, ORG and ADR that a card lacks are made of its other fields.
    doc.properties.clear();
    // FN and N must be there, so each is made from the other.
    if doc.family.is_none() && doc.given.is_none() {
        doc.family = doc.name.clone();
    }
    if let Some((media_type, _)) = &mut doc.photo {
        media_type.clear();
    }
    if let Some(Sound::Inline { media_type, .. }) = &mut doc.sound {
        media_type.clear();
    }
    doc
}

fn named<'a>(doc: &'a CardDoc, name: &str) -> Vec<&'a card::Property> {
    doc.properties.iter().filter(|property| property.name == name).collect()
}
