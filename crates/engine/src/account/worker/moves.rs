//! Moves: what is confirmed to be meant, by MOVE (RFC 6851) where the server has it, else by COPY,
//! `\Deleted` and EXPUNGE.
//!
//! MOVE may be repeated; COPY may not, so where there was an earlier try we look, message by message,
//! whether it came through (RFC 4549 section 5): a copy has the same octets, not only the same
//! Message-ID. Nothing is removed before the server has confirmed its copy. A COPY that the server
//! refuses has made no copy (RFC 9051 section 6.4.7).

use std::collections::HashMap;

use super::{
    COMPARED, Worker,
    acts::{Ends, uids},
};
use crate::{
    account::{
        identity::{self, message_id},
        sink::{Op, OpEnd, OpKind},
    },
    imap::{Head, Reply, Stored},
    types::Error,
};
use aloud_model::{Flag, Uid};

/// Tries after which a move is refused whose message can no more be read.
const UNREADABLE: u32 = 5;

impl Worker {
    /// Moves the messages of operations of one mailbox to another.
    pub(super) async fn move_all(
        &mut self,
        ops: &[&Op],
        to: &str,
        ends: &mut Ends,
    ) -> Result<(), Error> {
        let by_move = self.session().await?.has("MOVE");
        let (many, single): (Vec<&Op>, Vec<&Op>) =
            ops.iter().partition(|op| ops.len() > 1 && (by_move || op.attempts == 0));
        if !many.is_empty() {
            let (confirmed, heads) = self.confirmed(&many, ends).await?;
            if by_move {
                self.change_all(&confirmed, Some(to), ends, Step::Move).await?;
            } else {
                self.copy_all(&confirmed, &heads, to, ends).await?;
            }
        }
        for op in single {
            if let Some(said) = ends.hopeless() {
                ends.later(op, said);
                continue;
            }
            if !self.selects_again(op).await? {
                ends.end(op, OpEnd::Stale);
                continue;
            }
            self.move_one(op, to, ends).await?;
        }
        Ok(())
    }

    async fn move_one(&mut self, op: &Op, to: &str, ends: &mut Ends) -> Result<(), Error> {
        let OpKind::Move { uids, .. } = &op.kind else { return Ok(()) };
        let mut moved = self.move_to(op, uids, to).await?;
        if matches!(moved, Some(Stored::Refused(_))) && self.make(to).await? {
            self.select(&op.wire_name).await?;
            moved = self.move_to(op, uids, to).await?;
        }
        match moved {
            Some(Stored::Done) => ends.end(op, OpEnd::Done),
            Some(Stored::Refused(reply)) => ends.refused(op, reply),
            None => ends.end(op, OpEnd::Stale),
        }
        Ok(())
    }

    /// Those operations whose UIDs do not mean another message now, with what the server says of
    /// their messages; one that is gone is among them, too.
    async fn confirmed<'a>(
        &mut self,
        ops: &'a [&'a Op],
        ends: &mut Ends,
    ) -> Result<(Vec<&'a Op>, HashMap<Uid, Head>), Error> {
        let mut confirmed = Vec::new();
        let mut known: HashMap<Uid, Head> = HashMap::new();
        let mut waiting = vec![ops];
        while let Some(part) = waiting.pop() {
            match (self.session().await?.fetch_heads(&uids(part)).await, part) {
                (Ok(heads), _) => known.extend(heads.into_iter().map(|head| (head.uid, head))),
                (Err(Error::Server(text)), [op]) => {
                    ends.refused(op, self.reply(text));
                    continue;
                }
                (Err(Error::Server(text)), _) => {
                    let stored = Stored::Refused(self.reply(text));
                    ends.resolve(part, stored, &mut waiting);
                    continue;
                }
                (Err(error), _) => return Err(error),
            }
            if part.iter().any(|op| !is_among(op, &known)) {
                let first = part.first().ok_or(Error::Stopped)?;
                let Some(heads) = self.looks_again(first, &uids(part)).await? else {
                    // What was confirmed before was of the mailbox that is no more selected.
                    for op in ops {
                        if !ends.has(op) {
                            ends.end(op, OpEnd::Stale);
                        }
                    }
                    return Ok((Vec::new(), HashMap::new()));
                };
                known.retain(|uid, _| !uids(part).contains(uid));
                known.extend(heads.into_iter().map(|head| (head.uid, head)));
            }
            for op in part {
                let heads: Vec<&Head> =
                    uids(&[op]).iter().filter_map(|uid| known.get(uid)).collect();
                let meant = |identity: &crate::account::Identity| {
                    heads.iter().all(|head| identity.is_of(head))
                };
                if op.identity.as_ref().is_none_or(meant) {
                    confirmed.push(*op);
                } else {
                    ends.end(op, OpEnd::Stale);
                }
            }
        }
        Ok((confirmed, known))
    }

    /// One step for all; a refusal is narrowed down to single messages. Returns those for which it
    /// was done; they have ended where it was the last step.
    async fn change_all<'a>(
        &mut self,
        ops: &'a [&'a Op],
        to: Option<&str>,
        ends: &mut Ends,
        step: Step,
    ) -> Result<Vec<&'a Op>, Error> {
        let mut done = Vec::new();
        let mut waiting = vec![ops];
        let mut made = to.is_none();
        while let Some(part) = waiting.pop() {
            if part.is_empty() {
                continue;
            }
            let (of, to) = (uids(part), to.unwrap_or_default());
            let stored = match step {
                Step::Move => self.session().await?.move_to(&of, to).await?,
                Step::Copy => self.session().await?.copy(&of, to).await?,
                Step::Expunge => self.expunge(&of).await?,
            };
            // It told MOVE and does not know it.
            let lost = step == Step::Move && !self.session().await?.has("MOVE");
            match stored {
                Stored::Refused(reply) if lost => {
                    part.iter().for_each(|op| ends.later(op, reply.text.clone()));
                }
                Stored::Done if step == Step::Copy => done.extend_from_slice(part),
                Stored::Refused(_) if !made => {
                    made = true;
                    // Without the mailbox the same is refused again, and then narrowed down.
                    self.make(to).await?;
                    waiting.push(part);
                }
                Stored::Done | Stored::Refused(_) => ends.resolve(part, stored, &mut waiting),
            }
        }
        Ok(done)
    }

    /// Copies, then removes what was copied.
    async fn copy_all(
        &mut self,
        ops: &[&Op],
        heads: &HashMap<Uid, Head>,
        to: &str,
        ends: &mut Ends,
    ) -> Result<(), Error> {
        let (here, gone): (Vec<&Op>, Vec<&Op>) = ops.iter().partition(|op| is_among(op, heads));
        gone.iter().for_each(|op| ends.end(op, OpEnd::Done));
        let ids: Vec<i64> = here.iter().map(|op| op.id).collect();
        self.shared.setup.sink.note_copies(ids, true).await?;
        let copied = self.change_all(&here, Some(to), ends, Step::Copy).await?;
        let none = here.iter().filter(|op| copied.iter().all(|other| other.id != op.id));
        let none: Vec<i64> = none.map(|op| op.id).collect();
        if !none.is_empty() {
            self.shared.setup.sink.note_copies(none, false).await?;
        }
        let of_copied = uids(&copied);
        let settled = of_copied
            .iter()
            .filter_map(|uid| heads.get(uid))
            .filter(|head| head.flags.contains(&Flag::MdnSent))
            .filter_map(|head| message_id(&head.header));
        let settled: Vec<String> = settled.collect();
        if let (Some(first), false) = (copied.first(), settled.is_empty()) {
            self.carry_mdn_sent(to, &settled).await?;
            if !self.selects_again(first).await? {
                copied.iter().for_each(|op| ends.end(op, OpEnd::Stale));
                return Ok(());
            }
        }
        self.change_all(&copied, None, ends, Step::Expunge).await.map(|_| ())
    }

    /// Moves the message of one operation; `None` when its UID means another one, or nothing any
    /// more.
    async fn move_to(&mut self, op: &Op, uids: &[Uid], to: &str) -> Result<Option<Stored>, Error> {
        let known = op.identity.clone().unwrap_or_default();
        let mut heads = match self.session().await?.fetch_heads(uids).await {
            Ok(heads) => heads,
            Err(Error::Server(text)) => return Ok(Some(Stored::Refused(self.reply(text)))),
            // It could not be read when it came either: there is nothing to compare.
            Err(Error::Protocol(_)) if known.header.is_empty() => {
                return self.move_unread(op, uids, to).await;
            }
            Err(Error::Protocol(_)) if op.attempts >= UNREADABLE => {
                self.drop_session();
                return Ok(Some(Stored::Refused(Reply::parse(String::new()))));
            }
            Err(error) => return Err(error),
        };
        if heads.is_empty() {
            let Some(found) = self.looks_again(op, uids).await? else { return Ok(None) };
            heads = found;
        }
        if op.identity.is_some() && heads.iter().any(|head| !known.is_of(head)) {
            return Ok(None);
        }
        if self.session().await?.has("MOVE") {
            return self.session().await?.move_to(uids, to).await.map(Some);
        }
        let mut copy: Vec<Uid> = heads.iter().map(|head| head.uid).collect();
        let present = copy.clone();
        if op.attempts > 0 {
            match self.select(to).await {
                Ok(_) => {}
                Err(Error::Server(text)) => return Ok(Some(Stored::Refused(self.reply(text)))),
                Err(error) => return Err(error),
            }
            for head in &heads {
                match self.has_copy(head).await? {
                    Some(true) => copy.retain(|uid| *uid != head.uid),
                    Some(false) => {}
                    None => return Ok(Some(Stored::Refused(Reply::parse(String::new())))),
                }
            }
            if !self.selects_again(op).await? {
                return Ok(None);
            }
        }
        let sink = std::sync::Arc::clone(&self.shared.setup.sink);
        sink.note_copies(vec![op.id], true).await?;
        if let refused @ Stored::Refused(_) = self.session().await?.copy(&copy, to).await? {
            if copy.len() == present.len() {
                sink.note_copies(vec![op.id], false).await?;
            }
            return Ok(Some(refused));
        }
        let settled = heads.iter().filter(|head| head.flags.contains(&Flag::MdnSent));
        let settled: Vec<String> = settled.filter_map(|head| message_id(&head.header)).collect();
        if !settled.is_empty() {
            self.carry_mdn_sent(to, &settled).await?;
            if !self.selects_again(op).await? {
                return Ok(None);
            }
        }
        self.expunge(&present).await.map(Some)
    }

    /// Removes from the selected mailbox what was copied, together with what had to stay marked there
    /// before.
    async fn expunge(&mut self, uids: &[Uid]) -> Result<Stored, Error> {
        let Some((name, selected)) = &self.selected else { return Err(Error::Stopped) };
        let place = (name.clone(), selected.uid_validity);
        let mut left = self.marked.remove(&place).unwrap_or_default();
        let expunged = self.session().await?.expunge_with(uids, &mut left).await;
        if !left.is_empty() {
            self.marked.insert(place, left);
        }
        expunged
    }

    /// Moves a message whose header block nobody can read, by its UID alone, and only where the
    /// server does it in one step: the connection that it broke is made again.
    async fn move_unread(
        &mut self,
        op: &Op,
        uids: &[Uid],
        to: &str,
    ) -> Result<Option<Stored>, Error> {
        self.drop_session();
        if !self.selects_again(op).await? {
            return Ok(None);
        }
        let session = self.session().await?;
        if !session.has("MOVE") {
            return Ok(Some(Stored::Refused(Reply::parse(String::new()))));
        }
        session.move_to(uids, to).await.map(Some)
    }

    /// What a FETCH left out is not gone yet: the mailbox may have got another name under the session.
    /// It is selected once more, which fails then, and the messages are looked for again. `None` when
    /// their UIDs mean nothing any more.
    async fn looks_again(&mut self, op: &Op, uids: &[Uid]) -> Result<Option<Vec<Head>>, Error> {
        self.selected = None;
        match self.selects_again(op).await? {
            true => self.session().await?.fetch_heads(uids).await.map(Some),
            false => Ok(None),
        }
    }

    /// Selects the operation's mailbox; false when its UIDs mean nothing any more.
    async fn selects_again(&mut self, op: &Op) -> Result<bool, Error> {
        let selected = self.select(&op.wire_name).await?;
        Ok(selected.is_still(op.uid_validity))
    }

    /// Whether the selected mailbox holds a copy of this message. SEARCH looks for parts of a
    /// Message-ID (RFC 9051 section 6.4.4), so what it finds is compared; one without is looked for by
    /// its size. `None` where too many are alike, or its size is not known.
    async fn has_copy(&mut self, head: &Head) -> Result<Option<bool>, Error> {
        let others = match message_id(&head.header) {
            Some(id) => self.found(&id).await?,
            None if head.size == 0 || head.header.is_empty() => return Ok(None),
            None => {
                let session = self.session().await?;
                let uids = match session.search_size(head.size).await {
                    Ok(uids) if uids.len() <= COMPARED => uids,
                    Ok(_) | Err(Error::Server(_)) => return Ok(None),
                    Err(error) => return Err(error),
                };
                match uids.is_empty() {
                    true => Vec::new(),
                    false => session.fetch_heads(&uids).await?,
                }
            }
        };
        Ok(Some(others.iter().any(|other| identity::is_copy(head, other))))
    }

    /// A copy must not ask for its receipt again; a server need not copy keywords (RFC 3503 section
    /// 3.2).
    async fn carry_mdn_sent(&mut self, to: &str, ids: &[String]) -> Result<(), Error> {
        let selected = self.select(to).await?;
        if !selected.can_store(&Flag::MdnSent) {
            return Ok(());
        }
        for id in ids {
            for head in self.found(id).await? {
                if !head.flags.contains(&Flag::MdnSent) {
                    self.session().await?.store(&[head.uid], true, &[Flag::MdnSent]).await?;
                }
            }
        }
        Ok(())
    }
}

/// Whether the server told anything of an operation's messages.
fn is_among(op: &Op, heads: &HashMap<Uid, Head>) -> bool {
    uids(&[op]).iter().any(|uid| heads.contains_key(uid))
}

/// What is done with many messages at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Move,
    Copy,
    Expunge,
}
