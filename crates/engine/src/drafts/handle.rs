//! The commands of the engine about drafts.

use std::{path::PathBuf, sync::Arc};

use aloud_codec::Pcm;
use aloud_model::MessageKey;

use super::{Closed, Draft, DraftContent, DraftId, Drafts, Listed, Revision, Saved, Sound, sound};
use crate::{
    errors::{Missing, Result},
    handle::Engine,
    store::{blocking, sent_drafts},
    types::{Error, Event},
};

impl Engine {
    /// Makes a new draft and owns it until it is closed, handed over, or the process ends.
    ///
    /// # Errors
    /// [`Error::Store`]; [`Error::DraftInUse`] when there is a draft of that name.
    pub async fn open_draft(&self, id: DraftId) -> Result<()> {
        self.on_drafts(move |drafts| drafts.create(&id)).await
    }

    /// Opens a draft that was kept, to go on with it.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::DraftInUse`] when another window has it open.
    pub async fn resume_draft(&self, id: DraftId) -> Result<Draft> {
        if self.remove_sent_drafts().await?.contains(&id) {
            return Err(Error::NotFound(Missing::Draft(id.to_string())));
        }
        let draft = self.on_drafts(move |drafts| drafts.resume(&id)).await?;
        self.tell(Event::DraftsChanged);
        Ok(draft)
    }

    /// Writes a revision of an open draft; it is on the disk when this returns. `edition` counts
    /// up with each: a late one is ignored.
    ///
    /// # Errors
    /// [`Error::Store`] when the disk takes nothing; what was written before is still there.
    /// [`Error::DraftInUse`] when another window has the draft.
    pub async fn save_draft(
        &self,
        id: DraftId,
        edition: u64,
        content: DraftContent,
    ) -> Result<Saved> {
        self.on_drafts(move |drafts| drafts.save(&id, edition, &content)).await
    }

    /// Closes an open draft after a last revision; without one, what was written counts. A draft
    /// that holds nothing is removed.
    ///
    /// # Errors
    /// As [`Self::save_draft`]; the draft stays open then.
    pub async fn close_draft(
        &self,
        id: DraftId,
        edition: u64,
        content: Option<DraftContent>,
    ) -> Result<Closed> {
        let close = move |drafts: &Drafts| drafts.close(&id, edition, content.as_ref());
        let closed = self.on_drafts(close).await?;
        self.tell(Event::DraftsChanged);
        Ok(closed)
    }

    /// The drafts that no window has open, newest first.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn drafts(&self) -> Result<Vec<Draft>> {
        let sent = self.remove_sent_drafts().await?;
        let mut all = self.on_drafts(|drafts| Ok(drafts.list())).await?;
        all.retain(|draft| !sent.contains(&draft.id));
        Ok(all)
    }

    /// All drafts, newest first, with those that a window has open.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn all_drafts(&self) -> Result<Vec<Listed>> {
        let sent = self.remove_sent_drafts().await?;
        let mut all = self.on_drafts(|drafts| Ok(drafts.list_all())).await?;
        all.retain(|listed| !sent.contains(&listed.draft.id));
        Ok(all)
    }

    /// Whether a window has a draft open, here or in another process.
    ///
    /// # Errors
    /// [`Error::Stopped`].
    pub async fn draft_is_open(&self, id: DraftId) -> Result<bool> {
        self.on_drafts(move |drafts| Ok(drafts.is_open(&id))).await
    }

    /// Every recording of a draft that sounds, also those that no revision names any more.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn draft_recordings(&self, id: DraftId) -> Result<Vec<Sound>> {
        self.on_drafts(move |drafts| drafts.recordings(&id)).await
    }

    /// A draft, open or not.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn draft(&self, id: DraftId) -> Result<Draft> {
        self.on_drafts(move |drafts| drafts.read(&id)).await
    }

    /// Removes a draft for good.
    ///
    /// # Errors
    /// [`Error::DraftInUse`] while a window has it open; [`Error::Store`].
    pub async fn remove_draft(&self, id: DraftId) -> Result<()> {
        self.on_drafts(move |drafts| drafts.remove(&id)).await?;
        self.tell(Event::DraftsChanged);
        Ok(())
    }

    /// Every revision of a draft that is kept, newest first.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn draft_revisions(&self, id: DraftId) -> Result<Vec<Revision>> {
        self.on_drafts(move |drafts| drafts.revisions(&id)).await
    }

    /// Makes an earlier revision of a draft the newest; none is lost by that.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::DraftInUse`] while a window has the draft open.
    pub async fn restore_revision(&self, id: DraftId, number: u64) -> Result<()> {
        self.on_drafts(move |drafts| drafts.restore(&id, number)).await?;
        self.tell(Event::DraftsChanged);
        Ok(())
    }

    /// Copies the first recording of an earlier message into a file of an open draft.
    ///
    /// # Errors
    /// [`Error::NotFound`] without a recording; what [`Self::audio`] says; [`Error::Store`].
    pub async fn copy_into_draft(
        &self,
        key: MessageKey,
        paths: Vec<String>,
        file: PathBuf,
    ) -> Result<Arc<Pcm>> {
        let first = paths.into_iter().next();
        let first = first.ok_or(Error::NotFound(Missing::Recording))?;
        let pcm = self.audio(key, first).await?;
        let copy = Arc::clone(&pcm);
        blocking(move || Ok(sound::write_take(&file, &copy)?)).await?;
        Ok(pcm)
    }

    /// Removes the draft of a message that is frozen now. What is left of it by a failure is no
    /// reason not to send: it stays marked as sent and is removed the next time.
    pub(crate) async fn draft_handed_over(&self, id: DraftId) {
        let draft = id.clone();
        let removed = match self.on_drafts(move |drafts| drafts.handed_over(&draft)).await {
            Ok(()) => self.inner.store.write(move |t| sent_drafts::clear(t, &id)).await,
            Err(error) => Err(error),
        };
        if let Err(error) = removed {
            tracing::warn!(error = error.class(), "a draft that was sent could not be removed");
        }
        self.tell(Event::DraftsChanged);
    }

    /// Removes drafts whose messages were frozen by a process that died before it removed them.
    /// Returns those that could not be removed, or are being handed over just now: they are none.
    async fn remove_sent_drafts(&self) -> Result<Vec<DraftId>> {
        let mut left = Vec::new();
        for id in self.inner.store.read(sent_drafts::all).await? {
            let draft = id.clone();
            match self.on_drafts(move |drafts| drafts.remove(&draft)).await {
                Ok(()) => self.inner.store.write(move |t| sent_drafts::clear(t, &id)).await?,
                Err(error) => {
                    tracing::warn!(error = error.class(), "a draft that was sent stays for now");
                    left.push(id);
                }
            }
        }
        Ok(left)
    }

    pub(super) async fn on_drafts<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Drafts) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let drafts = self.inner.drafts.clone();
        blocking(move || work(&drafts)).await
    }
}
