//! Commands about the white pages ([`crate::white_pages`]): where they are, who is in them, and taking
//! somebody over into the user's own directory.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use super::{Engine, Result, is_loopback, lock};
use crate::{
    directory,
    store::{
        blocking,
        contacts::{self, Source, SourceKind},
        meta, ops,
    },
    types::*,
    white_pages::{Page, Pages, WhitePages, client},
};
use aloud_codec::{self as codec, Pcm};
use aloud_message::card::Sound;
use aloud_model::{AddrSpec, Address, ContactId, Secret, voice::VoiceFormat};

/// Quiet after a key before the server is asked.
const PAUSE: Duration = Duration::from_millis(250);
/// Most suggestions of the white pages.
const SUGGESTIONS: usize = 8;
/// Most addresses of which it is remembered what their systems take.
const KNOWN: usize = 2000;
/// Longest spoken name that is played.
const LONGEST_NAME: Duration = Duration::from_secs(30);

/// What is known of the white pages in this session.
#[derive(Default)]
pub(crate) struct Session {
    /// The password, where there is no keyring or it was read from there, with the name that says for
    /// whom it is.
    password: Mutex<Option<(String, Secret)>>,
    /// Counts questions while somebody types: only the newest is asked.
    asked: AtomicU64,
    /// What the systems of addresses take that were found.
    forms: Arc<Mutex<HashMap<String, VoiceFormat>>>,
}

impl Session {
    /// The form of voice messages that the white pages name for an address.
    pub(crate) fn forms(&self) -> HashMap<String, VoiceFormat> {
        lock(&self.forms).clone()
    }

    fn remember(&self, people: &[Page]) {
        let mut forms = lock(&self.forms);
        for page in people {
            let Some(voice) = page.voice else { continue };
            for own in &page.boxes {
                if forms.len() < KNOWN {
                    forms.insert(contacts::lookup_key(own.as_str()), voice);
                }
            }
        }
    }
}

impl Engine {
    /// Where the white pages are; `None` without.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn white_pages(&self) -> Result<Option<WhitePages>> {
        let stored = self.inner.store.read(|c| meta::get(c, meta::WHITE_PAGES)).await?;
        let read = |octets: Vec<u8>| {
            serde_json::from_slice(&octets).map_err(|error| Error::Store(error.to_string()))
        };
        stored.map(read).transpose()
    }

    /// Says where the white pages are. The password goes to the keyring, or stays for the session;
    /// without one, what was kept of other white pages is forgotten.
    ///
    /// # Errors
    /// [`Error::NoEncryption`] without encryption to another computer, unless the user wants it and no
    /// password goes there; [`Error::Invalid`] without a server.
    pub async fn set_white_pages(
        &self,
        mut pages: WhitePages,
        password: Option<Secret>,
    ) -> Result<()> {
        pages.server.host = pages.server.host.trim().to_owned();
        if pages.server.host.is_empty() || pages.server.port == 0 {
            return Err(Invalid::ServerName(pages.server.host).into());
        }
        pages.bind = pages.bind.filter(|dn| !dn.trim().is_empty());
        let here = is_loopback(&pages.server.host);
        let consent = pages.unencrypted && pages.bind.is_none();
        if pages.server.security == Security::None && !here && !consent {
            return Err(Error::NoEncryption);
        }
        if pages.name.trim().is_empty() {
            pages.name.clone_from(&pages.server.host);
        }
        let before = self.white_pages().await?;
        let same =
            before.as_ref().is_some_and(|b| (&b.server, &b.bind) == (&pages.server, &pages.bind));
        if !same && let Some(before) = &before {
            self.keep_white_password(before, None).await;
        }
        if password.is_some() {
            self.keep_white_password(&pages, password).await;
        }
        let octets = serde_json::to_vec(&pages).map_err(|error| Error::Store(error.to_string()))?;
        self.store_white_pages(Some(octets)).await
    }

    /// Forgets the white pages and their password.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn forget_white_pages(&self) -> Result<()> {
        if let Some(before) = self.white_pages().await? {
            self.keep_white_password(&before, None).await;
        }
        lock(&self.inner.white_pages.forms).clear();
        self.store_white_pages(None).await
    }

    /// A password for this session and these white pages only.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn supply_white_password(&self, password: Secret) -> Result<()> {
        let name = self.white_pages().await?.and_then(|pages| pages.password_name());
        *lock(&self.inner.white_pages.password) = name.map(|name| (name, password));
        Ok(())
    }

    async fn store_white_pages(&self, octets: Option<Vec<u8>>) -> Result<()> {
        self.inner.store.write(move |t| meta::set_white_pages(t, octets.as_deref())).await?;
        self.tell(Event::DirectoryChanged);
        Ok(())
    }

    async fn keep_white_password(&self, pages: &WhitePages, password: Option<Secret>) {
        let Some(name) = pages.password_name() else { return };
        *lock(&self.inner.white_pages.password) =
            password.clone().map(|password| (name.clone(), password));
        let secrets = self.inner.passwords.secrets();
        let kept = blocking(move || match &password {
            Some(password) => secrets.set(&name, password),
            None => secrets.delete(&name),
        });
        if let Err(error) = kept.await {
            tracing::warn!(error = error.class(), "the keyring does not take the password");
        }
    }

    async fn white_password(&self, pages: &WhitePages) -> Result<Option<Secret>> {
        let Some(name) = pages.password_name() else { return Ok(None) };
        let known = lock(&self.inner.white_pages.password).clone();
        if let Some((_, password)) = known.filter(|(known, _)| *known == name) {
            return Ok(Some(password));
        }
        let secrets = self.inner.passwords.secrets();
        let asked = name.clone();
        let found = blocking(move || secrets.get(&asked)).await?;
        *lock(&self.inner.white_pages.password) = found.clone().map(|found| (name, found));
        Ok(found)
    }

    /// Asks the white pages; `spoken` also fetches names in people's own voices. Nobody without white
    /// pages.
    ///
    /// # Errors
    /// What keeps the server from answering; within [`crate::white_pages::WHOLE`].
    pub async fn look_up(&self, text: String, spoken: bool) -> Result<Pages> {
        let Some(pages) = self.white_pages().await? else { return Ok(Pages::default()) };
        let password = self.white_password(&pages).await?;
        let dialer = self.inner.dialer.as_ref();
        let found = client::search(dialer, &pages, password.as_ref(), &text, spoken).await?;
        self.inner.white_pages.remember(&found.people);
        Ok(found)
    }

    /// Suggestions of the white pages for what was typed so far: empty where more was typed meanwhile.
    /// Those of the user's own directory ([`Self::complete`]) never wait for it.
    ///
    /// # Errors
    /// As [`Self::look_up`].
    pub async fn complete_elsewhere(&self, text: String) -> Result<Vec<Completion>> {
        let session = &self.inner.white_pages;
        let number = session.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let Some(pages) = self.white_pages().await? else { return Ok(Vec::new()) };
        tokio::time::sleep(PAUSE).await;
        if session.asked.load(Ordering::SeqCst) != number {
            return Ok(Vec::new());
        }
        let found = self.look_up(text, false).await?;
        let all = found.people.into_iter().flat_map(|page| {
            let directory = pages.name.clone();
            let name = page.card.name.clone();
            let emails = page.card.emails.into_iter();
            emails.filter_map(move |email| {
                let addr = AddrSpec::parse(&email.addr).ok()?;
                let directory = directory.clone();
                Some(Completion {
                    kind: CompletionKind::Elsewhere { directory, blocked: page.blocked },
                    address: Address { name: name.clone(), addr },
                    contact: None,
                })
            })
        });
        Ok(all.take(SUGGESTIONS).collect())
    }

    /// Takes somebody over from the white pages; can be undone. Whoever is known already gains what was
    /// missing.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn add_page(&self, page: Page) -> Result<(Vec<ContactId>, UndoToken)> {
        let name = self.white_pages().await?.map(|pages| pages.name).unwrap_or_default();
        let now = self.inner.store.now();
        let source = Source { kind: SourceKind::Directory, name, added: now, ..Source::default() };
        let outcome = self
            .inner
            .store
            .write(move |t| {
                let (ids, act) = directory::import_pages(t, vec![page.card], &source)?;
                Ok((ids, ops::remember(t, &act, now)?))
            })
            .await?;
        self.tell(Event::DirectoryChanged);
        Ok(outcome)
    }

    /// Takes over whoever has an address in the white pages. In many of them people write what they
    /// like: where more than one has the address, nobody is taken for another.
    ///
    /// # Errors
    /// As [`Self::look_up`]; [`Error::NotFound`] where nobody has it, or more than one.
    pub async fn add_from_white_pages(
        &self,
        address: AddrSpec,
    ) -> Result<(Vec<ContactId>, UndoToken)> {
        let found = self.look_up(address.to_string(), true).await?;
        let has = |page: &Page| {
            let same = |addr: &str| AddrSpec::parse(addr).is_ok_and(|a| a.same_mailbox(&address));
            page.card.emails.iter().any(|email| same(&email.addr))
        };
        let mut all = found.people.into_iter().filter(has);
        let page = all.next().ok_or(Error::NotFound(Missing::Listed))?;
        if all.next().is_some() {
            return Err(Error::NotFound(Missing::ListedOnce));
        }
        self.add_page(page).await
    }

    /// Somebody's name in their own voice, as the white pages have it.
    ///
    /// # Errors
    /// [`Error::NotFound`] without one; [`Error::Invalid`] when it cannot be decoded.
    pub async fn page_name(&self, page: &Page) -> Result<Arc<Pcm>> {
        let Some(Sound::Inline { media_type, octets }) = page.card.sound.clone() else {
            return Err(Error::NotFound(Missing::Listed));
        };
        blocking(move || {
            let hint = codec::Hint { media_type: &media_type, filename: None };
            let limits = codec::Limits { duration: LONGEST_NAME };
            codec::decode(&octets, hint, limits).map(Arc::new).map_err(Error::from)
        })
        .await
    }

    /// Whether the white pages answer; `None` without.
    pub(crate) async fn probe_white_pages(&self) -> Option<Result<Security>> {
        let pages = match self.white_pages().await {
            Ok(pages) => pages?,
            Err(error) => return Some(Err(error)),
        };
        let asked = async {
            let password = self.white_password(&pages).await?;
            client::probe(self.inner.dialer.as_ref(), &pages, password.as_ref()).await?;
            Ok(pages.server.security)
        };
        Some(asked.await)
    }
}
