//! IDLE (RFC 2177), and NOOP where there is none.

use std::time::Duration;

use async_imap::imap_proto::{MailboxDatum, Response};
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::{
    super::{command::Command, types::IdleEnd},
    Session,
};
use crate::types::Error;

/// How long IDLE is kept without a line from the server (many routers forget a silent connection).
const IDLE: Duration = Duration::from_secs(300);
/// How long IDLE is kept at all (RFC 2177).
const IDLE_WHOLE: Duration = Duration::from_secs(1500);
/// How long the server may take to end IDLE.
const DONE: Duration = Duration::from_secs(15);

impl Session {
    /// Waits for news in the selected mailbox (RFC 2177), at most five minutes without a line.
    ///
    /// # Errors
    /// [`Error::Server`] when the server knows no IDLE; else the connection is of no use any more.
    pub async fn idle(&mut self, cancel: &CancellationToken) -> Result<IdleEnd, Error> {
        // What was told while other commands ran is not told again.
        let told = self.notifies() && !self.link.statuses.is_empty();
        if std::mem::take(&mut self.link.changed) || told {
            return Ok(IdleEnd::News);
        }
        let mut news = false;
        let (tag, done) = self.link.open("IDLE", &mut |response| news |= is_news(response)).await?;
        if let Some(done) = done {
            done.ok()?;
            return Err(Error::Server(String::new()));
        }
        let kept = self.profile().idle.map(|seconds| Duration::from_secs(seconds.into()));
        let latest = Instant::now() + kept.unwrap_or(IDLE_WHOLE);
        let end = loop {
            if news {
                break IdleEnd::News;
            }
            let until = latest.min(Instant::now() + IDLE);
            let listener = &mut |response: &Response<'_>| news |= is_news(response);
            tokio::select! {
                biased;
                () = cancel.cancelled() => break IdleEnd::Cancelled,
                waited = timeout_at(until, self.link.wait(&tag, listener)) => match waited {
                    Err(_) => break IdleEnd::Quiet,
                    // The server ended it; nothing more is to be said.
                    Ok(ended) => if let Some(done) = ended? {
                        done.ok()?;
                        return Ok(if news { IdleEnd::News } else { IdleEnd::Quiet });
                    },
                },
            }
        };
        let listener = &mut |response: &Response<'_>| news |= is_news(response);
        self.link.close(&tag, b"DONE\r\n", DONE, listener).await?.ok()?;
        self.link.changed = false;
        Ok(if news && end == IdleEnd::Quiet { IdleEnd::News } else { end })
    }

    /// Asks whether the connection lives; `true` when the mailbox changed.
    ///
    /// # Errors
    /// When it does not.
    pub async fn noop(&mut self) -> Result<bool, Error> {
        let mut news = false;
        let command = Command::new("NOOP");
        self.link.run(&command, &mut |response| news |= is_news(response)).await?.ok()?;
        Ok(std::mem::take(&mut self.link.changed) || news)
    }
}

fn is_news(response: &Response<'_>) -> bool {
    matches!(
        response,
        Response::MailboxData(MailboxDatum::Exists(_))
            | Response::Expunge(_)
            | Response::Vanished { .. }
            | Response::Fetch(..)
            // Told unasked of another mailbox (NOTIFY).
            | Response::MailboxData(MailboxDatum::Status { .. })
    )
}
