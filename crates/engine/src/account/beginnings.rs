//! Beginnings of messages that the store wants, to say what they are (decision E1). What comes before
//! something goes wrong stays; after a failure they are asked for one by one.

use std::collections::HashMap;

use tokio::time::Instant;

use super::{
    pace::Pace,
    sink::{Beginning, MailboxState, PrefixWant},
    watcher::Watcher,
};
use crate::types::Error;
use aloud_model::Uid;

/// Beginnings fetched in one pass over a mailbox, and in one command.
const PREFIXES: u32 = 200;
pub(super) const PREFIXES_AT_ONCE: Pace = Pace::new((2, 16, PREFIXES as usize), 4, 2);
/// Octets of beginnings in one command.
const PREFIX_OCTETS: u64 = 4 << 20;
/// Octets asked for beyond what is wanted.
const SLACK: u64 = 64;

impl Watcher {
    /// Beginnings that the store wants (decision E1), of many messages in one command, whatever their
    /// sizes: the same octets of each are asked for.
    pub(super) async fn prefixes(&mut self, state: &MailboxState) -> Result<(), Error> {
        let sink = std::sync::Arc::clone(&self.shared.setup.sink);
        let mut left = PREFIXES;
        while left > 0 {
            let mut wants = sink.prefix_wants(state.id, left).await?;
            if wants.is_empty() {
                return Ok(());
            }
            left = left.saturating_sub(u32::try_from(wants.len()).unwrap_or(u32::MAX));
            // The newest stay first.
            wants.sort_by_key(|want| want.have);
            for alike in wants.chunk_by(|one, next| one.have == next.have) {
                let mut rest = alike;
                while let Some(first) = rest.first() {
                    let many = PREFIX_OCTETS / first.want.saturating_sub(first.have).max(1024);
                    let many = self.beginnings_pace.next().min(usize::try_from(many).unwrap_or(1));
                    let profile = self.shared.traffic.profile();
                    // Whole messages come where parts cannot be had.
                    let careful = self.careful || !self.shared.traffic.in_parts();
                    let most = if careful { 1 } else { profile.at_once(many).clamp(1, rest.len()) };
                    let (now, later) = rest.split_at(most);
                    if self.beginnings(now).await? {
                        rest = later;
                    }
                }
            }
        }
        Ok(())
    }

    /// False when they are to be asked for again, one by one.
    async fn beginnings(&mut self, wants: &[PrefixWant]) -> Result<bool, Error> {
        let have = wants.first().map_or(0, |want| want.have);
        let want = wants.iter().map(|want| want.want).max().unwrap_or(0);
        let uids: Vec<Uid> = wants.iter().map(|want| want.uid).collect();
        // A little more than wanted, so that a short answer shows the end of the message.
        let len = want.saturating_sub(have).saturating_add(SLACK);
        let len = u32::try_from(len).unwrap_or(u32::MAX).clamp(1, 256 * 1024);
        let mut slices = Vec::new();
        let begun = Instant::now();
        let session = self.connect().await?;
        let outcome = session.fetch_slices_into(&uids, have, len, &mut slices).await;
        let mut slices: HashMap<Uid, Vec<u8>> = slices.into_iter().collect();
        // Whether what did not come is not wanted again.
        let settled = match &outcome {
            Ok(()) => {
                self.beginnings_pace.took(wants.len(), begun.elapsed());
                true
            }
            Err(error) => {
                self.careful = true;
                self.beginnings_pace.broke();
                // Of several nobody knows which one it was.
                let alone = matches!(error, Error::Server(_) | Error::Protocol(_));
                alone && wants.len() == 1
            }
        };
        // What came before something went wrong stays.
        let came = wants.iter().filter_map(|want| {
            let octets = slices.remove(&want.uid).unwrap_or_default();
            if octets.is_empty() && !settled {
                return None;
            }
            let here = want.have + octets.len() as u64;
            let end = !octets.is_empty()
                && octets.len() < len as usize
                && want.size > 0
                && here >= want.size;
            Some(Beginning { key: want.key, offset: want.have, octets, end })
        });
        let came: Vec<Beginning> = came.collect();
        let all = came.len() == wants.len();
        if !came.is_empty() {
            let changed = self.shared.setup.sink.put_beginnings(came).await?;
            self.shared.tell_changed(changed);
        }
        match outcome {
            Ok(()) => Ok(true),
            Err(Error::Server(_)) => Ok(all),
            // The connection is gone.
            Err(error) => Err(error),
        }
    }
}
