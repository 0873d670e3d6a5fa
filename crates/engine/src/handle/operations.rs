//! Commands about what was asked for of the servers and is not done yet, or will not be.

use super::{Engine, Result};
use crate::{
    store::ops::queue,
    types::{Error, Event, Missing, Operation, OperationId},
};

impl Engine {
    /// Carries out what waits for the servers now (flags, moves, filing in Sent), as far as they can
    /// be reached; the rest stays for later.
    pub async fn settle_operations(&self) {
        for (id, task) in self.all_tasks() {
            let waiting = self.inner.store.read(move |c| queue::any(c, id)).await;
            if waiting.is_ok_and(|any| !any) {
                continue;
            }
            if let Err(error) = task.replay().await {
                tracing::debug!(account = id.0, error = error.class(), "operations stay for later");
            }
        }
    }

    /// What was asked for of the servers and is not done, the oldest first; also what was given up,
    /// until it is discarded.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn operations(&self) -> Result<Vec<Operation>> {
        let now = self.inner.store.now();
        self.inner.store.read(move |c| queue::all(c, now)).await
    }

    /// Has the server asked again at once for what it would not do before.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it does not wait; [`Error::Store`].
    pub async fn retry_operation(&self, id: OperationId) -> Result<()> {
        if !self.inner.store.write(move |t| queue::hasten(t, id.0)).await? {
            return Err(Error::NotFound(Missing::Operation(id)));
        }
        for (_, task) in self.all_tasks() {
            task.wake();
        }
        Ok(())
    }

    /// Forgets an operation. What one that waits did here is taken back.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Store`].
    pub async fn discard_operation(&self, id: OperationId) -> Result<()> {
        let about = self.inner.store.write(move |t| queue::discard(t, id.0)).await?;
        let about = about.ok_or(Error::NotFound(Missing::Operation(id)))?;
        self.tell(Event::MessageChanged(about));
        Ok(())
    }
}
