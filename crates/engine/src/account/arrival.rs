//! Header blocks on their way into the store: one batch is stored while the next one is fetched.
//!
//! What came is stored whatever goes wrong afterwards, and news are told once they are durable. At most
//! one batch is on its way; the position of a pass is written only after [`Watcher::stored`].

use std::{collections::HashSet, sync::Arc};

use tokio::task::JoinHandle;

use super::{
    sink::{Arrived, MailboxState},
    watcher::Watcher,
};
use crate::{
    imap::Head,
    types::{Error, Event, SyncReport},
};
use aloud_model::{MailboxId, imap::MailboxRole};

/// A batch that is being stored.
pub(super) struct Storing {
    mailbox: MailboxId,
    /// New mail is told: it is the inbox, and not its first pass.
    tells: bool,
    task: JoinHandle<Result<Arrived, Error>>,
}

impl Watcher {
    /// Stores header blocks after those that are being stored.
    pub(super) async fn put_heads(
        &mut self,
        state: &MailboxState,
        heads: Vec<Head>,
        local: &mut HashSet<u32>,
        first: bool,
        report: &mut SyncReport,
    ) -> Result<(), Error> {
        if heads.is_empty() {
            return Ok(());
        }
        self.stored(report).await?;
        local.extend(heads.iter().map(|head| head.uid.0));
        let (sink, mailbox) = (Arc::clone(&self.shared.setup.sink), state.id);
        let tells = !first && state.role == MailboxRole::Inbox;
        let task = tokio::spawn(async move { sink.put_heads(mailbox, heads).await });
        self.storing = Some(Storing { mailbox, tells, task });
        Ok(())
    }

    /// Waits until all header blocks are stored, and tells of them.
    ///
    /// # Errors
    /// What the store says.
    pub(super) async fn stored(&mut self, report: &mut SyncReport) -> Result<(), Error> {
        let Some(Storing { mailbox, tells, task }) = self.storing.take() else { return Ok(()) };
        let arrived = task.await.map_err(|_| Error::Stopped)??;
        report.new += u32::try_from(arrived.new.len()).unwrap_or(u32::MAX);
        self.shared.tell_mailbox(mailbox);
        self.shared.tell_changed(arrived.changed);
        if tells && !arrived.new.is_empty() {
            self.shared.tell(Event::Arrived(arrived.new));
        }
        Ok(())
    }
}
