//! What the watcher does about servers that will not: mailboxes that cannot be looked at are told and
//! tried again with growing pauses, IDLE is left out where it ends connections, what seems to be gone
//! is remembered, and what a server wants told is kept.

use std::time::Duration;

use tokio::time::Instant;

use super::{sink::MailboxState, watcher::Watcher};
use crate::types::{Broken, Error, Event, MailboxFaultKind, SyncReport};
use aloud_model::MailboxId;

/// First and longest pause before a mailbox that could not be opened is tried unasked.
const AGAIN: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(3600));
/// A connection that ends so soon after IDLE began did not last; so many in a row are the rule there.
const SHORT: Duration = Duration::from_secs(120);
const SHORT_IDLES: u32 = 3;
/// A goodbye so soon after IDLE is meant for it.
const AT_ONCE: Duration = Duration::from_secs(5);
/// How long IDLE is left out then.
const NO_IDLE: Duration = Duration::from_secs(3600);

impl Watcher {
    /// Keeps that a mailbox could not be looked at, and when to try again.
    pub(super) async fn fails(
        &mut self,
        mailbox: &MailboxState,
        kind: MailboxFaultKind,
        error: &Error,
    ) -> Result<(), Error> {
        tracing::warn!(mailbox = mailbox.id.0, error = error.class(), "a mailbox is passed over");
        let trouble = self.troubles.entry(mailbox.id).or_insert((0, Instant::now()));
        let pause = AGAIN.0.saturating_mul(1 << trouble.0.min(8)).min(AGAIN.1);
        *trouble = (trouble.0.saturating_add(1), Instant::now() + pause);
        let said = match error {
            Error::Server(said) => said.clone(),
            _ => String::new(),
        };
        self.put_fault(mailbox, Some((kind, said))).await
    }

    pub(super) async fn mended(&mut self, mailbox: &MailboxState) -> Result<(), Error> {
        let here = self.troubles.remove(&mailbox.id).is_some();
        let told = self.faulty.remove(&mailbox.id);
        if here || told {
            self.put_fault(mailbox, None).await?;
        }
        Ok(())
    }

    async fn put_fault(
        &mut self,
        mailbox: &MailboxState,
        fault: Option<(MailboxFaultKind, String)>,
    ) -> Result<(), Error> {
        if self.shared.setup.sink.put_fault(mailbox.id, fault).await? {
            self.shared.tell(Event::MailboxChanged(mailbox.id));
            self.shared.tell(Event::AccountChanged(self.shared.setup.id));
        }
        Ok(())
    }

    /// Whether a mailbox may be tried again without anybody asking.
    pub(super) fn may_try(&self, mailbox: &MailboxState) -> bool {
        self.troubles.get(&mailbox.id).is_none_or(|(_, due)| Instant::now() >= *due)
    }

    /// Nothing is doubtful any more.
    pub(super) async fn believed(&mut self, mailbox: MailboxId) -> Result<(), Error> {
        if self.suspects.remove(&mailbox).is_some() {
            self.shared.setup.sink.put_suspects(mailbox, Vec::new()).await?;
        }
        Ok(())
    }

    /// What the server wants told, and how much room there is.
    pub(super) async fn notes(&mut self, report: &mut SyncReport) -> Result<(), Error> {
        let shared = std::sync::Arc::clone(&self.shared);
        match self.connect().await?.quota("INBOX").await {
            Ok(room) => {
                if shared.setup.sink.put_room(shared.setup.id, room).await? {
                    shared.tell(Event::AccountChanged(shared.setup.id));
                }
                report.quota = room;
            }
            // It is not worth a pass that is complete without it; what was known stays.
            Err(error) if error.ends_connection() => self.session = None,
            Err(_) => {}
        }
        report.notices = self.alerts().await?;
        Ok(())
    }

    /// The connection ended while waiting. A server that says goodbye at once, or a line that never
    /// lasts, is asked at intervals instead, for a while.
    pub(super) fn idle_ended(&mut self, error: &Error, after: Duration) {
        let goodbye = matches!(error, Error::Unreachable { reason: Broken::Goodbye(_), .. });
        self.short_idles = if after < SHORT { self.short_idles + 1 } else { 0 };
        if (goodbye && after < AT_ONCE) || self.short_idles >= SHORT_IDLES {
            tracing::warn!(account = %self.shared.setup.id, "no IDLE for a while");
            self.no_idle = Some(Instant::now() + NO_IDLE);
            self.short_idles = 0;
        }
    }

    /// What the server wants told, as soon as it says so.
    pub(super) async fn alerts(&mut self) -> Result<Vec<String>, Error> {
        let alerts = self.shared.traffic.take_alerts();
        let setup = &self.shared.setup;
        if !alerts.is_empty() && setup.sink.put_alerts(setup.id, alerts.clone()).await? {
            self.shared.tell(Event::AccountChanged(setup.id));
        }
        Ok(alerts)
    }
}

/// Why a mailbox could not be looked at; `None` where it is not the mailbox.
pub(super) fn kind_of(error: &Error) -> Option<MailboxFaultKind> {
    match error {
        Error::Server(_) => Some(MailboxFaultKind::Refused),
        Error::Protocol(_) => Some(MailboxFaultKind::Unreadable),
        Error::Unreachable {
            reason: Broken::Silent | Broken::Endless | Broken::NotReading,
            ..
        } => Some(MailboxFaultKind::Silent),
        _ => None,
    }
}
