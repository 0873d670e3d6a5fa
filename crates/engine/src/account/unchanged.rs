//! Which mailboxes need no look, by what one LIST says of all of them (LIST-STATUS, RFC 5819).
//!
//! A mailbox is passed over only where all its numbers are those of its last complete pass and the
//! store waits for nothing in it. Numbers can agree by chance, so the daily scan looks all the same; and
//! without HIGHESTMODSEQ nobody can tell whether flags changed.

use std::{collections::HashSet, ops::RangeInclusive, time::Duration};

use super::{sink::MailboxState, watcher::Watcher};
use crate::{imap::MailboxStatus, types::Error};

/// How often all mailboxes are asked for news while one of them is watched, and for how many mailboxes
/// that holds. More are asked less often: the answer has a line or two for each.
const NEWS: (Duration, usize) = (Duration::from_secs(60), 250);

/// How long after one question for news the next one comes.
pub(super) fn news_pause(mailboxes: usize) -> Duration {
    let times = u32::try_from(mailboxes.div_ceil(NEWS.1)).unwrap_or(u32::MAX);
    NEWS.0.saturating_mul(times.max(1))
}

/// Whether the numbers are those of the last pass.
fn agrees(status: &MailboxStatus, known: &MailboxState) -> bool {
    known.uid_next > 0
        && known.highest_modseq > 0
        && status.uid_validity == known.uid_validity
        && status.uid_next == Some(known.uid_next)
        && status.highest_modseq == Some(known.highest_modseq)
}

/// Whether the numbers say that something came or changed. Numbers that are not told say nothing.
fn has_news(status: &MailboxStatus, known: &MailboxState) -> bool {
    let moved = |now: Option<u64>, before: u64| before > 0 && now.is_some_and(|now| now != before);
    (status.uid_validity.is_some() && status.uid_validity != known.uid_validity)
        || moved(status.uid_next.map(u64::from), u64::from(known.uid_next))
        || moved(status.highest_modseq, known.highest_modseq)
}

/// Those of some UIDs that lie in ranges.
pub(super) fn within(uids: &HashSet<u32>, mut ranges: Vec<RangeInclusive<u32>>) -> HashSet<u32> {
    ranges.sort_unstable_by_key(|range| *range.start());
    let mut merged: Vec<(u32, u32)> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some((_, end)) if *end >= *range.start() => *end = (*end).max(*range.end()),
            _ => merged.push((*range.start(), *range.end())),
        }
    }
    let inside = |uid: &u32| {
        let after = merged.partition_point(|(start, _)| start <= uid);
        after.checked_sub(1).and_then(|at| merged.get(at)).is_some_and(|(_, end)| end >= uid)
    };
    uids.iter().copied().filter(inside).collect()
}

impl Watcher {
    /// Whether the last LIST said that nothing is to be done in a mailbox.
    pub(super) async fn is_unchanged(&mut self, known: &MailboxState) -> Result<bool, Error> {
        let Some(status) = self.statuses.get(&known.wire_name) else { return Ok(false) };
        let Some(messages) = status.messages.filter(|_| agrees(status, known)) else {
            return Ok(false);
        };
        let sink = std::sync::Arc::clone(&self.shared.setup.sink);
        let remembered = sink.remembered(known.id).await?;
        let doubtful = self.suspects.contains_key(&known.id) || remembered.suspects.is_some();
        if doubtful || remembered.deep_due || remembered.faulty {
            return Ok(false);
        }
        Ok(sink.is_settled(known.id, messages).await?
            && sink.prefix_wants(known.id, 1).await?.is_empty())
    }

    /// Mailboxes with news, by one LIST; none where the server cannot tell so.
    pub(super) async fn with_news(&mut self) -> Result<Vec<MailboxState>, Error> {
        let session = self.connect().await?;
        if !session.has_list_status() {
            return Ok(Vec::new());
        }
        match session.list().await {
            Ok(_) => {}
            Err(error) if error.ends_connection() => return Err(error),
            // The next full pass tells it.
            Err(_) => return Ok(Vec::new()),
        }
        self.statuses = session.take_statuses();
        Ok(self.news())
    }

    /// Mailboxes of which the server has told by itself that something changed (NOTIFY).
    pub(super) fn told_news(&mut self) -> Vec<MailboxState> {
        if let Some(session) = &mut self.session {
            self.statuses = session.take_statuses();
        }
        self.news()
    }

    fn news(&self) -> Vec<MailboxState> {
        let news = |mailbox: &&MailboxState| {
            let status = self.statuses.get(&mailbox.wire_name);
            let news = status.is_some_and(|status| has_news(status, mailbox));
            // What cannot be opened has its own pauses.
            mailbox.selectable && news && self.may_try(mailbox)
        };
        self.mailboxes.iter().filter(news).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aloud_model::{MailboxId, UidValidity, imap::MailboxRole};

    #[test]
    fn thousands_of_mailboxes_are_asked_less_often() {
        let after = |mailboxes| news_pause(mailboxes).as_secs();
        assert_eq!([0, 1, 250, 251, 5_000].map(after), [60, 60, 60, 120, 1_200]);
    }

    #[test]
    fn ranges_may_overlap_and_come_in_any_order() {
        let uids: HashSet<u32> = (1..=20).collect();
        let ranges = vec![9..=12, 3..=4, 4..=5, 10..=10, 19..=u32::MAX];
        let mut found: Vec<u32> = within(&uids, ranges).into_iter().collect();
        found.sort_unstable();
        assert_eq!(found, [3, 4, 5, 9, 10, 11, 12, 19, 20]);
        assert!(within(&uids, Vec::new()).is_empty());
    }

    #[test]
    fn numbers_agree_only_where_all_are_told() {
        let known = MailboxState {
            id: MailboxId(1),
            wire_name: "A".into(),
            role: MailboxRole::Plain,
            selectable: true,
            uid_validity: Some(UidValidity(7)),
            uid_next: 20,
            highest_modseq: 900,
        };
        let status = |validity, next, modseq| MailboxStatus {
            messages: Some(3),
            uid_validity: validity,
            uid_next: next,
            highest_modseq: modseq,
        };
        let seven = Some(UidValidity(7));
        for (said, same, news) in [
            (status(seven, Some(20), Some(900)), true, false),
            (status(seven, Some(21), Some(900)), false, true),
            (status(seven, Some(20), Some(901)), false, true),
            (status(seven, Some(20), Some(899)), false, true),
            (status(Some(UidValidity(8)), Some(20), Some(900)), false, true),
            (status(seven, Some(20), None), false, false),
            (status(seven, None, Some(900)), false, false),
            (status(None, Some(20), Some(900)), false, false),
            (MailboxStatus::default(), false, false),
        ] {
            assert_eq!((agrees(&said, &known), has_news(&said, &known)), (same, news), "{said:?}");
        }
        // Nothing is known of it yet: the full pass does that.
        let fresh = MailboxState { uid_validity: None, uid_next: 0, highest_modseq: 0, ..known };
        assert!(!agrees(&status(None, Some(0), Some(0)), &fresh));
    }
}
