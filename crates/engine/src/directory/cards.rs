//! Contact cards and the directory: whose card it is, what is new in it, taking it over, handing it
//! out (RFC 2426, reliability T11).
//!
//! A card is matched by address and then by number, never by name or UID. What a card lacks deletes
//! nothing; what the user typed is never replaced; an address or number that differs needs the
//! user's explicit choice. Limits: 20 addresses and numbers of a card, pictures of 512 KiB,
//! recordings of 1 MiB. Tests: `tests/engine/directory.rs`.

use std::time::Duration;

use super::same;
use crate::{
    errors::{Missing, Result},
    store::{
        Reader, Writer,
        contacts::{self, ContactRow, Source, SourceKind},
        ops::Act,
    },
    types::{
        CardComparison, CardField, CardOffer, CardOfferKind, CardValue, Error, FieldChange,
        Invalid, Refusal,
    },
};
use aloud_codec as codec;
use aloud_message::{
    Mail, PartRole,
    card::{self, CardDoc, Property, Sound},
    inspect,
};
use aloud_model::{AddrSpec, ContactId, MessageKey};

/// A card of a message with what belongs to it.
pub(crate) struct Received {
    /// The card.
    pub(crate) doc: CardDoc,
    /// The spoken name, from the card itself or the part of the message it points to.
    pub(crate) sound: Option<(String, Vec<u8>)>,
}

/// Largest photo and spoken name that are kept.
const PHOTO_MAX: usize = 512 * 1024;
const SOUND_MAX: usize = 1024 * 1024;
/// Most addresses and numbers taken from one card.
const FIELDS_MAX: usize = 20;

/// Reads the card at a path of a message; with several cards at its level it cannot be told whose
/// they are, and none is taken.
pub(crate) fn received(mail: &Mail, raw: &[u8], path: &str) -> Result<Received> {
    let level = match path.rsplit_once('/') {
        Some((outer, _)) => enclosed(mail, outer),
        None => Some(mail),
    };
    if level.is_some_and(|level| level.cards.len() > 1) {
        return Err(Refusal::SeveralCards.into());
    }
    let octets = inspect::body(raw, path)
        .ok_or_else(|| Error::NotFound(Missing::Part(path.to_owned())))?
        .octets;
    let doc = card::parse_all(&octets).into_iter().next().unwrap_or_default();
    if doc.name.is_none() && doc.emails.is_empty() && doc.tels.is_empty() {
        return Err(doc.problem.map_or(Invalid::EmptyCard, Invalid::BadCard).into());
    }
    // Of a private message's card the names may be noted and what one addresses people with, as its
    // caller's may; the rest stays in the message, because the directory is exported (decision E12).
    if !mail.may_save.is_allowed() {
        return Ok(Received { doc: names_and_addresses(doc), sound: None });
    }
    let sound = spoken_name(mail, raw, path, &doc);
    Ok(Received { doc, sound })
}

/// A card with names and addresses only, and when it was changed.
fn names_and_addresses(mut doc: CardDoc) -> CardDoc {
    doc.properties.retain(|property| property.name == "N");
    CardDoc {
        name: doc.name,
        family: doc.family,
        given: doc.given,
        emails: doc.emails,
        tels: doc.tels,
        rev: doc.rev,
        properties: doc.properties,
        problem: doc.problem,
        ..CardDoc::default()
    }
}

/// The spoken name that belongs to a card; parts are looked for at the card's own level only.
fn spoken_name(mail: &Mail, raw: &[u8], path: &str, doc: &CardDoc) -> Option<(String, Vec<u8>)> {
    let found = match &doc.sound {
        Some(Sound::Inline { media_type, octets }) => (media_type.clone(), octets.clone()),
        pointer => {
            let (outer, level) = match path.rsplit_once('/') {
                Some((outer, _)) => (format!("{outer}/"), enclosed(mail, outer)?),
                None => (String::new(), mail),
            };
            let part = match pointer {
                Some(Sound::Cid(id)) => {
                    level.parts.iter().find(|part| part.content_id.as_deref() == Some(id))?
                }
                _ => {
                    let ours = level.cards.iter().find(|card| path.ends_with(&card.path))?;
                    ours.has_spoken_name.then_some(())?;
                    level.parts.iter().find(|part| part.role == PartRole::SpokenName)?
                }
            };
            let octets = inspect::body(raw, &format!("{outer}{}", part.path))?.octets;
            (part.media_type.clone(), octets)
        }
    };
    (!found.1.is_empty() && found.1.len() <= SOUND_MAX).then_some(found)
}

/// The message inside at a path such as `3` or `3/2`.
fn enclosed<'a>(mail: &'a Mail, path: &str) -> Option<&'a Mail> {
    path.split('/').try_fold(mail, |mail, step| {
        let mut inner = mail.parts.iter().filter(|part| part.role == PartRole::Original);
        mail.forwarded.get(inner.position(|part| part.path == step)?)
    })
}

/// What may be done with the card of a message, at its own level only; with two of them it cannot
/// be told whose they are, and nothing is offered.
pub(crate) fn offers(
    c: &Reader,
    key: MessageKey,
    mail: &Mail,
    raw: &[u8],
) -> Result<Vec<CardOffer>> {
    let [card] = mail.cards.as_slice() else { return Ok(Vec::new()) };
    if contacts::dismissed(c, key, &card.path)? {
        return Ok(Vec::new());
    }
    let Ok(received) = received(mail, raw, &card.path) else { return Ok(Vec::new()) };
    let (kind, _) = judge(c, mail, &received)?;
    Ok(vec![CardOffer { path: card.path.clone(), name: card_name(&received.doc), kind }])
}

fn card_name(doc: &CardDoc) -> String {
    let given = doc.name.clone().or_else(|| doc.emails.first().map(|e| e.addr.clone()));
    given.or_else(|| doc.tels.first().map(|t| t.number.clone())).unwrap_or_default()
}

/// What accepting a card would do, and to whom.
pub(crate) fn judge(
    c: &Reader,
    mail: &Mail,
    received: &Received,
) -> Result<(CardOfferKind, Option<ContactRow>)> {
    let doc = &received.doc;
    let known = whose(c, doc)?;
    let from = mail.sender.address.as_ref();
    let is = |a: &str, b: &AddrSpec| same(a, b.as_str());
    // Whoever sends somebody else's card proves nothing about that person.
    let theirs = doc.emails.is_empty()
        || from.is_some_and(|from| {
            let on_card = doc.emails.iter().any(|e| is(&e.addr, from));
            match &known {
                Some(row) => row.emails.iter().any(|(a, ..)| is(a, from)),
                None => on_card,
            }
        });
    if !theirs {
        let card = doc.emails.first().map(|e| e.addr.clone()).unwrap_or_default();
        let from = from.map(ToString::to_string).unwrap_or_default();
        return Ok((CardOfferKind::OtherSender { card, from }, known));
    }
    let Some(row) = known else {
        return Ok((
            CardOfferKind::New {
                numbers: doc.tels.len(),
                addresses: doc.emails.len(),
                spoken_name: received.sound.is_some(),
            },
            None,
        ));
    };
    if older(&row, doc) {
        return Ok((CardOfferKind::Known, Some(row)));
    }
    let changes = compare(&row, received);
    if let Some(change) = changes.iter().find(|change| is_conflict(change)) {
        let in_use = change.old.as_ref().map(|old| old.as_str().to_owned()).unwrap_or_default();
        let new = change.new.as_str().to_owned();
        return Ok((CardOfferKind::Conflict { in_use, new }, Some(row)));
    }
    let news: Vec<CardField> =
        changes.iter().filter(|change| !change.typed).map(|change| change.field).collect();
    let kind = if news.is_empty() { CardOfferKind::Known } else { CardOfferKind::News(news) };
    Ok((kind, Some(row)))
}

/// The contact a card is about: by address, else by number; never by UID or name.
fn whose(c: &Reader, doc: &CardDoc) -> Result<Option<ContactRow>> {
    for email in doc.emails.iter().take(FIELDS_MAX) {
        if let Some(id) = contacts::by_address(c, &email.addr)? {
            return contacts::one(c, id).map(Some);
        }
    }
    for tel in doc.tels.iter().take(FIELDS_MAX) {
        // A number that several people share tells nothing.
        if let [only] = contacts::by_number(c, &tel.number)?.as_slice() {
            return contacts::one(c, *only).map(Some);
        }
    }
    Ok(None)
}

/// The digits of a card's REV: `1995-10-31T22:27:10Z` and `19951031T222710Z` are the same.
fn rev(doc: &CardDoc) -> String {
    let digits = doc.rev.as_deref().map(contacts::digits).unwrap_or_default();
    if digits.len() < 8 {
        return String::new();
    }
    digits.chars().chain("000000".chars()).take(14).collect()
}

/// Whether a card is older than the one the entry was made of.
fn older(row: &ContactRow, doc: &CardDoc) -> bool {
    let rev = rev(doc);
    !rev.is_empty() && rev < row.rev
}

/// The address of an entry that is used.
fn in_use(row: &ContactRow) -> Option<String> {
    let preferred = row.emails.iter().find(|(_, _, preferred)| *preferred);
    preferred.or(row.emails.first()).map(|(address, ..)| address.clone())
}

/// Which of the numbers it is, whatever else is said of it.
fn kind_of(kinds: &[String]) -> CardField {
    let is = |word: &str| kinds.iter().any(|kind| kind.eq_ignore_ascii_case(word));
    match () {
        () if is("fax") => CardField::FaxNumber,
        () if is("cell") => CardField::MobileNumber,
        () => CardField::Number,
    }
}

/// Every field in which a card says something that the entry does not have. What a card lacks is no
/// difference.
fn compare(row: &ContactRow, received: &Received) -> Vec<FieldChange> {
    let doc = &received.doc;
    let mut changes = Vec::new();
    let mut add = |field: CardField, old: Option<CardValue>, new: CardValue| {
        changes.push(FieldChange { field, old, new, typed: row.is_typed(field) });
    };
    for (field, old, new) in [
        (CardField::Name, &row.name, &doc.name),
        (CardField::Role, &row.role, &doc.role),
        (CardField::Organization, &row.organization, &doc.organization),
        (CardField::Place, &row.place, &doc.place),
        (CardField::Zone, &row.zone, &doc.zone),
    ] {
        let new = new.as_deref().map(str::trim).unwrap_or_default();
        if !new.is_empty() && new != old {
            let old = Some(old.clone()).filter(|old| !old.is_empty()).map(CardValue::Text);
            add(field, old, CardValue::Text(new.to_owned()));
        }
    }
    let mut seen: Vec<&str> = Vec::new();
    for email in doc.emails.iter().take(FIELDS_MAX) {
        if AddrSpec::parse(&email.addr).is_err() || seen.iter().any(|a| same(a, &email.addr)) {
            continue;
        }
        seen.push(&email.addr);
        match row.emails.iter().find(|(known, ..)| same(known, &email.addr)) {
            None => {
                let old = in_use(row).map(CardValue::Text);
                add(CardField::Address, old, CardValue::Text(email.addr.clone()));
            }
            Some((_, false, _)) if email.vpim => {
                add(CardField::Vpim, None, CardValue::Text(email.addr.clone()));
            }
            Some(_) => {}
        }
    }
    let mut seen: Vec<String> = row.tels.iter().map(|(n, _)| contacts::dialled(n)).collect();
    for tel in doc.tels.iter().take(FIELDS_MAX) {
        let digits = contacts::dialled(&tel.number);
        if seen.contains(&digits) {
            continue;
        }
        seen.push(digits);
        let kind = kind_of(&tel.kinds);
        let old = row.tels.iter().find(|(_, kinds)| kind_of(kinds) == kind);
        let old = old.map(|(number, _)| CardValue::Text(number.clone()));
        add(kind, old, CardValue::Text(tel.number.clone()));
    }
    let photo = doc.photo.as_ref().filter(|(_, octets)| octets.len() <= PHOTO_MAX);
    let old = (row.photo_type.as_str(), row.photo.as_slice());
    if let Some((kind, octets)) = photo.filter(|(_, octets)| *octets != row.photo) {
        add(CardField::Photo, octets_of(old), measured(kind, octets));
    }
    let old = (row.sound_type.as_str(), row.sound.as_slice());
    if let Some((kind, octets)) = received.sound.as_ref().filter(|(_, o)| *o != row.sound) {
        add(CardField::SpokenName, octets_of(old), measured(kind, octets));
    }
    changes
}

/// A picture or recording, by type and size; `None` for an empty one.
fn octets_of((media_type, octets): (&str, &[u8])) -> Option<CardValue> {
    (!octets.is_empty()).then(|| measured(media_type, octets))
}

fn measured(media_type: &str, octets: &[u8]) -> CardValue {
    CardValue::Octets { media_type: media_type.to_owned(), size: octets.len() as u64 }
}

/// Whether a change may be the work of somebody who wants our mail: it needs an answer of its own
/// (reliability T11).
fn is_conflict(change: &FieldChange) -> bool {
    match change.field {
        CardField::Address => true,
        CardField::Number | CardField::FaxNumber | CardField::MobileNumber => change.old.is_some(),
        CardField::Name
        | CardField::Role
        | CardField::Organization
        | CardField::Place
        | CardField::Zone
        | CardField::Photo
        | CardField::SpokenName
        | CardField::Vpim => false,
    }
}

/// Takes a card over. Returns the entry and what takes it back.
///
/// A new person or somebody else's card becomes an entry of its own; a known person's entry gains
/// what is new, and keeps what the user typed. A differing address or number comes in only with
/// `accept_conflict`, in front of the old one, which stays.
pub(crate) fn take_over(
    t: &Writer<'_>,
    mail: &Mail,
    received: &Received,
    source: Source,
    accept_conflict: bool,
) -> Result<(ContactId, Act)> {
    let (kind, known) = judge(t, mail, received)?;
    match (kind, known) {
        (CardOfferKind::New { .. } | CardOfferKind::OtherSender { .. }, _) | (_, None) => {
            let id = contacts::save(t, &new_row(received, source))?;
            Ok((id, Act::ContactAdded(id)))
        }
        (CardOfferKind::Conflict { in_use, new }, Some(_)) if !accept_conflict => {
            Err(Refusal::CardConflict { in_use, new }.into())
        }
        (CardOfferKind::Known, Some(row)) if older(&row, &received.doc) => {
            Err(Refusal::OlderCard(row.name).into())
        }
        (_, Some(row)) => {
            let before = serde_json::to_string(&row).map_err(|e| Error::Store(e.to_string()))?;
            let merged = merged(row, received, source, Choice::Everything);
            let id = contacts::save(t, &ContactRow { newer_card: 0, ..merged })?;
            Ok((id, Act::ContactChanged(id, before)))
        }
    }
}

/// What of a card is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    /// All but what the user typed.
    Everything,
    /// What the entry lacks, but for addresses.
    Missing,
}

fn new_row(received: &Received, source: Source) -> ContactRow {
    let empty = ContactRow { sound_ms: -1, ..ContactRow::default() };
    let mut row = merged(empty, received, source, Choice::Everything);
    if row.name.is_empty() {
        row.name = card_name(&received.doc);
    }
    row
}

fn merged(mut row: ContactRow, received: &Received, source: Source, choice: Choice) -> ContactRow {
    let doc = &received.doc;
    let taken = |change: &FieldChange| {
        !change.typed && (choice == Choice::Everything || !change.needs_choice())
    };
    let mut fresh = Vec::new();
    let mut numbers = Vec::new();
    for change in compare(&row, received).into_iter().filter(taken) {
        let new = change.new.as_str().to_owned();
        match change.field {
            CardField::Name => row.name = new,
            CardField::Role => row.role = new,
            CardField::Organization => row.organization = new,
            CardField::Place => row.place = new,
            CardField::Zone => row.zone = new,
            CardField::Photo => {
                (row.photo_type, row.photo) = doc.photo.clone().unwrap_or_default();
            }
            CardField::SpokenName => {
                let (kind, octets) = received.sound.clone().unwrap_or_default();
                row.sound_ms = length(&kind, &octets);
                (row.sound_type, row.sound) = (kind, octets);
            }
            CardField::Address => {
                let email = doc.emails.iter().find(|email| email.addr == new);
                let (vpim, preferred) = email.map_or((false, false), |e| (e.vpim, e.preferred));
                fresh.push((new, vpim, preferred));
            }
            CardField::Vpim => {
                let known = row.emails.iter_mut().find(|(known, ..)| same(known, &new));
                known.into_iter().for_each(|(_, vpim, _)| *vpim = true);
            }
            CardField::Number | CardField::FaxNumber | CardField::MobileNumber => {
                let tel = doc.tels.iter().find(|tel| tel.number == new);
                numbers.push((new, tel.map(|tel| tel.kinds.clone()).unwrap_or_default()));
            }
        }
    }
    if !fresh.is_empty() && !row.emails.is_empty() {
        // The address just accepted is the one in use from now on.
        row.emails.iter_mut().for_each(|(_, _, preferred)| *preferred = false);
        if let Some((_, _, preferred)) = fresh.first_mut() {
            *preferred = true;
        }
    }
    fresh.append(&mut row.emails);
    row.emails = fresh;
    numbers.append(&mut row.tels);
    row.tels = numbers;
    // Of each property the new card's, where it has it; what the user typed is compared when the
    // entry is handed on.
    let has = |list: &[Property], name: &str| list.iter().any(|property| property.name == name);
    let told = properties(doc);
    row.properties.retain(|kept| choice == Choice::Missing || !has(&told, &kept.name));
    let before = row.properties.clone();
    row.properties.extend(told.into_iter().filter(|property| !has(&before, &property.name)));
    // A card without a date is not older than any other, and no card makes an entry older.
    row.rev = rev(doc).max(row.rev);
    if choice == Choice::Everything {
        row.source = source;
    }
    row
}

/// What a card says beyond the fields of an entry; notes as a property of one component.
fn properties(doc: &CardDoc) -> Vec<Property> {
    let notes = doc.notes.iter().map(|notes| Property {
        name: NOTE.into(),
        types: Vec::new(),
        components: vec![notes.clone()],
    });
    doc.properties.iter().cloned().chain(notes).collect()
}

/// The property of notes.
const NOTE: &str = "NOTE";

/// Family and given names of an entry, from the N of its card, as long as its name still has all of
/// them: one that the user typed is somebody else's, or written otherwise.
fn names(row: &ContactRow) -> (Option<String>, Option<String>) {
    let n = row.properties.iter().find(|property| property.name == "N");
    let part = |at: usize| n.and_then(|n| n.components.get(at)).map_or("", |c| c.trim());
    let [family, given, middle] = [part(0), part(1), part(2)];
    let words: Vec<&str> = row.name.split([' ', ',']).collect();
    let there = |name: &str| name.split(' ').all(|word| word.is_empty() || words.contains(&word));
    if [family, given].iter().all(|name| name.is_empty()) || !there(family) || !there(given) {
        return (None, None);
    }
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    (some(family.to_owned()), some(format!("{given} {middle}").trim().to_owned()))
}

/// Length of a spoken name in milliseconds; -1 when it cannot be decoded.
fn length(media_type: &str, octets: &[u8]) -> i64 {
    let hint = codec::Hint { media_type, filename: None };
    let limits = codec::Limits { duration: Duration::from_secs(60) };
    let decoded = codec::decode(octets, hint, limits);
    decoded.map_or(-1, |pcm| i64::try_from(pcm.duration().as_millis()).unwrap_or(-1))
}

/// The provenance of a card that came with a message.
pub(crate) fn source_of(mail: &Mail, now: i64) -> Source {
    Source {
        kind: SourceKind::Card,
        name: mail.sender.name.clone().unwrap_or_default(),
        date: mail.date.map_or(now, |date| date.unix),
        subject: mail.subject.clone().unwrap_or_default(),
        added: now,
    }
}

/// The usable cards of a file.
fn cards_of(octets: &[u8]) -> Result<Vec<Received>> {
    let usable =
        |doc: &CardDoc| doc.name.is_some() || !doc.emails.is_empty() || !doc.tels.is_empty();
    let docs = card::parse_file(octets);
    let why = docs.iter().find(|doc| !usable(doc)).and_then(|doc| doc.problem.clone());
    let cards: Vec<Received> = docs
        .into_iter()
        .filter(usable)
        .map(|doc| {
            let sound = match &doc.sound {
                Some(Sound::Inline { media_type, octets }) if octets.len() <= SOUND_MAX => {
                    Some((media_type.clone(), octets.clone()))
                }
                _ => None,
            };
            Received { doc, sound }
        })
        .collect();
    match (cards.is_empty(), why) {
        (false, _) => Ok(cards),
        (true, Some(why)) => Err(Invalid::BadCard(why).into()),
        (true, None) => Err(Invalid::NoCard.into()),
    }
}

fn comparison(known: Option<ContactRow>, received: &Received) -> CardComparison {
    let row = known.clone().unwrap_or_default();
    CardComparison {
        name: card_name(&received.doc),
        contact: known.map(|row| (ContactId(row.id), row.name)),
        older: older(&row, &received.doc),
        changes: compare(&row, received),
        problem: received.doc.problem.clone(),
    }
}

/// What taking over the cards of a file would change, field by field.
pub(crate) fn compare_file(c: &Reader, octets: &[u8]) -> Result<Vec<CardComparison>> {
    let cards = cards_of(octets)?;
    cards.iter().map(|card| Ok(comparison(whose(c, &card.doc)?, card))).collect()
}

/// What taking over the card of a message would change, field by field. Somebody else's card
/// becomes an entry of its own.
pub(crate) fn compare_received(c: &Reader, mail: &Mail, card: &Received) -> Result<CardComparison> {
    let (kind, known) = judge(c, mail, card)?;
    let known = known.filter(|_| !matches!(kind, CardOfferKind::OtherSender { .. }));
    Ok(comparison(known, card))
}

/// Takes over the cards of a file the user chose. A person who is known already gains what was
/// missing; what differs is replaced only with `overwrite`, and never by an older card, nor where
/// the user typed it. Returns the entries, and what takes it back.
pub(crate) fn import_file(
    t: &Writer<'_>,
    octets: &[u8],
    file_name: &str,
    overwrite: bool,
    now: i64,
) -> Result<(Vec<ContactId>, Act)> {
    let source = Source {
        kind: SourceKind::File,
        name: file_name.to_owned(),
        added: now,
        ..Source::default()
    };
    import(t, cards_of(octets)?, &source, overwrite)
}

/// Takes over people of white pages, as from a file. Returns the entries, and what takes it back.
pub(crate) fn import_pages(
    t: &Writer<'_>,
    cards: Vec<CardDoc>,
    source: &Source,
) -> Result<(Vec<ContactId>, Act)> {
    let received = cards.into_iter().map(|doc| {
        let sound = match &doc.sound {
            Some(Sound::Inline { media_type, octets }) => {
                Some((media_type.clone(), octets.clone()))
            }
            Some(Sound::Cid(_)) | None => None,
        };
        Received { doc, sound }
    });
    import(t, received.collect(), source, false)
}

fn import(
    t: &Writer<'_>,
    cards: Vec<Received>,
    source: &Source,
    overwrite: bool,
) -> Result<(Vec<ContactId>, Act)> {
    let (mut ids, mut acts) = (Vec::new(), Vec::new());
    for received in cards {
        let Some(row) = whose(t, &received.doc)? else {
            let id = contacts::save(t, &new_row(&received, source.clone()))?;
            acts.push(Act::ContactAdded(id));
            ids.push(id);
            continue;
        };
        let choice = match overwrite && !older(&row, &received.doc) {
            true => Choice::Everything,
            false => Choice::Missing,
        };
        let gained = merged(row.clone(), &received, source.clone(), choice);
        let id = ContactId(row.id);
        if (ContactRow { source: row.source.clone(), ..gained.clone() }) != row {
            let before = serde_json::to_string(&row).map_err(|e| Error::Store(e.to_string()))?;
            contacts::save(t, &gained)?;
            acts.push(Act::ContactChanged(id, before));
        }
        ids.push(id);
    }
    Ok((ids, Act::Several(acts)))
}

/// A contact as a card for others.
pub(crate) fn export(row: &ContactRow) -> Vec<u8> {
    let text = |value: &str| Some(value.to_owned()).filter(|value| !value.is_empty());
    let (family, given) = names(row);
    let named = family.is_some() || given.is_some();
    let kept = |property: &&Property| property.name != NOTE && (named || property.name != "N");
    let notes = row.properties.iter().find(|property| property.name == NOTE);
    let doc = CardDoc {
        name: text(&row.name),
        family,
        given,
        properties: row.properties.iter().filter(kept).cloned().collect(),
        notes: notes.and_then(|notes| notes.components.first().cloned()),
        role: text(&row.role),
        organization: text(&row.organization),
        emails: row
            .emails
            .iter()
            .map(|(addr, vpim, preferred)| card::Email {
                addr: addr.clone(),
                vpim: *vpim,
                preferred: *preferred,
            })
            .collect(),
        tels: row
            .tels
            .iter()
            .map(|(number, kinds)| card::Tel {
                number: number.clone(),
                kinds: kinds.clone(),
                preferred: false,
            })
            .collect(),
        place: text(&row.place),
        zone: text(&row.zone),
        photo: (!row.photo.is_empty()).then(|| (row.photo_type.clone(), row.photo.clone())),
        sound: (!row.sound.is_empty()).then(|| Sound::Inline {
            media_type: row.sound_type.clone(),
            octets: row.sound.clone(),
        }),
        ..CardDoc::default()
    };
    card::write(&doc).into_bytes()
}
