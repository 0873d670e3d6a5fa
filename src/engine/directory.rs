//! The directory: people and how they take voice mail.
//!
//! Data comes from contact cards and from the user's own hand, never from message headers. A card
//! that came by mail is never taken over without a click, is matched by address and then by number
//! (its UID is ignored), never replaces a name the user typed, and cannot bring a new address into
//! an entry without the user's explicit choice (`reliability` T11). Tests: `tests` below and
//! `tests/engine/directory.rs`.

use std::time::Duration;

use super::{
    handle::Result,
    store::{
        Reader, Writer,
        contacts::{self, ContactRow, Source},
        list,
        ops::Act,
        words,
    },
    types::{AccountSettings, CardOffer, CardOfferKind, Completion, Contact, Error},
};
use crate::{
    codec,
    message::{
        Mail, PartRole, address,
        card::{self, CardDoc, Sound},
        inspect,
    },
    model::{AddrSpec, Address, ContactId, MessageKey, MessageKind, voice::VoiceFormat},
};

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

/// Reads the card at a path of a message.
pub(crate) fn received(mail: &Mail, raw: &[u8], path: &str) -> Result<Received> {
    let octets =
        inspect::body(raw, path).ok_or_else(|| Error::NotFound(format!("part {path}")))?.octets;
    let doc = card::parse_all(&octets).into_iter().next().unwrap_or_default();
    if doc.name.is_none() && doc.emails.is_empty() && doc.tels.is_empty() {
        let why = doc.problem.unwrap_or_else(|| "it is empty".into());
        return Err(Error::Invalid(format!("This contact card can’t be used: {why}")));
    }
    let sound = spoken_name(mail, raw, path, &doc);
    Ok(Received { doc, sound })
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
/// be told whose they are, and nothing is offered (notes 13.3).
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
    if let Some((in_use, new)) = conflict(&row, doc) {
        return Ok((CardOfferKind::Conflict { in_use, new }, Some(row)));
    }
    let news = news(&row, received);
    let kind =
        if news.is_empty() { CardOfferKind::Known } else { CardOfferKind::News(news.join(", ")) };
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

/// An address that is not in the entry yet, or a number that differs where there is one already.
fn conflict(row: &ContactRow, doc: &CardDoc) -> Option<(String, String)> {
    let has = |addr: &str| row.emails.iter().any(|(known, ..)| same(known, addr));
    if let Some(new) = doc.emails.iter().find(|email| !has(&email.addr)) {
        let in_use = in_use(row).unwrap_or_default();
        return Some((in_use, new.addr.clone()));
    }
    let number = |text: &str| contacts::digits(text);
    doc.tels.iter().find_map(|tel| {
        if row.tels.iter().any(|(known, _)| number(known) == number(&tel.number)) {
            return None;
        }
        let same_kind = |kinds: &[String]| kind_of(kinds) == kind_of(&tel.kinds);
        let old = row.tels.iter().find(|(_, kinds)| same_kind(kinds))?;
        Some((old.0.clone(), tel.number.clone()))
    })
}

/// The address of an entry that is used.
fn in_use(row: &ContactRow) -> Option<String> {
    let preferred = row.emails.iter().find(|(_, _, preferred)| *preferred);
    preferred.or(row.emails.first()).map(|(address, ..)| address.clone())
}

/// `fax`, `cell` or `voice`, whatever else the number is.
fn kind_of(kinds: &[String]) -> &'static str {
    let is = |word: &str| kinds.iter().any(|kind| kind.eq_ignore_ascii_case(word));
    match () {
        () if is("fax") => "fax number",
        () if is("cell") => "mobile number",
        () => "number",
    }
}

/// Harmless news, each in a word or two.
fn news(row: &ContactRow, received: &Received) -> Vec<String> {
    let doc = &received.doc;
    let mut news = Vec::new();
    let differs = |old: &str, new: &Option<String>| new.as_deref().is_some_and(|new| new != old);
    if !row.name_edited && differs(&row.name, &doc.name) {
        news.push("name".to_owned());
    }
    for (what, old, new) in [
        ("role", &row.role, &doc.role),
        ("organization", &row.organization, &doc.organization),
        ("place", &row.place, &doc.place),
        ("time zone", &row.zone, &doc.zone),
    ] {
        if differs(old, new) {
            news.push(what.to_owned());
        }
    }
    for tel in &doc.tels {
        let digits = contacts::digits(&tel.number);
        if !row.tels.iter().any(|(known, _)| contacts::digits(known) == digits) {
            news.push(kind_of(&tel.kinds).to_owned());
        }
    }
    if doc.photo.as_ref().is_some_and(|(_, octets)| *octets != row.photo) {
        news.push("photo".to_owned());
    }
    if received.sound.as_ref().is_some_and(|(_, octets)| *octets != row.sound) {
        news.push("spoken name".to_owned());
    }
    news
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
            Err(Error::Refused(format!("The card has {new} where {in_use} is in use.")))
        }
        (CardOfferKind::Known, Some(row)) if older(&row, &received.doc) => {
            Err(Error::Refused(format!("The directory has a newer card of {}.", row.name)))
        }
        (_, Some(row)) => {
            let before = serde_json::to_string(&row).map_err(|e| Error::Store(e.to_string()))?;
            let id = contacts::save(t, &merged(row, received, source))?;
            Ok((id, Act::ContactChanged(id, before)))
        }
    }
}

fn new_row(received: &Received, source: Source) -> ContactRow {
    let empty = ContactRow { sound_ms: -1, ..ContactRow::default() };
    let mut row = merged(empty, received, source);
    if row.name.is_empty() {
        row.name = card_name(&received.doc);
    }
    row
}

fn merged(mut row: ContactRow, received: &Received, source: Source) -> ContactRow {
    let doc = &received.doc;
    let put = |old: &mut String, new: &Option<String>| {
        if let Some(new) = new.as_ref().filter(|new| !new.trim().is_empty()) {
            *old = new.trim().to_owned();
        }
    };
    if !row.name_edited {
        put(&mut row.name, &doc.name);
    }
    put(&mut row.role, &doc.role);
    put(&mut row.organization, &doc.organization);
    put(&mut row.place, &doc.place);
    put(&mut row.zone, &doc.zone);
    if let Some((kind, octets)) = doc.photo.as_ref().filter(|(_, p)| p.len() <= PHOTO_MAX) {
        row.photo_type = kind.clone();
        row.photo = octets.clone();
    }
    if let Some((kind, octets)) = &received.sound {
        row.sound_type = kind.clone();
        row.sound = octets.clone();
        row.sound_ms = length(kind, octets);
    }
    let mut fresh = Vec::new();
    for email in doc.emails.iter().take(FIELDS_MAX) {
        if AddrSpec::parse(&email.addr).is_err() {
            continue;
        }
        match row.emails.iter_mut().find(|(known, ..)| same(known, &email.addr)) {
            Some((_, vpim, _)) => *vpim = email.vpim,
            None => fresh.push((email.addr.clone(), email.vpim, email.preferred)),
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
    let mut numbers = Vec::new();
    for tel in doc.tels.iter().take(FIELDS_MAX) {
        let digits = contacts::digits(&tel.number);
        if !row.tels.iter().any(|(known, _)| contacts::digits(known) == digits) {
            numbers.push((tel.number.clone(), tel.kinds.clone()));
        }
    }
    numbers.append(&mut row.tels);
    row.tels = numbers;
    row.newer_card = 0;
    row.rev = rev(doc);
    row.source = source;
    row
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
        kind: "card".into(),
        name: mail.sender.name.clone().unwrap_or_default(),
        date: mail.date.map_or(now, |date| date.unix),
        subject: mail.subject.clone().unwrap_or_default(),
        added: now,
    }
}

/// Takes over the cards of a file the user chose. A person who is known already keeps everything
/// and gains numbers, fields and a spoken name that were missing.
pub(crate) fn import_file(
    t: &Writer<'_>,
    octets: &[u8],
    file_name: &str,
    now: i64,
) -> Result<Vec<ContactId>> {
    let source =
        Source { kind: "file".into(), name: file_name.to_owned(), added: now, ..Source::default() };
    let mut ids = Vec::new();
    for doc in card::parse_all(octets) {
        if doc.name.is_none() && doc.emails.is_empty() && doc.tels.is_empty() {
            continue;
        }
        let sound = match &doc.sound {
            Some(Sound::Inline { media_type, octets }) if octets.len() <= SOUND_MAX => {
                Some((media_type.clone(), octets.clone()))
            }
            _ => None,
        };
        let received = Received { doc, sound };
        let row = match whose(t, &received.doc)? {
            Some(row) => {
                let kept = row.clone();
                let gained = merged(row, &received, source.clone());
                ContactRow { emails: kept.emails, source: kept.source, ..gained }
            }
            None => new_row(&received, source.clone()),
        };
        ids.push(contacts::save(t, &row)?);
    }
    if ids.is_empty() {
        return Err(Error::Invalid("There is no contact card in this file.".into()));
    }
    Ok(ids)
}

/// A contact as a card for others.
pub(crate) fn export(row: &ContactRow) -> Vec<u8> {
    let text = |value: &str| Some(value.to_owned()).filter(|value| !value.is_empty());
    let doc = CardDoc {
        name: text(&row.name),
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

/// Suggestions for what was typed so far: people by name, address or number; then the text itself,
/// if it is an address, or a number that the account's gateway takes.
pub(crate) fn complete(
    c: &Reader,
    settings: &AccountSettings,
    text: &str,
) -> Result<Vec<Completion>> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for row in contacts::all(c, text)?.iter().take(SUGGESTIONS) {
        found.extend(suggestions(c, row)?);
    }
    // People we have written to before those whose card merely arrived (T11).
    found.sort_by_key(|(unproven, _)| *unproven);
    let mut found: Vec<Completion> = found.into_iter().map(|(_, completion)| completion).collect();
    found.truncate(SUGGESTIONS);
    if let Ok(addr) = AddrSpec::parse(text)
        && !found.iter().any(|known| known.address.addr.same_mailbox(&addr))
    {
        found.push(Completion {
            name: addr.to_string(),
            detail: String::new(),
            address: Address::bare(addr),
            contact: None,
        });
    }
    found.extend(by_gateway(settings, text));
    Ok(found)
}

/// Most suggestions.
const SUGGESTIONS: usize = 12;

fn suggestions(c: &Reader, row: &ContactRow) -> Result<Vec<(bool, Completion)>> {
    let mut emails = row.emails.clone();
    emails.sort_by_key(|(_, _, preferred)| !*preferred);
    let mut found = Vec::new();
    for (address, ..) in &emails {
        let Ok(addr) = AddrSpec::parse(address) else { continue };
        let unproven = row.source.kind == "card" && !contacts::was_written_to(c, address)?;
        let detail =
            if unproven { format!("{address} · from a received card") } else { address.clone() };
        let completion = Completion {
            name: row.name.clone(),
            detail,
            address: Address { name: Some(row.name.clone()), addr },
            contact: Some(ContactId(row.id)),
        };
        found.push((unproven, completion));
    }
    Ok(found)
}

/// Whether two addresses name the same mailbox; separators in numbers do not count.
fn same(a: &str, b: &str) -> bool {
    list::lookup_key(a) == list::lookup_key(b)
}

/// A number, sent through the account's voicemail gateway (RFC 3804, RFC 3801 section 4.1.1).
fn by_gateway(settings: &AccountSettings, text: &str) -> Option<Completion> {
    let gateway = settings.gateway.as_deref().filter(|gateway| !gateway.is_empty())?;
    if text.contains('@') {
        return None;
    }
    let addr = address::for_number(text, gateway).ok()?;
    let digits = contacts::digits(addr.local_part());
    let global = text.starts_with('+');
    let name = if global || digits.len() > EXTENSION_DIGITS {
        format!("Send to number {text} through {gateway}")
    } else {
        format!("Send to extension {digits}")
    };
    let detail = addr.local_part().to_owned();
    Some(Completion { name, detail, address: Address::bare(addr), contact: None })
}

/// A number of at most so many digits is called an extension.
const EXTENSION_DIGITS: usize = 6;

/// Which format each recipient gets (decision C6): what we know of their system, learned from
/// their entry and their own mail.
pub(crate) fn plan(
    c: &Reader,
    settings: &AccountSettings,
    answered: Option<&Mail>,
    to: &[Address],
) -> Result<Vec<(VoiceFormat, Vec<Address>)>> {
    let mut groups: Vec<(VoiceFormat, Vec<Address>)> = Vec::new();
    for address in to {
        let format = format_for(c, settings, answered, &address.addr)?;
        match groups.iter_mut().find(|(known, _)| *known == format) {
            Some((_, group)) => group.push(address.clone()),
            None => groups.push((format, vec![address.clone()])),
        }
    }
    Ok(groups)
}

fn format_for(
    c: &Reader,
    settings: &AccountSettings,
    answered: Option<&Mail>,
    address: &AddrSpec,
) -> Result<VoiceFormat> {
    let is_vpim = |profile: &str| profile.starts_with("vpim");
    if settings.gateway.as_deref().is_some_and(|g| g.eq_ignore_ascii_case(address.domain())) {
        return Ok(VoiceFormat::Vpim);
    }
    if let Some(id) = contacts::by_address(c, address.as_str())? {
        let emails = contacts::one(c, id)?.emails;
        let vpim = |(known, vpim, _): &(String, bool, bool)| *vpim && same(known, address.as_str());
        if emails.iter().any(vpim) {
            return Ok(VoiceFormat::Vpim);
        }
    }
    if let Some(answered) = answered {
        let theirs = answered.reply_to.as_ref().map(|a| &a.addr);
        let theirs = theirs.or(answered.sender.address.as_ref());
        let profile = answered.profile.as_deref().unwrap_or_default();
        if theirs.is_some_and(|t| t.same_mailbox(address)) && is_vpim(profile) {
            return Ok(VoiceFormat::Vpim);
        }
    }
    Ok(match contacts::last_wrote(c, address.as_str())? {
        Some((_, profile)) if is_vpim(&profile) => VoiceFormat::Vpim,
        Some((kind, profile)) if profile.is_empty() && kind == MessageKind::Email.as_str() => {
            VoiceFormat::Friendly
        }
        _ => VoiceFormat::Ivm,
    })
}

/// Whether one of these people sends cards along, or has asked for ours (decision C1).
pub(crate) fn wants_card(c: &Reader, people: &[Address]) -> Result<bool> {
    for address in people {
        if let Some(id) = contacts::by_address(c, address.addr.as_str())?
            && contacts::one(c, id)?.wants_card
        {
            return Ok(true);
        }
        if contacts::sent_a_card(c, address.addr.as_str())? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Where a contact's data comes from, in words (`ui.md` 5.4).
pub(crate) fn source_words(row: &ContactRow, now: i64) -> String {
    let source = &row.source;
    match source.kind.as_str() {
        "card" => format!(
            "Card of {}, received with “{}”, added by you {}.",
            words::day(source.date),
            source.subject,
            words::day_and_time(source.added, now)
        ),
        "file" => format!("Imported from {}", source.name),
        _ => "Typed in by you".into(),
    }
}

/// Takes back acts on the directory; whether it was one.
pub(crate) fn take_back(t: &Writer<'_>, act: &Act) -> Result<bool> {
    match act {
        Act::ContactDeleted(id) => contacts::unhide(t, *id)?,
        Act::ContactAdded(id) => contacts::hide(t, *id, 1)?,
        Act::ContactChanged(id, before) => {
            let row: ContactRow =
                serde_json::from_str(before).map_err(|e| Error::Store(e.to_string()))?;
            contacts::save(t, &ContactRow { id: id.0, ..row })?;
        }
        Act::Flags(_) | Act::Moves(_) => return Ok(false),
    }
    Ok(true)
}

/// The contact of an id as the window shows it.
pub(crate) fn shown(c: &Reader, id: ContactId, now: i64) -> Result<Contact> {
    let row = contacts::one(c, id)?;
    let source = source_words(&row, now);
    Ok(row.shown(source))
}
