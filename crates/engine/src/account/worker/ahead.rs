//! Bodies fetched before anybody asks: small unheard recordings and faxes of the inbox, so that they
//! play at once and their lengths and pages are exact.
//!
//! Only after a pass is complete, only while nobody waits for anything else, slice by slice; never
//! without [`AccountTask::set_prefetch`](crate::account::AccountTask::set_prefetch). What is wanted, and how
//! much of it, says [`Sink::body_wants`](crate::account::Sink::body_wants). A connection that breaks at it
//! is left alone for a while, then for good.

use std::{
    collections::{HashSet, VecDeque},
    time::Duration,
};

use tokio::time::Instant;

use super::Worker;
use crate::types::Error;
use aloud_model::MessageKey;

/// Octets of a slice: what somebody who asks for another message waits for at most.
pub(super) const SLICE: u32 = 64 * 1024;
/// How long after a broken connection nothing is fetched unasked.
const PAUSE: Duration = Duration::from_secs(600);
/// Broken connections in a row after which nothing is fetched unasked any more.
const BREAKS: u32 = 3;

/// What is to be fetched unasked.
#[derive(Default)]
pub(super) struct Ahead {
    queue: VecDeque<MessageKey>,
    /// Messages that could not be fetched; not tried again.
    refused: HashSet<MessageKey>,
    breaks: u32,
    /// No prefetch before this instant (back-off).
    after: Option<Instant>,
}

impl Ahead {
    fn rests(&self) -> bool {
        self.breaks >= BREAKS || self.after.is_some_and(|after| Instant::now() < after)
    }
}

impl Worker {
    /// A pass is complete: what would be good to have?
    pub(super) async fn plan_ahead(&mut self) {
        self.ahead.queue.clear();
        if !self.may_fetch_ahead() || self.ahead.rests() {
            return;
        }
        let setup = &self.shared.setup;
        match setup.sink.body_wants(setup.id).await {
            Ok(wants) => {
                let fresh = wants.into_iter().filter(|key| !self.ahead.refused.contains(key));
                self.ahead.queue = fresh.collect();
            }
            Err(error) => {
                tracing::debug!(account = %setup.id, error = error.class(), "nothing is fetched ahead");
            }
        }
    }

    fn may_fetch_ahead(&self) -> bool {
        *self.shared.online.borrow() && *self.shared.prefetch.borrow()
    }

    /// One slice of what is wanted, unless something better is to be done; false when there is
    /// nothing to fetch.
    pub(super) async fn fetch_ahead(&mut self) -> bool {
        let Some(key) = self.ahead.queue.front().copied() else { return false };
        if !self.may_fetch_ahead() || self.ahead.rests() {
            self.ahead.queue.clear();
            return false;
        }
        let old = self.has_session();
        let mut outcome = self.fetch_slice(key, SLICE, false).await;
        if self.again(&outcome, old) {
            outcome = self.fetch_slice(key, SLICE, false).await;
        }
        match outcome {
            Ok(false) => {}
            Ok(true) => {
                self.ahead.breaks = 0;
                self.ahead.queue.pop_front();
            }
            Err(error) => self.failed_ahead(key, &error),
        }
        true
    }

    fn failed_ahead(&mut self, key: MessageKey, error: &Error) {
        tracing::debug!(key = key.0, error = error.class(), "a message was not fetched ahead");
        self.ahead.queue.pop_front();
        // Nothing wrong with the message when there was no connection.
        if !matches!(error, Error::Unreachable { .. }) {
            self.ahead.refused.insert(key);
        }
        if error.ends_connection() {
            self.drop_session();
            self.ahead.queue.clear();
            self.ahead.breaks += 1;
            self.ahead.after = Some(Instant::now() + PAUSE);
        }
    }
}
