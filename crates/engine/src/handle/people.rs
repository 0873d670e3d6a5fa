//! Commands about the directory and the user's own voice.

use std::{sync::Arc, time::Duration};

use super::{Engine, Result};
use crate::{
    directory,
    store::{
        accounts, blocking,
        contacts::{self, ContactRow, Source, SourceKind},
        meta,
        ops::{self, Act},
    },
    types::*,
};
use aloud_codec::{self as codec, Pcm};
use aloud_model::*;

/// Longest spoken name (decision E13 asks for 5 s when sending; cards may carry a little more).
const LONGEST_NAME: Duration = Duration::from_secs(30);

/// Most people that a search gives.
const MOST: usize = 5000;

impl Engine {
    /// Contacts that fit a search, by name, and after them those whose name its digits spell on the
    /// keys of a telephone; an empty search is for all.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn contacts(&self, search: String) -> Result<Vec<Contact>> {
        self.inner
            .store
            .read(move |c| {
                let rows = contacts::find(c, &search, MOST)?;
                Ok(rows
                    .into_iter()
                    .map(|row| {
                        let source = directory::source_shown(&row);
                        row.shown(source)
                    })
                    .collect())
            })
            .await
    }

    /// One contact.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn contact(&self, id: ContactId) -> Result<Contact> {
        self.inner.store.read(move |c| directory::shown(c, id)).await
    }

    /// A contact's name in their own voice.
    ///
    /// # Errors
    /// [`Error::NotFound`] without one; [`Error::Invalid`] when it cannot be decoded.
    pub async fn spoken_name(&self, id: ContactId) -> Result<Arc<Pcm>> {
        let row = self.inner.store.read(move |c| contacts::one(c, id)).await?;
        if row.sound.is_empty() {
            return Err(Error::NotFound(Missing::SpokenName(id)));
        }
        blocking(move || {
            let hint = codec::Hint { media_type: &row.sound_type, filename: None };
            let limits = codec::Limits { duration: LONGEST_NAME };
            codec::decode(&row.sound, hint, limits).map(Arc::new).map_err(Error::from)
        })
        .await
    }

    /// Suggestions for what was typed into To so far.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown account.
    pub async fn complete(&self, account: AccountId, text: String) -> Result<Vec<Completion>> {
        self.inner
            .store
            .read(move |c| {
                let settings = accounts::account(c, account)?.settings;
                directory::complete(c, &settings, &text)
            })
            .await
    }

    /// One click on "Add" or "Update"; `accept_conflict` is the explicit choice of a differing
    /// address or number.
    ///
    /// # Errors
    /// [`Error::Refused`] for a conflict that was not accepted; [`Error::Invalid`] for a card that
    /// cannot be used.
    pub async fn import_card(
        &self,
        key: MessageKey,
        path: String,
        accept_conflict: bool,
    ) -> Result<(ContactId, UndoToken)> {
        let _ = self.fetch(key).await;
        let opening = self.load(key).await?;
        let (mail, raw) = (opening.mail.clone(), opening.raw.clone());
        let received = blocking(move || directory::received(&mail, &raw, &path)).await?;
        let now = self.inner.store.now();
        let outcome = self
            .inner
            .store
            .write(move |t| {
                let source = directory::source_of(&opening.mail, now);
                let (id, act) =
                    directory::take_over(t, &opening.mail, &received, source, accept_conflict)?;
                Ok((id, ops::remember(t, &act, now)?))
            })
            .await?;
        self.tell(Event::DirectoryChanged);
        self.tell(Event::MessageChanged(key));
        Ok(outcome)
    }

    /// What taking over the card of a message would change, field by field.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a card that cannot be used; [`Error::Refused`] for one of several.
    pub async fn compare_card(&self, key: MessageKey, path: String) -> Result<CardComparison> {
        let _ = self.fetch(key).await;
        let opening = self.load(key).await?;
        let (mail, raw) = (opening.mail.clone(), opening.raw.clone());
        let received = blocking(move || directory::received(&mail, &raw, &path)).await?;
        let mail = opening.mail.clone();
        self.inner.store.read(move |c| directory::compare_received(c, &mail, &received)).await
    }

    /// What taking over the cards of a file would change, field by field.
    ///
    /// # Errors
    /// [`Error::Invalid`] when there is none in it.
    pub async fn compare_cards(&self, octets: Vec<u8>) -> Result<Vec<CardComparison>> {
        self.inner.store.read(move |c| directory::compare_file(c, &octets)).await
    }

    /// Takes over the cards of a file the user chose; can be undone as a whole. Known people gain
    /// what was missing; what differs is replaced only with `overwrite`, the user's choice.
    ///
    /// # Errors
    /// [`Error::Invalid`] when there is none in it.
    pub async fn import_cards(
        &self,
        octets: Vec<u8>,
        file_name: String,
        overwrite: bool,
    ) -> Result<(Vec<ContactId>, UndoToken)> {
        let now = self.inner.store.now();
        let outcome = self
            .inner
            .store
            .write(move |t| {
                let (ids, act) = directory::import_file(t, &octets, &file_name, overwrite, now)?;
                Ok((ids, ops::remember(t, &act, now)?))
            })
            .await?;
        self.tell(Event::DirectoryChanged);
        Ok(outcome)
    }

    /// As [`Self::import_cards`], overwriting nothing.
    ///
    /// # Errors
    /// As there.
    pub async fn import_file(&self, octets: Vec<u8>, file_name: String) -> Result<Vec<ContactId>> {
        Ok(self.import_cards(octets, file_name, false).await?.0)
    }

    /// A contact as a vCard for others.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn export_contact(&self, id: ContactId) -> Result<Vec<u8>> {
        let row = self.inner.store.read(move |c| contacts::one(c, id)).await?;
        Ok(directory::export(&row))
    }

    /// The user does not want the card of a message.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn dismiss_card(&self, key: MessageKey, path: String) -> Result<()> {
        self.inner.store.write(move |t| contacts::dismiss(t, key, &path)).await?;
        self.tell(Event::MessageChanged(key));
        Ok(())
    }

    /// Saves what the user typed. What was changed by hand is never replaced by a card.
    ///
    /// # Errors
    /// [`Error::Invalid`] without a name; [`Error::NotFound`].
    pub async fn save_contact(&self, contact: Contact) -> Result<ContactId> {
        if contact.name.trim().is_empty() {
            return Err(Invalid::ContactWithoutName.into());
        }
        let now = self.inner.store.now();
        let id = self
            .inner
            .store
            .write(move |t| {
                let old = match contact.id {
                    Some(id) => contacts::one(t, id)?,
                    None => ContactRow {
                        sound_ms: -1,
                        source: Source { kind: SourceKind::Typed, added: now, ..Source::default() },
                        ..ContactRow::default()
                    },
                };
                let (photo_type, photo) = contact
                    .photo
                    .map_or_else(Default::default, |(kind, octets)| (kind, octets.to_vec()));
                let text = |value: &Option<String>| value.clone().unwrap_or_default();
                let changed = [
                    (CardField::Name, old.name != contact.name),
                    (CardField::Role, old.role != text(&contact.role)),
                    (CardField::Organization, old.organization != text(&contact.organization)),
                    (CardField::Place, old.place != text(&contact.place)),
                    (CardField::Zone, old.zone != text(&contact.zone)),
                    (CardField::Photo, old.photo != photo),
                ];
                let typed = changed.iter().filter(|(_, changed)| *changed);
                let row = ContactRow {
                    typed: typed.fold(old.typed, |bits, (field, _)| bits | field.bit()),
                    name: contact.name.trim().to_owned(),
                    role: contact.role.unwrap_or_default(),
                    organization: contact.organization.unwrap_or_default(),
                    place: contact.place.unwrap_or_default(),
                    zone: contact.zone.unwrap_or_default(),
                    photo_type,
                    photo,
                    emails: contact
                        .emails
                        .iter()
                        .map(|e| (e.addr.to_string(), e.vpim, e.preferred))
                        .collect(),
                    tels: contact
                        .tels
                        .iter()
                        .map(|t| (t.number.clone(), t.kinds.clone()))
                        .collect(),
                    ..old
                };
                contacts::save(t, &row)
            })
            .await?;
        self.tell(Event::DirectoryChanged);
        Ok(id)
    }

    /// Deletes a contact; can be undone.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn delete_contact(&self, id: ContactId) -> Result<UndoToken> {
        let now = self.inner.store.now();
        let token = self
            .inner
            .store
            .write(move |t| {
                contacts::hide(t, id, now)?;
                ops::remember(t, &Act::ContactDeleted(id), now)
            })
            .await?;
        self.tell(Event::DirectoryChanged);
        Ok(token)
    }

    /// The user's spoken name, sent with voice messages.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn own_name(&self) -> Result<Option<Arc<Pcm>>> {
        let stored = self.inner.store.read(|c| meta::get(c, meta::OWN_NAME)).await?;
        Ok(stored.and_then(|octets| unpack(&octets)).map(Arc::new))
    }

    /// Keeps or removes the user's spoken name.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an empty recording or one beyond the limit.
    pub async fn set_own_name(&self, name: Option<Arc<Pcm>>) -> Result<()> {
        let packed = match &name {
            Some(pcm) if pcm.samples.is_empty() || pcm.rate == 0 => {
                return Err(Invalid::EmptySpokenName.into());
            }
            Some(pcm) if pcm.duration() > LONGEST_NAME => {
                return Err(Invalid::LongSpokenName.into());
            }
            Some(pcm) => Some(pack(pcm)),
            None => None,
        };
        self.inner.store.write(move |t| meta::set_own_name(t, packed.as_deref())).await
    }
}

fn pack(pcm: &Pcm) -> Vec<u8> {
    let mut octets = pcm.rate.to_le_bytes().to_vec();
    octets.extend(pcm.samples.iter().flat_map(|sample| sample.to_le_bytes()));
    octets
}

fn unpack(octets: &[u8]) -> Option<Pcm> {
    let (rate, samples) = octets.split_first_chunk::<4>()?;
    let samples = samples.as_chunks::<2>().0;
    let samples: Vec<i16> = samples.iter().map(|pair| i16::from_le_bytes(*pair)).collect();
    let rate = u32::from_le_bytes(*rate);
    (rate > 0 && !samples.is_empty()).then_some(Pcm { samples, rate })
}
