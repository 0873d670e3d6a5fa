//! Commands about one message: open it, hear it, mark it, move it. Its receipt is in `answers`.

use std::{path::PathBuf, sync::Arc, time::Duration};

use super::{Engine, Result, lock};
use crate::{
    directory, external, origin, receipts,
    store::{
        self, accounts,
        blobs::Have,
        blocking, classify, contacts, deliveries, list,
        messages::{self as rows, Place},
        ops::{self, Act},
        raw::Raw,
    },
    types::*,
};
use aloud_codec::{self as codec, Pcm, g726::Packing};
use aloud_message::{Body, Mail, PartInfo, PartRole, Permission};
use aloud_model::{imap::MailboxRole, *};

/// How many opened messages are kept in memory, and how large each may be.
const KEPT: usize = 6;
const KEPT_OCTETS: usize = 32 * 1024 * 1024;
/// Bars of a waveform.
const PEAKS: usize = 400;

/// A message as read.
#[derive(Clone)]
pub(crate) struct Opening {
    pub(crate) mail: Arc<Mail>,
    pub(crate) raw: Arc<Raw>,
    pub(crate) have: Have,
}

/// An opened message that is kept.
pub(crate) struct Cached {
    key: MessageKey,
    opening: Opening,
}

impl Engine {
    /// Loads a message; fetches what is missing (progress through events) and returns when the
    /// whole is here, or with what is here when offline. Does not change `\Seen`.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Store`]; a network failure is no error, the message is then
    /// not complete.
    pub async fn open(&self, key: MessageKey) -> Result<Opened> {
        if let Err(error) = self.fetch(key).await {
            tracing::debug!(key = key.0, error = error.class(), "opening what is here");
        }
        self.peek(key).await
    }

    /// [`Self::open`] with what is here, without asking the server.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Store`].
    pub async fn peek(&self, key: MessageKey) -> Result<Opened> {
        let opening = self.load(key).await?;
        let policy = self.receipts_for_all();
        let now = self.inner.store.now();
        let swapped = self.is_swapped(key);
        let own_servers = origin::OwnServers::clone(&self.inner.own_servers);
        let opened = self
            .inner
            .store
            .read(move |c| {
                let row = list::row(c, key)?;
                let places = rows::places(c, key)?;
                let mail = opening.mail.clone();
                let standing = receipts::standing(
                    c,
                    row.account,
                    key,
                    (&mail, opening.have),
                    &places,
                    policy,
                    now,
                )?;
                let id = mail.message_id.clone().unwrap_or_default();
                let about = rows::about(c, row.account, key)?;
                let spoken_name = match row.contact {
                    Some(id) => contacts::spoken_name(c, id)?,
                    None => None,
                };
                Ok(Opened {
                    confirmation: match row.outgoing {
                        true => Confirmation::NotChecked,
                        false => origin::confirmation(c, row.account, &mail, &own_servers)?,
                    },
                    caller: origin::known_caller(c, &mail)?,
                    receipt: standing.shown(),
                    offers: directory::offers(c, key, &mail, &opening.raw)?,
                    deliveries: deliveries::of_message(c, row.account, &id)?,
                    about,
                    peaks: rows::peaks(c, key)?.into(),
                    complete: opening.have.complete,
                    have: (opening.have.here, opening.have.total),
                    mail,
                    row,
                    swapped,
                    spoken_name,
                    stopped_at: store::positions::of(c, key)?,
                })
            })
            .await?;
        self.note_newer_card(&opened).await?;
        Ok(opened)
    }

    /// The directory shows that a newer card waits.
    async fn note_newer_card(&self, opened: &Opened) -> Result<()> {
        let newer = |offer: &CardOffer| {
            matches!(offer.kind, CardOfferKind::News(_) | CardOfferKind::Conflict { .. })
        };
        let (Some(id), true) = (opened.row.contact, opened.offers.iter().any(newer)) else {
            return Ok(());
        };
        let key = opened.row.key;
        let noted =
            self.inner.store.write(move |t| store::contacts::set_newer_card(t, id, key.0)).await?;
        if noted {
            self.tell(Event::DirectoryChanged);
        }
        Ok(())
    }

    /// All raw octets.
    ///
    /// # Errors
    /// [`Error::NotFound`]; what the network says when they are not all here and cannot be fetched.
    pub async fn raw(&self, key: MessageKey) -> Result<Arc<[u8]>> {
        let fetched = self.fetch(key).await;
        let opening = self.load(key).await?;
        if !opening.have.complete {
            fetched?;
        }
        blocking(move || Ok(opening.raw.whole()?.into())).await
    }

    /// What "Show the original message" shows: the raw octets, of a large message as far as they are
    /// held, but of a private message only the header and the empty line after it
    /// (docs/reliability.md, "Private").
    ///
    /// # Errors
    /// As [`Self::raw`].
    pub async fn source(&self, key: MessageKey) -> Result<Arc<[u8]>> {
        let fetched = self.fetch(key).await;
        let opening = self.load(key).await?;
        if opening.raw.is_empty() {
            fetched?;
        }
        let octets: Arc<[u8]> = Arc::from(&**opening.raw);
        if opening.mail.may_save.is_allowed() {
            return Ok(octets);
        }
        let ends =
            |end: &[u8]| octets.windows(end.len()).position(|w| w == end).map(|at| at + end.len());
        let header = ends(b"\r\n\r\n").into_iter().chain(ends(b"\n\n")).min().unwrap_or(0);
        Ok(octets.get(..header).unwrap_or_default().into())
    }

    /// A leaf for showing or playing inside Aloud (`path` may go into forwarded messages as
    /// "3/1": the part "3" is the message/rfc822, "1" inside it).
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such part (here).
    pub async fn part(&self, key: MessageKey, path: String) -> Result<Body> {
        let _ = self.fetch(key).await;
        let opening = self.load(key).await?;
        blocking(move || opening.raw.body(&path)).await
    }

    /// A leaf decoded to sound.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] when it cannot be decoded, with the reason.
    pub async fn audio(&self, key: MessageKey, path: String) -> Result<Arc<Pcm>> {
        let _ = self.fetch(key).await;
        let opening = self.load(key).await?;
        let (complete, mail) = (opening.have.complete, opening.mail.clone());
        let (at, swapped) = (path.clone(), self.is_swapped(key));
        let pcm = blocking(move || {
            let octets = opening.raw.body(&at)?.octets;
            decode(&opening.mail, &at, &octets, swapped).map(Arc::new)
        })
        .await?;
        let primary = mail.parts.iter().find(|part| part.role == PartRole::VoiceMessage);
        if complete && primary.is_some_and(|part| part.path == path) {
            self.keep_peaks(key, &pcm).await;
        }
        Ok(pcm)
    }

    /// A leaf that Aloud cannot decode, decoded by the program that was chosen in the settings.
    /// Only ever by the user's own press (RFC 3458 section 7); see [`external`].
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] when no program is chosen, or it makes nothing of it.
    pub async fn audio_by_program(&self, key: MessageKey, path: String) -> Result<Arc<Pcm>> {
        let program = lock(&self.inner.program).clone();
        let program = program.ok_or(Error::Invalid(Invalid::NoProgram))?;
        let _ = self.fetch(key).await;
        let opening = self.load(key).await?;
        let octets = blocking(move || Ok(opening.raw.body(&path)?.octets)).await?;
        let folder = self.inner.store.dir().join(external::FOLDER);
        external::decode(&program, &folder, octets, external::TIME).await.map(Arc::new)
    }

    /// The program that decodes what Aloud cannot (the path of an `ffmpeg`); `None` for none.
    pub fn set_program(&self, program: Option<PathBuf>) {
        *lock(&self.inner.program) = program;
    }

    /// Reads the G.726 code words of a message in the other order, or in the usual one again: some
    /// gateways mix them up. Remembered while the program runs.
    pub fn swap_code_words(&self, key: MessageKey, swapped: bool) {
        let mut all = lock(&self.inner.swapped);
        if swapped {
            all.insert(key);
        } else {
            all.remove(&key);
        }
    }

    pub(super) fn is_swapped(&self, key: MessageKey) -> bool {
        lock(&self.inner.swapped).contains(&key)
    }

    /// A leaf written to a file the user chose; refused for private messages.
    ///
    /// # Errors
    /// [`Error::Refused`] with the sentence for the user; [`Error::Store`] when the file cannot be
    /// written.
    pub async fn save_part(&self, key: MessageKey, path: String, to: PathBuf) -> Result<()> {
        let _ = self.fetch(key).await;
        let opening = self.load(key).await?;
        if !opening.have.complete {
            return Err(Invalid::NotDownloaded.into());
        }
        allowed(&opening.mail.may_save)?;
        blocking(move || opening.raw.save(&path, &to)).await
    }

    /// A PDF of a message as a file for the program of the system; refused for private messages.
    ///
    /// # Errors
    /// [`Error::Refused`]; [`Error::NotFound`] for what is no PDF; [`Error::Store`].
    pub async fn lend_pdf(&self, key: MessageKey, path: String) -> Result<PathBuf> {
        let _ = self.fetch(key).await;
        let opening = self.load(key).await?;
        allowed(&opening.mail.may_save)?;
        let data = self.inner.store.dir().to_owned();
        blocking(move || {
            let octets = opening.raw.body(&path)?.octets;
            let name = format!("{key}-{}", path.replace(['/', '.'], "-"));
            external::lend_pdf(&data, &name, &octets)
        })
        .await
    }

    /// Sound began: the ring. Never sets `\Seen`.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn started(&self, key: MessageKey) -> Result<()> {
        let changed = self.inner.store.write(move |t| rows::set_started(t, key, true)).await?;
        if changed {
            self.tell(Event::MessageChanged(key));
        }
        Ok(())
    }

    /// Keeps where somebody stopped listening, for [`Opened::stopped_at`]; zero forgets it.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn stopped_at(&self, key: MessageKey, at: Duration) -> Result<()> {
        self.inner.store.write(move |t| store::positions::keep(t, key, at)).await
    }

    /// Heard, read or viewed to the agreed point (D11): sets `\Seen`, may turn the receipt to
    /// `Ask`, or sends it where "always" was chosen. The only way in which use sets `\Seen`.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Store`].
    pub async fn presented(&self, key: MessageKey) -> Result<()> {
        self.set_seen(vec![key], true).await?;
        self.settle_receipt(key).await
    }

    /// Marks as heard or as new. By the user's own word a message counts as heard (D11), so a
    /// receipt may be asked for after it.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn mark(&self, keys: Vec<MessageKey>, mark: Mark) -> Result<UndoToken> {
        let token = self.set_seen(keys.clone(), mark == Mark::Heard).await?;
        if mark == Mark::Heard {
            let ask = |c: &store::Reader| rows::that_ask_receipts(c, keys);
            for key in self.inner.store.read(ask).await? {
                self.settle_receipt(key).await?;
            }
        }
        Ok(token)
    }

    async fn set_seen(&self, keys: Vec<MessageKey>, seen: bool) -> Result<UndoToken> {
        let now = self.inner.store.now();
        let (token, changed) = self
            .inner
            .store
            .write(move |t| {
                let mut was = Vec::new();
                let mut changed = Vec::new();
                for key in keys {
                    let before = changed.len();
                    for place in rows::places(t, key)? {
                        if place.flags.seen != seen {
                            ops::flag(t, &place, &Flag::Seen, seen)?;
                            was.push((key, Flag::Seen.as_str().to_owned(), !seen));
                            changed.push(place);
                        }
                    }
                    if !seen {
                        rows::set_started(t, key, false)?;
                    } else if changed.len() > before {
                        // What another program has marked was not heard here.
                        rows::set_presented(t, key)?;
                    }
                }
                was.dedup();
                Ok((ops::remember(t, &Act::Flags(was), now)?, changed))
            })
            .await?;
        self.places_changed(&changed);
        Ok(token)
    }

    /// Moves to the archive mailbox, which is made where there is none.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn archive(&self, keys: Vec<MessageKey>) -> Result<UndoToken> {
        self.move_all(keys, MailboxRole::Archive).await
    }

    /// Moves to the mailbox of deleted messages.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn delete(&self, keys: Vec<MessageKey>) -> Result<UndoToken> {
        self.move_all(keys, MailboxRole::Trash).await
    }

    /// Moves back to the inbox, from the archive, Junk or the deleted messages.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn move_to_inbox(&self, keys: Vec<MessageKey>) -> Result<UndoToken> {
        self.move_all(keys, MailboxRole::Inbox).await
    }

    async fn move_all(&self, keys: Vec<MessageKey>, to: MailboxRole) -> Result<UndoToken> {
        let now = self.inner.store.now();
        let (token, changed) = self
            .inner
            .store
            .write(move |t| {
                let mut moves = Vec::new();
                let mut changed = Vec::new();
                for key in keys {
                    for place in rows::places(t, key)? {
                        // A label on the same message elsewhere (All Mail) is not a second copy.
                        if place.role == to || place.role == MailboxRole::All {
                            continue;
                        }
                        let target = ops::mailbox_for(t, place.account, to)?;
                        let (op, made) = ops::move_to(t, &place, target)?;
                        moves.push((key, place.mailbox, op, made));
                        changed.push(Place { mailbox: target, ..place.clone() });
                        changed.push(place);
                    }
                }
                Ok((ops::remember(t, &Act::Moves(moves), now)?, changed))
            })
            .await?;
        self.places_changed(&changed);
        Ok(token)
    }

    /// Takes an act back.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it was taken back already or is too long ago.
    pub async fn undo(&self, token: UndoToken) -> Result<()> {
        let (changed, people, act) = self
            .inner
            .store
            .write(move |t| {
                let act = ops::recall(t, token)?;
                let people = directory::take_back(t, &act)?;
                let mut changed = Vec::new();
                for key in ops::take_back(t, &act)? {
                    changed.extend(rows::places(t, key)?);
                }
                if let Act::Moves(moves) = &act {
                    for (key, mailbox, ..) in moves {
                        changed.extend(
                            rows::places(t, *key)?
                                .into_iter()
                                .map(|place| Place { mailbox: *mailbox, ..place }),
                        );
                    }
                }
                Ok((changed, people, act))
            })
            .await?;
        if let Act::Treated(key, row) = act {
            return self.treat_as_before(key, row).await;
        }
        self.places_changed(&changed);
        if people {
            self.tell(Event::DirectoryChanged);
        }
        Ok(())
    }

    /// Tells the window and wakes the tasks.
    pub(super) fn places_changed(&self, places: &[Place]) {
        let mut mailboxes: Vec<MailboxId> = places.iter().map(|place| place.mailbox).collect();
        let mut keys: Vec<MessageKey> = places.iter().map(|place| place.message).collect();
        let mut accounts: Vec<AccountId> = places.iter().map(|place| place.account).collect();
        mailboxes.sort_unstable();
        mailboxes.dedup();
        keys.sort_unstable();
        keys.dedup();
        accounts.sort_unstable();
        accounts.dedup();
        for mailbox in mailboxes {
            self.tell(Event::MailboxChanged(mailbox));
        }
        for key in keys {
            self.tell(Event::MessageChanged(key));
        }
        for task in accounts.into_iter().filter_map(|id| self.task(id)) {
            task.wake();
        }
    }

    // Loading

    /// Fetches what is missing of a message.
    pub(crate) async fn fetch(&self, key: MessageKey) -> Result<()> {
        self.alive()?;
        let store = self.inner.store.clone();
        if blocking(move || store.have(key)).await?.complete {
            return Ok(());
        }
        let account = self.inner.store.read(move |c| Ok(list::row(c, key)?.account)).await?;
        let task = self.task(account).ok_or(Error::Stopped)?;
        let state = task.state().borrow().clone();
        if let AccountState::Offline(_) = state {
            task.wake();
            let row = self.inner.store.read(move |c| accounts::account(c, account)).await?;
            let host = row.settings.imap.host;
            return Err(Error::Unreachable { host, reason: Broken::Offline });
        }
        task.fetch_body(key).await?;
        self.tell(Event::MessageChanged(key));
        Ok(())
    }

    /// The message as far as it is here.
    pub(crate) async fn load(&self, key: MessageKey) -> Result<Opening> {
        if let Some(kept) = lock(&self.inner.opened).iter().find(|kept| kept.key == key) {
            return Ok(kept.opening.clone());
        }
        let store = self.inner.store.clone();
        let opening = blocking(move || {
            let (raw, have) = store.raw(key)?;
            let mail = if store.read_now(|c| rows::is_poison(c, key))? {
                classify::poisoned()
            } else {
                classify::read_raw(&raw, have.complete, have.total)?
            };
            Ok(Opening { mail: Arc::new(mail), raw: Arc::new(raw), have })
        })
        .await?;
        if opening.have.complete && opening.raw.len() <= KEPT_OCTETS {
            let mut kept = lock(&self.inner.opened);
            kept.retain(|cached| cached.key != key);
            kept.push(Cached { key, opening: opening.clone() });
            if kept.len() > KEPT {
                kept.remove(0);
            }
        }
        Ok(opening)
    }

    async fn keep_peaks(&self, key: MessageKey, pcm: &Arc<Pcm>) {
        let pcm = pcm.clone();
        let stored = self.inner.store.write(move |t| rows::set_peaks(t, key, &measure(&pcm))).await;
        if let Err(error) = stored {
            tracing::debug!(key = key.0, error = error.class(), "peaks were not kept");
        }
    }
}

/// Turns a rule's refusal into an error.
pub(crate) fn allowed(permission: &Permission) -> Result<()> {
    match permission {
        Permission::Allowed => Ok(()),
        Permission::Refused(reason) => Err(reason.clone().into()),
    }
}

/// Decodes a leaf; what the message says of it is a hint. `swapped`: G.726 code words in the other
/// order than the one that the sound and the label suggest.
pub(crate) fn decode(mail: &Mail, path: &str, octets: &[u8], swapped: bool) -> Result<Pcm> {
    let part = part_info(mail, path);
    let hint = codec::Hint {
        media_type: part.map_or("", |part| part.media_type.as_str()),
        filename: part.and_then(|part| part.filename.as_deref()),
    };
    let usual = swapped.then(|| codec::packing(octets, hint)).flatten();
    codec::decode_packed(octets, hint, codec::Limits::default(), usual.map(Packing::swapped))
        .map_err(Error::from)
}

/// What is known of a leaf; the path may go into enclosed messages.
pub(crate) fn part_info<'a>(mail: &'a Mail, path: &str) -> Option<&'a PartInfo> {
    let mut mail = mail;
    let mut steps = path.split('/').peekable();
    loop {
        let step = steps.next()?;
        if steps.peek().is_none() {
            return mail.parts.iter().find(|part| part.path == step);
        }
        let mut enclosed = mail.parts.iter().filter(|part| part.role == PartRole::Original);
        mail = mail.forwarded.get(enclosed.position(|part| part.path == step)?)?;
    }
}

/// The loudest sample of each of [`PEAKS`] slices, 0 to 255.
fn measure(pcm: &Pcm) -> Vec<u8> {
    let slice = pcm.samples.len().div_ceil(PEAKS).max(1);
    pcm.samples
        .chunks(slice)
        .map(|chunk| {
            let loudest = chunk.iter().map(|sample| sample.unsigned_abs()).max().unwrap_or(0);
            u8::try_from(loudest.min(i16::MAX as u16) >> 7).unwrap_or(u8::MAX)
        })
        .collect()
}
