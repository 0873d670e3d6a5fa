//! From octets to cards: lines first ([`super::lines`]), then the properties that a [`CardDoc`] has.

use super::{
    CardDoc, Email, Property, Sound, Tel,
    lines::{self, Binary, Line, PROPERTIES_MAX, Text, uri},
};
use crate::display;

/// Largest card that is read (reliability T11).
pub const OCTETS_MAX: usize = 256 * 1024;
/// Largest file of cards, and most cards of one.
const FILE_MAX: usize = 16 * 1024 * 1024;
const FILE_CARDS_MAX: usize = 5_000;
/// Most cards of one part that are read.
const CARDS_MAX: usize = 100;
/// Longest value that is kept, in characters; notes may be longer.
const VALUE_MAX: usize = 500;
const NOTES_MAX: usize = 16_000;

/// Properties that are kept with their components: those that a written card has in any case, and
/// the others. The ones do not use up the room of the others.
const KEPT: [&[&str]; 2] = [&["N", "ORG", "ADR", "TITLE", "ROLE"], &["NICKNAME", "BDAY", "URL"]];
/// How many of each.
const KEPT_MAX: usize = 8;
/// Most components of one.
const COMPONENTS_MAX: usize = 16;
/// Most numbers and addresses together. With all else that a written card has ([`super::write()`]
/// makes eleven lines beside the kept ones) it has no more properties than are read.
const REACHED_MAX: usize = 64;
const _: () = assert!(2 * KEPT_MAX + 11 + REACHED_MAX <= PROPERTIES_MAX);

/// Reads the first card; one that cannot be read has a [`CardDoc::problem`].
#[must_use]
pub fn parse(octets: &[u8]) -> CardDoc {
    let mut cards = parse_all(octets);
    if cards.is_empty() {
        return unusable("there is no contact card in it");
    }
    cards.swap_remove(0)
}

/// Reads all cards, at most 100.
#[must_use]
pub fn parse_all(octets: &[u8]) -> Vec<CardDoc> {
    if octets.len() > OCTETS_MAX {
        return vec![unusable("the contact card is larger than 256 KiB")];
    }
    lines::cards(octets).iter().take(CARDS_MAX).map(card).collect()
}

/// Reads all cards of a file that the user chose: the limit of 256 KiB holds for each card, and the
/// file may have 16 MiB and 5000 cards.
#[must_use]
pub fn parse_file(octets: &[u8]) -> Vec<CardDoc> {
    if octets.len() > FILE_MAX {
        return vec![unusable("the file is larger than 16 MiB")];
    }
    // UTF-16 is not taken apart by octets.
    if octets.starts_with(b"\xff\xfe") || octets.starts_with(b"\xfe\xff") {
        return parse_all(octets);
    }
    let mut docs = Vec::new();
    let (mut start, mut at, mut depth) = (0, 0, 0_usize);
    for line in octets.split_inclusive(|octet| *octet == b'\n') {
        at += line.len();
        let is = |word: &[u8]| line.trim_ascii().eq_ignore_ascii_case(word);
        if is(b"BEGIN:VCARD") {
            depth += 1;
        } else if is(b"END:VCARD") {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                docs.extend(parse_all(octets.get(start..at).unwrap_or_default()));
                start = at;
            }
        }
        if docs.len() >= FILE_CARDS_MAX {
            return docs;
        }
    }
    docs.extend(parse_all(octets.get(start..).unwrap_or_default()));
    docs
}

fn unusable(problem: &str) -> CardDoc {
    CardDoc { problem: Some(problem.into()), ..CardDoc::default() }
}

fn card(source: &lines::Source) -> CardDoc {
    let mut doc = CardDoc::default();
    let mut problems: Vec<&str> = Vec::new();
    if source.unclosed {
        problems.push("its end is missing");
    }
    if source.lines.len() > PROPERTIES_MAX {
        problems.push("only its first 100 properties were read");
    }
    for line in source.lines.iter().take(PROPERTIES_MAX) {
        match line {
            Line::Text(text) if is_full(&doc, text) => {
                problems.push("only its first 64 numbers and addresses were read");
            }
            Line::Text(text) => set_text(&mut doc, text),
            Line::Binary(property, binary) => match (property.as_str(), binary) {
                ("SOUND", Binary::Cid(id)) if doc.sound.is_none() => {
                    doc.sound = Some(Sound::Cid(id.clone()));
                }
                ("SOUND", Binary::Octets(kind, octets)) if doc.sound.is_none() => {
                    let media_type = sound_type(kind);
                    doc.sound = Some(Sound::Inline { media_type, octets: octets.clone() });
                }
                ("PHOTO", Binary::Octets(kind, octets)) if doc.photo.is_none() => {
                    doc.photo = Some((photo_type(kind, octets), octets.clone()));
                }
                (_, Binary::Damaged) => problems.push("a picture or recording in it is damaged"),
                _ => {}
            },
        }
    }
    if doc.name.is_none() {
        let joined = [&doc.given, &doc.family];
        let joined: Vec<&str> = joined.into_iter().filter_map(|p| p.as_deref()).collect();
        doc.name = one_line(&joined.join(" ")).or_else(|| doc.organization.clone());
    }
    if doc.name.is_none() && doc.emails.is_empty() && doc.tels.is_empty() {
        problems.push("it names nobody");
    }
    problems.dedup();
    doc.problem = (!problems.is_empty()).then(|| problems.join("; "));
    doc
}

/// Sets the field that a property is for; the first of a name counts.
fn set_text(doc: &mut CardDoc, text: &Text) {
    if has_room(doc, &text.name) {
        let whole = || vec![one_line(&text.whole()).unwrap_or_default()];
        let lines = |parts: Vec<String>| {
            parts.iter().take(COMPONENTS_MAX).map(|c| one_line(c).unwrap_or_default()).collect()
        };
        let components = match text.name.as_str() {
            "N" => lines(text.components(" ")),
            "ORG" | "ADR" => lines(text.components(", ")),
            "NICKNAME" => lines(text.list()),
            // As it is written and as long, so that what was written reads the same.
            "URL" => vec![one_line(&uri(&display::clean(&text.whole()))).unwrap_or_default()],
            _ => whole(),
        };
        let types = match text.name.as_str() {
            "ADR" => {
                let (mut types, preferred) = kinds(text);
                types.extend(preferred.then(|| "pref".to_owned()));
                types
            }
            _ => Vec::new(),
        };
        doc.properties.push(Property { name: text.name.clone(), types, components });
    }
    let whole = || one_line(&text.whole());
    let joined = |joint| {
        let components = text.components(joint);
        let components: Vec<String> = components.iter().filter_map(|c| one_line(c)).collect();
        one_line(&components.join(", "))
    };
    match text.name.as_str() {
        "FN" => set(&mut doc.name, whole()),
        "N" => {
            let parts = text.components(" ");
            let mut next = parts.iter().map(|part| one_line(part));
            let [family, given, middle] = [(); 3].map(|()| next.next().flatten());
            set(&mut doc.family, family);
            let given: Vec<String> = [given, middle].into_iter().flatten().collect();
            set(&mut doc.given, one_line(&given.join(" ")));
        }
        "ROLE" => {
            // Role wins over title, whichever comes first.
            if let Some(role) = whole() {
                doc.role = Some(role);
            }
        }
        "TITLE" => set(&mut doc.role, whole()),
        "ORG" => set(&mut doc.organization, joined(", ")),
        "ADR" => set(&mut doc.place, joined(", ")),
        "NOTE" => {
            let notes = display::clean_text(&text.whole());
            set(&mut doc.notes, at_most(notes.trim(), NOTES_MAX));
        }
        "EMAIL" => {
            if let Some(addr) = whole().and_then(|a| without_scheme(&a, "mailto:")) {
                let (kinds, preferred) = kinds(text);
                let vpim = kinds.iter().any(|kind| kind == "vpim");
                if !doc.emails.iter().any(|e| e.addr.eq_ignore_ascii_case(&addr)) {
                    doc.emails.push(Email { addr, vpim, preferred });
                }
            }
        }
        "TEL" => {
            if let Some(number) = whole().and_then(|n| without_scheme(&n, "tel:")) {
                let (kinds, preferred) = kinds(text);
                doc.tels.push(Tel { number, kinds, preferred });
            }
        }
        "REV" => set(&mut doc.rev, whole()),
        "TZ" => set(&mut doc.zone, whole()),
        "UID" => set(&mut doc.uid, whole()),
        _ => {}
    }
}

/// Whether it is one number or address too many.
fn is_full(doc: &CardDoc, text: &Text) -> bool {
    matches!(text.name.as_str(), "TEL" | "EMAIL")
        && doc.tels.len() + doc.emails.len() >= REACHED_MAX
}

/// Whether a property of this name is kept, and there is room for one more of its kind.
fn has_room(doc: &CardDoc, name: &str) -> bool {
    KEPT.iter().find(|group| group.contains(&name)).is_some_and(|group| {
        let kept = doc.properties.iter().filter(|kept| group.contains(&kept.name.as_str()));
        kept.count() < KEPT_MAX
    })
}

fn set(target: &mut Option<String>, value: Option<String>) {
    if target.is_none() {
        *target = value;
    }
}

fn one_line(text: &str) -> Option<String> {
    at_most(&display::clean(text), VALUE_MAX)
}

/// So many characters of it at most, without a blank where it was cut.
fn at_most(text: &str, characters: usize) -> Option<String> {
    let end = text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at);
    let text = text.get(..end).unwrap_or_default().trim_end();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Without the scheme, which some systems write twice.
fn without_scheme(text: &str, scheme: &str) -> Option<String> {
    let mut rest = text.trim();
    while let Some((start, later)) = rest.split_at_checked(scheme.len())
        && start.eq_ignore_ascii_case(scheme)
    {
        rest = later.trim_start();
    }
    (!rest.is_empty()).then(|| rest.to_owned())
}

/// TYPE values, and whether it is preferred (`TYPE=pref` or PREF).
fn kinds(text: &Text) -> (Vec<String>, bool) {
    let mut kinds: Vec<String> = Vec::new();
    for kind in &text.types {
        if kind != "pref" && is_token(kind) && !kinds.contains(kind) && kinds.len() < 16 {
            kinds.push(kind.clone());
        }
    }
    (kinds, text.pref || text.types.iter().any(|kind| kind == "pref"))
}

/// What can be a type (RFC 2426 section 4); only that can be written again.
fn is_token(kind: &str) -> bool {
    (1..=40).contains(&kind.len())
        && kind.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && !lines::NO_TYPES.contains(&kind)
}

fn sound_type(kind: &str) -> String {
    match kind {
        "" | "basic" | "audio/basic" => "audio/basic".into(),
        "wave" | "wav" => "audio/wav".into(),
        "pcm" => "audio/pcm".into(),
        kind if kind.contains('/') => kind.to_owned(),
        kind => format!("audio/{kind}"),
    }
}

/// By content where it is known, because the declared type is often wrong.
fn photo_type(kind: &str, octets: &[u8]) -> String {
    const MAGIC: [(&[u8], &str); 4] = [
        (b"\x89PNG", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF8", "image/gif"),
        (b"<svg", "image/svg+xml"),
    ];
    if let Some((_, found)) = MAGIC.iter().find(|(magic, _)| octets.starts_with(magic)) {
        return (*found).to_owned();
    }
    match kind {
        "" => "application/octet-stream".into(),
        "svg" => "image/svg+xml".into(),
        "jpg" => "image/jpeg".into(),
        kind if kind.contains('/') => kind.to_owned(),
        kind => format!("image/{kind}"),
    }
}
