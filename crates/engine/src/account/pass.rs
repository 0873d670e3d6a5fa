//! One pass over an account's mailboxes (RFC 4549 section 4).
//!
//! A mailbox is compared in three steps: what is new (from UIDNEXT of the last pass), what changed
//! (CHANGEDSINCE where the server has CONDSTORE, else all flags), and, when the numbers do not
//! agree, what is gone. Something counts as gone only after a complete scan whose count equals
//! EXISTS; when much would go at once, only after a second such scan (reliability G6). The position
//! is written last, so a pass that was cut off is taken up again and repeats one batch at most.

use std::{collections::HashSet, time::Duration};

use tokio::time::{Instant, sleep};

use super::{
    pace::{Pace, halves},
    sink::{MailboxState, PassEnd, Taken},
    trouble::kind_of,
    unchanged::within,
    watcher::{SECOND_LOOK, Watcher},
    worker::Job,
};
use crate::{
    imap::{Head, Heads, Listed, SeenFlags, Selected, Session},
    types::{AccountState, Error, Fault, Skipped, SyncFault, SyncReport},
};
use aloud_model::{Flag, Uid, imap::MailboxRole};

/// Header blocks in the first batch, so that something is seen soon.
const BATCH: usize = 50;
/// Messages of a mailbox that nothing is known of, from which the newest come before all are looked for,
/// and UIDs among which the newest are.
const NEWEST: (u32, u32) = (1000, 4 * BATCH as u32);
/// Header blocks in one command.
pub(super) const HEADS_AT_ONCE: Pace = Pace::new((8, BATCH, 1000), 10, 1);
/// Flags in one transaction.
const FLAGS: usize = 5000;
/// Messages whose flags are asked for in one command.
const SCAN: u32 = 20_000;
/// Commands of one scan at most, however thin the UIDs are spread.
const WINDOWS: u32 = 500;
/// So many messages, or this share of a mailbox, do not go without a second look. A handful may
/// always go: people do delete their only message.
const MANY: usize = 500;
const HANDFUL: usize = 20;
const SHARE: usize = 30;
/// Most messages of a mailbox that are searched for where their flags cannot be read.
const SEARCHED: u32 = 100_000;
/// Connections that mailboxes may break in one pass.
const BREAKS: u32 = 5;
/// Single messages refused in a row after which the server is taken to refuse everything.
const REFUSALS: u32 = 10;
/// How often it is looked whether another process has ended its pass, and how long that may take.
const OTHERS: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(600));
/// New connections for finding messages that the parser cannot read, in one pass.
const BISECTIONS: u32 = 40;
/// Further questions for finding those whose answer is left out, in one batch.
const ROUNDS: u32 = 400;

/// In which order mailboxes are looked at.
fn rank(role: MailboxRole) -> u8 {
    match role {
        MailboxRole::Inbox => 0,
        MailboxRole::Sent => 1,
        MailboxRole::Drafts => 2,
        MailboxRole::Archive => 3,
        MailboxRole::Plain => 4,
        MailboxRole::Trash => 5,
        MailboxRole::Junk => 6,
        MailboxRole::All => 7,
    }
}

impl Watcher {
    /// Waiting operations, then LIST, then every mailbox.
    ///
    /// # Errors
    /// When there is no connection or the store fails. What concerns one mailbox only is in the
    /// report.
    pub(super) async fn full_pass(&mut self) -> Result<SyncReport, Error> {
        let started = Instant::now();
        let shared = std::sync::Arc::clone(&self.shared);
        let traffic = std::sync::Arc::clone(&shared.traffic);
        let before = (traffic.commands(), traffic.bytes_in(), traffic.bytes_out());
        let skipped = traffic.skipped();
        self.breaks = 0;
        let mut report =
            SyncReport { account: shared.setup.settings.label.clone(), ..SyncReport::default() };
        shared.set_state(AccountState::Checking);
        let _taken = self.take_pass().await?;
        if let Err(error) = shared.ask(Job::Replay).await {
            report.errors.push(SyncFault { mailbox: None, uid: None, error });
        }
        shared.take_touched();
        self.list(&mut report).await?;
        self.mailboxes.sort_by_key(|mailbox| (rank(mailbox.role), mailbox.id));
        let asked = self.is_asked();
        for mailbox in self.mailboxes.clone() {
            if mailbox.selectable && (asked || self.may_try(&mailbox)) {
                if !self.is_unchanged(&mailbox).await? {
                    self.one_pass(&mailbox, &mut report).await?;
                }
                report.mailboxes += 1;
            }
        }
        self.careful = false;
        self.notes(&mut report).await?;
        report.skipped = since(&skipped, traffic.skipped());
        if asked || self.is_asked() {
            // It is counted, which takes time where there are many, and nobody else is told.
            report.messages = shared.setup.sink.message_count(shared.setup.id).await?;
        }
        report.commands = u32::try_from(traffic.commands() - before.0).unwrap_or(u32::MAX);
        report.bytes_in = traffic.bytes_in() - before.1;
        report.bytes_out = traffic.bytes_out() - before.2;
        report.milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        report.peak_rss_kib = peak_rss_kib().await;
        Ok(report)
    }

    /// Keeps other processes from looking at this account at the same time; waits while one does,
    /// which may be a long first fetch.
    ///
    /// # Errors
    /// [`Error::FolderBusy`] when it takes too long.
    pub(super) async fn take_pass(&self) -> Result<Taken, Error> {
        let setup = &self.shared.setup;
        let until = Instant::now() + OTHERS.1;
        loop {
            if let Some(taken) = setup.sink.take_pass(setup.id).await? {
                return Ok(taken);
            }
            if Instant::now() >= until {
                return Err(Error::FolderBusy);
            }
            sleep(OTHERS.0).await;
        }
    }

    /// LIST. Where the server will not, what is known of earlier is looked at all the same, and there
    /// is always an INBOX.
    async fn list(&mut self, report: &mut SyncReport) -> Result<(), Error> {
        let shared = std::sync::Arc::clone(&self.shared);
        let (sink, id) = (&shared.setup.sink, shared.setup.id);
        let session = self.connect().await?;
        let (listed, whole) = (session.list().await, session.listed_whole());
        let namespaces = session.namespaces();
        self.statuses = session.take_statuses();
        sink.put_profile(id, shared.traffic.profile().special()).await?;
        if let Some(own) = namespaces.personal() {
            sink.put_top(id, own.top()).await?;
        }
        self.mailboxes = match listed {
            Ok(listed) if whole => sink.put_mailboxes(id, listed).await?,
            Ok(listed) => sink.add_mailboxes(id, listed).await?,
            Err(
                error @ (Error::Server(_) | Error::Protocol(Fault::NoMailbox | Fault::TooMuch)),
            ) => {
                report.errors.push(SyncFault { mailbox: None, uid: None, error });
                let known = sink.add_mailboxes(id, Vec::new()).await?;
                match known.is_empty() {
                    true => sink.add_mailboxes(id, vec![Listed::inbox()]).await?,
                    false => known,
                }
            }
            Err(error) => return Err(error),
        };
        let here = |id| self.mailboxes.iter().any(|mailbox| mailbox.id == id);
        self.troubles.retain(|id, _| here(*id));
        self.faulty.retain(|id| here(*id));
        Ok(())
    }

    /// One mailbox. What concerns it alone is noted, and the pass goes on.
    pub(super) async fn one_pass(
        &mut self,
        mailbox: &MailboxState,
        report: &mut SyncReport,
    ) -> Result<(), Error> {
        let mut outcome = self.mailbox(mailbox, report).await;
        if let Err(Error::Protocol(Fault::Limit(_))) = &outcome
            && mailbox.highest_modseq > 0
            && self.flooded.insert(mailbox.id)
        {
            // More changed than one answer may hold: everything is looked at, in pieces.
            self.session = None;
            outcome = self.mailbox(mailbox, report).await;
        }
        let Err(error) = outcome else { return self.mended(mailbox).await };
        let Some(kind) = kind_of(&error) else { return Err(error) };
        if error.ends_connection() {
            self.session = None;
            self.breaks += 1;
            if self.breaks > BREAKS {
                return Err(error);
            }
            // Only where the server takes us in again it is the mailbox.
            self.connect().await?;
        }
        self.fails(mailbox, kind, &error).await?;
        let mailbox = Some(mailbox.wire_name.clone());
        report.errors.push(SyncFault { mailbox, uid: None, error });
        Ok(())
    }

    async fn mailbox(
        &mut self,
        known: &MailboxState,
        report: &mut SyncReport,
    ) -> Result<(), Error> {
        let sink = std::sync::Arc::clone(&self.shared.setup.sink);
        let mut state = known.clone();
        let in_pieces = self.flooded.contains(&state.id);
        let since = state.uid_validity.filter(|_| state.highest_modseq > 0 && !in_pieces);
        let since = since.map(|validity| (validity, state.highest_modseq));
        let session = self.connect().await?;
        let (selected, changes) = session.select_since(&state.wire_name, since).await?;
        let remembered = sink.remembered(state.id).await?;
        if remembered.faulty {
            self.faulty.insert(state.id);
        }
        if let Some((age, uids)) = remembered.suspects {
            let now = Instant::now();
            let since = now.checked_sub(age).unwrap_or(now);
            self.suspects.entry(state.id).or_insert((since, uids));
        }
        let uid_validity = selected.validity(state.uid_validity);
        let first = state.uid_validity.is_none();
        if state.uid_validity != Some(uid_validity) {
            sink.rebind(state.id, uid_validity).await?;
            self.believed(state.id).await?;
            state.uid_validity = Some(uid_validity);
            state.uid_next = 0;
            state.highest_modseq = 0;
        }
        if selected.uid_next.is_some_and(|next| next < state.uid_next) {
            // Against the rules; look at everything again.
            state.uid_next = 0;
            state.highest_modseq = 0;
        }
        if selected.highest_modseq.is_some_and(|now| now < state.highest_modseq) {
            // The server was put back to an earlier day: what is known of flags is of another one.
            state.highest_modseq = 0;
        }
        let mut local: HashSet<u32> =
            sink.known_uids(state.id).await?.into_iter().map(|uid| uid.0).collect();
        let settled = state.uid_next > 0
            && selected.uid_next == Some(state.uid_next)
            && local.len() == selected.exists as usize;
        let same_flags =
            state.highest_modseq > 0 && selected.highest_modseq == Some(state.highest_modseq);
        let mut next = state.uid_next.max(selected.uid_next.unwrap_or(0));
        // Numbers can agree by chance; once a day nothing is taken on trust.
        if remembered.deep_due || in_pieces {
            state.highest_modseq = 0;
        }
        if !(settled && same_flags) || remembered.deep_due {
            let gone = within(&local, changes.gone);
            let looked = Looked { selected: &selected, gone, changed: changes.changed };
            next = self.compare(&state, looked, &mut local, next, first, report).await?;
        }
        self.flooded.remove(&state.id);
        if remembered.deep_due {
            sink.put_scan(state.id).await?;
        }
        let end = PassEnd {
            uid_next: next,
            highest_modseq: selected.highest_modseq.unwrap_or(0),
            keywords: selected.can_store(&Flag::MdnSent),
        };
        sink.finish_pass(state.id, end).await?;
        state.uid_next = end.uid_next;
        state.highest_modseq = end.highest_modseq;
        if let Some(mine) = self.mailboxes.iter_mut().find(|mailbox| mailbox.id == state.id) {
            *mine = state.clone();
        }
        self.prefixes(&state).await
    }

    /// The three steps; returns UIDNEXT for the next pass.
    async fn compare(
        &mut self,
        state: &MailboxState,
        Looked { selected, gone: vanished, changed: told }: Looked<'_>,
        local: &mut HashSet<u32>,
        mut next: u32,
        first: bool,
        report: &mut SyncReport,
    ) -> Result<u32, Error> {
        let from = state.uid_next.max(1);
        let condstore = state.highest_modseq > 0 && selected.highest_modseq.is_some();
        let mut complete: Option<Vec<SeenFlags>> = None;
        let mut left_out = false;
        if from > 1 && condstore {
            let mut came = None;
            if selected.highest_modseq != Some(state.highest_modseq) {
                // Something changed; a server that names nothing does not tell it by itself.
                let told = told.filter(|told| !told.is_empty() || !vanished.is_empty());
                let changed = match told {
                    Some(mut told) => {
                        let known = told.partition_point(|seen| seen.uid.0 < from);
                        came = Some(told.split_off(known));
                        told
                    }
                    None => {
                        let since = Some(state.highest_modseq);
                        self.connect().await?.fetch_flags(1, from - 1, since).await?
                    }
                };
                self.put_flags(state, changed).await?;
            }
            if selected.uid_next.is_none_or(|next| next > from) && !selected.empty {
                // What was told of new messages serves where the numbers agree with it.
                let fresh = came.filter(|came| {
                    let new = came.iter().filter(|seen| !local.contains(&seen.uid.0)).count();
                    local.len() - vanished.len() + new == selected.exists as usize
                });
                let fresh = match fresh {
                    Some(fresh) => Ok(fresh),
                    None => self.connect().await?.fetch_flags(from, u32::MAX, None).await,
                };
                let fresh = match fresh {
                    // Some say so where there is nothing new. A look at everything tells whether
                    // there is: counts can agree by chance.
                    Err(Error::Server(_)) if local.len() == selected.exists as usize => {
                        complete.insert(self.scan(selected).await?).clone()
                    }
                    fresh => fresh?,
                };
                let came: Vec<u32> = fresh.iter().map(|seen| seen.uid.0).collect();
                next = self.take(state, fresh, local, next, first, report).await?;
                left_out = came.iter().any(|uid| !local.contains(uid));
            }
        } else {
            next = self.newest(state, selected, local, next, first, report).await?;
            let all = self.scan(selected).await?;
            next = self.take(state, all.clone(), local, next, first, report).await?;
            complete = Some(all);
        }
        // Where one went and one could not be had, the numbers agree by chance.
        let sure = complete.is_none() && vanished.is_empty() && !left_out;
        if sure && local.len() == selected.exists as usize {
            self.believed(state.id).await?;
            return Ok(next);
        }
        if complete.is_none() && !left_out && !vanished.is_empty() {
            // What the server says to be gone is believed where the numbers agree with it.
            let present: HashSet<u32> = local.difference(&vanished).copied().collect();
            if present.len() == selected.exists as usize {
                self.gone(state, &present, selected.exists, local).await?;
                return Ok(next);
            }
        }
        let (all, exists) = match complete {
            Some(all) => (all, selected.exists),
            None => {
                let all = self.scan(selected).await?;
                next = self.take(state, all.clone(), local, next, first, report).await?;
                (all, selected.exists)
            }
        };
        let mut present: HashSet<u32> = all.iter().map(|flags| flags.uid.0).collect();
        let mut exists = exists;
        let differs = self.odd && present.len() != exists as usize;
        if (differs || !selected.counted) && exists <= SEARCHED {
            // Answers were left out: which messages there are can be asked without them.
            let found = self.connect().await?.search_all().await?;
            let unknown = found.iter().filter(|uid| !local.contains(&uid.0));
            let mut unknown: Vec<Uid> = unknown.copied().collect();
            unknown.reverse();
            next = found.last().map_or(next, |last| next.max(last.0.saturating_add(1)));
            self.fresh(state, &unknown, local, first, report).await?;
            let scanned = std::mem::take(&mut present);
            present = found.into_iter().map(|uid| uid.0).collect();
            // Where the server told no number, two looks that agree stand for it.
            if !selected.counted && (self.odd || scanned == present) {
                exists = u32::try_from(present.len()).unwrap_or(u32::MAX);
            }
        }
        self.gone(state, &present, exists, local).await?;
        Ok(next)
    }

    /// Of a large mailbox that nothing is known of: the newest messages, stored and told before all are
    /// looked for, so that something is seen at once. Whatever is wrong with them shows in the look at
    /// everything.
    async fn newest(
        &mut self,
        state: &MailboxState,
        selected: &Selected,
        local: &mut HashSet<u32>,
        next: u32,
        first: bool,
        report: &mut SyncReport,
    ) -> Result<u32, Error> {
        let (few, uids) = NEWEST;
        let Some(top) = selected.uid_next.filter(|_| local.is_empty() && selected.exists > few)
        else {
            return Ok(next);
        };
        let from = top.saturating_sub(uids).max(1);
        let mut newest = match self.connect().await?.fetch_flags(from, u32::MAX, None).await {
            Ok(newest) => newest,
            Err(error) if error.ends_connection() => return Err(error),
            Err(_) => return Ok(next),
        };
        newest.drain(..newest.len().saturating_sub(BATCH));
        self.take(state, newest, local, next, first, report).await
    }

    /// UIDs and flags of everything, in windows.
    async fn scan(&mut self, selected: &Selected) -> Result<Vec<SeenFlags>, Error> {
        self.odd = false;
        // Some servers refuse to be asked of messages where there are none.
        if selected.empty {
            return Ok(Vec::new());
        }
        let session = self.connect().await?;
        let top = selected.uid_next.map_or(u32::MAX, |next| next.saturating_sub(1));
        if selected.exists <= SCAN || top == u32::MAX {
            let all = session.fetch_flags(1, u32::MAX, None).await;
            self.odd = session.left_out();
            return all;
        }
        let windows = selected.exists.div_ceil(SCAN).min(WINDOWS);
        let width = top.div_ceil(windows).max(SCAN);
        let mut all = Vec::new();
        let mut odd = false;
        let mut first = 1u32;
        loop {
            let last = first.saturating_add(width - 1);
            let last = if last >= top { u32::MAX } else { last };
            all.extend(session.fetch_flags(first, last, None).await?);
            odd |= session.left_out();
            if last == u32::MAX {
                self.odd = odd;
                return Ok(all);
            }
            first = last + 1;
        }
    }

    /// Stores flags of known messages and header blocks of the others, newest first.
    async fn take(
        &mut self,
        state: &MailboxState,
        seen: Vec<SeenFlags>,
        local: &mut HashSet<u32>,
        mut next: u32,
        first: bool,
        report: &mut SyncReport,
    ) -> Result<u32, Error> {
        for flags in &seen {
            next = next.max(flags.uid.0.saturating_add(1));
        }
        let (known, fresh): (Vec<_>, Vec<_>) =
            seen.into_iter().partition(|flags| local.contains(&flags.uid.0));
        self.put_flags(state, known).await?;
        let fresh: Vec<Uid> = fresh.into_iter().rev().map(|flags| flags.uid).collect();
        self.fresh(state, &fresh, local, first, report).await?;
        Ok(next)
    }

    /// Header blocks of messages that are not known, in batches.
    async fn fresh(
        &mut self,
        state: &MailboxState,
        fresh: &[Uid],
        local: &mut HashSet<u32>,
        first: bool,
        report: &mut SyncReport,
    ) -> Result<(), Error> {
        let total = u32::try_from(fresh.len()).unwrap_or(u32::MAX);
        let mut rest = fresh;
        let mut done = 0u32;
        let mut outcome = Ok(());
        while !rest.is_empty() && outcome.is_ok() {
            if total as usize > BATCH {
                self.shared.set_state(AccountState::Fetching { done, total });
            }
            let (batch, later) = rest.split_at(
                self.shared.traffic.profile().at_once(self.heads_pace.next()).min(rest.len()),
            );
            outcome = self.heads(state, batch, local, first, report).await;
            done = done.saturating_add(u32::try_from(batch.len()).unwrap_or(u32::MAX));
            rest = later;
        }
        // Whatever went wrong, what came before stays.
        let stored = self.stored(report).await;
        outcome.and(stored)?;
        if total as usize > BATCH {
            self.shared.set_state(AccountState::Checking);
        }
        Ok(())
    }

    async fn put_flags(&mut self, state: &MailboxState, seen: Vec<SeenFlags>) -> Result<(), Error> {
        let mut rest = seen.into_iter();
        loop {
            let part: Vec<SeenFlags> = rest.by_ref().take(FLAGS).collect();
            if part.is_empty() {
                return Ok(());
            }
            let changed = self.shared.setup.sink.put_flags(state.id, part).await?;
            if !changed.is_empty() {
                self.shared.tell_mailbox(state.id);
                self.shared.tell_changed(changed);
            }
        }
    }

    /// Header blocks of a batch. A message whose answer cannot be read is found by halving (over new
    /// connections, where that broke the old one), and stored without its header; one that the server
    /// refuses is left for the next pass.
    async fn heads(
        &mut self,
        state: &MailboxState,
        batch: &[Uid],
        local: &mut HashSet<u32>,
        first: bool,
        report: &mut SyncReport,
    ) -> Result<(), Error> {
        let mut waiting: Vec<Vec<Uid>> = vec![batch.to_vec()];
        let mut refusals = 0;
        let mut bisections = 0;
        let mut rounds = 0;
        while let Some(part) = waiting.pop() {
            let begun = Instant::now();
            match self.connect().await?.fetch_headers(&part).await {
                Ok(Heads { mut heads, unread, left }) => {
                    self.heads_pace.took(part.len(), begun.elapsed());
                    refusals = 0;
                    heads.extend(unread.into_iter().map(Head::unread));
                    self.put_heads(state, heads, local, first, report).await?;
                    rounds += u32::from(!left.is_empty());
                    if rounds > ROUNDS {
                        return Err(Error::Protocol(Fault::Unreadable));
                    }
                    match left.len() {
                        0 => {}
                        count if count < part.len() => waiting.push(left),
                        _ => waiting.extend(halves(&left).map(<[Uid]>::to_vec)),
                    }
                }
                Err(Error::Server(text)) => {
                    if let [uid] = part.as_slice() {
                        refusals += 1;
                        if refusals > REFUSALS {
                            return Err(Error::Server(text));
                        }
                        let mailbox = Some(state.wire_name.clone());
                        let error = Error::Server(text);
                        report.errors.push(SyncFault { mailbox, uid: Some(*uid), error });
                    } else {
                        waiting.extend(halves(&part).map(<[Uid]>::to_vec));
                    }
                }
                Err(Error::Protocol(fault)) => {
                    self.session = None;
                    bisections += 1;
                    if bisections > BISECTIONS {
                        return Err(Error::Protocol(fault));
                    }
                    if let [uid] = part.as_slice() {
                        let head = vec![Head::unread(*uid)];
                        self.put_heads(state, head, local, first, report).await?;
                    } else {
                        waiting.extend(halves(&part).map(<[Uid]>::to_vec));
                    }
                    let again = self.connect().await?.select(&state.wire_name).await?;
                    if state.uid_validity.is_some_and(|known| !again.is_still(known)) {
                        return Err(Error::Protocol(Fault::UidValidity));
                    }
                }
                Err(error) => {
                    self.heads_pace.broke();
                    let came = self.session.as_mut().map(Session::take_came).unwrap_or_default();
                    self.put_heads(state, came, local, first, report).await?;
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Takes away what a complete scan did not show.
    async fn gone(
        &mut self,
        state: &MailboxState,
        present: &HashSet<u32>,
        exists: u32,
        local: &mut HashSet<u32>,
    ) -> Result<(), Error> {
        // Something came or went while we looked, or the server shows a part only.
        if present.len() != exists as usize {
            return Ok(());
        }
        let mut missing: Vec<Uid> =
            local.iter().filter(|uid| !present.contains(uid)).map(|uid| Uid(*uid)).collect();
        if missing.is_empty() {
            return self.believed(state.id).await;
        }
        missing.sort_unstable();
        let many = missing.len() > MANY
            || (missing.len() > HANDFUL && missing.len() * 100 > local.len() * SHARE);
        if many {
            match self.suspects.get(&state.id) {
                Some((since, before)) if since.elapsed() >= SECOND_LOOK => {
                    missing.retain(|uid| before.binary_search(uid).is_ok());
                }
                Some(_) => return Ok(()),
                None => {
                    self.shared.setup.sink.put_suspects(state.id, missing.clone()).await?;
                    self.suspects.insert(state.id, (Instant::now(), missing));
                    return Ok(());
                }
            }
        }
        self.believed(state.id).await?;
        for uid in &missing {
            local.remove(&uid.0);
        }
        let changed = self.shared.setup.sink.forget(state.id, missing).await?;
        self.shared.tell_mailbox(state.id);
        self.shared.tell_changed(changed);
        Ok(())
    }
}

/// What SELECT told of a mailbox.
struct Looked<'a> {
    selected: &'a Selected,
    /// Messages of ours that it says to be gone.
    gone: HashSet<u32>,
    /// Flags of all that changed or came, where it told them.
    changed: Option<Vec<SeenFlags>>,
}

/// What was left out since then.
fn since(before: &[Skipped], now: Vec<Skipped>) -> Vec<Skipped> {
    let known = |answer| before.iter().find(|known| known.answer == answer).map_or(0, |k| k.count);
    now.into_iter()
        .map(|skipped| Skipped {
            count: skipped.count.saturating_sub(known(skipped.answer)),
            ..skipped
        })
        .filter(|skipped| skipped.count > 0)
        .collect()
}

/// Peak resident memory of this process; 0 where the system does not say.
async fn peak_rss_kib() -> u64 {
    let status = tokio::fs::read_to_string("/proc/self/status").await.unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_ascii_whitespace().next())
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}
