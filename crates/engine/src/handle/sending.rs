//! Commands about sending: which format for whom, building, freezing, and what waits.

use std::{
    io::Write,
    path::Path,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use rand::{Rng, distr::Alphanumeric};

use super::{Engine, Opening, Result, departing::Departing, lock, messages::allowed};
use crate::{
    content::{Content, SMALL},
    directory,
    outbox::submit,
    store::{
        accounts, blocking,
        copies::{self, Mark},
        list,
        outbox::{self as rows, Frozen, Phase},
        raw::Raw,
        sent_drafts, zone,
    },
    types::*,
};
use aloud_codec::Pcm;
use aloud_message::{
    card::CardDoc,
    compose::{self, Letter, Original, OriginalRelation, Seed, VoiceParts},
    inspect::ReadOptions,
    large::Bounds,
    view::{header, mailbox},
};
use aloud_model::{voice::VoiceFormat, *};

/// Longest spoken name and spoken subject that are sent (decision E13), in seconds.
const NAME_SECONDS: usize = 5;
const SUBJECT_SECONDS: usize = 10;
/// Octets of header fields, cover text and card, for the room that is left.
const BESIDES: u64 = 16 * 1024;
/// How often a draining outbox is looked at.
const DRAIN_LOOK: Duration = Duration::from_millis(100);
/// How long another process is given to send what waits.
const OTHERS: Duration = Duration::from_secs(120);
/// Largest message taken from a file; what waits holds no more than 512 MiB.
const RAW_MAX: u64 = 500 * 1024 * 1024;
/// Octets that are read at a time.
const PIECE: usize = 64 * 1024;

impl Engine {
    /// Which format each recipient would get.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Store`].
    pub async fn plan_formats(
        &self,
        account: AccountId,
        relation: Relation,
        to: Vec<Address>,
    ) -> Result<FormatPlan> {
        let answered = match relation {
            Relation::Reply { to, .. } => Some(self.load(to).await?.mail),
            Relation::New | Relation::Forward(_) => None,
        };
        let aside = if self.own_name().await?.is_some() { NAME_SECONDS } else { 0 };
        let besides = match relation {
            Relation::Reply { to: key, include_original: true } | Relation::Forward(key) => {
                let store = self.inner.store.clone();
                blocking(move || store.have(key)).await?.total
            }
            Relation::New | Relation::Reply { .. } => 0,
        };
        let forms = self.inner.white_pages.forms();
        self.inner
            .store
            .read(move |c| {
                let settings = accounts::account(c, account)?.settings;
                let groups = directory::plan(c, &settings, answered.as_deref(), &forms, &to)?;
                Ok(FormatPlan {
                    groups,
                    submission: accounts::submission(c, account)?,
                    besides: besides.saturating_add(BESIDES),
                    aside: Duration::from_secs(aside as u64),
                })
            })
            .await
    }

    /// Checks the rules, builds, freezes and stores; one outbox row a format. The octets are on
    /// disk when this returns; only then is the draft removed.
    ///
    /// # Errors
    /// [`Error::Refused`] when a rule forbids it, [`Error::Invalid`] when something is missing;
    /// the sentence is for people. Nothing was stored then.
    pub async fn send(&self, message: Outgoing) -> Result<Vec<OutboxId>> {
        self.alive()?;
        if message.to.is_empty() && message.cc.is_empty() {
            return Err(Invalid::NoRecipient.into());
        }
        if message.voice.as_ref().is_some_and(|pcm| pcm.samples.is_empty() || pcm.rate == 0) {
            return Err(Invalid::NothingRecorded.into());
        }
        let original = self.original(&message.relation).await?;
        let account = message.account;
        let settings =
            self.inner.store.read(move |c| accounts::account(c, account)).await?.settings;
        let everybody: Vec<Address> = message.to.iter().chain(&message.cc).cloned().collect();
        only_sound(&message, &settings, &everybody)?;
        let groups = self.groups(&message, &everybody).await?;
        let known = self.known(&message.relation, original.as_ref()).await?;
        let own_name = self.own_name().await?;
        let mut frozen = Vec::new();
        for (format, group) in groups {
            let card = self.own_card(&settings, format, &group).await?;
            let job = Job {
                settings: settings.clone(),
                message: message.clone(),
                original: original.clone(),
                known: known.clone(),
                own_name: own_name.clone(),
                card,
                format,
                group,
                phrases: self.inner.phrases.clone(),
                seed: self.seed(settings.address.domain()),
            };
            frozen.push(blocking(move || job.freeze()).await?);
        }
        for frozen in &frozen {
            self.check_size(account, frozen.octets.len()).await?;
        }
        let now = self.inner.store.now();
        let undo = i64::from(self.inner.undo_seconds.load(Ordering::SeqCst));
        let phase = if undo > 0 { Phase::Held } else { Phase::Queued };
        self.inner.outbox.step("freezing");
        let draft = message.draft.clone();
        let ids = self
            .inner
            .store
            .write(move |t| {
                if let Some(draft) = &draft {
                    sent_drafts::mark(t, draft)?;
                }
                frozen.iter().map(|f| rows::freeze(t, f, phase, now + undo, 0, now)).collect()
            })
            .await?;
        self.inner.outbox.step("frozen");
        if let Some(draft) = message.draft {
            self.draft_handed_over(draft).await;
        }
        self.inner.outbox.wake();
        self.tell(Event::OutboxChanged);
        Ok(ids)
    }

    /// Puts ready octets into the outbox without an undo delay (CLI `send`): account by From,
    /// recipients from To, Cc and Bcc; Bcc is taken out.
    ///
    /// # Errors
    /// [`Error::Invalid`] when no account has the From address or nobody is named;
    /// [`Error::Refused`] for a message that carries a private one.
    pub async fn submit_raw(&self, raw: Vec<u8>) -> Result<OutboxId> {
        self.submit_message(raw.into()).await
    }

    /// As [`Self::submit_raw`], without holding what is in a file.
    ///
    /// # Errors
    /// As there.
    pub async fn submit_message(&self, raw: Content) -> Result<OutboxId> {
        self.alive()?;
        if raw.len() > RAW_MAX {
            return Err(Invalid::TooLarge { octets: raw.len(), most: RAW_MAX }.into());
        }
        let accounts = self.inner.store.read(accounts::accounts).await?;
        let now = self.inner.store.now();
        let token = token();
        let folder = copies::folder(self.inner.store.dir());
        let frozen = blocking(move || ready(raw, &accounts, now, &token, &folder)).await?;
        self.check_size(frozen.account, frozen.octets.len()).await?;
        let id = self
            .inner
            .store
            .write(move |t| rows::freeze(t, &frozen, Phase::Queued, now, 0, now))
            .await?;
        self.inner.outbox.step("frozen");
        self.inner.outbox.wake();
        self.tell(Event::OutboxChanged);
        Ok(id)
    }

    /// Every row of the outbox, oldest first; receipts too.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn outbox(&self) -> Result<Vec<OutboxRow>> {
        let now = self.inner.store.now();
        let engine = self.clone();
        let percent = move |id| engine.inner.outbox.percent(id);
        let mut rows = self.inner.store.read(move |c| rows::all_shown(c, percent, now)).await?;
        let store = self.inner.store.clone();
        blocking(move || {
            for row in rows.iter_mut().filter(|row| matches!(row.state, OutboxState::Sending(_))) {
                // The server has it, and the database could not be told yet.
                if copies::marked(&store, row.id) == Some(Mark::Accepted) {
                    row.state = OutboxState::Accepted;
                }
            }
            Ok(rows)
        })
        .await
    }

    /// The frozen octets of a row, to look at or to edit again.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn outbox_raw(&self, id: OutboxId) -> Result<Vec<u8>> {
        let store = self.inner.store.clone();
        blocking(move || Ok(copies::content(&store, id)?.whole()?)).await
    }

    /// Takes a row back before it went; `Refused` when it is too late.
    ///
    /// # Errors
    /// [`Error::Refused`], [`Error::NotFound`].
    pub async fn cancel_send(&self, id: OutboxId) -> Result<()> {
        let store = self.inner.store.clone();
        blocking(move || copies::take_back(&store, id)).await?;
        self.tell(Event::OutboxChanged);
        Ok(())
    }

    /// Sends a row now: one that waits, that failed, or that may have been sent (the user decided).
    ///
    /// # Errors
    /// [`Error::Refused`] when it is just on its way, [`Error::NotFound`].
    pub async fn retry_send(&self, id: OutboxId) -> Result<()> {
        let now = self.inner.store.now();
        self.inner.store.write(move |t| rows::retry(t, id, now)).await?;
        self.inner.outbox.wake();
        self.tell(Event::OutboxChanged);
        Ok(())
    }

    /// Works until no row moves by itself any more: each is sent, refused, waits for a better time
    /// or for the user. Where another process sends from this folder, it is waited for a while; what
    /// it has not sent by then stays queued.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Stopped`].
    pub async fn drain_outbox(&self) -> Result<()> {
        let until = tokio::time::Instant::now() + OTHERS;
        loop {
            self.alive()?;
            let pause = submit::run_once(self).await?;
            if !self.inner.outbox.is_ours() && tokio::time::Instant::now() >= until {
                return Ok(());
            }
            let now = self.inner.store.now();
            let entries = self.inner.store.read(rows::entries).await?;
            let put_off = |entry: &&rows::Entry| self.inner.outbox.is_put_off(entry.id, now);
            if !entries.iter().any(|entry| !put_off(&entry) && submit::moves(entry, now)) {
                return Ok(());
            }
            tokio::select! {
                () = tokio::time::sleep(pause.min(DRAIN_LOOK)) => {}
                () = self.inner.cancel.cancelled() => return Err(Error::Stopped),
            }
        }
    }

    /// The message that is answered or forwarded, if the rules let it go along.
    async fn original(&self, relation: &Relation) -> Result<Option<Opening>> {
        let (key, include) = match relation {
            Relation::New => return Ok(None),
            Relation::Reply { to, include_original } => (*to, *include_original),
            Relation::Forward(key) => (*key, true),
        };
        let fetched = if include { self.fetch(key).await } else { Ok(()) };
        let opening = self.load(key).await?;
        if matches!(relation, Relation::Reply { .. }) {
            allowed(&opening.mail.may_reply)?;
        }
        if include {
            allowed(&opening.mail.may_forward)?;
            fetched?;
            if !opening.have.complete {
                return Err(Invalid::NotDownloaded.into());
            }
        }
        Ok(Some(opening))
    }

    /// Who an original is from, when it came and what it is about: from its own octets, else from
    /// the list (the server's date), and a phrase for a missing subject.
    async fn known(
        &self,
        relation: &Relation,
        original: Option<&Opening>,
    ) -> Result<compose::Known> {
        let (key, Some(original)) = (
            match relation {
                Relation::New => None,
                Relation::Reply { to, .. } => Some(*to),
                Relation::Forward(key) => Some(*key),
            },
            original,
        ) else {
            return Ok(compose::Known::default());
        };
        let row = match key {
            Some(key) => Some(self.inner.store.read(move |c| list::row(c, key)).await?),
            None => None,
        };
        let mail = &original.mail;
        let address = mail.sender.address.clone();
        Ok(compose::Known {
            from: address.map(|addr| Address { name: mail.sender.name.clone(), addr }),
            date: mail.date.or(row.as_ref().map(|row| row.date)),
            subject: mail.subject.clone().or_else(|| {
                let known = row.map(|row| row.subject).filter(|subject| !subject.is_empty());
                let instead = || Some(self.inner.phrases.original_without_subject.clone());
                known.or_else(instead).filter(|subject| !subject.is_empty())
            }),
        })
    }

    /// One submission a format. A message without any voice of its own is one submission, and
    /// carries a forwarded original as ordinary mail does.
    async fn groups(
        &self,
        message: &Outgoing,
        everybody: &[Address],
    ) -> Result<Vec<(Option<VoiceFormat>, Vec<Address>)>> {
        let written = message.text.as_ref().is_some_and(|text| !text.trim().is_empty());
        let forward = matches!(message.relation, Relation::Forward(_));
        if message.voice.is_none() && (written || !forward) {
            return Ok(vec![(None, everybody.to_vec())]);
        }
        if let Some(format) = message.format {
            return Ok(vec![(Some(format), everybody.to_vec())]);
        }
        let plan = self
            .plan_formats(message.account, message.relation.clone(), everybody.to_vec())
            .await?;
        Ok(plan.groups.into_iter().map(|(format, group)| (Some(format), group)).collect())
    }

    /// Our card, where it is to go along (decision C1).
    async fn own_card(
        &self,
        settings: &AccountSettings,
        format: Option<VoiceFormat>,
        group: &[Address],
    ) -> Result<Option<compose::OwnCard>> {
        let when = *lock(&self.inner.own_card);
        if format.is_none() || when == OwnCard::Never {
            return Ok(None);
        }
        let people = group.to_vec();
        let wanted = when == OwnCard::Always
            || self.inner.store.read(move |c| directory::wants_card(c, &people)).await?;
        Ok(wanted.then(|| compose::OwnCard { doc: own_card(settings) }))
    }

    pub(super) fn seed(&self, domain: &str) -> Seed {
        Seed {
            date: zone::local(self.inner.store.now()),
            domain: domain.to_owned(),
            token: token(),
        }
    }
}

/// What a telephone number leads to plays sound and shows no text (RFC 4239 section 9.1): a message
/// without any is not sent there.
fn only_sound(message: &Outgoing, settings: &AccountSettings, everybody: &[Address]) -> Result<()> {
    let Some(gateway) = settings.gateway.as_deref().filter(|_| message.voice.is_none()) else {
        return Ok(());
    };
    let written = message.text.as_ref().is_some_and(|text| !text.trim().is_empty());
    let there = |to: &&Address| to.addr.domain().eq_ignore_ascii_case(gateway);
    match everybody.iter().find(there) {
        Some(to) if written => Err(Refusal::OnlySound(to.addr.clone()).into()),
        _ => Ok(()),
    }
}

/// What one submission is built from.
struct Job {
    settings: AccountSettings,
    message: Outgoing,
    original: Option<Opening>,
    /// What the list knows of the original, for one whose header does not say it.
    known: compose::Known,
    own_name: Option<Arc<Pcm>>,
    card: Option<compose::OwnCard>,
    format: Option<VoiceFormat>,
    group: Vec<Address>,
    phrases: Phrases,
    seed: Seed,
}

impl Job {
    fn freeze(self) -> Result<Frozen> {
        let message = &self.message;
        let vpim = self.format == Some(VoiceFormat::Vpim);
        let name = self.own_name.as_deref().map(|pcm| cut(pcm, NAME_SECONDS));
        let spoken = message.spoken_subject.as_deref().map(|pcm| cut(pcm, SUBJECT_SECONDS));
        let subject = self.subject();
        let threading = match (&message.relation, &self.original) {
            (Relation::Reply { .. }, Some(original)) => compose::threading(&original.mail),
            _ => compose::Threading::default(),
        };
        let (answers, forward, taken) = match &message.relation {
            Relation::New => (None, false, None),
            Relation::Reply { to, include_original } => {
                (Some(*to), false, include_original.then_some(OriginalRelation::Reply))
            }
            Relation::Forward(key) => (Some(*key), true, Some(OriginalRelation::Forward)),
        };
        let whole = match (&self.original, taken) {
            (Some(original), Some(_)) => Some(original.raw.whole()?),
            _ => None,
        };
        let original =
            whole.as_deref().zip(taken).map(|(raw, relation)| Original { raw, relation });
        let cover = self.cover();
        let letter = Letter {
            to: message.to.clone(),
            cc: message.cc.clone(),
            subject: subject.clone(),
            format: self.format,
            parts: VoiceParts {
                voice: message.voice.as_deref(),
                spoken_name: name.as_ref().filter(|_| message.voice.is_some()),
                spoken_subject: spoken.as_ref(),
            },
            // Voicemail of that kind only plays sound (E13).
            text: message.text.as_deref().filter(|_| !vpim),
            cover: &cover,
            importance: message.importance,
            private: message.private,
            receipt_to: message.ask_receipt.then(|| self.settings.address.clone()),
            card: self.card.clone(),
            original,
            known: self.known.clone(),
            in_reply_to: threading.in_reply_to,
            references: threading.references,
            ..Letter::new(own_address(&self.settings))
        };
        let octets = compose::build(&letter, &self.seed).map_err(|error| match error {
            compose::Error::Refused(reason) => reason.into(),
            other => Error::Invalid(Invalid::Compose(other)),
        })?;
        Ok(Frozen {
            account: message.account,
            message_id: self.seed.message_id(),
            reverse_path: Some(self.settings.address.clone()),
            forward_paths: distinct(self.group.iter().map(|address| &address.addr)),
            shown_to: self.group.clone(),
            subject,
            duration: message.voice.as_ref().map(|pcm| pcm.duration()),
            receipt: false,
            notify: message.ask_receipt,
            answers,
            forward,
            octets: octets.into(),
        })
    }

    /// What stands in the message for programs that show text only: it names what is there.
    fn cover(&self) -> String {
        let file = self.format.map(compose::file_name).unwrap_or_default();
        let covered = match &self.message.voice {
            Some(pcm) => Covered::Recording(pcm.duration(), &file),
            None => Covered::Forward,
        };
        let own = own_address(&self.settings);
        self.phrases.cover(own.label(), covered)
    }

    fn subject(&self) -> String {
        let given = self.message.subject.trim();
        let original = self.original.as_ref().and_then(|o| o.mail.subject.as_deref());
        match (&self.message.relation, original) {
            (Relation::Reply { .. }, Some(subject)) if given.is_empty() => {
                compose::reply_subject(subject)
            }
            (Relation::Forward(_), Some(subject)) if given.is_empty() => {
                compose::forward_subject(subject)
            }
            _ => given.to_owned(),
        }
    }
}

/// The beginning of a recording.
fn cut(pcm: &Pcm, seconds: usize) -> Pcm {
    let most = (pcm.rate as usize).saturating_mul(seconds);
    Pcm { samples: pcm.samples.iter().copied().take(most).collect(), rate: pcm.rate }
}

fn distinct<'a>(addresses: impl Iterator<Item = &'a AddrSpec>) -> Vec<AddrSpec> {
    let mut list: Vec<AddrSpec> = Vec::new();
    for address in addresses {
        if !list.iter().any(|known| known.same_mailbox(address)) {
            list.push(address.clone());
        }
    }
    list
}

/// The user as a sender.
pub(super) fn own_address(settings: &AccountSettings) -> Address {
    let name = Some(settings.name.trim().to_owned()).filter(|name| !name.is_empty());
    Address { name, addr: settings.address.clone() }
}

fn own_card(settings: &AccountSettings) -> CardDoc {
    CardDoc {
        name: own_address(settings).name,
        emails: vec![aloud_message::card::Email {
            addr: settings.address.to_string(),
            vpim: true,
            preferred: true,
        }],
        ..CardDoc::default()
    }
}

/// Unique text for identifiers.
fn token() -> String {
    rand::rng()
        .sample_iter(Alphanumeric)
        .take(24)
        .map(char::from)
        .collect::<String>()
        .to_lowercase()
}

/// Makes ready octets fit to be frozen.
fn ready(
    content: Content,
    accounts: &[accounts::AccountRow],
    now: i64,
    token: &str,
    folder: &Path,
) -> Result<Frozen> {
    // Another program may write to the user's file: what is judged is what leaves.
    let content = content.apart(folder)?;
    let raw = Raw::of(content.clone(), Bounds::default())?;
    let mail = raw.mail(&ReadOptions::default())?;
    // What the user writes may be private; what was taken along may not.
    for inner in &mail.forwarded {
        allowed(&inner.may_forward)?;
    }
    let from = mail.sender.address.as_ref().ok_or(Error::Invalid(Invalid::NoFrom))?;
    let account = accounts
        .iter()
        .find(|account| account.settings.address.same_mailbox(from))
        .ok_or_else(|| Error::Invalid(Invalid::NoAccount(from.clone())))?;
    let (fields, _) = header::read(&raw, 0, false);
    let blind = fields.all("bcc").flat_map(mailbox::parse).filter_map(|m| m.address());
    let shown_to: Vec<Address> = mail.to.iter().chain(&mail.cc).cloned().chain(blind).collect();
    let forward_paths = distinct(shown_to.iter().map(|address| &address.addr));
    if forward_paths.is_empty() {
        return Err(Invalid::NoRecipient.into());
    }
    if let Some(outside) = forward_paths.iter().find(|to| to.is_non_mail_user()) {
        return Err(Refusal::NonMailUser(outside.clone()).into());
    }
    let message_id = mail
        .message_id
        .clone()
        .unwrap_or_else(|| format!("{token}@{}", account.settings.address.domain()));
    let mut before = Vec::new();
    if mail.message_id.is_none() {
        before.extend(format!("Message-ID: <{message_id}>\r\n").into_bytes());
    }
    if mail.date.is_none() {
        before.extend(format!("Date: {}\r\n", zone::local(now).to_rfc5322()).into_bytes());
    }
    drop(raw);
    let write = |out: &mut dyn Write| {
        out.write_all(&before)?;
        let mut departing = Departing::new(out);
        content.each(PIECE, |piece| departing.push(piece))?;
        departing.finish()
    };
    let octets = if content.len() <= SMALL {
        let mut octets = Vec::new();
        write(&mut octets)?;
        octets.into()
    } else {
        Content::spooled(folder, write)?
    };
    // Line ends may have grown.
    if octets.len() > copies::OCTETS_MAX {
        return Err(Invalid::TooLarge { octets: octets.len(), most: copies::OCTETS_MAX }.into());
    }
    Ok(Frozen {
        account: account.id,
        message_id,
        reverse_path: Some(account.settings.address.clone()),
        forward_paths,
        shown_to,
        subject: mail.subject.clone().unwrap_or_default(),
        duration: mail.duration,
        receipt: false,
        notify: mail.receipt.is_some(),
        answers: None,
        forward: false,
        octets,
    })
}
