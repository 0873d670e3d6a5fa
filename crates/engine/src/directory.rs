//! The directory: people and how they take voice mail.
//!
//! Data comes from contact cards and from the user's own hand, never from message headers. A card
//! that came by mail is never taken over without a click, is matched by address and then by number
//! (its UID is ignored), never replaces a name the user typed, and cannot bring a new address into
//! an entry without the user's explicit choice (reliability T11). Tests: `tests` below and
//! `tests/engine/directory.rs`.

use std::collections::HashMap;

use super::{
    errors::Result,
    store::{
        Reader, Writer,
        contacts::{self, ContactRow, SourceKind},
        ops::Act,
        zone,
    },
    types::{AccountSettings, Completion, CompletionKind, Contact, ContactSource, Error},
};
use aloud_message::{Mail, address};
use aloud_model::{AddrSpec, Address, ContactId, voice::VoiceFormat};

mod cards;

pub(crate) use cards::{
    compare_file, compare_received, export, import_file, import_pages, offers, received, source_of,
    take_over,
};

/// Suggestions for what was typed so far: people by name, address, number or keypad; then the text itself,
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
    for row in contacts::find(c, text, SUGGESTIONS)? {
        found.extend(suggestions(c, &row)?);
    }
    // People we have written to before those whose card merely arrived (T11).
    found.sort_by_key(|(unproven, _)| *unproven);
    let mut found: Vec<Completion> = found.into_iter().map(|(_, completion)| completion).collect();
    found.truncate(SUGGESTIONS);
    if let Ok(Address { name, addr }) = address::recipient(text, None).map(|found| found.address)
        && !found.iter().any(|known| known.address.addr.same_mailbox(&addr))
    {
        found.push(Completion {
            kind: CompletionKind::Address,
            address: Address { name, addr },
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
        let unproven =
            row.source.kind == SourceKind::Card && !contacts::was_written_to(c, address)?;
        let completion = Completion {
            kind: CompletionKind::Person { unproven },
            address: Address { name: Some(row.name.clone()), addr },
            contact: Some(ContactId(row.id)),
        };
        found.push((unproven, completion));
    }
    Ok(found)
}

/// Whether two addresses name the same mailbox; separators in numbers do not count.
fn same(a: &str, b: &str) -> bool {
    contacts::lookup_key(a) == contacts::lookup_key(b)
}

/// A number, sent through the account's voicemail gateway (RFC 3804, RFC 3801 section 4.1.1).
fn by_gateway(settings: &AccountSettings, text: &str) -> Option<Completion> {
    let gateway = settings.gateway.as_deref().filter(|gateway| !gateway.is_empty())?;
    if text.contains('@') {
        return None;
    }
    let addr = address::for_number(text, gateway).ok()?.addr;
    let digits = contacts::digits(addr.local_part());
    let global = text.starts_with('+');
    let kind = if global || digits.len() > EXTENSION_DIGITS {
        CompletionKind::Number { number: text.to_owned(), gateway: gateway.to_owned() }
    } else {
        CompletionKind::Extension(digits)
    };
    Some(Completion { kind, address: Address::bare(addr), contact: None })
}

/// A number of at most so many digits is called an extension.
const EXTENSION_DIGITS: usize = 6;

/// Which format each recipient gets (decision C6): what we know of their system, learned from
/// their entry, their own mail, white pages (`forms`, by the key of an address).
pub(crate) fn plan(
    c: &Reader,
    settings: &AccountSettings,
    answered: Option<&Mail>,
    forms: &HashMap<String, VoiceFormat>,
    to: &[Address],
) -> Result<Vec<(VoiceFormat, Vec<Address>)>> {
    let mut groups: Vec<(VoiceFormat, Vec<Address>)> = Vec::new();
    for address in to {
        let format = format_for(c, settings, answered, forms, &address.addr)?;
        match groups.iter_mut().find(|(known, _)| *known == format) {
            Some((_, group)) => group.push(address.clone()),
            None => groups.push((format, vec![address.clone()])),
        }
    }
    Ok(groups)
}

/// VPIM and IVM go to those whose gateway, address, entry or own mail says that their system takes
/// them. Everybody else gets a mail with a WAV file, which ordinary programs play: the octets of
/// IVM have no header (RFC 4239 section 7), and few open them.
fn format_for(
    c: &Reader,
    settings: &AccountSettings,
    answered: Option<&Mail>,
    forms: &HashMap<String, VoiceFormat>,
    address: &AddrSpec,
) -> Result<VoiceFormat> {
    if settings.gateway.as_deref().is_some_and(|g| g.eq_ignore_ascii_case(address.domain())) {
        return Ok(VoiceFormat::Vpim);
    }
    if matches!(address::parse(address.as_str()).kind, address::Kind::Vpim | address::Kind::Amis) {
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
        let spoken = answered.profile.as_deref().and_then(spoken_by);
        if let Some(format) = spoken.filter(|_| theirs.is_some_and(|t| t.same_mailbox(address))) {
            return Ok(format);
        }
    }
    let last = contacts::last_wrote(c, address.as_str())?;
    if let Some(format) = last.and_then(|(_, profile)| spoken_by(&profile)) {
        return Ok(format);
    }
    // Last, because others write what stands there.
    let listed = forms.get(&contacts::lookup_key(address.as_str()));
    Ok(listed.copied().unwrap_or(VoiceFormat::Friendly))
}

/// The format that somebody speaks whose mail has this profile.
fn spoken_by(profile: &str) -> Option<VoiceFormat> {
    match profile {
        "ivm" => Some(VoiceFormat::Ivm),
        profile if profile.starts_with("vpim") => Some(VoiceFormat::Vpim),
        _ => None,
    }
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

/// Where a contact's data comes from.
pub(crate) fn source_shown(row: &ContactRow) -> ContactSource {
    let source = &row.source;
    match source.kind {
        SourceKind::Card => ContactSource::Card {
            date: zone::local(source.date),
            subject: source.subject.clone(),
            added: zone::local(source.added),
        },
        SourceKind::File => ContactSource::File(source.name.clone()),
        SourceKind::Directory => ContactSource::Directory(source.name.clone()),
        SourceKind::Typed => ContactSource::Typed,
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
        Act::Several(acts) => {
            // Made of the others by one import, so one level deep; the newest first.
            for act in acts.iter().rev() {
                take_back(t, act)?;
            }
        }
        Act::Flags(_) | Act::Moves(_) | Act::Treated(..) => return Ok(false),
    }
    Ok(true)
}

/// The contact of an id as the window shows it.
pub(crate) fn shown(c: &Reader, id: ContactId) -> Result<Contact> {
    let row = contacts::one(c, id)?;
    let source = source_shown(&row);
    Ok(row.shown(source))
}
