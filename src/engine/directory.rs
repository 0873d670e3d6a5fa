//! The directory: people and how they take voice mail.
//!
//! Data comes from contact cards and from the user's own hand, never from message headers. A card
//! that came by mail is never taken over without a click, is matched by address and then by number
//! (its UID is ignored), never replaces a name the user typed, and cannot bring a new address into
//! an entry without the user's explicit choice (`reliability` T11). Tests: `tests` below and
//! `tests/engine/directory.rs`.

use super::{
    handle::Result,
    store::{
        Reader, Writer,
        contacts::{self, ContactRow},
        ops::Act,
        words,
    },
    types::{AccountSettings, CardOffer, CardOfferKind, FormatPlan},
};
use crate::{
    message::{Card, Mail},
    model::{AddrSpec, Address, ContactId, MessageKey, MessageKind, voice::VoiceFormat},
};

/// What may be done with the cards of a message, at its own level only.
pub(crate) fn offers(
    c: &Reader,
    key: MessageKey,
    mail: &Mail,
    _raw: &[u8],
) -> Result<Vec<CardOffer>> {
    let mut offers = Vec::new();
    for card in &mail.cards {
        if card.problem.is_some() || contacts::dismissed(c, key, &card.path)? {
            continue;
        }
        offers.push(CardOffer {
            path: card.path.clone(),
            name: card_name(card),
            kind: offer(c, mail, card)?,
        });
    }
    Ok(offers)
}

fn card_name(card: &Card) -> String {
    let given = card.name.clone().or_else(|| card.emails.first().cloned());
    given.or_else(|| card.tels.first().cloned()).unwrap_or_default()
}

fn offer(c: &Reader, mail: &Mail, card: &Card) -> Result<CardOfferKind> {
    let _ = (c, mail);
    Ok(CardOfferKind::New {
        numbers: card.tels.len(),
        addresses: card.emails.len(),
        spoken_name: card.has_spoken_name,
    })
}

/// Which format each recipient gets (decision C6): what we know of their system, learned from
/// their entry and their own mail.
pub(crate) fn plan(
    c: &Reader,
    settings: &AccountSettings,
    answered: Option<&Mail>,
    to: &[Address],
) -> Result<FormatPlan> {
    let mut plan = FormatPlan::default();
    for address in to {
        let format = format_for(c, settings, answered, &address.addr)?;
        match plan.groups.iter_mut().find(|(known, _)| *known == format) {
            Some((_, group)) => group.push(address.clone()),
            None => plan.groups.push((format, vec![address.clone()])),
        }
    }
    Ok(plan)
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
        let vpim = |(known, vpim, _): &(String, bool, bool)| {
            *vpim && known.eq_ignore_ascii_case(address.as_str())
        };
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
        if let Some(id) = contacts::by_address(c, address.addr.as_str())? {
            if contacts::one(c, id)?.wants_card {
                return Ok(true);
            }
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
            let row: ContactRow = serde_json::from_str(before)
                .map_err(|e| super::types::Error::Store(e.to_string()))?;
            contacts::save(t, &ContactRow { id: id.0, ..row })?;
        }
        Act::Flags(_) | Act::Moves(_) => return Ok(false),
    }
    Ok(true)
}

/// The contact of an id as the window shows it.
pub(crate) fn shown(c: &Reader, id: ContactId, now: i64) -> Result<super::types::Contact> {
    let row = contacts::one(c, id)?;
    let source = source_words(&row, now);
    Ok(row.shown(source))
}
