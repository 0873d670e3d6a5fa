//! Waiting operations, carried out in batches: what concerns one mailbox and one kind goes in one
//! command for many messages (sets of UIDs, RFC 9051 section 9).
//!
//! A batch that the server refuses is halved until the refusal concerns one message, so that this
//! one holds up no other. A batch at which the connection breaks is tried again in smaller ones,
//! down to single operations; one that breaks several connections alone waits.

use std::{collections::HashMap, sync::Arc, time::Duration};

use tokio::time::{Instant, sleep};

use super::{Answer, Worker};
use crate::{
    account::{
        filing,
        pace::halves,
        sink::{BatchSize, Op, OpEnd, OpKind, OpRefusal, Taken},
    },
    imap::{Reply, Stored},
    store::blocking,
    types::{Error, Event, OperationId},
};
use aloud_model::Uid;

/// Most operations of a batch: flags, moves by MOVE, moves by COPY. What broke off in the middle of
/// COPY is looked for message by message.
const STORES: usize = 1000;
const MOVES: usize = 500;
const COPIES: usize = 100;
/// How much smaller the next batch is after one at which the connection broke.
const SMALLER: usize = 8;
/// How often we look whether another process is done with the operations, and for how long; then
/// again after as long.
const TAKEN: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(5));
/// Single operations that are refused in a row with words that concern all, before the rest waits.
const ALIKE: u32 = 5;
/// Connections that an operation may break before others go first.
const BREAKS: u32 = 3;

/// Operations under way.
pub(super) struct Acts {
    /// Some may wait.
    wanted: bool,
    /// Who wants to know how it went.
    answers: Vec<Answer<()>>,
    /// They are ours, not another process's.
    taken: Option<Taken>,
    /// How long another process is waited for.
    until: Option<Instant>,
    /// Something was carried out, something that was not done was told, since they were taken.
    any: bool,
    told: bool,
    /// Most operations of the next batch.
    most: usize,
    /// How many connections in a row an operation has broken.
    broken: HashMap<i64, u32>,
    /// Which look for a copy in Sent comes next, and when.
    looks: HashMap<i64, (usize, Instant)>,
    /// Nothing is to be done before that; what the user opens is.
    pub(super) pause: Option<Instant>,
}

impl Default for Acts {
    fn default() -> Self {
        Self {
            wanted: false,
            answers: Vec::new(),
            taken: None,
            until: None,
            any: false,
            told: false,
            most: STORES,
            broken: HashMap::new(),
            looks: HashMap::new(),
            pause: None,
        }
    }
}

impl Acts {
    /// Waiting operations are to be carried out.
    pub(super) fn want(&mut self) {
        self.wanted = true;
    }

    /// The same, and somebody waits for the end.
    pub(super) fn ask(&mut self, answer: Answer<()>) {
        self.answers.push(answer);
    }
}

/// What became of the operations of a batch.
#[derive(Default)]
pub(super) struct Ends {
    ended: Vec<(i64, OpEnd)>,
    /// Refused for now, with the server's words.
    later: Vec<(i64, String)>,
    /// Single operations in a row that were refused with words which concern all.
    refused_alike: u32,
}

impl Ends {
    pub(super) fn end(&mut self, op: &Op, end: OpEnd) {
        self.ended.push((op.id, end));
    }

    fn all(&mut self, ops: &[&Op], end: &OpEnd) {
        for op in ops {
            self.end(op, end.clone());
        }
    }

    pub(super) fn later(&mut self, op: &Op, said: String) {
        self.later.push((op.id, said));
    }

    /// A refusal for good ends it; what will pass is tried again.
    pub(super) fn refused(&mut self, op: &Op, reply: Reply) {
        self.refused_alike = if reply.concerns_all() { self.refused_alike + 1 } else { 0 };
        if reply.passes() {
            self.later(op, reply.text);
        } else {
            self.end(op, OpEnd::Refused(OpRefusal::Server(reply.text)));
        }
    }

    /// What a command for several operations did: a refusal is narrowed down to single ones.
    pub(super) fn resolve<'a>(
        &mut self,
        part: &'a [&'a Op],
        stored: Stored,
        waiting: &mut Vec<&'a [&'a Op]>,
    ) {
        match (stored, part) {
            (Stored::Done, _) => {
                self.refused_alike = 0;
                self.all(part, &OpEnd::Done);
            }
            (Stored::Refused(reply), [op]) => self.refused(op, reply),
            // What is said of all, and of one after the other, is no single message's affair.
            (Stored::Refused(reply), _) if reply.concerns_all() && self.hopeless().is_some() => {
                for op in part {
                    self.later(op, reply.text.clone());
                }
            }
            (Stored::Refused(_), _) => waiting.extend(halves(part)),
        }
    }

    /// What the server says to whatever it is asked for now.
    pub(super) fn hopeless(&self) -> Option<String> {
        let alike = self.refused_alike >= ALIKE;
        self.later.last().filter(|_| alike).map(|(_, said)| said.clone())
    }

    pub(super) fn has(&self, op: &Op) -> bool {
        self.ended.iter().any(|(id, _)| *id == op.id)
            || self.later.iter().any(|(id, _)| *id == op.id)
    }
}

/// The UIDs of operations that name any.
pub(super) fn uids(ops: &[&Op]) -> Vec<Uid> {
    let named = ops.iter().flat_map(|op| match &op.kind {
        OpKind::Store { uids, .. } | OpKind::Move { uids, .. } => uids.as_slice(),
        OpKind::Append { .. } => &[],
    });
    named.copied().collect()
}

impl Worker {
    /// Carries out one batch of what waits; false when there is nothing to do.
    pub(super) async fn act(&mut self) -> bool {
        if !self.acts.wanted && self.acts.answers.is_empty() {
            return false;
        }
        if self.acts.pause.is_some_and(|until| Instant::now() < until) {
            return false;
        }
        self.acts.pause = None;
        let old = self.has_session() && self.acts.taken.is_none();
        let mut more = self.batch().await;
        if !self.acts.answers.is_empty() {
            if self.again(&more, old) {
                more = self.batch().await;
            }
            self.again(&more, false);
        }
        match more {
            Ok(true) => return self.acts.pause.is_none(),
            Ok(false) => self.acted(Ok(())),
            Err(error) => self.acted(Err(error)),
        }
        true
    }

    /// Nothing is left to do now, or nothing can be done.
    fn acted(&mut self, outcome: Result<(), Error>) {
        self.acts.taken = None;
        self.acts.until = None;
        self.acts.told = false;
        if std::mem::take(&mut self.acts.any) {
            self.shared.wake_watcher.notify_one();
        }
        for answer in self.acts.answers.drain(..) {
            let _ = answer.send(outcome.clone());
        }
        let wanted = std::mem::take(&mut self.acts.wanted);
        let Err(error) = outcome else { return };
        tracing::warn!(account = %self.shared.setup.id, error = error.class(), "operations wait");
        if wanted {
            self.drop_session();
        }
        // The watcher reports missing passwords and asks; waking brings us back.
        if *self.shared.online.borrow() && !error.needs_password() {
            let refused = matches!(error, Error::Server(_));
            let wait = self.backoff.wait(refused.then(|| self.shared.refused_pause()));
            self.retry = Some(Instant::now() + wait);
        }
    }

    /// The next batch; false when no more is to be done now. While another process carries them
    /// out, waits for it a while, since what it has taken up may not be all.
    async fn batch(&mut self) -> Result<bool, Error> {
        let sink = Arc::clone(&self.shared.setup.sink);
        let account = self.shared.setup.id;
        if self.acts.taken.is_none() {
            self.retry = None;
            // A mailbox may have got another name since: a session sees nothing in it then, and OK is
            // the answer to whatever is asked for.
            self.selected = None;
            self.acts.taken = sink.take_ops(account).await?;
        }
        if self.acts.taken.is_none() {
            let until = *self.acts.until.get_or_insert(Instant::now() + TAKEN.1);
            if Instant::now() >= until {
                self.retry = Some(Instant::now() + TAKEN.1);
                return Ok(false);
            }
            sleep(TAKEN.0).await;
            return Ok(true);
        }
        if sink.has_op(account).await? {
            // A server that takes nobody in is not the operation's affair, and no try of it.
            let by_copy = !self.session().await?.has("MOVE");
            let moves = if by_copy { COPIES } else { MOVES };
            let most = self.shared.traffic.profile().at_once(self.acts.most);
            let most = BatchSize { stores: most, moves: most.min(moves), by_copy };
            let ops = sink.next_ops(account, most).await?;
            if !ops.is_empty() {
                return self.carry_out(&ops).await.map(|()| true);
            }
        }
        if let Some(pause) = sink.next_due(account).await? {
            self.retry = Some(Instant::now() + pause);
        }
        Ok(false)
    }

    /// Carries out a batch and writes what became of it, also of a part where the connection breaks.
    async fn carry_out(&mut self, ops: &[Op]) -> Result<(), Error> {
        let mut ends = Ends::default();
        let outcome = self.attempt(&ops.iter().collect::<Vec<_>>(), &mut ends).await;
        let outcome = match outcome {
            Ok(()) => {
                self.acts.most = self.acts.most.saturating_mul(2).min(STORES);
                Ok(())
            }
            Err(Error::Server(said)) => {
                for op in ops.iter().filter(|op| !ends.has(op)).collect::<Vec<_>>() {
                    ends.later(op, said.clone());
                }
                Ok(())
            }
            Err(error) => match self.breaks(ops, &ends, &error) {
                Some(op) => {
                    self.drop_session();
                    ends.later(op, String::new());
                    Ok(())
                }
                None => Err(error),
            },
        };
        // Exchange says so of a connection that it will never serve.
        if ends.later.iter().any(|(_, said)| Reply::parse(said.as_str()).code.is_none()) {
            self.drop_session();
        }
        self.write_ends(ops, ends).await?;
        outcome
    }

    async fn write_ends(&mut self, ops: &[Op], ends: Ends) -> Result<(), Error> {
        let sink = Arc::clone(&self.shared.setup.sink);
        let mut not_done = Vec::new();
        if !ends.ended.is_empty() {
            for (id, _) in &ends.ended {
                self.acts.broken.remove(id);
                self.acts.looks.remove(id);
            }
            if let Some(op) = ops.first() {
                self.shared.touch(&op.wire_name);
                if let OpKind::Move { to, .. } = &op.kind {
                    self.shared.touch(to);
                }
            }
            let refused = |end: &OpEnd| match end {
                OpEnd::Done | OpEnd::Refused(OpRefusal::FlagNotKept) => false,
                OpEnd::Refused(_) | OpEnd::Stale => true,
            };
            not_done.extend(ends.ended.iter().filter(|(_, end)| refused(end)).map(|(id, _)| *id));
            let (ended, refused) = (ends.ended.len(), not_done.len());
            tracing::debug!(ended, refused, "operations ended");
            let changed = sink.ops_end(ends.ended).await?;
            self.shared.tell_changed(changed);
            self.acts.any = true;
        }
        if !ends.later.is_empty() {
            tracing::warn!(operations = ends.later.len(), "the server would not, for now");
            let (changed, first) = sink.ops_later(ends.later).await?;
            self.shared.tell_changed(changed);
            not_done.extend(first);
        }
        // Once for all that a server refuses together.
        if let Some(id) = not_done.into_iter().min()
            && !std::mem::replace(&mut self.acts.told, true)
        {
            self.shared.tell(Event::NotDone(OperationId(id)));
        }
        Ok(())
    }

    /// Counts a broken connection. An operation that has broken so many of them alone that others go
    /// first; of several, nobody knows which one it was.
    fn breaks<'a>(&mut self, ops: &'a [Op], ends: &Ends, error: &Error) -> Option<&'a Op> {
        if !error.ends_connection() || error.needs_user() {
            return None;
        }
        self.acts.most = (ops.len() / SMALLER).max(1);
        let [op] = ops else { return None };
        if ends.has(op) {
            return None;
        }
        let count = self.acts.broken.entry(op.id).or_default();
        *count += 1;
        (*count >= BREAKS).then_some(op)
    }

    /// # Errors
    /// [`Error::Server`] when the rest must be tried again later, others when the connection is of no
    /// use.
    async fn attempt(&mut self, ops: &[&Op], ends: &mut Ends) -> Result<(), Error> {
        let Some(first) = ops.first() else { return Ok(()) };
        let append = matches!(first.kind, OpKind::Append { .. });
        let mut selected = self.select(&first.wire_name).await;
        if append
            && matches!(selected, Err(Error::Server(_)))
            && self.make(&first.wire_name).await?
        {
            selected = self.select(&first.wire_name).await;
        }
        let selected = match selected {
            Ok(selected) => selected,
            Err(Error::Server(text)) if append && !self.reply(text.as_str()).is_final() => {
                return Err(Error::Server(text));
            }
            Err(Error::Server(text)) => {
                let reply = self.reply(text);
                ops.iter().for_each(|op| ends.refused(op, reply.clone()));
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let (ops, stale): (Vec<&Op>, Vec<&Op>) =
            ops.iter().partition(|op| append || selected.is_still(op.uid_validity));
        ends.all(&stale, &OpEnd::Stale);
        self.sees(&uids(&ops)).await?;
        match &first.kind {
            OpKind::Store { add, flags, .. } => {
                if *add && !flags.iter().all(|flag| selected.can_store(flag)) {
                    ends.all(&ops, &OpEnd::Refused(OpRefusal::FlagNotKept));
                    return Ok(());
                }
                let mut waiting = vec![ops.as_slice()];
                while let Some(part) = waiting.pop() {
                    let stored = self.session().await?.store(&uids(part), *add, flags).await?;
                    ends.resolve(part, stored, &mut waiting);
                }
                Ok(())
            }
            OpKind::Move { to, .. } => self.move_all(&ops, to, ends).await,
            OpKind::Append { flags, date, message_id, octets } => {
                // Many servers file what was submitted through them; none says so (outbox
                // contract 7).
                let submission = self.shared.setup.settings.smtp.host.clone();
                let looks = filing::looks(&submission, self.session().await?.profile());
                let begun = *self.acts.looks.entry(first.id).or_insert((0, Instant::now()));
                let (mut look, mut since) = begun;
                while let Some(wait) = looks.get(look) {
                    let due = since + *wait;
                    if Instant::now() < due {
                        self.acts.looks.insert(first.id, (look, since));
                        self.acts.pause = Some(due);
                        return Ok(());
                    }
                    let session = self.session().await?;
                    session.noop().await?;
                    if !self.found(message_id).await?.is_empty() {
                        ends.end(first, OpEnd::Done);
                        return Ok(());
                    }
                    (look, since) = (look + 1, Instant::now());
                }
                let flags: Vec<_> =
                    flags.iter().filter(|flag| selected.can_store(flag)).cloned().collect();
                // Before the server is told how much comes.
                let checked = octets.clone();
                if let Err(error) = blocking(move || Ok(checked.check()?)).await {
                    ends.later(first, error.unread().to_string());
                    return Ok(());
                }
                let session = self.session().await?;
                match session.append(&first.wire_name, &flags, *date, octets.clone()).await? {
                    Stored::Done => ends.end(first, OpEnd::Done),
                    // What was sent is here alone: only a refusal that names a reason for good is
                    // one.
                    Stored::Refused(reply) if !reply.is_final() => ends.later(first, reply.text),
                    Stored::Refused(reply) => ends.refused(first, reply),
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aloud_model::UidValidity;

    fn op(id: i64) -> Op {
        Op {
            id,
            wire_name: "INBOX".into(),
            uid_validity: UidValidity(1),
            kind: OpKind::Store { uids: vec![Uid(1)], add: true, flags: Vec::new() },
            identity: None,
            attempts: 0,
        }
    }

    #[test]
    fn what_passes_is_tried_again() {
        let mut ends = Ends::default();
        ends.refused(&op(1), Reply::parse("[UNAVAILABLE] later"));
        ends.refused(&op(2), Reply::parse("no"));
        assert_eq!(ends.later, [(1, "[UNAVAILABLE] later".to_owned())]);
        assert_eq!(ends.ended, [(2, OpEnd::Refused(OpRefusal::Server("no".into())))]);
    }

    #[test]
    fn a_refusal_is_narrowed_down() {
        let all: Vec<Op> = (0..100).map(op).collect();
        let all: Vec<&Op> = all.iter().collect();
        let mut ends = Ends::default();
        let mut commands = 0;
        let mut waiting = vec![all.as_slice()];
        while let Some(part) = waiting.pop() {
            commands += 1;
            let bad = part.iter().any(|op| op.id == 37);
            let stored = if bad { Stored::Refused(Reply::parse("no")) } else { Stored::Done };
            ends.resolve(part, stored, &mut waiting);
        }
        assert!(commands < 20, "{commands}");
        assert_eq!(ends.ended.len(), 100);
        let refused = ends.ended.iter().filter(|(_, end)| *end != OpEnd::Done);
        assert_eq!(refused.map(|(id, _)| *id).collect::<Vec<_>>(), [37]);
    }
}
