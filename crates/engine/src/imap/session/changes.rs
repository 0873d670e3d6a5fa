//! What changed since a mailbox was looked at: for all mailboxes by one LIST (LIST-STATUS, RFC 5819),
//! for one by its SELECT (QRESYNC, RFC 7162 section 3.2.5). Both are hints: what they say is believed
//! only where it agrees with the number of messages, and a server that refuses them is not asked
//! again.

use std::{collections::HashMap, ops::RangeInclusive};

use async_imap::imap_proto::{MailboxDatum, Response, ResponseCode, Status};

use super::{
    super::{
        Answer,
        command::Command,
        link::Done,
        read::{read_flags, read_seen},
        types::{MailboxStatus, SeenFlags, Selected, Since},
    },
    FLAGS, Session, in_order,
};
use crate::{net::Shunned, types::Error};
use aloud_model::UidValidity;

/// Ranges of UIDs that are gone, in one answer.
const RANGES: usize = 100_000;

/// What a connection knows of the two.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// The server refused LIST with STATUS.
    no_status: bool,
    /// Whether QRESYNC is enabled; `None` before it was asked for.
    qresync: Option<bool>,
}

/// What came with SELECT.
#[derive(Default)]
struct Came {
    selected: Selected,
    /// EXISTS was told.
    counted: bool,
    gone: Vec<RangeInclusive<u32>>,
    changed: Vec<SeenFlags>,
    /// Flags of them.
    flags: usize,
}

impl Came {
    fn note(&mut self, response: &Response<'_>) {
        let selected = &mut self.selected;
        match response {
            Response::MailboxData(MailboxDatum::Exists(count)) => {
                (selected.exists, self.counted) = (*count, true);
            }
            Response::Vanished { earlier: true, uids } => {
                let room = RANGES.saturating_sub(self.gone.len());
                self.gone.extend(uids.iter().take(room).cloned());
            }
            Response::Fetch(_, items) => {
                if let Some(seen) = read_seen(items)
                    && self.flags < FLAGS
                {
                    self.flags += seen.flags.len() + 1;
                    self.changed.push(seen);
                }
            }
            Response::Data { status: Status::Ok, outcome } | Response::Done { outcome, .. } => {
                match &outcome.code {
                    Some(ResponseCode::UidValidity(value)) => {
                        selected.uid_validity =
                            Some(UidValidity(*value)).filter(|validity| validity.0 != 0);
                    }
                    Some(ResponseCode::UidNext(value)) => selected.uid_next = Some(*value),
                    Some(ResponseCode::HighestModSeq(value)) => {
                        selected.highest_modseq = Some(*value).filter(|value| *value > 0);
                    }
                    Some(ResponseCode::ReadOnly) => selected.read_only = true,
                    Some(ResponseCode::PermanentFlags(flags)) => {
                        selected.may_store_any_keyword = flags.iter().any(|flag| flag == "\\*");
                        selected.permanent_flags = Some(read_flags(flags));
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

impl Session {
    /// Whether one LIST tells what changed in which mailbox; without CONDSTORE that is what came.
    #[must_use]
    pub fn has_list_status(&self) -> bool {
        self.has("LIST-STATUS") && !self.changes.no_status
    }

    /// What [`Self::list`] asks besides the names.
    pub(super) fn list_command(&mut self) -> Command {
        self.link.statuses.clear();
        let special = (self.has("LIST-EXTENDED") || self.has("LIST-STATUS"))
            // RFC 6154: some servers tell special uses only when asked.
            && self.has("SPECIAL-USE");
        let command = Command::new("LIST \"\" \"*\"");
        let status = match self.has("CONDSTORE") {
            true => "STATUS (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ)",
            // RFC 7162 section 3.1.7: the fourth is an error there.
            false => "STATUS (MESSAGES UIDNEXT UIDVALIDITY)",
        };
        match (self.has_list_status(), special) {
            (true, true) => command.word("RETURN (SPECIAL-USE").word(status).glue(")"),
            (true, false) => command.word("RETURN (").glue(status).glue(")"),
            (false, true) => command.word("RETURN (SPECIAL-USE)"),
            (false, false) => command,
        }
    }

    /// After LIST was refused: whether it is to be asked without STATUS.
    pub(super) fn list_without_status(&mut self) -> bool {
        self.has_list_status() && !std::mem::replace(&mut self.changes.no_status, true)
    }

    /// What was told of mailboxes since the last [`Self::list`] began, by their names on the wire;
    /// taken.
    #[must_use]
    pub fn take_statuses(&mut self) -> HashMap<String, MailboxStatus> {
        std::mem::take(&mut self.link.statuses)
    }

    /// Whether SELECT may be asked what changed. ENABLE comes before the first SELECT of a connection
    /// (RFC 5161 section 3.1), so it is asked once.
    async fn enable_qresync(&mut self) -> Result<bool, Error> {
        if let Some(enabled) = self.changes.qresync {
            return Ok(enabled);
        }
        let mut enabled = false;
        let shunned = self.link.traffic().shuns(Shunned::Qresync);
        if self.has("QRESYNC") && self.has("ENABLE") && !shunned {
            let command = Command::new("ENABLE QRESYNC");
            // A server that says so enables it; ENABLED names it besides.
            let done = self.link.run(&command, &mut |_| {}).await?;
            enabled = matches!(done, Done::Ok { .. });
        }
        self.changes.qresync = Some(enabled);
        Ok(enabled)
    }

    /// Selects a mailbox; and what changed and is gone since the UIDVALIDITY and MODSEQ that are known,
    /// as far as the server says.
    ///
    /// # Errors
    /// As [`Self::select`].
    pub async fn select_since(
        &mut self,
        wire_name: &str,
        since: Option<(UidValidity, u64)>,
    ) -> Result<(Selected, Since), Error> {
        let known = match since {
            Some(known) if self.enable_qresync().await? => Some(known),
            _ => None,
        };
        let (mut done, mut came) = self.select_once(wire_name, known).await?;
        let mut qresync = known.is_some();
        if qresync && matches!(done, Done::No(_) | Done::Bad(_)) {
            // It may be the mailbox, or QRESYNC.
            qresync = false;
            (done, came) = self.select_once(wire_name, None).await?;
            if matches!(done, Done::Ok { .. }) {
                self.changes.qresync = Some(false);
                self.link.traffic().set_shunned(Shunned::Qresync, true);
            }
        }
        done.ok()?;
        let Came { mut selected, counted, gone, changed, flags } = came;
        selected.counted = counted;
        self.correct(&mut selected);
        selected.empty = counted && selected.exists == 0;
        self.link.changed = false;
        let same = known.is_some_and(|(validity, _)| selected.uid_validity == Some(validity));
        let all = qresync && same && flags < FLAGS && !self.link.has_skipped(Answer::Fetch);
        Ok((selected, Since { gone, changed: all.then(|| in_order(changed)) }))
    }

    async fn select_once(
        &mut self,
        wire_name: &str,
        known: Option<(UidValidity, u64)>,
    ) -> Result<(Done, Came), Error> {
        let mut command = Command::new("SELECT").mailbox(wire_name);
        match known {
            Some((validity, modseq)) => {
                command = command
                    .word("(QRESYNC (")
                    .number(u64::from(validity.0))
                    .glue(" ")
                    .number(modseq)
                    .glue("))");
            }
            None if self.has("CONDSTORE") => command = command.word("(CONDSTORE)"),
            None => {}
        }
        let mut came = Came::default();
        let done = self.link.run(&command, &mut |response| came.note(response)).await?;
        Ok((done, came))
    }
}
