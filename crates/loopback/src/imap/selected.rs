//! The selected mailbox of a session, the commands that work on it (STORE, SEARCH, COPY, MOVE; RFC
//! 9051 section 6.4), and untagged responses about changes (section 7.5).

use std::collections::BTreeSet;

use tokio::io::{AsyncRead, AsyncWrite};

use super::{
    Done, Session,
    cursor::{self, SequenceSet},
    fetch,
    grammar::Store,
    search,
};
use crate::{
    Faults,
    mailboxes::{Change, Mailbox, Message, Refusal, is_keyword},
};
use aloud_model::{Flag, Uid, UidValidity};

/// The mailbox a session has selected.
pub(super) struct Selected {
    pub(super) name: String,
    pub(super) validity: UidValidity,
    pub(super) read_only: bool,
    /// By sequence number: the UID, and the MODSEQ of which the client has been informed.
    pub(super) view: Vec<(Uid, u64)>,
    /// The HIGHESTMODSEQ of which the client has been informed.
    known: u64,
}

/// The messages that a connection with these faults may see.
pub(super) fn visible<'m>(mailbox: &'m Mailbox, faults: &Faults) -> &'m [Message] {
    let all = mailbox.messages();
    let hidden = all.len().saturating_sub(faults.newest_only.unwrap_or(usize::MAX));
    all.get(hidden..).unwrap_or(all)
}

impl Selected {
    /// The answer to SELECT or EXAMINE, and what the session remembers of it.
    /// `commands` is a number that changes.
    pub(super) fn describe(
        mailbox: &Mailbox,
        read_only: bool,
        faults: &Faults,
        commands: u32,
    ) -> (Self, String) {
        let mut flags = "\\Answered \\Flagged \\Deleted \\Seen \\Draft".to_owned();
        for keyword in mailbox.keywords() {
            flags.push(' ');
            flags.push_str(keyword.as_str());
        }
        let permanent = match (read_only, faults.refuse_keywords) {
            (true, _) => String::new(),
            (false, true) => flags.clone(),
            (false, false) => format!("{flags} \\*"),
        };
        let messages = visible(mailbox, faults);
        let view: Vec<_> = messages.iter().map(|m| (m.uid, m.modseq)).collect();
        let mut out = format!(
            "* FLAGS ({flags})\r\n* OK [PERMANENTFLAGS ({permanent})] Flags that stay\r\n\
             * {} EXISTS\r\n* 0 RECENT\r\n",
            claimed(view.len(), faults)
        );
        if let Some(unseen) = messages.iter().position(|m| !m.flags.contains(&Flag::Seen)) {
            out.push_str(&format!("* OK [UNSEEN {}] First unseen\r\n", unseen + 1));
        }
        let validity = match faults.wandering_validity {
            true => 1 + commands,
            false => mailbox.uid_validity.0,
        };
        out.push_str(&format!(
            "* OK [UIDVALIDITY {}] UIDs are valid\r\n* OK [UIDNEXT {}] Next UID\r\n",
            validity, mailbox.uid_next
        ));
        if !faults.hides("CONDSTORE") {
            out.push_str(&format!("* OK [HIGHESTMODSEQ {}] Highest\r\n", mailbox.highest_modseq));
        }
        let selected = Self {
            name: mailbox.name.clone(),
            validity: mailbox.uid_validity,
            read_only,
            view,
            known: mailbox.highest_modseq,
        };
        (selected, out)
    }

    /// What changed after a MODSEQ that the client knows (RFC 7162 section 3.2.5).
    pub(super) fn since(&self, mailbox: &Mailbox, modseq: u64) -> String {
        let mut out = String::new();
        let gone: Vec<Uid> = mailbox.vanished_since(modseq);
        if !gone.is_empty() {
            out.push_str(&format!("* VANISHED (EARLIER) {}\r\n", cursor::write_set(&gone)));
        }
        for (sequence, (uid, _)) in (1_u32..).zip(&self.view) {
            let Some(message) = mailbox.message(*uid).filter(|m| m.modseq > modseq) else {
                continue;
            };
            let (flags, modseq) = (fetch::flags(&message.flags), message.modseq);
            out.push_str(&format!(
                "* {sequence} FETCH (UID {} {flags} MODSEQ ({modseq}))\r\n",
                uid.0
            ));
        }
        out
    }

    /// Returns the untagged responses for all changes since the last call, and marks them as
    /// reported. `Err` when the mailbox was replaced by another one.
    fn changes(
        &mut self,
        mailbox: &Mailbox,
        faults: &Faults,
        may_expunge: bool,
        (condstore, qresync): (bool, bool),
    ) -> Result<String, &'static str> {
        if mailbox.uid_validity != self.validity {
            return Err("The mailbox was rebuilt");
        }
        let mut out = String::new();
        if mailbox.highest_modseq == self.known {
            return Ok(out);
        }
        let messages = visible(mailbox, faults);
        let there = |uid: &Uid| messages.binary_search_by_key(uid, |m| m.uid).ok();
        if may_expunge {
            let mut sequence = 1;
            let mut gone = Vec::new();
            self.view.retain(|(uid, _)| {
                let stays = there(uid).is_some();
                if stays {
                    sequence += 1;
                } else if qresync {
                    gone.push(*uid);
                } else {
                    out.push_str(&format!("* {sequence} EXPUNGE\r\n"));
                }
                stays
            });
            if !gone.is_empty() {
                out.push_str(&format!("* VANISHED {}\r\n", cursor::write_set(&gone)));
            }
            self.known = mailbox.highest_modseq;
        }
        let last = self.last_uid();
        let new = messages.partition_point(|m| m.uid.0 <= last);
        let new = messages.get(new..).unwrap_or_default();
        if !new.is_empty() {
            self.view.extend(new.iter().map(|m| (m.uid, m.modseq)));
            out.push_str(&format!("* {} EXISTS\r\n", claimed(self.view.len(), faults)));
        }
        for (sequence, (uid, modseq)) in (1_u32..).zip(&mut self.view) {
            let Some(message) = there(uid).and_then(|at| messages.get(at)) else { continue };
            if message.modseq != *modseq {
                *modseq = message.modseq;
                let flags = fetch::flags(&message.flags);
                let more = if condstore { format!(" MODSEQ ({modseq})") } else { String::new() };
                out.push_str(&format!("* {sequence} FETCH (UID {} {flags}{more})\r\n", uid.0));
            }
        }
        Ok(out)
    }

    pub(super) fn last_uid(&self) -> u32 {
        self.view.last().map_or(0, |(uid, _)| uid.0)
    }

    /// The messages a set names: sequence number and UID, ascending.
    pub(super) fn named(&self, set: &SequenceSet, by_uid: bool) -> Vec<(u32, Uid)> {
        let last = if by_uid { self.last_uid() } else { self.view.len() as u32 };
        // How many come before a number.
        let before = |number: u32| match by_uid {
            true => self.view.partition_point(|(uid, _)| uid.0 < number),
            false => self.view.len().min(number.saturating_sub(1) as usize),
        };
        let mut named = Vec::new();
        for (first, last) in set.ranges(last) {
            let (from, to) = (before(first), before(last.saturating_add(1)));
            let within = self.view.get(from..to).unwrap_or_default().iter();
            named.extend(
                (1 + from as u32..).zip(within).map(|(sequence, (uid, _))| (sequence, *uid)),
            );
        }
        named
    }

    /// Whether a set contains a sequence number above EXISTS, which is a syntax error.
    pub(super) fn beyond(&self, set: &SequenceSet) -> bool {
        let last = self.view.len() as u32;
        set.0.iter().any(|(a, b)| [a, b].into_iter().any(|n| *n != u32::MAX && *n > last))
            || (last == 0 && !set.0.is_empty())
    }
}

/// The count to send in EXISTS, with its fault applied.
fn claimed(count: usize, faults: &Faults) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX).saturating_add(faults.exists_off_by).max(0)
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// The UIDs a set names in the selected mailbox. Messages that went meanwhile stay in it.
    pub(super) fn named(&self, uid: bool, set: &SequenceSet) -> Result<Vec<(u32, Uid)>, Done> {
        let Some(selected) = &self.selected else {
            return Err(Done::Bad("Select a mailbox first".into()));
        };
        if !uid && selected.beyond(set) {
            return Err(Done::Bad("No such sequence number".into()));
        }
        Ok(selected.named(set, uid))
    }

    pub(super) fn copy_to(
        &self,
        uid: bool,
        set: &SequenceSet,
        to: &str,
    ) -> Result<(Vec<Uid>, String), Done> {
        let uids: Vec<Uid> = self.named(uid, set)?.into_iter().map(|(_, uid)| uid).collect();
        let from = self.selected.as_ref().map(|s| s.name.clone()).unwrap_or_default();
        let bare = self.faults().copy_drops_flags;
        let pairs = self.change(|all| {
            let pairs = all.copy(&from, &uids, to)?;
            if bare {
                let copies: Vec<Uid> = pairs.iter().map(|(_, copy)| *copy).collect();
                all.store(to, &copies, Change::Replace, &BTreeSet::new())?;
            }
            Ok(pairs)
        })?;
        let validity = self.look(to, |m| m.uid_validity.0).unwrap_or_default();
        let (old, new): (Vec<Uid>, Vec<Uid>) = pairs.into_iter().unzip();
        let code =
            format!("COPYUID {validity} {} {}", cursor::write_set(&old), cursor::write_set(&new));
        Ok((old, code))
    }

    pub(super) fn copy(&self, uid: bool, set: &SequenceSet, to: &str) -> Result<Done, Done> {
        let (copied, code) = self.copy_to(uid, set, to)?;
        // RFC 4315 section 3: nothing copied, no code.
        Ok(if copied.is_empty() {
            Done::ok("Nothing to copy")
        } else {
            self.uidplus(&code, "Copied")
        })
    }

    pub(super) fn r#move(&mut self, uid: bool, set: &SequenceSet, to: &str) -> Result<Done, Done> {
        let (moved, code) = self.copy_to(uid, set, to)?;
        if moved.is_empty() {
            return Ok(Done::ok("Nothing to move"));
        }
        if !self.faults().hides("UIDPLUS") {
            self.wire.push(format!("* OK [{code}] Moved\r\n"));
        }
        let from = self.selected.as_ref().map(|s| s.name.clone()).unwrap_or_default();
        self.change(|all| all.remove(&from, &moved.into_iter().collect()))?;
        Ok(Done::ok("Moved"))
    }

    pub(super) fn store(
        &mut self,
        uid: bool,
        set: &SequenceSet,
        unchanged_since: Option<u64>,
        store: &Store,
    ) -> Result<Done, Done> {
        if unchanged_since.is_some() {
            if self.faults().hides("CONDSTORE") {
                return Err(Done::Bad("Not known here".into()));
            }
            self.condstore = true;
        }
        let named = self.named(uid, set)?;
        let name = self.selected.as_ref().map(|s| s.name.clone()).unwrap_or_default();
        self.check_flags(&name, &store.flags)?;
        let mut store = store.clone();
        if self.faults().forgets_keywords {
            store.flags.retain(|flag| !is_keyword(flag));
        }
        let store = &store;
        let modseqs = self.look(&name, |mailbox| {
            let modseq = |uid: Uid| mailbox.message(uid).map_or(0, |m| m.modseq);
            named.iter().map(|(_, uid)| modseq(*uid)).collect::<Vec<_>>()
        });
        let modseqs = modseqs.ok_or(Done::from(Refusal::NoSuchMailbox))?;
        let (now, late): (Vec<_>, Vec<_>) = named
            .into_iter()
            .zip(modseqs)
            .partition(|(_, modseq)| unchanged_since.is_none_or(|since| *modseq <= since));
        let uids: Vec<Uid> = now.iter().map(|((_, uid), _)| *uid).collect();
        self.change(|all| all.store(&name, &uids, store.change, &store.flags))?;
        let after = self.look(&name, |mailbox| {
            let state = |((sequence, uid), _): ((u32, Uid), u64)| {
                let message = mailbox.message(uid)?;
                Some((sequence, uid, message.modseq, fetch::flags(&message.flags)))
            };
            now.into_iter().filter_map(state).collect::<Vec<_>>()
        });
        for (sequence, id, modseq, flags) in after.unwrap_or_default() {
            let told = !store.silent;
            if told || self.condstore {
                let mut items = Vec::new();
                if uid {
                    items.push(format!("UID {}", id.0));
                }
                if told {
                    items.push(flags);
                }
                if self.condstore {
                    items.push(format!("MODSEQ ({modseq})"));
                }
                self.wire.push(format!("* {sequence} FETCH ({})\r\n", items.join(" ")));
            }
            self.told(sequence, modseq);
        }
        if late.is_empty() {
            return Ok(Done::ok("Stored"));
        }
        let number = |((sequence, id), _)| if uid { id } else { Uid(sequence) };
        let late: Vec<Uid> = late.into_iter().map(number).collect();
        Ok(Done::Ok(format!("[MODIFIED {}] Some had changed", cursor::write_set(&late))))
    }

    /// Marks a message as reported up to this MODSEQ.
    pub(super) fn told(&mut self, sequence: u32, modseq: u64) {
        let selected = self.selected.as_mut();
        if let Some(entry) = selected.and_then(|s| s.view.get_mut(sequence as usize - 1)) {
            entry.1 = modseq;
        }
    }

    pub(super) fn search(&mut self, uid: bool, key: &search::Key) -> Done {
        let Some(selected) = &self.selected else { return Done::Bad("Select first".into()) };
        let found = self.look(&selected.name, |mailbox| {
            let mut highest = 0;
            let mut hits = String::new();
            for (sequence, (id, _)) in (1_u32..).zip(&selected.view) {
                let place = search::Place {
                    sequence,
                    last_sequence: selected.view.len() as u32,
                    last_uid: selected.last_uid(),
                };
                let Some(message) = mailbox.message(*id) else { continue };
                if key.matches(message, &place) {
                    highest = highest.max(message.modseq);
                    hits.push_str(&format!(" {}", if uid { id.0 } else { sequence }));
                }
            }
            (highest, hits)
        });
        let Some((highest, mut hits)) = found else { return Refusal::NoSuchMailbox.into() };
        if key.asks_modseq() {
            self.condstore = true;
            if !hits.is_empty() {
                hits.push_str(&format!(" (MODSEQ {highest})"));
            }
        }
        self.wire.push(format!("* SEARCH{hits}\r\n"));
        Done::ok("Done")
    }

    /// Sends untagged responses for the changes since the last report. False when the mailbox is
    /// gone and the connection has to end.
    #[must_use]
    pub(super) fn tell_changes(&mut self, may_expunge: bool) -> bool {
        let Some(mut selected) = self.selected.take() else { return true };
        let name = selected.name.clone();
        let enabled = (self.condstore, self.qresync);
        let compare = |m: &Mailbox| selected.changes(m, self.faults(), may_expunge, enabled);
        match self.look(&name, compare).unwrap_or(Err("The mailbox was deleted")) {
            Ok(told) => {
                self.wire.push(told);
                self.selected = Some(selected);
                true
            }
            Err(why) => {
                self.wire.push(format!("* BYE {why}\r\n"));
                false
            }
        }
    }
}
