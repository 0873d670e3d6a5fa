//! Commands about sending.

use super::{Engine, Opening, Result};
use crate::{
    engine::{
        outbox,
        receipts::Standing,
        store::{messages::Place, outbox as rows},
        types::*,
    },
    model::*,
};

impl Engine {
    /// Every row of the outbox, oldest first; receipts too.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn outbox(&self) -> Result<Vec<OutboxRow>> {
        let entries = self.inner.store.read(rows::entries).await?;
        let now = self.inner.store.now();
        Ok(entries
            .iter()
            .map(|entry| rows::shown(entry, self.inner.outbox.percent(entry.id), now))
            .collect())
    }

    /// The frozen octets of a row, to look at or to edit again.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn outbox_raw(&self, id: OutboxId) -> Result<Vec<u8>> {
        self.inner.store.read(move |c| rows::octets(c, id)).await
    }

    /// Takes a row back before it went; `Refused` when it is too late.
    ///
    /// # Errors
    /// [`Error::Refused`], [`Error::NotFound`].
    pub async fn cancel_send(&self, id: OutboxId) -> Result<()> {
        self.inner.store.write(move |t| rows::cancel(t, id)).await?;
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
    /// or for the user.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Stopped`].
    pub async fn drain_outbox(&self) -> Result<()> {
        loop {
            self.alive()?;
            let pause = outbox::work(self).await?;
            let now = self.inner.store.now();
            let entries = self.inner.store.read(rows::entries).await?;
            if !entries.iter().any(|entry| outbox::moves(entry, now)) {
                return Ok(());
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.inner.cancel.cancelled() => return Err(Error::Stopped),
            }
        }
    }

    /// Sends a receipt: the keyword first, then the report with a null reverse path.
    pub(super) async fn send_receipt(
        &self,
        _key: MessageKey,
        _opening: &Opening,
        _standing: Standing,
        _places: &[Place],
        _disposition: &'static str,
        _by_hand: bool,
    ) -> Result<()> {
        Err(Error::Invalid("receipts come with the next step".into()))
    }
}
